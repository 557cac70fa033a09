/* Allow-lists: what files may say, which entry takes an event, times, damage. */
#include <stdlib.h>

#include "../tap.h"
#include "lookup/lookup.h"
#include "util/ip.h"

static struct arena arena;
static struct lanner_err err;
static struct allow_room room;

/* Monday 2026-03-02T12:00:00Z */
#define NOON_MS INT64_C(1772452800000)
#define HOUR_MS INT64_C(3600000)

static const struct allow *parse(const char *text)
{
    const struct allow *l = NULL;

    memset(&err, 0, sizeof(err));
    if (allow_parse("list.csv", str_z(text), &arena, &l, &err) != LANNER_OK)
        printf("# %s\n", err.text);
    return l;
}

struct event {
    const char *address, *user, *agent, *app, *app_name, *asn;
    int64_t ms;
};

static int find_for(const struct allow *l, struct event e, const char *detection)
{
    struct allow_subject s = {
        .address = str_z(e.address),
        .account = str_z(e.user),
        .user_agent = str_z(e.agent),
        .app_id = str_z(e.app),
        .app_name = str_z(e.app_name),
        .asn = str_z(e.asn),
        .time_ms = e.ms != 0 ? e.ms : ALLOW_OPEN,
    };
    size_t i;

    s.has_ip = ip_parse(s.address, s.ip);
    i = allow_find(allow_use_new(l, NOON_MS * NS_PER_MS, str_z(detection), &arena), &s, &room);
    return i == SIZE_MAX ? -1 : (int)i;
}

static int find(const struct allow *l, struct event e)
{
    return find_for(l, e, "");
}

static void test_addresses(void)
{
    const struct allow *l = parse("# the offices\n#\n"
                                  "address;owner;reason;ticket\n"
                                  "203.0.113.0/24;network;proxies;CHG-1\n"
                                  "203.0.113.7;network;scanner;\n"
                                  "2001:db8::/32;network;;\n"
                                  "203.0.113.0/24;other;;\n");

    OK(l != NULL && allow_count(l) == 4);
    OK_INT(allow_at(l, 1)->line, 5);
    OK(strcmp(allow_at(l, 0)->ticket, "CHG-1") == 0);
    OK_INT(find(l, (struct event){.address = "203.0.113.7"}), 1); /* the longest prefix */
    OK_INT(find(l, (struct event){.address = "203.0.113.8"}), 0);
    OK_INT(find(l, (struct event){.address = "::ffff:203.0.113.8"}), 0);
    OK_INT(find(l, (struct event){.address = "2001:DB8:1::1"}), 2);
    OK_INT(find(l, (struct event){.address = "2001:db9::1"}), -1);
    OK_INT(find(l, (struct event){.address = "198.51.100.1"}), -1);
    OK_INT(find(l, (struct event){.address = "no address"}), -1);
    OK_INT(find(l, (struct event){.address = ""}), -1);
}

static void test_kinds(void)
{
    const struct allow *l = parse("kind,value,match\n"
                                  "account,Svc-Sync@contoso.example,\n"
                                  "user_agent,Tool/*,\n"
                                  "user_agent,lit*ral,exact\n"
                                  "user_agent,^probe [0-9]+$,regex\n"
                                  "application,00000002-0000-0ff1-ce00-000000000000,\n"
                                  "application,azure*,glob\n"
                                  "asn,AS64500,\n"
                                  "account,first*,glob\n"
                                  "account,FIRST-ONE,\n");

    OK(l != NULL);
    OK_INT(find(l, (struct event){.user = "svc-sync@CONTOSO.example"}), 0);
    OK_INT(find(l, (struct event){.user = "svc-sync"}), -1);
    OK_INT(find(l, (struct event){.agent = "tool/1.0"}), 1);
    OK_INT(find(l, (struct event){.agent = "literal"}), -1);
    OK_INT(find(l, (struct event){.agent = "LIT*RAL"}), 2);
    OK_INT(find(l, (struct event){.agent = "Probe 17"}), 3);
    OK_INT(find(l, (struct event){.agent = "a probe 17"}), -1);
    OK_INT(find(l, (struct event){.app = "00000002-0000-0FF1-CE00-000000000000"}), 4);
    OK_INT(find(l, (struct event){.app_name = "Azure Portal"}), 5);
    OK_INT(find(l, (struct event){.asn = "64500"}), 6);
    OK_INT(find(l, (struct event){.asn = "as064500"}), 6);
    OK_INT(find(l, (struct event){.asn = "645001"}), -1);
    OK_INT(find(l, (struct event){.user = "first-one"}), 7); /* the first of the list */
    OK_INT(find(l, (struct event){.user = "first-one", .agent = "tool/2"}), 1);
    OK_INT(find(l, (struct event){.agent = "64500"}), -1); /* of another kind */
}

