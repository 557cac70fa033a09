/* opt.h - passes: plan in, better plan out. One file each, a row in passes.def; the order of rows
 * is the order of running. A pass never changes the answer; golden tests run with and without them.
 */
#ifndef OPT_OPT_H
#define OPT_OPT_H

#include "plan/plan.h"

/* Runs the passes, before binding. `optimizer` false: only what execution needs; `prefilter` false:
 * no literals are looked for. The plan's tables are plans of their own. */
enum lanner_rc opt_run(struct plan *p, const struct fn_env *env, bool optimizer, bool prefilter,
                       struct lanner_err *err) MUST_USE;
/* The literals alone: sets the scan's `choices` from its conjuncts. */
enum lanner_rc opt_prefilter(struct plan *p, const struct fn_env *env,
                             struct lanner_err *err) MUST_USE;

#endif
