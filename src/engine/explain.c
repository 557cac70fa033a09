/* explain.c - the plan as a run would execute it, as text, and the columns of its result. Nothing
 * is read but lookup files, and some events where the query asks for texts of the payload. */
#include "engine/payload.h"
#include "engine/query.h"
#include "engine/result.h"

static const struct schema *file_schema(const struct lookup_table *rows, struct arena *a)
{
    struct schema *s = ARENA_NEW(a, struct schema);

    s->fields = ARENA_ARRAY(a, struct schema_field, rows->n_columns);
    for (size_t i = 0; i < rows->n_columns; i++) {
        s->fields[i].name = rows->columns[i];
        s->fields[i].col = (uint32_t)i;
    }
    s->n = rows->n_columns;
    s->n_cols = (uint32_t)rows->n_columns;
    return s;
}

static enum lanner_rc bind_one(struct built *b, struct plan *p, struct scan_fields *fields,
                               struct lanner_err *err)
{
    bind_demand(p);
    bind_scan_fields(&p, 1, &b->arena, fields);
    return bind_plan(p, fields, &b->env, err);
}

/* The columns of a table are known from its plan or its file. */
static enum lanner_rc bind_tables(struct built *b, struct lanner_err *err)
{
    for (size_t i = 0; i < b->plan->n_tables; i++) {
        struct plan_table *table = &b->plan->tables[i];
        struct lookup_table rows = {0};
        struct scan_fields fields;

        if (table->root != NULL) {
            TRY(bind_one(b, b->table_plans[i], &fields, err));
            table->schema = b->table_plans[i]->root->schema;
        } else {
            TRY(built_file(b, table, &rows, err));
            table->schema = file_schema(&rows, &b->arena);
        }
    }
    return LANNER_OK;
}

static const char *column_type(const struct plan_column *c)
{
    return c->type != NULL ? c->type : "String";
}

static void put_columns(const struct plan *p, struct buf *out)
{
    size_t width = 0;

    if (p->columns == NULL)
        return;
    for (size_t i = 0; i < p->n_columns; i++)
        width = MAX(width, MIN(p->columns[i].label.len, (size_t)40));
    buf_puts(out, "columns\n");
    for (size_t i = 0; i < p->n_columns; i++) {
        const struct plan_column *c = &p->columns[i];

        buf_puts(out, "  ");
        /* One line a column, whatever the query calls it. */
        for (size_t k = 0; k < c->label.len; k++)
            buf_putc(out, (unsigned char)c->label.ptr[k] < 0x20 ? ' ' : c->label.ptr[k]);
        for (size_t k = c->label.len; k < width + 2; k++)
            buf_putc(out, ' ');
        if (c->label.len > width)
            buf_puts(out, "  ");
        buf_printf(out, "%s\n", column_type(c));
    }
}

static enum lanner_rc explain(struct lanner_query *q, struct built *b, struct buf *out,
                              struct lanner_err *err)
{
    struct scan_fields fields;
    struct extractor *x = NULL;
    struct plan_node *leaf;

    TRY(bind_tables(b, err));
    TRY(bind_one(b, b->plan, &fields, err));
    leaf = leaf_of(b->plan);
    if (leaf->kind == NODE_SCAN) {
        TRY(extractor_open(q->session, &fields, false, &x, err));
        choose_prefilter(&leaf->u.scan, x);
        extractor_free(x);
    }
    plan_print(b->plan, out);
    put_columns(b->plan, out);
    if (q->session->inputs.n > 0)
        payload_explain(q->session, b->plan, &fields, str_of(q->text, q->len), out);
    return LANNER_OK;
}

static void unbind(struct built *b)
{
    if (b->plan == NULL)
        return;
    for (size_t i = 0; i < b->plan->n_tables && b->table_plans != NULL; i++) {
        if (b->table_plans[i] != NULL)
            bind_done(b->table_plans[i]);
    }
    bind_done(b->plan);
}

enum lanner_rc lanner_query_explain(struct lanner_query *q, lanner_on_text fn, void *ctx,
                                    struct lanner_err *err)
{
    struct built *b = q->fresh;
    struct buf out = {0};
    enum lanner_rc rc = LANNER_OK;

    q->fresh = NULL; /* binding for explain and binding for a run do not mix */
    if (b == NULL)
        rc = built_new(q, &b, err);
    if (rc == LANNER_OK)
        rc = explain(q, b, &out, err);
    if (rc == LANNER_OK)
        fn(ctx, out.ptr, out.len);
    err_locate(err, q->text, q->len);
    buf_done(&out);
    unbind(b);
    built_free(b);
    return rc;
}

static const char *type_name(enum type type)
{
    switch (type) {
    case TYPE_NUM:
    case TYPE_LONG:
    case TYPE_DOUBLE:
        return "number";
    case TYPE_BOOL:
        return "boolean";
    case TYPE_TIME:
        return "time";
    case TYPE_IP:
    case TYPE_MAC:
        return "address";
    case TYPE_ARRAY:
        return "array";
    case TYPE_ANY:
        return "any";
    case TYPE_RAW:
    case TYPE_TEXT:
    case TYPE_BYTES:
        break;
    }
    return "text";
}

/* Languages whose plans do not name their columns: the fields of the last node's rows. */
static enum lanner_rc field_columns(struct built *b, lanner_on_column fn, void *ctx,
                                    struct lanner_err *err)
{
    const struct schema *s;
    struct scan_fields fields;

    TRY(bind_tables(b, err));
    TRY(bind_one(b, b->plan, &fields, err));
    s = b->plan->root->schema;
    for (size_t i = 0; i < s->n; i++) {
        const struct schema_field *f = &s->fields[i];
        struct lanner_column column = {{f->name.ptr, f->name.len}, type_name(f->type)};

        if (result_has_field(s, f))
            fn(ctx, &column);
    }
    return LANNER_OK;
}

enum lanner_rc lanner_query_columns(struct lanner_query *q, lanner_on_column fn, void *ctx,
                                    struct lanner_err *err)
{
    struct built *b = NULL;
    enum lanner_rc rc = built_new(q, &b, err); /* what is kept for the run stays unbound */

    if (rc == LANNER_OK && b->plan->columns == NULL)
        rc = field_columns(b, fn, ctx, err);
    for (size_t i = 0; rc == LANNER_OK && b->plan->columns != NULL && i < b->plan->n_columns; i++) {
        const struct plan_column *c = &b->plan->columns[i];
        struct lanner_column column = {{c->label.ptr, c->label.len}, column_type(c)};

        fn(ctx, &column);
    }
    err_locate(err, q->text, q->len);
    unbind(b);
    built_free(b);
    return rc;
}
