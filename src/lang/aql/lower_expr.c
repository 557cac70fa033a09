/* lower_expr.c - values: literals, arithmetic, CASE and IF, casts (aql.md 3.8, 3.9). */
#include <stdlib.h>

#include "lang/aql/lower.h"

static struct val number_of(const struct aql_node *n)
{
    return n->number;
}

/* What may be a text is none when it is no number: DOUBLE() would read addresses too. */
static enum lanner_rc to_double(struct aql_lower *l, struct span at, struct expr *e,
                                struct expr **out, struct lanner_err *err)
{
    if (aql_type_is_number(aql_type_of(l, e)))
        return aql_row1(l, at, "aql_double", e, out, err);
    return aql_row2(l, at, "aql_mul", e, expr_const(l->arena, at, val_double(1)), out, err);
}

static enum lanner_rc lower_binary(struct aql_lower *l, const struct aql_node *n, struct expr **out,
                                   struct lanner_err *err)
{
    static const char *const rows[] = {
        [AQL_OP_ADD] = "aql_add",       [AQL_OP_SUB] = "aql_sub",
        [AQL_OP_MUL] = "aql_mul",       [AQL_OP_DIV] = "aql_div",
        [AQL_OP_MOD] = "aql_mod",       [AQL_OP_POW] = "aql_pow",
        [AQL_OP_CONCAT] = "aql_concat", [AQL_OP_BIT_AND] = "aql_bit_and",
        [AQL_OP_BIT_OR] = "aql_bit_or", [AQL_OP_SHL] = "aql_shl",
        [AQL_OP_SHR] = "aql_shr",
    };
    struct expr *a, *b;

    TRY(aql_lower_expr(l, n->kids[0], &a, err));
    TRY(aql_lower_expr(l, n->kids[1], &b, err));
    /* Aggregates are Doubles, here kept whole as long as they are: a ratio of two is not cut off
     * (aql.md 3.11). */
    if (n->op == AQL_OP_DIV && (aql_divides_exactly(l, a) || aql_divides_exactly(l, b)))
        TRY(to_double(l, n->at, a, &a, err));
    return aql_row2(l, n->at, rows[n->op], a, b, out, err);
}

static enum lanner_rc lower_negate(struct aql_lower *l, const struct aql_node *n, struct expr **out,
                                   struct lanner_err *err)
{
    struct expr *e;

    TRY(aql_lower_expr(l, n->kids[0], &e, err));
    if (n->kind == AQL_BIT_NOT)
        return aql_row1(l, n->at, "aql_bit_not", e, out, err);
    if (e->kind == EXPR_CONST && e->value.kind == KIND_LONG && e->value.u.i != INT64_MIN) {
        *out = expr_const(l->arena, n->at, val_long(-e->value.u.i));
        return LANNER_OK;
    }
    if (e->kind == EXPR_CONST && e->value.kind == KIND_DOUBLE) {
        *out = expr_const(l->arena, n->at, val_double(-e->value.u.d));
        return LANNER_OK;
    }
    return aql_row1(l, n->at, "aql_neg", e, out, err);
}

/* THEN "High": a quoted name that names nothing is meant as a text (aql.md 6.3). What the records
 * have is not known yet: the text stands in for the property where a record has none. A path is no
 * text. */
static enum lanner_rc lower_result(struct aql_lower *l, const struct aql_node *n, struct expr **out,
                                   struct lanner_err *err)
{
    struct expr **args;

    if (n->kind != AQL_NAME || !n->quoted || l->options->strict ||
        str_find_char(n->text, '.') != SIZE_MAX || aql_is_known(l, n))
        return aql_lower_expr(l, n, out, err);
    args = ARENA_ARRAY(l->arena, struct expr *, 3);
    args[0] = expr_const(l->arena, n->at, val_bool(false));
    TRY(aql_lower_expr(l, n, &args[1], err));
    args[2] = aql_text_const(l, n->at, n->text);
    aql_repair(&l->parse, n->at,
               "\"%.*s\" is read as the text '%.*s' where no property is called so",
               (int)MIN(n->text.len, (size_t)60), n->text.ptr, (int)MIN(n->text.len, (size_t)60),
               n->text.ptr);
    return aql_row(l, n->at, "coalesce", args, 3, out, err);
}

/* CASE x WHEN a THEN b: x = a. */
static enum lanner_rc lower_when(struct aql_lower *l, const struct aql_node *n,
                                 const struct aql_node *when, struct expr **out,
                                 struct lanner_err *err)
{
    struct aql_node compare = {.kind = AQL_COMPARE, .op = AQL_OP_EQ, .at = when->at};
    struct aql_node *kids[2];

    if (!n->simple)
        return aql_lower_cond(l, when, out, err);
    kids[0] = n->kids[0];
    kids[1] = (struct aql_node *)(uintptr_t)when;
    compare.kids = kids;
    compare.n_kids = 2;
    return aql_lower_predicate(l, &compare, out, err);
}

/* A text, or a property that a text stands in for. */
static bool is_text_branch(const struct expr *e)
{
    struct str text;

    if (e->kind == EXPR_CALL && strcmp(e->fn->name, "coalesce") == 0)
        e = e->args[e->n_args - 1];
    return aql_is_text_const(e, &text);
}

