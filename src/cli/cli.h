/* cli.h - private to cli: commands, their options, and what they share.
 *
 * A command is a row of commands.def and a file that exports a struct command; an option is a row
 * of a table. Help, parsing and the nearest name of a mistyped option all come from the rows. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "lanner.h"
#include "util/buf.h"

/* Exit status. */
enum { EXIT_ROWS = 0, EXIT_NO_ROWS = 1, EXIT_FAILED = 2, EXIT_INTERRUPTED = 130 };

struct option_row {
    const char *name; /* without the two dashes */
    char letter;      /* of the short form, 0: none */
    const char *arg;  /* what follows, for the help; NULL: a flag */
    const char *help;
    /* Puts the value (a flag: `value` of the row) where it belongs. */
    enum lanner_rc (*apply)(void *target, const struct option_row *row, const char *value,
                            struct lanner_err *err);
    const char *key;   /* for apply: name of the session option */
    const char *value; /* for apply: what the flag means */
};

struct command {
    const char *usage; /* what follows the command's name */
    const struct option_row *const
        *options;        /* tables, each ended by a row without name; NULL ends */
    const char *details; /* shown after the options; may be NULL */
    int (*run)(const struct command *self, int argc, char **argv); /* argv after the name */
};

struct command_row {
    const char *name;
    const char *help;
    const struct command *command;
};

/* command_table.c */
const struct command_row *command_at(size_t i); /* NULL past the end */
const struct command_row *command_find(const char *name);
/* The name of the table nearest to a mistyped one, or NULL when none is near. */
const char *command_nearest(const char *name);

/* options.c */
/* Applies the options of argv and collects the other words. `--help` gives LANNER_ERR_STOPPED with
 * nothing in err. */
MUST_USE enum lanner_rc options_parse(const struct option_row *const *tables, int argc, char **argv,
                                      void *target, const char **words, size_t max_words,
                                      size_t *n_words, struct lanner_err *err);
void options_print(const struct option_row *const *tables, struct buf *out);
/* A number of bytes: K M G are powers of 1024, KB MB GB powers of 1000. */
MUST_USE enum lanner_rc options_size(const char *value, uint64_t *out, struct lanner_err *err);
MUST_USE enum lanner_rc options_number(const char *value, uint64_t max, uint64_t *out,
                                       struct lanner_err *err);
/* 2026-03-02 or 2026-03-02T08:00:00Z as epoch milliseconds. */
MUST_USE enum lanner_rc options_instant(const char *value, int64_t *ms, struct lanner_err *err);
/* Edit distance of two short words. */
size_t options_distance(const char *a, const char *b);

/* help.c */
void help_print(void);
void help_print_command(const struct command_row *row);
/* For a command whose options could not be read: help on --help, else the error. */
int help_after_parse(const struct command *self, enum lanner_rc rc, const struct lanner_err *err);

/* message.c: everything that goes to standard error, safe for a terminal. */
void message_put(const char *fmt, ...) PRINTF(1, 2);
/* "lanner: text" and the hint; with a place, the line of the query and a caret under it. `name`
 * says where the query comes from; text may be NULL. */
void message_error(const struct lanner_err *err, const char *name, struct str text);
void message_note(const struct lanner_note *note);
/* The place alone, appended: "--> name:line:column", the line and a caret. */
void message_put_place(struct buf *b, const struct lanner_err *err, const char *name,
                       struct str text);
/* 1,234,567 */
struct str message_count(char room[32], uint64_t n);
/* 1.23 GB */
struct str message_bytes(char room[32], double n);

/* terminal.c */
bool terminal_is(int fd);
uint32_t terminal_width(int fd); /* 0: unknown */
bool terminal_colour(int fd);
bool terminal_is_utf8(void); /* by the locale of the environment */

#endif
