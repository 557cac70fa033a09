/* plan_cases.h - plans queries and compares the printed plans, the columns of the result and the
 * notes: shared by the test_plan_* programs. A query that begins with ! is planned strictly. */
#ifndef TESTS_LANG_AQL_PLAN_CASES_H
#define TESTS_LANG_AQL_PLAN_CASES_H

#include "../../tap.h"
#include "lang/aql/aql.h"
#include "lookup/lookup.h"

#define PLAN_NOW (INT64_C(1772460000) * NS_PER_S)

struct plan_case {
    const char *query;
    const char *plan;
};

/* An end of the interval as milliseconds before the clock. */
static inline void plan_put_end(struct buf *out, int64_t ns)
{
    if (ns == TIME_NONE)
        buf_puts(out, " open");
    else
        buf_printf(out, " %lld", (long long)((PLAN_NOW - ns) / NS_PER_MS));
}

/* Intervals that are a scan's own. */
static inline void plan_put_scan(void *ctx, struct plan_node *n)
{
    struct buf *out = ctx;

    if (n->kind != NODE_SCAN || !n->u.scan.own_interval)
        return;
    buf_printf(out, "scan at %u:", n->at.start);
    plan_put_end(out, n->u.scan.from_ns);
    plan_put_end(out, n->u.scan.to_ns);
    buf_puts(out, n->u.scan.to_included ? " included\n" : "\n");
}

static inline void plan_put(const struct plan *p, struct buf *out)
{
    struct plan_visitor scans = {.node = plan_put_scan, .ctx = out};

    plan_print(p, out);
    plan_walk(p->root, &scans);
    for (size_t i = 0; i < p->n_tables; i++)
        plan_walk(p->tables[i].root, &scans);
    for (size_t i = 0; i < p->n_tables; i++) {
        if (p->tables[i].from_ns == TIME_NONE && p->tables[i].to_ns == TIME_NONE)
            continue;
        buf_printf(out, "%.*s:", STR_ARG(p->tables[i].name));
        if (p->tables[i].to_ns == INT64_MAX) {
            buf_puts(out, " all\n");
            continue;
        }
        plan_put_end(out, p->tables[i].from_ns);
        plan_put_end(out, p->tables[i].to_ns);
        buf_puts(out, "\n");
    }
    if (p->has_interval) {
        buf_puts(out, "interval:");
        plan_put_end(out, p->from_ns);
        plan_put_end(out, p->to_ns);
        buf_puts(out, "\n");
    }
    buf_puts(out, "columns:");
    for (size_t i = 0; i < p->n_columns; i++)
        buf_printf(out, "%s %.*s %s%s", i > 0 ? "," : "", STR_ARG(p->columns[i].label),
                   p->columns[i].type, p->columns[i].real ? " real" : "");
    buf_puts(out, "\n");
    for (size_t i = 0; i < p->notes.n; i++)
        buf_printf(out, "note %u: %.*s\n", p->notes.items[i].at.start,
                   STR_ARG(p->notes.items[i].text));
}

static inline void plan_case_run(const struct plan_case *c)
{
    bool strict = c->query[0] == '!';
    const char *query = c->query + strict;
    struct arena a;
    struct fn_env env = {.arena = &a,
                         .now_ns = PLAN_NOW,
                         .from_ns = TIME_NONE,
                         .to_ns = TIME_NONE,
                         .zone = zone_utc(),
                         .zone_name = STR("UTC"),
                         .strict = strict};
    struct front_options options = {.strict = strict};
    struct lanner_err err = {0};
    struct plan *plan = NULL;
    struct buf out = {0};

    arena_init(&a, 0);
    if (aql_plan(str_z(query), &options, &env, &a, &plan, &err) == LANNER_OK) {
        plan_put(plan, &out);
        plan_done(plan);
    } else {
        err_locate(&err, query, strlen(query));
        buf_printf(&out, "%u:%u %s\n", err.line, err.column, err.text);
        if (err.hint[0] != '\0')
            buf_printf(&out, "hint: %s\n", err.hint);
    }
    printf("# %s\n", c->query);
    OK_STR(buf_str(&out), c->plan);
    buf_done(&out);
    arena_done(&a);
}

#endif
