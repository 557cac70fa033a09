/* lower.c - pipelines: from the tree's stages to a chain of plan nodes
 * (cql.md 1.2, 2.6, 2.7, 2.10).
 *
 * A field of a row is its name in the plan; order, limits and defaults of LogScale become explicit
 * nodes here, so nothing behind the plan knows that the query was CQL. */
#include "lang/cql/lower.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lang/cql/cql.h"

/* ---- Helpers of all lower_* and stage_* files ---- */

struct plan_node *cql_push(struct cql_lower *l, enum node_kind kind, struct span at)
{
    l->pipe->top = node_new(l->plan, kind, at, l->pipe->top);
    return l->pipe->top;
}

void cql_extend(struct cql_lower *l, struct span at, struct expr *e, const struct str *names,
                size_t n_names, bool keep_old)
{
    struct plan_node *n = l->pipe->top;
    struct plan_item *items;
    size_t n_items;

    /* Items grow in steps of powers of two, so a long run of assignments stays linear. */
    if (n->kind != NODE_EXTEND)
        n = cql_push(l, NODE_EXTEND, at);
    n_items = n->u.extend.n_items;
    items = n->u.extend.items;
    if ((n_items & (n_items - 1)) == 0) {
        items = ARENA_ARRAY(l->arena, struct plan_item, n_items != 0 ? n_items * 2 : 1);
        if (n_items != 0)
            memcpy(items, n->u.extend.items, n_items * sizeof(*items));
        n->u.extend.items = items;
    }
    items[n_items] =
        (struct plan_item){.at = at, .expr = e, .n_names = n_names, .keep_old = keep_old};
    items[n_items].names = ARENA_ARRAY(l->arena, struct str, n_names);
    if (n_names != 0)
        memcpy(items[n_items].names, names, n_names * sizeof(*names));
    n->u.extend.n_items++;
    for (size_t i = 0; i < n_names; i++) {
        if (str_eqz(names[i], FIELD_TIME_MS)) {
            l->pipe->has_time = true;
            l->pipe->time_lost_at = NULL;
        }
    }
}

void cql_extend_one(struct cql_lower *l, struct span at, struct expr *e, struct str name,
                    bool keep_old)
{
    cql_extend(l, at, e, &name, 1, keep_old);
}

void cql_push_filter(struct cql_lower *l, struct span at, struct expr *predicate)
{
    struct plan_node *n = cql_push(l, NODE_FILTER, at);

    n->u.filter.predicate = predicate;
}

struct str cql_hidden(struct cql_lower *l)
{
    return arena_printf(l->arena, "\x01h:%u", l->n_hidden++);
}

void cql_note(struct cql_lower *l, enum lanner_note_kind kind, struct span at, const char *fmt, ...)
{
    char text[400];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    plan_note(l->plan, kind, at, "%s", text);
}

enum lanner_rc cql_unsupported(struct span at, struct lanner_err *err, const char *fmt, ...)
{
    char text[400];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    return err_set_at(err, LANNER_ERR_UNSUPPORTED, at, "%s", text);
}

enum lanner_rc cql_wrong(struct span at, struct lanner_err *err, const char *fmt, ...)
{
    char text[400];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    return err_set_at(err, LANNER_ERR_QUERY, at, "%s", text);
}

void cql_keep_through(struct cql_lower *l, struct plan_node *top, const struct plan_node *bottom,
                      struct str column)
{
    for (struct plan_node *n = top; n != bottom; n = n->in) {
        if (n->kind == NODE_BRANCH) {
            for (size_t i = 0; i < n->u.branch.n_clauses; i++) {
                if (n->u.branch.clauses[i].body != NULL)
                    cql_keep_through(l, n->u.branch.clauses[i].body, NULL, column);
            }
        }
        if (n->kind == NODE_PROJECT && !n->u.project.drop) {
            size_t n_names = n->u.project.n_names;
            struct plan_rename *names = ARENA_ARRAY(l->arena, struct plan_rename, n_names + 1);

            if (n_names != 0)
                memcpy(names, n->u.project.names, n_names * sizeof(*names));
            names[n_names] = (struct plan_rename){column, column};
            n->u.project.names = names;
            n->u.project.n_names++;
        }
    }
}

