/* put.h - private to sim: writing at a pointer. The caller has made room for the whole record, so
 * nothing here checks; that is what makes gigabytes in seconds possible. */
#ifndef SIM_PUT_H
#define SIM_PUT_H

#include "sim/random.h"
#include "util/str.h"

#define PUT(p, literal) (memcpy((p), (literal), sizeof(literal) - 1), (p) += sizeof(literal) - 1)

static inline char *put_str(char *p, struct str s)
{
    if (s.len > 0) /* empty text may be NULL, which memcpy does not take */
        memcpy(p, s.ptr, s.len);
    return p + s.len;
}

static inline char *put_number(char *p, uint64_t v)
{
    char room[20];
    size_t n = 0;

    do {
        room[n++] = (char)('0' + v % 10);
        v /= 10;
    } while (v != 0);
    while (n > 0)
        *p++ = room[--n];
    return p;
}

static inline char *put_two(char *p, uint32_t v)
{
    p[0] = (char)('0' + v / 10);
    p[1] = (char)('0' + v % 10);
    return p + 2;
}

static inline char *put_hex(char *p, uint64_t v, int n_digits)
{
    static const char digits[] = "0123456789abcdef";

    for (int i = n_digits - 1; i >= 0; i--)
        *p++ = digits[(v >> (4 * i)) & 15];
    return p;
}

/* A version 4 UUID that belongs to seed and purpose. */
static inline char *put_uuid(char *p, uint64_t seed, uint64_t purpose)
{
    uint64_t a = random_mix(seed ^ (purpose * UINT64_C(0xD6E8FEB86659FD93)));
    uint64_t b = random_mix(a + purpose);

    p = put_hex(p, a >> 32, 8);
    *p++ = '-';
    p = put_hex(p, a >> 16, 4);
    *p++ = '-';
    *p++ = '4';
    p = put_hex(p, a, 3);
    *p++ = '-';
    *p++ = "89ab"[b >> 62];
    p = put_hex(p, b >> 48, 3);
    *p++ = '-';
    return put_hex(p, b, 12);
}

/* Remembers the date of the last day printed. */
struct put_clock {
    int64_t day;
    char date[11];
};

void put_clock_init(struct put_clock *c);
/* 2026-03-02T14:05:00 and, with digits 3, .123; digits 7 adds four that belong to seed. */
char *put_time(struct put_clock *c, char *p, int64_t ms, int digits, uint64_t seed);

#endif
