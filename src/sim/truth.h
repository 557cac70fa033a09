/* truth.h - private to sim: what was planted, and the rows that the reference rule must give. */
#ifndef SIM_TRUTH_H
#define SIM_TRUTH_H

#include "sim/shape.h"
#include "sim/sim.h"
#include "sim/stream.h"

struct truth;

struct truth *truth_new(const struct shape_def *shape, const struct stream *stream);
void truth_free(struct truth *t); /* accepts NULL */
/* Takes note of a record as it was written; ordinal is its number in the log. */
void truth_add(struct truth *t, const struct sim_event *ev, const struct shape_writer *w,
               uint64_t ordinal);
void truth_print(struct truth *t, const struct sim_options *options, const struct sim_stats *stats,
                 struct buf *out);

#endif
