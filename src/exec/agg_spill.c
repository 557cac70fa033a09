/* agg_spill.c - groups on disk.
 *
 * A table that the budget refuses is written by hash partition. At the end everything is on disk
 * and one partition after the other is loaded, the states of equal keys merged; a partition that
 * does not fit is divided by the next bits of the hash. */
#include <stdlib.h>

#include "exec/op_aggregate.h"
#include "util/hash.h"

#define PARTITION_BITS 6
/* After that many divisions the bits of the hash are used up. */
#define MAX_LEVEL   9
#define FLOOR_BYTES ((uint64_t)256 * 1024)
/* What one part of a division gathers before it is written. */
#define GATHER_BYTES ((size_t)32 * 1024)

static_assert(1 << PARTITION_BITS == N_PARTITIONS, "bits and partitions");

/* The table's slots use the low bits, partitions the high ones. */
static unsigned partition_of(uint64_t hash, unsigned level)
{
    return (unsigned)(hash << (PARTITION_BITS * level) >> (64 - PARTITION_BITS));
}

/* The groups of t by partition; first[p] is where partition p begins. */
static struct group **by_partition(const struct groups *t, size_t first[N_PARTITIONS + 1])
{
    struct group **list = xcalloc(t->n, sizeof(struct group *));
    size_t at[N_PARTITIONS];

    memset(first, 0, (N_PARTITIONS + 1) * sizeof(*first));
    for (size_t i = 0; i < t->cap; i++) {
        if (t->slots[i].g != NULL)
            first[partition_of(t->slots[i].hash, 0) + 1]++;
    }
    for (size_t p = 0; p < N_PARTITIONS; p++) {
        first[p + 1] += first[p];
        at[p] = first[p];
    }
    for (size_t i = 0; i < t->cap; i++) {
        const struct group_slot *s = &t->slots[hash_scatter(i, t->cap)];

        if (s->g != NULL)
            list[at[partition_of(s->hash, 0)]++] = s->g;
    }
    return list;
}

enum lanner_rc agg_spill(struct op *op, struct agg_worker *w, struct lanner_err *err)
{
    size_t first[N_PARTITIONS + 1];
    struct group **list = by_partition(&w->groups, first);
    struct buf record = {0};
    enum lanner_rc rc = LANNER_OK;

    for (unsigned p = 0; p < N_PARTITIONS && rc == LANNER_OK; p++) {
        for (size_t i = first[p]; i < first[p + 1] && rc == LANNER_OK; i++) {
            buf_clear(&record);
            group_save(&w->groups, list[i], &record);
            rc = spill_put(&w->spill, buf_str(&record), &w->parts[p], err);
        }
        if (rc == LANNER_OK)
            rc = spill_flush(&w->spill, &w->parts[p], err);
        if (rc == LANNER_OK)
            rc = exec_check(op->x, err);
    }
    w->n_spilled += w->groups.n;
    buf_done(&record);
    free(list);
    groups_clear(&w->groups);
    return rc;
}

static bool something_spilled(const struct op *op)
{
    const struct aggregate *agg = op->state;

    for (unsigned w = 0; w < op->x->env.n_workers; w++) {
        if (agg->workers[w].n_spilled > 0)
            return true;
    }
    return false;
}

static enum lanner_rc spill_all(struct op *op, struct lanner_err *err)
{
    struct aggregate *agg = op->state;

    for (unsigned w = 0; w < op->x->env.n_workers; w++) {
        if (agg->workers[w].groups.n > 0)
            TRY(agg_spill(op, &agg->workers[w], err));
    }
    /* Tables whose groups were taken over are empty and still hold their memory. */
    for (unsigned w = 0; w < op->x->env.n_workers; w++)
        groups_clear(&agg->workers[w].groups);
    return LANNER_OK;
}

enum lanner_rc agg_combine(struct op *op, struct lanner_err *err)
{
    struct aggregate *agg = op->state;
    struct groups *all = &agg->workers[0].groups;

    if (something_spilled(op))
        return spill_all(op, err);
    for (unsigned w = 1; w < op->x->env.n_workers; w++) {
        TRY(groups_take(all, &agg->workers[w].groups, err));
        TRY(exec_check(op->x, err));
        /* Groups taken over lie in other workers' arenas: worker 0's table is written first, while
         * those still stand. */
        if (!groups_charge(all, FLOOR_BYTES))
            return spill_all(op, err);
    }
    return LANNER_OK;
}

uint64_t agg_n_groups(const struct op *op)
{
    const struct aggregate *agg = op->state;
    uint64_t n = 0;

    for (unsigned w = 0; w < op->x->env.n_workers; w++)
        n += agg->workers[w].groups.n + agg->workers[w].n_spilled;
    return n;
}

/* ---- Loading
 * ------------------------------------------------------------------------------------- */

