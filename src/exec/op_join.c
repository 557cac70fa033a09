/* op_join.c - rows with the fields of matching rows of a table. */
#include <stdlib.h>

#include "exec/join_index.h"
#include "exec/rows.h"

struct cell {
    uint32_t to;
    uint32_t table_col; /* UINT32_MAX: not from the table */
    bool included;      /* named by `include` */
    struct fetch from;  /* of the row */
};

struct join {
    struct join_index index;
    struct fetch *keys;
    struct cell *cells;
    size_t n_cells;
    uint32_t mark;            /* column; UINT32_MAX: none */
    struct emitter *emitters; /* owned, one a worker */
    join_rows *found;         /* owned, one a worker */
    bool is_built;
};

static uint32_t table_column(const struct table *t, struct str name)
{
    const struct schema_field *f = schema_find(&t->schema, name);

    return f != NULL && f->col < t->schema.n_cols ? f->col : UINT32_MAX;
}

static void make_cells(struct op *op, struct join *j)
{
    const struct plan_node *n = op->node;
    const struct schema *out = n->schema;

    j->cells = ARENA_ARRAY(op->x->env.arena, struct cell, out->n);
    j->mark = UINT32_MAX;
    for (size_t i = 0; i < out->n; i++) {
        struct cell c = {.to = out->fields[i].col, .table_col = UINT32_MAX};

        if (c.to >= out->n_cols)
            continue;
        if (n->u.join.mode == JOIN_MARK && str_eq(out->fields[i].name, n->u.join.mark)) {
            j->mark = c.to;
            continue;
        }
        c.from = fetch_new(op->in, out->fields[i].name);
        for (size_t k = 0; k < n->u.join.n_include; k++) {
            if (!str_eq(n->u.join.include[k].to, out->fields[i].name))
                continue;
            c.included = true;
            c.table_col = table_column(j->index.table, n->u.join.include[k].from);
        }
        j->cells[j->n_cells++] = c;
    }
}

static void set_index(struct op *op, struct join *j, const struct table *t)
{
    const struct plan_node *n = op->node;
    uint32_t *cols = ARENA_ARRAY(op->x->env.arena, uint32_t, n->u.join.n_fields);
    uint64_t limit = n->u.join.table_limit;

    for (size_t k = 0; k < n->u.join.n_fields; k++)
        cols[k] = table_column(t, n->u.join.columns[k]);
    j->index.table = t;
    j->index.match = n->u.join.match;
    j->index.ignore_case = n->u.join.ignore_case;
    j->index.seed = op->x->env.fn->seed;
    j->index.n_keys = (uint32_t)n->u.join.n_fields;
    j->index.cols = cols;
    j->index.n_rows = t->rows.n;
    if (limit != 0 && t->rows.n > limit) {
        j->index.n_rows = (size_t)limit;
        exec_note(op->x, LANNER_NOTE_LIMIT, n->at, "join() uses %llu of %zu rows of its sub-query",
                  (unsigned long long)limit, t->rows.n);
    }
}

static enum lanner_rc join_open(struct op *op, struct lanner_err *err)
{
    const struct plan_node *n = op->node;
    const struct table *t = table_find(op->x->tables, n->u.join.table);
    struct join *j = xcalloc(1, sizeof(*j));

    op->state = j;
    j->emitters = xcalloc(op->x->env.n_workers, sizeof(*j->emitters));
    j->found = xcalloc(op->x->env.n_workers, sizeof(*j->found));
    for (unsigned w = 0; w < op->x->env.n_workers; w++)
        emitter_init(&j->emitters[w], op, w, n->schema->n_cols, n->schema->open,
                     op->x->env.batch_rows);
    if (t == NULL)
        return err_set_at(err, LANNER_ERR_QUERY, n->at, "there is no table %.*s",
                          STR_ARG(n->u.join.table));
    j->keys = fetch_list(op->x->env.arena, op->in, n->u.join.fields, n->u.join.n_fields);
    set_index(op, j, t);
    TRY(join_index_build(&j->index, op->x->env.budget, n->at, err));
    j->is_built = true;
    make_cells(op, j);
    return LANNER_OK;
}

