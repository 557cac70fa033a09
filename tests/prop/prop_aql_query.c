/* prop_aql_query.c - random queries: trees, and their text in the spellings AQL has for them. */
#include <stdio.h>
#include <stdlib.h>

#include "prop_aql.h"

#define draw prop_draw

static struct sexpr *node(enum sop op)
{
    struct sexpr *e = slow_alloc(sizeof(*e));

    e->op = op;
    return e;
}

static struct sexpr *with(enum sop op, int how, struct sexpr *a, struct sexpr *b)
{
    struct sexpr *e = node(op);

    e->how = how;
    e->kids[e->n++] = a;
    if (b != NULL)
        e->kids[e->n++] = b;
    return e;
}

static struct sexpr *text(const char *z)
{
    struct sexpr *e = node(SX_LIT);

    e->lit = slow_text(z);
    return e;
}

static struct sexpr *integer(int64_t i)
{
    struct sexpr *e = node(SX_LIT);

    e->lit = (struct sval){.kind = S_LONG, .i = i};
    return e;
}

/* Columns of the sub-select that is read; 0: events are. */
static int n_columns;

static struct sexpr *field(enum sfield f)
{
    struct sexpr *e = node(SX_FIELD);

    e->field = n_columns > 0 ? (enum sfield)draw((uint32_t)n_columns) : f;
    e->column = n_columns > 0;
    return e;
}

static bool has_field(const struct sexpr *e)
{
    for (int i = 0; i < e->n; i++) {
        if (has_field(e->kids[i]))
            return true;
    }
    return e->op == SX_FIELD;
}

static struct sexpr *make_number(int depth);
static struct sexpr *make_text(int depth);
static struct sexpr *make_cond(int depth);

/* ---- Values -------------------------------------------------------------------------------------
 */

static struct sexpr *literal_number(void)
{
    static const int64_t integers[] = {0, 1, 2, 7, 12, 22, 100, 443, 50034, 1772461800000};
    static const double reals[] = {1.5, 0.5, 7.0, -0.25, 99.75};
    struct sexpr *e = node(SX_LIT);

    if (draw(4) != 0)
        return integer(integers[draw(ARRAY_LEN(integers))]);
    e->lit = (struct sval){.kind = S_DOUBLE, .d = reals[draw(ARRAY_LEN(reals))]};
    return e;
}

static struct sexpr *make_number(int depth)
{
    static const enum sfield fields[] = {SF_TIME, SF_PORT, SF_CATEGORY, SF_TYPE, SF_V, SF_V};

    if (depth <= 0 || draw(3) == 0)
        return draw(3) == 0 ? literal_number() : field(fields[draw(ARRAY_LEN(fields))]);
    switch (draw(7)) {
    case 0:
    case 1:
    case 2:
        return with(SX_ARITH, "+-*/%"[draw(5)], make_number(depth - 1), make_number(depth - 1));
    case 3:
        return with(SX_NEG, 0, make_number(depth - 1), NULL);
    case 4:
        return with(SX_STRLEN, 0, make_text(depth - 1), NULL);
    case 5:
        return with(SX_LONG, 0, draw(3) == 0 ? field(SF_IP) : make_number(depth - 1), NULL);
    default: {
        struct sexpr *e = with(SX_CASE, 0, make_cond(depth - 1), integer(draw(4)));

        e->kids[e->n++] = make_cond(depth - 1);
        e->kids[e->n++] = integer(draw(4));
        if (draw(2) == 0)
            e->kids[e->n++] = integer(draw(4));
        return e;
    }
    }
}

static struct sexpr *text_field(void)
{
    static const enum sfield fields[] = {SF_USER, SF_USER, SF_V,  SF_W,
                                         SF_W,    SF_DEEP, SF_IP, SF_PAYLOAD};

    return field(fields[draw(ARRAY_LEN(fields))]);
}

static struct sexpr *make_text(int depth)
{
    struct sexpr *e;

