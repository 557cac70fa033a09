/* test_filter.c - predicates: filter terms, in, regex, wildcard, cidr, text:*. */
#include "harness.h"

static void test_equals(void)
{
    IS(ev("cql_equals_glob", "$Foo", "=Foo", NULL), "true");
    IS(ev("cql_equals_glob", "$Foo", "=foo", NULL), "false");
    IS(ev("cql_equals_glob", "$Foo", "=F*", NULL), "true");
    IS(ev("cql_equals_glob", "$Foo", "=*o", NULL), "true");
    IS(ev("cql_equals_glob", "$Foo", "=o", NULL), "false");
    IS(ev("cql_equals_glob", "$a\nb", "=a*b", NULL), "true");
    IS(ev("cql_equals_glob", "?", "=Foo", NULL), "false");
    IS(ev("cql_equals_glob", "?", "=*", NULL), "false");
    IS(ev("cql_equals_glob", "$", "=*", NULL), "true");
    IS(ev("cql_equals_glob", "$", "=", NULL), "true");
    IS(ev("cql_equals_glob", "$x", "=", NULL), "false");
    IS(ev("cql_equals_glob", "%404", "=404", NULL), "true");
    IS(ev("cql_equals_glob", "%404.5", "=404*", NULL), "true");
    IS(ev("cql_equals_glob", "^true", "=true", NULL), "true");
    IS(ev("cql_equals_glob", "$404", "=404.0", NULL), "false");
    IS(ev("cql_equals_glob", "$\xC3\x84pfel", "=\xC3\x84*", NULL), "true");
    IS(ev("cql_like", "$Foo", "=oo", NULL), "true");
    IS(ev("cql_like", "$Foo", "=OO", NULL), "false");
    IS(ev("cql_like", "$Foo bar", "=o*a", NULL), "true");
    IS(ev("cql_contains_glob", "$Foo", "=*o*", NULL), "true");
    IS(ev("cql_contains_nocase", "$Foo", "=FO", NULL), "true");
    IS(ev("cql_contains_nocase", "?", "=FO", NULL), "false");
}

static void test_exists(void)
{
    IS(ev("cql_exists", "$", NULL), "true");
    IS(ev("cql_exists", "%0", NULL), "true");
    IS(ev("cql_exists", "?", NULL), "false");
    IS(ev("cql_not_empty", "$", NULL), "false");
    IS(ev("cql_not_empty", "?", NULL), "false");
    IS(ev("cql_not_empty", "$ ", NULL), "true");
    IS(ev("cql_not_empty", "%0", NULL), "true");
}

static void test_order(void)
{
    IS(ev("cql_less", "$1", "#2", NULL), "true");
    IS(ev("cql_less", "$1", "=2", NULL), "true");
    IS(ev("cql_less", "$Foo", "#2", NULL), "false");
    IS(ev("cql_less", "?", "#2", NULL), "false");
    IS(ev("cql_less", "$", "#2", NULL), "false");
    IS(ev("cql_less", "$ 1", "#2", NULL), "false");
    IS(ev("cql_greater_equal", "$1", "#1.0", NULL), "true");
    IS(ev("cql_greater", "$1", "#1.0", NULL), "false");
    IS(ev("cql_less_equal", "$1e0", "#1", NULL), "true");
    IS(ev("cql_greater", "$9007199254740993", "#9007199254740992", NULL), "true");
    IS(ev("cql_greater", "%9007199254740993", "#9007199254740992.0", NULL), "true");
    IS(ev("cql_less", "$-3", "#-2.5", NULL), "true");
}

