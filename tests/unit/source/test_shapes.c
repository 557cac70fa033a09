/* test_shapes.c - the same ten sign-ins in every shape give the same answers (the table of expected
 * rows of the reference queries). */
#include "../tap.h"

#include "records.h"
#include "util/thread.h"

enum { REPO, CODE, ADDRESS, USER, CLIENT, AGENT, APP, TIME, TYPE, N_NAMES };
static const struct str names[N_NAMES] = {
    STR_INIT("#repo"),          STR_INIT("resultType"),
    STR_INIT("ipAddress"),      STR_INIT("userPrincipalName"),
    STR_INIT("clientAppUsed"),  STR_INIT("userAgent"),
    STR_INIT("appDisplayName"), STR_INIT("@timestamp"),
    STR_INIT("#type"),
};

static const char client[] = "Mobile Apps and Desktop clients";
static const char agent[] =
    "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.22621.2428";
static const char app[] = "Azure Active Directory PowerShell";

struct expected {
    const char *file;
    size_t n;
    int64_t first_ms;
    const char *source;
    const char *repo;
    const char *type;
    const char *code;
    const char *client; /* NULL: absent */
    const char *agent;
    const char *app;
    size_t n_users;
};

#define T0   INT64_C(1772460300000) /* 2026-03-02T14:05:00Z */
#define T1   INT64_C(1772460487123) /* 2026-03-02T14:08:07.123Z */
#define HUB  "entra-signin/event-hub", "azure_ad", "entra-signin", "50034"
#define ROW  "entra-signin/log-analytics", "azure_ad", "entra-signin", "50034"
#define FLAT "entra-signin/logscale", "azure_ad", "entra-signin", "50034"
#define AUD  "o365-audit/record", "o365", "o365-audit", "50034"

static const struct expected files[] = {
    {"a1-eventhub.jsonl", 10, T0 + 123, HUB, client, agent, app, 10},
    {"a2-eventhub-envelope.json", 10, T0 + 123, HUB, client, agent, app, 10},
    {"a3-eventhub-spaced.jsonl", 10, T0 + 123, HUB, client, agent, app, 10},
    {"b1-graph-page.json", 10, T0, "entra-signin/graph", "azure_ad", "entra-signin", "50034",
     client, NULL, app, 10},
    {"b2-graph-array.json", 10, T0, "entra-signin/graph", "azure_ad", "entra-signin", "50034",
     client, NULL, app, 10},
    {"c1-signinlogs-table.jsonl", 10, T0 + 123, ROW, client, agent, app, 10},
    {"c2-signinlogs-table.csv", 10, T0 + 123, ROW, client, agent, app, 10},
    {"c3-la-query-api.json", 10, T0 + 123, ROW, client, agent, app, 10},
    {"d1-portal-InteractiveSignIns.csv", 10, T0, "entra-signin/portal-csv", "azure_ad",
     "entra-signin", "50034", client, agent, app, 10},
    {"e1-o365-management-activity.jsonl", 12, T0, AUD, NULL, agent, NULL, 10},
    {"e2-o365-content-blob.json", 10, T0, AUD, NULL, agent, NULL, 10},
    {"e3-purview-audit-search.csv", 10, T0, AUD, NULL, agent, NULL, 10},
    {"e4-search-unifiedauditlog.csv", 10, T0, AUD, NULL, agent, NULL, 10},
    {"e5-graph-audit-query.json", 3, T0, AUD, NULL, agent, NULL, 3},
    {"f1-logscale-flat.jsonl", 10, T1, FLAT, client, agent, app, 10},
    {"f2-logscale-export.csv", 10, T1, "entra-signin/logscale-fields", "azure_ad", "entra-signin",
     "50034", client, agent, app, 10},
    {"g1-qradar-ariel-result.json", 3, T1, HUB, client, agent, app, 3},
    {"g2-syslog-wrapped.log", 10, T0 + 123, HUB, client, agent, app, 10},
    {"h1-preauth-discovery.jsonl", 10, T0, "entra-preauth", "azure_ad", "entra-preauth", "0", NULL,
     "AADInternals", NULL, 10},
};

