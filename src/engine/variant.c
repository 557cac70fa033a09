/* variant.c - plans of further forms of a query: the events behind its rows, its groups without
 * their thresholds, events of chosen values alone, allow-lists.
 *
 * The plan is rewritten as the front end made it, before any pass runs, so that passes work on
 * conditions as on what the query says itself. What is asked of an event is taken right above the
 * scan into hidden fields, which no stage of the query touches.
 *
 * A node gets a node above it by changing places: its content moves down into a new node. Nobody
 * but its own input points to a node then, and a scan to the filter of its interval. */
#include "engine/variant.h"

#include <stdlib.h>

#include "lookup/lookup.h"
#include "util/ip.h"

/* Unions nest as deep as the query's own limit lets them. */
#define MAX_UNIONS 1000

/* Hidden fields; no language has such names. */
#define EVENT_TIME                                                                                 \
    "\x01"                                                                                         \
    "event:time"
#define EVENT_ID                                                                                   \
    "\x01"                                                                                         \
    "event:id"
#define EVENT_RAW                                                                                  \
    "\x01"                                                                                         \
    "event:raw"

struct rewriting {
    struct plan *plan;
    const struct allow *allow; /* or NULL */
    const struct lanner_variant *v;
    struct str *hidden; /* EVENTS: one for each field, then EVENT_* */
    size_t n_hidden;
    bool repeats; /* EVENTS: a stage may have made several rows of one event */
};

static const struct span nowhere = {0, 0};

/* ---- copies ---- */

static const char *const *copy_texts(struct arena *a, const char *const *from, size_t n)
{
    const char **out = ARENA_ARRAY(a, const char *, n);

    for (size_t i = 0; i < n; i++)
        out[i] = arena_strz(a, str_z(from[i]));
    return out;
}

struct lanner_variant *variant_copy(struct arena *a, const struct lanner_variant *v)
{
    struct lanner_variant *out = ARENA_NEW(a, struct lanner_variant);
    struct lanner_condition *c = ARENA_ARRAY(a, struct lanner_condition, v->n_conditions);

    *out = *v;
    for (size_t i = 0; i < v->n_conditions; i++) {
        c[i].field = arena_strz(a, str_z(v->conditions[i].field));
        c[i].values = copy_texts(a, v->conditions[i].values, v->conditions[i].n_values);
        c[i].n_values = v->conditions[i].n_values;
    }
    out->conditions = c;
    out->fields = copy_texts(a, v->fields, v->n_fields);
    if (v->detection != NULL)
        out->detection = arena_strz(a, str_z(v->detection));
    return out;
}

/* ---- nodes ---- */

/* A node of that kind in the place of n, which moves below it. */
static void wrap(struct plan *p, struct plan_node *n, enum node_kind kind)
{
    struct plan_node *below = ARENA_NEW(p->arena, struct plan_node);
    struct plan_node *scan;

    *below = *n;
    memset(n, 0, sizeof(*n));
    n->kind = kind;
    n->at = below->at;
    n->in = below;
    for (scan = below; scan->in != NULL; scan = scan->in)
        ;
    if (scan->kind == NODE_SCAN && scan->u.scan.interval == n)
        scan->u.scan.interval = below;
}

static void wrap_filter(struct plan *p, struct plan_node *n, struct expr *predicate)
{
    wrap(p, n, NODE_FILTER);
    n->u.filter.predicate = predicate;
}

/* Where an event has all its fields: the scan, or what a parser script makes of it. */
static struct plan_node *base_of(struct plan_node *top)
{
    struct plan_node *n = top;

    while (n->in != NULL)
        n = n->in;
    if (n->kind != NODE_SCAN)
        return NULL;
    return n->u.scan.interval != NULL ? n->u.scan.interval : n;
}

