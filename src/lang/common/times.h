/* times.h - spans of time and points in time as queries write them. */
#ifndef LANG_COMMON_TIMES_H
#define LANG_COMMON_TIMES_H

#include "util/str.h"

enum time_unit {
    UNIT_MS,
    UNIT_SECOND,
    UNIT_MINUTE,
    UNIT_HOUR,
    UNIT_DAY,
    UNIT_WEEK,
    UNIT_MONTH,
    UNIT_QUARTER,
    UNIT_YEAR
};

/* "1h", "15 min", "2 weeks": all of the text, a whole number and a unit word (cql.md 1.6). False
 * for anything else, and when the result passes 64 bits. */
bool span_parse(struct str text, int64_t *ms);
/* The same in its parts. */
bool span_parts(struct str text, int64_t *count, enum time_unit *unit);
/* The unit a word names: "min", "hours". */
bool unit_parse(struct str word, enum time_unit *unit);
int64_t unit_ms(enum time_unit unit);

/* The span of automatic time buckets (cql.md 2.9): the smallest of a fixed list of at least
 * `least_ms` that cuts the interval into at most n_buckets. */
int64_t span_automatic(int64_t interval_ms, int64_t n_buckets, int64_t least_ms);

/* A point in time, not yet resolved against a clock. */
struct time_point {
    enum {
        POINT_ABSOLUTE, /* `ms` since 1970 */
        POINT_AGO       /* relative to the clock: go back, floor, add */
    } kind;
    int64_t ms;    /* absolute */
    int64_t count; /* go back this many units; 0 for "now" */
    enum time_unit unit;
    bool calendar; /* months, quarters, years by the calendar instead of fixed lengths */
    bool anchored; /* floor to `anchor` in the query's time zone (weeks begin on Monday) */
    enum time_unit anchor;
    int64_t offset_count; /* then add; with its sign */
    enum time_unit offset_unit;
};

/* Time points of cql.md 1.6: a span, `now`, epoch milliseconds, `[calendar:] base [@unit]
 * {+-span}`, and ISO 8601. A leading minus of a span is ignored. Only one offset of each sign is
 * summed up. */
bool time_point_parse(struct str text, struct time_point *out);

/* Offset of a zone from UTC in ms at an instant (UTC, ms). */
typedef int64_t (*time_zone_offset)(void *zone, int64_t utc_ms);
/* The instant in ms. `offset_of` may be NULL for UTC. */
int64_t time_point_resolve(const struct time_point *p, int64_t now_ms, time_zone_offset offset_of,
                           void *zone);

/* ISO 8601 date and time with optional fraction and zone ("2024-01-01",
 * "2024-01-01T00:00:00.5+02:00"); UTC when no zone is written. All of the text. */
bool iso_time_parse(struct str text, int64_t *ms);

#endif
