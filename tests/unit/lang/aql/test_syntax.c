/* test_syntax.c - what is no AQL: the place, the message and the hint; and hostile queries, which
 * end in an answer or an error at once. */
#include <stdlib.h>
#include <time.h>

#include "lang/aql/parse.h"
#include "tap.h"
#include "util/buf.h"

static const struct {
    const char *query;
    enum lanner_rc rc;
    const char *error; /* line:column+length text | hint */
} cases[] = {
    {"SELECT a FROM events ; SELECT b FROM events", LANNER_ERR_QUERY,
     "1:1+20 the result of this query goes nowhere: another one follows | keep its result with "
     "INTO name after its source, or run the queries one by one"},
    {"SELECT", LANNER_ERR_QUERY, "1:7+1 expected an expression, found the end of the query"},
    {"FROM events", LANNER_ERR_QUERY, "1:1+4 expected SELECT, found 'FROM'"},
    {"SELEC a FROM events", LANNER_ERR_QUERY,
     "1:1+5 expected SELECT, found 'SELEC' | did you mean 'SELECT'"},
    {"SELECT a", LANNER_ERR_QUERY, "1:9+1 expected ',' or FROM, found the end of the query"},
    {"SELECT a FROM", LANNER_ERR_QUERY,
     "1:14+1 expected events, flows, the name of a result or a query in parentheses, found the end "
     "of the query"},
    {"SELECT a FORM events", LANNER_ERR_QUERY,
     "1:10+4 expected ',' or FROM, found 'FORM' | did you mean 'FROM'"},
    {"SELECT * FORM events", LANNER_ERR_QUERY,
     "1:10+4 expected ',' or FROM, found 'FORM' | did you mean 'FROM'"},
    {"SELECT a b c FROM events", LANNER_ERR_QUERY, "1:10+1 expected ',' or FROM, found 'b'"},
    {"SELECT a, FROM events", LANNER_ERR_QUERY, "1:11+4 expected an expression, found 'FROM'"},
    {"SELECT a FROM events WHRE x = 1", LANNER_ERR_QUERY,
     "1:22+4 expected another clause or the end of the query, found 'WHRE' | did you mean 'WHERE'"},
    {"SELECT a FROM events WHERE", LANNER_ERR_QUERY,
     "1:27+1 expected an expression, found the end of the query"},
    {"SELECT a FROM events WHERE x =", LANNER_ERR_QUERY,
     "1:31+1 expected an expression, found the end of the query"},
    {"SELECT a FROM events WHERE x = 1 GROUPBY y", LANNER_ERR_QUERY,
     "1:34+7 expected AND, OR, another clause or the end of the query, found 'GROUPBY' | did you "
     "mean 'GROUP BY' or 'GROUP'"},
    {"SELECT a FROM events GROUP y", LANNER_ERR_QUERY,
     "1:22+5 expected another clause or the end of the query, found 'GROUP' | write GROUP BY"},
    {"SELECT a FROM events ODER BY y", LANNER_ERR_QUERY,
     "1:22+4 expected another clause or the end of the query, found 'ODER' | did you mean 'ORDER'"},
    {"SELECT a FROM events WHERE x = 1 WHERE y = 2", LANNER_ERR_QUERY, "1:34+5 a second WHERE"},
    {"SELECT a FROM events LIMIT 1 LIMIT 2", LANNER_ERR_QUERY, "1:30+5 a second LIMIT"},
    {"SELECT a FROM events LIMIT x", LANNER_ERR_QUERY,
     "1:28+1 expected a whole number after LIMIT, found 'x'"},
    {"SELECT a FROM events LIMIT 5, 10", LANNER_ERR_QUERY,
     "1:29+1 expected the end of the query or another clause, found ',' | AQL has no offset: write "
     "LIMIT n"},
    {"SELECT a FROM events LIMIT 5 OFFSET 10", LANNER_ERR_QUERY,
     "1:30+6 expected another clause or the end of the query, found 'OFFSET' | AQL has no OFFSET"},
    {"SELECT a FROM events LIMIT -1", LANNER_ERR_QUERY,
     "1:28+1 expected a whole number after LIMIT, found '-'"},
    {"SELECT a FROM events LAST 24", LANNER_ERR_QUERY,
     "1:29+1 expected a unit of time (SECONDS, MINUTES, HOURS, DAYS), found the end of the query"},
    {"SELECT a FROM events LAST HOURS", LANNER_ERR_QUERY,
     "1:27+5 expected a whole number and a unit of time, found 'HOURS'"},
    {"SELECT a FROM events LAST 24 FORTNIGHTS", LANNER_ERR_QUERY,
     "1:30+10 expected a unit of time (SECONDS, MINUTES, HOURS, DAYS), found 'FORTNIGHTS'"},
    {"SELECT a FROM events LAST 1.5 HOURS", LANNER_ERR_QUERY,
     "1:27+3 expected a whole number and a unit of time, found '1'"},
    {"SELECT a FROM events LAST 9223372036854775807 DAYS", LANNER_ERR_QUERY,
     "1:27+24 the span of time is too long"},
    {"SELECT a FROM events WHERE a = 1 OR LAST 24 HOURS", LANNER_ERR_QUERY,
     "1:37+13 a time clause inside OR, NOT or another expression | it restricts the whole query: "
     "put it at the end, or before AND at the top of WHERE"},
    {"SELECT a FROM events WHERE NOT (LAST 24 HOURS)", LANNER_ERR_QUERY,
     "1:32+15 a time clause inside OR, NOT or another expression | it restricts the whole query: "
     "put it at the end, or before AND at the top of WHERE"},
    {"SELECT a FROM events WHERE a = 1 AND LAST 24 HOURS LAST 2 DAYS", LANNER_ERR_QUERY,
     "1:52+11 a second time clause | a query has one LAST, START or TIMES clause"},
    {"SELECT a FROM events WHERE LAST 24 HOURS AND LAST 2 DAYS", LANNER_ERR_QUERY,
     "1:46+11 a second time clause | a query has one LAST, START or TIMES clause"},
    {"SELECT a FROM events WHERE f(LAST 24 HOURS) = 1", LANNER_ERR_QUERY,
     "1:30+13 a time clause inside OR, NOT or another expression | it restricts the whole query: "
     "put it at the end, or before AND at the top of WHERE"},
    {"SELECT a FROM events WHERE x = LAST 24 HOURS", LANNER_ERR_QUERY,
     "1:32+4 a time clause cannot be part of an expression | put it at the end of the query"},
    {"SELECT LAST 24 HOURS FROM events", LANNER_ERR_QUERY,
     "1:8+13 a time clause can only stand at the top of WHERE or at the end of the query | put it "
     "at the end of the query"},
    {"SELECT a FROM events WHERE a = 1 LAST 24 HOURS AND b = 2", LANNER_ERR_QUERY,
     "1:48+3 expected another clause or the end of the query, found 'AND' | a clause ends the "
     "condition: put LAST or START at the end of the query"},
    {"SELECT a FROM events STOP '2024-01-01 00:00'", LANNER_ERR_QUERY,
     "1:22+4 expected another clause or the end of the query, found 'STOP' | STOP stands behind "
     "START: START '...' STOP '...'"},
    {"SELECT a FROM events START", LANNER_ERR_QUERY,
     "1:27+1 expected a time after START, such as '2024-01-31 14:00', found the end of the query"},
    {"SELECT a FROM events WHERE a = 'x", LANNER_ERR_QUERY,
     "1:32+2 expected ' at the end of the text, found the end of the query | a ' inside is written "
     "twice: ''"},
    {"SELECT a FROM events WHERE \"a = 1", LANNER_ERR_QUERY,
     "1:28+6 expected \" at the end of the name, found the end of the query | a \" inside is "
     "written twice: \"\""},
    {"SELECT a /* x FROM events", LANNER_ERR_QUERY,
     "1:10+2 expected '*/' at the end of the comment, found the end of the query"},
    {"SELECT a FROM events WHERE a = \xE2"
     "\x80"
     "\x98"
     "x\xE2"
     "\x80"
     "\x99"
     "",
     LANNER_ERR_QUERY,
     "1:32+3 '\xE2"
     "\x80"
     "\x98"
     "' has no meaning in AQL outside of quotes | typographic quotes: write 'text'"},
    {"SELECT a FROM events WHERE `a` = 1", LANNER_ERR_QUERY,
     "1:28+1 '`' has no meaning in AQL outside of quotes | names that are no plain words are "
     "written \"name\""},
    {"SELECT a FROM events WHERE [a] = 1", LANNER_ERR_QUERY,
     "1:28+1 '[' has no meaning in AQL outside of quotes | names that are no plain words are "
     "written \"name\""},
    {"SELECT a FROM events WHERE a = {unknown}", LANNER_ERR_QUERY,
     "1:32+9 '{unknown}' is a placeholder that a dashboard fills in; it has no value here | put "
     "the value in its place, or give it with --param unknown=VALUE"},
    {"SELECT a FROM events WHERE a = :missing", LANNER_ERR_QUERY,
     "1:32+8 ':missing' is a placeholder that a dashboard fills in; it has no value here | put the "
     "value in its place, or give it with --param missing=VALUE"},
    {"SELECT a FROM events {SYSTEM:timerange}", LANNER_ERR_QUERY,
     "1:22+18 '{SYSTEM:timerange}' is a placeholder that a dashboard fills in; it has no value "
     "here | put the value in its place, or give it with --param SYSTEM:timerange=VALUE"},
    {"SELECT a FROM events WHERE a = 10.0.0.1", LANNER_ERR_QUERY,
     "1:36+1 expected the end of the number, found '.' | an address is written in quotes: "
     "'10.0.0.1'"},
    {"SELECT a FROM events WHERE a = 0xffffffffffffffffff", LANNER_ERR_QUERY,
     "1:32+20 the number does not fit 64 bits"},
    {"SELECT a FROM events WHERE a && b", LANNER_ERR_QUERY,
     "1:30+1 '&' has no meaning in AQL outside of quotes | write AND"},
    {"SELECT a FROM events WHERE a = 1 = 2", LANNER_ERR_QUERY,
     "1:34+1 expected AND, OR or the end of the condition, found '=' | comparisons do not chain: "
     "join two with AND, or put one in parentheses"},
    {"SELECT a FROM events WHERE a < b < c", LANNER_ERR_QUERY,
     "1:34+1 expected AND, OR or the end of the condition, found '<' | comparisons do not chain: "
     "join two with AND, or put one in parentheses"},
    {"SELECT a FROM events WHERE a IN 'a','b'", LANNER_ERR_QUERY,
     "1:36+1 expected AND, OR, another clause or the end of the query, found ',' | the values of "
     "IN stand in parentheses: IN ('a', 'b')"},
    {"SELECT a FROM events WHERE a IN ('a' OR 'b')", LANNER_ERR_QUERY,
     "1:38+2 expected ',' or ')' in the list of IN, found 'OR' | the values of IN are divided by "
     "commas: IN ('a', 'b')"},
    {"SELECT a FROM events WHERE a IN ()", LANNER_ERR_QUERY,
     "1:34+1 expected an expression, found ')'"},
    {"SELECT a FROM events WHERE a IN x", LANNER_ERR_QUERY,
     "1:33+1 expected '(' after IN, found 'x'"},
    {"SELECT a FROM events WHERE a LIKE ('x','y')", LANNER_ERR_QUERY,
     "1:39+1 expected ')', found ',' | a list stands after IN; several patterns are LIKE "
     "ENUMERATION('a', 'b')"},
    {"SELECT a FROM events WHERE a IS TRUE", LANNER_ERR_QUERY,
     "1:33+4 expected NULL after IS, found 'TRUE' | write = true or = false"},
    {"SELECT a FROM events WHERE a NOT NULL", LANNER_ERR_QUERY,
     "1:30+3 expected AND, OR or an operator (NOT stands before a condition, or before LIKE, "
     "MATCHES, IN, BETWEEN), found 'NOT'"},
    {"SELECT a FROM events WHERE a BETWEEN 1 OR 2", LANNER_ERR_QUERY,
     "1:40+2 expected AND and the upper bound of BETWEEN, found 'OR'"},
    {"SELECT a FROM events WHERE (a = 1", LANNER_ERR_QUERY,
     "1:34+1 expected ')', found the end of the query"},
    {"SELECT a FROM events WHERE a = 1)", LANNER_ERR_QUERY,
     "1:33+1 expected another clause or the end of the query, found ')'"},
    {"SELECT COUNT(* FROM events", LANNER_ERR_QUERY,
     "1:16+4 expected ',' or ')' after the argument, found 'FROM'"},
    {"SELECT COUNT(a b) FROM events", LANNER_ERR_QUERY,
     "1:16+1 expected ',' or ')' after the argument, found 'b'"},
    {"SELECT CASE WHEN a = 1 THEN 2 FROM events", LANNER_ERR_QUERY,
     "1:31+4 expected END of CASE, WHEN or ELSE, found 'FROM'"},
    {"SELECT CASE a THEN 2 END FROM events", LANNER_ERR_QUERY,
     "1:15+4 expected WHEN in CASE, found 'THEN'"},
    {"SELECT IF a = 1 THEN 2 FROM events", LANNER_ERR_QUERY,
     "1:24+4 expected ELSE in IF ... THEN ... ELSE, found 'FROM'"},
    {"SELECT AVG(COUNT(*)) OVER (PARTITION BY a) FROM events", LANNER_ERR_UNSUPPORTED,
     "1:22+4 window functions are not supported"},
    {"SELECT ROW_NUMBER() OVER (ORDER BY a) rn FROM events", LANNER_ERR_UNSUPPORTED,
     "1:21+4 window functions are not supported"},
    {"SELECT a FROM events WHERE INOFFENSE(SELECT id FROM x)", LANNER_ERR_UNSUPPORTED,
     "1:38+6 a query cannot be an argument of INOFFENSE() | a query in parentheses may stand after "
     "FROM, IN and EXISTS"},
    {"SELECT a FROM events WHERE a = (SELECT b FROM events)", LANNER_ERR_UNSUPPORTED,
     "1:32+1 a query as a value is not supported | a query in parentheses may stand after FROM, IN "
     "and EXISTS"},
    {"SELECT a INTO REFERENCE SET 's' FROM events", LANNER_ERR_QUERY,
     "1:10+4 expected ',' or FROM, found 'INTO' | INTO stands directly after the source: SELECT "
     "... FROM events INTO name"},
    {"SELECT a FROM events INTO REFERENCE SET 's'", LANNER_ERR_UNSUPPORTED,
     "1:27+9 a query cannot write into a reference set"},
    {"SELECT a FROM events ORDER BY a NULLS LAST", LANNER_ERR_UNSUPPORTED,
     "1:33+5 NULLS FIRST and NULLS LAST are not supported: NULL is the lowest value"},
    {"SELECT a FROM events ORDER BY a COLLATE", LANNER_ERR_QUERY,
     "1:40+1 expected a language in quotes after COLLATE, such as 'de-CH', found the end of the "
     "query"},
    {"SELECT a FROM events e, flows f WHERE e.x = f.x", LANNER_ERR_QUERY,
     "1:23+1 expected WHERE, another clause or the end of the query, found ',' | AQL reads one "
     "source; two are brought together with JOIN ... ON"},
    {"SELECT a FROM events JOIN flows USING (x)", LANNER_ERR_QUERY,
     "1:33+5 expected ON and a condition, found 'USING' | write ON a.field = b.field"},
    {"SELECT a FROM events RIGHT JOIN flows ON a = b", LANNER_ERR_UNSUPPORTED,
     "1:22+5 RIGHT JOIN is not supported | JOIN ... ON and LEFT JOIN ... ON are"},
    {"SELECT a FROM events JOIN flows WHERE a = 1", LANNER_ERR_QUERY,
     "1:33+5 expected ON and a condition after the joined table, found 'WHERE'"},
    {"SELECT a FROM events UNION flows", LANNER_ERR_QUERY,
     "1:28+5 expected SELECT after UNION, found 'flows'"},
    {"SELECT a FROM events EXCEPT SELECT b FROM events", LANNER_ERR_UNSUPPORTED,
     "1:22+6 EXCEPT is not supported"},
    {"WITH RECURSIVE x AS (SELECT a FROM events) SELECT b FROM x", LANNER_ERR_UNSUPPORTED,
     "1:6+9 WITH RECURSIVE is not supported"},
    {"WITH x (SELECT a FROM events) SELECT b FROM x", LANNER_ERR_QUERY,
     "1:8+1 expected AS after the name, found '('"},
    {"SELECT TOP 10 a FROM events", LANNER_ERR_QUERY,
     "1:8+3 expected a column, found 'TOP' | AQL has no TOP: write LIMIT 10 at the end"},
    {"SELECT a FROM events PARAMETERS x", LANNER_ERR_QUERY,
     "1:34+1 expected '=' after the parameter's name, found the end of the query"},
    {"SELECT a FROM events PARAMETERS x=1+2", LANNER_ERR_QUERY,
     "1:35+3 expected a number, a text, a name or a function as the value of parameter x"},
    {"SELECT a FROM events SESSION BY starttime username BEGIN a = 1", LANNER_ERR_QUERY,
     "1:63+1 expected END and a condition in SESSION BY, found the end of the query"},
    {"SELECT a FROM events SESSION BY starttime BEGIN a = 1 END b = 2", LANNER_ERR_QUERY,
     "1:43+5 expected an expression, found 'BEGIN' | a field of that name is written in quotes: "
     "\"BEGIN\""},
    {"SELECT CAST(a LONG) FROM events", LANNER_ERR_QUERY,
     "1:15+4 expected AS and a type in CAST, found 'LONG'"},
    {"SELECT CAST(a AS 'LONG') FROM events", LANNER_ERR_QUERY,
     "1:18+6 expected a type in CAST, such as STRING, LONG, DOUBLE, BOOLEAN or IP, found a text in "
     "quotes"},
    {"SELECT a FROM events WHERE a ? b", LANNER_ERR_QUERY,
     "1:30+1 '?' has no meaning in AQL outside of quotes"},
    {"SELECT a FROM events WHERE a = 1 AND", LANNER_ERR_QUERY,
     "1:37+1 expected an expression, found the end of the query"},
    {"SELECT a FROM events WHERE AND a = 1", LANNER_ERR_QUERY,
     "1:28+3 expected an expression, found 'AND' | a field of that name is written in quotes: "
     "\"AND\""},
    {"SELECT a AS FROM events", LANNER_ERR_QUERY, "1:13+4 expected a name after AS, found 'FROM'"},
    {"DELETE FROM events", LANNER_ERR_QUERY,
     "1:1+6 expected SELECT, found 'DELETE' | did you mean 'SELECT'"},
    {"SELECT a FROM events WHERE x LIKE", LANNER_ERR_QUERY,
     "1:34+1 expected an expression, found the end of the query"},
    {"SELECT LIST(x ORDER BY y) FROM events", LANNER_ERR_UNSUPPORTED,
     "1:15+5 ORDER BY inside a function is not supported"},
    {"SELECT a FROM events WHERE select = 1", LANNER_ERR_QUERY,
     "1:28+6 expected an expression, found 'select'"},
    {"SELECT a FROM events WHERE desc = 'x'", LANNER_ERR_QUERY,
     "1:28+4 expected an expression, found 'desc' | a field of that name is written in quotes: "
     "\"desc\""},
    {"(SELECT a FROM events) WHERE a = 1", LANNER_ERR_QUERY,
     "1:24+11 only ORDER BY and LIMIT can follow queries in parentheses | put the other clauses "
     "inside the parentheses"},
    {"SELECT a FROM events WHERE a.  = 1", LANNER_ERR_QUERY,
     "1:32+1 expected a field's name after '.', found '='"},
    {"SELECT a FROM events WHERE a = 1 ; ; SELECT b FROM events", LANNER_ERR_QUERY,
     "1:1+32 the result of this query goes nowhere: another one follows | keep its result with "
     "INTO name after its source, or run the queries one by one"},
    {"SELECT a FROM events WHERE a NOT = 1", LANNER_ERR_QUERY,
     "1:30+3 expected AND, OR or an operator (NOT stands before a condition, or before LIKE, "
     "MATCHES, IN, BETWEEN), found 'NOT'"},
    {"SELECT GEO:LOOKUP(a) FROM events", LANNER_ERR_QUERY,
     "1:11+7 ':LOOKUP' is a placeholder that a dashboard fills in; it has no value here | put the "
     "value in its place, or give it with --param LOOKUP=VALUE"},
    {"SELECT a FROM events WHERE x IN REFERENCE_SET(s)", LANNER_ERR_QUERY,
     "1:47+1 expected the name of a reference set in quotes, found 's'"},
    {"SELECT a FROM events WHERE LIMIT = 1", LANNER_ERR_QUERY,
     "1:28+5 expected an expression, found 'LIMIT' | a field of that name is written in quotes: "
     "\"LIMIT\""},
    {"SELECT a FROM events STOP 'x'", LANNER_ERR_QUERY,
     "1:22+4 expected another clause or the end of the query, found 'STOP' | STOP stands behind "
     "START: START '...' STOP '...'"},
    {"SELECT a FROM events START", LANNER_ERR_QUERY,
     "1:27+1 expected a time after START, such as '2024-01-31 14:00', found the end of the query"},
    {"SELECT a FROM events ODER BY x", LANNER_ERR_QUERY,
     "1:22+4 expected another clause or the end of the query, found 'ODER' | did you mean 'ORDER'"},
    {"SELECT a FROM events WHERE a LIKE ('x','y')", LANNER_ERR_QUERY,
     "1:39+1 expected ')', found ',' | a list stands after IN; several patterns are LIKE "
     "ENUMERATION('a', 'b')"},
    {"SELECT a FROM events START 2024-01-01", LANNER_ERR_QUERY,
     "1:32+1 expected STOP, another clause or the end of the query, found '-' | a time is written "
     "in quotes: '2024-01-31 14:00'"},
    {"SELECT a FROM events foo bar", LANNER_ERR_QUERY,
     "1:22+3 expected another clause or the end of the query, found 'foo' | did you mean 'FROM'"},
    {"SELECT a FROM events WHERE a 'x'", LANNER_ERR_QUERY,
     "1:30+3 expected AND, OR, another clause or the end of the query, found a text in quotes"},
    {"SELECT a FROM events WHERE a = 1 STOP", LANNER_ERR_QUERY,
     "1:34+4 expected AND, OR, another clause or the end of the query, found 'STOP' | STOP stands "
     "behind START: START '...' STOP '...'"},
    {"SELECT a FROM (events)", LANNER_ERR_QUERY, "1:16+6 expected SELECT, found 'events'"},
    {"SELECT a FROM events WHERE SEARCH TEXT 'x'", LANNER_ERR_QUERY,
     "1:35+4 expected AND, OR, another clause or the end of the query, found 'TEXT'"},
    {"SELECT a FROM events HAVING NOT (LAST 2 HOURS)", LANNER_ERR_QUERY,
     "1:33+14 a time clause inside OR, NOT or another expression | it restricts the whole query: "
     "put it at the end, or before AND at the top of WHERE"},
};

