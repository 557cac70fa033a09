/* line_scan_avx2.c - the vector twins of line_scan.c: 32 bytes a step. */
#include <immintrin.h>

#include "format/format_def.h"

static inline uint32_t mask_of(__m256i v, char c)
{
    return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(v, _mm256_set1_epi8(c)));
}

const char *line_find_end_avx2(const char *ptr, const char *end, bool *joined)
{
    bool brace = false; /* the byte before was a closing one */
    bool seen = false;
    const char *p = ptr;

    for (; end - p >= 32; p += 32) {
        __m256i v = _mm256_loadu_si256((const __m256i *)p);
        uint32_t nl = mask_of(v, '\n');
        uint32_t close = mask_of(v, '}'), open = mask_of(v, '{');
        uint32_t pair = (close << 1 | (uint32_t)brace) & open;

        if (nl != 0) {
            pair &= (nl & (0u - nl)) - 1;
            *joined |= seen || pair != 0;
            return p + __builtin_ctz(nl);
        }
        seen |= pair != 0;
        brace = close >> 31 != 0;
    }
    for (; p < end && *p != '\n'; p++) {
        seen |= brace && *p == '{';
        brace = *p == '}';
    }
    *joined |= seen;
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

uint64_t count_lines_avx2(const char *ptr, const char *end)
{
    uint64_t n = 0;
    uint64_t feeds = 1; /* the bits of the bytes before: the start is like the byte behind a feed */
    bool cr = false;    /* the byte before was a CR with which its line begins */
    const char *p = ptr;

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
