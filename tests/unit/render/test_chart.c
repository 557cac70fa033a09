/* test_chart.c - charts on a terminal and as SVG: what is a time, a label and a number, hostile
 * text, odd numbers, results with nothing to draw. */
#include <float.h>
#include <stdlib.h>

#include "render/render.h"
#include "tap.h"
#include "util/buf.h"

static bool collect(void *ctx, const char *ptr, size_t len)
{
    buf_put(ctx, ptr, len);
    return true;
}

static struct lanner_value text(const char *z)
{
    return (struct lanner_value){.kind = LANNER_TEXT, .text = z, .len = strlen(z)};
}

static struct lanner_value number(int64_t n)
{
    return (struct lanner_value){.kind = LANNER_LONG, .integer = n};
}

static struct lanner_value real(double d)
{
    return (struct lanner_value){.kind = LANNER_DOUBLE, .real = d};
}

#define ABSENT      ((struct lanner_value){.kind = LANNER_ABSENT})
#define MAX_COLUMNS 4

struct result {
    struct lanner_name names[MAX_COLUMNS];
    size_t n_columns;
    VEC(struct lanner_value) values;
};

static void columns(struct result *r, size_t n, const char *const *names)
{
    memset(r, 0, sizeof(*r));
    r->n_columns = n;
    for (size_t i = 0; i < n; i++)
        r->names[i] = (struct lanner_name){names[i], strlen(names[i])};
}
#define COLUMNS(r, ...)                                                                            \
    columns(r, sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *),                             \
            (const char *const[]){__VA_ARGS__})

static void add(struct result *r, struct lanner_value a, struct lanner_value b,
                struct lanner_value c)
{
    VEC_PUSH(&r->values, a);
    if (r->n_columns > 1)
        VEC_PUSH(&r->values, b);
    if (r->n_columns > 2)
        VEC_PUSH(&r->values, c);
}

static void render(const char *output, struct render_options options, const struct result *r,
                   struct buf *got)
{
    struct renderer *out = NULL;
    struct lanner_err err;
    bool good = render_open(output, &options, collect, got, &out, &err) == LANNER_OK;

    for (size_t i = 0; good && i < r->values.n; i += r->n_columns) {
        struct lanner_row row = {
            .n_columns = r->n_columns, .columns = r->names, .values = &r->values.items[i]};

        good = render_row(out, &row, &err) == LANNER_OK;
    }
    OK(good && render_finish(out, &err) == LANNER_OK);
    render_close(out);
}

static void check(struct render_options options, struct result *r, const char *want)
{
    struct buf got = {0};

    render("chart", options, r, &got);
    OK_STR(buf_str(&got), want);
    buf_done(&got);
}

static const struct render_options utf8 = {.width = 40};
static const struct render_options ascii = {.width = 40, .ascii = true};

static void test_bars(void)
{
    struct result r;

    COLUMNS(&r, "user", "_count");
    add(&r, text("alice"), number(8), ABSENT);
    add(&r, text("bob"), number(1), ABSENT);
    add(&r, ABSENT, number(0), ABSENT);
    check(ascii, &r,
          "user    _count\n"
          "alice   8  #############################\n"
          "bob     1  ####\n"
          "(none)  0\n");
    check(utf8, &r,
          "user    _count\n"
          "alice   8  \xE2\x96\x88\xE2\x96\x88\xE2\x96\x88\xE2\x96\x88\xE2\x96\x88\xE2\x96\x88"
          "\xE2\x96\x88\xE2\x96\x88\xE2\x96\x88\xE2\x96\x88\xE2\x96\x88\xE2\x96\x88\xE2\x96\x88"
          "\xE2\x96\x88\xE2\x96\x88\xE2\x96\x88\xE2\x96\x88\xE2\x96\x88\xE2\x96\x88\xE2\x96\x88"
          "\xE2\x96\x88\xE2\x96\x88\xE2\x96\x88\xE2\x96\x88\xE2\x96\x88\xE2\x96\x88\xE2\x96\x88"
          "\xE2\x96\x88\xE2\x96\x88\n"
          "bob     1  \xE2\x96\x88\xE2\x96\x88\xE2\x96\x88\xE2\x96\x8B\n"
          "(none)  0\n");
    VEC_DONE(&r.values);

    /* Below zero to the left; numbers that are text; a code that is a label. */
    COLUMNS(&r, "code", "sum", "max");
    add(&r, text("200"), real(-5), text("10"));
    add(&r, text("404"), real(5), text("20"));
    check(ascii, &r,
          "code  sum\n"
          "200   -5  ###############\n"
          "404    5                 ###############\n"
          "\n"
          "code  max\n"
          "200   10  ###############\n"
          "404   20  ##############################\n");
    VEC_DONE(&r.values);

    /* One row of numbers alone. */
    COLUMNS(&r, "n", "m");
    add(&r, number(2), number(1), ABSENT);
    check(ascii, &r, "n  2  ##################################\nm  1  #################\n");
    VEC_DONE(&r.values);
}

