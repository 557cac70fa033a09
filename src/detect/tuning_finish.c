/* tuning_finish.c - behind the second pass: labels by the events of each finding, success share,
 * authorised tests, and the account of what was suppressed. */
#include <stdlib.h>

#include "detect/tuning_int.h"

/* Entries that are told apart for one finding. */
#define MAX_TAKERS ((size_t)64)

static bool takes_event(const struct tuning *t, const struct tuned_entry *e,
                        const struct profile_event *event)
{
    if (event->time_ms == LANNER_TIME_OPEN || event->time_ms < e->from_ms ||
        event->time_ms > e->to_ms)
        return false;
    switch (e->kind) {
    case TUNED_ADDRESS:
        return tuned_entry_takes(e, event->source, t->scratch);
    case TUNED_ASN:
        return tuned_entry_takes(e, event->asn, t->scratch);
    case TUNED_AGENT:
        return tuned_entry_takes(e, event->agent, t->scratch);
    case TUNED_APPLICATION:
        return tuned_entry_takes(e, event->application, t->scratch) ||
               tuned_entry_takes(e, event->application_id, t->scratch);
    case TUNED_ACCOUNT:
        return tuned_entry_takes(e, event->user, t->scratch);
    case TUNED_KINDS:
        break;
    }
    return false;
}

#define COUNT_TAKER(list, number)                                                                  \
    do {                                                                                           \
        size_t at_ = 0;                                                                            \
        while (at_ < (list)->n && (list)->items[at_].entry != (number))                            \
            at_++;                                                                                 \
        if (at_ == (list)->n && at_ < MAX_TAKERS)                                                  \
            VEC_PUSH((list), ((struct taker){.entry = (number)}));                                 \
        if (at_ < (list)->n)                                                                       \
            (list)->items[at_].n++;                                                                \
    } while (0)

void tuning_on_event(struct tuning *t, size_t i, const struct detection *d,
                     const struct profile_event *e)
{
    struct behind *b;
    bool is_authorised = false;

    if (t == NULL)
        return;
    while (t->behind.n <= i)
        VEC_PUSH(&t->behind, ((struct behind){0}));
    b = &t->behind.items[i];
    b->n_events++;
    if (e->entry >= 0)
        COUNT_TAKER(&b->allow, (size_t)e->entry);
    for (size_t k = 0; k < t->file.authorised.n; k++) {
        const struct tuned_entry *entry = &t->file.authorised.items[k];

        if (tuning_is_meant_for(t, entry, d) && takes_event(t, entry, e)) {
            COUNT_TAKER(&b->authorised, k);
            is_authorised = true;
            break;
        }
    }
    b->n_authorised += is_authorised;
}

static bool is_maintenance(const struct tuning *t, const char *file)
{
    for (size_t i = 0; i < t->file.n_allow; i++) {
        if (t->file.allow[i].is_maintenance && strcmp(t->file.allow[i].path, file) == 0)
            return true;
    }
    return false;
}

static void label_takers(struct tuning *t, struct lanner_session *session, struct finding *f,
                         const struct behind *b, struct arena *a)
{
    for (size_t i = 0; b != NULL && i < b->allow.n; i++) {
        const struct taker *taker = &b->allow.items[i];
        struct lanner_allow_entry entry;
        enum label_kind kind;

        if (!lanner_session_allow_entry(session, taker->entry, &entry))
            continue;
        kind = is_maintenance(t, entry.file) ? LABEL_MAINTENANCE : LABEL_SUPPRESSED;
        tuning_put_label(f, a, tuning_label_of(&entry, kind, taker->n, a));
        if (f->suppressed && taker->entry < TUNING_MAX_ENTRIES)
            tuning_taken_of(t, (int64_t)taker->entry)->n_findings++;
    }
    /* A finding whose events were not looked at is not left without a reason. */
    if (f->suppressed && f->n_labels == 0)
        tuning_put_label(
            f, a,
            (struct label){.kind = LABEL_SUPPRESSED,
                           .entry = STR("allow-lists; its events were not looked at")});
}

static void apply_success(struct tuning *t, struct finding *f, struct arena *a)
{
    const struct success_rule *s = tuning_success_of(t, f->detection);
    const struct profile *p = f->profile;

    if (!s->on || p == NULL || p->n_users == 0 || f->suppressed ||
        tuning_has_label(f, LABEL_RAISED) || !tuning_has_number(f->detection) ||
        p->success_share < s->at_least)
        return;
    tuning_put_label(
        f, a,
        (struct label){.kind = LABEL_SUCCESS,
                       .entry = arena_printf(
                           a, "%llu of %llu users succeeded (%.0f %%, limit %.0f %%)",
                           (unsigned long long)p->n_success_users, (unsigned long long)p->n_users,
                           p->success_share * 100, s->at_least * 100)});
    tuning_hit(&t->success_hits, f);
    if (!s->lower)
        f->suppressed = true;
    else if (f->severity > SEVERITY_INFORMATIONAL)
        f->severity = (enum severity)(f->severity - 1);
}

/* By what the finding says of itself; else by its events, all of which must be authorised. */
static void label_authorised(struct tuning *t, struct finding *f, const struct behind *b,
                             struct arena *a)
{
    for (size_t i = 0; i < t->file.authorised.n; i++) {
        const struct tuned_entry *e = &t->file.authorised.items[i];

        if (tuning_is_meant_for(t, e, f->detection) && f->first_ms != LANNER_TIME_OPEN &&
            f->first_ms >= e->from_ms && f->last_ms <= e->to_ms && tuning_takes_finding(t, e, f)) {
            tuning_put_label(f, a, tuning_label_of(&e->shown, LABEL_AUTHORISED, f->n_events, a));
            return;
        }
    }
    if (b == NULL || b->n_events == 0 || b->n_authorised < b->n_events || b->n_events < f->n_events)
        return;
    for (size_t i = 0; i < b->authorised.n; i++) {
        size_t k = b->authorised.items[i].entry;

        tuning_put_label(f, a,
                         tuning_label_of(&t->file.authorised.items[k].shown, LABEL_AUTHORISED,
                                         b->authorised.items[i].n, a));
    }
}

