/* op_transpose.c - rows to columns: a row for each field, a field for each row; or the values of
 * one field as the elements of one array.
 *
 * Rows are kept in their order, on disk when memory is short. What is made of them at the end is
 * bounded: transposing takes few rows (plan: limit), an array has a greatest length. */
#include <stdlib.h>

#include "exec/sorter.h"

#define GATHER_MOST 10000

struct transpose {
    const struct spread *spread; /* NULL: one field is gathered */
    const struct layout *layout;
    struct sorter *sorter; /* owned */
};

static enum lanner_rc transpose_open(struct op *op, struct lanner_err *err)
{
    struct arena *a = op->x->env.arena;
    const struct plan_node *n = op->node;
    struct transpose *t = xcalloc(1, sizeof(*t));
    struct layout *layout = ARENA_NEW(a, struct layout);
    struct sorter_config config = {.x = op->x, .name = "transpose", .at = n->at};

    (void)err;
    op->state = t;
    if (n->u.transpose.gather.len > 0) {
        layout->cells = fetch_list(a, op->in, &n->u.transpose.gather, 1);
        layout->n_cells = 1;
    } else {
        t->spread = spread_new(a, op->in);
        layout->open = true;
    }
    t->layout = config.layout = layout;
    t->sorter = sorter_new(&config);
    return LANNER_OK;
}

static enum lanner_rc transpose_push(struct op *op, unsigned worker, struct batch *b, unsigned port,
                                     struct lanner_err *err)
{
    struct transpose *t = op->state;

    (void)port;
    if (t->spread != NULL)
        b = spread_apply(t->spread, b, &b->sel);
    return sorter_push(t->sorter, worker, b, err);
}

/* ---- The rows made -----------------------------------------------------------------------------
 */

/* The kept rows, and the names of their fields in order. */
struct table {
    struct arena arena;
    VEC(const struct row *) rows;
    VEC(struct str) names;
    VEC(struct str) titles; /* of the rows */
};

