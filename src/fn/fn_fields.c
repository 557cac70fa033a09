/* fn_fields.c - fields whose names are not in the query but in the data: getField and setField with
 * a computed name, lowercase, and the rows that fieldset, fieldstats and the aggregates over array
 * elements are made of. */
#include "fn/sink.h"
#include "util/utf8.h"

#define ELEMENTS_MOST 8000

static struct open_row *row_of(const struct fn_run *run, uint32_t row)
{
    return run->in != NULL && run->in->open != NULL ? &run->in->open[row] : NULL;
}

/* ---- getField, setField ------------------------------------------------------------------------
 */

static enum lanner_rc eval_get(struct fn_run *run, const struct column *args, const struct sel *sel,
                               struct val *out, struct lanner_err *err)
{
    char room[VAL_PRINT_MAX];
    struct str name;

    (void)err;
    SEL_FOR (sel, i) {
        struct open_row *row = row_of(run, i);
        const struct val *v = NULL;

        if (row != NULL && cell_text(column_at(&args[0], i), room, &name))
            v = open_get(row, name);
        out[i] = v != NULL ? *v : VAL_ABSENT;
    }
    return LANNER_OK;
}

struct set_call {
    struct sink_names names;
};

static enum lanner_rc bind_set(struct fn_call *call, struct lanner_err *err)
{
    struct set_call *p = ARENA_NEW(call->env->arena, struct set_call);

    (void)err;
    sink_names_init(&p->names, call);
    call->state = p;
    return LANNER_OK;
}

static enum lanner_rc eval_set(struct fn_run *run, const struct column *args, const struct sel *sel,
                               struct fn_multi *out, struct lanner_err *err)
{
    const struct set_call *p = run->call->state;
    char room[VAL_PRINT_MAX];
    struct str name;

    (void)err;
    SEL_FOR (sel, i) {
        struct sink sink = {&p->names, run->call, out, i};

        if (cell_text(column_at(&args[0], i), room, &name) && name.len > 0 && name.ptr[0] != '\x01')
            sink_put(&sink, arena_str(out->arena, name), *column_at(&args[1], i));
    }
    return LANNER_OK;
}

static enum lanner_rc writes_nothing(const struct fn_call *call, fn_names *names, struct arena *a,
                                     struct lanner_err *err)
{
    (void)call;
    (void)names;
    (void)a;
    (void)err;
    return LANNER_OK;
}

/* ---- lowercase ---------------------------------------------------------------------------------
 */

enum { LOWER_INCLUDE, LOWER_LOCALE, LOWER_FIELDS };

struct lower_call {
    struct sink_names names;
    struct str *fields; /* NULL: all */
    size_t n;
    bool names_too, values_too;
};

static enum lanner_rc bind_lower(struct fn_call *call, struct lanner_err *err)
{
    struct arena *a = call->env->arena;
    struct lower_call *p = ARENA_NEW(a, struct lower_call);
    struct str include = arg_text(call, LOWER_INCLUDE, a);
    bool all = false;

    (void)err;
    p->names_too = !str_eqz(include, "values") && include.len > 0;
    p->values_too = !str_eqz(include, "fields");
    p->fields = ARENA_ARRAY(a, struct str, call->n_args);
    for (size_t i = LOWER_FIELDS; i < call->n_args; i++) {
        p->fields[p->n] = arg_text(call, i, a);
        all |= str_eqz(p->fields[p->n++], "*");
    }
    if (all)
        p->fields = NULL;
    sink_names_init(&p->names, call);
    call->state = p;
    return LANNER_OK;
}

static struct str lowered(struct str s, struct buf *room, struct arena *a)
{
    buf_clear(room);
    utf8_put_lower(room, s);
    return arena_str(a, buf_str(room));
}

static void lower_field(const struct lower_call *p, const struct sink *sink, struct str name,
                        const struct val *v, struct buf *room)
{
    struct arena *a = sink->out->arena;
    struct val value = *v;

    if (p->values_too && val_is_text(v))
        value = val_str(lowered(val_as_str(v), room, a));
    sink_put(sink, p->names_too ? lowered(name, room, a) : name, value);
}

/* All fields: those of the engine (@...) and tags (#...) stay as they are. */
static enum lanner_rc eval_lower(struct fn_run *run, const struct column *args,
                                 const struct sel *sel, struct fn_multi *out,
                                 struct lanner_err *err)
{
    const struct lower_call *p = run->call->state;
    struct buf room = {0};

