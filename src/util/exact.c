/* exact.c - exact sums. See exact.h.
 *
 * The fixed-point part is a window of 64-bit words of one infinite two's complement number; bit 0
 * of word k counts 2^(64 k). Its last word is always pure sign (0 or all ones), so an addition that
 * ends below it cannot lose a carry; when the sign word is used up, another is added. Reading turns
 * it into sign and magnitude (struct wide) on the stack. */
#include "util/exact.h"

#include <math.h>

/* Products of two doubles reach from 2^-2148 (word -34) to 2^2048 (word 32); 2^64 terms and the
 * sign take two words more. Saved state that claims more is damaged. */
#define MIN_WORD  (-34)
#define MAX_WORDS 76
/* A product of two sums, and one times a count. */
#define WIDE_MAX (2 * MAX_WORDS + 8)

__extension__ typedef __int128 i128;
__extension__ typedef unsigned __int128 u128;

/* Integers beyond this go to the words, so that adding longs to the rest can never overflow. */
#define I128_KEEP ((i128)1 << 126)

struct wide {
    bool negative;
    int base;
    int n;
    uint64_t w[WIDE_MAX]; /* magnitude */
};

static uint64_t sign_word(const struct exact *e)
{
    return e->n > 0 && (e->words[e->n - 1] >> 63) != 0 ? UINT64_MAX : 0;
}

/* Makes words [first, end) part of the window; the last word stays pure sign. */
static void cover(struct exact *e, int first, int end, struct arena *a)
{
    uint64_t sign = sign_word(e);
    int old_base = e->n > 0 ? e->base : first;
    int base = MIN(old_base, first);
    int top = MAX(old_base + e->n, end);
    int n = top - base;

    assert(n <= MAX_WORDS);
    if (n > e->cap) {
        int cap = MIN(n + 2, MAX_WORDS);
        uint64_t *words = arena_alloc(a, (size_t)cap * sizeof(*words));

        if (e->n > 0)
            memcpy(words, e->words, e->n * sizeof(*words));
        e->words = words;
        e->cap = (uint16_t)cap;
    }
    if (base < old_base) {
        memmove(e->words + (old_base - base), e->words, e->n * sizeof(*e->words));
        memset(e->words, 0, (size_t)(old_base - base) * sizeof(*e->words));
    }
    for (int i = old_base - base + e->n; i < n; i++)
        e->words[i] = sign;
    e->base = (int16_t)base;
    e->n = (uint16_t)n;
}

/* Adds n two's complement words at word `first`. */
static void add_words(struct exact *e, int first, const uint64_t *m, int n, struct arena *a)
{
    uint64_t fill = (m[n - 1] >> 63) != 0 ? UINT64_MAX : 0;
    unsigned carry = 0;
    uint64_t last;

    /* Without words that only repeat the sign, or every merge would make the window longer. */
    while (n > 1 && m[n - 1] == fill && (m[n - 2] >> 63) == (fill >> 63))
        n--;
    cover(e, first, first + n + 1, a);
    for (int i = first - e->base, k = 0; i < e->n; i++, k++) {
        u128 sum = (u128)e->words[i] + (k < n ? m[k] : fill) + carry;

        e->words[i] = (uint64_t)sum;
        carry = (unsigned)(sum >> 64);
    }
    last = e->words[e->n - 1];
    if (last != 0 && last != UINT64_MAX)
        cover(e, e->base, e->base + e->n + 1, a);
}

/* Adds m * 2^exp, negated when asked. */
static void add_scaled(struct exact *e, u128 m, int exp, bool negative, struct arena *a)
{
    int first = (int)floor(exp / 64.0);
    int shift = exp - 64 * first;
    uint64_t w[3];

    if (m == 0)
        return;
    w[0] = (uint64_t)(m << shift);
    w[1] = (uint64_t)((m << shift) >> 64);
    w[2] = shift != 0 ? (uint64_t)(m >> 64) >> (64 - shift) : 0;
    if (negative) {
        unsigned carry = 1;

        for (int i = 0; i < 3; i++) {
            u128 sum = (u128)~w[i] + carry;

            w[i] = (uint64_t)sum;
            carry = (unsigned)(sum >> 64);
        }
    }
    add_words(e, first, w, 3, a);
}

/* |v| as m * 2^exp. */
static uint64_t split(double v, int *exp)
{
    uint64_t bits;
    int field;

    assert(isfinite(v));
    memcpy(&bits, &v, sizeof(bits));
    field = (int)(bits >> 52 & 0x7FF);
    bits &= (UINT64_C(1) << 52) - 1;
    *exp = (field != 0 ? field : 1) - 1075;
    return field != 0 ? bits | UINT64_C(1) << 52 : bits;
}

static i128 whole_get(const struct exact *e)
{
    return (i128)((u128)(uint64_t)e->hi << 64 | e->lo);
}

static void whole_set(struct exact *e, i128 v)
{
    e->hi = (int64_t)(v >> 64);
    e->lo = (uint64_t)v;
}

