/* time_range.c - comparisons of the event time with constants narrow the scan's interval.
 *
 * Events without a usable time are inside every interval; the comparison, which stays, drops them.
 */
#include <stdlib.h>

#include "opt/pass.h"

/* The number of whole milliseconds a bound stands for, if it is one that fits. */
static bool whole_ms(const struct expr *e, int64_t *ms)
{
    struct val v;

    if (e->kind != EXPR_CONST)
        return false;
    v = val_to_num(&e->value);
    if (v.kind != KIND_LONG || v.u.i > INT64_MAX / NS_PER_MS - 1 ||
        v.u.i < INT64_MIN / NS_PER_MS + 1)
        return false;
    *ms = v.u.i;
    return true;
}

static void raise_from(struct plan_scan *scan, int64_t ns)
{
    if (scan->from_ns == TIME_NONE || ns > scan->from_ns)
        scan->from_ns = ns;
}

static void lower_to(struct plan_scan *scan, int64_t ns)
{
    if (scan->to_ns == TIME_NONE || ns < scan->to_ns || (ns == scan->to_ns && scan->to_included)) {
        scan->to_ns = ns;
        scan->to_included = false;
    }
}

static void narrow(struct plan_scan *scan, const struct expr *e)
{
    int64_t ms;

    if (e->kind != EXPR_CALL)
        return;
    if (expr_is_call(e, "and")) {
        for (size_t i = 0; i < e->n_args; i++)
            narrow(scan, e->args[i]);
        return;
    }
    if (e->n_args != 2 || e->args[0]->kind != EXPR_FIELD ||
        !str_eqz(e->args[0]->name, FIELD_TIME_MS) || !whole_ms(e->args[1], &ms))
        return;
    if (expr_is_call(e, "cql_greater_equal"))
        raise_from(scan, ms * NS_PER_MS);
    else if (expr_is_call(e, "cql_greater"))
        raise_from(scan, (ms + 1) * NS_PER_MS);
    else if (expr_is_call(e, "cql_less"))
        lower_to(scan, ms * NS_PER_MS);
    else if (expr_is_call(e, "cql_less_equal"))
        lower_to(scan, (ms + 1) * NS_PER_MS);
}

/* Filters that stand directly on the scan: nothing has changed the time yet. */
static enum lanner_rc range_chain(struct pass *p, struct plan_node **top, struct lanner_err *err)
{
    node_chain chain;

    (void)p;
    (void)err;
    pass_chain(*top, &chain);
    for (size_t i = 1; i < chain.n && chain.items[0]->kind == NODE_SCAN; i++) {
        if (chain.items[i]->kind != NODE_FILTER)
            break;
        narrow(&chain.items[0]->u.scan, chain.items[i]->u.filter.predicate);
    }
    VEC_DONE(&chain);
    return LANNER_OK;
}

enum lanner_rc pass_time_range(struct pass *p, struct lanner_err *err)
{
    return pass_each_chain(p, range_chain, err);
}
