/* behind.c - the second pass: the events behind the findings, and all events of their sources.
 *
 * For each detection with findings its query is asked for its events, narrowed to what the findings
 * are about and to their times; an event then belongs to every finding it fits. Bounded: evidence
 * and profiles are made for the findings that come first. */
#include <stdlib.h>

#include "detect/profile.h"
#include "detect/run.h"
#include "util/ip.h"

/* Findings, in their order, that get evidence and a profile. */
#define MAX_DETAILED ((size_t)2000)
/* Findings that get a profile where tuning needs it. */
#define MAX_PROFILED ((size_t)20000)
/* Values of one condition; with more the events are not narrowed by it. */
#define MAX_VALUES ((size_t)10000)
/* Of one record; it is cut. */
#define MAX_RAW_BYTES ((size_t)32768)
/* Of all texts of the result; no record is kept past it. */
#define MAX_RESULT_BYTES ((size_t)512 * 1024 * 1024)
/* Texts of results print seconds: their last event lies within the one that is named. */
#define SECOND_SLACK_MS INT64_C(999)

#define NO_FINDING SIZE_MAX

/* What the second pass knows of one finding. */
struct detail {
    struct profile_builder *profile; /* owned; NULL: none wanted */
    struct evidence *evidence;       /* result's arena */
    size_t n_evidence, cap_evidence;
    size_t next; /* the next finding of the group with the same source */
};

/* The findings of one detection that one query is asked about. */
struct group {
    struct run *run;
    struct detail *details; /* of all findings, by their place in the result */
    struct buf *room;
    size_t chosen;
    enum query_language language;
    VEC(size_t) findings;
    struct strmap sources; /* canonical source -> first finding; others follow by `next` */
    VEC(size_t) without;   /* findings without a source of their own */
    const char **fields;   /* run's arena: of profiles, the record, then those of the key */
    size_t n_fields;
    size_t *key_at; /* run's arena: of each key column its place in the fields; 0: none */
    bool *key_seen; /* run's arena: some event has that column */
    bool by_source; /* all events of the sources are asked for as well */
};

static bool wants_profile(const struct run *r, size_t i)
{
    if (tuning_wants_profile(r->tuning))
        return i < MAX_PROFILED;
    return r->options->profile && i < MAX_DETAILED;
}

/* ---- Which event belongs to which finding ---------------------------------------------------- */

static bool same_text(struct str a, struct str b)
{
    struct buf x = {0};
    struct buf y = {0};
    bool same;

    if (str_eq_nocase(a, b))
        return true;
    identity_put(&x, a);
    identity_put(&y, b);
    same = str_eq(buf_str(&x), buf_str(&y));
    buf_done(&x);
    buf_done(&y);
    return same;
}

static bool in_time(const struct finding *f, int64_t time_ms)
{
    int64_t last = f->last_ms;

    if (f->first_ms == LANNER_TIME_OPEN || time_ms == LANNER_TIME_OPEN)
        return true;
    if (last % MS_PER_S == 0 && last < INT64_MAX - SECOND_SLACK_MS)
        last += SECOND_SLACK_MS;
    return time_ms >= f->first_ms && time_ms <= last;
}

static bool in_network(struct str network, struct str source)
{
    struct ip_net net;
    uint8_t ip[16];

    /* What is no network or no address was narrowed by nothing, and is not judged here either. */
    return !ip_net_parse(network, &net) || !ip_parse(str_trim(source), ip) || ip_net_has(&net, ip);
}

/* An entity that the finding has and the event names must be the same. */
static bool fits(struct str wanted, struct str found)
{
    return wanted.len == 0 || found.len == 0 || same_text(wanted, found);
}

static bool fits_source(const struct finding *f, const struct profile_event *e)
{
    if (f->entity[ENTITY_NETWORK].len > 0 && !in_network(f->entity[ENTITY_NETWORK], e->source))
        return false;
    return fits(f->entity[ENTITY_SOURCE], e->source);
}

