/* pushdown.c - a filter moves below an extend that does not write the fields it reads. */
#include <stdlib.h>

#include "opt/pass.h"

static bool writes_a_field_of(const struct plan_node *extend, const struct expr *predicate)
{
    for (size_t i = 0; i < extend->u.extend.n_items; i++) {
        const struct plan_item *item = &extend->u.extend.items[i];

        if (item->expr->kind == EXPR_CALL && item->expr->fn->writes_open)
            return true;
        for (size_t k = 0; k < item->n_names; k++) {
            if (expr_reads(predicate, item->names[k]))
                return true;
        }
    }
    return false;
}

static bool has_open_reader(const struct expr *e)
{
    if (e->kind == EXPR_CALL && e->fn->reads_open)
        return true;
    for (size_t i = 0; i < e->n_args; i++) {
        if (has_open_reader(e->args[i]))
            return true;
    }
    return false;
}

static enum lanner_rc push_chain(struct pass *p, struct plan_node **top, struct lanner_err *err)
{
    node_chain chain;

    (void)p;
    (void)err;
    pass_chain(*top, &chain);
    for (size_t i = 1; i < chain.n; i++) {
        struct plan_node *filter = chain.items[i];
        size_t to = i;

        if (filter->kind != NODE_FILTER || has_open_reader(filter->u.filter.predicate))
            continue;
        while (to > 1 && chain.items[to - 1]->kind == NODE_EXTEND &&
               !writes_a_field_of(chain.items[to - 1], filter->u.filter.predicate)) {
            chain.items[to] = chain.items[to - 1];
            to--;
        }
        chain.items[to] = filter;
    }
    for (size_t i = 1; i < chain.n; i++)
        chain.items[i]->in = chain.items[i - 1];
    if (chain.n > 0)
        *top = chain.items[chain.n - 1];
    VEC_DONE(&chain);
    return LANNER_OK;
}

enum lanner_rc pass_pushdown(struct pass *p, struct lanner_err *err)
{
    return pass_each_chain(p, push_chain, err);
}
