/* agg_number.c - sum, avg, deviations, min, max, range: over the values that are numbers, others do
 * not count.
 *
 * Sums are exact (util/exact.h), so they do not depend on the order of the events. */
#include <math.h>

#include "fn/agg.h"
#include "util/exact.h"

/* ---- Sums
 * ---------------------------------------------------------------------------------------- */

struct sums {
    uint64_t n;
    struct exact sum;
};

AGG_INIT_ZERO(sums_init, struct sums)

static void add_num(struct exact *e, const struct val *num, struct arena *a)
{
    if (num->kind == KIND_LONG)
        exact_add_long(e, num->u.i);
    else
        exact_add_double(e, num->u.d, a);
}

static enum lanner_rc sums_update(struct agg_ctx *ctx, void *const *states,
                                  const struct column *args, const struct batch *in,
                                  const struct sel *sel, struct lanner_err *err)
{
    (void)in;
    (void)err;
    SEL_FOR (sel, i) {
        struct val num = val_to_num(column_at(&args[0], i));
        struct sums *s = states[i];

        if (num.kind == KIND_ABSENT)
            continue;
        s->n++;
        add_num(&s->sum, &num, ctx->arena);
    }
    return LANNER_OK;
}

/* SUMIF: a second argument says which rows count. */
static enum lanner_rc sum_if_update(struct agg_ctx *ctx, void *const *states,
                                    const struct column *args, const struct batch *in,
                                    const struct sel *sel, struct lanner_err *err)
{
    (void)in;
    (void)err;
    SEL_FOR (sel, i) {
        struct val num = val_to_num(column_at(&args[0], i));
        struct sums *s = states[i];

        if (num.kind == KIND_ABSENT || cell_truth(column_at(&args[1], i)) != 1)
            continue;
        s->n++;
        add_num(&s->sum, &num, ctx->arena);
    }
    return LANNER_OK;
}

static enum lanner_rc sums_merge(struct agg_ctx *ctx, void *dst, void *src, struct lanner_err *err)
{
    struct sums *to = dst;
    const struct sums *from = src;

    (void)err;
    to->n += from->n;
    exact_merge(&to->sum, &from->sum, ctx->arena);
    return LANNER_OK;
}

static void sums_save(const struct agg_ctx *ctx, const void *state, struct buf *out)
{
    const struct sums *s = state;

    (void)ctx;
    buf_put_u8(out, AGG_SAVE_VERSION);
    buf_put_u64(out, s->n);
    exact_save(&s->sum, out);
}

static enum lanner_rc sums_load(struct agg_ctx *ctx, void *state, struct reader *in,
                                struct lanner_err *err)
{
    struct sums *s = state;

    (void)err;
    in->bad |= read_u8(in) != AGG_SAVE_VERSION;
    s->n = read_u64(in);
    exact_load(&s->sum, in, ctx->arena);
    return LANNER_OK;
}

static enum lanner_rc sum_read(const struct agg_ctx *ctx, const void *state, struct agg_out *out,
                               struct lanner_err *err)
{
    const struct sums *s = state;
    struct val v =
        exact_is_long(&s->sum) ? val_long(exact_long(&s->sum)) : val_double(exact_double(&s->sum));

    return agg_emit_one(ctx, out, v, err);
}

static enum lanner_rc avg_read(const struct agg_ctx *ctx, const void *state, struct agg_out *out,
                               struct lanner_err *err)
{
    const struct sums *s = state;

    return agg_emit_one(ctx, out, s->n > 0 ? val_double(exact_mean(&s->sum, s->n)) : VAL_ABSENT,
                        err);
}

/* ---- Sums in a window: what came is given back exactly ---- */

struct sums_window {
    uint64_t n, n_real;
    struct exact whole, real; /* apart: a sum is real only while a real number is in the window */
    struct arena arena;       /* of their words */
    bool has_arena;
};

static void sums_slide(struct agg_ctx *ctx, struct sums_window *s, const struct val *v, bool comes)
{
    struct val num = val_to_num(v);

    (void)ctx;
    if (num.kind == KIND_ABSENT)
        return;
    if (!s->has_arena) {
        arena_init(&s->arena, 1024);
        s->has_arena = true;
    }
    s->n += comes ? 1 : UINT64_MAX;
    if (num.kind == KIND_DOUBLE) {
        s->n_real += comes ? 1 : UINT64_MAX;
        exact_add_double(&s->real, comes ? num.u.d : -num.u.d, &s->arena);
    } else if (comes || num.u.i != INT64_MIN) {
        exact_add_long(&s->whole, comes ? num.u.i : -num.u.i);
    } else {
        exact_add_long(&s->whole, INT64_MAX); /* the least number has no opposite */
        exact_add_long(&s->whole, 1);
    }
}

