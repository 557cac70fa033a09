/* fn_aql_like.c - AQL's patterns: LIKE and its kin, MATCHES, and many LIKE patterns in one pass
 * (aql.md 3.8).
 *
 * A value that is no text is matched by its text form. Null in, null out. */
#include "fn/aql_value.h"
#include "util/thread.h"
#include "util/utf8.h"

/* Of a pattern's stretch: enough to tell patterns apart. */
#define STRETCH_MAX 48

struct pattern {
    enum like_mode mode;
    struct like *(*compile)(struct arena *a, struct str text, enum like_mode mode);
    struct like *like;      /* NULL: the pattern is a column */
    struct literals *quick; /* what every match contains, or NULL */
    struct str escape;
};

/* A worker's own. */
struct like_local {
    struct like_scratch scratch;
    struct arena arena;        /* of patterns that are columns */
    const struct any_set *set; /* NULL: not asked for yet */
    struct multi_scratch *multi;
    uint32_t *tried; /* by pattern: the number of the text it was last tried on */
    uint32_t n_texts;
};

static void local_done(void *ptr)
{
    struct like_local *l = ptr;

    like_scratch_done(&l->scratch);
    multi_scratch_free(l->multi);
    arena_done(&l->arena);
    free(l->tried);
    free(l);
}

static struct like_local *run_local(const struct fn_run *run)
{
    assert(run->local != NULL);
    if (run->local->ptr == NULL) {
        struct like_local *l = xcalloc(1, sizeof(*l));

        arena_init(&l->arena, 1024);
        run->local->ptr = l;
        run->local->done = local_done;
    }
    return run->local->ptr;
}

static void release_literals(void *ptr)
{
    literals_free(ptr);
}

/* The longest run, which every match contains in either case. */
static struct literal longest_run(const struct like *like)
{
    struct literal lit = {.icase = true};
    const struct str *runs;
    size_t n = like_runs(like, &runs);

    for (size_t i = 0; i < n; i++) {
        if (runs[i].len > lit.text.len)
            lit.text = runs[i];
    }
    lit.text.len = MIN(lit.text.len, (size_t)LITERALS_MAX_LEN);
    return lit;
}

/* With cases to fold it is cheaper to look for a run first, or for what its letters may be instead
 * (see like_runs). NULL: not to be had. */
static struct literals *make_quick(struct like *const *likes, size_t n, enum like_mode mode,
                                   struct arena *a)
{
    struct literal *lits = ARENA_ARRAY(a, struct literal, n + 2);
    struct literals *out = NULL;

    if (n == 0 || mode == LIKE_EXACT)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        lits[i] = longest_run(likes[i]);
        if (lits[i].text.len < 2)
            return NULL;
    }
    lits[n++] = (struct literal){STR("\xE2\x84\xAA"), false}; /* U+212A, k */
    lits[n++] = (struct literal){STR("\xC5\xBF"), false};     /* U+017F, s */
    if (literals_new(lits, n, &out, NULL) != LANNER_OK)
        return NULL;
    arena_defer(a, release_literals, out);
    return out;
}

static struct like *compile_pattern(const struct pattern *p, struct arena *a, struct str text)
{
    return p->compile != NULL ? p->compile(a, text, p->mode)
                              : like_compile(a, text, p->escape, p->mode);
}

enum { LIKE_VALUE, LIKE_PATTERN, LIKE_ESCAPE };

static enum lanner_rc bind_pattern(struct fn_call *call, struct pattern made,
                                   struct lanner_err *err)
{
    struct arena *a = call->env->arena;
    struct pattern *p = ARENA_NEW(a, struct pattern);

    *p = made;
    TRY(arg_need_const(call, LIKE_ESCAPE, "escape", err));
    p->escape = arg_text(call, LIKE_ESCAPE, a);
    if (p->escape.len > 4 || (p->escape.len > 0 && utf8_valid_at(p->escape, 0) != p->escape.len))
        return err_set_at(err, LANNER_ERR_QUERY, call->at,
                          "ESCAPE takes one character, found '%.*s'", STR_ARG(p->escape));
    if (arg_at(call, LIKE_PATTERN)->is_const && arg_given(call, LIKE_PATTERN)) {
        p->like = compile_pattern(p, a, arg_text(call, LIKE_PATTERN, a));
        p->quick = make_quick(&p->like, 1, p->mode, a);
    }
    call->state = p;
    return LANNER_OK;
}

#define PATTERN_BIND(id, mode_, compile_)                                                          \
    static enum lanner_rc bind_##id(struct fn_call *call, struct lanner_err *err)                  \
    {                                                                                              \
        return bind_pattern(call, (struct pattern){.mode = (mode_), .compile = (compile_)}, err);  \
    }
