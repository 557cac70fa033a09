/* test_view.c - QRadar's view of a record: the fields of its event model, by source. */
#include "../tap.h"

#include "plan/plan.h"
#include "records.h"

#define VIEW(field) STR_INIT(FIELD_QRADAR_PREFIX field)
enum {
    TYPE,
    CATEGORY,
    HIGH,
    CATNAME,
    TYPENAME,
    SOURCEIP,
    USER,
    START,
    DEVICE,
    EVENT,
    EVENT_ID,
    EVENT_CAT,
    SEVERITY,
    COUNT,
    PROTO,
    HOST,
    PAYLOAD,
    PORT,
    N_NAMES
};
static const struct str names[N_NAMES] = {
    VIEW("devicetype"),   VIEW("category"),          VIEW("highlevelcategory"),
    VIEW("categoryname"), VIEW("logsourcetypename"), VIEW("sourceip"),
    VIEW("username"),     VIEW("starttime"),         VIEW("devicetime"),
    VIEW("eventname"),    VIEW("qideventid"),        VIEW("qideventcategory"),
    VIEW("severity"),     VIEW("eventcount"),        VIEW("protocolid"),
    VIEW("hostname"),     VIEW("payload"),           VIEW("sourceport"),
};

#define T0 INT64_C(1772460300000) /* 2026-03-02T14:05:00Z */
#define T1 INT64_C(1772460487123) /* 2026-03-02T14:08:07.123Z */

static struct extractor *make(const struct source_set *set, const struct str *of, size_t n,
                              bool raw_payload)
{
    struct source_options o = {.raw_payload = raw_payload};
    struct extractor *x = NULL;

    if (extractor_new(set, &o, of, n, false, &x, NULL) != LANNER_OK)
        abort();
    return x;
}

static bool is(const struct table *t, size_t col, size_t row, const char *want)
{
    if (want == NULL)
        return val_is_null(&t->b->cols[col].v[row]);
    return table_has(t, col, row) && str_eqz(table_text(t, col, row), want);
}

static bool has(const struct table *t, size_t col, size_t row, const char *part)
{
    return str_find(table_text(t, col, row), str_z(part)) != SIZE_MAX;
}

/* ---- the shapes of one sign-in ---- */

struct expected {
    const char *file;
    int64_t start;
    const char *type, *category, *event, *event_cat;
    bool pattern; /* the compact payload holds a code pattern of the reference query */
    bool raw_pattern;
};

static const struct expected files[] = {
#define SIGNIN "445", "3047", "Sign-in activity-failure"
#define AUDIT  "397", "3047", "UserLoginFailed", "AzureActiveDirectory", false, false
    {"a1-eventhub.jsonl", T0 + 123, SIGNIN, "SignInLogs", true, true},
    {"a2-eventhub-envelope.json", T0 + 123, SIGNIN, "SignInLogs", true, true},
    {"a3-eventhub-spaced.jsonl", T0 + 123, SIGNIN, "SignInLogs", true, false},
    {"b1-graph-page.json", T0, SIGNIN, NULL, true, false},
    {"b2-graph-array.json", T0, SIGNIN, NULL, true, false},
    {"c1-signinlogs-table.jsonl", T0 + 123, SIGNIN, "SignInLogs", true, true},
    {"c2-signinlogs-table.csv", T0 + 123, SIGNIN, "SignInLogs", false, false},
    {"d1-portal-InteractiveSignIns.csv", T0, SIGNIN, NULL, false, false},
    {"e1-o365-management-activity.jsonl", T0, AUDIT},
    {"e2-o365-content-blob.json", T0, AUDIT},
    {"e3-purview-audit-search.csv", T0, AUDIT},
    {"e4-search-unifiedauditlog.csv", T0, AUDIT},
    {"e5-graph-audit-query.json", T0, AUDIT},
    {"f1-logscale-flat.jsonl", T1, SIGNIN, NULL, true, true},
    {"f2-logscale-export.csv", T1, SIGNIN, NULL, false, false},
    {"g1-qradar-ariel-result.json", T1, "445", "3116", "Sign-in activity-failure", "SignInLogs",
     true, true},
    {"g2-syslog-wrapped.log", T0 + 123, SIGNIN, "SignInLogs", true, true},
    {"h1-preauth-discovery.jsonl", T0, "445", "3114", "Sign-in activity",
     "PreAuthenticationDiscoveryLogs", false, false},
};

