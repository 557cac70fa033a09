/* sequence_window.c - what is known from rows nearby: fields of a neighbour, and aggregates over
 * the rows so far or over a window that ends with the row.
 *
 * Without an end to the window one state takes row after row. With one, rows come and go; an
 * aggregate that cannot give a row back (agg_def.slide is NULL) is worked out anew for each row
 * from the arguments kept of its window. */
#include <stdlib.h>

#include "exec/sequence.h"

/* So much may be held whatever the budget says. */
#define FLOOR_BYTES ((uint64_t)64 * 1024)
/* cql.md 2.8: slidingTimeWindow() looks at so many events. */
#define MAX_WINDOW ((size_t)10000)
#define ARENA_SIZE ((size_t)4 * 1024)

static enum lanner_rc charge(struct op *op, uint64_t size, uint64_t *charged,
                             struct lanner_err *err)
{
    struct budget *budget = op->x->env.budget;

    if (size <= *charged)
        return LANNER_OK;
    if (size <= FLOOR_BYTES)
        budget_force(budget, size - *charged);
    else if (!budget_take(budget, size - *charged))
        return exec_no_memory(op->x, op->node->at, op->node->u.sequence.name, size - *charged, err);
    *charged = size;
    return LANNER_OK;
}

/* ---- Neighbours
 * ---------------------------------------------------------------------------------- */

struct neighbor {
    struct fetch *from, *to;
    struct history rows; /* the included fields of the last `distance` rows */
    uint64_t charged;
};

static enum lanner_rc neighbor_open(struct op *op, void **state, struct lanner_err *err)
{
    const struct plan_sequence *plan = &op->node->u.sequence;
    struct arena *a = op->x->env.arena;
    struct neighbor *s = xcalloc(1, sizeof(*s));

    (void)err;
    *state = s;
    s->from = ARENA_ARRAY(a, struct fetch, plan->n_include);
    s->to = ARENA_ARRAY(a, struct fetch, plan->n_include);
    for (size_t k = 0; k < plan->n_include; k++) {
        s->from[k] = fetch_new(op->in, plan->include[k].from);
        s->to[k] = fetch_new(op->in, plan->include[k].to);
    }
    history_init(&s->rows, (uint32_t)plan->n_include);
    return LANNER_OK;
}

static void copy_neighbor(const struct plan_sequence *plan, struct neighbor *s, struct val **out,
                          struct batch *b, uint32_t row)
{
    struct history *h = &s->rows;
    size_t at;

    if (h->n - h->first >= plan->distance) {
        h->first = h->n - plan->distance;
        for (uint32_t k = 0; k < plan->n_include; k++) {
            if (h->cols[k][h->first].kind != KIND_ABSENT)
                out[k][row] = val_copy(&h->cols[k][h->first], b->arena);
        }
    }
    (void)history_make_room(h);
    at = history_add(h, b->ord[row], 0);
    for (uint32_t k = 0; k < plan->n_include; k++) {
        struct val v = fetch_at(&s->from[k], b, row);

        history_set(h, at, k, &v);
    }
}

static enum lanner_rc neighbor_run(struct op *op, void *state, struct batch *b,
                                   struct lanner_err *err)
{
    const struct plan_sequence *plan = &op->node->u.sequence;
    struct neighbor *s = state;
    struct val **out = ARENA_ARRAY(b->arena, struct val *, plan->n_include);

    for (size_t k = 0; k < plan->n_include; k++)
        out[k] = sequence_column(&s->to[k], b);
    SEL_FOR (&b->sel, i)
        copy_neighbor(plan, s, out, b, i);
    return charge(op, history_size(&s->rows), &s->charged, err);
}

static void neighbor_reset(struct op *op, void *state)
{
    (void)op;
    history_clear(&((struct neighbor *)state)->rows);
}

static void neighbor_close(struct op *op, void *state)
{
    struct neighbor *s = state;

    budget_give(op->x->env.budget, s->charged);
    history_done(&s->rows);
    free(s);
}

const struct sequence_def sequence_neighbor = {
    .open = neighbor_open,
    .run = neighbor_run,
    .reset = neighbor_reset,
    .close = neighbor_close,
};

/* ---- Aggregates
 * ---------------------------------------------------------------------------------- */

