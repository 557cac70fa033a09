/* stage_time.c - bucket and timeChart (cql.md 2.9, 3.1), and setTimeInterval. */
#include <stdlib.h>

#include "lang/cql/window.h"

#define SERIES_LIMIT 10
#define SERIES_MAX   500
#define BUCKETS_MAX  1500
#define BUCKET_FIELD "_bucket"

struct bucketing {
    int64_t span_ms; /* 0: automatic */
    struct plan_spans spans;
    const struct cql_node *timezone;
    uint64_t limit;
    struct str *series;
    size_t n_series;
};

static enum lanner_rc read_span(struct cql_lower *l, const struct cql_node *call,
                                const struct cql_node *span, struct bucketing *out,
                                struct lanner_err *err)
{
    const struct cql_node *buckets = cql_arg(call, "buckets"), *least = cql_arg(call, "minSpan");
    struct str text;

    if (cql_arg(call, "unit") != NULL)
        return cql_unsupported(call->at, err, "parameter unit of %.*s() is not supported yet",
                               STR_ARG(call->text));
    if (span != NULL && buckets != NULL)
        return cql_wrong(call->at, err, "%.*s() takes span or buckets, not both",
                         STR_ARG(call->text));
    if (span != NULL) {
        TRY(cql_text(l, span, &text, err));
        if (!str_eq_nocase(text, STR("auto")))
            return cql_span(l, span, &out->span_ms, err);
    }
    if (buckets != NULL)
        TRY(cql_count(l, buckets, 1, BUCKETS_MAX, &out->spans.buckets, err));
    return least != NULL ? cql_span(l, least, &out->spans.least_ms, err) : LANNER_OK;
}

/* Events without a series field, or without a usable time, are left out. */
static void require_fields(struct cql_lower *l, struct span at, const struct bucketing *b)
{
    struct expr **args = ARENA_ARRAY(l->arena, struct expr *, b->n_series);
    struct expr *e;

    for (size_t i = 0; i < b->n_series; i++)
        args[i] = expr_callv(l->arena, at, "cql_exists", 1, expr_field(l->arena, at, b->series[i]));
    if (b->n_series == 0)
        return;
    e = b->n_series == 1 ? args[0] : expr_call(l->arena, at, fn_named("or"), args, b->n_series);
    cql_push_filter(l, at, e);
    e = expr_callv(l->arena, at, "cql_exists", 1, expr_field(l->arena, at, STR(BUCKET_FIELD)));
    cql_push_filter(l, at, e);
}

static enum lanner_rc push_bucket_field(struct cql_lower *l, const struct cql_node *call,
                                        const struct bucketing *b, struct lanner_err *err)
{
    struct expr *span, *zone;
    struct str name;

    span = expr_const(l->arena, call->at, b->span_ms != 0 ? val_long(b->span_ms) : VAL_ABSENT);
    zone = expr_const(l->arena, call->at, VAL_ABSENT);
    if (b->timezone != NULL) {
        TRY(cql_text(l, b->timezone, &name, err));
        zone = expr_const(l->arena, b->timezone->at, val_str(name));
    }
    cql_extend_one(l, call->at,
                   expr_callv(l->arena, call->at, "time_bucket", 3,
                              expr_field(l->arena, call->at, STR(FIELD_TIME_MS)), span, zone),
                   STR(BUCKET_FIELD), false);
    l->pipe->top->u.extend.items[l->pipe->top->u.extend.n_items - 1].spans = b->spans;
    return LANNER_OK;
}

