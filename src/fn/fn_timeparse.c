/* fn_timeparse.c - parseTimestamp() and findTimestamp(): texts that set the event's time. */
#include "fn/moment.h"
#include "fn/timeparse.h"

enum how { HOW_PATTERN, HOW_ISO, HOW_EPOCH };

enum {
    PARSE_FORMAT,
    PARSE_FIELD,
    PARSE_AS,
    PARSE_ZONE,
    PARSE_ZONE_AS,
    PARSE_ZONE_FIELD,
    PARSE_ERRORS,
    PARSE_CASE
};
enum { FIND_FIELD, FIND_AS, FIND_ZONE, FIND_ZONE_AS, FIND_ZONE_FIELD, FIND_ERRORS };

/* Order of what time_writes gives. */
enum { OUT_TIME, OUT_ZONE, OUT_NANOS, OUT_ERROR, OUT_ERROR_TEXT, OUT_PARSED, OUT_COUNT };

struct time_parse {
    enum how how;
    const struct time_pattern *pattern;
    int64_t per_second; /* HOW_EPOCH: units in a second */
    struct str zone_name;
    const struct zone *zone; /* given as a parameter; NULL: as the text or the row says */
    size_t field, zone_field;
    bool add_errors;
    bool
        with_nanos; /* only @timestamp, and nanosecond formats, have the part below a millisecond */
    size_t out[OUT_COUNT];
};

struct found {
    int64_t ms;
    int32_t sub_ms_nanos;
    struct str zone;
};

static void names_push(fn_names *names, struct arena *a, struct str name)
{
    VEC_PUSH(names, arena_str(a, name));
}

static enum lanner_rc time_writes(const struct fn_call *call, size_t as, size_t zone_as,
                                  fn_names *names, struct arena *a)
{
    struct str time = arg_text(call, as, a);
    struct str zone = arg_text(call, zone_as, a);

    if (time.len == 0)
        time = STR("@timestamp");
    if (zone.len == 0)
        zone = STR("@timezone");
    names_push(names, a, time);
    names_push(names, a, zone);
    names_push(names, a, arena_printf(a, "%.*s.nanos", STR_ARG(time)));
    names_push(names, a, STR("@error"));
    names_push(names, a, STR("@error_msg"));
    names_push(names, a, STR("@event_parsed"));
    return LANNER_OK;
}

static enum lanner_rc writes_parse(const struct fn_call *call, fn_names *names, struct arena *a,
                                   struct lanner_err *err)
{
    (void)err;
    return time_writes(call, PARSE_AS, PARSE_ZONE_AS, names, a);
}

static enum lanner_rc writes_find(const struct fn_call *call, fn_names *names, struct arena *a,
                                  struct lanner_err *err)
{
    (void)err;
    return time_writes(call, FIND_AS, FIND_ZONE_AS, names, a);
}

static enum lanner_rc bind_common(struct fn_call *call, struct time_parse *p, size_t zone_arg,
                                  struct lanner_err *err)
{
    const size_t *map = NULL;
    struct zone_pick pick;

    TRY(zone_pick_bind(call, zone_arg, &pick, err));
    p->zone = pick.fixed;
    p->zone_name = arg_text(call, zone_arg, call->env->arena);
    TRY(out_map(call, &map, err));
    memcpy(p->out, map, sizeof(p->out));
    p->with_nanos =
        p->per_second == NS_PER_S ||
        (p->out[OUT_TIME] != SIZE_MAX && str_eqz(call->out_names[p->out[OUT_TIME]], "@timestamp"));
    call->state = p;
    return LANNER_OK;
}

static const struct {
    const char *name;
    int64_t per_second;
} epoch_words[] = {
    {"seconds", 1},
    {"unixtime", 1},
    {"unixTimeSeconds", 1},
    {"millis", 1000},
    {"milliseconds", 1000},
    {"unixTimeMillis", 1000},
    {"micros", 1000000},
    {"microseconds", 1000000},
    {"unixTimeMicros", 1000000},
    {"nanos", 1000000000},
    {"nanoseconds", 1000000000},
    {"unixTimeNanos", 1000000000},
};

