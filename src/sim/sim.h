/* sim.h - the door of the room: simulated sign-in logs with planted campaigns and their truth.
 *
 * One seed gives one stream of events, byte for byte, on every machine; every shape prints the same
 * stream, so a query must answer alike over shapes. Memory does not grow with the size of the log.
 * The figures behind the defaults are those of Microsoft's sizing tables and of published samples.
 */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include "util/buf.h"

struct sim_options {
    const char *shape;     /* a name of shapes.def */
    const char *campaigns; /* "all", "none" or ids with commas: A1,A11,B2 */
    uint64_t seed;
    int64_t start_ms; /* epoch, first sign-in; default Monday 2026-03-02T00:00:00Z */
    uint64_t n_users; /* 0: as many as fill n_bytes in n_days */
    double n_days;    /* ends the log unless n_bytes does */
    uint64_t n_bytes; /* at most so many bytes; 0: n_days counts */

    /* The profile. Shares are in thousandths. */
    uint32_t events_per_user_day; /* user sign-ins on average over the week */
    uint32_t interactive_share;
    uint32_t service_share;   /* service principals and managed identities, on top */
    uint32_t duplicate_share; /* records delivered twice */
    uint32_t late_share;      /* records more than an hour late */
    uint32_t late_median_ms; /* emit time after the sign-in, log-normal, 99th percentile six-fold */
};

struct sim_stats {
    uint64_t n_events; /* records written, repetitions included */
    uint64_t n_bytes;
    uint64_t n_users;
};

typedef bool (*sim_write_fn)(void *ctx, const char *ptr, size_t len);

void sim_defaults(struct sim_options *options);
/* Writes the log; `truth` (may be NULL) receives a JSON document that says what was planted and
 * what the reference rule must answer. LANNER_ERR_STOPPED when `write` returned false. */
MUST_USE enum lanner_rc sim_run(const struct sim_options *options, sim_write_fn write, void *ctx,
                                struct buf *truth, struct sim_stats *stats, struct lanner_err *err);

/* Simulated telemetry of a technique: what its tests leave in every log they touch, alone or among
 * ordinary days, and the truth about it. One seed gives one set of files, byte for byte. */
struct simulate_options {
    const char *technique; /* T1589.002/N, or T1589.002: all tests, an hour apart */
    uint64_t seed;
    int64_t start_ms;             /* of the (first) test */
    const char *domain;           /* whose addresses are tried */
    const char *const *addresses; /* the attacker's, in turn; none: one of 203.0.113.0/24 */
    size_t n_addresses;
    const char *host_address;  /* of the workstation that probes; NULL: one of 10.20.4.0/24 */
    const char *tool;          /* NULL: the default of the test */
    struct str names;          /* addresses to try, one a line; empty: made up */
    uint32_t n_users;          /* 0: the test's default */
    uint32_t valid_share;      /* thousandths of the names that exist */
    uint32_t gap_ms;           /* between probes; 0: the tool's */
    uint32_t jitter;           /* thousandths of the gap */
    uint32_t n_script_parts;   /* of a logged script; 0: 1 */
    bool plain_agent;          /* test 4 with a browser's agent */
    const char *shapes;        /* NULL: one for each log; "all", or names with commas */
    const char *logs;          /* NULL: all; names with commas */
    uint64_t background_users; /* 0: no ordinary days */
    uint32_t background_days;  /* the test is in the last one */
    uint64_t background_bytes; /* thin ordinary days out to about so many for each file; 0: no */
    bool look_alikes;
};

struct simulate_sink {
    void *ctx;
    /* Begins a file; its name is valid until it is closed. */
    enum lanner_rc (*open)(void *ctx, const char *name, struct lanner_err *err);
    enum lanner_rc (*write)(void *ctx, const char *ptr, size_t len, struct lanner_err *err);
    enum lanner_rc (*close)(void *ctx, struct lanner_err *err);
};

void simulate_defaults(struct simulate_options *options);
/* Writes the files and, as truth.json, what is in them. */
MUST_USE enum lanner_rc simulate_run(const struct simulate_options *options,
                                     const struct simulate_sink *sink, struct sim_stats *stats,
                                     struct lanner_err *err);
/* How many files simulate_run would write beside the truth. */
MUST_USE enum lanner_rc simulate_count(const struct simulate_options *options, size_t *n_files,
                                       struct lanner_err *err);

struct sim_name {
    const char *name;
    const char *help;
};
/* The i-th shape or campaign, or NULL past the end. */
const struct sim_name *sim_shape_at(size_t i);
const struct sim_name *sim_campaign_at(size_t i);
/* The i-th tool, or NULL past the end. */
const char *simulate_tool_at(size_t i);

#endif
