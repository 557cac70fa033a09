/* csv.c - RFC 4180 with LF line ends: header, then a line per row; absent values are empty.
 *
 * Text from logs that a spreadsheet would run as a formula gets a leading apostrophe, because CSV
 * is the form in which findings are mailed to people; `raw_cells` switches that off for programs.
 * Numbers that the query computed are never touched. */
#include "render/output.h"
#include "render/spool.h"
#include "util/num.h"
#include "util/safe.h"

static void put_cell(struct renderer *r, struct str s, bool guard)
{
    safe_put_csv(&r->out, s, guard, r->options.terminal);
}

static enum lanner_rc csv_line(void *ctx, const struct lanner_value *values, struct lanner_err *err)
{
    struct renderer *r = ctx;
    char room[NUM_PRINT_MAX];
    size_t n;

    spool_names(r->spool, &n);
    for (size_t i = 0; i < n; i++) {
        bool guard = values[i].kind == LANNER_TEXT && !r->options.raw_cells;

        if (i > 0)
            buf_putc(&r->out, ',');
        if (values[i].kind != LANNER_NULL) /* null is an empty cell */
            put_cell(r, output_value_text(&values[i], room), guard);
    }
    buf_putc(&r->out, '\n');
    return output_flush_some(r, err);
}

static enum lanner_rc csv_finish(struct renderer *r, struct lanner_err *err)
{
    size_t n;
    const struct lanner_name *names = spool_names(r->spool, &n);

    if (n == 0)
        return LANNER_OK;
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_putc(&r->out, ',');
        put_cell(r, str_of(names[i].text, names[i].len), !r->options.raw_cells);
    }
    buf_putc(&r->out, '\n');
    return spool_each(r->spool, csv_line, r, err);
}

const struct output_def render_csv = {.spools = true, .finish = csv_finish};
