/* op_union.c - the rows of several inputs: those of the first in their order, then the next's.
 *
 * Ordinals of different inputs say nothing about each other (one record may come in through
 * several, and an input that was sorted counts from 0), so rows are gathered under the number of
 * their input and get new ordinals. */
#include <stdlib.h>

#include "exec/sorter.h"

struct union_input {
    struct fetch *cells; /* one for each column of the output */
};

struct union_op {
    struct union_input *inputs;
    const struct layout *layout; /* of the output's columns and, last, the input's number */
    struct sorter *sorter;       /* owned */
};

static void make_inputs(struct op *op, struct union_op *u)
{
    const struct schema *out = op->node->schema;
    struct arena *a = op->x->env.arena;
    size_t n = op->node->u.set.n_inputs + 1;

    u->inputs = ARENA_ARRAY(a, struct union_input, n);
    for (size_t i = 0; i < n; i++) {
        const struct schema *in = i == 0 ? op->in : op->node->u.set.inputs[i - 1]->schema;

        u->inputs[i].cells = ARENA_ARRAY(a, struct fetch, out->n_cols);
        for (uint32_t c = 0; c < out->n_cols; c++)
            u->inputs[i].cells[c].col = FETCH_ABSENT;
        for (size_t k = 0; k < out->n; k++) {
            if (out->fields[k].col < out->n_cols)
                u->inputs[i].cells[out->fields[k].col] = fetch_new(in, out->fields[k].name);
        }
    }
}

/* Rows as union_push makes them: the columns in their places, the input's number behind them. */
static const struct layout *make_layout(struct op *op)
{
    const struct schema *out = op->node->schema;
    struct arena *a = op->x->env.arena;
    struct layout *l = ARENA_NEW(a, struct layout);
    struct fetch *cells = ARENA_ARRAY(a, struct fetch, out->n_cols + 1);
    uint32_t *to = ARENA_ARRAY(a, uint32_t, out->n_cols + 1);

    for (uint32_t c = 0; c <= out->n_cols; c++) {
        cells[c].col = c;
        to[c] = c < out->n_cols ? c : UINT32_MAX;
    }
    *l = (struct layout){cells, to, out->n_cols + 1, out->n_cols, out->open};
    return l;
}

static enum lanner_rc union_open(struct op *op, struct lanner_err *err)
{
    struct union_op *u = xcalloc(1, sizeof(*u));
    struct sorter_key *number = ARENA_NEW(op->x->env.arena, struct sorter_key);
    struct sorter_config config = {
        .x = op->x, .name = "union", .at = op->node->at, .keys = number, .n_keys = 1};

    (void)err;
    op->state = u;
    make_inputs(op, u);
    u->layout = make_layout(op);
    number->cell = u->layout->n_cells - 1;
    number->type = SORT_EXACT;
    config.layout = u->layout;
    u->sorter = sorter_new(&config);
    return LANNER_OK;
}

static enum lanner_rc union_push(struct op *op, unsigned worker, struct batch *b, unsigned port,
                                 struct lanner_err *err)
{
    struct union_op *u = op->state;
    const struct schema *schema = op->node->schema;
    struct batch out = *b;
    struct val number = val_long(port);

    out.n_cols = 0;
    out.cap_cols = schema->n_cols + 1;
    out.cols = arena_alloc(b->arena, arena_array_size(out.cap_cols, sizeof(struct column)));
    for (uint32_t c = 0; c < schema->n_cols; c++)
        out.cols[out.n_cols++] = fetch_column(&u->inputs[port].cells[c], b);
    out.cols[out.n_cols++] = (struct column){&number, true};
    if (schema->open && out.open == NULL)
        out.open = ARENA_ARRAY(b->arena, struct open_row, b->n_rows);
    if (!schema->open)
        out.open = NULL;
    return sorter_push(u->sorter, worker, &out, err);
}

static enum lanner_rc emit_all(struct union_op *u, struct emitter *e, struct lanner_err *err)
{
    struct ordinal ord = {0, 0};
    const struct row *row;
    bool stays;

    for (;;) {
        TRY(sorter_next(u->sorter, &row, &stays, err));
        if (row == NULL)
            return emitter_flush(e, err);
        emitter_put(e, u->layout, row, ord, !stays);
        ord.hi++;
        if (emitter_is_full(e))
            TRY(emitter_flush(e, err));
    }
}

static enum lanner_rc union_finish(struct op *op, struct lanner_err *err)
{
    struct union_op *u = op->state;
    struct emitter e;
    enum lanner_rc rc;

    TRY(sorter_finish(u->sorter, err));
    emitter_init(&e, op, 0, u->layout->n_cols, u->layout->open, op->x->env.batch_rows);
    rc = emit_all(u, &e, err);
    emitter_done(&e);
    return rc;
}

static enum lanner_rc union_relieve(struct op *op, struct lanner_err *err)
{
    return sorter_relieve(((struct union_op *)op->state)->sorter, err);
}

static void union_reset(struct op *op)
{
    sorter_reset(((struct union_op *)op->state)->sorter);
}

static void union_close(struct op *op)
{
    struct union_op *u = op->state;

    sorter_free(u->sorter);
    free(u);
}

const struct op_def op_union = {
    .name = "union",
    .open = union_open,
    .push = union_push,
    .finish = union_finish,
    .relieve = union_relieve,
    .reset = union_reset,
    .close = union_close,
};
