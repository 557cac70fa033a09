/* stream.h - private to sim: all events of a log in file order, one at a time. */
#ifndef SIM_STREAM_H
#define SIM_STREAM_H

#include "sim/campaign.h"
#include "sim/profile.h"
#include "sim/sim.h"

#define SIM_MAX_CAMPAIGNS 48

struct stream;

struct stream *stream_new(const struct sim_options *options, uint32_t n_users, int64_t span_ms);
/* Adds a campaign before the first event is taken; its index becomes its place. What it names is
 * what `given` holds, which must outlive the stream. */
void stream_add_campaign(struct stream *s, const struct campaign *c);
void stream_set_profile(struct stream *s, struct str domain, const struct sim_given *given);
void stream_free(struct stream *s);
/* The next record, valid until the next call; NULL at the end. Its second delivery comes as an
 * event of its own with `duplicate` set. */
const struct sim_event *stream_next(struct stream *s);
const struct profile *stream_profile(const struct stream *s);
const struct campaign *stream_campaigns(const struct stream *s, size_t *n);

#endif
