/* fn_reference.c - reference data: sets, maps, maps of sets, tables (option reference). The data is
 * read once, when the call is bound. Null in, null out. */
#include "fn/beside.h"

struct reference_call {
    const struct reference *data; /* NULL: there is none */
    struct str inner;             /* REFERENCETABLE: the inner key */
    bool has_inner;               /* the table has it */
};

static enum lanner_rc bind_reference(struct fn_call *call, enum reference_shape shape,
                                     size_t domain_arg, struct lanner_err *err)
{
    struct reference_call *p = ARENA_NEW(call->env->arena, struct reference_call);
    const struct lookup_folders *f = call->env->folders;
    struct str name = arg_text(call, 0, call->env->arena);
    struct fn_run run = {.call = call};
    bool have;

    call->state = p;
    TRY(arg_need_const(call, 0, "the name", err));
    TRY(beside_need(call, f != NULL && f->n_references > 0, "reference data", "--reference DIR",
                    &have, err));
    if (!have)
        return LANNER_OK;
    TRY(call_err(call, reference_open(f, shape, name, call->env->arena, &p->data, err), err));
    if (reference_n_expired(p->data) > 0)
        run_note(&run, LANNER_NOTE_WARNING,
                 "%zu elements of the reference data '%.*s' have expired and do not count",
                 reference_n_expired(p->data), STR_ARG(name));
    if (arg_given(call, domain_arg))
        run_note(&run, LANNER_NOTE_WARNING, "%s does not tell domains apart", call_name(call));
    return LANNER_OK;
}

static enum lanner_rc bind_set(struct fn_call *call, struct lanner_err *err)
{
    return bind_reference(call, REFERENCE_SET, 2, err);
}

static enum lanner_rc bind_map(struct fn_call *call, struct lanner_err *err)
{
    return bind_reference(call, REFERENCE_MAP, 2, err);
}

static enum lanner_rc bind_map_of_sets(struct fn_call *call, struct lanner_err *err)
{
    return bind_reference(call, REFERENCE_MAP_OF_SETS, 3, err);
}

static enum lanner_rc bind_table(struct fn_call *call, struct lanner_err *err)
{
    struct str inner = arg_text(call, 1, call->env->arena);
    struct fn_run run = {.call = call};
    struct reference_call *p;

    TRY(arg_need_const(call, 1, "the inner key", err));
    TRY(bind_reference(call, REFERENCE_TABLE, 3, err));
    p = call->state;
    if (p->data == NULL)
        return LANNER_OK;
    p->has_inner = reference_inner_key(p->data, inner, &p->inner);
    if (!p->has_inner)
        run_note(&run, LANNER_NOTE_WARNING, "the reference table '%.*s' has no inner key '%.*s'",
                 STR_ARG(arg_text(call, 0, call->env->arena)), STR_ARG(inner));
    return LANNER_OK;
}

static enum lanner_rc eval_set(struct fn_run *run, const struct column *args, const struct sel *sel,
                               struct val *out, struct lanner_err *err)
{
    const struct reference_call *p = run->call->state;
    struct buf room = {0};

    (void)err;
    SEL_FOR (sel, i) {
        const struct val *v = beside_cell(run, args, 1, i);

        out[i] = p->data == NULL || val_is_null(v) ? VAL_ABSENT
                                                   : val_bool(reference_has(p->data, v, &room));
    }
    buf_done(&room);
    return LANNER_OK;
}

static enum lanner_rc eval_map(struct fn_run *run, const struct column *args, const struct sel *sel,
                               struct val *out, struct lanner_err *err)
{
    const struct reference_call *p = run->call->state;
    struct buf room = {0};

    (void)err;
    SEL_FOR (sel, i) {
        const struct val *key = beside_cell(run, args, 1, i);
        struct str value;

        out[i] = VAL_ABSENT;
        if (p->data != NULL && !val_is_null(key) && reference_get(p->data, key, &room, &value))
            out[i] = beside_val(value);
    }
    buf_done(&room);
    return LANNER_OK;
}

static enum lanner_rc eval_map_of_sets(struct fn_run *run, const struct column *args,
                                       const struct sel *sel, struct val *out,
                                       struct lanner_err *err)
{
    const struct reference_call *p = run->call->state;
    struct buf room = {0};

