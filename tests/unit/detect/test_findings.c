/* test_findings.c - rows to findings: what they are about, when they are one, how they are called.
 */
#include "tap.h"

#include <stdlib.h>

#include "detect/findings.h"
#include "util/yaml.h"

#define HOUR INT64_C(3600000)

static struct arena arena;
static struct pack pack = {.id = STR_INIT("p")};
static struct yaml_node with_finding; /* a mapping with that key */

static struct detection make(bool grouped)
{
    static struct column_names key[] = {{{STR_INIT("ClientIP"), STR_INIT("ip")}}};
    static struct yaml_node *keys[1], *items[1];
    static struct yaml_node name = {.kind = YAML_SCALAR, .text = STR_INIT("finding")};
    static struct yaml_node none = {.kind = YAML_MAPPING};
    struct detection d = {.pack = &pack, .id = STR("d"), .severity = SEVERITY_MEDIUM};

    keys[0] = &name;
    items[0] = &none;
    with_finding = (struct yaml_node){.kind = YAML_MAPPING, .n = 1, .keys = keys, .items = items};
    d.tree = grouped ? &with_finding : &none;
    d.key = key;
    d.n_key = 1;
    d.entity[ENTITY_SOURCE] = key[0];
    return d;
}

struct pair {
    const char *name, *text;
};

/* A row of texts; the struct's arrays live until the next call. */
static struct lanner_row *row_of(const struct pair *cells, size_t n)
{
    static struct lanner_name names[16];
    static struct lanner_value values[16];
    static struct lanner_row row;

    for (size_t i = 0; i < n; i++) {
        names[i] = (struct lanner_name){cells[i].name, strlen(cells[i].name)};
        values[i] = (struct lanner_value){
            .kind = LANNER_TEXT, .text = cells[i].text, .len = strlen(cells[i].text)};
    }
    row = (struct lanner_row){.n_columns = n, .columns = names, .values = values};
    return &row;
}
#define ROW(...)                                                                                   \
    row_of((const struct pair[]){__VA_ARGS__},                                                     \
           sizeof((const struct pair[]){__VA_ARGS__}) / sizeof(struct pair))

static struct finding read_row(const struct detection *d, enum query_language l,
                               const struct lanner_row *row)
{
    struct finding f;

    found_read(d, l, row, NULL, 0, &arena, &f);
    finding_name(&f);
    return f;
}

static void test_times(void)
{
    struct detection d = make(true);
    struct finding f;

    d.window_start = (struct column_names){{STR("hour"), STR("bucket")}};
    d.window_ms = HOUR;
    f = read_row(&d, QUERY_CQL, ROW({"ip", "203.0.113.7"}, {"bucket", "1772460000000"}));
    OK_INT(f.window_start_ms, INT64_C(1772460000000));
    OK_INT(f.first_ms, INT64_C(1772460000000));
    OK_INT(f.last_ms, INT64_C(1772463599999));
    f = read_row(&d, QUERY_AQL, ROW({"clientip", "203.0.113.7"}, {"hour", "2026-03-02 14:00:00"}));
    OK_INT(f.window_start_ms, INT64_C(1772460000000));
    OK_STR(f.entity[ENTITY_SOURCE], "203.0.113.7"); /* the column differs in case only */
    d.first_seen = (struct column_names){{STR("f"), STR("f")}};
    d.last_seen = (struct column_names){{STR("l"), STR("l")}};
    f = read_row(&d, QUERY_CQL, ROW({"f", "1000"}, {"l", "500"}));
    OK(f.first_ms == 1000 && f.last_ms == 1000);
    f = read_row(&d, QUERY_CQL, ROW({"f", "soon"}, {"l", "9999999999999999999999"}));
    OK(f.window_start_ms == LANNER_TIME_OPEN && f.first_ms == LANNER_TIME_OPEN);
    f = read_row(&d, QUERY_CQL, ROW({"@timestamp", "77"}));
    OK(f.first_ms == 77 && f.last_ms == 77);
}

