/* svg.c - a result drawn as one self-contained SVG image: no script, no style sheet, no reference
 * to anything outside it.
 *
 * Every text of a log passes safe_put_markup, which leaves no character with a meaning in XML and
 * none that XML forbids. Coordinates are written in tenths by hand: the C library's own printing of
 * numbers follows the locale of the program. */
#include <inttypes.h>
#include <math.h>

#include "render/chart_data.h"
#include "util/num.h"
#include "util/safe.h"
#include "util/utf8.h"

#define WIDTH      960
#define LEFT       70 /* of the field of values of a chart over time */
#define TOP        40
#define FIELD      300 /* its height */
#define BAR_STEP   22
#define LABEL_WIDE 280
#define TICKS      5

static const char *const palette[] = {"#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd",
                                      "#8c564b", "#e377c2", "#7f7f7f", "#bcbd22", "#17becf"};

/* The first characters of a label. */
static void put_short(struct buf *b, struct str s, size_t characters)
{
    size_t i = 0;

    for (size_t n = 0; i < s.len && n < characters; n++)
        i = utf8_grapheme_end(s, i);
    safe_put_markup(b, str_of(s.ptr, i));
    if (i < s.len)
        buf_puts(b, "\xE2\x80\xA6");
}

/* Values whose range passes that of doubles come here as infinities: they are drawn at the edge. */
static void put_coordinate(struct buf *b, double v)
{
    static const double edge = 1e6;
    int64_t tenths = isnan(v) ? 0 : llround(MAX(MIN(v, edge), -edge) * 10);

    if (tenths < 0)
        buf_putc(b, '-');
    tenths = tenths < 0 ? -tenths : tenths;
    buf_printf(b, "%" PRId64 ".%" PRId64, tenths / 10, tenths % 10);
}

static void put_attribute(struct buf *b, const char *name, double v)
{
    buf_printf(b, " %s=\"", name);
    put_coordinate(b, v);
    buf_putc(b, '"');
}

static void put_number(struct buf *b, double v)
{
    char room[NUM_PRINT_MAX];

    buf_put(b, room, num_print_double(room, v));
}

/* Opens a text element; its content and </text> follow. */
static void begin_text(struct buf *b, double x, double y, const char *anchor)
{
    buf_puts(b, "<text");
    put_attribute(b, "x", x);
    put_attribute(b, "y", y);
    if (anchor != NULL)
        buf_printf(b, " text-anchor=\"%s\"", anchor);
    buf_putc(b, '>');
}

static void end_text(struct buf *b)
{
    buf_puts(b, "</text>\n");
}

static void put_rect(struct buf *b, double x, double y, double w, double h, const char *fill)
{
    buf_puts(b, "<rect");
    put_attribute(b, "x", x);
    put_attribute(b, "y", y);
    put_attribute(b, "width", w);
    put_attribute(b, "height", h);
    buf_printf(b, " fill=\"%s\">", fill);
}

static void put_line(struct buf *b, double x1, double y1, double x2, double y2, const char *stroke)
{
    buf_puts(b, "<line");
    put_attribute(b, "x1", x1);
    put_attribute(b, "y1", y1);
    put_attribute(b, "x2", x2);
    put_attribute(b, "y2", y2);
    buf_printf(b, " stroke=\"%s\"/>\n", stroke);
}

static void begin_image(struct buf *b, size_t height)
{
    buf_printf(
        b,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%zu\" viewBox=\"0 0 "
        "%d %zu\" font-family=\"sans-serif\" font-size=\"12\" fill=\"#222222\">\n",
        WIDTH, height, WIDTH, height);
    buf_printf(b, "<rect width=\"%d\" height=\"%zu\" fill=\"#ffffff\"/>\n", WIDTH, height);
}

/* ---- Bars -------------------------------------------------------------------------------------
 */

