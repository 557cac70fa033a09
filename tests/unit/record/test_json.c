/* test_json.c - wanted paths, flattening and tools on JSON text, in fixed examples. */
#include "record/json.h"

#include "../tap.h"
#include "util/cpu.h"

#include <stdlib.h>

static struct arena arena;

/* The value of one path in one record, printed: kind letter and text. `absent` is "-". */
static const char *get(const char *json, const char *path, unsigned flags)
{
    static char room[400];
    struct json_path wanted = {str_z(path), flags};
    struct json_paths *jp = NULL;
    struct json_scratch *s;
    struct lanner_err err = {0};
    struct val v;
    const char *letters = "-0tnb";

    if (json_paths_new(&wanted, 1, &jp, &err) != LANNER_OK)
        return "refused";
    s = json_scratch_new(jp);
    /* Twice: the second time with what the first has taught. */
    for (int i = 0; i < 2; i++)
        json_paths_read(jp, s, str_z(json), &arena, &v, NULL);
    if (v.kind <= KIND_NULL)
        snprintf(room, sizeof(room), "%c", letters[v.kind]);
    else if (v.kind == KIND_BOOL)
        snprintf(room, sizeof(room), "B%d", (int)v.u.i);
    else
        snprintf(room, sizeof(room), "%c%.*s", letters[v.kind], (int)v.len, v.u.ptr);
    json_scratch_free(s);
    json_paths_free(jp);
    return room;
}

#define NAME(json, path, want) OK_STR(str_z(get(json, path, 0)), want)
#define DECL(json, path, want) OK_STR(str_z(get(json, path, JSON_PATH_DECLARED)), want)
#define HAS(json, path, want)  OK_STR(str_z(get(json, path, JSON_PATH_PRESENCE)), want)
#define TREE(json, path, want) OK_STR(str_z(get(json, path, JSON_PATH_SUBTREE)), want)

static void test_names(void)
{
    NAME("{\"a\":\"x\"}", "a", "tx");
    NAME("{\"a\":\"x\"}", "A", "-");
    NAME("{\"a\":1.50}", "a", "n1.50");
    NAME("{\"a\":-1e5 }", "a", "n-1e5");
    NAME("{\"a\":true}", "a", "btrue");
    NAME("{\"a\":null}", "a", "0");
    NAME("{\"a\":{}}", "a", "-");
    NAME("{\"a\":[1]}", "a", "-");
    NAME("{\"a\":[1,\"y\"]}", "a[1]", "ty");
    NAME("{\"a\":[1,\"y\"]}", "a[2]", "-");
    NAME("{\"a\":[{\"b\":1},{\"b\":2}]}", "a[1].b", "n2");
    NAME("{\"a\":[[1,2],[3,4]]}", "a[1][0]", "n3");
    NAME("[{\"b\":7}]", "[0].b", "n7");
    NAME("{\"a\":{\"b\":{\"c\":5}}}", "a.b.c", "n5");
    NAME("{\"a.b\":{\"c\":5}}", "a.b.c", "n5");
    NAME("{\"a\":{\"b.c\":5}}", "a.b.c", "n5");
    NAME("{\"a.b.c\":5}", "a.b.c", "n5");
    NAME("{\"a[0].b\":5}", "a[0].b", "n5");
    NAME("{\"a[0]\":{\"b\":5}}", "a[0].b", "n5");
    NAME("{\"a\":{\"x\":1},\"a.b\":2}", "a.b", "n2");
    NAME("{\"a\":{\"b\":1},\"a.b\":2}", "a.b", "n1");
    NAME("{\"a\":1,\"a\":2}", "a", "n1");
    NAME("{\"a\":{},\"a\":2}", "a", "n2");
    NAME("{\"a\":null,\"a\":2}", "a", "0");
    NAME("{\"a..b\":1}", "a..b", "n1");
    NAME("{\"a\":{\"\":{\"b\":1}}}", "a..b", "n1");
    NAME("{\".b\":1}", ".b", "n1");
    NAME("{\"a.\":1}", "a.", "n1");
    NAME("{\"a\":{\"\":1}}", "a.", "n1");
    NAME("{\"a[x]\":1}", "a[x]", "n1");
    NAME("{\"@x#\":{\"b\\u0062\":1}}", "@x#.bb", "n1");
    NAME("{\"a\":[{\"Name\":\"q\",\"V\":1}]}", "a[Name=q].V", "-");
    NAME("{\"a\":NaN,\"b\":1}", "b", "n1");
    NAME("{\"a\":NaN,\"b\":1}", "a", "tNaN");
    NAME(" {\"a\" : \"x\" , \"b\"\t:\n{ \"c\" : 3 } } ", "b.c", "n3");
    NAME("{\"b\":\"]}{[\\\"]\",\"c\":[\"]\",{\"x\":\"}\"}],\"d\":4}", "d", "n4");
}

