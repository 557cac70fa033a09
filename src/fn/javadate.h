/* javadate.h - patterns of Java's SimpleDateFormat (aql.md 5.3): printing and reading times. The
 * names are English; weeks begin on Sunday and week 1 holds January 1, as in Java's en_US. Years 1
 * to 9999 of the Gregorian calendar. Private to the room. */
#ifndef FN_JAVADATE_H
#define FN_JAVADATE_H

#include "lookup/lookup.h"
#include "util/buf.h"

#define DATE_PATTERN_MOST 1024 /* bytes of a pattern */

struct date_part {
    char letter;     /* pattern letter; 0: literal */
    uint16_t count;  /* of the letter */
    bool adjacent;   /* reading: a number follows without a break, so take `count` characters */
    struct str text; /* literal */
};

struct date_pattern {
    const struct date_part *parts; /* arena */
    size_t n;
    /* The text is the same for all instants in a stretch of local time that begins at a multiple of
     * this many seconds; 0: each instant its own. */
    int64_t step_s;
    bool names_zone;    /* the text depends on the zone's name */
    bool y_for_Y;       /* a Y was read as y, see date_pattern_new */
    bool loose_offsets; /* reading: +01:00 and Z for every zone letter */
};

/* Compiles into the arena; an unknown letter and an open quote are LANNER_ERR_QUERY. Unless strict,
 * Y (week year) is read as y where the pattern has a month or a day and no week. */
enum lanner_rc date_pattern_new(struct arena *a, struct str pattern, bool strict,
                                const struct date_pattern **out, struct lanner_err *err) MUST_USE;
/* Appends the instant (ms since 1970) as text; false, with nothing appended, outside the years 1 to
 * 9999. */
bool date_pattern_put(const struct date_pattern *p, const struct zone *zone, int64_t ms,
                      struct buf *out);
/* Reads a time at the start of the text as a lenient SimpleDateFormat does: fields out of range
 * carry over, what follows the time is ignored. Two-digit years lie within 80 years before and 20
 * after now. `zone` holds where the text names none. */
bool date_pattern_read(const struct date_pattern *p, const struct zone *zone, int64_t now_ms,
                       struct str text, int64_t *ms);

/* Zone names of Java that need no data: abbreviation and English name. */
struct date_zone_name {
    const char *abbreviation;
    const char *name;
    int32_t offset_s;
};
extern const struct date_zone_name date_zone_names[];
extern const size_t n_date_zone_names;

#endif
