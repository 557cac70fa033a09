/* regex_literals.c - what bytes a match must contain, for the prefilter.
 *
 * Reads the translated pattern (regex_impl.h) and errs on the side of knowing nothing. A literal
 * lost costs speed, a wrong one loses a detection. */
#include "match/regex_impl.h"

#define MAX_DEPTH   40
#define MAX_LITERAL 255

/* Each match of what was read holds at least one of these; n 0: unknown. */
struct set {
    struct regex_literal items[REGEX_MAX_LITERALS];
    size_t n;
};

struct reader_state {
    struct str in;
    size_t i;
    bool icase;
    struct arena *a;
    bool lost; /* the pattern is beyond what is known here */
};

/* Neighbouring characters that stand in every match. */
struct run {
    char text[MAX_LITERAL];
    size_t n;
    bool icase;
};

enum atom_kind { ATOM_CHAR, ATOM_ZERO, ATOM_OTHER, ATOM_GROUP };

struct atom {
    enum atom_kind kind;
    char text[4]; /* ATOM_CHAR: one character */
    size_t n;
    struct set set; /* ATOM_GROUP */
};

static void read_alternatives(struct reader_state *r, unsigned depth, struct set *out);

static int peek(const struct reader_state *r, size_t ahead)
{
    return r->i + ahead < r->in.len ? (unsigned char)r->in.ptr[r->i + ahead] : -1;
}

static size_t shortest(const struct set *s)
{
    size_t n = SIZE_MAX;

    for (size_t k = 0; k < s->n; k++)
        n = MIN(n, s->items[k].text.len);
    return s->n != 0 ? n : 0;
}

/* The better of two sets: the longer its shortest literal the rarer its hits; then the fewer. */
static void keep_better(struct set *best, const struct set *other)
{
    size_t a = shortest(best);
    size_t b = shortest(other);

    if (b > a || (b == a && b != 0 && other->n < best->n))
        *best = *other;
}

static void end_run(struct reader_state *r, struct run *run, struct set *best)
{
    struct set s = {.n = 1};

    if (run->n != 0) {
        s.items[0].text = arena_str(r->a, str_of(run->text, run->n));
        s.items[0].icase = run->icase;
        keep_better(best, &s);
    }
    run->n = 0;
}

/* Appends a character to the run; false when it cannot be part of a literal. */
static bool extend_run(struct reader_state *r, struct run *run, const struct atom *atom,
                       struct set *best)
{
    char folded = ascii_lower(atom->text[0]);

    /* U+212A is a k and U+017F an s when case is ignored. */
    if (r->icase && ((unsigned char)folded >= 0x80 || folded == 'k' || folded == 's'))
        return false;
    if (run->n != 0 && (run->icase != r->icase || run->n + atom->n > MAX_LITERAL))
        end_run(r, run, best);
    run->icase = r->icase;
    memcpy(run->text + run->n, atom->text, atom->n);
    run->n += atom->n;
    return true;
}

/* \x{...} at the backslash. */
static void read_code(struct reader_state *r, struct atom *atom)
{
    unsigned long code = 0;

    for (r->i += 3; r->i < r->in.len && r->in.ptr[r->i] != '}'; r->i++) {
        char c = r->in.ptr[r->i];
        unsigned digit = (unsigned)(ascii_is_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);

        code = code * 16 + digit;
    }
    r->i++;
    atom->kind = code < 0x80 ? ATOM_CHAR : ATOM_OTHER;
    atom->text[0] = (char)code;
    atom->n = 1;
}

