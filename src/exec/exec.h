/* exec.h - operators, pipelines, spill: a bound plan run on batches.
 *
 * A plan becomes a tree of operators, one file each (op_<name>.c, a row in plan/nodes.def). Rows
 * are pushed: exec_push may be called by many workers at once, each with its own number; then,
 * alone, exec_finish runs combine and finish of every breaker in order (what a breaker then emits
 * goes on through worker 0's operators) and the result is ready.
 *
 * Results never depend on which worker was first: order comes from ordinals. The result rows are in
 * ordinal order, or in the order of the plan's last sort (a sort gives its rows new ordinals). */
#ifndef EXEC_EXEC_H
#define EXEC_EXEC_H

#include "plan/plan.h"

struct exec_env {
    const struct fn_env *fn;
    struct arena *arena;   /* query arena, before execution */
    struct budget *budget; /* of the query */
    const char *temp_folder;
    unsigned n_workers;
    uint32_t batch_rows;
    const volatile int *cancel; /* non-zero: stop with LANNER_ERR_CANCELLED; checked once a batch */
    /* Times of the interval as fixed for this run, for automatic buckets and empty ones: ms, the
     * first in it and the first behind it, INT64_MIN when nothing is known. */
    int64_t interval_from_ms, interval_to_ms;
};

struct exec;
/* Tables that joins read, made before. */
struct exec_tables;

enum lanner_rc exec_new(struct plan *p, const struct exec_env *env, struct exec_tables *tables,
                        struct exec **out, struct lanner_err *err) MUST_USE;
/* True when the plan's leaf is the scan; false: generate or table, exec_finish makes its rows. */
bool exec_wants_scan(const struct exec *x);
/* True when no further row can change the result (a limit is complete): scanning may end. */
bool exec_is_done(const struct exec *x);
/* The batch's columns are those of the scan node's schema. The batch may be changed (columns
 * appended, selection shrunk). */
enum lanner_rc exec_push(struct exec *x, unsigned worker, struct batch *b,
                         struct lanner_err *err) MUST_USE;
/* A plan has a scan for each branch of its unions that reads the inputs. Each may have an interval
 * of its own, so each can be given its rows alone; exec_push gives the same ones to all. */
size_t exec_n_scans(const struct exec *x);
struct plan_node *exec_scan(const struct exec *x, size_t i);
enum lanner_rc exec_push_scan(struct exec *x, size_t i, unsigned worker, struct batch *b,
                              struct lanner_err *err) MUST_USE;
enum lanner_rc exec_finish(struct exec *x, struct lanner_err *err) MUST_USE;
/* The result, batch by batch, in order; *out NULL at the end. Valid until the next call. Columns
 * are those of exec_schema. */
enum lanner_rc exec_next(struct exec *x, struct batch **out, struct lanner_err *err) MUST_USE;
const struct schema *exec_schema(const struct exec *x);
uint64_t exec_spilled_bytes(const struct exec *x);
void exec_free(struct exec *x);

/* Tables by name. Rows are taken from a finished exec, or from a file's rows by the caller. */
struct exec_tables *exec_tables_new(struct budget *budget);
void exec_tables_free(struct exec_tables *t);
/* Drains x into the table. */
enum lanner_rc exec_tables_add(struct exec_tables *t, struct str name, struct exec *x,
                               struct lanner_err *err) MUST_USE;
/* Adds a table of text cells: names[n_cols], cells row by row (absent allowed). Copied. */
enum lanner_rc exec_tables_add_rows(struct exec_tables *t, struct str name, const struct str *names,
                                    size_t n_cols, const struct val *cells, size_t n_rows,
                                    struct lanner_err *err) MUST_USE;
/* The columns of a table, for binding. */
const struct schema *exec_tables_schema(const struct exec_tables *t, struct str name);

#endif
