/* literals.c - what must stand in the bytes of a record for a field to hold a text.
 *
 * Sound for every record, whatever its source and shape: in doubt nothing is concluded. The keys of
 * recognition are no help, for in CSV and in answers with columns apart they stand in no record. */
#include "plan/plan.h"
#include "source/program.h"
#include "source/view.h"

/* A piece of a value that selects better than a key which stands in every record. */
#define VALUE_MIN_LEN 3
/* Shorter ones stand everywhere and only cost time. */
#define LITERAL_MIN_LEN 2

static bool is_letter_unlike_itself(unsigned char c)
{
    /* U+212A and U+017F fold to k and s; other letters outside ASCII have cases of their own. */
    return c == 'k' || c == 'K' || c == 's' || c == 'S' || c >= 0x80;
}

/* Where the value comes from that the literal is looked for in. */
enum literal_place {
    PLACE_FIELD, /* a value of the record, as CQL reads it */
    PLACE_EVENT, /* the same, or an attribute of a LEEF or CEF event, where = and | are escaped */
    PLACE_WHOLE  /* the record's text, which may have lost the blanks between JSON tokens */
};

/* Bytes that stand in a record as they stand in a value. */
static bool is_plain(unsigned char c, bool ignore_case, enum literal_place place)
{
    if (c < 0x20 || c == 0x7f || c == '"' || c == '\\' || c == '/')
        return false;
    if (place == PLACE_WHOLE && memchr(":,{}[] ", c, 7) != NULL)
        return false;
    if (place == PLACE_EVENT && (c == '=' || c == '|'))
        return false;
    return !ignore_case || !is_letter_unlike_itself(c);
}

/* Whether the piece that ends at `end` is (the end of) a JSON key: `errorCode":`. */
static bool is_key(struct str text, size_t end)
{
    if (end >= text.len || text.ptr[end] != '"')
        return false;
    for (end++; end < text.len && ascii_is_space(text.ptr[end]); end++)
        ;
    return end < text.len && text.ptr[end] == ':';
}

/* The longest plain piece, too short ones as STR_NONE. Of a whole record's text a piece of a value
 * goes before any key. */
static struct str longest_piece(struct str text, bool ignore_case, enum literal_place place)
{
    struct str best = STR_NONE, best_value = STR_NONE;
    size_t start = 0;

    for (size_t i = 0; i <= text.len; i++) {
        struct str piece = str_of(text.ptr + start, i - start);

        if (i < text.len && is_plain((unsigned char)text.ptr[i], ignore_case, place))
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

static void list_add(struct literal_list *l, struct literal item, struct arena *a)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->items[i].icase == item.icase && str_eq(l->items[i].text, item.text))
            return;
    if (l->n == l->cap) {
        size_t cap = l->cap != 0 ? l->cap * 2 : 8;
        struct literal *items = ARENA_ARRAY(a, struct literal, cap);

        if (l->n > 0)
            memcpy(items, l->items, l->n * sizeof(*items));
        l->items = items;
        l->cap = cap;
    }
    item.text = arena_str(a, item.text);
    l->items[l->n++] = item;
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
        piece = longest_piece(map->pairs[i].from, false, PLACE_FIELD);
        if (piece.ptr == NULL)
            return false;
        list_add(q->out, (struct literal){piece, false}, q->arena);
    }
    return true;
}

static bool cands_literals(const struct source_cands *cands, struct asked *q)
{
    for (size_t i = 0; i < cands->n; i++) {
        const struct source_cand *c = &cands->items[i];

        if (c->transform == TRANSFORM_MAP) {
            if (!map_literals(c->map, q))
                return false;
        } else if (!transform_keeps_bytes(c->transform)) {
            return false;
        }
    }
    return true;
}

/* What a declaration adds to the field besides the record's own. */
static bool decl_literals(const struct source_decl *d, struct str name, struct asked *q)
{
    const struct source_field *f = decl_field(d, name);
    const struct source_tag_def *t = decl_tag(d, name);

    if (f != NULL && !cands_literals(&f->cands, q))
        return false;
    if (t == NULL)
        return true;
    return t->cands.n > 0 ? cands_literals(&t->cands, q) : !may_contain(t->value, q);
}

