/* op_table.c - the rows of a materialised table, in its order. */
#include "exec/rows.h"
#include "exec/tables.h"

static enum lanner_rc table_open(struct op *op, struct lanner_err *err)
{
    if (table_find(op->x->tables, op->node->u.table.table) == NULL)
        return err_set_at(err, LANNER_ERR_QUERY, op->node->at, "there is no table %.*s",
                          STR_ARG(op->node->u.table.table));
    return LANNER_OK;
}

static enum lanner_rc emit_rows(struct op *op, const struct table *t, struct emitter *e,
                                struct lanner_err *err)
{
    const struct schema *out = op->node->schema;

    for (size_t i = 0; i < t->rows.n; i++) {
        uint32_t row = emitter_add(e, (struct ordinal){i, 0});

        for (size_t k = 0; k < out->n; k++) {
            const struct schema_field *from = schema_find(&t->schema, out->fields[k].name);

            if (from != NULL && out->fields[k].col < out->n_cols)
                e->b->cols[out->fields[k].col].v[row] = table_cell(t, i, from->col);
        }
        if (emitter_is_full(e))
            TRY(emitter_flush(e, err));
    }
    return emitter_flush(e, err);
}

static enum lanner_rc table_finish(struct op *op, struct lanner_err *err)
{
    struct emitter e;
    enum lanner_rc rc;

    emitter_init(&e, op, 0, op->node->schema->n_cols, op->node->schema->open,
                 op->x->env.batch_rows);
    rc = emit_rows(op, table_find(op->x->tables, op->node->u.table.table), &e, err);
    emitter_done(&e);
    return rc;
}

const struct op_def op_table = {
    .name = "table",
    .open = table_open,
    .finish = table_finish,
};
