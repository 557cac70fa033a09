/* test_parse.c - queries and their trees: every production of cql.md section 1, and the tolerant
 * readings of section 4 as far as the parser makes them. */
#include "lang/cql/ast.h"
#include "tap.h"

static const struct {
    const char *query;
    const char *tree;
} cases[] = {
    {"foo and not bar or baz",
     "(pipe (filter (and (free `foo`) (or (not (free `bar`)) (free `baz`)))))"},
    {"foo or not bar and baz",
     "(pipe (filter (and (or (free `foo`) (not (free `bar`))) (free `baz`))))"},
    {"#repo=\"a\" OR #repo=\"b\" x=1",
     "(pipe (filter (and (or (term #repo = \"a\") (term #repo = \"b\")) (term x = `1"
     "`))))"},
    {"200 = statuscode", "(pipe (filter (term 200 = `statuscode`)))"},
    {"user = Alan Turing", "(pipe (filter (and (term user = `Alan`) (free `Turing`))))"},
    {"foo < 42 + 3", "(pipe (filter (and (term foo < 42) (free `+`) (free `3`))))"},
    {"repo.name=docker/* foo=m/fisk/i",
     "(pipe (filter (and (term repo.name = `docker/*`) (term foo = `m/fisk/i`))))"},
    {"https://www.example.com/", "(pipe (filter (free `https://www.example.com/`)))"},
    {"https: //x", "(pipe (filter (free `https:`)))"},
    {"a := m/fisk/i", "(pipe (assign a (binary / (binary / m fisk) i)))"},
    {"a := /x/", "(pipe (assign a /x/))"},
    {"foo=bar// comment", "(pipe (filter (term foo = `bar`)))"},
    {"f != \"\"", "(pipe (filter (term f != \"\")))"},
    {"resultType in [\"50034\", \"50053\"]",
     "(pipe (stage (call in (arg field resultType) (arg values (array \"50034\" \"50"
     "053\")))))"},
    {"f not in (a, \"b\", 5*) | f !in [1] | f IN ?p",
     "(pipe (filter (not (call in (arg field f) (arg values (array `a` \"b\" `5*`)))"
     ")) (filter (not (call in (arg field f) (arg values (array 1))))) (stage (call "
     "in (arg field f) (arg values (param p)))))"},
    {"in(f, values=[\"a\"]) AND !in(g, values=[x*])",
     "(pipe (filter (and (call in (arg f) (arg values (array \"a\"))) (not (call in "
     "(arg g) (arg values (array `x*`)))))))"},
    {"foo in(values=[\"x\"])",
     "(pipe (filter (and (free `foo`) (call in (arg values (array \"x\"))))))"},
    {"a[0].b = /x\\/y/i | b := a[0][1] + 3*2-1",
     "(pipe (filter (term a[0].b = /x/y/i)) (assign b (binary - (binary + a[0][1] (b"
     "inary * 3 2)) 1)))"},
    {"x =~ in(values=[1,2]) | x =~ !in(values=[1]) | x =~ replace(\"a\", with=\"b\")",
     "(pipe (stage (call in (arg values (array 1 2)) (arg field x))) (filter (not (c"
     "all in (arg values (array 1)) (arg field x)))) (stage (call replace (arg \"a\""
     ") (arg with \"b\") (arg field x))))"},
    {"groupBy([a, b, bucket := timeBucket(span=\"1h\")], function=([count(), n := co"
     "unt(x, distinct=true), {x=1 | count() | y := _count*2}]))",
     "(pipe (stage (call groupBy (arg (array a b (assign bucket (call timeBucket (ar"
     "g span \"1h\"))))) (arg function (array (call count) (assign n (call count (ar"
     "g x) (arg distinct true))) (query (pipe (filter (term x = `1`)) (stage (call c"
     "ount)) (assign y (binary * _count 2)))))))))"},
    {"case { a=1 | b := \"x\" ; a!=\"\" c!=\"\" | b:=\"y\"; * | b := z }",
     "(pipe (case (pipe (filter (term a = `1`)) (assign b \"x\")) (pipe (filter (and"
     " (term a != \"\") (term c != \"\"))) (assign b \"y\")) (pipe (filter (free `*`"
     ")) (assign b z))))"},
    {"f match { \"a*\" => x := 1 ; /re/i => y := 2 | z:=3; in(values=[\"1\"]) => *; "
     "* => * ; }",
     "(pipe (match f (arm \"a*\" (pipe (assign x 1))) (arm /re/i (pipe (assign y 2) "
     "(assign z 3))) (arm (call in (arg values (array \"1\"))) (pipe (filter (free `"
     "*`)))) (arm `*` (pipe (filter (free `*`))))))"},
    {"[count(), max(x)]", "(pipe (stats (array (call count) (call max (arg x)))))"},
    {"#type=foo groupBy(x) count()",
     "(pipe (filter (term #type = `foo`)) (stage (call groupBy (arg x))) (stage (cal"
     "l count)))"},
    {"$falcon/helper:enrich(field=X) | $\"a b\"() | $x",
     "(pipe (saved falcon/helper:enrich (arg field X)) (saved a b) (saved x))"},
    {"?{a=*} | f=?a | g = ?{b=\"x y\"}",
     "(pipe (default (param a `*`)) (filter (term f = (param a))) (filter (term g = "
     "(param b \"x y\"))))"},
    {"| | a=b || c=d |", "(pipe (filter (term a = `b`)) (filter (term c = `d`)))"},
    {"formatTime(\"%F %T\", field=ts, timezone=Europe/Paris, as=t) | cidr(ip, subnet"
     "=10.0.0.0/8) | parseInt(x, radix=16)",
     "(pipe (stage (call formatTime (arg \"%F %T\") (arg field ts) (arg timezone (bi"
     "nary / Europe Paris)) (arg as t))) (stage (call cidr (arg ip) (arg subnet (bin"
     "ary / 10.0.0.0 8)))) (stage (call parseInt (arg x) (arg radix 16))))"},
    {"sort(count, desc) | head(5) | table([a,b], limit=max)",
     "(pipe (stage (call sort (arg count) (arg desc))) (stage (call head (arg 5))) ("
     "stage (call table (arg (array a b)) (arg limit max))))"},
    {"count() as n | avg(x) as y",
     "(pipe (stage (call count (arg as n))) (stage (call avg (arg x) (arg as y))))"},
    {"where a > b * 2 | LastSeen - FirstSeen < 60000",
     "(pipe (filter (test (binary > a (binary * b 2)))) (filter (and (free `LastSeen"
     "`) (free `-`) (term FirstSeen < 60000))))"},
    {"groupBy(x) | LastSeen - FirstSeen < 60000",
     "(pipe (stage (call groupBy (arg x))) (filter (test (binary < (binary - LastSee"
     "n FirstSeen) 60000))))"},
    {"@timestamp > now() - 7d",
     "(pipe (filter (test (binary > @timestamp (binary - (call now) 7d)))))"},
    {"@timestamp >= \"2024-01-01T00:00:00Z\"",
     "(pipe (filter (term @timestamp >= 1704067200000)))"},
    {"if(f=/re/, a, b) | if(f=*x*, 10, 0) | x := if(a == 1 and b == 2, then=\"a\", e"
     "lse=\"b\") | if((in(f, values=[\"a\"])), then=1, else=2)",
     "(pipe (stage (call if (arg (term f = /re/)) (arg a) (arg b))) (stage (call if "
     "(arg (term f = `*x*`)) (arg 10) (arg 0))) (assign x (call if (arg (binary and "
     "(binary = a 1) (binary = b 2))) (arg then \"a\") (arg else \"b\"))) (stage (ca"
     "ll if (arg (call in (arg f) (arg values (array \"a\")))) (arg then 1) (arg els"
     "e 2))))"},
    {"test(a == b) | !test(a != \"\") | test(x > 1h)",
     "(pipe (stage (call test (arg (binary = a b)))) (filter (not (call test (arg (b"
     "inary != a \"\"))))) (stage (call test (arg (binary > x 1h)))))"},
    {"bin @timestamp span=1h | bucket span=5m",
     "(pipe (stage (call bin (arg @timestamp) (arg span 1h))) (stage (call bucket (a"
     "rg span 5m))))"},
    {"a == \"x\" b = y", "(pipe (filter (and (test (binary = a \"x\")) (term b = `y`))))"},
    {"host-name=*", "(pipe (filter (term host-name = `*`)))"},
    {"(a=1 or b=2) c=3 !(d=4)",
     "(pipe (filter (and (or (term a = `1`) (term b = `2`)) (term c = `3`) (not (ter"
     "m d = `4`)))))"},
    {"x := a == 1 and b or c", "(pipe (assign x (binary and (binary = a 1) (binary or b c))))"},
    {"f like \"a b\" | f like /x/",
     "(pipe (filter (term f like \"a b\")) (filter (term f like /x/)))"},
    {"correlate(A: {x=1 | a <=> B.b} include: [x, y], B: {y=2} include: *, within=1h"
     ")",
     "(pipe (stage (call correlate (arg (query A (pipe (filter (term x = `1`)) (filt"
     "er (term a <=> B.b))) (arg include (array x y)))) (arg (query B (pipe (filter "
     "(term y = `2`))) (arg include `*`))) (arg within 1h))))"},
    {"\"quoted field\"=x \"free text\" /re/i",
     "(pipe (filter (and (term quoted field = `x`) (free \"free text\") (free /re/i)"
     ")))"},
    {"“smart” | f=“x”", "(pipe (filter (free \"smart\")) (filter (term f = \"x\")))"},
    {"case { a=1 | b:=1; * ",
     "(pipe (case (pipe (filter (term a = `1`)) (assign b 1)) (pipe (filter (free `*"
     "`)))))"},
    {"join({#x=1 | y:=2}, field=a, include=[b,c], mode=left)",
     "(pipe (stage (call join (arg (query (pipe (filter (term #x = `1`)) (assign y 2"
     ")))) (arg field a) (arg include (array b c)) (arg mode left))))"},
    {"path=\"C:\\temp\\x\" | p=\"a\\tb\" | r=/C:\\\\temp/",
     "(pipe (filter (term path = \"C:\\temp\\\\x\")) (filter (term p = \"a\\tb\")) ("
     "filter (term r = /C:\\\\temp/)))"},
    {"x := (1+2)*3 | y := -x | z := !(a==b) | w := 42%41 | v := 4/2 // c",
     "(pipe (assign x (binary * (binary + 1 2) 3)) (assign y (unary - x)) (assign z "
     "(unary ! (binary = a b))) (assign w (binary % 42 41)) (assign v (binary / 4 2)"
     "))"},
    {"splitString(by=\"\\|\", field=a) | default(value=\"-\", field=[a,b]) | rename("
     "[[a,b],[c,d]]) | regex(\"(?<x>.*)\", field=y, strict=false)",
     "(pipe (stage (call splitString (arg by \"\\\\|\") (arg field a))) (stage (call"
     " default (arg value \"-\") (arg field (array a b)))) (stage (call rename (arg "
     "(array (array a b) (array c d))))) (stage (call regex (arg \"(?<x>.*)\") (arg "
     "field y) (arg strict false))))"},
    {"foo (bar or baz)", "(pipe (filter (and (free `foo`) (or (free `bar`) (free `baz`)))))"},
    {"where=5 | where | filter /x/",
     "(pipe (filter (term where = `5`)) (filter (free `where`)) (filter (free /x/)))"},
    {"rename(field=a, as=\"b\") | x := rename(y) | eval(a=b+1, c=\"d\")",
     "(pipe (stage (call rename (arg field a) (arg as \"b\"))) (assign x (call renam"
     "e (arg y))) (stage (call eval (arg a (binary + b 1)) (arg c \"d\"))))"},
    {"timeChart(span=1h, function=count(), series=x) | sort([a,b], order=[asc,desc])",
     "(pipe (stage (call timeChart (arg span 1h) (arg function (call count)) (arg se"
     "ries x))) (stage (call sort (arg (array a b)) (arg order (array asc desc)))))"},
    {"f=*abc | f=abc* | f=* | f=** | f=\"*\"",
     "(pipe (filter (term f = `*abc`)) (filter (term f = `abc*`)) (filter (term f = "
     "`*`)) (filter (term f = `**`)) (filter (term f = \"*\")))"},
    {"f = lower(g)", "(pipe (filter (test (binary = f (call lower (arg g))))))"},
    {"@timestamp:=1 | f.x:=\"a\"", "(pipe (assign @timestamp 1) (assign f.x \"a\"))"},
    {"a:=\"2\" | b:=4/lower(a)",
     "(pipe (assign a \"2\") (assign b (binary / 4 (call lower (arg a)))))"},
    {"f >= -3.5 g<1.5E3 h > \"5\"",
     "(pipe (filter (and (term f >= -3.5) (term g < 1.5E3) (term h > 5))))"},
    {"percentage({status=5*}, as=err)",
     "(pipe (stage (call percentage (arg (query (pipe (filter (term status = `5*`)))"
     ")) (arg as err))))"},
    {"include=*", "(pipe (filter (term include = `*`)))"},
    {"a=1\n// comment\n| b=2 /* x */ | c=3",
     "(pipe (filter (term a = `1`)) (filter (term b = `2`)) (filter (term c = `3`)))"},
    {"a[0][1].b=1 \"user.`e-mail`[]\"=2",
     "(pipe (filter (and (term a[0][1].b = `1`) (term user.`e-mail`[] = `2`))))"},
    {"in(f, values=[a,\"b\",])", "(pipe (stage (call in (arg f) (arg values (array a \"b\")))))"},
    {"a=1 /b/i \"c d\"", "(pipe (filter (and (term a = `1`) (free /b/i) (free \"c d\"))))"},
    {"f=docker/x//", "(pipe (filter (term f = `docker/x`)))"},
    {"not not a=b or !(c=d)",
     "(pipe (filter (or (not (not (term a = `b`))) (not (term c = `d`)))))"},
    {"a=TRUE | true false", "(pipe (filter (term a = `TRUE`)) (filter (and true false)))"},
    {"timeChart(span=1h,series=x)", "(pipe (stage (call timeChart (arg span 1h) (arg series x))))"},
    {"f like *x* and g != /a/", "(pipe (filter (and (term f like `*x*`) (term g != /a/))))"},
    {"a:=b-c | d:=b -c | e:= -b",
     "(pipe (assign a (binary - b c)) (assign d (binary - b c)) (assign e (unary - b"
     ")))"},
    {"x:=f.g[2]+1", "(pipe (assign x (binary + f.g[2] 1)))"},
};

int main(void)
{
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena a;
        struct lanner_err err = {0};
        struct cql_node *tree;
        struct buf out = {0};

        arena_init(&a, 0);
        if (cql_parse(&a, str_z(cases[i].query), false, NULL, &tree, &err) == LANNER_OK)
            cql_print(tree, &out);
        else
            printf("# %s: %s\n", cases[i].query, err.text);
        OK_STR(buf_str(&out), cases[i].tree);
        buf_done(&out);
        arena_done(&a);
    }
    TAP_DONE();
}
