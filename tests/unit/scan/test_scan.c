/* test_scan.c - one corpus in many shapes, with any number of workers, windows of any size, with
 * and without the prefilter: the same rows with the same ordinals. */
#include <stdio.h>
#include <sys/stat.h>

#include "../tap.h"

#include "gather.h"
#include "util/file.h"

static char folder[] = "/tmp/lanner-scan-XXXXXX";
static struct source_set *set;

static uint64_t seed = 42;
static uint32_t roll(uint32_t n)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % n;
}

static char *path_of(const char *name)
{
    char *path = xmalloc(strlen(folder) + strlen(name) + 2);

    snprintf(path, strlen(folder) + strlen(name) + 2, "%s/%s", folder, name);
    return path;
}

static void write_file(const char *name, struct str text)
{
    char *path = path_of(name);
    FILE *f = fopen(path, "wb");

    if (f == NULL || (text.len > 0 && fwrite(text.ptr, 1, text.len, f) != text.len))
        abort();
    fclose(f);
    free(path);
}

static void pack_file(const char *command, const char *name)
{
    char line[600];

    snprintf(line, sizeof(line), "%s %s/%s", command, folder, name);
    if (system(line) != 0)
        printf("# %s failed\n", line);
}

/* n records of varying length, one in so many with code 50034. */
static void put_records(struct buf *out, size_t n, bool array)
{
    for (size_t i = 0; i < n; i++) {
        if (array)
            buf_puts(out, i == 0 ? "[\n" : ",\n  ");
        buf_printf(out, "{\"n\":%zu,\"code\":\"%d\",\"pad\":\"", i, roll(9) == 0 ? 50034 : 0);
        for (uint32_t k = roll(4) == 0 ? roll(700) : roll(30); k > 0; k--)
            buf_puts(out, roll(20) == 0 ? "\\u0041" : "y");
        buf_puts(out, "\"}");
        if (!array)
            buf_puts(out, roll(10) == 0 ? "\r\n\n" : "\n");
    }
    if (array)
        buf_puts(out, "\n]");
}

static struct gather run(struct scan_options o, const char *path, const struct gather_plan *p)
{
    struct scan_input_spec spec = {.path = path};
    struct gather g;

    o.inputs = &spec;
    o.n_inputs = 1;
    gather_run(&g, &o, set, p);
    return g;
}

static void test_same(const char *name, const struct gather_plan *p, const struct gather *want)
{
    static const uint32_t windows[] = {1, 7, 100, 1000, 0};
    char *path = path_of(name);

    for (unsigned i = 0; i < ARRAY_LEN(windows) * 3 * 2; i++) {
        struct scan_options o = {.n_workers = 1 + i % 3,
                                 .batch_rows = 1 + roll(100),
                                 .window_bytes = windows[i / 6],
                                 .no_prefilter = i % 2 == 0};
        struct gather g = run(o, path, p);
        size_t k = 0;
        struct gather hits = {0};

        OK_INT(g.rc, LANNER_OK);
        /* With the prefilter only the records with a hit need be there. */
        for (size_t n = 0; n < want->rows.n; n++) {
            bool hit = strstr(want->rows.items[n].text, "50034") != NULL;

            while (k < g.rows.n && ordinal_cmp(g.rows.items[k].at, want->rows.items[n].at) < 0)
                k++;
            if (hit || o.no_prefilter)
                hits.n_pushes +=
                    !(k < g.rows.n && strcmp(g.rows.items[k].text, want->rows.items[n].text) == 0);
        }
        OK_INT(hits.n_pushes, 0);
        if (hits.n_pushes != 0)
            printf("# %s: window %u, workers %u, prefilter %d, batch %u\n", name, o.window_bytes,
                   o.n_workers, !o.no_prefilter, o.batch_rows);
        OK(o.no_prefilter ? g.rows.n == want->rows.n : g.rows.n <= want->rows.n);
        OK_INT(g.stats.n_events, want->stats.n_events);
        OK(!g.stats.incomplete);
        gather_done(&g);
    }
    free(path);
}

