/* lower_source.c - where rows come from (aql.md 2, 6.2): events, flows, sub-selects, names,
 * QRadar's metadata tables, joins.
 *
 * The right side of a join is a table, made before the main plan runs. */
#include <stdio.h>
#include <stdlib.h>

#include "lang/aql/lower.h"
#include "lookup/lookup.h"

/* ---- Tables ---- */

/* Gives it a name. A table sees those that come before it. */
static enum lanner_rc push_table(struct aql_lower *l, struct plan_table *t, struct lanner_err *err)
{
    if (l->tables.n >= AQL_MAX_TABLES)
        return err_set_at(err, LANNER_ERR_LIMIT, t->at,
                          "a query has at most %d joins and sub-selects in conditions",
                          AQL_MAX_TABLES);
    t->name = arena_printf(l->arena, "table %zu", l->tables.n + 1);
    VEC_PUSH(&l->tables, *t);
    return LANNER_OK;
}

static enum lanner_rc add_table(struct aql_lower *l, struct span at, struct plan_node *root,
                                const struct aql_window *w, struct str *name,
                                struct lanner_err *err)
{
    struct plan_table t = {.root = root, .at = at, .from_ns = TIME_NONE, .to_ns = TIME_NONE};

    if (w->known) {
        t.from_ns = w->from_ns;
        t.to_ns = w->to_ns;
    }
    TRY(push_table(l, &t, err));
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

static void rows_source(const struct aql_rows *rows, struct source *out)
{
    out->top = rows->top;
    out->window = rows->window;
    out->has_time = rows->has_time;
    out->ordered = rows->ordered;
    out->rel->kind = AQL_REL_ROWS;
    out->rel->cols = rows->cols;
    out->rel->n_cols = rows->n_cols;
    out->rel->below = rows->below;
}

/* ---- Metadata tables ---- */

struct meta_table {
    const char *name;
    const char *columns[6]; /* those with # are numbers */
};

static const struct meta_table *find_meta(struct str name)
{
    static const struct meta_table tables[] = {
        {"SDE_LogSourceType", {"#id", "name", "short_name"}},
        {"QIDmap", {"#qid", "name", "description", "#category", "#severity"}},
        {"Categories", {"#id", "name", "level", "#high_level_id"}},
        {"reference_data.sets", {"value", "ip"}},
    };

    for (size_t i = 0; i < ARRAY_LEN(tables); i++) {
        if (str_eq_nocase(name, str_z(tables[i].name)))
            return &tables[i];
    }
    return NULL;
}

bool aql_is_meta_name(struct str name)
{
    return find_meta(name) != NULL;
}

enum lanner_rc aql_set_of(const struct aql_source *src, struct str *set, struct lanner_err *err)
{
    if (src->call == NULL || src->call->n_kids != 1 || src->call->kids[0]->kind != AQL_STRING) {
        (void)aql_wrong(src->at, err, "%.*s() takes the name of a set", STR_ARG(src->name));
        err_hint(err, "for example reference_data.sets('Watchlist')");
        return LANNER_ERR_QUERY;
    }
    *set = src->call->kids[0]->text;
    return LANNER_OK;
}

/* FROM SDE_LogSourceType: a table of text cells; ids are read as numbers. */
static enum lanner_rc meta_source(struct aql_lower *l, const struct aql_source *src,
                                  const struct meta_table *meta, struct source *out,
                                  struct lanner_err *err)
{
    struct plan_table t = {.at = src->at, .from_ns = TIME_NONE, .to_ns = TIME_NONE};
    struct str file = str_z(meta->name), set;

