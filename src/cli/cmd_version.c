/* cmd_version.c - lanner version. */
#include <stdio.h>

#include "cli/cli.h"

static int run(const struct command *self, int argc, char **argv)
{
    (void)self;
    (void)argc;
    (void)argv;
    printf("lanner %s\n", lanner_version());
    return EXIT_ROWS;
}

static const struct option_row *const options[] = {NULL};

const struct command command_version = {.usage = "", .options = options, .run = run};
