/* lower_cond.c - conditions (aql.md 3.8, 3.10, 6.1, 6.4): three-valued, chains of AND and OR as one
 * call each.
 *
 * A predicate on CATEGORYNAME() or LOGSOURCETYPENAME() is asked for each of the texts that the name
 * has, and is true if it is for one of them; a negated one is negated as a whole. */
#include <stdlib.h>

#include "lang/aql/lower.h"
#include "lookup/lookup.h"
#include "util/buf.h"
#include "util/num.h"

/* ---- Comparisons ---- */

static const char *compare_row(enum aql_op op)
{
    switch (op) {
    case AQL_OP_NE:
        return "aql_ne";
    case AQL_OP_LT:
        return "aql_lt";
    case AQL_OP_LE:
        return "aql_le";
    case AQL_OP_GT:
        return "aql_gt";
    case AQL_OP_GE:
        return "aql_ge";
    default:
        return "aql_eq";
    }
}

/* The comparison with its sides exchanged. */
static enum aql_op turned(enum aql_op op)
{
    switch (op) {
    case AQL_OP_LT:
        return AQL_OP_GT;
    case AQL_OP_LE:
        return AQL_OP_GE;
    case AQL_OP_GT:
        return AQL_OP_LT;
    case AQL_OP_GE:
        return AQL_OP_LE;
    default:
        return op;
    }
}

static bool is_cidr(struct str text)
{
    size_t slash = str_find_char(text, '/');
    int64_t bits;
    bool dotted = false;

    if (slash == SIZE_MAX || slash == 0)
        return false;
    for (size_t i = 0; i < slash; i++) {
        char c = ascii_lower(text.ptr[i]);

        if (!ascii_is_digit(c) && c != '.' && c != ':' && !(c >= 'a' && c <= 'f'))
            return false;
        dotted |= c == '.' || c == ':';
    }
    return dotted && num_parse_long(str_of(text.ptr + slash + 1, text.len - slash - 1), &bits) &&
           bits >= 0 && bits <= 128;
}

static bool is_number_text(struct str text)
{
    double d;

    return num_parse_double(str_trim(text), &d);
}

/* What a literal beside a field of some type means: the whole condition in *out, or NULL and maybe
 * another value in *value. */
static enum lanner_rc read_literal(struct aql_lower *l, struct span at, enum aql_op op,
                                   struct expr *field, struct str text, struct expr **value,
                                   struct expr **out, struct lanner_err *err)
{
    enum aql_type type = aql_type_of(l, field);
    bool equality = op == AQL_OP_EQ || op == AQL_OP_NE;
    int64_t ms;

    *out = NULL;
    if (type == AQL_TYPE_TIME && !is_number_text(text) && aql_instant_parse(l, text, &ms)) {
        *value = expr_const(l->arena, at, val_long(ms));
    } else if (equality && aql_type_is_host(type) && is_cidr(text) && !l->options->strict) {
        aql_repair(&l->parse, at, "'%.*s' is read as INCIDR('%.*s', ...)", STR_ARG(text),
                   STR_ARG(text));
        TRY(aql_row2(l, at, "aql_in_cidr", aql_text_const(l, at, text), field, out, err));
    } else if (equality && !is_number_text(text) && !l->options->strict &&
               (aql_expr_is(field, "category") || aql_expr_is(field, "highlevelcategory"))) {
        aql_repair(&l->parse, at, "'%.*s' beside a category's id is read as the category's name",
                   STR_ARG(text));
        TRY(aql_row2(l, at, "category_matches_name", field, aql_text_const(l, at, text), out, err));
    }
    if (*out != NULL && op == AQL_OP_NE)
        *out = aql_not(l, *out);
    return LANNER_OK;
}

enum lanner_rc aql_compare(struct aql_lower *l, struct span at, enum aql_op op, struct expr *a,
                           struct expr *b, struct expr **out, struct lanner_err *err)
{
    struct str text;

