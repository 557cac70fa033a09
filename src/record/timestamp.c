/* timestamp.c - times as they stand in records. See timestamp.h.
 *
 * The ISO form at fixed positions comes first and fast: it is read for nearly every record.
 * Everything else goes through a reader that looks at one piece after another. */
#include "record/timestamp.h"

#include "util/civil.h"
#include "util/num.h"

/* Bare numbers below this are no epoch time: 1973-03-03 in seconds; years, codes and 20260302 are.
 */
#define MIN_AUTO_EPOCH INT64_C(100000000)
/* Up to here seconds (cql.md 3.2, formatTime), and each unit a thousand times more. */
#define MAX_AUTO_S INT64_C(100000000000)
/* The ends of 64-bit nanoseconds, in whole seconds. */
#define NS_MIN_S (INT64_MIN / NS_PER_S)
#define NS_MAX_S (INT64_MAX / NS_PER_S - 1)

static const int32_t pow10_s[] = {1000000000, 100000000, 10000000, 1000000, 100000,
                                  10000,      1000,      100,      10,      1};

struct cursor {
    const char *ptr, *end;
};

static bool finish(int64_t seconds, int32_t nanos, int64_t *ns)
{
    if (seconds < NS_MIN_S || seconds > NS_MAX_S)
        return false;
    *ns = seconds * NS_PER_S + nanos;
    return true;
}

static bool civil_to_ns(struct civil *c, int32_t offset_s, int64_t *ns)
{
    if (c->second == 60)
        c->second = 59; /* a leap second is named, not counted (as findTimestamp does) */
    return civil_valid(c) && finish(civil_seconds(c) - offset_s, c->nanos, ns);
}

/* ---- pieces ---- */

static bool accept(struct cursor *c, char want)
{
    if (c->ptr == c->end || *c->ptr != want)
        return false;
    c->ptr++;
    return true;
}

/* Blanks, and the no-break blanks (U+00A0, U+202F) that some portals write before AM. */
static void skip_blanks(struct cursor *c)
{
    for (;;) {
        size_t left = (size_t)(c->end - c->ptr);

        if (left >= 1 && ascii_is_space(*c->ptr))
            c->ptr++;
        else if (left >= 2 && memcmp(c->ptr, "\xC2\xA0", 2) == 0)
            c->ptr += 2;
        else if (left >= 3 && memcmp(c->ptr, "\xE2\x80\xAF", 3) == 0)
            c->ptr += 3;
        else
            return;
    }
}

/* A number of min to max digits. */
static bool read_digits(struct cursor *c, int min, int max, int32_t *out)
{
    int32_t v = 0;
    int n = 0;

    while (n < max && c->ptr < c->end && ascii_is_digit(*c->ptr)) {
        v = v * 10 + (*c->ptr++ - '0');
        n++;
    }
    *out = v;
    return n >= min;
}

/* Digits after the point, as nanoseconds; what is finer is cut. */
static bool read_fraction(struct cursor *c, int32_t *nanos)
{
    int32_t v = 0;
    int n = 0;

    while (c->ptr < c->end && ascii_is_digit(*c->ptr)) {
        if (n < 9) {
            v = v * 10 + (*c->ptr - '0');
            n++;
        }
        c->ptr++;
    }
    *nanos = v * pow10_s[n];
    return true;
}

/* What follows the clock time: nothing, Z, UTC, GMT, or an offset. The text ends there. */
static bool read_zone(struct cursor *c, const struct timestamp_hint *hint, int32_t *offset_s)
{
    size_t left;
    int32_t h;
    int32_t m = 0;
    int32_t sign;

    skip_blanks(c);
    left = (size_t)(c->end - c->ptr);
    if (left == 0) {
        *offset_s = hint != NULL ? hint->offset_s : 0;
        return true;
    }
    *offset_s = 0;
    if (left == 1)
        return (*c->ptr | 0x20) == 'z';
    if (left == 3)
        if (memcmp(c->ptr, "UTC", 3) == 0 || memcmp(c->ptr, "GMT", 3) == 0)
            return true;
    sign = *c->ptr == '-' ? -1 : 1;
    if (*c->ptr != '+' && *c->ptr != '-')
        return false;
    c->ptr++;
    if (!read_digits(c, 2, 2, &h))
        return false;
    if (c->ptr < c->end) {
        accept(c, ':');
        if (!read_digits(c, 2, 2, &m))
            return false;
    }
    if (c->ptr != c->end || h > 18 || m > 59)
        return false;
    *offset_s = sign * (h * 3600 + m * 60);
    return true;
}

