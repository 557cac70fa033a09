/* result.h - rows of a finished plan to the caller's callback. Private to engine. */
#ifndef ENGINE_RESULT_H
#define ENGINE_RESULT_H

#include "exec/exec.h"

/* Delivers every row of x in order; *n_rows counts them. LANNER_ERR_STOPPED when fn said so. */
enum lanner_rc result_deliver(struct exec *x, const struct plan *p, lanner_on_row fn, void *ctx,
                              uint64_t *n_rows, struct lanner_err *err) MUST_USE;

/* Is the field a column of the result, where the plan does not name its columns? */
bool result_has_field(const struct schema *s, const struct schema_field *f);

#endif
