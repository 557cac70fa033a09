/* tables.c - tables by name: results of sub-queries and rows of files. See exec.h. */
#include "exec/tables.h"

#include <stdlib.h>

#include "util/hash.h"

/* A table of more columns comes from data that was made to hurt. */
#define MAX_COLUMNS 10000
/* So much a table may take whatever the budget says. */
#define FLOOR_BYTES ((uint64_t)256 * 1024)
#define ARENA_SIZE  ((size_t)8 * 1024)

struct exec_tables {
    struct budget *budget;
    struct table *first; /* owned */
};

struct exec_tables *exec_tables_new(struct budget *budget)
{
    struct exec_tables *t = xcalloc(1, sizeof(*t));

    t->budget = budget;
    return t;
}

static void table_free(struct exec_tables *all, struct table *t)
{
    budget_give(all->budget, t->charged);
    VEC_DONE(&t->fields);
    VEC_DONE(&t->rows);
    arena_done(&t->arena);
    free(t);
}

void exec_tables_free(struct exec_tables *t)
{
    if (t == NULL)
        return;
    while (t->first != NULL) {
        struct table *next = t->first->next;

        table_free(t, t->first);
        t->first = next;
    }
    free(t);
}

const struct table *table_find(const struct exec_tables *t, struct str name)
{
    for (const struct table *i = t != NULL ? t->first : NULL; i != NULL; i = i->next) {
        if (str_eq(i->name, name))
            return i;
    }
    return NULL;
}

const struct schema *exec_tables_schema(const struct exec_tables *t, struct str name)
{
    const struct table *table = table_find(t, name);

    return table != NULL ? &table->schema : NULL;
}

static struct table *table_new(struct str name)
{
    struct table *t = xcalloc(1, sizeof(*t));

    arena_init(&t->arena, ARENA_SIZE);
    t->name = arena_str(&t->arena, name);
    return t;
}

static uint32_t add_column(struct table *t, struct str name)
{
    struct schema_field f = {.name = arena_str(&t->arena, name), .col = (uint32_t)t->fields.n};

    VEC_PUSH(&t->fields, f);
    t->schema.fields = t->fields.items;
    t->schema.n = t->fields.n;
    t->schema.n_cols = (uint32_t)t->fields.n;
    return f.col;
}

static enum lanner_rc charge(struct exec_tables *all, struct table *t, struct lanner_err *err)
{
    uint64_t size = t->arena.n_bytes + t->rows.cap * sizeof(struct table_row);

    if (size <= t->charged)
        return LANNER_OK;
    if (size <= FLOOR_BYTES) {
        budget_force(all->budget, size - t->charged);
    } else if (!budget_take(all->budget, size - t->charged)) {
        (void)err_set(err, LANNER_ERR_MEMORY,
                      "table %.*s needs %llu bytes more than the %llu that the query may use",
                      STR_ARG(t->name), (unsigned long long)(size - t->charged),
                      (unsigned long long)all->budget->limit);
        err_hint(err, "give the query more with --memory");
        return LANNER_ERR_MEMORY;
    }
    t->charged = size;
    return LANNER_OK;
}

static void add_table(struct exec_tables *all, struct table *t)
{
    t->next = all->first;
    all->first = t;
}

/* ---- From a query
 * -------------------------------------------------------------------------------- */

struct drain {
    struct table *t;
    const struct schema *schema; /* of the result */
    struct strmap columns;
    VEC(struct val) cells; /* of one row */
};

static enum lanner_rc put_cell(struct drain *d, struct str name, const struct val *v,
                               struct lanner_err *err)
{
    size_t col = strmap_get(&d->columns, name);

    if (col == SIZE_MAX) {
        if (d->t->fields.n >= MAX_COLUMNS)
            return err_set(err, LANNER_ERR_LIMIT, "table %.*s has more than %d columns",
                           STR_ARG(d->t->name), MAX_COLUMNS);
        col = add_column(d->t, name);
        strmap_put(&d->columns, name, col);
    }
    while (d->cells.n <= col)
        VEC_PUSH(&d->cells, VAL_ABSENT);
    d->cells.items[col] = val_copy(v, &d->t->arena);
    return LANNER_OK;
}

