/* timeparse.c - patterns of Java's DateTimeFormatter. See timeparse.h; searching is in timefind.c.
 *
 * A pattern is a flat list of elements. An optional section [ ... ] is tried; when it does not fit,
 * the reading goes on behind it from where it began. */
#include "fn/timeparse.h"

#include "util/utf8.h"

#define MAX_ELEMENTS 256
#define MAX_OPTIONAL 8 /* depth */

struct element {
    char letter;     /* pattern letter; 0: literal; '[' and ']' */
    uint8_t count;   /* of the letter */
    bool adjacent;   /* followed by digits: takes no more than its count */
    uint16_t end;    /* '[': index of its ']' */
    struct str text; /* literal */
};

struct time_pattern {
    struct element *elements;
    size_t n;
    bool case_sensitive;
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static enum lanner_rc add_element(struct time_pattern *p, struct element e, struct lanner_err *err)
{
    if (p->n == MAX_ELEMENTS)
        return err_set(err, LANNER_ERR_LIMIT, "a time pattern has more than %d parts",
                       MAX_ELEMENTS);
    p->elements[p->n++] = e;
    return LANNER_OK;
}

/* A quoted literal from the opening quote at *i on; '' is a quote. */
static struct str quoted(struct arena *a, struct str s, size_t *i)
{
    char *text = arena_alloc(a, s.len + 1);
    size_t n = 0;
    size_t k = *i + 1;

    if (k < s.len && s.ptr[k] == '\'') {
        *i = k + 1;
        return STR("'");
    }
    for (; k < s.len; k++) {
        if (s.ptr[k] == '\'') {
            if (k + 1 < s.len && s.ptr[k + 1] == '\'')
                k++;
            else
                break;
        }
        text[n++] = s.ptr[k];
    }
    *i = k + 1;
    return str_of(text, n);
}

static enum lanner_rc add_letters(struct time_pattern *p, struct str s, size_t *i,
                                  struct lanner_err *err)
{
    char c = s.ptr[*i];
    size_t n = 0;

    while (*i < s.len && s.ptr[*i] == c) {
        ++*i;
        n++;
    }
    if (strchr("yuMLdDHhKkmsSnaXxZzVOE", c) == NULL || n > 9)
        return err_set(err, LANNER_ERR_UNSUPPORTED,
                       "the pattern letter '%.*s' of parseTimestamp() is not supported", (int)n,
                       s.ptr + *i - n);
    return add_element(p, (struct element){.letter = c, .count = (uint8_t)n}, err);
}

static bool is_numeric(const struct element *e)
{
    if (e->letter == 0)
        return e->text.len > 0 && ascii_is_digit(e->text.ptr[0]);
    return strchr("yudDHhKkmsSn", e->letter) != NULL ||
           ((e->letter == 'M' || e->letter == 'L') && e->count < 3);
}

/* Fills the ends of optional sections and what stands next to digits. */
static enum lanner_rc link_elements(struct time_pattern *p, struct lanner_err *err)
{
    size_t open[MAX_OPTIONAL];
    size_t depth = 0;

