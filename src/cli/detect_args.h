/* detect_args.h - private to cli: what detect and why share: packs and logs among the words, and
 * the options of a run. */
#ifndef CLI_DETECT_ARGS_H
#define CLI_DETECT_ARGS_H

#include "cli/query_args.h"
#include "detect/detect.h"

struct detect_args {
    struct query_args args;  /* first: the tables of query_args.h take it as their target */
    VEC(const char *) packs; /* paths; borrowed from the command line */
    VEC(const char *) set;   /* NAME=VALUE of parameters */
    const char *tuning, *only;
    bool language[QUERY_LANGUAGES];
    struct pack_set *set_of_packs; /* owned; after detect_args_read */
    bool has_logs;
};

/* Options of every command that runs detections; target is a struct detect_args. */
extern const struct option_row detect_run_options[];

/* The session's defaults are those of detections: the clock of the data, records counted once. */
enum lanner_rc detect_args_init(struct detect_args *a, struct lanner_err *err) MUST_USE;
void detect_args_done(struct detect_args *a);
/* Packs among the words, else --pack, else the folder packs/; the other words are logs. Without
 * logs standard input is read unless it is a terminal or `logs_optional`. Opens the packs and says
 * what is wrong with their files. */
enum lanner_rc detect_args_read(struct detect_args *a, const char *const *words, size_t n,
                                bool logs_optional, struct lanner_err *err) MUST_USE;
/* The options of a run as far as they come from here. */
struct detect_options detect_args_options(const struct detect_args *a);
/* Notes of a run: each once. A lanner_on_note; ctx is a struct detect_notes. */
struct detect_notes {
    struct strmap *seen; /* owned */
    bool quiet;
    struct progress *progress; /* borrowed; its line is hidden before a note */
};
void detect_notes_init(struct detect_notes *n);
void detect_notes_done(struct detect_notes *n);
void detect_note(void *ctx, const struct lanner_note *note);
/* What became of detections that could not run, on standard error. */
void detect_say_failures(const struct detect_result *result);

#endif