static bool is(const struct table *t, size_t col, size_t row, const char *want)
{
    if (want == NULL)
        return !table_has(t, col, row);
    return table_has(t, col, row) && str_eqz(table_text(t, col, row), want);
}

static bool row_is(const struct source_set *set, const struct table *t, size_t i,
                   const struct expected *e)
{
    return t->status[i] == EXTRACT_OK && t->rows[i].usable &&
           strcmp(source_name(set, t->rows[i].source), e->source) == 0 && is(t, REPO, i, e->repo) &&
           is(t, TYPE, i, e->type) && is(t, CODE, i, e->code) &&
           is(t, ADDRESS, i, "203.0.113.77") && is(t, CLIENT, i, e->client) &&
           is(t, AGENT, i, e->agent) && is(t, APP, i, e->app);
}

static size_t distinct_users(const struct table *t)
{
    size_t n = 0;

    for (size_t i = 0; i < t->n; i++) {
        bool seen = false;

        for (size_t k = 0; k < i; k++)
            seen = seen || str_eq(table_text(t, USER, i), table_text(t, USER, k));
        n += !seen && table_has(t, USER, i) && table_text(t, USER, i).len > 0;
    }
    return n;
}

static void check_file(const struct source_set *set, const struct extractor *x,
                       const struct expected *e)
{
    struct sample *s = sample_file(synthetic(), e->file);
    bool rows = true, hours = true;

    printf("# %s\n", e->file);
    OK(s != NULL);
    if (s == NULL)
        return;
    struct table *t = table_read(x, s, N_NAMES, false);

    OK_INT(t->n, e->n);
    for (size_t i = 0; i < t->n; i++) {
        bool ok = row_is(set, t, i, e);
        int64_t ms = t->b->cols[TIME].v[i].u.i;

        if (!ok && rows)
            printf("# row %zu source %s repo %.*s code %.*s address %.*s\n", i,
                   source_name(set, t->rows[i].source), STR_ARG(table_text(t, REPO, i)),
                   STR_ARG(table_text(t, CODE, i)), STR_ARG(table_text(t, ADDRESS, i)));
        rows = rows && ok;
        hours = hours && t->b->cols[TIME].v[i].kind == KIND_LONG && ms >= e->first_ms &&
                ms < e->first_ms + 60000 && ms / 3600000 == T0 / 3600000;
    }
    OK(rows);
    OK(hours);
    OK_INT(t->b->cols[TIME].v[0].u.i, e->first_ms);
    OK_STR(table_text(t, USER, 0), "a.baker@contoso.example");
    OK_INT(distinct_users(t), e->n_users);
    table_free(t);
    sample_free(s);
}

/* All files through one worker, records in turn: the guess is wrong each time. */
static void check_mixed(const struct extractor *x)
{
    struct sample *all[ARRAY_LEN(files)];
    struct extractor_worker *w = extractor_worker_new(x);
    struct arena a;
    bool same = true;

    arena_init(&a, 0);
    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        all[i] = sample_file(synthetic(), files[i].file);
    for (size_t r = 0; r < 12; r++)
        for (size_t i = 0; i < ARRAY_LEN(files); i++) {
            struct batch *b = batch_new(&a, 2, N_NAMES, N_NAMES, false);
            struct extractor_worker *alone = extractor_worker_new(x);
            struct extracted got, want;

            if (all[i] != NULL && r < all[i]->records.n) {
                (void)extractor_read(x, w, &all[i]->records.items[r], b, 0, &got);
                (void)extractor_read(x, alone, &all[i]->records.items[r], b, 1, &want);
                same = same && got.source == want.source && got.event_ns == want.event_ns;
                for (size_t c = 0; c < N_NAMES; c++)
                    same = same && val_same(&b->cols[c].v[0], &b->cols[c].v[1]);
            }
            extractor_worker_free(alone);
        }
    OK(same);
    extractor_worker_free(w);
    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        sample_free(all[i]);
    arena_done(&a);
}

static uint64_t state = 7;

static uint32_t pick(uint32_t n)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)(state >> 33) % n;
}