static void test_identity(void)
{
    struct detection d = make(true);
    struct finding a, b;

    a = read_row(&d, QUERY_CQL, ROW({"ip", "203.0.113.7"}, {"@timestamp", "1772460300123"}));
    b = read_row(&d, QUERY_AQL,
                 ROW({"ClientIP", "::ffff:203.0.113.7"}, {"starttime", "2026-03-02 14:05:00"}));
    OK(strcmp(a.id, b.id) == 0 && strlen(a.id) == 32);
    /* Written down: an id is the same in every run and release. */
    OK_STR(str_z(a.id), "d6c62c9249e7581dd0e4a03061562cab");
    b = read_row(&d, QUERY_CQL, ROW({"ip", "203.0.113.8"}, {"@timestamp", "1772460300123"}));
    OK(strcmp(a.id, b.id) != 0);
    b = read_row(&d, QUERY_CQL, ROW({"ip", "203.0.113.7"}, {"@timestamp", "1772460301000"}));
    OK(strcmp(a.id, b.id) != 0);
    a = read_row(&d, QUERY_CQL, ROW({"ip", "Alice@Contoso.example"}, {"@timestamp", "5"}));
    b = read_row(&d, QUERY_CQL, ROW({"ip", "alice@contoso.EXAMPLE"}, {"@timestamp", "5"}));
    OK(strcmp(a.id, b.id) == 0);
}

static void test_verdicts(void)
{
    struct verdict rules[] = {
        {.at_least = STR("?high"), .verdict = STR("High"), .severity = SEVERITY_HIGH},
        {.at_least = STR("20"), .verdict = STR("Moderate"), .severity = SEVERITY_MEDIUM},
        {.column = {{STR("V"), STR("V")}},
         .is = STR("Low"),
         .verdict = STR("Low"),
         .severity = SEVERITY_LOW},
    };
    struct parameter high = {.name = STR("high"), .value = STR("50")};
    const char *const set[] = {"high=30"};
    struct detection d = make(true);
    struct finding f;

    d.verdicts = rules;
    d.n_verdicts = 3;
    d.parameters = &high;
    d.n_parameters = 1;
    d.users = (struct column_names){{STR("u"), STR("u")}};
    f = read_row(&d, QUERY_CQL, ROW({"u", "50"}));
    OK_STR(f.verdict, "High");
    f = read_row(&d, QUERY_CQL, ROW({"u", "49"}));
    OK_STR(f.verdict, "Moderate");
    OK_INT(f.severity, SEVERITY_MEDIUM);
    OK(f.n_users == 49 && f.value == 49);
    found_read(&d, QUERY_CQL, ROW({"u", "30"}), set, 1, &arena, &f);
    OK_STR(f.verdict, "High");
    f = read_row(&d, QUERY_CQL, ROW({"u", "19"}, {"V", "Low"}));
    OK_STR(f.verdict, "Low");
    f = read_row(&d, QUERY_CQL, ROW({"u", "19"}, {"V", "low"}));
    OK_STR(f.verdict, "");
    OK_INT(f.severity, SEVERITY_MEDIUM);
    f = read_row(&d, QUERY_CQL, ROW({"u", "nan"}));
    OK(f.n_users == 0 && f.value == 0);
}

/* Findings at these times; ip 0 is the same address for all. */
static struct finding_list list_of(const struct detection *d, const int64_t *times, size_t n)
{
    struct finding_list l = {0};

    for (size_t i = 0; i < n; i++) {
        char ms[32];
        struct finding f;

        snprintf(ms, sizeof(ms), "%lld", (long long)times[i]);
        f = read_row(d, QUERY_CQL, ROW({"ip", "203.0.113.7"}, {"@timestamp", ms}, {"n", "3"}));
        VEC_PUSH(&l, f);
    }
    return l;
}

static void test_merge(void)
{
    static const int64_t times[] = {2 * HOUR + 1, 0, HOUR, 2 * HOUR, 9 * HOUR};
    struct detection d = make(true);
    struct finding_list l;

    d.window_ms = HOUR; /* no start: what lies within an hour is one */
    d.events = (struct column_names){{STR("n"), STR("n")}};
    l = list_of(&d, times, 5);
    findings_merge(&l, false, &arena);
    OK_INT(l.n, 2);
    OK(l.items[0].first_ms == 0 && l.items[0].last_ms == 2 * HOUR + 1);
    OK_INT(l.items[0].n_merged, 4);
    OK_INT(l.items[0].n_events, 3);
    OK_INT(l.items[1].first_ms, 9 * HOUR);
    finding_list_done(&l);
    l = list_of(&d, (const int64_t[]){0, HOUR + 1}, 2); /* just past it */
    findings_merge(&l, false, &arena);
    OK_INT(l.n, 2);
    finding_list_done(&l);
    d.window_ms = 0; /* none: only what overlaps */
    l = list_of(&d, (const int64_t[]){5, 5, 6}, 3);
    findings_merge(&l, true, &arena);
    OK_INT(l.n, 2);
    OK_INT(l.items[0].n_events, 6);
    finding_list_done(&l);
}

