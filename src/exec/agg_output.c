/* agg_output.c - group states to rows.
 *
 * A group's rows are the product of the rows of its items, where an item without rows counts as one
 * empty row. Post pipelines then run over the finished rows. When there are more groups than the
 * limit, all are read twice: first for the sum of their numeric outputs, which ranks them, then the
 * kept ones for their rows. */
#include <stdlib.h>

#include "exec/op_aggregate.h"

/* Rows one group may become. */
#define MAX_PRODUCT ((uint64_t)1 << 20)

struct item_rows {         /* of one item, for a stretch of groups */
    VEC(struct val) cells; /* row by row */
    VEC(size_t) first;     /* row at which each group begins; one more at the end */
    size_t n_rows;
};

struct rank {
    double sum;
    struct ordinal ord;
};

struct output {
    struct op *op;
    struct aggregate *agg;
    struct emitter out;
    struct arena arena;      /* of what the states gave, for a stretch of groups */
    struct item_rows *items; /* owned */
    VEC(uint32_t) group_of;  /* of each row in out.b */
    /* First reading: */
    bool ranking;
    VEC(struct rank) ranks; /* one for each group so far */
    size_t stretch_at;      /* where the ranks of this stretch begin */
    /* Second reading: */
    bool has_kept;
    VEC(struct ordinal) kept; /* ascending */
};

/* ---- Reading states
 * ------------------------------------------------------------------------------ */

struct reading {
    struct agg_out out; /* first: its address is the reading's */
    struct item_rows *rows;
    size_t n_names;
};

static enum lanner_rc reading_emit(struct agg_out *out, struct lanner_err *err)
{
    struct reading *r = (struct reading *)(void *)out;

    (void)err;
    for (size_t k = 0; k < r->n_names; k++)
        VEC_PUSH(&r->rows->cells, out->vals[k]);
    r->rows->n_rows++;
    return LANNER_OK;
}

static enum lanner_rc read_group(struct output *o, struct groups *t, const struct group *g,
                                 struct lanner_err *err)
{
    for (size_t k = 0; k < o->agg->shape.n_items; k++) {
        const struct agg_def *def = o->agg->shape.calls[k]->fn->agg;
        struct reading r = {.rows = &o->items[k], .n_names = o->agg->items[k].plan->n_names};

        r.out.vals = ARENA_ARRAY(&o->arena, struct val, r.n_names);
        r.out.emit = reading_emit;
        r.out.arena = &o->arena;
        VEC_PUSH(&r.rows->first, r.rows->n_rows);
        TRY(def->read(&t->ctxs[k], group_state(&o->agg->shape, g, k), &r.out, err));
    }
    return LANNER_OK;
}

static size_t rows_of(const struct item_rows *rows, size_t group)
{
    return rows->first.items[group + 1] - rows->first.items[group];
}

/* ---- Post pipelines
 * ------------------------------------------------------------------------------ */

static void blank_column(struct batch *b, uint32_t col, const uint8_t *dropped)
{
    struct val *v = arena_alloc(b->arena, arena_array_size(b->n_rows, sizeof(struct val)));

    for (uint32_t i = 0; i < b->n_rows; i++)
        v[i] = dropped[i] != 0 ? VAL_ABSENT : *column_at(&b->cols[col], i);
    b->cols[col] = (struct column){v, false};
}

static enum lanner_rc run_post(struct output *o, const struct agg_item *item, struct batch *b,
                               struct lanner_err *err)
{
    struct sel all = sel_copy(&b->sel, b->arena);
    uint32_t before = b->n_cols;
    uint8_t *dropped;

    (void)o;
    TRY(chain_apply(item->post, 0, b, err));
    if (b->sel.n == all.n)
        return LANNER_OK;
    dropped = arena_alloc(b->arena, b->n_rows);
    memset(dropped, 1, b->n_rows);
    SEL_FOR (&b->sel, i)
        dropped[i] = 0;
    b->sel = all;
    for (uint32_t c = 0; c < b->n_cols; c++) {
        bool own = c >= item->first_col && c < item->first_col + item->plan->n_names;

        if (own || c >= before)
            blank_column(b, c, dropped);
    }
    return LANNER_OK;
}