static void test_shapes(void)
{
    struct gather_plan p = {.names = {"code", "n"}, .literal = "50034"};
    struct scan_options plain = {.n_workers = 1, .batch_rows = 1000, .no_prefilter = true};
    struct buf lines = {0}, array = {0};
    struct gather want, other;
    char *path = path_of("lines"), *zipped = path_of("lines.gz");

    put_records(&lines, 700, false);
    put_records(&array, 400, true);
    write_file("lines", buf_str(&lines));
    write_file("array", buf_str(&array));
    want = run(plain, path, &p);
    OK_INT(want.rc, LANNER_OK);
    OK_INT(want.rows.n, 700);
    OK_INT(want.stats.n_events, 700);
    test_same("lines", &p, &want);
    pack_file("gzip -k", "lines");
    other = run(plain, zipped, &p);
    OK(gather_same(&want, &other));
    test_same("lines.gz", &p, &want);
    gather_done(&want);
    gather_done(&other);
    free(path);
    path = path_of("array");
    want = run(plain, path, &p);
    OK_INT(want.rows.n, 400);
    test_same("array", &p, &want);
    gather_done(&want);
    free(path);
    free(zipped);
    buf_done(&lines);
    buf_done(&array);
}

static void test_encodings(void)
{
    struct gather_plan p = {.names = {"code", "name"}};
    struct scan_options o = {.n_workers = 2, .batch_rows = 10};
    static const char utf16[] =
        "\xff\xfe{\0\"\0c\0o\0d\0e\0\"\0:\0\"\0001\0\"\0,\0\"\0n\0a\0m\0e\0\""
        "\0:\0\"\0\xe9\0\x3d\xd8\x00\xde\"\0}\0\n\0";
    static const struct {
        const char *name;
        struct str text;
        const char *encoding;
        const char *want;
    } cases[] = {
        {"bom", STR_INIT("\xef\xbb\xbf{\"code\":1,\"name\":\"x\"}\n"), NULL, " 1 x"},
        {"utf16", STR_INIT(utf16), NULL, " 1 \xc3\xa9\xf0\x9f\x98\x80"},
        {"latin", STR_INIT("{\"code\":1,\"name\":\"\xe9\x80\"}"), "windows-1252",
         " 1 \xc3\xa9\xe2\x82\xac"},
        {"nul", STR_INIT("{\"code\":1,\"name\":\"x\"}\n\0\0\0\0\0\0\0\0"), NULL, " 1 x"},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char *path = path_of(cases[i].name);
        struct gather g;

        write_file(cases[i].name, cases[i].text);
        o.encoding = cases[i].encoding;
        g = run(o, path, &p);
        OK_INT(g.rc, LANNER_OK);
        OK_INT(g.rows.n, 1);
        if (g.rows.n == 1)
            OK_STR(str_z(g.rows.items[0].text), cases[i].want);
        OK(!g.stats.incomplete);
        gather_done(&g);
        free(path);
    }
}

static void test_faults(void)
{
    struct gather_plan p = {.names = {"n"}};
    struct scan_options o = {.n_workers = 2, .batch_rows = 10};
    struct buf lines = {0};
    struct gather g;
    char *path = path_of("cut.gz");

    write_file("cut", STR_NONE);
    put_records(&lines, 5000, false);
    write_file("cut", buf_str(&lines));
    pack_file("gzip -f", "cut");
    if (truncate(path, 20000) != 0)
        abort();
    g = run(o, path, &p);
    OK_INT(g.rc, LANNER_OK);
    OK(g.rows.n > 100 && g.rows.n < 5000);
    OK(g.stats.incomplete);
    OK(gather_noted(&g, "what came before was read"));
    gather_done(&g);
    o.strict_input = true;
    g = run(o, path, &p);
    OK_INT(g.rc, LANNER_ERR_INPUT);
    gather_done(&g);
    free(path);
    o.strict_input = false;
    write_file("bad", STR("{\"n\":1}\n{\"n\":2}\noops\n{\"n\":3}\n{\"n\":4}\nworse\n{\"n\":5}\n"));
    path = path_of("bad");
    g = run(o, path, &p);
    OK_INT(g.rows.n, 5);
    OK_INT(g.stats.n_unreadable, 2);
    OK(g.stats.incomplete);
    OK(gather_noted(&g, "bad:3: "));
    OK(gather_noted(&g, "bad:6: "));
    gather_done(&g);
    free(path);
    g = run(o, "/nowhere/at/all", &p);
    OK_INT(g.rc, LANNER_ERR_IO);
    gather_done(&g);
    buf_done(&lines);
}

