/* test_simulate.c - simulated telemetry: reproducible, complete, and as its truth says by a count
 * of its own over the bytes. */
#include "sim/sim.h"

#include "tap.h"

#define MAX_FILES 64

struct files {
    struct {
        char name[64];
        struct buf bytes;
    } all[MAX_FILES];
    size_t n;
    bool refuses;
};

static enum lanner_rc open_file(void *ctx, const char *name, struct lanner_err *err)
{
    struct files *f = ctx;

    (void)err;
    snprintf(f->all[f->n].name, sizeof(f->all[f->n].name), "%s", name);
    f->n++;
    return LANNER_OK;
}

static enum lanner_rc write_file(void *ctx, const char *ptr, size_t len, struct lanner_err *err)
{
    struct files *f = ctx;

    if (f->refuses)
        return err_set(err, LANNER_ERR_IO, "the disk is full");
    buf_put(&f->all[f->n - 1].bytes, ptr, len);
    return LANNER_OK;
}

static enum lanner_rc close_file(void *ctx, struct lanner_err *err)
{
    (void)ctx;
    (void)err;
    return LANNER_OK;
}

static enum lanner_rc run(const struct simulate_options *o, struct files *f, struct lanner_err *err)
{
    struct simulate_sink sink = {f, open_file, write_file, close_file};
    struct sim_stats stats;

    return simulate_run(o, &sink, &stats, err);
}

static void files_done(struct files *f)
{
    for (size_t i = 0; i < f->n; i++)
        buf_done(&f->all[i].bytes);
    memset(f, 0, sizeof(*f));
}

static struct str file_of(const struct files *f, const char *name)
{
    for (size_t i = 0; i < f->n; i++) {
        if (strcmp(f->all[i].name, name) == 0)
            return buf_str(&f->all[i].bytes);
    }
    return STR_NONE;
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

static struct files first, second;

static void test_reproducible(void)
{
    struct simulate_options o;
    struct lanner_err err = {0};
    bool same = true;

    simulate_defaults(&o);
    o.shapes = "all";
    o.look_alikes = true;
    o.background_users = 60;
    OK(run(&o, &first, &err) == LANNER_OK);
    OK(run(&o, &second, &err) == LANNER_OK);
    OK_INT(first.n, 33); /* every file of the table and the truth */
    OK_INT(second.n, first.n);
    for (size_t i = 0; i < first.n; i++)
        same &= str_eq(buf_str(&first.all[i].bytes), buf_str(&second.all[i].bytes));
    OK(same);
    files_done(&second);
    o.seed = 2;
    OK(run(&o, &second, &err) == LANNER_OK);
    OK(!str_eq(file_of(&first, "iis.log"), file_of(&second, "iis.log")));
    files_done(&first);
    files_done(&second);
}

/* Thresholds of the hourly rule, and its count over the records. */
static void test_verdicts(void)
{
    static const struct {
        uint32_t n;
        const char *verdict;
    } rows[] = {{9, "none"},
                {10, "Low-Level Enumeration"},
                {19, "Low-Level Enumeration"},
                {20, "Moderate Enumeration"},
                {49, "Moderate Enumeration"},
                {50, "High Confidence Enumeration"}};
    struct simulate_options o;
    struct lanner_err err = {0};

    simulate_defaults(&o);
    o.technique = "T1589.002/3";
    o.gap_ms = 1000;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char text[120];

        o.n_users = rows[i].n;
        OK(run(&o, &first, &err) == LANNER_OK);
        OK_INT(first.n, 3);
        OK_INT(count(file_of(&first, "signin-eventhub.jsonl"), "\"errorCode\":50034"), rows[i].n);
        OK_INT(count(file_of(&first, "o365.jsonl"), "\"ErrorNumber\":\"50034\""), rows[i].n);
        snprintf(text, sizeof(text), "\"users\":%u,\"verdict\":\"%s\"", rows[i].n, rows[i].verdict);
        OK_INT(count(file_of(&first, "truth.json"), text), 2);
        snprintf(text, sizeof(text), "\"largest_60_minutes\":%u}", rows[i].n);
        OK_INT(count(file_of(&first, "truth.json"), text), 2);
        files_done(&first);
    }
}

/* Across the hour mark each hour has its share, a sliding window has all. */
static void test_hours(void)
{
    struct simulate_options o;
    struct lanner_err err = {0};
    struct str truth;

    simulate_defaults(&o);
    o.technique = "T1589.002/3";
    o.start_ms = INT64_C(1772459400000); /* 13:50 */
    o.n_users = 18;
    o.gap_ms = 66000;
    o.jitter = 0;
    OK(run(&o, &first, &err) == LANNER_OK);
    truth = file_of(&first, "truth.json");
    OK_INT(count(truth, "\"events\":10,\"distinct\":10"), 2);
    OK_INT(count(truth, "\"events\":8,\"distinct\":8"), 2);
    OK_INT(count(truth, "\"largest_60_minutes\":18"), 2);
    files_done(&first);
}

