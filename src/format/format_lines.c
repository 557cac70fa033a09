/* format_lines.c - plain lines: each is a record of text, but where a header (syslog, a time) is
 * followed by a JSON object up to the line's end, the object is the record and the line its raw
 * text. */
#include "format/line_json.h"

static bool is_month(const char *p)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

    for (size_t i = 0; i < 36; i += 3) {
        if (memcmp(p, months + i, 3) == 0)
            return true;
    }
    return false;
}

/* What begins like a syslog header or a time. */
static bool has_header(struct str line)
{
    const char *p = line.ptr;

    if (line.len < 4)
        return false;
    if (p[0] == '<' || p[0] == '[')
        return ascii_is_digit(p[1]);
    return ascii_is_digit(p[0]) || is_month(p);
}

/* Behind a header the object may break off (syslog cuts long messages); elsewhere it must be whole.
 */
static bool may_be_json(struct str line, struct str body)
{
    const char *end = body.ptr + body.len;

    if (body.len < 2)
        return false;
    return has_header(line) || json_value_end(body.ptr, end) == end;
}

static enum format_split lines_next(struct format_splitter *s, struct record *out)
{
    for (;;) {
        bool joined;
        struct str body;

        if (s->in_line) {
            enum format_split found = line_json_next(s, out);

            if (found != SPLIT_END)
                return found;
        }
        if (!line_open(s, &joined))
            return SPLIT_END;
        if (line_json_body(s->line, &body) && may_be_json(s->line, body)) {
            if (line_json_start(s, body, joined, out))
                return SPLIT_RECORD;
            continue;
        }
        record_set(s, RECORD_TEXT, s->line, out);
        return SPLIT_RECORD;
    }
}

static bool lines_detect(struct str head, bool whole)
{
    (void)head;
    (void)whole;
    return true;
}

const struct format_def format_lines = {
    .name = "lines",
    .kind = FORMAT_LINES,
    .shape = RECORD_TEXT,
    .detect = lines_detect,
    .next = lines_next,
};
