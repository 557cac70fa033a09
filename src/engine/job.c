/* job.c - runs plans: tables first, then all plans of a job over one scan, then their rows. */
#include <stdlib.h>

#include "engine/query.h"
#include "engine/result.h"

struct job {
    struct lanner_session *session;
    struct built **builts; /* borrowed */
    struct plan **plans;   /* as many; the built's plan, or one of its table plans */
    size_t n;
    struct budget *budget;
    struct exec_tables **tables; /* one for each built */
    struct exec **execs;         /* owned */
    struct scan_fields fields;   /* of the execs; in the first built's arena */
    struct lanner_stats *stats;
};

static bool has_interval(const struct plan_node *scan)
{
    return scan->u.scan.from_ns != TIME_NONE || scan->u.scan.to_ns != TIME_NONE;
}

/* Plans to operators: names bound to the columns the job's plans share. */
static enum lanner_rc make_execs(struct job *j, struct scan_fields *fields, struct lanner_err *err)
{
    for (size_t i = 0; i < j->n; i++)
        bind_demand(j->plans[i]);
    bind_scan_fields(j->plans, j->n, &j->builts[0]->arena, fields);
    if (fields->n > SCAN_MAX_FIELDS)
        return err_set(err, LANNER_ERR_LIMIT, "more than %d fields of one record are asked for",
                       SCAN_MAX_FIELDS);
    for (size_t i = 0; i < j->n; i++) {
        struct built *b = j->builts[i];
        struct plan *p = j->plans[i];
        struct exec_env env = {
            .fn = &b->env,
            .arena = &b->arena,
            .budget = j->budget,
            .temp_folder = j->session->temporary,
            .n_workers = session_workers(j->session),
            .batch_rows = j->session->batch_rows,
            .cancel = &j->session->cancel,
            .interval_from_ms = INT64_MIN,
            .interval_to_ms = INT64_MIN,
        };

        if (p->from_ns != TIME_NONE)
            env.interval_from_ms = p->from_ns / NS_PER_MS;
        if (p->to_ns != TIME_NONE)
            env.interval_to_ms = p->to_ns / NS_PER_MS + (p->to_ns == b->env.now_ns ? 1 : 0);
        TRY(bind_plan(p, fields, &b->env, err));
        TRY(exec_new(p, &env, j->tables[i], &j->execs[i], err));
    }
    return LANNER_OK;
}

/* One consumer for each scan of each plan. */
static struct scan_consumer *list_consumers(const struct job *j, size_t *n, bool *need_time)
{
    struct scan_consumer *list;
    size_t cap = 0;

    for (size_t i = 0; i < j->n; i++)
        cap += exec_n_scans(j->execs[i]);
    list = xcalloc(cap, sizeof(*list));
    *n = 0;
    for (size_t i = 0; i < j->n; i++) {
        for (size_t k = 0; k < exec_n_scans(j->execs[i]); k++) {
            struct plan_node *scan = exec_scan(j->execs[i], k);

            built_interval(j->builts[i], j->plans[i], &scan->u.scan);
            *need_time |= has_interval(scan);
            list[(*n)++] = (struct scan_consumer){
                .exec = j->execs[i], .scan = k, .spec = &scan->u.scan, .schema = scan->schema};
        }
    }
    return list;
}

static enum lanner_rc find_repeats(struct lanner_session *s, struct lanner_err *err)
{
    struct source_options so = session_source_options(s);

    return scan_find_repeats(s->scan, s->sources, &so, err);
}

static enum lanner_rc run_scan(struct job *j, const struct scan_fields *fields,
                               struct lanner_err *err)
{
    struct extractor *x = NULL;
    bool need_time = false;
    size_t n;
    struct scan_consumer *consumers = list_consumers(j, &n, &need_time);
    enum lanner_rc rc = LANNER_OK;

    if (n == 0)
        goto out;
    rc = find_repeats(j->session, err);
    if (rc == LANNER_OK)
        rc = extractor_open(j->session, fields, need_time, &x, err);
    if (rc != LANNER_OK)
        goto out;
    for (size_t i = 0; i < j->n; i++) {
        for (size_t k = 0; k < exec_n_scans(j->execs[i]); k++)
            choose_prefilter(&exec_scan(j->execs[i], k)->u.scan, x);
    }
    rc = scan_run(j->session->scan, x, fields, consumers, n, j->stats, err);
out:
    extractor_free(x);
    free(consumers);
    return rc;
}

