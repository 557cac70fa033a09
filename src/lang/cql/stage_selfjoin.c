/* stage_selfjoin.c - selfJoinFilter and selfJoin (cql.md 3.1): events of which other events with
 * the same key fulfil each of several conditions.
 *
 * What stands before the stage is run a first time as a table of its own: the keys for which each
 * condition was met. The second time only events with such a key pass. LogScale estimates with a
 * Bloom filter; here the answer is exact. */
#include "lang/cql/lower.h"

struct selfjoin {
    struct str *keys;
    size_t n_keys;
    const struct cql_node *where; /* array of pipelines, or one */
    bool prefilter;
};

static const struct cql_node *first_condition(const struct selfjoin *s)
{
    return s->where->kind == CQL_ARRAY ? s->where->kids : s->where;
}

static enum lanner_rc check_condition(const struct cql_node *v, struct lanner_err *err)
{
    if (v->kind == CQL_SUBQUERY)
        return LANNER_OK;
    return cql_wrong(v->at, err, "expected a condition in braces: where=[{a=1}, {b=2}]");
}

static enum lanner_rc read_args(struct cql_lower *l, const struct cql_node *call,
                                struct selfjoin *s, struct lanner_err *err)
{
    const struct cql_node *prefilter = cql_arg(call, "prefilter");
    struct cql_node *field = cql_list_args(l, call, "field");
    struct cql_texts names;

    s->where = cql_arg(call, "where");
    if (field == NULL || field->n_kids == 0)
        return cql_wrong(call->at, err, "%.*s() needs the parameter field", STR_ARG(call->text));
    if (s->where == NULL || (s->where->kind == CQL_ARRAY && s->where->n_kids == 0))
        return cql_wrong(call->at, err, "%.*s() needs the parameter where: [{...}, {...}]",
                         STR_ARG(call->text));
    for (const struct cql_node *k = field->kids; k != NULL; k = k->next) {
        struct str name;

        TRY(cql_field_name(l, k, &name, err));
    }
    TRY(cql_texts(l, field, &names, err));
    for (const struct cql_node *v = first_condition(s); v != NULL; v = v->next) {
        TRY(check_condition(v, err));
        if (s->where->kind != CQL_ARRAY)
            break;
    }
    s->keys = names.items;
    s->n_keys = names.n;
    if (prefilter != NULL)
        TRY(cql_bool(l, prefilter, &s->prefilter, err));
    return LANNER_OK;
}

/* ---- The table of keys -------------------------------------------------------------------------
 */

/* How many events of the key fulfil the condition. */
static enum lanner_rc add_condition(struct cql_lower *l, const struct cql_node *v,
                                    struct plan_agg *out, struct lanner_err *err)
{
    struct cql_node *call = cql_make(l, CQL_CALL, v->at, STR("count"));
    struct cql_bound b;

    TRY(cql_lower_sub(l, PIPE_PRE, v->kids->kids, NULL, &out->pre, err));
    TRY(cql_bind(l, call, fn_named("count"), cql_hidden(l), &b, err));
    if (out->pre->kind == NODE_INPUT)
        out->pre = NULL;
    out->at = v->at;
    out->call = b.call;
    out->names = b.names;
    out->n_names = b.n_names;
    return LANNER_OK;
}

static enum lanner_rc push_keys(struct cql_lower *l, const struct cql_node *call,
                                const struct selfjoin *s, struct lanner_err *err)
{
    size_t most = s->where->kind == CQL_ARRAY ? s->where->n_kids : 1, n = 0;
    struct plan_agg *items = ARENA_ARRAY(l->arena, struct plan_agg, most);
    struct expr **met = ARENA_ARRAY(l->arena, struct expr *, most);
    struct plan_rename *names = ARENA_ARRAY(l->arena, struct plan_rename, s->n_keys);
    struct plan_node *node;

    for (const struct cql_node *v = first_condition(s); n < most; v = v->next, n++) {
        TRY(add_condition(l, v, &items[n], err));
        met[n] =
            expr_callv(l->arena, v->at, "cql_gt", 2, expr_field(l->arena, v->at, items[n].names[0]),
                       expr_const(l->arena, v->at, val_long(0)));
    }
    node = cql_push(l, NODE_AGGREGATE, call->at);
    node->u.aggregate.keys = s->keys;
    node->u.aggregate.n_keys = s->n_keys;
    node->u.aggregate.missing = KEYS_DROP_IF_ANY;
    node->u.aggregate.items = items;
    node->u.aggregate.n_items = n;
    cql_push_filter(l, call->at,
                    n == 1 ? met[0] : expr_call(l->arena, call->at, fn_named("and"), met, n));
    for (size_t i = 0; i < s->n_keys; i++)
        names[i] = (struct plan_rename){s->keys[i], s->keys[i]};
    node = cql_push(l, NODE_PROJECT, call->at);
    node->u.project.names = names;
    node->u.project.n_names = s->n_keys;
    return LANNER_OK;
}

/* The table of a call that was lowered before: what stands before a stage is lowered once more for
 * each selfJoinFilter behind it. */
static const struct cql_made *find_made(const struct cql_lower *l, const struct cql_node *call)
{
    for (size_t i = 0; i < l->made.n; i++) {
        if (l->made.items[i].call == call)
            return &l->made.items[i];
    }
    return NULL;
}

