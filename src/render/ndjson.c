/* ndjson.c - one JSON object per line, without blanks between tokens (architecture: Output). */
#include "render/output.h"

static enum lanner_rc ndjson_row(struct renderer *r, const struct lanner_row *row,
                                 struct lanner_err *err)
{
    (void)err;
    output_put_object(r, row);
    buf_putc(&r->out, '\n');
    return LANNER_OK;
}

const struct output_def render_ndjson = {.row = ndjson_row};
