/* plan.c - building plans and expressions, walking them, finding fields in schemas. */
#include "plan/plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct plan *plan_new(struct arena *a, enum lang lang)
{
    struct plan *p = ARENA_NEW(a, struct plan);

    p->arena = a;
    p->lang = lang;
    p->from_ns = TIME_NONE;
    p->to_ns = TIME_NONE;
    return p;
}

void plan_done(struct plan *p)
{
    if (p != NULL)
        VEC_DONE(&p->notes);
}

struct plan_node *node_new(struct plan *p, enum node_kind kind, struct span at,
                           struct plan_node *in)
{
    struct plan_node *n = ARENA_NEW(p->arena, struct plan_node);

    n->kind = kind;
    n->at = at;
    n->in = in;
    if (kind == NODE_SCAN) {
        n->u.scan.from_ns = TIME_NONE;
        n->u.scan.to_ns = TIME_NONE;
    }
    return n;
}

const char *node_name(enum node_kind kind)
{
    static const char *const names[NODE_COUNT] = {
#define NODE(ID, name, doc) [NODE_##ID] = #name,
#include "plan/nodes.def"
#undef NODE
    };

    return names[kind];
}

void plan_note(struct plan *p, enum lanner_note_kind kind, struct span at, const char *fmt, ...)
{
    struct plan_note note = {.kind = kind, .at = at};
    struct buf text = {0};
    char room[512];
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(room, sizeof(room), fmt, ap);
    va_end(ap);
    buf_put(&text, room, n < 0 ? 0 : MIN((size_t)n, sizeof(room) - 1));
    note.text = arena_str(p->arena, buf_str(&text));
    buf_done(&text);
    VEC_PUSH(&p->notes, note);
}

struct expr *expr_const(struct arena *a, struct span at, struct val v)
{
    struct expr *e = ARENA_NEW(a, struct expr);

    e->kind = EXPR_CONST;
    e->at = at;
    e->value = v;
    return e;
}

struct expr *expr_field(struct arena *a, struct span at, struct str name)
{
    struct expr *e = ARENA_NEW(a, struct expr);

    e->kind = EXPR_FIELD;
    e->at = at;
    e->name = name;
    return e;
}

struct expr *expr_call(struct arena *a, struct span at, const struct fn_def *fn, struct expr **args,
                       size_t n_args)
{
    struct expr *e = ARENA_NEW(a, struct expr);

    assert(fn != NULL);
    e->kind = EXPR_CALL;
    e->at = at;
    e->fn = fn;
    e->args = args;
    e->n_args = n_args;
    return e;
}

struct expr *expr_callv(struct arena *a, struct span at, const char *name, size_t n_args, ...)
{
    struct expr **args = ARENA_ARRAY(a, struct expr *, n_args);
    va_list ap;

    va_start(ap, n_args);
    for (size_t i = 0; i < n_args; i++)
        args[i] = va_arg(ap, struct expr *);
    va_end(ap);
    return expr_call(a, at, fn_named(name), args, n_args);
}

void expr_walk(struct expr *e, void (*fn)(void *ctx, struct expr *e), void *ctx)
{
    fn(ctx, e);
    for (size_t i = 0; i < e->n_args; i++)
        expr_walk(e->args[i], fn, ctx);
}

static bool const_equal(const struct val *a, const struct val *b)
{
    if (a->kind != b->kind)
        return false;
    if (a->kind == KIND_ARRAY) {
        if (a->len != b->len)
            return false;
        for (uint32_t i = 0; i < a->len; i++) {
            if (!const_equal(&a->u.items[i], &b->u.items[i]))
                return false;
        }
        return true;
    }
    return val_same(a, b);
}

