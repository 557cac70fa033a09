/* result.h - the last operator: keeps the rows of the result and gives them in order. Private to
 * exec. */
#ifndef EXEC_RESULT_H
#define EXEC_RESULT_H

#include "exec/op.h"

struct sorter;

enum lanner_rc result_new(struct exec *x, const struct schema *schema, struct op **out,
                          struct lanner_err *err) MUST_USE;
enum lanner_rc result_next(struct op *op, struct batch **out, struct lanner_err *err) MUST_USE;
/* The result is what a finished sorter gives, in its order; the sorter stays its owner's. False
 * when op is no result. */
bool result_take(struct op *op, struct sorter *s);
/* True when no row can be in the result. */
bool result_wants_nothing(const struct plan_node *root);

#endif