/* Binds and runs the job's plans up to their finished results. */
static enum lanner_rc job_execute(struct job *j, struct lanner_err *err)
{
    TRY(make_execs(j, &j->fields, err));
    TRY(run_scan(j, &j->fields, err));
    for (size_t i = 0; i < j->n; i++) {
        TRY(exec_finish(j->execs[i], err));
        j->stats->n_spilled_bytes += exec_spilled_bytes(j->execs[i]);
    }
    return unknown_names(j->session, j->plans, j->builts, j->n, &j->fields, err);
}

static enum lanner_rc make_file_table(struct built *b, struct plan_table *table,
                                      struct exec_tables *tables, struct lanner_err *err)
{
    struct lookup_table rows = {0};

    TRY(built_file(b, table, &rows, err));
    return exec_tables_add_rows(tables, table->name, rows.columns, rows.n_columns, rows.cells,
                                rows.n_rows, err);
}

/* A sub-query is a job of its own over all inputs. */
static enum lanner_rc make_query_table(struct job *main, size_t i, size_t t, struct lanner_err *err)
{
    struct built *b = main->builts[i];
    struct plan *plan = b->table_plans[t];
    struct exec *x = NULL;
    struct job sub = *main;
    enum lanner_rc rc;

    sub.builts = &b;
    sub.plans = &plan;
    sub.n = 1;
    sub.tables = &main->tables[i];
    sub.execs = &x;
    rc = job_execute(&sub, err);
    if (rc == LANNER_OK)
        rc = exec_tables_add(main->tables[i], b->plan->tables[t].name, x, err);
    exec_free(x);
    bind_done(plan);
    return rc;
}

static enum lanner_rc make_tables(struct job *j, size_t i, struct lanner_err *err)
{
    struct built *b = j->builts[i];

    j->tables[i] = exec_tables_new(j->budget);
    for (size_t t = 0; t < b->plan->n_tables; t++) {
        struct plan_table *table = &b->plan->tables[t];

        if (table->root == NULL)
            TRY(make_file_table(b, table, j->tables[i], err));
        else
            TRY(make_query_table(j, i, t, err));
        table->schema = exec_tables_schema(j->tables[i], table->name);
    }
    return LANNER_OK;
}

/* Ends the job's accounts: what callers see whether it went well or not. */
static void close_stats(struct job *j, int64_t start_ns, bool incomplete)
{
    j->stats->peak_memory = atomic_load(&j->budget->peak);
    j->stats->elapsed_ns = clock_monotonic_ns() - start_ns;
    j->stats->incomplete |= incomplete;
}

/* The receiver of one query's rows, and whether it got anything that counts. */
struct receiver {
    lanner_on_row fn;
    void *ctx;
    bool found;
};

/* No value, an empty one, or a count of nothing. */
static bool value_is_nothing(const struct lanner_value *v)
{
    return v->kind <= LANNER_NULL || (v->kind == LANNER_TEXT && v->len == 0) ||
           (v->kind == LANNER_LONG && v->integer == 0) ||
           (v->kind == LANNER_DOUBLE && v->real == 0);
}

static bool receive(void *ctx, const struct lanner_row *row)
{
    struct receiver *r = ctx;

    r->found |= row->n_open > 0;
    for (size_t i = 0; i < row->n_columns && !r->found; i++)
        r->found = !value_is_nothing(&row->values[i]);
    return r->fn(r->ctx, row);
}

static enum lanner_rc deliver(struct job *j, size_t i, lanner_on_row fn, void *ctx,
                              struct lanner_err *err)
{
    struct receiver r = {fn, ctx, false};

    TRY(result_deliver(j->execs[i], j->plans[i], receive, &r, &j->stats->n_rows, err));
    if (!r.found && j->session->hints && j->session->script == NULL && !j->builts[i]->quiet)
        hint_nothing_found(j->session, j->plans[i], &j->fields, &j->builts[i]->notes);
    return LANNER_OK;
}

