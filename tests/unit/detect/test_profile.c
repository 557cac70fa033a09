/* test_profile.c - statistics, distinct counts, histories of windows, and profiles of events. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "detect/history.h"
#include "detect/profile.h"
#include "detect/seen.h"
#include "detect/statistics.h"
#include "tap.h"

#define HOUR INT64_C(3600000)
#define DAY  (24 * HOUR)

static void test_statistics(void)
{
    double one[] = {7};
    double two[] = {3, 1};
    double even[] = {9, 1, 4, 2};
    double odd[] = {5, 100, 6};
    double spread[] = {1, 1, 2, 2, 4, 6, 9};
    double many[200];

    OK(stat_median(NULL, 0) == 0);
    OK(stat_median(one, 1) == 7);
    OK(stat_mad(one, 1, 7) == 0);
    OK(stat_median(two, 2) == 2);
    OK(stat_mad(two, 2, 2) == 1);
    OK(stat_median(even, 4) == 3);
    OK(stat_mad(even, 4, 3) == 1.5); /* distances 2 1 1 6 */
    OK(stat_median(odd, 3) == 6);
    OK(stat_mad(odd, 3, 6) == 1);
    OK(stat_median(spread, 7) == 2);
    OK(stat_mad(spread, 7, 2) == 1); /* 1 1 0 0 2 4 7 */
    for (size_t i = 0; i < 200; i++)
        many[i] = (double)(200 - i);
    OK(stat_percentile(many, 200, 99) == 198); /* 198 of 200 do not exceed it */
    OK(stat_percentile(many, 100, 99) == 99);
    OK(stat_percentile(many, 3, 99) == 3);
    OK(stat_percentile(many, 1, 99) == 1);
    OK(stat_percentile(NULL, 0, 99) == 0);
}

static void test_sample(void)
{
    struct sample s = {0};

    OK(sample_median(&s) == 0 && sample_variation(&s) == 0);
    for (int i = 0; i < 10; i++)
        sample_put(&s, 4);
    OK(sample_median(&s) == 4);
    OK(sample_variation(&s) == 0);
    sample_done(&s);
    for (int i = 0; i < 1000000; i++) /* thinned out four times */
        sample_put(&s, i % 1000);
    OK(s.n == 1000000 && s.n_kept <= SAMPLE_MAX);
    OK(fabs(sample_median(&s) - 499.5) < 8);
    OK(fabs(s.mean - 499.5) < 1e-6);
    sample_done(&s);
}

static void test_distinct(void)
{
    struct seen d = {0};
    char name[32];
    bool is_new;
    size_t n_new = 0;

    OK(*seen_put(&d, STR("A.Baker@contoso.example"), 10, &is_new) == 0 && is_new);
    *seen_put(&d, STR("a.baker@CONTOSO.example"), 10, &is_new) = 5;
    OK(!is_new && d.n == 1);
    OK(*seen_put(&d, STR("a.baker@contoso.example"), 1, &is_new) == 5);
    OK(seen_put(&d, STR("b"), 1, &is_new) == NULL && !is_new && d.n == 1);
    for (int i = 0; i < 20000; i++) {
        snprintf(name, sizeof(name), "user%d", i % 10000);
        (void)seen_put(&d, str_z(name), 100000, &is_new);
        n_new += is_new;
    }
    OK_INT(n_new, 10000);
    OK_INT(d.n, 10001);
    seen_text_done(&d);
}

