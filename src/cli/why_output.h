/* why_output.h - private to cli: the answer of lanner why as text and as NDJSON. */
#ifndef CLI_WHY_OUTPUT_H
#define CLI_WHY_OUTPUT_H

#include "detect/detect.h"
#include "util/buf.h"

/* For people: bounded, what logs wrote is harmless on a terminal. */
void why_put_text(struct buf *b, const struct why *w);
/* One object a line, complete: the subject, each finding and its verdict, each detection. */
enum lanner_rc why_put_ndjson(struct buf *b, const struct why *w, bool terminal,
                              struct lanner_err *err) MUST_USE;

/* What both share. */
void why_put_number(struct buf *b, double v);
bool why_has_time(int64_t ms);
/* Codes of the subject's events that did not reach the query; the caller frees them. */
size_t why_codes_missed(const struct why *w, const struct why_detection *d, struct why_code **out);

#endif
