/* regex.h - regular expressions with captures: the landlord of PCRE2.
 *
 * Patterns are translated from the language's dialect (a profile), compiled with limits, and run on
 * bytes that may be invalid UTF-8: an invalid byte matches nothing and splits nothing. Every search
 * is bounded; one that hits its bound is tried again without backtracking and, still undecided,
 * said so. */
#ifndef MATCH_REGEX_H
#define MATCH_REGEX_H

#include "util/buf.h"

#define REGEX_MAX_PATTERN ((size_t)64 * 1024) /* bytes */
#define REGEX_MAX_GROUPS  1000                /* capturing groups */
#define REGEX_UNSET       SIZE_MAX            /* offset of a group that took no part */

enum regex_profile {
    REGEX_CQL,        /* cql.md 1.7; what PCRE2 has beyond it is accepted */
    REGEX_CQL_STRICT, /* cql.md 1.7; anything beyond it is refused */
    REGEX_JAVA        /* java.util.regex as AQL uses it */
};

enum regex_flags {
    REGEX_ICASE = 1,     /* i */
    REGEX_MULTILINE = 2, /* m: ^ and $ at line ends */
    REGEX_DOTALL = 4,    /* d: dot matches newline */
    REGEX_GLOBAL = 8,    /* g: for the caller, nothing changes here */
    REGEX_V2 = 16,       /* F: nothing changes, V2 is what is built */
    REGEX_NUMBERED = 32  /* unnamed groups capture too: for $1 in a replacement */
};

/* Flags as CQL writes them behind a literal (i m d g F). Unknown letters are LANNER_ERR_QUERY; `at`
 * is the letter's place in the error's text. */
enum lanner_rc regex_flags_parse(struct str letters, unsigned *out,
                                 struct lanner_err *err) MUST_USE;

struct regex;
struct regex_scratch;

/* A named group: the name as the query wrote it. A name may occur twice. */
struct regex_group {
    struct str name; /* arena of the regex */
    uint32_t number; /* index into struct regex_match */
};

/* Compiled into the arena and released with it. On failure the error's place (struct span, see
 * err_set_at) is the byte offset within the pattern, plus `base`. */
enum lanner_rc regex_compile_at(struct arena *a, struct str pattern, uint32_t base, unsigned flags,
                                enum regex_profile profile, const struct regex **out,
                                struct lanner_err *err) MUST_USE;
/* The same without a place in the query: the offset is said in the text. */
enum lanner_rc regex_compile(struct arena *a, struct str pattern, unsigned flags,
                             enum regex_profile profile, const struct regex **out,
                             struct lanner_err *err) MUST_USE;
/* Named groups in the order of the pattern. */
const struct regex_group *regex_groups(const struct regex *re, size_t *n);
struct str regex_text(const struct regex *re);
unsigned regex_flags(const struct regex *re);

/* One for each thread; works with every regex. */
struct regex_scratch *regex_scratch_new(void);
void regex_scratch_free(struct regex_scratch *s);

enum regex_result {
    REGEX_NO,
    REGEX_MATCH,
    REGEX_UNDECIDED /* hit its limits, and so did the retry */
};
/* Byte offsets [start[i], end[i]) of group i in the subject; group 0 is the whole match. */
struct regex_match {
    uint32_t n;            /* groups, group 0 included */
    const size_t *offsets; /* pairs; in the scratch, until its next search */
};
static inline size_t regex_match_start(const struct regex_match *m, uint32_t group)
{
    return group < m->n ? m->offsets[2 * group] : REGEX_UNSET;
}
/* The text of a group; ptr NULL when it took no part. */
static inline struct str regex_match_group(const struct regex_match *m, uint32_t group,
                                           struct str subject)
{
    if (group >= m->n || m->offsets[2 * group] == REGEX_UNSET)
        return STR_NONE;
    return str_of(subject.ptr + m->offsets[2 * group],
                  m->offsets[2 * group + 1] - m->offsets[2 * group]);
}

/* Searches from byte offset `start` on (look-behind and \b see what is before it). */
enum regex_result regex_search(const struct regex *re, struct regex_scratch *s, struct str subject,
                               size_t start, struct regex_match *match) MUST_USE;
/* Plain yes or no. */
enum regex_result regex_test(const struct regex *re, struct regex_scratch *s,
                             struct str subject) MUST_USE;
/* Where the next search of a repeated search starts after this match; SIZE_MAX: there is no more.
 * An empty match moves on by one character. */
size_t regex_next_start(const struct regex_match *m, struct str subject);

/* A replacement text as Java has it: $1, ${name}, \$ and \\. */
struct regex_template;
enum lanner_rc regex_template_compile(struct arena *a, const struct regex *re, struct str text,
                                      const struct regex_template **out,
                                      struct lanner_err *err) MUST_USE;
/* Appends the subject with every match replaced. REGEX_NO: no match, nothing was appended.
 * REGEX_UNDECIDED: nothing was appended. Output is bounded to REGEX_MAX_OUTPUT bytes: beyond that
 * REGEX_UNDECIDED too. */
#define REGEX_MAX_OUTPUT ((size_t)16 * 1024 * 1024)
enum regex_result regex_replace(const struct regex *re, struct regex_scratch *s, struct str subject,
                                const struct regex_template *t, struct buf *out) MUST_USE;
/* The same for the first match alone. */
enum regex_result regex_replace_first(const struct regex *re, struct regex_scratch *s,
                                      struct str subject, const struct regex_template *t,
                                      struct buf *out) MUST_USE;

/* Literals of which every match contains at least one, for the prefilter. No literals: nothing is
 * known. An icase literal is ASCII without k and s. */
struct regex_literal {
    struct str text; /* arena of the regex */
    bool icase;
};
#define REGEX_MAX_LITERALS 32
size_t regex_literals(const struct regex *re, const struct regex_literal **out);
/* The one literal every match contains; false when there is none or there are several to choose
 * from. */
bool regex_literal(const struct regex *re, struct regex_literal *out);

#endif
