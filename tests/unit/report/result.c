/* result.c - made results of detect. See result.h. */
#include "result.h"

#include <stdio.h>
#include <stdlib.h>

#include "util/file.h"

#define T0     INT64_C(1772460000000) /* 2026-03-02T14:00:00Z */
#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)

#define LIST(a, ...)                                                                               \
    list(a, (const char *const[]){__VA_ARGS__},                                                    \
         sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

static struct str *list(struct arena *a, const char *const *items, size_t n)
{
    struct str *out = ARENA_ARRAY(a, struct str, n);

    for (size_t i = 0; i < n; i++)
        out[i] = str_z(items[i]);
    return out;
}

static void make_detection(struct arena *a, struct detection *d, const struct pack *pack,
                           const char *id, const char *title, const char *source)
{
    d->pack = pack;
    d->id = str_z(id);
    d->title = str_z(title);
    d->description = STR("Distinct accounts that do not exist, tried from one address.");
    d->severity = SEVERITY_MEDIUM;
    d->confidence = STR("high");
    d->attack = LIST(a, "T1589.002", "T1087");
    d->n_attack = 2;
    d->references = LIST(a, "https://attack.mitre.org/techniques/T1589/002/");
    d->n_references = 1;
    d->false_positives = LIST(a, "new hires whose accounts are not synchronised yet");
    d->n_false_positives = 1;
    d->sources = LIST(a, source, "o365-audit");
    d->n_sources = 2;
    d->file = arena_printf(a, "packs/T1589.002/%s.yaml", id);
    d->query[QUERY_CQL] = STR("count()");
    d->query_file[QUERY_CQL] = arena_printf(a, "packs/T1589.002/%s.cql", id);
    d->query[QUERY_AQL] = STR("SELECT 1 FROM events");
    d->query_file[QUERY_AQL] = arena_printf(a, "packs/T1589.002/%s.aql", id);
    d->preferred = QUERY_CQL;
}

static const struct pack_set *make_packs(struct arena *a, const char *title, size_t n)
{
    static const char *const ids[] = {"entra-unknown-users", "iis-autodiscover",
                                      "proxy-credential-type", "entra-network", "entra-tenant"};
    struct pack_set *set = ARENA_NEW(a, struct pack_set);
    struct pack *p = ARENA_NEW(a, struct pack);

    p->id = STR("T1589.002");
    p->title = STR("Gathering of e-mail addresses");
    p->version = STR("1.0.0");
    p->author = STR("Lanner");
    p->detections = ARENA_ARRAY(a, struct detection, n);
    p->n_detections = n;
    for (size_t i = 0; i < n; i++)
        make_detection(a, &p->detections[i], p, ids[i], title, i == 1 ? "iis" : "entra-signin");
    set->packs = p;
    set->n_packs = 1;
    return set;
}

static void add_outcomes(struct detect_result *r)
{
    const struct pack *p = &r->packs->packs[0];

    r->n_outcomes = p->n_detections;
    r->outcomes = ARENA_ARRAY(&r->arena, struct detection_outcome, p->n_detections);
    for (size_t i = 0; i < p->n_detections; i++) {
        r->outcomes[i].detection = &p->detections[i];
        r->outcomes[i].what = i == 1 ? NO_SOURCE : RAN;
        r->outcomes[i].language = QUERY_CQL;
    }
}

static void make_finding(struct detect_result *r, struct finding *f, size_t i, size_t detection)
{
    struct arena *a = &r->arena;

    snprintf(f->id, sizeof(f->id), "%08zx0123456789abcdef01234567", 0x4f2a91c0 + i);
    f->detection = &r->packs->packs[0].detections[detection];
    f->found_by[QUERY_CQL] = true;
    f->severity = SEVERITY_HIGH;
    f->verdict = STR("High Confidence Enumeration");
    f->entity[ENTITY_SOURCE] = arena_printf(a, "203.0.113.%zu", 7 + i);
    f->keys = ARENA_ARRAY(a, struct cell, 1);
    f->keys[0] = (struct cell){STR("ipAddress"), f->entity[ENTITY_SOURCE]};
    f->n_keys = 1;
    f->window_start_ms = T0;
    f->first_ms = T0 + 3000;
    f->last_ms = T0 + 36 * MINUTE + 10250;
    f->value = 74;
    f->n_users = 74;
    f->n_events = 90;
    f->rate_per_min = 2.486;
    f->sample = LIST(a, "alice@contoso.example", "bob@contoso.example", "carol@contoso.example");
    f->n_sample = 3;
    f->row = ARENA_ARRAY(a, struct cell, 3);
    f->row[0] = (struct cell){STR("ipAddress"), f->entity[ENTITY_SOURCE]};
    f->row[1] = (struct cell){STR("UniqueUsernames"), STR("74")};
    f->row[2] = (struct cell){STR("Verdict"), f->verdict};
    f->n_row = 3;
    f->n_merged = 1;
}

static void add_evidence(struct detect_result *r, struct finding *f, const char *raw)
{
    f->evidence = ARENA_ARRAY(&r->arena, struct evidence, 2);
    f->n_evidence = 2;
    for (size_t i = 0; i < 2; i++)
        f->evidence[i] = (struct evidence){.time_ms = f->first_ms + (int64_t)i * 12000,
                                           .user = f->sample[i],
                                           .source = f->entity[ENTITY_SOURCE],
                                           .agent = STR("python-requests/2.31.0"),
                                           .code = STR("50034"),
                                           .raw = str_z(raw)};
}

static void add_profile(struct detect_result *r, struct finding *f, size_t n_hours)
{
    struct profile *p = ARENA_NEW(&r->arena, struct profile);

    *p = (struct profile){.n_events = 120,
                          .n_users = 76,
                          .n_failed_users = 75,
                          .n_success_users = 1,
                          .success_share = 1.0 / 76,
                          .events_per_user = 1.58,
                          .gap_median_s = 12,
                          .gap_variation = 0.125,
                          .ordered_share = 0.97,
                          .n_agents = 1,
                          .n_applications = 13};
    p->n_hours = n_hours;
    p->hours = ARENA_ARRAY(&r->arena, struct hour, n_hours);
    for (size_t i = 0; i < n_hours; i++) {
        p->hours[i].start_ms = T0 + ((int64_t)i - (int64_t)n_hours + 2) * HOUR;
        p->hours[i].n_events = i + 2 == n_hours ? 90 : i * 7 % 11;
        p->hours[i].n_users = i + 2 == n_hours ? 74 : i % 3;
    }
    f->profile = p;
}

static void add_entry(struct detect_result *r, const char *value, const char *reason)
{
    r->suppressions = ARENA_ARRAY(&r->arena, struct suppression, 2);
    r->n_suppressions = 2;
    r->suppressions[0] = (struct suppression){.entry = {.file = "egress.csv",
                                                        .line = 3,
                                                        .kind = "address",
                                                        .value = value,
                                                        .owner = "network team",
                                                        .reason = reason,
                                                        .ticket = "",
                                                        .expires = "2027-01-01"},
                                              .n_events = 1200,
                                              .n_sources = 1,
                                              .n_users = 60,
                                              .n_findings = 1};
    r->suppressions[1] = (struct suppression){.entry = {.file = "egress.csv",
                                                        .line = 4,
                                                        .kind = "asn",
                                                        .value = "64500",
                                                        .owner = "",
                                                        .reason = "",
                                                        .ticket = "",
                                                        .expires = "2026-01-31",
                                                        .is_expired = true}};
}

static void make_basic(struct detect_result *r)
{
    struct finding *f = r->findings = ARENA_ARRAY(&r->arena, struct finding, 4);

    r->n_findings = 4;
    for (size_t i = 0; i < 4; i++)
        make_finding(r, &f[i], i, i == 1 ? 2 : 0);
    add_evidence(r, &f[0], "{\"time\":\"2026-03-02T14:00:03Z\",\"resultType\":50034}");
    add_profile(r, &f[0], 30);
    f[1].severity = SEVERITY_MEDIUM;
    f[1].verdict = STR_NONE;
    f[1].entity[ENTITY_SOURCE] = STR_NONE;
    f[1].entity[ENTITY_NETWORK] = STR("2001:db8:7::/64");
    f[1].entity[ENTITY_ASN] = STR("64500");
    f[1].entity[ENTITY_AGENT] = STR("python-requests/2.31.0");
    f[1].window_start_ms = LANNER_TIME_OPEN;
    f[1].last_ms = T0 + 26 * HOUR;
    f[1].n_users = 0;
    f[1].n_merged = 3;
    f[1].found_by[QUERY_AQL] = true;
    f[2].severity = SEVERITY_LOW;
    f[2].labels = ARENA_ARRAY(&r->arena, struct label, 1);
    f[2].labels[0] = (struct label){.kind = LABEL_AUTHORISED,
                                    .entry = STR("tests.csv:2"),
                                    .owner = STR("red team"),
                                    .ticket = STR("CHG-1234")};
    f[2].n_labels = 1;
    f[3].suppressed = true;
    f[3].labels = ARENA_ARRAY(&r->arena, struct label, 1);
    f[3].labels[0] = (struct label){.kind = LABEL_SUPPRESSED,
                                    .entry = STR("egress.csv:3 198.51.100.0/24"),
                                    .owner = STR("network team"),
                                    .reason = STR("partner egress"),
                                    .n_events = 1200};
    f[3].n_labels = 1;
    add_entry(r, "198.51.100.0/24", "partner egress");
}

static void make_failed(struct detect_result *r)
{
    struct pack_set *set = ARENA_NEW(&r->arena, struct pack_set);

    make_basic(r);
    *set = *r->packs;
    set->problems = ARENA_ARRAY(&r->arena, struct pack_problem, 1);
    set->n_problems = 1;
    set->problems[0].file = STR("packs/T1589.002/broken one.yaml");
    err_set(&set->problems[0].err, LANNER_ERR_INPUT, "unknown key 'titel'");
    err_hint(&set->problems[0].err, "did you mean 'title'?");
    set->problems[0].err.line = 3;
    set->problems[0].err.column = 1;
    r->packs = set;
    r->outcomes[2].what = FAILED;
    err_set(&r->outcomes[2].err, LANNER_ERR_QUERY, "unknown function cuont");
    r->outcomes[2].err.line = 1;
    r->outcomes[2].err.column = 8;
    r->stats.incomplete = true;
    r->failed = true;
}

static void make_many(struct detect_result *r)
{
    r->n_findings = 60;
    r->findings = ARENA_ARRAY(&r->arena, struct finding, 60);
    for (size_t i = 0; i < 60; i++) {
        struct finding *f = &r->findings[i];

        make_finding(r, f, i, i % 5 == 1 ? 0 : i % 5);
        f->severity = (enum severity)(SEVERITY_CRITICAL - i / 15);
        f->first_ms = T0 + (int64_t)(i * 37 % 60) * 2 * HOUR;
        f->last_ms = f->first_ms + (int64_t)(i % 9) * 25 * MINUTE;
        add_profile(r, f, 4 + i * 3);
    }
}

/* Texts that would do harm if any output wrote them as they are. */
static void make_hostile(struct detect_result *r)
{
    static const char evil[] =
        "<script>alert(1)</script>\x1b[2J\"'><img src=x onerror=y>\xE2\x80\xAEgpj";
    char *big = arena_alloc(&r->arena, 50000);
    struct finding *f = r->findings = ARENA_ARRAY(&r->arena, struct finding, 1);

    memset(big, 'A', 50000);
    r->n_findings = 1;
    make_finding(r, f, 0, 0);
    f->verdict = STR("=HYPERLINK(\"http://203.0.113.9/\",\"a\")");
    f->entity[ENTITY_SOURCE] = STR("10.0.0.1\n| critical  faked  row");
    f->entity[ENTITY_USER] = str_z(evil);
    f->entity[ENTITY_AGENT] = str_of(big, 50000);
    f->sample = LIST(&r->arena, evil, "nul\xFF\xC3(", "@SUM(A1:A9)");
    f->sample[1] = str_of("nul\0\xFF\xC3(", 7);
    f->row[1].value = str_of(big, 50000);
    f->row[2].name = f->row[0].name; /* two columns of one name */
    add_evidence(r, f, evil);
    f->evidence[1].raw = str_of(big, 50000);
    f->labels = ARENA_ARRAY(&r->arena, struct label, 1);
    f->labels[0] =
        (struct label){.kind = LABEL_RAISED, .entry = str_z(evil), .reason = STR("=1+1")};
    f->n_labels = 1;
    f->rate_per_min = 1.0 / 0.0;
    add_profile(r, f, 3);
    add_entry(r, evil, "</table><b>");
    f->last_ms = LANNER_TIME_OPEN;
}

struct detect_result *made_result(enum made what)
{
    struct detect_result *r = xcalloc(1, sizeof(*r));

    arena_init(&r->arena, 0);
    r->packs = make_packs(&r->arena,
                          what == MADE_HOSTILE ? "</title><svg/onload=x>\x07"
                                               : "Many unknown accounts tried from one address",
                          what == MADE_MANY ? 5 : 3);
    r->now_ms = CLOCK;
    r->stats = (struct lanner_stats){
        .n_events = 123456, .n_bytes = 481000000, .n_inputs = 3, .n_duplicates = 12};
    add_outcomes(r);
    if (what == MADE_BASIC)
        make_basic(r);
    else if (what == MADE_FAILED)
        make_failed(r);
    else if (what == MADE_MANY)
        make_many(r);
    else if (what == MADE_HOSTILE)
        make_hostile(r);
    return r;
}

void made_free(struct detect_result *r)
{
    arena_done(&r->arena);
    free(r);
}

void made_report(enum made what, const char *name, struct report_options options, struct buf *out)
{
    struct detect_result *r = made_result(what);
    struct lanner_err err;

    if (report_write(name, r, &options, out, &err) != LANNER_OK) {
        printf("Bail out! %s\n", err.text);
        abort();
    }
    made_free(r);
}

bool made_same(const char *name, const struct buf *got)
{
    const char *root = getenv("LANNER_SOURCE_ROOT");
    struct buf path = {0};
    struct buf want = {0};
    FILE *file;
    bool same = false;
    int c;

    buf_printf(&path, "%s/tests/data/report/%s", root != NULL ? root : ".", name);
    buf_putc(&path, '\0');
    file = fopen(path.ptr, getenv("LANNER_BLESS") != NULL ? "wb" : "rb");
    if (file != NULL && getenv("LANNER_BLESS") != NULL) {
        same = fwrite(got->ptr, 1, got->len, file) == got->len;
    } else if (file != NULL) {
        while ((c = getc(file)) != EOF)
            buf_putc(&want, (char)c);
        same = str_eq(buf_str(&want), buf_str(got));
    }
    if (file != NULL)
        fclose(file);
    for (size_t i = 0; !same && i < MIN(got->len, want.len); i++) {
        if (got->ptr[i] != want.ptr[i]) {
            printf("# %s differs at byte %zu: got '%.*s'\n", name, i, (int)MIN(got->len - i, 80),
                   got->ptr + i);
            break;
        }
    }
    buf_done(&path);
    buf_done(&want);
    return same;
}

bool made_has(const struct buf *text, const char *bytes)
{
    return str_find(buf_str(text), str_z(bytes)) != SIZE_MAX;
}