    if (depth <= 0 || draw(3) == 0)
        return draw(5) == 0 ? text(prop_word()) : text_field();
    switch (draw(9)) {
    case 0:
        e = with(SX_CONCAT, draw(2) == 0 ? 'c' : '|', make_text(depth - 1), make_text(depth - 1));
        if (e->how == 'c' && draw(2) == 0)
            e->kids[e->n++] = make_number(depth - 1);
        /* a || b does not say what becomes of no value. */
        e->how = 'c';
        return e;
    case 1:
        return with(SX_LOWER, 0, make_text(depth - 1), NULL);
    case 2:
        return with(SX_UPPER, 0, make_text(depth - 1), NULL);
    case 3:
        e = with(SX_SUBSTRING, 0, make_text(depth - 1), integer(draw(5)));
        if (draw(2) == 0)
            e->kids[e->n++] = integer(draw(6));
        return e;
    case 4:
        e = with(SX_COALESCE, 0, make_text(depth - 1), make_text(depth - 1));
        return e;
    case 5:
        return with(SX_NULLIF, 0, text_field(), text(prop_word()));
    case 6:
        e = with(SX_REPLACE, 0, make_text(depth - 1), text(prop_word()));
        if (e->kids[1]->lit.s.len == 0)
            e->kids[1] = text("a");
        e->kids[e->n++] = text(draw(2) == 0 ? "" : prop_word());
        return e;
    case 7:
        e = with(draw(2) == 0 ? SX_CASE : SX_IF, 0, make_cond(depth - 1),
                 draw(4) == 0 ? literal_number() : text(prop_word()));
        if (e->op == SX_IF || draw(2) == 0)
            e->kids[e->n++] = text(prop_word());
        return e;
    default:
        e = with(SX_SIMPLE_CASE, 0, text_field(), text(prop_word()));
        e->kids[e->n++] = text_field();
        e->kids[e->n++] = text(prop_word());
        e->kids[e->n++] = text_field();
        return e;
    }
}

static struct sexpr *make_value(int depth)
{
    return draw(5) < 2 ? make_number(depth) : make_text(depth);
}

/* x IN (SELECT ...) of events. */
static struct sexpr *make_in_query(int depth)
{
    struct sexpr *e = with(SX_IN_QUERY, 0, text_field(), NULL);
    int columns = n_columns;

    n_columns = 0;
    e->kids[e->n++] = text_field();
    e->kids[e->n++] = make_cond(depth - 1);
    n_columns = columns;
    e->negated = draw(3) == 0;
    return e;
}

/* ---- Conditions ---------------------------------------------------------------------------------
 */

static struct sexpr *make_pattern(void)
{
    struct buf p = {0};
    const char *word = draw(6) == 0 ? "\"errorCode\":50034" : prop_word();
    struct sexpr *e;

