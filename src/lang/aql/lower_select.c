/* lower_select.c - one SELECT: filter, groups, result columns, order and limit (aql.md 3.1 to 3.7).
 *
 * All expressions are lowered before the aggregate node is made, because each may bring one more
 * aggregate; the nodes follow in the order of evaluation. */
#include <stdlib.h>

#include "lang/aql/lower.h"

#define SESSION_ID STR("\x01session")

/* ---- WHERE ---- */

static bool has_call_of_aggregate(const struct aql_node *n)
{
    if (n == NULL)
        return false;
    if (n->kind == AQL_CALL && n->space.len == 0 && aql_is_aggregate_name(n->text))
        return true;
    for (size_t i = 0; i < n->n_kids; i++) {
        if (has_call_of_aggregate(n->kids[i]))
            return true;
    }
    return has_call_of_aggregate(n->otherwise);
}

/* Whether all names of a term are aliases of aggregates: then it can stand in HAVING. */
static bool only_aggregates(struct aql_lower *l, const struct aql_node *n)
{
    if (n == NULL)
        return true;
    if (n->kind == AQL_NAME)
        return aql_has_aggregate(l, n, 0);
    if (n->query != NULL || n->kind == AQL_SEARCH)
        return false;
    for (size_t i = 0; i < n->n_kids; i++) {
        if (!only_aggregates(l, n->kids[i]))
            return false;
    }
    return only_aggregates(l, n->otherwise);
}

/* A term that asks an alias of an aggregate belongs to HAVING. */
static enum lanner_rc move_term(struct aql_lower *l, const struct aql_node *term, bool *moved,
                                struct lanner_err *err)
{
    *moved = false;
    if (has_call_of_aggregate(term) || !aql_has_aggregate(l, term, 0))
        return LANNER_OK;
    if (!only_aggregates(l, term)) {
        (void)aql_wrong(term->at, err, "WHERE cannot ask an aggregate's alias beside fields");
        err_hint(err, "conditions on aggregates stand in HAVING");
        return LANNER_ERR_QUERY;
    }
    aql_repair(&l->parse, term->at, "a condition on an aggregate in WHERE is read as HAVING");
    VEC_PUSH(&l->sel->moved, term);
    *moved = true;
    return LANNER_OK;
}

static enum lanner_rc lower_where(struct aql_lower *l, struct lanner_err *err)
{
    const struct aql_node *where = l->sel->q->where;
    bool chain = where != NULL && where->kind == AQL_AND;
    size_t n = chain ? where->n_kids : 1, k = 0;
    struct expr **args;

    if (where == NULL)
        return LANNER_OK;
    l->sel->clause = AQL_IN_WHERE;
    args = ARENA_ARRAY(l->arena, struct expr *, n);
    for (size_t i = 0; i < n; i++) {
        const struct aql_node *term = chain ? where->kids[i] : where;
        bool moved;

        TRY(move_term(l, term, &moved, err));
        if (!moved)
            TRY(aql_lower_cond(l, term, &args[k++], err));
    }
    if (k > 0)
        aql_filter(l, &l->sel->top, aql_chain(l, where->at, "and", args, k));
    return LANNER_OK;
}

/* ---- SESSION BY ---- */

/* Rows come in the order of the event's time; sessions by another one want that. */
static void push_session_order(struct aql_lower *l, struct plan_node **body, struct str time)
{
    struct plan_node *node = aql_push(l, body, NODE_SORT, (*body)->at);

    node->u.sort.keys = ARENA_NEW(l->arena, struct plan_sort_key);
    node->u.sort.keys[0] = (struct plan_sort_key){.name = time, .type = SORT_NUMBER};
    node->u.sort.n_keys = 1;
}

static enum lanner_rc lower_session(struct aql_lower *l, struct lanner_err *err)
{
    const struct aql_session *session = l->sel->q->session;
    struct plan_node *node, *body;
    struct expr *time, *begin, *end = NULL;
    struct str sorted = STR_NONE;
    struct aql_select *s = l->sel;
    struct str *keys;

