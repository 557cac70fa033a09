/* Further forms of a query: the events behind its rows, its groups, chosen events, allow-lists, in
 * both languages; parameters that a query keeps. */
#include <stdlib.h>
#include <unistd.h>

#include "../tap.h"
#include "util/buf.h"

#define MINUTE_MS  60000
#define START_MS   INT64_C(1772460300000) /* 2026-03-02T14:05:00Z */
#define N_ATTACKER 12

struct sink {
    struct buf text;
    size_t n_rows;
};

static bool on_row(void *ctx, const struct lanner_row *row)
{
    struct sink *sink = ctx;

    for (size_t i = 0; i < row->n_columns; i++) {
        const struct lanner_value *v = &row->values[i];

        if (i > 0)
            buf_putc(&sink->text, '|');
        if (v->kind == LANNER_TEXT)
            buf_put(&sink->text, v->text, v->len);
        else if (v->kind == LANNER_LONG)
            buf_printf(&sink->text, "%lld", (long long)v->integer);
        else if (v->kind == LANNER_DOUBLE)
            buf_printf(&sink->text, "%g", v->real);
        else
            buf_putc(&sink->text, '-');
    }
    buf_putc(&sink->text, '\n');
    sink->n_rows++;
    return true;
}

static void put_event(struct buf *out, int64_t ms, const char *ip, const char *user,
                      const char *code, const char *agent)
{
    int64_t s = ms / 1000 - 1772460300 + 5 * 60;

    buf_printf(out,
               "{\"time\":\"2026-03-02T14:%02d:%02dZ\",\"category\":\"SignInLogs\","
               "\"operationName\":\"Sign-in activity\",\"tenantId\":\"t\",\"resultType\":\"%s\","
               "\"callerIpAddress\":\"%s\",\"properties\":{\"id\":\"%lld%s\","
               "\"createdDateTime\":\"2026-03-02T14:%02d:%02dZ\","
               "\"userPrincipalName\":\"%s@contoso.example\",\"appId\":\"app-1\","
               "\"appDisplayName\":\"Azure Portal\",\"ipAddress\":\"%s\","
               "\"clientAppUsed\":\"Browser\",\"userAgent\":\"%s\","
               "\"status\":{\"errorCode\":%s}}}\n",
               (int)(s / 60), (int)(s % 60), code, ip, (long long)ms, user, (int)(s / 60),
               (int)(s % 60), user, ip, agent, code);
}

/* One address tries twelve accounts, another one three, and signs in itself once. */
static void make_log(struct buf *out)
{
    for (int i = N_ATTACKER - 1; i >= 0; i--) {
        char user[10];

        snprintf(user, sizeof(user), "u%02d", i);
        put_event(out, START_MS + i * 1000, "203.0.113.77", user, "50034", "Tool/1.0");
    }
    for (int i = 0; i < 3; i++) {
        char user[10];

        snprintf(user, sizeof(user), "v%02d", i);
        put_event(out, START_MS + 30000 + i * 1000, "2001:db8::5", user, "50034", "Other/2.0");
    }
    put_event(out, START_MS + 40000, "203.0.113.77", "u00", "0", "Tool/1.0");
}

static const char aql[] =
    "SELECT sourceip AS ClientIP, COUNT(DISTINCT username) AS n FROM events WHERE "
    "payload ILIKE '%\"errorCode\":50034%' GROUP BY sourceip HAVING n >= ?{low=10} ORDER BY n DESC";
static const char cql[] =
    "resultType=50034 | groupBy([ipAddress], function=count(userPrincipalName, distinct=true, "
    "as=n)) | test(n >= ?{low=10}) | sort(n) | select([ipAddress, n])";

static struct lanner_session *session_new(void)
{
    struct lanner_session *s = lanner_session_new();
    struct lanner_err err = {0};
    struct buf log = {0};

