/* agg_percentile.c - percentile(): the element at place floor(p/100 * (n-1)) of the sorted values;
 * PERCENTILE() and MEDIAN(): the point there between two elements.
 *
 * LogScale estimates it within `accuracy`; here all values are kept and the element is exact, apart
 * from integers above 2^53, which are kept as doubles. */
#include <math.h>

#include "fn/agg.h"

enum { P_PERCENTILES, P_ACCURACY, P_OUT, P_VALUE };

#define MAX_PERCENTILES 1000

struct percentile_call {
    double *shares; /* in order of the outputs written */
    size_t n;
    const size_t *out;
};

static bool in_range(double p)
{
    return p >= 0 && p <= 100;
}

static enum lanner_rc percentile_writes(const struct fn_call *call, fn_names *names,
                                        struct arena *a, struct lanner_err *err)
{
    struct str as = arg_text(call, P_OUT, a);
    size_t n;
    const struct val *list = arg_list(call, P_PERCENTILES, &n);

    if (n > MAX_PERCENTILES)
        return call_err(
            call, err_set(err, LANNER_ERR_LIMIT, "more than %d percentiles", MAX_PERCENTILES), err);
    for (size_t i = 0; i < n; i++) {
        char room[VAL_PRINT_MAX];
        struct str p = val_print(&list[i], room);

        VEC_PUSH(names, arena_printf(a, "%.*s_%.*s", STR_ARG(as), STR_ARG(p)));
    }
    return LANNER_OK;
}

static enum lanner_rc percentile_bind(struct fn_call *call, struct lanner_err *err)
{
    struct percentile_call *c = ARENA_NEW(call->env->arena, struct percentile_call);
    const struct val *list = arg_list(call, P_PERCENTILES, &c->n);

    call->state = c;
    c->shares = ARENA_ARRAY(call->env->arena, double, c->n);
    for (size_t i = 0; i < c->n; i++) {
        if (!cell_double(&list[i], &c->shares[i]) || !in_range(c->shares[i]))
            return call_err(
                call, err_set(err, LANNER_ERR_QUERY, "percentiles are numbers from 0 to 100"), err);
    }
    return agg_out_map(call, &c->out, err);
}

AGG_INIT_ZERO(percentile_init, struct bag)

static enum lanner_rc percentile_update(struct agg_ctx *ctx, void *const *states,
                                        const struct column *args, const struct batch *in,
                                        const struct sel *sel, struct lanner_err *err)
{
    (void)in;
    (void)err;
    SEL_FOR (sel, i) {
        double d;

        if (cell_double(column_at(&args[P_VALUE], i), &d) && d >= 0)
            *(double *)bag_add(states[i], sizeof(double), ctx->arena) = d;
    }
    return LANNER_OK;
}

static enum lanner_rc percentile_merge(struct agg_ctx *ctx, void *dst, void *src,
                                       struct lanner_err *err)
{
    (void)err;
    bag_merge(dst, src, sizeof(double), ctx->arena);
    return LANNER_OK;
}

static void percentile_save(const struct agg_ctx *ctx, const void *state, struct buf *out)
{
    const struct bag *b = state;

    (void)ctx;
    buf_put_u8(out, AGG_SAVE_VERSION);
    buf_put_u64(out, b->n);
    for (size_t i = 0; i < b->n; i++)
        buf_put_f64(out, ((const double *)b->items)[i]);
}

static enum lanner_rc percentile_load(struct agg_ctx *ctx, void *state, struct reader *in,
                                      struct lanner_err *err)
{
    uint64_t n;

    (void)err;
    in->bad |= read_u8(in) != AGG_SAVE_VERSION;
    n = read_u64(in);
    for (uint64_t i = 0; i < n && !in->bad; i++) {
        double d = read_f64(in);

        in->bad |= !__builtin_isfinite(d);
        *(double *)bag_add(state, sizeof(double), ctx->arena) = d;
    }
    return LANNER_OK;
}

