/* detect.h - the door of the room: packs of detections, run over logs; their findings, tuning,
 * tests.
 *
 *     struct pack_set *packs = NULL;
 *     TRY(pack_set_open(paths, n, &packs, err));
 *     TRY(detect_run(packs, &options, &result, err));
 *     ... report_open(..., result) writes it (report/report.h)
 *     detect_result_free(result);
 *     pack_set_free(packs);
 *
 * A detection is a YAML file with its metadata and one query of the same name for each language
 * (NAME.yaml, NAME.aql, NAME.cql). docs/detections.md describes the files. Everything a result
 * points to lives as long as the result and the packs. */
#ifndef DETECT_DETECT_H
#define DETECT_DETECT_H

#include "lanner.h"
#include "util/buf.h"
#include "util/mem.h"
#include "util/str.h"

/* ---- Packs ----------------------------------------------------------------------------------- */

enum severity {
    SEVERITY_INFORMATIONAL,
    SEVERITY_LOW,
    SEVERITY_MEDIUM,
    SEVERITY_HIGH,
    SEVERITY_CRITICAL,
    SEVERITY_COUNT
};
const char *severity_name(enum severity s);               /* "high" */
bool severity_named(struct str name, enum severity *out); /* any case */

enum query_language { QUERY_AQL, QUERY_CQL, QUERY_LANGUAGES };
const char *query_language_name(enum query_language l); /* "aql" */

struct parameter {
    struct str name, value /* default */, description;
};

/* A column of the result, by language; empty: the query has none. */
struct column_names {
    struct str name[QUERY_LANGUAGES];
};

/* What a finding is about. The names in YAML are those of entity_name(). */
enum entity {
    ENTITY_SOURCE,      /* client address */
    ENTITY_NETWORK,     /* CIDR */
    ENTITY_ASN,         /* number */
    ENTITY_USER,        /* account */
    ENTITY_HOST,        /* computer */
    ENTITY_AGENT,       /* user agent */
    ENTITY_APPLICATION, /* application id or name */
    ENTITY_TENANT,
    ENTITY_COUNT
};
const char *entity_name(enum entity e);

struct verdict {
    /* Holds when the column has that text; or when the finding's value is at least so much. */
    struct column_names column;
    struct str is;
    struct str at_least; /* a number, or ?name of a parameter; empty: no condition */
    struct str verdict;
    enum severity severity;
};

struct detection {
    const struct pack *pack;
    struct str id; /* unique in its pack */
    struct str title, description;
    enum severity severity; /* of findings for which no verdict holds */
    struct str confidence;
    struct str *attack; /* technique ids, at least one (the pack's when it has none) */
    size_t n_attack;
    struct str *references;
    size_t n_references;
    struct str *false_positives;
    size_t n_false_positives;
    struct str *sources; /* source declarations; an event of any of them makes it worth running */
    size_t n_sources;
    struct parameter *parameters;
    size_t n_parameters;

    struct str file;                   /* of the YAML */
    struct str query[QUERY_LANGUAGES]; /* text; empty when there is none in that language */
    struct str query_file[QUERY_LANGUAGES];
    enum query_language preferred; /* the one that runs when one is enough */

    struct column_names *key; /* columns that together name the finding beside its window */
    size_t n_key;
    struct column_names entity[ENTITY_COUNT];
    struct column_names window_start; /* a time */
    int64_t window_ms;                /* 0: no window */
    struct column_names first_seen, last_seen, users, events, rate, sample;
    struct column_names
        value;                /* the number that thresholds are about; default users, else events */
    struct verdict *verdicts; /* the first that holds counts */
    size_t n_verdicts;
    int64_t suppress_ms; /* findings of one key within so long become one; 0: as they are */
    /* Where the query of test files lies, and more that only some readers need: in the tree. */
    struct yaml_node *tree; /* pack's arena */
};

struct pack {
    struct str id, title, description, version, author;
    enum severity severity;
    struct str *attack;
    size_t n_attack;
    struct str *references;
    size_t n_references;
    struct str folder;
    struct detection *detections; /* in the order of their ids */
    size_t n_detections;
};

struct pack_problem { /* a file of a pack that cannot be used */
    struct str file;
    struct lanner_err err; /* with line and column */
};

struct pack_set {
    struct arena arena;
    struct pack *packs;
    size_t n_packs;
    /* Detections that could not be read; the others run all the same. */
    struct pack_problem *problems;
    size_t n_problems;
};

/* Each path is a pack's folder, a folder of packs, or the YAML of one detection. An unusable
 * detection becomes a problem; a folder without any pack is an error. */
enum lanner_rc pack_set_open(const char *const *paths, size_t n, struct pack_set **out,
                             struct lanner_err *err) MUST_USE;
void pack_set_free(struct pack_set *s);
/* Is it a path that pack_set_open takes: a pack, a folder of packs, the YAML of a detection? */
bool pack_is_path(const char *path);
/* Does the id fit the glob (NULL: all do)? */
bool detection_fits(const struct detection *d, const char *only);
/* Its query with the parameters' values in their places, appended. */
void detection_query_text(const struct detection *d, enum query_language language,
                          const char *const *set, size_t n_set, struct buf *out);
/* Value of a parameter: what was set ("name=value" or "detection.name=value", the last that fits
 * wins), else the default. */
struct str parameter_value(const struct detection *d, const struct parameter *p,
                           const char *const *set, size_t n_set);
