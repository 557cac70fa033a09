/* fuzz_query.c - any text as a query over a few events, through the public interface: rows or an
 * error, and the same rows with and without the optimiser, the prefilter and batches of many rows.
 * What begins with SELECT or WITH is AQL, anything else CQL.
 *
 * What stands behind the first NUL byte is further log text. */
#include <stdlib.h>

#include "lanner.h"
#include "util/buf.h"
#include "util/mem.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_TEXT ((size_t)4096)
#define MAX_ROWS ((size_t)1 << 20)

/* Two kinds of source, fields that are missing, empty, null, numbers, nested, and no time. */
static const char events[] =
    "{\"@timestamp\":\"2026-03-02T14:05:00.123Z\",\"#repo\":\"azure_ad\",\"a\":\"x\",\"b\":1,"
    "\"ip\":\"203.0.113.77\",\"user\":\"a.baker@contoso.example\",\"resultType\":\"50034\"}\n"
    "{\"@timestamp\":\"2026-03-02T14:05:01.123Z\",\"#repo\":\"azure_ad\",\"a\":\"y\",\"b\":\"2.5\","
    "\"ip\":\"2001:db8::1\",\"user\":\"B\",\"resultType\":\"0\",\"c\":[1,2,{\"d\":\"e\"}]}\n"
    "{\"@timestamp\":\"2026-03-02T15:05:01.123Z\",\"a\":\"\",\"b\":null,\"ip\":\"-\",\"user\":"
    "\"b\","
    "\"text\":\"k=v, p=\\\"q r\\\" 17%41\",\"time\":1772460000000}\n"
    "{\"@timestamp\":\"2026-03-02T15:05:01.123Z\",\"a\":\"x\",\"b\":-7,\"text\":\"{\\\"j\\\":[1,"
    "true]}"
    "\",\"time\":\"2026-03-02 14:05:00\",\"user\":\"\\u00c9\"}\n"
    "{\"a\":\"x\",\"b\":9223372036854775807,\"list\":\"a,b,,c\",\"url\":\"http://h.example:8/"
    "p?q=1\"}\n"
    "{\"time\":\"2026-03-02T14:08:07.1234560Z\",\"resourceId\":\"/tenants/6f1d/providers/"
    "Microsoft.aadiam\",\"operationName\":\"Sign-in activity\",\"category\":\"SignInLogs\","
    "\"resultType\":\"50034\",\"callerIpAddress\":\"203.0.113.77\",\"properties\":{"
    "\"createdDateTime\":\"2026-03-02T14:05:00.1234560+00:00\",\"userPrincipalName\":\"a@b.c\","
    "\"status\":{\"errorCode\":50034}}}\n";

/* What QRadar reads and gives: LEEF, CEF, rows of an export. */
static const char lines[] =
    "<13>Mar  2 14:05:06 fw01 LEEF:2.0|Vendor|Firewall|1.0|deny|^|src=10.0.0.1^dst=10.0.0.2^"
    "srcPort=99^proto=TCP^usrName=ann^cat=drop^devTime=1772460306000^note=a=b c\n"
    "Mar  2 14:06:06 gw CEF:0|Vendor|Gate\\|way|1|100|login failed|7|src=2001:db8::1 spt=443 "
    "suser=bob msg=one two\\=three cs1Label=Rule cs1=no entry rt=1772460366000 cnt=3\n"
    "user=carol ip=192.0.2.4 action=\"log in\"\n";

static const char export[] =
    "{\"events\":[{\"starttime\":1772460420000,\"sourceip\":\"10.0.0.3\",\"username\":\"dan\","
    "\"category\":3116,\"devicetype\":12,\"qid\":5000475,\"eventcount\":2,\"magnitude\":5,"
    "\"Logon Type\":\"3\",\"payload\":\"<13>Mar 2 14:07:00 dc01 EventID=4625 LogonType=3\"}]}\n";

static void put_value(struct buf *out, const struct lanner_value *v)
{
    buf_printf(out, " %d:", (int)v->kind);
    switch (v->kind) {
    case LANNER_TEXT:
        buf_put(out, v->text, v->len);
        break;
    case LANNER_LONG:
    case LANNER_BOOL:
        buf_printf(out, "%lld", (long long)v->integer);
        break;
    case LANNER_DOUBLE:
        buf_printf(out, "%.17g", v->real);
        break;
    case LANNER_ABSENT:
    case LANNER_NULL:
        break;
    }
}

