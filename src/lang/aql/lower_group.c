/* lower_group.c - GROUP BY and aggregates (aql.md 3.4, 3.5, 3.11).
 *
 * What an aggregate takes is a field or a constant: other arguments are computed into hidden fields
 * before it. Equal aggregates and equal arguments are one. An expression over the groups' rows is
 * made from one over the source's rows: what equals a key becomes the key, an aggregate is its
 * output already, and any other field is its value in the group's first row. */
#include <stdlib.h>

#include "lang/aql/lower.h"

#define LIST_LIMIT 1000000

/* ---- Arguments and aggregates ---- */

static struct expr *hidden_arg(struct aql_lower *l, struct expr *e)
{
    struct aql_select *s = l->sel;
    struct plan_item item = {.at = e->at, .expr = e, .n_names = 1};

    if (e->kind != EXPR_CALL)
        return e;
    for (size_t i = 0; i < s->args.n; i++) {
        if (expr_equal(s->args.items[i].expr, e))
            return expr_field(l->arena, e->at, s->args.items[i].names[0]);
    }
    item.names = ARENA_NEW(l->arena, struct str);
    item.names[0] = aql_hidden(l, 'a');
    aql_set_type(l, item.names[0], aql_type_of(l, e));
    VEC_PUSH(&s->args, item);
    return expr_field(l->arena, e->at, item.names[0]);
}

static enum lanner_rc add_aggregate(struct aql_lower *l, struct expr *call, enum aql_type type,
                                    bool real, struct expr **out, struct lanner_err *err)
{
    struct aql_select *s = l->sel;
    struct aql_agg agg = {.call = call, .type = type, .real = real};

    s->grouped = true;
    for (size_t i = 0; i < s->aggs.n; i++) {
        if (expr_equal(s->aggs.items[i].call, call)) {
            *out = expr_field(l->arena, call->at, s->aggs.items[i].name);
            return LANNER_OK;
        }
    }
    if (s->aggs.n >= AQL_MAX_ITEMS || s->args.n > 5 * AQL_MAX_ITEMS)
        return err_set_at(err, LANNER_ERR_LIMIT, call->at, "a query has at most %d aggregates",
                          AQL_MAX_ITEMS);
    agg.name = aql_hidden(l, 'g');
    aql_set_type(l, agg.name, type);
    VEC_PUSH(&s->aggs, agg);
    *out = expr_field(l->arena, call->at, agg.name);
    return LANNER_OK;
}

/* The time that decides which row of a group is the first. */
static struct expr *row_time(struct aql_lower *l, struct span at)
{
    return l->sel->has_time ? expr_field(l->arena, at, STR(FIELD_TIME_MS))
                            : expr_const(l->arena, at, val_long(0));
}

static enum lanner_rc first_value(struct aql_lower *l, struct span at, const char *row,
                                  struct expr *e, struct expr **out, struct lanner_err *err)
{
    struct expr *call;

    TRY(aql_row2(l, at, row, hidden_arg(l, e), row_time(l, at), &call, err));
    return add_aggregate(l, call, aql_type_of(l, e), false, out, err);
}

/* COUNT(*), COUNT(), COUNT(1), COUNT(x), COUNT(DISTINCT x, ...). */
static enum lanner_rc lower_count(struct aql_lower *l, const struct aql_node *n, struct expr **out,
                                  struct lanner_err *err)
{
    bool all = n->n_kids == 0 || (n->n_kids == 1 && n->kids[0]->kind == AQL_STAR);
    struct expr **args = ARENA_ARRAY(l->arena, struct expr *, n->n_kids + 1);
    struct expr *call;

    if (n->n_kids == 1 && n->kids[0]->kind == AQL_NUMBER && !n->distinct) {
        aql_repair(&l->parse, n->at, "COUNT(%.*s) is read as COUNT(*)", STR_ARG(n->kids[0]->text));
        all = true;
    }
    if (n->distinct && all)
        return aql_wrong(n->at, err, "COUNT(DISTINCT) needs a field");
    if (n->n_kids > 1 && !n->distinct)
        return aql_wrong(n->kids[1]->at, err, "COUNT() takes one argument");
    for (size_t i = 0; i < n->n_kids && !all; i++) {
        TRY(aql_lower_expr(l, n->kids[i], &args[i], err));
        args[i] = hidden_arg(l, args[i]);
    }
    TRY(aql_row(l, n->at, n->distinct ? "aql_count_distinct" : "count", args, all ? 0 : n->n_kids,
                &call, err));
    return add_aggregate(l, call, AQL_TYPE_DOUBLE, true, out, err);
}

