/* parse.c - the parser's shared parts, pipelines and stages (cql.md 1.2).
 *
 * Recursive descent over the text, one function per grammar rule; depth and the number of nodes are
 * bounded, since queries are hostile input. Where two readings are possible a function marks its
 * place, tries one, and resets. Filters are in parse_filter.c, expressions in parse_expr.c, calls
 * in parse_call.c. */
#include <stdarg.h>
#include <stdio.h>

#include "lang/cql/ast.h"
#include "lang/cql/names.h"

struct cql_node *cql_node(struct cql_parser *p, enum cql_kind kind, size_t start)
{
    struct cql_node *n = ARENA_NEW(p->arena, struct cql_node);

    p->n_nodes++;
    n->kind = kind;
    n->at = cursor_span(&p->cur, start);
    return n;
}

void cql_add(struct cql_node *parent, struct cql_node *kid)
{
    if (parent->last != NULL)
        parent->last->next = kid;
    else
        parent->kids = kid;
    parent->last = kid;
    parent->n_kids++;
    parent->at = span_join(parent->at, kid->at);
}

struct cql_node *cql_kid(const struct cql_node *n, size_t i)
{
    struct cql_node *kid = n->kids;

    while (kid != NULL && i-- > 0)
        kid = kid->next;
    return kid;
}

enum lanner_rc cql_expected(const struct cql_parser *p, const char *what, struct lanner_err *err)
{
    char room[FOUND_MAX];
    const char *found;
    struct span at;

    if (p->open_comment != 0)
        return err_set_at(err, LANNER_ERR_QUERY, span_at(p->open_comment - 1, 2),
                          "expected '*/' at the end of the comment, found the end of the query");
    if (cursor_at(&p->cur, "{{"))
        return err_set_at(err, LANNER_ERR_QUERY, span_at(p->cur.pos, 2),
                          "expected %s, found '{{': a template has to be filled in first", what);
    found = cursor_found(&p->cur, p->cur.pos, room);
    at = span_at(p->cur.pos, found[0] == '\'' ? strlen(found) - 2 : 1);
    return err_set_at(err, LANNER_ERR_QUERY, at, "expected %s, found %s", what, found);
}

enum lanner_rc cql_sample(const char *what, size_t start, struct lanner_err *err)
{
    return err_set_at(err, LANNER_ERR_QUERY, span_at(start, 3),
                      "expected %s, found '...': a sample has to be completed first", what);
}

enum lanner_rc cql_enter(struct cql_parser *p, struct lanner_err *err)
{
    if (++p->depth > CQL_MAX_DEPTH)
        return err_set_at(err, LANNER_ERR_LIMIT, span_at(p->cur.pos, 1),
                          "the query is nested more than %d deep", CQL_MAX_DEPTH);
    if (p->n_nodes > CQL_MAX_NODES)
        return err_set_at(err, LANNER_ERR_LIMIT, span_at(p->cur.pos, 1),
                          "the query is too large to be read");
    return LANNER_OK;
}

enum lanner_rc cql_chain(const struct cql_parser *p, size_t *length, struct lanner_err *err)
{
    if (++*length > CQL_MAX_CHAIN)
        return err_set_at(err, LANNER_ERR_LIMIT, span_at(p->cur.pos, 1),
                          "an expression has more than %d operators in a row", CQL_MAX_CHAIN);
    return LANNER_OK;
}

void cql_repair(struct cql_parser *p, struct span at, const char *fmt, ...)
{
    char text[400];
    va_list ap;

    if (p->plan == NULL)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    plan_note(p->plan, LANNER_NOTE_REPAIR, at, "%s", text);
}

struct cql_mark cql_mark(const struct cql_parser *p)
{
    return (struct cql_mark){.pos = p->cur.pos,
                             .n_notes = p->plan != NULL ? p->plan->notes.n : 0,
                             .depth = p->depth,
                             .parens = p->parens};
}

void cql_reset(struct cql_parser *p, struct cql_mark m)
{
    p->cur.pos = m.pos;
    p->depth = m.depth;
    p->parens = m.parens;
    p->open_comment = 0;
    if (p->plan != NULL)
        p->plan->notes.n = m.n_notes;
}

enum lanner_rc cql_parse_name(struct cql_parser *p, enum cql_kind kind, struct cql_node **out,
                              struct lanner_err *err)
{
    size_t start = p->cur.pos;
    struct str text, raw = STR_NONE;
    bool quoted = lex_at_quote(p);
    struct cql_node *n;

    if (quoted)
        TRY(lex_string(p, &text, &raw, err));
    else if (!lex_name(p, true, &text))
        return cql_expected(p, "a field name", err);
    if (!quoted && str_eqz(text, "..."))
        return cql_sample("a field name", start, err);
    n = cql_node(p, kind, start);
    n->text = text;
    n->raw = raw;
    n->quoted = quoted;
    *out = n;
    return LANNER_OK;
}

