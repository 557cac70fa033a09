/* payload.c - see payload.h. */
#include "source/payload.h"

#include <stdlib.h>

/* How far into a line its record may begin: behind a syslog header. */
#define MAX_HEADER 1024

/* `head`, which may be empty, and the JSON record behind it without blanks. */
static struct str compact_behind(struct str head, struct str json, struct arena *a)
{
    struct buf b = {0};
    struct str out;

    buf_put_str(&b, head);
    json_compact(json, &b);
    out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

struct str payload_compact(struct str text, struct arena *a)
{
    struct str head = str_of(text.ptr, MIN(text.len, (size_t)MAX_HEADER));
    size_t start = str_find_char(head, '{');
    struct str json;

    if (start == SIZE_MAX)
        return text;
    json = str_of(text.ptr + start, text.len - start);
    if (json_value_end(json.ptr, json.ptr + json.len) == NULL || !json_has_blanks(json))
        return text;
    return compact_behind(str_of(text.ptr, start), json, a);
}

struct str payload_text(const struct payload_of *p, bool as_it_stands, struct arena *a)
{
    const char *end = p->bytes.ptr + p->bytes.len;
    bool in_line = p->bytes.ptr >= p->raw.ptr && end == p->raw.ptr + p->raw.len;

    if (as_it_stands)
        return p->stood.ptr != NULL ? p->stood : p->raw;
    if (p->shape != RECORD_JSON || p->is_made)
        return p->raw;
    if (!json_has_blanks(p->bytes))
        return in_line ? p->raw : p->bytes;
    return compact_behind(in_line ? str_of(p->raw.ptr, p->raw.len - p->bytes.len)
                                  : str_of(p->bytes.ptr, 0),
                          p->bytes, a);
}

struct val payload_host(const struct payload_of *p)
{
    struct str host = syslog_host(p->raw);

    return host.len > 0 ? val_str(host) : VAL_ABSENT;
}
