/* stage_group.c - groupBy, stats, top, sankey and worldMap: keys and aggregates (cql.md 2.5, 3.1).
 */
#include <stdlib.h>

#include "lang/cql/lower.h"

#define GROUPBY_LIMIT 20000
#define GROUPBY_MAX   1000000
#define TOP_LIMIT     10
#define TOP_MAX       1000000

struct cql_node *cql_list_args(struct cql_lower *l, const struct cql_node *call, const char *name)
{
    struct cql_node *list = NULL;
    size_t n_given = 0;

    for (const struct cql_node *k = call->kids; k != NULL; k = k->next) {
        const struct cql_node *v = k->kids;

        if (k->text.len != 0 && !str_eq_nocase(k->text, str_z(name)))
            continue;
        if (list == NULL)
            list = cql_make(l, CQL_ARRAY, v->at, STR_NONE);
        if (n_given++ == 1)
            cql_note(l, LANNER_NOTE_REPAIR, v->at,
                     "further unnamed arguments of %.*s() are read as one list; write [...]",
                     STR_ARG(call->text));
        if (v->kind != CQL_ARRAY) {
            cql_add(list, cql_make(l, v->kind, v->at, v->text));
            *list->last = *v;
            list->last->next = NULL;
            continue;
        }
        for (const struct cql_node *e = v->kids; e != NULL; e = e->next) {
            cql_add(list, cql_make(l, e->kind, e->at, e->text));
            *list->last = *e;
            list->last->next = NULL;
        }
    }
    return list;
}

/* `name := expression`, or a call, as an element of a list of fields: as if it were a stage before.
 */
static enum lanner_rc computed_key(struct cql_lower *l, const struct cql_node *v, struct str *out,
                                   struct lanner_err *err)
{
    const struct cql_node *value = v->kind == CQL_ASSIGN ? v->kids : v;
    struct cql_node *call;
    struct expr *e;

    *out = v->kind == CQL_ASSIGN ? v->text : STR_NONE;
    cql_note(l, LANNER_NOTE_REPAIR, v->at,
             "a computed field in a list of fields; write it as a stage before: name := ...");
    if (value->kind == CQL_CALL && str_eq_nocase(value->text, STR("bucket"))) {
        call = cql_make(l, CQL_CALL, value->at, STR("bin"));
        call->kids = value->kids;
        call->last = value->last;
        call->n_kids = value->n_kids;
        value = call;
        if (out->len == 0)
            *out = STR("_bucket");
    }
    if (out->len == 0) {
        *out = cql_hidden(l);
        if (value->kind != CQL_CALL)
            return cql_wrong(v->at, err,
                             "expected the name of a field; give the expression one: "
                             "name := ...");
        /* The function's own output name, found by binding it once. */
        if (cql_row(value) != NULL) {
            struct cql_bound b;

            TRY(cql_bind(l, value, cql_row(value), STR_NONE, &b, err));
            *out = b.as;
        }
    }
    if (value->kind == CQL_CALL)
        return cql_lower_call_stage(l, value, *out, err);
    TRY(cql_lower_expr(l, value, &e, err));
    cql_extend_one(l, v->at, e, *out, true);
    return LANNER_OK;
}

