/* lower_in.c - sub-selects in conditions (aql.md 2, 6.2): x IN (SELECT ...), EXISTS (SELECT ...).
 *
 * The sub-select is a table; a join over the rows says of each whether it has a match. What is
 * asked of an aggregate is joined above the groups, all else below them. A sub-select that is
 * lowered again, because its condition stands under an alias or is asked of several texts, is made
 * once. */
#include <stdio.h>
#include <stdlib.h>

#include "lang/aql/lower.h"

static void find_output(void *ctx, struct expr *e)
{
    bool *found = ctx;

    *found |= e->kind == EXPR_FIELD && e->name.len > 1 && e->name.ptr[0] == '\x01' &&
              e->name.ptr[1] == 'g';
}

/* Does the value stand above the groups: an aggregate, or what no row is needed for? */
static bool is_above(const struct aql_select *s, struct expr *key)
{
    enum aql_clause c = s->n_expanding > 0 ? s->used_in : s->clause;
    bool outputs = false;

    if (!s->grouped || s->in_aggregate ||
        (c != AQL_IN_ITEM && c != AQL_IN_HAVING && c != AQL_IN_ORDER))
        return false;
    expr_walk(key, find_output, &outputs);
    return outputs || key->kind == EXPR_CONST;
}

/* The rows with a field that says whether the table has a match. */
static void push_mark(struct aql_lower *l, struct span at, struct expr *key, struct str table,
                      struct str column, struct str mark)
{
    struct aql_select *s = l->sel;
    struct plan_node *join;
    struct str *names = ARENA_ARRAY(l->arena, struct str, 2);

    names[0] = aql_hidden(l, 'i');
    names[1] = column;
    aql_extend(l, &s->top, key->at, key, names[0]);
    join = aql_push(l, &s->top, NODE_JOIN, at);
    join->u.join.table = table;
    join->u.join.fields = &names[0];
    join->u.join.columns = &names[1];
    join->u.join.n_fields = 1;
    join->u.join.mode = JOIN_MARK;
    join->u.join.match = MATCH_TEXT;
    join->u.join.mark = mark;
}

static enum lanner_rc add_mark(struct aql_lower *l, struct span at, struct expr *key,
                               struct str table, struct str column, struct expr **out,
                               struct lanner_err *err)
{
    struct aql_select *s = l->sel;
    struct aql_mark m = {.at = at, .table = table, .column = column};

    if (s->top == NULL)
        return aql_unsupported(at, err, "a sub-select cannot be asked here");
    m.field = aql_hidden(l, 'm');
    aql_set_type(l, m.field, AQL_TYPE_BOOLEAN);
    if (is_above(s, key)) {
        TRY(aql_over_groups(l, key, &m.key, err));
        VEC_PUSH(&s->marks, m);
    } else {
        push_mark(l, at, key, table, column, m.field);
    }
    *out = expr_field(l->arena, at, m.field);
    return LANNER_OK;
}

void aql_push_marks(struct aql_lower *l)
{
    for (size_t i = 0; i < l->sel->marks.n; i++) {
        const struct aql_mark *m = &l->sel->marks.items[i];

        push_mark(l, m->at, m->key, m->table, m->column, m->field);
    }
}

/* ---- What was asked before ---- */

static struct expr *asked_before(struct aql_lower *l, const struct aql_node *n)
{
    const struct aql_select *s = l->sel;

    for (size_t i = 0; i < s->asked.n; i++) {
        if (s->asked.items[i].node == n && s->asked.items[i].in_aggregate == s->in_aggregate)
            return aql_copy(l, s->asked.items[i].answer);
    }
    return NULL;
}

static void keep_answer(struct aql_lower *l, const struct aql_node *n, const struct expr *answer)
{
    struct aql_asked a = {n, aql_copy(l, answer), l->sel->in_aggregate};

    /* Conditions of joins are asked of other rows. */
    if (l->sel->clause != AQL_IN_ON)
        VEC_PUSH(&l->sel->asked, a);
}

