/* test_forms.c - odd forms of records, and what counts when several things could: own fields, empty
 * values, tags, wrappers, truncation. */
#include "../tap.h"

#include "records.h"
#include "source/transform.h"

enum {
    REPO,
    CODE,
    ADDRESS,
    USER,
    TIME,
    NANOS,
    RAW,
    ID,
    ZONE,
    TYPE,
    MODULE,
    CATEGORY,
    COUNTRY,
    OWN,
    N_NAMES
};
static const struct str names[N_NAMES] = {
    STR_INIT("#repo"),         STR_INIT("resultType"),
    STR_INIT("ipAddress"),     STR_INIT("userPrincipalName"),
    STR_INIT("@timestamp"),    STR_INIT("@timestamp.nanos"),
    STR_INIT("@rawstring"),    STR_INIT("@id"),
    STR_INIT("@timezone"),     STR_INIT("#type"),
    STR_INIT("#event.module"), STR_INIT("category"),
    STR_INIT("country"),       STR_INIT("own.field"),
};

static struct source_set *set;
static struct extractor *plain;

/* The texts of a table point into its sample, so samples are kept to the end. */
static VEC(struct sample *) samples;

static struct table *read_text(const struct extractor *x, const char *file, struct str text)
{
    VEC_PUSH(&samples, sample_text(file, text));
    return table_read(x, samples.items[samples.n - 1], N_NAMES, false);
}

static struct table *read_z(const char *file, const char *z)
{
    return read_text(plain, file, str_z(z));
}

static char *replaced(const char *text, const char *from, const char *to)
{
    struct buf b = {0};
    const char *p = text, *hit;

    while ((hit = strstr(p, from)) != NULL) {
        buf_put(&b, p, (size_t)(hit - p));
        buf_puts(&b, to);
        p = hit + strlen(from);
    }
    buf_puts(&b, p);
    buf_putc(&b, '\0');
    return b.ptr;
}

static char *file_text(const char *name)
{
    struct buf b = {0};
    char path[8192];

    snprintf(path, sizeof(path), "%s/%s", synthetic(), name);
    if (file_read_all(path, 1 << 20, &b, NULL) != LANNER_OK)
        return xstrdup("");
    buf_putc(&b, '\0');
    return b.ptr;
}

/* Names of keys in lower case, values as they are. */
static char *lower_keys(const char *text)
{
    char *out = xstrdup(text);

    for (char *p = out; *p != '\0'; p++) {
        if (*p != '"')
            continue;
        char *start = p + 1;

        for (p++; *p != '\0' && *p != '"'; p++)
            p += *p == '\\';
        if (*p == '"' && p[1] == ':')
            for (char *c = start; c < p; c++)
                *c = ascii_lower(*c);
    }
    return out;
}

static void is_finding(const char *what, struct table *t, size_t n, const char *repo)
{
    bool ok = t->n == n;

    for (size_t i = 0; i < t->n; i++)
        ok = ok && t->rows[i].usable && str_eqz(table_text(t, REPO, i), repo) &&
             str_eqz(table_text(t, CODE, i), "50034") &&
             str_eqz(table_text(t, ADDRESS, i), "203.0.113.77") &&
             str_ends(table_text(t, USER, i), STR("@contoso.example")) &&
             t->b->cols[TIME].v[i].u.i / 3600000 == INT64_C(1772460000000) / 3600000;
    printf("# %s\n", what);
    OK(ok);
    table_free(t);
}

