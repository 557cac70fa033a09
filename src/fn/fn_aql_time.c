/* fn_aql_time.c - AQL: the clock, times to text and back, parts of a time, sums and buckets of
 * times. Times are epoch milliseconds; a text that is a time (fn_time_read) counts as one.
 * SimpleDateFormat itself is javadate.c. */
#include "fn/javadate.h"
#include "fn/moment.h"
#include "util/hash.h"

/* A number of milliseconds, cut to a whole one, or a text that is a time. */
static bool cell_ms(const struct fn_env *env, const struct val *v, int64_t *ms)
{
    struct val n = val_to_num(v);

    if (n.kind == KIND_LONG) {
        *ms = n.u.i;
        return true;
    }
    if (n.kind == KIND_DOUBLE)
        return double_is_long(__builtin_floor(n.u.d), ms);
    return val_is_text(v) && fn_time_read(val_as_str(v), env->zone, ms, NULL);
}

/* An argument that may have been left out. */
static const struct val *cell_or_absent(const struct fn_run *run, const struct column *args,
                                        size_t k, uint32_t row)
{
    static const struct val absent = {.kind = KIND_ABSENT};

    return k < run->call->n_args ? column_at(&args[k], row) : &absent;
}

static int64_t env_now_ms(const struct fn_env *env)
{
    return floor_div(env->now_ns, NS_PER_MS);
}

/* ---- NOW ---------------------------------------------------------------------------------------
 */

static enum lanner_rc eval_now(struct fn_run *run, const struct column *args, const struct sel *sel,
                               struct val *out, struct lanner_err *err)
{
    int64_t now_ms = env_now_ms(run->call->env);

    (void)args;
    (void)err;
    SEL_FOR (sel, i) {
        out[i] = val_long(now_ms);
    }
    return LANNER_OK;
}

/* ---- DATEFORMAT --------------------------------------------------------------------------------
 */

enum { FORMAT_MS, FORMAT_PATTERN, FORMAT_ZONE };

struct date_format {
    const struct date_pattern *pattern;
    const struct zone *zone;
};

static enum lanner_rc bind_pattern(struct fn_call *call, size_t pattern_arg, size_t zone_arg,
                                   struct date_format *f, struct lanner_err *err)
{
    struct arena *a = call->env->arena;
    struct zone_pick pick;

    TRY(arg_need_const(call, pattern_arg, "the pattern", err));
    TRY(call_err(
        call,
        date_pattern_new(a, arg_text(call, pattern_arg, a), call->env->strict, &f->pattern, err),
        err));
    TRY(zone_pick_bind(call, zone_arg, &pick, err));
    f->zone = pick.fixed != NULL ? pick.fixed : call->env->zone;
    if (f->pattern->y_for_Y && call->env->note != NULL)
        call->env->note(call->env->note_ctx, LANNER_NOTE_REPAIR, call->at,
                        "Y in a date pattern with month or day is read as y: the week year differs "
                        "around New Year");
    return LANNER_OK;
}

static enum lanner_rc bind_format(struct fn_call *call, struct lanner_err *err)
{
    struct date_format *f = ARENA_NEW(call->env->arena, struct date_format);

    TRY(bind_pattern(call, FORMAT_PATTERN, FORMAT_ZONE, f, err));
    call->state = f;
    return LANNER_OK;
}

/* Texts made before, by stretch of local time: the rows of a log share their hours. A text is
 * copied into each batch once. */
#define CACHE_SLOTS 512
#define CACHE_TEXT  40

struct format_slot {
    int64_t step; /* number of the stretch */
    int32_t offset_s;
    uint32_t len;   /* of text; UINT32_MAX: the slot is free */
    uint64_t batch; /* to which `v` belongs */
    struct val v;
    char text[CACHE_TEXT];
};
struct format_cache {
    uint64_t batch;
    struct buf text;
    struct format_slot slots[CACHE_SLOTS];
};

static void format_cache_done(void *ptr)
{
    struct format_cache *cache = ptr;

    if (cache != NULL)
        buf_done(&cache->text);
    free(cache);
}

static struct format_cache *format_cache(const struct fn_run *run)
{
    struct format_cache *cache = run->local->ptr;

