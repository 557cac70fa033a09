/* markdown.c - a pipe table. Cells are escaped so that a log can neither end a cell nor bring
 * markup, HTML or links of its own into the document. */
#include "render/output.h"
#include "render/spool.h"
#include "util/num.h"
#include "util/safe.h"

static void put_cell(struct renderer *r, struct str s)
{
    struct buf *b = &r->scratch;

    buf_clear(b);
    safe_put_text(b, s, true, "\n");
    for (size_t i = 0; i < b->len; i++) {
        char c = b->ptr[i];

        if (c == '\n')
            buf_puts(&r->out, "<br>");
        else if (c == '<')
            buf_puts(&r->out, "&lt;");
        else if (c == '>')
            buf_puts(&r->out, "&gt;");
        else if (c == '&')
            buf_puts(&r->out, "&amp;");
        else if (c != '\0' && strchr("|\\`*_[]!~#", c) != NULL)
            buf_printf(&r->out, "\\%c", c);
        else
            buf_putc(&r->out, c);
    }
}

static enum lanner_rc markdown_line(void *ctx, const struct lanner_value *values,
                                    struct lanner_err *err)
{
    struct renderer *r = ctx;
    char room[NUM_PRINT_MAX];
    size_t n;

    spool_names(r->spool, &n);
    buf_putc(&r->out, '|');
    for (size_t i = 0; i < n; i++) {
        buf_putc(&r->out, ' ');
        put_cell(r, output_value_text(&values[i], room));
        buf_puts(&r->out, " |");
    }
    buf_putc(&r->out, '\n');
    return output_flush_some(r, err);
}

static enum lanner_rc markdown_finish(struct renderer *r, struct lanner_err *err)
{
    size_t n;
    const struct lanner_name *names = spool_names(r->spool, &n);

    if (n == 0)
        return LANNER_OK;
    buf_putc(&r->out, '|');
    for (size_t i = 0; i < n; i++) {
        buf_putc(&r->out, ' ');
        put_cell(r, str_of(names[i].text, names[i].len));
        buf_puts(&r->out, " |");
    }
    buf_puts(&r->out, "\n|");
    for (size_t i = 0; i < n; i++)
        buf_puts(&r->out, " --- |");
    buf_putc(&r->out, '\n');
    return spool_each(r->spool, markdown_line, r, err);
}

const struct output_def render_markdown = {.spools = true, .finish = markdown_finish};
