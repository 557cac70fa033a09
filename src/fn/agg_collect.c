/* agg_collect.c - collect() and LIST(): the distinct values of fields, in the order of their first
 * events.
 *
 * The values kept are those with the least first ordinals: at most `limit` of them, and not more
 * than MAX_BYTES of text. Which these are does not depend on the order of the input: a value that
 * was dropped had more than enough values before it, and values only ever move forward. */
#include <stdio.h>

#include "fn/agg.h"

enum { C_LIMIT, C_MULTIVAL, C_SEPARATOR, C_OUT, C_FIELDS };
enum { L_FIELD, L_SEPARATOR, L_LIMIT };

/* cql.md 2.8: collect() keeps 10 MiB. */
#define MAX_BYTES     ((uint64_t)10 * 1024 * 1024)
#define DEFAULT_LIMIT 2000
#define MAX_LIMIT     1000000

struct collect_call {
    size_t first; /* argument */
    size_t n_fields;
    size_t n_lists; /* one for each field; one for all when they are joined or combined */
    size_t width;   /* values in an entry: 1, or n_fields for combinations */
    int64_t limit;
    bool multival;
    bool joined; /* values of all fields in one output */
    struct str separator;
    const size_t *out;
};

struct entry {
    uint64_t hash;
    struct ordinal ord;     /* of the first event */
    uint32_t field;         /* ties of joined fields */
    const struct val *vals; /* arena; `width` of them */
};

struct list {
    struct entry *entries; /* arena */
    size_t n, cap;
    uint32_t *table; /* arena; numbers of entries + 1, 0: free; NULL while there are few */
    size_t table_cap;
    uint64_t n_bytes;
    bool is_cut; /* values were dropped; then the greatest place kept: */
    struct ordinal bound_ord;
    uint32_t bound_field;
};

struct collect {
    struct list *lists; /* arena */
};

/* ---- Binding
 * ------------------------------------------------------------------------------------- */

static enum lanner_rc collect_writes(const struct fn_call *call, fn_names *names, struct arena *a,
                                     struct lanner_err *err)
{
    struct str as = arg_text(call, C_OUT, a);

    (void)err;
    if (as.len > 0) {
        VEC_PUSH(names, as);
        return LANNER_OK;
    }
    for (size_t i = C_FIELDS; i < call->n_args; i++)
        VEC_PUSH(names, call->args[i].field);
    return LANNER_OK;
}

static enum lanner_rc collect_bind(struct fn_call *call, struct lanner_err *err)
{
    struct collect_call *c = ARENA_NEW(call->env->arena, struct collect_call);

    call->state = c;
    c->first = C_FIELDS;
    c->n_fields = call->n_args > C_FIELDS ? call->n_args - C_FIELDS : 0;
    if (c->n_fields == 0)
        return call_err(call, err_set(err, LANNER_ERR_QUERY, "collect() needs a field"), err);
    TRY(arg_long(call, C_LIMIT, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT, &c->limit, err));
    c->multival = arg_bool(call, C_MULTIVAL, true);
    c->joined = arg_given(call, C_OUT) && arg_text(call, C_OUT, call->env->arena).len > 0;
    c->separator =
        arg_given(call, C_SEPARATOR) ? arg_text(call, C_SEPARATOR, call->env->arena) : STR("\n");
    c->n_lists = c->joined || !c->multival ? 1 : c->n_fields;
    c->width = !c->multival && !c->joined ? c->n_fields : 1;
    return agg_out_map(call, &c->out, err);
}

/* LIST(): one field, joined. */
static enum lanner_rc list_bind(struct fn_call *call, struct lanner_err *err)
{
    struct collect_call *c = ARENA_NEW(call->env->arena, struct collect_call);
    size_t *out = ARENA_NEW(call->env->arena, size_t);

    call->state = c;
    *out = call->n_out > 0 ? 0 : SIZE_MAX;
    *c = (struct collect_call){.first = L_FIELD,
                               .n_fields = 1,
                               .n_lists = 1,
                               .width = 1,
                               .multival = true,
                               .joined = true,
                               .separator = STR(", "),
                               .out = out};
    if (arg_given(call, L_SEPARATOR))
        c->separator = arg_text(call, L_SEPARATOR, call->env->arena);
    return arg_long(call, L_LIMIT, "limit", MAX_LIMIT, 1, MAX_LIMIT, &c->limit, err);
}

