/* stage_order.c - sort, head, tail and table: order and limits (cql.md 2.7, 2.8, 3.1). */
#include "lang/cql/lower.h"

#define ROWS_DEFAULT 200
#define ROWS_MAX     200000

struct row_limit {
    uint64_t n;
    bool is_explicit;
};

static enum lanner_rc read_limit(struct cql_lower *l, const struct cql_node *v,
                                 struct row_limit *out, struct lanner_err *err)
{
    *out = (struct row_limit){.n = ROWS_DEFAULT};
    if (v == NULL)
        return LANNER_OK;
    TRY(cql_count(l, v, 1, ROWS_MAX, &out->n, err));
    /* Whoever asks for all that there is wants to know when it is not all. */
    out->is_explicit = out->n < ROWS_MAX;
    return LANNER_OK;
}

/* asc, desc; `ascending`, `DESC` and the like are repairs (cql.md 4.2). */
static bool direction_of(struct str text, bool *descending, bool *exact)
{
    static const struct str words[] = {STR_INIT("ascending"), STR_INIT("descending")};

    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        size_t short_len = i == 0 ? 3 : 4;

        if (text.len < 3 || text.len > words[i].len ||
            !str_eq_nocase(text, str_of(words[i].ptr, text.len)))
            continue;
        *descending = i == 1;
        *exact = text.len == short_len && str_eq(text, str_of(words[i].ptr, text.len));
        return true;
    }
    return false;
}

static enum lanner_rc read_direction(struct cql_lower *l, struct str text, struct span at,
                                     bool *descending, struct lanner_err *err)
{
    bool exact;

    if (!direction_of(text, descending, &exact))
        return cql_wrong(at, err, "expected asc or desc, found '%.*s'",
                         (int)MIN(text.len, (size_t)60), text.ptr);
    if (!exact && !str_eq_nocase(text, STR("asc")) && !str_eq_nocase(text, STR("desc")))
        cql_note(l, LANNER_NOTE_REPAIR, at, "'%.*s' is read as %s", STR_ARG(text),
                 *descending ? "desc" : "asc");
    return LANNER_OK;
}

static enum lanner_rc read_type(struct str text, struct span at, enum sort_type *out,
                                struct lanner_err *err)
{
    if (str_eq_nocase(text, STR("number")) || str_eq_nocase(text, STR("any")))
        *out = SORT_NUMBER;
    else if (str_eq_nocase(text, STR("string")))
        *out = SORT_TEXT;
    else if (str_eq_nocase(text, STR("hex")))
        *out = SORT_HEX;
    else
        return cql_wrong(at, err, "expected number, string or hex, found '%.*s'",
                         (int)MIN(text.len, (size_t)60), text.ptr);
    return LANNER_OK;
}

/* One value for all keys, or one for each. */
static enum lanner_rc read_orders(struct cql_lower *l, const struct cql_node *order,
                                  const struct cql_node *type, struct plan_sort_key *keys,
                                  size_t n_keys, struct lanner_err *err)
{
    struct cql_texts t;

    if (order != NULL) {
        TRY(cql_texts(l, order, &t, err));
        if (t.n != 1 && t.n < n_keys)
            return cql_wrong(order->at, err, "expected one order or %zu, found %zu", n_keys, t.n);
        for (size_t i = 0; i < n_keys; i++) {
            size_t k = t.n == 1 ? 0 : i;

            TRY(read_direction(l, t.items[k], t.at[k], &keys[i].descending, err));
        }
    }
    if (type != NULL) {
        TRY(cql_texts(l, type, &t, err));
        if (t.n != 1 && t.n < n_keys)
            return cql_wrong(type->at, err, "expected one type or %zu, found %zu", n_keys, t.n);
        for (size_t i = 0; i < n_keys; i++) {
            size_t k = t.n == 1 ? 0 : i;

            TRY(read_type(t.items[k], t.at[k], &keys[i].type, err));
        }
    }
    return LANNER_OK;
}

