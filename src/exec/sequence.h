/* sequence.h - the parts of the sequence operator. Private to exec.
 *
 * A kind is given the rows in order, batch by batch, on one worker, and appends its columns; what
 * it must know of earlier rows it keeps. */
#ifndef EXEC_SEQUENCE_H
#define EXEC_SEQUENCE_H

#include "exec/rows.h"

struct sequence_def {
    enum lanner_rc (*open)(struct op *op, void **state, struct lanner_err *err);
    /* The next rows, all selected. May drop some, appends the columns that bind announced. */
    enum lanner_rc (*run)(struct op *op, void *state, struct batch *b, struct lanner_err *err);
    void (*reset)(struct op *op, void *state);
    void (*close)(struct op *op, void *state);
};
extern const struct sequence_def sequence_parts, sequence_neighbor, sequence_aggregate;

/* The value of a time field as whole milliseconds; false when it is none. */
bool sequence_time(const struct val *v, int64_t *ms);
/* Appends a column that holds the field's values, to be written over. */
struct val *sequence_column(const struct fetch *old, struct batch *b);

/* ---- Rows that went before
 * ----------------------------------------------------------------------- */

struct history {
    uint32_t n_cols;
    struct val **cols;    /* owned; values in the arena at work */
    struct ordinal *ord;  /* owned */
    int64_t *time;        /* owned */
    size_t first, n, cap; /* rows from first on are still asked for */
    struct arena arenas[2];
    unsigned at_work;
};
void history_init(struct history *h, uint32_t n_cols);
void history_done(struct history *h);
void history_clear(struct history *h);
/* Room for one more row. Returns by how much the numbers of rows became smaller. */
size_t history_make_room(struct history *h);
/* Adds a row, all its values absent, and returns its number. */
size_t history_add(struct history *h, struct ordinal ord, int64_t time);
static inline void history_set(struct history *h, size_t row, uint32_t col, const struct val *v)
{
    h->cols[col][row] = val_copy(v, &h->arenas[h->at_work]);
}
uint64_t history_size(const struct history *h);

#endif
