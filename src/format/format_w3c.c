/* format_w3c.c - W3C extended logs: rows whose columns the #Fields line above them names.
 *
 * A #Fields line holds until the next one, so windows are cut in order: the cutter reads every
 * directive and hands each window the state at its beginning; the splitter goes on from there by
 * itself. Rows before the first #Fields line are those of IIS as it comes when they can be nothing
 * else, and unreadable otherwise. A row that does not fit its #Fields line but is one of IIS as it
 * comes is taken for that (files put together); else it is read as far as it goes. */
#include <stdlib.h>

#include "format/format_def.h"

/* Lines of the head that detection looks at. */
#define MAX_HEAD_LINES 64
/* Column changes in one window: a splitter keeps them all. */
#define MAX_CHANGES 4096

/* The columns in force. Rows point at the header while their batch is filled, so a splitter keeps
 * all it has met until it is done. */
struct w3c_columns {
    _Atomic uint32_t refs;
    struct arena arena;
    struct str fields; /* arena; of the #Fields line */
    struct csv_header *header;
    struct w3c_columns *before; /* counted; what a splitter had before */
};

static struct w3c_columns *columns_ref(struct w3c_columns *c)
{
    if (c != NULL)
        atomic_fetch_add(&c->refs, 1);
    return c;
}

static void columns_unref(struct w3c_columns *c)
{
    while (c != NULL && atomic_fetch_sub(&c->refs, 1) == 1) {
        struct w3c_columns *before = c->before;

        arena_done(&c->arena);
        free(c);
        c = before;
    }
}

static struct w3c_columns *columns_new(struct str fields, const struct w3c_state *s)
{
    struct w3c_columns *c = xcalloc(1, sizeof(*c));

    c->refs = 1;
    arena_init(&c->arena, 1024);
    c->fields = arena_str(&c->arena, fields);
    c->header =
        w3c_header(fields, !(s->iis || w3c_is_iis(STR(""), fields)), str_z(s->date), &c->arena);
    return c;
}

void w3c_state_done(struct w3c_state *s)
{
    columns_unref(s->columns);
    memset(s, 0, sizeof(*s));
}

static struct w3c_state state_copy(const struct w3c_state *s)
{
    struct w3c_state copy = *s;

    copy.columns = columns_ref(s->columns);
    return copy;
}

/* Takes the new columns for the old ones; `keep`: those may still be in use. */
static void state_set(struct w3c_state *s, struct str fields, bool keep)
{
    struct w3c_columns *old = s->columns;

    s->columns = columns_new(fields, s);
    if (keep)
        s->columns->before = old;
    else
        columns_unref(old);
}

static bool same_columns(const struct w3c_state *s, struct str fields)
{
    const struct w3c_columns *c = s->columns;
    bool quotes = !(s->iis || w3c_is_iis(STR(""), fields));

    return c != NULL && str_eq(c->fields, fields) &&
           (c->header == NULL || ((c->header->dialect == CSV_ELFF) == quotes &&
                                  (c->header->made->at[W3C_DAY] != SIZE_MAX ||
                                   str_eqz(c->header->made->date, s->date))));
}

/* What a line that begins with `#` says. */
static void state_read(struct w3c_state *s, struct str line, bool keep)
{
    struct str value;
    size_t n;

    switch (w3c_directive(line, &value)) {
    case W3C_FIELDS:
        if (!same_columns(s, value))
            state_set(s, value, keep);
        return;
    case W3C_SOFTWARE:
        s->iis = w3c_is_iis(value, STR(""));
        return;
    case W3C_DATE:
        for (n = 0; n < value.len && n + 1 < sizeof(s->date) && !ascii_is_space(value.ptr[n]); n++)
            s->date[n] = value.ptr[n];
        s->date[n] = '\0';
        if (s->columns != NULL && !same_columns(s, s->columns->fields)) {
            struct str fields = s->columns->fields;

            state_set(s, fields, keep);
        }
        return;
    case W3C_NONE:
    case W3C_OTHER:
        return;
    }
}

/* A row's columns; NULL when they are not known. *even: it has as many. */
static const struct csv_header *row_header(const struct format_input *in, const struct w3c_state *s,
                                           struct str row, bool *even)
{
    const struct csv_header *h = s->columns != NULL ? s->columns->header : NULL;
    size_t n;

    *even = true;
    if (h != NULL && w3c_count(row, h->dialect == CSV_ELFF) == w3c_n_columns(h))
        return h;
    n = h == NULL || h->dialect == CSV_IIS ? w3c_iis_columns(row) : 0;
    *even = n != 0;
    return n == 0 ? h : n == 15 ? in->iis : in->iis7;
}

/* Blanks and NULs (a server that died leaves a file's end full of them). */
static bool is_empty(struct str line)
{
    return line.len == 0 ||
           ((unsigned char)line.ptr[0] <= ' ' && line_trim(line.ptr, line.ptr + line.len).len == 0);
}

static struct str line_of(const char *p, const char *end)
{
    while (end > p && end[-1] == '\r')
        end--;
    return str_of(p, (size_t)(end - p));
}

/* ---- detection ---- */

/* What the first lines of a head are, up to the first #Fields line. */
struct head_lines {
    size_t n_rows, n_dated, n_iis;
    bool any_directive, fields;
};

