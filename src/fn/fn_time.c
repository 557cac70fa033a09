/* fn_time.c - the clock, the interval, parts of a time, buckets, durations. formatTime is in
 * fn_format.c, parseTimestamp in fn_timeparse.c. */
#include "fn/moment.h"

#include <math.h>

/* ---- the clock and the interval ----------------------------------------------------------------
 */

static struct val ms_val(int64_t ns)
{
    return ns == TIME_NONE ? VAL_ABSENT : val_long(floor_div(ns, NS_PER_MS));
}

static void fill(const struct sel *sel, struct val *out, struct val v)
{
    SEL_FOR (sel, i) {
        out[i] = v;
    }
}

static enum lanner_rc eval_now(struct fn_run *run, const struct column *args, const struct sel *sel,
                               struct val *out, struct lanner_err *err)
{
    (void)args;
    (void)err;
    fill(sel, out, ms_val(run->call->env->now_ns));
    return LANNER_OK;
}

static enum lanner_rc eval_start(struct fn_run *run, const struct column *args,
                                 const struct sel *sel, struct val *out, struct lanner_err *err)
{
    (void)args;
    (void)err;
    fill(sel, out, ms_val(run->call->env->from_ns));
    return LANNER_OK;
}

static enum lanner_rc eval_end(struct fn_run *run, const struct column *args, const struct sel *sel,
                               struct val *out, struct lanner_err *err)
{
    const struct fn_env *env = run->call->env;

    (void)args;
    (void)err;
    fill(sel, out, ms_val(env->to_ns != TIME_NONE ? env->to_ns : env->now_ns));
    return LANNER_OK;
}

static enum lanner_rc eval_duration(struct fn_run *run, const struct column *args,
                                    const struct sel *sel, struct val *out, struct lanner_err *err)
{
    (void)run;
    (void)err;
    SEL_FOR (sel, i) {
        out[i] = val_to_num(column_at(&args[0], i));
    }
    return LANNER_OK;
}

/* ---- time_bucket -------------------------------------------------------------------------------
 */

struct bucket {
    int64_t span_ms;
    const struct zone *zone;
};

static enum lanner_rc bind_bucket(struct fn_call *call, struct lanner_err *err)
{
    struct bucket *b = ARENA_NEW(call->env->arena, struct bucket);
    struct zone_pick pick;

    if (!arg_given(call, 1))
        return err_set_at(err, LANNER_ERR_QUERY, call->at, "a time bucket needs a span");
    TRY(arg_long(call, 1, "span", 0, 1, INT64_MAX, &b->span_ms, err));
    TRY(zone_pick_bind(call, 2, &pick, err));
    b->zone = pick.fixed != NULL ? pick.fixed : call->env->zone;
    call->state = b;
    return LANNER_OK;
}

/* A number of milliseconds, cut to a whole one. */
static bool cell_ms(const struct val *v, int64_t *ms)
{
    struct val n = val_to_num(v);

    if (n.kind == KIND_LONG)
        *ms = n.u.i;
    return n.kind == KIND_LONG || (n.kind == KIND_DOUBLE && double_is_long(floor(n.u.d), ms));
}

static enum lanner_rc eval_bucket(struct fn_run *run, const struct column *args,
                                  const struct sel *sel, struct val *out, struct lanner_err *err)
{
    const struct bucket *b = run->call->state;

    (void)err;
    SEL_FOR (sel, i) {
        int64_t offset;
        int64_t ms;
        int64_t r;

        out[i] = VAL_ABSENT;
        if (!cell_ms(column_at(&args[0], i), &ms))
            continue;
        offset = (int64_t)zone_offset(b->zone, floor_div(ms, MS_PER_S)) * MS_PER_S;
        if (__builtin_add_overflow(ms, offset, &r) ||
            __builtin_mul_overflow(floor_div(r, b->span_ms), b->span_ms, &r) ||
            __builtin_sub_overflow(r, offset, &r))
            continue;
        out[i] = val_long(r);
    }
    return LANNER_OK;
}

/* ---- time:* ------------------------------------------------------------------------------------
 */

enum { PART_FIELD, PART_ZONE, PART_ZONE_FIELD };