static void test_strings(void)
{
    NAME("{\"a\":\"x\\n\\\"\\/\\\\\\t\"}", "a", "tx\n\"/\\\t");
    NAME("{\"a\":\"\\u00e9\\ud83d\\ude00\"}", "a", "t\xC3\xA9\xF0\x9F\x98\x80");
    NAME("{\"a\":\"\\ud83d\"}", "a", "t\xEF\xBF\xBD");
    NAME("{\"a\":\"\\ude00x\"}", "a", "t\xEF\xBF\xBDx");
    NAME("{\"a\":\"\\ud83d\\u0041\"}", "a",
         "t\xEF\xBF\xBD"
         "A");
    NAME("{\"a\":\"C:\\Users\\uzzzz\"}", "a", "tC:\\Users\\uzzzz");
    NAME("{\"a\":\"\xFF\xC3\"}", "a", "t\xFF\xC3");
    NAME("{\"p\":\"{\\\"s\\\":{\\\"c\\\":5}}\"}", "p.s.c", "n5");
    NAME("{\"p\":\" \\n[{\\\"s\\\":6}]\"}", "p[0].s", "n6");
    NAME("{\"p\":\"{\\\"q\\\":\\\"{\\\\\\\"s\\\\\\\":1}\\\"}\"}", "p.q.s", "n1");
    NAME("{\"p\":\"{broken\",\"q\":1}", "q", "n1");
    NAME("{\"p\":\"{\\\"s\\\":1\",\"p.s\":2}", "p.s", "n2");
}

static void test_declared(void)
{
    DECL("{\"Properties\":{\"Status\":{\"ErrorCode\":5}}}", "properties.status.errorCode", "n5");
    DECL("{\"Properties\":{\"x\":1},\"properties\":{\"x\":2}}", "properties.x", "n2");
    DECL("{\"Properties\":{\"x\":1},\"properties\":{\"y\":2}}", "properties.x", "n1");
    DECL("{\"X\":1,\"x\":2}", "x", "n2");
    DECL("{\"X\":1,\"x\":{}}", "x", "n1");
    DECL("{\"E\":[{\"Name\":\"A\",\"Value\":1},{\"Name\":\"UA\",\"Value\":2}]}", "E[Name=UA].Value",
         "n2");
    DECL("{\"E\":[{\"Value\":1,\"Name\":\"UA\"}]}", "E[Name=UA].Value", "n1");
    DECL("{\"e\":[{\"value\":1,\"name\":\"UA\"}]}", "E[Name=UA].Value", "n1");
    DECL("{\"A\":[{\"ID\":\"u\",\"Type\":0},{\"ID\":\"v\",\"Type\":5}]}", "A[Type=5].ID", "tv");
    DECL("{\"T\":[{\"ID\":\"u\"}]}", "T[0].ID", "tu");
    DECL("{\"E\":\"[{\\\"Name\\\":\\\"UA\\\",\\\"Value\\\":2}]\"}", "E[Name=UA].Value", "n2");
    DECL("{\"E\":[1,null,[],{\"Name\":{}},{\"Name\":\"a.b\",\"V\":3}]}", "E[Name=a.b].V", "n3");
    DECL("{\"properties.status\":{\"ERRORCODE\":5}}", "properties.status.errorCode", "n5");
}

