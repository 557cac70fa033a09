/* findings.c - lists of findings: merging, suppression, order. See findings.h. */
#include "detect/findings.h"

#include <stdlib.h>

#define MAX_SAMPLE ((size_t)100)

void finding_list_done(struct finding_list *l)
{
    free(l->items);
    *l = (struct finding_list){0};
}

/* A finding with the text of its key: what lists are sorted by. */
struct keyed {
    struct finding f;
    struct str key; /* list's own arena */
    size_t at;      /* where it stood: ties keep their order */
};

static int time_order(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

static int by_key_and_time(const void *x, const void *y)
{
    const struct keyed *a = x;
    const struct keyed *b = y;
    int c = str_cmp(a->key, b->key);

    if (c == 0)
        c = (int)a->f.suppressed - (int)b->f.suppressed;
    if (c == 0)
        c = time_order(a->f.window_start_ms, b->f.window_start_ms);
    if (c == 0)
        c = time_order(a->f.first_ms, b->f.first_ms);
    if (c == 0)
        c = time_order(a->f.last_ms, b->f.last_ms);
    return c != 0 ? c : a->at < b->at ? -1 : a->at > b->at;
}

static struct keyed *sorted(const struct finding_list *l, struct arena *keys)
{
    struct keyed *k = xcalloc(l->n + 1, sizeof(*k));
    struct buf text = {0};

    for (size_t i = 0; i < l->n; i++) {
        buf_clear(&text);
        identity_put_key(&text, &l->items[i]);
        k[i] = (struct keyed){.f = l->items[i], .key = arena_str(keys, buf_str(&text)), .at = i};
    }
    buf_done(&text);
    if (l->n > 0)
        qsort(k, l->n, sizeof(*k), by_key_and_time);
    return k;
}

void finding_add_sample(struct finding *to, const struct finding *from, struct arena *a)
{
    struct str *all = NULL;
    size_t n = to->n_sample;

    for (size_t i = 0; i < from->n_sample && n < MAX_SAMPLE; i++) {
        bool known = false;

        for (size_t k = 0; k < n && !known; k++)
            known = str_eq(all != NULL ? all[k] : to->sample[k], from->sample[i]);
        if (known)
            continue;
        if (all == NULL) {
            all = ARENA_ARRAY(a, struct str, MAX_SAMPLE);
            for (size_t k = 0; k < n; k++)
                all[k] = to->sample[k];
        }
        all[n++] = arena_str(a, from->sample[i]);
    }
    if (all != NULL)
        to->sample = all;
    to->n_sample = n;
}

static void join_labels(struct finding *to, const struct finding *from, struct arena *a)
{
    struct label *all;

    if (from->n_labels == 0)
        return;
    all = ARENA_ARRAY(a, struct label, to->n_labels + from->n_labels);
    for (size_t i = 0; i < to->n_labels; i++)
        all[i] = to->labels[i];
    to->labels = all;
    for (size_t i = 0; i < from->n_labels; i++) {
        const struct label *l = &from->labels[i];
        size_t k = 0;

        while (k < to->n_labels && (all[k].kind != l->kind || !str_eq(all[k].entry, l->entry)))
            k++;
        if (k == to->n_labels)
            all[to->n_labels++] = *l;
        else
            all[k].n_events += l->n_events;
    }
}

static uint64_t add_counts(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

/* `from` is of the same key and begins no earlier. With sum their events are different ones. */
static void join(struct finding *to, const struct finding *from, bool sum, bool sum_value,
                 struct arena *a)
{
    if (from->severity > to->severity) {
        to->severity = from->severity;
        to->verdict = from->verdict;
    }
    to->first_ms = MIN(to->first_ms, from->first_ms);
    to->last_ms = MAX(to->last_ms, from->last_ms);
    to->value = sum_value ? to->value + from->value : MAX(to->value, from->value);
    to->n_users = MAX(to->n_users, from->n_users);
    to->n_events =
        sum ? add_counts(to->n_events, from->n_events) : MAX(to->n_events, from->n_events);
    to->rate_per_min = MAX(to->rate_per_min, from->rate_per_min);
    to->n_merged += from->n_merged;
    for (int l = 0; l < QUERY_LANGUAGES; l++)
        to->found_by[l] |= from->found_by[l];
    finding_add_sample(to, from, a);
    join_labels(to, from, a);
}

static bool same_group(const struct keyed *a, const struct keyed *b)
{
    return a->f.suppressed == b->f.suppressed && str_eq(a->key, b->key);
}

/* The difference of two times that may be far apart. */
static bool within(int64_t from, int64_t to, int64_t span)
{
    return to <= from || (uint64_t)to - (uint64_t)from <= (uint64_t)span;
}

void findings_merge(struct finding_list *l, bool sum, struct arena *a)
{
    struct arena keys;
    struct keyed *k;
    size_t n = 0;

    arena_init(&keys, 0);
    k = sorted(l, &keys);
    for (size_t i = 0; i < l->n; i++) {
        struct keyed *last = n > 0 ? &k[n - 1] : NULL;
        bool one = last != NULL && same_group(last, &k[i]) &&
                   last->f.window_start_ms == k[i].f.window_start_ms;

        if (one && k[i].f.window_start_ms == LANNER_TIME_OPEN)
            one = within(last->f.last_ms, k[i].f.first_ms, k[i].f.detection->window_ms);
        if (one)
            join(&last->f, &k[i].f, sum, sum, a);
        else
            k[n++] = k[i];
    }
    for (size_t i = 0; i < n; i++)
        l->items[i] = k[i].f;
    l->n = n;
    free(k);
    arena_done(&keys);
}

void findings_suppress(struct finding_list *l, int64_t suppress_ms, struct arena *a)
{
    struct arena keys;
    struct keyed *k;
    int64_t start = 0; /* of the finding that the following fall to */
    size_t n = 0;

    if (suppress_ms <= 0)
        return;
    arena_init(&keys, 0);
    k = sorted(l, &keys);
    for (size_t i = 0; i < l->n; i++) {
        struct keyed *last = n > 0 ? &k[n - 1] : NULL;

        if (last != NULL && same_group(last, &k[i]) &&
            within(start, k[i].f.first_ms, suppress_ms - 1)) {
            bool apart = k[i].f.first_ms > last->f.last_ms;

            join(&last->f, &k[i].f, apart, apart && detection_is_single(k[i].f.detection), a);
        } else {
            start = k[i].f.first_ms;
            k[n++] = k[i];
        }
    }
    for (size_t i = 0; i < n; i++)
        l->items[i] = k[i].f;
    l->n = n;
    free(k);
    arena_done(&keys);
}

static int by_importance(const void *x, const void *y)
{
    const struct finding *a = x;
    const struct finding *b = y;

    if (a->suppressed != b->suppressed)
        return a->suppressed ? 1 : -1;
    if (a->severity != b->severity)
        return a->severity > b->severity ? -1 : 1;
    if (a->first_ms != b->first_ms)
        return time_order(a->first_ms, b->first_ms);
    if (!str_eq(a->detection->id, b->detection->id))
        return str_cmp(a->detection->id, b->detection->id);
    return strcmp(a->id, b->id);
}

void findings_sort(struct finding *f, size_t n)
{
    if (n > 1)
        qsort(f, n, sizeof(*f), by_importance);
}
