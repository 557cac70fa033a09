/* demand.h - the fields a consumer asks of a node. Private to bind. */
#ifndef BIND_DEMAND_H
#define BIND_DEMAND_H

#include "plan/plan.h"
#include "util/hash.h"

/* A set of names in order of first mention. `all`: every field the row may have, and the names are
 * those that must be columns all the same. */
struct demand {
    struct arena *arena; /* query arena */
    VEC(struct str) names;
    struct strmap index; /* name to place in names; removed names are SIZE_MAX there */
    bool all;
    struct demand *next; /* all demands of a binding, to be freed together */
};

/* Frees what the chain of demands holds outside the arena. */
void demand_free_all(struct demand *first);
bool demand_has(const struct demand *d, struct str name);

#endif
