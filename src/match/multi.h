/* multi.h - many patterns in one pass over a text: the landlord of Vectorscan.
 *
 * Literals are exact bytes. A regular expression is taken only when it means the same on bytes and
 * on characters (no dot, no negated class, nothing outside ASCII, no captures needed); every other
 * one is refused with LANNER_ERR_UNSUPPORTED and the caller uses regex.h. */
#ifndef MATCH_MULTI_H
#define MATCH_MULTI_H

#include "util/mem.h"

#define MULTI_MAX 200000 /* patterns of one set */

struct multi_pattern {
    struct str text;
    bool is_regex;  /* else a literal, every byte for itself */
    bool icase;     /* ASCII letters in either case */
    bool multiline; /* regex: ^ and $ at line ends */
};

struct multi;
struct multi_scratch;

/* Memory is freed with the arena. `bad` (may be NULL) is the index of the pattern at fault. */
enum lanner_rc multi_compile(struct arena *a, const struct multi_pattern *patterns, size_t n,
                             struct multi **out, size_t *bad, struct lanner_err *err) MUST_USE;
/* One pattern in PCRE2's own dialect (captures are not given), for texts that are valid UTF-8: yes
 * or no in time linear in the text. What it cannot do (looking around, references) is
 * LANNER_ERR_UNSUPPORTED. Compiling may take milliseconds. */
enum multi_utf8_flags { MULTI_ICASE = 1, MULTI_MULTILINE = 2, MULTI_DOTALL = 4 };
enum lanner_rc multi_compile_utf8(struct arena *a, struct str pattern, unsigned flags,
                                  struct multi **out, struct lanner_err *err) MUST_USE;
/* For one thread at a time; a scratch works with the multi it was made for. */
struct multi_scratch *multi_scratch_new(const struct multi *m);
void multi_scratch_free(struct multi_scratch *s);

/* A pattern matched and ends at byte offset `end`. Return false to stop the scan. */
typedef bool (*multi_on_match)(void *ctx, size_t pattern, size_t end);
/* Reports every pattern at every offset where a match of it ends, in the order of ends. */
void multi_scan(const struct multi *m, struct multi_scratch *s, struct str subject,
                multi_on_match fn, void *ctx);
/* True when any pattern matches. */
bool multi_any(const struct multi *m, struct multi_scratch *s, struct str subject);
/* Sets hits[i] for each pattern that matches; hits has one byte for each pattern and is cleared
 * first. Returns how many matched. */
size_t multi_which(const struct multi *m, struct multi_scratch *s, struct str subject, bool *hits);

#endif
