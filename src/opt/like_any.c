/* like_any.c - LIKE patterns of one value become one search for all of them.
 *
 * Under an `or`: like(x, p) or like(x, q) is like_any(x, [p, q]); under an `and`: not like(x, p)
 * and not like(x, q) is not like_any(x, [p, q]). Both sides are null exactly when x is, so nothing
 * changes where null is not false. Patterns of one x and one way of matching come together; each
 * group stands where its first pattern stood. */
#include <stdlib.h>

#include "opt/pass.h"

/* So many values are told apart; others stay as they are. Looking for a group takes time for each.
 */
#define MAX_GROUPS 64
/* A deeper expression is refused by binding. */
#define MAX_DEPTH 1000

static const struct {
    const char *row;
    const char *mode;
} kinds[] = {{"aql_like", "like"},
             {"aql_ilike", "ilike"},
             {"aql_like_lower", "lower"},
             {"aql_like_upper", "upper"},
             {"aql_contains", "contains"}};

/* A pattern, or several merged before: its value, its way of matching, the patterns. */
struct like_term {
    struct expr *value;
    const char *mode;
    const struct val *patterns;
    uint32_t n;
};

static bool as_like(struct expr *e, struct like_term *out)
{
    if (e->kind != EXPR_CALL || e->n_args < 2 || e->args[1]->kind != EXPR_CONST ||
        e->args[0]->kind == EXPR_CONST || val_is_null(&e->args[1]->value))
        return false;
    out->value = e->args[0];
    out->patterns = &e->args[1]->value;
    out->n = 1;
    if (expr_is_call(e, "aql_like_any")) {
        if (e->args[1]->value.kind != KIND_ARRAY)
            return false;
        out->patterns = e->args[1]->value.u.items;
        out->n = e->args[1]->value.len;
        for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
            if (str_eqz(val_as_str(&e->args[2]->value), kinds[i].mode)) {
                out->mode = kinds[i].mode;
                return true;
            }
        }
        return false;
    }
    if (e->args[1]->value.kind == KIND_ARRAY ||
        (e->n_args > 2 && !(e->args[2]->kind == EXPR_CONST && val_is_null(&e->args[2]->value))))
        return false; /* with an escape character */
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (expr_is_call(e, kinds[i].row)) {
            out->mode = kinds[i].mode;
            return true;
        }
    }
    return false;
}

struct group {
    const struct expr *value;
    const char *mode;
    size_t first; /* argument */
    size_t n_terms;
    VEC(struct val) patterns;
};

struct groups {
    struct group items[MAX_GROUPS];
    size_t n;
};

static void groups_add(struct groups *g, const struct like_term *term, size_t at)
{
    size_t k = 0;

    while (k < g->n &&
           !(g->items[k].mode == term->mode && expr_equal(g->items[k].value, term->value)))
        k++;
    if (k == MAX_GROUPS)
        return;
    if (k == g->n)
        g->items[g->n++] = (struct group){.value = term->value, .mode = term->mode, .first = at};
    g->items[k].n_terms++;
    for (uint32_t i = 0; i < term->n; i++)
        VEC_PUSH(&g->items[k].patterns, term->patterns[i]);
}

/* The group a term went into, if it is of several terms. */
static const struct group *groups_of(const struct groups *g, const struct like_term *term)
{
    for (size_t k = 0; k < g->n; k++) {
        if (g->items[k].mode == term->mode && expr_equal(g->items[k].value, term->value))
            return g->items[k].n_terms > 1 ? &g->items[k] : NULL;
    }
    return NULL;
}

static struct expr *group_call(struct pass *p, const struct group *g, struct expr *value,
                               struct span at)
{
    struct arena *a = p->plan->arena;
    struct val *items = ARENA_ARRAY(a, struct val, g->patterns.n);
    struct val list = {.u.items = items, .len = (uint32_t)g->patterns.n, .kind = KIND_ARRAY};

    memcpy(items, g->patterns.items, g->patterns.n * sizeof(*items));
    return expr_callv(a, at, "aql_like_any", 3, value, expr_const(a, at, list),
                      expr_const(a, at, val_str(str_z(g->mode))));
}

/* The term that argument stands for: itself under an `or`, what it negates under an `and`. */
static bool term_of(struct expr *arg, bool negated, struct like_term *out)
{
    if (!negated)
        return as_like(arg, out);
    return expr_is_call(arg, "not") && arg->n_args == 1 && as_like(arg->args[0], out);
}

static struct expr *merge_args(struct pass *p, struct expr *e, bool negated)
{
    struct groups *g = xcalloc(1, sizeof(*g));
    struct like_term term;
    size_t kept = 0;

    for (size_t i = 0; i < e->n_args; i++) {
        if (term_of(e->args[i], negated, &term))
            groups_add(g, &term, i);
    }
    for (size_t i = 0; i < e->n_args; i++) {
        struct expr *arg = e->args[i];
        const struct group *group =
            g->n > 0 && term_of(arg, negated, &term) ? groups_of(g, &term) : NULL;

        if (group != NULL && group->first != i)
            continue;
        if (group != NULL) {
            struct expr *any = group_call(p, group, term.value, arg->at);

            arg = negated ? expr_callv(p->plan->arena, arg->at, "not", 1, any) : any;
        }
        e->args[kept++] = arg;
    }
    e->n_args = kept;
    for (size_t k = 0; k < g->n; k++)
        VEC_DONE(&g->items[k].patterns);
    free(g);
    return kept == 1 ? e->args[0] : e;
}

static struct expr *merge(struct pass *p, struct expr *e, unsigned depth)
{
    /* A bound call has its arguments at hand: it stays. */
    if (e->kind != EXPR_CALL || e->call != NULL || depth > MAX_DEPTH)
        return e;
    for (size_t i = 0; i < e->n_args; i++)
        e->args[i] = merge(p, e->args[i], depth + 1);
    if (expr_is_call(e, "or") && e->n_args > 1)
        return merge_args(p, e, false);
    if (expr_is_call(e, "and") && e->n_args > 1)
        return merge_args(p, e, true);
    return e;
}

static enum lanner_rc merge_chain(struct pass *p, struct plan_node **top, struct lanner_err *err)
{
    (void)err;
    for (struct plan_node *n = *top; n != NULL; n = n->in) {
        if (n->kind == NODE_FILTER)
            n->u.filter.predicate = merge(p, n->u.filter.predicate, 0);
        for (size_t i = 0; n->kind == NODE_EXTEND && i < n->u.extend.n_items; i++)
            n->u.extend.items[i].expr = merge(p, n->u.extend.items[i].expr, 0);
    }
    return LANNER_OK;
}

enum lanner_rc pass_like_any(struct pass *p, struct lanner_err *err)
{
    return pass_each_chain(p, merge_chain, err);
}
