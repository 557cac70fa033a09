/* test_parse.c - queries, their trees, and what the tolerant dialect notes about them: every rule
 * of the grammar (aql.md 2), clause orders and the constructs of 6.2 and 6.4. */
#include "lang/aql/ast.h"
#include "tap.h"
#include "util/buf.h"

static const struct {
    const char *query;
    const char *tree;
    const char *notes; /* line:column+length text, one a line */
} cases[] = {
    {"SELECT * FROM events", "(select * (from events))", ""},
    {"select sourceip from EVENTS last 24 hours", "(select sourceip (from events) (last 86400000))",
     ""},
    {"SELECT sourceip, \"Event ID\", username FROM events WHERE \"Event ID\" = 4625 LAST 5 MINUTES",
     "(select sourceip \"Event ID\" username (from events) (where (= \"Event ID\" 4625)) (last "
     "300000))",
     ""},
    {"SELECT *, \"Event ID\" FROM events", "(select * \"Event ID\" (from events))", ""},
    {"SELECT sourceip AS ClientIP, COUNT(*) AS 'Event Count', MAX(starttime) \"Last Seen\" FROM "
     "events GROUP BY sourceip ORDER BY 'Event Count' DESC",
     "(select sourceip as ClientIP (COUNT *) as Event Count (MAX starttime) as Last Seen (from "
     "events) (group sourceip) (order 'Event Count' desc))",
     ""},
    {"SELECT COUNT(*) count FROM events GROUP BY username ORDER BY count DESC",
     "(select (COUNT *) as count (from events) (group username) (order count desc))", ""},
    {"SELECT starttime/(1000*300) AS 'minute' FROM events ORDER BY minute",
     "(select (/ starttime (* 1000 300)) as minute (from events) (order minute))", ""},
    {"SELECT text, last, start, stop, end, first FROM events WHERE text = 'x' AND last > 1 ORDER "
     "BY last LAST 24 HOURS",
     "(select text last start stop end first (from events) (where (and (= text 'x') (> last 1))) "
     "(order last) (last 86400000))",
     "1:8+4 the reserved word 'text' as a field; write \"text\"\n1:14+4 the reserved word 'last' "
     "as a field; write \"last\"\n1:20+5 the reserved word 'start' as a field; write "
     "\"start\"\n1:27+4 the reserved word 'stop' as a field; write \"stop\"\n1:33+3 the reserved "
     "word 'end' as a field; write \"end\"\n1:62+4 the reserved word 'text' as a field; write "
     "\"text\"\n1:77+4 the reserved word 'last' as a field; write \"last\"\n1:95+4 the reserved "
     "word 'last' as a field; write \"last\""},
    {"SELECT username last FROM events", "(select username as last (from events))",
     "1:17+4 the reserved word 'last' as a name; write \"last\""},
    {"SELECT category, bytes, protocol, date, time, source, day, hour, \"group\", min(x) min, "
     "max(y) max FROM flows",
     "(select category bytes protocol date time source day hour \"group\" (min x) as min (max y) "
     "as max (from flows))",
     ""},
    {"SELECT it FROM events WHERE username = 'it''s' AND \"a\"\"b\" = '%\\cmd.exe'",
     "(select it (from events) (where (and (= username 'it's') (= \"a\"b\" '%\\cmd.exe'))))", ""},
    {"SELECT a FROM events WHERE x = 'line\nbreak'",
     "(select a (from events) (where (= x 'line\nbreak')))", ""},
    {"SELECT 0xff000000, 10, 0.5, 1e3, -5, - 5, +5, 9223372036854775807, 9223372036854775808, "
     "-9223372036854775808 FROM events",
     "(select 4278190080 10 0.5d 1000d -5 -5 5 9223372036854775807 9.2233720368547758e+18d "
     "-9223372036854775808 (from events))",
     "1:29+3 a number with an exponent; AQL has none"},
    {"SELECT true, FALSE, Null FROM events", "(select true false null (from events))", ""},
    {"SELECT GEO::LOOKUP(sourceip, 'city') FROM events",
     "(select (GEO::LOOKUP sourceip 'city') (from events))", ""},
    {"SELECT a -- note\nFROM events /* x */ WHERE b = 1",
     "(select a (from events) (where (= b 1)))",
     "1:10+2 a comment is skipped; AQL has none\n2:13+2 a comment is skipped; AQL has none"},
    {"SELECT stra\xC3"
     "\x9F"
     "e FROM events",
     "(select stra\xC3"
     "\x9F"
     "e (from events))",
     "1:8+7 the name 'stra\xC3"
     "\x9F"
     "e' has letters outside ASCII; write it as \"stra\xC3"
     "\x9F"
     "e\""},
    {"SELECT a FROM events;", "(select a (from events))", "1:21+1 ';' is no part of AQL"},
    {"SELECT a, b FROM events INTO t1 WHERE x = 1 ; SELECT a FROM t1",
     "(select a b (from events) (into t1) (where (= x 1))) ; (select a (from \"t1\"))",
     "1:45+1 ';' is no part of AQL"},
    {"SELECT a FROM events WHERE a = 1 OR b = 2 AND NOT c = 3 OR d = 4",
     "(select a (from events) (where (or (= a 1) (and (= b 2) (not (= c 3))) (= d 4))))", ""},
    {"SELECT a FROM events WHERE a + b * c ^ d ^ e - f / g % h = 1",
     "(select a (from events) (where (= (- (+ a (* b (^ c (^ d e)))) (% (/ f g) h)) 1)))", ""},
    {"SELECT a FROM events WHERE (long_ip & 0xff000000) = 0x0a000000",
     "(select a (from events) (where (= (& long_ip 4278190080) 167772160)))", ""},
    {"SELECT a | b & c << 2 + 1 FROM events", "(select (| a (& b (<< c (+ 2 1)))) (from events))",
     ""},
    {"SELECT -a ^ 2, ~b, - - c, +d FROM events",
     "(select (^ (neg a) 2) (~ b) (neg (neg c)) d (from events))", ""},
    {"SELECT -2 ^ 2 FROM events", "(select (^ -2 2) (from events))", ""},
    {"SELECT a FROM events WHERE x LIKE '%a%' AND y ILIKE 'b_' AND z MATCHES '.*c.*' AND w "
     "IMATCHES 'd'",
     "(select a (from events) (where (and (like x '%a%') (ilike y 'b_') (matches z '.*c.*') "
     "(imatches w 'd'))))",
     ""},
    {"SELECT a FROM events WHERE x NOT LIKE '%a%' AND y NOT ILIKE 'b' AND z NOT MATCHES 'c' AND w "
     "NOT IMATCHES 'd' AND v NOT IN (1,2) AND u NOT BETWEEN 1 AND 2",
     "(select a (from events) (where (and (not-like x '%a%') (not-ilike y 'b') (not-matches z 'c') "
     "(not-imatches w 'd') (not-in v 1 2) (not-between u 1 2))))",
     ""},
    {"SELECT a FROM events WHERE x LIKE ENUMERATION('a%', 'b%') AND y NOT IMATCHES "
     "ENUMERATION('c')",
     "(select a (from events) (where (and (like x 'a%' 'b%') (not-imatches y 'c'))))", ""},
    {"SELECT a FROM events WHERE x IN ('a','b') AND y IN (SELECT z FROM events LAST 1 DAYS) AND w "
     "IS NULL AND v IS NOT NULL",
     "(select a (from events) (where (and (in x 'a' 'b') (in y (select z (from events) (last "
     "86400000))) (null? w) (not-null? v))))",
     ""},
    {"SELECT a FROM events WHERE a BETWEEN 1 AND 2 AND b = 3",
     "(select a (from events) (where (and (between a 1 2) (= b 3))))", ""},
    {"SELECT a FROM events WHERE INCIDR('10.0.0.0/8', sourceip) AND NOT INOFFENSE(125) AND "
     "REFERENCESETCONTAINS('s', username) = true",
     "(select a (from events) (where (and (INCIDR '10.0.0.0/8' sourceip) (not (INOFFENSE 125)) (= "
     "(REFERENCESETCONTAINS 's' username) true))))",
     ""},
    {"SELECT a FROM events WHERE TEXT SEARCH 'a AND b' AND x = 1",
     "(select a (from events) (where (and (text 'a AND b') (= x 1))))", ""},
    {"SELECT a FROM events WHERE TEXT SEARCH 'a AND b' LAST 2 DAYS",
     "(select a (from events) (where (text 'a AND b')) (last 172800000))", ""},
    {"SELECT CASE WHEN COUNT(*) > 10 THEN 'High' WHEN COUNT(*) > 5 THEN 'Mid' ELSE 'Low' END AS v "
     "FROM events",
     "(select (case (> (COUNT *) 10) 'High' (> (COUNT *) 5) 'Mid' else 'Low') as v (from events))",
     ""},
    {"SELECT CASE category WHEN 1 THEN 'a' WHEN 2 THEN 'b' END FROM events",
     "(select (case of category 1 'a' 2 'b') (from events))", ""},
    {"SELECT IF sourceip = '1.2.3.4' THEN 1 ELSE 2 FROM events",
     "(select (case (= sourceip '1.2.3.4') 1 else 2) (from events))", ""},
    {"SELECT IF (a = 1) THEN IF b = 2 THEN 1 ELSE 3 ELSE 2 AS x FROM events",
     "(select (case (= a 1) (case (= b 2) 1 else 3) else 2) as x (from events))", ""},
    {"SELECT SUM(CASE WHEN a = 1 THEN 1 ELSE 0 END) + SUM(CASE WHEN b = 1 THEN 1 ELSE 0 END) AS s "
     "FROM events",
     "(select (+ (SUM (case (= a 1) 1 else 0)) (SUM (case (= b 1) 1 else 0))) as s (from events))",
     ""},
    {"SELECT REFERENCETABLE('t','FullName','Global ID') FROM events",
     "(select (REFERENCETABLE 't' 'FullName' 'Global ID') (from events))", ""},
    {"SELECT a, (b = 1) AS c, d = 2 AS e FROM events",
     "(select a (= b 1) as c (= d 2) as e (from events))",
     "1:25+5 a condition as a column; AQL wants it in parentheses"},
    {"SELECT a FROM events WHERE username = 'x' START '2014-04-25 15:51' STOP '2014-04-25 17:00'",
     "(select a (from events) (where (= username 'x')) (start '2014-04-25 15:51' stop '2014-04-25 "
     "17:00'))",
     ""},
    {"SELECT a FROM events START 1398437460000 STOP 1398437520000",
     "(select a (from events) (start 1398437460000 stop 1398437520000))", ""},
    {"SELECT a FROM events START PARSEDATETIME('1 hour ago') STOP NOW()",
     "(select a (from events) (start (parsed '1 hour ago') stop now))", ""},
    {"SELECT a FROM events START '2014/04/25-15:51:20'",
     "(select a (from events) (start '2014/04/25-15:51:20'))", ""},
    {"SELECT a FROM events TIMES OFFENSE_TIME(12)", "(select a (from events) (offense 12))", ""},
    {"SELECT a FROM events LIMIT 100 LAST 24 HOURS",
     "(select a (from events) (limit 100) (last 86400000))", ""},
    {"SELECT a FROM events LAST 24 HOURS LIMIT 100",
     "(select a (from events) (limit 100) (last 86400000))",
     "1:36+5 LIMIT behind the time clause; AQL wants it before"},
    {"SELECT a FROM events LAST 24 HOURS WHERE a = 1 ORDER BY a GROUP BY b HAVING c > 1",
     "(select a (from events) (where (= a 1)) (group b) (having (> c 1)) (order a) (last "
     "86400000))",
     "1:36+5 WHERE behind the time clause; AQL wants it before\n1:48+5 ORDER BY behind the time "
     "clause; AQL wants it before\n1:59+5 GROUP BY behind the time clause; AQL wants it "
     "before\n1:70+6 HAVING behind the time clause; AQL wants it before"},
    {"SELECT a FROM events ORDER BY a, b DESC, c ASC COLLATE 'de-CH' LIMIT 5 LAST 7 DAYS "
     "PARAMETERS REMOTESERVERS=ARIELSERVERS4EPNAME('ep0'), PRIORITY='LOW', snapshotsize=2",
     "(select a (from events) (order a b desc c) (collate 'de-CH') (limit 5) (last 604800000) "
     "(param REMOTESERVERS (ARIELSERVERS4EPNAME 'ep0')) (param PRIORITY 'LOW') (param snapshotsize "
     "2))",
     ""},
    {"SELECT a FROM (SELECT b FROM events LAST 1 HOURS) WHERE a = 1",
     "(select a (from (select b (from events) (last 3600000))) (where (= a 1)))", ""},
    {"SELECT sessionId FROM events SESSION BY starttime username, sourceip BEGIN (qid = 1) END "
     "(qid = 2) TIMEOUT 60000 TIMEWINDOW 5 MINUTES LAST 1 DAYS",
     "(select sessionId (from events) (session starttime username sourceip begin (= qid 1) end (= "
     "qid 2) timeout 60000 window 300000) (last 86400000))",
     ""},
    {"SELECT sessionId FROM events SESSION BY starttime username EXPLICIT BEGIN qid = 1 EXPLICIT "
     "END qid = 2",
     "(select sessionId (from events) (session starttime username explicit begin (= qid 1) "
     "explicit end (= qid 2)))",
     ""},
    {"SELECT a FROM t1", "(select a (from \"t1\"))", ""},
    {"SELECT a FROM \"my result\"", "(select a (from \"my result\"))", ""},
    {"SELECT a FROM events HAVING COUNT(*) > 5",
     "(select a (from events) (having (> (COUNT *) 5)))", ""},
    {"SELECT a FROM events GROUP BY a, 'b', \"c\", starttime/60000, DATEFORMAT(starttime,'HH') "
     "ORDER BY COUNT(*) DESC",
     "(select a (from events) (group a) (group 'b') (group \"c\") (group (/ starttime 60000)) "
     "(group (DATEFORMAT starttime 'HH')) (order (COUNT *) desc))",
     ""},
    {"SELECT COUNT() c, COUNT(1) FROM events", "(select (COUNT *) as c (COUNT 1) (from events))",
     "1:8+5 COUNT() is read as COUNT(*)"},
    {"SELECT COUNT(DISTINCT username) AS u FROM events HAVING COUNT(DISTINCT username) >= 10",
     "(select (COUNT distinct username) as u (from events) (having (>= (COUNT distinct username) "
     "10)))",
     "1:14+8 COUNT(DISTINCT ...) is read as the number of distinct values; AQL writes "
     "UNIQUECOUNT(...)\n1:63+8 COUNT(DISTINCT ...) is read as the number of distinct values; AQL "
     "writes UNIQUECOUNT(...)"},
    {"SELECT UNIQUECOUNT(DISTINCT x), ARRAY_AGG(DISTINCT x LIMIT 5), LIST(DISTINCT x, ';'), "
     "GROUP_CONCAT(DISTINCT x SEPARATOR ',') FROM events",
     "(select (UNIQUECOUNT distinct x) (ARRAY_AGG distinct x limit 5) (LIST distinct x ';') "
     "(GROUP_CONCAT distinct x ',') (from events))",
     "1:20+8 DISTINCT in UNIQUECOUNT(); AQL has none there\n1:43+8 DISTINCT in ARRAY_AGG(); AQL "
     "has none there\n1:54+5 LIMIT in a function; AQL has none there\n1:69+8 DISTINCT in LIST(); "
     "AQL has none there\n1:100+8 DISTINCT in GROUP_CONCAT(); AQL has none there\n1:111+9 "
     "SEPARATOR is read as the second argument"},
    {"SELECT a FROM events WHERE a = 1 AND LAST 24 HOURS",
     "(select a (from events) (where (= a 1)) (last 86400000))",
     "1:38+13 a time clause in WHERE restricts the whole query; AQL wants it at the end"},
    {"SELECT a FROM events WHERE LAST 24 HOURS AND (a = 1 OR b = 2)",
     "(select a (from events) (where (or (= a 1) (= b 2))) (last 86400000))",
     "1:28+13 a time clause in WHERE restricts the whole query; AQL wants it at the end"},
    {"SELECT a FROM events WHERE LAST 24 HOURS", "(select a (from events) (last 86400000))",
     "1:28+13 a time clause in WHERE restricts the whole query; AQL wants it at the end"},
    {"SELECT a FROM events WHERE x = 1 LAST 60 MINUTES GROUP BY a",
     "(select a (from events) (where (= x 1)) (group a) (last 3600000))",
     "1:50+5 GROUP BY behind the time clause; AQL wants it before"},
    {"SELECT a FROM events WHERE starttime LAST 30 MINUTES",
     "(select a (from events) (last 1800000))",
     "1:28+9 'starttime' before LAST is dropped\n1:38+15 a time clause in WHERE restricts the "
     "whole query; AQL wants it at the end"},
    {"SELECT a FROM events WHERE a = 1 AND devicetime LAST 30 MINUTES AND b = 2",
     "(select a (from events) (where (and (= a 1) (= b 2))) (last 1800000))",
     "1:38+10 'devicetime' before LAST is dropped\n1:49+15 a time clause in WHERE restricts the "
     "whole query; AQL wants it at the end"},
    {"SELECT a FROM events WHERE (a = 1 AND LAST 24 HOURS) AND b = 2",
     "(select a (from events) (where (and (= a 1) (= b 2))) (last 86400000))",
     "1:39+13 a time clause in WHERE restricts the whole query; AQL wants it at the end"},
    {"SELECT a FROM events WHERE (LAST 24 HOURS) AND START = 5",
     "(select a (from events) (where (= START 5)) (last 86400000))",
     "1:48+5 the reserved word 'START' as a field; write \"START\"\n1:29+13 a time clause in WHERE "
     "restricts the whole query; AQL wants it at the end"},
    {"SELECT a FROM events WHERE a = 1 AND START '2024-01-01 00:00' STOP '2024-01-02 00:00' AND b "
     "= 2",
     "(select a (from events) (where (and (= a 1) (= b 2))) (start '2024-01-01 00:00' stop "
     "'2024-01-02 00:00'))",
     "1:38+48 a time clause in WHERE restricts the whole query; AQL wants it at the end"},
    {"SELECT a FROM events LAST 1 HOUR", "(select a (from events) (last 3600000))",
     "1:29+4 'HOUR' as a unit of LAST; AQL has SECONDS, MINUTES, HOURS and DAYS"},
    {"SELECT a FROM events LAST 24hours", "(select a (from events) (last 86400000))",
     "1:29+5 no blank between the number and 'hours'"},
    {"SELECT a FROM events LAST 24HOURS", "(select a (from events) (last 86400000))",
     "1:29+5 no blank between the number and 'HOURS'"},
    {"SELECT a FROM events LAST 24h", "(select a (from events) (last 86400000))",
     "1:29+1 'h' as a unit of LAST; AQL has SECONDS, MINUTES, HOURS and DAYS"},
    {"SELECT a FROM events LAST 7d", "(select a (from events) (last 604800000))",
     "1:28+1 'd' as a unit of LAST; AQL has SECONDS, MINUTES, HOURS and DAYS"},
    {"SELECT a FROM events LAST 2 WEEKS", "(select a (from events) (last 1209600000))",
     "1:29+5 'WEEKS' as a unit of LAST; AQL has SECONDS, MINUTES, HOURS and DAYS"},
    {"SELECT a FROM events LAST 3 MONTHS", "(select a (from events) (last 7776000000))",
     "1:29+6 'MONTHS' as a unit of LAST; AQL has SECONDS, MINUTES, HOURS and DAYS"},
    {"SELECT a FROM events WHERE starttime > NOW() - 24 HOURS AND b < NOW() - 1 HOUR + 5 minutes",
     "(select a (from events) (where (and (> starttime (- (NOW) 86400000ms)) (< b (+ (- (NOW) "
     "3600000ms) 300000ms)))))",
     "1:48+8 a span of time is read as 86400000 milliseconds; AQL has numbers only\n1:75+4 'HOUR' "
     "as a unit of a span of time; AQL has SECONDS, MINUTES, HOURS and DAYS\n1:73+6 a span of time "
     "is read as 3600000 milliseconds; AQL has numbers only\n1:82+9 a span of time is read as "
     "300000 milliseconds; AQL has numbers only"},
    {"SELECT a FROM events WHERE starttime > NOW() - INTERVAL '1' DAY OR starttime > NOW() - "
     "INTERVAL 2 HOURS OR c > NOW() - INTERVAL '3 days'",
     "(select a (from events) (where (or (> starttime (- (NOW) 86400000ms)) (> starttime (- (NOW) "
     "7200000ms)) (> c (- (NOW) 259200000ms)))))",
     "1:48+16 a span of time is read as 86400000 milliseconds; AQL has numbers only\n1:88+16 a "
     "span of time is read as 7200000 milliseconds; AQL has numbers only\n1:120+17 a span of time "
     "is read as 259200000 milliseconds; AQL has numbers only"},
    {"SELECT a FROM events WHERE starttime > NOW() - 24h",
     "(select a (from events) (where (> starttime (- (NOW) 86400000ms))))",
     "1:50+1 'h' as a unit of a span of time; AQL has SECONDS, MINUTES, HOURS and DAYS\n1:48+3 a "
     "span of time is read as 86400000 milliseconds; AQL has numbers only"},
    {"SELECT a FROM events WHERE starttime > CURRENT_TIMESTAMP - 86400000",
     "(select a (from events) (where (> starttime (- (CURRENT_TIMESTAMP) 86400000))))", ""},
    {"SELECT a FROM events WHERE starttime > DATEADD('hour', -24, NOW())",
     "(select a (from events) (where (> starttime (DATEADD 'hour' -24 (NOW)))))", ""},
    {"SELECT DISTINCT a, b FROM events", "(select distinct a b (from events))",
     "1:8+8 SELECT DISTINCT is read as distinct rows; AQL writes GROUP BY"},
    {"SELECT a FROM events UNION SELECT b FROM flows UNION ALL SELECT c FROM events LAST 1 DAYS "
     "ORDER BY a LIMIT 5",
     "(select a (from events)) union (select b (from flows)) union-all (select c (from events) "
     "(last 86400000)) (union-order a) (union-limit 5)",
     "1:22+5 UNION; AQL has none\n1:48+5 UNION; AQL has none\n1:91+5 ORDER BY behind the time "
     "clause; AQL wants it before\n1:102+5 LIMIT behind the time clause; AQL wants it before"},
    {"SELECT x FROM (SELECT a FROM events UNION ALL SELECT b FROM flows ORDER BY a LIMIT 3) t",
     "(select x (from (select a (from events)) union-all (select b (from flows)) (union-order a) "
     "(union-limit 3) as t))",
     "1:37+5 UNION; AQL has none\n1:87+1 't' is read as a name of the table; AQL has no such "
     "names"},
    {"(SELECT a FROM events ORDER BY a LIMIT 1) UNION (SELECT b FROM events ORDER BY b LIMIT 2) "
     "ORDER BY 1 LIMIT 3",
     "(select a (from events) (order a) (limit 1)) union (select b (from events) (order b) (limit "
     "2)) (union-order 1) (union-limit 3)",
     "1:1+1 parentheses around a query of a statement; AQL has none\n1:43+5 UNION; AQL has "
     "none\n1:49+1 parentheses around a query of a statement; AQL has none"},
    {"(SELECT a FROM events) ORDER BY a", "(select * (from (select a (from events))) (order a))",
     "1:1+1 parentheses around a query of a statement; AQL has none"},
    {"(SELECT a FROM events UNION SELECT b FROM events) UNION ALL SELECT c FROM events",
     "(select * (from (select a (from events)) union (select b (from events)))) union-all (select "
     "c (from events))",
     "1:23+5 UNION; AQL has none\n1:1+1 parentheses around a query of a statement; AQL has "
     "none\n1:51+5 UNION; AQL has none"},
    {"SELECT c FROM events UNION ALL (SELECT a FROM events UNION SELECT b FROM events)",
     "(select c (from events)) union-all (select * (from (select a (from events)) union (select b "
     "(from events))))",
     "1:22+5 UNION; AQL has none\n1:54+5 UNION; AQL has none\n1:32+1 parentheses around a query of "
     "a statement; AQL has none"},
    {"WITH x AS (SELECT a FROM events), y AS (SELECT b FROM x) SELECT * FROM y",
     "(with x (select a (from events))) (with y (select b (from \"x\"))) (select * (from \"y\"))",
     "1:1+4 WITH; AQL names a result with INTO"},
    {"SELECT e.a, f.\"b c\", e.* FROM events e JOIN (SELECT b FROM flows) AS f ON e.a = f.b AND "
     "e.c > f.d WHERE e.x = 1",
     "(select e.a f.\"b c\" e.* (from events as e (join (select b (from flows)) as f on (and (= "
     "e.a f.b) (> e.c f.d)))) (where (= e.x 1)))",
     "1:8+3 a name with a point; AQL writes it in quotes\n1:13+7 a name with a point; AQL writes "
     "it in quotes\n1:22+1 'e.*' is read as all fields of that table; AQL has no joins\n1:38+1 'e' "
     "is read as a name of the table; AQL has no such names\n1:40+4 JOIN; AQL has no joins\n1:70+1 "
     "'f' is read as a name of the table; AQL has no such names\n1:75+3 a name with a point; AQL "
     "writes it in quotes\n1:81+3 a name with a point; AQL writes it in quotes\n1:89+3 a name with "
     "a point; AQL writes it in quotes\n1:95+3 a name with a point; AQL writes it in "
     "quotes\n1:105+3 a name with a point; AQL writes it in quotes"},
    {"SELECT a FROM events e LEFT OUTER JOIN flows f ON e.a = f.a LEFT JOIN t3 ON e.b = t3.b",
     "(select a (from events as e (left flows as f on (= e.a f.a)) (left \"t3\" on (= e.b t3.b))))",
     "1:22+1 'e' is read as a name of the table; AQL has no such names\n1:24+15 JOIN; AQL has no "
     "joins\n1:46+1 'f' is read as a name of the table; AQL has no such names\n1:51+3 a name with "
     "a point; AQL writes it in quotes\n1:57+3 a name with a point; AQL writes it in "
     "quotes\n1:61+9 JOIN; AQL has no joins\n1:77+3 a name with a point; AQL writes it in "
     "quotes\n1:83+4 a name with a point; AQL writes it in quotes"},
    {"SELECT a FROM events AS e INNER JOIN flows ON x = y",
     "(select a (from events as e (join flows on (= x y))))",
     "1:25+1 'e' is read as a name of the table; AQL has no such names\n1:27+10 JOIN; AQL has no "
     "joins"},
    {"SELECT properties.appDisplayName.x FROM events",
     "(select properties.appDisplayName.x (from events))",
     "1:8+27 a name with a point; AQL writes it in quotes"},
    {"SELECT a FROM events WHERE EXISTS (SELECT b FROM flows) AND NOT EXISTS (SELECT c FROM flows)",
     "(select a (from events) (where (and (exists (select b (from flows))) (not (exists (select c "
     "(from flows)))))))",
     "1:28+6 EXISTS; AQL has none\n1:65+6 EXISTS; AQL has none"},
    {"SELECT CAST(a AS LONG), cast(b as varchar(255)) FROM events",
     "(select (cast a 'LONG') (cast b 'varchar') (from events))",
     "1:8+4 CAST; AQL writes LONG(...), DOUBLE(...) or STR(...)\n1:25+4 CAST; AQL writes "
     "LONG(...), DOUBLE(...) or STR(...)"},
    {"SELECT a || '-' || b + 1 FROM events", "(select (|| (|| a '-') (+ b 1)) (from events))",
     "1:10+2 || is read as CONCAT(...)\n1:17+2 || is read as CONCAT(...)"},
    {"SELECT a FROM events WHERE a SIMILAR TO 'a|b%' OR b RLIKE 'x' OR c REGEXP 'y' OR d ~ 'z' OR "
     "e ~* 'w' OR f CONTAINS 'x' OR g STARTSWITH 'y' OR h ENDSWITH 'z'",
     "(select a (from events) (where (or (similar a 'a|b%') (matches b 'x') (matches c 'y') "
     "(matches d 'z') (imatches e 'w') (contains f 'x') (starts g 'y') (ends h 'z'))))",
     "1:30+7 SIMILAR is read as the pattern of SQL\n1:53+5 RLIKE is read as MATCHES\n1:68+6 REGEXP "
     "is read as MATCHES\n1:84+1 ~ is read as MATCHES\n1:95+2 ~* is read as IMATCHES\n1:107+8 "
     "CONTAINS is read as ILIKE '%...%'\n1:125+10 STARTSWITH is read as LIKE '...%'\n1:145+8 "
     "ENDSWITH is read as LIKE '%...'"},
    {"SELECT a FROM events WHERE a NOT CONTAINS 'x' AND NOT b STARTSWITH 'y' AND !c AND !(d = 1)",
     "(select a (from events) (where (and (not-contains a 'x') (not (starts b 'y')) (not c) (not "
     "(= d 1)))))",
     "1:34+8 CONTAINS is read as ILIKE '%...%'\n1:57+10 STARTSWITH is read as LIKE '...%'\n1:76+1 "
     "! is read as NOT\n1:83+1 ! is read as NOT"},
    {"SELECT a FROM events WHERE a IN 'x' AND b NOT IN 'y' AND c IN 5",
     "(select a (from events) (where (and (in bare a 'x') (not-in bare b 'y') (in bare c 5))))",
     "1:33+3 IN with one value without parentheses; write IN ('...')\n1:50+3 IN with one value "
     "without parentheses; write IN ('...')\n1:63+1 IN with one value without parentheses; write "
     "IN (...)"},
    {"SELECT a FROM events WHERE a IN REFERENCE_SET('s') AND b NOT IN (REFERENCESET('t'))",
     "(select a (from events) (where (and (set a 's') (not-set b 't'))))",
     "1:33+13 IN REFERENCE_SET(...) is read as REFERENCESETCONTAINS(...)\n1:66+12 IN "
     "REFERENCE_SET(...) is read as REFERENCESETCONTAINS(...)"},
    {"SELECT a FROM events WHERE a == 1 AND b <> 2 AND c != 3",
     "(select a (from events) (where (and (= a 1) (!= b 2) (!= c 3))))", ""},
    {"SELECT a FROM events WHERE a LIKE 'x!%' ESCAPE '!'",
     "(select a (from events) (where (like a 'x!%' escape '!')))",
     "1:41+6 ESCAPE; AQL's LIKE has none"},
    {"SELECT \"UTF8\"(payload), \"LOGSOURCENAME\"(logsourceid) FROM events",
     "(select (UTF8 payload) (LOGSOURCENAME logsourceid) (from events))",
     "1:8+6 a function's name in quotes; write UTF8(...)\n1:25+15 a function's name in quotes; "
     "write LOGSOURCENAME(...)"},
    {"SELECT a FROM events WHERE x IN (SELECT id FROM SDE_LogSourceType WHERE name LIKE '%z%') AND "
     "y IN (SELECT value FROM reference_data.sets('s'))",
     "(select a (from events) (where (and (in x (select id (from \"SDE_LogSourceType\") (where "
     "(like name '%z%')))) (in y (select value (from (reference_data.sets 's')))))))",
     ""},
    {"SELECT * FROM GLOBALVIEW('saved search','NORMAL')",
     "(select * (from (GLOBALVIEW 'saved search' 'NORMAL')))", ""},
    {"SELECT a FROM events WHERE user = {user} AND n = :n AND m = ${n} LAST {n} HOURS",
     "(select a (from events) (where (and (= user 'bob's') (= n 42) (= m 42))) (last 151200000))",
     ""},
    {"SELECT contains FROM events", "(select contains (from events))", ""},
    {"SELECT a contains FROM events WHERE regexp = 1",
     "(select a as contains (from events) (where (= regexp 1)))", ""},
    {"SELECT a AS select FROM events", "(select a as select (from events))",
     "1:13+6 the reserved word 'select' as a name; write \"select\""},
    {"SELECT a AS end, b AS Group FROM events GROUP BY end",
     "(select a as end b as Group (from events) (group end))",
     "1:13+3 the reserved word 'end' as a name; write \"end\"\n1:23+5 the reserved word 'Group' as "
     "a name; write \"Group\"\n1:50+3 the reserved word 'end' as a field; write \"end\""},
    {"SELECT \"Kerberoasting\" AS Pattern, 'x' AS y FROM events WHERE a = \"\"",
     "(select \"Kerberoasting\" as Pattern 'x' as y (from events) (where (= a '')))",
     "1:67+2 \"\" is read as the empty text; write ''"},
    {"SELECT DATEFORMAT(FLOOR(starttime/1800000)*1800000, 'HH') FROM events WHERE "
     "LONG(DATEFORMAT(starttime,'HH')) < 6",
     "(select (DATEFORMAT (* (FLOOR (/ starttime 1800000)) 1800000) 'HH') (from events) (where (< "
     "(LONG (DATEFORMAT starttime 'HH')) 6)))",
     ""},
    {"SELECT a FROM events WHERE a = null AND b <> NULL",
     "(select a (from events) (where (and (= a null) (!= b null))))", ""},
    {"SELECT a FROM events WHERE f(x > 1, y LIKE 'z', NOT w)",
     "(select a (from events) (where (f (> x 1) (like y 'z') (not w))))", ""},
    {"SELECT LAST(a), FIRST(b), LEFT(c, 2), REPLACE(d,'a','b') FROM events",
     "(select (LAST a) (FIRST b) (LEFT c 2) (REPLACE d 'a' 'b') (from events))", ""},
    {"SELECT a FROM events WHERE NOT NOT a = 1",
     "(select a (from events) (where (not (not (= a 1)))))", ""},
    {"SELECT a FROM events WHERE a CONTAINS (b) LAST 5 MINUTES",
     "(select a (from events) (where (contains a b)) (last 300000))",
     "1:30+8 CONTAINS is read as ILIKE '%...%'"},
    {"SELECT 'a''b' AS \"c\"\"d\", x AS 'e''f' FROM events",
     "(select 'a'b' as c\"d x as e'f (from events))", ""},
    {"SELECT a.b FROM events AS a INTO r WHERE x=1",
     "(select a.b (from events as a) (into r) (where (= x 1)))",
     "1:8+3 a name with a point; AQL writes it in quotes\n1:27+1 'a' is read as a name of the "
     "table; AQL has no such names"},
    {"SELECT a FROM events HAVING LAST 24 HOURS", "(select a (from events) (last 86400000))",
     "1:29+13 a time clause in HAVING restricts the whole query; AQL wants it at the end"},
    {"SELECT a FROM events -- trailing prose\nplease", "(select a (from events as please))",
     "1:22+2 a comment is skipped; AQL has none\n2:1+6 'please' is read as a name of the table; "
     "AQL has no such names"},
    {"SELECT a FROM reference_data.sets('s') r LAST 5 HOURS",
     "(select a (from (reference_data.sets 's') as r) (last 18000000))",
     "1:40+1 'r' is read as a name of the table; AQL has no such names"},
    {"SELECT a FROM ((((SELECT b FROM events)))) t",
     "(select a (from (select b (from events)) as t))",
     "1:18+1 parentheses around a query of a statement; AQL has none\n1:17+1 parentheses around a "
     "query of a statement; AQL has none\n1:16+1 parentheses around a query of a statement; AQL "
     "has none\n1:44+1 't' is read as a name of the table; AQL has no such names"},
    {"SELECT a FROM events WHERE x IN ((SELECT b FROM events) UNION (SELECT c FROM flows))",
     "(select a (from events) (where (in x (select b (from events)) union (select c (from "
     "flows)))))",
     "1:34+1 parentheses around a query of a statement; AQL has none\n1:57+5 UNION; AQL has "
     "none\n1:63+1 parentheses around a query of a statement; AQL has none"},
    {"SELECT sourceip AS ClientIP,\nDATEFORMAT(starttime, 'yyyy-MM-dd HH:00:00') AS "
     "hour_bin,\nCOUNT(DISTINCT username) AS UniqueUsernames\nFROM events\nWHERE "
     "LOGSOURCETYPENAME(devicetype) IN ('Microsoft Azure Active Directory', 'Microsoft Office "
     "365')\nAND CATEGORYNAME(category) LIKE '%Authentication%'\nAND ( eventpayload ILIKE "
     "'%\"errorCode\":50034%' OR eventpayload ILIKE '%\"resultType\":\"50034\"%' )\nAND LAST 24 "
     "HOURS\nGROUP BY sourceip, hour_bin\nHAVING COUNT(DISTINCT username) >= 10\nORDER BY "
     "UniqueUsernames DESC",
     "(select sourceip as ClientIP (DATEFORMAT starttime 'yyyy-MM-dd HH:00:00') as hour_bin (COUNT "
     "distinct username) as UniqueUsernames (from events) (where (and (in (LOGSOURCETYPENAME "
     "devicetype) 'Microsoft Azure Active Directory' 'Microsoft Office 365') (like (CATEGORYNAME "
     "category) '%Authentication%') (or (ilike eventpayload '%\"errorCode\":50034%') (ilike "
     "eventpayload '%\"resultType\":\"50034\"%')))) (group sourceip) (group hour_bin) (having (>= "
     "(COUNT distinct username) 10)) (order UniqueUsernames desc) (last 86400000))",
     "3:7+8 COUNT(DISTINCT ...) is read as the number of distinct values; AQL writes "
     "UNIQUECOUNT(...)\n8:5+13 a time clause in WHERE restricts the whole query; AQL wants it at "
     "the end\n10:14+8 COUNT(DISTINCT ...) is read as the number of distinct values; AQL writes "
     "UNIQUECOUNT(...)"},
    {"SELECT a FROM events WHERE a = 1 /* c */ ;", "(select a (from events) (where (= a 1)))",
     "1:34+2 a comment is skipped; AQL has none\n1:42+1 ';' is no part of AQL"},
    {"SELECT a FROM events WHERE starttime BETWEEN NOW() - 2 HOURS AND NOW() LAST 1 DAYS",
     "(select a (from events) (where (between starttime (- (NOW) 7200000ms) (NOW))) (last "
     "86400000))",
     "1:54+7 a span of time is read as 7200000 milliseconds; AQL has numbers only"},
    {"SELECT a FROM events LAST 1440 MINUTES", "(select a (from events) (last 86400000))", ""},
    {"SELECT a FROM events SESSION BY starttime, username BEGIN a = 1 END b = 2",
     "(select a (from events) (session starttime username begin (= a 1) end (= b 2)))",
     "1:42+1 a comma after the time of SESSION BY; AQL has none"},
    {"SELECT a FROM events LAST 5 min", "(select a (from events) (last 300000))",
     "1:29+3 'min' as a unit of LAST; AQL has SECONDS, MINUTES, HOURS and DAYS"},
    {"SELECT a FROM events WHERE x IN (1, 2.5, 0x10, -3, 'a', NOW(), b + 1)",
     "(select a (from events) (where (in x 1 2.5d 16 -3 'a' (NOW) (+ b 1))))", ""},
    {"SELECT t.\"b\".c, u.v.w.x FROM events", "(select t.\"b.c\" u.v.w.x (from events))",
     "1:8+7 a name with a point; AQL writes it in quotes\n1:17+7 a name with a point; AQL writes "
     "it in quotes"},
    {"SELECT a FROM events GROUP BY a HAVING COUNT(*) > 5 AND LAST 2 HOURS",
     "(select a (from events) (group a) (having (> (COUNT *) 5)) (last 7200000))",
     "1:57+12 a time clause in HAVING restricts the whole query; AQL wants it at the end"},
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
    struct buf tree = {0}, notes = {0};
    struct lanner_err err = {0};
    struct aql_text out = {0};
    struct plan *plan;
    struct arena a;

    if (parse(&a, text, &plan, &out, &err) != LANNER_OK)
        printf("# %s: %s\n", cases[i].query, err.text);
    for (size_t k = 0; k < out.n; k++) {
        buf_puts(&tree, k != 0 ? " ; " : "");
        aql_print(out.statements[k], &tree);
    }
    for (size_t k = 0; k < plan->notes.n; k++) {
        const struct plan_note *note = &plan->notes.items[k];
        uint32_t line, column;

        text_locate(text.ptr, text.len, note->at.start, &line, &column);
        buf_printf(&notes, "%s%u:%u+%u %.*s", k != 0 ? "\n" : "", line, column, note->at.len,
                   STR_ARG(note->text));
    }
    OK_STR(buf_str(&tree), cases[i].tree);
    OK_STR(buf_str(&notes), cases[i].notes);
    buf_done(&tree);
    buf_done(&notes);
    plan_done(plan);
    arena_done(&a);
}

/* Column names are the text of the expression without blanks and comments. */
static void test_squeeze(void)
{
    struct str q = STR("a  + 'x  y' /* c */ * \"b  c\" -- d\n - 1");
    struct arena a;

    arena_init(&a, 0);
    OK_STR(aql_squeeze(&a, q, (struct span){0, (uint32_t)q.len}), "a+'x  y'*\"b  c\"-1");
    OK_STR(aql_squeeze(&a, q, (struct span){3, 100}), "+'x  y'*\"b  c\"-1");
    arena_done(&a);
}

int main(void)
{
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        test_case(i);
    test_squeeze();
    TAP_DONE();
}
