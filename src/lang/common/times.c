/* times.c - spans and time points. Numbers are checked for overflow: they come from queries. */
#include "lang/common/times.h"

#include "util/civil.h"

static const struct {
    const char *words; /* separated by blanks */
    int64_t ms;
} units[] = {
    [UNIT_MS] = {"ms millis milli millisecond milliseconds", 1},
    [UNIT_SECOND] = {"s sec secs second seconds", 1000},
    [UNIT_MINUTE] = {"m min mins minute minutes", 60 * 1000},
    [UNIT_HOUR] = {"h hr hrs hour hours", INT64_C(3600000)},
    [UNIT_DAY] = {"d day days", INT64_C(86400000)},
    [UNIT_WEEK] = {"w week weeks", 7 * INT64_C(86400000)},
    [UNIT_MONTH] = {"mon mons month months", 30 * INT64_C(86400000)},
    [UNIT_QUARTER] = {"q qtr qtrs quarter quarters", 90 * INT64_C(86400000)},
    [UNIT_YEAR] = {"y yr yrs year years", 365 * INT64_C(86400000)},
};

int64_t unit_ms(enum time_unit unit)
{
    return units[unit].ms;
}

bool unit_parse(struct str word, enum time_unit *unit)
{
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        const char *p = units[i].words;

        while (*p != '\0') {
            size_t len = strcspn(p, " ");

            if (str_eq_nocase(word, str_of(p, len))) {
                *unit = (enum time_unit)i;
                return true;
            }
            p += len + (p[len] == ' ');
        }
    }
    return false;
}

static bool take_digits(struct str *s, int64_t *out)
{
    int64_t n = 0;
    size_t i = 0;

    for (; i < s->len && ascii_is_digit(s->ptr[i]); i++) {
        if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, s->ptr[i] - '0', &n))
            return false;
    }
    if (i == 0)
        return false;
    *s = str_of(s->ptr + i, s->len - i);
    *out = n;
    return true;
}

bool span_parts(struct str text, int64_t *count, enum time_unit *unit)
{
    struct str s = str_trim(text);
    int64_t n, product;
    enum time_unit u;

    if (!take_digits(&s, &n) || !unit_parse(str_trim(s), &u) ||
        __builtin_mul_overflow(n, unit_ms(u), &product))
        return false;
    *count = n;
    *unit = u;
    return true;
}

bool span_parse(struct str text, int64_t *ms)
{
    int64_t count;
    enum time_unit unit;

    if (!span_parts(text, &count, &unit))
        return false;
    *ms = count * unit_ms(unit);
    return true;
}

int64_t span_automatic(int64_t interval_ms, int64_t n_buckets, int64_t least_ms)
{
    static const int64_t spans[] = {1000,
                                    5000,
                                    10000,
                                    15000,
                                    30000,
                                    60000,
                                    300000,
                                    600000,
                                    900000,
                                    1800000,
                                    3600000,
                                    7200000,
                                    14400000,
                                    21600000,
                                    43200000,
                                    86400000,
                                    172800000,
                                    604800000,
                                    INT64_C(2592000000)};
    size_t i = 0;

    assert(n_buckets > 0);
    /* Compared by division: the interval may be any 64-bit number. */
    while (i + 1 < ARRAY_LEN(spans) &&
           (spans[i] < least_ms || interval_ms / spans[i] > n_buckets ||
            (interval_ms / spans[i] == n_buckets && interval_ms % spans[i] != 0)))
        i++;
    return spans[i];
}

/* Exactly n digits. */
static bool take_fixed(struct str *s, size_t n, int *out)
{
    int v = 0;

    if (s->len < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!ascii_is_digit(s->ptr[i]))
            return false;
        v = v * 10 + (s->ptr[i] - '0');
    }
    *s = str_of(s->ptr + n, s->len - n);
    *out = v;
    return true;
}

static bool take_char(struct str *s, char c)
{
    if (s->len == 0 || s->ptr[0] != c)
        return false;
    *s = str_of(s->ptr + 1, s->len - 1);
    return true;
}

