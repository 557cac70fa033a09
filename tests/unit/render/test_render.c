/* test_render.c - every output on ordinary rows, on hostile text, and on rows with open fields. */
#include "render/render.h"
#include "tap.h"
#include "util/buf.h"

static bool collect(void *ctx, const char *ptr, size_t len)
{
    buf_put(ctx, ptr, len);
    return true;
}

static bool refuse(void *ctx, const char *ptr, size_t len)
{
    (void)ctx;
    (void)ptr;
    (void)len;
    return false;
}

static struct lanner_value text(const char *z)
{
    return (struct lanner_value){.kind = LANNER_TEXT, .text = z, .len = strlen(z)};
}

static const struct lanner_name columns[] = {{"who", 3}, {"n", 1}, {"rate", 4}};

/* Renders rows of three columns and, for every second row, an open field. */
static void render(const char *output, const struct render_options *options,
                   const struct lanner_value (*values)[3], size_t n, bool open, struct buf *got)
{
    struct lanner_name open_name = {"zone", 4};
    struct lanner_value open_value = text("b");
    struct renderer *r = NULL;
    struct lanner_err err;
    bool good = render_open(output, options, collect, got, &r, &err) == LANNER_OK;

    for (size_t i = 0; good && i < n; i++) {
        struct lanner_row row = {3,          columns,    values[i], open && i % 2 == 1,
                                 &open_name, &open_value};

        good = render_row(r, &row, &err) == LANNER_OK;
    }
    OK(good && render_finish(r, &err) == LANNER_OK);
    render_close(r);
}

static void check(const char *output, struct render_options options,
                  const struct lanner_value (*values)[3], size_t n, bool open, const char *want)
{
    struct buf got = {0};

    render(output, &options, values, n, open, &got);
    OK_STR(buf_str(&got), want);
    buf_done(&got);
}

static void test_plain(void)
{
    struct render_options none = {0};
    const struct lanner_value rows[][3] = {
        {text("a/b\xC3\xA9"),
         {.kind = LANNER_LONG, .integer = INT64_C(9007199254740993)},
         {.kind = LANNER_DOUBLE, .real = 2.5}},
        {text("x\ny"), {.kind = LANNER_NULL}, {.kind = LANNER_ABSENT}},
    };

    check("ndjson", none, rows, 2, true,
          "{\"who\":\"a/b\xC3\xA9\",\"n\":9007199254740993,\"rate\":2.5}\n"
          "{\"who\":\"x\\ny\",\"n\":null,\"zone\":\"b\"}\n");
    check("json", none, rows, 1, false,
          "[\n{\"who\":\"a/b\xC3\xA9\",\"n\":9007199254740993,\"rate\":2.5}\n]\n");
    check("json", none, rows, 0, false, "[]\n");
    check("csv", none, rows, 2, true,
          "who,n,rate,zone\na/b\xC3\xA9,9007199254740993,2.5,\n\"x\ny\",,,b\n");
    check("tsv", none, rows, 2, true,
          "who\tn\trate\tzone\na/b\xC3\xA9\t9007199254740993\t2.5\t\nx\\ny\t\t\tb\n");
    check("markdown", none, rows, 2, false,
          "| who | n | rate |\n| --- | --- | --- |\n| a/b\xC3\xA9 | 9007199254740993 | 2.5 |\n"
          "| x<br>y | null |  |\n");
    check("table", none, rows, 2, true,
          "who                  n  rate  zone\n----  ----------------  ----  ----\n"
          "a/b\xC3\xA9  9007199254740993   2.5\nx   \xE2\x86\xB5             null"
          "        b\ny\n");
}

/* Whole numbers with a point where the language writes them so; of two columns with one name an
 * object has the last. */
static void test_points_and_names(void)
{
    static const struct lanner_name twins[] = {{"a", 1}, {"b", 1}, {"a", 1}};
    static const struct {
        const char *output, *want;
    } cases[] = {
        {"ndjson", "{\"b\":10.0,\"a\":0.5}\n"},
        {"json", "[\n{\"b\":10.0,\"a\":0.5}\n]\n"},
        {"csv", "a,b,a\n-1.0,10.0,0.5\n"},
        {"tsv", "a\tb\ta\n-1.0\t10.0\t0.5\n"},
        {"table", "   a     b    a\n----  ----  ---\n-1.0  10.0  0.5\n"},
    };
    const struct lanner_value values[] = {
        {.kind = LANNER_DOUBLE, .real = -1, .point = true},
        {.kind = LANNER_DOUBLE, .real = 10, .point = true},
        {.kind = LANNER_DOUBLE, .real = 0.5, .point = true},
    };
    const struct lanner_row row = {3, twins, values, 0, NULL, NULL};
    struct render_options none = {0};
    struct lanner_err err;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct buf got = {0};
        struct renderer *r = NULL;

        OK(render_open(cases[i].output, &none, collect, &got, &r, &err) == LANNER_OK);
        OK(render_row(r, &row, &err) == LANNER_OK && render_finish(r, &err) == LANNER_OK);
        OK_STR(buf_str(&got), cases[i].want);
        render_close(r);
        buf_done(&got);
    }
}