PATTERN_BIND(like, LIKE_EXACT, NULL)
PATTERN_BIND(ilike, LIKE_ICASE, NULL)
PATTERN_BIND(like_lower, LIKE_LOWER, NULL)
PATTERN_BIND(like_upper, LIKE_UPPER, NULL)
PATTERN_BIND(contains, LIKE_ICASE, like_contains)
PATTERN_BIND(starts, LIKE_EXACT, like_starts)
PATTERN_BIND(ends, LIKE_EXACT, like_ends)

static void eval_columns(const struct fn_run *run, const struct column *args, const struct sel *sel,
                         struct val *out)
{
    const struct pattern *p = run->call->state;
    struct like_local *local = run_local(run);
    char room[AQL_TEXT_MAX];
    char pattern_room[AQL_TEXT_MAX];
    struct str s;
    struct str pattern;

    SEL_FOR (sel, i) {
        out[i] = VAL_ABSENT;
        if (!aql_text(column_at(&args[LIKE_VALUE], i), room, &s) ||
            !aql_text(column_at(&args[LIKE_PATTERN], i), pattern_room, &pattern))
            continue;
        arena_reset(&local->arena);
        out[i] =
            val_bool(like_match(compile_pattern(p, &local->arena, pattern), &local->scratch, s));
    }
}

static enum lanner_rc eval_like(struct fn_run *run, const struct column *args,
                                const struct sel *sel, struct val *out, struct lanner_err *err)
{
    const struct pattern *p = run->call->state;
    struct like_local *local = run_local(run);
    char room[AQL_TEXT_MAX];
    struct str s;

    (void)err;
    if (p->like == NULL) {
        eval_columns(run, args, sel, out);
        return LANNER_OK;
    }
    SEL_FOR (sel, i) {
        out[i] = VAL_ABSENT;
        if (!aql_text(column_at(&args[LIKE_VALUE], i), room, &s))
            continue;
        out[i] = val_bool(
            (p->quick == NULL || literals_next(p->quick, s.ptr, s.ptr + s.len, NULL) != NULL) &&
            like_match(p->like, &local->scratch, s));
    }
    return LANNER_OK;
}

static bool pattern_literals(const struct fn_call *call, fn_literals *out, struct arena *a)
{
    const struct pattern *p = call->state;

    (void)a;
    return p != NULL && p->like != NULL &&
           literal_add_like(call, out, p->like, p->mode != LIKE_EXACT);
}

/* ---- many patterns -----------------------------------------------------------------------------
 */

/* Patterns beyond which looking for a run of each first would need a second Vectorscan set. */
#define QUICK_MAX 1000

/* What makes of a text that holds a run the patterns that match it. Most rules of many patterns
 * never come to it, and compiling takes milliseconds: made by the first worker that needs it. */
struct any_set {
    struct lock lock;
    struct arena arena;
    bool made;           /* guarded by lock, as all that follows until it is true */
    struct multi *multi; /* stretches of patterns, or NULL */
    uint32_t *of;        /* pattern that each of its literals belongs to */
    uint32_t *others;    /* patterns without a stretch */
    size_t n_others;
};

struct any {
    enum like_mode mode;
    struct like **likes;
    size_t n;
    struct literals *quick; /* one of them stands in every match; or NULL */
    struct any_set *set;
};

static void release_set(void *ptr)
{
    struct any_set *set = ptr;

    lock_done(&set->lock);
    arena_done(&set->arena);
}

static bool mode_of(struct str word, enum like_mode *mode)
{
    static const struct {
        const char *word;
        enum like_mode mode;
    } modes[] = {{"like", LIKE_EXACT},
                 {"ilike", LIKE_ICASE},
                 {"lower", LIKE_LOWER},
                 {"upper", LIKE_UPPER},
                 {"contains", LIKE_ICASE}};

    for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
        if (str_eqz(word, modes[i].word)) {
            *mode = modes[i].mode;
            return true;
        }
    }
    return false;
}

static void make_multi(const struct any *any, struct any_set *set)
{
    struct arena *a = &set->arena;
    struct multi_pattern *patterns = ARENA_ARRAY(a, struct multi_pattern, any->n);
    size_t n = 0;

    set->of = ARENA_ARRAY(a, uint32_t, any->n);
    set->others = ARENA_ARRAY(a, uint32_t, any->n);
    for (size_t i = 0; i < any->n; i++) {
        struct str s = like_stretch(any->likes[i]);

        if (s.len == 0) {
            set->others[set->n_others++] = (uint32_t)i;
            continue;
        }
        if (s.len > STRETCH_MAX)
            s = str_of(s.ptr + s.len - STRETCH_MAX, STRETCH_MAX);
        set->of[n] = (uint32_t)i;
        patterns[n++].text = s;
    }
    if (n > 0 && multi_compile(a, patterns, n, &set->multi, NULL, NULL) == LANNER_OK)
        return;
    set->multi = NULL;
    set->n_others = any->n;
    for (size_t i = 0; i < any->n; i++)
        set->others[i] = (uint32_t)i;
}

