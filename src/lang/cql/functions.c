/* functions.c - the aggregates that groupBy, stats, timeChart and others take (cql.md 1.5, 3.1): a
 * call, an assignment of one, a list, or a pipeline in braces with stages before and after its
 * aggregate.
 *
 * What a single aggregate row can do becomes an item of an aggregate node. Functions that keep
 * whole events
 * (`function=tail(1)`), and pipelines of several aggregates, become a pipeline for each group. */
#include <stdlib.h>

#include "lang/cql/lower.h"

struct gather {
    struct cql_lower *l;
    struct cql_functions *f;
    const struct str *keys;
    size_t n_keys;
    bool in_braces;
};

static bool has_name(const struct str *names, size_t n, struct str name)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq(names[i], name))
            return true;
    }
    return false;
}

void cql_functions_done(struct cql_functions *f)
{
    VEC_DONE(&f->items);
    VEC_DONE(&f->zeroes);
    VEC_DONE(&f->names);
}

/* Arguments of aggregates are fields and constants: an expression is computed into a hidden field.
 */
static void hide_expressions(struct cql_lower *l, struct expr *call)
{
    for (size_t i = 0; i < call->n_args; i++) {
        struct expr *e = call->args[i];
        struct str name;

        if (e->kind != EXPR_CALL)
            continue;
        name = cql_hidden(l);
        cql_extend_one(l, e->at, e, name, false);
        call->args[i] = expr_field(l->arena, e->at, name);
    }
}

/* collect([user, ip]) by user: the output would be the key again, with the same value. Such fields,
 * and ones that another call of the same function gives already, are left out. */
static void drop_repeated(struct gather *g, struct cql_bound *b)
{
    size_t n_fixed = b->call->n_args - MIN(b->names != NULL ? b->n_names : 0, b->call->n_args);
    const struct fn_param *p = b->call->fn->params;
    bool many = false;
    size_t kept = 0;

    for (; p != NULL && p->name != NULL; p++)
        many = many || ((p->flags & PARAM_MANY) != 0 && p->kind == P_FIELD);
    if (!many)
        return;
    for (size_t i = 0; i < b->n_names; i++) {
        const struct expr *arg = b->call->args[n_fixed + i];

        if (arg->kind != EXPR_FIELD || !str_eq(arg->name, b->names[i]))
            return; /* outputs do not stand for arguments one by one */
    }
    for (size_t i = 0; i < b->n_names; i++) {
        bool repeated = has_name(g->keys, g->n_keys, b->names[i]);

        for (size_t k = 0; k < g->f->items.n && !repeated; k++) {
            const struct plan_agg *item = &g->f->items.items[k];

            repeated = item->call->fn == b->call->fn && item->pre == NULL && !g->in_braces &&
                       has_name(item->names, item->n_names, b->names[i]);
        }
        if (repeated)
            continue;
        b->names[kept] = b->names[i];
        b->call->args[n_fixed + kept++] = b->call->args[n_fixed + i];
    }
    b->n_names = kept;
    b->call->n_args = n_fixed + kept;
}

static enum lanner_rc add_row(struct gather *g, const struct cql_node *call,
                              const struct fn_def *fn, struct str as, struct lanner_err *err)
{
    struct cql_bound b;
    struct plan_agg item = {.at = call->at};

    if (g->f->names.n > CQL_MAX_LIST)
        return err_set_at(err, LANNER_ERR_LIMIT, call->at, "more than %d outputs of aggregates",
                          CQL_MAX_LIST);
    TRY(cql_bind(g->l, call, fn, as, &b, err));
    hide_expressions(g->l, b.call);
    drop_repeated(g, &b);
    if (b.n_names == 0)
        return LANNER_OK;
    item.call = b.call;
    item.names = b.names;
    item.n_names = b.n_names;
    VEC_PUSH(&g->f->items, item);
    for (size_t i = 0; i < b.n_names; i++) {
        VEC_PUSH(&g->f->names, b.names[i]);
        if (strcmp(fn->name, "count") == 0 || strcmp(fn->name, "sum") == 0)
            VEC_PUSH(&g->f->zeroes, b.names[i]);
    }
    return LANNER_OK;
}

static enum lanner_rc add_value(struct gather *g, const struct cql_node *v, struct str as,
                                bool sole, struct lanner_err *err);

/* ---- A pipeline for each group ---- */

