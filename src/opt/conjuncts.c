/* conjuncts.c - tells each scan what every row that can reach the result must fulfil.
 *
 * From the scan upwards, filters are conjuncts as long as what lies between changes neither the
 * fields they read nor the number of rows. The scan may use them to drop records early; the filters
 * stay in the plan, so a conjunct that the scan does not use costs no answer. */
#include <stdlib.h>

#include "opt/pass.h"

typedef VEC(struct str) name_list;
typedef VEC(struct expr *) expr_list;

static void collect_written(const struct plan_node *top, name_list *names, bool *open)
{
    for (const struct plan_node *n = top; n != NULL; n = n->in) {
        for (size_t i = 0; n->kind == NODE_EXTEND && i < n->u.extend.n_items; i++) {
            const struct plan_item *item = &n->u.extend.items[i];

            *open |= item->expr->kind == EXPR_CALL && item->expr->fn->writes_open;
            for (size_t k = 0; k < item->n_names; k++)
                VEC_PUSH(names, item->names[k]);
        }
        for (size_t i = 0; n->kind == NODE_PROJECT && i < n->u.project.n_names; i++) {
            *open |= !n->u.project.drop;
            VEC_PUSH(names, n->u.project.names[i].from);
        }
        for (size_t i = 0; n->kind == NODE_BRANCH && i < n->u.branch.n_clauses; i++)
            collect_written(n->u.branch.clauses[i].body, names, open);
        if (n->kind != NODE_EXTEND && n->kind != NODE_PROJECT && n->kind != NODE_BRANCH &&
            n->kind != NODE_FILTER && n->kind != NODE_INPUT)
            *open = true;
    }
}

static void add_conjuncts(struct expr *e, const name_list *changed, expr_list *out)
{
    if (expr_is_call(e, "and")) {
        for (size_t i = 0; i < e->n_args; i++)
            add_conjuncts(e->args[i], changed, out);
        return;
    }
    for (size_t i = 0; i < changed->n; i++) {
        if (expr_reads(e, changed->items[i]))
            return;
    }
    VEC_PUSH(out, e);
}

/* A multi function that drops rows without a match (regex) is a condition as well; it is kept as
 * its call, which is no predicate: the scan uses its literals only. What an item writes counts as
 * changed for the items behind it. */
static void add_multis(const struct plan_node *n, name_list *changed, expr_list *out)
{
    bool open = false;

    for (size_t i = 0; i < n->u.extend.n_items && !open; i++) {
        const struct plan_item *item = &n->u.extend.items[i];
        struct expr *e = item->expr;
        bool clean = e->kind == EXPR_CALL && e->fn->kind == FN_MULTI && e->fn->literals != NULL;

        for (size_t k = 0; k < changed->n && clean; k++)
            clean = !expr_reads(e, changed->items[k]);
        if (clean)
            VEC_PUSH(out, e);
        for (size_t k = 0; k < item->n_names; k++)
            VEC_PUSH(changed, item->names[k]);
        open = e->kind == EXPR_CALL && e->fn->writes_open;
    }
}

/* A join lets a row through, once, often or not, by that row alone; what it writes is known unless
 * it is every column of the table. */
static bool is_plain_join(const struct plan_node *n)
{
    return n->kind == NODE_JOIN && !n->u.join.include_all;
}

static void add_join(const struct plan_node *n, name_list *changed)
{
    for (size_t i = 0; i < n->u.join.n_include; i++)
        VEC_PUSH(changed, n->u.join.include[i].to);
    if (n->u.join.mode == JOIN_MARK)
        VEC_PUSH(changed, n->u.join.mark);
}

static struct expr **list_copy(struct arena *a, const expr_list *list)
{
    struct expr **copy = ARENA_ARRAY(a, struct expr *, list->n);

    if (list->n > 0)
        memcpy(copy, list->items, list->n * sizeof(*copy));
    return copy;
}

/* What all rows that pass the chain fulfil, of the fields it is given. Goes upwards as far as rows
 * only pass or do not; returns the node that does something else, if that was the end. */
static const struct plan_node *chain_conjuncts(const node_chain *chain, name_list *changed,
                                               expr_list *filters, expr_list *multis)
{
    bool stop = false;

    for (size_t i = 1; i < chain->n && !stop; i++) {
        struct plan_node *n = chain->items[i];

        if (n->kind == NODE_FILTER) {
            add_conjuncts(n->u.filter.predicate, changed, filters);
        } else if (n->kind == NODE_EXTEND || n->kind == NODE_BRANCH ||
                   (n->kind == NODE_PROJECT && n->u.project.drop)) {
            struct plan_node alone = *n;

            alone.in = NULL;
            if (n->kind == NODE_EXTEND)
                add_multis(n, changed, multis);
            collect_written(&alone, changed, &stop);
        } else if (is_plain_join(n)) {
            add_join(n, changed);
        } else {
            return n;
        }
    }
    return NULL;
}

/* A row that no query of a correlate node lets through is in no set, so the condition of one of
 * them is a condition for all rows; unless a query has none. */
static void add_queries(struct pass *p, const struct plan_node *n, const name_list *changed,
                        expr_list *out)
{
    struct arena *a = p->plan->arena;
    struct expr **any = ARENA_ARRAY(a, struct expr *, n->u.correlate.n_queries);
    bool ok = true;

    for (size_t i = 0; i < n->u.correlate.n_queries && ok; i++) {
        struct span at = n->u.correlate.queries[i].at;
        name_list names = {0};
        expr_list filters = {0}, multis = {0};
        node_chain chain;

        for (size_t k = 0; k < changed->n; k++)
            VEC_PUSH(&names, changed->items[k]);
        pass_chain(n->u.correlate.queries[i].body, &chain);
        (void)chain_conjuncts(&chain, &names, &filters, &multis);
        ok = filters.n > 0;
        any[i] = filters.n == 1
                     ? filters.items[0]
                     : expr_call(a, at, fn_named("and"), list_copy(a, &filters), filters.n);
        VEC_DONE(&names);
        VEC_DONE(&filters);
        VEC_DONE(&multis);
        VEC_DONE(&chain);
    }
    if (ok)
        VEC_PUSH(out, expr_call(a, n->at, fn_named("or"), any, n->u.correlate.n_queries));
}

static enum lanner_rc conjuncts_chain(struct pass *p, struct plan_node **top,
                                      struct lanner_err *err)
{
    const struct plan_node *end;
    node_chain chain;
    name_list changed = {0};
    expr_list filters = {0};
    expr_list multis = {0};

    (void)err;
    pass_chain(*top, &chain);
    if (chain.n == 0 || chain.items[0]->kind != NODE_SCAN) {
        VEC_DONE(&chain);
        return LANNER_OK;
    }
    end = chain_conjuncts(&chain, &changed, &filters, &multis);
    if (end != NULL && end->kind == NODE_CORRELATE)
        add_queries(p, end, &changed, &filters);
    chain.items[0]->u.scan.filters = list_copy(p->plan->arena, &filters);
    chain.items[0]->u.scan.n_filters = filters.n;
    chain.items[0]->u.scan.multis = list_copy(p->plan->arena, &multis);
    chain.items[0]->u.scan.n_multis = multis.n;
    VEC_DONE(&filters);
    VEC_DONE(&multis);
    VEC_DONE(&changed);
    VEC_DONE(&chain);
    return LANNER_OK;
}

enum lanner_rc pass_conjuncts(struct pass *p, struct lanner_err *err)
{
    return pass_each_chain(p, conjuncts_chain, err);
}