    make_log(&log);
    OK(lanner_session_add_bytes(s, "log", log.ptr, log.len, &err) == LANNER_OK);
    buf_done(&log);
    return s;
}

static struct lanner_query *prepare(struct lanner_session *s, const char *text)
{
    struct lanner_query *q = NULL;
    struct lanner_err err = {0};

    OK(lanner_query_prepare(s, text, strlen(text), NULL, &q, &err) == LANNER_OK);
    if (q == NULL)
        printf("# %s\n", err.text);
    return q;
}

/* Rows as lines, or the error. */
static struct str rows_of(struct lanner_query *q, struct sink *sink)
{
    struct lanner_err err = {0};

    buf_clear(&sink->text);
    sink->n_rows = 0;
    if (lanner_query_run(q, on_row, sink, NULL, &err) != LANNER_OK)
        buf_puts(&sink->text, err.text);
    return buf_str(&sink->text);
}

static struct str variant_rows(struct lanner_query *q, const struct lanner_variant *v,
                               struct sink *sink)
{
    struct lanner_query *form = NULL;
    struct lanner_err err = {0};
    struct str rows;

    if (lanner_query_variant(q, v, &form, &err) != LANNER_OK) {
        buf_clear(&sink->text);
        buf_puts(&sink->text, err.text);
        return buf_str(&sink->text);
    }
    rows = rows_of(form, sink);
    /* A plan is made anew for a second run. */
    OK(rows_of(form, sink).len == rows.len);
    lanner_query_free(form);
    return buf_str(&sink->text);
}

static const char *const event_fields[] = {"@timestamp",      "userPrincipalName",
                                           "resultType",      LANNER_FIELD_SOURCE,
                                           LANNER_FIELD_USER, LANNER_FIELD_KIND};

static struct lanner_variant all_events(void)
{
    return (struct lanner_variant){.form = LANNER_FORM_EVENTS,
                                   .from_ms = LANNER_TIME_OPEN,
                                   .to_ms = LANNER_TIME_OPEN,
                                   .fields = event_fields,
                                   .n_fields = 6};
}

static void test_events(const char *text)
{
    struct lanner_session *s = session_new();
    struct lanner_query *q = prepare(s, text);
    struct lanner_variant v = all_events();
    static const char *const raw[] = {"@rawstring", "userAgent"};
    const char *address[] = {"203.0.113.77"};
    const char *net[] = {"2001:db8::/64"};
    struct lanner_condition where = {LANNER_FIELD_SOURCE, address, 1};
    struct sink sink = {0};
    struct str rows;

    OK_STR(rows_of(q, &sink), "203.0.113.77|12\n");
    rows = variant_rows(q, &v, &sink);
    OK_INT(sink.n_rows, 15);
    OK(str_starts(rows, STR("1772460300000|u00@contoso.example|50034|203.0.113.77|"
                            "u00@contoso.example|entra-signin\n1772460301000|u01@")));
    v.conditions = &where;
    v.n_conditions = 1;
    variant_rows(q, &v, &sink);
    OK_INT(sink.n_rows, 12);
    v.from_ms = START_MS + 2000;
    v.to_ms = START_MS + 4000;
    variant_rows(q, &v, &sink);
    OK_INT(sink.n_rows, 3);
    where.values = net;
    v.from_ms = v.to_ms = LANNER_TIME_OPEN;
    variant_rows(q, &v, &sink);
    OK_INT(sink.n_rows, 3);
    where.values = address;
    v.any_event = true;
    v.fields = raw;
    v.n_fields = 2;
    rows = variant_rows(q, &v, &sink);
    OK_INT(sink.n_rows, 13);
    OK(str_starts(rows, STR("{\"time\":\"2026-03-02T14:05:00Z\"")));
    OK(str_ends(rows, STR("}}}|Tool/1.0\n")));
    buf_done(&sink.text);
    lanner_query_free(q);
    lanner_session_free(s);
}