/* Makes groups, or one row of several, or numbers that depend on other rows. */
static bool is_grouping(const struct plan_node *n)
{
    switch (n->kind) {
    case NODE_AGGREGATE:
    case NODE_GROUP_APPLY:
    case NODE_TOP_SHARE:
    case NODE_DISTINCT:
    case NODE_TRANSPOSE:
    case NODE_SERIES:
    case NODE_CORRELATE:
    case NODE_SESSION:
    case NODE_SEQUENCE:
        return true;
    default:
        return false;
    }
}

/* Leaves rows out that lie beyond a number of them. */
static bool is_limit(const struct plan_node *n)
{
    return n->kind == NODE_LIMIT || n->kind == NODE_TOP_N ||
           (n->kind == NODE_SORT && n->u.sort.limit != 0);
}

static enum lanner_rc too_many_unions(struct lanner_err *err)
{
    return err_set(err, LANNER_ERR_LIMIT, "more than %d results are united", MAX_UNIONS);
}

/* ---- what is asked of an event ---- */

static struct expr *field_of(struct plan *p, const char *name)
{
    return expr_field(p->arena, nowhere, str_z(name));
}

static struct expr *nothing(struct plan *p)
{
    return expr_const(p->arena, nowhere, VAL_ABSENT);
}

/* The call of one of the rows of fn_select.c over the fields that the lists ask for. */
static struct expr *allow_call(const struct rewriting *w, const char *row)
{
    struct plan *p = w->plan;
    const struct allow *l = w->allow;
    struct expr **args = ARENA_ARRAY(p->arena, struct expr *, 8);
    const char *detection = w->v != NULL && w->v->detection != NULL ? w->v->detection : "";
    const struct {
        const char *field;
        bool asked;
    } fields[] = {
        {LANNER_FIELD_SOURCE, allow_has(l, ALLOW_ADDRESS)},
        {LANNER_FIELD_USER, allow_has(l, ALLOW_ACCOUNT)},
        {"userAgent", allow_has(l, ALLOW_USER_AGENT)},
        {"appId", allow_has(l, ALLOW_APPLICATION)},
        {"appDisplayName", allow_has(l, ALLOW_APPLICATION)},
        {"autonomousSystemNumber", allow_has(l, ALLOW_ASN)},
        {FIELD_TIME_MS, allow_has_windows(l)},
    };

    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        args[i] = fields[i].asked ? field_of(p, fields[i].field) : nothing(p);
    args[ARRAY_LEN(fields)] =
        expr_const(p->arena, nowhere, val_str(arena_str(p->arena, str_z(detection))));
    return expr_call(p->arena, nowhere, fn_named(row), args, ARRAY_LEN(fields) + 1);
}

/* The value of a field of the event, as conditions and columns name them. */
static struct expr *value_of(const struct rewriting *w, const char *field)
{
    if (strcmp(field, LANNER_FIELD_ENTRY) == 0)
        return w->allow != NULL ? allow_call(w, "allow_entry") : nothing(w->plan);
    return field_of(w->plan, field);
}

static bool is_address(const char *field)
{
    static const char *const names[] = {"sourceip",      "destinationip",      "identityip",
                                        "sourceaddress", "destinationaddress", "sourcev6",
                                        "destinationv6"};
    size_t prefix = strlen(FIELD_QRADAR_PREFIX);

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        if (strncmp(field, FIELD_QRADAR_PREFIX, prefix) == 0 &&
            strcmp(field + prefix, names[i]) == 0)
            return true;
    }
    return false;
}

static struct expr *list_of(struct plan *p, const struct str *items, size_t n)
{
    struct val list = {.kind = KIND_ARRAY, .len = (uint32_t)n};
    struct val *values = ARENA_ARRAY(p->arena, struct val, n);

    for (size_t i = 0; i < n; i++)
        values[i] = val_str(arena_str(p->arena, items[i]));
    list.u.items = values;
    return expr_const(p->arena, nowhere, list);
}

