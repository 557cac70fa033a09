/* table.h - a lookup file as a table of text: CSV with a header, or JSON (an array of objects, one
 * object a line, or one object of objects, whose names become a column `key`). Lines of comment may
 * stand before a header: a # and a blank, or nothing. */
#ifndef LOOKUP_TABLE_H
#define LOOKUP_TABLE_H

#include "batch/batch.h"
#include "lookup/folders.h"

struct lookup_table {
    struct str *columns; /* all in the arena */
    size_t n_columns;
    struct val *cells; /* row by row; absent where a row has no such column */
    size_t n_rows;
    uint32_t *lines; /* in the file, of each row */
    bool keyed;      /* the last column holds the names of an object of objects */
};

/* Reads the file that a query calls `name` from the first of the folders that has it. The ending
 * does not matter: the content tells CSV from JSON. A ragged CSV row, JSON that does not parse and
 * a table without columns are LANNER_ERR_INPUT with file and line. */
enum lanner_rc lookup_table_read(const struct lookup_folders *folders, struct str name,
                                 struct arena *a, struct lookup_table *out,
                                 struct lanner_err *err) MUST_USE;
/* The same of a file that the user gave by its path. */
enum lanner_rc lookup_table_read_path(const char *path, struct arena *a, struct lookup_table *out,
                                      struct lanner_err *err) MUST_USE;
/* The same of a text, to which the cells point. */
enum lanner_rc lookup_table_parse(struct str text, struct str name, struct arena *a,
                                  struct lookup_table *out, struct lanner_err *err) MUST_USE;
/* The column of that name, exactly, else without regard to case; SIZE_MAX when there is none. */
size_t lookup_table_column(const struct lookup_table *t, struct str name);

#endif
