/* opt.c - runs the passes in the order of passes.def. */
#include "opt/opt.h"

#include <stdlib.h>

#include "opt/pass.h"

struct pass_def {
    const char *name;
    bool always;
    enum lanner_rc (*run)(struct pass *p, struct lanner_err *err);
};

static const struct pass_def passes[] = {
#define PASS(name, always, doc) {#name, always, pass_##name},
#include "opt/passes.def"
#undef PASS
};

void pass_chain(struct plan_node *top, node_chain *out)
{
    memset(out, 0, sizeof(*out));
    for (struct plan_node *n = top; n != NULL; n = n->in)
        VEC_PUSH(out, n);
    for (size_t i = 0; i < out->n / 2; i++) {
        struct plan_node *n = out->items[i];

        out->items[i] = out->items[out->n - 1 - i];
        out->items[out->n - 1 - i] = n;
    }
}

typedef enum lanner_rc (*chain_fn)(struct pass *p, struct plan_node **top, struct lanner_err *err);

static enum lanner_rc each_below(struct pass *p, struct plan_node **top, chain_fn fn,
                                 struct lanner_err *err);

static enum lanner_rc each_of_agg(struct pass *p, struct plan_agg *agg, chain_fn fn,
                                  struct lanner_err *err)
{
    if (agg->pre != NULL)
        TRY(each_below(p, &agg->pre, fn, err));
    return agg->post != NULL ? each_below(p, &agg->post, fn, err) : LANNER_OK;
}

static enum lanner_rc each_of_sequence(struct pass *p, struct plan_sequence *s, chain_fn fn,
                                       struct lanner_err *err)
{
    if (s->begin != NULL)
        TRY(each_below(p, &s->begin, fn, err));
    if (s->end != NULL)
        TRY(each_below(p, &s->end, fn, err));
    for (size_t i = 0; i < s->n_items; i++)
        TRY(each_of_agg(p, &s->items[i], fn, err));
    return LANNER_OK;
}

static enum lanner_rc each_below(struct pass *p, struct plan_node **top, chain_fn fn,
                                 struct lanner_err *err)
{
    TRY(fn(p, top, err));
    for (struct plan_node *n = *top; n != NULL; n = n->in) {
        for (size_t i = 0; n->kind == NODE_BRANCH && i < n->u.branch.n_clauses; i++)
            TRY(each_below(p, &n->u.branch.clauses[i].body, fn, err));
        for (size_t i = 0; n->kind == NODE_AGGREGATE && i < n->u.aggregate.n_items; i++)
            TRY(each_of_agg(p, &n->u.aggregate.items[i], fn, err));
        if (n->kind == NODE_SEQUENCE)
            TRY(each_of_sequence(p, &n->u.sequence, fn, err));
        for (size_t i = 0; n->kind == NODE_CORRELATE && i < n->u.correlate.n_queries; i++)
            TRY(each_below(p, &n->u.correlate.queries[i].body, fn, err));
        if (n->kind == NODE_GROUP_APPLY)
            TRY(each_below(p, &n->u.group_apply.body, fn, err));
        for (size_t i = 0; n->kind == NODE_UNION && i < n->u.set.n_inputs; i++)
            TRY(each_below(p, &n->u.set.inputs[i], fn, err));
    }
    return LANNER_OK;
}

enum lanner_rc pass_each_chain(struct pass *p, chain_fn fn, struct lanner_err *err)
{
    return each_below(p, &p->plan->root, fn, err);
}

struct reads {
    struct str name;
    bool found;
};

static void look(void *ctx, struct expr *e)
{
    struct reads *r = ctx;

    r->found |= e->kind == EXPR_FIELD && str_eq(e->name, r->name);
}

bool expr_reads(const struct expr *e, struct str name)
{
    struct reads r = {.name = name};

    expr_walk((struct expr *)e, look, &r);
    return r.found;
}

bool expr_is_call(const struct expr *e, const char *name)
{
    return e->kind == EXPR_CALL && strcmp(e->fn->name, name) == 0;
}

enum lanner_rc opt_run(struct plan *plan, const struct fn_env *env, bool optimizer, bool prefilter,
                       struct lanner_err *err)
{
    struct pass p = {.plan = plan, .env = env};

    for (size_t i = 0; i < ARRAY_LEN(passes); i++) {
        if (optimizer || passes[i].always)
            TRY(passes[i].run(&p, err));
    }
    return prefilter ? opt_prefilter(plan, env, err) : LANNER_OK;
}
