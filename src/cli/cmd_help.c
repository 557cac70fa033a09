/* cmd_help.c - lanner help [COMMAND]. */
#include "cli/cli.h"

static int run(const struct command *self, int argc, char **argv)
{
    const struct command_row *row;
    const char *nearest;

    (void)self;
    if (argc == 0 || argv[0][0] == '-') {
        help_print();
        return EXIT_ROWS;
    }
    row = command_find(argv[0]);
    if (row == NULL) {
        nearest = command_nearest(argv[0]);
        message_put("lanner: unknown command '%.60s'", argv[0]);
        if (nearest != NULL)
            message_put("  hint: did you mean %s?", nearest);
        return EXIT_FAILED;
    }
    help_print_command(row);
    return EXIT_ROWS;
}

static const struct option_row *const options[] = {NULL};

const struct command command_help = {.usage = "[COMMAND]", .options = options, .run = run};
