/* op_union.c - the rows of several inputs.
 *
 * One record may come in through several inputs: the input's number is made part of the ordinal, so
 * that ordinals stay unique and the rows of one record stand together. */
#include "exec/op.h"

struct union_input {
    struct fetch *cells; /* one for each column of the output */
};

static enum lanner_rc union_open(struct op *op, struct lanner_err *err)
{
    const struct schema *out = op->node->schema;
    struct arena *a = op->x->env.arena;
    size_t n = op->node->u.set.n_inputs + 1;
    struct union_input *inputs = ARENA_ARRAY(a, struct union_input, n);

    (void)err;
    op->state = inputs;
    for (size_t i = 0; i < n; i++) {
        const struct schema *in = i == 0 ? op->in : op->node->u.set.inputs[i - 1]->schema;

        inputs[i].cells = ARENA_ARRAY(a, struct fetch, out->n_cols);
        for (uint32_t c = 0; c < out->n_cols; c++)
            inputs[i].cells[c].col = FETCH_ABSENT;
        for (size_t k = 0; k < out->n; k++) {
            if (out->fields[k].col < out->n_cols)
                inputs[i].cells[out->fields[k].col] = fetch_new(in, out->fields[k].name);
        }
    }
    return LANNER_OK;
}

static enum lanner_rc union_push(struct op *op, unsigned worker, struct batch *b, unsigned port,
                                 struct lanner_err *err)
{
    const struct union_input *in = &((struct union_input *)op->state)[port];
    const struct schema *schema = op->node->schema;
    struct batch out = *b;

    out.n_cols = 0;
    out.cap_cols = schema->n_cols + 8;
    out.cols = arena_alloc(b->arena, arena_array_size(out.cap_cols, sizeof(struct column)));
    out.ord = arena_alloc(b->arena, arena_array_size(b->n_rows, sizeof(struct ordinal)));
    SEL_FOR (&b->sel, i)
        TRY(ordinal_sub(b->ord[i], port, &out.ord[i], err));
    for (uint32_t c = 0; c < schema->n_cols; c++)
        out.cols[out.n_cols++] = fetch_column(&in->cells[c], b);
    if (schema->open && out.open == NULL)
        out.open = ARENA_ARRAY(b->arena, struct open_row, b->n_rows);
    if (!schema->open)
        out.open = NULL;
    return op_emit(op, worker, &out, err);
}

const struct op_def op_union = {
    .name = "union",
    .open = union_open,
    .push = union_push,
};
