/* test_why.c - where a query's threshold is read, and why a source has a finding or none, over the
 * small pack of tests/data. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "detect/threshold.h"
#include "detect/why.h"
#include "tap.h"

static struct lanner_err err;
static char folder[64];

/* ---- thresholds ---- */

static double threshold(enum query_language language, const char *query, const char *column)
{
    struct parameter low = {.name = STR("low"), .value = STR("15")};
    struct verdict verdicts[] = {{.at_least = STR("40")}, {.at_least = STR("low")}};
    struct detection d = {.parameters = &low, .n_parameters = 1};
    double out = -1;

    d.query[language] = str_z(query);
    d.users.name[language] = str_z(column);
    if (!threshold_of(&d, language, NULL, 0, &out))
        out = -1;
    d.verdicts = verdicts;
    d.n_verdicts = 2;
    if (out < 0 && threshold_of(&d, language, NULL, 0, &out))
        out += 1000; /* by the verdicts */
    return out;
}

static void test_threshold(void)
{
    static const char *const set[] = {"low=7"};
    struct parameter low = {.name = STR("low"), .value = STR("15")};
    struct detection d = {.parameters = &low, .n_parameters = 1};
    double v;

    OK(threshold(QUERY_CQL, "groupBy(a) | Users >= 10 | case { Users >= 50 | x := 1 }", "Users") ==
       10);
    OK(threshold(QUERY_CQL, "groupBy(a) | Users>9", "Users") == 10);
    OK(threshold(QUERY_CQL, "| test(Users >= ?low)", "Users") == 15);
    OK(threshold(QUERY_CQL, "| Users >= ?{low=3}", "Users") == 15);
    OK(threshold(QUERY_CQL, "| OtherUsers >= 3 | Users >= 4", "Users") == 4);
    OK(threshold(QUERY_CQL, "| test(Users >= limit)", "Users") == 1015);
    OK(threshold(QUERY_CQL, "| Users < 3", "Users") == 1015);
    OK(threshold(QUERY_AQL, "SELECT a FROM events HAVING COUNT(DISTINCT username) >= 12", "U") ==
       12);
    OK(threshold(QUERY_AQL, "SELECT a FROM events WHERE x > 3", "U") == 1015);
    OK(threshold(QUERY_AQL, "", "U") == 1015);
    OK(threshold(QUERY_CQL, "Users >", "Users") == 1015);
    OK(threshold(QUERY_CQL, "Users", "Users") == 1015);
    OK(threshold_operand(&d, STR("?low"), set, 1, &v) && v == 7);
    OK(threshold_operand(&d, STR("low"), set, 1, &v) && v == 7);
    OK(!threshold_operand(&d, STR("lo"), set, 1, &v));
    OK(threshold_operand(&d, STR("2.5"), set, 1, &v) && v == 2.5);
}

/* ---- why ---- */

struct question {
    struct lanner_session *session;
    struct pack_set *packs;
    struct why *why;
    enum lanner_rc rc;
};

static void put_events(struct buf *out, const char *source, const char *code, int minute, int n)
{
    for (int i = 0; i < n; i++)
        buf_printf(out,
                   "{\"@timestamp\":\"2026-03-02T13:%02d:%02d.000Z\",\"#repo\":\"azure_ad\","
                   "\"resultType\":\"%s\",\"ipAddress\":\"%s\",\"userPrincipalName\":"
                   "\"u%02d@contoso.example\",\"userAgent\":\"curl/8.4.0\"}\n",
                   minute + i / 60, i % 60, code, source, i);
}

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

static struct question ask(const char *what, const char *tuning)
{
    struct question q = {.session = lanner_session_new()};
    struct detect_options o = {.session = q.session, .tuning = tuning, .n_evidence = 2};
    const char *root = getenv("LANNER_SOURCE_ROOT");
    char path[512];
    const char *paths[] = {path};
    struct buf log = {0};

