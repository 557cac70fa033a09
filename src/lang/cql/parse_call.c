/* parse_call.c - calls, arguments, arrays, sub-queries and parameters (cql.md 1.5).
 *
 * What an unquoted argument means depends on the function's parameter, which the parser does not
 * know: `timezone=Europe/Paris` is a text and `value=a/b` a division. So an argument that is one
 * unquoted pattern keeps it in `raw` beside its expression. */
#include "lang/cql/ast.h"
#include "lang/cql/names.h"

/* Functions whose unnamed argument is a condition: there `f=/x/` is a comparison, not an argument
 * called f (cql.md 4.2). The words are the names of their parameters. */
static const struct {
    const char *function;
    const char *params[5];
} conditional[] = {
    {"if", {"condition", "then", "else", "as"}},
    {"test", {"expression"}},
};

static bool is_param_of(const struct cql_node *call, struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(conditional); i++) {
        if (!str_eq_nocase(call->text, str_z(conditional[i].function)))
            continue;
        for (size_t k = 0; conditional[i].params[k] != NULL; k++) {
            if (str_eq_nocase(name, str_z(conditional[i].params[k])))
                return true;
        }
        return false;
    }
    return true;
}

void cql_set_arg(struct cql_parser *p, struct cql_node *call, const char *name,
                 struct cql_node *value)
{
    struct cql_node *arg = cql_node(p, CQL_ARG, value->at.start);

    arg->text = str_z(name);
    arg->at = value->at;
    cql_add(arg, value);
    cql_add(call, arg);
}

/* ident [":" ident] and then `(`. */
bool cql_at_call(const struct cql_parser *p, struct str *name)
{
    const struct cursor *c = &p->cur;
    struct cql_parser look = *p;
    size_t n = 0;

    for (int part = 0; part < 2; part++) {
        size_t from = n;

        while (cursor_look(c, n) == '_' || ascii_is_digit(cursor_look(c, n)) ||
               ((cursor_look(c, n) | 0x20) >= 'a' && (cursor_look(c, n) | 0x20) <= 'z'))
            n++;
        if (n == from)
            return false;
        if (part == 0 && cursor_look(c, n) == ':' && cursor_look(c, n + 1) != '=')
            n++;
        else
            break;
    }
    *name = str_of(c->text.ptr + c->pos, n);
    if (cursor_look(c, n) == '(')
        return !str_eq_nocase(*name, STR("and")) && !str_eq_nocase(*name, STR("or")) &&
               !str_eq_nocase(*name, STR("not"));
    if (cql_name_find(*name) == NULL)
        return false;
    look.cur.pos += n;
    lex_skip(&look);
    return cursor_peek(&look.cur) == '(';
}

/* Where an argument may end. */
static bool at_value_end(const struct cql_parser *p, bool bare)
{
    struct cql_parser look = *p;

    if (bare)
        return cursor_end(&p->cur) || ascii_is_space(cursor_peek(&p->cur)) ||
               strchr("|,;}", cursor_peek(&p->cur)) != NULL;
    lex_skip(&look);
    return !cursor_end(&look.cur) && strchr(",)]", cursor_peek(&look.cur)) != NULL;
}

/* The whole argument as one unquoted pattern, with index suffixes; empty when it is something else.
 */
static struct str peek_raw(const struct cql_parser *p, bool bare)
{
    struct cql_parser look = *p;
    size_t start = look.cur.pos;
    struct str part;

    while (lex_pattern(&look, &part) || lex_index(&look))
        ;
    if (look.cur.pos == start || !at_value_end(&look, bare))
        return STR_NONE;
    return cursor_text(&look.cur, start);
}

static enum lanner_rc parse_value(struct cql_parser *p, bool bare, struct cql_node **out,
                                  struct lanner_err *err)
{
    struct cql_mark m = cql_mark(p);
    struct str raw = peek_raw(p, bare);
    enum lanner_rc rc;