static bool at_stage_end(const struct cql_parser *p)
{
    return cursor_end(&p->cur) || strchr("|};", cursor_peek(&p->cur)) != NULL;
}

/* The clause of a case, or the right side of an arm: a pipeline of its own. */
static enum lanner_rc parse_clause(struct cql_parser *p, struct cql_node **out,
                                   struct lanner_err *err)
{
    unsigned parens = p->parens;
    size_t start;

    lex_skip(p);
    start = p->cur.pos;
    if (!p->strict && lex_at_word(p, "else")) {
        err_set_at(err, LANNER_ERR_QUERY, span_at(start, 4),
                   "expected a clause of case, found 'else', which CQL does not have");
        err_hint(err, "write the last clause as: * | ...");
        return LANNER_ERR_QUERY;
    }
    p->parens = 0;
    TRY(cql_parse_pipe(p, out, err));
    p->parens = parens;
    return LANNER_OK;
}

/* After `{`: clauses or arms up to `}`. */
static enum lanner_rc parse_block_end(struct cql_parser *p, const char *what,
                                      struct lanner_err *err)
{
    if (cursor_take(&p->cur, "}"))
        return LANNER_OK;
    if (!cursor_end(&p->cur) || p->open_comment != 0)
        return cql_expected(p, "';' or '}'", err);
    cql_repair(p, span_at(p->cur.text.len - (p->cur.text.len != 0), 1),
               "the '}' that ends %s is missing at the end of the query", what);
    return LANNER_OK;
}

static enum lanner_rc parse_case(struct cql_parser *p, struct cql_node **out,
                                 struct lanner_err *err)
{
    size_t start = p->cur.pos;
    struct cql_node *n, *clause;

    lex_take_word(p, "case");
    lex_skip(p);
    cursor_take(&p->cur, "{");
    n = cql_node(p, CQL_CASE, start);
    for (;;) {
        lex_skip(p);
        if (cursor_peek(&p->cur) == '}')
            break;
        if (cursor_take(&p->cur, ";"))
            continue; /* empty clauses at the end are common; one in the middle matches nothing */
        TRY(parse_clause(p, &clause, err));
        cql_add(n, clause);
        lex_skip(p);
        if (!cursor_take(&p->cur, ";"))
            break;
    }
    if (n->n_kids == 0)
        return cql_expected(p, "a clause of case", err);
    TRY(parse_block_end(p, "case", err));
    n->at = cursor_span(&p->cur, start);
    *out = n;
    return LANNER_OK;
}

/* `*`, a regex, a call, a parameter, a string or a pattern; `true` is a pattern here. */
static enum lanner_rc parse_guard(struct cql_parser *p, struct cql_node **out,
                                  struct lanner_err *err)
{
    size_t start = p->cur.pos;
    struct str text = STR_NONE, raw = STR_NONE, flags = STR_NONE, name;
    enum cql_kind kind = CQL_PATTERN;

    if (cursor_peek(&p->cur) == '?')
        return cql_parse_param(p, out, err);
    if (cql_at_call(p, &name))
        return cql_parse_call(p, out, err);
    if (cursor_peek(&p->cur) == '/') {
        kind = CQL_REGEX;
        TRY(lex_regex(p, &text, &flags, err));
    } else if (lex_at_quote(p)) {
        kind = CQL_STRING;
        TRY(lex_string(p, &text, &raw, err));
    } else if (!lex_pattern(p, &text)) {
        return cql_expected(p, "a guard (a value, a regular expression, a filter function or *)",
                            err);
    }
    *out = cql_node(p, kind, start);
    (*out)->text = text;
    (*out)->raw = raw;
    (*out)->flags = flags;
    return LANNER_OK;
}

static enum lanner_rc parse_match(struct cql_parser *p, struct cql_node *field,
                                  struct cql_node **out, struct lanner_err *err)
{
    struct cql_node *n, *arm, *guard, *body;
    size_t start = field->at.start, arm_start;

    n = cql_node(p, CQL_MATCH, start);
    n->text = field->text;
    for (;;) {
        lex_skip(p);
        if (cursor_peek(&p->cur) == '}')
            break;
        if (cursor_take(&p->cur, ";"))
            continue;
        arm_start = p->cur.pos;
        TRY(parse_guard(p, &guard, err));
        lex_skip(p);
        if (!cursor_take(&p->cur, "=>"))
            return cql_expected(p, "'=>' after the guard", err);
        TRY(parse_clause(p, &body, err));
        arm = cql_node(p, CQL_ARM, arm_start);
        cql_add(arm, guard);
        cql_add(arm, body);
        cql_add(n, arm);
        lex_skip(p);
        if (!cursor_take(&p->cur, ";"))
            break;
    }
    if (n->n_kids == 0)
        return cql_expected(p, "an arm of match", err);
    TRY(parse_block_end(p, "match", err));
    n->at = cursor_span(&p->cur, start);
    *out = n;
    return LANNER_OK;
}

