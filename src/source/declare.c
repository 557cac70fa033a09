/* declare.c - a declaration file to declarations; see declare.h. The pieces are read by
 * declare_parts.c; here they are put together: file level, then shape by shape. */
#include "source/declare.h"

#include "source/declare_parts.h"

/* Bounds against hostile folders. */
#define DECLARE_MAX_SHAPES   64
#define DECLARE_MAX_PREFIXES 16

static enum lanner_rc read_time(struct declare_ctx *c, const struct yaml_node *map,
                                struct source_decl *d, struct lanner_err *err)
{
    static const char *const keys[] = {"happened", "emitted", NULL};
    const struct yaml_node *node = yaml_get(map, "time");

    if (node == NULL)
        return LANNER_OK;
    TRY(yaml_expect(node, YAML_MAPPING, err));
    TRY(yaml_only_keys(node, keys, err));
    d->happened = d->emitted = (struct source_cands){NULL, 0};
    TRY(declare_cands(c, node, "happened", &d->happened, err));
    TRY(declare_cands(c, node, "emitted", &d->emitted, err));
    return LANNER_OK;
}

/* What file level and shapes have in common. */
static enum lanner_rc read_common(struct declare_ctx *c, const struct yaml_node *map,
                                  struct source_decl *d, struct lanner_err *err)
{
    struct str title = STR_NONE;

    TRY(yaml_get_str(map, "title", &title, err));
    if (title.ptr != NULL)
        d->title = title;
    TRY(yaml_get_long(map, "order", &d->order, err));
    TRY(declare_recognise(c, map, d, err));
    TRY(read_time(c, map, d, err));
    TRY(declare_cands(c, map, "id", &d->id, err));
    TRY(declare_fields(c, map, d, err));
    TRY(declare_tags(c, map, d, err));
    return declare_qradar(c, map, d, err);
}

static const struct source_decl *shape_named(const struct source_decl *decls, size_t n,
                                             struct str shape)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(decls[i].shape, shape))
            return &decls[i];
    return NULL;
}

static size_t cands_append(struct source_cand *dst, size_t n, const struct source_cands *src,
                           struct str prefix, struct arena *a)
{
    for (size_t i = 0; i < src->n; i++) {
        struct source_cand cand = src->items[i];
        bool seen = false;

        if (prefix.len > 0)
            cand.path = arena_printf(a, "%.*s%.*s", STR_ARG(prefix), STR_ARG(cand.path));
        for (size_t k = 0; k < n; k++)
            seen = seen || (str_eq(dst[k].path, cand.path) && dst[k].transform == cand.transform &&
                            dst[k].map == cand.map);
        if (!seen)
            dst[n++] = cand;
    }
    return n;
}

/* A shape that is another shape's record under other prefixes. */
struct likeness {
    const struct str *prefixes;
    size_t n_prefixes;
    const struct source_decl *shapes[DECLARE_MAX_SHAPES];
    size_t n_shapes;
};

typedef const struct source_cands *cands_of(const struct source_decl *d, struct str name);

/* The candidates of a field (or of the id) in all shapes it is like, under each prefix. False when
 * there are too many. */
static bool likeness_cands(const struct likeness *l, cands_of *get, struct str name,
                           struct arena *a, struct source_cands *out)
{
    struct source_cand *items;
    size_t cap = 0, n = 0;

    for (size_t s = 0; s < l->n_shapes; s++) {
        const struct source_cands *c = get(l->shapes[s], name);
        cap += c != NULL ? c->n * l->n_prefixes : 0;
    }
    if (cap > DECLARE_MAX_CANDS)
        return false;
    items = ARENA_ARRAY(a, struct source_cand, cap);
    for (size_t p = 0; p < l->n_prefixes; p++)
        for (size_t s = 0; s < l->n_shapes; s++) {
            const struct source_cands *c = get(l->shapes[s], name);
            if (c != NULL)
                n = cands_append(items, n, c, l->prefixes[p], a);
        }
    *out = (struct source_cands){items, n};
    return true;
}

static const struct source_cands *get_field(const struct source_decl *d, struct str name)
{
    const struct source_field *f = decl_field(d, name);
    return f != NULL ? &f->cands : NULL;
}

static const struct source_cands *get_happened(const struct source_decl *d, struct str name)
{
    (void)name;
    return &d->happened;
}

