/* fn_array.c - arrays of plain values: the fields name[0], name[1] ... without a gap.
 *
 * They are read from the row's open fields: a row that has none of those has no arrays. Elements
 * that hold objects are split()'s. */
#include "fn/sink.h"
#include "util/utf8.h"

#define ELEMENTS_MOST 8000

struct elements {
    struct val *items; /* batch arena; up to the first hole */
    size_t n;
};

static const struct open_row *row_of(const struct fn_run *run, uint32_t row)
{
    return run->in != NULL && run->in->open != NULL ? &run->in->open[row] : NULL;
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
    return n;
}

static struct elements elements_read(const struct fn_run *run, uint32_t row, struct str base)
{
    const struct open_row *open = row_of(run, row);
    struct elements e = {NULL, 0};
    size_t room = 0;

    for (uint32_t k = 0; open != NULL && k < open->n; k++) {
        size_t at = element_number(open->fields[k].name, base);

        room = at != SIZE_MAX ? MAX(room, at + 1) : room;
    }
    if (room == 0 || room > ELEMENTS_MOST + 1)
        return e;
    e.items = ARENA_ARRAY(run->arena, struct val, room);
    for (uint32_t k = 0; k < open->n; k++) {
        size_t at = element_number(open->fields[k].name, base);

        if (at != SIZE_MAX)
            e.items[at] = open->fields[k].v;
    }
    while (e.n < room && !val_is_null(&e.items[e.n]))
        e.n++;
    return e;
}

/* The name without its brackets, and without the back-quotes around members that are no words:
 * `a[]` is `a`, "user.`e-mail`[]" is `user.e-mail`. */
static struct str array_name(const struct fn_call *call, size_t i)
{
    struct str s = arg_text(call, i, call->env->arena);
    char *plain;
    size_t n = 0;

    if (str_ends(s, STR("[]")))
        s.len -= 2;
    if (str_find_char(s, '`') == SIZE_MAX)
        return s;
    plain = arena_alloc(call->env->arena, s.len);
    for (size_t k = 0; k < s.len; k++) {
        if (s.ptr[k] != '`')
            plain[n++] = s.ptr[k];
    }
    return str_of(plain, n);
}

struct array_call {
    struct sink_names names;
    struct str array;
    struct str as;
    struct str text; /* value, separator */
    struct str prefix, suffix;
    int64_t from, to;
    const struct regex *re;
    bool descending, numbers;
};

static enum lanner_rc bind_array(struct fn_call *call, struct array_call **out,
                                 struct lanner_err *err)
{
    struct array_call *p = ARENA_NEW(call->env->arena, struct array_call);

    TRY(arg_need_const(call, 0, "array", err));
    p->array = array_name(call, 0);
    p->as = p->array;
    sink_names_init(&p->names, call);
    call->state = p;
    *out = p;
    return LANNER_OK;
}

/* ---- array:contains, array:regex, array:length -------------------------------------------------
 */

static enum lanner_rc bind_contains(struct fn_call *call, struct lanner_err *err)
{
    struct array_call *p;

    TRY(bind_array(call, &p, err));
    p->text = arg_text(call, 1, call->env->arena);
    return LANNER_OK;
}

static enum lanner_rc eval_contains(struct fn_run *run, const struct column *args,
                                    const struct sel *sel, struct val *out, struct lanner_err *err)
{
    const struct array_call *p = run->call->state;
    char room[VAL_PRINT_MAX];
    struct str s;

    (void)args;
    (void)err;
    SEL_FOR (sel, i) {
        struct elements e = elements_read(run, i, p->array);
        bool hit = false;

        for (size_t k = 0; k < e.n && !hit; k++)
            hit = cell_text(&e.items[k], room, &s) && str_eq(s, p->text);
        out[i] = val_bool(hit);
    }
    return LANNER_OK;
}

static enum lanner_rc bind_regex(struct fn_call *call, struct lanner_err *err)
{
    struct arena *a = call->env->arena;
    struct array_call *p;