static bool has_pattern(const struct table *t, size_t row)
{
    return has(t, PAYLOAD, row, "\"errorCode\":50034") ||
           has(t, PAYLOAD, row, "\"resultType\":\"50034\"");
}

static bool row_is(const struct table *t, size_t i, const struct expected *e, bool raw)
{
    const struct val *start = &t->b->cols[START].v[i];

    return is(t, TYPE, i, e->type) && is(t, CATEGORY, i, e->category) && is(t, HIGH, i, "3000") &&
           has(t, SOURCEIP, i, "203.0.113.77") && has(t, USER, i, "@contoso.example") &&
           start->kind == KIND_LONG && (i > 0 || start->u.i == e->start) &&
           is(t, EVENT, i, e->event) &&
           (e->event_cat == NULL || is(t, EVENT_CAT, i, e->event_cat)) && is(t, COUNT, i, "1") &&
           has_pattern(t, i) == (raw ? e->raw_pattern : e->pattern);
}

static void check_shapes(const struct source_set *set, bool raw)
{
    struct extractor *x = make(set, names, N_NAMES, raw);

    for (size_t f = 0; f < ARRAY_LEN(files); f++) {
        struct sample *s = sample_file(synthetic(), files[f].file);
        struct table *t = s != NULL ? table_read(x, s, N_NAMES, false) : NULL;
        bool all = t != NULL && t->n > 0;

        for (size_t i = 0; all && i < t->n; i++)
            all = row_is(t, i, &files[f], raw);
        if (!all && t != NULL)
            for (size_t c = 0; c < N_NAMES; c++)
                printf("# %s %s = %.*s\n", files[f].file, names[c].ptr + 8,
                       (int)MIN(table_text(t, c, 0).len, 300), table_text(t, c, 0).ptr);
        OK(all);
        if (t != NULL)
            table_free(t);
        sample_free(s);
    }
    extractor_free(x);
}

/* ---- single records ---- */

static struct table *read_one(const struct source_set *set, const struct str *of, size_t n,
                              enum record_shape shape, const char *text)
{
    struct extractor *x = make(set, of, n, false);
    struct sample s = {.input = {.name = STR_INIT("x")}};
    struct table *t;

    sample_add(&s, str_z(text), str_z(text), shape, NULL);
    t = table_read(x, &s, n, false);
    VEC_DONE(&s.records);
    extractor_free(x);
    return t;
}

#define OK_IS(t, col, want) OK(is(t, col, 0, want))

static void windows(const struct source_set *set)
{
    struct table *t = read_one(
        set, names, N_NAMES, RECORD_JSON,
        "{\"Event\":{\"System\":{\"Provider\":{\"#attributes\":{\"Name\":\"Microsoft-Windows-"
        "Security-"
        "Auditing\"}},\"EventID\":4625,\"TimeCreated\":{\"#attributes\":{\"SystemTime\":"
        "\"2026-03-02T14:05:00Z\"}},\"Channel\":\"Security\",\"Computer\":\"ws1\"},\"EventData\":{"
        "\"SubjectUserName\":\"EX01$\",\"TargetUserName\":\"a.baker\",\"IpAddress\":\"203.0.113."
        "77\","
        "\"IpPort\":\"-\",\"LogonType\":8}}}");

    OK_IS(t, TYPE, "12");
    OK_IS(t, CATEGORY, "3116");
    OK_IS(t, CATNAME, "User Login Failure");
    OK_IS(t, TYPENAME, "Microsoft Windows Security Event Log");
    OK_IS(t, USER, "a.baker");
    OK_IS(t, SOURCEIP, "203.0.113.77");
    OK_IS(t, PORT, "");
    OK_IS(t, HOST, "ws1");
    OK_IS(t, EVENT_ID, "4625");
    OK_IS(t, EVENT_CAT, "Security");
    OK_IS(t, EVENT, "Failure Audit: An account failed to log on");
    OK_INT(t->b->cols[START].v[0].u.i, T0);
    table_free(t);

    t = read_one(
        set, names, N_NAMES, RECORD_JSON,
        "{\"@timestamp\":\"2026-03-02T14:05:00Z\",\"winlog\":{\"channel\":\"Microsoft-Windows-"
        "Sysmon/Operational\",\"event_id\":\"3\",\"computer_name\":\"ws1\",\"event_data\":{"
        "\"SourceIp\":\"10.0.0.1\",\"Protocol\":\"tcp\",\"User\":\"CORP\\\\m\"}}}");
    OK_IS(t, TYPE, "12");
    OK_IS(t, CATEGORY, "8052");
    OK_IS(t, USER, "CORP\\m");
    OK_IS(t, SOURCEIP, "10.0.0.1");
    OK_IS(t, PROTO, "6");
    OK_IS(t, HOST, "ws1");
    table_free(t);

    t = read_one(set, names, N_NAMES, RECORD_JSON,
                 "{\"EventTime\":\"2026-03-02 14:05:00\",\"Hostname\":\"dc\",\"EventID\":4624,"
                 "\"Channel\":\"security\",\"TargetUserName\":\"-\",\"SubjectUserName\":\"s\"}");
    OK_IS(t, CATEGORY, "3115");
    OK_IS(t, USER, "s");
    OK_IS(t, HOST, "dc");
    table_free(t);
}

