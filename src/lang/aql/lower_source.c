/* lower_source.c - where rows come from (aql.md 2, 6.2): events, flows, sub-selects, names of WITH
 * and INTO, joins, unions, and sub-selects in conditions.
 *
 * A plan has one scan. What needs another pass over the logs - the right side of a join, the set of
 * IN (SELECT ...), a further branch of a union - is a table, made before the main plan runs. */
#include <stdio.h>
#include <stdlib.h>

#include "lang/aql/lower.h"

/* ---- Tables ---- */

static enum lanner_rc add_table(struct aql_lower *l, struct span at, struct plan_node *root,
                                const struct aql_window *w, struct str *name,
                                struct lanner_err *err)
{
    struct plan_table t = {.root = root, .at = at, .from_ns = TIME_NONE, .to_ns = TIME_NONE};

    if (l->tables.n >= AQL_MAX_TABLES)
        return err_set_at(err, LANNER_ERR_LIMIT, at,
                          "a query has at most %d joins, unions and sub-selects in conditions",
                          AQL_MAX_TABLES);
    t.name = arena_printf(l->arena, "table %zu", l->tables.n + 1);
    if (w->known) {
        t.from_ns = w->from_ns;
        t.to_ns = w->to_ns;
    }
    VEC_PUSH(&l->tables, t);
    *name = t.name;
    return LANNER_OK;
}

enum lanner_rc aql_make_table(struct aql_lower *l, struct span at, const struct aql_rows *rows,
                              struct str *name, struct lanner_err *err)
{
    return add_table(l, at, rows->top, &rows->window, name, err);
}

/* ---- One source ---- */

struct source {
    struct aql_rel *rel;
    struct plan_node *top;
    struct aql_window window;
    bool has_time, ordered;
};

bool aql_is_meta_name(struct str name)
{
    static const char *const names[] = {"SDE_LogSourceType", "QIDmap", "reference_data.sets"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (str_eq_nocase(name, str_z(names[i])))
            return true;
    }
    return false;
}

static enum lanner_rc query_source(struct aql_lower *l, const struct aql_query *q,
                                   const struct aql_window *window, struct source *out,
                                   struct lanner_err *err)
{
    struct aql_rows rows;

    /* The order of its rows is kept when it asks for one. */
    TRY(aql_lower_query(l, q, window, false, &rows, err));
    out->top = rows.top;
    out->window = rows.window;
    out->has_time = rows.has_time;
    out->ordered = rows.ordered;
    out->rel->kind = AQL_REL_ROWS;
    out->rel->cols = rows.cols;
    out->rel->n_cols = rows.n_cols;
    out->rel->below = rows.below;
    return LANNER_OK;
}

static enum lanner_rc unknown_source(const struct aql_lower *l, const struct aql_source *src,
                                     struct lanner_err *err)
{
    struct suggest s = suggest_start(src->name);
    char room[200];

    suggest_offer(&s, STR("events"));
    suggest_offer(&s, STR("flows"));
    for (size_t i = 0; i < l->n_visible; i++)
        suggest_offer(&s, l->named.items[i].name);
    (void)aql_wrong(src->at, err, "there is nothing called %.*s to select from",
                    (int)MIN(src->name.len, (size_t)80), src->name.ptr);
    if (suggest_print(&s, room, sizeof(room)))
        err_hint(err, "%s", room);
    else
        err_hint(err, "rows come from events, flows, a sub-select, or a name given by WITH or "
                      "INTO");
    return LANNER_ERR_QUERY;
}

static enum lanner_rc named_source(struct aql_lower *l, const struct aql_source *src,
                                   const struct aql_window *window, struct source *out,
                                   struct lanner_err *err)
{
    size_t visible = l->n_visible;
    enum lanner_rc rc;

