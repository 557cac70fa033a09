/* chart_data.c - which columns of a result are times, labels and numbers, and their values.
 *
 * Numbers are the columns that the query computed, and columns of numeric text behind the first of
 * them; where nothing was computed, all columns of numeric text but the first. A time is a column
 * of a known name that holds milliseconds. The others give the labels. All sizes are bounded, since
 * a log decides how many different labels there are. */
#include "render/chart_data.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "render/spool.h"
#include "util/civil.h"
#include "util/hash.h"
#include "util/num.h"
#include "util/safe.h"
#include "util/utf8.h"

#define MAX_LABEL_BYTES ((size_t)200)
#define MAX_CELLS       ((size_t)1 << 20)
#define MAX_NUMBERS     16 /* number columns drawn */
/* 1973 to 2200: smaller numbers are counts of something. */
#define MIN_TIME_MS INT64_C(100000000000)
#define MAX_TIME_MS INT64_C(7258118400000)

/* The distance of two numbers is a number too. */
#define MAX_NUMBER 1e300

struct column {
    bool seen, computed, numeric, time; /* what all its values so far are */
};

struct cell {
    int64_t ms;
    uint32_t series;
    double value;
};

struct row_label {
    struct str label;
    double values[MAX_NUMBERS];
};

struct reading {
    struct renderer *r;
    struct chart *chart;
    const struct lanner_name *names;
    size_t n;
    struct column *columns; /* owned */
    size_t time;            /* SIZE_MAX: none */
    bool *is_label;         /* owned */
    size_t numbers[MAX_NUMBERS];
    size_t n_numbers;
    bool has_labels;
    uint64_t n_rows;
    struct buf key, text; /* owned */
    struct strmap index;  /* labels of a series, with its column */
    VEC(struct cell) cells;
    VEC(struct row_label) bars;
    VEC(struct str) series;
};

static double value_number(const struct lanner_value *v)
{
    double d = NAN;

    if (v->kind == LANNER_LONG)
        return (double)v->integer;
    if (v->kind == LANNER_DOUBLE)
        d = v->real;
    else if (v->kind != LANNER_TEXT || !num_parse_double(str_of(v->text, v->len), &d))
        return NAN;
    return MIN(MAX(d, -MAX_NUMBER), MAX_NUMBER);
}

static bool value_time(const struct lanner_value *v, int64_t *ms)
{
    if (v->kind == LANNER_LONG)
        *ms = v->integer;
    else if (v->kind != LANNER_TEXT || !num_parse_long(str_of(v->text, v->len), ms))
        return false;
    return *ms >= MIN_TIME_MS && *ms <= MAX_TIME_MS;
}

static enum lanner_rc look_at_row(void *ctx, const struct lanner_value *values,
                                  struct lanner_err *err)
{
    struct reading *d = ctx;
    int64_t ms;

    (void)err;
    d->n_rows++;
    for (size_t i = 0; i < d->n; i++) {
        const struct lanner_value *v = &values[i];
        struct column *c = &d->columns[i];
        bool computed = v->kind == LANNER_LONG || v->kind == LANNER_DOUBLE;

        if (v->kind == LANNER_ABSENT || v->kind == LANNER_NULL)
            continue;
        c->computed = computed && (c->computed || !c->seen);
        c->numeric = !isnan(value_number(v)) && (c->numeric || !c->seen);
        c->time = value_time(v, &ms) && (c->time || !c->seen);
        c->seen = true;
    }
    return LANNER_OK;
}

static size_t column_named(const struct reading *d, const char *name)
{
    for (size_t i = 0; i < d->n; i++) {
        if (str_eqz(str_of(d->names[i].text, d->names[i].len), name))
            return i;
    }
    return SIZE_MAX;
}

static void find_time(struct reading *d)
{
    static const char *const names[] = {"_bucket",  "@timestamp", "_time",     "time",
                                        "bucket",   "starttime",  "StartTime", "startTime",
                                        "hour_bin", "devicetime", "endtime"};

    d->time = SIZE_MAX;
    for (size_t i = 0; i < ARRAY_LEN(names) && d->time == SIZE_MAX; i++) {
        d->time = column_named(d, names[i]);
        if (d->time != SIZE_MAX && !d->columns[d->time].time)
            d->time = SIZE_MAX;
    }
}

