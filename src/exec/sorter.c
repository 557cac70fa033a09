/* sorter.c - external sort of rows. See sorter.h. */
#include "exec/sorter.h"

#include <stdlib.h>

#include "exec/sort_key.h"
#include "exec/spill.h"

/* So much a worker may hold whatever the budget says: runs must not become single rows. */
#define FLOOR_BYTES ((uint64_t)64 * 1024)
/* Rows past the limit that are kept before the surplus is dropped. */
#define SURPLUS 1024
/* Runs read at once; more are merged to fewer first. */
#define MAX_RUNS   64
#define ARENA_SIZE ((size_t)32 * 1024)

struct entry {
    struct val *keys;
    struct row *row;
};

struct part { /* one worker's */
    struct arena arena;
    struct arena scratch;
    struct val *cells; /* room for one row */
    VEC(struct entry) rows;
    uint64_t charged;
    uint64_t n_rows;
    bool is_cut;       /* rows past `limit` were dropped: the last one kept bounds what may come */
    struct entry last; /* when is_cut; in the arena */
    struct spill spill;
    VEC(struct extents) runs;
};

struct source { /* of the merge */
    struct entry now;
    size_t at, n; /* in memory */
    const struct entry *rows;
    struct spill_reader reader; /* on disk */
    struct arena arena;
    struct row loaded;
    bool on_disk;
    bool ended;
};

struct sorter {
    struct sorter_config c;
    struct part *parts;     /* owned, one a worker */
    struct source *sources; /* owned */
    size_t n_sources;
    size_t *heap; /* owned; sources by their row now, least first */
    size_t n_heap;
    uint64_t n_given;
    bool is_finished; /* no more adding */
    bool moved;       /* the first row of the heap was given and must be moved on */
};

/* ---- Order
 * --------------------------------------------------------------------------------------- */

static int entry_cmp(const struct sorter *s, const struct entry *a, const struct entry *b)
{
    int by_ordinal = ordinal_cmp(a->row->ord, b->row->ord);

    if (s->c.ordinal_descending)
        by_ordinal = -by_ordinal;
    if (s->c.ordinal_first && by_ordinal != 0)
        return by_ordinal;
    for (uint32_t k = 0; k < s->c.n_keys; k++) {
        uint32_t cell = s->c.keys[k].cell;
        int c = sort_key_cmp(&s->c.keys[k], &a->keys[k], &b->keys[k], &a->row->cells[cell],
                             &b->row->cells[cell]);

        if (c != 0)
            return c;
    }
    return by_ordinal;
}

static int entry_cmp_r(const void *a, const void *b, void *s)
{
    return entry_cmp(s, a, b);
}

static struct val *make_keys(const struct sorter *s, const struct row *r, struct arena *a)
{
    struct val *keys = ARENA_ARRAY(a, struct val, s->c.n_keys);

    for (uint32_t k = 0; k < s->c.n_keys; k++)
        keys[k] = sort_key_make(&s->c.keys[k], &r->cells[s->c.keys[k].cell], a);
    return keys;
}

static void sort_rows(struct sorter *s, struct part *p)
{
    bool sorted = true;

    for (size_t i = 1; i < p->rows.n && sorted; i++)
        sorted = entry_cmp(s, &p->rows.items[i - 1], &p->rows.items[i]) <= 0;
    if (!sorted)
        qsort_r(p->rows.items, p->rows.n, sizeof(p->rows.items[0]), entry_cmp_r, s);
}

/* ---- Adding
 * -------------------------------------------------------------------------------------- */

static uint64_t part_size(const struct part *p)
{
    return p->arena.n_bytes + p->rows.cap * sizeof(struct entry);
}

static void part_clear(struct sorter *s, struct part *p)
{
    arena_done(&p->arena);
    arena_init(&p->arena, ARENA_SIZE);
    VEC_DONE(&p->rows);
    budget_give(s->c.x->env.budget, p->charged);
    p->charged = 0;
    p->is_cut = false;
}

static struct entry keep(struct sorter *s, struct arena *a, const struct row *r)
{
    struct row *copy = row_copy(r, a);

