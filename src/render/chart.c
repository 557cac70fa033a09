/* chart.c - a result drawn on a terminal: bars beside their labels, or values over time.
 *
 * One series over time is drawn as columns of several lines, several as a line each, all over one
 * axis of time. Blocks of eighths where the terminal has them, plain ASCII otherwise. */
#include <inttypes.h>
#include <math.h>

#include "render/chart_data.h"
#include "util/num.h"
#include "util/utf8.h"

#define WIDTH_DEFAULT ((size_t)80)
#define WIDTH_MIN     ((size_t)24)
#define WIDTH_MAX     ((size_t)400)
#define TALL          ((size_t)8) /* lines of a chart of one series */
#define EIGHTHS       8

struct canvas {
    struct renderer *r;
    const struct chart *chart;
    struct buf *out;
    size_t width;
    bool ascii;
};

/* The i-th eighth, 0 to 8, of a cell filled from below. */
static const char *block_up(bool ascii, size_t i)
{
    static const char *const blocks[] = {" ",
                                         "\xE2\x96\x81",
                                         "\xE2\x96\x82",
                                         "\xE2\x96\x83",
                                         "\xE2\x96\x84",
                                         "\xE2\x96\x85",
                                         "\xE2\x96\x86",
                                         "\xE2\x96\x87",
                                         "\xE2\x96\x88"};
    static const char *const plain[] = {" ", ".", ".", ":", "-", "=", "+", "*", "#"};

    return ascii ? plain[i] : blocks[i];
}

/* The same, filled from the left. */
static const char *block_right(bool ascii, size_t i)
{
    static const char *const blocks[] = {"",
                                         "\xE2\x96\x8F",
                                         "\xE2\x96\x8E",
                                         "\xE2\x96\x8D",
                                         "\xE2\x96\x8C",
                                         "\xE2\x96\x8B",
                                         "\xE2\x96\x8A",
                                         "\xE2\x96\x89",
                                         "\xE2\x96\x88"};

    return ascii ? (i >= EIGHTHS / 2 ? "#" : "") : blocks[i];
}

static void put_times(struct buf *b, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_puts(b, text);
}

static void put_style(struct canvas *v, const char *style)
{
    if (v->r->options.colour)
        buf_puts(v->out, style);
}

/* The text in exactly `width` columns, cut or filled. */
static void put_fitted(struct canvas *v, struct str s, size_t width, bool right)
{
    size_t total = utf8_width(s);
    size_t used = 0;
    size_t i = 0;

    if (total <= width) {
        if (right)
            put_times(v->out, " ", width - total);
        buf_put_str(v->out, s);
        if (!right)
            put_times(v->out, " ", width - total);
        return;
    }
    while (i < s.len) {
        size_t end = utf8_grapheme_end(s, i);
        size_t w = utf8_width(str_of(s.ptr + i, end - i));

        if (used + w > width - 1)
            break;
        buf_put(v->out, s.ptr + i, end - i);
        used += w;
        i = end;
    }
    buf_puts(v->out, v->ascii ? "~" : "\xE2\x80\xA6");
    put_times(v->out, " ", width - 1 - used);
}

static struct str number_text(char *room, double value)
{
    if (isnan(value))
        return STR("-");
    return str_of(room, num_print_double(room, value));
}

/* Numbers on an axis: three digits say enough. */
static struct str axis_text(char *room, double value)
{
    double rounded;
    double size = fabs(value);
    int digits = size >= 100 || size == 0 ? 0 : 2 - (int)floor(log10(size));

    if (num_round_decimal(value, MIN(digits, 12), &rounded))
        value = rounded;
    return number_text(room, value);
}

/* ---- Bars -------------------------------------------------------------------------------------
 */

struct bar_frame {
    size_t label_width, number_width, bar_width;
    size_t zero; /* cells left of the line from which bars start */
    double low, high;
};