static enum lanner_rc bind_parse(struct fn_call *call, struct lanner_err *err)
{
    struct arena *a = call->env->arena;
    struct time_parse *p = ARENA_NEW(a, struct time_parse);
    struct str format = arg_text(call, PARSE_FORMAT, a);

    TRY(arg_need_const(call, PARSE_FORMAT, "format", err));
    p->field = PARSE_FIELD;
    p->zone_field = PARSE_ZONE_FIELD;
    p->add_errors = arg_bool(call, PARSE_ERRORS, true);
    p->how = format.len == 0 ? HOW_ISO : HOW_PATTERN;
    for (size_t k = 0; k < ARRAY_LEN(epoch_words); k++) {
        if (str_eq_nocase(format, str_z(epoch_words[k].name))) {
            p->how = HOW_EPOCH;
            p->per_second = epoch_words[k].per_second;
        }
    }
    if (p->how == HOW_PATTERN)
        TRY(call_err(
            call, time_pattern_new(a, format, arg_bool(call, PARSE_CASE, true), &p->pattern, err),
            err));
    return bind_common(call, p, PARSE_ZONE, err);
}

static enum lanner_rc bind_find(struct fn_call *call, struct lanner_err *err)
{
    struct time_parse *p = ARENA_NEW(call->env->arena, struct time_parse);

    p->field = FIND_FIELD;
    p->zone_field = FIND_ZONE_FIELD;
    p->add_errors = arg_bool(call, FIND_ERRORS, true);
    return bind_common(call, p, FIND_ZONE, err);
}

/* Digits with an optional fraction, in units of 1/per_second. */
static bool read_epoch(const struct time_parse *p, struct str s, struct found *out)
{
    bool negative = s.len > 0 && s.ptr[0] == '-';
    size_t i = negative;
    int64_t whole = 0;
    int64_t fraction = 0;
    int64_t scale = NS_PER_S / p->per_second; /* ns of a unit */
    int64_t ns;
    size_t digits = 0;

    for (; i < s.len && ascii_is_digit(s.ptr[i]); i++, digits++) {
        if (__builtin_mul_overflow(whole, 10, &whole) ||
            __builtin_add_overflow(whole, s.ptr[i] - '0', &whole))
            return false;
    }
    if (digits == 0)
        return false;
    if (i < s.len && s.ptr[i] == '.') {
        int64_t place = scale;

        for (i++; i < s.len && ascii_is_digit(s.ptr[i]); i++) {
            place /= 10;
            fraction += place * (s.ptr[i] - '0');
        }
    }
    if (i != s.len)
        return false;
    if (negative) {
        whole = -whole;
        fraction = -fraction;
    }
    /* In ms first: seconds reach further than what fits in 64-bit nanoseconds. */
    if (scale >= NS_PER_MS) {
        if (__builtin_mul_overflow(whole, scale / NS_PER_MS, &out->ms))
            return false;
        out->ms += floor_div(fraction, NS_PER_MS);
        out->sub_ms_nanos = (int32_t)(fraction - floor_div(fraction, NS_PER_MS) * NS_PER_MS);
    } else {
        if (__builtin_mul_overflow(whole, scale, &ns) || __builtin_add_overflow(ns, fraction, &ns))
            return false;
        out->ms = floor_div(ns, NS_PER_MS);
        out->sub_ms_nanos = (int32_t)(ns - out->ms * NS_PER_MS);
    }
    out->zone = p->zone != NULL ? p->zone_name : STR("Z");
    return true;
}

/* From civil fields to an instant: the zone is the parameter's, else the text's, else the row's. */
static const char *resolve(const struct fn_run *run, const struct time_parse *p,
                           const struct time_fields *f, const struct civil *c,
                           const struct val *row_zone, struct found *out)
{
    const struct zone *zone = p->zone;

    out->zone = p->zone_name;
    if (zone == NULL && f->zone.len > 0) {
        zone = zone_cached(run, f->zone);
        out->zone = f->zone;
    }
    if (zone == NULL && f->zone.len == 0 && val_is_text(row_zone)) {
        zone = zone_cached(run, val_as_str(row_zone));
        out->zone = val_as_str(row_zone);
    }
    if (zone == NULL)
        return f->zone.len > 0 ? "the time zone is not known" : "there is no time zone";
    out->ms = zone_to_utc(zone, civil_seconds(c)) * MS_PER_S + c->nanos / NS_PER_MS;
    out->sub_ms_nanos = (int32_t)(c->nanos % NS_PER_MS);
    return NULL;
}

