/* fn_regex.c - regular expressions as predicates, as extractors of fields, and with one event for
 * each match; replace and splitString live in fn_replace.c.
 *
 * All rows named regex* take the same arguments, so a front end may swap them. */
#include "fn/kernel.h"

enum { REGEX_PATTERN, REGEX_FIELD, REGEX_FLAGS, REGEX_STRICT, REGEX_REPEAT, REGEX_LIMIT };
#define REGEX_LIMIT_DEFAULT 100
#define REGEX_LIMIT_MOST    1000000

struct regex_call {
    const struct regex *re;
    const struct regex_group *groups;
    size_t n_groups;
    size_t *group_out; /* index into the outputs, SIZE_MAX when not asked for */
    bool strict;
    int64_t limit;
};

static enum lanner_rc bind_regex(struct fn_call *call, struct lanner_err *err)
{
    struct arena *a = call->env->arena;
    struct regex_call *r = ARENA_NEW(a, struct regex_call);

    TRY(arg_need_const(call, REGEX_PATTERN, "regex", err));
    TRY(call_regex(call, a, arg_text(call, REGEX_PATTERN, a), arg_text(call, REGEX_FLAGS, a), 0,
                   &r->re, err));
    TRY(arg_long(call, REGEX_LIMIT, "limit", REGEX_LIMIT_DEFAULT, 1, REGEX_LIMIT_MOST, &r->limit,
                 err));
    r->strict = arg_bool(call, REGEX_STRICT, true);
    r->groups = regex_groups(r->re, &r->n_groups);
    r->group_out = ARENA_ARRAY(a, size_t, r->n_groups);
    for (size_t g = 0; g < r->n_groups; g++)
        r->group_out[g] = out_index(call, r->groups[g].name);
    call->state = r;
    return LANNER_OK;
}

/* cql_regex_match(value, pattern, flags) */
static enum lanner_rc bind_match(struct fn_call *call, struct lanner_err *err)
{
    struct arena *a = call->env->arena;
    struct regex_call *r = ARENA_NEW(a, struct regex_call);

    TRY(arg_need_const(call, 1, "pattern", err));
    TRY(call_regex(call, a, arg_text(call, 1, a), arg_text(call, 2, a), 0, &r->re, err));
    r->strict = true;
    call->state = r;
    return LANNER_OK;
}

static bool regex_call_literals(const struct fn_call *call, fn_literals *out, struct arena *a)
{
    const struct regex_call *r = call->state;

    return r != NULL && r->strict && literal_add_regex(out, r->re, a);
}

static void eval_test(const struct fn_run *run, const struct column *col, const struct sel *sel,
                      struct val *out)
{
    const struct regex_call *r = run->call->state;
    struct regex_scratch *scratch = run_regex(run);
    char room[VAL_PRINT_MAX];
    struct str s;

    SEL_FOR (sel, i) {
        enum regex_result result = REGEX_NO;

        if (cell_text(column_at(col, i), room, &s))
            result = regex_test(r->re, scratch, s);
        if (UNLIKELY(result == REGEX_UNDECIDED))
            run_undecided(run);
        out[i] = val_bool(result == REGEX_MATCH || !r->strict);
    }
}

static enum lanner_rc eval_regex_match(struct fn_run *run, const struct column *args,
                                       const struct sel *sel, struct val *out,
                                       struct lanner_err *err)
{
    (void)err;
    eval_test(run, &args[REGEX_FIELD], sel, out);
    return LANNER_OK;
}

static enum lanner_rc eval_cql_match(struct fn_run *run, const struct column *args,
                                     const struct sel *sel, struct val *out, struct lanner_err *err)
{
    (void)err;
    eval_test(run, &args[0], sel, out);
    return LANNER_OK;
}

/* A captured part of the subject. What was printed into `room` must be copied. */
static struct val capture_val(struct arena *a, struct str part, const char *room)
{
    if (part.len == 0)
        return val_text("", 0);
    if (part.ptr >= room && part.ptr < room + VAL_PRINT_MAX)
        part = arena_str(a, part);
    return val_str(part);
}

static enum lanner_rc eval_regex(struct fn_run *run, const struct column *args,
                                 const struct sel *sel, struct fn_multi *out,
                                 struct lanner_err *err)
{
    const struct regex_call *r = run->call->state;
    struct regex_scratch *scratch = run_regex(run);
    char room[VAL_PRINT_MAX];
    struct regex_match m;
    struct str s;

    (void)err;
    SEL_FOR (sel, i) {
        enum regex_result result = REGEX_NO;

        if (cell_text(column_at(&args[REGEX_FIELD], i), room, &s))
            result = regex_search(r->re, scratch, s, 0, &m);
        if (UNLIKELY(result == REGEX_UNDECIDED))
            run_undecided(run);
        if (result != REGEX_MATCH) {
            if (r->strict)
                out->drop[i] = 1;
            continue;
        }
        for (size_t g = 0; g < r->n_groups; g++) {
            struct str part = regex_match_group(&m, r->groups[g].number, s);

            if (r->group_out[g] != SIZE_MAX && part.ptr != NULL)
                out->out[r->group_out[g]][i] = capture_val(out->arena, part, room);
        }
    }
    return LANNER_OK;
}

