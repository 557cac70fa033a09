/* properties.c - see properties.h. Most records have no name like the one asked for, and are passed
 * over after a look at their keys as they stand. Any other is flattened, at most once, and of its
 * leaves those are kept that have a name like one of those asked for. */
#include "source/properties.h"

#include <stdlib.h>

#include "plan/plan.h"
#include "source/view.h"

/* JSON in a string in a string; see JSON_MAX_STRINGS. */
#define MAX_STRINGS JSON_MAX_STRINGS

struct leaf {
    struct str path;
    struct val v;
};

/* A custom property that is asked for. */
struct wanted {
    struct str name;
    struct str letters; /* lower case, without separators; arena */
    bool plain;         /* short, and no byte of it is written otherwise in a key */
};

struct properties {
    const struct extractor *x;
    struct arena arena;
    struct wanted *wanted; /* by place in x->names, only those of properties are set; arena */
    size_t *order;         /* places of those that are not; arena */
    size_t n_wanted;
    bool listed;
    VEC(struct leaf) leaves;
};

struct listing {
    struct properties *p;
    struct arena *arena;
    unsigned n_strings; /* levels of JSON in strings that were gone into */
};

static struct wanted make_wanted(struct str name, struct arena *a)
{
    struct wanted w = {.name = name, .plain = true};
    char *letters = arena_alloc(a, name.len);
    size_t n = 0;

    for (size_t i = 0; i < name.len; i++) {
        if (!name_separator(name.ptr[i]))
            letters[n++] = ascii_lower(name.ptr[i]);
        w.plain = w.plain && memchr("\"\\[]", name.ptr[i], 4) == NULL;
    }
    w.letters = str_of(letters, n);
    w.plain = w.plain && n < 64;
    return w;
}

struct properties *properties_new(const struct extractor *x)
{
    struct properties *p = xcalloc(1, sizeof(*p));
    struct str prefix = STR(FIELD_PROPERTY_PREFIX);

    p->x = x;
    arena_init(&p->arena, 1024);
    p->wanted = ARENA_ARRAY(&p->arena, struct wanted, x->n_names);
    p->order = ARENA_ARRAY(&p->arena, size_t, x->n_names);
    for (size_t i = 0; i < x->n_names; i++) {
        struct str name = x->names[i];

        if (!str_starts(name, prefix))
            continue;
        p->wanted[i] = make_wanted(str_of(name.ptr + prefix.len, name.len - prefix.len), &p->arena);
        p->order[p->n_wanted++] = i;
    }
    return p;
}

void properties_free(struct properties *p)
{
    if (p == NULL)
        return;
    VEC_DONE(&p->leaves);
    arena_done(&p->arena);
    free(p);
}

void properties_begin(struct properties *p)
{
    p->listed = false;
    p->leaves.n = 0;
}

/* ---- a look at the keys as they stand ----
 *
 * A path is like a name when the letters of its last keys are those of the name. Keys are read from
 * the record's end, so those inside come before those around them; `left` has a bit for each number
 * of letters of the name that may be left over for keys further out. */

struct looking {
    struct str letters;
    uint64_t left;
    bool last[256]; /* bytes that a key of interest may end with */
    bool found;     /* there may be such a path: it has to be looked at in full */
};

static void add_left(struct looking *l, size_t n)
{
    unsigned char c = n > 0 ? (unsigned char)l->letters.ptr[n - 1] : '"';

    l->left |= UINT64_C(1) << n;
    l->last[c] = true;
    if (c >= 'a' && c <= 'z')
        l->last[c - 0x20] = true;
}

static struct looking looking_for(const struct wanted *w)
{
    struct looking l = {.letters = w->letters};

    for (const char *c = " _-.]\\"; *c != '\0'; c++)
        l.last[(unsigned char)*c] = true;
    add_left(&l, w->letters.len);
    return l;
}

/* Past (backward) what does not count at the end of a path's element: see path_is_like. *starts is
 * set when an element starts within. */
static const char *skip_back(const char *lo, const char *end, bool *starts)
{
    for (;;) {
        const char *p = end;

        for (; p > lo && name_separator(p[-1]); p--)
            *starts |= p[-1] == '.';
        if (p - lo >= 3 && p[-1] == ']') {
            const char *digits = p - 1;

            while (digits > lo && ascii_is_digit(digits[-1]))
                digits--;
            if (digits > lo && digits < p - 1 && digits[-1] == '[') {
                p = digits - 1;
                *starts = true;
            }
        }
        if (p == end)
            return p;
        end = p;
    }
}

/* The key that ends at `end`, with `left` letters of the name to come. In doubt (an escape) it is
 * found. */
static void match_key(struct looking *l, const char *lo, const char *end, size_t left)
{
    bool matched = false;

    for (size_t k = left;; k--) {
        bool starts = false;
        const char *p = skip_back(lo, end, &starts);
        bool at_start = p == lo || p[-1] == '"';

        if (k == 0) {
            l->found |= starts || at_start;
            return;
        }
        if (at_start) {
            if (matched)
                add_left(l, k);
            l->found |= p - lo > 1 && p[-2] == '\\' && !matched;
            return;
        }
        if (p[-1] == '\\' || ascii_lower(p[-1]) != l->letters.ptr[k - 1]) {
            l->found |= p[-1] == '\\' || (p - lo > 1 && p[-2] == '\\');
            return;
        }
        matched = true;
        end = p - 1;
    }
}