static void whole_add(struct exact *e, i128 v, struct arena *a)
{
    i128 sum;

    if (!__builtin_add_overflow(whole_get(e), v, &sum) && sum < I128_KEEP && sum > -I128_KEEP) {
        whole_set(e, sum);
    } else {
        uint64_t w[3] = {(uint64_t)v, (uint64_t)(v >> 64), v < 0 ? UINT64_MAX : 0};

        add_words(e, 0, w, 3, a);
    }
}

static void wide_trim(struct wide *w)
{
    while (w->n > 0 && w->w[w->n - 1] == 0)
        w->n--;
}

/* Two's complement in w->w to sign and magnitude. */
static void wide_make_positive(struct wide *w)
{
    unsigned carry = 1;

    w->negative = w->n > 0 && (w->w[w->n - 1] >> 63) != 0;
    for (int i = 0; w->negative && i < w->n; i++) {
        u128 sum = (u128)~w->w[i] + carry;

        w->w[i] = (uint64_t)sum;
        carry = (unsigned)(sum >> 64);
    }
    wide_trim(w);
}

static void wide_from(const struct exact *e, struct wide *out)
{
    int first = e->n > 0 ? MIN(e->base, 0) : 0;
    int end = MAX(e->n > 0 ? e->base + e->n : 0, 3) + 1;
    uint64_t fill = sign_word(e);
    unsigned carry = 0;

    out->base = first;
    out->n = end - first;
    for (int i = 0; i < out->n; i++) {
        int word = first + i;
        uint64_t x = 0;
        uint64_t y = 0;
        u128 sum;

        if (e->n > 0 && word >= e->base)
            x = word < e->base + e->n ? e->words[word - e->base] : fill;
        if (word == 0)
            y = e->lo;
        else if (word > 0)
            y = word == 1 ? (uint64_t)e->hi : (e->hi < 0 ? UINT64_MAX : 0);
        sum = (u128)x + y + carry;
        out->w[i] = (uint64_t)sum;
        carry = (unsigned)(sum >> 64);
    }
    wide_make_positive(out);
}

static void wide_mul(const struct wide *x, const struct wide *y, struct wide *out)
{
    assert(x->n + y->n <= WIDE_MAX);
    out->base = x->base + y->base;
    out->n = x->n + y->n;
    out->negative = x->negative != y->negative;
    memset(out->w, 0, (size_t)out->n * sizeof(out->w[0]));
    for (int i = 0; i < x->n; i++) {
        uint64_t carry = 0;

        for (int k = 0; k < y->n; k++) {
            u128 p = (u128)x->w[i] * y->w[k] + out->w[i + k] + carry;

            out->w[i + k] = (uint64_t)p;
            carry = (uint64_t)(p >> 64);
        }
        out->w[i + y->n] = carry;
    }
    wide_trim(out);
}

/* Word k (absolute) of w as two's complement, given the running carry of its negation. */
static uint64_t wide_word(const struct wide *w, int k, unsigned *carry)
{
    uint64_t x = k >= w->base && k < w->base + w->n ? w->w[k - w->base] : 0;
    u128 sum;

    if (!w->negative)
        return x;
    sum = (u128)~x + *carry;
    *carry = (unsigned)(sum >> 64);
    return (uint64_t)sum;
}

/* out = x + y; out is another object. */
static void wide_add(const struct wide *x, const struct wide *y, struct wide *out)
{
    int first = MIN(x->base, y->base);
    int end = MAX(x->base + x->n, y->base + y->n) + 1;
    unsigned carry_x = 1;
    unsigned carry_y = 1;
    unsigned carry = 0;

    assert(end - first <= WIDE_MAX);
    out->base = first;
    out->n = end - first;
    for (int i = 0; i < out->n; i++) {
        uint64_t p = wide_word(x, first + i, &carry_x);
        uint64_t q = wide_word(y, first + i, &carry_y);
        u128 sum = (u128)p + q + carry;

        out->w[i] = (uint64_t)sum;
        carry = (unsigned)(sum >> 64);
    }
    wide_make_positive(out);
}

/* Divides in place, with 192 bits more below; true when a remainder is left. */
static bool wide_divide(struct wide *w, uint64_t divisor)
{
    uint64_t rest = 0;

    if (divisor == 1 || w->n == 0)
        return false;
    assert(w->n + 3 <= WIDE_MAX);
    memmove(w->w + 3, w->w, (size_t)w->n * sizeof(w->w[0]));
    memset(w->w, 0, 3 * sizeof(w->w[0]));
    w->base -= 3;
    w->n += 3;
    for (int i = w->n - 1; i >= 0; i--) {
        u128 x = (u128)rest << 64 | w->w[i];

        w->w[i] = (uint64_t)(x / divisor);
        rest = (uint64_t)(x % divisor);
    }
    wide_trim(w);
    return rest != 0;
}

/* The nearest double, ties to even; `more` says that the true value is a little further from zero.
 */