/* Numbers and Booleans beside a text are texts (aql.md 3.9). Fields are left alone: their kind is
 * that of each record's value. */
static enum lanner_rc unify_branches(struct aql_lower *l, struct expr **args, size_t n,
                                     struct lanner_err *err)
{
    bool has_text = false;
    struct str text;

    for (size_t i = 1; i < n; i += 2)
        has_text |= is_text_branch(args[i]);
    has_text |= is_text_branch(args[n - 1]);
    for (size_t i = 1; has_text && i <= n; i += 2) {
        struct expr **branch = &args[MIN(i, n - 1)];

        if ((*branch)->kind == EXPR_CONST && !val_is_null(&(*branch)->value) &&
            !aql_is_text_const(*branch, &text))
            TRY(aql_row1(l, (*branch)->at, "aql_str", *branch, branch, err));
    }
    return LANNER_OK;
}

static enum lanner_rc lower_case(struct aql_lower *l, const struct aql_node *n, struct expr **out,
                                 struct lanner_err *err)
{
    struct expr **args = ARENA_ARRAY(l->arena, struct expr *, n->n_kids + 1);
    size_t k = 0;

    for (size_t i = n->simple ? 1 : 0; i + 1 < n->n_kids; i += 2) {
        TRY(lower_when(l, n, n->kids[i], &args[k++], err));
        TRY(lower_result(l, n->kids[i + 1], &args[k++], err));
    }
    if (n->otherwise != NULL)
        TRY(lower_result(l, n->otherwise, &args[k++], err));
    else
        args[k++] = aql_absent(l, n->at);
    TRY(unify_branches(l, args, k, err));
    return aql_row(l, n->at, "aql_case", args, k, out, err);
}

static enum lanner_rc lower_cast(struct aql_lower *l, const struct aql_node *n, struct expr **out,
                                 struct lanner_err *err)
{
    static const struct {
        const char *type, *row;
    } casts[] = {
        {"STRING", "aql_str"},   {"VARCHAR", "aql_str"},  {"TEXT", "aql_str"},
        {"CHAR", "aql_str"},     {"INT", "aql_long"},     {"INTEGER", "aql_long"},
        {"LONG", "aql_long"},    {"BIGINT", "aql_long"},  {"DOUBLE", "aql_double"},
        {"FLOAT", "aql_double"}, {"BOOLEAN", "aql_bool"}, {"IP", "aql_host"},
    };
    struct expr *e;

    TRY(aql_lower_expr(l, n->kids[0], &e, err));
    for (size_t i = 0; i < ARRAY_LEN(casts); i++) {
        if (str_eq_nocase(n->text, str_z(casts[i].type)))
            return aql_row1(l, n->at, casts[i].row, e, out, err);
    }
    (void)aql_wrong(n->at, err, "there is no type %.*s", STR_ARG(n->text));
    err_hint(err, "CAST knows STRING, INT, LONG, DOUBLE, BOOLEAN and IP");
    return LANNER_ERR_QUERY;
}

/* long: one case a kind of node */
static enum lanner_rc lower_node(struct aql_lower *l, const struct aql_node *n, struct expr **out,
                                 struct lanner_err *err)
{
    switch (n->kind) {
    case AQL_NULL:
        *out = aql_absent(l, n->at);
        return LANNER_OK;
    case AQL_BOOL:
        *out = expr_const(l->arena, n->at, val_bool(n->number.u.i != 0));
        return LANNER_OK;
    case AQL_NUMBER:
        *out = expr_const(l->arena, n->at, number_of(n));
        return LANNER_OK;
    case AQL_DURATION:
        *out = expr_const(l->arena, n->at, number_of(n));
        return LANNER_OK;
    case AQL_STRING:
        *out = aql_text_const(l, n->at, n->text);
        return LANNER_OK;
    case AQL_NAME:
        return aql_lower_name(l, n, out, err);
    case AQL_STAR:
        return aql_wrong(n->at, err, "* stands for all columns and can only be an item of SELECT");
    case AQL_CALL:
        return aql_lower_call(l, n, out, err);
    case AQL_NEGATE:
    case AQL_BIT_NOT:
        return lower_negate(l, n, out, err);
    case AQL_BINARY:
        return lower_binary(l, n, out, err);
    case AQL_CASE:
        return lower_case(l, n, out, err);
    case AQL_CAST:
        return lower_cast(l, n, out, err);
    case AQL_TIME:
        (void)aql_wrong(n->at, err, "a time clause cannot stand inside an expression");
        err_hint(err, "put it at the end of the query");
        return LANNER_ERR_QUERY;
    default:
        return aql_lower_cond(l, n, out, err);
    }
}

enum lanner_rc aql_lower_expr(struct aql_lower *l, const struct aql_node *n, struct expr **out,
                              struct lanner_err *err)
{
    enum lanner_rc rc;

    /* Aliases add to the depth of the tree itself. */
    if (l->n_depth > 4 * AQL_MAX_DEPTH || ++l->n_exprs > l->max_exprs)
        return err_set_at(err, LANNER_ERR_LIMIT, n->at,
                          "the query is too large once its aliases are written out");
    l->n_depth++;
    rc = lower_node(l, n, out, err);
    l->n_depth--;
    return rc;
}