struct item {
    const struct plan_agg *plan;
    const struct agg_def *def;
    const struct chain *pre, *post; /* NULL: none */
    const struct program *args;
    struct fetch *old;  /* values before, one for each output */
    uint32_t first_arg; /* column of the history */
    uint32_t first_col; /* of its outputs */
    struct agg_ctx ctx;
    struct arena arena; /* of the state */
    void *state;        /* owned */
    VEC(uint32_t) rows; /* numbers of the rows in the history that count for it, ascending */
    size_t first_row;   /* where those begin that are in the window */
    const struct agg_slide *slide; /* NULL: each window anew */
    void *window;                  /* owned; the slide's state */
    size_t n_added;                /* of `rows`: the slide has seen them */
};

struct window {
    struct item *items; /* owned */
    size_t n;
    struct fetch time;
    struct history rows; /* arguments; not used without an end to the window */
    struct arena scratch;
    void **states; /* owned; as many as the history has room for, all the item's at work */
    size_t n_states;
    bool is_bounded;
    bool has_last;
    bool said_limit;
    int64_t last_ms;
    uint64_t charged;
};

static void item_begin(struct item *item)
{
    arena_reset(&item->arena);
    item->def->init(&item->ctx, item->state);
}

static enum lanner_rc open_item(struct op *op, struct item *item, const struct plan_agg *plan,
                                bool is_bounded, struct lanner_err *err)
{
    const struct schema *rows = op->in;
    struct arena *a = op->x->env.arena;

    item->plan = plan;
    if (plan->call->kind != EXPR_CALL || plan->call->fn->agg == NULL)
        return err_set_at(err, LANNER_ERR_UNSUPPORTED, plan->at, "%s is no aggregate",
                          plan->call->kind == EXPR_CALL ? plan->call->fn->name : "a value");
    if (plan->call->fn->reads_open && is_bounded)
        return err_set_at(err, LANNER_ERR_UNSUPPORTED, plan->at,
                          "%s() cannot have %s, which looks at whole events",
                          op->node->u.sequence.name, plan->call->fn->name);
    item->def = plan->call->fn->agg;
    item->state = xcalloc(1, MAX(item->def->state_size, (size_t)1));
    item->ctx = (struct agg_ctx){
        .call = plan->call->call, .arena = &item->arena, .budget = op->x->env.budget};
    item_begin(item);
    item->slide = is_bounded ? item->def->slide : NULL;
    if (item->slide != NULL)
        item->window = xcalloc(1, MAX(item->slide->state_size, (size_t)1));
    if (plan->pre != NULL) {
        TRY(chain_new(op->x, plan->pre, &item->pre, err));
        rows = item->pre->schema;
    }
    if (plan->post != NULL)
        TRY(chain_new(op->x, plan->post, &item->post, err));
    item->old = fetch_list(a, op->in, plan->names, plan->n_names);
    return program_new_args(a, plan->call, rows, &item->args, err);
}

static enum lanner_rc window_open(struct op *op, void **state, struct lanner_err *err)
{
    const struct plan_sequence *plan = &op->node->u.sequence;
    struct window *s = xcalloc(1, sizeof(*s));
    uint32_t n_args = 0;
    uint32_t col = op->in->n_cols;

    *state = s;
    s->n = plan->n_items;
    s->items = xcalloc(s->n, sizeof(*s->items));
    s->time = fetch_new(op->in, plan->time);
    s->is_bounded = plan->n_rows != 0 || plan->span_ms != 0;
    arena_init(&s->scratch, ARENA_SIZE);
    for (size_t k = 0; k < s->n; k++)
        arena_init(&s->items[k].arena, ARENA_SIZE);
    for (size_t k = 0; k < s->n; k++) {
        s->items[k].first_arg = n_args;
        s->items[k].first_col = col;
        n_args += (uint32_t)plan->items[k].call->n_args;
        col += (uint32_t)plan->items[k].n_names;
    }
    history_init(&s->rows, n_args);
    for (size_t k = 0; k < s->n; k++)
        TRY(open_item(op, &s->items[k], &plan->items[k], s->is_bounded, err));
    return LANNER_OK;
}

/* One item at work on a batch. */
struct pass {
    struct item *item;
    const struct column *args;
    const struct batch *rows; /* as its sub-pipeline left them */
    uint8_t *counts;          /* by row */
    struct val **out;         /* its columns */
};

static enum lanner_rc begin_pass(struct op *op, struct pass *p, struct batch *b,
                                 struct lanner_err *err)
{
    struct item *item = p->item;
    struct batch *view = batch_view(b, &b->sel);

