/* profile.c - see profile.h. */
#include "detect/profile.h"

#include <math.h>
#include <stdlib.h>

#include "detect/instant.h"
#include "detect/seen.h"
#include "detect/statistics.h"
#include "util/civil.h"
#include "util/num.h"

#define HOUR_MS    INT64_C(3600000)
#define MAX_TEXTS  ((size_t)10000) /* distinct agents and applications that are counted */
#define NAME_BYTES ((size_t)256)   /* of a name, for its place in the alphabet */

/* A user's number in the set: what became of the user, and the last hour counted (plus one). */
enum { USER_FAILED = 1, USER_SUCCEEDED = 2, USER_HOUR_SHIFT = 2 };

struct profile_builder {
    uint64_t n_events, n_failed, n_succeeded;
    struct seen users, agents, applications;
    VEC(struct hour) hours;
    struct sample gaps;
    int64_t last_ms;       /* of the event before; LANNER_TIME_OPEN: none yet */
    char name[NAME_BYTES]; /* the newest new user, folded */
    size_t name_len;
    uint64_t n_pairs, n_ordered; /* of neighbouring new users */
};

const char *const profile_fields[PROFILE_N_FIELDS] = {
    "@timestamp",      LANNER_FIELD_SOURCE,      LANNER_FIELD_USER, "userAgent", "appDisplayName",
    "appId",           "autonomousSystemNumber", "resultType",      "status",    "EventID",
    LANNER_FIELD_ENTRY};

/* A value as text; numbers are printed into the room, which does not move while `out` is read. */
static struct str value_text(const struct lanner_value *v, struct buf *room)
{
    char digits[NUM_PRINT_MAX];
    size_t at = room->len;

    if (v->kind == LANNER_TEXT)
        return str_trim(str_of(v->text, v->len));
    if (v->kind == LANNER_LONG)
        buf_put(room, digits, num_print_long(digits, v->integer));
    else if (v->kind == LANNER_DOUBLE)
        buf_put(room, digits, num_print_double(digits, v->real));
    return str_of(room->ptr + at, room->len - at);
}

static int64_t value_time(const struct lanner_value *v, struct str text)
{
    int64_t ms;

    if (v->kind == LANNER_LONG)
        return v->integer;
    if (v->kind == LANNER_DOUBLE && fabs(v->real) < 9e15)
        return (int64_t)v->real;
    if (v->kind == LANNER_TEXT && (num_parse_long(text, &ms) || instant_parse(text, &ms)))
        return ms;
    return LANNER_TIME_OPEN;
}

/* Sign-ins have a code, Windows events their id, requests a status. */
static void read_outcome(struct profile_event *e, struct str status, struct str event_id)
{
    int64_t n;

    if (e->code.len > 0) {
        e->succeeded = str_eqz(e->code, "0");
        e->failed = !e->succeeded;
    } else if (event_id.len > 0) {
        e->succeeded = str_eqz(event_id, "4624");
        e->failed = str_eqz(event_id, "4625");
        e->code = event_id;
    } else if (num_parse_long(status, &n)) {
        e->succeeded = n >= 200 && n < 400;
        e->failed = n >= 400;
        e->code = status;
    }
}

void profile_event_read(const struct lanner_row *row, struct buf *room, struct profile_event *out)
{
    static const struct lanner_value absent = {.kind = LANNER_ABSENT};
    const struct lanner_value *v[PROFILE_N_FIELDS];
    struct str text[PROFILE_N_FIELDS];

    buf_clear(room);
    buf_reserve(room, PROFILE_N_FIELDS * NUM_PRINT_MAX);
    for (size_t i = 0; i < PROFILE_N_FIELDS; i++) {
        v[i] = i < row->n_columns ? &row->values[i] : &absent;
        text[i] = value_text(v[i], room);
    }
    *out = (struct profile_event){
        .time_ms = value_time(v[0], text[0]),
        .source = text[1],
        .user = text[2],
        .agent = text[3],
        .application = text[4],
        .application_id = text[5],
        .asn = text[6],
        .code = text[7],
        .entry = -1,
    };
    read_outcome(out, text[8], text[9]);
    if (text[10].len > 0 && !num_parse_long(text[10], &out->entry))
        out->entry = -1;
}

struct profile_builder *profile_builder_new(void)
{
    struct profile_builder *p = xcalloc(1, sizeof(*p));

    p->last_ms = LANNER_TIME_OPEN;
    return p;
}

void profile_builder_free(struct profile_builder *p)
{
    if (p == NULL)
        return;
    seen_text_done(&p->users);
    seen_text_done(&p->agents);
    seen_text_done(&p->applications);
    VEC_DONE(&p->hours);
    sample_done(&p->gaps);
    free(p);
}

