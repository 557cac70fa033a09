/* test_rules.c - for each rule a query it must find something in, and one that only looks alike. */
#include "tap.h"

#include "lint/lint.h"

/* The ids of the findings, sorted by place, with blanks between. */
static const char *ids_of(const char *query, const char *language)
{
    static char out[2000];
    struct lint *l = lint_new();
    size_t len = 0;

    lint_query(l, STR("q"), str_z(query), language);
    lint_sort(l);
    out[0] = '\0';
    for (size_t i = 0; i < l->findings.n && len < sizeof(out) - 20; i++)
        len += (size_t)snprintf(out + len, sizeof(out) - len, "%s%s", i > 0 ? " " : "",
                                l->findings.items[i].rule->id);
    lint_free(l);
    return out;
}

static bool finds(const char *query, const char *language, const char *id)
{
    bool found = strstr(ids_of(query, language), id) != NULL;

    if (!found)
        printf("# %s: %s has only: %s\n", id, query, ids_of(query, language));
    return found;
}

static bool spares(const char *query, const char *language, const char *id)
{
    bool spared = strstr(ids_of(query, language), id) == NULL;

    if (!spared)
        printf("# %s should not be found in: %s\n", id, query);
    return spared;
}

#define WHERE(condition) "SELECT username FROM events WHERE " condition " LAST 1 HOURS"

struct pair {
    const char *id, *language, *bad, *good;
};