static const struct source_cands *get_emitted(const struct source_decl *d, struct str name)
{
    (void)name;
    return &d->emitted;
}

static const struct source_cands *get_id(const struct source_decl *d, struct str name)
{
    (void)name;
    return &d->id;
}

static bool has_field(const struct source_field *fields, size_t n, struct str name)
{
    for (size_t i = 0; i < n; i++)
        if (str_eq(fields[i].name, name))
            return true;
    return false;
}

static bool likeness_fields(const struct likeness *l, struct source_decl *d, struct arena *a)
{
    size_t cap = d->n_fields, n = d->n_fields;
    struct source_field *fields;

    for (size_t s = 0; s < l->n_shapes; s++)
        cap += l->shapes[s]->n_fields;
    fields = ARENA_ARRAY(a, struct source_field, cap);
    if (d->n_fields > 0)
        memcpy(fields, d->fields, d->n_fields * sizeof(*fields));
    for (size_t s = 0; s < l->n_shapes; s++)
        for (size_t f = 0; f < l->shapes[s]->n_fields; f++) {
            struct str name = l->shapes[s]->fields[f].name;

            if (has_field(fields, n, name))
                continue;
            fields[n].name = name;
            if (n >= DECLARE_MAX_FIELDS || !likeness_cands(l, get_field, name, a, &fields[n].cands))
                return false;
            n++;
        }
    d->fields = fields;
    d->n_fields = n;
    return true;
}

static bool likeness_apply(const struct likeness *l, struct source_decl *d, struct arena *a)
{
    return likeness_fields(l, d, a) &&
           (d->happened.n > 0 || likeness_cands(l, get_happened, STR_NONE, a, &d->happened)) &&
           (d->emitted.n > 0 || likeness_cands(l, get_emitted, STR_NONE, a, &d->emitted)) &&
           (d->id.n > 0 || likeness_cands(l, get_id, STR_NONE, a, &d->id));
}

static enum lanner_rc read_like(struct declare_ctx *c, const struct yaml_node *node,
                                const struct source_decl *before, size_t n_before,
                                struct source_decl *d, struct lanner_err *err)
{
    static const struct str no_prefix = STR_INIT("");
    struct likeness l = {&no_prefix, 1, {NULL}, 0};
    const struct str *like = NULL;
    size_t n_like = 0;

    TRY(declare_texts(c, node, "like", &like, &n_like, err));
    TRY(declare_texts(c, node, "prefixes", &l.prefixes, &l.n_prefixes, err));
    if (n_like == 0)
        return LANNER_OK;
    if (n_like > DECLARE_MAX_SHAPES || l.n_prefixes > DECLARE_MAX_PREFIXES)
        return yaml_error(node, err, "too many shapes or prefixes");
    for (size_t i = 0; i < n_like; i++) {
        l.shapes[i] = shape_named(before, n_before, like[i]);
        if (l.shapes[i] == NULL)
            return yaml_error(node, err, "no shape named '%.*s' above", STR_ARG(like[i]));
    }
    l.n_shapes = n_like;
    if (!likeness_apply(&l, d, c->arena))
        return yaml_error(node, err, "more than %d fields or %d places of one field",
                          DECLARE_MAX_FIELDS, DECLARE_MAX_CANDS);
    return LANNER_OK;
}

static enum lanner_rc read_shape(struct declare_ctx *c, const struct yaml_node *node,
                                 const struct source_decl *before, size_t n_before,
                                 struct source_decl *d, struct lanner_err *err)
{
    static const char *const keys[] = {"shape",  "title", "order",  "recognise", "time",     "id",
                                       "fields", "tags",  "qradar", "like",      "prefixes", NULL};

    TRY(yaml_expect(node, YAML_MAPPING, err));
    TRY(yaml_only_keys(node, keys, err));
    TRY(yaml_need_str(node, "shape", &d->shape, err));
    if (shape_named(before, n_before, d->shape) != NULL)
        return yaml_error(node, err, "two shapes named '%.*s'", STR_ARG(d->shape));
    d->label = arena_printf(c->arena, "%.*s/%.*s", STR_ARG(d->name), STR_ARG(d->shape));
    TRY(read_common(c, node, d, err));
    TRY(read_like(c, node, before, n_before, d, err));
    if (d->n_alts == 0)
        return yaml_error(node, err, "a shape needs recognise");
    return LANNER_OK;
}