    if (session == NULL)
        return LANNER_OK;
    s->clause = AQL_IN_SESSION;
    keys = ARENA_ARRAY(l->arena, struct str, session->n_keys);
    TRY(aql_lower_expr(l, session->time, &time, err));
    TRY(aql_lower_cond(l, session->begin, &begin, err));
    if (session->end != NULL)
        TRY(aql_lower_cond(l, session->end, &end, err));
    for (size_t i = 0; i < session->n_keys; i++) {
        struct expr *e;

        TRY(aql_lower_expr(l, session->keys[i], &e, err));
        keys[i] = aql_hidden(l, 's');
        aql_extend(l, &s->top, e->at, e, keys[i]);
    }
    body = node_new(l->plan, NODE_INPUT, session->at, NULL);
    if (!aql_expr_is(time, "starttime")) {
        sorted = aql_hidden(l, 's');
        aql_extend(l, &s->top, time->at, time, sorted);
        push_session_order(l, &body, sorted);
        time = expr_field(l->arena, time->at, sorted);
    }
    aql_push(l, &body, NODE_SESSION, session->at);
    body->u.session.time = time;
    body->u.session.begin = begin;
    body->u.session.end = end;
    body->u.session.explicit_begin = session->explicit_begin;
    body->u.session.explicit_end = session->explicit_end;
    body->u.session.timeout_ms = session->timeout_ms;
    body->u.session.window_ms = session->window_ms;
    body->u.session.id = SESSION_ID;
    aql_set_type(l, SESSION_ID, AQL_TYPE_LONG);
    node = aql_push(l, &s->top, NODE_GROUP_APPLY, session->at);
    node->u.group_apply.keys = keys;
    node->u.group_apply.n_keys = session->n_keys;
    node->u.group_apply.missing = KEYS_KEEP;
    node->u.group_apply.body = body;
    return LANNER_OK;
}

/* ---- Result columns ---- */

static enum lanner_rc add_column(struct aql_lower *l, struct str label, struct expr *e,
                                 struct lanner_err *err)
{
    struct aql_column c = {.label = label, .type = aql_type_of(l, e)};

    if (l->sel->cols.n >= AQL_MAX_ITEMS)
        return err_set_at(err, LANNER_ERR_LIMIT, e->at, "a query has at most %d columns",
                          AQL_MAX_ITEMS);
    c.real = aql_is_real(l, e);
    VEC_PUSH(&l->sel->cols, c);
    VEC_PUSH(&l->sel->values, e);
    return LANNER_OK;
}

/* Strict: an address or port that is not there is 0.0.0.0 or 0 in the result. */
static enum lanner_rc fill_missing(struct aql_lower *l, struct expr *e, struct expr **out,
                                   struct lanner_err *err)
{
    enum aql_type type = aql_type_of(l, e);
    struct expr **args;
    struct val v = val_long(0);

    *out = e;
    if (!l->options->strict || (!aql_type_is_host(type) && type != AQL_TYPE_PORT))
        return LANNER_OK;
    if (type != AQL_TYPE_PORT)
        v = val_str(type == AQL_TYPE_HOSTV6 ? STR("0:0:0:0:0:0:0:0") : STR("0.0.0.0"));
    args = ARENA_ARRAY(l->arena, struct expr *, 3);
    args[0] = expr_const(l->arena, e->at, val_bool(false));
    args[1] = e;
    args[2] = expr_const(l->arena, e->at, v);
    TRY(aql_row(l, e->at, "coalesce", args, 3, out, err));
    return LANNER_OK;
}

/* Is this the value of the group's first row? */
static bool is_first(const struct aql_select *s, const struct expr *e)
{
    for (size_t i = 0; e->kind == EXPR_FIELD && i < s->aggs.n; i++) {
        if (str_eq(s->aggs.items[i].name, e->name))
            return strcmp(s->aggs.items[i].call->fn->name, "aql_first") == 0;
    }
    return false;
}

static enum lanner_rc add_item(struct aql_lower *l, const struct aql_node *n, struct str alias,
                               struct lanner_err *err)
{
    struct aql_select *s = l->sel;
    struct expr *e;
    bool first;

