/* prop_aql.c - random data and random AQL: the engine against the slow evaluator, with everything
 * on and off, on one and several workers, in small batches and little memory. Every failure prints
 * its seed.
 *
 *     prop_aql [SEED [COUNT]] */
#include <stdio.h>
#include <stdlib.h>

#include "lanner.h"
#include "prop_aql.h"
#include "util/num.h"

/* ---- Comparing ----------------------------------------------------------------------------------
 */

static void put_value(struct buf *out, const struct lanner_value *v)
{
    struct sval s = {0};

    switch (v->kind) {
    case LANNER_ABSENT:
    case LANNER_NULL:
        break;
    case LANNER_LONG:
        s = (struct sval){.kind = S_LONG, .i = v->integer};
        break;
    case LANNER_BOOL:
        s = (struct sval){.kind = S_BOOL, .i = v->integer};
        break;
    case LANNER_DOUBLE:
        s = (struct sval){.kind = S_DOUBLE, .d = v->real};
        break;
    default:
        s = (struct sval){.kind = S_TEXT, .s = str_of(v->text, v->len)};
    }
    slow_aql_put(out, &s);
}

static bool on_row(void *ctx, const struct lanner_row *row)
{
    struct buf *out = ctx;

    for (size_t i = 0; i < row->n_columns; i++) {
        buf_printf(out, "%s\"%.*s\":", i == 0 ? "{" : ",", (int)row->columns[i].len,
                   row->columns[i].text);
        put_value(out, &row->values[i]);
    }
    buf_puts(out, "}\n");
    return true;
}

/* Which of the bits of `config` turns what. */
static void engine_run(struct str query, struct str data, unsigned config, struct buf *out)
{
    static const char *const memory[] = {"1G", "4M"};
    struct lanner_session *s = lanner_session_new();
    struct lanner_query *q = NULL;
    struct lanner_err err = {0};
    enum lanner_rc rc = LANNER_OK;

    rc |= lanner_session_set(s, "threads", config & 1 ? "4" : "1", &err);
    rc |= lanner_session_set(s, "batch-rows", config & 2 ? "3" : "2048", &err);
    rc |= lanner_session_set(s, "prefilter", config & 4 ? "0" : "1", &err);
    rc |= lanner_session_set(s, "optimizer", config & 8 ? "0" : "1", &err);
    rc |= lanner_session_set(s, "simd", config & 16 ? "0" : "1", &err);
    rc |= lanner_session_set(s, "memory", memory[config >> 5 & 1], &err);
    rc |= lanner_session_set(s, "now", "2026-03-02T15:00:00Z", &err);
    if (rc == LANNER_OK)
        rc = lanner_session_add_bytes(s, "data", data.ptr != NULL ? data.ptr : "", data.len, &err);
    if (rc == LANNER_OK)
        rc = lanner_query_prepare(s, query.ptr, query.len, "aql", &q, &err);
    if (rc == LANNER_OK)
        rc = lanner_query_run(q, on_row, out, NULL, &err);
    if (rc != LANNER_OK)
        buf_printf(out, "failed: %u:%u %s\n", err.line, err.column, err.text);
    lanner_query_free(q);
    lanner_session_free(s);
}

static bool check(uint64_t seed)
{
    static struct srow rows[SLOW_MAX_ROWS];
    struct buf data = {0}, text = {0}, want = {0};
    const struct squery *q;
    bool ok = true;
    int n;

    slow_aql_reset();
    prop_start(seed);
    n = prop_make_data(rows, &data);
    q = prop_make_query(&text);
    slow_aql_run(q, rows, n, &want);
    for (unsigned config = (unsigned)(seed % 5); config < 64 && ok;
         config += 1 + (unsigned)(seed % 23)) {
        struct buf got = {0};

        engine_run(buf_str(&text), buf_str(&data), config, &got);
        ok = str_eq(buf_str(&got), buf_str(&want));
        if (!ok)
            fprintf(stderr,
                    "seed %llu, configuration %u\n--- query\n%.*s\n--- data\n%.*s--- "
                    "wanted\n%.*s--- got\n%.*s",
                    (unsigned long long)seed, config, STR_ARG(buf_str(&text)),
                    STR_ARG(buf_str(&data)), STR_ARG(buf_str(&want)), STR_ARG(buf_str(&got)));
        buf_done(&got);
    }
    buf_done(&data);
    buf_done(&text);
    buf_done(&want);
    return ok;
}

int main(int argc, char **argv)
{
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    uint64_t count = argc > 2 ? strtoull(argv[2], NULL, 10) : 3000;
    unsigned long long n_failed = 0;
    unsigned long long n = 0;

    for (uint64_t i = 0; i < count && n_failed < 3; i++, n++) {
        bool ok = check(seed + i);

        n_failed += !ok;
        printf("%sok %llu - seed %llu\n", ok ? "" : "not ", n + 1, (unsigned long long)(seed + i));
    }
    printf("1..%llu\n", n);
    return n_failed != 0;
}
