/* op_series.c - completes time buckets and keeps the largest series.
 *
 * Rows of an aggregation by bucket come in; they leave ordered by bucket, ties as they were. Of the
 * series (one for each combination of the series fields) those with the largest sums over all
 * buckets stay; where wanted, each bucket of the interval that has no row gets an empty one. */
#include <stdlib.h>

#include "exec/groups.h"
#include "exec/key_rows.h"
#include "exec/sorter.h"

#define MAX_EMPTY 1000000
#define FLOOR     ((uint64_t)64 * 1024)

struct series {
    const struct layout *layout;
    uint32_t bucket_cell;
    uint32_t first_key;    /* cell of the first series field */
    struct sorter *sorter; /* owned */
    uint32_t bucket_col;   /* of the output; UINT32_MAX: nobody asks for it */
    uint32_t *zero_cols;
    size_t n_zeroes;
    const struct program *bucket_of; /* over one column, the time */
    /* Sums of the series: */
    bool ranks;
    struct fetch *keys;
    struct fetch *values;
    size_t n_values;
    struct group_shape shape;
    struct groups *sums;      /* owned, one a worker */
    VEC(struct ordinal) kept; /* first ordinals of the series that stay, ascending */
    bool is_cut;
};

/* ---- Opening
 * ------------------------------------------------------------------------------------- */

static const struct fn_call *sum_call(struct exec *x, struct span at)
{
    struct fn_call *call = ARENA_NEW(x->env.arena, struct fn_call);

    call->fn = fn_named("sum");
    assert(call->fn != NULL && call->fn->agg != NULL);
    call->env = x->env.fn;
    call->at = at;
    call->n_args = 1;
    call->n_out = 1;
    return call;
}

static void open_ranks(struct op *op, struct series *s)
{
    const struct plan_node *n = op->node;
    struct arena *a = op->x->env.arena;
    struct group_shape *shape = &s->shape;

    s->keys = fetch_list(a, op->in, n->u.series.series, n->u.series.n_series);
    s->n_values = n->u.series.n_values;
    s->values = fetch_list(a, op->in, n->u.series.values, s->n_values);
    shape->n_keys = (uint32_t)n->u.series.n_series;
    shape->n_items = s->n_values;
    shape->budget = op->x->env.budget;
    shape->calls = ARENA_ARRAY(a, const struct fn_call *, s->n_values);
    shape->state_at = ARENA_ARRAY(a, size_t, s->n_values);
    shape->size = (sizeof(struct group) + shape->n_keys * sizeof(struct val) + 15) & ~(size_t)15;
    for (size_t k = 0; k < s->n_values; k++) {
        shape->calls[k] = sum_call(op->x, n->at);
        shape->state_at[k] = shape->size;
        shape->size += (shape->calls[k]->fn->agg->state_size + 15) & ~(size_t)15;
    }
    s->sums = xcalloc(op->x->env.n_workers, sizeof(*s->sums));
    for (unsigned w = 0; w < op->x->env.n_workers; w++)
        groups_init(&s->sums[w], shape);
    s->ranks = true;
}

static enum lanner_rc open_bucket(struct op *op, struct series *s, struct lanner_err *err)
{
    struct schema_field time = {.name = STR("time"), .type = TYPE_LONG};
    struct schema schema = {.fields = &time, .n = 1, .n_cols = 1};
    struct arena *a = op->x->env.arena;
    struct span at = op->node->at;
    struct expr *e;

    if (op->node->u.series.span_ms <= 0)
        return err_set_at(err, LANNER_ERR_UNSUPPORTED, at,
                          "the width of the time buckets is not known; give a span");
    e = expr_callv(a, at, "time_bucket", 3, expr_field(a, at, time.name),
                   expr_const(a, at, val_long(op->node->u.series.span_ms)),
                   expr_const(a, at, VAL_ABSENT));
    TRY(expr_bind(e, op->x->env.fn, err));
    return program_new(a, e, &schema, &s->bucket_of, err);
}

static void open_outputs(struct op *op, struct series *s)
{
    const struct plan_node *n = op->node;
    const struct schema_field *f = schema_find(n->schema, n->u.series.bucket);

    s->bucket_col = f != NULL && f->col < n->schema->n_cols ? f->col : UINT32_MAX;
    s->zero_cols = ARENA_ARRAY(op->x->env.arena, uint32_t, n->u.series.n_zeroes);
    for (size_t k = 0; k < n->u.series.n_zeroes; k++) {
        f = schema_find(n->schema, n->u.series.zeroes[k]);
        if (f != NULL && f->col < n->schema->n_cols)
            s->zero_cols[s->n_zeroes++] = f->col;
    }
}

