/* tuning_apply.c - between the passes: what the allow-lists keep away comes back as suppressed or
 * raised; thresholds and baseline.
 *
 * A finding that only the allow-lists keep away is found by comparing the findings without the
 * lists with those under them; by which entries, the second pass tells. */
#include <stdlib.h>

#include "detect/tuning_int.h"

#define RAISE_FACTOR 5

/* A finding among `kept` of the same key whose time touches. */
struct place {
    size_t key;
    int64_t first, last;
    int64_t reach; /* largest `last` of the key up to here */
};

static struct str whole_key(struct tuning *t, const struct finding *f)
{
    buf_clear(&t->key);
    for (size_t i = 0; i < f->n_keys; i++) {
        identity_put(&t->key, f->keys[i].value);
        buf_putc(&t->key, '\0');
    }
    for (int e = 0; e < ENTITY_COUNT && f->n_keys == 0; e++) {
        identity_put(&t->key, f->entity[e]);
        buf_putc(&t->key, '\0');
    }
    return buf_str(&t->key);
}

static struct place place_of(const struct finding *f, size_t key)
{
    int64_t length = MAX(f->detection->window_ms, (int64_t)1);

    if (f->window_start_ms != LANNER_TIME_OPEN)
        return (struct place){key, f->window_start_ms, f->window_start_ms + length - 1, 0};
    return (struct place){key, f->first_ms, MAX(f->first_ms, f->last_ms), 0};
}

static int place_compare(const void *a, const void *b)
{
    const struct place *x = a;
    const struct place *y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return (x->first > y->first) - (x->first < y->first);
}

struct places {
    struct strmap keys;
    struct place *items; /* owned */
    size_t n;
};

static void places_fill(struct places *p, struct tuning *t, const struct finding_list *kept)
{
    p->items = xmalloc(arena_array_size(kept->n + 1, sizeof(*p->items)));
    p->n = kept->n;
    for (size_t i = 0; i < kept->n; i++) {
        struct str key = whole_key(t, &kept->items[i]);
        size_t number = strmap_get(&p->keys, key);

        if (number == SIZE_MAX) {
            number = p->keys.n;
            strmap_put(&p->keys, key, number);
        }
        p->items[i] = place_of(&kept->items[i], number);
    }
    if (p->n > 0)
        qsort(p->items, p->n, sizeof(*p->items), place_compare);
    for (size_t i = 0; i < p->n; i++) {
        p->items[i].reach = p->items[i].last;
        if (i > 0 && p->items[i - 1].key == p->items[i].key)
            p->items[i].reach = MAX(p->items[i].reach, p->items[i - 1].reach);
    }
}

static bool places_touch(const struct places *p, struct tuning *t, const struct finding *f)
{
    size_t key = strmap_get(&p->keys, whole_key(t, f));
    struct place at = place_of(f, key);
    size_t low = 0, high = p->n;

    if (key == SIZE_MAX)
        return false;
    while (low < high) { /* the first place behind those that begin before our end */
        size_t mid = low + (high - low) / 2;
        const struct place *m = &p->items[mid];

        if (m->key < key || (m->key == key && m->first <= at.last))
            low = mid + 1;
        else
            high = mid;
    }
    return low > 0 && p->items[low - 1].key == key && p->items[low - 1].reach >= at.first;
}

static bool raise_if_far_above(struct tuning *t, struct finding *f, struct arena *a)
{
    static const struct history_rule rule = {.kind = HISTORY_PEAK, .k = RAISE_FACTOR};
    struct usual u;

    if (tuning_window_of(f) == LANNER_TIME_OPEN || !tuning_has_number(f->detection))
        return false;
    u = histories_usual(t->ignored, tuning_source_key(t, f), tuning_window_of(f), &rule);
    if (u.n < HISTORY_MIN_WINDOWS || f->value <= u.limit)
        return false;
    tuning_put_label(
        f, a,
        (struct label){.kind = LABEL_RAISED,
                       .entry = arena_printf(
                           a, "%.10g is more than %d times the usual peak of %.10g (%zu windows)",
                           f->value, RAISE_FACTOR, u.peak, u.n)});
    return true;
}