/* A name that was not seen before, in its place among the others. */
static void put_new_name(struct profile_builder *p, struct str user)
{
    char folded[NAME_BYTES];
    size_t n = MIN(user.len, sizeof(folded));

    for (size_t i = 0; i < n; i++)
        folded[i] = ascii_lower(user.ptr[i]);
    if (p->users.n > 1) {
        p->n_pairs++;
        p->n_ordered += str_cmp(str_of(p->name, p->name_len), str_of(folded, n)) <= 0;
    }
    memcpy(p->name, folded, n);
    p->name_len = n;
}

/* The hour of an event; hours between are made. NULL without a time or past the bound. */
static struct hour *hour_of(struct profile_builder *p, int64_t time_ms)
{
    int64_t start;
    size_t i;

    if (time_ms == LANNER_TIME_OPEN)
        return NULL;
    start = floor_div(time_ms, HOUR_MS) * HOUR_MS;
    if (p->hours.n == 0)
        VEC_PUSH(&p->hours, ((struct hour){.start_ms = start}));
    if (start < p->hours.items[0].start_ms ||
        (start - p->hours.items[0].start_ms) / HOUR_MS >= (int64_t)PROFILE_MAX_HOURS)
        return NULL;
    i = (size_t)((start - p->hours.items[0].start_ms) / HOUR_MS);
    while (p->hours.n <= i) {
        struct hour next = {.start_ms = p->hours.items[0].start_ms + (int64_t)p->hours.n * HOUR_MS};

        VEC_PUSH(&p->hours, next);
    }
    return &p->hours.items[i];
}

static void put_user(struct profile_builder *p, const struct profile_event *e, struct hour *hour)
{
    bool is_new;
    uint64_t *number;

    if (e->user.len == 0)
        return;
    number = seen_put(&p->users, e->user, PROFILE_MAX_USERS, &is_new);
    if (number == NULL)
        return;
    if (is_new)
        put_new_name(p, e->user);
    if (e->failed && (*number & USER_FAILED) == 0) {
        *number |= USER_FAILED;
        p->n_failed++;
    }
    if (e->succeeded && (*number & USER_SUCCEEDED) == 0) {
        *number |= USER_SUCCEEDED;
        p->n_succeeded++;
    }
    if (hour != NULL) {
        uint64_t mark = (uint64_t)(hour - p->hours.items) + 1;

        if (*number >> USER_HOUR_SHIFT != mark) {
            *number = mark << USER_HOUR_SHIFT | (*number & (USER_FAILED | USER_SUCCEEDED));
            hour->n_users++;
        }
    }
}

void profile_on_event(struct profile_builder *p, const struct profile_event *e)
{
    struct hour *hour = hour_of(p, e->time_ms);
    struct str application = e->application.len > 0 ? e->application : e->application_id;
    bool is_new;

    p->n_events++;
    if (hour != NULL)
        hour->n_events++;
    put_user(p, e, hour);
    if (e->agent.len > 0)
        (void)seen_put(&p->agents, e->agent, MAX_TEXTS, &is_new);
    if (application.len > 0)
        (void)seen_put(&p->applications, application, MAX_TEXTS, &is_new);
    if (e->time_ms != LANNER_TIME_OPEN) {
        if (p->last_ms != LANNER_TIME_OPEN && e->time_ms >= p->last_ms)
            sample_put(&p->gaps, (double)(e->time_ms - p->last_ms) / 1000.0);
        p->last_ms = e->time_ms;
    }
}

void profile_fill(const struct profile_builder *p, struct arena *a, struct profile **out)
{
    struct profile *f = ARENA_NEW(a, struct profile);

    f->n_events = p->n_events;
    f->n_users = p->users.n;
    f->n_failed_users = p->n_failed;
    f->n_success_users = p->n_succeeded;
    if (f->n_users > 0) {
        f->success_share = (double)f->n_success_users / (double)f->n_users;
        f->events_per_user = (double)f->n_events / (double)f->n_users;
    }
    f->gap_median_s = sample_median(&p->gaps);
    f->gap_variation = sample_variation(&p->gaps);
    if (p->n_pairs > 0)
        f->ordered_share = (double)p->n_ordered / (double)p->n_pairs;
    f->n_agents = p->agents.n;
    f->n_applications = p->applications.n;
    f->n_hours = p->hours.n;
    f->hours = ARENA_ARRAY(a, struct hour, p->hours.n);
    if (p->hours.n > 0)
        memcpy(f->hours, p->hours.items, p->hours.n * sizeof(*f->hours));
    *out = f;
}
