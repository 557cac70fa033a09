/* aqltime.c - times as AQL queries write them: the formats of START and STOP, ISO 8601, epoch
 * milliseconds, and the relative forms of PARSEDATETIME. See fn.h. */
#include "fn/timeparse.h"

#include "fn/fn.h"
#include "lookup/lookup.h"

/* Longer texts are no time. */
#define TIME_TEXT_MOST 64
/* PARSEDATETIME('12345678 weeks ago') is past what a clock knows. */
#define COUNT_MOST INT64_C(100000000000)
/* Thirteen digits and more are epoch milliseconds; fewer could be a year. */
#define EPOCH_DIGITS 13

struct reading {
    struct str s;
    size_t i;
};

static bool read_number(struct reading *r, size_t least, size_t most, int32_t *out)
{
    size_t n = 0;
    int32_t v = 0;

    while (n < most && r->i < r->s.len && ascii_is_digit(r->s.ptr[r->i])) {
        v = v * 10 + (r->s.ptr[r->i++] - '0');
        n++;
    }
    *out = v;
    return n >= least;
}

static bool take(struct reading *r, char c)
{
    if (r->i >= r->s.len || r->s.ptr[r->i] != c)
        return false;
    r->i++;
    return true;
}

/* yyyy-MM-dd HH:mm[:ss][z], yyyy/MM/dd HH:mm[:ss], yyyy/MM/dd-HH:mm:ss, yyyy:MM:dd-HH:mm:ss and the
 * date alone. */
static bool read_start_format(struct str text, struct civil *c, bool *utc, bool *whole_minute)
{
    struct reading r = {text, 0};
    int32_t part[6] = {0};
    char mark;

    if (!read_number(&r, 4, 4, &part[0]) || r.i >= text.len)
        return false;
    mark = text.ptr[r.i];
    if ((mark != '-' && mark != '/' && mark != ':') || !take(&r, mark) ||
        !read_number(&r, 1, 2, &part[1]) || !take(&r, mark) || !read_number(&r, 1, 2, &part[2]))
        return false;
    *whole_minute = true;
    if (r.i < text.len) {
        if (!take(&r, ' ') && (mark == '-' || !take(&r, '-')))
            return false;
        while (take(&r, ' ')) {
        }
        if (!read_number(&r, 1, 2, &part[3]) || !take(&r, ':') || !read_number(&r, 2, 2, &part[4]))
            return false;
        if (take(&r, ':')) {
            *whole_minute = false;
            if (!read_number(&r, 2, 2, &part[5]))
                return false;
        }
    }
    while (take(&r, ' ')) {
    }
    *utc = take(&r, 'z') || take(&r, 'Z');
    if (r.i != text.len || part[1] > 12 || part[2] > 31 || part[3] > 23 || part[4] > 59 ||
        part[5] > 59)
        return false;
    *c = (struct civil){.year = part[0],
                        .month = (int8_t)part[1],
                        .day = (int8_t)part[2],
                        .hour = (int8_t)part[3],
                        .minute = (int8_t)part[4],
                        .second = (int8_t)part[5]};
    return civil_valid(c);
}

static bool read_epoch(struct str text, int64_t *ms)
{
    int64_t v = 0;

    if (text.len < EPOCH_DIGITS || text.len > EPOCH_DIGITS + 2)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (!ascii_is_digit(text.ptr[i]))
            return false;
        v = v * 10 + (text.ptr[i] - '0');
    }
    *ms = v;
    return true;
}

static bool read_iso(struct str text, const struct zone *zone, int64_t *ms)
{
    struct time_fields f;
    struct civil c;
    int64_t s;
    int sign;
    int32_t part[3] = {0};
    struct reading r;

    if (!time_iso_read(text, &f) || !time_fields_civil(&f, 0, 0, &c))
        return false;
    s = civil_seconds(&c);
    if (f.zone.len == 0) {
        s = zone_to_utc(zone, s);
    } else if (!str_eq_nocase(f.zone, STR("Z"))) {
        r = (struct reading){f.zone, 1};
        sign = f.zone.ptr[0] == '-' ? -1 : f.zone.ptr[0] == '+' ? 1 : 0;
        if (sign == 0 || !read_number(&r, 2, 2, &part[0]))
            return false;
        take(&r, ':');
        if (r.i < f.zone.len && !read_number(&r, 2, 2, &part[1]))
            return false;
        take(&r, ':');
        if (r.i < f.zone.len && !read_number(&r, 2, 2, &part[2]))
            return false;
        if (part[0] > 23 || part[1] > 59 || part[2] > 59)
            return false;
        s -= (int64_t)sign * (part[0] * 3600 + part[1] * 60 + part[2]);
    }
    *ms = s * MS_PER_S + c.nanos / NS_PER_MS;
    return true;
}