    *out = NULL;
    if (aql_is_text_const(b, &text) && a->kind != EXPR_CONST) {
        TRY(read_literal(l, b->at, op, a, text, &b, out, err));
    } else if (aql_is_text_const(a, &text) && b->kind != EXPR_CONST) {
        TRY(read_literal(l, a->at, turned(op), b, text, &a, out, err));
    }
    if (*out != NULL)
        return LANNER_OK;
    /* The field first: that is where prefilters look. */
    if (a->kind == EXPR_CONST && b->kind != EXPR_CONST) {
        struct expr *t = a;

        a = b;
        b = t;
        op = turned(op);
    }
    return aql_row2(l, at, compare_row(op), a, b, out, err);
}

/* NOW() - 86400 beside a time in ms. */
static void warn_seconds(struct aql_lower *l, const struct aql_node *n)
{
    const struct aql_node *right;
    int64_t i;

    if (n->kind != AQL_BINARY || (n->op != AQL_OP_SUB && n->op != AQL_OP_ADD) ||
        n->kids[0]->kind != AQL_CALL || !str_eq_nocase(n->kids[0]->text, STR("NOW")))
        return;
    right = n->kids[1];
    i = right->kind == AQL_NUMBER && right->number.kind == KIND_LONG ? right->number.u.i : 0;
    if (i >= 60 && i <= 1000000)
        plan_note(l->plan, LANNER_NOTE_WARNING, right->at,
                  "times are in milliseconds: %lld is %lld seconds", (long long)i,
                  (long long)(i / 1000));
}

static enum lanner_rc lower_null_test(struct aql_lower *l, struct span at,
                                      const struct aql_node *value, bool negated, struct expr **out,
                                      struct lanner_err *err)
{
    struct expr *e;

    TRY(aql_lower_expr(l, value, &e, err));
    TRY(aql_row1(l, at, "aql_is_null", e, out, err));
    if (negated)
        *out = aql_not(l, *out);
    return LANNER_OK;
}

/* -1 and 0 as written; other values are of no use here. */
static bool small_number(const struct aql_node *n, int *out)
{
    bool negative = n->kind == AQL_NEGATE;

    if (negative)
        n = n->kids[0];
    if (n->kind != AQL_NUMBER || n->number.kind != KIND_LONG || n->number.u.i < -1 ||
        n->number.u.i > 1)
        return false;
    *out = negative ? -(int)n->number.u.i : (int)n->number.u.i;
    return true;
}

/* ICU4JSEARCH('x', f) <> -1: the text stands in the value. As such a test it is one of those that
 * prefilters know. */
static enum lanner_rc search_test(struct aql_lower *l, const struct aql_node *n, struct expr **out,
                                  struct lanner_err *err)
{
    const struct aql_node *call = n->kids[0], *limit = n->kids[1];
    enum aql_op op = n->op;
    struct expr *text, *value;
    bool found;
    int k;

    *out = NULL;
    if (limit->kind == AQL_CALL) {
        call = n->kids[1];
        limit = n->kids[0];
        op = turned(op);
    }
    if (call->kind != AQL_CALL || call->space.len != 0 || call->n_kids != 2 ||
        !str_eq_nocase(call->text, STR("ICU4JSEARCH")) || call->kids[0]->kind != AQL_STRING ||
        !small_number(limit, &k))
        return LANNER_OK;
    found =
        (op == AQL_OP_NE && k == -1) || (op == AQL_OP_GT && k == -1) || (op == AQL_OP_GE && k == 0);
    if (!found && !(op == AQL_OP_EQ && k == -1) && !(op == AQL_OP_LE && k == -1) &&
        !(op == AQL_OP_LT && k == 0))
        return LANNER_OK;
    TRY(aql_lower_expr(l, call->kids[0], &text, err));
    TRY(aql_lower_expr(l, call->kids[1], &value, err));
    if (l->n_variants > 1)
        return LANNER_OK; /* inequality is negated as a whole then */
    TRY(aql_row2(l, n->at, "aql_contains", value, text, out, err));
    if (!found)
        *out = aql_not(l, *out);
    return LANNER_OK;
}

