/* seen.c - record ids and the least ordinal each was seen with.
 *
 * An id is known by 128 bits of two hashes with random seeds. Sixteen parts, each with a lock of
 * its own, keep workers apart. */
#include <stdlib.h>

#include "scan/scan_int.h"
#include "util/hash.h"

#define N_PARTS 16

/* Of a slot's first key: set always, and once the id came again. */
#define KEY_USED  UINT64_C(1)
#define KEY_AGAIN UINT64_C(2)

struct seen_slot {
    uint64_t key[2]; /* both zero: free */
    struct ordinal first;
};

struct seen_part {
    struct lock lock; /* guards the rest */
    struct seen_slot *slots;
    size_t n, cap;
    uint64_t n_again;
};

struct seen {
    uint64_t seed[2];
    struct budget *budget;
    struct seen_part parts[N_PARTS];
};

struct seen *seen_new(struct budget *budget)
{
    struct seen *s = xcalloc(1, sizeof(*s));

    s->budget = budget;
    s->seed[0] = hash_random_seed();
    s->seed[1] = hash_random_seed();
    for (size_t i = 0; i < N_PARTS; i++)
        lock_init(&s->parts[i].lock);
    return s;
}

void seen_free(struct seen *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < N_PARTS; i++) {
        if (s->budget != NULL)
            budget_give(s->budget, s->parts[i].cap * sizeof(struct seen_slot));
        free(s->parts[i].slots);
        lock_done(&s->parts[i].lock);
    }
    free(s);
}

static void key_of(const struct seen *s, struct str kind, struct str id, uint64_t key[2])
{
    key[0] = hash_bytes(id.ptr, id.len, hash_bytes(kind.ptr, kind.len, s->seed[0]));
    key[0] = (key[0] & ~KEY_AGAIN) | KEY_USED;
    key[1] = hash_bytes(id.ptr, id.len, hash_bytes(kind.ptr, kind.len, s->seed[1]));
}

static struct seen_slot *find(const struct seen_part *p, const uint64_t key[2])
{
    size_t i = (size_t)key[1] & (p->cap - 1);

    while (p->slots[i].key[0] != 0 &&
           ((p->slots[i].key[0] & ~KEY_AGAIN) != key[0] || p->slots[i].key[1] != key[1]))
        i = (i + 1) & (p->cap - 1);
    return &p->slots[i];
}

static void put(struct seen_part *p, const struct seen_slot *slot)
{
    const uint64_t key[2] = {slot->key[0] & ~KEY_AGAIN, slot->key[1]};

    *find(p, key) = *slot;
}

static enum lanner_rc grow(struct seen *s, struct seen_part *p, struct lanner_err *err)
{
    struct seen_part bigger = {.cap = p->cap != 0 ? p->cap * 2 : 16};

    if (s->budget != NULL && !budget_take(s->budget, bigger.cap * sizeof(struct seen_slot)))
        return err_set(err, LANNER_ERR_MEMORY,
                       "the record ids that dedup remembers need more than the memory budget");
    bigger.slots = xcalloc(bigger.cap, sizeof(struct seen_slot));
    for (size_t i = 0; i < p->cap; i++) {
        if (p->slots[i].key[0] != 0)
            put(&bigger, &p->slots[i]);
    }
    if (s->budget != NULL)
        budget_give(s->budget, p->cap * sizeof(struct seen_slot));
    free(p->slots);
    p->slots = bigger.slots;
    p->cap = bigger.cap;
    return LANNER_OK;
}

enum lanner_rc seen_add(struct seen *s, struct str kind, struct str id, struct ordinal at,
                        struct lanner_err *err)
{
    uint64_t key[2];
    struct seen_part *p;
    struct seen_slot *slot;
    enum lanner_rc rc = LANNER_OK;

    key_of(s, kind, id, key);
    p = &s->parts[key[1] >> 60];
    lock_take(&p->lock);
    if (p->n * 4 >= p->cap * 3)
        rc = grow(s, p, err);
    if (rc == LANNER_OK) {
        slot = find(p, key);
        if (slot->key[0] == 0) {
            *slot = (struct seen_slot){.key = {key[0], key[1]}, .first = at};
            p->n++;
        } else {
            p->n_again++;
            slot->key[0] |= KEY_AGAIN;
            if (ordinal_cmp(at, slot->first) < 0)
                slot->first = at;
        }
    }
    lock_give(&p->lock);
    return rc;
}

/* The slots of ids that came again, alone. */
static void keep_repeated(struct seen_part *p)
{
    struct seen_part kept = {.cap = 16};

    for (size_t i = 0; i < p->cap; i++)
        kept.n += (p->slots[i].key[0] & KEY_AGAIN) != 0;
    while (kept.n * 4 >= kept.cap * 3)
        kept.cap *= 2;
    if (kept.cap >= p->cap)
        return;
    kept.slots = xcalloc(kept.cap, sizeof(struct seen_slot));
    for (size_t i = 0; i < p->cap; i++) {
        if ((p->slots[i].key[0] & KEY_AGAIN) != 0)
            put(&kept, &p->slots[i]);
    }
    free(p->slots);
    p->slots = kept.slots;
    p->n = kept.n;
    p->cap = kept.cap;
}

void seen_close(struct seen *s)
{
    for (size_t i = 0; i < N_PARTS; i++) {
        if (s->budget != NULL)
            budget_give(s->budget, s->parts[i].cap * sizeof(struct seen_slot));
        keep_repeated(&s->parts[i]);
    }
    s->budget = NULL;
}

uint64_t seen_n_repeats(const struct seen *s)
{
    uint64_t n = 0;

    for (size_t i = 0; i < N_PARTS; i++)
        n += s->parts[i].n_again;
    return n;
}

uint64_t seen_bytes(const struct seen *s)
{
    uint64_t n = 0;

    for (size_t i = 0; i < N_PARTS; i++)
        n += s->parts[i].cap * sizeof(struct seen_slot);
    return n;
}

bool seen_is_first(const struct seen *s, struct str kind, struct str id, struct ordinal at)
{
    uint64_t key[2];
    const struct seen_part *p;

    key_of(s, kind, id, key);
    p = &s->parts[key[1] >> 60];
    return p->cap == 0 || find(p, key)->key[0] == 0 || ordinal_cmp(find(p, key)->first, at) == 0;
}
