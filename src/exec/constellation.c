/* constellation.c - the search for sets of rows that belong together. See constellation.h.
 *
 * Every query but the root has an index: its rows by the hash of the values that link it with
 * queries placed before, then by time. A row is only tried when its values and its time fit all
 * rows chosen so far, and only kept when each query all of whose links are decided by then has a
 * row left. Before, rows are dropped that have nobody on the other side of a link. What all this
 * does not prune is bounded by a number of tries. */
#include "exec/constellation.h"

#include <stdlib.h>

/* Rows tried for one row of the root, and in all. Beyond them an answer may lack sets: that is said
 * and the result counts as incomplete. */
#define MAX_TRIES_ROOT ((uint64_t)1000 * 1000)
#define MAX_TRIES      ((uint64_t)100 * 1000 * 1000)
/* Links by which rows are dropped before the search. */
#define MAX_REDUCING 64
/* Between two looks whether the query was cancelled. */
#define TRIES_A_CHECK 65536

struct entry {
    uint64_t hash;
    uint32_t star;
};

struct part { /* of a key: own cell = cell of a row placed before */
    uint32_t cell;
    size_t other;
    uint32_t other_cell;
};

struct step {
    size_t query;
    struct part *parts; /* owned */
    size_t n_parts;
    size_t ready; /* number of the step that decides the last of its links */
};

struct sky_query {
    VEC(struct star) stars;
    struct entry *index; /* owned */
};

struct sky {
    const struct plan_node *node;
    const struct link_cells *links;
    uint64_t seed;
    size_t n;
    struct sky_query *queries;   /* owned */
    struct step *steps;          /* owned */
    struct star **chosen;        /* owned; one for each query */
    const struct row **set;      /* owned; for the receiver */
    VEC(struct star *) by_event; /* all, when rows are used once */
};

struct search {
    struct sky *sky;
    const struct exec *x;
    on_set_fn *fn;
    void *ctx;
    struct lanner_err *err;
    enum lanner_rc rc;
    uint64_t n_found, n_tries, n_tries_all; /* of this root; of all */
    bool is_cut;
};

/* ---- The order of placing
 * ------------------------------------------------------------------------ */

static bool is_placed(const struct sky *s, size_t n_steps, size_t query)
{
    for (size_t k = 0; k < n_steps; k++) {
        if (s->steps[k].query == query)
            return true;
    }
    return false;
}

static bool is_linked(const struct sky *s, size_t n_steps, size_t query)
{
    for (size_t i = 0; i < s->node->u.correlate.n_links; i++) {
        const struct plan_link *link = &s->node->u.correlate.links[i];

        if ((link->a == query && is_placed(s, n_steps, link->b)) ||
            (link->b == query && is_placed(s, n_steps, link->a)))
            return true;
    }
    return false;
}

static size_t next_query(const struct sky *s, size_t n_steps)
{
    size_t first = SIZE_MAX;

    for (size_t q = 0; q < s->n; q++) {
        if (is_placed(s, n_steps, q))
            continue;
        if (is_linked(s, n_steps, q))
            return q;
        first = MIN(first, q);
    }
    return first;
}

static void make_step(struct sky *s, size_t k, size_t query, const struct link_cells *cells)
{
    struct step *step = &s->steps[k];
    size_t n_links = s->node->u.correlate.n_links;

    step->query = query;
    step->parts = xcalloc(n_links, sizeof(*step->parts));
    for (size_t i = 0; i < n_links; i++) {
        const struct plan_link *link = &s->node->u.correlate.links[i];

        if (link->a == query && is_placed(s, k, link->b))
            step->parts[step->n_parts++] = (struct part){cells[i].a, link->b, cells[i].b};
        else if (link->b == query && is_placed(s, k, link->a))
            step->parts[step->n_parts++] = (struct part){cells[i].b, link->a, cells[i].a};
    }
    for (size_t p = 0; p < step->n_parts; p++) {
        for (size_t j = 0; j < k; j++) {
            if (s->steps[j].query == step->parts[p].other)
                step->ready = MAX(step->ready, j);
        }
    }
}

struct sky *sky_new(const struct plan_node *node, const struct link_cells *links, uint64_t seed)
{
    struct sky *s = xcalloc(1, sizeof(*s));

