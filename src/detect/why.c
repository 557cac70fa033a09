/* why.c - see why.h. The findings come from detect_run; what did not become one from further forms
 * of the same queries, narrowed to the subject. */
#include "detect/why.h"

#include <stdio.h>
#include <stdlib.h>

#include "detect/findings.h"
#include "detect/profile.h"
#include "detect/run.h"
#include "detect/seen.h"
#include "detect/threshold.h"
#include "detect/tuning.h"
#include "util/ip.h"

#define ID_MIN        ((size_t)6)
#define MAX_CODES     ((size_t)1000) /* told apart */
#define MAX_TAKERS    ((size_t)1000)
#define MAX_CODE_TEXT ((size_t)200)
#define MAX_CELL_TEXT ((size_t)100)

/* What is gathered for one detection while the job runs. */
struct asked {
    struct why_asking *asking;
    struct why_detection *out;
    const char **set;
    size_t n_set;
    VEC(struct why_code) codes;
    VEC(struct why_taker_count {
        int64_t entry;
        uint64_t n;
    })
    takers;
    struct why_group groups[WHY_MAX_GROUPS];
};

struct why_asking {
    struct why *why;
    const struct detect_options *options;
    struct tuning *tuning; /* settings only: the session has its lists already */
    struct arena scratch;
    struct buf room;
    struct lanner_condition condition;
    const char *value;
    struct asked *asked; /* owned */
    struct profile_builder *profile;
    VEC(struct why_code) codes;
    struct lanner_query **prepared; /* owned */
    size_t n_prepared;
};

const char *why_subject_name(enum why_subject s)
{
    static const char *const names[WHY_SUBJECTS] = {"finding", "source", "user", "agent",
                                                    "detection"};

    return names[s];
}

const char *why_unit(const struct detection *d)
{
    bool own = d->value.name[QUERY_AQL].len + d->value.name[QUERY_CQL].len > 0;
    bool users = d->users.name[QUERY_AQL].len + d->users.name[QUERY_CQL].len > 0;

    for (int l = 0; own && l < QUERY_LANGUAGES; l++) {
        if (d->value.name[l].len > 0 && str_eq(d->value.name[l], d->users.name[l]))
            return "distinct users";
        if (d->value.name[l].len > 0 && str_eq(d->value.name[l], d->events.name[l]))
            return "events";
    }
    if (own)
        return "value";
    return users ? "distinct users" : "events";
}

/* ---- The subject ---- */

static bool is_hex(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = ascii_lower(s.ptr[i]);

        if (!ascii_is_digit(c) && (c < 'a' || c > 'f'))
            return false;
    }
    return s.len >= ID_MIN && s.len <= 32;
}

static bool take_prefix(struct str *s, struct str prefix)
{
    if (!str_starts(*s, prefix))
        return false;
    *s = str_of(s->ptr + prefix.len, s->len - prefix.len);
    return true;
}

static enum why_subject guess_subject(struct str *what)
{
    struct ip_net net;

    if (take_prefix(what, STR("finding=")))
        return WHY_FINDING;
    if (take_prefix(what, STR("source=")))
        return WHY_SOURCE;
    if (take_prefix(what, STR("user=")))
        return WHY_USER;
    if (take_prefix(what, STR("agent=")))
        return WHY_AGENT;
    if (take_prefix(what, STR("detection=")))
        return WHY_DETECTION;
    if (ip_net_parse(*what, &net))
        return WHY_SOURCE;
    if (is_hex(*what))
        return WHY_FINDING;
    if (str_find_char(*what, '@') != SIZE_MAX || str_find_char(*what, '\\') != SIZE_MAX)
        return WHY_USER;
    if (str_find_char(*what, '/') != SIZE_MAX || str_find_char(*what, ' ') != SIZE_MAX)
        return WHY_AGENT;
    return WHY_USER;
}

