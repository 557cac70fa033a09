/* agg_aql.c - aggregates over values of any kind: MIN and MAX in the order of values, FIRST and
 * LAST by time, UNIQUECOUNT over tuples, COUNTIF.
 *
 * aql.md 5.1. What counts numbers alone is in agg_number.c and agg_percentile.c, shared with CQL.
 */
#include "fn/agg.h"

/* ---- MIN, MAX
 * ------------------------------------------------------------------------------------ */

struct extreme {
    struct held best;
    struct val num; /* best as a number, absent: it is none */
};

AGG_INIT_ZERO(extreme_init, struct extreme)

/* A text that is a number counts as one: the fields of logs that are no JSON are all text. */
static int cmp_value(const struct val *a, const struct val *num_a, const struct val *b,
                     const struct val *num_b)
{
    const struct val *x = num_a->kind != KIND_ABSENT ? num_a : a;
    const struct val *y = num_b->kind != KIND_ABSENT ? num_b : b;

    return order_cmp(x, y);
}

/* Of 5, 5.0 and "5" always the same one stays, whatever the order of the rows. */
static int cmp_spelling(const struct val *a, const struct val *b)
{
    char room_a[VAL_PRINT_MAX];
    char room_b[VAL_PRINT_MAX];

    if (a->kind != b->kind)
        return a->kind == KIND_LONG || (b->kind != KIND_LONG && a->kind < b->kind) ? -1 : 1;
    return a->kind == KIND_ARRAY ? 0 : str_cmp(val_print(a, room_a), val_print(b, room_b));
}

static void extreme_take(struct extreme *s, const struct val *v, int direction, struct arena *a)
{
    struct val num = val_to_num(v);
    int c;

    if (!val_is_null(&s->best.v)) {
        c = cmp_value(v, &num, &s->best.v, &s->num) * direction;
        if (c < 0 || (c == 0 && cmp_spelling(v, &s->best.v) >= 0))
            return;
    }
    held_set(&s->best, v, a);
    s->num = num;
}

static int direction_of(const struct agg_ctx *ctx)
{
    return strcmp(ctx->call->fn->name, "aql_max") == 0 ? 1 : -1;
}

static enum lanner_rc extreme_update(struct agg_ctx *ctx, void *const *states,
                                     const struct column *args, const struct batch *in,
                                     const struct sel *sel, struct lanner_err *err)
{
    int direction = direction_of(ctx);

    (void)in;
    (void)err;
    SEL_FOR (sel, i) {
        const struct val *v = column_at(&args[0], i);

        if (!val_is_null(v))
            extreme_take(states[i], v, direction, ctx->arena);
    }
    return LANNER_OK;
}

static enum lanner_rc extreme_merge(struct agg_ctx *ctx, void *dst, void *src,
                                    struct lanner_err *err)
{
    const struct extreme *from = src;

    (void)err;
    if (!val_is_null(&from->best.v))
        extreme_take(dst, &from->best.v, direction_of(ctx), ctx->arena);
    return LANNER_OK;
}

static void extreme_save(const struct agg_ctx *ctx, const void *state, struct buf *out)
{
    (void)ctx;
    buf_put_u8(out, AGG_SAVE_VERSION);
    val_save(&((const struct extreme *)state)->best.v, out);
}

static enum lanner_rc extreme_load(struct agg_ctx *ctx, void *state, struct reader *in,
                                   struct lanner_err *err)
{
    struct extreme *s = state;

    (void)err;
    in->bad |= read_u8(in) != AGG_SAVE_VERSION;
    held_load(&s->best, in, ctx->arena);
    s->num = val_to_num(&s->best.v);
    return LANNER_OK;
}

static enum lanner_rc extreme_read(const struct agg_ctx *ctx, const void *state,
                                   struct agg_out *out, struct lanner_err *err)
{
    return agg_emit_one(ctx, out, ((const struct extreme *)state)->best.v, err);
}

