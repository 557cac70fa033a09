/* suggest.h - "did you mean": the known names nearest to one that is not known. */
#ifndef UTIL_SUGGEST_H
#define UTIL_SUGGEST_H

#include "util/str.h"

#define SUGGEST_MAX 3

/* Fill `word`, offer every known name, then print. Names are borrowed. */
struct suggest {
    struct str word;
    struct str best[SUGGEST_MAX];
    unsigned distance[SUGGEST_MAX];
    unsigned n;
};

struct suggest suggest_start(struct str word);
void suggest_offer(struct suggest *s, struct str name);
/* "did you mean 'a', 'b' or 'c'" in room; false when no name is near. */
bool suggest_print(const struct suggest *s, char *room, size_t size);

/* Edit distance (insert, delete, replace, swap of neighbours) without regard to ASCII case;
 * anything above `limit` gives limit + 1. Names longer than 64 bytes are far from everything. */
unsigned suggest_distance(struct str a, struct str b, unsigned limit);

#endif