/* ARRAY, ARRAY_AGG, LIST, GROUP_CONCAT: the argument, the separator, the limit. */
static enum lanner_rc lower_list(struct aql_lower *l, const struct aql_node *n, struct expr **out,
                                 struct lanner_err *err)
{
    struct expr **args = ARENA_ARRAY(l->arena, struct expr *, 3);
    struct str separator = STR(", ");
    struct expr *call;
    struct val limit = n->number.kind == KIND_LONG ? n->number : val_long(LIST_LIMIT);

    if (n->n_kids < 1 || n->n_kids > 2)
        return aql_wrong(n->at, err, "%.*s() takes a field and a separator", STR_ARG(n->text));
    TRY(aql_lower_expr(l, n->kids[0], &args[0], err));
    args[0] = hidden_arg(l, args[0]);
    if (n->n_kids == 2) {
        TRY(aql_lower_expr(l, n->kids[1], &args[1], err));
        if (!aql_is_text_const(args[1], &separator))
            return aql_wrong(n->kids[1]->at, err, "the separator is a text between quotes");
    }
    args[1] = aql_text_const(l, n->at, separator);
    args[2] = expr_const(l->arena, n->at, limit);
    TRY(aql_row(l, n->at, "aql_list", args, 3, &call, err));
    return add_aggregate(l, call, AQL_TYPE_STRING, false, out, err);
}

static bool is_named(const struct aql_node *n, const char *name)
{
    return str_eq_nocase(n->text, str_z(name));
}

static bool is_list(const struct aql_node *n)
{
    return is_named(n, "ARRAY") || is_named(n, "ARRAY_AGG") || is_named(n, "LIST") ||
           is_named(n, "GROUP_CONCAT");
}

/* Aggregates to which a value that comes again says nothing new, and those that count values. */
static bool ignores_repeats(const struct aql_node *n)
{
    return is_list(n) || is_named(n, "COUNT") || is_named(n, "UNIQUECOUNT") ||
           is_named(n, "DISTINCTCOUNT") || is_named(n, "MIN") || is_named(n, "MAX") ||
           is_named(n, "FIRST") || is_named(n, "LAST");
}

/* The list that CARDINALITY() counts, written there or under its alias; NULL when it is another
 * value. */
static const struct aql_node *list_of(struct aql_lower *l, const struct aql_node *n)
{
    const struct aql_node *list = n->n_kids == 1 ? n->kids[0] : NULL;
    size_t alias;

    if (list != NULL && list->kind == AQL_NAME && list->space.len == 0 && l->sel != NULL &&
        (alias = aql_alias(l->sel, list->text)) != SIZE_MAX)
        list = l->sel->q->items[alias].expr;
    return list != NULL && list->kind == AQL_CALL && list->n_kids > 0 && is_list(list) ? list
                                                                                       : NULL;
}

/* CARDINALITY(LIST(x)): how many different values, no more than the list's limit. */
static enum lanner_rc lower_cardinality(struct aql_lower *l, const struct aql_node *n,
                                        struct expr **out, struct lanner_err *err)
{
    const struct aql_node *list = list_of(l, n);
    struct expr *e, *call;

    if (list == NULL)
        return aql_unsupported(n->at, err, "CARDINALITY() takes LIST(x) or ARRAY_AGG(x)");
    TRY(aql_lower_expr(l, list->kids[0], &e, err));
    TRY(aql_row1(l, n->at, "aql_count_distinct", hidden_arg(l, e), &call, err));
    TRY(add_aggregate(l, call, AQL_TYPE_DOUBLE, true, out, err));
    if (list->number.kind != KIND_LONG)
        return LANNER_OK;
    return aql_row2(l, n->at, "aql_least", *out, expr_const(l->arena, n->at, list->number), out,
                    err);
}

/* Any other: arguments against the row. */
static enum lanner_rc lower_other(struct aql_lower *l, const struct aql_node *n, struct expr **out,
                                  struct lanner_err *err)
{
    const struct fn_def *fn = fn_find(LANG_AQL, n->text);
    bool extreme = is_named(n, "MIN") || is_named(n, "MAX");
    enum aql_type type = AQL_TYPE_DOUBLE;
    struct expr *call;

    if (fn == NULL || fn->kind != FN_AGGREGATE)
        return aql_unsupported(n->at, err, "%.*s() is not supported", STR_ARG(n->text));
    TRY(aql_bind(l, n, fn, &call, err));
    if (extreme && call->n_args > 0)
        type = aql_type_of(l, call->args[0]);
    for (size_t i = 0; i < call->n_args; i++)
        call->args[i] = hidden_arg(l, call->args[i]);
    return add_aggregate(l, call, type, !extreme || aql_type_is_number(type), out, err);
}

static enum lanner_rc lower_one(struct aql_lower *l, const struct aql_node *n, struct expr **out,
                                struct lanner_err *err)
{
    struct expr *e;

