/* op_correlate.c - sets of rows, one of each query, that belong together.
 *
 * Each row is put through the pipeline of each query; those that come out are kept, in memory, with
 * the fields the result has and those that link it. A row without a value for one of its links can
 * be in no set. When all have come the sets are searched for (constellation.h) and handed on in the
 * order of the root's rows. */
#include <stdlib.h>

#include "exec/constellation.h"
#include "fn/fn.h"

/* So much each worker may hold for a query whatever the budget says. */
#define FLOOR_BYTES ((uint64_t)64 * 1024)
#define ARENA_SIZE  ((size_t)8 * 1024)

struct query {
    const struct plan_query *plan;
    const struct chain *chain;
    struct layout layout;
    uint32_t first_link; /* cells of the fields that link it, up to the time's */
    uint32_t time;
    bool open; /* fields of records go to the result's open rows */
};

struct part { /* rows of one query from one worker */
    struct arena arena;
    VEC(const struct row *) rows;
    uint64_t charged;
};

struct correlate {
    struct query *queries;
    size_t n;
    struct link_cells *links;
    struct part *parts; /* owned; n for each worker */
    struct sky *sky;    /* owned */
    uint64_t sky_charged;
    _Atomic uint64_t n_timeless; /* rows left out because they have no usable time */
};

/* ---- Opening
 * ------------------------------------------------------------------------------------- */

/* The field of the query's rows that a result's column is for, or nothing. */
static struct str field_of(struct str column, struct str query)
{
    if (column.len <= query.len || !str_starts(column, query) || column.ptr[query.len] != '.')
        return STR_NONE;
    return str_of(column.ptr + query.len + 1, column.len - query.len - 1);
}

static uint32_t add_cell(struct query *q, struct fetch *cells, uint32_t *to, struct str field,
                         uint32_t col)
{
    cells[q->layout.n_cells] = fetch_new(q->chain->schema, field);
    to[q->layout.n_cells] = col;
    return q->layout.n_cells++;
}

static void open_layout(struct op *op, struct correlate *c, size_t i)
{
    const struct plan_node *n = op->node;
    struct arena *a = op->x->env.arena;
    struct query *q = &c->queries[i];
    size_t most = n->schema->n + 2 * n->u.correlate.n_links + 1;
    struct fetch *cells = ARENA_ARRAY(a, struct fetch, most);
    uint32_t *to = ARENA_ARRAY(a, uint32_t, most);

    for (size_t k = 0; k < n->schema->n; k++) {
        const struct schema_field *f = &n->schema->fields[k];
        struct str field = field_of(f->name, q->plan->name);

        if (field.len > 0 && f->col < n->schema->n_cols)
            add_cell(q, cells, to, field, f->col);
    }
    q->first_link = q->layout.n_cells;
    for (size_t k = 0; k < n->u.correlate.n_links; k++) {
        const struct plan_link *link = &n->u.correlate.links[k];

        if (link->a == i)
            c->links[k].a = add_cell(q, cells, to, link->a_field, UINT32_MAX);
        if (link->b == i)
            c->links[k].b = add_cell(q, cells, to, link->b_field, UINT32_MAX);
    }
    q->time = add_cell(q, cells, to, STR(FIELD_TIME_MS), UINT32_MAX);
    q->open = n->schema->open && q->plan->all;
    q->layout.cells = cells;
    q->layout.to = to;
    q->layout.n_cols = n->schema->n_cols;
    q->layout.open = q->open;
}

static enum lanner_rc correlate_open(struct op *op, struct lanner_err *err)
{
    const struct plan_node *n = op->node;
    struct arena *a = op->x->env.arena;
    struct correlate *c = xcalloc(1, sizeof(*c));
    size_t n_parts = n->u.correlate.n_queries * op->x->env.n_workers;

