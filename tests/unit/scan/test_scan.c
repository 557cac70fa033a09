/* test_scan.c - one corpus in many shapes, with any number of workers, windows of any size, with
 * and without the prefilter: the same rows with the same ordinals. */
#include <stdio.h>
#include <sys/stat.h>

#include "../tap.h"

#include "gather.h"
#include "util/file.h"
#include "util/utf8.h"

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
    /* That pass has seen which ids come again. */
    OK(scan_may_repeat(s));
    gather_init(&g);
    gather_run_on(&g, s, set, &p, true);
    OK_INT(g.rows.n, 2);
    OK_INT(g.stats.n_duplicates, 1);
    gather_done(&g);
    scan_with_repeats(s, true);
    OK(!scan_may_repeat(s));
    gather_init(&g);
    gather_run_on(&g, s, set, &p, false);
    OK_INT(g.rows.n, 3);
    OK_INT(g.stats.n_duplicates, 0);
    gather_done(&g);
    scan_with_repeats(s, false);
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
        sorted &= strtoul(g.rows.items[i].text, NULL, 10) == i;
    OK(sorted);
    OK_INT(g.stats.n_inputs, 40);
    OK_INT(g.stats.n_unreadable, 14);
    gather_done(&g);
}

/* What one consumer does to its batch is not seen by another. */
struct meddler {
    struct gather g;
    bool meddles;
    size_t n_spoilt;
};

static enum lanner_rc meddle(void *ctx, unsigned worker, struct batch *b, struct lanner_err *err)
{
    struct meddler *m = ctx;
    enum lanner_rc rc;

    m->n_spoilt += b->n_cols != 1 || b->open == NULL;
    for (uint32_t i = 0; i < b->n_rows && b->open != NULL; i++) {
        m->n_spoilt += open_get(&b->open[i], STR("made")) != NULL;
        m->n_spoilt += open_get(&b->open[i], STR("n")) == NULL;
    }
    rc = gather_push(&m->g, worker, b, err);
    if (!m->meddles)
        return rc;
    for (uint32_t i = 0; i < b->n_rows; i++)
        open_put(&b->open[i], STR("made"), val_long(1), b->arena);
    (void)batch_add_column(b);
    b->sel.n = 0;
    return rc;
}

static void test_consumers(void)
{
    int64_t base = INT64_C(1772460000) * NS_PER_S;
    struct plan_scan specs[3] = {
        {.from_ns = TIME_NONE, .to_ns = TIME_NONE},
        {.from_ns = base, .to_ns = base + 10 * NS_PER_S},
        {.from_ns = base + 10 * NS_PER_S, .to_ns = base + 20 * NS_PER_S, .to_included = true},
    };
    struct meddler m[3] = {{.meddles = true}, {.meddles = true}, {.meddles = false}};
    struct scan_consumer consumers[3];
    struct str names[1] = {STR_INIT("n")};
    struct scan_fields fields = {.names = names, .n = 1, .open = true};
    struct source_options so = {0};
    struct extractor *x = NULL;
    struct buf text = {0};
    struct scan_input_spec spec = {.path = "mem"};
    struct scan_options o = {.inputs = &spec, .n_inputs = 1, .n_workers = 2, .batch_rows = 8};
    struct lanner_stats stats = {0};
    struct lanner_err err = {0};
    struct scan *s = NULL;

    for (int i = 0; i < 30; i++)
        buf_printf(&text, "{\"@timestamp\":%lld,\"n\":%d}\n", 1772460000000LL + i * 1000, i);
    buf_puts(&text, "{\"n\":30}\n"); /* without a time: inside every interval */
    spec.bytes = text.ptr;
    spec.len = text.len;
    for (int i = 0; i < 3; i++) {
        gather_init(&m[i].g);
        consumers[i] = (struct scan_consumer){.spec = &specs[i], .push = meddle, .push_ctx = &m[i]};
    }
    OK_INT(extractor_new(set, &so, names, 1, true, &x, &err), LANNER_OK);
    OK_INT(scan_open(&o, &s, &err), LANNER_OK);
    OK_INT(scan_run(s, x, &fields, consumers, 3, &stats, &err), LANNER_OK);
    OK_INT(m[0].g.rows.n, 31);
    OK_INT(m[1].g.rows.n, 11);
    OK_INT(m[2].g.rows.n, 12);
    for (int i = 0; i < 3; i++) {
        OK_INT(m[i].n_spoilt, 0);
        gather_done(&m[i].g);
    }
    scan_close(s);
    extractor_free(x);
    buf_done(&text);
}

