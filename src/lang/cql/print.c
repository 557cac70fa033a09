/* print.c - the tree as nested parentheses: what the parser's tests read. */
#include "lang/cql/ast.h"

static const char *const kind_names[] = {
    [CQL_PIPE] = "pipe",       [CQL_FILTER] = "filter",
    [CQL_STAGE] = "stage",     [CQL_ASSIGN] = "assign",
    [CQL_CASE] = "case",       [CQL_MATCH] = "match",
    [CQL_ARM] = "arm",         [CQL_STATS] = "stats",
    [CQL_SAVED] = "saved",     [CQL_DEFAULT_PARAM] = "default",
    [CQL_AND] = "and",         [CQL_OR] = "or",
    [CQL_NOT] = "not",         [CQL_TERM] = "term",
    [CQL_FREE] = "free",       [CQL_TEST] = "test",
    [CQL_FIELD] = "field",     [CQL_STRING] = "string",
    [CQL_NUMBER] = "number",   [CQL_BOOL] = "bool",
    [CQL_PATTERN] = "pattern", [CQL_REGEX] = "regex",
    [CQL_PARAM] = "param",     [CQL_BINARY] = "binary",
    [CQL_UNARY] = "unary",     [CQL_CALL] = "call",
    [CQL_ARG] = "arg",         [CQL_ARRAY] = "array",
    [CQL_SUBQUERY] = "query",
};

static const char *const op_names[] = {
    [OP_NONE] = "!",   [OP_EQ] = "=",  [OP_NE] = "!=",   [OP_LT] = "<",
    [OP_LE] = "<=",    [OP_GT] = ">",  [OP_GE] = ">=",   [OP_LIKE] = "like",
    [OP_LINK] = "<=>", [OP_ADD] = "+", [OP_SUB] = "-",   [OP_MUL] = "*",
    [OP_DIV] = "/",    [OP_MOD] = "%", [OP_AND] = "and", [OP_OR] = "or",
};

/* Depth is bounded by the parser. */
void cql_print(const struct cql_node *n, struct buf *out)
{
    /* Leaves print as themselves. */
    switch (n->kind) {
    case CQL_FIELD:
    case CQL_NUMBER:
        buf_put_str(out, n->text);
        return;
    case CQL_STRING:
        buf_put_json(out, n->text);
        return;
    case CQL_PATTERN:
        buf_printf(out, "`%.*s`", STR_ARG(n->text));
        return;
    case CQL_REGEX:
        buf_printf(out, "/%.*s/%.*s", STR_ARG(n->text), STR_ARG(n->flags));
        return;
    case CQL_BOOL:
        buf_puts(out, n->truth ? "true" : "false");
        return;
    default:
        break;
    }
    buf_printf(out, "(%s", kind_names[n->kind]);
    if (n->text.len != 0)
        buf_printf(out, " %.*s", STR_ARG(n->text));
    if (n->kind == CQL_TERM || n->kind == CQL_BINARY || n->kind == CQL_UNARY)
        buf_printf(out, " %s", op_names[n->op]);
    for (const struct cql_node *kid = n->kids; kid != NULL; kid = kid->next) {
        buf_putc(out, ' ');
        cql_print(kid, out);
    }
    buf_putc(out, ')');
}