/* ---- Lists of values in order of first events
 * ---------------------------------------------------- */

static int cmp_place(struct ordinal a, uint32_t field_a, struct ordinal b, uint32_t field_b)
{
    int c = ordinal_cmp(a, b);

    return c != 0 ? c : (field_a < field_b ? -1 : field_a > field_b);
}

static int cmp_entry(const void *a, const void *b)
{
    const struct entry *x = a;
    const struct entry *y = b;

    return cmp_place(x->ord, x->field, y->ord, y->field);
}

static bool same_vals(const struct val *a, const struct val *b, size_t width)
{
    for (size_t k = 0; k < width; k++) {
        if (!val_same(&a[k], &b[k]))
            return false;
    }
    return true;
}

static void table_put(struct list *l, uint32_t number)
{
    size_t at = l->entries[number].hash & (l->table_cap - 1);

    while (l->table[at] != 0)
        at = (at + 1) & (l->table_cap - 1);
    l->table[at] = number + 1;
}

static void table_make(struct list *l, struct arena *a)
{
    if (l->table_cap < l->cap * 2) {
        l->table_cap = l->cap * 2;
        l->table = arena_alloc(a, arena_array_size(l->table_cap, sizeof(uint32_t)));
    }
    memset(l->table, 0, l->table_cap * sizeof(uint32_t));
    for (size_t i = 0; i < l->n; i++)
        table_put(l, (uint32_t)i);
}

static struct entry *list_find(const struct list *l, uint64_t hash, const struct val *vals,
                               size_t width)
{
    if (l->table == NULL) {
        for (size_t i = 0; i < l->n; i++) {
            if (l->entries[i].hash == hash && same_vals(l->entries[i].vals, vals, width))
                return &l->entries[i];
        }
        return NULL;
    }
    for (size_t at = hash & (l->table_cap - 1); l->table[at] != 0;
         at = (at + 1) & (l->table_cap - 1)) {
        struct entry *e = &l->entries[l->table[at] - 1];

        if (e->hash == hash && same_vals(e->vals, vals, width))
            return e;
    }
    return NULL;
}

static uint64_t size_of_vals(const struct val *vals, size_t width)
{
    uint64_t n = 0;

    for (size_t k = 0; k < width; k++)
        n += val_is_text(&vals[k]) ? vals[k].len + 1u : 8u;
    return n;
}

/* True when all that may be kept stands before the place. */
static bool is_past(const struct list *l, struct ordinal ord, uint32_t field)
{
    return l->is_cut && cmp_place(ord, field, l->bound_ord, l->bound_field) >= 0;
}

/* Lowers the bound to the place. */
static void list_bound(struct list *l, struct ordinal ord, uint32_t field)
{
    if (is_past(l, ord, field))
        return;
    l->is_cut = true;
    l->bound_ord = ord;
    l->bound_field = field;
}

/* Keeps the first `limit` values and MAX_BYTES of text. The bound is the first value dropped, not
 * the last one kept: a value that comes between them later may yet fit. */
static void list_cut(struct list *l, const struct collect_call *c, struct arena *a)
{
    uint64_t n_bytes = 0;
    size_t n = 0;

    qsort(l->entries, l->n, sizeof(l->entries[0]), cmp_entry);
    for (; n < l->n && n < (size_t)c->limit; n++) {
        const struct entry *e = &l->entries[n];
        uint64_t size = size_of_vals(e->vals, c->width);

        if (n_bytes + size > MAX_BYTES || is_past(l, e->ord, e->field))
            break;
        n_bytes += size;
    }
    if (n < l->n)
        list_bound(l, l->entries[n].ord, l->entries[n].field);
    l->n = n;
    l->n_bytes = n_bytes;
    if (l->table != NULL)
        table_make(l, a);
}

