/* stage_array.c - functions that run a pipeline over the elements of an array: array:eval, filter,
 * exists, reduceAll, union, intersection, objectArray:eval, exists (cql.md 3.1, Arrays).
 *
 * Within one event they are an `each` node; over all events the elements become rows, which are
 * then aggregated. */
#include "lang/cql/lower.h"

/* `a[]` is the array a; back-quotes around members that are no words go. */
static enum lanner_rc array_name(struct cql_lower *l, const struct cql_node *v, struct str *out,
                                 struct lanner_err *err)
{
    char *plain;
    size_t n = 0;

    TRY(cql_text(l, v, out, err));
    if (str_ends(*out, STR("[]")))
        out->len -= 2;
    if (out->len == 0)
        return cql_wrong(v->at, err, "expected the name of an array: \"name[]\"");
    plain = arena_alloc(l->arena, out->len);
    for (size_t k = 0; k < out->len; k++) {
        if (out->ptr[k] != '`')
            plain[n++] = out->ptr[k];
    }
    *out = str_of(plain, n);
    return LANNER_OK;
}

/* The argument of that name, or the i-th unnamed one that is no pipeline (or is one). */
static const struct cql_node *argument(const struct cql_node *call, const char *name, bool pipeline)
{
    const struct cql_node *v = cql_arg(call, name);

    for (size_t i = 0; v == NULL && cql_positional(call, i) != NULL; i++) {
        if ((cql_positional(call, i)->kind == CQL_SUBQUERY) == pipeline)
            v = cql_positional(call, i);
    }
    return v;
}

static enum lanner_rc read_array(struct cql_lower *l, const struct cql_node *call,
                                 struct str *array, struct str *var, struct lanner_err *err)
{
    const struct cql_node *v = argument(call, "array", false), *name = cql_arg(call, "var");

    if (v == NULL)
        return cql_wrong(call->at, err, "%.*s() needs the parameter array", STR_ARG(call->text));
    TRY(array_name(l, v, array, err));
    *var = *array;
    return name != NULL ? cql_field_name(l, name, var, err) : LANNER_OK;
}

static bool is_objects(const struct cql_node *call)
{
    return call->text.len > 12 && str_eq_nocase(str_of(call->text.ptr, 12), STR("objectArray:"));
}

/* The sub-pipeline of an `each` node over the rows of l->pipe; the node is put on top. */
static enum lanner_rc push_each(struct cql_lower *l, const struct cql_node *call,
                                enum each_mode mode, struct str as, struct lanner_err *err)
{
    const char *name = mode == EACH_ANY ? "condition" : "function";
    const struct cql_node *body = argument(call, name, true);
    struct plan_node *n, *top;
    struct str array, var;

    TRY(read_array(l, call, &array, &var, err));
    if (body == NULL || body->kind != CQL_SUBQUERY)
        return cql_wrong(body != NULL ? body->at : call->at, err,
                         "%.*s() needs a pipeline in braces: %s={...}", STR_ARG(call->text), name);
    TRY(cql_lower_sub(l, PIPE_EACH, body->kids->kids, NULL, &top, err));
    n = cql_push(l, NODE_EACH, call->at);
    n->u.each.mode = mode;
    n->u.each.array = array;
    n->u.each.var = var;
    n->u.each.as = as.len != 0 ? as : array;
    n->u.each.objects = is_objects(call);
    n->u.each.body = top;
    return LANNER_OK;
}

/* array:eval, array:filter, objectArray:eval */
enum lanner_rc cql_stage_array_map(struct cql_lower *l, const struct cql_node *call, struct str as,
                                   struct lanner_err *err)
{
    const struct cql_node *to = cql_arg(call, "asArray");
    bool filter = str_eq_nocase(call->text, STR("array:filter"));
    struct str array;

    if (to != NULL)
        TRY(array_name(l, to, &as, err));
    else if (str_ends(as, STR("[]")))
        as.len -= 2;
    if (is_objects(call)) {
        if (as.len == 0)
            return cql_wrong(call->at, err, "%.*s() needs the parameter asArray",
                             STR_ARG(call->text));
        TRY(read_array(l, call, &array, &array, err));
    }
    return push_each(l, call, filter ? EACH_FILTER : EACH_MAP, as, err);
}

bool cql_is_array_exists(const struct cql_node *call)
{
    return call->kind == CQL_CALL && (str_eq_nocase(call->text, STR("array:exists")) ||
                                      str_eq_nocase(call->text, STR("objectArray:exists")));
}