    if (cache == NULL) {
        cache = xcalloc(1, sizeof(*cache));
        for (size_t k = 0; k < CACHE_SLOTS; k++)
            cache->slots[k].len = UINT32_MAX;
        run->local->ptr = cache;
        run->local->done = format_cache_done;
    }
    return cache;
}

static struct val format_ms(const struct fn_run *run, struct format_cache *cache, int64_t ms)
{
    const struct date_format *f = run->call->state;

    buf_clear(&cache->text);
    if (!date_pattern_put(f->pattern, f->zone, ms, &cache->text))
        return VAL_ABSENT;
    return result_text(run, buf_str(&cache->text));
}

static struct val format_cached(const struct fn_run *run, struct format_cache *cache, int64_t ms)
{
    const struct date_format *f = run->call->state;
    int64_t utc_s = floor_div(ms, MS_PER_S);
    int32_t offset_s = zone_offset(f->zone, utc_s);
    int64_t step = floor_div(utc_s + offset_s, f->pattern->step_s);
    struct format_slot *slot =
        &cache->slots[hash_mix((uint64_t)step, (uint32_t)offset_s) % CACHE_SLOTS];

    if (slot->len == UINT32_MAX || slot->step != step || slot->offset_s != offset_s) {
        struct val v = format_ms(run, cache, ms);

        if (val_is_null(&v) || v.len > CACHE_TEXT)
            return v;
        slot->step = step;
        slot->offset_s = offset_s;
        slot->len = v.len;
        slot->batch = cache->batch;
        slot->v = v;
        if (v.len > 0)
            memcpy(slot->text, v.u.ptr, v.len);
    } else if (slot->batch != cache->batch) {
        slot->v = result_text(run, str_of(slot->text, slot->len));
        slot->batch = cache->batch;
    }
    return slot->v;
}

static enum lanner_rc eval_format(struct fn_run *run, const struct column *args,
                                  const struct sel *sel, struct val *out, struct lanner_err *err)
{
    const struct date_format *f = run->call->state;
    const struct fn_env *env = run->call->env;
    struct format_cache *cache = format_cache(run);
    /* A zone's name may change while its offset does not. */
    bool cached = f->pattern->step_s > 0 && (!f->pattern->names_zone || zone_is_fixed(f->zone));

    (void)err;
    cache->batch++;
    SEL_FOR (sel, i) {
        const struct val *v = column_at(&args[FORMAT_MS], i);
        int64_t ms;

        out[i] = VAL_ABSENT;
        if (v->kind == KIND_LONG)
            ms = v->u.i;
        else if (!cell_ms(env, v, &ms))
            continue;
        out[i] = cached ? format_cached(run, cache, ms) : format_ms(run, cache, ms);
    }
    return LANNER_OK;
}

/* ---- PARSETIMESTAMP, PARSEDATETIME -------------------------------------------------------------
 */

enum { PARSE_PATTERN, PARSE_TEXT, PARSE_ZONE };

static enum lanner_rc bind_parse(struct fn_call *call, struct lanner_err *err)
{
    struct date_format *f = ARENA_NEW(call->env->arena, struct date_format);

    TRY(bind_pattern(call, PARSE_PATTERN, PARSE_ZONE, f, err));
    call->state = f;
    return LANNER_OK;
}

static enum lanner_rc eval_parse(struct fn_run *run, const struct column *args,
                                 const struct sel *sel, struct val *out, struct lanner_err *err)
{
    const struct date_format *f = run->call->state;
    int64_t now_ms = env_now_ms(run->call->env);
    char room[VAL_PRINT_MAX];
    struct str s;

    (void)err;
    SEL_FOR (sel, i) {
        int64_t ms;

        out[i] = VAL_ABSENT;
        if (cell_text(column_at(&args[PARSE_TEXT], i), room, &s) &&
            date_pattern_read(f->pattern, f->zone, now_ms, s, &ms))
            out[i] = val_long(ms);
    }
    return LANNER_OK;
}

static bool read_datetime(const struct fn_env *env, const struct val *v, int64_t *ms)
{
    if (val_is_text(v))
        return fn_time_relative(val_as_str(v), env_now_ms(env), env->zone, ms);
    return cell_ms(env, v, ms);
}

