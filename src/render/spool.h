/* spool.h - private to render: rows kept until all field names are known, in memory first, then in
 * a temporary file without a name. */
#ifndef RENDER_SPOOL_H
#define RENDER_SPOOL_H

#include "util/base.h"

struct spool;

/* One row as a table has it: a value for each name of spool_names. */
typedef enum lanner_rc (*spool_row_fn)(void *ctx, const struct lanner_value *values,
                                       struct lanner_err *err);

struct spool *spool_new(const char *folder); /* NULL: $TMPDIR or /tmp */
void spool_free(struct spool *s);            /* accepts NULL */
MUST_USE enum lanner_rc spool_add(struct spool *s, const struct lanner_row *row,
                                  struct lanner_err *err);
/* Columns of the query in their order, then the open names of all rows, sorted bytewise. Ends
 * adding. */
const struct lanner_name *spool_names(struct spool *s, size_t *n);
/* All rows in the order they came; may be called several times. */
MUST_USE enum lanner_rc spool_each(struct spool *s, spool_row_fn fn, void *ctx,
                                   struct lanner_err *err);

#endif
