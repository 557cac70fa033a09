/* bind.c - the forward walk: the schema of every node, and its calls bound.
 *
 * Column numbers. A node that moves no rows (filter, extend, project, branch) adds columns behind
 * its input's: extend one for each output name of each item, in order; branch one for each name
 * that any clause gives another column. All others give fresh batches with columns 0..n-1 in the
 * order of the schema's fields. exec/ lays its batches out by the same rule. */
#include "bind/bind.h"

#include <stdlib.h>

#include "bind/demand.h"
#include "expr/expr.h"

/* A query with more stages than this is an attack, not a query. */
#define MAX_NODES 20000

struct binder {
    struct plan *plan;
    const struct scan_fields *fields;
    const struct fn_env *env;
    size_t n_nodes;
};

/* A schema under construction. */
struct builder {
    VEC(struct schema_field) fields;
    uint32_t n_cols;
    bool open;
};

static struct schema *schema_make(struct binder *b, struct builder *from)
{
    struct schema *s = ARENA_NEW(b->plan->arena, struct schema);

    s->fields = ARENA_ARRAY(b->plan->arena, struct schema_field, from->fields.n);
    if (from->fields.n > 0)
        memcpy(s->fields, from->fields.items, from->fields.n * sizeof(*s->fields));
    s->n = from->fields.n;
    s->n_cols = from->n_cols;
    s->open = from->open;
    VEC_DONE(&from->fields);
    return s;
}

static void builder_from(struct builder *to, const struct schema *s)
{
    memset(to, 0, sizeof(*to));
    for (size_t i = 0; i < s->n; i++)
        VEC_PUSH(&to->fields, s->fields[i]);
    to->n_cols = s->n_cols;
    to->open = s->open;
}

static struct schema_field *builder_find(struct builder *b, struct str name)
{
    for (size_t i = 0; i < b->fields.n; i++) {
        if (str_eq(b->fields.items[i].name, name))
            return &b->fields.items[i];
    }
    return NULL;
}

/* Gives name a column; a field of that name is replaced where it stands. */
static void builder_set(struct builder *b, struct schema_field field)
{
    struct schema_field *old = builder_find(b, field.name);

    if (old != NULL)
        *old = field;
    else
        VEC_PUSH(&b->fields, field);
}

static void builder_append(struct builder *b, struct str name, enum type type)
{
    builder_set(b, (struct schema_field){.name = name, .col = b->n_cols, .type = type});
    b->n_cols++;
}

static bool is_wanted(const struct plan_node *n, struct str name)
{
    return n->demand == NULL || n->demand->all || demand_has(n->demand, name);
}

static bool is_column(const struct schema_field *f)
{
    return f->col != SCHEMA_HIDDEN && f->col != SCHEMA_ABSENT;
}

/* A fresh layout of the fields of s that n's consumer asks for. */
static void builder_fresh(struct builder *to, const struct schema *s, const struct plan_node *n)
{
    memset(to, 0, sizeof(*to));
    to->open = s->open;
    for (size_t i = 0; i < s->n; i++) {
        struct schema_field f = s->fields[i];

        if (is_column(&f)) {
            if (!is_wanted(n, f.name))
                continue;
            f.col = to->n_cols++;
        }
        VEC_PUSH(&to->fields, f);
    }
}

static enum lanner_rc bind_chain(struct binder *b, struct plan_node *top,
                                 const struct schema *input, struct lanner_err *err) MUST_USE;

/* A search is found by its place in the plan: two plans of a job may use one name for theirs. */
static size_t search_column(const struct scan_fields *fields, const struct plan_node *n,
                            struct str name)
{
    for (size_t i = 0; i < fields->n_searches; i++) {
        const struct plan_search *s = fields->searches[i];

        if (s >= n->u.scan.searches && s < n->u.scan.searches + n->u.scan.n_searches &&
            str_eq(s->column, name))
            return fields->n + i;
    }
    return SIZE_MAX;
}

static size_t scan_column(const struct scan_fields *fields, const struct plan_node *n,
                          struct str name)
{
    if (str_starts(name, STR(FIELD_SEARCH_PREFIX)))
        return search_column(fields, n, name);
    for (size_t i = 0; i < fields->n; i++) {
        if (str_eq(fields->names[i], name))
            return i;
    }
    return SIZE_MAX;
}

