/* parse_cond.c - conditions: AND and OR chains, NOT, and the predicates (aql.md 2, 3.8, 6.4).
 *
 * Chains are loops and one node each: converted rules have thousands of terms. BETWEEN's AND does
 * not end at the logical one since its bounds are expressions. Comparisons do not chain. */
#include <stdio.h>

#include "lang/aql/parse.h"
#include "util/num.h"

/* Pattern operators that are words. */
static const struct {
    enum aql_word word;
    enum aql_op op;
    const char *reading; /* tolerant: what it is read as */
} matches[] = {
    {W_LIKE, AQL_OP_LIKE, NULL},
    {W_ILIKE, AQL_OP_ILIKE, NULL},
    {W_MATCHES, AQL_OP_MATCHES, NULL},
    {W_IMATCHES, AQL_OP_IMATCHES, NULL},
    {W_RLIKE, AQL_OP_MATCHES, "MATCHES"},
    {W_REGEXP, AQL_OP_MATCHES, "MATCHES"},
    {W_SIMILAR, AQL_OP_SIMILAR, "the pattern of SQL"},
    {W_CONTAINS, AQL_OP_CONTAINS, "ILIKE '%...%'"},
    {W_STARTSWITH, AQL_OP_STARTS_WITH, "LIKE '...%'"},
    {W_ENDSWITH, AQL_OP_ENDS_WITH, "LIKE '%...'"},
};

static const struct {
    enum aql_sign sign;
    enum aql_op op;
} comparisons[] = {
    {SIGN_EQ, AQL_OP_EQ}, {SIGN_NE, AQL_OP_NE}, {SIGN_LT, AQL_OP_LT},
    {SIGN_LE, AQL_OP_LE}, {SIGN_GT, AQL_OP_GT}, {SIGN_GE, AQL_OP_GE},
};

static enum lanner_rc parse_or(struct aql_parser *r, struct aql_node **out, struct lanner_err *err);

static enum aql_op comparison_at(struct aql_parser *r)
{
    for (size_t i = 0; i < ARRAY_LEN(comparisons); i++) {
        if (aql_at_sign(r, comparisons[i].sign))
            return comparisons[i].op;
    }
    return AQL_OP_NONE;
}

/* Whether an operand may begin at the token k ahead: tells an operator from an alias of the same
 * spelling. */
static bool at_operand(struct aql_parser *r, unsigned k)
{
    const struct aql_token *t = aql_look(r, k);

    switch (t->kind) {
    case TOKEN_STRING:
    case TOKEN_QUOTED:
    case TOKEN_NUMBER:
    case TOKEN_BAD:
        return true;
    case TOKEN_WORD:
        return aql_word_class(t->word) != AQL_WORD_HARD && !aql_at_clause(r, k);
    default:
        return t->sign == SIGN_OPEN;
    }
}

/* Index in `matches` of the operator k ahead, or ARRAY_LEN. */
static size_t match_at(struct aql_parser *r, unsigned k)
{
    enum aql_word w = aql_look(r, k)->word;
    size_t i;

    for (i = 0; i < ARRAY_LEN(matches); i++) {
        if (w == W_NONE || w != matches[i].word)
            continue;
        if (matches[i].reading == NULL || (w == W_SIMILAR && aql_look(r, k + 1)->word == W_TO) ||
            (w != W_SIMILAR && at_operand(r, k + 1)))
            return i;
    }
    return i;
}

/* ---- Patterns ---- */

static enum lanner_rc parse_enumeration(struct aql_parser *r, struct aql_node_list *kids,
                                        struct lanner_err *err)
{
    struct aql_node *n;

    aql_take(r);
    aql_take(r);
    do {
        TRY(aql_parse_expr(r, &n, err));
        aql_list_push(r, kids, n);
    } while (aql_take_sign(r, SIGN_COMMA));
    return aql_want_sign(r, SIGN_CLOSE, "',' or ')' in ENUMERATION", err);
}

