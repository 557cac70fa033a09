/* fn_arith.c - the operators of CQL's expressions: arithmetic, comparison, negation
 * (cql.md 2.2, 2.3).
 *
 * Integers stay exact in 64 bits while both operands are integers and the result fits; otherwise
 * the operation is done on doubles. What is no number makes the result null. */
#include "fn/kernel.h"

#include <math.h>

typedef struct val (*num_fn)(const struct val *a, const struct val *b);

static double as_double(const struct val *n)
{
    return n->kind == KIND_LONG ? (double)n->u.i : n->u.d;
}

static bool both_long(const struct val *a, const struct val *b)
{
    return a->kind == KIND_LONG && b->kind == KIND_LONG;
}

static struct val num_add(const struct val *a, const struct val *b)
{
    int64_t r;

    if (both_long(a, b) && !__builtin_add_overflow(a->u.i, b->u.i, &r))
        return val_long(r);
    return val_double(as_double(a) + as_double(b));
}

static struct val num_sub(const struct val *a, const struct val *b)
{
    int64_t r;

    if (both_long(a, b) && !__builtin_sub_overflow(a->u.i, b->u.i, &r))
        return val_long(r);
    return val_double(as_double(a) - as_double(b));
}

static struct val num_mul(const struct val *a, const struct val *b)
{
    int64_t r;

    if (both_long(a, b) && !__builtin_mul_overflow(a->u.i, b->u.i, &r))
        return val_long(r);
    return val_double(as_double(a) * as_double(b));
}

static struct val num_div(const struct val *a, const struct val *b)
{
    if (as_double(b) == 0)
        return VAL_ABSENT;
    /* Real division; an integer that comes out whole keeps all its digits. */
    if (both_long(a, b) && b->u.i != -1 && a->u.i % b->u.i == 0)
        return val_long(a->u.i / b->u.i);
    return val_double(as_double(a) / as_double(b));
}

static struct val num_mod(const struct val *a, const struct val *b)
{
    if (as_double(b) == 0)
        return VAL_ABSENT;
    if (both_long(a, b))
        return val_long(b->u.i == -1 ? 0 : a->u.i % b->u.i);
    return val_double(fmod(as_double(a), as_double(b)));
}

static enum lanner_rc eval_num(const struct column *args, const struct sel *sel, struct val *out,
                               num_fn fn)
{
    SEL_FOR (sel, i) {
        struct val a = val_to_num(column_at(&args[0], i));
        struct val b = val_to_num(column_at(&args[1], i));

        out[i] = val_is_null(&a) || val_is_null(&b) ? VAL_ABSENT : fn(&a, &b);
    }
    return LANNER_OK;
}

static enum lanner_rc eval_num_neg(struct fn_run *run, const struct column *args,
                                   const struct sel *sel, struct val *out, struct lanner_err *err)
{
    struct val zero = val_long(0);

    (void)run;
    (void)err;
    SEL_FOR (sel, i) {
        struct val a = val_to_num(column_at(&args[0], i));

        out[i] = val_is_null(&a) ? VAL_ABSENT : num_sub(&zero, &a);
    }
    return LANNER_OK;
}

/* Both as numbers when both are; the long double holds all of either. */
static bool compare_as_numbers(const struct val *x, const struct val *y, int *order)
{
    struct val a = val_to_num(x);
    struct val b = val_to_num(y);

    if (val_is_null(&a) || val_is_null(&b))
        return false;
    if (both_long(&a, &b)) {
        *order = (a.u.i > b.u.i) - (a.u.i < b.u.i);
    } else {
        long double p = a.kind == KIND_LONG ? (long double)a.u.i : (long double)a.u.d;
        long double q = b.kind == KIND_LONG ? (long double)b.u.i : (long double)b.u.d;

        *order = (p > q) - (p < q);
    }
    return true;
}

/* -1 null, else whether they are equal. */
static int equality(const struct val *a, const struct val *b)
{
    char room_a[VAL_PRINT_MAX];
    char room_b[VAL_PRINT_MAX];
    struct str s;
    struct str t;
    int order;

    if (val_is_null(a) || val_is_null(b))
        return -1;
    if (compare_as_numbers(a, b, &order))
        return order == 0;
    return cell_text(a, room_a, &s) && cell_text(b, room_b, &t) && str_eq(s, t);
}

static enum lanner_rc eval_equality(const struct column *args, const struct sel *sel,
                                    struct val *out, bool negate)
{
    SEL_FOR (sel, i) {
        int e = equality(column_at(&args[0], i), column_at(&args[1], i));

        out[i] = e < 0 ? VAL_ABSENT : val_bool((e == 1) != negate);
    }
    return LANNER_OK;
}

enum { LESS = 1, EQUAL = 2, GREATER = 4 };

