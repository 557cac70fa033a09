/* literal_avx2.c - the vector twins of literal.c: one literal, and up to 64. */
#include <immintrin.h>

#include "match/literal_set.h"

/* One literal: positions where both chosen bytes stand. Both loads go past one another by the
 * bytes' distance, so a block is taken only while the later one ends before `end`. */
struct pair {
    __m256i byte[2];
    __m256i fold[2];
    size_t at[2];
};

static inline uint32_t pair_mask(const struct pair *p, const char *start)
{
    __m256i a = _mm256_loadu_si256((const __m256i *)(start + p->at[0]));
    __m256i b = _mm256_loadu_si256((const __m256i *)(start + p->at[1]));

    a = _mm256_cmpeq_epi8(_mm256_or_si256(a, p->fold[0]), p->byte[0]);
    b = _mm256_cmpeq_epi8(_mm256_or_si256(b, p->fold[1]), p->byte[1]);
    return (uint32_t)_mm256_movemask_epi8(_mm256_and_si256(a, b));
}

static const char *check_mask(const struct literals *set, const char *start, const char *end,
                              uint32_t mask)
{
    for (; mask != 0; mask = _blsr_u32(mask)) {
        const char *p = start + _tzcnt_u32(mask);

        if (literals_at(set, 0, p, end))
            return p;
    }
    return NULL;
}

const char *literals_one_avx2(const struct literals *set, const char *ptr, const char *end)
{
    size_t reach = MAX(set->pair_at[0], set->pair_at[1]) + 32;
    const char *p = ptr;
    const char *hit;
    struct pair pair;

    for (int i = 0; i < 2; i++) {
        pair.byte[i] = _mm256_set1_epi8((char)(set->pair_byte[i] | set->pair_fold[i]));
        pair.fold[i] = _mm256_set1_epi8((char)set->pair_fold[i]);
        pair.at[i] = set->pair_at[i];
    }
    for (; (size_t)(end - p) >= reach + 32; p += 64) {
        uint32_t a = pair_mask(&pair, p);
        uint32_t b = pair_mask(&pair, p + 32);

        if (LIKELY((a | b) == 0))
            continue;
        hit = check_mask(set, p, end, a);
        if (hit == NULL)
            hit = check_mask(set, p + 32, end, b);
        if (hit != NULL)
            return hit;
    }
    for (; (size_t)(end - p) >= reach; p += 32) {
        hit = check_mask(set, p, end, pair_mask(&pair, p));
        if (hit != NULL)
            return hit;
    }
    for (; (size_t)(end - p) >= set->lits[0].text.len; p++) {
        if (literals_at(set, 0, p, end))
            return p;
    }
    return NULL;
}

struct teddy {
    __m256i low[PROBE_MAX];
    __m256i high[PROBE_MAX];
};

/* The buckets that may have the byte at each of 32 positions. */
static inline __m256i buckets_at(__m256i low, __m256i high, const char *q)
{
    const __m256i nibble = _mm256_set1_epi8(0x0F);
    __m256i v = _mm256_loadu_si256((const __m256i *)q);

    low = _mm256_shuffle_epi8(low, _mm256_and_si256(v, nibble));
    high = _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(v, 4), nibble));
    return _mm256_and_si256(low, high);
}

/* For 32 positions from q on the buckets whose probe may stand there. No loop: the compiler would
 * keep one. */
static inline __m256i teddy_block(const struct teddy *t, const char *q, unsigned n_probe)
{
    __m256i all = buckets_at(t->low[0], t->high[0], q);

    if (n_probe > 1)
        all = _mm256_and_si256(all, buckets_at(t->low[1], t->high[1], q + 1));
    if (n_probe > 2)
        all = _mm256_and_si256(all, buckets_at(t->low[2], t->high[2], q + 2));
    return all;
}

/* Verifies the candidates of a block from position `skip` on. */
static void check_block(const struct literals *set, const char *ptr, const char *end, const char *q,
                        __m256i buckets, unsigned skip, struct literal_find *find)
{
    uint8_t bytes[32];
    uint32_t mask;

    _mm256_storeu_si256((__m256i *)bytes, buckets);
    mask = ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(buckets, _mm256_setzero_si256()));
    mask &= (uint32_t)(UINT64_C(0xFFFFFFFF) << skip);
    for (; mask != 0; mask = _blsr_u32(mask)) {
        unsigned at = _tzcnt_u32(mask);

        literals_verify(set, ptr, end, q + at, bytes[at], find);
    }
}