static void list_grow(struct list *l, struct arena *a)
{
    size_t cap = l->cap != 0 ? l->cap * 2 : 4;
    struct entry *entries = arena_alloc(a, arena_array_size(cap, sizeof(struct entry)));

    if (l->n > 0)
        memcpy(entries, l->entries, l->n * sizeof(*entries));
    l->entries = entries;
    l->cap = cap;
    if (cap > 16)
        table_make(l, a);
}

static struct entry *list_append(struct list *l, const struct entry *from, size_t width,
                                 struct arena *a)
{
    struct val *vals;
    struct entry *e;

    if (l->n == l->cap)
        list_grow(l, a);
    vals = arena_alloc(a, width * sizeof(struct val));
    for (size_t k = 0; k < width; k++)
        vals[k] = val_copy(&from->vals[k], a);
    e = &l->entries[l->n++];
    *e = *from;
    e->vals = vals;
    l->n_bytes += size_of_vals(vals, width);
    if (l->table != NULL)
        table_put(l, (uint32_t)(l->n - 1));
    return e;
}

static void list_add(struct list *l, const struct collect_call *c, const struct entry *from,
                     struct arena *a)
{
    struct entry *old;

    if (is_past(l, from->ord, from->field))
        return; /* a value that is kept stands before that already */
    old = list_find(l, from->hash, from->vals, c->width);
    if (old != NULL) {
        if (cmp_place(from->ord, from->field, old->ord, old->field) < 0) {
            old->ord = from->ord;
            old->field = from->field;
        }
        return;
    }
    (void)list_append(l, from, c->width, a);
    if (l->n >= (size_t)c->limit * 2 + 8 || l->n_bytes > 2 * MAX_BYTES)
        list_cut(l, c, a);
}

/* ---- The aggregate
 * ------------------------------------------------------------------------------- */

static void collect_init(const struct agg_ctx *ctx, void *state)
{
    const struct collect_call *c = ctx->call->state;

    ((struct collect *)state)->lists = ARENA_ARRAY(ctx->arena, struct list, c->n_lists);
}

static void add_combination(struct agg_ctx *ctx, struct collect *s, const struct column *args,
                            uint32_t row, struct ordinal ord, struct val *room)
{
    const struct collect_call *c = ctx->call->state;
    struct entry e = {.hash = ctx->call->env->seed, .ord = ord, .vals = room};
    bool some = false;

    for (size_t k = 0; k < c->n_fields; k++) {
        room[k] = *column_at(&args[c->first + k], row);
        if (val_is_null(&room[k]))
            room[k] = VAL_ABSENT;
        some |= room[k].kind != KIND_ABSENT;
        e.hash = val_hash(&room[k], e.hash);
    }
    if (some)
        list_add(&s->lists[0], c, &e, ctx->arena);
}

static void add_fields(struct agg_ctx *ctx, struct collect *s, const struct column *args,
                       uint32_t row, struct ordinal ord)
{
    const struct collect_call *c = ctx->call->state;

    for (size_t k = 0; k < c->n_fields; k++) {
        const struct val *v = column_at(&args[c->first + k], row);
        struct list *l = &s->lists[c->n_lists == 1 ? 0 : k];
        struct entry e = {.ord = ord, .field = (uint32_t)k, .vals = v};

        if (val_is_null(v) || is_past(l, ord, e.field))
            continue;
        e.hash = val_hash(v, ctx->call->env->seed);
        list_add(l, c, &e, ctx->arena);
    }
}

static enum lanner_rc collect_update(struct agg_ctx *ctx, void *const *states,
                                     const struct column *args, const struct batch *in,
                                     const struct sel *sel, struct lanner_err *err)
{
    const struct collect_call *c = ctx->call->state;
    struct val *room = ARENA_ARRAY(in->arena, struct val, c->n_fields);

    (void)err;
    SEL_FOR (sel, i) {
        if (c->width > 1)
            add_combination(ctx, states[i], args, i, in->ord[i], room);
        else
            add_fields(ctx, states[i], args, i, in->ord[i]);
    }
    return LANNER_OK;
}

