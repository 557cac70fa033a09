/* stage_sequence.c - what depends on the order of events: accumulate, neighbor, partition,
 * slidingWindow, slidingTimeWindow, and session and series, which order events by time themselves
 * (cql.md 2.8, 3.1). */
#include <stdlib.h>

#include "lang/cql/lower.h"

#define DISTANCE_MAX     10000
#define EVENTS_MAX       1000
#define PAUSE_DEFAULT_MS ((int64_t)15 * 60 * 1000)
#define MEMORY_DEFAULT   1024
#define MEMORY_MAX_KIB   1024
#define DURATION_FIELD   "_duration"

static void push_time_order(struct cql_lower *l, struct span at, struct str time)
{
    struct plan_node *n = cql_push(l, NODE_SORT, at);

    n->u.sort.keys = ARENA_NEW(l->arena, struct plan_sort_key);
    *n->u.sort.keys = (struct plan_sort_key){.name = time, .type = SORT_NUMBER};
    n->u.sort.n_keys = 1;
}

/* Sequence functions work on the order there is. Where nothing made one it is that of head(). */
static void need_order(struct cql_lower *l, const struct cql_node *call)
{
    struct str time;

    for (const struct cql_pipe *p = l->pipe; p != NULL; p = p->outer) {
        if (p->ordered)
            return;
    }
    cql_note(l, LANNER_NOTE_REPAIR, call->at,
             "%.*s() needs events in an order, as after head() or sort(); they are taken oldest "
             "first",
             STR_ARG(call->text));
    time = cql_time_field(l);
    if (time.len != 0)
        push_time_order(l, call->at, time);
}

static struct plan_node *push_sequence(struct cql_lower *l, const struct cql_node *call,
                                       enum sequence_kind kind)
{
    struct plan_node *n = cql_push(l, NODE_SEQUENCE, call->at);

    n->u.sequence.kind = kind;
    n->u.sequence.name = arena_strz(l->arena, call->text);
    l->pipe->aggregated = true;
    l->pipe->ordered = true;
    l->pipe->sorted = true;
    return n;
}

/* ---- accumulate, slidingWindow, slidingTimeWindow ---- */

static enum lanner_rc read_current(struct cql_lower *l, const struct cql_node *call, bool *without,
                                   struct lanner_err *err)
{
    const struct cql_node *v = cql_arg(call, "current");
    struct str text;

    *without = false;
    if (v == NULL)
        return LANNER_OK;
    TRY(cql_text(l, v, &text, err));
    *without = str_eq_nocase(text, STR("exclude"));
    if (*without || str_eq_nocase(text, STR("include")))
        return LANNER_OK;
    return cql_wrong(v->at, err, "expected include or exclude, found '%.*s'",
                     (int)MIN(text.len, (size_t)60), text.ptr);
}

static enum lanner_rc add_items(struct cql_lower *l, const struct cql_node *call, struct str as,
                                const struct plan_sequence *window, struct lanner_err *err)
{
    struct cql_functions f = {.group = NULL};
    struct cql_node *list = cql_list_args(l, call, "function");
    struct plan_node *n;
    enum lanner_rc rc;

    if (list == NULL || list->n_kids == 0)
        return cql_wrong(call->at, err, "%.*s() needs the parameter function", STR_ARG(call->text));
    rc = cql_functions(l, list, NULL, 0, as, &f, err);
    if (rc == LANNER_OK && f.group != NULL)
        rc = cql_unsupported(call->at, err, "%.*s() takes aggregates that give one row",
                             STR_ARG(call->text));
    if (rc == LANNER_OK) {
        n = push_sequence(l, call, SEQUENCE_AGGREGATE);
        n->u.sequence.time = window->time;
        n->u.sequence.n_rows = window->n_rows;
        n->u.sequence.span_ms = window->span_ms;
        n->u.sequence.without_current = window->without_current;
        n->u.sequence.n_items = f.items.n;
        n->u.sequence.items = ARENA_ARRAY(l->arena, struct plan_agg, f.items.n);
        if (f.items.n != 0)
            memcpy(n->u.sequence.items, f.items.items, f.items.n * sizeof(*f.items.items));
        for (size_t i = 0; i < f.names.n; i++)
            l->pipe->has_time |= str_eqz(f.names.items[i], FIELD_TIME_MS);
        rc = f.tail != NULL ? cql_lower_stages(l, f.tail, NULL, err) : LANNER_OK;
    }
    cql_functions_done(&f);
    return rc;
}