/* A plan for the notes, and the parameters that some queries use. */
static enum lanner_rc parse(struct arena *a, struct str text, struct plan **plan,
                            struct aql_text *out, struct lanner_err *err)
{
    static const struct front_param params[] = {{STR_INIT("user"), STR_INIT("bob's")},
                                                {STR_INIT("n"), STR_INIT("42")}};
    static const struct front_options options = {.params = params, .n_params = 2};
    struct aql_parse p = {.arena = a, .options = &options};

    arena_init(a, 0);
    p.plan = *plan = plan_new(a, LANG_AQL);
    return aql_parse(&p, text, out, err);
}

static void test_case(size_t i)
{
    struct str text = str_z(cases[i].query);
    struct lanner_err err = {0};
    struct aql_text out = {0};
    struct buf got = {0};
    struct plan *plan;
    struct arena a;

    OK_INT(parse(&a, text, &plan, &out, &err), cases[i].rc);
    err_locate(&err, text.ptr, text.len);
    buf_printf(&got, "%u:%u+%u %s", err.line, err.column, err.length, err.text);
    if (err.hint[0] != '\0')
        buf_printf(&got, " | %s", err.hint);
    OK_STR(buf_str(&got), cases[i].error);
    buf_done(&got);
    plan_done(plan);
    arena_done(&a);
}

