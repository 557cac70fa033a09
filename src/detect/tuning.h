/* tuning.h - tuning.yaml and its CSV files, and what they do to findings.
 *
 * Order of application: allow-lists and maintenance windows take events (the engine does it: they
 * are the session's option "allow"), then de-duplication and grouping, then thresholds and baseline
 * (tuning_apply), then success share and the labels that need the events (tuning_finish). Nothing
 * is lost: what is suppressed stays in the list with the label that says by what.
 *
 * Every function takes NULL for "no tuning". */
#ifndef DETECT_TUNING_H
#define DETECT_TUNING_H

#include "detect/findings.h"
#include "detect/profile.h"

struct tuning;

/* `path` is a folder with tuning.yaml, or the file itself; NULL gives NULL. Sets the session's
 * option "allow", so before queries are prepared (not when session is NULL). `packs` (may be NULL)
 * has the detections that it may name. */
enum lanner_rc tuning_open(const char *path, struct lanner_session *session,
                           const struct pack_set *packs, struct tuning **out,
                           struct lanner_err *err) MUST_USE;
void tuning_free(struct tuning *t);

/* Per-detection settings. */
bool tuning_disabled(const struct tuning *t, const struct detection *d);
/* "name=value" as tuning.yaml has it; the command line's come after these. */
void tuning_set(const struct tuning *t, const struct detection *d, const char *const **set,
                size_t *n);
bool tuning_severity(const struct tuning *t, const struct detection *d, enum severity *out);
int64_t tuning_suppress_ms(const struct tuning *t); /* 0: none */

/* What the first pass has to deliver. */
bool tuning_has_lists(const struct tuning *t); /* also ROWS + IGNORE and EVENTS + ONLY */
bool tuning_wants_groups(const struct tuning *t, enum lanner_allow allow); /* GROUPS with it */
bool tuning_wants_events(const struct tuning *t);  /* the second pass is needed */
bool tuning_wants_profile(const struct tuning *t); /* finding.profile is needed */

/* First pass: an event that entry number `entry` took from the query of d. */
void tuning_on_taken(struct tuning *t, const struct detection *d, enum query_language language,
                     int64_t entry, struct str source, struct str user);
/* The events of d in that language come again, from the first one on. */
void tuning_restart(struct tuning *t, const struct detection *d, enum query_language language);
/* First pass: a row of GROUPS with `allow` (APPLY or IGNORE). Only entities, keys, window start,
 * first, last and value are read; texts need live during the call only. */
void tuning_on_group(struct tuning *t, const struct detection *d, enum lanner_allow allow,
                     const struct finding *row);
/* Between the passes: what of `all` is not among `kept` is added to it, suppressed or raised;
 * thresholds and baseline suppress. `now_ms` is the clock: what has expired takes nothing. Findings
 * that differ in `suppressed` must not be merged afterwards. */
void tuning_apply(struct tuning *t, int64_t now_ms, struct detection_rows *rows, size_t n,
                  struct arena *a);
/* Second pass: an event behind finding i of the list that tuning_finish gets (EVENTS + IGNORE). */
void tuning_on_event(struct tuning *t, size_t i, const struct detection *d,
                     const struct profile_event *e);
/* Labels by the events, success share (from the profiles), authorised tests. */
void tuning_finish(struct tuning *t, struct lanner_session *session, struct finding *findings,
                   size_t n, struct arena *a);
/* What each entry and rule took, most events first; then entries that have expired. */
void tuning_suppressions(const struct tuning *t, struct lanner_session *session, struct arena *a,
                         struct suppression **out, size_t *n_out);

#endif
