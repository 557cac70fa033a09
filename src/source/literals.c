/* literals.c - what must stand in the bytes of a record for a field to hold a text.
 *
 * Sound for every record, whatever its source and shape: in doubt nothing is concluded. The keys of
 * recognition are no help, for in CSV and in answers with columns apart they stand in no record. */
#include <stdlib.h>

#include "plan/plan.h"
#include "source/program.h"
#include "source/view.h"
#include "util/hash.h"

/* A piece of a value that selects better than a key which stands in every record. */
#define VALUE_MIN_LEN 3
/* Shorter ones stand everywhere and only cost time. */
#define LITERAL_MIN_LEN 2

/* The two characters outside ASCII that become a letter of it when case is ignored. */
#define KELVIN_SIGN "\xE2\x84\xAA" /* k */
#define LONG_S      "\xC5\xBF"     /* s */

/* Where the value comes from that the literal is looked for in. */
enum literal_place {
    PLACE_FIELD, /* a value of the record; of LEEF and CEF events, where = and | are escaped */
    PLACE_MAP,   /* a value that a declaration's map names: no LEEF or CEF event has one */
    PLACE_WHOLE  /* the record's text, which may have lost the blanks between JSON tokens */
};

/* Bytes that stand in a record as they stand in a value. */
static bool is_plain(unsigned char c, bool ignore_case, enum literal_place place, struct str cuts)
{
    if (str_find_char(cuts, (char)c) != SIZE_MAX)
        return false;
    if (c < 0x20 || c == 0x7f || c == '"' || c == '\\' || c == '/')
        return false;
    if (place == PLACE_WHOLE && memchr(":,{}[] ", c, 7) != NULL)
        return false;
    if (place == PLACE_FIELD && (c == '=' || c == '|'))
        return false;
    return !ignore_case || c < 0x80;
}

/* Whether the piece that ends at `end` is a JSON key's end, or a stretch of it: `errorCode":`. */
static bool is_key(struct str text, size_t end)
{
    while (end < text.len && strchr("\",:{}[]", text.ptr[end]) == NULL)
        end++;
    if (end >= text.len || text.ptr[end] != '"')
        return false;
    for (end++; end < text.len && ascii_is_space(text.ptr[end]); end++)
        ;
    return end < text.len && text.ptr[end] == ':';
}

/* The longest plain piece, too short ones as STR_NONE. Of a whole record's text a piece of a value
 * goes before any key. */
static struct str longest_piece(struct str text, bool ignore_case, enum literal_place place,
                                struct str cuts)
{
    struct str best = STR_NONE, best_value = STR_NONE;
    size_t start = 0;

    for (size_t i = 0; i <= text.len; i++) {
        struct str piece = str_of(text.ptr + start, i - start);

        if (i < text.len && is_plain((unsigned char)text.ptr[i], ignore_case, place, cuts))
            continue;
        start = i + 1;
        if (piece.len > best.len)
            best = piece;
        if (place == PLACE_WHOLE && piece.len > best_value.len && !is_key(text, i))
            best_value = piece;
    }
    if (best_value.len >= VALUE_MIN_LEN)
        best = best_value;
    best.len = MIN(best.len, (size_t)LITERALS_MAX_LEN);
    return best.len >= LITERAL_MIN_LEN ? best : STR_NONE;
}

static size_t hash_literal(const struct literal *l)
{
    return hash_bytes(l->text.ptr, l->text.len, l->icase);
}

static void list_grow(struct literal_list *l, struct arena *a)
{
    size_t cap = l->cap != 0 ? l->cap * 2 : 8;
    struct literal *items = ARENA_ARRAY(a, struct literal, cap);

    if (l->n > 0)
        memcpy(items, l->items, l->n * sizeof(*items));
    l->items = items;
    l->cap = cap;
    l->n_slots = cap * 4;
    l->slots = ARENA_ARRAY(a, uint32_t, l->n_slots);
    memset(l->slots, 0, l->n_slots * sizeof(*l->slots));
    for (size_t i = 0; i < l->n; i++) {
        size_t at = hash_literal(&items[i]) & (l->n_slots - 1);

        while (l->slots[at] != 0)
            at = (at + 1) & (l->n_slots - 1);
        l->slots[at] = (uint32_t)i + 1;
    }
}

