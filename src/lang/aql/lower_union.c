/* lower_union.c - UNION (aql.md 6.2): the branches are chains of one plan, read in one pass.
 *
 * Branches with the same window, which is the usual case, leave it to the plan. Else each scan gets
 * its own; a branch without one keeps what is given from outside. */
#include <stdlib.h>

#include "lang/aql/lower.h"

/* ---- Windows ---- */

static void own_window(const struct aql_lower *l, struct plan_node *top, const struct aql_window *w)
{
    for (struct plan_node *n = top; n != NULL; n = n->in) {
        for (size_t i = 0; n->kind == NODE_UNION && i < n->u.set.n_inputs; i++)
            own_window(l, n->u.set.inputs[i], w);
        if (n->kind != NODE_SCAN || n->u.scan.own_interval)
            continue;
        n->u.scan.own_interval = true;
        n->u.scan.from_ns = w->from_ns;
        n->u.scan.to_ns = w->to_ns;
        n->u.scan.to_included = w->to_ns == l->env->now_ns;
    }
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a == TIME_NONE || b == TIME_NONE ? TIME_NONE : MIN(a, b);
}

static int64_t later(int64_t a, int64_t b)
{
    return a == TIME_NONE || b == TIME_NONE ? TIME_NONE : MAX(a, b);
}

/* The window of the whole; of each branch when they are not the same. */
static struct aql_window join_windows(const struct aql_lower *l, struct plan_node **tops,
                                      const struct aql_window *windows, size_t n)
{
    struct aql_window all = windows[0];
    bool same = true;

    for (size_t i = 1; i < n; i++) {
        same &= windows[i].known == windows[0].known && windows[i].from_ns == windows[0].from_ns &&
                windows[i].to_ns == windows[0].to_ns;
        all.known &= windows[i].known;
        all.from_ns = earlier(all.from_ns, windows[i].from_ns);
        all.to_ns = later(all.to_ns, windows[i].to_ns);
    }
    if (same)
        return windows[0];
    for (size_t i = 0; i < n; i++) {
        if (windows[i].known)
            own_window(l, tops[i], &windows[i]);
    }
    if (!all.known)
        all = (struct aql_window){TIME_NONE, TIME_NONE, false};
    return all;
}

/* ---- Branches ---- */

static size_t count_branches(const struct aql_query *q, size_t *last_distinct)
{
    size_t n = 1;

    *last_distinct = 0;
    for (; q->next != NULL; q = q->next, n++) {
        if (!q->union_all)
            *last_distinct = n;
    }
    return n;
}

static void push_union(struct aql_lower *l, struct span at, struct aql_rows *out,
                       struct plan_node **branches, size_t n, bool distinct)
{
    struct plan_node *node = aql_push(l, &out->top, NODE_UNION, at);

    node->u.set.inputs = branches;
    node->u.set.n_inputs = n;
    if (!distinct)
        return;
    node = aql_push(l, &out->top, NODE_DISTINCT, at);
    node->u.distinct.n_keys = out->n_cols;
    node->u.distinct.keys = ARENA_ARRAY(l->arena, struct str, out->n_cols);
    for (size_t i = 0; i < out->n_cols; i++)
        node->u.distinct.keys[i] = out->cols[i].field;
}

/* A further branch: its columns get the names of the first one's. */
static enum lanner_rc lower_branch(struct aql_lower *l, const struct aql_query *q,
                                   const struct aql_window *outer, struct aql_rows *first,
                                   const struct str *names, struct aql_rows *out,
                                   struct lanner_err *err)
{
    TRY(aql_lower_select(l, q, outer, false, out, err));
    if (out->n_cols != first->n_cols)
        return aql_wrong(q->at, err, "this SELECT of the UNION has %zu columns, the first has %zu",
                         out->n_cols, first->n_cols);
    first->has_time &= out->has_time && !out->ordered;
    for (size_t i = 0; i < out->n_cols; i++) {
        if (out->cols[i].type != first->cols[i].type)
            first->cols[i].type = AQL_TYPE_STRING;
    }
    aql_project(l, &out->top, q->at, out->cols, out->n_cols, names, out->has_time);
    return LANNER_OK;
}