/* `Z`, `+02:00`, `-0530`, `+02` or nothing. */
static bool take_zone(struct str *s, int64_t *offset_ms)
{
    int hour, minute = 0;
    int sign;

    *offset_ms = 0;
    if (s->len == 0 || take_char(s, 'Z') || take_char(s, 'z'))
        return true;
    if (take_char(s, '+'))
        sign = 1;
    else if (take_char(s, '-'))
        sign = -1;
    else
        return false;
    if (!take_fixed(s, 2, &hour))
        return false;
    if (s->len != 0) {
        take_char(s, ':');
        if (!take_fixed(s, 2, &minute))
            return false;
    }
    if (hour > 18 || minute > 59)
        return false;
    *offset_ms = sign * (hour * INT64_C(3600000) + minute * INT64_C(60000));
    return true;
}

static bool take_clock(struct str *s, int64_t *ms)
{
    int hour, minute, second = 0, scale = 100, frac = 0;

    if (!take_fixed(s, 2, &hour) || !take_char(s, ':') || !take_fixed(s, 2, &minute))
        return false;
    if (take_char(s, ':') && !take_fixed(s, 2, &second))
        return false;
    if (take_char(s, '.') || take_char(s, ',')) {
        if (s->len == 0 || !ascii_is_digit(s->ptr[0]))
            return false;
        while (s->len != 0 && ascii_is_digit(s->ptr[0])) {
            frac += (s->ptr[0] - '0') * scale;
            scale /= 10;
            *s = str_of(s->ptr + 1, s->len - 1);
        }
    }
    if (hour > 24 || minute > 59 || second > 60)
        return false;
    *ms = hour * INT64_C(3600000) + minute * INT64_C(60000) + second * INT64_C(1000) + frac;
    return true;
}

bool iso_time_parse(struct str text, int64_t *ms)
{
    struct str s = str_trim(text);
    int year, month, day;
    int64_t clock = 0, zone = 0;

    if (!take_fixed(&s, 4, &year) || !take_char(&s, '-') || !take_fixed(&s, 2, &month) ||
        !take_char(&s, '-') || !take_fixed(&s, 2, &day))
        return false;
    if (month < 1 || month > 12 || day < 1 || day > civil_month_days(year, month))
        return false;
    if (s.len != 0) {
        if (!take_char(&s, 'T') && !take_char(&s, 't') && !take_char(&s, ' '))
            return false;
        if (!take_clock(&s, &clock))
            return false;
        s = str_trim(s);
        if (!take_zone(&s, &zone) || s.len != 0)
            return false;
    }
    *ms = civil_days(year, month, day) * INT64_C(86400000) + clock - zone;
    return true;
}

/* The leading span of s: digits, blanks, letters. */
static bool take_span(struct str *s, int64_t *count, enum time_unit *unit)
{
    size_t n = 0;

    while (n < s->len && ascii_is_digit(s->ptr[n]))
        n++;
    while (n < s->len && ascii_is_space(s->ptr[n]))
        n++;
    while (n < s->len && ascii_lower(s->ptr[n]) >= 'a' && ascii_lower(s->ptr[n]) <= 'z')
        n++;
    if (!span_parts(str_of(s->ptr, n), count, unit))
        return false;
    *s = str_trim(str_of(s->ptr + n, s->len - n));
    return true;
}

static bool take_word(struct str *s, struct str word)
{
    if (s->len < word.len || !str_eq_nocase(str_of(s->ptr, word.len), word))
        return false;
    *s = str_trim(str_of(s->ptr + word.len, s->len - word.len));
    return true;
}

static bool take_anchor(struct str *s, struct time_point *p)
{
    size_t n = 0;

    while (n < s->len && ascii_lower(s->ptr[n]) >= 'a' && ascii_lower(s->ptr[n]) <= 'z')
        n++;
    if (!unit_parse(str_of(s->ptr, n), &p->anchor))
        return false;
    p->anchored = true;
    *s = str_trim(str_of(s->ptr + n, s->len - n));
    return true;
}

/* Offsets of one unit are added up; different units turn into milliseconds. */
static bool take_offsets(struct str *s, struct time_point *p)
{
    bool first = true;

    while (s->len != 0) {
        int64_t count, sum;
        enum time_unit unit;
        int sign = take_char(s, '+') ? 1 : take_char(s, '-') ? -1 : 0;

        *s = str_trim(*s);
        if (sign == 0 || !take_span(s, &count, &unit))
            return false;
        if (!first && unit != p->offset_unit) {
            p->offset_count *= unit_ms(p->offset_unit);
            p->offset_unit = UNIT_MS;
            count *= unit_ms(unit);
            unit = UNIT_MS;
        }
        if (__builtin_add_overflow(p->offset_count, sign * count, &sum) ||
            __builtin_mul_overflow(sum, unit_ms(unit), &count))
            return false;
        p->offset_count = sum;
        p->offset_unit = unit;
        first = false;
    }
    return true;
}