    p->out = ARENA_ARRAY(b->arena, struct val *, item->plan->n_names);
    p->counts = arena_zalloc(b->arena, MAX(b->n_rows, 1u));
    p->args = NULL;
    if (item->pre != NULL) {
        batch_own_open(view, &view->sel);
        TRY(chain_apply(item->pre, 0, view, err));
    }
    p->rows = view;
    if (view->sel.n > 0)
        TRY(program_run_args(item->args, op->x->evals[0], view, &view->sel, &p->args, err));
    SEL_FOR (&view->sel, i)
        p->counts[i] = 1;
    return LANNER_OK;
}

/* ---- Reading a state ---- */

struct reading {
    struct agg_out out; /* first: its address is the reading's */
    struct op *op;
    struct pass *pass;
    struct arena *arena; /* of the batch */
    uint32_t row;
    unsigned n_rows;
};

static enum lanner_rc reading_emit(struct agg_out *out, struct lanner_err *err)
{
    struct reading *r = (struct reading *)(void *)out;

    if (r->n_rows++ > 0)
        return err_set_at(err, LANNER_ERR_QUERY, r->pass->item->plan->at,
                          "%s() takes aggregates that give one row, this one gives several",
                          r->op->node->u.sequence.name);
    /* What a state gives may be its own text, which the next row changes. */
    for (size_t k = 0; k < r->pass->item->plan->n_names; k++) {
        if (out->vals[k].kind != KIND_ABSENT)
            r->pass->out[k][r->row] = val_copy(&out->vals[k], r->arena);
    }
    return LANNER_OK;
}

static enum lanner_rc read_state(struct op *op, struct window *s, struct pass *p, struct batch *b,
                                 uint32_t row, struct lanner_err *err)
{
    struct reading r = {.op = op, .pass = p, .arena = b->arena, .row = row};

    r.out.vals = ARENA_ARRAY(&s->scratch, struct val, p->item->plan->n_names);
    r.out.emit = reading_emit;
    r.out.arena = &s->scratch;
    return p->item->def->read(&p->item->ctx, p->item->state, &r.out, err);
}

/* ---- All rows so far ---- */

static enum lanner_rc accumulate_row(struct op *op, struct window *s, struct pass *p,
                                     struct batch *b, uint32_t row, struct lanner_err *err)
{
    const struct plan_sequence *plan = &op->node->u.sequence;
    struct item *item = p->item;
    struct sel one = {&row, 1};

    arena_reset(&s->scratch);
    if (plan->without_current)
        TRY(read_state(op, s, p, b, row, err));
    if (p->counts[row] != 0)
        TRY(item->def->update(&item->ctx, s->states, p->args, p->rows, &one, err));
    return plan->without_current ? LANNER_OK : read_state(op, s, p, b, row, err);
}

/* So many states for the item, all the same: rows are told apart by their number. */
static void spread_state(struct window *s, struct item *item, size_t n)
{
    if (n > s->n_states) {
        s->n_states = MAX(n, s->n_states * 2);
        s->states = xrealloc(s->states, arena_array_size(s->n_states, sizeof(*s->states)));
    }
    for (size_t i = 0; i < n; i++)
        s->states[i] = item->state;
}

static enum lanner_rc accumulate(struct op *op, struct window *s, struct pass *passes,
                                 struct batch *b, struct lanner_err *err)
{
    for (size_t k = 0; k < s->n; k++) {
        spread_state(s, passes[k].item, b->n_rows);
        SEL_FOR (&b->sel, i)
            TRY(accumulate_row(op, s, &passes[k], b, i, err));
    }
    return LANNER_OK;
}

/* ---- A window ---- */

static void remember(struct window *s, struct pass *passes, const struct batch *b, uint32_t row,
                     int64_t ms)
{
    size_t moved = history_make_room(&s->rows);
    size_t at = history_add(&s->rows, b->ord[row], ms);

    for (size_t k = 0; k < s->n; k++) {
        struct item *item = &s->items[k];

        if (moved > 0) {
            size_t n = item->rows.n - item->first_row;

            for (size_t i = 0; i < n; i++)
                item->rows.items[i] = item->rows.items[item->first_row + i] - (uint32_t)moved;
            item->rows.n = n;
            item->n_added -= MIN(item->n_added, item->first_row);
            item->first_row = 0;
        }
        if (passes[k].counts[row] == 0)
            continue;
        VEC_PUSH(&item->rows, (uint32_t)at);
        for (uint32_t c = 0; c < item->plan->call->n_args; c++)
            history_set(&s->rows, at, item->first_arg + c, column_at(&passes[k].args[c], row));
    }
}