/* The value an included field gets from a table row; an empty cell leaves the field as it was. */
static struct val included_value(const struct op *op, const struct join *j, const struct cell *c,
                                 size_t table_row, const struct batch *b, uint32_t row)
{
    struct val v = VAL_ABSENT;

    if (c->table_col != UINT32_MAX)
        v = table_cell(j->index.table, table_row, c->table_col);
    if (!val_is_null(&v))
        return v;
    return op->node->u.join.missing_is_empty ? val_text("", 0) : fetch_at(&c->from, b, row);
}

/* table_row SIZE_MAX: none. */
static enum lanner_rc emit_row(struct op *op, unsigned worker, const struct batch *b, uint32_t row,
                               size_t table_row, struct ordinal ord, struct lanner_err *err)
{
    struct join *j = op->state;
    struct emitter *e = &j->emitters[worker];
    uint32_t to = emitter_add(e, ord);

    for (size_t k = 0; k < j->n_cells; k++) {
        const struct cell *c = &j->cells[k];

        e->b->cols[c->to].v[to] = c->included && table_row != SIZE_MAX
                                      ? included_value(op, j, c, table_row, b, row)
                                      : fetch_at(&c->from, b, row);
    }
    if (e->open && b->open != NULL)
        e->b->open[to] = b->open[row];
    return emitter_is_full(e) ? emitter_flush(e, err) : LANNER_OK;
}

static enum lanner_rc emit_matches(struct op *op, unsigned worker, const struct batch *b,
                                   uint32_t row, struct lanner_err *err)
{
    struct join *j = op->state;
    const join_rows *found = &j->found[worker];
    size_t n = found->n;

    if (op->node->u.join.max_rows != 0 && n > op->node->u.join.max_rows)
        n = (size_t)op->node->u.join.max_rows;
    for (size_t i = 0; i < n; i++) {
        size_t at = op->node->u.join.last_first ? found->n - 1 - i : i;
        struct ordinal ord = b->ord[row];

        if (op->node->u.join.max_rows != 1)
            TRY(ordinal_sub(b->ord[row], i, &ord, err));
        TRY(emit_row(op, worker, b, row, found->items[at], ord, err));
    }
    return LANNER_OK;
}

static bool some_key_is_null(const struct join *j, const struct val *keys)
{
    for (uint32_t k = 0; k < j->index.n_keys; k++) {
        if (val_is_null(&keys[k]))
            return true;
    }
    return false;
}

/* The row as it is, and whether the table has a match. */
static enum lanner_rc emit_mark(struct op *op, unsigned worker, const struct batch *b, uint32_t row,
                                const struct val *keys, struct lanner_err *err)
{
    struct join *j = op->state;
    struct emitter *e = &j->emitters[worker];
    uint32_t to = emitter_add(e, b->ord[row]);

    for (size_t k = 0; k < j->n_cells; k++)
        e->b->cols[j->cells[k].to].v[to] = fetch_at(&j->cells[k].from, b, row);
    if (j->mark != UINT32_MAX && !some_key_is_null(j, keys))
        e->b->cols[j->mark].v[to] = val_bool(j->found[worker].n > 0);
    if (e->open && b->open != NULL)
        e->b->open[to] = b->open[row];
    return emitter_is_full(e) ? emitter_flush(e, err) : LANNER_OK;
}

static enum lanner_rc join_push(struct op *op, unsigned worker, struct batch *b, unsigned port,
                                struct lanner_err *err)
{
    struct join *j = op->state;
    enum join_mode mode = op->node->u.join.mode;
    struct val *keys = ARENA_ARRAY(b->arena, struct val, j->index.n_keys);
    struct arena scratch;
    enum lanner_rc rc = LANNER_OK;