static void test_flags(void)
{
    HAS("{\"a\":{\"b\":[]}}", "a.b", "B1");
    HAS("{\"a\":{\"b\":null}}", "a.b", "-");
    HAS("{\"a\":{\"c\":1}}", "a.b", "-");
    HAS("{\"a\":\"\"}", "a", "B1");
    TREE("{\"a\":{ \"b\":[1, 2]}}", "a.b", "t[1, 2]");
    TREE("{\"a\":{\"b\":1}}", "a", "t{\"b\":1}");
    TREE("{\"a\":\"x\\ty\"}", "a", "tx\ty");
    TREE("{\"a\":1}", "", "t{\"a\":1}");
}

static void test_broken(void)
{
    static const char *const cut = "{\"a\":1,\"b\":{\"c\":\"x\"},\"d\":[1,2],\"e\":\"long text\"}";
    struct json_path wanted[] = {{STR("a"), 0}, {STR("b.c"), 0}, {STR("e"), 0}, {STR("z"), 0}};
    struct json_paths *jp = NULL;
    struct json_scratch *s;
    struct lanner_err err = {0};
    struct val v[4];
    size_t at = 0;
    int wrong = 0;

    OK_INT(json_paths_new(wanted, 4, &jp, &err), LANNER_OK);
    s = json_scratch_new(jp);
    for (size_t n = 0; n <= strlen(cut); n++) {
        char *copy = malloc(n + 1); /* so that the sanitizer sees the end */
        enum json_status status;

        memcpy(copy, cut, n);
        status = json_paths_read(jp, s, str_of(copy, n), &arena, v, &at);
        wrong += (status == JSON_OK) != (n == strlen(cut));
        wrong += (v[0].kind == KIND_NUMTEXT) != (n >= 7);
        wrong += (v[1].kind == KIND_TEXT) != (n >= 19);
        wrong += (v[2].kind == KIND_TEXT) != (n >= strlen(cut) - 1);
        free(copy);
    }
    OK_INT(wrong, 0);
    OK(json_paths_read(jp, s, STR("x"), &arena, v, &at) == JSON_BROKEN && at == 0);
    OK(json_paths_read(jp, s, STR("{\"a\" 1}"), &arena, v, &at) == JSON_BROKEN && at == 5);
    json_scratch_free(s);
    json_paths_free(jp);
}

static void test_deep(void)
{
    size_t n = 100000;
    char *text = malloc(2 * n + 32);
    struct json_path wanted = {STR("z"), 0};
    struct json_paths *jp = NULL;
    struct json_scratch *s;
    struct lanner_err err = {0};
    struct val v;
    size_t len = 0;

    len += (size_t)snprintf(text, 32, "{\"a\":");
    memset(text + len, '[', n);
    memset(text + len + n, ']', n);
    len += 2 * n;
    len += (size_t)snprintf(text + len, 32, ",\"z\":9}");
    OK_INT(json_paths_new(&wanted, 1, &jp, &err), LANNER_OK);
    s = json_scratch_new(jp);
    OK_INT(json_paths_read(jp, s, str_of(text, len), &arena, &v, NULL), JSON_OK);
    OK(v.kind == KIND_NUMTEXT && v.len == 1);
    OK(!json_valid(str_of(text, len), 1000, NULL));
    OK(json_valid(str_of(text, len), 200000, NULL));
    json_scratch_free(s);
    json_paths_free(jp);
    free(text);
}

static bool print_leaf(void *ctx, struct str name, struct val v)
{
    char room[VAL_PRINT_MAX];
    struct buf *b = ctx;

    buf_put_str(b, name);
    buf_putc(b, '=');
    if (v.kind == KIND_NULL)
        buf_puts(b, "null");
    else
        buf_put_str(b, val_print(&v, room));
    buf_putc(b, ';');
    return true;
}

