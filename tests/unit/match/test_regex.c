/* test_regex.c - CQL's regular expressions: dialect, captures, limits, replacement, literals. */
#include "match/regex.h"

#include "../tap.h"

#include <stdlib.h>

static struct arena arena;
static struct regex_scratch *scratch;

/* Named groups of the first match as name=value;, "-" for no match, "?" undecided, "!" refused. */
static const char *groups(const char *pattern, unsigned flags, enum regex_profile profile,
                          const char *text)
{
    static char room[500];
    const struct regex *re = NULL;
    const struct regex_group *g;
    struct regex_match m;
    struct lanner_err err = {0};
    size_t n;
    size_t len = 0;

    if (regex_compile(&arena, str_z(pattern), flags, profile, &re, &err) != LANNER_OK)
        return "!";
    switch (regex_search(re, scratch, str_z(text), 0, &m)) {
    case REGEX_NO:
        return "-";
    case REGEX_UNDECIDED:
        return "?";
    case REGEX_MATCH:
        break;
    }
    room[0] = '\0';
    g = regex_groups(re, &n);
    for (size_t i = 0; i < n; i++) {
        struct str v = regex_match_group(&m, g[i].number, str_z(text));

        if (v.ptr != NULL)
            len += (size_t)snprintf(room + len, sizeof(room) - len, "%.*s=%.*s;",
                                    STR_ARG(g[i].name), STR_ARG(v));
    }
    return room;
}

#define RE(pattern, flags, text, want) OK_STR(str_z(groups(pattern, flags, REGEX_CQL, text)), want)
#define STRICT(pattern, text, want)    OK_STR(str_z(groups(pattern, 0, REGEX_CQL_STRICT, text)), want)

static void test_dialect(void)
{
    RE("b", 0, "abc", "");
    RE("B", 0, "abc", "-");
    RE("B", REGEX_ICASE, "abc", "");
    RE("a.c", 0, "a\nc", "-");
    RE("a.c", REGEX_DOTALL, "a\nc", "");
    RE("^b", 0, "a\nb", "-");
    RE("^b", REGEX_MULTILINE, "a\nb", "");
    RE("(?<user.name>\\w+)@(?<#d[0]>[^.]+)", 0, "x bob@host.com", "user.name=bob;#d[0]=host;");
    RE("(?P<@timestamp>\\d+)", 0, "t 123", "@timestamp=123;");
    RE("(?<a>x)|(?<a>y)", 0, "y", "a=y;");
    RE("(?<a>x)?(?<b>y)", 0, "y", "b=y;");
    RE("(x)(?<b>y)", 0, "xy", "b=y;");
    RE("\\u00e9(?<r>.)", 0, "\xC3\xA9z", "r=z;");
    RE("\\ud83d\\ude00(?<r>.)", 0, "\xF0\x9F\x98\x80z", "r=z;");
    RE("\\x41\\x{42}\\0103", 0, "ABC", "");
    RE("\\cA", 0, "\001", "");
    RE("(?i)abc|DEF", 0, "xdef", "");
    RE("a/b", 0, "a/b", "");
    RE("a\\/b", 0, "a/b", "");
    RE("\\Qa.b*\\E+", 0, "a.b**", "");
    RE("\\Qa.b", 0, "axb", "-");
    RE("[]a]+(?<r>.)", 0, "]a]x", "r=x;");
    RE("[\\]\\-a]+(?<r>.)", 0, "]-x", "r=x;");
    RE("a{2}b{", 0, "aab{", "");
    RE("a(?=b)(?<r>.)", 0, "acab", "r=b;");
    RE("a(?!b)(?<r>.)", 0, "abac", "r=c;");
    RE("\\h\\v", 0, " \n", "");
    RE("\\w", 0, "\xC3\xA9", "-");
    RE("\\d", 0, "\xD9\xA3", "-");
    RE("(?d)a.b", 0, "a\nb", "");
    RE("caf\xC3\xA9", REGEX_ICASE, "CAF\xC3\x89", "");
    RE("a$", 0, "a\n", "");
    RE("a\\z", 0, "a\n", "-");
    RE("", 0, "", "");
    RE("x*", 0, "", "");
    RE("(?#note)a", 0, "a", "");
    RE("\\.exe\\\"?$", 0, "x.exe", "");
}

