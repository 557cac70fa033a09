/* parse_clause.c - the clauses behind FROM, each at most once (aql.md 2 "Clause order", 6.2).
 *
 * QRadar's order is that of the ranks below; any other order is a repair. A time clause that stands
 * in the AND chain of WHERE is taken out of it here; one deeper down is an error, since no one time
 * range would say what it does. */
#include "lang/aql/parse.h"

enum {
    RANK_INTO,
    RANK_WHERE,
    RANK_GROUP,
    RANK_HAVING,
    RANK_ORDER,
    RANK_SESSION,
    RANK_LIMIT,
    RANK_TIME,
    RANK_PARAMETERS,
    RANK_NONE
};

static const char *const clause_names[] = {
    [RANK_INTO] = "INTO",     [RANK_WHERE] = "WHERE",          [RANK_GROUP] = "GROUP BY",
    [RANK_HAVING] = "HAVING", [RANK_ORDER] = "ORDER BY",       [RANK_SESSION] = "SESSION BY",
    [RANK_LIMIT] = "LIMIT",   [RANK_TIME] = "the time clause", [RANK_PARAMETERS] = "PARAMETERS",
};

static unsigned clause_rank(struct aql_parser *r)
{
    bool by = aql_look(r, 1)->word == W_BY;

    switch (aql_look(r, 0)->word) {
    case W_INTO:
        return RANK_INTO;
    case W_WHERE:
        return RANK_WHERE;
    case W_GROUP:
        return by ? RANK_GROUP : RANK_NONE;
    case W_HAVING:
        return RANK_HAVING;
    case W_ORDER:
        return by ? RANK_ORDER : RANK_NONE;
    case W_SESSION:
        return by ? RANK_SESSION : RANK_NONE;
    case W_LIMIT:
        return RANK_LIMIT;
    case W_PARAMETERS:
        return RANK_PARAMETERS;
    case W_LAST:
    case W_START:
    case W_TIMES:
        return RANK_TIME;
    default:
        return RANK_NONE;
    }
}

static enum lanner_rc parse_into(struct aql_parser *r, struct aql_query *q, struct lanner_err *err)
{
    struct aql_token t;

    aql_take(r);
    t = *aql_look(r, 0);
    if (t.word == W_REFERENCE || t.word == W_REFERENCE_SET || t.word == W_REFERENCESET)
        return err_set_at(err, LANNER_ERR_UNSUPPORTED, t.at,
                          "a query cannot write into a reference set");
    if ((t.kind != TOKEN_WORD && t.kind != TOKEN_QUOTED) || t.text.len == 0 ||
        aql_word_class(t.word) == AQL_WORD_HARD)
        return aql_expected(r, "a name for the result after INTO", err);
    aql_take(r);
    q->into = t.text;
    q->into_at = t.at;
    return LANNER_OK;
}

static enum lanner_rc refuse_buried_time(const struct aql_node *time, struct lanner_err *err)
{
    err_set_at(err, LANNER_ERR_QUERY, time->at,
               "a time clause inside OR, NOT or another expression");
    err_hint(err, "it restricts the whole query: put it at the end, or before AND at the top of "
                  "WHERE");
    return LANNER_ERR_QUERY;
}

static enum lanner_rc set_time(struct aql_query *q, struct aql_time *time, struct lanner_err *err)
{
    if (q->time != NULL) {
        err_set_at(err, LANNER_ERR_QUERY, time->at, "a second time clause");
        err_hint(err, "a query has one LAST, START or TIMES clause");
        return LANNER_ERR_QUERY;
    }
    q->time = time;
    return LANNER_OK;
}

/* The condition without its time clause; NULL when nothing else is left. *time is untouched when
 * the AND chain (parentheses do not end it) has none. There is at most one. */
static struct aql_node *take_time(struct aql_node *n, struct aql_time **time)
{
    size_t kept = 0;

    if (n->kind == AQL_TIME) {
        *time = n->time;
        return NULL;
    }
    if (n->kind != AQL_AND)
        return n;
    for (size_t i = 0; i < n->n_kids; i++) {
        struct aql_node *kid = take_time(n->kids[i], time);

        if (kid != NULL)
            n->kids[kept++] = kid;
    }
    n->n_kids = kept;
    /* A chain has two kids at least, and one of them was no time clause. */
    return kept == 1 ? n->kids[0] : n;
}

/* WHERE or HAVING. */
static enum lanner_rc parse_filter(struct aql_parser *r, struct aql_query *q, struct aql_node **out,
                                   struct lanner_err *err)
{
    const struct aql_token t = aql_take(r);
    struct aql_time *time = NULL;

