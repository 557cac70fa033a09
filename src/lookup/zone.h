/* zone.h - time zones: names of the tz database (compiled files of the system) and fixed offsets.
 *
 * Zones are loaded when a query is bound and read-only from then on, so workers share them. The
 * environment (TZ, TZDIR) and the locale are never asked. */
#ifndef LOOKUP_ZONE_H
#define LOOKUP_ZONE_H

#include "util/civil.h"
#include "util/mem.h"

struct zone;

/* `Europe/Paris`, `EST5EDT`, `UTC`, `GMT`, `Z`, `+02:00`, `-0530`, `+02`, `UTC+2`, `GMT-03:30`. An
 * unknown name is LANNER_ERR_QUERY. The zone lives in the arena. */
enum lanner_rc zone_load(struct arena *a, struct str name, const struct zone **out,
                         struct lanner_err *err) MUST_USE;
/* A constant. */
const struct zone *zone_utc(void);
/* As it was given to zone_load, `UTC` for zone_utc(). */
struct str zone_name(const struct zone *z);
/* Seconds east of Greenwich at an instant (seconds since 1970 UTC). */
int32_t zone_offset(const struct zone *z, int64_t utc_s);
/* `CET`, `CEST`; `Z` for fixed offsets of zero length, `+02:00` for others; `UTC` for UTC. Lives as
 * long as the zone. */
struct str zone_abbreviation(const struct zone *z, int64_t utc_s);
/* The instant of a local time given as seconds of the civil time read as UTC (civil_seconds). Where
 * the clock was put back the earlier instant is meant; a time that a change forward left out is
 * read with the offset before the change (both as java.time does). */
int64_t zone_to_utc(const struct zone *z, int64_t local_s);
/* True when the offset is the same at all times. */
bool zone_is_fixed(const struct zone *z);

#endif
