/* variant.h - further forms of a query (lanner_query_variant). Private to engine. */
#ifndef ENGINE_VARIANT_H
#define ENGINE_VARIANT_H

#include "engine/query.h"

/* A copy of what the caller asked for; everything it points to lives in `a`. */
struct lanner_variant *variant_copy(struct arena *a, const struct lanner_variant *v);
/* Rewrites the plan before passes run; v NULL is the query itself, with the session's allow-lists
 * applied. */
enum lanner_rc variant_apply(struct built *b, const struct lanner_variant *v,
                             struct lanner_err *err) MUST_USE;

#endif