static struct expr *text_in(const struct rewriting *w, const char *field, const struct str *values,
                            size_t n)
{
    return expr_callv(w->plan->arena, nowhere, "same_text_in", 2, value_of(w, field),
                      list_of(w->plan, values, n));
}

/* Values that are networks are compared as such, all others as text. */
static struct expr *condition_of(const struct rewriting *w, const struct lanner_condition *c)
{
    struct plan *p = w->plan;
    struct str *nets = ARENA_ARRAY(p->arena, struct str, c->n_values);
    struct str *texts = ARENA_ARRAY(p->arena, struct str, c->n_values);
    size_t n_nets = 0, n_texts = 0;
    struct expr **args;
    struct expr *in_net;

    for (size_t i = 0; i < c->n_values; i++) {
        struct str value = str_z(c->values[i]);
        struct ip_net net;

        if (is_address(c->field) && ip_net_parse(value, &net))
            nets[n_nets++] = value;
        else
            texts[n_texts++] = value;
    }
    if (n_nets == 0)
        return text_in(w, c->field, texts, n_texts);
    args = ARENA_ARRAY(p->arena, struct expr *, 5);
    args[0] = value_of(w, c->field);
    args[1] = list_of(p, nets, n_nets);
    args[2] = args[3] = args[4] = nothing(p);
    in_net = expr_call(p->arena, nowhere, fn_named("cidr"), args, 5);
    if (n_texts == 0)
        return in_net;
    return expr_callv(p->arena, nowhere, "or", 2, in_net, text_in(w, c->field, texts, n_texts));
}

static struct expr *time_bound(struct plan *p, const char *comparison, int64_t ms)
{
    return expr_callv(p->arena, nowhere, comparison, 2, field_of(p, FIELD_TIME_MS),
                      expr_const(p->arena, nowhere, val_long(ms)));
}

/* Conditions and interval, right above the scan. An event without a time is in no interval. */
static void add_conditions(const struct rewriting *w, struct plan_node *base)
{
    const struct lanner_variant *v = w->v;
    struct plan *p = w->plan;

    if (v->from_ms != LANNER_TIME_OPEN)
        wrap_filter(p, base, time_bound(p, "cql_greater_equal", v->from_ms));
    if (v->to_ms != LANNER_TIME_OPEN)
        wrap_filter(p, base, time_bound(p, "cql_less_equal", v->to_ms));
    for (size_t i = 0; i < v->n_conditions; i++)
        wrap_filter(p, base, condition_of(w, &v->conditions[i]));
}

/* ---- allow-lists ---- */

static void look_for(void *ctx, struct expr *e)
{
    const struct str **name = ctx;

    if (*name != NULL && e->kind == EXPR_FIELD && str_eq(e->name, **name))
        *name = NULL;
}

static bool reads(struct expr *e, const struct str *name)
{
    expr_walk(e, look_for, &name);
    return name == NULL;
}

/* Whether rows that come out of n have the fields that e reads as they went in, and all of them
 * come out that the query still wants. */
static bool may_stand_above(const struct plan_node *n, struct expr *e)
{
    if (n->kind == NODE_FILTER)
        return true;
    if (n->kind != NODE_EXTEND)
        return false;
    for (size_t i = 0; i < n->u.extend.n_items; i++) {
        const struct plan_item *item = &n->u.extend.items[i];

        if (item->expr->kind == EXPR_CALL && item->expr->fn->writes_open)
            return false;
        for (size_t k = 0; k < item->n_names; k++) {
            if (reads(e, &item->names[k]))
                return false;
        }
    }
    return true;
}

/* Looking an event up costs more than most conditions, so it is done for what they leave. */
static void add_allow(const struct rewriting *w, struct plan_node *top, struct plan_node *base,
                      enum lanner_allow how)
{
    struct expr *takes = allow_call(w, "allow_takes");
    VEC(struct plan_node *) chain = {0};
    struct plan_node *place = base;