static void list_add(struct literal_list *l, struct literal item, struct arena *a)
{
    size_t at;

    if (l->n == l->cap)
        list_grow(l, a);
    at = hash_literal(&item) & (l->n_slots - 1);
    for (; l->slots[at] != 0; at = (at + 1) & (l->n_slots - 1)) {
        const struct literal *known = &l->items[l->slots[at] - 1];

        if (known->icase == item.icase && str_eq(known->text, item.text))
            return;
    }
    item.text = arena_str(a, item.text);
    l->items[l->n++] = item;
    l->slots[at] = (uint32_t)l->n;
}

/* Takes back what was added last. */
static void list_cut(struct literal_list *l, size_t n)
{
    for (; l->n > n; l->n--) {
        size_t at = hash_literal(&l->items[l->n - 1]) & (l->n_slots - 1);

        while (l->slots[at] != l->n)
            at = (at + 1) & (l->n_slots - 1);
        l->slots[at] = 0;
    }
}

/* A question put to one place where a value may come from. */
struct asked {
    struct str literal;
    bool ignore_case;
    struct literal_list *out;
    struct arena *arena;
};

static bool text_contains(struct str text, const struct asked *q)
{
    if (q->literal.len > text.len)
        return false;
    for (size_t i = 0; i + q->literal.len <= text.len; i++) {
        struct str part = str_of(text.ptr + i, q->literal.len);

        if (q->ignore_case ? str_eq_nocase(part, q->literal) : str_eq(part, q->literal))
            return true;
    }
    return false;
}

/* When case is ignored beyond ASCII, a constant with such letters may match where text_contains
 * says no. */
static bool may_contain(struct str text, const struct asked *q)
{
    bool ascii = true;

    for (size_t i = 0; i < text.len; i++)
        ascii = ascii && (unsigned char)text.ptr[i] < 0x80;
    for (size_t i = 0; i < q->literal.len; i++)
        ascii = ascii && (unsigned char)q->literal.ptr[i] < 0x80;
    return (q->ignore_case && !ascii) || text_contains(text, q);
}

/* A value that comes out of the map with the literal in it went in as one of these. */
static bool map_literals(const struct source_map *map, struct asked *q)
{
    for (size_t i = 0; i < map->n_pairs; i++) {
        struct str piece;

        if (!may_contain(map->pairs[i].to, q))
            continue;
        piece = longest_piece(map->pairs[i].from, false, PLACE_MAP, STR(""));
        if (piece.ptr == NULL)
            return false;
        list_add(q->out, (struct literal){piece, false}, q->arena);
    }
    return true;
}

/* ---- where a name's values come from besides the record's own ---- */

struct literal_places {
    const struct extractor *x;
    struct str name;
    bool unknown; /* some are made in a way that leaves no bytes of them */
    bool words;   /* some may have `+` for a blank */
    bool parts;   /* some are made of the parts of a URL */
    bool escaped; /* some may have %XX for any byte */
    VEC(const struct source_map *) maps;
    VEC(struct str) constants;
};

static void add_cands(struct literal_places *p, const struct source_cands *cands)
{
    for (size_t i = 0; i < cands->n; i++) {
        const struct source_cand *c = &cands->items[i];

        if (c->transform == TRANSFORM_MAP)
            VEC_PUSH(&p->maps, c->map);
        p->words |= transform_keeps(c->transform) == KEEPS_WORDS;
        p->parts |= transform_keeps(c->transform) == KEEPS_PARTS;
        p->escaped |= transform_keeps(c->transform) == KEEPS_ESCAPED;
        p->unknown |= transform_keeps(c->transform) == KEEPS_NOTHING && c->map == NULL;
    }
}

/* What a declaration adds to the field. */
static void add_decl(struct literal_places *p, const struct source_decl *d, struct str name)
{
    const struct source_field *f = decl_field(d, name);
    const struct source_tag_def *t = decl_tag(d, name);

    if (f != NULL)
        add_cands(p, &f->cands);
    if (t != NULL && t->cands.n > 0)
        add_cands(p, &t->cands);
    else if (t != NULL)
        VEC_PUSH(&p->constants, t->value);
}

