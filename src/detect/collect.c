/* collect.c - rows of one query to findings as they come. See findings.h.
 *
 * Rows of one key and window fall together at once, and so do rows without a window that lie in the
 * same second: ten million matching events are some thousand findings, not ten million. When there
 * are too many all the same, what suppression would merge is merged early; what is still too many
 * is counted and dropped. */
#include <stdlib.h>

#include "detect/findings.h"
#include "util/hash.h"

#define MAX_FINDINGS ((size_t)100000) /* of one query */
/* Cells of rows are kept until they take so much; findings after that go without. */
#define MAX_ROW_BYTES ((size_t)256 * 1024 * 1024)

struct collector {
    const struct detection *detection;
    enum query_language language;
    const char *const *set; /* borrowed */
    size_t n_set;
    struct arena *arena;  /* borrowed: of the result */
    struct arena scratch; /* of one row */
    struct finding_list list;
    struct strmap index; /* key and window -> place in the list */
    struct buf key;
    bool full; /* only what falls to a finding that is there still counts */
    uint64_t n_cut;
};

struct collector *collector_new(const struct detection *d, enum query_language language,
                                const char *const *set, size_t n_set, struct arena *a)
{
    struct collector *c = xcalloc(1, sizeof(*c));

    c->detection = d;
    c->language = language;
    c->set = set;
    c->n_set = n_set;
    c->arena = a;
    arena_init(&c->scratch, 0);
    strmap_init(&c->index);
    return c;
}

void collector_free(struct collector *c)
{
    if (c == NULL)
        return;
    finding_list_done(&c->list);
    strmap_done(&c->index);
    arena_done(&c->scratch);
    buf_done(&c->key);
    free(c);
}

void collector_reset(struct collector *c)
{
    c->list.n = 0;
    c->n_cut = 0;
    c->full = false;
    strmap_done(&c->index);
    strmap_init(&c->index);
}

uint64_t collector_n_cut(const struct collector *c)
{
    return c->n_cut;
}

/* What falls together at once has one key text. */
static struct str place_of(struct collector *c, const struct finding *f)
{
    int64_t at = f->window_start_ms;

    if (at == LANNER_TIME_OPEN && f->first_ms != LANNER_TIME_OPEN)
        at = (f->first_ms - (f->first_ms % MS_PER_S + MS_PER_S) % MS_PER_S) / MS_PER_S;
    buf_clear(&c->key);
    buf_put_u8(&c->key, f->window_start_ms != LANNER_TIME_OPEN);
    buf_put_u64(&c->key, (uint64_t)at);
    identity_put_key(&c->key, f);
    return buf_str(&c->key);
}

static void reindex(struct collector *c)
{
    strmap_done(&c->index);
    strmap_init(&c->index);
    for (size_t i = 0; i < c->list.n; i++)
        strmap_put(&c->index, place_of(c, &c->list.items[i]), i);
}

/* Makes room; false when there is none to be made. */
static bool compact(struct collector *c)
{
    if (c->full || c->list.n < MAX_FINDINGS)
        return !c->full;
    findings_merge(&c->list, detection_is_single(c->detection), c->arena);
    if (c->detection->suppress_ms > 0)
        findings_suppress(&c->list, c->detection->suppress_ms, c->arena);
    reindex(c);
    /* Not again for every row: it takes time in proportion to the list. */
    c->full = c->list.n > MAX_FINDINGS / 2;
    return !c->full;
}

static void add(struct collector *c, struct finding *f, struct str place,
                const struct lanner_row *row)
{
    struct finding_list *l = &c->list;

    found_keep(f, c->arena->n_bytes < MAX_ROW_BYTES ? row : NULL, c->arena);
    strmap_put(&c->index, place, l->n);
    if (l->n == l->cap) {
        l->cap = l->cap != 0 ? l->cap * 2 : 16;
        l->items = xrealloc(l->items, arena_array_size(l->cap, sizeof(*l->items)));
    }
    l->items[l->n++] = *f;
}

/* The finding that is there already takes the row's numbers; the texts are those of the first. */
static void fold(struct collector *c, struct finding *to, const struct finding *f)
{
    bool single = detection_is_single(c->detection);

    if (f->severity > to->severity) {
        to->severity = f->severity;
        to->verdict = f->verdict; /* the pack's */
    }
    to->first_ms = MIN(to->first_ms, f->first_ms);
    to->last_ms = MAX(to->last_ms, f->last_ms);
    to->n_users = MAX(to->n_users, f->n_users);
    to->n_events = single ? to->n_events + f->n_events : MAX(to->n_events, f->n_events);
    to->value = single ? to->value + f->value : MAX(to->value, f->value);
    to->rate_per_min = MAX(to->rate_per_min, f->rate_per_min);
    to->n_merged++;
    finding_add_sample(to, f, c->arena);
}

void collector_row(struct collector *c, const struct lanner_row *row)
{
    struct finding f;
    size_t at;

    arena_reset(&c->scratch);
    found_read(c->detection, c->language, row, c->set, c->n_set, &c->scratch, &f);
    at = strmap_get(&c->index, place_of(c, &f));
    if (at != SIZE_MAX)
        fold(c, &c->list.items[at], &f);
    else if (compact(c))
        add(c, &f, place_of(c, &f), row);
    else
        c->n_cut++;
}

void collector_finish(struct collector *c, struct finding_list *out)
{
    findings_merge(&c->list, detection_is_single(c->detection), c->arena);
    for (size_t i = 0; i < c->list.n; i++)
        VEC_PUSH(out, c->list.items[i]);
    collector_reset(c);
}