/* Text is compared without regard to case; the prefilter must not know better. */
static void test_texts(const char *text)
{
    struct lanner_session *s = session_new();
    struct lanner_query *q = prepare(s, text);
    struct lanner_variant v = all_events();
    const char *agents[] = {"TOOL/1.0", "none"};
    const char *codes[] = {"0"};
    const char *nothing[] = {""};
    struct lanner_condition where[2] = {{"userAgent", agents, 2}, {"resultType", codes, 1}};
    struct sink sink = {0};

    v.conditions = where;
    v.n_conditions = 1;
    variant_rows(q, &v, &sink);
    OK_INT(sink.n_rows, 12);
    v.any_event = true;
    v.n_conditions = 2;
    OK_STR(variant_rows(q, &v, &sink), "1772460340000|u00@contoso.example|0|203.0.113.77|"
                                       "u00@contoso.example|entra-signin\n");
    where[0] = (struct lanner_condition){"noSuchField", nothing, 1};
    v.n_conditions = 1;
    variant_rows(q, &v, &sink);
    OK_INT(sink.n_rows, 16);
    buf_done(&sink.text);
    lanner_query_free(q);
    lanner_session_free(s);
}

static void test_groups(const char *text)
{
    struct lanner_session *s = session_new();
    struct lanner_query *q = prepare(s, text);
    struct lanner_variant v = {
        .form = LANNER_FORM_GROUPS, .from_ms = LANNER_TIME_OPEN, .to_ms = LANNER_TIME_OPEN};
    struct sink sink = {0};

    OK_STR(variant_rows(q, &v, &sink), "203.0.113.77|12\n2001:db8::5|3\n");
    v.to_ms = START_MS + 2000;
    OK_STR(variant_rows(q, &v, &sink), "203.0.113.77|3\n");
    v.form = LANNER_FORM_ROWS;
    OK_STR(variant_rows(q, &v, &sink), "");
    buf_done(&sink.text);
    lanner_query_free(q);
    lanner_session_free(s);
}

/* A query keeps the values it was prepared with, and so do its forms. */
static void test_parameters(const char *text)
{
    struct lanner_session *s = session_new();
    struct lanner_query *ten = prepare(s, text), *three, *again;
    struct lanner_variant v = {.from_ms = LANNER_TIME_OPEN, .to_ms = LANNER_TIME_OPEN};
    struct lanner_err err = {0};
    struct sink sink = {0};

    OK(lanner_session_set(s, "param", "low=3", &err) == LANNER_OK);
    three = prepare(s, text);
    OK(lanner_session_set(s, "param", "low=13", &err) == LANNER_OK);
    again = prepare(s, text);
    for (int i = 0; i < 2; i++) {
        OK_STR(rows_of(ten, &sink), "203.0.113.77|12\n");
        OK_STR(rows_of(three, &sink), "203.0.113.77|12\n2001:db8::5|3\n");
        OK_STR(rows_of(again, &sink), "");
    }
    OK_STR(variant_rows(three, &v, &sink), "203.0.113.77|12\n2001:db8::5|3\n");
    buf_done(&sink.text);
    lanner_query_free(ten);
    lanner_query_free(three);
    lanner_query_free(again);
    lanner_session_free(s);
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");

    OK(f != NULL);
    if (f == NULL)
        return;
    fputs(text, f);
    fclose(f);
}

