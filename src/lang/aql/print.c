/* print.c - a query as nested parentheses: what the parser's tests read. */
#include "lang/aql/ast.h"
#include "util/buf.h"

static const char *const op_names[] = {
    [AQL_OP_NONE] = "?",
    [AQL_OP_ADD] = "+",
    [AQL_OP_SUB] = "-",
    [AQL_OP_MUL] = "*",
    [AQL_OP_DIV] = "/",
    [AQL_OP_MOD] = "%",
    [AQL_OP_POW] = "^",
    [AQL_OP_CONCAT] = "||",
    [AQL_OP_BIT_AND] = "&",
    [AQL_OP_BIT_OR] = "|",
    [AQL_OP_SHL] = "<<",
    [AQL_OP_SHR] = ">>",
    [AQL_OP_EQ] = "=",
    [AQL_OP_NE] = "!=",
    [AQL_OP_LT] = "<",
    [AQL_OP_LE] = "<=",
    [AQL_OP_GT] = ">",
    [AQL_OP_GE] = ">=",
    [AQL_OP_LIKE] = "like",
    [AQL_OP_ILIKE] = "ilike",
    [AQL_OP_MATCHES] = "matches",
    [AQL_OP_IMATCHES] = "imatches",
    [AQL_OP_SIMILAR] = "similar",
    [AQL_OP_CONTAINS] = "contains",
    [AQL_OP_STARTS_WITH] = "starts",
    [AQL_OP_ENDS_WITH] = "ends",
};

static void print_quoted(struct str s, char mark, struct buf *out)
{
    buf_putc(out, mark);
    buf_put_str(out, s);
    buf_putc(out, mark);
}

static void print_instant(const struct aql_instant *t, struct buf *out)
{
    switch (t->kind) {
    case AQL_AT_TEXT:
        print_quoted(t->text, '\'', out);
        break;
    case AQL_AT_MS:
        buf_printf(out, "%lld", (long long)t->ms);
        break;
    case AQL_AT_PARSED:
        buf_printf(out, "(parsed '%.*s')", STR_ARG(t->text));
        break;
    case AQL_AT_NOW:
        buf_puts(out, "now");
        break;
    }
}

static void print_node(const struct aql_node *n, struct buf *out);

static void print_time(const struct aql_time *t, struct buf *out)
{
    switch (t->kind) {
    case AQL_TIME_LAST:
        buf_printf(out, "(last %lld)", (long long)t->last_ms);
        break;
    case AQL_TIME_RANGE:
        buf_puts(out, "(start ");
        print_instant(&t->start, out);
        if (t->has_stop) {
            buf_puts(out, " stop ");
            print_instant(&t->stop, out);
        }
        buf_putc(out, ')');
        break;
    case AQL_TIME_OFFENSE:
        buf_puts(out, "(offense ");
        print_node(t->offense, out);
        buf_putc(out, ')');
        break;
    }
}

static void print_name(const struct aql_node *n, struct buf *out)
{
    if (n->space.len != 0)
        buf_printf(out, "%.*s.", STR_ARG(n->space));
    if (n->kind == AQL_STAR)
        buf_putc(out, '*');
    else if (n->quoted)
        print_quoted(n->text, '"', out);
    else
        buf_put_str(out, n->text);
}

/* What stands behind the opening parenthesis of a node with kids. */
static void print_head(const struct aql_node *n, struct buf *out)
{
    static const char *const heads[] = {
        [AQL_NEGATE] = "neg",  [AQL_BIT_NOT] = "~",       [AQL_AND] = "and",
        [AQL_OR] = "or",       [AQL_NOT] = "not",         [AQL_IN] = "in",
        [AQL_IN_SET] = "set",  [AQL_IN_QUERY] = "in",     [AQL_EXISTS] = "exists",
        [AQL_CASE] = "case",   [AQL_BETWEEN] = "between", [AQL_IS_NULL] = "null?",
        [AQL_SEARCH] = "text", [AQL_CAST] = "cast",
    };

    if (n->negated)
        buf_puts(out, "not-");
    switch (n->kind) {
    case AQL_CALL:
        if (n->space.len != 0)
            buf_printf(out, "%.*s::", STR_ARG(n->space));
        buf_put_str(out, n->text);
        if (n->distinct)
            buf_puts(out, " distinct");
        break;
    case AQL_BINARY:
    case AQL_COMPARE:
    case AQL_MATCH:
        buf_puts(out, op_names[n->op]);
        break;
    default:
        buf_puts(out, heads[n->kind]);
        if (n->kind == AQL_CASE && n->simple)
            buf_puts(out, " of");
        if (n->bare)
            buf_puts(out, " bare");
    }
}

/* Depth is bounded by the parser. */
static void print_node(const struct aql_node *n, struct buf *out)
{
    switch (n->kind) {
    case AQL_NULL:
        buf_puts(out, "null");
        return;
    case AQL_BOOL:
        buf_puts(out, n->number.u.i != 0 ? "true" : "false");
        return;
    case AQL_NUMBER:
        if (n->number.kind == KIND_LONG)
            buf_printf(out, "%lld", (long long)n->number.u.i);
        else
            buf_printf(out, "%.17gd", n->number.u.d);
        return;
    case AQL_STRING:
        print_quoted(n->text, '\'', out);
        return;
    case AQL_NAME:
    case AQL_STAR:
        print_name(n, out);
        return;
    case AQL_DURATION:
        buf_printf(out, "%lldms", (long long)n->number.u.i);
        return;
    case AQL_TIME:
        print_time(n->time, out);
        return;
    default:
        break;
    }
    buf_putc(out, '(');
    print_head(n, out);
    for (size_t i = 0; i < n->n_kids; i++) {
        buf_putc(out, ' ');
        print_node(n->kids[i], out);
    }
    if (n->kind == AQL_CALL && n->number.kind == KIND_LONG)
        buf_printf(out, " limit %lld", (long long)n->number.u.i);
    if (n->kind != AQL_CALL && n->text.len != 0)
        buf_printf(out, " %s'%.*s'", n->kind == AQL_MATCH ? "escape " : "", STR_ARG(n->text));
    if (n->otherwise != NULL) {
        buf_puts(out, " else ");
        print_node(n->otherwise, out);
    }
    if (n->query != NULL) {
        buf_putc(out, ' ');
        aql_print(n->query, out);
    }
    buf_putc(out, ')');
}