static const struct pair pairs[] = {
    {"LNR001", "aql", "SELECT FROM", WHERE("username = 'a'")},
    {"LNR001", "cql", "nosuchfunction()", "count()"},
    {"LNR002", "aql", "SELECT COUNT(DISTINCT username) FROM events LAST 1 HOURS",
     "SELECT UNIQUECOUNT(LOWER(username)) FROM events LAST 1 HOURS"},
    {"LNR002", "cql", "f in [\"a\"]", "in(f, values=[\"a\"])"},
    {"LNR003", "cql", "f != \"\"", "f = /\\S/"},
    {"LNR004", "aql", WHERE("\"resultType\" = '50034'"), WHERE("\"username\" = 'a'")},
    {"LNR101", "aql", WHERE("UTF8(payload) ILIKE '%\"errorCode\":50034%'"),
     WHERE("UTF8(payload) ILIKE '%\"errorCode\":50034,%'")},
    {"LNR101", "aql", WHERE("UTF8(payload) IMATCHES '.*\"errorCode\":(50034|50053).*'"),
     WHERE("UTF8(payload) IMATCHES '.*\"errorCode\":(50034|50053)[,}].*'")},
    {"LNR101", "aql", WHERE("UTF8(payload) LIKE '%50012%'"), WHERE("username LIKE '%50012%'")},
    {"LNR101", "cql", "@rawstring = *\"errorCode\":50034*", "resultType = 50034"},
    {"LNR101", "cql", "@rawstring = /\"errorCode\":50034/",
     "@rawstring = /\"errorCode\":50034\\b/"},
    {"LNR102", "aql", WHERE("UTF8(payload) ILIKE '%\"resultType\":\"50034\"%'"),
     WHERE("UTF8(payload) IMATCHES '.*\"resultType\":\\s*\"50034\".*'")},
    {"LNR103", "aql", WHERE("UTF8(payload) ILIKE '%\"errorCode\":50034,%'"),
     WHERE("(UTF8(payload) ILIKE '%\"errorCode\":50034,%' OR UTF8(payload) ILIKE "
           "'%\"resultType\":\"50034\"%')")},
    {"LNR104", "cql", "in(resultType, values=[50034, 50053])",
     "in(resultType, values=[50034, 50053, 50126])"},
    {"LNR104", "aql", WHERE("\"resultType\" IN ('50034', '50056')"),
     WHERE("\"resultType\" IN ('50034', '51004')")},
    {"LNR105", "cql", "resultType = 50053", "resultType = 50053 resultDescription = *locked*"},
    {"LNR106", "cql", "resultType = 50034 | count(userPrincipalName, distinct=true)",
     "in(resultType, values=[0, 50034]) | count(userPrincipalName, distinct=true)"},
    {"LNR107", "cql", "ResultStatus = \"Success\"", "resultType = 0 // ResultStatus = \"Success\""},
    {"LNR107", "aql", WHERE("UTF8(payload) LIKE '%\"ResultStatus\":\"Failed\"%'"),
     WHERE("username = 'ResultStatus'")},
    {"LNR108", "cql", "groupBy([UserKey], limit=max)", "groupBy([UserId], limit=max)"},
    {"LNR109", "aql",
     WHERE("LOGSOURCETYPENAME(devicetype) = 'Microsoft Office 365' AND UTF8(payload) ILIKE "
           "'%\"resultType\":\"50034\"%'"),
     WHERE("LOGSOURCETYPENAME(devicetype) = 'Microsoft Office 365' AND UTF8(payload) ILIKE "
           "'%\"ErrorNumber\":\"50034\"%'")},
    {"LNR201", "aql", WHERE("CATEGORYNAME(category) LIKE '%Authentication%'"),
     WHERE("CATEGORYNAME(highlevelcategory) LIKE '%Authentication%'")},
    {"LNR201", "aql", WHERE("CATEGORYNAME(category) = 'Authentication'"),
     WHERE("CATEGORYNAME(category) = 'User Login Failure'")},
    {"LNR202", "aql", WHERE("LOGSOURCETYPENAME(devicetype) = 'Microsoft Azure Active Directory'"),
     WHERE("LOGSOURCETYPENAME(devicetype) IN ('Microsoft Azure Active Directory', 'Microsoft "
           "Entra ID')")},
    {"LNR203", "cql", "userPrincipleName = \"a\"", "userPrincipalName = \"a\""},
    {"LNR203", "cql", "resultTypes = 0", "resultTypes := resultType | resultTypes = 0"},
    {"LNR203", "aql", WHERE("\"resultTyp\" = '0'"), WHERE("\"resultType\" = '0'")},
    {"LNR204", "aql", WHERE("LOGSOURCETYPENAME(devicetype) = 'Microsoft Entra'"),
     WHERE("LOGSOURCETYPENAME(devicetype) = 'Microsoft IIS'")},
    {"LNR301", "cql", "groupBy([ipAddress, userAgent], limit=max)",
     "groupBy([ipAddress], limit=max, function=collect([userAgent]))"},
    {"LNR301", "aql", "SELECT \"userAgent\" AS ua, COUNT(*) FROM events GROUP BY ua LAST 1 HOURS",
     "SELECT sourceip, FIRST(\"userAgent\") AS ua, COUNT(*) FROM events GROUP BY sourceip LAST 1 "
     "HOURS"},
    {"LNR302", "cql", "groupBy(ipAddress, limit=max, function=count(user, distinct=true))",
     "groupBy(ipAddress, limit=max, function=count())"},
    {"LNR303", "cql", "h := @timestamp - @timestamp % 3600000 | groupBy([h], limit=max)",
     "h := ipAddress | groupBy([h], limit=max)"},
    {"LNR303", "aql",
     "SELECT DATEFORMAT(starttime, 'HH') AS h, COUNT(*) FROM events GROUP BY h LAST 1 HOURS",
     "SELECT sourceip AS h, COUNT(*) FROM events GROUP BY h LAST 1 HOURS"},
    {"LNR304", "cql", "count(userPrincipalName, distinct=true)",
     "a := lower(userPrincipalName) | count(a, distinct=true)"},
    {"LNR304", "aql", "SELECT UNIQUECOUNT(username) FROM events LAST 1 HOURS",
     "SELECT UNIQUECOUNT(CASE WHEN category = 1 THEN LOWER(username) END) FROM events LAST 1 "
     "HOURS"},
    {"LNR305", "cql", "collect([a], limit=5) | n := array:length(\"a[]\")",
     "collect([a], limit=5) | n := array:length(\"b[]\")"},
    {"LNR306", "cql", "groupBy([a])", "groupBy([a], limit=max)"},
    {"LNR307", "cql", "groupBy([a], limit=max) | sort(a)",
     "groupBy([a], limit=max) | sort(a, limit=1000)"},
    {"LNR308", "aql", "SELECT MIN(DATEFORMAT(starttime, 'HH:mm')) FROM events LAST 1 HOURS",
     "SELECT DATEFORMAT(MIN(starttime), 'HH:mm') FROM events LAST 1 HOURS"},
    {"LNR309", "aql", "SELECT username FROM events WHERE username = 'a' AND LAST 24 HOURS",
     "SELECT username FROM events WHERE username = 'a AND' LAST 24 HOURS"},
    {"LNR401", "aql", WHERE("UTF8(payload) ILIKE '%a%'"), WHERE("username ILIKE '%a%'")},
};

