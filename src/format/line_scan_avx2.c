/* line_scan_avx2.c - the vector twins of line_scan.c: 32 bytes a step. */
#include <immintrin.h>

#include "format/format_def.h"

/* Stretches without a carriage return are counted faster. */
#define PLAIN_BYTES 4096

static inline uint32_t mask_of(__m256i v, char c)
{
    return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, _mm256_set1_epi8(c)));
}

/* The bytes with which a pair `}{` begins; reads one byte more than v has. */
static inline __m256i pairs_at(const char *p, __m256i v)
{
    __m256i behind = _mm256_loadu_si256((const __m256i *)(p + 1));

    return _mm256_and_si256(_mm256_cmpeq_epi8(v, _mm256_set1_epi8('}')),
                            _mm256_cmpeq_epi8(behind, _mm256_set1_epi8('{')));
}

const char *line_find_end_avx2(const char *ptr, const char *end, bool *joined)
{
    const __m256i feed = _mm256_set1_epi8('\n');
    __m256i seen = _mm256_setzero_si256(); /* pairs before p */
    const char *p = ptr;

    /* A line feed is no part of a pair: one that begins before it ends before it. */
    for (; end - p > 64; p += 64) {
        __m256i a = _mm256_loadu_si256((const __m256i *)p);
        __m256i b = _mm256_loadu_si256((const __m256i *)(p + 32));
        __m256i pair_a = pairs_at(p, a), pair_b = pairs_at(p + 32, b);
        __m256i nl_a = _mm256_cmpeq_epi8(a, feed), nl_b = _mm256_cmpeq_epi8(b, feed);
        __m256i nl = _mm256_or_si256(nl_a, nl_b);

        if (!_mm256_testz_si256(nl, nl)) {
            uint64_t m = (uint32_t)_mm256_movemask_epi8(nl_a) |
                         (uint64_t)(uint32_t)_mm256_movemask_epi8(nl_b) << 32;
            uint64_t pair = (uint32_t)_mm256_movemask_epi8(pair_a) |
                            (uint64_t)(uint32_t)_mm256_movemask_epi8(pair_b) << 32;

            *joined |= !_mm256_testz_si256(seen, seen) || (pair & ((m & (0 - m)) - 1)) != 0;
            return p + __builtin_ctzll(m);
        }
        seen = _mm256_or_si256(seen, _mm256_or_si256(pair_a, pair_b));
    }
    *joined |= !_mm256_testz_si256(seen, seen);
    for (; p < end && *p != '\n'; p++)
        *joined |= *p == '}' && end - p > 1 && p[1] == '{';
    return p < end ? p : NULL;
}

uint64_t count_feeds_avx2(const char *ptr, const char *end)
{
    uint64_t n = 0;
    const __m256i feed = _mm256_set1_epi8('\n');

    while (end - ptr >= 32) {
        /* Bytes count up to 255 steps before they are added up. */
        __m256i sums = _mm256_setzero_si256();
        __m256i wide;

        for (int i = 0; i < 255 && end - ptr >= 32; i++, ptr += 32)
            sums = _mm256_sub_epi8(
                sums, _mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)ptr), feed));
        wide = _mm256_sad_epu8(sums, _mm256_setzero_si256());
        n += (uint64_t)_mm256_extract_epi64(wide, 0) + (uint64_t)_mm256_extract_epi64(wide, 1) +
             (uint64_t)_mm256_extract_epi64(wide, 2) + (uint64_t)_mm256_extract_epi64(wide, 3);
    }
    for (; ptr < end; ptr++)
        n += *ptr == '\n';
    return n;
}

/* Line feeds in the PLAIN_BYTES at p that do not follow another, the byte before p being one when
 * `after_feed`; UINT64_MAX when a carriage return is among the bytes. */
static uint64_t count_plain(const char *p, bool after_feed)
{
    const __m256i feed = _mm256_set1_epi8('\n'), ret = _mm256_set1_epi8('\r');
    __m256i v = _mm256_loadu_si256((const __m256i *)p);
    __m256i rets = _mm256_cmpeq_epi8(v, ret);
    __m256i sums = _mm256_setzero_si256(), wide;
    uint32_t first = mask_of(v, '\n');

    static_assert(PLAIN_BYTES <= 256 * 32, "a byte counts up to 255 steps");
    for (size_t i = 32; i < PLAIN_BYTES; i += 32) {
        __m256i before = _mm256_loadu_si256((const __m256i *)(p + i - 1));
        __m256i after = _mm256_cmpeq_epi8(before, feed);

        v = _mm256_loadu_si256((const __m256i *)(p + i));
        rets = _mm256_or_si256(rets, _mm256_cmpeq_epi8(v, ret));
        sums = _mm256_sub_epi8(sums, _mm256_andnot_si256(after, _mm256_cmpeq_epi8(v, feed)));
    }
    if (!_mm256_testz_si256(rets, rets))
        return UINT64_MAX;
    wide = _mm256_sad_epu8(sums, _mm256_setzero_si256());
    return (uint64_t)__builtin_popcount(first & ~(first << 1 | (uint32_t)after_feed)) +
           (uint64_t)_mm256_extract_epi64(wide, 0) + (uint64_t)_mm256_extract_epi64(wide, 1) +
           (uint64_t)_mm256_extract_epi64(wide, 2) + (uint64_t)_mm256_extract_epi64(wide, 3);
}

uint64_t count_lines_avx2(const char *ptr, const char *end)
{
    uint64_t n = 0;
    uint64_t feeds = 1; /* the bits of the bytes before: the start is like the byte behind a feed */
    bool cr = false;    /* the byte before was a CR with which its line begins */
    const char *p = ptr;

    while (end - p >= PLAIN_BYTES) {
        uint64_t plain = count_plain(p, feeds != 0);

        if (plain == UINT64_MAX)
            break;
        n += plain;
        p += PLAIN_BYTES;
        feeds = p[-1] == '\n';
    }
    for (; end - p >= 32; p += 32) {
        __m256i v = _mm256_loadu_si256((const __m256i *)p);
        uint64_t nl = mask_of(v, '\n'), ret = mask_of(v, '\r');
        uint64_t first = nl << 1 | feeds; /* bytes with which lines begin */
        uint64_t lone, after;

        feeds = nl >> 31;
        if (LIKELY((ret | (uint64_t)cr) == 0)) {
            n += (uint64_t)__builtin_popcountll(nl & ~first);
            continue;
        }
        lone = ret & first; /* a CR there: the line may be empty but for it */
        after = lone << 1 | (uint64_t)cr;
        n += (uint64_t)__builtin_popcountll(nl & ~(first | after));
        cr = (lone >> 31 & 1) != 0;
    }
    for (; p < end; p++) {
        if (*p == '\n')
            n += feeds == 0 && !cr;
        cr = *p == '\r' && feeds != 0;
        feeds = *p == '\n';
    }
    return n + (end > ptr && feeds == 0 && !cr);
}