static void odd_hub(void)
{
    char *a1 = file_text("a1-eventhub.jsonl");
    static const struct {
        const char *what, *from, *to;
    } forms[] = {
        {"resultType is a number", "\"resultType\":\"50034\"", "\"resultType\":50034"},
        {"resultType missing", "\"resultType\":\"50034\",", ""},
        {"status missing", "\"status\":{\"errorCode\":50034,", "\"nostatus\":{\"x\":1,"},
        {"status null", "\"status\":{\"errorCode\":50034,", "\"status\":null,\"x\":{\"y\":1,"},
        {"address only outside", "\"ipAddress\":\"203.0.113.77\",", ""},
        {"address empty inside", "\"ipAddress\":\"203.0.113.77\",", "\"ipAddress\":\"\","},
        {"address null inside", "\"ipAddress\":\"203.0.113.77\",", "\"ipAddress\":null,"},
        {"offset +02:00", "2026-03-02T14:05:", "2026-03-02T16:05:"},
        {"user empty", "\"userPrincipalName\":\"",
         "\"userPrincipalName\":\"\",\"signInIdentifier\":\""},
        {"user null", "\"userPrincipalName\":\"",
         "\"userPrincipalName\":null,\"signInIdentifier\":\""},
    };

    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        char *odd = replaced(a1, forms[i].from, forms[i].to);

        if (strstr(forms[i].what, "+02:00") != NULL) {
            char *z = replaced(odd, "+00:00", "+02:00");
            free(odd);
            odd = z;
        }
        if (strstr(forms[i].what, "user ") == forms[i].what) {
            /* The later signInIdentifier of the record itself goes: first of equal keys counts. */
            OK(strstr(odd, "signInIdentifier") != NULL);
        }
        OK(strcmp(odd, a1) != 0);
        is_finding(forms[i].what, read_z("x.jsonl", odd), 10, "azure_ad");
        free(odd);
    }
    char *lower = lower_keys(a1);
    OK(strstr(lower, "\"calleripaddress\"") != NULL);
    is_finding("all keys in lower case", read_z("x.jsonl", lower), 10, "azure_ad");
    free(lower);

    char *longer = replaced(a1, "50034", "500341");
    struct table *t = read_z("x.jsonl", longer);
    OK_STR(table_text(t, CODE, 0), "500341");
    table_free(t);
    free(longer);
    free(a1);
}

/* The properties of each line as JSON text. */
static void odd_properties_text(void)
{
    char *a1 = file_text("a1-eventhub.jsonl");
    struct buf b = {0};

    for (char *line = a1; *line != '\0'; line += strlen(line) + 1) {
        line[strcspn(line, "\n")] = '\0';
        char *props = strstr(line, "\"properties\":{");
        size_t len = strlen(line);

        buf_put(&b, line, (size_t)(props - line));
        buf_puts(&b, "\"properties\":");
        props += strlen("\"properties\":");
        buf_put_json(&b, str_of(props, (size_t)(line + len - 1 - props)));
        buf_puts(&b, "}\n");
    }
    struct table *t = read_text(plain, "x.jsonl", buf_str(&b));
    is_finding("properties as JSON text", t, 10, "azure_ad");
    buf_done(&b);
    free(a1);
}

