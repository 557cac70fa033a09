/* table.c - aligned columns for reading.
 *
 * All rows are spooled, measured, then printed. A cell folds at its line ends and where its column
 * ends; what was folded is marked in the gap to the right of the cell (a hook for a line end of the
 * value, three dots for a cut), where no value can write, so that a log cannot fake a row. When the
 * columns cannot fit the terminal each row is printed as a list of names and values instead. */
#include "render/output.h"
#include "render/spool.h"
#include "util/num.h"
#include "util/safe.h"
#include "util/utf8.h"

#include <stdlib.h>

/* A column is not folded narrower than this: twelve keeps an IPv4 address nearly whole. */
#define MIN_COLUMN ((size_t)12)
/* Where no terminal says how wide: no column wider than this. */
#define MAX_COLUMN    ((size_t)160)
#define GAP           ((size_t)2)
#define MARK_LINE_END "\xE2\x86\xB5" /* U+21B5 */
#define MARK_CUT      "\xE2\x80\xA6" /* U+2026 */

struct table {
    struct renderer *r;
    const struct lanner_name *names;
    size_t n;
    size_t *widths;    /* owned */
    bool *numbers;     /* owned; every value of the column is a computed number */
    bool *seen;        /* owned; the column has a value */
    struct buf *cells; /* owned; the escaped cells of the row in hand */
    size_t *at;        /* owned; how far each cell has been printed */
    uint64_t n_printed;
};

static void put_value(struct buf *b, const struct lanner_value *v)
{
    char room[NUM_PRINT_MAX];

    buf_clear(b);
    safe_put_text(b, output_value_text(v, room), true, "\n");
}

static enum lanner_rc measure_row(void *ctx, const struct lanner_value *values,
                                  struct lanner_err *err)
{
    struct table *t = ctx;

    (void)err;
    for (size_t i = 0; i < t->n; i++) {
        bool number = values[i].kind == LANNER_LONG || values[i].kind == LANNER_DOUBLE;

        if (values[i].kind == LANNER_ABSENT)
            continue;
        put_value(&t->cells[i], &values[i]);
        t->widths[i] = MAX(t->widths[i], safe_widest_line(buf_str(&t->cells[i])));
        if (values[i].kind == LANNER_NULL) /* says nothing about the column */
            continue;
        t->numbers[i] = number && (t->numbers[i] || !t->seen[i]);
        t->seen[i] = true;
    }
    return LANNER_OK;
}

static size_t total_width(const struct table *t, size_t cap)
{
    size_t total = GAP * (t->n - 1);

    for (size_t i = 0; i < t->n; i++)
        total += MIN(t->widths[i], cap);
    return total;
}

/* Narrows the widest columns until the row fits; false when it cannot. */
static bool fit_columns(struct table *t)
{
    size_t cap = MAX_COLUMN;

    if (t->r->options.width != 0) {
        cap = t->r->options.width;
        while (cap >= MIN_COLUMN && total_width(t, cap) > t->r->options.width)
            cap--;
        if (cap < MIN_COLUMN)
            return false;
    }
    for (size_t i = 0; i < t->n; i++)
        t->widths[i] = MIN(t->widths[i], cap);
    return true;
}

static void put_blanks(struct buf *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_putc(b, ' ');
}

static void put_style(struct table *t, const char *style)
{
    if (t->r->options.colour)
        buf_puts(&t->r->out, style);
}

/* Drops the blanks at the end of the line begun at `from`. */
static void trim_line(struct buf *b, size_t from)
{
    while (b->len > from && b->ptr[b->len - 1] == ' ')
        b->len--;
}

/* One display line of all cells; false when nothing was left to print. */
static bool put_line(struct table *t, bool first)
{
    struct buf *out = &t->r->out;
    size_t from = out->len;
    bool more = first;

    for (size_t i = 0; i < t->n && !more; i++)
        more = t->at[i] < t->cells[i].len;
    if (!more)
        return false;
    for (size_t i = 0; i < t->n; i++) {
        struct safe_fold fold;
        size_t width;

        safe_fold_next(buf_str(&t->cells[i]), t->at[i], t->widths[i], &fold);
        t->at[i] = fold.next;
        width = utf8_width(fold.line);
        width = MIN(width, t->widths[i]);
        if (t->numbers[i])
            put_blanks(out, t->widths[i] - width);
        buf_put_str(out, fold.line);
        if (!t->numbers[i])
            put_blanks(out, t->widths[i] - width);
        if (fold.line_end || fold.cut)
            buf_puts(out, fold.cut ? MARK_CUT : MARK_LINE_END);
        else if (i + 1 < t->n)
            buf_putc(out, ' ');
        if (i + 1 < t->n)
            buf_putc(out, ' ');
    }
    trim_line(out, from);
    buf_putc(out, '\n');
    return true;
}

static enum lanner_rc table_row(void *ctx, const struct lanner_value *values,
                                struct lanner_err *err)
{
    struct table *t = ctx;

    for (size_t i = 0; i < t->n; i++) {
        put_value(&t->cells[i], &values[i]);
        t->at[i] = 0;
    }
    for (bool first = true; put_line(t, first); first = false)
        TRY(output_flush_some(t->r, err));
    return LANNER_OK;
}

