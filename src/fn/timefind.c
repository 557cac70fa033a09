/* timefind.c - a time somewhere within a text: the layouts of findTimestamp (cql.md 3.4).
 *
 * The text is cut into tokens - runs of digits, runs of letters - and each layout is tried at each
 * token. What stands between tokens does not matter, but it must not be a digit. */
#include "fn/timeparse.h"

#define FIND_WITHIN 128 /* characters looked at */
#define TOKENS_MOST 64

struct token {
    struct str text;
    bool digits;
    char before; /* the byte before it, or NUL */
};

struct tokens {
    struct token items[TOKENS_MOST];
    size_t n;
    struct str text;
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void cut_tokens(struct str s, struct tokens *out)
{
    size_t i = 0;

    out->n = 0;
    out->text = s;
    while (i < s.len && i < FIND_WITHIN && out->n < TOKENS_MOST) {
        size_t start = i;
        bool digits = ascii_is_digit(s.ptr[i]);

        if (!digits && !is_letter(s.ptr[i])) {
            i++;
            continue;
        }
        while (i < s.len && (digits ? ascii_is_digit(s.ptr[i]) : is_letter(s.ptr[i])))
            i++;
        out->items[out->n++] = (struct token){.text = str_of(s.ptr + start, i - start),
                                              .digits = digits,
                                              .before = start > 0 ? s.ptr[start - 1] : '\0'};
    }
}

static bool number_of(const struct token *t, size_t least, size_t most, int32_t *out)
{
    int32_t v = 0;

    if (!t->digits || t->text.len < least || t->text.len > most)
        return false;
    for (size_t k = 0; k < t->text.len; k++)
        v = v * 10 + (t->text.ptr[k] - '0');
    *out = v;
    return true;
}

static bool year_of(const struct token *t, bool four, int32_t *out)
{
    if (number_of(t, 4, 4, out))
        return *out >= 1900;
    if (four || !number_of(t, 2, 2, out))
        return false;
    *out += 2000;
    return *out >= 2013; /* two digits stand for 2013 to 2099 */
}

static bool month_name_of(const struct token *t, int32_t *out)
{
    if (t->digits || t->text.len < 3)
        return false;
    for (int32_t m = 1; m <= 12; m++) {
        struct str name = str_z(civil_month_name(m));

        if (t->text.len <= name.len && str_eq_nocase(t->text, str_of(name.ptr, t->text.len)) &&
            (t->text.len == 3 || t->text.len == name.len)) {
            *out = m;
            return true;
        }
    }
    return false;
}

static bool month_of(const struct token *t, int32_t *out)
{
    return month_name_of(t, out) || (number_of(t, 1, 2, out) && *out >= 1 && *out <= 12);
}

static bool day_of(const struct token *t, int32_t *out)
{
    return number_of(t, 1, 2, out) && *out >= 1 && *out <= 31;
}

/* What stands behind the last token read: `Z`, an offset, or a name of a zone. */
static void read_zone(const struct tokens *t, size_t k, struct time_fields *f)
{
    const char *end = t->text.ptr + t->text.len;
    const char *p = t->items[k - 1].text.ptr + t->items[k - 1].text.len;
    const char *q;

    if (p < end && *p == ' ')
        p++;
    if (p >= end)
        return;
    if (*p == 'Z' && (p + 1 == end || !is_letter(p[1]))) {
        f->zone = STR("Z");
        return;
    }
    q = p + 1;
    if (*p == '+' || *p == '-') {
        while (q < end && (ascii_is_digit(*q) || (*q == ':' && q - p == 3)))
            q++;
        if (q - p == 3 || q - p == 5 || q - p == 6)
            f->zone = str_of(p, (size_t)(q - p));
    } else if (is_letter(*p)) {
        while (q < end && (is_letter(*q) || *q == '/' || *q == '_'))
            q++;
        if (str_eq(str_of(p, (size_t)(q - p)), STR("UTC")) ||
            str_eq(str_of(p, (size_t)(q - p)), STR("GMT")) ||
            memchr(p, '/', (size_t)(q - p)) != NULL)
            f->zone = str_of(p, (size_t)(q - p));
    }
}

/* hour minute second [sub]; returns the tokens taken, 0 when there is no clock time. */
static size_t read_clock(const struct tokens *t, size_t k, struct time_fields *f)
{
    int32_t sub;
    size_t start = k;

    if (k < t->n && !t->items[k].digits && str_eq_nocase(t->items[k].text, STR("T")))
        k++;
    if (k + 2 >= t->n || !number_of(&t->items[k], 1, 2, &f->hour) ||
        !number_of(&t->items[k + 1], 2, 2, &f->minute) ||
        !number_of(&t->items[k + 2], 2, 2, &f->second) || f->hour > 23 || f->minute > 59 ||
        f->second > 60)
        return 0;
    if (f->second == 60)
        f->second = 59;
    k += 3;
    f->nanos = 0;
    if (k < t->n && (t->items[k].before == '.' || t->items[k].before == ',') &&
        t->items[k].text.ptr == t->items[k - 1].text.ptr + t->items[k - 1].text.len + 1 &&
        number_of(&t->items[k], 1, 9, &sub)) {
        for (size_t digits = t->items[k].text.len; digits < 9; digits++)
            sub *= 10;
        f->nanos = sub;
        k++;
    }
    read_zone(t, k, f);
    return k - start;
}

static void clear(struct time_fields *f)
{
    *f = (struct time_fields){.year = TIME_UNSET,
                              .month = TIME_UNSET,
                              .day = TIME_UNSET,
                              .year_day = TIME_UNSET,
                              .hour = TIME_UNSET,
                              .hour12 = TIME_UNSET,
                              .pm = TIME_UNSET,
                              .minute = TIME_UNSET,
                              .second = TIME_UNSET,
                              .nanos = TIME_UNSET};
}

static bool year_first(const struct tokens *t, size_t k, struct time_fields *f)
{
    /* Before the name of a month two digits are something else: the priority of a syslog line. */
    return k + 3 < t->n && year_of(&t->items[k], !t->items[k + 1].digits, &f->year) &&
           month_of(&t->items[k + 1], &f->month) && day_of(&t->items[k + 2], &f->day) &&
           read_clock(t, k + 3, f) > 0;
}

/* month day [year] clock, or month day clock year4 */
static bool month_first(const struct tokens *t, size_t k, struct time_fields *f)
{
    size_t n;

    if (k + 2 >= t->n || !month_of(&t->items[k], &f->month) || !day_of(&t->items[k + 1], &f->day))
        return false;
    if (k + 3 < t->n && year_of(&t->items[k + 2], false, &f->year) && read_clock(t, k + 3, f) > 0)
        return true;
    f->year = TIME_UNSET;
    n = read_clock(t, k + 2, f);
    if (n == 0)
        return false;
    k += 2 + n;
    /* A zone's letters may stand between the clock and the year. */
    for (size_t skip = 0; skip < 2 && k < t->n; skip++, k++) {
        if (year_of(&t->items[k], true, &f->year))
            return true;
        f->year = TIME_UNSET;
    }
    return true;
}

static bool day_first(const struct tokens *t, size_t k, struct time_fields *f)
{
    if (k + 2 >= t->n || !day_of(&t->items[k], &f->day) ||
        !month_name_of(&t->items[k + 1], &f->month))
        return false;
    if (k + 3 < t->n && year_of(&t->items[k + 2], true, &f->year) && read_clock(t, k + 3, f) > 0)
        return true;
    f->year = TIME_UNSET;
    return read_clock(t, k + 2, f) > 0;
}

/* Ten digits are seconds since 1970; 3, 6 or 9 more are their fraction. */
static bool epoch(const struct token *t, struct time_fields *f)
{
    int64_t s = 0;
    int32_t nanos = 0;
    struct civil c;

    if (!t->digits || t->text.len < 10 || t->text.len > 19 || (t->text.len - 10) % 3 != 0 ||
        t->text.ptr[0] == '0')
        return false;
    for (size_t k = 0; k < 10; k++)
        s = s * 10 + (t->text.ptr[k] - '0');
    for (size_t k = 10; k < 19; k++)
        nanos = nanos * 10 + (k < t->text.len ? t->text.ptr[k] - '0' : 0);
    civil_from_seconds(s, &c);
    f->year = c.year;
    f->month = c.month;
    f->day = c.day;
    f->hour = c.hour;
    f->minute = c.minute;
    f->second = c.second;
    f->nanos = nanos;
    f->zone = STR("Z");
    return true;
}

bool time_find(struct str text, struct time_fields *f)
{
    struct tokens t;

    cut_tokens(text, &t);
    for (size_t k = 0; k < t.n; k++) {
        clear(f);
        if (year_first(&t, k, f))
            return true;
        clear(f);
        if (day_first(&t, k, f))
            return true;
        clear(f);
        if (month_first(&t, k, f))
            return true;
        clear(f);
        if (read_clock(&t, k, f) > 0 || epoch(&t.items[k], f))
            return true;
    }
    return false;
}