static void odd_audit(void)
{
    char *e1 = file_text("e1-o365-management-activity.jsonl");
    static const struct {
        const char *what, *from, *to;
    } forms[] = {
        {"port behind ClientIP", "\"ClientIP\":\"203.0.113.77\"",
         "\"ClientIP\":\"203.0.113.77:5001\""},
        {"brackets and port", "\"ClientIP\":\"203.0.113.77\"",
         "\"ClientIP\":\"[203.0.113.77]:5001\""},
        {"only the actor's address", "\"ClientIP\":\"203.0.113.77\",", ""},
        {"only LogonError", "\"ErrorNumber\":\"50034\",", ""},
        {"ErrorCode", "\"ErrorNumber\":", "\"ErrorCode\":"},
        {"RecordType as text", "\"RecordType\":15", "\"RecordType\":\"15\""},
        {"no Workload", "\"Workload\":\"AzureActiveDirectory\",", ""},
    };

    for (size_t i = 0; i < ARRAY_LEN(forms); i++) {
        char *odd = replaced(e1, forms[i].from, forms[i].to);

        OK(strcmp(odd, e1) != 0);
        is_finding(forms[i].what, read_z("x.jsonl", odd), 12, "o365");
        free(odd);
    }
    char *lower = lower_keys(e1);
    is_finding("all keys in lower case", read_z("x.jsonl", lower), 12, "o365");
    free(lower);

    struct table *t =
        read_z("x.jsonl",
               "{\"CreationTime\":\"2026-03-02T14:05:00\",\"Operation\":\"UserLoginFailed\","
               "\"Workload\":\"A\","
               "\"UserId\":\"\",\"Actor\":[{\"ID\":\"0\",\"Type\":0},{\"ID\":\"a@b.example\","
               "\"Type\":5}]}\n"
               "{\"CreationTime\":\"2023-10-10T17:08:65\",\"Operation\":\"x\",\"Workload\":\"A\"}\n"
               "{\"event\":{\"original\":\"{\\\"CreationTime\\\":\\\"2026-03-02T14:05:00\\\","
               "\\\"Operation\\\":\\\"o\\\","
               "\\\"Workload\\\":\\\"w\\\",\\\"ErrorNumber\\\":\\\"50034\\\"}\"},\"ipAddress\":"
               "\"outer\"}\n"
               "{\"AuditData\":{\"x\":1},\"resultType\":\"7\"}\n");
    OK_STR(table_text(t, USER, 0), "a@b.example");
    OK_INT(t->b->cols[TIME].v[1].kind, KIND_ABSENT); /* second 65 is no time */
    OK_STR(table_text(t, REPO, 1), "o365");
    OK_STR(table_text(t, CODE, 2), "50034");
    OK_STR(table_text(t, ADDRESS, 2), "outer");
    OK_STR(table_text(t, REPO, 2), "o365");
    OK(!table_has(t, REPO, 3));
    OK_STR(table_text(t, CODE, 3), "7");
    OK_INT(t->rows[3].source, SIZE_MAX);
    table_free(t);
    free(e1);
}

static void addresses(void)
{
    static const char *const cases[][2] = {
        {"10.10.1.21:7414", "10.10.1.21"},
        {"[2001:db8::1]:443", "2001:db8::1"},
        {"[2001:db8::1]", "2001:db8::1"},
        {"2001:db8::1", "2001:db8::1"},
        {"fe80::1%eth0", "fe80::1"},
        {" 10.1.1.1 ", "10.1.1.1"},
        {"[10.1.1.1](http://10.1.1.1)", "10.1.1.1"},
        {"::1", "::1"},
        {"-", "-"},
        {"", ""},
        {"host:port", "host:port"},
        {"::ffff:10.1.1.1", "::ffff:10.1.1.1"},
        {"[", "["},
    };

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct val v = transform_apply(TRANSFORM_ADDRESS, NULL, val_str(str_z(cases[i][0])), NULL);

        OK_STR(val_as_str(&v), cases[i][1]);
    }
}

