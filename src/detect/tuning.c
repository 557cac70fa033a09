/* tuning.c - tuning opened, its settings, and what the first pass gives it. See tuning.h.
 *
 * What is read from files is tuning_file.c's, what is usual history.c's; tuning_apply.c and
 * tuning_finish.c judge. A finding is never dropped. */
#include <stdlib.h>

#include "detect/tuning_int.h"

/* ---- Opening ---- */

static enum lanner_rc give_lists(const struct tuning *t, struct lanner_session *session,
                                 struct lanner_err *err)
{
    for (size_t i = 0; session != NULL && i < t->file.n_allow; i++)
        TRY(lanner_session_set(session, "allow", t->file.allow[i].path, err));
    return LANNER_OK;
}

enum lanner_rc tuning_open(const char *path, struct lanner_session *session,
                           const struct pack_set *packs, struct tuning **out,
                           struct lanner_err *err)
{
    struct tuning *t;
    enum lanner_rc rc;

    *out = NULL;
    if (path == NULL)
        return LANNER_OK;
    t = xcalloc(1, sizeof(*t));
    arena_init(&t->arena, 0);
    t->now_ms = LANNER_TIME_OPEN;
    rc = tuning_file_read(&t->arena, path, packs, &t->file, err);
    if (rc == LANNER_OK)
        rc = give_lists(t, session, err);
    if (rc != LANNER_OK) {
        tuning_free(t);
        return rc;
    }
    t->scratch = regex_scratch_new();
    t->applied = histories_new();
    t->ignored = histories_new();
    t->threshold_hits = ARENA_ARRAY(&t->arena, struct hits, t->file.thresholds.n);
    *out = t;
    return LANNER_OK;
}

void tuning_free(struct tuning *t)
{
    if (t == NULL)
        return;
    for (size_t i = 0; i < t->taken.n; i++) {
        VEC_DONE(&t->taken.items[i].by);
        seen_text_done(&t->taken.items[i].sources);
        seen_text_done(&t->taken.items[i].users);
    }
    VEC_DONE(&t->taken);
    for (size_t i = 0; t->threshold_hits != NULL && i < t->file.thresholds.n; i++)
        seen_text_done(&t->threshold_hits[i].sources);
    seen_text_done(&t->success_hits.sources);
    seen_text_done(&t->baseline_hits.sources);
    VEC_DONE(&t->taken_index);
    for (size_t i = 0; i < t->behind.n; i++) {
        VEC_DONE(&t->behind.items[i].allow);
        VEC_DONE(&t->behind.items[i].authorised);
    }
    VEC_DONE(&t->behind);
    histories_free(t->applied);
    histories_free(t->ignored);
    regex_scratch_free(t->scratch);
    buf_done(&t->key);
    arena_done(&t->arena);
    free(t);
}

/* ---- Settings ---- */

bool tuning_disabled(const struct tuning *t, const struct detection *d)
{
    const struct tuned_detection *o = tuning_override_of(t, d);

    return o != NULL && o->disabled;
}

void tuning_set(const struct tuning *t, const struct detection *d, const char *const **set,
                size_t *n)
{
    const struct tuned_detection *o = tuning_override_of(t, d);

    *set = o != NULL ? (const char *const *)o->set : NULL;
    *n = o != NULL ? o->n_set : 0;
}

bool tuning_severity(const struct tuning *t, const struct detection *d, enum severity *out)
{
    const struct tuned_detection *o = tuning_override_of(t, d);

    if (o == NULL || !o->has_severity)
        return false;
    *out = o->severity;
    return true;
}

int64_t tuning_suppress_ms(const struct tuning *t)
{
    return t != NULL ? t->file.suppress_ms : 0;
}

static bool any_success(const struct tuning *t)
{
    bool any = t->file.success.on;

    for (size_t i = 0; i < t->file.n_detections; i++)
        any = any || t->file.detections[i].success.on;
    return any;
}

static bool any_baseline(const struct tuning *t)
{
    bool any = t->file.baseline.on;

    for (size_t i = 0; i < t->file.n_detections; i++)
        any = any || t->file.detections[i].baseline.on;
    return any;
}

bool tuning_has_lists(const struct tuning *t)
{
    return t != NULL && t->file.n_allow > 0;
}

bool tuning_wants_groups(const struct tuning *t, enum lanner_allow allow)
{
    if (allow == LANNER_ALLOW_APPLY)
        return t != NULL && any_baseline(t);
    return allow == LANNER_ALLOW_IGNORE && tuning_has_lists(t);
}

bool tuning_wants_events(const struct tuning *t)
{
    return t != NULL && (tuning_has_lists(t) || t->file.authorised.n > 0);
}

bool tuning_wants_profile(const struct tuning *t)
{
    return t != NULL && any_success(t);
}

/* ---- First pass ---- */

void tuning_on_taken(struct tuning *t, const struct detection *d, enum query_language language,
                     int64_t entry, struct str source, struct str user)
{
    struct taken *taken;
    bool is_new;
    size_t i = 0;

    if (t == NULL || entry < 0 || (uint64_t)entry >= TUNING_MAX_ENTRIES)
        return;
    taken = tuning_taken_of(t, entry);
    while (i < taken->by.n && taken->by.items[i].detection != d)
        i++;
    if (i == taken->by.n)
        VEC_PUSH(&taken->by, ((struct taken_by){.detection = d}));
    taken->by.items[i].n[language]++;
    if (source.len > 0)
        (void)seen_put(&taken->sources, source, TUNING_MAX_DISTINCT, &is_new);
    if (user.len > 0)
        (void)seen_put(&taken->users, user, TUNING_MAX_DISTINCT, &is_new);
}

void tuning_restart(struct tuning *t, const struct detection *d, enum query_language language)
{
    for (size_t i = 0; t != NULL && i < t->taken.n; i++) {
        struct taken *taken = &t->taken.items[i];

        for (size_t k = 0; k < taken->by.n; k++) {
            if (taken->by.items[k].detection == d)
                taken->by.items[k].n[language] = 0;
        }
    }
}

void tuning_on_group(struct tuning *t, const struct detection *d, enum lanner_allow allow,
                     const struct finding *row)
{
    int64_t start = tuning_window_of(row);

    if (t == NULL || start == LANNER_TIME_OPEN || !tuning_has_number(d))
        return;
    histories_put(allow == LANNER_ALLOW_IGNORE ? t->ignored : t->applied, tuning_source_key(t, row),
                  start, row->value);
}
