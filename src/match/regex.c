/* regex.c - the landlord of PCRE2: compiling, searching within limits, replacing. See regex.h. */
#include "match/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>

#include "match/multi.h"
#include "match/regex_impl.h"
#include "util/utf8.h"

/* Backtracking steps of one starting point. A pattern that means something needs a few for each
 * byte it looks at; the hostile kind needs 2 to the length. */
#define MATCH_LIMIT_BASE     500000u
#define MATCH_LIMIT_PER_BYTE 4u
#define HEAP_LIMIT_KIB       (64 * 1024)
#define PARENS_NESTING       200
/* The retry's own compilation is bounded too, and each thread keeps a few. */
#define RETRY_MAX_PATTERN 2000
#define RETRY_KEPT        16
#define RETRY_FIRST_AFTER 4

struct regex {
    struct str text;
    unsigned flags;
    pcre2_code *code; /* released with the arena */
    bool jit;
    bool any_newline; /* CR, LF and CRLF end lines, else LF alone */
    struct str translated;
    struct regex_group *groups;
    size_t n_named;
    uint32_t n_groups;
    struct regex_literal *literals;
    size_t n_literals;
};

/* A pattern compiled for the retry. Known by its text: a regex may be gone and its address in use
 * again. */
struct retry {
    struct str translated;
    unsigned flags;
    struct multi *multi; /* NULL: it cannot be done */
    struct multi_scratch *scratch;
    uint64_t n_used;
};

struct regex_scratch {
    pcre2_match_data *data;
    pcre2_match_context *context;
    pcre2_jit_stack *stack;
    struct arena arena; /* of the retries */
    struct retry retries[RETRY_KEPT];
    size_t n_retries;
};

static void release_code(void *ptr)
{
    struct regex *re = ptr;

    pcre2_code_free(re->code);
}

enum lanner_rc regex_flags_parse(struct str letters, unsigned *out, struct lanner_err *err)
{
    static const char known[] = "imdgF";
    unsigned flags = 0;

    for (size_t i = 0; i < letters.len; i++) {
        const char *at = letters.ptr[i] != '\0' ? strchr(known, letters.ptr[i]) : NULL;

        if (at == NULL)
            return err_set(err, LANNER_ERR_QUERY,
                           "expected regular expression flags out of i m d g F, found %.*s",
                           (int)MIN(letters.len, 40), letters.ptr);
        flags |= 1u << (at - known);
    }
    *out = flags;
    return LANNER_OK;
}

static uint32_t pcre_options(unsigned flags, bool numbered)
{
    uint32_t options = PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C;

    options |= (flags & REGEX_ICASE) != 0 ? PCRE2_CASELESS : 0;
    options |= (flags & REGEX_MULTILINE) != 0 ? PCRE2_MULTILINE : 0;
    options |= (flags & REGEX_DOTALL) != 0 ? PCRE2_DOTALL : 0;
    options |= numbered ? 0 : PCRE2_NO_AUTO_CAPTURE;
    return options;
}

static bool compile_code(struct regex *re, const struct regex_translated *t,
                         struct regex_fault *fault)
{
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    uint32_t options = pcre_options(re->flags, t->numbered);
    PCRE2_SPTR text = (PCRE2_SPTR)(t->text.len != 0 ? t->text.ptr : "");
    PCRE2_SIZE at = 0;
    int code = 0;

