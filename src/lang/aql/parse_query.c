/* parse_query.c - one query up to its clauses: the SELECT list, sources, joins, and unions of
 * queries (aql.md 2, 6.2). */
#include "lang/aql/parse.h"

/* ---- Select list ---- */

/* Whether the token k ahead ends an item of a list that an alias may close. */
static bool ends_item(struct aql_parser *r, unsigned k)
{
    const struct aql_token *t = aql_look(r, k);

    return t->sign == SIGN_COMMA || t->word == W_FROM || aql_at_clause(r, k);
}

static void note_reserved(struct aql_parser *r, const struct aql_token *t, const char *what)
{
    if (aql_word_class(t->word) == AQL_WORD_FREE || t->kind != TOKEN_WORD)
        return;
    aql_repair(r->p, t->at, "the reserved word '%.*s' as %s; write \"%.*s\"", STR_ARG(t->text),
               what, STR_ARG(t->text));
}

/* [AS] alias. Without AS a word is an alias only where the item ends behind it, so that a slip
 * (`FORM events`) is not taken for one. */
static enum lanner_rc parse_alias(struct aql_parser *r, struct str *alias, struct span *at,
                                  struct lanner_err *err)
{
    bool as = aql_take_word(r, W_AS);
    const struct aql_token t = *aql_look(r, 0);
    bool hard = aql_word_class(t.word) == AQL_WORD_HARD;
    bool fits;

    switch (t.kind) {
    case TOKEN_STRING:
    case TOKEN_QUOTED:
        fits = true;
        break;
    case TOKEN_WORD:
        fits = as ? aql_word_class(t.word) == AQL_WORD_FREE || ends_item(r, 1)
                  : !hard && !aql_at_clause(r, 0) && ends_item(r, 1);
        break;
    default:
        fits = false;
    }
    if (!fits)
        return as ? aql_expected(r, "a name after AS", err) : LANNER_OK;
    if (t.text.len == 0)
        return aql_expected(r, "a name that is not empty", err);
    aql_take(r);
    note_reserved(r, &t, "a name");
    *alias = t.text;
    *at = t.at;
    return LANNER_OK;
}

static enum lanner_rc parse_star(struct aql_parser *r, struct aql_item *item)
{
    struct span at = aql_look(r, 0)->at;
    struct str space = STR_NONE;

    if (!aql_at_sign(r, SIGN_STAR)) {
        space = aql_take(r).text;
        aql_take(r); /* . */
        aql_repair(r->p, at, "'%.*s.*' is read as all fields of that table; AQL has no joins",
                   (int)MIN(space.len, (size_t)64), space.ptr);
    }
    aql_take(r);
    item->at = aql_since(r, at);
    item->expr = aql_node(r, AQL_STAR, item->at);
    item->expr->space = space;
    return LANNER_OK;
}

static enum lanner_rc parse_item(struct aql_parser *r, struct aql_item *item,
                                 struct lanner_err *err)
{
    const struct aql_token t = *aql_look(r, 0);

    if (t.sign == SIGN_STAR ||
        ((t.kind == TOKEN_WORD || t.kind == TOKEN_QUOTED) && aql_look(r, 1)->sign == SIGN_DOT &&
         aql_look(r, 2)->sign == SIGN_STAR))
        return parse_star(r, item);
    TRY(aql_parse_condition(r, &item->expr, err));
    if (r->time != NULL)
        return LANNER_OK; /* refused by the caller */
    item->at = item->expr->at;
    if (!item->expr->parens && ((item->expr->kind >= AQL_AND && item->expr->kind <= AQL_COMPARE) ||
                                (item->expr->kind >= AQL_MATCH && item->expr->kind <= AQL_IN_SET) ||
                                item->expr->kind == AQL_BETWEEN || item->expr->kind == AQL_IS_NULL))
        aql_repair(r->p, item->at, "a condition as a column; AQL wants it in parentheses");
    return parse_alias(r, &item->alias, &item->alias_at, err);
}

static enum lanner_rc refuse_time(struct aql_parser *r, struct lanner_err *err)
{
    if (r->time == NULL)
        return LANNER_OK;
    err_set_at(err, LANNER_ERR_QUERY, r->time->at,
               "a time clause can only stand at the top of WHERE or at the end of the query");
    err_hint(err, "put it at the end of the query");
    return LANNER_ERR_QUERY;
}

static enum lanner_rc parse_items(struct aql_parser *r, struct aql_query *q, struct lanner_err *err)
{
    size_t cap = 0;

