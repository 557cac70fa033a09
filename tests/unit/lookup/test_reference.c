/* test_reference.c - reference data and the other files beside the logs: formats, types of
 * elements, damage, hostile bytes. argv[1]: tests/data/qradar. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../tap.h"
#include "lookup/lookup.h"
#include "lookup/reference_read.h"
#include "util/ip.h"

static struct arena arena;
static struct lookup_folders folders;
static struct lanner_err err;
static struct buf room;
static char made[64]; /* a folder of files that the tests write */

/* 2026-03-02T15:00:00Z */
#define NOW_NS (INT64_C(1772463600) * NS_PER_S)

static const struct reference *open_ref(enum reference_shape shape, const char *name)
{
    const struct reference *r = NULL;

    memset(&err, 0, sizeof(err));
    return reference_open(&folders, shape, str_z(name), &arena, &r, &err) == LANNER_OK ? r : NULL;
}

static bool has(const struct reference *r, const char *value)
{
    struct val v = val_str(str_z(value));

    return r != NULL && reference_has(r, &v, &room);
}

static struct str get(const struct reference *r, const char *key)
{
    struct val v = val_str(str_z(key));
    struct str out;

    return r != NULL && reference_get(r, &v, &room, &out) ? out : STR("<none>");
}

static void test_sets(void)
{
    const struct reference *r = open_ref(REFERENCE_SET, "bad-ips");
    struct val ip = {.kind = KIND_IP, .len = 6};
    uint8_t bytes[16];

    OK(has(r, "203.0.113.7") && has(r, "::ffff:203.0.113.7") && has(r, "2001:db8::7"));
    OK(!has(r, "203.0.113.8") && !has(r, "no address"));
    OK(!has(r, "198.51.100.9") && has(r, "198.51.100.10"));
    OK(r != NULL && reference_n_expired(r) == 1 && reference_n_elements(r) == 3);
    OK(ip_parse(STR("2001:db8::7"), bytes));
    ip.u.ptr = (const char *)bytes;
    OK(r != NULL && reference_has(r, &ip, &room));
    OK(open_ref(REFERENCE_SET, "bad-ips") == r); /* from the cache */
    r = open_ref(REFERENCE_SET, "accounts");
    OK(has(r, "ALICE") && has(r, "Bob@Example.com") && has(r, "j\xC3\xB6rg") && !has(r, "carol"));
    r = open_ref(REFERENCE_SET, "NETWORKS"); /* any case */
    OK(has(r, "10.255.0.1") && has(r, "192.0.2.31") && !has(r, "192.0.2.32"));
    OK(has(r, "2001:db8:5::1") && !has(r, "2001:db8:6::1"));
    r = open_ref(REFERENCE_SET, "Open Ports");
    OK(has(r, "22") && has(r, "443") && !has(r, "80"));
    OK(open_ref(REFERENCE_SET, "acounts") == NULL && strstr(err.hint, "accounts") != NULL);
    OK(open_ref(REFERENCE_SET, "../rules") == NULL && open_ref(REFERENCE_SET, "") == NULL);
}

static void test_maps(void)
{
    const struct reference *r = open_ref(REFERENCE_MAP, "owners");
    struct val key = val_text("alice", 5);
    struct val v = val_text("198.51.100.1", 12);
    struct str out;

    OK_STR(get(r, "bob"), "Miller, Bob");
    OK_STR(get(r, "Bob"), "<none>");
    OK_STR(get(r, "2001:DB8:0::1"), "gateway");
    OK_STR(get(open_ref(REFERENCE_MAP, "owners-rest"), "alice"), "Alice Miller");
    r = open_ref(REFERENCE_MAP_OF_SETS, "logins");
    OK(r != NULL && reference_key_has(r, &key, &v, &room));
    key = val_text("bob", 3);
    OK(r != NULL && !reference_key_has(r, &key, &v, &room));
    r = open_ref(REFERENCE_MAP_OF_SETS, "logins-plain");
    OK(r != NULL && !reference_key_has(r, &key, &v, &room));
    key = val_text("alice", 5);
    OK(r != NULL && reference_key_has(r, &key, &v, &room));
    for (int i = 0; i < 3; i++) {
        static const char *const names[] = {"employees", "employees-long", "employees-rest"};
        struct str inner;

        r = open_ref(REFERENCE_TABLE, names[i]);
        OK(r != NULL && reference_inner_key(r, STR("global id"), &inner) &&
           reference_cell(r, inner, &key, &room, &out) && str_eqz(out, "7001"));
        OK(r != NULL && !reference_inner_key(r, STR("nonsense"), &inner));
    }
    key = val_text("bob", 3);
    r = open_ref(REFERENCE_TABLE, "employees");
    OK(r != NULL && !reference_cell(r, STR("Global ID"), &key, &room, &out)); /* an empty cell */
}

