/* seen.c - see seen.h. Open addressing; a slot without a hash is empty. */
#include "detect/seen.h"

#include <stdlib.h>

#define FOLD_MAX ((size_t)512)

struct seen_slot {
    uint64_t hash; /* not 0 */
    uint64_t number;
};

void seen_text_done(struct seen *d)
{
    free(d->slots);
    *d = (struct seen){0};
}

/* Long texts are hashed whole, but only their beginning is folded: names are short. */
static uint64_t hash_folded(const struct seen *d, struct str text)
{
    char room[FOLD_MAX] = "";
    size_t n = MIN(text.len, sizeof(room));
    uint64_t h;

    for (size_t i = 0; i < n; i++)
        room[i] = ascii_lower(text.ptr[i]);
    h = hash_bytes(room, n, d->seed);
    if (text.len > n)
        h = hash_mix(h, hash_bytes(text.ptr + n, text.len - n, d->seed));
    return h != 0 ? h : 1;
}

static size_t find(const struct seen_slot *slots, size_t cap, uint64_t hash)
{
    size_t i = hash & (cap - 1);

    while (slots[i].hash != 0 && slots[i].hash != hash)
        i = (i + 1) & (cap - 1);
    return i;
}

static void grow(struct seen *d)
{
    size_t cap = d->cap != 0 ? d->cap * 2 : 16;
    struct seen_slot *slots = xcalloc(cap, sizeof(*slots));

    if (d->seed == 0)
        d->seed = hash_random_seed() | 1;
    for (size_t i = 0; i < d->cap; i++) {
        const struct seen_slot *s = &d->slots[hash_scatter(i, d->cap)];

        if (s->hash != 0)
            slots[find(slots, cap, s->hash)] = *s;
    }
    free(d->slots);
    d->slots = slots;
    d->cap = cap;
}

uint64_t *seen_put(struct seen *d, struct str text, size_t limit, bool *is_new)
{
    uint64_t hash;
    size_t i;

    if (d->n * 2 >= d->cap)
        grow(d);
    hash = hash_folded(d, text);
    i = find(d->slots, d->cap, hash);
    *is_new = false;
    if (d->slots[i].hash == 0) {
        if (d->n >= limit)
            return NULL;
        d->slots[i] = (struct seen_slot){.hash = hash};
        d->n++;
        *is_new = true;
    }
    return &d->slots[i].number;
}
