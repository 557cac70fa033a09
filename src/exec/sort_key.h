/* sort_key.h - the order of values under a sort key. Private to exec. */
#ifndef EXEC_SORT_KEY_H
#define EXEC_SORT_KEY_H

#include "exec/sorter.h"

/* The value in the form that sort_key_cmp compares; text it makes lives in the arena, the rest
 * where the value's does. */
struct val sort_key_make(const struct sorter_key *key, const struct val *v, struct arena *a);
/* Made keys a and b, of the cells cell_a and cell_b. */
int sort_key_cmp(const struct sorter_key *key, const struct val *a, const struct val *b,
                 const struct val *cell_a, const struct val *cell_b);

#endif
