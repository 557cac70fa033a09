/* test_literals.c - the prefilter's promise: when a field of a record holds a text, the record's
 * bytes hold one of the strings that source_literals gives for it. */
#include "../tap.h"

#include "plan/plan.h"
#include "records.h"

static const struct str names[] = {
    STR_INIT("#repo"),
    STR_INIT("#type"),
    STR_INIT("#Vendor"),
    STR_INIT("resultType"),
    STR_INIT("ipAddress"),
    STR_INIT("userPrincipalName"),
    STR_INIT("userAgent"),
    STR_INIT("clientAppUsed"),
    STR_INIT("appDisplayName"),
    STR_INIT("category"),
    STR_INIT("country"),
    STR_INIT("resultDescription"),
    STR_INIT("resourceId"),
    STR_INIT("@rawstring"),
    STR_INIT("@timestamp"),
    STR_INIT("@id"),
    STR_INIT("tenantId"),
    STR_INIT("Operation"),
    STR_INIT("properties.userPrincipalName"),
    STR_INIT("LogonError"),
    STR_INIT(FIELD_QRADAR_PREFIX "payload"),
    STR_INIT(FIELD_QRADAR_PREFIX "username"),
    STR_INIT(FIELD_QRADAR_PREFIX "sourceip"),
    STR_INIT(FIELD_QRADAR_PREFIX "qideventcategory"),
    STR_INIT(FIELD_QRADAR_PREFIX "eventname"),
    STR_INIT(FIELD_QRADAR_PREFIX "hostname"),
    STR_INIT(FIELD_QRADAR_PREFIX "category"),
    STR_INIT(FIELD_QRADAR_PREFIX "starttime"),
    STR_INIT(FIELD_PROPERTY_PREFIX "User Agent"),
    STR_INIT(FIELD_PROPERTY_PREFIX "Result Type"),
    STR_INIT(FIELD_PROPERTY_PREFIX "operating_system"),
    STR_INIT(FIELD_PROPERTY_PREFIX "app display name"),
    STR_INIT(FIELD_PROPERTY_PREFIX "MSG"),
};
#define N_NAMES ARRAY_LEN(names)

static const char *const files[] = {
    "a1-eventhub.jsonl",
    "a2-eventhub-envelope.json",
    "a3-eventhub-spaced.jsonl",
    "b1-graph-page.json",
    "c1-signinlogs-table.jsonl",
    "c2-signinlogs-table.csv",
    "c3-la-query-api.json",
    "d1-portal-InteractiveSignIns.csv",
    "e1-o365-management-activity.jsonl",
    "e3-purview-audit-search.csv",
    "e5-graph-audit-query.json",
    "f1-logscale-flat.jsonl",
    "f2-logscale-export.csv",
    "g1-qradar-ariel-result.json",
    "g2-syslog-wrapped.log",
    "h1-preauth-discovery.jsonl",
};

static const char odd[] =
    "{\"CreationTime\":\"2026-03-02T14:05:00\",\"Operation\":\"UserLoginFailed\",\"Workload\":"
    "\"A\","
    "\"LogonError\":\"IdsLocked\",\"ClientIP\":\"[2001:db8::1]:443\",\"UserId\":\"a\\/"
    "b\\\\c@x.example\"}\n"
    "{\"createdDateTime\":\"2026-03-02T14:05:00Z\",\"appId\":\"a\",\"ipAddress\":\"1.2.3.4\","
    "\"isInteractive\":false,\"userPrincipalName\":\"\\u00e9mile@x.example\",\"userAgent\":"
    "\"a\\tb\\n\"}\n"
    "{\"@timestamp\":1,\"#repo\":\"mine\",\"resultType\":50034,\"userAgent\":\"K\xE2\x84\xAA"
    "ey \xC5\xBFs\"}\n";

static uint64_t state = 42;

static uint32_t pick(uint32_t n)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)(state >> 33) % n;
}

static bool contains(struct str s, struct literal lit)
{
    for (size_t i = 0; i + lit.text.len <= s.len; i++) {
        struct str part = str_of(s.ptr + i, lit.text.len);

        if (lit.icase ? str_eq_nocase(part, lit.text) : str_eq(part, lit.text))
            return true;
    }
    return false;
}

/* One random stretch of a value. */
static bool holds(const struct extractor *x, struct str name, struct str value, struct str record,
                  struct arena *a, size_t *n_given)
{
    uint32_t from = pick((uint32_t)value.len);
    uint32_t len = 1 + pick(MIN((uint32_t)value.len - from, 24u));
    bool icase = pick(2) == 0;
    char *text = arena_strz(a, str_of(value.ptr + from, len));
    struct literal_list list = {0};

    for (uint32_t i = 0; icase && i < len; i++)
        if (pick(2) == 0)
            text[i] = ascii_lower(text[i]);
    if (!source_literals(x, name, str_of(text, len), icase, &list, a))
        return true;
    (*n_given)++;
    if (contains(record, (struct literal){STR("\\u"), false}))
        return true; /* always looked at */
    for (size_t i = 0; i < list.n; i++)
        if (contains(record, list.items[i]))
            return true;
    printf("# %.*s: '%.*s' not found\n", STR_ARG(name), (int)len, text);
    return false;
}

static void check_sample(const struct extractor *x, struct sample *s)
{
    struct table *t = table_read(x, s, N_NAMES, false);
    struct arena a;
    size_t n_given = 0;
    bool sound = true;

    arena_init(&a, 0);
    for (size_t i = 0; i < t->n; i++)
        for (size_t c = 0; c < N_NAMES; c++)
            for (int k = 0; k < 20; k++) {
                struct str v = table_text(t, c, i);
                struct str name = k < 2 && str_eqz(names[c], "@rawstring") ? STR("") : names[c];

                if (table_has(t, c, i) && v.len > 0)
                    sound = sound && holds(x, name, v, s->records.items[i].raw, &a, &n_given);
            }
    OK(sound);
    OK(n_given > 0);
    arena_done(&a);
    table_free(t);
}

