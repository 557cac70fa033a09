/* eval.h - one worker's scratch. Private to expr. */
#ifndef EXPR_EVAL_H
#define EXPR_EVAL_H

#include "expr/expr.h"

/* True when a null constant in argument i of a FN_NULL_IN_NULL_OUT call makes the result null: it
 * is a value, not an option that was left out. */
bool expr_null_masks(const struct fn_def *fn, size_t i);

/* What functions may make of one batch, in bytes. */
size_t eval_most(const struct eval *ev);

#endif
