/* parse_call.c - what begins with a word: names, functions, CASE, IF, CAST, EXISTS, literals. A
 * reserved word is a name where what follows does not make it the beginning of something. */
#include "lang/aql/parse.h"
#include "util/buf.h"

/* ---- Functions ---- */

static void note_distinct(struct aql_parser *r, const struct aql_node *call, struct span at)
{
    if (str_eq_nocase(call->text, STR("COUNT")))
        aql_repair(r->p, at,
                   "COUNT(DISTINCT ...) is read as the number of distinct values; AQL "
                   "writes UNIQUECOUNT(...)");
    else
        aql_repair(r->p, at, "DISTINCT in %.*s(); AQL has none there",
                   (int)MIN(call->text.len, (size_t)64), call->text.ptr);
}

/* LIMIT n and SEPARATOR 's' behind the arguments. */
static enum lanner_rc parse_args_end(struct aql_parser *r, struct aql_node *call,
                                     struct aql_node_list *kids, struct lanner_err *err)
{
    struct span at = aql_look(r, 0)->at;
    struct aql_node *n;
    int64_t limit;

    if (aql_at_word(r, W_SEPARATOR) && aql_look(r, 1)->kind == TOKEN_STRING) {
        aql_take(r);
        n = aql_node(r, AQL_STRING, aql_look(r, 0)->at);
        n->text = aql_take(r).text;
        aql_list_push(r, kids, n);
        aql_repair(r->p, at, "SEPARATOR is read as the second argument");
    }
    if (aql_at_word(r, W_LIMIT)) {
        at = aql_take(r).at;
        TRY(aql_parse_count(r, "a whole number after LIMIT", &limit, err));
        call->number = val_long(limit);
        aql_repair(r->p, at, "LIMIT in a function; AQL has none there");
    }
    if (aql_at_word(r, W_ORDER) && aql_look(r, 1)->word == W_BY)
        return err_set_at(err, LANNER_ERR_UNSUPPORTED, aql_look(r, 0)->at,
                          "ORDER BY inside a function is not supported");
    return LANNER_OK;
}

static enum lanner_rc parse_arg_list(struct aql_parser *r, struct aql_node *call,
                                     struct aql_node_list *kids, struct lanner_err *err)
{
    const struct aql_token t = *aql_look(r, 0);
    struct aql_node *n;

    if (t.sign == SIGN_CLOSE) {
        if (!str_eq_nocase(call->text, STR("COUNT")))
            return LANNER_OK;
        aql_repair(r->p, call->at, "COUNT() is read as COUNT(*)");
    }
    if (t.sign == SIGN_STAR || t.sign == SIGN_CLOSE) {
        n = aql_node(r, AQL_STAR, t.at);
        if (t.sign == SIGN_STAR)
            aql_take(r);
        aql_list_push(r, kids, n);
        return LANNER_OK;
    }
    if (t.word == W_DISTINCT) {
        aql_take(r);
        call->distinct = true;
        note_distinct(r, call, t.at);
    }
    do {
        if (aql_at_word(r, W_SELECT) || aql_at_query(r, 0)) {
            err_set_at(err, LANNER_ERR_UNSUPPORTED, aql_look(r, 0)->at,
                       "a query cannot be an argument of %.*s()",
                       (int)MIN(call->text.len, (size_t)64), call->text.ptr);
            err_hint(err, "a query in parentheses may stand after FROM, IN and EXISTS");
            return LANNER_ERR_UNSUPPORTED;
        }
        TRY(aql_parse_condition(r, &n, err));
        aql_list_push(r, kids, n);
    } while (aql_take_sign(r, SIGN_COMMA));
    return parse_args_end(r, call, kids, err);
}

enum lanner_rc aql_parse_args(struct aql_parser *r, struct aql_node *call, struct lanner_err *err)
{
    struct aql_node_list kids = {0};

    aql_take(r); /* ( */
    TRY(parse_arg_list(r, call, &kids, err));
    TRY(aql_want_sign(r, SIGN_CLOSE, kids.n != 0 ? "',' or ')' after the argument" : "')'", err));
    TRY(aql_adopt(r, call, &kids, err));
    call->at = aql_since(r, call->at);
    if (aql_at_word(r, W_OVER) && aql_look(r, 1)->sign == SIGN_OPEN)
        return err_set_at(err, LANNER_ERR_UNSUPPORTED, aql_look(r, 0)->at,
                          "window functions are not supported");
    return LANNER_OK;
}

/* name(...), "name"(...), namespace::name(...) */
static enum lanner_rc parse_call(struct aql_parser *r, struct aql_node **out,
                                 struct lanner_err *err)
{
    const struct aql_token t = aql_take(r);
    struct aql_node *call = aql_node(r, AQL_CALL, t.at);

