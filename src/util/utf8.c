/* utf8.c - Unicode text. See utf8.h. Validity is decided here and bytewise; utf8proc is asked only
 * about code points. */
#include "util/utf8.h"

#include <utf8proc.h>

#define REPLACEMENT 0xFFFDu

static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

size_t utf8_valid_at(struct str s, size_t i)
{
    const unsigned char *p = (const unsigned char *)s.ptr + i;
    size_t left = i < s.len ? s.len - i : 0;
    unsigned char c;

    if (left == 0)
        return 0;
    c = p[0];
    if (c < 0x80)
        return 1;
    if (c < 0xC2)
        return 0;
    if (c < 0xE0)
        return left >= 2 && is_continuation((char)p[1]) ? 2 : 0;
    if (c < 0xF0) {
        if (left < 3 || !is_continuation((char)p[1]) || !is_continuation((char)p[2]))
            return 0;
        if ((c == 0xE0 && p[1] < 0xA0) || (c == 0xED && p[1] > 0x9F))
            return 0; /* overlong; surrogate */
        return 3;
    }
    if (c > 0xF4 || left < 4 || !is_continuation((char)p[1]) || !is_continuation((char)p[2]) ||
        !is_continuation((char)p[3]))
        return 0;
    if ((c == 0xF0 && p[1] < 0x90) || (c == 0xF4 && p[1] > 0x8F))
        return 0; /* overlong; past U+10FFFF */
    return 4;
}

/* Number of bytes from i on that are ASCII, eight at a time. */
static size_t ascii_run(struct str s, size_t i)
{
    size_t start = i;

    while (s.len - i >= 8) {
        uint64_t w;

        memcpy(&w, s.ptr + i, sizeof(w));
        if ((w & UINT64_C(0x8080808080808080)) != 0)
            break;
        i += 8;
    }
    while (i < s.len && (unsigned char)s.ptr[i] < 0x80)
        i++;
    return i - start;
}

bool utf8_valid(struct str s)
{
    size_t i = 0;

    while (i < s.len) {
        size_t n = ascii_run(s, i);

        if (n == 0)
            n = utf8_valid_at(s, i);
        if (n == 0)
            return false;
        i += n;
    }
    return true;
}

size_t utf8_encode(char *dst, uint32_t code_point)
{
    if (code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF))
        code_point = REPLACEMENT;
    return (size_t)utf8proc_encode_char((utf8proc_int32_t)code_point, (utf8proc_uint8_t *)dst);
}

void utf8_put(struct buf *b, uint32_t code_point)
{
    char raw[4];

    buf_put(b, raw, utf8_encode(raw, code_point));
}