static double wide_round(const struct wide *w, bool more)
{
    int top = w->n - 1;
    int lead;
    int exp;  /* of the highest bit */
    int drop; /* low bits of m that a double has no room for */
    uint64_t m;
    uint64_t half;
    uint64_t tail;
    double v;

    if (w->n == 0)
        return 0;
    lead = __builtin_clzll(w->w[top]);
    exp = (w->base + top) * 64 + 63 - lead;
    m = w->w[top] << lead;
    if (lead > 0 && top > 0) {
        m |= w->w[top - 1] >> (64 - lead);
        more |= w->w[top - 1] << lead != 0;
    } else if (top > 0) {
        more |= w->w[top - 1] != 0;
    }
    for (int i = 0; i < top - 1; i++)
        more |= w->w[i] != 0;
    drop = exp >= -1022 ? 11 : 11 + (-1022 - exp);
    if (drop > 64)
        return w->negative ? -0.0 : 0.0;
    half = UINT64_C(1) << (drop - 1);
    tail = drop == 64 ? m : m & ((half << 1) - 1);
    m = drop == 64 ? 0 : m >> drop;
    if (tail > half || (tail == half && (more || (m & 1) != 0)))
        m++;
    v = ldexp((double)m, exp - 63 + drop);
    return w->negative ? -v : v;
}

void exact_add_long(struct exact *e, int64_t v)
{
    whole_set(e, whole_get(e) + v);
}

void exact_add_double(struct exact *e, double v, struct arena *a)
{
    int exp;
    uint64_t m = split(v, &exp);

    e->real = true;
    add_scaled(e, m, exp, signbit(v), a);
}

void exact_add_product(struct exact *e, double x, double y, struct arena *a)
{
    int exp_x;
    int exp_y;
    u128 m = split(x, &exp_x);

    m *= split(y, &exp_y);
    add_scaled(e, m, exp_x + exp_y, signbit(x) != signbit(y), a);
}

void exact_add_long_product(struct exact *e, int64_t x, int64_t y, struct arena *a)
{
    whole_add(e, (i128)x * y, a);
}

void exact_merge(struct exact *e, const struct exact *other, struct arena *a)
{
    e->real |= other->real;
    whole_add(e, whole_get(other), a);
    if (other->n > 0)
        add_words(e, other->base, other->words, other->n, a);
}

bool exact_is_long(const struct exact *e)
{
    i128 v = whole_get(e);

    return !e->real && e->n == 0 && v >= INT64_MIN && v <= INT64_MAX;
}

int64_t exact_long(const struct exact *e)
{
    assert(exact_is_long(e));
    return (int64_t)whole_get(e);
}

double exact_mean(const struct exact *e, uint64_t n)
{
    struct wide w;
    bool more;

    assert(n != 0);
    wide_from(e, &w);
    more = wide_divide(&w, n);
    return wide_round(&w, more);
}

double exact_double(const struct exact *e)
{
    return exact_mean(e, 1);
}

double exact_central(const struct exact *xy, const struct exact *x, const struct exact *y,
                     uint64_t n)
{
    struct wide count = {.n = 1, .w = {n}};
    struct wide p;
    struct wide q;
    struct wide scaled;
    struct wide sum;
    bool more;

    assert(n != 0);
    wide_from(xy, &p);
    wide_mul(&p, &count, &scaled);
    wide_from(x, &p);
    wide_from(y, &q);
    wide_mul(&p, &q, &sum);
    sum.negative = !sum.negative;
    wide_add(&scaled, &sum, &p);
    more = wide_divide(&p, n);
    return wide_round(&p, more);
}

void exact_save(const struct exact *e, struct buf *out)
{
    buf_put_u8(out, e->real);
    buf_put_u64(out, (uint64_t)e->hi);
    buf_put_u64(out, e->lo);
    buf_put_u8(out, (uint8_t)(e->base - MIN_WORD));
    buf_put_u8(out, (uint8_t)e->n);
    for (int i = 0; i < e->n; i++)
        buf_put_u64(out, e->words[i]);
}

void exact_load(struct exact *e, struct reader *in, struct arena *a)
{
    int base;
    int n;
    uint64_t last = 0;

    memset(e, 0, sizeof(*e));
    e->real = read_u8(in) != 0;
    e->hi = (int64_t)read_u64(in);
    e->lo = read_u64(in);
    base = read_u8(in) + MIN_WORD;
    n = read_u8(in);
    if (in->bad || n > MAX_WORDS || base + n > MIN_WORD + MAX_WORDS - 4 ||
        whole_get(e) >= I128_KEEP || whole_get(e) <= -I128_KEEP)
        goto bad;
    if (n > 0) {
        e->words = arena_alloc(a, (size_t)n * sizeof(*e->words));
        for (int i = 0; i < n; i++)
            last = e->words[i] = read_u64(in);
        e->base = (int16_t)base;
        e->n = e->cap = (uint16_t)n;
    }
    if (in->bad || (last != 0 && last != UINT64_MAX))
        goto bad;
    return;
bad:
    memset(e, 0, sizeof(*e));
    in->bad = true;
}