static void test_names(void)
{
    struct simulate_options o;
    struct lanner_err err = {0};
    const char *addresses[2] = {"203.0.113.5", "2001:db8::7"};
    struct str log;

    simulate_defaults(&o);
    o.technique = "T1589.002/3";
    o.names = STR("zo\303\253@contoso.example\nb@contoso.example\r\n\nb@contoso.example\n"
                  "c@contoso.example\nd@contoso.example");
    o.valid_share = 500;
    o.addresses = addresses;
    o.n_addresses = 2;
    OK(run(&o, &first, &err) == LANNER_OK);
    log = file_of(&first, "signin-eventhub.jsonl");
    OK_INT(count(log, "\"userPrincipalName\":\"zo\303\253@contoso.example\""), 1);
    OK_INT(count(log, "\"userPrincipalName\":"), 4);
    OK_INT(count(log, "\"errorCode\":50126"), 2);
    OK_INT(count(log, "\"errorCode\":50034"), 2);
    OK_INT(count(log, "\"callerIpAddress\":\"2001:db8::7\""), 2);
    OK_INT(count(file_of(&first, "truth.json"),
                 "\"exist\":[\"b@contoso.example\",\"d@contoso.example\"]"),
           1);
    files_done(&first);
}

/* What each test leaves where; test 1's word lies across the cut of its parts. */
static void test_logs(void)
{
    struct simulate_options o;
    struct lanner_err err = {0};

    simulate_defaults(&o);
    o.n_script_parts = 3;
    OK(run(&o, &first, &err) == LANNER_OK);
    OK_INT(count(file_of(&first, "signin-eventhub.jsonl"), "\"userAgent\":\"AADInternals\""), 15);
    OK_INT(count(file_of(&first, "preauth.jsonl"), "\n"), 25 + 15);
    OK_INT(count(file_of(&first, "windows.evtx_dump.jsonl"), "\"MessageTotal\":3"), 3);
    OK_INT(count(file_of(&first, "windows.evtx_dump.jsonl"), "\"EventID\":4625"), 12);
    OK_INT(count(file_of(&first, "windows.evtx_dump.jsonl"), "# AADInternals"), 24);
    OK_INT(count(file_of(&first, "proxy-squid-combined.log"), "theHarvester/"), 60);
    OK_INT(count(file_of(&first, "proxy-squid.log"), "CONNECT login.microsoftonline.com:443"),
           25 + 3 * 15);
    OK_INT(count(file_of(&first, "iis.log"), " 401 1 "), 12);
    OK_INT(count(file_of(&first, "iis.log"), "/autodiscover.json/v1.0/"), 12);
    files_done(&first);
    o.technique = "T1589.002/4";
    o.plain_agent = true;
    OK(run(&o, &first, &err) == LANNER_OK);
    OK_INT(count(file_of(&first, "proxy-squid-combined.log"), "theHarvester"), 0);
    OK_INT(count(file_of(&first, "proxy-squid-combined.log"), "Chrome/133"), 60);
    files_done(&first);
}

/* Lines of a W3C log, a header for each day, are in the order of time. */
static void test_order(void)
{
    struct simulate_options o;
    struct lanner_err err = {0};
    struct str last = STR("");
    struct str rest;
    size_t n_headers = 0;
    bool sorted = true;

    simulate_defaults(&o);
    o.technique = "T1589.002/5";
    o.background_users = 100;
    o.background_days = 2;
    o.logs = "iis";
    OK(run(&o, &first, &err) == LANNER_OK);
    rest = file_of(&first, "iis.log");
    while (rest.len > 0) {
        size_t end = MIN(str_find_char(rest, '\n'), rest.len - 1) + 1;
        struct str line = str_of(rest.ptr, MIN(end, 19));

        rest = str_of(rest.ptr + end, rest.len - end);
        if (line.ptr[0] == '#') {
            n_headers += str_starts(line, STR("#Fields"));
            continue;
        }
        sorted &= str_cmp(last, line) <= 0;
        last = line;
    }
    OK(sorted);
    OK_INT(n_headers, 2);
    files_done(&first);
}

static void check_refused(const struct simulate_options *o, const char *text)
{
    struct lanner_err err = {0};

    OK(run(o, &first, &err) == LANNER_ERR_USAGE);
    OK(strstr(err.text, text) != NULL);
    OK_INT(first.n, 0);
    files_done(&first);
}

static void test_refused(void)
{
    struct simulate_options o;
    struct lanner_err err = {0};
    const char *address = "203.0.113.300";

    simulate_defaults(&o);
    o.technique = "T1589.001/3";
    check_refused(&o, "expected T1589.002");
    o.technique = "T1589.002/6";
    check_refused(&o, "expected T1589.002");
    simulate_defaults(&o);
    o.domain = "contoso example";
    check_refused(&o, "expected a domain");
    simulate_defaults(&o);
    o.addresses = &address;
    o.n_addresses = 1;
    check_refused(&o, "expected an address");
    simulate_defaults(&o);
    o.technique = "T1589.002/3";
    o.tool = "theHarvester";
    check_refused(&o, "does not play test 3");
    o.tool = "nmap";
    check_refused(&o, "unknown tool");
    o.tool = NULL;
    o.names = STR("a@contoso.example\n\"quoted\"@contoso.example\n");
    check_refused(&o, "line 2 of the names");
    simulate_defaults(&o);
    o.shapes = "eventhub,parquet";
    check_refused(&o, "unknown shape 'parquet'");
    simulate_defaults(&o);
    o.technique = "T1589.002/3";
    o.logs = "iis";
    check_refused(&o, "leaves nothing");
    simulate_defaults(&o);
    first.refuses = true;
    OK(run(&o, &first, &err) == LANNER_ERR_IO);
    OK(strstr(err.text, "the disk is full") != NULL);
    files_done(&first);
}

int main(void)
{
    test_reproducible();
    test_verdicts();
    test_hours();
    test_names();
    test_logs();
    test_order();
    test_refused();
    TAP_DONE();
}