/* The worker's way to the set; makes it when it is the first. */
static const struct any_set *set_of(const struct any *any, struct like_local *local)
{
    struct any_set *set = any->set;

    if (local->set != NULL)
        return local->set;
    lock_take(&set->lock);
    if (!set->made)
        make_multi(any, set);
    set->made = true;
    lock_give(&set->lock);
    local->set = set;
    if (set->multi != NULL) {
        local->multi = multi_scratch_new(set->multi);
        local->tried = xcalloc(any->n, sizeof(*local->tried));
    }
    return set;
}

static enum lanner_rc bind_like_any(struct fn_call *call, struct lanner_err *err)
{
    struct arena *a = call->env->arena;
    struct any *any = ARENA_NEW(a, struct any);
    struct str word = arg_text(call, 2, a);
    const struct val *items;
    size_t n;

    TRY(arg_need_const(call, 1, "patterns", err));
    if (!mode_of(word, &any->mode))
        return err_set_at(err, LANNER_ERR_QUERY, call->at,
                          "expected a mode like, ilike, lower, upper or contains, found '%.*s'",
                          STR_ARG(word));
    items = arg_list(call, 1, &n);
    any->likes = ARENA_ARRAY(a, struct like *, n);
    for (size_t i = 0; i < n; i++) {
        char room[AQL_TEXT_MAX];
        struct str s;

        if (!aql_text(&items[i], room, &s))
            continue;
        any->likes[any->n++] = str_eqz(word, "contains") ? like_contains(a, s, any->mode)
                                                         : like_compile(a, s, STR(""), any->mode);
    }
    if (any->n <= QUICK_MAX)
        any->quick = make_quick(any->likes, any->n, any->mode, a);
    any->set = ARENA_NEW(a, struct any_set);
    lock_init(&any->set->lock);
    arena_init(&any->set->arena, 1024);
    arena_defer(a, release_set, any->set);
    call->state = any;
    return LANNER_OK;
}

struct any_scan {
    const struct any *any;
    const struct any_set *set;
    struct like_local *local;
    struct str text;
    bool hit;
};

/* A stretch of a pattern stands in the text: the whole pattern is tried, once. */
static bool on_stretch(void *ctx, size_t literal, size_t end)
{
    struct any_scan *s = ctx;
    uint32_t i = s->set->of[literal];

    (void)end;
    if (s->local->tried[i] == s->local->n_texts)
        return true;
    s->local->tried[i] = s->local->n_texts;
    s->hit = like_match_prepared(s->any->likes[i], s->text);
    return !s->hit;
}

static bool match_any(const struct any *any, struct like_local *local, struct str text)
{
    struct any_scan scan = {.any = any, .local = local};

    if (any->quick != NULL &&
        literals_next(any->quick, text.ptr, text.ptr + text.len, NULL) == NULL)
        return false;
    scan.set = set_of(any, local);
    scan.text = like_prepare(any->mode, &local->scratch, text);
    for (size_t i = 0; i < scan.set->n_others && !scan.hit; i++)
        scan.hit = like_match_prepared(any->likes[scan.set->others[i]], scan.text);
    if (scan.hit || scan.set->multi == NULL)
        return scan.hit;
    if (++local->n_texts == 0) {
        memset(local->tried, 0, any->n * sizeof(*local->tried));
        local->n_texts = 1;
    }
    multi_scan(scan.set->multi, local->multi, scan.text, on_stretch, &scan);
    return scan.hit;
}

static enum lanner_rc eval_like_any(struct fn_run *run, const struct column *args,
                                    const struct sel *sel, struct val *out, struct lanner_err *err)
{
    const struct any *any = run->call->state;
    struct like_local *local = run_local(run);
    char room[AQL_TEXT_MAX];
    struct str s;

    (void)err;
    SEL_FOR (sel, i) {
        out[i] = VAL_ABSENT;
        if (aql_text(column_at(&args[0], i), room, &s))
            out[i] = val_bool(match_any(any, local, s));
    }
    return LANNER_OK;
}

static bool like_any_literals(const struct fn_call *call, fn_literals *out, struct arena *a)
{
    const struct any *any = call->state;
    size_t before = out->n;

    (void)a;
    for (size_t i = 0; any != NULL && i < any->n; i++) {
        if (!literal_add_like(call, out, any->likes[i], any->mode != LIKE_EXACT)) {
            out->n = before;
            return false;
        }
    }
    return out->n > before;
}

/* ---- MATCHES -----------------------------------------------------------------------------------
 */

static enum lanner_rc bind_regex(struct fn_call *call, unsigned flags, struct lanner_err *err)
{
    struct arena *a = call->env->arena;
    const struct regex *re;