/* A constant that is no time would make every comparison unknown: nothing would be found. */
static enum lanner_rc bind_datetime(struct fn_call *call, struct lanner_err *err)
{
    const struct fn_arg *arg = arg_at(call, 0);
    int64_t ms;

    if (!arg->is_const || val_is_null(&arg->v) || read_datetime(call->env, &arg->v, &ms))
        return LANNER_OK;
    err_set_at(err, LANNER_ERR_QUERY, call->at, "PARSEDATETIME() cannot read the time '%.*s'",
               STR_ARG(arg_text(call, 0, call->env->arena)));
    err_hint(err, "expected now, '2 hours ago', '2026-03-02 14:08' or the like");
    return LANNER_ERR_QUERY;
}

static enum lanner_rc eval_datetime(struct fn_run *run, const struct column *args,
                                    const struct sel *sel, struct val *out, struct lanner_err *err)
{
    (void)err;
    SEL_FOR (sel, i) {
        int64_t ms;

        out[i] =
            read_datetime(run->call->env, column_at(&args[0], i), &ms) ? val_long(ms) : VAL_ABSENT;
    }
    return LANNER_OK;
}

/* ---- parts of a time ---------------------------------------------------------------------------
 */

static int64_t local_day(const struct moment *m)
{
    return civil_days(m->local.year, m->local.month, m->local.day);
}

static enum lanner_rc bind_part(struct fn_call *call, struct lanner_err *err)
{
    struct zone_pick *pick = ARENA_NEW(call->env->arena, struct zone_pick);

    TRY(zone_pick_bind(call, 1, pick, err));
    call->state = pick;
    return LANNER_OK;
}

typedef struct val (*part_fn)(const struct moment *m);

static void eval_part(const struct fn_run *run, const struct column *args, const struct sel *sel,
                      struct val *out, part_fn fn)
{
    const struct zone *zone = zone_pick_row(run, run->call->state, NULL);

    SEL_FOR (sel, i) {
        struct moment m;
        int64_t ms;

        out[i] = VAL_ABSENT;
        if (cell_ms(run->call->env, column_at(&args[0], i), &ms) && moment_make(zone, ms, &m))
            out[i] = fn(&m);
    }
}

static struct val part_hour(const struct moment *m)
{
    return val_long(m->local.hour);
}
static struct val part_minute(const struct moment *m)
{
    return val_long(m->local.minute);
}
static struct val part_second(const struct moment *m)
{
    return val_long(m->local.second);
}
static struct val part_day(const struct moment *m)
{
    return val_long(m->local.day);
}
static struct val part_month(const struct moment *m)
{
    return val_long(m->local.month);
}
static struct val part_year(const struct moment *m)
{
    return val_long(m->local.year);
}
static struct val part_weekday(const struct moment *m)
{
    return val_long(civil_weekday(local_day(m)) % 7 + 1);
}
static struct val part_day_name(const struct moment *m)
{
    return val_str(str_z(civil_weekday_name(civil_weekday(local_day(m)))));
}
static struct val part_month_name(const struct moment *m)
{
    return val_str(str_z(civil_month_name(m->local.month)));
}
static struct val part_week(const struct moment *m)
{
    int32_t year;
    int32_t week;

    civil_iso_week(local_day(m), &year, &week);
    return val_long(week);
}
static struct val part_quarter(const struct moment *m)
{
    return val_long((m->local.month - 1) / 3 + 1);
}