static void test_folder(void)
{
    struct gather_plan p = {.names = {"n"}};
    struct scan_options o = {.n_workers = 3, .batch_rows = 10};
    char *path = path_of("dir");
    struct gather g;

    if (mkdir(path, 0700) != 0)
        abort();
    write_file("dir/b.json", STR("{\"n\":2}\n"));
    write_file("dir/a.json", STR("{\"n\":1}"));
    write_file("dir/.hidden", STR("{\"n\":9}"));
    write_file("dir/empty", STR_NONE);
    write_file("dir/c.zip", STR("PK\x03\x04\x01\x02"));
    g = run(o, path, &p);
    OK_INT(g.rows.n, 2);
    if (g.rows.n == 2) {
        OK_STR(str_z(g.rows.items[0].text), " 1");
        OK_STR(str_z(g.rows.items[1].text), " 2");
    }
    OK(g.stats.incomplete);
    OK(gather_noted(&g, "c.zip: a zip archive is not read yet"));
    gather_done(&g);
    free(path);
}

/* Records longer than allowed are reported and passed over, whatever the windows. */
static void test_long(void)
{
    struct gather_plan p = {.names = {"n"}};
    struct buf text = {0};
    char *path = path_of("long");

    buf_puts(&text, "{\"n\":1}\n{\"n\":2,\"x\":\"");
    for (int i = 0; i < 300000; i++)
        buf_putc(&text, 'x');
    buf_puts(&text, "\"}\n{\"n\":3}\n{\"n\":4}\n");
    write_file("long", buf_str(&text));
    for (uint32_t window = 0; window < 3000; window += 997) {
        struct scan_options o = {
            .n_workers = 2, .batch_rows = 10, .window_bytes = window, .max_record = 1000};
        struct gather g = run(o, path, &p);

        OK_INT(g.rows.n, 3);
        OK_INT(g.stats.n_unreadable, 1);
        OK(gather_noted(&g, "long:2: "));
        gather_done(&g);
    }
    free(path);
    buf_done(&text);
}

