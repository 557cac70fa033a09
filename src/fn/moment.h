/* moment.h - an instant in a zone and its printing by strftime-like codes (cql.md 3.2); zones named
 * by the data. Private to the room. */
#ifndef FN_MOMENT_H
#define FN_MOMENT_H

#include "fn/kernel.h"
#include "lookup/lookup.h"
#include "util/civil.h"

struct moment {
    int64_t utc_s;
    int32_t nanos;
    int32_t offset_s;
    struct civil local;
    const struct zone *zone;
};

/* False when the instant is outside the years 1 to 9999. */
bool moment_make(const struct zone *zone, int64_t ms, struct moment *out);
/* Appends what the code prints; false when there is no such code (nothing is appended then). */
bool moment_put(struct buf *out, char code, const struct moment *m);

/* How a function finds the zone of a row: a constant, else the row's own, else the query's. */
struct zone_pick {
    const struct zone *fixed; /* NULL: by row */
};
/* From the constant argument `zone_arg`; `field_arg` SIZE_MAX: there is none. */
enum lanner_rc zone_pick_bind(const struct fn_call *call, size_t zone_arg, struct zone_pick *out,
                              struct lanner_err *err) MUST_USE;
/* v is the row's own zone name, or NULL. */
const struct zone *zone_pick_row(const struct fn_run *run, const struct zone_pick *pick,
                                 const struct val *v);
/* The zone of that name from the worker's cache (the kernel's run->local is the cache's); NULL when
 * there is none. */
const struct zone *zone_cached(const struct fn_run *run, struct str name);

#endif
