/* output.c - what the outputs share: flushing, the texts of values, and objects. How text is made
 * safe for where it goes is util/safe.h's. */
#include "render/output.h"

#include <stdlib.h>

#include "util/hash.h"
#include "util/num.h"
#include "util/safe.h"

/* Output is handed on in pieces of about this size: large enough that a write call per piece does
 * not show, small enough to stay in the cache. */
#define BLOCK_BYTES ((size_t)64 * 1024)

enum lanner_rc output_flush(struct renderer *r, struct lanner_err *err)
{
    if (r->out.len > 0 && !r->write(r->ctx, r->out.ptr, r->out.len))
        return err_set(err, LANNER_ERR_STOPPED, "the output is closed");
    buf_clear(&r->out);
    return LANNER_OK;
}

enum lanner_rc output_flush_some(struct renderer *r, struct lanner_err *err)
{
    return r->out.len >= BLOCK_BYTES ? output_flush(r, err) : LANNER_OK;
}

/* 10 as 10.0; what has a point or an exponent already stays. */
static struct str put_point(char *room, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (room[i] != '-' && !ascii_is_digit(room[i]))
            return str_of(room, n);
    }
    if (n > 0 && n + 2 <= NUM_PRINT_MAX) {
        room[n++] = '.';
        room[n++] = '0';
    }
    return str_of(room, n);
}

struct str output_value_text(const struct lanner_value *v, char *room)
{
    size_t n;

    switch (v->kind) {
    case LANNER_ABSENT:
        return STR_NONE;
    case LANNER_NULL:
        return STR("null");
    case LANNER_TEXT:
        return str_of(v->text, v->len);
    case LANNER_LONG:
        return str_of(room, num_print_long(room, v->integer));
    case LANNER_DOUBLE:
        n = num_print_double(room, v->real);
        return v->point ? put_point(room, n) : str_of(room, n);
    case LANNER_BOOL:
        return v->integer != 0 ? STR("true") : STR("false");
    }
    return STR_NONE;
}

static void put_member(struct renderer *r, const struct lanner_name *name,
                       const struct lanner_value *v, bool *first)
{
    char room[NUM_PRINT_MAX];
    struct str text;

    if (v->kind == LANNER_ABSENT)
        return;
    if (!*first)
        buf_putc(&r->out, ',');
    *first = false;
    safe_put_json(&r->out, str_of(name->text, name->len), r->options.terminal);
    buf_putc(&r->out, ':');
    text = output_value_text(v, room);
    if (v->kind == LANNER_TEXT)
        safe_put_json(&r->out, text, r->options.terminal);
    else if (text.len == 0) /* not finite: JSON has no word for it */
        buf_puts(&r->out, "null");
    else
        buf_put_str(&r->out, text);
}

/* The columns are the same for every row, so they are compared once. */
static void find_hidden(struct renderer *r, const struct lanner_row *row)
{
    struct strmap seen;

    if (r->columns == row->columns)
        return;
    r->columns = row->columns;
    free(r->hidden);
    r->hidden = NULL;
    strmap_init(&seen);
    for (size_t i = row->n_columns; i-- > 0;) {
        struct str name = str_of(row->columns[i].text, row->columns[i].len);

        if (strmap_get(&seen, name) == SIZE_MAX) {
            strmap_put(&seen, name, i);
            continue;
        }
        if (r->hidden == NULL)
            r->hidden = xcalloc(row->n_columns, sizeof(*r->hidden));
        r->hidden[i] = true;
    }
    strmap_done(&seen);
}

void output_put_object(struct renderer *r, const struct lanner_row *row)
{
    bool first = true;

    find_hidden(r, row);
    buf_putc(&r->out, '{');
    for (size_t i = 0; i < row->n_columns; i++) {
        if (r->hidden == NULL || !r->hidden[i])
            put_member(r, &row->columns[i], &row->values[i], &first);
    }
    for (size_t i = 0; i < row->n_open; i++)
        put_member(r, &row->open_names[i], &row->open_values[i], &first);
    buf_putc(&r->out, '}');
}
