/* parse_expr.c - operators and operands (aql.md 2). Levels follow the grammar; `||`, which only the
 * tolerant dialect has, binds looser than + and tighter than <<. */
#include "lang/aql/parse.h"

enum { LEVEL_OR = 1, LEVEL_AND, LEVEL_SHIFT, LEVEL_CONCAT, LEVEL_ADD, LEVEL_MUL };

static const struct {
    enum aql_sign sign;
    enum aql_op op;
    uint8_t level;
} operators[] = {
    {SIGN_BAR, AQL_OP_BIT_OR, LEVEL_OR},      {SIGN_AMP, AQL_OP_BIT_AND, LEVEL_AND},
    {SIGN_SHL, AQL_OP_SHL, LEVEL_SHIFT},      {SIGN_SHR, AQL_OP_SHR, LEVEL_SHIFT},
    {SIGN_BARS, AQL_OP_CONCAT, LEVEL_CONCAT}, {SIGN_PLUS, AQL_OP_ADD, LEVEL_ADD},
    {SIGN_MINUS, AQL_OP_SUB, LEVEL_ADD},      {SIGN_STAR, AQL_OP_MUL, LEVEL_MUL},
    {SIGN_SLASH, AQL_OP_DIV, LEVEL_MUL},      {SIGN_PERCENT, AQL_OP_MOD, LEVEL_MUL},
};

static enum lanner_rc parse_unary(struct aql_parser *r, struct aql_node **out,
                                  struct lanner_err *err);

/* ---- Operands ---- */

static enum lanner_rc parse_number(struct aql_parser *r, struct aql_node **out,
                                   struct lanner_err *err)
{
    const struct aql_token t = aql_take(r);
    const struct aql_token *next = aql_look(r, 0);

    if (next->glued && (next->sign == SIGN_DOT || next->kind == TOKEN_NUMBER)) {
        aql_expected(r, "the end of the number", err);
        err_hint(err, "an address is written in quotes: '10.0.0.1'");
        return LANNER_ERR_QUERY;
    }
    *out = aql_node(r, AQL_NUMBER, t.at);
    (*out)->text = t.text;
    (*out)->number = t.number;
    return LANNER_OK;
}

static enum lanner_rc parse_parens(struct aql_parser *r, struct aql_node **out,
                                   struct lanner_err *err)
{
    struct span at = aql_look(r, 0)->at;

    if (aql_look(r, 1)->word == W_SELECT) {
        err_set_at(err, LANNER_ERR_UNSUPPORTED, at, "a query as a value is not supported");
        err_hint(err, "a query in parentheses may stand after FROM, IN and EXISTS");
        return LANNER_ERR_UNSUPPORTED;
    }
    aql_take(r);
    TRY(aql_parse_condition(r, out, err));
    if (aql_at_sign(r, SIGN_COMMA)) {
        aql_expected(r, "')'", err);
        err_hint(err, "a list stands after IN; several patterns are LIKE ENUMERATION('a', 'b')");
        return LANNER_ERR_QUERY;
    }
    TRY(aql_want_sign(r, SIGN_CLOSE, "')'", err));
    (*out)->parens = true;
    (*out)->at = aql_since(r, at);
    return LANNER_OK;
}

static enum lanner_rc parse_primary(struct aql_parser *r, struct aql_node **out,
                                    struct lanner_err *err)
{
    const struct aql_token *t = aql_look(r, 0);

    switch (t->kind) {
    case TOKEN_NUMBER:
        return parse_number(r, out, err);
    case TOKEN_QUOTED:
        if (t->text.len != 0)
            return aql_parse_word(r, out, err);
        aql_repair(r->p, t->at, "\"\" is read as the empty text; write ''");
        /* fall through */
    case TOKEN_STRING:
        *out = aql_node(r, AQL_STRING, t->at);
        (*out)->text = aql_take(r).text;
        return LANNER_OK;
    case TOKEN_WORD:
        return aql_parse_word(r, out, err);
    default:
        if (t->sign == SIGN_OPEN)
            return parse_parens(r, out, err);
        return aql_expected(r, "an expression", err);
    }
}