static void sums_come(struct agg_ctx *ctx, void *state, const struct column *args, uint32_t row)
{
    sums_slide(ctx, state, column_at(&args[0], row), true);
}

static void sums_go(struct agg_ctx *ctx, void *state, const struct column *args, uint32_t row)
{
    sums_slide(ctx, state, column_at(&args[0], row), false);
}

/* The state that the aggregate itself would have. */
static struct sums sums_in_window(const struct sums_window *s, struct arena *a)
{
    struct sums sums = {.n = s->n, .sum = s->whole};

    if (s->n_real > 0)
        exact_merge(&sums.sum, &s->real, a);
    return sums;
}

static enum lanner_rc sum_window_read(const struct agg_ctx *ctx, const void *state,
                                      struct agg_out *out, struct lanner_err *err)
{
    struct sums sums = sums_in_window(state, out->arena);

    return sum_read(ctx, &sums, out, err);
}

static enum lanner_rc avg_window_read(const struct agg_ctx *ctx, const void *state,
                                      struct agg_out *out, struct lanner_err *err)
{
    struct sums sums = sums_in_window(state, out->arena);

    return avg_read(ctx, &sums, out, err);
}

static void sums_window_done(void *state)
{
    struct sums_window *s = state;

    if (s->has_arena)
        arena_done(&s->arena);
    memset(s, 0, sizeof(*s));
}

static size_t sums_window_size(const void *state)
{
    const struct sums_window *s = state;

    return s->has_arena ? s->arena.n_bytes : 0;
}

#define SUMS_WINDOW_DEF(id, read_fn)                                                               \
    static const struct agg_slide id = {                                                           \
        .state_size = sizeof(struct sums_window),                                                  \
        .done = sums_window_done,                                                                  \
        .add = sums_come,                                                                          \
        .drop = sums_go,                                                                           \
        .read = read_fn,                                                                           \
        .size = sums_window_size,                                                                  \
    }
SUMS_WINDOW_DEF(sum_window_def, sum_window_read);
SUMS_WINDOW_DEF(avg_window_def, avg_window_read);

#define SUMS_DEF(id, update_fn, read_fn, slide_def)                                                \
    static const struct agg_def id = {                                                             \
        .state_size = sizeof(struct sums),                                                         \
        .init = sums_init,                                                                         \
        .update = update_fn,                                                                       \
        .merge = sums_merge,                                                                       \
        .save = sums_save,                                                                         \
        .load = sums_load,                                                                         \
        .read = read_fn,                                                                           \
        .slide = slide_def,                                                                        \
    }
SUMS_DEF(sum_def, sums_update, sum_read, &sum_window_def);
SUMS_DEF(avg_def, sums_update, avg_read, &avg_window_def);
SUMS_DEF(sum_if_def, sum_if_update, sum_read, NULL);

/* ---- Deviation
 * ----------------------------------------------------------------------------------- */

struct squares {
    struct sums of; /* first */
    struct exact square;
};

AGG_INIT_ZERO(squares_init, struct squares)

static enum lanner_rc squares_update(struct agg_ctx *ctx, void *const *states,
                                     const struct column *args, const struct batch *in,
                                     const struct sel *sel, struct lanner_err *err)
{
    (void)in;
    (void)err;
    SEL_FOR (sel, i) {
        struct val num = val_to_num(column_at(&args[0], i));
        struct squares *s = states[i];

        if (num.kind == KIND_ABSENT)
            continue;
        s->of.n++;
        add_num(&s->of.sum, &num, ctx->arena);
        if (num.kind == KIND_LONG)
            exact_add_long_product(&s->square, num.u.i, num.u.i, ctx->arena);
        else
            exact_add_product(&s->square, num.u.d, num.u.d, ctx->arena);
    }
    return LANNER_OK;
}

static enum lanner_rc squares_merge(struct agg_ctx *ctx, void *dst, void *src,
                                    struct lanner_err *err)
{
    exact_merge(&((struct squares *)dst)->square, &((struct squares *)src)->square, ctx->arena);
    return sums_merge(ctx, dst, src, err);
}

static void squares_save(const struct agg_ctx *ctx, const void *state, struct buf *out)
{
    sums_save(ctx, state, out);
    exact_save(&((const struct squares *)state)->square, out);
}

static enum lanner_rc squares_load(struct agg_ctx *ctx, void *state, struct reader *in,
                                   struct lanner_err *err)
{
    TRY(sums_load(ctx, state, in, err));
    exact_load(&((struct squares *)state)->square, in, ctx->arena);
    return LANNER_OK;
}

