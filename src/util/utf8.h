/* utf8.h - Unicode text: the landlord of utf8proc. Input may be invalid UTF-8 everywhere. */
#ifndef UTIL_UTF8_H
#define UTIL_UTF8_H

#include "util/buf.h"

/* Length (1 to 4) of the valid UTF-8 sequence at offset i, or 0 when there is none. */
size_t utf8_valid_at(struct str s, size_t i);
bool utf8_valid(struct str s);
/* Appends the code point as UTF-8; surrogates and values past U+10FFFF as U+FFFD. */
void utf8_put(struct buf *b, uint32_t code_point);
/* Writes the code point to dst (room for 4) and returns the number of bytes. */
size_t utf8_encode(char *dst, uint32_t code_point);
/* Decodes at i and moves it on; an invalid byte gives U+FFFD and moves by one. */
uint32_t utf8_next(struct str s, size_t *i);
/* Lower and upper case of all of Unicode (simple one-to-one mapping); invalid bytes are kept. To
 * ASCII go only U+212A (lower case, k), U+0131 and U+017F (upper case, I and S). */
void utf8_put_lower(struct buf *b, struct str s);
void utf8_put_upper(struct buf *b, struct str s);
/* Simple case folding: texts that fold to the same bytes differ in case only. Of what is not ASCII
 * only U+017F and U+212A fold to ASCII, to s and k. */
void utf8_put_folded(struct buf *b, struct str s);
/* Folds ASCII letters into dst (s.len bytes); true when all of s is ASCII, and so folded. */
bool utf8_fold_ascii(struct str s, char *dst);
/* Number of extended grapheme clusters, of UTF-16 code units. */
size_t utf8_graphemes(struct str s);
/* One past the extended grapheme cluster that starts at i (i < s.len, at a cluster's start). */
size_t utf8_grapheme_end(struct str s, size_t i);
size_t utf8_utf16_units(struct str s);
/* Terminal columns the text takes. */
size_t utf8_width(struct str s);

#endif