struct str cql_time_field(struct cql_lower *l)
{
    struct cql_pipe *p = l->pipe;
    struct plan_node *lost = p->time_lost_at, *top = p->top, *below;

    if (p->has_time)
        return STR(FIELD_TIME_MS);
    if (p->hidden_time || lost == NULL)
        return p->hidden_time ? STR(HIDDEN_TIME) : STR_NONE;
    below = lost->in;
    p->top = below;
    cql_extend_one(l, lost->at, expr_field(l->arena, lost->at, STR(FIELD_TIME_MS)),
                   STR(HIDDEN_TIME), false);
    lost->in = p->top;
    p->top = top;
    cql_keep_through(l, top, lost->in, STR(HIDDEN_TIME));
    p->hidden_time = true;
    return STR(HIDDEN_TIME);
}

static void drop_hidden_time(struct cql_lower *l)
{
    struct plan_node *n;

    if (!l->pipe->hidden_time)
        return;
    n = cql_push(l, NODE_PROJECT, (struct span){0, 0});
    n->u.project.drop = true;
    n->u.project.n_names = 1;
    n->u.project.names = ARENA_NEW(l->arena, struct plan_rename);
    n->u.project.names[0] = (struct plan_rename){STR(HIDDEN_TIME), STR(HIDDEN_TIME)};
}

/* ---- Sub-pipelines ---- */

void cql_sub_begin(struct cql_lower *l, struct cql_pipe *sub, enum pipe_kind kind, struct span at)
{
    struct cql_pipe *outer = l->pipe;

    *sub = (struct cql_pipe){
        .kind = kind,
        .outer = outer,
        .aggregated = outer->aggregated || kind == PIPE_POST,
        .has_time = outer->has_time,
        .closed = outer->closed,
        .started = true,
    };
    sub->top = node_new(l->plan, NODE_INPUT, at, NULL);
    l->pipe = sub;
}

/* A clause and the parts of an aggregate work on the rows they are given: one row in, one or none
 * out. */
enum lanner_rc cql_sub_end(struct cql_lower *l, struct plan_node **out, struct lanner_err *err)
{
    struct cql_pipe *sub = l->pipe;

    drop_hidden_time(l);
    for (struct plan_node *n = sub->top; n != NULL && sub->kind != PIPE_GROUP; n = n->in) {
        if (n->kind != NODE_INPUT && n->kind != NODE_FILTER && n->kind != NODE_EXTEND &&
            n->kind != NODE_PROJECT && n->kind != NODE_BRANCH && n->kind != NODE_EACH &&
            !(n->kind == NODE_JOIN && n->u.join.in_place))
            return cql_unsupported(n->at, err, "this stage is not supported yet inside %s",
                                   sub->kind == PIPE_QUERY    ? "correlate()"
                                   : sub->kind == PIPE_CLAUSE ? "case and match"
                                   : sub->kind == PIPE_EACH   ? "a function over an array"
                                                              : "the function of an aggregate");
    }
    l->pipe = sub->outer;
    *out = sub->top;
    return LANNER_OK;
}

enum lanner_rc cql_lower_sub(struct cql_lower *l, enum pipe_kind kind, const struct cql_node *first,
                             const struct cql_node *end, struct plan_node **out,
                             struct lanner_err *err)
{
    struct cql_pipe sub;

    cql_sub_begin(l, &sub, kind, first != NULL ? first->at : (struct span){0, 0});
    TRY(cql_lower_stages(l, first, end, err));
    return cql_sub_end(l, out, err);
}

/* ---- case and match ---- */

/* What a clause takes from the rows is taken from some of them. */
static void clause_effects(struct cql_pipe *outer, const struct cql_pipe *sub,
                           struct plan_node *branch)
{
    if (outer->has_time && !sub->has_time) {
        outer->has_time = false;
        outer->time_lost_at = branch;
    }
}

static enum lanner_rc lower_clause(struct cql_lower *l, const struct cql_node *guard,
                                   const struct cql_node *pipe, struct plan_node *branch,
                                   struct plan_branch_clause *out, struct lanner_err *err)
{
    struct cql_pipe sub;

