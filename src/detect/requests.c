/* requests.c - several queries in one pass, whatever becomes of single ones. See run.h. */
#include <stdlib.h>

#include "detect/run.h"

void request_list_done(struct request_list *l)
{
    for (size_t i = 0; i < l->n; i++) {
        collector_free(l->items[i].collector);
        if (l->items[i].owned)
            lanner_query_free(l->items[i].query);
    }
    free(l->items);
    *l = (struct request_list){0};
}

static bool on_row(void *ctx, const struct lanner_row *row)
{
    struct request *r = ctx;

    r->on_row(r, row);
    return true;
}

/* Several jobs over the same logs: what there is counts once, the time and the rows add up. */
static void add_stats(struct lanner_stats *sum, const struct lanner_stats *s)
{
    sum->n_events = MAX(sum->n_events, s->n_events);
    sum->n_matched += s->n_matched;
    sum->n_bytes = MAX(sum->n_bytes, s->n_bytes);
    sum->n_bytes_on_disk = MAX(sum->n_bytes_on_disk, s->n_bytes_on_disk);
    sum->n_bytes_total = MAX(sum->n_bytes_total, s->n_bytes_total);
    sum->n_unreadable = MAX(sum->n_unreadable, s->n_unreadable);
    sum->n_inputs = MAX(sum->n_inputs, s->n_inputs);
    sum->n_rows += s->n_rows;
    sum->n_spilled_bytes += s->n_spilled_bytes;
    sum->n_duplicates = MAX(sum->n_duplicates, s->n_duplicates);
    sum->peak_memory = MAX(sum->peak_memory, s->peak_memory);
    sum->elapsed_ns += s->elapsed_ns;
    sum->incomplete |= s->incomplete;
}

static enum lanner_rc run_once(struct request **list, size_t n, struct lanner_stats *stats,
                               struct lanner_err *err)
{
    struct lanner_query **queries = xcalloc(n, sizeof(*queries));
    void **ctxs = xcalloc(n, sizeof(*ctxs));
    struct lanner_stats own = {0};
    enum lanner_rc rc;

    for (size_t i = 0; i < n; i++) {
        queries[i] = list[i]->query;
        ctxs[i] = list[i];
        if (list[i]->collector != NULL)
            collector_reset(list[i]->collector);
        if (list[i]->reset != NULL)
            list[i]->reset(list[i]);
    }
    rc = lanner_queries_run(queries, n, on_row, ctxs, &own, err);
    add_stats(stats, &own);
    free(queries);
    free(ctxs);
    return rc;
}

/* A failure does not say whose it is: halves are tried until it is alone. Depth is log2(n). */
static enum lanner_rc run_list(struct request **list, size_t n, struct lanner_stats *stats,
                               struct lanner_err *err)
{
    struct lanner_err own = {0};
    enum lanner_rc rc;

    if (n == 0)
        return LANNER_OK;
    rc = run_once(list, n, stats, &own);
    if (rc == LANNER_OK)
        return LANNER_OK;
    if (rc == LANNER_ERR_CANCELLED) {
        if (err != NULL)
            *err = own;
        return rc;
    }
    if (n == 1) {
        list[0]->failed = true;
        list[0]->err = own;
        return LANNER_OK;
    }
    TRY(run_list(list, n / 2, stats, err));
    return run_list(list + n / 2, n - n / 2, stats, err);
}

enum lanner_rc requests_run(struct request_list *l, struct lanner_stats *stats,
                            struct lanner_err *err)
{
    struct request **list = xcalloc(l->n + 1, sizeof(*list));
    enum lanner_rc rc;

    for (size_t i = 0; i < l->n; i++)
        list[i] = &l->items[i];
    rc = run_list(list, l->n, stats, err);
    free(list);
    return rc;
}
