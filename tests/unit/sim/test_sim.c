/* test_sim.c - the generator: reproducible, of the size asked for, well formed, and every shape
 * with the same events; the truth of planted campaigns. */
#include "sim/sim.h"

#include <stdlib.h>

#include "tap.h"

static bool collect(void *ctx, const char *ptr, size_t len)
{
    buf_put(ctx, ptr, len);
    return true;
}

static bool refuse(void *ctx, const char *ptr, size_t len)
{
    (void)ctx;
    (void)ptr;
    (void)len;
    return false;
}

static enum lanner_rc generate(const struct sim_options *o, struct buf *log, struct buf *truth,
                               struct sim_stats *stats)
{
    struct lanner_err err;

    return sim_run(o, collect, log, truth, stats, &err);
}

static size_t count(struct str s, const char *needle)
{
    struct str n = str_z(needle);
    size_t found = 0;
    size_t at;

    while ((at = str_find(s, n)) != SIZE_MAX) {
        found++;
        s = str_of(s.ptr + at + n.len, s.len - at - n.len);
    }
    return found;
}

static void test_reproducible(void)
{
    struct sim_options o;
    struct buf logs[3] = {{0}};
    struct sim_stats stats;

    sim_defaults(&o);
    o.n_bytes = 3000000;
    OK(generate(&o, &logs[0], NULL, &stats) == LANNER_OK);
    OK_INT(stats.n_bytes, logs[0].len);
    OK(logs[0].len <= o.n_bytes && logs[0].len > o.n_bytes - 4096);
    OK_INT(stats.n_events, count(buf_str(&logs[0]), "\n"));
    OK(generate(&o, &logs[1], NULL, &stats) == LANNER_OK);
    OK(str_eq(buf_str(&logs[0]), buf_str(&logs[1])));
    o.seed = 2;
    OK(generate(&o, &logs[2], NULL, &stats) == LANNER_OK);
    OK(!str_eq(buf_str(&logs[0]), buf_str(&logs[2])));
    for (int i = 0; i < 3; i++)
        buf_done(&logs[i]);
}

/* The part of the truth that a shape with all columns must share with the others. */
static struct str rows_of(const struct buf *truth)
{
    struct str s = buf_str(truth);
    size_t from = str_find(s, STR("\"rows\":["));
    size_t to = str_find(s, STR("]},\n \"campaigns\""));

    return from == SIZE_MAX || to == SIZE_MAX ? STR_NONE : str_of(s.ptr + from, to - from);
}

static void test_shapes(void)
{
    struct sim_options o;
    struct buf first_truth = {0};
    uint64_t n_first = 0;
    const struct sim_name *shape;

    sim_defaults(&o);
    o.n_users = 120;
    o.n_days = 2.5;
    for (size_t i = 0; (shape = sim_shape_at(i)) != NULL; i++) {
        struct buf log = {0};
        struct buf truth = {0};
        struct sim_stats stats;

        o.shape = shape->name;
        OK(generate(&o, &log, &truth, &stats) == LANNER_OK);
        OK_INT(stats.n_bytes, log.len);
        OK(log.len > 0 && log.ptr[log.len - 1] == '\n');
        OK(count(buf_str(&log), "Mozilla/5.0 (stress; no such device) Mozilla") > 600);
        if (i == 0) {
            n_first = stats.n_events;
            buf_put_str(&first_truth, buf_str(&truth));
            OK(rows_of(&truth).len > 1000);
        } else if (strcmp(shape->name, "o365") != 0) {
            OK_INT(stats.n_events, n_first);
            OK(str_eq(rows_of(&truth), rows_of(&first_truth)));
        }
        buf_done(&log);
        buf_done(&truth);
    }
    buf_done(&first_truth);
}

/* Exact thresholds, with nothing around them that could add to a group. */
static void test_thresholds(void)
{
    struct sim_options o;
    struct buf log = {0};
    struct buf truth = {0};
    struct sim_stats stats;
    struct str rows;

    sim_defaults(&o);
    o.n_users = 200;
    o.campaigns = "A11,A12,A3";
    OK(generate(&o, &log, &truth, &stats) == LANNER_OK);
    rows = rows_of(&truth);
    OK_INT(count(rows, "\"UniqueUsernames\":50,"), 1);
    OK_INT(count(rows, "\"UniqueUsernames\":49,"), 1);
    OK_INT(count(rows, "\"UniqueUsernames\":20,"), 1);
    OK_INT(count(rows, "\"UniqueUsernames\":19,"), 1);
    OK_INT(count(rows, "\"UniqueUsernames\":10,"), 1);
    OK_INT(count(rows, "\"UniqueUsernames\":9,"), 0);
    OK_INT(count(rows, "\"UniqueUsernames\":24,"), 1);
    OK_INT(count(rows, "High Confidence"), 1);
    OK_INT(count(rows, "Moderate"), 3);
    OK_INT(count(rows, "\"bucket\""), 6);
    OK_INT(count(buf_str(&truth), "\"type\":\"A11\""), 6);
    buf_done(&log);
    buf_done(&truth);
}

static void check_refused(struct sim_options o, const char *text)
{
    struct lanner_err err = {0};
    struct sim_stats stats;
    struct buf log = {0};

    OK(sim_run(&o, collect, &log, NULL, &stats, &err) == LANNER_ERR_USAGE);
    OK(strstr(err.text, text) != NULL);
    buf_done(&log);
}

static void test_errors(void)
{
    struct sim_options o;
    struct lanner_err err;
    struct sim_stats stats;

    sim_defaults(&o);
    check_refused(o, "neither a size nor a number of users");
    o.n_bytes = 1000;
    o.shape = "yaml";
    check_refused(o, "unknown shape 'yaml'");
    o.shape = "graph";
    o.campaigns = "A1,,A2";
    check_refused(o, "unknown campaign ''");
    o.campaigns = "A8";
    check_refused(o, "no sign-in records");
    o.campaigns = "none";
    o.start_ms = -1;
    check_refused(o, "start");
    o.start_ms = 0;
    o.n_days = 0;
    check_refused(o, "days");
    o.n_days = 1;
    o.n_bytes = 100000;
    OK(sim_run(&o, refuse, NULL, NULL, &stats, &err) == LANNER_ERR_STOPPED);
    OK(sim_campaign_at(0) != NULL && sim_campaign_at(1000) == NULL);
}

int main(void)
{
    test_reproducible();
    test_shapes();
    test_thresholds();
    test_errors();
    TAP_DONE();
}