    TRY(aql_lower_expr(l, n, &e, err));
    if (s->grouped)
        TRY(aql_over_groups(l, e, &e, err));
    first = s->grouped && is_first(s, e);
    if (n->kind == AQL_NAME) {
        enum aql_type type = aql_type_of(l, e);

        /* Another name for UTF8(payload) is text. */
        if (type == AQL_TYPE_BYTES && aql_synonym_find(n->text) != NULL)
            type = AQL_TYPE_STRING;
        TRY(fill_missing(l, e, &e, err));
        TRY(add_column(l, alias.len != 0 ? alias : aql_label(l, n, first), e, err));
        s->cols.items[s->cols.n - 1].type = type;
        return LANNER_OK;
    }
    TRY(add_column(l, alias.len != 0 ? alias : aql_label(l, n, false), e, err));
    if (s->cols.items[s->cols.n - 1].type == AQL_TYPE_BYTES)
        s->cols.items[s->cols.n - 1].type = AQL_TYPE_STRING; /* UTF8(payload) */
    return LANNER_OK;
}

static enum lanner_rc add_fields(struct aql_lower *l, struct span at, const struct aql_rel *rel,
                                 const char *const *names, size_t n, struct lanner_err *err)
{
    for (size_t i = 0; i < n; i++) {
        struct aql_node *name = ARENA_NEW(l->arena, struct aql_node);

        name->kind = AQL_NAME;
        name->at = at;
        name->text = str_z(names[i]);
        name->space = rel->alias.len != 0 ? rel->alias : rel->name;
        TRY(add_item(l, name, STR_NONE, err));
    }
    return LANNER_OK;
}

static enum lanner_rc add_star_of(struct aql_lower *l, struct span at, const struct aql_rel *rel,
                                  struct lanner_err *err)
{
    static const char *const events[] = {
        "starttime",       "protocolid", "sourceip",  "logsourceid", "qid",
        "sourceport",      "eventcount", "magnitude", "identityip",  "destinationip",
        "destinationport", "category",   "username",
    };
    static const char *const flows[] = {
        "starttime",        "endtime",         "flowtype",           "sourceip",      "sourceport",
        "destinationip",    "destinationport", "protocolid",         "applicationid", "sourcebytes",
        "destinationbytes", "sourcepackets",   "destinationpackets", "category",      "qid",
    };

    if (rel->kind == AQL_REL_EVENTS)
        return add_fields(l, at, rel, events, ARRAY_LEN(events), err);
    if (rel->kind == AQL_REL_FLOWS)
        return add_fields(l, at, rel, flows, ARRAY_LEN(flows), err);
    for (size_t i = 0; i < rel->n_cols; i++) {
        struct expr *e = aql_from_right(l, rel, expr_field(l->arena, at, rel->cols[i].field));

        if (l->sel->grouped)
            TRY(aql_over_groups(l, e, &e, err));
        TRY(add_column(l, rel->cols[i].label, e, err));
    }
    return LANNER_OK;
}

static enum lanner_rc add_star(struct aql_lower *l, const struct aql_node *n,
                               struct lanner_err *err)
{
    struct aql_select *s = l->sel;
    bool any = false;

    for (size_t i = 0; i < s->rels.n; i++) {
        const struct aql_rel *rel = s->rels.items[i];

        if (n->space.len != 0 && !str_eq_nocase(rel->alias, n->space) &&
            !str_eq_nocase(rel->name, n->space))
            continue;
        any = true;
        TRY(add_star_of(l, n->at, rel, err));
    }
    if (!any)
        return aql_wrong(n->at, err, "there is no source called %.*s", STR_ARG(n->space));
    /* What stands above may ask for more of the events. */
    if (s->rels.n == 1 && !s->grouped && !s->q->distinct)
        s->star =
            s->rels.items[0]->kind == AQL_REL_ROWS ? s->rels.items[0]->below : s->rels.items[0];
    return LANNER_OK;
}

static enum lanner_rc lower_items(struct aql_lower *l, struct lanner_err *err)
{
    struct aql_select *s = l->sel;

    for (size_t i = 0; i < s->q->n_items; i++) {
        const struct aql_item *item = &s->q->items[i];

        s->clause = AQL_IN_ITEM;
        s->item = i;
        if (item->expr->kind == AQL_STAR)
            TRY(add_star(l, item->expr, err));
        else
            TRY(add_item(l, item->expr, item->alias, err));
    }
    return LANNER_OK;
}

/* ---- HAVING ---- */

static enum lanner_rc lower_having(struct aql_lower *l, struct expr **out, struct lanner_err *err)
{
    struct aql_select *s = l->sel;
    struct expr **args = ARENA_ARRAY(l->arena, struct expr *, s->moved.n + 1);
    size_t k = 0;