static enum lanner_rc make_table(struct cql_lower *l, const struct cql_node *call,
                                 const struct selfjoin *s, struct str *name, struct lanner_err *err)
{
    const struct cql_made *made = find_made(l, call);
    struct plan_table table = {.at = call->at, .from_ns = l->from_ns, .to_ns = l->to_ns};
    struct cql_pipe *outer = l->pipe;
    struct cql_pipe pipe;
    enum lanner_rc rc;

    if (made != NULL) {
        *name = made->table;
        return LANNER_OK;
    }
    rc = cql_lower_again(l, &pipe, err);
    if (rc == LANNER_OK)
        rc = push_keys(l, call, s, err);
    l->pipe = outer;
    TRY(rc);
    table.root = pipe.top;
    *name = table.name = arena_printf(l->arena, "\x01s:%zu", l->tables.n);
    VEC_PUSH(&l->tables, table);
    VEC_PUSH(&l->made, ((struct cql_made){call, *name}));
    return LANNER_OK;
}

/* ---- The stages --------------------------------------------------------------------------------
 */

/* Only events that fulfil one of the conditions themselves. */
static enum lanner_rc push_prefilter(struct cql_lower *l, const struct cql_node *call,
                                     const struct selfjoin *s, struct lanner_err *err)
{
    size_t most = s->where->kind == CQL_ARRAY ? s->where->n_kids : 1, n = 0;
    struct plan_branch_clause *clauses = ARENA_ARRAY(l->arena, struct plan_branch_clause, most);
    struct plan_node *branch;

    for (const struct cql_node *v = first_condition(s); n < most; v = v->next, n++) {
        TRY(cql_lower_sub(l, PIPE_CLAUSE, v->kids->kids, NULL, &clauses[n].body, err));
        clauses[n].at = v->at;
        for (const struct plan_node *k = clauses[n].body; k != NULL; k = k->in) {
            if (k->kind != NODE_FILTER && k->kind != NODE_INPUT)
                return cql_unsupported(v->at, err,
                                       "prefilter=true takes conditions that are filters");
        }
    }
    branch = cql_push(l, NODE_BRANCH, call->at);
    branch->u.branch.clauses = clauses;
    branch->u.branch.n_clauses = n;
    return LANNER_OK;
}

static enum lanner_rc push_selfjoin(struct cql_lower *l, const struct cql_node *call,
                                    const struct selfjoin *s, struct lanner_err *err)
{
    struct plan_node *join;
    struct str table;

    if (l->pipe->kind != PIPE_MAIN)
        return cql_unsupported(call->at, err, "%.*s() cannot stand inside another function",
                               STR_ARG(call->text));
    TRY(make_table(l, call, s, &table, err));
    if (s->prefilter)
        TRY(push_prefilter(l, call, s, err));
    join = cql_push(l, NODE_JOIN, call->at);
    join->u.join.table = table;
    join->u.join.fields = join->u.join.columns = s->keys;
    join->u.join.n_fields = s->n_keys;
    join->u.join.mode = JOIN_INNER;
    join->u.join.max_rows = 1;
    return LANNER_OK;
}

enum lanner_rc cql_stage_selfjoinfilter(struct cql_lower *l, const struct cql_node *call,
                                        struct str as, struct lanner_err *err)
{
    struct selfjoin s = {0};

    (void)as;
    TRY(read_args(l, call, &s, err));
    return push_selfjoin(l, call, &s, err);
}

/* selfJoinFilter, then groupBy with collect() or selectLast(). */
enum lanner_rc cql_stage_selfjoin(struct cql_lower *l, const struct cql_node *call, struct str as,
                                  struct lanner_err *err)
{
    const struct cql_node *collect = cql_arg(call, "collect"), *select = cql_arg(call, "select");
    const struct cql_node *postfilter = cql_arg(call, "postfilter");
    struct cql_node *group, *function;
    struct selfjoin s = {0};
    bool post = false;

    (void)as;
    if (postfilter != NULL)
        TRY(cql_bool(l, postfilter, &post, err));
    if (post)
        return cql_unsupported(postfilter->at, err,
                               "postfilter=true of selfJoin() is not supported: the answer is "
                               "exact without it");
    if (collect != NULL && select != NULL)
        return cql_wrong(call->at, err, "selfJoin() takes one of collect and select");
    TRY(read_args(l, call, &s, err));
    TRY(push_selfjoin(l, call, &s, err));
    group = cql_make(l, CQL_CALL, call->at, STR("groupBy"));
    cql_make_arg(l, group, "field", cql_list_args(l, call, "field"));
    if (collect != NULL || select != NULL) {
        function =
            cql_make(l, CQL_CALL, call->at, collect != NULL ? STR("collect") : STR("selectLast"));
        cql_make_arg(l, function, "fields", collect != NULL ? collect : select);
    } else {
        function = cql_make(l, CQL_ARRAY, call->at, STR_NONE);
    }
    cql_make_arg(l, group, "function", function);
    cql_make_arg(l, group, "limit", cql_arg(call, "limit"));
    return cql_lower_call_stage(l, group, STR_NONE, err);
}
