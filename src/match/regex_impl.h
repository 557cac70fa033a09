/* regex_impl.h - what regex.c, regex_translate.c and regex_literals.c share. Private to the room.
 */
#ifndef MATCH_REGEX_IMPL_H
#define MATCH_REGEX_IMPL_H

#include "match/regex.h"

/* Why a pattern was refused. */
struct regex_fault {
    enum lanner_rc rc;
    size_t at; /* byte offset in the pattern */
    size_t len;
    char text[256];
    char hint[160];
};

struct place {
    uint32_t out; /* offset in text */
    uint32_t in;  /* offset in the pattern */
};

/* A pattern in PCRE2's dialect, cut down to what regex_literals.c knows: no \Q, no names but gN, no
 * comments, hexadecimal escapes as \x{...}, references as \g{N}. */
struct regex_translated {
    struct buf text;
    VEC(struct place) places;       /* ascending: where text and pattern correspond */
    VEC(struct regex_group) groups; /* names point into the pattern */
    uint32_t n_groups;              /* capturing groups */
    bool numbered;                  /* unnamed groups capture */
};

void regex_translated_done(struct regex_translated *t);
bool regex_translate(struct str pattern, enum regex_profile profile, bool numbered,
                     struct regex_translated *out, struct regex_fault *fault);
/* The pattern's offset that belongs to an offset of the translated text. */
size_t regex_translated_place(const struct regex_translated *t, size_t out);

/* Literals of a translated pattern; texts are made in the arena. Returns how many, 0: none known.
 */
size_t regex_find_literals(struct str translated, unsigned flags, struct arena *a,
                           struct regex_literal *out);

#endif
