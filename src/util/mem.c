/* mem.c - heap, arenas, budget. See mem.h. */
#include "util/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define ARENA_DEFAULT_BLOCK ((size_t)64 * 1024)

struct arena_block {
    struct arena_block *next;
    size_t size; /* of the bytes behind this header */
};

struct arena_deferred {
    struct arena_deferred *next;
    void (*fn)(void *ptr);
    void *ptr;
};

static void out_of_memory(size_t size)
{
    fprintf(stderr, "lanner: the system has no memory for %zu bytes\n", size);
    abort();
}

void *xmalloc(size_t size)
{
    void *p = malloc(size != 0 ? size : 1);

    if (p == NULL)
        out_of_memory(size);
    return p;
}

void *xcalloc(size_t n, size_t size)
{
    void *p = calloc(n != 0 ? n : 1, size != 0 ? size : 1);

    if (p == NULL)
        out_of_memory(size);
    return p;
}

void *xrealloc(void *ptr, size_t size)
{
    void *p = realloc(ptr, size != 0 ? size : 1);

    if (p == NULL)
        out_of_memory(size);
    return p;
}

char *xstrndup(const char *ptr, size_t len)
{
    char *p = xmalloc(len + 1);

    if (len > 0)
        memcpy(p, ptr, len);
    p[len] = '\0';
    return p;
}

char *xstrdup(const char *z)
{
    return xstrndup(z, strlen(z));
}

void arena_init(struct arena *a, size_t block_size)
{
    memset(a, 0, sizeof(*a));
    a->block_size = block_size != 0 ? block_size : ARENA_DEFAULT_BLOCK;
}

/* Runs before the blocks go, since the list itself lives in them. */
static void run_deferred(struct arena *a)
{
    struct arena_deferred *d = a->deferred;

    a->deferred = NULL;
    for (; d != NULL; d = d->next)
        d->fn(d->ptr);
}

void arena_defer(struct arena *a, void (*fn)(void *ptr), void *ptr)
{
    struct arena_deferred *d = arena_alloc(a, sizeof(*d));

    *d = (struct arena_deferred){a->deferred, fn, ptr};
    a->deferred = d;
}

void arena_done(struct arena *a)
{
    struct arena_block *b;

    run_deferred(a);
    b = a->head;
    while (b != NULL) {
        struct arena_block *next = b->next;

        free(b);
        b = next;
    }
    a->head = NULL;
    a->next = a->end = NULL;
    a->n_bytes = 0;
    a->n_made = 0;
}

void arena_reset(struct arena *a)
{
#ifdef LANNER_PLAIN_ARENA
    arena_done(a);
#else
    struct arena_block *keep = a->head;
    struct arena_block *b;

    run_deferred(a);
    a->n_made = 0;
    if (keep == NULL)
        return;
    /* A block made for one huge object is not worth keeping. */
    if (keep->size > a->block_size * 4) {
        arena_done(a);
        return;
    }
    b = keep->next;
    while (b != NULL) {
        struct arena_block *next = b->next;

        a->n_bytes -= b->size;
        free(b);
        b = next;
    }
    keep->next = NULL;
    a->next = (char *)(keep + 1);
    a->end = a->next + keep->size;
#endif
}

void *arena_alloc_slow(struct arena *a, size_t size)
{
    size_t need = (size + 7) & ~(size_t)7;
    struct arena_block *b;

    if (need < size)
        out_of_memory(size);
#ifdef LANNER_PLAIN_ARENA
    b = xmalloc(sizeof(*b) + size);
    b->size = size;
    b->next = a->head;
    a->head = b;
    a->n_bytes += size;
    return b + 1;
#else
    size_t block = MAX(a->block_size, need);

    b = xmalloc(sizeof(*b) + block);
    b->size = block;
    a->n_bytes += block;
    if (need > a->block_size / 4 && a->head != NULL) {
        /* A big object gets a block of its own behind the current one, which stays in use. */
        b->next = a->head->next;
        a->head->next = b;
        return b + 1;
    }
    b->next = a->head;
    a->head = b;
    a->next = (char *)(b + 1) + need;
    a->end = (char *)(b + 1) + block;
    return b + 1;
#endif
}

void *arena_zalloc(struct arena *a, size_t size)
{
    void *p = arena_alloc(a, size);

    if (size > 0)
        memset(p, 0, size);
    return p;
}

size_t arena_array_size(size_t n, size_t size)
{
    size_t total;

    if (__builtin_mul_overflow(n, size, &total))
        out_of_memory(n);
    return total;
}

struct str arena_str(struct arena *a, struct str s)
{
    char *p = arena_alloc(a, s.len);

    if (s.len > 0)
        memcpy(p, s.ptr, s.len);
    return str_of(p, s.len);
}

char *arena_strz(struct arena *a, struct str s)
{
    char *p = arena_alloc(a, s.len + 1);

    if (s.len > 0)
        memcpy(p, s.ptr, s.len);
    p[s.len] = '\0';
    return p;
}

struct str arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap;
    va_list again;
    int n;
    char *p;

    va_start(ap, fmt);
    va_copy(again, ap);
    n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    assert(n >= 0);
    p = arena_alloc(a, (size_t)n + 1);
    vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return str_of(p, (size_t)n);
}

static void peak_raise(struct budget *b, uint64_t now)
{
    uint64_t peak = atomic_load(&b->peak);

    while (now > peak && !atomic_compare_exchange_weak(&b->peak, &peak, now))
        ;
}

bool budget_take(struct budget *b, uint64_t size)
{
    uint64_t now;

    if (UNLIKELY(atomic_load_explicit(&b->refuse_at, memory_order_relaxed) != 0) &&
        atomic_fetch_sub(&b->refuse_at, 1) == 1)
        return false;
    now = atomic_fetch_add(&b->used, size) + size;
    if (b->limit != 0 && now > b->limit) {
        atomic_fetch_sub(&b->used, size);
        return false;
    }
    peak_raise(b, now);
    return true;
}

void budget_force(struct budget *b, uint64_t size)
{
    peak_raise(b, atomic_fetch_add(&b->used, size) + size);
}

void budget_give(struct budget *b, uint64_t size)
{
    atomic_fetch_sub(&b->used, size);
}
