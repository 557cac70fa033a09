/* csv.c - CSV records and fields. See csv.h. */
#include "record/csv.h"

#include "record/w3c.h"

/* Outside quotes. Quotes that open nothing are passed; *state says how it ended. *feed is the
 * first line feed from some place before p on, or NULL when there is none: it is looked for again
 * only behind it, or lines of many quotes would cost the square of their length. */
static const char *skip_unquoted(const char *p, const char *end, char delimiter,
                                 struct csv_state *state, const char **feed, bool *opened)
{
    const char *line_end, *stop;
    const char *from = p;

    if (*feed != NULL && *feed < p)
        *feed = memchr(p, '\n', (size_t)(end - p));
    line_end = *feed;
    stop = line_end != NULL ? line_end : end;
    *opened = false;
    while (p < stop) {
        const char *quote = memchr(p, '"', (size_t)(stop - p));

        if (quote == NULL)
            break;
        if (quote == from ? !state->in_field : quote[-1] == delimiter) {
            *opened = true;
            return quote + 1;
        }
        p = quote + 1;
    }
    if (line_end == NULL && from < end)
        state->in_field = end[-1] != delimiter;
    return line_end;
}

const char *csv_record_end(const char *ptr, const char *end, char delimiter,
                           struct csv_state *state)
{
    const char *p = ptr;
    const char *feed = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;

    while (p < end) {
        bool opened;

        if (state->quote_seen) {
            state->quote_seen = false;
            if (*p == '"') {
                p++;
            } else {
                state->in_quotes = false;
                /* The closing quote belongs to the field; a delimiter here ends it. */
                state->in_field = true;
            }
            continue;
        }
        if (state->in_quotes) {
            p = memchr(p, '"', (size_t)(end - p));
            if (p == NULL)
                return NULL;
            p++;
            state->quote_seen = true;
            continue;
        }
        p = skip_unquoted(p, end, delimiter, state, &feed, &opened);
        if (!opened) {
            if (p != NULL)
                memset(state, 0, sizeof(*state));
            return p;
        }
        state->in_quotes = true;
        state->in_field = true;
    }
    return NULL;
}

/* A field as it stands: quotes, if any, still to be resolved. */
struct raw_field {
    const char *from;
    const char *to;     /* the delimiter or the end */
    const char *closed; /* the closing quote, or NULL */
    bool quoted;
    bool doubled;
};

static struct raw_field raw_field(const char *p, const char *end, char delimiter)
{
    struct raw_field f = {.from = p};

    if (p < end && *p == '"') {
        f.quoted = true;
        for (p++;; p += 2) {
            p = p < end ? memchr(p, '"', (size_t)(end - p)) : NULL;
            if (p == NULL) {
                f.to = end; /* never closed: all the rest */
                return f;
            }
            if (p + 1 == end || p[1] != '"')
                break;
            f.doubled = true;
        }
        f.closed = p++;
    }
    f.to = p < end ? memchr(p, delimiter, (size_t)(end - p)) : NULL;
    if (f.to == NULL)
        f.to = end;
    return f;
}

static struct str field_text(const struct raw_field *f, struct arena *a)
{
    const char *end = f->closed != NULL ? f->closed : f->to;
    const char *p = f->from + 1;
    bool plain = f->closed == NULL || f->closed + 1 == f->to;
    char *dst;
    size_t n = 0;

    if (!f->quoted)
        return str_of(f->from, (size_t)(f->to - f->from));
    if (!f->doubled && plain)
        return str_of(p, (size_t)(end - p));
    dst = arena_alloc(a, (size_t)(f->to - f->from));
    while (p < end) {
        dst[n++] = *p;
        p += *p == '"' && p + 1 < end && p[1] == '"' ? 2 : 1;
    }
    if (!plain) {
        size_t rest = (size_t)(f->to - f->closed) - 1;

        memcpy(dst + n, f->closed + 1, rest);
        n += rest;
    }
    return str_of(dst, n);
}

static const char *record_end(struct str record)
{
    const char *end = record.ptr + record.len;

    return record.len > 0 && end[-1] == '\r' ? end - 1 : end;
}

struct str *csv_split(struct str record, char delimiter, struct arena *a, size_t max, size_t *n)
{
    const char *end = record_end(record);
    const char *p = record.ptr;
    struct str *fields = NULL;
    size_t cap = 0;