static const struct agg_def extreme_def = {
    .state_size = sizeof(struct extreme),
    .init = extreme_init,
    .update = extreme_update,
    .merge = extreme_merge,
    .save = extreme_save,
    .load = extreme_load,
    .read = extreme_read,
};

/* ---- FIRST, LAST
 * --------------------------------------------------------------------------------- */

enum { END_VALUE, END_TIME };

struct end {
    struct held value; /* may be absent */
    struct val time;   /* a number, or absent */
    struct ordinal ord;
    bool some;
};

AGG_INIT_ZERO(end_init, struct end)

/* Rows without a time come after all others, from whichever end one counts. */
static bool is_further(const struct agg_ctx *ctx, const struct end *now, const struct val *time,
                       struct ordinal ord)
{
    bool last = strcmp(ctx->call->fn->name, "aql_last") == 0;
    int c = 0;

    if (!now->some)
        return true;
    if (time->kind == KIND_ABSENT || now->time.kind == KIND_ABSENT) {
        if (time->kind != now->time.kind)
            return now->time.kind == KIND_ABSENT;
    } else {
        c = order_num(time, &now->time);
    }
    if (c == 0)
        c = ordinal_cmp(ord, now->ord);
    return last ? c > 0 : c < 0;
}

static enum lanner_rc end_update(struct agg_ctx *ctx, void *const *states,
                                 const struct column *args, const struct batch *in,
                                 const struct sel *sel, struct lanner_err *err)
{
    (void)err;
    SEL_FOR (sel, i) {
        struct val time = val_to_num(column_at(&args[END_TIME], i));
        struct end *s = states[i];

        if (!is_further(ctx, s, &time, in->ord[i]))
            continue;
        held_set(&s->value, column_at(&args[END_VALUE], i), ctx->arena);
        s->time = time;
        s->ord = in->ord[i];
        s->some = true;
    }
    return LANNER_OK;
}

static enum lanner_rc end_merge(struct agg_ctx *ctx, void *dst, void *src, struct lanner_err *err)
{
    const struct end *from = src;
    struct end *to = dst;

    (void)err;
    if (!from->some || !is_further(ctx, to, &from->time, from->ord))
        return LANNER_OK;
    held_set(&to->value, &from->value.v, ctx->arena);
    to->time = from->time;
    to->ord = from->ord;
    to->some = true;
    return LANNER_OK;
}

static void end_save(const struct agg_ctx *ctx, const void *state, struct buf *out)
{
    const struct end *s = state;

    (void)ctx;
    buf_put_u8(out, AGG_SAVE_VERSION);
    buf_put_u8(out, s->some);
    val_save(&s->value.v, out);
    val_save(&s->time, out);
    save_ordinal(s->ord, out);
}

static enum lanner_rc end_load(struct agg_ctx *ctx, void *state, struct reader *in,
                               struct lanner_err *err)
{
    struct end *s = state;
    struct val time;

    (void)err;
    in->bad |= read_u8(in) != AGG_SAVE_VERSION;
    s->some = read_u8(in) != 0;
    held_load(&s->value, in, ctx->arena);
    time = val_load(in, ctx->arena);
    s->time = val_to_num(&time);
    s->ord = load_ordinal(in);
    return LANNER_OK;
}

static enum lanner_rc end_read(const struct agg_ctx *ctx, const void *state, struct agg_out *out,
                               struct lanner_err *err)
{
    return agg_emit_one(ctx, out, ((const struct end *)state)->value.v, err);
}

static const struct agg_def end_def = {
    .state_size = sizeof(struct end),
    .init = end_init,
    .update = end_update,
    .merge = end_merge,
    .save = end_save,
    .load = end_load,
    .read = end_read,
};

/* ---- UNIQUECOUNT
 * --------------------------------------------------------------------------------- */

/* Values, or arrays of one value for each argument; `n_folded` are those counted share by share. */
struct unique {
    struct distinct values;
    uint64_t n_folded;
};

AGG_INIT_ZERO(unique_init, struct unique)