/* No literal that starts before the find has its probe at q or further on. */
static inline bool is_final(const struct literals *set, const char *q,
                            const struct literal_find *find)
{
    return find->start != NULL && q > find->start && (size_t)(q - find->start) > set->max_offset;
}

static inline void teddy_scan(const struct literals *set, const char *ptr, const char *end,
                              struct literal_find *find, unsigned n_probe)
{
    const char *q = ptr;
    size_t reach = 32 + n_probe - 1;
    struct teddy t;

    for (unsigned k = 0; k < n_probe; k++) {
        t.low[k] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)set->low[k]));
        t.high[k] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)set->high[k]));
    }
    for (; (size_t)(end - q) >= reach + 32; q += 64) {
        __m256i a = teddy_block(&t, q, n_probe);
        __m256i b = teddy_block(&t, q + 32, n_probe);
        __m256i any = _mm256_or_si256(a, b);

        if (LIKELY(_mm256_testz_si256(any, any)))
            continue;
        check_block(set, ptr, end, q, a, 0, find);
        check_block(set, ptr, end, q + 32, b, 0, find);
        if (find->start != NULL) {
            q += 64;
            break;
        }
    }
    /* The last positions; or a find that what comes may still improve. */
    while (!is_final(set, q, find) && (size_t)(end - q) >= n_probe) {
        const char *from = (size_t)(end - q) >= reach ? q : end - reach;

        check_block(set, ptr, end, from, teddy_block(&t, from, n_probe), (unsigned)(q - from),
                    find);
        q = from + 32;
    }
}

void literals_teddy_avx2(const struct literals *set, const char *ptr, const char *end,
                         struct literal_find *find)
{
    if (set->n_probe == 3)
        teddy_scan(set, ptr, end, find, 3);
    else if (set->n_probe == 2)
        teddy_scan(set, ptr, end, find, 2);
    else
        teddy_scan(set, ptr, end, find, 1);
}

static inline struct teddy wide_tables(const struct wide *w, size_t group)
{
    struct teddy t;

    for (unsigned k = 0; k < PROBE_MAX; k++) {
        t.low[k] = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)w->low[group][k]));
        t.high[k] =
            _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)w->high[group][k]));
    }
    return t;
}

static void wide_check(const struct literals *set, const char *ptr, const char *end, const char *q,
                       __m256i buckets, struct literal_find *find)
{
    __m256i none = _mm256_cmpeq_epi8(buckets, _mm256_setzero_si256());

    for (uint32_t mask = ~(uint32_t)_mm256_movemask_epi8(none); mask != 0; mask = _blsr_u32(mask))
        wide_verify(set, ptr, end, q + _tzcnt_u32(mask), find);
}

static inline void wide_scan(const struct literals *set, const char *ptr, const char *end,
                             struct literal_find *find, size_t n_groups)
{
    const struct teddy t = wide_tables(set->wide, 0);
    const struct teddy u = wide_tables(set->wide, n_groups - 1);
    const char *q = ptr;

    for (; (size_t)(end - q) >= 64 + PROBE_MAX - 1; q += 64) {
        __m256i a = teddy_block(&t, q, PROBE_MAX);
        __m256i b = teddy_block(&t, q + 32, PROBE_MAX);

        if (n_groups > 1) {
            a = _mm256_or_si256(a, teddy_block(&u, q, PROBE_MAX));
            b = _mm256_or_si256(b, teddy_block(&u, q + 32, PROBE_MAX));
        }
        __m256i any = _mm256_or_si256(a, b);

        if (LIKELY(_mm256_testz_si256(any, any) && find->start == NULL))
            continue;
        if (is_final(set, q, find))
            return;
        wide_check(set, ptr, end, q, a, find);
        wide_check(set, ptr, end, q + 32, b, find);
    }
    for (; q < end && !is_final(set, q, find); q++)
        wide_verify(set, ptr, end, q, find);
}

void literals_wide_avx2(const struct literals *set, const char *ptr, const char *end,
                        struct literal_find *find)
{
    if (set->wide->n_groups == 1)
        wide_scan(set, ptr, end, find, 1);
    else
        wide_scan(set, ptr, end, find, 2);
}