/* Takes off the rows that are in no window any more; `end`: behind the window's last. */
static void narrow(const struct op *op, struct window *s, size_t end, int64_t ms)
{
    const struct plan_sequence *plan = &op->node->u.sequence;
    struct history *h = &s->rows;
    int64_t after;

    if (plan->n_rows != 0) {
        if (end - h->first > plan->n_rows)
            h->first = end - plan->n_rows;
        return;
    }
    if (__builtin_sub_overflow(ms, plan->span_ms, &after))
        return;
    while (h->first < end && h->time[h->first] <= after)
        h->first++;
    if (end - h->first <= MAX_WINDOW)
        return;
    h->first = end - MAX_WINDOW;
    if (s->said_limit)
        return;
    s->said_limit = true;
    exec_note(op->x, LANNER_NOTE_LIMIT, op->node->at,
              "%s() looks at the last %zu events of a window that has more", plan->name,
              MAX_WINDOW);
}

/* What came and went since the row before. */
static enum lanner_rc slide_item(struct op *op, struct window *s, struct pass *p, struct batch *b,
                                 uint32_t row, size_t end, struct lanner_err *err)
{
    struct item *item = p->item;
    uint32_t n_args = (uint32_t)item->plan->call->n_args;
    struct reading r = {.op = op, .pass = p, .arena = b->arena, .row = row};
    struct column *args;

    arena_reset(&s->scratch);
    args = ARENA_ARRAY(&s->scratch, struct column, n_args);
    for (uint32_t c = 0; c < n_args; c++)
        args[c] = (struct column){s->rows.cols[item->first_arg + c], false};
    for (; item->n_added < item->rows.n && item->rows.items[item->n_added] < end; item->n_added++)
        item->slide->add(&item->ctx, item->window, args, item->rows.items[item->n_added]);
    for (; item->first_row < item->n_added && item->rows.items[item->first_row] < s->rows.first;
         item->first_row++)
        item->slide->drop(&item->ctx, item->window, args, item->rows.items[item->first_row]);
    r.out.vals = ARENA_ARRAY(&s->scratch, struct val, item->plan->n_names);
    r.out.emit = reading_emit;
    r.out.arena = &s->scratch;
    return item->slide->read(&item->ctx, item->window, &r.out, err);
}

static enum lanner_rc window_item(struct op *op, struct window *s, struct pass *p, struct batch *b,
                                  uint32_t row, size_t end, struct lanner_err *err)
{
    struct item *item = p->item;
    struct batch rows = {.n_rows = (uint32_t)s->rows.n, .ord = s->rows.ord, .arena = &s->scratch};
    struct column *args;
    size_t n;

    arena_reset(&s->scratch);
    item_begin(item);
    while (item->first_row < item->rows.n && item->rows.items[item->first_row] < s->rows.first)
        item->first_row++;
    n = item->rows.n - item->first_row;
    if (n > 0 && item->rows.items[item->rows.n - 1] >= end)
        n--; /* the row itself */
    if (n > 0) {
        rows.sel = (struct sel){item->rows.items + item->first_row, (uint32_t)n};
        args = ARENA_ARRAY(&s->scratch, struct column, item->plan->call->n_args);
        for (uint32_t c = 0; c < item->plan->call->n_args; c++)
            args[c] = (struct column){s->rows.cols[item->first_arg + c], false};
        spread_state(s, item, s->rows.n);
        TRY(item->def->update(&item->ctx, s->states, args, &rows, &rows.sel, err));
    }
    return read_state(op, s, p, b, row, err);
}

static enum lanner_rc slide_row(struct op *op, struct window *s, struct pass *passes,
                                struct batch *b, uint32_t row, struct lanner_err *err)
{
    const struct plan_sequence *plan = &op->node->u.sequence;
    size_t end;
    int64_t ms = 0;

    if (plan->span_ms != 0) {
        struct val v = fetch_at(&s->time, b, row);

        if (!sequence_time(&v, &ms)) {
            exec_note(op->x, LANNER_NOTE_WARNING, op->node->at,
                      "%s() adds nothing to events without a usable time", plan->name);
            return LANNER_OK;
        }
        if (s->has_last && ms < s->last_ms)
            return err_set_at(err, LANNER_ERR_QUERY, op->node->at,
                              "%s() needs events in the order of their time, the oldest first",
                              plan->name);
        s->has_last = true;
        s->last_ms = ms;
    }
    remember(s, passes, b, row, ms);
    end = s->rows.n - (plan->without_current ? 1 : 0);
    narrow(op, s, end, ms);
    for (size_t k = 0; k < s->n; k++) {
        if (passes[k].item->slide != NULL)
            TRY(slide_item(op, s, &passes[k], b, row, end, err));
        else
            TRY(window_item(op, s, &passes[k], b, row, end, err));
    }
    return exec_check(op->x, err);
}

