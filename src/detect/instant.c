/* instant.c - see instant.h. */
#include "detect/instant.h"

#include <stdio.h>

#include "util/civil.h"
#include "util/num.h"

#define SPAN_MAX_MS (INT64_C(3660) * DAY_S * MS_PER_S)

/* Takes exactly n digits off the front. */
static bool take_digits(struct str *s, size_t n, int32_t *out)
{
    int32_t v = 0;

    if (s->len < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!ascii_is_digit(s->ptr[i]))
            return false;
        v = v * 10 + (s->ptr[i] - '0');
    }
    s->ptr += n;
    s->len -= n;
    *out = v;
    return true;
}

static bool take_char(struct str *s, char c)
{
    if (s->len == 0 || s->ptr[0] != c)
        return false;
    s->ptr++;
    s->len--;
    return true;
}

static bool take_fraction(struct str *s, int64_t *ms)
{
    size_t n = 0;
    int64_t v = 0;

    while (n < s->len && n < 9 && ascii_is_digit(s->ptr[n])) {
        if (n < 3)
            v = v * 10 + (s->ptr[n] - '0');
        n++;
    }
    if (n == 0)
        return false;
    for (size_t i = n; i < 3; i++)
        v *= 10;
    s->ptr += n;
    s->len -= n;
    *ms = v;
    return true;
}

static bool take_offset(struct str *s, int64_t *minutes)
{
    bool minus = s->len > 0 && s->ptr[0] == '-';
    int32_t h, m;

    *minutes = 0;
    if (s->len == 0 || take_char(s, 'Z') || take_char(s, 'z'))
        return true;
    if (!take_char(s, '+') && !take_char(s, '-'))
        return false;
    if (!take_digits(s, 2, &h))
        return false;
    take_char(s, ':');
    if (!take_digits(s, 2, &m) || h > 23 || m > 59)
        return false;
    *minutes = (int64_t)h * 60 + m;
    if (minus)
        *minutes = -*minutes;
    return true;
}

static bool take_clock(struct str *s, struct civil *c, int64_t *ms)
{
    int32_t h, m, sec = 0;

    if (!take_digits(s, 2, &h) || !take_char(s, ':') || !take_digits(s, 2, &m))
        return false;
    if (take_char(s, ':') && !take_digits(s, 2, &sec))
        return false;
    if (take_char(s, '.') && !take_fraction(s, ms))
        return false;
    c->hour = (int8_t)h;
    c->minute = (int8_t)m;
    c->second = (int8_t)sec;
    return true;
}

bool instant_parse(struct str s, int64_t *ms)
{
    struct civil c = {0};
    int64_t fraction = 0, minutes = 0;
    int32_t year, month, day;

    if (!take_digits(&s, 4, &year) || !take_char(&s, '-') || !take_digits(&s, 2, &month) ||
        !take_char(&s, '-') || !take_digits(&s, 2, &day))
        return false;
    c.year = year;
    c.month = (int8_t)month;
    c.day = (int8_t)day;
    if (s.len > 0) {
        if (!take_char(&s, 'T') && !take_char(&s, 't') && !take_char(&s, ' '))
            return false;
        if (!take_clock(&s, &c, &fraction) || !take_offset(&s, &minutes))
            return false;
    }
    if (s.len > 0 || !civil_valid(&c))
        return false;
    *ms = (civil_seconds(&c) - minutes * 60) * MS_PER_S + fraction;
    return true;
}

size_t instant_print(char room[INSTANT_MAX], int64_t ms, bool brief)
{
    int64_t s = floor_div(ms, MS_PER_S);
    int rest = (int)(ms - s * MS_PER_S);
    struct civil c;
    int n;

    if (s < CIVIL_MIN_S || s >= CIVIL_END_S)
        n = snprintf(room, INSTANT_MAX, "%lld", (long long)ms);
    else {
        civil_from_seconds(s, &c);
        n = snprintf(room, INSTANT_MAX, "%04d-%02d-%02dT%02d:%02d:%02d", c.year, c.month, c.day,
                     c.hour, c.minute, c.second);
        if (rest != 0 || !brief)
            n += snprintf(room + n, INSTANT_MAX - (size_t)n, ".%03d", rest);
        room[n++] = 'Z';
    }
    return (size_t)n;
}

bool span_read_ms(struct str s, int64_t *ms)
{
    static const struct {
        struct str unit;
        int64_t ms;
    } units[] = {
        {STR_INIT("ms"), 1},
        {STR_INIT("s"), MS_PER_S},
        {STR_INIT("m"), 60 * MS_PER_S},
        {STR_INIT("h"), 3600 * MS_PER_S},
        {STR_INIT("d"), DAY_S * MS_PER_S},
    };
    size_t n = 0;
    int64_t v;

    while (n < s.len && ascii_is_digit(s.ptr[n]))
        n++;
    if (n == 0 || n > 15 || !num_parse_long(str_of(s.ptr, n), &v))
        return false;
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        if (str_eq(units[i].unit, str_of(s.ptr + n, s.len - n))) {
            if (v > SPAN_MAX_MS / units[i].ms)
                return false;
            *ms = v * units[i].ms;
            return true;
        }
    }
    return false;
}
