/* test_times.c - spans, time points and ISO times (cql.md 1.6). */
#include "lang/common/common.h"
#include "tap.h"

#define DAY  INT64_C(86400000)
#define HOUR INT64_C(3600000)
/* 2026-03-04T15:30:45.123Z, a Wednesday */
#define NOW INT64_C(1772638245123)

static int64_t span(const char *text)
{
    int64_t ms;

    return span_parse(str_z(text), &ms) ? ms : -1;
}

static int64_t east(void *zone, int64_t utc_ms)
{
    (void)utc_ms;
    return *(int64_t *)zone;
}

static int64_t point(const char *text, int64_t offset_ms)
{
    struct time_point p;

    if (!time_point_parse(str_z(text), &p))
        return -1;
    return time_point_resolve(&p, NOW, offset_ms != 0 ? east : NULL, &offset_ms);
}

static int64_t iso(const char *text)
{
    int64_t ms;

    return iso_time_parse(str_z(text), &ms) ? ms : -1;
}

static void test_spans(void)
{
    OK_INT(span("1h"), HOUR);
    OK_INT(span("15 min"), 900000);
    OK_INT(span("2 weeks"), 14 * DAY);
    OK_INT(span("10ms"), 10);
    OK_INT(span("1mon"), 30 * DAY);
    OK_INT(span("3m"), 180000);
    OK_INT(span("2q"), 180 * DAY);
    OK_INT(span("1Year"), 365 * DAY);
    OK_INT(span("1"), -1);
    OK_INT(span("h"), -1);
    OK_INT(span("1 fortnight"), -1);
    OK_INT(span("1.5h"), -1);
    OK_INT(span("-1h"), -1);
    OK_INT(span("99999999999999y"), -1);
    OK_INT(span("99999999999999999999999ms"), -1);
}

static void test_points(void)
{
    OK_INT(point("now", 0), NOW);
    OK_INT(point("24h", 0), NOW - DAY);
    OK_INT(point("-7d", 0), NOW - 7 * DAY);
    OK_INT(point("1772638245123", 0), NOW);
    OK_INT(point("2026-03-04T15:30:45.123Z", 0), NOW);
    OK_INT(point("1d@d+12h", 0), iso("2026-03-03T12:00:00Z"));
    OK_INT(point("now@w", 0), iso("2026-03-02"));
    OK_INT(point("now@h-30m", 0), iso("2026-03-04T14:30:00Z"));
    OK_INT(point("now@mon", 0), iso("2026-03-01"));
    OK_INT(point("now@q", 0), iso("2026-01-01"));
    OK_INT(point("now@y", 0), iso("2026-01-01"));
    OK_INT(point("calendar: 2months", 0), iso("2026-01-04T15:30:45.123Z"));
    OK_INT(point("calendar:1y@d", 0), iso("2025-03-04"));
    OK_INT(point("2months", 0), NOW - 60 * DAY);
    OK_INT(point("now@d", 10 * HOUR), iso("2026-03-04T14:00:00Z"));
    OK_INT(point("now@d", -20 * HOUR), iso("2026-03-03T20:00:00Z"));
    OK_INT(point("soon", 0), -1);
    OK_INT(point("now@", 0), -1);
    OK_INT(point("now+", 0), -1);
    OK_INT(point("", 0), -1);
    OK(point("99999999999y", 0) < 0);
}

static void test_iso(void)
{
    OK_INT(iso("1970-01-01"), 0);
    OK_INT(iso("1970-01-02T00:00"), DAY);
    OK_INT(iso("1970-01-01T02:00:00+02:00"), 0);
    OK_INT(iso("1970-01-01 02:00:00 +0200"), 0);
    OK_INT(iso("1970-01-01T00:00:00.25Z"), 250);
    OK_INT(iso("2024-02-30"), -1);
    OK_INT(iso("2024-02-29"), INT64_C(1709164800000));
    OK_INT(iso("2023-02-29"), -1);
    OK_INT(iso("2024-1-1"), -1);
    OK_INT(iso("2024-01-01T"), -1);
    OK_INT(iso("2024-01-01x"), -1);
}

static void test_automatic(void)
{
    OK_INT(span_automatic(DAY, 100, 0), 900000);
    OK_INT(span_automatic(DAY, 24, 0), HOUR);
    OK_INT(span_automatic(DAY, 100, HOUR), HOUR);
    OK_INT(span_automatic(1, 100, 0), 1000);
    OK_INT(span_automatic(100000, 100, 0), 1000);
    OK_INT(span_automatic(100001, 100, 0), 5000);
    OK_INT(span_automatic(INT64_MAX, 1, 0), 30 * DAY);
}

int main(void)
{
    test_automatic();
    test_spans();
    test_points();
    test_iso();
    TAP_DONE();
}
