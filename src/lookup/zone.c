/* zone.c - compiled time zone files (TZif, RFC 8536) and fixed offsets. See zone.h.
 *
 * Only the 64-bit part of version 2 and later is used; what lies behind its last change follows
 * from the POSIX TZ rule in the footer. Files come from the system, but nothing in them is trusted.
 */
#include "lookup/zone.h"

#include <stdlib.h>

#include "util/buf.h"
#include "util/file.h"

#define ZONE_FOLDER    "/usr/share/zoneinfo"
#define ZONE_MAX_BYTES ((size_t)1024 * 1024)
#define HEADER_BYTES   44
#define HOUR_S         3600
/* More than any zone was ever away from Greenwich, local mean times included. */
#define MAX_OFFSET_S (26 * HOUR_S)

struct local_type {
    int32_t offset_s;
    struct str abbreviation;
};

/* When a rule of the footer takes effect in a year. */
struct change_rule {
    enum { RULE_MONTH, RULE_JULIAN, RULE_DAY } kind;
    int32_t month, week, weekday; /* RULE_MONTH: Mm.w.d, d 0 for Sunday */
    int32_t day;                  /* RULE_JULIAN: 1..365 without 29 February; RULE_DAY: 0..365 */
    int32_t time_s;               /* local time of the change, may be negative or past a day */
};

struct footer {
    bool has_dst;
    struct local_type standard, dst;
    struct change_rule start, end; /* of dst */
};

struct zone {
    struct str name;
    bool fixed; /* types[0] holds always */
    size_t n_changes;
    const int64_t *changes; /* ascending */
    const uint8_t *change_types;
    size_t n_types;
    const struct local_type *types;
    bool has_footer;
    struct footer footer;
};

static const struct local_type utc_type = {0, STR_INIT("UTC")};
static const struct zone utc_zone = {
    .name = STR_INIT("UTC"), .fixed = true, .n_types = 1, .types = &utc_type};

/* ---- the footer ---- */

/* Text being read; `bad` stays set. */
struct cursor {
    const char *ptr, *end;
    bool bad;
};

static char peek(const struct cursor *c)
{
    return c->ptr < c->end ? *c->ptr : '\0';
}

static bool accept(struct cursor *c, char want)
{
    if (peek(c) != want || c->ptr == c->end)
        return false;
    c->ptr++;
    return true;
}

static int32_t read_number(struct cursor *c, int32_t max)
{
    int32_t v = 0;

    if (!ascii_is_digit(peek(c)))
        c->bad = true;
    while (ascii_is_digit(peek(c)) && v <= max)
        v = v * 10 + (*c->ptr++ - '0');
    if (v > max)
        c->bad = true;
    return v;
}

/* [+-]hh[:mm[:ss]] */
static int32_t read_time(struct cursor *c)
{
    bool negative = peek(c) == '-';
    int32_t v;

    if (!accept(c, '-'))
        accept(c, '+');
    v = read_number(c, 167) * HOUR_S;
    if (accept(c, ':')) {
        v += read_number(c, 59) * 60;
        if (accept(c, ':'))
            v += read_number(c, 59);
    }
    return negative ? -v : v;
}

static struct str read_abbreviation(struct cursor *c)
{
    const char *start = c->ptr;
    struct str s;

    if (accept(c, '<')) {
        start = c->ptr;
        while (c->ptr < c->end && peek(c) != '>')
            c->ptr++;
        s = str_of(start, (size_t)(c->ptr - start));
        if (!accept(c, '>'))
            c->bad = true;
        return s;
    }
    while ((peek(c) >= 'A' && peek(c) <= 'Z') || (peek(c) >= 'a' && peek(c) <= 'z'))
        c->ptr++;
    s = str_of(start, (size_t)(c->ptr - start));
    if (s.len < 3)
        c->bad = true;
    return s;
}

static struct change_rule read_rule(struct cursor *c)
{
    struct change_rule r = {.kind = RULE_DAY, .time_s = 2 * HOUR_S};

    if (accept(c, 'M')) {
        r.kind = RULE_MONTH;
        r.month = read_number(c, 12);
        c->bad |= !accept(c, '.');
        r.week = read_number(c, 5);
        c->bad |= !accept(c, '.');
        r.weekday = read_number(c, 6);
        c->bad |= r.month == 0 || r.week == 0;
    } else if (accept(c, 'J')) {
        r.kind = RULE_JULIAN;
        r.day = read_number(c, 365);
        c->bad |= r.day == 0;
    } else {
        r.day = read_number(c, 365);
    }
    if (accept(c, '/'))
        r.time_s = read_time(c);
    return r;
}

