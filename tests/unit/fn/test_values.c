/* test_values.c - operators, values, numbers, texts, encodings, hashes, geography. */
#include "harness.h"

static void test_arith(void)
{
    IS(ev("num_add", "%23", "=1", NULL), "24");
    IS(ev("num_add", "$9223372036854775807", "#1", NULL), "9.223372036854776E18");
    IS(ev("num_add", "$1750000000000000001", "#1", NULL), "1750000000000000002");
    IS(ev("num_add", "$x", "#1", NULL), "<absent>");
    IS(ev("num_sub", "?", "#1", NULL), "<absent>");
    IS(ev("num_mul", "$1.5", "#2", NULL), "3");
    IS(ev("num_div", "#4", "#2", NULL), "2");
    IS(ev("num_div", "#1", "#3", NULL), "0.3333333333333333");
    IS(ev("num_div", "#1", "#0", NULL), "<absent>");
    IS(ev("num_div", "#-9223372036854775808", "#-1", NULL), "9.223372036854776E18");
    IS(ev("num_mod", "#42", "#41", NULL), "1");
    IS(ev("num_mod", "#42", "#0", NULL), "<absent>");
    IS(ev("num_mod", "#-9223372036854775808", "#-1", NULL), "0");
    IS(ev("num_neg", "$5", NULL), "-5");
    IS(ev("num_neg", "#-9223372036854775808", NULL), "9.223372036854776E18");
    IS(ev("num_neg", "$", NULL), "<absent>");
}

static void test_compare(void)
{
    IS(ev("cql_ne", "#1", "#2", NULL), "true");
    IS(ev("cql_eq", "=a", "#2", NULL), "false");
    IS(ev("cql_eq", "$7.0", "#7", NULL), "true");
    IS(ev("cql_eq", "$a", "=a", NULL), "true");
    IS(ev("cql_eq", "$a", "=A", NULL), "false");
    IS(ev("cql_eq", "?", "=A", NULL), "<absent>");
    IS(ev("cql_ne", "?", "=A", NULL), "<absent>");
    IS(ev("cql_eq", "^true", "=true", NULL), "true");
    IS(ev("cql_gt", "=a", "#3", NULL), "<absent>");
    IS(ev("cql_gt", "$4", "#3", NULL), "true");
    IS(ev("cql_le", "$4", "#4.0", NULL), "true");
    IS(ev("cql_lt", "$4", "#4.0", NULL), "false");
    IS(ev("cql_ge", "$4", "#5", NULL), "false");
    IS(ev("cql_not", "#0", NULL), "true");
    IS(ev("cql_not", "#2", NULL), "false");
    IS(ev("cql_not", "^true", NULL), "false");
    IS(ev("cql_not", "$x", NULL), "<absent>");
}

static void test_choice(void)
{
    IS(ev("if", "^true", "=a", "=b", NULL), "a");
    IS(ev("if", "?", "=a", "=b", NULL), "b");
    IS(ev("if", "^false", "=a", "-", NULL), "<absent>");
    IS(ev("if", "$true", "#1", "=b", NULL), "1");
    IS(ev("coalesce", "-", "?", "$", "$x", NULL), "x");
    IS(ev("coalesce", "!false", "?", "$", "$x", NULL), "");
    IS(ev("coalesce", "-", "?", NULL), "<absent>");
    IS(ev("default_value", "?", "=x", "-", NULL), "x");
    IS(ev("default_value", "$", "=x", "-", NULL), "");
    IS(ev("default_value", "$", "#7", "!true", NULL), "7");
    IS(ev("default_value", "$a", "=x", "!true", NULL), "a");
}

static void test_round(void)
{
    IS(ev("round", "$2.5", "=round", NULL), "3");
    IS(ev("round", "$-2.5", "-", NULL), "-3");
    IS(ev("round", "$2.1", "=ceil", NULL), "3");
    IS(ev("round", "$-2.1", "=floor", NULL), "-3");
    IS(ev("round", "$12345678901234567", "-", NULL), "12345678901234567");
    IS(ev("round", "$x", "-", NULL), "<absent>");
    IS(ev("round", "$", "-", NULL), "<absent>");
    IS(ev("round", "%-0.2", "-", NULL), "0");
    IS(ev("round", "$1", "=up", NULL),
       "<error: how of round() must be round, ceil or floor, found 'up'>");
    IS(ev("round_digits", "$2.675", "#2", NULL), "2.68");
    IS(ev("round_digits", "%1.5", "#1", NULL), "1.5");
    IS(ev("round_digits", "%2.04", "#1", NULL), "2");
    IS(ev("round_digits", "%1234", "#-2", NULL), "1200");
    IS(ev("round_digits", "$x", "#2", NULL), "<absent>");
    IS(ev("round_digits", "%2.6", "-", NULL), "3");
}