/* ORDER BY and LIMIT of the whole, over its columns. */
static enum lanner_rc order_union(struct aql_lower *l, const struct aql_query *q,
                                  struct aql_rows *rows, struct lanner_err *err)
{
    struct aql_query all = {.at = q->at};
    struct aql_rel rel = {.kind = AQL_REL_ROWS, .cols = rows->cols, .n_cols = rows->n_cols};
    struct aql_select s = {.outer = l->sel, .q = &all, .top = rows->top};
    struct expr **keys = NULL;
    enum lanner_rc rc;

    all.n_items = rows->n_cols;
    all.items = ARENA_ARRAY(l->arena, struct aql_item, all.n_items);
    for (size_t i = 0; i < all.n_items; i++) {
        struct aql_node *name = ARENA_NEW(l->arena, struct aql_node);

        *name = (struct aql_node){.kind = AQL_NAME, .text = rows->cols[i].label, .at = q->at};
        all.items[i].expr = name;
    }
    s.expanding = ARENA_ARRAY(l->arena, bool, all.n_items);
    VEC_PUSH(&s.rels, &rel);
    l->sel = &s;
    rc = aql_lower_orders(l, q->union_orders, q->n_union_orders, &keys, err);
    if (rc == LANNER_OK && q->n_union_orders > 0)
        aql_push_order(l, q->union_orders, keys, q->n_union_orders);
    else if (rc == LANNER_OK && rows->has_time && !rows->ordered)
        aql_push_newest_first(l, &s.top);
    l->sel = s.outer;
    aql_select_done(&s);
    TRY(rc);
    rows->top = s.top;
    rows->ordered = true;
    if (q->has_union_limit)
        aql_push(l, &rows->top, NODE_LIMIT, q->at)->u.limit.n = q->union_limit;
    return LANNER_OK;
}

enum lanner_rc aql_lower_union(struct aql_lower *l, const struct aql_query *q,
                               const struct aql_window *outer, struct aql_rows *out,
                               struct lanner_err *err)
{
    size_t last_distinct, n = count_branches(q, &last_distinct);
    struct plan_node **branches;
    struct aql_window *windows;
    struct str *names;
    size_t i = 1;

    if (n > AQL_MAX_SELECTS)
        return err_set_at(err, LANNER_ERR_LIMIT, q->at, "a query has at most %d SELECTs",
                          AQL_MAX_SELECTS);
    branches = ARENA_ARRAY(l->arena, struct plan_node *, n);
    windows = ARENA_ARRAY(l->arena, struct aql_window, n);
    TRY(aql_lower_select(l, q, outer, false, out, err));
    names = ARENA_ARRAY(l->arena, struct str, out->n_cols);
    for (size_t k = 0; k < out->n_cols; k++)
        names[k] = out->cols[k].field;
    aql_project(l, &out->top, q->at, out->cols, out->n_cols, NULL, out->has_time);
    out->has_time &= !out->ordered;
    out->below = NULL;
    branches[0] = out->top;
    windows[0] = out->window;
    for (const struct aql_query *b = q->next; b != NULL; b = b->next, i++) {
        struct aql_rows rows;

        TRY(lower_branch(l, b, outer, out, names, &rows, err));
        branches[i] = rows.top;
        windows[i] = rows.window;
    }
    out->window = join_windows(l, branches, windows, n);
    if (last_distinct > 0)
        push_union(l, q->at, out, &branches[1], last_distinct, true);
    if (last_distinct + 1 < n)
        push_union(l, q->at, out, &branches[last_distinct + 1], n - 1 - last_distinct, false);
    return order_union(l, q, out, err);
}
