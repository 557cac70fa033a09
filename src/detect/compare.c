/* compare.c - see compare.h. */
#include "detect/compare.h"

#include <math.h>

#include "detect/instant.h"
#include "util/num.h"
#include "util/safe.h"

/* 1973-03-03: smaller numbers are counts, not times. */
#define FIRST_EPOCH_MS INT64_C(100000000000)

void value_put(struct buf *b, const struct lanner_value *v)
{
    char room[NUM_PRINT_MAX];

    switch (v->kind) {
    case LANNER_TEXT:
        buf_put(b, v->text, v->len);
        break;
    case LANNER_LONG:
        buf_put(b, room, num_print_long(room, v->integer));
        break;
    case LANNER_DOUBLE:
        buf_put(b, room, num_print_double(room, v->real));
        break;
    case LANNER_BOOL:
        buf_puts(b, v->integer != 0 ? "true" : "false");
        break;
    default:
        break;
    }
}

static bool has_fraction(struct str s)
{
    return str_find_char(s, '.') != SIZE_MAX;
}

bool value_instant(struct str s, int64_t *ms)
{
    if (num_parse_long(s, ms))
        return *ms >= FIRST_EPOCH_MS;
    return instant_parse(s, ms);
}

static bool same_instant(struct str a, struct str b)
{
    int64_t x, y;
    bool a_number = num_parse_long(a, &x);
    bool b_number = num_parse_long(b, &y);

    if ((a_number && b_number) || !value_instant(a, &x) || !value_instant(b, &y))
        return false;
    if ((!a_number && !has_fraction(a)) || (!b_number && !has_fraction(b))) {
        x -= x % MS_PER_S;
        y -= y % MS_PER_S;
    }
    return x == y;
}

bool value_same(struct str a, struct str b, double tolerance)
{
    int64_t i, k;
    double x, y;

    if (str_eq(a, b))
        return true;
    if (tolerance <= 0 && num_parse_long(a, &i) && num_parse_long(b, &k))
        return i == k;
    if (num_parse_double(a, &x) && num_parse_double(b, &y))
        return x == y || fabs(x - y) <= tolerance;
    return same_instant(a, b);
}

bool value_as_written(struct str written, struct str found)
{
    size_t point = str_find_char(written, '.');
    double half = 0;

    /* The bound is a little wider than half of the last digit, which a double cannot hold. */
    if (point != SIZE_MAX && written.len - point - 1 <= 15)
        half = 0.5000001 * pow(10, -(double)(written.len - point - 1));
    return value_same(written, found, half);
}

void text_put_safe(struct buf *b, struct str s, size_t max)
{
    size_t n = MIN(s.len, max);

    /* Not in the middle of a character. */
    while (n < s.len && n > 0 && ((unsigned char)s.ptr[n] & 0xC0) == 0x80)
        n--;
    safe_put_text(b, str_of(s.ptr, n), true, "");
    if (n < s.len)
        buf_printf(b, "... (%zu bytes)", s.len);
}
