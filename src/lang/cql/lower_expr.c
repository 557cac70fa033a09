/* lower_expr.c - expressions (cql.md 1.4, 2.3): each operator is a function row with CQL's null
 * rules. */
#include "lang/cql/lower.h"

static const char *const rows[] = {
    [OP_EQ] = "cql_eq",   [OP_NE] = "cql_ne",   [OP_LT] = "cql_lt",   [OP_LE] = "cql_le",
    [OP_GT] = "cql_gt",   [OP_GE] = "cql_ge",   [OP_ADD] = "num_add", [OP_SUB] = "num_sub",
    [OP_MUL] = "num_mul", [OP_DIV] = "num_div", [OP_MOD] = "num_mod", [OP_AND] = "and",
    [OP_OR] = "or",
};

static bool is_order(enum cql_op op)
{
    return op == OP_LT || op == OP_LE || op == OP_GT || op == OP_GE;
}

/* An operand of arithmetic or of a comparison: `24hours` is a span, and an ISO time beside an order
 * sign is an instant; both in milliseconds (cql.md 4.2). */
static enum lanner_rc lower_operand(struct cql_lower *l, const struct cql_node *n, enum cql_op op,
                                    const struct cql_node *other, struct expr **out,
                                    struct lanner_err *err)
{
    int64_t ms;

    if (n->kind == CQL_FIELD && !n->quoted && n->text.len != 0 && ascii_is_digit(n->text.ptr[0]) &&
        span_parse(n->text, &ms)) {
        cql_note(l, LANNER_NOTE_REPAIR, n->at, "the span %.*s is read as milliseconds; write %lld",
                 STR_ARG(n->text), (long long)ms);
        *out = expr_const(l->arena, n->at, val_long(ms));
        return LANNER_OK;
    }
    if (n->kind == CQL_STRING && is_order(op) && other->kind != CQL_STRING &&
        iso_time_parse(n->text, &ms)) {
        cql_note(l, LANNER_NOTE_REPAIR, n->at,
                 "the time \"%.*s\" is read as milliseconds since 1970; write %lld",
                 STR_ARG(n->text), (long long)ms);
        *out = expr_const(l->arena, n->at, val_long(ms));
        return LANNER_OK;
    }
    return cql_lower_expr(l, n, out, err);
}

static enum lanner_rc lower_binary(struct cql_lower *l, const struct cql_node *n, struct expr **out,
                                   struct lanner_err *err)
{
    const struct cql_node *a = n->kids, *b = n->kids->next;
    struct expr *left, *right;

    if (n->op == OP_LINK)
        return cql_wrong(n->at, err,
                         "'<=>' links the queries of correlate(): field <=> Query.field");
    assert(n->op < ARRAY_LEN(rows) && rows[n->op] != NULL);
    TRY(lower_operand(l, a, n->op, b, &left, err));
    TRY(lower_operand(l, b, n->op, a, &right, err));
    *out = expr_callv(l->arena, n->at, rows[n->op], 2, left, right);
    return LANNER_OK;
}

static enum lanner_rc lower_unary(struct cql_lower *l, const struct cql_node *n, struct expr **out,
                                  struct lanner_err *err)
{
    const struct cql_node *inner = n->kids;
    struct expr *e;

    /* A negative number is a constant, so that it can be an argument. */
    if (n->op == OP_SUB && inner->kind == CQL_NUMBER) {
        struct val v = cql_number_val(arena_printf(l->arena, "-%.*s", STR_ARG(inner->text)));

        if (!val_is_null(&v)) {
            *out = expr_const(l->arena, n->at, v);
            return LANNER_OK;
        }
    }
    TRY(lower_operand(l, inner, n->op, inner, &e, err));
    *out = expr_callv(l->arena, n->at, n->op == OP_SUB ? "num_neg" : "cql_not", 1, e);
    return LANNER_OK;
}

static enum lanner_rc lower_param(struct cql_lower *l, const struct cql_node *n, struct expr **out,
                                  struct lanner_err *err)
{
    struct str text;

    TRY(cql_text(l, n, &text, err));
    *out = expr_const(l->arena, n->at, val_str(text));
    return LANNER_OK;
}

enum lanner_rc cql_lower_expr(struct cql_lower *l, const struct cql_node *n, struct expr **out,
                              struct lanner_err *err)
{
    struct val v;

    switch (n->kind) {
    case CQL_FIELD:
        *out = expr_field(l->arena, n->at, n->text);
        return LANNER_OK;
    case CQL_STRING:
        *out = expr_const(l->arena, n->at, val_str(n->text));
        return LANNER_OK;
    case CQL_NUMBER:
        v = cql_number_val(n->text);
        *out = expr_const(l->arena, n->at, val_is_null(&v) ? val_str(n->text) : v);
        return LANNER_OK;
    case CQL_BOOL:
        *out = expr_const(l->arena, n->at, val_bool(n->truth));
        return LANNER_OK;
    case CQL_PARAM:
        return lower_param(l, n, out, err);
    case CQL_BINARY:
        return lower_binary(l, n, out, err);
    case CQL_UNARY:
        return lower_unary(l, n, out, err);
    case CQL_CALL:
        return cql_lower_call(l, n, out, err);
    case CQL_TERM:
    case CQL_TEST:
    case CQL_FREE:
    case CQL_AND:
    case CQL_OR:
    case CQL_NOT:
        return cql_lower_predicate(l, n, out, err);
    case CQL_REGEX:
        return cql_wrong(n->at, err, "expected an expression, found a regular expression");
    case CQL_ARRAY:
        return cql_wrong(n->at, err, "expected an expression, found a list");
    case CQL_SUBQUERY:
        return cql_wrong(n->at, err, "expected an expression, found a sub-query");
    case CQL_ASSIGN:
        return cql_wrong(n->at, err, "expected an expression, found an assignment");
    default:
        return cql_wrong(n->at, err, "expected an expression, found '%.*s'",
                         (int)MIN(n->text.len, (size_t)60), n->text.ptr);
    }
}
