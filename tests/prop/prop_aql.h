/* prop_aql.h - the random generators of prop_aql: records and queries. */
#ifndef TESTS_PROP_PROP_AQL_H
#define TESTS_PROP_PROP_AQL_H

#include "slow_aql.h"

void prop_start(uint64_t seed);
uint32_t prop_draw(uint32_t n);
/* Texts that fields hold and queries ask for. */
const char *prop_word(void);
/* Rows, and the same as a file; the number of rows. */
int prop_make_data(struct srow *rows, struct buf *out);
/* A query, and the same as text. */
const struct squery *prop_make_query(struct buf *out);
/* The text of an expression. */
void prop_put_expr(struct buf *out, const struct sexpr *e);

#endif