static enum lanner_rc eval_order(const struct column *args, const struct sel *sel, struct val *out,
                                 unsigned accept)
{
    SEL_FOR (sel, i) {
        int order;

        if (!compare_as_numbers(column_at(&args[0], i), column_at(&args[1], i), &order))
            out[i] = VAL_ABSENT;
        else
            out[i] = val_bool((accept & (order < 0 ? LESS : order == 0 ? EQUAL : GREATER)) != 0);
    }
    return LANNER_OK;
}

#define BINARY_KERNEL(id, call)                                                                    \
    static enum lanner_rc eval_##id(struct fn_run *run, const struct column *args,                 \
                                    const struct sel *sel, struct val *out,                        \
                                    struct lanner_err *err)                                        \
    {                                                                                              \
        (void)run;                                                                                 \
        (void)err;                                                                                 \
        return call;                                                                               \
    }
BINARY_KERNEL(num_add, eval_num(args, sel, out, num_add))
BINARY_KERNEL(num_sub, eval_num(args, sel, out, num_sub))
BINARY_KERNEL(num_mul, eval_num(args, sel, out, num_mul))
BINARY_KERNEL(num_div, eval_num(args, sel, out, num_div))
BINARY_KERNEL(num_mod, eval_num(args, sel, out, num_mod))
BINARY_KERNEL(eq, eval_equality(args, sel, out, false))
BINARY_KERNEL(ne, eval_equality(args, sel, out, true))
BINARY_KERNEL(lt, eval_order(args, sel, out, LESS))
BINARY_KERNEL(le, eval_order(args, sel, out, LESS | EQUAL))
BINARY_KERNEL(gt, eval_order(args, sel, out, GREATER))
BINARY_KERNEL(ge, eval_order(args, sel, out, GREATER | EQUAL))

static enum lanner_rc eval_cql_not(struct fn_run *run, const struct column *args,
                                   const struct sel *sel, struct val *out, struct lanner_err *err)
{
    (void)run;
    (void)err;
    SEL_FOR (sel, i) {
        const struct val *v = column_at(&args[0], i);
        int t = cell_truth(v);
        double d;

        if (t >= 0)
            out[i] = val_bool(t == 0);
        else
            out[i] = cell_double(v, &d) ? val_bool(d == 0) : VAL_ABSENT;
    }
    return LANNER_OK;
}

static const struct fn_param two_params[] = {PARAM("left", P_EXPR, PARAM_REQUIRED, NULL),
                                             PARAM("right", P_EXPR, PARAM_REQUIRED, NULL),
                                             PARAMS_END};
static const struct fn_param one_params[] = {PARAM("value", P_EXPR, PARAM_FIRST, NULL), PARAMS_END};

#define OPERATOR_ROW(row_name, params_, ret_, eval_, doc_)                                         \
    {                                                                                              \
        .name = row_name, .kind = FN_SCALAR, .params = params_, .ret = ret_,                       \
        .nulls = FN_NULL_IN_NULL_OUT, .family = "Operators", .doc = doc_, .eval = eval_            \
    }

const struct fn_def fn_arith[] = {
    OPERATOR_ROW("num_add", two_params, TYPE_NUM, eval_num_add, "The sum of two numbers."),
    OPERATOR_ROW("num_sub", two_params, TYPE_NUM, eval_num_sub, "The difference of two numbers."),
    OPERATOR_ROW("num_mul", two_params, TYPE_NUM, eval_num_mul, "The product of two numbers."),
    OPERATOR_ROW("num_div", two_params, TYPE_NUM, eval_num_div,
                 "Real division; by zero there is no value."),
    OPERATOR_ROW("num_mod", two_params, TYPE_NUM, eval_num_mod,
                 "The remainder, with the sign of the dividend; by zero there is no value."),
    OPERATOR_ROW("num_neg", one_params, TYPE_NUM, eval_num_neg, "The number with its sign turned."),
    OPERATOR_ROW("cql_eq", two_params, TYPE_BOOL, eval_eq,
                 "Equal as numbers when both are, else as text."),
    OPERATOR_ROW("cql_ne", two_params, TYPE_BOOL, eval_ne,
                 "Not equal as numbers when both are, else as text."),
    OPERATOR_ROW("cql_lt", two_params, TYPE_BOOL, eval_lt, "Below, as numbers."),
    OPERATOR_ROW("cql_le", two_params, TYPE_BOOL, eval_le, "Not above, as numbers."),
    OPERATOR_ROW("cql_gt", two_params, TYPE_BOOL, eval_gt, "Above, as numbers."),
    OPERATOR_ROW("cql_ge", two_params, TYPE_BOOL, eval_ge, "Not below, as numbers."),
    OPERATOR_ROW("cql_not", one_params, TYPE_BOOL, eval_cql_not,
                 "The opposite of a boolean; of a number, whether it is zero."),
    {0},
};