static enum lanner_rc check_subject(const struct why *w, const struct pack_set *packs,
                                    struct lanner_err *err)
{
    struct ip_net net;

    if (w->what.len == 0)
        return err_set(err, LANNER_ERR_USAGE, "expected a finding or a source, found nothing");
    if (w->subject == WHY_SOURCE && !ip_net_parse(w->what, &net))
        return err_set(err, LANNER_ERR_USAGE, "expected an address or a network, found '%.*s'",
                       STR_ARG(str_of(w->what.ptr, MIN(w->what.len, 100))));
    if (w->subject == WHY_FINDING && !is_hex(w->what))
        return err_set(err, LANNER_ERR_USAGE,
                       "expected 6 to 32 hexadecimal digits of a finding's id, found '%.*s'",
                       STR_ARG(str_of(w->what.ptr, MIN(w->what.len, 100))));
    if (w->subject != WHY_DETECTION)
        return LANNER_OK;
    for (size_t p = 0; p < packs->n_packs; p++) {
        for (size_t i = 0; i < packs->packs[p].n_detections; i++) {
            if (str_eq(packs->packs[p].detections[i].id, w->what))
                return LANNER_OK;
        }
    }
    return err_set(err, LANNER_ERR_USAGE, "no detection of the packs has the id '%.*s'",
                   STR_ARG(str_of(w->what.ptr, MIN(w->what.len, 100))));
}

/* ---- Findings of the subject ---- */

static bool same_user(const struct why *w, const struct finding *f)
{
    if (str_eq_nocase(f->entity[ENTITY_USER], w->what))
        return true;
    for (size_t i = 0; i < f->n_sample; i++) {
        if (str_eq_nocase(f->sample[i], w->what))
            return true;
    }
    return false;
}

static bool same_source(const struct why *w, const struct finding *f)
{
    struct ip_net wanted, found;

    if (!ip_net_parse(w->what, &wanted))
        return false;
    if (ip_net_parse(f->entity[ENTITY_SOURCE], &found) && ip_net_has(&wanted, found.addr))
        return true;
    /* One of the networks is inside the other. */
    return ip_net_parse(f->entity[ENTITY_NETWORK], &found) &&
           (ip_net_has(&wanted, found.addr) || ip_net_has(&found, wanted.addr));
}

static bool is_about(const struct why *w, const struct finding *f)
{
    char id[33];

    switch (w->subject) {
    case WHY_FINDING:
        memcpy(id, f->id, sizeof(id));
        return str_eq_nocase(str_of(id, w->what.len), w->what);
    case WHY_SOURCE:
        return same_source(w, f);
    case WHY_USER:
        return same_user(w, f);
    case WHY_AGENT:
        return str_eq_nocase(f->entity[ENTITY_AGENT], w->what);
    case WHY_DETECTION:
        return str_eq(f->detection->id, w->what);
    case WHY_SUBJECTS:
        break;
    }
    return false;
}

/* Parameters of tuning.yaml, then those of the command line. */
static const char **parameters_of(const struct why_asking *a, const struct detection *d, size_t *n)
{
    const char *const *tuned = NULL;
    const char **set;
    size_t n_tuned = 0;

    tuning_set(a->tuning, d, &tuned, &n_tuned);
    *n = n_tuned + a->options->n_set;
    set = ARENA_ARRAY(&a->why->arena, const char *, *n);
    for (size_t i = 0; i < n_tuned; i++)
        set[i] = tuned[i];
    for (size_t i = 0; i < a->options->n_set; i++)
        set[n_tuned + i] = a->options->set[i];
    return set;
}

