/* kernel.h - what the families of this room share: parameter lists, constant arguments, cells as
 * text and numbers, results in the batch's arena. Private to the room. */
#ifndef FN_KERNEL_H
#define FN_KERNEL_H

#include <stdlib.h>

#include "fn/fn.h"
#include "match/match.h"

/* ---- rows --------------------------------------------------------------------------------------
 */

#define PARAM(name, kind, flags, fallback)                                                         \
    {                                                                                              \
        (name), NULL, (kind), (flags), (fallback), NULL                                            \
    }
#define PARAM_ALIAS(name, alias, kind, flags, fallback)                                            \
    {                                                                                              \
        (name), (alias), (kind), (flags), (fallback), NULL                                         \
    }
#define PARAM_WORDS(name, flags, fallback, words)                                                  \
    {                                                                                              \
        (name), NULL, P_OPTION, (flags), (fallback), (words)                                       \
    }
#define PARAM_AS(fallback)                                                                         \
    {                                                                                              \
        "as", NULL, P_AS, 0, (fallback), NULL                                                      \
    }
#define PARAMS_END                                                                                 \
    {                                                                                              \
        NULL, NULL, P_EXPR, 0, NULL, NULL                                                          \
    }
#define PARAM_FIRST (PARAM_DEFAULT | PARAM_REQUIRED)

/* field, as: the shape of most transforms. */
#define PARAMS_FIELD_AS(id, fallback)                                                              \
    static const struct fn_param id[] = {PARAM("field", P_FIELD, PARAM_FIRST, NULL),               \
                                         PARAM_AS(fallback), PARAMS_END}

/* ---- constant arguments ------------------------------------------------------------------------
 */

/* The argument as bind sees it; an absent constant when it was not given. */
const struct fn_arg *arg_at(const struct fn_call *call, size_t i);
bool arg_given(const struct fn_call *call, size_t i);
/* Text of a constant argument; empty when not given. Numbers are printed into the arena. */
struct str arg_text(const struct fn_call *call, size_t i, struct arena *a);
bool arg_bool(const struct fn_call *call, size_t i, bool fallback);
/* Fails when something was given that is no whole number within [least, most]. */
enum lanner_rc arg_long(const struct fn_call *call, size_t i, const char *name, int64_t fallback,
                        int64_t least, int64_t most, int64_t *out, struct lanner_err *err) MUST_USE;
enum lanner_rc arg_double(const struct fn_call *call, size_t i, const char *name, double fallback,
                          double *out, struct lanner_err *err) MUST_USE;
/* The items of a list; a single value is a list of one. n 0 when not given. */
const struct val *arg_list(const struct fn_call *call, size_t i, size_t *n);
/* Refuses a column where the kernel needs a constant. */
enum lanner_rc arg_need_const(const struct fn_call *call, size_t i, const char *name,
                              struct lanner_err *err) MUST_USE;
/* The function's name as a user knows it. */
const char *call_name(const struct fn_call *call);
/* Gives an error without a place that of the call. */
enum lanner_rc call_err(const struct fn_call *call, enum lanner_rc rc, struct lanner_err *err);
/* Compiles a pattern in the call's dialect. */
enum lanner_rc call_regex(const struct fn_call *call, struct arena *a, struct str pattern,
                          struct str flags, unsigned more, const struct regex **out,
                          struct lanner_err *err) MUST_USE;
/* Index of the name among the outputs; SIZE_MAX when it is not asked for. */
size_t out_index(const struct fn_call *call, struct str name);
/* For each name that the row's `writes` gives, its index among the outputs or SIZE_MAX. */
enum lanner_rc out_map(const struct fn_call *call, const size_t **out,
                       struct lanner_err *err) MUST_USE;

/* ---- cells -------------------------------------------------------------------------------------
 */

/* The text of a cell; false when it has no value or is an array. */
static inline bool cell_text(const struct val *v, char room[VAL_PRINT_MAX], struct str *out)
{
    if (LIKELY(val_is_text(v))) {
        *out = val_as_str(v);
        return true;
    }
    if (val_is_null(v) || v->kind == KIND_ARRAY)
        return false;
    *out = val_print(v, room);
    return true;
}
/* The same where no value is an empty text. */
struct str cell_text_or_empty(const struct val *v, char room[VAL_PRINT_MAX]);
/* The cell as a double; false when it is no number. */
bool cell_double(const struct val *v, double *out);
/* The cell as a 64-bit integer: an integer, or a real without fraction that fits. */
bool cell_long(const struct val *v, int64_t *out);
/* 1 true, 0 false, -1 neither. The texts true and false are the booleans. */
int cell_truth(const struct val *v);
bool double_is_long(double d, int64_t *out);

/* ---- results -----------------------------------------------------------------------------------
 */

/* Texts made by one cell are bounded: a query could otherwise make a gigabyte of a kilobyte. */
#define TEXT_RESULT_MAX ((size_t)64 * 1024 * 1024)
/* And so are those of one batch together. */
#define BATCH_RESULT_MAX ((size_t)1024 * 1024 * 1024)
/* Whether a kernel may stop: the batch has made more than it may, and the run fails for it. */
static inline bool run_is_full(const struct fn_run *run)
{
    return run->bytes_most != 0 && run->arena->n_bytes > run->bytes_most;
}
/* A copy of the text in the batch's arena. Above the bound: absent, and said so. */
struct val result_text(const struct fn_run *run, struct str s);
void run_note(const struct fn_run *run, enum lanner_note_kind kind, const char *fmt, ...)
    PRINTF(3, 4);
/* The worker's scratch for regular expressions. */
struct regex_scratch *run_regex(const struct fn_run *run);
/* A pattern hit its limits on this row: the row counts as not matched and the result as incomplete.
 */
void run_undecided(const struct fn_run *run);

/* Text to text: appends to out and returns true, or returns false for no result. */
typedef bool (*text_fn)(const struct fn_call *call, struct str in, struct buf *out);
enum lanner_rc eval_text(struct fn_run *run, const struct column *args, const struct sel *sel,
                         struct val *out, text_fn fn);
/* Every selected cell absent. */
void fill_absent(const struct sel *sel, struct val *out);

/* ---- literals ----------------------------------------------------------------------------------
 */

/* Adds a case-sensitive literal; false when the text is empty. */
bool literal_add(fn_literals *out, struct str text);
bool literal_add_glob(fn_literals *out, const struct glob *g, bool ignore_case);
/* The run of the pattern that selects best in the call's first argument. */
bool literal_add_like(const struct fn_call *call, fn_literals *out, const struct like *l,
                      bool ignore_case);
bool literal_add_regex(fn_literals *out, const struct regex *re, struct arena *a);

#endif
