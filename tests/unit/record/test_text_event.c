/* test_text_event.c - LEEF, CEF, syslog headers and lines of key=value. */
#include "record/record.h"

#include "../tap.h"

#include <stdlib.h>

static struct arena arena;

/* The pairs of an event, but for the header's. */
static const char *pairs(const char *text)
{
    static char room[800];
    struct text_event e;
    size_t len = 0;

    text_event_parse(str_z(text), &arena, &e);
    room[0] = '\0';
    for (size_t i = 0; i < e.n; i++) {
        struct str key = e.pairs[i].key;

        if (i > 0 && (key.ptr[0] == '@' || (key.ptr[0] >= 'A' && key.ptr[0] <= 'Z')))
            continue;
        len += (size_t)snprintf(room + len, sizeof(room) - len, "%.*s:%.*s;", STR_ARG(key),
                                STR_ARG(e.pairs[i].value));
    }
    return room;
}

#define PAIRS(text, want) OK_STR(str_z(pairs(text)), want)

static const char *get(const char *text, const char *name, unsigned flags)
{
    static char room[200];
    struct text_event e;
    struct json_path path = {str_z(name), flags};
    struct val v;

    text_event_parse(str_z(text), &arena, &e);
    v = text_event_get(&e, &path);
    if (val_is_null(&v))
        return "NULL";
    snprintf(room, sizeof(room), "%.*s", STR_ARG(val_as_str(&v)));
    return room;
}

#define GET(text, name, want) OK_STR(str_z(get(text, name, JSON_PATH_DECLARED)), want)

#define LEEF1 "LEEF:1.0|Acme|Proxy|2.1|4625|"
#define LEEF2 "LEEF:2.0|Acme|Proxy|2.1|4625|"
#define CEF0  "CEF:0|Acme|Wall|1|100|User login|7|"

static void test_leef(void)
{
    PAIRS(LEEF1 "src=10.0.0.1\tusrName=a b\turl=http://x/?a=b&c=d",
          "@form:leef;src:10.0.0.1;usrName:a b;url:http://x/?a=b&c=d;");
    PAIRS("<14>Mar  2 14:08:07 h " LEEF1 "src=1\tdst=2",
          "@form:leef;src:1;dst:2;priority:14;host:h;");
    PAIRS(LEEF1 "src=1^dst=2", "@form:leef;src:1;dst:2;");
    PAIRS(LEEF1 "src=1 msg=a b c dst=2", "@form:leef;src:1;msg:a b c;dst:2;");
    PAIRS(LEEF2 "^|src=1^msg=a\tb", "@form:leef;src:1;msg:a\tb;");
    PAIRS(LEEF2 "x5E|src=1^dst=2", "@form:leef;src:1;dst:2;");
    PAIRS(LEEF2 "0x7c|src=1|dst=2", "@form:leef;src:1;dst:2;");
    PAIRS(LEEF2 "|src=1\tdst=2", "@form:leef;src:1;dst:2;");
    PAIRS(LEEF2 "src=1\tdst=2", "@form:leef;src:1;dst:2;");
    PAIRS(LEEF2 "0x110000|src=1", "@form:leef;src:1;");
    PAIRS(LEEF1 "src=1\tsrc=2\t=3\tnothing\tx=", "@form:leef;src:1;src:2;x:;");
    PAIRS("LEEF:1.0|Acme|Proxy|2.1|4625", "@form:leef;");
    PAIRS("LEEF:1.0|Acme|Proxy", "@form:plain;");
    PAIRS("LEEF:", "@form:plain;");
    GET(LEEF1 "src=1\tsrc=2", "SRC", "1");
    GET(LEEF1 "a=1\tA=2", "A", "2");
    GET(LEEF1 "EventID=x", "EventID", "4625");
    GET(LEEF1 "x=1", "vendor", "Acme");
    GET(LEEF1 "x=1", "@id", "4625");
    GET(LEEF1 "x=1", "y", "NULL");
    OK_STR(str_z(get(LEEF1 "x=1", "X", 0)), "NULL");
}

