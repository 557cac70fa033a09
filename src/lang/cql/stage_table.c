/* stage_table.c - stages that bring in other rows: join, match, lookup, defineTable, readFile; and
 * dropEvent (cql.md 3.1, 5.2).
 *
 * A sub-query or a lookup file becomes a table of the plan, made before the main query runs. */
#include <stdlib.h>

#include "lang/cql/lower.h"

#define JOIN_LIMIT 100000
#define JOIN_MAX   200000
#define MATCH_MAX  500
#define TABLES_MAX 10 /* defineTable per query, cql.md 2.8 */

static struct plan_table *find_table(struct cql_lower *l, struct str name)
{
    for (size_t i = 0; i < l->tables.n; i++) {
        if (str_eq(l->tables.items[i].name, name))
            return &l->tables.items[i];
    }
    return NULL;
}

static void add_table(struct cql_lower *l, struct plan_table table)
{
    VEC_PUSH(&l->tables, table);
}

/* start= and end= of a sub-query are relative to the end of the main query. */
static enum lanner_rc read_interval(struct cql_lower *l, const struct cql_node *call,
                                    struct plan_table *t, struct lanner_err *err)
{
    const char *const names[] = {"start", "end"};
    int64_t *const out[] = {&t->from_ns, &t->to_ns};
    int64_t now = l->plan->has_interval ? l->plan->to_ns : l->env->to_ns;

    if (now == TIME_NONE)
        now = l->env->now_ns;
    t->from_ns = t->to_ns = TIME_NONE;
    for (size_t i = 0; i < 2; i++) {
        const struct cql_node *v = cql_arg(call, names[i]);
        struct time_point point;
        struct str text;

        if (v == NULL)
            continue;
        TRY(cql_text(l, v, &text, err));
        if (!time_point_parse(text, &point))
            return cql_wrong(v->at, err, "expected a point in time, found '%.*s'",
                             (int)MIN(text.len, (size_t)60), text.ptr);
        l->plan->needs_clock = true;
        *out[i] =
            time_point_resolve(&point, now / NS_PER_MS, l->options->offset_of, l->options->zone) *
            NS_PER_MS;
    }
    return LANNER_OK;
}

/* What its own stages need as tables has its interval. */
static enum lanner_rc lower_table(struct cql_lower *l, const struct cql_node *pipe,
                                  struct plan_table *t, struct lanner_err *err)
{
    int64_t from_ns = l->from_ns, to_ns = l->to_ns;

    l->from_ns = t->from_ns;
    l->to_ns = t->to_ns;
    TRY(cql_lower_query(l, pipe, &t->root, err));
    l->from_ns = from_ns;
    l->to_ns = to_ns;
    return LANNER_OK;
}

static void note_repository(struct cql_lower *l, const struct cql_node *call)
{
    const struct cql_node *v = cql_arg(call, "view");

    if (v == NULL)
        v = cql_arg(call, "repo");
    if (v != NULL)
        cql_note(l, LANNER_NOTE_WARNING, v->at,
                 "the repository of the sub-query is not told apart: it searches all inputs");
}

/* `!=`: the sub-query argument, unnamed or query=. */
static enum lanner_rc sub_query(const struct cql_node *call, const struct cql_node **out,
                                struct lanner_err *err)
{
    const struct cql_node *q = cql_arg(call, "query");

    for (size_t i = 0; q == NULL && cql_positional(call, i) != NULL; i++) {
        if (cql_positional(call, i)->kind == CQL_SUBQUERY)
            q = cql_positional(call, i);
    }
    if (q == NULL || q->kind != CQL_SUBQUERY)
        return cql_wrong(call->at, err, "%.*s() needs a sub-query in braces: query={...}",
                         STR_ARG(call->text));
    *out = q;
    return LANNER_OK;
}

static enum lanner_rc option_text(struct cql_lower *l, const struct cql_node *call,
                                  const char *name, const char *fallback, struct str *out,
                                  struct lanner_err *err)
{
    const struct cql_node *v = cql_arg(call, name);