static void push_series(struct cql_lower *l, struct span at, const struct bucketing *b,
                        const struct cql_functions *f)
{
    struct plan_node *n = cql_push(l, NODE_SERIES, at);
    struct plan_node *sort;

    n->u.series.bucket = STR(BUCKET_FIELD);
    n->u.series.span_ms = b->span_ms;
    n->u.series.spans = b->spans;
    n->u.series.series = b->series;
    n->u.series.n_series = b->n_series;
    n->u.series.limit = b->limit;
    n->u.series.fill = b->n_series == 0;
    n->u.series.n_values = f->names.n;
    n->u.series.values = ARENA_ARRAY(l->arena, struct str, f->names.n);
    if (f->names.n != 0)
        memcpy(n->u.series.values, f->names.items, f->names.n * sizeof(struct str));
    n->u.series.n_zeroes = f->zeroes.n;
    n->u.series.zeroes = ARENA_ARRAY(l->arena, struct str, f->zeroes.n);
    if (f->zeroes.n != 0)
        memcpy(n->u.series.zeroes, f->zeroes.items, f->zeroes.n * sizeof(struct str));
    sort = cql_push(l, NODE_SORT, at);
    sort->u.sort.keys = ARENA_NEW(l->arena, struct plan_sort_key);
    *sort->u.sort.keys = (struct plan_sort_key){.name = STR(BUCKET_FIELD), .type = SORT_NUMBER};
    sort->u.sort.n_keys = 1;
    l->pipe->sorted = true;
}

static enum lanner_rc push_buckets(struct cql_lower *l, const struct cql_node *call,
                                   struct bucketing *b, const struct cql_node *function,
                                   const struct cql_windows *windows, struct str as,
                                   struct lanner_err *err)
{
    struct aggregate_shape shape = {
        .missing = b->n_series == 0 ? KEYS_DROP_IF_ALL : KEYS_KEEP,
    };
    struct cql_functions f = {.group = NULL};
    struct str *keys = ARENA_ARRAY(l->arena, struct str, b->n_series + 1);
    enum lanner_rc rc;

    if (!l->pipe->has_time)
        return cql_wrong(call->at, err, "%.*s() needs @timestamp, which the rows do not have here",
                         STR_ARG(call->text));
    TRY(push_bucket_field(l, call, b, err));
    require_fields(l, call->at, b);
    keys[0] = STR(BUCKET_FIELD);
    if (b->n_series != 0)
        memcpy(keys + 1, b->series, b->n_series * sizeof(*keys));
    rc = cql_functions(l, function, keys, b->n_series + 1, as, &f, err);
    if (rc == LANNER_OK && f.group != NULL)
        rc = cql_unsupported(call->at, err,
                             "a function that gives several events is not supported in %.*s() yet",
                             STR_ARG(call->text));
    if (rc == LANNER_OK) {
        const struct cql_node *tail = f.tail;

        /* The series are ranked and completed before further fields are computed from them. */
        f.tail = NULL;
        rc = cql_push_aggregate(l, call->at, &f, keys, b->n_series + 1, &shape, err);
        if (rc == LANNER_OK) {
            push_series(l, call->at, b, &f);
            if (windows->parts.n > 0)
                cql_windows_push(l, windows);
            rc = cql_lower_stages(l, tail, NULL, err);
        }
    }
    cql_functions_done(&f);
    return rc;
}

static enum lanner_rc lower_buckets(struct cql_lower *l, const struct cql_node *call,
                                    struct bucketing *b, struct str as, struct lanner_err *err)
{
    const struct cql_node *function;
    struct cql_windows windows = {0};
    enum lanner_rc rc =
        cql_windows_take(l, cql_arg(call, "function"), b->span_ms, &windows, &function, err);

    /* A series has rows only for the buckets in which it has events. */
    if (rc == LANNER_OK && windows.parts.n > 0 && b->n_series > 0)
        rc = cql_unsupported(call->at, err,
                             "window() is not supported yet in a chart of several series");
    if (rc == LANNER_OK)
        rc = push_buckets(l, call, b, function, &windows, as, err);
    VEC_DONE(&windows.parts);
    return rc;
}

static enum lanner_rc read_limit(struct cql_lower *l, const struct cql_node *call, uint64_t *out,
                                 struct lanner_err *err)
{
    const struct cql_node *limit = cql_arg(call, "limit");

