/* squid.c - see squid.h. Forms of Squid's documentation of logformat ("squid", "common",
 * "combined"). */
#include "record/squid.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct str take_word(struct str *s)
{
    size_t from = 0, to;

    while (from < s->len && is_blank(s->ptr[from]))
        from++;
    for (to = from; to < s->len && !is_blank(s->ptr[to]); to++)
        ;
    struct str word = str_of(s->ptr + from, to - from);

    *s = str_of(s->ptr + to, s->len - to);
    return word;
}

/* The quoted text at the front; a backslash keeps the quote behind it inside. */
static bool take_quoted(struct str *s, struct str *out)
{
    size_t i = 0, from;

    while (i < s->len && is_blank(s->ptr[i]))
        i++;
    if (i == s->len || s->ptr[i] != '"')
        return false;
    for (from = ++i; i < s->len && s->ptr[i] != '"'; i++)
        i += s->ptr[i] == '\\';
    if (i >= s->len)
        return false;
    *out = str_of(s->ptr + from, i - from);
    *s = str_of(s->ptr + i + 1, s->len - i - 1);
    return true;
}

static bool all_digits(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!ascii_is_digit(s.ptr[i]))
            return false;
    return s.len > 0;
}

static struct str not_dash(struct str s)
{
    return str_eqz(s, "-") ? str_of(s.ptr, 0) : s;
}

/* 1772460300.000 */
static bool is_epoch(struct str s)
{
    size_t point = str_find_char(s, '.');

    return point != SIZE_MAX && point >= 9 && point <= 11 && all_digits(str_of(s.ptr, point)) &&
           all_digits(str_of(s.ptr + point + 1, s.len - point - 1));
}

static bool is_number(struct str s)
{
    if (s.len > 1 && s.ptr[0] == '-')
        s = str_of(s.ptr + 1, s.len - 1);
    return all_digits(s);
}

/* `TCP_MISS` before the mark: letters, digits and `_`, beginning with a capital. */
static bool split_code(struct str s, char mark, struct str *code, struct str *rest)
{
    size_t at = str_find_char(s, mark);

    if (at == SIZE_MAX || at == 0 || s.ptr[0] < 'A' || s.ptr[0] > 'Z')
        return false;
    for (size_t i = 0; i < at; i++)
        if (!(s.ptr[i] >= 'A' && s.ptr[i] <= 'Z') && !ascii_is_digit(s.ptr[i]) && s.ptr[i] != '_')
            return false;
    *code = str_of(s.ptr, at);
    *rest = str_of(s.ptr + at + 1, s.len - at - 1);
    return true;
}

/* From the URL on: its blanks, if Squid was told to allow them, make several words of it. What
 * follows is found by its form. */
static bool native_tail(struct str rest, struct squid *out)
{
    struct str first = take_word(&rest), user = take_word(&rest), next;
    const char *url_end = first.ptr + first.len;

    if (first.len == 0)
        return false;
    out->url = first;
    for (;;) {
        next = take_word(&rest);
        if (next.len == 0)
            return false;
        if (split_code(next, '/', &out->hierarchy, &out->peer)) {
            out->url = str_of(first.ptr, (size_t)(url_end - first.ptr));
            out->user = not_dash(user);
            out->peer = not_dash(out->peer);
            break;
        }
        url_end = user.ptr + user.len;
        user = next;
    }
    out->type = not_dash(take_word(&rest));
    if (take_quoted(&rest, &out->referer))
        (void)take_quoted(&rest, &out->agent);
    out->referer = not_dash(out->referer);
    out->agent = not_dash(out->agent);
    return true;
}

static bool native_parse(struct str s, struct squid *out)
{
    struct str word;

    out->time = take_word(&s);
    if (!is_epoch(out->time))
        return false;
    out->elapsed = take_word(&s);
    out->client = take_word(&s);
    word = take_word(&s);
    if (!is_number(out->elapsed) || out->client.len == 0 ||
        !split_code(word, '/', &out->result, &out->status))
        return false;
    out->bytes = not_dash(take_word(&s));
    out->method = not_dash(take_word(&s));
    out->status = not_dash(out->status);
    return native_tail(s, out);
}

/* `METHOD url HTTP/1.1`, the version perhaps missing. */
static void split_request(struct str s, struct squid *out)
{
    size_t last = SIZE_MAX;

    out->method = not_dash(take_word(&s));
    s = str_trim(s);
    for (size_t i = s.len; i > 0 && last == SIZE_MAX; i--)
        if (is_blank(s.ptr[i - 1]))
            last = i;
    if (last != SIZE_MAX && str_starts(str_of(s.ptr + last, s.len - last), STR("HTTP/"))) {
        out->version = str_of(s.ptr + last, s.len - last);
        s = str_trim(str_of(s.ptr, last));
    }
    out->url = s;
}

static bool combined_parse(struct str s, struct squid *out)
{
    struct str ident, request = STR(""), result;
    size_t close;

    out->combined = true;
    out->client = take_word(&s);
    ident = take_word(&s);
    out->user = not_dash(take_word(&s));
    while (s.len > 0 && is_blank(*s.ptr))
        s = str_of(s.ptr + 1, s.len - 1);
    close = str_find_char(str_of(s.ptr, MIN(s.len, (size_t)40)), ']');
    if (ident.len == 0 || close == SIZE_MAX || s.ptr[0] != '[')
        return false;
    out->time = str_of(s.ptr + 1, close - 1);
    s = str_of(s.ptr + close + 1, s.len - close - 1);
    if (!take_quoted(&s, &request))
        return false;
    split_request(request, out);
    out->status = take_word(&s);
    out->bytes = not_dash(take_word(&s));
    if (out->status.len != 3 || !all_digits(out->status))
        return false;
    if (take_quoted(&s, &out->referer))
        (void)take_quoted(&s, &out->agent);
    out->referer = not_dash(out->referer);
    out->agent = not_dash(out->agent);
    result = take_word(&s);
    if (!split_code(result, ':', &out->result, &out->hierarchy))
        return false; /* other servers write all but this */
    (void)split_code(out->hierarchy, '/', &out->hierarchy, &out->peer);
    return true;
}

bool squid_parse(struct str text, struct squid *out)
{
    memset(out, 0, sizeof(*out));
    while (text.len > 0 && ascii_is_space(text.ptr[text.len - 1]))
        text.len--;
    while (text.len > 0 && is_blank(text.ptr[0]))
        text = str_of(text.ptr + 1, text.len - 1);
    if (text.len < 24)
        return false;
    if (ascii_is_digit(text.ptr[0]) && native_parse(text, out))
        return true;
    memset(out, 0, sizeof(*out));
    return combined_parse(text, out);
}