static bool fits_entities(const struct finding *f, const struct profile_event *e)
{
    if (!fits_source(f, e) || !fits(f->entity[ENTITY_USER], e->user) ||
        !fits(f->entity[ENTITY_AGENT], e->agent) || !fits(f->entity[ENTITY_ASN], e->asn))
        return false;
    return fits(f->entity[ENTITY_APPLICATION], e->application) ||
           fits(f->entity[ENTITY_APPLICATION], e->application_id);
}

/* Columns of the key that the events have too, before they are grouped, must be the same. One that
 * no event has is made behind the grouping and says nothing. */
static bool fits_key(struct group *g, const struct finding *f, const struct lanner_row *row)
{
    /* Without a declared key the finding's is made of its entities, which are compared already. */
    size_t n = g->key_at != NULL ? MIN(f->n_keys, f->detection->n_key) : 0;

    for (size_t i = 0; i < n; i++) {
        const struct lanner_value *v = &row->values[g->key_at[i]];
        struct arena *a = &g->run->scratch;

        if (g->key_at[i] == 0 || (v->kind <= LANNER_NULL && !g->key_seen[i]))
            continue;
        g->key_seen[i] = true;
        arena_reset(a);
        if (!same_text(f->keys[i].value, value_print(v, a)))
            return false;
    }
    return true;
}

/* ---- Events ---------------------------------------------------------------------------------- */

static struct str keep_text(struct run *r, struct str s, size_t limit)
{
    s.len = MIN(s.len, limit);
    return arena_str(&r->result->arena, s);
}

static void add_evidence(struct group *g, struct detail *d, const struct profile_event *e,
                         const struct lanner_value *raw)
{
    struct run *r = g->run;
    struct arena *a = &r->result->arena;
    struct evidence *to;

    if (d->n_evidence == d->cap_evidence || a->n_bytes > MAX_RESULT_BYTES)
        return;
    if (d->evidence == NULL)
        d->evidence = ARENA_ARRAY(a, struct evidence, d->cap_evidence);
    to = &d->evidence[d->n_evidence++];
    to->time_ms = e->time_ms;
    to->user = keep_text(r, e->user, MAX_RAW_BYTES);
    to->source = keep_text(r, e->source, MAX_RAW_BYTES);
    to->agent = keep_text(r, e->agent, MAX_RAW_BYTES);
    to->code = keep_text(r, e->code, MAX_RAW_BYTES);
    if (raw->kind == LANNER_TEXT)
        to->raw = keep_text(r, str_of(raw->text, raw->len), MAX_RAW_BYTES);
}

/* The findings that an event may belong to: those of its source, then those without one. */
static size_t first_of(const struct group *g, const struct profile_event *e)
{
    struct buf key = {0};
    size_t first;

    identity_put(&key, e->source);
    first = strmap_get(&g->sources, buf_str(&key));
    buf_done(&key);
    return first;
}

static bool has_source(const struct finding *f)
{
    return f->entity[ENTITY_SOURCE].len > 0 || f->entity[ENTITY_NETWORK].len > 0;
}

static void event_behind(struct group *g, size_t i, const struct profile_event *e,
                         const struct lanner_row *row)
{
    struct run *r = g->run;
    const struct finding *f = &r->result->findings[i];
    struct detail *d = &g->details[i];

    if (!in_time(f, e->time_ms) || !fits_entities(f, e) || !fits_key(g, f, row))
        return;
    add_evidence(g, d, e, &row->values[PROFILE_N_FIELDS]);
    tuning_on_event(r->tuning, i, f->detection, e);
    if (d->profile != NULL && !(g->by_source && has_source(f)))
        profile_on_event(d->profile, e);
}

static void on_behind(struct request *q, const struct lanner_row *row)
{
    struct group *g = q->more;
    struct profile_event e;

    if (row->n_columns < g->n_fields)
        return;
    profile_event_read(row, g->room, &e);
    for (size_t i = first_of(g, &e); i != NO_FINDING; i = g->details[i].next)
        event_behind(g, i, &e, row);
    for (size_t k = 0; k < g->without.n; k++)
        event_behind(g, g->without.items[k], &e, row);
}

