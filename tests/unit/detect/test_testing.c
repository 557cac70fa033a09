/* test_testing.c - test files: what is refused and where, the events that are made, expected
 * against found, and rewriting. */
#include <stdlib.h>

#include "../tap.h"
#include "detect/compare.h"
#include "detect/instant.h"
#include "detect/test_match.h"
#include "detect/test_run.h"

static struct lanner_err err;
static struct arena arena;

static struct test_file *parsed(const char *text)
{
    struct test_file *f = NULL;

    err = (struct lanner_err){0};
    if (test_file_parse("t.yaml", "/nonexistent", str_z(text), &f, &err) != LANNER_OK)
        return NULL;
    return f;
}

static struct str refused(const char *text)
{
    struct test_file *f = parsed(text);

    if (f == NULL)
        return str_z(err.text);
    test_file_free(f);
    return STR("accepted");
}

#define EVENTS "\n    events: x\n"

static void test_refused(void)
{
    OK_STR(refused("tests: []\n"), "t.yaml:1:8: expected at least one test, found none");
    OK_STR(refused("detection: d\ntests:\n  - name: a" EVENTS),
           "t.yaml:3:5: 'expect' is missing: none, or findings, rows or count");
    OK_STR(refused("tests:\n  - name: a" EVENTS "    expect: none\n"),
           "t.yaml:2:5: 'detection' is missing here and at the top of the file");
    OK(str_starts(refused("detection: d\ntests:\n  - name: a" EVENTS "    expct: none\n"),
                  STR("t.yaml:5:5: unknown key 'expct'")));
    OK_STR(refused("detection: d\ntests:\n  - name: a\n    expect: none\n"),
           "t.yaml:3:5: expected events, file, create or repeat, found none");
    OK_STR(refused("detection: d\ntests:\n  - name: a" EVENTS "    expect: nothing\n"),
           "t.yaml:5:13: expected 'none', findings, rows or count, found 'nothing'");
    OK_STR(refused("detection: d\ntests:\n  - name: a" EVENTS "    expect: {count: -1}\n"),
           "t.yaml:5:21: expected a number of findings, found '-1'");
    OK(str_starts(refused("detection: d\ntests:\n  - name: a" EVENTS
                          "    expect:\n      findings: [{usrs: 3}]\n"),
                  STR("t.yaml:6:19: unknown key 'usrs'")));
    OK_STR(refused("detection: d\ntests:\n  - name: a" EVENTS
                   "    language: [aql, cql]\n    expect: {aql: none}\n"),
           "t.yaml:6:13: nothing is expected for cql");
    OK_STR(refused("detection: d\ntests:\n  - name: a" EVENTS "    language: kql\n"
                   "    expect: none\n"),
           "t.yaml:5:15: expected aql or cql, found 'kql'");
    OK_STR(refused("detection: d\nnow: yesterday\ntests:\n  - name: a" EVENTS "    expect: none\n"),
           "t.yaml:2:6: expected a time such as 2026-03-02T15:00:00Z, or data, found 'yesterday'");
    OK_STR(refused("detection: d\ntests:\n  - name: a\n    repeat:\n      - {count: 2, start: "
                   "2026-03-02T14:00:00Z, record: x}\n    expect: none\n"),
           "t.yaml:5:9: 'every' is missing");
    OK_STR(refused("detection: d\ntests:\n  - name: a\n    repeat:\n      - {count: 2000000, "
                   "start: 2026-03-02T14:00:00Z, every: 1s, record: x}\n    expect: none\n"),
           "t.yaml:5:17: expected 0 to 1000000");
    OK_STR(refused("detection: d\ntests:\n  - name: a" EVENTS "    expect: none\n"
                   "  - name: a" EVENTS "    expect: none\n"),
           "t.yaml:6:11: a test of the name 'a' is in line 3 already");
}

static bool keep_text(void *ctx, const struct lanner_row *row)
{
    struct buf *b = ctx;

    for (size_t i = 0; i < row->n_columns; i++) {
        value_put(b, &row->values[i]);
        buf_putc(b, '|');
    }
    return true;
}

/* What a session sees of a test's events. */
static struct str events_of(const char *text, const char *query)
{
    struct test_file *f = parsed(text);
    struct lanner_session *s = lanner_session_new();
    struct lanner_query *q = NULL;
    struct buf out = {0};
    struct str result = STR("failed");
    size_t n = 0;