    *out = str_z(fallback);
    return v != NULL ? cql_text(l, v, out, err) : LANNER_OK;
}

/* The included columns, renamed with prefix and suffix (`as` is the prefix with a dot). */
static enum lanner_rc read_include(struct cql_lower *l, const struct cql_node *call,
                                   struct plan_node *join, struct lanner_err *err)
{
    const struct cql_node *include = cql_arg(call, "include");
    struct str prefix, suffix, as;
    struct cql_texts t = {0};

    TRY(option_text(l, call, "prefix", "", &prefix, err));
    TRY(option_text(l, call, "suffix", "", &suffix, err));
    TRY(option_text(l, call, "as", "", &as, err));
    if (as.len != 0)
        prefix = arena_printf(l->arena, "%.*s.", STR_ARG(as));
    if (prefix.len != 0 || suffix.len != 0)
        cql_note(l, LANNER_NOTE_REPAIR, call->at,
                 "included fields are renamed; LogScale has no such parameter in %.*s()",
                 STR_ARG(call->text));
    if (include != NULL)
        TRY(cql_texts(l, include, &t, err));
    if (t.n == 1 && str_eqz(t.items[0], "*")) {
        join->u.join.include_all = true;
        t.n = 0;
    }
    join->u.join.n_include = t.n;
    join->u.join.include = ARENA_ARRAY(l->arena, struct plan_rename, t.n);
    for (size_t i = 0; i < t.n; i++) {
        struct str to = arena_printf(l->arena, "%.*s%.*s%.*s", STR_ARG(prefix), STR_ARG(t.items[i]),
                                     STR_ARG(suffix));

        join->u.join.include[i] = (struct plan_rename){t.items[i], to};
    }
    return LANNER_OK;
}

/* Field names of the rows and, in the same order, columns of the table. */
static enum lanner_rc read_columns(struct cql_lower *l, const struct cql_node *call,
                                   const struct cql_node *fields, const struct cql_node *columns,
                                   struct plan_node *join, struct lanner_err *err)
{
    struct cql_texts c;

    if (fields == NULL)
        return cql_wrong(call->at, err, "%.*s() needs the parameter field", STR_ARG(call->text));
    TRY(cql_keys(l, fields, &join->u.join.fields, &join->u.join.n_fields, err));
    if (columns == NULL) {
        join->u.join.columns = join->u.join.fields;
        return LANNER_OK;
    }
    TRY(cql_texts(l, columns, &c, err));
    if (c.n != join->u.join.n_fields)
        return cql_wrong(columns->at, err, "expected %zu columns, one for each field, found %zu",
                         join->u.join.n_fields, c.n);
    join->u.join.columns = c.items;
    return LANNER_OK;
}

/* A join node that is not in the chain yet: computed key fields come before it. */
static struct plan_node *new_join(struct cql_lower *l, const struct cql_node *call)
{
    struct plan_node *n = node_new(l->plan, NODE_JOIN, call->at, NULL);

    n->u.join.max_rows = 1;
    return n;
}

/* A clause of case takes or leaves rows, so its joins neither add nor move any. */
static enum lanner_rc link_join(struct cql_lower *l, struct plan_node *join, struct lanner_err *err)
{
    join->u.join.in_place = l->pipe->kind != PIPE_MAIN && l->pipe->kind != PIPE_GROUP;
    if (join->u.join.in_place && join->u.join.max_rows != 1)
        return cql_unsupported(join->at, err,
                               "several rows for one event are not supported inside another "
                               "function");
    join->in = l->pipe->top;
    l->pipe->top = join;
    return LANNER_OK;
}

static const struct cql_node *first_plain(const struct cql_node *call)
{
    for (size_t i = 0; cql_positional(call, i) != NULL; i++) {
        if (cql_positional(call, i)->kind != CQL_SUBQUERY)
            return cql_positional(call, i);
    }
    return NULL;
}

