/* op.h - what operators are made of. Private to exec.
 *
 * Two sorts. Streaming operators (filter, extend, project, branch) have `apply`: they change the
 * batch in place, and can stand in sub-pipelines. All others have `push`, take rows and give
 * batches of their own with op_emit; breakers give theirs in `finish`, as worker 0, when every
 * input has finished. */
#ifndef EXEC_OP_H
#define EXEC_OP_H

#include "exec/exec.h"
#include "expr/expr.h"

struct op_def;

struct op {
    const struct op_def *def;
    struct exec *x;
    const struct plan_node *node; /* NULL for sinks */
    const struct schema *in;      /* rows taken; NULL for leaves */
    struct op *next;              /* who takes the rows given; NULL in chains and for sinks */
    unsigned port;                /* which input of next this is */
    void *state;                  /* owned, freed by close */
};

struct op_def {
    const char *name;
    /* Compiles; makes op->state. */
    enum lanner_rc (*open)(struct op *op, struct lanner_err *err);
    enum lanner_rc (*apply)(struct op *op, unsigned worker, struct batch *b,
                            struct lanner_err *err);
    enum lanner_rc (*push)(struct op *op, unsigned worker, struct batch *b, unsigned port,
                           struct lanner_err *err);
    enum lanner_rc (*finish)(struct op *op, struct lanner_err *err);
    /* Puts rows that are only being gathered on disk, because somebody who works alone needs the
     * memory. */
    enum lanner_rc (*relieve)(struct op *op, struct lanner_err *err);
    /* Forgets all rows: as open left it. For the bodies of group_apply. */
    void (*reset)(struct op *op);
    void (*close)(struct op *op); /* accepts state NULL */
};

struct exec {
    struct exec_env env;
    struct plan *plan;
    struct exec_tables *tables;
    struct eval **evals;    /* owned, one a worker */
    VEC(struct op *) all;   /* in the query arena; closed by exec_free */
    VEC(struct op *) order; /* the main pipeline, inputs before consumers */
    VEC(struct op *) scans;
    struct op *sink;
    _Atomic uint64_t n_spilled; /* bytes */
    bool finished;
};

/* The operator of a node, opened. */
enum lanner_rc op_new(struct exec *x, struct plan_node *node, struct op *next, struct op **out,
                      struct lanner_err *err) MUST_USE;
/* One that stands for no node. */
struct op *op_new_bare(struct exec *x, const struct op_def *def, const struct schema *in);
/* Hands the batch to those after op. Stops when no row is left or the query is cancelled. */
enum lanner_rc op_emit(struct op *op, unsigned worker, struct batch *b,
                       struct lanner_err *err) MUST_USE;
/* Asks all operators for memory; only while nobody pushes. */
enum lanner_rc exec_relieve(struct exec *x, struct lanner_err *err) MUST_USE;
enum lanner_rc exec_check(const struct exec *x, struct lanner_err *err) MUST_USE;
void exec_note(const struct exec *x, enum lanner_note_kind kind, struct span at, const char *fmt,
               ...) PRINTF(4, 5);
/* The refusal of a budget that nothing can be done about. */
enum lanner_rc exec_no_memory(const struct exec *x, struct span at, const char *name, uint64_t need,
                              struct lanner_err *err);

/* A pipeline over a chain of nodes down to a leaf; ops are appended in running order. */
struct op_list {
    struct op **items; /* owned */
    size_t n, cap;
};
enum lanner_rc pipeline_new(struct exec *x, struct plan_node *top, struct op *sink, unsigned port,
                            struct op_list *out, struct lanner_err *err) MUST_USE;

/* A sub-pipeline of streaming operators. */
struct chain {
    struct op **ops; /* query arena, in running order */
    size_t n;
    const struct schema *schema; /* of what it gives */
};
enum lanner_rc chain_new(struct exec *x, struct plan_node *top, const struct chain **out,
                         struct lanner_err *err) MUST_USE;
enum lanner_rc chain_apply(const struct chain *c, unsigned worker, struct batch *b,
                           struct lanner_err *err) MUST_USE;

/* A copy of the header: columns can be appended and the selection shrunk without b noticing. */
struct batch *batch_view(const struct batch *b, const struct sel *sel);
/* Appends a column that exists already. */
void batch_append(struct batch *b, struct column c);
/* Gives the batch open rows of its own, so that those it shared are not written; no-op without. */
void batch_own_open(struct batch *b, const struct sel *sel);

/* How a field is read from rows of a schema. */
struct fetch {
    uint32_t col;    /* FETCH_*: not a column */
    struct str name; /* for FETCH_OPEN */
};
#define FETCH_ABSENT UINT32_MAX
#define FETCH_OPEN   (UINT32_MAX - 1)
struct fetch fetch_new(const struct schema *s, struct str name);
static inline struct val fetch_at(const struct fetch *f, const struct batch *b, uint32_t row)
{
    if (LIKELY(f->col < FETCH_OPEN))
        return *column_at(&b->cols[f->col], row);
    if (f->col == FETCH_OPEN && b->open != NULL) {
        const struct val *v = open_get(&b->open[row], f->name);

        return v != NULL ? *v : VAL_ABSENT;
    }
    return VAL_ABSENT;
}
/* The field as a column: one of the batch's, or one made for the selected rows. */
struct column fetch_column(const struct fetch *f, const struct batch *b);
/* One for each name. */
struct fetch *fetch_list(struct arena *a, const struct schema *s, const struct str *names,
                         size_t n);

/* lo of the i-th row made from one with ordinal o. Three levels fit. */
enum lanner_rc ordinal_sub(struct ordinal o, uint64_t i, struct ordinal *out,
                           struct lanner_err *err);

/* Sessions that an op_session has begun so far. */
int64_t session_count(const struct op *op);

/* The operators, one for each row of plan/nodes.def but INPUT. */
extern const struct op_def op_scan, op_generate, op_table, op_filter, op_extend, op_project,
    op_unnest, op_branch, op_each, op_transpose, op_join_in_place, op_aggregate, op_group_apply,
    op_sort, op_top_n, op_top_share, op_limit, op_distinct, op_union, op_join, op_series,
    op_correlate, op_session, op_sequence;
extern const struct op_def op_result;

#endif
