/* test_format.c - detection, and the records of every shape, whatever the size of the windows. */
#include "../tap.h"

#include "cutting.h"
#include "format/format_def.h"
#include "util/cpu.h"

/* Records separated by `|`, a broken stretch in `!...`, raw text that differs behind `~`. */
static struct str show(struct pieces *p)
{
    struct buf out = {0};
    struct str made;

    for (size_t i = 0; i < p->list.n; i++) {
        struct piece *x = &p->list.items[i];

        if (i > 0)
            buf_putc(&out, '|');
        if (x->broken)
            buf_putc(&out, '!');
        buf_put_str(&out, x->bytes);
        if (!str_eq(x->bytes, x->raw)) {
            buf_putc(&out, '~');
            buf_put_str(&out, x->raw);
        }
    }
    made = arena_str(&p->arena, buf_str(&out));
    buf_done(&out);
    return made;
}

static void check(const char *text, size_t len, const char *format, const char *want)
{
    struct str all = str_of(text, len);
    const struct format_def *f = format_detect(all, true);

    OK_STR(str_z(format_name(f)), format);
    for (size_t step = 1; step <= len + 1; step += step < 40 ? 1 : step) {
        struct pieces p;

        OK(cut_all(&p, f, all, step, 1 << 20));
        OK_STR(show(&p), want);
        pieces_done(&p);
    }
}
#define CHECK(text, format, want) check(text, sizeof(text) - 1, format, want)

static void test_lines(void)
{
    CHECK("", "lines", "");
    CHECK("\n\n", "lines", "");
    CHECK("{\"a\":1}\n{\"a\":2}", "ndjson", "{\"a\":1}|{\"a\":2}");
    CHECK("{\"a\":1}\r\n\r\n{\"a\":2}\r\n", "ndjson", "{\"a\":1}|{\"a\":2}");
    CHECK("{\"a\":1}\n{\"a\":2}\n\0\0\0\0", "ndjson", "{\"a\":1}|{\"a\":2}");
    CHECK("\0\0\0{\"a\":1}\n{\"a\":2}\n", "ndjson", "{\"a\":1}|{\"a\":2}");
    CHECK("{\"a\":1}", "ndjson", "{\"a\":1}");
    CHECK("[{\"a\": 1},{\"a\":2}]\n[{\"a\":3}]\n[]\n", "ndjson",
          "{\"a\": 1}~{\"a\":1}|{\"a\":2}|{\"a\":3}");
    CHECK("{\"records\":[{\"a\":1},{\"b\":2}]}\n{\"records\": [ {\"a\" : 3} ] , \"x\":1}\n",
          "ndjson", "{\"a\":1}|{\"b\":2}|{\"a\" : 3}~{\"a\":3}");
    CHECK("{\"a\":1}\n{\"a\":2}{\"a\":3} {\"a\":4}\n{\"a\":\"}{\"}\n", "ndjson",
          "{\"a\":1}|{\"a\":2}|{\"a\":3}|{\"a\":4}|{\"a\":\"}{\"}");
    CHECK("{\"a\":1}\nnothing\n{\"a\":2}\n{\"a\":3}\n", "ndjson",
          "{\"a\":1}|!nothing|{\"a\":2}|{\"a\":3}");
    /* A record that breaks off is given as far as it goes. */
    CHECK("{\"a\":1}\n{\"a\":\"tr\n{\"a\":2}\n", "ndjson", "{\"a\":1}|{\"a\":\"tr|{\"a\":2}");
    CHECK("\"a\":7}\n{\"a\":1}\n{\"a\":2}\n", "ndjson", "!\"a\":7}|{\"a\":1}|{\"a\":2}");
    /* A document over several lines in the middle is reported, not lost silently. */
    CHECK("{\"a\":1}\n{\"a\":2}\n{\"a\":2}\n{\"a\":2}\n{\n \"a\":3\n}\n", "ndjson",
          "{\"a\":1}|{\"a\":2}|{\"a\":2}|{\"a\":2}|{|!\"a\":3|!}");
    CHECK(
        "<14>Mar  2 14:08:07 ec01 azure: {\"a\":1}\n<14>Mar  2 14:08:07 ec01 cron: done\n", "lines",
        "{\"a\":1}~<14>Mar  2 14:08:07 ec01 azure: {\"a\":1}|<14>Mar  2 14:08:07 ec01 cron: done");
    CHECK("<34>1 2026-03-02T14:08:07Z h app - - [x@1 a=\"b\"] {\"a\":1}\n", "lines",
          "{\"a\":1}~<34>1 2026-03-02T14:08:07Z h app - - [x@1 a=\"b\"] {\"a\":1}");
    CHECK("2026-03-02 14:08:07 [{\"a\":1},{\"a\":2}]\n", "lines", "{\"a\":1}|{\"a\":2}");
    CHECK("2026-03-02 14:08:07 body={\"a\":1} took 5 ms\n", "lines",
          "2026-03-02 14:08:07 body={\"a\":1} took 5 ms");
    CHECK("app: started\napp: {\"a\":1}\napp: {\"a\":\n", "lines",
          "app: started|{\"a\":1}~app: {\"a\":1}|app: {\"a\":");
    CHECK("one\ntwo, three\n", "lines", "one|two, three");
}

