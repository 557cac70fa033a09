/* fn_filter.c - CQL's filter terms as predicates over a field's value: equality with globs, like,
 * existence, comparison with a number. Never null: without a value every one of them is false. */
#include "fn/kernel.h"

struct text_filter {
    struct glob *glob; /* query arena */
    struct str exact;  /* when the pattern has no star */
    bool is_exact;
    bool ignore_case;
};

static enum lanner_rc bind_pattern(struct fn_call *call, unsigned flags, struct lanner_err *err)
{
    struct text_filter *f = ARENA_NEW(call->env->arena, struct text_filter);
    struct str pattern;

    TRY(arg_need_const(call, 1, "pattern", err));
    pattern = arg_text(call, 1, call->env->arena);
    f->glob = glob_compile(call->env->arena, pattern, flags);
    f->is_exact = flags == 0 && glob_is_exact(f->glob);
    f->exact = pattern;
    f->ignore_case = (flags & GLOB_ICASE) != 0;
    call->state = f;
    return LANNER_OK;
}

static enum lanner_rc bind_glob(struct fn_call *call, struct lanner_err *err)
{
    return bind_pattern(call, 0, err);
}

static enum lanner_rc bind_contains(struct fn_call *call, struct lanner_err *err)
{
    return bind_pattern(call, GLOB_CONTAINS, err);
}

static enum lanner_rc bind_contains_nocase(struct fn_call *call, struct lanner_err *err)
{
    return bind_pattern(call, GLOB_CONTAINS | GLOB_ICASE, err);
}

static void eval_exact(const struct column *col, const struct sel *sel, struct str want,
                       struct val *out)
{
    char room[VAL_PRINT_MAX];

    SEL_FOR (sel, i) {
        const struct val *v = column_at(col, i);
        struct str s;

        /* The length decides most rows without touching the text. */
        if (val_is_text(v))
            out[i] = val_bool(v->len == want.len &&
                              (want.len == 0 || memcmp(v->u.ptr, want.ptr, want.len) == 0));
        else
            out[i] = val_bool(cell_text(v, room, &s) && str_eq(s, want));
    }
}

static enum lanner_rc eval_glob(struct fn_run *run, const struct column *args,
                                const struct sel *sel, struct val *out, struct lanner_err *err)
{
    const struct text_filter *f = run->call->state;
    char room[VAL_PRINT_MAX];
    struct str s;

    (void)err;
    if (f->is_exact) {
        eval_exact(&args[0], sel, f->exact, out);
        return LANNER_OK;
    }
    SEL_FOR (sel, i) {
        out[i] = val_bool(cell_text(column_at(&args[0], i), room, &s) && glob_match(f->glob, s));
    }
    return LANNER_OK;
}

static bool glob_literals(const struct fn_call *call, fn_literals *out, struct arena *a)
{
    const struct text_filter *f = call->state;

    (void)a;
    return f != NULL && literal_add_glob(out, f->glob, f->ignore_case);
}

static enum lanner_rc eval_exists(struct fn_run *run, const struct column *args,
                                  const struct sel *sel, struct val *out, struct lanner_err *err)
{
    (void)run;
    (void)err;
    SEL_FOR (sel, i) {
        out[i] = val_bool(!val_is_null(column_at(&args[0], i)));
    }
    return LANNER_OK;
}

static enum lanner_rc eval_not_empty(struct fn_run *run, const struct column *args,
                                     const struct sel *sel, struct val *out, struct lanner_err *err)
{
    (void)run;
    (void)err;
    SEL_FOR (sel, i) {
        const struct val *v = column_at(&args[0], i);

        out[i] = val_bool(val_is_text(v) ? v->len > 0 : !val_is_null(v));
    }
    return LANNER_OK;
}