/* Fields the scan makes itself; a record's own key of that name does not count in an open row. */
static bool is_made_by_scan(struct str name)
{
    return str_eqz(name, FIELD_TIME_MS) || str_eqz(name, FIELD_TIME_NANOS) ||
           str_eqz(name, FIELD_RAW) || str_eqz(name, FIELD_ID);
}

static enum lanner_rc bind_scan(struct binder *b, struct plan_node *n, struct lanner_err *err)
{
    struct builder to = {.open = n->demand->all};

    for (size_t i = 0; i < n->u.scan.n_searches; i++)
        TRY(expr_bind(n->u.scan.searches[i].predicate, b->env, err));
    for (size_t i = 0; i < n->u.scan.n_filters; i++)
        TRY(expr_bind(n->u.scan.filters[i], b->env, err));
    for (size_t i = 0; i < n->demand->names.n; i++) {
        struct str name = n->demand->names.items[i];
        size_t col = scan_column(b->fields, n, name);
        struct schema_field f = {.name = name, .col = (uint32_t)col, .type = TYPE_RAW};

        assert(col != SIZE_MAX);
        if (str_starts(name, STR(FIELD_SEARCH_PREFIX)))
            f.type = TYPE_BOOL;
        else if (str_eqz(name, FIELD_TIME_MS))
            f.type = TYPE_LONG;
        else
            f.from_record = !is_made_by_scan(name);
        if (str_starts(name, STR(FIELD_QRADAR_PREFIX)))
            f.type = TYPE_ANY; /* text or a number, by source and row */
        VEC_PUSH(&to.fields, f);
    }
    to.n_cols = (uint32_t)(b->fields->n + b->fields->n_searches);
    n->schema = schema_make(b, &to);
    return LANNER_OK;
}

/* A function that writes what the data names may write over a field that an earlier stage made:
 * then the column is one of its outputs. Fields of the record are hidden by the open ones. */
static void take_columns(struct binder *b, struct plan_item *item, const struct builder *to)
{
    VEC(struct str) names = {0};
    struct str *copy;

    for (size_t i = 0; i < item->n_names; i++)
        VEC_PUSH(&names, item->names[i]);
    for (size_t i = 0; i < to->fields.n; i++) {
        const struct schema_field *f = &to->fields.items[i];
        bool known = (f->from_record && to->open) || is_made_by_scan(f->name) ||
                     (f->name.len > 0 && f->name.ptr[0] == '\x01');

        for (size_t k = 0; k < names.n && !known; k++)
            known = str_eq(names.items[k], f->name);
        if (!known)
            VEC_PUSH(&names, f->name);
    }
    copy = ARENA_ARRAY(b->plan->arena, struct str, names.n);
    if (names.n > 0)
        memcpy(copy, names.items, names.n * sizeof(*copy));
    item->names = copy;
    item->n_names = names.n;
    VEC_DONE(&names);
}

static enum lanner_rc bind_item(struct binder *b, struct plan_item *item, struct builder *to,
                                struct lanner_err *err)
{
    struct schema seen = {to->fields.items, to->fields.n, to->n_cols, to->open};
    enum type type = TYPE_RAW;

    if (item->open)
        take_columns(b, item, to);
    seen = (struct schema){to->fields.items, to->fields.n, to->n_cols, to->open};
    if (item->expr->kind == EXPR_CALL &&
        (item->expr->fn->kind == FN_MULTI || item->expr->fn->kind == FN_EXPAND ||
         item->expr->fn->kind == FN_SOURCE)) {
        TRY(expr_bind_outputs(item->expr, b->env, item->names, item->n_names, item->open, err));
    } else {
        TRY(expr_bind(item->expr, b->env, err));
        type = expr_type(item->expr, &seen);
    }
    for (size_t i = 0; i < item->n_names; i++) {
        const struct schema_field *old = schema_find(&seen, item->names[i]);
        enum type t = type;

        if (item->keep_old && old != NULL && is_column(old) && old->type != type)
            t = TYPE_ANY;
        builder_append(to, item->names[i], t);
        seen = (struct schema){to->fields.items, to->fields.n, to->n_cols, to->open};
    }
    return LANNER_OK;
}

static enum lanner_rc bind_extend(struct binder *b, struct plan_node *n, struct lanner_err *err)
{
    struct builder to;
    enum lanner_rc rc = LANNER_OK;

