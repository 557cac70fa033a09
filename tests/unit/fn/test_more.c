/* test_more.c - arrays, whole events, units, bit fields, what needs data from outside; the table.
 */
#include "harness.h"

static struct open_row row;
static struct batch in = {.n_rows = 1, .open = &row};

static void reset_row(void)
{
    memset(&row, 0, sizeof(row));
    open_put(&row, STR("a[1]"), val_text("fish", 4), &h_arena);
    open_put(&row, STR("a[0]"), val_text("horse", 5), &h_arena);
    open_put(&row, STR("a[2]"), val_text("horse", 5), &h_arena);
    open_put(&row, STR("a[3]"), val_text("Cow", 3), &h_arena);
    open_put(&row, STR("a[5]"), val_text("gap", 3), &h_arena);
    open_put(&row, STR("n[0]"), val_text("10", 2), &h_arena);
    open_put(&row, STR("n[1]"), val_text("x", 1), &h_arena);
    open_put(&row, STR("n[2]"), val_text("9", 1), &h_arena);
}

/* A scalar or predicate over the row's open fields. */
static const char *av(const char *name, ...)
{
    struct h_call h = {0};
    uint32_t zero = 0;
    struct sel sel = {&zero, 1};
    struct val out = {.kind = KIND_LONG, .u.i = -12345};
    struct fn_run run = {.call = &h.call, .local = &h.local, .arena = &h_arena, .in = &in};
    va_list ap;

    reset_row();
    va_start(ap, name);
    h_read_args(&h, ap);
    va_end(ap);
    if (!h_bind(&h, name))
        return h_room;
    if (h.call.fn->eval(&run, h.cols, &sel, &out, &h_err) != LANNER_OK)
        return "<error>";
    h_print(0, &out);
    h_done(&h);
    return h_room;
}

/* A multi function that changes them; prints those of `show`. */
static const char *am(const char *name, const char *show, ...)
{
    struct h_call h = {0};
    uint32_t zero = 0;
    struct sel sel = {&zero, 1};
    uint8_t drop = 0;
    struct fn_run run = {.call = &h.call, .local = &h.local, .arena = &h_arena, .in = &in};
    struct fn_multi multi = {.open = &row, .drop = &drop, .arena = &h_arena};
    size_t at = 0;
    va_list ap;

    reset_row();
    va_start(ap, show);
    h_read_args(&h, ap);
    va_end(ap);
    h.call.open = true;
    if (!h_bind(&h, name))
        return h_room;
    if (h.call.fn->eval_multi(&run, h.cols, &sel, &multi, &h_err) != LANNER_OK)
        return "<error>";
    h_room[0] = '\0';
    for (int k = 0; k < 6; k++) {
        char field[32];
        struct val *v;

        snprintf(field, sizeof(field), "%s[%d]", show, k);
        v = open_get(&row, str_z(field));
        if (v != NULL) {
            at += (size_t)snprintf(h_room + at, sizeof(h_room) - at, "%s%d=", at > 0 ? " " : "", k);
            at = h_print(at, v);
        }
    }
    return h_room;
}

static void test_arrays(void)
{
    IS(av("array:contains", "=a[]", "=fish", NULL), "true");
    IS(av("array:contains", "=a", "=gap", NULL), "false");
    IS(av("array:contains", "=none", "=x", NULL), "false");
    IS(av("array:regex", "=a[]", "=^c", "=i", NULL), "true");
    IS(av("array:regex", "=a[]", "=^c", "-", NULL), "false");
    IS(av("array:length", "=a[]", NULL), "4");
    IS(av("array:length", "=none[]", NULL), "0");
    IS(av("concatArray", "=a", "=, ", "=<", "=>", "-", "-", NULL), "<horse, fish, horse, Cow>");
    IS(av("concatArray", "=a", "=-", "-", "-", "#1", "#2", NULL), "fish-horse");
    IS(av("concatArray", "=none", "=-", "-", "-", "-", "-", NULL), "<absent>");
    IS(am("array:dedup", "a", "=a[]", "-", NULL), "0=horse 1=fish 2=Cow 5=gap");
    IS(am("array:drop", "a", "=a[]", NULL), "5=gap");
    IS(am("array:rename", "b", "=a[]", "=b[]", NULL), "0=horse 1=fish 2=horse 3=Cow");
    IS(am("array:append", "a", "=a[]", "=new", "?", "%7", NULL),
       "0=horse 1=fish 2=horse 3=Cow 4=new 5=7");
    IS(am("array:append", "z", "=z[]", "=new", NULL), "0=new");
    IS(am("array:sort", "a", "=a[]", "-", "-", "-", NULL), "0=Cow 1=fish 2=horse 3=horse 5=gap");
    IS(am("array:sort", "n", "=n[]", "-", "=asc", "=number", NULL), "0=9 1=10 2=x");
    IS(am("array:sort", "n", "=n[]", "-", "=desc", "=number", NULL), "0=10 1=9 2=x");
}

static void test_event(void)
{
    IS(av("eventSize", NULL), "24");
    IS(av("eventFieldCount", NULL), "8");
    IS(ev("dropEvent", NULL), "false");
    IS(ev("sample", "#100", "$x", NULL), "true");
    IS(ev("sample", "#0", "$x", NULL), "false");
    IS(ev("sample", "#100", "?", NULL), "false");
}

