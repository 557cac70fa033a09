/* stage_correlate.c - correlate(): named queries over the same events and the links between them
 * (cql.md 2.11, 3.1). */
#include <stdlib.h>

#include "lang/cql/lower.h"

#define QUERIES_MAX    16
#define LINKS_MAX      1000
#define GLOBAL_MAX     50
#define ITERATIONS_MAX 10

/* `field <=> Query.field` as written; resolved when all queries are known. */
struct written_link {
    struct span at;
    size_t query;
    struct str field, other; /* other: Query.field */
};

struct correlation {
    struct cql_lower *l;
    struct plan_node *node;
    VEC(struct plan_query) queries;
    VEC(struct written_link) written;
    VEC(struct plan_link) links;
    bool include_links;
};

/* ---- Queries ---- */

/* The conjuncts of a filter one by one, the links among them taken out. */
static enum lanner_rc lower_terms(struct correlation *c, const struct cql_node *n,
                                  struct lanner_err *err)
{
    if (n->kind == CQL_TERM && n->op == OP_LINK) {
        struct written_link link = {n->at, c->queries.n, n->text, n->kids->text};

        if (c->written.n >= LINKS_MAX)
            return cql_wrong(n->at, err, "correlate() has too many links");
        VEC_PUSH(&c->written, link);
        return LANNER_OK;
    }
    if (n->kind != CQL_AND)
        return cql_lower_filter(c->l, n, err);
    for (const struct cql_node *k = n->kids; k != NULL; k = k->next)
        TRY(lower_terms(c, k, err));
    return LANNER_OK;
}

static bool has_link(const struct cql_node *n)
{
    if (n->kind == CQL_TERM && n->op == OP_LINK)
        return true;
    for (const struct cql_node *k = n->kids; k != NULL && n->kind == CQL_AND; k = k->next) {
        if (has_link(k))
            return true;
    }
    return false;
}

static enum lanner_rc lower_body(struct correlation *c, const struct cql_node *pipe,
                                 struct plan_query *q, struct lanner_err *err)
{
    struct cql_pipe sub;

    cql_sub_begin(c->l, &sub, PIPE_QUERY, pipe->at);
    for (const struct cql_node *s = pipe->kids; s != NULL; s = s->next) {
        if (s->kind == CQL_FILTER && has_link(s->kids))
            TRY(lower_terms(c, s->kids, err));
        else
            TRY(cql_lower_stage(c->l, s, err));
    }
    return cql_sub_end(c->l, &q->body, err);
}

static void add_field(struct cql_lower *l, struct plan_query *q, struct str field)
{
    struct str *fields;

    for (size_t i = 0; i < q->n_fields; i++) {
        if (str_eq(q->fields[i], field))
            return;
    }
    fields = ARENA_ARRAY(l->arena, struct str, q->n_fields + 1);
    if (q->n_fields != 0)
        memcpy(fields, q->fields, q->n_fields * sizeof(*fields));
    fields[q->n_fields++] = field;
    q->fields = fields;
}

static enum lanner_rc read_include(struct correlation *c, const struct cql_node *query,
                                   struct cql_texts *out, struct lanner_err *err)
{
    *out = (struct cql_texts){.n = 0};
    for (const struct cql_node *k = query->kids->next; k != NULL; k = k->next) {
        if (!str_eq_nocase(k->text, STR("include")) || out->n != 0)
            return cql_wrong(k->at, err, "a query of correlate() takes include once, found '%.*s'",
                             (int)MIN(k->text.len, (size_t)60), k->text.ptr);
        TRY(cql_texts(c->l, k->kids, out, err));
    }
    if (out->n > CQL_MAX_LIST)
        return cql_wrong(query->at, err, "include has too many fields");
    return LANNER_OK;
}

static enum lanner_rc add_query(struct correlation *c, const struct cql_node *query,
                                struct lanner_err *err)
{
    struct plan_query q = {.at = query->at, .name = query->text};
    struct cql_texts include;

    if (q.name.len == 0)
        return cql_wrong(query->at, err, "a query of correlate() needs a name: Name: {...}");
    if (str_find_char(q.name, '.') != SIZE_MAX)
        return cql_wrong(query->at, err, "the name of a query of correlate() has no dot");
    for (size_t i = 0; i < c->queries.n; i++) {
        if (str_eq(c->queries.items[i].name, q.name))
            return cql_wrong(query->at, err, "two queries of correlate() are called %.*s",
                             STR_ARG(q.name));
    }
    if (c->queries.n >= QUERIES_MAX)
        return err_set_at(err, LANNER_ERR_LIMIT, query->at,
                          "correlate() with more than %d queries is not supported", QUERIES_MAX);
    TRY(read_include(c, query, &include, err));
    TRY(lower_body(c, query->kids, &q, err));
    for (size_t i = 0; i < include.n; i++) {
        if (str_eqz(include.items[i], "*"))
            q.all = true;
        else
            add_field(c->l, &q, include.items[i]);
    }
    VEC_PUSH(&c->queries, q);
    return LANNER_OK;
}

