/* hash.h - hashing of bytes: the landlord of xxHash, and a small string map. */
#ifndef UTIL_HASH_H
#define UTIL_HASH_H

#include "util/mem.h"

/* Hash with a seed. Seeds are random per query where attackers choose the bytes; a hash value is
 * never visible in a result (hash_stable apart). */
uint64_t hash_bytes(const void *ptr, size_t len, uint64_t seed);
static inline uint64_t hash_mix(uint64_t a, uint64_t b)
{
    a ^= b + UINT64_C(0x9E3779B97F4A7C15) + (a << 6) + (a >> 2);
    a *= UINT64_C(0xFF51AFD7ED558CCD);
    return a ^ (a >> 32);
}
/* The i-th slot of a hash table (cap a power of two) in an order that has nothing to do with the
 * hashes: who fills one table from another in slot order fills it in order of hashes, and the
 * smaller table becomes one long run of full slots. */
static inline size_t hash_scatter(size_t i, size_t cap)
{
    return (i * (size_t)0x9E3779B1) & (cap - 1);
}
/* The same value in every run and release: for @id and the like. 128 bits as two words. */
void hash_stable128(const void *ptr, size_t len, uint64_t out[2]);
/* A random seed from the system. */
uint64_t hash_random_seed(void);

/* Text to index. Keys are copied into the map's arena. */
struct strmap {
    struct arena arena;
    struct strmap_slot *slots; /* owned */
    size_t n, cap;
};
void strmap_init(struct strmap *m);
void strmap_done(struct strmap *m);
/* The value of key, or SIZE_MAX. */
size_t strmap_get(const struct strmap *m, struct str key);
/* Adds or overwrites. */
void strmap_put(struct strmap *m, struct str key, size_t value);

#endif
