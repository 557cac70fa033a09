/* simulate_truth.h - private to sim: what simulate wrote, and what a detector should say of it. */
#ifndef SIM_SIMULATE_TRUTH_H
#define SIM_SIMULATE_TRUTH_H

#include "sim/outlet.h"
#include "sim/rule.h"
#include "sim/stream.h"

/* One probe in one log. */
struct probe {
    int64_t at_ms;
    uint32_t address; /* of sim_given */
    uint32_t name;    /* of the plan */
    bool four, wide;
};

typedef VEC(struct probe) probes;

struct simulate_truth {
    const struct plan *plans; /* borrowed */
    size_t n_plans;
    const struct profile *profile; /* borrowed */
    struct rule *rule;             /* owned; the hourly rule by address; NULL: no sign-ins */
    probes probes[N_TESTS + 1][N_TELE_KINDS]; /* of the first file of each log */
    uint64_t n_events[N_TESTS + 1][N_TELE_KINDS];
    bool has_log[N_TELE_KINDS];
    struct buf files;                         /* JSON, the members of "files" */
    const char *campaigns[SIM_MAX_CAMPAIGNS]; /* static; names by index */
    size_t n_campaigns;
    bool look_alikes;
};

void simulate_truth_done(struct simulate_truth *t);
void simulate_truth_file(struct simulate_truth *t, const struct outlet *o, uint64_t n_events,
                         uint64_t n_bytes, const uint64_t by_test[N_TESTS + 1]);
/* in_rule: the rule counts it (the first file of sign-ins; the audit log has them again). */
void simulate_truth_signin(struct simulate_truth *t, const struct sim_event *ev,
                           const struct shape_writer *w, bool in_rule, enum tele_kind kind,
                           unsigned test, uint64_t ordinal);
void simulate_truth_tele(struct simulate_truth *t, const struct tele *ev, enum tele_kind kind);
void simulate_truth_print(struct simulate_truth *t, const struct simulate_options *options,
                          struct buf *out);

#endif