static void list_merge(struct list *dst, const struct list *src, const struct collect_call *c,
                       struct arena *a)
{
    for (size_t i = 0; i < src->n; i++)
        list_add(dst, c, &src->entries[i], a);
    if (!src->is_cut)
        return;
    /* What src dropped is not known here, so nothing behind it can be kept. */
    list_bound(dst, src->bound_ord, src->bound_field);
    list_cut(dst, c, a);
}

static enum lanner_rc collect_merge(struct agg_ctx *ctx, void *dst, void *src,
                                    struct lanner_err *err)
{
    const struct collect_call *c = ctx->call->state;

    (void)err;
    for (size_t k = 0; k < c->n_lists; k++)
        list_merge(&((struct collect *)dst)->lists[k], &((struct collect *)src)->lists[k], c,
                   ctx->arena);
    return LANNER_OK;
}

static void collect_save(const struct agg_ctx *ctx, const void *state, struct buf *out)
{
    const struct collect_call *c = ctx->call->state;

    buf_put_u8(out, AGG_SAVE_VERSION);
    for (size_t k = 0; k < c->n_lists; k++) {
        const struct list *l = &((const struct collect *)state)->lists[k];

        buf_put_u64(out, l->n);
        buf_put_u8(out, l->is_cut);
        save_ordinal(l->bound_ord, out);
        buf_put_u32(out, l->bound_field);
        for (size_t i = 0; i < l->n; i++) {
            buf_put_u64(out, l->entries[i].hash);
            save_ordinal(l->entries[i].ord, out);
            buf_put_u32(out, l->entries[i].field);
            for (size_t j = 0; j < c->width; j++)
                val_save(&l->entries[i].vals[j], out);
        }
    }
}

static enum lanner_rc collect_load(struct agg_ctx *ctx, void *state, struct reader *in,
                                   struct lanner_err *err)
{
    const struct collect_call *c = ctx->call->state;
    struct val *vals = ARENA_ARRAY(ctx->arena, struct val, c->width);

    (void)err;
    in->bad |= read_u8(in) != AGG_SAVE_VERSION;
    for (size_t k = 0; k < c->n_lists && !in->bad; k++) {
        struct list *l = &((struct collect *)state)->lists[k];
        uint64_t n = read_u64(in);
        bool is_cut = read_u8(in) != 0;
        struct ordinal bound_ord = load_ordinal(in);
        uint32_t bound_field = read_u32(in);

        for (uint64_t i = 0; i < n && !in->bad; i++) {
            struct entry e = {.hash = read_u64(in), .vals = vals};

            e.ord = load_ordinal(in);
            e.field = read_u32(in);
            for (size_t j = 0; j < c->width; j++)
                vals[j] = val_load(in, ctx->arena);
            if (!in->bad)
                (void)list_append(l, &e, c->width, ctx->arena);
        }
        l->is_cut = is_cut;
        l->bound_ord = bound_ord;
        l->bound_field = bound_field;
    }
    return LANNER_OK;
}

/* ---- Reading
 * ------------------------------------------------------------------------------------- */

/* A sorted copy of what is to be shown; state stays. */
static struct list shown(const struct list *l, const struct collect_call *c, struct arena *a)
{
    struct list copy = *l;

    copy.entries = arena_alloc(a, arena_array_size(l->n, sizeof(struct entry)));
    if (l->n > 0)
        memcpy(copy.entries, l->entries, l->n * sizeof(struct entry));
    copy.table = NULL;
    list_cut(&copy, c, a);
    return copy;
}

static void note_limit(const struct fn_call *call, const char *what)
{
    char text[128];

    snprintf(text, sizeof(text), "%s() keeps %s of a field", call_name(call), what);
    call->env->note(call->env->note_ctx, LANNER_NOTE_LIMIT, call->at, text);
}

static void note_cut(const struct agg_ctx *ctx, const struct list *l)
{
    const struct collect_call *c = ctx->call->state;

    if (!l->is_cut || ctx->call->env->note == NULL)
        return;
    if (l->n < (size_t)c->limit)
        note_limit(ctx->call, "10 MiB of values");
    else if (c->limit == DEFAULT_LIMIT && c->first == C_FIELDS)
        note_limit(ctx->call, "the first 2000 values");
    else if (c->limit == MAX_LIMIT)
        note_limit(ctx->call, "the first 1000000 values");
}

