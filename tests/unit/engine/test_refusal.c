/* The Nth request to the memory budget is refused, for all N: the query then gives the same rows
 * (it spilled) or says that memory is used up; never fewer rows, never a crash. */
#include <stdio.h>
#include <stdlib.h>

#include "../tap.h"
#include "engine/query.h"

#define N_EVENTS 400

static bool on_row(void *ctx, const struct lanner_row *row)
{
    struct buf *out = ctx;

    for (size_t i = 0; i < row->n_columns; i++) {
        const struct lanner_value *v = &row->values[i];

        buf_printf(out, "%.*s=", (int)row->columns[i].len, row->columns[i].text);
        if (v->kind == LANNER_TEXT)
            buf_put(out, v->text, v->len);
        else if (v->kind == LANNER_LONG)
            buf_printf(out, "%lld", (long long)v->integer);
        else if (v->kind == LANNER_DOUBLE)
            buf_printf(out, "%.17g", v->real);
        buf_putc(out, ' ');
    }
    buf_putc(out, '\n');
    return true;
}

static void make_log(struct buf *log)
{
    for (int i = 0; i < N_EVENTS; i++)
        buf_printf(
            log,
            "{\"@timestamp\":%d,\"#repo\":\"t\",\"k\":\"key%d\",\"v\":\"%d\",\"w\":\"word%d\"}\n",
            1000 + i, i * 7 % 150, i % 13, i % 40);
}

static enum lanner_rc run(const struct buf *log, const char *text, const char *language,
                          uint64_t refuse_at, struct buf *out, bool *asked)
{
    struct lanner_session *s = lanner_session_new();
    struct lanner_query *q = NULL;
    struct lanner_err err = {0};
    enum lanner_rc rc = lanner_session_add_bytes(s, "log", log->ptr, log->len, &err);

    if (rc == LANNER_OK)
        rc = lanner_session_set(s, "threads", "1", &err);
    if (rc == LANNER_OK)
        rc = lanner_session_set(s, "batch-rows", "16", &err);
    if (rc == LANNER_OK)
        rc = lanner_query_prepare(s, text, strlen(text), language, &q, &err);
    s->refuse_at = refuse_at;
    if (rc == LANNER_OK)
        rc = lanner_query_run(q, on_row, out, NULL, &err);
    *asked = refuse_at == 0 || atomic_load(&s->budget.refuse_at) == 0;
    lanner_query_free(q);
    lanner_session_free(s);
    return rc;
}

static void test_query(const struct buf *log, const char *language, const char *text)
{
    struct buf want = {0};
    bool asked = true;
    unsigned n_same = 0, n_refused = 0, n_bad = 0;

    OK(run(log, text, language, 0, &want, &asked) == LANNER_OK);
    for (uint64_t n = 1; asked && n < 100000; n++) {
        struct buf got = {0};
        enum lanner_rc rc = run(log, text, language, n, &got, &asked);

        if (rc == LANNER_OK && str_eq(buf_str(&got), buf_str(&want)))
            n_same++;
        else if (rc == LANNER_ERR_MEMORY)
            n_refused++;
        else
            n_bad++;
        buf_done(&got);
    }
    printf("# %s: %u the same, %u out of memory\n", text, n_same, n_refused);
    OK_INT(n_bad, 0);
    OK(n_same > 0);
    buf_done(&want);
}

static void test_aql(const struct buf *log)
{
    test_query(log, "aql",
               "SELECT k, COUNT(*), UNIQUECOUNT(w), LIST(w), SUM(v), MAX(w), FIRST(v) FROM events "
               "GROUP BY k HAVING COUNT(*) > 1 ORDER BY COUNT(*) DESC, k");
    test_query(log, "aql", "SELECT k, v FROM events ORDER BY v, k DESC LIMIT 300");
    test_query(log, "aql", "SELECT starttime, k, v, w, payload FROM events");
    test_query(log, "aql", "SELECT DISTINCT w, LOWER(k) FROM events");
    test_query(log, "aql",
               "SELECT k, v FROM events WHERE w IN (SELECT w FROM events WHERE v = 3) UNION "
               "SELECT w, v FROM events WHERE LOWER(w) LIKE '%d1%'");
    test_query(log, "aql",
               "SELECT a.k, b.n FROM events a JOIN (SELECT w AS w, COUNT(*) AS n FROM events GROUP "
               "BY w) b ON a.w = b.w");
    test_query(log, "aql",
               "SELECT k, MEDIAN(v), STDEV(v) FROM events GROUP BY k ORDER BY k LIMIT 5");
    test_query(log, "aql",
               "SELECT w, sessionId, COUNT(*) FROM events SESSION BY starttime w BEGIN v = 0 END v "
               "= 12 GROUP BY w, sessionId");
}

int main(void)
{
    struct buf log = {0};

    make_log(&log);
    test_query(
        &log, "cql",
        "groupBy(k, function=[count(), count(w, distinct=true, as=d), collect([w]), sum(v)])");
    test_query(&log, "cql", "sort(v, order=asc, limit=300) | select([k, v])");
    test_query(&log, "cql", "select([k, v, w])");
    test_query(&log, "cql", "count(w, distinct=true)");
    test_query(&log, "cql", "head(50) | select([k])");
    test_query(&log, "cql", "top(k, limit=5)");
    test_aql(&log);
    buf_done(&log);
    TAP_DONE();
}
