/* w3c.c - see w3c.h. */
#include "record/w3c.h"

struct row {
    const char *ptr, *end;
    bool quotes;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct row row_of(struct str text, bool quotes)
{
    struct row r = {text.ptr, text.ptr + text.len, quotes};

    while (r.end > r.ptr && (r.end[-1] == '\r' || r.end[-1] == '\n'))
        r.end--;
    return r;
}

/* One past the quote that closes the one at p: a blank or the end follows it. NULL: none does. */
static const char *quoted_end(const char *p, const char *end, bool *doubled)
{
    *doubled = false;
    for (p++;; p += 2) {
        p = p < end ? memchr(p, '"', (size_t)(end - p)) : NULL;
        if (p == NULL)
            return NULL;
        if (p + 1 == end || p[1] != '"')
            break;
        *doubled = true;
    }
    return p + 1 == end || is_blank(p[1]) ? p + 1 : NULL;
}

/* `[02/Mar/2026:14:05:00 +0000]` holds a blank; other brackets do not count. */
static const char *bracket_end(const char *p, const char *end)
{
    if (end - p < 22 || !ascii_is_digit(p[1]) || !ascii_is_digit(p[2]) || p[3] != '/')
        return NULL;
    for (const char *e = p; e < end && e - p < 32; e++)
        if (*e == ']')
            return e + 1;
    return NULL;
}

static struct str undouble(struct str s, struct arena *a)
{
    char *dst = arena_alloc(a, s.len);
    size_t n = 0;

    for (size_t i = 0; i < s.len; i++) {
        dst[n++] = s.ptr[i];
        i += s.ptr[i] == '"';
    }
    return str_of(dst, n);
}

/* The next column; without an arena a value with doubled quotes is left as it is. */
static bool next_column(struct row *r, struct arena *a, struct str *out)
{
    const char *p = r->ptr, *end = r->end, *e = NULL;
    bool doubled;

    while (p < end && is_blank(*p))
        p++;
    if (p == end)
        return false;
    if (r->quotes && *p == '"') {
        e = quoted_end(p, end, &doubled);
        if (e != NULL) {
            *out = str_of(p + 1, (size_t)(e - p) - 2);
            if (doubled && a != NULL)
                *out = undouble(*out, a);
            r->ptr = e;
            return true;
        }
    } else if (r->quotes && *p == '[') {
        e = bracket_end(p, end);
        if (e != NULL) {
            *out = str_of(p + 1, (size_t)(e - p) - 2);
            r->ptr = e;
            return true;
        }
    }
    for (e = p; e < end && !is_blank(*e); e++)
        ;
    *out = str_of(p, (size_t)(e - p));
    if (out->len == 1 && *p == '-')
        out->len = 0;
    r->ptr = e;
    return true;
}

enum w3c_directive w3c_directive(struct str line, struct str *value)
{
    static const struct {
        const char *name;
        enum w3c_directive kind;
    } known[] = {
        {"Fields", W3C_FIELDS},   {"Software", W3C_SOFTWARE}, {"Date", W3C_DATE},
        {"Start-Date", W3C_DATE}, {"Version", W3C_OTHER},     {"End-Date", W3C_OTHER},
        {"Remark", W3C_OTHER},
    };
    size_t colon;

    *value = STR("");
    if (line.len == 0 || line.ptr[0] != '#')
        return W3C_NONE;
    colon = str_find_char(str_of(line.ptr, MIN(line.len, (size_t)16)), ':');
    if (colon == SIZE_MAX)
        return W3C_NONE;
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (str_eq_nocase(str_of(line.ptr + 1, colon - 1), str_z(known[i].name))) {
            *value = str_trim(str_of(line.ptr + colon + 1, line.len - colon - 1));
            return known[i].kind;
        }
    return W3C_NONE;
}

bool w3c_is_iis(struct str software, struct str fields)
{
    return str_starts(software, STR("Microsoft")) ||
           str_find(fields, STR("sc-win32-status")) != SIZE_MAX;
}

/* Which part of what is made the column of that name is. */
static enum w3c_part part_named(struct str name)
{
    static const struct {
        const char *name;
        enum w3c_part part;
    } parts[] = {
        {"date", W3C_DAY},         {"time", W3C_CLOCK},         {"cs-uri-scheme", W3C_SCHEME},
        {"cs-host", W3C_HOST},     {"cs-uri-port", W3C_PORT},   {"cs-uri-path", W3C_PATH},
        {"cs-uri-stem", W3C_PATH}, {"cs-uri-query", W3C_QUERY},
    };