    cql_sub_begin(l, &sub, PIPE_CLAUSE, pipe->at);
    if (guard != NULL)
        TRY(cql_lower_filter(l, guard, err));
    TRY(cql_lower_stages(l, pipe->kids, NULL, err));
    TRY(cql_sub_end(l, &out->body, err));
    out->at = pipe->at;
    clause_effects(l->pipe, &sub, branch);
    return LANNER_OK;
}

/* The guard as a filter term on the field; NULL when it accepts everything. */
static struct cql_node *guard_filter(struct cql_lower *l, struct str field,
                                     const struct cql_node *guard)
{
    struct cql_node *n = ARENA_NEW(l->arena, struct cql_node);
    struct cql_node *value = ARENA_NEW(l->arena, struct cql_node);
    struct cql_node *arg;

    if (guard->kind == CQL_PATTERN &&
        (str_eqz(guard->text, "*") || str_eq_nocase(guard->text, STR("true"))))
        return NULL;
    *value = *guard;
    value->next = NULL;
    if (guard->kind == CQL_CALL) {
        /* The field goes to the guard's own copy: arguments before it stay. */
        arg = ARENA_NEW(l->arena, struct cql_node);
        *arg = (struct cql_node){.kind = CQL_ARG, .at = guard->at, .text = STR("field")};
        n->kind = CQL_FIELD;
        n->at = guard->at;
        n->text = field;
        cql_add(arg, n);
        value->kids = value->last = NULL;
        value->n_kids = 0;
        for (const struct cql_node *k = guard->kids; k != NULL; k = k->next) {
            struct cql_node *copy = ARENA_NEW(l->arena, struct cql_node);

            *copy = *k;
            copy->next = NULL;
            cql_add(value, copy);
        }
        cql_add(value, arg);
        return value;
    }
    *n = (struct cql_node){.kind = CQL_TERM, .op = OP_EQ, .at = guard->at, .text = field};
    cql_add(n, value);
    return n;
}

static enum lanner_rc lower_branch(struct cql_lower *l, const struct cql_node *stage,
                                   struct lanner_err *err)
{
    struct plan_node *n = cql_push(l, NODE_BRANCH, stage->at);
    struct plan_branch_clause *clauses =
        ARENA_ARRAY(l->arena, struct plan_branch_clause, stage->n_kids);
    size_t i = 0;

    n->u.branch.clauses = clauses;
    n->u.branch.n_clauses = stage->n_kids;
    /* Free text in a clause keeps its column through the nodes below: those before this one. */
    l->pipe->top = n->in;
    for (const struct cql_node *k = stage->kids; k != NULL; k = k->next, i++) {
        if (stage->kind == CQL_CASE)
            TRY(lower_clause(l, NULL, k, n, &clauses[i], err));
        else
            TRY(lower_clause(l, guard_filter(l, stage->text, k->kids), k->kids->next, n,
                             &clauses[i], err));
    }
    l->pipe->top = n;
    return LANNER_OK;
}

/* ---- Stages ---- */

static enum lanner_rc lower_saved(struct cql_lower *l, const struct cql_node *stage,
                                  struct lanner_err *err)
{
    if (l->env->ignore_missing_data) {
        cql_note(l, LANNER_NOTE_WARNING, stage->at,
                 "the saved query $%.*s is not known; events pass unchanged", STR_ARG(stage->text));
        return LANNER_OK;
    }
    cql_wrong(stage->at, err, "the saved query $%.*s is not known", STR_ARG(stage->text));
    err_hint(err, "put the saved query's text in its place, or in a file <name>.cql in a folder "
                  "given with --saved; --missing-data ignore passes events "
                  "unchanged");
    return LANNER_ERR_QUERY;
}

static enum lanner_rc lower_unnest(struct cql_lower *l, const struct cql_bound *b, struct span at,
                                   bool generate)
{
    struct plan_node *n;

    if (generate) {
        /* What came before is discarded: the rows begin here. */
        l->pipe->top = NULL;
        l->pipe->scan = NULL;
        l->pipe->has_time = true;
        l->pipe->ordered = false;
        l->pipe->aggregated = false;
    }
    n = cql_push(l, generate ? NODE_GENERATE : NODE_UNNEST, at);
    n->u.unnest.item =
        (struct plan_item){.at = at, .expr = b->call, .names = b->names, .n_names = b->n_names};
    return LANNER_OK;
}

