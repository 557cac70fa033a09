/* constellation.h - the search for sets of rows, one of each query, that belong together. Private
 * to exec.
 *
 * Queries are placed one after the other: the root, then always the first (as declared) that is
 * linked with one placed already, if there is one. The rows of a query are tried by time, then
 * ordinal; so sets are found in a fixed order whatever came in first. */
#ifndef EXEC_CONSTELLATION_H
#define EXEC_CONSTELLATION_H

#include "exec/rows.h"

struct star { /* a row that may be part of a set */
    int64_t time;
    const struct row *row;
    bool used; /* part of a set, and rows are used once */
};

struct sky;
/* link_cells[i]: the cells of link i in the rows of its queries a and b. */
struct link_cells {
    uint32_t a, b;
};
struct sky *sky_new(const struct plan_node *node, const struct link_cells *links, uint64_t seed);
void sky_free(struct sky *s);
/* The row stays where it is until the sky is freed. */
void sky_add(struct sky *s, size_t query, int64_t time, const struct row *row);
/* Bytes that sky_search takes beside the rows. */
uint64_t sky_size(const struct sky *s);
/* Sorts and indexes. */
void sky_ready(struct sky *s);

/* What sky_search tells about each set: the row of each query. Anything but LANNER_OK ends the
 * search. */
typedef enum lanner_rc on_set_fn(void *ctx, const struct row *const *rows, struct lanner_err *err);
struct sky_report {
    uint64_t n_cut; /* rows of the root for which not all combinations were tried */
};
enum lanner_rc sky_search(struct sky *s, const struct exec *x, on_set_fn *fn, void *ctx,
                          struct sky_report *report, struct lanner_err *err) MUST_USE;

#endif