    op->state = c;
    c->n = n->u.correlate.n_queries;
    c->queries = ARENA_ARRAY(a, struct query, c->n);
    c->links = ARENA_ARRAY(a, struct link_cells, n->u.correlate.n_links);
    c->parts = xcalloc(n_parts, sizeof(*c->parts));
    for (size_t i = 0; i < n_parts; i++)
        arena_init(&c->parts[i].arena, ARENA_SIZE);
    for (size_t i = 0; i < c->n; i++) {
        c->queries[i].plan = &n->u.correlate.queries[i];
        TRY(chain_new(op->x, n->u.correlate.queries[i].body, &c->queries[i].chain, err));
        open_layout(op, c, i);
    }
    c->sky = sky_new(n, c->links, op->x->env.fn->seed);
    return LANNER_OK;
}

/* ---- Gathering
 * ----------------------------------------------------------------------------------- */

static enum lanner_rc charge(struct op *op, struct part *p, struct lanner_err *err)
{
    uint64_t size = p->arena.n_bytes + p->rows.cap * sizeof(struct row *);
    struct budget *budget = op->x->env.budget;

    if (size == p->charged)
        return LANNER_OK;
    if (size <= FLOOR_BYTES)
        budget_force(budget, size - p->charged);
    else if (!budget_take(budget, size - p->charged))
        return exec_no_memory(op->x, op->node->at, "correlate()", size - p->charged, err);
    p->charged = size;
    return LANNER_OK;
}

static bool has_links(const struct query *q, const struct val *cells)
{
    for (uint32_t k = q->first_link; k < q->time; k++) {
        if (val_is_null(&cells[k]))
            return false;
    }
    return true;
}

/* Sets that look at times have no use for a row without one. */
static bool time_of(const struct val *v, int64_t *out)
{
    struct val n = val_to_num(v);

    if (n.kind == KIND_DOUBLE && n.u.d > -9e18 && n.u.d < 9e18)
        n = val_long((int64_t)n.u.d);
    *out = n.kind == KIND_LONG ? n.u.i : INT64_MIN;
    return n.kind == KIND_LONG;
}

static enum lanner_rc keep_rows(struct op *op, struct query *q, struct part *p,
                                const struct batch *b, uint8_t *timeless, struct lanner_err *err)
{
    bool timed = op->node->u.correlate.has_within || op->node->u.correlate.sequence;
    struct val *cells = ARENA_ARRAY(b->arena, struct val, q->layout.n_cells);
    int64_t time;

    SEL_FOR (&b->sel, i) {
        struct row row;

        row_view(&q->layout, b, i, cells, &row);
        if (!has_links(q, cells))
            continue;
        if (!time_of(&cells[q->time], &time) && timed) {
            timeless[i] = 1;
            continue;
        }
        VEC_PUSH(&p->rows, row_copy(&row, &p->arena));
    }
    return charge(op, p, err);
}

static enum lanner_rc correlate_push(struct op *op, unsigned worker, struct batch *b, unsigned port,
                                     struct lanner_err *err)
{
    struct correlate *c = op->state;
    uint8_t *timeless = arena_zalloc(b->arena, MAX(b->n_rows, 1u));
    uint64_t n = 0;

    (void)port;
    for (size_t i = 0; i < c->n; i++) {
        struct batch *view = batch_view(b, &b->sel);

        TRY(chain_apply(c->queries[i].chain, worker, view, err));
        TRY(keep_rows(op, &c->queries[i], &c->parts[worker * c->n + i], view, timeless, err));
    }
    SEL_FOR (&b->sel, i)
        n += timeless[i];
    if (n > 0)
        atomic_fetch_add(&c->n_timeless, n);
    return LANNER_OK;
}

/* ---- Handing on
 * ---------------------------------------------------------------------------------- */

struct giver {
    struct op *op;
    struct emitter out;
    struct ordinal ord;
};

/* A field of the record that no column of the query hides. */
static bool is_own(const struct query *q, struct str name)
{
    const struct schema_field *f = schema_find(q->chain->schema, name);

    return f == NULL || f->from_record;
}

