/* json.c - the rows as one JSON array; no rows give an empty array. */
#include "render/output.h"

static enum lanner_rc json_row(struct renderer *r, const struct lanner_row *row,
                               struct lanner_err *err)
{
    (void)err;
    buf_puts(&r->out, r->n_rows == 1 ? "[\n" : ",\n");
    output_put_object(r, row);
    return LANNER_OK;
}

static enum lanner_rc json_finish(struct renderer *r, struct lanner_err *err)
{
    (void)err;
    buf_puts(&r->out, r->n_rows == 0 ? "[]\n" : "\n]\n");
    return LANNER_OK;
}

const struct output_def render_json = {.row = json_row, .finish = json_finish};