    TRY(bind_array(call, &p, err));
    return call_regex(call, a, arg_text(call, 1, a), arg_text(call, 2, a), 0, &p->re, err);
}

static enum lanner_rc eval_regex(struct fn_run *run, const struct column *args,
                                 const struct sel *sel, struct val *out, struct lanner_err *err)
{
    const struct array_call *p = run->call->state;
    struct regex_scratch *scratch = run_regex(run);
    char room[VAL_PRINT_MAX];
    struct str s;

    (void)args;
    (void)err;
    SEL_FOR (sel, i) {
        struct elements e = elements_read(run, i, p->array);
        enum regex_result result = REGEX_NO;

        for (size_t k = 0; k < e.n && result != REGEX_MATCH; k++) {
            if (cell_text(&e.items[k], room, &s))
                result = regex_test(p->re, scratch, s);
            if (result == REGEX_UNDECIDED)
                run_undecided(run);
        }
        out[i] = val_bool(result == REGEX_MATCH);
    }
    return LANNER_OK;
}

static enum lanner_rc bind_plain(struct fn_call *call, struct lanner_err *err)
{
    struct array_call *p;

    return bind_array(call, &p, err);
}

/* Elements that are objects or arrays count as well: `a[0].x` is a part of element 0. */
static size_t elements_count(const struct fn_run *run, uint32_t row, struct str base)
{
    const struct open_row *open = row_of(run, row);
    uint8_t there[ELEMENTS_MOST + 2] = {0};
    size_t n = 0;

    if (open == NULL)
        return 0;
    for (uint32_t k = 0; k < open->n; k++) {
        struct str name = open->fields[k].name;
        size_t close;
        size_t at;

        if (name.len <= base.len || !str_starts(name, base) || val_is_null(&open->fields[k].v))
            continue;
        close = str_find_char(str_of(name.ptr + base.len, name.len - base.len), ']');
        if (close == SIZE_MAX)
            continue;
        at = element_number(str_of(name.ptr, base.len + close + 1), base);
        if (at <= ELEMENTS_MOST)
            there[at] = 1;
    }
    while (there[n] != 0)
        n++;
    return n;
}

static enum lanner_rc eval_length(struct fn_run *run, const struct column *args,
                                  const struct sel *sel, struct val *out, struct lanner_err *err)
{
    const struct array_call *p = run->call->state;

    (void)args;
    (void)err;
    SEL_FOR (sel, i) {
        out[i] = val_long((int64_t)elements_count(run, i, p->array));
    }
    return LANNER_OK;
}

/* ---- concatArray -------------------------------------------------------------------------------
 */

enum { CONCAT_FIELD, CONCAT_SEPARATOR, CONCAT_PREFIX, CONCAT_SUFFIX, CONCAT_FROM, CONCAT_TO };

static enum lanner_rc bind_concat(struct fn_call *call, struct lanner_err *err)
{
    struct arena *a = call->env->arena;
    struct array_call *p;

    TRY(bind_array(call, &p, err));
    p->text = arg_text(call, CONCAT_SEPARATOR, a);
    p->prefix = arg_text(call, CONCAT_PREFIX, a);
    p->suffix = arg_text(call, CONCAT_SUFFIX, a);
    TRY(arg_long(call, CONCAT_FROM, "from", 0, 0, ELEMENTS_MOST, &p->from, err));
    return arg_long(call, CONCAT_TO, "to", ELEMENTS_MOST, 0, INT64_MAX, &p->to, err);
}

