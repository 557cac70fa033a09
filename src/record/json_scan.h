/* json_scan.h - the inner loops of the JSON reader: end of a string, end of a container.
 *
 * Private to the room. A file that defines JSON_AVX2 before including this gets the vector twin,
 * all others the scalar one; both give the same pointer for every input. `lo` is the lowest address
 * that may be read: near the end of the text the vector twin loads bytes before p instead of bytes
 * after `end`, so nothing outside [lo, end) is touched. */
#ifndef RECORD_JSON_SCAN_H
#define RECORD_JSON_SCAN_H

#include "util/base.h"

#ifdef JSON_AVX2
#include <immintrin.h>
#endif

/* Bytes that end a number, true, false or null. */
static inline bool scan_is_delimiter(char c)
{
    return c == ',' || c == '}' || c == ']' || (unsigned char)c <= ' ' || c == '"' || c == ':' ||
           c == '{' || c == '[';
}

static inline const char *scan_blanks(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r'))
        p++;
    return p;
}

/* The first delimiter at or after p, or end. */
static inline const char *scan_token(const char *p, const char *end)
{
    while (p < end && !scan_is_delimiter(*p))
        p++;
    return p;
}

/* The closing quote of the string whose content starts at p; NULL when it does not end. A backslash
 * takes the next byte with it. Scalar: also the end of the vector twin's work near a short text. */
static inline const char *scan_string_scalar(const char *p, const char *end, bool *escaped)
{
    while (p < end) {
        if (*p == '"')
            return p;
        if (*p == '\\') {
            *escaped = true;
            p++;
        }
        p++;
    }
    return NULL;
}

/* One past the bracket that closes the container in which p stands, `depth` levels deep (at least
 * 1); NULL when the text ends first. A backslash takes the quote behind it with it, inside strings
 * and out: that is what the vector twin does. */
static inline const char *scan_container_scalar(const char *p, const char *end, size_t depth)
{
    bool in_string = false;
    bool escape = false;

    for (; p < end; p++) {
        char c = *p;

        if (c == '\\') {
            escape = !escape;
            continue;
        }
        if (c == '"') {
            if (!escape)
                in_string = !in_string;
        } else if (!in_string) {
            char folded = (char)(c | 0x20);

            if (folded == '{')
                depth++;
            else if (folded == '}' && --depth == 0)
                return p + 1;
        }
        escape = false;
    }
    return NULL;
}

#ifdef JSON_AVX2

/* The bytes of p[0..31] that equal a or b. */
static inline uint32_t scan_eq2(const char *p, __m256i a, __m256i b)
{
    __m256i v = _mm256_loadu_si256((const __m256i *)p);

    return (uint32_t)_mm256_movemask_epi8(
        _mm256_or_si256(_mm256_cmpeq_epi8(v, a), _mm256_cmpeq_epi8(v, b)));
}

static inline const char *scan_string(const char *p, const char *lo, const char *end, bool *escaped)
{
    const __m256i quote = _mm256_set1_epi8('"');
    const __m256i slash = _mm256_set1_epi8('\\');

    while (p < end) {
        size_t n = 32;
        uint32_t m;

        if (LIKELY(end - p >= 32)) {
            m = scan_eq2(p, quote, slash);
        } else if (end - lo >= 32) {
            m = scan_eq2(end - 32, quote, slash) >> (32 - (end - p));
        } else {
            return scan_string_scalar(p, end, escaped);
        }
        while (m != 0) {
            uint32_t at = _tzcnt_u32(m);

            if (LIKELY(p[at] == '"'))
                return p + at;
            *escaped = true;
            /* The byte behind the backslash goes with it, be it the next block's first. */
            n = at == 31 ? 33 : 32;
            m &= ~(UINT32_C(3) << at);
        }
        p += n;
    }
    return NULL;
}

/* Structure of 64 bytes, one bit each. */
struct scan_block {
    uint64_t quote;
    uint64_t slash;
    uint64_t open;
    uint64_t close;
};

static inline uint64_t scan_eq64(__m256i a, __m256i b, __m256i c)
{
    uint32_t low = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, c));
    uint32_t high = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(b, c));

    return low | (uint64_t)high << 32;
}

