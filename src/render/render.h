/* render.h - the door of the room: result rows to bytes.
 *
 *     struct renderer *r = NULL;
 *     TRY(render_open("ndjson", &options, write, ctx, &r, err));
 *     rc = render_row(r, row, err);   for each row
 *     rc = render_finish(r, err);     writes what is left, once
 *     render_close(r);
 *
 * Bytes that are not UTF-8 are written as U+FFFD by every output. With `terminal` set no control
 * character of a log reaches the output unescaped, whatever the output's name. */
#ifndef RENDER_RENDER_H
#define RENDER_RENDER_H

#include "util/base.h"

struct renderer;

/* Takes a piece of output; false when nobody reads any more (the calls then give
 * LANNER_ERR_STOPPED). */
typedef bool (*render_write_fn)(void *ctx, const char *ptr, size_t len);

struct render_options {
    bool terminal;         /* bytes go to a terminal: escape what could steer it */
    bool colour;           /* table and chart only */
    bool ascii;            /* chart: the terminal shows no other characters */
    bool raw_cells;        /* csv, tsv: leave cells alone that a spreadsheet would run */
    uint32_t width;        /* columns of the terminal, 0: unknown or none */
    uint64_t max_rows;     /* table only: rows shown, the rest is counted; 0: all */
    const char *temporary; /* folder for spooled rows; NULL: $TMPDIR or /tmp */
};

/* One output as listed in outputs.def. */
struct render_output {
    const char *name;
    const char *help;
};

/* The i-th output, or NULL past the end. */
const struct render_output *render_output_at(size_t i);

MUST_USE enum lanner_rc render_open(const char *name, const struct render_options *options,
                                    render_write_fn write, void *ctx, struct renderer **out,
                                    struct lanner_err *err);
MUST_USE enum lanner_rc render_row(struct renderer *r, const struct lanner_row *row,
                                   struct lanner_err *err);
MUST_USE enum lanner_rc render_finish(struct renderer *r, struct lanner_err *err);
void render_close(struct renderer *r); /* accepts NULL */

#endif
