/* agg_select.c - values of one chosen event: selectLast(), selectFromMax(), selectFromMin(). */
#include "fn/agg.h"

/* ---- selectLast
 * ---------------------------------------------------------------------------------- */

enum { LAST_TIME, LAST_FIELDS };

struct last { /* of one field */
    struct held value;
    struct val time; /* a number, or absent: older than any */
    struct ordinal ord;
};

struct lasts {
    struct last *fields; /* arena */
};

static size_t n_last(const struct agg_ctx *ctx)
{
    return ctx->call->n_args > LAST_FIELDS ? ctx->call->n_args - LAST_FIELDS : 0;
}

static enum lanner_rc last_writes(const struct fn_call *call, fn_names *names, struct arena *a,
                                  struct lanner_err *err)
{
    (void)a;
    (void)err;
    for (size_t i = LAST_FIELDS; i < call->n_args; i++)
        VEC_PUSH(names, call->args[i].field);
    return LANNER_OK;
}

static enum lanner_rc last_bind(struct fn_call *call, struct lanner_err *err)
{
    const size_t *out;

    TRY(agg_out_map(call, &out, err));
    call->state = (void *)(uintptr_t)out;
    return LANNER_OK;
}

static void last_init(const struct agg_ctx *ctx, void *state)
{
    ((struct lasts *)state)->fields = ARENA_ARRAY(ctx->arena, struct last, n_last(ctx));
}

static int cmp_time(const struct val *a, const struct val *b)
{
    if (a->kind == KIND_ABSENT || b->kind == KIND_ABSENT)
        return (a->kind != KIND_ABSENT) - (b->kind != KIND_ABSENT);
    return order_num(a, b);
}

static bool is_newer(const struct last *now, const struct val *time, struct ordinal ord)
{
    int c;

    if (val_is_null(&now->value.v))
        return true;
    c = cmp_time(time, &now->time);
    return c > 0 || (c == 0 && ordinal_cmp(ord, now->ord) > 0);
}

static enum lanner_rc last_update(struct agg_ctx *ctx, void *const *states,
                                  const struct column *args, const struct batch *in,
                                  const struct sel *sel, struct lanner_err *err)
{
    size_t n = n_last(ctx);

    (void)err;
    SEL_FOR (sel, i) {
        struct val time = val_to_num(column_at(&args[LAST_TIME], i));
        struct last *fields = ((struct lasts *)states[i])->fields;

        for (size_t k = 0; k < n; k++) {
            const struct val *v = column_at(&args[LAST_FIELDS + k], i);

            if (val_is_null(v) || !is_newer(&fields[k], &time, in->ord[i]))
                continue;
            held_set(&fields[k].value, v, ctx->arena);
            fields[k].time = time;
            fields[k].ord = in->ord[i];
        }
    }
    return LANNER_OK;
}

static enum lanner_rc last_merge(struct agg_ctx *ctx, void *dst, void *src, struct lanner_err *err)
{
    struct last *to = ((struct lasts *)dst)->fields;
    const struct last *from = ((struct lasts *)src)->fields;

    (void)err;
    for (size_t k = 0; k < n_last(ctx); k++) {
        if (val_is_null(&from[k].value.v) || !is_newer(&to[k], &from[k].time, from[k].ord))
            continue;
        held_set(&to[k].value, &from[k].value.v, ctx->arena);
        to[k].time = from[k].time;
        to[k].ord = from[k].ord;
    }
    return LANNER_OK;
}

static void last_save(const struct agg_ctx *ctx, const void *state, struct buf *out)
{
    const struct last *fields = ((const struct lasts *)state)->fields;

    buf_put_u8(out, AGG_SAVE_VERSION);
    for (size_t k = 0; k < n_last(ctx); k++) {
        val_save(&fields[k].value.v, out);
        val_save(&fields[k].time, out);
        save_ordinal(fields[k].ord, out);
    }
}