    *out = SERIES_LIMIT;
    return limit != NULL ? cql_count(l, limit, 1, SERIES_MAX, out, err) : LANNER_OK;
}

enum lanner_rc cql_stage_timechart(struct cql_lower *l, const struct cql_node *call, struct str as,
                                   struct lanner_err *err)
{
    const struct cql_node *series = cql_arg(call, "series");
    struct bucketing b = {.timezone = cql_arg(call, "timezone")};

    if (series == NULL)
        series = cql_positional(call, 0);
    TRY(read_span(l, call, cql_arg(call, "span"), &b, err));
    TRY(read_limit(l, call, &b.limit, err));
    if (series != NULL)
        TRY(cql_keys(l, series, &b.series, &b.n_series, err));
    if (b.n_series > 1)
        return cql_wrong(series->at, err, "timeChart() takes one series field");
    return lower_buckets(l, call, &b, as, err);
}

enum lanner_rc cql_stage_bucket(struct cql_lower *l, const struct cql_node *call, struct str as,
                                struct lanner_err *err)
{
    const struct cql_node *span = cql_arg(call, "span"), *field = cql_arg(call, "field");
    struct bucketing b = {.timezone = cql_arg(call, "timezone")};

    if (span == NULL)
        span = cql_positional(call, 0);
    TRY(read_span(l, call, span, &b, err));
    TRY(read_limit(l, call, &b.limit, err));
    if (field != NULL)
        TRY(cql_keys(l, field, &b.series, &b.n_series, err));
    return lower_buckets(l, call, &b, as, err);
}

/* ---- setTimeInterval ---- */

static enum lanner_rc read_point(struct cql_lower *l, const struct cql_node *v, bool has_zone,
                                 int64_t *ns, struct lanner_err *err)
{
    struct time_point point;
    struct str text;
    int64_t now_ms = l->env->now_ns / NS_PER_MS, ms;

    TRY(cql_text(l, v, &text, err));
    if (!time_point_parse(text, &point)) {
        cql_wrong(v->at, err, "expected a point in time, found '%.*s'",
                  (int)MIN(text.len, (size_t)60), text.ptr);
        err_hint(err, "for example 7d, 1d@d, now or 2026-01-15T10:00:00Z");
        return LANNER_ERR_QUERY;
    }
    if (has_zone && (point.anchored || point.calendar))
        return cql_unsupported(v->at, err,
                               "parameter timezone of setTimeInterval() is not supported yet with "
                               "@ or calendar:; use --timezone");
    if (point.kind == POINT_AGO)
        l->plan->needs_clock = true;
    ms = time_point_resolve(&point, now_ms, l->options->offset_of, l->options->zone);
    *ns = ms == now_ms && point.kind == POINT_AGO ? l->env->now_ns : ms * NS_PER_MS;
    return LANNER_OK;
}

enum lanner_rc cql_stage_interval(struct cql_lower *l, const struct cql_node *call, struct str as,
                                  struct lanner_err *err)
{
    const struct cql_node *start = cql_arg(call, "start"), *end = cql_arg(call, "end");
    bool has_zone = cql_arg(call, "timezone") != NULL;

    (void)as;
    if (start == NULL)
        start = cql_positional(call, 0);
    if (start == NULL)
        return cql_wrong(call->at, err, "setTimeInterval() needs the parameter start");
    if (l->pipe->outer != NULL || l->pipe->nested || l->plan->has_interval)
        return cql_wrong(call->at, err,
                         "setTimeInterval() stands once, as the first stage of the "
                         "query");
    l->plan->to_ns = l->env->now_ns;
    if (end != NULL)
        TRY(read_point(l, end, has_zone, &l->plan->to_ns, err));
    else
        l->plan->needs_clock = true;
    TRY(read_point(l, start, has_zone, &l->plan->from_ns, err));
    if (l->plan->from_ns > l->plan->to_ns)
        return cql_wrong(call->at, err, "the start of the interval is after its end");
    l->plan->has_interval = true;
    return LANNER_OK;
}
