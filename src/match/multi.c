/* multi.c - the landlord of Vectorscan. See multi.h. */
#include "match/multi.h"

#include <hs/hs.h>
#include <stdlib.h>

struct multi {
    hs_database_t *database; /* released with the arena */
    hs_scratch_t *prototype; /* released with the arena; cloned for each thread */
    size_t n;
};

struct multi_scratch {
    hs_scratch_t *scratch;
};

static void release(void *ptr)
{
    struct multi *m = ptr;

    hs_free_scratch(m->prototype);
    hs_free_database(m->database);
}

/* One past the class that starts at s[i], or 0 when it is negated, not closed, or not plain ASCII.
 */
static size_t plain_class(struct str s, size_t i)
{
    size_t k = i + 1;

    if (k < s.len && s.ptr[k] == '^')
        return 0;
    for (; k < s.len; k++) {
        char c = s.ptr[k];

        if ((unsigned char)c >= 0x80 || c == '[')
            return 0;
        if (c == ']' && k > i + 1)
            return k + 1;
        if (c == '\\' &&
            (++k == s.len || strchr("dws.-]/\\", s.ptr[k]) == NULL || s.ptr[k] == '\0'))
            return 0;
    }
    return 0;
}

/* Whether a regex means the same on bytes and on characters, broken UTF-8 included. */
static bool is_bytewise(const struct multi_pattern *p)
{
    struct str s = p->text;

    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];

        if ((unsigned char)c >= 0x80 || c == '\0' || c == '.')
            return false;
        /* In PCRE2 these two meet U+212A and U+017F when case is ignored. */
        if (p->icase && (ascii_lower(c) == 'k' || ascii_lower(c) == 's'))
            return false;
        if (c == '(' && i + 1 < s.len && s.ptr[i + 1] == '*')
            return false;
        if (c == '(' && i + 1 < s.len && s.ptr[i + 1] == '?' &&
            !(i + 2 < s.len && s.ptr[i + 2] == ':'))
            return false;
        if (c == '[') {
            size_t e = plain_class(s, i);

            /* Ranges with letters may hold k or s. */
            if (e == 0 || p->icase)
                return false;
            i = e - 1;
        } else if (c == '\\') {
            if (++i == s.len || s.ptr[i] == '\0' ||
                strchr("dwsbAz.*+?()[]{}|^$/\\-\"'", s.ptr[i]) == NULL)
                return false;
        }
    }
    return true;
}

static char *escaped(struct arena *a, struct str s)
{
    static const char hex[] = "0123456789abcdef";
    char *dst = arena_alloc(a, arena_array_size(s.len, 4) + 1);
    size_t n = 0;

    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];

        dst[n++] = '\\';
        dst[n++] = 'x';
        dst[n++] = hex[c >> 4];
        dst[n++] = hex[c & 15];
    }
    dst[n] = '\0';
    return dst;
}

static enum lanner_rc check(const struct multi_pattern *patterns, size_t n, bool *any_regex,
                            size_t *bad, struct lanner_err *err)
{
    if (n == 0 || n > MULTI_MAX)
        return err_set(err, LANNER_ERR_LIMIT, "expected 1 to %d patterns, found %zu", MULTI_MAX, n);
    for (size_t i = 0; i < n; i++) {
        *bad = i;
        if (patterns[i].text.len == 0)
            return err_set(err, LANNER_ERR_LIMIT, "a pattern of a set is empty");
        *any_regex |= patterns[i].is_regex;
        if (patterns[i].is_regex && !is_bytewise(&patterns[i]))
            return err_set(err, LANNER_ERR_UNSUPPORTED,
                           "pattern %zu cannot be searched bytewise in a set", i);
    }
    return LANNER_OK;
}

static enum lanner_rc compile(struct arena *a, const struct multi_pattern *patterns, size_t n,
                              bool any_regex, hs_database_t **out, size_t *bad,
                              struct lanner_err *err)
{
    const char **texts = ARENA_ARRAY(a, const char *, n);
    unsigned *flags = ARENA_ARRAY(a, unsigned, n);
    unsigned *ids = ARENA_ARRAY(a, unsigned, n);
    size_t *lens = ARENA_ARRAY(a, size_t, n);
    hs_compile_error_t *fault = NULL;
    hs_error_t rc;

    for (size_t i = 0; i < n; i++) {
        const struct multi_pattern *p = &patterns[i];

        ids[i] = (unsigned)i;
        lens[i] = p->text.len;
        flags[i] = p->icase ? HS_FLAG_CASELESS : 0;
        if (p->is_regex)
            flags[i] |= HS_FLAG_ALLOWEMPTY | (p->multiline ? HS_FLAG_MULTILINE : 0);
        if (!any_regex)
            texts[i] = p->text.ptr;
        else
            texts[i] = p->is_regex ? arena_strz(a, p->text) : escaped(a, p->text);
    }
    if (any_regex)
        rc = hs_compile_multi(texts, flags, ids, (unsigned)n, HS_MODE_BLOCK, NULL, out, &fault);
    else
        rc = hs_compile_lit_multi(texts, flags, ids, lens, (unsigned)n, HS_MODE_BLOCK, NULL, out,
                                  &fault);
    if (rc == HS_SUCCESS)
        return LANNER_OK;
    if (fault != NULL && fault->expression >= 0)
        *bad = (size_t)fault->expression;
    err_set(err, LANNER_ERR_UNSUPPORTED, "the pattern set cannot be compiled: %s",
            fault != NULL ? fault->message : "out of memory");
    hs_free_compile_error(fault);
    return LANNER_ERR_UNSUPPORTED;
}

