/* spread.c - all fields of rows as open fields, for functions that look for names themselves.
 *
 * Columns are what earlier stages made: they hide the record's own fields of their names, and so do
 * fields that were dropped. Columns that the scan read from the record are there already. */
#include "expr/expr.h"

struct spread_field {
    struct str name;
    uint32_t col; /* UINT32_MAX: the field is no more */
};

struct spread {
    struct spread_field *fields;
    size_t n;
    bool open; /* rows have open fields of their own */
};

const struct spread *spread_new(struct arena *a, const struct schema *s)
{
    struct spread *sp = ARENA_NEW(a, struct spread);

    sp->open = s->open;
    sp->fields = ARENA_ARRAY(a, struct spread_field, s->n);
    for (size_t i = 0; i < s->n; i++) {
        const struct schema_field *f = &s->fields[i];

        if ((f->from_record && s->open) || (f->name.len > 0 && f->name.ptr[0] == '\x01'))
            continue;
        sp->fields[sp->n++] =
            (struct spread_field){f->name, f->col < s->n_cols ? f->col : UINT32_MAX};
    }
    return sp;
}

static void row_remove(struct open_row *row, struct str name)
{
    for (uint32_t k = 0; k < row->n; k++) {
        if (!str_eq(row->fields[k].name, name))
            continue;
        memmove(&row->fields[k], &row->fields[k + 1], (row->n - k - 1) * sizeof(*row->fields));
        row->n--;
        return;
    }
}

static void spread_row(const struct spread *sp, const struct batch *b, uint32_t i,
                       struct open_row *to)
{
    const struct open_row *from = sp->open && b->open != NULL ? &b->open[i] : NULL;
    uint32_t n = from != NULL ? from->n : 0;

    to->n = n;
    to->cap = n + (uint32_t)sp->n;
    to->fields = arena_alloc(b->arena, arena_array_size(MAX(to->cap, 1u), sizeof(*to->fields)));
    if (n > 0)
        memcpy(to->fields, from->fields, n * sizeof(*to->fields));
    for (size_t k = 0; k < sp->n; k++) {
        const struct spread_field *f = &sp->fields[k];
        const struct val *v = f->col != UINT32_MAX ? column_at(&b->cols[f->col], i) : NULL;

        if (v == NULL || val_is_null(v))
            row_remove(to, f->name);
        else
            open_put(to, f->name, *v, b->arena);
    }
}

struct batch *spread_apply(const struct spread *sp, const struct batch *b, const struct sel *sel)
{
    struct batch *view = ARENA_NEW(b->arena, struct batch);

    *view = *b;
    if (sp->n == 0 && sp->open && b->open != NULL)
        return view;
    view->open =
        arena_zalloc(b->arena, arena_array_size(MAX(b->n_rows, 1u), sizeof(struct open_row)));
    SEL_FOR (sel, i)
        spread_row(sp, b, i, &view->open[i]);
    return view;
}