    if (src->call != NULL && !aql_is_meta_name(src->name))
        return aql_unsupported(src->at, err,
                               "FROM %.*s() is not supported: a local engine keeps "
                               "no accumulated data of saved searches",
                               STR_ARG(src->name));
    for (size_t i = 0; i < visible; i++) {
        if (!str_eq_nocase(l->named.items[i].name, src->name))
            continue;
        /* It sees what was named before it. */
        l->n_visible = i;
        rc = query_source(l, l->named.items[i].query, window, out, err);
        l->n_visible = visible;
        return rc;
    }
    if (aql_is_meta_name(src->name)) {
        (void)aql_unsupported(src->at, err, "FROM %.*s is not supported here", STR_ARG(src->name));
        err_hint(err, "it can be asked in x IN (SELECT ...)");
        return LANNER_ERR_UNSUPPORTED;
    }
    return unknown_source(l, src, err);
}

static enum lanner_rc lower_source(struct aql_lower *l, const struct aql_source *src,
                                   const struct aql_window *window, struct source *out,
                                   struct lanner_err *err)
{
    *out = (struct source){.window = *window, .has_time = true};
    out->rel = ARENA_NEW(l->arena, struct aql_rel);
    out->rel->alias = src->alias;
    out->rel->name = src->name;
    switch (src->kind) {
    case AQL_FROM_EVENTS:
    case AQL_FROM_FLOWS:
        out->rel->kind = src->kind == AQL_FROM_EVENTS ? AQL_REL_EVENTS : AQL_REL_FLOWS;
        out->rel->name = src->kind == AQL_FROM_EVENTS ? STR("events") : STR("flows");
        out->top = node_new(l->plan, NODE_SCAN, src->at, NULL);
        return LANNER_OK;
    case AQL_FROM_QUERY:
        return query_source(l, src->query, window, out, err);
    case AQL_FROM_NAME:
        return named_source(l, src, window, out, err);
    default:
        return aql_wrong(src->at, err, "expected FROM events or FROM flows");
    }
}

/* ---- Joins ---- */

enum { SIDE_LEFT = 1, SIDE_RIGHT = 2 };

/* Which sides the names of a tree belong to. */
static unsigned sides_of(struct aql_lower *l, const struct aql_node *n, const struct aql_rel *right)
{
    unsigned sides = 0;

    if (n == NULL)
        return 0;
    if (n->query != NULL)
        return SIDE_LEFT | SIDE_RIGHT;
    if (n->kind == AQL_NAME && n->space.len != 0) {
        struct str name = right->alias.len != 0 ? right->alias : right->name;

        return str_eq_nocase(n->space, name) ? SIDE_RIGHT : SIDE_LEFT;
    }
    if (n->kind == AQL_NAME) {
        /* Without a qualifier: the left side's when it has it. */
        for (size_t i = 0; i < right->n_cols; i++) {
            if (str_eq_nocase(right->cols[i].label, n->text))
                sides = SIDE_RIGHT;
        }
        for (size_t i = 0; i + 1 < l->sel->rels.n; i++) {
            const struct aql_rel *rel = l->sel->rels.items[i];

            if (rel->kind != AQL_REL_ROWS && (sides == 0 || aql_field_find(n->text) != NULL))
                return SIDE_LEFT;
            for (size_t k = 0; k < rel->n_cols; k++) {
                if (str_eq_nocase(rel->cols[k].label, n->text))
                    return SIDE_LEFT;
            }
        }
        return sides != 0 ? sides : SIDE_RIGHT;
    }
    for (size_t i = 0; i < n->n_kids; i++)
        sides |= sides_of(l, n->kids[i], right);
    return sides | sides_of(l, n->otherwise, right);
}

/* Lowers over the rows of the right side's own chain. */
static enum lanner_rc lower_on_right(struct aql_lower *l, struct aql_rel *rel,
                                     const struct aql_node *n, bool condition, struct expr **out,
                                     struct lanner_err *err)
{
    struct aql_right *right = rel->right;
    enum lanner_rc rc;

    rel->right = NULL;
    rc = condition ? aql_lower_cond(l, n, out, err) : aql_lower_expr(l, n, out, err);
    rel->right = right;
    return rc;
}