static void test_hostile(void)
{
    struct render_options none = {0};
    struct render_options terminal = {.terminal = true, .width = 80};
    struct render_options raw = {.raw_cells = true};
    const struct lanner_value steer[][3] = {
        {text("\x1b[2J\x7f\xC2\x9B\xE2\x80\xAE\xFF"), text("=cmd()"), text("-1.5")}};
    const struct lanner_value cells[][3] = {{text("a\\\t|<b>\""), text("@x"), text("-")}};

    check("table", terminal, steer, 1, false,
          "who                         n       rate\n"
          "--------------------------  ------  ----\n"
          "\\x1b[2J\\x7f\\u{9b}\\u{202e}\xEF\xBF\xBD  =cmd()  -1.5\n");
    check("ndjson", terminal, steer, 1, false,
          "{\"who\":\"\\u001b[2J\\u007f\\u009b\\u202e\xEF\xBF\xBD\",\"n\":\"=cmd()\","
          "\"rate\":\"-1.5\"}\n");
    check("csv", none, steer, 1, false,
          "who,n,rate\n\x1b[2J\x7f\xC2\x9B\xE2\x80\xAE\xEF\xBF\xBD,'=cmd(),-1.5\n");
    check("csv", raw, steer, 1, false,
          "who,n,rate\n\x1b[2J\x7f\xC2\x9B\xE2\x80\xAE\xEF\xBF\xBD,=cmd(),-1.5\n");
    check("tsv", none, cells, 1, false, "who\tn\trate\na\\\\\\t|<b>\"\t@x\t-\n");
    check("csv", none, cells, 1, false, "who,n,rate\n\"a\\\t|<b>\"\"\",@x,-\n");
    check("markdown", none, cells, 1, false,
          "| who | n | rate |\n| --- | --- | --- |\n"
          "| a\\\\\\\\t\\|&lt;b&gt;\" | @x | - |\n");
}

static void test_layout(void)
{
    struct render_options narrow = {.terminal = true, .width = 30};
    struct render_options tiny = {.terminal = true, .width = 3};
    struct render_options capped = {.terminal = true, .width = 80, .max_rows = 1};
    const struct lanner_value rows[][3] = {
        {text("0123456789abcdefghij"), text("z"), text("0123456789abcdefghij")},
        {text("b"), text("c"), text("d")}};

    check("table", narrow, rows, 1, false,
          "who           n  rate\n------------  -  ------------\n"
          "0123456789ab\xE2\x80\xA6 z  0123456789ab\xE2\x80\xA6\ncdefghij         cdefghij\n");
    check("table", tiny, rows + 1, 1, false, "-- row 1 --\nwho   b\nn     c\nrate  d\n");
    check("table", capped, rows + 1, 1, false, "who  n  rate\n---  -  ----\nb    c  d\n");
    check("table", capped, rows, 2, false,
          "who                   n  rate\n--------------------  -  --------------------\n"
          "0123456789abcdefghij  z  0123456789abcdefghij\n\xE2\x80\xA6 1 more row\n");
}

/* Rows past the memory of the spool come back from the file, in order and unchanged. */
static void test_spool_file(void)
{
    struct render_options none = {0};
    enum { N = 60000 };
    struct buf got = {0};
    struct renderer *r = NULL;
    struct lanner_err err;
    char line[128];
    bool good = render_open("csv", &none, collect, &got, &r, &err) == LANNER_OK;
    size_t at;

    memset(line, 'x', sizeof(line));
    for (int i = 0; good && i < N; i++) {
        struct lanner_value values[3] = {{.kind = LANNER_TEXT, .text = line, .len = sizeof(line)},
                                         {.kind = LANNER_LONG, .integer = i},
                                         {.kind = LANNER_BOOL, .integer = 1}};
        struct lanner_row row = {.n_columns = 3, .columns = columns, .values = values};

        good = render_row(r, &row, &err) == LANNER_OK;
    }
    OK(good && render_finish(r, &err) == LANNER_OK);
    render_close(r);
    at = strlen("who,n,rate\n");
    for (int i = 0; good && i < N; i++) {
        char want[sizeof(line) + 32];
        int n = snprintf(want, sizeof(want), "%.*s,%d,true\n", (int)sizeof(line), line, i);

        good = got.len - at >= (size_t)n && memcmp(got.ptr + at, want, (size_t)n) == 0;
        at += (size_t)n;
    }
    OK(good && at == got.len);
    buf_done(&got);
}

static void test_errors(void)
{
    struct render_options none = {0};
    struct renderer *r = NULL;
    struct lanner_err err;
    const struct lanner_value values[3] = {{.kind = LANNER_ABSENT}};
    struct lanner_row row = {.n_columns = 3, .columns = columns, .values = values};

    OK(render_open("xml", &none, collect, NULL, &r, &err) == LANNER_ERR_USAGE);
    OK_STR(str_z(err.text), "unknown output 'xml'");
    OK(strstr(err.hint, "ndjson") != NULL);
    OK(render_open("ndjson", &none, refuse, NULL, &r, &err) == LANNER_OK);
    OK(render_row(r, &row, &err) == LANNER_OK);
    OK(render_finish(r, &err) == LANNER_ERR_STOPPED);
    render_close(r);
    render_close(NULL);
    OK(render_output_at(0) != NULL && render_output_at(1000) == NULL);
}

int main(void)
{
    test_plain();
    test_points_and_names();
    test_hostile();
    test_layout();
    test_spool_file();
    test_errors();
    TAP_DONE();
}