static void own_and_canonical(void)
{
    struct table *t = read_z(
        "x.jsonl",
        /* 0: own fields win, even when empty */
        "{\"time\":\"2026-03-02T14:08:07Z\",\"category\":\"SignInLogs\",\"resultType\":\"\","
        "\"properties\":"
        "{\"status\":{\"errorCode\":5},\"userPrincipalName\":\"in\"},\"userPrincipalName\":\"out\"}"
        "\n"
        /* 1: own null is absent */
        "{\"time\":\"2026-03-02T14:08:07Z\",\"category\":\"SignInLogs\",\"resultType\":null,"
        "\"properties\":"
        "{\"status\":{\"errorCode\":5}}}\n"
        /* 2: all candidates empty: empty; identity without @ is no user */
        "{\"time\":\"2026-03-02T14:08:07.1234567Z\",\"category\":\"NonInteractiveUserSignInLogs\","
        "\"identity\":"
        "\"J "
        "Doe\",\"properties\":{\"ipAddress\":\"\",\"own\":{\"field\":1}},\"callerIpAddress\":\"\"}"
        "\n"
        /* 3: identity with @; time with an offset */
        "{\"time\":\"2026-03-02T16:08:07+02:00\",\"category\":\"signin\",\"identity\":\"j@x."
        "example\","
        "\"properties\":{},\"own\":{\"field\":1.50}}\n"
        /* 4: own tag */
        "{\"time\":\"2026-03-02T16:08:07Z\",\"category\":\"signin\",\"properties\":{},\"#repo\":"
        "\"mine\","
        "\"type\":\"t\",\"own.field\":true}\n"
        /* 5: undeclared: a name with # falls back to the bare one; time where it usually is */
        "{\"repo\":\"r\",\"type\":\"t\",\"timestamp\":1772460487,\"own.field\":null}\n"
        /* 6: audit category, whatever else is there */
        "{\"time\":\"2026-03-02T16:08:07Z\",\"category\":\"AuditLogs\",\"resultType\":\"50034\","
        "\"properties\":"
        "{\"userPrincipalName\":\"x\",\"createdDateTime\":\"2026-03-02T16:08:07Z\",\"initiatedBy\":"
        "{\"user\":"
        "{\"userPrincipalName\":\"y\"}}}}\n"
        /* 7: Graph, booleans to a category, last part of nothing */
        "{\"createdDateTime\":\"2026-03-02T14:05:00Z\",\"appId\":\"a\",\"ipAddress\":\"1.2.3.4\","
        "\"isInteractive\":false,\"location\":{\"countryOrRegion\":\"NL\"}}\n"
        /* 8: not JSON that one can read */
        "{\"time\":\"2026-03-02T16:08:07Z\",\n");

    OK_INT(t->n, 9);
    OK_STR(table_text(t, CODE, 0), "");
    OK(table_has(t, CODE, 0));
    OK_STR(table_text(t, USER, 0), "out");
    OK_STR(table_text(t, CODE, 1), "5");
    OK_STR(table_text(t, ADDRESS, 2), "");
    OK(table_has(t, ADDRESS, 2));
    OK(!table_has(t, USER, 2));
    OK(!table_has(t, OWN, 2));
    OK_STR(table_text(t, CATEGORY, 2), "NonInteractiveUserSignInLogs");
    OK_STR(table_text(t, NANOS, 2), "456700");
    OK_STR(table_text(t, ZONE, 2), "Z");
    OK_STR(table_text(t, USER, 3), "j@x.example");
    OK_STR(table_text(t, ZONE, 3), "+02:00");
    OK_STR(table_text(t, OWN, 3), "1.50");
    OK_INT(t->b->cols[TIME].v[3].u.i, INT64_C(1772460487000));
    OK_STR(table_text(t, REPO, 4), "mine");
    OK_STR(table_text(t, TYPE, 4), "entra-signin");
    OK_STR(table_text(t, OWN, 4), "true");
    OK_INT(t->rows[5].source, SIZE_MAX);
    OK_STR(table_text(t, REPO, 5), "r");
    OK_STR(table_text(t, TYPE, 5), "t");
    OK_INT(t->b->cols[TIME].v[5].u.i, INT64_C(1772460487000));
    OK(!table_has(t, OWN, 5));
    OK_STR(table_text(t, TYPE, 6), "entra-audit");
    OK_STR(table_text(t, USER, 6), "y");
    OK_STR(table_text(t, CATEGORY, 7), "NonInteractiveUserSignInLogs");
    OK_STR(table_text(t, COUNTRY, 7), "NL");
    OK_INT(t->status[8], EXTRACT_BROKEN);
    OK(!t->rows[8].usable);
    OK(!str_eq(table_text(t, ID, 0), table_text(t, ID, 1)));
    OK_INT(table_text(t, ID, 0).len, 32);
    table_free(t);
}