    if (str_eqz(file, "reference_data.sets")) {
        TRY(aql_set_of(src, &set, err));
        file = arena_printf(l->arena, "%.*s('%.*s')", STR_ARG(file), STR_ARG(set));
        l->plan->needs_clock = true; /* elements expire */
    } else if (src->call != NULL) {
        return aql_wrong(src->at, err, "%.*s takes no arguments", STR_ARG(src->name));
    }
    aql_repair(&l->parse, src->at, "%.*s is no table of the product's searches",
               STR_ARG(src->name));
    t.file = arena_printf(l->arena, "%s%.*s", LOOKUP_METADATA_PREFIX, STR_ARG(file));
    TRY(push_table(l, &t, err));
    out->top = node_new(l->plan, NODE_TABLE, src->at, NULL);
    out->top->u.table.table = t.name;
    out->has_time = false;
    out->rel->kind = AQL_REL_ROWS;
    out->rel->cols = ARENA_ARRAY(l->arena, struct aql_column, ARRAY_LEN(meta->columns));
    for (size_t i = 0; i < ARRAY_LEN(meta->columns) && meta->columns[i] != NULL; i++) {
        bool number = meta->columns[i][0] == '#';
        struct str label = str_z(meta->columns[i] + number);
        struct expr *e = expr_field(l->arena, src->at, label);

        if (number)
            TRY(aql_row1(l, src->at, "aql_long", e, &e, err));
        out->rel->cols[i] = (struct aql_column){.label = label, .field = aql_hidden(l, 'd')};
        out->rel->cols[i].type = number ? AQL_TYPE_LONG : AQL_TYPE_STRING;
        aql_extend(l, &out->top, src->at, e, out->rel->cols[i].field);
        out->rel->n_cols++;
    }
    return LANNER_OK;
}

/* ---- Names and events ---- */

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
    const struct meta_table *meta = find_meta(src->name);
    struct aql_rows rows;

    if (src->call != NULL && meta == NULL)
        return aql_unsupported(src->at, err,
                               "FROM %.*s() is not supported: a local engine keeps "
                               "no accumulated data of saved searches",
                               STR_ARG(src->name));
    for (size_t i = 0; i < l->n_visible; i++) {
        if (!str_eq_nocase(l->named.items[i].name, src->name))
            continue;
        TRY(aql_named_rows(l, i, window, src->at, &rows, err));
        rows_source(&rows, out);
        return LANNER_OK;
    }
    if (meta != NULL)
        return meta_source(l, src, meta, out, err);
    return unknown_source(l, src, err);
}

static enum lanner_rc lower_source(struct aql_lower *l, const struct aql_source *src,
                                   const struct aql_window *window, struct source *out,
                                   struct lanner_err *err)
{
    struct aql_rows rows;

