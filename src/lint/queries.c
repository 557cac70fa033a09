/* queries.c - small questions about a query's text. */
#include "lint/queries.h"

static struct str skip_blank(struct str s)
{
    for (;;) {
        size_t end = SIZE_MAX, more = 1;

        s = str_trim(s);
        if (str_starts(s, STR("--")) || str_starts(s, STR("//"))) {
            end = str_find_char(s, '\n');
        } else if (str_starts(s, STR("/*"))) {
            end = str_find(s, STR("*/"));
            more = 2;
        } else if (str_starts(s, STR("("))) {
            end = 0;
        } else {
            return s;
        }
        if (end == SIZE_MAX)
            return STR_NONE;
        s = str_of(s.ptr + end + more, s.len - end - more);
    }
}

enum query_language queries_language(struct str text)
{
    struct str s = skip_blank(text);
    size_t n = 0;
    char after;

    while (n < s.len && ascii_lower(s.ptr[n]) >= 'a' && ascii_lower(s.ptr[n]) <= 'z')
        n++;
    after = n < s.len ? s.ptr[n] : '\0';
    /* select(...) is a function of CQL, select = x a field of it. */
    if (after == '(' || str_starts(str_trim(str_of(s.ptr + n, s.len - n)), STR("=")))
        return QUERY_CQL;
    return str_eq_nocase(str_of(s.ptr, n), STR("select")) ||
                   str_eq_nocase(str_of(s.ptr, n), STR("with"))
               ? QUERY_AQL
               : QUERY_CQL;
}

size_t queries_offset(struct str text, uint32_t line, uint32_t column)
{
    size_t at = 0;

    while (line > 1) {
        size_t end = str_find_char(str_of(text.ptr + at, text.len - at), '\n');

        if (end == SIZE_MAX)
            return text.len;
        at += end + 1;
        line--;
    }
    return MIN(at + (column > 0 ? column - 1 : 0), text.len);
}

bool queries_is_parameter(struct str text, uint32_t line, uint32_t column)
{
    size_t at = queries_offset(text, line, column);

    return at < text.len && text.ptr[at] == '?';
}
