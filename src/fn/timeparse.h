/* timeparse.h - reading times by a pattern of Java's DateTimeFormatter, by ISO 8601, or found in a
 * text (cql.md 3.1, 3.4). Private to the room. */
#ifndef FN_TIMEPARSE_H
#define FN_TIMEPARSE_H

#include "util/civil.h"
#include "util/mem.h"

#define TIME_UNSET INT32_MIN

/* What a text said about a time. */
struct time_fields {
    int32_t year, month, day, year_day;
    int32_t hour, hour12, pm; /* pm: 0 or 1 */
    int32_t minute, second;
    int32_t nanos;
    struct str zone; /* name or offset as it stands; empty when there is none */
};

struct time_pattern;

/* Compiles a pattern into the arena; a letter that is not supported is refused by name. */
enum lanner_rc time_pattern_new(struct arena *a, struct str pattern, bool case_sensitive,
                                const struct time_pattern **out, struct lanner_err *err) MUST_USE;
/* All of the text matches the pattern. */
bool time_pattern_read(const struct time_pattern *p, struct str text, struct time_fields *out);
/* ISO 8601 date and time with seconds and zone optional. */
bool time_iso_read(struct str text, struct time_fields *out);
/* The first time within the text by the layouts of findTimestamp. */
bool time_find(struct str text, struct time_fields *out);
/* Civil time of the fields; a missing year is guessed: this one unless that is more than
 * `days_ahead` days past now_s, then the one before. False when it is no time. */
bool time_fields_civil(const struct time_fields *f, int64_t now_s, int days_ahead,
                       struct civil *out);

#endif