enum lanner_rc cql_keys(struct cql_lower *l, const struct cql_node *value, struct str **out,
                        size_t *n_out, struct lanner_err *err)
{
    size_t cap = value->kind == CQL_ARRAY ? value->n_kids : 1;
    const struct cql_node *k = value->kind == CQL_ARRAY ? value->kids : value;
    struct str *names = ARENA_ARRAY(l->arena, struct str, cap);
    size_t n = 0;

    if (cap > CQL_MAX_LIST)
        return err_set_at(err, LANNER_ERR_LIMIT, value->at, "a list has more than %d fields",
                          CQL_MAX_LIST);
    for (; k != NULL; k = value->kind == CQL_ARRAY ? k->next : NULL) {
        struct str name;
        bool seen = false;

        if (k->kind == CQL_ASSIGN || k->kind == CQL_CALL) {
            TRY(computed_key(l, k, &name, err));
        } else {
            if (k->kind == CQL_BINARY && k->raw.len != 0)
                cql_note(l, LANNER_NOTE_REPAIR, k->at,
                         "this field name needs quotes; write \"%.*s\"", STR_ARG(k->raw));
            TRY(cql_field_name(l, k, &name, err));
        }
        for (size_t i = 0; i < n && !seen; i++)
            seen = str_eq(names[i], name);
        if (!seen)
            names[n++] = name;
    }
    *out = names;
    *n_out = n;
    return LANNER_OK;
}

/* ---- groupBy ---- */

/* The fields and, where it stands unnamed beside them, the aggregate. */
static const struct cql_node *split_function(struct cql_lower *l, const struct cql_node *call,
                                             struct cql_node *fields)
{
    const struct cql_node *function = cql_arg(call, "function"), *v;
    const struct fn_def *fn;

    *fields = *call;
    if (function != NULL)
        return function;
    v = cql_positional(call, 1);
    if (v == NULL || cql_positional(call, 2) != NULL)
        return NULL;
    if (v->kind != CQL_ARRAY && v->kind != CQL_CALL)
        return NULL;
    if (v->kind == CQL_ARRAY && (v->kids == NULL || v->kids->kind != CQL_CALL))
        return NULL;
    fn = cql_row(v->kind == CQL_ARRAY ? v->kids : v);
    if (fn == NULL || fn->kind != FN_AGGREGATE)
        return NULL;
    cql_note(l, LANNER_NOTE_REPAIR, v->at, "an unnamed aggregate is read as function=...");
    fields->kids = fields->last = NULL;
    fields->n_kids = 0;
    cql_make_arg(l, fields, "field", cql_positional(call, 0));
    return v;
}

enum lanner_rc cql_stage_groupby(struct cql_lower *l, const struct cql_node *call, struct str as,
                                 struct lanner_err *err)
{
    struct aggregate_shape shape = {.missing = KEYS_DROP_IF_ALL, .limit = GROUPBY_LIMIT};
    const struct cql_node *limit = cql_arg(call, "limit"), *name = cql_arg(call, "as"), *function;
    struct cql_functions f = {.group = NULL};
    struct cql_node fields, *list;
    struct str *keys;
    size_t n_keys;
    enum lanner_rc rc;

    function = split_function(l, call, &fields);
    list = cql_list_args(l, &fields, "field");
    if (list == NULL || list->n_kids == 0)
        return cql_wrong(call->at, err, "groupBy() needs at least one field");
    if (limit != NULL) {
        TRY(cql_count(l, limit, 1, GROUPBY_MAX, &shape.limit, err));
        shape.limit_is_explicit = shape.limit < GROUPBY_MAX; /* max: being cut is news */
    }
    if (name != NULL) {
        cql_note(l, LANNER_NOTE_REPAIR, name->at,
                 "as= of groupBy() names the function's output; write function=count(as=...)");
        TRY(cql_text(l, name, &as, err));
    }
    TRY(cql_keys(l, list, &keys, &n_keys, err));
    rc = cql_functions(l, function, keys, n_keys, as, &f, err);
    if (rc == LANNER_OK)
        rc = cql_push_aggregate(l, call->at, &f, keys, n_keys, &shape, err);
    cql_functions_done(&f);
    return rc;
}

/* ---- stats and single aggregates ---- */

enum lanner_rc cql_lower_stats(struct cql_lower *l, const struct cql_node *functions,
                               struct span at, struct str as, struct lanner_err *err)
{
    const struct aggregate_shape shape = {.missing = KEYS_KEEP, .row_when_empty = true};
    struct cql_functions f = {.group = NULL};
    enum lanner_rc rc;

