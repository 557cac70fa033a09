/* output.h - private to report: one report that is being written. */
#ifndef REPORT_OUTPUT_H
#define REPORT_OUTPUT_H

#include "report/report.h"

struct report {
    const struct detect_result *result;
    struct report_options options;
    struct buf *out;
};

#define REPORT(name, help) void report_##name(const struct report *r);
#include "report/reports.def"
#undef REPORT

/* The finding is listed: suppressed ones are by wish only. */
static inline bool report_lists(const struct report *r, const struct finding *f)
{
    return !f->suppressed || r->options.show_suppressed;
}

struct report_counts {
    uint64_t by_severity[SEVERITY_COUNT]; /* of those that count */
    uint64_t n;                           /* their sum */
    uint64_t n_authorised;                /* of them: of an authorised test */
    uint64_t n_suppressed;
};
void report_count(const struct detect_result *result, struct report_counts *out);

#endif
