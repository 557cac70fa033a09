/* tsv.c - tab separated values: header, then a line per row. Tab, line ends and backslash inside a
 * cell are written \t \n \r \\, so that a line is always a row; formulas are guarded as in csv.c.
 */
#include "render/output.h"
#include "render/spool.h"
#include "util/num.h"
#include "util/safe.h"

/* Bytes from i on that are neither tab nor line end. */
static size_t plain_run(struct str s, size_t i)
{
    size_t n = 0;

    while (i + n < s.len && s.ptr[i + n] != '\t' && s.ptr[i + n] != '\n' && s.ptr[i + n] != '\r')
        n++;
    return n;
}

/* Line ends and tabs as escapes, everything else as it is. */
static void put_one_line(struct buf *out, struct str s)
{
    size_t i = 0;

    while (i < s.len) {
        size_t n = plain_run(s, i);

        safe_put_text(out, str_of(s.ptr + i, n), false, "");
        i += n;
        if (i < s.len)
            safe_put_text(out, str_of(s.ptr + i++, 1), true, "");
    }
}

static void put_cell(struct renderer *r, struct str s, bool guard)
{
    struct buf *b = &r->scratch;

    buf_clear(b);
    if (guard && safe_is_formula(s))
        buf_putc(b, '\'');
    for (size_t i = 0; i < s.len; i++) { /* first, so that escapes added below stay single */
        if (s.ptr[i] == '\\')
            buf_putc(b, '\\');
        buf_putc(b, s.ptr[i]);
    }
    if (r->options.terminal) {
        safe_put_text(&r->out, buf_str(b), true, "");
        return;
    }
    put_one_line(&r->out, buf_str(b));
}

static enum lanner_rc tsv_line(void *ctx, const struct lanner_value *values, struct lanner_err *err)
{
    struct renderer *r = ctx;
    char room[NUM_PRINT_MAX];
    size_t n;

    spool_names(r->spool, &n);
    for (size_t i = 0; i < n; i++) {
        bool guard = values[i].kind == LANNER_TEXT && !r->options.raw_cells;

        if (i > 0)
            buf_putc(&r->out, '\t');
        if (values[i].kind != LANNER_NULL)
            put_cell(r, output_value_text(&values[i], room), guard);
    }
    buf_putc(&r->out, '\n');
    return output_flush_some(r, err);
}

static enum lanner_rc tsv_finish(struct renderer *r, struct lanner_err *err)
{
    size_t n;
    const struct lanner_name *names = spool_names(r->spool, &n);

    if (n == 0)
        return LANNER_OK;
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_putc(&r->out, '\t');
        put_cell(r, str_of(names[i].text, names[i].len), !r->options.raw_cells);
    }
    buf_putc(&r->out, '\n');
    return spool_each(r->spool, tsv_line, r, err);
}

const struct output_def render_tsv = {.spools = true, .finish = tsv_finish};
