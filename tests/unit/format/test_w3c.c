/* test_w3c.c - W3C extended logs: detection, columns that change, windows of any size. */
#include "cutting.h"

#include "../tap.h"

#define IIS "2026-03-02 14:20:01 10.20.9.5 POST /a - 443 - 203.0.113.77 curl/8.4.0 - 401 1 21 12\n"

static const struct format_def *w3c;

static bool detected(const char *text)
{
    return format_detect(str_z(text), true) == w3c;
}

static void test_detect(void)
{
    OK(detected("#Fields: date time c-ip\n2026-03-02 14:20:01 10.0.0.1\n"));
    OK(detected("#Software: SGOS\n#Version: 1.0\n#Fields: date time c-ip\n"));
    OK(detected("#Software: Microsoft Internet Information Services 10.0\n"));
    OK(detected(IIS));
    OK(detected("tail of a line 12\n" IIS IIS));
    OK(detected("2026-03-02 14:20:01 x y\n#Fields: date time a b\n2026-03-02 14:20:01 x y\n"));
    OK(!detected("2026-03-02 14:20:01 x y\n2026-03-02 14:20:01 x y\n"));
    OK(!detected("words\nmore words\n#Fields: date time\n"));
    OK(!detected("#separator \\x09\n#fields\tts\tuid\n1\t2\n"));
    OK(!detected("{\"a\":1}\n{\"a\":2}\n"));
    OK(!detected("a,b,c\n1,2,3\n"));
    OK(!detected(""));
}

/* The first names of each record's header, a line each; `!` is an unreadable one. */
static void check_names(const char *text, const char *want)
{
    struct format_input *in = format_input_new(w3c, STR("test"), str_z(text), 0);
    struct format_cutter *c = format_cutter_new(in, 1 << 20);
    struct format_window_mark mark = {0};
    struct format_splitter s = {.in = in, .window = str_z(text), .mark = &mark};
    struct record rec;
    char room[600] = "";
    size_t len = 0;
    uint64_t offset;
    enum format_split found;

    s.window.len = format_cut(c, s.window, true, &mark);
    format_split_start(&s);
    while ((found = format_split_next(&s, &rec, &offset)) != SPLIT_END)
        len += (size_t)snprintf(room + len, sizeof(room) - len, "%.*s ",
                                STR_ARG(found == SPLIT_BROKEN ? STR("!") : rec.header->names[0]));
    OK_STR(str_z(room), want);
    format_split_done(&s);
    format_mark_done(&mark);
    format_cutter_free(c);
    format_input_free(in);
}

static void test_changes(void)
{
    check_names("#Fields: a b\n1 2\n\n#Fields: b a\n1 2\n1 2\n", "a b b ");
    check_names("1 2\n" IIS "#Software: Microsoft\n#Fields: x\n1\n" IIS "#Fields:\n1\n",
                "! date x date ! ");
    check_names("#Fields: x\n#Remark: y\n#anything\n1 2 3\n \t\n", "x ");
}

/* The same records whatever the windows. */
static void test_windows(void)
{
    static const char text[] =
        "cut off\n" IIS "#Software: Microsoft\n#Date: 2026-03-02\n#Fields: time c-ip\n"
        "14:20:01 10.0.0.1\r\n14:20:02 10.0.0.2\n#Date: 2026-03-03\n00:00:01 10.0.0.3\n\n"
        "#Fields: c-ip time\n10.0.0.4 00:00:02\n#Fields: c-ip time\n10.0.0.5 00:00:03";
    struct str all = STR(text);
    struct pieces whole, cut;

    OK(cut_all(&whole, w3c, all, all.len, 1 << 20));
    OK_INT(whole.list.n, 7);
    OK_INT(whole.n_counted, 7);
    OK(whole.list.items[0].broken && !whole.list.items[1].broken);
    for (size_t step = 1; step < all.len; step += 3) {
        OK(cut_all(&cut, w3c, all, step, 1 << 20));
        OK(pieces_same(&whole, &cut));
        OK_INT(cut.n_counted, 7);
        pieces_done(&cut);
    }
    pieces_done(&whole);
}

/* A line longer than allowed is one unreadable record. */
static void test_long(void)
{
    struct buf b = {0};
    struct pieces p;

    buf_put_str(&b, STR("#Fields: a b\n1 2\n"));
    for (int i = 0; i < 5000; i++)
        buf_putc(&b, 'x');
    buf_put_str(&b, STR("\n3 4\n"));
    OK(cut_all(&p, w3c, buf_str(&b), 64, 1000));
    OK_INT(p.list.items[0].broken, 0);
    OK(p.list.n >= 3 && p.list.items[1].broken);
    OK_STR(p.list.items[p.list.n - 1].bytes, "3 4");
    pieces_done(&p);
    buf_done(&b);
}

/* Column lines without end: what is kept for a window is bounded, nothing is lost. */
static void test_many(void)
{
    struct buf b = {0};
    struct pieces p;

    for (int i = 0; i < 20000; i++)
        buf_put_str(&b, i % 2 == 0 ? STR("#Fields: a\n1\n") : STR("#Fields: b\n1\n"));
    OK(cut_all(&p, w3c, buf_str(&b), buf_str(&b).len, 1 << 20));
    OK_INT(p.list.n, 20000);
    pieces_done(&p);
    buf_done(&b);
}

int main(void)
{
    w3c = format_named(STR("w3c"));
    test_detect();
    test_changes();
    test_windows();
    test_long();
    test_many();
    TAP_DONE();
}
