/* test_tuning.c - tuning.yaml and its files: what they say, what is wrong with them, and what they
 * do to findings, in order. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "detect/sheet.h"
#include "detect/tuning.h"
#include "detect/tuning_file.h"
#include "tap.h"

#define HOUR INT64_C(3600000)
#define DAY  (24 * HOUR)
#define NOW  INT64_C(1772460000000) /* 2026-03-02T14:00:00Z */

static char folder[64];
static struct arena arena;
static struct lanner_session *session;
static struct lanner_err err;

static void put(const char *name, const char *text)
{
    char path[128];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    f = fopen(path, "wb");
    if (f == NULL)
        abort();
    fputs(text, f);
    fclose(f);
}

static struct detection counting = {
    .id = STR_INIT("entra-unknown-users"),
    .users = {.name = {STR_INIT("users"), STR_INIT("users")}},
    .window_ms = HOUR,
};
static struct detection single = {.id = STR_INIT("tool-agent")};

static struct tuning *open_tuning(const char *yaml)
{
    struct tuning *t = NULL;

    put("tuning.yaml", yaml);
    lanner_session_free(session);
    session = lanner_session_new();
    err = (struct lanner_err){0};
    if (lanner_session_set(session, "now", "2026-03-02T14:00:00Z", &err) != LANNER_OK ||
        tuning_open(folder, session, NULL, &t, &err) != LANNER_OK)
        printf("# %s\n", err.text);
    return t;
}

/* What is wrong, without the folder's name. */
static struct str wrong(const char *yaml)
{
    struct tuning *t = NULL;
    size_t n = strlen(folder) + 1;

    put("tuning.yaml", yaml);
    lanner_session_free(session);
    session = lanner_session_new();
    err = (struct lanner_err){0};
    if (tuning_open(folder, session, NULL, &t, &err) == LANNER_OK) {
        tuning_free(t);
        return STR("nothing");
    }
    return strlen(err.text) > n ? str_z(err.text + n) : str_z(err.text);
}

static struct finding found(struct detection *d, const char *source, int64_t start_ms, double value)
{
    struct finding f = {.detection = d,
                        .severity = SEVERITY_MEDIUM,
                        .window_start_ms = start_ms,
                        .first_ms = start_ms + 60000,
                        .last_ms = start_ms + 120000,
                        .value = value,
                        .n_events = (uint64_t)value};

    f.entity[ENTITY_SOURCE] = str_z(source);
    f.keys = ARENA_NEW(&arena, struct cell);
    f.keys[0] = (struct cell){STR("source"), str_z(source)};
    f.n_keys = 1;
    return f;
}

static bool is_labelled(const struct finding *f, enum label_kind kind, const char *entry)
{
    for (size_t i = 0; i < f->n_labels; i++) {
        if (f->labels[i].kind == kind) {
            if (!str_eqz(f->labels[i].entry, entry))
                printf("# label '%.*s'\n", STR_ARG(f->labels[i].entry));
            return str_eqz(f->labels[i].entry, entry);
        }
    }
    return false;
}

static void list_put(struct finding_list *l, struct finding f)
{
    VEC_PUSH(l, f);
}

static struct detection_rows rows_of(struct detection *d)
{
    return (struct detection_rows){.detection = d};
}

static void rows_done(struct detection_rows *r)
{
    free(r->kept.items);
    free(r->all.items);
}

/* ---- files ---- */

static void test_sheet(void)
{
    static const char text[] = "\xEF\xBB\xBF# a \"comment\n# two\nAddress;owner\n"
                               "198.51.100.1; a\n\n\"203.0.113.0/24\";\"b\nc\"\n";
    struct sheet s;

    OK(sheet_parse(&arena, "f.csv", str_z(text), 10, &s, &err) == LANNER_OK);
    OK_INT(s.n_columns, 2);
    OK_INT(s.n_rows, 2);
    OK_INT(sheet_column(&s, "ADDRESS"), 0);
    OK(sheet_column(&s, "ticket") == SIZE_MAX);
    OK_INT(s.rows[0].line, 4);
    OK_STR(s.rows[0].cells[1], "a");
    OK_INT(s.rows[0].columns[1], 15);
    OK_INT(s.rows[1].line, 6);
    OK_STR(s.rows[1].cells[0], "203.0.113.0/24");
    OK_STR(s.rows[1].cells[1], "b\nc");
    OK(sheet_parse(&arena, "f.csv", STR("a,b\n1,2\n1\n"), 10, &s, &err) == LANNER_ERR_INPUT);
    OK_STR(str_z(err.text), "f.csv:3: expected 2 columns as in the header, found 1");
    OK_INT(err.line, 3);
    OK(sheet_parse(&arena, "f.csv", STR("a\n1\n2\n"), 1, &s, &err) == LANNER_ERR_INPUT);
    OK_STR(str_z(err.text), "f.csv:3: more than 1 rows");
    OK(sheet_parse(&arena, "f.csv", STR("# nothing\n"), 1, &s, &err) == LANNER_ERR_INPUT);
}