static uint64_t window_size(const struct window *s)
{
    uint64_t n = history_size(&s->rows) + s->scratch.n_bytes + s->n_states * sizeof(*s->states);

    for (size_t k = 0; k < s->n; k++)
        n += s->items[k].arena.n_bytes + s->items[k].rows.cap * sizeof(uint32_t) +
             (s->items[k].slide != NULL ? s->items[k].slide->size(s->items[k].window) : 0);
    return n;
}

/* ---- Both ---- */

/* What a pipeline behind the aggregate drops leaves its outputs as they were. */
static enum lanner_rc run_post(struct pass *p, struct batch *b, struct lanner_err *err)
{
    struct sel all = sel_copy(&b->sel, b->arena);
    uint32_t before = b->n_cols;
    uint8_t *kept = arena_zalloc(b->arena, MAX(b->n_rows, 1u));

    TRY(chain_apply(p->item->post, 0, b, err));
    if (b->sel.n == all.n)
        return LANNER_OK;
    SEL_FOR (&b->sel, i)
        kept[i] = 1;
    b->sel = all;
    for (uint32_t c = 0; c < b->n_cols; c++) {
        bool own = c >= p->item->first_col && c < p->item->first_col + p->item->plan->n_names;
        struct val *v;

        if (!own && c < before)
            continue;
        v = arena_zalloc(b->arena, arena_array_size(b->n_rows, sizeof(struct val)));
        SEL_FOR (&b->sel, i) {
            if (kept[i] != 0)
                v[i] = *column_at(&b->cols[c], i);
        }
        b->cols[c] = (struct column){v, false};
    }
    return LANNER_OK;
}

static enum lanner_rc window_run(struct op *op, void *state, struct batch *b,
                                 struct lanner_err *err)
{
    struct window *s = state;
    struct pass *passes = ARENA_ARRAY(b->arena, struct pass, s->n);

    for (size_t k = 0; k < s->n; k++) {
        passes[k].item = &s->items[k];
        TRY(begin_pass(op, &passes[k], b, err));
    }
    for (size_t k = 0; k < s->n; k++) {
        for (size_t j = 0; j < s->items[k].plan->n_names; j++)
            passes[k].out[j] = sequence_column(&s->items[k].old[j], b);
    }
    if (!s->is_bounded) {
        TRY(accumulate(op, s, passes, b, err));
    } else {
        SEL_FOR (&b->sel, i)
            TRY(slide_row(op, s, passes, b, i, err));
    }
    for (size_t k = 0; k < s->n; k++) {
        if (s->items[k].post != NULL)
            TRY(run_post(&passes[k], b, err));
    }
    return charge(op, window_size(s), &s->charged, err);
}

static void window_reset(struct op *op, void *state)
{
    struct window *s = state;

    (void)op;
    history_clear(&s->rows);
    s->has_last = false;
    for (size_t k = 0; k < s->n; k++) {
        s->items[k].rows.n = 0;
        s->items[k].first_row = 0;
        s->items[k].n_added = 0;
        if (s->items[k].slide != NULL) {
            s->items[k].slide->done(s->items[k].window);
            memset(s->items[k].window, 0, s->items[k].slide->state_size);
        }
        item_begin(&s->items[k]);
    }
}

static void window_close(struct op *op, void *state)
{
    struct window *s = state;

    budget_give(op->x->env.budget, s->charged);
    for (size_t k = 0; k < s->n; k++) {
        arena_done(&s->items[k].arena);
        free(s->items[k].state);
        if (s->items[k].slide != NULL && s->items[k].window != NULL)
            s->items[k].slide->done(s->items[k].window);
        free(s->items[k].window);
        VEC_DONE(&s->items[k].rows);
    }
    free(s->items);
    free(s->states);
    history_done(&s->rows);
    arena_done(&s->scratch);
    free(s);
}

const struct sequence_def sequence_aggregate = {
    .open = window_open,
    .run = window_run,
    .reset = window_reset,
    .close = window_close,
};