/* The lexer bisects them. */
static void test_words(void)
{
    for (unsigned w = W_NONE + 2; w < W_COUNT_; w++)
        OK(str_cmp_nocase(str_z(aql_word_text((enum aql_word)w - 1)),
                          str_z(aql_word_text((enum aql_word)w))) < 0);
}

/* `head`, n times `part`, `tail`. */
static void test_hostile(const char *head, const char *part, size_t n, const char *tail,
                         enum lanner_rc want)
{
    const char *slow = getenv("LANNER_TEST_SLOW");
    struct lanner_err err = {0};
    struct aql_text out = {0};
    struct buf text = {0};
    struct plan *plan;
    struct arena a;
    clock_t start;

    buf_puts(&text, head);
    for (size_t i = 0; i < n; i++)
        buf_puts(&text, part);
    buf_puts(&text, tail);
    start = clock();
    OK_INT(parse(&a, buf_str(&text), &plan, &out, &err), want);
    OK(clock() - start < CLOCKS_PER_SEC * (slow != NULL ? 10 : 1));
    plan_done(plan);
    arena_done(&a);
    buf_done(&text);
}

#define WHERE "SELECT a FROM events WHERE "

int main(void)
{
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        test_case(i);
    test_words();
    test_hostile(WHERE "a = 0", " OR a = 1", 100000, "", LANNER_OK);
    test_hostile(WHERE "a = 0", " AND LOWER(x) LIKE '%abc%'", 40000, "", LANNER_OK);
    test_hostile(WHERE, "(", 10000, "a", LANNER_ERR_LIMIT);
    test_hostile(WHERE, "NOT ", 100000, "a", LANNER_ERR_LIMIT);
    test_hostile(WHERE, "- ", 100000, "a", LANNER_ERR_LIMIT);
    test_hostile(WHERE, "a^", 100000, "a", LANNER_ERR_LIMIT);
    test_hostile(WHERE, "a+", 100000, "a", LANNER_ERR_LIMIT);
    test_hostile(WHERE, "CASE WHEN ", 100000, "a", LANNER_ERR_LIMIT);
    test_hostile(WHERE, "a IN (SELECT b FROM events WHERE ", 10000, "a", LANNER_ERR_LIMIT);
    test_hostile("", "SELECT a FROM (", 50000, "", LANNER_ERR_LIMIT);
    test_hostile(WHERE "a IN (0", ",'abc'", 100000, ")", LANNER_OK);
    test_hostile("SELECT a FROM events", " UNION SELECT b FROM flows", 20000, "", LANNER_OK);
    test_hostile("SELECT a FROM events", "/**/", 250000, "", LANNER_OK);
    test_hostile("SELECT '", "''", 500000, "' FROM events", LANNER_OK);
    test_hostile(WHERE, "a", AQL_MAX_TEXT, "", LANNER_ERR_LIMIT);
    TAP_DONE();
}