static enum lanner_rc lower_join(struct cql_lower *l, const struct cql_node *call, bool anti,
                                 struct lanner_err *err)
{
    const struct cql_node *query, *max = cql_arg(call, "max"), *limit = cql_arg(call, "limit");
    const struct cql_node *field = cql_arg(call, "field");
    struct plan_node *join = new_join(l, call);
    struct plan_table table = {.at = call->at};
    struct str mode;

    TRY(sub_query(call, &query, err));
    TRY(option_text(l, call, "mode", "inner", &mode, err));
    if (!str_eq_nocase(mode, STR("inner")) && !str_eq_nocase(mode, STR("left")))
        return cql_wrong(call->at, err,
                         "parameter mode of join() takes inner or left, found '%.*s'",
                         (int)MIN(mode.len, (size_t)60), mode.ptr);
    join->u.join.mode = anti                               ? JOIN_ANTI
                        : str_eq_nocase(mode, STR("left")) ? JOIN_LEFT
                                                           : JOIN_INNER;
    join->u.join.missing_is_empty = true;
    join->u.join.table_limit = JOIN_LIMIT;
    if (max != NULL)
        TRY(cql_count(l, max, 1, 0, &join->u.join.max_rows, err));
    if (limit != NULL)
        TRY(cql_count(l, limit, 1, JOIN_MAX, &join->u.join.table_limit, err));
    note_repository(l, call);
    TRY(read_interval(l, call, &table, err));
    TRY(lower_table(l, query->kids, &table, err));
    table.name = arena_printf(l->arena, "\x01t:%zu", l->tables.n);
    add_table(l, table);
    join->u.join.table = table.name;
    TRY(read_columns(l, call, field != NULL ? field : first_plain(call), cql_arg(call, "key"), join,
                     err));
    TRY(read_include(l, call, join, err));
    return link_join(l, join, err);
}

enum lanner_rc cql_stage_join(struct cql_lower *l, const struct cql_node *call, struct str as,
                              struct lanner_err *err)
{
    (void)as;
    return lower_join(l, call, false, err);
}

/* ---- match ---- */

/* The table of a name: defined in the query, or a lookup file. */
static enum lanner_rc table_of(struct cql_lower *l, const struct cql_node *v, struct str *out,
                               struct lanner_err *err)
{
    struct plan_table table = {.at = v->at, .from_ns = TIME_NONE, .to_ns = TIME_NONE};

    TRY(cql_text(l, v, out, err));
    if (out->len == 0)
        return cql_wrong(v->at, err, "expected the name of a table or lookup file");
    if (find_table(l, *out) != NULL)
        return LANNER_OK;
    table.name = *out;
    table.file = *out;
    add_table(l, table);
    return LANNER_OK;
}

static enum lanner_rc match_mode(struct cql_lower *l, const struct cql_node *call,
                                 enum join_match *out, struct lanner_err *err)
{
    const struct cql_node *glob = cql_arg(call, "glob");
    struct str mode;
    bool on = false;

    TRY(option_text(l, call, "mode", "string", &mode, err));
    if (glob != NULL)
        TRY(cql_bool(l, glob, &on, err));
    if (on || str_eq_nocase(mode, STR("glob")))
        *out = MATCH_GLOB;
    else if (str_eq_nocase(mode, STR("cidr")))
        *out = MATCH_CIDR;
    else if (str_eq_nocase(mode, STR("string")))
        *out = MATCH_TEXT;
    else
        return cql_wrong(call->at, err,
                         "parameter mode of match() takes string, cidr or glob, found '%.*s'",
                         (int)MIN(mode.len, (size_t)60), mode.ptr);
    return LANNER_OK;
}

static enum lanner_rc read_flag(struct cql_lower *l, const struct cql_node *call, const char *name,
                                bool fallback, bool *out, struct lanner_err *err)
{
    const struct cql_node *v = cql_arg(call, name);

    *out = fallback;
    return v != NULL ? cql_bool(l, v, out, err) : LANNER_OK;
}

