/* op_aggregate.c - groups and their aggregates: compiling and the updating of states.
 *
 * Each worker has its own table. What the budget refuses goes to disk by hash partition
 * (agg_spill.c); rows are made in agg_output.c. */
#include "exec/op_aggregate.h"

#include <stdlib.h>

#include "exec/key_rows.h"

/* What a worker's table may take whatever the budget says. */
#define FLOOR_BYTES ((uint64_t)96 * 1024)

static size_t round_up(size_t n)
{
    return (n + 15) & ~(size_t)15;
}

static enum lanner_rc open_item(struct op *op, struct agg_item *item, const struct plan_agg *plan,
                                struct lanner_err *err)
{
    const struct schema *rows = op->in;
    struct arena *a = op->x->env.arena;

    item->plan = plan;
    if (plan->call->kind != EXPR_CALL || plan->call->fn->agg == NULL)
        return err_set_at(err, LANNER_ERR_UNSUPPORTED, plan->at, "%s is no aggregate",
                          plan->call->kind == EXPR_CALL ? plan->call->fn->name : "a value");
    if (plan->pre != NULL) {
        TRY(chain_new(op->x, plan->pre, &item->pre, err));
        rows = item->pre->schema;
    }
    if (plan->post != NULL)
        TRY(chain_new(op->x, plan->post, &item->post, err));
    return program_new_args(a, plan->call, rows, &item->args, err);
}

static enum lanner_rc open_items(struct op *op, struct aggregate *agg, struct lanner_err *err)
{
    const struct plan_node *n = op->node;
    struct arena *a = op->x->env.arena;
    struct group_shape *shape = &agg->shape;
    uint32_t col = (uint32_t)n->u.aggregate.n_keys;

    shape->n_keys = col;
    shape->n_items = n->u.aggregate.n_items;
    shape->budget = op->x->env.budget;
    shape->calls = ARENA_ARRAY(a, const struct fn_call *, shape->n_items);
    shape->state_at = ARENA_ARRAY(a, size_t, shape->n_items);
    shape->size = round_up(sizeof(struct group) + shape->n_keys * sizeof(struct val));
    agg->items = ARENA_ARRAY(a, struct agg_item, shape->n_items);
    for (size_t k = 0; k < shape->n_items; k++) {
        const struct plan_agg *plan = &n->u.aggregate.items[k];

        TRY(open_item(op, &agg->items[k], plan, err));
        agg->items[k].first_col = col;
        col += (uint32_t)plan->n_names;
        shape->calls[k] = plan->call->call;
        shape->state_at[k] = shape->size;
        shape->size += round_up(plan->call->fn->agg->state_size);
    }
    agg->n_base_cols = col;
    return LANNER_OK;
}

static enum lanner_rc aggregate_open(struct op *op, struct lanner_err *err)
{
    struct aggregate *agg = xcalloc(1, sizeof(*agg));

    op->state = agg;
    agg->keys = fetch_list(op->x->env.arena, op->in, op->node->u.aggregate.keys,
                           op->node->u.aggregate.n_keys);
    TRY(open_items(op, agg, err));
    agg->workers = xcalloc(op->x->env.n_workers, sizeof(*agg->workers));
    for (unsigned w = 0; w < op->x->env.n_workers; w++) {
        groups_init(&agg->workers[w].groups, &agg->shape);
        spill_init(&agg->workers[w].spill, op->x);
    }
    return LANNER_OK;
}

/* The group of each selected row, by row. */
static struct group **find_groups(struct aggregate *agg, struct groups *t, const struct key_rows *k,
                                  const struct batch *b)
{
    struct group **of = arena_alloc(b->arena, arena_array_size(b->n_rows, sizeof(*of)));
    struct val *keys = ARENA_ARRAY(b->arena, struct val, agg->shape.n_keys);
    const uint32_t ahead = 8;

    for (uint32_t r = 0; r < k->sel.n; r++) {
        uint32_t i = k->sel.idx[r];

        if (r + ahead < k->sel.n)
            groups_prefetch(t, k->hashes[r + ahead]);
        key_rows_get(k, i, keys);
        of[i] = groups_get(t, k->hashes[r], keys, b->ord[i]);
    }
    return of;
}

static enum lanner_rc update_item(struct op *op, unsigned worker, size_t k, struct group *const *of,
                                  struct batch *b, const struct sel *sel, struct lanner_err *err)
{
    struct aggregate *agg = op->state;
    const struct agg_item *item = &agg->items[k];
    size_t at = agg->shape.state_at[k];
    const struct column *args;
    struct batch *rows = b;
    void **states;

    if (item->pre != NULL) {
        rows = batch_view(b, sel);
        TRY(chain_apply(item->pre, worker, rows, err));
        sel = &rows->sel;
    }
    if (sel->n == 0)
        return LANNER_OK;
    TRY(program_run_args(item->args, op->x->evals[worker], rows, sel, &args, err));
    states = arena_alloc(b->arena, arena_array_size(b->n_rows, sizeof(*states)));
    SEL_FOR (sel, i)
        states[i] = (char *)of[i] + at;
    return item->plan->call->fn->agg->update(&agg->workers[worker].groups.ctxs[k], states, args,
                                             rows, sel, err);
}

static enum lanner_rc aggregate_push(struct op *op, unsigned worker, struct batch *b, unsigned port,
                                     struct lanner_err *err)
{
    struct aggregate *agg = op->state;
    struct agg_worker *w = &agg->workers[worker];
    struct key_rows keys;
    struct group **of;

    (void)port;
    key_rows_make(&keys, agg->keys, agg->shape.n_keys, op->node->u.aggregate.missing,
                  op->x->env.fn->seed, b);
    if (keys.sel.n == 0)
        return LANNER_OK;
    of = find_groups(agg, &w->groups, &keys, b);
    for (size_t k = 0; k < agg->shape.n_items; k++)
        TRY(update_item(op, worker, k, of, b, &keys.sel, err));
    if (!groups_charge(&w->groups, FLOOR_BYTES))
        return agg_spill(op, w, err);
    return LANNER_OK;
}

static enum lanner_rc aggregate_finish(struct op *op, struct lanner_err *err)
{
    struct aggregate *agg = op->state;

    TRY(agg_combine(op, err));
    if (agg->shape.n_keys == 0 && op->node->u.aggregate.row_when_empty && agg_n_groups(op) == 0)
        (void)groups_get(&agg->workers[0].groups, op->x->env.fn->seed, NULL,
                         (struct ordinal){0, 0});
    return agg_output(op, err);
}

static void worker_reset(struct agg_worker *w)
{
    for (size_t p = 0; p < N_PARTITIONS; p++)
        VEC_DONE(&w->parts[p]);
    spill_done(&w->spill);
    w->n_spilled = 0;
}

static void aggregate_reset(struct op *op)
{
    struct aggregate *agg = op->state;

    for (unsigned i = 0; i < op->x->env.n_workers; i++) {
        groups_clear(&agg->workers[i].groups);
        worker_reset(&agg->workers[i]);
    }
}

static void aggregate_close(struct op *op)
{
    struct aggregate *agg = op->state;

    for (unsigned i = 0; agg->workers != NULL && i < op->x->env.n_workers; i++) {
        groups_done(&agg->workers[i].groups);
        worker_reset(&agg->workers[i]);
    }
    free(agg->workers);
    free(agg);
}

const struct op_def op_aggregate = {
    .name = "aggregate",
    .open = aggregate_open,
    .push = aggregate_push,
    .finish = aggregate_finish,
    .reset = aggregate_reset,
    .close = aggregate_close,
};