/* From `from` on, which may lie behind a gap: the joining stops at the first missing index. */
static enum lanner_rc eval_concat(struct fn_run *run, const struct column *args,
                                  const struct sel *sel, struct val *out, struct lanner_err *err)
{
    const struct array_call *p = run->call->state;
    struct buf text = {0};
    char room[VAL_PRINT_MAX];

    (void)args;
    (void)err;
    SEL_FOR (sel, i) {
        struct elements e = elements_read(run, i, p->array);

        out[i] = VAL_ABSENT;
        if ((size_t)p->from >= e.n || p->from > p->to)
            continue;
        buf_clear(&text);
        buf_put_str(&text, p->prefix);
        for (size_t k = (size_t)p->from; k < e.n && k <= (size_t)p->to; k++) {
            if (k > (size_t)p->from)
                buf_put_str(&text, p->text);
            buf_put_str(&text, cell_text_or_empty(&e.items[k], room));
        }
        buf_put_str(&text, p->suffix);
        out[i] = result_text(run, buf_str(&text));
    }
    buf_done(&text);
    return LANNER_OK;
}

/* ---- arrays to arrays --------------------------------------------------------------------------
 */

static struct str element_name(struct arena *a, struct str base, size_t k)
{
    return arena_printf(a, "%.*s[%zu]", STR_ARG(base), k);
}

/* Writes the elements; what an array of that name had beyond them is taken away. */
static void elements_write(const struct fn_run *run, const struct sink *sink, struct str as,
                           const struct elements *e)
{
    size_t old = elements_read(run, sink->row, as).n;

    for (size_t k = 0; k < e->n; k++)
        sink_put(sink, element_name(sink->out->arena, as, k), e->items[k]);
    for (size_t k = e->n; k < old; k++)
        sink_remove(sink, element_name(sink->out->arena, as, k));
}

typedef void (*elements_fn)(const struct fn_run *run, struct elements *e);

static void change_elements(struct fn_run *run, const struct sel *sel, struct fn_multi *out,
                            elements_fn fn)
{
    const struct array_call *p = run->call->state;

    SEL_FOR (sel, i) {
        struct sink sink = {&p->names, run->call, out, i};
        struct elements e = elements_read(run, i, p->array);

        if (e.n == 0)
            continue;
        fn(run, &e);
        elements_write(run, &sink, p->as, &e);
    }
}

static enum lanner_rc bind_as(struct fn_call *call, struct lanner_err *err)
{
    struct array_call *p;

    TRY(bind_array(call, &p, err));
    if (arg_given(call, 1))
        p->as = array_name(call, 1);
    return LANNER_OK;
}

static void keep_first(const struct fn_run *run, struct elements *e)
{
    size_t n = 0;

    (void)run;
    for (size_t k = 0; k < e->n; k++) {
        bool seen = false;

        for (size_t j = 0; j < n && !seen; j++)
            seen = val_same(&e->items[j], &e->items[k]);
        if (!seen)
            e->items[n++] = e->items[k];
    }
    e->n = n;
}

static enum lanner_rc eval_dedup(struct fn_run *run, const struct column *args,
                                 const struct sel *sel, struct fn_multi *out,
                                 struct lanner_err *err)
{
    (void)args;
    (void)err;
    change_elements(run, sel, out, keep_first);
    return LANNER_OK;
}

static enum lanner_rc eval_drop(struct fn_run *run, const struct column *args,
                                const struct sel *sel, struct fn_multi *out, struct lanner_err *err)
{
    const struct array_call *p = run->call->state;

    (void)args;
    (void)err;
    SEL_FOR (sel, i) {
        struct sink sink = {&p->names, run->call, out, i};
        struct elements none = {NULL, 0};

        elements_write(run, &sink, p->array, &none);
    }
    return LANNER_OK;
}

static enum lanner_rc eval_rename(struct fn_run *run, const struct column *args,
                                  const struct sel *sel, struct fn_multi *out,
                                  struct lanner_err *err)
{
    const struct array_call *p = run->call->state;

    (void)args;
    (void)err;
    SEL_FOR (sel, i) {
        struct sink sink = {&p->names, run->call, out, i};
        struct elements e = elements_read(run, i, p->array);
        struct elements none = {NULL, 0};

        if (e.n == 0 || str_eq(p->array, p->as))
            continue;
        elements_write(run, &sink, p->as, &e);
        elements_write(run, &sink, p->array, &none);
    }
    return LANNER_OK;
}

