/* findings.h - private to detect: rows of a detection's queries to findings, and findings to fewer.
 *
 * Life of a finding: read from a row (found_read), merged with those of its key (findings_merge),
 * judged by tuning, merged again by suppression (findings_suppress), named (findings_name) and put
 * in order (findings_sort). Texts live in the arena given. */
#ifndef DETECT_FINDINGS_H
#define DETECT_FINDINGS_H

#include "detect/detect.h"
#include "util/buf.h"

struct finding_list {
    struct finding *items; /* owned */
    size_t n, cap;
};
void finding_list_done(struct finding_list *l);

/* What the queries of one detection gave. */
struct detection_rows {
    const struct detection *detection;
    struct finding_list kept; /* with allow-lists applied */
    struct finding_list all;  /* without; empty when there are no lists */
};

/* Reads a row of the query in that language; all but `row`. Texts are copied to the arena. `set`
 * are the parameters that verdicts may name. */
void found_read(const struct detection *d, enum query_language language,
                const struct lanner_row *row, const char *const *set, size_t n_set, struct arena *a,
                struct finding *out);
/* The fields that the events of a single-event detection are asked for: what it names, what
 * readers want to see, and `more`. */
void detection_event_fields(const struct detection *d, enum query_language language,
                            const char *const *more, size_t n_more, struct arena *a,
                            const char ***out, size_t *n);
/* Copies everything to another arena, and the cells of the row (NULL: none) as printed. */
void found_keep(struct finding *f, const struct lanner_row *row, struct arena *a);

/* Rows to findings as they come, one collector for each query: what has one key and window, or lies
 * close together, is merged at once, so memory grows with findings and not with rows. */
struct collector;
struct collector *collector_new(const struct detection *d, enum query_language language,
                                const char *const *set, size_t n_set, struct arena *a);
void collector_free(struct collector *c);
/* Drops what came so far: the query is run again. */
void collector_reset(struct collector *c);
void collector_row(struct collector *c, const struct lanner_row *row);
/* Rows that were dropped because there are too many findings. */
uint64_t collector_n_cut(const struct collector *c);
/* Appends the merged findings to the list. */
void collector_finish(struct collector *c, struct finding_list *out);

/* With a window those of one key and window become one; without, those of one key whose times lie
 * within the detection's window of one another, or overlap. `sum`: their events and values are
 * added, else the greater counts. In order of key and time afterwards. */
void findings_merge(struct finding_list *l, bool sum, struct arena *a);
/* Findings of one key and state (suppressed or not) that begin within so long of the first one's
 * beginning become one. */
void findings_suppress(struct finding_list *l, int64_t suppress_ms, struct arena *a);
/* Adds the users of another one's sample, up to a bound. */
void finding_add_sample(struct finding *to, const struct finding *from, struct arena *a);
/* Fills id: pack, detection, key, and window start or first event. */
void finding_name(struct finding *f);
/* Most severe first, then oldest, then by detection and key; suppressed ones last. */
void findings_sort(struct finding *f, size_t n);

/* An event, not a group of them, is what each row stands for. */
bool detection_is_single(const struct detection *d);
/* The text of a value as printed; a number's in the arena, a text's where it was. */
struct str value_print(const struct lanner_value *v, struct arena *a);
/* A time of a result: epoch milliseconds or a text; LANNER_TIME_OPEN when it is none. */
int64_t value_time_ms(const struct lanner_value *v);
/* The value of the column of that name, else of the one that differs in case only; NULL: none. */
const struct lanner_value *row_value(const struct lanner_row *row, struct str name);

/* identity.c: the key of a finding as one text, appended. */
void identity_put_key(struct buf *out, const struct finding *f);
/* The text by which a value is compared: an address as its canonical text, all else
 * with its case folded. Appended. */
void identity_put(struct buf *out, struct str value);

#endif