static enum lanner_rc read_shapes(struct declare_ctx *c, const struct yaml_node *shapes,
                                  const struct source_decl *base, struct source_decls *out,
                                  struct lanner_err *err)
{
    TRY(yaml_expect(shapes, YAML_SEQUENCE, err));
    if (shapes->n == 0 || shapes->n > DECLARE_MAX_SHAPES)
        return yaml_error(shapes, err, "expected 1 to %d shapes", DECLARE_MAX_SHAPES);
    struct source_decl *decls = ARENA_ARRAY(c->arena, struct source_decl, shapes->n);

    for (size_t i = 0; i < shapes->n; i++) {
        decls[i] = *base;
        TRY(read_shape(c, shapes->items[i], decls, i, &decls[i], err));
    }
    *out = (struct source_decls){decls, shapes->n};
    return LANNER_OK;
}

/* A file without shapes: one declaration, a wrapper or the fallback. */
static enum lanner_rc read_single(struct declare_ctx *c, const struct yaml_node *file,
                                  struct source_decl *base, struct source_decls *out,
                                  struct lanner_err *err)
{
    size_t kinds = 0;

    TRY(declare_texts(c, file, "wraps", &base->wraps, &base->n_wraps, err));
    TRY(yaml_get_bool(file, "fallback", &base->fallback, err));
    TRY(yaml_get_bool(file, "raw_inner", &base->raw_inner, err));
    kinds = (size_t)(base->n_alts > 0) + (size_t)(base->n_wraps > 0) + (size_t)base->fallback;
    if (kinds != 1)
        return yaml_error(file, err, "expected one of recognise, shapes, wraps and fallback");
    struct source_decl *d = ARENA_NEW(c->arena, struct source_decl);

    *d = *base;
    d->label = d->name;
    *out = (struct source_decls){d, 1};
    return LANNER_OK;
}

static enum lanner_rc load(struct arena *a, const char *file, struct str text,
                           struct source_decls *out, struct lanner_err *err)
{
    static const char *const keys[] = {"name",  "title",    "order",     "recognise", "time",
                                       "id",    "fields",   "tags",      "qradar",    "maps",
                                       "wraps", "fallback", "raw_inner", "shapes",    NULL};
    struct declare_ctx c = {.arena = a};
    struct source_decl base = {.order = 1000};
    struct yaml_node *root;

    TRY(yaml_parse(a, file, text, &root, err));
    TRY(yaml_expect(root, YAML_MAPPING, err));
    TRY(yaml_only_keys(root, keys, err));
    TRY(yaml_need_str(root, "name", &base.name, err));
    if (base.name.len == 0)
        return yaml_error(root, err, "the name is empty");
    base.title = base.name;
    TRY(declare_maps(&c, root, err));
    TRY(read_common(&c, root, &base, err));

    const struct yaml_node *shapes = yaml_get(root, "shapes");

    if (shapes != NULL)
        return read_shapes(&c, shapes, &base, out, err);
    return read_single(&c, root, &base, out, err);
}

enum lanner_rc declare_load(struct arena *a, const char *file, struct str text,
                            struct source_decls *out, struct lanner_err *err)
{
    enum lanner_rc rc = load(a, file, text, out, err);

    /* The place stands in the message: that of an error is in the query. */
    if (rc != LANNER_OK && err != NULL)
        err->line = err->column = err->length = 0;
    return rc;
}

void declare_sort(struct source_decl *decls, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        struct source_decl d = decls[i];
        size_t k = i;

        while (k > 0 && decls[k - 1].order > d.order) {
            decls[k] = decls[k - 1];
            k--;
        }
        decls[k] = d;
    }
}

const struct source_field *decl_field(const struct source_decl *d, struct str name)
{
    for (size_t i = 0; i < d->n_fields; i++)
        if (str_eq(d->fields[i].name, name))
            return &d->fields[i];
    return NULL;
}

const struct source_tag_def *decl_tag(const struct source_decl *d, struct str name)
{
    for (size_t i = 0; i < d->n_tags; i++)
        if (str_eq(d->tags[i].name, name))
            return &d->tags[i];
    return NULL;
}
