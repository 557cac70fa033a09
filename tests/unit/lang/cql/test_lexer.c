/* test_lexer.c - names, patterns, strings, regexes and numbers one by one (cql.md 1.1). */
#include "lang/cql/ast.h"
#include "tap.h"

static struct cql_parser at(struct arena *a, const char *text)
{
    return (struct cql_parser){.cur = {.text = str_z(text)}, .arena = a};
}

static struct str name_of(const char *text, bool brackets)
{
    struct cql_parser p = at(NULL, text);
    struct str s;

    return lex_name(&p, brackets, &s) ? s : STR("-");
}

static struct str pattern_of(const char *text)
{
    struct cql_parser p = at(NULL, text);
    struct str s;

    return lex_pattern(&p, &s) ? s : STR("-");
}

static struct str number_of(const char *text)
{
    struct cql_parser p = at(NULL, text);
    struct str s;

    return lex_number(&p, &s) ? s : STR("-");
}

static void test_unquoted(void)
{
    OK_STR(name_of("a.b=c", false), "a.b");
    OK_STR(name_of("#event_simpleName ", false), "#event_simpleName");
    OK_STR(name_of("@timestamp.nanos", false), "@timestamp.nanos");
    OK_STR(name_of("a[0][1].b[2] ", false), "a[0][1].b[2]");
    OK_STR(name_of("a[]", false), "a");
    OK_STR(name_of("a[]", true), "a[]");
    OK_STR(name_of("a[x]", false), "a");
    OK_STR(name_of("\xC3\xBC"
                   "ber=1",
                   false),
           "\xC3\xBC"
           "ber");
    OK_STR(name_of("a\xC2\xA0"
                   "b",
                   false),
           "a");
    OK_STR(name_of("a\xE2\x80\x9C", false), "a");
    OK_STR(name_of("-a", false), "-");
    OK_STR(pattern_of("docker/* x"), "docker/*");
    OK_STR(pattern_of("https://x.y/"), "https://x.y/");
    OK_STR(pattern_of("bar// c"), "bar");
    OK_STR(pattern_of("/x/"), "-");
    OK_STR(pattern_of("+3 "), "+3");
    OK_STR(pattern_of("2024-01-01T00:00:00Z|"), "2024-01-01T00:00:00Z");
    OK_STR(pattern_of("=x"), "-");
}

static void test_numbers(void)
{
    OK_STR(number_of("42 "), "42");
    OK_STR(number_of("4.25)"), "4.25");
    OK_STR(number_of("1.5E3"), "1.5E3");
    OK_STR(number_of("1e-3"), "1e-3");
    OK_STR(number_of("42%41"), "42");
    OK_STR(number_of("1h"), "-");
    OK_STR(number_of("10.0.0.1"), "-");
    OK_STR(number_of("x"), "-");
    OK(lex_is_number(STR("-3.5")));
    OK(!lex_is_number(STR("3 ")));
    OK(!lex_is_number(STR("")));
    OK(!lex_is_number(STR("1_000")));
    OK(!lex_is_number(STR("0x1F")));
}

static void string_is(struct arena *a, const char *text, const char *want, const char *in_filter)
{
    struct cql_parser p = at(a, text);
    struct cql_node n = {.kind = CQL_STRING};
    struct lanner_err err = {0};

    OK_INT(lex_string(&p, &n.text, &n.raw, &err), LANNER_OK);
    OK_STR(n.text, want);
    OK_STR(lex_filter_text(a, &n), in_filter);
}

static void test_strings(struct arena *a)
{
    struct cql_parser p;
    struct str text, raw;

    string_is(a, "\"a b\"", "a b", "a b");
    string_is(a, "\"a\\\"b\\\\c\"", "a\"b\\c", "a\"b\\c");
    string_is(a, "\"%s\\n\\t%s\"", "%s\n\t%s", "%s\n\t%s");
    string_is(a, "\"\\d+\"", "\\d+", "\\d+");
    string_is(a, "\"C:\\Windows\\*\"", "C:\\Windows\\*", "C:\\Windows\\*");
    string_is(a, "\"C:\\temp\\new\"", "C:\temp\new", "C:\\temp\\new");
    string_is(a, "\"*\\Users\\*\\temp\\*\"", "*\\Users\\*\temp\\*", "*\\Users\\*\\temp\\*");
    string_is(a,
              "\xE2\x80\x9C"
              "a\xE2\x80\x9D",
              "a", "a");
    string_is(a,
              "\"a\xE2\x80\x9D"
              "b\"",
              "a\xE2\x80\x9D"
              "b",
              "a\xE2\x80\x9D"
              "b");
    p = at(a, "\"a\nb\"");
    OK_INT(lex_string(&p, &text, &raw, NULL), LANNER_ERR_QUERY);
    p = at(a, "\"a\\");
    OK_INT(lex_string(&p, &text, &raw, NULL), LANNER_ERR_QUERY);
}

static void regex_is(struct arena *a, const char *query, const char *body, const char *flags)
{
    struct cql_parser p = at(a, query);
    struct lanner_err err = {0};
    struct str b, f;

    OK_INT(lex_regex(&p, &b, &f, &err), LANNER_OK);
    OK_STR(b, body);
    OK_STR(f, flags);
}

static void test_regexes(struct arena *a)
{
    struct cql_parser p;
    struct str body, flags;

    regex_is(a, "/abc/", "abc", "");
    regex_is(a, "/a\\/b\\\\/i ", "a/b\\\\", "i");
    regex_is(a, "/a\nb/imdgF|", "a\nb", "imdgF");
    regex_is(a, "/[/", "[", "");
    p = at(a, "/a/x");
    OK_INT(lex_regex(&p, &body, &flags, NULL), LANNER_ERR_QUERY);
    p = at(a, "/a\\/");
    OK_INT(lex_regex(&p, &body, &flags, NULL), LANNER_ERR_QUERY);
}

static void test_blanks(void)
{
    struct cql_parser p = at(NULL, " \t// c\n/* x\n */\xC2\xA0\xEF\xBB\xBF"
                                   "a");

    lex_skip(&p);
    OK(cursor_peek(&p.cur) == 'a');
    p = at(NULL, "and x");
    OK(lex_at_word(&p, "AND"));
    p = at(NULL, "android");
    OK(!lex_at_word(&p, "and"));
    p = at(NULL, "/* open");
    lex_skip(&p);
    OK(p.open_comment != 0);
}

int main(void)
{
    struct arena a;

    arena_init(&a, 0);
    test_unquoted();
    test_numbers();
    test_strings(&a);
    test_regexes(&a);
    test_blanks();
    arena_done(&a);
    TAP_DONE();
}
