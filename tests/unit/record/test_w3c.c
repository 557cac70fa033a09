/* test_w3c.c - directives, columns and rows of W3C extended logs. */
#include "record/record.h"

#include "../tap.h"

static struct arena arena;

/* The columns of a row, each in brackets. */
static const char *split(const char *fields, bool quotes, const char *row)
{
    static char room[600];
    const struct csv_header *h = w3c_header(str_z(fields), quotes, STR(""), &arena);
    size_t n, len = 0;
    struct str *cells = csv_row_split(str_z(row), h, &arena, &n);

    room[0] = '\0';
    for (size_t i = 0; i < n; i++)
        len += (size_t)snprintf(room + len, sizeof(room) - len, "[%.*s]", STR_ARG(cells[i]));
    return room;
}

static const char *picked(const char *fields, bool quotes, const char *date, const char *name,
                          const char *row)
{
    static char room[300];
    const struct csv_header *h = w3c_header(str_z(fields), quotes, str_z(date), &arena);
    size_t column = csv_header_find(h, str_z(name));
    uint32_t *slots = ARENA_ARRAY(&arena, uint32_t, h->n);
    struct val v = VAL_ABSENT;

    if (column == SIZE_MAX)
        return "no such column";
    memset(slots, 0xff, h->n * sizeof(*slots));
    slots[column] = 0;
    csv_row_pick(str_z(row), h, slots, &arena, &v);
    if (val_is_null(&v))
        return "absent";
    snprintf(room, sizeof(room), "%.*s", STR_ARG(val_as_str(&v)));
    return room;
}

#define SPLIT(fields, quotes, row, want) OK_STR(str_z(split(fields, quotes, row)), want)
#define PICK(fields, quotes, date, name, row, want)                                                \
    OK_STR(str_z(picked(fields, quotes, date, name, row)), want)

static void test_rows(void)
{
    SPLIT("a b c", false, "1 - 3", "[1][][3]");
    SPLIT("a b c", false, "1\t 2   3 \r\n", "[1][2][3]");
    SPLIT("a b c", false, "1 2", "[1][2]");
    SPLIT("a b c", false, "1 2 3 4", "[1][2][3]");
    SPLIT("a b c", false, "\"1 2\" 3", "[\"1][2\"][3]");
    SPLIT("a b c", true, "\"1 2\" 3 \"\"", "[1 2][3][]");
    SPLIT("a b", true, "\"say \"\"x\"\" y\" 2", "[say \"x\" y][2]");
    SPLIT("a b c", true, "\"open 2 3", "[\"open][2][3]");
    SPLIT("a b c", true, "\"shut\"x 2", "[\"shut\"x][2]");
    SPLIT("a b", true, "[02/Mar/2026:16:05:03 +0200] x", "[02/Mar/2026:16:05:03 +0200][x]");
    SPLIT("a b", true, "[::1] x", "[[::1]][x]");
    SPLIT("a b", false, "", "");
    SPLIT("a b", true, "\"", "[\"]");
}

static void test_made(void)
{
    const char *iis = "date time cs-uri-stem cs-uri-query s-ip";
    const char *elff = "cs-uri-scheme cs-host cs-uri-port cs-uri-path cs-uri-query";

    PICK(iis, false, "", W3C_TIME, "2026-03-02 14:20:01 /a - 1", "2026-03-02 14:20:01");
    PICK(iis, false, "", W3C_TIME, "2026-03-02   14:20:01 /a - 1", "2026-03-02 14:20:01");
    PICK(iis, false, "2026-01-01", W3C_TIME, "- 14:20:01 /a - 1", "absent");
    PICK("s-ip time", false, "2026-03-02", W3C_TIME, "1 14:20:01", "2026-03-02 14:20:01");
    PICK("time date", false, "", W3C_TIME, "14:20:01 2026-03-02", "2026-03-02 14:20:01");
    PICK("time", false, "", W3C_TIME, "14:20:01", "absent");
    PICK("date time", false, "", W3C_TIME, "2026-03-02", "absent");
    PICK(iis, false, "", W3C_URL, "2026-03-02 14:20:01 /a b=c 1", "/a?b=c");
    PICK(iis, false, "", W3C_URL, "2026-03-02 14:20:01 /a - 1", "/a");
    PICK(iis, false, "", W3C_URL, "2026-03-02 14:20:01", "absent");
    PICK(elff, true, "", W3C_URL, "https a.example 443 /x ?y", "https://a.example/x?y");
    PICK(elff, true, "", W3C_URL, "https a.example 8443 /x y", "https://a.example:8443/x?y");
    PICK(elff, true, "", W3C_URL, "- a.example - - -", "a.example");
    PICK(elff, true, "", W3C_URL, "- - - /x -", "/x");
    PICK("cs-uri cs-uri-path", true, "", W3C_URL, "http://a/x /x", "absent");
    PICK("a b c", false, "", "c", "1 2 3", "3");
    PICK("a b c", false, "", "c", "1 2", "absent");
    PICK("a b c", false, "", "B", "1 -", "");
}

static void test_directives(void)
{
    struct str value;

    OK_INT(w3c_directive(STR("#Fields: a b\r"), &value), W3C_FIELDS);
    OK_STR(value, "a b");
    OK_INT(w3c_directive(STR("#fields:a"), &value), W3C_FIELDS);
    OK_INT(w3c_directive(STR("#Software: Microsoft Internet"), &value), W3C_SOFTWARE);
    OK(w3c_is_iis(value, STR("")));
    OK_INT(w3c_directive(STR("#Date: 2026-03-02 14:00:00"), &value), W3C_DATE);
    OK_INT(w3c_directive(STR("#Remark: x"), &value), W3C_OTHER);
    OK_INT(w3c_directive(STR("#fields\tts\tuid"), &value), W3C_NONE);
    OK_INT(w3c_directive(STR("# Fields: a"), &value), W3C_NONE);
    OK_INT(w3c_directive(STR("Fields: a"), &value), W3C_NONE);
    OK_INT(w3c_directive(STR(""), &value), W3C_NONE);
    OK(w3c_is_iis(STR(""), STR("date sc-win32-status")));
    OK(!w3c_is_iis(STR("SGOS 7"), STR("date c-ip")));
    OK(w3c_header(STR("  "), false, STR(""), &arena) == NULL);
}

