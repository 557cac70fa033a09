/* safe.c - text made harmless for where it goes. See safe.h.
 *
 * Log values are written by attackers, and queries and packs come from the internet. Nothing here
 * cuts or drops: what is dangerous is written in a form that a reader still recognises. */
#include "util/safe.h"

#include "util/num.h"
#include "util/utf8.h"

/* Characters that change how their neighbours are shown without being seen themselves: a log could
 * use them to make a row read as another one. */
static bool is_deceptive(uint32_t c)
{
    return (c >= 0x7F && c <= 0x9F) || (c >= 0x200B && c <= 0x200F) ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
           c == 0x061C || (c >= 0xE0000 && c <= 0xE007F);
}

void safe_put_text(struct buf *b, struct str s, bool escape, const char *keep)
{
    size_t i = 0;

    while (i < s.len) {
        size_t at = i;
        size_t n = utf8_valid_at(s, i);
        uint32_t c = utf8_next(s, &i);

        if (n == 0)
            buf_puts(b, "\xEF\xBF\xBD");
        else if (!escape || (c >= 0x20 && !is_deceptive(c)) ||
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

/* JSON already escapes C0; on a terminal the rest of the steering characters follow. They take at
 * most four bytes, so the text is written in place, piece by piece. */
void safe_put_json(struct buf *b, struct str s, bool terminal)
{
    size_t from = b->len;
    struct buf json = {0};
    size_t i = 0;

    buf_put_json(b, s);
    if (!terminal)
        return;
    buf_put(&json, b->ptr + from, b->len - from);
    b->len = from;
    while (i < json.len) {
        size_t at = i;
        uint32_t c = utf8_next(buf_str(&json), &i);

        if (!is_deceptive(c)) {
            buf_put(b, json.ptr + at, i - at);
        } else if (c < 0x10000) {
            buf_printf(b, "\\u%04x", (unsigned)c);
        } else {
            buf_printf(b, "\\u%04x\\u%04x", (unsigned)(0xD7C0 + (c >> 10)),
                       (unsigned)(0xDC00 + (c & 0x3FF)));
        }
    }
    buf_done(&json);
}

void safe_put_markup(struct buf *b, struct str s)
{
    size_t i = 0;

    while (i < s.len) {
        size_t at = i;
        size_t n = utf8_valid_at(s, i);
        uint32_t c = utf8_next(s, &i);

        if (c == '<')
            buf_puts(b, "&lt;");
        else if (c == '>')
            buf_puts(b, "&gt;");
        else if (c == '&')
            buf_puts(b, "&amp;");
        else if (c == '"')
            buf_puts(b, "&quot;");
        else if (c == '\'')
            buf_puts(b, "&#39;");
        else if (n == 0 || (c < 0x20 && c != '\n' && c != '\t') || c == 0xFFFE || c == 0xFFFF)
            buf_puts(b, "\xEF\xBF\xBD");
        else
            buf_put(b, s.ptr + at, n);
    }
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

bool safe_is_formula(struct str s)
{
    double number;

    if (s.len == 0 || strchr("=+-@\t\r", s.ptr[0]) == NULL || s.ptr[0] == '\0')
        return false;
    if (s.len == 1 && s.ptr[0] != '=')
        return false;
    return !num_parse_double(s, &number) && !is_field_name(s);
}

void safe_put_csv(struct buf *b, struct str s, bool guard, bool escape)
{
    struct buf cell = {0};
    bool quote;

    if (guard && safe_is_formula(s))
        buf_putc(&cell, '\'');
    safe_put_text(&cell, s, escape, "\n");
    /* Some readers trim bare cells. */
    quote = cell.len > 0 && (cell.ptr[0] == ' ' || cell.ptr[cell.len - 1] == ' ');
    for (size_t i = 0; i < cell.len && !quote; i++)
        quote = cell.ptr[i] != '\0' && strchr(",\"\n\r", cell.ptr[i]) != NULL;
    if (quote) {
        buf_putc(b, '"');
        for (size_t i = 0; i < cell.len; i++) {
            if (cell.ptr[i] == '"')
                buf_putc(b, '"');
            buf_putc(b, cell.ptr[i]);
        }
        buf_putc(b, '"');
    } else {
        buf_put_str(b, buf_str(&cell));
    }
    buf_done(&cell);
}

void safe_put_uri_path(struct buf *b, struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        char lower = ascii_lower(c);

        if ((lower >= 'a' && lower <= 'z') || ascii_is_digit(c) ||
            (c != '\0' && strchr("-._~/", c) != NULL))
            buf_putc(b, c);
        else
            buf_printf(b, "%%%02X", (unsigned)(unsigned char)c);
    }
}

void safe_fold_next(struct str s, size_t at, size_t width, struct safe_fold *out)
{
    size_t used = 0;
    size_t i = at;

    memset(out, 0, sizeof(*out));
    out->next = at;
    if (s.len == 0) /* and perhaps nowhere */
        return;
    while (i < s.len && s.ptr[i] != '\n') {
        size_t from = i;
        size_t w;

        utf8_next(s, &i);
        w = utf8_width(str_of(s.ptr + from, i - from));
        if (used + w > width && used > 0) {
            out->line = str_of(s.ptr + at, from - at);
            out->next = from;
            out->cut = true;
            return;
        }
        used += w;
    }
    out->line = str_of(s.ptr + at, i - at);
    out->line_end = i < s.len;
    out->next = i < s.len ? i + 1 : i;
}

void safe_fold_words(struct str s, size_t at, size_t width, struct safe_fold *out)
{
    safe_fold_next(s, at, width, out);
    if (!out->cut)
        return;
    if (s.ptr[out->next] == ' ') { /* a word ends just here */
        out->next++;
        return;
    }
    /* Blanks first; then what names, addresses and paths are made of. */
    for (int pass = 0; pass < 2; pass++) {
        for (size_t n = out->line.len; n > out->line.len / 3; n--) {
            char c = out->line.ptr[n - 1];

            if (pass == 0 ? c != ' ' : c == '\0' || strchr("-,;:@/", c) == NULL)
                continue;
            out->next = at + n;
            out->line.len = c == ' ' ? n - 1 : n;
            return;
        }
    }
}

size_t safe_widest_line(struct str s)
{
    size_t widest = 0;
    size_t at = 0;

    for (size_t i = 0; s.len > 0 && i <= s.len; i++) {
        if (i < s.len && s.ptr[i] != '\n')
            continue;
        widest = MAX(widest, utf8_width(str_of(s.ptr + at, i - at)));
        at = i + 1;
    }
    return widest;
}