static void text_lines(const struct source_set *set)
{
    struct table *t = read_one(
        set, names, N_NAMES, RECORD_TEXT,
        "<14>Mar  2 14:08:07 gw1 LEEF:2.0|Acme|Proxy|1|blocked|^|src=10.1.1.1^usrName=a b^sev=5"
        "^proto=TCP^srcPort=443^cat=web^devTime=1772460300000");

    OK_IS(t, TYPE, "212");
    OK_IS(t, CATEGORY, "10001");
    OK_IS(t, SOURCEIP, "10.1.1.1");
    OK_IS(t, USER, "a b");
    OK_IS(t, SEVERITY, "5");
    OK_IS(t, PROTO, "6");
    OK_IS(t, PORT, "443");
    OK_IS(t, EVENT_ID, "blocked");
    OK_IS(t, EVENT_CAT, "web");
    OK_IS(t, HOST, "gw1");
    OK_INT(t->b->cols[START].v[0].u.i, T0);
    OK(has(t, PAYLOAD, 0, "<14>Mar  2 14:08:07 gw1 LEEF:2.0|Acme"));
    table_free(t);

    t = read_one(set, names, N_NAMES, RECORD_TEXT,
                 "CEF:0|Acme|Fire\\|wall|1|100|User login|High|src=2001:db8::1 suser=mallory cnt=3 "
                 "msg=a\\=b c rt=1772460300000");
    OK_IS(t, TYPE, "367");
    OK_IS(t, SOURCEIP, "2001:db8::1");
    OK_IS(t, USER, "mallory");
    OK_IS(t, COUNT, "3");
    OK_IS(t, SEVERITY, "7");
    OK_IS(t, EVENT, "User login");
    OK_IS(t, EVENT_ID, "100");
    OK_INT(t->b->cols[START].v[0].u.i, T0);
    table_free(t);

    t = read_one(set, names, N_NAMES, RECORD_TEXT, "action=deny src_ip=10.0.0.9 user=\"x y\"");
    OK_IS(t, TYPE, "39");
    OK_IS(t, CATEGORY, "10001");
    OK_IS(t, SOURCEIP, "10.0.0.9");
    OK_IS(t, USER, "x y");
    OK_IS(t, START, NULL);
    OK_IS(t, COUNT, "1");
    table_free(t);

    t = read_one(set, names, N_NAMES, RECORD_TEXT, "just words");
    OK_IS(t, CATEGORY, "10008");
    OK_IS(t, HIGH, "10000");
    OK_IS(t, USER, NULL);
    OK_IS(t, PAYLOAD, "just words");
    table_free(t);
}