static void event_of_source(struct group *g, size_t i, const struct profile_event *e)
{
    const struct finding *f = &g->run->result->findings[i];
    struct detail *d = &g->details[i];

    if (d->profile != NULL && in_time(f, e->time_ms) && fits_source(f, e))
        profile_on_event(d->profile, e);
}

static void on_source_event(struct request *q, const struct lanner_row *row)
{
    struct group *g = q->more;
    struct profile_event e;

    profile_event_read(row, g->room, &e);
    for (size_t i = first_of(g, &e); i != NO_FINDING; i = g->details[i].next)
        event_of_source(g, i, &e);
    for (size_t k = 0; k < g->without.n; k++) {
        size_t i = g->without.items[k];

        if (g->run->result->findings[i].entity[ENTITY_NETWORK].len > 0)
            event_of_source(g, i, &e);
    }
}

/* ---- Requests -------------------------------------------------------------------------------- */

struct narrowing {
    struct lanner_condition items[2];
    size_t n;
    int64_t from_ms, to_ms;
};

/* The values of an entity over the findings; NULL when some finding has none, or there are too
 * many: the events are not narrowed by it then. `second` stands in for the first; with `skip`
 * findings without a value are not asked about. */
static const char **values_of(struct group *g, enum entity e, enum entity second, bool skip,
                              size_t *n)
{
    struct run *r = g->run;
    struct strmap seen;
    const char **out = ARENA_ARRAY(&r->arena, const char *, MIN(g->findings.n, MAX_VALUES));
    bool usable = true;

    strmap_init(&seen);
    *n = 0;
    for (size_t i = 0; i < g->findings.n && usable; i++) {
        const struct finding *f = &r->result->findings[g->findings.items[i]];
        struct str value = str_trim(f->entity[e].len > 0 ? f->entity[e] : f->entity[second]);
        struct ip_net net;

        if (skip && value.len == 0)
            continue;
        usable = value.len > 0 && memchr(value.ptr, '\0', value.len) == NULL &&
                 (e != ENTITY_SOURCE || ip_net_parse(value, &net));
        if (!usable || strmap_get(&seen, value) != SIZE_MAX)
            continue;
        usable = *n < MAX_VALUES;
        if (!usable)
            break;
        strmap_put(&seen, value, 0);
        out[(*n)++] = arena_strz(&r->arena, value);
    }
    strmap_done(&seen);
    return usable && *n > 0 ? out : NULL;
}

static void narrow_time(const struct group *g, struct narrowing *to)
{
    to->from_ms = INT64_MAX;
    to->to_ms = INT64_MIN;
    for (size_t i = 0; i < g->findings.n; i++) {
        const struct finding *f = &g->run->result->findings[g->findings.items[i]];

        if (f->first_ms == LANNER_TIME_OPEN || f->last_ms > INT64_MAX - SECOND_SLACK_MS) {
            to->from_ms = to->to_ms = LANNER_TIME_OPEN;
            return;
        }
        to->from_ms = MIN(to->from_ms, f->first_ms);
        to->to_ms = MAX(to->to_ms, f->last_ms + SECOND_SLACK_MS);
    }
}

static void narrow(struct group *g, bool any_event, struct narrowing *to)
{
    static const struct {
        const char *field;
        enum entity entity, second;
    } by[] = {{LANNER_FIELD_SOURCE, ENTITY_SOURCE, ENTITY_NETWORK},
              {LANNER_FIELD_USER, ENTITY_USER, ENTITY_USER}};

    *to = (struct narrowing){.n = 0};
    narrow_time(g, to);
    for (size_t i = 0; i < (any_event ? 1 : ARRAY_LEN(by)); i++) {
        size_t n;
        const char **values = values_of(g, by[i].entity, by[i].second, any_event, &n);

        if (values != NULL)
            to->items[to->n++] =
                (struct lanner_condition){.field = by[i].field, .values = values, .n_values = n};
    }
}