enum lanner_rc cql_stage_accumulate(struct cql_lower *l, const struct cql_node *call, struct str as,
                                    struct lanner_err *err)
{
    struct plan_sequence window = {.n_rows = 0};

    TRY(read_current(l, call, &window.without_current, err));
    need_order(l, call);
    return add_items(l, call, as, &window, err);
}

enum lanner_rc cql_stage_slidingwindow(struct cql_lower *l, const struct cql_node *call,
                                       struct str as, struct lanner_err *err)
{
    const struct cql_node *events = cql_arg(call, "events");
    struct plan_sequence window = {.n_rows = 0};

    if (events == NULL)
        return cql_wrong(call->at, err, "slidingWindow() needs the parameter events");
    TRY(cql_count(l, events, 1, 0, &window.n_rows, err));
    if (window.n_rows > EVENTS_MAX)
        return cql_wrong(events->at, err, "slidingWindow() takes 1 to %d events", EVENTS_MAX);
    TRY(read_current(l, call, &window.without_current, err));
    need_order(l, call);
    return add_items(l, call, as, &window, err);
}

enum lanner_rc cql_stage_slidingtimewindow(struct cql_lower *l, const struct cql_node *call,
                                           struct str as, struct lanner_err *err)
{
    const struct cql_node *span = cql_arg(call, "span"), *field = cql_arg(call, "timestampfield");
    struct plan_sequence window = {.time = STR(FIELD_TIME_MS)};

    if (span == NULL)
        return cql_wrong(call->at, err, "slidingTimeWindow() needs the parameter span");
    TRY(cql_span(l, span, &window.span_ms, err));
    TRY(read_current(l, call, &window.without_current, err));
    need_order(l, call);
    if (field != NULL)
        TRY(cql_field_name(l, field, &window.time, err));
    else
        window.time = cql_time_field(l);
    if (window.time.len == 0)
        return cql_wrong(call->at, err,
                         "slidingTimeWindow() needs @timestamp, which the rows do not have here; "
                         "name another field with timestampfield=");
    return add_items(l, call, as, &window, err);
}

/* ---- neighbor ---- */

static enum lanner_rc read_direction(struct cql_lower *l, const struct cql_node *call,
                                     struct plan_sequence *s, struct lanner_err *err)
{
    const struct cql_node *v = cql_arg(call, "direction"), *distance = cql_arg(call, "distance");
    struct str text;

    s->distance = 1;
    if (distance != NULL)
        TRY(cql_count(l, distance, 1, 0, &s->distance, err));
    if (s->distance > DISTANCE_MAX)
        return cql_wrong(distance->at, err, "the distance of neighbor() is 1 to %d", DISTANCE_MAX);
    if (v == NULL)
        return LANNER_OK;
    TRY(cql_text(l, v, &text, err));
    s->succeeding = str_eq_nocase(text, STR("succeeding"));
    if (s->succeeding || str_eq_nocase(text, STR("preceding")))
        return LANNER_OK;
    return cql_wrong(v->at, err, "expected preceding or succeeding, found '%.*s'",
                     (int)MIN(text.len, (size_t)60), text.ptr);
}

enum lanner_rc cql_stage_neighbor(struct cql_lower *l, const struct cql_node *call, struct str as,
                                  struct lanner_err *err)
{
    const struct cql_node *prefix = cql_arg(call, "prefix");
    struct cql_node *list = cql_list_args(l, call, "include");
    struct plan_sequence options = {.distance = 1};
    struct plan_node *n;
    struct str *names, text = STR_NONE;
    size_t n_names;

