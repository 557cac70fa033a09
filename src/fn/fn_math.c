/* fn_math.c - numbers: rounding and math:*. NaN and infinities are no value. */
#include "fn/kernel.h"

#include <math.h>

#include "util/num.h"

static struct val whole(double d)
{
    int64_t i;

    return double_is_long(d, &i) ? val_long(i) : val_double(d);
}

/* ---- round -------------------------------------------------------------------------------------
 */

enum { HOW_ROUND, HOW_CEIL, HOW_FLOOR };

static enum lanner_rc bind_round(struct fn_call *call, struct lanner_err *err)
{
    int *how = ARENA_NEW(call->env->arena, int);
    struct str s = arg_text(call, 1, call->env->arena);

    if (s.len == 0 || str_eq_nocase(s, STR("round")))
        *how = HOW_ROUND;
    else if (str_eq_nocase(s, STR("ceil")))
        *how = HOW_CEIL;
    else if (str_eq_nocase(s, STR("floor")))
        *how = HOW_FLOOR;
    else
        return err_set_at(err, LANNER_ERR_QUERY, call->at,
                          "how of round() must be round, ceil or floor, found '%.*s'", STR_ARG(s));
    call->state = how;
    return LANNER_OK;
}

static enum lanner_rc eval_round(struct fn_run *run, const struct column *args,
                                 const struct sel *sel, struct val *out, struct lanner_err *err)
{
    int how = *(const int *)run->call->state;

    (void)err;
    SEL_FOR (sel, i) {
        struct val n = val_to_num(column_at(&args[0], i));
        double d;

        out[i] = n;
        if (n.kind != KIND_DOUBLE)
            continue;
        if (how == HOW_CEIL)
            d = ceil(n.u.d);
        else if (how == HOW_FLOOR)
            d = floor(n.u.d);
        else if (!num_round_decimal(n.u.d, 0, &d))
            d = n.u.d;
        out[i] = whole(d);
    }
    return LANNER_OK;
}

/* Digits beyond these change no double. */
#define ROUND_DIGITS_MOST 400

static enum lanner_rc eval_round_digits(struct fn_run *run, const struct column *args,
                                        const struct sel *sel, struct val *out,
                                        struct lanner_err *err)
{
    (void)run;
    (void)err;
    SEL_FOR (sel, i) {
        struct val n = val_to_num(column_at(&args[0], i));
        int64_t digits = 0;
        double d;

        out[i] = n;
        if (val_is_null(&n))
            continue;
        if (!val_is_null(column_at(&args[1], i)) && !cell_long(column_at(&args[1], i), &digits)) {
            out[i] = VAL_ABSENT;
            continue;
        }
        digits = MIN(MAX(digits, -ROUND_DIGITS_MOST), ROUND_DIGITS_MOST);
        if (n.kind == KIND_LONG && digits >= 0)
            continue;
        d = n.kind == KIND_LONG ? (double)n.u.i : n.u.d;
        if (num_round_decimal(d, (int)digits, &d))
            out[i] = whole(d);
    }
    return LANNER_OK;
}

/* ---- one number to one number ------------------------------------------------------------------
 */

static void eval_double(const struct column *args, const struct sel *sel, struct val *out,
                        double (*fn)(double))
{
    SEL_FOR (sel, i) {
        double d;

        out[i] = cell_double(column_at(&args[0], i), &d) ? val_double(fn(d)) : VAL_ABSENT;
    }
}

static double deg2rad(double d)
{
    return d / 180.0 * M_PI;
}

static double rad2deg(double d)
{
    return d * 180.0 / M_PI;
}

#define MATH_KERNEL(id, fn)                                                                        \
    static enum lanner_rc eval_##id(struct fn_run *run, const struct column *args,                 \
                                    const struct sel *sel, struct val *out,                        \
                                    struct lanner_err *err)                                        \
    {                                                                                              \
        (void)run;                                                                                 \
        (void)err;                                                                                 \
        eval_double(args, sel, out, fn);                                                           \
        return LANNER_OK;                                                                          \
    }
