/* format_ndjson.c - a JSON record on each line. A line may also hold several, an array, an
 * envelope, or a header before the record (syslog, a time). A line that is none of these is
 * unreadable. */
#include "format/line_json.h"

#define MAX_HEAD_LINES 64

/* Lines of the head that are JSON values from end to end, and lines that are not. */
static void count_lines(struct str head, bool whole, size_t *n_json, size_t *n_other, bool *first)
{
    const char *p = head.ptr, *end = head.ptr + head.len;

    *n_json = *n_other = 0;
    *first = false;
    while (p < end && *n_json + *n_other < MAX_HEAD_LINES) {
        const char *nl = memchr(p, '\n', (size_t)(end - p));
        struct str line;
        bool json;

        if (nl == NULL && !whole)
            return;
        line = line_trim(p, nl != NULL ? nl : end);
        p = nl != NULL ? nl + 1 : end;
        if (line.len == 0)
            continue;
        json = (*line.ptr == '{' || *line.ptr == '[') &&
               json_value_end(line.ptr, line.ptr + line.len) == line.ptr + line.len;
        if (json && *n_json + *n_other == 0)
            *first = true;
        *n_json += json;
        *n_other += !json;
    }
}

/* Lines are taken for records only when most of them are values by themselves: a document over
 * several lines has such lines by chance at most (`{}`). Otherwise the stream format reads both. */
static bool ndjson_detect(struct str head, bool whole)
{
    size_t n_json, n_other;
    bool first;

    count_lines(head, whole, &n_json, &n_other, &first);
    if (n_json == 0)
        return false;
    return first ? n_json > n_other : n_json >= 2 && n_json > n_other;
}

static enum format_split ndjson_next(struct format_splitter *s, struct record *out)
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
        if (line_json_body(s->line, &body)) {
            if (line_json_start(s, body, joined, out))
                return SPLIT_RECORD;
            continue;
        }
        record_set(s, RECORD_JSON, s->line, out);
        return SPLIT_BROKEN;
    }
}

const struct format_def format_ndjson = {
    .name = "ndjson",
    .kind = FORMAT_LINES,
    .shape = RECORD_JSON,
    .detect = ndjson_detect,
    .next = ndjson_next,
};