static enum lanner_rc parse_pattern(struct aql_parser *r, struct aql_node *n,
                                    struct aql_node *value, struct lanner_err *err)
{
    struct aql_node_list kids = {0};
    struct aql_node *pattern;

    aql_list_push(r, &kids, value);
    if (aql_at_word(r, W_ENUMERATION) && aql_look(r, 1)->sign == SIGN_OPEN) {
        TRY(parse_enumeration(r, &kids, err));
    } else {
        TRY(aql_parse_expr(r, &pattern, err));
        aql_list_push(r, &kids, pattern);
    }
    if ((n->op == AQL_OP_LIKE || n->op == AQL_OP_ILIKE || n->op == AQL_OP_SIMILAR) &&
        aql_at_word(r, W_ESCAPE) && aql_look(r, 1)->kind == TOKEN_STRING) {
        struct span at = aql_take(r).at;

        n->text = aql_take(r).text;
        aql_repair(r->p, at, "ESCAPE; AQL's LIKE has none");
    }
    TRY(aql_adopt(r, n, &kids, err));
    n->at = aql_since(r, n->at);
    return LANNER_OK;
}

static enum lanner_rc parse_match(struct aql_parser *r, struct aql_node *value, size_t which,
                                  bool negated, struct aql_node **out, struct lanner_err *err)
{
    struct aql_node *n = aql_node(r, AQL_MATCH, value->at);
    const struct aql_token t = aql_take(r);

    if (matches[which].word == W_SIMILAR)
        aql_take(r); /* TO */
    if (matches[which].reading != NULL)
        aql_repair(r->p, t.at, "%s is read as %s", aql_word_text(t.word), matches[which].reading);
    n->op = matches[which].op;
    n->negated = negated;
    *out = n;
    return parse_pattern(r, n, value, err);
}

/* ~ and ~* */
static enum lanner_rc parse_tilde(struct aql_parser *r, struct aql_node *value,
                                  struct aql_node **out, struct lanner_err *err)
{
    struct aql_node *n = aql_node(r, AQL_MATCH, value->at);
    const struct aql_token t = aql_take(r);

    n->op = t.sign == SIGN_TILDE ? AQL_OP_MATCHES : AQL_OP_IMATCHES;
    aql_repair(r->p, t.at, "%s is read as %s", t.sign == SIGN_TILDE ? "~" : "~*",
               t.sign == SIGN_TILDE ? "MATCHES" : "IMATCHES");
    *out = n;
    return parse_pattern(r, n, value, err);
}

/* ---- IN ---- */

static bool is_set_word(enum aql_word w)
{
    return w == W_REFERENCE_SET || w == W_REFERENCESET;
}

/* IN REFERENCE_SET('s') */
static enum lanner_rc parse_in_set(struct aql_parser *r, struct aql_node *n, struct lanner_err *err)
{
    struct span at = aql_take(r).at;

    TRY(aql_want_sign(r, SIGN_OPEN, "'('", err));
    if (aql_look(r, 0)->kind != TOKEN_STRING)
        return aql_expected(r, "the name of a reference set in quotes", err);
    n->kind = AQL_IN_SET;
    n->text = aql_take(r).text;
    TRY(aql_want_sign(r, SIGN_CLOSE, "')' after the name of the reference set", err));
    aql_repair(r->p, at, "IN REFERENCE_SET(...) is read as REFERENCESETCONTAINS(...)");
    return LANNER_OK;
}

/* A parameter whose value has commas stands for several values. */
static void push_param_values(struct aql_parser *r, struct aql_node_list *kids)
{
    struct aql_token t = aql_take(r);
    struct str rest = t.text;

    for (;;) {
        size_t comma = MIN(str_find_char(rest, ','), rest.len);
        struct str value = str_trim(str_of(rest.ptr, comma));
        struct aql_node *item;
        int64_t whole;

        if (num_parse_long(value, &whole)) {
            item = aql_node(r, AQL_NUMBER, t.at);
            item->number = val_long(whole);
        } else {
            item = aql_node(r, AQL_STRING, t.at);
        }
        item->text = value;
        aql_list_push(r, kids, item);
        if (comma == rest.len)
            return;
        rest = str_of(rest.ptr + comma + 1, rest.len - comma - 1);
    }
}