static void find_verdicts(const struct why_asking *a, struct why_finding *w)
{
    const struct finding *f = w->finding;
    size_t n_set;
    const char **set = parameters_of(a, f->detection, &n_set);

    for (size_t i = 0; i < f->detection->n_verdicts; i++) {
        const struct verdict *v = &f->detection->verdicts[i];
        bool by_number = v->at_least.len > 0;
        double at = 0;

        if (by_number && !threshold_operand(f->detection, v->at_least, set, n_set, &at))
            continue;
        if (w->held == NULL && f->verdict.len > 0 && str_eq_nocase(v->verdict, f->verdict) &&
            at <= f->value) {
            w->held = v;
            w->held_at = at;
        }
        if (by_number && at > f->value && (w->next == NULL || at < w->next_at)) {
            w->next = v;
            w->next_at = at;
        }
    }
}

static enum lanner_rc take_findings(const struct why_asking *a, struct lanner_err *err)
{
    struct why *w = a->why;
    const struct detect_result *r = w->result;

    w->findings = ARENA_ARRAY(&w->arena, struct why_finding, r->n_findings);
    for (size_t i = 0; i < r->n_findings; i++) {
        if (is_about(w, &r->findings[i])) {
            w->findings[w->n_findings].finding = &r->findings[i];
            find_verdicts(a, &w->findings[w->n_findings++]);
        }
    }
    if (w->subject != WHY_FINDING || w->n_findings == 1)
        return LANNER_OK;
    if (w->n_findings == 0) {
        err_set(err, LANNER_ERR_USAGE, "no finding has an id that begins with '%.*s'",
                STR_ARG(w->what));
        err_hint(err, "for a user of that name write user=%.*s", STR_ARG(w->what));
        return LANNER_ERR_USAGE;
    }
    return err_set(err, LANNER_ERR_USAGE,
                   "%zu findings have an id that begins with '%.*s': give more of it",
                   w->n_findings, STR_ARG(w->what));
}

/* ---- Rows ---- */

#define COUNT_CODE(list, arena, text)                                                              \
    do {                                                                                           \
        struct str code_ = str_of((text).ptr, MIN((text).len, MAX_CODE_TEXT));                     \
        size_t at_ = 0;                                                                            \
        while (at_ < (list)->n && !str_eq((list)->items[at_].code, code_))                         \
            at_++;                                                                                 \
        if (at_ == (list)->n && at_ < MAX_CODES)                                                   \
            VEC_PUSH((list), ((struct why_code){.code = arena_str((arena), code_)}));              \
        if (at_ < (list)->n)                                                                       \
            (list)->items[at_].n_events++;                                                         \
    } while (0)

static void stretch(int64_t *first, int64_t *last, int64_t at)
{
    if (at == LANNER_TIME_OPEN)
        return;
    if (*first == LANNER_TIME_OPEN || at < *first)
        *first = at;
    if (*last == LANNER_TIME_OPEN || at > *last)
        *last = at;
}

static void on_any(struct request *q, const struct lanner_row *row)
{
    struct why_asking *a = q->more;
    struct profile_event e;

    profile_event_read(row, &a->room, &e);
    profile_on_event(a->profile, &e);
    stretch(&a->why->first_ms, &a->why->last_ms, e.time_ms);
    COUNT_CODE(&a->codes, &a->why->arena, e.code);
}

static void count_taker(struct asked *k, int64_t entry)
{
    size_t i = 0;

    k->out->n_taken++;
    while (i < k->takers.n && k->takers.items[i].entry != entry)
        i++;
    if (i == k->takers.n) {
        if (i == MAX_TAKERS)
            return;
        VEC_PUSH(&k->takers, ((struct why_taker_count){.entry = entry}));
    }
    k->takers.items[i].n++;
}

static void on_reached(struct request *q, const struct lanner_row *row)
{
    struct asked *k = q->more;
    struct profile_event e;

    profile_event_read(row, &k->asking->room, &e);
    k->out->n_reached++;
    k->out->n_without_user += e.user.len == 0;
    k->out->n_without_source += e.source.len == 0;
    stretch(&k->out->first_ms, &k->out->last_ms, e.time_ms);
    COUNT_CODE(&k->codes, &k->asking->why->arena, e.code);
    if (e.entry >= 0)
        count_taker(k, e.entry);
}