static void test_interval_and_ids(void)
{
    static const char text[] =
        "{\"CreationTime\":\"2026-03-02T14:05:00\",\"Id\":\"a\",\"Operation\":\"UserLoginFailed\","
        "\"RecordType\":15,\"Workload\":\"AzureActiveDirectory\",\"UserId\":\"u1\"}\n"
        "{\"CreationTime\":\"2026-03-02T15:05:00\",\"Id\":\"b\",\"Operation\":\"UserLoginFailed\","
        "\"RecordType\":15,\"Workload\":\"AzureActiveDirectory\",\"UserId\":\"u2\"}\n"
        "{\"CreationTime\":\"2026-03-02T14:05:00\",\"Id\":\"a\",\"Operation\":\"UserLoginFailed\","
        "\"RecordType\":15,\"Workload\":\"AzureActiveDirectory\",\"UserId\":\"u1\"}\n";
    int64_t noon = INT64_C(1772460000) * NS_PER_S; /* 14:00 */
    struct gather_plan p = {.names = {"UserId"}, .from_ns = noon, .to_ns = noon + 3600 * NS_PER_S};
    struct scan_options o = {.n_workers = 2, .batch_rows = 10};
    char *path = path_of("times");
    struct source_options so = {0};
    struct scan_input_spec spec = {.path = path};
    struct scan *s = NULL;
    struct lanner_err err = {0};
    int64_t oldest = 0, newest = 0;
    struct gather g;

    write_file("times", STR(text));
    g = run(o, path, &p);
    OK_INT(g.rows.n, 2);
    gather_done(&g);
    o.dedup = true;
    p.from_ns = p.to_ns = 0;
    g = run(o, path, &p);
    OK_INT(g.rows.n, 2);
    OK_INT(g.stats.n_duplicates, 1);
    OK(g.rows.n == 2 && g.rows.items[0].at.hi == 0);
    gather_done(&g);
    o.inputs = &spec;
    o.n_inputs = 1;
    OK_INT(scan_open(&o, &s, &err), LANNER_OK);
    OK_INT(scan_time_range(s, set, &so, noon, &oldest, &newest, &err), LANNER_OK);
    OK_INT(oldest, noon + 300 * NS_PER_S);
    OK_INT(newest, noon + 3900 * NS_PER_S);
    /* Times far ahead of the clock count only when there are no others. */
    OK_INT(scan_time_range(s, set, &so, noon - 86400 * NS_PER_S + 1000 * NS_PER_S, &oldest, &newest,
                           &err),
           LANNER_OK);
    OK_INT(newest, noon + 300 * NS_PER_S);
    scan_close(s);
    free(path);
}

static void test_failing_push(void)
{
    struct gather_plan p = {.names = {"n"}};
    char *path = path_of("lines");

    for (unsigned k = 1; k < 20; k += 6) {
        struct scan_options o = {.n_workers = 3, .batch_rows = 5, .window_bytes = 500};
        struct scan_input_spec spec = {.path = path};
        struct fn_env env = {0};
        struct scan *s = NULL;
        struct gather g;

        gather_init(&g);
        g.fail_after = k;
        o.inputs = &spec;
        o.n_inputs = 1;
        o.fn = &env;
        OK_INT(scan_open(&o, &s, &g.err), LANNER_OK);
        gather_run_on(&g, s, set, &p, false);
        OK_INT(g.rc, LANNER_ERR_LIMIT);
        scan_close(s);
        gather_done(&g);
    }
    free(path);
}

static void test_memory_inputs(void)
{
    struct gather_plan p = {.names = {"n"}};
    struct scan_input_spec specs[40];
    struct scan_options o = {.inputs = specs, .n_inputs = 40, .n_workers = 4, .batch_rows = 3};
    char texts[40][64];
    struct gather g;
    bool sorted = true;

    for (int i = 0; i < 40; i++) {
        snprintf(texts[i], sizeof(texts[i]), "%s{\"n\":%d}\n{\"n\":%d}\n",
                 i % 3 == 0 ? "[1]\n" : "", 2 * i, 2 * i + 1);
        specs[i] = (struct scan_input_spec){"mem", texts[i], strlen(texts[i])};
    }
    gather_run(&g, &o, set, &p);
    OK_INT(g.rc, LANNER_OK);
    OK_INT(g.rows.n, 80);
    for (size_t i = 0; i < g.rows.n; i++)
        sorted &= (size_t)atol(g.rows.items[i].text) == i;
    OK(sorted);
    OK_INT(g.stats.n_inputs, 40);
    OK_INT(g.stats.n_unreadable, 14);
    gather_done(&g);
}

int main(void)
{
    struct lanner_err err = {0};
    char line[100];

    if (mkdtemp(folder) == NULL || source_set_open(NULL, 0, &set, &err) != LANNER_OK) {
        printf("Bail out! %s\n", err.text);
        return 1;
    }
    test_shapes();
    test_encodings();
    test_faults();
    test_folder();
    test_long();
    test_interval_and_ids();
    test_failing_push();
    test_memory_inputs();
    source_set_free(set);
    snprintf(line, sizeof(line), "rm -rf %s", folder);
    if (system(line) != 0)
        printf("# could not remove %s\n", folder);
    TAP_DONE();
}