/* -5 is a number of its own, so that the smallest one can be written. */
static void negate_number(struct aql_parser *r, struct aql_node *n)
{
    if (n->number.kind == KIND_LONG)
        n->number = val_long(-n->number.u.i);
    else if (str_eq(n->text, STR("9223372036854775808")))
        n->number = val_long(INT64_MIN);
    else
        n->number = val_double(-n->number.u.d);
    n->text = arena_printf(r->arena, "-%.*s", STR_ARG(n->text));
}

static enum lanner_rc parse_signed(struct aql_parser *r, struct aql_node **out,
                                   struct lanner_err *err)
{
    const struct aql_token t = aql_take(r);
    bool number = aql_look(r, 0)->kind == TOKEN_NUMBER;
    struct aql_node *inner;

    TRY(aql_enter(r, err));
    TRY(parse_unary(r, &inner, err));
    r->depth--;
    if (t.sign == SIGN_PLUS || (t.sign == SIGN_MINUS && number)) {
        if (t.sign == SIGN_MINUS)
            negate_number(r, inner);
        inner->at = span_join(t.at, inner->at);
        *out = inner;
        return LANNER_OK;
    }
    *out = aql_node(r, t.sign == SIGN_MINUS ? AQL_NEGATE : AQL_BIT_NOT, t.at);
    return aql_adopt_pair(r, *out, inner, NULL, err);
}

static enum lanner_rc parse_unary(struct aql_parser *r, struct aql_node **out,
                                  struct lanner_err *err)
{
    switch (aql_look(r, 0)->sign) {
    case SIGN_MINUS:
    case SIGN_PLUS:
    case SIGN_TILDE:
        return parse_signed(r, out, err);
    default:
        return parse_primary(r, out, err);
    }
}

/* ---- Operators ---- */

static enum lanner_rc make_binary(struct aql_parser *r, enum aql_op op, struct aql_node *left,
                                  struct aql_node *right, struct aql_node **out,
                                  struct lanner_err *err)
{
    struct aql_node *n = aql_node(r, AQL_BINARY, left->at);

    n->op = op;
    *out = n;
    return aql_adopt_pair(r, n, left, right, err);
}

/* Right associative. */
static enum lanner_rc parse_power(struct aql_parser *r, struct aql_node **out,
                                  struct lanner_err *err)
{
    struct aql_node *left, *right;

    TRY(parse_unary(r, &left, err));
    *out = left;
    if (!aql_take_sign(r, SIGN_CARET))
        return LANNER_OK;
    TRY(aql_enter(r, err));
    TRY(parse_power(r, &right, err));
    r->depth--;
    return make_binary(r, AQL_OP_POW, left, right, out, err);
}

static size_t operator_at(struct aql_parser *r, uint8_t level)
{
    enum aql_sign s = aql_look(r, 0)->sign;
    size_t i;

    for (i = 0; i < ARRAY_LEN(operators); i++) {
        if (operators[i].sign == s && operators[i].level >= level)
            break;
    }
    return i;
}

/* Recursion ends with the levels. */
static enum lanner_rc parse_binary(struct aql_parser *r, uint8_t level, struct aql_node **out,
                                   struct lanner_err *err)
{
    struct aql_node *left, *right;
    size_t i;

    TRY(parse_power(r, &left, err));
    while ((i = operator_at(r, level)) < ARRAY_LEN(operators)) {
        const struct aql_token t = aql_take(r);

        if (t.sign == SIGN_BARS)
            aql_repair(r->p, t.at, "|| is read as CONCAT(...)");
        if (operators[i].level == LEVEL_ADD && aql_at_duration(r))
            TRY(aql_parse_duration(r, &right, err));
        else
            TRY(parse_binary(r, (uint8_t)(operators[i].level + 1), &right, err));
        TRY(make_binary(r, operators[i].op, left, right, &left, err));
    }
    *out = left;
    return LANNER_OK;
}

enum lanner_rc aql_parse_expr(struct aql_parser *r, struct aql_node **out, struct lanner_err *err)
{
    return parse_binary(r, LEVEL_OR, out, err);
}