    if (context == NULL)
        abort(); /* small, and small is fatal */
    pcre2_set_newline(context, re->any_newline ? PCRE2_NEWLINE_ANYCRLF : PCRE2_NEWLINE_LF);
    pcre2_set_bsr(context, PCRE2_BSR_UNICODE);
    pcre2_set_parens_nest_limit(context, PARENS_NESTING);
    pcre2_set_max_pattern_length(context, 16 * REGEX_MAX_PATTERN);
    re->code =
        pcre2_compile(text, t->text.len, options | PCRE2_MATCH_INVALID_UTF, &code, &at, context);
    if (re->code != NULL)
        re->jit = pcre2_jit_compile(re->code, PCRE2_JIT_COMPLETE) == 0;
    pcre2_compile_context_free(context);
    if (re->code != NULL)
        return true;
    fault->rc = LANNER_ERR_QUERY;
    fault->at = regex_translated_place(t, at > 0 ? at - 1 : 0);
    fault->len = 1;
    {
        char why[160];

        pcre2_get_error_message(code, (PCRE2_UCHAR *)why, sizeof(why));
        snprintf(fault->text, sizeof(fault->text), "regular expression: %s", why);
    }
    return false;
}

static bool compile(struct arena *a, struct str pattern, unsigned flags, enum regex_profile profile,
                    const struct regex **out, struct regex_fault *fault)
{
    struct regex *re = ARENA_NEW(a, struct regex);
    struct regex_literal literals[REGEX_MAX_LITERALS];
    struct regex_translated t;
    bool done = false;

    memset(fault, 0, sizeof(*fault));
    re->text = arena_str(a, pattern);
    re->flags = flags;
    re->any_newline = profile == REGEX_JAVA;
    if (!regex_translate(re->text, profile, (flags & REGEX_NUMBERED) != 0, &t, fault))
        goto out;
    if (!compile_code(re, &t, fault))
        goto out;
    arena_defer(a, release_code, re);
    re->translated = arena_str(a, buf_str(&t.text));
    re->n_groups = t.n_groups;
    re->n_named = t.groups.n;
    re->groups = ARENA_ARRAY(a, struct regex_group, t.groups.n);
    if (t.groups.n != 0)
        memcpy(re->groups, t.groups.items, t.groups.n * sizeof(*re->groups));
    re->n_literals = regex_find_literals(buf_str(&t.text), flags, a, literals);
    re->literals = ARENA_ARRAY(a, struct regex_literal, re->n_literals);
    memcpy(re->literals, literals, re->n_literals * sizeof(*literals));
    *out = re;
    done = true;
out:
    regex_translated_done(&t);
    return done;
}

enum lanner_rc regex_compile_at(struct arena *a, struct str pattern, uint32_t base, unsigned flags,
                                enum regex_profile profile, const struct regex **out,
                                struct lanner_err *err)
{
    struct regex_fault fault;
    struct span at;

    if (compile(a, pattern, flags, profile, out, &fault))
        return LANNER_OK;
    at = (struct span){base + (uint32_t)MIN(fault.at, pattern.len), (uint32_t)MAX(fault.len, 1)};
    return err_set_at(err, fault.rc, at, "%s", fault.text);
}

enum lanner_rc regex_compile(struct arena *a, struct str pattern, unsigned flags,
                             enum regex_profile profile, const struct regex **out,
                             struct lanner_err *err)
{
    struct regex_fault fault;

    if (compile(a, pattern, flags, profile, out, &fault))
        return LANNER_OK;
    return err_set(err, fault.rc, "%s, at byte %zu of %.*s", fault.text, fault.at,
                   (int)MIN(pattern.len, 80), pattern.len != 0 ? pattern.ptr : "");
}

const struct regex_group *regex_groups(const struct regex *re, size_t *n)
{
    *n = re->n_named;
    return re->groups;
}

struct str regex_text(const struct regex *re)
{
    return re->text;
}

unsigned regex_flags(const struct regex *re)
{
    return re->flags;
}

size_t regex_literals(const struct regex *re, const struct regex_literal **out)
{
    *out = re->literals;
    return re->n_literals;
}

bool regex_literal(const struct regex *re, struct regex_literal *out)
{
    if (re->n_literals != 1)
        return false;
    *out = re->literals[0];
    return true;
}

struct regex_scratch *regex_scratch_new(void)
{
    struct regex_scratch *s = xcalloc(1, sizeof(*s));