/* regex() without named groups extracts nothing: then it is a predicate. */
static const struct fn_def *plain_regex(struct cql_lower *l, const struct cql_node *call,
                                        const struct fn_def *fn)
{
    const struct cql_node *re = cql_arg(call, "regex"), *repeat = cql_arg(call, "repeat");
    struct str text;

    if (strcmp(fn->name, "regex") != 0)
        return fn;
    if (re == NULL)
        re = cql_positional(call, 0);
    if (re == NULL || repeat != NULL)
        return fn;
    text = re->text;
    if (re->kind != CQL_REGEX && cql_text(l, re, &text, NULL) != LANNER_OK)
        return fn;
    return cql_regex_has_groups(text) ? fn : fn_named("regex_match");
}

static enum lanner_rc lower_row_stage(struct cql_lower *l, const struct cql_node *call,
                                      const struct fn_def *fn, struct str as,
                                      struct lanner_err *err)
{
    struct cql_bound b;

    if (fn->kind == FN_AGGREGATE)
        return cql_lower_stats(l, call, call->at, as, err);
    if (fn->kind == FN_PREDICATE && as.len == 0)
        return cql_lower_filter(l, call, err);
    if (fn->kind == FN_SOURCE && l->pipe->kind != PIPE_MAIN)
        return cql_unsupported(call->at, err, "%.*s() cannot stand inside another function",
                               STR_ARG(call->text));
    TRY(cql_bind(l, call, plain_regex(l, call, fn), as, &b, err));
    switch (b.call->fn->kind) {
    case FN_PREDICATE:
        if (as.len == 0) {
            cql_push_filter(l, call->at, b.call);
            return LANNER_OK;
        }
        /* fall through */
    case FN_SCALAR:
        if (b.as.len == 0)
            return cql_wrong(call->at, err, "%.*s() needs a name for its result: as=...",
                             STR_ARG(call->text));
        cql_extend_one(l, call->at, b.call, b.as, true);
        return LANNER_OK;
    case FN_MULTI:
        cql_extend(l, call->at, b.call, b.names, b.n_names, false);
        return LANNER_OK;
    default:
        return lower_unnest(l, &b, call->at, fn->kind == FN_SOURCE);
    }
}

/* A call that is another way to write a field: getField("a-b"), array:get(a, 0). */
static enum lanner_rc lower_field_call(struct cql_lower *l, const struct cql_node *call,
                                       const struct cql_node *field, struct str as,
                                       struct lanner_err *err)
{
    const struct cql_node *name = cql_arg(call, "as");
    struct expr *e;

    if (as.len == 0 && name != NULL)
        TRY(cql_text(l, name, &as, err));
    if (as.len == 0)
        as = arena_printf(l->arena, "_%s",
                          str_eq_nocase(call->text, STR("getField")) ? "getField" : "get");
    TRY(cql_lower_expr(l, field, &e, err));
    cql_extend_one(l, call->at, e, as, true);
    return LANNER_OK;
}

enum lanner_rc cql_lower_call_stage(struct cql_lower *l, const struct cql_node *call, struct str as,
                                    struct lanner_err *err)
{
    const struct cql_stage *stage;
    const struct cql_name *name;
    const struct fn_def *fn;

    const struct cql_node *written = call;

    TRY(cql_dialect(l, call, &call, err));
    if (call->kind != CQL_CALL)
        return lower_field_call(l, written, call, as, err);
    TRY(cql_script_allows(l, call, err));
    stage = cql_stage_find(call->text);
    if (stage != NULL) {
        if (stage->aggregate && (l->pipe->kind == PIPE_CLAUSE || l->pipe->kind == PIPE_EACH))
            return cql_wrong(
                call->at, err, "%s() is an aggregate and cannot stand in %s", stage->name,
                l->pipe->kind == PIPE_EACH ? "a function over an array" : "case or match");
        cql_check_names(l, call, stage->names);
        if (stage->unnamed != UINT_MAX && cql_positional(call, stage->unnamed) != NULL)
            return cql_wrong(cql_positional(call, stage->unnamed)->at, err,
                             "%s() does not take so many unnamed arguments", stage->name);
        return stage->lower(l, call, as, err);
    }
    fn = cql_row(call);
    if (fn != NULL)
        return lower_row_stage(l, call, fn, as, err);
    name = cql_name_find(call->text);
    if (name != NULL && name->kind == CQL_FN_AGGREGATE)
        return cql_lower_stats(l, call, call->at, as, err);
    return cql_refuse(call, err);
}