static void put_label_name(struct reading *d, size_t column)
{
    if (d->text.len > 0)
        buf_puts(&d->text, ", ");
    safe_put_text(&d->text, str_of(d->names[column].text, MIN(d->names[column].len, 60)), true, "");
}

/* Tells the columns apart. */
static void find_columns(struct reading *d)
{
    size_t first = d->n; /* the first that the query computed */

    find_time(d);
    d->is_label = xcalloc(d->n + 1, sizeof(*d->is_label));
    for (size_t i = d->n; i-- > 0;) {
        if (d->columns[i].computed && i != d->time)
            first = i;
    }
    for (size_t i = 0; i < d->n; i++) {
        const struct column *c = &d->columns[i];
        bool number = c->computed || (c->numeric && (first < d->n ? i > first : i > 0));

        if (i == d->time || !c->seen)
            continue;
        if (number && d->n_numbers < MAX_NUMBERS) {
            d->numbers[d->n_numbers++] = i;
        } else if (!number) {
            d->is_label[i] = d->has_labels = true;
            put_label_name(d, i);
        }
    }
    d->chart->label_name = arena_str(&d->chart->arena, buf_str(&d->text));
}

/* So much of a text that it ends at a character. */
static struct str cut_text(struct str s)
{
    size_t i = 0;
    size_t end = 0;

    while (i < s.len && i < MAX_LABEL_BYTES) {
        end = i;
        utf8_next(s, &i);
    }
    return i <= MAX_LABEL_BYTES ? str_of(s.ptr, i) : str_of(s.ptr, end);
}

/* The row's label into d->text, and into d->key what tells it from every other. */
static void make_label(struct reading *d, const struct lanner_value *values)
{
    char room[NUM_PRINT_MAX];

    buf_clear(&d->key);
    buf_clear(&d->text);
    for (size_t i = 0; i < d->n; i++) {
        struct str value = output_value_text(&values[i], room);

        if (!d->is_label[i])
            continue;
        if (d->text.len > 0)
            buf_puts(&d->text, ", ");
        buf_put_u8(&d->key, (uint8_t)values[i].kind);
        buf_put_bytes(&d->key, value);
        if (values[i].kind == LANNER_ABSENT)
            buf_puts(&d->text, "(none)");
        else if (value.len == 0)
            buf_puts(&d->text, "(empty)");
        safe_put_text(&d->text, cut_text(value), true, "");
        if (value.len > cut_text(value).len)
            buf_puts(&d->text, "...");
    }
}

/* The series of this label and number column; SIZE_MAX when there are too many. */
static size_t series_index(struct reading *d, size_t number)
{
    size_t key_len = d->key.len;
    size_t at;
    struct buf name = {0};

    buf_put_u8(&d->key, (uint8_t)number);
    at = strmap_get(&d->index, buf_str(&d->key));
    if (at == SIZE_MAX && d->series.n < CHART_MAX_SERIES) {
        buf_put_str(&name, buf_str(&d->text));
        if (!d->has_labels || d->n_numbers > 1) {
            struct lanner_name column = d->names[d->numbers[number]];

            if (d->has_labels)
                buf_puts(&name, " ");
            safe_put_text(&name, cut_text(str_of(column.text, column.len)), true, "");
        }
        at = d->series.n;
        strmap_put(&d->index, buf_str(&d->key), at);
        VEC_PUSH(&d->series, arena_str(&d->chart->arena, buf_str(&name)));
    }
    buf_done(&name);
    d->key.len = key_len;
    return at;
}

/* Series beyond the last that is drawn are counted as long as that costs little. */
static void count_left(struct reading *d, size_t number)
{
    size_t key_len = d->key.len;

    if (d->chart->series_left >= 100000)
        return;
    buf_put_u8(&d->key, (uint8_t)number);
    buf_put_u8(&d->key, 1);
    if (strmap_get(&d->index, buf_str(&d->key)) == SIZE_MAX) {
        strmap_put(&d->index, buf_str(&d->key), 0);
        d->chart->series_left++;
    }
    d->key.len = key_len;
}

static enum lanner_rc take_time_row(void *ctx, const struct lanner_value *values,
                                    struct lanner_err *err)
{
    struct reading *d = ctx;
    struct cell cell;