/* The list behind `(`. */
static enum lanner_rc parse_in_list(struct aql_parser *r, struct aql_node_list *kids,
                                    struct lanner_err *err)
{
    struct aql_node *item;
    enum lanner_rc rc;

    do {
        if (aql_look(r, 0)->list &&
            (aql_look(r, 1)->sign == SIGN_COMMA || aql_look(r, 1)->sign == SIGN_CLOSE)) {
            push_param_values(r, kids);
            continue;
        }
        TRY(aql_parse_expr(r, &item, err));
        aql_list_push(r, kids, item);
    } while (aql_take_sign(r, SIGN_COMMA));
    if (aql_take_sign(r, SIGN_CLOSE))
        return LANNER_OK;
    rc = aql_expected(r, "',' or ')' in the list of IN", err);
    if (aql_at_word(r, W_OR))
        err_hint(err, "the values of IN are divided by commas: IN ('a', 'b')");
    return rc;
}

static enum lanner_rc parse_in(struct aql_parser *r, struct aql_node *value, bool negated,
                               struct aql_node **out, struct lanner_err *err)
{
    struct aql_node *n = aql_node(r, AQL_IN, value->at), *item;
    struct aql_node_list kids = {0};
    struct aql_token t;

    aql_take(r);
    t = *aql_look(r, 0);
    n->negated = negated;
    aql_list_push(r, &kids, value);
    if (is_set_word(t.word) && aql_look(r, 1)->sign == SIGN_OPEN) {
        TRY(parse_in_set(r, n, err));
    } else if (t.kind == TOKEN_STRING || t.kind == TOKEN_NUMBER) {
        TRY(aql_parse_expr(r, &item, err));
        aql_list_push(r, &kids, item);
        n->bare = true;
        r->bare_in = t.at;
        aql_repair(r->p, t.at, "IN with one value without parentheses; write IN (%s)",
                   t.kind == TOKEN_STRING ? "'...'" : "...");
    } else if (!aql_take_sign(r, SIGN_OPEN)) {
        return aql_expected(r, "'(' after IN", err);
    } else if (aql_at_query(r, 0)) {
        n->kind = AQL_IN_QUERY;
        TRY(aql_enter(r, err));
        TRY(aql_parse_union(r, &n->query, err));
        r->depth--;
        n->depth = MAX(n->depth, n->query->depth + 1);
        TRY(aql_want_sign(r, SIGN_CLOSE, "')' at the end of the query", err));
    } else if (is_set_word(aql_look(r, 0)->word) && aql_look(r, 1)->sign == SIGN_OPEN) {
        TRY(parse_in_set(r, n, err));
        TRY(aql_want_sign(r, SIGN_CLOSE, "')'", err));
    } else {
        TRY(parse_in_list(r, &kids, err));
    }
    TRY(aql_adopt(r, n, &kids, err));
    n->at = aql_since(r, n->at);
    *out = n;
    return LANNER_OK;
}

/* ---- The other predicates ---- */

static enum lanner_rc parse_between(struct aql_parser *r, struct aql_node *value, bool negated,
                                    struct aql_node **out, struct lanner_err *err)
{
    struct aql_node *n = aql_node(r, AQL_BETWEEN, value->at), *low, *high;
    struct aql_node_list kids = {0};

    aql_take(r);
    TRY(aql_parse_expr(r, &low, err));
    TRY(aql_want_word(r, W_AND, "and the upper bound of BETWEEN", err));
    TRY(aql_parse_expr(r, &high, err));
    aql_list_push(r, &kids, value);
    aql_list_push(r, &kids, low);
    aql_list_push(r, &kids, high);
    n->negated = negated;
    *out = n;
    return aql_adopt(r, n, &kids, err);
}