static void test_cef(void)
{
    PAIRS(CEF0 "src=10.0.0.1 msg=a b  c dst=2", "@form:cef;src:10.0.0.1;msg:a b  c;dst:2;");
    PAIRS(CEF0 "msg=a\\=b c\\\\d\\ne act=x", "@form:cef;msg:a=b c\\d\ne;act:x;");
    PAIRS(CEF0 "request=http://x/?a\\=b&c=d e=f", "@form:cef;request:http://x/?a=b&c=d;e:f;");
    PAIRS(CEF0 "a==b", "@form:cef;a:=b;");
    PAIRS(CEF0, "@form:cef;");
    PAIRS("CEF:0|a|b|c|d|e|5", "@form:cef;");
    PAIRS("CEF:0|a|b|c|d|e", "@form:plain;");
    PAIRS("CEF:x|a|b|c|d|e|f|g=h", "@form:kv;");
    GET("CEF:0|Ac\\|me|b|c|d|e|5|x=1", "Vendor", "Ac|me");
    GET(CEF0 "cs1=3 cs1Label=Logon Type", "logon type", "3");
    GET(CEF0 "cs2Label=Nothing", "Nothing", "NULL");
    GET(CEF0 "x=1", "@name", "User login");
    GET(CEF0 "x=1", "@severity", "7");
}

static void test_lines(void)
{
    PAIRS("just words", "@form:plain;");
    PAIRS("", "@form:plain;");
    PAIRS("action=deny user=\"a b\"", "@form:kv;action:deny;user:a b;");
}

static int64_t time_of(struct str text, struct str *time_text)
{
    struct text_event e;

    text_event_parse(text, &arena, &e);
    return text_event_time(&e, NULL, time_text);
}

static void test_times(void)
{
    struct str text;

    OK_INT(time_of(STR(LEEF1 "devTime=1772460300000"), &text), INT64_C(1772460300) * NS_PER_S);
    OK_INT(time_of(STR(CEF0 "end=1772460301000 rt=1772460300000"), &text),
           INT64_C(1772460300) * NS_PER_S);
    OK_INT(time_of(STR(CEF0 "rt=no start=1772460300000"), &text), INT64_C(1772460300) * NS_PER_S);
    OK(time_of(STR("devTime=1772460300000 CEF:"), &text) == TIME_NONE);
    OK(time_of(STR("words"), &text) == TIME_NONE);
}

static void test_syslog(void)
{
    OK_STR(syslog_host(STR("<14>Mar  2 14:08:07 h1 tag: x")), "h1");
    OK_STR(syslog_host(STR("Mar 12 14:08:07 h1 tag: x")), "h1");
    OK_STR(syslog_host(STR("Mar 12 2026 14:08:07 h1 tag: x")), "h1");
    OK_STR(syslog_host(STR("<14>1 2026-03-02T14:08:07Z h1 app 1 - - x")), "h1");
    OK_STR(syslog_host(STR("2026-03-02T14:08:07+01:00 h1 x")), "h1");
    OK_STR(syslog_host(STR("<14>1 2026-03-02T14:08:07Z - app 1 - - x")), "");
    OK_STR(syslog_host(STR("<14>Mar  2 14:08:07 tag: x")), "");
    OK_STR(syslog_host(STR("<14>Mar  2 14:08:07 h1")), "");
    OK_STR(syslog_host(STR("<14>words and more")), "");
    OK_STR(syslog_host(STR("{\"a\":1}")), "");
    OK_STR(syslog_host(STR("")), "");
    OK_STR(syslog_host(STR("<")), "");
    OK_STR(syslog_host(STR("<99999>Mar")), "");
}

int main(void)
{
    arena_init(&arena, 0);
    test_leef();
    test_cef();
    test_lines();
    test_times();
    test_syslog();
    arena_done(&arena);
    TAP_DONE();
}
