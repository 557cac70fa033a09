/* repairs.h - what a tolerant front end noted while it read a query: in order, or as one error. */
#ifndef LANG_COMMON_REPAIRS_H
#define LANG_COMMON_REPAIRS_H

#include "plan/plan.h"

/* Puts the plan's notes, of parsing and of lowering, in the order of the text; the same note at the
 * same place counts once. */
void repairs_sort(struct plan *plan);
/* For strict mode: each repair is an error. The first gives the place, the others are listed in the
 * hint, and each goes to env->note. LANNER_OK when there is none. `product` refuses: "QRadar". */
enum lanner_rc repairs_refuse(const struct plan *plan, struct str text, const char *product,
                              const struct fn_env *env, struct lanner_err *err) MUST_USE;

#endif