    builder_from(&to, n->in->schema);
    for (size_t i = 0; i < n->u.extend.n_items && rc == LANNER_OK; i++) {
        rc = bind_item(b, &n->u.extend.items[i], &to, err);
        to.open |= n->u.extend.items[i].open;
    }
    n->schema = schema_make(b, &to);
    return rc;
}

static enum lanner_rc bind_unnest(struct binder *b, struct plan_node *n, struct lanner_err *err)
{
    static const struct schema nothing = {0};
    struct plan_item *item = &n->u.unnest.item;
    struct builder to;
    struct builder args;
    enum lanner_rc rc;

    if (n->in != NULL)
        builder_fresh(&to, n->in->schema, n);
    else
        builder_fresh(&to, &nothing, n);
    to.open = n->demand->all;
    /* The call sees the input's columns; only its outputs are new. */
    builder_from(&args, n->in != NULL ? n->in->schema : &nothing);
    rc = bind_item(b, item, &args, err);
    VEC_DONE(&args.fields);
    for (size_t i = 0; i < item->n_names; i++) {
        const struct schema_field *old = builder_find(&to, item->names[i]);

        if (old != NULL && is_column(old))
            builder_set(&to,
                        (struct schema_field){item->names[i], old->col, TYPE_RAW, false, false});
        else
            builder_append(&to, item->names[i], TYPE_RAW);
    }
    n->schema = schema_make(b, &to);
    return rc;
}

static void bind_project(struct binder *b, struct plan_node *n)
{
    const struct schema *in = n->in->schema;
    struct builder to = {0};

    if (n->u.project.drop) {
        builder_from(&to, in);
        for (size_t i = 0; i < n->u.project.n_names; i++)
            builder_set(&to, (struct schema_field){.name = n->u.project.names[i].from,
                                                   .col = SCHEMA_HIDDEN});
    } else {
        to.n_cols = in->n_cols;
        for (size_t i = 0; i < n->u.project.n_names; i++) {
            const struct plan_rename *r = &n->u.project.names[i];
            const struct schema_field *old = schema_find(in, r->from);
            struct schema_field f = {.name = r->to, .col = SCHEMA_ABSENT};

            if (!is_wanted(n, r->to) || builder_find(&to, r->to) != NULL)
                continue;
            if (old != NULL && is_column(old)) {
                f = *old;
                f.name = r->to;
                f.from_record = false;
            }
            VEC_PUSH(&to.fields, f);
        }
        /* What free text asks of the record travels on. */
        for (size_t i = 0; i < in->n; i++) {
            if (str_starts(in->fields[i].name, STR(FIELD_SEARCH_PREFIX)))
                VEC_PUSH(&to.fields, in->fields[i]);
        }
    }
    n->schema = schema_make(b, &to);
}

/* The type two clauses give one name. */
static void merge_type(struct schema_field *into, const struct schema_field *other,
                       bool both_assign)
{
    if (other == NULL || !is_column(other) || into->type == other->type)
        return;
    if (both_assign)
        into->as_text = true;
    into->type = TYPE_ANY;
}

static bool same_place(const struct schema_field *a, const struct schema_field *b)
{
    uint32_t col_a = a != NULL ? a->col : SCHEMA_ABSENT;
    uint32_t col_b = b != NULL ? b->col : SCHEMA_ABSENT;

    return col_a == col_b;
}

/* One merged column for a name some clause changed; `first` is the first clause's field. */
static void merge_name(struct plan_node *n, struct builder *to, struct str name)
{
    const struct schema_field *before = schema_find(n->in->schema, name);
    struct schema_field f = {.name = name, .col = to->n_cols, .type = TYPE_RAW};
    bool typed = false;
    bool assigned = false;

    for (size_t i = 0; i < n->u.branch.n_clauses; i++) {
        const struct schema_field *c = schema_find(n->u.branch.clauses[i].body->schema, name);
        bool assigns = !same_place(c, before);

        if (c == NULL || !is_column(c))
            continue;
        if (!typed) {
            f.type = c->type;
            f.as_text = c->as_text;
        } else {
            merge_type(&f, c, assigned && assigns);
            f.as_text |= c->as_text;
        }
        typed = true;
        assigned |= assigns;
    }
    builder_set(to, f);
    to->n_cols++;
}

static enum lanner_rc bind_branch(struct binder *b, struct plan_node *n, struct lanner_err *err)
{
    struct builder to;

