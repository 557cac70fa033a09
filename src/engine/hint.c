/* hint.c - a query that found nothing: does its interval, or its filter on a tag (AQL: on the log
 * source type or the category), leave out every event there is?
 *
 * The inputs are looked at a second time, for a moment only: what is said here helps, and must not
 * cost what the query cost. What was not seen to the end is said to be a sample. */
#include <inttypes.h>
#include <stdlib.h>

#include "engine/look.h"
#include "engine/payload.h"
#include "util/civil.h"

#define HINT_TAGS   8
#define HINT_VALUES 10

/* A filter that reads one tag and nothing else. */
struct tag_filter {
    const struct expr *expr;
    const struct program *program; /* arena */
    struct str tag;
    uint32_t col;
    bool passed; /* by some event */
    struct str values[HINT_VALUES];
    size_t n_values;
    bool more_values, missing;
};

struct hint {
    struct arena arena;
    const struct plan_scan *spec;
    struct tag_filter tags[HINT_TAGS];
    size_t n_tags;
    uint32_t time_col;
    uint64_t n_events, n_inside;
    int64_t oldest_ms, newest_ms; /* INT64_MAX, INT64_MIN: no event has a time */
};

static bool has_interval(const struct plan_scan *spec)
{
    return spec->from_ns != TIME_NONE || spec->to_ns != TIME_NONE;
}

/* ---- filters on one tag ---- */

#define TYPE_FIELD     FIELD_QRADAR_PREFIX "devicetype"
#define CATEGORY_FIELD FIELD_QRADAR_PREFIX "category"

static bool is_tag(struct str field)
{
    return (field.len > 1 && *field.ptr == '#') || str_eqz(field, TYPE_FIELD) ||
           str_eqz(field, CATEGORY_FIELD);
}

/* What a language calls it. */
static struct str tag_name(struct str field)
{
    size_t prefix = strlen(FIELD_QRADAR_PREFIX);

    return str_starts(field, STR(FIELD_QRADAR_PREFIX))
               ? str_of(field.ptr + prefix, field.len - prefix)
               : field;
}

/* The name that an id stands for, or NULL. */
static const char *id_name(struct str field, const struct val *v)
{
    struct val id = val_to_num(v);

    if (id.kind != KIND_LONG)
        return NULL;
    if (str_eqz(field, TYPE_FIELD))
        return qradar_type_usual_name(id.u.i);
    return str_eqz(field, CATEGORY_FIELD) ? qradar_category_name(id.u.i) : NULL;
}

struct shape {
    struct str field;
    bool other; /* reads a second field, or something that is no field */
};

static void look_at(void *ctx, struct expr *e)
{
    struct shape *s = ctx;

    if (e->kind == EXPR_FIELD) {
        s->other |= s->field.ptr != NULL && !str_eq(s->field, e->name);
        s->field = e->name;
    } else if (e->kind == EXPR_CALL) {
        s->other |= e->fn->impure || e->fn->reads_open || e->fn->writes_open;
    }
}

static enum lanner_rc add_tag_filters(struct hint *h, const struct schema *schema,
                                      struct lanner_err *err)
{
    for (size_t i = 0; i < h->spec->n_filters && h->n_tags < HINT_TAGS; i++) {
        struct expr *e = h->spec->filters[i];
        struct tag_filter *t = &h->tags[h->n_tags];
        struct shape s = {.field = {NULL, 0}};
        const struct schema_field *f;

        expr_walk(e, look_at, &s);
        if (s.other || s.field.ptr == NULL || !is_tag(s.field))
            continue;
        f = schema_find(schema, s.field);
        if (f == NULL || !f->from_record)
            continue;
        TRY(program_new(&h->arena, e, schema, &t->program, err));
        t->expr = e;
        t->tag = s.field;
        t->col = f->col;
        h->n_tags++;
    }
    return LANNER_OK;
}

/* ---- looking ---- */

static void note_value(struct hint *h, struct tag_filter *t, const struct val *v)
{
    char room[VAL_PRINT_MAX];
    const char *name = id_name(t->tag, v);
    struct str text = name != NULL ? str_z(name) : val_print(v, room);

    if (val_is_null(v)) {
        t->missing = true;
        return;
    }
    for (size_t i = 0; i < t->n_values; i++) {
        if (str_eq(t->values[i], text))
            return;
    }
    if (t->n_values == HINT_VALUES)
        t->more_values = true;
    else
        t->values[t->n_values++] = arena_str(&h->arena, text);
}

static void note_time(struct hint *h, const struct val *v)
{
    int64_t ns;

    if (v->kind != KIND_LONG)
        return;
    h->oldest_ms = MIN(h->oldest_ms, v->u.i);
    h->newest_ms = MAX(h->newest_ms, v->u.i);
    ns = v->u.i * NS_PER_MS;
    /* Times are cut to milliseconds here: one at the border counts as inside. */
    if ((h->spec->from_ns == TIME_NONE || ns + NS_PER_MS > h->spec->from_ns) &&
        (h->spec->to_ns == TIME_NONE || ns <= h->spec->to_ns))
        h->n_inside++;
}

