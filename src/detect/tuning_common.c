/* tuning_common.c - what the steps of tuning share: who is meant, labels, counters. */
#include <stdio.h>

#include "detect/tuning_int.h"

const struct tuned_detection *tuning_override_of(const struct tuning *t, const struct detection *d)
{
    for (size_t i = 0; t != NULL && i < t->file.n_detections; i++) {
        if (str_eq(t->file.detections[i].id, d->id))
            return &t->file.detections[i];
    }
    return NULL;
}

/* Thresholds, success share and baseline are about a number: a detection of single events has
 * none. */
bool tuning_has_number(const struct detection *d)
{
    for (int l = 0; l < QUERY_LANGUAGES; l++) {
        if (d->value.name[l].len + d->users.name[l].len + d->events.name[l].len > 0)
            return true;
    }
    return false;
}

const struct success_rule *tuning_success_of(const struct tuning *t, const struct detection *d)
{
    const struct tuned_detection *o = tuning_override_of(t, d);

    return o != NULL && o->has_success ? &o->success : &t->file.success;
}

const struct baseline_rule *tuning_baseline_of(const struct tuning *t, const struct detection *d)
{
    const struct tuned_detection *o = tuning_override_of(t, d);

    return o != NULL && o->has_baseline ? &o->baseline : &t->file.baseline;
}

/* What "the same source" means: the address if the finding has one, else the next entity, else its
 * keys. */
struct str tuning_source_key(struct tuning *t, const struct finding *f)
{
    buf_clear(&t->key);
    buf_printf(&t->key, "%p ", (const void *)f->detection);
    for (int e = 0; e < ENTITY_COUNT; e++) {
        if (f->entity[e].len > 0) {
            buf_printf(&t->key, "%d ", e);
            identity_put(&t->key, f->entity[e]);
            return buf_str(&t->key);
        }
    }
    for (size_t i = 0; i < f->n_keys; i++) {
        identity_put(&t->key, f->keys[i].value);
        buf_putc(&t->key, '\0');
    }
    return buf_str(&t->key);
}

int64_t tuning_window_of(const struct finding *f)
{
    int64_t length = f->detection->window_ms > 0 ? f->detection->window_ms : TUNING_HOUR_MS;

    if (f->window_start_ms != LANNER_TIME_OPEN)
        return f->window_start_ms;
    return f->first_ms != LANNER_TIME_OPEN ? floor_div(f->first_ms, length) * length
                                           : LANNER_TIME_OPEN;
}

struct taken *tuning_taken_of(struct tuning *t, int64_t entry)
{
    size_t n = (size_t)entry;

    while (t->taken_index.n <= n)
        VEC_PUSH(&t->taken_index, SIZE_MAX);
    if (t->taken_index.items[n] == SIZE_MAX) {
        t->taken_index.items[n] = t->taken.n;
        VEC_PUSH(&t->taken, ((struct taken){.entry = entry}));
    }
    return &t->taken.items[t->taken_index.items[n]];
}

bool tuning_is_expired(const struct tuning *t, const struct tuned_entry *e)
{
    return e->expires_ms != LANNER_TIME_OPEN && t->now_ms != LANNER_TIME_OPEN &&
           t->now_ms >= e->expires_ms;
}

bool tuning_is_meant_for(const struct tuning *t, const struct tuned_entry *e,
                         const struct detection *d)
{
    return !tuning_is_expired(t, e) && (e->detection == NULL || glob_match(e->detection, d->id));
}

/* Whether the finding itself names a value of the entry's kind that it takes. */
bool tuning_takes_finding(const struct tuning *t, const struct tuned_entry *e,
                          const struct finding *f)
{
    static const enum entity of_kind[TUNED_KINDS] = {
        [TUNED_ADDRESS] = ENTITY_SOURCE, [TUNED_ASN] = ENTITY_ASN,
        [TUNED_AGENT] = ENTITY_AGENT,    [TUNED_APPLICATION] = ENTITY_APPLICATION,
        [TUNED_ACCOUNT] = ENTITY_USER,
    };

    if (tuned_entry_takes(e, f->entity[of_kind[e->kind]], t->scratch))
        return true;
    return e->kind == TUNED_ADDRESS && tuned_entry_takes(e, f->entity[ENTITY_NETWORK], t->scratch);
}

void tuning_put_label(struct finding *f, struct arena *a, struct label label)
{
    struct label *all = ARENA_ARRAY(a, struct label, f->n_labels + 1);

    if (f->n_labels > 0)
        memcpy(all, f->labels, f->n_labels * sizeof(*all));
    all[f->n_labels++] = label;
    f->labels = all;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

struct label tuning_label_of(const struct lanner_allow_entry *e, enum label_kind kind,
                             uint64_t n_events, struct arena *a)
{
    struct label l = {.kind = kind, .n_events = n_events};

    l.entry = arena_printf(a, "%s:%u %s", base_name(e->file), e->line, e->value);
    l.owner = arena_str(a, str_z(e->owner));
    l.reason = arena_str(a, str_z(e->reason));
    l.ticket = arena_str(a, str_z(e->ticket));
    return l;
}

void tuning_hit(struct hits *h, const struct finding *f)
{
    bool is_new;

    h->n_findings++;
    h->n_events += f->n_events;
    h->n_users += f->n_users;
    if (f->entity[ENTITY_SOURCE].len > 0)
        (void)seen_put(&h->sources, f->entity[ENTITY_SOURCE], TUNING_MAX_DISTINCT, &is_new);
}

bool tuning_has_label(const struct finding *f, enum label_kind kind)
{
    for (size_t i = 0; i < f->n_labels; i++) {
        if (f->labels[i].kind == kind)
            return true;
    }
    return false;
}
