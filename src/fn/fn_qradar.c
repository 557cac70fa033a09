/* fn_qradar.c - names of categories, log source types and protocols, from QRadar's own tables. */
#include "fn/beside.h"

/* What the product calls a category that it does not know. */
#define UNKNOWN "Unknown"

/* A name of the tables: it lives for ever. */
static struct val name_val(const char *name)
{
    return name != NULL ? val_str(str_z(name)) : VAL_ABSENT;
}

static enum lanner_rc eval_category_name(struct fn_run *run, const struct column *args,
                                         const struct sel *sel, struct val *out,
                                         struct lanner_err *err)
{
    (void)run;
    (void)err;
    SEL_FOR (sel, i) {
        const struct val *v = column_at(&args[0], i);
        const char *name = NULL;
        int64_t id;

        if (cell_long(v, &id))
            name = qradar_category_name(id);
        /* NULL has no name; what is no known id is called so by the product. */
        out[i] = val_is_null(v) ? VAL_ABSENT : name_val(name != NULL ? name : UNKNOWN);
    }
    return LANNER_OK;
}

static enum lanner_rc eval_category_high(struct fn_run *run, const struct column *args,
                                         const struct sel *sel, struct val *out,
                                         struct lanner_err *err)
{
    (void)run;
    (void)err;
    SEL_FOR (sel, i) {
        const struct val *v = column_at(&args[0], i);
        const char *name = NULL;
        int64_t id;

        if (cell_long(v, &id))
            name = qradar_category_high_name(id);
        out[i] = val_is_null(v) ? VAL_ABSENT : name_val(name != NULL ? name : UNKNOWN);
    }
    return LANNER_OK;
}

/* "High.Low"; a high-level category alone is its name. */
static bool qualified(int64_t id, struct buf *out)
{
    const char *high = qradar_category_high_name(id);
    const char *low = qradar_category_name(id);

    if (high == NULL)
        return false;
    buf_puts(out, high);
    if (id != qradar_category_high_id(id)) {
        buf_putc(out, '.');
        buf_puts(out, low != NULL ? low : UNKNOWN);
    }
    return true;
}

static enum lanner_rc eval_category_qualified(struct fn_run *run, const struct column *args,
                                              const struct sel *sel, struct val *out,
                                              struct lanner_err *err)
{
    struct buf text = {0};

    (void)err;
    SEL_FOR (sel, i) {
        const struct val *v = column_at(&args[0], i);
        int64_t id;

        buf_clear(&text);
        out[i] = VAL_ABSENT;
        if (cell_long(v, &id) && qualified(id, &text))
            out[i] = result_text(run, buf_str(&text));
        else if (!val_is_null(v))
            out[i] = name_val(UNKNOWN);
    }
    buf_done(&text);
    return LANNER_OK;
}

static enum lanner_rc eval_category_matches(struct fn_run *run, const struct column *args,
                                            const struct sel *sel, struct val *out,
                                            struct lanner_err *err)
{
    struct buf text = {0};

    (void)run;
    (void)err;
    SEL_FOR (sel, i) {
        const char *low;
        const char *high;
        char room[VAL_PRINT_MAX];
        struct str want;
        int64_t id;

        out[i] = VAL_ABSENT;
        if (!cell_text(column_at(&args[1], i), room, &want) || val_is_null(column_at(&args[0], i)))
            continue;
        out[i] = val_bool(false);
        if (!cell_long(column_at(&args[0], i), &id))
            continue;
        low = qradar_category_name(id);
        high = qradar_category_high_name(id);
        buf_clear(&text);
        if ((low != NULL && str_eqz(want, low)) || (high != NULL && str_eqz(want, high)) ||
            (qualified(id, &text) && str_eq(want, buf_str(&text))))
            out[i] = val_bool(true);
    }
    buf_done(&text);
    return LANNER_OK;
}

static enum lanner_rc eval_type_name(struct fn_run *run, const struct column *args,
                                     const struct sel *sel, struct val *out, struct lanner_err *err)
{
    bool strict = run->call->env != NULL && run->call->env->strict;

    (void)err;
    SEL_FOR (sel, i) {
        int64_t id;

        out[i] = VAL_ABSENT;
        if (cell_long(column_at(&args[0], i), &id))
            out[i] = name_val(strict ? qradar_type_name(id) : qradar_type_usual_name(id));
    }
    return LANNER_OK;
}

static enum lanner_rc eval_type_other(struct fn_run *run, const struct column *args,
                                      const struct sel *sel, struct val *out,
                                      struct lanner_err *err)
{
    (void)err;
    SEL_FOR (sel, i) {
        int64_t nth = 0;
        int64_t id;

        out[i] = VAL_ABSENT;
        cell_long(beside_cell(run, args, 1, i), &nth);
        if (nth >= 0 && cell_long(column_at(&args[0], i), &id))
            out[i] = name_val(qradar_type_other_name(id, (size_t)nth));
    }
    return LANNER_OK;
}

