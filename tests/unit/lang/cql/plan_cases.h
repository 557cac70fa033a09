/* plan_cases.h - plans queries and compares the printed plans: shared by the test_plan_* programs.
 */
#ifndef TESTS_LANG_CQL_PLAN_CASES_H
#define TESTS_LANG_CQL_PLAN_CASES_H

#include "../../tap.h"
#include "lang/cql/cql.h"
#include "lookup/lookup.h"

struct plan_case {
    const char *query;
    const char *plan;
};

static inline void plan_case_run(const struct plan_case *c)
{
    struct arena a;
    struct fn_env env = {.arena = &a,
                         .now_ns = INT64_C(1772460000) * NS_PER_S,
                         .from_ns = TIME_NONE,
                         .to_ns = TIME_NONE,
                         .zone = zone_utc(),
                         .zone_name = STR("UTC")};
    struct front_options options = {.strict = false};
    struct lanner_err err = {0};
    struct plan *plan = NULL;
    struct buf out = {0};

    arena_init(&a, 0);
    if (cql_plan(str_z(c->query), &options, &env, &a, &plan, &err) == LANNER_OK) {
        plan_print(plan, &out);
        for (size_t i = 0; i < plan->notes.n; i++)
            buf_printf(&out, "note %u: %.*s\n", plan->notes.items[i].at.start,
                       STR_ARG(plan->notes.items[i].text));
        plan_done(plan);
    } else {
        buf_printf(&out, "%s", err.text);
    }
    printf("# %s\n", c->query);
    OK_STR(buf_str(&out), c->plan);
    buf_done(&out);
    arena_done(&a);
}

static inline void plan_cases_run(const struct plan_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++)
        plan_case_run(&cases[i]);
}

#endif