    if (l->pipe->kind == PIPE_CLAUSE)
        return cql_wrong(at, err, "an aggregate cannot stand in case or match");
    rc = cql_functions(l, functions, NULL, 0, as, &f, err);
    if (rc == LANNER_OK && f.group == NULL && f.items.n == 0)
        rc = cql_wrong(at, err, "expected at least one aggregate function");
    if (rc == LANNER_OK)
        rc = cql_push_aggregate(l, at, &f, NULL, 0, &shape, err);
    cql_functions_done(&f);
    return rc;
}

enum lanner_rc cql_stage_stats(struct cql_lower *l, const struct cql_node *call, struct str as,
                               struct lanner_err *err)
{
    const struct cql_node *list = cql_list_args(l, call, "function");

    return cql_lower_stats(l, list, call->at, as, err);
}

/* ---- top ---- */

/* The aggregate that ranks: count(), sum(f) or max(f), under its name. */
static struct cql_node *top_function(struct cql_lower *l, const struct cql_node *call,
                                     struct str as)
{
    const struct cql_node *sum = cql_arg(call, "sum"), *max = cql_arg(call, "max");
    const struct cql_node *name = cql_arg(call, "as");
    const char *fn = sum != NULL ? "sum" : max != NULL ? "max" : "count";
    struct cql_node *f = cql_make(l, CQL_CALL, call->at, str_z(fn));

    cql_make_arg(l, f, "field", sum != NULL ? sum : max);
    if (as.len != 0)
        name = cql_make(l, CQL_STRING, call->at, as);
    cql_make_arg(l, f, "as", name);
    f->at = call->at;
    return f;
}

struct top_options {
    uint64_t limit;
    bool percent, has_rest;
    struct str rest;
};

static enum lanner_rc read_top(struct cql_lower *l, const struct cql_node *call,
                               struct top_options *o, struct lanner_err *err)
{
    const struct cql_node *limit = cql_arg(call, "limit"), *percent = cql_arg(call, "percent");
    const struct cql_node *rest = cql_arg(call, "rest"), *max = cql_arg(call, "max");

    *o = (struct top_options){.limit = TOP_LIMIT, .has_rest = rest != NULL};
    if (limit != NULL)
        TRY(cql_count(l, limit, 1, TOP_MAX, &o->limit, err));
    if (percent != NULL)
        TRY(cql_bool(l, percent, &o->percent, err));
    if (rest != NULL)
        TRY(cql_text(l, rest, &o->rest, err));
    if (max != NULL && (o->percent || o->has_rest))
        return cql_unsupported(call->at, err, "parameter %s of top() is not supported with max",
                               o->percent ? "percent" : "rest");
    if (max != NULL && cql_arg(call, "sum") != NULL)
        return cql_wrong(call->at, err, "top() takes sum or max, not both");
    return LANNER_OK;
}

/* The largest first, ten being what top() is for: the limit says nothing. */
static void push_top(struct cql_lower *l, struct span at, struct str value, struct str key,
                     const struct top_options *o)
{
    struct plan_node *n = cql_push(l, o->percent || o->has_rest ? NODE_TOP_SHARE : NODE_SORT, at);

    l->pipe->sorted = true;
    if (n->kind == NODE_TOP_SHARE) {
        n->u.share.value = value;
        n->u.share.limit = o->limit;
        n->u.share.percent = o->percent ? STR("percent") : STR_NONE;
        n->u.share.key = key;
        n->u.share.rest = o->rest;
        n->u.share.has_rest = o->has_rest;
        return;
    }
    n->u.sort.keys = ARENA_NEW(l->arena, struct plan_sort_key);
    *n->u.sort.keys =
        (struct plan_sort_key){.name = value, .descending = true, .type = SORT_NUMBER};
    n->u.sort.n_keys = 1;
    n->u.sort.limit = o->limit;
    n->u.sort.limit_is_explicit = true;
}

