/* op_filter.c - keeps the rows for which a predicate is true; null counts as false.
 *
 * Rows are not moved: the batch's selection shrinks. Each row keeps its ordinal, so what stands
 * above still sees the order of the input whichever worker was here first. */
#include "exec/op.h"

static enum lanner_rc filter_open(struct op *op, struct lanner_err *err)
{
    const struct program *p;

    TRY(program_new(op->x->env.arena, op->node->u.filter.predicate, op->in, &p, err));
    op->state = (void *)(uintptr_t)p;
    return LANNER_OK;
}

static enum lanner_rc filter_apply(struct op *op, unsigned worker, struct batch *b,
                                   struct lanner_err *err)
{
    return program_select(op->state, op->x->evals[worker], b, &b->sel, err);
}

const struct op_def op_filter = {
    .name = "filter",
    .open = filter_open,
    .apply = filter_apply,
};