static void test_expiry(void)
{
    const struct allow *l = parse("account,expires,detection\n"
                                  "a,2026-03-01,\n"
                                  "b,2026-03-02,\n"
                                  "c,2026-03-02T12:00:00Z,\n"
                                  "d,2026-03-02T13:00:00+00:30,\n"
                                  "e,,entra-*\n");

    OK(l != NULL && allow_has_expiry(l));
    OK_INT(find(l, (struct event){.user = "a"}), -1);
    OK_INT(find(l, (struct event){.user = "b"}), 1); /* to the end of the day */
    OK_INT(find(l, (struct event){.user = "c"}), -1);
    OK_INT(find(l, (struct event){.user = "d"}), 3);
    OK_INT(find(l, (struct event){.user = "e"}), -1);
    OK_INT(find_for(l, (struct event){.user = "e"}, "Entra-unknown-users"), 4);
    OK_INT(find_for(l, (struct event){.user = "e"}, "other"), -1);
    OK_INT(find_for(l, (struct event){.user = "b"}, "other"), 1);
}

static void test_windows(void)
{
    const struct allow *l = parse("address,days,from,to,timezone\n"
                                  "192.0.2.1,mon-wed,11:30,12:30,\n"
                                  "192.0.2.2,sun|tue,,,\n"
                                  "192.0.2.3,fri-mon,22:00,06:00,\n"
                                  "192.0.2.4,mon,13:00,14:00,+01:30\n"
                                  "192.0.2.5,,00:00,24:00,\n");
    const struct allow *all = parse("days,from,to,reason\nmon,12:00,13:00,patches\n");
    static const struct {
        const char *address;
        int64_t hours;
        int entry;
    } cases[] = {
        {"192.0.2.1", 0, 0},    {"192.0.2.1", 1, -1},  {"192.0.2.1", 48, 0},  {"192.0.2.1", 72, -1},
        {"192.0.2.2", 0, -1},   {"192.0.2.2", 24, 1},  {"192.0.2.3", 0, -1},  {"192.0.2.3", 10, 2},
        {"192.0.2.3", 17, 2},   {"192.0.2.3", 18, -1}, {"192.0.2.3", 34, -1}, {"192.0.2.3", -7, 2},
        {"192.0.2.3", -55, 2}, /* Saturday 05:00, of Friday night */
        {"192.0.2.3", -79, -1}, {"192.0.2.4", 0, 3},   {"192.0.2.4", 1, -1},  {"192.0.2.5", 5, 4},
    };

    OK(l != NULL && allow_has_windows(l));
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        OK_INT(find(l, (struct event){.address = cases[i].address,
                                      .ms = NOON_MS + cases[i].hours * HOUR_MS}),
               cases[i].entry);
    OK_INT(find(l, (struct event){.address = "192.0.2.5"}), -1); /* without a time */
    OK(all != NULL);
    OK_INT(find(all, (struct event){.ms = NOON_MS + 1}), 0);
    OK_INT(find(all, (struct event){.ms = NOON_MS + HOUR_MS}), -1);
    OK_INT(find(all, (struct event){.ms = NOON_MS - 1}), -1);
}