static void test_iis(void)
{
#define FRONT "2026-03-02 14:20:01 10.20.9.5 POST /a - 443 - 203.0.113.77 curl/8.4.0 "
    OK_INT(w3c_iis_columns(STR(FRONT "- 401 1 2148074254 12")), 15);
    OK_INT(w3c_iis_columns(STR(FRONT "401 1 2148074254 12\r")), 14);
    OK_INT(w3c_iis_columns(STR(FRONT "- 401 1 2148074254")), 0);
    OK_INT(w3c_iis_columns(STR(FRONT "- 401 1 2148074254 12 7")), 0);
    OK_INT(w3c_iis_columns(STR(FRONT "- 4o1 1 2148074254 12")), 0);
    OK_INT(w3c_iis_columns(STR("")), 0);
    OK(w3c_is_dated(STR("2026-03-02 14:20:01")));
    OK(!w3c_is_dated(STR("2026-03-02T14:20:01 x")));
}

static void test_squid(void)
{
    struct squid q;

    OK(squid_parse(STR("1772460300.000 310 10.20.4.42 TCP_TUNNEL/200 6120 CONNECT a.example:443 "
                       "corp\\x HIER_DIRECT/198.51.100.10 -"),
                   &q));
    OK(!q.combined);
    OK_STR(q.time, "1772460300.000");
    OK_STR(q.result, "TCP_TUNNEL");
    OK_STR(q.status, "200");
    OK_STR(q.url, "a.example:443");
    OK_STR(q.user, "corp\\x");
    OK_STR(q.peer, "198.51.100.10");
    OK_STR(q.type, "");
    OK(squid_parse(STR("10.0.0.1 - bob [02/Mar/2026:14:05:00 +0000] \"GET http://a/b c HTTP/1.1\" "
                       "200 - \"-\" \"x \\\" y\" TCP_MISS:HIER_DIRECT"),
                   &q));
    OK(q.combined);
    OK_STR(q.url, "http://a/b c");
    OK_STR(q.version, "HTTP/1.1");
    OK_STR(q.agent, "x \\\" y");
    OK_STR(q.bytes, "");
    OK(!squid_parse(
        STR("10.0.0.1 - bob [02/Mar/2026:14:05:00 +0000] \"GET / HTTP/1.1\" 200 1 \"-\" "
            "\"agent\""),
        &q));
    OK(!squid_parse(STR("1772460300.000 310 10.20.4.42 TCP_TUNNEL/200 6120 CONNECT a.example"),
                    &q));
    OK(!squid_parse(STR("1772460300.000 310 10.20.4.42 tcp/200 6120 GET a - HIER_NONE/- -"), &q));
    OK(!squid_parse(STR("1772460300 310 10.20.4.42 TCP_HIT/200 6120 GET a - HIER_NONE/- -"), &q));
    OK(!squid_parse(STR(""), &q));
}

static void test_urls(void)
{
    static const char *const cases[][4] = {
        {"login.contoso.example:443", "login.contoso.example", "443", ""},
        {"www.contoso.example/people?page=0", "www.contoso.example", "", "/people"},
        {"https://u:p@[2001:db8::1]:8443/x#y", "2001:db8::1", "8443", "/x"},
        {"/autodiscover/a.json?Email=x", "", "", "/autodiscover/a.json"},
        {"?mkt=en", "", "", ""},
        {"http://", "", "", ""},
        {"[::1", "[", ":1", ""},
        {"", "", "", ""},
    };
    struct url u;

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        url_split_proxy(str_z(cases[i][0]), &u);
        OK_STR(u.host, cases[i][1]);
        OK_STR(u.port, cases[i][2]);
        OK_STR(u.path, cases[i][3]);
    }
}

static void test_syslog_times(void)
{
    const int64_t march = INT64_C(1772460487) * NS_PER_S; /* 2026-03-02T14:08:07Z */

    OK_INT(syslog_time(STR("Mar  2 14:08:07"), march), march);
    OK_INT(syslog_time(STR("Mar  3 14:08:07"), march), march + 86400 * NS_PER_S);
    OK_INT(syslog_time(STR("Mar  3 14:08:08"), march), march - (364 * 86400 - 1) * NS_PER_S);
    OK_INT(syslog_time(STR("Mar  2 14:08:07.250:"), march), march + NS_PER_S / 4);
    OK_INT(syslog_time(STR("Mar  2 2024 14:08:07"), march), INT64_C(1709388487) * NS_PER_S);
    OK_INT(syslog_time(STR("2026-03-02T15:08:07+01:00"), march), march);
    OK_INT(syslog_time(STR("Feb 29 00:00:00"), march), INT64_C(1709164800) * NS_PER_S);
    OK(syslog_time(STR("Feb 30 00:00:00"), march) == TIME_NONE);
    OK(syslog_time(STR("Mar x2 00:00:00"), march) == TIME_NONE);
    OK(syslog_time(STR(""), march) == TIME_NONE);
}

int main(void)
{
    arena_init(&arena, 0);
    test_rows();
    test_made();
    test_directives();
    test_iis();
    test_squid();
    test_urls();
    test_syslog_times();
    arena_done(&arena);
    TAP_DONE();
}