static enum lanner_rc compare_once(struct aql_lower *l, const struct aql_node *n, struct expr **out,
                                   struct lanner_err *err)
{
    /* What has several texts is asked for equality, and negated as a whole. */
    enum aql_op op = l->n_variants > 1 && n->op == AQL_OP_NE ? AQL_OP_EQ : n->op;
    struct expr *a, *b;

    TRY(search_test(l, n, out, err));
    if (*out != NULL)
        return LANNER_OK;
    TRY(aql_lower_expr(l, n->kids[0], &a, err));
    TRY(aql_lower_expr(l, n->kids[1], &b, err));
    if (l->n_variants > 1 && n->op == AQL_OP_NE)
        op = AQL_OP_EQ;
    return aql_compare(l, n->at, op, a, b, out, err);
}

/* ---- Patterns ---- */

/* SQL's SIMILAR TO as a regular expression. */
static struct str similar_regex(struct aql_lower *l, struct str pattern)
{
    struct buf b = {0};
    struct str out;

    buf_puts(&b, "(?s)^(?:");
    for (size_t i = 0; i < pattern.len; i++) {
        char c = pattern.ptr[i];

        if (c == '%')
            buf_puts(&b, ".*");
        else if (c == '_')
            buf_puts(&b, ".");
        else if (c == '.' || c == '^' || c == '$' || c == '\\')
            buf_printf(&b, "\\%c", c);
        else
            buf_putc(&b, c);
    }
    buf_puts(&b, ")$");
    out = arena_str(l->arena, buf_str(&b));
    buf_done(&b);
    return out;
}

static const char *match_row(enum aql_op op)
{
    switch (op) {
    case AQL_OP_LIKE:
        return "aql_like";
    case AQL_OP_ILIKE:
        return "aql_ilike";
    case AQL_OP_IMATCHES:
        return "aql_imatches";
    case AQL_OP_CONTAINS:
        return "aql_contains";
    case AQL_OP_STARTS_WITH:
        return "aql_starts_with";
    case AQL_OP_ENDS_WITH:
        return "aql_ends_with";
    default:
        return "aql_matches";
    }
}

/* LOWER(x) LIKE 'text' and UPPER: the value as it is, folded while it is compared. */
static const char *folded_like(const struct aql_node *n, const struct aql_node *pattern)
{
    const struct aql_node *call = n->kids[0];

    if (n->op != AQL_OP_LIKE || n->text.len != 0 || pattern->kind != AQL_STRING ||
        call->kind != AQL_CALL || call->n_kids != 1 || call->space.len != 0)
        return NULL;
    if (str_eq_nocase(call->text, STR("LOWER")))
        return "aql_like_lower";
    return str_eq_nocase(call->text, STR("UPPER")) ? "aql_like_upper" : NULL;
}

static enum lanner_rc match_pattern(struct aql_lower *l, const struct aql_node *n,
                                    const struct aql_node *pattern, struct expr **out,
                                    struct lanner_err *err)
{
    const char *row = folded_like(n, pattern);
    struct expr **args = ARENA_ARRAY(l->arena, struct expr *, 3);
    bool likes = n->op == AQL_OP_LIKE || n->op == AQL_OP_ILIKE;
    struct str text;

    TRY(aql_lower_expr(l, row != NULL ? n->kids[0]->kids[0] : n->kids[0], &args[0], err));
    TRY(aql_lower_expr(l, pattern, &args[1], err));
    if (row != NULL)
        return aql_row(l, n->at, row, args, 2, out, err);
    if (n->op == AQL_OP_SIMILAR) {
        if (!aql_is_text_const(args[1], &text))
            return aql_unsupported(pattern->at, err, "SIMILAR TO takes a text between quotes");
        args[1] = aql_text_const(l, pattern->at, similar_regex(l, text));
    }
    if (likes)
        args[2] = n->text.len != 0 ? aql_text_const(l, n->at, n->text) : aql_absent(l, n->at);
    /* What is wrong with a regular expression is said at its place. */
    return aql_row(l, likes ? n->at : pattern->at, match_row(n->op), args, likes ? 3 : 2, out, err);
}

