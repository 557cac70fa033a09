/* line_json.c - JSON on one line. See line_json.h.
 *
 * The usual line, one object from end to end, is recognised without reading it: its first byte is a
 * brace, its first key no envelope's, and nowhere in it stands `}{`. Whether it is sound is found
 * out by whoever reads its fields. */
#include "format/line_json.h"

/* Headers are short; a brace further in belongs to the text. */
#define MAX_HEADER 1024

struct str line_trim(const char *ptr, const char *end)
{
    while (end > ptr && (ascii_is_space(end[-1]) || end[-1] == '\0'))
        end--;
    for (;;) {
        while (ptr < end && (ascii_is_space(*ptr) || *ptr == '\0' || *ptr == 0x1e))
            ptr++;
        if (end - ptr < 3 || memcmp(ptr, "\xef\xbb\xbf", 3) != 0)
            return str_of(ptr, (size_t)(end - ptr));
        ptr += 3;
    }
}

bool line_open(struct format_splitter *s, bool *joined)
{
    const char *end = s->window.ptr + s->window.len;

    s->in_line = false;
    while (s->ptr < end) {
        const char *nl;

        *joined = false;
        nl = line_find_end(s->ptr, end, joined);
        s->line = line_trim(s->ptr, nl != NULL ? nl : end);
        s->ptr = nl != NULL ? nl + 1 : end;
        if (s->line.len > 0)
            return true;
    }
    return false;
}

/* A brace that opens an object with a member, behind a blank, a colon or a bracket. */
static const char *find_body(struct str line)
{
    const char *p = line.ptr, *end = line.ptr + line.len;
    const char *limit = line.ptr + MIN(line.len, (size_t)MAX_HEADER);

    while (p < limit && (p = memchr(p, '{', (size_t)(limit - p))) != NULL) {
        const char *q = json_skip_blanks(p + 1, end);
        char before = p > line.ptr ? p[-1] : ' ';

        if (q < end && *q == '"' &&
            (before == ' ' || before == '\t' || before == ':' || before == '['))
            return p;
        p++;
    }
    return NULL;
}

bool line_json_body(struct str line, struct str *body)
{
    const char *end = line.ptr + line.len, *p, *e;

    if (*line.ptr == '{') {
        *body = line;
        return true;
    }
    if (*line.ptr == '[') {
        p = json_skip_blanks(line.ptr + 1, end);
        if (p >= end || *p == '{' || *p == '[' || *p == ']') {
            *body = line;
            return true;
        }
    }
    p = find_body(line);
    if (p == NULL)
        return false;
    if (p > line.ptr && p[-1] == '[')
        p--;
    e = json_value_end(p, end);
    if (e != NULL && e != end)
        return false;
    *body = str_of(p, (size_t)(end - p));
    return true;
}

bool line_json_start(struct format_splitter *s, struct str body, bool joined, struct record *out)
{
    const char *end = body.ptr + body.len;

    if (*body.ptr == '{' && !doc_may_be_envelope(body.ptr, end) &&
        (!joined || json_value_end(body.ptr, end) == end)) {
        record_set(s, RECORD_JSON, body, out);
        out->raw = s->line;
        return true;
    }
    s->in_line = true;
    memset(&s->walk, 0, sizeof(s->walk));
    s->walk.start = s->walk.ptr = body.ptr;
    s->walk.end = end;
    s->walk.at_end = true;
    return false;
}

enum format_split line_json_next(struct format_splitter *s, struct record *out)
{
    struct str rec = STR_NONE;
    bool cut, top;
    enum doc_found found = doc_next(&s->walk, &rec, &cut, &top);

    if (found == DOC_MORE) {
        doc_walk_done(&s->walk);
        s->in_line = false;
        return SPLIT_END;
    }
    record_set(s, RECORD_JSON, rec, out);
    if (found == DOC_BROKEN)
        return SPLIT_BROKEN;
    if (found == DOC_ROW) {
        out->bytes = out->raw = doc_build_row(s->walk.columns, rec, s->arena);
        out->stood = rec;
    } else if (rec.ptr + rec.len == s->line.ptr + s->line.len && top &&
               (rec.ptr == s->line.ptr || *s->line.ptr != '{')) {
        out->raw = s->line; /* the only record of its line */
    } else if (s->need_raw && !cut) {
        out->raw = record_compact(rec, s->arena);
        out->stood = rec;
    }
    return SPLIT_RECORD;
}