static void test_baseline_history(void)
{
    static const struct history_rule rule = {
        .kind = HISTORY_MEDIAN, .lag_ms = DAY, .span_ms = 7 * DAY, .k = 5, .floor = 10};
    struct histories *h = histories_new();
    struct usual u;

    u = histories_usual(h, STR("a"), 0, &rule);
    OK(u.n == 0);
    histories_put(h, STR("a"), 1 * HOUR, 20);
    histories_put(h, STR("a"), 2 * HOUR, 22);
    u = histories_usual(h, STR("a"), 2 * DAY, &rule);
    OK(u.n == 2 && u.limit == 0); /* two windows are no history */
    histories_put(h, STR("a"), 3 * HOUR, 24);
    histories_put(h, STR("a"), 3 * HOUR, 23); /* the larger one counts */
    u = histories_usual(h, STR("a"), 2 * DAY, &rule);
    OK(u.n == 3 && u.median == 22 && u.mad == 2 && u.limit == 32);
    /* A lag of a day: from 3:00 of the next day on the third window counts. */
    OK_INT(histories_usual(h, STR("a"), DAY + 3 * HOUR - 1, &rule).n, 2);
    OK_INT(histories_usual(h, STR("a"), DAY + 3 * HOUR, &rule).n, 3);
    /* And for seven days: at 1:00 of the eighth the first is still in. */
    OK_INT(histories_usual(h, STR("a"), 7 * DAY + HOUR, &rule).n, 3);
    OK_INT(histories_usual(h, STR("a"), 7 * DAY + HOUR + 1, &rule).n, 2);
    /* A window far above does not become usual. */
    histories_put(h, STR("a"), 2 * DAY, 500);
    histories_put(h, STR("a"), 2 * DAY + HOUR, 32);
    u = histories_usual(h, STR("a"), 4 * DAY, &rule);
    OK(u.n == 4 && u.median == 23);
    /* The floor. */
    histories_put(h, STR("b"), 0, 1);
    histories_put(h, STR("b"), HOUR, 1);
    histories_put(h, STR("b"), 2 * HOUR, 1);
    u = histories_usual(h, STR("b"), 2 * DAY, &rule);
    OK(u.n == 3 && u.mad == 0 && u.limit == 10);
    histories_free(h);
}

static void test_peak_history(void)
{
    static const struct history_rule rule = {.kind = HISTORY_PEAK, .k = 5};
    struct histories *h = histories_new();
    struct usual u;

    for (int i = 0; i < 200; i++)
        histories_put(h, STR("vpn"), i * HOUR, i == 50 ? 9 : 4);
    u = histories_usual(h, STR("vpn"), 200 * HOUR, &rule);
    OK(u.n == 200 && u.peak == 4 && u.limit == 20);
    OK_INT(histories_usual(h, STR("vpn"), 3 * HOUR, &rule).n, 3); /* no lag */
    /* The attack's first hours do not raise the bar for its later ones. */
    for (int i = 0; i < 6; i++)
        histories_put(h, STR("vpn"), (200 + i) * HOUR, 60);
    u = histories_usual(h, STR("vpn"), 206 * HOUR, &rule);
    OK(u.n == 200 && u.limit == 20);
    histories_free(h);
}

static struct profile_event event(int64_t time_ms, const char *user, bool succeeded)
{
    return (struct profile_event){.time_ms = time_ms,
                                  .user = str_z(user),
                                  .agent = STR("curl/8.4.0"),
                                  .application_id = STR("id"),
                                  .succeeded = succeeded,
                                  .failed = !succeeded,
                                  .entry = -1};
}

static void test_profile(void)
{
    struct profile_builder *p = profile_builder_new();
    struct profile *f;
    struct arena a;
    struct profile_event e;
    char name[16];

    arena_init(&a, 0);
    profile_fill(p, &a, &f);
    OK(f->n_events == 0 && f->n_users == 0 && f->n_hours == 0 && f->success_share == 0);
    /* Ten users every 4 s in alphabetical order, then one of them signs in two hours later. */
    for (int i = 0; i < 10; i++) {
        snprintf(name, sizeof(name), "%c.user", 'a' + i);
        e = event(HOUR + i * 4000, name, false);
        profile_on_event(p, &e);
    }
    e = event(3 * HOUR, "C.User", true);
    e.application = STR("Office");
    e.agent = STR_NONE;
    profile_on_event(p, &e);
    profile_fill(p, &a, &f);
    OK_INT(f->n_events, 11);
    OK_INT(f->n_users, 10);
    OK_INT(f->n_failed_users, 10);
    OK_INT(f->n_success_users, 1);
    OK(f->success_share == 0.1);
    OK(f->events_per_user == 1.1);
    OK(f->gap_median_s == 4);
    OK(f->gap_variation > 1);
    OK(f->ordered_share == 1);
    OK_INT(f->n_agents, 1);
    OK_INT(f->n_applications, 2);
    OK_INT(f->n_hours, 3);
    OK(f->hours[0].start_ms == HOUR && f->hours[0].n_events == 10 && f->hours[0].n_users == 10);
    OK(f->hours[1].start_ms == 2 * HOUR && f->hours[1].n_events == 0);
    OK(f->hours[2].n_events == 1 && f->hours[2].n_users == 1);
    profile_builder_free(p);
    arena_done(&a);
}

