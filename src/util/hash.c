/* hash.c - the landlord of xxHash; a small open-addressing map from text to index. */
#include "util/hash.h"

#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

struct strmap_slot {
    struct str key; /* ptr NULL: free */
    uint64_t hash;
    size_t value;
};

uint64_t hash_bytes(const void *ptr, size_t len, uint64_t seed)
{
    return XXH3_64bits_withSeed(ptr, len, seed);
}

void hash_stable128(const void *ptr, size_t len, uint64_t out[2])
{
    XXH128_hash_t h = XXH3_128bits(ptr, len);

    out[0] = h.high64;
    out[1] = h.low64;
}

uint64_t hash_random_seed(void)
{
    uint64_t seed;

    if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed)) {
        struct timespec ts;

        clock_gettime(CLOCK_MONOTONIC, &ts);
        seed = (uint64_t)ts.tv_nsec * UINT64_C(0x9E3779B97F4A7C15) ^ (uint64_t)(uintptr_t)&seed;
    }
    return seed;
}

void strmap_init(struct strmap *m)
{
    memset(m, 0, sizeof(*m));
    arena_init(&m->arena, 4096);
}

void strmap_done(struct strmap *m)
{
    free(m->slots);
    arena_done(&m->arena);
    memset(m, 0, sizeof(*m));
}

static struct strmap_slot *find_slot(struct strmap_slot *slots, size_t cap, struct str key,
                                     uint64_t hash)
{
    size_t i = hash & (cap - 1);

    while (slots[i].key.ptr != NULL && !(slots[i].hash == hash && str_eq(slots[i].key, key)))
        i = (i + 1) & (cap - 1);
    return &slots[i];
}

size_t strmap_get(const struct strmap *m, struct str key)
{
    const struct strmap_slot *slot;

    if (m->n == 0)
        return SIZE_MAX;
    slot = find_slot(m->slots, m->cap, key, hash_bytes(key.ptr, key.len, 0));
    return slot->key.ptr != NULL ? slot->value : SIZE_MAX;
}

static void grow(struct strmap *m)
{
    size_t cap = m->cap != 0 ? m->cap * 2 : 16;
    struct strmap_slot *slots = xcalloc(cap, sizeof(*slots));

    for (size_t i = 0; i < m->cap; i++) {
        if (m->slots[i].key.ptr != NULL)
            *find_slot(slots, cap, m->slots[i].key, m->slots[i].hash) = m->slots[i];
    }
    free(m->slots);
    m->slots = slots;
    m->cap = cap;
}

void strmap_put(struct strmap *m, struct str key, size_t value)
{
    uint64_t hash = hash_bytes(key.ptr, key.len, 0);
    struct strmap_slot *slot;

    if ((m->n + 1) * 4 > m->cap * 3)
        grow(m);
    slot = find_slot(m->slots, m->cap, key, hash);
    if (slot->key.ptr == NULL) {
        /* One byte more, so that the empty key has a pointer too. */
        slot->key = str_of(arena_strz(&m->arena, key), key.len);
        slot->hash = hash;
        m->n++;
    }
    slot->value = value;
}
