/* lower_named.c - names of WITH and INTO (aql.md 2, 6.2).
 *
 * A name used once is written out where it is used. One used several times is evaluated once, into
 * a table, when its query makes few rows of many or asks others (groups, DISTINCT, joins, unions,
 * sub-selects in conditions); a plain selection of events is written out each time: that needs no
 * memory and one pass. What is written out has one source, so nothing grows without end. */
#include <stdlib.h>

#include "lang/aql/lower.h"

/* Uses beyond which even what could be written out is shared. */
#define MANY_USES 8

enum lanner_rc aql_add_named(struct aql_lower *l, struct span at, struct str name,
                             struct aql_query *q, struct lanner_err *err)
{
    if (l->named.n >= AQL_MAX_NAMED)
        return err_set_at(err, LANNER_ERR_LIMIT, at, "a text names at most %d results",
                          AQL_MAX_NAMED);
    if (aql_is_named(l, name))
        return aql_wrong(at, err, "two queries are called %.*s", STR_ARG(name));
    VEC_PUSH(&l->named, ((struct aql_named){name, q, false}));
    l->n_visible = l->named.n;
    return LANNER_OK;
}

static size_t find_named(const struct aql_lower *l, struct str name, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (str_eq_nocase(l->named.items[i].name, name))
            return i;
    }
    return SIZE_MAX;
}

bool aql_is_named(const struct aql_lower *l, struct str name)
{
    return find_named(l, name, l->named.n) != SIZE_MAX;
}

/* ---- How often a name is used ---- */

struct walk {
    const struct aql_lower *l;
    size_t n_visible;
    uint64_t *uses, times;
    bool asks, groups; /* sub-selects in conditions; few rows of many */
};

static void walk_query(struct walk *w, const struct aql_query *q);

static void walk_node(struct walk *w, const struct aql_node *n)
{
    if (n == NULL)
        return;
    w->groups |= n->kind == AQL_CALL && n->space.len == 0 && aql_is_aggregate_name(n->text);
    if (n->query != NULL) {
        w->asks = true;
        walk_query(w, n->query);
    }
    for (size_t i = 0; i < n->n_kids; i++)
        walk_node(w, n->kids[i]);
    walk_node(w, n->otherwise);
}

static void walk_source(struct walk *w, const struct aql_source *src)
{
    size_t i;

    if (src->query != NULL)
        walk_query(w, src->query);
    if (src->kind != AQL_FROM_NAME)
        return;
    i = find_named(w->l, src->name, w->n_visible);
    if (i != SIZE_MAX)
        w->uses[i] = MIN(w->uses[i] + w->times, (uint64_t)INT32_MAX);
}

static void walk_select(struct walk *w, const struct aql_query *q)
{
    w->groups |=
        q->distinct || q->n_groups > 0 || q->having != NULL || q->session != NULL || q->n_joins > 0;
    for (size_t i = 0; i < q->n_items; i++)
        walk_node(w, q->items[i].expr);
    walk_source(w, &q->from);
    for (size_t i = 0; i < q->n_joins; i++) {
        walk_source(w, &q->joins[i].source);
        walk_node(w, q->joins[i].on);
    }
    walk_node(w, q->where);
    for (size_t i = 0; i < q->n_groups; i++)
        walk_node(w, q->groups[i]);
    walk_node(w, q->having);
    for (size_t i = 0; i < q->n_orders; i++)
        walk_node(w, q->orders[i].expr);
    if (q->session != NULL) {
        walk_node(w, q->session->begin);
        walk_node(w, q->session->end);
    }
}

static void walk_query(struct walk *w, const struct aql_query *q)
{
    w->groups |= q->next != NULL;
    for (; q != NULL; q = q->next)
        walk_select(w, q);
}

/* Users come behind what they use: the last name is counted first. */
void aql_count_names(struct aql_lower *l, const struct aql_query *last)
{
    size_t n = l->named.n;
    struct walk w = {.l = l, .n_visible = n, .times = 1};

    w.uses = ARENA_ARRAY(l->arena, uint64_t, n);
    memset(w.uses, 0, n * sizeof(*w.uses));
    walk_query(&w, last);
    while (n-- > 0) {
        struct aql_named *named = &l->named.items[n];
        bool star = named->query->next == NULL && named->query->items[0].expr->kind == AQL_STAR;

        w.n_visible = n;
        w.groups = w.asks = false;
        w.times = w.uses[n];
        if (w.times == 0)
            continue;
        w.times = 0; /* first only its kind */
        walk_query(&w, named->query);
        /* Of SELECT * more fields may be asked than its columns; a table has these only. */
        named->shared = w.uses[n] > 1 && (w.groups || (w.asks && (!star || w.uses[n] > MANY_USES)));
        w.times = named->shared ? 1 : w.uses[n];
        walk_query(&w, named->query);
    }
}

/* ---- Rows ---- */

static bool same_window(const struct aql_window *a, const struct aql_window *b)
{
    return a->known == b->known && a->from_ns == b->from_ns && a->to_ns == b->to_ns;
}

static enum lanner_rc lower_named(struct aql_lower *l, size_t i, const struct aql_window *window,
                                  struct aql_rows *out, struct lanner_err *err)
{
    size_t visible = l->n_visible;
    enum lanner_rc rc;

    /* It sees what was named before it. */
    l->n_visible = i;
    rc = aql_lower_query(l, l->named.items[i].query, window, false, out, err);
    l->n_visible = visible;
    return rc;
}

enum lanner_rc aql_named_rows(struct aql_lower *l, size_t i, const struct aql_window *window,
                              struct span at, struct aql_rows *out, struct lanner_err *err)
{
    const struct aql_query *q = l->named.items[i].query;
    struct aql_shared s = {.named = i, .asked = *window};
    const struct aql_shared *found = NULL;

    if (!l->named.items[i].shared)
        return lower_named(l, i, window, out, err);
    if (q->time != NULL && q->next == NULL)
        s.asked = (struct aql_window){TIME_NONE, TIME_NONE, false};
    for (size_t k = 0; k < l->shared.n && found == NULL; k++) {
        if (l->shared.items[k].named == i && same_window(&l->shared.items[k].asked, &s.asked))
            found = &l->shared.items[k];
    }
    if (found == NULL) {
        TRY(lower_named(l, i, window, &s.rows, err));
        aql_project(l, &s.rows.top, q->at, s.rows.cols, s.rows.n_cols, NULL, s.rows.has_time);
        TRY(aql_make_table(l, q->at, &s.rows, &s.table, err));
        s.rows.below = NULL;
        VEC_PUSH(&l->shared, s);
        found = &l->shared.items[l->shared.n - 1];
    }
    *out = found->rows;
    /* The table has its window; to the rows' reader it is as the one asked for. */
    out->window = *window;
    out->top = node_new(l->plan, NODE_TABLE, at, NULL);
    out->top->u.table.table = found->table;
    return LANNER_OK;
}