    return (struct entry){make_keys(s, copy, a), copy};
}

/* Drops what is past the limit and the memory it took. */
static void part_cut(struct sorter *s, struct part *p)
{
    struct arena fresh;

    if (s->c.limit == 0 || p->rows.n <= s->c.limit)
        return;
    sort_rows(s, p);
    p->rows.n = (size_t)s->c.limit;
    arena_init(&fresh, ARENA_SIZE);
    for (size_t i = 0; i < p->rows.n; i++)
        p->rows.items[i] = keep(s, &fresh, p->rows.items[i].row);
    arena_done(&p->arena);
    p->arena = fresh;
    p->is_cut = true;
    p->last = p->rows.items[p->rows.n - 1];
}

static enum lanner_rc part_spill(struct sorter *s, struct part *p, struct lanner_err *err)
{
    struct extents run = {0};
    struct buf record = {0};
    enum lanner_rc rc = LANNER_OK;

    part_cut(s, p);
    sort_rows(s, p);
    for (size_t i = 0; i < p->rows.n && rc == LANNER_OK; i++) {
        buf_clear(&record);
        row_save(p->rows.items[i].row, &record);
        rc = spill_put(&p->spill, buf_str(&record), &run, err);
        if (rc == LANNER_OK && i % 4096 == 0)
            rc = exec_check(s->c.x, err);
    }
    if (rc == LANNER_OK)
        rc = spill_flush(&p->spill, &run, err);
    buf_done(&record);
    VEC_PUSH(&p->runs, run);
    part_clear(s, p);
    return rc;
}

/* Takes from the budget what the part has grown by; when that is refused the rows go to disk. */
static enum lanner_rc part_charge(struct sorter *s, struct part *p, struct lanner_err *err)
{
    struct budget *budget = s->c.x->env.budget;
    uint64_t size = part_size(p);

    if (size < p->charged) {
        budget_give(budget, p->charged - size);
        p->charged = size;
        return LANNER_OK;
    }
    if (size == p->charged)
        return LANNER_OK;
    if (size <= FLOOR_BYTES) {
        budget_force(budget, size - p->charged);
    } else if (!budget_take(budget, size - p->charged)) {
        return part_spill(s, p, err);
    }
    p->charged = size;
    return LANNER_OK;
}

static void part_add(struct sorter *s, struct part *p, const struct row *r)
{
    p->n_rows++;
    if (p->is_cut) {
        struct row view = *r;
        struct entry e = {NULL, &view};
        bool past;

        e.keys = make_keys(s, &view, &p->scratch);
        past = entry_cmp(s, &e, &p->last) > 0;
        arena_reset(&p->scratch);
        if (past)
            return;
    }
    VEC_PUSH(&p->rows, keep(s, &p->arena, r));
    if (s->c.limit != 0 && p->rows.n >= s->c.limit * 2 + SURPLUS)
        part_cut(s, p);
}

enum lanner_rc sorter_push(struct sorter *s, unsigned worker, struct batch *b,
                           struct lanner_err *err)
{
    struct part *p = &s->parts[worker];
    struct row r;

    SEL_FOR (&b->sel, i) {
        row_view(s->c.layout, b, i, p->cells, &r);
        part_add(s, p, &r);
    }
    return part_charge(s, p, err);
}

enum lanner_rc sorter_add(struct sorter *s, unsigned worker, const struct row *r,
                          struct lanner_err *err)
{
    part_add(s, &s->parts[worker], r);
    return part_charge(s, &s->parts[worker], err);
}

enum lanner_rc sorter_relieve(struct sorter *s, struct lanner_err *err)
{
    for (unsigned w = 0; w < s->c.x->env.n_workers && !s->is_finished; w++) {
        if (s->parts[w].rows.n > 0)
            TRY(part_spill(s, &s->parts[w], err));
    }
    return LANNER_OK;
}

/* ---- Reading
 * ------------------------------------------------------------------------------------- */

static enum lanner_rc source_next(struct sorter *s, struct source *src, struct lanner_err *err)
{
    struct reader in;
    struct str record;
    bool more;

