/* key_rows.h - group keys of a batch's rows: fetched, checked for missing ones, hashed. Private to
 * exec. */
#ifndef EXEC_KEY_ROWS_H
#define EXEC_KEY_ROWS_H

#include "exec/op.h"

struct key_rows {
    struct column *cols; /* one for each key */
    uint32_t n_keys;
    struct sel sel;   /* rows that have a group */
    uint64_t *hashes; /* of the rows of sel, in its order */
};

/* All in b's arena. */
void key_rows_make(struct key_rows *k, const struct fetch *keys, uint32_t n_keys,
                   enum missing_keys missing, uint64_t seed, const struct batch *b);
/* The keys of a row, to room for n_keys. */
static inline void key_rows_get(const struct key_rows *k, uint32_t row, struct val *out)
{
    for (uint32_t i = 0; i < k->n_keys; i++)
        out[i] = *column_at(&k->cols[i], row);
}

#endif