static enum lanner_rc series_open(struct op *op, struct lanner_err *err)
{
    const struct plan_node *n = op->node;
    struct arena *a = op->x->env.arena;
    struct series *s = xcalloc(1, sizeof(*s));
    struct sorter_key *key = ARENA_NEW(a, struct sorter_key);
    struct str *names = ARENA_ARRAY(a, struct str, n->u.series.n_series + 1);
    struct sorter_config config = {.x = op->x, .name = "series", .at = n->at, .n_keys = 1};

    op->state = s;
    names[0] = n->u.series.bucket;
    for (size_t k = 0; k < n->u.series.n_series; k++)
        names[k + 1] = n->u.series.series[k];
    s->layout = layout_new(a, op->in, n->schema, names, n->u.series.n_series + 1);
    s->bucket_cell = s->layout->n_cells - (uint32_t)n->u.series.n_series - 1;
    s->first_key = s->bucket_cell + 1;
    key->cell = s->bucket_cell;
    key->type = SORT_NUMBER;
    config.layout = s->layout;
    config.keys = key;
    s->sorter = sorter_new(&config);
    open_outputs(op, s);
    if (n->u.series.n_series > 0 && n->u.series.limit > 0)
        open_ranks(op, s);
    return n->u.series.fill ? open_bucket(op, s, err) : LANNER_OK;
}

/* ---- Rows in
 * ------------------------------------------------------------------------------------- */

static enum lanner_rc add_sums(struct op *op, unsigned worker, struct batch *b,
                               struct lanner_err *err)
{
    struct series *s = op->state;
    struct groups *t = &s->sums[worker];
    struct group **of = arena_alloc(b->arena, arena_array_size(b->n_rows, sizeof(*of)));
    void **states = arena_alloc(b->arena, arena_array_size(b->n_rows, sizeof(*states)));
    struct val *keys = ARENA_ARRAY(b->arena, struct val, s->shape.n_keys);
    struct key_rows rows;

    key_rows_make(&rows, s->keys, s->shape.n_keys, KEYS_KEEP, op->x->env.fn->seed, b);
    for (uint32_t r = 0; r < rows.sel.n; r++) {
        uint32_t i = rows.sel.idx[r];

        key_rows_get(&rows, i, keys);
        of[i] = groups_get(t, rows.hashes[r], keys, b->ord[i]);
    }
    for (size_t k = 0; k < s->n_values; k++) {
        struct column value = fetch_column(&s->values[k], b);

        SEL_FOR (&rows.sel, i)
            states[i] = group_state(&s->shape, of[i], k);
        TRY(s->shape.calls[k]->fn->agg->update(&t->ctxs[k], states, &value, b, &rows.sel, err));
    }
    if (!groups_charge(t, FLOOR))
        return exec_no_memory(op->x, op->node->at, "the table of series", groups_size(t), err);
    return LANNER_OK;
}

static enum lanner_rc series_push(struct op *op, unsigned worker, struct batch *b, unsigned port,
                                  struct lanner_err *err)
{
    struct series *s = op->state;

    (void)port;
    if (s->ranks)
        TRY(add_sums(op, worker, b, err));
    return sorter_push(s->sorter, worker, b, err);
}

/* ---- Choosing series
 * ----------------------------------------------------------------------------- */

struct rank {
    double sum;
    struct ordinal ord;
};

static enum lanner_rc no_emit(struct agg_out *out, struct lanner_err *err)
{
    (void)out;
    (void)err;
    return LANNER_OK;
}

static enum lanner_rc rank_of(struct groups *t, const struct group *g, struct arena *a,
                              struct rank *rank, struct lanner_err *err)
{
    *rank = (struct rank){0, g->ord};
    for (size_t k = 0; k < t->shape->n_items; k++) {
        struct val v = VAL_ABSENT;
        struct agg_out out = {&v, no_emit, a};

        TRY(t->shape->calls[k]->fn->agg->read(&t->ctxs[k], group_state(t->shape, g, k), &out, err));
        if (v.kind == KIND_LONG)
            rank->sum += (double)v.u.i;
        else if (v.kind == KIND_DOUBLE)
            rank->sum += v.u.d;
    }
    return LANNER_OK;
}

static int cmp_rank(const void *a, const void *b)
{
    const struct rank *x = a;
    const struct rank *y = b;

    if (x->sum != y->sum)
        return x->sum > y->sum ? -1 : 1;
    return ordinal_cmp(x->ord, y->ord);
}

static int cmp_ordinal(const void *a, const void *b)
{
    return ordinal_cmp(*(const struct ordinal *)a, *(const struct ordinal *)b);
}

static enum lanner_rc rank_all(struct groups *t, struct rank *ranks, struct lanner_err *err)
{
    struct arena a;
    size_t n = 0;
    enum lanner_rc rc = LANNER_OK;

