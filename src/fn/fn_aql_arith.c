/* fn_aql_arith.c - AQL's arithmetic and bits, CASE (aql.md 3.8, 3.9).
 *
 * Two integers give an integer while the result fits in 64 bits, else everything is done on
 * doubles. What is no number makes the result null; so does a division by zero, with one warning.
 */
#include "fn/aql_value.h"

#include <math.h>

typedef struct val (*num_fn)(const struct fn_run *run, const struct val *a, const struct val *b);

static double as_double(const struct val *n)
{
    return n->kind == KIND_LONG ? (double)n->u.i : n->u.d;
}

static bool both_long(const struct val *a, const struct val *b)
{
    return a->kind == KIND_LONG && b->kind == KIND_LONG;
}

static struct val num_add(const struct fn_run *run, const struct val *a, const struct val *b)
{
    int64_t r;

    (void)run;
    if (both_long(a, b) && !__builtin_add_overflow(a->u.i, b->u.i, &r))
        return val_long(r);
    return val_double(as_double(a) + as_double(b));
}

static struct val num_sub(const struct fn_run *run, const struct val *a, const struct val *b)
{
    int64_t r;

    (void)run;
    if (both_long(a, b) && !__builtin_sub_overflow(a->u.i, b->u.i, &r))
        return val_long(r);
    return val_double(as_double(a) - as_double(b));
}

static struct val num_mul(const struct fn_run *run, const struct val *a, const struct val *b)
{
    int64_t r;

    (void)run;
    if (both_long(a, b) && !__builtin_mul_overflow(a->u.i, b->u.i, &r))
        return val_long(r);
    return val_double(as_double(a) * as_double(b));
}

static struct val by_zero(const struct fn_run *run)
{
    run_note(run, LANNER_NOTE_WARNING, "a division by zero gives no value");
    return VAL_ABSENT;
}

static struct val num_div(const struct fn_run *run, const struct val *a, const struct val *b)
{
    if (as_double(b) == 0)
        return by_zero(run);
    /* -2^63 / -1 does not fit. */
    if (both_long(a, b) && !(a->u.i == INT64_MIN && b->u.i == -1))
        return val_long(a->u.i / b->u.i);
    return val_double(as_double(a) / as_double(b));
}

static struct val num_mod(const struct fn_run *run, const struct val *a, const struct val *b)
{
    if (as_double(b) == 0)
        return by_zero(run);
    if (both_long(a, b))
        return val_long(b->u.i == -1 ? 0 : a->u.i % b->u.i);
    return val_double(fmod(as_double(a), as_double(b)));
}

static struct val num_pow(const struct fn_run *run, const struct val *a, const struct val *b)
{
    (void)run;
    return val_double(pow(as_double(a), as_double(b)));
}

/* Bits of integers; a real counts without its fraction. */
static bool bits_of(const struct val *v, int64_t *out)
{
    return v->kind == KIND_LONG ? (*out = v->u.i, true) : double_is_long(trunc(v->u.d), out);
}

static struct val bit_and(const struct fn_run *run, const struct val *a, const struct val *b)
{
    int64_t x, y;

    (void)run;
    return bits_of(a, &x) && bits_of(b, &y) ? val_long(x & y) : VAL_ABSENT;
}

static struct val bit_or(const struct fn_run *run, const struct val *a, const struct val *b)
{
    int64_t x, y;

    (void)run;
    return bits_of(a, &x) && bits_of(b, &y) ? val_long(x | y) : VAL_ABSENT;
}

/* As in Java the distance is taken modulo 64 and >> keeps the sign. */
static struct val bit_shl(const struct fn_run *run, const struct val *a, const struct val *b)
{
    int64_t x, y;

    (void)run;
    return bits_of(a, &x) && bits_of(b, &y) ? val_long((int64_t)((uint64_t)x << (y & 63)))
                                            : VAL_ABSENT;
}

static struct val bit_shr(const struct fn_run *run, const struct val *a, const struct val *b)
{
    int64_t x, y;

    (void)run;
    return bits_of(a, &x) && bits_of(b, &y) ? val_long(x >> (y & 63)) : VAL_ABSENT;
}

/* Booleans and addresses are no numbers here: LONG() makes one of them. */
static enum lanner_rc eval_num(const struct fn_run *run, const struct column *args,
                               const struct sel *sel, struct val *out, num_fn fn)
{
    SEL_FOR (sel, i) {
        struct val a = val_to_num(column_at(&args[0], i));
        struct val b = val_to_num(column_at(&args[1], i));

        out[i] = val_is_null(&a) || val_is_null(&b) ? VAL_ABSENT : fn(run, &a, &b);
    }
    return LANNER_OK;
}

#define NUM_KERNEL(id, fn)                                                                         \
    static enum lanner_rc eval_##id(struct fn_run *run, const struct column *args,                 \
                                    const struct sel *sel, struct val *out,                        \
                                    struct lanner_err *err)                                        \
    {                                                                                              \
        (void)err;                                                                                 \
        return eval_num(run, args, sel, out, (fn));                                                \
    }
