/* rows.h - rows that are kept: copied out of batches, saved, loaded, and put into batches again.
 * Private to exec. */
#ifndef EXEC_ROWS_H
#define EXEC_ROWS_H

#include "exec/op.h"

/* Which cells a kept row has. */
struct layout {
    const struct fetch *cells; /* where each comes from */
    const uint32_t *to;        /* the column it goes to; UINT32_MAX: none (a hidden key) */
    uint32_t n_cells;
    uint32_t n_cols; /* of the batches made from such rows */
    bool open;
};

/* The columns that out's fields name, read from rows of in; then one cell for each extra name. */
const struct layout *layout_new(struct arena *a, const struct schema *in, const struct schema *out,
                                const struct str *extra, size_t n_extra);

struct row {
    struct ordinal ord;
    struct open_field *open;
    uint32_t n_open;
    uint32_t n_cells;
    struct val *cells;
};

/* Points into the batch; cells has room for layout->n_cells. */
void row_view(const struct layout *l, const struct batch *b, uint32_t i, struct val *cells,
              struct row *out);
/* A deep copy with n_more cells of room before it (see sorter.c). */
struct row *row_copy(const struct row *r, struct arena *a);
void row_save(const struct row *r, struct buf *out);
/* Texts point into the reader's memory. A damaged row sets r->bad. */
void row_load(struct reader *r, struct arena *a, uint32_t n_cells, struct row *out);

/* Collects rows into batches of the layout and hands them on. */
struct emitter {
    struct op *op; /* NULL: the batch is taken by the caller */
    unsigned worker;
    uint32_t n_cols;
    bool open;
    uint32_t cap;
    struct arena arena;
    struct batch *b; /* NULL: none begun */
};
void emitter_init(struct emitter *e, struct op *op, unsigned worker, uint32_t n_cols, bool open,
                  uint32_t cap);
void emitter_done(struct emitter *e);
/* Begins a row, all cells absent, and returns its number in e->b. */
uint32_t emitter_add(struct emitter *e, struct ordinal ord);
/* The row with what it points to; `deep`: what it points to does not stay. */
void emitter_put(struct emitter *e, const struct layout *l, const struct row *r, struct ordinal ord,
                 bool deep);
static inline bool emitter_is_full(const struct emitter *e)
{
    return e->b != NULL && e->b->n_rows == e->cap;
}
/* Hands the rows on, if there are any; the arena is used again. */
enum lanner_rc emitter_flush(struct emitter *e, struct lanner_err *err) MUST_USE;

#endif
