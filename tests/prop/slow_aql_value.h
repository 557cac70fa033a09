/* slow_aql_value.h - what the files of the slow evaluator share. */
#ifndef TESTS_PROP_SLOW_AQL_VALUE_H
#define TESTS_PROP_SLOW_AQL_VALUE_H

#include "slow_aql.h"

struct sval slow_str(const char *p, size_t n);
struct sval slow_bool(bool b);
struct sval slow_int(int64_t i);
struct sval slow_real(double d);
/* The text form; no value stays none. */
struct sval slow_text_of(const struct sval *v);
int slow_compare_texts(struct str a, struct str b);
int slow_compare_numbers(const struct sval *a, const struct sval *b);
/* False: unequal, and neither is above the other. Neither is null. */
bool slow_relate(const struct sval *a, bool const_a, const struct sval *b, bool const_b, int *c);
bool slow_in_network(struct str network, const struct sval *address);
/* Of ORDER BY, MIN and MAX. */
int slow_order(const struct sval *a, const struct sval *b);
/* 'l' lower case, 'u' upper case, 'f' folded. */
struct sval slow_change(struct str s, char how);
size_t slow_length(struct str s);
size_t slow_find(struct str s, size_t from, struct str what);
bool slow_like(struct str s, struct str pattern, bool ignore_case);
bool slow_matches(struct str s, enum spattern kind, struct str a, struct str b, bool ignore_case);

#endif