    for (size_t i = 0; i < ARRAY_LEN(parts); i++)
        if (str_eq_nocase(name, str_z(parts[i].name)))
            return parts[i].part;
    return W3C_PARTS;
}

struct csv_header *w3c_header(struct str fields, bool quotes, struct str date, struct arena *a)
{
    struct csv_header *h = ARENA_NEW(a, struct csv_header);
    struct w3c_made *made = ARENA_NEW(a, struct w3c_made);
    struct row r = row_of(fields, false);
    size_t n = w3c_count(fields, false);
    struct str name;

    n = MIN(n, (size_t)W3C_MAX_COLUMNS);
    if (n == 0)
        return NULL;
    h->dialect = quotes ? CSV_ELFF : CSV_IIS;
    h->delimiter = ' ';
    h->made = made;
    h->names = ARENA_ARRAY(a, struct str, n + W3C_N_MADE);
    memset(made->at, 0xff, sizeof(made->at));
    made->date = arena_str(a, date);
    while (h->n < n && next_column(&r, NULL, &name)) {
        enum w3c_part part = part_named(name);

        made->has_uri |= str_eq_nocase(name, STR("cs-uri"));
        if (part != W3C_PARTS && made->at[part] == SIZE_MAX)
            made->at[part] = h->n;
        h->names[h->n++] = arena_str(a, name);
    }
    h->names[h->n++] = STR(W3C_TIME);
    h->names[h->n++] = STR(W3C_URL);
    return h;
}

size_t w3c_count(struct str row, bool quotes)
{
    struct row r = row_of(row, quotes);
    struct str column;
    size_t n = 0;

    while (next_column(&r, NULL, &column))
        n++;
    return n;
}

/* Digits where the pattern has a 0, otherwise its own bytes. */
static bool has_form(struct str s, const char *form)
{
    if (s.len != strlen(form))
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (form[i] == '0' ? !ascii_is_digit(s.ptr[i]) : s.ptr[i] != form[i])
            return false;
    return true;
}

bool w3c_is_dated(struct str row)
{
    struct row r = row_of(str_of(row.ptr, MIN(row.len, (size_t)64)), false);
    struct str date, time;

    return next_column(&r, NULL, &date) && next_column(&r, NULL, &time) &&
           has_form(date, "0000-00-00") && has_form(time, "00:00:00");
}

static bool is_word(struct str s, bool (*is)(char c))
{
    for (size_t i = 0; i < s.len; i++)
        if (!is(s.ptr[i]))
            return false;
    return s.len > 0;
}

static bool is_upper(char c)
{
    return (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

static bool is_digit(char c)
{
    return ascii_is_digit(c);
}

static bool is_address(char c)
{
    return ascii_is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f') || c == '.' ||
           c == ':' || c == '%';
}

size_t w3c_iis_columns(struct str row)
{
    struct str column[16];
    struct row r = row_of(row, false);
    size_t n = 0, status;

    if (!w3c_is_dated(row))
        return 0;
    while (n < ARRAY_LEN(column) && next_column(&r, NULL, &column[n]))
        n++;
    if (n != 14 && n != 15)
        return 0;
    status = n - 4;
    if (!is_word(column[2], is_address) || !is_word(column[3], is_upper) ||
        !is_word(column[6], is_digit) || column[8].len == 0)
        return 0;
    for (size_t i = status; i < n; i++)
        if (!is_word(column[i], is_digit))
            return 0;
    return column[status].len == 3 ? n : 0;
}

struct str *w3c_split(struct str row, const struct csv_header *h, struct arena *a, size_t *n)
{
    struct str *out = ARENA_ARRAY(a, struct str, h->n);
    struct row r = row_of(row, h->dialect == CSV_ELFF);

    *n = 0;
    while (*n < w3c_n_columns(h) && next_column(&r, a, &out[*n]))
        ++*n;
    return out;
}

/* The date and the time: as one stretch of the row where a blank is between them. */
static struct val make_time(const struct w3c_made *made, const struct str *part, struct arena *a)
{
    struct str date = made->at[W3C_DAY] != SIZE_MAX ? part[W3C_DAY] : made->date;
    struct str time = part[W3C_CLOCK];

    if (time.len == 0 || date.len == 0)
        return VAL_ABSENT;
    if (time.ptr == date.ptr + date.len + 1)
        return val_str(str_of(date.ptr, date.len + 1 + time.len));
    return val_str(arena_printf(a, "%.*s %.*s", STR_ARG(date), STR_ARG(time)));
}

/* Whether the port is the one that the scheme has anyway. */
static bool usual_port(struct str scheme, struct str port)
{
    return (str_eq_nocase(scheme, STR("http")) && str_eqz(port, "80")) ||
           (str_eq_nocase(scheme, STR("https")) && str_eqz(port, "443"));
}

static struct val make_url(const struct csv_header *h, const struct str *part, struct arena *a)
{
    struct str scheme = part[W3C_SCHEME], host = part[W3C_HOST], port = part[W3C_PORT];
    struct str path = part[W3C_PATH], query = part[W3C_QUERY], all[8];
    size_t n = 0, len = 0;
    char *dst;

    if (h->dialect != CSV_ELFF)
        host = STR("");
    if (h->made->has_uri || (path.len == 0 && host.len == 0))
        return VAL_ABSENT;
    if (host.len > 0 && scheme.len > 0) {
        all[n++] = scheme;
        all[n++] = STR("://");
    }
    all[n++] = host;
    if (host.len > 0 && port.len > 0 && !usual_port(scheme, port)) {
        all[n++] = STR(":");
        all[n++] = port;
    }
    all[n++] = path;
    if (query.len > 0 && query.ptr[0] != '?')
        all[n++] = STR("?");
    all[n++] = query;
    for (size_t i = 0; i < n; i++)
        len += all[i].len;
    dst = arena_alloc(a, len);
    len = 0;
    for (size_t i = 0; i < n; i++) {
        if (all[i].len > 0)
            memcpy(dst + len, all[i].ptr, all[i].len);
        len += all[i].len;
    }
    return val_str(str_of(dst, len));
}

/* The part that a column is, when it is one. */
static void note_part(const struct w3c_made *made, size_t column, struct str text,
                      struct str part[W3C_PARTS])
{
    for (size_t i = 0; i < W3C_PARTS; i++)
        if (made->at[i] == column)
            part[i] = text;
}

size_t w3c_pick(struct str row, const struct csv_header *h, const uint32_t *slots, size_t n_slots,
                struct arena *a, struct val *vals)
{
    struct row r = row_of(row, h->dialect == CSV_ELFF);
    size_t n_own = w3c_n_columns(h), last = 0, n = 0;
    bool time = n_slots == h->n && slots[n_own] != UINT32_MAX;
    bool url = n_slots == h->n && slots[n_own + 1] != UINT32_MAX;
    struct str column, part[W3C_PARTS];

    for (size_t i = 0; i < W3C_PARTS; i++) {
        part[i] = STR("");
        if ((i < W3C_SCHEME ? time : url) && h->made->at[i] != SIZE_MAX)
            last = MAX(last, h->made->at[i] + 1);
    }
    for (size_t i = 0; i < n_slots; i++) {
        if (slots[i] == UINT32_MAX)
            continue;
        vals[slots[i]] = VAL_ABSENT;
        last = MAX(last, MIN(i + 1, n_own));
    }
    for (; n < last && next_column(&r, a, &column); n++) {
        if (n < n_slots && slots[n] != UINT32_MAX)
            vals[slots[n]] = val_str(column);
        if (time || url)
            note_part(h->made, n, column, part);
    }
    if (time)
        vals[slots[n_own]] = make_time(h->made, part, a);
    if (url)
        vals[slots[n_own + 1]] = make_url(h, part, a);
    return n;
}