/* The deprecated reverse=: true is descending. */
static enum lanner_rc read_reverse(struct cql_lower *l, const struct cql_node *call,
                                   struct plan_sort_key *keys, size_t n_keys,
                                   struct lanner_err *err)
{
    const struct cql_node *v = cql_arg(call, "reverse");
    bool reverse;

    if (v == NULL)
        return LANNER_OK;
    TRY(cql_bool(l, v, &reverse, err));
    for (size_t i = 0; i < n_keys; i++)
        keys[i].descending = reverse;
    return LANNER_OK;
}

static void push_sort(struct cql_lower *l, struct span at, struct plan_sort_key *keys,
                      size_t n_keys, struct row_limit limit)
{
    struct plan_node *n = cql_push(l, NODE_SORT, at);

    n->u.sort.keys = keys;
    n->u.sort.n_keys = n_keys;
    n->u.sort.limit = limit.n;
    n->u.sort.limit_is_explicit = limit.is_explicit;
    l->pipe->aggregated = true;
    l->pipe->ordered = true;
    l->pipe->sorted = true;
}

/* The unnamed arguments of sort(): fields, and a trailing bare asc or desc. */
static enum lanner_rc sort_fields(struct cql_lower *l, const struct cql_node *call,
                                  struct cql_node **list, const struct cql_node **order,
                                  struct lanner_err *err)
{
    struct cql_node *fields = cql_make(l, CQL_CALL, call->at, call->text);
    bool descending, exact;

    (void)err;
    for (const struct cql_node *k = call->kids; k != NULL; k = k->next) {
        const struct cql_node *v = k->kids;
        bool is_last = k->next == NULL || k->next->text.len != 0;

        if (k->text.len == 0 && k != call->kids && is_last && *order == NULL &&
            (v->kind == CQL_FIELD || v->kind == CQL_STRING) &&
            direction_of(v->text, &descending, &exact)) {
            cql_note(l, LANNER_NOTE_REPAIR, v->at, "'%.*s' is read as order=%.*s", STR_ARG(v->text),
                     STR_ARG(v->text));
            *order = v;
            continue;
        }
        if (k->text.len == 0 || str_eq_nocase(k->text, STR("field"))) {
            cql_make_arg(l, fields, "", v);
        }
    }
    *list = cql_list_args(l, fields, "field");
    return LANNER_OK;
}

enum lanner_rc cql_stage_sort(struct cql_lower *l, const struct cql_node *call, struct str as,
                              struct lanner_err *err)
{
    const struct cql_node *order = cql_arg(call, "order");
    struct plan_sort_key *keys;
    struct cql_node *list;
    struct row_limit limit;
    struct str *names;
    struct str fallback = STR("_count");
    size_t n = 1;

    (void)as;
    TRY(sort_fields(l, call, &list, &order, err));
    names = &fallback;
    if (list != NULL && list->n_kids != 0)
        TRY(cql_keys(l, list, &names, &n, err));
    keys = ARENA_ARRAY(l->arena, struct plan_sort_key, n);
    for (size_t i = 0; i < n; i++)
        keys[i] = (struct plan_sort_key){.name = names[i], .descending = true, .type = SORT_NUMBER};
    TRY(read_reverse(l, call, keys, n, err));
    TRY(read_orders(l, order, cql_arg(call, "type"), keys, n, err));
    TRY(read_limit(l, cql_arg(call, "limit"), &limit, err));
    push_sort(l, call->at, keys, n, limit);
    return LANNER_OK;
}

/* ---- head, tail ---- */

/* The first or last n rows of the current order. */
static void push_first(struct cql_lower *l, struct span at, bool last, struct row_limit limit)
{
    struct plan_node *n = cql_push(l, NODE_TOP_N, at);

    n->u.sort.ordinal_descending = last;
    n->u.sort.limit = limit.n;
    n->u.sort.limit_is_explicit = limit.is_explicit;
    if (last) {
        /* They were counted from the end: turn them round again. */
        n = cql_push(l, NODE_SORT, at);
        n->u.sort.ordinal_descending = true;
    }
}