    if (aql_at_word(r, W_DISTINCT)) {
        aql_repair(r->p, aql_take(r).at,
                   "SELECT DISTINCT is read as distinct rows; AQL writes "
                   "GROUP BY");
        q->distinct = true;
    }
    if (aql_at_word(r, W_TOP) && aql_look(r, 1)->kind == TOKEN_NUMBER) {
        aql_expected(r, "a column", err);
        err_hint(err, "AQL has no TOP: write LIMIT %.*s at the end", STR_ARG(aql_look(r, 1)->text));
        return LANNER_ERR_QUERY;
    }
    do {
        if (q->n_items == cap) {
            struct aql_item *items;

            cap = cap != 0 ? cap * 2 : 4;
            items = ARENA_ARRAY(r->arena, struct aql_item, cap);
            if (q->n_items != 0)
                memcpy(items, q->items, q->n_items * sizeof(*items));
            q->items = items;
        }
        TRY(parse_item(r, &q->items[q->n_items++], err));
        TRY(refuse_time(r, err));
    } while (aql_take_sign(r, SIGN_COMMA));
    return LANNER_OK;
}

/* ---- Sources ---- */

static void note_table_alias(struct aql_parser *r, const struct aql_source *s, struct span at)
{
    aql_repair(r->p, at, "'%.*s' is read as a name of the table; AQL has no such names",
               (int)MIN(s->alias.len, (size_t)64), s->alias.ptr);
}

/* [AS] name after a source; a word only where a clause begins behind it. */
static enum lanner_rc parse_table_alias(struct aql_parser *r, struct aql_source *s,
                                        struct lanner_err *err)
{
    bool as = aql_take_word(r, W_AS);
    const struct aql_token t = *aql_look(r, 0);

    if (!(t.kind == TOKEN_QUOTED ||
          (t.kind == TOKEN_WORD && aql_word_class(t.word) == AQL_WORD_FREE &&
           (as || (!aql_at_clause(r, 0) &&
                   (aql_at_clause(r, 1) || aql_look(r, 1)->sign == SIGN_COMMA))))))
        return as ? aql_expected(r, "a name after AS", err) : LANNER_OK;
    if (t.text.len == 0)
        return aql_expected(r, "a name that is not empty", err);
    aql_take(r);
    s->alias = t.text;
    note_table_alias(r, s, t.at);
    return LANNER_OK;
}

/* A table by its name, or what is written like a call. */
static enum lanner_rc parse_table(struct aql_parser *r, struct aql_source *s,
                                  struct lanner_err *err)
{
    const struct aql_token t = aql_take(r);
    bool plain = t.kind == TOKEN_WORD;
    struct str name = t.text, last;

    s->kind = AQL_FROM_NAME;
    if (str_eq_nocase(name, STR("events")))
        s->kind = AQL_FROM_EVENTS;
    else if (str_eq_nocase(name, STR("flows")))
        s->kind = AQL_FROM_FLOWS;
    if (aql_at_sign(r, SIGN_DOT) && plain) {
        aql_take(r);
        if (aql_look(r, 0)->kind != TOKEN_WORD)
            return aql_expected(r, "a table's name after '.'", err);
        last = aql_take(r).text;
        name = arena_printf(r->arena, "%.*s.%.*s", STR_ARG(name), STR_ARG(last));
        s->kind = AQL_FROM_NAME;
    }
    s->name = name;
    if (aql_at_sign(r, SIGN_OPEN)) {
        s->kind = AQL_FROM_NAME;
        s->call = aql_node(r, AQL_CALL, t.at);
        s->call->text = name;
        TRY(aql_parse_args(r, s->call, err));
    }
    return LANNER_OK;
}

static enum lanner_rc parse_source(struct aql_parser *r, struct aql_source *s,
                                   struct lanner_err *err)
{
    const struct aql_token t = *aql_look(r, 0);

    if (t.sign == SIGN_OPEN) {
        s->kind = AQL_FROM_QUERY;
        aql_take(r);
        TRY(aql_enter(r, err));
        TRY(aql_parse_union(r, &s->query, err));
        r->depth--;
        TRY(aql_want_sign(r, SIGN_CLOSE, "')' at the end of the query", err));
    } else if ((t.kind == TOKEN_WORD && aql_word_class(t.word) == AQL_WORD_FREE) ||
               (t.kind == TOKEN_QUOTED && t.text.len != 0)) {
        TRY(parse_table(r, s, err));
    } else {
        return aql_expected(r, "events, flows, the name of a result or a query in parentheses",
                            err);
    }
    s->at = aql_since(r, t.at);
    return parse_table_alias(r, s, err);
}

static enum lanner_rc refuse_join(const struct aql_token *t, struct lanner_err *err)
{
    return err_set_at(err, LANNER_ERR_UNSUPPORTED, t->at, "%s JOIN is not supported",
                      aql_word_text(t->word));
}