    if (!src->on_disk) {
        src->ended = src->at == src->n;
        if (!src->ended)
            src->now = src->rows[src->at++];
        return LANNER_OK;
    }
    TRY(spill_read(&src->reader, &record, &more, err));
    src->ended = !more;
    if (!more)
        return LANNER_OK;
    arena_reset(&src->arena);
    in = (struct reader){record.ptr, record.ptr + record.len, false};
    row_load(&in, &src->arena, s->c.layout->n_cells, &src->loaded);
    if (in.bad)
        return err_set(err, LANNER_ERR_IO, "a temporary file is damaged");
    src->now.row = &src->loaded;
    src->now.keys = make_keys(s, &src->loaded, &src->arena);
    return LANNER_OK;
}

static bool heap_less(const struct sorter *s, size_t a, size_t b)
{
    return entry_cmp(s, &s->sources[s->heap[a]].now, &s->sources[s->heap[b]].now) < 0;
}

static void heap_down(struct sorter *s, size_t i)
{
    for (;;) {
        size_t least = i;
        size_t swap;

        for (size_t kid = 2 * i + 1; kid <= 2 * i + 2 && kid < s->n_heap; kid++) {
            if (heap_less(s, kid, least))
                least = kid;
        }
        if (least == i)
            return;
        swap = s->heap[i];
        s->heap[i] = s->heap[least];
        s->heap[least] = swap;
        i = least;
    }
}

static void sources_done(struct sorter *s)
{
    for (size_t i = 0; i < s->n_sources; i++) {
        if (s->sources[i].on_disk) {
            spill_reader_done(&s->sources[i].reader);
            arena_done(&s->sources[i].arena);
        }
    }
    free(s->sources);
    free(s->heap);
    s->sources = NULL;
    s->heap = NULL;
    s->n_sources = s->n_heap = 0;
    s->moved = false;
    s->n_given = 0;
}

static void add_run(struct sorter *s, const struct part *p, const struct extents *run)
{
    struct source *src = &s->sources[s->n_sources++];

    src->on_disk = true;
    spill_reader_init(&src->reader, &p->spill, run);
    arena_init(&src->arena, 4096);
}

static enum lanner_rc heap_make(struct sorter *s, struct lanner_err *err)
{
    s->heap = xcalloc(s->n_sources, sizeof(*s->heap));
    s->n_heap = 0;
    for (size_t i = 0; i < s->n_sources; i++) {
        TRY(source_next(s, &s->sources[i], err));
        if (!s->sources[i].ended)
            s->heap[s->n_heap++] = i;
    }
    for (size_t i = s->n_heap / 2; i-- > 0;)
        heap_down(s, i);
    return LANNER_OK;
}

enum lanner_rc sorter_rewind(struct sorter *s, struct lanner_err *err)
{
    size_t n = 0;

    sources_done(s);
    for (unsigned w = 0; w < s->c.x->env.n_workers; w++)
        n += s->parts[w].runs.n + 1;
    s->sources = xcalloc(n, sizeof(*s->sources));
    for (unsigned w = 0; w < s->c.x->env.n_workers; w++) {
        struct part *p = &s->parts[w];
        struct source *src;

        for (size_t i = 0; i < p->runs.n; i++)
            add_run(s, p, &p->runs.items[i]);
        src = &s->sources[s->n_sources++];
        src->rows = p->rows.items;
        src->n = p->rows.n;
    }
    return heap_make(s, err);
}

/* Merges the part's first runs into one, written at its end. */
static enum lanner_rc merge_runs(struct sorter *s, struct part *p, struct lanner_err *err)
{
    size_t n = MIN(p->runs.n, (size_t)MAX_RUNS);
    struct extents run = {0};
    struct buf record = {0};
    const struct row *row = NULL;
    bool stays;
    enum lanner_rc rc;

