/* format_csv.c - comma, semicolon or tab separated values with a header: two rows, csv and tsv.
 *
 * A quoted field may hold line ends, so records are cut in order. A quote that is never closed
 * would swallow the rest of the input: its line is then reported as unreadable and reading goes on
 * behind it. A later record that equals the header (files appended to each other) is taken for a
 * header again. */
#include "format/format_def.h"

#define MAX_SAMPLE_RECORDS 20
#define MAX_NAME           200

static const char *record_end(const char *p, const char *end, char delimiter, bool line_mode)
{
    struct csv_state state = {0};

    if (line_mode)
        return p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
    return csv_record_end(p, end, delimiter, &state);
}

static struct str strip_cr(const char *p, const char *nl)
{
    if (nl > p && nl[-1] == '\r')
        nl--;
    return str_of(p, (size_t)(nl - p));
}

/* Bytes of an input's beginning before the header: blank lines, `#TYPE ...` of PowerShell and
 * `sep=;` of Excel, which names the delimiter. */
static size_t preamble(struct str head, char *delimiter)
{
    const char *p = head.ptr, *end = head.ptr + head.len, *nl;

    while (p < end && (nl = memchr(p, '\n', (size_t)(end - p))) != NULL) {
        struct str line = line_trim(p, nl);

        if (line.len == 5 && memcmp(line.ptr, "sep=", 4) == 0)
            *delimiter = line.ptr[4];
        else if (line.len != 0 && !str_starts(line, STR("#TYPE ")))
            break;
        p = nl + 1;
    }
    return (size_t)(p - head.ptr);
}

/* The header record of a head, and how many bytes it takes with its line end. */
static struct str header_of(struct str head, char forced, char *delimiter, size_t *skip)
{
    char d = forced;
    size_t at = preamble(head, &d);
    const char *p = head.ptr + at, *end = head.ptr + head.len, *nl, *first;

    if (d == 0) {
        first = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
        d = csv_guess_delimiter(strip_cr(p, first != NULL ? first : end));
    }
    *delimiter = d != 0 ? d : ',';
    nl = record_end(p, end, *delimiter, false);
    *skip = (size_t)((nl != NULL ? nl + 1 : end) - head.ptr);
    return strip_cr(p, nl != NULL ? nl : end);
}

static bool is_name(struct str name, bool first)
{
    name = str_trim(name);
    if (name.len == 0)
        return first; /* an index column has none */
    if (name.len > MAX_NAME || ascii_is_digit(*name.ptr) || *name.ptr == '-' || *name.ptr == '<')
        return false;
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.ptr[i];

        if (c < 32 || c == '{' || c == '}' || c == '=' || c == '"' || c == '<' || c == '>')
            return false;
    }
    return true;
}

static bool header_is_sound(struct str header, char delimiter, struct arena *a, size_t *n)
{
    struct str *names = csv_split(header, delimiter, a, 10000, n);
    size_t n_words = 0;

    if (*n < 2)
        return false;
    for (size_t i = 0; i < *n; i++) {
        if (!is_name(names[i], i == 0))
            return false;
        for (size_t k = 1; *n == 2 && k < names[i].len; k++)
            n_words += names[i].ptr[k] == ' ';
    }
    return n_words <= 4; /* two columns may be a sentence with a comma */
}

/* Detected: a header of names, and records with as many fields. Small files with a few uneven
 * records are taken, too: read as plain lines, no query would find anything in them. */
static bool detect(struct str head, bool whole, bool tab)
{
    const char *p, *end = head.ptr + head.len, *nl;
    size_t skip, n_names, n_fields, n_same = 0, n_other = 0;
    char delimiter;
    struct str header = header_of(head, 0, &delimiter, &skip);
    struct arena a;
    bool ok;

    if ((delimiter == '\t') != tab || header.len == 0)
        return false;
    arena_init(&a, 0);
    ok = header_is_sound(header, delimiter, &a, &n_names);
    for (p = head.ptr + skip; ok && p < end && n_same + n_other < MAX_SAMPLE_RECORDS; p = nl + 1) {
        struct str rec;

        nl = record_end(p, end, delimiter, false);
        if (nl == NULL && !whole)
            break;
        nl = nl != NULL ? nl : end;
        rec = strip_cr(p, nl);
        if (line_trim(p, nl).len == 0)
            continue;
        (void)csv_split(rec, delimiter, &a, 100000, &n_fields);
        if (nl == end && n_fields < n_names)
            continue; /* the last record, broken off */
        n_same += n_fields == n_names;
        n_other += n_fields != n_names;
    }
    arena_done(&a);
    if (n_same + n_other == 0)
        return ok && n_names >= (whole ? 3u : 2u);
    return ok && (n_same >= 9 * n_other || (n_names >= 3 && n_same >= 2 && n_same > n_other));
}

