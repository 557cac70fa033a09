/* groups.h - a hash table of groups and their aggregate states. Private to exec.
 *
 * A group is one piece of its table's arena: head, keys, then the states of all items. Keys are
 * equal when they print the same. The key values shown are those of the group's first row, so that
 * they do not depend on which worker saw which row. */
#ifndef EXEC_GROUPS_H
#define EXEC_GROUPS_H

#include "exec/spill.h"

struct group {
    uint64_t hash;
    struct ordinal ord; /* least of its rows */
    struct val keys[];
};

struct group_shape { /* read-only */
    uint32_t n_keys;
    size_t n_items;
    const struct fn_call **calls; /* one for each item */
    size_t *state_at;             /* offset of each item's state in the group */
    size_t size;                  /* of a group */
    struct budget *budget;
};

struct group_slot {
    uint64_t hash;
    struct group *g; /* NULL: free */
};

struct groups {
    const struct group_shape *shape;
    struct arena arena;
    struct agg_ctx *ctxs;     /* owned, one for each item */
    struct group_slot *slots; /* owned; a power of two of them, at most half of them used */
    size_t n, cap;
    uint64_t charged; /* bytes taken from the budget */
};

void groups_init(struct groups *t, const struct group_shape *shape);
void groups_done(struct groups *t);
/* Forgets all groups and gives the memory back. */
void groups_clear(struct groups *t);
static inline void groups_prefetch(const struct groups *t, uint64_t hash)
{
    __builtin_prefetch(&t->slots[hash & (t->cap - 1)]);
}
/* The group of these keys, made when it is not there; its ordinal takes part. keys[n_keys]. */
struct group *groups_get(struct groups *t, uint64_t hash, const struct val *keys,
                         struct ordinal ord);
static inline void *group_state(const struct group_shape *s, const struct group *g, size_t item)
{
    return (char *)(uintptr_t)g + s->state_at[item];
}
/* Moves all groups of src to t. What is adopted stays in src's arena. */
enum lanner_rc groups_take(struct groups *t, struct groups *src, struct lanner_err *err) MUST_USE;
uint64_t groups_size(const struct groups *t);
/* Takes from the budget what the table has grown by; false when that is refused. */
bool groups_charge(struct groups *t, uint64_t floor);

/* One group as a record, and back: added to t, merged with the group of the same keys. `scratch` is
 * reset. */
void group_save(const struct groups *t, const struct group *g, struct buf *out);
enum lanner_rc groups_load(struct groups *t, struct str record, struct arena *scratch,
                           struct lanner_err *err) MUST_USE;
/* The hash in a saved record. */
uint64_t group_record_hash(struct str record);

#endif