static void test_wrong_files(void)
{
    OK(str_starts(wrong("allow: [no.csv]"),
                  STR("tuning.yaml:1:9: expected a file beside tuning.yaml: cannot open no.csv")));
    put("t.csv", "address,threshold\n198.51.100.7,many\n");
    OK_STR(wrong("thresholds: t.csv"), "t.csv:2:14: expected a number, found 'many'");
    OK_INT(err.line, 2);
    OK_INT(err.column, 14);
    put("t.csv", "address,threshold\n198.51.100.777,4\n");
    OK_STR(wrong("thresholds: t.csv"),
           "t.csv:2:1: expected an address or a network, found '198.51.100.777'");
    put("t.csv", "address,asn,threshold\n198.51.100.7,1,4\n");
    OK(str_starts(wrong("thresholds: t.csv"), STR("t.csv:1: expected one of the columns")));
    put("t.csv", "address,treshold\n198.51.100.7,4\n");
    OK_STR(wrong("thresholds: t.csv"), "t.csv:1: unknown column 'treshold'");
    OK_STR(str_z(err.hint), "did you mean 'threshold'");
    put("t.csv", "address,from,to,ticket\n198.51.100.7,2026-03-02,soon,T\n");
    OK_STR(wrong("authorised: t.csv"),
           "t.csv:2:25: expected a date or an RFC 3339 instant, found 'soon'");
    put("t.csv", "address,from,to,ticket\n198.51.100.7,2026-03-02,2026-03-01,T\n");
    OK_STR(wrong("authorised: t.csv"), "t.csv:2:25: expected an end after the beginning");
    put("t.csv", "user_agent,threshold,match\n(,1,regex\n");
    OK(str_starts(wrong("thresholds: t.csv"), STR("t.csv:2:1: expected a regular expression")));
    OK(str_starts(wrong("thresholds: ../t.csv"), STR("tuning.yaml:1:13: expected a file beside")));
    OK(str_starts(wrong("allow: /etc/passwd"), STR("tuning.yaml:1:8: expected a file beside")));
}

static void test_wrong_yaml(void)
{
    OK(str_starts(wrong("alow: []"), STR("tuning.yaml:1:1:")));
    OK_STR(wrong("success_share: { at_least: 2 }"),
           "tuning.yaml:1:28: expected a number from 0.01 to 1, found '2'");
    OK_STR(wrong("success_share: { action: drop }"),
           "tuning.yaml:1:26: expected action suppress or lower, found 'drop'");
    OK_STR(wrong("baseline: { days: 0 }"), "tuning.yaml:1:19: expected days from 1 to 3660");
    OK_STR(wrong("suppress: soon"),
           "tuning.yaml:1:11: expected a span such as 60m or 24h, found 'soon'");
    OK(str_starts(wrong("detections: { x: { severity: bad } }"),
                  STR("tuning.yaml:1:30: expected a severity")));
    OK(str_starts(wrong("detections: { x: { parameters: { low: [1] } } }"),
                  STR("tuning.yaml:1:39:")));
}

static void test_names_of_detections(void)
{
    struct parameter low = {.name = STR("low")};
    struct pack pack = {.detections = &counting, .n_detections = 1};
    struct pack_set packs = {.packs = &pack, .n_packs = 1};
    struct tuning_file f;

    counting.parameters = &low;
    counting.n_parameters = 1;
    put("tuning.yaml", "detections: { entra-unknown-user: { disabled: true } }");
    OK(tuning_file_read(&arena, folder, &packs, &f, &err) == LANNER_ERR_INPUT);
    OK_STR(str_z(err.hint), "did you mean 'entra-unknown-users'");
    put("tuning.yaml", "detections: { entra-unknown-users: { parameters: { lo: 3 } } }");
    OK(tuning_file_read(&arena, folder, &packs, &f, &err) == LANNER_ERR_INPUT);
    OK_STR(str_z(err.hint), "did you mean 'low'");
    put("tuning.yaml", "detections: { entra-unknown-users: { parameters: { low: 3 } } }");
    OK(tuning_file_read(&arena, folder, &packs, &f, &err) == LANNER_OK);
    packs.n_problems = 1; /* a detection that could not be read may be meant */
    put("tuning.yaml", "detections: { other: { disabled: true } }");
    OK(tuning_file_read(&arena, folder, &packs, &f, &err) == LANNER_OK);
}