struct piece { /* records of one partition in one file */
    const struct spill *file;
    const struct extents *extents;
};

struct walk {
    struct op *op;
    agg_visit visit;
    void *ctx;
};

static enum lanner_rc load_piece(struct exec *x, struct groups *t, const struct piece *piece,
                                 bool *fits, struct lanner_err *err)
{
    struct spill_reader r;
    struct arena scratch;
    struct str record;
    bool more = true;
    enum lanner_rc rc = LANNER_OK;

    arena_init(&scratch, 4096);
    spill_reader_init(&r, piece->file, piece->extents);
    while (rc == LANNER_OK && *fits) {
        rc = spill_read(&r, &record, &more, err);
        if (rc != LANNER_OK || !more)
            break;
        rc = groups_load(t, record, &scratch, err);
        *fits = groups_charge(t, FLOOR_BYTES);
        if (rc == LANNER_OK && !*fits) {
            /* Those behind us hold what can wait on disk. */
            rc = exec_relieve(x, err);
            *fits = groups_charge(t, FLOOR_BYTES);
        }
    }
    spill_reader_done(&r);
    arena_done(&scratch);
    return rc;
}

static enum lanner_rc walk_pieces(const struct walk *w, const struct piece *pieces, size_t n,
                                  unsigned level, struct lanner_err *err);

struct division {
    struct spill file;
    struct extents parts[N_PARTITIONS];
    struct buf gathered[N_PARTITIONS]; /* records with their lengths, as in the file */
};

static enum lanner_rc write_part(struct division *d, unsigned p, struct lanner_err *err)
{
    struct buf swap = d->file.pending;
    enum lanner_rc rc;

    d->file.pending = d->gathered[p];
    rc = spill_flush(&d->file, &d->parts[p], err);
    d->gathered[p] = d->file.pending;
    d->file.pending = swap;
    return rc;
}

static enum lanner_rc divide_piece(struct division *d, const struct piece *piece, unsigned level,
                                   struct lanner_err *err)
{
    struct spill_reader r;
    struct str record;
    bool more;
    enum lanner_rc rc;

    spill_reader_init(&r, piece->file, piece->extents);
    while ((rc = spill_read(&r, &record, &more, err)) == LANNER_OK && more) {
        unsigned p = partition_of(group_record_hash(record), level);

        buf_put_u64(&d->gathered[p], record.len);
        buf_put_str(&d->gathered[p], record);
        if (d->gathered[p].len >= GATHER_BYTES && (rc = write_part(d, p, err)) != LANNER_OK)
            break;
    }
    spill_reader_done(&r);
    return rc;
}

static enum lanner_rc walk_division(const struct walk *w, struct division *d, unsigned level,
                                    struct lanner_err *err)
{
    for (unsigned p = 0; p < N_PARTITIONS; p++)
        TRY(write_part(d, p, err));
    for (unsigned p = 0; p < N_PARTITIONS; p++) {
        struct piece piece = {&d->file, &d->parts[p]};

        TRY(walk_pieces(w, &piece, 1, level, err));
    }
    return LANNER_OK;
}

static enum lanner_rc divide(const struct walk *w, const struct piece *pieces, size_t n,
                             unsigned level, struct lanner_err *err)
{
    struct division *d = xcalloc(1, sizeof(*d));
    enum lanner_rc rc = LANNER_OK;

    spill_init(&d->file, w->op->x);
    for (size_t i = 0; i < n && rc == LANNER_OK; i++)
        rc = divide_piece(d, &pieces[i], level, err);
    if (rc == LANNER_OK)
        rc = walk_division(w, d, level, err);
    for (unsigned p = 0; p < N_PARTITIONS; p++) {
        VEC_DONE(&d->parts[p]);
        buf_done(&d->gathered[p]);
    }
    spill_done(&d->file);
    free(d);
    return rc;
}

/* ---- Groups larger than memory
 * ------------------------------------------------------------------- */

#define FIRST_SHARES 16
#define MAX_SHARES   1024

static bool has_fold(const struct aggregate *agg)
{
    for (size_t k = 0; k < agg->shape.n_items; k++) {
        if (agg->shape.calls[k]->fn->agg->fold != NULL)
            return true;
    }
    return false;
}

/* Adds what was found in one share. States that know no shares were loaded whole. */
static enum lanner_rc fold_groups(struct groups *total, const struct groups *part, uint32_t share,
                                  struct lanner_err *err)
{
    for (size_t i = 0; i < part->cap; i++) {
        const struct group *from = part->slots[i].g;
        struct group *to;

        if (from == NULL)
            continue;
        to = groups_get(total, from->hash, from->keys, from->ord);
        for (size_t k = 0; k < total->shape->n_items; k++) {
            const struct agg_def *agg = total->shape->calls[k]->fn->agg;
            void *dst = group_state(total->shape, to, k);
            void *src = group_state(total->shape, from, k);

            if (agg->fold != NULL)
                agg->fold(&total->ctxs[k], dst, src);
            else if (share == 0)
                TRY(agg->merge(&total->ctxs[k], dst, src, err));
        }
    }
    return LANNER_OK;
}

