/* javadate_read.c - reading a time by a SimpleDateFormat pattern. See javadate.h.
 *
 * Reading fills fields and remembers in which order; which of them decide the date where several
 * do (month and day, day of the year, weeks) is told by that order, as in java.util.Calendar. */
#include "fn/javadate.h"

#include "util/civil.h"

enum field {
    F_YEAR,
    F_MONTH, /* 0 to 11 */
    F_WEEK,  /* of the year */
    F_MONTH_WEEK,
    F_DAY,
    F_YEAR_DAY,
    F_WEEKDAY,     /* 1 Sunday to 7 Saturday */
    F_NTH_WEEKDAY, /* the 2nd Monday of the month */
    F_HALF,        /* 0 AM, 1 PM */
    F_HOUR12,      /* 0 to 11 */
    F_HOUR,
    F_MINUTE,
    F_SECOND,
    F_MS,
    F_OFFSET, /* seconds */
    F_WEEK_YEAR,
    F_COUNT
};

/* Numbers past this are no part of a time, and everything computed from smaller ones fits. */
#define NUMBER_MOST INT64_C(999999999)
#define YEAR_MOST   9999
#define MIN_YEAR_S  INT64_C(-62135596800) /* 0001-01-01 */

struct reading {
    struct str s;
    size_t i;
    int64_t value[F_COUNT];
    int stamp[F_COUNT]; /* 0: not read, else the place in the order of reading */
    int next_stamp;
    bool before_christ;
    bool two_digits; /* a year of two digits, moved near the clock */
    bool loose_offsets;
    int64_t now_ms;
};

static void set(struct reading *r, enum field f, int64_t v)
{
    r->value[f] = v;
    r->stamp[f] = ++r->next_stamp;
}

static bool has(const struct reading *r, enum field f)
{
    return r->stamp[f] != 0;
}

static int64_t get(const struct reading *r, enum field f, int64_t fallback)
{
    return has(r, f) ? r->value[f] : fallback;
}

/* ---- characters --------------------------------------------------------------------------------
 */

static bool digit_at(const struct reading *r, size_t i)
{
    return i < r->s.len && ascii_is_digit(r->s.ptr[i]);
}

static bool text_here(const struct reading *r, const char *name, size_t len)
{
    return r->s.len - r->i >= len && str_eq_nocase(str_of(r->s.ptr + r->i, len), str_of(name, len));
}

/* An integer with an optional minus, no further than `end`. */
static bool read_integer(struct reading *r, size_t end, int64_t *out)
{
    bool negative = r->i < r->s.len && r->s.ptr[r->i] == '-';
    size_t i = r->i + negative;
    int64_t v = 0;

    end = MIN(end, r->s.len);
    if (i >= end || !digit_at(r, i))
        return false;
    for (; i < end && digit_at(r, i); i++) {
        v = v * 10 + (r->s.ptr[i] - '0');
        if (v > NUMBER_MOST)
            return false;
    }
    r->i = i;
    *out = negative ? -v : v;
    return true;
}

/* The longest of the names, full or its first three letters, that stands here: 1 to n. */
static bool read_name(struct reading *r, const char *(*name)(int32_t), int32_t n, int64_t *out)
{
    for (int32_t k = 1; k <= n; k++) {
        const char *full = name(k);
        size_t len = text_here(r, full, strlen(full)) ? strlen(full) : 3;

        if (text_here(r, full, len)) {
            r->i += len;
            *out = k;
            return true;
        }
    }
    return false;
}

/* ---- zones -------------------------------------------------------------------------------------
 */

enum colon { COLON_NONE, COLON_NEEDED, COLON_FREE };

/* hh, hhmm or hh:mm behind a sign. */
static bool read_offset(struct reading *r, enum colon colon, bool hours_only)
{
    bool negative = r->i < r->s.len && r->s.ptr[r->i] == '-';
    size_t i = r->i + 1;
    int64_t hours;
    int64_t minutes = 0;

    if (r->i >= r->s.len || (!negative && r->s.ptr[r->i] != '+') || !digit_at(r, i))
        return false;
    hours = r->s.ptr[i++] - '0';
    if (digit_at(r, i))
        hours = hours * 10 + (r->s.ptr[i++] - '0');
    else if (colon == COLON_NONE || hours_only)
        return false;
    if (!hours_only) {
        if (colon != COLON_NONE && i < r->s.len && r->s.ptr[i] == ':')
            i++;
        else if (colon == COLON_NEEDED)
            return false;
        if (digit_at(r, i) && digit_at(r, i + 1)) {
            minutes = (r->s.ptr[i] - '0') * 10 + (r->s.ptr[i + 1] - '0');
            i += 2;
        } else if (colon != COLON_FREE) {
            return false;
        }
    }
    if (hours > 23 || minutes > 59)
        return false;
    set(r, F_OFFSET, (negative ? -1 : 1) * (hours * 3600 + minutes * 60));
    r->i = i;
    return true;
}