    (void)port;
    arena_init(&scratch, 4096);
    for (uint32_t r = 0; r < b->sel.n && rc == LANNER_OK; r++) {
        uint32_t i = b->sel.idx[r];

        for (uint32_t k = 0; k < j->index.n_keys; k++)
            keys[k] = fetch_at(&j->keys[k], b, i);
        arena_reset(&scratch);
        j->found[worker].n = 0;
        join_index_find(&j->index, keys, &scratch, &j->found[worker]);
        /* Finding may look at every row of the table. */
        rc = exec_check(op->x, err);
        if (rc != LANNER_OK)
            break;
        if (mode == JOIN_MARK)
            rc = emit_mark(op, worker, b, i, keys, err);
        else if (j->found[worker].n > 0 && mode != JOIN_ANTI)
            rc = emit_matches(op, worker, b, i, err);
        else if (j->found[worker].n == 0 && mode != JOIN_INNER)
            rc = emit_row(op, worker, b, i, SIZE_MAX, b->ord[i], err);
    }
    arena_done(&scratch);
    if (rc != LANNER_OK)
        return rc;
    /* What was made points into b: nothing may stay behind. */
    return emitter_flush(&j->emitters[worker], err);
}

/* ---- In a sub-pipeline: rows pass or do not, and included fields are new columns ----------------
 */

/* The included columns behind the input's, in the order of their names. */
static void append_included(struct op *op, struct batch *b, const size_t *table_rows)
{
    const struct join *j = op->state;

    for (uint32_t to = op->in->n_cols; to < op->node->schema->n_cols; to++) {
        struct column c = {
            arena_alloc(b->arena, arena_array_size(MAX(b->n_rows, 1u), sizeof(struct val))), false};

        for (size_t k = 0; k < j->n_cells; k++) {
            const struct cell *cell = &j->cells[k];

            if (cell->to != to)
                continue;
            SEL_FOR (&b->sel, i)
                c.v[i] = cell->included && table_rows[i] != SIZE_MAX
                             ? included_value(op, j, cell, table_rows[i], b, i)
                             : fetch_at(&cell->from, b, i);
        }
        batch_append(b, c);
    }
}

static enum lanner_rc join_apply(struct op *op, unsigned worker, struct batch *b,
                                 struct lanner_err *err)
{
    struct join *j = op->state;
    enum join_mode mode = op->node->u.join.mode;
    struct val *keys = ARENA_ARRAY(b->arena, struct val, j->index.n_keys);
    size_t *table_rows = ARENA_ARRAY(b->arena, size_t, b->n_rows + 1);
    join_rows *found = &j->found[worker];
    struct arena scratch;
    enum lanner_rc rc = LANNER_OK;
    uint32_t n = 0;

    arena_init(&scratch, 4096);
    for (uint32_t r = 0; r < b->sel.n; r++) {
        uint32_t i = b->sel.idx[r];

        for (uint32_t k = 0; k < j->index.n_keys; k++)
            keys[k] = fetch_at(&j->keys[k], b, i);
        arena_reset(&scratch);
        found->n = 0;
        join_index_find(&j->index, keys, &scratch, found);
        rc = exec_check(op->x, err);
        if (rc != LANNER_OK)
            break;
        table_rows[i] = SIZE_MAX;
        if (found->n > 0 && mode != JOIN_ANTI)
            table_rows[i] = found->items[op->node->u.join.last_first ? found->n - 1 : 0];
        b->sel.idx[n] = i;
        n += mode == JOIN_LEFT || (found->n > 0) == (mode == JOIN_INNER);
    }
    b->sel.n = n;
    arena_done(&scratch);
    TRY(rc);
    append_included(op, b, table_rows);
    return LANNER_OK;
}

static void join_close(struct op *op)
{
    struct join *j = op->state;

    for (unsigned w = 0; w < op->x->env.n_workers; w++) {
        emitter_done(&j->emitters[w]);
        VEC_DONE(&j->found[w]);
    }
    if (j->is_built) {
        budget_give(op->x->env.budget, j->index.arena.n_bytes);
        join_index_done(&j->index);
    }
    free(j->emitters);
    free(j->found);
    free(j);
}

const struct op_def op_join_in_place = {
    .name = "join",
    .open = join_open,
    .apply = join_apply,
    .close = join_close,
};

const struct op_def op_join = {
    .name = "join",
    .open = join_open,
    .push = join_push,
    .close = join_close,
};
