/* compare.h - whether two printed values say the same, and values as text that is safe to show. */
#ifndef DETECT_COMPARE_H
#define DETECT_COMPARE_H

#include "lanner.h"
#include "util/buf.h"

/* A value as text: numbers as CQL prints them, null and absent as nothing. */
void value_put(struct buf *b, const struct lanner_value *v);

/* Same text; or two numbers that differ by no more than `tolerance`; or two times: an instant as
 * text and another one or epoch milliseconds. A text without a fraction of a second is compared to
 * the second. */
bool value_same(struct str a, struct str b, double tolerance);
/* The same, for what somebody wrote: a number with a point counts to the digits written. */
bool value_as_written(struct str written, struct str found);
/* Text of a time, or epoch milliseconds from 1973 on. */
bool value_instant(struct str s, int64_t *ms);

/* Appends the text on one line for a person: what could steer a terminal is escaped, and after
 * `max` bytes come "..." and the length. */
void text_put_safe(struct buf *b, struct str s, size_t max);

#endif
