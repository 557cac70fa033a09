/* test_javadate.c - SimpleDateFormat patterns against Java's own results, the places where the
 * project reads more than Java, and random patterns and texts, which must never do harm. */
#include "harness.h"

#include "fn/javadate.h"
#include "javadate_vectors.h"

static const struct zone *zone_of(const char *name)
{
    const struct zone *zone = NULL;

    return zone_load(&h_arena, str_z(name), &zone, NULL) == LANNER_OK ? zone : zone_utc();
}

static const char *put(const char *pattern, const char *zone, int64_t ms, bool strict)
{
    const struct date_pattern *p = NULL;
    struct lanner_err err = {0};
    struct buf out = {0};

    if (date_pattern_new(&h_arena, str_z(pattern), strict, &p, &err) != LANNER_OK)
        snprintf(h_room, sizeof(h_room), "<error: %s>", err.text);
    else if (!date_pattern_put(p, zone_of(zone), ms, &out))
        snprintf(h_room, sizeof(h_room), "<none>");
    else
        snprintf(h_room, sizeof(h_room), "%.*s", STR_ARG(buf_str(&out)));
    buf_done(&out);
    return h_room;
}

static int64_t get(const char *pattern, const char *zone, const char *text, bool strict)
{
    const struct date_pattern *p = NULL;
    int64_t ms;

    if (date_pattern_new(&h_arena, str_z(pattern), strict, &p, NULL) != LANNER_OK ||
        !date_pattern_read(p, zone_of(zone), H_NOW_MS, str_z(text), &ms))
        return NO_TIME;
    return ms;
}

static void test_vectors(void)
{
    size_t n_bad = 0;

    for (size_t k = 0; k < ARRAY_LEN(printed); k++) {
        const char *got = put(printed[k].pattern, printed[k].zone, printed[k].ms, true);

        if (strcmp(got, printed[k].text) != 0) {
            n_bad++;
            printf("# %s %s %lld: got '%s', want '%s'\n", printed[k].pattern, printed[k].zone,
                   (long long)printed[k].ms, got, printed[k].text);
        }
    }
    OK_INT(n_bad, 0);
    for (size_t k = 0; k < ARRAY_LEN(readings); k++) {
        int64_t got = get(readings[k].pattern, readings[k].zone, readings[k].text, true);

        if (got != readings[k].ms) {
            n_bad++;
            printf("# %s %s '%s': got %lld, want %lld\n", readings[k].pattern, readings[k].zone,
                   readings[k].text, (long long)got, (long long)readings[k].ms);
        }
    }
    OK_INT(n_bad, 0);
}

static void test_patterns(void)
{
    IS(put("yyyy-MM-dd HH:00:00", "UTC", H_NOW_MS, false), "2026-03-02 14:00:00");
    IS(put("600000", "UTC", H_NOW_MS, false), "600000");
    IS(put("", "UTC", H_NOW_MS, false), "");
    IS(put("''", "UTC", 0, false), "'");
    IS(put("'it''s' yyyy", "UTC", 0, false), "it's 1970");
    IS(put("yyyy-mm-ddTHH", "UTC", 0, false),
       "<error: the letter T means nothing in a date pattern>");
    IS(put("b", "UTC", 0, true), "<error: the letter b means nothing in a date pattern>");
    IS(put("XX"
           "XX",
           "UTC", 0, true),
       "<error: a date pattern has at most three X, found 4>");
    IS(put("yyyy 'x", "UTC", 0, true),
       "<error: a date pattern opens a quote and does not close it>");
    /* Week year: 2024-12-30 belongs to 2025. */
    IS(put("YYYY-MM-dd", "UTC", INT64_C(1735516800000), true), "2025-12-30");
    IS(put("YYYY-MM-dd", "UTC", INT64_C(1735516800000), false), "2024-12-30");
    IS(put("YYYY-'W'ww", "UTC", INT64_C(1735516800000), false), "2025-W01");
    IS(put("YYYY", "UTC", INT64_C(1735516800000), false), "2025");
    IS(put("zzzz", "Europe/Paris", INT64_C(1735516800000), false), "Central European Time");
    IS(put("z", "Europe/Paris", INT64_C(1751328000000), false), "CEST");
    IS(put("z", "+02:00", 0, false), "GMT+02:00");
    IS(put("z", "Z", 0, false), "UTC");
    IS(put("yyyy", "UTC", INT64_MAX, false), "<none>");
    IS(put("yyyy", "UTC", INT64_MIN, false), "<none>");
    IS(put("yyyy-MM-dd HH:mm", "UTC", INT64_C(-62135596800000), false), "0001-01-01 00:00");
    IS(put("yyyy-MM-dd HH:mm:ss.SSS", "UTC", INT64_C(253402300799999), false),
       "9999-12-31 23:59:59.999");
}

