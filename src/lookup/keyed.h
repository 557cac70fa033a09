/* keyed.h - rows of a table found by a key, in the table's order. Private to the room. */
#ifndef LOOKUP_KEYED_H
#define LOOKUP_KEYED_H

#include "lookup/table.h"
#include "util/hash.h"

struct keyed {
    struct strmap heads; /* key to first row */
    uint32_t *next;      /* of each row: row + 1, 0 at the end */
};

/* Empty, for n rows; freed with the arena. */
void keyed_init(struct keyed *k, struct arena *a, size_t n_rows);
/* Rows are put from the last to the first. */
void keyed_put(struct keyed *k, struct str key, size_t row);
size_t keyed_first(const struct keyed *k, struct str key); /* SIZE_MAX: none */
size_t keyed_next(const struct keyed *k, size_t row);

/* The cell's text, trimmed; empty when there is no such column or no value. */
struct str table_text(const struct lookup_table *t, size_t row, size_t column);
/* The column of any of these names (NULL at the end); SIZE_MAX when there is none. */
size_t table_find_column(const struct lookup_table *t, const char *const *names);
/* The same, but LANNER_ERR_INPUT when there is none. */
enum lanner_rc table_need_column(const struct lookup_table *t, const char *path,
                                 const char *const *names, size_t *out,
                                 struct lanner_err *err) MUST_USE;
/* "PATH: line N: WHAT" */
enum lanner_rc table_fail(const struct lookup_table *t, const char *path, size_t row,
                          const char *what, struct lanner_err *err);

#endif