struct on {
    struct expr *left[32], *right[32];
    size_t n;
    VEC(struct expr *) left_only;       /* of a LEFT JOIN: rows it is not true for match nothing */
    VEC(const struct aql_node *) after; /* of an inner join */
};

/* Keys compare as texts; addresses in their one form. */
static enum lanner_rc key_pair(struct aql_lower *l, struct expr **a, struct expr **b,
                               struct lanner_err *err)
{
    bool host = aql_type_is_host(aql_type_of(l, *a)) || aql_type_is_host(aql_type_of(l, *b));
    struct expr **both[] = {a, b};

    for (size_t i = 0; i < 2; i++) {
        struct expr **e = both[i];

        if (host && !aql_type_is_host(aql_type_of(l, *e)))
            TRY(aql_row1(l, (*e)->at, "aql_host", *e, e, err));
        TRY(aql_row1(l, (*e)->at, "aql_str", *e, e, err));
    }
    return LANNER_OK;
}

static enum lanner_rc add_pair(struct aql_lower *l, struct aql_rel *rel, const struct aql_node *a,
                               const struct aql_node *b, struct on *on, struct lanner_err *err)
{
    if (on->n == ARRAY_LEN(on->left))
        return err_set_at(err, LANNER_ERR_LIMIT, a->at, "a join has at most %zu equalities",
                          ARRAY_LEN(on->left));
    TRY(aql_lower_expr(l, a, &on->left[on->n], err));
    TRY(lower_on_right(l, rel, b, false, &on->right[on->n], err));
    TRY(key_pair(l, &on->left[on->n], &on->right[on->n], err));
    on->n++;
    return LANNER_OK;
}

static enum lanner_rc lower_on_term(struct aql_lower *l, struct aql_rel *rel,
                                    const struct aql_node *n, struct on *on, struct lanner_err *err)
{
    unsigned sides = sides_of(l, n, rel);
    struct expr *e;

    if (n->kind == AQL_COMPARE && n->op == AQL_OP_EQ) {
        unsigned a = sides_of(l, n->kids[0], rel), b = sides_of(l, n->kids[1], rel);

        if (a == SIDE_LEFT && b == SIDE_RIGHT)
            return add_pair(l, rel, n->kids[0], n->kids[1], on, err);
        if (a == SIDE_RIGHT && b == SIDE_LEFT)
            return add_pair(l, rel, n->kids[1], n->kids[0], on, err);
    }
    if (n->query != NULL)
        return aql_unsupported(n->at, err, "a sub-select in ON is not supported");
    if (sides == SIDE_RIGHT) {
        TRY(lower_on_right(l, rel, n, true, &e, err));
        aql_filter(l, &rel->right->top, e);
    } else if (!rel->right->left) {
        VEC_PUSH(&on->after, n);
    } else if (sides == SIDE_RIGHT + SIDE_LEFT) {
        return aql_unsupported(n->at, err,
                               "between the sides of a LEFT JOIN only equalities are supported");
    } else {
        TRY(aql_lower_cond(l, n, &e, err));
        VEC_PUSH(&on->left_only, e);
    }
    return LANNER_OK;
}

static enum lanner_rc push_join(struct aql_lower *l, struct aql_rel *rel, struct span at,
                                struct on *on, struct lanner_err *err)
{
    struct aql_select *s = l->sel;
    struct str *fields = ARENA_ARRAY(l->arena, struct str, on->n);
    struct str *columns = ARENA_ARRAY(l->arena, struct str, on->n);
    struct plan_node *n;