    (void)as;
    if (list == NULL || list->n_kids == 0)
        return cql_wrong(call->at, err, "neighbor() needs the parameter include");
    TRY(read_direction(l, call, &options, err));
    if (prefix != NULL)
        TRY(cql_text(l, prefix, &text, err));
    TRY(cql_keys(l, list, &names, &n_names, err));
    need_order(l, call);
    n = push_sequence(l, call, SEQUENCE_NEIGHBOR);
    n->u.sequence.distance = options.distance;
    n->u.sequence.succeeding = options.succeeding;
    n->u.sequence.n_include = n_names;
    n->u.sequence.include = ARENA_ARRAY(l->arena, struct plan_rename, n_names);
    for (size_t i = 0; i < n_names; i++) {
        struct str to = names[i];

        if (text.len != 0)
            to = arena_printf(l->arena, "%.*s.%.*s", STR_ARG(text), STR_ARG(names[i]));
        n->u.sequence.include[i] = (struct plan_rename){names[i], to};
    }
    return LANNER_OK;
}

/* ---- Parts: partition, session, series ---- */

/* A pipeline, or a filter, that rows pass or do not. */
static enum lanner_rc read_condition(struct cql_lower *l, const struct cql_node *v,
                                     struct plan_node **out, struct lanner_err *err)
{
    struct cql_pipe sub;

    *out = NULL;
    if (v == NULL)
        return LANNER_OK;
    if (v->kind == CQL_SUBQUERY)
        return cql_lower_sub(l, PIPE_CLAUSE, v->kids->kids, NULL, out, err);
    cql_sub_begin(l, &sub, PIPE_CLAUSE, v->at);
    TRY(cql_lower_filter(l, v, err));
    return cql_sub_end(l, out, err);
}

/* The functions over each part, in the order of the parts. Takes the numbers away again. */
static enum lanner_rc push_parts(struct cql_lower *l, struct span at, struct cql_functions *f,
                                 struct str id, struct lanner_err *err)
{
    const struct aggregate_shape shape = {.missing = KEYS_KEEP};
    struct plan_node *project;

    TRY(cql_push_aggregate(l, at, f, &id, 1, &shape, err));
    project = cql_push(l, NODE_PROJECT, at);
    project->u.project.drop = true;
    project->u.project.n_names = 1;
    project->u.project.names = ARENA_NEW(l->arena, struct plan_rename);
    project->u.project.names[0] = (struct plan_rename){id, id};
    l->pipe->sorted = true;
    return LANNER_OK;
}

enum lanner_rc cql_stage_partition(struct cql_lower *l, const struct cql_node *call, struct str as,
                                   struct lanner_err *err)
{
    const struct cql_node *condition = cql_arg(call, "condition"), *split = cql_arg(call, "split");
    struct cql_node *list = cql_list_args(l, call, "function");
    struct cql_functions f = {.group = NULL};
    struct plan_node *n, *rows;
    struct str text = STR("before"), id = cql_hidden(l);
    enum lanner_rc rc;

    if (list == NULL || list->n_kids == 0 || condition == NULL)
        return cql_wrong(call->at, err, "partition() needs the parameters function and condition");
    if (split != NULL)
        TRY(cql_text(l, split, &text, err));
    if (!str_eq_nocase(text, STR("before")) && !str_eq_nocase(text, STR("after")))
        return cql_wrong(split->at, err, "expected before or after, found '%.*s'",
                         (int)MIN(text.len, (size_t)60), text.ptr);
    need_order(l, call);
    TRY(read_condition(l, condition, &rows, err));
    n = push_sequence(l, call, SEQUENCE_PARTS);
    n->u.sequence.id = id;
    if (str_eq_nocase(text, STR("before")))
        n->u.sequence.begin = rows;
    else
        n->u.sequence.end = rows;
    rc = cql_functions(l, list, &id, 1, as, &f, err);
    if (rc == LANNER_OK)
        rc = push_parts(l, call->at, &f, id, err);
    cql_functions_done(&f);
    return rc;
}