/* Prepares a detection's query in a session: its parameters are set for it. */
enum lanner_rc detection_prepare(const struct detection *d, enum query_language language,
                                 struct lanner_session *session, const char *const *set,
                                 size_t n_set, struct lanner_query **out,
                                 struct lanner_err *err) MUST_USE;

/* ---- Findings -------------------------------------------------------------------------------- */

enum label_kind {
    LABEL_SUPPRESSED,  /* all or so many of its events are taken by an allow-list entry */
    LABEL_MAINTENANCE, /* in a maintenance window */
    LABEL_AUTHORISED,  /* an authorised test: `ticket` */
    LABEL_THRESHOLD,   /* below the threshold set for its source */
    LABEL_SUCCESS,     /* so many of the source's users signed in that it is shared egress */
    LABEL_BASELINE,    /* not above what is usual for the source */
    LABEL_RAISED       /* allow-listed, but far above what is usual for the source */
};
const char *label_name(enum label_kind k); /* "suppressed", "authorised" ... */

struct label {
    enum label_kind kind;
    struct str entry; /* "egress.csv:3 198.51.100.0/24", or the rule in words */
    struct str owner, reason, ticket;
    uint64_t n_events; /* of the finding, taken by it; 0: not counted */
};

struct evidence {
    int64_t time_ms; /* LANNER_TIME_OPEN: none */
    struct str user, source, agent, code;
    struct str raw; /* the record */
};

/* What the events of a finding's source, in its time, look like (profile.h makes it). */
struct profile {
    uint64_t n_events;       /* all of the source's events, selected by the query or not */
    uint64_t n_users;        /* distinct, case ignored */
    uint64_t n_failed_users; /* with a failure */
    uint64_t n_success_users;
    double success_share; /* n_success_users / n_users */
    double events_per_user;
    double gap_median_s, gap_variation; /* between events; variation: deviation / mean */
    double ordered_share;               /* of neighbouring new names in alphabetical order, 0..1 */
    uint64_t n_agents, n_applications;
    struct hour {
        int64_t start_ms;
        uint64_t n_events, n_users;
    } * hours; /* without gaps */
    size_t n_hours;
};

struct cell {
    struct str name, value; /* value as printed */
};

struct finding {
    char id[33]; /* hex; the same in every run over the same events */
    const struct detection *detection;
    bool found_by[QUERY_LANGUAGES];
    enum severity severity;
    struct str verdict; /* or empty */
    struct str entity[ENTITY_COUNT];
    struct cell *keys;
    size_t n_keys;
    int64_t window_start_ms; /* LANNER_TIME_OPEN: no window */
    int64_t first_ms, last_ms;
    double value;
    uint64_t n_users, n_events; /* 0: not known */
    double rate_per_min;
    struct str *sample; /* users */
    size_t n_sample;
    struct cell *row; /* of the query, the first that made it */
    size_t n_row;
    uint32_t n_merged; /* rows that became this finding */
    struct evidence *evidence;
    size_t n_evidence;
    struct label *labels;
    size_t n_labels;
    bool suppressed;         /* a label took it: shown apart, does not count */
    struct profile *profile; /* or NULL: not asked for */
};

struct detection_outcome {
    const struct detection *detection;
    enum {
        RAN,
        NO_SOURCE,
        FAILED
    } what; /* NO_SOURCE: it ran, but no event of its sources was seen */
    enum query_language language;
    struct lanner_err err; /* FAILED */
};

/* What an allow-list entry took, over all detections. */
struct suppression {
    struct lanner_allow_entry entry;
    uint64_t n_events, n_sources, n_users, n_findings;
};

struct detect_result {
    struct arena arena;
    const struct pack_set *packs;
    struct finding *findings; /* most severe first, then oldest; suppressed ones last */
    size_t n_findings;
    struct detection_outcome *outcomes;
    size_t n_outcomes;
    struct suppression *suppressions;
    size_t n_suppressions;
    struct lanner_stats stats;
    int64_t now_ms; /* the clock of the run */
    bool failed;    /* a detection failed or an input could not be read: exit status 2 */
    bool cut;       /* there were too many findings; `n_cut` rows are in none */
    uint64_t n_cut;
    bool interrupted; /* stopped between the passes: without evidence and profiles */
};

struct detect_options {
    struct lanner_session *session; /* with inputs and options set */
    const char *tuning;             /* folder or tuning.yaml; NULL: none */
    const char *const *set;         /* parameters: "name=value" */
    size_t n_set;
    bool language[QUERY_LANGUAGES]; /* none: the preferred one of each detection */
    size_t n_evidence;              /* records for each finding; 0: none */
    bool profile;                   /* fill finding.profile */
    const char *only;               /* glob of detection ids; NULL: all */
    /* Asked between passes whether to end; may be NULL. */
    bool (*stopped)(void *ctx);
    void *stop_ctx;
};

/* Runs the packs' detections in one pass over the session's inputs, and a second one for what lies
 * behind the findings. A detection that cannot run is an outcome; fails only where nothing can be
 * run, or when it was cancelled before there was any finding. */
enum lanner_rc detect_run(const struct pack_set *packs, const struct detect_options *options,
                          struct detect_result **out, struct lanner_err *err) MUST_USE;
void detect_result_free(struct detect_result *r);

/* Their tests, whether two queries find the same, and why a finding is one. */
#include "detect/diff.h"
#include "detect/testing.h"
#include "detect/why.h"

#endif
