/* technique.h - private to sim: the tests of a technique, played by a tool.
 *
 * A plan says who probes which names when. Everything in it follows from the options; the k-th
 * probe is the same whichever log is being written, so the logs agree and none of them is kept in
 * memory.
 */
#ifndef SIM_TECHNIQUE_H
#define SIM_TECHNIQUE_H

#include "sim/campaign.h"
#include "sim/profile.h"
#include "sim/sim.h"

#define N_TESTS          5
#define MAX_PROBED_NAMES UINT32_C(1000000)

/* Which logs a program or test touches. */
enum tele_kind {
    TELE_SIGNIN,
    TELE_AUDIT, /* Office 365: the same sign-ins */
    TELE_PREAUTH,
    TELE_HOST,
    TELE_ENDPOINT,
    TELE_PROXY,  /* TLS is looked into */
    TELE_TUNNEL, /* it is not: host and port are all there is */
    TELE_IIS,
    N_TELE_KINDS
};

struct tool {
    const char *name;
    uint8_t tests;       /* bit N: plays test N */
    struct str agent;    /* what it sends; empty: the default of the program */
    uint32_t gap_ms[6];  /* between probes, by test; 0: a second */
    bool threaded;       /* gaps are exponential, not constant */
    uint8_t tries;       /* of a name */
    uint16_t app;        /* of sign-ins: application */
    uint8_t n_apps;      /* so many applications in turn from `app` on */
    uint8_t client;      /* of sign-ins: sim_client */
    bool image_is_shell; /* runs inside powershell.exe */
};

struct plan {
    const struct tool *tool;
    const struct profile *profile;
    uint64_t seed;
    int64_t begin_ms;
    uint32_t n_names;
    uint32_t n_probes; /* n_names times the tool's tries */
    uint32_t gap_ms;
    uint32_t jitter;      /* thousandths of the gap */
    uint32_t valid_share; /* thousandths of the names */
    uint32_t first_address, n_addresses;
    uint8_t test;
    uint8_t n_script_parts;
    bool threaded;
    bool plain_agent;
    bool names_given;
    struct str computer; /* arena of the run, as all texts below */
    struct str workstation;
    struct str host_address;
    struct str account;
    struct str agent;
};

/* The instant of probe k; k must not decrease from call to call. */
struct plan_clock {
    uint32_t k;
    int64_t at_ms;
};

void plan_clock_init(struct plan_clock *c, const struct plan *p);
int64_t plan_clock_to(struct plan_clock *c, const struct plan *p, uint32_t k);

const struct tool *tool_find(const char *name);
const struct tool *tool_of_test(unsigned test);
const struct tool *tool_at(size_t i);
/* What SIM_GIVEN_APP counts. */
const struct sim_app *technique_apps(size_t *n);
/* Whether the test touches the log. */
bool test_touches(unsigned test, enum tele_kind kind);
/* Whether a detector can tell it there. */
bool plan_tells(const struct plan *p, enum tele_kind kind);
const char *test_title(unsigned test);

bool plan_exists(const struct plan *p, uint32_t name);
/* The number of name i for a sim_event. */
uint32_t plan_user(const struct plan *p, uint32_t name);
/* The way back: i of a number. */
uint32_t plan_name_of(const struct plan *p, uint32_t user);
size_t plan_put_name(const struct plan *p, uint32_t name, char *room);
uint64_t plan_address(const struct plan *p, uint32_t k);
struct str plan_address_text(const struct plan *p, uint32_t k);
/* A campaign that plays the plan's sign-ins. */
void plan_campaign(const struct plan *p, struct plan_clock *clock, struct campaign *c);

#endif
