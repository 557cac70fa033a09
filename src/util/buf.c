/* buf.c - growing buffers, JSON text, and fixed-width numbers. See buf.h. */
#include "util/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/utf8.h"

void buf_done(struct buf *b)
{
    free(b->ptr);
    memset(b, 0, sizeof(*b));
}

void buf_reserve(struct buf *b, size_t extra)
{
    size_t need;
    size_t cap = b->cap != 0 ? b->cap : 256;

    if (b->cap - b->len >= extra)
        return;
    need = arena_array_size(1, b->len + extra);
    while (cap < need)
        cap *= 2;
    b->ptr = xrealloc(b->ptr, cap);
    b->cap = cap;
}

void buf_put(struct buf *b, const void *ptr, size_t len)
{
    if (len == 0)
        return;
    buf_reserve(b, len);
    memcpy(b->ptr + b->len, ptr, len);
    b->len += len;
}

void buf_putc(struct buf *b, char c)
{
    buf_reserve(b, 1);
    b->ptr[b->len++] = c;
}

void buf_puts(struct buf *b, const char *z)
{
    buf_put(b, z, strlen(z));
}

void buf_put_str(struct buf *b, struct str s)
{
    buf_put(b, s.ptr, s.len);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
    va_list ap;
    va_list again;
    int n;

    va_start(ap, fmt);
    va_copy(again, ap);
    n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    assert(n >= 0);
    buf_reserve(b, (size_t)n + 1);
    vsnprintf(b->ptr + b->len, (size_t)n + 1, fmt, again);
    va_end(again);
    b->len += (size_t)n;
}

void buf_put_json(struct buf *b, struct str s)
{
    size_t i = 0;

    buf_reserve(b, s.len + 2);
    buf_putc(b, '"');
    while (i < s.len) {
        unsigned char c = (unsigned char)s.ptr[i];

        if (c >= 0x80) {
            size_t n = utf8_valid_at(s, i);

            if (n == 0) {
                buf_puts(b, "\xEF\xBF\xBD");
                i++;
            } else {
                buf_put(b, s.ptr + i, n);
                i += n;
            }
            continue;
        }
        i++;
        if (c == '"' || c == '\\') {
            buf_putc(b, '\\');
            buf_putc(b, (char)c);
        } else if (c >= 0x20) {
            buf_putc(b, (char)c);
        } else if (c == '\n') {
            buf_puts(b, "\\n");
        } else if (c == '\t') {
            buf_puts(b, "\\t");
        } else if (c == '\r') {
            buf_puts(b, "\\r");
        } else if (c == '\b') {
            buf_puts(b, "\\b");
        } else if (c == '\f') {
            buf_puts(b, "\\f");
        } else {
            buf_printf(b, "\\u%04x", c);
        }
    }
    buf_putc(b, '"');
}

void buf_put_u8(struct buf *b, uint8_t v)
{
    buf_putc(b, (char)v);
}

void buf_put_u32(struct buf *b, uint32_t v)
{
    char raw[4];

    for (int i = 0; i < 4; i++)
        raw[i] = (char)(v >> (8 * i));
    buf_put(b, raw, sizeof(raw));
}

void buf_put_u64(struct buf *b, uint64_t v)
{
    buf_put_u32(b, (uint32_t)v);
    buf_put_u32(b, (uint32_t)(v >> 32));
}

void buf_put_f64(struct buf *b, double v)
{
    uint64_t bits;

    memcpy(&bits, &v, sizeof(bits));
    buf_put_u64(b, bits);
}

void buf_put_bytes(struct buf *b, struct str s)
{
    assert(s.len <= UINT32_MAX);
    buf_put_u32(b, (uint32_t)s.len);
    buf_put_str(b, s);
}

uint8_t read_u8(struct reader *r)
{
    if (r->bad || r->ptr == r->end) {
        r->bad = true;
        return 0;
    }
    return (uint8_t)*r->ptr++;
}

uint32_t read_u32(struct reader *r)
{
    uint32_t v = 0;

    if (r->bad || r->end - r->ptr < 4) {
        r->bad = true;
        return 0;
    }
    for (int i = 0; i < 4; i++)
        v |= (uint32_t)(uint8_t)r->ptr[i] << (8 * i);
    r->ptr += 4;
    return v;
}

uint64_t read_u64(struct reader *r)
{
    uint64_t low = read_u32(r);

    return low | (uint64_t)read_u32(r) << 32;
}

double read_f64(struct reader *r)
{
    uint64_t bits = read_u64(r);
    double v;

    memcpy(&v, &bits, sizeof(v));
    return v;
}

struct str read_bytes(struct reader *r)
{
    uint32_t n = read_u32(r);
    struct str s;

    if (r->bad || (size_t)(r->end - r->ptr) < n) {
        r->bad = true;
        return STR_NONE;
    }
    s = str_of(r->ptr, n);
    r->ptr += n;
    return s;
}
