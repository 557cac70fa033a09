/* tally.c - how often values are in a window. See agg.h. */
#include "fn/agg.h"

#define FIRST_CAP 16

static bool has_bytes(const struct val *v)
{
    return val_is_text(v) || v->kind == KIND_BYTES || v->kind == KIND_IP;
}

static size_t bytes_of(const struct val *v)
{
    return !has_bytes(v) ? 0 : v->kind == KIND_IP ? 16 : v->len;
}

/* Arrays stay in the arena: nobody counts them in a window for long. */
static struct val own_copy(struct tally *t, const struct val *v, struct arena *a)
{
    struct val copy = *v;
    size_t n = bytes_of(v);
    char *room;

    if (n == 0)
        return val_copy(v, a);
    room = xmalloc(n);
    memcpy(room, v->u.ptr, n);
    copy.u.ptr = room;
    t->n_bytes += n;
    return copy;
}

static void free_copy(struct tally *t, struct val *v)
{
    size_t n = bytes_of(v);

    if (n > 0)
        free((char *)v->u.ptr);
    t->n_bytes -= n;
}

static size_t slot_of(const struct tally *t, const struct val *v, uint64_t hash)
{
    size_t at = hash & (t->cap - 1);

    while (t->slots[at].v.kind != KIND_ABSENT &&
           (t->slots[at].hash != hash || !val_same(&t->slots[at].v, v)))
        at = (at + 1) & (t->cap - 1);
    return at;
}

static void grow(struct tally *t)
{
    struct tally old = *t;

    t->cap = old.cap == 0 ? FIRST_CAP : old.cap * 2;
    t->slots = xcalloc(t->cap, sizeof(*t->slots));
    for (size_t i = 0; i < old.cap; i++) {
        const struct tally_slot *s = &old.slots[i];
        size_t at = s->hash & (t->cap - 1);

        if (s->v.kind == KIND_ABSENT)
            continue;
        while (t->slots[at].v.kind != KIND_ABSENT)
            at = (at + 1) & (t->cap - 1);
        t->slots[at] = *s;
    }
    free(old.slots);
}

void tally_add(struct tally *t, const struct val *v, uint64_t seed, struct arena *a)
{
    uint64_t hash = val_hash(v, seed);
    struct tally_slot *s;

    if ((t->n + 1) * 3 > t->cap * 2)
        grow(t);
    s = &t->slots[slot_of(t, v, hash)];
    if (s->v.kind == KIND_ABSENT) {
        *s = (struct tally_slot){hash, own_copy(t, v, a), 0};
        t->n++;
    }
    s->n++;
}

/* Those behind move up, so that a search ends at the first free slot. */
static void close_gap(struct tally *t, size_t gap)
{
    size_t mask = t->cap - 1;

    for (size_t at = (gap + 1) & mask; t->slots[at].v.kind != KIND_ABSENT; at = (at + 1) & mask) {
        size_t home = t->slots[at].hash & mask;

        if (((at - home) & mask) < ((at - gap) & mask))
            continue; /* it would stand before its place */
        t->slots[gap] = t->slots[at];
        gap = at;
    }
    t->slots[gap] = (struct tally_slot){0};
}

void tally_drop(struct tally *t, const struct val *v, uint64_t seed)
{
    size_t at = slot_of(t, v, val_hash(v, seed));

    assert(t->slots[at].v.kind != KIND_ABSENT);
    if (--t->slots[at].n > 0)
        return;
    free_copy(t, &t->slots[at].v);
    t->n--;
    close_gap(t, at);
}

void tally_done(struct tally *t)
{
    for (size_t i = 0; i < t->cap; i++)
        free_copy(t, &t->slots[i].v);
    free(t->slots);
    memset(t, 0, sizeof(*t));
}