/* Sum of squared distances from the mean, divided by n less `less`; absent when nothing is left to
 * divide by. */
static struct val variance(const struct squares *s, uint64_t less)
{
    if (s->of.n <= less)
        return VAL_ABSENT;
    return val_double(MAX(exact_central(&s->square, &s->of.sum, &s->of.sum, s->of.n), 0.0) /
                      (double)(s->of.n - less));
}

static struct val root(struct val v)
{
    return v.kind == KIND_DOUBLE ? val_double(sqrt(v.u.d)) : v;
}

static enum lanner_rc deviation_read(const struct agg_ctx *ctx, const void *state,
                                     struct agg_out *out, struct lanner_err *err)
{
    return agg_emit_one(ctx, out, root(variance(state, 0)), err);
}

static enum lanner_rc sample_deviation_read(const struct agg_ctx *ctx, const void *state,
                                            struct agg_out *out, struct lanner_err *err)
{
    return agg_emit_one(ctx, out, root(variance(state, 1)), err);
}

static enum lanner_rc sample_variance_read(const struct agg_ctx *ctx, const void *state,
                                           struct agg_out *out, struct lanner_err *err)
{
    return agg_emit_one(ctx, out, variance(state, 1), err);
}

#define SQUARES_DEF(id, read_fn)                                                                   \
    static const struct agg_def id = {                                                             \
        .state_size = sizeof(struct squares),                                                      \
        .init = squares_init,                                                                      \
        .update = squares_update,                                                                  \
        .merge = squares_merge,                                                                    \
        .save = squares_save,                                                                      \
        .load = squares_load,                                                                      \
        .read = read_fn,                                                                           \
    }
SQUARES_DEF(deviation_def, deviation_read);
SQUARES_DEF(sample_deviation_def, sample_deviation_read);
SQUARES_DEF(sample_variance_def, sample_variance_read);

/* ---- Extremes
 * ------------------------------------------------------------------------------------ */

struct extremes {
    struct val least, greatest; /* numbers, or absent */
};

AGG_INIT_ZERO(extremes_init, struct extremes)

/* Of 5 and 5.0 the integer is kept, so that the result does not depend on order. */
static bool is_better(const struct val *num, const struct val *now, int direction)
{
    int c;

    if (now->kind == KIND_ABSENT)
        return true;
    c = order_num(num, now) * direction;
    return c > 0 || (c == 0 && num->kind == KIND_LONG && now->kind == KIND_DOUBLE);
}

static void extremes_take(struct extremes *s, struct val num)
{
    if (num.kind == KIND_DOUBLE && num.u.d == 0)
        num.u.d = 0; /* without a sign */
    if (is_better(&num, &s->least, -1))
        s->least = num;
    if (is_better(&num, &s->greatest, 1))
        s->greatest = num;
}

static enum lanner_rc extremes_update(struct agg_ctx *ctx, void *const *states,
                                      const struct column *args, const struct batch *in,
                                      const struct sel *sel, struct lanner_err *err)
{
    (void)ctx;
    (void)in;
    (void)err;
    SEL_FOR (sel, i) {
        struct val num = val_to_num(column_at(&args[0], i));

        if (num.kind != KIND_ABSENT)
            extremes_take(states[i], num);
    }
    return LANNER_OK;
}

static enum lanner_rc extremes_merge(struct agg_ctx *ctx, void *dst, void *src,
                                     struct lanner_err *err)
{
    const struct extremes *from = src;

    (void)ctx;
    (void)err;
    if (from->least.kind != KIND_ABSENT) {
        extremes_take(dst, from->least);
        extremes_take(dst, from->greatest);
    }
    return LANNER_OK;
}

static void extremes_save(const struct agg_ctx *ctx, const void *state, struct buf *out)
{
    (void)ctx;
    buf_put_u8(out, AGG_SAVE_VERSION);
    val_save(&((const struct extremes *)state)->least, out);
    val_save(&((const struct extremes *)state)->greatest, out);
}

static bool is_number_or_absent(const struct val *v)
{
    return v->kind == KIND_ABSENT || v->kind == KIND_LONG || v->kind == KIND_DOUBLE;
}

static enum lanner_rc extremes_load(struct agg_ctx *ctx, void *state, struct reader *in,
                                    struct lanner_err *err)
{
    struct extremes *s = state;

    (void)err;
    in->bad |= read_u8(in) != AGG_SAVE_VERSION;
    s->least = val_load(in, ctx->arena);
    s->greatest = val_load(in, ctx->arena);
    in->bad |= !is_number_or_absent(&s->least) || !is_number_or_absent(&s->greatest);
    return LANNER_OK;
}

