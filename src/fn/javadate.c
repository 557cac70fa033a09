/* javadate.c - SimpleDateFormat patterns: compiling and printing. See javadate.h; reading is in
 * javadate_read.c. Printing runs once a row of a query's hourly buckets, hence no printf. */
#include "fn/javadate.h"

#include "fn/moment.h"

/* Abbreviations that several zones share stand for the one that Java's en_US prefers. */
const struct date_zone_name date_zone_names[] = {
    {"UTC", "Coordinated Universal Time", 0},
    {"GMT", "Greenwich Mean Time", 0},
    {"UT", "Universal Time", 0},
    {"WET", "Western European Time", 0},
    {"WEST", "Western European Summer Time", 3600},
    {"CET", "Central European Time", 3600},
    {"CEST", "Central European Summer Time", 7200},
    {"MET", "Middle Europe Time", 3600},
    {"MEST", "Middle Europe Summer Time", 7200},
    {"BST", "British Summer Time", 3600},
    {"EET", "Eastern European Time", 7200},
    {"EEST", "Eastern European Summer Time", 10800},
    {"MSK", "Moscow Standard Time", 10800},
    {"IST", "India Standard Time", 19800},
    {"HKT", "Hong Kong Time", 28800},
    {"AWST", "Australian Western Standard Time", 28800},
    {"JST", "Japan Standard Time", 32400},
    {"KST", "Korea Standard Time", 32400},
    {"AEST", "Australian Eastern Standard Time", 36000},
    {"AEDT", "Australian Eastern Daylight Time", 39600},
    {"NZST", "New Zealand Standard Time", 43200},
    {"NZDT", "New Zealand Daylight Time", 46800},
    {"AST", "Atlantic Standard Time", -14400},
    {"ADT", "Atlantic Daylight Time", -10800},
    {"EST", "Eastern Standard Time", -18000},
    {"EDT", "Eastern Daylight Time", -14400},
    {"CST", "Central Standard Time", -21600},
    {"CDT", "Central Daylight Time", -18000},
    {"MST", "Mountain Standard Time", -25200},
    {"MDT", "Mountain Daylight Time", -21600},
    {"PST", "Pacific Standard Time", -28800},
    {"PDT", "Pacific Daylight Time", -25200},
    {"AKST", "Alaska Standard Time", -32400},
    {"AKDT", "Alaska Daylight Time", -28800},
    {"HST", "Hawaii Standard Time", -36000},
};
const size_t n_date_zone_names = ARRAY_LEN(date_zone_names);

/* ---- compiling ---------------------------------------------------------------------------------
 */

typedef VEC(struct date_part) part_list;

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Literals that follow one another are one part; its text is collected in `text`. */
struct compiler {
    struct arena *a;
    part_list parts;
    struct buf text;
};

static void end_literal(struct compiler *c)
{
    if (c->text.len == 0)
        return;
    VEC_PUSH(&c->parts, ((struct date_part){.text = arena_str(c->a, buf_str(&c->text))}));
    buf_clear(&c->text);
}

/* From the quote at i on; returns the place behind, SIZE_MAX when the quote is never closed. */
static size_t read_quoted(struct compiler *c, struct str s, size_t i)
{
    if (i + 1 < s.len && s.ptr[i + 1] == '\'') {
        buf_putc(&c->text, '\'');
        return i + 2;
    }
    for (i++; i < s.len; i++) {
        if (s.ptr[i] == '\'') {
            if (i + 1 == s.len || s.ptr[i + 1] != '\'')
                return i + 1;
            i++;
        }
        buf_putc(&c->text, s.ptr[i]);
    }
    return SIZE_MAX;
}

static enum lanner_rc read_letters(struct compiler *c, struct str s, size_t *i,
                                   struct lanner_err *err)
{
    char letter = s.ptr[*i];
    uint16_t n = 0;

    while (*i < s.len && s.ptr[*i] == letter) {
        ++*i;
        n++;
    }
    if (strchr("GyYMLwWDdFEuaHkKhmsSzZX", letter) == NULL) {
        err_set(err, LANNER_ERR_QUERY, "the letter %c means nothing in a date pattern", letter);
        err_hint(err, "put text between single quotes, which are doubled within a text: ''T''");
        return LANNER_ERR_QUERY;
    }
    if (letter == 'X' && n > 3)
        return err_set(err, LANNER_ERR_QUERY, "a date pattern has at most three X, found %d", n);
    end_literal(c);
    VEC_PUSH(&c->parts, ((struct date_part){.letter = letter, .count = n}));
    return LANNER_OK;
}