static enum lanner_rc finish(struct arena *a, struct multi *m, struct multi **out,
                             struct lanner_err *err)
{
    arena_defer(a, release, m);
    if (hs_alloc_scratch(m->database, &m->prototype) != HS_SUCCESS)
        return err_set(err, LANNER_ERR_MEMORY, "no memory for searching a pattern set");
    *out = m;
    return LANNER_OK;
}

enum lanner_rc multi_compile(struct arena *a, const struct multi_pattern *patterns, size_t n,
                             struct multi **out, size_t *bad, struct lanner_err *err)
{
    struct multi *m = ARENA_NEW(a, struct multi);
    size_t at = 0;
    bool any_regex = false;
    enum lanner_rc rc;

    rc = check(patterns, n, &any_regex, &at, err);
    if (rc == LANNER_OK)
        rc = compile(a, patterns, n, any_regex, &m->database, &at, err);
    if (bad != NULL)
        *bad = at;
    TRY(rc);
    m->n = n;
    return finish(a, m, out, err);
}

enum lanner_rc multi_compile_utf8(struct arena *a, struct str pattern, unsigned flags,
                                  struct multi **out, struct lanner_err *err)
{
    struct multi *m = ARENA_NEW(a, struct multi);
    unsigned hs = HS_FLAG_UTF8 | HS_FLAG_ALLOWEMPTY | HS_FLAG_SINGLEMATCH;
    hs_compile_error_t *fault = NULL;

    hs |= (flags & MULTI_ICASE) != 0 ? HS_FLAG_CASELESS : 0;
    hs |= (flags & MULTI_MULTILINE) != 0 ? HS_FLAG_MULTILINE : 0;
    hs |= (flags & MULTI_DOTALL) != 0 ? HS_FLAG_DOTALL : 0;
    m->n = 1;
    if (memchr(pattern.ptr, '\0', pattern.len) != NULL ||
        hs_compile(arena_strz(a, pattern), hs, HS_MODE_BLOCK, NULL, &m->database, &fault) !=
            HS_SUCCESS) {
        hs_free_compile_error(fault);
        return err_set(err, LANNER_ERR_UNSUPPORTED,
                       "the pattern cannot be searched without backtracking");
    }
    return finish(a, m, out, err);
}

struct multi_scratch *multi_scratch_new(const struct multi *m)
{
    struct multi_scratch *s = xcalloc(1, sizeof(*s));

    if (hs_clone_scratch(m->prototype, &s->scratch) != HS_SUCCESS)
        abort(); /* small, and small is fatal */
    return s;
}

void multi_scratch_free(struct multi_scratch *s)
{
    if (s == NULL)
        return;
    hs_free_scratch(s->scratch);
    free(s);
}

struct report {
    multi_on_match fn;
    void *ctx;
};

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                    void *ctx)
{
    const struct report *r = ctx;

    (void)from;
    (void)flags;
    return !r->fn(r->ctx, id, (size_t)to);
}

void multi_scan(const struct multi *m, struct multi_scratch *s, struct str subject,
                multi_on_match fn, void *ctx)
{
    struct report r = {fn, ctx};
    hs_error_t rc;

    assert(subject.len <= UINT32_MAX);
    rc = hs_scan(m->database, subject.ptr != NULL ? subject.ptr : "", (unsigned)subject.len, 0,
                 s->scratch, on_match, &r);
    assert(rc == HS_SUCCESS || rc == HS_SCAN_TERMINATED);
    (void)rc;
}

static bool stop_at_once(void *ctx, size_t pattern, size_t end)
{
    (void)pattern;
    (void)end;
    *(bool *)ctx = true;
    return false;
}

bool multi_any(const struct multi *m, struct multi_scratch *s, struct str subject)
{
    bool hit = false;

    multi_scan(m, s, subject, stop_at_once, &hit);
    return hit;
}

struct which {
    bool *hits;
    size_t n_hits;
    size_t n;
};

static bool mark(void *ctx, size_t pattern, size_t end)
{
    struct which *w = ctx;

    (void)end;
    w->n_hits += !w->hits[pattern];
    w->hits[pattern] = true;
    return w->n_hits < w->n;
}

size_t multi_which(const struct multi *m, struct multi_scratch *s, struct str subject, bool *hits)
{
    struct which w = {hits, 0, m->n};

    memset(hits, 0, m->n * sizeof(*hits));
    multi_scan(m, s, subject, mark, &w);
    return w.n_hits;
}