/* ---- Links ---- */

static size_t query_index(const struct correlation *c, struct str name)
{
    for (size_t i = 0; i < c->queries.n; i++) {
        if (str_eq(c->queries.items[i].name, name))
            return i;
    }
    return SIZE_MAX;
}

static bool is_same_link(const struct plan_link *a, const struct plan_link *b)
{
    return (a->a == b->a && a->b == b->b && str_eq(a->a_field, b->a_field) &&
            str_eq(a->b_field, b->b_field)) ||
           (a->a == b->b && a->b == b->a && str_eq(a->a_field, b->b_field) &&
            str_eq(a->b_field, b->a_field));
}

static void add_link(struct correlation *c, struct plan_link link)
{
    for (size_t i = 0; i < c->links.n; i++) {
        if (is_same_link(&c->links.items[i], &link))
            return; /* written on both sides */
    }
    VEC_PUSH(&c->links, link);
}

static enum lanner_rc resolve_links(struct correlation *c, struct lanner_err *err)
{
    for (size_t i = 0; i < c->written.n; i++) {
        const struct written_link *w = &c->written.items[i];
        size_t dot = str_find_char(w->other, '.');
        struct plan_link link = {.a = w->query, .a_field = w->field};

        if (dot == SIZE_MAX || dot == 0 || dot + 1 == w->other.len)
            return cql_wrong(w->at, err, "expected Query.field after '<=>', found '%.*s'",
                             (int)MIN(w->other.len, (size_t)60), w->other.ptr);
        link.b = query_index(c, str_of(w->other.ptr, dot));
        link.b_field = str_of(w->other.ptr + dot + 1, w->other.len - dot - 1);
        if (link.b == SIZE_MAX)
            return cql_wrong(w->at, err, "correlate() has no query %.*s", (int)MIN(dot, (size_t)60),
                             w->other.ptr);
        if (link.a == link.b)
            return cql_wrong(w->at, err, "a query of correlate() cannot be linked with itself");
        add_link(c, link);
    }
    return LANNER_OK;
}

/* Fields that all events of a set must agree on: each query is linked with the root. */
static enum lanner_rc add_global(struct correlation *c, const struct cql_node *list,
                                 struct lanner_err *err)
{
    struct cql_texts fields = {0};
    size_t root = c->node->u.correlate.root;

    if (list != NULL)
        TRY(cql_texts(c->l, list, &fields, err));
    if (fields.n > GLOBAL_MAX)
        return cql_wrong(list->at, err, "correlate() has too many global constraints");
    for (size_t i = 0; i < fields.n; i++) {
        for (size_t q = 0; q < c->queries.n; q++) {
            struct plan_link link = {root, q, fields.items[i], fields.items[i]};

            if (q != root)
                add_link(c, link);
        }
    }
    return LANNER_OK;
}

/* What each query gives: linked fields and what events have anyway behind or before the included
 * ones (cql.md 3.1). */
static void add_outputs(struct correlation *c)
{
    for (size_t i = 0; i < c->queries.n; i++) {
        struct plan_query *q = &c->queries.items[i];
        struct str *include = q->fields;
        size_t n_include = q->n_fields;

        q->fields = NULL;
        q->n_fields = 0;
        for (size_t k = 0; k < c->links.n && c->include_links; k++) {
            const struct plan_link *link = &c->links.items[k];

            if (link->a == i)
                add_field(c->l, q, link->a_field);
            if (link->b == i)
                add_field(c->l, q, link->b_field);
        }
        for (size_t k = 0; k < n_include; k++)
            add_field(c->l, q, include[k]);
        add_field(c->l, q, STR(FIELD_ID));
        add_field(c->l, q, STR(FIELD_TIME_MS));
        add_field(c->l, q, STR("@ingesttimestamp"));
    }
}

/* ---- Options ---- */

static enum lanner_rc read_flag(struct cql_lower *l, const struct cql_node *call, const char *name,
                                bool *out, struct lanner_err *err)
{
    const struct cql_node *v = cql_arg(call, name);

    return v != NULL ? cql_bool(l, v, out, err) : LANNER_OK;
}

/* What orders a sequence: the event's time, which every event has as milliseconds. */
static enum lanner_rc read_sequence_by(struct cql_lower *l, const struct cql_node *v,
                                       struct lanner_err *err)
{
    struct cql_texts fields;

    if (v == NULL)
        return LANNER_OK;
    TRY(cql_texts(l, v, &fields, err));
    for (size_t i = 0; i < fields.n; i++) {
        if (!str_eqz(fields.items[i], FIELD_TIME_MS) && !str_eqz(fields.items[i], FIELD_TIME_NANOS))
            return cql_unsupported(fields.at[i], err,
                                   "correlate() puts events in sequence by @timestamp only");
    }
    return LANNER_OK;
}