static void head_read(struct str head, bool whole, struct head_lines *out)
{
    const char *p = head.ptr, *end = head.ptr + head.len;
    struct str value;

    memset(out, 0, sizeof(*out));
    while (p < end && out->n_rows < MAX_HEAD_LINES && !out->fields) {
        const char *nl = memchr(p, '\n', (size_t)(end - p));
        struct str line = line_of(p, nl != NULL ? nl : end);
        enum w3c_directive kind;

        if (nl == NULL && !whole && *p != '#')
            return;
        p = nl != NULL ? nl + 1 : end;
        if (is_empty(line))
            continue;
        kind = w3c_directive(line, &value);
        if (kind != W3C_NONE)
            out->any_directive = true;
        out->fields = kind == W3C_FIELDS && value.len > 0;
        if (line.ptr[0] == '#')
            continue;
        out->n_rows++;
        out->n_dated += w3c_is_dated(line);
        out->n_iis += w3c_iis_columns(line) != 0;
    }
}

/* The first line of a file may be the end of one that was cut. */
static bool w3c_detect(struct str head, bool whole)
{
    struct head_lines h;

    head_read(head, whole, &h);
    if (h.fields)
        return h.n_rows == 0 || h.n_dated + 1 >= h.n_rows;
    if (h.n_rows == 0)
        return h.any_directive && str_find(head, STR("#Software:")) != SIZE_MAX;
    if (h.n_iis > 0 && h.n_iis + 1 >= h.n_rows)
        return true;
    return h.n_dated > 0 && h.n_dated + 1 >= h.n_rows &&
           str_find(head, STR("\n#Fields: ")) != SIZE_MAX;
}

static void w3c_open(struct format_input *in, struct str head)
{
    (void)head;
    in->iis = w3c_header(STR(W3C_IIS_FIELDS), false, STR(""), &in->arena);
    in->iis7 = w3c_header(STR(W3C_IIS7_FIELDS), false, STR(""), &in->arena);
}

/* ---- cutting ---- */

/* Bytes without a line end: the last line, or one that is too long. */
static size_t cut_open(struct format_cutter *c, struct str bytes, bool at_end,
                       struct format_window_mark *mark)
{
    bool even;

    if (at_end) {
        mark->n_records = !is_empty(bytes) && bytes.ptr[0] != '#';
        mark->has_broken = mark->n_records > 0 && row_header(c->in, &c->w3c, bytes, &even) == NULL;
        return bytes.len;
    }
    if (bytes.len <= c->max_record)
        return 0;
    mark->n_records = 1;
    mark->all_broken = mark->has_broken = mark->too_long = true;
    c->skipping = true; /* up to the line's end */
    return bytes.len;
}

static size_t w3c_cut(struct format_cutter *c, struct str bytes, bool at_end,
                      struct format_window_mark *mark)
{
    const char *p = bytes.ptr, *end = bytes.ptr + bytes.len, *nl;
    size_t n_changes = 0;
    bool even;

    memset(mark, 0, sizeof(*mark));
    if (bytes.len == 0)
        return 0;
    if (c->skipping) {
        nl = memchr(p, '\n', bytes.len);
        c->skipping = nl == NULL;
        mark->all_broken = mark->has_broken = true;
        return nl != NULL ? (size_t)(nl + 1 - p) : bytes.len;
    }
    mark->w3c = state_copy(&c->w3c);
    for (; p < end && n_changes < MAX_CHANGES && (nl = memchr(p, '\n', (size_t)(end - p))) != NULL;
         p = nl + 1) {
        struct str line = line_of(p, nl);

        if (is_empty(line))
            continue;
        if (line.ptr[0] == '#') {
            state_read(&c->w3c, line, false);
            n_changes++;
            continue;
        }
        mark->n_records++;
        if (UNLIKELY(c->w3c.columns == NULL || c->w3c.columns->header == NULL))
            mark->has_broken |= row_header(c->in, &c->w3c, line, &even) == NULL;
    }
    if (p == bytes.ptr)
        return cut_open(c, bytes, at_end, mark);
    return (size_t)(p - bytes.ptr);
}

/* ---- splitting ---- */

static void w3c_start(struct format_splitter *s)
{
    if (s->mark != NULL)
        s->w3c = state_copy(&s->mark->w3c);
}

static enum format_split w3c_next(struct format_splitter *s, struct record *out)
{
    const char *end = s->window.ptr + s->window.len;

    if (s->mark != NULL && s->mark->all_broken) {
        if (s->in_line || s->mark->n_records == 0)
            return SPLIT_END;
        s->in_line = true;
        record_set(s, RECORD_CSV, s->window, out);
        return SPLIT_BROKEN;
    }
    while (s->ptr < end) {
        const char *p = s->ptr, *nl = memchr(p, '\n', (size_t)(end - p));
        struct str row = line_of(p, nl != NULL ? nl : end);
        bool even, known = s->w3c.columns != NULL && s->w3c.columns->header != NULL;
        const struct csv_header *h;

        s->ptr = nl != NULL ? nl + 1 : end;
        if (is_empty(row))
            continue;
        if (row.ptr[0] == '#') {
            state_read(&s->w3c, row, true);
            continue;
        }
        if (known && s->wanted != NULL && !s->wanted(s->wanted_ctx, row)) {
            s->n_skipped++;
            continue;
        }
        h = row_header(s->in, &s->w3c, row, &even);
        record_set(s, RECORD_CSV, row, out);
        if (h == NULL)
            return SPLIT_BROKEN;
        if (!known && s->wanted != NULL && !s->wanted(s->wanted_ctx, row)) {
            s->n_skipped++;
            continue;
        }
        s->n_uneven += !even;
        out->header = h;
        return SPLIT_RECORD;
    }
    return SPLIT_END;
}

const struct format_def format_w3c = {
    .name = "w3c",
    .kind = FORMAT_STREAM,
    .shape = RECORD_CSV,
    .detect = w3c_detect,
    .open = w3c_open,
    .cut = w3c_cut,
    .start = w3c_start,
    .next = w3c_next,
};