static enum lanner_rc match_once(struct aql_lower *l, const struct aql_node *n, struct expr **out,
                                 struct lanner_err *err)
{
    struct expr **args = ARENA_ARRAY(l->arena, struct expr *, n->n_kids);

    for (size_t i = 1; i < n->n_kids; i++)
        TRY(match_pattern(l, n, n->kids[i], &args[i - 1], err));
    *out = aql_chain(l, n->at, "or", args, n->n_kids - 1);
    return LANNER_OK;
}

/* ---- IN ---- */

/* The constants become one test; members that mean something else stand beside it. */
static enum lanner_rc in_once(struct aql_lower *l, const struct aql_node *n, struct expr **out,
                              struct lanner_err *err)
{
    struct expr **args = ARENA_ARRAY(l->arena, struct expr *, n->n_kids + 1);
    struct val *items = ARENA_ARRAY(l->arena, struct val, n->n_kids);
    size_t n_args = 0, n_items = 0;
    struct expr *x, *e;
    struct str text;

    TRY(aql_lower_expr(l, n->kids[0], &x, err));
    for (size_t i = 1; i < n->n_kids; i++) {
        struct expr *special = NULL;

        TRY(aql_lower_expr(l, n->kids[i], &e, err));
        if (aql_is_text_const(e, &text) && x->kind != EXPR_CONST)
            TRY(read_literal(l, e->at, AQL_OP_EQ, x, text, &e, &special, err));
        if (special == NULL && e->kind != EXPR_CONST)
            TRY(aql_row2(l, n->at, "aql_eq", aql_copy(l, x), e, &special, err));
        if (special != NULL)
            args[n_args++] = special;
        else
            items[n_items++] = e->value;
    }
    if (n_items > 0 || n_args == 0) {
        struct val list = {.kind = KIND_ARRAY, .len = (uint32_t)n_items, .u.items = items};

        TRY(aql_row2(l, n->at, "aql_in", aql_copy(l, x), expr_const(l->arena, n->at, list),
                     &args[n_args++], err));
    }
    *out = aql_chain(l, n->at, "or", args, n_args);
    return LANNER_OK;
}

static enum lanner_rc between_once(struct aql_lower *l, const struct aql_node *n, struct expr **out,
                                   struct lanner_err *err)
{
    struct expr *x, *low, *high, *a, *b;

    TRY(aql_lower_expr(l, n->kids[0], &x, err));
    TRY(aql_lower_expr(l, n->kids[1], &low, err));
    TRY(aql_lower_expr(l, n->kids[2], &high, err));
    TRY(aql_compare(l, n->at, AQL_OP_GE, x, low, &a, err));
    TRY(aql_compare(l, n->at, AQL_OP_LE, aql_copy(l, x), high, &b, err));
    *out = expr_callv(l->arena, n->at, "and", 2, a, b);
    return LANNER_OK;
}

/* ---- Predicates with several texts ---- */

static enum lanner_rc lower_once(struct aql_lower *l, const struct aql_node *n, struct expr **out,
                                 struct lanner_err *err)
{
    switch (n->kind) {
    case AQL_COMPARE:
        return compare_once(l, n, out, err);
    case AQL_MATCH:
        return match_once(l, n, out, err);
    case AQL_IN:
        return in_once(l, n, out, err);
    default:
        return between_once(l, n, out, err);
    }
}

/* 'spf_result' IN (...): a text, whatever it looks like. */
static void warn_literal(struct aql_lower *l, const struct aql_node *n)
{
    const struct aql_node *left = n->kids[0];

    if (left->kind == AQL_STRING &&
        (aql_field_find(left->text) != NULL || aql_property_is_known(left->text) ||
         strmap_get(&l->properties, left->text) != SIZE_MAX))
        plan_note(l->plan, LANNER_NOTE_WARNING, left->at,
                  "'%.*s' is a text here; the field is written \"%.*s\"", STR_ARG(left->text),
                  STR_ARG(left->text));
}

