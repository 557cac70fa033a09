/* line_json.h - JSON on one line, for the line formats. Private to the room. */
#ifndef FORMAT_LINE_JSON_H
#define FORMAT_LINE_JSON_H

#include "format/json_doc.h"

/* Goes on to the next line that is not empty (s->line, trimmed); false at the end of the window. */
bool line_open(struct format_splitter *s, bool *joined);
/* The JSON text in a line: all of it, or what stands behind a header and reaches to the line's end
 * (or breaks off there). False when there is none. */
bool line_json_body(struct str line, struct str *body);
/* Begins with a line's JSON text. True when it is one record, which is then in *out; otherwise
 * line_json_next gives what it holds. */
bool line_json_start(struct format_splitter *s, struct str body, bool joined, struct record *out);
/* The next record of the line that was begun; SPLIT_END when there is none. */
enum format_split line_json_next(struct format_splitter *s, struct record *out);

#endif
