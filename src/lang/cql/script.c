/* script.c - parser scripts (cql.md 5.1): CQL between the scan and the query.
 *
 * There is no second engine: a script's stages are lowered onto every scan of the query, below the
 * query's own, so that what comes after them sees only what they made. Its places are those of
 * another text, so the nodes made of it have none, and its notes are left out: the engine has the
 * script planned alone first, for its errors and notes. */
#include "lang/cql/cql.h"
#include "lang/cql/lower.h"

static const char *const scan_fields[] = {FIELD_RAW, FIELD_TIME_MS, FIELD_TIME_NANOS,
                                          FIELD_ID,  "#repo",       "#type"};

static void forget_places(struct cql_node *n)
{
    n->at = (struct span){0, 0};
    for (struct cql_node *k = n->kids; k != NULL; k = k->next)
        forget_places(k);
}

enum lanner_rc cql_script_parse(struct cql_lower *l, struct lanner_err *err)
{
    struct cql_node *tree;

    TRY(cql_parse(l->arena, l->options->script->text, l->options->strict, NULL, &tree, err));
    TRY(cql_saved_expand(l, tree, err));
    forget_places(tree);
    cql_collect_defaults(l, tree);
    l->script = tree;
    return LANNER_OK;
}

/* What the script is given: the text, and what is known from outside of it. Fields that a source
 * declaration finds in the record are not among it. */
static void push_given(struct cql_lower *l)
{
    const struct front_script *s = l->options->script;
    struct plan_node *n = cql_push(l, NODE_PROJECT, (struct span){0, 0});
    size_t count = ARRAY_LEN(scan_fields);

    n->u.project.names = ARENA_ARRAY(l->arena, struct plan_rename, count + s->n_given);
    for (size_t i = 0; i < count; i++)
        n->u.project.names[i] = (struct plan_rename){str_z(scan_fields[i]), str_z(scan_fields[i])};
    for (size_t i = 0; i < s->n_given; i++) {
        bool known = false;

        for (size_t k = 0; k < count && !known; k++)
            known = str_eq(n->u.project.names[k].from, s->given[i]);
        if (!known)
            n->u.project.names[count++] = (struct plan_rename){s->given[i], s->given[i]};
    }
    n->u.project.n_names = count;
}

static void push_drop(struct cql_lower *l, const struct str *names, size_t n_names)
{
    struct plan_node *n = cql_push(l, NODE_PROJECT, (struct span){0, 0});

    n->u.project.drop = true;
    n->u.project.n_names = n_names;
    n->u.project.names = ARENA_ARRAY(l->arena, struct plan_rename, n_names);
    for (size_t i = 0; i < n_names; i++)
        n->u.project.names[i] = (struct plan_rename){names[i], names[i]};
}

/* `Vendor` becomes `#Vendor`. */
static void push_tags(struct cql_lower *l)
{
    const struct front_script *s = l->options->script;
    const struct span at = {0, 0};

    if (s->n_tags == 0)
        return;
    for (size_t i = 0; i < s->n_tags; i++)
        cql_extend_one(l, at, expr_field(l->arena, at, s->tags[i]),
                       arena_printf(l->arena, "#%.*s", STR_ARG(s->tags[i])), true);
    push_drop(l, s->tags, s->n_tags);
}

enum lanner_rc cql_script_lower(struct cql_lower *l, struct lanner_err *err)
{
    const struct front_script *s = l->options->script;
    const struct span at = {0, 0};
    const size_t n_notes = l->plan->notes.n;
    const struct str dropped = STR(CQL_DROPPED);
    struct cql_pipe *pipe = l->pipe;
    struct plan_node *given;
    struct str time;

    push_given(l);
    given = pipe->top;
    if (s->type.len > 0)
        cql_extend_one(l, at, expr_const(l->arena, at, val_str(s->type)), STR("#type"), false);
    l->in_script = true;
    TRY(cql_lower_stages(l, l->script->kids, NULL, err));
    l->in_script = false;
    l->plan->notes.n = n_notes;
    if (l->drops_events) {
        cql_keep_through(l, pipe->top, given, dropped);
        cql_push_filter(
            l, at,
            expr_callv(l->arena, at, "not", 1,
                       expr_callv(l->arena, at, "is_true", 1, expr_field(l->arena, at, dropped))));
        push_drop(l, &dropped, 1);
    }
    /* An event keeps a time whatever the script does to it. */
    time = cql_time_field(l);
    if (time.len > 0 && !str_eqz(time, FIELD_TIME_MS))
        cql_extend_one(l, at, expr_field(l->arena, at, time), STR(FIELD_TIME_MS), false);
    push_tags(l);
    cql_push_filter(l, at, expr_const(l->arena, at, val_bool(true)));
    pipe->scan->u.scan.interval = pipe->top;
    /* The query begins here. */
    pipe->has_time = true;
    pipe->time_lost_at = NULL;
    pipe->closed = pipe->started = false;
    return LANNER_OK;
}

enum lanner_rc cql_script_allows(const struct cql_lower *l, const struct cql_node *call,
                                 struct lanner_err *err)
{
    const struct cql_name *name = cql_name_find(call->text);
    const struct cql_stage *stage = cql_stage_find(call->text);
    const struct fn_def *fn = cql_row(call);
    bool many = (stage != NULL && stage->aggregate) || (fn != NULL && fn->kind == FN_AGGREGATE);

    if (!l->in_script) {
        if (str_eq_nocase(call->text, STR("copyEvent")))
            return cql_unsupported(call->at, err,
                                   "function copyEvent() is not supported: it belongs to parser "
                                   "scripts");
        return LANNER_OK;
    }
    if (str_eq_nocase(call->text, STR("start")) || str_eq_nocase(call->text, STR("end")) ||
        str_eq_nocase(call->text, STR("setTimeInterval")))
        return cql_wrong(call->at, err,
                         "%.*s() is not available in a parser script: it has no "
                         "interval",
                         STR_ARG(call->text));
    if (name != NULL)
        many |= name->kind == CQL_FN_AGGREGATE || name->kind == CQL_FN_SEQUENCE ||
                name->kind == CQL_FN_GENERATOR || name->kind == CQL_FN_JOIN ||
                name->kind == CQL_FN_PREAMBLE;
    if (many)
        return cql_wrong(
            call->at, err,
            "%.*s() cannot stand in a parser script, which works on one event at a time",
            STR_ARG(call->text));
    return LANNER_OK;
}

enum lanner_rc cql_script_check(const struct plan_node *top, struct lanner_err *err)
{
    for (const struct plan_node *n = top; n != NULL; n = n->in) {
        switch (n->kind) {
        case NODE_SCAN:
        case NODE_FILTER:
        case NODE_EXTEND:
        case NODE_PROJECT:
        case NODE_BRANCH:
        case NODE_UNNEST:
        case NODE_JOIN:
        case NODE_EACH:
            break;
        default:
            return cql_wrong(n->at, err,
                             "this stage cannot stand in a parser script, which works on one event "
                             "at a time");
        }
    }
    return LANNER_OK;
}
