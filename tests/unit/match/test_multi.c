/* test_multi.c - pattern sets. */
#include "match/multi.h"

#include "../tap.h"

int main(void)
{
    struct arena arena;
    struct multi *m = NULL;
    struct multi_scratch *s;
    struct lanner_err err = {0};
    struct multi_pattern p[] = {
        {.text = STR("abc")},
        {.text = STR("X.Y"), .icase = true},
        {.text = STR("a[0-9]+b"), .is_regex = true},
    };
    struct multi_pattern dot = {.text = STR("a.c"), .is_regex = true};
    struct multi_pattern k = {.text = STR("key"), .is_regex = true, .icase = true};
    bool hits[3];
    size_t bad = 9;

    arena_init(&arena, 0);
    OK_INT(multi_compile(&arena, p, 3, &m, &bad, &err), LANNER_OK);
    s = multi_scratch_new(m);
    OK_INT(multi_which(m, s, STR("zabczx.yxxay"), hits), 2);
    OK(hits[0] && hits[1] && !hits[2]);
    OK(multi_any(m, s, STR("a77b")));
    OK(!multi_any(m, s, STR("a77c xay")));
    OK(!multi_any(m, s, STR_NONE));
    multi_scratch_free(s);
    OK_INT(multi_compile(&arena, p, 2, &m, &bad, &err), LANNER_OK);
    s = multi_scratch_new(m);
    OK_INT(multi_which(m, s, STR("zabczx.y"), hits), 2);
    multi_scratch_free(s);
    OK_INT(multi_compile(&arena, &dot, 1, &m, &bad, &err), LANNER_ERR_UNSUPPORTED);
    OK_INT(bad, 0);
    OK_INT(multi_compile(&arena, &k, 1, &m, &bad, &err), LANNER_ERR_UNSUPPORTED);
    OK_INT(multi_compile(&arena, p, 0, &m, NULL, &err), LANNER_ERR_LIMIT);
    arena_done(&arena);
    TAP_DONE();
}
