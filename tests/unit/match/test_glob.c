/* test_glob.c - globs: examples, and random ones against a backtracking matcher. */
#include "match/glob.h"

#include "../tap.h"

static struct arena arena;
static uint64_t seed = 1234567;

static uint32_t roll(uint32_t n)
{
    seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)(seed >> 33) % n;
}

static bool match(const char *pattern, const char *text, unsigned flags)
{
    return glob_match(glob_compile(&arena, str_z(pattern), flags), str_z(text));
}

static bool slow(const char *p, const char *s)
{
    if (*p == '\0')
        return *s == '\0';
    if (*p == '*')
        return slow(p + 1, s) || (*s != '\0' && slow(p, s + 1));
    return *p == *s && slow(p + 1, s + 1);
}

static void test_random(void)
{
    int wrong = 0;

    for (int i = 0; i < 20000; i++) {
        char p[9] = {0};
        char s[13] = {0};
        uint32_t n = roll(8);
        uint32_t m = roll(12);

        for (uint32_t k = 0; k < n; k++)
            p[k] = "ab*"[roll(3)];
        for (uint32_t k = 0; k < m; k++)
            s[k] = "ab"[roll(2)];
        wrong += match(p, s, 0) != slow(p, s);
        wrong += match(p, s, GLOB_ICASE) != slow(p, s);
    }
    OK_INT(wrong, 0);
}

static void test_literal(void)
{
    OK_STR(glob_literal(glob_compile(&arena, STR("ab*abc*d"), 0)), "abc");
    OK_STR(glob_literal(glob_compile(&arena, STR("*"), 0)), "");
    OK_STR(glob_literal(glob_compile(&arena, STR("PowerShell"), GLOB_ICASE)), "Power");
    OK_STR(glob_literal(glob_compile(&arena, STR("\xC3\xA9zz\xC3\xA9"), GLOB_ICASE)), "zz");
    OK_STR(glob_literal(glob_compile(&arena, STR("\xC3\xA9zz"), 0)), "\xC3\xA9zz");
    OK(glob_is_any(glob_compile(&arena, STR("**"), 0)));
    OK(glob_is_any(glob_compile(&arena, STR(""), GLOB_CONTAINS)));
    OK(!glob_is_any(glob_compile(&arena, STR(""), 0)));
    OK(glob_is_exact(glob_compile(&arena, STR("abc"), 0)));
    OK(glob_is_exact(glob_compile(&arena, STR(""), 0)));
    OK(!glob_is_exact(glob_compile(&arena, STR("abc"), GLOB_CONTAINS)));
}

int main(void)
{
    static char big[200000];

    arena_init(&arena, 0);
    OK(match("abc", "abc", 0) && !match("abc", "abcd", 0) && !match("abc", "Abc", 0));
    OK(match("", "", 0) && !match("", "x", 0));
    OK(match("*", "", 0) && match("*", "a\nb", 0) && match("***", "x", 0));
    OK(match("a*c", "abbc", 0) && match("a*c", "ac", 0) && !match("a*c", "abcb", 0));
    OK(match("a*a", "aa", 0) && !match("a*a", "a", 0));
    OK(match("*.exe", "x.exe", 0) && !match("*.exe", "x.exe ", 0));
    OK(match("C:\\*", "C:\\Windows", 0));
    OK(match("bc", "abcd", GLOB_CONTAINS) && match("b*d", "abcde", GLOB_CONTAINS));
    OK(match("POWER*", "powershell", GLOB_ICASE) && !match("POWER", "powershell", GLOB_ICASE));
    OK(match("\xC3\x89t\xC3\xA9", "\xC3\xA9T\xC3\x89", GLOB_ICASE));
    OK(match("*kelvin",
             "\xE2\x84\xAA"
             "ELVIN",
             GLOB_ICASE));
    OK(match("\xC5\xBF*", "Sx", GLOB_ICASE) && match("s*", "\xC5\xBFx", GLOB_ICASE));
    OK(match("*\xFF*",
             "a\xFF"
             "b",
             GLOB_ICASE));
    memset(big, 'a', sizeof(big) - 1);
    OK(!match("*a*a*a*a*a*a*a*a*a*a*a*a*a*b", big, 0));
    OK(!match("*a*a*a*a*a*a*a*a*a*a*a*a*a*b", big, GLOB_ICASE));
    OK(match("*aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa*", big, GLOB_ICASE));
    test_random();
    test_literal();
    arena_done(&arena);
    TAP_DONE();
}
