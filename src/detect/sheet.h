/* sheet.h - the CSV files of tuning: comment lines, a header, rows; commas, semicolons or tabs. */
#ifndef DETECT_SHEET_H
#define DETECT_SHEET_H

#include "util/mem.h"

#define SHEET_MAX_COLUMNS ((size_t)64)
#define SHEET_MAX_BYTES   ((size_t)16 * 1024 * 1024)

struct sheet_row {
    uint32_t line;     /* 1-based, where it begins */
    struct str *cells; /* sheet.n_columns, trimmed */
    uint32_t *columns; /* 1-based byte column of each cell; 0: not known (doubled quotes) */
};

struct sheet {
    const char *file;    /* for messages */
    struct str *columns; /* names of the header */
    size_t n_columns;
    struct sheet_row *rows;
    size_t n_rows;
};

/* Reads the text of a file, which must live as long as the sheet. More rows than max_rows, a row
 * that is longer or shorter than the header, and a text without header are errors with their place.
 */
enum lanner_rc sheet_parse(struct arena *a, const char *file, struct str text, size_t max_rows,
                           struct sheet *out, struct lanner_err *err) MUST_USE;
/* The column of a name, case ignored; SIZE_MAX: none. */
size_t sheet_column(const struct sheet *s, const char *name);
/* The cell of a column; empty for SIZE_MAX. */
struct str sheet_cell(const struct sheet_row *row, size_t column);
/* "file:line:column: text"; LANNER_ERR_INPUT. */
enum lanner_rc sheet_error(const struct sheet *s, const struct sheet_row *row, size_t column,
                           struct lanner_err *err, const char *fmt, ...) PRINTF(5, 6);

#endif