static void test_math(void)
{
    IS(ev("math:abs", "$-5", NULL), "5");
    IS(ev("math:abs", "$-5.5", NULL), "5.5");
    IS(ev("math:sqrt", "$16", NULL), "4");
    IS(ev("math:sqrt", "$-1", NULL), "<absent>");
    IS(ev("math:log", "$0", NULL), "<absent>");
    IS(ev("math:log2", "$8", NULL), "3");
    IS(ev("math:floor", "$-1.5", NULL), "-2");
    IS(ev("math:ceil", "$1.2", NULL), "2");
    IS(ev("math:mod", "$-7", "#3", NULL), "2");
    IS(ev("math:mod", "$7", "#-3", NULL), "-2");
    IS(ev("math:mod", "$7", "#0", NULL), "<absent>");
    IS(ev("math:pow", "$2", "#10", NULL), "1024");
    IS(ev("math:arctan2", "$0", "$1", NULL), "0");
    IS(ev("math:exp", "$x", NULL), "<absent>");
    IS(mv("math:spherical2cartesian", "p.x,p.z", "$0", "$0", "#2", "=p", NULL), "2|0");
}

static void test_text(void)
{
    IS(ev("lower",
          "$\xC3\x84"
          "BC",
          "-", NULL),
       "\xC3\xA4"
       "bc");
    IS(ev("upper",
          "$\xC3\xA4"
          "bc",
          "-", NULL),
       "\xC3\x84"
       "BC");
    IS(ev("lower", "$", "-", NULL), "");
    IS(ev("length", "$abc", NULL), "3");
    IS(ev("length", "$\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA", NULL), "4");
    IS(ev("length", "$", NULL), "0");
    IS(ev("length", "%1234", NULL), "4");
    IS(ev("text:length", "$\xF0\x9F\x87\xA9\xF0\x9F\x87\xAA", NULL), "1");
    IS(ev("concat", "$a", "?", "%1", NULL), "a1");
    IS(ev("text:substring", "$hello", "#1", "#3", NULL), "el");
    IS(ev("text:substring", "$hello", "#2", "-", NULL), "llo");
    IS(ev("text:substring", "$hello", "#2", "#9", NULL), "<absent>");
    IS(ev("text:substring", "$hello", "#3", "#2", NULL), "<absent>");
    IS(ev("text:substring", "$\xC3\xA4\xC3\xB6\xC3\xBC", "#1", "#2", NULL), "\xC3\xB6");
    IS(ev("text:positionOf", "$hello", "=l", "-", "-", NULL), "2");
    IS(ev("text:positionOf", "$hello", "=l", "-", "#2", NULL), "3");
    IS(ev("text:positionOf", "$hello", "=z", "-", "-", NULL), "<absent>");
    IS(ev("text:positionOf", "$hello", "=l", "#3", "-", NULL), "3");
    IS(ev("text:trim", "$  a b ", "=both", NULL), "a b");
    IS(ev("text:trim", "$  a ", "=start", NULL), "a ");
    IS(ev("text:trim", "$  a ", "=end", NULL), "  a");
    IS(ev("stripAnsiCodes", "$a\x1b[31mred\x1b[0m\\x1b[1mb", NULL), "aredb");
    IS(ev("shannonEntropy", "$example.com", NULL), "3.0957952550009344");
    IS(ev("shannonEntropy", "$", NULL), "0");
    IS(ev("shannonEntropy", "$\xC3\xA4\xC3\xB6", NULL), "1");
}

static void test_distance(void)
{
    IS(ev("text:editDistance", "$kitten", "=sitting", "-", "-", "-", NULL), "3");
    IS(ev("text:editDistance", "$ab", "=ba", "-", "!true", "-", NULL), "1");
    IS(ev("text:editDistance", "$ab", "=ba", "-", "!false", "-", NULL), "2");
    IS(ev("text:editDistance", "$AB", "=ab", "-", "-", "!true", NULL), "0");
    IS(ev("text:editDistance", "$abc", "=xyz", "#2", "-", "-", NULL), "<absent>");
    IS(ev("text:editDistance", "$", "=", "-", "-", "-", NULL), "0");
    IS(ev("text:editDistance", "?", "=a", "-", "-", "-", NULL), "<absent>");
}

