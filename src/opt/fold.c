/* fold.c - constant calls become constants; nested and-or chains become flat; filters that are
 * always true go. */
#include <stdlib.h>

#include "opt/pass.h"

static bool is_const_bool(const struct expr *e, bool value)
{
    return e->kind == EXPR_CONST && e->value.kind == KIND_BOOL && (e->value.u.i != 0) == value;
}

/* and(a, and(b, c), true) becomes and(a, b, c). */
static struct expr *flatten(struct pass *p, struct expr *e, const char *name)
{
    bool neutral = strcmp(name, "and") == 0;
    VEC(struct expr *) args = {0};
    struct expr *flat = e;

    for (size_t i = 0; i < e->n_args; i++) {
        struct expr *arg = e->args[i];

        if (is_const_bool(arg, neutral))
            continue;
        if (expr_is_call(arg, name)) {
            for (size_t k = 0; k < arg->n_args; k++)
                VEC_PUSH(&args, arg->args[k]);
        } else {
            VEC_PUSH(&args, arg);
        }
    }
    if (args.n == 0) {
        flat = expr_const(p->plan->arena, e->at, val_bool(neutral));
    } else {
        struct expr **copy = ARENA_ARRAY(p->plan->arena, struct expr *, args.n);

        memcpy(copy, args.items, args.n * sizeof(*copy));
        flat = expr_call(p->plan->arena, e->at, e->fn, copy, args.n);
    }
    VEC_DONE(&args);
    return flat;
}

static bool all_const(const struct expr *e)
{
    for (size_t i = 0; i < e->n_args; i++) {
        if (e->args[i]->kind != EXPR_CONST)
            return false;
    }
    return true;
}

static enum lanner_rc fold_expr(struct pass *p, struct expr **e, struct lanner_err *err)
{
    struct val v;

    if ((*e)->kind != EXPR_CALL || (*e)->fn->kind > FN_PREDICATE)
        return LANNER_OK;
    for (size_t i = 0; i < (*e)->n_args; i++)
        TRY(fold_expr(p, &(*e)->args[i], err));
    if (expr_is_call(*e, "and"))
        *e = flatten(p, *e, "and");
    else if (expr_is_call(*e, "or"))
        *e = flatten(p, *e, "or");
    /* Only what can fold is bound here: later passes change the others, and a bound call is not
     * looked into again. */
    if ((*e)->kind != EXPR_CALL || !all_const(*e))
        return LANNER_OK;
    TRY(expr_bind(*e, p->env, err));
    if (expr_is_const(*e, &v))
        *e = expr_const(p->plan->arena, (*e)->at, val_copy(&v, p->plan->arena));
    return LANNER_OK;
}

static enum lanner_rc fold_chain(struct pass *p, struct plan_node **top, struct lanner_err *err)
{
    for (struct plan_node **at = top; *at != NULL;) {
        struct plan_node *n = *at;

        if (n->kind == NODE_FILTER) {
            TRY(fold_expr(p, &n->u.filter.predicate, err));
            if (is_const_bool(n->u.filter.predicate, true)) {
                *at = n->in;
                continue;
            }
        }
        for (size_t i = 0; n->kind == NODE_EXTEND && i < n->u.extend.n_items; i++)
            TRY(fold_expr(p, &n->u.extend.items[i].expr, err));
        at = &n->in;
    }
    return LANNER_OK;
}

enum lanner_rc pass_fold(struct pass *p, struct lanner_err *err)
{
    return pass_each_chain(p, fold_chain, err);
}