    arena_init(&a, 4096);
    for (size_t i = 0; i < t->cap && rc == LANNER_OK; i++) {
        if (t->slots[i].g != NULL)
            rc = rank_of(t, t->slots[i].g, &a, &ranks[n++], err);
    }
    arena_done(&a);
    return rc;
}

static enum lanner_rc choose(struct op *op, struct lanner_err *err)
{
    struct series *s = op->state;
    struct groups *t = &s->sums[0];
    uint64_t limit = op->node->u.series.limit;
    struct rank *ranks;
    enum lanner_rc rc;

    for (unsigned w = 1; w < op->x->env.n_workers; w++)
        TRY(groups_take(t, &s->sums[w], err));
    if (t->n <= limit)
        return LANNER_OK;
    ranks = xcalloc(t->n, sizeof(*ranks));
    rc = rank_all(t, ranks, err);
    if (rc == LANNER_OK) {
        qsort(ranks, t->n, sizeof(*ranks), cmp_rank);
        for (uint64_t i = 0; i < limit; i++)
            VEC_PUSH(&s->kept, ranks[i].ord);
        qsort(s->kept.items, s->kept.n, sizeof(s->kept.items[0]), cmp_ordinal);
        s->is_cut = true;
        exec_note(op->x, LANNER_NOTE_LIMIT, op->node->at, "the chart keeps %llu of %zu series",
                  (unsigned long long)limit, t->n);
    }
    free(ranks);
    return rc;
}

static bool is_kept(struct op *op, const struct row *row)
{
    struct series *s = op->state;
    const struct val *keys = &row->cells[s->first_key];
    uint64_t h = op->x->env.fn->seed;
    const struct group *g;

    if (!s->is_cut)
        return true;
    for (uint32_t k = 0; k < s->shape.n_keys; k++) {
        struct val v = val_is_null(&keys[k]) ? VAL_ABSENT : keys[k];

        h = val_hash(&v, h);
    }
    g = groups_get(&s->sums[0], h, keys, row->ord);
    return bsearch(&g->ord, s->kept.items, s->kept.n, sizeof(s->kept.items[0]), cmp_ordinal) !=
           NULL;
}

/* ---- Buckets
 * ------------------------------------------------------------------------------------- */

struct filler {
    struct op *op;
    struct emitter *out;
    struct arena arena;
    struct ordinal ord; /* of the next row */
    int64_t shift;      /* of the data's buckets against those of the query's time zone */
    int64_t next, last; /* buckets; next past last: nothing to fill */
    uint64_t n_empty;
};

static enum lanner_rc bucket_of(struct filler *f, int64_t ms, int64_t *out, struct lanner_err *err)
{
    struct series *s = f->op->state;
    struct batch *b;
    struct column col;
    const struct val *v;

    arena_reset(&f->arena);
    b = batch_new(&f->arena, 1, 1, 1, false);
    b->sel.n = 1;
    b->cols[0].v[0] = val_long(ms - f->shift);
    TRY(program_run(s->bucket_of, f->op->x->evals[0], b, &b->sel, &col, err));
    v = column_at(&col, 0);
    *out = v->kind == KIND_LONG ? v->u.i + f->shift : ms;
    return LANNER_OK;
}

/* The bucket behind one. Where the zone's offset changes a bucket may be longer or shorter. */
static enum lanner_rc bucket_after(struct filler *f, int64_t bucket, int64_t *out,
                                   struct lanner_err *err)
{
    int64_t span = f->op->node->u.series.span_ms;

    if (__builtin_add_overflow(bucket, span, out))
        return err_set_at(err, LANNER_ERR_LIMIT, f->op->node->at, "the interval is too long");
    TRY(bucket_of(f, *out, out, err));
    if (*out <= bucket)
        *out = bucket + span;
    return LANNER_OK;
}

/* Reads all rows once for the first and last bucket that has data. */
static enum lanner_rc data_range(struct op *op, int64_t *first, int64_t *last, bool *some,
                                 struct lanner_err *err)
{
    struct series *s = op->state;
    const struct row *row;
    bool stays;

    *some = false;
    for (;;) {
        struct val v;

        TRY(sorter_next(s->sorter, &row, &stays, err));
        if (row == NULL)
            break;
        v = val_to_num(&row->cells[s->bucket_cell]);
        if (v.kind != KIND_LONG)
            continue;
        *first = *some ? MIN(*first, v.u.i) : v.u.i;
        *last = *some ? MAX(*last, v.u.i) : v.u.i;
        *some = true;
    }
    return sorter_rewind(s->sorter, err);
}