static enum lanner_rc lower_match(struct cql_lower *l, const struct cql_node *call, bool anti,
                                  bool strict, struct lanner_err *err)
{
    const struct cql_node *file = cql_arg(call, "file"), *nrows = cql_arg(call, "nrows");
    const struct cql_node *column = cql_arg(call, "column");
    struct plan_node *join = new_join(l, call);

    if (file == NULL)
        file = cql_arg(call, "table");
    if (file == NULL)
        file = cql_positional(call, 0);
    if (file == NULL)
        return cql_wrong(call->at, err, "%.*s() needs the parameter file", STR_ARG(call->text));
    if (column == NULL)
        column = cql_arg(call, "on");
    TRY(table_of(l, file, &join->u.join.table, err));
    TRY(match_mode(l, call, &join->u.join.match, err));
    TRY(read_flag(l, call, "ignoreCase", false, &join->u.join.ignore_case, err));
    TRY(read_flag(l, call, "strict", strict, &strict, err));
    join->u.join.mode = anti ? JOIN_ANTI : strict ? JOIN_INNER : JOIN_LEFT;
    join->u.join.last_first = true;
    if (nrows != NULL)
        TRY(cql_count(l, nrows, 1, MATCH_MAX, &join->u.join.max_rows, err));
    TRY(read_columns(l, call, cql_arg(call, "field"), column, join, err));
    join->u.join.include_all = cql_arg(call, "include") == NULL && !anti;
    if (cql_arg(call, "include") != NULL)
        TRY(read_include(l, call, join, err));
    return link_join(l, join, err);
}

enum lanner_rc cql_stage_match(struct cql_lower *l, const struct cql_node *call, struct str as,
                               struct lanner_err *err)
{
    (void)as;
    return lower_match(l, call, false, true, err);
}

enum lanner_rc cql_stage_lookup(struct cql_lower *l, const struct cql_node *call, struct str as,
                                struct lanner_err *err)
{
    (void)as;
    return lower_match(l, call, false, false, err);
}

enum lanner_rc cql_lower_anti(struct cql_lower *l, const struct cql_node *call,
                              struct lanner_err *err)
{
    const struct cql_stage *stage = cql_stage_find(call->text);

    assert(stage != NULL);
    cql_check_names(l, call, stage->names);
    if (str_eq_nocase(call->text, STR("join")))
        return lower_join(l, call, true, err);
    return lower_match(l, call, true, true, err);
}

/* ---- defineTable, readFile ---- */

enum lanner_rc cql_stage_definetable(struct cql_lower *l, const struct cql_node *call,
                                     struct str as, struct lanner_err *err)
{
    const struct cql_node *query, *name = cql_arg(call, "name"),
                                  *include = cql_arg(call, "include");
    const struct cql_node *days = cql_arg(call, "lookbackDays");
    struct plan_table table = {.at = call->at};
    struct plan_node *project;
    struct cql_texts t = {0};
    uint64_t n_days;

    (void)as;
    TRY(sub_query(call, &query, err));
    if (name == NULL)
        return cql_wrong(call->at, err, "defineTable() needs the parameter name");
    TRY(cql_text(l, name, &table.name, err));
    if (find_table(l, table.name) != NULL)
        return cql_wrong(name->at, err, "the table %.*s is defined twice", STR_ARG(table.name));
    if (l->tables.n >= TABLES_MAX)
        return cql_wrong(call->at, err, "a query has at most %d tables", TABLES_MAX);
    note_repository(l, call);
    TRY(read_interval(l, call, &table, err));
    if (days != NULL) {
        cql_note(l, LANNER_NOTE_REPAIR, days->at,
                 "lookbackDays is read as start; write start=<n>d");
        TRY(cql_count(l, days, 1, 0, &n_days, err));
        table.from_ns = l->env->now_ns - (int64_t)MIN(n_days, (uint64_t)36500) * 86400 * NS_PER_S;
        l->plan->needs_clock = true;
    }
    TRY(lower_table(l, query->kids, &table, err));
    if (include != NULL)
        TRY(cql_texts(l, include, &t, err));
    if (t.n != 0 && !str_eqz(t.items[0], "*")) {
        project = node_new(l->plan, NODE_PROJECT, include->at, table.root);
        project->u.project.n_names = t.n;
        project->u.project.names = ARENA_ARRAY(l->arena, struct plan_rename, t.n);
        for (size_t i = 0; i < t.n; i++)
            project->u.project.names[i] = (struct plan_rename){t.items[i], t.items[i]};
        table.root = project;
    }
    add_table(l, table);
    return LANNER_OK;
}