    *out = NULL;
    s->clause = AQL_IN_HAVING;
    for (size_t i = 0; i < s->moved.n; i++)
        TRY(aql_lower_cond(l, s->moved.items[i], &args[k++], err));
    if (s->q->having != NULL)
        TRY(aql_lower_cond(l, s->q->having, &args[k++], err));
    if (k == 0)
        return LANNER_OK;
    return aql_over_groups(l, aql_chain(l, args[0]->at, "and", args, k), out, err);
}

/* ---- ORDER BY ---- */

/* ORDER BY 'Event Name', ORDER BY 2. */
static enum lanner_rc lower_order(struct aql_lower *l, const struct aql_node *n, struct expr **out,
                                  struct lanner_err *err)
{
    const struct aql_query *q = l->sel->q;
    struct aql_node name = *n;

    if (n->kind == AQL_STRING &&
        (aql_alias(l->sel, n->text) != SIZE_MAX || aql_field_find(n->text) != NULL)) {
        name.kind = AQL_NAME;
        name.quoted = true;
        return aql_lower_expr(l, &name, out, err);
    }
    if (n->kind != AQL_NUMBER || n->number.kind != KIND_LONG)
        return aql_lower_expr(l, n, out, err);
    if (n->number.u.i < 1 || (uint64_t)n->number.u.i > q->n_items)
        return aql_wrong(n->at, err, "there is no column %.*s", STR_ARG(n->text));
    aql_repair(&l->parse, n->at, "%.*s is read as the column of that number", STR_ARG(n->text));
    if (q->items[n->number.u.i - 1].expr->kind == AQL_STAR)
        return aql_wrong(n->at, err, "column %.*s is *", STR_ARG(n->text));
    return aql_expand_item(l, (size_t)n->number.u.i - 1, out, err);
}

enum lanner_rc aql_lower_orders(struct aql_lower *l, const struct aql_order *orders, size_t n,
                                struct expr ***out, struct lanner_err *err)
{
    struct aql_select *s = l->sel;

    *out = ARENA_ARRAY(l->arena, struct expr *, n);
    if (n > AQL_MAX_ITEMS)
        return err_set_at(err, LANNER_ERR_LIMIT, orders[0].expr->at,
                          "a query is ordered by at most %d keys", AQL_MAX_ITEMS);
    for (size_t i = 0; i < n; i++) {
        s->clause = AQL_IN_ORDER;
        TRY(lower_order(l, orders[i].expr, &(*out)[i], err));
        if (s->grouped)
            TRY(aql_over_groups(l, (*out)[i], &(*out)[i], err));
    }
    return LANNER_OK;
}

static struct str order_field(struct aql_lower *l, struct expr *e)
{
    struct aql_select *s = l->sel;
    struct str name;

    for (size_t i = 0; i < s->cols.n; i++) {
        if (expr_equal(s->values.items[i], e))
            return s->cols.items[i].field;
    }
    if (e->kind == EXPR_FIELD)
        return e->name;
    name = aql_hidden(l, 'o');
    aql_extend(l, &s->top, e->at, e, name);
    return name;
}

void aql_push_order(struct aql_lower *l, const struct aql_order *orders, struct expr **keys,
                    size_t n)
{
    struct plan_sort_key *sort = ARENA_ARRAY(l->arena, struct plan_sort_key, n);
    struct plan_node *node;
    size_t k = 0;

    for (size_t i = 0; i < n; i++) {
        if (keys[i]->kind == EXPR_CONST)
            continue;
        sort[k++] = (struct plan_sort_key){.name = order_field(l, keys[i]),
                                           .descending = orders[i].descending,
                                           .type = SORT_EXACT};
    }
    node = aql_push(l, &l->sel->top, NODE_SORT, l->sel->q->at);
    node->u.sort.keys = sort;
    node->u.sort.n_keys = k;
}

void aql_push_newest_first(struct aql_lower *l, struct plan_node **top)
{
    struct plan_node *node = aql_push(l, top, NODE_SORT, (struct span){0, 0});
    struct plan_sort_key *key = ARENA_NEW(l->arena, struct plan_sort_key);

    *key =
        (struct plan_sort_key){.name = STR(FIELD_TIME_MS), .descending = true, .type = SORT_NUMBER};
    node->u.sort.keys = key;
    node->u.sort.n_keys = 1;
    node->u.sort.ordinal_descending = true;
}