    if (str_eqz(raw, "..."))
        return cql_sample("a value", m.pos, err);
    rc = cql_parse_expr(p, out, raw.len != 0 ? NULL : err);
    if (raw.len == 0) {
        if (rc == LANNER_OK && !at_value_end(p, bare)) {
            lex_skip(p);
            return cql_expected(p, "',' or the end of the list", err);
        }
        return rc;
    }
    /* A pattern is too short to be nested: only the expression reading can have failed. */
    if (rc != LANNER_OK || p->cur.pos != m.pos + raw.len) {
        cql_reset(p, m);
        p->cur.pos = m.pos + raw.len;
        *out = cql_node(p, CQL_PATTERN, m.pos);
        (*out)->text = raw;
    }
    (*out)->raw = raw;
    return LANNER_OK;
}

/* `field := expr` as an element of a list. *out stays NULL when it is not one. */
static enum lanner_rc parse_assignment(struct cql_parser *p, struct cql_node **out,
                                       struct lanner_err *err)
{
    struct cql_mark m = cql_mark(p);
    struct cql_node *field, *value;

    *out = NULL;
    if ((!lex_at_quote(p) && !lex_is_name((unsigned char)cursor_peek(&p->cur))) ||
        cql_parse_name(p, CQL_FIELD, &field, NULL) != LANNER_OK) {
        cql_reset(p, m);
        return LANNER_OK;
    }
    lex_skip(p);
    if (!cursor_take(&p->cur, ":=")) {
        cql_reset(p, m);
        return LANNER_OK;
    }
    lex_skip(p);
    TRY(cql_parse_expr(p, &value, err));
    *out = cql_node(p, CQL_ASSIGN, m.pos);
    (*out)->text = field->text;
    cql_add(*out, value);
    return LANNER_OK;
}

/* `Name: { query } include: [...]`, an argument of correlate(). *out stays NULL when it is not one.
 */
static enum lanner_rc parse_named_query(struct cql_parser *p, struct cql_node **out,
                                        struct lanner_err *err)
{
    struct cql_mark m = cql_mark(p);
    struct cql_node *name, *query, *value;

    *out = NULL;
    if ((!lex_at_quote(p) && !lex_is_name((unsigned char)cursor_peek(&p->cur))) ||
        cql_parse_name(p, CQL_FIELD, &name, NULL) != LANNER_OK)
        goto other;
    lex_skip(p);
    if (cursor_at(&p->cur, ":=") || !cursor_take(&p->cur, ":"))
        goto other;
    lex_skip(p);
    if (cursor_peek(&p->cur) != '{')
        goto other;
    TRY(cql_parse_subquery(p, &query, err));
    query->text = name->text;
    for (;;) {
        struct str word;
        size_t at;

        lex_skip(p);
        at = p->cur.pos;
        if (!lex_name(p, false, &word) || !cursor_take(&p->cur, ":")) {
            p->cur.pos = at;
            break;
        }
        lex_skip(p);
        TRY(parse_value(p, false, &value, err));
        *out = cql_node(p, CQL_ARG, at);
        (*out)->text = word;
        cql_add(*out, value);
        cql_add(query, *out);
    }
    *out = cql_node(p, CQL_ARG, m.pos);
    cql_add(*out, query);
    return LANNER_OK;
other:
    cql_reset(p, m);
    return LANNER_OK;
}

/* `name =` before a value: the name, else empty and nothing moved. */
static enum lanner_rc take_param_name(struct cql_parser *p, const struct cql_node *call,
                                      struct str *out)
{
    struct cql_mark m = cql_mark(p);
    struct str name, raw;
    bool ok;

    *out = STR_NONE;
    if (lex_at_quote(p))
        ok = lex_string(p, &name, &raw, NULL) == LANNER_OK;
    else
        ok = lex_name(p, true, &name);
    if (ok)
        lex_skip(p);
    if (ok && cursor_peek(&p->cur) == '=' && !cursor_at(&p->cur, "==") &&
        !cursor_at(&p->cur, "=~") && is_param_of(call, name)) {
        p->cur.pos++;
        lex_skip(p);
        *out = name;
    } else {
        cql_reset(p, m);
    }
    return LANNER_OK;
}

