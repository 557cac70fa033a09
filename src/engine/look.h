/* look.h - a look at the events of the inputs beside the run, to tell the user something. Private
 * to engine. */
#ifndef ENGINE_LOOK_H
#define ENGINE_LOOK_H

#include "engine/query.h"
#include "expr/expr.h"

/* What is said after a look helps, and must not cost what the query cost. */
#define LOOK_MAX_EVENTS 200000
#define LOOK_MAX_NS     NS_PER_S
/* Seen however long it takes, so that what is said of small inputs does not depend on the clock. */
#define LOOK_MIN_EVENTS 1000
/* A run that found nothing is looked at for this share of its time. Most detections find nothing.
 */
#define LOOK_SHARE 20

struct look {
    const struct str *names; /* columns 0 to n - 1; the event time is column n */
    size_t n;
    bool open;           /* rows carry all their fields */
    uint64_t max_events; /* 0: no bound */
    int64_t max_ns;      /* 0: no bound; once LOOK_MIN_EVENTS were seen */
    /* Called under a lock with every event of the batch selected. Sets *enough when no more need be
     * seen. */
    enum lanner_rc (*take)(void *ctx, struct batch *b, struct eval *ev, bool *enough,
                           struct lanner_err *err);
    void *ctx;
    uint64_t n_events; /* set: how many were seen */
};

/* True when all events were seen: neither a bound nor `enough` nor a fault ended the look. What
 * cannot be read is not told again. Standard input is seen only where the scan keeps it. */
bool look_run(struct lanner_session *s, struct look *look);
/* How long a look after the session's run may take. */
int64_t look_time_after(const struct lanner_session *s);

#endif
