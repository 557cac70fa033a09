/* cursor.c - moving over query text. Knows no language: white space and comments are the lexers'.
 */
#include "lang/common/cursor.h"

#include <stdio.h>

bool cursor_at(const struct cursor *c, const char *z)
{
    size_t len = strlen(z);

    return c->text.len - c->pos >= len && memcmp(c->text.ptr + c->pos, z, len) == 0;
}

bool cursor_take(struct cursor *c, const char *z)
{
    if (!cursor_at(c, z))
        return false;
    c->pos += strlen(z);
    return true;
}

struct str cursor_text(const struct cursor *c, size_t start)
{
    assert(start <= c->pos);
    return str_of(c->text.ptr + start, c->pos - start);
}

struct span span_at(size_t start, size_t len)
{
    return (struct span){(uint32_t)start, (uint32_t)(len != 0 ? len : 1)};
}

struct span cursor_span(const struct cursor *c, size_t start)
{
    return span_at(start, c->pos - start);
}

struct span span_join(struct span a, struct span b)
{
    uint32_t end = MAX(a.start + a.len, b.start + b.len);
    uint32_t start = MIN(a.start, b.start);

    return (struct span){start, end - start};
}

/* Words are shown whole (cut at 24 bytes), everything else as one character. */
const char *cursor_found(const struct cursor *c, size_t pos, char room[FOUND_MAX])
{
    const unsigned char *p = (const unsigned char *)c->text.ptr + pos;
    size_t left = pos < c->text.len ? c->text.len - pos : 0;
    size_t n = 0;

    if (left == 0)
        return "the end of the query";
    while (n < left && n < 24 &&
           (p[n] >= 0x80 || p[n] == '_' || (p[n] >= '0' && p[n] <= '9') ||
            ((p[n] | 0x20) >= 'a' && (p[n] | 0x20) <= 'z')))
        n++;
    /* A character of several bytes is not cut in the middle. */
    while (n == 24 && n > 0 && n < left && (p[n] & 0xC0) == 0x80)
        n--;
    if (n == 0 && (p[0] < 0x20 || p[0] == 0x7F)) {
        snprintf(room, FOUND_MAX, "a control character (0x%02X)", p[0]);
        return room;
    }
    snprintf(room, FOUND_MAX, "'%.*s'", (int)MAX(n, (size_t)1), (const char *)p);
    return room;
}

const struct binop *binop_find(const struct cursor *c, const struct binop *table, size_t n,
                               uint8_t min_level, bool (*is_word)(unsigned char))
{
    for (size_t i = 0; i < n; i++) {
        size_t len = strlen(table[i].text);
        struct str here;

        if (table[i].level < min_level || c->text.len - c->pos < len)
            continue;
        here = str_of(c->text.ptr + c->pos, len);
        if (!table[i].word) {
            if (str_eqz(here, table[i].text))
                return &table[i];
        } else if (str_eq_nocase(here, str_z(table[i].text)) &&
                   (c->pos + len == c->text.len ||
                    !is_word((unsigned char)c->text.ptr[c->pos + len]))) {
            return &table[i];
        }
    }
    return NULL;
}