static bool csv_detect(struct str head, bool whole)
{
    return detect(head, whole, false);
}

static bool tsv_detect(struct str head, bool whole)
{
    return detect(head, whole, true);
}

static void csv_open(struct format_input *in, struct str head)
{
    char delimiter;
    struct str header = header_of(head, in->def->delimiter, &delimiter, &in->skip);

    in->header_record = arena_str(&in->arena, header);
    in->header = csv_header_parse(in->header_record, delimiter, &in->arena);
}

/* A record without an end that is at the end of the input or too long. When it is one line, it is
 * the last record, broken off or not; otherwise a quote was left open: its first line is
 * unreadable. */
static size_t cut_open(struct format_cutter *c, struct str bytes, bool at_end,
                       struct format_window_mark *mark)
{
    const char *nl = bytes.len > 0 ? memchr(bytes.ptr, '\n', bytes.len) : NULL;

    mark->n_records = 1;
    if (nl == NULL && at_end)
        return bytes.len;
    c->n_lost++;
    c->line_mode = c->n_lost >= MAX_LOST;
    mark->all_broken = mark->has_broken = true;
    if (nl != NULL)
        return (size_t)(nl + 1 - bytes.ptr);
    c->skipping = mark->too_long = true; /* up to the line's end */
    return bytes.len;
}

static size_t csv_cut(struct format_cutter *c, struct str bytes, bool at_end,
                      struct format_window_mark *mark)
{
    const char *p = bytes.ptr, *end = bytes.ptr + bytes.len, *nl;
    char delimiter = c->in->header->delimiter;

    memset(mark, 0, sizeof(*mark));
    if (!c->skipped) {
        if (bytes.len < c->in->skip && !at_end)
            return 0;
        mark->skip = MIN(c->in->skip, bytes.len);
        p += mark->skip;
    }
    if (c->skipping) {
        nl = memchr(p, '\n', bytes.len);
        c->skipping = nl == NULL;
        mark->all_broken = mark->has_broken = true;
        return nl != NULL ? (size_t)(nl + 1 - p) : bytes.len;
    }
    mark->place = c->line_mode;
    for (; p < end && (nl = record_end(p, end, delimiter, c->line_mode)) != NULL; p = nl + 1)
        mark->n_records += nl > p && !(nl == p + 1 && *p == '\r');
    if (p == bytes.ptr && (at_end || bytes.len > c->max_record))
        return cut_open(c, bytes, at_end, mark);
    if (p > bytes.ptr)
        c->skipped = true;
    return (size_t)(p - bytes.ptr);
}

static void csv_start(struct format_splitter *s)
{
    if (s->mark != NULL)
        s->ptr += s->mark->skip;
}

static enum format_split csv_next(struct format_splitter *s, struct record *out)
{
    const char *end = s->window.ptr + s->window.len;
    char delimiter = s->in->header->delimiter;

    if (s->mark != NULL && s->mark->all_broken) {
        if (s->in_line || s->mark->n_records == 0)
            return SPLIT_END;
        s->in_line = true;
        record_set(s, RECORD_CSV, s->window, out);
        return SPLIT_BROKEN;
    }
    while (s->ptr < end) {
        const char *p = s->ptr;
        const char *nl = record_end(p, end, delimiter, s->mark != NULL && s->mark->place != 0);
        struct str rec = strip_cr(p, nl != NULL ? nl : end);

        s->ptr = nl != NULL ? nl + 1 : end;
        if (line_trim(rec.ptr, rec.ptr + rec.len).len == 0 && delimiter != '\t')
            continue;
        if (rec.len == 0 || str_eq(rec, s->in->header_record) || str_starts(rec, STR("#TYPE ")))
            continue;
        if (s->wanted != NULL && !s->wanted(s->wanted_ctx, rec)) {
            s->n_skipped++;
            continue;
        }
        record_set(s, RECORD_CSV, rec, out);
        return SPLIT_RECORD;
    }
    return SPLIT_END;
}

const struct format_def format_csv = {
    .name = "csv",
    .kind = FORMAT_STREAM,
    .shape = RECORD_CSV,
    .detect = csv_detect,
    .open = csv_open,
    .cut = csv_cut,
    .start = csv_start,
    .next = csv_next,
};

const struct format_def format_tsv = {
    .name = "tsv",
    .kind = FORMAT_STREAM,
    .shape = RECORD_CSV,
    .delimiter = '\t',
    .detect = tsv_detect,
    .open = csv_open,
    .cut = csv_cut,
    .start = csv_start,
    .next = csv_next,
};
