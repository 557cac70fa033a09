/* result.h - made results of detect for the tests of reports, and the comparison with the texts in
 * tests/data/report. */
#ifndef TESTS_REPORT_RESULT_H
#define TESTS_REPORT_RESULT_H

#include "report/report.h"

#define CLOCK INT64_C(1772463600000) /* 2026-03-02T15:00:00Z */

enum made {
    MADE_EMPTY,  /* detections ran, nothing was found */
    MADE_BASIC,  /* three findings, one suppressed, entries, a detection without a source */
    MADE_FAILED, /* like basic, with what went wrong: a detection, a pack's file, an input */
    MADE_MANY,   /* sixty findings of five detections */
    MADE_HOSTILE /* what an attacker would write into logs, packs and lists */
};

struct detect_result *made_result(enum made what);
void made_free(struct detect_result *r);

/* The report of a made result; the caller frees it with buf_done. */
void made_report(enum made what, const char *name, struct report_options options, struct buf *out);
/* `got` is what the file tests/data/report/<name> holds. With LANNER_BLESS set in the environment
 * the file is written instead. */
bool made_same(const char *name, const struct buf *got);
/* The bytes occur in the text. */
bool made_has(const struct buf *text, const char *bytes);

#endif
