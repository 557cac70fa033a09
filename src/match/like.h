/* like.h - SQL's LIKE: `%` is any run of characters, `_` one character, newlines included; the
 * pattern stands for the whole text (aql.md 3.8).
 *
 * A character is a valid UTF-8 sequence; a byte that is part of none counts as one. Backslash is an
 * ordinary character; there is an escape character only where one is given. */
#ifndef MATCH_LIKE_H
#define MATCH_LIKE_H

#include "util/buf.h"

enum like_mode {
    LIKE_EXACT,
    LIKE_ICASE, /* simple case folding of all of Unicode, on both sides */
    LIKE_LOWER, /* the text's lower case against the pattern as it stands */
    LIKE_UPPER
};

struct like;

/* Cannot fail. `escape` is one character, or empty: behind it %, _ and itself stand for themselves.
 * The pattern is copied into the arena. */
struct like *like_compile(struct arena *a, struct str pattern, struct str escape,
                          enum like_mode mode);
/* A text that stands for itself, anywhere within: LIKE '%text%' without wildcards. */
struct like *like_contains(struct arena *a, struct str text, enum like_mode mode);
/* The same at the start, at the end. */
struct like *like_starts(struct arena *a, struct str text, enum like_mode mode);
struct like *like_ends(struct arena *a, struct str text, enum like_mode mode);

/* Memory for the folded text, reused from call to call: one for each thread. Zero it first. */
struct like_scratch {
    char *fold; /* owned */
    size_t cap;
    struct buf mapped;
};
void like_scratch_done(struct like_scratch *s);
bool like_match(const struct like *l, struct like_scratch *s, struct str text);
/* In two steps for many patterns of one mode on one text: what the mode makes of the text, which
 * lives until the next call with this scratch (or is the text itself), then each pattern. */
struct str like_prepare(enum like_mode mode, struct like_scratch *s, struct str text);
bool like_match_prepared(const struct like *l, struct str prepared);

/* Every text is matched. */
bool like_is_any(const struct like *l);
/* No wildcard: the mode's equality. */
bool like_is_exact(const struct like *l);

/* Runs of bytes that every match contains as they stand; with a mode other than LIKE_EXACT to be
 * searched without regard to ASCII case and cut so that of other characters only U+212A (a k) and
 * U+017F (an s) become letters of theirs: a match that has one of the two may lack a run with that
 * letter. Texts live with the pattern. */
size_t like_runs(const struct like *l, const struct str **out);
/* The longest stretch of bytes that every prepared text that is matched contains; empty when there
 * is none. */
struct str like_stretch(const struct like *l);

#endif