static void frame_bars(const struct canvas *v, const struct chart_series *s, struct bar_frame *f)
{
    const struct chart *c = v->chart;
    char room[NUM_PRINT_MAX];

    memset(f, 0, sizeof(*f));
    if (s->name.len > 0)
        f->label_width = utf8_width(c->label_name);
    for (size_t k = 0; k < c->n_points; k++) {
        f->label_width = MAX(f->label_width, utf8_width(c->labels[k]));
        f->number_width = MAX(f->number_width, number_text(room, s->values[k]).len);
    }
    f->label_width = MIN(f->label_width, v->width * 2 / 5);
    f->bar_width = 4;
    if (v->width > f->label_width + f->number_width + 8)
        f->bar_width = v->width - f->label_width - f->number_width - 4;
    f->low = MIN(s->min, 0);
    f->high = MAX(s->max, 0);
    if (f->low < 0)
        f->zero = (size_t)ceil((double)f->bar_width * (f->low / (f->low - f->high)));
    f->zero = MIN(f->zero, f->bar_width);
}

static void put_bar(struct canvas *v, const struct bar_frame *f, double value)
{
    size_t room = f->bar_width - f->zero;
    size_t eighths;

    if (isnan(value))
        value = 0;
    if (value < 0) {
        size_t n = (size_t)ceil((double)f->zero * (value / f->low));

        n = MIN(n, f->zero);
        put_times(v->out, " ", f->zero - n);
        put_times(v->out, block_right(v->ascii, EIGHTHS), n);
        return;
    }
    put_times(v->out, " ", f->zero);
    if (value == 0 || f->high <= 0)
        return;
    eighths = (size_t)lround((double)(room * EIGHTHS) * (value / f->high));
    eighths = MIN(MAX(eighths, v->ascii ? EIGHTHS / 2 : 1), room * EIGHTHS);
    put_times(v->out, block_right(v->ascii, EIGHTHS), eighths / EIGHTHS);
    buf_puts(v->out, block_right(v->ascii, eighths % EIGHTHS));
}

static void trim_line(struct buf *b, size_t from)
{
    while (b->len > from && b->ptr[b->len - 1] == ' ')
        b->len--;
}

static enum lanner_rc put_bars(struct canvas *v, const struct chart_series *s,
                               struct lanner_err *err)
{
    const struct chart *c = v->chart;
    struct bar_frame f;
    char room[NUM_PRINT_MAX];

    frame_bars(v, s, &f);
    if (s->name.len > 0) {
        put_style(v, "\x1b[1m");
        put_fitted(v, c->label_name, MAX(f.label_width, 1), false);
        buf_puts(v->out, "  ");
        buf_put_str(v->out, s->name);
        put_style(v, "\x1b[0m");
        buf_putc(v->out, '\n');
    }
    for (size_t k = 0; k < c->n_points; k++) {
        size_t from = v->out->len;

        put_fitted(v, c->labels[k], f.label_width, false);
        buf_puts(v->out, "  ");
        put_fitted(v, number_text(room, s->values[k]), f.number_width, true);
        buf_puts(v->out, "  ");
        put_bar(v, &f, s->values[k]);
        trim_line(v->out, from);
        buf_putc(v->out, '\n');
        TRY(output_flush_some(v->r, err));
    }
    return LANNER_OK;
}

/* ---- Time -------------------------------------------------------------------------------------
 */

struct time_frame {
    size_t margin; /* columns before the first value */
    size_t n;      /* columns of values */
    size_t per;    /* points that one column stands for */
    size_t wide;   /* columns that one point takes */
};

static void frame_time(const struct canvas *v, size_t margin, struct time_frame *f)
{
    size_t room = v->width > margin + 8 ? v->width - margin : 8;

    f->margin = margin;
    f->per = (v->chart->n_points + room - 1) / room;
    f->n = (v->chart->n_points + f->per - 1) / f->per;
    f->wide = f->per == 1 ? MIN(room / f->n, 6) : 1;
}

/* The largest value of the points that the column stands for. */
static double column_value(const struct time_frame *f, const struct chart_series *s,
                           size_t n_points, size_t column)
{
    double value = NAN;

    for (size_t k = column * f->per; k < MIN(n_points, (column + 1) * f->per); k++) {
        if (!isnan(s->values[k]) && (isnan(value) || s->values[k] > value))
            value = s->values[k];
    }
    return value;
}