/* A long text in another encoding gives what it gives in UTF-8, wherever buffers end. */
static void test_transcoding(void)
{
    struct gather_plan p = {.names = {"n", "t"}};
    struct scan_options o = {.n_workers = 2, .batch_rows = 100};
    struct buf utf8 = {0}, utf16 = {0};
    char *plain = path_of("t8"), *wide = path_of("t16");
    struct gather a, b;

    buf_put(&utf16, "\xff\xfe", 2);
    for (int i = 0; i < 9000; i++) {
        size_t from = utf8.len, at = 0;
        struct str line;

        buf_printf(&utf8, "{\"n\":%d,\"t\":\"\xc3\xa9\xf0\x9f\x98\x80%.*s\"}\n", i, i % 7,
                   "xxxxxxx");
        line = str_of(utf8.ptr + from, utf8.len - from);
        while (at < line.len) {
            uint32_t c = utf8_next(line, &at);
            uint32_t units[2] = {c, 0};

            if (c > 0xFFFF) {
                units[0] = 0xD800 + ((c - 0x10000) >> 10);
                units[1] = 0xDC00 + (c & 0x3FF);
            }
            for (int k = 0; k < (c > 0xFFFF ? 2 : 1); k++) {
                buf_putc(&utf16, (char)(units[k] & 0xFF));
                buf_putc(&utf16, (char)(units[k] >> 8));
            }
        }
    }
    write_file("t8", buf_str(&utf8));
    write_file("t16", buf_str(&utf16));
    a = run(o, plain, &p);
    b = run(o, wide, &p);
    OK_INT(a.rows.n, 9000);
    OK_INT(b.rows.n, 9000); /* positions differ by the mark */
    for (size_t i = 0; i < a.rows.n && i < b.rows.n; i++) {
        if (strcmp(a.rows.items[i].text, b.rows.items[i].text) != 0) {
            OK_STR(str_z(b.rows.items[i].text), a.rows.items[i].text);
            break;
        }
    }
    gather_done(&a);
    gather_done(&b);
    buf_done(&utf8);
    buf_done(&utf16);
    free(plain);
    free(wide);
}

/* Free text: the raw text and every value of the record, escapes resolved. */
static void test_search(void)
{
    struct gather_plan p = {.names = {"n"}, .predicate = "cql_equals_glob", .pattern = "need*le"};
    struct buf text = {0};
    char *path = path_of("search");

    for (int i = 0; i < 3000; i++)
        buf_printf(&text, "{\"n\":%d,\"a\":{\"b\":[1,\"%s\"]}}\n", i,
                   i % 100 == 7    ? "needle"
                   : i % 100 == 8  ? "n\\u0065ed\\nle"
                   : i % 100 == 9  ? "a needle"
                   : i % 100 == 10 ? "NEEDLE"
                                   : "hay");
    buf_puts(&text, "{\"n\":3000,\"a\":[");
    for (int i = 0; i < 5000; i++)
        buf_printf(&text, "\"%d needles\",", i);
    buf_puts(&text, "\"needle\"]}\n");
    write_file("search", buf_str(&text));
    for (unsigned i = 0; i < 4; i++) {
        struct scan_options o = {.n_workers = 1 + i % 2, .batch_rows = i < 2 ? 7 : 2000};
        struct gather g = run(o, path, &p);
        size_t n_true = 0, n_right = 0;

        OK_INT(g.rc, LANNER_OK);
        OK_INT(g.rows.n, 3001);
        for (size_t k = 0; k < g.rows.n; k++) {
            bool hit = strstr(g.rows.items[k].text, "true") != NULL;

            n_true += hit;
            n_right += hit && (k % 100 == 7 || k % 100 == 8 || k == 3000);
        }
        OK_INT(n_true, 61);
        OK_INT(n_right, 61);
        gather_done(&g);
    }
    p.predicate = "cql_contains_glob";
    p.pattern = "needle";
    for (unsigned i = 0; i < 2; i++) {
        struct scan_options o = {.n_workers = 2, .batch_rows = 100};
        struct gather g = run(o, path, &p);
        size_t n_true = 0;

        for (size_t k = 0; k < g.rows.n; k++)
            n_true += strstr(g.rows.items[k].text, "true") != NULL;
        OK_INT(n_true, 61);
        gather_done(&g);
        p.literal = i == 0 ? "needle" : NULL;
        p.names[0] = "n";
    }
    free(path);
    buf_done(&text);
}

/* Standard input: read once as it comes, or kept on disk when it is needed again. */
static void test_stdin(void)
{
    struct gather_plan p = {.names = {"n"}};
    char *path = path_of("lines");
    struct source_options so = {0};
    struct scan_input_spec spec = {.path = "-"};
    int keep = dup(STDIN_FILENO);

    for (int passes = 1; passes <= 2; passes++) {
        struct scan_options o = {.inputs = &spec, .n_inputs = 1, .n_workers = 2, .batch_rows = 100};
        struct scan *s = NULL;
        struct lanner_err err = {0};
        int64_t oldest, newest;
        struct gather g;
        int fd = -1;

        OK_INT(file_open(path, &fd, &err), LANNER_OK);
        OK(dup2(fd, STDIN_FILENO) == STDIN_FILENO);
        file_close(fd);
        OK_INT(scan_open(&o, &s, &err), LANNER_OK);
        if (passes == 2)
            OK_INT(scan_time_range(s, set, &so, 0, &oldest, &newest, &err), LANNER_OK);
        for (int k = 0; k < 2; k++) {
            gather_init(&g);
            gather_run_on(&g, s, set, &p, false);
            OK_INT(g.rc, k == 0 || passes == 2 ? LANNER_OK : LANNER_ERR_USAGE);
            OK_INT(g.rows.n, g.rc == LANNER_OK ? 700 : 0);
            gather_done(&g);
        }
        scan_close(s);
    }
    (void)dup2(keep, STDIN_FILENO);
    file_close(keep);
    free(path);
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
    test_consumers();
    test_transcoding();
    test_search();
    test_stdin();
    source_set_free(set);
    snprintf(line, sizeof(line), "rm -rf %s", folder);
    if (system(line) != 0)
        printf("# could not remove %s\n", folder);
    TAP_DONE();
}
