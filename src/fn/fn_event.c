/* fn_event.c - facts about whole events: eventSize, eventFieldCount, sample, dropEvent. */
#include <math.h>

#include "fn/kernel.h"
#include "util/hash.h"

static const struct open_row *row_of(const struct fn_run *run, uint32_t row)
{
    return run->in != NULL && run->in->open != NULL ? &run->in->open[row] : NULL;
}

static enum lanner_rc eval_size(struct fn_run *run, const struct column *args,
                                const struct sel *sel, struct val *out, struct lanner_err *err)
{
    char room[VAL_PRINT_MAX];

    (void)args;
    (void)err;
    SEL_FOR (sel, i) {
        const struct open_row *row = row_of(run, i);
        int64_t size = 0;

        for (uint32_t k = 0; row != NULL && k < row->n; k++)
            size += (int64_t)cell_text_or_empty(&row->fields[k].v, room).len;
        out[i] = val_long(size);
    }
    return LANNER_OK;
}

static enum lanner_rc eval_count(struct fn_run *run, const struct column *args,
                                 const struct sel *sel, struct val *out, struct lanner_err *err)
{
    (void)args;
    (void)err;
    SEL_FOR (sel, i) {
        const struct open_row *row = row_of(run, i);
        int64_t n = 0;

        for (uint32_t k = 0; row != NULL && k < row->n; k++)
            n += !val_is_null(&row->fields[k].v);
        out[i] = val_long(n);
    }
    return LANNER_OK;
}

/* ---- sample ------------------------------------------------------------------------------------
 */

static enum lanner_rc bind_sample(struct fn_call *call, struct lanner_err *err)
{
    uint64_t *below = ARENA_NEW(call->env->arena, uint64_t);
    double percentage;

    TRY(arg_double(call, 0, "percentage", 1, &percentage, err));
    if (!(percentage >= 0 && percentage <= 100))
        return err_set_at(err, LANNER_ERR_QUERY, call->at,
                          "percentage of sample() must lie between 0 and 100");
    /* 32 bits of a hash are compared; 2^32 passes everything. */
    *below = (uint64_t)llround(percentage / 100 * 4294967296.0);
    call->state = below;
    return LANNER_OK;
}

static enum lanner_rc eval_sample(struct fn_run *run, const struct column *args,
                                  const struct sel *sel, struct val *out, struct lanner_err *err)
{
    uint64_t below = *(const uint64_t *)run->call->state;
    char room[VAL_PRINT_MAX];
    struct str s;

    (void)err;
    SEL_FOR (sel, i) {
        uint64_t words[2] = {0};

        out[i] = val_bool(false);
        if (!cell_text(column_at(&args[1], i), room, &s))
            continue;
        hash_stable128(s.ptr, s.len, words);
        out[i] = val_bool((words[0] & UINT32_MAX) < below);
    }
    return LANNER_OK;
}

static enum lanner_rc eval_false(struct fn_run *run, const struct column *args,
                                 const struct sel *sel, struct val *out, struct lanner_err *err)
{
    (void)run;
    (void)args;
    (void)err;
    SEL_FOR (sel, i) {
        out[i] = val_bool(false);
    }
    return LANNER_OK;
}

static const struct fn_param size_params[] = {PARAM_AS("_eventSize"), PARAMS_END};
static const struct fn_param count_params[] = {PARAM_AS("_eventFieldCount"), PARAMS_END};
static const struct fn_param sample_params[] = {PARAM("percentage", P_NUMBER, PARAM_DEFAULT, "1"),
                                                PARAM("field", P_FIELD, 0, "@timestamp"),
                                                PARAMS_END};
static const struct fn_param no_params[] = {PARAMS_END};

const struct fn_def fn_event[] = {
    {
        .name = "eventSize",
        .kind = FN_SCALAR,
        .params = size_params,
        .ret = TYPE_LONG,
        .nulls = FN_NULLS_SEEN,
        .impure = true,
        .reads_open = true,
        .record_only = true,
        .spelled = {[LANG_CQL] = "eventSize"},
        .family = "Field handling",
        .doc = "The bytes of all values of the event.",
        .eval = eval_size,
    },
    {
        .name = "eventFieldCount",
        .kind = FN_SCALAR,
        .params = count_params,
        .ret = TYPE_LONG,
        .nulls = FN_NULLS_SEEN,
        .impure = true,
        .reads_open = true,
        .record_only = true,
        .spelled = {[LANG_CQL] = "eventFieldCount"},
        .family = "Field handling",
        .doc = "Number of fields of the event.",
        .eval = eval_count,
    },
    {
        .name = "sample",
        .kind = FN_PREDICATE,
        .params = sample_params,
        .ret = TYPE_BOOL,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_CQL] = "sample"},
        .family = "Filters",
        .doc = "Keeps about that share of the events, the same ones in every run, chosen by a hash "
               "of the field. Events without the field are dropped.",
        .bind = bind_sample,
        .eval = eval_sample,
    },
    {
        .name = "dropEvent",
        .kind = FN_PREDICATE,
        .params = no_params,
        .ret = TYPE_BOOL,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_CQL] = "dropEvent"},
        .family = "Filters",
        .doc = "Drops the event.",
        .eval = eval_false,
    },
    {0},
};