    for (struct plan_node *n = top; n != base; n = n->in)
        VEC_PUSH(&chain, n);
    while (chain.n > 0 && may_stand_above(chain.items[chain.n - 1], takes))
        place = chain.items[--chain.n];
    VEC_DONE(&chain);
    if (how == LANNER_ALLOW_APPLY)
        takes = expr_callv(w->plan->arena, nowhere, "not", 1, takes);
    wrap_filter(w->plan, place, takes);
}

/* ---- chains ---- */

typedef enum lanner_rc (*on_chain)(struct rewriting *w, struct plan_node *top, bool is_main,
                                   struct lanner_err *err);

/* Calls fn for each chain that ends in a scan: `top` and what is united in it. */
static enum lanner_rc each_chain(struct rewriting *w, struct plan_node *top, bool is_main,
                                 on_chain fn, unsigned depth, struct lanner_err *err)
{
    if (depth > MAX_UNIONS)
        return too_many_unions(err);
    for (struct plan_node *n = top; n != NULL; n = n->in) {
        for (size_t i = 0; n->kind == NODE_UNION && i < n->u.set.n_inputs; i++)
            TRY(each_chain(w, n->u.set.inputs[i], is_main, fn, depth + 1, err));
    }
    return fn(w, top, is_main, err);
}

static enum lanner_rc restrict_chain(struct rewriting *w, struct plan_node *top, bool is_main,
                                     struct lanner_err *err)
{
    struct plan_node *base = base_of(top);
    enum lanner_allow how = w->v != NULL ? w->v->allow : LANNER_ALLOW_APPLY;

    (void)err;
    if (base == NULL)
        return LANNER_OK;
    if (w->allow != NULL && how != LANNER_ALLOW_IGNORE)
        add_allow(w, top, base, how);
    else if (how == LANNER_ALLOW_ONLY) /* without lists nothing is taken */
        wrap_filter(w->plan, base, expr_const(w->plan->arena, nowhere, val_bool(false)));
    /* The allow-list's filter may have taken the place of the base. */
    base = base_of(top);
    if (w->v != NULL && is_main)
        add_conditions(w, base);
    return LANNER_OK;
}

/* ---- EVENTS ---- */

/* The fields of events must be in every chain whose rows are looked at further up. */
static void keep_hidden(struct rewriting *w, struct plan_node *top)
{
    for (struct plan_node *n = top; n != NULL; n = n->in) {
        struct plan_rename *names;
        size_t had = n->u.project.n_names;

        for (size_t i = 0; n->kind == NODE_BRANCH && i < n->u.branch.n_clauses; i++)
            keep_hidden(w, n->u.branch.clauses[i].body);
        for (size_t i = 0; n->kind == NODE_UNION && i < n->u.set.n_inputs; i++)
            keep_hidden(w, n->u.set.inputs[i]);
        w->repeats |= n->kind == NODE_UNION || n->kind == NODE_UNNEST ||
                      (n->kind == NODE_JOIN && n->u.join.max_rows != 1);
        if (n->kind != NODE_PROJECT || n->u.project.drop)
            continue;
        names = ARENA_ARRAY(w->plan->arena, struct plan_rename, had + w->n_hidden);
        if (had > 0)
            memcpy(names, n->u.project.names, had * sizeof(*names));
        for (size_t i = 0; i < w->n_hidden; i++)
            names[had + i] = (struct plan_rename){w->hidden[i], w->hidden[i]};
        n->u.project.names = names;
        n->u.project.n_names = had + w->n_hidden;
    }
}

static enum lanner_rc copy_fields(struct rewriting *w, struct plan_node *top, bool is_main,
                                  struct lanner_err *err)
{
    struct plan_node *base = base_of(top);
    const struct lanner_variant *v = w->v;
    struct plan *p = w->plan;
    struct plan_item *items;

