/* fn_aql_math.c - AQL: numbers. Integers stay integers where Java keeps them, NaN and infinities
 * are no value, text that is no number gives null. */
#include "fn/kernel.h"

#include <math.h>

#include "batch/order.h"
#include "fn/aql_value.h"
#include "util/num.h"

/* ---- one number to one number ------------------------------------------------------------------
 */

static enum lanner_rc eval_double(const struct column *args, const struct sel *sel, struct val *out,
                                  double (*fn)(double))
{
    SEL_FOR (sel, i) {
        double d;

        out[i] = cell_double(column_at(&args[0], i), &d) ? val_double(fn(d)) : VAL_ABSENT;
    }
    return LANNER_OK;
}

/* Integers are whole already. */
static enum lanner_rc eval_whole(const struct column *args, const struct sel *sel, struct val *out,
                                 double (*fn)(double))
{
    SEL_FOR (sel, i) {
        struct val n = val_to_num(column_at(&args[0], i));

        out[i] = n.kind == KIND_DOUBLE ? val_double(fn(n.u.d)) : n;
    }
    return LANNER_OK;
}

#define MATH_KERNEL(id, shape, fn)                                                                 \
    static enum lanner_rc eval_##id(struct fn_run *run, const struct column *args,                 \
                                    const struct sel *sel, struct val *out,                        \
                                    struct lanner_err *err)                                        \
    {                                                                                              \
        (void)run;                                                                                 \
        (void)err;                                                                                 \
        return shape(args, sel, out, fn);                                                          \
    }
MATH_KERNEL(ln, eval_double, log)
MATH_KERNEL(log10, eval_double, log10)
MATH_KERNEL(sqrt, eval_double, sqrt)
MATH_KERNEL(exp, eval_double, exp)
MATH_KERNEL(ceil, eval_whole, ceil)
MATH_KERNEL(floor, eval_whole, floor)

static enum lanner_rc eval_abs(struct fn_run *run, const struct column *args, const struct sel *sel,
                               struct val *out, struct lanner_err *err)
{
    (void)run;
    (void)err;
    SEL_FOR (sel, i) {
        struct val n = val_to_num(column_at(&args[0], i));

        if (n.kind == KIND_DOUBLE)
            n = val_double(fabs(n.u.d));
        else if (n.kind == KIND_LONG && n.u.i < 0)
            n = n.u.i == INT64_MIN ? val_double(fabs((double)n.u.i)) : val_long(-n.u.i);
        out[i] = n;
    }
    return LANNER_OK;
}

static enum lanner_rc eval_sign(struct fn_run *run, const struct column *args,
                                const struct sel *sel, struct val *out, struct lanner_err *err)
{
    (void)run;
    (void)err;
    SEL_FOR (sel, i) {
        struct val n = val_to_num(column_at(&args[0], i));

        if (n.kind == KIND_LONG)
            n = val_long(n.u.i < 0 ? -1 : n.u.i > 0);
        else if (n.kind == KIND_DOUBLE)
            n = val_long(n.u.d < 0 ? -1 : n.u.d > 0);
        out[i] = n;
    }
    return LANNER_OK;
}

/* ---- ROUND, TRUNC with a number of digits ------------------------------------------------------
 */

/* Digits beyond these change no double. */
#define DIGITS_MOST 400
/* And integers have no more than these. */
#define LONG_DIGITS 19

/* v with zeros in its last n digits: cut, or to the nearest with halves away from zero. */
static struct val long_digits(int64_t v, int64_t n, bool nearest)
{
    int64_t unit = 1;
    int64_t rest;
    int64_t up;

    if (n >= LONG_DIGITS)
        return val_long(0);
    while (n-- > 0)
        unit *= 10;
    rest = v % unit;
    v -= rest;
    if (!nearest || (rest < unit - rest && -rest < unit + rest))
        return val_long(v);
    if (__builtin_add_overflow(v, rest < 0 ? -unit : unit, &up))
        return val_double((double)v + (double)(rest < 0 ? -unit : unit));
    return val_long(up);
}

/* The number cut to so many digits after the point. Decided on the shortest decimal text, so that
 * 4.35 stays 4.35. */
static double cut_digits(double v, int digits)
{
    double rounded;
    double unit;

    if (!num_round_decimal(v, digits, &rounded) || fabs(rounded) <= fabs(v))
        return num_round_decimal(v, digits, &rounded) ? rounded : v;
    /* Rounding went away from zero: one unit back, which is again a rounding of a decimal. */
    unit = pow(10.0, -digits);
    return num_round_decimal(rounded - copysign(unit, v), digits, &rounded) ? rounded : v;
}

