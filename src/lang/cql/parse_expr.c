/* parse_expr.c - expressions (cql.md 1.4), with the logical words of other languages (OR binds
 * tighter than AND, as in filters) and filter terms as conditions: both are repairs. */
#include "lang/cql/ast.h"
#include "lang/cql/names.h"

enum { LEVEL_AND = 1, LEVEL_OR, LEVEL_ADD, LEVEL_MUL };

static const struct binop operators[] = {
    {"and", LEVEL_AND, OP_AND, true, true}, {"or", LEVEL_OR, OP_OR, true, true},
    {"&&", LEVEL_AND, OP_AND, false, true}, {"||", LEVEL_OR, OP_OR, false, true},
    {"+", LEVEL_ADD, OP_ADD, false, false}, {"-", LEVEL_ADD, OP_SUB, false, false},
    {"*", LEVEL_MUL, OP_MUL, false, false}, {"/", LEVEL_MUL, OP_DIV, false, false},
    {"%", LEVEL_MUL, OP_MOD, false, false},
};

static const struct {
    const char *text;
    enum cql_op op;
} comparisons[] = {
    {"<=>", OP_LINK}, {"==", OP_EQ}, {"!=", OP_NE}, {"<=", OP_LE},
    {">=", OP_GE},    {"<", OP_LT},  {">", OP_GT},
};

enum cql_op cql_peek_comparison(const struct cql_parser *p, bool with_eq, size_t *len)
{
    for (size_t i = 0; i < ARRAY_LEN(comparisons); i++) {
        if (cursor_at(&p->cur, comparisons[i].text)) {
            *len = strlen(comparisons[i].text);
            return comparisons[i].op;
        }
    }
    *len = 1;
    if (with_eq && cursor_peek(&p->cur) == '=' && !cursor_at(&p->cur, "=~") &&
        !cursor_at(&p->cur, "=>"))
        return OP_EQ;
    return OP_NONE;
}

static struct cql_node *make_binary(struct cql_parser *p, enum cql_op op, struct cql_node *left,
                                    struct cql_node *right)
{
    struct cql_node *n = cql_node(p, CQL_BINARY, left->at.start);

    n->op = op;
    n->at = left->at;
    cql_add(n, left);
    cql_add(n, right);
    return n;
}

static enum lanner_rc parse_group(struct cql_parser *p, struct cql_node **out,
                                  struct lanner_err *err)
{
    TRY(cql_enter(p, err));
    p->parens++;
    cursor_take(&p->cur, "(");
    lex_skip(p);
    TRY(cql_parse_expr(p, out, err));
    lex_skip(p);
    if (!cursor_take(&p->cur, ")"))
        return cql_expected(p, "')'", err);
    p->parens--;
    p->depth--;
    return LANNER_OK;
}

static enum lanner_rc parse_literal(struct cql_parser *p, struct cql_node **out,
                                    struct lanner_err *err)
{
    size_t start = p->cur.pos;
    struct str text, raw = STR_NONE, flags = STR_NONE;
    enum cql_kind kind;

    if (lex_at_quote(p)) {
        kind = CQL_STRING;
        TRY(lex_string(p, &text, &raw, err));
    } else if (cursor_peek(&p->cur) == '/') {
        kind = CQL_REGEX;
        TRY(lex_regex(p, &text, &flags, err));
    } else if (lex_number(p, &text)) {
        kind = CQL_NUMBER;
    } else if (lex_name(p, true, &text)) {
        if (str_eqz(text, "..."))
            return cql_sample("an expression", p->cur.pos - 3, err);
        kind = CQL_FIELD;
        if (str_eq_nocase(text, STR("true")) || str_eq_nocase(text, STR("false")))
            kind = CQL_BOOL;
    } else {
        return cql_expected(p, "an expression", err);
    }
    *out = cql_node(p, kind, start);
    (*out)->text = text;
    (*out)->raw = raw;
    (*out)->flags = flags;
    (*out)->truth = kind == CQL_BOOL && (text.ptr[0] | 0x20) == 't';
    return LANNER_OK;
}

static enum lanner_rc parse_primary(struct cql_parser *p, struct cql_node **out,
                                    struct lanner_err *err)
{
    struct str name;

    lex_skip(p);
    if (cql_at_call(p, &name))
        return cql_parse_call(p, out, err);
    switch (cursor_peek(&p->cur)) {
    case '(':
        return parse_group(p, out, err);
    case '[':
        return cql_parse_array(p, out, err);
    case '{':
        return cql_parse_subquery(p, out, err);
    case '?':
        return cql_parse_param(p, out, err);
    default:
        return parse_literal(p, out, err);
    }
}

static enum lanner_rc parse_unary(struct cql_parser *p, struct cql_node **out,
                                  struct lanner_err *err)
{
    struct cql_node *inner;
    size_t start;
    char c;

    lex_skip(p);
    start = p->cur.pos;
    c = cursor_peek(&p->cur);
    if (c != '-' && !(c == '!' && cursor_look(&p->cur, 1) != '='))
        return parse_primary(p, out, err);
    p->cur.pos++;
    TRY(cql_enter(p, err));
    TRY(parse_unary(p, &inner, err));
    p->depth--;
    *out = cql_node(p, CQL_UNARY, start);
    (*out)->op = c == '-' ? OP_SUB : OP_NONE;
    cql_add(*out, inner);
    return LANNER_OK;
}