static bool drops_rows(const struct plan_node *top)
{
    for (const struct plan_node *n = top; n != NULL; n = n->in) {
        if (n->kind == NODE_FILTER || n->kind == NODE_BRANCH || n->kind == NODE_JOIN)
            return true;
    }
    return false;
}

static enum lanner_rc add_group(struct gather *g, const struct cql_node *first, struct span at,
                                bool sole, struct lanner_err *err)
{
    struct cql_pipe sub;

    if (!sole)
        return cql_unsupported(at, err,
                               "a function that gives several events cannot stand beside other "
                               "aggregates yet");
    cql_sub_begin(g->l, &sub, PIPE_GROUP, at);
    TRY(cql_lower_stages(g->l, first, NULL, err));
    TRY(cql_sub_end(g->l, &g->f->group, err));
    g->f->group_has_time = sub.has_time;
    g->f->group_closed = sub.closed;
    if (drops_rows(g->f->group))
        return cql_unsupported(at, err,
                               "a filter beside a function that gives several events is not "
                               "supported yet inside the function of an aggregate");
    return LANNER_OK;
}

/* ---- { stages | aggregate | stages } ---- */

/* The call of a stage that aggregates, NULL for other stages; *simple: one aggregate row, or a
 * list. */
static bool is_aggregate(const struct cql_node *stage, bool *simple)
{
    const struct cql_node *call = stage->kids;
    const struct cql_stage *known;
    const struct cql_name *name;
    const struct fn_def *fn;

    *simple = true;
    if (stage->kind == CQL_STATS)
        return true;
    if ((stage->kind != CQL_STAGE && stage->kind != CQL_ASSIGN) || call->kind != CQL_CALL)
        return false;
    known = cql_stage_find(call->text);
    if (known != NULL) {
        *simple = str_eq_nocase(call->text, STR("stats"));
        return known->aggregate;
    }
    fn = cql_row(call);
    name = cql_name_find(call->text);
    return fn != NULL ? fn->kind == FN_AGGREGATE : name != NULL && name->kind == CQL_FN_AGGREGATE;
}

static enum lanner_rc add_post(struct gather *g, size_t first_item, const struct cql_node *post,
                               bool sole, struct lanner_err *err)
{
    struct cql_lower *l = g->l;
    struct plan_agg *item;

    if (post == NULL)
        return LANNER_OK;
    if (g->f->items.n == first_item + 1) {
        item = &g->f->items.items[first_item];
        TRY(cql_lower_sub(l, PIPE_POST, post, NULL, &item->post, err));
        for (struct plan_node *n = item->post; n != NULL; n = n->in) {
            for (size_t i = 0; n->kind == NODE_EXTEND && i < n->u.extend.n_items; i++) {
                struct str name = n->u.extend.items[i].names[0];

                if (!has_name(g->f->names.items, g->f->names.n, name))
                    VEC_PUSH(&g->f->names, name);
            }
        }
        return LANNER_OK;
    }
    /* Over the outputs of several aggregates, what only adds fields may as well come afterwards. */
    for (const struct cql_node *s = post; s != NULL; s = s->next) {
        if (!sole || s->kind != CQL_ASSIGN)
            return cql_unsupported(s->at, err,
                                   "this stage after several aggregates inside { } is not "
                                   "supported yet");
    }
    g->f->tail = post;
    return LANNER_OK;
}

static enum lanner_rc add_braces(struct gather *g, const struct cql_node *sub, bool sole,
                                 struct lanner_err *err)
{
    const struct cql_node *stages = sub->kids->kids, *agg = stages;
    size_t first_item = g->f->items.n;
    struct plan_node *pre;
    struct cql_pipe pipe;
    bool simple = false;

    while (agg != NULL && !is_aggregate(agg, &simple))
        agg = agg->next;
    if (agg == NULL)
        return cql_wrong(sub->at, err, "expected an aggregate inside { }, found none");
    if (g->in_braces)
        return cql_unsupported(sub->at, err, "{ } inside { } of an aggregate is not supported yet");
    if (!simple)
        return add_group(g, stages, sub->at, sole, err);
    g->in_braces = true;
    cql_sub_begin(g->l, &pipe, PIPE_PRE, sub->at);
    TRY(cql_lower_stages(g->l, stages, agg, err));
    TRY(add_value(g, agg->kids, agg->kind == CQL_ASSIGN ? agg->text : STR_NONE, false, err));
    TRY(cql_sub_end(g->l, &pre, err));
    g->in_braces = false;
    for (size_t i = first_item; i < g->f->items.n; i++)
        g->f->items.items[i].pre = pre->kind != NODE_INPUT ? pre : NULL;
    return add_post(g, first_item, agg->next, sole, err);
}