bool expr_equal(const struct expr *a, const struct expr *b)
{
    if (a->kind != b->kind)
        return false;
    if (a->kind == EXPR_CONST)
        return const_equal(&a->value, &b->value);
    if (a->kind == EXPR_FIELD)
        return str_eq(a->name, b->name);
    if (a->fn != b->fn || a->n_args != b->n_args)
        return false;
    for (size_t i = 0; i < a->n_args; i++) {
        if (!expr_equal(a->args[i], b->args[i]))
            return false;
    }
    return true;
}

const struct schema_field *schema_find(const struct schema *s, struct str name)
{
    for (size_t i = 0; i < s->n; i++) {
        if (str_eq(s->fields[i].name, name))
            return &s->fields[i];
    }
    return NULL;
}

struct walk {
    const struct plan_visitor *v;
    struct plan_node *node;
};

static void walk_expr(void *ctx, struct expr *e)
{
    struct walk *w = ctx;

    w->v->expr(w->v->ctx, w->node, e);
}

static void walk_one_expr(const struct plan_visitor *v, struct plan_node *n, struct expr *e)
{
    struct walk w = {v, n};

    if (v->expr != NULL && e != NULL)
        expr_walk(e, walk_expr, &w);
}

static void walk_agg(const struct plan_visitor *v, struct plan_node *n, struct plan_agg *agg)
{
    plan_walk(agg->pre, v);
    walk_one_expr(v, n, agg->call);
    plan_walk(agg->post, v);
}

static void walk_node(struct plan_node *n, const struct plan_visitor *v)
{
    if (v->node != NULL)
        v->node(v->ctx, n);
    switch (n->kind) {
    case NODE_SCAN:
        for (size_t i = 0; i < n->u.scan.n_searches; i++)
            walk_one_expr(v, n, n->u.scan.searches[i].predicate);
        for (size_t i = 0; i < n->u.scan.n_filters; i++)
            walk_one_expr(v, n, n->u.scan.filters[i]);
        break;
    case NODE_FILTER:
        walk_one_expr(v, n, n->u.filter.predicate);
        break;
    case NODE_EXTEND:
        for (size_t i = 0; i < n->u.extend.n_items; i++)
            walk_one_expr(v, n, n->u.extend.items[i].expr);
        break;
    case NODE_UNNEST:
    case NODE_GENERATE:
        walk_one_expr(v, n, n->u.unnest.item.expr);
        break;
    case NODE_EACH:
        plan_walk(n->u.each.body, v);
        break;
    case NODE_BRANCH:
        for (size_t i = 0; i < n->u.branch.n_clauses; i++)
            plan_walk(n->u.branch.clauses[i].body, v);
        break;
    case NODE_AGGREGATE:
        for (size_t i = 0; i < n->u.aggregate.n_items; i++)
            walk_agg(v, n, &n->u.aggregate.items[i]);
        break;
    case NODE_CORRELATE:
        for (size_t i = 0; i < n->u.correlate.n_queries; i++)
            plan_walk(n->u.correlate.queries[i].body, v);
        break;
    case NODE_GROUP_APPLY:
        plan_walk(n->u.group_apply.body, v);
        break;
    case NODE_SEQUENCE:
        plan_walk(n->u.sequence.begin, v);
        plan_walk(n->u.sequence.end, v);
        for (size_t i = 0; i < n->u.sequence.n_items; i++)
            walk_agg(v, n, &n->u.sequence.items[i]);
        break;
    case NODE_SESSION:
        walk_one_expr(v, n, n->u.session.time);
        walk_one_expr(v, n, n->u.session.begin);
        walk_one_expr(v, n, n->u.session.end);
        break;
    case NODE_UNION:
        for (size_t i = 0; i < n->u.set.n_inputs; i++)
            plan_walk(n->u.set.inputs[i], v);
        break;
    default:
        break;
    }
}

void plan_walk(struct plan_node *root, const struct plan_visitor *v)
{
    /* Chains are as long as the query has stages, so they are walked, not recursed into. */
    for (struct plan_node *n = root; n != NULL; n = n->in)
        walk_node(n, v);
}