    OK(f != NULL);
    if (f != NULL && lanner_session_set(s, "now", "data", &err) == LANNER_OK &&
        test_events_add(f, &f->cases[0], s, &n, &err) == LANNER_OK &&
        lanner_query_prepare(s, query, strlen(query), "cql", &q, &err) == LANNER_OK &&
        lanner_query_run(q, keep_text, &out, NULL, &err) == LANNER_OK)
        result = arena_str(&arena, buf_str(&out));
    lanner_query_free(q);
    lanner_session_free(s);
    test_file_free(f);
    buf_done(&out);
    return result;
}

static void test_events(void)
{
    /* Two blocks are sorted together by time. */
    OK_STR(events_of("detection: d\ntests:\n  - name: a\n    repeat:\n"
                     "      - count: 3\n        from: 9\n        start: 2026-03-02T14:00:00Z\n"
                     "        every: 1m\n        cycle: {agent: [x, y]}\n"
                     "        record: '{\"@timestamp\":\"{time}\",\"u\":\"{n:3}-{agent}\"}'\n"
                     "      - start: 2026-03-02T14:00:30.5Z\n"
                     "        record: '{\"@timestamp\":\"{time}\",\"u\":\"{date} {clock} {n}\"}'\n"
                     "    expect: none\n",
                     "groupBy(u) | select([u])"),
           "009-x|2026-03-02 14:00:30 1|010-y|011-x|");
    /* Placeholders that are none stay; raw strings are records, inline text is lines. */
    OK_STR(events_of("detection: d\ntests:\n  - name: a\n"
                     "    create: ['{\"u\":\"{unknown}\"}', \"{\\n\\\"u\\\":\\\"two\\\"}\"]\n"
                     "    events: |\n      {\"u\":\"one\"}\n    expect: none\n",
                     "groupBy(u) | sort(u, order=asc) | select([u])"),
           "one|two|{unknown}|");
}

static void test_values(void)
{
    OK(value_same(STR("10"), STR("10.0"), 0));
    OK(!value_same(STR("9007199254740993"), STR("9007199254740992"), 0));
    OK(value_same(STR("1.5"), STR("1.4"), 0.2) && !value_same(STR("1.5"), STR("1.4"), 0.05));
    OK(value_same(STR("2026-03-02 14:00:00"), STR("1772460000000"), 0));
    OK(value_same(STR("2026-03-02 14:00:00"), STR("1772460000999"), 0));
    OK(!value_same(STR("2026-03-02T14:00:00.000Z"), STR("1772460000999"), 0));
    OK(value_same(STR("2026-03-02T15:00:00+01:00"), STR("2026-03-02T14:00:00Z"), 0));
    OK(!value_same(STR("1772460000000"), STR("1772460000001"), 0));
    OK(value_as_written(STR("2.33"), STR("2.3333333")) &&
       !value_as_written(STR("2.33"), STR("2.339")));
    OK(!value_as_written(STR("2"), STR("2.3")));
}

static void test_instants(void)
{
    static const char *const bad[] = {"",
                                      "2026",
                                      "2026-13-01",
                                      "2026-02-30",
                                      "2026-03-02T25:00",
                                      "2026-03-02T14:00:00Zx",
                                      "now",
                                      "2026-03-02T14:00:00.Z"};
    char room[INSTANT_MAX];
    int64_t ms;

    OK(instant_parse(STR("2026-03-02"), &ms) && ms == INT64_C(1772409600000));
    OK(instant_parse(STR("2026-03-02T14:05:00.1234567Z"), &ms) && ms == INT64_C(1772460300123));
    OK(instant_parse(STR("2026-03-02T14:05:00+02:30"), &ms) && ms == INT64_C(1772451300000));
    OK_STR(str_of(room, instant_print(room, INT64_C(1772460300123), true)),
           "2026-03-02T14:05:00.123Z");
    OK_STR(str_of(room, instant_print(room, INT64_C(1772460300000), true)), "2026-03-02T14:05:00Z");
    OK_STR(str_of(room, instant_print(room, -1, false)), "1969-12-31T23:59:59.999Z");
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        OK(!instant_parse(str_z(bad[i]), &ms));
    OK(span_read_ms(STR("250ms"), &ms) && ms == 250);
    OK(span_read_ms(STR("7d"), &ms) && ms == 7 * INT64_C(86400000));
    OK(!span_read_ms(STR("-1s"), &ms) && !span_read_ms(STR("5"), &ms) &&
       !span_read_ms(STR("999999999999d"), &ms) && !span_read_ms(STR("1.5h"), &ms));
}

/* ---- Expected against found ------------------------------------------------------------------ */

static struct detection detection = {.id = STR_INIT("d")};

