/* history.h - what is usual for a source: the values of its earlier windows in the same logs.
 *
 * A window whose value is above what was usual then does not count as usual later: a campaign does
 * not hide its own next hour. Without MIN_WINDOWS earlier windows nothing is known, and the window
 * counts. */
#ifndef DETECT_HISTORY_H
#define DETECT_HISTORY_H

#include "util/hash.h"

#define HISTORY_MIN_WINDOWS ((size_t)3)
/* The latest windows that are looked at, and all that are kept. */
#define HISTORY_MAX_LOOK    ((size_t)500)
#define HISTORY_MAX_WINDOWS ((size_t)2000000)

struct history_rule {
    enum {
        HISTORY_MEDIAN, /* limit = max(floor, median + k * MAD) */
        HISTORY_PEAK    /* limit = k * 99th percentile */
    } kind;
    int64_t lag_ms;  /* only windows that began at least so long before */
    int64_t span_ms; /* and at most so long; 0: all */
    double k, floor;
};

struct usual {
    size_t n; /* earlier windows that count; below HISTORY_MIN_WINDOWS the rest is 0 */
    double median, mad, peak, limit;
};

struct histories;
struct histories *histories_new(void);
void histories_free(struct histories *h);
/* A window of a source; of several with one beginning the largest value counts. Past
 * HISTORY_MAX_WINDOWS nothing is added. */
void histories_put(struct histories *h, struct str key, int64_t start_ms, double value);
/* What was usual when that window began. The rule of a key must be the same in every call. */
struct usual histories_usual(struct histories *h, struct str key, int64_t start_ms,
                             const struct history_rule *rule);

#endif