/* Damaged records: whatever the worker has seen before, the answer is that of a fresh one. */
static void check_damaged(const struct extractor *x)
{
    static const char bytes[] = "\"\\{}[]:,x0 \n\xff";
    struct extractor_worker *w = extractor_worker_new(x);
    bool same = true;

    for (int round = 0; round < 1500 && same; round++) {
        struct sample *s = sample_file(synthetic(), files[pick(ARRAY_LEN(files))].file);
        struct arena a;

        if (s == NULL)
            break;
        arena_init(&a, 0);
        struct record r = s->records.items[pick((uint32_t)s->records.n)];
        char *text = arena_strz(&a, r.bytes);
        struct batch *b = batch_new(&a, 2, N_NAMES, N_NAMES, true);
        struct extractor_worker *fresh = extractor_worker_new(x);
        struct extracted got, want;
        enum extract_status st_got, st_want;

        for (uint32_t k = pick(4); k > 0; k--)
            text[pick((uint32_t)r.bytes.len)] = bytes[pick(sizeof(bytes) - 1)];
        r.bytes = r.raw = str_of(text, pick(3) == 0 ? pick((uint32_t)r.bytes.len) : r.bytes.len);
        st_got = extractor_read(x, w, &r, b, 0, &got);
        st_want = extractor_read(x, fresh, &r, b, 1, &want);
        same = st_got == st_want && got.source == want.source && got.event_ns == want.event_ns &&
               got.broken_at == want.broken_at;
        for (size_t c = 0; c < N_NAMES; c++)
            same = same && val_same(&b->cols[c].v[0], &b->cols[c].v[1]);
        if (!same)
            printf("# round %d: %.*s\n", round, STR_ARG(r.bytes));
        extractor_worker_free(fresh);
        arena_done(&a);
        sample_free(s);
    }
    OK(same);
    extractor_worker_free(w);
}

struct shared {
    const struct extractor *x;
    struct sample *samples[ARRAY_LEN(files)];
    size_t wrong[4];
};

static void read_all(void *ctx, size_t worker)
{
    struct shared *sh = ctx;

    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        struct table *t = table_read(sh->x, sh->samples[i], N_NAMES, true);

        for (size_t r = 0; r < t->n; r++)
            sh->wrong[worker] += t->rows[r].source == SIZE_MAX || !t->rows[r].usable;
        table_free(t);
    }
}

/* One extractor, several workers at once. */
static void check_threads(const struct source_set *set)
{
    const struct source_options o = {0};
    struct shared sh = {0};
    struct extractor *x = NULL;

    OK_INT(extractor_new(set, &o, names, N_NAMES, true, &x, NULL), LANNER_OK);
    sh.x = x;
    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        sh.samples[i] = sample_file(synthetic(), files[i].file);
    threads_run(ARRAY_LEN(sh.wrong), read_all, &sh);
    for (size_t i = 0; i < ARRAY_LEN(sh.wrong); i++)
        OK_INT(sh.wrong[i], 0);
    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        sample_free(sh.samples[i]);
    extractor_free(x);
}

static void check_emitted(const struct source_set *set)
{
    const struct source_options o = {.emitted_time = true};
    struct lanner_err err = {0};
    struct extractor *x = NULL;

    OK_INT(extractor_new(set, &o, names, N_NAMES, false, &x, &err), LANNER_OK);
    struct sample *s = sample_file(synthetic(), "a1-eventhub.jsonl");
    struct table *t = table_read(x, s, N_NAMES, false);

    OK_INT(t->b->cols[TIME].v[0].u.i, T1);
    OK_INT(t->rows[0].event_ns, T1 * NS_PER_MS + 456000);
    table_free(t);
    sample_free(s);
    extractor_free(x);
}

int main(void)
{
    const struct source_options o = {0};
    struct lanner_err err = {0};
    struct source_set *set = NULL;
    struct extractor *x = NULL;

    OK_INT(source_set_open(NULL, 0, &set, &err), LANNER_OK);
    OK_INT(extractor_new(set, &o, names, N_NAMES, false, &x, &err), LANNER_OK);
    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        check_file(set, x, &files[i]);
    check_mixed(x);
    check_damaged(x);
    check_threads(set);
    check_emitted(set);
    extractor_free(x);
    source_set_free(set);
    TAP_DONE();
}