static enum lanner_rc filler_range(struct filler *f, struct lanner_err *err)
{
    const struct exec_env *env = &f->op->x->env;
    int64_t first = 0;
    int64_t last = 0;
    int64_t aligned;
    bool some;

    f->next = INT64_MAX;
    f->last = INT64_MIN;
    if (!f->op->node->u.series.fill)
        return LANNER_OK;
    TRY(data_range(f->op, &first, &last, &some, err));
    if (!some && (env->interval_from_ms == INT64_MIN || env->interval_to_ms == INT64_MIN))
        return LANNER_OK;
    if (some) {
        TRY(bucket_of(f, first, &aligned, err));
        f->shift = first - aligned;
    }
    if (env->interval_from_ms != INT64_MIN)
        TRY(bucket_of(f, env->interval_from_ms, &first, err));
    if (env->interval_to_ms != INT64_MIN)
        TRY(bucket_of(f, env->interval_to_ms - 1, &last, err));
    f->next = first;
    f->last = last;
    return LANNER_OK;
}

static enum lanner_rc put_empty(struct filler *f, struct lanner_err *err)
{
    struct series *s = f->op->state;
    uint32_t row;

    if (++f->n_empty > MAX_EMPTY)
        return err_set_at(err, LANNER_ERR_LIMIT, f->op->node->at,
                          "more than %d empty time buckets; a larger span is needed", MAX_EMPTY);
    row = emitter_add(f->out, f->ord);
    f->ord.hi++;
    if (s->bucket_col != UINT32_MAX)
        f->out->b->cols[s->bucket_col].v[row] = val_long(f->next);
    for (size_t k = 0; k < s->n_zeroes; k++)
        f->out->b->cols[s->zero_cols[k]].v[row] = val_long(0);
    return emitter_is_full(f->out) ? emitter_flush(f->out, err) : LANNER_OK;
}

/* Empty rows for all buckets before `until`. */
static enum lanner_rc fill_to(struct filler *f, int64_t until, struct lanner_err *err)
{
    while (f->next < until && f->next <= f->last) {
        TRY(put_empty(f, err));
        TRY(bucket_after(f, f->next, &f->next, err));
    }
    return LANNER_OK;
}

static enum lanner_rc put_rows(struct filler *f, struct lanner_err *err)
{
    struct series *s = f->op->state;
    const struct row *row;
    bool stays;

    for (;;) {
        struct val bucket;

        TRY(sorter_next(s->sorter, &row, &stays, err));
        if (row == NULL)
            break;
        if (!is_kept(f->op, row))
            continue;
        bucket = val_to_num(&row->cells[s->bucket_cell]);
        if (bucket.kind == KIND_LONG && f->next <= f->last) {
            TRY(fill_to(f, bucket.u.i, err));
            if (f->next == bucket.u.i)
                TRY(bucket_after(f, f->next, &f->next, err));
        }
        emitter_put(f->out, s->layout, row, f->ord, !stays);
        f->ord.hi++;
        if (emitter_is_full(f->out))
            TRY(emitter_flush(f->out, err));
    }
    TRY(fill_to(f, INT64_MAX, err));
    return emitter_flush(f->out, err);
}

static enum lanner_rc series_finish(struct op *op, struct lanner_err *err)
{
    struct series *s = op->state;
    struct emitter e;
    struct filler f = {.op = op, .out = &e};
    enum lanner_rc rc;

    if (s->ranks)
        TRY(choose(op, err));
    TRY(sorter_finish(s->sorter, err));
    emitter_init(&e, op, 0, s->layout->n_cols, s->layout->open, op->x->env.batch_rows);
    arena_init(&f.arena, 4096);
    rc = filler_range(&f, err);
    if (rc == LANNER_OK)
        rc = put_rows(&f, err);
    arena_done(&f.arena);
    emitter_done(&e);
    return rc;
}

static enum lanner_rc series_relieve(struct op *op, struct lanner_err *err)
{
    return sorter_relieve(((struct series *)op->state)->sorter, err);
}

static void series_reset(struct op *op)
{
    struct series *s = op->state;

    for (unsigned w = 0; s->ranks && w < op->x->env.n_workers; w++)
        groups_clear(&s->sums[w]);
    s->kept.n = 0;
    s->is_cut = false;
    sorter_reset(s->sorter);
}

static void series_close(struct op *op)
{
    struct series *s = op->state;

    for (unsigned w = 0; s->ranks && w < op->x->env.n_workers; w++)
        groups_done(&s->sums[w]);
    free(s->sums);
    sorter_free(s->sorter);
    VEC_DONE(&s->kept);
    free(s);
}

const struct op_def op_series = {
    .name = "series",
    .open = series_open,
    .push = series_push,
    .finish = series_finish,
    .relieve = series_relieve,
    .reset = series_reset,
    .close = series_close,
};