static void write_file(const char *name, const void *bytes, size_t len)
{
    char path[160];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", made, name);
    f = fopen(path, "wb");
    if (f != NULL) {
        fwrite(bytes, 1, len, f);
        fclose(f);
    }
}

static bool damaged(enum reference_shape shape, const char *file, const char *content,
                    const char *want)
{
    char name[64];
    bool ok;

    snprintf(name, sizeof(name), "%.*s", (int)(strrchr(file, '.') - file), file);
    write_file(file, content, strlen(content));
    ok = open_ref(shape, name) == NULL && strstr(err.text, want) != NULL;
    if (!ok)
        printf("# %s: '%s'\n", file, err.text);
    return ok;
}

static void test_damage(void)
{
    char *folder = made;
    struct lookup_folders old = folders;

    folders.references = &folder;
    folders.n_references = 1;
    OK(damaged(REFERENCE_SET, "a.csv", "1.2.3.4\n5.6.7.8\n", "line 1: expected a header"));
    OK(damaged(REFERENCE_SET, "b.csv", "IP\n1.2.3.4\nhello\n", "line 3: 'hello' is no value of"));
    OK(damaged(REFERENCE_SET, "c.csv", "value,x\n1,2\n3\n", "line 3: the row has not"));
    OK(damaged(REFERENCE_SET, "d.csv", "value,expires\n1,soon\n", "line 2: the expiry"));
    OK(damaged(REFERENCE_SET, "e.csv", "value\n\"open\n", "line 2: the quoted text"));
    OK(damaged(REFERENCE_SET, "f.csv", "", "no header"));
    OK(damaged(REFERENCE_SET, "g.json", "[1,\n2", "is no JSON"));
    OK(damaged(REFERENCE_SET, "h.json", "[1,\n[2]]", "line 2: expected a value"));
    OK(damaged(REFERENCE_SET, "i.json", "{\"element_type\":\"ALN\",\"number_of_elements\":3}",
               "the elements are missing"));
    OK(damaged(REFERENCE_SET, "j.txt", "# element_type: FOO\n", "line 1: the element type"));
    OK(damaged(REFERENCE_MAP, "k.txt", "a\n", "a reference set and nothing else"));
    OK(damaged(REFERENCE_MAP, "l.csv", "value\n1\n", "'key' and 'value'"));
    OK(damaged(REFERENCE_MAP, "m.json", "[1]", "expected an object"));
    OK(damaged(REFERENCE_SET, "n.json", "", "is no JSON"));
    write_file("guess.txt", "10.0.0.1\n10.1.0.0/16\n", 21);
    OK(has(open_ref(REFERENCE_SET, "guess"), "10.1.255.255"));
    write_file("empty.txt", "", 0);
    OK(open_ref(REFERENCE_SET, "empty") != NULL);
    folders = old;
}

/* Any bytes end in data or in an error. */
static void test_hostile(void)
{
    static const char *const kinds[] = {"csv", "txt", "json"};
    static const char alphabet[] = "\"',:{}[]#\n\r\\ /.0123456789abvalue,key";
    uint32_t seed = 12345;
    size_t n_read = 0;

    for (int round = 0; round < 6000; round++) {
        struct reference_data data = {.arena = &arena, .now_ns = NOW_NS, .file = STR("x")};
        char bytes[96];
        size_t n = 0;

        data.shape = (enum reference_shape)(round % REFERENCE_SHAPE_COUNT);
        seed = seed * 1664525 + 1013904223;
        for (size_t len = seed % sizeof(bytes); n < len; n++) {
            seed = seed * 1664525 + 1013904223;
            bytes[n] = (seed >> 28) == 0 ? (char)(seed >> 8)
                                         : alphabet[(seed >> 8) % (sizeof(alphabet) - 1)];
        }
        n_read += reference_read_text(arena_str(&arena, str_of(bytes, n)),
                                      str_z(kinds[round % 7 % 3]), &data, &err) == LANNER_OK;
        VEC_DONE(&data.entries);
    }
    OK(n_read > 100);
    for (int round = 0; round < 400; round++) {
        const struct offenses *offenses;
        const struct networks *networks;
        const struct names *names;
        const struct xforce *xforce;
        const struct assets *assets;
        const struct rules *rules;
        struct lookup_folders f = {0};
        char bytes[128];
        char path[160];
        size_t n = 0;
        int failed = 0;

        snprintf(path, sizeof(path), "%s/hostile", made);
        seed = seed * 1664525 + 1013904223;
        for (size_t len = seed % sizeof(bytes); n < len; n++) {
            seed = seed * 1664525 + 1013904223;
            bytes[n] = alphabet[(seed >> 8) % (sizeof(alphabet) - 1)];
        }
        write_file("hostile", bytes, n);
        f.offenses = f.networks = f.names = f.xforce = f.assets = f.rules = path;
        failed += offenses_open(&f, &arena, &offenses, &err) != LANNER_OK;
        failed += networks_open(&f, &arena, &networks, &err) != LANNER_OK;
        failed += names_open(&f, &arena, &names, &err) != LANNER_OK;
        failed += xforce_open(&f, &arena, &xforce, &err) != LANNER_OK;
        failed += assets_open(&f, &arena, &assets, &err) != LANNER_OK;
        failed += rules_open(&f, &arena, &rules, &err) != LANNER_OK;
        if (round % 100 == 0)
            OK(failed > 0);
    }
}