#define PART_KERNEL(id)                                                                            \
    static enum lanner_rc eval_##id(struct fn_run *run, const struct column *args,                 \
                                    const struct sel *sel, struct val *out,                        \
                                    struct lanner_err *err)                                        \
    {                                                                                              \
        (void)err;                                                                                 \
        eval_part(run, args, sel, out, part_##id);                                                 \
        return LANNER_OK;                                                                          \
    }
PART_KERNEL(hour)
PART_KERNEL(minute)
PART_KERNEL(second)
PART_KERNEL(day)
PART_KERNEL(month)
PART_KERNEL(year)
PART_KERNEL(weekday)
PART_KERNEL(day_name)
PART_KERNEL(month_name)
PART_KERNEL(week)
PART_KERNEL(quarter)

/* ---- units: DATEADD, DATEDIFF, DATE_TRUNC, BIN -------------------------------------------------
 */

/* Fixed spans first; from UNIT_DAY on the zone's calendar counts. */
enum unit { UNIT_MS, UNIT_SECOND, UNIT_MINUTE, UNIT_HOUR, UNIT_DAY, UNIT_WEEK, UNIT_MONTHS };

struct span_unit {
    enum unit unit;
    int64_t n; /* ms of a fixed unit; days; months */
};

static const struct {
    const char *word; /* singular */
    struct span_unit unit;
} unit_words[] = {
    {"millisecond", {UNIT_MS, 1}},
    {"ms", {UNIT_MS, 1}},
    {"second", {UNIT_SECOND, 1000}},
    {"sec", {UNIT_SECOND, 1000}},
    {"ss", {UNIT_SECOND, 1000}},
    {"s", {UNIT_SECOND, 1000}},
    {"minute", {UNIT_MINUTE, 60000}},
    {"min", {UNIT_MINUTE, 60000}},
    {"mi", {UNIT_MINUTE, 60000}},
    {"m", {UNIT_MINUTE, 60000}},
    {"hour", {UNIT_HOUR, 3600000}},
    {"hr", {UNIT_HOUR, 3600000}},
    {"hh", {UNIT_HOUR, 3600000}},
    {"h", {UNIT_HOUR, 3600000}},
    {"day", {UNIT_DAY, 1}},
    {"dd", {UNIT_DAY, 1}},
    {"d", {UNIT_DAY, 1}},
    {"week", {UNIT_WEEK, 7}},
    {"wk", {UNIT_WEEK, 7}},
    {"w", {UNIT_WEEK, 7}},
    {"month", {UNIT_MONTHS, 1}},
    {"mm", {UNIT_MONTHS, 1}},
    {"quarter", {UNIT_MONTHS, 3}},
    {"qq", {UNIT_MONTHS, 3}},
    {"q", {UNIT_MONTHS, 3}},
    {"year", {UNIT_MONTHS, 12}},
    {"yyyy", {UNIT_MONTHS, 12}},
    {"yy", {UNIT_MONTHS, 12}},
    {"y", {UNIT_MONTHS, 12}},
};

static enum lanner_rc bind_unit(struct fn_call *call, struct lanner_err *err)
{
    struct str word = arg_text(call, 0, call->env->arena);
    const struct span_unit *found = NULL;

    TRY(arg_need_const(call, 0, "the unit", err));
    for (size_t k = 0; k < ARRAY_LEN(unit_words) && found == NULL; k++) {
        struct str w = str_z(unit_words[k].word);

        if (str_eq_nocase(word, w) ||
            (w.len > 2 && word.len == w.len + 1 && ascii_lower(word.ptr[w.len]) == 's' &&
             str_eq_nocase(str_of(word.ptr, w.len), w)))
            found = &unit_words[k].unit;
    }
    if (found == NULL)
        return err_set_at(
            err, LANNER_ERR_QUERY, call->at,
            "the unit of %s() must be second, minute, hour, day, week, month, quarter "
            "or year, found '%.*s'",
            call_name(call), STR_ARG(word));
    call->state = (void *)found;
    return LANNER_OK;
}

/* The months before the moment's own, from the year 0 on. */
static int64_t month_index(const struct moment *m)
{
    return (int64_t)m->local.year * 12 + m->local.month - 1;
}

static bool civil_ms(const struct zone *zone, int64_t day, const struct moment *clock, int64_t *ms)
{
    int64_t s = day * DAY_S;

    if (clock != NULL)
        s += clock->local.hour * 3600 + clock->local.minute * 60 + clock->local.second;
    if (s < CIVIL_MIN_S - DAY_S || s > CIVIL_END_S)
        return false;
    *ms = zone_to_utc(zone, s) * MS_PER_S + (clock != NULL ? clock->nanos / NS_PER_MS : 0);
    return true;
}

/* Days since 1970 of a month's day; days past its end are its last. */
static bool month_day(int64_t month, int32_t day, int64_t *out)
{
    int64_t year = floor_div(month, 12);
    int32_t m = (int32_t)(month - year * 12) + 1;

    if (year < 1 || year > 9999)
        return false;
    *out = civil_days((int32_t)year, m, MIN(day, civil_month_days((int32_t)year, m)));
    return true;
}

static bool time_add(const struct span_unit *u, const struct zone *zone, int64_t n, int64_t ms,
                     int64_t *out)
{
    struct moment m;
    int64_t day;

    if (__builtin_mul_overflow(n, u->n, &n))
        return false;
    if (u->unit < UNIT_DAY)
        return !__builtin_add_overflow(ms, n, out);
    /* No calendar is that long, and sums of days cannot overflow after this. */
    if (n < -INT64_C(4000000) || n > INT64_C(4000000) || !moment_make(zone, ms, &m))
        return false;
    if (u->unit != UNIT_MONTHS)
        return civil_ms(zone, local_day(&m) + n, &m, out);
    return month_day(month_index(&m) + n, m.local.day, &day) && civil_ms(zone, day, &m, out);
}

enum { ADD_UNIT, ADD_COUNT, ADD_TIME };

static enum lanner_rc eval_add(struct fn_run *run, const struct column *args, const struct sel *sel,
                               struct val *out, struct lanner_err *err)
{
    const struct fn_env *env = run->call->env;

    (void)err;
    SEL_FOR (sel, i) {
        struct val n = val_to_num(column_at(&args[ADD_COUNT], i));
        int64_t count;
        int64_t ms;

        out[i] = VAL_ABSENT;
        if (n.kind == KIND_DOUBLE && double_is_long(__builtin_trunc(n.u.d), &count))
            n = val_long(count);
        if (n.kind == KIND_LONG && cell_ms(env, column_at(&args[ADD_TIME], i), &ms) &&
            time_add(run->call->state, env->zone, n.u.i, ms, &ms))
            out[i] = val_long(ms);
    }
    return LANNER_OK;
}

/* Whole units from a to b, towards zero. */
static bool time_diff(const struct span_unit *u, const struct zone *zone, int64_t a, int64_t b,
                      int64_t *out)
{
    struct moment x;
    struct moment y;
    int64_t n;
    int64_t back;

    if (u->unit < UNIT_DAY) {
        if (__builtin_sub_overflow(b, a, &n))
            return false;
        *out = n / u->n;
        return true;
    }
    if (!moment_make(zone, a, &x) || !moment_make(zone, b, &y))
        return false;
    n = (u->unit == UNIT_MONTHS ? month_index(&y) - month_index(&x)
                                : local_day(&y) - local_day(&x)) /
        u->n;
    /* One too many when that many units from a lead past b. */
    while (n != 0 && time_add(u, zone, n, a, &back) && (n > 0 ? back > b : back < b))
        n += n > 0 ? -1 : 1;
    *out = n;
    return true;
}

enum { DIFF_UNIT, DIFF_FROM, DIFF_TO };

static enum lanner_rc eval_diff(struct fn_run *run, const struct column *args,
                                const struct sel *sel, struct val *out, struct lanner_err *err)
{
    const struct fn_env *env = run->call->env;

    (void)err;
    SEL_FOR (sel, i) {
        int64_t a;
        int64_t b;
        int64_t n;

        out[i] = VAL_ABSENT;
        if (cell_ms(env, column_at(&args[DIFF_FROM], i), &a) &&
            cell_ms(env, column_at(&args[DIFF_TO], i), &b) &&
            time_diff(run->call->state, env->zone, a, b, &n))
            out[i] = val_long(n);
    }
    return LANNER_OK;
}

static bool time_trunc(const struct span_unit *u, const struct zone *zone, int64_t ms, int64_t *out)
{
    struct moment m;
    int64_t local_ms;
    int64_t day;

    if (!moment_make(zone, ms, &m))
        return false;
    if (u->unit < UNIT_DAY) {
        /* In local time: half-hour zones have their own hours. */
        local_ms = ms + m.offset_s * MS_PER_S;
        *out = floor_div(local_ms, u->n) * u->n - m.offset_s * MS_PER_S;
        return true;
    }
    day = local_day(&m);
    if (u->unit == UNIT_WEEK)
        day -= civil_weekday(day) - 1;
    else if (u->unit == UNIT_MONTHS && !month_day(month_index(&m) / u->n * u->n, 1, &day))
        return false;
    return civil_ms(zone, day, NULL, out);
}

enum { TRUNC_UNIT, TRUNC_TIME };

static enum lanner_rc eval_trunc(struct fn_run *run, const struct column *args,
                                 const struct sel *sel, struct val *out, struct lanner_err *err)
{
    const struct fn_env *env = run->call->env;

    (void)err;
    SEL_FOR (sel, i) {
        int64_t ms;

        out[i] = VAL_ABSENT;
        if (cell_ms(env, column_at(&args[TRUNC_TIME], i), &ms) &&
            time_trunc(run->call->state, env->zone, ms, &ms))
            out[i] = val_long(ms);
    }
    return LANNER_OK;
}

enum { BIN_TIME, BIN_SECONDS };

static enum lanner_rc eval_bin(struct fn_run *run, const struct column *args, const struct sel *sel,
                               struct val *out, struct lanner_err *err)
{
    (void)err;
    SEL_FOR (sel, i) {
        double seconds;
        int64_t span;
        int64_t ms;

        out[i] = VAL_ABSENT;
        if (!cell_ms(run->call->env, column_at(&args[BIN_TIME], i), &ms) ||
            !cell_double(cell_or_absent(run, args, BIN_SECONDS, i), &seconds) ||
            !double_is_long(__builtin_floor(seconds * (double)MS_PER_S), &span) || span <= 0 ||
            __builtin_mul_overflow(floor_div(ms, span), span, &ms))
            continue;
        out[i] = val_long(ms);
    }
    return LANNER_OK;
}

/* ---- rows --------------------------------------------------------------------------------------
 */

static const struct fn_param now_params[] = {PARAMS_END};
static const struct fn_param format_params[] = {PARAM("ms", P_EXPR, PARAM_FIRST, NULL),
                                                PARAM("pattern", P_TEXT, PARAM_REQUIRED, NULL),
                                                PARAM("timezone", P_TEXT, 0, NULL), PARAMS_END};
static const struct fn_param parse_params[] = {PARAM("pattern", P_TEXT, PARAM_FIRST, NULL),
                                               PARAM("text", P_EXPR, PARAM_REQUIRED, NULL),
                                               PARAM("timezone", P_TEXT, 0, NULL), PARAMS_END};
static const struct fn_param datetime_params[] = {PARAM("text", P_EXPR, PARAM_FIRST, NULL),
                                                  PARAMS_END};
static const struct fn_param part_params[] = {PARAM("ms", P_EXPR, PARAM_FIRST, NULL),
                                              PARAM("timezone", P_TEXT, 0, NULL), PARAMS_END};
static const struct fn_param add_params[] = {PARAM("unit", P_TEXT, PARAM_FIRST, NULL),
                                             PARAM("n", P_EXPR, PARAM_REQUIRED, NULL),
                                             PARAM("ms", P_EXPR, PARAM_REQUIRED, NULL), PARAMS_END};
static const struct fn_param diff_params[] = {
    PARAM("unit", P_TEXT, PARAM_FIRST, NULL), PARAM("from", P_EXPR, PARAM_REQUIRED, NULL),
    PARAM("to", P_EXPR, PARAM_REQUIRED, NULL), PARAMS_END};
static const struct fn_param trunc_params[] = {PARAM("unit", P_TEXT, PARAM_FIRST, NULL),
                                               PARAM("ms", P_EXPR, PARAM_REQUIRED, NULL),
                                               PARAMS_END};
static const struct fn_param bin_params[] = {PARAM("ms", P_EXPR, PARAM_FIRST, NULL),
                                             PARAM("seconds", P_EXPR, PARAM_REQUIRED, NULL),
                                             PARAMS_END};

#define TIME_ROW(row_name, spelling, id, params_, bind_, type, doc_)                               \
    {                                                                                              \
        .name = row_name, .kind = FN_SCALAR, .params = params_##_params, .ret = type,              \
        .nulls = FN_NULL_IN_NULL_OUT, .spelled = {[LANG_AQL] = spelling}, .family = "Time",        \
        .doc = doc_, .bind = bind_, .eval = eval_##id                                              \
    }
#define PART_ROW(row_name, spelling, id, type, doc_)                                               \
    TIME_ROW(row_name, spelling, id, part, bind_part, type,                                        \
             doc_ " The zone is the second argument, else that of the query.")
#define NOW_DOC "The clock in milliseconds; one instant for the whole query."
#define DIFF_DOC                                                                                   \
    "Whole units from the first time to the second: `DATEDIFF('hour', starttime, NOW())`. Days "   \
    "and longer units by the calendar of the query's zone."

const struct fn_def fn_aql_time[] = {
    TIME_ROW("aql_now", "NOW", now, now, NULL, TYPE_LONG, NOW_DOC),
    TIME_ROW("aql_current_timestamp", "CURRENT_TIMESTAMP", now, now, NULL, TYPE_LONG, NOW_DOC),
    TIME_ROW("aql_getdate", "GETDATE", now, now, NULL, TYPE_LONG, NOW_DOC),
    TIME_ROW("aql_sysdate", "SYSDATE", now, now, NULL, TYPE_LONG, NOW_DOC),
    TIME_ROW("aql_dateformat", "DATEFORMAT", format, format, bind_format, TYPE_TEXT,
             "Milliseconds as text by a pattern of Java's SimpleDateFormat: "
             "`DATEFORMAT(starttime, 'yyyy-MM-dd HH:00:00')` is the hour. Only letters have a "
             "meaning, all else is text. The zone is the third argument, else that of the query. "
             "Weeks begin on Sunday and week 1 holds January 1. `Y` beside a month or day is read "
             "as `y` unless strict."),
    TIME_ROW("aql_parsetimestamp", "PARSETIMESTAMP", parse, parse, bind_parse, TYPE_LONG,
             "The milliseconds of a text written by a SimpleDateFormat pattern; what follows the "
             "time is ignored."),
    TIME_ROW("aql_parsedatetime", "PARSEDATETIME", datetime, datetime, bind_datetime, TYPE_LONG,
             "The milliseconds of `now`, `'2 hours ago'`, `'1 week ago'`, a format of START, or "
             "ISO 8601. A month is 30 days."),
    PART_ROW("aql_hour", "HOUR", hour, TYPE_LONG, "Hour, 0 to 23."),
    PART_ROW("aql_minute", "MINUTE", minute, TYPE_LONG, "Minute, 0 to 59."),
    PART_ROW("aql_second", "SECOND", second, TYPE_LONG, "Second, 0 to 59."),
    PART_ROW("aql_day", "DAY", day, TYPE_LONG, "Day of the month, 1 to 31."),
    PART_ROW("aql_month", "MONTH", month, TYPE_LONG, "Month, 1 to 12."),
    PART_ROW("aql_year", "YEAR", year, TYPE_LONG, "Year."),
    PART_ROW("aql_dayofweek", "DAYOFWEEK", weekday, TYPE_LONG, "Day of the week, 1 (Sunday) to 7."),
    PART_ROW("aql_dayname", "DAYNAME", day_name, TYPE_TEXT, "English name of the day."),
    PART_ROW("aql_monthname", "MONTHNAME", month_name, TYPE_TEXT, "English name of the month."),
    PART_ROW("aql_week", "WEEK", week, TYPE_LONG, "ISO 8601 week, 1 to 53."),
    PART_ROW("aql_quarter", "QUARTER", quarter, TYPE_LONG, "Quarter, 1 to 4."),
    TIME_ROW("aql_dateadd", "DATEADD", add, add, bind_unit, TYPE_LONG,
             "The time so many units later: `DATEADD('hour', -24, NOW())`. Days and longer units "
             "by the calendar of the query's zone."),
    TIME_ROW("aql_datediff", "DATEDIFF", diff, diff, bind_unit, TYPE_LONG, DIFF_DOC),
    TIME_ROW("aql_timestampdiff", "TIMESTAMPDIFF", diff, diff, bind_unit, TYPE_LONG, DIFF_DOC),
    TIME_ROW("aql_date_trunc", "DATE_TRUNC", trunc, trunc, bind_unit, TYPE_LONG,
             "The start of the unit in which the time lies, in the query's zone; weeks begin on "
             "Monday."),
    TIME_ROW("aql_bin", "BIN", bin, bin, NULL, TYPE_LONG,
             "The start of the bucket of so many seconds, counted from 1970 UTC."),
    {0},
};
