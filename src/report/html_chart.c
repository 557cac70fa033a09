/* html_chart.c - the drawings of the HTML report: the time line of all findings, and the hours of
 * one source.
 *
 * The images have no text in them and stretch to the width there is; times and names stand beside
 * them as HTML, so that they stay readable on a narrow screen. Each shape has a title for who
 * points at it or reads with a screen reader. */
#include "report/html.h"
#include "report/words.h"
#include "util/civil.h"

#define HOUR_MS   (INT64_C(3600) * MS_PER_S)
#define LANE_WIDE 1000
#define BAR_LEAST 5 /* of LANE_WIDE: a finding of a second is still seen */
/* Detections with a lane of their own, findings in one, bars of a source. */
#define LANES_MOST 30
#define LANE_MOST  500
#define HOURS_MOST ((size_t)336)
#define BAR_PX     ((size_t)36)
#define AXIS_PX    ((size_t)300) /* room for the two times below the bars */

struct span_ms {
    int64_t first, last;
};

static int64_t first_of(const struct finding *f)
{
    return words_has_time(f->first_ms) ? f->first_ms : f->window_start_ms;
}

static int64_t last_of(const struct finding *f)
{
    return words_has_time(f->last_ms) && f->last_ms >= first_of(f) ? f->last_ms : first_of(f);
}

static bool on_time_line(const struct html *h, const struct finding *f)
{
    return report_lists(h->r, f) && words_has_time(first_of(f));
}

static bool find_range(const struct html *h, struct span_ms *out)
{
    const struct detect_result *result = h->r->result;
    bool any = false;

    for (size_t i = 0; i < result->n_findings; i++) {
        const struct finding *f = &result->findings[i];

        if (!on_time_line(h, f))
            continue;
        out->first = any ? MIN(out->first, first_of(f)) : first_of(f);
        out->last = any ? MAX(out->last, last_of(f)) : last_of(f);
        any = true;
    }
    if (!any)
        return false;
    /* Whole hours, and one at least: the labels of the axis are then round. */
    out->first = floor_div(out->first, HOUR_MS) * HOUR_MS;
    out->last = (floor_div(out->last, HOUR_MS) + 1) * HOUR_MS;
    return true;
}

static double at(const struct span_ms *range, int64_t ms)
{
    return (double)(ms - range->first) / (double)(range->last - range->first) * LANE_WIDE;
}

static void put_bar(struct html *h, const struct span_ms *range, const struct finding *f)
{
    double x = at(range, first_of(f));
    double wide = MAX(at(range, last_of(f)) - x, BAR_LEAST);

    x = MAX(MIN(x, LANE_WIDE - wide), 0);
    buf_printf(h->out, "<rect class=\"%s\" x=\"%d\" y=\"3\" width=\"%d\" height=\"14\"%s><title>",
               severity_name(f->severity), (int)x, (int)wide,
               f->suppressed ? " opacity=\".35\"" : " opacity=\".85\"");
    words_put_sentence(&h->text, f);
    html_words(h);
    html_put(h, "</title></rect>");
}

static void put_lane(struct html *h, const struct span_ms *range, const struct detection *d)
{
    const struct detect_result *result = h->r->result;
    size_t n = 0;
    size_t n_all = 0;

    html_put(h, "<div class=\"lane\"><span title=\"");
    html_text(h, words_cut(d->title, HTML_VALUE_MOST));
    html_put(h, "\">");
    html_text(h, words_cut(d->id, HTML_VALUE_MOST));
    for (size_t i = 0; i < result->n_findings; i++)
        n_all += result->findings[i].detection == d && on_time_line(h, &result->findings[i]);
    if (n_all > 1)
        buf_printf(h->out, " (%zu)", n_all);
    buf_printf(h->out,
               "</span><svg viewBox=\"0 0 %d 20\" preserveAspectRatio=\"none\" role=\"img\" "
               "aria-label=\"",
               LANE_WIDE);
    html_text(h, words_cut(d->id, HTML_VALUE_MOST));
    html_put(h, ": times of its findings\">");
    for (int i = 1; i < 4; i++)
        buf_printf(h->out,
                   "<line x1=\"%d\" x2=\"%d\" y1=\"0\" y2=\"20\" "
                   "vector-effect=\"non-scaling-stroke\"/>",
                   i * LANE_WIDE / 4, i * LANE_WIDE / 4);
    /* The most severe come first in the result: drawn last they are on top. */
    for (size_t i = result->n_findings; i-- > 0 && n < LANE_MOST;) {
        const struct finding *f = &result->findings[i];

        if (f->detection != d || !on_time_line(h, f))
            continue;
        put_bar(h, range, f);
        n++;
    }
    html_put(h, "</svg></div>\n");
}

/* 2026-03-02 14:00 */
static void put_minute(struct html *h, int64_t ms)
{
    size_t from = h->text.len;

    words_put_time(&h->text, ms);
    if (h->text.len - from > 3)
        h->text.len -= 3;
    html_words(h);
}