    TRY(aql_parse_condition(r, out, err));
    if (r->time == NULL)
        return LANNER_OK;
    *out = take_time(*out, &time);
    if (time == NULL)
        return refuse_buried_time(r->time, err);
    aql_repair(r->p, time->at,
               "a time clause in %s restricts the whole query; AQL wants it at the end",
               aql_word_text(t.word));
    r->time = NULL;
    return set_time(q, time, err);
}

static enum lanner_rc parse_group(struct aql_parser *r, struct aql_query *q, struct lanner_err *err)
{
    struct aql_node_list list = {0};
    struct aql_node *n;

    aql_take(r);
    aql_take(r);
    do {
        TRY(aql_parse_expr(r, &n, err));
        aql_list_push(r, &list, n);
    } while (aql_take_sign(r, SIGN_COMMA));
    q->groups = list.items;
    q->n_groups = list.n;
    return LANNER_OK;
}

static enum lanner_rc parse_order_item(struct aql_parser *r, struct aql_order *o,
                                       struct lanner_err *err)
{
    TRY(aql_parse_expr(r, &o->expr, err));
    o->descending = aql_at_word(r, W_DESC);
    if (o->descending || aql_at_word(r, W_ASC))
        aql_take(r);
    if (aql_at_word(r, W_NULLS))
        return err_set_at(err, LANNER_ERR_UNSUPPORTED, aql_look(r, 0)->at,
                          "NULLS FIRST and NULLS LAST are not supported: NULL is the lowest value");
    return LANNER_OK;
}

static enum lanner_rc parse_order(struct aql_parser *r, struct aql_query *q, struct lanner_err *err)
{
    size_t cap = 0;

    aql_take(r);
    aql_take(r);
    do {
        if (q->n_orders == cap) {
            struct aql_order *orders;

            cap = cap != 0 ? cap * 2 : 4;
            orders = ARENA_ARRAY(r->arena, struct aql_order, cap);
            if (q->n_orders != 0)
                memcpy(orders, q->orders, q->n_orders * sizeof(*orders));
            q->orders = orders;
        }
        TRY(parse_order_item(r, &q->orders[q->n_orders++], err));
    } while (aql_take_sign(r, SIGN_COMMA));
    if (!aql_take_word(r, W_COLLATE))
        return LANNER_OK;
    if (aql_look(r, 0)->kind != TOKEN_STRING || aql_look(r, 0)->text.len == 0)
        return aql_expected(r, "a language in quotes after COLLATE, such as 'de-CH'", err);
    q->collate = aql_take(r).text;
    return LANNER_OK;
}

static enum lanner_rc parse_limit(struct aql_parser *r, struct aql_query *q, struct lanner_err *err)
{
    int64_t n;

    aql_take(r);
    TRY(aql_parse_count(r, "a whole number after LIMIT", &n, err));
    q->has_limit = true;
    q->limit = (uint64_t)n;
    if (aql_at_sign(r, SIGN_COMMA)) {
        aql_expected(r, "the end of the query or another clause", err);
        err_hint(err, "AQL has no offset: write LIMIT n");
        return LANNER_ERR_QUERY;
    }
    return LANNER_OK;
}

static enum lanner_rc parse_time(struct aql_parser *r, struct aql_query *q, struct lanner_err *err)
{
    struct aql_time *time;

    TRY(aql_parse_time(r, &time, err));
    return set_time(q, time, err);
}

/* What stands for name=value: a literal, a name or a call. */
static enum lanner_rc parse_param(struct aql_parser *r, struct aql_param *param,
                                  struct lanner_err *err)
{
    const struct aql_token t = *aql_look(r, 0);

    if (t.kind != TOKEN_WORD && t.kind != TOKEN_QUOTED)
        return aql_expected(r, "the name of a parameter", err);
    param->name = aql_take(r).text;
    TRY(aql_want_sign(r, SIGN_EQ, "'=' after the parameter's name", err));
    TRY(aql_parse_expr(r, &param->value, err));
    param->at = aql_since(r, t.at);
    switch (param->value->kind) {
    case AQL_STRING:
    case AQL_NUMBER:
    case AQL_NAME:
    case AQL_CALL:
    case AQL_BOOL:
        return LANNER_OK;
    default:
        return err_set_at(err, LANNER_ERR_QUERY, param->value->at,
                          "expected a number, a text, a name or a function as the value of "
                          "parameter %.*s",
                          STR_ARG(param->name));
    }
}