/* Found out before the stage that asks, in a hidden field: so it can stand under not and or. */
enum lanner_rc cql_array_exists(struct cql_lower *l, const struct cql_node *call, struct expr **out,
                                struct lanner_err *err)
{
    struct str hidden = cql_hidden(l);

    cql_check_names(l, call, "array condition var");
    TRY(push_each(l, call, EACH_ANY, hidden, err));
    *out = expr_callv(l->arena, call->at, "is_true", 1, expr_field(l->arena, call->at, hidden));
    return LANNER_OK;
}

enum lanner_rc cql_stage_array_exists(struct cql_lower *l, const struct cql_node *call,
                                      struct str as, struct lanner_err *err)
{
    struct expr *e;

    TRY(cql_array_exists(l, call, &e, err));
    if (as.len != 0)
        cql_extend_one(l, call->at, e, as, false);
    else
        cql_push_filter(l, call->at, e);
    return LANNER_OK;
}

/* ---- Over all events ---------------------------------------------------------------------------
 */

/* One row for each element: the event with the element in `var`, its number in `index`. */
static void push_elements(struct cql_lower *l, struct span at, struct str array, struct str var,
                          struct str index)
{
    struct plan_node *n = cql_push(l, NODE_UNNEST, at);
    struct plan_item *item = &n->u.unnest.item;
    struct str *names = ARENA_ARRAY(l->arena, struct str, 2);

    names[0] = var;
    names[1] = index;
    item->at = at;
    item->names = names;
    item->n_names = 2;
    item->expr = expr_callv(
        l->arena, at, "array_elements", 3, expr_const(l->arena, at, val_str(array)),
        expr_const(l->arena, at, val_str(var)), expr_const(l->arena, at, val_str(index)));
}

static enum lanner_rc need_main(struct cql_lower *l, const struct cql_node *call,
                                struct lanner_err *err)
{
    if (l->pipe->kind == PIPE_MAIN)
        return LANNER_OK;
    return cql_unsupported(call->at, err,
                           "%.*s() is supported as a stage of its own only, not inside another "
                           "function",
                           STR_ARG(call->text));
}

enum lanner_rc cql_stage_reduce_all(struct cql_lower *l, const struct cql_node *call, struct str as,
                                    struct lanner_err *err)
{
    const struct cql_node *function = cql_arg(call, "function");
    struct str array, var;

    TRY(need_main(l, call, err));
    if (function == NULL)
        return cql_wrong(call->at, err, "array:reduceAll() needs the parameter function");
    TRY(read_array(l, call, &array, &var, err));
    push_elements(l, call->at, array, var, cql_hidden(l));
    return cql_lower_stats(l, function, call->at, as, err);
}

/* A list of rows as the elements of one array, in their order. */
static void push_gather(struct cql_lower *l, struct span at, struct str field, struct str as)
{
    struct plan_node *n = cql_push(l, NODE_TRANSPOSE, at);

    n->u.transpose.gather = field;
    n->u.transpose.as = as;
    l->pipe->aggregated = l->pipe->ordered = true;
    l->pipe->has_time = l->pipe->hidden_time = false;
    l->pipe->time_lost_at = NULL;
    l->pipe->closed = true;
}

/* The distinct elements of all events. */
static enum lanner_rc push_distinct(struct cql_lower *l, struct span at, struct str var,
                                    struct lanner_err *err)
{
    struct cql_functions f = {0};
    struct aggregate_shape shape = {.missing = KEYS_DROP_IF_ALL};
    enum lanner_rc rc =
        cql_functions(l, cql_make(l, CQL_ARRAY, at, STR_NONE), &var, 1, STR_NONE, &f, err);

    if (rc == LANNER_OK)
        rc = cql_push_aggregate(l, at, &f, &var, 1, &shape, err);
    cql_functions_done(&f);
    return rc;
}

enum lanner_rc cql_stage_array_union(struct cql_lower *l, const struct cql_node *call,
                                     struct str as, struct lanner_err *err)
{
    const struct cql_node *name = cql_arg(call, "as");
    struct str array, var = cql_hidden(l);

    TRY(need_main(l, call, err));
    TRY(read_array(l, call, &array, &(struct str){0}, err));
    if (as.len == 0 && name != NULL)
        TRY(array_name(l, name, &as, err));
    push_elements(l, call->at, array, var, cql_hidden(l));
    TRY(push_distinct(l, call->at, var, err));
    push_gather(l, call->at, var, as.len != 0 ? as : STR("_union"));
    return LANNER_OK;
}