static enum lanner_rc lower_assign(struct cql_lower *l, const struct cql_node *stage,
                                   struct lanner_err *err)
{
    const struct cql_node *value = stage->kids;
    struct expr *e;

    if (value->kind == CQL_CALL)
        return cql_lower_call_stage(l, value, stage->text, err);
    TRY(cql_lower_expr(l, value, &e, err));
    cql_extend_one(l, stage->at, e, stage->text, true);
    return LANNER_OK;
}

static bool is_preamble(const struct cql_node *stage)
{
    const struct cql_name *name;

    if (stage->kind == CQL_DEFAULT_PARAM)
        return true;
    if (stage->kind != CQL_STAGE || stage->kids->kind != CQL_CALL)
        return false;
    name = cql_name_find(stage->kids->text);
    return name != NULL && name->kind == CQL_FN_PREAMBLE;
}

enum lanner_rc cql_lower_stage(struct cql_lower *l, const struct cql_node *stage,
                               struct lanner_err *err)
{
    if (++l->n_stages > CQL_MAX_STAGES)
        return err_set_at(err, LANNER_ERR_LIMIT, stage->at, "the query has more than %d stages",
                          CQL_MAX_STAGES);
    l->pipe->stage = stage;
    if (!is_preamble(stage))
        l->pipe->started = true;
    else if (l->pipe->started && stage->kind == CQL_STAGE)
        return cql_wrong(stage->at, err, "%.*s() has to stand before all other stages",
                         STR_ARG(stage->kids->text));
    switch (stage->kind) {
    case CQL_FILTER:
        return cql_lower_filter(l, stage->kids, err);
    case CQL_STAGE:
        return cql_lower_call_stage(l, stage->kids, STR_NONE, err);
    case CQL_ASSIGN:
        return lower_assign(l, stage, err);
    case CQL_CASE:
    case CQL_MATCH:
        return lower_branch(l, stage, err);
    case CQL_STATS:
        if (l->in_script)
            return cql_wrong(stage->at, err, "an aggregate cannot stand in a parser script");
        if (l->pipe->kind == PIPE_CLAUSE)
            return cql_wrong(stage->at, err, "an aggregate cannot stand in case or match");
        return cql_lower_stats(l, stage->kids, stage->at, STR_NONE, err);
    case CQL_SAVED:
        return lower_saved(l, stage, err);
    default:
        assert(stage->kind == CQL_DEFAULT_PARAM);
        return LANNER_OK;
    }
}

enum lanner_rc cql_lower_stages(struct cql_lower *l, const struct cql_node *first,
                                const struct cql_node *end, struct lanner_err *err)
{
    for (const struct cql_node *s = first; s != end; s = s->next)
        TRY(cql_lower_stage(l, s, err));
    return LANNER_OK;
}

/* ---- Whole queries ---- */

/* Without an aggregate or an ordering stage events come newest first, equal times by descending
 * ordinal. The sort stands where the rows still have their time. */
static void add_implicit_order(struct cql_lower *l, struct cql_pipe *pipe)
{
    struct plan_node *above = pipe->time_lost_at;
    struct plan_node *in = above != NULL ? above->in : pipe->top;
    struct plan_node *sort;
    struct plan_sort_key *key;

    if (pipe->ordered || (above == NULL && !pipe->has_time))
        return;
    sort = node_new(l->plan, NODE_SORT, (struct span){0, 0}, in);
    key = ARENA_NEW(l->arena, struct plan_sort_key);
    *key =
        (struct plan_sort_key){.name = STR(FIELD_TIME_MS), .descending = true, .type = SORT_NUMBER};
    sort->u.sort.keys = key;
    sort->u.sort.n_keys = 1;
    sort->u.sort.ordinal_descending = true;
    if (above != NULL)
        above->in = sort;
    else
        pipe->top = sort;
}

