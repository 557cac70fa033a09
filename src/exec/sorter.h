/* sorter.h - rows in order, in memory as long as the budget allows, else in runs on disk. Private
 * to exec.
 *
 * Rows are added by all workers at once, each to its own part; read back alone. The order is total:
 * keys, then ordinals, which no two rows share. So a limit cuts the same rows whatever was spilled.
 */
#ifndef EXEC_SORTER_H
#define EXEC_SORTER_H

#include "exec/rows.h"

struct sorter_key {
    uint32_t cell;
    bool descending;
    bool as_key; /* order of group keys: by what the value prints. Else `type` */
    enum sort_type type;
};

struct sorter_config {
    struct exec *x;
    const char *name; /* for messages */
    struct span at;
    const struct layout *layout;
    const struct sorter_key *keys; /* query arena */
    uint32_t n_keys;
    bool ordinal_descending;
    bool ordinal_first; /* ordinals before keys: rows may share one then */
    uint64_t limit;     /* rows kept; 0: all */
};

struct sorter;
struct sorter *sorter_new(const struct sorter_config *config);
void sorter_free(struct sorter *s);
/* The selected rows of the batch. */
enum lanner_rc sorter_push(struct sorter *s, unsigned worker, struct batch *b,
                           struct lanner_err *err) MUST_USE;
/* One row that is no batch's. */
enum lanner_rc sorter_add(struct sorter *s, unsigned worker, const struct row *r,
                          struct lanner_err *err) MUST_USE;
/* Puts what was added on disk; does nothing once the adding has ended. */
enum lanner_rc sorter_relieve(struct sorter *s, struct lanner_err *err) MUST_USE;
/* Ends the adding. */
enum lanner_rc sorter_finish(struct sorter *s, struct lanner_err *err) MUST_USE;
/* The next row in order, NULL at the end. *stays: it lives as long as the sorter, else until the
 * next call. */
enum lanner_rc sorter_next(struct sorter *s, const struct row **row, bool *stays,
                           struct lanner_err *err) MUST_USE;
/* Begins again with the first row, once finished. */
enum lanner_rc sorter_rewind(struct sorter *s, struct lanner_err *err) MUST_USE;
/* Rows given to it so far, those past the limit included. */
uint64_t sorter_n_rows(const struct sorter *s);
void sorter_reset(struct sorter *s);

#endif
