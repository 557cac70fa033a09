/* rows.c - one row of a detection's query to one finding. See findings.h.
 *
 * Columns are looked up by the names that the detection gives; what is not there is left empty.
 * Values come from logs: numbers out of range and times that are none are ignored, texts are cut.
 */
#include <stdlib.h>

#include "detect/findings.h"
#include "detect/instant.h"
#include "util/num.h"
#include "util/yaml.h"

#define MAX_VALUE_BYTES  ((size_t)8192) /* of an entity, key or cell; more is cut */
#define MAX_ROW_CELLS    ((size_t)200)
#define MAX_SAMPLE       ((size_t)100)
#define MAX_SAMPLE_BYTES ((size_t)1024)
#define MAX_TIME_MS      9e15 /* doubles are exact up to there */

/* Columns of events that name what a row is about, where the detection does not say it. */
static const struct {
    enum entity entity;
    const char *names[8];
} event_columns[] = {
    {ENTITY_SOURCE, {"ipAddress", "clientIp", "IpAddress", "sourceip", LANNER_FIELD_SOURCE, NULL}},
    {ENTITY_USER,
     {"userPrincipalName", "TargetUserName", "User", "user", "username", LANNER_FIELD_USER, NULL}},
    {ENTITY_HOST, {"Computer", "DeviceName", "host.name", NULL}},
    {ENTITY_AGENT, {"userAgent", NULL}},
};
/* More that a reader of a finding wants to see of an event. */
static const char *const shown_fields[] = {"@timestamp", "EventID",   "CommandLine",
                                           "Image",      "QueryName", "DestinationHostname",
                                           "url",        "status",    "resultType"};
#define MAX_EVENT_FIELDS (ENTITY_COUNT + 64 + ARRAY_LEN(shown_fields))

bool detection_is_single(const struct detection *d)
{
    return yaml_get(d->tree, "finding") == NULL;
}

static bool names_entities(const struct detection *d)
{
    for (int e = 0; e < ENTITY_COUNT; e++) {
        if (d->entity[e].name[QUERY_AQL].len > 0 || d->entity[e].name[QUERY_CQL].len > 0)
            return true;
    }
    return false;
}

struct field_names {
    const char **names;
    size_t n;
};

static void add_field(struct field_names *f, const char *name)
{
    for (size_t i = 0; i < f->n; i++) {
        if (strcmp(f->names[i], name) == 0)
            return;
    }
    if (f->n < MAX_EVENT_FIELDS)
        f->names[f->n++] = name;
}

void detection_event_fields(const struct detection *d, enum query_language language,
                            const char *const *more, size_t n_more, struct arena *a,
                            const char ***out, size_t *n)
{
    struct field_names f = {.names = ARENA_ARRAY(a, const char *, MAX_EVENT_FIELDS)};

    for (int e = 0; e < ENTITY_COUNT; e++) {
        struct str name = d->entity[e].name[language];

        if (name.len > 0 && memchr(name.ptr, '\0', name.len) == NULL)
            add_field(&f, arena_strz(a, name));
    }
    for (size_t i = 0; !names_entities(d) && i < ARRAY_LEN(event_columns); i++) {
        for (size_t k = 0; event_columns[i].names[k] != NULL; k++)
            add_field(&f, event_columns[i].names[k]);
    }
    for (size_t i = 0; i < ARRAY_LEN(shown_fields); i++)
        add_field(&f, shown_fields[i]);
    for (size_t i = 0; i < n_more; i++)
        add_field(&f, more[i]);
    *out = f.names;
    *n = f.n;
}

static struct str name_str(struct lanner_name n)
{
    return str_of(n.text, n.len);
}

const struct lanner_value *row_value(const struct lanner_row *row, struct str name)
{
    if (name.len == 0)
        return NULL;
    for (size_t i = 0; i < row->n_columns; i++) {
        if (str_eq(name_str(row->columns[i]), name))
            return &row->values[i];
    }
    for (size_t i = 0; i < row->n_open; i++) {
        if (str_eq(name_str(row->open_names[i]), name))
            return &row->open_values[i];
    }
    for (size_t i = 0; i < row->n_columns; i++) {
        if (str_eq_nocase(name_str(row->columns[i]), name))
            return &row->values[i];
    }
    for (size_t i = 0; i < row->n_open; i++) {
        if (str_eq_nocase(name_str(row->open_names[i]), name))
            return &row->open_values[i];
    }
    return NULL;
}