/* Absent and null are one; a tuple of nothing else is no value. */
static struct val tuple_at(const struct fn_call *call, const struct column *args, uint32_t row,
                           struct val *room)
{
    bool some = false;

    for (size_t k = 0; k < call->n_args; k++) {
        room[k] = *column_at(&args[k], row);
        if (val_is_null(&room[k]))
            room[k] = VAL_ABSENT;
        some |= room[k].kind != KIND_ABSENT;
    }
    if (!some)
        return VAL_ABSENT;
    if (call->n_args == 1)
        return room[0];
    return (struct val){.u.items = room, .len = (uint32_t)call->n_args, .kind = KIND_ARRAY};
}

static enum lanner_rc unique_update(struct agg_ctx *ctx, void *const *states,
                                    const struct column *args, const struct batch *in,
                                    const struct sel *sel, struct lanner_err *err)
{
    struct val *room = ARENA_ARRAY(in->arena, struct val, ctx->call->n_args);

    (void)err;
    SEL_FOR (sel, i) {
        struct val v = tuple_at(ctx->call, args, i, room);

        if (v.kind != KIND_ABSENT)
            distinct_add(&((struct unique *)states[i])->values, &v, ctx->call->env->seed,
                         ctx->arena);
    }
    return LANNER_OK;
}

static enum lanner_rc unique_merge(struct agg_ctx *ctx, void *dst, void *src,
                                   struct lanner_err *err)
{
    const struct unique *from = src;

    (void)err;
    ((struct unique *)dst)->n_folded += from->n_folded;
    distinct_merge(&((struct unique *)dst)->values, &from->values, ctx->call->env->seed,
                   ctx->arena);
    return LANNER_OK;
}

static void unique_save(const struct agg_ctx *ctx, const void *state, struct buf *out)
{
    (void)ctx;
    buf_put_u8(out, AGG_SAVE_VERSION);
    buf_put_u64(out, ((const struct unique *)state)->n_folded);
    distinct_save(&((const struct unique *)state)->values, out);
}

static enum lanner_rc unique_load(struct agg_ctx *ctx, void *state, struct reader *in,
                                  struct lanner_err *err)
{
    struct unique *s = state;

    (void)err;
    in->bad |= read_u8(in) != AGG_SAVE_VERSION;
    s->n_folded = read_u64(in);
    if (ctx->share > 0)
        s->n_folded = 0; /* belongs to the first share */
    distinct_load(&s->values, in, ctx);
    return LANNER_OK;
}

static void unique_fold(const struct agg_ctx *ctx, void *dst, const void *src)
{
    const struct unique *from = src;

    (void)ctx;
    ((struct unique *)dst)->n_folded += from->n_folded + from->values.n;
}

static enum lanner_rc unique_read(const struct agg_ctx *ctx, const void *state, struct agg_out *out,
                                  struct lanner_err *err)
{
    const struct unique *s = state;

    return agg_emit_one(ctx, out, val_long((int64_t)(s->n_folded + s->values.n)), err);
}

static const struct agg_def unique_def = {
    .state_size = sizeof(struct unique),
    .init = unique_init,
    .update = unique_update,
    .merge = unique_merge,
    .save = unique_save,
    .load = unique_load,
    .read = unique_read,
    .fold = unique_fold,
};

/* ---- COUNTIF
 * ------------------------------------------------------------------------------------- */

AGG_INIT_ZERO(count_if_init, uint64_t)

static enum lanner_rc count_if_update(struct agg_ctx *ctx, void *const *states,
                                      const struct column *args, const struct batch *in,
                                      const struct sel *sel, struct lanner_err *err)
{
    (void)ctx;
    (void)in;
    (void)err;
    SEL_FOR (sel, i)
        *(uint64_t *)states[i] += cell_truth(column_at(&args[0], i)) == 1;
    return LANNER_OK;
}

