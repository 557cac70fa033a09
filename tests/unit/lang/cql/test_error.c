/* test_error.c - what is refused: the place, the message and the hint. */
#include "lang/cql/cql.h"
#include "lookup/lookup.h"
#include "tap.h"

static const struct {
    const char *query;
    bool strict;
    enum lanner_rc rc;
    uint32_t line, column, length;
    const char *text, *hint;
} cases[] = {
    {"error groupBy", false, LANNER_ERR_QUERY, 1, 7, 7,
     "expected '(' after the function name 'groupBy'",
     "a function is written with parentheses; as a search for the word, put it in qu"
     "otes"},
    {"gruopBy(x)", false, LANNER_ERR_QUERY, 1, 1, 7, "unknown function 'gruopBy'",
     "did you mean 'groupBy'"},
    {"{{x}}", false, LANNER_ERR_QUERY, 1, 1, 2,
     "expected a filter, found '{{': a template has to be filled in first", ""},
    {"a=\"abc", false, LANNER_ERR_QUERY, 1, 3, 4,
     "expected '\"' at the end of the quoted string, found the end of the query", ""},
    {"a = /abc", false, LANNER_ERR_QUERY, 1, 5, 4,
     "expected '/' at the end of the regular expression, found the end of the query", ""},
    {"/* abc", false, LANNER_ERR_QUERY, 1, 1, 2,
     "expected '*/' at the end of the comment, found the end of the query", ""},
    {"a=b)", false, LANNER_ERR_QUERY, 1, 4, 1, "expected '|' or the end of the query, found ')'",
     ""},
    {"a=b | count | x", false, LANNER_ERR_QUERY, 1, 7, 5,
     "expected '(' after the function name 'count'",
     "a function is written with parentheses; as a search for the word, put it in qu"
     "otes"},
    {"select foo from bar", false, LANNER_ERR_QUERY, 1, 1, 6,
     "expected '(' after the function name 'select'",
     "this looks like SQL, which CQL is not; as a search for the word write \"select"
     "\""},
    {"if (a=1) then b", false, LANNER_ERR_QUERY, 1, 10, 4,
     "expected the end of the stage after if(), found 'then'",
     "CQL has no if blocks; write case { condition | ... ; * | ... }"},
    {"a=1;b=2", false, LANNER_ERR_QUERY, 1, 4, 1, "expected '|' or the end of the query, found ';'",
     ""},
    {"AND", false, LANNER_ERR_QUERY, 1, 1, 3, "expected a filter, found 'AND'", ""},
    {"\"a=b\" | `x`", false, LANNER_ERR_QUERY, 1, 9, 1, "expected a filter, found '`'", ""},
    {"if (a=1) then b", false, LANNER_ERR_QUERY, 1, 10, 4,
     "expected the end of the stage after if(), found 'then'",
     "CQL has no if blocks; write case { condition | ... ; * | ... }"},
    {"a=1 | setTimeInterval(start=7d)", false, LANNER_ERR_QUERY, 1, 7, 25,
     "setTimeInterval() has to stand before all other stages", ""},
    {"case { groupBy(x); * }", false, LANNER_ERR_QUERY, 1, 8, 10,
     "groupBy() is an aggregate and cannot stand in case or match", ""},
    {"a=1 or groupBy(x)", false, LANNER_ERR_QUERY, 1, 8, 10,
     "groupBy() is no filter and cannot stand inside one",
     "put it in a stage of its own, with '|' before and after"},
    {"if(x, then=1) | count(bogus=1) | lower(x, y, z)", false, LANNER_ERR_QUERY, 1, 46, 1,
     "lower() does not take so many arguments", ""},
    {"lower()", false, LANNER_ERR_QUERY, 1, 1, 7, "lower() needs the parameter field", ""},
    {"sort(a, order=ascending) | sort(b, order=sideways)", false, LANNER_ERR_QUERY, 1, 42, 8,
     "expected asc or desc, found 'sideways'", ""},
    {"foo | count() | bar", false, LANNER_ERR_QUERY, 1, 17, 3,
     "free text cannot be searched after an aggregate",
     "name the field to be searched: field=*text*"},
    {"unknownfn(x)", false, LANNER_ERR_QUERY, 1, 1, 9, "unknown function 'unknownfn'", ""},
    {"correlate(a: {x=1})", false, LANNER_ERR_QUERY, 1, 1, 19,
     "correlate() needs two queries at least: Name: {...}", ""},
    {"worldMap(ip=x) | correlate()", false, LANNER_ERR_QUERY, 1, 18, 11,
     "correlate() cannot stand after an aggregate", ""},
    {"head(abc)", false, LANNER_ERR_QUERY, 1, 6, 3,
     "expected a whole number from 1 on or max, found 'abc'", ""},
    {"a := /x/", false, LANNER_ERR_QUERY, 1, 6, 3,
     "expected an expression, found a regular expression", ""},
    {"foo in(values=[\"x\"])", false, LANNER_ERR_QUERY, 1, 5, 16, "in() needs the parameter field",
     ""},
    {"$falcon/helper:enrich(field=X) | $\"a b\"() | $x", false, LANNER_ERR_QUERY, 1, 1, 30,
     "the saved query $falcon/helper:enrich is not known",
     "put the saved query's text in its place, or in a file <name>.cql in a folder given with "
     "--saved; --missing-data ignore passes events u"
     "nchanged"},
    {"correlate(A: {x=1 | a <=> B.b} include: [x, y], B: {y=2} include: *, within=1h"
     ", aggregation={count()})",
     false, LANNER_ERR_UNSUPPORTED, 1, 1, 102,
     "parameter aggregation of correlate() is not supported: what it does is not documented", ""},
    {"#repo=x | $saved()", false, LANNER_ERR_QUERY, 1, 11, 8, "the saved query $saved is not known",
     "put the saved query's text in its place, or in a file <name>.cql in a folder given with "
     "--saved; --missing-data ignore passes events u"
     "nchanged"},
    {"a=1\n| b=2\n| gruopBy(x)", false, LANNER_ERR_QUERY, 3, 3, 7, "unknown function 'gruopBy'",
     "did you mean 'groupBy'"},
    {"a=1\n|\n  b = ", false, LANNER_ERR_QUERY, 3, 7, 1,
     "expected a value, found the end of the query", ""},
    {"  \n\n  x := ", false, LANNER_ERR_QUERY, 3, 8, 1,
     "expected an expression, found the end of the query", ""},
    {"case {\n a=1 | b:=2 ;\n c=3 | = \n}", false, LANNER_ERR_QUERY, 3, 8, 1,
     "expected a filter, found '='", ""},
    {"(((", false, LANNER_ERR_QUERY, 1, 4, 1, "expected a filter, found the end of the query", ""},
    {"f in [\"a\"]", true, LANNER_ERR_QUERY, 1, 1, 10,
     "LogScale refuses this: 'in' after a field is read as a function; write in(f, v"
     "alues=[...])",
     ""},
    {"groupBy([a, b := lower(c)])", true, LANNER_ERR_QUERY, 1, 13, 13,
     "LogScale refuses this: a computed field in a list of fields; write it as a sta"
     "ge before: name := ...",
     ""},
    {"x := if(a==1, 2, 3)", true, LANNER_ERR_QUERY, 1, 15, 1,
     "LogScale refuses this: a further unnamed argument of if() is read as then; wri"
     "te then=...",
     "LogScale refuses 1 more: at 1:18"},
    {"a == 1", true, LANNER_ERR_QUERY, 1, 1, 6,
     "LogScale refuses this: a filter compares a field with a literal; this is read "
     "as test(a == 1)",
     ""},
    {"round(x, 2)", true, LANNER_ERR_QUERY, 1, 1, 11,
     "LogScale refuses this: round() to a number of decimals; LogScale rounds to an "
     "integer",
     ""},
    {"count() as n", true, LANNER_ERR_QUERY, 1, 8, 5,
     "LogScale refuses this: 'as' after a call; write count(..., as=n)", ""},
    {"a=1 | where b=2 | “x”", true, LANNER_ERR_QUERY, 1, 19, 7,
     "LogScale refuses this: typographic quotation marks are read as '\"'; write \"."
     "..\"",
     ""},
    {"case { a=1 | b:=2", true, LANNER_ERR_QUERY, 1, 17, 1,
     "LogScale refuses this: the '}' that ends case is missing at the end of the que"
     "ry",
     ""},
    {"lower(x, bogus=1)", true, LANNER_ERR_QUERY, 1, 10, 7,
     "LogScale refuses this: parameter bogus is not supported in function lower; it "
     "is passed over",
     ""},
    {"f =~ /x/", true, LANNER_ERR_QUERY, 1, 6, 3,
     "LogScale refuses this: '=~' with a regular expression is read as '='; write fi"
     "eld=/.../",
     ""},
    {"collect([a], as=b)", true, LANNER_ERR_QUERY, 1, 17, 1,
     "LogScale refuses this: collect() has no parameter as in LogScale; rename the f"
     "ield afterwards",
     ""},
    {"x := a == 1 and b == 2", true, LANNER_ERR_QUERY, 1, 13, 3,
     "LogScale refuses this: 'and' in an expression; LogScale has no logical operato"
     "rs there",
     ""},
    {"now() | a=1 groupBy(b)", true, LANNER_ERR_QUERY, 1, 13, 1,
     "LogScale refuses this: a '|' is missing here; write it between stages", ""},
    {"timeBucket(span=1h)", true, LANNER_ERR_QUERY, 1, 1, 19,
     "LogScale refuses this: timeBucket() is an extension: the time floored to the s"
     "pan; LogScale has bucket() and timeChart()",
     ""},
};

int main(void)
{
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena a;
        struct fn_env env = {.now_ns = INT64_C(1772460000) * NS_PER_S,
                             .from_ns = TIME_NONE,
                             .to_ns = TIME_NONE,
                             .zone = zone_utc(),
                             .zone_name = STR("UTC"),
                             .strict = cases[i].strict};
        struct front_options options = {.strict = cases[i].strict};
        struct lanner_err err = {0};
        struct plan *plan = NULL;

        arena_init(&a, 0);
        env.arena = &a;
        printf("# %s\n", cases[i].query);
        OK_INT(cql_plan(str_z(cases[i].query), &options, &env, &a, &plan, &err), cases[i].rc);
        OK(plan == NULL);
        err_locate(&err, cases[i].query, strlen(cases[i].query));
        OK_INT(err.line, cases[i].line);
        OK_INT(err.column, cases[i].column);
        OK_INT(err.length, cases[i].length);
        OK_STR(str_z(err.text), cases[i].text);
        OK_STR(str_z(err.hint), cases[i].hint);
        arena_done(&a);
    }
    TAP_DONE();
}
