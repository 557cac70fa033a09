/* main.c - the command line: finds the command and runs it. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "cli/cli.h"

static int run_command(int argc, char **argv)
{
    const char *name;
    const char *nearest;
    const struct command_row *row;

    if (argc < 2) {
        message_put("lanner: no command given");
        message_put("  hint: lanner help lists the commands");
        return EXIT_FAILED;
    }
    name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    else if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0)
        name = "version";
    row = command_find(name);
    if (row != NULL)
        return row->command->run(row->command, argc - 2, argv + 2);
    nearest = command_nearest(name);
    message_put("lanner: unknown command '%.60s'", name);
    if (nearest != NULL)
        message_put("  hint: did you mean %s?", nearest);
    else
        message_put("  hint: lanner help lists the commands");
    return EXIT_FAILED;
}

int main(int argc, char **argv)
{
    int status;

    /* A closed pipe is an answer of write(), not the end of the process: temporary files and the
     * exit status are ours to settle. */
    signal(SIGPIPE, SIG_IGN);
    status = run_command(argc, argv);
    if (fflush(stdout) != 0 && errno != EPIPE) {
        message_put("lanner: cannot write to standard output: %s", strerror(errno));
        return EXIT_FAILED;
    }
    return status;
}
