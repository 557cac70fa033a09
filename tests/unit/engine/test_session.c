/* The public interface: options, several queries over one scan, running twice, stopping,
 * cancelling. */
#include <stdlib.h>

#include "../tap.h"
#include "util/buf.h"

static const char *const log_text =
    "{\"@timestamp\":1000,\"#repo\":\"t\",\"user\":\"alice\",\"code\":\"1\"}\n"
    "{\"@timestamp\":2000,\"#repo\":\"t\",\"user\":\"bob\",\"code\":\"2\"}\n"
    "{\"@timestamp\":3000,\"#repo\":\"t\",\"user\":\"alice\",\"code\":\"2\"}\n";

struct sink {
    struct buf text;
    size_t stop_after; /* rows; 0: never */
    size_t n_rows;
};

static bool on_row(void *ctx, const struct lanner_row *row)
{
    struct sink *sink = ctx;

    for (size_t i = 0; i < row->n_columns + row->n_open; i++) {
        bool open = i >= row->n_columns;
        const struct lanner_name *n =
            open ? &row->open_names[i - row->n_columns] : &row->columns[i];
        const struct lanner_value *v =
            open ? &row->open_values[i - row->n_columns] : &row->values[i];

        if (v->kind == LANNER_TEXT)
            buf_printf(&sink->text, "%.*s=%.*s ", (int)n->len, n->text, (int)v->len, v->text);
        else if (v->kind == LANNER_LONG)
            buf_printf(&sink->text, "%.*s=%lld ", (int)n->len, n->text, (long long)v->integer);
    }
    buf_putc(&sink->text, '\n');
    sink->n_rows++;
    return sink->stop_after == 0 || sink->n_rows < sink->stop_after;
}

static struct lanner_session *session_with_log(void)
{
    struct lanner_session *s = lanner_session_new();
    struct lanner_err err = {0};

    OK(lanner_session_add_bytes(s, "log", log_text, strlen(log_text), &err) == LANNER_OK);
    return s;
}

static struct lanner_query *prepare(struct lanner_session *s, const char *text)
{
    struct lanner_query *q = NULL;
    struct lanner_err err = {0};

    OK(lanner_query_prepare(s, text, strlen(text), "cql", &q, &err) == LANNER_OK);
    if (q == NULL)
        printf("# %s\n", err.text);
    return q;
}

static void test_options(void)
{
    struct lanner_session *s = lanner_session_new();
    struct lanner_err err = {0};

    OK(lanner_session_set(s, "threads", "2", &err) == LANNER_OK);
    OK(lanner_session_set(s, "threads", "many", &err) == LANNER_ERR_USAGE);
    OK(strcmp(err.text, "option threads takes 0 to 256, not \"many\"") == 0);
    OK(lanner_session_set(s, "thread", "2", &err) == LANNER_ERR_USAGE);
    OK(strstr(err.hint, "threads") != NULL);
    OK(lanner_session_set(s, "memory", "512M", &err) == LANNER_OK);
    OK(lanner_session_set(s, "memory", "x", &err) == LANNER_ERR_USAGE);
    OK(lanner_session_set(s, "tag", "#repo=x", &err) == LANNER_OK);
    OK(lanner_session_set(s, "tag", "*.log:#repo=x", &err) == LANNER_OK);
    OK(lanner_session_set(s, "tag", "repo=x", &err) == LANNER_ERR_USAGE);
    OK(lanner_session_set(s, "now", "yesterday", &err) == LANNER_ERR_USAGE);
    OK(lanner_session_set(s, "timezone", "Europe/Paris", &err) == LANNER_OK);
    OK(lanner_session_set(s, "timezone", "Europe/../etc", &err) != LANNER_OK);
    OK(lanner_session_set(s, "lookups", "/nowhere/at/all", &err) != LANNER_OK);
    OK(lanner_session_set(s, "param", "novalue", &err) == LANNER_ERR_USAGE);
    lanner_session_free(s);
    lanner_session_free(NULL);
    lanner_query_free(NULL);
}

/* Several plans over one scan give each what it gives alone; free text too. */
static void test_several(void)
{
    static const char *const texts[] = {
        "groupBy(user, function=count(as=n))",
        "code=2 | count()",
        "alice | select([user, code])",
        "bob | select([user])",
        "code=9",
    };
    struct lanner_session *s = session_with_log();
    struct lanner_query *queries[ARRAY_LEN(texts)];
    struct sink sinks[ARRAY_LEN(texts)] = {0};
    void *ctxs[ARRAY_LEN(texts)];
    struct lanner_stats stats;
    struct lanner_err err = {0};

    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        queries[i] = prepare(s, texts[i]);
        ctxs[i] = &sinks[i];
    }
    OK(lanner_queries_run(queries, ARRAY_LEN(texts), on_row, ctxs, &stats, &err) == LANNER_OK);
    OK_INT(stats.n_events, 3);
    OK_STR(buf_str(&sinks[0].text), "user=alice n=2 \nuser=bob n=1 \n");
    OK_STR(buf_str(&sinks[1].text), "_count=2 \n");
    OK_STR(buf_str(&sinks[2].text), "user=alice code=2 \nuser=alice code=1 \n");
    OK_STR(buf_str(&sinks[3].text), "user=bob \n");
    OK_INT(sinks[4].n_rows, 0);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct sink alone = {0};

        OK(lanner_query_run(queries[i], on_row, &alone, NULL, &err) == LANNER_OK);
        OK(str_eq(buf_str(&alone.text), buf_str(&sinks[i].text)));
        buf_done(&alone.text);
        buf_done(&sinks[i].text);
        lanner_query_free(queries[i]);
    }
    lanner_session_free(s);
}

