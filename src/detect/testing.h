/* testing.h - tests of detections: PACK/tests/NAME.yaml, run in process with a fixed clock.
 * Included through detect.h.
 *
 *     TRY(tests_run(packs, &options, &results, err));
 *     tests_report("junit", results, &out, err);
 *     test_results_free(results); */
#ifndef DETECT_TESTING_H
#define DETECT_TESTING_H

#include "detect/detect.h"
#include "util/buf.h"

enum test_status {
    TEST_PASSED,
    TEST_FAILED,  /* it ran, and what it found is not what was expected */
    TEST_BROKEN,  /* a file, a query or an event cannot be used */
    TEST_UNTESTED /* a detection without any test, where tests are not required */
};

/* One test of one detection in one language; or, without a detection, a file that is broken. */
struct test_outcome {
    enum test_status status;
    struct str pack, file, name;
    uint32_t line; /* of the test in its file; 0: none */
    const struct detection *detection;
    enum query_language language;
    struct str message; /* lines, safe to show: what is not as expected, and why */
    int64_t elapsed_ns;
    bool updated; /* its expectation was rewritten */
};

struct test_results {
    struct arena arena;
    struct test_outcome *items; /* owned */
    size_t n, cap;
    size_t n_status[TEST_UNTESTED + 1];
    size_t n_updated; /* expectations rewritten */
    int64_t elapsed_ns;
};

struct test_options {
    const char *only;               /* glob of test names and detection ids; NULL: all */
    bool language[QUERY_LANGUAGES]; /* none: all */
    const char *const *files;       /* only these test files; none: all */
    size_t n_files;
    bool update;        /* expectations are rewritten in their files to what was found */
    bool require_tests; /* a detection without a test is a failure */
    bool one_detection; /* the packs were given as single detections: tests of others are skipped */
    /* Called for each outcome as it comes; may be NULL. False ends the run. */
    bool (*on_outcome)(void *ctx, size_t number, const struct test_outcome *outcome);
    void *ctx;
};

/* Fails only where nothing can be run at all; a broken test file is an outcome. */
enum lanner_rc tests_run(const struct pack_set *packs, const struct test_options *options,
                         struct test_results **out, struct lanner_err *err) MUST_USE;
void test_results_free(struct test_results *r);

/* "tap", "junit" or "json"; LANNER_ERR_USAGE for another name. */
enum lanner_rc tests_report(const char *format, const struct test_results *results, struct buf *out,
                            struct lanner_err *err) MUST_USE;
/* The lines of TAP for one outcome; number from 1. */
void tests_report_tap_line(size_t number, const struct test_outcome *outcome, struct buf *out);
void tests_report_tap_end(const struct test_results *results, struct buf *out);

#endif