MATH_KERNEL(arccos, acos)
MATH_KERNEL(arcsin, asin)
MATH_KERNEL(arctan, atan)
MATH_KERNEL(cos, cos)
MATH_KERNEL(cosh, cosh)
MATH_KERNEL(deg2rad, deg2rad)
MATH_KERNEL(exp, exp)
MATH_KERNEL(expm1, expm1)
MATH_KERNEL(log, log)
MATH_KERNEL(log10, log10)
MATH_KERNEL(log1p, log1p)
MATH_KERNEL(log2, log2)
MATH_KERNEL(rad2deg, rad2deg)
MATH_KERNEL(sin, sin)
MATH_KERNEL(sinh, sinh)
MATH_KERNEL(sqrt, sqrt)
MATH_KERNEL(tan, tan)
MATH_KERNEL(tanh, tanh)

/* Integers keep all their digits. */
static void eval_whole(const struct column *args, const struct sel *sel, struct val *out,
                       double (*fn)(double))
{
    SEL_FOR (sel, i) {
        struct val n = val_to_num(column_at(&args[0], i));

        if (n.kind == KIND_LONG && fn == fabs && n.u.i < 0)
            n = n.u.i == INT64_MIN ? val_double(fabs((double)n.u.i)) : val_long(-n.u.i);
        else if (n.kind == KIND_DOUBLE)
            n = fn == fabs ? val_double(fabs(n.u.d)) : whole(fn(n.u.d));
        out[i] = n;
    }
}

#define WHOLE_KERNEL(id, fn)                                                                       \
    static enum lanner_rc eval_##id(struct fn_run *run, const struct column *args,                 \
                                    const struct sel *sel, struct val *out,                        \
                                    struct lanner_err *err)                                        \
    {                                                                                              \
        (void)run;                                                                                 \
        (void)err;                                                                                 \
        eval_whole(args, sel, out, fn);                                                            \
        return LANNER_OK;                                                                          \
    }
WHOLE_KERNEL(abs, fabs)
WHOLE_KERNEL(ceil, ceil)
WHOLE_KERNEL(floor, floor)

/* ---- two numbers -------------------------------------------------------------------------------
 */

static enum lanner_rc eval_two(const struct column *args, const struct sel *sel, struct val *out,
                               double (*fn)(double, double))
{
    SEL_FOR (sel, i) {
        double a;
        double b;

        out[i] = VAL_ABSENT;
        if (cell_double(column_at(&args[0], i), &a) && cell_double(column_at(&args[1], i), &b))
            out[i] = val_double(fn(a, b));
    }
    return LANNER_OK;
}

static enum lanner_rc eval_arctan2(struct fn_run *run, const struct column *args,
                                   const struct sel *sel, struct val *out, struct lanner_err *err)
{
    (void)run;
    (void)err;
    return eval_two(args, sel, out, atan2);
}

static enum lanner_rc eval_pow(struct fn_run *run, const struct column *args, const struct sel *sel,
                               struct val *out, struct lanner_err *err)
{
    (void)run;
    (void)err;
    return eval_two(args, sel, out, pow);
}

static struct val floor_mod(struct val a, struct val b)
{
    double x;
    double y;

    if (a.kind == KIND_DOUBLE)
        a = whole(floor(a.u.d));
    if (b.kind == KIND_DOUBLE)
        b = whole(floor(b.u.d));
    if (a.kind == KIND_LONG && b.kind == KIND_LONG) {
        int64_t r;

        if (b.u.i == 0)
            return VAL_ABSENT;
        if (b.u.i == -1)
            return val_long(0);
        r = a.u.i % b.u.i;
        return val_long(r != 0 && (r < 0) != (b.u.i < 0) ? r + b.u.i : r);
    }
    if (!cell_double(&a, &x) || !cell_double(&b, &y) || y == 0)
        return VAL_ABSENT;
    return val_double(x - y * floor(x / y));
}

static enum lanner_rc eval_mod(struct fn_run *run, const struct column *args, const struct sel *sel,
                               struct val *out, struct lanner_err *err)
{
    (void)run;
    (void)err;
    SEL_FOR (sel, i) {
        struct val a = val_to_num(column_at(&args[0], i));
        struct val b = val_to_num(column_at(&args[1], i));

        out[i] = val_is_null(&a) || val_is_null(&b) ? VAL_ABSENT : floor_mod(a, b);
    }
    return LANNER_OK;
}