static void test_documents(void)
{
    CHECK("{\n \"a\": 1\n}\n{\n \"a\": 2\n}\n", "json",
          "{\n \"a\": 1\n}~{\"a\":1}|{\n \"a\": 2\n}~{\"a\":2}");
    CHECK("[\n{\"a\":1},\n{\"a\":2}\n]\n", "json", "{\"a\":1}|{\"a\":2}");
    CHECK("[{\"a\":1}\n,{\"a\":2}]", "json", "{\"a\":1}|{\"a\":2}");
    CHECK("{\"a\":1}{\"a\":2}\n", "json", "{\"a\":1}|{\"a\":2}");
    CHECK("{\n\"@odata.context\": \"x\",\n\"value\": [\n{\"a\":1}, {\"a\":[{\"b\":2}]}\n],\n"
          "\"@odata.nextLink\":\"y\"\n}\n{\n\"value\":[{\"a\":3}]}\n",
          "json", "{\"a\":1}|{\"a\":[{\"b\":2}]}|{\"a\":3}");
    CHECK("{\n\"records\":[]}\n{\n\"records\":[{\"a\":1}]}", "json", "{\"a\":1}");
    /* Members called events and value in a plain record. */
    CHECK("{\n\"id\":1,\"events\":[{\"a\":1}]}\n{\n\"value\":[1,2]}", "json",
          "{\n\"id\":1,\"events\":[{\"a\":1}]}~{\"id\":1,\"events\":[{\"a\":1}]}|"
          "{\n\"value\":[1,2]}~{\"value\":[1,2]}");
    CHECK("{\n\"tables\":[{\"name\":\"P\",\"columns\":[{\"name\":\"x\",\"type\":\"string\"},"
          "{\"name\":\"y\"}],\"rows\":[[\"1\", null],\n[\"{\\\"z\\\":1}\",3]]}]}\n{\"a\":1}",
          "json", "{\"x\":\"1\",\"y\":null}|{\"x\":\"{\\\"z\\\":1}\",\"y\":3}|{\"a\":1}");
    CHECK("[[{\"a\":1}],\n[{\"a\":2}]]", "json", "{\"a\":1}|{\"a\":2}");
    CHECK("[\n{\"Results\":[{\"a\":1}]},\n{\"b\":1}]", "json", "{\"a\":1}|{\"b\":1}");
    CHECK("[\n{\"a\":1},\noops,\n{\"a\":2},\n7]\n", "json", "{\"a\":1}|!oops|{\"a\":2}|!7");
    CHECK("{\"a\":\n1}\n{\"a\":\n[}]}\n", "json",
          "{\"a\":\n1}~{\"a\":1}|{\"a\":\n[}]~{\"a\":[}]|!}");
}

/* A record without an end does not take its neighbours with it. */
static void test_broken_documents(void)
{
    static const char text[] =
        "[\n  {\n    \"a\": 1\n  },\n  {\n    \"a\": \"trunc\n  {\n    \"a\": 2\n"
        "  },\n  {\n    \"a\": 3\n  }\n]\n";
    struct pieces p;
    size_t found = 0;

    OK(cut_all(&p, format_named(STR("json")), STR(text), 16, 1 << 20));
    for (size_t i = 0; i < p.list.n; i++)
        found += str_eqz(p.list.items[i].raw, "{\"a\":1}") ||
                 str_eqz(p.list.items[i].raw, "{\"a\":2}") ||
                 str_eqz(p.list.items[i].raw, "{\"a\":3}");
    OK_INT(found, 3);
    pieces_done(&p);
}

static void test_csv(void)
{
    CHECK("a,b\n1,2\n3,4", "csv", "1,2|3,4");
    CHECK("a;b;c\r\n1;2;3\r\n\r\n4;5;6\r\n", "csv", "1;2;3|4;5;6");
    CHECK("a\tb\n1\t2\n", "tsv", "1\t2");
    CHECK("#TYPE x.y\r\n\"a\",\"b\"\r\n\"1\",\"x\r\ny\"\r\n", "csv", "\"1\",\"x\r\ny\"");
    CHECK("sep=;\na;b\n1;2\n", "csv", "1;2");
    CHECK("a,b\n1,\"x \"\"q\"\"\n,\"\n2,3\"4\na,b\n5,6\n", "csv",
          "1,\"x \"\"q\"\"\n,\"|2,3\"4|5,6");
    CHECK("a,b\n1,2\n3,\"open\n4,5\n6,7\n", "csv", "1,2|!3,\"open\n|4,5|6,7");
    CHECK(",name,value\n0,x,1\n1,y,2\n", "csv", "0,x,1|1,y,2");
    CHECK("2026-03-02 14:08:07,123 INFO x\n2026-03-02 14:08:08,456 INFO y\n", "lines",
          "2026-03-02 14:08:07,123 INFO x|2026-03-02 14:08:08,456 INFO y");
}