/* ---- Metadata tables: conditions of the value that is looked up ---- */

static bool only_names(const struct aql_node *n, const char *const *known, size_t n_known)
{
    bool found = false;

    if (n == NULL)
        return true;
    if (n->query != NULL)
        return false;
    for (size_t i = 0; n->kind == AQL_NAME && i < n_known; i++)
        found |= str_eq_nocase(n->text, str_z(known[i]));
    if (n->kind == AQL_NAME && !found)
        return false;
    for (size_t i = 0; i < n->n_kids; i++) {
        if (!only_names(n->kids[i], known, n_known))
            return false;
    }
    return only_names(n->otherwise, known, n_known);
}

/* SELECT id FROM SDE_LogSourceType WHERE name LIKE '...': the condition can be asked of x itself,
 * with all names that a type had, and of the names of events where no file lists the QIDs. */
static bool is_condition(const struct aql_lower *l, const struct aql_query *q)
{
    static const char *const names[] = {
        "id", "qid", "value", "ip", "typeid", "devicetype", "name", "qidname", "devicetypename"};
    const size_t n_ids = 6;

    if (q->from.kind != AQL_FROM_NAME || !aql_is_meta_name(q->from.name) ||
        str_eq_nocase(q->from.name, STR("Categories")) || aql_is_named(l, q->from.name))
        return false;
    return q->n_items == 1 && q->next == NULL && q->n_groups == 0 && q->n_joins == 0 &&
           !q->has_limit && q->having == NULL && q->session == NULL &&
           q->items[0].expr->kind == AQL_NAME && only_names(q->items[0].expr, names, n_ids) &&
           only_names(q->where, names, q->from.call != NULL ? n_ids : ARRAY_LEN(names));
}

static enum lanner_rc lower_in_meta(struct aql_lower *l, const struct aql_node *n,
                                    struct expr **out, struct lanner_err *err)
{
    const struct aql_query *q = n->query;
    struct aql_rel rel = {
        .kind = AQL_REL_META, .name = q->from.name, .alias = q->from.alias, .subject = n->kids[0]};
    struct aql_select s = {.outer = l->sel, .q = q, .clause = AQL_IN_WHERE};
    struct expr **args = ARENA_ARRAY(l->arena, struct expr *, 2), *x;
    enum lanner_rc rc = LANNER_OK;
    struct str set;
    size_t k = 0;

    TRY(aql_lower_expr(l, n->kids[0], &x, err));
    aql_repair(&l->parse, q->from.at, "%.*s is no table of the product's searches",
               STR_ARG(q->from.name));
    if (str_eq_nocase(q->from.name, STR("reference_data.sets"))) {
        TRY(aql_set_of(&q->from, &set, err));
        TRY(aql_row2(l, n->at, "reference_set_contains", aql_text_const(l, n->at, set), x,
                     &args[k++], err));
    }
    s.expanding = ARENA_ARRAY(l->arena, bool, q->n_items);
    s.expanding[0] = true;
    VEC_PUSH(&s.rels, &rel);
    l->sel = &s;
    if (q->where != NULL)
        rc = aql_lower_cond(l, q->where, &args[k++], err);
    l->sel = s.outer;
    aql_select_done(&s);
    TRY(rc);
    if (k == 0) {
        TRY(aql_row1(l, n->at, "aql_is_null", x, &args[k++], err));
        args[0] = aql_not(l, args[0]);
    }
    *out = aql_chain(l, n->at, "and", args, k);
    return LANNER_OK;
}

/* ---- IN and EXISTS ---- */

/* One column, each value once. */
static enum lanner_rc set_table(struct aql_lower *l, const struct aql_node *n,
                                struct aql_rows *rows, struct expr *value, struct str column,
                                struct str *table, struct lanner_err *err)
{
    struct aql_column col = {.field = column};
    struct plan_node *distinct;

