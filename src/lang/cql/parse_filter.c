/* parse_filter.c - filters (cql.md 1.3): NOT binds tightest, then OR, then AND; adjacent terms are
 * joined.
 *
 * A term has a field on the left and a literal on the right. What cannot be read so but can as a
 * comparison of expressions becomes a test of its own in tolerant mode (cql.md 4.2), with a note.
 */
#include "lang/cql/ast.h"
#include "lang/cql/names.h"

static bool is_keyword(struct str s)
{
    return str_eq_nocase(s, STR("and")) || str_eq_nocase(s, STR("or")) ||
           str_eq_nocase(s, STR("not"));
}

/* A non-filter call at the cursor. Functions that only LogScale's successors know count as calls
 * too. */
static bool at_stage_call(const struct cql_parser *p)
{
    struct str name;
    const struct cql_name *known;

    if (!cql_at_call(p, &name))
        return false;
    known = cql_name_find(name);
    return known != NULL && known->kind != CQL_FN_FILTER;
}

bool cql_at_stage(const struct cql_parser *p)
{
    struct cql_parser look = *p;
    struct str name, raw;
    char c = cursor_peek(&p->cur);

    look.plan = NULL;
    if (c == '$' || c == '[' || cursor_at(&p->cur, "?{"))
        return true;
    if (at_stage_call(p))
        return true;
    if (lex_at_quote(p)) {
        if (lex_string(&look, &name, &raw, NULL) != LANNER_OK)
            return false;
    } else if (!lex_name(&look, true, &name)) {
        return false;
    }
    lex_skip(&look);
    if (str_eqz(name, "case") && cursor_peek(&look.cur) == '{')
        return true;
    if (cursor_at(&look.cur, ":="))
        return true;
    if (cursor_take(&look.cur, "=~")) {
        lex_skip(&look);
        cursor_take(&look.cur, "!");
        lex_skip(&look);
        return at_stage_call(&look);
    }
    if (!lex_take_word(&look, "match"))
        return false;
    lex_skip(&look);
    return cursor_peek(&look.cur) == '{';
}

bool cql_at_term(const struct cql_parser *p)
{
    const struct cursor *c = &p->cur;
    unsigned char b = (unsigned char)cursor_peek(c);

    if (cursor_end(c) || lex_at_word(p, "and") || lex_at_word(p, "or"))
        return false;
    return lex_at_quote(p) || lex_is_name(b) || (b != '\0' && strchr("*+-:~/(!?", b) != NULL);
}

/* ---- The right side of a comparison ---- */

static struct cql_node *value_node(struct cql_parser *p, enum cql_kind kind, size_t start,
                                   struct str text)
{
    struct cql_node *n = cql_node(p, kind, start);

    n->text = text;
    return n;
}

/* eqpat: `*`, pattern, string, regex, parameter. */
static enum lanner_rc parse_value(struct cql_parser *p, const char *what, struct cql_node **out,
                                  struct lanner_err *err)
{
    size_t start = p->cur.pos;
    struct str text, raw, flags;

    if (cursor_peek(&p->cur) == '/') {
        TRY(lex_regex(p, &text, &flags, err));
        *out = value_node(p, CQL_REGEX, start, text);
        (*out)->flags = flags;
    } else if (lex_at_quote(p)) {
        TRY(lex_string(p, &text, &raw, err));
        *out = value_node(p, CQL_STRING, start, text);
        (*out)->raw = raw;
    } else if (cursor_peek(&p->cur) == '?') {
        TRY(cql_parse_param(p, out, err));
    } else if (lex_pattern(p, &text)) {
        *out = value_node(p, CQL_PATTERN, start, text);
    } else {
        return cql_expected(p, what, err);
    }
    return LANNER_OK;
}

static struct cql_node *make_term(struct cql_parser *p, const struct cql_node *field,
                                  enum cql_op op, struct cql_node *value)
{
    struct cql_node *n = cql_node(p, CQL_TERM, field->at.start);