static enum lanner_rc eval_append(struct fn_run *run, const struct column *args,
                                  const struct sel *sel, struct fn_multi *out,
                                  struct lanner_err *err)
{
    const struct array_call *p = run->call->state;

    (void)err;
    SEL_FOR (sel, i) {
        struct sink sink = {&p->names, run->call, out, i};
        size_t n = elements_read(run, i, p->array).n;

        for (size_t k = 1; k < run->call->n_args; k++) {
            const struct val *v = column_at(&args[k], i);

            if (!val_is_null(v))
                sink_put(&sink, element_name(out->arena, p->array, n++), *v);
        }
    }
    return LANNER_OK;
}

/* ---- array:sort --------------------------------------------------------------------------------
 */

struct sort_item {
    struct val v;
    struct str text; /* printed, in lower case */
    double number;
    bool is_number;
    size_t at;
    const struct array_call *p;
};

static int by_order(const void *a, const void *b)
{
    const struct sort_item *x = a;
    const struct sort_item *y = b;
    int order;

    if (x->p->numbers && x->is_number != y->is_number)
        return x->is_number ? -1 : 1; /* texts last in both directions */
    if (x->p->numbers && x->is_number)
        order = (x->number > y->number) - (x->number < y->number);
    else
        order = str_cmp(x->text, y->text);
    if (order == 0)
        return (x->at > y->at) - (x->at < y->at);
    return x->p->descending ? -order : order;
}

static void sort_elements(const struct fn_run *run, struct elements *e)
{
    const struct array_call *p = run->call->state;
    struct sort_item *items = ARENA_ARRAY(run->arena, struct sort_item, e->n);
    struct buf lower = {0};
    char room[VAL_PRINT_MAX];

    for (size_t k = 0; k < e->n; k++) {
        struct sort_item *it = &items[k];

        buf_clear(&lower);
        utf8_put_lower(&lower, cell_text_or_empty(&e->items[k], room));
        it->text = arena_str(run->arena, buf_str(&lower));
        it->is_number = cell_double(&e->items[k], &it->number);
        it->v = e->items[k];
        it->at = k;
        it->p = p;
    }
    buf_done(&lower);
    qsort(items, e->n, sizeof(*items), by_order);
    for (size_t k = 0; k < e->n; k++)
        e->items[k] = items[k].v;
}

enum { SORT_ARRAY, SORT_AS, SORT_ORDER, SORT_TYPE };

static enum lanner_rc bind_sort(struct fn_call *call, struct lanner_err *err)
{
    struct array_call *p;

    TRY(bind_as(call, err));
    p = call->state;
    p->descending = str_eq_nocase(arg_text(call, SORT_ORDER, call->env->arena), STR("desc"));
    p->numbers = str_eq_nocase(arg_text(call, SORT_TYPE, call->env->arena), STR("number"));
    return LANNER_OK;
}

