/* result.c - batches of a finished plan to rows of the public interface.
 *
 * Where the plan names its columns they are those, in order. Else a closed schema gives its fields
 * as columns, and an open one gives the time and the raw
 * text as columns and everything else, the event's own fields and those the query made, sorted by
 * name. */
#include "engine/result.h"

#include <stdlib.h>

struct result {
    const struct plan *plan;
    const struct schema *schema;
    struct lanner_row row;
    struct lanner_name *names;          /* owned */
    struct lanner_value *values;        /* owned */
    const struct schema_field **fields; /* owned; of the columns; NULL: always absent */
    bool *real;                         /* owned; of the columns */
    size_t n;
    struct buf text; /* of an array */
    VEC(struct lanner_name) open_names;
    VEC(struct lanner_value) open_values;
    struct arena arena; /* texts of one row */
};

static bool is_special(struct str name)
{
    return str_eqz(name, FIELD_TIME_MS) || str_eqz(name, FIELD_RAW);
}

/* Names that front ends make for themselves begin with this byte. */
static bool is_hidden_name(struct str name)
{
    return name.len > 0 && name.ptr[0] == '\x01';
}

bool result_has_field(const struct schema *s, const struct schema_field *f)
{
    if (f->col == SCHEMA_HIDDEN || is_hidden_name(f->name))
        return false;
    return !s->open || is_special(f->name);
}

static void put_text(struct lanner_value *out, struct str s)
{
    out->kind = LANNER_TEXT;
    out->text = s.ptr != NULL ? s.ptr : "";
    out->len = s.len;
}

/* No function nests arrays deeper. */
#define MAX_ARRAY_DEPTH 8

/* Arrays as JSON arrays; null members as null. */
static void put_array(struct buf *out, const struct val *v, int depth)
{
    char room[VAL_PRINT_MAX];

    buf_putc(out, '[');
    for (uint32_t i = 0; i < v->len; i++) {
        const struct val *item = &v->u.items[i];

        if (i > 0)
            buf_putc(out, ',');
        if (item->kind == KIND_ARRAY && depth < MAX_ARRAY_DEPTH)
            put_array(out, item, depth + 1);
        else if (val_is_null(item) || item->kind == KIND_ARRAY)
            buf_puts(out, "null");
        else if (item->kind == KIND_LONG || item->kind == KIND_DOUBLE || item->kind == KIND_BOOL)
            buf_put_str(out, val_print(item, room));
        else
            buf_put_json(out, val_print(item, room));
    }
    buf_putc(out, ']');
}

/* Where a language writes computed numbers with a point, integers are real numbers too. */
static void make_real(struct lanner_value *v)
{
    if (v->kind == LANNER_LONG) {
        v->kind = LANNER_DOUBLE;
        v->real = (double)v->integer;
    }
    v->point = v->kind == LANNER_DOUBLE;
}

static void convert(struct result *r, const struct schema_field *f, const struct val *v,
                    struct lanner_value *out)
{
    bool as_text = f != NULL && f->as_text;

    memset(out, 0, sizeof(*out));
    if (val_is_null(v)) {
        out->kind = v->kind == KIND_NULL || r->plan->absent_is_null ? LANNER_NULL : LANNER_ABSENT;
    } else if (v->kind == KIND_ARRAY) {
        buf_clear(&r->text);
        put_array(&r->text, v, 0);
        put_text(out, arena_str(&r->arena, buf_str(&r->text)));
    } else if (val_is_text(v) || v->kind == KIND_BYTES) {
        put_text(out, val_as_str(v));
    } else if (v->kind == KIND_LONG && !as_text) {
        out->kind = LANNER_LONG;
        out->integer = v->u.i;
    } else if (v->kind == KIND_DOUBLE && !as_text) {
        out->kind = LANNER_DOUBLE;
        out->real = v->u.d;
    } else if (v->kind == KIND_BOOL && !as_text && !r->plan->booleans_are_text) {
        out->kind = LANNER_BOOL;
        out->integer = v->u.i;
    } else {
        char room[VAL_PRINT_MAX];

        put_text(out, arena_str(&r->arena, val_print(v, room)));
    }
}

static void add_column(struct result *r, struct str label, const struct schema_field *f, bool real)
{
    r->names[r->n] = (struct lanner_name){label.ptr, label.len};
    r->real[r->n] = real;
    r->fields[r->n++] = f;
}