static void test_ip(void)
{
    struct ip_net net;
    uint8_t ip[16];
    char text[IP_PRINT_MAX];

    OK(ip_parse(STR("0:0:0:0:0:0:0:1"), ip) && ip_print(ip, text) == 3);
    OK(!ip_parse(STR("1.2.3"), ip) && !ip_parse(STR("1.2.3.4 "), ip) && !ip_parse(STR(""), ip));
    OK(ip_net_parse(STR("10.1.2.3/8"), &net) && net.bits == 104 && net.addr[13] == 0);
    OK(ip_net_parse(STR(" ::ffff:10.0.0.0/104 "), &net) && net.bits == 104);
    OK(ip_parse(STR("10.9.9.9"), ip) && ip_net_has(&net, ip));
    OK(!ip_net_parse(STR("10.0.0.0/33"), &net) && !ip_net_parse(STR("10.0.0.0/"), &net) &&
       !ip_net_parse(STR("::/129"), &net) && !ip_net_parse(STR("10.0.0.0/-1"), &net));
    OK(ip_net_parse(STR("0.0.0.0/0"), &net) && ip_net_has(&net, ip));
}

static void test_metadata(void)
{
    struct lookup_table t;

    OK(lookup_metadata_known(STR("sde_logsourcetype")) && !lookup_metadata_known(STR("events")));
    OK(lookup_metadata_known(STR("reference_data.sets('x y')")));
    OK(lookup_table_read(&folders, STR(LOOKUP_METADATA_PREFIX "SDE_LogSourceType"), &arena, &t,
                         &err) == LANNER_OK &&
       t.n_rows == 420 && t.n_columns == 3);
    OK(lookup_table_read(&folders, STR(LOOKUP_METADATA_PREFIX "QIDmap"), &arena, &t, &err) ==
           LANNER_OK &&
       t.n_rows == 2 && str_eqz(t.columns[0], "qid"));
    OK(lookup_table_read(&folders, STR(LOOKUP_METADATA_PREFIX "reference_data.sets('accounts')"),
                         &arena, &t, &err) == LANNER_OK &&
       t.n_rows == 3);
    OK(lookup_table_read(NULL, STR(LOOKUP_METADATA_PREFIX "QIDmap"), &arena, &t, &err) ==
       LANNER_ERR_UNSUPPORTED);
}

/* A million elements are read fast and found at once. */
static void test_large(void)
{
    struct buf text = {0};
    char *folder = made;
    struct lookup_folders old = folders;
    const struct reference *r;

    buf_puts(&text, "value\n");
    for (int i = 0; i < 1000000; i++)
        buf_printf(&text, "user%d@example.com\n", i);
    write_file("large.csv", text.ptr, text.len);
    buf_done(&text);
    folders.references = &folder;
    folders.n_references = 1;
    r = open_ref(REFERENCE_SET, "large");
    OK(has(r, "user999999@example.com") && has(r, "user0@example.com") && !has(r, "user1000000"));
    folders = old;
}

int main(void)
{
    struct lookup_cache cache = {.arena = &arena};
    const char *root = getenv("LANNER_SOURCE_ROOT");
    char reference[512];
    char names[512];
    char *folder = reference;
    char command[128];

    snprintf(made, sizeof(made), "/tmp/lanner-reference-XXXXXX");
    if (mkdtemp(made) == NULL)
        return 1;
    snprintf(reference, sizeof(reference), "%s/tests/data/qradar/reference",
             root != NULL ? root : ".");
    snprintf(names, sizeof(names), "%s/tests/data/qradar/names.csv", root != NULL ? root : ".");
    arena_init(&arena, 0);
    folders = (struct lookup_folders){.references = &folder,
                                      .n_references = 1,
                                      .names = names,
                                      .now_ns = NOW_NS,
                                      .cache = &cache};
    test_sets();
    test_maps();
    test_damage();
    test_hostile();
    test_ip();
    test_metadata();
    test_large();
    arena_done(&arena);
    buf_done(&room);
    snprintf(command, sizeof(command), "rm -r '%s'", made);
    OK(system(command) == 0);
    TAP_DONE();
}