static void exports(const struct source_set *set)
{
    struct table *t = read_one(
        set, names, N_NAMES, RECORD_JSON,
        "{\"starttime\":1772460300000,\"devicetime\":1772460487123,\"sourceip\":\"10.0.0.1\","
        "\"qidname_qid\":\"Login\",\"categoryname_category\":\"User Login Failure\","
        "\"logsourcetypename_devicetype\":\"Microsoft Office 365\",\"username\":null,"
        "\"payload\":\"LEEF:1.0|a|b|c|d|usrName=inside\"}");

    OK_IS(t, TYPE, "397");
    OK_IS(t, TYPENAME, "Microsoft Office 365");
    OK_IS(t, CATEGORY, "3116");
    OK_IS(t, EVENT, "Login");
    OK_IS(t, PAYLOAD, "LEEF:1.0|a|b|c|d|usrName=inside");
    OK_INT(t->b->cols[START].v[0].u.i, T0);
    OK_INT(t->b->cols[DEVICE].v[0].u.i, T1);
    OK_IS(t, USER, NULL);
    table_free(t);

    /* The record inside gives what the row does not; an empty column says nothing. */
    t = read_one(set, names, N_NAMES, RECORD_JSON,
                 "{\"starttime\":1772460300000,\"username\":\"\",\"category\":3004,\"payload\":"
                 "\"<14>Mar  2 14:08:07 h t: {\\\"CreationTime\\\": \\\"2026-03-02T10:00:00\\\","
                 "\\\"Operation\\\":\\\"X\\\",\\\"Workload\\\":\\\"Exchange\\\",\\\"UserId\\\":"
                 "\\\"u@x\\\"}\"}");
    OK_IS(t, TYPE, "397");
    OK_IS(t, USER, "u@x");
    OK_IS(t, CATEGORY, "3004");
    OK_IS(t, EVENT_CAT, "Exchange");
    OK_IS(t, HOST, "h");
    OK(str_starts(table_text(t, PAYLOAD, 0),
                  STR("<14>Mar  2 14:08:07 h t: {\"CreationTime\":\"2026")));
    table_free(t);
}

static void outcomes(const struct source_set *set)
{
    struct table *t = read_one(
        set, names, N_NAMES, RECORD_JSON,
        "{\"time\":\"2026-03-02T14:05:00Z\",\"category\":\"AuditLogs\",\"operationName\":\"Add "
        "member to "
        "group\",\"callerIpAddress\":\"10.0.0.1\",\"properties\":{\"result\":\"success\"}}");

    OK_IS(t, CATEGORY, "3036");
    OK_IS(t, EVENT, "Add member to group-success");
    OK_IS(t, SEVERITY, "1");
    OK_IS(t, SOURCEIP, "10.0.0.1");
    table_free(t);
    t = read_one(
        set, names, N_NAMES, RECORD_JSON,
        "{\"time\":\"2026-03-02T14:05:00Z\",\"category\":\"SignInLogs\",\"resultType\":\"0\","
        "\"callerIpAddress\":\"10.0.0.1\",\"properties\":{\"userPrincipalName\":\"u@x\"}}");
    OK_IS(t, CATEGORY, "3046");
    OK_IS(t, EVENT, "Sign-in activity-success");
    OK_IS(t, SEVERITY, "1");
    table_free(t);
    t = read_one(set, names, N_NAMES, RECORD_JSON,
                 "{\"CreationTime\":\"2026-03-02T10:00:00\",\"Operation\":\"UserLoggedIn\","
                 "\"RecordType\":15,"
                 "\"Workload\":\"AzureActiveDirectory\",\"ClientIP\":\"10.0.0.1:33\","
                 "\"ErrorNumber\":\"0\"}");
    OK_IS(t, CATEGORY, "3046");
    OK_IS(t, SOURCEIP, "10.0.0.1");
    OK_IS(t, SEVERITY, "1");
    table_free(t);
    t = read_one(
        set, names, N_NAMES, RECORD_JSON,
        "{\"@timestamp\":\"2026-03-02T10:00:00Z\",\"#repo\":\"okta\",\"client.ip\":\"10.0.0.1\","
        "\"user\":{\"name\":\"bob\"}}");
    OK_IS(t, TYPE, "382");
    OK_IS(t, CATEGORY, "10001");
    OK_IS(t, SOURCEIP, "10.0.0.1");
    OK_IS(t, USER, "bob");
    table_free(t);
}

/* ---- custom properties ---- */