/* ---- percentage({ filters }) ---- */

/* The pipeline of filters as one predicate. */
static enum lanner_rc condition_of(struct cql_lower *l, const struct cql_node *v, struct expr **out,
                                   struct lanner_err *err)
{
    struct expr **args;
    size_t n = 0;

    if (v->kind != CQL_SUBQUERY)
        return cql_lower_predicate(l, v, out, err);
    args = ARENA_ARRAY(l->arena, struct expr *, v->kids->n_kids + 1);
    args[n++] = expr_const(l->arena, v->at, val_bool(true));
    for (const struct cql_node *s = v->kids->kids; s != NULL; s = s->next) {
        if (s->kind != CQL_FILTER && s->kind != CQL_STAGE)
            return cql_unsupported(
                s->at, err, "only filters are supported yet in the condition of percentage()");
        TRY(cql_lower_predicate(l, s->kids, &args[n++], err));
    }
    *out = n == 2 ? args[1] : expr_call(l->arena, v->at, fn_named("and"), args, n);
    return LANNER_OK;
}

static enum lanner_rc add_percentage(struct gather *g, const struct cql_node *call, struct str as,
                                     struct lanner_err *err)
{
    const struct cql_node *v = cql_arg(call, "condition"), *name = cql_arg(call, "as");
    struct plan_agg item = {.at = call->at, .n_names = 1};
    struct str hidden = cql_hidden(g->l);
    struct expr **args = ARENA_ARRAY(g->l->arena, struct expr *, 1);
    struct expr *e;

    cql_check_names(g->l, call, "condition as");
    if (v == NULL)
        v = cql_positional(call, 0);
    if (v == NULL)
        return cql_wrong(call->at, err, "percentage() needs the parameter condition");
    if (as.len == 0 && name != NULL)
        TRY(cql_text(g->l, name, &as, err));
    TRY(condition_of(g->l, v, &e, err));
    cql_extend_one(g->l, call->at, e, hidden, false);
    args[0] = expr_field(g->l->arena, call->at, hidden);
    item.call = expr_call(g->l->arena, call->at, fn_named("percentage"), args, 1);
    item.names = ARENA_NEW(g->l->arena, struct str);
    item.names[0] = as.len != 0 ? as : STR("_percentage");
    VEC_PUSH(&g->f->items, item);
    VEC_PUSH(&g->f->names, item.names[0]);
    return LANNER_OK;
}

/* ---- Elements ---- */

static enum lanner_rc add_call(struct gather *g, const struct cql_node *call, struct str as,
                               bool sole, struct lanner_err *err)
{
    const struct cql_stage *stage;
    const struct fn_def *fn;
    const struct cql_node *list;
    struct cql_node *wrap;

    TRY(cql_dialect(g->l, call, &call, err));
    if (call->kind != CQL_CALL)
        return cql_wrong(call->at, err, "expected an aggregate function");
    stage = cql_stage_find(call->text);
    if (stage != NULL && str_eq_nocase(call->text, STR("stats"))) {
        list = cql_list_args(g->l, call, "function");
        return list != NULL ? add_value(g, list, as, sole, err)
                            : cql_wrong(call->at, err, "stats() needs the parameter function");
    }
    if (stage != NULL && stage->aggregate) {
        wrap = cql_make(g->l, CQL_STAGE, call->at, STR_NONE);
        cql_add(wrap, cql_make(g->l, CQL_CALL, call->at, call->text));
        *wrap->kids = *call;
        wrap->kids->next = NULL;
        return add_group(g, wrap, call->at, sole, err);
    }
    if (str_eq_nocase(call->text, STR("percentage")) && fn_named("percentage") != NULL)
        return add_percentage(g, call, as, err);
    fn = cql_row(call);
    if (fn == NULL && stage == NULL)
        return cql_refuse(call, err);
    if (fn == NULL || fn->kind != FN_AGGREGATE) {
        cql_wrong(call->at, err, "expected an aggregate function, found %.*s()",
                  STR_ARG(call->text));
        err_hint(err, "stages before an aggregate are written in braces: { ... | count() }");
        return LANNER_ERR_QUERY;
    }
    return add_row(g, call, fn, as, err);
}

