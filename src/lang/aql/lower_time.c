/* lower_time.c - time clauses and instants (aql.md 3.2).
 *
 * Windows are cut at minutes: START goes down to its minute; STOP with seconds covers the whole of
 * its minute, without seconds it ends before it. Milliseconds are exact. */
#include <stdlib.h>

#include "lang/aql/lower.h"
#include "lookup/lookup.h"
#include "util/civil.h"
#include "util/num.h"

#define MINUTE_MS (INT64_C(60) * MS_PER_S)
/* Instants outside cannot be held in ns. */
#define MAX_MS (INT64_MAX / NS_PER_MS - 1)

/* ---- Texts ---- */

static bool digits(struct str *s, size_t n, int *out)
{
    int v = 0;

    if (s->len < n)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!ascii_is_digit(s->ptr[i]))
            return false;
        v = v * 10 + (s->ptr[i] - '0');
    }
    *out = v;
    *s = str_of(s->ptr + n, s->len - n);
    return true;
}

static bool take(struct str *s, char c)
{
    if (s->len == 0 || s->ptr[0] != c)
        return false;
    *s = str_of(s->ptr + 1, s->len - 1);
    return true;
}

/* The instant of a local time of the query's zone. */
static int64_t local_to_utc(const struct aql_lower *l, int64_t local_ms)
{
    int64_t offset, utc;

    if (l->options->offset_of == NULL)
        return local_ms;
    /* The offset there, by way of the one near it: right but for the hours of a change. */
    offset = l->options->offset_of(l->options->zone, local_ms);
    utc = local_ms - offset;
    return local_ms - l->options->offset_of(l->options->zone, utc);
}

/* yyyy-MM-dd HH:mm[:ss][z], with - / : in the date and a blank, - or T before the time. */
static bool parse_local(const struct aql_lower *l, struct str s, int64_t *ms, bool *has_seconds)
{
    struct civil c = {.year = 0};
    int year, month, day, hour = 0, minute = 0, second = 0;
    bool utc;
    char sep;

    *has_seconds = false;
    if (!digits(&s, 4, &year) || s.len == 0)
        return false;
    sep = s.ptr[0];
    if ((sep != '-' && sep != '/' && sep != ':') || !take(&s, sep) || !digits(&s, 2, &month) ||
        !take(&s, sep) || !digits(&s, 2, &day))
        return false;
    if (s.len > 0) {
        if (!take(&s, ' ') && !(sep != '-' && take(&s, '-')))
            return false;
        if (!digits(&s, 2, &hour) || !take(&s, ':') || !digits(&s, 2, &minute))
            return false;
        if (take(&s, ':')) {
            if (!digits(&s, 2, &second))
                return false;
            *has_seconds = true;
        }
    }
    utc = take(&s, 'z') || take(&s, 'Z');
    c.year = year;
    c.month = (int8_t)month;
    c.day = (int8_t)day;
    c.hour = (int8_t)hour;
    c.minute = (int8_t)minute;
    c.second = (int8_t)second;
    if (s.len != 0 || !civil_valid(&c))
        return false;
    *ms = civil_seconds(&c) * MS_PER_S;
    if (!utc)
        *ms = local_to_utc(l, *ms);
    return true;
}

static bool parse_epoch(struct str s, int64_t *ms)
{
    return s.len == 13 && num_parse_long(s, ms);
}

/* `1 hour ago`, `2 weeks ago`, `now`. */
static bool parse_relative(const struct aql_lower *l, struct str s, int64_t *ms)
{
    int64_t now_ms = l->env->now_ns / NS_PER_MS, span;
    struct str ago = STR("ago");

    s = str_trim(s);
    if (str_eq_nocase(s, STR("now"))) {
        *ms = now_ms;
        return true;
    }
    if (s.len <= ago.len || !str_eq_nocase(str_of(s.ptr + s.len - ago.len, ago.len), ago))
        return false;
    if (!span_parse(str_trim(str_of(s.ptr, s.len - ago.len)), &span) || span < 0 || span > MAX_MS)
        return false;
    *ms = now_ms - span;
    return true;
}

bool aql_instant_parse(struct aql_lower *l, struct str text, int64_t *ms)
{
    bool has_seconds;

    text = str_trim(text);
    if (parse_relative(l, text, ms)) {
        l->plan->needs_clock = true;
        return true;
    }
    return parse_epoch(text, ms) || parse_local(l, text, ms, &has_seconds) ||
           iso_time_parse(text, ms);
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

static enum lanner_rc read_instant(struct aql_lower *l, const struct aql_instant *i, int64_t *ms,
                                   enum precision *precision, struct lanner_err *err)
{
    bool has_seconds = true;

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
        if (parse_epoch(str_trim(i->text), ms))
            break;
        if (str_trim(i->text).len <= 10 || !parse_local(l, str_trim(i->text), ms, &has_seconds)) {
            if (!aql_instant_parse(l, i->text, ms))
                return no_instant(i, err);
            aql_repair(&l->parse, i->at, "a time in another form than those of START and STOP");
        }
        *precision = has_seconds ? TO_SECOND : TO_MINUTE;
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

    if (n->kind == AQL_NUMBER) {
        id = n->number;
    } else if (n->kind == AQL_STRING) {
        text = val_str(n->text);
        id = val_to_num(&text);
    }
    if (id.kind != KIND_LONG)
        return aql_wrong(n->at, err, "OFFENSE_TIME() takes the number of an offense");
    return lookup_offense_range(l->env->folders, id.u.i, &out->from_ns, &out->to_ns, err);
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