static enum lanner_rc begin_main(struct cql_lower *l, struct cql_pipe *pipe,
                                 const struct cql_node *first, struct span at,
                                 struct lanner_err *err)
{
    *pipe = (struct cql_pipe){
        .kind = PIPE_MAIN, .has_time = true, .nested = l->pipe != NULL, .first = first};
    pipe->scan = node_new(l->plan, NODE_SCAN, at, NULL);
    pipe->top = pipe->scan;
    l->pipe = pipe;
    return l->script != NULL ? cql_script_lower(l, err) : LANNER_OK;
}

enum lanner_rc cql_lower_again(struct cql_lower *l, struct cql_pipe *out, struct lanner_err *err)
{
    const struct cql_node *end = l->pipe->stage, *first = l->pipe->first, *s = first;

    while (s != NULL && s != end)
        s = s->next;
    if (end == NULL || s == NULL)
        return cql_unsupported(end != NULL ? end->at : (struct span){0, 0}, err,
                               "this function is supported as a stage of its own only");
    TRY(begin_main(l, out, first, end->at, err));
    for (s = first; s != end; s = s->next) {
        if (!is_preamble(s))
            TRY(cql_lower_stage(l, s, err));
    }
    return LANNER_OK;
}

static enum lanner_rc lower_main(struct cql_lower *l, const struct cql_node *tree, bool order,
                                 struct cql_pipe *pipe, struct lanner_err *err)
{
    struct cql_pipe *outer = l->pipe;
    enum lanner_rc rc = begin_main(l, pipe, tree->kids, tree->at, err);

    if (rc == LANNER_OK)
        rc = cql_lower_stages(l, tree->kids, NULL, err);
    if (rc == LANNER_OK) {
        if (order)
            add_implicit_order(l, pipe);
        drop_hidden_time(l);
    }
    l->pipe = outer; /* in any case: pipe is the caller's own */
    return rc;
}

enum lanner_rc cql_lower_query(struct cql_lower *l, const struct cql_node *tree,
                               struct plan_node **out, struct lanner_err *err)
{
    struct cql_pipe pipe;

    TRY(lower_main(l, tree, false, &pipe, err));
    *out = pipe.top;
    return LANNER_OK;
}

static enum lanner_rc build(struct cql_lower *l, struct str text, struct lanner_err *err)
{
    struct cql_pipe pipe;
    struct cql_node *tree;

    TRY(cql_parse(l->arena, text, l->options->strict, l->plan, &tree, err));
    TRY(cql_saved_expand(l, tree, err));
    cql_collect_defaults(l, tree);
    if (l->options->script != NULL)
        TRY(cql_script_parse(l, err));
    l->in_script = l->options->is_script;
    TRY(lower_main(l, tree, !l->in_script, &pipe, err));
    if (l->in_script)
        TRY(cql_script_check(pipe.top, err));
    repairs_sort(l->plan);
    l->plan->root = pipe.top;
    l->plan->open_result = !pipe.closed;
    /* LogScale's own default is a setting of its search page: a day. */
    l->plan->default_span_ms = l->options->strict ? INT64_C(86400) * MS_PER_S : 0;
    l->plan->n_tables = l->tables.n;
    l->plan->tables = ARENA_ARRAY(l->arena, struct plan_table, l->tables.n);
    if (l->tables.n != 0)
        memcpy(l->plan->tables, l->tables.items, l->tables.n * sizeof(l->tables.items[0]));
    if (!l->options->strict)
        return LANNER_OK;
    return repairs_refuse(l->plan, text, "LogScale", l->env, err);
}

enum lanner_rc cql_plan(struct str text, const struct front_options *options,
                        const struct fn_env *env, struct arena *a, struct plan **out,
                        struct lanner_err *err)
{
    struct cql_lower l = {.plan = plan_new(a, LANG_CQL),
                          .arena = a,
                          .options = options,
                          .env = env,
                          .from_ns = TIME_NONE,
                          .to_ns = TIME_NONE};
    enum lanner_rc rc;

    strmap_init(&l.default_index);
    rc = build(&l, text, err);
    strmap_done(&l.default_index);
    VEC_DONE(&l.defaults);
    VEC_DONE(&l.tables);
    VEC_DONE(&l.made);
    if (rc == LANNER_OK)
        *out = l.plan;
    else
        plan_done(l.plan);
    return rc;
}