    if (draw(3) != 0)
        buf_putc(&p, '%');
    for (const char *c = word; *c != '\0'; c++) {
        if ((unsigned char)*c < 0x80 && draw(12) == 0)
            buf_putc(&p, draw(2) == 0 ? '_' : '%');
        else if (draw(8) == 0 && ((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z')))
            buf_putc(&p, (char)(*c ^ 0x20));
        else
            buf_putc(&p, *c);
    }
    if (draw(3) != 0)
        buf_putc(&p, '%');
    buf_putc(&p, '\0');
    e = text(p.ptr);
    buf_done(&p);
    return e;
}

static struct sexpr *make_like(int depth)
{
    struct sexpr *left = draw(3) == 0
                             ? with(draw(3) == 0 ? SX_UPPER : SX_LOWER, 0, text_field(), NULL)
                         : draw(3) == 0 ? make_value(depth - 1)
                                        : text_field();
    struct sexpr *e = with(SX_LIKE, draw(2) == 0 ? 'i' : 'l', left, make_pattern());

    while (e->n < 6 && draw(4) == 0)
        e->kids[e->n++] = make_pattern();
    e->negated = draw(4) == 0;
    return e;
}

static struct sexpr *make_matches(void)
{
    static const char *const plain[] = {"foo",    "Bar",         "50034",     "x y",
                                        "kelvin", "7",           "errorCode", "see",
                                        "baz",    "gr\xc3\xbcn", "a",         "\xc5\xbf"};
    struct sexpr *e = with(SX_MATCHES, (int)draw(SP_COUNT) + (draw(2) == 0 ? 16 : 0), text_field(),
                           text(plain[draw(ARRAY_LEN(plain))]));

    e->kids[e->n++] = text(plain[draw(ARRAY_LEN(plain))]);
    e->negated = draw(4) == 0;
    return e;
}

static struct sexpr *make_in(void)
{
    struct sexpr *e = with(SX_IN, 0, draw(3) == 0 ? make_number(1) : text_field(), NULL);
    int n = 1 + (int)draw(5);

    for (int i = 0; i < n; i++)
        e->kids[e->n++] = draw(3) == 0    ? literal_number()
                          : draw(12) == 0 ? node(SX_LIT)
                                          : text(prop_word());
    e->negated = draw(3) == 0;
    return e;
}

static struct sexpr *make_names(void)
{
    static const char *const categories[] = {"%Authentication%", "General Authentication Failed",
                                             "Authentication",   "%unknown%",
                                             "%Successful",      "Authentication.%Failed"};
    static const char *const types[] = {"Microsoft Azure Active Directory", "Microsoft Entra ID",
                                        "%azure%", "Universal DSM", "%DSM"};
    struct sexpr *e = node(draw(2) == 0 ? SX_CATEGORY : SX_TYPE_NAME);

    if (n_columns > 0)
        return make_in();
    e->kids[e->n++] = field(e->op == SX_CATEGORY ? SF_CATEGORY : SF_TYPE);
    e->how = "li="[draw(3)];
    do {
        e->kids[e->n++] = e->op == SX_CATEGORY ? text(categories[draw(ARRAY_LEN(categories))])
                                               : text(types[draw(ARRAY_LEN(types))]);
    } while (e->how == '=' && draw(2) == 0);
    e->negated = draw(3) == 0;
    return e;
}

static struct sexpr *make_compare(int depth)
{
    static const char *const addresses[] = {"10.0.0.1",   "2001:DB8:0::1",   "::1",
                                            "10.0.0.0/8", "::ffff:10.0.0.2", "x"};
    static const char *const times[] = {"2026-03-02 14:10:00", "2026-03-02 14:30:00"};
    int op = "=!<{>}"[draw(6)];

    switch (draw(6)) {
    case 0:
        return with(SX_COMPARE, "=!"[draw(2)], field(SF_IP),
                    text(addresses[draw(ARRAY_LEN(addresses))]));
    case 1:
        return with(SX_COMPARE, op, field(SF_TIME), text(times[draw(ARRAY_LEN(times))]));
    case 2:
        return with(SX_COMPARE, op, make_number(depth - 1), literal_number());
    case 3:
        return with(SX_COMPARE, op, text_field(),
                    draw(4) == 0 ? literal_number() : text(prop_word()));
    case 4:
        return with(SX_COMPARE, op, literal_number(), make_value(depth - 1));
    default:
        return with(SX_COMPARE, op, make_value(depth - 1), make_value(depth - 1));
    }
}

static struct sexpr *chain(enum sop op, int depth)
{
    struct sexpr *e = node(op);
    int n = 2 + (int)draw(op == SX_OR && draw(3) == 0 ? 8 : 2);

    /* What converters write: many LIKE on one field. */
    if (op == SX_OR && draw(3) == 0) {
        struct sexpr *f = text_field();
        bool lower = draw(2) == 0;

        for (int i = 0; i < n; i++)
            e->kids[e->n++] = with(SX_LIKE, lower ? 'l' : 'i',
                                   lower ? with(SX_LOWER, 0, f, NULL) : f, make_pattern());
        return e;
    }
    for (int i = 0; i < n; i++)
        e->kids[e->n++] = make_cond(depth - 1);
    return e;
}

static struct sexpr *make_cond(int depth)
{
    struct sexpr *e;

    switch (draw(depth > 0 ? 16 : 9)) {
    case 0:
    case 1:
        return make_like(depth);
    case 2:
        return make_matches();
    case 3:
        return make_in();
    case 4:
        return make_names();
    case 5:
        e = with(SX_IS_NULL, 0,
                 draw(2) == 0 ? field((enum sfield)draw(SF_COUNT)) : make_value(depth - 1), NULL);
        e->negated = draw(2) == 0;
        return e;
    case 6:
        e = with(SX_INFIX, "cse"[draw(3)], text_field(), text(prop_word()));
        return e;
    case 7:
        return with(SX_IN_CIDR, 0, text(draw(2) == 0 ? "10.0.0.0/24" : "2001:db8::/32"),
                    field(SF_IP));
    case 15:
        return draw(2) == 0 ? make_in_query(depth) : make_compare(depth);
    case 9:
        e = with(SX_BETWEEN, 0, make_number(depth - 1), literal_number());
        e->kids[e->n++] = literal_number();
        e->negated = draw(3) == 0;
        return e;
    case 10:
    case 11:
        return chain(SX_AND, depth);
    case 12:
        return chain(SX_OR, depth);
    case 13:
        return with(SX_NOT, 0, make_cond(depth - 1), NULL);
    default:
        return make_compare(depth);
    }
}

/* ---- Queries ------------------------------------------------------------------------------------
 */

static struct sexpr *make_aggregate(void)
{
    struct sexpr *e = node(SX_AGG);

    do {
        e->how = (int)draw(SA_COUNT_AGGS);
    } while (n_columns > 0 && (e->how == SA_FIRST || e->how == SA_LAST || e->how == SA_LIST));
    if (e->how == SA_COUNTIF)
        e->kids[e->n++] = make_cond(1);
    else if (e->how != SA_ROWS)
        e->kids[e->n++] = make_value(draw(2) == 0 ? 0 : 2);
    return e;
}

static struct sexpr *make_group_item(const struct squery *q)
{
    struct sexpr *e;

    switch (draw(6)) {
    case 0:
        return q->n_keys > 0 ? q->keys[draw((uint32_t)q->n_keys)] : make_aggregate();
    case 1:
        return q->n_keys > 0 && n_columns == 0 ? make_value(1) : make_aggregate();
    case 2:
        return with(SX_ARITH, "+-*/"[draw(4)], make_aggregate(),
                    draw(2) == 0 ? make_aggregate() : literal_number());
    case 3:
        e = with(SX_CASE, 0, with(SX_COMPARE, "<>"[draw(2)], make_aggregate(), integer(draw(5))),
                 text("A"));
        e->kids[e->n++] = text("B");
        return e;
    default:
        return make_aggregate();
    }
}

static struct sexpr *make_having(void)
{
    struct sexpr *e = with(SX_COMPARE, "=!<{>}"[draw(6)], make_aggregate(), integer(draw(4)));

    if (draw(3) == 0)
        e = with(draw(2) == 0 ? SX_AND : SX_OR, 0, e, make_having());
    if (draw(5) == 0)
        e = with(SX_NOT, 0, e, NULL);
    return e;
}

/* GROUP BY 2 is the second column: constants are no keys. */
static struct sexpr *make_key(void)
{
    struct sexpr *e = draw(3) == 0   ? make_value(1)
                      : draw(2) == 0 ? text_field()
                                     : field((enum sfield)draw(SF_COUNT));

    return has_field(e) ? e : text_field();
}

static void make_select(struct squery *q)
{
    memset(q, 0, sizeof(*q));
    q->where = draw(5) == 0 ? NULL : make_cond(1 + (int)draw(3));
    q->grouped = draw(2) == 0;
    if (q->grouped) {
        q->n_keys = (int)draw(3);
        for (int i = 0; i < q->n_keys; i++)
            q->keys[i] = make_key();
        q->having = draw(3) == 0 ? make_having() : NULL;
    } else {
        q->distinct = draw(6) == 0;
    }
    q->n_items = 1 + (int)draw(SLOW_MAX_ITEMS);
    for (int i = 0; i < q->n_items; i++)
        q->items[i] = q->grouped ? make_group_item(q) : draw(6) == 0 ? make_cond(1) : make_value(2);
    if (q->grouped && q->n_keys == 0)
        q->items[0] = make_aggregate();
    q->limit = -1;
    q->from_ms = INT64_MIN;
    q->to_ms = INT64_MAX;
}

/* ---- Text ---------------------------------------------------------------------------------------
 */

static void put_field(struct buf *out, enum sfield f)
{
    static const char *const names[SF_COUNT][4] = {
        {"starttime", "StartTime", "\"starttime\"", "endtime"},
        {"username", "userName", "\"username\"", "USERNAME"},
        {"sourceip", "sourceIP", "\"sourceip\"", "sourceip"},
        {"sourceport", "SOURCEPORT", "sourcePort", "\"sourceport\""},
        {"category", "Category", "category", "category"},
        {"devicetype", "deviceType", "logsourcetypeid", "devicetype"},
        {"v", "\"v\"", "V", "v"},
        {"w", "\"w\"", "W", "w"},
        {"deep", "\"deep\"", "\"p.deep\"", "Deep"},
        {"UTF8(payload)", "payload", "eventpayload", "utf8(PAYLOAD)"}};

    buf_puts(out, names[f][draw(4)]);
}

/* Behind THEN and ELSE an unknown quoted name is read as a text where a record lacks it. */
static void put_branch(struct buf *out, const struct sexpr *e)
{
    if (e->op == SX_FIELD && !e->column && e->field >= SF_V && e->field <= SF_DEEP)
        buf_puts(out, e->field == SF_V   ? "v"
                      : e->field == SF_W ? "w"
                      : draw(2) == 0     ? "\"p.deep\""
                                         : "deep");
    else
        prop_put_expr(out, e);
}

static void put_literal(struct buf *out, const struct sval *v)
{
    switch (v->kind) {
    case S_NULL:
        buf_puts(out, "NULL");
        return;
    case S_LONG:
        buf_printf(out, "%lld", (long long)v->i);
        return;
    case S_DOUBLE:
        buf_printf(out, "%.3f", v->d);
        return;
    default:
        buf_putc(out, '\'');
        for (size_t i = 0; i < v->s.len; i++) {
            if (v->s.ptr[i] == '\'')
                buf_putc(out, '\'');
            buf_putc(out, v->s.ptr[i]);
        }
        buf_putc(out, '\'');
    }
}

static void put_list(struct buf *out, const struct sexpr *e, int from, const char *before,
                     const char *between, const char *after)
{
    buf_puts(out, before);
    for (int i = from; i < e->n; i++) {
        buf_puts(out, i > from ? between : "");
        prop_put_expr(out, e->kids[i]);
    }
    buf_puts(out, after);
}

static void put_case(struct buf *out, const struct sexpr *e)
{
    int i = 0;

    if (e->op == SX_IF) {
        buf_puts(out, "(IF ");
        prop_put_expr(out, e->kids[0]);
        buf_puts(out, " THEN ");
        put_branch(out, e->kids[1]);
        buf_puts(out, " ELSE ");
        put_branch(out, e->kids[2]);
        buf_putc(out, ')');
        return;
    }
    buf_puts(out, "CASE ");
    if (e->op == SX_SIMPLE_CASE)
        prop_put_expr(out, e->kids[i++]);
    for (; i + 1 < e->n; i += 2) {
        buf_puts(out, " WHEN ");
        prop_put_expr(out, e->kids[i]);
        buf_puts(out, " THEN ");
        put_branch(out, e->kids[i + 1]);
    }
    if (i < e->n) {
        buf_puts(out, " ELSE ");
        put_branch(out, e->kids[i]);
    }
    buf_puts(out, " END");
}

static void put_aggregate(struct buf *out, const struct sexpr *e)
{
    static const char *const names[] = {"COUNT(*)", "COUNT(", "UNIQUECOUNT(", "SUM(",
                                        "AVG(",     "MIN(",   "MAX(",         "FIRST(",
                                        "LAST(",    "LIST(",  "COUNTIF("};

    if (e->how == SA_ROWS) {
        buf_puts(out, draw(5) == 0 ? "COUNT()" : "count(*)");
        return;
    }
    put_list(out, e, 0, e->how == SA_UNIQUE && draw(2) == 0 ? "COUNT(DISTINCT " : names[e->how], "",
             ")");
}

static void put_matches(struct buf *out, const struct sexpr *e)
{
    struct str a = e->kids[1]->lit.s;
    struct str b = e->kids[2]->lit.s;

    buf_printf(out, "%s%s '", e->negated ? " NOT" : "", e->how > 15 ? " IMATCHES" : " MATCHES");
    switch ((enum spattern)(e->how & 15)) {
    case SP_FIND:
        if (draw(2) == 0)
            buf_printf(out, "(?s).*%.*s.*", STR_ARG(a));
        else
            buf_put(out, a.ptr, a.len);
        break;
    case SP_START:
        buf_printf(out, "^%.*s", STR_ARG(a));
        break;
    case SP_END:
        buf_printf(out, "%.*s$", STR_ARG(a));
        break;
    case SP_WHOLE:
        buf_printf(out, "^%.*s$", STR_ARG(a));
        break;
    case SP_TWO:
        buf_printf(out, "%.*s.*%.*s", STR_ARG(a), STR_ARG(b));
        break;
    case SP_DIGITS:
        buf_puts(out, draw(2) == 0 ? "\\d\\d" : "[0-9]{2,}");
        break;
    case SP_COUNT:
        abort();
    }
    buf_putc(out, '\'');
}

static void put_names(struct buf *out, const struct sexpr *e)
{
    buf_puts(out, e->op == SX_CATEGORY ? "CATEGORYNAME(" : "LOGSOURCETYPENAME(");
    prop_put_expr(out, e->kids[0]);
    buf_putc(out, ')');
    if (e->how != '=') {
        buf_printf(out, "%s %s ", e->negated ? " NOT" : "", e->how == 'i' ? "ILIKE" : "LIKE");
        prop_put_expr(out, e->kids[1]);
    } else if (e->n == 2) {
        buf_puts(out, e->negated ? " != " : " = ");
        prop_put_expr(out, e->kids[1]);
    } else {
        put_list(out, e, 1, e->negated ? " NOT IN (" : " IN (", ", ", ")");
    }
}

/* Predicates, in parentheses of the caller. */
static void put_predicate(struct buf *out, const struct sexpr *e)
{
    static const char *const operators[][2] = {{"=", "=="}, {"!=", "<>"}};
    const char *not = e->negated ? " NOT" : "";

    if (e->op == SX_CATEGORY || e->op == SX_TYPE_NAME) {
        put_names(out, e);
        return;
    }
    prop_put_expr(out, e->kids[0]);
    switch (e->op) {
    case SX_COMPARE:
        buf_printf(out, " %s ",
                   e->how == '='   ? operators[0][draw(2)]
                   : e->how == '!' ? operators[1][draw(2)]
                   : e->how == '<' ? "<"
                   : e->how == '{' ? "<="
                   : e->how == '>' ? ">"
                                   : ">=");
        prop_put_expr(out, e->kids[1]);
        return;
    case SX_LIKE:
        buf_printf(out, "%s %s ", not, e->how == 'i' ? "ILIKE" : "LIKE");
        if (e->n == 2)
            prop_put_expr(out, e->kids[1]);
        else
            put_list(out, e, 1, "ENUMERATION(", ", ", ")");
        return;
    case SX_MATCHES:
        put_matches(out, e);
        return;
    case SX_IN:
        buf_printf(out, "%s IN (", not );
        put_list(out, e, 1, "", ", ", ")");
        return;
    case SX_IN_QUERY:
        buf_printf(out, "%s IN (SELECT ", not );
        prop_put_expr(out, e->kids[1]);
        buf_puts(out, " FROM events WHERE ");
        prop_put_expr(out, e->kids[2]);
        buf_putc(out, ')');
        return;
    case SX_BETWEEN:
        buf_printf(out, "%s BETWEEN ", not );
        put_list(out, e, 1, "", " AND ", "");
        return;
    case SX_IS_NULL:
        buf_printf(out, " IS%s NULL", not );
        return;
    case SX_INFIX:
        buf_puts(out, e->how == 'c' ? " CONTAINS " : e->how == 's' ? " STARTSWITH " : " ENDSWITH ");
        prop_put_expr(out, e->kids[1]);
        return;
    default:
        abort();
    }
}

void prop_put_expr(struct buf *out, const struct sexpr *e)
{
    char op[] = "(  ";

    switch (e->op) {
    case SX_FIELD:
        if (e->column)
            buf_printf(out, "%sc%d", draw(5) == 0 ? "t." : "", (int)e->field + 1);
        else
            put_field(out, e->field);
        return;
    case SX_LIT:
        put_literal(out, &e->lit);
        return;
    case SX_ARITH:
        op[0] = op[2] = ' ';
        op[1] = (char)e->how;
        put_list(out, e, 0, "(", op, ")");
        return;
    case SX_NEG:
        put_list(out, e, 0, "(- ", "", ")");
        return;
    case SX_CONCAT:
        put_list(out, e, 0, "CONCAT(", ", ", ")");
        return;
    case SX_LOWER:
        put_list(out, e, 0, "LOWER(", ", ", ")");
        return;
    case SX_UPPER:
        put_list(out, e, 0, "upper(", ", ", ")");
        return;
    case SX_STRLEN:
        put_list(out, e, 0, "STRLEN(", ", ", ")");
        return;
    case SX_SUBSTRING:
        put_list(out, e, 0, "SUBSTRING(", ", ", ")");
        return;
    case SX_COALESCE:
        put_list(out, e, 0, "COALESCE(", ", ", ")");
        return;
    case SX_NULLIF:
        put_list(out, e, 0, "NULLIF(", ", ", ")");
        return;
    case SX_REPLACE:
        put_list(out, e, 0, "REPLACE(", ", ", ")");
        return;
    case SX_LONG:
        put_list(out, e, 0, "LONG(", ", ", ")");
        return;
    case SX_STR:
        put_list(out, e, 0, "STR(", ", ", ")");
        return;
    case SX_CASE:
    case SX_SIMPLE_CASE:
    case SX_IF:
        put_case(out, e);
        return;
    case SX_IN_CIDR:
        put_list(out, e, 0, "INCIDR(", ", ", ")");
        return;
    case SX_AND:
        put_list(out, e, 0, "(", " AND ", ")");
        return;
    case SX_OR:
        put_list(out, e, 0, "(", " OR ", ")");
        return;
    case SX_NOT:
        put_list(out, e, 0, "(NOT ", "", ")");
        return;
    case SX_AGG:
        put_aggregate(out, e);
        return;
    default:
        buf_putc(out, '(');
        put_predicate(out, e);
        buf_putc(out, ')');
    }
}

static void put_select(struct buf *out, const struct squery *q)
{
    buf_puts(out, q->distinct ? "SELECT DISTINCT " : "SELECT ");
    for (int i = 0; i < q->n_items; i++) {
        buf_puts(out, i > 0 ? ",\n  " : "");
        prop_put_expr(out, q->items[i]);
        buf_printf(out, " AS c%d", i + 1);
    }
    if (q->from != NULL) {
        buf_puts(out, "\nFROM (");
        put_select(out, q->from);
        buf_puts(out, ") t");
    } else {
        buf_puts(out, "\nFROM events");
    }
    if (q->where != NULL) {
        buf_puts(out, "\nWHERE ");
        prop_put_expr(out, q->where);
    }
    for (int i = 0; i < q->n_keys; i++) {
        buf_puts(out, i > 0 ? ", " : "\nGROUP BY ");
        prop_put_expr(out, q->keys[i]);
    }
    if (q->having != NULL) {
        buf_puts(out, "\nHAVING ");
        prop_put_expr(out, q->having);
    }
}

static void add_order(struct buf *out, struct squery *q)
{
    q->n_orders = 1 + (int)draw(2);
    for (int i = 0; i < q->n_orders; i++) {
        int k = (int)draw((uint32_t)q->n_items);

        q->orders[i] = q->items[k];
        q->descending[i] = draw(2) == 0;
        buf_printf(out, "%sc%d%s", i > 0 ? ", " : "\nORDER BY ", k + 1,
                   q->descending[i] ? " DESC"
                   : draw(2) == 0   ? " ASC"
                                    : "");
    }
}

static void add_time(struct buf *out, struct squery *q)
{
    const int64_t now = INT64_C(1772463600000);
    int64_t minutes = (int64_t)draw(70);

    if (draw(2) == 0) {
        buf_printf(out, "\nLAST %lld MINUTES", (long long)minutes + 1);
        q->from_ms = now - (minutes + 1) * 60000;
        q->to_ms = now;
    } else {
        buf_printf(out, "\nSTART '2026-03-02 14:%02d:30' STOP '2026-03-02 14:55'",
                   (int)(minutes % 50));
        q->from_ms = now - (60 - minutes % 50) * 60000;
        q->to_ms = now - 5 * 60000 - 1;
    }
}

static void order_by_all(struct buf *out, struct squery *q)
{
    q->n_orders = q->n_items;
    for (int i = 0; i < q->n_items; i++) {
        q->orders[i] = q->items[i];
        buf_printf(out, "%s%d", i > 0 ? ", " : "\nORDER BY ", i + 1);
    }
}

/* Over a sub-select: ordered by all columns, as its own order is not promised. */
static void make_outer(struct buf *out, struct squery *q)
{
    struct squery *inner = slow_alloc(sizeof(*inner));

    make_select(inner);
    n_columns = inner->n_items;
    make_select(q);
    n_columns = 0;
    q->from = inner;
    put_select(out, q);
    order_by_all(out, q);
}

static void make_union(struct buf *out, struct squery *q)
{
    struct squery *next = slow_alloc(sizeof(*next));

    make_select(q);
    do {
        make_select(next);
    } while (next->n_items < q->n_items);
    next->n_items = q->n_items;
    q->next = next;
    put_select(out, q);
    buf_puts(out, "\nUNION ALL\n");
    put_select(out, next);
    order_by_all(out, q);
}

const struct squery *prop_make_query(struct buf *out)
{
    struct squery *q = slow_alloc(sizeof(*q));

    n_columns = 0;
    switch (draw(12)) {
    case 0:
        make_outer(out, q);
        return q;
    case 1:
        make_union(out, q);
        return q;
    default:
        make_select(q);
        put_select(out, q);
    }
    if (draw(2) == 0)
        add_order(out, q);
    if (draw(3) == 0) {
        q->limit = (int)draw(8);
        buf_printf(out, "\nLIMIT %d", q->limit);
    }
    if (draw(4) == 0)
        add_time(out, q);
    return q;
}
