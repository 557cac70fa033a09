/* allow_int.h - the entries of allow-lists, indexed. Private to allow.c and allow_read.c. */
#ifndef LOOKUP_ALLOW_INT_H
#define LOOKUP_ALLOW_INT_H

#include "lookup/allow.h"
#include "util/hash.h"

/* Globs and regexes are tried one after the other on every event. */
#define ALLOW_MAX_PATTERNS 2000

struct allow_pattern {
    size_t entry;
    const struct glob *glob; /* or */
    const struct regex *regex;
};

struct allow {
    struct arena *arena; /* borrowed */
    VEC(struct allow_entry) entries;
    VEC(size_t) next;           /* of each entry: the next of the same key, SIZE_MAX */
    struct strmap heads, tails; /* networks and exact texts, folded: first and last entry */
    bool has_bits[129];         /* networks of that prefix length */
    bool has_exact[ALLOW_KINDS];
    VEC(struct allow_pattern) patterns[ALLOW_KINDS];
    size_t n_patterns;
    VEC(size_t) all; /* entries that take everything in their window */
    bool has_kind[ALLOW_KINDS];
    bool windows, expiry;
};

/* Empty; freed with the arena. */
struct allow *allow_new(struct arena *a);
/* Takes the next entry. LANNER_ERR_LIMIT, or LANNER_ERR_INPUT with what was expected of its value
 * as the text. */
enum lanner_rc allow_add(struct allow *l, const struct allow_entry *e,
                         struct lanner_err *err) MUST_USE;

#endif
