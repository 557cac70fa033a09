/* cursor.h - a position in the text of a query, and the precedence table of binary operators. */
#ifndef LANG_COMMON_CURSOR_H
#define LANG_COMMON_CURSOR_H

#include "util/str.h"

/* Text is borrowed. Reading past the end gives NUL, and so does a NUL byte in the text: whoever
 * must tell them apart asks cursor_end. */
struct cursor {
    struct str text;
    size_t pos;
};

static inline bool cursor_end(const struct cursor *c)
{
    return c->pos >= c->text.len;
}
static inline char cursor_look(const struct cursor *c, size_t ahead)
{
    return c->text.len - c->pos > ahead ? c->text.ptr[c->pos + ahead] : '\0';
}
static inline char cursor_peek(const struct cursor *c)
{
    return cursor_look(c, 0);
}
/* Whether the text goes on with exactly these bytes. */
bool cursor_at(const struct cursor *c, const char *z);
/* The same, and moves past them. */
bool cursor_take(struct cursor *c, const char *z);
/* The text from start to the position, and its place. */
struct str cursor_text(const struct cursor *c, size_t start);
struct span cursor_span(const struct cursor *c, size_t start);
/* A place of its own: length at least 1, so that offset 0 is a place too. */
struct span span_at(size_t start, size_t len);
/* From the start of a to the end of b. */
struct span span_join(struct span a, struct span b);

/* What stands at a place, for "found ...": `'text'`, `'c'`, "the end of the query". Written to
 * room. */
#define FOUND_MAX 64
const char *cursor_found(const struct cursor *c, size_t pos, char room[FOUND_MAX]);

/* A binary operator. Higher levels bind tighter. Longer spellings come before their prefixes. */
struct binop {
    const char *text;
    uint8_t level;
    uint8_t op;
    bool word;      /* letters: any case, and it must end where the word ends */
    bool extension; /* not part of the language itself */
};
/* The operator at the cursor whose level is at least min_level, or NULL. Does not move. `is_word`
 * says whether a byte continues a word. */
const struct binop *binop_find(const struct cursor *c, const struct binop *table, size_t n,
                               uint8_t min_level, bool (*is_word)(unsigned char));

#endif
