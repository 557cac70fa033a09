/* tele.h - private to sim: one event of a log that is not a sign-in log, and how it is printed. */
#ifndef SIM_TELE_H
#define SIM_TELE_H

#include "sim/put.h"
#include "sim/technique.h"
#include "util/buf.h"

#define TELE_MAX_FIELDS 26

struct tele_field {
    const char *name;
    struct str value;
    bool number;
};

/* What is the same in all Windows events of one id. */
struct host_log {
    uint16_t id;
    const char *provider, *guid, *channel, *task_name;
    uint8_t version, level;
    uint16_t task;
    const char *keywords;
    const char *process; /* numbers of the process and the thread that wrote it */
};

enum host_event { HOST_PROCESS, HOST_CONNECTION, HOST_DNS, HOST_SCRIPT, HOST_CREATED, HOST_LOGON };

enum tele_origin { ORIGIN_ORDINARY, ORIGIN_ATTACK, ORIGIN_LOOK_ALIKE };

/* Texts belong to the feed and live until its next event. */
struct tele {
    int64_t at_ms;
    uint64_t seed;
    uint8_t origin;
    uint8_t test;
    uint32_t name; /* of the plan; UINT32_MAX: not about a probed name */
    struct str user;
    struct str client; /* address */
    struct str agent;
    /* Web */
    struct str method, host, path, query, server;
    bool plain_http;
    uint32_t status, substatus, n_bytes, elapsed_ms;
    /* Windows */
    const struct host_log *log;
    struct str computer;
    struct tele_field fields[TELE_MAX_FIELDS];
    size_t n_fields;
    /* Defender */
    struct str image, command;
};

const struct host_log *host_log_of(enum host_event event);

struct tele_writer {
    struct put_clock clock;
    uint64_t n_records;
    const char *header_date; /* unused by most */
    int64_t header_ms;       /* when a W3C header was written last */
    int64_t begin_ms;
};

typedef void (*tele_put_fn)(struct tele_writer *w, const struct tele *t, struct buf *out);

/* tele_host.c */
void tele_put_evtx_dump(struct tele_writer *w, const struct tele *t, struct buf *out);
void tele_put_xml(struct tele_writer *w, const struct tele *t, struct buf *out);
void tele_put_winlogbeat(struct tele_writer *w, const struct tele *t, struct buf *out);
void tele_put_nxlog(struct tele_writer *w, const struct tele *t, struct buf *out);
/* tele_web.c */
void tele_put_squid(struct tele_writer *w, const struct tele *t, struct buf *out);
void tele_put_combined(struct tele_writer *w, const struct tele *t, struct buf *out);
void tele_put_zscaler(struct tele_writer *w, const struct tele *t, struct buf *out);
void tele_put_elff(struct tele_writer *w, const struct tele *t, struct buf *out);
void tele_put_iis(struct tele_writer *w, const struct tele *t, struct buf *out);
/* tele_cloud.c */
void tele_put_preauth(struct tele_writer *w, const struct tele *t, struct buf *out);
void tele_put_preauth_record(struct tele_writer *w, const struct tele *t, struct buf *out);
void tele_put_mde(struct tele_writer *w, const struct tele *t, struct buf *out);
void tele_put_mde_csv(struct tele_writer *w, const struct tele *t, struct buf *out);

/* feed.c: the events of one log in the order of their time. */
struct feed_options {
    const struct plan *plans;
    size_t n_plans;
    const struct profile *profile;
    uint64_t seed;
    int64_t begin_ms, end_ms; /* of ordinary days */
    uint32_t n_users;         /* of ordinary days; 0: none */
    uint32_t rate;            /* thousandths of the usual number of ordinary events */
    bool look_alikes;
    int64_t look_alike_ms; /* when they begin */
};

struct feed;

struct feed *feed_new(const struct feed_options *options, enum tele_kind kind);
void feed_free(struct feed *f);
/* The next event, valid until the next call; NULL at the end. */
const struct tele *feed_next(struct feed *f);

/* Fills an event of a log; `scratch` holds its texts. */
struct fill {
    struct arena *scratch;
    struct tele *t;
};

void fill_text(struct fill *f, const char *name, struct str value);
void fill_number(struct fill *f, const char *name, struct str value);
/* One process on one computer. */
struct process {
    struct str computer, user, account, image, command, parent, address;
    uint64_t id;
};
void fill_process(struct fill *f, const struct process *p);
/* 4688 */
void fill_created(struct fill *f, const struct process *p);
void fill_connection(struct fill *f, const struct process *p, struct str remote, uint32_t k);
void fill_dns(struct fill *f, const struct process *p, struct str host, struct str remote);
void fill_script(struct fill *f, const struct process *p, struct str text, uint32_t part,
                 uint32_t n_parts, uint64_t id);
void fill_logon(struct fill *f, struct str user, struct str address, bool exists);

void fill_web(struct fill *f, const char *method, struct str host, struct str path,
              struct str query, uint32_t status);
void fill_endpoint(struct fill *f, const struct process *p, struct str host, struct str remote,
                   uint32_t k);

/* tech_tests.c: how many events of the log come before the probes and with each. */
struct play {
    uint32_t n_before;
    uint32_t n_each;
    /* i: event before the probes; with probe k: part */
    void (*before)(const struct plan *p, uint32_t i, struct fill *f);
    void (*each)(const struct plan *p, uint32_t k, uint32_t part, struct fill *f);
};
bool play_of(const struct plan *p, enum tele_kind kind, struct play *out);

/* ordinary.c */
/* Events a second at the mean of the week that one user causes in the log. */
double ordinary_rate(enum tele_kind kind);
/* What one occasion leaves: so many records, a few hundred milliseconds apart. */
uint32_t ordinary_parts(enum tele_kind kind, uint64_t bits);
void ordinary_event(const struct profile *p, enum tele_kind kind, uint64_t bits, uint32_t part,
                    struct fill *f);
/* Event i of the look-alikes of the log, at its own time after `from`; false past the last. Times
 * do not decrease. */
bool look_alike_event(const struct profile *p, enum tele_kind kind, uint32_t i, int64_t from_ms,
                      struct fill *f);

#endif