static int by_name(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static const struct val *row_get(const struct row *r, struct str name)
{
    for (uint32_t k = 0; k < r->n_open; k++) {
        if (str_eq(r->open[k].name, name))
            return val_is_null(&r->open[k].v) ? NULL : &r->open[k].v;
    }
    return NULL;
}

static enum lanner_rc read_rows(struct op *op, struct table *table, struct lanner_err *err)
{
    struct transpose *t = op->state;
    const struct row *row;
    size_t n = 0;
    bool stays;

    while (table->rows.n < op->node->u.transpose.limit) {
        TRY(sorter_next(t->sorter, &row, &stays, err));
        if (row == NULL)
            break;
        row = row_copy(row, &table->arena);
        VEC_PUSH(&table->rows, row);
        for (uint32_t k = 0; k < row->n_open; k++) {
            if (!val_is_null(&row->open[k].v))
                VEC_PUSH(&table->names, row->open[k].name);
        }
    }
    if (table->names.n > 0)
        qsort(table->names.items, table->names.n, sizeof(struct str), by_name);
    for (size_t k = 0; k < table->names.n; k++) {
        if (k == 0 || !str_eq(table->names.items[n - 1], table->names.items[k]))
            table->names.items[n++] = table->names.items[k];
    }
    table->names.n = n;
    return LANNER_OK;
}

/* row[1], row[2], ..., or the row's value of the header field. */
static void name_rows(const struct op *op, struct table *table)
{
    for (size_t i = 0; i < table->rows.n; i++) {
        const struct val *v = row_get(table->rows.items[i], op->node->u.transpose.header);
        char room[VAL_PRINT_MAX];
        struct str title;

        if (v != NULL && v->kind != KIND_ARRAY)
            title = arena_str(&table->arena, val_print(v, room));
        else
            title = arena_printf(&table->arena, "row[%zu]", i + 1);
        VEC_PUSH(&table->titles, title);
    }
}

/* One field of the row being made: a column where the plan asks for the name, else an open one. */
static void put_field(const struct op *op, struct emitter *e, uint32_t row, struct str name,
                      const struct val *v)
{
    const struct schema *s = op->node->schema;
    const struct schema_field *f = schema_find(s, name);
    struct val copy = val_copy(v, &e->arena);

    if (f != NULL && f->col < s->n_cols)
        e->b->cols[f->col].v[row] = copy;
    else if (e->open)
        open_put(&e->b->open[row], arena_str(&e->arena, name), copy, &e->arena);
}

static enum lanner_rc emit_fields(struct op *op, struct emitter *e, const struct table *table,
                                  struct lanner_err *err)
{
    uint64_t n = 0;

    for (size_t k = 0; k < table->names.n; k++) {
        struct str name = table->names.items[k];
        struct val title = val_str(name);
        uint32_t row;

        if (str_eq(name, op->node->u.transpose.header))
            continue;
        row = emitter_add(e, (struct ordinal){n++, 0});
        put_field(op, e, row, op->node->u.transpose.as, &title);
        for (size_t i = 0; i < table->rows.n; i++) {
            const struct val *v = row_get(table->rows.items[i], name);

            if (v != NULL)
                put_field(op, e, row, table->titles.items[i], v);
        }
        if (emitter_is_full(e))
            TRY(emitter_flush(e, err));
    }
    return emitter_flush(e, err);
}

static enum lanner_rc emit_array(struct op *op, struct emitter *e, struct lanner_err *err)
{
    struct transpose *t = op->state;
    const struct row *row;
    uint32_t n = 0, to = 0;
    bool stays;

    for (;;) {
        TRY(sorter_next(t->sorter, &row, &stays, err));
        if (row == NULL)
            break;
        if (val_is_null(&row->cells[0]))
            continue;
        if (n == GATHER_MOST) {
            exec_note(op->x, LANNER_NOTE_LIMIT, op->node->at,
                      "the array has more than %d elements; the others are left out", GATHER_MOST);
            break;
        }
        if (n == 0)
            to = emitter_add(e, (struct ordinal){0, 0});
        put_field(
            op, e, to,
            arena_printf(&e->arena, "%.*s[%u]", STR_ARG(op->node->u.transpose.as), (unsigned)n++),
            &row->cells[0]);
    }
    return emitter_flush(e, err);
}

static enum lanner_rc transpose_finish(struct op *op, struct lanner_err *err)
{
    struct transpose *t = op->state;
    struct table table = {.rows = {0}};
    struct emitter e;
    enum lanner_rc rc;

    TRY(sorter_finish(t->sorter, err));
    arena_init(&table.arena, 0);
    emitter_init(&e, op, 0, op->node->schema->n_cols, op->node->schema->open,
                 op->x->env.batch_rows);
    if (t->spread == NULL) {
        rc = emit_array(op, &e, err);
    } else {
        rc = read_rows(op, &table, err);
        if (rc == LANNER_OK) {
            name_rows(op, &table);
            rc = emit_fields(op, &e, &table, err);
        }
    }
    emitter_done(&e);
    VEC_DONE(&table.rows);
    VEC_DONE(&table.names);
    VEC_DONE(&table.titles);
    arena_done(&table.arena);
    return rc;
}

static enum lanner_rc transpose_relieve(struct op *op, struct lanner_err *err)
{
    return sorter_relieve(((struct transpose *)op->state)->sorter, err);
}

static void transpose_reset(struct op *op)
{
    sorter_reset(((struct transpose *)op->state)->sorter);
}

static void transpose_close(struct op *op)
{
    sorter_free(((struct transpose *)op->state)->sorter);
    free(op->state);
}

const struct op_def op_transpose = {
    .name = "transpose",
    .open = transpose_open,
    .push = transpose_push,
    .finish = transpose_finish,
    .relieve = transpose_relieve,
    .reset = transpose_reset,
    .close = transpose_close,
};