enum lanner_rc cql_stage_top(struct cql_lower *l, const struct cql_node *call, struct str as,
                             struct lanner_err *err)
{
    const struct aggregate_shape shape = {.missing = KEYS_DROP_IF_ANY};
    struct cql_node *list = cql_list_args(l, call, "field");
    struct cql_functions f = {.group = NULL};
    struct top_options options;
    struct str *keys;
    size_t n_keys;
    enum lanner_rc rc;

    if (list == NULL || list->n_kids == 0)
        return cql_wrong(call->at, err, "top() needs at least one field");
    TRY(read_top(l, call, &options, err));
    TRY(cql_keys(l, list, &keys, &n_keys, err));
    rc = cql_functions(l, top_function(l, call, as), keys, n_keys, STR_NONE, &f, err);
    if (rc == LANNER_OK)
        rc = cql_push_aggregate(l, call->at, &f, keys, n_keys, &shape, err);
    if (rc == LANNER_OK)
        push_top(l, call->at, f.names.items[0], keys[0], &options);
    cql_functions_done(&f);
    return rc;
}

/* ---- sankey ---- */

enum lanner_rc cql_stage_sankey(struct cql_lower *l, const struct cql_node *call, struct str as,
                                struct lanner_err *err)
{
    const struct aggregate_shape shape = {.missing = KEYS_DROP_IF_ANY};
    const struct cql_node *source = cql_arg(call, "source"), *target = cql_arg(call, "target");
    struct cql_functions f = {.group = NULL};
    struct plan_rename *columns = ARENA_ARRAY(l->arena, struct plan_rename, 3);
    struct plan_node *project;
    struct str keys[2];
    enum lanner_rc rc;

    (void)as;
    if (source == NULL || target == NULL)
        return cql_wrong(call->at, err, "sankey() needs the parameters source and target");
    TRY(cql_text(l, source, &keys[0], err));
    TRY(cql_text(l, target, &keys[1], err));
    rc = cql_functions(l, cql_arg(call, "weight"), keys, 2, STR_NONE, &f, err);
    if (rc == LANNER_OK && (f.group != NULL || f.names.n != 1))
        rc = cql_wrong(call->at, err, "the weight of sankey() takes one aggregate with one output");
    if (rc == LANNER_OK)
        rc = cql_push_aggregate(l, call->at, &f, keys, str_eq(keys[0], keys[1]) ? 1 : 2, &shape,
                                err);
    if (rc == LANNER_OK) {
        columns[0] = (struct plan_rename){keys[0], STR("source")};
        columns[1] = (struct plan_rename){keys[1], STR("target")};
        columns[2] = (struct plan_rename){f.names.items[0], STR("weight")};
        project = cql_push(l, NODE_PROJECT, call->at);
        project->u.project.names = columns;
        project->u.project.n_names = 3;
        l->pipe->has_time = false;
    }
    cql_functions_done(&f);
    return rc;
}

/* ---- worldMap ---- */

/* The names of the coordinate fields; those of an address come from its place. */
static enum lanner_rc map_fields(struct cql_lower *l, const struct cql_node *call, struct str *lat,
                                 struct str *lon, struct lanner_err *err)
{
    const struct cql_node *ip = cql_arg(call, "ip"), *lat_arg = cql_arg(call, "lat");
    const struct cql_node *lon_arg = cql_arg(call, "lon");
    struct cql_node *place;
    struct str name;

    if (lat_arg != NULL && lon_arg != NULL) {
        TRY(cql_text(l, lat_arg, lat, err));
        return cql_text(l, lon_arg, lon, err);
    }
    if (ip == NULL)
        return cql_wrong(call->at, err, "worldMap() needs the parameter ip, or lat and lon");
    TRY(cql_text(l, ip, &name, err));
    place = cql_make(l, CQL_CALL, call->at, STR("ipLocation"));
    cql_make_arg(l, place, "field", ip);
    place->at = call->at;
    TRY(cql_lower_call_stage(l, place, STR_NONE, err));
    *lat = arena_printf(l->arena, "%.*s.lat", STR_ARG(name));
    *lon = arena_printf(l->arena, "%.*s.lon", STR_ARG(name));
    return LANNER_OK;
}