#define T0     INT64_C(1772460000000) /* 2026-03-02T14:00:00Z */
#define MINUTE INT64_C(60000)

static void test_time(void)
{
    struct result r;

    COLUMNS(&r, "_bucket", "_count");
    for (int64_t i = 0; i < 5; i++) {
        if (i != 3)
            add(&r, number(T0 + i * MINUTE), number(i * 2), ABSENT);
    }
    check(ascii, &r,
          "_count  2026-03-02 14:00 to 2026-03-02 14:04 UTC, 1 minute a column\n"
          "8                         #####\n"
          "                          #####\n"
          "                          #####\n"
          "                          #####\n"
          "4             #####       #####\n"
          "              #####       #####\n"
          "        ##### #####       #####\n"
          "0       ##### #####       #####\n"
          "  +-----------------+-----------\n"
          "  14:00             14:03\n");
    VEC_DONE(&r.values);

    /* Series as LogScale has them: a label column. */
    COLUMNS(&r, "_bucket", "user", "_count");
    add(&r, number(T0), text("alice"), number(8));
    add(&r, number(T0), text("bob"), number(1));
    add(&r, number(T0 + MINUTE), text("alice"), number(4));
    check(ascii, &r,
          "user  2026-03-02 14:00 to 2026-03-02 14:01 UTC, 1 minute a column\n"
          "       max\n"
          "alice    8  ##### -----\n"
          "bob      1  #####\n"
          "            +-----------\n"
          "            14:00\n");
    VEC_DONE(&r.values);
}

static void test_hostile(void)
{
    struct result r;
    struct buf svg = {0};

    COLUMNS(&r, "u<&", "_count");
    add(&r, text("\x1b[2J\nx\xC2\x9B\xE2\x80\xAE\xFF<script>&\"'"), number(3), ABSENT);
    add(&r, text(""), number(INT64_MIN), ABSENT);
    check((struct render_options){.width = 120, .ascii = true, .terminal = true}, &r,
          "u<&                                   _count\n"
          "\\x1b[2J\\nx\\u{9b}\\u{202e}\xEF\xBF\xBD<script>&\"'                      3\n"
          "(empty)                               -9.223372036854776E18  "
          "###########################################################\n");
    render("svg", (struct render_options){0}, &r, &svg);
    OK(str_find(buf_str(&svg), STR("<script")) == SIZE_MAX);
    OK(str_find(buf_str(&svg), STR("&lt;script&gt;&amp;&quot;&#39;")) != SIZE_MAX);
    OK(str_find(buf_str(&svg), STR("\x1b")) == SIZE_MAX);
    OK(str_find(buf_str(&svg), STR("href")) == SIZE_MAX);
    OK(str_starts(buf_str(&svg), STR("<svg xmlns=\"http://www.w3.org/2000/svg\"")));
    OK(str_ends(buf_str(&svg), STR("</svg>\n")));
    buf_done(&svg);
    VEC_DONE(&r.values);
}

