/* one_of.c - several equalities of one field under an `or` become one set test. */
#include <stdlib.h>

#include "opt/pass.h"

/* f = "text" without a glob, or f in a list without globs: the field and its values. */
static const struct expr *as_set(const struct expr *e, const struct val **values, uint32_t *n)
{
    if (e->kind != EXPR_CALL || e->n_args < 2 || e->args[0]->kind != EXPR_FIELD ||
        e->args[1]->kind != EXPR_CONST)
        return NULL;
    if (expr_is_call(e, "text_in") && e->args[1]->value.kind == KIND_ARRAY) {
        *values = e->args[1]->value.u.items;
        *n = e->args[1]->value.len;
        return e->args[0];
    }
    if (!expr_is_call(e, "cql_equals_glob") || !val_is_text(&e->args[1]->value) ||
        str_find_char(val_as_str(&e->args[1]->value), '*') != SIZE_MAX)
        return NULL;
    *values = &e->args[1]->value;
    *n = 1;
    return e->args[0];
}

/* Merges args[i] with all later ones of the same field; the merged ones become NULL. */
static struct expr *merge_from(struct pass *p, struct expr *e, size_t i)
{
    const struct val *values;
    uint32_t n;
    const struct expr *field = as_set(e->args[i], &values, &n);
    VEC(struct val) all = {0};
    struct expr *merged = e->args[i];
    bool more = false;

    if (field == NULL)
        return merged;
    for (size_t k = i; k < e->n_args; k++) {
        const struct expr *other = e->args[k] != NULL ? as_set(e->args[k], &values, &n) : NULL;

        if (other == NULL || !str_eq(other->name, field->name))
            continue;
        for (uint32_t v = 0; v < n; v++)
            VEC_PUSH(&all, values[v]);
        more |= k > i;
        if (k > i)
            e->args[k] = NULL;
    }
    if (more) {
        struct val *items = ARENA_ARRAY(p->plan->arena, struct val, all.n);
        struct val list = {.u.items = items, .len = (uint32_t)all.n, .kind = KIND_ARRAY};

        memcpy(items, all.items, all.n * sizeof(*items));
        merged = expr_callv(p->plan->arena, e->at, "text_in", 2, merged->args[0],
                            expr_const(p->plan->arena, e->at, list));
    }
    VEC_DONE(&all);
    return merged;
}

static struct expr *merge(struct pass *p, struct expr *e)
{
    size_t kept = 0;

    if (e->kind != EXPR_CALL)
        return e;
    for (size_t i = 0; i < e->n_args; i++)
        e->args[i] = merge(p, e->args[i]);
    if (!expr_is_call(e, "or"))
        return e;
    for (size_t i = 0; i < e->n_args; i++) {
        if (e->args[i] != NULL)
            e->args[kept++] = merge_from(p, e, i);
    }
    e->n_args = kept;
    return kept == 1 ? e->args[0] : e;
}

static enum lanner_rc merge_chain(struct pass *p, struct plan_node **top, struct lanner_err *err)
{
    (void)err;
    for (struct plan_node *n = *top; n != NULL; n = n->in) {
        if (n->kind == NODE_FILTER)
            n->u.filter.predicate = merge(p, n->u.filter.predicate);
    }
    return LANNER_OK;
}

enum lanner_rc pass_one_of(struct pass *p, struct lanner_err *err)
{
    return pass_each_chain(p, merge_chain, err);
}