static enum lanner_rc parse_join(struct aql_parser *r, struct aql_join *j, struct lanner_err *err)
{
    const struct aql_token t = *aql_look(r, 0);

    if (t.word == W_RIGHT || t.word == W_FULL || t.word == W_CROSS || t.word == W_NATURAL) {
        refuse_join(&t, err);
        err_hint(err, "JOIN ... ON and LEFT JOIN ... ON are");
        return LANNER_ERR_UNSUPPORTED;
    }
    if (aql_take_word(r, W_LEFT)) {
        j->kind = AQL_JOIN_LEFT;
        aql_take_word(r, W_OUTER);
    } else {
        aql_take_word(r, W_INNER);
    }
    TRY(aql_want_word(r, W_JOIN, "after the kind of join", err));
    aql_repair(r->p, aql_since(r, t.at), "JOIN; AQL has no joins");
    TRY(parse_source(r, &j->source, err));
    if (aql_at_word(r, W_USING)) {
        aql_expected(r, "ON and a condition", err);
        err_hint(err, "write ON a.field = b.field");
        return LANNER_ERR_QUERY;
    }
    TRY(aql_want_word(r, W_ON, "and a condition after the joined table", err));
    TRY(aql_parse_condition(r, &j->on, err));
    TRY(refuse_time(r, err));
    j->at = aql_since(r, t.at);
    return LANNER_OK;
}

static enum lanner_rc parse_joins(struct aql_parser *r, struct aql_query *q, struct lanner_err *err)
{
    size_t cap = 0;

    while (aql_at_join(r, 0)) {
        if (q->n_joins == cap) {
            struct aql_join *joins;

            cap = cap != 0 ? cap * 2 : 2;
            joins = ARENA_ARRAY(r->arena, struct aql_join, cap);
            if (q->n_joins != 0)
                memcpy(joins, q->joins, q->n_joins * sizeof(*joins));
            q->joins = joins;
        }
        TRY(parse_join(r, &q->joins[q->n_joins++], err));
    }
    return LANNER_OK;
}

/* ---- Queries ---- */

static enum lanner_rc refuse_from(struct aql_parser *r, const struct aql_query *q,
                                  struct lanner_err *err)
{
    const struct aql_item *last = &q->items[q->n_items - 1];
    enum lanner_rc rc = aql_expected_clause(r, "',' or FROM", err);

    if (err == NULL)
        return rc;
    if (aql_at_word(r, W_INTO)) {
        err_hint(err, "INTO stands directly after the source: SELECT ... FROM events INTO name");
    } else if (last->alias.len != 0 && err->hint[0] == '\0' &&
               suggest_distance(last->alias, STR("FROM"), 2) <= 2) {
        err_hint(err, "did you mean 'FROM' instead of '%.*s'", STR_ARG(last->alias));
    } else if (aql_at_word(r, W_OVER)) {
        err_set_at(err, LANNER_ERR_UNSUPPORTED, aql_look(r, 0)->at,
                   "window functions are not supported");
        return LANNER_ERR_UNSUPPORTED;
    }
    return rc;
}

static enum lanner_rc parse_select(struct aql_parser *r, struct aql_query **out,
                                   struct lanner_err *err)
{
    struct aql_query *q = ARENA_NEW(r->arena, struct aql_query);
    struct aql_node *outer_time = r->time;
    unsigned outer_blocks = r->blocks;
    struct span at = aql_look(r, 0)->at;

    if (!aql_take_word(r, W_SELECT))
        return aql_expected_clause(r, "SELECT", err);
    r->time = NULL;
    r->blocks = 0;
    TRY(parse_items(r, q, err));
    if (!aql_take_word(r, W_FROM))
        return refuse_from(r, q, err);
    TRY(parse_source(r, &q->from, err));
    if (aql_at_sign(r, SIGN_COMMA)) {
        aql_expected(r, "WHERE, another clause or the end of the query", err);
        err_hint(err, "AQL reads one source; two are brought together with JOIN ... ON");
        return LANNER_ERR_QUERY;
    }
    TRY(parse_joins(r, q, err));
    TRY(aql_parse_clauses(r, q, err));
    q->at = aql_since(r, at);
    r->time = outer_time;
    r->blocks = outer_blocks;
    *out = q;
    return LANNER_OK;
}

bool aql_at_query(struct aql_parser *r, unsigned k)
{
    while (k < AQL_LOOK && aql_look(r, k)->sign == SIGN_OPEN)
        k++;
    return k < AQL_LOOK && aql_look(r, k)->word == W_SELECT;
}

/* SELECT * FROM ( the union ), for a union in parentheses that is a branch of another one. */
static struct aql_query *wrap(struct aql_parser *r, struct aql_query *inner)
{
    struct aql_query *q = ARENA_NEW(r->arena, struct aql_query);