/* ---- The whole SELECT ---- */

void aql_project(struct aql_lower *l, struct plan_node **top, struct span at,
                 const struct aql_column *cols, size_t n, const struct str *to, bool with_time)
{
    struct plan_node *node = aql_push(l, top, NODE_PROJECT, at);
    struct plan_rename *names = ARENA_ARRAY(l->arena, struct plan_rename, n + 1);

    for (size_t i = 0; i < n; i++)
        names[i] = (struct plan_rename){cols[i].field, to != NULL ? to[i] : cols[i].field};
    if (with_time)
        names[n] = (struct plan_rename){STR(FIELD_TIME_MS), STR(FIELD_TIME_MS)};
    node->u.project.names = names;
    node->u.project.n_names = n + with_time;
}

static bool is_grouped(struct aql_lower *l)
{
    const struct aql_query *q = l->sel->q;

    if (q->n_groups > 0 || q->having != NULL || l->sel->moved.n > 0)
        return true;
    for (size_t i = 0; i < q->n_items; i++) {
        if (aql_has_aggregate(l, q->items[i].expr, 0))
            return true;
    }
    for (size_t i = 0; i < q->n_orders; i++) {
        if (aql_has_aggregate(l, q->orders[i].expr, 0))
            return true;
    }
    return false;
}

/* An item that is the field itself needs no copy under another name, unless two have it. */
static void extend_items(struct aql_lower *l)
{
    struct aql_select *s = l->sel;

    for (size_t i = 0; i < s->cols.n; i++) {
        struct aql_column *c = &s->cols.items[i];

        c->field = aql_fresh(l, c->label);
        aql_extend(l, &s->top, s->values.items[i]->at, aql_copy(l, s->values.items[i]), c->field);
        aql_set_type(l, c->field, c->type);
    }
}

static void push_distinct(struct aql_lower *l)
{
    struct aql_select *s = l->sel;
    struct plan_node *node = aql_push(l, &s->top, NODE_DISTINCT, s->q->at);

    node->u.distinct.n_keys = s->cols.n;
    node->u.distinct.keys = ARENA_ARRAY(l->arena, struct str, s->cols.n);
    for (size_t i = 0; i < s->cols.n; i++)
        node->u.distinct.keys[i] = s->cols.items[i].field;
}

static enum lanner_rc check_collate(struct aql_lower *l, struct lanner_err *err)
{
    const struct aql_query *q = l->sel->q;

    if (q->collate.len == 0)
        return LANNER_OK;
    if (l->options->strict)
        return aql_unsupported(q->at, err, "COLLATE '%.*s' is not supported", STR_ARG(q->collate));
    plan_note(l->plan, LANNER_NOTE_WARNING, q->at,
              "COLLATE '%.*s' is passed over: texts are ordered by code point",
              STR_ARG(q->collate));
    return LANNER_OK;
}

static enum lanner_rc lower_rest(struct aql_lower *l, bool order, struct lanner_err *err)
{
    struct aql_select *s = l->sel;
    const struct aql_query *q = s->q;
    struct expr *having = NULL, **orders = NULL;

    s->grouped = is_grouped(l);
    TRY(aql_lower_keys(l, err));
    TRY(lower_items(l, err));
    if (s->grouped)
        TRY(lower_having(l, &having, err));
    TRY(aql_lower_orders(l, q->orders, q->n_orders, &orders, err));
    TRY(check_collate(l, err));
    if (s->grouped) {
        aql_push_groups(l);
        aql_push_marks(l);
        s->has_time = false;
        s->ordered = false;
    }
    if (having != NULL)
        aql_filter(l, &s->top, having);
    extend_items(l);
    if (q->distinct)
        push_distinct(l);
    if (q->n_orders > 0)
        aql_push_order(l, q->orders, orders, q->n_orders);
    else if (s->has_time && !s->ordered && (order || q->has_limit))
        aql_push_newest_first(l, &s->top);
    s->ordered |= q->n_orders > 0;
    if (q->has_limit)
        aql_push(l, &s->top, NODE_LIMIT, q->at)->u.limit.n = q->limit;
    aql_finish_joins(l);
    return LANNER_OK;
}

