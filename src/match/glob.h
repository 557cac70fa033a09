/* glob.h - CQL patterns (cql.md 1.3): `*` is any run of bytes, newline included; nothing escapes
 * it.
 *
 * Matching takes time linear in the text, whatever the pattern. */
#ifndef MATCH_GLOB_H
#define MATCH_GLOB_H

#include "util/mem.h"

enum glob_flags {
    GLOB_ICASE = 1,   /* ignore case, all of Unicode (simple folding) */
    GLOB_CONTAINS = 2 /* not anchored: as if written *pattern* */
};

struct glob;

static inline bool glob_has_star(struct str pattern)
{
    return pattern.len > 0 && memchr(pattern.ptr, '*', pattern.len) != NULL;
}

/* Cannot fail. The pattern is copied into the arena. */
struct glob *glob_compile(struct arena *a, struct str pattern, unsigned flags);
bool glob_match(const struct glob *g, struct str s);
/* Matches every text, the empty one too: `*`. */
bool glob_is_any(const struct glob *g);
/* Without a star and anchored: equality with glob_literal. */
bool glob_is_exact(const struct glob *g);
/* The longest run of bytes that every match contains, as written in the pattern; empty when there
 * is none. With GLOB_ICASE it holds only ASCII without k and s (U+212A and U+017F fold to them) and
 * is to be searched without regard to ASCII case. */
struct str glob_literal(const struct glob *g);
/* The pattern as it was given. */
struct str glob_text(const struct glob *g);

#endif