    for (size_t i = 0; i < on->n; i++) {
        struct expr *e = on->left[i];

        for (size_t k = 0; i == 0 && k < on->left_only.n; k++) {
            struct expr **args = ARENA_ARRAY(l->arena, struct expr *, 3);

            args[0] = on->left_only.items[k];
            args[1] = e;
            args[2] = aql_absent(l, e->at);
            TRY(aql_row(l, e->at, "aql_case", args, 3, &e, err));
        }
        fields[i] = aql_hidden(l, 'l');
        aql_extend(l, &s->top, e->at, e, fields[i]);
        columns[i] = aql_from_right(l, rel, on->right[i])->name;
    }
    n = aql_push(l, &s->top, NODE_JOIN, at);
    n->u.join.fields = fields;
    n->u.join.columns = columns;
    n->u.join.n_fields = on->n;
    n->u.join.mode = rel->right->left ? JOIN_LEFT : JOIN_INNER;
    n->u.join.match = MATCH_TEXT;
    n->u.join.table = l->tables.items[rel->right->table].name;
    rel->right->join = n;
    for (size_t i = 0; i < on->after.n; i++) {
        struct expr *e;

        TRY(aql_lower_cond(l, on->after.items[i], &e, err));
        aql_filter(l, &s->top, e);
    }
    return LANNER_OK;
}

static enum lanner_rc lower_on(struct aql_lower *l, struct aql_rel *rel,
                               const struct aql_join *join, struct on *on, struct lanner_err *err)
{
    const struct aql_node *n = join->on;
    bool chain = n != NULL && n->kind == AQL_AND;

    if (n == NULL)
        return aql_wrong(join->at, err, "a join needs ON and a condition");
    for (size_t i = 0; i < (chain ? n->n_kids : 1); i++)
        TRY(lower_on_term(l, rel, chain ? n->kids[i] : n, on, err));
    if (on->n == 0)
        return aql_unsupported(join->at, err,
                               "a join needs at least one equality between its two sides");
    return push_join(l, rel, join->at, on, err);
}

static enum lanner_rc lower_join(struct aql_lower *l, const struct aql_join *join,
                                 const struct aql_window *window, struct lanner_err *err)
{
    struct aql_right *right = ARENA_NEW(l->arena, struct aql_right);
    struct on on = {.n = 0};
    struct source src;
    struct str table;
    enum lanner_rc rc;

    TRY(lower_source(l, &join->source, window, &src, err));
    /* Places in the list of tables: its own inner ones come before it. */
    TRY(add_table(l, join->at, src.top, &src.window, &table, err));
    right->table = l->tables.n - 1;
    right->top = src.top;
    right->left = join->kind == AQL_JOIN_LEFT;
    src.rel->right = right;
    VEC_PUSH(&l->sel->rels, src.rel);
    rc = lower_on(l, src.rel, join, &on, err);
    VEC_DONE(&on.left_only);
    VEC_DONE(&on.after);
    return rc;
}

void aql_finish_joins(struct aql_lower *l)
{
    for (size_t i = 0; i < l->sel->rels.n; i++) {
        struct aql_right *right = l->sel->rels.items[i]->right;
        struct plan_rename *include;
        struct plan_node *project;

        if (right == NULL)
            continue;
        include = ARENA_ARRAY(l->arena, struct plan_rename, right->cells.n);
        for (size_t k = 0; k < right->cells.n; k++) {
            const struct plan_item *cell = &right->cells.items[k];

            aql_extend(l, &right->top, cell->at, cell->expr, cell->names[0]);
            include[k] = (struct plan_rename){cell->names[0], cell->names[0]};
        }
        project = aql_push(l, &right->top, NODE_PROJECT, right->join->at);
        project->u.project.names = include;
        project->u.project.n_names = right->cells.n;
        right->join->u.join.include = include;
        right->join->u.join.n_include = right->cells.n;
        l->tables.items[right->table].root = right->top;
    }
}

enum lanner_rc aql_lower_from(struct aql_lower *l, struct lanner_err *err)
{
    struct aql_select *s = l->sel;
    struct aql_window window = s->window;
    struct source src;

    TRY(lower_source(l, &s->q->from, &window, &src, err));
    s->top = src.top;
    s->window = src.window;
    s->has_time = src.has_time;
    s->ordered = src.ordered;
    VEC_PUSH(&s->rels, src.rel);
    for (size_t i = 0; i < s->q->n_joins; i++)
        TRY(lower_join(l, &s->q->joins[i], &window, err));
    return LANNER_OK;
}