struct str value_print(const struct lanner_value *v, struct arena *a)
{
    char room[NUM_PRINT_MAX];

    switch (v->kind) {
    case LANNER_TEXT:
        return str_of(v->text, v->len);
    case LANNER_LONG:
        return arena_str(a, str_of(room, num_print_long(room, v->integer)));
    case LANNER_DOUBLE:
        return arena_str(a, str_of(room, num_print_double(room, v->real)));
    case LANNER_BOOL:
        return v->integer != 0 ? STR("true") : STR("false");
    default:
        return STR("");
    }
}

/* Far times are none: sums with spans must not run over. */
static int64_t time_or_none(double ms)
{
    return ms > -MAX_TIME_MS && ms < MAX_TIME_MS ? (int64_t)ms : LANNER_TIME_OPEN;
}

int64_t value_time_ms(const struct lanner_value *v)
{
    struct str text;
    int64_t ms;
    double real;

    switch (v->kind) {
    case LANNER_LONG:
        return time_or_none((double)v->integer);
    case LANNER_DOUBLE:
        return time_or_none(v->real);
    case LANNER_TEXT:
        text = str_trim(str_of(v->text, v->len));
        if (num_parse_double(text, &real))
            return time_or_none(real);
        return instant_parse(text, &ms) ? time_or_none((double)ms) : LANNER_TIME_OPEN;
    default:
        return LANNER_TIME_OPEN;
    }
}

static bool value_number(const struct lanner_value *v, double *out)
{
    if (v == NULL)
        return false;
    if (v->kind == LANNER_LONG)
        *out = (double)v->integer;
    else if (v->kind == LANNER_DOUBLE)
        *out = v->real;
    else if (v->kind != LANNER_TEXT || !num_parse_double(str_trim(str_of(v->text, v->len)), out))
        return false;
    return true;
}

static uint64_t value_count(const struct lanner_value *v)
{
    double n;

    return value_number(v, &n) && n > 0 && n < 1e18 ? (uint64_t)n : 0;
}

static struct str copy_value(const struct lanner_value *v, size_t limit, struct arena *a)
{
    struct str s = v != NULL ? value_print(v, a) : STR("");

    s.len = MIN(s.len, limit);
    return arena_str(a, s);
}

static int64_t column_time(const struct lanner_row *row, const struct column_names *c,
                           enum query_language l)
{
    const struct lanner_value *v = row_value(row, c->name[l]);

    return v != NULL ? value_time_ms(v) : LANNER_TIME_OPEN;
}

static int64_t event_time(const struct lanner_row *row)
{
    static const char *const names[] = {"@timestamp", "starttime", "starttime_ms"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        const struct lanner_value *v = row_value(row, str_z(names[i]));

        if (v != NULL && value_time_ms(v) != LANNER_TIME_OPEN)
            return value_time_ms(v);
    }
    return LANNER_TIME_OPEN;
}

static void read_times(const struct detection *d, enum query_language l,
                       const struct lanner_row *row, struct finding *f)
{
    f->window_start_ms = column_time(row, &d->window_start, l);
    f->first_ms = column_time(row, &d->first_seen, l);
    f->last_ms = column_time(row, &d->last_seen, l);
    if (f->first_ms == LANNER_TIME_OPEN && f->last_ms != LANNER_TIME_OPEN)
        f->first_ms = f->last_ms;
    if (f->first_ms == LANNER_TIME_OPEN && f->window_start_ms != LANNER_TIME_OPEN) {
        f->first_ms = f->window_start_ms;
        f->last_ms = f->window_start_ms + MAX(d->window_ms, 1) - 1;
    }
    if (f->first_ms == LANNER_TIME_OPEN)
        f->first_ms = event_time(row);
    if (f->last_ms == LANNER_TIME_OPEN || f->last_ms < f->first_ms)
        f->last_ms = f->first_ms;
}

static void guess_entities(const struct lanner_row *row, struct arena *a, struct finding *f)
{
    for (size_t i = 0; i < ARRAY_LEN(event_columns); i++) {
        struct str *to = &f->entity[event_columns[i].entity];

        for (size_t k = 0; event_columns[i].names[k] != NULL && to->len == 0; k++)
            *to = copy_value(row_value(row, str_z(event_columns[i].names[k])), MAX_VALUE_BYTES, a);
    }
}

