/* profile.h - what the events of a finding's source look like: users, regularity, order of names.
 *
 * The events come oldest first, one profile_on_event each; the state grows by 16 bytes a user and
 * is bounded. What is an event of the finding is decided by who calls. */
#ifndef DETECT_PROFILE_H
#define DETECT_PROFILE_H

#include "detect/detect.h"
#include "util/buf.h"

/* Past these, users and gaps between events are counted no further; the share and the median are
 * those of what was counted. */
#define PROFILE_MAX_USERS ((size_t)200000)
#define PROFILE_MAX_HOURS ((size_t)24 * 366)

struct profile_event {
    int64_t time_ms; /* LANNER_TIME_OPEN: none */
    struct str user, source, agent, application, application_id, asn, code;
    bool succeeded, failed; /* a sign-in or request that did; both false: it cannot be told */
    int64_t entry;          /* of the allow-lists, that takes it; -1: none */
};

/* Columns of a variant LANNER_FORM_EVENTS from which profile_event_read makes an event; a caller
 * may ask for more behind them. */
#define PROFILE_N_FIELDS 11
extern const char *const profile_fields[PROFILE_N_FIELDS];
/* The texts are those of the row, or in `room` (cleared first). */
void profile_event_read(const struct lanner_row *row, struct buf *room, struct profile_event *out);

struct profile_builder;
struct profile_builder *profile_builder_new(void);
void profile_builder_free(struct profile_builder *p);
void profile_on_event(struct profile_builder *p, const struct profile_event *e);
/* What came so far; in the arena. */
void profile_fill(const struct profile_builder *p, struct arena *a, struct profile **out);

#endif