    s->node = node;
    s->links = links;
    s->seed = seed;
    s->n = node->u.correlate.n_queries;
    s->queries = xcalloc(s->n, sizeof(*s->queries));
    s->steps = xcalloc(s->n, sizeof(*s->steps));
    s->chosen = xcalloc(s->n, sizeof(*s->chosen));
    s->set = xcalloc(s->n, sizeof(*s->set));
    make_step(s, 0, node->u.correlate.root, links);
    for (size_t k = 1; k < s->n; k++)
        make_step(s, k, next_query(s, k), links);
    return s;
}

void sky_free(struct sky *s)
{
    if (s == NULL)
        return;
    for (size_t q = 0; q < s->n; q++) {
        VEC_DONE(&s->queries[q].stars);
        free(s->queries[q].index);
        free(s->steps[q].parts);
    }
    VEC_DONE(&s->by_event);
    free(s->queries);
    free(s->steps);
    free(s->chosen);
    free(s->set);
    free(s);
}

void sky_add(struct sky *s, size_t query, int64_t time, const struct row *row)
{
    VEC_PUSH(&s->queries[query].stars, ((struct star){.time = time, .row = row}));
}

uint64_t sky_size(const struct sky *s)
{
    uint64_t n = 0;

    for (size_t q = 0; q < s->n; q++)
        n += s->queries[q].stars.n;
    return n * (sizeof(struct star) + sizeof(struct entry) + sizeof(struct star *));
}

/* ---- Indexes
 * ------------------------------------------------------------------------------------- */

static int cmp_stars(const void *pa, const void *pb)
{
    const struct star *a = pa, *b = pb;

    if (a->time != b->time)
        return a->time < b->time ? -1 : 1;
    return ordinal_cmp(a->row->ord, b->row->ord);
}

static int cmp_entries(const void *pa, const void *pb)
{
    const struct entry *a = pa, *b = pb;

    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    return a->star < b->star ? -1 : a->star > b->star;
}

static int cmp_events(const void *pa, const void *pb)
{
    const struct star *const *a = pa, *const *b = pb;

    return ordinal_cmp((*a)->row->ord, (*b)->row->ord);
}

static void index_step(struct sky *s, const struct step *step)
{
    struct sky_query *q = &s->queries[step->query];

    q->index = xcalloc(q->stars.n, sizeof(*q->index));
    for (size_t i = 0; i < q->stars.n; i++) {
        uint64_t h = s->seed;

        for (size_t p = 0; p < step->n_parts; p++)
            h = val_hash(&q->stars.items[i].row->cells[step->parts[p].cell], h);
        q->index[i] = (struct entry){h, (uint32_t)i};
    }
    if (q->stars.n > 1)
        qsort(q->index, q->stars.n, sizeof(*q->index), cmp_entries);
}

/* ---- Rows that can be in no set
 * ------------------------------------------------------------------ */

struct window {
    int64_t from, to; /* both included */
};

static int64_t saturated_sub(int64_t a, int64_t b)
{
    int64_t r;

    return __builtin_sub_overflow(a, b, &r) ? INT64_MIN : r;
}

static int64_t saturated_add(int64_t a, int64_t b)
{
    int64_t r;

    return __builtin_add_overflow(a, b, &r) ? INT64_MAX : r;
}

/* Narrows to the times that a row of `query` may have beside one of `other` at t. */
static void narrow(const struct sky *s, struct window *w, size_t query, size_t other, int64_t t)
{
    if (s->node->u.correlate.has_within) {
        w->from = MAX(w->from, saturated_sub(t, s->node->u.correlate.within_ms));
        w->to = MIN(w->to, saturated_add(t, s->node->u.correlate.within_ms));
    }
    if (s->node->u.correlate.sequence && other < query)
        w->from = MAX(w->from, saturated_sub(t, s->node->u.correlate.jitter_ms));
    if (s->node->u.correlate.sequence && other > query)
        w->to = MIN(w->to, saturated_add(t, s->node->u.correlate.jitter_ms));
}

struct mark { /* of a row, for one of its links */
    uint64_t hash;
    int64_t time;
};

static int cmp_marks(const void *pa, const void *pb)
{
    const struct mark *a = pa, *b = pb;

    if (a->hash != b->hash)
        return a->hash < b->hash ? -1 : 1;
    return a->time < b->time ? -1 : a->time > b->time;
}

static struct mark *marks_new(const struct sky *s, size_t query, uint32_t cell)
{
    const struct sky_query *q = &s->queries[query];
    struct mark *marks = xcalloc(q->stars.n, sizeof(*marks));