static void test_in(void)
{
    IS(ev("in", "$500", "[5*", "!false", NULL), "true");
    IS(ev("in", "$404", "[5*", "!false", NULL), "false");
    IS(ev("in", "$b", "[a|b|c", "!false", NULL), "true");
    IS(ev("in", "$B", "[a|b|c", "!false", NULL), "false");
    IS(ev("in", "$B", "[a|b|c", "!true", NULL), "true");
    IS(ev("in", "$\xC3\xA4", "[\xC3\x84", "!true", NULL), "true");
    IS(ev("in", "?", "[a", "!false", NULL), "false");
    IS(ev("in", "%5", "[4|5", "-", NULL), "true");
    IS(ev("in", "$x", "=x", "-", NULL), "true");
    IS(ev("text_in", "$5*", "[5*|x", NULL), "true");
    IS(ev("text_in", "$55", "[5*|x", NULL), "false");
    IS(ev("text_in", "?", "[a", NULL), "false");
}

static void test_wildcard(void)
{
    IS(ev("wildcard", "=F*", "!false", "!false", "$Foo", NULL), "true");
    IS(ev("wildcard", "=oo", "!false", "!false", "$Foo", NULL), "false");
    IS(ev("wildcard", "=OO", "!true", "!false", "$Foo", NULL), "true");
    IS(ev("wildcard", "=f*o", "!true", "!false", "$xFoox", NULL), "true");
    IS(ev("wildcard", "=*", "!true", "!false", "?", NULL), "false");
    IS(ev("wildcard", "=*", "!true", "!true", "?", NULL), "true");
    IS(ev("wildcard", "=b", "!false", "!false", "$a", "$b", NULL), "true");
    IS(ev("wildcard", "=b", "!false", "!false", NULL),
       "<error: wildcard() without a field is not supported here>");
}

static void test_regex(void)
{
    IS(ev("cql_regex_match", "$Foo", "=^f", "=i", NULL), "true");
    IS(ev("cql_regex_match", "$Foo", "=^f", "-", NULL), "false");
    IS(ev("cql_regex_match", "$Foo", "=o", "-", NULL), "true");
    IS(ev("cql_regex_match", "?", "=o", "-", NULL), "false");
    IS(ev("cql_regex_match", "$", "=^$", "-", NULL), "true");
    IS(ev("cql_regex_match", "%42", "=^\\d+$", "-", NULL), "true");
    IS(ev("regex_match", "=^b", "$a\nb", "=m", "-", "-", "-", NULL), "true");
    IS(ev("regex_match", "=x", "$a", "=m", "!false", "-", "-", NULL), "true");
    OK(strncmp(ev("cql_regex_match", "$a", "=(", "-", NULL), "<error: ", 8) == 0);
    OK(strncmp(ev("cql_regex_match", "$a", "=a", "=q", NULL), "<error: ", 8) == 0);
    IS(mv("regex", "user,host", "=(?<user>\\w+)@(?<host>\\w+)?", "$ann@", "=", "!true", "-", "-",
          NULL),
       "ann|old");
    IS(mv("regex", "user.name", "=(?<user.name>\\w+)", "%12", "=", "!true", "-", "-", NULL), "12");
    IS(mv("regex", "x", "=(?<x>\\d)", "$abc", "=", "!true", "-", "-", NULL), "DROP");
    IS(mv("regex", "x", "=(?<x>\\d)", "$abc", "=", "!false", "-", "-", NULL), "old");
    IS(mv("regex", "x", "=(?<x>\\d)", "?", "=", "!true", "-", "-", NULL), "DROP");
}