static void test_reading(void)
{
    const char *guide = "EEEE, MMMM d, yyyy h:mm:ss a z";

    OK_INT(get(guide, "UTC", "Thursday, August 24, 2017 3:30:32 PM GMT +01:00", false),
           INT64_C(1503588632000));
    /* Offsets with and without a colon are read alike unless strict. */
    OK_INT(get("yyyy-MM-dd HH:mm Z", "UTC", "2026-03-02 14:08 +01:00", false),
           INT64_C(1772456880000));
    OK_INT(get("yyyy-MM-dd HH:mm Z", "UTC", "2026-03-02 14:08 +01:00", true), NO_TIME);
    OK_INT(get("yyyy-MM-dd HH:mm Z", "Europe/Paris", "2026-03-02 14:08 Z", false),
           INT64_C(1772460480000));
    OK_INT(get("yyyy", "UTC", "", false), NO_TIME);
    OK_INT(get("", "UTC", "", false), 0);
    OK_INT(get("yyyy", "UTC", "99999999999999999999", false), NO_TIME);
    OK_INT(get("d M yyyy", "UTC", "999999999 999999999 999999999", false), NO_TIME);
}

static uint32_t state = 12345;

static uint32_t next(uint32_t below)
{
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % below;
}

/* Whatever is printed in full is read back as the same instant; anything else does no harm. */
static void test_random(void)
{
    static const char letters[] = "GyYMLwWDdFEuaHkKhmsSzZX-: /.,'0123q\xC3\xA9";
    static const char *const zones[] = {"UTC", "Europe/Paris", "America/New_York", "+05:30"};
    static const char *const whole[] = {"yyyy-MM-dd HH:mm:ss.SSS Z",
                                        "EEE, d MMM yyyy kk:mm:ss.SSS XX", "yyyyMMddHHmmssSSS Z",
                                        ("yyyy DDD h:mm:ss.SSS a XX"
                                         "X"),
                                        "YYYY ww E HH:mm:ss.S Z"};
    size_t n_bad = 0;

    for (size_t k = 0; k < 20000; k++) {
        char pattern[24] = {0};
        char text[32] = {0};
        size_t n = next(sizeof(pattern) - 1);

        for (size_t i = 0; i < n; i++)
            pattern[i] = letters[next(sizeof(letters) - 1)];
        n = next(sizeof(text) - 1);
        for (size_t i = 0; i < n; i++)
            text[i] = "0123456789 -:/AMPmarSuntGEC+Z."[next(30)];
        put(pattern, zones[next(4)], ((int64_t)next(1u << 24) << 24) - (INT64_C(1) << 46),
            next(2) == 0);
        get(pattern, zones[next(4)], text, next(2) == 0);
        if (k % 64 == 0) {
            arena_done(&h_arena);
            arena_init(&h_arena, 0);
        }
    }
    for (size_t k = 0; k < 5000; k++) {
        const char *pattern = whole[next(ARRAY_LEN(whole))];
        const char *zone = zones[next(ARRAY_LEN(zones))];
        int64_t ms = ((int64_t)next(1u << 21) << 21) + next(1u << 21);
        char text[128];

        snprintf(text, sizeof(text), "%s", put(pattern, zone, ms, true));
        if (get(pattern, zone, text, true) != ms) {
            n_bad++;
            printf("# %s %s %lld '%s'\n", pattern, zone, (long long)ms, text);
        }
        if (k % 64 == 0) {
            arena_done(&h_arena);
            arena_init(&h_arena, 0);
        }
    }
    OK_INT(n_bad, 0);
}

static int64_t time_read(const char *text, const char *zone, bool *minute)
{
    int64_t ms;

    return fn_time_read(str_z(text), zone_of(zone), &ms, minute) ? ms : NO_TIME;
}

