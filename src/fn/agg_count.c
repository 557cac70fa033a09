/* agg_count.c - count(), with distinct values counted exactly, and percentage(). */
#include "fn/agg.h"

enum { COUNT_FIELD, COUNT_DISTINCT };

struct count_call {
    bool has_field;
    bool distinct;
};

struct count {
    uint64_t n;
    struct distinct values;
};

static enum lanner_rc count_bind(struct fn_call *call, struct lanner_err *err)
{
    struct count_call *c = ARENA_NEW(call->env->arena, struct count_call);

    c->has_field = arg_given(call, COUNT_FIELD);
    c->distinct = arg_bool(call, COUNT_DISTINCT, false);
    if (c->distinct && !c->has_field)
        return call_err(call, err_set(err, LANNER_ERR_QUERY, "count() with distinct needs a field"),
                        err);
    call->state = c;
    return LANNER_OK;
}

AGG_INIT_ZERO(count_init, struct count)

static enum lanner_rc count_update(struct agg_ctx *ctx, void *const *states,
                                   const struct column *args, const struct batch *in,
                                   const struct sel *sel, struct lanner_err *err)
{
    const struct count_call *c = ctx->call->state;
    uint64_t seed = ctx->call->env->seed;

    (void)in;
    (void)err;
    if (!c->has_field) {
        SEL_FOR (sel, i)
            ((struct count *)states[i])->n++;
        return LANNER_OK;
    }
    SEL_FOR (sel, i) {
        const struct val *v = column_at(&args[COUNT_FIELD], i);
        struct count *s = states[i];

        if (val_is_null(v))
            continue;
        if (c->distinct)
            distinct_add(&s->values, v, seed, ctx->arena);
        else
            s->n++;
    }
    return LANNER_OK;
}

static enum lanner_rc count_merge(struct agg_ctx *ctx, void *dst, void *src, struct lanner_err *err)
{
    struct count *to = dst;
    const struct count *from = src;

    (void)err;
    to->n += from->n;
    distinct_merge(&to->values, &from->values, ctx->call->env->seed, ctx->arena);
    return LANNER_OK;
}

static void count_save(const struct agg_ctx *ctx, const void *state, struct buf *out)
{
    const struct count *s = state;

    (void)ctx;
    buf_put_u8(out, AGG_SAVE_VERSION);
    buf_put_u64(out, s->n);
    distinct_save(&s->values, out);
}

static enum lanner_rc count_load(struct agg_ctx *ctx, void *state, struct reader *in,
                                 struct lanner_err *err)
{
    struct count *s = state;

    (void)err;
    in->bad |= read_u8(in) != AGG_SAVE_VERSION;
    s->n = read_u64(in);
    if (ctx->share > 0)
        s->n = 0; /* belongs to the first share */
    distinct_load(&s->values, in, ctx);
    return LANNER_OK;
}

static void count_fold(const struct agg_ctx *ctx, void *dst, const void *src)
{
    const struct count *from = src;

    (void)ctx;
    ((struct count *)dst)->n += from->n + from->values.n;
}

static enum lanner_rc count_read(const struct agg_ctx *ctx, const void *state, struct agg_out *out,
                                 struct lanner_err *err)
{
    const struct count *s = state;

    return agg_emit_one(ctx, out, val_long((int64_t)(s->n + s->values.n)), err);
}

/* ---- in a window ---- */

struct count_window {
    uint64_t n;
    struct tally values;
};

static void count_slide(struct agg_ctx *ctx, void *state, const struct column *args, uint32_t row,
                        bool comes)
{
    const struct count_call *c = ctx->call->state;
    uint64_t seed = ctx->call->env->seed;
    const struct val *v = c->has_field ? column_at(&args[COUNT_FIELD], row) : NULL;
    struct count_window *s = state;

    if (v != NULL && val_is_null(v))
        return;
    if (c->distinct && comes)
        tally_add(&s->values, v, seed, ctx->arena);
    else if (c->distinct)
        tally_drop(&s->values, v, seed);
    else
        s->n += comes ? 1 : UINT64_MAX;
}

static void count_come(struct agg_ctx *ctx, void *state, const struct column *args, uint32_t row)
{
    count_slide(ctx, state, args, row, true);
}

static void count_go(struct agg_ctx *ctx, void *state, const struct column *args, uint32_t row)
{
    count_slide(ctx, state, args, row, false);
}

static enum lanner_rc count_window_read(const struct agg_ctx *ctx, const void *state,
                                        struct agg_out *out, struct lanner_err *err)
{
    const struct count_window *s = state;