static void print_source(const struct aql_source *s, struct buf *out)
{
    switch (s->kind) {
    case AQL_FROM_EVENTS:
        buf_puts(out, "events");
        break;
    case AQL_FROM_FLOWS:
        buf_puts(out, "flows");
        break;
    case AQL_FROM_NAME:
        if (s->call != NULL)
            print_node(s->call, out);
        else
            print_quoted(s->name, '"', out);
        break;
    case AQL_FROM_QUERY:
        aql_print(s->query, out);
        break;
    case AQL_FROM_NONE:
        buf_puts(out, "none");
        break;
    }
    if (s->alias.len != 0)
        buf_printf(out, " as %.*s", STR_ARG(s->alias));
}

static void print_orders(const char *head, const struct aql_order *orders, size_t n,
                         struct buf *out)
{
    if (n == 0)
        return;
    buf_printf(out, " (%s", head);
    for (size_t i = 0; i < n; i++) {
        buf_putc(out, ' ');
        print_node(orders[i].expr, out);
        if (orders[i].descending)
            buf_puts(out, " desc");
    }
    buf_putc(out, ')');
}

static void print_session(const struct aql_session *s, struct buf *out)
{
    buf_puts(out, " (session ");
    print_node(s->time, out);
    for (size_t i = 0; i < s->n_keys; i++) {
        buf_putc(out, ' ');
        print_node(s->keys[i], out);
    }
    buf_printf(out, " %sbegin ", s->explicit_begin ? "explicit " : "");
    print_node(s->begin, out);
    buf_printf(out, " %send ", s->explicit_end ? "explicit " : "");
    print_node(s->end, out);
    if (s->timeout_ms != 0)
        buf_printf(out, " timeout %lld", (long long)s->timeout_ms);
    if (s->window_ms != 0)
        buf_printf(out, " window %lld", (long long)s->window_ms);
    buf_putc(out, ')');
}

static void print_clause(const char *head, const struct aql_node *n, struct buf *out)
{
    if (n == NULL)
        return;
    buf_printf(out, " (%s ", head);
    print_node(n, out);
    buf_putc(out, ')');
}

static void print_tail(const struct aql_query *q, struct buf *out)
{
    print_orders("order", q->orders, q->n_orders, out);
    if (q->collate.len != 0)
        buf_printf(out, " (collate '%.*s')", STR_ARG(q->collate));
    if (q->session != NULL)
        print_session(q->session, out);
    if (q->has_limit)
        buf_printf(out, " (limit %llu)", (unsigned long long)q->limit);
    if (q->time != NULL) {
        buf_putc(out, ' ');
        print_time(q->time, out);
    }
    for (size_t i = 0; i < q->n_params; i++) {
        buf_printf(out, " (param %.*s ", STR_ARG(q->params[i].name));
        print_node(q->params[i].value, out);
        buf_putc(out, ')');
    }
}

static void print_select(const struct aql_query *q, struct buf *out)
{
    buf_printf(out, "(select%s", q->distinct ? " distinct" : "");
    for (size_t i = 0; i < q->n_items; i++) {
        buf_putc(out, ' ');
        print_node(q->items[i].expr, out);
        if (q->items[i].alias.len != 0)
            buf_printf(out, " as %.*s", STR_ARG(q->items[i].alias));
    }
    buf_puts(out, " (from ");
    print_source(&q->from, out);
    for (size_t i = 0; i < q->n_joins; i++) {
        buf_puts(out, q->joins[i].kind == AQL_JOIN_LEFT ? " (left " : " (join ");
        print_source(&q->joins[i].source, out);
        buf_puts(out, " on ");
        print_node(q->joins[i].on, out);
        buf_putc(out, ')');
    }
    buf_putc(out, ')');
    if (q->into.len != 0)
        buf_printf(out, " (into %.*s)", STR_ARG(q->into));
    print_clause("where", q->where, out);
    for (size_t i = 0; i < q->n_groups; i++)
        print_clause("group", q->groups[i], out);
    print_clause("having", q->having, out);
    print_tail(q, out);
    buf_putc(out, ')');
}

void aql_print(const struct aql_query *q, struct buf *out)
{
    for (size_t i = 0; i < q->n_with; i++) {
        buf_printf(out, "(with %.*s ", STR_ARG(q->with[i].name));
        aql_print(q->with[i].query, out);
        buf_puts(out, ") ");
    }
    print_select(q, out);
    for (const struct aql_query *b = q; b->next != NULL; b = b->next) {
        buf_puts(out, b->union_all ? " union-all " : " union ");
        print_select(b->next, out);
    }
    print_orders("union-order", q->union_orders, q->n_union_orders, out);
    if (q->has_union_limit)
        buf_printf(out, " (union-limit %llu)", (unsigned long long)q->union_limit);
}
