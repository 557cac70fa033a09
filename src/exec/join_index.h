/* join_index.h - finds the rows of a table that match a key. Private to exec. */
#ifndef EXEC_JOIN_INDEX_H
#define EXEC_JOIN_INDEX_H

#include "exec/op.h"
#include "exec/tables.h"

struct join_index {
    const struct table *table;
    enum join_match match;
    bool ignore_case;
    uint64_t seed;
    uint32_t n_keys;
    const uint32_t *cols; /* of the table, one for each key; UINT32_MAX: none */
    size_t n_rows;        /* of the table that count */
    struct arena arena;
    struct val *keys;        /* n_rows * n_keys, prepared; absent: the row matches nothing */
    uint32_t *buckets;       /* number of the first row + 1, hashed; MATCH_TEXT and MATCH_CIDR */
    uint32_t *next;          /* the same for the row behind it with that hash */
    size_t n_buckets;        /* a power of two */
    uint64_t prefix_lens[3]; /* MATCH_CIDR: bit n: some subnet has n bits (0 to 128) */
    uint32_t *order;         /* MATCH_GLOB: rows by pattern */
};

/* Fills the index; table, match, ignore_case, seed, n_keys, cols and n_rows are set. */
enum lanner_rc join_index_build(struct join_index *ix, struct budget *budget, struct span at,
                                struct lanner_err *err) MUST_USE;
void join_index_done(struct join_index *ix);

typedef VEC(uint32_t) join_rows;
/* The matching rows in the table's order (globs: by pattern), appended to out. */
void join_index_find(const struct join_index *ix, const struct val *keys, struct arena *scratch,
                     join_rows *out);

#endif
