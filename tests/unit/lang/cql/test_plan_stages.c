/* test_plan_stages.c - stages and functions: queries, their plans and the notes about tolerant
 * readings (offset in the query, text). */
#include "plan_cases.h"

static const struct plan_case cases[] = {
    {"formatTime(\"%F %T\", field=ts, timezone=Europe/Paris, as=t) | cidr(ip, subnet"
     "=10.0.0.0/8) | in(host-name, values=[a/b, *x*])",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter in(num_sub(host, name), [\"a/b\", \"*x*\"], false)\n"
     "    filter cidr(ip, [\"10.0.0.0/8\"], false)\n"
     "      extend t := formatTime(\"%F %T\", ts, \"Europe/Paris\", \"auto\")\n"
     "        scan fields=[]\n"
     "note 94: in() takes the name of a field; the expression is computed first\n"},
    {"@timestamp >= \"2024-01-01T00:00:00Z\"",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter cql_greater_equal(@timestamp, 1704067200000)\n"
     "    scan fields=[]\n"
     "note 14: a time in quotes is read as milliseconds since 1970; write 1704067200"
     "000\n"},
    {"#type=x | f=/(?<user>\\w+)@/i | regex(\"(?<a>x)(?<b>y)\", strict=false) | rege"
     "x(\"abc\") | b := a",
     "sort by @timestamp desc, ordinal desc\n"
     "  extend b := a\n"
     "    filter regex_match(\"abc\", @rawstring, \"m\", true, false, 100)\n"
     "      extend user := regex(\"(?<user>\\\\w+)@\", f, \"i\", true, false, 100); "
     "a, b := regex(\"(?<a>x)(?<b>y)\", @rawstring, \"m\", false, false, 100)\n"
     "        filter cql_equals_glob(#type, \"x\")\n"
     "          scan fields=[]\n"},
    {"/foo (?<x>bar)/",
     "sort by @timestamp desc, ordinal desc\n"
     "  extend x := regex(\"foo (?<x>bar)\", @rawstring, \"\", false, false, 100)\n"
     "    filter text search 0\n"
     "      scan fields=[] searches=[cql_regex_match(\"\", \"foo (?<x>bar)\", \"\")]"
     "\n"
     "note 0: the groups of a regular expression without a field are taken from @raw"
     "string\n"},
    {"groupBy(aid, function=tail(1)) | table([aid, x])",
     "project aid, x\n"
     "  top_n 200 by @timestamp desc, ordinal desc\n"
     "    group_apply by aid\n"
     "      each:\n"
     "        top_n 1 by @timestamp desc, ordinal desc\n"
     "          input\n"
     "      scan fields=[]\n"},
    {"groupBy(aid, function={x=1 | count() | _count > 5}, limit=max)",
     "aggregate by aid limit 1000000\n"
     "  _count = count(none, false)\n"
     "    before:\n"
     "      filter cql_equals_glob(x, \"1\")\n"
     "        input\n"
     "    after:\n"
     "      filter cql_greater(_count, 5)\n"
     "        input\n"
     "  scan fields=[]\n"},
    {"groupBy([a,b], function=[selectLast([a,c]), collect([c,d])])",
     "aggregate by a, b limit 20000\n"
     "  c = selectLast(@timestamp, c)\n"
     "  c, d = collect(2000, true, \"\\n\", none, c, d)\n"
     "  scan fields=[]\n"},
    {"groupBy(a, function={[count(as=n), sum(x, as=s)] | r := s/n}) | sort(r)",
     "sort 200 by r desc, ordinal\n"
     "  extend r := num_div(s, n)\n"
     "    aggregate by a limit 20000\n"
     "      n = count(none, false)\n"
     "      s = sum(x)\n"
     "      scan fields=[]\n"},
    {"percentile(x, percentiles=[50,99], as=p)",
     "aggregate\n"
     "  p_50, p_99 = percentile([\"50\", \"99\"], 0.01, \"p\", x)\n"
     "  scan fields=[]\n"},
    {"top([a,b], limit=5, sum=bytes)", "sort 5 by _sum desc, ordinal\n"
                                       "  aggregate by a, b\n"
                                       "    _sum = sum(bytes)\n"
                                       "    scan fields=[]\n"},
    {"timeChart(series=x, span=15m, function=[count(), avg(y)]) ",
     "sort by _bucket asc, ordinal\n"
     "  series _bucket span 900000 ms\n"
     "    aggregate by _bucket, x\n"
     "      _count = count(none, false)\n"
     "      _avg = avg(y)\n"
     "      filter cql_exists(_bucket)\n"
     "        filter cql_exists(x)\n"
     "          extend _bucket := time_bucket(@timestamp, 900000)\n"
     "            scan fields=[]\n"},
    {"bucket(span=1h, field=[a,b], function=sum(x))",
     "sort by _bucket asc, ordinal\n"
     "  series _bucket span 3600000 ms\n"
     "    aggregate by _bucket, a, b\n"
     "      _sum = sum(x)\n"
     "      filter cql_exists(_bucket)\n"
     "        filter or(cql_exists(a), cql_exists(b))\n"
     "          extend _bucket := time_bucket(@timestamp, 3600000)\n"
     "            scan fields=[]\n"},
    {"select([a,@timestamp]) | b=1", "sort by @timestamp desc, ordinal desc\n"
                                     "  filter cql_equals_glob(b, \"1\")\n"
                                     "    project a, @timestamp\n"
                                     "      scan fields=[]\n"},
    {"select([a]) | foo", "filter text search 0\n"
                          "  project a, text search 0\n"
                          "    sort by @timestamp desc, ordinal desc\n"
                          "      scan fields=[] searches=[cql_contains_glob(\"\", \"foo\")]\n"},
    {"table([a,b])", "project a, b\n"
                     "  top_n 200 by @timestamp desc, ordinal desc\n"
                     "    scan fields=[]\n"},
    {"head(5) | a=1", "filter cql_equals_glob(a, \"1\")\n"
                      "  top_n 5 by @timestamp asc, ordinal\n"
                      "    scan fields=[]\n"},
    {"drop([@timestamp,x]) | x=1", "filter cql_equals_glob(x, \"1\")\n"
                                   "  project drop @timestamp, x\n"
                                   "    sort by @timestamp desc, ordinal desc\n"
                                   "      scan fields=[]\n"},
    {"createEvents([\"a=1\",\"a=2\"]) | kvParse() | a=1 | foo",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter cql_contains_glob(@rawstring, \"foo\")\n"
     "    filter cql_equals_glob(a, \"1\")\n"
     "      extend kvParse(\"\", \"=\", \"unknown\", false, \"keepLast\", false, @ra"
     "wstring)\n"
     "        generate @rawstring, @timestamp := createEvents([\"a=1\", \"a=2\"])\n"},
    {"parseJson(field=x, prefix=\"y.\") | y.z=1",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter cql_equals_glob(y.z, \"1\")\n"
     "    extend @error, @error_msg, @event_parsed := parseJson(x, \"y.\", none, non"
     "e, none, false, \"keep\")\n"
     "      scan fields=[]\n"},
    {"match(file=\"f.csv\", field=a, column=b, include=[c,d], strict=false)",
     "table f.csv from file \"f.csv\"\n"
     "sort by @timestamp desc, ordinal desc\n"
     "  join left f.csv on a = b\n"
     "    scan fields=[]\n"},
    {"!match(file=\"f.csv\", field=a) | !join({b=1}, field=x)",
     "table f.csv from file \"f.csv\"\n"
     "table \"\\x01t:1\":\n"
     "  filter cql_equals_glob(b, \"1\")\n"
     "    scan fields=[]\n"
     "sort by @timestamp desc, ordinal desc\n"
     "  join anti \"\\x01t:1\" on x = x\n"
     "    join anti f.csv on a = a\n"
     "      scan fields=[]\n"},
    {"defineTable(query={a=1 | groupBy(x)}, name=\"t\", include=[x,_count]) | match("
     "file=\"t\", field=x) | readFile(\"t\")",
     "table t:\n"
     "  project x, _count\n"
     "    aggregate by x limit 20000\n"
     "      _count = count(none, false)\n"
     "      filter cql_equals_glob(a, \"1\")\n"
     "        scan fields=[]\n"
     "table t\n"},
    {"readFile(\"t.csv\") | a=1", "table t.csv from file \"t.csv\"\n"
                                  "filter cql_equals_glob(a, \"1\")\n"
                                  "  table t.csv\n"},
    {"setTimeInterval(start=7d, end=now) | a=1", "sort by @timestamp desc, ordinal desc\n"
                                                 "  filter cql_equals_glob(a, \"1\")\n"
                                                 "    scan fields=[]\n"},
    {"x := now() | y := x - 1h | z := formatTime(\"%H\", field=x)",
     "sort by @timestamp desc, ordinal desc\n"
     "  extend x := now(); y := num_sub(x, 3600000); z := formatTime(\"%H\", x, \"UT"
     "C\", \"auto\")\n"
     "    scan fields=[]\n"
     "note 22: the span 1h is read as milliseconds; write 3600000\n"},
    {"sankey(source=a, target=b, weight=sum(x))",
     "project a as source, b as target, _sum as weight\n"
     "  aggregate by a, b\n"
     "    _sum = sum(x)\n"
     "    scan fields=[]\n"},
    {"default(value=\"x\", field=[a,b], replaceEmpty=true) | default(a, \"b\") | c :"
     "= default(value=1)",
     "sort by @timestamp desc, ordinal desc\n"
     "  extend a := default_value(a, \"x\", true); b := default_value(b, \"x\", true"
     "); a := default_value(a, \"b\", false); c := default_value(c, \"1\", false)\n"
     "    scan fields=[]\n"
     "note 61: the unnamed argument of default() is read as field; write field=...\n"},
    {"case { a=1 | case { b=2 | c:=1; * }; * | select([a]) }",
     "branch\n"
     "  clause:\n"
     "    branch\n"
     "      clause:\n"
     "        extend c := 1\n"
     "          filter cql_equals_glob(b, \"2\")\n"
     "            input\n"
     "      clause:\n"
     "        input\n"
     "      filter cql_equals_glob(a, \"1\")\n"
     "        input\n"
     "  clause:\n"
     "    project a\n"
     "      input\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    scan fields=[]\n"},
    {"wildcard(ignoreCase=true, pattern=\"*foo*\") | wildcard(field=x, pattern=?p, i"
     "ncludeEverythingOnAsterisk=true)",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter wildcard(\"*\", false, true, x)\n"
     "    filter text search 0\n"
     "      scan fields=[] searches=[wildcard(\"**foo**\", true, false, \"\")]\n"
     "note 71: the parameter ?p has no value; it is read as *\n"},
    {"in(\"a\",\"b\")",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter in(a, [\"b\"], false)\n"
     "    scan fields=[]\n"
     "note 7: a further unnamed argument of in() is read as values; write values=..."
     "\n"},
    {"f =~ in(\"a\",\"b\") | in(f, \"a\", \"b\")",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter in(f, [\"a\", \"b\"], false)\n"
     "    filter in(f, [\"a\", \"b\"], false)\n"
     "      scan fields=[]\n"
     "note 8: the unnamed argument of in() is read as values; write values=...\n"
     "note 12: a further unnamed argument of in() is read as values; write values=.."
     ".\n"
     "note 25: a further unnamed argument of in() is read as values; write values=.."
     ".\n"
     "note 30: a further unnamed argument of in() is read as values; write values=.."
     ".\n"},
    {"getField(\"a-b\") | x := getField(\"a-b\") + 1 | y := array:get(\"a[]\", 0)",
     "sort by @timestamp desc, ordinal desc\n"
     "  extend _getField := a-b; x := num_add(a-b, 1); y := a[0]\n"
     "    scan fields=[]\n"
     "note 50: array:get() is read as name[index]\n"},
    {"ioc:lookup(field=[a], type=ip_address) | ipLocation(x) | asn(y)",
     "sort by @timestamp desc, ordinal desc\n"
     "  extend ioc.detected := ioc:lookup(\"ip_address\", \"ioc\", \"high\", false, "
     "none, a); x.country, x.city, x.state, x.lat, x.lon := ipLocation(x); y.asn, y."
     "org := asn(y)\n"
     "    scan fields=[]\n"},
    {"count(foo, distinct=true) | dc(x)", "aggregate\n"
                                          "  _count = count(x, true)\n"
                                          "  aggregate\n"
                                          "    _count = count(foo, true)\n"
                                          "    scan fields=[]\n"
                                          "note 28: dc() is read as count(..., distinct=true)\n"},
    {"lower(a+b) | round(x) | round(x, 2) | round(\"x\", how=ceil) | y := round(a/b,"
     " 1)",
     "sort by @timestamp desc, ordinal desc\n"
     "  extend _lower := lower(num_add(a, b)); x := round(x, \"round\"); x := round_"
     "digits(x, 2); x := round(x, \"ceil\"); y := round_digits(num_div(a, b), 1)\n"
     "    scan fields=[]\n"
     "note 6: lower() takes the name of a field; the expression is computed first\n"
     "note 24: round() to a number of decimals; LogScale rounds to an integer\n"
     "note 66: round() to a number of decimals; LogScale rounds to an integer\n"},
    {"split(a) | split(f, \",\") | splitString(field=x, by=\",\", index=0)",
     "sort by @timestamp desc, ordinal desc\n"
     "  extend splitString(\",\", f, none, \"_splitstring\"); _splitstring := splitS"
     "tring_index(\",\", x, 0)\n"
     "    unnest _index := split(\"a\", false)\n"
     "      scan fields=[]\n"
     "note 11: split() is read as splitString(by=..., field=...)\n"},
    {"replace(f, /re/i, \"x\") | replace(\"re\", with=\"y\", field=f) | z := replace"
     "(\"a\")",
     "sort by @timestamp desc, ordinal desc\n"
     "  extend f := replace(\"re\", \"x\", f, \"mi\"); f := replace(\"re\", \"y\", f"
     ", \"m\"); z := replace(\"a\", \"\", @rawstring, \"m\")\n"
     "    scan fields=[]\n"
     "note 0: replace() is read as replace(regex, with=..., field=...)\n"
     "note 11: a regular expression between slashes as an argument of replace(); wri"
     "te it in quotes\n"},
    {"lower(x, bogus=1)",
     "sort by @timestamp desc, ordinal desc\n"
     "  extend _lower := lower(x)\n"
     "    scan fields=[]\n"
     "note 9: parameter bogus is not supported in function lower; it is passed over"
     "\n"},
    {"test(a=b) | test(a=\"x*\") | test(a)",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter test(a)\n"
     "    filter test(cql_equals_glob(a, \"x*\"))\n"
     "      filter test(cql_eq(a, b))\n"
     "        scan fields=[]\n"
     "note 6: '=' in an expression is read as '=='; write '=='\n"
     "note 17: a filter inside an expression is read as in a filter stage\n"},
    {"a > \"abc\"", "sort by @timestamp desc, ordinal desc\n"
                    "  filter is_true(cql_gt(a, \"abc\"))\n"
                    "    scan fields=[]\n"
                    "note 0: a filter compares a field with a literal; this is read as test(a > \"a"
                    "bc\")\n"},
    {"text:contains(string=a, substring=\"x\") | contains(a, \"b\")",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter text:contains(a, \"b\")\n"
     "    filter text:contains(a, \"x\")\n"
     "      scan fields=[]\n"
     "note 41: contains() is read as text:contains\n"
     "note 53: a further unnamed argument of text:contains() is read as substring; w"
     "rite substring=...\n"},
    {"stats([count(), {a=1 | count(as=b)}])", "aggregate\n"
                                              "  _count = count(none, false)\n"
                                              "  b = count(none, false)\n"
                                              "    before:\n"
                                              "      filter cql_equals_glob(a, \"1\")\n"
                                              "        input\n"
                                              "  scan fields=[]\n"},
    {"[count(), n := sum(x)]", "aggregate\n"
                               "  _count = count(none, false)\n"
                               "  n = sum(x)\n"
                               "  scan fields=[]\n"},
    {"groupBy(x, function=count(), as=n) | groupBy(x, count())",
     "aggregate by x limit 20000\n"
     "  _count = count(none, false)\n"
     "  aggregate by x limit 20000\n"
     "    n = count(none, false)\n"
     "    scan fields=[]\n"
     "note 32: as= of groupBy() names the function's output; write function=count(as"
     "=...)\n"
     "note 48: an unnamed aggregate is read as function=...\n"},
    {"coalesce([a,b,\"x\"], as=c) | concat([a,b]) | format(\"%s-%s\", field=[a,b], a"
     "s=c) | format(\"%s\", a, b)",
     "sort by @timestamp desc, ordinal desc\n"
     "  extend c := coalesce(true, a, b, \"x\"); _concat := concat(a, b); c := forma"
     "t(\"%s-%s\", none, a, b); _format := format(\"%s\", none, a, b)\n"
     "    scan fields=[]\n"
     "note 94: a further unnamed argument of format() is read as field; write field="
     "...\n"
     "note 97: a further unnamed argument of format() is read as field; write field="
     "...\n"},
    {"x := in(f, values=[\"a\"]) | x := a | x := \"a\" | x := true",
     "sort by @timestamp desc, ordinal desc\n"
     "  extend x := in(f, [\"a\"], false); x := a; x := \"a\"; x := true\n"
     "    scan fields=[]\n"},
    {"x := rename(y) | x := count() | e := select([a])", "project a\n"
                                                         "  aggregate\n"
                                                         "    x = count(none, false)\n"
                                                         "    project drop y\n"
                                                         "      extend x := y\n"
                                                         "        scan fields=[]\n"},
    {"eval(a=b*2, c=\"x\") | eval(d := 1)", "sort by @timestamp desc, ordinal desc\n"
                                            "  extend a := num_mul(b, 2); c := \"x\"; d := 1\n"
                                            "    scan fields=[]\n"
                                            "note 26: ':=' inside eval(); write '='\n"},
    {"rename([[a,b],[@timestamp,t]]) | x=1", "filter cql_equals_glob(x, \"1\")\n"
                                             "  project drop @timestamp\n"
                                             "    sort by @timestamp desc, ordinal desc\n"
                                             "      extend t := @timestamp\n"
                                             "        project drop a\n"
                                             "          extend b := a\n"
                                             "            scan fields=[]\n"},
    {"groupBy([bucket(span=5m), x])",
     "aggregate by _bucket, x limit 20000\n"
     "  _count = count(none, false)\n"
     "  extend _bucket := time_bucket(@timestamp, 300000)\n"
     "    scan fields=[]\n"
     "note 9: a computed field in a list of fields; write it as a stage before: name"
     " := ...\n"
     "note 9: bin() is an extension: the time floored to the span; LogScale has buck"
     "et() and timeChart()\n"},
    {"parseTimestamp(\"yyyy\", field=x) | t := parseTimestamp(field=x)",
     "sort by @timestamp desc, ordinal desc\n"
     "  extend @timestamp, @timezone, @timestamp.nanos, @error, @error_msg, @event_p"
     "arsed := parseTimestamp(\"yyyy\", x, \"@timestamp\", none, \"@timezone\", @tim"
     "ezone, true, true); t, @timezone, t.nanos, @error, @error_msg, @event_parsed :"
     "= parseTimestamp(none, x, \"t\", none, \"@timezone\", @timezone, true, true)\n"
     "    scan fields=[]\n"},
    {"array:contains(\"a[]\", value=\"x\") | array:length(\"a[]\")",
     "sort by @timestamp desc, ordinal desc\n"
     "  extend _length := array:length(\"a[]\")\n"
     "    filter array:contains(\"a[]\", \"x\")\n"
     "      scan fields=[]\n"},
    {"\"a\\\"b\" | x=\"C:\\Windows\\*\" | x=/a\\/b/",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter cql_regex_match(x, \"a/b\", \"\")\n"
     "    filter cql_equals_glob(x, \"C:\\\\Windows\\\\*\")\n"
     "      filter text search 0\n"
     "        scan fields=[] searches=[cql_contains_glob(\"\", \"a\\\"b\")]\n"},
    {"a match { \"x\" => b := 1 } | c := 2", "sort by @timestamp desc, ordinal desc\n"
                                             "  extend c := 2\n"
                                             "    branch\n"
                                             "      clause:\n"
                                             "        extend b := 1\n"
                                             "          filter cql_equals_glob(a, \"x\")\n"
                                             "            input\n"
                                             "      scan fields=[]\n"},
    {"time:hour(@timestamp, timezone=\"UTC\") | crypto:md5([a,b]) | shannonEntropy(x"
     ")",
     "sort by @timestamp desc, ordinal desc\n"
     "  extend _hour := time:hour(@timestamp, \"UTC\", @timezone); _md5 := crypto:md"
     "5(a, b); _shannonentropy := shannonEntropy(x)\n"
     "    scan fields=[]\n"},
    {"linReg(x=a, y=b) | counterAsRate(f)",
     "aggregate\n"
     "  _rate = counterAsRate(f, @timestamp)\n"
     "  aggregate\n"
     "    _slope, _intercept, _r2, _n = linReg(a, b, \"_\")\n"
     "    scan fields=[]\n"},
    {"percentage({status=5* | in(x,values=[1])}, as=err)",
     "aggregate\n"
     "  err = percentage(\"\\x01h:0\")\n"
     "  extend \"\\x01h:0\" := and(true, cql_equals_glob(status, \"5*\"), in(x, [\"1"
     "\"], false))\n"
     "    scan fields=[]\n"},
    {"getField(\"a-b\") | x := array:get(\"a[]\", 2)",
     "sort by @timestamp desc, ordinal desc\n"
     "  extend _getField := a-b; x := a[2]\n"
     "    scan fields=[]\n"
     "note 23: array:get() is read as name[index]\n"},
    {"wildcard(field=x, pattern=?p)", "sort by @timestamp desc, ordinal desc\n"
                                      "  filter wildcard(\"*\", false, false, x)\n"
                                      "    scan fields=[]\n"
                                      "note 26: the parameter ?p has no value; it is read as *\n"},
    {"wildcard(pattern=\"foo\", ignoreCase=true) or x=1",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter or(text search 0, cql_equals_glob(x, \"1\"))\n"
     "    scan fields=[] searches=[wildcard(\"*foo*\", true, false, \"\")]\n"},
    {"tail(5) | tail(2)", "top_n 2 by @timestamp desc, ordinal desc\n"
                          "  top_n 5 by @timestamp desc, ordinal desc\n"
                          "    scan fields=[]\n"},
    {"groupBy(a) | tail(2) | head(1)", "top_n 1 by ordinal\n"
                                       "  sort by ordinal desc\n"
                                       "    top_n 2 by ordinal desc\n"
                                       "      aggregate by a limit 20000\n"
                                       "        _count = count(none, false)\n"
                                       "        scan fields=[]\n"},
    {"table([a], sortby=b, order=asc, limit=5)", "project a\n"
                                                 "  sort 5 by b asc, ordinal\n"
                                                 "    scan fields=[]\n"},
    {"sort([a,b], order=[asc,desc], type=[string,number], limit=max)",
     "sort 200000 by a asc as text, b desc, ordinal\n"
     "  scan fields=[]\n"},
    {"collect(x) | selectLast([a,b]) | selectFromMax(a, include=[b])",
     "aggregate\n"
     "  b = selectFromMax(a, b)\n"
     "  aggregate\n"
     "    a, b = selectLast(@timestamp, a, b)\n"
     "    aggregate\n"
     "      x = collect(2000, true, \"\\n\", none, x)\n"
     "      scan fields=[]\n"},
    {"match(table=\"t.csv\", field=[a,b], column=[c,d], mode=cidr, nrows=max)",
     "table t.csv from file \"t.csv\"\n"
     "sort by @timestamp desc, ordinal desc\n"
     "  join inner t.csv on a = c, b = d\n"
     "    scan fields=[]\n"},
    {"join({a=1}, field=[x,y], key=[u,v], include=[w], max=3, prefix=\"p.\")",
     "table \"\\x01t:0\":\n"
     "  filter cql_equals_glob(a, \"1\")\n"
     "    scan fields=[]\n"
     "sort by @timestamp desc, ordinal desc\n"
     "  join inner \"\\x01t:0\" on x = u, y = v\n"
     "    scan fields=[]\n"
     "note 0: included fields are renamed; LogScale has no such parameter in join()"
     "\n"},
    {"f match { true => x:=1 }", "sort by @timestamp desc, ordinal desc\n"
                                 "  branch\n"
                                 "    clause:\n"
                                 "      extend x := 1\n"
                                 "        input\n"
                                 "    scan fields=[]\n"},
    {"f match { \"*\" => a=1; ** => b=2 }", "sort by @timestamp desc, ordinal desc\n"
                                            "  branch\n"
                                            "    clause:\n"
                                            "      filter cql_equals_glob(a, \"1\")\n"
                                            "        filter cql_exists(f)\n"
                                            "          input\n"
                                            "    clause:\n"
                                            "      filter cql_equals_glob(b, \"2\")\n"
                                            "        filter cql_exists(f)\n"
                                            "          input\n"
                                            "    scan fields=[]\n"},
    {"groupBy([a], function=[])", "aggregate by a limit 20000\n"
                                  "  scan fields=[]\n"},
    {"x := test(a==b)", "sort by @timestamp desc, ordinal desc\n"
                        "  extend x := test(cql_eq(a, b))\n"
                        "    scan fields=[]\n"},
    {"!cidr(ip, subnet=[\"10.0.0.0/8\"])", "sort by @timestamp desc, ordinal desc\n"
                                           "  filter not(cidr(ip, [\"10.0.0.0/8\"], false))\n"
                                           "    scan fields=[]\n"},
    {"timeChart() ", "sort by _bucket asc, ordinal\n"
                     "  series _bucket span 0 ms\n"
                     "    aggregate by _bucket\n"
                     "      _count = count(none, false)\n"
                     "      extend _bucket := time_bucket(@timestamp)\n"
                     "        scan fields=[]\n"},
    {"bucket(span=1d, timezone=\"+02:00\", function=[count(), max(x)])",
     "sort by _bucket asc, ordinal\n"
     "  series _bucket span 86400000 ms\n"
     "    aggregate by _bucket\n"
     "      _count = count(none, false)\n"
     "      _max = max(x)\n"
     "      extend _bucket := time_bucket(@timestamp, 86400000, \"+02:00\")\n"
     "        scan fields=[]\n"},
    {"a=1 b=2 or c=3 \"free\" | not d",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter not(text search 1)\n"
     "    filter and(cql_equals_glob(a, \"1\"), or(cql_equals_glob(b, \"2\"), cql_eq"
     "uals_glob(c, \"3\")), text search 0)\n"
     "      scan fields=[] searches=[cql_contains_glob(\"\", \"free\"), cql_contains"
     "_glob(\"\", \"d\")]\n"},
    {"f=?{p=abc*} g=?p",
     "sort by @timestamp desc, ordinal desc\n"
     "  filter and(cql_equals_glob(f, \"abc*\"), cql_equals_glob(g, \"abc*\"))\n"
     "    scan fields=[]\n"},
    {"regex(\"x\", repeat=true) | regex(\"(?<y>z)\", repeat=true, field=f)",
     "sort by @timestamp desc, ordinal desc\n"
     "  unnest y := regex_repeat(\"(?<y>z)\", f, \"m\", true, true, 100)\n"
     "    unnest regex_repeat(\"x\", @rawstring, \"m\", true, true, 100)\n"
     "      scan fields=[]\n"},
    {"f=/(?<y>z)/g", "sort by @timestamp desc, ordinal desc\n"
                     "  unnest y := regex_repeat(\"(?<y>z)\", f, \"g\", true, true, 100)\n"
                     "    scan fields=[]\n"},
    {"eval(x=a+1)", "sort by @timestamp desc, ordinal desc\n"
                    "  extend x := num_add(a, 1)\n"
                    "    scan fields=[]\n"},
    {"stats()", "aggregate\n"
                "  _count = count(none, false)\n"
                "  scan fields=[]\n"},
    {"top(x) | sort(x, order=asc)", "sort 200 by x asc, ordinal\n"
                                    "  sort 10 by _count desc, ordinal\n"
                                    "    aggregate by x\n"
                                    "      _count = count(none, false)\n"
                                    "      scan fields=[]\n"},
    {"worldMap(ip=src)",
     "project geohash, lat, lon, magnitude\n"
     "  aggregate by geohash\n"
     "    lat = avg(src.lat)\n"
     "    lon = avg(src.lon)\n"
     "    magnitude = count(none, false)\n"
     "    extend src.country, src.city, src.state, src.lat, src.lon := ipLocation(sr"
     "c); geohash := geohash(src.lat, src.lon, 4)\n"
     "      scan fields=[]\n"},
    {"worldMap(lat=a,lon=b,magnitude=sum(x),precision=2)",
     "project geohash, lat, lon, magnitude\n"
     "  aggregate by geohash\n"
     "    lat = avg(a)\n"
     "    lon = avg(b)\n"
     "    magnitude = sum(x)\n"
     "    extend geohash := geohash(a, b, 2)\n"
     "      scan fields=[]\n"},
    {"select([a]) | head(1)", "project drop \"\\x01time\"\n"
                              "  top_n 1 by \"\\x01time\" asc, ordinal\n"
                              "    project a, \"\\x01time\"\n"
                              "      extend \"\\x01time\" := @timestamp\n"
                              "        scan fields=[]\n"},
    {"select([a]) | drop(a) | tail(2) | select([a])",
     "project drop \"\\x01time\"\n"
     "  project a, \"\\x01time\"\n"
     "    top_n 2 by \"\\x01time\" desc, ordinal desc\n"
     "      project drop a\n"
     "        project a, \"\\x01time\"\n"
     "          extend \"\\x01time\" := @timestamp\n"
     "            scan fields=[]\n"},
    {"drop(@timestamp) | tail(1)", "project drop \"\\x01time\"\n"
                                   "  top_n 1 by \"\\x01time\" desc, ordinal desc\n"
                                   "    project drop @timestamp\n"
                                   "      extend \"\\x01time\" := @timestamp\n"
                                   "        scan fields=[]\n"},
    {"rename(@timestamp,as=t)|table([t])",
     "project t\n"
     "  top_n 200 by \"\\x01time\" desc, ordinal desc\n"
     "    project drop @timestamp\n"
     "      extend t := @timestamp; \"\\x01time\" := @timestamp\n"
     "        scan fields=[]\n"},
    {"case{a=1|select([a]);*}|head(3)", "project drop \"\\x01time\"\n"
                                        "  top_n 3 by \"\\x01time\" asc, ordinal\n"
                                        "    branch\n"
                                        "      clause:\n"
                                        "        project a, \"\\x01time\"\n"
                                        "          filter cql_equals_glob(a, \"1\")\n"
                                        "            input\n"
                                        "      clause:\n"
                                        "        input\n"
                                        "      extend \"\\x01time\" := @timestamp\n"
                                        "        scan fields=[]\n"},
    {"select([ts])|@timestamp:=ts", "sort by @timestamp desc, ordinal desc\n"
                                    "  extend @timestamp := ts\n"
                                    "    project ts\n"
                                    "      scan fields=[]\n"},
    {"select([a,b])|foo|head(1)",
     "project drop \"\\x01time\"\n"
     "  top_n 1 by \"\\x01time\" asc, ordinal\n"
     "    filter text search 0\n"
     "      project a, b, text search 0, \"\\x01time\"\n"
     "        extend \"\\x01time\" := @timestamp\n"
     "          scan fields=[] searches=[cql_contains_glob(\"\", \"foo\")]\n"},
};

int main(void)
{
    plan_cases_run(cases, ARRAY_LEN(cases));
    TAP_DONE();
}