static bool gives(const struct extractor *x, const char *name, const char *literal, bool icase,
                  const char *const *want, size_t n, struct arena *a)
{
    struct literal_list list = {0};
    bool found = source_literals(x, str_z(name), str_z(literal), icase, &list, a);

    if (!found || list.n != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (!str_eqz(list.items[i].text, want[i]))
            return false;
    return true;
}

static void check_rows(const struct extractor *x, const struct extractor *tagged)
{
    static const char *const code[] = {"50034", "UserAccountNotFound"};
    static const char *const part[] = {"5003", "UserAccountNotFound"};
    static const char *const piece[] = {"Mozilla"};
    static const char *const codes[] = {"theHarvester", "%74", "%68", "%65", "%48",
                                        "%61",          "%72", "%76", "%73"};
    static const char *const words[] = {"thon", "%74", "%68", "%6F", "%6E"};
    static const char *const letters[] = {"OK",  "\xE2\x84\xAA", "%4F",      "%6F",
                                          "%4B", "%6B",          "%E2%84%AA"};
    static const char *const parts[] = {"a.baker"};
    static const char *const whole[] = {"Directory"};
    struct literal_list none = {0};
    static const char *const icase[] = {"sdirek", "\xE2\x84\xAA", "\xC5\xBF"};
    static const char *const named[] = {"JSmith", "\xC5\xBF"};
    struct literal_list list = {0};
    struct arena a;

    arena_init(&a, 0);
    OK(gives(x, "resultType", "50034", false, code, 2, &a));
    OK(gives(x, "resultType", "5003", false, part, 2, &a));
    OK(gives(x, "appDisplayName", "Mozilla/5.0", false, piece, 1, &a));
    OK(gives(x, "appDisplayName", "a\"Mozilla\\x", false, piece, 1, &a));
    /* Some source has the user agent percent-encoded, some other has `+` for a blank in it. */
    OK(gives(x, "userAgent", "theHarvester/4", false, codes, 9, &a));
    OK(gives(x, "userAgent", "py thon=", false, words, 5, &a));
    OK(gives(x, "userAgent", "OK", true, letters, 7, &a));
    /* In some source a URL is put together, and = may have a backslash before it. */
    OK(gives(x, "url", "/v1?Email=a.baker", false, parts, 1, &a));
    OK(!source_literals(x, STR("@url"), STR("autodiscover"), false, &none, &a));
    OK(gives(x, "", "Azure: Directory", false, whole, 1, &a));
    /* Of a payload a piece of a value, not the key that stands in every record. */
    OK(gives(x, FIELD_QRADAR_PREFIX "payload", "\"errorCode\":50034", false, code, 1, &a));
    OK(gives(x, FIELD_QRADAR_PREFIX "payload", "\"resultType\" : \"50034\"", false, code, 1, &a));
    OK(!source_literals(x, STR(FIELD_QRADAR_PREFIX "category"), STR("3047"), false, &none, &a));
    OK(gives(x, "x", "sdirek\xC3\xA9o", true, icase, 3, &a));
    /* Nor a stretch of a key that has to be cut. */
    OK(gives(x, FIELD_QRADAR_PREFIX "payload", "\"Logon Process Name\":\"JSmith\"", true, named, 2,
             &a));
    /* Constants of a source stand in no record. */
    OK(!source_literals(x, STR("#repo"), STR("azure"), false, &list, &a));
    OK(source_literals(x, STR("#repo"), STR("okta"), false, &list, &a));
    OK(!source_literals(tagged, STR("#repo"), STR("okta"), false, &list, &a));
    OK(!source_literals(x, STR("@timestamp"), STR("17724"), false, &list, &a));
    OK(!source_literals(x, STR("@id"), STR("abcdef"), false, &list, &a));
    OK(!source_literals(x, STR("x"), STR("\"/\\"), false, &list, &a));
    OK(!source_literals(x, STR("x"), STR(""), false, &list, &a));
    /* Wider than a map's answer: any text in it. */
    OK(!source_literals(x, STR("x"), STR("a"), false, &list, &a));
    OK_INT(list.n, 1);
    arena_done(&a);
}

int main(void)
{
    struct source_tag tags[] = {{NULL, STR_INIT("#repo"), STR_INIT("okta")}};
    const struct source_options o = {0}, with_tag = {.tags = tags, .n_tags = 1};
    struct lanner_err err = {0};
    struct source_set *set = NULL;
    struct extractor *x = NULL, *tagged = NULL;

    OK_INT(source_set_open(NULL, 0, &set, &err), LANNER_OK);
    OK_INT(extractor_new(set, &o, names, N_NAMES, false, &x, &err), LANNER_OK);
    OK_INT(extractor_new(set, &with_tag, names, N_NAMES, false, &tagged, &err), LANNER_OK);
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        struct sample *s = sample_file(synthetic(), files[i]);

        printf("# %s\n", files[i]);
        OK(s != NULL);
        if (s != NULL)
            check_sample(x, s);
        sample_free(s);
    }
    struct sample *s = sample_text("odd.jsonl", str_z(odd));

    check_sample(x, s);
    sample_free(s);
    check_rows(x, tagged);
    extractor_free(x);
    extractor_free(tagged);
    source_set_free(set);
    TAP_DONE();
}