/* How high a value stands, in eighths of a line, from the lower end of the scale. */
static size_t height(double value, double low, double high, size_t lines)
{
    size_t n;

    if (isnan(value) || !(high > low))
        return 0;
    n = (size_t)lround((double)(lines * EIGHTHS) * ((value - low) / (high - low)));
    if (n == 0 && value != 0) /* little is not nothing */
        n = 1;
    return MIN(n, lines * EIGHTHS);
}

/* The columns' n-th line, counted from below, of a chart so many lines high. */
static void put_columns(struct canvas *v, const struct time_frame *f, const struct chart_series *s,
                        size_t line, size_t lines)
{
    double low = MIN(s->min, 0);
    double high = MAX(s->max, 0);

    for (size_t i = 0; i < f->n; i++) {
        size_t h = height(column_value(f, s, v->chart->n_points, i), low, high, lines);
        size_t part = h > line * EIGHTHS ? MIN(h - line * EIGHTHS, EIGHTHS) : 0;
        bool gap = f->wide > 2; /* wide bars stand apart */

        if (v->ascii && lines > 1 && part > 0)
            part = part >= EIGHTHS / 2 || h < EIGHTHS ? EIGHTHS : 0;
        put_times(v->out, block_up(v->ascii, part), f->wide - gap);
        put_times(v->out, " ", gap);
    }
}

/* Marks and times below the values. */
static void put_axis(struct canvas *v, const struct time_frame *f)
{
    const struct chart *c = v->chart;
    char room[32];
    size_t every = MAX(((size_t)18 + f->wide - 1) / f->wide, 1); /* columns between marks */
    size_t from = v->out->len;
    size_t at = 0;

    put_times(v->out, " ", f->margin);
    for (size_t i = 0; i < f->n * f->wide; i++) {
        bool mark = i % (every * f->wide) == 0;

        buf_puts(v->out, v->ascii ? (mark ? "+" : "-") : (mark ? "\xE2\x94\xB4" : "\xE2\x94\x80"));
    }
    buf_putc(v->out, '\n');
    from = v->out->len;
    put_times(v->out, " ", f->margin);
    for (size_t i = 0; i < f->n; i += every) {
        int64_t ms = c->first_ms + (int64_t)(i * f->per) * c->step_ms;
        struct str text = chart_time_text(room, sizeof(room), ms, c->step_ms, false);

        if (i * f->wide < at || f->margin + i * f->wide + text.len > MAX(v->width, f->margin + 8))
            continue;
        put_times(v->out, " ", i * f->wide - at);
        buf_put_str(v->out, text);
        at = i * f->wide + text.len;
    }
    trim_line(v->out, from);
    buf_putc(v->out, '\n');
}

static void put_title(struct canvas *v, const struct time_frame *f)
{
    const struct chart *c = v->chart;
    char rooms[3][48];
    int64_t last = c->first_ms + (int64_t)(c->n_points - 1) * c->step_ms;

    put_style(v, "\x1b[1m");
    if (c->n_series == 1) {
        buf_put_str(v->out, c->series[0].name);
        buf_puts(v->out, "  ");
    } else if (c->label_name.len > 0) {
        buf_put_str(v->out, c->label_name);
        buf_puts(v->out, "  ");
    }
    put_style(v, "\x1b[0m");
    buf_put_str(v->out, chart_time_text(rooms[0], sizeof(rooms[0]), c->first_ms, c->step_ms, true));
    if (last > c->first_ms) {
        struct str span = chart_span_text(rooms[2], sizeof(rooms[2]), c->step_ms * (int64_t)f->per);

        buf_puts(v->out, " to ");
        buf_put_str(v->out, chart_time_text(rooms[1], sizeof(rooms[1]), last, c->step_ms, true));
        buf_printf(v->out, " UTC, %.*s a column%s", STR_ARG(span),
                   f->per > 1 || c->merged ? ", the largest value of each" : "");
    } else {
        buf_puts(v->out, " UTC");
    }
    buf_putc(v->out, '\n');
}

