/* background.h - private to sim: the sign-ins of ordinary days. */
#ifndef SIM_BACKGROUND_H
#define SIM_BACKGROUND_H

#include "sim/profile.h"
#include "sim/sim.h"

struct background;

typedef void (*background_fn)(void *ctx, struct sim_event *ev);

struct background *background_new(const struct sim_options *options, const struct profile *profile);
void background_free(struct background *b);
/* Hands over the events that happen in the second, with emit_ms still open: first the failure, then
 * what follows from it (the success after a slip), which may lie up to a minute later. */
void background_second(struct background *b, int64_t second, struct random *random,
                       background_fn fn, void *ctx);
/* Records that one user causes on average between two instants. */
double background_per_user(const struct sim_options *options, int64_t start_ms, int64_t span_ms);
/* Activity at an instant, 1 at the mean of the week. */
double background_activity(int64_t ms);
/* Where most people of a company sit. */
uint64_t background_office(uint32_t site, uint32_t i);

#endif
