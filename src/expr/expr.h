/* expr.h - bound expressions compiled to a flat program that runs on batches.
 *
 * All thinking is done at compile time: names are columns, constants are folded into one-cell
 * columns, calls are bound. A program is read-only; each worker runs it with its own struct eval.
 */
#ifndef EXPR_EXPR_H
#define EXPR_EXPR_H

#include "plan/plan.h"

/* Binds the calls below e (fn->bind with the constant arguments) and folds constant calls of pure
 * functions. `call` of every EXPR_CALL is set. Safe to call twice. Errors have the call's place. */
enum lanner_rc expr_bind(struct expr *e, const struct fn_env *env, struct lanner_err *err) MUST_USE;
/* Binds one call whose outputs the plan names (multi, expand, aggregate, source). */
enum lanner_rc expr_bind_outputs(struct expr *e, const struct fn_env *env, const struct str *names,
                                 size_t n_names, bool open, struct lanner_err *err) MUST_USE;
/* Static type of a bound expression over rows of the schema. */
enum type expr_type(const struct expr *e, const struct schema *s);
/* Evaluates a bound expression without rows: true and the value when it is constant. */
bool expr_is_const(const struct expr *e, struct val *out);

struct program; /* read-only */
/* Compiles a bound expression against a schema. A field that is not in the schema is absent. */
enum lanner_rc program_new(struct arena *a, struct expr *e, const struct schema *s,
                           const struct program **out, struct lanner_err *err) MUST_USE;
/* A program for the arguments of a multi, expand or aggregate call. */
enum lanner_rc program_new_args(struct arena *a, struct expr *call, const struct schema *s,
                                const struct program **out, struct lanner_err *err) MUST_USE;

struct eval; /* one worker's scratch for any number of programs */
struct eval *eval_new(void);
void eval_free(struct eval *ev);
/* Bounds what functions make of one batch by what the query may use; 0: no bound of its own. */
void eval_limit(struct eval *ev, uint64_t memory);

/* Values of the expression for the selected rows of b; the column lives in b's arena. */
enum lanner_rc program_run(const struct program *p, struct eval *ev, struct batch *b,
                           const struct sel *sel, struct column *out,
                           struct lanner_err *err) MUST_USE;
/* The arguments of a call, args[0..n_args). */
enum lanner_rc program_run_args(const struct program *p, struct eval *ev, struct batch *b,
                                const struct sel *sel, const struct column **args,
                                struct lanner_err *err) MUST_USE;
/* Shrinks sel to the rows for which the expression is true. `and` and `or` are evaluated with
 * shrinking selections: later operands only for rows still undecided. */
enum lanner_rc program_select(const struct program *p, struct eval *ev, struct batch *b,
                              struct sel *sel, struct lanner_err *err) MUST_USE;
/* For functions that read fields by names that only the data knows (fn_def.reads_open): a view of
 * the batch whose open rows hold all fields, columns included. */
struct spread;
const struct spread *spread_new(struct arena *a, const struct schema *s);
struct batch *spread_apply(const struct spread *sp, const struct batch *b, const struct sel *sel);

/* The scratch slot of a call's kernel in this worker. */
struct fn_local *eval_local(struct eval *ev, const struct fn_call *call);

#endif
