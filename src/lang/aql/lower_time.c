/* lower_time.c - time clauses and instants (aql.md 3.2).
 *
 * Windows are cut at minutes: START goes down to its minute; STOP with seconds covers the whole of
 * its minute, without seconds it ends before it. Milliseconds are exact. */
#include <stdlib.h>

#include "fn/fn.h"
#include "lang/aql/lower.h"
#include "lookup/lookup.h"
#include "util/num.h"

/* Milliseconds since 1970 as they are written. */
#define EPOCH_DIGITS 13
#define MINUTE_MS    (INT64_C(60) * MS_PER_S)
/* Instants outside cannot be held in ns. */
#define MAX_MS (INT64_MAX / NS_PER_MS - 1)

/* ---- Texts ---- */

bool aql_instant_parse(struct aql_lower *l, struct str text, int64_t *ms)
{
    const struct zone *zone = l->env->zone;

    if (fn_time_read(text, zone, ms, NULL))
        return true;
    if (!fn_time_relative(text, l->env->now_ns / NS_PER_MS, zone, ms))
        return false;
    l->plan->needs_clock = true;
    return true;
}

/* ---- START and STOP ---- */

enum precision { EXACT, TO_SECOND, TO_MINUTE };

static enum lanner_rc no_instant(const struct aql_instant *i, struct lanner_err *err)
{
    (void)aql_wrong(i->at, err, "'%.*s' is no time", (int)MIN(i->text.len, (size_t)60),
                    i->text.ptr);
    err_hint(err, "for example '2026-03-02 14:00', '2026-03-02 14:00:30z' or 1772460000000");
    return LANNER_ERR_QUERY;
}

/* A text: a format of START, else ISO 8601, else what PARSEDATETIME reads. */
static enum lanner_rc read_text(struct aql_lower *l, const struct aql_instant *i, int64_t *ms,
                                enum precision *precision, struct lanner_err *err)
{
    struct str text = str_trim(i->text);
    bool whole_minute, is_format = text.len > 10 && (text.ptr[10] == ' ' || text.ptr[10] == '-');
    size_t seconds_at = STR("2026-03-02T14:00").len;

    if (!fn_time_read(text, l->env->zone, ms, &whole_minute)) {
        if (!aql_instant_parse(l, text, ms))
            return no_instant(i, err);
    } else if (text.len == EPOCH_DIGITS) {
        return LANNER_OK;
    } else if (is_format) {
        *precision = whole_minute ? TO_MINUTE : TO_SECOND;
        return LANNER_OK;
    } else {
        whole_minute |= text.len <= seconds_at || text.ptr[seconds_at] != ':';
        *precision = whole_minute ? TO_MINUTE : TO_SECOND;
    }
    aql_repair(&l->parse, i->at, "a time in another form than those of START and STOP");
    return LANNER_OK;
}

static enum lanner_rc read_instant(struct aql_lower *l, const struct aql_instant *i, int64_t *ms,
                                   enum precision *precision, struct lanner_err *err)
{
    *precision = EXACT;
    switch (i->kind) {
    case AQL_AT_NOW:
        l->plan->needs_clock = true;
        *ms = l->env->now_ns / NS_PER_MS;
        break;
    case AQL_AT_MS:
        *ms = i->ms;
        break;
    case AQL_AT_PARSED:
        if (!aql_instant_parse(l, i->text, ms))
            return no_instant(i, err);
        break;
    default:
        TRY(read_text(l, i, ms, precision, err));
        break;
    }
    if (*ms > MAX_MS || *ms < -MAX_MS)
        return aql_wrong(i->at, err, "the time is out of range");
    return LANNER_OK;
}

static enum lanner_rc range_window(struct aql_lower *l, const struct aql_time *t,
                                   struct aql_window *out, struct lanner_err *err)
{
    enum precision p;
    int64_t start, stop;

    TRY(read_instant(l, &t->start, &start, &p, err));
    if (p != EXACT)
        start = floor_div(start, MINUTE_MS) * MINUTE_MS;
    out->from_ns = start * NS_PER_MS;
    if (!t->has_stop || t->stop.kind == AQL_AT_NOW) {
        l->plan->needs_clock = true;
        out->to_ns = l->env->now_ns; /* included: it is the clock */
        stop = l->env->now_ns / NS_PER_MS;
    } else {
        TRY(read_instant(l, &t->stop, &stop, &p, err));
        if (p != EXACT)
            out->to_ns = (floor_div(stop, MINUTE_MS) + (p == TO_SECOND)) * MINUTE_MS * NS_PER_MS;
        else
            out->to_ns = (stop + 1) * NS_PER_MS; /* the millisecond itself is in */
        /* An end that is the clock counts as included. */
        out->to_ns -= out->to_ns == l->env->now_ns;
    }
    if (start > stop)
        return aql_wrong(t->at, err, "START lies after STOP");
    return LANNER_OK;
}

static enum lanner_rc offense_window(struct aql_lower *l, const struct aql_time *t,
                                     struct aql_window *out, struct lanner_err *err)
{
    const struct aql_node *n = t->offense;
    struct val id = VAL_ABSENT;
    struct val text;
    enum lanner_rc rc;

    if (n->kind == AQL_NUMBER) {
        id = n->number;
    } else if (n->kind == AQL_STRING) {
        text = val_str(n->text);
        id = val_to_num(&text);
    }
    if (id.kind != KIND_LONG)
        return aql_wrong(n->at, err, "OFFENSE_TIME() takes the number of an offense");
    rc = lookup_offense_range(l->env->folders, id.u.i, &out->from_ns, &out->to_ns, err);
    if (rc != LANNER_OK && err != NULL) { /* say where */
        struct lanner_err copy = *err;

        err_set_at(err, rc, n->at, "%s", copy.text);
        err_hint(err, "%s", copy.hint);
    }
    return rc;
}

enum lanner_rc aql_window_of(struct aql_lower *l, const struct aql_time *t, struct aql_window *out,
                             struct lanner_err *err)
{
    int64_t span_ms = t->last_ms;

    out->known = true;
    switch (t->kind) {
    case AQL_TIME_LAST:
        l->plan->needs_clock = true;
        out->to_ns = l->env->now_ns;
        if (span_ms > l->env->now_ns / NS_PER_MS + MAX_MS / 2)
            out->from_ns = TIME_NONE;
        else
            out->from_ns = l->env->now_ns - span_ms * NS_PER_MS;
        return LANNER_OK;
    case AQL_TIME_OFFENSE:
        return offense_window(l, t, out, err);
    default:
        return range_window(l, t, out, err);
    }
}