    *out = (struct source){.window = *window, .has_time = true};
    out->rel = ARENA_NEW(l->arena, struct aql_rel);
    out->rel->alias = src->alias;
    out->rel->name = src->name;
    switch (src->kind) {
    case AQL_FROM_EVENTS:
    case AQL_FROM_FLOWS:
        if (++l->n_scans > AQL_MAX_SCANS)
            return err_set_at(err, LANNER_ERR_LIMIT, src->at,
                              "a query reads the events at most %d times", AQL_MAX_SCANS);
        out->rel->kind = src->kind == AQL_FROM_EVENTS ? AQL_REL_EVENTS : AQL_REL_FLOWS;
        out->rel->name = src->kind == AQL_FROM_EVENTS ? STR("events") : STR("flows");
        out->top = node_new(l->plan, NODE_SCAN, src->at, NULL);
        return LANNER_OK;
    case AQL_FROM_QUERY:
        /* The order of its rows is kept when it asks for one. */
        TRY(aql_lower_query(l, src->query, window, false, &rows, err));
        rows_source(&rows, out);
        return LANNER_OK;
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

/* Lowers over the rows of the right side's own chain, onto which its sub-selects go. */
static enum lanner_rc lower_on_right(struct aql_lower *l, struct aql_rel *rel,
                                     const struct aql_node *n, bool condition, struct expr **out,
                                     struct lanner_err *err)
{
    struct aql_right *right = rel->right;
    struct plan_node *left = l->sel->top;
    enum lanner_rc rc;

    rel->right = NULL;
    l->sel->top = right->top;
    rc = condition ? aql_lower_cond(l, n, out, err) : aql_lower_expr(l, n, out, err);
    right->top = l->sel->top;
    l->sel->top = left;
    rel->right = right;
    return rc;
}

struct on {
    struct expr *left[32], *right[32];
    size_t n;
    VEC(struct expr *) left_only;       /* of a LEFT JOIN: rows it is not true for match nothing */
    VEC(const struct aql_node *) after; /* of an inner join */
};

enum lanner_rc aql_key_pair(struct aql_lower *l, struct expr **a, struct expr **b,
                            struct lanner_err *err)
{
    bool host = aql_type_is_host(aql_type_of(l, *a)) || aql_type_is_host(aql_type_of(l, *b));
    struct expr **both[] = {a, b};

    for (size_t i = 0; i < 2; i++) {
        struct expr **e = both[i];

        /* What is no address stays a value: x NOT IN (SELECT sourceip ...) is true of it. */
        if (host && !aql_type_is_host(aql_type_of(l, *e))) {
            struct expr *address, *text;

            TRY(aql_row1(l, (*e)->at, "aql_str", aql_copy(l, *e), &text, err));
            TRY(aql_row1(l, (*e)->at, "aql_host", *e, &address, err));
            TRY(aql_row1(l, (*e)->at, "aql_str", address, &address, err));
            TRY(aql_row2(l, (*e)->at, "aql_coalesce", address, text, e, err));
            continue;
        }
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
    TRY(aql_key_pair(l, &on->left[on->n], &on->right[on->n], err));
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
                                const struct aql_window *window, struct on *on,
                                struct lanner_err *err)
{
    struct aql_select *s = l->sel;
    struct str table;
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
    /* Behind the tables that its own rows ask. */
    TRY(add_table(l, at, rel->right->top, window, &table, err));
    rel->right->table = l->tables.n - 1;
    n = aql_push(l, &s->top, NODE_JOIN, at);
    n->u.join.fields = fields;
    n->u.join.columns = columns;
    n->u.join.n_fields = on->n;
    n->u.join.mode = rel->right->left ? JOIN_LEFT : JOIN_INNER;
    n->u.join.match = MATCH_TEXT;
    n->u.join.table = table;
    rel->right->join = n;
    for (size_t i = 0; i < on->after.n; i++) {
        struct expr *e;

        TRY(aql_lower_cond(l, on->after.items[i], &e, err));
        aql_filter(l, &s->top, e);
    }
    return LANNER_OK;
}

static enum lanner_rc lower_on(struct aql_lower *l, struct aql_rel *rel,
                               const struct aql_join *join, const struct aql_window *window,
                               struct on *on, struct lanner_err *err)
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
    return push_join(l, rel, join->at, window, on, err);
}

static enum lanner_rc lower_join(struct aql_lower *l, const struct aql_join *join,
                                 const struct aql_window *window, struct lanner_err *err)
{
    struct aql_right *right = ARENA_NEW(l->arena, struct aql_right);
    struct on on = {.n = 0};
    struct source src;
    enum lanner_rc rc;

    TRY(lower_source(l, &join->source, window, &src, err));
    right->top = src.top;
    right->left = join->kind == AQL_JOIN_LEFT;
    src.rel->right = right;
    VEC_PUSH(&l->sel->rels, src.rel);
    rc = lower_on(l, src.rel, join, &src.window, &on, err);
    VEC_DONE(&on.left_only);
    VEC_DONE(&on.after);
    return rc;
}

/* A row without a match keeps its own field of an included column's name, and so does one whose
 * match has no value: the rows get such fields, without a value, before they are joined. */
static void clear_included(struct aql_lower *l, const struct aql_right *right)
{
    for (size_t i = 0; i < right->cells.n; i++) {
        const struct plan_item *cell = &right->cells.items[i];
        enum aql_type type = aql_type_of(l, cell->expr);

        aql_extend(l, &right->join->in, cell->at, aql_absent(l, cell->at), cell->names[0]);
        aql_set_type(l, cell->names[0], type);
    }
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
        clear_included(l, right);
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