/* ---- Rows
 * ---------------------------------------------------------------------------------------- */

static void rank_rows(struct output *o, const struct batch *b)
{
    const struct schema *s = o->op->node->schema;

    for (uint32_t row = 0; row < b->n_rows; row++) {
        struct rank *rank = &o->ranks.items[o->stretch_at + o->group_of.items[row]];

        for (size_t k = 0; k < s->n; k++) {
            const struct val *v;

            if (s->fields[k].col < o->agg->shape.n_keys || s->fields[k].col >= b->n_cols)
                continue;
            v = column_at(&b->cols[s->fields[k].col], row);
            if (v->kind == KIND_LONG)
                rank->sum += (double)v->u.i;
            else if (v->kind == KIND_DOUBLE)
                rank->sum += v->u.d;
        }
    }
}

static enum lanner_rc flush(struct output *o, struct lanner_err *err)
{
    struct batch *b = o->out.b;

    if (b == NULL)
        return LANNER_OK;
    for (size_t k = 0; k < o->agg->shape.n_items; k++) {
        if (o->agg->items[k].post != NULL)
            TRY(run_post(o, &o->agg->items[k], b, err));
    }
    assert(b->n_cols == o->op->node->schema->n_cols);
    if (o->ranking) {
        rank_rows(o, b);
        b->sel.n = 0; /* goes nowhere */
    }
    o->group_of.n = 0;
    return emitter_flush(&o->out, err);
}

static void fill_row(struct output *o, const struct group *g, size_t group, uint64_t nth,
                     uint32_t row)
{
    struct batch *b = o->out.b;

    for (uint32_t c = 0; c < o->agg->shape.n_keys; c++)
        b->cols[c].v[row] = g->keys[c];
    for (size_t k = o->agg->shape.n_items; k-- > 0;) {
        const struct item_rows *rows = &o->items[k];
        size_t n = rows_of(rows, group);
        size_t n_names = o->agg->items[k].plan->n_names;
        size_t at;

        if (n == 0)
            continue; /* one empty row */
        at = (rows->first.items[group] + nth % n) * n_names;
        nth /= n;
        for (size_t j = 0; j < n_names; j++)
            b->cols[o->agg->items[k].first_col + j].v[row] = rows->cells.items[at + j];
    }
}

static enum lanner_rc put_group(struct output *o, const struct group *g, size_t group,
                                struct lanner_err *err)
{
    uint64_t product = 1;

    for (size_t k = 0; k < o->agg->shape.n_items; k++) {
        product *= MAX(rows_of(&o->items[k], group), 1u);
        if (product > MAX_PRODUCT)
            return err_set_at(err, LANNER_ERR_LIMIT, o->op->node->at,
                              "the aggregates of one group give more than %llu rows",
                              (unsigned long long)MAX_PRODUCT);
    }
    for (uint64_t n = 0; n < product; n++) {
        struct ordinal ord = g->ord;

        if (product > 1)
            TRY(ordinal_sub(g->ord, n, &ord, err));
        fill_row(o, g, group, n, emitter_add(&o->out, ord));
        VEC_PUSH(&o->group_of, (uint32_t)group);
        if (emitter_is_full(&o->out))
            TRY(flush(o, err));
    }
    return LANNER_OK;
}

static enum lanner_rc put_stretch(struct output *o, struct groups *t, struct group **list, size_t n,
                                  struct lanner_err *err)
{
    for (size_t k = 0; k < o->agg->shape.n_items; k++) {
        o->items[k].cells.n = 0;
        o->items[k].first.n = 0;
        o->items[k].n_rows = 0;
    }
    o->stretch_at = o->ranks.n;
    for (size_t i = 0; i < n; i++) {
        if (o->ranking)
            VEC_PUSH(&o->ranks, ((struct rank){0, list[i]->ord}));
        TRY(read_group(o, t, list[i], err));
    }
    for (size_t k = 0; k < o->agg->shape.n_items; k++)
        VEC_PUSH(&o->items[k].first, o->items[k].n_rows);
    for (size_t i = 0; i < n; i++)
        TRY(put_group(o, list[i], i, err));
    TRY(flush(o, err));
    arena_reset(&o->arena);
    return LANNER_OK;
}