/* Exact also where an integer meets a real that a double of the integer would equal. */
static int compare_numbers(const struct val *a, const struct val *b)
{
    if (a->kind == KIND_LONG && b->kind == KIND_LONG)
        return (a->u.i > b->u.i) - (a->u.i < b->u.i);
    {
        long double x = a->kind == KIND_LONG ? (long double)a->u.i : (long double)a->u.d;
        long double y = b->kind == KIND_LONG ? (long double)b->u.i : (long double)b->u.d;

        return (x > y) - (x < y);
    }
}

enum { ACCEPT_LESS = 1, ACCEPT_EQUAL = 2, ACCEPT_GREATER = 4 };

static enum lanner_rc eval_order(const struct column *args, const struct sel *sel, struct val *out,
                                 unsigned accept)
{
    struct val constant = args[1].is_const ? val_to_num(&args[1].v[0]) : VAL_ABSENT;

    SEL_FOR (sel, i) {
        struct val a = val_to_num(column_at(&args[0], i));
        struct val b = args[1].is_const ? constant : val_to_num(column_at(&args[1], i));
        int order;

        if (val_is_null(&a) || val_is_null(&b)) {
            out[i] = val_bool(false);
            continue;
        }
        order = compare_numbers(&a, &b);
        out[i] = val_bool((accept & (order < 0    ? ACCEPT_LESS
                                     : order == 0 ? ACCEPT_EQUAL
                                                  : ACCEPT_GREATER)) != 0);
    }
    return LANNER_OK;
}

#define ORDER_KERNEL(id, accept)                                                                   \
    static enum lanner_rc eval_##id(struct fn_run *run, const struct column *args,                 \
                                    const struct sel *sel, struct val *out,                        \
                                    struct lanner_err *err)                                        \
    {                                                                                              \
        (void)run;                                                                                 \
        (void)err;                                                                                 \
        return eval_order(args, sel, out, accept);                                                 \
    }
ORDER_KERNEL(less, ACCEPT_LESS)
ORDER_KERNEL(less_equal, ACCEPT_LESS | ACCEPT_EQUAL)
ORDER_KERNEL(greater, ACCEPT_GREATER)
ORDER_KERNEL(greater_equal, ACCEPT_GREATER | ACCEPT_EQUAL)

/* ---- wildcard() --------------------------------------------------------------------------------
 */

enum { WILDCARD_PATTERN, WILDCARD_ICASE, WILDCARD_EVERYTHING, WILDCARD_FIELDS };

struct wildcard {
    struct glob *glob;
    bool ignore_case;
    bool everything; /* `*` with includeEverythingOnAsterisk */
};

static enum lanner_rc bind_wildcard(struct fn_call *call, struct lanner_err *err)
{
    struct wildcard *w = ARENA_NEW(call->env->arena, struct wildcard);
    struct str pattern;

    TRY(arg_need_const(call, WILDCARD_PATTERN, "pattern", err));
    if (!arg_given(call, WILDCARD_FIELDS))
        return err_set_at(err, LANNER_ERR_UNSUPPORTED, call->at,
                          "wildcard() without a field is not supported here");
    pattern = arg_text(call, WILDCARD_PATTERN, call->env->arena);
    w->ignore_case = arg_bool(call, WILDCARD_ICASE, false);
    w->glob =
        glob_compile(call->env->arena, pattern, w->ignore_case ? GLOB_ICASE | GLOB_CONTAINS : 0);
    w->everything =
        arg_bool(call, WILDCARD_EVERYTHING, false) && pattern.len > 0 && glob_is_any(w->glob);
    call->state = w;
    return LANNER_OK;
}

static enum lanner_rc eval_wildcard(struct fn_run *run, const struct column *args,
                                    const struct sel *sel, struct val *out, struct lanner_err *err)
{
    const struct wildcard *w = run->call->state;
    size_t n = run->call->n_args;
    char room[VAL_PRINT_MAX];
    struct str s;

    (void)err;
    SEL_FOR (sel, i) {
        bool hit = w->everything;

        for (size_t k = WILDCARD_FIELDS; k < n && !hit; k++)
            hit = cell_text(column_at(&args[k], i), room, &s) && glob_match(w->glob, s);
        out[i] = val_bool(hit);
    }
    return LANNER_OK;
}

