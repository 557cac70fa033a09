/* test_plan_select.c - fields, conditions, groups and functions: queries, their plans, result
 * columns and notes. */
#include "plan_cases.h"

static const struct plan_case cases[] = {
    {"SELECT * FROM events",
     "project starttime, protocolid, sourceip, logsourceid, qid, sourceport, eventcount, magnitude"
     ", identityip, destinationip, destinationport, category, username\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend starttime := aql_long(\"\\x01qradar:starttime\"); protocolid := aql_long(\"\\x01q"
     "radar:protocolid\"); sourceip := aql_host(\"\\x01qradar:sourceip\"); logsourceid := aql_long"
     "(\"\\x01qradar:logsourceid\"); qid := aql_long(\"\\x01qradar:qid\"); sourceport := aql_long("
     "\"\\x01qradar:sourceport\"); eventcount := aql_long(\"\\x01qradar:eventcount\"); magnitude :"
     "= aql_long(\"\\x01qradar:magnitude\"); identityip := aql_host(\"\\x01qradar:identityip\"); d"
     "estinationip := aql_host(\"\\x01qradar:destinationip\"); destinationport := aql_long(\"\\x01"
     "qradar:destinationport\"); category := aql_long(\"\\x01qradar:category\"); username := \"\\x"
     "01qradar:username\"\n"
     "      scan fields=[]\n"
     "columns: starttime Long, protocolid UnsignedByte, sourceip Host, logsourceid Integer, qid In"
     "teger, sourceport Port, eventcount Integer, magnitude Integer, identityip Host, destinationi"
     "p Host, destinationport Port, category Integer, username String\n"},
    {"SELECT * FROM flows LIMIT 3",
     "project starttime, endtime, flowtype, sourceip, sourceport, destinationip, destinationport, "
     "protocolid, applicationid, sourcebytes, destinationbytes, sourcepackets, destinationpackets,"
     " category, qid\n"
     "  limit 3\n"
     "    sort by @timestamp desc, ordinal desc\n"
     "      extend starttime := aql_long(\"\\x01qradar:starttime\"); endtime := aql_long(\"\\x01qr"
     "adar:endtime\"); flowtype := aql_long(\"\\x01qradar:flowtype\"); sourceip := aql_host(\"\\x0"
     "1qradar:sourceip\"); sourceport := aql_long(\"\\x01qradar:sourceport\"); destinationip := aq"
     "l_host(\"\\x01qradar:destinationip\"); destinationport := aql_long(\"\\x01qradar:destination"
     "port\"); protocolid := aql_long(\"\\x01qradar:protocolid\"); applicationid := aql_long(\"\\x"
     "01qradar:applicationid\"); sourcebytes := aql_long(\"\\x01qradar:sourcebytes\"); destination"
     "bytes := aql_long(\"\\x01qradar:destinationbytes\"); sourcepackets := aql_long(\"\\x01qradar"
     ":sourcepackets\"); destinationpackets := aql_long(\"\\x01qradar:destinationpackets\"); categ"
     "ory := aql_long(\"\\x01qradar:category\"); qid := aql_long(\"\\x01qradar:qid\")\n"
     "        scan fields=[]\n"
     "columns: starttime Long, endtime Long, flowtype Integer, sourceip Host, sourceport Port, des"
     "tinationip Host, destinationport Port, protocolid UnsignedByte, applicationid Integer, sourc"
     "ebytes Long, destinationbytes Long, sourcepackets Long, destinationpackets Long, category In"
     "teger, qid Integer\n"},
    {"SELECT *, \"Event ID\" AS e FROM events LAST 24 HOURS",
     "project starttime, protocolid, sourceip, logsourceid, qid, sourceport, eventcount, magnitude"
     ", identityip, destinationip, destinationport, category, username, e\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend starttime := aql_long(\"\\x01qradar:starttime\"); protocolid := aql_long(\"\\x01q"
     "radar:protocolid\"); sourceip := aql_host(\"\\x01qradar:sourceip\"); logsourceid := aql_long"
     "(\"\\x01qradar:logsourceid\"); qid := aql_long(\"\\x01qradar:qid\"); sourceport := aql_long("
     "\"\\x01qradar:sourceport\"); eventcount := aql_long(\"\\x01qradar:eventcount\"); magnitude :"
     "= aql_long(\"\\x01qradar:magnitude\"); identityip := aql_host(\"\\x01qradar:identityip\"); d"
     "estinationip := aql_host(\"\\x01qradar:destinationip\"); destinationport := aql_long(\"\\x01"
     "qradar:destinationport\"); category := aql_long(\"\\x01qradar:category\"); username := \"\\x"
     "01qradar:username\"; e := coalesce(false, \"\\x01qradar:qideventid\", \"\\x01property:Event "
     "ID\")\n"
     "      scan fields=[]\n"
     "interval: 86400000 0\n"
     "columns: starttime Long, protocolid UnsignedByte, sourceip Host, logsourceid Integer, qid In"
     "teger, sourceport Port, eventcount Integer, magnitude Integer, identityip Host, destinationi"
     "p Host, destinationport Port, category Integer, username String, e String\n"
     "note 10: Event ID is read as the field qideventid, or as a custom property of that name\n"},
    {"!SELECT *, \"Event ID\" FROM events LAST 24 HOURS",
     "project starttime, protocolid, sourceip, logsourceid, qid, sourceport, eventcount, magnitude"
     ", identityip, destinationip, destinationport, category, username, \"Event ID\"\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend starttime := aql_long(\"\\x01qradar:starttime\"); protocolid := aql_long(\"\\x01q"
     "radar:protocolid\"); sourceip := coalesce(false, aql_host(\"\\x01qradar:sourceip\"), \"0.0.0"
     ".0\"); logsourceid := aql_long(\"\\x01qradar:logsourceid\"); qid := aql_long(\"\\x01qradar:q"
     "id\"); sourceport := coalesce(false, aql_long(\"\\x01qradar:sourceport\"), 0); eventcount :="
     " aql_long(\"\\x01qradar:eventcount\"); magnitude := aql_long(\"\\x01qradar:magnitude\"); ide"
     "ntityip := coalesce(false, aql_host(\"\\x01qradar:identityip\"), \"0.0.0.0\"); destinationip"
     " := coalesce(false, aql_host(\"\\x01qradar:destinationip\"), \"0.0.0.0\"); destinationport :"
     "= coalesce(false, aql_long(\"\\x01qradar:destinationport\"), 0); category := aql_long(\"\\x0"
     "1qradar:category\"); username := \"\\x01qradar:username\"; \"Event ID\" := \"\\x01property:E"
     "vent ID\"\n"
     "      scan fields=[]\n"
     "interval: 86400000 0\n"
     "columns: starttime Long, protocolid UnsignedByte, sourceip Host, logsourceid Integer, qid In"
     "teger, sourceport Port, eventcount Integer, magnitude Integer, identityip Host, destinationi"
     "p Host, destinationport Port, category Integer, username String, Event ID String\n"},
    {"SELECT username, sourceip, sourcemac, hasidentity, \"Process Name\", payload FROM events",
     "project username, sourceip, sourcemac, hasidentity, \"Process Name\", payload\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend username := \"\\x01qradar:username\"; sourceip := aql_host(\"\\x01qradar:sourceip"
     "\"); sourcemac := aql_mac(\"\\x01qradar:sourcemac\"); hasidentity := aql_bool(\"\\x01qradar:"
     "hasidentity\"); \"Process Name\" := \"\\x01property:Process Name\"; payload := \"\\x01qradar"
     ":payload\"\n"
     "      scan fields=[]\n"
     "columns: username String, sourceip Host, sourcemac MACAddress, hasidentity Boolean, Process "
     "Name String, payload ByteArray\n"},
    {"SELECT UTF8(payload) AS eventpayload FROM events WHERE eventpayload MATCHES 'x'",
     "project eventpayload\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend eventpayload := \"\\x01qradar:payload\"\n"
     "      filter aql_matches(\"\\x01qradar:payload\", \"x\")\n"
     "        scan fields=[]\n"
     "columns: eventpayload String\n"},
    {"SELECT eventpayload FROM events WHERE eventpayload ILIKE '%x%'",
     "project eventpayload\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend eventpayload := \"\\x01qradar:payload\"\n"
     "      filter aql_ilike(\"\\x01qradar:payload\", \"%x%\")\n"
     "        scan fields=[]\n"
     "columns: eventpayload String\n"
     "note 7: eventpayload is read as UTF8(payload)\n"
     "note 38: eventpayload is read as UTF8(payload)\n"},
    {"SELECT sourceaddress AS sourceip FROM events WHERE sourceip = '1.2.3.4' ORDER BY sourceip",
     "project sourceip\n"
     "  sort by sourceip asc exactly, ordinal\n"
     "    extend sourceip := aql_host(\"\\x01qradar:sourceaddress\")\n"
     "      filter aql_eq(aql_host(\"\\x01qradar:sourceip\"), \"1.2.3.4\")\n"
     "        scan fields=[]\n"
     "columns: sourceip HostV4V6\n"},
    {"SELECT LONG(sourceip) AS long_ip FROM events WHERE (long_ip & 0xff000000) = 0x0a000000",
     "project long_ip\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend long_ip := aql_long(aql_host(\"\\x01qradar:sourceip\"))\n"
     "      filter aql_eq(aql_bit_and(aql_long(aql_host(\"\\x01qradar:sourceip\")), 4278190080), 1"
     "67772160)\n"
     "        scan fields=[]\n"
     "columns: long_ip Long\n"},
    {"SELECT qid AS a, a + 1 AS b FROM events",
     "project a, b\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend a := aql_long(\"\\x01qradar:qid\"); b := aql_add(aql_long(\"\\x01qradar:qid\"), 1"
     ")\n"
     "      scan fields=[]\n"
     "columns: a Integer, b Long\n"
     "note 17: a is read as the alias of another column\n"},
    {"SELECT a AS b, b AS a FROM events WHERE a = 1",
     "project b, a\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend b := \"\\x01property:a\"; a := \"\\x01property:b\"\n"
     "      filter aql_eq(\"\\x01property:a\", 1)\n"
     "        scan fields=[]\n"
     "columns: b String, a String\n"},
    {"SELECT sourceip AS ClientIP, COUNT(*) FROM events GROUP BY sourceip",
     "project ClientIP, COUNT\n"
     "  extend ClientIP := \"\\x01k0\"; COUNT := \"\\x01g1\"\n"
     "    aggregate by \"\\x01k0\"\n"
     "      \"\\x01g1\" = count(none, false)\n"
     "      extend \"\\x01k0\" := aql_host(\"\\x01qradar:sourceip\")\n"
     "        scan fields=[]\n"
     "columns: ClientIP Host, COUNT Double\n"},
    {"SELECT sourceip AS c, COUNT(*) AS n FROM events GROUP BY c",
     "project c, n\n"
     "  extend c := \"\\x01k0\"; n := \"\\x01g1\"\n"
     "    aggregate by \"\\x01k0\"\n"
     "      \"\\x01g1\" = count(none, false)\n"
     "      extend \"\\x01k0\" := aql_host(\"\\x01qradar:sourceip\")\n"
     "        scan fields=[]\n"
     "columns: c Host, n Double\n"},
    {"SELECT sourceip AS 'my ip', COUNT(*) AS n FROM events GROUP BY \"my ip\" ORDER BY 'my ip'",
     "project \"my ip\", n\n"
     "  sort by \"my ip\" asc exactly, ordinal\n"
     "    extend \"my ip\" := \"\\x01k0\"; n := \"\\x01g1\"\n"
     "      aggregate by \"\\x01k0\"\n"
     "        \"\\x01g1\" = count(none, false)\n"
     "        extend \"\\x01k0\" := aql_host(\"\\x01qradar:sourceip\")\n"
     "          scan fields=[]\n"
     "columns: my ip Host, n Double\n"},
    {"SELECT username, sourceip, COUNT(*), COUNT(username), SUM(eventcount), MAX(starttime) FROM e"
     "vents GROUP BY username",
     "project username, FIRST_sourceip, COUNT, COUNT_username, SUM_eventcount, MAX_starttime\n"
     "  extend username := \"\\x01qradar:username\"; FIRST_sourceip := \"\\x01g1\"; COUNT := \"\\x"
     "01g2\"; COUNT_username := \"\\x01g3\"; SUM_eventcount := \"\\x01g5\"; MAX_starttime := \"\\x"
     "01g7\"\n"
     "    aggregate by \"\\x01qradar:username\"\n"
     "      \"\\x01g1\" = aql_first(\"\\x01a0\", @timestamp)\n"
     "      \"\\x01g2\" = count(none, false)\n"
     "      \"\\x01g3\" = count(\"\\x01qradar:username\", false)\n"
     "      \"\\x01g5\" = sum(\"\\x01a4\")\n"
     "      \"\\x01g7\" = aql_max(\"\\x01a6\")\n"
     "      extend \"\\x01a0\" := aql_host(\"\\x01qradar:sourceip\"); \"\\x01a4\" := aql_long(\"\\"
     "x01qradar:eventcount\"); \"\\x01a6\" := aql_long(\"\\x01qradar:starttime\")\n"
     "        scan fields=[]\n"
     "columns: username String, FIRST_sourceip Host, COUNT Double, COUNT_username Double, SUM_even"
     "tcount Double, MAX_starttime Long\n"},
    {"SELECT COUNT(*), COUNT(1), COUNT(DISTINCT username), UNIQUECOUNT(username), UNIQUECOUNT(user"
     "name, sourceip), DISTINCTCOUNT(qid) FROM events",
     "project COUNT, COUNT#2, UNIQUECOUNT_username, UNIQUECOUNT_username#2, UNIQUECOUNT_username_s"
     "ourceip, DISTINCTCOUNT_qid\n"
     "  extend COUNT := \"\\x01g0\"; COUNT#2 := \"\\x01g0\"; UNIQUECOUNT_username := \"\\x01g1\"; "
     "UNIQUECOUNT_username#2 := \"\\x01g1\"; UNIQUECOUNT_username_sourceip := \"\\x01g3\"; DISTINC"
     "TCOUNT_qid := \"\\x01g5\"\n"
     "    aggregate\n"
     "      \"\\x01g0\" = count(none, false)\n"
     "      \"\\x01g1\" = aql_count_distinct(\"\\x01qradar:username\")\n"
     "      \"\\x01g3\" = aql_count_distinct(\"\\x01qradar:username\", \"\\x01a2\")\n"
     "      \"\\x01g5\" = aql_distinct_count(\"\\x01a4\")\n"
     "      extend \"\\x01a2\" := aql_host(\"\\x01qradar:sourceip\"); \"\\x01a4\" := aql_long(\"\\"
     "x01qradar:qid\")\n"
     "        scan fields=[]\n"
     "columns: COUNT Double, COUNT Double, UNIQUECOUNT_username Double, UNIQUECOUNT_username Doubl"
     "e, UNIQUECOUNT_username_sourceip Double, DISTINCTCOUNT_qid Double\n"
     "note 17: COUNT(1) is read as COUNT(*)\n"
     "note 33: COUNT(DISTINCT ...) is read as the number of distinct values; AQL writes UNIQUECOUN"
     "T(...)\n"},
    {"SELECT LIST(DISTINCT username), GROUP_CONCAT(username, '; '), ARRAY_AGG(qid LIMIT 5), CARDIN"
     "ALITY(LIST(username)), FIRST(username), LAST(username), COUNTIF(qid > 5), PERCENTILE(qid, 95"
     ") FROM events",
     "project LIST_username, \"GROUP_CONCAT_username_'; '\", ARRAY_AGG_qid, \"CARDINALITY_LIST(use"
     "rname)\", FIRST_username, LAST_username, \"COUNTIF_qid>5\", PERCENTILE_qid_95\n"
     "  extend LIST_username := \"\\x01g0\"; \"GROUP_CONCAT_username_'; '\" := \"\\x01g1\"; ARRAY_"
     "AGG_qid := \"\\x01g3\"; \"CARDINALITY_LIST(username)\" := \"\\x01g4\"; FIRST_username := \""
     "\\x01g5\"; LAST_username := \"\\x01g6\"; \"COUNTIF_qid>5\" := \"\\x01g8\"; PERCENTILE_qid_95"
     " := \"\\x01g9\"\n"
     "    aggregate\n"
     "      \"\\x01g0\" = aql_list(\"\\x01qradar:username\", \", \", 1000000)\n"
     "      \"\\x01g1\" = aql_list(\"\\x01qradar:username\", \"; \", 1000000)\n"
     "      \"\\x01g3\" = aql_list(\"\\x01a2\", \", \", 5)\n"
     "      \"\\x01g4\" = aql_count_distinct(\"\\x01qradar:username\")\n"
     "      \"\\x01g5\" = aql_first(\"\\x01qradar:username\", @timestamp)\n"
     "      \"\\x01g6\" = aql_last(\"\\x01qradar:username\", @timestamp)\n"
     "      \"\\x01g8\" = aql_count_if(\"\\x01a7\")\n"
     "      \"\\x01g9\" = percentile_point(\"\\x01a2\", 95)\n"
     "      extend \"\\x01a2\" := aql_long(\"\\x01qradar:qid\"); \"\\x01a7\" := aql_gt(aql_long(\""
     "\\x01qradar:qid\"), 5)\n"
     "        scan fields=[]\n"
     "columns: LIST_username String, GROUP_CONCAT_username_'; ' String, ARRAY_AGG_qid String, CARD"
     "INALITY_LIST(username) Double, FIRST_username String, LAST_username String, COUNTIF_qid>5 Do"
     "uble, PERCENTILE_qid_95 Double\n"
     "note 7: LIST() is not a function of the product\n"
     "note 12: DISTINCT in LIST(); AQL has none there\n"
     "note 32: GROUP_CONCAT() is not a function of the product\n"
     "note 62: ARRAY_AGG() is not a function of the product\n"
     "note 76: LIMIT in a function; AQL has none there\n"
     "note 86: CARDINALITY() is not a function of the product\n"
     "note 148: COUNTIF() is not a function of the product\n"
     "note 166: PERCENTILE() is not a function of the product\n"},
    {"SELECT LONG(COUNT(*)), DATEFORMAT(MIN(starttime), 'yyyy'), SUM(eventcount) / COUNT(*), CASE "
     "WHEN COUNT(*) > 10 THEN 'High' ELSE username END FROM events GROUP BY sourceip",
     "project long, dateformat_starttime, \"SUM(eventcount)/COUNT(*)\", \"CASEWHENCOUNT(*)>10THEN'"
     "High'ELSEusernameEND\"\n"
     "  extend long := aql_long(\"\\x01g1\"); dateformat_starttime := aql_dateformat(\"\\x01g3\", "
     "\"yyyy\"); \"SUM(eventcount)/COUNT(*)\" := aql_div(aql_double(\"\\x01g5\"), \"\\x01g1\"); \""
     "CASEWHENCOUNT(*)>10THEN'High'ELSEusernameEND\" := aql_case(aql_gt(\"\\x01g1\", 10), \"High\""
     ", \"\\x01g6\")\n"
     "    aggregate by \"\\x01k0\"\n"
     "      \"\\x01g1\" = count(none, false)\n"
     "      \"\\x01g3\" = aql_min(\"\\x01a2\")\n"
     "      \"\\x01g5\" = sum(\"\\x01a4\")\n"
     "      \"\\x01g6\" = aql_first(\"\\x01qradar:username\", @timestamp)\n"
     "      extend \"\\x01k0\" := aql_host(\"\\x01qradar:sourceip\"); \"\\x01a2\" := aql_long(\"\\"
     "x01qradar:starttime\"); \"\\x01a4\" := aql_long(\"\\x01qradar:eventcount\")\n"
     "        scan fields=[]\n"
     "columns: long Long, dateformat_starttime String, SUM(eventcount)/COUNT(*) Double, CASEWHENCO"
     "UNT(*)>10THEN'High'ELSEusernameEND String\n"},
    {"SELECT SUM(CASE WHEN qid = 1 THEN 1 ELSE 0 END) AS s FROM events GROUP BY username HAVING s "
     "> 2 OR COUNT(*) > 5",
     "project s\n"
     "  extend s := \"\\x01g1\"\n"
     "    filter or(aql_gt(\"\\x01g1\", 2), aql_gt(\"\\x01g2\", 5))\n"
     "      aggregate by \"\\x01qradar:username\"\n"
     "        \"\\x01g1\" = sum(\"\\x01a0\")\n"
     "        \"\\x01g2\" = count(none, false)\n"
     "        extend \"\\x01a0\" := aql_case(aql_eq(aql_long(\"\\x01qradar:qid\"), 1), 1, 0)\n"
     "          scan fields=[]\n"
     "columns: s Double\n"},
    {"SELECT username, COUNT(*) AS n FROM events WHERE n > 5 GROUP BY username",
     "project username, n\n"
     "  extend username := \"\\x01qradar:username\"; n := \"\\x01g0\"\n"
     "    filter aql_gt(\"\\x01g0\", 5)\n"
     "      aggregate by \"\\x01qradar:username\"\n"
     "        \"\\x01g0\" = count(none, false)\n"
     "        scan fields=[]\n"
     "columns: username String, n Double\n"
     "note 49: a condition on an aggregate in WHERE is read as HAVING\n"},
    {"SELECT username, COUNT(*) AS n FROM events WHERE n > 5 OR username = 'a' GROUP BY username",
     "1:50 WHERE cannot ask an aggregate's alias beside fields\n"
     "hint: conditions on aggregates stand in HAVING\n"},
    {"!SELECT username, COUNT(*) AS n FROM events WHERE n > 5 GROUP BY username",
     "1:50 QRadar refuses this: a condition on an aggregate in WHERE is read as HAVING\n"},
    {"SELECT username FROM events WHERE COUNT(*) > 1",
     "1:35 the aggregate COUNT() cannot stand in WHERE\n"
     "hint: conditions on aggregates stand in HAVING\n"},
    {"SELECT SUM(COUNT(*)) FROM events", "1:12 COUNT() stands inside another aggregate\n"},
    {"SELECT starttime / 60000, COUNT(*) FROM events GROUP BY starttime / 60000 ORDER BY COUNT(*) "
     "DESC LIMIT 10",
     "project \"starttime/60000\", COUNT\n"
     "  limit 10\n"
     "    sort by COUNT desc exactly, ordinal\n"
     "      extend \"starttime/60000\" := \"\\x01k0\"; COUNT := \"\\x01g1\"\n"
     "        aggregate by \"\\x01k0\"\n"
     "          \"\\x01g1\" = count(none, false)\n"
     "          extend \"\\x01k0\" := aql_div(aql_long(\"\\x01qradar:starttime\"), 60000)\n"
     "            scan fields=[]\n"
     "columns: starttime/60000 Long, COUNT Double\n"},
    {"SELECT username, COUNT(*) FROM events GROUP BY 1 ORDER BY 2 DESC",
     "project username, COUNT\n"
     "  sort by COUNT desc exactly, ordinal\n"
     "    extend username := \"\\x01qradar:username\"; COUNT := \"\\x01g0\"\n"
     "      aggregate by \"\\x01qradar:username\"\n"
     "        \"\\x01g0\" = count(none, false)\n"
     "        scan fields=[]\n"
     "columns: username String, COUNT Double\n"
     "note 47: 1 is read as the column of that number\n"
     "note 58: 2 is read as the column of that number\n"},
    {"SELECT username FROM events ORDER BY 9", "1:38 there is no column 9\n"},
    {"SELECT username FROM events GROUP BY username",
     "project username\n"
     "  extend username := \"\\x01qradar:username\"\n"
     "    aggregate by \"\\x01qradar:username\"\n"
     "      scan fields=[]\n"
     "columns: username String\n"},
    {"SELECT DISTINCT username, qid FROM events ORDER BY starttime",
     "project username, qid\n"
     "  sort by \"\\x01o0\" asc exactly, ordinal\n"
     "    extend \"\\x01o0\" := aql_long(\"\\x01qradar:starttime\")\n"
     "      distinct by username, qid\n"
     "        extend username := \"\\x01qradar:username\"; qid := aql_long(\"\\x01qradar:qid\")\n"
     "          scan fields=[]\n"
     "columns: username String, qid Integer\n"
     "note 7: SELECT DISTINCT is read as distinct rows; AQL writes GROUP BY\n"},
    {"SELECT username FROM events ORDER BY username COLLATE 'de-CH'",
     "project username\n"
     "  sort by username asc exactly, ordinal\n"
     "    extend username := \"\\x01qradar:username\"\n"
     "      scan fields=[]\n"
     "columns: username String\n"
     "note 0: COLLATE 'de-CH' is passed over: texts are ordered by code point\n"},
    {"SELECT qid FROM events WHERE qid = NULL OR username <> NULL",
     "project qid\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend qid := aql_long(\"\\x01qradar:qid\")\n"
     "      filter or(aql_is_null(aql_long(\"\\x01qradar:qid\")), not(aql_is_null(\"\\x01qradar:us"
     "ername\")))\n"
     "        scan fields=[]\n"
     "columns: qid Integer\n"
     "note 29: a comparison with NULL is read as IS NULL\n"
     "note 43: a comparison with NULL is read as IS NOT NULL\n"},
    {"SELECT qid FROM events WHERE category = 'Authentication' AND category IN (3001, 'Access', '3"
     "002') AND category != 'Malware'",
     "project qid\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend qid := aql_long(\"\\x01qradar:qid\")\n"
     "      filter and(category_matches_name(aql_long(\"\\x01qradar:category\"), \"Authentication"
     "\"), or(category_matches_name(aql_long(\"\\x01qradar:category\"), \"Access\"), aql_in(aql_lo"
     "ng(\"\\x01qradar:category\"), [3001, \"3002\"])), not(category_matches_name(aql_long(\"\\x01"
     "qradar:category\"), \"Malware\")))\n"
     "        scan fields=[]\n"
     "columns: qid Integer\n"
     "note 40: 'Authentication' beside a category's id is read as the category's name\n"
     "note 80: 'Access' beside a category's id is read as the category's name\n"
     "note 114: 'Malware' beside a category's id is read as the category's name\n"},
    {"SELECT qid FROM events WHERE CATEGORYNAME(category) LIKE '%Auth%' AND LOGSOURCETYPENAME(devi"
     "cetype) = 'x'",
     "project qid\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend qid := aql_long(\"\\x01qradar:qid\")\n"
     "      filter and(or(aql_like(category_name(aql_long(\"\\x01qradar:category\")), \"%Auth%\"),"
     " aql_like(category_high_name(aql_long(\"\\x01qradar:category\")), \"%Auth%\"), aql_like(cate"
     "gory_qualified_name(aql_long(\"\\x01qradar:category\")), \"%Auth%\")), or(aql_eq(log_source_"
     "type_name(aql_long(\"\\x01qradar:devicetype\")), \"x\"), aql_eq(coalesce(false, log_source_t"
     "ype_other_name(aql_long(\"\\x01qradar:devicetype\"), 0), log_source_type_name(aql_long(\"\\x"
     "01qradar:devicetype\"))), \"x\"), aql_eq(coalesce(false, log_source_type_other_name(aql_long("
     "\"\\x01qradar:devicetype\"), 1), log_source_type_name(aql_long(\"\\x01qradar:devicetype\"))"
     "), \"x\")))\n"
     "        scan fields=[]\n"
     "columns: qid Integer\n"
     "note 29: a condition on CATEGORYNAME() is asked of the low-level name, the high-level name a"
     "nd both (High.Low); --no-category-widening asks the first\n"},
    {"!SELECT qid FROM events WHERE CATEGORYNAME(category) LIKE '%Auth%' AND LOGSOURCETYPENAME(dev"
     "icetype) = 'x'",
     "project qid\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend qid := aql_long(\"\\x01qradar:qid\")\n"
     "      filter and(aql_like(category_name(aql_long(\"\\x01qradar:category\")), \"%Auth%\"), aq"
     "l_eq(log_source_type_name(aql_long(\"\\x01qradar:devicetype\")), \"x\"))\n"
     "        scan fields=[]\n"
     "columns: qid Integer\n"},
    {"SELECT qid FROM events WHERE NOT CATEGORYNAME(category) ILIKE 'a' AND LOWER(LOGSOURCETYPENAM"
     "E(devicetype)) LIKE '%x%'",
     "project qid\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend qid := aql_long(\"\\x01qradar:qid\")\n"
     "      filter and(not(or(aql_ilike(category_name(aql_long(\"\\x01qradar:category\")), \"a\"),"
     " aql_ilike(category_high_name(aql_long(\"\\x01qradar:category\")), \"a\"), aql_ilike(categor"
     "y_qualified_name(aql_long(\"\\x01qradar:category\")), \"a\"))), or(aql_like_lower(log_source"
     "_type_name(aql_long(\"\\x01qradar:devicetype\")), \"%x%\"), aql_like_lower(coalesce(false, l"
     "og_source_type_other_name(aql_long(\"\\x01qradar:devicetype\"), 0), log_source_type_name(aql"
     "_long(\"\\x01qradar:devicetype\"))), \"%x%\"), aql_like_lower(coalesce(false, log_source_typ"
     "e_other_name(aql_long(\"\\x01qradar:devicetype\"), 1), log_source_type_name(aql_long(\"\\x01q"
     "radar:devicetype\"))), \"%x%\")))\n"
     "        scan fields=[]\n"
     "columns: qid Integer\n"
     "note 33: a condition on CATEGORYNAME() is asked of the low-level name, the high-level name a"
     "nd both (High.Low); --no-category-widening asks the first\n"},
    {"SELECT qid FROM events WHERE sourceip IN ('10.0.0.0/8', '1.2.3.4') AND destinationip != '10."
     "0.0.0/8' AND INCIDR(sourceip, '10.0.0.0/8')",
     "project qid\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend qid := aql_long(\"\\x01qradar:qid\")\n"
     "      filter and(or(aql_in_cidr(\"10.0.0.0/8\", aql_host(\"\\x01qradar:sourceip\")), aql_in("
     "aql_host(\"\\x01qradar:sourceip\"), [\"1.2.3.4\"])), not(aql_in_cidr(\"10.0.0.0/8\", aql_hos"
     "t(\"\\x01qradar:destinationip\"))), aql_in_cidr(\"10.0.0.0/8\", aql_host(\"\\x01qradar:sourc"
     "eip\")))\n"
     "        scan fields=[]\n"
     "columns: qid Integer\n"
     "note 42: '10.0.0.0/8' is read as INCIDR('10.0.0.0/8', ...)\n"
     "note 88: '10.0.0.0/8' is read as INCIDR('10.0.0.0/8', ...)\n"
     "note 105: the arguments of INCIDR() are exchanged: the block is first\n"},
    {"SELECT qid FROM events WHERE starttime > '2026-03-01 10:00' AND '2026-03-02' > endtime AND d"
     "evicetime BETWEEN '2026-03-01 00:00:00' AND NOW()",
     "project qid\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend qid := aql_long(\"\\x01qradar:qid\")\n"
     "      filter and(aql_gt(aql_long(\"\\x01qradar:starttime\"), 1772359200000), aql_lt(aql_long"
     "(\"\\x01qradar:endtime\"), 1772409600000), and(aql_ge(aql_long(\"\\x01qradar:devicetime\"), "
     "1772323200000), aql_le(aql_long(\"\\x01qradar:devicetime\"), 1772460000000)))\n"
     "        scan fields=[]\n"
     "columns: qid Integer\n"},
    {"SELECT qid FROM events WHERE starttime > NOW() - 86400 AND starttime > NOW() - 24 HOURS AND "
     "starttime > PARSEDATETIME('1 hour ago')",
     "project qid\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend qid := aql_long(\"\\x01qradar:qid\")\n"
     "      filter and(aql_gt(aql_long(\"\\x01qradar:starttime\"), aql_sub(1772460000000, 86400)),"
     " aql_gt(aql_long(\"\\x01qradar:starttime\"), aql_sub(1772460000000, 86400000)), aql_gt(aql_l"
     "ong(\"\\x01qradar:starttime\"), 1772456400000))\n"
     "        scan fields=[]\n"
     "columns: qid Integer\n"
     "note 49: times are in milliseconds: 86400 is 86 seconds\n"
     "note 79: a span of time is read as 86400000 milliseconds; AQL has numbers only\n"},
    {"SELECT DATEFORMAT(starttime/1000, 'yyyy') FROM events",
     "project dateformat_starttime\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend dateformat_starttime := aql_dateformat(aql_div(aql_long(\"\\x01qradar:starttime\""
     "), 1000), \"yyyy\")\n"
     "      scan fields=[]\n"
     "columns: dateformat_starttime String\n"
     "note 18: DATEFORMAT() takes milliseconds: starttime/1000 is a time of January 1970\n"},
    {"SELECT qid FROM events WHERE LOWER(username) LIKE '%x%' OR UPPER(\"A b\") LIKE 'X_' OR LOWER"
     "(username) ILIKE 'q'",
     "project qid\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend qid := aql_long(\"\\x01qradar:qid\")\n"
     "      filter or(aql_like_lower(\"\\x01qradar:username\", \"%x%\"), aql_like_upper(\"\\x01pro"
     "perty:A b\", \"X_\"), aql_ilike(aql_lower(\"\\x01qradar:username\"), \"q\"))\n"
     "        scan fields=[]\n"
     "columns: qid Integer\n"},
    {"SELECT qid FROM events WHERE username LIKE ENUMERATION('a%', 'b%') AND username NOT LIKE 'c!"
     "%' ESCAPE '!'",
     "project qid\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend qid := aql_long(\"\\x01qradar:qid\")\n"
     "      filter and(or(aql_like(\"\\x01qradar:username\", \"a%\"), aql_like(\"\\x01qradar:usern"
     "ame\", \"b%\")), not(aql_like(\"\\x01qradar:username\", \"c!%\", \"!\")))\n"
     "        scan fields=[]\n"
     "columns: qid Integer\n"
     "note 95: ESCAPE; AQL's LIKE has none\n"},
    {"SELECT qid FROM events WHERE username SIMILAR TO 'a|b.%' AND username CONTAINS 'x' AND usern"
     "ame STARTSWITH 'y' AND username ~* 'z'",
     "project qid\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend qid := aql_long(\"\\x01qradar:qid\")\n"
     "      filter and(aql_matches(\"\\x01qradar:username\", \"(?s)^(?:a|b\\\\..*)$\"), aql_contai"
     "ns(\"\\x01qradar:username\", \"x\"), aql_starts_with(\"\\x01qradar:username\", \"y\"), aql_i"
     "matches(\"\\x01qradar:username\", \"z\"))\n"
     "        scan fields=[]\n"
     "columns: qid Integer\n"
     "note 38: SIMILAR is read as the pattern of SQL\n"
     "note 70: CONTAINS is read as ILIKE '%...%'\n"
     "note 96: STARTSWITH is read as LIKE '...%'\n"
     "note 124: ~* is read as IMATCHES\n"},
    {"SELECT qid FROM events WHERE username NOT IN ('a', 'b', NULL) AND qid IN (1, qid + 1) AND so"
     "urceport NOT BETWEEN 1 AND 10",
     "project qid\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend qid := aql_long(\"\\x01qradar:qid\")\n"
     "      filter and(not(aql_in(\"\\x01qradar:username\", [\"a\", \"b\", none])), or(aql_eq(aql_"
     "long(\"\\x01qradar:qid\"), aql_add(aql_long(\"\\x01qradar:qid\"), 1)), aql_in(aql_long(\"\\x"
     "01qradar:qid\"), [1])), not(and(aql_ge(aql_long(\"\\x01qradar:sourceport\"), 1), aql_le(aql_"
     "long(\"\\x01qradar:sourceport\"), 10))))\n"
     "        scan fields=[]\n"
     "columns: qid Integer\n"},
    {"SELECT qid FROM events WHERE 5 < qid AND 'a' = username AND 'username' = 'x'",
     "project qid\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend qid := aql_long(\"\\x01qradar:qid\")\n"
     "      filter and(aql_gt(aql_long(\"\\x01qradar:qid\"), 5), aql_eq(\"\\x01qradar:username\", "
     "\"a\"), aql_eq(\"username\", \"x\"))\n"
     "        scan fields=[]\n"
     "columns: qid Integer\n"
     "note 60: 'username' is a text here; the field is written \"username\"\n"},
    {"SELECT qid FROM events WHERE hasidentity AND NOT isunparsed = 'true' AND \"Is Admin\" AND us"
     "ername IN REFERENCE_SET('s')",
     "project qid\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend qid := aql_long(\"\\x01qradar:qid\")\n"
     "      filter and(aql_bool(\"\\x01qradar:hasidentity\"), not(aql_eq(aql_bool(\"\\x01qradar:is"
     "unparsed\"), \"true\")), aql_bool(\"\\x01property:Is Admin\"), reference_set_contains(\"s\","
     " \"\\x01qradar:username\"))\n"
     "        scan fields=[]\n"
     "columns: qid Integer\n"
     "note 100: IN REFERENCE_SET(...) is read as REFERENCESETCONTAINS(...)\n"},
    {"SELECT qid FROM events WHERE 'abc'", "1:30 expected a condition, found a value\n"},
    {"SELECT qid FROM events WHERE TEXT SEARCH 'a AND b'",
     "project qid\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend qid := aql_long(\"\\x01qradar:qid\")\n"
     "      filter aql_text_search(\"\\x01qradar:payload\", \"a AND b\")\n"
     "        scan fields=[]\n"
     "columns: qid Integer\n"},
    {"SELECT eventname, hostname, \"Event ID\", deviceid, logsourcetype, sourcegeographiccountry, "
     "deviceaction, direction FROM events",
     "project eventname, hostname, \"Event ID\", deviceid, logsourcetype, sourcegeographiccountry,"
     " deviceaction, direction\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend eventname := \"\\x01qradar:eventname\"; hostname := coalesce(false, \"\\x01proper"
     "ty:hostname\", \"\\x01qradar:identityhostname\", \"\\x01qradar:hostname\"); \"Event ID\" := "
     "coalesce(false, \"\\x01qradar:qideventid\", \"\\x01property:Event ID\"); deviceid := aql_lon"
     "g(\"\\x01qradar:logsourceid\"); logsourcetype := log_source_type_name(aql_long(\"\\x01qradar"
     ":devicetype\")); sourcegeographiccountry := coalesce(false, \"\\x01property:sourcegeographic"
     "country\", aql_replacefirst(\"\\\\..*$\", \"\\x01qradar:sourcegeographiclocation\", \"\")); "
     "deviceaction := coalesce(false, \"\\x01property:act\", \"\\x01property:deviceaction\"); dire"
     "ction := \"\\x01qradar:eventdirection\"\n"
     "      scan fields=[]\n"
     "columns: eventname String, hostname String, Event ID String, deviceid Integer, logsourcetype"
     " String, sourcegeographiccountry String, deviceaction String, direction String\n"
     "note 7: eventname is read as QIDNAME(qid)\n"
     "note 18: hostname is read as the field identityhostname, or as a custom property of that nam"
     "e\n"
     "note 28: Event ID is read as the field qideventid, or as a custom property of that name\n"
     "note 40: deviceid is read as logsourceid\n"
     "note 50: logsourcetype is read as LOGSOURCETYPENAME(devicetype)\n"
     "note 65: sourcegeographiccountry is read as the country of sourcegeographiclocation\n"
     "note 90: deviceaction is read as the property act, or as a custom property of that name\n"
     "note 104: direction is read as eventdirection\n"},
    {"SELECT direction, APPLICATIONNAME(applicationid) FROM flows WHERE sourcebytes + destinationb"
     "ytes > 1000",
     "project direction, applicationname_applicationid\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend direction := \"\\x01qradar:flowdirection\"; applicationname_applicationid := appl"
     "ication_name(aql_long(\"\\x01qradar:applicationid\"))\n"
     "      filter aql_gt(aql_add(aql_long(\"\\x01qradar:sourcebytes\"), aql_long(\"\\x01qradar:de"
     "stinationbytes\")), 1000)\n"
     "        scan fields=[]\n"
     "columns: direction String, applicationname_applicationid String\n"
     "note 7: direction is read as flowdirection\n"},
    {"SELECT properties.status.errorCode, e.username FROM events e",
     "project properties.status.errorCode, username\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend properties.status.errorCode := \"\\x01property:properties.status.errorCode\"; use"
     "rname := \"\\x01qradar:username\"\n"
     "      scan fields=[]\n"
     "columns: properties.status.errorCode String, username String\n"
     "note 7: a name with a point; AQL writes it in quotes\n"
     "note 7: properties.status.errorCode is read as a custom property\n"
     "note 36: a name with a point; AQL writes it in quotes\n"
     "note 59: 'e' is read as a name of the table; AQL has no such names\n"},
    {"SELECT LOGSOURCETYPENAME(logsourceid), LOGSOURCETYPEID(logsourceid), LOGSOURCENAME(logsource"
     "id), QIDNAME(5) FROM events",
     "project logsourcetypename_logsourceid, logsourcetypeid_logsourceid, logsourcename_logsourcei"
     "d, qidname\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend logsourcetypename_logsourceid := log_source_type_name(aql_long(\"\\x01qradar:devi"
     "cetype\")); logsourcetypeid_logsourceid := aql_long(\"\\x01qradar:devicetype\"); logsourcena"
     "me_logsourceid := \"\\x01qradar:logsourcename\"; qidname := qid_name(5)\n"
     "      scan fields=[]\n"
     "columns: logsourcetypename_logsourceid String, logsourcetypeid_logsourceid Integer, logsourc"
     "ename_logsourceid String, qidname String\n"
     "note 7: LOGSOURCETYPENAME(logsourceid) is read as LOGSOURCETYPENAME(devicetype)\n"
     "note 39: LOGSOURCETYPEID() is read as devicetype\n"},
    {"SELECT CASE WHEN qid = 1 THEN \"High\" ELSE \"Process Name\" END, CASE \"Foo\" WHEN 1 THEN "
     "\"Foo\" END, IF qid > 1 THEN 'a' ELSE 'b' FROM events",
     "project \"CASEWHENqid=1THEN\\\"High\\\"ELSE\\\"Process Name\\\"END\", \"CASE\\\"Foo\\\"WHEN1"
     "THEN\\\"Foo\\\"END\", \"IFqid>1THEN'a'ELSE'b'\"\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend \"CASEWHENqid=1THEN\\\"High\\\"ELSE\\\"Process Name\\\"END\" := aql_case(aql_eq(a"
     "ql_long(\"\\x01qradar:qid\"), 1), coalesce(false, \"\\x01property:High\", \"High\"), "
     "\"\\x01property:Process Name\"); \"CASE\\\"Foo\\"
     "\"WHEN1THEN\\\"Foo\\\"END\" := aql_case(aql_eq(\"\\x01property:Foo\", 1), \"\\x01property:Fo"
     "o\"); \"IFqid>1THEN'a'ELSE'b'\" := aql_case(aql_gt(aql_long(\"\\x01qradar:qid\"), 1), \"a\","
     " \"b\")\n"
     "      scan fields=[]\n"
     "columns: CASEWHENqid=1THEN\"High\"ELSE\"Process Name\"END String, CASE\"Foo\"WHEN1THEN\"Foo"
     "\"END String, IFqid>1THEN'a'ELSE'b' String\n"
     "note 30: \"High\" is read as the text 'High' where no property is called so\n"},
    {"SELECT COALESCE(username, 'x'), IFNULL(username, 'y'), CAST(qid AS VARCHAR), username || 'a'"
     " FROM events",
     "project coalesce_username, ifnull_username, \"CAST(qidASVARCHAR)\", \"username||'a'\"\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend coalesce_username := coalesce(false, \"\\x01qradar:username\", \"x\"); ifnull_use"
     "rname := coalesce(false, \"\\x01qradar:username\", \"y\"); \"CAST(qidASVARCHAR)\" := aql_str"
     "(aql_long(\"\\x01qradar:qid\")); \"username||'a'\" := aql_concat(\"\\x01qradar:username\", "
     "\"a\")\n"
     "      scan fields=[]\n"
     "columns: coalesce_username String, ifnull_username String, CAST(qidASVARCHAR) String, userna"
     "me||'a' String\n"
     "note 7: COALESCE() is not a function of the product\n"
     "note 32: IFNULL() is not a function of the product\n"
     "note 55: CAST; AQL writes LONG(...), DOUBLE(...) or STR(...)\n"
     "note 86: || is read as CONCAT(...)\n"},
    {"SELECT CAST(qid AS BLOB) FROM events",
     "1:8 there is no type BLOB\n"
     "hint: CAST knows STRING, INT, LONG, DOUBLE, BOOLEAN and IP\n"},
    {"!SELECT COALESCE(username, 'x') FROM events",
     "1:8 QRadar refuses this: COALESCE() is not a function of the product\n"},
    {"SELECT -qid, ~qid, qid % 5, 2 ^ 3, qid << 1, -5, - 0.5 FROM events",
     "project -qid, \"~qid\", \"qid%5\", \"2^3\", \"qid<<1\", -5, -0.5\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend -qid := aql_neg(aql_long(\"\\x01qradar:qid\")); \"~qid\" := aql_bit_not(aql_long("
     "\"\\x01qradar:qid\")); \"qid%5\" := aql_mod(aql_long(\"\\x01qradar:qid\"), 5); \"2^3\" := aq"
     "l_pow(2, 3); \"qid<<1\" := aql_shl(aql_long(\"\\x01qradar:qid\"), 1); -5 := -5; -0.5 := -0.5"
     "\n"
     "      scan fields=[]\n"
     "columns: -qid Long, ~qid Long, qid%5 Long, 2^3 Double, qid<<1 Long, -5 Long, -0.5 Double\n"},
    {"!SELECT usrname FROM events", "1:8 there is no field usrname\n"
                                    "hint: did you mean 'username', 'qidname' or 'hostname'\n"},
    {"!SELECT \"usrname\", Filename FROM events",
     "project usrname, Filename\n"
     "  sort by @timestamp desc, ordinal desc\n"
     "    extend usrname := \"\\x01property:usrname\"; Filename := \"\\x01property:Filename\"\n"
     "      scan fields=[]\n"
     "columns: usrname String, Filename String\n"},
    {"SELECT nosuch(1) FROM events", "1:8 there is no function nosuch()\n"},
    {"SELECT SUBSTRING(username) FROM events", "1:8 SUBSTRING() needs start\n"
                                               "hint: it is SUBSTRING(text, start[, length])\n"},
    {"SELECT SUBSTRING(username, 1, 2, 3) FROM events",
     "1:34 SUBSTRING() does not take so many arguments\n"
     "hint: it is SUBSTRING(text, start[, length])\n"},
    {"SELECT LOWER(*) FROM events", "1:14 LOWER() does not take *\n"},
    {"SELECT LOWER(DISTINCT username) FROM events",
     "1:8 DISTINCT is for aggregates, LOWER() is none\n"},
    {"SELECT qid FROM nowhere",
     "1:17 there is nothing called nowhere to select from\n"
     "hint: rows come from events, flows, a sub-select, or a name given by WITH or INTO\n"},
};

int main(void)
{
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        plan_case_run(&cases[i]);
    TAP_DONE();
}