static void test_cidr(void)
{
    IS(ev("cidr", "$10.1.2.3", "[10.0.0.0/8|192.168.0.0/16", "-", "-", "-", NULL), "true");
    IS(ev("cidr", "$11.1.2.3", "[10.0.0.0/8|192.168.0.0/16", "-", "-", "-", NULL), "false");
    IS(ev("cidr", "$192.168.10.1", "=192.168.10.0/25", "-", "-", "-", NULL), "true");
    IS(ev("cidr", "$192.168.10.129", "=192.168.10.0/25", "-", "-", "-", NULL), "false");
    IS(ev("cidr", "$2001:db8::1", "=2001:db8::/32", "-", "-", "-", NULL), "true");
    IS(ev("cidr", "$2001:db9::1", "=2001:db8::/32", "-", "-", "-", NULL), "false");
    IS(ev("cidr", "$1.2.3.4", "=0.0.0.0/0", "-", "-", "-", NULL), "true");
    IS(ev("cidr", "$2001:db8::1", "=0.0.0.0/0", "-", "-", "-", NULL), "false");
    IS(ev("cidr", "$junk", "=10.0.0.0/8", "-", "-", "-", NULL), "false");
    IS(ev("cidr", "?", "=10.0.0.0/8", "-", "-", "-", NULL), "false");
    IS(ev("cidr", "$", "=10.0.0.0/8", "!true", "-", "-", NULL), "true");
    IS(ev("cidr", "$1.1.1.1", "=10.0.0.0/33", "-", "-", "-", NULL),
       "<error: '10.0.0.0/33' is no subnet>");
    IS(ev("subnet", "$192.168.10.45", "#23", NULL), "192.168.10.0/23");
    IS(ev("subnet", "$10.0.15.200", "#23", NULL), "10.0.14.0/23");
    IS(ev("subnet", "$10.0.15.200", "#0", NULL), "0.0.0.0/0");
    IS(ev("subnet", "$x", "#23", NULL), "<absent>");
}

static void test_text_parts(void)
{
    IS(ev("text:contains", "$Foo bar", "=o b", NULL), "true");
    IS(ev("text:contains", "$Foo", "=f", NULL), "false");
    IS(ev("text:contains", "$Foo", "=", NULL), "true");
    IS(ev("text:contains", "?", "=", NULL), "false");
    IS(ev("text:startsWith", "$Foo", "=Fo", NULL), "true");
    IS(ev("text:startsWith", "$Fo", "=Foo", NULL), "false");
    IS(ev("text:endsWith", "$Foo", "=oo", NULL), "true");
    IS(ev("text:endsWith", "%12", "%2", NULL), "true");
}

static void test_literals(void)
{
    IS(lits("cql_equals_glob", "$", "=50034", NULL), "50034");
    IS(lits("cql_equals_glob", "$", "=ab*cdef*g", NULL), "cdef");
    IS(lits("cql_equals_glob", "$", "=*", NULL), "none");
    IS(lits("cql_equals_glob", "$", "=", NULL), "none");
    IS(lits("text_in", "$", "[b", NULL), "b");
    IS(lits("in", "$", "[a|", "-", NULL), "a");
    IS(lits("in", "$", "[a*b|*", "-", NULL), "none");
    IS(lits("wildcard", "=abc*", "!false", "!false", "$", NULL), "abc");
    IS(lits("wildcard", "=abc*", "!false", "!false", "$", "$", NULL), "none");
    IS(lits("text:contains", "$", "=xy", NULL), "xy");
    IS(lits("text:contains", "$", "$xy", NULL), "none");
    IS(lits("regex_match", "=x", "$a", "=m", "!false", "-", "-", NULL), "none");
}

static void test_logic(void)
{
    IS(ev("and", "^true", "^true", NULL), "true");
    IS(ev("and", "^true", "?", NULL), "<absent>");
    IS(ev("and", "?", "^false", NULL), "false");
    IS(ev("or", "?", "^true", NULL), "true");
    IS(ev("or", "?", "^false", NULL), "<absent>");
    IS(ev("or", "$false", "$true", NULL), "true");
    IS(ev("not", "^true", NULL), "false");
    IS(ev("not", "?", NULL), "<absent>");
    IS(ev("is_true", "?", NULL), "false");
    IS(ev("is_true", "$true", NULL), "true");
    IS(ev("test", "%1", NULL), "false");
    IS(ev("test", "^true", NULL), "true");
}

int main(void)
{
    h_init();
    test_equals();
    test_exists();
    test_order();
    test_in();
    test_wildcard();
    test_regex();
    test_cidr();
    test_text_parts();
    test_literals();
    test_logic();
    arena_done(&h_arena);
    TAP_DONE();
}