static bool wildcard_literals(const struct fn_call *call, fn_literals *out, struct arena *a)
{
    const struct wildcard *w = call->state;

    (void)a;
    /* With several fields the literal may stand in any of them. */
    return w != NULL && !w->everything && call->n_args == WILDCARD_FIELDS + 1 &&
           literal_add_glob(out, w->glob, w->ignore_case);
}

static const struct fn_param pattern_params[] = {PARAM("value", P_EXPR, PARAM_FIRST, NULL),
                                                 PARAM("pattern", P_TEXT, PARAM_REQUIRED, NULL),
                                                 PARAMS_END};
static const struct fn_param value_params[] = {PARAM("value", P_EXPR, PARAM_FIRST, NULL),
                                               PARAMS_END};
static const struct fn_param order_params[] = {PARAM("value", P_EXPR, PARAM_FIRST, NULL),
                                               PARAM("number", P_EXPR, PARAM_REQUIRED, NULL),
                                               PARAMS_END};
static const struct fn_param wildcard_params[] = {
    PARAM("pattern", P_TEXT, PARAM_FIRST, NULL), PARAM("ignoreCase", P_BOOL, 0, "false"),
    PARAM("includeEverythingOnAsterisk", P_BOOL, 0, "false"),
    PARAM("field", P_FIELD, PARAM_MANY, NULL), PARAMS_END};

#define FILTER_ROW(row_name, params_, bind_, eval_, literals_, doc_)                               \
    {                                                                                              \
        .name = row_name, .kind = FN_PREDICATE, .params = params_, .ret = TYPE_BOOL,               \
        .nulls = FN_NULLS_SEEN, .family = "Filters", .doc = doc_, .bind = bind_, .eval = eval_,    \
        .literals = literals_                                                                      \
    }

const struct fn_def fn_filter[] = {
    FILTER_ROW("cql_equals_glob", pattern_params, bind_glob, eval_glob, glob_literals,
               "The text equals the pattern, in which `*` is any run of characters."),
    FILTER_ROW("cql_like", pattern_params, bind_contains, eval_glob, glob_literals,
               "The text contains the pattern, in which `*` is any run of characters."),
    FILTER_ROW("cql_contains_glob", pattern_params, bind_contains, eval_glob, glob_literals,
               "The text contains the pattern, in which `*` is any run of characters."),
    FILTER_ROW("cql_contains_nocase", pattern_params, bind_contains_nocase, eval_glob,
               glob_literals,
               "The text contains the pattern whatever the case; `*` is any run of characters."),
    FILTER_ROW("cql_exists", value_params, NULL, eval_exists, NULL, "There is a value."),
    FILTER_ROW("cql_not_empty", value_params, NULL, eval_not_empty, NULL,
               "There is a value and it is not the empty text."),
    FILTER_ROW("cql_less", order_params, NULL, eval_less, NULL, "A number below the other."),
    FILTER_ROW("cql_less_equal", order_params, NULL, eval_less_equal, NULL,
               "A number not above the other."),
    FILTER_ROW("cql_greater", order_params, NULL, eval_greater, NULL, "A number above the other."),
    FILTER_ROW("cql_greater_equal", order_params, NULL, eval_greater_equal, NULL,
               "A number not below the other."),
    {
        .name = "wildcard",
        .kind = FN_PREDICATE,
        .params = wildcard_params,
        .ret = TYPE_BOOL,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_CQL] = "wildcard"},
        .family = "Filters",
        .doc = "Passes when the field matches the pattern, in which `*` is any run of characters. "
               "The whole value must match; with `ignoreCase=true` a part of it, in any case. With "
               "several fields one is enough. `includeEverythingOnAsterisk=true` with the pattern "
               "`*` passes every event, even without the field.",
        .bind = bind_wildcard,
        .eval = eval_wildcard,
        .literals = wildcard_literals,
    },
    {0},
};