static void logscale_forms(void)
{
    struct table *t = read_z(
        "x.jsonl",
        "{\"@timestamp\":1772460487123,\"#repo\":\"azure_ad\",\"Vendor.resultType\":\"50034\","
        "\"Vendor.callerIpAddress\":\"203.0.113.77\",\"Vendor.properties.userPrincipalName\":\"a@b."
        "example\"}\n"
        "{\"@timestamp\":1772460487123,\"resultType\":50034,\"properties.ipAddress\":\"203.0.113."
        "77\","
        "\"properties.userPrincipalName\":\"a@b.example\",\"properties.status.errorCode\":1,\"@"
        "rawstring\":\"r\","
        "\"properties.createdDateTime\":\"2020-01-01T00:00:00Z\",\"@id\":\"own\"}\n"
        "{\"@timestamp\":\"2026-03-02T14:08:07.123Z\",\"#event_simpleName\":\"ProcessRollup2\","
        "\"x\":1}\n"
        "{\"@timestamp\":1772460487123,\"Vendor.CreationTime\":\"x\",\"Vendor.Operation\":"
        "\"UserLoginFailed\","
        "\"Vendor.LogonError\":\"IdsLocked\",\"Vendor.ClientIP\":\"203.0.113.77:1\"}\n"
        "{\"@timestamp\":1772460487123,\"category\":\"AuditLogs\",\"resultType\":\"1\"}\n");

    OK_STR(table_text(t, CODE, 0), "50034");
    OK_STR(table_text(t, ADDRESS, 0), "203.0.113.77");
    OK_STR(table_text(t, USER, 0), "a@b.example");
    OK_STR(table_text(t, TYPE, 0), "entra-signin");
    OK_STR(table_text(t, CODE, 1), "50034");
    OK_STR(table_text(t, ADDRESS, 1), "203.0.113.77");
    OK_STR(table_text(t, REPO, 1), "azure_ad");
    OK_STR(table_text(t, RAW, 1), "r");
    OK_STR(table_text(t, ID, 1), "own");
    OK_INT(t->b->cols[TIME].v[1].u.i, INT64_C(1772460487123));
    OK(!table_has(t, REPO, 2));
    OK(strcmp(source_name(set, t->rows[2].source), "logscale") == 0);
    OK_STR(table_text(t, CODE, 3), "50053");
    OK_STR(table_text(t, ADDRESS, 3), "203.0.113.77");
    OK_STR(table_text(t, REPO, 3), "o365");
    OK_STR(table_text(t, TYPE, 4), "entra-audit");
    table_free(t);
}

static void qradar_forms(void)
{
    struct table *t =
        read_z("x.jsonl",
               /* The payload has the syslog header of its transport and is cut. */
               "{\"starttime\":1772460487123,\"payload\":\"<14>Mar  2 14:08:07 h t: {\\\"time\\\":"
               "\\\"2026-03-02T14:08:07Z\\\",\\\"category\\\":\\\"SignInLogs\\\","
               "\\\"resultType\\\":\\\"50034\\\","
               "\\\"callerIpAddress\\\":\\\"203.0.113.77\\\",\\\"properties\\\":{\\\"id\"}\n"
               /* Neither a record nor JSON. */
               "{\"starttime\":1772460487123,\"payload\":\"no record\",\"username\":\"u\"}\n");

    OK_STR(table_text(t, CODE, 0), "50034");
    OK_STR(table_text(t, ADDRESS, 0), "203.0.113.77");
    OK_STR(table_text(t, REPO, 0), "azure_ad");
    OK_INT(t->b->cols[TIME].v[0].u.i, INT64_C(1772460487123));
    OK(str_starts(table_text(t, RAW, 0), STR("<14>Mar  2")));
    OK_STR(str_z(source_name(set, t->rows[1].source)), "qradar-rows");
    OK(str_starts(table_text(t, RAW, 1), STR("{\"starttime\"")));
    table_free(t);
}