static bool is_letter_at(const struct reading *r, size_t i)
{
    return i < r->s.len && ((r->s.ptr[i] >= 'a' && r->s.ptr[i] <= 'z') ||
                            (r->s.ptr[i] >= 'A' && r->s.ptr[i] <= 'Z'));
}

/* The longest name that stands here wins: WEST is not WET, and Eastern European Time not EET. */
static bool read_zone_name(struct reading *r)
{
    size_t best = 0;

    for (size_t k = 0; k < n_date_zone_names; k++) {
        const char *const names[] = {date_zone_names[k].abbreviation, date_zone_names[k].name};

        for (size_t j = 0; j < ARRAY_LEN(names); j++) {
            size_t len = strlen(names[j]);

            if (len > best && text_here(r, names[j], len) && !is_letter_at(r, r->i + len)) {
                best = len;
                set(r, F_OFFSET, date_zone_names[k].offset_s);
            }
        }
    }
    if (best == 0 && r->loose_offsets && text_here(r, "Z", 1) && !is_letter_at(r, r->i + 1)) {
        best = 1;
        set(r, F_OFFSET, 0);
    }
    r->i += best;
    return best > 0;
}

static bool read_zone(struct reading *r, const struct date_part *part)
{
    size_t start = r->i;

    if (part->letter == 'X') {
        if (text_here(r, "Z", 1) && r->s.ptr[r->i] == 'Z') {
            r->i++;
            set(r, F_OFFSET, 0);
            return true;
        }
        if (r->loose_offsets)
            return read_offset(r, COLON_FREE, false);
        return read_offset(r, part->count == 3 ? COLON_NEEDED : COLON_NONE, part->count == 1);
    }
    if (r->s.ptr[start] == '+' || r->s.ptr[start] == '-')
        return read_offset(r, r->loose_offsets ? COLON_FREE : COLON_NONE, false);
    if (text_here(r, "GMT", 3) && start + 3 < r->s.len &&
        (r->s.ptr[start + 3] == '+' || r->s.ptr[start + 3] == '-')) {
        r->i += 3;
        return read_offset(r, r->loose_offsets ? COLON_FREE : COLON_NEEDED, false);
    }
    return read_zone_name(r);
}

/* ---- fields ------------------------------------------------------------------------------------
 */

/* A year of exactly two digits lies within 80 years before and 20 after the clock. */
static int64_t near_clock(struct reading *r, int64_t v)
{
    struct civil now;
    int32_t start;

    civil_from_seconds(floor_div(r->now_ms, MS_PER_S), &now);
    start = now.year - 80;
    r->two_digits = true;
    return start / 100 * 100 + v + (v < start % 100 ? 100 : 0);
}

static bool read_names(struct reading *r, const struct date_part *part, bool *done)
{
    int64_t v = 0;

    *done = true;
    switch (part->letter) {
    case 'G':
        if (!text_here(r, "AD", 2) && !text_here(r, "BC", 2))
            return false;
        r->before_christ = text_here(r, "BC", 2);
        r->i += 2;
        return true;
    case 'M':
    case 'L':
        if (part->count <= 2)
            break;
        if (!read_name(r, civil_month_name, 12, &v))
            return false;
        set(r, F_MONTH, v - 1);
        return true;
    case 'E':
        if (!read_name(r, civil_weekday_name, 7, &v))
            return false;
        set(r, F_WEEKDAY, v % 7 + 1);
        return true;
    case 'a':
        if (!text_here(r, "AM", 2) && !text_here(r, "PM", 2))
            return false;
        set(r, F_HALF, text_here(r, "PM", 2));
        r->i += 2;
        return true;
    case 'z':
    case 'Z':
    case 'X':
        return read_zone(r, part);
    default:
        break;
    }
    *done = false;
    return true;
}

static enum field field_of(char letter)
{
    static const struct {
        char letter;
        enum field field;
    } fields[] = {
        {'y', F_YEAR}, {'Y', F_WEEK_YEAR},  {'M', F_MONTH},   {'L', F_MONTH},       {'w', F_WEEK},
        {'d', F_DAY},  {'D', F_YEAR_DAY},   {'u', F_WEEKDAY}, {'F', F_NTH_WEEKDAY}, {'H', F_HOUR},
        {'k', F_HOUR}, {'K', F_HOUR12},     {'h', F_HOUR12},  {'m', F_MINUTE},      {'s', F_SECOND},
        {'S', F_MS},   {'W', F_MONTH_WEEK},
    };