/* Depth is the parser's. */
static enum lanner_rc add_value(struct gather *g, const struct cql_node *v, struct str as,
                                bool sole, struct lanner_err *err)
{
    struct cql_node *call;

    switch (v->kind) {
    case CQL_ARRAY:
        for (const struct cql_node *k = v->kids; k != NULL; k = k->next)
            TRY(add_value(g, k, v->n_kids == 1 ? as : STR_NONE, sole && v->n_kids == 1, err));
        return LANNER_OK;
    case CQL_ASSIGN:
        return add_value(g, v->kids, v->text, sole, err);
    case CQL_CALL:
        return add_call(g, v, as, sole, err);
    case CQL_SUBQUERY:
        return add_braces(g, v, sole, err);
    case CQL_FIELD:
    case CQL_STRING:
        if (cql_name_find(v->text) == NULL)
            break;
        cql_note(g->l, LANNER_NOTE_REPAIR, v->at, "the function name %.*s is read as %.*s()",
                 STR_ARG(v->text), STR_ARG(v->text));
        call = cql_make(g->l, CQL_CALL, v->at, v->text);
        return add_call(g, call, as, sole, err);
    default:
        break;
    }
    return cql_wrong(v->at, err, "expected an aggregate function");
}

enum lanner_rc cql_functions(struct cql_lower *l, const struct cql_node *value,
                             const struct str *keys, size_t n_keys, struct str as,
                             struct cql_functions *out, struct lanner_err *err)
{
    struct gather g = {.l = l, .f = out, .keys = keys, .n_keys = n_keys};
    struct cql_node *count;

    *out = (struct cql_functions){.group = NULL};
    if (value == NULL) {
        count = cql_make(l, CQL_CALL, (struct span){0, 0}, STR("count"));
        return add_value(&g, count, as, true, err);
    }
    return add_value(&g, value, as, true, err);
}

static void aggregate_effects(struct cql_lower *l, const struct cql_functions *f,
                              const struct str *keys, size_t n_keys)
{
    struct cql_pipe *p = l->pipe;

    p->aggregated = true;
    p->ordered = true;
    p->sorted = false;
    p->time_lost_at = NULL;
    p->hidden_time = false;
    p->closed = f->group == NULL || f->group_closed;
    if (f->group != NULL)
        p->has_time = f->group_has_time;
    else
        p->has_time = has_name(keys, n_keys, STR(FIELD_TIME_MS)) ||
                      has_name(f->names.items, f->names.n, STR(FIELD_TIME_MS));
}

static bool has_sequence(const struct plan_node *top)
{
    for (const struct plan_node *n = top; n != NULL; n = n->in) {
        if (n->kind == NODE_SEQUENCE)
            return true;
    }
    return false;
}

enum lanner_rc cql_push_aggregate(struct cql_lower *l, struct span at,
                                  const struct cql_functions *f, const struct str *keys,
                                  size_t n_keys, const struct aggregate_shape *shape,
                                  struct lanner_err *err)
{
    struct plan_node *n = cql_push(l, f->group != NULL ? NODE_GROUP_APPLY : NODE_AGGREGATE, at);
    struct str *own_keys = ARENA_ARRAY(l->arena, struct str, n_keys);

    if (n_keys != 0)
        memcpy(own_keys, keys, n_keys * sizeof(*keys));
    if (f->group != NULL) {
        n->u.group_apply.keys = own_keys;
        n->u.group_apply.n_keys = n_keys;
        n->u.group_apply.missing = shape->missing;
        n->u.group_apply.body = f->group;
        n->u.group_apply.as_they_stand =
            has_sequence(f->group) && (l->pipe->ordered || l->pipe->kind == PIPE_GROUP);
    } else {
        n->u.aggregate.keys = own_keys;
        n->u.aggregate.n_keys = n_keys;
        n->u.aggregate.missing = shape->missing;
        n->u.aggregate.limit = shape->limit;
        n->u.aggregate.limit_is_explicit = shape->limit_is_explicit;
        n->u.aggregate.row_when_empty = shape->row_when_empty;
        n->u.aggregate.n_items = f->items.n;
        n->u.aggregate.items = ARENA_ARRAY(l->arena, struct plan_agg, f->items.n);
        if (f->items.n != 0)
            memcpy(n->u.aggregate.items, f->items.items, f->items.n * sizeof(*f->items.items));
    }
    aggregate_effects(l, f, own_keys, n_keys);
    return f->tail != NULL ? cql_lower_stages(l, f->tail, NULL, err) : LANNER_OK;
}
