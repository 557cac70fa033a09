/* mem.h - memory by lifetime: heap calls that never return NULL, arenas, and the query's budget.
 *
 * Small is fatal, big is asked for: x* and arena_* end the process when the system has no memory.
 * Whatever grows with the data takes its bytes from a struct budget first and may be refused. */
#ifndef UTIL_MEM_H
#define UTIL_MEM_H

#include <stdatomic.h>

#include "util/base.h"
#include "util/str.h"

void *xmalloc(size_t size);
void *xcalloc(size_t n, size_t size);
void *xrealloc(void *ptr, size_t size);
char *xstrdup(const char *z);
char *xstrndup(const char *ptr, size_t len); /* adds a NUL */

/* Memory that is freed whole. Not for several threads at once. */
struct arena {
    struct arena_block *head; /* owned */
    char *next;
    char *end;
    size_t block_size;
    size_t n_bytes; /* taken from the system so far */
    size_t n_made;  /* of these: what functions made of the data; counted by who runs them */
    struct arena_deferred *deferred;
};

void arena_init(struct arena *a, size_t block_size); /* 0: a default */
void arena_done(struct arena *a);
/* Forgets all objects and keeps one block for reuse. */
void arena_reset(struct arena *a);
/* Has fn(ptr) called when the arena is done or reset, latest first: for objects of libraries whose
 * memory is not the arena's (compiled regexes). */
void arena_defer(struct arena *a, void (*fn)(void *ptr), void *ptr);
void *arena_alloc_slow(struct arena *a, size_t size);
/* size bytes, aligned to 8, not cleared. In builds with -Dplain_arena=true each object is its own
 * malloc, so that the sanitizers see its ends. */
static inline void *arena_alloc(struct arena *a, size_t size)
{
#ifndef LANNER_PLAIN_ARENA
    /* Nothing takes room too: an arena without a block has no place to return. */
    size_t need = (size + (size == 0) + 7) & ~(size_t)7;

    if (LIKELY(need >= size && need <= (size_t)(a->end - a->next))) {
        void *p = a->next;

        a->next += need;
        return p;
    }
#endif
    return arena_alloc_slow(a, size);
}
void *arena_zalloc(struct arena *a, size_t size);
#define ARENA_NEW(a, type)      ((type *)arena_zalloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, n) ((type *)arena_zalloc((a), arena_array_size((n), sizeof(type))))
size_t arena_array_size(size_t n, size_t size);      /* n*size, fatal on overflow */
struct str arena_str(struct arena *a, struct str s); /* a copy */
char *arena_strz(struct arena *a, struct str s);     /* a copy with a NUL */
struct str arena_printf(struct arena *a, const char *fmt, ...) PRINTF(2, 3);

/* What a query may use for state that grows with the data. Shared by its workers. */
struct budget {
    _Atomic uint64_t used;
    _Atomic uint64_t peak;
    uint64_t limit; /* bytes; 0: none */
    /* Tests refuse the Nth request; 0: never. Counts down. */
    _Atomic uint64_t refuse_at;
};

/* Takes size bytes; false when that would pass the limit (nothing is taken then). */
bool budget_take(struct budget *b, uint64_t size);
/* Takes them whatever the limit: for what cannot spill and is bounded otherwise. */
void budget_force(struct budget *b, uint64_t size);
void budget_give(struct budget *b, uint64_t size);

#endif
