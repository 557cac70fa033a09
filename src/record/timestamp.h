/* timestamp.h - times as they stand in records, to nanoseconds UTC.
 *
 * Read: ISO 8601 (`2026-03-02T14:08:07.1234567Z`, blank for T, 0 to 9 fraction digits, offset or
 * none), `3/2/2026 2:08:07.123 PM` with or without a comma, AM/PM, seconds and offset, epoch
 * seconds, milliseconds, microseconds and nanoseconds as digits, told apart by size, and
 * `/Date(ms)/`. A time without a zone is UTC. Impossible values (second 65, month 13) are no time.
 */
#ifndef RECORD_TIMESTAMP_H
#define RECORD_TIMESTAMP_H

#include "util/str.h"

enum timestamp_unit {
    TIMESTAMP_UNIT_AUTO = 0, /* by magnitude */
    TIMESTAMP_UNIT_S,
    TIMESTAMP_UNIT_MS,
    TIMESTAMP_UNIT_US,
    TIMESTAMP_UNIT_NS
};

/* What is known about the times of a file or column. All zero is the default. */
struct timestamp_hint {
    bool day_first; /* 3/2/2026 is 3 February; default month first */
    enum timestamp_unit unit;
    int32_t offset_s; /* of times without a zone, seconds east of UTC */
};

/* False when the text is no time, or one outside 1601..2262 (what 64-bit nanoseconds hold is less
 * than the 1601..9999 of the languages; see TIME_NONE). hint may be NULL. Blanks around the text
 * are ignored. */
bool timestamp_parse(struct str s, const struct timestamp_hint *hint, int64_t *ns);

/* For deciding the order of day and month of a whole file: -1 when the text is no date with slashes
 * or does not tell, 0 month first, 1 day first (a first number above 12). */
int timestamp_slash_order(struct str s);

#endif
