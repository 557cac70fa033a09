/* test_plan_grammar.c - the grammar: queries, their plans and the notes about tolerant readings
 * (offset in the query, text). */
#include "plan_cases.h"

static const struct plan_case cases[] = {
    {"foo and not bar or baz",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter and(text search 0, or(not(text search 1), text search 2))\n"
     "    scan fields=[] searches=[cql_contains_glob(\"\", \"foo\"), cql_contains_gl"
     "ob(\"\", \"bar\"), cql_contains_glob(\"\", \"baz\")]\n"},
    {"foo or not bar and baz",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter and(or(text search 0, not(text search 1)), text search 2)\n"
     "    scan fields=[] searches=[cql_contains_glob(\"\", \"foo\"), cql_contains_gl"
     "ob(\"\", \"bar\"), cql_contains_glob(\"\", \"baz\")]\n"},
    {"#repo=\"a\" OR #repo=\"b\" x=1",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter and(or(cql_equals_glob(#repo, \"a\"), cql_equals_glob(#repo, \"b\")),"
     " cql_equals_glob(x, \"1\"))\n"
     "    scan fields=[]\n"},
    {"200 = statuscode", "sort by @timestamp desc, ordinal desc\n"
                         "  filter cql_equals_glob(200, \"statuscode\")\n"
                         "    scan fields=[]\n"},
    {"user = Alan Turing", "sort by @timestamp desc, ordinal desc\n"
                           "  filter and(cql_equals_glob(user, \"Alan\"), text search 0)\n"
                           "    scan fields=[] searches=[cql_contains_glob(\"\", \"Turing\")]\n"},
    {"foo < 42 + 3",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter and(cql_less(foo, 42), text search 0, text search 1)\n"
     "    scan fields=[] searches=[cql_contains_glob(\"\", \"+\"), cql_contains_glob"
     "(\"\", \"3\")]\n"},
    {"repo.name=docker/* foo=m/fisk/i",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter and(cql_equals_glob(repo.name, \"docker/*\"), cql_equals_glob(foo, \""
     "m/fisk/i\"))\n"
     "    scan fields=[]\n"},
    {"https://www.example.com/",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter text search 0\n"
     "    scan fields=[] searches=[cql_contains_glob(\"\", \"https://www.example.com"
     "/\")]\n"},
    {"https: //x", "sort by @timestamp desc, ordinal desc\n"
                   "  filter text search 0\n"
                   "    scan fields=[] searches=[cql_contains_glob(\"\", \"https:\")]\n"},
    {"a := m/fisk/i", "sort by @timestamp desc, ordinal desc\n"
                      "  extend a := num_div(num_div(m, fisk), i)\n"
                      "    scan fields=[]\n"},
    {"foo=bar// comment", "sort by @timestamp desc, ordinal desc\n"
                          "  filter cql_equals_glob(foo, \"bar\")\n"
                          "    scan fields=[]\n"},
    {"f != \"\"", "sort by @timestamp desc, ordinal desc\n"
                  "  filter cql_not_empty(f)\n"
                  "    scan fields=[]\n"
                  "note 0: f != \"\" also leaves out events without the field; LogScale lets them"
                  " pass\n"},
    {"resultType in [\"50034\", \"50053\"]",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter in(resultType, [\"50034\", \"50053\"], false)\n"
     "    scan fields=[]\n"
     "note 0: 'in' after a field is read as a function; write in(resultType, values="
     "[...])\n"},
    {"f not in (a, \"b\", 5*) | f !in [1] | f IN ?p",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter in(f, [\"*\"], false)\n"
     "    filter not(in(f, [\"1\"], false))\n"
     "      filter not(in(f, [\"a\", \"b\", \"5*\"], false))\n"
     "        scan fields=[]\n"
     "note 0: 'not in' after a field is read as a function; write !in(f, values=[..."
     "])\n"
     "note 24: 'not in' after a field is read as a function; write !in(f, values=[.."
     ".])\n"
     "note 36: 'in' after a field is read as a function; write in(f, values=[...])\n"
     "note 41: the parameter ?p has no value; it is read as *\n"},
    {"in(f, values=[\"a\"]) AND !in(g, values=[x*])",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter and(in(f, [\"a\"], false), not(in(g, [\"x*\"], false)))\n"
     "    scan fields=[]\n"},
    {"a[0].b = /x\\/y/i | b := a[0][1] + 3*2-1",
     "sort by @timestamp desc, ordinal desc\n"
     "  extend b := num_sub(num_add(a[0][1], num_mul(3, 2)), 1)\n"
     "    filter cql_regex_match(a[0].b, \"x/y\", \"i\")\n"
     "      scan fields=[]\n"},
    {"x =~ in(values=[1,2]) | x =~ !in(values=[1]) | x =~ replace(\"a\", with=\"b\")",
     "sort by @timestamp desc, ordinal desc\n"
     "  extend x := replace(\"a\", \"b\", x, \"m\")\n"
     "    filter not(in(x, [\"1\"], false))\n"
     "      filter in(x, [\"1\", \"2\"], false)\n"
     "        scan fields=[]\n"},
    {"groupBy([a, b, bucket := timeBucket(span=\"1h\")], function=([count(), n := co"
     "unt(x, distinct=true), {x=1 | count() | y := _count*2}]))",
     "aggregate by a, b, bucket limit 20000\n"
     "  _count = count(none, false)\n"
     "  n = count(x, true)\n"
     "  _count = count(none, false)\n"
     "    before:\n"
     "      filter cql_equals_glob(x, \"1\")\n"
     "        input\n"
     "    after:\n"
     "      extend y := num_mul(_count, 2)\n"
     "        input\n"
     "  extend bucket := time_bucket(@timestamp, 3600000)\n"
     "    scan fields=[]\n"
     "note 15: a computed field in a list of fields; write it as a stage before: nam"
     "e := ...\n"
     "note 25: timeBucket() is an extension: the time floored to the span; LogScale "
     "has bucket() and timeChart()\n"},
    {"case { a=1 | b := \"x\" ; a!=\"\" c!=\"\" | b:=\"y\"; * | b := z }",
     "sort by @timestamp desc, ordinal desc\n"
     "  branch\n"
     "    clause:\n"
     "      extend b := \"x\"\n"
     "        filter cql_equals_glob(a, \"1\")\n"
     "          input\n"
     "    clause:\n"
     "      extend b := \"y\"\n"
     "        filter and(cql_not_empty(a), cql_not_empty(c))\n"
     "          input\n"
     "    clause:\n"
     "      extend b := z\n"
     "        input\n"
     "    scan fields=[]\n"
     "note 24: a != \"\" also leaves out events without the field; LogScale lets the"
     "m pass\n"
     "note 30: c != \"\" also leaves out events without the field; LogScale lets the"
     "m pass\n"},
    {"f match { \"a*\" => x := 1 ; /re/i => y := 2 | z:=3; in(values=[\"1\"]) => *; "
     "* => * ; }",
     "sort by @timestamp desc, ordinal desc\n"
     "  branch\n"
     "    clause:\n"
     "      extend x := 1\n"
     "        filter cql_equals_glob(f, \"a*\")\n"
     "          input\n"
     "    clause:\n"
     "      extend y := 2; z := 3\n"
     "        filter cql_regex_match(f, \"re\", \"i\")\n"
     "          input\n"
     "    clause:\n"
     "      filter in(f, [\"1\"], false)\n"
     "        input\n"
     "    clause:\n"
     "      input\n"
     "    scan fields=[]\n"},
    {"[count(), max(x)]", "aggregate\n"
                          "  _count = count(none, false)\n"
                          "  _max = max(x)\n"
                          "  scan fields=[]\n"},
    {"#type=foo groupBy(x) count()", "aggregate\n"
                                     "  _count = count(none, false)\n"
                                     "  aggregate by x limit 20000\n"
                                     "    _count = count(none, false)\n"
                                     "    filter cql_equals_glob(#type, \"foo\")\n"
                                     "      scan fields=[]\n"
                                     "note 10: a '|' is missing here; write it between stages\n"
                                     "note 21: a '|' is missing here; write it between stages\n"},
    {"?{a=*} | f=?a | g = ?{b=\"x y\"}", "sort by @timestamp desc, ordinal desc\n"
                                         "  filter cql_equals_glob(g, \"x y\")\n"
                                         "    filter cql_exists(f)\n"
                                         "      scan fields=[]\n"},
    {"| | a=b || c=d |", "sort by @timestamp desc, ordinal desc\n"
                         "  filter cql_equals_glob(c, \"d\")\n"
                         "    filter cql_equals_glob(a, \"b\")\n"
                         "      scan fields=[]\n"},
    {"formatTime(\"%F %T\", field=ts, timezone=Europe/Paris, as=t) | cidr(ip, subnet"
     "=10.0.0.0/8) | parseInt(x, radix=16)",
     "sort by @timestamp desc, ordinal desc\n"
     "  extend x := parseInt(x, 16, \"big\")\n"
     "    filter cidr(ip, [\"10.0.0.0/8\"], false)\n"
     "      extend t := formatTime(\"%F %T\", ts, \"Europe/Paris\", \"auto\")\n"
     "        scan fields=[]\n"},
    {"sort(count, desc) | head(5) | table([a,b], limit=max)",
     "project a, b\n"
     "  top_n 200000 by ordinal\n"
     "    top_n 5 by @timestamp asc, ordinal\n"
     "      sort 200 by count desc, ordinal\n"
     "        scan fields=[]\n"
     "note 12: 'desc' is read as order=desc\n"},
    {"count() as n | avg(x) as y", "aggregate\n"
                                   "  y = avg(x)\n"
                                   "  aggregate\n"
                                   "    n = count(none, false)\n"
                                   "    scan fields=[]\n"
                                   "note 7: 'as' after a call; write count(..., as=n)\n"
                                   "note 21: 'as' after a call; write avg(..., as=y)\n"},
    {"where a > b * 2 | LastSeen - FirstSeen < 60000",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter and(text search 0, text search 1, cql_less(FirstSeen, 60000))\n"
     "    filter is_true(cql_gt(a, num_mul(b, 2)))\n"
     "      scan fields=[] searches=[cql_contains_glob(\"\", \"LastSeen\"), cql_cont"
     "ains_glob(\"\", \"-\")]\n"
     "note 0: the word 'where' is passed over; write the condition alone\n"
     "note 6: a filter compares a field with a literal; this is read as test(a > b *"
     " 2)\n"},
    {"groupBy(x) | LastSeen - FirstSeen < 60000",
     "filter is_true(cql_lt(num_sub(LastSeen, FirstSeen), 60000))\n"
     "  aggregate by x limit 20000\n"
     "    _count = count(none, false)\n"
     "    scan fields=[]\n"
     "note 13: a filter compares a field with a literal; this is read as test(LastSe"
     "en - FirstSeen < 60000)\n"},
    {"@timestamp > now() - 7d",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter is_true(cql_gt(@timestamp, num_sub(now(), 604800000)))\n"
     "    scan fields=[]\n"
     "note 0: a filter compares a field with a literal; this is read as test(@timest"
     "amp > now() - 7d)\n"
     "note 21: the span 7d is read as milliseconds; write 604800000\n"},
    {"if(f=/re/, a, b) | if(f=*x*, 10, 0) | x := if(a == 1 and b == 2, then=\"a\", e"
     "lse=\"b\") | if((in(f, values=[\"a\"])), then=1, else=2)",
     "sort by @timestamp desc, ordinal desc\n"
     "  extend _if := if(cql_regex_match(f, \"re\", \"\"), a, b); _if := if(cql_equa"
     "ls_glob(f, \"*x*\"), 10, 0); x := if(and(cql_eq(a, 1), cql_eq(b, 2)), \"a\", "
     "\"b\"); _if := if(in(f, [\"a\"], false), 1, 2)\n"
     "    scan fields=[]\n"
     "note 3: a filter inside an expression is read as in a filter stage\n"
     "note 11: a further unnamed argument of if() is read as then; write then=...\n"
     "note 14: a further unnamed argument of if() is read as else; write else=...\n"
     "note 22: a filter inside an expression is read as in a filter stage\n"
     "note 29: a further unnamed argument of if() is read as then; write then=...\n"
     "note 33: a further unnamed argument of if() is read as else; write else=...\n"
     "note 53: 'and' in an expression; LogScale has no logical operators there\n"},
    {"test(a == b) | !test(a != \"\") | test(x > 1h)",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter test(cql_gt(x, 3600000))\n"
     "    filter not(test(cql_ne(a, \"\")))\n"
     "      filter test(cql_eq(a, b))\n"
     "        scan fields=[]\n"
     "note 41: the span 1h is read as milliseconds; write 3600000\n"},
    {"bin @timestamp span=1h | bucket span=5m",
     "sort by _bucket asc, ordinal\n"
     "  series _bucket span 300000 ms\n"
     "    aggregate by _bucket\n"
     "      _count = count(none, false)\n"
     "      extend _bucket := time_bucket(@timestamp, 3600000); _bucket := time_buck"
     "et(@timestamp, 300000)\n"
     "        scan fields=[]\n"
     "note 0: 'bin' is read as a function call; write timeBucket(...)\n"
     "note 0: bin() is an extension: the time floored to the span; LogScale has buck"
     "et() and timeChart()\n"
     "note 25: 'bucket' is read as a function call; write bucket(...)\n"},
    {"a == \"x\" b = y",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter and(is_true(cql_eq(a, \"x\")), cql_equals_glob(b, \"y\"))\n"
     "    scan fields=[]\n"
     "note 0: a filter compares a field with a literal; this is read as test(a == \""
     "x\")\n"},
    {"host-name=*", "sort by @timestamp desc, ordinal desc\n"
                    "  filter cql_exists(host-name)\n"
                    "    scan fields=[]\n"
                    "note 0: this field name needs quotes; write \"host-name\"\n"},
    {"(a=1 or b=2) c=3 !(d=4)",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter and(or(cql_equals_glob(a, \"1\"), cql_equals_glob(b, \"2\")), cql_equ"
     "als_glob(c, \"3\"), not(cql_equals_glob(d, \"4\")))\n"
     "    scan fields=[]\n"},
    {"x := a == 1 and b or c",
     "sort by @timestamp desc, ordinal desc\n"
     "  extend x := and(cql_eq(a, 1), or(b, c))\n"
     "    scan fields=[]\n"
     "note 12: 'and' in an expression; LogScale has no logical operators there\n"
     "note 18: 'or' in an expression; LogScale has no logical operators there\n"},
    {"f like \"a b\" | f like /x/", "sort by @timestamp desc, ordinal desc\n"
                                    "  filter cql_regex_match(f, \"x\", \"\")\n"
                                    "    filter cql_like(f, \"a b\")\n"
                                    "      scan fields=[]\n"},
    {"\"quoted field\"=x \"free text\" /re/i",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter and(cql_equals_glob(\"quoted field\", \"x\"), text search 0, text sea"
     "rch 1)\n"
     "    scan fields=[] searches=[cql_contains_glob(\"\", \"free text\"), cql_regex"
     "_match(\"\", \"re\", \"i\")]\n"},
    {"“smart” | f=“x”", "sort by @timestamp desc, ordinal desc\n"
                        "  filter cql_equals_glob(f, \"x\")\n"
                        "    filter text search 0\n"
                        "      scan fields=[] searches=[cql_contains_glob(\"\", \"smart\")]\n"
                        "note 0: typographic quotation marks are read as '\"'; write \"...\"\n"
                        "note 16: typographic quotation marks are read as '\"'; write \"...\"\n"},
    {"case { a=1 | b:=1; * ",
     "sort by @timestamp desc, ordinal desc\n"
     "  branch\n"
     "    clause:\n"
     "      extend b := 1\n"
     "        filter cql_equals_glob(a, \"1\")\n"
     "          input\n"
     "    clause:\n"
     "      input\n"
     "    scan fields=[]\n"
     "note 20: the '}' that ends case is missing at the end of the query\n"},
    {"join({#x=1 | y:=2}, field=a, include=[b,c], mode=left)",
     "table \"\\x01t:0\":\n"
     "  extend y := 2\n"
     "    filter cql_equals_glob(#x, \"1\")\n"
     "      scan fields=[]\n"
     "sort by @timestamp desc, ordinal desc\n"
     "  join left \"\\x01t:0\" on a = a\n"
     "    scan fields=[]\n"},
    {"path=\"C:\\temp\\x\" | p=\"a\\tb\" | r=/C:\\\\temp/",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter cql_regex_match(r, \"C:\\\\\\\\temp\", \"\")\n"
     "    filter cql_equals_glob(p, \"a\\x09b\")\n"
     "      filter cql_equals_glob(path, \"C:\\\\temp\\\\x\")\n"
     "        scan fields=[]\n"},
    {"x := (1+2)*3 | y := -x | z := !(a==b) | w := 42%41 | v := 4/2 // c",
     "sort by @timestamp desc, ordinal desc\n"
     "  extend x := num_mul(num_add(1, 2), 3); y := num_neg(x); z := cql_not(cql_eq("
     "a, b)); w := num_mod(42, 41); v := num_div(4, 2)\n"
     "    scan fields=[]\n"},
    {"splitString(by=\"\\|\", field=a) | default(value=\"-\", field=[a,b]) | rename("
     "[[a,b],[c,d]]) | regex(\"(?<x>.*)\", field=y, strict=false)",
     "sort by @timestamp desc, ordinal desc\n"
     "  extend x := regex(\"(?<x>.*)\", y, \"m\", false, false, 100)\n"
     "    project drop c\n"
     "      extend d := c\n"
     "        project drop a\n"
     "          extend splitString(\"\\\\|\", a, none, \"_splitstring\"); a := defau"
     "lt_value(a, \"-\", false); b := default_value(b, \"-\", false); b := a\n"
     "            scan fields=[]\n"},
    {"foo (bar or baz)",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter and(text search 0, or(text search 1, text search 2))\n"
     "    scan fields=[] searches=[cql_contains_glob(\"\", \"foo\"), cql_contains_gl"
     "ob(\"\", \"bar\"), cql_contains_glob(\"\", \"baz\")]\n"},
    {"where=5 | where | filter /x/",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter text search 1\n"
     "    filter text search 0\n"
     "      filter cql_equals_glob(where, \"5\")\n"
     "        scan fields=[] searches=[cql_contains_glob(\"\", \"where\"), cql_regex"
     "_match(\"\", \"x\", \"\")]\n"
     "note 18: the word 'filter' is passed over; write the condition alone\n"},
    {"rename(field=a, as=\"b\") | x := rename(y) | eval(a=b+1, c=\"d\")",
     "sort by @timestamp desc, ordinal desc\n"
     "  extend a := num_add(b, 1); c := \"d\"\n"
     "    project drop y\n"
     "      extend x := y\n"
     "        project drop a\n"
     "          extend b := a\n"
     "            scan fields=[]\n"},
    {"timeChart(span=1h, function=count(), series=x) | sort([a,b], order=[asc,desc])",
     "sort 200 by a asc, b desc, ordinal\n"
     "  sort by _bucket asc, ordinal\n"
     "    series _bucket span 3600000 ms\n"
     "      aggregate by _bucket, x\n"
     "        _count = count(none, false)\n"
     "        filter cql_exists(_bucket)\n"
     "          filter cql_exists(x)\n"
     "            extend _bucket := time_bucket(@timestamp, 3600000)\n"
     "              scan fields=[]\n"},
    {"f=*abc | f=abc* | f=* | f=** | f=\"*\"", "sort by @timestamp desc, ordinal desc\n"
                                               "  filter cql_exists(f)\n"
                                               "    filter cql_exists(f)\n"
                                               "      filter cql_exists(f)\n"
                                               "        filter cql_equals_glob(f, \"abc*\")\n"
                                               "          filter cql_equals_glob(f, \"*abc\")\n"
                                               "            scan fields=[]\n"},
    {"f = lower(g)",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter is_true(cql_eq(f, lower(g)))\n"
     "    scan fields=[]\n"
     "note 0: a filter compares a field with a literal; this is read as test(f = low"
     "er(g))\n"
     "note 2: '=' in an expression is read as '=='; write '=='\n"},
    {"@timestamp:=1 | f.x:=\"a\"", "sort by @timestamp desc, ordinal desc\n"
                                   "  extend @timestamp := 1; f.x := \"a\"\n"
                                   "    scan fields=[]\n"},
    {"a:=\"2\" | b:=4/lower(a)", "sort by @timestamp desc, ordinal desc\n"
                                 "  extend a := \"2\"; b := num_div(4, lower(a))\n"
                                 "    scan fields=[]\n"},
    {"f >= -3.5 g<1.5E3 h > \"5\"",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter and(cql_greater_equal(f, -3.5), cql_less(g, 1500), cql_greater(h, 5))"
     "\n"
     "    scan fields=[]\n"
     "note 22: a number in quotes is read as a number; write 5\n"},
    {"percentage({status=5*}, as=err)", "aggregate\n"
                                        "  err = percentage(\"\\x01h:0\")\n"
                                        "  extend \"\\x01h:0\" := cql_equals_glob(status, \"5*\")\n"
                                        "    scan fields=[]\n"},
    {"include=*", "sort by @timestamp desc, ordinal desc\n"
                  "  filter cql_exists(include)\n"
                  "    scan fields=[]\n"},
    {"a=1\n// comment\n| b=2 /* x */ | c=3", "sort by @timestamp desc, ordinal desc\n"
                                             "  filter cql_equals_glob(c, \"3\")\n"
                                             "    filter cql_equals_glob(b, \"2\")\n"
                                             "      filter cql_equals_glob(a, \"1\")\n"
                                             "        scan fields=[]\n"},
    {"a[0][1].b=1 \"user.`e-mail`[]\"=2",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter and(cql_equals_glob(a[0][1].b, \"1\"), cql_equals_glob(\"user.`e-mail"
     "`[]\", \"2\"))\n"
     "    scan fields=[]\n"},
    {"in(f, values=[a,\"b\",])", "sort by @timestamp desc, ordinal desc\n"
                                 "  filter in(f, [\"a\", \"b\"], false)\n"
                                 "    scan fields=[]\n"},
    {"a=1 /b/i \"c d\"",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter and(cql_equals_glob(a, \"1\"), text search 0, text search 1)\n"
     "    scan fields=[] searches=[cql_regex_match(\"\", \"b\", \"i\"), cql_contains"
     "_glob(\"\", \"c d\")]\n"},
    {"f=docker/x//", "sort by @timestamp desc, ordinal desc\n"
                     "  filter cql_equals_glob(f, \"docker/x\")\n"
                     "    scan fields=[]\n"},
    {"not not a=b or !(c=d)",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter or(not(not(cql_equals_glob(a, \"b\"))), not(cql_equals_glob(c, \"d\")"
     "))\n"
     "    scan fields=[]\n"},
    {"a=TRUE | true false", "sort by @timestamp desc, ordinal desc\n"
                            "  filter false\n"
                            "    filter cql_equals_glob(a, \"TRUE\")\n"
                            "      scan fields=[]\n"},
    {"timeChart(span=1h,series=x)", "sort by _bucket asc, ordinal\n"
                                    "  series _bucket span 3600000 ms\n"
                                    "    aggregate by _bucket, x\n"
                                    "      _count = count(none, false)\n"
                                    "      filter cql_exists(_bucket)\n"
                                    "        filter cql_exists(x)\n"
                                    "          extend _bucket := time_bucket(@timestamp, 3600000)\n"
                                    "            scan fields=[]\n"},
    {"f like *x* and g != /a/",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter and(cql_like(f, \"*x*\"), not(cql_regex_match(g, \"a\", \"\")))\n"
     "    scan fields=[]\n"},
    {"a:=b-c | d:=b -c | e:= -b",
     "sort by @timestamp desc, ordinal desc\n"
     "  extend a := num_sub(b, c); d := num_sub(b, c); e := num_neg(b)\n"
     "    scan fields=[]\n"},
    {"x:=f.g[2]+1", "sort by @timestamp desc, ordinal desc\n"
                    "  extend x := num_add(f.g[2], 1)\n"
                    "    scan fields=[]\n"},
};

int main(void)
{
    plan_cases_run(cases, ARRAY_LEN(cases));
    TAP_DONE();
}
