/* threshold.h - private to detect: the number from which a query makes a finding, as far as its
 * text says so. */
#ifndef DETECT_THRESHOLD_H
#define DETECT_THRESHOLD_H

#include "detect/detect.h"

/* The first comparison of the value's column with a number or a parameter (AQL also: the first one
 * behind HAVING), else the lowest number of the verdicts. `>` counts as the next whole number.
 * False: it cannot be told. */
bool threshold_of(const struct detection *d, enum query_language language, const char *const *set,
                  size_t n_set, double *out);
/* A number, or a parameter of the detection: ?name or name. */
bool threshold_operand(const struct detection *d, struct str text, const char *const *set,
                       size_t n_set, double *out);

#endif
