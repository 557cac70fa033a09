/* eval.c - one worker's kernel scratch, found by the call it belongs to. */
#include "expr/eval.h"

#include <stdlib.h>

struct slot {
    const struct fn_call *call; /* NULL: free */
    struct fn_local *local;     /* arena: kernels keep the address */
};

struct eval {
    struct arena arena;
    size_t most;
    struct slot *slots; /* owned; a power of two of them */
    size_t n, cap;
};

/* What functions may make of one batch: that share of the query's memory, within bounds. An
 * ordinary batch makes a megabyte; texts of texts of texts could make as many as they like. */
#define MADE_SHARE 8
#define MADE_LEAST ((uint64_t)64 * 1024 * 1024)
#define MADE_MOST  ((uint64_t)1024 * 1024 * 1024)

struct eval *eval_new(void)
{
    struct eval *ev = xcalloc(1, sizeof(*ev));

    arena_init(&ev->arena, 4096);
    ev->most = MADE_MOST;
    ev->cap = 16;
    ev->slots = xcalloc(ev->cap, sizeof(*ev->slots));
    return ev;
}

void eval_limit(struct eval *ev, uint64_t memory)
{
    if (memory != 0)
        ev->most = (size_t)MIN(MAX(memory / MADE_SHARE, MADE_LEAST), MADE_MOST);
}

size_t eval_most(const struct eval *ev)
{
    return ev->most;
}

void eval_free(struct eval *ev)
{
    if (ev == NULL)
        return;
    for (size_t i = 0; i < ev->cap; i++) {
        if (ev->slots[i].call != NULL && ev->slots[i].local->done != NULL)
            ev->slots[i].local->done(ev->slots[i].local->ptr);
    }
    arena_done(&ev->arena);
    free(ev->slots);
    free(ev);
}

static struct slot *slot_of(struct slot *slots, size_t cap, const struct fn_call *call)
{
    size_t i = (size_t)(((uintptr_t)call >> 4) * UINT64_C(0x9E3779B97F4A7C15) >> 32) & (cap - 1);

    while (slots[i].call != NULL && slots[i].call != call)
        i = (i + 1) & (cap - 1);
    return &slots[i];
}

static void grow(struct eval *ev)
{
    size_t cap = ev->cap * 2;
    struct slot *slots = xcalloc(cap, sizeof(*slots));

    for (size_t i = 0; i < ev->cap; i++) {
        if (ev->slots[i].call != NULL)
            *slot_of(slots, cap, ev->slots[i].call) = ev->slots[i];
    }
    free(ev->slots);
    ev->slots = slots;
    ev->cap = cap;
}

struct fn_local *eval_local(struct eval *ev, const struct fn_call *call)
{
    struct slot *s = slot_of(ev->slots, ev->cap, call);

    if (s->call != NULL)
        return s->local;
    if ((ev->n + 1) * 2 > ev->cap) {
        grow(ev);
        s = slot_of(ev->slots, ev->cap, call);
    }
    s->call = call;
    s->local = ARENA_NEW(&ev->arena, struct fn_local);
    ev->n++;
    return s->local;
}
