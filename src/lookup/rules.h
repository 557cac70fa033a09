/* rules.h - names of custom rules by id (option rules; docs/data.md). Read-only once open. */
#ifndef LOOKUP_RULES_H
#define LOOKUP_RULES_H

#include "batch/batch.h"
#include "lookup/folders.h"
#include "util/buf.h"

struct rules;

enum lanner_rc rules_open(const struct lookup_folders *folders, struct arena *a,
                          const struct rules **out, struct lanner_err *err) MUST_USE;
bool rules_find(const struct rules *r, int64_t id, struct str *name);

#endif
