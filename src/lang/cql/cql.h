/* cql.h - door of lang/cql: the CrowdStrike query language (LogScale). Text in, plan out. */
#ifndef LANG_CQL_CQL_H
#define LANG_CQL_CQL_H

#include "lang/common/common.h"
#include "plan/plan.h"

/* Parses and plans a query. The plan lives in the arena (its notes on the heap: plan_done).
 * Tolerant readings are notes of kind LANNER_NOTE_REPAIR; with options->strict they are one error
 * that names the places of all, and each goes to env->note. The error's place is still a byte
 * offset: err_locate. */
enum lanner_rc cql_plan(struct str text, const struct front_options *options,
                        const struct fn_env *env, struct arena *a, struct plan **out,
                        struct lanner_err *err) MUST_USE;

/* What CQL has beside the function rows: the stages that the front end lowers itself, for the
 * function reference. false at the end. */
struct cql_stage_help {
    const char *name, *params, *doc, *family;
};
bool cql_stage_help(size_t i, struct cql_stage_help *out);

/* cql_parse and its tree, for who reads a query without running it (lint). */
#include "lang/cql/ast.h"

#endif