static const char *property(const struct source_set *set, enum record_shape shape, const char *name,
                            const char *text)
{
    static char room[512];
    struct buf full = {0};
    struct table *t;
    struct str of;

    buf_puts(&full, FIELD_PROPERTY_PREFIX);
    buf_puts(&full, name);
    of = buf_str(&full);
    t = read_one(set, &of, 1, shape, text);
    if (val_is_null(&t->b->cols[0].v[0]))
        snprintf(room, sizeof(room), "NULL");
    else
        snprintf(room, sizeof(room), "%.*s", STR_ARG(table_text(t, 0, 0)));
    table_free(t);
    buf_done(&full);
    return room;
}

static void properties(const struct source_set *set)
{
    static const char record[] =
        "{\"time\":\"2026-03-02T14:05:00Z\",\"category\":\"SignInLogs\",\"resultType\":\"0\","
        "\"a\":{\"LogonType\":3,\"x\":1,\"text\":\"{\\\"In_Side\\\":\\\"v\\\"}\"},\"b\":{\"x\":2,"
        "\"y\":[{\"Z-z\":"
        "true}],\"n\":null},\"c\":{\"same\":\"s\"},\"d\":{\"same\":\"s\"},\"properties\":{"
        "\"appDisplayName\":"
        "\"App\",\"userAgent\":\"UA\"},\"Case\":\"1\",\"e\":{\"Process Path\":\"p\"}}";
    static const struct {
        const char *name, *want;
    } asked[] = {
        {"time", "2026-03-02T14:05:00Z"},
        {"properties.appDisplayName", "App"},
        {"case", "1"},
        {"PROPERTIES.APPDISPLAYNAME", "App"},
        {"User Agent", "UA"},
        {"user_agent", "UA"},
        {"Logon Type", "3"},
        {"a.logon-type", "3"},
        {"A Logon Type", "3"},
        {"ogontype", "NULL"},
        {"x", "NULL"}, /* two values */
        {"a x", "1"},
        {"same", "s"},
        {"n", "NULL"},
        {"Zz", "true"},
        {"y.zz", "true"},
        {"inside", "v"},
        {"ProcessPath", "p"},
        {"nothing", "NULL"},
        {"", "NULL"},
        {" ", "NULL"},
        {"a", "NULL"},
    };
    const char *json = record;

    for (size_t i = 0; i < ARRAY_LEN(asked); i++)
        OK_STR(str_z(property(set, RECORD_JSON, asked[i].name, json)), asked[i].want);
    OK_STR(str_z(property(set, RECORD_TEXT, "Logon Type",
                          "CEF:0|a|b|c|d|e|5|cs1Label=Logon Type cs1=3 filePath=C:\\\\x y.exe")),
           "3");
    OK_STR(str_z(property(set, RECORD_TEXT, "File Path",
                          "CEF:0|a|b|c|d|e|5|cs1Label=Logon Type cs1=3 filePath=C:\\\\x y.exe")),
           "C:\\x y.exe");
    OK_STR(str_z(property(set, RECORD_TEXT, "url", "LEEF:1.0|a|b|c|d|url=http://x/?a=b\tx=1")),
           "http://x/?a=b");
    OK_STR(str_z(property(set, RECORD_TEXT, "Bytes-Out", "x bytes_out=5")), "5");
    OK_STR(str_z(property(set, RECORD_TEXT, "vendor", "LEEF:1.0|Acme|b|c|d|x=1")), "Acme");
}

static void windows_properties(const struct source_set *set)
{
    static const char record[] =
        "{\"Event\":{\"System\":{\"EventID\":1,\"Channel\":\"Microsoft-Windows-Sysmon/"
        "Operational\"},"
        "\"EventData\":{\"Image\":\"C:\\\\w\\\\ps.exe\",\"CommandLine\":\"ps -c\",\"Hashes\":"
        "\"SHA1=AA,MD5=BB,SHA256=CC,IMPHASH=DD\",\"Other Thing\":\"o\"}}}";

    OK_STR(str_z(property(set, RECORD_JSON, "Process CommandLine", record)), "ps -c");
    OK_STR(str_z(property(set, RECORD_JSON, "Process Path", record)), "C:\\w\\ps.exe");
    OK_STR(str_z(property(set, RECORD_JSON, "Process Name", record)), "ps.exe");
    OK_STR(str_z(property(set, RECORD_JSON, "MD5 Hash", record)), "BB");
    OK_STR(str_z(property(set, RECORD_JSON, "IMP Hash", record)), "DD");
    OK_STR(str_z(property(set, RECORD_JSON, "Event ID", record)), "1");
    OK_STR(str_z(property(set, RECORD_JSON, "CommandLine", record)), "ps -c");
    OK_STR(str_z(property(set, RECORD_JSON, "OtherThing", record)), "o");
}