static void test_settings(void)
{
    struct tuning *t = open_tuning("suppress: 24h\n"
                                   "detections:\n"
                                   "  entra-unknown-users:\n"
                                   "    parameters: { low: 15, high: \"a b\" }\n"
                                   "    severity: High\n"
                                   "  tool-agent: { disabled: true, baseline: off }\n");
    const char *const *set;
    enum severity severity;
    size_t n;

    OK(t != NULL);
    OK(tuning_disabled(t, &single) && !tuning_disabled(t, &counting));
    tuning_set(t, &counting, &set, &n);
    OK(n == 2 && strcmp(set[0], "low=15") == 0 && strcmp(set[1], "high=a b") == 0);
    tuning_set(t, &single, &set, &n);
    OK_INT(n, 0);
    OK(tuning_severity(t, &counting, &severity) && severity == SEVERITY_HIGH);
    OK(!tuning_severity(t, &single, &severity));
    OK(tuning_suppress_ms(t) == DAY);
    OK(!tuning_has_lists(t) && !tuning_wants_groups(t, LANNER_ALLOW_APPLY) &&
       !tuning_wants_events(t) && !tuning_wants_profile(t));
    tuning_free(t);
    OK(tuning_open(NULL, session, NULL, &t, &err) == LANNER_OK && t == NULL);
    OK(!tuning_disabled(NULL, &single) && !tuning_has_lists(NULL) && tuning_suppress_ms(NULL) == 0);
    OK(!tuning_wants_groups(NULL, LANNER_ALLOW_IGNORE) && !tuning_wants_events(NULL));
}

/* ---- thresholds ---- */

static void test_thresholds(void)
{
    struct detection_rows r = rows_of(&counting);
    struct tuning *t;
    struct suppression *list;
    size_t n;

    put("t.csv", "address,threshold,owner,reason,expires,detection\n"
                 "198.51.100.0/24,40,net,NAT,,\n"
                 "198.51.100.7,60,net,busier,,entra-*\n"
                 "203.0.113.0/24,1000,net,old,2026-03-01,\n"
                 "192.0.2.1,1000,net,other,,tool-*\n"
                 "2001:db8::/32,30,net,v6,2026-03-02,\n");
    t = open_tuning("thresholds: t.csv");
    list_put(&r.kept, found(&counting, "198.51.100.9", 0, 39));
    list_put(&r.kept, found(&counting, "198.51.100.9", HOUR, 40)); /* reaches it */
    list_put(&r.kept, found(&counting, "198.51.100.7", 0, 59));    /* the longer prefix */
    list_put(&r.kept, found(&counting, "::ffff:198.51.100.7", HOUR, 60));
    list_put(&r.kept, found(&counting, "203.0.113.5", 0, 12)); /* expired yesterday */
    list_put(&r.kept, found(&counting, "192.0.2.1", 0, 12));   /* meant for another detection */
    list_put(&r.kept, found(&counting, "2001:db8::7", 0, 12)); /* expires at the end of today */
    list_put(&r.kept, found(&counting, "", 0, 12));
    tuning_apply(t, NOW, &r, 1, &arena);
    OK_INT(r.kept.n, 8);
    OK(r.kept.items[0].suppressed &&
       is_labelled(&r.kept.items[0], LABEL_THRESHOLD,
                   "t.csv:2 198.51.100.0/24: 39 is below its threshold of 40"));
    OK_STR(r.kept.items[0].labels[0].reason, "NAT");
    OK(!r.kept.items[1].suppressed && r.kept.items[1].n_labels == 0);
    OK(r.kept.items[2].suppressed &&
       is_labelled(&r.kept.items[2], LABEL_THRESHOLD,
                   "t.csv:3 198.51.100.7: 59 is below its threshold of 60"));
    OK(!r.kept.items[3].suppressed);
    OK(!r.kept.items[4].suppressed);
    OK(!r.kept.items[5].suppressed);
    OK(r.kept.items[6].suppressed);
    OK(!r.kept.items[7].suppressed);
    tuning_finish(t, session, r.kept.items, r.kept.n, &arena);
    OK_INT(r.kept.items[0].n_labels, 1);
    tuning_suppressions(t, session, &arena, &list, &n);
    OK_INT(n, 4);
    OK(list[0].entry.line == 3 && list[0].n_findings == 1 && list[0].n_events == 59);
    OK(list[1].entry.line == 2 && list[2].entry.line == 6);
    OK(list[3].entry.line == 4 && list[3].entry.is_expired && list[3].n_findings == 0);
    rows_done(&r);
    tuning_free(t);
}