static int cmp_double(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static enum lanner_rc percentile_read(const struct agg_ctx *ctx, const void *state,
                                      struct agg_out *out, struct lanner_err *err)
{
    const struct percentile_call *c = ctx->call->state;
    const struct bag *b = state;
    double *sorted = xmalloc(b->n * sizeof(double));

    if (b->n > 0)
        memcpy(sorted, b->items, b->n * sizeof(double));
    qsort(sorted, b->n, sizeof(double), cmp_double);
    for (size_t i = 0; i < c->n; i++) {
        size_t at;

        if (c->out[i] == SIZE_MAX || b->n == 0)
            continue;
        at = (size_t)floor(c->shares[i] * (double)(b->n - 1) / 100);
        out->vals[c->out[i]] = val_double(sorted[MIN(at, b->n - 1)]);
    }
    free(sorted);
    return out->emit(out, err);
}

static const struct agg_def percentile_def = {
    .state_size = sizeof(struct bag),
    .init = percentile_init,
    .update = percentile_update,
    .merge = percentile_merge,
    .save = percentile_save,
    .load = percentile_load,
    .read = percentile_read,
};

/* ---- PERCENTILE, MEDIAN
 * -------------------------------------------------------------------------- */

enum { POINT_VALUE, POINT_SHARE };

/* A share up to 1 is a part of the whole (0.95), above it a part of a hundred (95). */
static enum lanner_rc point_bind(struct fn_call *call, struct lanner_err *err)
{
    double *share = ARENA_NEW(call->env->arena, double);

    call->state = share;
    TRY(arg_double(call, POINT_SHARE, "share", 0.5, share, err));
    if (!in_range(*share))
        return call_err(call, err_set(err, LANNER_ERR_QUERY, "a percentile is from 0 to 100"), err);
    if (*share > 1)
        *share /= 100;
    return LANNER_OK;
}

static enum lanner_rc point_update(struct agg_ctx *ctx, void *const *states,
                                   const struct column *args, const struct batch *in,
                                   const struct sel *sel, struct lanner_err *err)
{
    (void)in;
    (void)err;
    SEL_FOR (sel, i) {
        double d;

        if (cell_double(column_at(&args[POINT_VALUE], i), &d))
            *(double *)bag_add(states[i], sizeof(double), ctx->arena) = d;
    }
    return LANNER_OK;
}

static enum lanner_rc point_read(const struct agg_ctx *ctx, const void *state, struct agg_out *out,
                                 struct lanner_err *err)
{
    const struct bag *b = state;
    double share = *(const double *)ctx->call->state;
    double *sorted;
    double place, part, d;
    size_t at;

    if (b->n == 0)
        return agg_emit_one(ctx, out, VAL_ABSENT, err);
    sorted = xmalloc(b->n * sizeof(double));
    memcpy(sorted, b->items, b->n * sizeof(double));
    qsort(sorted, b->n, sizeof(double), cmp_double);
    place = share * (double)(b->n - 1);
    at = MIN((size_t)place, b->n - 1);
    part = place - (double)at;
    d = sorted[at];
    if (part > 0 && at + 1 < b->n)
        d += (sorted[at + 1] - d) * part;
    free(sorted);
    return agg_emit_one(ctx, out, val_double(d), err);
}

static const struct agg_def point_def = {
    .state_size = sizeof(struct bag),
    .init = percentile_init,
    .update = point_update,
    .merge = percentile_merge,
    .save = percentile_save,
    .load = percentile_load,
    .read = point_read,
};

PARAMS_FIELD_AS(median_params, "_median");
static const struct fn_param point_params[] = {PARAM("field", P_FIELD, PARAM_FIRST, NULL),
                                               PARAM("share", P_NUMBER, PARAM_FIRST, NULL),
                                               PARAM_AS("_percentile"), PARAMS_END};

static const struct fn_param percentile_params[] = {
    PARAM("percentiles", P_LIST, 0, "[50, 75, 99]"),
    PARAM("accuracy", P_NUMBER, 0, "0.01"),
    PARAM("as", P_NAME, 0, ""),
    PARAM("field", P_FIELD, PARAM_FIRST, NULL),
    PARAMS_END,
};

const struct fn_def fn_agg_percentile[] = {
    {
        AGG_ROW,
        .name = "percentile",
        .params = percentile_params,
        .ret = TYPE_DOUBLE,
        .spelled = {[LANG_CQL] = "percentile"},
        .family = "Grouping and statistics",
        .doc = "For each p of `percentiles` the value at place ⌊p/100·(n−1)⌋ of the sorted values "
               "that are non-negative numbers, in the field `<as>_<p>`. Exact; `accuracy` is taken "
               "and not needed.",
        .bind = percentile_bind,
        .agg = &percentile_def,
        .writes = percentile_writes,
    },
    {
        AGG_ROW,
        .name = "median",
        .params = median_params,
        .ret = TYPE_DOUBLE,
        .spelled = {[LANG_AQL] = "MEDIAN"},
        .family = "Grouping and statistics",
        .doc = "The middle of the values that are numbers, or the mean of the two in the middle; "
               "NULL when there are none.",
        .bind = point_bind,
        .agg = &point_def,
    },
    {
        AGG_ROW,
        .name = "percentile_point",
        .params = point_params,
        .ret = TYPE_DOUBLE,
        .spelled = {[LANG_AQL] = "PERCENTILE"},
        .family = "Grouping and statistics",
        .doc = "The value below which the given share of the values that are numbers lies, exact, "
               "between two of them in proportion. The share is 0.95 or 95.",
        .bind = point_bind,
        .agg = &point_def,
    },
    {0},
};