    n->text = field->text;
    n->quoted = field->quoted;
    n->op = op;
    n->at = field->at;
    cql_add(n, value);
    return n;
}

static struct cql_node *make_not(struct cql_parser *p, size_t start, struct cql_node *inner)
{
    struct cql_node *n = cql_node(p, CQL_NOT, start);

    cql_add(n, inner);
    return n;
}

/* `f > "5"` and `f >= "2024-01-01"`: the text as a number; false when it is neither. */
static enum lanner_rc number_in_quotes(struct cql_parser *p, struct cql_node *value,
                                       struct lanner_err *err)
{
    int64_t ms;

    if (lex_is_number(value->text)) {
        cql_repair(p, value->at, "a number in quotes is read as a number; write %.*s",
                   STR_ARG(value->text));
    } else if (iso_time_parse(value->text, &ms)) {
        value->text = arena_printf(p->arena, "%lld", (long long)ms);
        cql_repair(p, value->at, "a time in quotes is read as milliseconds since 1970; write %.*s",
                   STR_ARG(value->text));
    } else {
        return err_set_at(err, LANNER_ERR_QUERY, value->at, "expected a number, found text");
    }
    value->kind = CQL_NUMBER;
    value->raw = STR_NONE;
    return LANNER_OK;
}

static enum lanner_rc parse_relation(struct cql_parser *p, struct cql_node *field, enum cql_op op,
                                     struct cql_node **out, struct lanner_err *err)
{
    struct cql_node *value;
    size_t at = p->cur.pos;

    TRY(parse_value(p, "a number", &value, err));
    if (value->kind == CQL_STRING) {
        TRY(number_in_quotes(p, value, err));
    } else if (value->kind == CQL_PATTERN && lex_is_number(value->text)) {
        value->kind = CQL_NUMBER;
    } else if (value->kind != CQL_PARAM) {
        p->cur.pos = at;
        cql_expected(p, "a number", err);
        err_hint(err, "a filter compares a field with a literal; to compare fields write "
                      "test(a < b)");
        return LANNER_ERR_QUERY;
    }
    *out = make_term(p, field, op, value);
    return LANNER_OK;
}

/* ---- f in (...) ---- */

/* The values after `f in`: an array, a list in parentheses or a parameter. *out NULL: none of
 * these. */
static enum lanner_rc parse_in_values(struct cql_parser *p, struct cql_node **out,
                                      struct lanner_err *err)
{
    size_t start = p->cur.pos;
    struct cql_node *item;

    *out = NULL;
    if (cursor_peek(&p->cur) == '[')
        return cql_parse_array(p, out, err);
    if (cursor_peek(&p->cur) == '?')
        return cql_parse_param(p, out, err);
    if (!cursor_take(&p->cur, "("))
        return LANNER_OK;
    *out = cql_node(p, CQL_ARRAY, start);
    for (;;) {
        lex_skip(p);
        if (cursor_take(&p->cur, ")"))
            break;
        if (cursor_peek(&p->cur) == '[') {
            TRY(cql_parse_array(p, out, err));
        } else {
            TRY(parse_value(p, "a value of the list", &item, err));
            cql_add(*out, item);
        }
        lex_skip(p);
        if (!cursor_take(&p->cur, ",") && cursor_peek(&p->cur) != ')')
            return cql_expected(p, "',' or ')'", err);
    }
    (*out)->at = cursor_span(&p->cur, start);
    return LANNER_OK;
}

/* `f in [...]`, `f not in (...)`, `f !in [...]` as in(field=f, values=[...]); *out NULL when the
 * text is something else, such as the call in(values=[...]) after a free-text word. */
static struct cql_node *parse_in(struct cql_parser *p, struct cql_node *field)
{
    struct cql_mark m = cql_mark(p);
    struct cql_node *values, *call;
    bool negated = false;