/* What the allow-lists keep away comes to the others, suppressed or raised. */
static void add_taken(struct tuning *t, struct detection_rows *r, struct arena *a)
{
    struct places places = {0};

    strmap_init(&places.keys);
    places_fill(&places, t, &r->kept);
    for (size_t i = 0; i < r->all.n; i++) {
        struct finding f = r->all.items[i];

        if (places_touch(&places, t, &f))
            continue;
        f.suppressed = !raise_if_far_above(t, &f, a);
        VEC_PUSH(&r->kept, f);
    }
    strmap_done(&places.keys);
    free(places.items);
}

/* The first entry in the files; of networks the longest. */
static size_t threshold_for(const struct tuning *t, const struct finding *f)
{
    const struct tuned_entry *all = t->file.thresholds.items;
    size_t best = SIZE_MAX;

    for (size_t i = 0; i < t->file.thresholds.n; i++) {
        const struct tuned_entry *e = &all[i];
        bool better =
            best == SIZE_MAX || (e->kind == TUNED_ADDRESS && all[best].kind == TUNED_ADDRESS &&
                                 e->net.bits > all[best].net.bits);

        if (better && tuning_is_meant_for(t, e, f->detection) && tuning_takes_finding(t, e, f))
            best = i;
    }
    return best;
}

static void apply_threshold(struct tuning *t, struct finding *f, struct arena *a)
{
    size_t i = threshold_for(t, f);
    const struct tuned_entry *e;
    struct label label;

    if (i == SIZE_MAX || f->value >= t->file.thresholds.items[i].threshold)
        return;
    e = &t->file.thresholds.items[i];
    label = tuning_label_of(&e->shown, LABEL_THRESHOLD, 0, a);
    label.entry = arena_printf(a, "%.*s: %.10g is below its threshold of %.10g",
                               STR_ARG(label.entry), f->value, e->threshold);
    tuning_put_label(f, a, label);
    f->suppressed = true;
    tuning_hit(&t->threshold_hits[i], f);
}

static void apply_baseline(struct tuning *t, struct finding *f, struct arena *a)
{
    const struct baseline_rule *b = tuning_baseline_of(t, f->detection);
    struct history_rule rule = {.kind = HISTORY_MEDIAN, .lag_ms = TUNING_DAY_MS, .k = b->k};
    struct usual u;

    if (!b->on || tuning_window_of(f) == LANNER_TIME_OPEN)
        return;
    rule.span_ms = b->days * TUNING_DAY_MS;
    rule.floor = b->floor;
    u = histories_usual(t->applied, tuning_source_key(t, f), tuning_window_of(f), &rule);
    if (u.n < HISTORY_MIN_WINDOWS || f->value > u.limit)
        return;
    tuning_put_label(
        f, a,
        (struct label){.kind = LABEL_BASELINE,
                       .entry = arena_printf(a,
                                             "%.10g is usual: median %.10g, MAD %.10g of %zu "
                                             "earlier windows, limit %.10g",
                                             f->value, u.median, u.mad, u.n, u.limit)});
    f->suppressed = true;
    tuning_hit(&t->baseline_hits, f);
}

void tuning_apply(struct tuning *t, int64_t now_ms, struct detection_rows *rows, size_t n,
                  struct arena *a)
{
    if (t == NULL)
        return;
    t->now_ms = now_ms;
    for (size_t i = 0; i < n; i++) {
        struct finding_list *kept = &rows[i].kept;

        if (tuning_has_lists(t))
            add_taken(t, &rows[i], a);
        for (size_t k = 0; k < kept->n && tuning_has_number(rows[i].detection); k++) {
            struct finding *f = &kept->items[k];

            if (!f->suppressed)
                apply_threshold(t, f, a);
            /* What was raised is above its baseline by far. */
            if (!f->suppressed && !tuning_has_label(f, LABEL_RAISED))
                apply_baseline(t, f, a);
        }
    }
}