static enum lanner_rc bind_part(struct fn_call *call, struct lanner_err *err)
{
    struct zone_pick *pick = ARENA_NEW(call->env->arena, struct zone_pick);

    TRY(zone_pick_bind(call, PART_ZONE, pick, err));
    call->state = pick;
    return LANNER_OK;
}

typedef struct val (*part_fn)(const struct moment *m);

static void eval_part(const struct fn_run *run, const struct column *args, const struct sel *sel,
                      struct val *out, part_fn fn)
{
    const struct zone_pick *pick = run->call->state;
    bool by_row = run->call->n_args > PART_ZONE_FIELD;

    SEL_FOR (sel, i) {
        const struct zone *zone =
            zone_pick_row(run, pick, by_row ? column_at(&args[PART_ZONE_FIELD], i) : NULL);
        struct moment m;
        int64_t ms;

        out[i] = VAL_ABSENT;
        if (cell_ms(column_at(&args[PART_FIELD], i), &ms) && moment_make(zone, ms, &m))
            out[i] = fn(&m);
    }
}

static int64_t local_days(const struct moment *m)
{
    return civil_days(m->local.year, m->local.month, m->local.day);
}

static struct val part_day_of_month(const struct moment *m)
{
    return val_long(m->local.day);
}
static struct val part_day_of_week(const struct moment *m)
{
    return val_long(civil_weekday(local_days(m)));
}
static struct val part_day_of_week_name(const struct moment *m)
{
    return val_str(str_z(civil_weekday_name(civil_weekday(local_days(m)))));
}
static struct val part_day_of_year(const struct moment *m)
{
    return val_long(civil_year_day(m->local.year, m->local.month, m->local.day));
}
static struct val part_hour(const struct moment *m)
{
    return val_long(m->local.hour);
}
static struct val part_millisecond(const struct moment *m)
{
    return val_long(m->nanos / NS_PER_MS);
}
static struct val part_minute(const struct moment *m)
{
    return val_long(m->local.minute);
}
static struct val part_month(const struct moment *m)
{
    return val_long(m->local.month);
}
static struct val part_month_name(const struct moment *m)
{
    return val_str(str_z(civil_month_name(m->local.month)));
}
static struct val part_second(const struct moment *m)
{
    return val_long(m->local.second);
}
static struct val part_week_of_year(const struct moment *m)
{
    int32_t year;
    int32_t week;

    civil_iso_week(local_days(m), &year, &week);
    return val_long(week);
}
static struct val part_year(const struct moment *m)
{
    return val_long(m->local.year);
}

#define TIME_PART(id, as)                                                                          \
    static enum lanner_rc eval_##id(struct fn_run *run, const struct column *args,                 \
                                    const struct sel *sel, struct val *out,                        \
                                    struct lanner_err *err)                                        \
    {                                                                                              \
        (void)err;                                                                                 \
        eval_part(run, args, sel, out, part_##id);                                                 \
        return LANNER_OK;                                                                          \
    }                                                                                              \
    static const struct fn_param id##_params[] = {                                                 \
        PARAM("field", P_FIELD, PARAM_DEFAULT, "@timestamp"), PARAM("timezone", P_TEXT, 0, NULL),  \
        PARAM("timezoneField", P_FIELD, 0, "@timezone"), PARAM_AS(as), PARAMS_END}
TIME_PART(day_of_month, "_dayOfMonth");
TIME_PART(day_of_week, "_dayOfWeek");
TIME_PART(day_of_week_name, "_dayOfWeekName");
TIME_PART(day_of_year, "_dayOfYear");
TIME_PART(hour, "_hour");
TIME_PART(millisecond, "_millisecond");
TIME_PART(minute, "_minute");
TIME_PART(month, "_month");
TIME_PART(month_name, "_monthName");
TIME_PART(second, "_second");
TIME_PART(week_of_year, "_weekOfYear");
TIME_PART(year, "_year");

/* ---- formatDuration ----------------------------------------------------------------------------
 */

enum { DURATION_FIELD, DURATION_FROM, DURATION_PRECISION };