/* The last millisecond of its day an entry still holds; an instant is the first at which it does
 * not. */
static void test_expiry(void)
{
    static const struct {
        int64_t now;
        bool date, instant;
    } at[] = {{NOW, true, true},
              {NOW + 10 * HOUR - 1, true, false},
              {NOW + 10 * HOUR, false, false},
              {NOW + 5 * HOUR - 1, true, true},
              {NOW + 5 * HOUR, true, false}};

    put("t.csv", "asn,threshold,expires\n64500,90,2026-03-02\nAS64501,90,2026-03-02T19:00:00Z\n");
    for (size_t i = 0; i < ARRAY_LEN(at); i++) {
        struct tuning *t = open_tuning("thresholds: t.csv");
        struct detection_rows r = rows_of(&counting);

        list_put(&r.kept, found(&counting, "192.0.2.1", 0, 12));
        list_put(&r.kept, found(&counting, "192.0.2.2", 0, 12));
        r.kept.items[0].entity[ENTITY_ASN] = STR("AS64500");
        r.kept.items[1].entity[ENTITY_ASN] = STR("64501");
        tuning_apply(t, at[i].now, &r, 1, &arena);
        OK(r.kept.items[0].suppressed == at[i].date);
        OK(r.kept.items[1].suppressed == at[i].instant);
        rows_done(&r);
        tuning_free(t);
    }
}

static void test_kinds(void)
{
    static const struct {
        const char *row, *value;
        enum entity entity;
        bool takes;
    } of[] = {
        {"user_agent,threshold\nprovision*/2,9\n", "Provisioner/2", ENTITY_AGENT, true},
        {"user_agent,threshold\nprovision*/2,9\n", "Provisioner/3", ENTITY_AGENT, false},
        {"user_agent,threshold,match\na*b,9,exact\n", "axb", ENTITY_AGENT, false},
        {"user_agent,threshold,match\n^a.+b$,9,regex\n", "AxxB", ENTITY_AGENT, true},
        {"account,threshold\nSVC@contoso.example,9\n", "svc@contoso.example", ENTITY_USER, true},
        {"account,threshold\nsvc*,9\n", "svc1", ENTITY_USER, false}, /* a glob only if asked for */
        {"account,threshold,match\nsvc*,9,glob\n", "svc1", ENTITY_USER, true},
        {"application,threshold\n1b730954,9\n", "1B730954", ENTITY_APPLICATION, true},
        {"value,kind,threshold\n10.0.0.0/8,address,9\n", "10.1.2.3", ENTITY_SOURCE, true},
        {"address,threshold\n2001:db8::/32,9\n", "2001:db8:1::/64", ENTITY_NETWORK, true},
        {"address,threshold\n2001:db8::/96,9\n", "2001:db8::/64", ENTITY_NETWORK, false},
    };

    for (size_t i = 0; i < ARRAY_LEN(of); i++) {
        struct detection_rows r = rows_of(&counting);
        struct tuning *t;

        put("t.csv", of[i].row);
        t = open_tuning("thresholds: t.csv");
        list_put(&r.kept, found(&counting, "", 0, 1));
        r.kept.items[0].entity[of[i].entity] = str_z(of[i].value);
        tuning_apply(t, NOW, &r, 1, &arena);
        if (r.kept.items[0].suppressed != of[i].takes)
            printf("# %s", of[i].row);
        OK(r.kept.items[0].suppressed == of[i].takes);
        rows_done(&r);
        tuning_free(t);
    }
}

/* ---- allow-lists ---- */

