/* offenses.h - offenses from a file (option offenses; docs/data.md): their range of time and which
 * events belong to them. Read-only once open. */
#ifndef LOOKUP_OFFENSES_H
#define LOOKUP_OFFENSES_H

#include "batch/batch.h"
#include "lookup/folders.h"
#include "util/buf.h"

struct offenses;
struct offense;

/* What decides whether an event belongs to an offense; absent values match nothing. */
struct offense_event {
    const struct val *time; /* ms */
    const struct val *source, *destination, *user, *event_name, *log_source;
};

enum lanner_rc offenses_open(const struct lookup_folders *folders, struct arena *a,
                             const struct offenses **out, struct lanner_err *err) MUST_USE;
/* NULL when there is none. */
const struct offense *offenses_find(const struct offenses *o, int64_t id);
/* First instant, and the one behind the last: last_updated_time is within. */
void offense_range(const struct offense *f, int64_t *from_ns, int64_t *to_ns);
/* Has the offense anything that an event could be compared with? */
bool offense_has_keys(const struct offense *f);
/* The event's time is in the range, and its source address, destination address, user, name or log
 * source is one that the offense names. */
bool offense_has_event(const struct offenses *o, const struct offense *f,
                       const struct offense_event *e, struct buf *room);

/* The range of an offense by its id, for a query's interval: [from, to). No file is
 * LANNER_ERR_UNSUPPORTED, no such offense LANNER_ERR_QUERY. */
enum lanner_rc lookup_offense_range(const struct lookup_folders *folders, int64_t id,
                                    int64_t *from_ns, int64_t *to_ns,
                                    struct lanner_err *err) MUST_USE;

#endif