/* One event for each match. Old values stand again before each, whatever the match before set. */
static enum lanner_rc expand_regex(struct fn_run *run, const struct column *args,
                                   struct fn_expand *x, struct lanner_err *err)
{
    const struct regex_call *r = run->call->state;
    struct regex_scratch *scratch = run_regex(run);
    size_t n_out = run->call->n_out;
    struct val *old = ARENA_ARRAY(x->arena, struct val, n_out + 1);
    enum regex_result result = REGEX_NO;
    char room[VAL_PRINT_MAX];
    int64_t n_matches = 0;
    struct regex_match m;
    size_t start = 0;
    struct str s;

    if (n_out > 0)
        memcpy(old, x->out, n_out * sizeof(*old));
    if (!cell_text(column_at(&args[REGEX_FIELD], x->row), room, &s))
        start = SIZE_MAX;
    while (start != SIZE_MAX && n_matches < r->limit) {
        result = regex_search(r->re, scratch, s, start, &m);
        if (result != REGEX_MATCH)
            break;
        if (n_out > 0)
            memcpy(x->out, old, n_out * sizeof(*old));
        for (size_t g = 0; g < r->n_groups; g++) {
            struct str part = regex_match_group(&m, r->groups[g].number, s);

            if (r->group_out[g] != SIZE_MAX && part.ptr != NULL)
                x->out[r->group_out[g]] = capture_val(x->arena, part, room);
        }
        start = regex_next_start(&m, s);
        n_matches++;
        TRY(x->emit(x, err));
    }
    if (result == REGEX_UNDECIDED)
        run_undecided(run);
    if (n_matches == 0 && !r->strict) {
        if (n_out > 0)
            memcpy(x->out, old, n_out * sizeof(*old));
        TRY(x->emit(x, err));
    }
    return LANNER_OK;
}

static enum lanner_rc writes_regex(const struct fn_call *call, fn_names *names, struct arena *a,
                                   struct lanner_err *err)
{
    const struct regex *re;
    const struct regex_group *groups;
    size_t n;

    TRY(arg_need_const(call, REGEX_PATTERN, "regex", err));
    TRY(call_regex(call, a, arg_text(call, REGEX_PATTERN, a), arg_text(call, REGEX_FLAGS, a), 0,
                   &re, err));
    groups = regex_groups(re, &n);
    for (size_t g = 0; g < n; g++) {
        bool seen = false;

        for (size_t k = 0; k < names->n && !seen; k++)
            seen = str_eq(names->items[k], groups[g].name);
        if (!seen)
            VEC_PUSH(names, groups[g].name);
    }
    return LANNER_OK;
}

static const struct fn_param regex_params[] = {PARAM("regex", P_REGEX, PARAM_FIRST, NULL),
                                               PARAM("field", P_FIELD, 0, "@rawstring"),
                                               PARAM("flags", P_TEXT, 0, "m"),
                                               PARAM("strict", P_BOOL, 0, "true"),
                                               PARAM("repeat", P_BOOL, 0, "false"),
                                               PARAM("limit", P_NUMBER, 0, "100"),
                                               PARAMS_END};
static const struct fn_param match_params[] = {PARAM("value", P_EXPR, PARAM_FIRST, NULL),
                                               PARAM("pattern", P_REGEX, PARAM_REQUIRED, NULL),
                                               PARAM("flags", P_TEXT, 0, NULL), PARAMS_END};

const struct fn_def fn_regex[] = {
    {
        .name = "cql_regex_match",
        .kind = FN_PREDICATE,
        .params = match_params,
        .ret = TYPE_BOOL,
        .nulls = FN_NULLS_SEEN,
        .family = "Filters",
        .doc = "The pattern matches somewhere in the text.",
        .bind = bind_match,
        .eval = eval_cql_match,
        .literals = regex_call_literals,
    },
    {
        .name = "regex_match",
        .kind = FN_PREDICATE,
        .params = regex_params,
        .ret = TYPE_BOOL,
        .nulls = FN_NULLS_SEEN,
        .family = "Filters",
        .doc = "regex() where nothing is extracted.",
        .bind = bind_regex,
        .eval = eval_regex_match,
        .literals = regex_call_literals,
    },
    {
        .name = "regex",
        .kind = FN_MULTI,
        .params = regex_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_CQL] = "regex"},
        .family = "Filters",
        .doc = "Searches the field for the pattern and sets a field for each named group that took "
               "part. Events without a match are dropped, with `strict=false` they pass unchanged. "
               "`repeat=true` gives one event for each match, at most `limit`.",
        .bind = bind_regex,
        .eval_multi = eval_regex,
        .writes = writes_regex,
        .literals = regex_call_literals,
    },
    {
        .name = "regex_repeat",
        .kind = FN_EXPAND,
        .params = regex_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULLS_SEEN,
        .family = "Filters",
        .doc = "regex() with one event for each match.",
        .bind = bind_regex,
        .expand = expand_regex,
        .writes = writes_regex,
        .literals = regex_call_literals,
    },
    {0},
};