static void test_suppressed(void)
{
    struct detection_rows r = rows_of(&counting);
    struct profile_event e = {.time_ms = NOW, .entry = 1};
    struct tuning *t;
    struct suppression *list;
    size_t n;

    put("egress.csv", "address,owner,reason,expires\n192.0.2.9,x,old,2026-01-31\n"
                      "198.51.100.0/24,net,egress,\n");
    put("night.csv", "address,from,to\n203.0.113.0/24,22:00,04:00\n");
    t = open_tuning("allow: egress.csv\nmaintenance: night.csv");
    OK(tuning_has_lists(t) && tuning_wants_groups(t, LANNER_ALLOW_IGNORE) &&
       !tuning_wants_groups(t, LANNER_ALLOW_APPLY) && tuning_wants_events(t));
    /* 0: fires with the lists as well; 1: only without; 2: another window of 0's key. */
    list_put(&r.kept, found(&counting, "203.0.113.7", NOW, 12));
    list_put(&r.all, found(&counting, "203.0.113.7", NOW, 30));
    list_put(&r.all, found(&counting, "198.51.100.7", NOW, 40));
    list_put(&r.all, found(&counting, "203.0.113.7", NOW + HOUR, 15));
    tuning_on_taken(t, &counting, QUERY_CQL, 1, STR("198.51.100.7"), STR("a"));
    tuning_on_taken(t, &counting, QUERY_AQL, 1, STR("198.51.100.7"), STR("A"));
    tuning_on_taken(t, &single, QUERY_CQL, 1, STR("198.51.100.8"), STR("b"));
    tuning_on_taken(t, &single, QUERY_CQL, -1, STR("198.51.100.8"), STR("b"));
    tuning_apply(t, NOW, &r, 1, &arena);
    OK_INT(r.kept.n, 3);
    OK(!r.kept.items[0].suppressed && r.kept.items[1].suppressed && r.kept.items[2].suppressed);
    tuning_on_event(t, 1, &counting, &e);
    tuning_on_event(t, 1, &counting, &e);
    e.entry = 2;
    tuning_on_event(t, 0, &counting, &e);
    e.entry = -1;
    tuning_on_event(t, 0, &counting, &e);
    tuning_finish(t, session, r.kept.items, r.kept.n, &arena);
    OK(is_labelled(&r.kept.items[0], LABEL_MAINTENANCE, "night.csv:2 203.0.113.0/24"));
    OK(!r.kept.items[0].suppressed && r.kept.items[0].labels[0].n_events == 1);
    OK(is_labelled(&r.kept.items[1], LABEL_SUPPRESSED, "egress.csv:3 198.51.100.0/24"));
    OK_INT(r.kept.items[1].labels[0].n_events, 2);
    OK_STR(r.kept.items[1].labels[0].owner, "net");
    OK(is_labelled(&r.kept.items[2], LABEL_SUPPRESSED,
                   "allow-lists; its events were not looked at"));
    tuning_suppressions(t, session, &arena, &list, &n);
    OK_INT(n, 2);
    /* Two detections wanted events of it: one each (two languages are one). */
    OK(list[0].entry.line == 3 && list[0].n_events == 2 && list[0].n_sources == 2 &&
       list[0].n_users == 2 && list[0].n_findings == 1);
    OK(list[1].entry.is_expired && list[1].entry.line == 2);
    rows_done(&r);
    tuning_free(t);
}

/* Without windows: what overlaps a finding that fires is that finding. */
static void test_suppressed_without_window(void)
{
    struct detection_rows r = rows_of(&counting);
    struct tuning *t;

    put("egress.csv", "address\n198.51.100.0/24\n");
    t = open_tuning("allow: egress.csv");
    for (int i = 0; i < 3; i++) {
        list_put(&r.kept, found(&counting, "203.0.113.7", i * DAY, 12));
        r.kept.items[i].window_start_ms = LANNER_TIME_OPEN;
    }
    r.kept.items[0].last_ms = 3 * HOUR; /* the next ones begin earlier than its end is far */
    for (int i = 0; i < 4; i++) {
        list_put(&r.all, found(&counting, "203.0.113.7", i * DAY, 12));
        r.all.items[i].window_start_ms = LANNER_TIME_OPEN;
    }
    r.all.items[0].first_ms = 2 * HOUR; /* inside */
    r.all.items[0].last_ms = 5 * HOUR;
    r.all.items[1].first_ms = DAY + 120001; /* just behind */
    r.all.items[1].last_ms = DAY + 200000;
    tuning_apply(t, NOW, &r, 1, &arena);
    OK_INT(r.kept.n, 5);
    OK(r.kept.items[3].suppressed && r.kept.items[3].first_ms == DAY + 120001);
    OK(r.kept.items[4].suppressed && r.kept.items[4].first_ms == 3 * DAY + 60000);
    rows_done(&r);
    tuning_free(t);
}