static enum lanner_rc read_pattern(struct compiler *c, struct str s, struct lanner_err *err)
{
    size_t i = 0;

    if (s.len > DATE_PATTERN_MOST)
        return err_set(err, LANNER_ERR_LIMIT, "a date pattern is longer than %d bytes",
                       DATE_PATTERN_MOST);
    while (i < s.len) {
        if (is_letter(s.ptr[i])) {
            TRY(read_letters(c, s, &i, err));
        } else if (s.ptr[i] == '\'') {
            i = read_quoted(c, s, i);
            if (i == SIZE_MAX)
                return err_set(err, LANNER_ERR_QUERY,
                               "a date pattern opens a quote and does not "
                               "close it");
        } else {
            buf_putc(&c->text, s.ptr[i++]);
        }
    }
    end_literal(c);
    return LANNER_OK;
}

static bool has_letter(const struct date_part *parts, size_t n, const char *letters)
{
    for (size_t k = 0; k < n; k++) {
        if (parts[k].letter != 0 && strchr(letters, parts[k].letter) != NULL)
            return true;
    }
    return false;
}

static bool is_number(const struct date_part *part)
{
    if (part->letter == 'M' || part->letter == 'L')
        return part->count <= 2;
    return part->letter != 0 && strchr("yYdkHmsSDFwWhKu", part->letter) != NULL;
}

static int64_t step_of(const struct date_part *parts, size_t n)
{
    if (has_letter(parts, n, "S"))
        return 0;
    if (has_letter(parts, n, "s"))
        return 1;
    if (has_letter(parts, n, "m"))
        return 60;
    return has_letter(parts, n, "HkKha") ? 3600 : DAY_S;
}

enum lanner_rc date_pattern_new(struct arena *a, struct str pattern, bool strict,
                                const struct date_pattern **out, struct lanner_err *err)
{
    struct date_pattern *p = ARENA_NEW(a, struct date_pattern);
    struct compiler c = {.a = a};
    enum lanner_rc rc = read_pattern(&c, pattern, err);

    if (rc == LANNER_OK) {
        struct date_part *parts = ARENA_ARRAY(a, struct date_part, c.parts.n);
        bool swap;

        if (c.parts.n > 0)
            memcpy(parts, c.parts.items, c.parts.n * sizeof(*parts));
        swap = !strict && has_letter(parts, c.parts.n, "Md") && !has_letter(parts, c.parts.n, "w");
        for (size_t k = 0; k < c.parts.n; k++) {
            if (swap && parts[k].letter == 'Y') {
                parts[k].letter = 'y';
                p->y_for_Y = true;
            }
            parts[k].adjacent = k + 1 < c.parts.n && is_number(&parts[k + 1]);
        }
        p->parts = parts;
        p->n = c.parts.n;
        p->step_s = step_of(parts, p->n);
        p->names_zone = has_letter(parts, p->n, "z");
        p->loose_offsets = !strict;
        *out = p;
    }
    VEC_DONE(&c.parts);
    buf_done(&c.text);
    return rc;
}

/* ---- printing ----------------------------------------------------------------------------------
 */

static void put_number(struct buf *out, int64_t v, size_t width)
{
    char digits[20];
    size_t n = 0;

    assert(v >= 0);
    do {
        digits[n++] = (char)('0' + v % 10);
        v /= 10;
    } while (v > 0);
    for (size_t k = n; k < width; k++)
        buf_putc(out, '0');
    while (n > 0)
        buf_putc(out, digits[--n]);
}

static int64_t local_day(const struct moment *m)
{
    return civil_days(m->local.year, m->local.month, m->local.day);
}

/* Days from the Sunday on or before a day to that day. */
static int64_t since_sunday(int64_t day)
{
    return civil_weekday(day) % 7;
}

/* The week of the year and its year: week 1 begins on the Sunday on or before January 1. */
static int64_t week_of(const struct moment *m, int32_t *year)
{
    int64_t day = local_day(m);
    int64_t next = civil_days(m->local.year + 1, 1, 1);
    int64_t first = civil_days(m->local.year, 1, 1);

    *year = m->local.year;
    if (day >= next - since_sunday(next)) {
        ++*year;
        return 1;
    }
    return (day - (first - since_sunday(first))) / 7 + 1;
}

static int64_t week_of_month(const struct moment *m)
{
    int64_t first = civil_days(m->local.year, m->local.month, 1);

    return (m->local.day - 1 + since_sunday(first)) / 7 + 1;
}

static void put_name(struct buf *out, const char *name, bool full)
{
    buf_put(out, name, full ? strlen(name) : 3);
}

