/* run.h - private to detect: one run of packs over logs. */
#ifndef DETECT_RUN_H
#define DETECT_RUN_H

#include "detect/findings.h"
#include "detect/tuning.h"
#include "util/hash.h"

/* A detection that takes part. */
struct chosen {
    const struct detection *detection;
    const char **set; /* run's arena: parameters of tuning.yaml, then those of the command line */
    size_t n_set;
    struct detection_rows rows;
    /* Its query as prepared, by language; NULL: it does not run in that. */
    struct lanner_query *query[QUERY_LANGUAGES]; /* owned */
    /* Of a query that gives whole events: the fields they are asked for instead. */
    const char **fields; /* run's arena */
    size_t n_fields;
};

struct run {
    const struct pack_set *packs;
    const struct detect_options *options;
    struct lanner_session *session;
    struct tuning *tuning; /* owned; NULL: none */
    struct detect_result *result;
    struct arena arena;
    struct arena scratch;  /* of one row */
    struct chosen *chosen; /* arena */
    size_t n_chosen;
    struct strmap sources; /* names of the kinds of log in the inputs */
};

/* What a query of a job is for. */
struct request;
typedef void (*request_row)(struct request *r, const struct lanner_row *row);
struct request {
    struct run *run;
    size_t chosen; /* index */
    enum query_language language;
    enum lanner_allow allow; /* of requests for groups */
    struct lanner_query *query;
    bool owned; /* the query is freed with the request; else it is the detection's */
    bool main;  /* the detection's own rows; the others are for tuning */
    request_row on_row;
    void (*reset)(struct request *r); /* forgets the rows that came: they come again; NULL: none */
    struct collector *collector;      /* owned; of requests for rows */
    void *more;                       /* of the second pass */
    bool failed;
    struct lanner_err err;
};

struct request_list {
    struct request *items; /* owned */
    size_t n, cap;
};
void request_list_done(struct request_list *l);

/* job.c: runs the requests in one pass. When one of them makes it fail, the others run without it,
 * and `failed` is set. Fails itself only when it was cancelled. */
enum lanner_rc requests_run(struct request_list *l, struct lanner_stats *stats,
                            struct lanner_err *err) MUST_USE;

/* behind.c: the second pass: evidence, profiles and what tuning asks of the events. */
enum lanner_rc behind_run(struct run *r, struct lanner_err *err) MUST_USE;

#endif