    for (size_t i = 0; i < n->u.branch.n_clauses; i++)
        TRY(bind_chain(b, n->u.branch.clauses[i].body, n->in->schema, err));
    builder_from(&to, n->in->schema);
    for (size_t i = 0; i < n->u.branch.n_clauses; i++) {
        const struct schema *s = n->u.branch.clauses[i].body->schema;

        for (size_t k = 0; k < s->n; k++) {
            const struct schema_field *before = schema_find(n->in->schema, s->fields[k].name);
            const struct schema_field *now = builder_find(&to, s->fields[k].name);

            if (same_place(&s->fields[k], before) || !same_place(now, before))
                continue; /* unchanged here, or merged already */
            merge_name(n, &to, s->fields[k].name);
        }
        to.open |= s->open;
    }
    n->schema = schema_make(b, &to);
    return LANNER_OK;
}

/* One column for each thing the body asks of an element. */
static const struct schema *each_rows(struct binder *b, const struct plan_node *n)
{
    const struct plan_node *leaf = n->u.each.body;
    struct str var = n->u.each.var;
    struct builder rows;

    while (leaf->in != NULL)
        leaf = leaf->in;
    builder_from(&rows, n->in->schema);
    builder_append(&rows, var, TYPE_RAW);
    for (size_t i = 0; i < leaf->demand->names.n && n->u.each.objects; i++) {
        struct str name = leaf->demand->names.items[i];

        if (name.len > var.len && str_starts(name, var) &&
            (name.ptr[var.len] == '.' || name.ptr[var.len] == '['))
            builder_append(&rows, name, TYPE_RAW);
    }
    return schema_make(b, &rows);
}

/* Elements that earlier stages made are columns, which hide open fields: they are written too. */
static void each_names(struct binder *b, struct plan_node *n, const struct builder *to)
{
    struct plan_item item = {.names = n->u.each.names, .n_names = n->u.each.n_names};
    size_t kept = n->u.each.n_names;
    struct str as = n->u.each.as;

    take_columns(b, &item, to);
    for (size_t i = kept; i < item.n_names; i++) {
        if (item.names[i].len > as.len && str_starts(item.names[i], as) &&
            item.names[i].ptr[as.len] == '[')
            item.names[kept++] = item.names[i];
    }
    n->u.each.names = item.names;
    n->u.each.n_names = kept;
}

static enum lanner_rc bind_each(struct binder *b, struct plan_node *n, struct lanner_err *err)
{
    struct builder to;

    TRY(bind_chain(b, n->u.each.body, each_rows(b, n), err));
    builder_from(&to, n->in->schema);
    if (n->u.each.mode == EACH_ANY) {
        builder_append(&to, n->u.each.as, TYPE_BOOL);
    } else {
        if (n->u.each.open)
            each_names(b, n, &to);
        for (size_t i = 0; i < n->u.each.n_names; i++)
            builder_append(&to, n->u.each.names[i], TYPE_ANY);
        to.open |= n->u.each.open;
    }
    n->schema = schema_make(b, &to);
    return LANNER_OK;
}

/* The item's sub-pipeline over its own output row: what it leaves are the item's outputs. */
static enum lanner_rc bind_post(struct binder *b, size_t n_keys, struct plan_agg *agg,
                                struct builder *to, struct lanner_err *err)
{
    struct builder row = {.n_cols = to->n_cols};
    const struct schema *after;

    for (size_t i = 0; i < to->fields.n; i++) {
        struct str name = to->fields.items[i].name;
        bool own = i < n_keys;

        for (size_t k = 0; k < agg->n_names && !own; k++)
            own = str_eq(agg->names[k], name);
        if (own)
            VEC_PUSH(&row.fields, to->fields.items[i]);
    }
    TRY(bind_chain(b, agg->post, schema_make(b, &row), err));
    after = agg->post->schema;
    for (size_t k = 0; k < agg->n_names; k++) {
        const struct schema_field *f = schema_find(after, agg->names[k]);

        if (f == NULL || !is_column(f))
            builder_find(to, agg->names[k])->col = SCHEMA_HIDDEN;
    }
    for (size_t i = 0; i < after->n; i++) {
        if (is_column(&after->fields[i]))
            builder_set(to, after->fields[i]);
    }
    to->n_cols = after->n_cols;
    return LANNER_OK;
}