/* `$name(args)`, `$"name"()`, and without parentheses. */
static enum lanner_rc parse_saved(struct cql_parser *p, struct cql_node **out,
                                  struct lanner_err *err)
{
    size_t start = p->cur.pos;
    struct str name, raw;
    struct cql_node *n;

    cursor_take(&p->cur, "$");
    if (lex_at_quote(p))
        TRY(lex_string(p, &name, &raw, err));
    else if (!lex_pattern(p, &name))
        return cql_expected(p, "the name of a saved query after '$'", err);
    cursor_take(&p->cur, "()");
    n = cql_node(p, CQL_SAVED, start);
    n->text = name;
    if (cursor_peek(&p->cur) == '(') {
        TRY(cql_parse_args(p, n, err));
        n->at = cursor_span(&p->cur, start);
    }
    *out = n;
    return LANNER_OK;
}

/* `field := ...` and `field match { ... }`. *out stays NULL when it is neither. */
static enum lanner_rc parse_field_stage(struct cql_parser *p, struct cql_node **out,
                                        struct lanner_err *err)
{
    struct cql_mark m = cql_mark(p);
    struct cql_node *field, *value, *n;

    if (!lex_at_quote(p) && !lex_is_name((unsigned char)cursor_peek(&p->cur)))
        return LANNER_OK;
    if (cql_parse_name(p, CQL_FIELD, &field, NULL) != LANNER_OK) {
        cql_reset(p, m);
        return LANNER_OK;
    }
    lex_skip(p);
    if (cursor_take(&p->cur, ":=")) {
        lex_skip(p);
        TRY(cql_parse_expr(p, &value, err));
        n = cql_node(p, CQL_ASSIGN, m.pos);
        n->text = field->text;
        cql_add(n, value);
        *out = n;
        return LANNER_OK;
    }
    if (lex_take_word(p, "match")) {
        lex_skip(p);
        if (cursor_take(&p->cur, "{"))
            return parse_match(p, field, out, err);
    }
    cql_reset(p, m);
    return LANNER_OK;
}

/* `bin @timestamp span=1h` and `bucket span=1h`: a call without its parentheses (cql.md 4.2). */
static enum lanner_rc parse_bare_call(struct cql_parser *p, struct cql_node **out,
                                      struct lanner_err *err)
{
    struct cql_mark m = cql_mark(p);
    size_t start = p->cur.pos;
    struct cql_node *call, *arg;
    bool bin = lex_at_word(p, "bin");

    if (!bin && !lex_at_word(p, "bucket"))
        return LANNER_OK;
    p->cur.pos += strlen(bin ? "bin" : "bucket");
    call = cql_node(p, CQL_CALL, start);
    call->text = cursor_text(&p->cur, start);
    lex_skip(p);
    if (cursor_peek(&p->cur) == '(' || at_stage_end(p) ||
        cql_peek_comparison(p, true, &(size_t){0}) != OP_NONE) {
        cql_reset(p, m);
        return LANNER_OK;
    }
    while (!at_stage_end(p)) {
        TRY(cql_parse_arg(p, call, true, &arg, err));
        cql_add(call, arg);
        lex_skip(p);
        cursor_take(&p->cur, ",");
        lex_skip(p);
    }
    cql_repair(p, call->at, "'%s' is read as a function call; write %s(...)",
               bin ? "bin" : "bucket", bin ? "timeBucket" : "bucket");
    *out = cql_node(p, CQL_STAGE, start);
    cql_add(*out, call);
    return LANNER_OK;
}

/* `where`, `filter` and `search` before a condition (cql.md 4.2): passed over. In LogScale they are
 * free text, which strict mode keeps. */
static void skip_keyword(struct cql_parser *p)
{
    static const char *const words[] = {"where", "filter", "search"};
    struct cql_mark m = cql_mark(p);
    size_t len;

    for (size_t i = 0; i < ARRAY_LEN(words) && !p->strict; i++) {
        if (!lex_take_word(p, words[i]))
            continue;
        lex_skip(p);
        if (at_stage_end(p) || cql_peek_comparison(p, true, &len) != OP_NONE ||
            cursor_at(&p->cur, "=~") || lex_at_word(p, "and") || lex_at_word(p, "or") ||
            lex_at_word(p, "like") || lex_at_word(p, "in")) {
            cql_reset(p, m);
            return;
        }
        cql_repair(p, span_at(m.pos, strlen(words[i])),
                   "the word '%s' is passed over; write the condition alone", words[i]);
        return;
    }
}