/* One series: columns of several lines with the scale beside them. */
static void put_tall(struct canvas *v)
{
    const struct chart_series *s = &v->chart->series[0];
    char rooms[3][NUM_PRINT_MAX];
    double low = MIN(s->min, 0);
    double high = MAX(s->max, 0);
    struct str top = axis_text(rooms[0], high);
    struct str middle = axis_text(rooms[1], low + (high - low) / 2);
    struct str bottom = axis_text(rooms[2], low);
    size_t margin = MAX(MAX(top.len, middle.len), bottom.len);
    struct time_frame f;

    frame_time(v, margin + 1, &f);
    put_title(v, &f);
    for (size_t line = TALL; line-- > 0;) {
        struct str mark = line == TALL - 1       ? top
                          : line == TALL / 2 - 1 ? middle
                          : line == 0            ? bottom
                                                 : STR_NONE;
        size_t from = v->out->len;

        put_fitted(v, mark, margin, true);
        buf_putc(v->out, ' ');
        put_columns(v, &f, s, line, TALL);
        trim_line(v->out, from);
        buf_putc(v->out, '\n');
    }
    put_axis(v, &f);
}

/* Several series: a line each, with its own scale, and its largest value. */
static enum lanner_rc put_lines(struct canvas *v, struct lanner_err *err)
{
    const struct chart *c = v->chart;
    char room[NUM_PRINT_MAX];
    size_t names = 0;
    size_t numbers = 3; /* the heading */
    struct time_frame f;

    for (size_t i = 0; i < c->n_series; i++) {
        names = MAX(names, utf8_width(c->series[i].name));
        numbers = MAX(numbers, axis_text(room, c->series[i].max).len);
    }
    names = MAX(MIN(names, v->width / 3), 1);
    frame_time(v, names + numbers + 4, &f);
    put_title(v, &f);
    put_times(v->out, " ", names + 2);
    put_fitted(v, STR("max"), numbers, true);
    buf_putc(v->out, '\n');
    for (size_t i = 0; i < c->n_series; i++) {
        size_t from = v->out->len;

        put_fitted(v, c->series[i].name, names, false);
        buf_puts(v->out, "  ");
        put_fitted(v, axis_text(room, c->series[i].max), numbers, true);
        buf_puts(v->out, "  ");
        put_columns(v, &f, &c->series[i], 0, 1);
        trim_line(v->out, from);
        buf_putc(v->out, '\n');
        TRY(output_flush_some(v->r, err));
    }
    put_axis(v, &f);
    return LANNER_OK;
}

static enum lanner_rc put_chart(struct canvas *v, struct lanner_err *err)
{
    const struct chart *c = v->chart;

    switch (c->kind) {
    case CHART_NOTHING:
        buf_printf(v->out, "nothing to draw: %s\n", c->why);
        return LANNER_OK;
    case CHART_BARS:
        for (size_t i = 0; i < c->n_series; i++) {
            if (i > 0)
                buf_putc(v->out, '\n');
            TRY(put_bars(v, &c->series[i], err));
        }
        break;
    case CHART_TIME:
        if (c->n_series == 1)
            put_tall(v);
        else
            TRY(put_lines(v, err));
        break;
    }
    if (c->series_left > 0)
        buf_printf(v->out, "%" PRIu64 " more series not drawn\n", c->series_left);
    if (c->rows_left > 0)
        buf_printf(v->out, "%" PRIu64 " more row%s not drawn\n", c->rows_left,
                   c->rows_left == 1 ? "" : "s");
    return LANNER_OK;
}

static enum lanner_rc chart_finish(struct renderer *r, struct lanner_err *err)
{
    struct chart chart;
    struct canvas v = {
        .r = r,
        .chart = &chart,
        .out = &r->out,
        .width = r->options.width != 0 ? r->options.width : WIDTH_DEFAULT,
        .ascii = r->options.ascii,
    };
    enum lanner_rc rc = chart_read(r, &chart, err);

    v.width = MIN(MAX(v.width, WIDTH_MIN), WIDTH_MAX);
    if (rc == LANNER_OK)
        rc = put_chart(&v, err);
    chart_done(&chart);
    return rc;
}

const struct output_def render_chart = {.spools = true, .finish = chart_finish};