    if (lex_take_word(p, "not") ||
        (cursor_at(&p->cur, "!") && !cursor_at(&p->cur, "!=") && cursor_take(&p->cur, "!"))) {
        negated = true;
        lex_skip(p);
    }
    /* `in(`, `in[` and `in (` alike: lex_take_word wants the word to end, and it does. */
    if (!lex_take_word(p, "in")) {
        cql_reset(p, m);
        return NULL;
    }
    lex_skip(p);
    if (parse_in_values(p, &values, NULL) != LANNER_OK || values == NULL) {
        cql_reset(p, m);
        return NULL;
    }
    call = cql_node(p, CQL_CALL, field->at.start);
    call->text = STR("in");
    cql_set_arg(p, call, "field", field);
    cql_set_arg(p, call, "values", values);
    call->at = cursor_span(&p->cur, field->at.start);
    cql_repair(p, call->at,
               "'%sin' after a field is read as a function; write %sin(%.*s, values=[...])",
               negated ? "not " : "", negated ? "!" : "", STR_ARG(field->text));
    return negated ? make_not(p, field->at.start, call) : call;
}

/* ---- Terms ---- */

/* field =~ [!] call */
static enum lanner_rc parse_supply(struct cql_parser *p, struct cql_node *field,
                                   struct cql_node **out, struct lanner_err *err)
{
    struct cql_node *call, *value;
    struct str name;
    bool negated;
    size_t at;

    lex_skip(p);
    negated = cursor_take(&p->cur, "!");
    lex_skip(p);
    at = p->cur.pos;
    if (cursor_peek(&p->cur) == '/') {
        TRY(parse_value(p, "a call", &value, err));
        cql_repair(p, value->at,
                   "'=~' with a regular expression is read as '%s'; write "
                   "field%s/.../",
                   negated ? "!=" : "=", negated ? "!=" : "=");
        *out = make_term(p, field, negated ? OP_NE : OP_EQ, value);
        return LANNER_OK;
    }
    if (!cql_at_call(p, &name)) {
        cql_expected(p, "a function call after '=~'", err);
        err_hint(err, "to match a regular expression write field=/.../");
        return LANNER_ERR_QUERY;
    }
    TRY(cql_parse_call(p, &call, err));
    TRY(cql_check_twice(call, STR("field"), field->at, err));
    cql_set_arg(p, call, "field", field);
    call->at = cursor_span(&p->cur, field->at.start);
    *out = negated ? make_not(p, at, call) : call;
    return LANNER_OK;
}

static enum lanner_rc parse_equal(struct cql_parser *p, struct cql_node *field, enum cql_op op,
                                  struct cql_node **out, struct lanner_err *err)
{
    struct cql_node *value;
    struct str name;

    lex_skip(p);
    if (cursor_peek(&p->cur) == '[' || cursor_peek(&p->cur) == '(') {
        cql_expected(p, "a value", err);
        err_hint(err, "for several values write in(%.*s, values=[...])", STR_ARG(field->text));
        return LANNER_ERR_QUERY;
    }
    /* `f = lower(g)`: no filter; read again as an expression. */
    if (cql_at_call(p, &name) && cql_name_find(name) != NULL)
        return cql_expected(p, "a literal on the right of '='", err);
    TRY(parse_value(p, "a value", &value, err));
    *out = make_term(p, field, op, value);
    return LANNER_OK;
}

/* The operator and right side after a field; *out stays NULL when no operator stands here. */
static enum lanner_rc parse_after_field(struct cql_parser *p, struct cql_node *field,
                                        struct cql_node **out, struct lanner_err *err)
{
    struct cursor *c = &p->cur;
    struct cql_node *value;
    enum cql_op op;
    size_t len;