static void test_units(void)
{
#define UC(text) "$" text, "-", "-", "-", "-", "-", NULL
    IS(ev("unit:convert", UC("5 MB")), "5000000");
    IS(ev("unit:convert", UC("5 MiB")), "5242880");
    IS(ev("unit:convert", UC("514 us")), "0.000514");
    IS(ev("unit:convert", "$120 hits/min", "-", "-", "=hits", "-", "-", NULL), "2");
    IS(ev("unit:convert", "$19886168", "-", "=M", "-", "-", "-", NULL), "19.886168");
    IS(ev("unit:convert", "$1048576", "-", "=Mi", "-", "-", "-", NULL), "1");
    IS(ev("unit:convert", "$5", "=k", "-", "-", "!true", "-", NULL), "5120");
    IS(ev("unit:convert", "$abc", "-", "-", "-", "-", "-", NULL), "<absent>");
    IS(ev("unit:convert", "?", "-", "-", "-", "-", "-", NULL), "<absent>");
}

static void test_bits(void)
{
    IS(ev("bitfield:extractFlagsAsString", "$5", "[0|A", "=,", NULL), "A");
    IS(ev("bitfield:extractFlagsAsString", "$4", "[0|A", "-", NULL), "");
    IS(ev("bitfield:extractFlagsAsString", "$x", "[0|A", "-", NULL), "<absent>");
    IS(mv("bitfield:extractFlags", "A", "$5", "[0|A", "!false", NULL), "true");
    IS(mv("bitfield:extractFlags", "A", "$4", "[0|A", "!false", NULL), "false");
    IS(mv("bitfield:extractFlags", "A", "$4", "[0|A", "!true", NULL), "old");
    IS(mv("bitfield:extractFlags", "A", "$4", "[99|A", "!true", NULL),
       "<error: bitfield:extractFlags() takes pairs [bit, name] with bits from 0 to 63>");
}

static void test_outside(void)
{
    IS(mv("ipLocation", "ip.country", "@ip", "-", NULL),
       "<error: ipLocation() needs a MaxMind database of places (City or Country)>");
    IS(mv("asn", "ip.asn", "@ip", "-", NULL),
       "<error: asn() needs a MaxMind database of networks (ASN)>");
    h_env.ignore_missing_data = true;
    IS(mv("ipLocation", "ip.country", "@ip", "-", NULL), "old");
    IS(mv("ioc:lookup", "ioc.detected", "=domain", "=ioc", "=high", "!false", "-", "$x", NULL),
       "old");
    IS(mv("ioc:lookup", "ioc.detected", "=domain", "=ioc", "=high", "!true", "-", "$x", NULL),
       "DROP");
    h_env.ignore_missing_data = false;
    IS(mv("ioc:lookup", "ioc.detected", "=domain", "=ioc", "=high", "!true", "-", "$x", NULL),
       "<error: ioc:lookup() needs a list of indicators>");
}

#define IOC(outs, type, confidence, value)                                                         \
    mv("ioc:lookup", outs, type, "=ioc", confidence, "!false", "-", value, NULL)

static void test_indicators(void)
{
    char path[] = "/tmp/lanner-test-ioc-XXXXXX";
    struct lookup_folders folders = {.indicators = path};
    FILE *f = fdopen(mkstemp(path), "w");

    fputs("indicator,type,malicious_confidence,labels\n"
          "evil.example,domain,high,Actor/X\n"
          "evil.example,domain,low,Other\n"
          "10.9.9.9,ip_address,medium,\n",
          f);
    fclose(f);
    h_env.folders = &folders;
    IS(IOC("ioc.detected,ioc[0].labels,ioc[1].labels", "=domain", "=high", "$EVIL.example"),
       "true|Actor/X|old");
    IS(IOC("ioc.detected,ioc[0].labels,ioc[1].labels", "=domain", "=Unverified", "$evil.example"),
       "true|Actor/X|Other");
    IS(IOC("ioc.detected", "=ip_address", "=high", "$10.9.9.9"), "old");
    IS(IOC("ioc.detected,ioc[0].indicator", "=ip_address", "=medium", "$10.9.9.9"),
       "true|10.9.9.9");
    IS(IOC("ioc.detected", "=domain", "=low", "?"), "old");
    h_env.folders = NULL;
    remove(path);
}

/* Every row is whole, and no name or spelling is there twice. */
static void test_table(void)
{
    size_t n = 0;
    size_t n_bad = 0;

    for (const struct fn_def *fn; (fn = fn_at(n)) != NULL; n++) {
        bool runs = fn->eval != NULL || fn->eval_multi != NULL || fn->expand != NULL ||
                    fn->generate != NULL || fn->agg != NULL;
        bool good = runs && fn->params != NULL && fn->family != NULL && fn->doc != NULL &&
                    fn_named(fn->name) == fn;

        for (int lang = 0; lang < LANG_COUNT; lang++)
            good = good && (fn->spelled[lang] == NULL ||
                            fn_find((enum lang)lang, str_z(fn->spelled[lang])) == fn);
        for (const struct fn_param *p = fn->params; p != NULL && p->name != NULL; p++)
            good = good && (p->kind != P_OPTION || p->options != NULL);
        if (!good)
            printf("# row %s\n", fn->name);
        n_bad += !good;
    }
    OK(n > 100);
    OK_INT(n_bad, 0);
    OK(fn_find(LANG_CQL, STR("FORMATTIME")) == fn_named("formatTime"));
    OK(fn_find(LANG_CQL, STR("nosuch")) == NULL);
    OK(fn_named("nosuch") == NULL);
    OK(lang_named(STR("cql")) == LANG_CQL);
    OK(lang_named(STR(".aql")) == LANG_AQL);
    OK(lang_named(STR("x")) == LANG_COUNT);
    OK(strcmp(lang_name(LANG_CQL), "cql") == 0);
}

int main(void)
{
    h_init();
    test_arrays();
    test_event();
    test_units();
    test_bits();
    test_outside();
    test_indicators();
    test_table();
    arena_done(&h_arena);
    TAP_DONE();
}