    if (is_named(n, "COUNT"))
        return lower_count(l, n, out, err);
    if (is_list(n))
        return lower_list(l, n, out, err);
    if (is_named(n, "CARDINALITY"))
        return lower_cardinality(l, n, out, err);
    if (is_named(n, "FIRST") || is_named(n, "LAST")) {
        if (n->n_kids != 1)
            return aql_wrong(n->at, err, "%.*s() takes one argument", STR_ARG(n->text));
        TRY(aql_lower_expr(l, n->kids[0], &e, err));
        return first_value(l, n->at, is_named(n, "FIRST") ? "aql_first" : "aql_last", e, out, err);
    }
    return lower_other(l, n, out, err);
}

static enum lanner_rc check_place(struct aql_lower *l, const struct aql_node *n,
                                  struct lanner_err *err)
{
    static const char *const clauses[] = {
        [AQL_IN_WHERE] = "WHERE",
        [AQL_IN_GROUP] = "GROUP BY",
        [AQL_IN_ON] = "ON",
        [AQL_IN_SESSION] = "SESSION BY",
    };
    enum aql_clause c = l->sel->n_expanding > 0 ? l->sel->used_in : l->sel->clause;

    if (l->sel->in_aggregate)
        return aql_wrong(n->at, err, "%.*s() stands inside another aggregate", STR_ARG(n->text));
    if (c == AQL_IN_ITEM || c == AQL_IN_HAVING || c == AQL_IN_ORDER)
        return LANNER_OK;
    (void)aql_wrong(n->at, err, "the aggregate %.*s() cannot stand in %s", STR_ARG(n->text),
                    clauses[c]);
    if (c == AQL_IN_WHERE)
        err_hint(err, "conditions on aggregates stand in HAVING");
    return LANNER_ERR_QUERY;
}

enum lanner_rc aql_lower_aggregate(struct aql_lower *l, const struct aql_node *n, struct expr **out,
                                   struct lanner_err *err)
{
    enum aql_clause clause = l->sel->clause;
    enum lanner_rc rc;

    TRY(check_place(l, n, err));
    if (aql_function_is_tolerant(n->text))
        aql_note_once(l, LANNER_NOTE_REPAIR, n->at, "%.*s() is not a function of the product",
                      STR_ARG(n->text));
    if (n->distinct && !ignores_repeats(n))
        return aql_unsupported(n->at, err, "%.*s(DISTINCT ...) is not supported", STR_ARG(n->text));
    l->sel->in_aggregate = true;
    /* Inside stand fields; an alias only where no field has its name. */
    l->sel->clause = AQL_IN_ITEM;
    rc = lower_one(l, n, out, err);
    l->sel->clause = clause;
    l->sel->in_aggregate = false;
    return rc;
}

/* ---- Expressions over groups ---- */

static bool is_output(const struct aql_select *s, struct str name)
{
    for (size_t i = 0; i < s->aggs.n; i++) {
        if (str_eq(s->aggs.items[i].name, name))
            return true;
    }
    for (size_t i = 0; i < s->marks.n; i++) {
        if (str_eq(s->marks.items[i].field, name))
            return true;
    }
    return false;
}

enum lanner_rc aql_over_groups(struct aql_lower *l, struct expr *e, struct expr **out,
                               struct lanner_err *err)
{
    struct aql_select *s = l->sel;

    for (size_t i = 0; i < s->keys.n; i++) {
        if (e->kind != EXPR_CONST && expr_equal(e, s->keys.items[i])) {
            *out = expr_field(l->arena, e->at, s->key_names.items[i]);
            return LANNER_OK;
        }
    }
    *out = e;
    if (e->kind == EXPR_FIELD && !is_output(s, e->name))
        return first_value(l, e->at, "aql_first", e, out, err);
    /* A field as its type is read is one value. */
    if (e->kind == EXPR_CALL && e->n_args == 1 && e->args[0]->kind == EXPR_FIELD &&
        !is_output(s, e->args[0]->name) &&
        (strcmp(e->fn->name, "aql_long") == 0 || strcmp(e->fn->name, "aql_host") == 0 ||
         strcmp(e->fn->name, "aql_mac") == 0 || strcmp(e->fn->name, "aql_bool") == 0))
        return first_value(l, e->at, "aql_first", e, out, err);
    for (size_t i = 0; e->kind == EXPR_CALL && i < e->n_args; i++)
        TRY(aql_over_groups(l, e->args[i], &e->args[i], err));
    return LANNER_OK;
}

/* MIN and MAX of what has no declared type: a Double to arithmetic, printed as it is. */
static bool is_extreme(const struct aql_agg *agg)
{
    return strcmp(agg->call->fn->name, "aql_min") == 0 ||
           strcmp(agg->call->fn->name, "aql_max") == 0;
}

