/* history.c - the rows that went before. See sequence.h.
 *
 * Rows are taken off by moving `first`. What they point to goes when those that are left move to
 * the other arena, which happens as soon as they are the smaller part: so memory is twice what is
 * asked for, and each row is moved once on average. */
#include <stdlib.h>

#include "exec/sequence.h"

#define ARENA_SIZE ((size_t)8 * 1024)
#define FIRST_CAP  ((size_t)64)

void history_init(struct history *h, uint32_t n_cols)
{
    memset(h, 0, sizeof(*h));
    h->n_cols = n_cols;
    h->cols = xcalloc(n_cols, sizeof(*h->cols));
    arena_init(&h->arenas[0], ARENA_SIZE);
    arena_init(&h->arenas[1], ARENA_SIZE);
}

void history_done(struct history *h)
{
    for (uint32_t c = 0; c < h->n_cols && h->cols != NULL; c++)
        free(h->cols[c]);
    free(h->cols);
    free(h->ord);
    free(h->time);
    arena_done(&h->arenas[0]);
    arena_done(&h->arenas[1]);
}

void history_clear(struct history *h)
{
    h->first = h->n = 0;
    arena_reset(&h->arenas[0]);
    arena_reset(&h->arenas[1]);
}

static void move_down(struct history *h)
{
    struct arena *to = &h->arenas[1 - h->at_work];
    size_t n = h->n - h->first;

    for (uint32_t c = 0; c < h->n_cols; c++) {
        for (size_t i = 0; i < n; i++)
            h->cols[c][i] = val_copy(&h->cols[c][h->first + i], to);
    }
    if (n > 0) {
        memmove(h->ord, h->ord + h->first, n * sizeof(*h->ord));
        memmove(h->time, h->time + h->first, n * sizeof(*h->time));
    }
    arena_reset(&h->arenas[h->at_work]);
    h->at_work = 1 - h->at_work;
    h->n = n;
    h->first = 0;
}

size_t history_make_room(struct history *h)
{
    size_t moved = h->first;

    if (h->n < h->cap)
        return 0;
    if (h->first > 0 && h->first >= h->n / 2) {
        move_down(h);
        return moved;
    }
    h->cap = h->cap == 0 ? FIRST_CAP : h->cap * 2;
    for (uint32_t c = 0; c < h->n_cols; c++)
        h->cols[c] = xrealloc(h->cols[c], arena_array_size(h->cap, sizeof(struct val)));
    h->ord = xrealloc(h->ord, arena_array_size(h->cap, sizeof(*h->ord)));
    h->time = xrealloc(h->time, arena_array_size(h->cap, sizeof(*h->time)));
    return 0;
}

size_t history_add(struct history *h, struct ordinal ord, int64_t time)
{
    size_t row = h->n++;

    assert(row < h->cap);
    for (uint32_t c = 0; c < h->n_cols; c++)
        h->cols[c][row] = VAL_ABSENT;
    h->ord[row] = ord;
    h->time[row] = time;
    return row;
}

uint64_t history_size(const struct history *h)
{
    uint64_t row = h->n_cols * sizeof(struct val) + sizeof(struct ordinal) + sizeof(int64_t);

    return h->cap * row + h->arenas[0].n_bytes + h->arenas[1].n_bytes;
}
