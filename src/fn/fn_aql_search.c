/* fn_aql_search.c - TEXT SEARCH: a small language of words, phrases, AND, OR, NOT and parentheses
 * over the payload, without regard to case (aql.md 3.8).
 *
 * A word is found anywhere in the text, also within other words: what the product's index of words
 * finds is found too. `*` stands for any run of characters and `?` for one. Words side by side must
 * all be there. */
#include "fn/kernel.h"

#define MAX_DEPTH 50
#define MAX_TERMS 10000

enum search_kind { SEARCH_TERM, SEARCH_AND, SEARCH_OR, SEARCH_NOT };

struct search {
    enum search_kind kind;
    struct like *like;   /* SEARCH_TERM */
    struct search *kid;  /* first */
    struct search *next; /* sibling */
};

struct reader_of {
    struct fn_call *call;
    struct str s;
    size_t i;
    size_t n_terms;
    struct lanner_err *err;
};

static void skip_blanks(struct reader_of *r)
{
    while (r->i < r->s.len && ascii_is_space(r->s.ptr[r->i]))
        r->i++;
}

/* The bare word at the reader, or an empty text. */
static struct str look_word(const struct reader_of *r)
{
    size_t end = r->i;

    while (end < r->s.len && !ascii_is_space(r->s.ptr[end]) &&
           memchr("()\"", r->s.ptr[end], 3) == NULL)
        end++;
    return str_of(r->s.ptr + r->i, end - r->i);
}

static bool take_word(struct reader_of *r, const char *word)
{
    skip_blanks(r);
    if (!str_eqz(look_word(r), word))
        return false;
    r->i += strlen(word);
    return true;
}

static enum lanner_rc fault(struct reader_of *r, const char *what)
{
    return err_set_at(r->err, LANNER_ERR_QUERY, r->call->at,
                      "TEXT SEARCH: %s at byte %zu of '%.*s'", what, r->i, STR_ARG(r->s));
}

static enum lanner_rc term(struct reader_of *r, struct str text, bool phrase, struct search **out)
{
    struct arena *a = r->call->env->arena;
    struct search *s = ARENA_NEW(a, struct search);
    struct buf pattern = {0};

    if (++r->n_terms > MAX_TERMS)
        return fault(r, "too many words");
    /* As a LIKE pattern; its escape is a character that hardly any text has. */
    buf_putc(&pattern, '%');
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if (!phrase && (c == '*' || c == '?')) {
            buf_putc(&pattern, c == '*' ? '%' : '_');
            continue;
        }
        if (c == '%' || c == '_' || c == '\001')
            buf_putc(&pattern, '\001');
        buf_putc(&pattern, c);
    }
    buf_putc(&pattern, '%');
    s->like = like_compile(a, buf_str(&pattern), STR("\001"), LIKE_ICASE);
    buf_done(&pattern);
    *out = s;
    return LANNER_OK;
}

static enum lanner_rc read_or(struct reader_of *r, unsigned depth, struct search **out);

static enum lanner_rc read_one(struct reader_of *r, unsigned depth, struct search **out)
{
    struct str word;

    skip_blanks(r);
    if (depth > MAX_DEPTH)
        return fault(r, "nested too deep");
    if (r->i == r->s.len)
        return fault(r, "expected a word");
    if (r->s.ptr[r->i] == '(') {
        r->i++;
        TRY(read_or(r, depth + 1, out));
        skip_blanks(r);
        if (r->i == r->s.len || r->s.ptr[r->i] != ')')
            return fault(r, "expected )");
        r->i++;
        return LANNER_OK;
    }
    if (r->s.ptr[r->i] == '"') {
        size_t n = str_find_char(str_of(r->s.ptr + r->i + 1, r->s.len - r->i - 1), '"');

        if (n == SIZE_MAX)
            return fault(r, "the phrase does not end");
        word = str_of(r->s.ptr + r->i + 1, n);
        r->i += n + 2;
        return n > 0 ? term(r, word, true, out) : fault(r, "an empty phrase");
    }
    word = look_word(r);
    if (word.len == 0 || str_eqz(word, "AND") || str_eqz(word, "OR"))
        return fault(r, "expected a word");
    r->i += word.len;
    return term(r, word, false, out);
}

static enum lanner_rc read_not(struct reader_of *r, unsigned depth, struct search **out)
{
    struct search *s;

    if (!take_word(r, "NOT"))
        return read_one(r, depth, out);
    if (depth > MAX_DEPTH)
        return fault(r, "nested too deep");
    s = ARENA_NEW(r->call->env->arena, struct search);
    s->kind = SEARCH_NOT;
    TRY(read_not(r, depth + 1, &s->kid));
    *out = s;
    return LANNER_OK;
}