/* AM or PM after a time on the twelve-hour clock. */
static bool read_half_day(struct cursor *c, struct civil *t)
{
    char half;

    skip_blanks(c);
    if (c->end - c->ptr < 2 || (c->ptr[1] | 0x20) != 'm')
        return true;
    half = (char)(c->ptr[0] | 0x20);
    if (half != 'a' && half != 'p')
        return true;
    c->ptr += 2;
    if (t->hour < 1 || t->hour > 12)
        return false;
    t->hour = (int8_t)(t->hour % 12 + (half == 'p' ? 12 : 0));
    return true;
}

/* h:mm[:ss[.fff]] [AM] [zone], to the end of the text. */
static bool read_clock(struct cursor *c, struct civil *t, const struct timestamp_hint *hint,
                       int64_t *ns)
{
    int32_t h;
    int32_t m;
    int32_t s = 0;
    int32_t offset_s;

    if (!read_digits(c, 1, 2, &h) || !accept(c, ':') || !read_digits(c, 2, 2, &m))
        return false;
    if (accept(c, ':')) {
        if (!read_digits(c, 2, 2, &s))
            return false;
        if ((accept(c, '.') || accept(c, ',')) && !read_fraction(c, &t->nanos))
            return false;
    }
    t->hour = (int8_t)h;
    t->minute = (int8_t)m;
    t->second = (int8_t)s;
    return read_half_day(c, t) && read_zone(c, hint, &offset_s) && civil_to_ns(t, offset_s, ns);
}

/* ---- forms ---- */

/* 3/2/2026[,] clock; 2026/03/02 clock. */
static bool parse_slashes(struct cursor c, const struct timestamp_hint *hint, int64_t *ns)
{
    struct civil t = {0};
    int32_t first;
    int32_t second;
    int32_t third;
    const char *start = c.ptr;
    bool year_first;
    bool day_first = hint != NULL && hint->day_first;

    if (!read_digits(&c, 1, 4, &first))
        return false;
    year_first = c.ptr - start == 4;
    if (!year_first && first > 31)
        return false;
    if (!accept(&c, '/') || !read_digits(&c, 1, 2, &second) || !accept(&c, '/') ||
        !read_digits(&c, year_first ? 1 : 4, year_first ? 2 : 4, &third))
        return false;
    if (year_first) {
        t.year = first;
        t.month = (int8_t)second;
        t.day = (int8_t)third;
    } else {
        /* A number above 12 can only be the day, whatever the hint. */
        if (first > 12 && second <= 12)
            day_first = true;
        else if (second > 12 && first <= 12)
            day_first = false;
        t.year = third;
        t.month = (int8_t)(day_first ? second : first);
        t.day = (int8_t)(day_first ? first : second);
    }
    accept(&c, ',');
    skip_blanks(&c);
    if (c.ptr == c.end)
        return civil_to_ns(&t, hint != NULL ? hint->offset_s : 0, ns);
    return read_clock(&c, &t, hint, ns);
}

static bool read_month_name(struct cursor *c, int8_t *month)
{
    size_t n = 0;

    while (c->ptr + n < c->end && ascii_lower(c->ptr[n]) >= 'a' && ascii_lower(c->ptr[n]) <= 'z')
        n++;
    if (n < 3)
        return false;
    for (int8_t m = 1; m <= 12; m++) {
        struct str name = str_z(civil_month_name(m));

        if ((n == 3 || n == name.len) && str_eq_nocase(str_of(c->ptr, n), str_of(name.ptr, n))) {
            c->ptr += n;
            *month = m;
            return true;
        }
    }
    return false;
}

static void skip_separators(struct cursor *c)
{
    skip_blanks(c);
    while (accept(c, ',') || accept(c, '-') || accept(c, '/') || accept(c, '.'))
        skip_blanks(c);
}