bool time_point_parse(struct str text, struct time_point *out)
{
    struct time_point p = {.kind = POINT_ABSOLUTE};
    struct str s = str_trim(text), rest = s;

    if (take_digits(&rest, &p.ms) && rest.len == 0) {
        *out = p;
        return true;
    }
    if (iso_time_parse(s, &p.ms)) {
        *out = p;
        return true;
    }
    p = (struct time_point){.kind = POINT_AGO};
    if (take_word(&s, STR("calendar:")))
        p.calendar = true;
    take_char(&s, '-'); /* `-7d` is meant as 7d */
    s = str_trim(s);
    if (!take_word(&s, STR("now")) && !take_span(&s, &p.count, &p.unit))
        return false;
    if (take_char(&s, '@') && !take_anchor(&s, &p))
        return false;
    if (!take_offsets(&s, &p))
        return false;
    *out = p;
    return true;
}

/* Local ms moved by whole months; the day is cut to the length of the month. */
static int64_t add_months(int64_t local_ms, int64_t months)
{
    int64_t days = floor_div(local_ms, INT64_C(86400000));
    int64_t clock = local_ms - days * INT64_C(86400000);
    int64_t total;
    int32_t year, month, day;

    civil_from_days(days, &year, &month, &day);
    total = (int64_t)year * 12 + (month - 1) + months;
    year = (int32_t)floor_div(total, 12);
    month = (int32_t)(total - (int64_t)year * 12) + 1;
    day = MIN(day, civil_month_days(year, month));
    return civil_days(year, month, day) * INT64_C(86400000) + clock;
}

static int64_t floor_local(int64_t local_ms, enum time_unit unit)
{
    int64_t days;
    int32_t year, month, day;

    if (unit <= UNIT_DAY)
        return floor_div(local_ms, unit_ms(unit)) * unit_ms(unit);
    days = floor_div(local_ms, INT64_C(86400000));
    if (unit == UNIT_WEEK) /* 1970-01-01 was a Thursday */
        return (floor_div(days + 3, 7) * 7 - 3) * INT64_C(86400000);
    civil_from_days(days, &year, &month, &day);
    if (unit == UNIT_QUARTER)
        month = (month - 1) / 3 * 3 + 1;
    if (unit == UNIT_YEAR)
        month = 1;
    return civil_days(year, month, 1) * INT64_C(86400000);
}

static int64_t move_local(int64_t local_ms, int64_t count, enum time_unit unit, bool calendar)
{
    /* Ten thousand years either way is outside every event time, and keeps the sums in 64 bits. */
    int64_t limit = INT64_C(315360000000000) / unit_ms(unit);

    count = MAX(-limit, MIN(limit, count));
    if (calendar && unit >= UNIT_MONTH)
        return add_months(local_ms, count * (unit == UNIT_YEAR      ? 12
                                             : unit == UNIT_QUARTER ? 3
                                                                    : 1));
    return local_ms + count * unit_ms(unit);
}

int64_t time_point_resolve(const struct time_point *p, int64_t now_ms, time_zone_offset offset_of,
                           void *zone)
{
    int64_t local, offset;

    if (p->kind == POINT_ABSOLUTE)
        return p->ms;
    if (!p->calendar && !p->anchored && p->offset_count == 0)
        return move_local(now_ms, -p->count, p->unit, false);
    offset = offset_of != NULL ? offset_of(zone, now_ms) : 0;
    local = move_local(now_ms + offset, -p->count, p->unit, p->calendar);
    if (p->anchored)
        local = floor_local(local, p->anchor);
    local = move_local(local, p->offset_count, p->offset_unit, p->calendar);
    /* The zone may have changed on the way: the offset at the result counts. */
    offset = offset_of != NULL ? offset_of(zone, local - offset) : 0;
    return local - offset;
}
