/* chart_data.h - private to render: the rows of a result as what a chart draws, for chart.c and
 * svg.c. */
#ifndef RENDER_CHART_DATA_H
#define RENDER_CHART_DATA_H

#include "render/output.h"
#include "util/mem.h"

/* Rows drawn as bars, series of one chart, and points of one series. What is beyond is counted. */
#define CHART_MAX_BARS   200
#define CHART_MAX_SERIES 60
#define CHART_MAX_POINTS 5000

enum chart_kind {
    CHART_NOTHING, /* `why` says what the rows lack */
    CHART_TIME,    /* values[series][point], the points in steps of time */
    CHART_BARS     /* values[series][row], each row with its label */
};

struct chart_series {
    struct str name; /* the chart's arena, as all text; safe to show, on one line */
    double min, max; /* of its values; both 0 when it has none */
    double *values;  /* n_points; NAN: no value there */
};

struct chart {
    struct arena arena;
    enum chart_kind kind;
    const char *why;
    struct str label_name; /* of the columns that give the labels; empty: none */
    struct str *labels;    /* CHART_BARS */
    int64_t first_ms;      /* CHART_TIME: of point 0, UTC */
    int64_t step_ms;
    size_t n_points;
    struct chart_series *series;
    size_t n_series;
    uint64_t rows_left, series_left; /* not drawn */
    bool merged; /* CHART_TIME: a point stands for several times and shows the largest value */
};

/* From the rows of the renderer's spool. */
MUST_USE enum lanner_rc chart_read(struct renderer *r, struct chart *out, struct lanner_err *err);
void chart_done(struct chart *c);

/* A time of a step's precision: 2026-03-02, 03-02 14:00, 14:05:09 ... `full` adds the date. */
struct str chart_time_text(char *room, size_t size, int64_t ms, int64_t step_ms, bool full);
/* 1 minute, 15 seconds, 2 days. */
struct str chart_span_text(char *room, size_t size, int64_t ms);

#endif