static void put_axis(struct html *h, const struct span_ms *range)
{
    html_put(h, "<div class=\"lane\"><span></span><div class=\"axis\">");
    for (int i = 0; i <= 4; i++) {
        html_put(h, i % 2 != 0 ? "<span class=\"wide\">" : "<span>");
        put_minute(h, range->first + (range->last - range->first) / 4 * i);
        html_put(h, "</span>");
    }
    html_put(h, "</div></div>\n");
}

void html_time_line(struct html *h)
{
    const struct detect_result *result = h->r->result;
    const struct detection *lanes[LANES_MOST];
    struct span_ms range;
    size_t n = 0;
    size_t n_left = 0;

    if (!find_range(h, &range))
        return;
    html_put(h, "<section class=\"panel\" aria-labelledby=\"time\"><h2 id=\"time\">Time line "
                "(UTC)</h2>\n");
    for (size_t i = 0; i < result->n_findings; i++) {
        const struct finding *f = &result->findings[i];
        bool known = false;

        for (size_t k = 0; k < n && !known; k++)
            known = lanes[k] == f->detection;
        if (known || !on_time_line(h, f))
            continue;
        if (n == LANES_MOST) {
            n_left++;
            continue;
        }
        lanes[n++] = f->detection;
        put_lane(h, &range, f->detection);
    }
    put_axis(h, &range);
    if (n_left > 0) {
        html_put(h, "<p class=\"soft\">");
        words_put_counted(&h->text, n_left, "finding");
        html_words(h);
        html_put(h, " of further detections are in the table only.</p>");
    }
    html_put(h, "</section>\n");
}

/* ---- The hours of a source --------------------------------------------------------------------
 */

/* So many hours as one bar. */
static struct hour sum_hours(const struct profile *p, size_t from, size_t n)
{
    struct hour sum = {.start_ms = p->hours[from].start_ms};

    for (size_t i = from; i < MIN(from + n, p->n_hours); i++) {
        sum.n_events += p->hours[i].n_events;
        sum.n_users = MAX(sum.n_users, p->hours[i].n_users);
    }
    return sum;
}

static void put_hour(struct html *h, const struct hour *bar, size_t place, size_t step,
                     uint64_t most, const struct finding *f)
{
    double share = most > 0 ? (double)bar->n_events / (double)most : 0;
    int tall = bar->n_events > 0 ? MAX((int)(share * 100), 2) : 0;
    bool mark = words_has_time(first_of(f)) && last_of(f) >= bar->start_ms &&
                first_of(f) < bar->start_ms + (int64_t)step * HOUR_MS;

    buf_printf(h->out, "<rect class=\"%s\" x=\"%zu\" y=\"%d\" width=\"8\" height=\"%d\"><title>",
               mark ? "mark" : "bar", place * 10 + 1, 100 - tall, tall);
    put_minute(h, bar->start_ms);
    html_put(h, ": ");
    words_put_counted(&h->text, bar->n_events, "event");
    buf_puts(&h->text, ", ");
    words_put_counted(&h->text, bar->n_users, "user");
    html_words(h);
    html_put(h, "</title></rect>");
}

static void put_caption(struct html *h, const struct finding *f, const struct hour *peak,
                        size_t step)
{
    html_put(h, "<figcaption>Events of ");
    html_who(h, f);
    if (step > 1)
        buf_printf(h->out, " in %zu hours a bar", step);
    else
        html_put(h, " by hour");
    html_put(h, ", at most ");
    words_put_counted(&h->text, peak->n_events, "event");
    html_words(h);
    html_put(h, " from ");
    put_minute(h, peak->start_ms);
    html_put(h, " UTC. <span class=\"key\"></span> the time of the finding</figcaption>");
}

void html_hours(struct html *h, const struct finding *f)
{
    const struct profile *p = f->profile;
    size_t step = 1;
    size_t n;
    struct hour peak = {0};

    if (p == NULL || p->n_hours == 0)
        return;
    while (p->n_hours / step > HOURS_MOST)
        step++;
    n = (p->n_hours + step - 1) / step;
    for (size_t i = 0; i < n; i++) {
        struct hour sum = sum_hours(p, i * step, step);

        if (i == 0 || sum.n_events > peak.n_events)
            peak = sum;
    }
    html_put(h, "<figure>");
    put_caption(h, f, &peak, step);
    /* A few hours do not fill the page with a few huge bars. */
    buf_printf(h->out,
               "<div class=\"hours\" style=\"width:%zupx\"><svg viewBox=\"0 0 %zu 100\" "
               "preserveAspectRatio=\"none\" role=\"img\" aria-label=\"events by hour\">",
               n * BAR_PX, n * 10);
    for (size_t i = 0; i < n; i++) {
        struct hour bar = sum_hours(p, i * step, step);

        put_hour(h, &bar, i, step, peak.n_events, f);
    }
    html_put(h, "</svg></div>");
    buf_printf(h->out, "<div class=\"axis\" style=\"max-width:%zupx\"><span>",
               MAX(n * BAR_PX, AXIS_PX));
    put_minute(h, p->hours[0].start_ms);
    html_put(h, n * BAR_PX < AXIS_PX ? " to " : "</span><span>");
    put_minute(h, p->hours[p->n_hours - 1].start_ms + HOUR_MS);
    html_put(h, "</span></div></figure>\n");
}