enum lanner_rc cql_parse_arg(struct cql_parser *p, const struct cql_node *call, bool bare,
                             struct cql_node **out, struct lanner_err *err)
{
    size_t start = p->cur.pos;
    struct cql_node *value;
    struct str name;

    TRY(parse_named_query(p, out, err));
    if (*out != NULL)
        return LANNER_OK;
    TRY(take_param_name(p, call, &name));
    if (name.len == 0)
        TRY(parse_assignment(p, &value, err));
    if (name.len != 0 || value == NULL)
        TRY(parse_value(p, bare, &value, err));
    *out = cql_node(p, CQL_ARG, start);
    (*out)->text = name;
    cql_add(*out, value);
    return LANNER_OK;
}

enum lanner_rc cql_check_twice(const struct cql_node *call, struct str name, struct span at,
                               struct lanner_err *err)
{
    /* The names of eval() are fields, set from left to right. */
    if (name.len == 0 || str_eq_nocase(call->text, STR("eval")))
        return LANNER_OK;
    for (const struct cql_node *k = call->kids; k != NULL; k = k->next) {
        if (str_eq_nocase(k->text, name)) {
            err_set_at(err, LANNER_ERR_QUERY, at, "parameter %.*s of %.*s() is given twice",
                       STR_ARG(name), STR_ARG(call->text));
            return LANNER_ERR_QUERY;
        }
    }
    return LANNER_OK;
}

enum lanner_rc cql_parse_args(struct cql_parser *p, struct cql_node *call, struct lanner_err *err)
{
    struct cql_node *arg;

    if (!cursor_take(&p->cur, "("))
        return cql_expected(p, "'('", err);
    TRY(cql_enter(p, err));
    p->parens++;
    for (;;) {
        lex_skip(p);
        if (cursor_take(&p->cur, ")"))
            break;
        TRY(cql_parse_arg(p, call, false, &arg, err));
        TRY(cql_check_twice(call, arg->text, arg->at, err));
        cql_add(call, arg);
        lex_skip(p);
        if (!cursor_take(&p->cur, ",") && cursor_peek(&p->cur) != ')')
            return cql_expected(p, "',' or ')'", err);
    }
    p->parens--;
    p->depth--;
    return LANNER_OK;
}

/* `count() as n`: not LogScale. After a filter function `as` and the name are free text there. */
static void parse_as(struct cql_parser *p, struct cql_node *call)
{
    const struct cql_name *known = cql_name_find(call->text);
    struct cql_mark m = cql_mark(p);
    struct cql_node *name;

    if (known == NULL || known->kind == CQL_FN_FILTER)
        return;
    lex_skip(p);
    if (lex_take_word(p, "as")) {
        lex_skip(p);
        if (cql_parse_name(p, CQL_FIELD, &name, NULL) == LANNER_OK) {
            cql_repair(p, span_join(span_at(m.pos, 1), name->at),
                       "'as' after a call; write %s(..., as=%.*s)", known->name,
                       STR_ARG(name->text));
            cql_set_arg(p, call, "as", name);
            return;
        }
    }
    cql_reset(p, m);
}

/* `if (...) then ...` and `if (...) { ... }` of other languages. */
static enum lanner_rc refuse_block(struct cql_parser *p, struct lanner_err *err)
{
    size_t end = p->cur.pos;

    lex_skip(p);
    if (!lex_at_word(p, "then") && cursor_peek(&p->cur) != '{') {
        p->cur.pos = end;
        return LANNER_OK;
    }
    cql_expected(p, "the end of the stage after if()", err);
    err_hint(err, "CQL has no if blocks; write case { condition | ... ; * | ... }");
    return LANNER_ERR_QUERY;
}

enum lanner_rc cql_parse_call(struct cql_parser *p, struct cql_node **out, struct lanner_err *err)
{
    size_t start = p->cur.pos;
    struct cql_node *call;
    struct str name;
    bool found = cql_at_call(p, &name);

