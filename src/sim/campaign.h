/* campaign.h - private to sim: planted campaigns, attacks (A) and what merely looks like one (B).
 */
#ifndef SIM_CAMPAIGN_H
#define SIM_CAMPAIGN_H

#include "sim/profile.h"
#include "sim/sim.h"

struct plan;
struct plan_clock;

struct campaign {
    const struct campaign_def *def;
    const struct profile *profile;
    int64_t begin_ms;
    uint64_t seed;
    uint32_t n;      /* events */
    uint32_t k;      /* the next one */
    int64_t next_ms; /* when it happens; INT64_MAX when the campaign is over */
    uint8_t index;
    const struct plan *plan;  /* borrowed; of a simulated technique, else NULL */
    struct plan_clock *clock; /* borrowed; the plan's, for this campaign alone */
};

/* When a campaign may begin. */
enum campaign_begin {
    BEGIN_HOUR,   /* five minutes past an hour of its share of the log */
    BEGIN_EARLY,  /* as BEGIN_HOUR, in the second hour of the log: long campaigns */
    BEGIN_LATE,   /* ten minutes before an hour */
    BEGIN_MONDAY, /* Monday 09:00, or any 09:00 */
    BEGIN_NIGHT   /* 02:00 */
};

struct campaign_def {
    const char *id; /* A11.9 belongs to A11 */
    const char *what;
    const char *rule; /* what the reference rule says of it, when nothing else is in its groups */
    uint32_t n;       /* events; 0: as many half-hours as the log has, twice */
    enum campaign_begin begin;
    /* Fills the k-th event; created_ms holds the campaign's begin and must not decrease with k. */
    void (*event)(const struct campaign *c, uint32_t k, struct sim_event *ev);
};

/* The defs asked for ("all", "none", "A1,B2") in the order of the table; at most max. */
MUST_USE enum lanner_rc campaign_choose(const char *list, const struct campaign_def **out,
                                        size_t max, size_t *n, struct lanner_err *err);
/* Places campaign i of n in the log. */
void campaign_init(struct campaign *c, const struct campaign_def *def, const struct profile *p,
                   size_t i, size_t n, int64_t start_ms, int64_t span_ms);
/* Begins a campaign whose members but next_ms are set by hand. */
void campaign_begin(struct campaign *c);
/* Takes the next event, which there must be (next_ms); emit_ms is left open. */
void campaign_take(struct campaign *c, struct sim_event *ev);

#endif
