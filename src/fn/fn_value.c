/* fn_value.c - choosing a value: if, coalesce, default. */
#include "fn/kernel.h"

static bool is_empty_text(const struct val *v)
{
    return val_is_text(v) && v->len == 0;
}

enum { IF_CONDITION, IF_THEN, IF_ELSE };

static enum lanner_rc eval_if(struct fn_run *run, const struct column *args, const struct sel *sel,
                              struct val *out, struct lanner_err *err)
{
    (void)run;
    (void)err;
    SEL_FOR (sel, i) {
        bool yes = cell_truth(column_at(&args[IF_CONDITION], i)) == 1;

        out[i] = *column_at(&args[yes ? IF_THEN : IF_ELSE], i);
    }
    return LANNER_OK;
}

enum { COALESCE_IGNORE_EMPTY, COALESCE_FIRST };

static enum lanner_rc eval_coalesce(struct fn_run *run, const struct column *args,
                                    const struct sel *sel, struct val *out, struct lanner_err *err)
{
    bool ignore_empty = arg_bool(run->call, COALESCE_IGNORE_EMPTY, true);
    size_t n = run->call->n_args;

    (void)err;
    SEL_FOR (sel, i) {
        out[i] = VAL_ABSENT;
        for (size_t k = COALESCE_FIRST; k < n; k++) {
            const struct val *v = column_at(&args[k], i);

            if (!val_is_null(v) && !(ignore_empty && is_empty_text(v))) {
                out[i] = *v;
                break;
            }
        }
    }
    return LANNER_OK;
}

enum { DEFAULT_OLD, DEFAULT_VALUE, DEFAULT_REPLACE_EMPTY };

static enum lanner_rc eval_default(struct fn_run *run, const struct column *args,
                                   const struct sel *sel, struct val *out, struct lanner_err *err)
{
    bool replace_empty = arg_bool(run->call, DEFAULT_REPLACE_EMPTY, false);

    (void)err;
    SEL_FOR (sel, i) {
        const struct val *v = column_at(&args[DEFAULT_OLD], i);
        bool keep = !val_is_null(v) && !(replace_empty && is_empty_text(v));

        out[i] = keep ? *v : *column_at(&args[DEFAULT_VALUE], i);
    }
    return LANNER_OK;
}

static const struct fn_param if_params[] = {
    PARAM("condition", P_EXPR, PARAM_FIRST, NULL), PARAM("then", P_EXPR, PARAM_REQUIRED, NULL),
    PARAM("else", P_EXPR, 0, NULL), PARAM_AS("_if"), PARAMS_END};
static const struct fn_param coalesce_params[] = {
    PARAM("ignoreEmpty", P_BOOL, 0, "true"),
    PARAM("expressions", P_EXPR, PARAM_FIRST | PARAM_MANY, NULL), PARAM_AS("_coalesce"),
    PARAMS_END};
static const struct fn_param default_params[] = {
    PARAM("field", P_FIELD, PARAM_REQUIRED, NULL), PARAM("value", P_EXPR, PARAM_FIRST, NULL),
    PARAM("replaceEmpty", P_BOOL, 0, "false"), PARAMS_END};

const struct fn_def fn_value[] = {
    {
        .name = "if",
        .kind = FN_SCALAR,
        .params = if_params,
        .ret = TYPE_ANY,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_CQL] = "if"},
        .family = "Conditional and value functions",
        .doc =
            "`then` when the condition is true, `else` otherwise, also when the condition has no "
            "value.",
        .eval = eval_if,
    },
    {
        .name = "coalesce",
        .kind = FN_SCALAR,
        .params = coalesce_params,
        .ret = TYPE_ANY,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_CQL] = "coalesce"},
        .family = "Conditional and value functions",
        .doc = "The first expression that has a value; empty texts are passed over unless "
               "`ignoreEmpty=false`.",
        .eval = eval_coalesce,
    },
    {
        .name = "default_value",
        .kind = FN_SCALAR,
        .params = default_params,
        .ret = TYPE_ANY,
        .nulls = FN_NULLS_SEEN,
        .family = "Conditional and value functions",
        .doc = "The field's value, or `value` when it has none (with `replaceEmpty=true` also when "
               "it is empty).",
        .eval = eval_default,
    },
    {0},
};