static bool read_footer(struct str text, struct footer *out)
{
    struct cursor c = {text.ptr, text.ptr + text.len, false};

    memset(out, 0, sizeof(*out));
    out->standard.abbreviation = read_abbreviation(&c);
    out->standard.offset_s = -read_time(&c); /* POSIX counts west of Greenwich */
    if (c.ptr < c.end && !c.bad) {
        out->has_dst = true;
        out->dst.abbreviation = read_abbreviation(&c);
        out->dst.offset_s = peek(&c) == ',' ? out->standard.offset_s + HOUR_S : -read_time(&c);
        c.bad |= !accept(&c, ',');
        out->start = read_rule(&c);
        c.bad |= !accept(&c, ',');
        out->end = read_rule(&c);
    }
    return !c.bad && c.ptr == c.end;
}

/* Days since 1970 of the rule's day in a year. */
static int64_t rule_day(const struct change_rule *r, int32_t year)
{
    int64_t first;
    int64_t day;

    switch (r->kind) {
    case RULE_MONTH:
        first = civil_days(year, r->month, 1);
        day = first + (r->weekday - civil_weekday(first) % 7 + 7) % 7 + 7 * (r->week - 1);
        if (day >= first + civil_month_days(year, r->month))
            day -= 7; /* week 5 is the last one */
        return day;
    case RULE_JULIAN:
        return civil_days(year, 1, r->day) + (civil_is_leap(year) && r->day >= 60);
    case RULE_DAY:
        break;
    }
    return civil_days(year, 1, 1) + r->day;
}

static const struct local_type *footer_type(const struct footer *f, int64_t utc_s)
{
    const struct local_type *type = &f->standard;
    int64_t latest = INT64_MIN;
    int32_t year;
    int32_t month;
    int32_t day;

    if (!f->has_dst)
        return type;
    civil_from_days(floor_div(utc_s, DAY_S), &year, &month, &day);
    /* The latest change up to this instant decides. Rules may reach over the end of a year. */
    for (int32_t y = year - 1; y <= year + 1; y++) {
        int64_t start = rule_day(&f->start, y) * DAY_S + f->start.time_s - f->standard.offset_s;
        int64_t end = rule_day(&f->end, y) * DAY_S + f->end.time_s - f->dst.offset_s;

        if (end <= utc_s && end > latest) {
            latest = end;
            type = &f->standard;
        }
        if (start <= utc_s && start >= latest) {
            latest = start; /* on a tie dst goes on: that is how all-year dst is written */
            type = &f->dst;
        }
    }
    return type;
}

/* ---- the file ---- */

