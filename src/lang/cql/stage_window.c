/* stage_window.c - window(): aggregates over the last buckets of a chart (cql.md 3.1).
 *
 * A window is folded from what its buckets give: counts and sums add up, the smallest is the
 * smallest of the smallest. Aggregates that cannot be folded so are refused by name. */
#include "lang/cql/window.h"

#include <stdlib.h>

#define BUCKETS_MAX 1500

/* Aggregates, and what makes a window's value of those of its buckets. */
static const struct {
    const char *name, *fold, *output;
} folds[] = {
    {"count", "sum", "_count"},
    {"sum", "sum", "_sum"},
    {"min", "min", "_min"},
    {"max", "max", "_max"},
};

static void add_copy(struct cql_lower *l, struct cql_node *list, const struct cql_node *e)
{
    cql_add(list, cql_make(l, e->kind, e->at, e->text));
    *list->last = *e;
    list->last->next = NULL;
}

static enum lanner_rc read_width(struct cql_lower *l, const struct cql_node *call,
                                 int64_t bucket_ms, uint64_t *out, struct lanner_err *err)
{
    const struct cql_node *buckets = cql_arg(call, "buckets"), *span = cql_arg(call, "span");
    int64_t ms;

    cql_check_names(l, call, "function span buckets");
    if ((buckets != NULL) == (span != NULL))
        return cql_wrong(call->at, err, "window() takes one of the parameters span and buckets");
    if (buckets != NULL)
        return cql_count(l, buckets, 1, BUCKETS_MAX, out, err);
    if (bucket_ms == 0)
        return cql_unsupported(span->at, err,
                               "window(span=) is not supported yet where the chart's own span is "
                               "automatic; give it one");
    TRY(cql_span(l, span, &ms, err));
    *out = (uint64_t)MAX(ms / bucket_ms + (ms % bucket_ms * 2 >= bucket_ms ? 1 : 0), (int64_t)1);
    return LANNER_OK;
}

/* The aggregate under a hidden name, and its part of the window. */
static enum lanner_rc take_function(struct cql_lower *l, const struct cql_node *v, uint64_t n,
                                    struct cql_windows *w, struct cql_node *list,
                                    struct lanner_err *err)
{
    const struct cql_node *call = v->kind == CQL_ASSIGN ? v->kids : v, *as;
    struct cql_window_part part = {.at = v->at, .hidden = cql_hidden(l), .n_buckets = n};
    struct cql_node *f;

    for (size_t i = 0; i < ARRAY_LEN(folds) && call->kind == CQL_CALL; i++) {
        if (!str_eq_nocase(call->text, str_z(folds[i].name)) || cql_arg(call, "distinct") != NULL)
            continue;
        part.fold = folds[i].fold;
        part.name = str_z(folds[i].output);
    }
    if (part.fold == NULL)
        return cql_unsupported(v->at, err,
                               "this function is not supported yet in window(), which takes "
                               "count, sum, min and max");
    as = cql_arg(call, "as");
    if (v->kind == CQL_ASSIGN)
        part.name = v->text;
    else if (as != NULL)
        TRY(cql_text(l, as, &part.name, err));
    f = cql_make(l, CQL_CALL, call->at, call->text);
    for (const struct cql_node *k = call->kids; k != NULL; k = k->next) {
        if (!str_eq_nocase(k->text, STR("as")))
            add_copy(l, f, k);
    }
    cql_make_arg(l, f, "as", cql_make(l, CQL_STRING, call->at, part.hidden));
    cql_add(list, f);
    VEC_PUSH(&w->parts, part);
    return LANNER_OK;
}

static enum lanner_rc take_window(struct cql_lower *l, const struct cql_node *call,
                                  int64_t bucket_ms, struct cql_windows *w, struct cql_node *list,
                                  struct lanner_err *err)
{
    struct cql_node *functions = cql_list_args(l, call, "function");
    uint64_t n;

    TRY(read_width(l, call, bucket_ms, &n, err));
    if (functions == NULL)
        return take_function(l, cql_make(l, CQL_CALL, call->at, STR("count")), n, w, list, err);
    for (const struct cql_node *k = functions->kids; k != NULL; k = k->next)
        TRY(take_function(l, k, n, w, list, err));
    return LANNER_OK;
}