/* A key or one of the times, which are shown in any case. */
static bool is_shown(const struct why_detection *w, const struct finding *f, struct str column)
{
    const struct detection *d = w->detection;

    for (size_t i = 0; i < f->n_keys; i++) {
        if (str_eq(f->keys[i].name, column))
            return true;
    }
    return str_eq_nocase(d->window_start.name[w->language], column) ||
           str_eq_nocase(d->first_seen.name[w->language], column) ||
           str_eq_nocase(d->last_seen.name[w->language], column);
}

/* The columns that may say which other condition was not met. */
static void copy_row(const struct why_detection *w, struct why_group *to, const struct finding *f,
                     const struct lanner_row *row, struct arena *a)
{
    to->row = ARENA_ARRAY(a, struct cell, MIN(row->n_columns, WHY_MAX_COLUMNS));
    for (size_t i = 0; i < row->n_columns && to->n_row < WHY_MAX_COLUMNS; i++) {
        const struct lanner_value *v = &row->values[i];
        struct str name = str_of(row->columns[i].text, row->columns[i].len);
        struct str text;

        if (v->kind == LANNER_ABSENT || v->kind == LANNER_NULL || is_shown(w, f, name))
            continue;
        text = value_print(v, a);
        /* Lists of names are not what conditions are about. */
        if (text.len > MAX_CELL_TEXT || str_find_char(text, '\n') != SIZE_MAX)
            continue;
        to->row[to->n_row++] = (struct cell){arena_str(a, name), arena_str(a, text)};
    }
}

static void keep_group(struct asked *k, const struct finding *f, const struct lanner_row *row,
                       size_t at)
{
    struct arena *a = &k->asking->why->arena;
    struct why_group *to = &k->groups[at];
    size_t n = MIN(k->out->n_groups, WHY_MAX_GROUPS - 1);

    memmove(to + 1, to, (n - at) * sizeof(*to));
    *to = (struct why_group){.window_start_ms = f->window_start_ms,
                             .first_ms = f->first_ms,
                             .last_ms = f->last_ms,
                             .value = f->value,
                             .n_keys = f->n_keys};
    to->keys = ARENA_ARRAY(a, struct cell, f->n_keys);
    for (size_t i = 0; i < f->n_keys; i++) {
        to->keys[i].name = arena_str(a, f->keys[i].name);
        to->keys[i].value = arena_str(a, f->keys[i].value);
    }
    copy_row(k->out, to, f, row, a);
    k->out->n_groups = n + 1;
}

/* A sliding window gives a row for every event: only the best of each key is worth showing. The
 * place of an earlier row of the key; SIZE_MAX: none, or the query has windows. */
static size_t same_key(const struct asked *k, const struct finding *f)
{
    for (size_t i = 0; i < k->out->n_groups && f->window_start_ms == LANNER_TIME_OPEN; i++) {
        const struct why_group *g = &k->groups[i];
        bool same = g->n_keys == f->n_keys;

        for (size_t c = 0; same && c < f->n_keys; c++)
            same = str_eq(g->keys[c].value, f->keys[c].value);
        if (same)
            return i;
    }
    return SIZE_MAX;
}

/* The largest values, of equal ones the oldest. */
static void on_group(struct request *q, const struct lanner_row *row)
{
    struct asked *k = q->more;
    struct finding f;
    size_t at, other;

    arena_reset(&k->asking->scratch);
    found_read(k->out->detection, k->out->language, row, k->set, k->n_set, &k->asking->scratch, &f);
    k->out->n_all_groups++;
    other = same_key(k, &f);
    if (other != SIZE_MAX) {
        if (f.value <= k->groups[other].value)
            return;
        k->out->n_groups--;
        memmove(&k->groups[other], &k->groups[other + 1],
                (k->out->n_groups - other) * sizeof(k->groups[0]));
    }
    at = k->out->n_groups;
    while (at > 0 &&
           (f.value > k->groups[at - 1].value ||
            (f.value == k->groups[at - 1].value && f.first_ms < k->groups[at - 1].first_ms)))
        at--;
    if (at < WHY_MAX_GROUPS)
        keep_group(k, &f, row, at);
}

