/* op_sequence.c - works through rows in the order of their ordinals: gathers them, then gives them
 * one by one to what the node asks for (sequence_*.c), which adds columns.
 *
 * The order is that of ordinals, so an answer depends neither on batches nor on workers. Rows keep
 * their ordinals. */
#include <stdlib.h>

#include "exec/sequence.h"
#include "exec/sorter.h"

struct sequence {
    const struct sequence_def *kind;
    void *state; /* the kind's */
    const struct layout *layout;
    struct sorter *rows; /* owned */
};

bool sequence_time(const struct val *v, int64_t *ms)
{
    struct val num = v->kind == KIND_TIME ? val_long(v->u.i / 1000000) : val_to_num(v);

    if (num.kind == KIND_DOUBLE && num.u.d > -9e18 && num.u.d < 9e18)
        num = val_long((int64_t)num.u.d);
    *ms = num.kind == KIND_LONG ? num.u.i : 0;
    return num.kind == KIND_LONG;
}

struct val *sequence_column(const struct fetch *old, struct batch *b)
{
    struct column c = {.is_const = false};

    c.v = arena_alloc(b->arena, arena_array_size(MAX(b->n_rows, 1u), sizeof(struct val)));
    for (uint32_t i = 0; i < b->n_rows; i++)
        c.v[i] = VAL_ABSENT;
    SEL_FOR (&b->sel, i)
        c.v[i] = fetch_at(old, b, i);
    batch_append(b, c);
    return c.v;
}

/* ---- The operator
 * -------------------------------------------------------------------------------- */

static enum lanner_rc sequence_open(struct op *op, struct lanner_err *err)
{
    static const struct sequence_def *const kinds[] = {
        [SEQUENCE_PARTS] = &sequence_parts,
        [SEQUENCE_NEIGHBOR] = &sequence_neighbor,
        [SEQUENCE_AGGREGATE] = &sequence_aggregate,
    };
    struct sequence *s = xcalloc(1, sizeof(*s));
    struct sorter_config config = {
        .x = op->x,
        .name = op->node->u.sequence.name,
        .at = op->node->at,
        .ordinal_descending = op->node->u.sequence.succeeding,
    };

    op->state = s;
    s->kind = kinds[op->node->u.sequence.kind];
    s->layout = layout_new(op->x->env.arena, op->in, op->in, NULL, 0);
    config.layout = s->layout;
    s->rows = sorter_new(&config);
    return s->kind->open(op, &s->state, err);
}

static enum lanner_rc sequence_push(struct op *op, unsigned worker, struct batch *b, unsigned port,
                                    struct lanner_err *err)
{
    struct sequence *s = op->state;

    (void)port;
    return sorter_push(s->rows, worker, b, err);
}

static enum lanner_rc hand_on(struct op *op, struct emitter *e, struct lanner_err *err)
{
    struct sequence *s = op->state;

    if (e->b == NULL)
        return LANNER_OK;
    TRY(exec_check(op->x, err));
    TRY(s->kind->run(op, s->state, e->b, err));
    assert(e->b->n_cols == op->node->schema->n_cols);
    return emitter_flush(e, err);
}

static enum lanner_rc run_all(struct op *op, struct emitter *e, struct lanner_err *err)
{
    struct sequence *s = op->state;
    const struct row *row;
    bool stays;

    for (;;) {
        TRY(sorter_next(s->rows, &row, &stays, err));
        if (row == NULL)
            return hand_on(op, e, err);
        emitter_put(e, s->layout, row, row->ord, !stays);
        if (emitter_is_full(e))
            TRY(hand_on(op, e, err));
    }
}

static enum lanner_rc sequence_finish(struct op *op, struct lanner_err *err)
{
    struct sequence *s = op->state;
    struct emitter e;
    enum lanner_rc rc;

    TRY(sorter_finish(s->rows, err));
    emitter_init(&e, op, 0, s->layout->n_cols, s->layout->open, op->x->env.batch_rows);
    rc = run_all(op, &e, err);
    emitter_done(&e);
    return rc;
}

static enum lanner_rc sequence_relieve(struct op *op, struct lanner_err *err)
{
    return sorter_relieve(((struct sequence *)op->state)->rows, err);
}

static void sequence_reset(struct op *op)
{
    struct sequence *s = op->state;

    sorter_reset(s->rows);
    s->kind->reset(op, s->state);
}

static void sequence_close(struct op *op)
{
    struct sequence *s = op->state;

    sorter_free(s->rows);
    if (s->state != NULL)
        s->kind->close(op, s->state);
    free(s);
}

const struct op_def op_sequence = {
    .name = "sequence",
    .open = sequence_open,
    .push = sequence_push,
    .finish = sequence_finish,
    .relieve = sequence_relieve,
    .reset = sequence_reset,
    .close = sequence_close,
};
