/* lexer.c - what unquoted text, strings, regexes and numbers are (cql.md 1.1).
 *
 * There are no tokens kept: what a character means depends on where it stands (`/` begins a regex,
 * divides or belongs to a pattern), so the parser asks for what it expects. Nothing here skips
 * white space but lex_skip. Bytes from 0x80 up are UTF-8 and belong to names and patterns, apart
 * from U+00A0 (blank), quotation marks and U+00AD. */
#include "lang/cql/ast.h"

#define NBSP  "\xC2\xA0"
#define SHY   "\xC2\xAD"
#define LAQUO "\xC2\xAB"
#define RAQUO "\xC2\xBB"
#define LDQUO "\xE2\x80\x9C"
#define RDQUO "\xE2\x80\x9D"
#define BOM   "\xEF\xBB\xBF"

bool lex_is_name(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c >= 0x80 || (c != '\0' && strchr("_.#@%&\\^", c) != NULL);
}

static bool is_pattern(unsigned char c)
{
    return lex_is_name(c) || (c != '\0' && strchr("*+-:~/", c) != NULL);
}

/* Bytes that UTF-8 text above ASCII ends a name at. */
static bool is_reserved_text(const struct cursor *c)
{
    if ((unsigned char)cursor_peek(c) < 0x80)
        return false;
    return cursor_at(c, NBSP) || cursor_at(c, SHY) || cursor_at(c, LAQUO) || cursor_at(c, RAQUO) ||
           cursor_at(c, LDQUO) || cursor_at(c, RDQUO) || cursor_at(c, BOM);
}

static bool at_name(const struct cursor *c)
{
    return !cursor_end(c) && lex_is_name((unsigned char)cursor_peek(c)) && !is_reserved_text(c);
}

static bool at_pattern(const struct cursor *c)
{
    return !cursor_end(c) && is_pattern((unsigned char)cursor_peek(c)) && !is_reserved_text(c);
}

void lex_skip(struct cql_parser *p)
{
    struct cursor *c = &p->cur;

    while (!cursor_end(c)) {
        if (ascii_is_space(cursor_peek(c))) {
            c->pos++;
        } else if (cursor_take(c, NBSP) || cursor_take(c, BOM)) {
            continue;
        } else if (cursor_at(c, "//")) {
            while (!cursor_end(c) && cursor_peek(c) != '\n')
                c->pos++;
        } else if (cursor_at(c, "/*")) {
            struct str rest = str_of(c->text.ptr + c->pos + 2, c->text.len - c->pos - 2);
            size_t end = str_find(rest, STR("*/"));

            if (end == SIZE_MAX) {
                p->open_comment = c->pos + 1;
                c->pos = c->text.len;
            } else {
                c->pos += end + 4;
            }
        } else {
            return;
        }
    }
}

/* `[12]` directly after a name. */
static bool take_index(struct cursor *c)
{
    size_t n = 1;

    if (cursor_peek(c) != '[')
        return false;
    while (ascii_is_digit(cursor_look(c, n)))
        n++;
    if (n == 1 || cursor_look(c, n) != ']')
        return false;
    c->pos += n + 1;
    return true;
}

bool lex_index(struct cql_parser *p)
{
    return take_index(&p->cur) || cursor_take(&p->cur, "[]");
}

bool lex_name(struct cql_parser *p, bool brackets, struct str *out)
{
    struct cursor *c = &p->cur;
    size_t start = c->pos;

    while (at_name(c))
        c->pos++;
    if (c->pos == start)
        return false;
    /* `a[0][1].b`: members go on after an index. */
    while (take_index(c)) {
        while (at_name(c))
            c->pos++;
    }
    if (brackets)
        cursor_take(c, "[]");
    *out = cursor_text(c, start);
    return true;
}

bool lex_pattern(struct cql_parser *p, struct str *out)
{
    struct cursor *c = &p->cur;
    size_t start = c->pos;

    if (cursor_peek(c) == '/')
        return false;
    while (at_pattern(c))
        c->pos++;
    /* A pattern may not end in `//`: that is a comment (cql.md 1.1). */
    if (c->pos - start > 2 && str_ends(cursor_text(c, start), STR("//")))
        c->pos -= 2;
    if (c->pos == start)
        return false;
    *out = cursor_text(c, start);
    return true;
}