    *out = NULL;
    if (cursor_take(c, "=~"))
        return parse_supply(p, field, out, err);
    if (cursor_at(c, "=="))
        return cql_expected(p, "'=' in a filter", err);
    if (cursor_at(c, "=>"))
        return cql_expected(p, "a filter", err);
    if (cursor_at(c, ":="))
        return cql_expected(p, "'|' before an assignment, which is a stage of its own", err);
    op = cql_peek_comparison(p, true, &len);
    if (op == OP_NONE && lex_at_word(p, "like")) {
        op = OP_LIKE;
        len = 4;
    }
    if (op == OP_NONE) {
        *out = parse_in(p, field);
        return LANNER_OK;
    }
    c->pos += len;
    lex_skip(p);
    if (op == OP_EQ || op == OP_NE)
        return parse_equal(p, field, op, out, err);
    if (op == OP_LIKE) {
        TRY(parse_value(p, "a value", &value, err));
        *out = make_term(p, field, op, value);
        return LANNER_OK;
    }
    if (op == OP_LINK) {
        TRY(cql_parse_name(p, CQL_FIELD, &value, err));
        *out = make_term(p, field, op, value);
        return LANNER_OK;
    }
    return parse_relation(p, field, op, out, err);
}

/* Words of the language, and the dots of a documentation sample, are no text to search for. */
static enum lanner_rc check_free_word(const struct cql_node *value, struct lanner_err *err)
{
    if (str_eqz(value->text, "..."))
        return cql_sample("a filter", value->at.start, err);
    if (!str_eq_nocase(value->text, STR("case")) && !str_eq_nocase(value->text, STR("like")))
        return LANNER_OK;
    err_set_at(err, LANNER_ERR_QUERY, value->at, "expected a filter, found the keyword '%.*s'",
               STR_ARG(value->text));
    err_hint(err, str_eq_nocase(value->text, STR("case"))
                      ? "write case { condition | ... ; * | ... }; as a search for the word, put "
                        "it in quotes"
                      : "write field like value; as a search for the word, put it in quotes");
    return LANNER_ERR_QUERY;
}

/* Free text, or a field that would need quotes (`host-name=x`). */
static enum lanner_rc parse_free(struct cql_parser *p, struct cql_node **out,
                                 struct lanner_err *err)
{
    struct cql_node *value, *field;
    const struct cql_name *name;
    size_t start = p->cur.pos, len;

    TRY(parse_value(p, "a filter", &value, err));
    *out = cql_node(p, CQL_FREE, start);
    cql_add(*out, value);
    if (value->kind != CQL_PATTERN)
        return LANNER_OK;
    TRY(check_free_word(value, err));
    lex_skip(p);
    if (cql_peek_comparison(p, true, &len) != OP_NONE && !cursor_at(&p->cur, "==") &&
        str_find_char(value->text, '*') == SIZE_MAX) {
        if (str_eqz(value->text, ":")) {
            p->cur.pos = start;
            return cql_expected(p, "'|' or the end of the query", err);
        }
        field = value_node(p, CQL_FIELD, start, value->text);
        field->at = value->at;
        cql_repair(p, value->at, "this field name needs quotes; write \"%.*s\"",
                   STR_ARG(value->text));
        return parse_after_field(p, field, out, err);
    }
    name = cql_name_find(value->text);
    if (name != NULL && !name->extension) {
        err_set_at(err, LANNER_ERR_QUERY, value->at, "expected '(' after the function name '%s'",
                   name->name);
        err_hint(err, str_eq_nocase(value->text, STR("select"))
                          ? "this looks like SQL, which CQL is not; as a search for the word write "
                            "\"select\""
                          : "a function is written with parentheses; as a search for the word, put "
                            "it in quotes");
        return LANNER_ERR_QUERY;
    }
    return LANNER_OK;
}

static enum lanner_rc parse_plain_term(struct cql_parser *p, struct cql_node **out,
                                       struct lanner_err *err)
{
    struct cql_mark m = cql_mark(p);
    struct cql_node *field;
    struct str name;
    bool truth;
    size_t len;

    if (cql_at_call(p, &name))
        return cql_parse_call(p, out, err);
    if (lex_at_quote(p) || lex_is_name((unsigned char)cursor_peek(&p->cur))) {
        TRY(cql_parse_name(p, CQL_FIELD, &field, err));
        lex_skip(p);
        TRY(parse_after_field(p, field, out, err));
        if (*out != NULL)
            return LANNER_OK;
        cql_reset(p, m);
        truth = lex_at_word(p, "true");
        if (truth || lex_at_word(p, "false")) {
            p->cur.pos += truth ? 4 : 5;
            *out = cql_node(p, CQL_BOOL, m.pos);
            (*out)->truth = truth;
            return LANNER_OK;
        }
    }
    TRY(parse_free(p, out, err));
    if (cql_peek_comparison(p, false, &len) != OP_NONE)
        return cql_expected(p, "a field name before the comparison", err);
    return LANNER_OK;
}