static struct finding finding(const char *source, uint64_t users)
{
    struct finding f = {.detection = &detection,
                        .severity = SEVERITY_LOW,
                        .window_start_ms = LANNER_TIME_OPEN,
                        .first_ms = LANNER_TIME_OPEN,
                        .last_ms = LANNER_TIME_OPEN,
                        .n_users = users};

    f.entity[ENTITY_SOURCE] = str_z(source);
    return f;
}

struct fixture {
    struct test_file *file;
    struct test_run run;
    struct finding findings[4];
    struct found found[4];
};

static void fixture_open(struct fixture *x, const char *expect, size_t n)
{
    char text[2000];

    snprintf(text, sizeof(text), "detection: d\ntests:\n  - name: a" EVENTS "    expect:%s",
             expect);
    x->file = parsed(text);
    OK(x->file != NULL);
    if (x->file == NULL)
        printf("# %s\n", err.text);
    for (size_t i = 0; i < n; i++)
        x->found[i] = (struct found){.finding = &x->findings[i]};
    x->run = (struct test_run){.file = x->file,
                               .test = &x->file->cases[0],
                               .detection = &detection,
                               .language = QUERY_CQL,
                               .expected = &x->file->cases[0].expected[QUERY_CQL],
                               .status = TEST_FAILED,
                               .findings = {x->found, n}};
    if (x->run.expected->findings != NULL)
        match_pair(x->run.expected->findings, &x->run.findings, QUERY_CQL, &arena,
                   &x->run.finding_pairs);
}

/* The expectation as --update writes it, for runs that all found the same. */
static struct str rewritten(struct fixture *x)
{
    struct test_edits edits = {0};
    struct buf out = {0};
    struct test_file *again = NULL;
    struct str reason = STR_NONE, text;

    arena_init(&edits.arena, 0);
    OK(test_update_case(x->file, &x->file->cases[0], &x->run, 1, &edits, &reason));
    test_update_apply(x->file, &edits, &out);
    text = arena_str(&arena, buf_str(&out));
    OK(test_file_parse("again.yaml", "/nonexistent", text, &again, &err) == LANNER_OK);
    test_file_free(again);
    test_edits_done(&edits);
    buf_done(&out);
    return str_of(text.ptr + str_find(text, STR("expect:")),
                  text.len - str_find(text, STR("expect:")));
}

static void test_match(void)
{
    struct fixture x = {.findings = {finding("203.0.113.1", 10), finding("203.0.113.2", 10)}};
    struct buf out = {0};

    /* The first expectation fits both; it must leave the second its only one. */
    fixture_open(&x, "\n      findings:\n        - {users: 10}\n        - {source: 203.0.113.1}\n",
                 2);
    OK(x.run.finding_pairs.all);
    test_file_free(x.file);
    fixture_open(&x, "\n      findings:\n        - {users: 10}\n", 2);
    OK(!x.run.finding_pairs.all);
    match_explain(x.run.expected->findings, &x.run.findings, &x.run.finding_pairs, QUERY_CQL,
                  &arena, &out);
    OK_STR(buf_str(&out), "a finding that is not expected: detection d, source 203.0.113.2, "
                          "severity low, users 10, events 0\n");
    test_file_free(x.file);
    buf_clear(&out);
    /* Suppressed ones need not be expected, but may be. */
    x.findings[1].suppressed = true;
    fixture_open(&x, "\n      findings:\n        - {users: 10}\n", 2);
    OK(x.run.finding_pairs.all);
    test_file_free(x.file);
    fixture_open(&x,
                 "\n      findings:\n        - {users: 10}\n        - {users: 10, suppressed: "
                 "true}\n",
                 2);
    OK(x.run.finding_pairs.all);
    test_file_free(x.file);
    fixture_open(&x, "\n      findings: [{source: 203.0.113.2}]\n", 2);
    OK(!x.run.finding_pairs.all);
    test_file_free(x.file);
    buf_done(&out);
}