/* Rows by time, and the field they have it in. */
static enum lanner_rc order_by_time(struct cql_lower *l, const struct cql_node *call,
                                    struct str *time, struct lanner_err *err)
{
    *time = cql_time_field(l);
    if (time->len == 0)
        return cql_wrong(call->at, err, "%.*s() needs @timestamp, which the rows do not have here",
                         STR_ARG(call->text));
    push_time_order(l, call->at, *time);
    return LANNER_OK;
}

enum lanner_rc cql_stage_session(struct cql_lower *l, const struct cql_node *call, struct str as,
                                 struct lanner_err *err)
{
    const struct cql_node *pause = cql_arg(call, "maxpause");
    struct cql_node *list = cql_list_args(l, call, "function");
    struct cql_functions f = {.group = NULL};
    struct str time, id = cql_hidden(l);
    struct plan_node *n;
    int64_t pause_ms = PAUSE_DEFAULT_MS;
    enum lanner_rc rc;

    if (pause != NULL)
        TRY(cql_span(l, pause, &pause_ms, err));
    TRY(order_by_time(l, call, &time, err));
    n = push_sequence(l, call, SEQUENCE_PARTS);
    n->u.sequence.id = id;
    n->u.sequence.time = time;
    n->u.sequence.pause_ms = pause_ms;
    rc = cql_functions(l, list, &id, 1, as, &f, err);
    if (rc == LANNER_OK)
        rc = push_parts(l, call->at, &f, id, err);
    cql_functions_done(&f);
    return rc;
}

/* ---- series ---- */

/* A number of KiB, or text with a unit: 1KiB, 512 KB, 2048 bytes. */
static enum lanner_rc read_memory(struct cql_lower *l, const struct cql_node *v, uint64_t *out,
                                  struct lanner_err *err)
{
    static const struct {
        struct str name;
        uint64_t bytes;
    } units[] = {{STR_INIT(""), 1024},      {STR_INIT("b"), 1},       {STR_INIT("byte"), 1},
                 {STR_INIT("bytes"), 1},    {STR_INIT("k"), 1024},    {STR_INIT("kb"), 1024},
                 {STR_INIT("kib"), 1024},   {STR_INIT("m"), 1048576}, {STR_INIT("mb"), 1048576},
                 {STR_INIT("mib"), 1048576}};
    struct str text;
    uint64_t n = 0;
    size_t i = 0;

    *out = MEMORY_DEFAULT;
    if (v == NULL)
        return LANNER_OK;
    TRY(cql_text(l, v, &text, err));
    for (; i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9' && n < UINT32_MAX; i++)
        n = n * 10 + (uint64_t)(text.ptr[i] - '0');
    while (i < text.len && text.ptr[i] == ' ')
        i++;
    for (size_t k = 0; k < ARRAY_LEN(units) && n > 0; k++) {
        if (!str_eq_nocase(units[k].name, str_of(text.ptr + i, text.len - i)))
            continue;
        *out = n * units[k].bytes;
        if (*out <= (uint64_t)MEMORY_MAX_KIB * 1024)
            return LANNER_OK;
    }
    return cql_wrong(v->at, err, "the memlimit of series() is at most %dKiB, found '%.*s'",
                     MEMORY_MAX_KIB, (int)MIN(text.len, (size_t)60), text.ptr);
}

static enum lanner_rc read_series(struct cql_lower *l, const struct cql_node *call,
                                  struct plan_sequence *s, struct lanner_err *err)
{
    const struct cql_node *pause = cql_arg(call, "maxpause");
    const struct cql_node *duration = cql_arg(call, "maxduration");
    const struct cql_node *start = cql_arg(call, "startmatch");