static uint32_t be32(const char *p)
{
    const unsigned char *u = (const unsigned char *)p;

    return (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 | (uint32_t)u[2] << 8 | u[3];
}

static int64_t be64(const char *p)
{
    return (int64_t)((uint64_t)be32(p) << 32 | be32(p + 4));
}

/* Sizes of one block, from its header. */
struct counts {
    size_t isut, isstd, leap, time, type, chars;
};

static bool read_header(struct str s, struct counts *n)
{
    if (s.len < HEADER_BYTES || memcmp(s.ptr, "TZif", 4) != 0)
        return false;
    n->isut = be32(s.ptr + 20);
    n->isstd = be32(s.ptr + 24);
    n->leap = be32(s.ptr + 28);
    n->time = be32(s.ptr + 32);
    n->type = be32(s.ptr + 36);
    n->chars = be32(s.ptr + 40);
    /* Each counts something of at least a byte in a file of at most ZONE_MAX_BYTES: sums cannot
     * overflow after this. */
    return n->isut <= ZONE_MAX_BYTES && n->isstd <= ZONE_MAX_BYTES && n->leap <= ZONE_MAX_BYTES &&
           n->time <= ZONE_MAX_BYTES && n->type >= 1 && n->type <= 256 &&
           n->chars <= ZONE_MAX_BYTES;
}

static size_t block_size(const struct counts *n, size_t time_size)
{
    return n->time * (time_size + 1) + n->type * 6 + n->chars + n->leap * (time_size + 4) +
           n->isstd + n->isut;
}

static bool read_types(struct arena *a, const struct counts *n, const char *types,
                       const char *chars, struct zone *z)
{
    struct local_type *out = ARENA_ARRAY(a, struct local_type, n->type);

    for (size_t i = 0; i < n->type; i++) {
        const char *p = types + i * 6;
        size_t at = (unsigned char)p[5];
        const char *nul;

        out[i].offset_s = (int32_t)be32(p);
        if (out[i].offset_s > MAX_OFFSET_S || out[i].offset_s < -MAX_OFFSET_S || at >= n->chars)
            return false;
        nul = memchr(chars + at, '\0', n->chars - at);
        if (nul == NULL)
            return false;
        out[i].abbreviation = arena_str(a, str_of(chars + at, (size_t)(nul - (chars + at))));
    }
    z->types = out;
    z->n_types = n->type;
    return true;
}

static bool read_changes(struct arena *a, const struct counts *n, const char *block, struct zone *z)
{
    int64_t *changes = ARENA_ARRAY(a, int64_t, n->time);
    uint8_t *types = ARENA_ARRAY(a, uint8_t, n->time);
    const char *index = block + n->time * 8;

    for (size_t i = 0; i < n->time; i++) {
        changes[i] = be64(block + i * 8);
        types[i] = (uint8_t)index[i];
        if (types[i] >= n->type || (i > 0 && changes[i] <= changes[i - 1]))
            return false;
    }
    z->changes = changes;
    z->change_types = types;
    z->n_changes = n->time;
    return true;
}

/* The whole file into z. */
static bool read_tzif(struct arena *a, struct str s, struct zone *z)
{
    struct counts n;
    const char *block;
    size_t size;
    struct str footer;

    if (!read_header(s, &n) || s.ptr[4] < '2')
        return false;
    size = HEADER_BYTES + block_size(&n, 4);
    if (s.len < size)
        return false;
    s = str_of(s.ptr + size, s.len - size);
    /* Leap seconds ("right/" zones) would shift every instant against the log's. */
    if (!read_header(s, &n) || n.leap != 0)
        return false;
    size = HEADER_BYTES + block_size(&n, 8);
    if (s.len < size + 2 || s.ptr[size] != '\n' || s.ptr[s.len - 1] != '\n')
        return false;
    block = s.ptr + HEADER_BYTES;
    if (!read_changes(a, &n, block, z) ||
        !read_types(a, &n, block + n.time * 9, block + n.time * 9 + n.type * 6, z))
        return false;
    footer = arena_str(a, str_of(s.ptr + size + 1, s.len - size - 2));
    z->has_footer = footer.len > 0;
    if (z->has_footer && !read_footer(footer, &z->footer))
        return false;
    z->fixed = n.time == 0 && n.type == 1 && (!z->has_footer || !z->footer.has_dst);
    return true;
}

/* The name may hold no dot, so it cannot lead out of the folder; links in there are the system's
 * own (UTC is one) and are followed. */
static enum lanner_rc load_file(struct arena *a, struct str name, struct zone *z)
{
    struct buf path = {0};
    struct buf text = {0};
    enum lanner_rc rc;

    if (name.len == 0 || name.len > 100 || name.ptr[0] == '/')
        return LANNER_ERR_QUERY;
    for (size_t i = 0; i < name.len; i++) {
        char c = ascii_lower(name.ptr[i]);

        if (!((c >= 'a' && c <= 'z') || ascii_is_digit(c) || c == '_' || c == '+' || c == '-' ||
              c == '/'))
            return LANNER_ERR_QUERY;
    }
    buf_printf(&path, "%s/%.*s%c", ZONE_FOLDER, STR_ARG(name), 0);
    rc = file_read_all(path.ptr, ZONE_MAX_BYTES, &text, NULL);
    if (rc == LANNER_OK && !read_tzif(a, buf_str(&text), z))
        rc = LANNER_ERR_QUERY;
    buf_done(&path);
    buf_done(&text);
    return rc;
}

/* ---- fixed offsets ---- */

/* [+-]h, hh, hmm?, hhmm, hh:mm, hhmmss, hh:mm:ss; at most 18 hours, as in Java. */
static bool read_offset(struct str s, int32_t *offset_s)
{
    int32_t parts[3] = {0, 0, 0};
    size_t n = 0;
    size_t i = 1;
    bool colons = str_find_char(s, ':') != SIZE_MAX;

    if (s.len < 2 || (s.ptr[0] != '+' && s.ptr[0] != '-'))
        return false;
    while (i < s.len && n < 3) {
        size_t width = s.len - i == 1 && n == 0 ? 1 : 2;

        if (n > 0 && colons && s.ptr[i++] != ':')
            return false;
        if (n == 0 && s.len > 2 && s.ptr[2] == ':')
            width = 1; /* +2:30 */
        if (i + width > s.len)
            return false;
        for (size_t k = 0; k < width; k++, i++) {
            if (!ascii_is_digit(s.ptr[i]))
                return false;
            parts[n] = parts[n] * 10 + (s.ptr[i] - '0');
        }
        n++;
    }
    if (i != s.len || parts[1] > 59 || parts[2] > 59)
        return false;
    *offset_s = parts[0] * HOUR_S + parts[1] * 60 + parts[2];
    if (*offset_s > 18 * HOUR_S)
        return false;
    if (s.ptr[0] == '-')
        *offset_s = -*offset_s;
    return true;
}

static struct str offset_text(struct arena *a, struct str prefix, int32_t offset_s)
{
    int32_t size = abs(offset_s);
    struct str hm = arena_printf(a, "%.*s%c%02d:%02d", STR_ARG(prefix), offset_s < 0 ? '-' : '+',
                                 size / HOUR_S, size / 60 % 60);

    if (size % 60 == 0)
        return hm;
    return arena_printf(a, "%.*s:%02d", STR_ARG(hm), size % 60);
}

/* True when the name is no entry of the database but UTC or an offset. */
static bool fixed_zone(struct arena *a, struct str name, struct zone *z)
{
    static const struct str prefixes[] = {STR_INIT("UTC"), STR_INIT("GMT"), STR_INIT("UT"),
                                          STR_INIT("")};
    struct local_type *type = ARENA_NEW(a, struct local_type);

    z->fixed = true;
    z->n_types = 1;
    z->types = type;
    if (str_eqz(name, "Z") || str_eqz(name, "z")) {
        type->abbreviation = STR("Z");
        return true;
    }
    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
        struct str rest;

        if (!str_starts(name, prefixes[i]))
            continue;
        rest = str_of(name.ptr + prefixes[i].len, name.len - prefixes[i].len);
        if (rest.len == 0 && prefixes[i].len > 0) {
            type->abbreviation = prefixes[i];
            return true;
        }
        if (!read_offset(rest, &type->offset_s))
            continue;
        type->abbreviation = type->offset_s != 0 || prefixes[i].len > 0
                                 ? offset_text(a, prefixes[i], type->offset_s)
                                 : STR("Z");
        return true;
    }
    return false;
}