    for (size_t k = 0; k < p->n; k++) {
        if (p->elements[k].letter == '[') {
            if (depth == MAX_OPTIONAL)
                return err_set(err, LANNER_ERR_LIMIT, "a time pattern nests too deep");
            open[depth++] = k;
        } else if (p->elements[k].letter == ']') {
            if (depth == 0)
                return err_set(err, LANNER_ERR_QUERY,
                               "a time pattern closes a section it did not "
                               "open");
            p->elements[open[--depth]].end = (uint16_t)k;
        } else if (k + 1 < p->n) {
            p->elements[k].adjacent = is_numeric(&p->elements[k + 1]);
        }
    }
    /* Java takes the end of the pattern for the end of its sections. */
    while (depth > 0)
        p->elements[open[--depth]].end = (uint16_t)p->n;
    return LANNER_OK;
}

enum lanner_rc time_pattern_new(struct arena *a, struct str s, bool case_sensitive,
                                const struct time_pattern **out, struct lanner_err *err)
{
    struct time_pattern *p = ARENA_NEW(a, struct time_pattern);
    size_t i = 0;

    p->elements = ARENA_ARRAY(a, struct element, MAX_ELEMENTS);
    p->case_sensitive = case_sensitive;
    while (i < s.len) {
        char c = s.ptr[i];

        if (is_letter(c)) {
            TRY(add_letters(p, s, &i, err));
        } else if (c == '\'') {
            TRY(add_element(p, (struct element){.text = quoted(a, s, &i)}, err));
        } else if (c == '[' || c == ']') {
            TRY(add_element(p, (struct element){.letter = c}, err));
            i++;
        } else {
            TRY(add_element(p, (struct element){.text = str_of(s.ptr + i, 1)}, err));
            i++;
        }
    }
    TRY(link_elements(p, err));
    *out = p;
    return LANNER_OK;
}

/* ---- reading -----------------------------------------------------------------------------------
 */

struct reading {
    struct str s;
    size_t i;
    bool case_sensitive;
};

static bool read_digits(struct reading *r, size_t least, size_t most, int32_t *out)
{
    size_t n = 0;
    int64_t v = 0;

    while (n < most && r->i + n < r->s.len && ascii_is_digit(r->s.ptr[r->i + n]))
        v = v * 10 + (r->s.ptr[r->i + n++] - '0');
    if (n < least || v > INT32_MAX)
        return false;
    r->i += n;
    *out = (int32_t)v;
    return true;
}

static bool text_here(const struct reading *r, struct str want, bool case_sensitive)
{
    struct str here;

    if (r->s.len - r->i < want.len)
        return false;
    here = str_of(r->s.ptr + r->i, want.len);
    return case_sensitive ? str_eq(here, want) : str_eq_nocase(here, want);
}

/* A month or weekday name, full or its first three letters. The longest that fits. */
static bool read_name(struct reading *r, const char *(*name)(int32_t), int32_t n, bool full,
                      int32_t *out)
{
    for (int32_t k = 1; k <= n; k++) {
        struct str want = str_z(name(k));

        if (!full)
            want.len = 3;
        if (text_here(r, want, r->case_sensitive)) {
            r->i += want.len;
            *out = k;
            return true;
        }
    }
    return false;
}

/* +hh, +hhmm, +hh:mm, +hh:mm:ss; with z also Z. */
static bool read_offset(struct reading *r, bool z, struct str *zone)
{
    size_t start = r->i;
    size_t k = r->i;
    size_t groups = 0;

    if (z && k < r->s.len && (r->s.ptr[k] == 'Z' || r->s.ptr[k] == 'z')) {
        *zone = STR("Z");
        r->i++;
        return true;
    }
    if (k >= r->s.len || (r->s.ptr[k] != '+' && r->s.ptr[k] != '-'))
        return false;
    k++;
    while (groups < 3) {
        size_t at = k;

        if (groups > 0 && at < r->s.len && r->s.ptr[at] == ':')
            at++;
        if (r->s.len - at < 2 || !ascii_is_digit(r->s.ptr[at]) || !ascii_is_digit(r->s.ptr[at + 1]))
            break;
        k = at + 2;
        groups++;
    }
    if (groups == 0)
        return false;
    r->i = k;
    *zone = str_of(r->s.ptr + start, k - start);
    return true;
}

static bool is_zone_char(char c)
{
    return is_letter(c) || ascii_is_digit(c) || c == '/' || c == '_' || c == '+' || c == '-' ||
           c == ':';
}

static bool read_zone_name(struct reading *r, struct str *zone)
{
    size_t start = r->i;

    if (read_offset(r, false, zone))
        return true;
    if (r->i >= r->s.len || !is_letter(r->s.ptr[r->i]))
        return false;
    while (r->i < r->s.len && is_zone_char(r->s.ptr[r->i]))
        r->i++;
    *zone = str_of(r->s.ptr + start, r->i - start);
    return true;
}

static bool read_half(struct reading *r, int32_t *pm)
{
    if (text_here(r, STR("AM"), r->case_sensitive))
        *pm = 0;
    else if (text_here(r, STR("PM"), r->case_sensitive))
        *pm = 1;
    else
        return false;
    r->i += 2;
    return true;
}

static bool read_year(struct reading *r, const struct element *e, int32_t *year)
{
    if (e->count == 2) {
        if (!read_digits(r, 2, 2, year))
            return false;
        *year += 2000; /* Java's base for two digits */
        return true;
    }
    return read_digits(r, e->count, e->adjacent ? e->count : MAX(e->count, 9), year);
}

static bool read_fraction(struct reading *r, size_t digits, int32_t *nanos)
{
    int32_t v;

    if (!read_digits(r, digits, digits, &v))
        return false;
    for (; digits < 9; digits++)
        v *= 10;
    *nanos = v;
    return true;
}

/* A number of one or two digits; two letters ask for two. */
static bool read_pair(struct reading *r, const struct element *e, int32_t *out)
{
    return read_digits(r, e->count >= 2 ? 2 : 1, e->count >= 2 || !e->adjacent ? 2 : 1, out);
}

static bool read_zone(struct reading *r, const struct element *e, struct str *zone)
{
    switch (e->letter) {
    case 'X':
        return read_offset(r, true, zone);
    case 'x':
        return read_offset(r, false, zone);
    case 'Z':
        if (e->count == 4 && text_here(r, STR("GMT"), true)) {
            r->i += 3;
            if (read_offset(r, false, zone))
                return true;
            *zone = STR("Z");
            return true;
        }
        return read_offset(r, e->count == 5, zone);
    default:
        return read_zone_name(r, zone);
    }
}

static bool read_letter(struct reading *r, const struct element *e, struct time_fields *f)
{
    int32_t ignored;

    switch (e->letter) {
    case 'y':
    case 'u':
        return read_year(r, e, &f->year);
    case 'M':
    case 'L':
        if (e->count >= 3)
            return read_name(r, civil_month_name, 12, e->count == 4, &f->month);
        return read_pair(r, e, &f->month);
    case 'E':
        return read_name(r, civil_weekday_name, 7, e->count == 4, &ignored);
    case 'd':
        return read_pair(r, e, &f->day);
    case 'D':
        return read_digits(r, e->count, 3, &f->year_day);
    case 'H':
    case 'k': /* 1..24: 24 is the hour 0 */
        if (!read_pair(r, e, &f->hour))
            return false;
        f->hour = e->letter == 'k' && f->hour == 24 ? 0 : f->hour;
        return true;
    case 'h':
    case 'K':
        return read_pair(r, e, &f->hour12);
    case 'm':
        return read_pair(r, e, &f->minute);
    case 's':
        return read_pair(r, e, &f->second);
    case 'S':
        return read_fraction(r, e->count, &f->nanos);
    case 'n':
        return read_digits(r, e->count, 9, &f->nanos);
    case 'a':
        return read_half(r, &f->pm);
    default:
        return read_zone(r, e, &f->zone);
    }
}

/* Depth is bounded by MAX_OPTIONAL. */
static bool read_elements(const struct time_pattern *p, size_t from, size_t to, struct reading *r,
                          struct time_fields *f)
{
    for (size_t k = from; k < to; k++) {
        const struct element *e = &p->elements[k];

        if (e->letter == '[') {
            struct reading r_before = *r;
            struct time_fields f_before = *f;

            if (!read_elements(p, k + 1, e->end, r, f)) {
                *r = r_before;
                *f = f_before;
            }
            k = e->end;
        } else if (e->letter == 0) {
            if (!text_here(r, e->text, p->case_sensitive))
                return false;
            r->i += e->text.len;
        } else if (!read_letter(r, e, f)) {
            return false;
        }
    }
    return true;
}

static void fields_clear(struct time_fields *f)
{
    *f = (struct time_fields){
        .year = TIME_UNSET,
        .month = TIME_UNSET,
        .day = TIME_UNSET,
        .year_day = TIME_UNSET,
        .hour = TIME_UNSET,
        .hour12 = TIME_UNSET,
        .pm = TIME_UNSET,
        .minute = TIME_UNSET,
        .second = TIME_UNSET,
        .nanos = TIME_UNSET,
    };
}

bool time_pattern_read(const struct time_pattern *p, struct str text, struct time_fields *out)
{
    struct reading r = {.s = text, .case_sensitive = p->case_sensitive};

    fields_clear(out);
    return read_elements(p, 0, p->n, &r, out) && r.i == text.len;
}

static bool take(struct reading *r, char c)
{
    if (r->i >= r->s.len || r->s.ptr[r->i] != c)
        return false;
    r->i++;
    return true;
}

/* .5 to .123456789; further digits are cut. */
static bool read_free_fraction(struct reading *r, int32_t *nanos)
{
    size_t n = 0;

    *nanos = 0;
    for (; r->i < r->s.len && ascii_is_digit(r->s.ptr[r->i]); r->i++, n++) {
        if (n < 9)
            *nanos = *nanos * 10 + (r->s.ptr[r->i] - '0');
    }
    for (size_t k = n; k < 9; k++)
        *nanos *= 10;
    return n > 0;
}

bool time_iso_read(struct str text, struct time_fields *f)
{
    struct reading r = {.s = text, .case_sensitive = false};

    fields_clear(f);
    if (!read_digits(&r, 4, 4, &f->year) || !take(&r, '-') || !read_digits(&r, 2, 2, &f->month) ||
        !take(&r, '-') || !read_digits(&r, 2, 2, &f->day))
        return false;
    if (!take(&r, 'T') && !take(&r, 't') && !take(&r, ' '))
        return r.i == text.len;
    if (!read_digits(&r, 2, 2, &f->hour) || !take(&r, ':') || !read_digits(&r, 2, 2, &f->minute))
        return false;
    if (take(&r, ':')) {
        if (!read_digits(&r, 2, 2, &f->second))
            return false;
        if ((take(&r, '.') || take(&r, ',')) && !read_free_fraction(&r, &f->nanos))
            return false;
    }
    if (r.i < text.len && !read_offset(&r, true, &f->zone))
        return false;
    /* A region in brackets behind the offset says more than the offset. */
    if (take(&r, '[')) {
        if (!read_zone_name(&r, &f->zone) || !take(&r, ']'))
            return false;
    }
    return r.i == text.len;
}

static int32_t or_zero(int32_t v)
{
    return v == TIME_UNSET ? 0 : v;
}

static bool fill_hour(const struct time_fields *f, struct civil *c)
{
    int32_t hour = or_zero(f->hour);

    if (f->hour == TIME_UNSET && f->hour12 != TIME_UNSET) {
        if (f->hour12 < 0 || f->hour12 > 12 || f->pm == TIME_UNSET)
            return false;
        hour = f->hour12 % 12 + (f->pm == 1 ? 12 : 0);
    }
    if (hour < 0 || hour > 23 || or_zero(f->minute) > 59 || or_zero(f->second) > 59)
        return false;
    c->hour = (int8_t)hour;
    c->minute = (int8_t)or_zero(f->minute);
    c->second = (int8_t)or_zero(f->second);
    c->nanos = or_zero(f->nanos);
    return true;
}

bool time_fields_civil(const struct time_fields *f, int64_t now_s, int days_ahead,
                       struct civil *out)
{
    struct civil c = {.year = f->year};
    bool guess = f->year == TIME_UNSET;
    struct civil now;

    if (guess) {
        civil_from_seconds(now_s, &now);
        c.year = now.year;
    }
    if (f->year_day != TIME_UNSET && f->month == TIME_UNSET) {
        int32_t year;
        int32_t month;
        int32_t day;

        if (f->year_day < 1 || f->year_day > (civil_is_leap(c.year) ? 366 : 365))
            return false;
        civil_from_days(civil_days(c.year, 1, 1) + f->year_day - 1, &year, &month, &day);
        c.month = (int8_t)month;
        c.day = (int8_t)day;
    } else {
        if (f->month < 1 || f->month > 12 || f->day < 1 || f->day > 31)
            return false;
        c.month = (int8_t)f->month;
        c.day = (int8_t)f->day;
    }
    if (!fill_hour(f, &c))
        return false;
    if (guess && civil_seconds(&c) > now_s + (int64_t)days_ahead * DAY_S)
        c.year--;
    *out = c;
    return civil_valid(&c);
}