static void put_header(struct table *t)
{
    for (size_t i = 0; i < t->n; i++) {
        buf_clear(&t->cells[i]);
        safe_put_text(&t->cells[i], str_of(t->names[i].text, t->names[i].len), true, "");
        t->at[i] = 0;
    }
    put_style(t, "\x1b[1m");
    for (bool first = true; put_line(t, first); first = false)
        continue;
    put_style(t, "\x1b[0m");
    for (size_t i = 0; i < t->n; i++) {
        for (size_t k = 0; k < t->widths[i]; k++)
            buf_putc(&t->r->out, '-');
        if (i + 1 < t->n)
            put_blanks(&t->r->out, GAP);
    }
    buf_putc(&t->r->out, '\n');
}

/* A name and its value; the lines after the first are set under it. */
static void put_field(struct table *t, size_t i, size_t name_width)
{
    struct buf *out = &t->r->out;
    size_t width = t->r->options.width != 0 ? t->r->options.width : MAX_COLUMN;
    struct str cell = buf_str(&t->cells[i]);
    struct safe_fold fold = {0};
    size_t from = out->len;
    struct buf name = {0};

    width = width > name_width + 2 * GAP + MIN_COLUMN ? width - name_width - GAP - 1 : MIN_COLUMN;
    safe_put_text(&name, str_of(t->names[i].text, t->names[i].len), true, "");
    put_style(t, "\x1b[1m");
    buf_put_str(out, buf_str(&name));
    put_style(t, "\x1b[0m");
    put_blanks(out, GAP + name_width - MIN(name_width, utf8_width(buf_str(&name))));
    buf_done(&name);
    do {
        safe_fold_next(cell, fold.next, width, &fold);
        buf_put_str(out, fold.line);
        trim_line(out, from);
        if (fold.line_end || fold.cut)
            buf_puts(out, fold.cut ? MARK_CUT : MARK_LINE_END);
        buf_putc(out, '\n');
        from = out->len;
        if (fold.next < cell.len)
            put_blanks(out, name_width + GAP);
    } while (fold.next < cell.len);
}

static enum lanner_rc list_row(void *ctx, const struct lanner_value *values, struct lanner_err *err)
{
    struct table *t = ctx;
    size_t name_width = 0;

    for (size_t i = 0; i < t->n; i++) {
        if (values[i].kind != LANNER_ABSENT)
            name_width = MAX(name_width, utf8_width(str_of(t->names[i].text, t->names[i].len)));
    }
    name_width = MIN(name_width, 40);
    t->n_printed++;
    put_style(t, "\x1b[2m");
    buf_printf(&t->r->out, "-- row %llu --", (unsigned long long)t->n_printed);
    put_style(t, "\x1b[0m");
    buf_putc(&t->r->out, '\n');
    for (size_t i = 0; i < t->n; i++) {
        if (values[i].kind == LANNER_ABSENT)
            continue;
        put_value(&t->cells[i], &values[i]);
        put_field(t, i, name_width);
        TRY(output_flush_some(t->r, err));
    }
    return LANNER_OK;
}

static void put_more(struct renderer *r, uint64_t n)
{
    buf_printf(&r->out, "\xE2\x80\xA6 %llu more row%s\n", (unsigned long long)n, n == 1 ? "" : "s");
}

static enum lanner_rc print_table(struct table *t, struct lanner_err *err)
{
    struct renderer *r = t->r;

    for (size_t i = 0; i < t->n; i++)
        t->widths[i] = MAX(utf8_width(str_of(t->names[i].text, t->names[i].len)), 1);
    TRY(spool_each(r->spool, measure_row, t, err));
    if (fit_columns(t)) {
        put_header(t);
        TRY(spool_each(r->spool, table_row, t, err));
    } else {
        TRY(spool_each(r->spool, list_row, t, err));
    }
    if (r->options.max_rows != 0 && r->n_rows > r->options.max_rows)
        put_more(r, r->n_rows - r->options.max_rows);
    return LANNER_OK;
}

static enum lanner_rc table_finish(struct renderer *r, struct lanner_err *err)
{
    struct table t = {.r = r};
    enum lanner_rc rc = LANNER_OK;

    t.names = spool_names(r->spool, &t.n);
    t.widths = xcalloc(t.n + 1, sizeof(*t.widths));
    t.numbers = xcalloc(t.n + 1, sizeof(*t.numbers));
    t.seen = xcalloc(t.n + 1, sizeof(*t.seen));
    t.cells = xcalloc(t.n + 1, sizeof(*t.cells));
    t.at = xcalloc(t.n + 1, sizeof(*t.at));
    if (t.n > 0)
        rc = print_table(&t, err);
    for (size_t i = 0; i < t.n; i++)
        buf_done(&t.cells[i]);
    free(t.widths);
    free(t.numbers);
    free(t.seen);
    free(t.cells);
    free(t.at);
    return rc;
}

const struct output_def render_table = {.spools = true, .capped = true, .finish = table_finish};