static bool is_aggregate_stage(const struct cql_node *stage)
{
    const struct cql_name *name;

    if (stage->kind == CQL_STATS)
        return true;
    if (stage->kind != CQL_STAGE || stage->kids->kind != CQL_CALL)
        return false;
    name = cql_name_find(stage->kids->text);
    return name != NULL && name->kind == CQL_FN_AGGREGATE;
}

static enum lanner_rc parse_filter_stage(struct cql_parser *p, struct cql_node **out,
                                         struct lanner_err *err)
{
    size_t start;
    struct cql_node *term;

    skip_keyword(p);
    start = p->cur.pos;
    TRY(cql_parse_filter(p, &term, err));
    *out = cql_node(p, term->kind == CQL_CALL ? CQL_STAGE : CQL_FILTER, start);
    (*out)->at = term->at;
    cql_add(*out, term);
    return LANNER_OK;
}

static enum lanner_rc parse_stage(struct cql_parser *p, struct cql_node **out,
                                  struct lanner_err *err)
{
    struct cql_mark m = cql_mark(p);
    struct cql_node *n = NULL, *inner;
    char c = cursor_peek(&p->cur);

    if (c == '$')
        return parse_saved(p, out, err);
    if (c == '[') {
        TRY(cql_parse_array(p, &inner, err));
        *out = cql_node(p, CQL_STATS, m.pos);
        cql_add(*out, inner);
        return LANNER_OK;
    }
    if (cursor_at(&p->cur, "?{")) {
        TRY(cql_parse_param(p, &inner, err));
        lex_skip(p);
        if (at_stage_end(p)) {
            *out = cql_node(p, CQL_DEFAULT_PARAM, m.pos);
            cql_add(*out, inner);
            return LANNER_OK;
        }
        cql_reset(p, m);
    }
    if (lex_take_word(p, "case")) {
        lex_skip(p);
        c = cursor_peek(&p->cur);
        cql_reset(p, m);
        if (c == '{')
            return parse_case(p, out, err);
    }
    TRY(parse_field_stage(p, &n, err));
    if (n == NULL)
        TRY(parse_bare_call(p, &n, err));
    if (n == NULL)
        return parse_filter_stage(p, out, err);
    *out = n;
    return LANNER_OK;
}

enum lanner_rc cql_parse_pipe(struct cql_parser *p, struct cql_node **out, struct lanner_err *err)
{
    struct cql_node *pipe, *stage = NULL;
    bool after_aggregate = p->after_aggregate;
    size_t start;

    TRY(cql_enter(p, err));
    lex_skip(p);
    start = p->cur.pos;
    pipe = cql_node(p, CQL_PIPE, start);
    p->after_aggregate = false;
    for (;;) {
        lex_skip(p);
        if (cursor_take(&p->cur, "|"))
            continue; /* empty stages mean nothing */
        if (at_stage_end(p) || cursor_peek(&p->cur) == ')')
            break;
        TRY(parse_stage(p, &stage, err));
        cql_add(pipe, stage);
        p->after_aggregate = p->after_aggregate || is_aggregate_stage(stage);
        lex_skip(p);
        if (at_stage_end(p) || cursor_peek(&p->cur) == ')')
            continue;
        if (!cql_at_stage(p) && stage->kind == CQL_FILTER)
            return cql_expected(p, "'|' or a further filter term", err);
        if (!cql_at_stage(p) && !cql_at_term(p))
            return cql_expected(p, "'|' or the end of the query", err);
        cql_repair(p, span_at(p->cur.pos, 1), "a '|' is missing here; write it between stages");
    }
    if (p->open_comment != 0)
        return cql_expected(p, "a stage", err);
    p->after_aggregate = after_aggregate;
    p->depth--;
    *out = pipe;
    return LANNER_OK;
}

enum lanner_rc cql_parse(struct arena *a, struct str text, bool strict, struct plan *plan,
                         struct cql_node **out, struct lanner_err *err)
{
    struct cql_parser p = {.cur = {.text = text}, .arena = a, .plan = plan, .strict = strict};
    size_t limit = strict ? CQL_MAX_TEXT_STRICT : CQL_MAX_TEXT;

    if (text.len > limit)
        return err_set(err, LANNER_ERR_LIMIT, "the query has %zu bytes, more than %zu", text.len,
                       limit);
    TRY(cql_parse_pipe(&p, out, err));
    if (!cursor_end(&p.cur))
        return cql_expected(&p, "'|' or the end of the query", err);
    return LANNER_OK;
}