static void put_open(struct giver *g, uint32_t row, const struct query *q, const struct row *r)
{
    struct arena *a = &g->out.arena;

    for (uint32_t k = 0; k < r->n_open; k++) {
        const struct open_field *f = &r->open[k];

        if (is_own(q, f->name))
            open_put(&g->out.b->open[row],
                     arena_printf(a, "%.*s.%.*s", STR_ARG(q->plan->name), STR_ARG(f->name)), f->v,
                     a);
    }
}

static enum lanner_rc give_set(void *ctx, const struct row *const *rows, struct lanner_err *err)
{
    struct giver *g = ctx;
    const struct correlate *c = g->op->state;
    uint32_t to = emitter_add(&g->out, g->ord);

    g->ord.hi++;
    for (size_t i = 0; i < c->n; i++) {
        const struct query *q = &c->queries[i];

        for (uint32_t k = 0; k < q->first_link; k++)
            g->out.b->cols[q->layout.to[k]].v[to] = rows[i]->cells[k];
        if (q->open)
            put_open(g, to, q, rows[i]);
    }
    return emitter_is_full(&g->out) ? emitter_flush(&g->out, err) : LANNER_OK;
}

static enum lanner_rc fill_sky(struct op *op, struct lanner_err *err)
{
    struct correlate *c = op->state;
    uint64_t n_timeless = atomic_load(&c->n_timeless);

    for (size_t i = 0; i < c->n * op->x->env.n_workers; i++) {
        struct part *p = &c->parts[i];
        size_t query = i % c->n;
        int64_t time;

        for (size_t k = 0; k < p->rows.n; k++) {
            (void)time_of(&p->rows.items[k]->cells[c->queries[query].time], &time);
            sky_add(c->sky, query, time, p->rows.items[k]);
        }
        VEC_DONE(&p->rows);
        memset(&p->rows, 0, sizeof(p->rows));
    }
    if (sky_size(c->sky) > FLOOR_BYTES && !budget_take(op->x->env.budget, sky_size(c->sky)))
        return exec_no_memory(op->x, op->node->at, "correlate()", sky_size(c->sky), err);
    c->sky_charged = sky_size(c->sky) > FLOOR_BYTES ? sky_size(c->sky) : 0;
    if (n_timeless > 0)
        exec_note(op->x, LANNER_NOTE_WARNING, op->node->at,
                  "correlate() leaves out %llu events without a usable time",
                  (unsigned long long)n_timeless);
    sky_ready(c->sky);
    return LANNER_OK;
}

static enum lanner_rc correlate_finish(struct op *op, struct lanner_err *err)
{
    struct correlate *c = op->state;
    struct giver g = {.op = op};
    struct sky_report report = {0};
    enum lanner_rc rc;

    TRY(fill_sky(op, err));
    emitter_init(&g.out, op, 0, op->node->schema->n_cols, op->node->schema->open,
                 op->x->env.batch_rows);
    rc = sky_search(c->sky, op->x, give_set, &g, &report, err);
    if (rc == LANNER_OK)
        rc = emitter_flush(&g.out, err);
    emitter_done(&g.out);
    if (rc == LANNER_OK && report.n_cut > 0)
        exec_note(op->x, LANNER_NOTE_INPUT, op->node->at,
                  "correlate() did not try all combinations for %llu events of %.*s; sets may be "
                  "missing",
                  (unsigned long long)report.n_cut,
                  STR_ARG(c->queries[op->node->u.correlate.root].plan->name));
    return rc;
}

static void correlate_close(struct op *op)
{
    struct correlate *c = op->state;

    for (size_t i = 0; i < c->n * op->x->env.n_workers; i++) {
        budget_give(op->x->env.budget, c->parts[i].charged);
        VEC_DONE(&c->parts[i].rows);
        arena_done(&c->parts[i].arena);
    }
    budget_give(op->x->env.budget, c->sky_charged);
    free(c->parts);
    sky_free(c->sky);
    free(c);
}

const struct op_def op_correlate = {
    .name = "correlate",
    .open = correlate_open,
    .push = correlate_push,
    .finish = correlate_finish,
    .close = correlate_close,
};