    (void)err;
    if (!value_time(&values[d->time], &cell.ms) || d->cells.n >= MAX_CELLS) {
        d->chart->rows_left++;
        return LANNER_OK;
    }
    make_label(d, values);
    for (size_t i = 0; i < d->n_numbers; i++) {
        size_t series = series_index(d, i);

        cell.value = value_number(&values[d->numbers[i]]);
        cell.series = (uint32_t)series;
        if (series == SIZE_MAX)
            count_left(d, i);
        else
            VEC_PUSH(&d->cells, cell);
    }
    return LANNER_OK;
}

static enum lanner_rc take_bar_row(void *ctx, const struct lanner_value *values,
                                   struct lanner_err *err)
{
    struct reading *d = ctx;
    struct row_label bar;

    (void)err;
    if (d->bars.n >= CHART_MAX_BARS) {
        d->chart->rows_left++;
        return LANNER_OK;
    }
    make_label(d, values);
    if (!d->has_labels)
        buf_printf(&d->text, "row %zu", d->bars.n + 1);
    bar.label = arena_str(&d->chart->arena, buf_str(&d->text));
    for (size_t i = 0; i < d->n_numbers; i++)
        bar.values[i] = value_number(&values[d->numbers[i]]);
    VEC_PUSH(&d->bars, bar);
    return LANNER_OK;
}

static int by_time(const void *a, const void *b)
{
    int64_t x = ((const struct cell *)a)->ms;
    int64_t y = ((const struct cell *)b)->ms;

    return (x > y) - (x < y);
}

static void make_series(struct chart *c, size_t n_series, size_t n_points)
{
    c->n_series = n_series;
    c->n_points = n_points;
    c->series = ARENA_ARRAY(&c->arena, struct chart_series, n_series);
    for (size_t i = 0; i < n_series; i++) {
        c->series[i].values = ARENA_ARRAY(&c->arena, double, n_points);
        for (size_t k = 0; k < n_points; k++)
            c->series[i].values[k] = NAN;
    }
}

static void find_ends(struct chart *c)
{
    for (size_t i = 0; i < c->n_series; i++) {
        struct chart_series *s = &c->series[i];
        bool any = false;

        for (size_t k = 0; k < c->n_points; k++) {
            if (isnan(s->values[k]))
                continue;
            s->min = any ? MIN(s->min, s->values[k]) : s->values[k];
            s->max = any ? MAX(s->max, s->values[k]) : s->values[k];
            any = true;
        }
    }
}

/* Times stand on a grid of the smallest gap between two of them. */
static void lay_out_times(struct reading *d)
{
    struct chart *c = d->chart;
    struct cell *cells = d->cells.items;
    int64_t range;

    qsort(cells, d->cells.n, sizeof(*cells), by_time);
    c->first_ms = cells[0].ms;
    range = cells[d->cells.n - 1].ms - c->first_ms;
    c->step_ms = range;
    for (size_t i = 1; i < d->cells.n; i++) {
        int64_t gap = cells[i].ms - cells[i - 1].ms;

        if (gap > 0)
            c->step_ms = MIN(c->step_ms, gap);
    }
    c->step_ms = MAX(c->step_ms, 1);
    if (range / c->step_ms >= CHART_MAX_POINTS) {
        c->step_ms = range / (CHART_MAX_POINTS - 1) + 1;
        c->merged = true;
    }
    make_series(c, d->series.n, (size_t)(range / c->step_ms) + 1);
    for (size_t i = 0; i < d->cells.n; i++) {
        size_t point = (size_t)((cells[i].ms - c->first_ms) / c->step_ms);
        double *value = &c->series[cells[i].series].values[point];

        if (!isnan(cells[i].value))
            *value = isnan(*value) ? cells[i].value : MAX(*value, cells[i].value);
    }
    if (range == 0)
        c->step_ms = 0;
}

static void lay_out_bars(struct reading *d)
{
    struct chart *c = d->chart;

    make_series(c, d->n_numbers, d->bars.n);
    c->labels = ARENA_ARRAY(&c->arena, struct str, d->bars.n);
    for (size_t k = 0; k < d->bars.n; k++) {
        c->labels[k] = d->bars.items[k].label;
        for (size_t i = 0; i < d->n_numbers; i++)
            c->series[i].values[k] = d->bars.items[k].values[i];
    }
}

/* One row of numbers alone: a bar for each of them. */
static void lay_out_columns(struct reading *d)
{
    struct chart *c = d->chart;

    make_series(c, 1, d->n_numbers);
    c->labels = ARENA_ARRAY(&c->arena, struct str, d->n_numbers);
    for (size_t i = 0; i < d->n_numbers; i++) {
        c->labels[i] = d->series.items[i];
        c->series[0].values[i] = d->bars.items[0].values[i];
    }
    c->series[0].name = STR_NONE;
}

