/* test_file.h - private to detect: a test file read and checked, before anything runs. */
#ifndef DETECT_TEST_FILE_H
#define DETECT_TEST_FILE_H

#include "detect/detect.h"
#include "util/buf.h"
#include "util/yaml.h"

#define TEST_MAX_INPUT_BYTES ((size_t)256 * 1024 * 1024)
#define TEST_MAX_EVENTS      1000000
#define TEST_MAX_EXPECTED    1000

/* What a test expects in one language. Nodes are of the file's tree. */
struct expectation {
    const struct yaml_node *at; /* NULL: the language has no expectation */
    bool none;
    const struct yaml_node *findings; /* a sequence, or NULL */
    const struct yaml_node *rows;     /* a sequence, or NULL */
    const struct yaml_node *count;    /* a scalar, or NULL */
    int64_t n;                        /* of count */
};

struct test_case {
    struct str name;
    const struct yaml_node *node, *expect;
    const struct yaml_node *detections; /* a sequence of globs */
    bool language[QUERY_LANGUAGES];     /* none: all that the detection has */
    struct str now;                     /* RFC 3339 or "data" */
    struct str format;                  /* or empty */
    struct str tuning;                  /* path, or empty */
    const char **set;                   /* "name=value" */
    size_t n_set;
    struct expectation expected[QUERY_LANGUAGES];
};

struct test_file {
    struct arena arena;
    struct str path, folder; /* folder: PACK/tests */
    struct buf text;         /* owned */
    struct yaml_node *root;
    struct test_case *cases;
    size_t n_cases;
};

enum lanner_rc test_file_open(const char *path, const char *folder, struct test_file **out,
                              struct lanner_err *err) MUST_USE;
/* The same from text; `path` is for messages. */
enum lanner_rc test_file_parse(const char *path, const char *folder, struct str text,
                               struct test_file **out, struct lanner_err *err) MUST_USE;
void test_file_free(struct test_file *f);

/* The node itself, or of a mapping whose keys are all languages the value of that language; NULL
 * when it has none for it. */
const struct yaml_node *test_by_language(const struct yaml_node *node, enum query_language l);
/* The names a finding may be asked for; NULL past the end. */
const char *test_finding_key(size_t i);

/* test_events.c: gives the session all events of a test; *n_bytes is how much that was. */
enum lanner_rc test_events_add(const struct test_file *f, const struct test_case *c,
                               struct lanner_session *session, size_t *n_bytes,
                               struct lanner_err *err) MUST_USE;
/* Checks what can be checked of `repeat` without making its events. */
enum lanner_rc test_events_check(const struct test_case *c, struct lanner_err *err) MUST_USE;

#endif
