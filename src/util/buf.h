/* buf.h - a growing buffer of bytes, and arrays that grow. */
#ifndef UTIL_BUF_H
#define UTIL_BUF_H

#include "util/mem.h"

struct buf {
    char *ptr; /* owned, may be NULL */
    size_t len;
    size_t cap;
};

void buf_done(struct buf *b);
void buf_reserve(struct buf *b, size_t extra);
void buf_put(struct buf *b, const void *ptr, size_t len);
void buf_putc(struct buf *b, char c);
void buf_puts(struct buf *b, const char *z);
void buf_put_str(struct buf *b, struct str s);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF(2, 3);
static inline struct str buf_str(const struct buf *b)
{
    return str_of(b->ptr, b->len);
}
static inline void buf_clear(struct buf *b)
{
    b->len = 0;
}
/* A JSON string with quotes. Only what JSON demands is escaped; bytes that are not UTF-8 become
 * U+FFFD. */
void buf_put_json(struct buf *b, struct str s);

/* Fixed-width numbers for saved state: little endian. */
void buf_put_u8(struct buf *b, uint8_t v);
void buf_put_u32(struct buf *b, uint32_t v);
void buf_put_u64(struct buf *b, uint64_t v);
void buf_put_f64(struct buf *b, double v);
void buf_put_bytes(struct buf *b, struct str s); /* u32 length, then the bytes */

/* Reads what the buf_put_* wrote; after the first read past the end `bad` stays set and all
 * further reads give zero. */
struct reader {
    const char *ptr;
    const char *end;
    bool bad;
};
uint8_t read_u8(struct reader *r);
uint32_t read_u32(struct reader *r);
uint64_t read_u64(struct reader *r);
double read_f64(struct reader *r);
struct str read_bytes(struct reader *r); /* points into the reader's memory */

/* A growing array: struct { T *items; size_t n, cap; }. */
#define VEC(T)                                                                                     \
    struct {                                                                                       \
        T *items;                                                                                  \
        size_t n, cap;                                                                             \
    }
#define VEC_PUSH(v, item)                                                                          \
    do {                                                                                           \
        if ((v)->n == (v)->cap) {                                                                  \
            (v)->cap = (v)->cap != 0 ? (v)->cap * 2 : 8;                                           \
            (v)->items = xrealloc((v)->items, arena_array_size((v)->cap, sizeof(*(v)->items)));    \
        }                                                                                          \
        (v)->items[(v)->n++] = (item);                                                             \
    } while (0)
#define VEC_DONE(v)                                                                                \
    do {                                                                                           \
        free((v)->items);                                                                          \
        (v)->items = NULL;                                                                         \
        (v)->n = (v)->cap = 0;                                                                     \
    } while (0)

#endif