    *n = 0;
    while (*n < max) {
        struct raw_field f = raw_field(p, end, delimiter);

        if (*n == cap) {
            struct str *more;

            cap = cap != 0 ? cap * 2 : 32;
            more = arena_alloc(a, arena_array_size(cap, sizeof(*more)));
            if (*n != 0)
                memcpy(more, fields, *n * sizeof(*fields));
            fields = more;
        }
        fields[(*n)++] = field_text(&f, a);
        if (f.to == end)
            break;
        p = f.to + 1;
    }
    return fields;
}

size_t csv_pick(struct str record, char delimiter, const uint32_t *slots, size_t n_slots,
                struct arena *a, struct val *vals)
{
    const char *end = record_end(record);
    const char *p = record.ptr;
    size_t n = 0;
    bool more = true;

    while (n_slots > 0 && slots[n_slots - 1] == UINT32_MAX)
        n_slots--;
    for (; n < n_slots && more; n++) {
        struct raw_field f = raw_field(p, end, delimiter);

        if (slots[n] != UINT32_MAX)
            vals[slots[n]] = val_str(field_text(&f, a));
        more = f.to != end;
        p = more ? f.to + 1 : end;
    }
    for (size_t i = n; i < n_slots; i++) {
        if (slots[i] != UINT32_MAX)
            vals[slots[i]] = VAL_ABSENT;
    }
    return n;
}

struct str csv_header_name(struct str raw, struct arena *a)
{
    static const struct str mark = STR_INIT("\xEF\xBB\xBF");
    static const struct str zone = STR_INIT(" [UTC]");
    char *dst;
    size_t n = 0;

    if (str_starts(raw, mark))
        raw = str_of(raw.ptr + mark.len, raw.len - mark.len);
    raw = str_trim(raw);
    dst = arena_alloc(a, raw.len);
    for (size_t i = 0; i < raw.len; i++) {
        bool blank = raw.ptr[i] == ' ' || raw.ptr[i] == '\t';

        if (blank && n > 0 && dst[n - 1] == ' ')
            continue;
        dst[n++] = blank ? ' ' : raw.ptr[i];
    }
    if (n > zone.len && str_ends(str_of(dst, n), zone))
        n -= zone.len;
    return str_of(dst, n);
}

struct csv_header *csv_header_parse(struct str record, char delimiter, struct arena *a)
{
    static const struct str mark = STR_INIT("\xEF\xBB\xBF");
    struct csv_header *h = ARENA_NEW(a, struct csv_header);

    /* Before the quotes are looked at: the first name may be quoted. */
    if (str_starts(record, mark))
        record = str_of(record.ptr + mark.len, record.len - mark.len);
    h->delimiter = delimiter;
    h->names = csv_split(record, delimiter, a, SIZE_MAX, &h->n);
    for (size_t i = 0; i < h->n; i++)
        h->names[i] = csv_header_name(h->names[i], a);
    return h;
}

size_t csv_header_find(const struct csv_header *h, struct str name)
{
    for (size_t i = 0; i < h->n; i++) {
        if (str_eq(h->names[i], name))
            return i;
    }
    for (size_t i = 0; i < h->n; i++) {
        if (str_eq_nocase(h->names[i], name))
            return i;
    }
    return SIZE_MAX;
}

char csv_guess_delimiter(struct str header_line)
{
    static const char candidates[] = {',', ';', '\t'};
    size_t counts[sizeof(candidates)] = {0};
    size_t best = 0;
    bool in_quotes = false;

    for (size_t i = 0; i < header_line.len; i++) {
        in_quotes ^= header_line.ptr[i] == '"';
        for (size_t k = 0; k < sizeof(candidates) && !in_quotes; k++)
            counts[k] += header_line.ptr[i] == candidates[k];
    }
    for (size_t k = 1; k < sizeof(candidates); k++) {
        if (counts[k] > counts[best])
            best = k;
    }
    return counts[best] > 0 ? candidates[best] : 0;
}

struct str *csv_row_split(struct str record, const struct csv_header *h, struct arena *a, size_t *n)
{
    if (h->dialect != CSV_PLAIN)
        return w3c_split(record, h, a, n);
    return csv_split(record, h->delimiter, a, h->n, n);
}

size_t csv_row_pick(struct str record, const struct csv_header *h, const uint32_t *slots,
                    struct arena *a, struct val *vals)
{
    if (h->dialect != CSV_PLAIN)
        return w3c_pick(record, h, slots, h->n, a, vals);
    return csv_pick(record, h->delimiter, slots, h->n, a, vals);
}