    q->at = inner->at;
    q->items = ARENA_NEW(r->arena, struct aql_item);
    q->n_items = 1;
    q->items[0].at = inner->at;
    q->items[0].expr = aql_node(r, AQL_STAR, inner->at);
    q->from = (struct aql_source){.at = inner->at, .kind = AQL_FROM_QUERY, .query = inner};
    return q;
}

static enum lanner_rc parse_branch(struct aql_parser *r, struct aql_query **out, bool *bracketed,
                                   struct lanner_err *err)
{
    struct span at = aql_look(r, 0)->at;

    *bracketed = aql_take_sign(r, SIGN_OPEN);
    if (!*bracketed)
        return parse_select(r, out, err);
    TRY(aql_enter(r, err));
    TRY(aql_parse_union(r, out, err));
    r->depth--;
    TRY(aql_want_sign(r, SIGN_CLOSE, "')' at the end of the query", err));
    aql_repair(r->p, at, "parentheses around a query of a statement; AQL has none");
    return LANNER_OK;
}

/* ORDER BY and LIMIT behind the last branch are the union's. */
static void lift_order(struct aql_query *first, struct aql_query *last)
{
    first->union_orders = last->orders;
    first->n_union_orders = last->n_orders;
    first->has_union_limit = last->has_limit;
    first->union_limit = last->limit;
    last->orders = NULL;
    last->n_orders = 0;
    last->has_limit = false;
    last->limit = 0;
}

/* What stands behind the closing parenthesis of the last branch, into a query that has nothing
 * else. */
static enum lanner_rc parse_union_end(struct aql_parser *r, struct aql_query *rest,
                                      struct lanner_err *err)
{
    struct span at = aql_look(r, 0)->at;

    TRY(aql_parse_clauses(r, rest, err));
    if (rest->where == NULL && rest->n_groups == 0 && rest->having == NULL && rest->time == NULL &&
        rest->into.len == 0 && rest->session == NULL && rest->n_params == 0)
        return LANNER_OK;
    err_set_at(err, LANNER_ERR_QUERY, aql_since(r, at),
               "only ORDER BY and LIMIT can follow queries in parentheses");
    err_hint(err, "put the other clauses inside the parentheses");
    return LANNER_ERR_QUERY;
}

/* Behind a union or a query in parentheses. */
static bool ends_union(struct aql_parser *r)
{
    return aql_at_sign(r, SIGN_CLOSE) || aql_at_sign(r, SIGN_SEMICOLON) ||
           aql_look(r, 0)->kind == TOKEN_END;
}

static enum lanner_rc parse_next_branch(struct aql_parser *r, struct aql_query *last,
                                        struct aql_query **out, bool *bracketed,
                                        struct lanner_err *err)
{
    aql_repair(r->p, aql_take(r).at, "UNION; AQL has none");
    last->union_all = aql_take_word(r, W_ALL);
    if (!aql_at_query(r, 0))
        return aql_expected(r, "SELECT after UNION", err);
    TRY(parse_branch(r, out, bracketed, err));
    if ((*out)->next != NULL)
        *out = wrap(r, *out);
    last->next = *out;
    return LANNER_OK;
}

enum lanner_rc aql_parse_union(struct aql_parser *r, struct aql_query **out, struct lanner_err *err)
{
    struct aql_query *first, *last, *branch, *rest;
    uint32_t outer = r->tree;
    bool bracketed;

    r->tree = 0;
    TRY(parse_branch(r, &first, &bracketed, err));
    if (bracketed && !ends_union(r) && (first->next != NULL || !aql_at_word(r, W_UNION)))
        first = wrap(r, first);
    for (last = first; aql_at_word(r, W_UNION); last = branch)
        TRY(parse_next_branch(r, last, &branch, &bracketed, err));
    switch (aql_look(r, 0)->word) {
    case W_INTERSECT:
    case W_EXCEPT:
    case W_MINUS:
        return err_set_at(err, LANNER_ERR_UNSUPPORTED, aql_look(r, 0)->at, "%s is not supported",
                          aql_word_text(aql_look(r, 0)->word));
    default:
        break;
    }
    if (bracketed && !ends_union(r)) {
        rest = first == last ? first : ARENA_NEW(r->arena, struct aql_query);
        TRY(parse_union_end(r, rest, err));
        if (first != last)
            lift_order(first, rest);
    } else if (!bracketed && first != last) {
        lift_order(first, last);
    }
    first->at = aql_since(r, first->at);
    first->depth = r->tree + 1;
    r->tree = MAX(outer, first->depth);
    *out = first;
    return first->depth > AQL_MAX_DEPTH ? aql_too_deep(first->at, err) : LANNER_OK;
}