static enum lanner_rc bind_agg(struct binder *b, struct plan_node *n, struct plan_agg *agg,
                               struct builder *to, struct lanner_err *err)
{
    if (agg->pre != NULL)
        TRY(bind_chain(b, agg->pre, n->in->schema, err));
    TRY(expr_bind_outputs(agg->call, b->env, agg->names, agg->n_names, false, err));
    for (size_t i = 0; i < agg->n_names; i++) {
        if (builder_find(to, agg->names[i]) != NULL)
            return err_set_at(err, LANNER_ERR_QUERY, agg->at,
                              "two outputs of the aggregation are called %.*s",
                              STR_ARG(agg->names[i]));
        builder_append(to, agg->names[i], agg->call->fn->ret);
    }
    return LANNER_OK;
}

static enum lanner_rc bind_aggregate(struct binder *b, struct plan_node *n, struct lanner_err *err)
{
    struct builder to = {0};
    enum lanner_rc rc = LANNER_OK;

    for (size_t i = 0; i < n->u.aggregate.n_keys; i++) {
        const struct schema_field *f = schema_find(n->in->schema, n->u.aggregate.keys[i]);

        builder_append(&to, n->u.aggregate.keys[i], f != NULL && is_column(f) ? f->type : TYPE_RAW);
    }
    for (size_t i = 0; i < n->u.aggregate.n_items && rc == LANNER_OK; i++)
        rc = bind_agg(b, n, &n->u.aggregate.items[i], &to, err);
    for (size_t i = 0; i < n->u.aggregate.n_items && rc == LANNER_OK; i++) {
        if (n->u.aggregate.items[i].post != NULL)
            rc = bind_post(b, n->u.aggregate.n_keys, &n->u.aggregate.items[i], &to, err);
    }
    n->schema = schema_make(b, &to);
    return rc;
}

static enum lanner_rc bind_group_apply(struct binder *b, struct plan_node *n,
                                       struct lanner_err *err)
{
    struct builder to = {0};
    struct builder rows;
    const struct schema *body;

    builder_from(&rows, n->in->schema);
    TRY(bind_chain(b, n->u.group_apply.body, schema_make(b, &rows), err));
    body = n->u.group_apply.body->schema;
    to.open = body->open;
    for (size_t i = 0; i < n->u.group_apply.n_keys; i++)
        builder_append(&to, n->u.group_apply.keys[i], TYPE_RAW);
    for (size_t i = 0; i < body->n; i++) {
        struct schema_field f = body->fields[i];

        if (builder_find(&to, f.name) != NULL)
            continue;
        if (is_column(&f)) {
            if (!is_wanted(n, f.name))
                continue;
            f.col = to.n_cols++;
        }
        VEC_PUSH(&to.fields, f);
    }
    n->schema = schema_make(b, &to);
    return LANNER_OK;
}

static const struct plan_table *find_table(const struct plan *p, struct str name)
{
    for (size_t i = 0; i < p->n_tables; i++) {
        if (str_eq(p->tables[i].name, name))
            return &p->tables[i];
    }
    return NULL;
}

static bool is_key_column(const struct plan_node *n, struct str name)
{
    for (size_t i = 0; i < n->u.join.n_fields; i++) {
        if (str_eq(n->u.join.columns[i], name))
            return true;
    }
    return false;
}

static enum lanner_rc bind_join(struct binder *b, struct plan_node *n, struct lanner_err *err)
{
    const struct plan_table *table = find_table(b->plan, n->u.join.table);
    struct builder to;

    if (table == NULL || table->schema == NULL)
        return err_set_at(err, LANNER_ERR_QUERY, n->at, "there is no table %.*s",
                          STR_ARG(n->u.join.table));
    for (size_t i = 0; i < n->u.join.n_fields; i++) {
        if (schema_find(table->schema, n->u.join.columns[i]) == NULL && !n->u.join.missing_is_empty)
            return err_set_at(err, LANNER_ERR_QUERY, n->at, "table %.*s has no column %.*s",
                              STR_ARG(n->u.join.table), STR_ARG(n->u.join.columns[i]));
    }
    if (n->u.join.include_all) {
        VEC(struct plan_rename) all = {0};

        for (size_t i = 0; i < table->schema->n; i++) {
            struct str name = table->schema->fields[i].name;

            if (is_column(&table->schema->fields[i]) && !is_key_column(n, name))
                VEC_PUSH(&all, ((struct plan_rename){name, name}));
        }
        n->u.join.include = ARENA_ARRAY(b->plan->arena, struct plan_rename, all.n);
        if (all.n > 0)
            memcpy(n->u.join.include, all.items, all.n * sizeof(all.items[0]));
        n->u.join.n_include = all.n;
        VEC_DONE(&all);
    }
    if (n->u.join.in_place)
        builder_from(&to, n->in->schema);
    else
        builder_fresh(&to, n->in->schema, n);
    for (size_t i = 0; i < n->u.join.n_include; i++) {
        struct schema_field *old = builder_find(&to, n->u.join.include[i].to);

        if (old != NULL && is_column(old) && !n->u.join.in_place) {
            old->type = TYPE_ANY;
            old->from_record = false;
        } else {
            builder_append(&to, n->u.join.include[i].to, TYPE_ANY);
        }
    }
    if (n->u.join.mode == JOIN_MARK)
        builder_append(&to, n->u.join.mark, TYPE_BOOL);
    n->schema = schema_make(b, &to);
    return LANNER_OK;
}