    for (size_t k = 0; k < ARRAY_LEN(fields); k++) {
        if (fields[k].letter == letter)
            return fields[k].field;
    }
    return F_COUNT;
}

static bool read_part(struct reading *r, const struct date_part *part)
{
    size_t end = part->adjacent ? r->i + part->count : SIZE_MAX;
    size_t start;
    int64_t v;
    bool done;

    while (r->i < r->s.len && (r->s.ptr[r->i] == ' ' || r->s.ptr[r->i] == '\t'))
        r->i++;
    if (r->i >= r->s.len)
        return false;
    if (!read_names(r, part, &done))
        return false;
    if (done)
        return true;
    start = r->i;
    if ((part->adjacent && end > r->s.len) || !read_integer(r, end, &v))
        return false;
    if ((part->letter == 'y' || part->letter == 'Y') && part->count <= 2 && r->i - start == 2 &&
        digit_at(r, start))
        v = near_clock(r, v);
    else if (part->letter == 'M' || part->letter == 'L')
        v--;
    else if (part->letter == 'u')
        v = v >= 1 && v <= 7 ? v % 7 + 1 : v;
    else if ((part->letter == 'k' && v == 24) || (part->letter == 'h' && v == 12))
        v = 0;
    set(r, field_of(part->letter), v);
    return true;
}

/* ---- fields to an instant ----------------------------------------------------------------------
 */

/* 1 Sunday to 7 Saturday. */
static int64_t weekday_of(int64_t day)
{
    return civil_weekday(day) % 7 + 1;
}

/* The last such weekday on or before a day. */
static int64_t on_or_before(int64_t day, int64_t weekday)
{
    int64_t back = (weekday_of(day) - weekday) % 7;

    return day - (back < 0 ? back + 7 : back);
}

/* Of two fields that belong together the later counts, when both were read. */
static int both(const struct reading *r, enum field f, enum field with)
{
    return has(r, f) && has(r, with) ? MAX(r->stamp[f], r->stamp[with]) : 0;
}

static bool first_of_month(const struct reading *r, int64_t year, int64_t *day)
{
    int64_t month = year * 12 + get(r, F_MONTH, 0);

    year = floor_div(month, 12);
    if (year < -YEAR_MOST || year > 2 * YEAR_MOST)
        return false;
    *day = civil_days((int32_t)year, (int32_t)(month - year * 12) + 1, 1);
    return true;
}

/* The weekday in the n-th week, the first beginning on the Sunday on or before `first`. */
static int64_t day_in_week(int64_t first, int64_t week, int64_t weekday)
{
    weekday = (weekday - 1) % 7;
    return on_or_before(first, 1) + 7 * (week - 1) + (weekday < 0 ? weekday + 7 : weekday);
}

static int64_t nth_weekday(const struct reading *r, int64_t first)
{
    int64_t weekday = get(r, F_WEEKDAY, 1);
    int64_t n = get(r, F_NTH_WEEKDAY, 1);
    int32_t year;
    int32_t month;
    int32_t day;

    if (n >= 0)
        return on_or_before(first + 7 * n - 1, weekday);
    civil_from_days(first, &year, &month, &day);
    return on_or_before(first + civil_month_days(year, month) + 7 * (n + 1) - 1, weekday);
}

/* As java.util.Calendar chooses: the combination that was completed last. */
static bool day_of(const struct reading *r, int64_t *day)
{
    int64_t year = get(r, F_YEAR, 1970);
    int month_week = both(r, F_MONTH_WEEK, F_WEEKDAY);
    int nth = both(r, F_NTH_WEEKDAY, F_WEEKDAY);
    int week = both(r, F_WEEK, F_WEEKDAY);
    int best = MAX(MAX(r->stamp[F_DAY], r->stamp[F_YEAR_DAY]), MAX(MAX(month_week, nth), week));
    int64_t first;

    if (year < -YEAR_MOST || year > YEAR_MOST || !first_of_month(r, year, &first))
        return false;
    if (best == 0) {
        month_week = r->stamp[F_MONTH_WEEK];
        nth = MAX(r->stamp[F_NTH_WEEKDAY], r->stamp[F_WEEKDAY]);
        week = r->stamp[F_WEEK];
        best = MAX(MAX(month_week, nth), week);
    }
    if (best == r->stamp[F_DAY])
        *day = first + get(r, F_DAY, 1) - 1;
    else if (best == month_week && r->stamp[F_MONTH_WEEK] >= r->stamp[F_WEEK] &&
             (month_week != nth || r->stamp[F_MONTH_WEEK] >= r->stamp[F_NTH_WEEKDAY]))
        *day = day_in_week(first, get(r, F_MONTH_WEEK, 1), get(r, F_WEEKDAY, 1));
    else if (best == nth && r->stamp[F_NTH_WEEKDAY] >= r->stamp[F_WEEK])
        *day = nth_weekday(r, first);
    else if (best == r->stamp[F_YEAR_DAY])
        *day = civil_days((int32_t)year, 1, 1) + get(r, F_YEAR_DAY, 1) - 1;
    else
        *day =
            day_in_week(civil_days((int32_t)year, 1, 1), get(r, F_WEEK, 1), get(r, F_WEEKDAY, 1));
    return true;
}

