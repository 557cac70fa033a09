/* statistics.h - medians, deviations and percentiles, exact and the same in every run. */
#ifndef DETECT_STATISTICS_H
#define DETECT_STATISTICS_H

#include "util/base.h"

/* All sort their values. Of none: 0. */
double stat_median(double *values,
                   size_t n); /* of an even number the mean of the two in the middle */
/* Median of the distances from the median. The values are replaced by these. */
double stat_mad(double *values, size_t n, double median);
/* The smallest value that at least percent of 100 do not exceed (nearest rank). */
double stat_percentile(double *values, size_t n, unsigned percent);

/* A stream of numbers. Of more than SAMPLE_MAX every second, fourth, ... is kept for the median;
 * mean and deviation are those of all. */
#define SAMPLE_MAX ((size_t)65536)
struct sample {
    double *kept; /* owned */
    size_t n_kept, cap;
    uint64_t n, stride;
    double mean, m2; /* Welford */
};
/* All zero is an empty sample. */
void sample_done(struct sample *s);
void sample_put(struct sample *s, double v);
double sample_median(const struct sample *s);
/* Standard deviation / mean; 0 of fewer than two, or of a mean of 0. */
double sample_variation(const struct sample *s);

#endif
