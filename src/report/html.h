/* html.h - private to report: the parts of the HTML report. Every text of a log or pack goes
 * through html_text or html_value, which leave nothing that HTML would run and nothing that a
 * reader would see otherwise than it is. */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include "report/output.h"

struct html {
    const struct report *r;
    struct buf *out;
    struct buf text; /* owned; scratch for words_*, printed by html_words */
    struct buf safe; /* owned; scratch of html_text */
};

/* Of a value (a user, an agent): enough to recognise it. */
#define HTML_VALUE_MOST ((size_t)300)
#define HTML_WHO_MOST   ((size_t)120) /* of several in one line */
/* Of a record: 4 KB, as a whole sign-in record of the usual size. */
#define HTML_RECORD_MOST ((size_t)4096)
/* Findings with a section of their own, rows of the table, records of a finding, users of a sample:
 * a report of a whole month must still open in a browser. */
#define HTML_SECTIONS_MOST ((size_t)300)
#define HTML_ROWS_MOST     ((size_t)5000)
#define HTML_RECORDS_MOST  ((size_t)50)
#define HTML_SAMPLE_MOST   ((size_t)100)

void html_put(struct html *h, const char *markup); /* our own markup only */
void html_text(struct html *h, struct str s);      /* steering characters are made visible */
void html_value(struct html *h, struct str s);     /* the same, isolated, cut to HTML_VALUE_MOST */
/* What words_* wrote to h->text. */
void html_words(struct html *h);
/* What the finding is about. */
void html_who(struct html *h, const struct finding *f);
void html_chip(struct html *h, enum severity s);
/* A term and what html_words has, in a list of facts; nothing when there is no text. */
void html_fact(struct html *h, const char *term);
void html_fact_value(struct html *h, const char *term, struct str s);
void html_style(struct html *h); /* the style sheet */

/* html_chart.c */
void html_time_line(struct html *h);
void html_hours(struct html *h, const struct finding *f);
/* html_finding.c: the finding's section */
void html_finding(struct html *h, const struct finding *f);

#endif