/* Cut anywhere: never a crash, and what stands before the cut still answers. */
static void truncated(void)
{
    char *a1 = file_text("a1-eventhub.jsonl");
    size_t line = strcspn(a1, "\n");
    size_t status = (size_t)(strstr(a1, "\"clientAppUsed\"") - a1);
    bool answers = true, broken = true;

    for (size_t n = 1; n < line; n += 7) {
        struct table *t = read_text(plain, "x.jsonl", str_of(a1, n));

        broken = broken && t->n == 1 && t->status[0] == EXTRACT_BROKEN;
        if (n > status)
            answers = answers && t->rows[0].usable && str_eqz(table_text(t, CODE, 0), "50034") &&
                      str_eqz(table_text(t, USER, 0), "a.baker@contoso.example") &&
                      str_eqz(table_text(t, ADDRESS, 0), "203.0.113.77");
        table_free(t);
    }
    OK(answers);
    OK(broken);
    free(a1);
}

static void csv_forms(void)
{
    struct table *t = read_z(
        "x.csv", "Date (UTC),Request ID,Username,IP address,Location,Status,Sign-in error code\n"
                 "2026-03-02T14:05:00Z,1,u@x.example,203.0.113.77:99,\"Amsterdam, Noord-Holland, "
                 "NL\",Success,None\n"
                 "2026-03-02T14:05:00Z,2,u@x.example,203.0.113.77,,Success,\n"
                 "2026-03-02T14:05:00Z,3,u@x.example,203.0.113.77,,Failure,None\n"
                 "2026-03-02T14:05:00Z,4\n");

    OK_STR(table_text(t, CODE, 0), "0");
    OK_STR(table_text(t, COUNTRY, 0), "NL");
    OK_STR(table_text(t, ADDRESS, 0), "203.0.113.77");
    OK_STR(table_text(t, CODE, 1), "0");
    OK_STR(table_text(t, CODE, 2), "");
    OK(!table_has(t, USER, 3));
    table_free(t);
    /* No code column: the status column is JSON text; columns in another case and order. */
    t = read_z("x.csv",
               "resulttype,status,TIMEGENERATED [UTC],userprincipalname,ipaddress,a[0].b,own\n"
               ",\"{\"\"errorCode\"\": 50034}\",\"3/2/2026, 2:08:07.123 PM\",u,1.2.3.4,x,"
               "\"{\"\"field\"\":[1]}\"\n");
    OK_STR(table_text(t, CODE, 0), "50034");
    OK_STR(table_text(t, USER, 0), "u");
    OK_INT(t->b->cols[TIME].v[0].u.i, INT64_C(1772460487123));
    OK(!table_has(t, OWN, 0));
    table_free(t);
}

