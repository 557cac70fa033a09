/* fn_logic.c - and, or, not over three values: true, false, null. The texts true and false are the
 * booleans; everything else is null. */
#include "fn/kernel.h"

static struct val truth_val(int t)
{
    return t < 0 ? VAL_ABSENT : val_bool(t != 0);
}

/* `stop` is the truth that decides: false for and, true for or. */
static void eval_chain(const struct fn_run *run, const struct column *args, const struct sel *sel,
                       struct val *out, int stop)
{
    size_t n = run->call->n_args;

    SEL_FOR (sel, i) {
        int result = !stop;

        for (size_t k = 0; k < n && result != stop; k++) {
            int t = cell_truth(column_at(&args[k], i));

            if (t != !stop)
                result = t;
        }
        out[i] = truth_val(result);
    }
}

static enum lanner_rc eval_and(struct fn_run *run, const struct column *args, const struct sel *sel,
                               struct val *out, struct lanner_err *err)
{
    (void)err;
    eval_chain(run, args, sel, out, 0);
    return LANNER_OK;
}

static enum lanner_rc eval_or(struct fn_run *run, const struct column *args, const struct sel *sel,
                              struct val *out, struct lanner_err *err)
{
    (void)err;
    eval_chain(run, args, sel, out, 1);
    return LANNER_OK;
}

static enum lanner_rc eval_not(struct fn_run *run, const struct column *args, const struct sel *sel,
                               struct val *out, struct lanner_err *err)
{
    (void)run;
    (void)err;
    SEL_FOR (sel, i) {
        int t = cell_truth(column_at(&args[0], i));

        out[i] = truth_val(t < 0 ? t : !t);
    }
    return LANNER_OK;
}

static enum lanner_rc eval_is_true(struct fn_run *run, const struct column *args,
                                   const struct sel *sel, struct val *out, struct lanner_err *err)
{
    (void)run;
    (void)err;
    SEL_FOR (sel, i) {
        out[i] = val_bool(cell_truth(column_at(&args[0], i)) == 1);
    }
    return LANNER_OK;
}

static const struct fn_param chain_params[] = {
    PARAM("conditions", P_EXPR, PARAM_FIRST | PARAM_MANY, NULL), PARAMS_END};
static const struct fn_param one_params[] = {PARAM("expression", P_EXPR, PARAM_FIRST, NULL),
                                             PARAMS_END};

const struct fn_def fn_logic[] = {
    {
        .name = "and",
        .kind = FN_SCALAR,
        .params = chain_params,
        .ret = TYPE_BOOL,
        .nulls = FN_NULLS_SEEN,
        .family = "Logic",
        .doc = "True when all conditions are true, false when one is false, else null.",
        .eval = eval_and,
    },
    {
        .name = "or",
        .kind = FN_SCALAR,
        .params = chain_params,
        .ret = TYPE_BOOL,
        .nulls = FN_NULLS_SEEN,
        .family = "Logic",
        .doc = "True when one condition is true, false when all are false, else null.",
        .eval = eval_or,
    },
    {
        .name = "not",
        .kind = FN_SCALAR,
        .params = one_params,
        .ret = TYPE_BOOL,
        .nulls = FN_NULLS_SEEN,
        .family = "Logic",
        .doc = "The opposite; null stays null.",
        .eval = eval_not,
    },
    {
        .name = "is_true",
        .kind = FN_PREDICATE,
        .params = one_params,
        .ret = TYPE_BOOL,
        .nulls = FN_NULLS_SEEN,
        .family = "Logic",
        .doc = "True when the expression is true; null counts as false.",
        .eval = eval_is_true,
    },
    {
        .name = "test",
        .kind = FN_PREDICATE,
        .params = one_params,
        .ret = TYPE_BOOL,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_CQL] = "test"},
        .family = "Filters",
        .doc = "Passes when the expression is true. Bare words are fields, quoted words are text; "
               "null, numbers and other texts do not pass.",
        .eval = eval_is_true,
    },
    {0},
};
