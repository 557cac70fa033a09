/* open.c - see open.h. Names stay unique by a table that is thrown away with the row's arena. */
#include "source/open.h"

#include "util/hash.h"

/* More fields than any real record has; what is beyond is left out, as json_flatten does. */
#define OPEN_MAX_FIELDS 16000

struct filler {
    struct batch *b;
    struct open_row *row;
    uint32_t *slots;  /* index of a field plus 1; 0: free */
    uint32_t n_slots; /* a power of two */
    bool cut;         /* something was left out */
    bool declared;    /* the record is of a declared source */
};

static void slots_grow(struct filler *f)
{
    uint32_t n = f->n_slots != 0 ? f->n_slots * 2 : 64;
    uint32_t *slots = ARENA_ARRAY(f->b->arena, uint32_t, n);

    for (uint32_t i = 0; i < f->row->n; i++) {
        struct str name = f->row->fields[i].name;
        uint32_t k = (uint32_t)hash_bytes(name.ptr, name.len, 0) & (n - 1);

        while (slots[k] != 0)
            k = (k + 1) & (n - 1);
        slots[k] = i + 1;
    }
    f->slots = slots;
    f->n_slots = n;
}

static void fields_grow(struct filler *f)
{
    struct open_row *row = f->row;
    uint32_t cap = row->cap != 0 ? row->cap * 2 : 32;
    struct open_field *fields = arena_alloc(f->b->arena, arena_array_size(cap, sizeof(*fields)));

    if (row->n > 0)
        memcpy(fields, row->fields, row->n * sizeof(*fields));
    row->fields = fields;
    row->cap = cap;
}

/* Adds the field unless the name is there. */
static bool filler_add(struct filler *f, struct str name, struct val v)
{
    struct open_row *row = f->row;

    if (row->n >= OPEN_MAX_FIELDS) {
        f->cut = true;
        return false;
    }
    if (row->n * 2 >= f->n_slots)
        slots_grow(f);
    uint32_t k = (uint32_t)hash_bytes(name.ptr, name.len, 0) & (f->n_slots - 1);

    for (; f->slots[k] != 0; k = (k + 1) & (f->n_slots - 1))
        if (str_eq(row->fields[f->slots[k] - 1].name, name))
            return true;
    if (row->n == row->cap)
        fields_grow(f);
    f->slots[k] = row->n + 1;
    row->fields[row->n++] = (struct open_field){name, v};
    return true;
}

static bool on_leaf(void *ctx, struct str name, struct val v)
{
    if (name.len == 0 || str_eqz(name, "@timestamp"))
        return true; /* @timestamp is the event time, whatever the record calls so */
    return filler_add(ctx, name, v);
}

/* The names of a LEEF or CEF header that begin with @ are ours and are no fields. */
static void fill_text(struct filler *f, struct str text, struct arena *a)
{
    struct text_event e;
    size_t n;

    text_event_parse(text, a, &e);
    n = !e.fielded ? 0 : f->declared ? e.n_own : e.n;
    for (size_t i = 0; i < n; i++)
        if (e.pairs[i].key.ptr[0] != '@' && !on_leaf(f, e.pairs[i].key, val_str(e.pairs[i].value)))
            return;
}

static void fill_record(struct filler *f, const struct record *r)
{
    struct arena *a = f->b->arena;

    if (r->shape == RECORD_JSON) {
        f->cut |= json_flatten(r->bytes, STR(""), 0, a, on_leaf, f).cut;
    } else if (r->shape == RECORD_CSV) {
        size_t n;
        struct str *cells = csv_row_split(r->bytes, r->header, a, &n);

        for (size_t i = 0; i < n; i++)
            if (!on_leaf(f, r->header->names[i], val_str(cells[i])))
                return;
    } else if (text_event_may_have_fields(r->bytes)) {
        fill_text(f, r->bytes, a);
    }
}

bool open_fill(const struct extractor *x, const struct open_source *src, const bool *applies,
               int64_t event_ns, struct batch *b, uint32_t row)
{
    const struct program *p = src->program;
    struct filler f = {
        .b = b, .row = &b->open[row], .declared = p != &x->programs[program_undeclared(x)]};
    const struct source_decl *d = p->decl;

    *f.row = (struct open_row){0};
    if (event_ns != TIME_NONE) {
        int64_t ms = event_ns / NS_PER_MS - (event_ns % NS_PER_MS < 0);

        (void)filler_add(&f, STR("@timestamp"), val_long(ms));
    }
    for (size_t t = x->n_tags; t > 0; t--)
        if (applies[t - 1])
            (void)filler_add(&f, x->tags[t - 1].name, val_str(x->tags[t - 1].value));
    for (size_t i = 0; i < src->n_records; i++)
        fill_record(&f, &src->records[i]);
    for (size_t i = 0; d != NULL && i < d->n_tags; i++)
        if (d->tags[i].cands.n == 0)
            (void)filler_add(&f, d->tags[i].name, val_str(d->tags[i].value));
    for (size_t i = 0; i < p->n_open_tags; i++) {
        struct val v =
            program_pick(p->open_tags[i].cands, p->open_tags[i].n_cands, src->vals, b->arena);

        if (!val_is_null(&v))
            (void)filler_add(&f, p->open_tags[i].name, v);
    }
    return f.cut;
}

/* ---- free text ---- */

struct search {
    bool (*fn)(void *ctx, struct str value);
    void *ctx;
    bool found;
};

/* Fields that a free-text search does not look at (CQL: free text is matched against all fields but
 * these). */
static bool is_searched(struct str name)
{
    return (name.len == 0 || name.ptr[0] != '#') && !str_eqz(name, "@id") &&
           !str_eqz(name, "@timestamp") && !str_eqz(name, "@ingesttimestamp");
}

static bool search_leaf(void *ctx, struct str name, struct val v)
{
    struct search *s = ctx;

    if (is_searched(name) && val_is_text(&v))
        s->found = s->fn(s->ctx, val_as_str(&v));
    return !s->found;
}

bool record_any_value(const struct record *r, struct arena *a,
                      bool (*fn)(void *ctx, struct str value), void *ctx)
{
    struct search s = {fn, ctx, false};

    if (fn(ctx, r->raw))
        return true;
    if (r->shape == RECORD_JSON) {
        (void)json_flatten(r->bytes, STR(""), 0, a, search_leaf, &s);
    } else if (r->shape == RECORD_CSV) {
        size_t n;
        struct str *cells = csv_row_split(r->bytes, r->header, a, &n);

        for (size_t i = 0; i < n && !s.found; i++)
            (void)search_leaf(&s, r->header->names[i], val_str(cells[i]));
    }
    return s.found;
}
