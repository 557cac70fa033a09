/* result.c - the last operator. See result.h.
 *
 * When the last operator before it is itself an order of rows, that operator's rows are read where
 * they are instead of being kept twice. */
#include "exec/result.h"

#include <stdlib.h>

#include "exec/sorter.h"

struct result {
    const struct layout *layout;
    struct sorter *own;    /* owned */
    struct sorter *source; /* read by result_next: own, or an operator's */
    struct emitter out;
};

static enum lanner_rc result_push(struct op *op, unsigned worker, struct batch *b, unsigned port,
                                  struct lanner_err *err)
{
    struct result *r = op->state;

    (void)port;
    return sorter_push(r->own, worker, b, err);
}

static enum lanner_rc result_finish(struct op *op, struct lanner_err *err)
{
    struct result *r = op->state;

    if (r->source != NULL)
        return LANNER_OK;
    r->source = r->own;
    return sorter_finish(r->own, err);
}

static enum lanner_rc result_relieve(struct op *op, struct lanner_err *err)
{
    return sorter_relieve(((struct result *)op->state)->own, err);
}

static void result_close(struct op *op)
{
    struct result *r = op->state;

    sorter_free(r->own);
    emitter_done(&r->out);
    free(r);
}

const struct op_def op_result = {
    .name = "result",
    .push = result_push,
    .finish = result_finish,
    .relieve = result_relieve,
    .close = result_close,
};

enum lanner_rc result_new(struct exec *x, const struct schema *schema, struct op **out,
                          struct lanner_err *err)
{
    struct op *op = op_new_bare(x, &op_result, schema);
    struct result *r = xcalloc(1, sizeof(*r));
    struct sorter_config config = {.x = x, .name = "the result"};

    (void)err;
    op->state = r;
    r->layout = layout_new(x->env.arena, schema, schema, NULL, 0);
    config.layout = r->layout;
    r->own = sorter_new(&config);
    emitter_init(&r->out, NULL, 0, schema->n_cols, schema->open, x->env.batch_rows);
    *out = op;
    return LANNER_OK;
}

bool result_take(struct op *op, struct sorter *s)
{
    struct result *r = op->state;

    if (op->def != &op_result)
        return false;
    assert(r->source == NULL && sorter_n_rows(r->own) == 0);
    r->source = s;
    return true;
}

enum lanner_rc result_next(struct op *op, struct batch **out, struct lanner_err *err)
{
    struct result *r = op->state;
    const struct row *row;
    bool stays;

    arena_reset(&r->out.arena);
    r->out.b = NULL;
    while (!emitter_is_full(&r->out)) {
        TRY(sorter_next(r->source, &row, &stays, err));
        if (row == NULL)
            break;
        emitter_put(&r->out, r->layout, row, row->ord, !stays);
    }
    *out = r->out.b;
    return LANNER_OK;
}

bool result_wants_nothing(const struct plan_node *root)
{
    const struct plan_node *n = root;

    while (n->kind == NODE_PROJECT || n->kind == NODE_FILTER || n->kind == NODE_EXTEND)
        n = n->in;
    return n->kind == NODE_LIMIT && n->u.limit.n == 0;
}
