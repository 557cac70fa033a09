/* rule.h - private to sim: the reference rule (examples/t1589.002-email-enumeration.cql) answered
 * without any query engine, to check the engine against. */
#ifndef SIM_RULE_H
#define SIM_RULE_H

#include "sim/shape.h"
#include "util/buf.h"

#define RULE_MAX_ROWS 200 /* what the rule's sort() keeps */
#define RULE_SAMPLE   25
#define RULE_APPS     10

struct rule_name {
    uint64_t hash;
    char *text; /* owned */
};

/* One group of the rule's groupBy. */
struct rule_group {
    int64_t hour_ms;
    uint64_t address;
    uint8_t client;
    char *agent; /* owned; with NUL, no agent has one inside */
    char address_text[48];
    VEC(struct rule_name) users;
    VEC(uint16_t) apps; /* at most RULE_APPS */
    uint64_t n_attempts;
    uint64_t ordinal; /* of its first record */
    int64_t first_ms, last_ms;
    uint8_t campaigns[8]; /* bit i % 8 of byte i / 8: campaign i is in it */
    struct rule_group *next;
};

struct rule;

struct rule *rule_new(const struct shape_def *shape, const struct profile *profile);
void rule_free(struct rule *r);
void rule_add(struct rule *r, const struct sim_event *ev, const struct shape_writer *w,
              uint64_t ordinal);
/* Ends adding. The rows in the rule's order, at most RULE_MAX_ROWS; *n_all counts those cut too. */
const struct rule_group *const *rule_rows(struct rule *r, size_t *n, uint64_t *n_all);
/* The row as the rule prints it. */
void rule_put_row(const struct rule *r, const struct rule_group *g, struct buf *out);

#endif
