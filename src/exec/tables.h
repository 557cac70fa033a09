/* tables.h - tables that joins read. Private to exec. */
#ifndef EXEC_TABLES_H
#define EXEC_TABLES_H

#include "exec/exec.h"

struct table_row {
    const struct val *cells;
    uint32_t n_cells; /* later columns are absent */
};

struct table {
    struct str name;
    struct schema schema;
    VEC(struct schema_field) fields; /* owned; schema.fields points there */
    VEC(struct table_row) rows;      /* owned */
    struct arena arena;
    uint64_t charged;
    struct table *next;
};

const struct table *table_find(const struct exec_tables *t, struct str name);
static inline struct val table_cell(const struct table *t, size_t row, uint32_t col)
{
    const struct table_row *r = &t->rows.items[row];

    return col < r->n_cells ? r->cells[col] : VAL_ABSENT;
}

#endif