static enum lanner_rc read_options(struct correlation *c, const struct cql_node *call,
                                   struct lanner_err *err)
{
    const struct cql_node *jitter = cql_arg(call, "jitterTolerance");
    const struct cql_node *within = cql_arg(call, "within"), *root = cql_arg(call, "root");
    const struct cql_node *max = cql_arg(call, "maxPerRoot");
    const struct cql_node *iterations = cql_arg(call, "iterationLimit");
    struct plan_node *n = c->node;
    struct str name;
    uint64_t unused;

    if (cql_arg(call, "aggregation") != NULL)
        return cql_unsupported(call->at, err,
                               "parameter aggregation of correlate() is not supported: what it "
                               "does is not documented");
    TRY(read_sequence_by(c->l, cql_arg(call, "sequenceBy"), err));
    if (jitter != NULL)
        TRY(cql_span(c->l, jitter, &n->u.correlate.jitter_ms, err));
    n->u.correlate.max_per_root = 1;
    n->u.correlate.has_within = within != NULL;
    c->include_links = true;
    if (within != NULL)
        TRY(cql_span(c->l, within, &n->u.correlate.within_ms, err));
    if (max != NULL)
        TRY(cql_count(c->l, max, 1, 0, &n->u.correlate.max_per_root, err));
    /* How often LogScale reads the events again; one reading finds all here. */
    if (iterations != NULL)
        TRY(cql_count(c->l, iterations, 1, ITERATIONS_MAX, &unused, err));
    TRY(read_flag(c->l, call, "sequence", &n->u.correlate.sequence, err));
    TRY(read_flag(c->l, call, "includeMatchesOnceOnly", &n->u.correlate.once, err));
    TRY(read_flag(c->l, call, "includeConstraintValues", &c->include_links, err));
    if (root == NULL)
        return LANNER_OK;
    TRY(cql_text(c->l, root, &name, err));
    n->u.correlate.root = query_index(c, name);
    if (n->u.correlate.root == SIZE_MAX)
        return cql_wrong(root->at, err, "correlate() has no query %.*s",
                         (int)MIN(name.len, (size_t)60), name.ptr);
    return LANNER_OK;
}

/* ---- The stage ---- */

static enum lanner_rc lower_queries(struct correlation *c, const struct cql_node *call,
                                    struct lanner_err *err)
{
    for (const struct cql_node *k = call->kids; k != NULL; k = k->next) {
        if (k->text.len != 0)
            continue;
        if (k->kids->kind != CQL_SUBQUERY)
            return cql_wrong(k->at, err, "expected a query of correlate(): Name: {...}");
        TRY(add_query(c, k->kids, err));
    }
    if (c->queries.n < 2)
        return cql_wrong(call->at, err, "correlate() needs two queries at least: Name: {...}");
    return LANNER_OK;
}

static enum lanner_rc fill_node(struct correlation *c, const struct cql_node *call,
                                struct lanner_err *err)
{
    struct plan_node *n = c->node;

    /* Free text in a query keeps its column through the nodes below: those before this one. */
    c->l->pipe->top = n->in;
    TRY(lower_queries(c, call, err));
    c->l->pipe->top = n;
    TRY(read_options(c, call, err));
    TRY(resolve_links(c, err));
    TRY(add_global(c, cql_arg(call, "globalConstraints"), err));
    add_outputs(c);
    n->u.correlate.n_queries = c->queries.n;
    n->u.correlate.queries = ARENA_ARRAY(c->l->arena, struct plan_query, c->queries.n);
    memcpy(n->u.correlate.queries, c->queries.items, c->queries.n * sizeof(struct plan_query));
    n->u.correlate.n_links = c->links.n;
    n->u.correlate.links = ARENA_ARRAY(c->l->arena, struct plan_link, c->links.n);
    if (c->links.n != 0)
        memcpy(n->u.correlate.links, c->links.items, c->links.n * sizeof(struct plan_link));
    return LANNER_OK;
}

enum lanner_rc cql_stage_correlate(struct cql_lower *l, const struct cql_node *call, struct str as,
                                   struct lanner_err *err)
{
    struct correlation c = {.l = l};
    struct cql_pipe *p = l->pipe;
    bool all = false;
    enum lanner_rc rc;

    (void)as;
    if (p->aggregated)
        return cql_wrong(call->at, err, "correlate() cannot stand after an aggregate");
    if (p->kind != PIPE_MAIN)
        return cql_unsupported(call->at, err, "correlate() cannot stand inside another function");
    c.node = cql_push(l, NODE_CORRELATE, call->at);
    rc = fill_node(&c, call, err);
    for (size_t i = 0; i < c.queries.n; i++)
        all |= c.queries.items[i].all;
    VEC_DONE(&c.queries);
    VEC_DONE(&c.written);
    VEC_DONE(&c.links);
    /* The rows are no events: no free text, no time of their own, in the order of the roots. */
    p->aggregated = true;
    p->ordered = true;
    p->sorted = true;
    p->closed = !all;
    p->has_time = false;
    p->time_lost_at = NULL;
    p->hidden_time = false;
    return rc;
}
