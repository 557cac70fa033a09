/* parse.c - whole texts: statements and WITH (aql.md 2, 6.2), and the helpers of the other parse_*
 * files.
 *
 * Recursive descent, one token after the other, without a way back. Chains (AND, OR, lists, UNION)
 * are loops; what nests is counted by aql_enter and by the depth of nodes. A reading that only the
 * tolerant dialect has is noted where it is made, and nothing else is: strict is the same parse
 * with the notes as errors. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lang/aql/parse.h"

void aql_repair(struct aql_parse *p, struct span at, const char *fmt, ...)
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

enum lanner_rc aql_expected(struct aql_parser *r, const char *what, struct lanner_err *err)
{
    char room[FOUND_MAX];
    const struct aql_token *t = aql_look(r, 0);
    const char *found;

    /* Text that is no token comes first, also when it is one of the next: the rest is a result of
     * it. */
    for (unsigned i = 0; i < r->ring_n; i++) {
        if (aql_look(r, i)->kind == TOKEN_BAD) {
            if (err != NULL)
                *err = r->bad;
            return r->bad.rc;
        }
    }
    found = t->kind == TOKEN_STRING   ? "a text in quotes"
            : t->kind == TOKEN_QUOTED ? "a name in quotes"
                                      : cursor_found(&r->cur, t->at.start, room);
    return err_set_at(err, LANNER_ERR_QUERY, t->at, "expected %s, found %s", what, found);
}

enum lanner_rc aql_want_word(struct aql_parser *r, enum aql_word w, const char *where,
                             struct lanner_err *err)
{
    char what[100];

    if (aql_take_word(r, w))
        return LANNER_OK;
    snprintf(what, sizeof(what), "%s %s", aql_word_text(w), where);
    return aql_expected(r, what, err);
}

enum lanner_rc aql_want_sign(struct aql_parser *r, enum aql_sign s, const char *what,
                             struct lanner_err *err)
{
    return aql_take_sign(r, s) ? LANNER_OK : aql_expected(r, what, err);
}

enum lanner_rc aql_too_deep(struct span at, struct lanner_err *err)
{
    return err_set_at(err, LANNER_ERR_LIMIT, at, "the query is nested more than %d deep",
                      AQL_MAX_DEPTH);
}

enum lanner_rc aql_enter(struct aql_parser *r, struct lanner_err *err)
{
    if (++r->depth > AQL_MAX_DEPTH)
        return aql_too_deep(aql_look(r, 0)->at, err);
    return LANNER_OK;
}

struct aql_node *aql_node(struct aql_parser *r, enum aql_kind kind, struct span at)
{
    struct aql_node *n = ARENA_NEW(r->arena, struct aql_node);

    n->kind = kind;
    n->at = at;
    n->depth = 1;
    return n;
}

/* Grows in the arena by doubling, so that a long list stays linear and an error leaks nothing. */
void aql_list_push(struct aql_parser *r, struct aql_node_list *list, struct aql_node *n)
{
    if (list->n == list->cap) {
        size_t cap = list->cap != 0 ? list->cap * 2 : 4;
        struct aql_node **items = ARENA_ARRAY(r->arena, struct aql_node *, cap);

        if (list->n != 0)
            memcpy(items, list->items, list->n * sizeof(struct aql_node *));
        list->items = items;
        list->cap = cap;
    }
    list->items[list->n++] = n;
}

enum lanner_rc aql_adopt(struct aql_parser *r, struct aql_node *n, const struct aql_node_list *kids,
                         struct lanner_err *err)
{
    n->kids = kids->items;
    n->n_kids = kids->n;
    for (size_t i = 0; i < kids->n; i++) {
        n->depth = MAX(n->depth, kids->items[i]->depth + 1);
        n->at = span_join(n->at, kids->items[i]->at);
    }
    r->tree = MAX(r->tree, n->depth);
    return n->depth > AQL_MAX_DEPTH ? aql_too_deep(n->at, err) : LANNER_OK;
}

enum lanner_rc aql_adopt_pair(struct aql_parser *r, struct aql_node *n, struct aql_node *a,
                              struct aql_node *b, struct lanner_err *err)
{
    struct aql_node_list kids = {0};

    aql_list_push(r, &kids, a);
    if (b != NULL)
        aql_list_push(r, &kids, b);
    return aql_adopt(r, n, &kids, err);
}

struct span aql_since(const struct aql_parser *r, struct span a)
{
    return span_join(a, r->last);
}

enum lanner_rc aql_parse_count(struct aql_parser *r, const char *what, int64_t *out,
                               struct lanner_err *err)
{
    const struct aql_token *t = aql_look(r, 0);