/* ---- math:spherical2cartesian ------------------------------------------------------------------
 */

enum { SPHERE_AZIMUTH, SPHERE_POLAR, SPHERE_RADIUS, SPHERE_AS };

static enum lanner_rc writes_sphere(const struct fn_call *call, fn_names *names, struct arena *a,
                                    struct lanner_err *err)
{
    struct str as = arg_text(call, SPHERE_AS, a);

    (void)err;
    VEC_PUSH(names, arena_printf(a, "%.*s.x", STR_ARG(as)));
    VEC_PUSH(names, arena_printf(a, "%.*s.y", STR_ARG(as)));
    VEC_PUSH(names, arena_printf(a, "%.*s.z", STR_ARG(as)));
    return LANNER_OK;
}

static enum lanner_rc bind_sphere(struct fn_call *call, struct lanner_err *err)
{
    const size_t *at = NULL;

    TRY(out_map(call, &at, err));
    call->state = (void *)at;
    return LANNER_OK;
}

static enum lanner_rc eval_sphere(struct fn_run *run, const struct column *args,
                                  const struct sel *sel, struct fn_multi *out,
                                  struct lanner_err *err)
{
    const size_t *at = run->call->state;

    (void)err;
    SEL_FOR (sel, i) {
        double azimuth;
        double polar;
        double radius = 1;
        double xyz[3];

        if (!cell_double(column_at(&args[SPHERE_AZIMUTH], i), &azimuth) ||
            !cell_double(column_at(&args[SPHERE_POLAR], i), &polar))
            continue;
        if (!val_is_null(column_at(&args[SPHERE_RADIUS], i)) &&
            !cell_double(column_at(&args[SPHERE_RADIUS], i), &radius))
            continue;
        azimuth = deg2rad(azimuth);
        polar = deg2rad(polar);
        xyz[0] = radius * cos(polar) * cos(azimuth);
        xyz[1] = radius * cos(polar) * sin(azimuth);
        xyz[2] = radius * sin(polar);
        for (size_t k = 0; k < 3; k++) {
            if (at[k] != SIZE_MAX)
                out->out[at[k]][i] = val_double(xyz[k]);
        }
    }
    return LANNER_OK;
}

/* ---- rows --------------------------------------------------------------------------------------
 */

static const struct fn_param round_params[] = {PARAM("field", P_FIELD, PARAM_FIRST, NULL),
                                               PARAM_WORDS("how", 0, "round", "round|ceil|floor"),
                                               PARAM_AS(NULL), PARAMS_END};
static const struct fn_param round_digits_params[] = {PARAM("value", P_EXPR, PARAM_FIRST, NULL),
                                                      PARAM("digits", P_EXPR, 0, NULL), PARAMS_END};
static const struct fn_param arctan2_params[] = {PARAM("y", P_FIELD, PARAM_REQUIRED, NULL),
                                                 PARAM("x", P_FIELD, PARAM_REQUIRED, NULL),
                                                 PARAM_AS("_arctan2"), PARAMS_END};
static const struct fn_param pow_params[] = {PARAM("field", P_FIELD, PARAM_FIRST, NULL),
                                             PARAM("exponent", P_EXPR, PARAM_REQUIRED, NULL),
                                             PARAM_AS("_pow"), PARAMS_END};
static const struct fn_param mod_params[] = {PARAM("field", P_FIELD, PARAM_FIRST, NULL),
                                             PARAM("divisor", P_EXPR, PARAM_REQUIRED, NULL),
                                             PARAM_AS("_mod"), PARAMS_END};
static const struct fn_param sphere_params[] = {
    PARAM("azimuth", P_FIELD, PARAM_REQUIRED, NULL), PARAM("polar", P_FIELD, PARAM_REQUIRED, NULL),
    PARAM("radius", P_EXPR, 0, "1.0"), PARAM("as", P_NAME, 0, "_spherical2cartesian"), PARAMS_END};

