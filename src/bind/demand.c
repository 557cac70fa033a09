/* demand.c - the backward walk: which names each node's consumer asks for.
 *
 * Invariant: node->demand is what the rows that node *gives* must hold. A name that is written only
 * for some rows (keep_old, multi, a branch's clause) is asked for from below as well, also when
 * everything is asked for: it must be a column then, because the column hides the record's own
 * field. */
#include "bind/demand.h"

#include <stdlib.h>

#include "bind/bind.h"

struct walk {
    struct plan *plan;
    struct demand **all; /* list head */
};

static struct demand *demand_new(struct walk *w)
{
    struct demand *d = ARENA_NEW(w->plan->arena, struct demand);

    d->arena = w->plan->arena;
    strmap_init(&d->index);
    d->next = *w->all;
    *w->all = d;
    return d;
}

void demand_free_all(struct demand *d)
{
    for (; d != NULL; d = d->next) {
        VEC_DONE(&d->names);
        strmap_done(&d->index);
    }
}

bool demand_has(const struct demand *d, struct str name)
{
    return strmap_get(&d->index, name) != SIZE_MAX;
}

static void demand_add(struct demand *d, struct str name)
{
    if (demand_has(d, name))
        return;
    strmap_put(&d->index, name, d->names.n);
    VEC_PUSH(&d->names, name);
}

static void demand_remove(struct demand *d, struct str name)
{
    size_t at = strmap_get(&d->index, name);

    if (at == SIZE_MAX)
        return;
    strmap_put(&d->index, name, SIZE_MAX);
    memmove(&d->names.items[at], &d->names.items[at + 1],
            (d->names.n - at - 1) * sizeof(d->names.items[0]));
    d->names.n--;
    for (size_t i = at; i < d->names.n; i++)
        strmap_put(&d->index, d->names.items[i], i);
}

static void demand_add_all(struct demand *d, const struct demand *other)
{
    for (size_t i = 0; i < other->names.n; i++)
        demand_add(d, other->names.items[i]);
    d->all |= other->all;
}

static struct demand *demand_copy(struct walk *w, const struct demand *other)
{
    struct demand *d = demand_new(w);

    demand_add_all(d, other);
    return d;
}

static void add_field(void *ctx, struct expr *e)
{
    struct demand *d = ctx;

    if (e->kind == EXPR_FIELD && e->name.len > 0)
        demand_add(d, e->name);
    if (e->kind == EXPR_CALL && e->fn->reads_open)
        d->all = true;
}

static void demand_add_expr(struct demand *d, struct expr *e)
{
    expr_walk(e, add_field, d);
}

/* Cuts an item's names to those asked for. Functions that write what the data names are asked for
 * every name that is wanted; a name the function's row announces stays when everything is wanted.
 */
static void cut_names(struct walk *w, struct plan_item *item, const struct demand *d)
{
    VEC(struct str) names = {0};
    struct str *copy;

    for (size_t i = 0; i < item->n_names; i++) {
        if (d->all || demand_has(d, item->names[i]))
            VEC_PUSH(&names, item->names[i]);
    }
    if (item->expr->fn->writes_open) {
        for (size_t i = 0; i < d->names.n; i++) {
            struct str name = d->names.items[i];
            /* Hidden names are the plan's own: no data writes them. */
            bool known = name.len > 0 && name.ptr[0] == '\x01';

            for (size_t k = 0; k < names.n && !known; k++)
                known = str_eq(names.items[k], name);
            if (!known)
                VEC_PUSH(&names, name);
        }
        item->open = d->all;
    }
    copy = ARENA_ARRAY(w->plan->arena, struct str, names.n);
    if (names.n > 0)
        memcpy(copy, names.items, names.n * sizeof(*copy));
    item->names = copy;
    item->n_names = names.n;
    VEC_DONE(&names);
}

/* A multi or expand item: its outputs keep their old value where it writes none. */
static void item_demand(struct walk *w, struct plan_item *item, struct demand *d)
{
    cut_names(w, item, d);
    for (size_t i = 0; i < item->n_names; i++)
        demand_add(d, item->names[i]);
    demand_add_expr(d, item->expr);
}

static void extend_demand(struct walk *w, struct plan_node *n, struct demand *d)
{
    size_t kept = n->u.extend.n_items;

    for (size_t i = n->u.extend.n_items; i-- > 0;) {
        struct plan_item *item = &n->u.extend.items[i];

        if (item->expr->kind == EXPR_CALL && item->expr->fn->kind == FN_MULTI) {
            item_demand(w, item, d);
        } else if (!d->all && !demand_has(d, item->names[0])) {
            continue; /* nobody asks for it */
        } else {
            if (item->keep_old)
                demand_add(d, item->names[0]);
            else
                demand_remove(d, item->names[0]);
            demand_add_expr(d, item->expr);
        }
        n->u.extend.items[--kept] = *item;
    }
    n->u.extend.items += kept;
    n->u.extend.n_items -= kept;
}