static void look_at_key(struct looking *l, const char *lo, const char *end)
{
    if (end == lo || (!l->last[(unsigned char)end[-1]] && !(end - lo > 1 && end[-2] == '\\')))
        return;
    for (uint64_t left = l->left; left != 0 && !l->found; left &= left - 1)
        match_key(l, lo, end, (size_t)__builtin_ctzll(left));
}

/* Back over blanks, also those of JSON in a string, where they may be escapes. */
static const char *blanks_back(const char *lo, const char *p)
{
    for (;;) {
        if (p > lo && ascii_is_space(p[-1]))
            p--;
        else if (p - lo > 1 && p[-2] == '\\' && memchr("nrt", p[-1], 3) != NULL)
            p -= 2;
        else
            return p;
    }
}

/* A key is what stands before `":`, in whatever depth of strings. */
static void look_at_json(struct looking *l, struct str bytes)
{
    const char *lo = bytes.ptr;
    const char *p = bytes.ptr + bytes.len;

    while (!l->found && (p = memrchr(lo, ':', (size_t)(p - lo))) != NULL) {
        const char *key = blanks_back(lo, p);

        if (key == lo || key[-1] != '"')
            continue;
        while (key > lo && (key[-1] == '"' || key[-1] == '\\'))
            key--;
        look_at_key(l, lo, key);
    }
}

static bool has_unicode_escape(struct str s)
{
    const char *end = s.ptr + s.len;

    for (const char *p = s.ptr; (p = memchr(p, '\\', (size_t)(end - p))) != NULL; p++) {
        if (p + 1 < end && p[1] == 'u')
            return true;
    }
    return false;
}

static bool record_may_have(const struct record *r, const struct wanted *w)
{
    struct looking l;

    if (!w->plain || r->shape == RECORD_TEXT)
        return true;
    l = looking_for(w);
    look_at_json(&l, r->bytes);
    for (size_t i = 0; r->shape == RECORD_CSV && i < r->header->n; i++)
        look_at_key(&l, r->header->names[i].ptr, r->header->names[i].ptr + r->header->names[i].len);
    return l.found || has_unicode_escape(r->bytes);
}

/* ---- all leaves ---- */

static bool is_wanted(void *ctx, struct str path)
{
    const struct listing *l = ctx;
    const struct properties *p = l->p;
    char last = path.len > 0 ? ascii_lower(path.ptr[path.len - 1]) : '\0';
    bool counts = path.len > 0 && last != ']' && !name_separator(last);

    for (size_t i = 0; i < p->n_wanted; i++) {
        const struct wanted *w = &p->wanted[p->order[i]];

        if (counts && w->letters.len > 0 && w->letters.ptr[w->letters.len - 1] != last)
            continue;
        if (path_is_like(path, w->name) != PATH_UNLIKE)
            return true;
    }
    return false;
}

static bool add_leaf(void *ctx, struct str path, struct val v)
{
    struct listing *l = ctx;
    struct str text = val_is_text(&v) ? str_trim(val_as_str(&v)) : STR_NONE;

    if (l->p->leaves.n >= JSON_MAX_FIELDS)
        return false;
    if (is_wanted(l, path))
        VEC_PUSH(&l->p->leaves, ((struct leaf){path, v}));
    if (v.kind == KIND_TEXT && text.len > 1 && (text.ptr[0] == '{' || text.ptr[0] == '[') &&
        l->n_strings < MAX_STRINGS) {
        struct listing inner = {l->p, l->arena, l->n_strings + 1};
        struct str prefix =
            text.ptr[0] == '{' ? arena_printf(l->arena, "%.*s.", STR_ARG(path)) : path;

        (void)json_flatten_picked(text, prefix, 0, l->arena, is_wanted, add_leaf, &inner);
    }
    return true;
}

static void list_record(struct listing *l, const struct record *r)
{
    if (r->shape == RECORD_JSON) {
        (void)json_flatten_picked(r->bytes, STR(""), 0, l->arena, is_wanted, add_leaf, l);
    } else if (r->shape == RECORD_CSV) {
        size_t n;
        struct str *cells = csv_row_split(r->bytes, r->header, l->arena, &n);

        for (size_t i = 0; i < n; i++)
            (void)add_leaf(l, r->header->names[i], val_str(cells[i]));
    } else {
        struct text_event event;

        text_event_parse(r->bytes, l->arena, &event);
        for (size_t i = 0; i < event.n; i++)
            (void)add_leaf(l, event.pairs[i].key, val_str(event.pairs[i].value));
    }
}

struct val properties_find(struct properties *p, const struct open_source *src, size_t name,
                           struct arena *a)
{
    const struct wanted *wanted = &p->wanted[name];
    struct val found = VAL_ABSENT;
    bool several = false;
    bool may = p->listed;

    for (size_t i = 0; i < src->n_records && !may; i++)
        may = record_may_have(&src->records[i], wanted);
    if (!may)
        return VAL_ABSENT;
    if (!p->listed) {
        struct listing l = {p, a, 0};

        for (size_t i = 0; i < src->n_records; i++)
            list_record(&l, &src->records[i]);
        p->listed = true;
    }
    for (size_t i = 0; i < p->leaves.n; i++) {
        const struct leaf *leaf = &p->leaves.items[i];
        enum path_likeness like = path_is_like(leaf->path, wanted->name);

        if (like == PATH_LIKE)
            return leaf->v;
        if (like != PATH_ENDS_LIKE)
            continue;
        if (found.kind == KIND_ABSENT)
            found = leaf->v;
        else
            several = several || !str_eq(val_as_str(&found), val_as_str(&leaf->v));
    }
    return several ? VAL_ABSENT : found;
}