static void test_refusals(void)
{
    STRICT("(?<=a)b", "ab", "!");
    STRICT("a++", "a", "!");
    STRICT("a{1}+", "a", "!");
    STRICT("(?>a)", "a", "!");
    STRICT("(a)\\1", "aa", "!");
    STRICT("\\p{L}", "a", "!");
    STRICT("\\R", "\n", "!");
    STRICT("\\u{41}", "A", "!");
    STRICT("a+?b*?", "aab", "");
    RE("(?<=a)b", 0, "ab", "");
    RE("a++b", 0, "aab", "");
    RE("(a)(?<r>\\1)", 0, "aa", "r=a;");
    RE("(?<x>a)\\k<x>(?<r>.)", 0, "aab", "x=a;r=b;");
    RE("\\p{L}", 0, "a", "");
    RE("(?R)", 0, "a", "!");
    RE("(?1)(a)", 0, "a", "!");
    RE("(*LIMIT_MATCH=9)a", 0, "a", "!");
    RE("(?C1)a", 0, "a", "!");
    RE("(?x)a", 0, "a", "!");
    RE("\\C", 0, "a", "!");
    RE("a\\Kb", 0, "ab", "!");
    RE("(", 0, "a", "!");
    RE("[a", 0, "a", "!");
    RE("a\\", 0, "a", "!");
    RE("*a", 0, "a", "!");
    RE("\\u12", 0, "a", "!");
    RE("\\ud800", 0, "a", "!");
    RE("(?<>a)", 0, "a", "!");
    RE("\xFF", 0, "a", "!");
    RE("((((a{1,999}){1,999}){1,999}){1,999})", 0, "a", "!");
    OK_STR(str_z(groups("[a&&b]", 0, REGEX_JAVA, "a")), "!");
}

static void test_places(void)
{
    const struct regex *re = NULL;
    struct lanner_err err = {0};
    unsigned flags = 0;

    OK_INT(regex_compile_at(&arena, STR("ab\\u00e9(c"), 100, 0, REGEX_CQL, &re, &err),
           LANNER_ERR_QUERY);
    err_locate(&err, "", 0);
    OK_INT(regex_compile_at(&arena, STR("ab(?<=c)"), 10, 0, REGEX_CQL_STRICT, &re, &err),
           LANNER_ERR_UNSUPPORTED);
    OK_INT(err.column, 12);
    OK_INT(err.length, 4);
    OK_INT(regex_flags_parse(STR("imF"), &flags, &err), LANNER_OK);
    OK_INT(flags, REGEX_ICASE | REGEX_MULTILINE | REGEX_V2);
    OK_INT(regex_flags_parse(STR("ix"), &flags, &err), LANNER_ERR_QUERY);
}

static void test_bytes(void)
{
    const struct regex *re = NULL;
    struct lanner_err err = {0};
    struct regex_match m;
    char *text = malloc(7); /* exact, so that a read past it is seen */

    memcpy(text,
           "a\xFF\xC3"
           "bc\xC3\xE2",
           7);
    OK_INT(regex_compile(&arena, STR("b(?<r>c)"), 0, REGEX_CQL, &re, &err), LANNER_OK);
    OK_INT(regex_search(re, scratch, str_of(text, 7), 0, &m), REGEX_MATCH);
    OK_INT(m.offsets[0], 3);
    OK_INT(regex_compile(&arena, STR("a.b"), 0, REGEX_CQL, &re, &err), LANNER_OK);
    OK_INT(regex_search(re, scratch, str_of(text, 7), 0, &m), REGEX_NO);
    OK_INT(regex_search(re, scratch, str_of(text, 7), 8, &m), REGEX_NO);
    OK_INT(regex_test(re, scratch, STR_NONE), REGEX_NO);
    free(text);
}

static void test_limits(void)
{
    const struct regex *re = NULL;
    struct lanner_err err = {0};
    struct regex_match m;
    char text[3001];
    int wrong = 0;

    memset(text, 'a', sizeof(text));
    OK_INT(regex_compile(&arena, STR("^(a+)+$"), 0, REGEX_CQL, &re, &err), LANNER_OK);
    text[3000] = 'b';
    OK_INT(regex_test(re, scratch, str_of(text, sizeof(text))), REGEX_NO);
    OK_INT(regex_search(re, scratch, str_of(text, sizeof(text)), 0, &m), REGEX_NO);
    for (int i = 0; i < 1000; i++) /* fast once it is known to be slow */
        wrong += regex_test(re, scratch, str_of(text, sizeof(text))) != REGEX_NO;
    OK_INT(wrong, 0);
    OK_INT(regex_test(re, scratch, str_of(text, 3000)), REGEX_MATCH);
    OK_INT(regex_compile(&arena, STR("^(a+)+\\1$"), 0, REGEX_CQL, &re, &err), LANNER_OK);
    OK_INT(regex_test(re, scratch, str_of(text, sizeof(text))), REGEX_UNDECIDED);
}

static const char *replaced(const char *pattern, const char *with, const char *text)
{
    static char room[300];
    const struct regex *re = NULL;
    const struct regex_template *t = NULL;
    struct lanner_err err = {0};
    struct buf b = {0};

    if (regex_compile(&arena, str_z(pattern), REGEX_NUMBERED, REGEX_CQL, &re, &err) != LANNER_OK ||
        regex_template_compile(&arena, re, str_z(with), &t, &err) != LANNER_OK)
        return "!";
    if (regex_replace(re, scratch, str_z(text), t, &b) != REGEX_MATCH)
        buf_puts(&b, "-");
    snprintf(room, sizeof(room), "%.*s", (int)b.len, b.len != 0 ? b.ptr : "");
    buf_done(&b);
    return room;
}