static void test_start_formats(void)
{
    bool minute = false;
    int64_t s = INT64_C(1398441080000); /* 2014-04-25 15:51:20 UTC */

    OK_INT(time_read("2014-04-25 15:51:20", "UTC", &minute), s);
    OK(!minute);
    OK_INT(time_read("2014-04-25 15:51", "UTC", &minute), s - 20000);
    OK(minute);
    OK_INT(time_read("2014/04/25 15:51:20", "UTC", NULL), s);
    OK_INT(time_read("2014/04/25-15:51:20", "UTC", NULL), s);
    OK_INT(time_read("2014:04:25-15:51:20", "UTC", NULL), s);
    OK_INT(time_read("2014-04-25 15:51:20", "Europe/Paris", NULL), s - 7200000);
    OK_INT(time_read("2014-04-25 15:51:20z", "Europe/Paris", NULL), s);
    OK_INT(time_read("2014-04-25 15:51Z", "Europe/Paris", NULL), s - 20000);
    OK_INT(time_read(" 2014-04-25T15:51:20Z ", "Europe/Paris", NULL), s);
    OK_INT(time_read("2014-04-25T15:51:20.5+02:00", "UTC", NULL), s - 7200000 + 500);
    OK_INT(time_read("2014-04-25T15:51:20-0130", "UTC", NULL), s + 5400000);
    OK_INT(time_read("2014-04-25", "UTC", &minute), s - 57080000);
    OK(minute);
    OK_INT(time_read("1398441080000", "UTC", &minute), s);
    OK(!minute);
    OK_INT(time_read("1398441080", "UTC", NULL), NO_TIME);
    OK_INT(time_read("2014-04-31 15:51", "UTC", NULL), NO_TIME);
    OK_INT(time_read("2014-04-25 24:00", "UTC", NULL), NO_TIME);
    OK_INT(time_read("2014-04-25 15:51:20 x", "UTC", NULL), NO_TIME);
    OK_INT(time_read("2014", "UTC", NULL), NO_TIME);
    OK_INT(time_read("", "UTC", NULL), NO_TIME);
}

static int64_t relative(const char *text)
{
    int64_t ms;

    return fn_time_relative(str_z(text), H_NOW_MS, zone_utc(), &ms) ? ms : NO_TIME;
}

static void test_relative(void)
{
    int64_t hour = 3600000;

    OK_INT(relative("now"), H_NOW_MS);
    OK_INT(relative("NOW"), H_NOW_MS);
    OK_INT(relative("1 hour ago"), H_NOW_MS - hour);
    OK_INT(relative("1 day ago"), H_NOW_MS - 24 * hour);
    OK_INT(relative("2 weeks ago"), H_NOW_MS - 14 * 24 * hour);
    OK_INT(relative("  10  Minutes   Ago "), H_NOW_MS - 600000);
    OK_INT(relative("1 day 2 hours ago"), H_NOW_MS - 26 * hour);
    OK_INT(relative("1 day and 2 hours ago"), H_NOW_MS - 26 * hour);
    OK_INT(relative("an hour ago"), H_NOW_MS - hour);
    OK_INT(relative("24h ago"), H_NOW_MS - 24 * hour);
    OK_INT(relative("1 month ago"), H_NOW_MS - 30 * 24 * hour);
    OK_INT(relative("1 hour from now"), H_NOW_MS + hour);
    OK_INT(relative("today"), INT64_C(1772409600000));
    OK_INT(relative("yesterday"), INT64_C(1772323200000));
    OK_INT(relative("2014-04-25 15:51:20"), INT64_C(1398441080000));
    OK_INT(relative("ago"), NO_TIME);
    OK_INT(relative("1 hour"), NO_TIME);
    OK_INT(relative("1 fortnight ago"), NO_TIME);
    OK_INT(relative("99999999999999 years ago"), NO_TIME);
    OK_INT(relative("1 hour ago ago"), NO_TIME);
    OK_INT(relative(""), NO_TIME);
}

int main(void)
{
    h_init();
    test_vectors();
    test_patterns();
    test_reading();
    test_start_formats();
    test_relative();
    test_random();
    arena_done(&h_arena);
    TAP_DONE();
}