/* A type that is asked for by one of several names is found by all of them. */
static void note_names(struct aql_lower *l, const struct aql_node *n)
{
    const struct aql_node *left = n->kids[0];

    if (left->kind != AQL_CALL && left->kind != AQL_NAME)
        return;
    if (!str_eq_nocase(left->text, STR("LOGSOURCETYPENAME")) &&
        !str_eq_nocase(left->text, STR("LOGSOURCETYPE")))
        return;
    for (size_t i = 1; i < n->n_kids; i++) {
        struct str text = n->kids[i]->text;
        const char *usual, *other;
        int64_t id;

        if (n->kids[i]->kind != AQL_STRING || !qradar_type_by_name(text, &id))
            continue;
        usual = qradar_type_usual_name(id);
        other = qradar_type_other_name(id, 0);
        if (usual == NULL || other == NULL)
            continue;
        if (str_eq_nocase(text, str_z(other)))
            other = usual;
        aql_note_once(l, LANNER_NOTE_REPAIR, n->kids[i]->at,
                      "'%.*s' is also called '%s': the condition is asked of all names of the type",
                      (int)MIN(text.len, (size_t)100), text.ptr, other);
    }
}

enum lanner_rc aql_lower_predicate(struct aql_lower *l, const struct aql_node *n, struct expr **out,
                                   struct lanner_err *err)
{
    bool negated = n->negated, not_equal = n->kind == AQL_COMPARE && n->op == AQL_OP_NE;
    unsigned outer = l->variant, outer_n = l->n_variants, n_variants;
    struct expr *args[4];
    enum lanner_rc rc;

    warn_literal(l, n);
    l->variant = 0;
    l->n_variants = 1;
    rc = lower_once(l, n, &args[0], err);
    n_variants = l->n_variants;
    for (unsigned i = n_variants > 1 && not_equal ? 0 : 1; rc == LANNER_OK && i < n_variants; i++) {
        l->variant = i;
        rc = lower_once(l, n, &args[i], err);
    }
    l->variant = outer;
    l->n_variants = outer_n;
    TRY(rc);
    *out = args[0];
    TRY(aql_any_rule(l, out, err));
    TRY(aql_fold_protocol(l, *out, err));
    if (n_variants > 1) {
        struct expr **all = ARENA_ARRAY(l->arena, struct expr *, n_variants);

        note_names(l, n);
        memcpy(all, args, n_variants * sizeof(struct expr *));
        *out = aql_chain(l, n->at, "or", all, n_variants);
        negated ^= not_equal;
    }
    if (negated)
        *out = aql_not(l, *out);
    return LANNER_OK;
}

/* ---- Conditions ---- */

static enum lanner_rc lower_chain(struct aql_lower *l, const struct aql_node *n, struct expr **out,
                                  struct lanner_err *err)
{
    struct expr **args = ARENA_ARRAY(l->arena, struct expr *, n->n_kids);

    for (size_t i = 0; i < n->n_kids; i++)
        TRY(aql_lower_cond(l, n->kids[i], &args[i], err));
    *out = aql_chain(l, n->at, n->kind == AQL_AND ? "and" : "or", args, n->n_kids);
    return LANNER_OK;
}

static enum lanner_rc lower_compare(struct aql_lower *l, const struct aql_node *n,
                                    struct expr **out, struct lanner_err *err)
{
    bool left = n->kids[0]->kind == AQL_NULL, right = n->kids[1]->kind == AQL_NULL;

    if ((left || right) && (n->op == AQL_OP_EQ || n->op == AQL_OP_NE)) {
        aql_repair(&l->parse, n->at, "a comparison with NULL is read as IS %sNULL",
                   n->op == AQL_OP_NE ? "NOT " : "");
        return lower_null_test(l, n->at, n->kids[left ? 1 : 0], n->op == AQL_OP_NE, out, err);
    }
    warn_seconds(l, n->kids[0]);
    warn_seconds(l, n->kids[1]);
    return aql_lower_predicate(l, n, out, err);
}

