/* window.h - window() inside timeChart() and bucket(). Private to the room. */
#ifndef LANG_CQL_WINDOW_H
#define LANG_CQL_WINDOW_H

#include "lang/cql/lower.h"

/* One output of a window: the fold of a hidden output over the last buckets. */
struct cql_window_part {
    struct span at;
    const char *fold;
    struct str hidden, name;
    uint64_t n_buckets;
};
struct cql_windows {
    VEC(struct cql_window_part) parts;
};

/* The function of a chart, its windows taken out and put in w; in *rest what stands for them.
 * bucket_ms: the width of a bucket, 0: automatic. */
MUST_USE enum lanner_rc cql_windows_take(struct cql_lower *l, const struct cql_node *function,
                                         int64_t bucket_ms, struct cql_windows *w,
                                         const struct cql_node **rest, struct lanner_err *err);
/* Over the rows of the chart, one for each bucket in order. */
void cql_windows_push(struct cql_lower *l, const struct cql_windows *w);
/* window() elsewhere: refused. */
cql_stage_fn cql_stage_window;

#endif
