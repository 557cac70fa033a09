/* command_table.c - the rows of commands.def as a table. */
#include "cli/cli.h"

#define COMMAND(name, help) extern const struct command command_##name;
#include "cli/commands.def"
#undef COMMAND

static const struct command_row commands[] = {
#define COMMAND(name, help) {#name, help, &command_##name},
#include "cli/commands.def"
#undef COMMAND
};

const struct command_row *command_at(size_t i)
{
    return i < ARRAY_LEN(commands) ? &commands[i] : NULL;
}

const struct command_row *command_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    }
    return NULL;
}

const char *command_nearest(const char *name)
{
    const char *best = NULL;
    size_t best_distance = MAX(strlen(name) / 3, 2) + 1;

    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        size_t d = options_distance(name, commands[i].name);

        if (d < best_distance) {
            best_distance = d;
            best = commands[i].name;
        }
    }
    return best;
}