    (void)err;
    SEL_FOR (sel, i) {
        const struct val *key = beside_cell(run, args, 1, i);
        const struct val *value = beside_cell(run, args, 2, i);

        out[i] = p->data == NULL || val_is_null(key) || val_is_null(value)
                     ? VAL_ABSENT
                     : val_bool(reference_key_has(p->data, key, value, &room));
    }
    buf_done(&room);
    return LANNER_OK;
}

static enum lanner_rc eval_table(struct fn_run *run, const struct column *args,
                                 const struct sel *sel, struct val *out, struct lanner_err *err)
{
    const struct reference_call *p = run->call->state;
    struct buf room = {0};

    (void)err;
    SEL_FOR (sel, i) {
        const struct val *outer = beside_cell(run, args, 2, i);
        struct str value;

        out[i] = VAL_ABSENT;
        if (p->has_inner && !val_is_null(outer) &&
            reference_cell(p->data, p->inner, outer, &room, &value))
            out[i] = beside_val(value);
    }
    buf_done(&room);
    return LANNER_OK;
}

static const struct fn_param set_params[] = {
    PARAM("set", P_TEXT, BESIDE_REQUIRED, NULL), PARAM("value", P_EXPR, BESIDE_REQUIRED, NULL),
    PARAM("domain", P_EXPR, PARAM_DEFAULT, NULL), PARAMS_END};
static const struct fn_param map_params[] = {
    PARAM("map", P_TEXT, BESIDE_REQUIRED, NULL), PARAM("key", P_EXPR, BESIDE_REQUIRED, NULL),
    PARAM("domain", P_EXPR, PARAM_DEFAULT, NULL), PARAMS_END};
static const struct fn_param map_of_sets_params[] = {
    PARAM("map", P_TEXT, BESIDE_REQUIRED, NULL), PARAM("key", P_EXPR, BESIDE_REQUIRED, NULL),
    PARAM("value", P_EXPR, BESIDE_REQUIRED, NULL), PARAM("domain", P_EXPR, PARAM_DEFAULT, NULL),
    PARAMS_END};
static const struct fn_param table_params[] = {
    PARAM("table", P_TEXT, BESIDE_REQUIRED, NULL), PARAM("inner", P_TEXT, BESIDE_REQUIRED, NULL),
    PARAM("outer", P_EXPR, BESIDE_REQUIRED, NULL), PARAM("domain", P_EXPR, PARAM_DEFAULT, NULL),
    PARAMS_END};

#define REFERENCE_ROW(row_name, spelling, row_params, row_ret, row_bind, row_eval, text)           \
    {                                                                                              \
        .name = row_name, .kind = FN_SCALAR, .params = row_params, .ret = row_ret,                 \
        .nulls = FN_NULLS_SEEN, .impure = true, .spelled = {[LANG_AQL] = spelling},                \
        .family = BESIDE_FAMILY, .doc = text, .bind = row_bind, .eval = row_eval,                  \
    }

const struct fn_def fn_reference[] = {
    REFERENCE_ROW("reference_set_contains", "REFERENCESETCONTAINS", set_params, TYPE_BOOL, bind_set,
                  eval_set,
                  "Is the value in the reference set? Elements are compared by the set's type: ALN "
                  "exactly, ALNIC without regard to case, NUM and PORT as numbers, IP by address, "
                  "DATE as instants, CIDR by containment. Sets are files in the folder given with "
                  "`--reference`."),
    REFERENCE_ROW("reference_map", "REFERENCEMAP", map_params, TYPE_TEXT, bind_map, eval_map,
                  "The value of a key in a reference map; NULL when it has no such key."),
    REFERENCE_ROW("reference_map_set_contains", "REFERENCEMAPSETCONTAINS", map_of_sets_params,
                  TYPE_BOOL, bind_map_of_sets, eval_map_of_sets,
                  "Is the value in the set that a reference map of sets has for the key?"),
    REFERENCE_ROW("reference_table", "REFERENCETABLE", table_params, TYPE_TEXT, bind_table,
                  eval_table,
                  "The cell of a reference table by inner and outer key; NULL when there is none."),
    {0},
};