static void push_by_time(struct cql_lower *l, struct span at, struct str time, bool newest,
                         struct row_limit limit)
{
    struct plan_node *n = cql_push(l, NODE_TOP_N, at);

    n->u.sort.keys = ARENA_NEW(l->arena, struct plan_sort_key);
    *n->u.sort.keys =
        (struct plan_sort_key){.name = time, .descending = newest, .type = SORT_NUMBER};
    n->u.sort.n_keys = 1;
    n->u.sort.ordinal_descending = newest;
    n->u.sort.limit = limit.n;
    n->u.sort.limit_is_explicit = limit.is_explicit;
}

static enum lanner_rc head_or_tail(struct cql_lower *l, const struct cql_node *call, bool tail,
                                   struct lanner_err *err)
{
    const struct cql_node *v = cql_arg(call, "limit");
    struct row_limit limit;
    struct str time;

    if (v == NULL)
        v = cql_positional(call, 0);
    TRY(read_limit(l, v, &limit, err));
    time = cql_time_field(l);
    if (time.len != 0)
        push_by_time(l, call->at, time, tail, limit);
    else
        push_first(l, call->at, tail, limit);
    l->pipe->aggregated = true;
    l->pipe->ordered = true;
    l->pipe->sorted = true;
    return LANNER_OK;
}

enum lanner_rc cql_stage_head(struct cql_lower *l, const struct cql_node *call, struct str as,
                              struct lanner_err *err)
{
    (void)as;
    return head_or_tail(l, call, false, err);
}

enum lanner_rc cql_stage_tail(struct cql_lower *l, const struct cql_node *call, struct str as,
                              struct lanner_err *err)
{
    (void)as;
    return head_or_tail(l, call, true, err);
}

/* ---- table ---- */

enum lanner_rc cql_stage_table(struct cql_lower *l, const struct cql_node *call, struct str as,
                               struct lanner_err *err)
{
    const struct cql_node *by = cql_arg(call, "sortby");
    struct cql_node *list = cql_list_args(l, call, "fields");
    struct plan_sort_key *keys;
    struct plan_rename *columns;
    struct plan_node *project;
    struct row_limit limit;
    struct str *fields, *names;
    size_t n_fields, n_names;

    (void)as;
    if (list == NULL || list->n_kids == 0)
        return cql_wrong(call->at, err, "table() needs at least one field");
    TRY(read_limit(l, cql_arg(call, "limit"), &limit, err));
    TRY(cql_keys(l, list, &fields, &n_fields, err));
    if (by != NULL) {
        TRY(cql_keys(l, by, &names, &n_names, err));
        keys = ARENA_ARRAY(l->arena, struct plan_sort_key, n_names);
        for (size_t i = 0; i < n_names; i++)
            keys[i] =
                (struct plan_sort_key){.name = names[i], .descending = true, .type = SORT_NUMBER};
        TRY(read_reverse(l, call, keys, n_names, err));
        TRY(read_orders(l, cql_arg(call, "order"), cql_arg(call, "type"), keys, n_names, err));
        push_sort(l, call->at, keys, n_names, limit);
    } else if (!l->pipe->sorted && cql_time_field(l).len != 0) {
        push_by_time(l, call->at, cql_time_field(l), true, limit);
    } else {
        push_first(l, call->at, false, limit);
    }
    columns = ARENA_ARRAY(l->arena, struct plan_rename, n_fields);
    for (size_t i = 0; i < n_fields; i++)
        columns[i] = (struct plan_rename){fields[i], fields[i]};
    project = cql_push(l, NODE_PROJECT, call->at);
    project->u.project.names = columns;
    project->u.project.n_names = n_fields;
    l->pipe->has_time = false;
    l->pipe->time_lost_at = NULL;
    l->pipe->hidden_time = false;
    for (size_t i = 0; i < n_fields; i++)
        l->pipe->has_time |= str_eqz(fields[i], FIELD_TIME_MS);
    l->pipe->aggregated = true;
    l->pipe->ordered = true;
    l->pipe->sorted = true;
    l->pipe->closed = true;
    return LANNER_OK;
}
