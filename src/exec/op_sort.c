/* op_sort.c - sort, top_n and limit: three names for the first rows of an order.
 *
 * A sort gives its rows new ordinals, 0, 1, 2, ...: from then on that is their order. A limit keeps
 * the order there is and with it the ordinals. */
#include <stdlib.h>

#include "exec/result.h"
#include "exec/sorter.h"

struct sort {
    struct sorter *sorter; /* owned */
    const struct layout *layout;
    bool keeps_ordinals;
};

static enum lanner_rc sort_new(struct op *op, struct sorter_config *config, const struct str *names,
                               struct lanner_err *err)
{
    struct sort *sort = xcalloc(1, sizeof(*sort));
    uint32_t first_key;

    (void)err;
    op->state = sort;
    sort->layout = layout_new(op->x->env.arena, op->in, op->node->schema, names, config->n_keys);
    first_key = sort->layout->n_cells - config->n_keys;
    for (uint32_t k = 0; k < config->n_keys; k++)
        ((struct sorter_key *)(uintptr_t)config->keys)[k].cell = first_key + k;
    config->x = op->x;
    config->at = op->node->at;
    config->layout = sort->layout;
    sort->sorter = sorter_new(config);
    return LANNER_OK;
}

static enum lanner_rc sort_open(struct op *op, struct lanner_err *err)
{
    struct arena *a = op->x->env.arena;
    size_t n = op->node->u.sort.n_keys;
    struct sorter_key *keys = ARENA_ARRAY(a, struct sorter_key, n);
    struct str *names = ARENA_ARRAY(a, struct str, n);
    struct sorter_config config = {
        .name = "sort",
        .keys = keys,
        .n_keys = (uint32_t)n,
        .ordinal_descending = op->node->u.sort.ordinal_descending,
        .limit = op->node->u.sort.limit,
    };

    for (size_t i = 0; i < n; i++) {
        const struct plan_sort_key *key = &op->node->u.sort.keys[i];

        names[i] = key->name;
        keys[i].descending = key->descending;
        keys[i].type = key->type;
    }
    return sort_new(op, &config, names, err);
}

static enum lanner_rc limit_open(struct op *op, struct lanner_err *err)
{
    struct sorter_config config = {.name = "limit", .limit = op->node->u.limit.n};

    TRY(sort_new(op, &config, NULL, err));
    ((struct sort *)op->state)->keeps_ordinals = true;
    return LANNER_OK;
}

static enum lanner_rc sort_push(struct op *op, unsigned worker, struct batch *b, unsigned port,
                                struct lanner_err *err)
{
    struct sort *sort = op->state;

    (void)port;
    if (op->node->kind == NODE_LIMIT && op->node->u.limit.n == 0)
        return LANNER_OK;
    return sorter_push(sort->sorter, worker, b, err);
}

static enum lanner_rc emit_all(struct op *op, struct emitter *e, struct lanner_err *err)
{
    struct sort *sort = op->state;
    struct ordinal ord = {0, 0};
    const struct row *row;
    bool stays;

    for (;;) {
        TRY(sorter_next(sort->sorter, &row, &stays, err));
        if (row == NULL)
            return emitter_flush(e, err);
        emitter_put(e, sort->layout, row, sort->keeps_ordinals ? row->ord : ord, !stays);
        ord.hi++;
        if (emitter_is_full(e))
            TRY(emitter_flush(e, err));
    }
}

static void note_cut(const struct op *op, uint64_t n_rows)
{
    uint64_t limit = op->node->u.sort.limit;

    if (op->node->kind == NODE_LIMIT || limit == 0 || n_rows <= limit ||
        op->node->u.sort.limit_is_explicit)
        return;
    exec_note(op->x, LANNER_NOTE_LIMIT, op->node->at, "the limit keeps %llu of %llu rows",
              (unsigned long long)limit, (unsigned long long)n_rows);
}

static enum lanner_rc sort_finish(struct op *op, struct lanner_err *err)
{
    struct sort *sort = op->state;
    struct emitter e;
    enum lanner_rc rc;

    TRY(sorter_finish(sort->sorter, err));
    note_cut(op, sorter_n_rows(sort->sorter));
    if (result_take(op->next, sort->sorter))
        return LANNER_OK;
    emitter_init(&e, op, 0, sort->layout->n_cols, sort->layout->open, op->x->env.batch_rows);
    rc = emit_all(op, &e, err);
    emitter_done(&e);
    return rc;
}

static enum lanner_rc sort_relieve(struct op *op, struct lanner_err *err)
{
    return sorter_relieve(((struct sort *)op->state)->sorter, err);
}

static void sort_reset(struct op *op)
{
    sorter_reset(((struct sort *)op->state)->sorter);
}

static void sort_close(struct op *op)
{
    sorter_free(((struct sort *)op->state)->sorter);
    free(op->state);
}

const struct op_def op_sort = {
    .name = "sort",
    .open = sort_open,
    .push = sort_push,
    .finish = sort_finish,
    .relieve = sort_relieve,
    .reset = sort_reset,
    .close = sort_close,
};

const struct op_def op_top_n = {
    .name = "top_n",
    .open = sort_open,
    .push = sort_push,
    .finish = sort_finish,
    .relieve = sort_relieve,
    .reset = sort_reset,
    .close = sort_close,
};

const struct op_def op_limit = {
    .name = "limit",
    .open = limit_open,
    .push = sort_push,
    .finish = sort_finish,
    .relieve = sort_relieve,
    .reset = sort_reset,
    .close = sort_close,
};