    (void)is_main;
    if (base == NULL)
        return err_set(err, LANNER_ERR_UNSUPPORTED,
                       "the query's rows come from a table or are made: there are no events "
                       "behind them");
    items = ARENA_ARRAY(p->arena, struct plan_item, w->n_hidden);
    for (size_t i = 0; i < w->n_hidden; i++) {
        items[i].names = &w->hidden[i];
        items[i].n_names = 1;
        items[i].expr = i < v->n_fields ? value_of(w, v->fields[i]) : NULL;
    }
    items[v->n_fields].expr = field_of(p, FIELD_TIME_MS);
    items[v->n_fields + 1].expr = field_of(p, FIELD_ID);
    items[v->n_fields + 2].expr = field_of(p, FIELD_RAW);
    wrap(p, base, NODE_EXTEND);
    base->u.extend.items = items;
    base->u.extend.n_items = w->n_hidden;
    return LANNER_OK;
}

/* The rows that some query of the node lets through. */
static struct plan_node *any_query(struct plan *p, const struct plan_node *correlate)
{
    struct plan_node *n = node_new(p, NODE_BRANCH, correlate->at, correlate->in);

    n->u.branch.n_clauses = correlate->u.correlate.n_queries;
    n->u.branch.clauses = ARENA_ARRAY(p->arena, struct plan_branch_clause, n->u.branch.n_clauses);
    for (size_t i = 0; i < n->u.branch.n_clauses; i++) {
        n->u.branch.clauses[i].at = correlate->u.correlate.queries[i].at;
        n->u.branch.clauses[i].body = correlate->u.correlate.queries[i].body;
    }
    return n;
}

/* What reaches the first stage that groups or counts. `*grouped`: there was one. */
static enum lanner_rc cut(struct rewriting *w, struct plan_node **top, unsigned depth,
                          bool *grouped, struct lanner_err *err)
{
    struct plan_node *result = *top;
    struct plan_node *united = NULL;
    bool any = false;

    *grouped = false;
    if (depth > MAX_UNIONS)
        return too_many_unions(err);
    for (struct plan_node *n = *top; n != NULL && united == NULL; n = n->in) {
        if (n->kind == NODE_UNION)
            united = n;
        if (!is_grouping(n) && !is_limit(n))
            continue;
        result = n->kind == NODE_CORRELATE ? any_query(w->plan, n) : n->in;
        *grouped = true;
    }
    if (united != NULL) {
        TRY(cut(w, &united->in, depth + 1, &any, err));
        for (size_t i = 0; i < united->u.set.n_inputs; i++) {
            bool own;

            TRY(cut(w, &united->u.set.inputs[i], depth + 1, &own, err));
            any |= own;
        }
    }
    /* What stands above united groups is about groups. */
    if (any)
        result = united;
    *grouped |= any;
    *top = result;
    return LANNER_OK;
}

/* An order alone changes no event, and costs. */
static void drop_sorts(struct plan_node **top)
{
    while (*top != NULL) {
        if ((*top)->kind == NODE_SORT)
            *top = (*top)->in;
        else
            top = &(*top)->in;
    }
}

static void name_hidden(struct rewriting *w)
{
    struct arena *a = w->plan->arena;
    size_t n = w->v->n_fields;

    w->hidden = ARENA_ARRAY(a, struct str, n + 3);
    for (size_t i = 0; i < n; i++)
        w->hidden[i] = arena_printf(a,
                                    "\x01"
                                    "event:%zu",
                                    i);
    w->hidden[n] = STR(EVENT_TIME);
    w->hidden[n + 1] = STR(EVENT_ID);
    w->hidden[n + 2] = STR(EVENT_RAW);
    w->n_hidden = n + 3;
}