static void forced_tags(void)
{
    struct source_tag tags[] = {
        {NULL, STR_INIT("#repo"), STR_INIT("all")},
        {"*special*", STR_INIT("#repo"), STR_INIT("one")},
        {"*special*", STR_INIT("#other"), STR_INIT("o")},
    };
    const struct source_options o = {.tags = tags, .n_tags = 3, .want_id = true};
    struct lanner_err err = {0};
    struct extractor *x = NULL;
    struct str asked[] = {STR_INIT("#repo"), STR_INIT("#other")};
    struct record_input special = {.name = STR_INIT("a/special.log")};
    bool own;

    OK_INT(extractor_new(set, &o, asked, 2, true, &x, &err), LANNER_OK);
    struct sample *s =
        sample_text("plain.jsonl", STR("{\"#repo\":\"own\",\"a\":{\"b\":[1,null,{\"c\":\"x\"}]},"
                                       "\"a.b[0]\":2,\"@timestamp\":\"2026-03-02T14:08:07Z\"}\n"
                                       "{\"CreationTime\":\"2026-03-02T14:05:00\",\"Operation\":"
                                       "\"x\",\"Workload\":\"A\",\"Id\":\"guid\"}"));
    s->records.items[1].input = &special;
    struct table *t = table_read(x, s, 2, true);

    OK_STR(table_text(t, 0, 0), "all");
    OK(!table_has(t, 1, 0));
    OK_STR(table_text(t, 0, 1), "one");
    OK_STR(table_text(t, 1, 1), "o");
    OK_STR(val_as_str(&t->rows[1].id), "guid");
    OK_INT(t->rows[0].id.kind, KIND_ABSENT);

    struct open_row *row = &t->b->open[0];
    OK_INT(row->n, 4);
    OK_STR(val_as_str(open_get(row, STR("#repo"))), "all");
    OK_STR(val_as_str(open_get(row, STR("a.b[0]"))), "1");
    OK_STR(val_as_str(open_get(row, STR("a.b[2].c"))), "x");
    OK_INT(open_get(row, STR("@timestamp"))->u.i, INT64_C(1772460487000));
    row = &t->b->open[1];
    OK_STR(val_as_str(open_get(row, STR("#repo"))), "one");
    OK_STR(val_as_str(open_get(row, STR("#type"))), "o365-audit");
    OK_STR(val_as_str(open_get(row, STR("Id"))), "guid");

    struct val v = source_constant(x, t->rows[1].source, &special, STR("#repo"), &own);
    OK_STR(val_as_str(&v), "one");
    OK(!own);
    v = source_constant(x, t->rows[1].source, &special, STR("#type"), &own);
    OK_STR(val_as_str(&v), "o365-audit");
    OK(own);
    v = source_constant(x, SIZE_MAX, NULL, STR("#type"), &own);
    OK_INT(v.kind, KIND_ABSENT);
    table_free(t);
    sample_free(s);
    extractor_free(x);
}

static void tag_values(void)
{
    struct str v[8];
    size_t n;
    bool azure = false;

    source_tag_values(set, STR("#repo"), v, ARRAY_LEN(v), &n);
    OK_INT(n, 6);
    for (size_t i = 0; i < n; i++)
        azure = azure || str_eqz(v[i], "azure_ad");
    OK(azure);
    source_tag_values(set, STR("#nosuch"), v, ARRAY_LEN(v), &n);
    OK_INT(n, 0);
}

static bool contains_x(void *ctx, struct str value)
{
    (*(size_t *)ctx)++;
    return str_eqz(value, "x");
}

static void any_value(void)
{
    struct sample *s = sample_text(
        "a.jsonl", STR("{\"a\":1,\"b\":[\"y\",{\"c\":\"x\"}],\"d\":2}\n"
                       "{\"#x\":\"x\",\"@id\":\"x\",\"@timestamp\":\"x\",\"q\":\"z\"}"));
    struct arena a;
    size_t n = 0;

    arena_init(&a, 0);
    OK(record_any_value(&s->records.items[0], &a, contains_x, &n));
    OK_INT(n, 4);
    OK(!record_any_value(&s->records.items[1], &a, contains_x, &n));
    sample_free(s);
    s = sample_text("a.csv", STR("a,b\n1,x\n"));
    OK(record_any_value(&s->records.items[0], &a, contains_x, &n));
    sample_free(s);
    arena_done(&a);
}

int main(void)
{
    const struct source_options o = {0};
    struct lanner_err err = {0};

    OK_INT(source_set_open(NULL, 0, &set, &err), LANNER_OK);
    OK_INT(extractor_new(set, &o, names, N_NAMES, false, &plain, &err), LANNER_OK);
    odd_hub();
    odd_properties_text();
    odd_audit();
    addresses();
    own_and_canonical();
    logscale_forms();
    qradar_forms();
    truncated();
    csv_forms();
    forced_tags();
    tag_values();
    any_value();
    for (size_t i = 0; i < samples.n; i++)
        sample_free(samples.items[i]);
    VEC_DONE(&samples);
    extractor_free(plain);
    source_set_free(set);
    TAP_DONE();
}
