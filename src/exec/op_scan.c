/* op_scan.c - where the rows of the inputs come in: applies the filters that were pushed down.
 *
 * The interval and the prefilter are the scan's own work and done before; the filters are done
 * here, because a scan shared by several plans knows none of them. */
#include "exec/op.h"

struct scan {
    const struct program **filters;
    size_t n;
};

static enum lanner_rc scan_open(struct op *op, struct lanner_err *err)
{
    const struct plan_scan *plan = &op->node->u.scan;
    struct arena *a = op->x->env.arena;
    struct scan *scan = ARENA_NEW(a, struct scan);

    op->state = scan;
    scan->n = plan->n_filters;
    scan->filters = ARENA_ARRAY(a, const struct program *, scan->n);
    for (size_t i = 0; i < scan->n; i++)
        TRY(program_new(a, plan->filters[i], op->node->schema, &scan->filters[i], err));
    return LANNER_OK;
}

static enum lanner_rc scan_push(struct op *op, unsigned worker, struct batch *b, unsigned port,
                                struct lanner_err *err)
{
    const struct scan *scan = op->state;

    (void)port;
    assert(b->n_cols == op->node->schema->n_cols);
    for (size_t i = 0; i < scan->n; i++)
        TRY(program_select(scan->filters[i], op->x->evals[worker], b, &b->sel, err));
    return op_emit(op, worker, b, err);
}

const struct op_def op_scan = {
    .name = "scan",
    .open = scan_open,
    .push = scan_push,
};