static enum lanner_rc lower_search(struct aql_lower *l, const struct aql_node *n, struct expr **out,
                                   struct lanner_err *err)
{
    struct aql_node payload = {.kind = AQL_NAME, .at = n->at, .text = STR("payload")};
    struct expr *e;

    TRY(aql_lower_name(l, &payload, &e, err));
    return aql_row2(l, n->at, "aql_text_search", e, aql_text_const(l, n->at, n->text), out, err);
}

static enum lanner_rc lower_in_set(struct aql_lower *l, const struct aql_node *n, struct expr **out,
                                   struct lanner_err *err)
{
    struct expr *e;

    TRY(aql_lower_expr(l, n->kids[0], &e, err));
    TRY(aql_row2(l, n->at, "reference_set_contains", aql_text_const(l, n->at, n->text), e, out,
                 err));
    if (n->negated)
        *out = aql_not(l, *out);
    return LANNER_OK;
}

/* A field of the model that is never true or false; a custom property may be. */
static bool is_no_truth(const struct aql_lower *l, const struct expr *e)
{
    enum aql_type type = aql_type_of(l, e);

    return aql_type_is_host(type) || type == AQL_TYPE_MAC || type == AQL_TYPE_TIME ||
           (e->kind == EXPR_FIELD && str_starts(e->name, STR(FIELD_QRADAR_PREFIX)));
}

/* A value that stands where a condition is expected. */
static enum lanner_rc lower_truth(struct aql_lower *l, const struct aql_node *n, struct expr **out,
                                  struct lanner_err *err)
{
    struct expr *e;

    if (n->kind == AQL_STRING || n->kind == AQL_NUMBER || n->kind == AQL_DURATION)
        return aql_wrong(n->at, err, "expected a condition, found a value");
    TRY(aql_lower_expr(l, n, &e, err));
    if (aql_type_of(l, e) == AQL_TYPE_BOOLEAN || aql_type_of(l, e) == AQL_TYPE_NULL) {
        *out = e;
        return LANNER_OK;
    }
    if (is_no_truth(l, e)) {
        (void)aql_wrong(n->at, err, "expected a condition, found a field that is no Boolean");
        err_hint(err, "compare it, or write IS NOT NULL behind it");
        return LANNER_ERR_QUERY;
    }
    return aql_row1(l, n->at, "aql_bool", e, out, err);
}

static enum lanner_rc lower_cond(struct aql_lower *l, const struct aql_node *n, struct expr **out,
                                 struct lanner_err *err)
{
    switch (n->kind) {
    case AQL_AND:
    case AQL_OR:
        return lower_chain(l, n, out, err);
    case AQL_NOT:
        TRY(aql_lower_cond(l, n->kids[0], out, err));
        *out = aql_not(l, *out);
        return LANNER_OK;
    case AQL_COMPARE:
        return lower_compare(l, n, out, err);
    case AQL_MATCH:
    case AQL_IN:
    case AQL_BETWEEN:
        return aql_lower_predicate(l, n, out, err);
    case AQL_IN_QUERY:
        return aql_lower_in_query(l, n, out, err);
    case AQL_IN_SET:
        return lower_in_set(l, n, out, err);
    case AQL_EXISTS:
        return aql_lower_exists(l, n, out, err);
    case AQL_IS_NULL:
        return lower_null_test(l, n->at, n->kids[0], n->negated, out, err);
    case AQL_SEARCH:
        return lower_search(l, n, out, err);
    default:
        return lower_truth(l, n, out, err);
    }
}

enum lanner_rc aql_lower_cond(struct aql_lower *l, const struct aql_node *n, struct expr **out,
                              struct lanner_err *err)
{
    enum lanner_rc rc;

    if (l->n_depth > 4 * AQL_MAX_DEPTH)
        return err_set_at(err, LANNER_ERR_LIMIT, n->at,
                          "the query is nested too deep once its aliases are written out");
    l->n_depth++;
    rc = lower_cond(l, n, out, err);
    l->n_depth--;
    return rc;
}
