/* instant.h - times and spans as people write them in packs and results: text to milliseconds and
 * back. */
#ifndef DETECT_INSTANT_H
#define DETECT_INSTANT_H

#include "util/str.h"

/* `2026-03-02T14:05:00Z`, with a blank for the T, a fraction of up to nine digits (cut to
 * milliseconds), an offset such as +02:00, no seconds, or the date alone (its beginning). Without
 * an offset it is UTC, as AQL prints times. The whole text must be used. */
bool instant_parse(struct str s, int64_t *ms);
/* Room for instant_print, which adds no NUL. */
#define INSTANT_MAX 32
/* `2026-03-02T14:05:00.000Z`; without the fraction when it is zero and `brief`. */
size_t instant_print(char room[INSTANT_MAX], int64_t ms, bool brief);

/* A whole number and a unit: 250ms, 4s, 60m, 24h, 7d. Not negative, at most 3660 days. */
bool span_read_ms(struct str s, int64_t *ms);

#endif