/* ---- Asking ---- */

/* The rows come again: a query of the job failed. */
static void reset_any(struct request *q)
{
    struct why_asking *a = q->more;

    profile_builder_free(a->profile);
    a->profile = profile_builder_new();
    a->codes.n = 0;
}

static void reset_reached(struct request *q)
{
    struct asked *k = q->more;

    k->out->n_reached = k->out->n_without_user = k->out->n_without_source = k->out->n_taken = 0;
    k->codes.n = k->takers.n = 0;
}

static void reset_groups(struct request *q)
{
    struct asked *k = q->more;

    k->out->n_groups = 0;
    k->out->n_all_groups = 0;
}

static enum lanner_rc add(struct request_list *l, struct lanner_query *query,
                          const struct lanner_variant *v, request_row on_row, void *more,
                          struct lanner_err *err)
{
    struct request q = {.owned = true, .on_row = on_row, .more = more};

    q.reset = on_row == on_any ? reset_any : on_row == on_group ? reset_groups : reset_reached;
    TRY(lanner_query_variant(query, v, &q.query, err));
    VEC_PUSH(l, q);
    return LANNER_OK;
}

static struct lanner_variant variant(const struct why_asking *a, const struct detection *d,
                                     enum lanner_form form, enum lanner_allow allow)
{
    struct lanner_variant v = {.form = form,
                               .allow = allow,
                               .detection = arena_strz(&a->why->arena, d->id),
                               .from_ms = LANNER_TIME_OPEN,
                               .to_ms = LANNER_TIME_OPEN};

    if (a->condition.field != NULL) {
        v.conditions = &a->condition;
        v.n_conditions = 1;
    }
    if (form == LANNER_FORM_EVENTS) {
        v.fields = profile_fields;
        v.n_fields = PROFILE_N_FIELDS;
    }
    return v;
}

static enum lanner_rc ask_one(struct why_asking *a, struct request_list *l, struct asked *k,
                              struct lanner_err *err)
{
    const struct detection *d = k->out->detection;
    struct lanner_variant reached = variant(a, d, LANNER_FORM_EVENTS, LANNER_ALLOW_IGNORE);
    struct lanner_variant groups = variant(a, d, LANNER_FORM_GROUPS, LANNER_ALLOW_APPLY);
    struct lanner_variant any = reached;
    struct lanner_query *query;

    TRY(detection_prepare(d, k->out->language, a->options->session, k->set, k->n_set, &query, err));
    a->prepared[a->n_prepared++] = query;
    any.any_event = true;
    /* All events of the subject are the same for every detection: the first one that can be asked
     * gives them. */
    if (a->condition.field != NULL && !a->why->has_events) {
        TRY(add(l, query, &any, on_any, a, err));
        a->why->has_events = true;
    }
    TRY(add(l, query, &reached, on_reached, k, err));
    if (!k->out->is_single)
        TRY(add(l, query, &groups, on_group, k, err));
    return LANNER_OK;
}

/* The outcomes of the run say which detections took part, in which languages. */
static size_t choose(struct why_asking *a)
{
    struct why *w = a->why;
    const struct detect_result *r = w->result;

    w->detections = ARENA_ARRAY(&w->arena, struct why_detection, r->n_outcomes);
    for (size_t i = 0; i < r->n_outcomes; i++) {
        const struct detection *d = r->outcomes[i].detection;
        struct why_detection *out = &w->detections[w->n_detections];

        if (w->subject == WHY_DETECTION && !str_eq(d->id, w->what))
            continue;
        *out = (struct why_detection){.detection = d,
                                      .language = r->outcomes[i].language,
                                      .first_ms = LANNER_TIME_OPEN,
                                      .last_ms = LANNER_TIME_OPEN,
                                      .is_single = detection_is_single(d)};
        for (size_t k = 0; k < w->n_findings; k++)
            out->n_findings += w->findings[k].finding->detection == d;
        w->n_detections++;
    }
    return w->n_detections;
}