static enum lanner_rc parse_group(struct cql_parser *p, struct cql_node **out,
                                  struct lanner_err *err)
{
    size_t len;

    cursor_take(&p->cur, "(");
    p->parens++;
    TRY(cql_parse_filter(p, out, err));
    lex_skip(p);
    if (!cursor_take(&p->cur, ")"))
        return cql_expected(p, "')' or a further filter term", err);
    p->parens--;
    lex_skip(p);
    if (cql_peek_comparison(p, true, &len) != OP_NONE)
        return cql_expected(p, "a field name before the comparison", err);
    return LANNER_OK;
}

/* Reads the term again as a comparison of expressions. NULL when that does not fit either: the
 * first error is the better one. */
static struct cql_node *retry_as_test(struct cql_parser *p)
{
    struct cql_mark m = cql_mark(p);
    struct cql_node *inner, *test;

    if (cql_parse_comparison(p, &inner, NULL) != LANNER_OK || inner->kind != CQL_BINARY ||
        inner->op < OP_EQ || inner->op > OP_LINK) {
        cql_reset(p, m);
        return NULL;
    }
    test = cql_node(p, CQL_TEST, m.pos);
    cql_add(test, inner);
    cql_repair(p, test->at, "a filter compares a field with a literal; this is read as test(%.*s)",
               (int)MIN(test->at.len, 80u), p->cur.text.ptr + m.pos);
    return test;
}

static enum lanner_rc parse_primary(struct cql_parser *p, struct cql_node **out,
                                    struct lanner_err *err)
{
    struct cql_mark m = cql_mark(p);
    struct lanner_err first = {0};
    enum lanner_rc rc;

    lex_skip(p);
    m.pos = p->cur.pos;
    if (!cql_at_term(p))
        return cql_expected(p, "a filter", err);
    rc = cursor_peek(&p->cur) == '(' ? parse_group(p, out, &first)
                                     : parse_plain_term(p, out, &first);
    if (rc == LANNER_ERR_QUERY) {
        struct cql_mark failed = cql_mark(p);

        cql_reset(p, m);
        *out = retry_as_test(p);
        if (*out != NULL)
            return LANNER_OK;
        p->cur.pos = failed.pos;
    }
    if (rc != LANNER_OK && err != NULL)
        *err = first;
    return rc;
}

static enum lanner_rc parse_not(struct cql_parser *p, struct cql_node **out, struct lanner_err *err)
{
    size_t start;
    struct cql_node *inner;

    lex_skip(p);
    start = p->cur.pos;
    if (!lex_take_word(p, "not")) {
        if (!cursor_take(&p->cur, "!"))
            return parse_primary(p, out, err);
        /* `not=5` and `!=` have no term before them. */
        if (cursor_peek(&p->cur) == '=')
            return cql_expected(p, "a field name before '!='", err);
    }
    TRY(cql_enter(p, err));
    TRY(parse_not(p, &inner, err));
    p->depth--;
    *out = make_not(p, start, inner);
    return LANNER_OK;
}

static enum lanner_rc parse_or(struct cql_parser *p, struct cql_node **out, struct lanner_err *err)
{
    struct cql_node *left, *right, *or_node = NULL;

    TRY(parse_not(p, &left, err));
    for (;;) {
        size_t end = p->cur.pos;

        lex_skip(p);
        if (!lex_take_word(p, "or")) {
            p->cur.pos = end;
            break;
        }
        TRY(parse_not(p, &right, err));
        if (or_node == NULL) {
            or_node = cql_node(p, CQL_OR, left->at.start);
            cql_add(or_node, left);
        }
        cql_add(or_node, right);
    }
    *out = or_node != NULL ? or_node : left;
    return LANNER_OK;
}