static void test_raised(void)
{
    struct detection_rows r = rows_of(&counting);
    struct tuning *t;
    struct finding group;

    put("egress.csv", "address\n198.51.100.0/24\n");
    t = open_tuning("allow: egress.csv");
    for (int i = 0; i < 10; i++) {
        group = found(&counting, "198.51.100.7", i * HOUR, i == 3 ? 6 : 4);
        tuning_on_group(t, &counting, LANNER_ALLOW_IGNORE, &group);
    }
    for (int i = 0; i < 2; i++) { /* too few windows */
        group = found(&counting, "198.51.100.8", i * HOUR, 1);
        tuning_on_group(t, &counting, LANNER_ALLOW_IGNORE, &group);
    }
    list_put(&r.all, found(&counting, "198.51.100.7", 20 * HOUR, 30));
    list_put(&r.all, found(&counting, "198.51.100.7", 21 * HOUR, 31));
    list_put(&r.all, found(&counting, "198.51.100.8", 20 * HOUR, 300));
    tuning_apply(t, NOW, &r, 1, &arena);
    OK_INT(r.kept.n, 3);
    OK(r.kept.items[0].suppressed); /* not above five times */
    OK(!r.kept.items[1].suppressed &&
       is_labelled(&r.kept.items[1], LABEL_RAISED,
                   "31 is more than 5 times the usual peak of 6 (10 windows)"));
    OK(r.kept.items[2].suppressed);
    rows_done(&r);
    tuning_free(t);
}

/* ---- baseline, success share ---- */

static void test_baseline(void)
{
    struct detection_rows r[2] = {rows_of(&counting), rows_of(&single)};
    struct tuning *t = open_tuning("baseline: { days: 7, k: 5, floor: 10 }");
    struct finding group;

    OK(tuning_wants_groups(t, LANNER_ALLOW_APPLY) && !tuning_wants_groups(t, LANNER_ALLOW_IGNORE));
    for (int i = 0; i < 5; i++) { /* median 20, MAD 1 */
        group = found(&counting, "203.0.113.7", i * HOUR, 18 + i);
        tuning_on_group(t, &counting, LANNER_ALLOW_APPLY, &group);
        group.detection = &single;
        tuning_on_group(t, &single, LANNER_ALLOW_APPLY, &group);
    }
    list_put(&r[0].kept, found(&counting, "203.0.113.7", 2 * DAY, 25));
    list_put(&r[0].kept, found(&counting, "203.0.113.7", 2 * DAY + HOUR, 26));
    list_put(&r[0].kept, found(&counting, "203.0.113.7", 3 * HOUR, 22)); /* no earlier day */
    list_put(&r[0].kept, found(&counting, "203.0.113.8", 2 * DAY, 11));  /* another source */
    list_put(&r[1].kept, found(&single, "203.0.113.7", 2 * DAY, 1));
    tuning_apply(t, NOW, r, 2, &arena);
    OK(r[0].kept.items[0].suppressed &&
       is_labelled(&r[0].kept.items[0], LABEL_BASELINE,
                   "25 is usual: median 20, MAD 1 of 5 earlier windows, limit 25"));
    OK(!r[0].kept.items[1].suppressed && !r[0].kept.items[2].suppressed &&
       !r[0].kept.items[3].suppressed);
    OK(!r[1].kept.items[0].suppressed); /* single events have no number */
    rows_done(&r[0]);
    rows_done(&r[1]);
    tuning_free(t);
}