static void test_detection(void)
{
    OK_STR(str_z(format_binary(STR("PK\x03\x04zzzz"))), "a zip archive");
    OK_STR(str_z(format_binary(STR("ElfFile\0\0\0"))), "evtx");
    OK(format_binary(STR("plain text with \x01 one odd byte in it, no more")) == NULL);
    OK(format_binary(STR("\0\0\0\0\0\0{\"a\":1}\n\0\0\0")) == NULL);
    OK_STR(str_z(format_binary(STR("\x01\x02\x03\x04\x05"))), "binary data");
    OK(format_named(STR("nosuch")) == NULL);
    OK_STR(str_z(format_name(format_detect(STR("{\"a\":\"very long"), false))), "json");
    OK_STR(str_z(format_name(format_detect(STR("[2026-03-02] text\n[2026-03-02] more\n"), true))),
           "lines");
}

/* Records longer than allowed are passed over, the rest is read. */
static void test_long(void)
{
    struct buf text = {0};
    struct pieces p;

    buf_puts(&text, "[{\"a\":1},{\"a\":\"");
    for (int i = 0; i < 5000; i++)
        buf_putc(&text, 'x');
    buf_puts(&text, "\"},{\"a\":2}]");
    OK(cut_all(&p, format_named(STR("json")), buf_str(&text), 64, 1000));
    OK_INT(p.list.n, 3);
    OK(p.list.n == 3 && p.list.items[1].broken && !p.list.items[2].broken);
    if (p.list.n == 3)
        OK_STR(p.list.items[2].bytes, "{\"a\":2}");
    pieces_done(&p);
    buf_done(&text);
}

static uint64_t count_slowly(const char *p, const char *end)
{
    uint64_t n = 0;

    while (p < end) {
        const char *from = p;

        while (p < end && *p != '\n')
            p++;
        n += p - from > 1 || (p - from == 1 && *from != '\r');
        p++;
    }
    return n;
}

/* The vector twins give what the scalar ones give. */
static void test_counting(void)
{
    static const char bytes[] = "\n\n\r\r}{x";
    char text[300];
    uint32_t seed = 7;
    bool same = true;

    for (int round = 0; round < 4000; round++) {
        size_t len = (size_t)round % sizeof(text), from;
        uint64_t n_lines, n_feeds;
        const char *found;
        bool joined = false;

        for (size_t i = 0; i < len; i++) {
            seed = seed * 1664525 + 1013904223;
            text[i] = round % 5 == 0 ? bytes[6] : bytes[(seed >> 20) % (sizeof(bytes) - 1)];
        }
        from = len > 0 ? seed % len : 0;
        cpu_set_simd(false);
        n_lines = format_count_lines(text + from, text + len);
        n_feeds = format_count_feeds(text + from, text + len);
        same &= n_lines == count_slowly(text + from, text + len);
        cpu_set_simd(true);
        same &= n_lines == format_count_lines(text + from, text + len);
        same &= n_feeds == format_count_feeds(text + from, text + len);
        found = line_find_end(text + from, text + len, &joined);
        for (int simd = 0; simd < 2; simd++) {
            bool again = false;

            cpu_set_simd(simd != 0);
            same &= found == line_find_end(text + from, text + len, &again) && again == joined;
        }
    }
    OK(same);
}

/* Long lines and many: the fast ways through stretches without anything special. */
static void test_counting_long(void)
{
    static const char bytes[] = "}{\n\n\r";
    const size_t most = 40000;
    char *text = xmalloc(most);
    uint32_t seed = 11;
    bool same = true;

    for (uint32_t round = 0; round < 300; round++) {
        uint32_t rare = round % 3 == 0 ? 7 : round % 3 == 1 ? 300 : 5000;
        uint32_t n_bytes = round % 2 == 0 ? 4 : 5; /* every other text has no carriage return */
        size_t len = 0, from;

        while (len < most - round * 13) {
            seed = seed * 1664525 + 1013904223;
            text[len++] = (seed >> 8) % rare == 0 ? bytes[(seed >> 24) % n_bytes] : 'x';
            if ((seed >> 16) % 64 == 1 && len + 1 < most) /* repeated */
                text[len] = text[len - 1], len++;
        }
        from = seed % 100;
        for (const char *p = text + from; p != NULL && p < text + len;) {
            bool joined = false, again = false;
            const char *nl;

            cpu_set_simd(false);
            nl = line_find_end(p, text + len, &joined);
            cpu_set_simd(true);
            same &= nl == line_find_end(p, text + len, &again) && again == joined;
            p = nl != NULL ? nl + 1 : NULL;
        }
        same &=
            count_slowly(text + from, text + len) == format_count_lines(text + from, text + len);
    }
    OK(same);
    free(text);
}

int main(void)
{
    test_counting();
    test_counting_long();
    for (int simd = 1; simd >= 0; simd--) {
        cpu_set_simd(simd != 0);
        test_lines();
        test_documents();
        test_broken_documents();
        test_csv();
        test_detection();
        test_long();
    }
    TAP_DONE();
}
