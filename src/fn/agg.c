/* agg.c - what the aggregates share. See agg.h. */
#include "fn/agg.h"

#include "util/hash.h"

/* Small sets are lists: most groups hold few values. */
#define LIST_MAX 8

void held_set(struct held *h, const struct val *v, struct arena *a)
{
    uint32_t len = v->kind == KIND_IP ? 16 : v->len;

    if ((!val_is_text(v) && v->kind != KIND_BYTES && v->kind != KIND_IP) || len == 0) {
        h->v = val_copy(v, a);
        return;
    }
    if (len > h->cap) {
        h->cap = len <= UINT32_MAX / 2 ? len + len / 2 : len;
        h->room = arena_alloc(a, h->cap);
    }
    memmove(h->room, v->u.ptr, len);
    h->v = *v;
    h->v.u.ptr = h->room;
}

static struct distinct_slot *table_slot(struct distinct_slot *slots, size_t cap, uint64_t hash,
                                        const struct val *v)
{
    size_t at = hash & (cap - 1);

    while (slots[at].v.kind != KIND_ABSENT &&
           (slots[at].hash != hash || !val_same(&slots[at].v, v)))
        at = (at + 1) & (cap - 1);
    return &slots[at];
}

static struct distinct_slot *free_slot(struct distinct_slot *slots, size_t cap, uint64_t hash)
{
    size_t at = hash & (cap - 1);

    while (slots[at].v.kind != KIND_ABSENT)
        at = (at + 1) & (cap - 1);
    return &slots[at];
}

static void distinct_grow(struct distinct *d, struct arena *a)
{
    size_t cap = d->cap == 0 ? LIST_MAX : d->cap * 4;
    struct distinct_slot *slots = ARENA_ARRAY(a, struct distinct_slot, cap);

    for (size_t i = 0; i < d->cap; i++) {
        if (d->slots[i].v.kind != KIND_ABSENT)
            *free_slot(slots, cap, d->slots[i].hash) = d->slots[i];
    }
    d->slots = slots;
    d->cap = cap;
}

static bool list_has(const struct distinct *d, uint64_t hash, const struct val *v)
{
    for (size_t i = 0; i < d->n; i++) {
        if (d->slots[i].hash == hash && val_same(&d->slots[i].v, v))
            return true;
    }
    return false;
}

static void add_hashed(struct distinct *d, const struct val *v, uint64_t hash, struct arena *a)
{
    struct distinct_slot *s;

    if (d->cap <= LIST_MAX) {
        if (list_has(d, hash, v))
            return;
        if (d->n < d->cap) {
            d->slots[d->n++] = (struct distinct_slot){hash, val_copy(v, a)};
            return;
        }
        distinct_grow(d, a);
        if (d->cap <= LIST_MAX) {
            d->slots[d->n++] = (struct distinct_slot){hash, val_copy(v, a)};
            return;
        }
    }
    s = table_slot(d->slots, d->cap, hash, v);
    if (s->v.kind != KIND_ABSENT)
        return;
    if ((d->n + 1) * 3 > d->cap * 2) {
        distinct_grow(d, a);
        s = free_slot(d->slots, d->cap, hash);
    }
    *s = (struct distinct_slot){hash, val_copy(v, a)};
    d->n++;
}

void distinct_add(struct distinct *d, const struct val *v, uint64_t seed, struct arena *a)
{
    add_hashed(d, v, val_hash(v, seed), a);
}

void distinct_merge(struct distinct *d, const struct distinct *other, uint64_t seed,
                    struct arena *a)
{
    (void)seed; /* both were hashed with it */
    for (size_t i = 0; i < other->cap; i++) {
        const struct distinct_slot *s = &other->slots[hash_scatter(i, other->cap)];

        if (s->v.kind != KIND_ABSENT)
            add_hashed(d, &s->v, s->hash, a);
    }
}

void distinct_save(const struct distinct *d, struct buf *out)
{
    buf_put_u64(out, d->n);
    for (size_t i = 0; i < d->cap; i++) {
        const struct distinct_slot *s = &d->slots[hash_scatter(i, d->cap)];

        if (s->v.kind != KIND_ABSENT)
            val_save(&s->v, out);
    }
}

void distinct_load(struct distinct *d, struct reader *in, const struct agg_ctx *ctx)
{
    uint64_t n = read_u64(in);

    for (uint64_t i = 0; i < n && !in->bad; i++) {
        struct val v = val_load(in, ctx->arena);
        uint64_t hash;

        if (val_is_null(&v)) {
            in->bad = true;
            return;
        }
        hash = val_hash(&v, ctx->call->env->seed);
        /* Bits that neither the set's table nor the partitions of groups go by. */
        if (ctx->n_shares <= 1 || (hash >> 24 & 0xffffff) % ctx->n_shares == ctx->share)
            add_hashed(d, &v, hash, ctx->arena);
    }
}

void *bag_add(struct bag *b, size_t size, struct arena *a)
{
    if (b->n == b->cap) {
        size_t cap = b->cap != 0 ? b->cap * 2 : 4;
        void *items = arena_alloc(a, arena_array_size(cap, size));

        if (b->n > 0)
            memcpy(items, b->items, b->n * size);
        b->items = items;
        b->cap = cap;
    }
    return (char *)b->items + b->n++ * size;
}

void bag_merge(struct bag *b, const struct bag *other, size_t size, struct arena *a)
{
    for (size_t i = 0; i < other->n; i++)
        memcpy(bag_add(b, size, a), (const char *)other->items + i * size, size);
}

enum lanner_rc agg_out_map(const struct fn_call *call, const size_t **out, struct lanner_err *err)
{
    return out_map(call, out, err);
}

enum lanner_rc agg_emit_one(const struct agg_ctx *ctx, struct agg_out *out, struct val v,
                            struct lanner_err *err)
{
    if (ctx->call->n_out > 0)
        out->vals[0] = v;
    return out->emit(out, err);
}
