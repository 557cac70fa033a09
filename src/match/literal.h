/* literal.h - searching a window of log bytes for any of a set of literals, fast when hits are
 * rare.
 *
 * This is the prefilter's engine. The answer is exact: a position is reported only when a literal
 * really stands there, and no occurrence is passed over. */
#ifndef MATCH_LITERAL_H
#define MATCH_LITERAL_H

#include "util/base.h"
#include "util/str.h"

#define LITERALS_MAX     100000 /* literals of one set */
#define LITERALS_MAX_LEN 4096   /* bytes of one literal; the caller may cut, a part will do */

struct literal {
    struct str text; /* at least one byte */
    bool icase;      /* ASCII letters in either case */
};

struct literals;

/* The texts are copied. An empty set, an empty text or one that is too long is LANNER_ERR_LIMIT. */
enum lanner_rc literals_new(const struct literal *lits, size_t n, struct literals **out,
                            struct lanner_err *err) MUST_USE;
void literals_free(struct literals *set);
/* Looks at typical bytes of the input (some 64 KiB are plenty) and chooses again by which bytes
 * each literal is looked for. Only speed changes. Not while another thread searches with the set.
 */
void literals_sample(struct literals *set, const char *ptr, size_t len);
/* The first position in [ptr, end) at which some literal stands, wholly before end; NULL when there
 * is none. `which` (may be NULL) is the index of the literal, the least when several stand there.
 * Never reads outside [ptr, end). Any number of threads at once. */
const char *literals_next(const struct literals *set, const char *ptr, const char *end,
                          size_t *which);

#endif