/* [Mon,] 2 Mar 2026 clock; Mar 2, 2026 clock; 02/Mar/2026:14:08:07 +0000. Both with the year. */
static bool parse_words(struct cursor c, const struct timestamp_hint *hint, int64_t *ns)
{
    struct civil t = {0};
    int32_t day;
    int32_t year;
    struct cursor before = c;

    if (!read_month_name(&c, &t.month)) {
        c = before;
        while (c.ptr < c.end && !ascii_is_digit(*c.ptr) && c.ptr - before.ptr < 12)
            c.ptr++; /* the name of the day */
        if (c.ptr != before.ptr && c.ptr - before.ptr < 4)
            return false;
        if (!read_digits(&c, 1, 2, &day))
            return false;
        skip_separators(&c);
        if (!read_month_name(&c, &t.month))
            return false;
    } else {
        skip_separators(&c);
        if (!read_digits(&c, 1, 2, &day))
            return false;
    }
    skip_separators(&c);
    if (!read_digits(&c, 4, 4, &year))
        return false;
    t.day = (int8_t)day;
    t.year = year;
    if (!accept(&c, ':'))
        skip_separators(&c);
    return read_clock(&c, &t, hint, ns);
}

/* Seconds and a nanosecond part from a whole number of some unit. */
static bool from_units(int64_t v, enum timestamp_unit unit, int64_t *ns)
{
    int64_t per_s;

    if (unit == TIMESTAMP_UNIT_AUTO) {
        if (v < MIN_AUTO_EPOCH)
            return false;
        unit = v <= MAX_AUTO_S             ? TIMESTAMP_UNIT_S
               : v <= MAX_AUTO_S * 1000    ? TIMESTAMP_UNIT_MS
               : v <= MAX_AUTO_S * 1000000 ? TIMESTAMP_UNIT_US
                                           : TIMESTAMP_UNIT_NS;
    }
    per_s = unit == TIMESTAMP_UNIT_S    ? 1
            : unit == TIMESTAMP_UNIT_MS ? 1000
            : unit == TIMESTAMP_UNIT_US ? 1000000
                                        : NS_PER_S;
    return finish(floor_div(v, per_s),
                  (int32_t)((v - floor_div(v, per_s) * per_s) * (NS_PER_S / per_s)), ns);
}

/* 1772460487, 1772460487.123456, 1772460487123, 1.772460487123E12 */
static bool parse_epoch(struct str s, const struct timestamp_hint *hint, int64_t *ns)
{
    enum timestamp_unit unit = hint != NULL ? hint->unit : TIMESTAMP_UNIT_AUTO;
    size_t point = str_find_char(s, '.');
    int64_t v;
    int32_t nanos;
    struct cursor c;
    double d;

    if (num_parse_long(s, &v))
        return from_units(v, unit, ns);
    if (point != SIZE_MAX && num_parse_long(str_of(s.ptr, point), &v)) {
        c = (struct cursor){s.ptr + point + 1, s.ptr + s.len};
        if (read_fraction(&c, &nanos) && c.ptr == c.end) {
            if (!from_units(v, unit, ns))
                return false;
            /* Only seconds have a fraction that says something new to a reader of the log. */
            if ((unit == TIMESTAMP_UNIT_S || (unit == TIMESTAMP_UNIT_AUTO && v <= MAX_AUTO_S)) &&
                v >= 0)
                *ns += nanos;
            else if (unit == TIMESTAMP_UNIT_MS ||
                     (unit == TIMESTAMP_UNIT_AUTO && v <= MAX_AUTO_S * 1000))
                *ns += nanos / 1000;
            return true;
        }
    }
    if (num_parse_double(s, &d) && d > -9e18 && d < 9e18)
        return from_units((int64_t)d, unit, ns);
    return false;
}

/* "/Date(1616161616161)/", "/Date(1616161616161+0100)/": the offset says where it was written. */
static bool parse_date_call(struct str s, int64_t *ns)
{
    struct str inner = str_of(s.ptr + 6, s.len - 8);
    size_t n = inner.len;
    int64_t ms;

    for (size_t i = 1; i < inner.len; i++) {
        if (inner.ptr[i] == '+' || inner.ptr[i] == '-') {
            n = i;
            break;
        }
    }
    return num_parse_long(str_of(inner.ptr, n), &ms) && from_units(ms, TIMESTAMP_UNIT_MS, ns);
}

/* 2026-03-02T14:08[:07[.123]][zone], 2026-03-02 2:08:07 PM, 2026-03-02. The slow twin of
 * parse_iso. */