/* One number of every row; returns the y below. */
static double put_bars(struct renderer *r, const struct chart *c, const struct chart_series *s,
                       double y)
{
    struct buf *b = &r->out;
    double low = MIN(s->min, 0);
    double high = MAX(s->max, 0);
    double left = LABEL_WIDE + 10;
    double scale = high > low ? (WIDTH - left - 110) / (high - low) : 0;
    double zero = left - low * scale;

    buf_puts(b, "<g font-weight=\"bold\">");
    begin_text(b, LABEL_WIDE, y + 15, "end");
    put_short(b, c->label_name, 40);
    buf_puts(b, "</text>");
    begin_text(b, left, y + 15, NULL);
    put_short(b, s->name, 80);
    buf_puts(b, "</text></g>\n");
    for (size_t k = 0; k < c->n_points; k++) {
        double value = s->values[k];
        double size = isnan(value) ? 0 : fabs(value) * scale;

        y += BAR_STEP;
        begin_text(b, LABEL_WIDE, y + 15, "end");
        put_short(b, c->labels[k], 40);
        end_text(b);
        put_rect(b, value < 0 ? zero - size : zero, y + 3, size, BAR_STEP - 6, palette[0]);
        buf_puts(b, "<title>");
        safe_put_markup(b, c->labels[k]);
        buf_puts(b, "</title></rect>\n");
        if (isnan(value))
            continue;
        begin_text(b, MAX(zero, value < 0 ? zero : zero + size) + 6, y + 15, NULL);
        put_number(b, value);
        end_text(b);
    }
    return y + 2 * BAR_STEP;
}

/* ---- Time -------------------------------------------------------------------------------------
 */

struct field {
    double low, high; /* of the values */
    double x, step;   /* of the first point, and between points */
};

static double at_y(const struct field *f, double value)
{
    return TOP + FIELD - (value - f->low) / (f->high - f->low) * FIELD;
}

/* 1, 2 or 5 times a power of ten: the distance of the lines of the scale. */
static double tick_distance(double range)
{
    double base = pow(10, floor(log10(range / TICKS)));
    double parts = range / TICKS / base;

    if (!(base > 0) || !isfinite(parts)) /* too small for a double */
        return range;
    return base * (parts > 5 ? 10 : parts > 2 ? 5 : parts > 1 ? 2 : 1);
}

static void put_scale(struct buf *b, const struct field *f)
{
    double distance = tick_distance(f->high - f->low);

    for (int i = (int)ceil(f->low / distance); i <= (int)floor(f->high / distance); i++) {
        double value = i * distance;
        double rounded;

        if (num_round_decimal(value, MAX(0, MIN(12, 2 - (int)floor(log10(distance)))), &rounded))
            value = rounded;
        put_line(b, LEFT, at_y(f, value), WIDTH - 20, at_y(f, value), "#dddddd");
        begin_text(b, LEFT - 6, at_y(f, value) + 4, "end");
        put_number(b, value);
        end_text(b);
    }
}

static void put_times(struct buf *b, const struct chart *c, const struct field *f)
{
    size_t every = MAX((size_t)ceil(110 / f->step), 1);
    char room[48];

    for (size_t k = 0; k < c->n_points; k += every) {
        int64_t ms = c->first_ms + (int64_t)k * c->step_ms;
        double x = f->x + (double)k * f->step;

        put_line(b, x, TOP + FIELD, x, TOP + FIELD + 5, "#222222");
        begin_text(b, x, TOP + FIELD + 18, k == 0 ? "start" : "middle");
        safe_put_markup(b, chart_time_text(room, sizeof(room), ms, c->step_ms, k == 0));
        end_text(b);
    }
    put_line(b, LEFT, TOP + FIELD, WIDTH - 20, TOP + FIELD, "#222222");
}

static void put_columns(struct buf *b, const struct chart *c, const struct field *f)
{
    double zero = at_y(f, 0);
    double wide = MAX(f->step * 0.8, 0.5);
    char room[48];

    for (size_t k = 0; k < c->n_points; k++) {
        double value = c->series[0].values[k];
        double y;

        if (isnan(value))
            continue;
        y = at_y(f, value);
        put_rect(b, f->x + (double)k * f->step - wide / 2, MIN(y, zero), wide, fabs(zero - y),
                 palette[0]);
        buf_puts(b, "<title>");
        safe_put_markup(b,
                        chart_time_text(room, sizeof(room), c->first_ms + (int64_t)k * c->step_ms,
                                        c->step_ms, true));
        buf_puts(b, ": ");
        put_number(b, value);
        buf_puts(b, "</title></rect>\n");
    }
}