/* Nothing here may loop, overflow or divide by nothing. */
static void test_odd_numbers(void)
{
    static const double odd[] = {DBL_MAX, -DBL_MAX, DBL_MIN, 5e-324, 0, -0.0, 1e15, 0.1, -5e-324};
    struct result r;
    struct buf got = {0};

    for (size_t i = 0; i < ARRAY_LEN(odd); i++) {
        for (size_t k = 0; k < ARRAY_LEN(odd); k++) {
            COLUMNS(&r, "_bucket", "n");
            add(&r, number(T0), real(odd[i]), ABSENT);
            add(&r, number(T0 + 1), real(odd[k]), ABSENT);
            render("chart", utf8, &r, &got);
            render("svg", utf8, &r, &got);
            r.names[0] = (struct lanner_name){"label", 5};
            r.values.items[0] = r.values.items[2] = text("x");
            render("chart", utf8, &r, &got);
            render("svg", utf8, &r, &got);
            VEC_DONE(&r.values);
        }
    }
    OK(got.len > 0);
    buf_done(&got);
}

static void test_many(void)
{
    struct result r;
    struct buf got = {0};
    char names[300][16];

    /* More labels than are drawn. */
    COLUMNS(&r, "k", "n");
    for (int i = 0; i < 300; i++) {
        snprintf(names[i], sizeof(names[i]), "k%d", i);
        add(&r, text(names[i]), number(i), ABSENT);
    }
    render("chart", ascii, &r, &got);
    OK(str_ends(buf_str(&got), STR("100 more rows not drawn\n")));
    VEC_DONE(&r.values);

    /* More series; and more times than there are columns, or points. */
    buf_clear(&got);
    COLUMNS(&r, "_bucket", "k", "n");
    for (int i = 0; i < 300; i++)
        add(&r, number(T0 + i % 2 * MINUTE), text(names[i]), number(i));
    render("chart", ascii, &r, &got);
    OK(str_ends(buf_str(&got), STR("240 more series not drawn\n")));
    VEC_DONE(&r.values);
    buf_clear(&got);
    COLUMNS(&r, "_bucket", "n");
    add(&r, number(T0), number(1), ABSENT);
    add(&r, number(T0 + 1), number(2), ABSENT);
    add(&r, number(T0 + 400 * 86400 * INT64_C(1000)), number(3), ABSENT);
    render("chart", ascii, &r, &got);
    render("svg", ascii, &r, &got);
    OK(str_find(buf_str(&got), STR("the largest value of each")) != SIZE_MAX);
    for (size_t i = 0, from = 0; i < got.len && got.ptr[from] != '<'; i++) {
        if (got.ptr[i] == '\n') {
            OK(i - from <= 110); /* the title is the only line longer than the terminal */
            from = i + 1;
        }
    }
    VEC_DONE(&r.values);
    buf_done(&got);
}

static void test_nothing(void)
{
    struct result r;
    struct buf svg = {0};

    COLUMNS(&r, "a", "n");
    check(ascii, &r, "nothing to draw: the result has no rows\n");
    add(&r, text("x"), text("y"), ABSENT);
    check(ascii, &r, "nothing to draw: no column of the result is a number\n");
    render("svg", ascii, &r, &svg);
    OK(str_find(buf_str(&svg), STR(">nothing to draw: no column of the result is a number<")) !=
       SIZE_MAX);
    buf_done(&svg);
    VEC_DONE(&r.values);
    COLUMNS(&r, "@timestamp", "@rawstring", "n");
    add(&r, number(T0), text("y"), text("5"));
    check(ascii, &r,
          "nothing to draw: the rows are events; count them first, with timeChart(), groupBy() or "
          "top()\n");
    VEC_DONE(&r.values);
}

int main(void)
{
    test_bars();
    test_time();
    test_hostile();
    test_odd_numbers();
    test_many();
    test_nothing();
    TAP_DONE();
}