/* ---- Sub-selects in conditions ---- */

static void find_output(void *ctx, struct expr *e)
{
    bool *found = ctx;

    *found |= e->kind == EXPR_FIELD && e->name.len > 1 && e->name.ptr[0] == '\x01' &&
              e->name.ptr[1] == 'g';
}

/* The rows with a field that says whether the table has a match. */
static enum lanner_rc push_mark(struct aql_lower *l, const struct aql_node *n, struct expr *key,
                                const struct aql_rows *rows, struct str column, struct expr **out,
                                struct lanner_err *err)
{
    struct aql_select *s = l->sel;
    struct plan_node *join;
    struct str *names = ARENA_ARRAY(l->arena, struct str, 2), table;
    bool outputs = false;

    expr_walk(key, find_output, &outputs);
    if (outputs || s->top == NULL || s->clause == AQL_IN_ON)
        return aql_unsupported(n->at, err, "a sub-select cannot be asked here");
    TRY(aql_make_table(l, n->at, rows, &table, err));
    names[0] = aql_hidden(l, 'i');
    names[1] = column;
    aql_extend(l, &s->top, key->at, key, names[0]);
    join = aql_push(l, &s->top, NODE_JOIN, n->at);
    join->u.join.table = table;
    join->u.join.fields = &names[0];
    join->u.join.columns = &names[1];
    join->u.join.n_fields = 1;
    join->u.join.mode = JOIN_MARK;
    join->u.join.match = MATCH_TEXT;
    join->u.join.mark = aql_hidden(l, 'm');
    aql_set_type(l, join->u.join.mark, AQL_TYPE_BOOLEAN);
    *out = expr_field(l->arena, n->at, join->u.join.mark);
    if (n->negated)
        *out = aql_not(l, *out);
    return LANNER_OK;
}

/* x IN (SELECT id FROM SDE_LogSourceType WHERE name LIKE '...'): the condition, asked of x. */
static enum lanner_rc lower_in_meta(struct aql_lower *l, const struct aql_node *n,
                                    struct expr **out, struct lanner_err *err)
{
    const struct aql_query *q = n->query;
    struct aql_rel rel = {
        .kind = AQL_REL_META, .name = q->from.name, .alias = q->from.alias, .subject = n->kids[0]};
    struct aql_select s = {.outer = l->sel, .q = q, .clause = AQL_IN_WHERE};
    struct expr **args = ARENA_ARRAY(l->arena, struct expr *, 2), *x;
    enum lanner_rc rc = LANNER_OK;
    size_t k = 0;

    if (q->n_items != 1 || q->next != NULL || q->n_groups != 0 || q->n_joins != 0 || q->has_limit ||
        q->having != NULL || q->items[0].expr->kind != AQL_NAME ||
        str_eq_nocase(q->items[0].expr->text, STR("name")))
        return aql_unsupported(n->at, err, "of %.*s only SELECT id ... WHERE ... is supported",
                               STR_ARG(q->from.name));
    TRY(aql_lower_expr(l, n->kids[0], &x, err));
    aql_repair(&l->parse, q->from.at, "%.*s is no table of the product's searches",
               STR_ARG(q->from.name));
    if (q->from.call != NULL) {
        if (q->from.call->n_kids != 1 || q->from.call->kids[0]->kind != AQL_STRING)
            return aql_wrong(q->from.at, err, "%.*s() takes the name of a set",
                             STR_ARG(q->from.name));
        TRY(aql_row2(l, n->at, "reference_set_contains",
                     aql_text_const(l, n->at, q->from.call->kids[0]->text), x, &args[k++], err));
    }
    s.expanding = ARENA_ARRAY(l->arena, bool, q->n_items);
    s.expanding[0] = true;
    VEC_PUSH(&s.rels, &rel);
    l->sel = &s;
    if (q->where != NULL)
        rc = aql_lower_cond(l, q->where, &args[k++], err);
    l->sel = s.outer;
    VEC_DONE(&s.rels);
    TRY(rc);
    if (k == 0) {
        TRY(aql_row1(l, n->at, "aql_is_null", x, &args[k++], err));
        args[0] = aql_not(l, args[0]);
    }
    *out = aql_chain(l, n->at, "and", args, k);
    if (n->negated)
        *out = aql_not(l, *out);
    return LANNER_OK;
}