static void test_damage(void)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"owner\nx\n", "list.csv: line 1: expected a column with values, found none"},
        {"", "list.csv: line 1: expected a column with values, found none"},
        {"address,asn\n1.2.3.4,5\n",
         "list.csv: line 1: expected one column with values, found address and asn"},
        {"value\nx\n", "list.csv: line 1: the column value needs a column kind beside it"},
        {"kind,value\nhost,x\n", "list.csv: line 2, column kind: expected address, asn, "
                                 "user_agent, application or account, found \"host\""},
        {"# x\naddress\n203.0.113.0/33\n",
         "list.csv: line 3, column address: expected an address or a network such as "
         "203.0.113.0/24, found \"203.0.113.0/33\""},
        {"asn\nsix\n",
         "list.csv: line 2, column asn: expected the number of an AS such as 64500, found \"six\""},
        {"account,expires\na,2026-02-30\n",
         "list.csv: line 2, column expires: expected a date such as 2026-12-31 or an RFC 3339 "
         "time, found \"2026-02-30\""},
        {"account,match\na,like\n",
         "list.csv: line 2, column match: expected exact, glob or regex, found \"like\""},
        {"account,match\n(,regex\n", "list.csv: line 2, column account: expected a regular "
                                     "expression ("},
        {"account,days\na,someday\n", "list.csv: line 2, column days: expected days such as "
                                      "mon-fri or sat|sun, found \"someday\""},
        {"account,from\na,25:00\n", "list.csv: line 2, column from: expected a time of day such "
                                    "as 22:00, found \"25:00\""},
        {"account,from,to\na,06:00,06:00\n",
         "list.csv: line 2, column to: expected a time other than that of from, found \"06:00\""},
        {"account,timezone\na,Nowhere/Land\n",
         "list.csv: line 2, column timezone: expected a time zone such as Europe/Paris or +02:00, "
         "found \"Nowhere/Land\""},
        {"account\n\"\"\n", "list.csv: line 2, column account: expected a value, found \"\""},
        {"days,from\n,\n", "list.csv: line 2, column from: expected a window of time, found \"\""},
        {"account,owner\na\n", "list.csv: line 2 has 1 columns, the header has 2"},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        OK(parse(cases[i].text) == NULL && err.rc != LANNER_OK);
        OK(strncmp(err.text, cases[i].message, strlen(cases[i].message)) == 0);
        if (strncmp(err.text, cases[i].message, strlen(cases[i].message)) != 0)
            printf("# got  %s\n# want %s\n", err.text, cases[i].message);
    }
}

/* Patterns are tried one by one and must be few; plain entries may be many. */
static void test_bounds(void)
{
    struct buf text = {0};
    const struct allow *l;

    buf_puts(&text, "account\n");
    for (int i = 0; i < 100000; i++)
        buf_printf(&text, "user%d\n", i);
    buf_putc(&text, '\0');
    l = parse(text.ptr);
    OK(l != NULL);
    OK_INT(find(l, (struct event){.user = "USER99999"}), 99999);
    buf_clear(&text);
    buf_puts(&text, "account,match\n");
    for (int i = 0; i < 2001; i++)
        buf_printf(&text, "*x%d*,glob\n", i);
    buf_putc(&text, '\0');
    OK(parse(text.ptr) == NULL && err.rc == LANNER_ERR_LIMIT);
    buf_done(&text);
    /* A pattern that hits its limits takes nothing, and that is known. */
    l = parse("user_agent,match\n(a*)*(a*)*(a*)*(a*)*b\\1,regex\n");
    OK(l != NULL);
    room.undecided = false;
    OK_INT(
        find(l, (struct event){.agent = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac"}),
        -1);
}

int main(void)
{
    arena_init(&arena, 0);
    test_addresses();
    test_kinds();
    test_expiry();
    test_windows();
    test_damage();
    test_bounds();
    allow_room_done(&room);
    arena_done(&arena);
    TAP_DONE();
}