    for (size_t i = 0; i < q->stars.n; i++) {
        const struct star *star = &q->stars.items[i];

        marks[i] = (struct mark){val_hash(&star->row->cells[cell], s->seed), star->time};
    }
    if (q->stars.n > 1)
        qsort(marks, q->stars.n, sizeof(*marks), cmp_marks);
    return marks;
}

static bool has_mark(const struct mark *marks, size_t n, uint64_t hash, struct window w)
{
    struct mark first = {hash, w.from};
    size_t lo = 0, hi = n;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;

        if (cmp_marks(&marks[mid], &first) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < n && marks[lo].hash == hash && marks[lo].time <= w.to;
}

/* Drops the rows of a query that no row of the other can stand beside. True: some went. */
static bool drop_lonely(struct sky *s, size_t query, uint32_t cell, size_t other,
                        uint32_t other_cell)
{
    struct sky_query *q = &s->queries[query];
    size_t n_other = s->queries[other].stars.n, n = 0;
    struct mark *marks = marks_new(s, other, other_cell);
    bool some;

    for (size_t i = 0; i < q->stars.n; i++) {
        struct star star = q->stars.items[i];
        struct window w = {INT64_MIN, INT64_MAX};

        narrow(s, &w, other, query, star.time);
        if (has_mark(marks, n_other, val_hash(&star.row->cells[cell], s->seed), w))
            q->stars.items[n++] = star;
    }
    some = n < q->stars.n;
    q->stars.n = n;
    free(marks);
    return some;
}

/* Each round takes what it finds one link further. What is left over costs time, no answer. */
static void drop_hopeless(struct sky *s)
{
    size_t n_links = MIN(s->node->u.correlate.n_links, (size_t)MAX_REDUCING);
    bool more = true;

    for (size_t round = 0; round < s->n && more; round++) {
        more = false;
        for (size_t i = 0; i < n_links; i++) {
            const struct plan_link *link = &s->node->u.correlate.links[i];
            const struct link_cells *c = &s->links[i];

            more |= drop_lonely(s, link->a, c->a, link->b, c->b);
            more |= drop_lonely(s, link->b, c->b, link->a, c->a);
        }
    }
}

void sky_ready(struct sky *s)
{
    for (size_t q = 0; q < s->n; q++) {
        if (s->queries[q].stars.n > 1)
            qsort(s->queries[q].stars.items, s->queries[q].stars.n, sizeof(struct star), cmp_stars);
    }
    drop_hopeless(s);
    for (size_t k = 1; k < s->n; k++)
        index_step(s, &s->steps[k]);
    if (!s->node->u.correlate.once)
        return;
    for (size_t q = 0; q < s->n; q++) {
        for (size_t i = 0; i < s->queries[q].stars.n; i++)
            VEC_PUSH(&s->by_event, &s->queries[q].stars.items[i]);
    }
    if (s->by_event.n > 1)
        qsort(s->by_event.items, s->by_event.n, sizeof(s->by_event.items[0]), cmp_events);
}

/* ---- Searching
 * ----------------------------------------------------------------------------------- */

/* Times that a row of the query may have beside those of the first n steps. */
static struct window window_of(const struct sky *s, size_t n, size_t query)
{
    struct window w = {INT64_MIN, INT64_MAX};

    for (size_t k = 0; k < n; k++) {
        size_t q = s->steps[k].query;

        narrow(s, &w, query, q, s->chosen[q]->time);
    }
    return w;
}

static uint64_t wanted_hash(const struct sky *s, const struct step *step)
{
    uint64_t h = s->seed;

    for (size_t p = 0; p < step->n_parts; p++) {
        const struct part *part = &step->parts[p];

        h = val_hash(&s->chosen[part->other]->row->cells[part->other_cell], h);
    }
    return h;
}

/* The first entry with that hash and a time not before `from`, or where it would stand. */
static size_t first_entry(const struct sky_query *q, uint64_t hash, int64_t from)
{
    size_t lo = 0, hi = q->stars.n;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        const struct entry *e = &q->index[mid];

        if (e->hash < hash || (e->hash == hash && q->stars.items[e->star].time < from))
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static bool is_candidate(const struct sky_query *q, size_t at, uint64_t hash, int64_t to)
{
    return at < q->stars.n && q->index[at].hash == hash &&
           q->stars.items[q->index[at].star].time <= to;
}

static bool values_fit(const struct sky *s, const struct step *step, const struct star *star)
{
    for (size_t p = 0; p < step->n_parts; p++) {
        const struct part *part = &step->parts[p];

        if (!val_same(&star->row->cells[part->cell],
                      &s->chosen[part->other]->row->cells[part->other_cell]))
            return false;
    }
    return true;
}

/* One event cannot stand for two queries. */
static bool is_chosen(const struct sky *s, size_t n, const struct star *star)
{
    for (size_t k = 0; k < n; k++) {
        if (ordinal_cmp(s->chosen[s->steps[k].query]->row->ord, star->row->ord) == 0)
            return true;
    }
    return false;
}

/* Whether the queries that step k decides have rows left; the next one is looked up anyway. */
static bool can_go_on(const struct sky *s, size_t k)
{
    for (size_t j = k + 2; j < s->n; j++) {
        const struct step *step = &s->steps[j];
        const struct sky_query *q = &s->queries[step->query];
        struct window w;
        uint64_t hash;

        if (step->n_parts == 0 || step->ready != k)
            continue;
        w = window_of(s, k + 1, step->query);
        hash = wanted_hash(s, step);
        if (!is_candidate(q, first_entry(q, hash, w.from), hash, w.to))
            return false;
    }
    return true;
}

/* Marks the events of the set, in whatever query they stand. */
static void use_set(struct sky *s)
{
    for (size_t q = 0; q < s->n; q++) {
        struct ordinal ord = s->chosen[q]->row->ord;
        size_t lo = 0, hi = s->by_event.n;

        while (lo < hi) {
            size_t mid = lo + (hi - lo) / 2;

            if (ordinal_cmp(s->by_event.items[mid]->row->ord, ord) < 0)
                lo = mid + 1;
            else
                hi = mid;
        }
        for (; lo < s->by_event.n && ordinal_cmp(s->by_event.items[lo]->row->ord, ord) == 0; lo++)
            s->by_event.items[lo]->used = true;
    }
}

/* Returns whether to search on for this root. */
static bool found(struct search *f)
{
    struct sky *s = f->sky;

    for (size_t q = 0; q < s->n; q++)
        s->set[q] = s->chosen[q]->row;
    f->rc = f->fn(f->ctx, s->set, f->err);
    f->n_found++;
    if (s->node->u.correlate.once)
        use_set(s);
    return f->rc == LANNER_OK && !s->node->u.correlate.once &&
           f->n_found < s->node->u.correlate.max_per_root;
}

static bool count_try(struct search *f)
{
    f->n_tries++;
    f->n_tries_all++;
    if (f->n_tries > MAX_TRIES_ROOT || f->n_tries_all > MAX_TRIES) {
        f->is_cut = true;
        return false;
    }
    if (f->n_tries_all % TRIES_A_CHECK == 0)
        f->rc = exec_check(f->x, f->err);
    return f->rc == LANNER_OK;
}

/* Places step k and those behind it; as deep as there are queries. Returns whether to search on. */
static bool place(struct search *f, size_t k)
{
    struct sky *s = f->sky;
    const struct step *step;
    struct sky_query *q;
    struct window w;
    uint64_t hash;

    if (k == s->n)
        return found(f);
    step = &s->steps[k];
    q = &s->queries[step->query];
    w = window_of(s, k, step->query);
    hash = wanted_hash(s, step);
    for (size_t at = first_entry(q, hash, w.from); is_candidate(q, at, hash, w.to); at++) {
        struct star *star = &q->stars.items[q->index[at].star];

        if (!count_try(f))
            return false;
        if (star->used || is_chosen(s, k, star) || !values_fit(s, step, star))
            continue;
        s->chosen[step->query] = star;
        if (can_go_on(s, k) && !place(f, k + 1))
            return false;
    }
    return true;
}

enum lanner_rc sky_search(struct sky *s, const struct exec *x, on_set_fn *fn, void *ctx,
                          struct sky_report *report, struct lanner_err *err)
{
    struct search f = {.sky = s, .x = x, .fn = fn, .ctx = ctx, .err = err};
    struct sky_query *root = &s->queries[s->steps[0].query];

    for (size_t q = 0; q < s->n; q++) {
        if (s->queries[q].stars.n == 0)
            return LANNER_OK;
    }
    for (size_t i = 0; i < root->stars.n && f.rc == LANNER_OK; i++) {
        if (root->stars.items[i].used)
            continue;
        if (i % 1024 == 0)
            TRY(exec_check(x, err));
        f.n_found = 0;
        f.n_tries = 0;
        f.is_cut = false;
        s->chosen[s->steps[0].query] = &root->stars.items[i];
        if (can_go_on(s, 0))
            (void)place(&f, 1);
        report->n_cut += f.is_cut;
    }
    return f.rc;
}