    (void)args;
    (void)err;
    SEL_FOR (sel, i) {
        struct sink sink = {&p->names, run->call, out, i};
        struct open_row *row = row_of(run, i);

        for (uint32_t k = 0; row != NULL && p->fields == NULL && k < row->n; k++) {
            const struct open_field *f = &row->fields[k];

            if (f->name.len > 0 && f->name.ptr[0] != '@' && f->name.ptr[0] != '#' &&
                !val_is_null(&f->v))
                lower_field(p, &sink, f->name, &f->v, &room);
        }
        for (size_t k = 0; row != NULL && p->fields != NULL && k < p->n; k++) {
            const struct val *v = open_get(row, p->fields[k]);

            if (v != NULL && !val_is_null(v))
                lower_field(p, &sink, p->fields[k], v, &room);
        }
    }
    buf_done(&room);
    return LANNER_OK;
}

/* ---- rows for each field, for each element -----------------------------------------------------
 */

struct expand_call {
    size_t out[2]; /* where the two outputs go; SIZE_MAX: nobody asks */
    struct str array;
};

static enum lanner_rc bind_field_rows(struct fn_call *call, struct lanner_err *err)
{
    struct expand_call *p = ARENA_NEW(call->env->arena, struct expand_call);

    TRY(arg_need_const(call, 0, "name", err));
    TRY(arg_need_const(call, 1, "value", err));
    p->out[0] = out_index(call, arg_text(call, 0, call->env->arena));
    p->out[1] = out_index(call, arg_text(call, 1, call->env->arena));
    call->state = p;
    return LANNER_OK;
}

static enum lanner_rc writes_field_rows(const struct fn_call *call, fn_names *names,
                                        struct arena *a, struct lanner_err *err)
{
    (void)err;
    VEC_PUSH(names, arg_text(call, 0, a));
    VEC_PUSH(names, arg_text(call, 1, a));
    return LANNER_OK;
}

static enum lanner_rc emit_pair(const struct expand_call *p, struct fn_expand *x, struct val first,
                                struct val second, struct lanner_err *err)
{
    if (p->out[0] != SIZE_MAX)
        x->out[p->out[0]] = first;
    if (p->out[1] != SIZE_MAX)
        x->out[p->out[1]] = second;
    return x->emit(x, err);
}

static enum lanner_rc expand_fields(struct fn_run *run, const struct column *args,
                                    struct fn_expand *x, struct lanner_err *err)
{
    const struct open_row *row = row_of(run, x->row);

    (void)args;
    for (uint32_t k = 0; row != NULL && k < row->n; k++) {
        const struct open_field *f = &row->fields[k];

        if (!val_is_null(&f->v) && (f->name.len == 0 || f->name.ptr[0] != '\x01'))
            TRY(emit_pair(run->call->state, x, val_str(f->name), f->v, err));
    }
    return LANNER_OK;
}

enum { ELEMENTS_ARRAY, ELEMENTS_VAR, ELEMENTS_INDEX };

static enum lanner_rc bind_elements(struct fn_call *call, struct lanner_err *err)
{
    struct expand_call *p = ARENA_NEW(call->env->arena, struct expand_call);
    struct arena *a = call->env->arena;

    for (size_t i = 0; i <= ELEMENTS_INDEX; i++)
        TRY(arg_need_const(call, i, "array", err));
    p->array = arg_text(call, ELEMENTS_ARRAY, a);
    p->out[0] = out_index(call, arg_text(call, ELEMENTS_VAR, a));
    p->out[1] = out_index(call, arg_text(call, ELEMENTS_INDEX, a));
    call->state = p;
    return LANNER_OK;
}

static enum lanner_rc writes_elements(const struct fn_call *call, fn_names *names, struct arena *a,
                                      struct lanner_err *err)
{
    (void)err;
    VEC_PUSH(names, arg_text(call, ELEMENTS_VAR, a));
    VEC_PUSH(names, arg_text(call, ELEMENTS_INDEX, a));
    return LANNER_OK;
}

/* `base[12]` gives 12, SIZE_MAX for all other names. */
static size_t element_number(struct str name, struct str base)
{
    size_t n = 0;

    if (name.len < base.len + 3 || name.ptr[base.len] != '[' || name.ptr[name.len - 1] != ']' ||
        !str_starts(name, base))
        return SIZE_MAX;
    for (size_t k = base.len + 1; k + 1 < name.len; k++) {
        if (!ascii_is_digit(name.ptr[k]) || n > ELEMENTS_MOST)
            return SIZE_MAX;
        n = n * 10 + (size_t)(name.ptr[k] - '0');
    }
    return n < ELEMENTS_MOST ? n : SIZE_MAX;
}

