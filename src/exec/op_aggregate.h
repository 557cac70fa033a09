/* op_aggregate.h - the parts of the aggregate operator. Private to exec. */
#ifndef EXEC_OP_AGGREGATE_H
#define EXEC_OP_AGGREGATE_H

#include "exec/groups.h"
#include "exec/rows.h"

#define N_PARTITIONS 64

struct agg_item {
    const struct plan_agg *plan;
    const struct chain *pre;  /* NULL: none */
    const struct chain *post; /* NULL: none */
    const struct program *args;
    uint32_t first_col; /* of its outputs */
};

struct agg_worker {
    struct groups groups;
    struct spill spill;
    struct extents parts[N_PARTITIONS]; /* owned */
    uint64_t n_spilled;                 /* groups */
};

struct aggregate {
    struct group_shape shape;
    struct fetch *keys;
    struct agg_item *items;
    uint32_t n_base_cols;       /* keys and outputs; what post pipelines add comes behind */
    struct agg_worker *workers; /* owned */
};

/* Writes all groups of the worker to its file and forgets them. */
enum lanner_rc agg_spill(struct op *op, struct agg_worker *w, struct lanner_err *err) MUST_USE;
/* Calls visit with tables that together hold each group once. */
typedef enum lanner_rc (*agg_visit)(struct op *op, struct groups *t, void *ctx,
                                    struct lanner_err *err);
enum lanner_rc agg_walk(struct op *op, agg_visit visit, void *ctx, struct lanner_err *err) MUST_USE;
/* Merges what is in memory into worker 0's table, or, when something was spilled or has to be,
 * writes everything to disk. */
enum lanner_rc agg_combine(struct op *op, struct lanner_err *err) MUST_USE;
/* At least as many as there are groups; exact when nothing was spilled. */
uint64_t agg_n_groups(const struct op *op);
/* Reads the states and hands the rows on. */
enum lanner_rc agg_output(struct op *op, struct lanner_err *err) MUST_USE;

#endif