static enum lanner_rc last_load(struct agg_ctx *ctx, void *state, struct reader *in,
                                struct lanner_err *err)
{
    struct last *fields = ((struct lasts *)state)->fields;

    (void)err;
    in->bad |= read_u8(in) != AGG_SAVE_VERSION;
    for (size_t k = 0; k < n_last(ctx); k++) {
        struct val time;

        held_load(&fields[k].value, in, ctx->arena);
        time = val_load(in, ctx->arena);
        fields[k].time = val_to_num(&time);
        fields[k].ord = load_ordinal(in);
    }
    return LANNER_OK;
}

static enum lanner_rc last_read(const struct agg_ctx *ctx, const void *state, struct agg_out *out,
                                struct lanner_err *err)
{
    const struct last *fields = ((const struct lasts *)state)->fields;
    const size_t *map = ctx->call->state;

    for (size_t k = 0; k < n_last(ctx); k++) {
        if (map[k] != SIZE_MAX)
            out->vals[map[k]] = fields[k].value.v;
    }
    return out->emit(out, err);
}

static const struct agg_def last_def = {
    .state_size = sizeof(struct lasts),
    .init = last_init,
    .update = last_update,
    .merge = last_merge,
    .save = last_save,
    .load = last_load,
    .read = last_read,
};

/* ---- selectFromMax, selectFromMin
 * ---------------------------------------------------------------- */

enum { FROM_FIELD, FROM_INCLUDE };

struct from {
    struct val best; /* a number; absent: no event yet */
    struct ordinal ord;
    struct held *include; /* arena */
};

struct from_call {
    int direction;
    const size_t *out;
};

static size_t n_include(const struct agg_ctx *ctx)
{
    return ctx->call->n_args > FROM_INCLUDE ? ctx->call->n_args - FROM_INCLUDE : 0;
}

static enum lanner_rc from_writes(const struct fn_call *call, fn_names *names, struct arena *a,
                                  struct lanner_err *err)
{
    (void)a;
    (void)err;
    for (size_t i = FROM_INCLUDE; i < call->n_args; i++)
        VEC_PUSH(names, call->args[i].field);
    return LANNER_OK;
}

static enum lanner_rc from_bind(struct fn_call *call, struct lanner_err *err)
{
    struct from_call *c = ARENA_NEW(call->env->arena, struct from_call);

    c->direction = strcmp(call->fn->name, "selectFromMax") == 0 ? 1 : -1;
    call->state = c;
    return agg_out_map(call, &c->out, err);
}

static void from_init(const struct agg_ctx *ctx, void *state)
{
    struct from *s = state;

    memset(s, 0, sizeof(*s));
    s->include = ARENA_ARRAY(ctx->arena, struct held, n_include(ctx));
}

/* Of equal ones the first event. */
static bool is_chosen(const struct from_call *c, const struct from *s, const struct val *num,
                      struct ordinal ord)
{
    int cmp;

    if (s->best.kind == KIND_ABSENT)
        return true;
    cmp = order_num(num, &s->best) * c->direction;
    return cmp > 0 || (cmp == 0 && ordinal_cmp(ord, s->ord) < 0);
}

static enum lanner_rc from_update(struct agg_ctx *ctx, void *const *states,
                                  const struct column *args, const struct batch *in,
                                  const struct sel *sel, struct lanner_err *err)
{
    const struct from_call *c = ctx->call->state;
    size_t n = n_include(ctx);

    (void)err;
    SEL_FOR (sel, i) {
        struct val num = val_to_num(column_at(&args[FROM_FIELD], i));
        struct from *s = states[i];

        if (num.kind == KIND_ABSENT || !is_chosen(c, s, &num, in->ord[i]))
            continue;
        s->best = num;
        s->ord = in->ord[i];
        for (size_t k = 0; k < n; k++)
            held_set(&s->include[k], column_at(&args[FROM_INCLUDE + k], i), ctx->arena);
    }
    return LANNER_OK;
}

