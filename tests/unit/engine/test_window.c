/* Aggregates in sliding windows, where rows are given back, against windows worked out anew. */
#include <stdlib.h>

#include "../tap.h"
#include "util/buf.h"

#define N_ROWS  400
#define N_USERS 7

struct event {
    int64_t ms;
    int user; /* -1: it has none */
    double n; /* a multiple of 0.5 */
    bool has_n, is_real;
};

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void make_events(struct event *events, uint32_t seed, struct buf *log)
{
    int64_t ms = INT64_C(1772460000000);

    for (size_t i = 0; i < N_ROWS; i++) {
        struct event *e = &events[i];

        ms += next_random(&seed) % 4;
        e->ms = ms;
        e->user = (int)(next_random(&seed) % (N_USERS + 1)) - 1;
        e->has_n = next_random(&seed) % 5 != 0;
        e->is_real = next_random(&seed) % 6 == 0;
        e->n = (double)(next_random(&seed) % 21) - 10 + (e->is_real ? 0.5 : 0);
        buf_printf(log, "{\"@timestamp\":%lld,\"#repo\":\"t\",\"i\":%zu", (long long)ms, i);
        if (e->user >= 0)
            buf_printf(log, ",\"user\":\"a user of some length %d\"", e->user);
        if (e->has_n)
            buf_printf(log, ",\"n\":%g", e->n);
        buf_puts(log, "}\n");
    }
}

struct expected {
    int64_t count, users, named;
    double sum, least, greatest;
    int64_t n_numbers;
};

static struct expected expect(const struct event *events, size_t row, size_t n_events,
                              int64_t span_ms, bool without_current)
{
    struct expected x = {0};
    bool seen[N_USERS] = {false};
    size_t end = without_current ? row : row + 1;

    for (size_t i = 0; i < end; i++) {
        const struct event *e = &events[i];

        if (n_events != 0 ? end - i > n_events : e->ms <= events[row].ms - span_ms)
            continue;
        x.count++;
        if (e->user >= 0) {
            x.users += !seen[e->user];
            seen[e->user] = true;
            x.named++;
        }
        if (!e->has_n)
            continue;
        x.least = x.n_numbers == 0 || e->n < x.least ? e->n : x.least;
        x.greatest = x.n_numbers == 0 || e->n > x.greatest ? e->n : x.greatest;
        x.sum += e->n;
        x.n_numbers++;
    }
    return x;
}

struct check {
    const struct event *events;
    size_t row, n_wrong;
    size_t n_events;
    int64_t span_ms;
    bool without_current;
};

/* NaN: no value. */
static double number_of(const struct lanner_row *row, const char *name)
{
    for (size_t i = 0; i < row->n_columns; i++) {
        const struct lanner_value *v = &row->values[i];

        if (row->columns[i].len != strlen(name) ||
            memcmp(row->columns[i].text, name, row->columns[i].len) != 0)
            continue;
        if (v->kind == LANNER_LONG)
            return (double)v->integer;
        if (v->kind == LANNER_DOUBLE)
            return v->real;
        if (v->kind == LANNER_TEXT) {
            char room[64];

            snprintf(room, sizeof(room), "%.*s", (int)v->len, v->text);
            return strtod(room, NULL);
        }
    }
    return __builtin_nan("");
}

static bool same(double got, double want)
{
    return got == want;
}

static bool on_row(void *ctx, const struct lanner_row *row)
{
    struct check *c = ctx;
    struct expected x = expect(c->events, c->row, c->n_events, c->span_ms, c->without_current);
    bool ok = same(number_of(row, "i"), (double)c->row) &&
              same(number_of(row, "c"), (double)x.count) &&
              same(number_of(row, "u"), (double)x.users) &&
              same(number_of(row, "named"), (double)x.named) && same(number_of(row, "s"), x.sum);

    if (x.n_numbers > 0)
        ok = ok && same(number_of(row, "lo"), x.least) && same(number_of(row, "hi"), x.greatest) &&
             same(number_of(row, "r"), x.greatest - x.least) &&
             same(number_of(row, "a"), x.sum / (double)x.n_numbers);
    else
        ok = ok && number_of(row, "lo") != number_of(row, "lo") &&
             number_of(row, "a") != number_of(row, "a");
    if (!ok && c->n_wrong++ == 0)
        printf("# row %zu: count %g want %lld, sum %g want %g\n", c->row, number_of(row, "c"),
               (long long)x.count, number_of(row, "s"), x.sum);
    c->row++;
    return true;
}

#define FUNCTIONS                                                                                  \
    "[count(as=c), count(user, distinct=true, as=u), count(user, as=named), sum(n, as=s), "        \
    "avg(n, as=a), min(n, as=lo), max(n, as=hi), range(n, as=r)]"

static void run_check(const struct buf *log, struct check *c, const char *text)
{
    struct lanner_session *s = lanner_session_new();
    struct lanner_query *q = NULL;
    struct lanner_err err = {0};

    OK(lanner_session_add_bytes(s, "log", log->ptr, log->len, &err) == LANNER_OK);
    OK(lanner_session_set(s, "batch-rows", "7", &err) == LANNER_OK);
    OK(lanner_query_prepare(s, text, strlen(text), "cql", &q, &err) == LANNER_OK);
    OK(lanner_query_run(q, on_row, c, NULL, &err) == LANNER_OK);
    OK_INT(c->row, N_ROWS);
    OK_INT(c->n_wrong, 0);
    if (c->n_wrong != 0)
        printf("# %s %s\n", text, err.text);
    lanner_query_free(q);
    lanner_session_free(s);
}

int main(void)
{
    static const int sizes[] = {1, 3, 40, 1000};

    for (uint32_t seed = 1; seed <= 3; seed++) {
        struct event events[N_ROWS];
        struct buf log = {0};

        make_events(events, seed, &log);
        for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
            for (int current = 0; current < 2; current++) {
                struct check rows = {.events = events,
                                     .n_events = (size_t)sizes[i],
                                     .without_current = current == 1};
                struct check span = {
                    .events = events, .span_ms = sizes[i], .without_current = current == 1};
                const char *which = current == 1 ? "exclude" : "include";
                char text[500];

                printf("# seed %u\n", (unsigned)seed);
                snprintf(text, sizeof(text),
                         "sort(i, order=asc, limit=1000) | slidingWindow(" FUNCTIONS
                         ", events=%d, current=%s) | select([i, c, u, named, s, a, lo, hi, r])",
                         sizes[i], which);
                run_check(&log, &rows, text);
                snprintf(text, sizeof(text),
                         "sort(i, order=asc, limit=1000) | slidingTimeWindow(" FUNCTIONS
                         ", span=%dms, current=%s) | select([i, c, u, named, s, a, lo, hi, r])",
                         sizes[i], which);
                run_check(&log, &span, text);
            }
        }
        buf_done(&log);
    }
    TAP_DONE();
}
