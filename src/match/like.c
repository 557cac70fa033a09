/* like.c - compiled LIKE patterns. See like.h.
 *
 * A pattern is cut at its % into pieces, each a row of atoms: stretches of bytes and single
 * characters. The first piece is a prefix and the last a suffix unless a % stands there; each piece
 * between is searched leftmost behind the one before. Leftmost is always right, for a piece takes
 * the same number of characters wherever it stands. */
#include "match/like.h"

#include <stdlib.h>

#include "util/utf8.h"

struct atom {
    struct str text; /* empty: n_any characters */
    uint32_t n_any;
};

struct piece {
    struct atom *atoms;
    size_t n;
    size_t min_len; /* bytes */
};

struct like {
    enum like_mode mode;
    struct piece *pieces; /* none empty */
    size_t n;
    size_t min_len;
    bool at_start, at_end; /* anchored */
    bool wild;             /* has a wildcard */
    struct str *runs;
    size_t n_runs;
};

/* ---- Compiling ---------------------------------------------------------------------------------
 */

/* A pattern while it is read: characters, where wild ones stand is marked. */
struct draft {
    struct buf text; /* bytes, a wildcard's own byte for a wildcard */
    struct buf wild; /* one byte for each: 0 or the wildcard */
};

static void draft_put(struct draft *d, struct str s, char wild)
{
    buf_put_str(&d->text, s);
    for (size_t i = 0; i < s.len; i++)
        buf_putc(&d->wild, wild);
}

static void draft_pattern(struct draft *d, struct str pattern, struct str escape)
{
    for (size_t i = 0; i < pattern.len;) {
        size_t n = MAX(utf8_valid_at(pattern, i), (size_t)1);
        struct str c = str_of(pattern.ptr + i, n);

        i += n;
        if (escape.len > 0 && str_eq(c, escape) && i < pattern.len) {
            size_t next = MAX(utf8_valid_at(pattern, i), (size_t)1);
            struct str behind = str_of(pattern.ptr + i, next);

            if (str_eq(behind, STR("%")) || str_eq(behind, STR("_")) || str_eq(behind, escape)) {
                draft_put(d, behind, 0);
                i += next;
                continue;
            }
        }
        draft_put(d, c, n == 1 && (*c.ptr == '%' || *c.ptr == '_') ? *c.ptr : 0);
    }
}

static struct str folded(struct arena *a, struct str s, enum like_mode mode)
{
    struct buf b = {0};
    struct str out;

    if (mode != LIKE_ICASE)
        return arena_str(a, s);
    utf8_put_folded(&b, s);
    out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

/* The atoms of text[from, to), where no % stands. */
static void make_piece(struct like *l, const struct draft *d, size_t from, size_t to,
                       struct arena *a)
{
    struct piece *p = &l->pieces[l->n++];

    p->atoms = ARENA_ARRAY(a, struct atom, to - from);
    for (size_t i = from; i < to;) {
        struct atom *atom = &p->atoms[p->n++];
        size_t start = i;
        bool any = d->wild.ptr[i] != 0;

        while (i < to && (d->wild.ptr[i] != 0) == any)
            i++;
        if (any) {
            atom->n_any = (uint32_t)(i - start);
            p->min_len += i - start;
        } else {
            atom->text = folded(a, str_of(d->text.ptr + start, i - start), l->mode);
            p->min_len += atom->text.len;
        }
    }
    l->min_len += p->min_len;
}

/* Whether the byte may be searched for in texts that are not prepared yet, see utf8.h and
 * like_runs: U+212A (k) and U+017F (s) are for the caller. */
static bool stands_alone(enum like_mode mode, char c)
{
    if (mode == LIKE_EXACT)
        return true;
    return (unsigned char)c < 0x80 && (mode != LIKE_UPPER || ascii_lower(c) != 'i');
}

static void find_runs(struct like *l, const struct draft *d, struct arena *a)
{
    struct str text = arena_str(a, buf_str(&d->text));
    size_t most = 0;
    size_t from = 0;

    for (size_t i = 0; i < text.len; i++)
        most += i == 0 || !stands_alone(l->mode, text.ptr[i - 1]) || d->wild.ptr[i - 1] != 0;
    l->runs = ARENA_ARRAY(a, struct str, most);
    for (size_t i = 0; i <= text.len; i++) {
        if (i < text.len && d->wild.ptr[i] == 0 && stands_alone(l->mode, text.ptr[i]))
            continue;
        if (i > from)
            l->runs[l->n_runs++] = str_of(text.ptr + from, i - from);
        from = i + 1;
    }
}

static struct like *compile(struct arena *a, struct draft *d, enum like_mode mode)
{
    struct like *l = ARENA_NEW(a, struct like);
    size_t len = d->text.len;
    size_t n_pieces = 1;
    size_t from = 0;