    assert(found);
    (void)found;
    p->cur.pos += name.len;
    call = cql_node(p, CQL_CALL, start);
    call->text = name;
    if (cql_name_find(name) == NULL) {
        err_set_at(err, LANNER_ERR_QUERY, call->at, "unknown function '%.*s'", STR_ARG(name));
        cql_name_hint(name, err);
        return LANNER_ERR_QUERY;
    }
    lex_skip(p);
    TRY(cql_parse_args(p, call, err));
    call->at = cursor_span(&p->cur, start);
    if (str_eq_nocase(name, STR("if")))
        TRY(refuse_block(p, err));
    parse_as(p, call);
    *out = call;
    return LANNER_OK;
}

enum lanner_rc cql_parse_array(struct cql_parser *p, struct cql_node **out, struct lanner_err *err)
{
    size_t start = p->cur.pos;
    struct cql_node *array, *item;

    assert(cursor_peek(&p->cur) == '[');
    TRY(cql_enter(p, err));
    p->cur.pos++;
    p->parens++;
    array = cql_node(p, CQL_ARRAY, start);
    for (;;) {
        lex_skip(p);
        if (cursor_take(&p->cur, "]"))
            break;
        TRY(parse_assignment(p, &item, err));
        if (item == NULL)
            TRY(parse_value(p, false, &item, err));
        cql_add(array, item);
        lex_skip(p);
        if (!cursor_take(&p->cur, ",") && cursor_peek(&p->cur) != ']')
            return cql_expected(p, "',' or ']'", err);
    }
    p->parens--;
    p->depth--;
    array->at = cursor_span(&p->cur, start);
    *out = array;
    return LANNER_OK;
}

enum lanner_rc cql_parse_subquery(struct cql_parser *p, struct cql_node **out,
                                  struct lanner_err *err)
{
    size_t start = p->cur.pos;
    unsigned parens = p->parens;
    struct cql_node *pipe;

    if (cursor_at(&p->cur, "{{"))
        return cql_expected(p, "a sub-query", err);
    p->cur.pos++;
    p->parens = 0;
    TRY(cql_parse_pipe(p, &pipe, err));
    p->parens = parens;
    if (!cursor_take(&p->cur, "}"))
        return cql_expected(p, "'|' or '}'", err);
    *out = cql_node(p, CQL_SUBQUERY, start);
    cql_add(*out, pipe);
    (*out)->at = cursor_span(&p->cur, start);
    return LANNER_OK;
}

/* `?name`, `?"name"`, `?{name=default}`. */
enum lanner_rc cql_parse_param(struct cql_parser *p, struct cql_node **out, struct lanner_err *err)
{
    size_t start = p->cur.pos, at;
    struct cql_node *n, *name, *value = NULL;
    struct str text, raw = STR_NONE;
    bool braces, quoted;

    p->cur.pos++;
    braces = cursor_take(&p->cur, "{");
    if (braces)
        lex_skip(p);
    if (cql_parse_name(p, CQL_PARAM, &name, NULL) != LANNER_OK)
        return cql_expected(p, "the name of a parameter after '?'", err);
    if (braces) {
        lex_skip(p);
        if (!cursor_take(&p->cur, "="))
            return cql_expected(p, "'=' and the default of the parameter", err);
        lex_skip(p);
        at = p->cur.pos;
        quoted = lex_at_quote(p);
        if (quoted)
            TRY(lex_string(p, &text, &raw, err));
        else if (!lex_pattern(p, &text))
            return cql_expected(p, "the default of the parameter", err);
        value = cql_node(p, quoted ? CQL_STRING : CQL_PATTERN, at);
        value->text = text;
        value->raw = raw;
        lex_skip(p);
        if (!cursor_take(&p->cur, "}"))
            return cql_expected(p, "'}' after the default of the parameter", err);
    }
    n = cql_node(p, CQL_PARAM, start);
    n->text = name->text;
    if (value != NULL)
        cql_add(n, value);
    n->at = cursor_span(&p->cur, start);
    *out = n;
    return LANNER_OK;
}