static enum lanner_rc expand_elements(struct fn_run *run, const struct column *args,
                                      struct fn_expand *x, struct lanner_err *err)
{
    const struct expand_call *p = run->call->state;
    const struct open_row *row = row_of(run, x->row);
    struct val *items = NULL;
    size_t room = 0;

    (void)args;
    for (uint32_t k = 0; row != NULL && k < row->n; k++) {
        size_t at = element_number(row->fields[k].name, p->array);

        room = at != SIZE_MAX ? MAX(room, at + 1) : room;
    }
    if (room > 0)
        items = ARENA_ARRAY(run->arena, struct val, room);
    for (uint32_t k = 0; room > 0 && k < row->n; k++) {
        size_t at = element_number(row->fields[k].name, p->array);

        if (at != SIZE_MAX)
            items[at] = row->fields[k].v;
    }
    for (size_t k = 0; k < room && !val_is_null(&items[k]); k++)
        TRY(emit_pair(p, x, items[k], val_long((int64_t)k), err));
    return LANNER_OK;
}

static const struct fn_param get_params[] = {PARAM("source", P_EXPR, PARAM_FIRST, NULL),
                                             PARAM("@also", P_EXPR, PARAM_MANY, NULL),
                                             PARAM_AS("_getField"), PARAMS_END};
static const struct fn_param set_params[] = {PARAM("target", P_EXPR, PARAM_REQUIRED, NULL),
                                             PARAM("value", P_EXPR, PARAM_REQUIRED, NULL),
                                             PARAMS_END};
static const struct fn_param lower_params[] = {
    PARAM_WORDS("include", 0, "values", "values|fields|both"), PARAM("locale", P_TEXT, 0, NULL),
    PARAM("field", P_TEXT, PARAM_FIRST | PARAM_MANY, NULL), PARAMS_END};
static const struct fn_param field_rows_params[] = {
    PARAM("name", P_TEXT, PARAM_REQUIRED, NULL), PARAM("value", P_TEXT, PARAM_REQUIRED, NULL),
    PARAM("@also", P_EXPR, PARAM_MANY, NULL), PARAMS_END};
static const struct fn_param elements_params[] = {
    PARAM("array", P_TEXT, PARAM_REQUIRED, NULL), PARAM("var", P_TEXT, PARAM_REQUIRED, NULL),
    PARAM("index", P_TEXT, PARAM_REQUIRED, NULL), PARAMS_END};

const struct fn_def fn_fields[] = {
    {
        .name = "get_field",
        .kind = FN_SCALAR,
        .params = get_params,
        .ret = TYPE_ANY,
        .nulls = FN_NULLS_SEEN,
        .impure = true,
        .reads_open = true,
        .family = "Field handling",
        .doc = "The field whose name is a value.",
        .eval = eval_get,
    },
    {
        .name = "set_field",
        .kind = FN_MULTI,
        .params = set_params,
        .ret = TYPE_RAW,
        .nulls = FN_NULL_IN_NULL_OUT,
        .impure = true,
        .writes_open = true,
        .family = "Field handling",
        .doc = "Sets the field whose name is a value.",
        .bind = bind_set,
        .eval_multi = eval_set,
        .writes = writes_nothing,
    },
    {
        .name = "lowercase",
        .kind = FN_MULTI,
        .params = lower_params,
        .ret = TYPE_RAW,
        .nulls = FN_NULLS_SEEN,
        .impure = true,
        .writes_open = true,
        .reads_open = true,
        .spelled = {[LANG_CQL] = "lowercase"},
        .family = "Field handling",
        .doc =
            "The fields (`*`: all) in lower case: their values, with `include=fields` the values "
            "under the name in lower case, with `both` both.",
        .bind = bind_lower,
        .eval_multi = eval_lower,
        .writes = writes_nothing,
    },
    {
        .name = "field_rows",
        .kind = FN_EXPAND,
        .params = field_rows_params,
        .ret = TYPE_RAW,
        .nulls = FN_NULLS_SEEN,
        .impure = true,
        .reads_open = true,
        .family = "Field handling",
        .doc = "One row for each field of a row.",
        .bind = bind_field_rows,
        .expand = expand_fields,
        .writes = writes_field_rows,
    },
    {
        .name = "array_elements",
        .kind = FN_EXPAND,
        .params = elements_params,
        .ret = TYPE_RAW,
        .nulls = FN_NULLS_SEEN,
        .impure = true,
        .reads_open = true,
        .family = "Arrays",
        .doc = "One row for each element of an array.",
        .bind = bind_elements,
        .expand = expand_elements,
        .writes = writes_elements,
    },
    {0},
};