static void test_replace(void)
{
    IS(ev("replace", "=\\.exe$", "=", "$cmd.exe", "=m", NULL), "cmd");
    IS(ev("replace", "=(\\w)(\\d)", "=$2$1", "$a1b2", "-", NULL), "1a2b");
    IS(ev("replace", "=x", "=y", "$abc", "-", NULL), "abc");
    IS(ev("replace", "=x", "=y", "?", "-", NULL), "<absent>");
    IS(ev("replace", "=1", "=2", "%121", "-", NULL), "222");
    IS(ev("splitString_index", "=,", "$a,b,c", "#0", NULL), "a");
    IS(ev("splitString_index", "=,", "$a,b,c", "#-1", NULL), "c");
    IS(ev("splitString_index", "=,", "$a,b,c", "#3", NULL), "<absent>");
    IS(ev("splitString_index", "=,", "$a,b,,", "#-1", NULL), "b");
    IS(ev("splitString_index", "=,", "$", "#0", NULL), "");
    IS(ev("splitString_index", "=,", "?", "#0", NULL), "<absent>");
    IS(mv("splitString", "p[0],p[3],p[4]", "=(\\*\\|\\*)", "$image.png*|*PNG*|*0755*|*john", "-",
          "=p", NULL),
       "image.png|john|old");
    IS(mv("splitString", "*", "=", "$abc", "-", "=p", NULL), "p[0]=a p[1]=b p[2]=c");
    IS(mv("splitString", "p", "=,", "$a,b", "#1", "=p", NULL), "b");
}

static void test_encode(void)
{
    IS(ev("base64Decode", "$SGVsbG8=", "-", NULL), "Hello");
    IS(ev("base64Decode", "$SGVs\nbG8", "-", NULL), "Hello");
    IS(ev("base64Decode", "$aABpAA==", "=UTF-16LE", NULL), "hi");
    IS(ev("base64Decode", "$A", "-", NULL), "<absent>");
    IS(ev("base64Decode", "$/w==", "-", NULL), "\xEF\xBF\xBD");
    IS(ev("base64Decode", "$a", "=KOI8", NULL),
       "<error: the charset 'KOI8' of base64Decode() is not supported>");
    IS(ev("base64Encode", "$Hello", NULL), "SGVsbG8=");
    IS(ev("urlDecode", "$a%20b+c%zz%", NULL), "a b c%zz%");
    IS(ev("urlEncode", "$tail(1) | count()", "-", NULL), "tail%281%29+%7C+count%28%29");
    IS(ev("urlEncode", "$Title with spaces/special characters!", "-", NULL),
       "Title+with+spaces%2Fspecial+characters%21");
    IS(ev("parseHexString", "$48656c6c6f576f726c64", "-", NULL), "HelloWorld");
    IS(ev("parseHexString", "$0x48 65", "-", NULL), "He");
    IS(ev("parseInt", "$00011001", "#2", "-", NULL), "25");
    IS(ev("parseInt", "$0xff", "-", "-", NULL), "255");
    IS(ev("parseInt", "$8001", "-", "=little", NULL), "384");
    IS(ev("parseInt", "$zz", "-", "-", NULL), "<absent>");
    IS(ev("parseInt", "$", "-", "-", NULL), "<absent>");
}

static void test_hash(void)
{
    IS(ev("crypto:md5", "$hello", NULL), "5d41402abc4b2a76b9719d911017c592");
    IS(ev("crypto:sha1", "$hel", "?", "$lo", NULL), "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d");
    IS(ev("crypto:sha256", "$", NULL),
       "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    OK(strcmp(ev("hash", "-", "#10", "$a", NULL), "<absent>") != 0);
    {
        char first[64];

        snprintf(first, sizeof(first), "%s", ev("tokenHash", "$abc def ghi", NULL));
        IS(ev("tokenHash", "$ghi abc  def", NULL), first);
    }
}

static void test_geo(void)
{
    IS(ev("geohash", "$51.507222", "$-0.1275", "-", NULL), "gcpvj0e5m415");
    IS(ev("geohash", "$x", "$-0.1275", "-", NULL), "<absent>");
    IS(ev("geography:distance", "$51.507222", "$-0.1275", "$35.689722", "$139.692222", NULL),
       "9558729.514524894");
    IS(ev("communityId", "=tcp", "$128.232.110.120", "$66.35.250.204", "%34855", "%80", "-", "-",
          "-", NULL),
       "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
    IS(ev("communityId", "=6", "$66.35.250.204", "$128.232.110.120", "%80", "%34855", "-", "-", "-",
          NULL),
       "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
    IS(ev("communityId", "=icmp", "$192.168.0.89", "$192.168.0.1", "-", "-", "%8", "%0", "-", NULL),
       "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=");
    IS(ev("communityId", "=tcp", "$x", "$66.35.250.204", "%1", "%80", "-", "-", "-", NULL), "");
}

int main(void)
{
    h_init();
    test_arith();
    test_compare();
    test_choice();
    test_round();
    test_math();
    test_text();
    test_distance();
    test_replace();
    test_encode();
    test_hash();
    test_geo();
    arena_done(&h_arena);
    TAP_DONE();
}