enum lanner_rc aql_lower_in_query(struct aql_lower *l, const struct aql_node *n, struct expr **out,
                                  struct lanner_err *err)
{
    struct aql_rows rows;
    struct expr *x, *y;
    struct str column = aql_hidden(l, 'c');
    struct aql_column col;

    if (n->query->from.kind == AQL_FROM_NAME && aql_is_meta_name(n->query->from.name))
        return lower_in_meta(l, n, out, err);
    TRY(aql_lower_query(l, n->query, &l->sel->own, false, &rows, err));
    if (rows.n_cols != 1)
        return aql_wrong(n->query->at, err,
                         "the query of IN has to select one column, this one selects %zu",
                         rows.n_cols);
    TRY(aql_lower_expr(l, n->kids[0], &x, err));
    y = expr_field(l->arena, n->at, rows.cols[0].field);
    TRY(key_pair(l, &x, &y, err));
    aql_extend(l, &rows.top, n->at, y, column);
    col = (struct aql_column){.field = column};
    aql_project(l, &rows.top, n->at, &col, 1, NULL, false);
    return push_mark(l, n, x, &rows, column, out, err);
}

enum lanner_rc aql_lower_exists(struct aql_lower *l, const struct aql_node *n, struct expr **out,
                                struct lanner_err *err)
{
    struct aql_rows rows;
    struct str column = aql_hidden(l, 'c');
    struct aql_column col = {.field = column};
    struct expr *one = expr_const(l->arena, n->at, val_long(1));

    TRY(aql_lower_query(l, n->query, &l->sel->own, false, &rows, err));
    if (rows.top->kind != NODE_LIMIT)
        aql_push(l, &rows.top, NODE_LIMIT, n->at)->u.limit.n = 1;
    aql_extend(l, &rows.top, n->at, aql_copy(l, one), column);
    aql_project(l, &rows.top, n->at, &col, 1, NULL, false);
    return push_mark(l, n, one, &rows, column, out, err);
}

/* ---- UNION ---- */

static size_t count_branches(const struct aql_query *q, size_t *last_distinct)
{
    size_t n = 1;

    *last_distinct = 0;
    for (; q->next != NULL; q = q->next, n++) {
        if (!q->union_all)
            *last_distinct = n;
    }
    return n;
}

static void push_union(struct aql_lower *l, struct span at, struct aql_rows *out,
                       struct plan_node **branches, size_t n, bool distinct)
{
    struct plan_node *node = aql_push(l, &out->top, NODE_UNION, at);

    node->u.set.inputs = branches;
    node->u.set.n_inputs = n;
    if (!distinct)
        return;
    node = aql_push(l, &out->top, NODE_DISTINCT, at);
    node->u.distinct.n_keys = out->n_cols;
    node->u.distinct.keys = ARENA_ARRAY(l->arena, struct str, out->n_cols);
    for (size_t i = 0; i < out->n_cols; i++)
        node->u.distinct.keys[i] = out->cols[i].field;
}

/* A further branch: a table whose columns have the names of the first one's. */
static enum lanner_rc lower_branch(struct aql_lower *l, const struct aql_query *q,
                                   const struct aql_window *outer, struct aql_rows *first,
                                   const struct str *names, struct plan_node **out,
                                   struct lanner_err *err)
{
    struct aql_rows rows;
    struct str table;