    s->data = pcre2_match_data_create(REGEX_MAX_GROUPS + 1, NULL);
    s->context = pcre2_match_context_create(NULL);
    s->stack = pcre2_jit_stack_create(32 * 1024, 1024 * 1024, NULL);
    if (s->data == NULL || s->context == NULL || s->stack == NULL)
        abort(); /* small, and small is fatal */
    pcre2_jit_stack_assign(s->context, NULL, s->stack);
    pcre2_set_heap_limit(s->context, HEAP_LIMIT_KIB);
    arena_init(&s->arena, 4096);
    return s;
}

void regex_scratch_free(struct regex_scratch *s)
{
    if (s == NULL)
        return;
    pcre2_match_data_free(s->data);
    pcre2_match_context_free(s->context);
    pcre2_jit_stack_free(s->stack);
    for (size_t i = 0; i < s->n_retries; i++)
        multi_scratch_free(s->retries[i].scratch);
    arena_done(&s->arena);
    free(s);
}

static enum regex_result result_of(int rc)
{
    if (rc >= 0)
        return REGEX_MATCH;
    return rc == PCRE2_ERROR_NOMATCH ? REGEX_NO : REGEX_UNDECIDED;
}

static struct retry *retry_find(const struct regex *re, struct regex_scratch *s)
{
    for (size_t i = 0; i < s->n_retries; i++) {
        struct retry *r = &s->retries[i];

        if (r->flags == re->flags && str_eq(r->translated, re->translated))
            return r;
    }
    return NULL;
}

static struct retry *retry_make(const struct regex *re, struct regex_scratch *s)
{
    unsigned flags = 0;
    struct retry *r;

    if (s->n_retries == RETRY_KEPT)
        return NULL;
    r = &s->retries[s->n_retries++];
    *r = (struct retry){.translated = arena_str(&s->arena, re->translated), .flags = re->flags};
    flags |= (re->flags & REGEX_ICASE) != 0 ? MULTI_ICASE : 0;
    flags |= (re->flags & REGEX_MULTILINE) != 0 ? MULTI_MULTILINE : 0;
    flags |= (re->flags & REGEX_DOTALL) != 0 ? MULTI_DOTALL : 0;
    if (multi_compile_utf8(&s->arena, r->translated, flags, &r->multi, NULL) == LANNER_OK)
        r->scratch = multi_scratch_new(r->multi);
    return r;
}

/* Without backtracking: yes or no, no captures. */
static enum regex_result retry(const struct regex *re, struct regex_scratch *s, struct str subject)
{
    struct retry *r;

    if (re->translated.len == 0 || re->translated.len > RETRY_MAX_PATTERN || !utf8_valid(subject))
        return REGEX_UNDECIDED;
    /* Vectorscan knows LF only. */
    if (re->any_newline && subject.len > 0 && memchr(subject.ptr, '\r', subject.len) != NULL)
        return REGEX_UNDECIDED;
    r = retry_find(re, s);
    if (r == NULL)
        r = retry_make(re, s);
    if (r == NULL || r->multi == NULL)
        return REGEX_UNDECIDED;
    r->n_used++;
    return multi_any(r->multi, r->scratch, subject) ? REGEX_MATCH : REGEX_NO;
}

/* A pattern that has hit its limits several times is asked without backtracking first: a log
 * written to make it slow shall not. */
static enum regex_result ask_first(const struct regex *re, struct regex_scratch *s,
                                   struct str subject)
{
    const struct retry *r = s->n_retries != 0 ? retry_find(re, s) : NULL;

    if (LIKELY(r == NULL) || r->n_used < RETRY_FIRST_AFTER)
        return REGEX_UNDECIDED;
    return retry(re, s, subject);
}