static enum lanner_rc ask(struct request_list *l, struct group *g, bool any_event,
                          struct lanner_err *err)
{
    struct run *r = g->run;
    struct request q = {.run = r,
                        .chosen = g->chosen,
                        .language = g->language,
                        .owned = true,
                        .on_row = any_event ? on_source_event : on_behind,
                        .more = g};
    struct narrowing by;
    struct lanner_variant v = {.form = LANNER_FORM_EVENTS,
                               .allow = LANNER_ALLOW_IGNORE,
                               .any_event = any_event,
                               .fields = g->fields,
                               .n_fields = any_event ? PROFILE_N_FIELDS : g->n_fields,
                               .detection =
                                   arena_strz(&r->arena, r->chosen[g->chosen].detection->id)};

    narrow(g, any_event, &by);
    /* All events of everybody are no profile of a source. */
    if (any_event && by.n == 0)
        return LANNER_OK;
    v.conditions = by.items;
    v.n_conditions = by.n;
    v.from_ms = by.from_ms;
    v.to_ms = by.to_ms;
    TRY(lanner_query_variant(r->chosen[g->chosen].query[g->language], &v, &q.query, err));
    VEC_PUSH(l, q);
    g->by_source |= any_event;
    return LANNER_OK;
}

/* ---- Groups ---------------------------------------------------------------------------------- */

static void add_to_group(struct group *g, size_t i)
{
    const struct finding *f = &g->run->result->findings[i];
    struct buf key = {0};

    VEC_PUSH(&g->findings, i);
    if (f->entity[ENTITY_SOURCE].len == 0) {
        VEC_PUSH(&g->without, i);
        return;
    }
    identity_put(&key, f->entity[ENTITY_SOURCE]);
    g->details[i].next = strmap_get(&g->sources, buf_str(&key));
    strmap_put(&g->sources, buf_str(&key), i);
    buf_done(&key);
}

static void group_done(struct group *g)
{
    VEC_DONE(&g->findings);
    VEC_DONE(&g->without);
    strmap_done(&g->sources);
}

/* AQL's columns are expressions; the fields of CQL's key are those of the events. */
static void add_key_fields(struct group *g, const struct detection *d)
{
    struct arena *a = &g->run->arena;

    if (g->language != QUERY_CQL)
        return;
    g->key_at = ARENA_ARRAY(a, size_t, d->n_key);
    g->key_seen = ARENA_ARRAY(a, bool, d->n_key);
    for (size_t i = 0; i < d->n_key; i++) {
        struct str name = d->key[i].name[QUERY_CQL];

        if (name.len == 0 || memchr(name.ptr, '\0', name.len) != NULL ||
            str_eq(name, d->window_start.name[QUERY_CQL]))
            continue;
        g->key_at[i] = g->n_fields;
        g->fields[g->n_fields++] = arena_strz(a, name);
    }
}

static void group_init(struct group *g, struct run *r, size_t chosen, enum query_language lang,
                       struct detail *details, struct buf *room)
{
    const struct detection *d = r->chosen[chosen].detection;

    *g = (struct group){
        .run = r, .details = details, .room = room, .chosen = chosen, .language = lang};
    strmap_init(&g->sources);
    g->fields = ARENA_ARRAY(&r->arena, const char *, PROFILE_N_FIELDS + 1 + d->n_key);
    for (size_t i = 0; i < PROFILE_N_FIELDS; i++)
        g->fields[g->n_fields++] = profile_fields[i];
    g->fields[g->n_fields++] = "@rawstring";
    add_key_fields(g, d);
}

/* The group that a finding is asked about in: the preferred language where it found it. */
static size_t group_of(const struct run *r, const struct finding *f)
{
    for (size_t c = 0; c < r->n_chosen; c++) {
        enum query_language l = f->detection->preferred;

        if (r->chosen[c].detection != f->detection)
            continue;
        if (!f->found_by[l] || r->chosen[c].query[l] == NULL)
            l = l == QUERY_AQL ? QUERY_CQL : QUERY_AQL;
        return r->chosen[c].query[l] != NULL ? c * QUERY_LANGUAGES + l : SIZE_MAX;
    }
    return SIZE_MAX;
}