static enum lanner_rc parse_is(struct aql_parser *r, struct aql_node *value, struct aql_node **out,
                               struct lanner_err *err)
{
    struct aql_node *n = aql_node(r, AQL_IS_NULL, value->at);
    enum lanner_rc rc;

    aql_take(r);
    n->negated = aql_take_word(r, W_NOT);
    if (!aql_take_word(r, W_NULL)) {
        rc = aql_expected(r, "NULL after IS", err);
        if (aql_at_word(r, W_TRUE) || aql_at_word(r, W_FALSE))
            err_hint(err, "write = true or = false");
        return rc;
    }
    TRY(aql_adopt_pair(r, n, value, NULL, err));
    n->at = aql_since(r, n->at);
    *out = n;
    return LANNER_OK;
}

static enum lanner_rc parse_compare(struct aql_parser *r, struct aql_node *left, enum aql_op op,
                                    struct aql_node **out, struct lanner_err *err)
{
    struct aql_node *n = aql_node(r, AQL_COMPARE, left->at), *right;

    aql_take(r);
    TRY(aql_parse_expr(r, &right, err));
    n->op = op;
    *out = n;
    return aql_adopt_pair(r, n, left, right, err);
}

/* The predicate that goes on behind its first operand; *out is the operand itself when none does.
 */
static enum lanner_rc parse_tail(struct aql_parser *r, struct aql_node *left, struct aql_node **out,
                                 struct lanner_err *err)
{
    bool negated = aql_at_word(r, W_NOT);
    enum aql_word w = aql_look(r, negated)->word;
    size_t which = match_at(r, negated);
    enum aql_op op;

    if (which < ARRAY_LEN(matches) || w == W_IN || w == W_BETWEEN) {
        if (negated)
            aql_take(r);
        if (w == W_IN)
            return parse_in(r, left, negated, out, err);
        if (w == W_BETWEEN)
            return parse_between(r, left, negated, out, err);
        return parse_match(r, left, which, negated, out, err);
    }
    if (negated)
        return aql_expected(r,
                            "AND, OR or an operator (NOT stands before a condition, or before "
                            "LIKE, MATCHES, IN, BETWEEN)",
                            err);
    if (w == W_IS)
        return parse_is(r, left, out, err);
    if (aql_at_sign(r, SIGN_TILDE) || aql_at_sign(r, SIGN_TILDE_STAR))
        return parse_tilde(r, left, out, err);
    op = comparison_at(r);
    if (op != AQL_OP_NONE)
        return parse_compare(r, left, op, out, err);
    *out = left;
    return LANNER_OK;
}

static enum lanner_rc refuse_chain(struct aql_parser *r, struct lanner_err *err)
{
    enum lanner_rc rc = aql_expected(r, "AND, OR or the end of the condition", err);

    if (rc == LANNER_ERR_QUERY)
        err_hint(err, "comparisons do not chain: join two with AND, or put one in parentheses");
    return rc;
}

static enum lanner_rc note_time(struct aql_parser *r, struct aql_node *n, struct lanner_err *err)
{
    if (r->time != NULL) {
        err_set_at(err, LANNER_ERR_QUERY, n->at, "a second time clause");
        err_hint(err, "a query has one LAST, START or TIMES clause");
        return LANNER_ERR_QUERY;
    }
    r->time = n;
    return LANNER_OK;
}

static enum lanner_rc parse_time_node(struct aql_parser *r, struct aql_node **out,
                                      struct lanner_err *err)
{
    struct aql_node *n = aql_node(r, AQL_TIME, aql_look(r, 0)->at);

    TRY(aql_parse_time(r, &n->time, err));
    n->at = n->time->at;
    *out = n;
    return note_time(r, n, err);
}

/* `starttime LAST 30 MINUTES` */
static bool is_time_field(const struct aql_node *n)
{
    return n->kind == AQL_NAME && !n->parens &&
           (str_eq_nocase(n->text, STR("starttime")) || str_eq_nocase(n->text, STR("endtime")) ||
            str_eq_nocase(n->text, STR("devicetime")));
}

