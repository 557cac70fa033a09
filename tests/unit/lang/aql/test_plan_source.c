/* test_plan_source.c - sub-selects, unions, joins, sessions and time clauses: queries, their plans,
 * result columns and notes. */
#include "plan_cases.h"

static const struct plan_case cases[] = {
    {"SELECT u FROM (SELECT username AS u FROM events LIMIT 10) WHERE u LIKE 'a%'",
     "project u#2\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend u#2 := u\n"
     "      filter aql_like(u, \"a%\")\n"
     "        limit 10\n"
     "          sort by @timestamp desc, ordinal desc\n"
     "            extend u := \"\\x01qradar:username\"\n"
     "              scan fields=[]\n"
     "columns: u String\n"},
    {"SELECT nope FROM (SELECT username AS u FROM events GROUP BY username)",
     "1:8 the sub-select has no column nope\n"},
    {"SELECT username FROM (SELECT sourceip, username, COUNT(*) FROM events GROUP BY sourceip)",
     "project username\n"
     "  extend sourceip := \"\\x01k0\"; FIRST_username := \"\\x01g1\"; COUNT := \"\\x01g2\"; usern"
     "ame := FIRST_username\n"
     "    aggregate by \"\\x01k0\"\n"
     "      \"\\x01g1\" = aql_first(\"\\x01qradar:username\", @timestamp)\n"
     "      \"\\x01g2\" = count(none, false)\n"
     "      extend \"\\x01k0\" := aql_host(\"\\x01qradar:sourceip\")\n"
     "        scan fields=[]\n"
     "columns: username String\n"
     "note 7: username is read as the column FIRST_username\n"},
    {"SELECT username, \"Foo\" FROM (SELECT * FROM events) WHERE qideventid = 4",
     "project username#2, Foo\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend username#2 := username; Foo := \"\\x01property:Foo\"\n"
     "      filter aql_eq(\"\\x01qradar:qideventid\", 4)\n"
     "        extend starttime := aql_long(\"\\x01qradar:starttime\"); protocolid := aql_long(\"\\"
     "x01qradar:protocolid\"); sourceip := aql_host(\"\\x01qradar:sourceip\"); logsourceid := aql_"
     "long(\"\\x01qradar:logsourceid\"); qid := aql_long(\"\\x01qradar:qid\"); sourceport := aql_l"
     "ong(\"\\x01qradar:sourceport\"); eventcount := aql_long(\"\\x01qradar:eventcount\"); magnitu"
     "de := aql_long(\"\\x01qradar:magnitude\"); identityip := aql_host(\"\\x01qradar:identityip\""
     "); destinationip := aql_host(\"\\x01qradar:destinationip\"); destinationport := aql_long(\""
     "\\x01qradar:destinationport\"); category := aql_long(\"\\x01qradar:category\"); username := "
     "\"\\x01qradar:username\"\n"
     "          scan fields=[]\n"
     "columns: username String, Foo String\n"
     "note 17: Foo is no column of the sub-select; its events are asked\n"
     "note 57: qideventid is no column of the sub-select; its events are asked\n"},
    {"SELECT * FROM (SELECT username AS u, COUNT(*) AS n FROM events GROUP BY username LAST 2 HOUR"
     "S) WHERE n > 1 LAST 1 HOURS",
     "project u#2, n#2\n"
     "  extend u#2 := u; n#2 := n\n"
     "    filter aql_gt(n, 1)\n"
     "      extend u := \"\\x01qradar:username\"; n := \"\\x01g0\"\n"
     "        aggregate by \"\\x01qradar:username\"\n"
     "          \"\\x01g0\" = count(none, false)\n"
     "          scan fields=[]\n"
     "interval: 7200000 0\n"
     "columns: u String, n Double\n"},
    {"WITH a AS (SELECT username, COUNT(*) AS n FROM events GROUP BY username) SELECT * FROM a WHE"
     "RE n > 3",
     "project username#2, n#2\n"
     "  extend username#2 := username; n#2 := n\n"
     "    filter aql_gt(n, 3)\n"
     "      extend username := \"\\x01qradar:username\"; n := \"\\x01g0\"\n"
     "        aggregate by \"\\x01qradar:username\"\n"
     "          \"\\x01g0\" = count(none, false)\n"
     "          scan fields=[]\n"
     "columns: username String, n Double\n"
     "note 0: WITH; AQL names a result with INTO\n"},
    {"WITH a AS (SELECT * FROM b), b AS (SELECT * FROM events) SELECT * FROM a",
     "1:26 there is nothing called b to select from\n"
     "hint: rows come from events, flows, a sub-select, or a name given by WITH or INTO\n"},
    {"SELECT username FROM events INTO t WHERE qid = 1; SELECT COUNT(*) FROM t",
     "project COUNT\n"
     "  extend COUNT := \"\\x01g0\"\n"
     "    aggregate\n"
     "      \"\\x01g0\" = count(none, false)\n"
     "      extend username := \"\\x01qradar:username\"\n"
     "        filter aql_eq(aql_long(\"\\x01qradar:qid\"), 1)\n"
     "          scan fields=[]\n"
     "columns: COUNT Double\n"
     "note 48: ';' is no part of AQL\n"},
    {"SELECT username FROM events UNION SELECT sourceip FROM flows ORDER BY username DESC LIMIT 3",
     "table \"table 1\":\n"
     "  project sourceip as username, @timestamp\n"
     "    extend sourceip := aql_host(\"\\x01qradar:sourceip\")\n"
     "      scan fields=[]\n"
     "project username\n"
     "  limit 3\n"
     "    sort by username desc exactly, ordinal\n"
     "      distinct by username\n"
     "        union\n"
     "          and:\n"
     "            table \"table 1\"\n"
     "          project username, @timestamp\n"
     "            extend username := \"\\x01qradar:username\"\n"
     "              scan fields=[]\n"
     "columns: username String\n"
     "note 28: UNION; AQL has none\n"},
    {"SELECT username FROM events LAST 1 HOURS UNION ALL SELECT username FROM events",
     "table \"table 1\":\n"
     "  project username#2 as username, @timestamp\n"
     "    extend username#2 := \"\\x01qradar:username\"\n"
     "      scan fields=[]\n"
     "project username\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    union\n"
     "      and:\n"
     "        table \"table 1\"\n"
     "      project username, @timestamp\n"
     "        extend username := \"\\x01qradar:username\"\n"
     "          scan fields=[]\n"
     "table 1: all\n"
     "interval: 3600000 0\n"
     "columns: username String\n"
     "note 41: UNION; AQL has none\n"},
    {"SELECT username FROM events UNION SELECT qid, username FROM events",
     "1:35 this SELECT of the UNION has 2 columns, the first has 1\n"},
    {"SELECT username FROM events WHERE sourceip IN (SELECT \"Client IP\" FROM events LAST 1 DAYS)"
     " AND username NOT IN (SELECT username FROM flows)",
     "table \"table 1\":\n"
     "  project \"\\x01c0\"\n"
     "    extend \"Client IP\" := \"\\x01property:Client IP\"; \"\\x01c0\" := aql_str(aql_host(\"C"
     "lient IP\"))\n"
     "      scan fields=[]\n"
     "table \"table 2\":\n"
     "  project \"\\x01c3\"\n"
     "    extend username := \"\\x01qradar:username\"; \"\\x01c3\" := aql_str(username)\n"
     "      scan fields=[]\n"
     "project username#2\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend username#2 := \"\\x01qradar:username\"\n"
     "      filter and(\"\\x01m2\", not(\"\\x01m5\"))\n"
     "        join mark \"table 2\" on \"\\x01i4\" = \"\\x01c3\" as \"\\x01m5\"\n"
     "          extend \"\\x01i4\" := aql_str(\"\\x01qradar:username\")\n"
     "            join mark \"table 1\" on \"\\x01i1\" = \"\\x01c0\" as \"\\x01m2\"\n"
     "              extend \"\\x01i1\" := aql_str(aql_host(\"\\x01qradar:sourceip\"))\n"
     "                scan fields=[]\n"
     "table 1: 86400000 0\n"
     "columns: username String\n"},
    {"SELECT username FROM events WHERE sourceip IN (SELECT sourceip, qid FROM events)",
     "1:48 the query of IN has to select one column, this one selects 2\n"},
    {"SELECT username FROM events WHERE EXISTS (SELECT qid FROM events WHERE qid = 1)",
     "table \"table 1\":\n"
     "  project \"\\x01c0\"\n"
     "    extend \"\\x01c0\" := 1\n"
     "      limit 1\n"
     "        extend qid := aql_long(\"\\x01qradar:qid\")\n"
     "          filter aql_eq(aql_long(\"\\x01qradar:qid\"), 1)\n"
     "            scan fields=[]\n"
     "project username\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend username := \"\\x01qradar:username\"\n"
     "      filter \"\\x01m2\"\n"
     "        join mark \"table 1\" on \"\\x01i1\" = \"\\x01c0\" as \"\\x01m2\"\n"
     "          extend \"\\x01i1\" := 1\n"
     "            scan fields=[]\n"
     "columns: username String\n"
     "note 34: EXISTS; AQL has none\n"},
    {"SELECT username FROM events WHERE devicetype IN (SELECT id FROM SDE_LogSourceType WHERE name"
     " LIKE '%Win%') AND qid NOT IN (SELECT qid FROM QIDmap WHERE name = 'x')",
     "project username\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend username := \"\\x01qradar:username\"\n"
     "      filter and(or(aql_like(log_source_type_name(aql_long(\"\\x01qradar:devicetype\")), \"%"
     "Win%\"), aql_like(coalesce(false, log_source_type_other_name(aql_long(\"\\x01qradar:devicety"
     "pe\"), 0), log_source_type_name(aql_long(\"\\x01qradar:devicetype\"))), \"%Win%\")), not(aql"
     "_eq(\"\\x01qradar:eventname\", \"x\")))\n"
     "        scan fields=[]\n"
     "columns: username String\n"
     "note 64: SDE_LogSourceType is no table of the product's searches\n"
     "note 139: QIDmap is no table of the product's searches\n"},
    {"SELECT e.username, f.sourcebytes FROM events e JOIN flows f ON e.sourceip = f.sourceip AND f"
     ".sourcebytes > 10 AND e.starttime < f.starttime",
     "table \"table 1\":\n"
     "  project \"\\x01j1\", \"\\x01j2\", \"\\x01j3\"\n"
     "    extend \"\\x01j1\" := aql_str(aql_host(\"\\x01qradar:sourceip\")); \"\\x01j2\" := aql_lo"
     "ng(\"\\x01qradar:starttime\"); \"\\x01j3\" := aql_long(\"\\x01qradar:sourcebytes\")\n"
     "      filter aql_gt(aql_long(\"\\x01qradar:sourcebytes\"), 10)\n"
     "        scan fields=[]\n"
     "project username, sourcebytes\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend username := \"\\x01qradar:username\"; sourcebytes := \"\\x01j3\"\n"
     "      filter aql_lt(aql_long(\"\\x01qradar:starttime\"), \"\\x01j2\")\n"
     "        join inner \"table 1\" on \"\\x01l0\" = \"\\x01j1\"\n"
     "          extend \"\\x01l0\" := aql_str(aql_host(\"\\x01qradar:sourceip\"))\n"
     "            scan fields=[]\n"
     "columns: username String, sourcebytes Long\n"
     "note 7: a name with a point; AQL writes it in quotes\n"
     "note 19: a name with a point; AQL writes it in quotes\n"
     "note 45: 'e' is read as a name of the table; AQL has no such names\n"
     "note 47: JOIN; AQL has no joins\n"
     "note 58: 'f' is read as a name of the table; AQL has no such names\n"
     "note 63: a name with a point; AQL writes it in quotes\n"
     "note 76: a name with a point; AQL writes it in quotes\n"
     "note 91: a name with a point; AQL writes it in quotes\n"
     "note 114: a name with a point; AQL writes it in quotes\n"
     "note 128: a name with a point; AQL writes it in quotes\n"},
    {"SELECT e.username, f.n FROM events e LEFT JOIN (SELECT username AS u, COUNT(*) AS n FROM eve"
     "nts GROUP BY username) f ON e.username = f.u AND e.qid = 3 AND f.n > 2",
     "table \"table 1\":\n"
     "  project \"\\x01j2\", \"\\x01j3\"\n"
     "    extend \"\\x01j2\" := aql_str(u); \"\\x01j3\" := n\n"
     "      filter aql_gt(n, 2)\n"
     "        extend u := \"\\x01qradar:username\"; n := \"\\x01g0\"\n"
     "          aggregate by \"\\x01qradar:username\"\n"
     "            \"\\x01g0\" = count(none, false)\n"
     "            scan fields=[]\n"
     "project username, n#2\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend username := \"\\x01qradar:username\"; n#2 := \"\\x01j3\"\n"
     "      join left \"table 1\" on \"\\x01l1\" = \"\\x01j2\"\n"
     "        extend \"\\x01l1\" := aql_case(aql_eq(aql_long(\"\\x01qradar:qid\"), 3), aql_str(\""
     "\\x01qradar:username\"))\n"
     "          scan fields=[]\n"
     "columns: username String, n Double\n"
     "note 7: a name with a point; AQL writes it in quotes\n"
     "note 19: a name with a point; AQL writes it in quotes\n"
     "note 35: 'e' is read as a name of the table; AQL has no such names\n"
     "note 37: JOIN; AQL has no joins\n"
     "note 115: 'f' is read as a name of the table; AQL has no such names\n"
     "note 120: a name with a point; AQL writes it in quotes\n"
     "note 133: a name with a point; AQL writes it in quotes\n"
     "note 141: a name with a point; AQL writes it in quotes\n"
     "note 155: a name with a point; AQL writes it in quotes\n"},
    {"SELECT * FROM events e JOIN flows f ON e.qid > f.qid",
     "1:24 a join needs at least one equality between its two sides\n"},
    {"SELECT e.username FROM events e LEFT JOIN flows f ON e.qid = f.qid AND e.starttime < f.start"
     "time",
     "1:72 between the sides of a LEFT JOIN only equalities are supported\n"},
    {"SELECT username, sessionId FROM events SESSION BY starttime username, sourceip EXPLICIT BEGI"
     "N qid = 1 END qid = 2 TIMEOUT 1000 TIMEWINDOW 5 MINUTES",
     "project username, sessionId\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend username := \"\\x01qradar:username\"; sessionId := \"\\x01session\"\n"
     "      group_apply by \"\\x01s0\", \"\\x01s1\"\n"
     "        each:\n"
     "          session \"\\x01session\" by aql_long(\"\\x01qradar:starttime\") explicit begin aql"
     "_eq(aql_long(\"\\x01qradar:qid\"), 1) end aql_eq(aql_long(\"\\x01qradar:qid\"), 2) timeout 1"
     "000 ms window 300000 ms\n"
     "            input\n"
     "        extend \"\\x01s0\" := \"\\x01qradar:username\"; \"\\x01s1\" := aql_host(\"\\x01qrada"
     "r:sourceip\")\n"
     "          scan fields=[]\n"
     "columns: username String, sessionId Long\n"},
    {"SELECT qid FROM events START '2014-04-25 15:51:20' STOP '2014/04/25-17:00:20'",
     "project qid\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend qid := aql_long(\"\\x01qradar:qid\")\n"
     "      scan fields=[]\n"
     "interval: 374018940000 374014740000\n"
     "columns: qid Integer\n"},
    {"SELECT qid FROM events START '2014-04-25 15:51z' STOP '2014:04:25-17:00:00'",
     "project qid\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend qid := aql_long(\"\\x01qradar:qid\")\n"
     "      scan fields=[]\n"
     "interval: 374018940000 374014740000\n"
     "columns: qid Integer\n"},
    {"SELECT qid FROM events START 1772450000123 STOP '1772450000999'",
     "project qid\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend qid := aql_long(\"\\x01qradar:qid\")\n"
     "      scan fields=[]\n"
     "interval: 9999877 9999000\n"
     "columns: qid Integer\n"},
    {"SELECT qid FROM events START PARSEDATETIME('2 hours ago')",
     "project qid\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend qid := aql_long(\"\\x01qradar:qid\")\n"
     "      scan fields=[]\n"
     "interval: 7200000 0\n"
     "columns: qid Integer\n"},
    {"SELECT qid FROM events START '2014-04-25 15:51' STOP '2014-04-24 15:51'",
     "1:24 START lies after STOP\n"},
    {"SELECT qid FROM events START 'yesterday'",
     "1:30 'yesterday' is no time\n"
     "hint: for example '2026-03-02 14:00', '2026-03-02 14:00:30z' or 1772460000000\n"},
    {"SELECT qid FROM events TIMES OFFENSE_TIME(5)", "0:0 OFFENSE_TIME needs the offenses\n"
                                                     "hint: give them with --offenses FILE\n"},
    {"SELECT qid FROM events PARAMETERS snapshotsize=2, foo='x'",
     "project qid\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend qid := aql_long(\"\\x01qradar:qid\")\n"
     "      scan fields=[]\n"
     "columns: qid Integer\n"
     "note 50: there is no parameter foo; it is passed over\n"},
    {"SELECT sourceip, sourceport, COUNT(*) AS n, SUM(eventcount)*2 AS s, LONG(COUNT(*)) FROM even"
     "ts GROUP BY sourceip LAST 5 MINUTES",
     "project sourceip, FIRST_sourceport, n, s, long\n"
     "  extend sourceip := \"\\x01k0\"; FIRST_sourceport := \"\\x01g2\"; n := \"\\x01g3\"; s := aq"
     "l_mul(\"\\x01g5\", 2); long := aql_long(\"\\x01g3\")\n"
     "    aggregate by \"\\x01k0\"\n"
     "      \"\\x01g2\" = aql_first(\"\\x01a1\", @timestamp)\n"
     "      \"\\x01g3\" = count(none, false)\n"
     "      \"\\x01g5\" = sum(\"\\x01a4\")\n"
     "      extend \"\\x01k0\" := aql_host(\"\\x01qradar:sourceip\"); \"\\x01a1\" := aql_long(\"\\"
     "x01qradar:sourceport\"); \"\\x01a4\" := aql_long(\"\\x01qradar:eventcount\")\n"
     "        scan fields=[]\n"
     "interval: 300000 0\n"
     "columns: sourceip Host, FIRST_sourceport Port, n Double, s Double, long Long\n"},
    {"!SELECT sourceip, sourceport, COUNT(*) AS n, SUM(eventcount)*2 AS s, LONG(COUNT(*)) FROM eve"
     "nts GROUP BY sourceip LAST 5 MINUTES",
     "project sourceip, FIRST_sourceport, n, s, long\n"
     "  extend sourceip := coalesce(false, \"\\x01k0\", \"0.0.0.0\"); FIRST_sourceport := coalesce"
     "(false, \"\\x01g2\", 0); n := \"\\x01g3\"; s := aql_mul(\"\\x01g5\", 2); long := aql_long(\""
     "\\x01g3\")\n"
     "    aggregate by \"\\x01k0\"\n"
     "      \"\\x01g2\" = aql_first(\"\\x01a1\", @timestamp)\n"
     "      \"\\x01g3\" = count(none, false)\n"
     "      \"\\x01g5\" = sum(\"\\x01a4\")\n"
     "      extend \"\\x01k0\" := aql_host(\"\\x01qradar:sourceip\"); \"\\x01a1\" := aql_long(\"\\"
     "x01qradar:sourceport\"); \"\\x01a4\" := aql_long(\"\\x01qradar:eventcount\")\n"
     "        scan fields=[]\n"
     "interval: 300000 0\n"
     "columns: sourceip Host, FIRST_sourceport Port, n Double real, s Double real, long Long\n"},
    {"SELECT ABS(qid), REFERENCETABLE('t', 'FullName', 'Global ID'), username AS 'Global ID' FROM "
     "events",
     "project abs_qid, referencetable, \"Global ID\"\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend abs_qid := aql_abs(aql_long(\"\\x01qradar:qid\")); referencetable := reference_ta"
     "ble(\"t\", \"FullName\", \"\\x01qradar:username\"); \"Global ID\" := \"\\x01qradar:username"
     "\"\n"
     "      scan fields=[]\n"
     "columns: abs_qid Double, referencetable String, Global ID String\n"
     "note 7: ABS() is not a function of the product\n"},
    {"SELECT username FROM events WHERE INOFFENSE(5) AND REFERENCESETCONTAINS(\"my set\", sourceip"
     ")",
     "project username\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend username := \"\\x01qradar:username\"\n"
     "      filter and(in_offense(5, \"\\x01qradar:starttime\", \"\\x01qradar:sourceip\", \"\\x01q"
     "radar:destinationip\", \"\\x01qradar:username\", \"\\x01qradar:eventname\", \"\\x01qradar:lo"
     "gsourcename\"), reference_set_contains(\"my set\", aql_host(\"\\x01qradar:sourceip\")))\n"
     "        scan fields=[]\n"
     "columns: username String\n"
     "note 72: my set is read as the text 'my set'\n"},
    {"SELECT username FROM events LAST 1 HOURS UNION ALL SELECT username FROM flows",
     "table \"table 1\":\n"
     "  project username#2 as username, @timestamp\n"
     "    extend username#2 := \"\\x01qradar:username\"\n"
     "      scan fields=[]\n"
     "project username\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    union\n"
     "      and:\n"
     "        table \"table 1\"\n"
     "      project username, @timestamp\n"
     "        extend username := \"\\x01qradar:username\"\n"
     "          scan fields=[]\n"
     "table 1: all\n"
     "interval: 3600000 0\n"
     "columns: username String\n"
     "note 41: UNION; AQL has none\n"},
    {"SELECT username, COUNT(*) AS n FROM events GROUP BY n",
     "1:18 the aggregate COUNT() cannot stand in GROUP BY\n"},
    {"SELECT properties.status.errorCode, sourcegeographiccountry FROM events",
     "project properties.status.errorCode, sourcegeographiccountry\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend properties.status.errorCode := \"\\x01property:properties.status.errorCode\"; sou"
     "rcegeographiccountry := coalesce(false, \"\\x01property:sourcegeographiccountry\", aql_repla"
     "cefirst(\"\\\\..*$\", \"\\x01qradar:sourcegeographiclocation\", \"\"))\n"
     "      scan fields=[]\n"
     "columns: properties.status.errorCode String, sourcegeographiccountry String\n"
     "note 7: a name with a point; AQL writes it in quotes\n"
     "note 7: properties.status.errorCode is read as a custom property\n"
     "note 36: sourcegeographiccountry is read as the country of sourcegeographiclocation\n"},
    {"SELECT username FROM (SELECT username FROM events LAST 2 HOURS) WHERE username IN (SELECT us"
     "ername FROM flows) LAST 1 HOURS",
     "table \"table 1\":\n"
     "  project \"\\x01c0\"\n"
     "    extend username#2 := \"\\x01qradar:username\"; \"\\x01c0\" := aql_str(username#2)\n"
     "      scan fields=[]\n"
     "project username#3\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend username#3 := username\n"
     "      filter \"\\x01m2\"\n"
     "        join mark \"table 1\" on \"\\x01i1\" = \"\\x01c0\" as \"\\x01m2\"\n"
     "          extend username := \"\\x01qradar:username\"; \"\\x01i1\" := aql_str(username)\n"
     "            scan fields=[]\n"
     "table 1: 3600000 0\n"
     "interval: 7200000 0\n"
     "columns: username String\n"},
    {"SELECT username FROM events UNION SELECT username FROM events UNION ALL SELECT username FROM"
     " flows LIMIT 2",
     "table \"table 1\":\n"
     "  project username#2 as username, @timestamp\n"
     "    extend username#2 := \"\\x01qradar:username\"\n"
     "      scan fields=[]\n"
     "table \"table 2\":\n"
     "  project username#3 as username, @timestamp\n"
     "    extend username#3 := \"\\x01qradar:username\"\n"
     "      scan fields=[]\n"
     "project username\n"
     "  limit 2\n"
     "    sort by @timestamp desc, ordinal desc\n"
     "      union\n"
     "        and:\n"
     "          table \"table 2\"\n"
     "        distinct by username\n"
     "          union\n"
     "            and:\n"
     "              table \"table 1\"\n"
     "            project username, @timestamp\n"
     "              extend username := \"\\x01qradar:username\"\n"
     "                scan fields=[]\n"
     "columns: username String\n"
     "note 28: UNION; AQL has none\n"
     "note 62: UNION; AQL has none\n"},
    {"SELECT username, MAX(n) FROM (SELECT username, COUNT(*) AS n FROM events GROUP BY username, "
     "sourceip) GROUP BY username",
     "project username#2, MAX_n\n"
     "  extend username#2 := username; MAX_n := \"\\x01g2\"\n"
     "    aggregate by username\n"
     "      \"\\x01g2\" = aql_max(n)\n"
     "      extend username := \"\\x01qradar:username\"; n := \"\\x01g1\"\n"
     "        aggregate by \"\\x01qradar:username\", \"\\x01k0\"\n"
     "          \"\\x01g1\" = count(none, false)\n"
     "          extend \"\\x01k0\" := aql_host(\"\\x01qradar:sourceip\")\n"
     "            scan fields=[]\n"
     "columns: username String, MAX_n Double\n"},
};

int main(void)
{
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        plan_case_run(&cases[i]);
    TAP_DONE();
}