static enum lanner_rc bind_session(struct binder *b, struct plan_node *n, struct lanner_err *err)
{
    struct builder to;

    TRY(expr_bind(n->u.session.time, b->env, err));
    TRY(expr_bind(n->u.session.begin, b->env, err));
    if (n->u.session.end != NULL)
        TRY(expr_bind(n->u.session.end, b->env, err));
    builder_from(&to, n->in->schema);
    builder_append(&to, n->u.session.id, TYPE_LONG);
    n->schema = schema_make(b, &to);
    return LANNER_OK;
}

/* A field that some rows get keeps its old value for the others. */
static void append_over(struct builder *to, const struct schema *in, struct str name,
                        enum type type)
{
    const struct schema_field *old = schema_find(in, name);

    if (old != NULL && is_column(old) && old->type != type)
        type = TYPE_ANY;
    builder_append(to, name, type);
}

static enum lanner_rc bind_window(struct binder *b, struct plan_node *n, struct builder *to,
                                  struct lanner_err *err)
{
    const struct plan_sequence *s = &n->u.sequence;
    uint32_t first = to->n_cols;

    for (size_t i = 0; i < s->n_items; i++) {
        struct plan_agg *agg = &s->items[i];

        if (agg->pre != NULL)
            TRY(bind_chain(b, agg->pre, n->in->schema, err));
        TRY(expr_bind_outputs(agg->call, b->env, agg->names, agg->n_names, false, err));
        for (size_t k = 0; k < agg->n_names; k++) {
            const struct schema_field *f = builder_find(to, agg->names[k]);

            if (f != NULL && is_column(f) && f->col >= first)
                return err_set_at(err, LANNER_ERR_QUERY, agg->at,
                                  "two outputs of the aggregation are called %.*s",
                                  STR_ARG(agg->names[k]));
            append_over(to, n->in->schema, agg->names[k], agg->call->fn->ret);
        }
    }
    for (size_t i = 0; i < s->n_items; i++) {
        if (s->items[i].post != NULL)
            TRY(bind_post(b, 0, &s->items[i], to, err));
    }
    return LANNER_OK;
}

static enum lanner_rc bind_sequence(struct binder *b, struct plan_node *n, struct lanner_err *err)
{
    const struct plan_sequence *s = &n->u.sequence;
    struct builder to;
    enum lanner_rc rc = LANNER_OK;

    if (s->begin != NULL)
        TRY(bind_chain(b, s->begin, n->in->schema, err));
    if (s->end != NULL)
        TRY(bind_chain(b, s->end, n->in->schema, err));
    builder_from(&to, n->in->schema);
    if (s->kind == SEQUENCE_PARTS)
        builder_append(&to, s->id, TYPE_LONG);
    for (size_t i = 0; i < s->n_include; i++) {
        const struct schema_field *f = schema_find(n->in->schema, s->include[i].from);

        append_over(&to, n->in->schema, s->include[i].to,
                    f != NULL && is_column(f) ? f->type : TYPE_RAW);
    }
    if (s->kind == SEQUENCE_AGGREGATE)
        rc = bind_window(b, n, &to, err);
    n->schema = schema_make(b, &to);
    return rc;
}

static enum lanner_rc bind_union(struct binder *b, struct plan_node *n, struct lanner_err *err)
{
    struct builder to;

