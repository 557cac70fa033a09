/* seen.h - counts distinct texts in little memory: a set of 64-bit hashes, each with a number
 * of the owner's. What is counted is never asked for again, so the texts are not kept. */
#ifndef DETECT_SEEN_H
#define DETECT_SEEN_H

#include "util/hash.h"

struct seen {
    struct seen_slot *slots; /* owned; NULL: empty */
    size_t n, cap;
    uint64_t seed; /* random: attackers choose the texts */
};

/* All zero is an empty set. */
void seen_text_done(struct seen *d);
/* Adds a text, ASCII case ignored. The text's number (0 at first) may be changed until the next
 * call; NULL for a new text when the set has `limit` of them. */
uint64_t *seen_put(struct seen *d, struct str text, size_t limit, bool *is_new);

#endif