static void read_key(const struct detection *d, enum query_language l, const struct lanner_row *row,
                     struct arena *a, struct finding *f)
{
    bool guess = d->n_key == 0;

    f->n_keys = guess ? ARRAY_LEN(event_columns) : d->n_key;
    f->keys = ARENA_ARRAY(a, struct cell, f->n_keys);
    for (size_t i = 0; i < f->n_keys; i++) {
        struct cell *c = &f->keys[i];

        if (guess) {
            c->name = str_z(entity_name(event_columns[i].entity));
            c->value = f->entity[event_columns[i].entity];
        } else {
            c->name = d->key[i].name[l];
            c->value = copy_value(row_value(row, c->name), MAX_VALUE_BYTES, a);
        }
    }
}

static void read_entities(const struct detection *d, enum query_language l,
                          const struct lanner_row *row, struct arena *a, struct finding *f)
{
    for (int e = 0; e < ENTITY_COUNT; e++) {
        f->entity[e] = STR("");
        if (d->entity[e].name[l].len > 0)
            f->entity[e] = copy_value(row_value(row, d->entity[e].name[l]), MAX_VALUE_BYTES, a);
    }
    if (!names_entities(d))
        guess_entities(row, a, f);
}

static void read_numbers(const struct detection *d, enum query_language l,
                         const struct lanner_row *row, struct finding *f)
{
    double rate;

    f->n_users = value_count(row_value(row, d->users.name[l]));
    f->n_events = value_count(row_value(row, d->events.name[l]));
    if (detection_is_single(d) && f->n_events == 0)
        f->n_events = 1;
    if (!value_number(row_value(row, d->value.name[l]), &f->value))
        f->value = f->n_users > 0 ? (double)f->n_users : (double)f->n_events;
    if (value_number(row_value(row, d->rate.name[l]), &rate) && rate >= 0)
        f->rate_per_min = rate;
}

/* ---- The sample of users --------------------------------------------------------------------- */

struct sampler {
    struct arena *arena;
    VEC(struct str) items;
};

static void sample_add(struct sampler *s, struct str text)
{
    text = str_trim(text);
    text.len = MIN(text.len, MAX_SAMPLE_BYTES);
    if (text.len == 0 || s->items.n == MAX_SAMPLE)
        return;
    for (size_t i = 0; i < s->items.n; i++) {
        if (str_eq(s->items.items[i], text))
            return;
    }
    VEC_PUSH(&s->items, arena_str(s->arena, text));
}

static void sample_add_lines(struct sampler *s, struct str text)
{
    while (text.len > 0) {
        size_t end = str_find_char(text, '\n');
        struct str line = str_of(text.ptr, end != SIZE_MAX ? end : text.len);

        sample_add(s, line);
        text = end != SIZE_MAX ? str_of(text.ptr + end + 1, text.len - end - 1) : STR("");
    }
}

/* Is it name[0], name[1], ...: an element of an array? */
static bool is_element(struct str column, struct str name)
{
    return column.len > name.len + 2 && str_starts(column, name) && column.ptr[name.len] == '[' &&
           column.ptr[column.len - 1] == ']';
}

static void read_sample(const struct lanner_row *row, struct str name, struct arena *a,
                        struct finding *f)
{
    struct sampler s = {.arena = a};
    const struct lanner_value *v = row_value(row, name);

    if (name.len == 0)
        return;
    if (v != NULL)
        sample_add_lines(&s, value_print(v, a));
    for (size_t i = 0; i < row->n_columns; i++) {
        if (is_element(name_str(row->columns[i]), name))
            sample_add(&s, value_print(&row->values[i], a));
    }
    for (size_t i = 0; i < row->n_open; i++) {
        if (is_element(name_str(row->open_names[i]), name))
            sample_add(&s, value_print(&row->open_values[i], a));
    }
    f->sample = ARENA_ARRAY(a, struct str, s.items.n);
    f->n_sample = s.items.n;
    if (s.items.n > 0)
        memcpy(f->sample, s.items.items, s.items.n * sizeof(*f->sample));
    VEC_DONE(&s.items);
}

