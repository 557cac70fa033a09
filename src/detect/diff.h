/* diff.h - whether two results say the same: rows of two queries over the same logs, or findings of
 * two detections. Included through detect.h.
 *
 * Columns are paired by name (case ignored) or as told; of those left, by their values. Rows that
 * are the same in all paired columns are paired first, then rows of one key; what is left is in one
 * result only. */
#ifndef DETECT_DIFF_H
#define DETECT_DIFF_H

#include "detect/detect.h"
#include "util/buf.h"

struct diff_options {
    struct lanner_session *session; /* with inputs and options set */
    const char *const *columns;     /* "a=b" */
    size_t n_columns;
    const char *const *key; /* names of columns of A (or B); none: chosen */
    size_t n_key;
    double tolerance; /* of numbers */
    bool ordered;     /* the n-th row of A against the n-th of B */
};

/* A query, or a detection. */
struct diff_side {
    const char *name; /* for people: a file, or "A" */
    struct str text;
    const char *language; /* NULL: told from the text; filled in by the file's ending */
    const struct detection *detection; /* when findings are compared */
};

struct diff_column {
    struct str a, b; /* names; one is empty when only the other result has it */
    bool by_value;   /* paired because the values are alike */
    bool is_key;
    uint64_t n_differ; /* pairs of rows that differ in it */
};

enum diff_kind { DIFF_DIFFERS, DIFF_ONLY_A, DIFF_ONLY_B };

struct diff_row {
    enum diff_kind kind;
    const struct str *a, *b; /* values by column; NULL: no such row. A value may be {NULL, 0}. */
    bool *differs;           /* DIFF_DIFFERS: of the paired columns */
    size_t n_a, n_b;         /* rows of this key in each result */
    const struct str *near;  /* DIFF_ONLY: what the other query has for the key, below its
                                conditions; NULL: nothing */
    size_t n_near;           /* rows of that kind; `near` is the first */
    struct str split;        /* columns of one result alone that tell its rows of the key apart */
};

struct diff_result {
    struct arena arena;
    struct diff_side sides[2];
    struct diff_column *columns; /* owned; paired ones first */
    size_t n_columns, n_paired;
    struct diff_row *rows; /* owned; those that differ, in the order of A, then of B */
    size_t n_rows;
    uint64_t n[2], n_same, n_differ, n_only[2];
    struct str key_reason;
    struct lanner_stats stats;
};

/* Runs both in one pass over the inputs and compares. LANNER_ERR_QUERY has its place in
 * *failed_side's text. Results larger than memory allows are LANNER_ERR_LIMIT. */
enum lanner_rc diff_run(const struct diff_options *options, const struct diff_side sides[2],
                        struct diff_result **out, int *failed_side,
                        struct lanner_err *err) MUST_USE;
/* Findings of two detections, which are all that `packs` holds; if both sides are the same one, of
 * its AQL (A) and its CQL (B). */
enum lanner_rc diff_findings(const struct diff_options *options,
                             const struct detect_options *detect, const struct pack_set *packs,
                             const struct diff_side sides[2], struct diff_result **out,
                             struct lanner_err *err) MUST_USE;
void diff_result_free(struct diff_result *r);

/* diff_report.c: "text" or "ndjson". */
enum lanner_rc diff_report(const char *format, const struct diff_result *r, struct buf *out,
                           struct lanner_err *err) MUST_USE;

#endif