/* Times from logs: none, before 1970, a year apart. */
static void test_profile_times(void)
{
    struct profile_builder *p = profile_builder_new();
    struct profile *f;
    struct arena a;
    struct profile_event e = event(LANNER_TIME_OPEN, "a", false);

    arena_init(&a, 0);
    profile_on_event(p, &e);
    e.time_ms = -1;
    profile_on_event(p, &e);
    e.time_ms = INT64_C(253402300799000);
    profile_on_event(p, &e);
    profile_fill(p, &a, &f);
    OK_INT(f->n_events, 3);
    OK_INT(f->n_hours, 1);
    OK(f->hours[0].start_ms == -HOUR && f->hours[0].n_events == 1);
    profile_builder_free(p);
    arena_done(&a);
}

static struct lanner_value text(const char *z)
{
    return (struct lanner_value){.kind = LANNER_TEXT, .text = z, .len = strlen(z)};
}

static void test_read(void)
{
    struct lanner_value v[PROFILE_N_FIELDS] = {{0}};
    struct lanner_row row = {.n_columns = PROFILE_N_FIELDS, .values = v};
    struct profile_event e;
    struct buf room = {0};

    profile_event_read(&row, &room, &e);
    OK(e.time_ms == LANNER_TIME_OPEN && e.entry == -1 && !e.succeeded && !e.failed);
    v[0] = (struct lanner_value){.kind = LANNER_LONG, .integer = 1772460300000};
    v[1] = text("203.0.113.77");
    v[2] = text("a.baker@contoso.example");
    v[6] = (struct lanner_value){.kind = LANNER_LONG, .integer = 64500};
    v[7] = text("50034");
    v[10] = (struct lanner_value){.kind = LANNER_LONG, .integer = 3};
    profile_event_read(&row, &room, &e);
    OK(e.time_ms == 1772460300000 && e.entry == 3 && e.failed && !e.succeeded);
    OK_STR(e.asn, "64500");
    OK_STR(e.code, "50034");
    v[7] = text("0");
    profile_event_read(&row, &room, &e);
    OK(e.succeeded && !e.failed);
    v[7] = (struct lanner_value){0};
    v[9] = text("4625");
    profile_event_read(&row, &room, &e);
    OK(e.failed && !e.succeeded);
    v[9] = text("4688"); /* neither */
    profile_event_read(&row, &room, &e);
    OK(!e.failed && !e.succeeded);
    v[9] = (struct lanner_value){0};
    v[8] = text("401");
    profile_event_read(&row, &room, &e);
    OK(e.failed);
    v[8] = text("200");
    profile_event_read(&row, &room, &e);
    OK(e.succeeded);
    v[0] = text("2026-03-02T14:05:00Z");
    profile_event_read(&row, &room, &e);
    OK(e.time_ms == 1772460300000);
    row.n_columns = 1; /* fewer columns than asked for */
    profile_event_read(&row, &room, &e);
    OK(e.user.len == 0 && e.entry == -1);
    buf_done(&room);
}

int main(void)
{
    test_statistics();
    test_sample();
    test_distinct();
    test_baseline_history();
    test_peak_history();
    test_profile();
    test_profile_times();
    test_read();
    TAP_DONE();
}