static const struct {
    const char *name;
    int64_t ns;
} duration_units[] = {
    {"d", 86400 * NS_PER_S},
    {"h", 3600 * NS_PER_S},
    {"m", 60 * NS_PER_S},
    {"s", NS_PER_S},
    {"ms", NS_PER_MS},
    {"us", 1000},
    {"ns", 1},
};

struct duration_format {
    size_t from; /* index into duration_units */
    int64_t precision;
};

static enum lanner_rc bind_format_duration(struct fn_call *call, struct lanner_err *err)
{
    struct duration_format *f = ARENA_NEW(call->env->arena, struct duration_format);
    struct str from = arg_text(call, DURATION_FROM, call->env->arena);

    if (from.len == 0)
        from = STR("ms");
    if (str_eq(from, STR("\xC2\xB5s")) || str_eq(from, STR("\xCE\xBCs")))
        from = STR("us");
    for (f->from = 0; f->from < ARRAY_LEN(duration_units); f->from++) {
        if (str_eqz(from, duration_units[f->from].name))
            break;
    }
    if (f->from == ARRAY_LEN(duration_units))
        return err_set_at(err, LANNER_ERR_QUERY, call->at,
                          "from of formatDuration() must be ns, us, ms, s, m, h or d, found '%.*s'",
                          STR_ARG(from));
    TRY(arg_long(call, DURATION_PRECISION, "precision", 0, 0, 100, &f->precision, err));
    call->state = f;
    return LANNER_OK;
}

static void put_duration(struct buf *out, const struct duration_format *f, int64_t v)
{
    uint64_t left = v < 0 ? -(uint64_t)v : (uint64_t)v;
    int64_t parts = 0;

    if (v < 0)
        buf_putc(out, '-');
    for (size_t u = 0; u <= f->from; u++) {
        /* In units of `from`, so that no span overflows. */
        uint64_t unit = (uint64_t)(duration_units[u].ns / duration_units[f->from].ns);
        uint64_t n = left / unit;

        left %= unit;
        if (n == 0)
            continue;
        buf_printf(out, "%llu%s", (unsigned long long)n, duration_units[u].name);
        if (++parts == f->precision)
            return;
    }
    if (parts == 0)
        buf_printf(out, "0%s", duration_units[f->from].name);
}

static enum lanner_rc eval_format_duration(struct fn_run *run, const struct column *args,
                                           const struct sel *sel, struct val *out,
                                           struct lanner_err *err)
{
    const struct duration_format *f = run->call->state;
    struct buf text = {0};

    (void)err;
    SEL_FOR (sel, i) {
        int64_t v;

        out[i] = *column_at(&args[DURATION_FIELD], i);
        if (!cell_long(&out[i], &v))
            continue;
        buf_clear(&text);
        put_duration(&text, f, v);
        out[i] = result_text(run, buf_str(&text));
    }
    buf_done(&text);
    return LANNER_OK;
}

/* ---- rows --------------------------------------------------------------------------------------
 */

static const struct fn_param now_params[] = {{"as", NULL, P_AS, PARAM_DEFAULT, "_now", NULL},
                                             PARAMS_END};
static const struct fn_param start_params[] = {{"as", NULL, P_AS, PARAM_DEFAULT, "_start", NULL},
                                               PARAMS_END};
static const struct fn_param end_params[] = {{"as", NULL, P_AS, PARAM_DEFAULT, "_end", NULL},
                                             PARAMS_END};
static const struct fn_param duration_params[] = {PARAM("duration", P_SPAN, PARAM_FIRST, NULL),
                                                  PARAM_AS("_duration"), PARAMS_END};
static const struct fn_param bucket_params[] = {PARAM("time", P_EXPR, PARAM_FIRST, NULL),
                                                PARAM("span", P_SPAN, PARAM_REQUIRED, NULL),
                                                PARAM("timezone", P_TEXT, 0, NULL), PARAMS_END};
static const struct fn_param format_duration_params[] = {
    PARAM("field", P_FIELD, PARAM_FIRST, NULL), PARAM("from", P_TEXT, 0, "ms"),
    PARAM("precision", P_NUMBER, 0, "0"), PARAM_AS(NULL), PARAMS_END};