    if (pause != NULL)
        TRY(cql_span(l, pause, &s->pause_ms, err));
    if (duration != NULL)
        TRY(cql_span(l, duration, &s->duration_ms, err));
    TRY(read_memory(l, cql_arg(call, "memlimit"), &s->limit_bytes, err));
    TRY(read_condition(l, start, &s->begin, err));
    TRY(read_condition(l, cql_arg(call, "endmatch"), &s->end, err));
    s->begin_only = start != NULL;
    return LANNER_OK;
}

/* function(time, as=name), unless the series has a field of that name itself. */
static void add_of_time(struct cql_lower *l, struct span at, const char *function, struct str time,
                        const char *name, const struct plan_sequence *s, struct cql_node *list)
{
    struct cql_node *f = cql_make(l, CQL_CALL, at, str_z(function));

    for (size_t i = 0; i < s->n_measured; i++) {
        if (str_eqz(s->measured[i], name))
            return;
    }
    cql_make_arg(l, f, "field", cql_make(l, CQL_STRING, at, time));
    cql_make_arg(l, f, "as", cql_make(l, CQL_STRING, at, str_z(name)));
    cql_add(list, f);
}

/* All values of the fields, in order. */
static enum lanner_rc add_values(struct cql_lower *l, const struct cql_node *call,
                                 const struct plan_sequence *s, struct cql_functions *f,
                                 struct lanner_err *err)
{
    const struct cql_node *separator = cql_arg(call, "separator");
    struct plan_agg item = {.at = call->at, .names = s->measured, .n_names = s->n_measured};
    struct expr **args = ARENA_ARRAY(l->arena, struct expr *, s->n_measured + 1);
    struct str text = STR("\n");

    if (separator != NULL)
        TRY(cql_text(l, separator, &text, err));
    args[0] = expr_const(l->arena, call->at, val_str(text));
    for (size_t i = 0; i < s->n_measured; i++) {
        args[i + 1] = expr_field(l->arena, call->at, s->measured[i]);
        VEC_PUSH(&f->names, s->measured[i]);
    }
    item.call = expr_call(l->arena, call->at, fn_named("series_values"), args, s->n_measured + 1);
    VEC_PUSH(&f->items, item);
    return LANNER_OK;
}

static enum lanner_rc push_series(struct cql_lower *l, const struct cql_node *call,
                                  const struct plan_sequence *s, struct cql_functions *f,
                                  struct lanner_err *err)
{
    struct cql_node *list = cql_make(l, CQL_ARRAY, call->at, STR_NONE);

    add_of_time(l, call->at, "min", s->time, FIELD_TIME_MS, s, list);
    add_of_time(l, call->at, "range", s->time, DURATION_FIELD, s, list);
    TRY(cql_functions(l, list, &s->id, 1, STR_NONE, f, err));
    TRY(add_values(l, call, s, f, err));
    return push_parts(l, call->at, f, s->id, err);
}

enum lanner_rc cql_stage_series(struct cql_lower *l, const struct cql_node *call, struct str as,
                                struct lanner_err *err)
{
    struct plan_sequence s = {.id = cql_hidden(l)};
    struct cql_node *list = cql_list_args(l, call, "collect");
    struct cql_functions f = {.group = NULL};
    struct plan_node *n;
    enum lanner_rc rc;

    (void)as;
    if (list == NULL || list->n_kids == 0)
        return cql_wrong(call->at, err, "series() needs the parameter collect");
    TRY(cql_keys(l, list, &s.measured, &s.n_measured, err));
    TRY(read_series(l, call, &s, err));
    TRY(order_by_time(l, call, &s.time, err));
    n = push_sequence(l, call, SEQUENCE_PARTS);
    s.kind = n->u.sequence.kind;
    s.name = n->u.sequence.name;
    n->u.sequence = s;
    rc = push_series(l, call, &s, &f, err);
    cql_functions_done(&f);
    return rc;
}
