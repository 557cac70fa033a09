/* test_match.h - private to detect: what a test expects against what was found. */
#ifndef DETECT_TEST_MATCH_H
#define DETECT_TEST_MATCH_H

#include "detect/test_file.h"

/* A finding or a row of a query. */
struct found {
    const struct finding *finding; /* NULL: a row */
    const struct cell *cells;
    size_t n_cells;
};

struct found_list {
    struct found *items;
    size_t n;
};

/* Which of the found each expected one is, so that as many as possible are as expected; then the
 * rest by likeness. SIZE_MAX: none. */
struct pairing {
    size_t *of_expected; /* as many as expected */
    bool *exact;         /* of the expected: it is as expected */
    size_t *of_found;
    bool all; /* everything expected was found and nothing else that counts */
};

/* `list` is the sequence of the test file (or the scalar `none`). Lives in the arena. */
void match_pair(const struct yaml_node *list, const struct found_list *found, enum query_language l,
                struct arena *a, struct pairing *out);
/* Lines that say what differs. */
void match_explain(const struct yaml_node *list, const struct found_list *found,
                   const struct pairing *p, enum query_language l, struct arena *a,
                   struct buf *out);
/* The value of a key as text. */
struct str found_value(const struct found *f, struct str key, struct arena *a);
/* Is the value of that key (a scalar, for `sample` a list, for `row` a mapping) as expected? */
bool found_is(const struct found *f, struct str key, const struct yaml_node *value,
              struct arena *a);
/* One line about it. */
void found_put(const struct found *f, struct arena *a, struct buf *out);
/* Suppressed findings need not be expected. */
bool found_counts(const struct found *f);

#endif
