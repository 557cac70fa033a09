/* glob.c - compiled CQL globs. See glob.h.
 *
 * A pattern is cut at its stars into pieces. The first piece is a prefix and the last a suffix when
 * the pattern is anchored there; each piece between is searched leftmost behind the one before.
 * Leftmost is always right: it leaves most room for what follows, so nothing is ever tried twice.
 */
#include "match/glob.h"

#include <stdlib.h>

#include "util/utf8.h"

#define FOLD_ON_STACK 4096

struct glob {
    struct str text;
    unsigned flags;
    struct str *pieces; /* without stars, none empty; folded with GLOB_ICASE; arena */
    size_t n;
    size_t min_len; /* of a match, in folded bytes */
    bool at_start;  /* the first piece is a prefix */
    bool at_end;    /* the last piece is a suffix */
    struct str literal;
};

static struct str fold_arena(struct arena *a, struct str s)
{
    struct buf b = {0};
    struct str folded;

    utf8_put_folded(&b, s);
    folded = arena_str(a, buf_str(&b));
    buf_done(&b);
    return folded;
}

/* The longest run that may be searched for in raw bytes. */
static struct str choose_literal(const struct glob *g)
{
    struct str best = STR("");
    size_t from = 0;

    for (size_t i = 0; i <= g->text.len; i++) {
        char c = i < g->text.len ? g->text.ptr[i] : '*';
        char folded = ascii_lower(c);
        bool ends = c == '*';

        if ((g->flags & GLOB_ICASE) != 0)
            ends = ends || folded == 'k' || folded == 's' || (unsigned char)c >= 0x80;
        if (!ends)
            continue;
        if (i - from > best.len)
            best = str_of(g->text.ptr + from, i - from);
        from = i + 1;
    }
    return best;
}

struct glob *glob_compile(struct arena *a, struct str pattern, unsigned flags)
{
    struct glob *g = ARENA_NEW(a, struct glob);
    size_t n_max = 1;
    size_t from = 0;

    g->text = arena_str(a, pattern);
    g->flags = flags;
    for (size_t i = 0; i < pattern.len; i++)
        n_max += pattern.ptr[i] == '*';
    g->pieces = ARENA_ARRAY(a, struct str, n_max);
    for (size_t i = 0; i <= pattern.len; i++) {
        if (i < pattern.len && pattern.ptr[i] != '*')
            continue;
        if (i > from) {
            struct str piece = str_of(g->text.ptr + from, i - from);

            if ((flags & GLOB_ICASE) != 0)
                piece = fold_arena(a, piece);
            g->pieces[g->n++] = piece;
            g->min_len += piece.len;
        }
        from = i + 1;
    }
    g->at_start = (flags & GLOB_CONTAINS) == 0 && !(pattern.len > 0 && pattern.ptr[0] == '*');
    g->at_end =
        (flags & GLOB_CONTAINS) == 0 && !(pattern.len > 0 && pattern.ptr[pattern.len - 1] == '*');
    g->literal = choose_literal(g);
    return g;
}

static bool match_pieces(const struct glob *g, struct str s)
{
    const char *p = s.ptr;
    const char *end = s.ptr + s.len;
    size_t first = 0;
    size_t last = g->n;

    if (s.len < g->min_len)
        return false;
    if (g->n == 0)
        return s.len == 0 || !g->at_start;
    if (g->at_start) {
        if (memcmp(p, g->pieces[0].ptr, g->pieces[0].len) != 0)
            return false;
        p += g->pieces[0].len;
        first = 1;
        if (g->n == 1 && g->at_end)
            return p == end;
    }
    if (g->at_end) {
        struct str piece = g->pieces[--last];

        if ((size_t)(end - p) < piece.len || memcmp(end - piece.len, piece.ptr, piece.len) != 0)
            return false;
        end -= piece.len;
    }
    for (size_t i = first; i < last; i++) {
        p = memmem(p, (size_t)(end - p), g->pieces[i].ptr, g->pieces[i].len);
        if (p == NULL)
            return false;
        p += g->pieces[i].len;
    }
    return true;
}

static bool match_folded(const struct glob *g, struct str s)
{
    char stack[FOLD_ON_STACK];
    char *heap = s.len > sizeof(stack) ? xmalloc(s.len) : NULL;
    char *dst = heap != NULL ? heap : stack;
    bool hit;

    if (utf8_fold_ascii(s, dst)) {
        hit = match_pieces(g, str_of(dst, s.len));
    } else {
        struct buf b = {0};

        utf8_put_folded(&b, s);
        hit = match_pieces(g, buf_str(&b));
        buf_done(&b);
    }
    free(heap);
    return hit;
}

bool glob_match(const struct glob *g, struct str s)
{
    if (s.ptr == NULL)
        s = STR("");
    if (g->n == 0 || (g->flags & GLOB_ICASE) == 0)
        return match_pieces(g, s);
    return match_folded(g, s);
}

bool glob_is_any(const struct glob *g)
{
    return g->n == 0 && !g->at_start;
}

bool glob_is_exact(const struct glob *g)
{
    return g->at_start && g->at_end && g->n <= 1 && !glob_has_star(g->text);
}

struct str glob_literal(const struct glob *g)
{
    return g->literal;
}

struct str glob_text(const struct glob *g)
{
    return g->text;
}
