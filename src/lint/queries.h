/* queries.h - private to lint: what lint.c and packs.c share. */
#ifndef LINT_QUERIES_H
#define LINT_QUERIES_H

#include "lint/facts.h"

/* Lints run->text; false when it cannot be read: then there are no facts. */
bool queries_lint(struct lint_run *run, struct facts *facts, const struct front_param *params,
                  size_t n_params);
/* AQL begins with SELECT or WITH; anything else is CQL. */
enum query_language queries_language(struct str text);
/* The byte offset of a place, at most the text's length. */
size_t queries_offset(struct str text, uint32_t line, uint32_t column);
/* Does a parameter stand at that place? */
bool queries_is_parameter(struct str text, uint32_t line, uint32_t column);

#endif