static struct aql_node *parse_search(struct aql_parser *r)
{
    struct aql_node *n = aql_node(r, AQL_SEARCH, aql_look(r, 0)->at);

    aql_take(r);
    aql_take(r);
    n->text = aql_take(r).text;
    n->at = aql_since(r, n->at);
    return n;
}

static enum lanner_rc parse_predicate(struct aql_parser *r, struct aql_node **out,
                                      struct lanner_err *err)
{
    struct aql_node *left;

    if (aql_at_time(r, 0))
        return parse_time_node(r, out, err);
    if (aql_at_word(r, W_TEXT) && aql_look(r, 1)->word == W_SEARCH &&
        aql_look(r, 2)->kind == TOKEN_STRING) {
        *out = parse_search(r);
        return LANNER_OK;
    }
    TRY(aql_parse_expr(r, &left, err));
    if (is_time_field(left) && aql_at_word(r, W_LAST) && aql_at_time(r, 0)) {
        aql_repair(r->p, left->at, "'%.*s' before LAST is dropped", STR_ARG(left->text));
        return parse_time_node(r, out, err);
    }
    TRY(parse_tail(r, left, out, err));
    if (*out != left && (comparison_at(r) != AQL_OP_NONE || aql_at_sign(r, SIGN_TILDE) ||
                         aql_at_sign(r, SIGN_TILDE_STAR) || aql_at_word(r, W_IS) ||
                         aql_at_word(r, W_IN) || match_at(r, 0) < ARRAY_LEN(matches)))
        return refuse_chain(r, err);
    return LANNER_OK;
}

/* ---- NOT, AND, OR ---- */

static enum lanner_rc parse_not(struct aql_parser *r, struct aql_node **out, struct lanner_err *err)
{
    struct span at = aql_look(r, 0)->at;
    struct aql_node *inner;

    if (aql_at_sign(r, SIGN_NOT))
        aql_repair(r->p, at, "! is read as NOT");
    else if (!aql_at_word(r, W_NOT))
        return parse_predicate(r, out, err);
    aql_take(r);
    TRY(aql_enter(r, err));
    TRY(parse_not(r, &inner, err));
    r->depth--;
    *out = aql_node(r, AQL_NOT, at);
    return aql_adopt_pair(r, *out, inner, NULL, err);
}

static enum lanner_rc parse_and(struct aql_parser *r, struct aql_node **out, struct lanner_err *err)
{
    struct aql_node_list kids = {0};
    struct aql_node *n;

    TRY(parse_not(r, out, err));
    if (!aql_at_word(r, W_AND))
        return LANNER_OK;
    aql_list_push(r, &kids, *out);
    while (aql_take_word(r, W_AND)) {
        TRY(parse_not(r, &n, err));
        aql_list_push(r, &kids, n);
    }
    *out = aql_node(r, AQL_AND, kids.items[0]->at);
    return aql_adopt(r, *out, &kids, err);
}

static enum lanner_rc parse_or(struct aql_parser *r, struct aql_node **out, struct lanner_err *err)
{
    struct aql_node_list kids = {0};
    struct aql_node *n;

    TRY(parse_and(r, out, err));
    if (!aql_at_word(r, W_OR))
        return LANNER_OK;
    aql_list_push(r, &kids, *out);
    while (aql_take_word(r, W_OR)) {
        TRY(parse_and(r, &n, err));
        aql_list_push(r, &kids, n);
    }
    *out = aql_node(r, AQL_OR, kids.items[0]->at);
    return aql_adopt(r, *out, &kids, err);
}

enum lanner_rc aql_parse_condition(struct aql_parser *r, struct aql_node **out,
                                   struct lanner_err *err)
{
    TRY(aql_enter(r, err));
    TRY(parse_or(r, out, err));
    r->depth--;
    return LANNER_OK;
}