/* They are without effect on a local engine. */
static void check_params(struct aql_lower *l)
{
    static const char *const known[] = {"REMOTESERVERS", "EXCLUDESERVERS", "SNAPSHOTSIZE",
                                        "PROGRESSDETAILSRESOLUTION", "PRIORITY"};
    const struct aql_query *q = l->sel->q;

    for (size_t i = 0; i < q->n_params; i++) {
        bool found = false;

        for (size_t k = 0; k < ARRAY_LEN(known); k++)
            found |= str_eq_nocase(q->params[i].name, str_z(known[k]));
        if (!found)
            plan_note(l->plan, LANNER_NOTE_WARNING, q->params[i].at,
                      "there is no parameter %.*s; it is passed over", STR_ARG(q->params[i].name));
    }
}

static enum lanner_rc lower_all(struct aql_lower *l, const struct aql_window *outer, bool order,
                                struct lanner_err *err)
{
    struct aql_select *s = l->sel;

    if (s->q->n_items > AQL_MAX_ITEMS)
        return err_set_at(err, LANNER_ERR_LIMIT, s->q->at, "a query has at most %d columns",
                          AQL_MAX_ITEMS);
    if (s->q->time != NULL)
        TRY(aql_window_of(l, s->q->time, &s->window, err));
    else if (outer != NULL)
        s->window = *outer;
    s->own = s->window;
    check_params(l);
    s->clause = AQL_IN_ON;
    TRY(aql_lower_from(l, err));
    TRY(lower_where(l, err));
    TRY(lower_session(l, err));
    return lower_rest(l, order, err);
}

static void keep_rows(struct aql_lower *l, struct aql_rows *out)
{
    struct aql_select *s = l->sel;

    *out = (struct aql_rows){
        .top = s->top,
        .n_cols = s->cols.n,
        .below = s->star,
        .window = s->window,
        .ordered = s->ordered,
        .has_time = s->has_time,
    };
    out->cols = ARENA_ARRAY(l->arena, struct aql_column, s->cols.n);
    if (s->cols.n > 0)
        memcpy(out->cols, s->cols.items, s->cols.n * sizeof(*out->cols));
}

void aql_select_done(struct aql_select *s)
{
    for (size_t i = 0; i < s->rels.n; i++) {
        if (s->rels.items[i]->right != NULL)
            VEC_DONE(&s->rels.items[i]->right->cells);
    }
    VEC_DONE(&s->rels);
    VEC_DONE(&s->keys);
    VEC_DONE(&s->key_names);
    VEC_DONE(&s->aggs);
    VEC_DONE(&s->args);
    VEC_DONE(&s->cols);
    VEC_DONE(&s->values);
    VEC_DONE(&s->moved);
    VEC_DONE(&s->marks);
    VEC_DONE(&s->asked);
    if (s->has_first_use)
        strmap_done(&s->first_use);
}

enum lanner_rc aql_lower_select(struct aql_lower *l, const struct aql_query *q,
                                const struct aql_window *outer, bool order, struct aql_rows *out,
                                struct lanner_err *err)
{
    struct aql_select s = {.outer = l->sel, .q = q};
    enum lanner_rc rc;

    if (++l->n_selects > AQL_MAX_SELECTS)
        return err_set_at(err, LANNER_ERR_LIMIT, q->at, "a query has at most %d SELECTs",
                          AQL_MAX_SELECTS);
    s.window = (struct aql_window){TIME_NONE, TIME_NONE, false};
    s.expanding = ARENA_ARRAY(l->arena, bool, q->n_items);
    l->sel = &s;
    rc = lower_all(l, outer, order, err);
    if (rc == LANNER_OK)
        keep_rows(l, out);
    l->sel = s.outer;
    aql_select_done(&s);
    return rc;
}

enum lanner_rc aql_lower_query(struct aql_lower *l, const struct aql_query *q,
                               const struct aql_window *outer, bool order, struct aql_rows *out,
                               struct lanner_err *err)
{
    enum lanner_rc rc;

    if (l->n_depth > 4 * AQL_MAX_DEPTH)
        return err_set_at(err, LANNER_ERR_LIMIT, q->at, "the query is nested too deep");
    l->n_depth += 10; /* a SELECT takes more of the stack than an expression */
    if (q->next != NULL)
        rc = aql_lower_union(l, q, outer, out, err);
    else
        rc = aql_lower_select(l, q, outer, order, out, err);
    l->n_depth -= 10;
    return rc;
}