    if (t->kind != TOKEN_NUMBER || t->number.kind != KIND_LONG || t->number.u.i < 0)
        return aql_expected(r, what, err);
    *out = aql_take(r).number.u.i;
    return LANNER_OK;
}

/* ---- What may stand where a clause ends ---- */

bool aql_at_join(struct aql_parser *r, unsigned k)
{
    switch (aql_look(r, k)->word) {
    case W_JOIN:
        return true;
    case W_LEFT:
    case W_RIGHT:
    case W_FULL:
    case W_INNER:
    case W_CROSS:
    case W_NATURAL:
        return k + 1 < AQL_LOOK &&
               (aql_look(r, k + 1)->word == W_JOIN || aql_look(r, k + 1)->word == W_OUTER);
    default:
        return false;
    }
}

bool aql_at_clause(struct aql_parser *r, unsigned k)
{
    const struct aql_token *t = aql_look(r, k);
    enum aql_word next = k + 1 < AQL_LOOK ? aql_look(r, k + 1)->word : W_NONE;

    switch (t->kind) {
    case TOKEN_END:
        return true;
    case TOKEN_SIGN:
        return t->sign == SIGN_CLOSE || t->sign == SIGN_SEMICOLON;
    case TOKEN_WORD:
        break;
    default:
        return false;
    }
    switch (t->word) {
    case W_WHERE:
    case W_HAVING:
    case W_LIMIT:
    case W_INTO:
    case W_UNION:
    case W_ON:
        return true;
    case W_EXCEPT:
    case W_INTERSECT:
    case W_MINUS:
        return next == W_SELECT;
    case W_GROUP:
    case W_ORDER:
    case W_SESSION:
        return next == W_BY;
    case W_PARAMETERS:
        return k + 1 < AQL_LOOK && aql_look(r, k + 1)->kind == TOKEN_WORD;
    case W_LAST:
    case W_START:
    case W_TIMES:
        return aql_at_time(r, k);
    default:
        return aql_at_join(r, k);
    }
}

enum lanner_rc aql_expected_clause(struct aql_parser *r, const char *what, struct lanner_err *err)
{
    static const char *const clauses[] = {"FROM",  "WHERE", "GROUP BY", "HAVING",     "ORDER BY",
                                          "LIMIT", "LAST",  "START",    "SESSION BY", "PARAMETERS",
                                          "UNION", "JOIN",  "INTO",     "TIMES",      "SELECT",
                                          "ORDER", "GROUP"};
    const struct aql_token t = *aql_look(r, 0);
    enum lanner_rc rc = aql_expected(r, what, err);
    struct suggest s;
    char room[200];

    if (err == NULL || err->hint[0] != '\0' || t.kind != TOKEN_WORD)
        return rc;
    if (t.word == W_STOP) {
        err_hint(err, "STOP stands behind START: START '...' STOP '...'");
        return rc;
    }
    if (t.word == W_GROUP || t.word == W_ORDER || t.word == W_SESSION) {
        err_hint(err, "write %s BY", aql_word_text(t.word));
        return LANNER_ERR_QUERY;
    }
    s = suggest_start(t.text);
    for (size_t i = 0; i < ARRAY_LEN(clauses) && t.word == W_NONE; i++)
        suggest_offer(&s, str_z(clauses[i]));
    if (suggest_print(&s, room, sizeof(room)))
        err_hint(err, "%s", room);
    return LANNER_ERR_QUERY;
}

enum lanner_rc aql_expected_rest(struct aql_parser *r, bool condition, struct lanner_err *err)
{
    enum lanner_rc rc =
        aql_expected_clause(r,
                            condition ? "AND, OR, another clause or the end of the query"
                                      : "another clause or the end of the query",
                            err);

    if (rc == LANNER_ERR_QUERY && err != NULL && aql_at_sign(r, SIGN_COMMA) && r->bare_in.len != 0)
        err_hint(err, "the values of IN stand in parentheses: IN ('a', 'b')");
    else if (rc == LANNER_ERR_QUERY && err != NULL && aql_at_word(r, W_AND))
        err_hint(err, "a clause ends the condition: put LAST or START at the end of the query");
    else if (rc == LANNER_ERR_QUERY && err != NULL && aql_at_word(r, W_OFFSET))
        err_hint(err, "AQL has no OFFSET");
    return rc;
}

static enum lanner_rc parse_with(struct aql_parser *r, struct aql_with **out, size_t *n,
                                 struct lanner_err *err)
{
    struct aql_with *list = NULL;
    size_t cap = 0;