/* A list of siblings under one parent, or the single one. */
static struct search *join(struct reader_of *r, enum search_kind kind, struct search *first)
{
    struct search *s;

    if (first->next == NULL)
        return first;
    s = ARENA_NEW(r->call->env->arena, struct search);
    s->kind = kind;
    s->kid = first;
    return s;
}

static bool at_end_of_and(struct reader_of *r)
{
    skip_blanks(r);
    return r->i == r->s.len || r->s.ptr[r->i] == ')' || str_eqz(look_word(r), "OR");
}

static enum lanner_rc read_and(struct reader_of *r, unsigned depth, struct search **out)
{
    struct search *first;
    struct search **last = &first;

    do {
        TRY(read_not(r, depth, last));
        last = &(*last)->next;
    } while (take_word(r, "AND") || !at_end_of_and(r));
    *out = join(r, SEARCH_AND, first);
    return LANNER_OK;
}

static enum lanner_rc read_or(struct reader_of *r, unsigned depth, struct search **out)
{
    struct search *first;
    struct search **last = &first;

    do {
        TRY(read_and(r, depth, last));
        last = &(*last)->next;
    } while (take_word(r, "OR"));
    *out = join(r, SEARCH_OR, first);
    return LANNER_OK;
}

static enum lanner_rc bind_search(struct fn_call *call, struct lanner_err *err)
{
    struct reader_of r = {.call = call, .err = err};
    struct search *s;

    TRY(arg_need_const(call, 1, "the text", err));
    r.s = arg_text(call, 1, call->env->arena);
    TRY(read_or(&r, 0, &s));
    skip_blanks(&r);
    if (r.i != r.s.len)
        return fault(&r, "expected AND or OR");
    call->state = s;
    return LANNER_OK;
}

static bool search_match(const struct search *s, struct str prepared)
{
    switch (s->kind) {
    case SEARCH_TERM:
        return like_match_prepared(s->like, prepared);
    case SEARCH_NOT:
        return !search_match(s->kid, prepared);
    case SEARCH_AND:
        for (const struct search *k = s->kid; k != NULL; k = k->next) {
            if (!search_match(k, prepared))
                return false;
        }
        return true;
    case SEARCH_OR:
        break;
    }
    for (const struct search *k = s->kid; k != NULL; k = k->next) {
        if (search_match(k, prepared))
            return true;
    }
    return false;
}

static void scratch_done(void *ptr)
{
    like_scratch_done(ptr);
    free(ptr);
}

static enum lanner_rc eval_search(struct fn_run *run, const struct column *args,
                                  const struct sel *sel, struct val *out, struct lanner_err *err)
{
    char room[VAL_PRINT_MAX];
    struct str s;

    (void)err;
    if (run->local->ptr == NULL) {
        run->local->ptr = xcalloc(1, sizeof(struct like_scratch));
        run->local->done = scratch_done;
    }
    SEL_FOR (sel, i) {
        out[i] = VAL_ABSENT;
        if (cell_text(column_at(&args[0], i), room, &s))
            out[i] = val_bool(
                search_match(run->call->state, like_prepare(LIKE_ICASE, run->local->ptr, s)));
    }
    return LANNER_OK;
}

static bool find_literals(const struct fn_call *call, const struct search *s, fn_literals *out)
{
    size_t before = out->n;

    switch (s->kind) {
    case SEARCH_TERM:
        return literal_add_like(call, out, s->like, true);
    case SEARCH_NOT:
        return false;
    case SEARCH_AND:
        for (const struct search *k = s->kid; k != NULL; k = k->next) {
            if (find_literals(call, k, out))
                return true;
        }
        return false;
    case SEARCH_OR:
        break;
    }
    for (const struct search *k = s->kid; k != NULL; k = k->next) {
        if (!find_literals(call, k, out)) {
            out->n = before;
            return false;
        }
    }
    return true;
}

static bool search_literals(const struct fn_call *call, fn_literals *out, struct arena *a)
{
    (void)a;
    return call->state != NULL && find_literals(call, call->state, out);
}

static const struct fn_param search_params[] = {PARAM("text", P_EXPR, PARAM_FIRST, NULL),
                                                PARAM("search", P_TEXT, PARAM_REQUIRED, NULL),
                                                PARAMS_END};

const struct fn_def fn_aql_search[] = {
    {
        .name = "aql_text_search",
        .kind = FN_SCALAR,
        .params = search_params,
        .ret = TYPE_BOOL,
        .nulls = FN_NULL_IN_NULL_OUT,
        .family = "Operators",
        .doc = "TEXT SEARCH: words and `\"phrases\"` with AND, OR, NOT and parentheses, without "
               "regard to case; `*` and `?` are wildcards.",
        .bind = bind_search,
        .eval = eval_search,
        .literals = search_literals,
    },
    {0},
};
