/* history.c - see history.h. Windows are appended as they come and put in order when asked for, or
 * when their number has doubled; what was usual is worked out once a history, oldest first. */
#include "detect/history.h"

#include <stdlib.h>

#include "detect/statistics.h"
#include "util/buf.h"

#define FIRST_ORDER ((size_t)64)

struct window {
    int64_t start_ms;
    double value;
    bool counts; /* it was not above what was usual */
};

struct history {
    VEC(struct window) windows;
    size_t order_at; /* put in order when so many */
    size_t n_ordered;
    bool judged;
};

struct histories {
    struct strmap index;
    VEC(struct history) all;
    size_t n_windows;
};

struct histories *histories_new(void)
{
    struct histories *h = xcalloc(1, sizeof(*h));

    strmap_init(&h->index);
    return h;
}

void histories_free(struct histories *h)
{
    if (h == NULL)
        return;
    for (size_t i = 0; i < h->all.n; i++)
        VEC_DONE(&h->all.items[i].windows);
    VEC_DONE(&h->all);
    strmap_done(&h->index);
    free(h);
}

static int compare(const void *a, const void *b)
{
    const struct window *x = a;
    const struct window *y = b;

    if (x->start_ms != y->start_ms)
        return x->start_ms < y->start_ms ? -1 : 1;
    return (x->value < y->value) - (x->value > y->value); /* the largest first */
}

/* Oldest first, one of each beginning. */
static void put_in_order(struct histories *h, struct history *one)
{
    size_t n = 0;

    if (one->n_ordered == one->windows.n)
        return;
    qsort(one->windows.items, one->windows.n, sizeof(*one->windows.items), compare);
    for (size_t i = 0; i < one->windows.n; i++) {
        if (n == 0 || one->windows.items[i].start_ms != one->windows.items[n - 1].start_ms)
            one->windows.items[n++] = one->windows.items[i];
    }
    h->n_windows -= one->windows.n - n;
    one->windows.n = n;
    one->n_ordered = n;
    one->order_at = MAX(FIRST_ORDER, n * 2);
}

void histories_put(struct histories *h, struct str key, int64_t start_ms, double value)
{
    size_t i = strmap_get(&h->index, key);
    struct history *one;

    if (h->n_windows >= HISTORY_MAX_WINDOWS)
        return;
    if (i == SIZE_MAX) {
        i = h->all.n;
        VEC_PUSH(&h->all, ((struct history){.order_at = FIRST_ORDER}));
        strmap_put(&h->index, key, i);
    }
    one = &h->all.items[i];
    VEC_PUSH(&one->windows, ((struct window){.start_ms = start_ms, .value = value}));
    h->n_windows++;
    one->judged = false;
    if (one->windows.n >= one->order_at)
        put_in_order(h, one);
}

/* a - b without overflow: times come from logs. */
static int64_t distance(int64_t a, int64_t b)
{
    int64_t out;

    if (__builtin_sub_overflow(a, b, &out))
        return INT64_MAX;
    return out;
}

/* What was usual at start_ms by the first n windows. `room` has space for HISTORY_MAX_LOOK. */
static struct usual usual_at(const struct history *one, size_t n, int64_t start_ms,
                             const struct history_rule *rule, double *room)
{
    struct usual u = {0};

    while (n > 0 && u.n < HISTORY_MAX_LOOK) {
        const struct window *w = &one->windows.items[--n];
        int64_t ago = distance(start_ms, w->start_ms);

        if (rule->span_ms > 0 && ago > rule->span_ms)
            break;
        if (w->counts && ago > 0 && ago >= rule->lag_ms)
            room[u.n++] = w->value;
    }
    if (u.n < HISTORY_MIN_WINDOWS)
        return u;
    u.median = stat_median(room, u.n);
    u.peak = stat_percentile(room, u.n, 99);
    u.mad = stat_mad(room, u.n, u.median);
    if (rule->kind == HISTORY_PEAK)
        u.limit = rule->k * u.peak;
    else
        u.limit = MAX(rule->floor, u.median + rule->k * u.mad);
    return u;
}

static void judge(struct history *one, const struct history_rule *rule, double *room)
{
    for (size_t i = 0; i < one->windows.n; i++) {
        struct window *w = &one->windows.items[i];
        struct usual u;

        /* No limit is below the floor: most windows need no look back. */
        w->counts = rule->kind == HISTORY_MEDIAN && w->value <= rule->floor;
        if (w->counts)
            continue;
        u = usual_at(one, i, w->start_ms, rule, room);
        w->counts = u.n < HISTORY_MIN_WINDOWS || w->value <= u.limit;
    }
    one->judged = true;
}

struct usual histories_usual(struct histories *h, struct str key, int64_t start_ms,
                             const struct history_rule *rule)
{
    size_t i = strmap_get(&h->index, key);
    struct history *one;
    struct usual u = {0};
    double *room;

    if (i == SIZE_MAX)
        return u;
    one = &h->all.items[i];
    put_in_order(h, one);
    room = xmalloc(HISTORY_MAX_LOOK * sizeof(*room));
    if (!one->judged)
        judge(one, rule, room);
    u = usual_at(one, one->windows.n, start_ms, rule, room);
    free(room);
    return u;
}
