/* program.c - what a user of the library writes: a query over two records in memory. Built against
 * the installed header and lanner.pc by tools/check.sh. */
#include <lanner.h>
#include <stdio.h>
#include <string.h>

static bool on_row(void *ctx, const struct lanner_row *row)
{
    const struct lanner_value *v = &row->values[0];

    (void)ctx;
    if (v->kind == LANNER_LONG)
        printf("%.*s=%lld\n", (int)row->columns[0].len, row->columns[0].text,
               (long long)v->integer);
    else
        printf("%.*s=%.*s\n", (int)row->columns[0].len, row->columns[0].text, (int)v->len, v->text);
    return true;
}

int main(void)
{
    static const char log[] =
        "{\"user\":\"a\",\"code\":\"50034\"}\n{\"user\":\"b\",\"code\":\"50034\"}\n"
        "{\"user\":\"c\",\"code\":\"0\"}\n";
    static const char text[] = "code=50034 | count(as=n)";
    struct lanner_err err = {0};
    struct lanner_session *session = lanner_session_new();
    struct lanner_query *query = NULL;
    enum lanner_rc rc;

    rc = lanner_session_add_bytes(session, "memory", log, strlen(log), &err);
    if (rc == LANNER_OK)
        rc = lanner_query_prepare(session, text, strlen(text), "cql", &query, &err);
    if (rc == LANNER_OK)
        rc = lanner_query_run(query, on_row, NULL, NULL, &err);
    if (rc != LANNER_OK)
        printf("%s\n", err.text);
    lanner_query_free(query);
    lanner_session_free(session);
    return rc != LANNER_OK;
}