static void flat(const char *json, unsigned flags, const char *want)
{
    struct buf b = {0};

    json_flatten(str_z(json), STR(""), flags, &arena, print_leaf, &b);
    OK_STR(b.len != 0 ? buf_str(&b) : STR(""), want);
    buf_done(&b);
}

static void test_flatten(void)
{
    struct json_flat r;
    struct buf b = {0};

    flat("{\"a\":1,\"b\":{\"c\":[1,{\"d\":\"x\"},[true]]},\"e\":null}", 0,
         "a=1;b.c[0]=1;b.c[1].d=x;b.c[2][0]=true;");
    flat("{\"a\":null,\"b\":{},\"c\":[]}", JSON_FLATTEN_NULLS | JSON_FLATTEN_EMPTY,
         "a=null;b={};c=[];");
    flat("[7.0,{\"x\":\"\\u0041\"}]", 0, "[0]=7.0;[1].x=A;");
    flat("  {  } ", 0, "");
    r = json_flatten(STR("{\"a\":1} x"), STR("p."), 0, &arena, print_leaf, &b);
    OK(r.status == JSON_BROKEN && r.n_fields == 1 && r.broken_at == 8);
    OK_STR(buf_str(&b), "p.a=1;");
    r = json_flatten(STR("5"), STR("p"), 0, &arena, print_leaf, &b);
    OK(r.status == JSON_OK && !r.is_container);
    OK_STR(buf_str(&b), "p.a=1;p=5;");
    r = json_flatten(STR("hello"), STR("p"), 0, &arena, print_leaf, &b);
    OK(r.status == JSON_BROKEN && !r.is_container);
    buf_clear(&b);
    buf_putc(&b, '[');
    for (int i = 0; i < 9000; i++)
        buf_puts(&b, i > 0 ? ",1" : "1");
    buf_putc(&b, ']');
    {
        struct buf sink = {0};

        r = json_flatten(buf_str(&b), STR(""), 0, &arena, print_leaf, &sink);
        OK(r.cut && r.n_fields == JSON_MAX_FIELDS);
        buf_done(&sink);
    }
    buf_done(&b);
}

static void test_tools(void)
{
    struct buf b = {0};
    struct json_iter it;
    struct str key;
    struct str value;
    struct str text = STR(" { \"a b\" : [ 1 , \" x \" ] ,\"c\":2}");

    json_compact(text, &b);
    OK_STR(buf_str(&b), "{\"a b\":[1,\" x \"],\"c\":2}");
    OK(json_has_blanks(text) && !json_has_blanks(buf_str(&b)));
    OK_STR(json_first_key(text), "a b");
    OK(json_first_key(STR("[1]")).ptr == NULL);
    OK(json_iter_open(&it, text));
    OK(json_iter_next(&it, &key, &value));
    OK_STR(key, "a b");
    OK_STR(value, "[ 1 , \" x \" ]");
    OK(json_iter_next(&it, &key, &value));
    OK_STR(value, "2");
    OK(!json_iter_next(&it, &key, &value) && !it.broken);
    OK(json_valid(STR(" {\"a\":[1,-2.5e+3,{}],\"b\":\"\\u00e9\"} "), 100, NULL));
    OK(!json_valid(STR("{\"a\":01}"), 100, NULL));
    OK(!json_valid(STR("{\"a\":1,}"), 100, NULL));
    OK(!json_valid(STR("[1,]"), 100, NULL));
    OK(!json_valid(STR("{} {}"), 100, NULL));
    OK(json_valid(STR("[]"), 1, NULL));
    OK(json_valid(STR("null"), 1, NULL));
    OK(!json_valid(STR(""), 1, NULL));
    buf_done(&b);
}