/* `LastSeen - FirstSeen < 60000` as a whole stage after an aggregate: free text is not allowed
 * there, so LogScale has no reading for it (cql.md 4.2). Before one, its reading as free text
 * stands. */
static struct cql_node *try_arithmetic(struct cql_parser *p)
{
    struct cql_mark m = cql_mark(p);
    struct cql_node *left;
    size_t len;

    if (!p->after_aggregate || p->parens != 0 || !lex_is_name((unsigned char)cursor_peek(&p->cur)))
        return NULL;
    if (cql_parse_additive(p, &left, NULL) == LANNER_OK && left->kind == CQL_BINARY) {
        lex_skip(p);
        if (cql_peek_comparison(p, false, &len) != OP_NONE) {
            cql_reset(p, m);
            return retry_as_test(p);
        }
    }
    cql_reset(p, m);
    return NULL;
}

enum lanner_rc cql_parse_filter(struct cql_parser *p, struct cql_node **out, struct lanner_err *err)
{
    struct cql_node *left, *right, *and_node = NULL;

    TRY(cql_enter(p, err));
    lex_skip(p);
    left = try_arithmetic(p);
    if (left == NULL)
        TRY(parse_or(p, &left, err));
    for (;;) {
        size_t end = p->cur.pos;
        bool word;

        lex_skip(p);
        word = lex_take_word(p, "and");
        if (!word && (!cql_at_term(p) || (p->parens == 0 && cql_at_stage(p)))) {
            p->cur.pos = end;
            break;
        }
        TRY(parse_or(p, &right, err));
        if (and_node == NULL) {
            and_node = cql_node(p, CQL_AND, left->at.start);
            cql_add(and_node, left);
        }
        cql_add(and_node, right);
    }
    p->depth--;
    *out = and_node != NULL ? and_node : left;
    return LANNER_OK;
}

/* ---- Filter terms inside conditions of if() and test() ---- */

/* Whether only a filter can mean this: a regex, `*`, a glob. A string is an expression's operand
 * unless a single `=` says otherwise. */
static bool is_filter_value(const struct cql_node *v, bool single_eq)
{
    size_t n = v->text.len;

    if (v->kind == CQL_REGEX)
        return true;
    if (v->kind == CQL_STRING)
        return single_eq && (n == 0 || str_find_char(v->text, '*') != SIZE_MAX);
    return v->kind == CQL_PATTERN && n != 0 && (v->text.ptr[0] == '*' || v->text.ptr[n - 1] == '*');
}

struct cql_node *cql_parse_condition_term(struct cql_parser *p)
{
    struct cql_mark m = cql_mark(p);
    struct cql_node *field, *value, *term;
    enum cql_op op;
    bool single_eq;
    size_t len;

    if ((!lex_at_quote(p) && !lex_is_name((unsigned char)cursor_peek(&p->cur))) ||
        cql_parse_name(p, CQL_FIELD, &field, NULL) != LANNER_OK || is_keyword(field->text)) {
        cql_reset(p, m);
        return NULL;
    }
    lex_skip(p);
    term = parse_in(p, field);
    if (term != NULL)
        return term;
    op = cql_peek_comparison(p, true, &len);
    single_eq = op == OP_EQ && len == 1;
    if (lex_at_word(p, "like")) {
        op = OP_LIKE;
        len = 4;
    }
    if (op == OP_EQ || op == OP_NE || op == OP_LIKE) {
        p->cur.pos += len;
        lex_skip(p);
        if (cursor_peek(&p->cur) != '?' && parse_value(p, "a value", &value, NULL) == LANNER_OK &&
            (op == OP_LIKE || is_filter_value(value, single_eq))) {
            term = make_term(p, field, op, value);
            cql_repair(p, term->at, "a filter inside an expression is read as in a filter stage");
            return term;
        }
    }
    cql_reset(p, m);
    return NULL;
}
