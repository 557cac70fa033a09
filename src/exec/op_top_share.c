/* op_top_share.c - the first n rows by a number, largest first, with their share of the sum over
 * all rows and a last row for what is left out.
 *
 * All rows are sorted, on disk when memory is short, and read twice: for the sums, then to hand
 * them on. A row without a number has no part in the sums. */
#include <stdlib.h>

#include "exec/sorter.h"
#include "util/exact.h"

struct top_share {
    const struct layout *layout;
    uint32_t value_cell;
    struct sorter *sorter;                    /* owned */
    uint32_t value_col, percent_col, key_col; /* of the output; UINT32_MAX: nobody asks for it */
};

struct sums {
    struct arena arena;
    struct exact all, rest;
    bool has_rest;
};

static uint32_t output_column(const struct op *op, struct str name)
{
    const struct schema_field *f = schema_find(op->node->schema, name);

    return f != NULL && f->col < op->node->schema->n_cols ? f->col : UINT32_MAX;
}

static enum lanner_rc share_open(struct op *op, struct lanner_err *err)
{
    const struct plan_node *n = op->node;
    struct top_share *s = xcalloc(1, sizeof(*s));
    struct sorter_key *key = ARENA_NEW(op->x->env.arena, struct sorter_key);
    struct sorter_config config = {.x = op->x, .name = "top", .at = n->at, .n_keys = 1};

    (void)err;
    op->state = s;
    s->layout = layout_new(op->x->env.arena, op->in, n->schema, &n->u.share.value, 1);
    s->value_cell = s->layout->n_cells - 1;
    *key = (struct sorter_key){.cell = s->value_cell, .descending = true, .type = SORT_NUMBER};
    config.layout = s->layout;
    config.keys = key;
    s->sorter = sorter_new(&config);
    s->value_col = output_column(op, n->u.share.value);
    s->percent_col =
        n->u.share.percent.len > 0 ? output_column(op, n->u.share.percent) : UINT32_MAX;
    s->key_col = output_column(op, n->u.share.key);
    return LANNER_OK;
}

static enum lanner_rc share_push(struct op *op, unsigned worker, struct batch *b, unsigned port,
                                 struct lanner_err *err)
{
    (void)port;
    return sorter_push(((struct top_share *)op->state)->sorter, worker, b, err);
}

static void add_number(struct exact *sum, const struct val *v, struct arena *a)
{
    struct val n = val_to_num(v);

    if (n.kind == KIND_LONG)
        exact_add_long(sum, n.u.i);
    else if (n.kind == KIND_DOUBLE)
        exact_add_double(sum, n.u.d, a);
}

static enum lanner_rc add_up(struct op *op, struct sums *sums, struct lanner_err *err)
{
    struct top_share *s = op->state;
    const struct row *row;
    bool stays;

    for (uint64_t i = 0;; i++) {
        TRY(sorter_next(s->sorter, &row, &stays, err));
        if (row == NULL)
            return sorter_rewind(s->sorter, err);
        add_number(&sums->all, &row->cells[s->value_cell], &sums->arena);
        if (i < op->node->u.share.limit)
            continue;
        add_number(&sums->rest, &row->cells[s->value_cell], &sums->arena);
        sums->has_rest = true;
    }
}

static struct val sum_value(const struct exact *sum)
{
    return exact_is_long(sum) ? val_long(exact_long(sum)) : val_double(exact_double(sum));
}

static struct val percent_of(const struct val *v, const struct sums *sums)
{
    struct val n = val_to_num(v);
    double total = exact_double(&sums->all);

    if (val_is_null(&n) || total == 0)
        return VAL_ABSENT;
    return val_double((n.kind == KIND_LONG ? (double)n.u.i : n.u.d) / total * 100);
}

static void put_rest(struct op *op, struct emitter *e, const struct sums *sums, struct ordinal ord)
{
    const struct top_share *s = op->state;
    struct val value = sum_value(&sums->rest);
    uint32_t row = emitter_add(e, ord);

    if (s->key_col != UINT32_MAX)
        e->b->cols[s->key_col].v[row] = val_str(op->node->u.share.rest);
    if (s->value_col != UINT32_MAX)
        e->b->cols[s->value_col].v[row] = value;
    if (s->percent_col != UINT32_MAX)
        e->b->cols[s->percent_col].v[row] = percent_of(&value, sums);
}

static enum lanner_rc emit_rows(struct op *op, struct emitter *e, const struct sums *sums,
                                struct lanner_err *err)
{
    struct top_share *s = op->state;
    struct ordinal ord = {0, 0};
    const struct row *row;
    bool stays;

    for (; ord.hi < op->node->u.share.limit; ord.hi++) {
        TRY(sorter_next(s->sorter, &row, &stays, err));
        if (row == NULL)
            break;
        emitter_put(e, s->layout, row, ord, !stays);
        if (s->percent_col != UINT32_MAX)
            e->b->cols[s->percent_col].v[e->b->n_rows - 1] =
                percent_of(&row->cells[s->value_cell], sums);
        if (emitter_is_full(e))
            TRY(emitter_flush(e, err));
    }
    if (op->node->u.share.has_rest && sums->has_rest)
        put_rest(op, e, sums, ord);
    return emitter_flush(e, err);
}

static enum lanner_rc share_finish(struct op *op, struct lanner_err *err)
{
    struct top_share *s = op->state;
    struct sums sums = {.has_rest = false};
    struct emitter e;
    enum lanner_rc rc;

    TRY(sorter_finish(s->sorter, err));
    arena_init(&sums.arena, 4096);
    emitter_init(&e, op, 0, s->layout->n_cols, s->layout->open, op->x->env.batch_rows);
    rc = add_up(op, &sums, err);
    if (rc == LANNER_OK)
        rc = emit_rows(op, &e, &sums, err);
    emitter_done(&e);
    arena_done(&sums.arena);
    return rc;
}

static enum lanner_rc share_relieve(struct op *op, struct lanner_err *err)
{
    return sorter_relieve(((struct top_share *)op->state)->sorter, err);
}

static void share_reset(struct op *op)
{
    sorter_reset(((struct top_share *)op->state)->sorter);
}

static void share_close(struct op *op)
{
    sorter_free(((struct top_share *)op->state)->sorter);
    free(op->state);
}

const struct op_def op_top_share = {
    .name = "top_share",
    .open = share_open,
    .push = share_push,
    .finish = share_finish,
    .relieve = share_relieve,
    .reset = share_reset,
    .close = share_close,
};