/* How far ahead a time without a year may lie: parseTimestamp and findTimestamp, cql.md 3.1, 3.4.
 */
#define PARSE_DAYS_AHEAD 8
#define FIND_DAYS_AHEAD  7
#define FIND_AHEAD_S     600 /* a time without a date */

static const char *parse_text(const struct fn_run *run, const struct time_parse *p, struct str s,
                              const struct val *row_zone, struct found *out)
{
    int64_t now_s = floor_div(run->call->env->now_ns, NS_PER_S);
    struct time_fields f;
    struct civil c;

    if (p->how == HOW_EPOCH)
        return read_epoch(p, s, out) ? NULL : "the text is no number of the unit";
    if (!(p->how == HOW_ISO ? time_iso_read(s, &f) : time_pattern_read(p->pattern, s, &f)))
        return "the text does not have the format";
    if (!time_fields_civil(&f, now_s, PARSE_DAYS_AHEAD, &c))
        return "the text is no time of the calendar";
    return resolve(run, p, &f, &c, row_zone, out);
}

/* Today, unless that is more than ten minutes ahead; then yesterday. */
static const char *find_clock_only(const struct fn_run *run, const struct time_parse *p,
                                   struct time_fields *f, const struct val *row_zone,
                                   struct found *out)
{
    int64_t now_s = floor_div(run->call->env->now_ns, NS_PER_S);
    const char *why = NULL;

    for (int back = 0; back < 2; back++) {
        struct civil today;
        struct civil c;

        civil_from_seconds(now_s - back * DAY_S, &today);
        f->year = today.year;
        f->month = today.month;
        f->day = today.day;
        if (!time_fields_civil(f, now_s, FIND_DAYS_AHEAD, &c))
            return "the text is no time of the calendar";
        why = resolve(run, p, f, &c, row_zone, out);
        if (why != NULL || floor_div(out->ms, MS_PER_S) <= now_s + FIND_AHEAD_S)
            break;
    }
    return why;
}

static const char *find_text(const struct fn_run *run, const struct time_parse *p, struct str s,
                             const struct val *row_zone, struct found *out)
{
    int64_t now_s = floor_div(run->call->env->now_ns, NS_PER_S);
    struct time_fields f;
    struct civil c;

    if (!time_find(s, &f))
        return "no time was found";
    if (f.month == TIME_UNSET)
        return find_clock_only(run, p, &f, row_zone, out);
    if (f.year == TIME_UNSET) {
        struct civil now;
        struct time_fields next = f;

        civil_from_seconds(now_s, &now);
        next.year = now.year + 1;
        if (time_fields_civil(&next, now_s, FIND_DAYS_AHEAD, &c) &&
            civil_seconds(&c) <= now_s + FIND_DAYS_AHEAD * DAY_S)
            return resolve(run, p, &next, &c, row_zone, out);
    }
    if (!time_fields_civil(&f, now_s, FIND_DAYS_AHEAD, &c))
        return "the text is no time of the calendar";
    return resolve(run, p, &f, &c, row_zone, out);
}

static void set_out(const struct time_parse *p, const struct fn_multi *out, int which, uint32_t row,
                    struct val v)
{
    if (p->out[which] != SIZE_MAX)
        out->out[p->out[which]][row] = v;
}

static void set_error(const struct fn_run *run, const struct fn_multi *out, uint32_t row,
                      const char *why)
{
    const struct time_parse *p = run->call->state;

    if (!p->add_errors)
        return;
    set_out(p, out, OUT_ERROR, row, val_text("true", 4));
    set_out(p, out, OUT_PARSED, row, val_text("false", 5));
    set_out(p, out, OUT_ERROR_TEXT, row,
            val_str(arena_printf(out->arena, "%s(): %s", call_name(run->call), why)));
}

