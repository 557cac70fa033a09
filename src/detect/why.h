/* why.h - why a finding was made, and why a source has none.
 *
 * why_run makes a full run (detect_run) for the findings; for everything but a single finding a
 * second job then asks, detection by detection, which of the subject's events reached its query,
 * what took them, and how near its groups came. */
#ifndef DETECT_WHY_H
#define DETECT_WHY_H

#include "detect/detect.h"

enum why_subject {
    WHY_FINDING,   /* an id, or the first six digits of it or more */
    WHY_SOURCE,    /* an address or a network */
    WHY_USER,      /* user=NAME, or a name with an @ or a backslash */
    WHY_AGENT,     /* agent=TEXT, or a text with a slash or a blank */
    WHY_DETECTION, /* detection=ID */
    WHY_SUBJECTS
};
const char *why_subject_name(enum why_subject s); /* "source" */

struct why_finding {
    const struct finding *finding;
    /* The verdict that it has, and the next one above by numbers; either may be NULL. */
    const struct verdict *held, *next;
    double held_at, next_at; /* numbers from which they hold; of held 0 where it is no number */
};

struct why_code {
    struct str code; /* empty: none */
    uint64_t n_events;
};

struct why_taker {
    struct lanner_allow_entry entry;
    uint64_t n_events;
};

/* A group of a query, without the conditions behind the grouping. */
struct why_group {
    struct cell *keys;
    size_t n_keys;
    struct cell *row; /* its other columns, at most WHY_MAX_COLUMNS */
    size_t n_row;
    int64_t window_start_ms, first_ms, last_ms; /* LANNER_TIME_OPEN: none */
    double value;
};

struct why_detection {
    const struct detection *detection;
    enum query_language language;
    bool failed; /* `err` says why it could not be asked */
    struct lanner_err err;
    size_t n_findings; /* of the subject, suppressed ones as well */
    /* Events of the subject that its query selects, whatever the allow-lists say. */
    uint64_t n_reached, n_without_user, n_without_source;
    int64_t first_ms, last_ms;
    uint64_t n_taken; /* of these, by the allow-lists: */
    struct why_taker *takers;
    size_t n_takers;
    struct why_code *codes; /* of the events that reached it, most first */
    size_t n_codes;
    bool is_single; /* every event is a finding: no group, no threshold */
    bool has_threshold;
    double threshold;
    struct why_group *groups; /* allow-lists applied; largest value first, at most WHY_MAX_GROUPS;
                                 one a key where the query has no windows */
    size_t n_groups;
    uint64_t n_all_groups;
};
#define WHY_MAX_GROUPS  ((size_t)5)
#define WHY_MAX_COLUMNS ((size_t)12)

struct why {
    struct arena arena;
    struct detect_result *result; /* owned */
    enum why_subject subject;
    struct str what; /* without user= and the like */
    struct why_finding *findings;
    size_t n_findings;
    /* Not of WHY_FINDING: */
    bool has_events;         /* not of WHY_DETECTION: */
    struct profile *profile; /* all events of the subject */
    int64_t first_ms, last_ms;
    struct why_code *codes; /* most first */
    size_t n_codes;
    struct why_detection *detections; /* nearest threshold missed first */
    size_t n_detections;
};

/* options->profile is set in any case. */
enum lanner_rc why_run(const struct pack_set *packs, const struct detect_options *options,
                       const char *what, struct why **out, struct lanner_err *err) MUST_USE;
void why_free(struct why *w);
/* What a detection counts, from the name of its column: "users", "events" or "value". */
const char *why_unit(const struct detection *d);

#endif