/* Points that follow each other are joined; where one is missing the line is broken. */
static void put_path(struct buf *b, const struct chart *c, const struct field *f, size_t i)
{
    const double *values = c->series[i].values;
    const char *colour = palette[i % ARRAY_LEN(palette)];
    bool any = false;

    buf_printf(b,
               "<path fill=\"none\" stroke=\"%s\" stroke-width=\"1.5\" "
               "stroke-linecap=\"round\" d=\"",
               colour);
    for (size_t k = 0; k < c->n_points; k++) {
        bool joined = k > 0 && !isnan(values[k - 1]);

        if (isnan(values[k]))
            continue;
        any = true;
        buf_putc(b, joined ? 'L' : 'M');
        put_coordinate(b, f->x + (double)k * f->step);
        buf_putc(b, ' ');
        put_coordinate(b, at_y(f, values[k]));
        if (!joined)
            buf_puts(b, "h0"); /* a point alone is a dot */
    }
    if (!any)
        buf_puts(b, "M0 0");
    buf_puts(b, "\"/>\n");
}

static void put_legend(struct buf *b, const struct chart *c, double y)
{
    for (size_t i = 0; i < c->n_series; i++) {
        double x = LEFT + (double)(i % 3) * 290;

        put_rect(b, x, y + (double)(i / 3) * 18 - 9, 10, 10, palette[i % ARRAY_LEN(palette)]);
        buf_puts(b, "</rect>");
        begin_text(b, x + 15, y + (double)(i / 3) * 18, NULL);
        put_short(b, c->series[i].name, 38);
        end_text(b);
    }
}

static void put_over_time(struct renderer *r, const struct chart *c)
{
    struct buf *b = &r->out;
    struct field f = {0};
    char room[48];

    for (size_t i = 0; i < c->n_series; i++) {
        f.low = MIN(f.low, c->series[i].min);
        f.high = MAX(f.high, c->series[i].max);
    }
    if (!(f.high > f.low))
        f.high = f.low + 1;
    f.step = (double)(WIDTH - 20 - LEFT) / (double)c->n_points;
    f.x = LEFT + f.step / 2;
    begin_text(b, LEFT, TOP - 18, NULL);
    put_short(b, c->n_series == 1 ? c->series[0].name : c->label_name, 60);
    if (c->step_ms > 0) {
        buf_puts(b, c->n_series == 1 || c->label_name.len > 0 ? ", in steps of " : "in steps of ");
        safe_put_markup(b, chart_span_text(room, sizeof(room), c->step_ms));
    }
    buf_puts(b, c->merged ? " (the largest value of each), UTC" : ", UTC");
    end_text(b);
    put_scale(b, &f);
    if (c->n_series == 1) {
        put_columns(b, c, &f);
    } else {
        for (size_t i = 0; i < c->n_series; i++)
            put_path(b, c, &f, i);
        put_legend(b, c, TOP + FIELD + 45);
    }
    put_times(b, c, &f);
}

static void put_left(struct buf *b, const struct chart *c, double y)
{
    if (c->series_left == 0 && c->rows_left == 0)
        return;
    begin_text(b, LEFT, y, NULL);
    if (c->series_left > 0)
        buf_printf(b, "%" PRIu64 " more series not drawn", c->series_left);
    if (c->rows_left > 0)
        buf_printf(b, "%s%" PRIu64 " more rows not drawn", c->series_left > 0 ? ", " : "",
                   c->rows_left);
    end_text(b);
}

static enum lanner_rc svg_finish(struct renderer *r, struct lanner_err *err)
{
    struct chart c;
    enum lanner_rc rc = chart_read(r, &c, err);
    size_t height = 60;
    double y = 10;

    if (rc != LANNER_OK)
        goto out;
    if (c.kind == CHART_BARS)
        height = c.n_series * (c.n_points + 2) * BAR_STEP + 40;
    else if (c.kind == CHART_TIME)
        height = TOP + FIELD + 70 + (c.n_series + 2) / 3 * 18;
    begin_image(&r->out, height);
    if (c.kind == CHART_NOTHING) {
        begin_text(&r->out, 20, 35, NULL);
        buf_puts(&r->out, "nothing to draw: ");
        safe_put_markup(&r->out, str_z(c.why));
        end_text(&r->out);
    } else if (c.kind == CHART_TIME) {
        put_over_time(r, &c);
    }
    for (size_t i = 0; c.kind == CHART_BARS && i < c.n_series; i++)
        y = put_bars(r, &c, &c.series[i], y);
    put_left(&r->out, &c, (double)height - 12);
    buf_puts(&r->out, "</svg>\n");
out:
    chart_done(&c);
    return rc;
}

const struct output_def render_svg = {.spools = true, .finish = svg_finish};