NUM_KERNEL(add, num_add)
NUM_KERNEL(sub, num_sub)
NUM_KERNEL(mul, num_mul)
NUM_KERNEL(div, num_div)
NUM_KERNEL(mod, num_mod)
NUM_KERNEL(pow, num_pow)
NUM_KERNEL(bit_and, bit_and)
NUM_KERNEL(bit_or, bit_or)
NUM_KERNEL(shl, bit_shl)
NUM_KERNEL(shr, bit_shr)

static enum lanner_rc eval_neg(struct fn_run *run, const struct column *args, const struct sel *sel,
                               struct val *out, struct lanner_err *err)
{
    struct val zero = val_long(0);

    (void)err;
    SEL_FOR (sel, i) {
        struct val a = val_to_num(column_at(&args[0], i));

        out[i] = val_is_null(&a) ? VAL_ABSENT : num_sub(run, &zero, &a);
    }
    return LANNER_OK;
}

static enum lanner_rc eval_bit_not(struct fn_run *run, const struct column *args,
                                   const struct sel *sel, struct val *out, struct lanner_err *err)
{
    (void)run;
    (void)err;
    SEL_FOR (sel, i) {
        struct val a = val_to_num(column_at(&args[0], i));
        int64_t x;

        out[i] = !val_is_null(&a) && bits_of(&a, &x) ? val_long(~x) : VAL_ABSENT;
    }
    return LANNER_OK;
}

/* when1, then1, when2, then2, ..., else: an even number of arguments has no else. */
static enum lanner_rc eval_case(struct fn_run *run, const struct column *args,
                                const struct sel *sel, struct val *out, struct lanner_err *err)
{
    size_t n = run->call->n_args;

    (void)err;
    SEL_FOR (sel, i) {
        size_t k = 0;

        while (k + 1 < n && cell_truth(column_at(&args[k], i)) != 1)
            k += 2;
        if (k + 1 < n)
            out[i] = *column_at(&args[k + 1], i);
        else
            out[i] = k < n ? *column_at(&args[k], i) : VAL_ABSENT;
    }
    return LANNER_OK;
}

static const struct fn_param two_params[] = {PARAM("left", P_EXPR, PARAM_REQUIRED, NULL),
                                             PARAM("right", P_EXPR, PARAM_REQUIRED, NULL),
                                             PARAMS_END};
static const struct fn_param one_params[] = {PARAM("value", P_EXPR, PARAM_FIRST, NULL), PARAMS_END};
static const struct fn_param case_params[] = {
    PARAM("branches", P_EXPR, PARAM_FIRST | PARAM_MANY, NULL), PARAMS_END};

#define OPERATOR_ROW(row_name, params_, ret_, eval_, doc_)                                         \
    {                                                                                              \
        .name = row_name, .kind = FN_SCALAR, .params = params_, .ret = ret_,                       \
        .nulls = FN_NULL_IN_NULL_OUT, .family = "Operators", .doc = doc_, .eval = eval_            \
    }

const struct fn_def fn_aql_arith[] = {
    OPERATOR_ROW("aql_add", two_params, TYPE_NUM, eval_add, "The sum."),
    OPERATOR_ROW("aql_sub", two_params, TYPE_NUM, eval_sub, "The difference."),
    OPERATOR_ROW("aql_mul", two_params, TYPE_NUM, eval_mul, "The product."),
    OPERATOR_ROW("aql_div", two_params, TYPE_NUM, eval_div,
                 "The quotient, of integers without its fraction; by zero there is no value."),
    OPERATOR_ROW("aql_mod", two_params, TYPE_NUM, eval_mod,
                 "The remainder, with the sign of the dividend; by zero there is no value."),
    OPERATOR_ROW("aql_pow", two_params, TYPE_DOUBLE, eval_pow, "The power."),
    OPERATOR_ROW("aql_neg", one_params, TYPE_NUM, eval_neg, "The number with its sign turned."),
    OPERATOR_ROW("aql_bit_and", two_params, TYPE_LONG, eval_bit_and, "Bits set in both."),
    OPERATOR_ROW("aql_bit_or", two_params, TYPE_LONG, eval_bit_or, "Bits set in either."),
    OPERATOR_ROW("aql_bit_not", one_params, TYPE_LONG, eval_bit_not, "All bits turned."),
    OPERATOR_ROW("aql_shl", two_params, TYPE_LONG, eval_shl, "Bits moved up."),
    OPERATOR_ROW("aql_shr", two_params, TYPE_LONG, eval_shr, "Bits moved down, the sign kept."),
    {
        .name = "aql_case",
        .kind = FN_SCALAR,
        .params = case_params,
        .ret = TYPE_ANY,
        .nulls = FN_NULLS_SEEN,
        .family = "Operators",
        .doc = "The value behind the first condition that is true, else the last one.",
        .eval = eval_case,
    },
    {0},
};
