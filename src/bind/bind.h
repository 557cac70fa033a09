/* bind.h - names to columns, once per plan.
 *
 * Two walks. Backward: which names each node's consumer asks for (field pruning is part of binding,
 * so there is one path through the code); only where something asks for all fields does the scan
 * make open rows. Forward: the schema of every node (field -> column, type), calls bound.
 * Afterwards the plan is read-only. */
#ifndef BIND_BIND_H
#define BIND_BIND_H

#include "plan/plan.h"

/* The backward walk. The plan holds what it found until bind_done. */
void bind_demand(struct plan *p);
/* After bind_demand: the names that the node's consumer asks for; valid until bind_done. */
const struct str *bind_asked(const struct plan_node *n, size_t *n_names);
/* What the plans' scans ask for together: columns in order of names, then searches. */
void bind_scan_fields(struct plan *const *plans, size_t n, struct arena *a,
                      struct scan_fields *out);
/* The forward walk: sets node->schema everywhere and binds all calls. */
enum lanner_rc bind_plan(struct plan *p, const struct scan_fields *fields, const struct fn_env *env,
                         struct lanner_err *err) MUST_USE;
void bind_done(struct plan *p);

#endif
