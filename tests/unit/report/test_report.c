/* test_report.c - the outputs of Lanner's own form: table, ndjson, json, csv. Whole texts are in
 * tests/data/report; here is what must hold for each of them. */
#include <stdlib.h>

#include "report/words.h"
#include "result.h"
#include "tap.h"

static const struct report_options plain = {.width = 0};

static void check(enum made what, const char *output, struct report_options options,
                  const char *file)
{
    struct buf got = {0};

    made_report(what, output, options, &got);
    OK(made_same(file, &got));
    buf_done(&got);
}

static size_t count_lines(const struct buf *b)
{
    size_t n = 0;

    for (size_t i = 0; i < b->len; i++)
        n += b->ptr[i] == '\n';
    return n;
}

/* No byte that a terminal takes for a command, whatever the logs hold. */
static bool is_calm(const struct buf *b)
{
    for (size_t i = 0; i < b->len; i++) {
        if (((unsigned char)b->ptr[i] < 0x20 && b->ptr[i] != '\n') || b->ptr[i] == 0x7F)
            return false;
    }
    return !made_has(b, "\xE2\x80\xAE");
}

static size_t widest(const struct buf *b)
{
    size_t most = 0;
    size_t n = 0;

    for (size_t i = 0; i < b->len; i++) {
        if (b->ptr[i] == '\n') {
            most = MAX(most, n);
            n = 0;
        } else if (((unsigned char)b->ptr[i] & 0xC0) != 0x80) {
            n++;
        }
    }
    return most;
}

static void test_table(void)
{
    static const uint32_t widths[] = {0, 40, 80, 100, 120, 200};
    struct report_options o = plain;
    struct buf got = {0};

    check(MADE_EMPTY, "table", plain, "empty.table");
    check(MADE_BASIC, "table", plain, "basic.table");
    check(MADE_FAILED, "table", plain, "failed.table");
    o.width = 80;
    o.show_suppressed = true;
    check(MADE_BASIC, "table", o, "basic-80.table");
    o.width = 120;
    o.colour = true;
    check(MADE_BASIC, "table", o, "basic-colour.table");
    for (size_t i = 0; i < ARRAY_LEN(widths); i++) {
        buf_clear(&got);
        made_report(MADE_HOSTILE, "table",
                    (struct report_options){.terminal = true, .width = widths[i]}, &got);
        OK(is_calm(&got));
        OK(got.len < 12000);
        if (widths[i] != 0)
            OK(widest(&got) <= widths[i]);
    }
    buf_done(&got);
}

static void test_ndjson(void)
{
    struct report_options o = plain;
    struct buf got = {0};

    check(MADE_BASIC, "ndjson", plain, "basic.ndjson");
    made_report(MADE_EMPTY, "ndjson", plain, &got);
    OK_INT(got.len, 0);
    o.show_suppressed = true;
    made_report(MADE_BASIC, "ndjson", o, &got);
    OK_INT(count_lines(&got), 4);
    OK(made_has(&got, "\"suppressed\":true"));
    buf_clear(&got);
    o.terminal = true;
    made_report(MADE_HOSTILE, "ndjson", o, &got);
    OK_INT(count_lines(&got), 1);
    OK(is_calm(&got));
    OK(made_has(&got, "\"nul\\u0000\xEF\xBF\xBD\xEF\xBF\xBD(\""));
    OK(made_has(&got, "\"rate_per_min\":null"));
    OK(!made_has(&got, "\"last_seen\""));
    OK(got.len > 3 * 50000); /* complete */
    buf_done(&got);
}

static void test_json(void)
{
    struct buf got = {0};

    check(MADE_EMPTY, "json", plain, "empty.json");
    check(MADE_FAILED, "json", plain, "failed.json");
    made_report(MADE_HOSTILE, "json", plain, &got);
    OK(made_has(&got, "\\u001b[2J"));
    buf_done(&got);
}

