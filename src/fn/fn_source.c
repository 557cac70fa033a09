/* fn_source.c - createEvents(): events from texts of the query; split(): an event for each element.
 */
#include "fn/kernel.h"

/* ---- createEvents ------------------------------------------------------------------------------
 */

enum { EVENTS_RAW, EVENTS_TIME };

static enum lanner_rc writes_events(const struct fn_call *call, fn_names *names, struct arena *a,
                                    struct lanner_err *err)
{
    (void)call;
    (void)a;
    (void)err;
    VEC_PUSH(names, STR("@rawstring"));
    VEC_PUSH(names, STR("@timestamp"));
    return LANNER_OK;
}

static enum lanner_rc bind_events(struct fn_call *call, struct lanner_err *err)
{
    const size_t *map = NULL;

    TRY(arg_need_const(call, 0, "rawstring", err));
    TRY(out_map(call, &map, err));
    call->state = (void *)map;
    return LANNER_OK;
}

static enum lanner_rc generate_events(struct fn_run *run, uint64_t row, struct fn_expand *x,
                                      bool *more, struct lanner_err *err)
{
    const size_t *map = run->call->state;
    size_t n;
    const struct val *items = arg_list(run->call, 0, &n);
    char room[VAL_PRINT_MAX];
    struct str s;

    *more = row + 1 < n;
    if (row >= n || !cell_text(&items[row], room, &s))
        return LANNER_OK;
    if (map[EVENTS_RAW] != SIZE_MAX)
        x->out[map[EVENTS_RAW]] = s.len > 0 ? val_str(arena_str(x->arena, s)) : val_text("", 0);
    if (map[EVENTS_TIME] != SIZE_MAX)
        x->out[map[EVENTS_TIME]] = val_long(run->call->env->now_ns / NS_PER_MS);
    return x->emit(x, err);
}

/* ---- split -------------------------------------------------------------------------------------
 */

enum { SPLIT_FIELD, SPLIT_STRIP };

/* Elements of one event; LogScale's limit on the fields of an event is the same. */
#define SPLIT_MOST 8000

struct split {
    struct str field;
    bool strip;
    size_t index_out;
};

/* `a[12].x` with field `a`: element 12 and the rest `.x`. False for names of other fields. */
static bool element_name(struct str name, struct str field, uint32_t *element, struct str *rest)
{
    size_t i = field.len + 1;
    uint32_t n = 0;

    if (name.len < field.len + 3 || !str_starts(name, field) || name.ptr[field.len] != '[' ||
        !ascii_is_digit(name.ptr[i]))
        return false;
    for (; i < name.len && ascii_is_digit(name.ptr[i]); i++) {
        if (n > SPLIT_MOST)
            return false;
        n = n * 10 + (uint32_t)(name.ptr[i] - '0');
    }
    if (i >= name.len || name.ptr[i] != ']')
        return false;
    *element = n;
    *rest = str_of(name.ptr + i + 1, name.len - i - 1);
    return true;
}

static enum lanner_rc bind_split(struct fn_call *call, struct lanner_err *err)
{
    struct split *p = ARENA_NEW(call->env->arena, struct split);

    TRY(arg_need_const(call, SPLIT_FIELD, "field", err));
    p->field = arg_text(call, SPLIT_FIELD, call->env->arena);
    if (str_ends(p->field, STR("[]")))
        p->field.len -= 2;
    p->strip = arg_bool(call, SPLIT_STRIP, false);
    p->index_out = out_index(call, STR("_index"));
    call->state = p;
    return LANNER_OK;
}

static void expand_put(const struct fn_call *call, struct fn_expand *x, struct str name,
                       struct val v)
{
    size_t j = out_index(call, name);

    if (j != SIZE_MAX)
        x->out[j] = v;
    if (call->open && x->open != NULL)
        open_put(x->open, name, v, x->arena);
}

/* Name of an element's member in its own event: `a.x`, with strip `x`; a scalar element is `a`. */
static struct str member_name(const struct split *p, struct str rest, struct arena *a)
{
    if (rest.len == 0)
        return p->field.len > 0 ? p->field : STR("_value");
    if (p->strip || p->field.len == 0)
        return rest.ptr[0] == '.' ? str_of(rest.ptr + 1, rest.len - 1) : rest;
    return arena_printf(a, "%.*s%.*s", STR_ARG(p->field), STR_ARG(rest));
}