static enum lanner_rc load_share(const struct walk *w, struct groups *total,
                                 const struct piece *pieces, size_t n, uint32_t share,
                                 uint32_t n_shares, bool *fits, struct lanner_err *err)
{
    struct groups part;
    enum lanner_rc rc = exec_check(w->op->x, err);

    groups_init(&part, total->shape);
    for (size_t k = 0; k < total->shape->n_items; k++) {
        part.ctxs[k].share = share;
        part.ctxs[k].n_shares = n_shares;
    }
    for (size_t i = 0; i < n && rc == LANNER_OK && *fits; i++)
        rc = load_piece(w->op->x, &part, &pieces[i], fits, err);
    if (rc == LANNER_OK && *fits)
        rc = fold_groups(total, &part, share, err);
    *fits = *fits && groups_charge(total, FLOOR_BYTES);
    groups_done(&part);
    return rc;
}

/* Sets of values that do not fit are counted in shares of their values, each in a pass over the
 * records. *done false: that did not help. */
static enum lanner_rc walk_shares(const struct walk *w, const struct piece *pieces, size_t n,
                                  bool *done, struct lanner_err *err)
{
    struct aggregate *agg = w->op->state;
    enum lanner_rc rc = LANNER_OK;

    *done = false;
    if (!has_fold(agg))
        return LANNER_OK;
    for (uint32_t shares = FIRST_SHARES; shares <= MAX_SHARES && rc == LANNER_OK && !*done;
         shares *= 8) {
        struct groups total;
        bool fits = true;

        groups_init(&total, &agg->shape);
        for (uint32_t i = 0; i < shares && rc == LANNER_OK && fits; i++)
            rc = load_share(w, &total, pieces, n, i, shares, &fits, err);
        *done = rc == LANNER_OK && fits;
        if (*done)
            rc = w->visit(w->op, &total, w->ctx, err);
        groups_done(&total);
    }
    return rc;
}

/* A partition that does not fit. */
static enum lanner_rc walk_large(const struct walk *w, const struct piece *pieces, size_t n,
                                 size_t n_groups, uint64_t size, unsigned level,
                                 struct lanner_err *err)
{
    bool done;

    if (n_groups == 1) {
        TRY(walk_shares(w, pieces, n, &done, err));
        if (done)
            return LANNER_OK;
    }
    if (n_groups > 1 && level + 1 <= MAX_LEVEL)
        return divide(w, pieces, n, level + 1, err);
    return exec_no_memory(w->op->x, w->op->node->at, "one group of an aggregation", size, err);
}

/* Recurses at most MAX_LEVEL deep. */
static enum lanner_rc walk_pieces(const struct walk *w, const struct piece *pieces, size_t n,
                                  unsigned level, struct lanner_err *err)
{
    struct aggregate *agg = w->op->state;
    struct groups t;
    size_t n_groups;
    uint64_t size;
    bool fits = true;
    enum lanner_rc rc = exec_check(w->op->x, err);

    groups_init(&t, &agg->shape);
    for (size_t i = 0; i < n && rc == LANNER_OK && fits; i++)
        rc = load_piece(w->op->x, &t, &pieces[i], &fits, err);
    if (rc == LANNER_OK && fits && t.n > 0)
        rc = w->visit(w->op, &t, w->ctx, err);
    n_groups = t.n;
    size = groups_size(&t);
    groups_done(&t);
    return rc == LANNER_OK && !fits ? walk_large(w, pieces, n, n_groups, size, level, err) : rc;
}

enum lanner_rc agg_walk(struct op *op, agg_visit visit, void *ctx, struct lanner_err *err)
{
    struct aggregate *agg = op->state;
    struct walk w = {op, visit, ctx};
    unsigned n_workers = op->x->env.n_workers;
    struct piece *pieces;
    enum lanner_rc rc = LANNER_OK;

    if (!something_spilled(op))
        return visit(op, &agg->workers[0].groups, ctx, err);
    pieces = xcalloc(n_workers, sizeof(*pieces));
    for (unsigned p = 0; p < N_PARTITIONS && rc == LANNER_OK; p++) {
        for (unsigned i = 0; i < n_workers; i++)
            pieces[i] = (struct piece){&agg->workers[i].spill, &agg->workers[i].parts[p]};
        rc = walk_pieces(&w, pieces, n_workers, 0, err);
    }
    free(pieces);
    return rc;
}
