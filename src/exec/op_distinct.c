/* op_distinct.c - the first row, by ordinal, of each key.
 *
 * Rows are sorted by key and the first of each is taken. A table of keys seen drops most
 * repetitions before they are kept; it decides nothing, so it is thrown away when memory is short.
 */
#include <stdlib.h>

#include "exec/groups.h"
#include "exec/key_rows.h"
#include "exec/sorter.h"

#define FLOOR_BYTES ((uint64_t)64 * 1024)

struct distinct_op {
    struct fetch *keys;
    uint32_t n_keys;
    uint32_t first_key; /* cell */
    const struct layout *layout;
    struct sorter *sorter;    /* owned */
    struct group_shape shape; /* keys alone */
    struct groups *seen;      /* owned, one a worker */
};

static enum lanner_rc distinct_open(struct op *op, struct lanner_err *err)
{
    struct arena *a = op->x->env.arena;
    struct distinct_op *d = xcalloc(1, sizeof(*d));
    const struct str *names = op->node->u.distinct.keys;
    size_t n = op->node->u.distinct.n_keys;
    struct sorter_key *keys = ARENA_ARRAY(a, struct sorter_key, n);
    struct sorter_config config = {.x = op->x, .name = "distinct", .at = op->node->at};

    (void)err;
    op->state = d;
    d->n_keys = (uint32_t)n;
    d->keys = fetch_list(a, op->in, names, n);
    d->layout = layout_new(a, op->in, op->node->schema, names, n);
    d->first_key = d->layout->n_cells - d->n_keys;
    for (uint32_t k = 0; k < d->n_keys; k++)
        keys[k] = (struct sorter_key){.cell = d->first_key + k, .as_key = true};
    config.layout = d->layout;
    config.keys = keys;
    config.n_keys = d->n_keys;
    d->sorter = sorter_new(&config);
    d->shape = (struct group_shape){
        .n_keys = d->n_keys,
        .size = sizeof(struct group) + n * sizeof(struct val),
        .budget = op->x->env.budget,
    };
    d->seen = xcalloc(op->x->env.n_workers, sizeof(*d->seen));
    for (unsigned w = 0; w < op->x->env.n_workers; w++)
        groups_init(&d->seen[w], &d->shape);
    return LANNER_OK;
}

static enum lanner_rc distinct_push(struct op *op, unsigned worker, struct batch *b, unsigned port,
                                    struct lanner_err *err)
{
    struct distinct_op *d = op->state;
    struct val *keys = ARENA_ARRAY(b->arena, struct val, d->n_keys);
    struct key_rows rows;
    uint32_t n = 0;

    (void)port;
    key_rows_make(&rows, d->keys, d->n_keys, KEYS_KEEP, op->x->env.fn->seed, b);
    for (uint32_t r = 0; r < rows.sel.n; r++) {
        uint32_t i = rows.sel.idx[r];
        const struct group *g;

        key_rows_get(&rows, i, keys);
        g = groups_get(&d->seen[worker], rows.hashes[r], keys, b->ord[i]);
        rows.sel.idx[n] = i;
        n += ordinal_cmp(g->ord, b->ord[i]) == 0;
    }
    b->sel = (struct sel){rows.sel.idx, n};
    if (!groups_charge(&d->seen[worker], FLOOR_BYTES))
        groups_clear(&d->seen[worker]);
    return sorter_push(d->sorter, worker, b, err);
}

static bool same_key(const struct distinct_op *d, const struct val *now, const struct val *before)
{
    for (uint32_t k = 0; k < d->n_keys; k++) {
        if (val_is_null(&now[k]) ? !val_is_null(&before[k]) : !val_same(&now[k], &before[k]))
            return false;
    }
    return true;
}

struct last_key {
    struct arena arena;
    struct val *vals; /* NULL: no row yet */
};

static void last_key_set(const struct distinct_op *d, struct last_key *last, const struct val *keys)
{
    arena_reset(&last->arena);
    last->vals = ARENA_ARRAY(&last->arena, struct val, d->n_keys);
    for (uint32_t k = 0; k < d->n_keys; k++)
        last->vals[k] = val_copy(&keys[k], &last->arena);
}

static enum lanner_rc emit_firsts(struct op *op, struct emitter *e, struct last_key *last,
                                  struct lanner_err *err)
{
    struct distinct_op *d = op->state;
    const struct row *row;
    bool stays;

    for (;;) {
        TRY(sorter_next(d->sorter, &row, &stays, err));
        if (row == NULL)
            return emitter_flush(e, err);
        if (last->vals != NULL && same_key(d, row->cells + d->first_key, last->vals))
            continue;
        last_key_set(d, last, row->cells + d->first_key);
        emitter_put(e, d->layout, row, row->ord, !stays);
        if (emitter_is_full(e))
            TRY(emitter_flush(e, err));
    }
}

static enum lanner_rc distinct_finish(struct op *op, struct lanner_err *err)
{
    struct distinct_op *d = op->state;
    struct last_key last = {.vals = NULL};
    struct emitter e;
    enum lanner_rc rc;

    for (unsigned w = 0; w < op->x->env.n_workers; w++)
        groups_clear(&d->seen[w]);
    TRY(sorter_finish(d->sorter, err));
    arena_init(&last.arena, 4096);
    emitter_init(&e, op, 0, d->layout->n_cols, d->layout->open, op->x->env.batch_rows);
    rc = emit_firsts(op, &e, &last, err);
    emitter_done(&e);
    arena_done(&last.arena);
    return rc;
}

static enum lanner_rc distinct_relieve(struct op *op, struct lanner_err *err)
{
    return sorter_relieve(((struct distinct_op *)op->state)->sorter, err);
}

static void distinct_reset(struct op *op)
{
    struct distinct_op *d = op->state;

    for (unsigned w = 0; w < op->x->env.n_workers; w++)
        groups_clear(&d->seen[w]);
    sorter_reset(d->sorter);
}

static void distinct_close(struct op *op)
{
    struct distinct_op *d = op->state;

    for (unsigned w = 0; d->seen != NULL && w < op->x->env.n_workers; w++)
        groups_done(&d->seen[w]);
    free(d->seen);
    sorter_free(d->sorter);
    free(d);
}

const struct op_def op_distinct = {
    .name = "distinct",
    .open = distinct_open,
    .push = distinct_push,
    .finish = distinct_finish,
    .relieve = distinct_relieve,
    .reset = distinct_reset,
    .close = distinct_close,
};