    call->text = t.text;
    call->quoted = t.kind == TOKEN_QUOTED;
    if (call->quoted)
        aql_repair(r->p, t.at, "a function's name in quotes; write %.*s(...)",
                   (int)MIN(t.text.len, (size_t)64), t.text.ptr);
    if (aql_take_sign(r, SIGN_COLONS)) {
        if (aql_look(r, 0)->kind != TOKEN_WORD)
            return aql_expected(r, "a function's name after '::'", err);
        call->space = t.text;
        call->text = aql_take(r).text;
        if (!aql_at_sign(r, SIGN_OPEN))
            return aql_expected(r, "'(' after the function's name", err);
    }
    *out = call;
    return aql_parse_args(r, call, err);
}

static enum lanner_rc parse_cast(struct aql_parser *r, struct aql_node **out,
                                 struct lanner_err *err)
{
    struct aql_node *n = aql_node(r, AQL_CAST, aql_take(r).at), *kid;
    struct span at = n->at;
    int64_t length;

    aql_take(r); /* ( */
    TRY(aql_parse_condition(r, &kid, err));
    TRY(aql_want_word(r, W_AS, "and a type in CAST", err));
    if (aql_look(r, 0)->kind != TOKEN_WORD)
        return aql_expected(r, "a type in CAST, such as STRING, LONG, DOUBLE, BOOLEAN or IP", err);
    n->text = aql_take(r).text;
    if (aql_take_sign(r, SIGN_OPEN)) { /* VARCHAR(255): the length says nothing here */
        do {
            TRY(aql_parse_count(r, "a length", &length, err));
        } while (aql_take_sign(r, SIGN_COMMA));
        TRY(aql_want_sign(r, SIGN_CLOSE, "')' after the length", err));
    }
    TRY(aql_want_sign(r, SIGN_CLOSE, "')' at the end of CAST", err));
    TRY(aql_adopt_pair(r, n, kid, NULL, err));
    n->at = aql_since(r, at);
    aql_repair(r->p, at, "CAST; AQL writes LONG(...), DOUBLE(...) or STR(...)");
    *out = n;
    return LANNER_OK;
}

static enum lanner_rc parse_exists(struct aql_parser *r, struct aql_node **out,
                                   struct lanner_err *err)
{
    struct aql_node *n = aql_node(r, AQL_EXISTS, aql_take(r).at);

    aql_repair(r->p, n->at, "EXISTS; AQL has none");
    TRY(aql_want_sign(r, SIGN_OPEN, "'(' after EXISTS", err));
    TRY(aql_enter(r, err));
    TRY(aql_parse_union(r, &n->query, err));
    r->depth--;
    TRY(aql_want_sign(r, SIGN_CLOSE, "')' at the end of the query", err));
    n->at = aql_since(r, n->at);
    n->depth = n->query->depth + 1;
    *out = n;
    return aql_adopt(r, n, &(struct aql_node_list){0}, err);
}

/* ---- CASE and IF ---- */

static enum lanner_rc set_otherwise(struct aql_parser *r, struct aql_node *n,
                                    struct aql_node *otherwise, struct aql_node_list *kids,
                                    struct lanner_err *err)
{
    n->otherwise = otherwise;
    if (otherwise != NULL)
        n->depth = otherwise->depth + 1;
    TRY(aql_adopt(r, n, kids, err));
    n->at = aql_since(r, n->at);
    return LANNER_OK;
}

static enum lanner_rc parse_case(struct aql_parser *r, struct aql_node **out,
                                 struct lanner_err *err)
{
    struct aql_node *n = aql_node(r, AQL_CASE, aql_take(r).at), *kid, *otherwise = NULL;
    struct aql_node_list kids = {0};

    TRY(aql_enter(r, err));
    r->blocks++;
    n->simple = !aql_at_word(r, W_WHEN);
    if (n->simple) {
        TRY(aql_parse_expr(r, &kid, err));
        aql_list_push(r, &kids, kid);
    }
    if (!aql_at_word(r, W_WHEN))
        return aql_expected(r, "WHEN in CASE", err);
    while (aql_take_word(r, W_WHEN)) {
        TRY(n->simple ? aql_parse_expr(r, &kid, err) : aql_parse_condition(r, &kid, err));
        aql_list_push(r, &kids, kid);
        TRY(aql_want_word(r, W_THEN, "after the condition of WHEN", err));
        TRY(aql_parse_condition(r, &kid, err));
        aql_list_push(r, &kids, kid);
    }
    if (aql_take_word(r, W_ELSE))
        TRY(aql_parse_condition(r, &otherwise, err));
    TRY(aql_want_word(r, W_END, otherwise != NULL ? "of CASE" : "of CASE, WHEN or ELSE", err));
    r->blocks--;
    r->depth--;
    *out = n;
    return set_otherwise(r, n, otherwise, &kids, err);
}

/* IF c THEN a ELSE b is CASE WHEN c THEN a ELSE b END. */
static enum lanner_rc parse_if(struct aql_parser *r, struct aql_node **out, struct lanner_err *err)
{
    struct aql_node *n = aql_node(r, AQL_CASE, aql_take(r).at), *kid;
    struct aql_node_list kids = {0};