struct element {
    uint32_t index;
    struct str rest;
    struct val v;
};

static int by_index(const void *a, const void *b)
{
    const struct element *x = a;
    const struct element *y = b;

    if (x->index != y->index)
        return x->index < y->index ? -1 : 1;
    return str_cmp(x->rest, y->rest);
}

/* The fields of the array apart, all others of the event in `others`. */
static size_t take_elements(const struct split *p, const struct open_row *row,
                            struct element *elements, struct open_row *others)
{
    size_t n = 0;

    for (uint32_t k = 0; k < row->n; k++) {
        struct element *e = &elements[n];

        if (element_name(row->fields[k].name, p->field, &e->index, &e->rest)) {
            e->v = row->fields[k].v;
            n++;
        } else {
            others->fields[others->n++] = row->fields[k];
        }
    }
    return n;
}

static enum lanner_rc expand_split(struct fn_run *run, const struct column *args,
                                   struct fn_expand *x, struct lanner_err *err)
{
    const struct fn_call *call = run->call;
    const struct split *p = call->state;
    const struct open_row *source =
        run->in != NULL && run->in->open != NULL ? &run->in->open[x->row] : x->open;
    struct val *old = ARENA_ARRAY(x->arena, struct val, call->n_out + 1);
    struct open_row others = {0};
    struct element *elements;
    size_t n;

    (void)args;
    if (source == NULL)
        return x->emit(x, err);
    elements = ARENA_ARRAY(x->arena, struct element, source->n + 1);
    others.fields = ARENA_ARRAY(x->arena, struct open_field, source->n + 1);
    n = take_elements(p, source, elements, &others);
    if (n == 0)
        return x->emit(x, err); /* no such array: the event as it is */
    qsort(elements, n, sizeof(*elements), by_index);
    if (call->n_out > 0)
        memcpy(old, x->out, call->n_out * sizeof(*old));
    for (size_t k = 0; k < n;) {
        uint32_t index = elements[k].index;

        if (call->n_out > 0)
            memcpy(x->out, old, call->n_out * sizeof(*old));
        if (x->open != NULL) {
            x->open->n = 0;
            for (uint32_t f = 0; f < others.n; f++)
                open_put(x->open, others.fields[f].name, others.fields[f].v, x->arena);
        }
        for (; k < n && elements[k].index == index; k++)
            expand_put(call, x, member_name(p, elements[k].rest, x->arena), elements[k].v);
        expand_put(call, x, STR("_index"), val_long(index));
        TRY(x->emit(x, err));
    }
    return LANNER_OK;
}

static enum lanner_rc writes_split(const struct fn_call *call, fn_names *names, struct arena *a,
                                   struct lanner_err *err)
{
    (void)call;
    (void)a;
    (void)err;
    VEC_PUSH(names, STR("_index"));
    return LANNER_OK;
}

static const struct fn_param events_params[] = {PARAM("rawstring", P_LIST, PARAM_FIRST, NULL),
                                                PARAMS_END};
static const struct fn_param split_params[] = {PARAM("field", P_NAME, PARAM_DEFAULT, "_events"),
                                               PARAM("strip", P_BOOL, 0, "false"), PARAMS_END};

const struct fn_def fn_source[] = {
    {
        .name = "createEvents",
        .kind = FN_SOURCE,
        .params = events_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_CQL] = "createEvents"},
        .family = "Sources, joins and subqueries",
        .doc = "Makes an event of every text, with the text as `@rawstring` and the clock as "
               "`@timestamp`. What came before it in the query is discarded.",
        .bind = bind_events,
        .generate = generate_events,
        .writes = writes_events,
    },
    {
        .name = "split",
        .kind = FN_EXPAND,
        .params = split_params,
        .ret = TYPE_RAW,
        .nulls = FN_NULLS_SEEN,
        .impure = true,
        .writes_open = true,
        .reads_open = true,
        .spelled = {[LANG_CQL] = "split"},
        .family = "Arrays",
        .doc = "Makes an event of every element of an array: `a[0].x` becomes `a.x`, with "
               "`strip=true` `x`, an element that is a plain value becomes `a`. All other fields "
               "are copied; `_index` numbers the elements.",
        .bind = bind_split,
        .expand = expand_split,
        .writes = writes_split,
    },
    {0},
};
