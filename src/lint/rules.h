/* rules.h - private to lint: a rule with its function. */
#ifndef LINT_RULES_H
#define LINT_RULES_H

#include "lint/facts.h"

struct lint_row {
    struct lint_rule rule;
    void (*check)(struct lint_run *run);
};
const struct lint_row *lint_row_at(size_t i); /* NULL past the end */
/* The rule of that id, which exists. */
const struct lint_rule *lint_rule_numbered(const char *id);

#endif