static void test_replace(void)
{
    OK_STR(str_z(replaced("\\.exe$", "", "x.exe")), "x");
    OK_STR(str_z(replaced("(a)(b)", "$2$1", "xabyab")), "xbayba");
    OK_STR(str_z(replaced("(a)", "$10", "a")), "a0");
    OK_STR(str_z(replaced("(?<n>a)", "<${n}>", "a")), "<a>");
    OK_STR(str_z(replaced("a*", "X", "baaac")), "XbXXcX");
    OK_STR(str_z(replaced("", "-", "\xC3\xA9z")), "-\xC3\xA9-z-");
    OK_STR(str_z(replaced("a", "\\$\\\\", "a")), "$\\");
    OK_STR(str_z(replaced("b", "x", "a")), "-");
    OK_STR(str_z(replaced("a", "$1", "a")), "!");
    OK_STR(str_z(replaced("a", "$", "a")), "!");
    OK_STR(str_z(replaced("a", "${x}", "a")), "!");
    OK_STR(str_z(replaced("a", "x\\", "a")), "!");
}

static const char *literals(const char *pattern, unsigned flags)
{
    static char room[500];
    const struct regex *re = NULL;
    const struct regex_literal *l;
    struct lanner_err err = {0};
    size_t n;
    size_t len = 0;

    if (regex_compile(&arena, str_z(pattern), flags, REGEX_CQL, &re, &err) != LANNER_OK)
        return "!";
    n = regex_literals(re, &l);
    room[0] = '\0';
    for (size_t i = 0; i < n; i++)
        len += (size_t)snprintf(room + len, sizeof(room) - len, "%s%.*s", l[i].icase ? "~" : "=",
                                STR_ARG(l[i].text));
    return room;
}

static void test_literals(void)
{
    OK_STR(str_z(literals("abc", 0)), "=abc");
    OK_STR(str_z(literals("ab?cd", 0)), "=cd");
    OK_STR(str_z(literals("ab+cd", 0)), "=bcd");
    OK_STR(str_z(literals("ab*", 0)), "=a");
    OK_STR(str_z(literals("ab{0,3}c", 0)), "=a");
    OK_STR(str_z(literals("ab{2}c", 0)), "=ab");
    OK_STR(str_z(literals("50034|50053|50055", 0)), "=50034=50053=50055");
    OK_STR(str_z(literals("abc|", 0)), "");
    OK_STR(str_z(literals("x(abc|de)?y", 0)), "=x");
    OK_STR(str_z(literals("x(abc|def)y", 0)), "=abc=def");
    OK_STR(str_z(literals("(?:abc)*x", 0)), "=x");
    OK_STR(str_z(literals("powershell", REGEX_ICASE)), "~power");
    OK_STR(str_z(literals("(?i)mimikatz|sek", 0)), "~mimi~e");
    OK_STR(str_z(literals("ab(?i)cd(?-i)efg", 0)), "=efg");
    OK_STR(str_z(literals("(?i:ab)cde", 0)), "=cde");
    OK_STR(str_z(literals("powershell[.]exe", 0)), "=powershell.exe");
    OK_STR(str_z(literals("a[bc]d", 0)), "=a");
    OK_STR(str_z(literals("a\\.b\\/c", 0)), "=a.b/c");
    OK_STR(str_z(literals("a\\x41b", 0)), "=aAb");
    OK_STR(str_z(literals("a\\x{e9}bc", 0)), "=bc");
    OK_STR(str_z(literals("\\bfoo\\b", 0)), "=foo");
    OK_STR(str_z(literals("^foo$", 0)), "=foo");
    OK_STR(str_z(literals("foo(?=barbaz)", 0)), "=foo");
    OK_STR(str_z(literals("foo(?!barbaz)", 0)), "=foo");
    OK_STR(str_z(literals("(?<user.name>abc)def+", 0)), "=abc");
    OK_STR(str_z(literals(".*", 0)), "");
    OK_STR(str_z(literals("\\d+\\s", 0)), "");
    OK_STR(str_z(literals("caf\xC3\xA9?x", 0)), "=caf");
    OK_STR(str_z(literals("caf\xC3\xA9x", 0)), "=caf\xC3\xA9x");
    OK_STR(str_z(literals("\\Qa.b\\Ec", 0)), "=a.bc");
    OK_STR(str_z(literals("(a)\\1bcd", 0)), "=bcd");
    OK_STR(str_z(literals("((((((a))))))", 0)), "=a");
}

int main(void)
{
    arena_init(&arena, 0);
    scratch = regex_scratch_new();
    test_dialect();
    test_refusals();
    test_places();
    test_bytes();
    test_limits();
    test_replace();
    test_literals();
    regex_scratch_free(scratch);
    arena_done(&arena);
    TAP_DONE();
}