/* Projection, one row for an event, oldest first. */
static void finish_events(struct rewriting *w)
{
    struct plan *p = w->plan;
    size_t n = w->v->n_fields;

    if (w->repeats) {
        p->root = node_new(p, NODE_DISTINCT, nowhere, p->root);
        p->root->u.distinct.keys = &w->hidden[n];
        p->root->u.distinct.n_keys = 3;
    }
    p->root = node_new(p, NODE_PROJECT, nowhere, p->root);
    p->root->u.project.n_names = n + 1;
    p->root->u.project.names = ARENA_ARRAY(p->arena, struct plan_rename, n + 1);
    p->columns = ARENA_ARRAY(p->arena, struct plan_column, n);
    p->n_columns = n;
    for (size_t i = 0; i <= n; i++)
        p->root->u.project.names[i] = (struct plan_rename){w->hidden[i], w->hidden[i]};
    for (size_t i = 0; i < n; i++) {
        p->columns[i].field = w->hidden[i];
        p->columns[i].label = arena_str(p->arena, str_z(w->v->fields[i]));
        p->columns[i].type = "text";
    }
    p->root = node_new(p, NODE_SORT, nowhere, p->root);
    p->root->u.sort.n_keys = 1;
    p->root->u.sort.keys = ARENA_NEW(p->arena, struct plan_sort_key);
    p->root->u.sort.keys[0] = (struct plan_sort_key){STR(EVENT_TIME), false, SORT_NUMBER};
    p->open_result = false;
}

static enum lanner_rc make_events(struct rewriting *w, struct lanner_err *err)
{
    struct plan *p = w->plan;
    bool grouped;

    if (w->v->any_event) {
        p->root = base_of(p->root);
        if (p->root == NULL)
            return err_set(err, LANNER_ERR_UNSUPPORTED,
                           "the query's rows come from a table or are made, not from events");
    } else {
        TRY(cut(w, &p->root, 0, &grouped, err));
        drop_sorts(&p->root);
    }
    name_hidden(w);
    keep_hidden(w, p->root);
    return each_chain(w, p->root, true, copy_fields, 0, err);
}

/* ---- GROUPS ---- */

static void strip_body(struct rewriting *w, struct plan_node **top, bool above);

/* Rows that no clause takes pass as they are. */
static void let_all_through(struct plan *p, struct plan_node *n)
{
    size_t had = n->u.branch.n_clauses;
    struct plan_branch_clause *clauses = ARENA_ARRAY(p->arena, struct plan_branch_clause, had + 1);

    memcpy(clauses, n->u.branch.clauses, had * sizeof(*clauses));
    clauses[had].at = n->at;
    clauses[had].body = node_new(p, NODE_INPUT, n->at, NULL);
    n->u.branch.clauses = clauses;
    n->u.branch.n_clauses = had + 1;
}

/* A node that stands above a grouping: it no longer leaves rows out. True when it is to go. */
static bool strip_node(struct rewriting *w, struct plan_node *n)
{
    switch (n->kind) {
    case NODE_FILTER:
    case NODE_LIMIT:
        return true;
    case NODE_TOP_N:
    case NODE_SORT:
        n->kind = NODE_SORT;
        n->u.sort.limit = 0;
        return false;
    case NODE_BRANCH:
        let_all_through(w->plan, n);
        return false;
    case NODE_GROUP_APPLY:
        strip_body(w, &n->u.group_apply.body, true);
        return false;
    default:
        return false;
    }
}

/* Of the first grouping itself only what it does behind its groups. */
static void strip_grouping(struct rewriting *w, struct plan_node *n)
{
    if (n->kind == NODE_GROUP_APPLY)
        strip_body(w, &n->u.group_apply.body, false);
    for (size_t i = 0; n->kind == NODE_AGGREGATE && i < n->u.aggregate.n_items; i++) {
        if (n->u.aggregate.items[i].post != NULL)
            strip_body(w, &n->u.aggregate.items[i].post, true);
    }
}

/* The first grouping of a chain, from its leaf; NULL: there is none. */
static struct plan_node *first_grouping(struct plan_node *top)
{
    struct plan_node *found = NULL;

    for (struct plan_node *n = top; n != NULL; n = n->in) {
        if (is_grouping(n))
            found = n;
    }
    return found;
}

