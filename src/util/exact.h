/* exact.h - sums that do not depend on the order of their terms.
 *
 * Integers are summed in 128 bits; doubles, and products of two doubles, in a fixed-point number
 * wide enough for any finite value, of which only the words in use are kept. Adding and merging
 * therefore commute and associate, and a result is rounded once, when it is read. */
#ifndef UTIL_EXACT_H
#define UTIL_EXACT_H

#include "util/buf.h"

/* All zero is an empty sum. Words live in the arena given to the adding calls; nothing to free. */
struct exact {
    int64_t hi; /* integers: hi * 2^64 + lo */
    uint64_t lo;
    uint64_t *words; /* arena; two's complement, least word first; NULL: no real number was added */
    int16_t base;    /* the least word counts 2^(64 * base) */
    uint16_t n;      /* words in use; the last holds nothing but the sign */
    uint16_t cap;
    bool real; /* a double was added, even if it was zero */
};

void exact_add_long(struct exact *e, int64_t v);
/* v is finite. */
void exact_add_double(struct exact *e, double v, struct arena *a);
/* Adds x * y, exactly; both finite. Does not make a sum of integers "real" by itself: use it for
 * sums of squares and the like, and read those with exact_double. */
void exact_add_product(struct exact *e, double x, double y, struct arena *a);
void exact_add_long_product(struct exact *e, int64_t x, int64_t y, struct arena *a);
void exact_merge(struct exact *e, const struct exact *other, struct arena *a);

/* True when nothing but integers was added and the sum is one of 64 bits. */
bool exact_is_long(const struct exact *e);
int64_t exact_long(const struct exact *e); /* only when exact_is_long */
/* The sum, rounded once, to even. Past the largest double: an infinity. */
double exact_double(const struct exact *e);
/* The sum divided by n, rounded once. n is not 0. */
double exact_mean(const struct exact *e, uint64_t n);
/* sum(x*y) - sum(x) * sum(y) / n, computed exactly and rounded once: n times the covariance (with y
 * the same as x: the variance). */
double exact_central(const struct exact *xy, const struct exact *x, const struct exact *y,
                     uint64_t n);

void exact_save(const struct exact *e, struct buf *out);
/* Damaged state sets in->bad and gives an empty sum. */
void exact_load(struct exact *e, struct reader *in, struct arena *a);

#endif