static void test_allow(const char *text)
{
    struct lanner_session *s = session_new();
    struct lanner_variant v = all_events();
    static const char *const fields[] = {LANNER_FIELD_SOURCE, LANNER_FIELD_ENTRY};
    char path[] = "/tmp/lanner-allow-XXXXXX";
    int fd = mkstemp(path);
    struct lanner_allow_entry e = {0};
    struct lanner_query *before, *q;
    struct lanner_err err = {0};
    struct sink sink = {0};

    close(fd);
    write_file(path, "# egress of the offices\naddress,owner,detection\n2001:db8::/32,network,\n"
                     "203.0.113.77,network,other-*\n");
    before = prepare(s, text);
    OK(!lanner_session_allow_entry(s, 0, &e));
    OK(lanner_session_set(s, "allow", path, &err) == LANNER_OK);
    OK(lanner_session_allow_entry(s, 1, &e));
    OK_STR(str_z(e.value), "203.0.113.77");
    OK_INT(e.line, 4);
    OK(!lanner_session_allow_entry(s, 2, &e));
    q = prepare(s, text);
    v.fields = fields;
    v.n_fields = 2;
    variant_rows(before, &v, &sink);
    OK_INT(sink.n_rows, 15);
    variant_rows(q, &v, &sink);
    OK_INT(sink.n_rows, 12);
    v.allow = LANNER_ALLOW_ONLY;
    OK_STR(variant_rows(q, &v, &sink), "2001:db8::5|0\n2001:db8::5|0\n2001:db8::5|0\n");
    v.detection = "other-one";
    variant_rows(q, &v, &sink);
    OK_INT(sink.n_rows, 15);
    v.allow = LANNER_ALLOW_IGNORE;
    OK(str_starts(variant_rows(q, &v, &sink), STR("203.0.113.77|1\n")));
    v.allow = LANNER_ALLOW_APPLY;
    OK_STR(variant_rows(q, &v, &sink), "");
    /* Without lists nothing is taken. */
    v.allow = LANNER_ALLOW_ONLY;
    OK_STR(variant_rows(before, &v, &sink), "");
    v.form = LANNER_FORM_ROWS;
    v.allow = LANNER_ALLOW_IGNORE;
    OK_STR(variant_rows(q, &v, &sink), "203.0.113.77|12\n");
    OK(lanner_session_set(s, "allow", "", &err) == LANNER_OK);
    OK(!lanner_session_allow_entry(s, 0, &e));
    unlink(path);
    buf_done(&sink.text);
    lanner_query_free(before);
    lanner_query_free(q);
    lanner_session_free(s);
}

/* One row for an event, however many rows a stage made of it; no rows of tables. */
static void test_shapes(void)
{
    struct lanner_session *s = session_new();
    struct lanner_variant v = all_events();
    struct sink sink = {0};
    static const struct {
        const char *text;
        size_t n_rows;
    } queries[] = {
        {"SELECT username FROM events WHERE payload ILIKE '%Tool%' UNION SELECT username FROM "
         "events WHERE payload ILIKE '%50034%'",
         16},
        {"SELECT username FROM events WHERE payload ILIKE '%Other%' ORDER BY username LIMIT 1", 3},
        {"SELECT a.u AS x FROM (SELECT username AS u, COUNT(*) AS n FROM events WHERE payload "
         "ILIKE '%Tool%' GROUP BY username) a WHERE a.n > 1",
         13},
        {"resultType=0 | select([userAgent]) | userAgent=/tool/i", 1},
        {"case { resultType=0 | x:=1; userAgent=Other* | select([x]) }", 4},
        {"userAgent=Tool* | userPrincipalName:=\"none\" | head(2)", 13},
        {"correlate(a: {resultType=0} include: [userPrincipalName], b: {userPrincipalName=u0* | "
         "resultType=50034 | userPrincipalName <=> a.userPrincipalName} include: [resultType])",
         11},
    };

    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++) {
        struct lanner_query *q = prepare(s, queries[i].text);

        variant_rows(q, &v, &sink);
        OK_INT(sink.n_rows, queries[i].n_rows);
        if (sink.n_rows != queries[i].n_rows)
            printf("# %s\n# %.*s\n", queries[i].text, (int)sink.text.len, sink.text.ptr);
        lanner_query_free(q);
    }
    buf_done(&sink.text);
    lanner_session_free(s);
}

