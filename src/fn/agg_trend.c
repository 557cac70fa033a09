/* agg_trend.c - linReg() and counterAsRate(). */
#include "fn/agg.h"
#include "util/exact.h"

/* ---- linReg
 * -------------------------------------------------------------------------------------- */

enum { REG_X, REG_Y, REG_PREFIX };
enum { OUT_SLOPE, OUT_INTERCEPT, OUT_R2, OUT_N, N_OUT };

struct regression {
    uint64_t n;
    struct exact x, y, xx, xy, yy;
};

static enum lanner_rc reg_writes(const struct fn_call *call, fn_names *names, struct arena *a,
                                 struct lanner_err *err)
{
    static const char *const endings[N_OUT] = {"slope", "intercept", "r2", "n"};
    struct str prefix = arg_text(call, REG_PREFIX, a);

    (void)err;
    for (size_t i = 0; i < N_OUT; i++)
        VEC_PUSH(names, arena_printf(a, "%.*s%s", STR_ARG(prefix), endings[i]));
    return LANNER_OK;
}

static enum lanner_rc reg_bind(struct fn_call *call, struct lanner_err *err)
{
    const size_t *out;

    TRY(agg_out_map(call, &out, err));
    call->state = (void *)(uintptr_t)out;
    return LANNER_OK;
}

AGG_INIT_ZERO(reg_init, struct regression)

static enum lanner_rc reg_update(struct agg_ctx *ctx, void *const *states,
                                 const struct column *args, const struct batch *in,
                                 const struct sel *sel, struct lanner_err *err)
{
    (void)in;
    (void)err;
    SEL_FOR (sel, i) {
        struct regression *s = states[i];
        double x;
        double y;

        if (!cell_double(column_at(&args[REG_X], i), &x) ||
            !cell_double(column_at(&args[REG_Y], i), &y))
            continue;
        s->n++;
        exact_add_double(&s->x, x, ctx->arena);
        exact_add_double(&s->y, y, ctx->arena);
        exact_add_product(&s->xx, x, x, ctx->arena);
        exact_add_product(&s->xy, x, y, ctx->arena);
        exact_add_product(&s->yy, y, y, ctx->arena);
    }
    return LANNER_OK;
}

static enum lanner_rc reg_merge(struct agg_ctx *ctx, void *dst, void *src, struct lanner_err *err)
{
    struct regression *to = dst;
    const struct regression *from = src;

    (void)err;
    to->n += from->n;
    exact_merge(&to->x, &from->x, ctx->arena);
    exact_merge(&to->y, &from->y, ctx->arena);
    exact_merge(&to->xx, &from->xx, ctx->arena);
    exact_merge(&to->xy, &from->xy, ctx->arena);
    exact_merge(&to->yy, &from->yy, ctx->arena);
    return LANNER_OK;
}

static void reg_save(const struct agg_ctx *ctx, const void *state, struct buf *out)
{
    const struct regression *s = state;

    (void)ctx;
    buf_put_u8(out, AGG_SAVE_VERSION);
    buf_put_u64(out, s->n);
    exact_save(&s->x, out);
    exact_save(&s->y, out);
    exact_save(&s->xx, out);
    exact_save(&s->xy, out);
    exact_save(&s->yy, out);
}

static enum lanner_rc reg_load(struct agg_ctx *ctx, void *state, struct reader *in,
                               struct lanner_err *err)
{
    struct regression *s = state;

    (void)err;
    in->bad |= read_u8(in) != AGG_SAVE_VERSION;
    s->n = read_u64(in);
    exact_load(&s->x, in, ctx->arena);
    exact_load(&s->y, in, ctx->arena);
    exact_load(&s->xx, in, ctx->arena);
    exact_load(&s->xy, in, ctx->arena);
    exact_load(&s->yy, in, ctx->arena);
    return LANNER_OK;
}

/* Nothing when all x or all y are equal, or there are too few points for the adjusted R². */
static enum lanner_rc reg_read(const struct agg_ctx *ctx, const void *state, struct agg_out *out,
                               struct lanner_err *err)
{
    const struct regression *s = state;
    const size_t *map = ctx->call->state;
    struct val vals[N_OUT];
    double sxx, sxy, syy, slope, r2, n;

    if (s->n < 3)
        return out->emit(out, err);
    n = (double)s->n;
    sxx = exact_central(&s->xx, &s->x, &s->x, s->n);
    sxy = exact_central(&s->xy, &s->x, &s->y, s->n);
    syy = exact_central(&s->yy, &s->y, &s->y, s->n);
    if (!(sxx > 0) || !(syy > 0))
        return out->emit(out, err);
    slope = sxy / sxx;
    r2 = sxy / sxx * (sxy / syy);
    vals[OUT_SLOPE] = val_double(slope);
    vals[OUT_INTERCEPT] = val_double(exact_mean(&s->y, s->n) - slope * exact_mean(&s->x, s->n));
    vals[OUT_R2] = val_double(1 - (1 - r2) * (n - 1) / (n - 2));
    vals[OUT_N] = val_long((int64_t)s->n);
    for (size_t i = 0; i < N_OUT; i++) {
        if (map[i] != SIZE_MAX)
            out->vals[map[i]] = vals[i];
    }
    return out->emit(out, err);
}

static const struct agg_def reg_def = {
    .state_size = sizeof(struct regression),
    .init = reg_init,
    .update = reg_update,
    .merge = reg_merge,
    .save = reg_save,
    .load = reg_load,
    .read = reg_read,
};