bool lex_at_word(const struct cql_parser *p, const char *word)
{
    const struct cursor *c = &p->cur;
    size_t len = strlen(word);

    if (c->text.len - c->pos < len ||
        !str_eq_nocase(str_of(c->text.ptr + c->pos, len), str_of(word, len)))
        return false;
    return c->pos + len == c->text.len || !is_pattern((unsigned char)c->text.ptr[c->pos + len]) ||
           c->text.ptr[c->pos + len] == '/';
}

bool lex_take_word(struct cql_parser *p, const char *word)
{
    if (!lex_at_word(p, word))
        return false;
    p->cur.pos += strlen(word);
    return true;
}

bool lex_at_quote(const struct cql_parser *p)
{
    return cursor_peek(&p->cur) == '"' || cursor_at(&p->cur, LDQUO) || cursor_at(&p->cur, RDQUO);
}

/* Any of the quotation marks; *plain false for a typographic one. */
static bool take_quote(struct cursor *c, bool *plain)
{
    if (cursor_take(c, "\"")) {
        *plain = true;
        return true;
    }
    *plain = false;
    return cursor_take(c, LDQUO) || cursor_take(c, RDQUO);
}

/* Only `\"`, `\\`, `\n`, `\t` and `\r` are escapes; any other backslash stays (`\d`, `C:\Windows`).
 */
static struct str unescape(struct arena *a, struct str raw, bool control)
{
    char *out;
    size_t n = 0;

    if (str_find_char(raw, '\\') == SIZE_MAX)
        return raw;
    out = arena_alloc(a, raw.len);
    for (size_t i = 0; i < raw.len; i++) {
        char c = raw.ptr[i], next = i + 1 < raw.len ? raw.ptr[i + 1] : '\0';

        if (c == '\\' && (next == '"' || next == '\\')) {
            c = next;
            i++;
        } else if (c == '\\' && control && (next == 'n' || next == 't' || next == 'r')) {
            c = next == 'n' ? '\n' : next == 't' ? '\t' : '\r';
            i++;
        }
        out[n++] = c;
    }
    return str_of(out, n);
}

/* A string opened by `"` ends at `"`; typographic marks may be mixed with plain ones only when the
 * string was opened by one, so that “ inside "..." is a letter like others. */
enum lanner_rc lex_string(struct cql_parser *p, struct str *text, struct str *raw,
                          struct lanner_err *err)
{
    struct cursor *c = &p->cur;
    size_t start = c->pos, body, end;
    bool plain, close_plain;

    if (!take_quote(c, &plain))
        return cql_expected(p, "a quoted string", err);
    body = c->pos;
    for (;;) {
        if (cursor_end(c) || cursor_peek(c) == '\n') {
            size_t shown = MIN(c->pos, start + 40) - start;

            return err_set_at(err, LANNER_ERR_QUERY, span_at(start, shown),
                              "expected '\"' at the end of the quoted string, found the end of %s",
                              cursor_end(c) ? "the query" : "the line");
        }
        end = c->pos;
        if (cursor_peek(c) == '\\' && c->pos + 1 < c->text.len && cursor_look(c, 1) != '\n')
            c->pos += 2;
        else if (plain ? cursor_take(c, "\"") : take_quote(c, &close_plain))
            break;
        else
            c->pos++;
    }
    if (!plain)
        cql_repair(p, cursor_span(c, start),
                   "typographic quotation marks are read as '\"'; write \"...\"");
    *raw = str_of(c->text.ptr + body, end - body);
    *text = unescape(p->arena, *raw, true);
    return LANNER_OK;
}

/* A value that names a drive or a share, or that holds a backslash which is no escape, is a path:
 * there `\t` is the beginning of a name such as `\temp` (cql.md 1.1). */