uint32_t utf8_next(struct str s, size_t *i)
{
    const unsigned char *p = (const unsigned char *)s.ptr + *i;
    size_t n = utf8_valid_at(s, *i);

    *i += n != 0 ? n : 1;
    switch (n) {
    case 1:
        return p[0];
    case 2:
        return (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
    case 3:
        return (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
    case 4:
        return (p[0] & 0x07u) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
    default:
        return REPLACEMENT;
    }
}

enum mapping { TO_LOWER, TO_UPPER, TO_FOLDED };

static utf8proc_int32_t map_code(utf8proc_int32_t cp, enum mapping mapping)
{
    switch (mapping) {
    case TO_LOWER:
        /* Java makes two characters of the Turkish I with a dot, of which none is ASCII's i
         * alone; one-to-one it stays. */
        return cp != 0x130 ? utf8proc_tolower(cp) : cp;
    case TO_UPPER:
        /* utf8proc makes U+1E9E of sharp s; Unicode's one-to-one table leaves it as it is. */
        return cp != 0xDF ? utf8proc_toupper(cp) : cp;
    case TO_FOLDED:
        break;
    }
    /* To upper case and back, so that U+017F meets s and U+212A meets k. The Turkish letters i
     * with and without its dot meet nobody outside of Turkish (CaseFolding.txt, status T). */
    if (cp == 0x130 || cp == 0x131)
        return cp;
    return utf8proc_tolower(map_code(cp, TO_UPPER));
}

static void put_mapped(struct buf *b, struct str s, enum mapping mapping)
{
    size_t i = 0;

    buf_reserve(b, s.len);
    while (i < s.len) {
        size_t n = ascii_run(s, i);

        if (n > 0) {
            buf_reserve(b, n);
            for (size_t k = 0; k < n; k++) {
                char c = s.ptr[i + k];

                if (mapping != TO_UPPER)
                    c = ascii_lower(c);
                else if (c >= 'a' && c <= 'z')
                    c = (char)(c - ('a' - 'A'));
                b->ptr[b->len++] = c;
            }
            i += n;
        } else if (utf8_valid_at(s, i) == 0) {
            buf_putc(b, s.ptr[i++]);
        } else {
            utf8proc_int32_t cp = (utf8proc_int32_t)utf8_next(s, &i);

            utf8_put(b, (uint32_t)map_code(cp, mapping));
        }
    }
}

void utf8_put_lower(struct buf *b, struct str s)
{
    put_mapped(b, s, TO_LOWER);
}

void utf8_put_upper(struct buf *b, struct str s)
{
    put_mapped(b, s, TO_UPPER);
}

void utf8_put_folded(struct buf *b, struct str s)
{
    put_mapped(b, s, TO_FOLDED);
}

/* Lower case of eight ASCII bytes at once; bytes past ASCII stay. */
static uint64_t lower8(uint64_t x)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t low7 = x & (ones * 0x7F);
    uint64_t past_z = low7 + ones * (0x7F - 'Z');
    uint64_t from_a = low7 + ones * (0x80 - 'A');
    uint64_t upper = (from_a ^ past_z) & ~x & (ones * 0x80);

    return x | upper >> 2;
}

bool utf8_fold_ascii(struct str s, char *dst)
{
    uint64_t high = 0;
    size_t i = 0;

    for (; i + 8 <= s.len; i += 8) {
        uint64_t x;

        memcpy(&x, s.ptr + i, 8);
        high |= x;
        x = lower8(x);
        memcpy(dst + i, &x, 8);
    }
    for (; i < s.len; i++) {
        high |= (uint64_t)(unsigned char)s.ptr[i];
        dst[i] = ascii_lower(s.ptr[i]);
    }
    return (high & UINT64_C(0x8080808080808080)) == 0;
}

size_t utf8_graphemes(struct str s)
{
    utf8proc_int32_t state = 0;
    utf8proc_int32_t before = 0;
    size_t count = 0;
    size_t i = 0;

    while (i < s.len) {
        bool first = i == 0;
        utf8proc_int32_t cp = (utf8proc_int32_t)utf8_next(s, &i);

        if (first || utf8proc_grapheme_break_stateful(before, cp, &state))
            count++;
        before = cp;
    }
    return count;
}

size_t utf8_grapheme_end(struct str s, size_t i)
{
    utf8proc_int32_t state = 0;
    utf8proc_int32_t before = (utf8proc_int32_t)utf8_next(s, &i);

    while (i < s.len) {
        size_t next = i;
        utf8proc_int32_t cp = (utf8proc_int32_t)utf8_next(s, &next);

        if (utf8proc_grapheme_break_stateful(before, cp, &state))
            break;
        before = cp;
        i = next;
    }
    return i;
}

size_t utf8_utf16_units(struct str s)
{
    size_t count = 0;
    size_t i = 0;

    while (i < s.len)
        count += utf8_next(s, &i) >= 0x10000 ? 2 : 1;
    return count;
}

size_t utf8_width(struct str s)
{
    size_t width = 0;
    size_t i = 0;

    while (i < s.len) {
        int w = utf8proc_charwidth((utf8proc_int32_t)utf8_next(s, &i));

        if (w > 0)
            width += (size_t)w;
    }
    return width;
}