static enum lanner_rc eval_protocol(struct fn_run *run, const struct column *args,
                                    const struct sel *sel, struct val *out, struct lanner_err *err)
{
    (void)run;
    (void)err;
    SEL_FOR (sel, i) {
        const struct val *v = column_at(&args[0], i);
        char room[VAL_PRINT_MAX];
        struct str text;
        int64_t number;

        out[i] = VAL_ABSENT;
        if (cell_long(v, &number) ||
            (cell_text(v, room, &text) && qradar_protocol_by_name(str_trim(text), &number)))
            out[i] = name_val(qradar_protocol_name(number));
    }
    return LANNER_OK;
}

static enum lanner_rc bind_globalview(struct fn_call *call, struct lanner_err *err)
{
    err_set_at(err, LANNER_ERR_UNSUPPORTED, call->at,
               "GLOBALVIEW reads what the product has accumulated for a saved search");
    err_hint(err, "write the saved search's own query instead");
    return LANNER_ERR_UNSUPPORTED;
}

static enum lanner_rc eval_nothing(struct fn_run *run, const struct column *args,
                                   const struct sel *sel, struct val *out, struct lanner_err *err)
{
    (void)run;
    (void)args;
    (void)err;
    fill_absent(sel, out);
    return LANNER_OK;
}

static const struct fn_param id_params[] = {PARAM("id", P_EXPR, BESIDE_REQUIRED, NULL), PARAMS_END};
static const struct fn_param id_text_params[] = {PARAM("id", P_EXPR, BESIDE_REQUIRED, NULL),
                                                 PARAM("text", P_EXPR, BESIDE_REQUIRED, NULL),
                                                 PARAMS_END};
static const struct fn_param other_params[] = {PARAM("id", P_EXPR, BESIDE_REQUIRED, NULL),
                                               PARAM("nth", P_NUMBER, PARAM_DEFAULT, "0"),
                                               PARAMS_END};
static const struct fn_param globalview_params[] = {PARAM("search", P_TEXT, BESIDE_REQUIRED, NULL),
                                                    PARAM("kind", P_TEXT, PARAM_DEFAULT, NULL),
                                                    PARAMS_END};

#define QRADAR_FAMILY "QRadar: names"

const struct fn_def fn_qradar[] = {
    {
        .name = "category_name",
        .kind = FN_SCALAR,
        .params = id_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_AQL] = "CATEGORYNAME"},
        .family = QRADAR_FAMILY,
        .doc = "The name of a low- or high-level category; `Unknown` for an id that has none. "
               "Comparisons of `CATEGORYNAME(category)` are true for the high-level name and for "
               "`High.Low` too, unless `--strict` or `--no-category-widening` is given.",
        .eval = eval_category_name,
    },
    {
        .name = "category_high_name",
        .kind = FN_SCALAR,
        .params = id_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULLS_SEEN,
        .family = QRADAR_FAMILY,
        .doc = "The name of the high-level category that an id belongs to.",
        .eval = eval_category_high,
    },
    {
        .name = "category_qualified_name",
        .kind = FN_SCALAR,
        .params = id_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULLS_SEEN,
        .family = QRADAR_FAMILY,
        .doc = "`High.Low` of a category, as the rule editor shows it.",
        .eval = eval_category_qualified,
    },
    {
        .name = "category_matches_name",
        .kind = FN_SCALAR,
        .params = id_text_params,
        .ret = TYPE_BOOL,
        .nulls = FN_NULLS_SEEN,
        .family = QRADAR_FAMILY,
        .doc = "Is the text the category's name, that of its high-level category, or `High.Low`?",
        .eval = eval_category_matches,
    },
    {
        .name = "log_source_type_name",
        .kind = FN_SCALAR,
        .params = id_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_AQL] = "LOGSOURCETYPENAME"},
        .family = QRADAR_FAMILY,
        .doc = "The name of a log source type; NULL for an id that has none. Type 445 is "
               "`Microsoft Azure Active Directory`, with `--strict` `Microsoft Entra ID`; a "
               "comparison is true for any name that a type has or had.",
        .eval = eval_type_name,
    },
    {
        .name = "log_source_type_other_name",
        .kind = FN_SCALAR,
        .params = other_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULLS_SEEN,
        .family = QRADAR_FAMILY,
        .doc = "Another name of a log source type: the one it had, or got.",
        .eval = eval_type_other,
    },
    {
        .name = "protocol_name",
        .kind = FN_SCALAR,
        .params = id_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_AQL] = "PROTOCOLNAME"},
        .family = QRADAR_FAMILY,
        .doc = "The name of an IP protocol, such as `TCP`; NULL for a number that has none.",
        .eval = eval_protocol,
    },
    {
        .name = "globalview",
        .kind = FN_SCALAR,
        .params = globalview_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULLS_SEEN,
        .impure = true,
        .spelled = {[LANG_AQL] = "GLOBALVIEW"},
        .family = QRADAR_FAMILY,
        .doc = "Refused: what the product accumulated for a saved search is not in the logs.",
        .bind = bind_globalview,
        .eval = eval_nothing,
    },
    {0},
};