static void project_demand(struct walk *w, struct plan_node *n, struct demand **d)
{
    struct demand *out = *d;

    if (n->u.project.drop) {
        for (size_t i = 0; i < n->u.project.n_names; i++)
            demand_remove(out, n->u.project.names[i].from);
        return;
    }
    *d = demand_new(w);
    for (size_t i = 0; i < n->u.project.n_names; i++) {
        if (out->all || demand_has(out, n->u.project.names[i].to))
            demand_add(*d, n->u.project.names[i].from);
    }
}

static struct demand *chain_demand(struct walk *w, struct plan_node *top, struct demand *d);

static void collect_written(struct plan_node *body, struct demand *names);

static void collect_clauses(struct plan_node *branch, struct demand *names)
{
    for (size_t i = 0; i < branch->u.branch.n_clauses; i++)
        collect_written(branch->u.branch.clauses[i].body, names);
}

/* Names some rows get in a sub-pipeline. */
static void collect_written(struct plan_node *body, struct demand *names)
{
    for (struct plan_node *n = body; n != NULL; n = n->in) {
        if (n->kind == NODE_EXTEND) {
            for (size_t i = 0; i < n->u.extend.n_items; i++) {
                for (size_t k = 0; k < n->u.extend.items[i].n_names; k++)
                    demand_add(names, n->u.extend.items[i].names[k]);
            }
        } else if (n->kind == NODE_PROJECT) {
            for (size_t i = 0; i < n->u.project.n_names; i++)
                demand_add(names, n->u.project.drop ? n->u.project.names[i].from
                                                    : n->u.project.names[i].to);
        } else if (n->kind == NODE_BRANCH) {
            collect_clauses(n, names);
        } else if (n->kind == NODE_EACH && n->u.each.mode == EACH_ANY) {
            demand_add(names, n->u.each.as);
        } else if (n->kind == NODE_JOIN) {
            for (size_t i = 0; i < n->u.join.n_include; i++)
                demand_add(names, n->u.join.include[i].to);
        }
    }
}

static struct demand *branch_demand(struct walk *w, struct plan_node *n, struct demand *d)
{
    struct demand *in = demand_new(w);

    if (d->all) {
        collect_clauses(n, d);
        in->all = true;
    }
    for (size_t i = 0; i < n->u.branch.n_clauses; i++)
        demand_add_all(in, chain_demand(w, n->u.branch.clauses[i].body, demand_copy(w, d)));
    return in;
}

/* The element, or a member of it. */
static bool is_variable(const struct plan_node *n, struct str name)
{
    struct str var = n->u.each.var;

    if (str_eq(name, var))
        return true;
    return n->u.each.objects && name.len > var.len && str_starts(name, var) &&
           (name.ptr[var.len] == '.' || name.ptr[var.len] == '[');
}

/* An element of the array that is made. */
static bool is_made(const struct plan_node *n, struct str name)
{
    struct str as = n->u.each.as;

    return name.len > as.len + 2 && str_starts(name, as) && name.ptr[as.len] == '[';
}

/* The array is found among all fields. */
static struct demand *each_demand(struct walk *w, struct plan_node *n, struct demand *d)
{
    struct demand *body = demand_new(w);
    VEC(struct str) names = {0};

    if (n->u.each.mode == EACH_ANY) {
        demand_remove(d, n->u.each.as);
    } else {
        for (size_t i = 0; i < d->names.n; i++) {
            if (is_made(n, d->names.items[i]))
                VEC_PUSH(&names, d->names.items[i]);
        }
        n->u.each.open = d->all;
    }
    n->u.each.names = ARENA_ARRAY(w->plan->arena, struct str, names.n);
    n->u.each.n_names = names.n;
    if (names.n > 0)
        memcpy(n->u.each.names, names.items, names.n * sizeof(*names.items));
    VEC_DONE(&names);
    if (n->u.each.mode == EACH_MAP)
        demand_add(body, n->u.each.as);
    body = chain_demand(w, n->u.each.body, body);
    for (size_t i = 0; i < body->names.n; i++) {
        if (!is_variable(n, body->names.items[i]))
            demand_add(d, body->names.items[i]);
    }
    d->all = true;
    return d;
}