static bool is_windows_path(struct str raw)
{
    for (size_t i = 0; i + 1 < raw.len; i++) {
        if (raw.ptr[i] != '\\')
            continue;
        if (i >= 1 && raw.ptr[i - 1] == ':')
            return true;
        if (strchr("\"\\ntr", raw.ptr[i + 1]) == NULL)
            return true;
        if (raw.ptr[i + 1] == '\\' || raw.ptr[i + 1] == '"')
            i++;
    }
    return false;
}

struct str lex_filter_text(struct arena *a, const struct cql_node *string)
{
    return is_windows_path(string->raw) ? unescape(a, string->raw, false) : string->text;
}

enum lanner_rc lex_regex(struct cql_parser *p, struct str *body, struct str *flags,
                         struct lanner_err *err)
{
    struct cursor *c = &p->cur;
    size_t start = c->pos, n = 0;
    char *out;

    assert(cursor_peek(c) == '/');
    c->pos++;
    while (!cursor_end(c) && cursor_peek(c) != '/')
        c->pos += cursor_peek(c) == '\\' && c->pos + 1 < c->text.len ? 2 : 1;
    if (cursor_end(c))
        return err_set_at(err, LANNER_ERR_QUERY, span_at(start, MIN(c->pos - start, (size_t)40)),
                          "expected '/' at the end of the regular expression, found the end of the "
                          "query");
    *body = cursor_text(c, start + 1);
    c->pos++;
    if (str_find(*body, STR("\\/")) != SIZE_MAX) {
        out = arena_alloc(p->arena, body->len);
        for (size_t i = 0; i < body->len; i++) {
            if (body->ptr[i] == '\\' && i + 1 < body->len) {
                if (body->ptr[i + 1] != '/')
                    out[n++] = '\\';
                i++;
            }
            out[n++] = body->ptr[i];
        }
        *body = str_of(out, n);
    }
    start = c->pos;
    while (!cursor_end(c) && lex_is_name((unsigned char)cursor_peek(c)) && !is_reserved_text(c)) {
        char f = cursor_peek(c);

        if (strchr("imdgF", f) == NULL)
            return err_set_at(err, LANNER_ERR_QUERY, span_at(c->pos, 1),
                              "expected a flag of a regular expression (i, m, d, g, F), found '%c'",
                              f >= ' ' && f < 0x7F ? f : '?');
        c->pos++;
    }
    *flags = cursor_text(c, start);
    return LANNER_OK;
}

/* Digits, one point with digits, an exponent: how many bytes of the text, 0 for no number. */
static size_t number_length(const struct cursor *c)
{
    size_t n = 0, e;

    while (ascii_is_digit(cursor_look(c, n)))
        n++;
    if (n == 0)
        return 0;
    if (cursor_look(c, n) == '.' && ascii_is_digit(cursor_look(c, n + 1))) {
        n++;
        while (ascii_is_digit(cursor_look(c, n)))
            n++;
    }
    if (cursor_look(c, n) == 'e' || cursor_look(c, n) == 'E') {
        e = n + 1;
        if (cursor_look(c, e) == '+' || cursor_look(c, e) == '-')
            e++;
        if (ascii_is_digit(cursor_look(c, e))) {
            while (ascii_is_digit(cursor_look(c, e)))
                e++;
            n = e;
        }
    }
    return n;
}

/* `10.0.0.1` and `1h` are names; `42%41` is a number and an operator. */
bool lex_number(struct cql_parser *p, struct str *out)
{
    struct cursor *c = &p->cur;
    size_t n = number_length(c), start = c->pos;
    unsigned char after = (unsigned char)cursor_look(c, n);

    if (n == 0 || (after != '%' && lex_is_name(after)))
        return false;
    c->pos += n;
    *out = cursor_text(c, start);
    return true;
}

bool lex_is_number(struct str s)
{
    struct cursor c = {.text = s};

    if (s.len != 0 && (s.ptr[0] == '-' || s.ptr[0] == '+'))
        c.pos = 1;
    return c.pos < s.len && number_length(&c) == s.len - c.pos;
}