static int cmp_ordinal(const void *a, const void *b)
{
    return ordinal_cmp(*(const struct ordinal *)a, *(const struct ordinal *)b);
}

static bool is_kept(const struct output *o, const struct group *g)
{
    return !o->has_kept || bsearch(&g->ord, o->kept.items, o->kept.n, sizeof(o->kept.items[0]),
                                   cmp_ordinal) != NULL;
}

static enum lanner_rc visit_table(struct op *op, struct groups *t, void *ctx,
                                  struct lanner_err *err)
{
    struct output *o = ctx;
    size_t cap = op->x->env.batch_rows;
    struct group **list = xcalloc(cap, sizeof(struct group *));
    size_t n = 0;
    enum lanner_rc rc = LANNER_OK;

    for (size_t i = 0; i < t->cap && rc == LANNER_OK; i++) {
        if (t->slots[i].g == NULL || !is_kept(o, t->slots[i].g))
            continue;
        list[n++] = t->slots[i].g;
        if (n < cap)
            continue;
        rc = put_stretch(o, t, list, n, err);
        n = 0;
        if (rc == LANNER_OK)
            rc = exec_check(op->x, err);
    }
    if (rc == LANNER_OK && n > 0)
        rc = put_stretch(o, t, list, n, err);
    free(list);
    return rc;
}

/* ---- The limit
 * ----------------------------------------------------------------------------------- */

static int cmp_rank(const void *a, const void *b)
{
    const struct rank *x = a;
    const struct rank *y = b;

    if (x->sum != y->sum)
        return x->sum > y->sum ? -1 : 1;
    return ordinal_cmp(x->ord, y->ord);
}

static void choose_kept(struct output *o, uint64_t limit)
{
    uint64_t n = o->ranks.n;

    if (n <= limit)
        return;
    qsort(o->ranks.items, o->ranks.n, sizeof(o->ranks.items[0]), cmp_rank);
    for (uint64_t i = 0; i < limit; i++)
        VEC_PUSH(&o->kept, o->ranks.items[i].ord);
    qsort(o->kept.items, o->kept.n, sizeof(o->kept.items[0]), cmp_ordinal);
    o->has_kept = true;
    if (!o->op->node->u.aggregate.limit_is_explicit)
        exec_note(o->op->x, LANNER_NOTE_LIMIT, o->op->node->at,
                  "groupBy() keeps %llu of %llu groups", (unsigned long long)limit,
                  (unsigned long long)n);
}

static enum lanner_rc output_all(struct output *o, struct lanner_err *err)
{
    uint64_t limit = o->op->node->u.aggregate.limit;
    uint64_t size = 0;

    if (limit != 0 && agg_n_groups(o->op) > limit) {
        o->ranking = true;
        TRY(agg_walk(o->op, visit_table, o, err));
        o->ranking = false;
        size = o->ranks.cap * sizeof(struct rank);
        budget_force(o->op->x->env.budget, size);
        choose_kept(o, limit);
        VEC_DONE(&o->ranks);
        budget_give(o->op->x->env.budget, size);
    }
    return agg_walk(o->op, visit_table, o, err);
}

enum lanner_rc agg_output(struct op *op, struct lanner_err *err)
{
    struct output o = {.op = op, .agg = op->state};
    size_t n_items = o.agg->shape.n_items;
    enum lanner_rc rc;

    emitter_init(&o.out, op, 0, o.agg->n_base_cols, op->node->schema->open, op->x->env.batch_rows);
    arena_init(&o.arena, 0);
    o.items = xcalloc(n_items, sizeof(*o.items));
    rc = output_all(&o, err);
    for (size_t k = 0; k < n_items; k++) {
        VEC_DONE(&o.items[k].cells);
        VEC_DONE(&o.items[k].first);
    }
    free(o.items);
    VEC_DONE(&o.group_of);
    VEC_DONE(&o.ranks);
    VEC_DONE(&o.kept);
    arena_done(&o.arena);
    emitter_done(&o.out);
    return rc;
}