static void strip_body(struct rewriting *w, struct plan_node **top, bool above)
{
    struct plan_node *first = above ? NULL : first_grouping(*top);
    struct plan_node **at = top;

    if (first == NULL && !above)
        return;
    while (*at != NULL && *at != first) {
        if ((*at)->kind != NODE_INPUT && strip_node(w, *at))
            *at = (*at)->in;
        else
            at = &(*at)->in;
    }
    if (first != NULL)
        strip_grouping(w, first);
}

/* A union of groups: what stands above it is behind them, whatever stands below the others. */
static enum lanner_rc strip_chain(struct rewriting *w, struct plan_node **top, unsigned depth,
                                  bool *grouped, struct lanner_err *err)
{
    struct plan_node *united = NULL;
    bool any = false;

    if (depth > MAX_UNIONS)
        return too_many_unions(err);
    for (struct plan_node *n = *top; n != NULL && united == NULL; n = n->in)
        united = n->kind == NODE_UNION ? n : NULL;
    if (united != NULL) {
        TRY(strip_chain(w, &united->in, depth + 1, &any, err));
        for (size_t i = 0; i < united->u.set.n_inputs; i++) {
            bool own;

            TRY(strip_chain(w, &united->u.set.inputs[i], depth + 1, &own, err));
            any |= own;
        }
    }
    *grouped = any || first_grouping(*top) != NULL;
    for (struct plan_node **at = top; any && *at != united;) {
        if (strip_node(w, *at))
            *at = (*at)->in;
        else
            at = &(*at)->in;
    }
    if (!any)
        strip_body(w, top, false);
    return LANNER_OK;
}

/* ---- tables ---- */

struct table_uses {
    const struct plan *plan;
    bool *used;
};

static void use_table(void *ctx, struct plan_node *n)
{
    struct table_uses *u = ctx;
    struct str name = n->kind == NODE_JOIN ? n->u.join.table : n->u.table.table;

    if (n->kind != NODE_JOIN && n->kind != NODE_TABLE)
        return;
    for (size_t i = 0; i < u->plan->n_tables; i++)
        u->used[i] |= str_eq(u->plan->tables[i].name, name);
}

/* Tables that only what was cut off asked for need not be made. One sees those before it. */
static void drop_tables(struct plan *p)
{
    struct table_uses u = {p, ARENA_ARRAY(p->arena, bool, p->n_tables)};
    struct plan_visitor v = {.node = use_table, .ctx = &u};
    size_t kept = 0;

    plan_walk(p->root, &v);
    for (size_t i = p->n_tables; i-- > 0;) {
        if (u.used[i])
            plan_walk(p->tables[i].root, &v);
    }
    for (size_t i = 0; i < p->n_tables; i++) {
        if (u.used[i])
            p->tables[kept++] = p->tables[i];
    }
    p->n_tables = kept;
}

/* ---- all of it ---- */

enum lanner_rc variant_apply(struct built *b, const struct lanner_variant *v,
                             struct lanner_err *err)
{
    struct rewriting w = {.plan = b->plan, .allow = b->folders.allow, .v = v};
    bool grouped;

    if (v != NULL && v->form == LANNER_FORM_EVENTS)
        TRY(make_events(&w, err));
    if (v != NULL && v->form == LANNER_FORM_GROUPS)
        TRY(strip_chain(&w, &b->plan->root, 0, &grouped, err));
    if (v != NULL && v->form == LANNER_FORM_EVENTS)
        drop_tables(b->plan);
    TRY(each_chain(&w, b->plan->root, true, restrict_chain, 0, err));
    for (size_t i = 0; i < b->plan->n_tables; i++) {
        if (b->plan->tables[i].root != NULL)
            TRY(each_chain(&w, b->plan->tables[i].root, false, restrict_chain, 0, err));
    }
    if (v != NULL && v->form == LANNER_FORM_EVENTS)
        finish_events(&w);
    return LANNER_OK;
}