/* The rows of one file or of several, one after another. */
static enum lanner_rc push_files(struct cql_lower *l, const struct cql_node *file,
                                 struct lanner_err *err)
{
    const struct cql_node *first = file->kind == CQL_ARRAY ? file->kids : file;
    size_t n_more = file->kind == CQL_ARRAY && file->n_kids > 0 ? file->n_kids - 1 : 0, i = 0;
    struct plan_node *n, **inputs = ARENA_ARRAY(l->arena, struct plan_node *, n_more);

    if (first == NULL)
        return cql_wrong(file->at, err, "expected the name of a table or lookup file");
    n = cql_push(l, NODE_TABLE, first->at);
    TRY(table_of(l, first, &n->u.table.table, err));
    if (n_more == 0)
        return LANNER_OK;
    for (const struct cql_node *k = first->next; k != NULL; k = k->next, i++) {
        inputs[i] = node_new(l->plan, NODE_TABLE, k->at, NULL);
        TRY(table_of(l, k, &inputs[i]->u.table.table, err));
    }
    n = cql_push(l, NODE_UNION, file->at);
    n->u.set.inputs = inputs;
    n->u.set.n_inputs = n_more;
    return LANNER_OK;
}

enum lanner_rc cql_stage_readfile(struct cql_lower *l, const struct cql_node *call, struct str as,
                                  struct lanner_err *err)
{
    const struct cql_node *file = cql_arg(call, "file"), *include = cql_arg(call, "include");
    struct cql_texts t = {0};
    struct plan_node *n;

    (void)as;
    if (file == NULL)
        file = cql_arg(call, "table");
    if (file == NULL)
        file = cql_positional(call, 0);
    if (file == NULL)
        return cql_wrong(call->at, err, "readFile() needs the parameter file");
    if (l->pipe->kind != PIPE_MAIN)
        return cql_unsupported(call->at, err, "readFile() cannot stand inside another function");
    if (include != NULL)
        TRY(cql_texts(l, include, &t, err));
    l->pipe->top = NULL;
    l->pipe->scan = NULL;
    TRY(push_files(l, file, err));
    if (t.n != 0) {
        n = cql_push(l, NODE_PROJECT, call->at);
        n->u.project.n_names = t.n;
        n->u.project.names = ARENA_ARRAY(l->arena, struct plan_rename, t.n);
        for (size_t i = 0; i < t.n; i++)
            n->u.project.names[i] = (struct plan_rename){t.items[i], t.items[i]};
        l->pipe->closed = true;
    }
    /* Rows of a file are no events: no free text, no time, the order of the file. */
    l->pipe->aggregated = true;
    l->pipe->ordered = true;
    l->pipe->has_time = false;
    l->pipe->time_lost_at = NULL;
    return LANNER_OK;
}

enum lanner_rc cql_stage_dropevent(struct cql_lower *l, const struct cql_node *call, struct str as,
                                   struct lanner_err *err)
{
    (void)as;
    (void)err;
    if (l->in_script && l->pipe->kind == PIPE_CLAUSE) {
        l->drops_events = true;
        cql_extend_one(l, call->at, expr_const(l->arena, call->at, val_bool(true)),
                       STR(CQL_DROPPED), false);
        return LANNER_OK;
    }
    cql_push_filter(l, call->at, expr_const(l->arena, call->at, val_bool(false)));
    return LANNER_OK;
}
