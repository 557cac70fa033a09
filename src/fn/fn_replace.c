/* fn_replace.c - replace() and splitString(): rewriting and cutting by regular expressions. */
#include "fn/kernel.h"

/* ---- replace -----------------------------------------------------------------------------------
 */

enum { REPLACE_REGEX, REPLACE_WITH, REPLACE_FIELD, REPLACE_FLAGS };

struct replace {
    const struct regex *re;
    const struct regex_template *with;
};

static enum lanner_rc bind_replace(struct fn_call *call, struct lanner_err *err)
{
    struct arena *a = call->env->arena;
    struct replace *r = ARENA_NEW(a, struct replace);

    TRY(arg_need_const(call, REPLACE_REGEX, "regex", err));
    TRY(arg_need_const(call, REPLACE_WITH, "with", err));
    TRY(call_regex(call, a, arg_text(call, REPLACE_REGEX, a), arg_text(call, REPLACE_FLAGS, a),
                   REGEX_NUMBERED, &r->re, err));
    TRY(call_err(call,
                 regex_template_compile(a, r->re, arg_text(call, REPLACE_WITH, a), &r->with, err),
                 err));
    call->state = r;
    return LANNER_OK;
}

static enum lanner_rc eval_replace(struct fn_run *run, const struct column *args,
                                   const struct sel *sel, struct val *out, struct lanner_err *err)
{
    const struct replace *r = run->call->state;
    struct regex_scratch *scratch = run_regex(run);
    struct buf text = {0};
    char room[VAL_PRINT_MAX];
    struct str s;

    (void)err;
    SEL_FOR (sel, i) {
        const struct val *v = column_at(&args[REPLACE_FIELD], i);
        enum regex_result result = REGEX_NO;

        buf_clear(&text);
        out[i] = *v;
        if (cell_text(v, room, &s))
            result = regex_replace(r->re, scratch, s, r->with, &text);
        if (result == REGEX_MATCH)
            out[i] = result_text(run, buf_str(&text));
        else if (result == REGEX_UNDECIDED)
            run_undecided(run);
        if (run_is_full(run))
            break;
    }
    buf_done(&text);
    return LANNER_OK;
}

/* ---- splitString -------------------------------------------------------------------------------
 */

/* Parts of one text; more are left in one piece. */
#define SPLIT_MOST 8000

enum { SPLIT_BY, SPLIT_FIELD, SPLIT_INDEX, SPLIT_AS };

typedef VEC(struct str) split_parts;

struct split {
    const struct regex *re;
    bool has_index;
    int64_t index;
    struct str as;
    size_t *element; /* for each output: the element it takes, SIZE_MAX when it is none */
};

/* `as[12]` gives 12. */
static size_t element_of(struct str name, struct str as)
{
    size_t n = 0;

    if (name.len < as.len + 3 || !str_starts(name, as) || name.ptr[as.len] != '[' ||
        name.ptr[name.len - 1] != ']' || (name.ptr[as.len + 1] == '0' && name.len > as.len + 3))
        return SIZE_MAX;
    for (size_t k = as.len + 1; k + 1 < name.len; k++) {
        if (!ascii_is_digit(name.ptr[k]) || n > SPLIT_MOST)
            return SIZE_MAX;
        n = n * 10 + (size_t)(name.ptr[k] - '0');
    }
    return n;
}

static enum lanner_rc bind_split(struct fn_call *call, struct lanner_err *err)
{
    struct arena *a = call->env->arena;
    struct split *p = ARENA_NEW(a, struct split);

    TRY(arg_need_const(call, SPLIT_BY, "by", err));
    TRY(call_regex(call, a, arg_text(call, SPLIT_BY, a), STR(""), 0, &p->re, err));
    p->has_index = arg_given(call, SPLIT_INDEX);
    TRY(arg_long(call, SPLIT_INDEX, "index", 0, -SPLIT_MOST, SPLIT_MOST, &p->index, err));
    p->as = arg_text(call, SPLIT_AS, a);
    p->element = ARENA_ARRAY(a, size_t, call->n_out);
    for (size_t j = 0; j < call->n_out; j++)
        p->element[j] = element_of(call->out_names[j], p->as);
    call->state = p;
    return LANNER_OK;
}

/* As java.lang.String.split: a match of no width at the start gives no empty first part, empty
 * parts at the end are dropped, and a text without a match is one part, be it empty. */
static void split_text(const struct fn_run *run, struct regex_scratch *scratch, struct str s,
                       split_parts *parts)
{
    const struct split *p = run->call->state;
    enum regex_result result = REGEX_NO;
    struct regex_match m;
    size_t start = 0;
    size_t from = 0;
    bool any = false;

    parts->n = 0;
    while (start != SIZE_MAX && parts->n < SPLIT_MOST) {
        size_t at;
        size_t end;

        result = regex_search(p->re, scratch, s, start, &m);
        if (result != REGEX_MATCH)
            break;
        at = m.offsets[0];
        end = m.offsets[1];
        start = regex_next_start(&m, s);
        if (end == 0 || (at == end && at >= s.len))
            continue;
        VEC_PUSH(parts, str_of(s.ptr + from, at - from));
        from = end;
        any = true;
    }
    if (result == REGEX_UNDECIDED)
        run_undecided(run);
    if (parts->n == SPLIT_MOST)
        run_note(run, LANNER_NOTE_INPUT, "splitString() splits off no more than %d parts of a text",
                 SPLIT_MOST);
    VEC_PUSH(parts, str_of(s.ptr + from, s.len - from));
    while (any && parts->n > 0 && parts->items[parts->n - 1].len == 0)
        parts->n--;
}