static bool parse_dashes(struct cursor c, const struct timestamp_hint *hint, int64_t *ns)
{
    struct civil t = {0};
    int32_t year;
    int32_t month;
    int32_t day;

    if (!read_digits(&c, 4, 4, &year) || !accept(&c, '-') || !read_digits(&c, 1, 2, &month) ||
        !accept(&c, '-') || !read_digits(&c, 1, 2, &day))
        return false;
    t.year = year;
    t.month = (int8_t)month;
    t.day = (int8_t)day;
    if (!accept(&c, 'T') && !accept(&c, 't') && !accept(&c, ','))
        if (c.ptr < c.end && !ascii_is_space(*c.ptr))
            return false;
    skip_blanks(&c);
    if (c.ptr == c.end)
        return civil_to_ns(&t, hint != NULL ? hint->offset_s : 0, ns);
    return read_clock(&c, &t, hint, ns);
}

/* YYYY-MM-DD?hh:mm:ss at the front, all checks gathered in one test. False: some other form. */
static bool read_iso_front(const char *p, struct civil *t)
{
    unsigned bad = 0;
    unsigned d[14];
    static const uint8_t at[14] = {0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18};

    for (int i = 0; i < 14; i++) {
        d[i] = (unsigned)(unsigned char)p[at[i]] - '0';
        bad |= d[i] > 9;
    }
    bad |= (p[4] != '-') | (p[7] != '-') | (p[13] != ':') | (p[16] != ':');
    bad |= (p[10] != 'T') & (p[10] != ' ') & (p[10] != 't');
    t->year = (int32_t)(d[0] * 1000 + d[1] * 100 + d[2] * 10 + d[3]);
    t->month = (int8_t)(d[4] * 10 + d[5]);
    t->day = (int8_t)(d[6] * 10 + d[7]);
    t->hour = (int8_t)(d[8] * 10 + d[9]);
    t->minute = (int8_t)(d[10] * 10 + d[11]);
    t->second = (int8_t)(d[12] * 10 + d[13]);
    return bad == 0;
}

static bool parse_iso(struct str s, const struct timestamp_hint *hint, int64_t *ns)
{
    struct civil t = {0};
    struct cursor c = {s.ptr + 19, s.ptr + s.len};
    int32_t offset_s = 0;

    if (!read_iso_front(s.ptr, &t))
        return false;
    if (c.ptr < c.end && (*c.ptr == '.' || *c.ptr == ',')) {
        c.ptr++;
        read_fraction(&c, &t.nanos);
    }
    if (c.end - c.ptr == 1 && *c.ptr == 'Z')
        return civil_to_ns(&t, 0, ns);
    return read_half_day(&c, &t) && read_zone(&c, hint, &offset_s) && civil_to_ns(&t, offset_s, ns);
}

bool timestamp_parse(struct str s, const struct timestamp_hint *hint, int64_t *ns)
{
    struct cursor c;
    size_t n;

    if (s.len >= 19 && s.ptr[4] == '-' && parse_iso(s, hint, ns))
        return true;
    s = str_trim(s);
    if (s.len < 8 || s.len > 64)
        return false;
    if (s.len > 8 && memcmp(s.ptr, "/Date(", 6) == 0 && memcmp(s.ptr + s.len - 2, ")/", 2) == 0)
        return parse_date_call(s, ns);
    for (n = 0; n < s.len && ascii_is_digit(s.ptr[n]); n++)
        ;
    c = (struct cursor){s.ptr, s.ptr + s.len};
    if (n == s.len || s.ptr[n] == '.' || s.ptr[n] == 'E' || s.ptr[n] == 'e' || s.ptr[0] == '-')
        return parse_epoch(s, hint, ns);
    if (n == 4 && s.ptr[n] == '-')
        return parse_dashes(c, hint, ns);
    if (n > 0 && s.ptr[n] == '/' && n + 1 < s.len && ascii_is_digit(s.ptr[n + 1]))
        return parse_slashes(c, hint, ns);
    return parse_words(c, hint, ns);
}

int timestamp_slash_order(struct str s)
{
    struct cursor c;
    int32_t first;
    int32_t second;

    s = str_trim(s);
    c = (struct cursor){s.ptr, s.ptr + s.len};
    if (!read_digits(&c, 1, 2, &first) || !accept(&c, '/') || !read_digits(&c, 1, 2, &second) ||
        !accept(&c, '/'))
        return -1;
    if (first > 12 && second <= 12)
        return 1;
    if (second > 12 && first <= 12)
        return 0;
    return -1;
}