/* Fields of the event, as a declaration's qradar block names them. */
static void add_fields(struct literal_places *p, const struct source_decl *d,
                       const struct source_cands *cands)
{
    /* Both transforms may apply: what keeps bytes does so after any other that does. */
    add_cands(p, cands);
    for (size_t i = 0; i < cands->n; i++) {
        const struct source_field *f = decl_field(d, cands->items[i].path);

        if (f != NULL)
            add_cands(p, &f->cands);
    }
}

/* What one declaration gives for a field of QRadar's view that is text. */
static void add_view(struct literal_places *p, const struct source_set *s,
                     const struct source_decl *d, struct str field)
{
    const struct source_name *name = view_name(view_names_of(s, d), field);

    /* See bind_places: the address of either family. */
    if (str_eqz(field, "sourceaddress"))
        add_view(p, s, d, STR("sourceip"));
    else if (str_eqz(field, "destinationaddress"))
        add_view(p, s, d, STR("destinationip"));
    if (name == NULL)
        return; /* absent, or the record's own column */
    p->unknown |= name->n_rules > 0;
    add_fields(p, d, &name->cands);
}

/* What one declaration gives for a custom property. */
static void add_property(struct literal_places *p, const struct source_decl *d, struct str name)
{
    for (size_t i = 0; i < d->qradar.n_properties; i++)
        if (name_is_like(d->qradar.properties[i].name, name))
            add_fields(p, d, &d->qradar.properties[i].cands);
    for (size_t i = 0; i < d->n_fields; i++)
        if (name_is_like(d->fields[i].name, name))
            add_cands(p, &d->fields[i].cands);
}

/* Names whose values stand in no record. */
static bool is_made(struct str name)
{
    return str_eqz(name, "@timestamp") || str_eqz(name, "@timestamp.nanos") ||
           str_eqz(name, "@id") || str_eqz(name, "@timezone") || str_eqz(name, W3C_TIME) ||
           str_eqz(name, W3C_URL) || str_eqz(name, FIELD_SOURCE_NAME);
}

static bool strip(struct str name, struct str prefix, struct str *rest)
{
    if (!str_starts(name, prefix))
        return false;
    *rest = str_of(name.ptr + prefix.len, name.len - prefix.len);
    return true;
}

static void places_done(void *ptr)
{
    struct literal_places *p = ptr;

    VEC_DONE(&p->maps);
    VEC_DONE(&p->constants);
}

/* A rule asks for hundreds of literals of one name. */
static const struct literal_places *places_of(const struct extractor *x, struct str name,
                                              struct literal_list *l, struct arena *a)
{
    struct literal_places *p;
    struct str rest;

    if (l->places != NULL && l->places->x == x && str_eq(l->places->name, name))
        return l->places;
    l->places = p = ARENA_NEW(a, struct literal_places);
    arena_defer(a, places_done, p);
    p->x = x;
    p->name = arena_str(a, name);
    for (size_t t = 0; t < x->n_tags; t++)
        if (str_eq(x->tags[t].name, name))
            VEC_PUSH(&p->constants, x->tags[t].value);
    for (size_t i = 0; i < x->n_programs; i++) {
        const struct source_decl *d = x->programs[i].decl;

        if (d == NULL)
            continue;
        if (strip(name, STR(FIELD_QRADAR_PREFIX), &rest))
            add_view(p, x->set, d, rest);
        else if (strip(name, STR(FIELD_PROPERTY_PREFIX), &rest))
            add_property(p, d, rest);
        else
            add_decl(p, d, name);
    }
    return p;
}

static bool places_literals(const struct literal_places *p, struct asked *q)
{
    if (p->unknown)
        return false;
    for (size_t i = 0; i < p->constants.n; i++)
        if (may_contain(p->constants.items[i], q))
            return false;
    for (size_t i = 0; i < p->maps.n; i++)
        if (!map_literals(p->maps.items[i], q))
            return false;
    return true;
}