    *n = 0;
    aql_repair(r->p, aql_take(r).at, "WITH; AQL names a result with INTO");
    if (aql_at_word(r, W_RECURSIVE))
        return err_set_at(err, LANNER_ERR_UNSUPPORTED, aql_look(r, 0)->at,
                          "WITH RECURSIVE is not supported");
    do {
        const struct aql_token t = *aql_look(r, 0);
        struct aql_with *w;

        if ((t.kind != TOKEN_WORD && t.kind != TOKEN_QUOTED) || t.text.len == 0 ||
            aql_word_class(t.word) == AQL_WORD_HARD)
            return aql_expected(r, "a name after WITH", err);
        if (*n == cap) {
            struct aql_with *grown;

            cap = cap != 0 ? cap * 2 : 2;
            grown = ARENA_ARRAY(r->arena, struct aql_with, cap);
            if (*n != 0)
                memcpy(grown, list, *n * sizeof(*grown));
            list = grown;
        }
        w = &list[(*n)++];
        w->name = aql_take(r).text;
        TRY(aql_want_word(r, W_AS, "after the name", err));
        TRY(aql_want_sign(r, SIGN_OPEN, "'(' and a query", err));
        TRY(aql_enter(r, err));
        TRY(aql_parse_union(r, &w->query, err));
        r->depth--;
        TRY(aql_want_sign(r, SIGN_CLOSE, "')' at the end of the query", err));
        w->at = aql_since(r, t.at);
    } while (aql_take_sign(r, SIGN_COMMA));
    *out = list;
    return LANNER_OK;
}

static enum lanner_rc parse_statement(struct aql_parser *r, struct aql_query **out,
                                      struct lanner_err *err)
{
    struct aql_with *with = NULL;
    size_t n_with = 0;

    if (aql_at_word(r, W_WITH))
        TRY(parse_with(r, &with, &n_with, err));
    TRY(aql_parse_union(r, out, err));
    (*out)->with = with;
    (*out)->n_with = n_with;
    return LANNER_OK;
}

static enum lanner_rc parse_text(struct aql_parser *r, struct aql_text *out, struct lanner_err *err)
{
    VEC(struct aql_query *) list = {0};
    enum lanner_rc rc = LANNER_OK;

    for (;;) {
        struct aql_query *q;
        struct span at;

        rc = parse_statement(r, &q, err);
        if (rc != LANNER_OK)
            break;
        VEC_PUSH(&list, q);
        at = aql_look(r, 0)->at;
        if (!aql_take_sign(r, SIGN_SEMICOLON)) {
            rc = aql_look(r, 0)->kind == TOKEN_END ? LANNER_OK : aql_expected_rest(r, false, err);
            break;
        }
        aql_repair(r->p, at, "';' is no part of AQL");
        if (aql_look(r, 0)->kind == TOKEN_END)
            break;
        if (q->into.len == 0) {
            rc = err_set_at(err, LANNER_ERR_QUERY, q->at,
                            "the result of this query goes nowhere: another one follows");
            err_hint(err, "keep its result with INTO name after its source, or run the queries one "
                          "by one");
            break;
        }
    }
    if (rc == LANNER_OK) {
        out->n = list.n;
        out->statements = ARENA_ARRAY(r->arena, struct aql_query *, list.n);
        memcpy(out->statements, list.items, list.n * sizeof(struct aql_query *));
    }
    VEC_DONE(&list);
    return rc;
}

enum lanner_rc aql_parse(struct aql_parse *p, struct str text, struct aql_text *out,
                         struct lanner_err *err)
{
    struct aql_parser r = {.p = p, .arena = p->arena, .cur = {.text = text}};

    if (text.len > AQL_MAX_TEXT)
        return err_set(err, LANNER_ERR_LIMIT, "a query has at most %zu bytes, this one has %zu",
                       AQL_MAX_TEXT, text.len);
    return parse_text(&r, out, err);
}

/* Quoted parts stay as they are; comments and blanks outside of them go. */
struct str aql_squeeze(struct arena *a, struct str query, struct span at)
{
    struct str s = str_of(query.ptr + at.start, MIN((size_t)at.len, query.len - at.start));
    char *out = arena_alloc(a, s.len), quote = '\0';
    size_t n = 0;

    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i], next = i + 1 < s.len ? s.ptr[i + 1] : '\0';

        if (quote != '\0') {
            if (c == quote)
                quote = '\0';
        } else if (c == '\'' || c == '"') {
            quote = c;
        } else if (c == '-' && next == '-') {
            while (i + 1 < s.len && s.ptr[i + 1] != '\n')
                i++;
            continue;
        } else if (c == '/' && next == '*') {
            size_t end = str_find(str_of(s.ptr + i + 2, s.len - i - 2), STR("*/"));

            i = end != SIZE_MAX ? i + end + 3 : s.len;
            continue;
        } else if (ascii_is_space(c)) {
            continue;
        } else if (c == '\xC2' && next == '\xA0') {
            i++;
            continue;
        }
        out[n++] = c;
    }
    return str_of(out, n);
}
