/* test_kv.c - key=value text: the table of cql.md 3.3 and odd inputs. */
#include "record/kv.h"

#include "../tap.h"

#include <stdlib.h>

static struct arena arena;

static const char *pairs(const char *text, enum kv_padding padding, const char *separator)
{
    static char room[400];
    size_t n;
    struct kv_pair *p = kv_parse(str_z(text), str_z(separator), padding, &arena, &n, NULL);
    size_t len = 0;

    room[0] = '\0';
    for (size_t i = 0; i < n; i++)
        len += (size_t)snprintf(room + len, sizeof(room) - len, "%.*s:%.*s;", STR_ARG(p[i].key),
                                STR_ARG(p[i].value));
    return room;
}

#define KV(text, padding, want) OK_STR(str_z(pairs(text, KV_PADDING_##padding, "=")), want)

static void test_table(void)
{
    KV("a = b = c", UNKNOWN, "a:b;");
    KV("a = b = c", YES, "a:;b:c;");
    KV("a = b = c", NO, "a:;b:;");
    KV("a=b=c", UNKNOWN, "a:b=c;");
    KV("a=b=c", YES, "a:b=c;");
    KV("a=b=c", NO, "a:b=c;");
    KV("a = b=c", UNKNOWN, "a:b=c;");
    KV("a = b=c", YES, "a:b=c;");
    KV("a = b=c", NO, "a:;b:c;");
    KV("a=b = c", UNKNOWN, "a:b;");
    KV("a=b = c", YES, "a:;b:;");
    KV("a=b = c", NO, "a:b;");
}

static void test_others(void)
{
    KV("creating new user id=123, name='john doe' email=john@doe", UNKNOWN,
       "id:123;name:john doe;email:john@doe;");
    KV("\"a key\"=\"x \\\" y\" b='it''s'", UNKNOWN, "a key:x \" y;b:it;");
    KV("a=\"open b=c", UNKNOWN, "a:\"open;b:c;");
    KV("a=,b=2", UNKNOWN, "a:;b:2;");
    KV("a=", UNKNOWN, "a:;");
    KV("=x a=1", UNKNOWN, "a:1;");
    KV("", UNKNOWN, "");
    KV("a=1\nb=2\tc=3", UNKNOWN, "a:1;b:2;c:3;");
    KV("a=1 a=2", UNKNOWN, "a:1;a:2;");
    KV("url=http://x/?q=1&r=2 z=3", NO, "url:http://x/?q=1&r=2;z:3;");
    OK_STR(str_z(pairs("a: 1 b:2", KV_PADDING_UNKNOWN, ":")), "a:1;b:2;");
    OK_STR(str_z(pairs("a->1 b->2", KV_PADDING_NO, "->")), "a:1;b:2;");
    OK_STR(str_z(pairs("a=1", KV_PADDING_NO, "")), "");
}

/* Text made to be read again and again from each of its quotes. */
static void test_hostile(void)
{
    size_t n = 2000000;
    char *text = malloc(n);
    size_t n_pairs;
    bool cut = false;

    for (size_t i = 0; i < n; i++)
        text[i] = "\"\\"[i & 1];
    kv_parse(str_of(text, n), STR("="), KV_PADDING_UNKNOWN, &arena, &n_pairs, &cut);
    OK(n_pairs == 0 && !cut);
    for (size_t i = 0; i < n; i++)
        text[i] = "a=1 "[i & 3];
    kv_parse(str_of(text, n), STR("="), KV_PADDING_YES, &arena, &n_pairs, &cut);
    OK(n_pairs == KV_MAX_PAIRS && cut);
    free(text);
}

int main(void)
{
    arena_init(&arena, 0);
    test_table();
    test_others();
    test_hostile();
    arena_done(&arena);
    TAP_DONE();
}