/* Whether a byte goes on with a word, so that `order` is not `or`. */
static bool is_word(unsigned char c)
{
    return lex_is_name(c);
}

/* Precedence climbing over additive and multiplicative operators. */
static enum lanner_rc parse_arithmetic(struct cql_parser *p, uint8_t level, struct cql_node **out,
                                       struct lanner_err *err)
{
    struct cql_node *left, *right;
    size_t n_operators = 0;

    TRY(parse_unary(p, &left, err));
    for (;;) {
        size_t end = p->cur.pos;
        const struct binop *op;

        lex_skip(p);
        op = binop_find(&p->cur, operators, ARRAY_LEN(operators), level, is_word);
        if (op == NULL || op->level < LEVEL_ADD) {
            p->cur.pos = end;
            break;
        }
        p->cur.pos += strlen(op->text);
        TRY(cql_chain(p, &n_operators, err));
        TRY(parse_arithmetic(p, (uint8_t)(op->level + 1), &right, err));
        left = make_binary(p, (enum cql_op)op->op, left, right);
    }
    *out = left;
    return LANNER_OK;
}

enum lanner_rc cql_parse_additive(struct cql_parser *p, struct cql_node **out,
                                  struct lanner_err *err)
{
    return parse_arithmetic(p, LEVEL_ADD, out, err);
}

enum lanner_rc cql_parse_comparison(struct cql_parser *p, struct cql_node **out,
                                    struct lanner_err *err)
{
    struct cql_node *left, *right;
    size_t len, end;
    enum cql_op op;
    bool single;

    TRY(parse_arithmetic(p, LEVEL_ADD, &left, err));
    end = p->cur.pos;
    lex_skip(p);
    op = cql_peek_comparison(p, true, &len);
    if (op == OP_NONE) {
        p->cur.pos = end;
        *out = left;
        return LANNER_OK;
    }
    single = op == OP_EQ && len == 1;
    if (single)
        cql_repair(p, span_at(p->cur.pos, 1), "'=' in an expression is read as '=='; write '=='");
    p->cur.pos += len;
    TRY(parse_arithmetic(p, LEVEL_ADD, &right, err));
    *out = make_binary(p, op, left, right);
    (*out)->single_eq = single;
    return LANNER_OK;
}

/* An operand of and, or: `not ...`, `!f=/x/`, a filter term, or a comparison. */
static enum lanner_rc parse_operand(struct cql_parser *p, struct cql_node **out,
                                    struct lanner_err *err)
{
    struct cql_node *inner;
    struct cql_mark m;

    lex_skip(p);
    m = cql_mark(p);
    if (lex_take_word(p, "not")) {
        cql_repair(p, span_at(m.pos, 3), "'not' in an expression; write '!'");
        TRY(cql_enter(p, err));
        TRY(parse_operand(p, &inner, err));
        p->depth--;
        *out = cql_node(p, CQL_UNARY, m.pos);
        cql_add(*out, inner);
        return LANNER_OK;
    }
    if (cursor_take(&p->cur, "!")) {
        lex_skip(p);
        inner = cql_parse_condition_term(p);
        if (inner != NULL) {
            *out = cql_node(p, CQL_NOT, m.pos);
            cql_add(*out, inner);
            return LANNER_OK;
        }
        cql_reset(p, m);
    }
    *out = cql_parse_condition_term(p);
    if (*out != NULL)
        return LANNER_OK;
    return cql_parse_comparison(p, out, err);
}

static enum lanner_rc parse_logic(struct cql_parser *p, uint8_t level, struct cql_node **out,
                                  struct lanner_err *err)
{
    struct cql_node *left, *right;
    size_t n_operators = 0;

    TRY(parse_operand(p, &left, err));
    for (;;) {
        size_t end = p->cur.pos;
        const struct binop *op;

        lex_skip(p);
        op = binop_find(&p->cur, operators, ARRAY_LEN(operators), level, is_word);
        /* `||` outside parentheses is two pipes with nothing between them. */
        if (op == NULL || op->level > LEVEL_OR || (p->parens == 0 && cursor_at(&p->cur, "||"))) {
            p->cur.pos = end;
            break;
        }
        cql_repair(p, span_at(p->cur.pos, strlen(op->text)),
                   "'%s' in an expression; LogScale has no logical operators there", op->text);
        p->cur.pos += strlen(op->text);
        TRY(cql_chain(p, &n_operators, err));
        TRY(parse_logic(p, (uint8_t)(op->level + 1), &right, err));
        left = make_binary(p, (enum cql_op)op->op, left, right);
    }
    *out = left;
    return LANNER_OK;
}

enum lanner_rc cql_parse_expr(struct cql_parser *p, struct cql_node **out, struct lanner_err *err)
{
    TRY(cql_enter(p, err));
    TRY(parse_logic(p, LEVEL_AND, out, err));
    p->depth--;
    return LANNER_OK;
}