static struct val join(const struct list *l, struct str separator, struct arena *a)
{
    struct buf b = {0};
    struct val v;

    if (l->n == 0)
        return VAL_ABSENT;
    for (size_t i = 0; i < l->n; i++) {
        char room[VAL_PRINT_MAX];

        if (i > 0)
            buf_put_str(&b, separator);
        buf_put_str(&b, val_print(&l->entries[i].vals[0], room));
    }
    v = b.len <= UINT32_MAX ? val_str(arena_str(a, buf_str(&b))) : VAL_ABSENT;
    buf_done(&b);
    return v;
}

static enum lanner_rc read_joined(const struct agg_ctx *ctx, const struct collect *s,
                                  struct agg_out *out, struct lanner_err *err)
{
    const struct collect_call *c = ctx->call->state;

    for (size_t k = 0; k < c->n_lists; k++) {
        struct list l = shown(&s->lists[k], c, out->arena);

        note_cut(ctx, &l);
        if (c->out[k] != SIZE_MAX)
            out->vals[c->out[k]] = join(&l, c->separator, out->arena);
    }
    return out->emit(out, err);
}

static enum lanner_rc collect_read(const struct agg_ctx *ctx, const void *state,
                                   struct agg_out *out, struct lanner_err *err)
{
    const struct collect_call *c = ctx->call->state;
    const struct collect *s = state;
    struct list l;

    if (c->multival)
        return read_joined(ctx, s, out, err);
    l = shown(&s->lists[0], c, out->arena);
    note_cut(ctx, &l);
    for (size_t i = 0; i < l.n; i++) {
        for (size_t j = 0; j < c->width; j++) {
            if (c->out[j] != SIZE_MAX)
                out->vals[c->out[j]] = l.entries[i].vals[j];
        }
        TRY(out->emit(out, err));
    }
    return LANNER_OK;
}

static const struct agg_def collect_def = {
    .state_size = sizeof(struct collect),
    .init = collect_init,
    .update = collect_update,
    .merge = collect_merge,
    .save = collect_save,
    .load = collect_load,
    .read = collect_read,
};

static const struct fn_param list_params[] = {
    PARAM("field", P_FIELD, PARAM_FIRST, NULL),
    PARAM("separator", P_TEXT, PARAM_DEFAULT, ", "),
    PARAM("limit", P_NUMBER, PARAM_DEFAULT, NULL),
    PARAM_AS("_list"),
    PARAMS_END,
};

static const struct fn_param collect_params[] = {
    PARAM("limit", P_NUMBER, 0, "2000"),
    PARAM("multival", P_BOOL, 0, "true"),
    PARAM("separator", P_TEXT, 0, "\n"),
    PARAM("as", P_NAME, 0, NULL),
    PARAM("fields", P_FIELD, PARAM_FIRST | PARAM_MANY, NULL),
    PARAMS_END,
};

const struct fn_def fn_agg_collect[] = {
    {
        AGG_ROW,
        .name = "collect",
        .params = collect_params,
        .ret = TYPE_TEXT,
        .spelled = {[LANG_CQL] = "collect"},
        .family = "Grouping and statistics",
        .doc =
            "The different values of each field, joined with the separator in the order of their "
            "first events, at most `limit` of them and 10 MiB; absent when there are none. With "
            "`multival=false` one row for each value, or combination of values. `as`, which "
            "LogScale does not have, names one output for the values of all fields.",
        .bind = collect_bind,
        .agg = &collect_def,
        .writes = collect_writes,
    },
    {
        AGG_ROW,
        .name = "aql_list",
        .params = list_params,
        .ret = TYPE_TEXT,
        .spelled = {[LANG_AQL] = "LIST"},
        .family = "Grouping and statistics",
        .doc = "The different values that are not NULL, joined with the separator in the order of "
               "their first rows, at most `limit` of them and 10 MiB; NULL when there are none.",
        .bind = list_bind,
        .agg = &collect_def,
    },
    {0},
};