/* Queries with literals beside one that wants every record: each has the rows it has alone. */
static void test_job(void)
{
    static const char *const texts[] = {
        aql, "count(as=n)", cql,
        "SELECT COUNT(*) AS n FROM events WHERE payload ILIKE '%tool/1.0%'",
        "userAgent=Oth* | count(as=n)"};
    enum { N = 60 };
    struct lanner_session *s = session_new();
    struct lanner_query *queries[N];
    struct sink sinks[N] = {0};
    void *ctxs[N];
    struct lanner_err err = {0};

    for (int i = 0; i < N; i++) {
        queries[i] = prepare(s, texts[i % 5]);
        ctxs[i] = &sinks[i];
    }
    OK(lanner_queries_run(queries, N, on_row, ctxs, NULL, &err) == LANNER_OK);
    for (int i = 0; i < N; i += 5) {
        OK_STR(buf_str(&sinks[i].text), "203.0.113.77|12\n");
        OK_STR(buf_str(&sinks[i + 1].text), "16\n");
        OK_STR(buf_str(&sinks[i + 2].text), "203.0.113.77|12\n");
        OK_STR(buf_str(&sinks[i + 3].text), "13\n");
        OK_STR(buf_str(&sinks[i + 4].text), "3\n");
    }
    for (int i = 0; i < N; i++) {
        buf_done(&sinks[i].text);
        lanner_query_free(queries[i]);
    }
    lanner_session_free(s);
}

/* An id counts once within one kind of log. */
static void test_dedup(void)
{
    static const char other[] =
        "{\"CreationTime\":\"2026-03-02T14:05:00\",\"Id\":\"1772460300000u00\",\"Operation\":"
        "\"UserLoginFailed\",\"OrganizationId\":\"t\",\"RecordType\":15,\"UserKey\":\"k\","
        "\"UserType\":0,\"Workload\":\"AzureActiveDirectory\",\"UserId\":\"u00@contoso.example\"}"
        "\n";
    struct lanner_session *s = session_new();
    struct lanner_err err = {0};
    struct sink sink = {0};
    struct buf log = {0};
    struct lanner_query *q;

    make_log(&log);
    OK(lanner_session_add_bytes(s, "again", log.ptr, log.len, &err) == LANNER_OK);
    OK(lanner_session_add_bytes(s, "other", other, strlen(other), &err) == LANNER_OK);
    OK(lanner_session_set(s, "dedup", "1", &err) == LANNER_OK);
    q = prepare(s, "count(as=n)");
    OK_STR(rows_of(q, &sink), "17\n");
    lanner_query_free(q);
    q = prepare(s, aql);
    OK_STR(rows_of(q, &sink), "203.0.113.77|12\n");
    buf_done(&sink.text);
    buf_done(&log);
    lanner_query_free(q);
    lanner_session_free(s);
}

struct kinds {
    struct buf text;
};

static void on_source(void *ctx, const char *name, uint64_t n)
{
    buf_printf(&((struct kinds *)ctx)->text, "%s=%d ", name, (int)n);
}

static void test_sources(void)
{
    struct lanner_session *s = session_new();
    struct lanner_err err = {0};
    struct kinds kinds = {0};

    OK(lanner_session_add_bytes(s, "other", "{\"a\":1}\n", 8, &err) == LANNER_OK);
    OK(lanner_session_sources(s, on_source, &kinds, &err) == LANNER_OK);
    OK_STR(buf_str(&kinds.text), "entra-signin=16 =1 ");
    buf_done(&kinds.text);
    lanner_session_free(s);
}

int main(void)
{
    const char *const texts[] = {aql, cql};

    for (int i = 0; i < 2; i++) {
        test_events(texts[i]);
        test_texts(texts[i]);
        test_groups(texts[i]);
        test_parameters(texts[i]);
        test_allow(texts[i]);
    }
    test_shapes();
    test_job();
    test_dedup();
    test_sources();
    TAP_DONE();
}