static void set_condition(struct why_asking *a)
{
    static const char *const fields[WHY_SUBJECTS] = {
        [WHY_SOURCE] = LANNER_FIELD_SOURCE,
        [WHY_USER] = LANNER_FIELD_USER,
        [WHY_AGENT] = "userAgent",
    };

    a->value = arena_strz(&a->why->arena, a->why->what);
    a->condition = (struct lanner_condition){
        .field = fields[a->why->subject], .values = &a->value, .n_values = 1};
}

/* ---- The answer ---- */

static int code_compare(const void *x, const void *y)
{
    const struct why_code *a = x;
    const struct why_code *b = y;

    if (a->n_events != b->n_events)
        return a->n_events > b->n_events ? -1 : 1;
    return str_cmp(a->code, b->code);
}

static struct why_code *codes_copy(struct why *w, struct why_code *codes, size_t n)
{
    struct why_code *out = ARENA_ARRAY(&w->arena, struct why_code, n);

    if (n > 0) {
        memcpy(out, codes, n * sizeof(*out));
        qsort(out, n, sizeof(*out), code_compare);
    }
    return out;
}

static void put_takers(struct why *w, const struct why_asking *a, const struct asked *k)
{
    struct why_detection *out = k->out;

    out->takers = ARENA_ARRAY(&w->arena, struct why_taker, k->takers.n);
    for (size_t i = 0; i < k->takers.n; i++) {
        struct why_taker *t = &out->takers[out->n_takers];

        if (!lanner_session_allow_entry(a->options->session, (size_t)k->takers.items[i].entry,
                                        &t->entry))
            continue;
        t->n_events = k->takers.items[i].n;
        out->n_takers++;
    }
}

static double nearness(const struct why_detection *d)
{
    if (d->n_groups == 0 || !d->has_threshold || d->threshold <= 0)
        return 0;
    return d->groups[0].value / d->threshold;
}

/* Detections with findings last: what is asked is why there is none. */
static int nearness_compare(const void *x, const void *y)
{
    const struct why_detection *a = x;
    const struct why_detection *b = y;

    if ((a->n_findings > 0) != (b->n_findings > 0))
        return a->n_findings > 0 ? 1 : -1;
    if (nearness(a) != nearness(b))
        return nearness(a) > nearness(b) ? -1 : 1;
    if (a->n_reached != b->n_reached)
        return a->n_reached > b->n_reached ? -1 : 1;
    if (a->detection != b->detection)
        return str_cmp(a->detection->id, b->detection->id);
    return (a->language > b->language) - (a->language < b->language);
}

static void answer(struct why_asking *a)
{
    struct why *w = a->why;

    for (size_t i = 0; i < w->n_detections; i++) {
        struct asked *k = &a->asked[i];
        struct why_detection *out = k->out;

        out->codes = codes_copy(w, k->codes.items, k->codes.n);
        out->n_codes = k->codes.n;
        put_takers(w, a, k);
        out->groups = ARENA_ARRAY(&w->arena, struct why_group, out->n_groups);
        if (out->n_groups > 0)
            memcpy(out->groups, k->groups, out->n_groups * sizeof(*out->groups));
        if (!out->is_single)
            out->has_threshold =
                threshold_of(out->detection, out->language, k->set, k->n_set, &out->threshold);
    }
    w->codes = codes_copy(w, a->codes.items, a->codes.n);
    w->n_codes = a->codes.n;
    if (w->has_events)
        profile_fill(a->profile, &w->arena, &w->profile);
    if (w->n_detections > 0)
        qsort(w->detections, w->n_detections, sizeof(*w->detections), nearness_compare);
}

