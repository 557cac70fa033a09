/* pass.h - what passes share. Private to opt. */
#ifndef OPT_PASS_H
#define OPT_PASS_H

#include "expr/expr.h"
#include "opt/opt.h"

struct pass {
    struct plan *plan;
    const struct fn_env *env;
};

/* The nodes of a chain from its leaf up; items[n-1] is the top. VEC_DONE it. */
typedef VEC(struct plan_node *) node_chain;
void pass_chain(struct plan_node *top, node_chain *out);
/* Calls fn for every chain of the plan: the main one, those of tables, unions and sub-pipelines.
 * *top may be replaced. */
enum lanner_rc pass_each_chain(struct pass *p,
                               enum lanner_rc (*fn)(struct pass *p, struct plan_node **top,
                                                    struct lanner_err *err),
                               struct lanner_err *err);
/* True when the expression reads a field of that name. */
bool expr_reads(const struct expr *e, struct str name);
bool expr_is_call(const struct expr *e, const char *name);

#define PASS(name, always, doc)                                                                    \
    enum lanner_rc pass_##name(struct pass *p, struct lanner_err *err) MUST_USE;
#include "opt/passes.def"
#undef PASS

#endif
