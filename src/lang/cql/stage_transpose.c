/* stage_transpose.c - stages whose rows are made of the names of fields: transpose, fieldset,
 * fieldstats (cql.md 3.1). */
#include "lang/cql/lower.h"

#define TRANSPOSE_ROWS 5
#define TRANSPOSE_MOST 1000
#define STATS_ROWS     200
#define STATS_MOST     10000

static enum lanner_rc name_arg(struct cql_lower *l, const struct cql_node *v, struct str *out,
                               struct lanner_err *err)
{
    return v != NULL ? cql_field_name(l, v, out, err) : LANNER_OK;
}

/* Rows that are no events: their order is the result's. */
static void rows_anew(struct cql_lower *l, bool closed)
{
    struct cql_pipe *p = l->pipe;

    p->aggregated = p->ordered = p->sorted = true;
    p->has_time = p->hidden_time = false;
    p->time_lost_at = NULL;
    p->closed = closed;
}

/* The first rows in the order of the result: newest first for events. */
static enum lanner_rc push_first_rows(struct cql_lower *l, const struct cql_node *call,
                                      uint64_t limit, struct lanner_err *err)
{
    struct cql_node *first = cql_make(l, CQL_CALL, call->at, STR("tail"));
    struct plan_node *n;

    if (!l->pipe->ordered && cql_time_field(l).len != 0) {
        cql_make_arg(l, first, "limit",
                     cql_make(l, CQL_NUMBER, call->at,
                              arena_printf(l->arena, "%llu", (unsigned long long)limit)));
        return cql_lower_call_stage(l, first, STR_NONE, err);
    }
    n = cql_push(l, NODE_LIMIT, call->at);
    n->u.limit.n = limit;
    return LANNER_OK;
}

enum lanner_rc cql_stage_transpose(struct cql_lower *l, const struct cql_node *call, struct str as,
                                   struct lanner_err *err)
{
    const struct cql_node *pivot = cql_arg(call, "pivot"), *limit = cql_arg(call, "limit");
    struct str header = STR_NONE, column = STR("column");
    uint64_t n_rows = TRANSPOSE_ROWS;
    struct plan_node *n;

    (void)as;
    if (pivot == NULL)
        pivot = cql_positional(call, 0);
    if (limit != NULL)
        TRY(cql_count(l, limit, 1, TRANSPOSE_MOST, &n_rows, err));
    if (n_rows > TRANSPOSE_MOST)
        return cql_wrong(limit->at, err, "transpose() takes at most %d rows", TRANSPOSE_MOST);
    TRY(name_arg(l, pivot, &header, err));
    if (pivot != NULL)
        column = header;
    TRY(name_arg(l, cql_arg(call, "header"), &header, err));
    TRY(name_arg(l, cql_arg(call, "column"), &column, err));
    TRY(push_first_rows(l, call, n_rows, err));
    n = cql_push(l, NODE_TRANSPOSE, call->at);
    n->u.transpose.header = header;
    n->u.transpose.as = column;
    n->u.transpose.limit = n_rows;
    rows_anew(l, true);
    return LANNER_OK;
}

/* ---- fieldset, fieldstats ---- */

/* One row for each field of each event: its name in `field`, its value in `value`. */
static void push_field_rows(struct cql_lower *l, struct span at, struct str field, struct str value)
{
    const char *const also[] = {FIELD_TIME_MS, FIELD_RAW, FIELD_ID};
    struct plan_node *n = cql_push(l, NODE_UNNEST, at);
    struct plan_item *item = &n->u.unnest.item;
    struct expr **args = ARENA_ARRAY(l->arena, struct expr *, 2 + ARRAY_LEN(also));
    size_t n_args = 2;

    args[0] = expr_const(l->arena, at, val_str(field));
    args[1] = expr_const(l->arena, at, val_str(value));
    /* What the engine makes is there only when somebody asks for it. */
    for (size_t i = 0; i < ARRAY_LEN(also); i++)
        args[n_args++] = expr_field(l->arena, at, str_z(also[i]));
    item->at = at;
    item->expr = expr_call(l->arena, at, fn_named("field_rows"), args, n_args);
    item->n_names = 2;
    item->names = ARENA_ARRAY(l->arena, struct str, 2);
    item->names[0] = field;
    item->names[1] = value;
}

static enum lanner_rc push_groups(struct cql_lower *l, const struct cql_node *call,
                                  const struct cql_node *functions, uint64_t limit,
                                  struct lanner_err *err)
{
    struct aggregate_shape shape = {.missing = KEYS_DROP_IF_ALL, .limit = limit};
    struct cql_functions f = {0};
    struct str key = STR("field");
    enum lanner_rc rc;

    rc = cql_functions(l, functions, &key, 1, STR_NONE, &f, err);
    if (rc == LANNER_OK)
        rc = cql_push_aggregate(l, call->at, &f, &key, 1, &shape, err);
    cql_functions_done(&f);
    return rc;
}

static enum lanner_rc need_main(struct cql_lower *l, const struct cql_node *call,
                                struct lanner_err *err)
{
    if (l->pipe->kind == PIPE_MAIN)
        return LANNER_OK;
    return cql_unsupported(call->at, err, "%.*s() is supported as a stage of its own only",
                           STR_ARG(call->text));
}

enum lanner_rc cql_stage_fieldset(struct cql_lower *l, const struct cql_node *call, struct str as,
                                  struct lanner_err *err)
{
    (void)as;
    TRY(need_main(l, call, err));
    push_field_rows(l, call->at, STR("field"), cql_hidden(l));
    return push_groups(l, call, cql_make(l, CQL_ARRAY, call->at, STR_NONE), 0, err);
}

static struct cql_node *count_of(struct cql_lower *l, struct span at, struct str field,
                                 bool distinct, const char *as)
{
    struct cql_node *n = cql_make(l, CQL_CALL, at, STR("count"));

    cql_make_arg(l, n, "field", cql_make(l, CQL_FIELD, at, field));
    if (distinct)
        cql_make_arg(l, n, "distinct", cql_make(l, CQL_FIELD, at, STR("true")));
    cql_make_arg(l, n, "as", cql_make(l, CQL_STRING, at, str_z(as)));
    return n;
}

enum lanner_rc cql_stage_fieldstats(struct cql_lower *l, const struct cql_node *call, struct str as,
                                    struct lanner_err *err)
{
    const struct cql_node *limit = cql_arg(call, "limit");
    struct cql_node *functions = cql_make(l, CQL_ARRAY, call->at, STR_NONE);
    struct str value = cql_hidden(l);
    uint64_t n_rows = STATS_ROWS;

    (void)as;
    TRY(need_main(l, call, err));
    if (limit == NULL)
        limit = cql_positional(call, 0);
    if (limit != NULL)
        TRY(cql_count(l, limit, 1, STATS_MOST, &n_rows, err));
    if (n_rows > STATS_MOST)
        return cql_wrong(limit->at, err, "fieldstats() gives at most %d rows", STATS_MOST);
    push_field_rows(l, call->at, STR("field"), value);
    cql_add(functions, count_of(l, call->at, value, false, "_count"));
    cql_add(functions, count_of(l, call->at, value, true, "distinct"));
    return push_groups(l, call, functions, n_rows, err);
}