static enum regex_result run(const struct regex *re, struct regex_scratch *s, struct str subject,
                             size_t start)
{
    size_t limit = MATCH_LIMIT_BASE + MIN(subject.len, (size_t)1 << 28) * MATCH_LIMIT_PER_BYTE;
    PCRE2_SPTR text = (PCRE2_SPTR)subject.ptr;
    int rc;

    pcre2_set_match_limit(s->context, (uint32_t)limit);
    if (re->jit) {
        rc = pcre2_jit_match(re->code, text, subject.len, start, 0, s->data, s->context);
        if (rc != PCRE2_ERROR_JIT_STACKLIMIT)
            return result_of(rc);
    }
    return result_of(
        pcre2_match(re->code, text, subject.len, start, PCRE2_NO_JIT, s->data, s->context));
}

enum regex_result regex_search(const struct regex *re, struct regex_scratch *s, struct str subject,
                               size_t start, struct regex_match *match)
{
    enum regex_result result;

    if (subject.ptr == NULL)
        subject = STR("");
    if (start > subject.len)
        return REGEX_NO;
    result = ask_first(re, s, subject);
    if (result != REGEX_NO)
        result = run(re, s, subject, start);
    /* No match in all of the text is none behind start. */
    if (result == REGEX_UNDECIDED && retry(re, s, subject) == REGEX_NO)
        result = REGEX_NO;
    match->n = re->n_groups + 1;
    match->offsets = pcre2_get_ovector_pointer(s->data);
    return result;
}

enum regex_result regex_test(const struct regex *re, struct regex_scratch *s, struct str subject)
{
    enum regex_result result;

    if (subject.ptr == NULL)
        subject = STR("");
    result = ask_first(re, s, subject);
    if (result != REGEX_UNDECIDED)
        return result;
    result = run(re, s, subject, 0);
    return result == REGEX_UNDECIDED ? retry(re, s, subject) : result;
}

size_t regex_next_start(const struct regex_match *m, struct str subject)
{
    size_t from = m->offsets[0];
    size_t to = m->offsets[1];
    size_t n;

    if (to > from)
        return to;
    if (to >= subject.len)
        return SIZE_MAX;
    n = utf8_valid_at(subject, to);
    return to + (n != 0 ? n : 1);
}

/* ---- replacing ---- */

struct part {
    struct str text; /* a literal, or with is_group the name, or empty */
    bool is_group;
    uint32_t number; /* of the group, when it has no name */
};

struct regex_template {
    VEC(struct part) parts; /* arena */
};

static void add_part(struct arena *a, struct regex_template *t, struct part part)
{
    if (t->parts.n == t->parts.cap) {
        struct part *more;

        t->parts.cap = t->parts.cap != 0 ? t->parts.cap * 2 : 8;
        more = ARENA_ARRAY(a, struct part, t->parts.cap);
        if (t->parts.n != 0)
            memcpy(more, t->parts.items, t->parts.n * sizeof(*more));
        t->parts.items = more;
    }
    t->parts.items[t->parts.n++] = part;
}

/* The group behind the dollar sign at i; moves i behind it. As in java.util.regex.Matcher: the
 * first digit always counts, further ones as long as there is such a group. */
static enum lanner_rc read_group(const struct regex *re, struct str s, size_t *i, struct part *part,
                                 struct lanner_err *err)
{
    size_t k = *i + 1;

    *part = (struct part){.is_group = true};
    if (k < s.len && s.ptr[k] == '{') {
        size_t n = str_find_char(str_of(s.ptr + k, s.len - k), '}');

        part->text = str_of(s.ptr + k + 1, n != SIZE_MAX ? n - 1 : 0);
        for (size_t g = 0; g < re->n_named && n != SIZE_MAX; g++) {
            if (str_eq(re->groups[g].name, part->text)) {
                *i = k + n + 1;
                return LANNER_OK;
            }
        }
        return err_set(err, LANNER_ERR_QUERY,
                       "the replacement names a group that the pattern lacks");
    }
    if (k == s.len || !ascii_is_digit(s.ptr[k]))
        return err_set(err, LANNER_ERR_QUERY,
                       "expected a group number behind $ in the replacement");
    part->number = (uint32_t)(s.ptr[k++] - '0');
    while (k < s.len && ascii_is_digit(s.ptr[k]) &&
           part->number * 10 + (uint32_t)(s.ptr[k] - '0') <= re->n_groups)
        part->number = part->number * 10 + (uint32_t)(s.ptr[k++] - '0');
    if (part->number > re->n_groups)
        return err_set(err, LANNER_ERR_QUERY, "the replacement names group %u, the pattern has %u",
                       part->number, re->n_groups);
    *i = k;
    return LANNER_OK;
}