/* A part of the cell's own text points into it; what was printed is copied. */
static struct val part_val(const struct fn_run *run, const struct val *v, struct str part)
{
    if (part.len == 0)
        return val_text("", 0);
    return val_is_text(v) ? val_str(part) : result_text(run, part);
}

static enum lanner_rc eval_split_index(struct fn_run *run, const struct column *args,
                                       const struct sel *sel, struct val *out,
                                       struct lanner_err *err)
{
    const struct split *p = run->call->state;
    struct regex_scratch *scratch = run_regex(run);
    split_parts parts = {0};
    char room[VAL_PRINT_MAX];
    struct str s;

    (void)err;
    SEL_FOR (sel, i) {
        const struct val *v = column_at(&args[SPLIT_FIELD], i);
        int64_t k = p->index;

        out[i] = VAL_ABSENT;
        if (!cell_text(v, room, &s))
            continue;
        split_text(run, scratch, s, &parts);
        if (k < 0)
            k += (int64_t)parts.n;
        if (k >= 0 && k < (int64_t)parts.n)
            out[i] = part_val(run, v, parts.items[k]);
    }
    VEC_DONE(&parts);
    return LANNER_OK;
}

static void split_row(struct fn_run *run, struct fn_multi *out, uint32_t row, const struct val *v,
                      const split_parts *parts)
{
    const struct split *p = run->call->state;
    const struct fn_call *call = run->call;

    for (size_t j = 0; j < call->n_out; j++) {
        if (p->element[j] < parts->n)
            out->out[j][row] = part_val(run, v, parts->items[p->element[j]]);
    }
    if (out->open == NULL || !call->open)
        return;
    for (size_t k = 0; k < parts->n; k++) {
        struct str name = arena_printf(out->arena, "%.*s[%zu]", STR_ARG(p->as), k);

        open_put(&out->open[row], name, part_val(run, v, parts->items[k]), out->arena);
    }
}

static enum lanner_rc eval_split(struct fn_run *run, const struct column *args,
                                 const struct sel *sel, struct fn_multi *out,
                                 struct lanner_err *err)
{
    const struct split *p = run->call->state;
    struct regex_scratch *scratch = run_regex(run);
    split_parts parts = {0};
    char room[VAL_PRINT_MAX];
    struct str s;

    (void)err;
    SEL_FOR (sel, i) {
        const struct val *v = column_at(&args[SPLIT_FIELD], i);

        if (!cell_text(v, room, &s))
            continue;
        split_text(run, scratch, s, &parts);
        if (p->has_index) {
            size_t j = out_index(run->call, p->as);
            int64_t k = p->index < 0 ? p->index + (int64_t)parts.n : p->index;

            if (j != SIZE_MAX && k >= 0 && k < (int64_t)parts.n)
                out->out[j][i] = part_val(run, v, parts.items[k]);
        } else {
            split_row(run, out, i, v, &parts);
        }
    }
    VEC_DONE(&parts);
    return LANNER_OK;
}

static enum lanner_rc writes_split(const struct fn_call *call, fn_names *names, struct arena *a,
                                   struct lanner_err *err)
{
    (void)err;
    if (arg_given(call, SPLIT_INDEX))
        VEC_PUSH(names, arg_text(call, SPLIT_AS, a));
    return LANNER_OK;
}

static const struct fn_param replace_params[] = {PARAM("regex", P_REGEX, PARAM_FIRST, NULL),
                                                 PARAM_ALIAS("with", "replacement", P_TEXT, 0, ""),
                                                 PARAM("field", P_FIELD, 0, "@rawstring"),
                                                 PARAM("flags", P_TEXT, 0, "m"),
                                                 PARAM_AS(NULL),
                                                 PARAMS_END};
static const struct fn_param split_params[] = {PARAM("by", P_REGEX, PARAM_REQUIRED, NULL),
                                               PARAM("field", P_FIELD, PARAM_DEFAULT, "@rawstring"),
                                               PARAM("index", P_NUMBER, 0, NULL),
                                               PARAM("as", P_NAME, 0, "_splitstring"), PARAMS_END};
static const struct fn_param split_index_params[] = {
    PARAM("by", P_REGEX, PARAM_REQUIRED, NULL),
    PARAM("field", P_FIELD, PARAM_DEFAULT, "@rawstring"),
    PARAM("index", P_NUMBER, PARAM_REQUIRED, NULL), PARAM_AS("_splitstring"), PARAMS_END};

const struct fn_def fn_replace[] = {
    {
        .name = "replace",
        .kind = FN_SCALAR,
        .params = replace_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_CQL] = "replace"},
        .family = "Strings and text",
        .doc = "The text with every match of the pattern replaced; `$1` and `${name}` stand for "
               "groups.",
        .bind = bind_replace,
        .eval = eval_replace,
    },
    {
        .name = "splitString",
        .kind = FN_MULTI,
        .params = split_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULLS_SEEN,
        .writes_open = true,
        .spelled = {[LANG_CQL] = "splitString"},
        .family = "Strings and text",
        .doc =
            "Cuts the text at every match of the pattern, into `as[0]`, `as[1]` and so on. With "
            "`index` only that part is written, to `as`; negative ones count from the end. Empty "
            "parts at the end are dropped.",
        .bind = bind_split,
        .eval_multi = eval_split,
        .writes = writes_split,
    },
    {
        .name = "splitString_index",
        .kind = FN_SCALAR,
        .params = split_index_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULL_IN_NULL_OUT,
        .keeps_bytes = false, /* the text is the second argument */
        .family = "Strings and text",
        .doc = "splitString() with an index.",
        .bind = bind_split,
        .eval = eval_split_index,
    },
    {0},
};