    snprintf(path, sizeof(path), "%s/tests/data/packs/tiny", root != NULL ? root : ".");
    put_events(&log, "203.0.113.77", "50034", 0, 7);
    put_events(&log, "203.0.113.77", "50126", 20, 3);
    put_events(&log, "198.51.100.9", "50034", 30, 25);
    put_events(&log, "2001:db8::9", "50034", 40, 60);
    err = (struct lanner_err){0};
    q.rc = lanner_session_add_bytes(q.session, "log.ndjson", log.ptr, log.len, &err);
    buf_done(&log);
    if (q.rc == LANNER_OK)
        q.rc = lanner_session_set(q.session, "now", "data", &err);
    if (q.rc == LANNER_OK)
        q.rc = pack_set_open(paths, 1, &q.packs, &err);
    if (q.rc == LANNER_OK)
        q.rc = why_run(q.packs, &o, what, &q.why, &err);
    if (q.rc != LANNER_OK)
        printf("# %s\n", err.text);
    return q;
}

static void answered(struct question *q)
{
    why_free(q->why);
    pack_set_free(q->packs);
    lanner_session_free(q->session);
}

static const struct why_detection *of(const struct question *q, const char *id)
{
    for (size_t i = 0; q->why != NULL && i < q->why->n_detections; i++) {
        if (str_eqz(q->why->detections[i].detection->id, id))
            return &q->why->detections[i];
    }
    return NULL;
}

static void test_below(void)
{
    struct question q = ask("203.0.113.77", NULL);
    const struct why_detection *d = of(&q, "unknown-users");

    OK(q.rc == LANNER_OK && d != NULL);
    if (d == NULL) {
        answered(&q);
        return;
    }
    OK_INT(q.why->n_findings, 0);
    OK_INT(q.why->subject, WHY_SOURCE);
    OK_INT(q.why->profile->n_events, 10);
    OK_INT(q.why->n_codes, 2);
    OK_STR(q.why->codes[0].code, "50034");
    OK_INT(q.why->codes[1].n_events, 3);
    OK_INT(d->n_reached, 7);
    OK_INT(d->n_taken, 0);
    OK_INT(d->n_codes, 1);
    OK(d->has_threshold && d->threshold == 10);
    OK_INT(d->n_groups, 1);
    OK(d->groups[0].value == 7 && d->groups[0].window_start_ms == INT64_C(1772456400000));
    OK_STR(d->groups[0].keys[0].value, "203.0.113.77");
    OK(q.why->detections[0].detection == d->detection); /* nearest threshold missed first */
    OK_INT(of(&q, "tool-agent")->n_reached, 0);
    answered(&q);
}

static void test_finding(void)
{
    struct question q = ask("198.51.100.0/24", NULL);
    char id[16] = "";
    const struct why_finding *f;

    OK(q.rc == LANNER_OK && q.why->n_findings == 1);
    f = &q.why->findings[0];
    OK(f->held != NULL && f->held_at == 20 && f->next != NULL && f->next_at == 50);
    OK_STR(f->held->verdict, "Moderate Enumeration");
    OK_INT(f->finding->n_evidence, 2);
    OK_INT(of(&q, "unknown-users")->n_findings, 1);
    snprintf(id, sizeof(id), "%.6s", f->finding->id);
    answered(&q);
    q = ask(id, NULL);
    OK(q.rc == LANNER_OK && q.why->subject == WHY_FINDING && q.why->n_findings == 1 &&
       q.why->n_detections == 0);
    OK(strncmp(q.why->findings[0].finding->id, id, 6) == 0);
    OK(q.why->findings[0].finding->profile != NULL);
    answered(&q);
    q = ask("2001:db8:0:0:0:0:0:9", NULL); /* the highest verdict: none is next */
    OK(q.rc == LANNER_OK && q.why->n_findings == 1 && q.why->findings[0].next == NULL &&
       q.why->findings[0].held_at == 50);
    answered(&q);
}