/* Here, unlike elsewhere, weekdays past the week's end lead into other weeks; such a number was
 * left as `u` has it, 1 for Monday. */
static bool week_date(const struct reading *r, int64_t *day)
{
    int64_t year = get(r, F_WEEK_YEAR, 1970);
    int64_t week = get(r, F_WEEK, 1);
    int64_t weekday = get(r, F_WEEKDAY, 1);

    if (year < 1 || year > YEAR_MOST)
        return false;
    if (weekday < 1 || weekday > 7) {
        week += floor_div(weekday - 1, 7);
        weekday = (weekday - 1 - floor_div(weekday - 1, 7) * 7 + 1) % 7 + 1;
    }
    *day = day_in_week(civil_days((int32_t)year, 1, 1), week, weekday);
    return true;
}

/* Where the clock was put back Java means the later of the two instants. */
static int64_t wall_to_utc(const struct zone *zone, int64_t local_s)
{
    int64_t utc_s = zone_to_utc(zone, local_s);
    int32_t later = zone_offset(zone, utc_s + 3 * 3600);
    int64_t other = local_s - later;

    return other > utc_s && zone_offset(zone, other) == later ? other : utc_s;
}

static int64_t time_of(const struct reading *r)
{
    int hour12 = both(r, F_HOUR12, F_HALF);
    int64_t hour;

    if (hour12 == 0 && !has(r, F_HOUR))
        hour12 = MAX(r->stamp[F_HOUR12], r->stamp[F_HALF]);
    if (hour12 > r->stamp[F_HOUR])
        hour = get(r, F_HOUR12, 0) + 12 * get(r, F_HALF, 0);
    else
        hour = get(r, F_HOUR, 0);
    return hour * 3600 + get(r, F_MINUTE, 0) * 60 + get(r, F_SECOND, 0);
}

static bool resolve(const struct reading *r, const struct zone *zone, int64_t *ms)
{
    int64_t day = 0;
    int64_t s;

    if (r->before_christ)
        return false;
    if (r->stamp[F_WEEK_YEAR] > r->stamp[F_YEAR] ? !week_date(r, &day) : !day_of(r, &day))
        return false;
    s = day * DAY_S + time_of(r);
    s = has(r, F_OFFSET) ? s - r->value[F_OFFSET] : wall_to_utc(zone, s);
    *ms = s * MS_PER_S + get(r, F_MS, 0);
    return *ms >= MIN_YEAR_S * MS_PER_S && *ms < CIVIL_END_S * MS_PER_S;
}

bool date_pattern_read(const struct date_pattern *p, const struct zone *zone, int64_t now_ms,
                       struct str text, int64_t *ms)
{
    struct reading r = {.s = text, .now_ms = now_ms, .loose_offsets = p->loose_offsets};

    for (size_t k = 0; k < p->n; k++) {
        const struct date_part *part = &p->parts[k];

        if (part->letter != 0) {
            if (!read_part(&r, part))
                return false;
        } else {
            if (r.s.len - r.i < part->text.len ||
                memcmp(r.s.ptr + r.i, part->text.ptr, part->text.len) != 0)
                return false;
            r.i += part->text.len;
        }
    }
    if (!resolve(&r, zone, ms))
        return false;
    /* The year 46 on the day 80 years before the clock: before that moment it is the next one. */
    if (r.two_digits && has(&r, F_YEAR)) {
        struct civil now;
        int64_t start;

        civil_from_seconds(floor_div(now_ms, MS_PER_S), &now);
        start = civil_days(now.year - 80, now.month, now.day) * DAY_S +
                (int64_t)(now.hour * 3600 + now.minute * 60 + now.second);
        if (*ms < start * MS_PER_S) {
            r.value[F_YEAR] += 100;
            return resolve(&r, zone, ms);
        }
    }
    return true;
}
