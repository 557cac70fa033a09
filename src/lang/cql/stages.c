/* stages.c - the stages that CQL has beside the function rows: name, parameters, help, lowering
 * function. A stage is one row here and one function in a stage_*.c file; what it does at run time
 * is plan nodes. */
#include <limits.h>

#include "lang/cql/cql.h"
#include "lang/cql/lower.h"
#include "lang/cql/window.h"

#define GROUPING "Grouping and statistics"
#define TIMES    "Time buckets"
#define SEQUENCE "Sequence functions"
#define FIELDS   "Field handling"
#define VALUES   "Conditional and value functions"
#define SOURCES  "Sources, joins and subqueries"
#define ANY      UINT_MAX

static const struct cql_stage stages[] = {
    {"groupBy", "•field*, function=count(as=_count), limit=20000", "field function limit as",
     GROUPING,
     "One row for each combination of values of the fields, with the outputs of the aggregates. "
     "Events "
     "without any of the fields are left out. `limit=max` is 1,000,000.",
     cql_stage_groupby, true, ANY},
    {"stats", "•function=count(as=_count)", "function", GROUPING,
     "Runs the aggregates over all events and joins their outputs in one row.", cql_stage_stats,
     true, ANY},
    {"top", "•field*, limit=10, as=_count, sum, max, percent=false, rest, error",
     "field limit as sum max percent rest error", GROUPING,
     "The most frequent values of the fields, or those with the largest `sum` or `max` of a field. "
     "`percent=true` adds their share of the total, `rest` a last row under that label for what is "
     "left out. The answer is exact whatever `error` says.",
     cql_stage_top, true, ANY},
    {"sankey", "source*, target*, weight=count(as=_count)", "source target weight", GROUPING,
     "Groups by the pair and evaluates the weight; columns `source`, `target`, `weight`.",
     cql_stage_sankey, true, 0},
    {"worldMap", "ip, lat, lon, magnitude=count(as=_count), precision=4",
     "ip lat lon magnitude precision", GROUPING,
     "Groups points by the geohash of that precision; columns `geohash`, `lat`, `lon` (averages) "
     "and "
     "`magnitude`. The place of an address needs a database (`--geo`).",
     cql_stage_worldmap, true, 0},
    {"table", "•fields*, limit=200, sortby=@timestamp, order=desc, type=number, reverse",
     "fields limit sortby order type reverse", GROUPING,
     "The named fields in order, newest first unless the rows were sorted or have no time.",
     cql_stage_table, true, ANY},
    {"sort", "•field=_count, order=desc, type=number, limit=200, reverse",
     "field order type limit reverse", GROUPING,
     "Sorts by the fields and keeps `limit` rows. `order` and `type` (number, string, hex) may be "
     "lists.",
     cql_stage_sort, true, ANY},
    {"head", "•limit=200", "limit", GROUPING,
     "The oldest events by @timestamp; rows without it: the first in the current order.",
     cql_stage_head, true, 1},
    {"tail", "•limit=200", "limit", GROUPING,
     "The newest events by @timestamp, newest first; rows without it: the last in the current "
     "order.",
     cql_stage_tail, true, 1},
    {"bucket", "•span=auto, field, function=count(as=_count), buckets, minSpan, limit=10, timezone",
     "span field function buckets minSpan limit timezone unit", TIMES,
     "Groups by time bucket (`_bucket`, in milliseconds) and by the fields.", cql_stage_bucket,
     true, 1},
    {"timeChart",
     "•series, function=count(as=_count), span=auto, buckets, minSpan, limit=10, timezone",
     "series function span buckets minSpan limit timezone unit", TIMES,
     "As bucket(), with one series field, ordered by time. Without a series every bucket of the "
     "interval is there.",
     cql_stage_timechart, true, 1},
    {"window", "•function=count(as=_count), span or buckets", "function span buckets", TIMES,
     "In the function of timeChart() and bucket() without a series: `count`, `sum`, `min` and "
     "`max` over the last buckets, this one included. No value where the chart has fewer buckets.",
     cql_stage_window, true, ANY},
    {"session", "•function=count(as=_count), maxpause=15m", "function maxpause", GROUPING,
     "The aggregates over each session: events in the order of time, cut where the gap to the one "
     "before is longer than `maxpause`. One row for each session.",
     cql_stage_session, true, ANY},
    {"series",
     "•collect*, separator=\"\\n\", maxpause, maxduration, startmatch, endmatch, memlimit=1KiB",
     "collect separator maxpause maxduration startmatch endmatch memlimit", GROUPING,
     "All values of the fields in the order of time, with `@timestamp` of the first event and "
     "`_duration` in milliseconds. A new series begins after a pause, past the duration, at each "
     "event that passes `startmatch` and after each that passes `endmatch`. With `startmatch` "
     "events before and between series are left out.",
     cql_stage_series, true, ANY},
    {"accumulate", "•function*, current=include", "function current", SEQUENCE,
     "Adds to each event the aggregates over all events up to it, or before it "
     "(`current=exclude`).",
     cql_stage_accumulate, true, ANY},
    {"neighbor", "•include*, prefix, direction=preceding, distance=1",
     "include prefix direction distance", SEQUENCE,
     "Adds the fields of the event `distance` places before (or after, `direction=succeeding`) as "
     "`<prefix>.<field>`; nothing where there is no such event.",
     cql_stage_neighbor, true, ANY},
    {"partition", "•function*, condition*, split=before", "function condition split", SEQUENCE,
     "Cuts the events where the condition holds, before or after that event, and runs the "
     "aggregates over each part.",
     cql_stage_partition, true, ANY},
    {"slidingWindow", "•function*, events*, current=include", "function events current", SEQUENCE,
     "Adds to each event the aggregates over the last `events` (1 to 1000) events.",
     cql_stage_slidingwindow, true, ANY},
    {"slidingTimeWindow", "•function*, span*, current=include, timestampfield=@timestamp",
     "function span current timestampfield", SEQUENCE,
     "Adds to each event the aggregates over the events less than `span` before it, the last "
     "10,000 of them. The events have to come in the order of their time.",
     cql_stage_slidingtimewindow, true, ANY},
    {"select", "•fields*", "fields", FIELDS, "Keeps exactly the named fields, in order.",
     cql_stage_select, false, ANY},
    {"drop", "•fields*", "fields", FIELDS, "Removes the named fields.", cql_stage_drop, false, ANY},
    {"rename", "•field*, as", "field as", FIELDS,
     "Renames a field, or several by pairs: `rename([[old, new], ...])`.", cql_stage_rename, false,
     2},
    {"eval", "field=expression, ...", NULL, VALUES,
     "Sets fields from expressions, left to right. A null result leaves the field as it was.",
     cql_stage_eval, false, ANY},
    {"default", "field*, •value*, replaceEmpty=false", "field value replaceEmpty", VALUES,
     "Sets the fields where they are missing, with `replaceEmpty=true` also where they are empty.",
     cql_stage_default, false, 2},
    {"setField", "target*, value*", "target value", VALUES,
     "Sets the field of that name; the target is a name in quotes.", cql_stage_setfield, false, 0},
    {"join", "•query*, field*, key=field, include=[], mode=inner, max=1, limit=100000, start, end",
     "query field key include mode max limit start end repo view live prefix suffix as", SOURCES,
     "Adds the included fields of the sub-query's rows whose key equals the field. `!join()` keeps "
     "the events without such a row.",
     cql_stage_join, false, 2},
    {"match",
     "•file*, field*, column=field, include, mode=string, ignoreCase=false, strict=true, nrows=1",
     "file table field column include mode ignoreCase strict nrows glob", SOURCES,
     "Looks the field up in a lookup file or a defined table and adds its columns. `strict=false` "
     "lets events without a row pass; `!match()` keeps only those.",
     cql_stage_match, false, 1},
    {"lookup", "file*, field*, on=field, include, strict=false",
     "file table field on column include strict mode ignoreCase nrows", SOURCES,
     "The older form of match(), with strict=false.", cql_stage_lookup, false, 1},
    {"defineTable", "•query*, name*, include, start, end",
     "query name include start end view repo lookbackDays", SOURCES,
     "Runs the sub-query first and keeps its rows as a table for match() and readFile().",
     cql_stage_definetable, false, 1},
    {"readFile", "•file*, include", "file table include limit", SOURCES,
     "The rows of a lookup file or of a defined table, in their order.", cql_stage_readfile, false,
     1},
    {"correlate",
     "Name: {query | field <=> Other.field} include: [fields], ..., within, sequence=false, "
     "globalConstraints=[], includeConstraintValues=true, includeMatchesOnceOnly=false, "
     "maxPerRoot=1, root, jitterTolerance",
     "within sequence globalConstraints includeConstraintValues includeMatchesOnceOnly maxPerRoot "
     "root iterationLimit sequenceBy jitterTolerance aggregation",
     SOURCES,
     "Sets of events, one of each query, whose linked fields agree: one row a set, with the fields "
     "`<Name>.<field>`.",
     cql_stage_correlate, false, ANY},
    {"selfJoinFilter", "•field*, where*, prefilter=false", "field where prefilter", SOURCES,
     "The events whose key (the values of the fields) has an event for each of the conditions: "
     "`where=[{a=1}, {b=2}]`. `prefilter=true`: only those that fulfil one of them themselves. "
     "Exact; what stands before it runs twice.",
     cql_stage_selfjoinfilter, false, ANY},
    {"selfJoin", "•field*, where*, collect, select, limit=20000, prefilter=false",
     "field where collect select limit prefilter postfilter", SOURCES,
     "selfJoinFilter(), then groupBy() with `collect` of the fields, or the newest event's values "
     "(`select`).",
     cql_stage_selfjoin, true, ANY},
    {"array:eval", "•array*, function*, asArray=array, var=array", "array function asArray var",
     "Arrays",
     "Runs the pipeline for each element, as the field `var`; what it leaves in the field called "
     "as the output array is the element of that.",
     cql_stage_array_map, false, 2},
    {"array:filter", "•array*, function*, asArray=array, var=array", "array function asArray var",
     "Arrays", "Keeps the elements, as the field `var`, that the pipeline lets through.",
     cql_stage_array_map, false, 2},
    {"array:exists", "•array*, condition*, var=array", "array condition var", "Arrays",
     "Passes when the pipeline lets an element through, as the field `var`.",
     cql_stage_array_exists, false, 2},
    {"objectArray:eval", "•array*, function*, asArray*, var=array", "array function asArray var",
     "Arrays",
     "As array:eval() for elements that are objects or arrays: their members are `var.key`, "
     "`var[1]`.",
     cql_stage_array_map, false, 2},
    {"objectArray:exists", "•array*, condition*, var=array", "array condition var", "Arrays",
     "As array:exists() for elements that are objects or arrays.", cql_stage_array_exists, false,
     2},
    {"array:reduceAll", "•array*, var*, function*", "array var function", "Arrays",
     "The aggregate over the elements of all events, each as the field `var`.",
     cql_stage_reduce_all, true, 1},
    {"array:union", "array*, as=_union", "array as", "Arrays",
     "One row with the distinct elements of all events.", cql_stage_array_union, true, 1},
    {"transpose", "•pivot, header, column=column, limit=5", "pivot header column limit", GROUPING,
     "A row for each field: its name in `column`, its value in the n-th row in `row[n]`, or in the "
     "field that the n-th row's `header` names. `pivot=f` is `header=f, column=f`.",
     cql_stage_transpose, true, 1},
    {"fieldset", "", "", GROUPING, "The names of all fields, one a row, in `field`.",
     cql_stage_fieldset, true, 0},
    {"fieldstats", "limit=200", "limit", GROUPING,
     "For each field the number of its values (`_count`) and of different ones (`distinct`).",
     cql_stage_fieldstats, true, 1},
    {"setTimeInterval", "•start*, end=now, timezone", "start end timezone", SOURCES,
     "Sets the interval of the query. It stands first.", cql_stage_interval, false, 1},
    {"dropEvent", "", "", "Filters", "No event passes.", cql_stage_dropevent, false, 0},
};

const struct cql_stage *cql_stage_find(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(stages); i++) {
        if (str_eq_nocase(name, str_z(stages[i].name)))
            return &stages[i];
    }
    return NULL;
}

bool cql_stage_help(size_t i, struct cql_stage_help *out)
{
    if (i >= ARRAY_LEN(stages))
        return false;
    *out =
        (struct cql_stage_help){stages[i].name, stages[i].params, stages[i].doc, stages[i].family};
    return true;
}