static void read_escape(struct reader_state *r, struct atom *atom)
{
    static const char control[] = "tnrfae";
    static const char meaning[] = "\t\n\r\f\a\033";
    int c = peek(r, 1);
    const char *known = c > 0 ? strchr(control, c) : NULL;

    atom->kind = ATOM_OTHER;
    atom->n = 1;
    if (c == 'x' && peek(r, 2) == '{') {
        read_code(r, atom);
        return;
    }
    r->i += 2;
    if (known != NULL) {
        atom->kind = ATOM_CHAR;
        atom->text[0] = meaning[known - control];
    } else if (c == 'b' || c == 'B' || c == 'A' || c == 'Z' || c == 'z' || c == 'G') {
        atom->kind = ATOM_ZERO;
    } else if (c == 'g' || c == 'p' || c == 'P') {
        /* With braces, or one letter behind the p. */
        if (peek(r, 0) == '{') {
            while (peek(r, 0) >= 0 && r->in.ptr[r->i] != '}')
                r->i++;
        }
        r->i++;
    } else if (c >= 0 && !ascii_is_digit((char)c) && !((c | 0x20) >= 'a' && (c | 0x20) <= 'z') &&
               c < 0x80) {
        atom->kind = ATOM_CHAR;
        atom->text[0] = (char)c;
    }
}

/* A class: one plain character in it is that character. */
static void read_class(struct reader_state *r, struct atom *atom)
{
    size_t from = r->i + 1;
    struct str body;

    atom->kind = ATOM_OTHER;
    atom->n = 1;
    r->i++;
    if (peek(r, 0) == '^')
        r->i++;
    if (peek(r, 0) == ']') {
        r->lost = true; /* the translation escapes it; this is something else */
        return;
    }
    while (r->i < r->in.len && r->in.ptr[r->i] != ']') {
        if (r->in.ptr[r->i] == '\\') {
            r->i++;
        } else if (r->in.ptr[r->i] == '[' && peek(r, 1) == ':') {
            /* A POSIX class ends in :] */
            while (r->i + 1 < r->in.len && !(r->in.ptr[r->i] == ':' && peek(r, 1) == ']'))
                r->i++;
            r->i++;
        }
        r->i++;
    }
    if (r->i >= r->in.len) {
        r->lost = true;
        return;
    }
    body = str_of(r->in.ptr + from, r->i - from);
    r->i++;
    if (body.len == 2 && body.ptr[0] == '\\' && strchr(".[]()*+?|{}$^-/\\", body.ptr[1]) != NULL)
        body = str_of(body.ptr + 1, 1);
    else if (body.len != 1 || body.ptr[0] == '\\' || body.ptr[0] == '^')
        return;
    if ((unsigned char)body.ptr[0] >= 0x80 || body.ptr[0] == '\0')
        return;
    atom->kind = ATOM_CHAR;
    atom->text[0] = body.ptr[0];
}

/* (?flags) or the flags of (?flags: - the scanner behind the question mark. True: ended by a colon.
 */
static bool read_flags(struct reader_state *r)
{
    bool on = true;

    for (;; r->i++) {
        int c = peek(r, 0);

        if (c == '-')
            on = false;
        else if (c == 'i')
            r->icase = on;
        else if (c == ')' || c == ':' || c < 0)
            break;
    }
    r->lost |= peek(r, 0) < 0;
    r->i++;
    return r->i > 0 && r->i <= r->in.len && r->in.ptr[r->i - 1] == ':';
}

static void read_group(struct reader_state *r, unsigned depth, struct atom *atom)
{
    bool icase = r->icase;
    bool counts = true;

    atom->kind = ATOM_GROUP;
    atom->set.n = 0;
    r->i++;
    if (peek(r, 0) == '?') {
        r->i++;
        if (peek(r, 0) == '<' && peek(r, 1) == 'g') {
            while (peek(r, 0) >= 0 && r->in.ptr[r->i] != '>')
                r->i++;
            r->i++;
        } else if (peek(r, 0) == '=' || peek(r, 0) == '!' || peek(r, 0) == '<') {
            r->i += peek(r, 0) == '<' ? 2 : 1;
            counts = false;
        } else if (peek(r, 0) == '>') {
            r->i++;
        } else if (!read_flags(r)) {
            atom->kind = ATOM_ZERO; /* to the end of the group around it */
            return;
        }
    }
    read_alternatives(r, depth + 1, &atom->set);
    if (peek(r, 0) != ')')
        r->lost = true;
    r->i++;
    r->icase = icase;
    if (!counts) {
        atom->kind = ATOM_OTHER; /* looks around: what it sees need not be between its neighbours */
        atom->set.n = 0;
    }
}