static void test_csv(void)
{
    struct report_options o = plain;
    struct buf got = {0};

    o.show_suppressed = true;
    check(MADE_BASIC, "csv", o, "basic.csv");
    check(MADE_EMPTY, "csv", plain, "empty.csv");
    made_report(MADE_HOSTILE, "csv", plain, &got);
    OK(made_has(&got, ",\"'=HYPERLINK(\"\"http://203.0.113.9/\"\",\"\"a\"\")\","));
    OK(made_has(&got, "\"10.0.0.1\n| critical  faked  row\""));
    OK(made_has(&got, "\\x1b[2J") && !made_has(&got, "\x1b"));
    buf_clear(&got);
    o.raw_cells = true;
    made_report(MADE_HOSTILE, "csv", o, &got);
    OK(made_has(&got, ",\"=HYPERLINK("));
    OK(made_has(&got, "\x1b[2J"));
    buf_clear(&got);
    o.terminal = true;
    made_report(MADE_HOSTILE, "csv", o, &got);
    OK(!made_has(&got, "\x1b"));
    buf_done(&got);
}

static void test_names(void)
{
    struct detect_result *r = made_result(MADE_EMPTY);
    struct buf out = {0};
    struct lanner_err err = {0};
    size_t n = 0;

    while (report_at(n) != NULL)
        n++;
    OK_INT(n, 8);
    OK(strcmp(report_at(0)->name, "table") == 0 && report_at(0)->help[0] != '\0');
    OK(report_write("xml", r, &plain, &out, &err) == LANNER_ERR_USAGE);
    OK_STR(str_z(err.text), "unknown output 'xml'");
    OK_STR(str_z(err.hint), "outputs are table, ndjson, json, csv, html, ecs, ocsf, sarif");
    OK_INT(out.len, 0);
    made_free(r);
    buf_done(&out);
}

#define WORDS(call, want)                                                                          \
    do {                                                                                           \
        struct buf words_ = {0};                                                                   \
        struct buf *b = &words_;                                                                   \
        call;                                                                                      \
        OK_STR(buf_str(b), want);                                                                  \
        buf_done(b);                                                                               \
    } while (0)

static void test_words(void)
{
    WORDS(words_put_time(b, LANNER_TIME_OPEN), "-");
    WORDS(words_put_time(b, INT64_MAX), "-");
    WORDS(words_put_time(b, -1), "1969-12-31 23:59:59");
    WORDS(words_put_instant(b, -1), "1969-12-31T23:59:59.999Z");
    WORDS(words_put_span(b, 0), "0 s");
    WORDS(words_put_span(b, 999), "under 1 s");
    WORDS(words_put_span(b, 36 * 60000 + 7000), "36 min 7 s");
    WORDS(words_put_span(b, INT64_C(86400000) + 59000), "1 d");
    WORDS(words_put_span(b, INT64_C(90061000)), "1 d 1 h");
    WORDS(words_put_count(b, 0), "0");
    WORDS(words_put_count(b, 999), "999");
    WORDS(words_put_count(b, 1234567), "1,234,567");
    WORDS(words_put_counted(b, 1, "user"), "1 user");
    WORDS(words_put_share(b, 0.004), "under 1 %");
    WORDS(words_put_share(b, 0.995), "over 99 %");
    WORDS(words_put_share(b, 1), "100 %");
    WORDS(words_put_bytes(b, 999), "999 bytes");
    WORDS(words_put_bytes(b, 4200000), "4.2 MB");
    OK_STR(words_cut(STR("a\xC3\xA9"), 2), "a");
    OK_STR(words_cut(STR("a\xC3\xA9"), 3), "a\xC3\xA9");
}

static void test_profile(void)
{
    struct profile p = {.n_events = 120,
                        .n_users = 60,
                        .n_failed_users = 60,
                        .events_per_user = 2,
                        .gap_median_s = 0.25,
                        .gap_variation = 0.2,
                        .ordered_share = 1,
                        .n_agents = 1,
                        .n_applications = 2};

    WORDS(report_profile_words(&p, b),
          "120 events of the source in this time, by 60 users. 60 users failed, 0 succeeded (0 %). "
          "2 events for each user. Between events lie 0.25 s in the median, with a variation of "
          "0.2: regular, as a sequential tool sends. 100 % of new names came in alphabetical "
          "order, as from a sorted list. 1 user agent, 2 applications.");
    p = (struct profile){.n_events = 1, .n_agents = 1};
    WORDS(report_profile_words(&p, b),
          "1 event of the source in this time, by 0 users. 1 user agent, 0 applications.");
}

int main(void)
{
    test_table();
    test_ndjson();
    test_json();
    test_csv();
    test_names();
    test_words();
    test_profile();
    TAP_DONE();
}
