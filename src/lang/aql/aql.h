/* aql.h - door of lang/aql: the Ariel Query Language of IBM QRadar. Text in, plan out. */
#ifndef LANG_AQL_AQL_H
#define LANG_AQL_AQL_H

#include "lang/common/common.h"
#include "plan/plan.h"

/* Parses and plans a query. The plan lives in the arena (its notes on the heap: plan_done).
 * Tolerant readings are notes of kind LANNER_NOTE_REPAIR; with options->strict they are one error
 * that names the places of all, and each goes to env->note. The error's place is still a byte
 * offset: err_locate. */
enum lanner_rc aql_plan(struct str text, const struct front_options *options,
                        const struct fn_env *env, struct arena *a, struct plan **out,
                        struct lanner_err *err) MUST_USE;

/* Offers the names of all fields of events (or of flows), and of what else tolerant mode knows. */
void aql_suggest_fields(struct suggest *s, bool flows);

/* aql_parse and its tree, for who reads a query without running it (lint). */
#include "lang/aql/ast.h"

#endif