static bool has_real(const struct aql_lower *l, const struct expr *e, bool extremes)
{
    static const char *const keep[] = {"aql_add", "aql_sub", "aql_mul",  "aql_div",
                                       "aql_mod", "aql_neg", "aql_case", "coalesce"};

    if (e->kind == EXPR_FIELD) {
        for (size_t i = 0; i < l->sel->aggs.n; i++) {
            const struct aql_agg *agg = &l->sel->aggs.items[i];

            if (str_eq(agg->name, e->name))
                return agg->real || (extremes && is_extreme(agg));
        }
        return false;
    }
    for (size_t k = 0; e->kind == EXPR_CALL && k < ARRAY_LEN(keep); k++) {
        if (strcmp(e->fn->name, keep[k]) != 0)
            continue;
        for (size_t i = 0; i < e->n_args; i++) {
            if (has_real(l, e->args[i], extremes))
                return true;
        }
    }
    return false;
}

bool aql_is_real(const struct aql_lower *l, const struct expr *e)
{
    return has_real(l, e, false);
}

bool aql_divides_exactly(const struct aql_lower *l, const struct expr *e)
{
    return has_real(l, e, true) || aql_type_of(l, e) == AQL_TYPE_DOUBLE;
}

/* ---- Keys ---- */

/* GROUP BY 'Event Name', GROUP BY 2: the item. */
static enum lanner_rc lower_key(struct aql_lower *l, const struct aql_node *n, struct expr **out,
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
    return aql_expand_item(l, (size_t)n->number.u.i - 1, out, err);
}

static enum lanner_rc add_key(struct aql_lower *l, struct expr *e, struct lanner_err *err)
{
    struct aql_select *s = l->sel;
    struct str name;

    if (e->kind == EXPR_CONST)
        return LANNER_OK; /* one group all the same */
    for (size_t i = 0; i < s->keys.n; i++) {
        if (expr_equal(s->keys.items[i], e))
            return LANNER_OK;
    }
    if (s->keys.n >= AQL_MAX_ITEMS)
        return err_set_at(err, LANNER_ERR_LIMIT, e->at, "a query has at most %d group keys",
                          AQL_MAX_ITEMS);
    name = e->kind == EXPR_FIELD ? e->name : aql_hidden(l, 'k');
    aql_set_type(l, name, aql_type_of(l, e));
    VEC_PUSH(&s->keys, e);
    VEC_PUSH(&s->key_names, name);
    return LANNER_OK;
}

enum lanner_rc aql_lower_keys(struct aql_lower *l, struct lanner_err *err)
{
    struct aql_select *s = l->sel;

    s->clause = AQL_IN_GROUP;
    for (size_t i = 0; i < s->q->n_groups; i++) {
        struct expr *e;

        TRY(lower_key(l, s->q->groups[i], &e, err));
        TRY(add_key(l, e, err));
    }
    return LANNER_OK;
}

void aql_push_groups(struct aql_lower *l)
{
    struct aql_select *s = l->sel;
    struct span at = s->q->at;
    struct plan_node *n;

    for (size_t i = 0; i < s->keys.n; i++) {
        struct expr *e = s->keys.items[i];

        if (e->kind != EXPR_FIELD)
            aql_extend(l, &s->top, e->at, aql_copy(l, e), s->key_names.items[i]);
    }
    for (size_t i = 0; i < s->args.n; i++)
        aql_extend(l, &s->top, s->args.items[i].at, s->args.items[i].expr,
                   s->args.items[i].names[0]);
    n = aql_push(l, &s->top, NODE_AGGREGATE, at);
    n->u.aggregate.missing = KEYS_KEEP;
    n->u.aggregate.row_when_empty = s->q->n_groups == 0;
    n->u.aggregate.n_keys = s->keys.n;
    n->u.aggregate.keys = ARENA_ARRAY(l->arena, struct str, s->keys.n);
    for (size_t i = 0; i < s->keys.n; i++)
        n->u.aggregate.keys[i] = s->key_names.items[i];
    n->u.aggregate.n_items = s->aggs.n;
    n->u.aggregate.items = ARENA_ARRAY(l->arena, struct plan_agg, s->aggs.n);
    for (size_t i = 0; i < s->aggs.n; i++) {
        struct plan_agg *agg = &n->u.aggregate.items[i];

        agg->at = s->aggs.items[i].call->at;
        agg->call = s->aggs.items[i].call;
        agg->names = ARENA_NEW(l->arena, struct str);
        agg->names[0] = s->aggs.items[i].name;
        agg->n_names = 1;
    }
}