#define TIME_ROW(row_name, id, type, doc_)                                                         \
    {                                                                                              \
        .name = row_name, .kind = FN_SCALAR, .params = id##_params, .ret = type,                   \
        .nulls = FN_NULLS_SEEN, .spelled = {[LANG_CQL] = row_name}, .family = "Time", .doc = doc_, \
        .bind = bind_part, .eval = eval_##id                                                       \
    }
#define ZONE_DOC                                                                                   \
    " The zone is `timezone`, else the value of `timezoneField`, else that of the query."

const struct fn_def fn_time[] = {
    {
        .name = "now",
        .kind = FN_SCALAR,
        .params = now_params,
        .ret = TYPE_LONG,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_CQL] = "now"},
        .family = "Time",
        .doc = "The clock in milliseconds; one instant for the whole query.",
        .eval = eval_now,
    },
    {
        .name = "start",
        .kind = FN_SCALAR,
        .params = start_params,
        .ret = TYPE_LONG,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_CQL] = "start"},
        .family = "Time",
        .doc = "The start of the query's interval in milliseconds.",
        .eval = eval_start,
    },
    {
        .name = "end",
        .kind = FN_SCALAR,
        .params = end_params,
        .ret = TYPE_LONG,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_CQL] = "end"},
        .family = "Time",
        .doc = "The end of the query's interval in milliseconds.",
        .eval = eval_end,
    },
    {
        .name = "duration",
        .kind = FN_SCALAR,
        .params = duration_params,
        .ret = TYPE_LONG,
        .nulls = FN_NULLS_SEEN,
        .spelled = {[LANG_CQL] = "duration"},
        .family = "Time",
        .doc = "The milliseconds of a span: `duration(\"5m\")` is 300000.",
        .eval = eval_duration,
    },
    {
        .name = "time_bucket",
        .kind = FN_SCALAR,
        .params = bucket_params,
        .ret = TYPE_LONG,
        .nulls = FN_NULL_IN_NULL_OUT,
        .family = "Time",
        .doc = "The start of the bucket of that span in which the time lies, aligned to the zone.",
        .bind = bind_bucket,
        .eval = eval_bucket,
    },
    {
        .name = "formatDuration",
        .kind = FN_SCALAR,
        .params = format_duration_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULL_IN_NULL_OUT,
        .spelled = {[LANG_CQL] = "formatDuration"},
        .family = "Time",
        .doc =
            "A number of milliseconds (or of the unit `from`) as `6h30m52s553ms`; `precision` is "
            "the number of units shown, 0 all. What is no integer stays as it is.",
        .bind = bind_format_duration,
        .eval = eval_format_duration,
    },
    TIME_ROW("time:dayOfMonth", day_of_month, TYPE_LONG, "Day of the month, 1 to 31." ZONE_DOC),
    TIME_ROW("time:dayOfWeek", day_of_week, TYPE_LONG,
             "Day of the week, 1 (Monday) to 7." ZONE_DOC),
    TIME_ROW("time:dayOfWeekName", day_of_week_name, TYPE_TEXT,
             "English name of the day of the week." ZONE_DOC),
    TIME_ROW("time:dayOfYear", day_of_year, TYPE_LONG, "Day of the year, 1 to 366." ZONE_DOC),
    TIME_ROW("time:hour", hour, TYPE_LONG, "Hour, 0 to 23." ZONE_DOC),
    TIME_ROW("time:millisecond", millisecond, TYPE_LONG, "Millisecond, 0 to 999." ZONE_DOC),
    TIME_ROW("time:minute", minute, TYPE_LONG, "Minute, 0 to 59." ZONE_DOC),
    TIME_ROW("time:month", month, TYPE_LONG, "Month, 1 to 12." ZONE_DOC),
    TIME_ROW("time:monthName", month_name, TYPE_TEXT, "English name of the month." ZONE_DOC),
    TIME_ROW("time:second", second, TYPE_LONG, "Second, 0 to 59." ZONE_DOC),
    TIME_ROW("time:weekOfYear", week_of_year, TYPE_LONG, "ISO week, 1 to 53." ZONE_DOC),
    TIME_ROW("time:year", year, TYPE_LONG, "Year." ZONE_DOC),
    {0},
};