static void read_character(struct reader_state *r, struct atom *atom)
{
    unsigned char c = (unsigned char)r->in.ptr[r->i];
    size_t n = c < 0x80 ? 1 : c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : 2;

    atom->kind = ATOM_CHAR;
    atom->n = MIN(n, r->in.len - r->i);
    memcpy(atom->text, r->in.ptr + r->i, atom->n);
    r->i += atom->n;
}

static void read_atom(struct reader_state *r, unsigned depth, struct atom *atom)
{
    char c = r->in.ptr[r->i];

    atom->set.n = 0;
    atom->n = 1;
    if (c == '\\') {
        read_escape(r, atom);
    } else if (c == '[') {
        read_class(r, atom);
    } else if (c == '(') {
        read_group(r, depth, atom);
    } else if (c == '^' || c == '$') {
        atom->kind = ATOM_ZERO;
        r->i++;
    } else if (c == '.') {
        atom->kind = ATOM_OTHER;
        r->i++;
    } else {
        read_character(r, atom);
    }
}

/* The quantifier at the scanner, if any: its least count in *least. */
static bool read_quantifier(struct reader_state *r, unsigned *least)
{
    int c = peek(r, 0);

    *least = 1;
    if (c == '*' || c == '?') {
        *least = 0;
    } else if (c == '{') {
        unsigned n = 0;

        for (r->i++; peek(r, 0) >= 0 && r->in.ptr[r->i] != '}'; r->i++) {
            if (r->in.ptr[r->i] == ',')
                break;
            n = n * 10 + (unsigned)(r->in.ptr[r->i] - '0');
            n = MIN(n, 1000u);
        }
        while (peek(r, 0) >= 0 && r->in.ptr[r->i] != '}')
            r->i++;
        *least = n;
    } else if (c != '+') {
        return false;
    }
    r->i++;
    if (peek(r, 0) == '?' || peek(r, 0) == '+')
        r->i++;
    return true;
}

static void read_branch(struct reader_state *r, unsigned depth, struct set *best)
{
    struct run run = {.n = 0};

    best->n = 0;
    while (r->i < r->in.len && r->in.ptr[r->i] != '|' && r->in.ptr[r->i] != ')' && !r->lost) {
        struct atom atom;
        unsigned least;
        bool quantified;

        read_atom(r, depth, &atom);
        quantified = read_quantifier(r, &least);
        if (atom.kind == ATOM_CHAR && least > 0 && extend_run(r, &run, &atom, best)) {
            if (quantified) {
                end_run(r, &run, best);
                /* The last repetition stands right before what follows. */
                extend_run(r, &run, &atom, best);
            }
            continue;
        }
        if (atom.kind == ATOM_ZERO && !quantified)
            continue;
        end_run(r, &run, best);
        if (atom.kind == ATOM_GROUP && least > 0)
            keep_better(best, &atom.set);
    }
    end_run(r, &run, best);
}

static void read_alternatives(struct reader_state *r, unsigned depth, struct set *out)
{
    bool unknown = false;

    out->n = 0;
    if (depth > MAX_DEPTH)
        r->lost = true;
    while (!r->lost) {
        struct set branch;

        read_branch(r, depth, &branch);
        unknown |= branch.n == 0 || out->n + branch.n > REGEX_MAX_LITERALS;
        for (size_t k = 0; k < branch.n && !unknown; k++)
            out->items[out->n++] = branch.items[k];
        if (peek(r, 0) != '|')
            break;
        r->i++;
    }
    if (unknown || r->lost)
        out->n = 0;
}

size_t regex_find_literals(struct str translated, unsigned flags, struct arena *a,
                           struct regex_literal *out)
{
    struct reader_state r = {.in = translated, .icase = (flags & REGEX_ICASE) != 0, .a = a};
    struct set set;

    read_alternatives(&r, 0, &set);
    if (r.lost || r.i < translated.len)
        return 0;
    memcpy(out, set.items, set.n * sizeof(*out));
    return set.n;
}