static enum lanner_rc count_if_merge(struct agg_ctx *ctx, void *dst, void *src,
                                     struct lanner_err *err)
{
    (void)ctx;
    (void)err;
    *(uint64_t *)dst += *(const uint64_t *)src;
    return LANNER_OK;
}

static void count_if_save(const struct agg_ctx *ctx, const void *state, struct buf *out)
{
    (void)ctx;
    buf_put_u8(out, AGG_SAVE_VERSION);
    buf_put_u64(out, *(const uint64_t *)state);
}

static enum lanner_rc count_if_load(struct agg_ctx *ctx, void *state, struct reader *in,
                                    struct lanner_err *err)
{
    (void)ctx;
    (void)err;
    in->bad |= read_u8(in) != AGG_SAVE_VERSION;
    *(uint64_t *)state = read_u64(in);
    return LANNER_OK;
}

static enum lanner_rc count_if_read(const struct agg_ctx *ctx, const void *state,
                                    struct agg_out *out, struct lanner_err *err)
{
    uint64_t n = *(const uint64_t *)state;

    return agg_emit_one(ctx, out, val_long((int64_t)n), err);
}

static const struct agg_def count_if_def = {
    .state_size = sizeof(uint64_t),
    .init = count_if_init,
    .update = count_if_update,
    .merge = count_if_merge,
    .save = count_if_save,
    .load = count_if_load,
    .read = count_if_read,
};

/* ---- Rows
 * ---------------------------------------------------------------------------------------- */

PARAMS_FIELD_AS(extreme_params, "_value");
static const struct fn_param end_params[] = {PARAM("field", P_FIELD, PARAM_FIRST, NULL),
                                             PARAM("time", P_FIELD, PARAM_REQUIRED, "@timestamp"),
                                             PARAM_AS("_value"), PARAMS_END};
static const struct fn_param unique_params[] = {
    PARAM("fields", P_FIELD, PARAM_FIRST | PARAM_MANY, NULL), PARAM_AS("_count"), PARAMS_END};
static const struct fn_param count_if_params[] = {PARAM("condition", P_EXPR, PARAM_FIRST, NULL),
                                                  PARAM_AS("_count"), PARAMS_END};

#define AQL_ROW(row_name, aql, row_params, type, def, text)                                        \
    {                                                                                              \
        AGG_ROW, .name = row_name, .params = row_params, .ret = type,                              \
                 .spelled = {[LANG_AQL] = aql}, .family = "Grouping and statistics", .doc = text,  \
                 .agg = &def,                                                                      \
    }

const struct fn_def fn_agg_aql[] = {
    AQL_ROW("aql_min", "MIN", extreme_params, TYPE_ANY, extreme_def,
            "The smallest value that is not NULL, as it stands: numbers (and texts that are "
            "numbers) by value, addresses by value, other texts by code point; of different kinds "
            "booleans, then numbers, addresses, texts."),
    AQL_ROW("aql_max", "MAX", extreme_params, TYPE_ANY, extreme_def,
            "The largest value that is not NULL, in the same order as MIN."),
    AQL_ROW("aql_first", "FIRST", end_params, TYPE_ANY, end_def,
            "The value in the group's earliest row, NULL included; of rows of the same time the "
            "first of the input."),
    AQL_ROW("aql_last", "LAST", end_params, TYPE_ANY, end_def,
            "The value in the group's latest row, NULL included; of rows of the same time the last "
            "of the input."),
    AQL_ROW("aql_count_distinct", "UNIQUECOUNT", unique_params, TYPE_LONG, unique_def,
            "How many different values there are that are not NULL, exactly; of several arguments, "
            "how many different combinations that are not NULL throughout."),
    AQL_ROW("aql_distinct_count", "DISTINCTCOUNT", unique_params, TYPE_LONG, unique_def,
            "Another name of UNIQUECOUNT."),
    AQL_ROW("aql_count_if", "COUNTIF", count_if_params, TYPE_LONG, count_if_def,
            "The number of rows for which the condition is true."),
    {0},
};