static bool nothing_to_say(const struct hint *h)
{
    for (size_t i = 0; i < h->n_tags; i++) {
        if (!h->tags[i].passed)
            return false;
    }
    return !has_interval(h->spec) || h->n_inside > 0;
}

static enum lanner_rc take_batch(void *ctx, struct batch *b, struct eval *ev, bool *enough,
                                 struct lanner_err *err)
{
    struct hint *h = ctx;

    for (size_t k = 0; k < h->n_tags; k++) {
        struct tag_filter *t = &h->tags[k];
        struct sel sel = sel_copy(&b->sel, b->arena);

        SEL_FOR (&b->sel, i) {
            note_value(h, t, column_at(&b->cols[t->col], i));
        }
        if (t->passed)
            continue;
        TRY(program_select(t->program, ev, b, &sel, err));
        t->passed = sel.n > 0;
    }
    SEL_FOR (&b->sel, i) {
        note_time(h, column_at(&b->cols[h->time_col], i));
    }
    *enough = nothing_to_say(h);
    return LANNER_OK;
}

/* ---- saying ---- */

static void put_time(struct buf *out, int64_t ms)
{
    int64_t seconds = ms / MS_PER_S - (ms % MS_PER_S < 0);
    struct civil c;

    civil_from_seconds(seconds, &c);
    buf_printf(out, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", (int)c.year, (int)c.month, (int)c.day,
               (int)c.hour, (int)c.minute, (int)c.second, (int)(ms - seconds * MS_PER_S));
}

static void put_how_many(struct buf *out, const struct hint *h, bool all)
{
    if (all)
        buf_puts(out, "no event of the inputs");
    else
        buf_printf(out, "none of the %" PRIu64 " events looked at", h->n_events);
}

static void say_interval(const struct hint *h, bool all, struct buf *out)
{
    put_how_many(out, h, all);
    buf_puts(out, " lies in the interval");
    if (h->spec->from_ns != TIME_NONE) {
        buf_puts(out, " from ");
        put_time(out, h->spec->from_ns / NS_PER_MS);
    }
    if (h->spec->to_ns != TIME_NONE) {
        buf_puts(out, " to ");
        put_time(out, h->spec->to_ns / NS_PER_MS);
    }
    buf_puts(out, ": they lie from ");
    put_time(out, h->oldest_ms);
    buf_puts(out, " to ");
    put_time(out, h->newest_ms);
}

static int compare_values(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

static void say_tag(const struct hint *h, struct tag_filter *t, bool all, struct buf *out)
{
    /* Workers find them in any order. */
    qsort(t->values, t->n_values, sizeof(*t->values), compare_values);
    put_how_many(out, h, all);
    buf_printf(out, " passes this filter: %.*s is", STR_ARG(tag_name(t->tag)));
    for (size_t i = 0; i < t->n_values; i++)
        buf_printf(out, "%s \"%.*s\"", i > 0 ? "," : "", (int)MIN(t->values[i].len, (size_t)80),
                   t->values[i].ptr);
    if (t->more_values)
        buf_puts(out, " and others");
    if (t->missing)
        buf_puts(out, t->n_values > 0 ? ", or missing" : " missing");
}

/* False: nothing of this is the reason. */
static bool say(struct hint *h, bool all, struct notes *notes)
{
    struct buf text = {0};
    bool said = false;

    if (has_interval(h->spec) && h->oldest_ms <= h->newest_ms && h->n_inside == 0) {
        say_interval(h, all, &text);
        buf_putc(&text, '\0');
        notes_add(notes, LANNER_NOTE_WARNING, (struct span){0, 0}, text.ptr);
        said = true;
    }
    for (size_t i = 0; i < h->n_tags; i++) {
        if (h->tags[i].passed)
            continue;
        buf_clear(&text);
        say_tag(h, &h->tags[i], all, &text);
        buf_putc(&text, '\0');
        notes_add(notes, LANNER_NOTE_WARNING, h->tags[i].expr->at, text.ptr);
        said = true;
    }
    buf_done(&text);
    return said;
}

void hint_nothing_found(struct lanner_session *s, const struct plan *p,
                        const struct scan_fields *fields, struct notes *notes)
{
    const struct plan_node *leaf = leaf_of(p);
    struct hint h = {.oldest_ms = INT64_MAX, .newest_ms = INT64_MIN};
    struct look look = {.names = fields->names,
                        .n = fields->n,
                        .max_events = LOOK_MAX_EVENTS,
                        .max_ns = look_time_after(s),
                        .take = take_batch,
                        .ctx = &h};
    struct lanner_err err = {0};
    bool said = false;
    bool all;

    if (leaf->kind != NODE_SCAN || s->on_note == NULL || s->cancel != 0)
        return;
    h.spec = &leaf->u.scan;
    h.time_col = (uint32_t)fields->n;
    arena_init(&h.arena, 4096);
    if (add_tag_filters(&h, leaf->schema, &err) == LANNER_OK &&
        (h.n_tags > 0 || has_interval(h.spec))) {
        all = look_run(s, &look);
        h.n_events = look.n_events;
        if (h.n_events > 0)
            said = say(&h, all, notes);
    }
    arena_done(&h.arena);
    if (!said)
        payload_hint(s, p, fields, notes);
}
