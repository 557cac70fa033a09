/* safe.h - text of logs and packs made harmless for where it goes: terminals, JSON on terminals,
 * HTML and XML, CSV. Bytes that are not UTF-8 are written as U+FFFD by all of them. */
#ifndef UTIL_SAFE_H
#define UTIL_SAFE_H

#include "util/buf.h"

/* Appends text; with `escape`, C0 (but for those in `keep`), DEL, C1 and the invisible characters
 * that reorder text are written as \x1b or \u{202e}. */
void safe_put_text(struct buf *b, struct str s, bool escape, const char *keep);
/* A JSON string. With `terminal` the steering characters that JSON allows are escaped as well. */
void safe_put_json(struct buf *b, struct str s, bool terminal);
/* Text for the content and the quoted attributes of HTML and XML: no character with a meaning
 * there, none that XML forbids. Steering characters stay; put_text with `escape` first where they
 * matter. */
void safe_put_markup(struct buf *b, struct str s);
/* A CSV cell, quoted where RFC 4180 asks for it. `guard`: text that a spreadsheet would run gets a
 * leading apostrophe. `escape` as in safe_put_text; line ends stay. */
void safe_put_csv(struct buf *b, struct str s, bool guard, bool escape);
/* A cell that a spreadsheet would take for a formula. Plain numbers, a lone sign and field names
 * such as @timestamp are not. */
bool safe_is_formula(struct str s);
/* The part of URI references that paths are: all but letters, digits and -._~/ as %XX. */
void safe_put_uri_path(struct buf *b, struct str s);

/* Where a display line of a cell ends: the next line of at most `width` columns from `at`. */
struct safe_fold {
    struct str line;
    size_t next;   /* where the following line begins */
    bool line_end; /* ended by a line end of the value */
    bool cut;      /* ended because the column ends */
};
void safe_fold_next(struct str s, size_t at, size_t width, struct safe_fold *out);
/* The same, with the cut behind a word where one ends past the line's first third. */
void safe_fold_words(struct str s, size_t at, size_t width, struct safe_fold *out);
/* Columns of the widest line of a cell. */
size_t safe_widest_line(struct str s);

#endif