/* ---- hostile records ---- */

static uint64_t state = 11;

static uint32_t pick(uint32_t n)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)(state >> 33) % n;
}

/* Any bytes: nothing is read out of bounds, and the payload is never longer than the record. */
static void damaged(const struct source_set *set)
{
    static const char *const lines[] = {
        "<14>Mar  2 14:08:07 gw1 LEEF:2.0|Acme|Proxy|1|blocked|^|src=10.1.1.1^usrName=a b^sev=5",
        "CEF:0|Acme|Fire\\|wall|1|100|User login|High|src=2001:db8::1 cs1Label=a b cs1=3 msg=a\\=b",
        "action=deny src_ip=10.0.0.9 user=\"x y\"",
        "{\"starttime\":1772460300000,\"payload\":\"<14>Mar  2 14:08:07 h t: "
        "{\\\"CreationTime\\\": "
        "\\\"2026-03-02T10:00:00\\\",\\\"Operation\\\":1,\\\"Workload\\\":2}\"}",
        "{\"a\":{\"b\":[{\"x\":\"{\\\"User Agent\\\": 1}\"}]},\"time\":\"2026-03-02T10:00:00Z\"}",
    };
    static const char bytes[] = "\"\\{}[]:,x0 =|^\n\xff";
    struct str all[N_NAMES + 2];
    struct extractor *x;
    bool ok = true;

    memcpy(all, names, sizeof(names));
    all[N_NAMES] = STR(FIELD_PROPERTY_PREFIX "User Agent");
    all[N_NAMES + 1] = STR(FIELD_PROPERTY_PREFIX "b.x");
    x = make(set, all, ARRAY_LEN(all), false);
    for (int round = 0; round < 3000; round++) {
        struct sample s = {.input = {.name = STR_INIT("x")}};
        const char *line = lines[pick(ARRAY_LEN(lines))];
        char *text = xstrdup(line);
        size_t len = strlen(text);
        struct table *t;

        for (uint32_t k = pick(5); k > 0; k--)
            text[pick((uint32_t)len)] = bytes[pick(sizeof(bytes) - 1)];
        len = pick(3) == 0 ? pick((uint32_t)len) : len;
        char *exact = xstrndup(text, len);

        sample_add(&s, str_of(exact, len), str_of(exact, len),
                   line[0] == '{' ? RECORD_JSON : RECORD_TEXT, NULL);
        t = table_read(x, &s, ARRAY_LEN(all), false);
        ok = ok && t->b->cols[PAYLOAD].v[0].len <= len;
        table_free(t);
        VEC_DONE(&s.records);
        free(exact);
        free(text);
    }
    OK(ok);
    extractor_free(x);
}

static void types(const struct source_set *set)
{
    int64_t ids[8];

    OK_INT(source_qradar_types(set, SIZE_MAX, ids, 8), 3);
    OK_INT(ids[0], 212);
    OK_INT(ids[2], 39);
    for (size_t i = 0; i < source_set_count(set); i++)
        if (str_starts(str_z(source_name(set, i)), STR("entra-signin")))
            OK(source_qradar_types(set, i, ids, 8) == 1 && ids[0] == 445);
    OK_INT(source_qradar_types(set, SIZE_MAX, ids, 1), 1);
}

int main(void)
{
    struct source_set *set = NULL;

    if (source_set_open(NULL, 0, &set, NULL) != LANNER_OK)
        return 1;
    check_shapes(set, false);
    check_shapes(set, true);
    windows(set);
    text_lines(set);
    exports(set);
    outcomes(set);
    properties(set);
    windows_properties(set);
    types(set);
    damaged(set);
    source_set_free(set);
    TAP_DONE();
}
