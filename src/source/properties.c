/* properties.c - see properties.h. The record is flattened at most once, and only when some
 * property was not found by its name. */
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

struct properties {
    const struct extractor *x;
    bool listed;
    VEC(struct leaf) leaves;
};

struct listing {
    struct properties *p;
    struct arena *arena;
    unsigned n_strings; /* levels of JSON in strings that were gone into */
};

struct properties *properties_new(const struct extractor *x)
{
    struct properties *p = xcalloc(1, sizeof(*p));

    p->x = x;
    return p;
}

void properties_free(struct properties *p)
{
    if (p == NULL)
        return;
    VEC_DONE(&p->leaves);
    free(p);
}

void properties_begin(struct properties *p)
{
    p->listed = false;
    p->leaves.n = 0;
}

static bool add_leaf(void *ctx, struct str path, struct val v)
{
    struct listing *l = ctx;
    struct str text = val_is_text(&v) ? str_trim(val_as_str(&v)) : STR_NONE;

    if (l->p->leaves.n >= JSON_MAX_FIELDS)
        return false;
    VEC_PUSH(&l->p->leaves, ((struct leaf){path, v}));
    if (v.kind == KIND_TEXT && text.len > 1 && (text.ptr[0] == '{' || text.ptr[0] == '[') &&
        l->n_strings < MAX_STRINGS) {
        struct listing inner = {l->p, l->arena, l->n_strings + 1};
        struct str prefix =
            text.ptr[0] == '{' ? arena_printf(l->arena, "%.*s.", STR_ARG(path)) : path;

        (void)json_flatten(text, prefix, 0, l->arena, add_leaf, &inner);
    }
    return true;
}

static void list_record(struct listing *l, const struct record *r)
{
    if (r->shape == RECORD_JSON) {
        (void)json_flatten(r->bytes, STR(""), 0, l->arena, add_leaf, l);
    } else if (r->shape == RECORD_CSV) {
        size_t n;
        struct str *cells = csv_split(r->bytes, r->header->delimiter, l->arena, r->header->n, &n);

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
    struct str prefix = STR(FIELD_PROPERTY_PREFIX);
    struct str wanted = p->x->names[name];
    struct val found = VAL_ABSENT;
    bool several = false;

    if (!p->listed) {
        struct listing l = {p, a, 0};

        for (size_t i = 0; i < src->n_records; i++)
            list_record(&l, &src->records[i]);
        p->listed = true;
    }
    wanted = str_of(wanted.ptr + prefix.len, wanted.len - prefix.len);
    for (size_t i = 0; i < p->leaves.n; i++) {
        const struct leaf *leaf = &p->leaves.items[i];
        enum path_likeness like = path_is_like(leaf->path, wanted);

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
