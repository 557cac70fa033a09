/* report.h - the door of the room: findings to bytes.
 *
 * An output is a row of reports.def and a file report_<name>.c. What logs and packs wrote is
 * escaped for where it goes: terminal, HTML, CSV, JSON. */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "detect/detect.h"
#include "util/buf.h"

struct report_options {
    bool terminal, colour;
    uint32_t width;       /* of the terminal; 0: unknown */
    bool show_suppressed; /* list suppressed findings as well; they are counted in any case */
    bool raw_cells;       /* CSV: cells that a spreadsheet would run are left alone */
};

struct report_output {
    const char *name, *help;
};
const struct report_output *report_at(size_t i); /* NULL past the end */
/* Appends the whole report. LANNER_ERR_USAGE, with the names there are, for an unknown one. */
enum lanner_rc report_write(const char *name, const struct detect_result *result,
                            const struct report_options *options, struct buf *out,
                            struct lanner_err *err) MUST_USE;
/* The profile of a source as plain sentences, without a line end. */
void report_profile_words(const struct profile *p, struct buf *out);
/* ATT&CK Navigator layer of packs: which techniques their detections cover, and how well. */
void report_navigator(const struct pack_set *packs, struct buf *out);

/* ---- What is wrong in files: lint's findings as JSON and as SARIF ---- */

struct report_rule {
    struct str id, name, title, why, advice;
    const char *level; /* of SARIF: error, warning or note */
};
struct report_issue {
    size_t rule; /* its place among the rules */
    struct str severity;
    struct str file, text; /* text: of the file, or empty */
    struct str message;
    struct str about;              /* the detection's id, or empty */
    uint32_t line, column, length; /* in bytes; line 0: the file as a whole */
};
struct report_issues {
    const struct report_rule *rules;
    size_t n_rules;
    const struct report_issue *items;
    size_t n_items;
    bool terminal;
    bool failed; /* not everything could be read */
};
void report_issues_json(const struct report_issues *s, struct buf *out);
void report_issues_sarif(const struct report_issues *s, struct buf *out);

#endif