static bool count_and_refuse_zero(void *ctx, uint32_t path, const struct val *v)
{
    int *n = ctx;

    *n += path == 0 ? 1 : 100;
    return !(v->len == 1 && *v->u.ptr == '0');
}

/* How the reading ends when path 0 (`a.b`) and path 1 (`c`) are watched, and how often each is
 * shown: 1 for the first, 100 for the second. */
static void watch(const char *json, enum json_status want, int want_shown)
{
    struct json_path paths[] = {{STR("a.b"), 0}, {STR("c"), 0}, {STR("z"), 0}};
    struct json_paths *jp = NULL;
    struct json_scratch *s;
    struct lanner_err err = {0};
    struct val vals[3];

    OK_INT(json_paths_new(paths, 3, &jp, &err), LANNER_OK);
    s = json_scratch_new(jp);
    for (int i = 0; i < 2; i++) {
        int n = 0;

        if (i == 0) {
            json_scratch_watch(s, 0, count_and_refuse_zero, &n);
            json_scratch_watch(s, 1, count_and_refuse_zero, &n);
        }
        json_scratch_watch(s, 0, count_and_refuse_zero, &n);
        OK_INT(json_paths_read(jp, s, str_z(json), &arena, vals, NULL), want);
        OK_INT(n, want_shown);
    }
    json_scratch_free(s);
    json_paths_free(jp);
}

static void test_watch(void)
{
    watch("{\"c\":\"1\",\"x\":{},\"z\":1}", JSON_OK, 100);
    watch("{\"c\":\"0\",\"x\":{},\"z\":1}", JSON_UNWANTED, 100);
    watch("{\"c\":0,\"x\":{},\"z\":1}", JSON_UNWANTED, 100);
    watch("{\"c\":0}", JSON_UNWANTED, 100);
    watch("{\"x\":[],\"a\":{\"q\":[1],\"b\":\"0\",\"r\":{}},\"c\":\"1\"}", JSON_UNWANTED, 1);
    watch("{\"x\":[],\"a\":{\"q\":[1],\"b\":\"1\",\"r\":{}},\"c\":\"0\"}", JSON_UNWANTED, 101);
    watch("{\"a.b\":\"0\",\"a\":{\"b\":\"1\"}}", JSON_UNWANTED, 1);
    /* Cut behind the value, at every depth. */
    watch("{\"c\":\"0\"", JSON_BROKEN, 100);
    watch("{\"c\":\"0\",\"x\":\"}", JSON_BROKEN, 100);
    watch("{\"a\":{\"b\":\"0\"}", JSON_BROKEN, 1);
    watch("{\"a\":{\"b\":\"0\",\"x\":{}}", JSON_BROKEN, 1);
    watch("{\"a\":{\"b\":\"0\"}}", JSON_UNWANTED, 1);
    watch("{\"c\":0", JSON_BROKEN, 0);
    /* Not shown: null, another case, containers, text in strings, second values. */
    watch("{\"c\":null}", JSON_OK, 0);
    watch("{\"C\":\"0\"}", JSON_OK, 0);
    watch("{\"c\":[\"0\"],\"a\":{\"b\":{\"x\":0}}}", JSON_OK, 0);
    watch("{\"a\":\"{\\\"b\\\":\\\"0\\\"}\"}", JSON_OK, 0);
    watch("{\"a\":\"{\\\"b\\\":\\\"1\\\"}\",\"a.b\":\"0\"}", JSON_OK, 0);
    watch("{\"c\":\"1\",\"c\":\"0\",\"z\":0}", JSON_OK, 100);
    watch("{\"c\":\"\\u0030\"}", JSON_UNWANTED, 100);
}

int main(void)
{
    for (int simd = 0; simd < 2; simd++) {
        cpu_set_simd(simd != 0);
        arena_init(&arena, 0);
        test_names();
        test_strings();
        test_declared();
        test_flags();
        test_broken();
        test_deep();
        test_flatten();
        test_tools();
        test_watch();
        arena_done(&arena);
    }
    TAP_DONE();
}