static void eval_digits(const struct fn_run *run, const struct column *args, const struct sel *sel,
                        struct val *out, bool nearest)
{
    SEL_FOR (sel, i) {
        struct val n = val_to_num(column_at(&args[0], i));
        int64_t digits = 0;
        double d;

        if (run->call->n_args > 1 && !val_is_null(column_at(&args[1], i)) &&
            !cell_long(column_at(&args[1], i), &digits))
            n = VAL_ABSENT;
        digits = MIN(MAX(digits, -DIGITS_MOST), DIGITS_MOST);
        if (n.kind == KIND_LONG && digits < 0)
            n = long_digits(n.u.i, -digits, nearest);
        else if (n.kind == KIND_DOUBLE && nearest)
            n = num_round_decimal(n.u.d, (int)digits, &d) ? val_double(d) : n;
        else if (n.kind == KIND_DOUBLE)
            n = val_double(digits == 0 ? trunc(n.u.d) : cut_digits(n.u.d, (int)digits));
        out[i] = n;
    }
}

static enum lanner_rc eval_round(struct fn_run *run, const struct column *args,
                                 const struct sel *sel, struct val *out, struct lanner_err *err)
{
    (void)err;
    eval_digits(run, args, sel, out, true);
    return LANNER_OK;
}

static enum lanner_rc eval_trunc(struct fn_run *run, const struct column *args,
                                 const struct sel *sel, struct val *out, struct lanner_err *err)
{
    (void)err;
    eval_digits(run, args, sel, out, false);
    return LANNER_OK;
}

/* ---- two numbers -------------------------------------------------------------------------------
 */

static enum lanner_rc eval_pow(struct fn_run *run, const struct column *args, const struct sel *sel,
                               struct val *out, struct lanner_err *err)
{
    (void)run;
    (void)err;
    SEL_FOR (sel, i) {
        double a;
        double b;

        out[i] = VAL_ABSENT;
        if (cell_double(column_at(&args[0], i), &a) && cell_double(column_at(&args[1], i), &b))
            out[i] = val_double(pow(a, b));
    }
    return LANNER_OK;
}

/* With the sign of the dividend, as Java's %. */
static struct val modulo(struct val a, struct val b)
{
    double x;
    double y;

    if (a.kind == KIND_LONG && b.kind == KIND_LONG) {
        if (b.u.i == 0)
            return VAL_ABSENT;
        return val_long(b.u.i == -1 ? 0 : a.u.i % b.u.i);
    }
    if (!cell_double(&a, &x) || !cell_double(&b, &y) || y == 0)
        return VAL_ABSENT;
    return val_double(fmod(x, y));
}

static enum lanner_rc eval_mod(struct fn_run *run, const struct column *args, const struct sel *sel,
                               struct val *out, struct lanner_err *err)
{
    (void)err;
    SEL_FOR (sel, i) {
        struct val a = val_to_num(column_at(&args[0], i));
        struct val b = val_to_num(column_at(&args[1], i));

        out[i] = val_is_null(&a) || val_is_null(&b) ? VAL_ABSENT : modulo(a, b);
        if (val_is_null(&out[i]) && !val_is_null(&a) && !val_is_null(&b))
            run_note(run, LANNER_NOTE_WARNING, "division by zero gives null");
    }
    return LANNER_OK;
}

/* ---- GREATEST, LEAST ---------------------------------------------------------------------------
 */

/* Fields of text that hold numbers are numbers here: 10 is greater than 9. False when one is none.
 */
static bool extreme_number(const struct fn_run *run, const struct column *args, uint32_t row,
                           enum aql_relation wanted, struct val *out)
{
    *out = val_to_num(column_at(&args[0], row));
    for (size_t k = 1; k < run->call->n_args && !val_is_null(out); k++) {
        struct val n = val_to_num(column_at(&args[k], row));

        if (val_is_null(&n) || aql_relate(run->call->env, (struct aql_side){&n, NULL},
                                          (struct aql_side){out, NULL}) == wanted)
            *out = n;
    }
    return !val_is_null(out);
}

/* Null when one is null, or when two cannot be compared. */
static void eval_extreme(const struct fn_run *run, const struct column *args, const struct sel *sel,
                         struct val *out, enum aql_relation wanted)
{
    static const struct val absent = {.kind = KIND_ABSENT};

