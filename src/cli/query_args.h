/* query_args.h - private to cli: the options that query and explain share, and the query itself. */
#ifndef CLI_QUERY_ARGS_H
#define CLI_QUERY_ARGS_H

#include "cli/cli.h"

struct query_args {
    struct lanner_session *session; /* owned */
    const char *file;               /* of -f */
    const char *language;           /* of -l, or told by the file's ending; NULL: by the text */
    const char *output;
    const char *temporary;
    bool quiet, stats, raw_cells;
    bool progress, no_progress;
    struct buf text;  /* owned; the query */
    const char *name; /* where it comes from */
};

void query_args_init(struct query_args *a);
void query_args_done(struct query_args *a);

/* Tables of options whose target is a struct query_args. */
extern const struct option_row query_options[];  /* the query and its meaning */
extern const struct option_row input_options[];  /* logs and what goes with them */
extern const struct option_row output_options[]; /* what is printed; query only */
extern const struct option_row tuning_options[]; /* how it is run */

/* Finds the query among the words and the options, and gives the rest of the words to the session
 * as inputs. Without any, standard input is one unless it is a terminal or `inputs_optional`. */
MUST_USE enum lanner_rc query_args_read(struct query_args *a, const char *const *words, size_t n,
                                        bool inputs_optional, struct lanner_err *err);

#endif