static bool on_row(void *ctx, const struct lanner_row *row)
{
    struct buf *out = ctx;

    for (size_t i = 0; i < row->n_columns; i++) {
        buf_put(out, row->columns[i].text, row->columns[i].len);
        put_value(out, &row->values[i]);
    }
    for (size_t i = 0; i < row->n_open; i++) {
        buf_put(out, row->open_names[i].text, row->open_names[i].len);
        put_value(out, &row->open_values[i]);
    }
    buf_putc(out, '\n');
    return out->len < MAX_ROWS;
}

static void on_note(void *ctx, const struct lanner_note *note)
{
    (void)ctx;
    if (note->text == NULL)
        abort();
}

static void set(struct lanner_session *s, const char *name, const char *value)
{
    struct lanner_err err = {0};

    if (lanner_session_set(s, name, value, &err) != LANNER_OK)
        abort();
}

static const char *language_of(struct str query)
{
    query = str_trim(query);
    return str_eq_nocase(str_of(query.ptr, MIN(query.len, (size_t)6)), STR("select")) ||
                   str_eq_nocase(str_of(query.ptr, MIN(query.len, (size_t)5)), STR("with "))
               ? "aql"
               : "cql";
}

static enum lanner_rc run(struct str query, struct str more, bool plain, struct buf *out)
{
    struct lanner_session *s = lanner_session_new();
    struct lanner_query *q = NULL;
    struct lanner_err err = {0};
    enum lanner_rc rc;

    set(s, "now", "2026-03-02T16:00:00Z");
    set(s, "memory", "8M");
    set(s, "threads", "1");
    set(s, "missing-data", "ignore");
    set(s, "optimizer", plain ? "0" : "1");
    set(s, "prefilter", plain ? "0" : "1");
    set(s, "simd", plain ? "0" : "1");
    set(s, "batch-rows", plain ? "1" : "2048");
    lanner_session_on_note(s, on_note, NULL);
    rc = lanner_session_add_bytes(s, "events", events, sizeof(events) - 1, &err);
    if (rc == LANNER_OK)
        rc = lanner_session_add_bytes(s, "lines", lines, sizeof(lines) - 1, &err);
    if (rc == LANNER_OK)
        rc = lanner_session_add_bytes(s, "export", export, sizeof(export) - 1, &err);
    if (rc == LANNER_OK && more.len > 0)
        rc = lanner_session_add_bytes(s, "more", more.ptr, more.len, &err);
    if (rc == LANNER_OK)
        rc = lanner_query_prepare(s, query.ptr, query.len, language_of(query), &q, &err);
    if (rc == LANNER_OK)
        rc = lanner_query_run(q, on_row, out, NULL, &err);
    if (rc != LANNER_OK && (err.rc != rc || err.text[0] == '\0'))
        abort();
    lanner_query_free(q);
    lanner_session_free(s);
    return rc;
}

/* Rows that are drawn by lot differ. */
static bool is_random(struct str query)
{
    for (size_t i = 0; i < query.len; i++) {
        struct str rest = str_of(query.ptr + i, query.len - i);

        if (str_eq_nocase(str_of(rest.ptr, MIN(rest.len, (size_t)4)), STR("rand")) ||
            str_eq_nocase(str_of(rest.ptr, MIN(rest.len, (size_t)6)), STR("sample")))
            return true;
    }
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str query = str_of((const char *)data, size), more = STR_NONE;
    size_t nul = str_find_char(query, '\0');
    struct buf fast = {0};
    struct buf plain = {0};
    enum lanner_rc a, b;

    if (nul != SIZE_MAX) {
        more = str_of(query.ptr + nul + 1, size - nul - 1);
        query.len = nul;
    }
    if (query.len > MAX_TEXT || more.len > MAX_TEXT)
        return 0;
    a = run(query, more, false, &fast);
    b = run(query, more, true, &plain);
    if (a == LANNER_OK && b == LANNER_OK && !is_random(query) &&
        !str_eq(buf_str(&fast), buf_str(&plain)))
        abort();
    buf_done(&fast);
    buf_done(&plain);
    return 0;
}