static enum lanner_rc from_merge(struct agg_ctx *ctx, void *dst, void *src, struct lanner_err *err)
{
    struct from *to = dst;
    const struct from *s = src;

    (void)err;
    if (s->best.kind == KIND_ABSENT || !is_chosen(ctx->call->state, to, &s->best, s->ord))
        return LANNER_OK;
    to->best = s->best;
    to->ord = s->ord;
    for (size_t k = 0; k < n_include(ctx); k++)
        held_set(&to->include[k], &s->include[k].v, ctx->arena);
    return LANNER_OK;
}

static void from_save(const struct agg_ctx *ctx, const void *state, struct buf *out)
{
    const struct from *s = state;

    buf_put_u8(out, AGG_SAVE_VERSION);
    val_save(&s->best, out);
    save_ordinal(s->ord, out);
    for (size_t k = 0; k < n_include(ctx); k++)
        val_save(&s->include[k].v, out);
}

static enum lanner_rc from_load(struct agg_ctx *ctx, void *state, struct reader *in,
                                struct lanner_err *err)
{
    struct from *s = state;
    struct val best;

    (void)err;
    in->bad |= read_u8(in) != AGG_SAVE_VERSION;
    best = val_load(in, ctx->arena);
    s->best = val_to_num(&best);
    s->ord = load_ordinal(in);
    for (size_t k = 0; k < n_include(ctx); k++)
        held_load(&s->include[k], in, ctx->arena);
    return LANNER_OK;
}

static enum lanner_rc from_read(const struct agg_ctx *ctx, const void *state, struct agg_out *out,
                                struct lanner_err *err)
{
    const struct from_call *c = ctx->call->state;
    const struct from *s = state;

    for (size_t k = 0; k < n_include(ctx); k++) {
        if (c->out[k] != SIZE_MAX)
            out->vals[c->out[k]] = s->include[k].v;
    }
    return out->emit(out, err);
}

static const struct agg_def from_def = {
    .state_size = sizeof(struct from),
    .init = from_init,
    .update = from_update,
    .merge = from_merge,
    .save = from_save,
    .load = from_load,
    .read = from_read,
};

/* The event time is an argument that the front end adds: users do not write it. */
static const struct fn_param last_params[] = {
    PARAM("@timestamp", P_FIELD, 0, "@timestamp"),
    PARAM("fields", P_FIELD, PARAM_FIRST | PARAM_MANY, NULL),
    PARAMS_END,
};
static const struct fn_param from_params[] = {
    PARAM("field", P_FIELD, PARAM_FIRST, NULL),
    PARAM("include", P_FIELD, PARAM_REQUIRED | PARAM_MANY, NULL),
    PARAMS_END,
};

const struct fn_def fn_agg_select[] = {
    {
        AGG_ROW,
        .name = "selectLast",
        .params = last_params,
        .ret = TYPE_ANY,
        .spelled = {[LANG_CQL] = "selectLast"},
        .family = "Grouping and statistics",
        .doc = "For each field its value in the newest event that has it; of events of the same "
               "time the last one counts.",
        .bind = last_bind,
        .agg = &last_def,
        .writes = last_writes,
    },
    {
        AGG_ROW,
        .name = "selectFromMax",
        .params = from_params,
        .ret = TYPE_ANY,
        .spelled = {[LANG_CQL] = "selectFromMax"},
        .family = "Grouping and statistics",
        .doc =
            "The `include` fields of the event in which `field` is numerically largest; the first "
            "one of several.",
        .bind = from_bind,
        .agg = &from_def,
        .writes = from_writes,
    },
    {
        AGG_ROW,
        .name = "selectFromMin",
        .params = from_params,
        .ret = TYPE_ANY,
        .spelled = {[LANG_CQL] = "selectFromMin"},
        .family = "Grouping and statistics",
        .doc = "The `include` fields of the event in which `field` is numerically smallest; the "
               "first one of several.",
        .bind = from_bind,
        .agg = &from_def,
        .writes = from_writes,
    },
    {0},
};