static void result_init(struct result *r, struct exec *x, const struct plan *p)
{
    const struct schema *s = exec_schema(x);
    size_t n = p->columns != NULL ? p->n_columns : s->n;

    memset(r, 0, sizeof(*r));
    arena_init(&r->arena, 0);
    r->plan = p;
    r->schema = s;
    r->names = xcalloc(n, sizeof(*r->names));
    r->values = xcalloc(n, sizeof(*r->values));
    r->fields = xcalloc(n, sizeof(*r->fields));
    r->real = xcalloc(n, sizeof(*r->real));
    for (size_t i = 0; p->columns != NULL && i < n; i++)
        add_column(r, p->columns[i].label, schema_find(s, p->columns[i].field), p->columns[i].real);
    for (size_t i = 0; p->columns == NULL && i < n; i++) {
        if (result_has_field(s, &s->fields[i]))
            add_column(r, s->fields[i].name, &s->fields[i], false);
    }
    r->row.columns = r->names;
    r->row.values = r->values;
    r->row.n_columns = r->n;
}

static void result_done(struct result *r)
{
    arena_done(&r->arena);
    free(r->names);
    free(r->values);
    free(r->fields);
    free(r->real);
    buf_done(&r->text);
    VEC_DONE(&r->open_names);
    VEC_DONE(&r->open_values);
}

static void open_add(struct result *r, const struct schema_field *f, struct str name,
                     const struct val *v)
{
    struct lanner_name n = {name.ptr, name.len};
    struct lanner_value value;

    if (v->kind == KIND_ABSENT)
        return;
    convert(r, f, v, &value);
    VEC_PUSH(&r->open_names, n);
    VEC_PUSH(&r->open_values, value);
}

static int cmp_names(const void *a, const void *b)
{
    const struct open_field *x = a;
    const struct open_field *y = b;

    return str_cmp(x->name, y->name);
}

/* Own fields of the event that no column hides, and the columns the query made, by name. */
static void open_fields(struct result *r, const struct batch *b, uint32_t i)
{
    const struct schema *s = r->schema;
    const struct open_row *open = &b->open[i];
    VEC(struct open_field) all = {0};

    for (uint32_t k = 0; k < open->n; k++) {
        const struct schema_field *f = schema_find(s, open->fields[k].name);

        if (f == NULL || f->from_record)
            VEC_PUSH(&all, open->fields[k]);
    }
    for (size_t k = 0; k < s->n; k++) {
        const struct schema_field *f = &s->fields[k];

        if (f->col >= s->n_cols || f->from_record || is_special(f->name) || is_hidden_name(f->name))
            continue;
        VEC_PUSH(&all, ((struct open_field){f->name, *column_at(&b->cols[f->col], i)}));
    }
    if (all.n > 1)
        qsort(all.items, all.n, sizeof(*all.items), cmp_names);
    for (size_t k = 0; k < all.n; k++)
        open_add(r, schema_find(s, all.items[k].name), all.items[k].name, &all.items[k].v);
    VEC_DONE(&all);
}

static const struct lanner_row *make_row(struct result *r, const struct batch *b, uint32_t i)
{
    static const struct val absent = {.kind = KIND_ABSENT};

    arena_reset(&r->arena);
    for (size_t k = 0; k < r->n; k++) {
        const struct schema_field *f = r->fields[k];

        const struct val *v =
            f != NULL && f->col < b->n_cols ? column_at(&b->cols[f->col], i) : &absent;

        convert(r, f, v, &r->values[k]);
        if (r->real[k])
            make_real(&r->values[k]);
    }
    r->open_names.n = 0;
    r->open_values.n = 0;
    if (r->schema->open && b->open != NULL && r->plan->columns == NULL)
        open_fields(r, b, i);
    r->row.n_open = r->open_names.n;
    r->row.open_names = r->open_names.items;
    r->row.open_values = r->open_values.items;
    return &r->row;
}

enum lanner_rc result_deliver(struct exec *x, const struct plan *p, lanner_on_row fn, void *ctx,
                              uint64_t *n_rows, struct lanner_err *err)
{
    struct result r;
    struct batch *b = NULL;
    enum lanner_rc rc;

    result_init(&r, x, p);
    while ((rc = exec_next(x, &b, err)) == LANNER_OK && b != NULL) {
        SEL_FOR (&b->sel, i) {
            if (!fn(ctx, make_row(&r, b, i))) {
                rc = err_set(err, LANNER_ERR_STOPPED, "the receiver of rows asked to stop");
                goto out;
            }
            (*n_rows)++;
        }
    }
out:
    result_done(&r);
    return rc;
}