/* How the values of a name stand in records; false: not as they are. */
static bool place_of_name(struct str name, enum literal_place *place)
{
    struct str field;

    *place = PLACE_FIELD;
    if (name.len == 0 || str_eqz(name, "@rawstring")) {
        *place = PLACE_WHOLE;
    } else if (strip(name, STR(FIELD_QRADAR_PREFIX), &field)) {
        enum view_kind kind = view_kind_of(field);

        *place = kind == VIEW_PAYLOAD ? PLACE_WHOLE : PLACE_FIELD;
        return kind == VIEW_PAYLOAD || kind == VIEW_TEXT || kind == VIEW_HOST;
    }
    return !is_made(name);
}

/* The piece, and what a letter of it may be in the record when case is ignored. */
static void add_piece(struct str piece, bool ignore_case, struct literal_list *out, struct arena *a)
{
    bool k = false, s = false;

    list_add(out, (struct literal){piece, ignore_case}, a);
    for (size_t i = 0; i < piece.len && ignore_case; i++) {
        k |= ascii_lower(piece.ptr[i]) == 'k';
        s |= ascii_lower(piece.ptr[i]) == 's';
    }
    if (k)
        list_add(out, (struct literal){STR(KELVIN_SIGN), false}, a);
    if (s)
        list_add(out, (struct literal){STR(LONG_S), false}, a);
}

/* The codes of the piece's bytes (and of what a letter may be): a record in which it is encoded has
 * one of them. */
static void add_codes(struct str piece, bool ignore_case, struct literal_list *out, struct arena *a)
{
    for (size_t i = 0; i < piece.len; i++) {
        char lower = ascii_lower(piece.ptr[i]);
        bool letter = lower >= 'a' && lower <= 'z';

        list_add(out,
                 (struct literal){arena_printf(a, "%%%02X", (unsigned char)piece.ptr[i]), true}, a);
        if (ignore_case && letter)
            list_add(out,
                     (struct literal){arena_printf(a, "%%%02X", (unsigned char)piece.ptr[i] ^ 0x20),
                                      true},
                     a);
        if (ignore_case && (lower == 'k' || lower == 's'))
            list_add(out, (struct literal){lower == 'k' ? STR("%E2%84%AA") : STR("%C5%BF"), true},
                     a);
    }
}

/* Bytes that may be written otherwise, because of some transform. */
static struct str places_cuts(const struct literal_places *p)
{
    if (p == NULL || (!p->words && !p->parts))
        return STR("");
    return p->words && p->parts ? STR(" +?:") : p->words ? STR(" +") : STR("?:");
}

bool source_literals(const struct extractor *x, struct str name, struct str literal,
                     bool ignore_case, struct literal_list *out, struct arena *a)
{
    struct asked q = {.literal = literal, .ignore_case = ignore_case, .out = out, .arena = a};
    const struct literal_places *places;
    enum literal_place place;
    struct str piece;
    size_t n_before = out->n;

    if (!place_of_name(name, &place))
        return false;
    places = place != PLACE_WHOLE ? places_of(x, name, out, a) : NULL;
    piece = longest_piece(literal, ignore_case, place, places_cuts(places));
    if (piece.ptr == NULL)
        return false;
    add_piece(piece, ignore_case, out, a);
    if (places != NULL && places->escaped)
        add_codes(piece, ignore_case, out, a);
    if (places == NULL || places_literals(places, &q))
        return true;
    list_cut(out, n_before);
    return false;
}

struct val source_constant(const struct extractor *x, size_t source, const struct record_input *in,
                           struct str name, bool *own_wins)
{
    const struct source_tag_def *t = NULL;

    *own_wins = true;
    for (size_t i = x->n_tags; i > 0; i--)
        if (str_eq(x->tags[i - 1].name, name) &&
            (x->tag_globs[i - 1] == NULL ||
             glob_match(x->tag_globs[i - 1], in != NULL ? in->name : STR("")))) {
            *own_wins = false;
            return val_str(x->tags[i - 1].value);
        }
    if (source < x->set->n_decls)
        t = decl_tag(x->set->decls[source], name);
    return t != NULL && t->cands.n == 0 ? val_str(t->value) : VAL_ABSENT;
}