static void test_taken(void)
{
    struct question q;
    const struct why_detection *d;

    put("tuning.yaml",
        "allow: egress.csv\ndetections: { unknown-users: { parameters: { low: 5 } } }");
    put("egress.csv", "address,owner,detection\n198.51.100.0/24,net,unknown-*\n");
    q = ask("198.51.100.9", folder);
    d = of(&q, "unknown-users");
    OK(q.rc == LANNER_OK && d != NULL);
    if (d != NULL) {
        OK_INT(d->n_reached, 25);
        OK_INT(d->n_taken, 25);
        OK_INT(d->n_takers, 1);
        OK(d->takers[0].n_events == 25 && strcmp(d->takers[0].entry.value, "198.51.100.0/24") == 0);
        OK_INT(d->n_groups, 0);
        OK(d->threshold == 5); /* of tuning.yaml */
        OK(q.why->n_findings == 1 && q.why->findings[0].finding->suppressed);
    }
    answered(&q);
    q = ask("203.0.113.77", folder); /* 7 of 5 */
    OK(q.rc == LANNER_OK && q.why->n_findings == 1 && !q.why->findings[0].finding->suppressed);
    answered(&q);
    put("egress.csv", "address,owner,detection\n198.51.100.0/24,net,tool-*\n");
    q = ask("198.51.100.9", folder); /* meant for another detection */
    d = of(&q, "unknown-users");
    OK(d != NULL && d->n_taken == 0 && q.why->n_findings == 1 &&
       !q.why->findings[0].finding->suppressed);
    answered(&q);
}

static void test_subjects(void)
{
    static const struct {
        const char *what;
        enum why_subject subject;
        uint64_t n_reached; /* of unknown-users */
    } as[] = {
        {"U03@contoso.example", WHY_USER, 3},
        {"user=u03@contoso.example", WHY_USER, 3},
        {"nobody", WHY_USER, 0},
        {"curl/8.4.0", WHY_AGENT, 92},
        {"agent=CURL/8.4.0", WHY_AGENT, 92},
        {"203.0.113.0/24", WHY_SOURCE, 7},
        {"source=203.0.113.77", WHY_SOURCE, 7},
        {"detection=unknown-users", WHY_DETECTION, 92},
    };

    for (size_t i = 0; i < ARRAY_LEN(as); i++) {
        struct question q = ask(as[i].what, NULL);
        const struct why_detection *d = of(&q, "unknown-users");

        OK(q.rc == LANNER_OK && q.why->subject == as[i].subject);
        OK_INT(d != NULL ? d->n_reached : 9999, as[i].n_reached);
        answered(&q);
    }
}

static void test_wrong(void)
{
    static const struct {
        const char *what, *text;
    } as[] = {
        {"", "expected a finding or a source, found nothing"},
        {"abcdef012345", "no finding has an id that begins with 'abcdef012345'"},
        {"finding=xyz", "expected 6 to 32 hexadecimal digits of a finding's id, found 'xyz'"},
        {"source=here", "expected an address or a network, found 'here'"},
        {"detection=none", "no detection of the packs has the id 'none'"},
    };

    for (size_t i = 0; i < ARRAY_LEN(as); i++) {
        struct question q = ask(as[i].what, NULL);

        OK_INT(q.rc, LANNER_ERR_USAGE);
        OK_STR(str_z(err.text), as[i].text);
        answered(&q);
    }
}

int main(void)
{
    char path[128];

    snprintf(folder, sizeof(folder), "/tmp/lanner-why-%ld", (long)getpid());
    if (mkdir(folder, 0700) != 0)
        return 1;
    test_threshold();
    test_below();
    test_finding();
    test_taken();
    test_subjects();
    test_wrong();
    snprintf(path, sizeof(path), "%s/tuning.yaml", folder);
    (void)unlink(path);
    snprintf(path, sizeof(path), "%s/egress.csv", folder);
    (void)unlink(path);
    (void)rmdir(folder);
    TAP_DONE();
}