    SEL_FOR (sel, i) {
        const struct val *best = column_at(&args[0], i);

        if (extreme_number(run, args, i, wanted, &out[i]))
            continue;
        for (size_t k = 1; k < run->call->n_args && !val_is_null(best); k++) {
            const struct val *v = column_at(&args[k], i);
            enum aql_relation is = AQL_UNEQUAL;

            if (!val_is_null(v))
                is = aql_relate(run->call->env, (struct aql_side){v, NULL},
                                (struct aql_side){best, NULL});
            if (is == AQL_UNEQUAL)
                best = &absent;
            else if (is == wanted)
                best = v;
        }
        out[i] = *best;
    }
}

static enum lanner_rc eval_greatest(struct fn_run *run, const struct column *args,
                                    const struct sel *sel, struct val *out, struct lanner_err *err)
{
    (void)err;
    eval_extreme(run, args, sel, out, AQL_GREATER);
    return LANNER_OK;
}

static enum lanner_rc eval_least(struct fn_run *run, const struct column *args,
                                 const struct sel *sel, struct val *out, struct lanner_err *err)
{
    (void)err;
    eval_extreme(run, args, sel, out, AQL_LESS);
    return LANNER_OK;
}

/* ---- rows --------------------------------------------------------------------------------------
 */

static const struct fn_param one_params[] = {PARAM("x", P_EXPR, PARAM_FIRST, NULL), PARAMS_END};
static const struct fn_param digits_params[] = {PARAM("x", P_EXPR, PARAM_FIRST, NULL),
                                                PARAM("digits", P_EXPR, 0, NULL), PARAMS_END};
static const struct fn_param two_params[] = {PARAM("x", P_EXPR, PARAM_FIRST, NULL),
                                             PARAM("y", P_EXPR, PARAM_REQUIRED, NULL), PARAMS_END};
static const struct fn_param many_params[] = {
    PARAM("values", P_EXPR, PARAM_FIRST | PARAM_MANY, NULL), PARAMS_END};

#define MATH_ROW(row_name, spelling, id, params_, type, doc_)                                      \
    {                                                                                              \
        .name = row_name, .kind = FN_SCALAR, .params = params_##_params, .ret = type,              \
        .nulls = FN_NULL_IN_NULL_OUT, .spelled = {[LANG_AQL] = spelling}, .family = "Numbers",     \
        .doc = doc_, .eval = eval_##id                                                             \
    }
#define CEIL_DOC  "The smallest whole number not below x."
#define TRUNC_DOC "x cut towards zero, or to so many digits after the point."
#define POW_DOC   "x to the power of y."

const struct fn_def fn_aql_math[] = {
    MATH_ROW("aql_ln", "LN", ln, one, TYPE_DOUBLE, "Natural logarithm."),
    MATH_ROW("aql_log", "LOG", log10, one, TYPE_DOUBLE, "Logarithm to base 10."),
    MATH_ROW("aql_sqrt", "SQRT", sqrt, one, TYPE_DOUBLE, "Square root."),
    MATH_ROW("aql_exp", "EXP", exp, one, TYPE_DOUBLE, "e to the power of x."),
    MATH_ROW("aql_pow_double", "POW", pow, two, TYPE_DOUBLE, POW_DOC),
    MATH_ROW("aql_power", "POWER", pow, two, TYPE_DOUBLE, POW_DOC),
    MATH_ROW("aql_round", "ROUND", round, digits, TYPE_NUM,
             "x to the nearest whole number, or to so many digits after the point; halves away "
             "from zero."),
    MATH_ROW("aql_trunc", "TRUNC", trunc, digits, TYPE_NUM, TRUNC_DOC),
    MATH_ROW("aql_truncate", "TRUNCATE", trunc, digits, TYPE_NUM, TRUNC_DOC),
    MATH_ROW("aql_abs", "ABS", abs, one, TYPE_NUM, "x without its sign."),
    MATH_ROW("aql_ceil", "CEIL", ceil, one, TYPE_NUM, CEIL_DOC),
    MATH_ROW("aql_ceiling", "CEILING", ceil, one, TYPE_NUM, CEIL_DOC),
    MATH_ROW("aql_floor", "FLOOR", floor, one, TYPE_NUM, "The largest whole number not above x."),
    MATH_ROW("aql_modulo", "MOD", mod, two, TYPE_NUM,
             "The remainder of x / y, with the sign of x. Division by zero gives null."),
    MATH_ROW("aql_sign", "SIGN", sign, one, TYPE_LONG, "-1, 0 or 1."),
    MATH_ROW("aql_greatest", "GREATEST", greatest, many, TYPE_ANY,
             "The greatest of the values, null when one is null."),
    MATH_ROW("aql_least", "LEAST", least, many, TYPE_ANY,
             "The least of the values, null when one is null."),
    {0},
};
