/* tuning_file.h - private to tuning: tuning.yaml and its CSV files, as read. */
#ifndef DETECT_TUNING_FILE_H
#define DETECT_TUNING_FILE_H

#include "detect/detect.h"
#include "match/match.h"
#include "util/ip.h"

enum tuned_kind { /* what a value of a row is */
                  TUNED_ADDRESS,
                  TUNED_ASN,
                  TUNED_AGENT,
                  TUNED_APPLICATION,
                  TUNED_ACCOUNT,
                  TUNED_KINDS
};

/* A row of a file of thresholds or of authorised tests. */
struct tuned_entry {
    struct lanner_allow_entry shown; /* file, line and texts, NUL-terminated */
    enum tuned_kind kind;
    struct ip_net net;            /* address */
    struct str text;              /* exact */
    const struct glob *glob;      /* or this */
    const struct regex *regex;    /* or this */
    const struct glob *detection; /* of ids; NULL: all */
    int64_t expires_ms;           /* from then on it takes nothing; LANNER_TIME_OPEN: never */
    double threshold;
    int64_t from_ms, to_ms; /* of an authorised test, both included */
};

struct tuned_entries {
    struct tuned_entry *items;
    size_t n;
};

struct success_rule {
    bool on, lower;
    double at_least;
    uint32_t line;
};

struct baseline_rule {
    bool on;
    int64_t days;
    double k, floor;
    uint32_t line;
};

struct tuned_detection {
    struct str id;
    bool disabled, has_severity, has_success, has_baseline;
    enum severity severity;
    const char **set; /* "name=value" */
    size_t n_set;
    struct success_rule success;
    struct baseline_rule baseline;
};

struct tuning_file {
    const char *file, *folder;
    struct allow_file {
        const char *path;
        bool is_maintenance;
    } * allow;
    size_t n_allow;
    struct tuned_entries thresholds, authorised;
    struct success_rule success;
    struct baseline_rule baseline;
    int64_t suppress_ms;
    struct tuned_detection *detections;
    size_t n_detections;
};

/* Everything lives in the arena. */
enum lanner_rc tuning_file_read(struct arena *a, const char *path, const struct pack_set *packs,
                                struct tuning_file *out, struct lanner_err *err) MUST_USE;
/* The same of a text; out->file and out->folder are set, all else is clear. */
enum lanner_rc tuning_file_parse(struct arena *a, struct str text, const struct pack_set *packs,
                                 struct tuning_file *out, struct lanner_err *err) MUST_USE;
/* Reads one CSV (text must live as long as the arena); `authorised`: else thresholds. */
enum lanner_rc tuned_entries_parse(struct arena *a, const char *file, struct str text,
                                   bool authorised, struct tuned_entries *out,
                                   struct lanner_err *err) MUST_USE;
/* Whether the entry's value is that text (an address, a network inside the entry's, a name). */
bool tuned_entry_takes(const struct tuned_entry *e, struct str value,
                       struct regex_scratch *scratch);

#endif
