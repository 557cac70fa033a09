/* random.h - private to sim: numbers that only look random. Integers and IEEE multiplication only:
 * the same seed gives the same bytes whatever the C library. */
#ifndef SIM_RANDOM_H
#define SIM_RANDOM_H

#include "util/base.h"

struct random {
    uint64_t s[4];
};

/* A bijection that scatters: the finisher of SplitMix64 (Steele, Lea, Flood 2014). */
static inline uint64_t random_mix(uint64_t x)
{
    x += UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ (x >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94D049BB133111EB);
    return x ^ (x >> 31);
}

static inline void random_init(struct random *r, uint64_t seed)
{
    for (int i = 0; i < 4; i++)
        r->s[i] = random_mix(seed + (uint64_t)i * UINT64_C(0x9E3779B97F4A7C15));
}

/* xoshiro256++ (Blackman, Vigna 2019). */
static inline uint64_t random_next(struct random *r)
{
    uint64_t *s = r->s;
    uint64_t x = s[0] + s[3];
    uint64_t result = ((x << 23) | (x >> 41)) + s[0];
    uint64_t t = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = (s[3] << 45) | (s[3] >> 19);
    return result;
}

/* 0 to n-1 from 32 random bits. */
static inline uint32_t random_below(uint64_t bits, uint32_t n)
{
    return (uint32_t)(((bits & UINT32_MAX) * n) >> 32);
}

#endif