static enum lanner_rc read_rows(struct reading *d, struct lanner_err *err)
{
    struct chart *c = d->chart;
    bool time = d->time != SIZE_MAX;

    TRY(spool_each(d->r->spool, time ? take_time_row : take_bar_row, d, err));
    c->kind = time ? CHART_TIME : CHART_BARS;
    buf_clear(&d->key);
    buf_clear(&d->text);
    for (size_t i = 0; !time && i < d->n_numbers; i++) {
        struct lanner_name column = d->names[d->numbers[i]];

        buf_clear(&d->text);
        safe_put_text(&d->text, cut_text(str_of(column.text, column.len)), true, "");
        VEC_PUSH(&d->series, arena_str(&c->arena, buf_str(&d->text)));
    }
    if (time)
        lay_out_times(d);
    else if (d->bars.n == 1 && !d->has_labels)
        lay_out_columns(d);
    else
        lay_out_bars(d);
    for (size_t i = 0; i < c->n_series && c->n_series == d->series.n; i++)
        c->series[i].name = d->series.items[i];
    find_ends(c);
    return LANNER_OK;
}

static const char *what_is_missing(const struct reading *d)
{
    if (d->n_rows == 0)
        return "the result has no rows";
    if (column_named(d, "@rawstring") != SIZE_MAX)
        return "the rows are events; count them first, with timeChart(), groupBy() or top()";
    if (d->n_numbers == 0)
        return "no column of the result is a number";
    return NULL;
}

enum lanner_rc chart_read(struct renderer *r, struct chart *out, struct lanner_err *err)
{
    struct reading d = {.r = r, .chart = out};
    enum lanner_rc rc;

    memset(out, 0, sizeof(*out));
    arena_init(&out->arena, 0);
    strmap_init(&d.index);
    d.names = spool_names(r->spool, &d.n);
    d.columns = xcalloc(d.n + 1, sizeof(*d.columns));
    rc = spool_each(r->spool, look_at_row, &d, err);
    if (rc == LANNER_OK) {
        find_columns(&d);
        out->why = what_is_missing(&d);
        if (out->why == NULL)
            rc = read_rows(&d, err);
    }
    free(d.columns);
    free(d.is_label);
    buf_done(&d.key);
    buf_done(&d.text);
    VEC_DONE(&d.cells);
    VEC_DONE(&d.bars);
    VEC_DONE(&d.series);
    strmap_done(&d.index);
    return rc;
}

void chart_done(struct chart *c)
{
    arena_done(&c->arena);
}

struct str chart_time_text(char *room, size_t size, int64_t ms, int64_t step_ms, bool full)
{
    struct civil c;
    int n;

    civil_from_seconds(floor_div(ms, MS_PER_S), &c);
    if (step_ms != 0 && step_ms % (DAY_S * MS_PER_S) == 0)
        n = snprintf(room, size, "%04d-%02d-%02d", (int)c.year, c.month, c.day);
    else
        n = snprintf(room, size, "%04d-%02d-%02d %02d:%02d:%02d", (int)c.year, c.month, c.day,
                     c.hour, c.minute, c.second);
    if (step_ms != 0 && step_ms % (DAY_S * MS_PER_S) == 0)
        return full ? str_of(room, (size_t)n) : str_of(room + 5, (size_t)n - 5);
    if (step_ms % (60 * MS_PER_S) == 0)
        n -= 3; /* the seconds say nothing */
    return full ? str_of(room, (size_t)n) : str_of(room + 11, (size_t)n - 11);
}

struct str chart_span_text(char *room, size_t size, int64_t ms)
{
    static const struct {
        int64_t ms;
        const char *name;
    } units[] = {{DAY_S * MS_PER_S, "day"},
                 {3600 * MS_PER_S, "hour"},
                 {60 * MS_PER_S, "minute"},
                 {MS_PER_S, "second"},
                 {1, "millisecond"}};
    size_t i = 0;
    int n;

    while (ms % units[i].ms != 0)
        i++;
    n = snprintf(room, size, "%" PRId64 " %s%s", ms / units[i].ms, units[i].name,
                 ms == units[i].ms ? "" : "s");
    return str_of(room, (size_t)n);
}