/* A detection that cannot be asked does not keep the others from it. */
static void ask_all(struct why_asking *a, struct request_list *l)
{
    struct why *w = a->why;

    for (size_t i = 0; i < w->n_detections; i++) {
        struct asked *k = &a->asked[i];
        size_t before = l->n;

        k->asking = a;
        k->out = &w->detections[i];
        k->set = parameters_of(a, k->out->detection, &k->n_set);
        if (ask_one(a, l, k, &k->out->err) == LANNER_OK)
            continue;
        k->out->failed = true;
        for (; l->n > before; l->n--) {
            /* The events of all belong to no detection: another one gives them. */
            if (l->items[l->n - 1].more == a)
                w->has_events = false;
            lanner_query_free(l->items[l->n - 1].query);
        }
    }
}

static void mark_failed(struct why_asking *a, const struct request_list *l)
{
    for (size_t i = 0; i < l->n; i++) {
        struct asked *k = l->items[i].more;

        if (!l->items[i].failed)
            continue;
        if (l->items[i].more == a) {
            a->why->has_events = false;
            continue;
        }
        k->out->failed = true;
        k->out->err = l->items[i].err;
    }
}

static enum lanner_rc ask(struct why_asking *a, struct lanner_err *err)
{
    struct request_list list = {0};
    enum lanner_rc rc;

    set_condition(a);
    a->asked = xcalloc(choose(a) + 1, sizeof(*a->asked));
    a->prepared = xcalloc(a->why->n_detections + 1, sizeof(struct lanner_query *));
    ask_all(a, &list);
    rc = requests_run(&list, &a->why->result->stats, err);
    mark_failed(a, &list);
    if (rc == LANNER_OK)
        answer(a);
    request_list_done(&list);
    return rc;
}

static void asking_done(struct why_asking *a)
{
    for (size_t i = 0; a->asked != NULL && i < a->why->n_detections; i++) {
        VEC_DONE(&a->asked[i].codes);
        VEC_DONE(&a->asked[i].takers);
    }
    free(a->asked);
    for (size_t i = 0; i < a->n_prepared; i++)
        lanner_query_free(a->prepared[i]);
    free(a->prepared);
    VEC_DONE(&a->codes);
    profile_builder_free(a->profile);
    tuning_free(a->tuning);
    buf_done(&a->room);
    arena_done(&a->scratch);
}

static enum lanner_rc run_asking(struct why_asking *a, const struct pack_set *packs,
                                 struct lanner_err *err)
{
    struct detect_options own = *a->options;

    own.profile = true;
    TRY(check_subject(a->why, packs, err));
    TRY(tuning_open(a->options->tuning, NULL, packs, &a->tuning, err));
    TRY(detect_run(packs, &own, &a->why->result, err));
    TRY(take_findings(a, err));
    return a->why->subject == WHY_FINDING ? LANNER_OK : ask(a, err);
}

enum lanner_rc why_run(const struct pack_set *packs, const struct detect_options *options,
                       const char *what, struct why **out, struct lanner_err *err)
{
    struct why *w = xcalloc(1, sizeof(*w));
    struct why_asking a = {.why = w, .options = options};
    enum lanner_rc rc;

    arena_init(&w->arena, 0);
    arena_init(&a.scratch, 0);
    a.profile = profile_builder_new();
    w->what = arena_str(&w->arena, str_trim(str_z(what)));
    w->subject = guess_subject(&w->what);
    w->first_ms = w->last_ms = LANNER_TIME_OPEN;
    rc = run_asking(&a, packs, err);
    asking_done(&a);
    if (rc == LANNER_OK)
        *out = w;
    else
        why_free(w);
    return rc;
}

void why_free(struct why *w)
{
    if (w == NULL)
        return;
    detect_result_free(w->result);
    arena_done(&w->arena);
    free(w);
}
