/* records.h - sample files cut into records for the tests of room source. Its own small splitter,
 * so that these tests depend on nothing above the room. */
#ifndef TESTS_SOURCE_RECORDS_H
#define TESTS_SOURCE_RECORDS_H

#include <stdio.h>
#include <stdlib.h>

#include "source/source.h"
#include "util/file.h"

struct sample {
    struct arena arena;
    struct record_input input;
    VEC(struct record) records;
};

static inline void sample_add(struct sample *s, struct str bytes, struct str raw,
                              enum record_shape shape, const struct csv_header *h)
{
    struct record r = {.bytes = bytes, .raw = raw, .shape = shape, .header = h, .input = &s->input};

    VEC_PUSH(&s->records, r);
}

/* {"columns":[{"name":..}],"rows":[[..]]}: an object for each row. */
static inline void sample_table(struct sample *s, struct str table)
{
    struct json_iter it, rows, cells;
    struct str key, value, row, cell;
    VEC(struct str) names = {0};

    json_iter_open(&it, table);
    while (json_iter_next(&it, &key, &value)) {
        if (str_eqz(key, "columns") && json_iter_open(&rows, value))
            while (json_iter_next(&rows, &key, &row)) {
                struct str name;

                if (json_iter_open(&cells, row) && json_iter_next(&cells, &key, &name))
                    VEC_PUSH(&names, name);
            }
        if (!str_eqz(key, "rows") || !json_iter_open(&rows, value))
            continue;
        while (json_iter_next(&rows, &key, &row)) {
            struct buf b = {0};
            size_t i = 0;

            json_iter_open(&cells, row);
            while (json_iter_next(&cells, &key, &cell)) {
                buf_putc(&b, i == 0 ? '{' : ',');
                buf_put_str(&b, names.items[i++]);
                buf_putc(&b, ':');
                buf_put_str(&b, cell);
            }
            buf_putc(&b, '}');
            struct str built = arena_str(&s->arena, buf_str(&b));

            sample_add(s, built, built, RECORD_JSON, NULL);
            buf_done(&b);
        }
    }
    VEC_DONE(&names);
}

static inline void sample_json(struct sample *s, struct str doc)
{
    static const char *const envelopes[] = {"records", "value", "events", "tables"};
    struct json_iter it, inner;
    struct str key, value, item;

    if (!json_iter_open(&it, doc))
        return;
    if (!it.in_object) {
        while (json_iter_next(&it, &key, &value))
            sample_add(s, value, value, RECORD_JSON, NULL);
        return;
    }
    while (json_iter_next(&it, &key, &value))
        for (size_t i = 0; i < ARRAY_LEN(envelopes); i++) {
            if (!str_eqz(key, envelopes[i]) || !json_iter_open(&inner, value) || inner.in_object)
                continue;
            while (json_iter_next(&inner, &key, &item)) {
                if (i == 3)
                    sample_table(s, item);
                else
                    sample_add(s, item, item, RECORD_JSON, NULL);
            }
            return;
        }
    sample_add(s, doc, doc, RECORD_JSON, NULL);
}

static inline void sample_csv(struct sample *s, struct str text)
{
    const char *p = text.ptr, *end = text.ptr + text.len;
    struct csv_header *h = NULL;

    while (p < end) {
        struct csv_state st = {0};
        const char *e = csv_record_end(p, end, ',', &st);
        const char *stop = e != NULL ? e : end;
        struct str line = str_of(p, (size_t)(stop - p));

        if (line.len > 0 && line.ptr[line.len - 1] == '\r')
            line.len--;
        p = e != NULL ? e + 1 : end;
        if (line.len == 0 || line.ptr[0] == '#')
            continue;
        if (h == NULL)
            h = csv_header_parse(line, ',', &s->arena);
        else
            sample_add(s, line, line, RECORD_CSV, h);
    }
}

