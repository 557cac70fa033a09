/* help.c - help texts made from the rows of commands and options. */
#include <stdio.h>

#include "cli/cli.h"

void help_print(void)
{
    const struct command_row *row;

    printf("lanner %s - run published detection queries over log files\n\n"
           "usage: lanner COMMAND [OPTIONS]\n\ncommands:\n",
           lanner_version());
    for (size_t i = 0; (row = command_at(i)) != NULL; i++)
        printf("  %-12s %s\n", row->name, row->help);
    printf("\nlanner help COMMAND shows the options of a command. First steps:\n\n"
           "  lanner query 'resultType=50034 | groupBy(ipAddress)' signins.ndjson\n"
           "  lanner query \"SELECT username, COUNT(*) FROM events GROUP BY username LAST 7 DAYS\" "
           "logs/\n"
           "  lanner query -f detection.aql --now data logs/\n");
}

void help_print_command(const struct command_row *row)
{
    struct buf out = {0};

    buf_printf(&out, "usage: lanner %s%s%s\n\n%s\n", row->name,
               row->command->usage[0] != '\0' ? " " : "", row->command->usage, row->help);
    if (row->command->options[0] != NULL) {
        buf_puts(&out, "\noptions:\n");
        options_print(row->command->options, &out);
        buf_puts(&out, "  -h, --help                  this text\n");
    }
    if (row->command->details != NULL)
        buf_printf(&out, "\n%s", row->command->details);
    fwrite(out.ptr, 1, out.len, stdout);
    buf_done(&out);
}

int help_after_parse(const struct command *self, enum lanner_rc rc, const struct lanner_err *err)
{
    const struct command_row *row;

    for (size_t i = 0; rc == LANNER_ERR_STOPPED && (row = command_at(i)) != NULL; i++) {
        if (row->command != self)
            continue;
        help_print_command(row);
        return EXIT_ROWS;
    }
    message_error(err, NULL, STR_NONE);
    return EXIT_FAILED;
}