static enum lanner_rc min_read(const struct agg_ctx *ctx, const void *state, struct agg_out *out,
                               struct lanner_err *err)
{
    return agg_emit_one(ctx, out, ((const struct extremes *)state)->least, err);
}

static enum lanner_rc max_read(const struct agg_ctx *ctx, const void *state, struct agg_out *out,
                               struct lanner_err *err)
{
    return agg_emit_one(ctx, out, ((const struct extremes *)state)->greatest, err);
}

static double as_double(const struct val *num)
{
    return num->kind == KIND_LONG ? (double)num->u.i : num->u.d;
}

static enum lanner_rc range_read(const struct agg_ctx *ctx, const void *state, struct agg_out *out,
                                 struct lanner_err *err)
{
    const struct extremes *s = state;
    struct val v = VAL_ABSENT;
    int64_t whole;

    if (s->least.kind == KIND_LONG && s->greatest.kind == KIND_LONG &&
        !__builtin_sub_overflow(s->greatest.u.i, s->least.u.i, &whole))
        v = val_long(whole);
    else if (s->least.kind != KIND_ABSENT)
        v = val_double(as_double(&s->greatest) - as_double(&s->least));
    return agg_emit_one(ctx, out, v, err);
}

/* ---- Extremes in a window: of each end those that no later one outdoes ---- */

struct candidate {
    uint64_t number; /* of the value, counted from the first */
    struct val num;
};

struct candidates {          /* in order: the best first */
    struct candidate *items; /* owned */
    size_t first, n, cap;
};

struct extremes_window {
    struct candidates ends[2]; /* least, greatest */
    uint64_t n_come, n_gone;   /* values that are numbers */
};

static void candidates_add(struct candidates *c, struct candidate new, int direction)
{
    while (c->n > c->first && !is_better(&c->items[c->n - 1].num, &new.num, direction))
        c->n--;
    if (c->n == c->first)
        c->n = c->first = 0;
    if (c->n == c->cap && c->first > c->cap / 2) {
        memmove(c->items, c->items + c->first, (c->n - c->first) * sizeof(*c->items));
        c->n -= c->first;
        c->first = 0;
    }
    if (c->n == c->cap) {
        c->cap = c->cap != 0 ? c->cap * 2 : 16;
        c->items = xrealloc(c->items, arena_array_size(c->cap, sizeof(*c->items)));
    }
    c->items[c->n++] = new;
}

static void extremes_come(struct agg_ctx *ctx, void *state, const struct column *args, uint32_t row)
{
    struct extremes_window *s = state;
    struct val num = val_to_num(column_at(&args[0], row));

    (void)ctx;
    if (num.kind == KIND_ABSENT)
        return;
    if (num.kind == KIND_DOUBLE && num.u.d == 0)
        num.u.d = 0; /* without a sign */
    for (int i = 0; i < 2; i++)
        candidates_add(&s->ends[i], (struct candidate){s->n_come, num}, i == 0 ? -1 : 1);
    s->n_come++;
}

static void extremes_go(struct agg_ctx *ctx, void *state, const struct column *args, uint32_t row)
{
    struct extremes_window *s = state;
    struct val num = val_to_num(column_at(&args[0], row));

    (void)ctx;
    if (num.kind == KIND_ABSENT)
        return;
    for (int i = 0; i < 2; i++) {
        struct candidates *c = &s->ends[i];

        if (c->first < c->n && c->items[c->first].number == s->n_gone)
            c->first++;
    }
    s->n_gone++;
}

static struct extremes extremes_in_window(const struct extremes_window *s)
{
    struct extremes e = {VAL_ABSENT, VAL_ABSENT};

    if (s->n_come != s->n_gone) {
        e.least = s->ends[0].items[s->ends[0].first].num;
        e.greatest = s->ends[1].items[s->ends[1].first].num;
    }
    return e;
}

static void extremes_window_done(void *state)
{
    struct extremes_window *s = state;

    free(s->ends[0].items);
    free(s->ends[1].items);
    memset(s, 0, sizeof(*s));
}

static size_t extremes_window_size(const void *state)
{
    const struct extremes_window *s = state;

    return (s->ends[0].cap + s->ends[1].cap) * sizeof(struct candidate);
}