static void test_update(void)
{
    struct fixture x = {.findings = {finding("203.0.113.1", 12), finding("203.0.113.2", 10)}};

    fixture_open(&x, " none # why\n", 1);
    OK_STR(rewritten(&x),
           "expect:\n      findings:\n        - { source: 203.0.113.1, severity: low, "
           "users: 12, events: 0 } # why\n");
    test_file_free(x.file);
    fixture_open(&x,
                 " # why\n      findings:\n        # one\n        - source: 203.0.113.1\n"
                 "          users: 10 # ten\n        # end\n",
                 1);
    OK_STR(rewritten(&x), "expect: # why\n      findings:\n        # one\n        - source: "
                          "203.0.113.1\n          users: 12 # ten\n        # end\n");
    test_file_free(x.file);
    fixture_open(&x,
                 "\n      findings:\n        - {source: 203.0.113.9}\n"
                 "        - {source: 203.0.113.1} # stays\n",
                 2);
    OK_STR(rewritten(&x), "expect:\n      findings:\n        - {source: 203.0.113.1} # stays\n"
                          "        - { source: 203.0.113.2 }\n");
    test_file_free(x.file);
    fixture_open(&x, "\n      findings:\n        - {source: 203.0.113.1}\n", 2);
    OK_STR(rewritten(&x), "expect:\n      findings:\n        - {source: 203.0.113.1}\n"
                          "        - { source: 203.0.113.2 }\n");
    test_file_free(x.file);
    fixture_open(&x, "\n      findings: [{source: 203.0.113.9}, {source: \"203.0.113.8\"}]\n", 0);
    OK_STR(rewritten(&x), "expect:\n      findings: none\n");
    test_file_free(x.file);
    fixture_open(&x, " {count: 5}\n", 2);
    OK_STR(rewritten(&x), "expect: {count: 2}\n");
    test_file_free(x.file);
    fixture_open(&x, "\n      aql: none\n      cql:\n        count: 5\n", 2);
    OK_STR(rewritten(&x), "expect:\n      aql: none\n      cql:\n        count: 2\n");
    test_file_free(x.file);
}

/* Languages that find different things part the expectation they shared. */
static void test_split(void)
{
    struct fixture x = {.findings = {finding("203.0.113.1", 12)}};
    struct test_run runs[2];
    struct test_edits edits = {0};
    struct buf out = {0};
    struct str reason;

    fixture_open(&x, "\n      count: 5\n", 1);
    runs[0] = runs[1] = x.run;
    runs[0].language = QUERY_AQL;
    runs[0].findings.n = 0;
    arena_init(&edits.arena, 0);
    OK(test_update_case(x.file, &x.file->cases[0], runs, 2, &edits, &reason));
    test_update_apply(x.file, &edits, &out);
    OK(str_ends(buf_str(&out), STR("    expect:\n      aql:\n        count: 0\n      cql:\n"
                                   "        count: 1\n")));
    test_edits_done(&edits);
    /* Two detections of one language cannot both be right. */
    edits = (struct test_edits){0};
    arena_init(&edits.arena, 0);
    runs[0].language = QUERY_CQL;
    OK(!test_update_case(x.file, &x.file->cases[0], runs, 2, &edits, &reason));
    OK(edits.list.n == 0);
    test_edits_done(&edits);
    test_file_free(x.file);
    buf_done(&out);
}

static void test_report(void)
{
    struct test_results r = {0};
    struct test_outcome o = {.status = TEST_FAILED,
                             .file = STR_INIT("a<b>.yaml"),
                             .name = STR_INIT("x # \x1b[31m\n\"y\""),
                             .line = 3,
                             .detection = &detection,
                             .language = QUERY_CQL,
                             .message = STR_INIT("expected <1>\nfound \"2\"\n")};
    struct buf out = {0};

    tests_report_tap_line(7, &o, &out);
    OK_STR(buf_str(&out), "not ok 7 - x \\# \\\\x1b[31m\\\\n\"y\" [cql] d\n#   a<b>.yaml:3\n"
                          "#   expected <1>\n#   found \"2\"\n");
    r.items = &o;
    r.n = 1;
    buf_clear(&out);
    OK(tests_report("junit", &r, &out, &err) == LANNER_OK);
    OK(str_find(buf_str(&out), STR("<1>")) == SIZE_MAX);
    OK(str_find(buf_str(&out), STR("\x1b")) == SIZE_MAX);
    OK(str_find(buf_str(&out), STR("<failure message=\"expected &lt;1&gt;\">")) != SIZE_MAX);
    buf_clear(&out);
    OK(tests_report("json", &r, &out, &err) == LANNER_OK);
    OK(str_find(buf_str(&out), STR("\x1b")) == SIZE_MAX);
    OK(tests_report("xml", &r, &out, &err) == LANNER_ERR_USAGE);
    buf_done(&out);
}

int main(void)
{
    arena_init(&arena, 0);
    test_refused();
    test_events();
    test_values();
    test_instants();
    test_match();
    test_update();
    test_split();
    test_report();
    arena_done(&arena);
    TAP_DONE();
}
