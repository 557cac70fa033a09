/* fn_search.c - what parser scripts have beside other functions: free text over the fields an event
 * has at this point of the pipeline, and a second event of another type.
 *
 * A query over records searches the records themselves (scan/search.c); fields that a script made
 * are in no record. Front ends alone write any_field. */
#include "fn/kernel.h"

/* ---- any_field ---------------------------------------------------------------------------------
 */

/* The predicate as a call of its own, whose first argument is each value in turn. */
static enum lanner_rc bind_any(struct fn_call *call, struct lanner_err *err)
{
    struct arena *a = call->env->arena;
    struct fn_call *inner = ARENA_NEW(a, struct fn_call);
    struct fn_arg *args = ARENA_ARRAY(a, struct fn_arg, call->n_args);
    char *name = arena_strz(a, arg_text(call, 0, a));

    *inner = *call;
    inner->state = NULL;
    inner->fn = fn_named(name);
    inner->args = args;
    assert(inner->fn != NULL && inner->fn->kind == FN_PREDICATE);
    for (size_t i = 1; i < call->n_args; i++)
        args[i] = call->args[i];
    call->state = inner;
    return inner->fn->bind != NULL ? inner->fn->bind(inner, err) : LANNER_OK;
}

/* Fields that LogScale's free text leaves out (cql.md 1.3), and those no event has. */
static bool is_searched(struct str name)
{
    return name.len > 0 && name.ptr[0] != '#' && name.ptr[0] != '\x01' && !str_eqz(name, "@id") &&
           !str_eqz(name, "@timestamp") && !str_eqz(name, "@ingesttimestamp");
}

struct values {
    struct val *text, *found;
    uint32_t *row, *idx;
    uint32_t n;
};

/* The texts of all rows, one after another. */
static void gather(const struct fn_run *run, const struct sel *sel, struct values *out)
{
    const struct open_row *rows = run->in != NULL ? run->in->open : NULL;
    size_t cap = 0;

    out->n = 0;
    if (rows == NULL)
        return;
    SEL_FOR (sel, i)
        cap += rows[i].n;
    out->text = ARENA_ARRAY(run->arena, struct val, cap);
    out->found = ARENA_ARRAY(run->arena, struct val, cap);
    out->row = ARENA_ARRAY(run->arena, uint32_t, cap);
    out->idx = ARENA_ARRAY(run->arena, uint32_t, cap);
    SEL_FOR (sel, i) {
        for (uint32_t k = 0; k < rows[i].n; k++) {
            const struct open_field *f = &rows[i].fields[k];
            char *room = arena_alloc(run->arena, VAL_PRINT_MAX);
            struct str s;

            if (!is_searched(f->name) || !cell_text(&f->v, room, &s))
                continue;
            out->text[out->n] = val_str(s);
            out->row[out->n] = i;
            out->idx[out->n] = out->n;
            out->n++;
        }
    }
}

static enum lanner_rc eval_any(struct fn_run *run, const struct column *args, const struct sel *sel,
                               struct val *out, struct lanner_err *err)
{
    const struct fn_call *inner = run->call->state;
    struct column *columns = ARENA_ARRAY(run->arena, struct column, inner->n_args);
    struct fn_run own = *run;
    struct values v = {0};
    struct sel all;

    SEL_FOR (sel, i) {
        out[i] = val_bool(false);
    }
    gather(run, sel, &v);
    if (v.n == 0)
        return LANNER_OK;
    for (size_t i = 1; i < inner->n_args; i++)
        columns[i] = args[i];
    columns[0] = (struct column){.v = v.text};
    own.call = inner;
    own.in = NULL;
    all = (struct sel){v.idx, v.n};
    TRY(inner->fn->eval(&own, columns, &all, v.found, err));
    for (uint32_t k = 0; k < v.n; k++) {
        if (cell_truth(&v.found[k]) == 1)
            out[v.row[k]] = val_bool(true);
    }
    return LANNER_OK;
}

/* ---- copyEvent ---------------------------------------------------------------------------------
 */

static enum lanner_rc expand_copy(struct fn_run *run, const struct column *args,
                                  struct fn_expand *x, struct lanner_err *err)
{
    size_t type = out_index(run->call, STR("#type"));

    TRY(x->emit(x, err));
    if (type != SIZE_MAX)
        x->out[type] = *column_at(&args[0], x->row);
    return x->emit(x, err);
}

static enum lanner_rc writes_type(const struct fn_call *call, fn_names *names, struct arena *a,
                                  struct lanner_err *err)
{
    (void)call;
    (void)a;
    (void)err;
    VEC_PUSH(names, STR("#type"));
    return LANNER_OK;
}

static const struct fn_param any_params[] = {PARAM("predicate", P_TEXT, PARAM_FIRST, NULL),
                                             PARAM("arguments", P_EXPR, PARAM_MANY, NULL),
                                             PARAMS_END};
static const struct fn_param copy_params[] = {PARAM("type", P_TEXT, PARAM_FIRST, NULL), PARAMS_END};

const struct fn_def fn_search[] = {
    {
        .name = "any_field",
        .kind = FN_PREDICATE,
        .params = any_params,
        .ret = TYPE_BOOL,
        .nulls = FN_NULLS_SEEN,
        .impure = true,
        .reads_open = true,
        .family = "Filters",
        .doc = "The predicate holds for some field of the event.",
        .bind = bind_any,
        .eval = eval_any,
    },
    {
        .name = "copyEvent",
        .kind = FN_EXPAND,
        .params = copy_params,
        .ret = TYPE_RAW,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_CQL] = "copyEvent"},
        .family = "Sources, joins and subqueries",
        .doc = "Of parser scripts: a second event with the same fields and another `#type`.",
        .expand = expand_copy,
        .writes = writes_type,
    },
    {0},
};
