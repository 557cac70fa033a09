/* groups.c - the hash table of groups. See groups.h. */
#include "exec/groups.h"

#include <stdlib.h>

#include "util/hash.h"

#define FIRST_CAP  ((size_t)256)
#define ARENA_SIZE ((size_t)32 * 1024)

static void slots_new(struct groups *t, size_t cap)
{
    t->cap = cap;
    t->slots = xcalloc(cap, sizeof(*t->slots));
}

void groups_init(struct groups *t, const struct group_shape *shape)
{
    memset(t, 0, sizeof(*t));
    t->shape = shape;
    arena_init(&t->arena, ARENA_SIZE);
    t->ctxs = xcalloc(shape->n_items, sizeof(*t->ctxs));
    for (size_t k = 0; k < shape->n_items; k++)
        t->ctxs[k] =
            (struct agg_ctx){.call = shape->calls[k], .arena = &t->arena, .budget = shape->budget};
    slots_new(t, FIRST_CAP);
}

void groups_done(struct groups *t)
{
    if (t->shape == NULL)
        return;
    budget_give(t->shape->budget, t->charged);
    arena_done(&t->arena);
    free(t->ctxs);
    free(t->slots);
    memset(t, 0, sizeof(*t));
}

void groups_clear(struct groups *t)
{
    budget_give(t->shape->budget, t->charged);
    t->charged = 0;
    arena_done(&t->arena);
    arena_init(&t->arena, ARENA_SIZE);
    free(t->slots);
    slots_new(t, FIRST_CAP);
    t->n = 0;
}

uint64_t groups_size(const struct groups *t)
{
    return t->arena.n_bytes + t->cap * sizeof(*t->slots);
}

bool groups_charge(struct groups *t, uint64_t floor)
{
    uint64_t size = groups_size(t);

    if (size <= t->charged)
        return true;
    if (size <= floor)
        budget_force(t->shape->budget, size - t->charged);
    else if (!budget_take(t->shape->budget, size - t->charged))
        return false;
    t->charged = size;
    return true;
}

static void grow(struct groups *t)
{
    struct group_slot *old = t->slots;
    size_t old_cap = t->cap;

    slots_new(t, old_cap * 2);
    for (size_t i = 0; i < old_cap; i++) {
        size_t at;

        if (old[i].g == NULL)
            continue;
        at = old[i].hash & (t->cap - 1);
        while (t->slots[at].g != NULL)
            at = (at + 1) & (t->cap - 1);
        t->slots[at] = old[i];
    }
    free(old);
}

static bool same_keys(const struct group *g, const struct val *keys, uint32_t n)
{
    for (uint32_t k = 0; k < n; k++) {
        /* Null prints nothing and is no value: one key with absent. */
        if (val_is_null(&g->keys[k]) ? !val_is_null(&keys[k]) : !val_same(&g->keys[k], &keys[k]))
            return false;
    }
    return true;
}

/* The slot of the keys, or a free one. */
static struct group_slot *slot_of(const struct groups *t, uint64_t hash, const struct val *keys)
{
    size_t at = hash & (t->cap - 1);

    for (;; at = (at + 1) & (t->cap - 1)) {
        struct group_slot *s = &t->slots[at];

        if (s->g == NULL || (s->hash == hash && same_keys(s->g, keys, t->shape->n_keys)))
            return s;
    }
}

static struct group *group_new(struct groups *t, uint64_t hash, const struct val *keys,
                               struct ordinal ord)
{
    const struct group_shape *shape = t->shape;
    struct group *g = arena_alloc(&t->arena, shape->size);

    g->hash = hash;
    g->ord = ord;
    for (uint32_t k = 0; k < shape->n_keys; k++)
        g->keys[k] = val_copy(&keys[k], &t->arena);
    for (size_t k = 0; k < shape->n_items; k++)
        shape->calls[k]->fn->agg->init(&t->ctxs[k], group_state(shape, g, k));
    return g;
}

/* An earlier row of the group: its keys are those to show. */
static void move_first(struct groups *t, struct group *g, const struct val *keys,
                       struct ordinal ord)
{
    g->ord = ord;
    for (uint32_t k = 0; k < t->shape->n_keys; k++) {
        if (g->keys[k].kind != keys[k].kind)
            g->keys[k] = val_copy(&keys[k], &t->arena);
    }
}