static void test_pairs(void)
{
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        OK(finds(pairs[i].bad, pairs[i].language, pairs[i].id));
        OK(spares(pairs[i].good, pairs[i].language, pairs[i].id));
    }
}

/* Every rule for queries has a pair above. */
static void test_all_have_pairs(void)
{
    for (size_t i = 0; lint_rule_at(i) != NULL; i++) {
        const struct lint_rule *r = lint_rule_at(i);
        bool there = r->scope == LINT_PACK;

        for (size_t k = 0; k < ARRAY_LEN(pairs); k++)
            there = there || strcmp(pairs[k].id, r->id) == 0;
        if (!there)
            printf("# %s has no pair\n", r->id);
        OK(there);
    }
}

static void test_places(void)
{
    struct lint *l = lint_new();
    struct lanner_err err = {0};
    const struct lint_finding *f;

    OK(lint_select(l, "LNR101", true, &err) == LANNER_OK);
    lint_query(
        l, STR("a.aql"),
        STR("SELECT username\nFROM events\nWHERE UTF8(payload) LIKE '%\"errorCode\":50012%'"),
        NULL);
    OK_INT(l->findings.n, 1);
    f = l->findings.items;
    OK_INT(f->line, 3);
    OK_INT(f->column, 26);
    OK_INT(f->length, 21);
    /* The longer code of the vendor's table is named. */
    OK(str_find(f->message, STR("500121")) != SIZE_MAX);
    OK_INT(l->n_severity[LINT_WARNING], 1);
    OK(!l->unreadable);
    lint_free(l);
}

static void test_selection(void)
{
    struct lint *l = lint_new();
    struct lanner_err err = {0};

    OK(lint_select(l, "group-limit, LNR304-case-sensitive-users", true, &err) == LANNER_OK);
    OK(lint_select(l, "lnr304", false, &err) == LANNER_OK);
    lint_query(l, STR("q"), STR("groupBy([userAgent], function=count(user, distinct=true))"),
               "cql");
    OK_INT(l->findings.n, 1);
    OK_STR(str_z(l->findings.items[0].rule->id), "LNR306");
    OK(lint_select(l, "LNR999", false, &err) == LANNER_ERR_USAGE);
    lint_free(l);
}

static void test_ignore(void)
{
    OK(spares("groupBy([a]) // lint:ignore LNR306", "cql", "LNR306"));
    OK(spares("// lint:ignore LNR101, LNR306: few groups\ngroupBy([a])", "cql", "LNR306"));
    OK(finds("// lint:ignore LNR101\ngroupBy([a])", "cql", "LNR306"));
    OK(finds("// lint:ignore LNR306\n\ngroupBy([a])", "cql", "LNR306"));
}

static void test_hostile(void)
{
    struct buf b = {0};
    struct lint *l;

    for (int i = 0; i < 3000; i++)
        buf_printf(&b, "| groupBy([userAgent%d])\n", i);
    l = lint_new();
    lint_query(l, STR("q"), buf_str(&b), "cql");
    OK(l->findings.n > 0 && l->findings.n < 1000);
    OK(l->cut);
    lint_free(l);
    buf_clear(&b);
    buf_puts(&b, "SELECT a FROM events WHERE a IN (");
    for (int i = 0; i < 30000; i++)
        buf_printf(&b, "'%d',", i);
    buf_puts(&b, "'x') LAST 1 HOURS");
    l = lint_new();
    lint_query(l, STR("q"), buf_str(&b), NULL);
    OK(!l->unreadable);
    lint_free(l);
    buf_done(&b);
    l = lint_new();
    lint_query(l, STR("q"), str_of("a\0b\xff", 4), NULL);
    OK(l->findings.n < 10);
    lint_free(l);
}

int main(void)
{
    test_pairs();
    test_all_have_pairs();
    test_places();
    test_selection();
    test_ignore();
    test_hostile();
    TAP_DONE();
}