static inline void sample_lines(struct sample *s, struct str text)
{
    const char *p = text.ptr, *end = text.ptr + text.len;

    while (p < end) {
        const char *e = memchr(p, '\n', (size_t)(end - p));
        struct str line = str_of(p, (size_t)((e != NULL ? e : end) - p));
        size_t brace = str_find_char(line, '{');

        p = e != NULL ? e + 1 : end;
        if (brace != SIZE_MAX)
            sample_add(s, str_of(line.ptr + brace, line.len - brace), line, RECORD_JSON, NULL);
    }
}

static inline void sample_docs(struct sample *s, struct str text)
{
    const char *p = text.ptr, *end = text.ptr + text.len;

    while ((p = json_skip_blanks(p, end)) < end) {
        const char *e = json_value_end(p, end);

        if (e == NULL)
            return;
        sample_json(s, str_of(p, (size_t)(e - p)));
        p = e;
    }
}

static inline struct sample *sample_new(const char *name)
{
    struct sample *s = calloc(1, sizeof(*s));

    arena_init(&s->arena, 0);
    s->input.name = str_z(name);
    return s;
}

static inline struct sample *sample_text(const char *name, struct str text)
{
    struct sample *s = sample_new(name);

    text = arena_str(&s->arena, text);
    if (text.len >= 3 && memcmp(text.ptr, "\xEF\xBB\xBF", 3) == 0)
        text = str_of(text.ptr + 3, text.len - 3);
    if (str_ends(str_z(name), STR(".csv")))
        sample_csv(s, text);
    else if (str_ends(str_z(name), STR(".json")))
        sample_docs(s, text);
    else
        sample_lines(s, text);
    return s;
}

/* NULL when the file cannot be read. */
static inline struct sample *sample_file(const char *folder, const char *name)
{
    struct buf text = {0};
    struct buf path = {0};
    struct sample *s = NULL;

    buf_printf(&path, "%s/%s", folder, name);
    buf_putc(&path, '\0');
    if (file_read_all(path.ptr, 64 << 20, &text, NULL) == LANNER_OK)
        s = sample_text(name, buf_str(&text));
    buf_done(&text);
    buf_done(&path);
    return s;
}

static inline void sample_free(struct sample *s)
{
    if (s == NULL)
        return;
    VEC_DONE(&s->records);
    arena_done(&s->arena);
    free(s);
}

/* Folder of the synthetic examples. */
static inline const char *synthetic(void)
{
    static char path[4096];
    const char *root = getenv("LANNER_SOURCE_ROOT");

    snprintf(path, sizeof(path), "%s/tests/data/synthetic", root != NULL ? root : ".");
    return path;
}

/* ---- a table of all rows of a sample ---- */

struct table {
    struct arena arena;
    struct batch *b;
    struct extracted *rows;
    enum extract_status *status;
    size_t n;
};

static inline struct table *table_read(const struct extractor *x, const struct sample *s,
                                       size_t n_names, bool open)
{
    struct table *t = calloc(1, sizeof(*t));
    struct extractor_worker *w = extractor_worker_new(x);

    arena_init(&t->arena, 0);
    t->n = s->records.n;
    t->b = batch_new(&t->arena, (uint32_t)t->n + 1, (uint32_t)n_names, (uint32_t)n_names, open);
    t->rows = ARENA_ARRAY(&t->arena, struct extracted, t->n);
    t->status = ARENA_ARRAY(&t->arena, enum extract_status, t->n);
    for (uint32_t i = 0; i < t->n; i++) {
        t->b->ord[i] = ordinal_of(0, i);
        t->status[i] = extractor_read(x, w, &s->records.items[i], t->b, i, &t->rows[i]);
    }
    extractor_worker_free(w);
    return t;
}

static inline void table_free(struct table *t)
{
    arena_done(&t->arena);
    free(t);
}

static inline struct str table_text(const struct table *t, size_t col, size_t row)
{
    static char room[8][VAL_PRINT_MAX];
    static unsigned turn;

    return val_print(&t->b->cols[col].v[row], room[turn++ % 8]);
}

static inline bool table_has(const struct table *t, size_t col, size_t row)
{
    return t->b->cols[col].v[row].kind != KIND_ABSENT;
}

#endif