static enum lanner_rc job_run(struct job *j, struct lanner_query *const *queries, lanner_on_row fn,
                              void *const *ctxs, struct lanner_err *err)
{
    for (size_t i = 0; i < j->n; i++) {
        enum lanner_rc rc = make_tables(j, i, err);

        if (rc != LANNER_OK) {
            err_locate(err, queries[i]->text, queries[i]->len);
            return rc;
        }
        j->plans[i] = j->builts[i]->plan;
    }
    TRY(job_execute(j, err));
    for (size_t i = 0; i < j->n; i++)
        TRY(deliver(j, i, fn, ctxs[i], err));
    return LANNER_OK;
}

/* Plans for this run: the one prepare made, or made anew from the text. */
static enum lanner_rc take_builts(struct job *j, struct lanner_query *const *queries,
                                  struct lanner_err *err)
{
    for (size_t i = 0; i < j->n; i++) {
        enum lanner_rc rc;

        if (queries[i]->fresh != NULL) {
            j->builts[i] = queries[i]->fresh;
            queries[i]->fresh = NULL;
            /* What prepare said was delivered by prepare. */
            j->builts[i]->notes.items.n = 0;
            continue;
        }
        rc = built_new(queries[i], &j->builts[i], err);
        if (rc != LANNER_OK) {
            err_locate(err, queries[i]->text, queries[i]->len);
            return rc;
        }
        j->builts[i]->notes.items.n = 0;
    }
    return LANNER_OK;
}

static void job_free(struct job *j)
{
    for (size_t i = 0; i < j->n; i++) {
        exec_free(j->execs[i]);
        exec_tables_free(j->tables[i]);
        if (j->builts[i] != NULL && j->builts[i]->plan != NULL)
            bind_done(j->builts[i]->plan);
        built_free(j->builts[i]);
    }
    free(j->execs);
    free(j->tables);
    free(j->builts);
    free(j->plans);
}

enum lanner_rc lanner_queries_run(struct lanner_query *const *queries, size_t n, lanner_on_row fn,
                                  void *const *ctxs, struct lanner_stats *stats,
                                  struct lanner_err *err)
{
    struct lanner_session *s = queries[0]->session;
    struct lanner_stats own = {0};
    struct notes scan_notes;
    int64_t start_ns = clock_monotonic_ns();
    bool incomplete = false;
    struct job j = {
        .session = s,
        .builts = xcalloc(n, sizeof(struct built *)),
        .plans = xcalloc(n, sizeof(struct plan *)),
        .n = n,
        .budget = &s->budget,
        .tables = xcalloc(n, sizeof(struct exec_tables *)),
        .execs = xcalloc(n, sizeof(struct exec *)),
        .stats = stats != NULL ? stats : &own,
    };
    enum lanner_rc rc;

    memset(j.stats, 0, sizeof(*j.stats));
    session_set_budget(s);
    notes_init(&scan_notes);
    s->cancel = 0;
    s->start_ns = start_ns;
    rc = take_builts(&j, queries, err);
    if (rc == LANNER_OK)
        rc = session_open(s, &scan_notes, err);
    if (rc == LANNER_OK)
        rc = job_run(&j, queries, fn, ctxs, err);
    for (size_t i = 0; i < n; i++) {
        if (rc != LANNER_OK)
            err_locate(err, queries[i]->text, queries[i]->len);
        if (j.builts[i] != NULL) {
            session_deliver(s, &j.builts[i]->notes, queries[i]->text, queries[i]->len);
            incomplete |= j.builts[i]->notes.incomplete;
        }
    }
    session_deliver(s, &scan_notes, "", 0);
    close_stats(&j, start_ns, incomplete || scan_notes.incomplete);
    job_free(&j);
    notes_done(&scan_notes);
    return rc;
}

enum lanner_rc lanner_query_run(struct lanner_query *q, lanner_on_row fn, void *ctx,
                                struct lanner_stats *stats, struct lanner_err *err)
{
    return lanner_queries_run(&q, 1, fn, &ctx, stats, err);
}