#define MATH_PARAMS(id) PARAMS_FIELD_AS(id##_params, "_" #id)
MATH_PARAMS(abs);
MATH_PARAMS(arccos);
MATH_PARAMS(arcsin);
MATH_PARAMS(arctan);
MATH_PARAMS(ceil);
MATH_PARAMS(cos);
MATH_PARAMS(cosh);
MATH_PARAMS(deg2rad);
MATH_PARAMS(exp);
MATH_PARAMS(expm1);
MATH_PARAMS(floor);
MATH_PARAMS(log);
MATH_PARAMS(log10);
MATH_PARAMS(log1p);
MATH_PARAMS(log2);
MATH_PARAMS(rad2deg);
MATH_PARAMS(sin);
MATH_PARAMS(sinh);
MATH_PARAMS(sqrt);
MATH_PARAMS(tan);
MATH_PARAMS(tanh);

#define MATH_ROW(id, doc_)                                                                         \
    {                                                                                              \
        .name = "math:" #id, .kind = FN_SCALAR, .params = id##_params, .ret = TYPE_NUM,            \
        .nulls = FN_NULL_IN_NULL_OUT, .spelled = {[LANG_CQL] = "math:" #id}, .family = "Numbers",  \
        .doc = doc_, .eval = eval_##id                                                             \
    }

const struct fn_def fn_math[] = {
    {
        .name = "round",
        .kind = FN_SCALAR,
        .params = round_params,
        .ret = TYPE_NUM,
        .nulls = FN_NULL_IN_NULL_OUT,
        .spelled = {[LANG_CQL] = "round"},
        .family = "Numbers",
        .doc = "The number as an integer: half away from zero, or with `how=ceil` and `how=floor` "
               "up and down. What is no number stays as it is.",
        .bind = bind_round,
        .eval = eval_round,
    },
    {
        .name = "round_digits",
        .kind = FN_SCALAR,
        .params = round_digits_params,
        .ret = TYPE_NUM,
        .nulls = FN_NULL_IN_NULL_OUT,
        .family = "Numbers",
        .doc = "The number with so many digits after the point, half away from zero.",
        .eval = eval_round_digits,
    },
    MATH_ROW(abs, "The number without its sign."),
    MATH_ROW(arccos, "Arc cosine."),
    MATH_ROW(arcsin, "Arc sine."),
    MATH_ROW(arctan, "Arc tangent."),
    MATH_ROW(arctan2, "Angle of the point (x, y)."),
    MATH_ROW(ceil, "The smallest integer not below the number."),
    MATH_ROW(cos, "Cosine."),
    MATH_ROW(cosh, "Hyperbolic cosine."),
    MATH_ROW(deg2rad, "Degrees to radians."),
    MATH_ROW(exp, "e to the power of the number."),
    MATH_ROW(expm1, "e to the power of the number, less one."),
    MATH_ROW(floor, "The largest integer not above the number."),
    MATH_ROW(log, "Natural logarithm."),
    MATH_ROW(log10, "Logarithm to base 10."),
    MATH_ROW(log1p, "Natural logarithm of the number and one."),
    MATH_ROW(log2, "Logarithm to base 2."),
    MATH_ROW(mod, "Floor modulus, with the sign of the divisor; both numbers are first rounded "
                  "down."),
    MATH_ROW(pow, "The number to the power of `exponent`."),
    MATH_ROW(rad2deg, "Radians to degrees."),
    MATH_ROW(sin, "Sine."),
    MATH_ROW(sinh, "Hyperbolic sine."),
    MATH_ROW(sqrt, "Square root."),
    MATH_ROW(tan, "Tangent."),
    MATH_ROW(tanh, "Hyperbolic tangent."),
    {
        .name = "math:spherical2cartesian",
        .kind = FN_MULTI,
        .params = sphere_params,
        .ret = TYPE_NUM,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_CQL] = "math:spherical2cartesian"},
        .family = "Numbers",
        .doc = "Writes `.x`, `.y` and `.z` of a point given by angles in degrees: azimuth from the "
               "x axis, polar from the plane of x and y.",
        .bind = bind_sphere,
        .eval_multi = eval_sphere,
        .writes = writes_sphere,
    },
    {0},
};