    return agg_emit_one(ctx, out, val_long((int64_t)(s->n + s->values.n)), err);
}

static void count_window_done(void *state)
{
    tally_done(&((struct count_window *)state)->values);
}

static size_t count_window_size(const void *state)
{
    const struct count_window *s = state;

    return s->values.cap * sizeof(struct tally_slot) + s->values.n_bytes;
}

static const struct agg_slide count_window_def = {
    .state_size = sizeof(struct count_window),
    .done = count_window_done,
    .add = count_come,
    .drop = count_go,
    .read = count_window_read,
    .size = count_window_size,
};

static const struct agg_def count_def = {
    .state_size = sizeof(struct count),
    .init = count_init,
    .update = count_update,
    .merge = count_merge,
    .save = count_save,
    .load = count_load,
    .read = count_read,
    .fold = count_fold,
    .slide = &count_window_def,
};

/* ---- percentage
 * ---------------------------------------------------------------------------------- */

struct share {
    uint64_t n, n_true;
};

AGG_INIT_ZERO(share_init, struct share)

static enum lanner_rc share_update(struct agg_ctx *ctx, void *const *states,
                                   const struct column *args, const struct batch *in,
                                   const struct sel *sel, struct lanner_err *err)
{
    (void)ctx;
    (void)in;
    (void)err;
    SEL_FOR (sel, i) {
        struct share *s = states[i];

        s->n++;
        s->n_true += cell_truth(column_at(&args[0], i)) == 1;
    }
    return LANNER_OK;
}

static enum lanner_rc share_merge(struct agg_ctx *ctx, void *dst, void *src, struct lanner_err *err)
{
    (void)ctx;
    (void)err;
    ((struct share *)dst)->n += ((struct share *)src)->n;
    ((struct share *)dst)->n_true += ((struct share *)src)->n_true;
    return LANNER_OK;
}

static void share_save(const struct agg_ctx *ctx, const void *state, struct buf *out)
{
    (void)ctx;
    buf_put_u8(out, AGG_SAVE_VERSION);
    buf_put_u64(out, ((const struct share *)state)->n);
    buf_put_u64(out, ((const struct share *)state)->n_true);
}

static enum lanner_rc share_load(struct agg_ctx *ctx, void *state, struct reader *in,
                                 struct lanner_err *err)
{
    (void)ctx;
    (void)err;
    in->bad |= read_u8(in) != AGG_SAVE_VERSION;
    ((struct share *)state)->n = read_u64(in);
    ((struct share *)state)->n_true = read_u64(in);
    return LANNER_OK;
}

static enum lanner_rc share_read(const struct agg_ctx *ctx, const void *state, struct agg_out *out,
                                 struct lanner_err *err)
{
    const struct share *s = state;
    struct val v = VAL_ABSENT;

    /* Divided first, as LogScale does: 1 of 6 prints 16.666666666666664. */
    if (s->n > 0)
        v = val_double((double)s->n_true / (double)s->n * 100);
    return agg_emit_one(ctx, out, v, err);
}

static const struct agg_def share_def = {
    .state_size = sizeof(struct share),
    .init = share_init,
    .update = share_update,
    .merge = share_merge,
    .save = share_save,
    .load = share_load,
    .read = share_read,
};

static const struct fn_param count_params[] = {PARAM("field", P_FIELD, PARAM_DEFAULT, NULL),
                                               PARAM("distinct", P_BOOL, 0, "false"),
                                               PARAM_AS("_count"), PARAMS_END};
static const struct fn_param share_params[] = {PARAM("condition", P_EXPR, PARAM_FIRST, NULL),
                                               PARAM_AS("_percentage"), PARAMS_END};

const struct fn_def fn_agg_count[] = {
    {
        AGG_ROW,
        .name = "count",
        .params = count_params,
        .ret = TYPE_LONG,
        .spelled = {[LANG_CQL] = "count", [LANG_AQL] = "COUNT"},
        .family = "Grouping and statistics",
        .doc = "The number of events; with a field, of the events in which the field exists (empty "
               "values count). `distinct=true` counts its different values, exactly.",
        .bind = count_bind,
        .agg = &count_def,
    },
    {
        AGG_ROW,
        .name = "percentage",
        .params = share_params,
        .ret = TYPE_DOUBLE,
        .family = "Grouping and statistics",
        .doc = "The share of the events for which the condition is true, in per cent.",
        .agg = &share_def,
    },
    {0},
};