static void test_suppress(void)
{
    static const int64_t times[] = {0, 10 * HOUR, 24 * HOUR - 1, 24 * HOUR, 47 * HOUR};
    struct detection d = make(true);
    struct finding_list l = list_of(&d, times, 5);

    d.events = (struct column_names){{STR("n"), STR("n")}};
    findings_suppress(&l, 0, &arena);
    OK_INT(l.n, 5);
    l.items[1].suppressed = true; /* by tuning: stays apart */
    l.items[2].severity = SEVERITY_CRITICAL;
    l.items[2].verdict = STR("Worst");
    findings_suppress(&l, 24 * HOUR, &arena);
    OK_INT(l.n, 3);
    OK(l.items[0].first_ms == 0 && l.items[0].last_ms == 24 * HOUR - 1);
    OK_STR(l.items[0].verdict, "Worst");
    OK_INT(l.items[0].n_merged, 2);
    OK_INT(l.items[1].n_merged, 2);
    OK(l.items[2].suppressed);
    findings_sort(l.items, l.n);
    OK(l.items[0].severity == SEVERITY_CRITICAL && l.items[2].suppressed);
    finding_list_done(&l);
}

static void test_collect(void)
{
    struct detection d = make(false);
    struct collector *c = collector_new(&d, QUERY_CQL, NULL, 0, &arena);
    struct finding_list l = {0};

    for (int i = 0; i < 5000; i++) {
        char ms[32];

        snprintf(ms, sizeof(ms), "%d", i % 7 * 10);
        collector_row(c, ROW({"ip", i % 2 ? "203.0.113.7" : "203.0.113.8"}, {"@timestamp", ms},
                             {"userPrincipalName", "\x1b[31m<b>"}));
    }
    collector_finish(c, &l);
    OK_INT(l.n, 2);
    OK_INT(l.items[0].n_events + l.items[1].n_events, 5000);
    OK(l.items[0].first_ms == 0 && l.items[0].last_ms == 60);
    OK_INT(l.items[0].n_row, 3);
    OK_INT(collector_n_cut(c), 0);
    finding_list_done(&l);
    /* Windows do not fall together, however close. */
    d.window_start = (struct column_names){{STR("b"), STR("b")}};
    collector_row(c, ROW({"ip", "203.0.113.7"}, {"b", "0"}));
    collector_row(c, ROW({"ip", "203.0.113.7"}, {"b", "1"}));
    collector_row(c, ROW({"ip", "203.0.113.7"}, {"b", "1"}));
    collector_finish(c, &l);
    OK_INT(l.n, 2);
    OK_INT(l.items[1].n_merged, 2);
    finding_list_done(&l);
    collector_free(c);
}

static void test_too_many(void)
{
    struct detection d = make(true);
    struct collector *c = collector_new(&d, QUERY_CQL, NULL, 0, &arena);
    struct finding_list l = {0};

    for (int i = 0; i < 100005; i++) {
        char ip[32];

        snprintf(ip, sizeof(ip), "user%d", i);
        collector_row(c, ROW({"ip", ip}, {"@timestamp", "5"}));
    }
    OK_INT(collector_n_cut(c), 5);
    collector_row(c, ROW({"ip", "user3"}, {"@timestamp", "6"})); /* one that is there counts */
    OK_INT(collector_n_cut(c), 5);
    collector_finish(c, &l);
    OK_INT(l.n, 100000);
    finding_list_done(&l);
    collector_free(c);
}

static void test_sample(void)
{
    struct detection d = make(true);
    struct finding f;

    d.sample = (struct column_names){{STR("s"), STR("s")}};
    f = read_row(&d, QUERY_CQL, ROW({"s", "a\nb\n\na\n c "}));
    OK_INT(f.n_sample, 3);
    OK_STR(f.sample[2], "c");
    f = read_row(&d, QUERY_CQL, ROW({"s[0]", "x"}, {"s[1]", "y"}, {"st", "z"}));
    OK_INT(f.n_sample, 2);
}

int main(void)
{
    arena_init(&arena, 0);
    test_times();
    test_identity();
    test_verdicts();
    test_merge();
    test_suppress();
    test_collect();
    test_too_many();
    test_sample();
    arena_done(&arena);
    TAP_DONE();
}