#define EXTREMES_WINDOW_DEF(id, read_fn)                                                           \
    static enum lanner_rc id##_read(const struct agg_ctx *ctx, const void *state,                  \
                                    struct agg_out *out, struct lanner_err *err)                   \
    {                                                                                              \
        struct extremes e = extremes_in_window(state);                                             \
                                                                                                   \
        return read_fn(ctx, &e, out, err);                                                         \
    }                                                                                              \
    static const struct agg_slide id = {                                                           \
        .state_size = sizeof(struct extremes_window),                                              \
        .done = extremes_window_done,                                                              \
        .add = extremes_come,                                                                      \
        .drop = extremes_go,                                                                       \
        .read = id##_read,                                                                         \
        .size = extremes_window_size,                                                              \
    }
EXTREMES_WINDOW_DEF(min_window_def, min_read);
EXTREMES_WINDOW_DEF(max_window_def, max_read);
EXTREMES_WINDOW_DEF(range_window_def, range_read);

#define EXTREMES_DEF(id, read_fn, slide_def)                                                       \
    static const struct agg_def id = {                                                             \
        .state_size = sizeof(struct extremes),                                                     \
        .init = extremes_init,                                                                     \
        .update = extremes_update,                                                                 \
        .merge = extremes_merge,                                                                   \
        .save = extremes_save,                                                                     \
        .load = extremes_load,                                                                     \
        .read = read_fn,                                                                           \
        .slide = slide_def,                                                                        \
    }
EXTREMES_DEF(min_def, min_read, &min_window_def);
EXTREMES_DEF(max_def, max_read, &max_window_def);
EXTREMES_DEF(range_def, range_read, &range_window_def);

/* ---- Rows
 * ---------------------------------------------------------------------------------------- */

PARAMS_FIELD_AS(sum_params, "_sum");
PARAMS_FIELD_AS(avg_params, "_avg");
PARAMS_FIELD_AS(deviation_params, "_stddev");
PARAMS_FIELD_AS(range_params, "_range");
/* `type` is not documented; real queries write type=number. */
static const struct fn_param min_params[] = {
    PARAM("field", P_FIELD, PARAM_FIRST, NULL), PARAM_AS("_min"),
    PARAM_WORDS("type", PARAM_NO_PASS, NULL, "number"), PARAMS_END};
static const struct fn_param max_params[] = {
    PARAM("field", P_FIELD, PARAM_FIRST, NULL), PARAM_AS("_max"),
    PARAM_WORDS("type", PARAM_NO_PASS, NULL, "number"), PARAMS_END};

static const struct fn_param sum_if_params[] = {PARAM("field", P_FIELD, PARAM_FIRST, NULL),
                                                PARAM("condition", P_EXPR, PARAM_FIRST, NULL),
                                                PARAM_AS("_sum"), PARAMS_END};

#define NUMBER_ROW(row_name, cql, aql, row_params, def, text)                                      \
    {                                                                                              \
        AGG_ROW, .name = row_name, .params = row_params, .ret = TYPE_NUM,                          \
                 .spelled = {[LANG_CQL] = cql, [LANG_AQL] = aql},                                  \
                 .family = "Grouping and statistics", .doc = text, .agg = &def,                    \
    }

const struct fn_def fn_agg_number[] = {
    NUMBER_ROW(
        "sum", "sum", "SUM", sum_params, sum_def,
        "The sum of the values that are numbers, exact for integers of 64 bits; 0 when there "
        "are none."),
    NUMBER_ROW("avg", "avg", "AVG", avg_params, avg_def,
               "The mean of the values that are numbers; absent when there are none."),
    NUMBER_ROW("stdDev", "stdDev", "STDEVP", deviation_params, deviation_def,
               "The standard deviation of the values that are numbers, as of a whole population."),
    NUMBER_ROW("stdev", NULL, "STDEV", deviation_params, sample_deviation_def,
               "The standard deviation of the values that are numbers, as of a sample (n-1); no "
               "value for fewer than two."),
    NUMBER_ROW("stddev_sample", NULL, "STDDEV", deviation_params, sample_deviation_def,
               "Another name of STDEV."),
    NUMBER_ROW("variance", NULL, "VARIANCE", deviation_params, sample_variance_def,
               "The variance of the values that are numbers, as of a sample (n-1): the square of "
               "STDEV."),
    NUMBER_ROW("sum_if", NULL, "SUMIF", sum_if_params, sum_if_def,
               "The sum of the values that are numbers of those rows for which the condition is "
               "true."),
    NUMBER_ROW("min", "min", NULL, min_params, min_def,
               "The smallest of the values that are numbers, printed as a number."),
    NUMBER_ROW("max", "max", NULL, max_params, max_def,
               "The largest of the values that are numbers, printed as a number."),
    NUMBER_ROW("range", "range", NULL, range_params, range_def,
               "The difference of the largest and the smallest number."),
    {0},
};