    builder_fresh(&to, n->in->schema, n);
    for (size_t i = 0; i < n->u.set.n_inputs; i++) {
        const struct schema *s;

        TRY(bind_chain(b, n->u.set.inputs[i], NULL, err));
        s = n->u.set.inputs[i]->schema;
        to.open |= s->open;
        for (size_t k = 0; k < s->n; k++) {
            if (is_column(&s->fields[k]) && builder_find(&to, s->fields[k].name) == NULL)
                builder_append(&to, s->fields[k].name, TYPE_ANY);
        }
    }
    n->schema = schema_make(b, &to);
    return LANNER_OK;
}

static enum lanner_rc bind_table(struct binder *b, struct plan_node *n, struct lanner_err *err)
{
    const struct plan_table *table = find_table(b->plan, n->u.table.table);

    if (table == NULL || table->schema == NULL)
        return err_set_at(err, LANNER_ERR_QUERY, n->at, "there is no table %.*s",
                          STR_ARG(n->u.table.table));
    n->schema = table->schema;
    return LANNER_OK;
}

/* A column of the result for a field of one query's rows. */
static void correlate_column(struct binder *b, const struct plan_node *n,
                             const struct plan_query *q, struct str field, struct builder *to)
{
    struct str name = arena_printf(b->plan->arena, "%.*s.%.*s", STR_ARG(q->name), STR_ARG(field));
    const struct schema_field *f = schema_find(q->body->schema, field);

    if (is_wanted(n, name) && builder_find(to, name) == NULL)
        builder_append(to, name, f != NULL && is_column(f) ? f->type : TYPE_RAW);
}

/* `include: *`: what is asked for by name; or, with everything, what the record does not have. */
static void correlate_columns(struct binder *b, const struct plan_node *n,
                              const struct plan_query *q, struct builder *to)
{
    const struct schema *s = q->body->schema;
    const struct demand *d = q->body->demand;

    for (size_t i = 0; i < d->names.n && !n->demand->all; i++)
        correlate_column(b, n, q, d->names.items[i], to);
    for (size_t i = 0; i < s->n && n->demand->all; i++) {
        const struct schema_field *f = &s->fields[i];

        if (is_column(f) && !f->from_record && f->name.len > 0 && f->name.ptr[0] != '\x01')
            correlate_column(b, n, q, f->name, to);
    }
    to->open |= n->demand->all;
}

static enum lanner_rc bind_correlate(struct binder *b, struct plan_node *n, struct lanner_err *err)
{
    struct builder to = {0};

    for (size_t i = 0; i < n->u.correlate.n_queries; i++)
        TRY(bind_chain(b, n->u.correlate.queries[i].body, n->in->schema, err));
    for (size_t i = 0; i < n->u.correlate.n_queries; i++) {
        const struct plan_query *q = &n->u.correlate.queries[i];

        for (size_t k = 0; k < q->n_fields; k++)
            correlate_column(b, n, q, q->fields[k], &to);
        if (q->all)
            correlate_columns(b, n, q, &to);
    }
    n->schema = schema_make(b, &to);
    return LANNER_OK;
}

/* Names come from the data: columns for those asked for, the others are open. */
static void bind_transpose(struct binder *b, struct plan_node *n)
{
    struct builder to = {.open = n->demand->all};

    for (size_t i = 0; i < n->demand->names.n; i++)
        builder_append(&to, n->demand->names.items[i], TYPE_ANY);
    n->schema = schema_make(b, &to);
}

static void bind_fresh(struct binder *b, struct plan_node *n)
{
    struct builder to;

    builder_fresh(&to, n->in->schema, n);
    n->schema = schema_make(b, &to);
}

static void bind_top_share(struct binder *b, struct plan_node *n)
{
    struct builder to;
    struct schema_field *key;

    builder_fresh(&to, n->in->schema, n);
    key = builder_find(&to, n->u.share.key);
    if (n->u.share.has_rest && key != NULL && is_column(key))
        key->type = TYPE_ANY; /* the label stands among its values */
    if (n->u.share.percent.len > 0 && is_wanted(n, n->u.share.percent))
        builder_append(&to, n->u.share.percent, TYPE_DOUBLE);
    n->schema = schema_make(b, &to);
}