static void test_success(void)
{
    struct profile mostly = {.n_users = 100, .n_success_users = 50, .success_share = 0.5};
    struct profile hardly = {.n_users = 100, .n_success_users = 49, .success_share = 0.49};
    struct finding f[3] = {found(&counting, "203.0.113.7", 0, 12),
                           found(&counting, "203.0.113.8", 0, 12),
                           found(&single, "203.0.113.9", 0, 1)};
    struct tuning *t = open_tuning("success_share: { at_least: 0.5, action: suppress }");

    f[0].profile = f[2].profile = &mostly;
    f[1].profile = &hardly;
    OK(tuning_wants_profile(t));
    tuning_finish(t, session, f, 3, &arena);
    OK(f[0].suppressed &&
       is_labelled(&f[0], LABEL_SUCCESS, "50 of 100 users succeeded (50 %, limit 50 %)"));
    OK(!f[1].suppressed && f[1].n_labels == 0);
    OK(!f[2].suppressed);
    tuning_free(t);
    f[0].suppressed = false;
    f[0].n_labels = 0;
    t = open_tuning("success_share: { at_least: 0.5, action: lower }");
    tuning_finish(t, session, f, 1, &arena);
    OK(!f[0].suppressed && f[0].severity == SEVERITY_LOW && f[0].n_labels == 1);
    tuning_free(t);
    f[0].n_labels = 0;
    t = open_tuning("success_share: { at_least: 0.5 }\n"
                    "detections: { entra-unknown-users: { success_share: off } }");
    tuning_finish(t, session, f, 1, &arena);
    OK(!f[0].suppressed && f[0].n_labels == 0);
    tuning_free(t);
}

/* ---- authorised tests ---- */

static void test_authorised(void)
{
    struct finding f[5];
    struct profile_event e = {.time_ms = NOW + 60000, .entry = -1};
    struct tuning *t;

    put("a.csv", "address,from,to,ticket,owner\n"
                 "203.0.113.0/24,2026-03-02T14:00:00Z,2026-03-02T14:02:00Z,CHG-1,red team\n"
                 "198.51.100.5,2026-03-02,2026-03-02,CHG-2,red team\n");
    t = open_tuning("authorised: a.csv");
    f[0] = found(&counting, "203.0.113.7", NOW, 3);     /* its last event is the last instant */
    f[1] = found(&counting, "203.0.113.7", NOW + 1, 3); /* a millisecond too long */
    f[2] = found(&counting, "", NOW, 2);                /* no source: by its events */
    f[3] = found(&counting, "", NOW, 2);                /* one of them is somebody else's */
    f[4] = found(&counting, "", NOW, 3);                /* not all events were seen */
    tuning_apply(t, NOW, NULL, 0, &arena);
    e.source = STR("203.0.113.9");
    tuning_on_event(t, 2, &counting, &e);
    tuning_on_event(t, 3, &counting, &e);
    tuning_on_event(t, 4, &counting, &e);
    e.source = STR("198.51.100.5");
    tuning_on_event(t, 2, &counting, &e);
    tuning_on_event(t, 4, &counting, &e);
    e.source = STR("198.51.100.6");
    tuning_on_event(t, 3, &counting, &e);
    tuning_finish(t, session, f, 5, &arena);
    OK(is_labelled(&f[0], LABEL_AUTHORISED, "a.csv:2 203.0.113.0/24") && !f[0].suppressed);
    OK_STR(f[0].labels[0].ticket, "CHG-1");
    OK_INT(f[1].n_labels, 0);
    OK_INT(f[2].n_labels, 2);
    OK_STR(f[2].labels[1].ticket, "CHG-2");
    OK_INT(f[2].labels[1].n_events, 1);
    OK_INT(f[3].n_labels, 0);
    OK_INT(f[4].n_labels, 0);
    tuning_free(t);
}

int main(void)
{
    snprintf(folder, sizeof(folder), "/tmp/lanner-tuning-%ld", (long)getpid());
    if (mkdir(folder, 0700) != 0)
        return 1;
    arena_init(&arena, 0);
    test_sheet();
    test_wrong_files();
    test_wrong_yaml();
    test_names_of_detections();
    test_settings();
    test_thresholds();
    test_expiry();
    test_kinds();
    test_suppressed();
    test_suppressed_without_window();
    test_raised();
    test_baseline();
    test_success();
    test_authorised();
    lanner_session_free(session);
    arena_done(&arena);
    {
        static const char *const names[] = {"tuning.yaml", "t.csv", "egress.csv", "night.csv",
                                            "a.csv"};
        char path[128];

        for (size_t i = 0; i < ARRAY_LEN(names); i++) {
            snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
            (void)unlink(path);
        }
    }
    (void)rmdir(folder);
    TAP_DONE();
}
