/* sheet.c - see sheet.h. */
#include "detect/sheet.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "record/record.h"
#include "util/buf.h"

struct sheet_reader {
    struct sheet *sheet;
    struct arena *a;
    const char *p, *end;
    uint32_t line; /* of p */
    char delimiter;
    VEC(struct sheet_row) rows;
};

static enum lanner_rc fail(const char *file, uint32_t line, uint32_t column, struct lanner_err *err,
                           const char *text)
{
    if (column > 0)
        err_set(err, LANNER_ERR_INPUT, "%s:%u:%u: %s", file, line, column, text);
    else
        err_set(err, LANNER_ERR_INPUT, "%s:%u: %s", file, line, text);
    if (err != NULL) {
        err->line = line;
        err->column = column > 0 ? column : 1;
        err->length = 1;
    }
    return LANNER_ERR_INPUT;
}

enum lanner_rc sheet_error(const struct sheet *s, const struct sheet_row *row, size_t column,
                           struct lanner_err *err, const char *fmt, ...)
{
    char text[400];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    return fail(s->file, row != NULL ? row->line : 1,
                row != NULL && column < s->n_columns ? row->columns[column] : 0, err, text);
}

/* The next record and its line; false at the end. */
static bool next_record(struct sheet_reader *r, struct str *record, uint32_t *line)
{
    struct csv_state state = {0};
    const char *stop;

    if (r->p >= r->end)
        return false;
    *line = r->line;
    stop = csv_record_end(r->p, r->end, r->delimiter, &state);
    if (stop == NULL)
        stop = r->end;
    *record = str_of(r->p, (size_t)(stop - r->p));
    for (const char *q = r->p; q < stop; q++)
        r->line += *q == '\n';
    r->line++;
    r->p = stop + 1;
    return true;
}

/* A comment may hold quotes, so it ends with its line whatever is in it. */
static void skip_comments(struct sheet_reader *r)
{
    if (str_starts(str_of(r->p, (size_t)(r->end - r->p)), STR("\xEF\xBB\xBF")))
        r->p += 3;
    while (r->p < r->end && (*r->p == '#' || *r->p == '\n' || *r->p == '\r')) {
        const char *stop = memchr(r->p, '\n', (size_t)(r->end - r->p));

        r->p = stop != NULL ? stop + 1 : r->end;
        r->line++;
    }
}

static enum lanner_rc read_header(struct sheet_reader *r, struct lanner_err *err)
{
    struct csv_header *header;
    struct str record;
    uint32_t line;

    skip_comments(r);
    r->delimiter = ',';
    if (r->p < r->end) {
        const char *stop = memchr(r->p, '\n', (size_t)(r->end - r->p));
        char guess =
            csv_guess_delimiter(str_of(r->p, (size_t)((stop != NULL ? stop : r->end) - r->p)));

        r->delimiter = guess != 0 ? guess : ',';
    }
    if (!next_record(r, &record, &line))
        return fail(r->sheet->file, r->line, 0, err,
                    "expected a header with the names of the columns, found the end of the file");
    header = csv_header_parse(record, r->delimiter, r->a);
    if (header->n > SHEET_MAX_COLUMNS)
        return fail(r->sheet->file, line, 0, err, "more than 64 columns");
    r->sheet->columns = header->names;
    r->sheet->n_columns = header->n;
    return LANNER_OK;
}

static enum lanner_rc read_row(struct sheet_reader *r, struct str record, uint32_t line,
                               struct lanner_err *err)
{
    struct sheet_row row = {.line = line};
    char text[120];
    size_t n;

    row.cells = csv_split(record, r->delimiter, r->a, SHEET_MAX_COLUMNS + 1, &n);
    if (n != r->sheet->n_columns) {
        snprintf(text, sizeof(text), "expected %zu columns as in the header, found %zu",
                 r->sheet->n_columns, n);
        return fail(r->sheet->file, line, 0, err, text);
    }
    row.columns = ARENA_ARRAY(r->a, uint32_t, n);
    for (size_t i = 0; i < n; i++) {
        const char *p;

        row.cells[i] = str_trim(row.cells[i]);
        p = row.cells[i].ptr;
        if (p != NULL && p >= record.ptr && p <= record.ptr + record.len)
            row.columns[i] = (uint32_t)MIN((size_t)(p - record.ptr), (size_t)UINT32_MAX - 1) + 1;
    }
    VEC_PUSH(&r->rows, row);
    return LANNER_OK;
}

static enum lanner_rc read_rows(struct sheet_reader *r, size_t max_rows, struct lanner_err *err)
{
    struct str record;
    uint32_t line;
    char text[80];

    while (next_record(r, &record, &line)) {
        if (str_trim(record).len == 0)
            continue;
        if (r->rows.n == max_rows) {
            snprintf(text, sizeof(text), "more than %zu rows", max_rows);
            return fail(r->sheet->file, line, 0, err, text);
        }
        TRY(read_row(r, record, line, err));
    }
    return LANNER_OK;
}

enum lanner_rc sheet_parse(struct arena *a, const char *file, struct str text, size_t max_rows,
                           struct sheet *out, struct lanner_err *err)
{
    struct sheet_reader r = {.sheet = out, .a = a, .p = text.ptr, .line = 1};
    enum lanner_rc rc;

    *out = (struct sheet){.file = file};
    r.end = text.ptr + text.len;
    rc = read_header(&r, err);
    if (rc == LANNER_OK)
        rc = read_rows(&r, max_rows, err);
    out->n_rows = r.rows.n;
    out->rows = ARENA_ARRAY(a, struct sheet_row, r.rows.n);
    if (r.rows.n > 0)
        memcpy(out->rows, r.rows.items, r.rows.n * sizeof(*out->rows));
    VEC_DONE(&r.rows);
    return rc;
}

size_t sheet_column(const struct sheet *s, const char *name)
{
    for (size_t i = 0; i < s->n_columns; i++) {
        if (str_eq_nocase(s->columns[i], str_z(name)))
            return i;
    }
    return SIZE_MAX;
}

struct str sheet_cell(const struct sheet_row *row, size_t column)
{
    return column == SIZE_MAX ? STR_NONE : row->cells[column];
}