/* A field of the event, as a declaration's qradar block names it. */
static bool field_literals(const struct source_decl *d, const struct source_cand *c,
                           struct asked *q)
{
    const struct source_field *f = decl_field(d, c->path);
    struct source_cands own = {c, 1};

    /* Both transforms may apply: what keeps bytes does so after any other that does. */
    return cands_literals(&own, q) && (f == NULL || cands_literals(&f->cands, q));
}

static bool fields_literals(const struct source_decl *d, const struct source_cands *cands,
                            struct asked *q)
{
    for (size_t i = 0; i < cands->n; i++)
        if (!field_literals(d, &cands->items[i], q))
            return false;
    return true;
}

/* What one declaration gives for a field of QRadar's view that is text. */
static bool view_literals(const struct source_set *s, const struct source_decl *d, struct str field,
                          struct asked *q)
{
    const struct source_name *name = view_name(view_names_of(s, d), field);

    if (name == NULL)
        return true; /* absent, or the record's own column */
    return name->n_rules == 0 && fields_literals(d, &name->cands, q);
}

/* What one declaration gives for a custom property besides the record's own. */
static bool property_literals(const struct source_decl *d, struct str name, struct asked *q)
{
    for (size_t i = 0; i < d->qradar.n_properties; i++)
        if (name_is_like(d->qradar.properties[i].name, name) &&
            !fields_literals(d, &d->qradar.properties[i].cands, q))
            return false;
    for (size_t i = 0; i < d->n_fields; i++)
        if (name_is_like(d->fields[i].name, name) && !cands_literals(&d->fields[i].cands, q))
            return false;
    return true;
}

/* Names whose values stand in no record. */
static bool is_made(struct str name)
{
    return str_eqz(name, "@timestamp") || str_eqz(name, "@timestamp.nanos") ||
           str_eqz(name, "@id") || str_eqz(name, "@timezone");
}

static bool strip(struct str name, struct str prefix, struct str *rest)
{
    if (!str_starts(name, prefix))
        return false;
    *rest = str_of(name.ptr + prefix.len, name.len - prefix.len);
    return true;
}

static bool program_literals(const struct extractor *x, const struct source_decl *d,
                             struct str name, struct asked *q)
{
    struct str rest;

    if (strip(name, STR(FIELD_QRADAR_PREFIX), &rest))
        return view_literals(x->set, d, rest, q);
    if (strip(name, STR(FIELD_PROPERTY_PREFIX), &rest))
        return property_literals(d, rest, q);
    return decl_literals(d, name, q);
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

        *place = kind == VIEW_PAYLOAD ? PLACE_WHOLE : PLACE_EVENT;
        return kind == VIEW_PAYLOAD || kind == VIEW_TEXT || kind == VIEW_HOST;
    } else if (str_starts(name, STR(FIELD_PROPERTY_PREFIX))) {
        *place = PLACE_EVENT;
    }
    return !is_made(name);
}

bool source_literals(const struct extractor *x, struct str name, struct str literal,
                     bool ignore_case, struct literal_list *out, struct arena *a)
{
    struct asked q = {.literal = literal, .ignore_case = ignore_case, .out = out, .arena = a};
    enum literal_place place;
    struct str piece;
    size_t n_before = out->n;

    if (!place_of_name(name, &place))
        return false;
    piece = longest_piece(literal, ignore_case, place);
    if (piece.ptr == NULL)
        return false;
    list_add(out, (struct literal){piece, ignore_case}, a);
    if (place == PLACE_WHOLE)
        return true;
    for (size_t t = 0; t < x->n_tags; t++)
        if (str_eq(x->tags[t].name, name) && may_contain(x->tags[t].value, &q))
            goto nothing;
    for (size_t i = 0; i < x->n_programs; i++)
        if (x->programs[i].decl != NULL && !program_literals(x, x->programs[i].decl, name, &q))
            goto nothing;
    return true;
nothing:
    out->n = n_before;
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
