/* message.c - what the user reads on standard error.
 *
 * File names, field names and query texts are hostile: control characters never pass unescaped. */
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/cli.h"
#include "util/num.h"
#include "util/utf8.h"

/* Most of a query line that is shown; longer ones are cut around the place. */
#define LINE_WIDTH ((size_t)100)

static void write_all(struct str s)
{
    while (s.len > 0) {
        ssize_t n = write(STDERR_FILENO, s.ptr, s.len);

        if (n <= 0)
            return; /* nobody left to tell */
        s.ptr += n;
        s.len -= (size_t)n;
    }
}

/* As one line: what could steer the terminal becomes \xNN, a tab a blank. */
static void put_safe(struct buf *b, struct str s)
{
    size_t i = 0;

    while (i < s.len) {
        size_t at = i;
        size_t n = utf8_valid_at(s, i);
        uint32_t c = utf8_next(s, &i);

        if (n == 0)
            buf_puts(b, "\xEF\xBF\xBD");
        else if (c == '\t')
            buf_putc(b, ' ');
        else if (c < 0x20 || (c >= 0x7F && c <= 0x9F) || (c >= 0x200B && c <= 0x200F) ||
                 (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF)
            buf_printf(b, "\\x%02x", (unsigned)c);
        else
            buf_put(b, s.ptr + at, n);
    }
}

void message_put(const char *fmt, ...)
{
    struct buf line = {0};
    char text[2048];
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    put_safe(&line, str_of(text, MIN((size_t)MAX(n, 0), sizeof(text) - 1)));
    buf_putc(&line, '\n');
    write_all(buf_str(&line));
    buf_done(&line);
}

/* The number-th line (from 1) of text, without its end. */
static struct str line_of(struct str text, uint32_t number)
{
    size_t end;

    while (--number > 0) {
        end = str_find_char(text, '\n');
        if (end == SIZE_MAX)
            return STR_NONE;
        text = str_of(text.ptr + end + 1, text.len - end - 1);
    }
    end = str_find_char(text, '\n');
    if (end != SIZE_MAX)
        text.len = end;
    if (text.len > 0 && text.ptr[text.len - 1] == '\r')
        text.len--;
    return text;
}

/* Cuts a long line to what stands around the place; column is 0-based and moves along. */
static struct str cut_line(struct str line, size_t *column)
{
    size_t from = *column > LINE_WIDTH / 2 ? *column - LINE_WIDTH / 2 : 0;

    if (line.len <= LINE_WIDTH)
        return line;
    while (from > 0 && from < line.len && (line.ptr[from] & 0xC0) == 0x80)
        from--;
    *column -= from;
    return str_of(line.ptr + from, MIN(line.len - from, LINE_WIDTH));
}

void message_put_place(struct buf *b, const struct lanner_err *err, const char *name,
                       struct str text)
{
    struct str line = line_of(text, err->line);
    size_t column = err->column > 0 ? err->column - 1 : 0;
    char number[16];
    size_t n = (size_t)snprintf(number, sizeof(number), "%u", err->line);
    struct buf before = {0};
    size_t width;

    column = MIN(column, line.len);
    line = cut_line(line, &column);
    buf_puts(b, "  --> ");
    put_safe(b, str_z(name));
    buf_printf(b, ":%u:%u\n %s | ", err->line, err->column, number);
    put_safe(b, line);
    put_safe(&before, str_of(line.ptr, column));
    buf_printf(b, "\n %*s | %*s", (int)n, "", (int)utf8_width(buf_str(&before)), "");
    buf_clear(&before);
    put_safe(&before, str_of(line.ptr + column, MIN(err->length, line.len - column)));
    width = utf8_width(buf_str(&before));
    for (size_t i = 0; i < MAX(width, 1); i++)
        buf_putc(b, '^');
    buf_putc(b, '\n');
    buf_done(&before);
}

void message_error(const struct lanner_err *err, const char *name, struct str text)
{
    struct buf b = {0};

    buf_puts(&b, "lanner: ");
    put_safe(&b, str_z(err->text));
    buf_putc(&b, '\n');
    if (err->line != 0 && text.ptr != NULL)
        message_put_place(&b, err, name, text);
    if (err->hint[0] != '\0') {
        buf_puts(&b, "  hint: ");
        put_safe(&b, str_z(err->hint));
        buf_putc(&b, '\n');
    }
    write_all(buf_str(&b));
    buf_done(&b);
}

void message_note(const struct lanner_note *note)
{
    static const char *const labels[] = {
        [LANNER_NOTE_REPAIR] = "repair",
        [LANNER_NOTE_LIMIT] = "limit",
        [LANNER_NOTE_WARNING] = "warning",
        [LANNER_NOTE_INPUT] = "input",
    };

    if (note->line != 0)
        message_put("%s: %u:%u: %s", labels[note->kind], note->line, note->column, note->text);
    else
        message_put("%s: %s", labels[note->kind], note->text);
}

struct str message_count(char room[32], uint64_t n)
{
    char digits[24];
    size_t len = num_print_long(digits, (int64_t)MIN(n, (uint64_t)INT64_MAX));
    size_t at = 0;

    for (size_t i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            room[at++] = ',';
        room[at++] = digits[i];
    }
    return str_of(room, at);
}

struct str message_bytes(char room[32], double n)
{
    static const char *const units[] = {"bytes", "KB", "MB", "GB", "TB", "PB"};
    size_t unit = 0;

    while (n >= 1000 && unit + 1 < ARRAY_LEN(units)) {
        n /= 1000;
        unit++;
    }
    return str_of(room,
                  (size_t)snprintf(room, 32, unit == 0 ? "%.0f %s" : "%.2f %s", n, units[unit]));
}