static enum lanner_rc eval_sort(struct fn_run *run, const struct column *args,
                                const struct sel *sel, struct fn_multi *out, struct lanner_err *err)
{
    (void)args;
    (void)err;
    change_elements(run, sel, out, sort_elements);
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

static const struct fn_param contains_params[] = {PARAM("array", P_NAME, PARAM_FIRST, NULL),
                                                  PARAM("value", P_TEXT, PARAM_REQUIRED, NULL),
                                                  PARAMS_END};
static const struct fn_param regex_params[] = {PARAM("array", P_NAME, PARAM_FIRST, NULL),
                                               PARAM("regex", P_REGEX, PARAM_REQUIRED, NULL),
                                               PARAM("flags", P_TEXT, 0, NULL), PARAMS_END};
static const struct fn_param length_params[] = {PARAM("array", P_NAME, PARAM_FIRST, NULL),
                                                PARAM_AS("_length"), PARAMS_END};
static const struct fn_param array_params[] = {PARAM("array", P_NAME, PARAM_FIRST, NULL),
                                               PARAMS_END};
static const struct fn_param as_params[] = {PARAM("array", P_NAME, PARAM_FIRST, NULL),
                                            PARAM("asArray", P_NAME, 0, NULL), PARAMS_END};
static const struct fn_param rename_params[] = {PARAM("array", P_NAME, PARAM_FIRST, NULL),
                                                PARAM("asArray", P_NAME, PARAM_REQUIRED, NULL),
                                                PARAMS_END};
static const struct fn_param append_params[] = {
    PARAM("array", P_NAME, PARAM_FIRST, NULL),
    PARAM("values", P_EXPR, PARAM_REQUIRED | PARAM_MANY, NULL), PARAMS_END};
static const struct fn_param sort_params[] = {
    PARAM("array", P_NAME, PARAM_FIRST, NULL), PARAM("asArray", P_NAME, 0, NULL),
    PARAM_WORDS("order", 0, "asc", "asc|desc"), PARAM_WORDS("type", 0, "string", "string|number"),
    PARAMS_END};
static const struct fn_param concat_params[] = {PARAM("field", P_NAME, PARAM_FIRST, NULL),
                                                PARAM("separator", P_TEXT, 0, ""),
                                                PARAM("prefix", P_TEXT, 0, ""),
                                                PARAM("suffix", P_TEXT, 0, ""),
                                                PARAM("from", P_NUMBER, 0, "0"),
                                                PARAM("to", P_NUMBER, 0, NULL),
                                                PARAM_AS("_concatArray"),
                                                PARAMS_END};

#define ARRAY_VALUE_ROW(row_name, kind_, params_, ret_, bind_, eval_, doc_)                        \
    {                                                                                              \
        .name = row_name, .kind = kind_, .params = params_, .ret = ret_, .nulls = FN_NULLS_SEEN,   \
        .impure = true, .reads_open = true, .spelled = {[LANG_CQL] = row_name},                    \
        .family = "Arrays", .doc = doc_, .bind = bind_, .eval = eval_                              \
    }
#define ARRAY_ROW(row_name, params_, bind_, eval_, doc_)                                           \
    {                                                                                              \
        .name = row_name, .kind = FN_MULTI, .params = params_, .ret = TYPE_RAW,                    \
        .nulls = FN_NULLS_SEEN, .impure = true, .writes_open = true, .reads_open = true,           \
        .spelled = {[LANG_CQL] = row_name}, .family = "Arrays", .doc = doc_, .bind = bind_,        \
        .eval_multi = eval_, .writes = writes_nothing                                              \
    }

const struct fn_def fn_array[] = {
    ARRAY_VALUE_ROW("array:contains", FN_PREDICATE, contains_params, TYPE_BOOL, bind_contains,
                    eval_contains, "Passes when an element equals the value."),
    ARRAY_VALUE_ROW("array:regex", FN_PREDICATE, regex_params, TYPE_BOOL, bind_regex, eval_regex,
                    "Passes when the pattern matches an element."),
    ARRAY_VALUE_ROW("array:length", FN_SCALAR, length_params, TYPE_LONG, bind_plain, eval_length,
                    "Number of elements from 0 on without a gap."),
    ARRAY_VALUE_ROW("concatArray", FN_SCALAR, concat_params, TYPE_TEXT, bind_concat, eval_concat,
                    "The elements `from` to `to` one after another, with `separator` between them; "
                    "no value when the first is missing."),
    ARRAY_ROW("array:append", append_params, bind_plain, eval_append,
              "Appends the values behind the last element."),
    ARRAY_ROW("array:dedup", as_params, bind_as, eval_dedup,
              "Keeps the first of equal elements, in order."),
    ARRAY_ROW("array:drop", array_params, bind_plain, eval_drop, "Removes the elements."),
    ARRAY_ROW("array:rename", rename_params, bind_as, eval_rename,
              "Gives the elements another name."),
    ARRAY_ROW("array:sort", sort_params, bind_sort, eval_sort,
              "Sorts the elements, as text whatever the case, or as numbers with texts last."),
    {0},
};
