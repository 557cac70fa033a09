/* explain.c - the plan as a run would execute it, as text: nothing is read but lookup files. */
#include "engine/query.h"

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
    return LANNER_OK;
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
    if (b->plan != NULL) {
        for (size_t i = 0; i < b->plan->n_tables && b->table_plans != NULL; i++) {
            if (b->table_plans[i] != NULL)
                bind_done(b->table_plans[i]);
        }
        bind_done(b->plan);
    }
    built_free(b);
    return rc;
}
