/* test_base.c - errors and their places, text, buffers, saved numbers, arenas, budget, the string
 * map. */
#include <stdlib.h>

#include "../tap.h"
#include "util/buf.h"
#include "util/hash.h"

static void test_errors(void)
{
    struct lanner_err err = {0};
    static const char text[] = "a\nbcd | x";

    OK(err_set(&err, LANNER_ERR_IO, "cannot open %s", "x") == LANNER_ERR_IO);
    OK(err.line == 0 && strcmp(err.text, "cannot open x") == 0);
    OK(err_set(NULL, LANNER_ERR_IO, "nobody listens") == LANNER_ERR_IO);
    OK(err_set_at(&err, LANNER_ERR_QUERY, (struct span){4, 2}, "unknown") == LANNER_ERR_QUERY);
    err_hint(&err, "try %d", 5);
    err_locate(&err, text, sizeof(text) - 1);
    OK(err.line == 2 && err.column == 3 && err.length == 2);
    OK(strcmp(err.hint, "try 5") == 0);
    err_locate(&err, text, sizeof(text) - 1);
    OK(err.line == 2);
}

static void test_text(void)
{
    OK(str_cmp(STR("a"), STR("b")) < 0 && str_cmp(STR("ab"), STR("a")) > 0);
    OK(str_cmp(STR_NONE, STR("")) == 0 && str_eq(STR_NONE, STR("")));
    OK(str_eq_nocase(STR("AbC"), STR("aBc")) && !str_eq_nocase(STR("ab"), STR("abc")));
    OK_STR(str_trim(STR(" \t x y \r\n")), "x y");
    OK_INT(str_trim(STR("   ")).len, 0);
    OK_INT(str_find(STR("hello"), STR("llo")), 2);
    OK(str_find(STR("hello"), STR("lx")) == SIZE_MAX);
    OK_INT(str_find(STR("x"), STR("")), 0);
    OK_INT(str_find_char(STR("a.b"), '.'), 1);
    OK(str_find_char(STR_NONE, '.') == SIZE_MAX);
    OK(str_starts(STR("abc"), STR("ab")) && str_ends(STR("abc"), STR("bc")));
}

static void test_buffers(void)
{
    struct buf b = {0};
    struct reader r;

    buf_put_json(&b, STR("a\"\\\n\x01/\xC3\xA9\xFF"));
    OK_STR(buf_str(&b), "\"a\\\"\\\\\\n\\u0001/\xC3\xA9\xEF\xBF\xBD\"");
    buf_clear(&b);
    buf_printf(&b, "%05d|%s", 42, "x");
    OK_STR(buf_str(&b), "00042|x");
    buf_clear(&b);
    buf_put_u8(&b, 200);
    buf_put_u32(&b, 0xDEADBEEF);
    buf_put_u64(&b, UINT64_C(0x0123456789ABCDEF));
    buf_put_f64(&b, -0.5);
    buf_put_bytes(&b, STR("xyz"));
    r = (struct reader){b.ptr, b.ptr + b.len, false};
    OK_INT(read_u8(&r), 200);
    OK(read_u32(&r) == 0xDEADBEEF && read_u64(&r) == UINT64_C(0x0123456789ABCDEF));
    OK(read_f64(&r) == -0.5);
    OK_STR(read_bytes(&r), "xyz");
    OK(!r.bad && r.ptr == r.end);
    OK(read_u8(&r) == 0 && r.bad);
    r = (struct reader){"\xff\xff\xff\xff", NULL, false};
    r.end = r.ptr + 4;
    OK(read_bytes(&r).len == 0 && r.bad);
    buf_done(&b);
}

static void test_arena(void)
{
    struct arena a;
    int bad = 0;

    arena_init(&a, 1000);
    for (int round = 0; round < 3; round++) {
        for (size_t n = 0; n < 3000; n += 7) {
            char *p = arena_zalloc(&a, n);

            bad += n > 0 && ((uintptr_t)p % 8 != 0 || p[0] != 0 || p[n - 1] != 0);
            if (n > 0)
                memset(p, 0xEE, n);
        }
        arena_reset(&a);
    }
    OK_INT(bad, 0);
    OK_STR(arena_printf(&a, "%s-%d", "x", 7), "x-7");
    OK(strcmp(arena_strz(&a, STR("abc")), "abc") == 0);
    arena_done(&a);
    arena_init(&a, 0);
    OK_INT(arena_str(&a, STR("")).len, 0);
    arena_zalloc(&a, 0);
    arena_done(&a);
}

static void test_budget(void)
{
    struct budget b = {.limit = 100};

    OK(budget_take(&b, 60) && !budget_take(&b, 50) && budget_take(&b, 40));
    budget_give(&b, 100);
    OK(b.used == 0 && b.peak == 100);
    budget_force(&b, 500);
    OK(b.peak == 500 && !budget_take(&b, 1));
    budget_give(&b, 500);
    b.refuse_at = 2;
    OK(budget_take(&b, 1) && !budget_take(&b, 1) && budget_take(&b, 1));
}

static void test_map(void)
{
    struct strmap m;
    int bad = 0;
    char key[16];

    strmap_init(&m);
    OK(strmap_get(&m, STR("x")) == SIZE_MAX);
    for (size_t i = 0; i < 5000; i++)
        strmap_put(&m, str_of(key, (size_t)snprintf(key, sizeof(key), "k%zu", i)), i);
    strmap_put(&m, STR(""), 7);
    strmap_put(&m, STR("k3"), 333);
    for (size_t i = 0; i < 5000; i++)
        bad += strmap_get(&m, str_of(key, (size_t)snprintf(key, sizeof(key), "k%zu", i))) !=
               (i == 3 ? 333 : i);
    OK_INT(bad, 0);
    OK(strmap_get(&m, STR("")) == 7 && m.n == 5001);
    OK(strmap_get(&m, STR("nosuch")) == SIZE_MAX);
    strmap_done(&m);
    OK(hash_bytes("a", 1, 1) != hash_bytes("a", 1, 2));
    OK(hash_random_seed() != hash_random_seed());
}

int main(void)
{
    test_errors();
    test_text();
    test_buffers();
    test_arena();
    test_budget();
    test_map();
    TAP_DONE();
}