    l->mode = mode;
    for (size_t i = 0; i < len; i++) {
        n_pieces += d->wild.ptr[i] == '%';
        l->wild |= d->wild.ptr[i] != 0;
    }
    l->pieces = ARENA_ARRAY(a, struct piece, n_pieces);
    for (size_t i = 0; i <= len; i++) {
        if (i < len && d->wild.ptr[i] != '%')
            continue;
        if (i > from)
            make_piece(l, d, from, i, a);
        from = i + 1;
    }
    l->at_start = len == 0 || d->wild.ptr[0] != '%';
    l->at_end = len == 0 || d->wild.ptr[len - 1] != '%';
    find_runs(l, d, a);
    buf_done(&d->text);
    buf_done(&d->wild);
    return l;
}

struct like *like_compile(struct arena *a, struct str pattern, struct str escape,
                          enum like_mode mode)
{
    struct draft d = {0};

    draft_pattern(&d, pattern, escape);
    return compile(a, &d, mode);
}

static struct like *compile_plain(struct arena *a, struct str text, enum like_mode mode,
                                  bool before, bool behind)
{
    struct draft d = {0};

    if (before)
        draft_put(&d, STR("%"), '%');
    draft_put(&d, text, 0);
    if (behind)
        draft_put(&d, STR("%"), '%');
    return compile(a, &d, mode);
}

struct like *like_contains(struct arena *a, struct str text, enum like_mode mode)
{
    return compile_plain(a, text, mode, true, true);
}

struct like *like_starts(struct arena *a, struct str text, enum like_mode mode)
{
    return compile_plain(a, text, mode, false, true);
}

struct like *like_ends(struct arena *a, struct str text, enum like_mode mode)
{
    return compile_plain(a, text, mode, true, false);
}

/* ---- Matching ----------------------------------------------------------------------------------
 */

/* Where the atoms end that start at p; NULL when they do not stand there. */
static const char *atoms_forward(const struct piece *p, size_t from, const char *at,
                                 const char *end)
{
    for (size_t k = from; k < p->n; k++) {
        const struct atom *atom = &p->atoms[k];

        if (atom->n_any == 0) {
            if ((size_t)(end - at) < atom->text.len ||
                memcmp(at, atom->text.ptr, atom->text.len) != 0)
                return NULL;
            at += atom->text.len;
            continue;
        }
        for (uint32_t i = 0; i < atom->n_any; i++) {
            if (at >= end)
                return NULL;
            at += MAX(utf8_valid_at(str_of(at, (size_t)(end - at)), 0), (size_t)1);
        }
    }
    return at;
}

/* The start of the character that ends at `at`; NULL at the text's start. */
static const char *char_before(const char *start, const char *at)
{
    size_t left = (size_t)(at - start);

    if (left == 0)
        return NULL;
    for (size_t n = 2; n <= 4 && n <= left; n++) {
        if (utf8_valid_at(str_of(at - n, n), 0) == n)
            return at - n;
    }
    return at - 1;
}

/* Where the atoms [0, n) start that end at `at`; NULL when they do not. */
static const char *atoms_backward(const struct piece *p, size_t n, const char *start,
                                  const char *at)
{
    for (size_t k = n; k-- > 0;) {
        const struct atom *atom = &p->atoms[k];

        if (atom->n_any == 0) {
            if ((size_t)(at - start) < atom->text.len ||
                memcmp(at - atom->text.len, atom->text.ptr, atom->text.len) != 0)
                return NULL;
            at -= atom->text.len;
            continue;
        }
        for (uint32_t i = 0; i < atom->n_any; i++) {
            at = char_before(start, at);
            if (at == NULL)
                return NULL;
        }
    }
    return at;
}

/* The leftmost place of the piece at or behind `at`: its end, or NULL. A first atom of any
 * characters is stepped back over from the stretch behind it. */
static const char *piece_find(const struct piece *p, const char *at, const char *end)
{
    size_t lead = p->atoms[0].n_any != 0 ? 1 : 0;
    struct str text;
    const char *from = at;

    if (lead == p->n)
        return atoms_forward(p, 0, at, end);
    text = p->atoms[lead].text;
    for (;;) {
        const char *hit = memmem(from, (size_t)(end - from), text.ptr, text.len);
        const char *to;

        if (hit == NULL)
            return NULL;
        from = hit + 1;
        if (lead != 0 && atoms_backward(p, lead, at, hit) == NULL)
            continue;
        to = atoms_forward(p, lead + 1, hit + text.len, end);
        if (to != NULL)
            return to;
    }
}

static bool match_pieces(const struct like *l, struct str s)
{
    const char *at = s.ptr;
    const char *end = s.ptr + s.len;
    size_t first = 0;
    size_t last = l->n;

    if (s.len < l->min_len)
        return false;
    if (l->n == 0)
        return s.len == 0 || !l->at_start;
    if (l->at_start) {
        at = atoms_forward(&l->pieces[first++], 0, at, end);
        if (at == NULL)
            return false;
        if (l->n == 1 && l->at_end)
            return at == end;
    }
    if (l->at_end) {
        last--;
        end = atoms_backward(&l->pieces[last], l->pieces[last].n, at, end);
        if (end == NULL)
            return false;
    }
    for (size_t i = first; i < last; i++) {
        at = piece_find(&l->pieces[i], at, end);
        if (at == NULL)
            return false;
    }
    return true;
}

struct str like_prepare(enum like_mode mode, struct like_scratch *s, struct str text)
{
    if (text.ptr == NULL)
        text = STR("");
    if (mode == LIKE_EXACT || text.len == 0)
        return text;
    if (s->cap < text.len) {
        free(s->fold);
        s->cap = MAX(text.len, (size_t)4096);
        s->fold = xmalloc(s->cap);
    }
    if (mode != LIKE_UPPER && utf8_fold_ascii(text, s->fold))
        return str_of(s->fold, text.len);
    buf_clear(&s->mapped);
    if (mode == LIKE_ICASE)
        utf8_put_folded(&s->mapped, text);
    else if (mode == LIKE_LOWER)
        utf8_put_lower(&s->mapped, text);
    else
        utf8_put_upper(&s->mapped, text);
    return buf_str(&s->mapped);
}

bool like_match_prepared(const struct like *l, struct str prepared)
{
    return match_pieces(l, prepared);
}

bool like_match(const struct like *l, struct like_scratch *s, struct str text)
{
    if (like_is_any(l))
        return true;
    return match_pieces(l, like_prepare(l->mode, s, text));
}

void like_scratch_done(struct like_scratch *s)
{
    free(s->fold);
    s->fold = NULL;
    s->cap = 0;
    buf_done(&s->mapped);
}

bool like_is_any(const struct like *l)
{
    return l->n == 0 && !l->at_start;
}

bool like_is_exact(const struct like *l)
{
    return !l->wild;
}

size_t like_runs(const struct like *l, const struct str **out)
{
    *out = l->runs;
    return l->n_runs;
}

struct str like_stretch(const struct like *l)
{
    struct str best = STR("");

    for (size_t i = 0; i < l->n; i++) {
        for (size_t k = 0; k < l->pieces[i].n; k++) {
            if (l->pieces[i].atoms[k].text.len > best.len)
                best = l->pieces[i].atoms[k].text;
        }
    }
    return best;
}
