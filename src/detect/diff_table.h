/* diff_table.h - private to detect: a result kept whole, to be compared. */
#ifndef DETECT_DIFF_TABLE_H
#define DETECT_DIFF_TABLE_H

#include "detect/diff.h"
#include "util/hash.h"

#define DIFF_MAX_ROWS    1000000
#define DIFF_MAX_BYTES   ((size_t)512 * 1024 * 1024)
#define DIFF_MAX_COLUMNS 2000

struct diff_table {
    struct arena arena;
    struct strmap index; /* name to column */
    VEC(struct str) names;
    VEC(struct table_row {
        const struct str *values; /* n of them: columns that came later have none */
        size_t n;
    })
    rows;
    struct lanner_err err; /* why taking rows was stopped */
};

void diff_table_init(struct diff_table *t);
void diff_table_done(struct diff_table *t);
/* The column of that name, made if need be; SIZE_MAX: too many. */
size_t diff_table_column(struct diff_table *t, struct str name);
/* False, with t->err: a bound was reached. */
bool diff_table_row(struct diff_table *t, const struct lanner_row *row);
/* Takes values in the order of `names`, which are few. */
bool diff_table_texts(struct diff_table *t, const struct str *names, const struct str *values,
                      size_t n);
struct str diff_table_value(const struct diff_table *t, size_t row, size_t column);

/* diff.c: fills everything of `r` but its sides and stats. `groups`, if not NULL, are the rows of
 * the two queries without the conditions behind their grouping: they tell which columns belong
 * together where a result is empty, and what the other result has for a row that is only in one. */
enum lanner_rc diff_tables(const struct diff_options *o, const struct diff_table tables[2],
                           const struct diff_table *groups, struct diff_result *r,
                           struct lanner_err *err) MUST_USE;

#endif