static enum lanner_rc bind_node(struct binder *b, struct plan_node *n, const struct schema *input,
                                struct lanner_err *err)
{
    if (++b->n_nodes > MAX_NODES)
        return err_set_at(err, LANNER_ERR_LIMIT, n->at, "the query has more than %d stages",
                          MAX_NODES);
    switch (n->kind) {
    case NODE_INPUT:
        n->schema = input;
        return LANNER_OK;
    case NODE_SCAN:
        return bind_scan(b, n, err);
    case NODE_TABLE:
        return bind_table(b, n, err);
    case NODE_FILTER:
        n->schema = n->in->schema;
        return expr_bind(n->u.filter.predicate, b->env, err);
    case NODE_EXTEND:
        return bind_extend(b, n, err);
    case NODE_PROJECT:
        bind_project(b, n);
        return LANNER_OK;
    case NODE_UNNEST:
    case NODE_GENERATE:
        return bind_unnest(b, n, err);
    case NODE_BRANCH:
        return bind_branch(b, n, err);
    case NODE_EACH:
        return bind_each(b, n, err);
    case NODE_AGGREGATE:
        return bind_aggregate(b, n, err);
    case NODE_GROUP_APPLY:
        return bind_group_apply(b, n, err);
    case NODE_CORRELATE:
        return bind_correlate(b, n, err);
    case NODE_JOIN:
        return bind_join(b, n, err);
    case NODE_UNION:
        return bind_union(b, n, err);
    case NODE_SESSION:
        return bind_session(b, n, err);
    case NODE_SEQUENCE:
        return bind_sequence(b, n, err);
    case NODE_TRANSPOSE:
        bind_transpose(b, n);
        return LANNER_OK;
    case NODE_TOP_SHARE:
        bind_top_share(b, n);
        return LANNER_OK;
    case NODE_SORT:
    case NODE_TOP_N:
    case NODE_LIMIT:
    case NODE_DISTINCT:
    case NODE_SERIES:
        bind_fresh(b, n);
        return LANNER_OK;
    case NODE_COUNT:
        break;
    }
    assert(false);
    return LANNER_OK;
}

static enum lanner_rc bind_chain(struct binder *b, struct plan_node *top,
                                 const struct schema *input, struct lanner_err *err)
{
    VEC(struct plan_node *) chain = {0};
    enum lanner_rc rc = LANNER_OK;

    for (struct plan_node *n = top; n != NULL; n = n->in)
        VEC_PUSH(&chain, n);
    for (size_t i = chain.n; i-- > 0 && rc == LANNER_OK;)
        rc = bind_node(b, chain.items[i], input, err);
    VEC_DONE(&chain);
    return rc;
}

enum lanner_rc bind_plan(struct plan *p, const struct scan_fields *fields, const struct fn_env *env,
                         struct lanner_err *err)
{
    struct binder b = {.plan = p, .fields = fields, .env = env};

    return bind_chain(&b, p->root, NULL, err);
}

struct scan_walk {
    struct arena *a;
    struct strmap seen;
    VEC(struct str) names;
    VEC(struct plan_search *) searches;
    bool open;
};

static void add_scan(void *ctx, struct plan_node *n)
{
    struct scan_walk *w = ctx;

    if (n->kind != NODE_SCAN)
        return;
    w->open |= n->demand->all;
    for (size_t i = 0; i < n->demand->names.n; i++) {
        struct str name = n->demand->names.items[i];

        if (str_starts(name, STR(FIELD_SEARCH_PREFIX)) || strmap_get(&w->seen, name) != SIZE_MAX)
            continue;
        strmap_put(&w->seen, name, 0);
        VEC_PUSH(&w->names, name);
    }
    for (size_t i = 0; i < n->u.scan.n_searches; i++)
        VEC_PUSH(&w->searches, &n->u.scan.searches[i]);
}

void bind_scan_fields(struct plan *const *plans, size_t n, struct arena *a, struct scan_fields *out)
{
    struct scan_walk w = {.a = a};
    struct plan_visitor v = {.node = add_scan, .ctx = &w};
    struct str *names;
    struct plan_search **searches;

    strmap_init(&w.seen);
    for (size_t i = 0; i < n; i++)
        plan_walk(plans[i]->root, &v);
    names = ARENA_ARRAY(a, struct str, w.names.n);
    if (w.names.n > 0)
        memcpy(names, w.names.items, w.names.n * sizeof(*names));
    searches = ARENA_ARRAY(a, struct plan_search *, w.searches.n);
    if (w.searches.n > 0)
        memcpy(searches, w.searches.items, w.searches.n * sizeof(*searches));
    *out = (struct scan_fields){
        .names = names,
        .n = w.names.n,
        .open = w.open,
        .searches = searches,
        .n_searches = w.searches.n,
    };
    VEC_DONE(&w.names);
    VEC_DONE(&w.searches);
    strmap_done(&w.seen);
}