bool fn_time_read(struct str text, const struct zone *zone, int64_t *ms, bool *whole_minute)
{
    struct civil c;
    bool utc = false;
    bool minute = false;

    text = str_trim(text);
    if (text.len == 0 || text.len > TIME_TEXT_MOST)
        return false;
    if (read_start_format(text, &c, &utc, &minute)) {
        int64_t s = civil_seconds(&c);

        *ms = (utc ? s : zone_to_utc(zone, s)) * MS_PER_S;
    } else if (!read_epoch(text, ms) && !read_iso(text, zone, ms)) {
        return false;
    } else {
        minute = false;
    }
    if (whole_minute != NULL)
        *whole_minute = minute;
    return true;
}

/* ---- relative forms ----------------------------------------------------------------------------
 */

static const struct {
    const char *word; /* singular */
    int64_t ms;
} units[] = {
    {"millisecond", 1},
    {"second", INT64_C(1000)},
    {"sec", INT64_C(1000)},
    {"s", INT64_C(1000)},
    {"minute", INT64_C(60000)},
    {"min", INT64_C(60000)},
    {"m", INT64_C(60000)},
    {"hour", INT64_C(3600000)},
    {"hr", INT64_C(3600000)},
    {"h", INT64_C(3600000)},
    {"day", INT64_C(86400000)},
    {"d", INT64_C(86400000)},
    {"week", INT64_C(604800000)},
    {"w", INT64_C(604800000)},
    /* As LAST n MONTHS has them. */
    {"month", 30 * INT64_C(86400000)},
    {"year", 365 * INT64_C(86400000)},
};

static bool unit_of(struct str word, int64_t *ms)
{
    for (size_t k = 0; k < ARRAY_LEN(units); k++) {
        struct str singular = str_z(units[k].word);

        if (str_eq_nocase(word, singular) ||
            (singular.len > 1 && word.len == singular.len + 1 &&
             ascii_lower(word.ptr[word.len - 1]) == 's' &&
             str_eq_nocase(str_of(word.ptr, word.len - 1), singular))) {
            *ms = units[k].ms;
            return true;
        }
    }
    return false;
}

static struct str next_word(struct reading *r)
{
    size_t start;

    while (r->i < r->s.len && (ascii_is_space(r->s.ptr[r->i]) || r->s.ptr[r->i] == ','))
        r->i++;
    start = r->i;
    if (r->i < r->s.len && ascii_is_digit(r->s.ptr[r->i])) {
        /* 24h is two words. */
        while (r->i < r->s.len && ascii_is_digit(r->s.ptr[r->i]))
            r->i++;
    } else {
        while (r->i < r->s.len && !ascii_is_space(r->s.ptr[r->i]) && r->s.ptr[r->i] != ',')
            r->i++;
    }
    return str_of(r->s.ptr + start, r->i - start);
}

static bool count_of(struct str word, int64_t *out)
{
    int64_t v = 0;

    if (str_eq_nocase(word, STR("a")) || str_eq_nocase(word, STR("an")) ||
        str_eq_nocase(word, STR("one"))) {
        *out = 1;
        return true;
    }
    for (size_t i = 0; i < word.len; i++) {
        if (!ascii_is_digit(word.ptr[i]) || v > COUNT_MOST)
            return false;
        v = v * 10 + (word.ptr[i] - '0');
    }
    *out = v;
    return word.len > 0;
}

/* `2 days 3 hours ago`, `1 hour from now`, `last week` is not among them. */
static bool read_relative(struct str text, int64_t now_ms, int64_t *ms)
{
    struct reading r = {text, 0};
    int64_t sum = 0;
    bool any = false;

    for (;;) {
        struct str word = next_word(&r);
        int64_t count;
        int64_t unit;

        if (str_eq_nocase(word, STR("ago")) && any)
            break;
        if (str_eq_nocase(word, STR("and")))
            continue;
        if (any && str_eq_nocase(word, STR("from")) && str_eq_nocase(next_word(&r), STR("now"))) {
            sum = -sum;
            break;
        }
        if (!count_of(word, &count) || !unit_of(next_word(&r), &unit) ||
            __builtin_mul_overflow(count, unit, &unit) || __builtin_add_overflow(sum, unit, &sum))
            return false;
        any = true;
    }
    return next_word(&r).len == 0 && r.i == text.len && !__builtin_sub_overflow(now_ms, sum, ms);
}

/* Midnight, in the zone, of the day that is so many days from the clock's. */
static int64_t midnight(int64_t now_ms, const struct zone *zone, int days)
{
    int64_t now_s = floor_div(now_ms, MS_PER_S);
    int64_t day = floor_div(now_s + zone_offset(zone, now_s), DAY_S) + days;

    return zone_to_utc(zone, day * DAY_S) * MS_PER_S;
}

bool fn_time_relative(struct str text, int64_t now_ms, const struct zone *zone, int64_t *ms)
{
    text = str_trim(text);
    if (text.len == 0 || text.len > TIME_TEXT_MOST)
        return false;
    if (str_eq_nocase(text, STR("now"))) {
        *ms = now_ms;
        return true;
    }
    if (str_eq_nocase(text, STR("today"))) {
        *ms = midnight(now_ms, zone, 0);
        return true;
    }
    if (str_eq_nocase(text, STR("yesterday"))) {
        *ms = midnight(now_ms, zone, -1);
        return true;
    }
    return fn_time_read(text, zone, ms, NULL) || read_relative(text, now_ms, ms);
}