/* ---- Verdicts -------------------------------------------------------------------------------- */

static bool threshold_of(const struct detection *d, struct str at_least, const char *const *set,
                         size_t n_set, double *out)
{
    if (num_parse_double(at_least, out))
        return true;
    if (at_least.len > 0 && at_least.ptr[0] == '?')
        at_least = str_of(at_least.ptr + 1, at_least.len - 1);
    for (size_t i = 0; i < d->n_parameters; i++) {
        if (str_eq(d->parameters[i].name, at_least))
            return num_parse_double(str_trim(parameter_value(d, &d->parameters[i], set, n_set)),
                                    out);
    }
    return false;
}

static bool verdict_holds(const struct finding *f, const struct verdict *v, enum query_language l,
                          const struct lanner_row *row, const char *const *set, size_t n_set,
                          struct arena *a)
{
    double least;

    if (v->is.ptr != NULL) {
        const struct lanner_value *value = row_value(row, v->column.name[l]);

        if (value == NULL || !str_eq(str_trim(value_print(value, a)), v->is))
            return false;
    }
    return v->at_least.ptr == NULL ||
           (threshold_of(f->detection, v->at_least, set, n_set, &least) && f->value >= least);
}

static void read_verdict(struct finding *f, enum query_language l, const struct lanner_row *row,
                         const char *const *set, size_t n_set, struct arena *a)
{
    const struct detection *d = f->detection;

    f->severity = d->severity;
    f->verdict = STR("");
    for (size_t i = 0; i < d->n_verdicts; i++) {
        if (!verdict_holds(f, &d->verdicts[i], l, row, set, n_set, a))
            continue;
        f->verdict = d->verdicts[i].verdict; /* the pack's */
        f->severity = d->verdicts[i].severity;
        return;
    }
}

/* ---- Whole rows ------------------------------------------------------------------------------ */

void found_read(const struct detection *d, enum query_language language,
                const struct lanner_row *row, const char *const *set, size_t n_set, struct arena *a,
                struct finding *out)
{
    *out = (struct finding){.detection = d, .n_merged = 1};
    out->found_by[language] = true;
    read_times(d, language, row, out);
    read_entities(d, language, row, a, out);
    read_key(d, language, row, a, out);
    read_numbers(d, language, row, out);
    read_sample(row, d->sample.name[language], a, out);
    read_verdict(out, language, row, set, n_set, a);
}

static void keep_row(struct finding *f, const struct lanner_row *row, struct arena *a)
{
    size_t n_columns = MIN(row->n_columns, MAX_ROW_CELLS);
    size_t n_open = MIN(row->n_open, MAX_ROW_CELLS - n_columns);

    f->row = ARENA_ARRAY(a, struct cell, n_columns + n_open);
    for (size_t i = 0; i < n_columns + n_open; i++) {
        bool open = i >= n_columns;
        const struct lanner_value *v = open ? &row->open_values[i - n_columns] : &row->values[i];
        struct str name = name_str(open ? row->open_names[i - n_columns] : row->columns[i]);

        if (v->kind <= LANNER_NULL || (name.len > 0 && name.ptr[0] == '\x01'))
            continue; /* nothing there, or a name that is ours alone */
        name.len = MIN(name.len, MAX_VALUE_BYTES);
        f->row[f->n_row].name = arena_str(a, name);
        f->row[f->n_row++].value = copy_value(v, MAX_VALUE_BYTES, a);
    }
}

void found_keep(struct finding *f, const struct lanner_row *row, struct arena *a)
{
    struct cell *keys = ARENA_ARRAY(a, struct cell, f->n_keys);
    struct str *sample = ARENA_ARRAY(a, struct str, f->n_sample);

    for (size_t i = 0; i < f->n_keys; i++) {
        keys[i].name = f->keys[i].name; /* the pack's */
        keys[i].value = arena_str(a, f->keys[i].value);
    }
    for (size_t i = 0; i < f->n_sample; i++)
        sample[i] = arena_str(a, f->sample[i]);
    for (int e = 0; e < ENTITY_COUNT; e++)
        f->entity[e] = arena_str(a, f->entity[e]);
    f->keys = keys;
    f->sample = sample;
    if (row != NULL)
        keep_row(f, row, a);
}