static void fill_groups(struct run *r, struct group *groups, struct detail *details)
{
    for (size_t i = 0; i < r->result->n_findings; i++) {
        const struct finding *f = &r->result->findings[i];
        size_t at = group_of(r, f);

        details[i].next = NO_FINDING;
        if (at == SIZE_MAX || (i >= MAX_DETAILED && !tuning_wants_events(r->tuning) &&
                               !tuning_wants_profile(r->tuning)))
            continue;
        if (i < MAX_DETAILED)
            details[i].cap_evidence = r->options->n_evidence;
        if (wants_profile(r, i))
            details[i].profile = profile_builder_new();
        add_to_group(&groups[at], i);
    }
}

/* What cannot be asked of a detection leaves its findings without detail: they stand all the same,
 * and the outcome says why. */
static void note_failure(struct run *r, const struct request *q, const struct lanner_err *err)
{
    for (size_t i = 0; i < r->result->n_outcomes; i++) {
        struct detection_outcome *o = &r->result->outcomes[i];

        if (o->detection == r->chosen[q->chosen].detection && o->language == q->language &&
            o->err.rc == LANNER_OK) {
            o->err = *err;
            r->result->failed = true;
        }
    }
}

static enum lanner_rc ask_groups(struct run *r, struct group *groups, size_t n,
                                 struct lanner_err *err)
{
    struct request_list list = {0};
    bool profiles = r->options->profile || tuning_wants_profile(r->tuning);
    bool behind = r->options->n_evidence > 0 || tuning_wants_events(r->tuning) || profiles;
    enum lanner_rc rc;

    for (size_t i = 0; i < n; i++) {
        struct group *g = &groups[i];
        struct lanner_err own = {0};
        struct request q = {.chosen = g->chosen, .language = g->language};

        if (g->findings.n == 0)
            continue;
        if (profiles && ask(&list, g, true, &own) != LANNER_OK)
            note_failure(r, &q, &own);
        else if (behind && ask(&list, g, false, &own) != LANNER_OK)
            note_failure(r, &q, &own);
    }
    rc = list.n > 0 ? requests_run(&list, &r->result->stats, err) : LANNER_OK;
    for (size_t i = 0; i < list.n && rc == LANNER_OK; i++) {
        if (list.items[i].failed)
            note_failure(r, &list.items[i], &list.items[i].err);
    }
    request_list_done(&list);
    return rc;
}

static void take_details(struct run *r, struct detail *details)
{
    for (size_t i = 0; i < r->result->n_findings; i++) {
        struct finding *f = &r->result->findings[i];

        f->evidence = details[i].evidence;
        f->n_evidence = details[i].n_evidence;
        if (details[i].profile != NULL)
            profile_fill(details[i].profile, &r->result->arena, &f->profile);
        profile_builder_free(details[i].profile);
    }
}

enum lanner_rc behind_run(struct run *r, struct lanner_err *err)
{
    const struct detect_options *o = r->options;
    size_t n_groups = r->n_chosen * QUERY_LANGUAGES;
    struct detail *details;
    struct group *groups;
    struct buf room = {0};
    enum lanner_rc rc;

    if (r->result->n_findings == 0 ||
        (o->n_evidence == 0 && !o->profile && !tuning_wants_events(r->tuning) &&
         !tuning_wants_profile(r->tuning)))
        return LANNER_OK;
    if (o->stopped != NULL && o->stopped(o->stop_ctx)) {
        r->result->interrupted = true;
        return LANNER_OK;
    }
    details = xcalloc(r->result->n_findings, sizeof(*details));
    groups = xcalloc(n_groups, sizeof(*groups));
    for (size_t i = 0; i < n_groups; i++)
        group_init(&groups[i], r, i / QUERY_LANGUAGES, (enum query_language)(i % QUERY_LANGUAGES),
                   details, &room);
    fill_groups(r, groups, details);
    rc = ask_groups(r, groups, n_groups, err);
    take_details(r, details);
    for (size_t i = 0; i < n_groups; i++)
        group_done(&groups[i]);
    free(groups);
    free(details);
    buf_done(&room);
    if (rc == LANNER_ERR_CANCELLED) { /* the findings are there */
        r->result->interrupted = true;
        return LANNER_OK;
    }
    return rc;
}