/* ---- counterAsRate
 * ------------------------------------------------------------------------------- */

enum { RATE_FIELD, RATE_TIME };

struct point {
    int64_t time_ms;
    struct ordinal ord;
    double value;
};

AGG_INIT_ZERO(rate_init, struct bag)

static enum lanner_rc rate_update(struct agg_ctx *ctx, void *const *states,
                                  const struct column *args, const struct batch *in,
                                  const struct sel *sel, struct lanner_err *err)
{
    (void)err;
    SEL_FOR (sel, i) {
        struct point p = {.ord = in->ord[i]};

        if (cell_double(column_at(&args[RATE_FIELD], i), &p.value) &&
            cell_long(column_at(&args[RATE_TIME], i), &p.time_ms))
            *(struct point *)bag_add(states[i], sizeof(p), ctx->arena) = p;
    }
    return LANNER_OK;
}

static enum lanner_rc rate_merge(struct agg_ctx *ctx, void *dst, void *src, struct lanner_err *err)
{
    (void)err;
    bag_merge(dst, src, sizeof(struct point), ctx->arena);
    return LANNER_OK;
}

static void rate_save(const struct agg_ctx *ctx, const void *state, struct buf *out)
{
    const struct bag *b = state;

    (void)ctx;
    buf_put_u8(out, AGG_SAVE_VERSION);
    buf_put_u64(out, b->n);
    for (size_t i = 0; i < b->n; i++) {
        const struct point *p = &((const struct point *)b->items)[i];

        buf_put_u64(out, (uint64_t)p->time_ms);
        save_ordinal(p->ord, out);
        buf_put_f64(out, p->value);
    }
}

static enum lanner_rc rate_load(struct agg_ctx *ctx, void *state, struct reader *in,
                                struct lanner_err *err)
{
    uint64_t n;

    (void)err;
    in->bad |= read_u8(in) != AGG_SAVE_VERSION;
    n = read_u64(in);
    for (uint64_t i = 0; i < n && !in->bad; i++) {
        struct point p = {.time_ms = (int64_t)read_u64(in)};

        p.ord = load_ordinal(in);
        p.value = read_f64(in);
        *(struct point *)bag_add(state, sizeof(p), ctx->arena) = p;
    }
    return LANNER_OK;
}

static int cmp_point(const void *a, const void *b)
{
    const struct point *x = a;
    const struct point *y = b;

    if (x->time_ms != y->time_ms)
        return x->time_ms < y->time_ms ? -1 : 1;
    return ordinal_cmp(x->ord, y->ord);
}

static struct val rate_of(const struct point *sorted, size_t n)
{
    double ms;

    for (size_t i = 1; i < n; i++) {
        if (sorted[i].value < sorted[i - 1].value)
            return VAL_ABSENT;
    }
    if (n < 2 || sorted[n - 1].time_ms == sorted[0].time_ms)
        return VAL_ABSENT;
    ms = (double)sorted[n - 1].time_ms - (double)sorted[0].time_ms;
    return val_double((sorted[n - 1].value - sorted[0].value) * 1000 / ms);
}

static enum lanner_rc rate_read(const struct agg_ctx *ctx, const void *state, struct agg_out *out,
                                struct lanner_err *err)
{
    const struct bag *b = state;
    struct point *sorted = xmalloc(b->n * sizeof(*sorted));
    struct val v;

    if (b->n > 0)
        memcpy(sorted, b->items, b->n * sizeof(*sorted));
    qsort(sorted, b->n, sizeof(*sorted), cmp_point);
    v = rate_of(sorted, b->n);
    free(sorted);
    return agg_emit_one(ctx, out, v, err);
}

static const struct agg_def rate_def = {
    .state_size = sizeof(struct bag),
    .init = rate_init,
    .update = rate_update,
    .merge = rate_merge,
    .save = rate_save,
    .load = rate_load,
    .read = rate_read,
};

static const struct fn_param reg_params[] = {
    PARAM("x", P_FIELD, PARAM_REQUIRED, NULL),
    PARAM("y", P_FIELD, PARAM_REQUIRED, NULL),
    PARAM("prefix", P_TEXT, 0, "_"),
    PARAMS_END,
};
static const struct fn_param rate_params[] = {
    PARAM("field", P_FIELD, PARAM_FIRST, NULL),
    PARAM("@timestamp", P_FIELD, 0, "@timestamp"),
    PARAM_AS("_rate"),
    PARAMS_END,
};

const struct fn_def fn_agg_trend[] = {
    {
        AGG_ROW,
        .name = "linReg",
        .params = reg_params,
        .ret = TYPE_NUM,
        .spelled = {[LANG_CQL] = "linReg"},
        .family = "Grouping and statistics",
        .doc = "Least squares y = slope·x + intercept: `_slope`, `_intercept`, the adjusted "
               "R² `_r2` and the number of points `_n`. Nothing when all x or all y are equal or "
               "there are less than three points.",
        .bind = reg_bind,
        .agg = &reg_def,
        .writes = reg_writes,
    },
    {
        AGG_ROW,
        .name = "counterAsRate",
        .params = rate_params,
        .ret = TYPE_DOUBLE,
        .spelled = {[LANG_CQL] = "counterAsRate"},
        .family = "Grouping and statistics",
        .doc =
            "The increase of a counter in a second between the first and the last event by time; "
            "nothing when it decreases anywhere or there is one point only.",
        .agg = &rate_def,
    },
    {0},
};