/* Average coordinates of the bucket, and the magnitude. */
static enum lanner_rc map_functions(struct cql_lower *l, const struct cql_node *call,
                                    const struct str *coordinates, struct cql_node **out,
                                    struct lanner_err *err)
{
    static const char *const names[] = {"lat", "lon"};
    const struct cql_node *magnitude = cql_arg(call, "magnitude");
    struct cql_node *list = cql_make(l, CQL_ARRAY, call->at, STR_NONE);
    struct cql_node *assign = cql_make(l, CQL_ASSIGN, call->at, STR("magnitude"));

    for (size_t i = 0; i < 2; i++) {
        struct cql_node *avg = cql_make(l, CQL_CALL, call->at, STR("avg"));

        cql_make_arg(l, avg, "field", cql_make(l, CQL_STRING, call->at, coordinates[i]));
        cql_make_arg(l, avg, "as", cql_make(l, CQL_STRING, call->at, str_z(names[i])));
        cql_add(list, avg);
    }
    if (magnitude != NULL && magnitude->kind != CQL_CALL)
        return cql_unsupported(magnitude->at, err, "the magnitude of worldMap() is one aggregate");
    cql_add(assign, cql_make(l, CQL_CALL, call->at, STR("count")));
    if (magnitude != NULL) {
        *assign->kids = *magnitude;
        assign->kids->next = NULL;
    }
    cql_add(list, assign);
    *out = list;
    return LANNER_OK;
}

enum lanner_rc cql_stage_worldmap(struct cql_lower *l, const struct cql_node *call, struct str as,
                                  struct lanner_err *err)
{
    static const struct str columns[] = {STR_INIT("geohash"), STR_INIT("lat"), STR_INIT("lon"),
                                         STR_INIT("magnitude")};
    const struct aggregate_shape shape = {.missing = KEYS_DROP_IF_ANY};
    const struct cql_node *precision = cql_arg(call, "precision");
    struct cql_node *hash = cql_make(l, CQL_CALL, call->at, STR("geohash"));
    struct cql_node *functions = NULL;
    struct cql_functions f = {.group = NULL};
    struct plan_node *project;
    struct str xy[2];
    enum lanner_rc rc;

    (void)as;
    TRY(map_fields(l, call, &xy[0], &xy[1], err));
    cql_make_arg(l, hash, "lat", cql_make(l, CQL_STRING, call->at, xy[0]));
    cql_make_arg(l, hash, "lon", cql_make(l, CQL_STRING, call->at, xy[1]));
    if (precision == NULL)
        precision = cql_make(l, CQL_NUMBER, call->at, STR("4"));
    cql_make_arg(l, hash, "precision", precision);
    hash->at = call->at;
    TRY(cql_lower_call_stage(l, hash, columns[0], err));
    TRY(map_functions(l, call, xy, &functions, err));
    rc = cql_functions(l, functions, columns, 1, STR_NONE, &f, err);
    if (rc == LANNER_OK)
        rc = cql_push_aggregate(l, call->at, &f, columns, 1, &shape, err);
    cql_functions_done(&f);
    TRY(rc);
    project = cql_push(l, NODE_PROJECT, call->at);
    project->u.project.n_names = ARRAY_LEN(columns);
    project->u.project.names = ARENA_ARRAY(l->arena, struct plan_rename, ARRAY_LEN(columns));
    for (size_t i = 0; i < ARRAY_LEN(columns); i++)
        project->u.project.names[i] = (struct plan_rename){columns[i], columns[i]};
    return LANNER_OK;
}