enum lanner_rc cql_windows_take(struct cql_lower *l, const struct cql_node *function,
                                int64_t bucket_ms, struct cql_windows *w,
                                const struct cql_node **rest, struct lanner_err *err)
{
    const struct cql_node *k = function;
    struct cql_node *list;
    bool is_list = function != NULL && function->kind == CQL_ARRAY;

    *rest = function;
    if (function == NULL)
        return LANNER_OK;
    list = cql_make(l, CQL_ARRAY, function->at, STR_NONE);
    for (k = is_list ? function->kids : function; k != NULL; k = is_list ? k->next : NULL) {
        if (k->kind == CQL_CALL && str_eq_nocase(k->text, STR("window")))
            TRY(take_window(l, k, bucket_ms, w, list, err));
        else
            add_copy(l, list, k);
    }
    if (w->parts.n > 0)
        *rest = list;
    return LANNER_OK;
}

/* ---- Over the buckets ---- */

static struct plan_agg make_agg(struct cql_lower *l, struct span at, const char *function,
                                struct str field, struct str name)
{
    struct plan_agg agg = {.at = at, .n_names = 1, .names = ARENA_NEW(l->arena, struct str)};
    const struct fn_def *fn = fn_named(function);
    size_t n = 0;
    struct expr **args;

    for (const struct fn_param *p = fn->params; p != NULL && p->name != NULL; p++)
        n += p->kind != P_AS && (p->flags & PARAM_NO_PASS) == 0;
    args = ARENA_ARRAY(l->arena, struct expr *, n);
    for (size_t i = 0; i < n; i++)
        args[i] = expr_const(l->arena, at, VAL_ABSENT);
    if (field.len > 0)
        args[0] = expr_field(l->arena, at, field);
    agg.call = expr_call(l->arena, at, fn, args, n);
    agg.names[0] = name;
    return agg;
}

static struct plan_sequence *push_fold(struct cql_lower *l, struct span at, const char *function,
                                       struct str field, struct str name)
{
    struct plan_node *n = cql_push(l, NODE_SEQUENCE, at);

    n->u.sequence.kind = SEQUENCE_AGGREGATE;
    n->u.sequence.name = "window";
    n->u.sequence.n_items = 1;
    n->u.sequence.items = ARENA_NEW(l->arena, struct plan_agg);
    n->u.sequence.items[0] = make_agg(l, at, function, field, name);
    return &n->u.sequence;
}

/* Where the window is longer than the chart it has no value (cql.md 3.1): a bucket has the buckets
 * up to it and those from it on, itself twice. */
static struct expr *has_enough(struct cql_lower *l, const struct cql_window_part *part,
                               const struct str *counts)
{
    struct expr *sum =
        expr_callv(l->arena, part->at, "num_add", 2, expr_field(l->arena, part->at, counts[0]),
                   expr_field(l->arena, part->at, counts[1]));

    return expr_callv(l->arena, part->at, "cql_gt", 2, sum,
                      expr_const(l->arena, part->at, val_long((int64_t)part->n_buckets)));
}

void cql_windows_push(struct cql_lower *l, const struct cql_windows *w)
{
    struct str counts[2] = {cql_hidden(l), cql_hidden(l)};
    struct span at = w->parts.items[0].at;
    struct plan_node *project;

    (void)push_fold(l, at, "count", STR_NONE, counts[0]);
    push_fold(l, at, "count", STR_NONE, counts[1])->succeeding = true;
    for (size_t i = 0; i < w->parts.n; i++) {
        const struct cql_window_part *part = &w->parts.items[i];

        push_fold(l, part->at, part->fold, part->hidden, part->name)->n_rows = part->n_buckets;
        cql_extend_one(l, part->at,
                       expr_callv(l->arena, part->at, "if", 3, has_enough(l, part, counts),
                                  expr_field(l->arena, part->at, part->name),
                                  expr_const(l->arena, part->at, VAL_ABSENT)),
                       part->name, false);
    }
    project = cql_push(l, NODE_PROJECT, at);
    project->u.project.drop = true;
    project->u.project.names = ARENA_ARRAY(l->arena, struct plan_rename, w->parts.n + 2);
    project->u.project.n_names = w->parts.n + 2;
    for (size_t i = 0; i < w->parts.n + 2; i++) {
        struct str name = i < 2 ? counts[i] : w->parts.items[i - 2].hidden;

        project->u.project.names[i] = (struct plan_rename){name, name};
    }
}

enum lanner_rc cql_stage_window(struct cql_lower *l, const struct cql_node *call, struct str as,
                                struct lanner_err *err)
{
    (void)l;
    (void)as;
    return cql_wrong(call->at, err,
                     "window() stands in the function of timeChart() and bucket() only, as a part "
                     "of its own");
}
