/* output.c - what the outputs share: flushing, objects, and text made safe for where it goes.
 *
 * Log values are written by attackers. What can steer a terminal (C0, DEL, C1, bidirectional and
 * invisible characters) is escaped by the caller's wish; what a spreadsheet would run is recognised
 * here and marked by csv.c and tsv.c. */
#include "render/output.h"

#include <stdlib.h>

#include "util/hash.h"
#include "util/num.h"
#include "util/utf8.h"

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

/* Characters that change how their neighbours are shown without being seen themselves: a log could
 * use them to make a row read as another one. */
static bool is_deceptive(uint32_t c)
{
    return (c >= 0x7F && c <= 0x9F) || (c >= 0x200B && c <= 0x200F) ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
           c == 0x061C || (c >= 0xE0000 && c <= 0xE007F);
}

void output_put_text(struct buf *b, struct str s, bool escape_controls, const char *keep)
{
    size_t i = 0;

    while (i < s.len) {
        size_t at = i;
        size_t n = utf8_valid_at(s, i);
        uint32_t c = utf8_next(s, &i);

        if (n == 0)
            buf_puts(b, "\xEF\xBF\xBD");
        else if (!escape_controls || (c >= 0x20 && !is_deceptive(c)) ||
                 (c < 0x20 && c != 0 && strchr(keep, (int)c) != NULL))
            buf_put(b, s.ptr + at, n);
        else if (c == '\n')
            buf_puts(b, "\\n");
        else if (c == '\t')
            buf_puts(b, "\\t");
        else if (c == '\r')
            buf_puts(b, "\\r");
        else if (c < 0x80)
            buf_printf(b, "\\x%02x", (unsigned)c);
        else
            buf_printf(b, "\\u{%x}", (unsigned)c);
    }
}

/* JSON already escapes C0; on a terminal the rest of the steering characters follow. */
static void put_json_text(struct renderer *r, struct str s)
{
    struct str json;
    size_t i = 0;

    if (!r->options.terminal) {
        buf_put_json(&r->out, s);
        return;
    }
    buf_clear(&r->scratch);
    buf_put_json(&r->scratch, s);
    json = buf_str(&r->scratch);
    while (i < json.len) {
        size_t at = i;
        uint32_t c = utf8_next(json, &i);

        if (!is_deceptive(c)) {
            buf_put(&r->out, json.ptr + at, i - at);
        } else if (c < 0x10000) {
            buf_printf(&r->out, "\\u%04x", (unsigned)c);
        } else {
            buf_printf(&r->out, "\\u%04x\\u%04x", (unsigned)(0xD7C0 + (c >> 10)),
                       (unsigned)(0xDC00 + (c & 0x3FF)));
        }
    }
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
    put_json_text(r, str_of(name->text, name->len));
    buf_putc(&r->out, ':');
    text = output_value_text(v, room);
    if (v->kind == LANNER_TEXT)
        put_json_text(r, text);
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

static bool is_field_name(struct str s)
{
    size_t i = 1; /* the first character is @, # or a sign: the caller has looked */

    if (s.ptr[0] != '@' || s.len < 2)
        return false;
    for (; i < s.len; i++) {
        char c = ascii_lower(s.ptr[i]);

        if (!((c >= 'a' && c <= 'z') || ascii_is_digit(c) || c == '_' || c == '.'))
            return false;
    }
    return true;
}

bool output_is_formula(struct str s)
{
    double number;

    if (s.len == 0 || strchr("=+-@\t\r", s.ptr[0]) == NULL || s.ptr[0] == '\0')
        return false;
    if (s.len == 1 && s.ptr[0] != '=')
        return false;
    return !num_parse_double(s, &number) && !is_field_name(s);
}