static void put_year(struct buf *out, int32_t year, uint16_t count)
{
    if (count == 2)
        put_number(out, year % 100, 2);
    else
        put_number(out, year, count);
}

static void put_hours_minutes(struct buf *out, int32_t offset_s, const char *colon)
{
    int32_t minutes = (offset_s < 0 ? -offset_s : offset_s) / 60;

    buf_putc(out, offset_s < 0 ? '-' : '+');
    put_number(out, minutes / 60, 2);
    buf_puts(out, colon);
    put_number(out, minutes % 60, 2);
}

static void put_iso_offset(struct buf *out, int32_t offset_s, uint16_t count)
{
    int32_t minutes = (offset_s < 0 ? -offset_s : offset_s) / 60;

    if (minutes == 0) {
        buf_putc(out, 'Z');
        return;
    }
    if (count > 1) {
        put_hours_minutes(out, offset_s, count == 3 ? ":" : "");
        return;
    }
    buf_putc(out, offset_s < 0 ? '-' : '+');
    put_number(out, minutes / 60, 2);
}

static void put_zone(struct buf *out, const struct moment *m, bool full)
{
    struct str s = zone_abbreviation(m->zone, m->utc_s);

    if (str_eqz(s, "Z"))
        s = STR("UTC");
    for (size_t k = 0; full && k < n_date_zone_names; k++) {
        if (date_zone_names[k].offset_s == m->offset_s &&
            str_eqz(s, date_zone_names[k].abbreviation)) {
            buf_puts(out, date_zone_names[k].name);
            return;
        }
    }
    for (size_t k = 0; k < s.len; k++) {
        if (!is_letter(s.ptr[k])) {
            /* An offset is no name. */
            buf_puts(out, "GMT");
            put_hours_minutes(out, m->offset_s, ":");
            return;
        }
    }
    buf_put_str(out, s);
}

static void put_date(struct buf *out, const struct date_part *part, const struct moment *m)
{
    int32_t year;
    int64_t week;

    switch (part->letter) {
    case 'G':
        buf_puts(out, "AD");
        break;
    case 'y':
        put_year(out, m->local.year, part->count);
        break;
    case 'Y':
        week_of(m, &year);
        put_year(out, year, part->count);
        break;
    case 'M':
    case 'L':
        if (part->count > 2)
            put_name(out, civil_month_name(m->local.month), part->count > 3);
        else
            put_number(out, m->local.month, part->count);
        break;
    case 'w':
        week = week_of(m, &year);
        put_number(out, week, part->count);
        break;
    case 'W':
        put_number(out, week_of_month(m), part->count);
        break;
    case 'D':
        put_number(out, civil_year_day(m->local.year, m->local.month, m->local.day), part->count);
        break;
    case 'd':
        put_number(out, m->local.day, part->count);
        break;
    case 'F':
        put_number(out, (m->local.day - 1) / 7 + 1, part->count);
        break;
    case 'E':
        put_name(out, civil_weekday_name(civil_weekday(local_day(m))), part->count > 3);
        break;
    default: /* u */
        put_number(out, civil_weekday(local_day(m)), part->count);
        break;
    }
}

static void put_part(struct buf *out, const struct date_part *part, const struct moment *m)
{
    int32_t hour = m->local.hour;

    switch (part->letter) {
    case 0:
        buf_put_str(out, part->text);
        break;
    case 'H':
        put_number(out, hour, part->count);
        break;
    case 'k':
        put_number(out, hour == 0 ? 24 : hour, part->count);
        break;
    case 'K':
        put_number(out, hour % 12, part->count);
        break;
    case 'h':
        put_number(out, hour % 12 == 0 ? 12 : hour % 12, part->count);
        break;
    case 'a':
        buf_puts(out, hour < 12 ? "AM" : "PM");
        break;
    case 'm':
        put_number(out, m->local.minute, part->count);
        break;
    case 's':
        put_number(out, m->local.second, part->count);
        break;
    case 'S':
        put_number(out, m->nanos / NS_PER_MS, part->count);
        break;
    case 'z':
        put_zone(out, m, part->count > 3);
        break;
    case 'Z':
        put_hours_minutes(out, m->offset_s, "");
        break;
    case 'X':
        put_iso_offset(out, m->offset_s, part->count);
        break;
    default:
        put_date(out, part, m);
        break;
    }
}

bool date_pattern_put(const struct date_pattern *p, const struct zone *zone, int64_t ms,
                      struct buf *out)
{
    struct moment m;

    if (!moment_make(zone, ms, &m))
        return false;
    for (size_t k = 0; k < p->n; k++)
        put_part(out, &p->parts[k], &m);
    return true;
}