static inline struct scan_block scan_block_load(const char *p)
{
    const __m256i bit = _mm256_set1_epi8(0x20);
    __m256i a = _mm256_loadu_si256((const __m256i *)p);
    __m256i b = _mm256_loadu_si256((const __m256i *)(p + 32));
    struct scan_block k;

    k.quote = scan_eq64(a, b, _mm256_set1_epi8('"'));
    k.slash = scan_eq64(a, b, _mm256_set1_epi8('\\'));
    a = _mm256_or_si256(a, bit); /* [ is { and ] is } but for this bit */
    b = _mm256_or_si256(b, bit);
    k.open = scan_eq64(a, b, _mm256_set1_epi8('{'));
    k.close = scan_eq64(a, b, _mm256_set1_epi8('}'));
    return k;
}

/* The bytes that a backslash takes with it: those behind an odd run of backslashes. `carry` is 1
 * when the block before ended in such a run. Method: D. Lemire and G. Langdale, "Parsing Gigabytes
 * of JSON per Second", 3.1.1. */
static inline uint64_t scan_escaped(uint64_t slash, uint64_t *carry)
{
    const uint64_t even = UINT64_C(0x5555555555555555);
    uint64_t follows;
    uint64_t odd_starts;
    uint64_t even_sequence;
    uint64_t invert;

    if (slash == 0) {
        uint64_t escaped = *carry;

        *carry = 0;
        return escaped;
    }
    slash &= ~*carry;
    follows = slash << 1 | *carry;
    odd_starts = slash & ~even & ~follows;
    *carry = __builtin_add_overflow(odd_starts, slash, &even_sequence);
    invert = even_sequence << 1;
    return (even ^ invert) & follows;
}

static inline const char *scan_container(const char *p, const char *lo, const char *end,
                                         size_t depth)
{
    uint64_t in_string = 0; /* all ones while the block starts inside a string */
    uint64_t carry = 0;

    while (p < end) {
        struct scan_block k;
        uint64_t quote;
        uint64_t inside;
        size_t n_close;

        if (LIKELY(end - p >= 64)) {
            k = scan_block_load(p);
        } else if (end - lo >= 64) {
            unsigned drop = 64 - (unsigned)(end - p);

            k = scan_block_load(end - 64);
            k.quote >>= drop;
            k.slash >>= drop;
            k.open >>= drop;
            k.close >>= drop;
        } else {
            char tail[64];

            memset(tail, ' ', sizeof(tail));
            memcpy(tail, p, (size_t)(end - p));
            k = scan_block_load(tail);
        }
        quote = k.quote & ~scan_escaped(k.slash, &carry);
        inside = (uint64_t)_mm_cvtsi128_si64(_mm_clmulepi64_si128(
                     _mm_set_epi64x(0, (long long)quote), _mm_set1_epi8((char)0xFF), 0)) ^
                 in_string;
        in_string = (uint64_t)((int64_t)inside >> 63);
        k.open &= ~inside;
        k.close &= ~inside;
        n_close = (size_t)__builtin_popcountll(k.close);
        if (n_close >= depth) {
            size_t closed = 0;

            for (uint64_t m = k.close; m != 0; m = _blsr_u64(m)) {
                unsigned at = (unsigned)_tzcnt_u64(m);

                closed++;
                if (depth + (size_t)__builtin_popcountll(_bzhi_u64(k.open, at)) == closed)
                    return p + at + 1;
            }
        }
        depth = depth + (size_t)__builtin_popcountll(k.open) - n_close;
        p += 64;
    }
    return NULL;
}

#else

static inline const char *scan_string(const char *p, const char *lo, const char *end, bool *escaped)
{
    (void)lo;
    return scan_string_scalar(p, end, escaped);
}

static inline const char *scan_container(const char *p, const char *lo, const char *end,
                                         size_t depth)
{
    (void)lo;
    return scan_container_scalar(p, end, depth);
}

#endif

/* One past the value that starts at p; NULL when the text ends first. A token must be followed by a
 * delimiter: at the end of the text it may have been cut. */
static inline const char *scan_value(const char *p, const char *lo, const char *end)
{
    bool escaped = false;
    const char *e;

    if (p == end)
        return NULL;
    if (*p == '"') {
        e = scan_string(p + 1, lo, end, &escaped);
        return e != NULL ? e + 1 : NULL;
    }
    if (*p == '{' || *p == '[')
        return scan_container(p + 1, lo, end, 1);
    e = scan_token(p, end);
    return e != p && e != end ? e : NULL;
}

#endif