    TRY(arg_need_const(call, 1, "the pattern", err));
    TRY(call_err(call, regex_compile(a, arg_text(call, 1, a), flags, REGEX_JAVA, &re, err), err));
    call->state = (void *)(uintptr_t)re;
    return LANNER_OK;
}

static enum lanner_rc bind_matches(struct fn_call *call, struct lanner_err *err)
{
    return bind_regex(call, 0, err);
}

static enum lanner_rc bind_imatches(struct fn_call *call, struct lanner_err *err)
{
    return bind_regex(call, REGEX_ICASE, err);
}

static enum lanner_rc eval_matches(struct fn_run *run, const struct column *args,
                                   const struct sel *sel, struct val *out, struct lanner_err *err)
{
    const struct regex *re = run->call->state;
    struct regex_scratch *scratch = run_regex(run);
    char room[AQL_TEXT_MAX];
    struct str s;

    (void)err;
    SEL_FOR (sel, i) {
        enum regex_result result;

        out[i] = VAL_ABSENT;
        if (!aql_text(column_at(&args[0], i), room, &s))
            continue;
        result = regex_test(re, scratch, s);
        if (UNLIKELY(result == REGEX_UNDECIDED))
            run_undecided(run);
        out[i] = val_bool(result == REGEX_MATCH);
    }
    return LANNER_OK;
}

static bool matches_literals(const struct fn_call *call, fn_literals *out, struct arena *a)
{
    return call->state != NULL && literal_add_regex(out, call->state, a);
}

static const struct fn_param like_params[] = {PARAM("value", P_EXPR, PARAM_FIRST, NULL),
                                              PARAM("pattern", P_EXPR, PARAM_REQUIRED, NULL),
                                              PARAM("escape", P_TEXT, 0, NULL), PARAMS_END};
static const struct fn_param two_params[] = {PARAM("value", P_EXPR, PARAM_FIRST, NULL),
                                             PARAM("text", P_EXPR, PARAM_REQUIRED, NULL),
                                             PARAMS_END};
static const struct fn_param any_params[] = {
    PARAM("value", P_EXPR, PARAM_FIRST, NULL), PARAM("patterns", P_LIST, PARAM_REQUIRED, NULL),
    PARAM("mode", P_TEXT, PARAM_REQUIRED, NULL), PARAMS_END};
static const struct fn_param regex_params[] = {PARAM("value", P_EXPR, PARAM_FIRST, NULL),
                                               PARAM("regex", P_REGEX, PARAM_REQUIRED, NULL),
                                               PARAMS_END};

#define WORD_ROW(row_name, spelling, params_, bind_, eval_, literals_, doc_)                       \
    {                                                                                              \
        .name = row_name, .kind = FN_SCALAR, .params = params_, .ret = TYPE_BOOL,                  \
        .nulls = FN_NULL_IN_NULL_OUT, .spelled = {[LANG_AQL] = spelling}, .family = "Operators",   \
        .doc = doc_, .bind = bind_, .eval = eval_, .literals = literals_                           \
    }
#define LIKE_ROW(row_name, params_, bind_, eval_, literals_, doc_)                                 \
    WORD_ROW(row_name, NULL, params_, bind_, eval_, literals_, doc_)

const struct fn_def fn_aql_like[] = {
    LIKE_ROW("aql_like", like_params, bind_like, eval_like, pattern_literals,
             "LIKE: `%` is any run of characters, `_` one character."),
    LIKE_ROW("aql_ilike", like_params, bind_ilike, eval_like, pattern_literals,
             "LIKE without regard to case."),
    LIKE_ROW("aql_like_lower", like_params, bind_like_lower, eval_like, pattern_literals,
             "The value's lower case LIKE the pattern."),
    LIKE_ROW("aql_like_upper", like_params, bind_like_upper, eval_like, pattern_literals,
             "The value's upper case LIKE the pattern."),
    WORD_ROW("aql_contains", "CONTAINS", two_params, bind_contains, eval_like, pattern_literals,
             "The text stands in the value, without regard to case."),
    WORD_ROW("aql_starts_with", "STARTSWITH", two_params, bind_starts, eval_like, pattern_literals,
             "The value starts with the text."),
    WORD_ROW("aql_ends_with", "ENDSWITH", two_params, bind_ends, eval_like, pattern_literals,
             "The value ends with the text."),
    LIKE_ROW("aql_like_any", any_params, bind_like_any, eval_like_any, like_any_literals,
             "One of the patterns is LIKE the value; made of several joined by OR."),
    LIKE_ROW("aql_matches", regex_params, bind_matches, eval_matches, matches_literals,
             "The regular expression (Java's syntax) matches somewhere in the value."),
    LIKE_ROW("aql_imatches", regex_params, bind_imatches, eval_matches, matches_literals,
             "MATCHES without regard to case."),
    {0},
};