static void eval_time(struct fn_run *run, const struct column *args, const struct sel *sel,
                      struct fn_multi *out,
                      const char *(*read)(const struct fn_run *, const struct time_parse *,
                                          struct str, const struct val *, struct found *))
{
    const struct time_parse *p = run->call->state;
    static const struct val absent = {.kind = KIND_ABSENT};
    char room[VAL_PRINT_MAX];

    SEL_FOR (sel, i) {
        const struct val *zone =
            p->zone_field < run->call->n_args ? column_at(&args[p->zone_field], i) : &absent;
        struct found found = {0};
        struct moment check;
        const char *why;
        struct str s;

        if (!cell_text(column_at(&args[p->field], i), room, &s)) {
            set_error(run, out, i, "the field is missing");
            continue;
        }
        why = read(run, p, s, zone, &found);
        if (why == NULL && !moment_make(zone_utc(), found.ms, &check))
            why = "the time is outside the years 1 to 9999";
        if (why != NULL) {
            set_error(run, out, i, why);
            continue;
        }
        set_out(p, out, OUT_TIME, i, val_long(found.ms));
        set_out(p, out, OUT_ZONE, i, val_str(arena_str(out->arena, found.zone)));
        if (p->with_nanos)
            set_out(p, out, OUT_NANOS, i, val_long(found.sub_ms_nanos));
    }
}

static enum lanner_rc eval_parse(struct fn_run *run, const struct column *args,
                                 const struct sel *sel, struct fn_multi *out,
                                 struct lanner_err *err)
{
    (void)err;
    eval_time(run, args, sel, out, parse_text);
    return LANNER_OK;
}

static enum lanner_rc eval_find(struct fn_run *run, const struct column *args,
                                const struct sel *sel, struct fn_multi *out, struct lanner_err *err)
{
    (void)err;
    eval_time(run, args, sel, out, find_text);
    return LANNER_OK;
}

static const struct fn_param parse_params[] = {PARAM("format", P_TEXT, PARAM_DEFAULT, NULL),
                                               PARAM("field", P_FIELD, PARAM_REQUIRED, NULL),
                                               PARAM("as", P_NAME, 0, "@timestamp"),
                                               PARAM("timezone", P_TEXT, 0, NULL),
                                               PARAM("timezoneAs", P_NAME, 0, "@timezone"),
                                               PARAM("timezoneField", P_FIELD, 0, "@timezone"),
                                               PARAM("addErrors", P_BOOL, 0, "true"),
                                               PARAM("caseSensitive", P_BOOL, 0, "true"),
                                               PARAMS_END};
static const struct fn_param find_params[] = {PARAM("field", P_FIELD, PARAM_DEFAULT, "@rawstring"),
                                              PARAM("as", P_NAME, 0, "@timestamp"),
                                              PARAM("timezone", P_TEXT, 0, NULL),
                                              PARAM("timezoneAs", P_NAME, 0, "@timezone"),
                                              PARAM("timezoneField", P_FIELD, 0, "@timezone"),
                                              PARAM("addErrors", P_BOOL, 0, "true"),
                                              PARAMS_END};

const struct fn_def fn_timeparse[] = {
    {
        .name = "parseTimestamp",
        .kind = FN_MULTI,
        .params = parse_params,
        .ret = TYPE_ANY,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_CQL] = "parseTimestamp"},
        .family = "Parsing",
        .doc = "Reads a time from the field and sets `@timestamp` (milliseconds) and `@timezone`. "
               "`format` is a pattern of Java's DateTimeFormatter, or `millis`, `seconds`, "
               "`unixtime`, `nanos`; without it ISO 8601 is read. A time without a zone needs "
               "`timezone` or a zone in `timezoneField`. What cannot be read sets `@error` and "
               "`@error_msg`.",
        .bind = bind_parse,
        .eval_multi = eval_parse,
        .writes = writes_parse,
    },
    {
        .name = "findTimestamp",
        .kind = FN_MULTI,
        .params = find_params,
        .ret = TYPE_ANY,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_CQL] = "findTimestamp"},
        .family = "Parsing",
        .doc =
            "Looks for a time in the first 128 characters of the field and sets `@timestamp` and "
            "`@timezone`.",
        .bind = bind_find,
        .eval_multi = eval_find,
        .writes = writes_find,
    },
    {0},
};
