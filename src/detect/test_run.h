/* test_run.h - private to detect: one test run for one detection in one language, and rewriting
 * what is expected. */
#ifndef DETECT_TEST_RUN_H
#define DETECT_TEST_RUN_H

#include "detect/test_file.h"
#include "detect/test_match.h"
#include "detect/testing.h"

struct test_run {
    const struct test_file *file;
    const struct test_case *test;
    const struct detection *detection;
    enum query_language language;
    const struct expectation *expected;
    enum test_status status;
    struct buf message; /* owned; lines */

    struct arena arena;
    struct detect_result *result; /* owned */
    struct found_list findings, rows;
    struct pairing finding_pairs, row_pairs;
    uint64_t n_duplicates;
    size_t n_given;   /* bytes of events */
    struct buf notes; /* owned; of the run */
    int64_t elapsed_ns;
};

void test_run_execute(struct test_run *r);
void test_run_done(struct test_run *r);
/* How many findings count. */
size_t test_run_count(const struct test_run *r);

/* test_update.c */
struct test_edit {
    size_t start, end; /* bytes of the file's text */
    struct str text;
};
struct test_edits {
    struct arena arena;
    VEC(struct test_edit) list;
};
void test_edits_done(struct test_edits *e);
/* Adds what makes the test's expectation true. All runs of the test are given; false, with the
 * reason, where no expectation would be true of all of them. */
bool test_update_case(const struct test_file *f, const struct test_case *c,
                      const struct test_run *runs, size_t n, struct test_edits *edits,
                      struct str *reason);
/* Writes the file with its edits; everything else keeps its bytes. */
enum lanner_rc test_update_write(const struct test_file *f, struct test_edits *edits,
                                 struct lanner_err *err) MUST_USE;
/* The text with its edits. */
void test_update_apply(const struct test_file *f, struct test_edits *edits, struct buf *out);

#endif
