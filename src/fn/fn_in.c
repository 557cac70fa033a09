/* fn_in.c - a value is one of a list: an exact set, hashed, and globs beside it. */
#include "fn/kernel.h"
#include "util/hash.h"

/* Open addressing, at most half full. */
struct text_set {
    struct str *slots; /* query arena; ptr NULL: free */
    uint64_t *hashes;
    size_t mask;
    uint64_t seed;
    size_t n;
    size_t min_len, max_len; /* lengths that occur: rejects most values unhashed */
};

static void set_init(struct text_set *set, struct arena *a, size_t n, uint64_t seed)
{
    size_t cap = 8;

    while (cap < n * 2)
        cap *= 2;
    set->slots = ARENA_ARRAY(a, struct str, cap);
    set->hashes = ARENA_ARRAY(a, uint64_t, cap);
    set->mask = cap - 1;
    set->seed = seed;
    set->min_len = SIZE_MAX;
}

static bool set_has(const struct text_set *set, struct str s)
{
    uint64_t h;

    if (s.len < set->min_len || s.len > set->max_len || set->n == 0)
        return false;
    h = hash_bytes(s.ptr, s.len, set->seed);
    for (size_t k = h & set->mask; set->slots[k].ptr != NULL; k = (k + 1) & set->mask) {
        if (set->hashes[k] == h && str_eq(set->slots[k], s))
            return true;
    }
    return false;
}

/* False when it is there already. */
static bool set_add(struct text_set *set, struct str s)
{
    uint64_t h = hash_bytes(s.ptr, s.len, set->seed);
    size_t k = h & set->mask;

    if (s.ptr == NULL)
        s.ptr = "";
    while (set->slots[k].ptr != NULL) {
        if (set->hashes[k] == h && str_eq(set->slots[k], s))
            return false;
        k = (k + 1) & set->mask;
    }
    set->slots[k] = s;
    set->hashes[k] = h;
    set->n++;
    set->min_len = MIN(set->min_len, s.len);
    set->max_len = MAX(set->max_len, s.len);
    return true;
}

struct in_list {
    struct text_set exact;
    struct str *texts; /* those of the set as the query has them: explain shows no hash order */
    size_t n_texts;
    struct glob **globs;
    size_t n_globs;
    bool ignore_case;
};

static enum lanner_rc bind_list(struct fn_call *call, bool with_globs, bool ignore_case,
                                struct lanner_err *err)
{
    struct arena *a = call->env->arena;
    struct in_list *list = ARENA_NEW(a, struct in_list);
    size_t n;
    const struct val *items;

    TRY(arg_need_const(call, 1, "values", err));
    items = arg_list(call, 1, &n);
    set_init(&list->exact, a, n, call->env->seed);
    list->texts = ARENA_ARRAY(a, struct str, n);
    list->globs = ARENA_ARRAY(a, struct glob *, n);
    list->ignore_case = ignore_case;
    for (size_t k = 0; k < n; k++) {
        char room[VAL_PRINT_MAX];
        struct str s;

        if (!cell_text(&items[k], room, &s))
            continue;
        s = arena_str(a, s);
        if (ignore_case || (with_globs && glob_has_star(s)))
            list->globs[list->n_globs++] = glob_compile(a, s, ignore_case ? GLOB_ICASE : 0);
        else if (set_add(&list->exact, s))
            list->texts[list->n_texts++] = s;
    }
    call->state = list;
    return LANNER_OK;
}

static enum lanner_rc bind_in(struct fn_call *call, struct lanner_err *err)
{
    return bind_list(call, true, arg_bool(call, 2, false), err);
}

static enum lanner_rc bind_text_in(struct fn_call *call, struct lanner_err *err)
{
    return bind_list(call, false, false, err);
}

static enum lanner_rc eval_in(struct fn_run *run, const struct column *args, const struct sel *sel,
                              struct val *out, struct lanner_err *err)
{
    const struct in_list *list = run->call->state;
    char room[VAL_PRINT_MAX];
    struct str s;

    (void)err;
    SEL_FOR (sel, i) {
        bool hit = false;

        if (cell_text(column_at(&args[0], i), room, &s)) {
            hit = set_has(&list->exact, s);
            for (size_t k = 0; k < list->n_globs && !hit; k++)
                hit = glob_match(list->globs[k], s);
        }
        out[i] = val_bool(hit);
    }
    return LANNER_OK;
}

static bool in_literals(const struct fn_call *call, fn_literals *out, struct arena *a)
{
    const struct in_list *list = call->state;
    size_t before = out->n;

    (void)a;
    if (list == NULL)
        return false;
    for (size_t k = 0; k < list->n_texts; k++) {
        if (!literal_add(out, list->texts[k])) {
            out->n = before;
            return false;
        }
    }
    for (size_t k = 0; k < list->n_globs; k++) {
        if (!literal_add_glob(out, list->globs[k], list->ignore_case)) {
            out->n = before;
            return false;
        }
    }
    return out->n > before;
}

static const struct fn_param in_params[] = {PARAM("field", P_FIELD, PARAM_FIRST, NULL),
                                            PARAM("values", P_LIST, PARAM_REQUIRED, NULL),
                                            PARAM("ignoreCase", P_BOOL, 0, "false"), PARAMS_END};
static const struct fn_param text_in_params[] = {PARAM("value", P_EXPR, PARAM_FIRST, NULL),
                                                 PARAM("values", P_LIST, PARAM_REQUIRED, NULL),
                                                 PARAMS_END};

const struct fn_def fn_in[] = {
    {
        .name = "in",
        .kind = FN_PREDICATE,
        .params = in_params,
        .ret = TYPE_BOOL,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_CQL] = "in"},
        .family = "Filters",
        .doc =
            "Passes when the field equals one of the values. A value may contain `*`, any run of "
            "characters. Without the field it does not pass.",
        .bind = bind_in,
        .eval = eval_in,
        .literals = in_literals,
    },
    {
        .name = "text_in",
        .kind = FN_PREDICATE,
        .params = text_in_params,
        .ret = TYPE_BOOL,
        .nulls = FN_NULLS_SEEN,
        .family = "Filters",
        .doc = "The text is exactly one of the list.",
        .bind = bind_text_in,
        .eval = eval_in,
        .literals = in_literals,
    },
    {0},
};