static void agg_demand(struct walk *w, struct plan_agg *agg, struct demand *in)
{
    struct demand *args = demand_new(w);

    demand_add_expr(args, agg->call);
    if (agg->pre != NULL)
        args = chain_demand(w, agg->pre, args);
    demand_add_all(in, args);
    if (agg->post != NULL) {
        struct demand *rows = demand_new(w);

        rows->all = true; /* of the output row, which is closed */
        chain_demand(w, agg->post, rows);
    }
}

static struct demand *aggregate_demand(struct walk *w, struct plan_node *n)
{
    struct demand *in = demand_new(w);

    for (size_t i = 0; i < n->u.aggregate.n_keys; i++)
        demand_add(in, n->u.aggregate.keys[i]);
    for (size_t i = 0; i < n->u.aggregate.n_items; i++)
        agg_demand(w, &n->u.aggregate.items[i], in);
    return in;
}

static void add_names(struct demand *d, const struct str *names, size_t n)
{
    for (size_t i = 0; i < n; i++)
        demand_add(d, names[i]);
}

static void union_demand(struct walk *w, struct plan_node *n, struct demand *d)
{
    for (size_t i = 0; i < n->u.set.n_inputs; i++)
        chain_demand(w, n->u.set.inputs[i], demand_copy(w, d));
}

static struct demand *group_apply_demand(struct walk *w, struct plan_node *n, struct demand *d)
{
    struct demand *in = chain_demand(w, n->u.group_apply.body, d);

    add_names(in, n->u.group_apply.keys, n->u.group_apply.n_keys);
    demand_add(in, STR(FIELD_TIME_MS));
    return in;
}

static void old_values(struct demand *d, const struct str *names, size_t n)
{
    for (size_t i = 0; i < n && d->all; i++)
        demand_add(d, names[i]);
}

/* A field keeps its old value where nothing is written, so what is asked for is asked from below.
 */
static void sequence_demand(struct walk *w, struct plan_node *n, struct demand *d)
{
    struct plan_sequence *s = &n->u.sequence;

    if (s->kind == SEQUENCE_PARTS)
        demand_remove(d, s->id);
    if (s->time.len > 0)
        demand_add(d, s->time);
    add_names(d, s->measured, s->n_measured);
    if (s->begin != NULL)
        demand_add_all(d, chain_demand(w, s->begin, demand_new(w)));
    if (s->end != NULL)
        demand_add_all(d, chain_demand(w, s->end, demand_new(w)));
    for (size_t i = 0; i < s->n_include; i++) {
        old_values(d, &s->include[i].to, 1);
        demand_add(d, s->include[i].from);
    }
    for (size_t i = 0; i < s->n_items; i++) {
        old_values(d, s->items[i].names, s->items[i].n_names);
        agg_demand(w, &s->items[i], d);
    }
}

/* The field's name behind "<query>.", or nothing when the name is not of that query. */
static struct str field_of_query(struct str name, const struct plan_query *q)
{
    if (name.len <= q->name.len || !str_starts(name, q->name) || name.ptr[q->name.len] != '.')
        return STR_NONE;
    return str_of(name.ptr + q->name.len + 1, name.len - q->name.len - 1);
}

static bool has_field(const struct plan_query *q, struct str field)
{
    for (size_t i = 0; i < q->n_fields; i++) {
        if (str_eq(q->fields[i], field))
            return true;
    }
    return q->all;
}

static struct demand *query_demand(struct walk *w, const struct plan_node *n, size_t i,
                                   const struct demand *d)
{
    const struct plan_query *q = &n->u.correlate.queries[i];
    struct demand *own = demand_new(w);

    demand_add(own, STR(FIELD_TIME_MS));
    for (size_t k = 0; k < n->u.correlate.n_links; k++) {
        const struct plan_link *link = &n->u.correlate.links[k];

        if (link->a == i)
            demand_add(own, link->a_field);
        if (link->b == i)
            demand_add(own, link->b_field);
    }
    for (size_t k = 0; k < d->names.n; k++) {
        struct str field = field_of_query(d->names.items[k], q);

        if (field.len > 0 && has_field(q, field))
            demand_add(own, field);
    }
    if (!d->all)
        return own;
    add_names(own, q->fields, q->n_fields);
    if (q->all)
        demand_add(own, STR(FIELD_RAW));
    own->all = q->all;
    return own;
}

static struct demand *correlate_demand(struct walk *w, struct plan_node *n, const struct demand *d)
{
    struct demand *in = demand_new(w);

    for (size_t i = 0; i < n->u.correlate.n_queries; i++)
        demand_add_all(in,
                       chain_demand(w, n->u.correlate.queries[i].body, query_demand(w, n, i, d)));
    return in;
}