struct group *groups_get(struct groups *t, uint64_t hash, const struct val *keys,
                         struct ordinal ord)
{
    struct group_slot *s = slot_of(t, hash, keys);

    if (LIKELY(s->g != NULL)) {
        if (ordinal_cmp(ord, s->g->ord) < 0)
            move_first(t, s->g, keys, ord);
        return s->g;
    }
    if ((t->n + 1) * 2 > t->cap) {
        grow(t);
        s = slot_of(t, hash, keys);
    }
    s->hash = hash;
    s->g = group_new(t, hash, keys, ord);
    t->n++;
    return s->g;
}

static enum lanner_rc merge_states(struct groups *t, struct group *dst, struct group *src,
                                   struct lanner_err *err)
{
    for (size_t k = 0; k < t->shape->n_items; k++)
        TRY(t->shape->calls[k]->fn->agg->merge(&t->ctxs[k], group_state(t->shape, dst, k),
                                               group_state(t->shape, src, k), err));
    return LANNER_OK;
}

enum lanner_rc groups_take(struct groups *t, struct groups *src, struct lanner_err *err)
{
    for (size_t i = 0; i < src->cap; i++) {
        struct group_slot *from = &src->slots[hash_scatter(i, src->cap)];
        struct group *g = from->g;
        struct group_slot *s;

        if (g == NULL)
            continue;
        from->g = NULL;
        src->n--;
        s = slot_of(t, g->hash, g->keys);
        if (s->g == NULL) {
            if ((t->n + 1) * 2 > t->cap) {
                grow(t);
                s = slot_of(t, g->hash, g->keys);
            }
            *s = (struct group_slot){g->hash, g};
            t->n++;
            continue;
        }
        if (ordinal_cmp(g->ord, s->g->ord) < 0)
            move_first(t, s->g, g->keys, g->ord);
        TRY(merge_states(t, s->g, g, err));
    }
    return LANNER_OK;
}

void group_save(const struct groups *t, const struct group *g, struct buf *out)
{
    buf_put_u64(out, g->hash);
    buf_put_u64(out, g->ord.hi);
    buf_put_u64(out, g->ord.lo);
    for (uint32_t k = 0; k < t->shape->n_keys; k++)
        val_save(&g->keys[k], out);
    for (size_t k = 0; k < t->shape->n_items; k++)
        t->shape->calls[k]->fn->agg->save(&t->ctxs[k], group_state(t->shape, g, k), out);
}

uint64_t group_record_hash(struct str record)
{
    struct reader r = {record.ptr, record.ptr + record.len, false};

    return read_u64(&r);
}

static enum lanner_rc load_states(struct groups *t, struct group *g, bool is_new, struct reader *r,
                                  struct arena *scratch, struct lanner_err *err)
{
    for (size_t k = 0; k < t->shape->n_items; k++) {
        const struct agg_def *agg = t->shape->calls[k]->fn->agg;
        struct agg_ctx own = t->ctxs[k];
        void *state = group_state(t->shape, g, k);

        if (!is_new) {
            own.arena = scratch;
            state = arena_zalloc(scratch, agg->state_size);
            agg->init(&own, state);
        }
        TRY(agg->load(&own, state, r, err));
        if (r->bad)
            return err_set(err, LANNER_ERR_IO, "a temporary file is damaged");
        if (!is_new)
            TRY(agg->merge(&t->ctxs[k], group_state(t->shape, g, k), state, err));
    }
    return LANNER_OK;
}

enum lanner_rc groups_load(struct groups *t, struct str record, struct arena *scratch,
                           struct lanner_err *err)
{
    struct reader r = {record.ptr, record.ptr + record.len, false};
    uint64_t hash = read_u64(&r);
    struct ordinal ord = {read_u64(&r), 0};
    struct val *keys;
    struct group *g;
    size_t before = t->n;

    arena_reset(scratch);
    ord.lo = read_u64(&r);
    keys = ARENA_ARRAY(scratch, struct val, t->shape->n_keys);
    for (uint32_t k = 0; k < t->shape->n_keys; k++)
        keys[k] = val_load(&r, scratch);
    if (r.bad)
        return err_set(err, LANNER_ERR_IO, "a temporary file is damaged");
    g = groups_get(t, hash, keys, ord);
    return load_states(t, g, t->n > before, &r, scratch, err);
}