enum lanner_rc regex_template_compile(struct arena *a, const struct regex *re, struct str text,
                                      const struct regex_template **out, struct lanner_err *err)
{
    struct regex_template *t = ARENA_NEW(a, struct regex_template);
    struct str s = arena_str(a, text);
    size_t from = 0;
    size_t i = 0;

    while (i < s.len) {
        struct part part;

        if (s.ptr[i] != '$' && s.ptr[i] != '\\') {
            i++;
            continue;
        }
        if (i > from)
            add_part(a, t, (struct part){.text = str_of(s.ptr + from, i - from)});
        if (s.ptr[i] == '\\') {
            if (i + 1 == s.len)
                return err_set(err, LANNER_ERR_QUERY, "the replacement ends in a backslash");
            from = i + 1;
            i += 2;
            continue;
        }
        TRY(read_group(re, s, &i, &part, err));
        add_part(a, t, part);
        from = i;
    }
    if (s.len > from)
        add_part(a, t, (struct part){.text = str_of(s.ptr + from, s.len - from)});
    *out = t;
    return LANNER_OK;
}

static void put_part(const struct regex *re, const struct part *part, const struct regex_match *m,
                     struct str subject, struct buf *out)
{
    if (!part->is_group) {
        buf_put_str(out, part->text);
        return;
    }
    if (part->text.ptr == NULL) {
        buf_put_str(out, regex_match_group(m, part->number, subject));
        return;
    }
    for (size_t g = 0; g < re->n_named; g++) {
        struct str value = regex_match_group(m, re->groups[g].number, subject);

        if (str_eq(re->groups[g].name, part->text) && value.ptr != NULL) {
            buf_put_str(out, value);
            return;
        }
    }
}

static enum regex_result replace(const struct regex *re, struct regex_scratch *s,
                                 struct str subject, const struct regex_template *t, bool once,
                                 struct buf *out)
{
    size_t base = out->len;
    size_t copied = 0;
    size_t start = 0;
    bool any = false;

    if (subject.ptr == NULL)
        subject = STR("");
    while (start != SIZE_MAX) {
        struct regex_match m;
        enum regex_result result = regex_search(re, s, subject, start, &m);

        if (result == REGEX_NO)
            break;
        if (result == REGEX_UNDECIDED || out->len - base > REGEX_MAX_OUTPUT) {
            out->len = base;
            return REGEX_UNDECIDED;
        }
        any = true;
        buf_put(out, subject.ptr + copied, m.offsets[0] - copied);
        /* What is too long is found out at the next match, or behind the last. */
        for (size_t k = 0; k < t->parts.n && out->len - base <= REGEX_MAX_OUTPUT; k++)
            put_part(re, &t->parts.items[k], &m, subject, out);
        copied = m.offsets[1];
        start = once ? SIZE_MAX : regex_next_start(&m, subject);
    }
    if (!any)
        return REGEX_NO;
    if (out->len - base > REGEX_MAX_OUTPUT) {
        out->len = base;
        return REGEX_UNDECIDED;
    }
    buf_put(out, subject.ptr + copied, subject.len - copied);
    return REGEX_MATCH;
}

enum regex_result regex_replace(const struct regex *re, struct regex_scratch *s, struct str subject,
                                const struct regex_template *t, struct buf *out)
{
    return replace(re, s, subject, t, false, out);
}

enum regex_result regex_replace_first(const struct regex *re, struct regex_scratch *s,
                                      struct str subject, const struct regex_template *t,
                                      struct buf *out)
{
    return replace(re, s, subject, t, true, out);
}