void tuning_finish(struct tuning *t, struct lanner_session *session, struct finding *findings,
                   size_t n, struct arena *a)
{
    for (size_t i = 0; t != NULL && i < n; i++) {
        const struct behind *b = i < t->behind.n ? &t->behind.items[i] : NULL;

        label_takers(t, session, &findings[i], b, a);
        apply_success(t, &findings[i], a);
        label_authorised(t, &findings[i], b, a);
    }
}

/* ---- What was taken ---- */

static uint64_t taken_events(const struct taken *taken)
{
    uint64_t n = 0;

    for (size_t i = 0; i < taken->by.n; i++)
        n += MAX(taken->by.items[i].n[QUERY_AQL], taken->by.items[i].n[QUERY_CQL]);
    return n;
}

typedef VEC(struct suppression) suppression_list;

static void put_lists(const struct tuning *t, struct lanner_session *session, suppression_list *out)
{
    struct lanner_allow_entry entry;

    for (size_t i = 0; lanner_session_allow_entry(session, i, &entry); i++) {
        size_t at = i < t->taken_index.n ? t->taken_index.items[i] : SIZE_MAX;
        const struct taken *taken = at != SIZE_MAX ? &t->taken.items[at] : NULL;
        struct suppression s = {.entry = entry};

        if (taken != NULL) {
            s.n_events = taken_events(taken);
            s.n_sources = taken->sources.n;
            s.n_users = taken->users.n;
            s.n_findings = taken->n_findings;
        }
        if (s.n_events + s.n_findings > 0 || entry.is_expired)
            VEC_PUSH(out, s);
    }
}

static struct suppression of_hits(const struct hits *h)
{
    return (struct suppression){.n_events = h->n_events,
                                .n_sources = h->sources.n,
                                .n_users = h->n_users,
                                .n_findings = h->n_findings};
}

/* Authorised tests suppress nothing: `hits` is NULL, and only what has expired is told. */
static void put_entries(const struct tuning *t, const struct tuned_entries *entries,
                        const struct hits *hits, suppression_list *out)
{
    for (size_t i = 0; i < entries->n; i++) {
        struct suppression s = {.n_events = 0};

        if (hits != NULL)
            s = of_hits(&hits[i]);
        s.entry = entries->items[i].shown;
        s.entry.is_expired = tuning_is_expired(t, &entries->items[i]);
        if (s.n_findings > 0 || s.entry.is_expired)
            VEC_PUSH(out, s);
    }
}

static void put_rule(const struct tuning *t, const char *kind, uint32_t line, const struct hits *h,
                     suppression_list *out)
{
    struct suppression s = of_hits(h);

    if (h->n_findings == 0)
        return;
    s.entry = (struct lanner_allow_entry){.file = t->file.file,
                                          .line = line,
                                          .kind = kind,
                                          .value = kind,
                                          .owner = "",
                                          .reason = "",
                                          .ticket = "",
                                          .expires = "",
                                          .detection = ""};
    VEC_PUSH(out, s);
}

/* Most events first, then most findings, what has expired last; then as the files have them. */
static int suppression_compare(const void *a, const void *b)
{
    const struct suppression *x = a;
    const struct suppression *y = b;

    if (x->n_events != y->n_events)
        return x->n_events > y->n_events ? -1 : 1;
    if (x->n_findings != y->n_findings)
        return x->n_findings > y->n_findings ? -1 : 1;
    if (strcmp(x->entry.file, y->entry.file) != 0)
        return strcmp(x->entry.file, y->entry.file);
    return (x->entry.line > y->entry.line) - (x->entry.line < y->entry.line);
}

static const char *copied(struct arena *a, const char *z)
{
    return arena_strz(a, str_z(z));
}

void tuning_suppressions(const struct tuning *t, struct lanner_session *session, struct arena *a,
                         struct suppression **out, size_t *n_out)
{
    suppression_list list = {0};

    *out = NULL;
    *n_out = 0;
    if (t == NULL)
        return;
    put_lists(t, session, &list);
    put_entries(t, &t->file.thresholds, t->threshold_hits, &list);
    put_entries(t, &t->file.authorised, NULL, &list);
    put_rule(t, "success_share", t->file.success.line, &t->success_hits, &list);
    put_rule(t, "baseline", t->file.baseline.line, &t->baseline_hits, &list);
    if (list.n > 0)
        qsort(list.items, list.n, sizeof(*list.items), suppression_compare);
    *out = ARENA_ARRAY(a, struct suppression, list.n);
    *n_out = list.n;
    for (size_t i = 0; i < list.n; i++) {
        struct lanner_allow_entry *e = &(*out)[i].entry;

        (*out)[i] = list.items[i];
        e->file = copied(a, e->file);
        e->kind = copied(a, e->kind);
        e->value = copied(a, e->value);
        e->owner = copied(a, e->owner);
        e->reason = copied(a, e->reason);
        e->ticket = copied(a, e->ticket);
        e->expires = copied(a, e->expires);
        e->detection = copied(a, e->detection != NULL ? e->detection : "");
    }
    VEC_DONE(&list);
}