/* ---- what the door shows ---- */

enum lanner_rc zone_load(struct arena *a, struct str name, const struct zone **out,
                         struct lanner_err *err)
{
    struct zone *z = ARENA_NEW(a, struct zone);

    z->name = arena_str(a, name);
    if (!fixed_zone(a, name, z)) {
        memset(z, 0, sizeof(*z));
        z->name = arena_str(a, name);
        if (load_file(a, name, z) != LANNER_OK) {
            err_set(err, LANNER_ERR_QUERY, "unknown time zone '%.*s'",
                    STR_ARG(str_of(name.ptr, MIN(name.len, 100))));
            err_hint(err, "expected a name such as Europe/Paris (from the tzdata package) or an "
                          "offset such as +02:00");
            return LANNER_ERR_QUERY;
        }
    }
    *out = z;
    return LANNER_OK;
}

const struct zone *zone_utc(void)
{
    return &utc_zone;
}

struct str zone_name(const struct zone *z)
{
    return z->name;
}

static const struct local_type *type_at(const struct zone *z, int64_t utc_s)
{
    size_t low = 0;
    size_t high = z->n_changes;

    if (z->fixed)
        return &z->types[0];
    /* The number of changes up to this instant. */
    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (z->changes[mid] <= utc_s)
            low = mid + 1;
        else
            high = mid;
    }
    if (low == z->n_changes && z->has_footer)
        return footer_type(&z->footer, utc_s);
    return low > 0 ? &z->types[z->change_types[low - 1]] : &z->types[0];
}

int32_t zone_offset(const struct zone *z, int64_t utc_s)
{
    return type_at(z, utc_s)->offset_s;
}

struct str zone_abbreviation(const struct zone *z, int64_t utc_s)
{
    return type_at(z, utc_s)->abbreviation;
}

int64_t zone_to_utc(const struct zone *z, int64_t local_s)
{
    int32_t before = zone_offset(z, local_s - MAX_OFFSET_S);
    int32_t after = zone_offset(z, local_s + MAX_OFFSET_S);

    /* The offset before a change wins where both fit, and where neither does. */
    if (zone_offset(z, local_s - before) == before)
        return local_s - before;
    if (zone_offset(z, local_s - after) == after)
        return local_s - after;
    return local_s - before;
}

bool zone_is_fixed(const struct zone *z)
{
    return z->fixed;
}