    TRY(aql_enter(r, err));
    TRY(aql_parse_condition(r, &kid, err));
    aql_list_push(r, &kids, kid);
    TRY(aql_want_word(r, W_THEN, "after the condition of IF", err));
    TRY(aql_parse_expr(r, &kid, err));
    aql_list_push(r, &kids, kid);
    TRY(aql_want_word(r, W_ELSE, "in IF ... THEN ... ELSE", err));
    TRY(aql_parse_expr(r, &kid, err));
    r->depth--;
    *out = n;
    return set_otherwise(r, n, kid, &kids, err);
}

/* ---- Names and literals ---- */

static enum lanner_rc refuse_word(struct aql_parser *r, const struct aql_token *t,
                                  struct lanner_err *err)
{
    enum lanner_rc rc;

    if (aql_at_time(r, 0)) {
        err_set_at(err, LANNER_ERR_QUERY, t->at, "a time clause cannot be part of an expression");
        err_hint(err, "put it at the end of the query");
        return LANNER_ERR_QUERY;
    }
    rc = aql_expected(r, "an expression", err);
    if (err != NULL && err->hint[0] == '\0' && t->word != W_FROM && t->word != W_SELECT &&
        t->word != W_WHERE)
        err_hint(err, "a field of that name is written in quotes: \"%.*s\"", STR_ARG(t->text));
    return rc;
}

/* A word that is reserved and not the beginning of a clause at this place. */
static bool is_soft(struct aql_parser *r, const struct aql_token *t)
{
    if (aql_word_class(t->word) == AQL_WORD_HARD || aql_at_clause(r, 0))
        return false;
    return r->blocks == 0 || (t->word != W_END && t->word != W_BEGIN && t->word != W_EXPLICIT);
}

/* a.b.c: a path whose first element may be a table. */
static void take_path(struct aql_parser *r, struct aql_node *n)
{
    struct buf path = {0};

    buf_put_str(&path, n->text);
    while (aql_at_sign(r, SIGN_DOT) && aql_look(r, 1)->kind == TOKEN_WORD) {
        aql_take(r);
        buf_putc(&path, '.');
        buf_put_str(&path, aql_take(r).text);
    }
    n->text = arena_str(r->arena, buf_str(&path));
    buf_done(&path);
}

/* name, "name", t.name */
static enum lanner_rc parse_name(struct aql_parser *r, struct aql_node **out,
                                 struct lanner_err *err)
{
    struct aql_token t = aql_take(r);
    struct aql_node *n = aql_node(r, AQL_NAME, t.at);

    n->text = t.text;
    n->quoted = t.kind == TOKEN_QUOTED;
    if (aql_at_sign(r, SIGN_DOT)) {
        n->space = t.text;
        aql_take(r);
        t = *aql_look(r, 0);
        if ((t.kind != TOKEN_WORD && t.kind != TOKEN_QUOTED) || t.text.len == 0)
            return aql_expected(r, "a field's name after '.'", err);
        aql_take(r);
        n->text = t.text;
        n->quoted = t.kind == TOKEN_QUOTED;
        take_path(r, n);
        n->at = aql_since(r, n->at);
        aql_repair(r->p, n->at, "a name with a point; AQL writes it in quotes");
    } else if (aql_word_class(t.word) != AQL_WORD_FREE) {
        aql_repair(r->p, t.at, "the reserved word '%.*s' as a field; write \"%.*s\"",
                   STR_ARG(t.text), STR_ARG(t.text));
    }
    *out = n;
    return LANNER_OK;
}

static struct aql_node *parse_literal(struct aql_parser *r, enum aql_kind kind)
{
    const struct aql_token t = aql_take(r);
    struct aql_node *n = aql_node(r, kind, t.at);

    n->text = t.text;
    if (kind == AQL_BOOL)
        n->number = val_bool(t.word == W_TRUE);
    return n;
}

enum lanner_rc aql_parse_word(struct aql_parser *r, struct aql_node **out, struct lanner_err *err)
{
    const struct aql_token t = *aql_look(r, 0);
    const struct aql_token *next = aql_look(r, 1);
    bool open = next->sign == SIGN_OPEN;

    switch (t.word) {
    case W_NULL:
        *out = parse_literal(r, AQL_NULL);
        return LANNER_OK;
    case W_TRUE:
    case W_FALSE:
        *out = parse_literal(r, AQL_BOOL);
        return LANNER_OK;
    case W_CASE:
        return parse_case(r, out, err);
    case W_IF:
        return parse_if(r, out, err);
    case W_CAST:
        if (open)
            return parse_cast(r, out, err);
        break;
    case W_EXISTS:
        if (open)
            return parse_exists(r, out, err);
        break;
    case W_INTERVAL:
        if (next->kind == TOKEN_STRING || next->kind == TOKEN_NUMBER)
            return aql_parse_duration(r, out, err);
        break;
    case W_CURRENT_TIMESTAMP:
        if (!open) {
            *out = parse_literal(r, AQL_CALL);
            return LANNER_OK;
        }
        break;
    default:
        break;
    }
    if (next->sign == SIGN_COLONS ||
        (open && (aql_word_class(t.word) == AQL_WORD_FREE || t.word == W_LAST)))
        return parse_call(r, out, err);
    return is_soft(r, &t) ? parse_name(r, out, err) : refuse_word(r, &t, err);
}