    TRY(aql_lower_select(l, q, outer, false, &rows, err));
    if (rows.n_cols != first->n_cols)
        return aql_wrong(q->at, err, "this SELECT of the UNION has %zu columns, the first has %zu",
                         rows.n_cols, first->n_cols);
    first->has_time &= rows.has_time && !rows.ordered;
    for (size_t i = 0; i < rows.n_cols; i++) {
        if (rows.cols[i].type != first->cols[i].type)
            first->cols[i].type = AQL_TYPE_STRING;
    }
    aql_project(l, &rows.top, q->at, rows.cols, rows.n_cols, names, rows.has_time);
    TRY(aql_make_table(l, q->at, &rows, &table, err));
    *out = node_new(l->plan, NODE_TABLE, q->at, NULL);
    (*out)->u.table.table = table;
    return LANNER_OK;
}

/* ORDER BY and LIMIT of the whole, over its columns. */
static enum lanner_rc order_union(struct aql_lower *l, const struct aql_query *q,
                                  struct aql_rows *rows, struct lanner_err *err)
{
    struct aql_query all = {.at = q->at};
    struct aql_rel rel = {.kind = AQL_REL_ROWS, .cols = rows->cols, .n_cols = rows->n_cols};
    struct aql_select s = {.outer = l->sel, .q = &all, .top = rows->top};
    struct expr **keys = NULL;
    enum lanner_rc rc;

    all.n_items = rows->n_cols;
    all.items = ARENA_ARRAY(l->arena, struct aql_item, all.n_items);
    for (size_t i = 0; i < all.n_items; i++) {
        struct aql_node *name = ARENA_NEW(l->arena, struct aql_node);

        *name = (struct aql_node){.kind = AQL_NAME, .text = rows->cols[i].label, .at = q->at};
        all.items[i].expr = name;
    }
    s.expanding = ARENA_ARRAY(l->arena, bool, all.n_items);
    VEC_PUSH(&s.rels, &rel);
    l->sel = &s;
    rc = aql_lower_orders(l, q->union_orders, q->n_union_orders, &keys, err);
    if (rc == LANNER_OK && q->n_union_orders > 0)
        aql_push_order(l, q->union_orders, keys, q->n_union_orders);
    else if (rc == LANNER_OK && rows->has_time && !rows->ordered)
        aql_push_newest_first(l, &s.top);
    l->sel = s.outer;
    VEC_DONE(&s.rels);
    TRY(rc);
    rows->top = s.top;
    rows->ordered = true;
    if (q->has_union_limit)
        aql_push(l, &rows->top, NODE_LIMIT, q->at)->u.limit.n = q->union_limit;
    return LANNER_OK;
}

enum lanner_rc aql_lower_union(struct aql_lower *l, const struct aql_query *q,
                               const struct aql_window *outer, struct aql_rows *out,
                               struct lanner_err *err)
{
    size_t last_distinct, n = count_branches(q, &last_distinct);
    struct plan_node **branches;
    struct str *names;
    size_t i = 1;

    if (n > AQL_MAX_TABLES)
        return err_set_at(err, LANNER_ERR_LIMIT, q->at, "a UNION has at most %d branches",
                          AQL_MAX_TABLES);
    branches = ARENA_ARRAY(l->arena, struct plan_node *, n);
    TRY(aql_lower_select(l, q, outer, false, out, err));
    names = ARENA_ARRAY(l->arena, struct str, out->n_cols);
    for (size_t k = 0; k < out->n_cols; k++)
        names[k] = out->cols[k].field;
    aql_project(l, &out->top, q->at, out->cols, out->n_cols, NULL, out->has_time);
    out->has_time &= !out->ordered;
    out->below = NULL;
    for (const struct aql_query *b = q->next; b != NULL; b = b->next, i++)
        TRY(lower_branch(l, b, outer, out, names, &branches[i], err));
    if (last_distinct > 0)
        push_union(l, q->at, out, &branches[1], last_distinct, true);
    if (last_distinct + 1 < n)
        push_union(l, q->at, out, &branches[last_distinct + 1], n - 1 - last_distinct, false);
    return order_union(l, q, out, err);
}