static void test_stop(void)
{
    struct lanner_session *s = session_with_log();
    struct lanner_query *q = prepare(s, "select([user])");
    struct sink sink = {.stop_after = 1};
    struct lanner_err err = {0};

    OK(lanner_query_run(q, on_row, &sink, NULL, &err) == LANNER_ERR_STOPPED);
    OK_INT(sink.n_rows, 1);
    buf_done(&sink.text);
    lanner_query_free(q);
    lanner_session_free(s);
}

static void cancel_on_progress(void *ctx, const struct lanner_stats *so_far)
{
    (void)so_far;
    lanner_query_cancel(ctx);
}

/* A long scan that is asked to end from its own progress callback. */
static void test_cancel(void)
{
    struct lanner_session *s = lanner_session_new();
    struct lanner_err err = {0};
    struct lanner_query *q;
    struct buf big = {0};
    struct sink sink = {0};

    for (size_t i = 0; i < 600000; i++)
        buf_put(&big, log_text, strlen(log_text));
    OK(lanner_session_add_bytes(s, "big", big.ptr, big.len, &err) == LANNER_OK);
    OK(lanner_session_set(s, "threads", "1", &err) == LANNER_OK);
    q = prepare(s, "groupBy([user, code, @timestamp], function=[count(), collect([user])])");
    lanner_session_on_progress(s, cancel_on_progress, q);
    OK(lanner_query_run(q, on_row, &sink, NULL, &err) == LANNER_ERR_CANCELLED);
    lanner_session_on_progress(s, NULL, NULL);
    OK(lanner_query_run(q, on_row, &sink, NULL, &err) == LANNER_OK);
    OK_INT(sink.n_rows, 3);
    buf_done(&sink.text);
    buf_done(&big);
    lanner_query_free(q);
    lanner_session_free(s);
}

static void on_text(void *ctx, const char *text, size_t len)
{
    buf_put(ctx, text, len);
}

static void test_explain_then_run(void)
{
    struct lanner_session *s = session_with_log();
    struct lanner_query *q = prepare(s, "code=2 | groupBy(user)");
    struct lanner_err err = {0};
    struct buf text = {0};
    struct sink sink = {0};

    OK(lanner_query_explain(q, on_text, &text, &err) == LANNER_OK);
    OK(str_find(buf_str(&text), STR("aggregate by user")) != SIZE_MAX);
    OK(lanner_query_run(q, on_row, &sink, NULL, &err) == LANNER_OK);
    OK(lanner_query_explain(q, on_text, &text, &err) == LANNER_OK);
    OK_INT(sink.n_rows, 2);
    buf_done(&text);
    buf_done(&sink.text);
    lanner_query_free(q);
    lanner_session_free(s);
}

static void on_column(void *ctx, const struct lanner_column *c)
{
    buf_printf(ctx, "%.*s:%s ", (int)c->name.len, c->name.text, c->type);
}

static void expect_columns(const char *language, const char *text, const char *want)
{
    struct lanner_session *s = session_with_log();
    struct lanner_query *q = NULL;
    struct lanner_err err = {0};
    struct buf columns = {0};

    OK(lanner_query_prepare(s, text, strlen(text), language, &q, &err) == LANNER_OK);
    if (q != NULL)
        OK(lanner_query_columns(q, on_column, &columns, &err) == LANNER_OK);
    OK_STR(buf_str(&columns), want);
    buf_done(&columns);
    lanner_query_free(q);
    lanner_session_free(s);
}

static void test_columns(void)
{
    expect_columns("cql", "groupBy(user, function=count(as=n)) | y := n * 2 | rename(n, as=m)",
                   "user:text y:number m:number ");
    expect_columns("cql", "select([code, user])", "code:text user:text ");
    expect_columns("cql", "*", "@timestamp:number @rawstring:text ");
    expect_columns(
        "aql",
        "SELECT sourceip AS ip, COUNT(*), MAX(starttime) AS 'ip' FROM events GROUP BY sourceip",
        "ip:Host COUNT:Double ip:Long ");
    expect_columns("aql",
                   "SELECT username, \"Event ID\", INCIDR('10.0.0.0/8', sourceip) b FROM events",
                   "username:String Event ID:String b:Boolean ");
}

static void test_errors(void)
{
    struct lanner_session *s = session_with_log();
    struct lanner_query *q = NULL;
    struct lanner_err err = {0};

    OK(lanner_query_prepare(s, "a=1\n| grouBy(x)", 15, "cql", &q, &err) == LANNER_ERR_QUERY);
    OK(q == NULL);
    OK_INT(err.line, 2);
    OK_INT(err.column, 3);
    OK(lanner_query_prepare(s, "SELECT", 6, NULL, &q, &err) == LANNER_ERR_QUERY);
    OK(lanner_query_prepare(s, "x", 1, "klingon", &q, &err) == LANNER_ERR_USAGE);
    lanner_session_free(s);
}

int main(void)
{
    test_options();
    test_several();
    test_stop();
    test_cancel();
    test_explain_then_run();
    test_columns();
    test_errors();
    TAP_DONE();
}