/* In an open row the record's own field counts, not the column read from it. */
static enum lanner_rc drain_row(struct drain *d, const struct batch *b, uint32_t row,
                                struct lanner_err *err)
{
    struct open_row *open = b->open != NULL ? &b->open[row] : NULL;
    struct table_row out;
    struct val *cells;

    d->cells.n = 0;
    for (uint32_t k = 0; open != NULL && k < open->n; k++) {
        const struct schema_field *f = schema_find(d->schema, open->fields[k].name);

        if (f == NULL || f->from_record)
            TRY(put_cell(d, open->fields[k].name, &open->fields[k].v, err));
    }
    for (size_t k = 0; k < d->schema->n; k++) {
        const struct schema_field *f = &d->schema->fields[k];

        if (f->col >= b->n_cols ||
            (f->from_record && open != NULL && open_get(open, f->name) != NULL))
            continue;
        TRY(put_cell(d, f->name, column_at(&b->cols[f->col], row), err));
    }
    cells = ARENA_ARRAY(&d->t->arena, struct val, d->cells.n);
    if (d->cells.n > 0)
        memcpy(cells, d->cells.items, d->cells.n * sizeof(*cells));
    out = (struct table_row){cells, (uint32_t)d->cells.n};
    VEC_PUSH(&d->t->rows, out);
    return LANNER_OK;
}

static enum lanner_rc drain_all(struct exec_tables *all, struct drain *d, struct exec *x,
                                struct lanner_err *err)
{
    for (size_t k = 0; k < d->schema->n; k++) {
        const struct schema_field *f = &d->schema->fields[k];

        if (f->col < d->schema->n_cols)
            strmap_put(&d->columns, f->name, add_column(d->t, f->name));
    }
    for (;;) {
        struct batch *b;

        TRY(exec_next(x, &b, err));
        if (b == NULL)
            return LANNER_OK;
        SEL_FOR (&b->sel, i)
            TRY(drain_row(d, b, i, err));
        TRY(charge(all, d->t, err));
    }
}

enum lanner_rc exec_tables_add(struct exec_tables *t, struct str name, struct exec *x,
                               struct lanner_err *err)
{
    struct drain d = {.t = table_new(name), .schema = exec_schema(x)};
    enum lanner_rc rc;

    strmap_init(&d.columns);
    rc = drain_all(t, &d, x, err);
    if (rc == LANNER_OK)
        add_table(t, d.t);
    else
        table_free(t, d.t);
    strmap_done(&d.columns);
    VEC_DONE(&d.cells);
    return rc;
}

/* ---- From a file
 * --------------------------------------------------------------------------------- */

enum lanner_rc exec_tables_add_rows(struct exec_tables *t, struct str name, const struct str *names,
                                    size_t n_cols, const struct val *cells, size_t n_rows,
                                    struct lanner_err *err)
{
    struct table *table = table_new(name);
    enum lanner_rc rc = LANNER_OK;

    for (size_t c = 0; c < n_cols; c++)
        (void)add_column(table, names[c]);
    for (size_t r = 0; r < n_rows && rc == LANNER_OK; r++) {
        struct val *copy = ARENA_ARRAY(&table->arena, struct val, n_cols);

        for (size_t c = 0; c < n_cols; c++)
            copy[c] = val_copy(&cells[r * n_cols + c], &table->arena);
        VEC_PUSH(&table->rows, ((struct table_row){copy, (uint32_t)n_cols}));
        if (r % 1024 == 0)
            rc = charge(t, table, err);
    }
    if (rc == LANNER_OK)
        rc = charge(t, table, err);
    if (rc == LANNER_OK)
        add_table(t, table);
    else
        table_free(t, table);
    return rc;
}