static struct demand *transpose_demand(struct walk *w, struct plan_node *n)
{
    struct demand *in = demand_new(w);

    if (n->u.transpose.gather.len > 0) {
        demand_add(in, n->u.transpose.gather);
        return in;
    }
    in->all = true;
    demand_add(in, STR(FIELD_TIME_MS));
    demand_add(in, STR(FIELD_RAW));
    return in;
}

static void series_demand(struct plan_node *n, struct demand *d)
{
    demand_add(d, n->u.series.bucket);
    add_names(d, n->u.series.series, n->u.series.n_series);
    add_names(d, n->u.series.values, n->u.series.n_values);
}

/* From what n gives to what it takes. */
static struct demand *node_demand(struct walk *w, struct plan_node *n, struct demand *d)
{
    switch (n->kind) {
    case NODE_SCAN:
        for (size_t i = 0; i < n->u.scan.n_filters; i++)
            demand_add_expr(d, n->u.scan.filters[i]);
        break;
    case NODE_GENERATE:
        cut_names(w, &n->u.unnest.item, d);
        break;
    case NODE_FILTER:
        demand_add_expr(d, n->u.filter.predicate);
        break;
    case NODE_EXTEND:
        extend_demand(w, n, d);
        break;
    case NODE_PROJECT:
        project_demand(w, n, &d);
        break;
    case NODE_UNNEST:
        item_demand(w, &n->u.unnest.item, d);
        break;
    case NODE_BRANCH:
        return branch_demand(w, n, d);
    case NODE_EACH:
        return each_demand(w, n, d);
    case NODE_AGGREGATE:
        return aggregate_demand(w, n);
    case NODE_GROUP_APPLY:
        return group_apply_demand(w, n, d);
    case NODE_CORRELATE:
        return correlate_demand(w, n, d);
    case NODE_SORT:
    case NODE_TOP_N:
        for (size_t i = 0; i < n->u.sort.n_keys; i++)
            demand_add(d, n->u.sort.keys[i].name);
        break;
    case NODE_TOP_SHARE:
        demand_remove(d, n->u.share.percent);
        demand_add(d, n->u.share.value);
        break;
    case NODE_DISTINCT:
        add_names(d, n->u.distinct.keys, n->u.distinct.n_keys);
        break;
    case NODE_UNION:
        union_demand(w, n, d);
        break;
    case NODE_JOIN:
        /* A row without a match keeps its own fields. */
        if (n->u.join.mode == JOIN_MARK)
            demand_remove(d, n->u.join.mark);
        add_names(d, n->u.join.fields, n->u.join.n_fields);
        break;
    case NODE_SESSION:
        demand_remove(d, n->u.session.id);
        demand_add_expr(d, n->u.session.time);
        demand_add_expr(d, n->u.session.begin);
        if (n->u.session.end != NULL)
            demand_add_expr(d, n->u.session.end);
        break;
    case NODE_SEQUENCE:
        sequence_demand(w, n, d);
        break;
    case NODE_SERIES:
        series_demand(n, d);
        break;
    case NODE_TRANSPOSE:
        return transpose_demand(w, n);
    case NODE_INPUT:
    case NODE_TABLE:
    case NODE_LIMIT:
    case NODE_COUNT:
        break;
    }
    return d;
}

/* Returns what the chain's leaf is asked for. d may be changed. */
static struct demand *chain_demand(struct walk *w, struct plan_node *top, struct demand *d)
{
    for (struct plan_node *n = top; n != NULL; n = n->in) {
        n->demand = demand_copy(w, d);
        d = node_demand(w, n, d);
        if (n->kind == NODE_SCAN || n->kind == NODE_GENERATE)
            n->demand = d; /* leaves are asked for what they themselves need too */
    }
    return d;
}

void bind_demand(struct plan *p)
{
    struct demand *first = NULL;
    struct walk w = {.plan = p, .all = &first};
    struct demand *d = demand_new(&w);

    d->all = !p->wanted_only;
    add_names(d, p->wanted, p->n_wanted);
    if (p->open_result) {
        demand_add(d, STR(FIELD_TIME_MS));
        demand_add(d, STR(FIELD_RAW));
    }
    chain_demand(&w, p->root, d);
    p->demands = first;
}

const struct str *bind_asked(const struct plan_node *n, size_t *n_names)
{
    *n_names = n->demand->names.n;
    return n->demand->names.items;
}

void bind_done(struct plan *p)
{
    demand_free_all(p->demands);
    p->demands = NULL;
}