static enum lanner_rc parse_parameters(struct aql_parser *r, struct aql_query *q,
                                       struct lanner_err *err)
{
    size_t cap = 0;

    aql_take(r);
    do {
        if (q->n_params == cap) {
            struct aql_param *params;

            cap = cap != 0 ? cap * 2 : 2;
            params = ARENA_ARRAY(r->arena, struct aql_param, cap);
            if (q->n_params != 0)
                memcpy(params, q->params, q->n_params * sizeof(*params));
            q->params = params;
        }
        TRY(parse_param(r, &q->params[q->n_params++], err));
    } while (aql_take_sign(r, SIGN_COMMA));
    return LANNER_OK;
}

/* [EXPLICIT] BEGIN or END and a condition. */
static enum lanner_rc parse_bound(struct aql_parser *r, enum aql_word w, const char *where,
                                  bool *is_explicit, struct aql_node **out, struct lanner_err *err)
{
    *is_explicit = aql_take_word(r, W_EXPLICIT);
    TRY(aql_want_word(r, w, where, err));
    return aql_parse_condition(r, out, err);
}

static enum lanner_rc parse_session(struct aql_parser *r, struct aql_query *q,
                                    struct lanner_err *err)
{
    struct aql_session *s = ARENA_NEW(r->arena, struct aql_session);
    struct span at = aql_look(r, 0)->at;
    struct aql_node_list keys = {0};
    struct aql_node *n;

    aql_take(r);
    aql_take(r);
    r->blocks++; /* END ends the condition before it */
    TRY(aql_parse_expr(r, &s->time, err));
    if (aql_at_sign(r, SIGN_COMMA))
        aql_repair(r->p, aql_take(r).at, "a comma after the time of SESSION BY; AQL has none");
    do {
        TRY(aql_parse_expr(r, &n, err));
        aql_list_push(r, &keys, n);
    } while (aql_take_sign(r, SIGN_COMMA));
    s->keys = keys.items;
    s->n_keys = keys.n;
    TRY(parse_bound(r, W_BEGIN, "and a condition in SESSION BY", &s->explicit_begin, &s->begin,
                    err));
    TRY(parse_bound(r, W_END, "and a condition in SESSION BY", &s->explicit_end, &s->end, err));
    r->blocks--;
    if (aql_take_word(r, W_TIMEOUT))
        TRY(aql_parse_count(r, "a number of milliseconds after TIMEOUT", &s->timeout_ms, err));
    if (aql_take_word(r, W_TIMEWINDOW))
        TRY(aql_parse_span(r, "TIMEWINDOW", &s->window_ms, err));
    s->at = aql_since(r, at);
    q->session = s;
    return LANNER_OK;
}

static enum lanner_rc parse_one(struct aql_parser *r, unsigned rank, struct aql_query *q,
                                struct lanner_err *err)
{
    switch (rank) {
    case RANK_INTO:
        return parse_into(r, q, err);
    case RANK_WHERE:
        return parse_filter(r, q, &q->where, err);
    case RANK_GROUP:
        return parse_group(r, q, err);
    case RANK_HAVING:
        return parse_filter(r, q, &q->having, err);
    case RANK_ORDER:
        return parse_order(r, q, err);
    case RANK_SESSION:
        return parse_session(r, q, err);
    case RANK_LIMIT:
        return parse_limit(r, q, err);
    case RANK_TIME:
        return parse_time(r, q, err);
    default:
        return parse_parameters(r, q, err);
    }
}

enum lanner_rc aql_parse_clauses(struct aql_parser *r, struct aql_query *q, struct lanner_err *err)
{
    unsigned seen = 0, highest = 0;
    bool condition = q->n_joins != 0; /* the text so far ends in one */

    for (;;) {
        struct span at = aql_look(r, 0)->at;
        unsigned rank = clause_rank(r);

        if (rank == RANK_NONE) {
            if (aql_at_clause(r, 0))
                return LANNER_OK;
            return aql_expected_rest(r, condition, err);
        }
        if (seen & 1u << rank && rank != RANK_TIME)
            return err_set_at(err, LANNER_ERR_QUERY, at, "a second %s", clause_names[rank]);
        if (rank < highest)
            aql_repair(r->p, at, "%s behind %s; AQL wants it before", clause_names[rank],
                       clause_names[highest]);
        seen |= 1u << rank;
        highest = MAX(highest, rank);
        condition = rank == RANK_WHERE || rank == RANK_HAVING;
        TRY(parse_one(r, rank, q, err));
        if (r->time != NULL)
            return refuse_buried_time(r->time, err);
    }
}