    aql_extend(l, &rows->top, n->at, value, column);
    aql_project(l, &rows->top, n->at, &col, 1, NULL, false);
    distinct = aql_push(l, &rows->top, NODE_DISTINCT, n->at);
    distinct->u.distinct.keys = ARENA_NEW(l->arena, struct str);
    distinct->u.distinct.keys[0] = column;
    distinct->u.distinct.n_keys = 1;
    return aql_make_table(l, n->at, rows, table, err);
}

/* The value of x in the form of the table's, one for each of its texts. */
static enum lanner_rc ask_texts(struct aql_lower *l, const struct aql_node *n,
                                struct aql_rows *rows, struct expr **out, struct lanner_err *err)
{
    struct expr **answers = ARENA_ARRAY(l->arena, struct expr *, 4);
    struct str column = aql_hidden(l, 'c'), table;

    l->n_variants = 1;
    for (unsigned i = 0; i < MIN(l->n_variants, 4u); i++) {
        struct expr *x, *y = expr_field(l->arena, n->at, rows->cols[0].field);

        l->variant = i;
        TRY(aql_lower_expr(l, n->kids[0], &x, err));
        TRY(aql_key_pair(l, &x, &y, err));
        if (i == 0)
            TRY(set_table(l, n, rows, y, column, &table, err));
        TRY(add_mark(l, n->at, x, table, column, &answers[i], err));
    }
    *out = aql_chain(l, n->at, "or", answers, MIN(l->n_variants, 4u));
    return LANNER_OK;
}

static enum lanner_rc ask_table(struct aql_lower *l, const struct aql_node *n, struct expr **out,
                                struct lanner_err *err)
{
    unsigned variant = l->variant, n_variants = l->n_variants;
    struct aql_rows rows;
    enum lanner_rc rc;

    l->variant = 0;
    rc = aql_lower_query(l, n->query, &l->sel->own, false, &rows, err);
    if (rc == LANNER_OK && rows.n_cols != 1)
        rc = aql_wrong(n->query->at, err,
                       "the query of IN has to select one column, this one selects %zu",
                       rows.n_cols);
    if (rc == LANNER_OK)
        rc = ask_texts(l, n, &rows, out, err);
    l->variant = variant;
    l->n_variants = n_variants;
    return rc;
}

enum lanner_rc aql_lower_in_query(struct aql_lower *l, const struct aql_node *n, struct expr **out,
                                  struct lanner_err *err)
{
    *out = asked_before(l, n);
    if (*out == NULL && is_condition(l, n->query)) {
        TRY(lower_in_meta(l, n, out, err));
    } else if (*out == NULL) {
        TRY(ask_table(l, n, out, err));
        keep_answer(l, n, *out);
    }
    if (n->negated)
        *out = aql_not(l, *out);
    return LANNER_OK;
}

enum lanner_rc aql_lower_exists(struct aql_lower *l, const struct aql_node *n, struct expr **out,
                                struct lanner_err *err)
{
    struct aql_rows rows;
    struct str column = aql_hidden(l, 'c'), table;
    struct aql_column col = {.field = column};
    struct expr *one = expr_const(l->arena, n->at, val_long(1));

    *out = asked_before(l, n);
    if (*out == NULL) {
        TRY(aql_lower_query(l, n->query, &l->sel->own, false, &rows, err));
        if (rows.top->kind != NODE_LIMIT)
            aql_push(l, &rows.top, NODE_LIMIT, n->at)->u.limit.n = 1;
        aql_extend(l, &rows.top, n->at, aql_copy(l, one), column);
        aql_project(l, &rows.top, n->at, &col, 1, NULL, false);
        TRY(aql_make_table(l, n->at, &rows, &table, err));
        TRY(add_mark(l, n->at, one, table, column, out, err));
        keep_answer(l, n, *out);
    }
    if (n->negated)
        *out = aql_not(l, *out);
    return LANNER_OK;
}
