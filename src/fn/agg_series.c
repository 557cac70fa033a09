/* agg_series.c - all values of fields in the order of the rows, repeated ones too: the values of
 * CQL's series(). How much may be kept is for the plan to say, which drops the rows beyond. */
#include <stdlib.h>

#include "fn/agg.h"

enum { S_SEPARATOR, S_FIELDS };

struct place {
    struct ordinal ord;
    struct val v; /* arena */
};

struct series_call {
    size_t n_fields;
    struct str separator;
    const size_t *out;
};

struct series {
    struct bag *fields; /* of struct place; arena */
};

static enum lanner_rc series_writes(const struct fn_call *call, fn_names *names, struct arena *a,
                                    struct lanner_err *err)
{
    (void)a;
    (void)err;
    for (size_t i = S_FIELDS; i < call->n_args; i++)
        VEC_PUSH(names, call->args[i].field);
    return LANNER_OK;
}

static enum lanner_rc series_bind(struct fn_call *call, struct lanner_err *err)
{
    struct series_call *c = ARENA_NEW(call->env->arena, struct series_call);

    call->state = c;
    c->n_fields = call->n_args - S_FIELDS;
    c->separator = arg_text(call, S_SEPARATOR, call->env->arena);
    return agg_out_map(call, &c->out, err);
}

static void series_init(const struct agg_ctx *ctx, void *state)
{
    const struct series_call *c = ctx->call->state;
    struct series *s = state;

    s->fields = ARENA_ARRAY(ctx->arena, struct bag, c->n_fields);
}

static enum lanner_rc series_update(struct agg_ctx *ctx, void *const *states,
                                    const struct column *args, const struct batch *in,
                                    const struct sel *sel, struct lanner_err *err)
{
    const struct series_call *c = ctx->call->state;

    (void)err;
    SEL_FOR (sel, i) {
        struct series *s = states[i];

        for (size_t k = 0; k < c->n_fields; k++) {
            const struct val *v = column_at(&args[S_FIELDS + k], i);
            struct place *p;

            if (val_is_null(v) || v->kind == KIND_ARRAY)
                continue;
            p = bag_add(&s->fields[k], sizeof(*p), ctx->arena);
            *p = (struct place){in->ord[i], val_copy(v, ctx->arena)};
        }
    }
    return LANNER_OK;
}

static enum lanner_rc series_merge(struct agg_ctx *ctx, void *dst, void *src,
                                   struct lanner_err *err)
{
    const struct series_call *c = ctx->call->state;
    struct series *to = dst;
    const struct series *from = src;

    (void)err;
    for (size_t k = 0; k < c->n_fields; k++)
        bag_merge(&to->fields[k], &from->fields[k], sizeof(struct place), ctx->arena);
    return LANNER_OK;
}

static void series_save(const struct agg_ctx *ctx, const void *state, struct buf *out)
{
    const struct series_call *c = ctx->call->state;
    const struct series *s = state;

    buf_put_u8(out, AGG_SAVE_VERSION);
    for (size_t k = 0; k < c->n_fields; k++) {
        const struct place *p = s->fields[k].items;

        buf_put_u64(out, s->fields[k].n);
        for (size_t i = 0; i < s->fields[k].n; i++) {
            save_ordinal(p[i].ord, out);
            val_save(&p[i].v, out);
        }
    }
}

static enum lanner_rc series_load(struct agg_ctx *ctx, void *state, struct reader *in,
                                  struct lanner_err *err)
{
    const struct series_call *c = ctx->call->state;
    struct series *s = state;

    (void)err;
    in->bad |= read_u8(in) != AGG_SAVE_VERSION;
    for (size_t k = 0; k < c->n_fields && !in->bad; k++) {
        uint64_t n = read_u64(in);

        for (uint64_t i = 0; i < n && !in->bad; i++) {
            struct place p = {.ord = load_ordinal(in)};

            p.v = val_load(in, ctx->arena);
            p.v = val_copy(&p.v, ctx->arena);
            *(struct place *)bag_add(&s->fields[k], sizeof(p), ctx->arena) = p;
        }
    }
    return LANNER_OK;
}

static int cmp_places(const void *pa, const void *pb)
{
    const struct place *a = pa, *b = pb;

    return ordinal_cmp(a->ord, b->ord);
}

static struct val join(const struct bag *values, struct str separator, struct arena *a)
{
    struct place *sorted = arena_alloc(a, arena_array_size(values->n, sizeof(*sorted)));
    struct buf b = {0};
    struct val v;

    if (values->n == 0)
        return VAL_ABSENT;
    memcpy(sorted, values->items, values->n * sizeof(*sorted));
    qsort(sorted, values->n, sizeof(*sorted), cmp_places);
    for (size_t i = 0; i < values->n; i++) {
        char room[VAL_PRINT_MAX];

        if (i > 0)
            buf_put_str(&b, separator);
        buf_put_str(&b, val_print(&sorted[i].v, room));
    }
    v = b.len <= UINT32_MAX ? val_str(arena_str(a, buf_str(&b))) : VAL_ABSENT;
    buf_done(&b);
    return v;
}

static enum lanner_rc series_read(const struct agg_ctx *ctx, const void *state, struct agg_out *out,
                                  struct lanner_err *err)
{
    const struct series_call *c = ctx->call->state;
    const struct series *s = state;

    for (size_t k = 0; k < c->n_fields; k++) {
        if (c->out[k] != SIZE_MAX)
            out->vals[c->out[k]] = join(&s->fields[k], c->separator, out->arena);
    }
    return out->emit(out, err);
}

static const struct agg_def series_def = {
    .state_size = sizeof(struct series),
    .init = series_init,
    .update = series_update,
    .merge = series_merge,
    .save = series_save,
    .load = series_load,
    .read = series_read,
};

static const struct fn_param series_params[] = {
    PARAM("separator", P_TEXT, 0, "\n"),
    PARAM("fields", P_FIELD, PARAM_FIRST | PARAM_MANY, NULL),
    PARAMS_END,
};

const struct fn_def fn_agg_series[] = {
    {
        AGG_ROW,
        .name = "series_values",
        .params = series_params,
        .ret = TYPE_TEXT,
        .family = "Grouping and statistics",
        .doc = "All values of each field in the order of the rows, joined with the separator.",
        .bind = series_bind,
        .agg = &series_def,
        .writes = series_writes,
    },
    {0},
};