    s->sources = xcalloc(n, sizeof(*s->sources));
    for (size_t i = 0; i < n; i++)
        add_run(s, p, &p->runs.items[i]);
    rc = heap_make(s, err);
    while (rc == LANNER_OK && (rc = sorter_next(s, &row, &stays, err)) == LANNER_OK &&
           row != NULL) {
        buf_clear(&record);
        row_save(row, &record);
        rc = spill_put(&p->spill, buf_str(&record), &run, err);
    }
    if (rc == LANNER_OK)
        rc = spill_flush(&p->spill, &run, err);
    buf_done(&record);
    sources_done(s);
    for (size_t i = 0; i < n; i++)
        VEC_DONE(&p->runs.items[i]);
    memmove(p->runs.items, p->runs.items + n, (p->runs.n - n) * sizeof(p->runs.items[0]));
    p->runs.n -= n;
    VEC_PUSH(&p->runs, run);
    return rc;
}

enum lanner_rc sorter_finish(struct sorter *s, struct lanner_err *err)
{
    s->is_finished = true;
    for (unsigned w = 0; w < s->c.x->env.n_workers; w++) {
        struct part *p = &s->parts[w];

        part_cut(s, p);
        sort_rows(s, p);
        TRY(part_charge(s, p, err));
        while (p->runs.n > MAX_RUNS)
            TRY(merge_runs(s, p, err));
    }
    return sorter_rewind(s, err);
}

enum lanner_rc sorter_next(struct sorter *s, const struct row **row, bool *stays,
                           struct lanner_err *err)
{
    struct source *src;

    *row = NULL;
    *stays = true;
    if (s->moved) {
        src = &s->sources[s->heap[0]];
        TRY(source_next(s, src, err));
        if (src->ended)
            s->heap[0] = s->heap[--s->n_heap];
        heap_down(s, 0);
        s->moved = false;
    }
    if (s->n_given % 4096 == 0)
        TRY(exec_check(s->c.x, err));
    if (s->n_heap == 0 || (s->c.limit != 0 && s->n_given == s->c.limit))
        return LANNER_OK;
    src = &s->sources[s->heap[0]];
    *row = src->now.row;
    *stays = !src->on_disk;
    s->moved = true;
    s->n_given++;
    return LANNER_OK;
}

uint64_t sorter_n_rows(const struct sorter *s)
{
    uint64_t n = 0;

    for (unsigned w = 0; w < s->c.x->env.n_workers; w++)
        n += s->parts[w].n_rows;
    return n;
}

/* ---- Life
 * ---------------------------------------------------------------------------------------- */

struct sorter *sorter_new(const struct sorter_config *config)
{
    struct sorter *s = xcalloc(1, sizeof(*s));

    s->c = *config;
    if (s->c.limit > UINT32_MAX)
        s->c.limit = 0; /* no cut that could be reached; twice the limit must be a number */
    s->parts = xcalloc(s->c.x->env.n_workers, sizeof(*s->parts));
    for (unsigned w = 0; w < s->c.x->env.n_workers; w++) {
        struct part *p = &s->parts[w];

        arena_init(&p->arena, ARENA_SIZE);
        arena_init(&p->scratch, 4096);
        spill_init(&p->spill, s->c.x);
        p->cells = xcalloc(s->c.layout->n_cells, sizeof(*p->cells));
    }
    return s;
}

void sorter_reset(struct sorter *s)
{
    sources_done(s);
    s->is_finished = false;
    for (unsigned w = 0; w < s->c.x->env.n_workers; w++) {
        struct part *p = &s->parts[w];

        if (p->n_rows == 0)
            continue;
        part_clear(s, p);
        for (size_t i = 0; i < p->runs.n; i++)
            VEC_DONE(&p->runs.items[i]);
        VEC_DONE(&p->runs);
        spill_done(&p->spill);
        p->n_rows = 0;
    }
}

void sorter_free(struct sorter *s)
{
    if (s == NULL)
        return;
    sorter_reset(s);
    for (unsigned w = 0; w < s->c.x->env.n_workers; w++) {
        arena_done(&s->parts[w].arena);
        arena_done(&s->parts[w].scratch);
        free(s->parts[w].cells);
    }
    free(s->parts);
    free(s);
}
