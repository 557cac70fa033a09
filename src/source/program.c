/* program.c - names to slots: building the programs of an extractor. */
#include "source/program.h"

#include <stdlib.h>

#include "plan/plan.h"
#include "source/builder.h"
#include "source/view.h"

uint32_t builder_slot(struct builder *b, struct str path, unsigned flags)
{
    size_t slot;

    buf_clear(&b->key);
    buf_putc(&b->key, (char)('0' + flags));
    buf_put_str(&b->key, path);
    slot = strmap_get(&b->slots, buf_str(&b->key));
    if (slot == SIZE_MAX) {
        slot = b->paths.n;
        strmap_put(&b->slots, buf_str(&b->key), slot);
        VEC_PUSH(&b->paths, ((struct json_path){path, flags}));
    }
    if (b->in_text)
        VEC_PUSH(&b->text_slots, (uint32_t)slot);
    if (b->in_values)
        VEC_PUSH(&b->value_slots, (uint32_t)slot);
    return (uint32_t)slot;
}

struct want_cand builder_cand(struct builder *b, const struct source_cand *c)
{
    return (struct want_cand){builder_slot(b, c->path, JSON_PATH_DECLARED), c->transform, c->map};
}

struct want_cand *builder_cands(struct builder *b, const struct source_cands *first,
                                const struct source_cands *second, size_t *n)
{
    size_t n_second = second != NULL ? second->n : 0;
    struct want_cand *out = ARENA_ARRAY(b->arena, struct want_cand, first->n + n_second);

    for (size_t i = 0; i < first->n; i++)
        out[i] = builder_cand(b, &first->items[i]);
    for (size_t i = 0; i < n_second; i++)
        out[first->n + i] = builder_cand(b, &second->items[i]);
    *n = first->n + n_second;
    return out;
}

static bool without_prefix(struct str name, struct str prefix, struct str *rest)
{
    if (!str_starts(name, prefix))
        return false;
    *rest = str_of(name.ptr + prefix.len, name.len - prefix.len);
    return true;
}

static enum want_kind kind_of_name(struct str name)
{
    static const struct {
        const char *name;
        enum want_kind kind;
    } special[] = {
        {"@timestamp", WANT_TIMESTAMP}, {"@timestamp.nanos", WANT_NANOS},
        {"@rawstring", WANT_RAW},       {"@id", WANT_ID},
        {"@timezone", WANT_ZONE},       {FIELD_SOURCE_NAME, WANT_SOURCE},
    };

    struct str rest;

    for (size_t i = 0; i < ARRAY_LEN(special); i++)
        if (str_eqz(name, special[i].name))
            return special[i].kind;
    if (without_prefix(name, STR(FIELD_QRADAR_PREFIX), &rest))
        return WANT_VIEW;
    if (without_prefix(name, STR(FIELD_PROPERTY_PREFIX), &rest))
        return WANT_PROPERTY;
    return name.len > 1 && name.ptr[0] == '#' ? WANT_TAG : WANT_FIELD;
}

/* A wrapper's own field counts for a property only in its exact spelling: the record inside may
 * have the name itself. */
static void bind_qradar(struct builder *b, struct str name, struct want *w)
{
    struct str rest = STR_NONE;

    b->in_text = true;
    if (without_prefix(name, STR(FIELD_QRADAR_PREFIX), &rest)) {
        w->view = view_bind(b, rest);
    } else if (without_prefix(name, STR(FIELD_PROPERTY_PREFIX), &rest) && rest.len > 0) {
        w->own = builder_slot(b, rest, b->wrapper ? 0 : JSON_PATH_DECLARED);
        w->cands = property_bind(b, rest, &w->n_cands);
    }
    b->in_text = false;
}

static void bind_want(struct builder *b, const struct source_decl *d, struct str name,
                      struct want *w)
{
    w->kind = kind_of_name(name);
    w->own = w->untagged = SLOT_NONE;
    if (name.len == 0 || w->kind == WANT_TIMESTAMP || w->kind == WANT_SOURCE)
        return;
    if (w->kind >= WANT_PROPERTY) {
        bind_qradar(b, name, w);
        return;
    }
    w->own = builder_slot(b, name, 0);
    if (w->kind == WANT_TAG) {
        const struct source_tag_def *tag = d != NULL ? decl_tag(d, name) : NULL;

        w->untagged = builder_slot(b, str_of(name.ptr + 1, name.len - 1), 0);
        if (tag != NULL && tag->cands.n == 0)
            w->fixed = tag->value;
        else if (tag != NULL)
            w->cands = builder_cands(b, &tag->cands, NULL, &w->n_cands);
    } else if (w->kind == WANT_FIELD && d != NULL) {
        const struct source_field *f = decl_field(d, name);

        if (f != NULL)
            w->cands = builder_cands(b, &f->cands, NULL, &w->n_cands);
    }
}

static unsigned cond_flags(const struct source_cond *c)
{
    return JSON_PATH_DECLARED | (c->kind == COND_EQUALS ? 0u : (unsigned)JSON_PATH_PRESENCE);
}

static size_t bind_alt(struct builder *b, const struct source_alt *alt, size_t decl,
                       struct bound_cond *out, size_t at)
{
    size_t next = at + alt->n_conds;

    for (size_t c = 0; c < alt->n_conds; c++) {
        struct bound_cond *bound = &out[at + c];

        bound->cond = &alt->conds[c];
        bound->slot = builder_slot(b, bound->cond->path, cond_flags(bound->cond));
        bound->decl = (uint32_t)decl;
        bound->next = (uint32_t)next;
        bound->last = c + 1 == alt->n_conds;
    }
    return next;
}

/* Conditions of the declarations 0 to n - 1. */
static void bind_recognition(struct builder *b, struct program *p, size_t n)
{
    const struct source_set *set = b->x->set;
    size_t n_conds = 0;

    for (size_t i = 0; i < n; i++)
        for (size_t a = 0; a < set->decls[i]->n_alts; a++)
            n_conds += set->decls[i]->alts[a].n_conds;
    p->n_recognised = n;
    p->conds = ARENA_ARRAY(b->arena, struct bound_cond, n_conds);
    for (size_t i = 0; i < n; i++)
        for (size_t a = 0; a < set->decls[i]->n_alts; a++)
            p->n_conds = bind_alt(b, &set->decls[i]->alts[a], i, p->conds, p->n_conds);
}

static void bind_wraps(struct builder *b, struct program *p)
{
    const struct source_set *set = b->x->set;

    for (size_t i = 0; i < set->n_wrappers; i++)
        p->n_wraps += set->wrappers[i]->n_wraps;
    p->wrap_slots = ARENA_ARRAY(b->arena, uint32_t, p->n_wraps);
    for (size_t i = 0, k = 0; i < set->n_wrappers; i++)
        for (size_t j = 0; j < set->wrappers[i]->n_wraps; j++)
            p->wrap_slots[k++] =
                builder_slot(b, set->wrappers[i]->wraps[j], JSON_PATH_DECLARED | JSON_PATH_SUBTREE);
}

static void bind_open_tags(struct builder *b, const struct source_decl *d, struct program *p)
{
    p->open_tags = ARENA_ARRAY(b->arena, struct open_tag, d->n_tags);
    for (size_t i = 0; i < d->n_tags; i++)
        if (d->tags[i].cands.n > 0) {
            struct open_tag *t = &p->open_tags[p->n_open_tags++];

            t->name = d->tags[i].name;
            t->cands = builder_cands(b, &d->tags[i].cands, NULL, &t->n_cands);
        }
}

/* The program of declaration d (NULL: none), which tells the first n_recognised declarations. */
static enum lanner_rc program_build(struct extractor *x, bool emitted_time,
                                    const struct source_decl *d, size_t n_recognised,
                                    struct program *p, struct lanner_err *err)
{
    struct builder b = {
        .arena = &x->arena, .x = x, .decl = d, .wrapper = d != NULL && d->n_wraps > 0};
    enum lanner_rc rc;

    strmap_init(&b.slots);
    p->decl = d;
    bind_recognition(&b, p, n_recognised);
    bind_wraps(&b, p);
    b.in_values = true;
    if (d != NULL) {
        const struct source_cands *first = emitted_time ? &d->emitted : &d->happened;
        const struct source_cands *second = emitted_time ? &d->happened : &d->emitted;

        p->times = builder_cands(&b, first, second, &p->n_times);
        if (x->want_id)
            p->ids = builder_cands(&b, &d->id, NULL, &p->n_ids);
        if (x->open)
            bind_open_tags(&b, d, p);
    }
    p->wants = ARENA_ARRAY(&x->arena, struct want, x->n_names);
    for (size_t i = 0; i < x->n_names; i++)
        bind_want(&b, d, x->names[i], &p->wants[i]);
    p->n_slots = b.paths.n;
    p->paths = ARENA_ARRAY(&x->arena, struct json_path, p->n_slots);
    if (p->n_slots > 0)
        memcpy(p->paths, b.paths.items, p->n_slots * sizeof(*p->paths));
    p->n_text_slots = b.text_slots.n;
    p->text_slots = ARENA_ARRAY(&x->arena, uint32_t, p->n_text_slots);
    if (p->n_text_slots > 0)
        memcpy(p->text_slots, b.text_slots.items, p->n_text_slots * sizeof(*p->text_slots));
    p->n_value_slots = b.value_slots.n;
    p->value_slots = ARENA_ARRAY(&x->arena, uint32_t, p->n_value_slots);
    if (p->n_value_slots > 0)
        memcpy(p->value_slots, b.value_slots.items, p->n_value_slots * sizeof(*p->value_slots));
    rc = json_paths_new(p->paths, p->n_slots, &p->jp, err);
    VEC_DONE(&b.paths);
    VEC_DONE(&b.text_slots);
    VEC_DONE(&b.value_slots);
    strmap_done(&b.slots);
    buf_done(&b.key);
    return rc;
}

static bool is_time_of_view(struct str name)
{
    struct str field;

    return without_prefix(name, STR(FIELD_QRADAR_PREFIX), &field) && view_needs_time(field);
}

static void copy_names(struct extractor *x, const struct str *names, size_t n)
{
    x->names = ARENA_ARRAY(&x->arena, struct str, n);
    x->n_names = n;
    for (size_t i = 0; i < n; i++) {
        enum want_kind kind = kind_of_name(names[i]);

        x->names[i] = arena_str(&x->arena, names[i]);
        x->needs_time = x->needs_time || kind == WANT_TIMESTAMP || kind == WANT_NANOS ||
                        kind == WANT_ZONE || (kind == WANT_VIEW && is_time_of_view(names[i]));
        x->has_property = x->has_property || kind == WANT_PROPERTY;
    }
}

static void copy_tags(struct extractor *x, const struct source_options *o)
{
    x->tags = ARENA_ARRAY(&x->arena, struct source_tag, o->n_tags);
    x->tag_globs = ARENA_ARRAY(&x->arena, struct glob *, o->n_tags);
    x->n_tags = o->n_tags;
    for (size_t i = 0; i < o->n_tags; i++) {
        x->tags[i].name = arena_str(&x->arena, o->tags[i].name);
        x->tags[i].value = arena_str(&x->arena, o->tags[i].value);
        if (o->tags[i].glob != NULL)
            x->tag_globs[i] = glob_compile(&x->arena, str_z(o->tags[i].glob), 0);
    }
}

static void bind_text(struct extractor *x)
{
    static const struct {
        const char *name;
        size_t offset;
    } parts[] = {
        {"priority", offsetof(struct syslog_header, priority)},
        {"host", offsetof(struct syslog_header, host)},
        {"app", offsetof(struct syslog_header, app)},
        {"pid", offsetof(struct syslog_header, pid)},
        {"msgid", offsetof(struct syslog_header, msgid)},
    };

    x->text_decls = ARENA_ARRAY(&x->arena, uint32_t, x->set->n_decls);
    for (size_t i = 0; i < x->set->n_decls; i++)
        if (decl_takes_text(x->set->decls[i]))
            x->text_decls[x->n_text_decls++] = (uint32_t)i;
    x->header_names = ARENA_ARRAY(&x->arena, struct header_name, x->n_names);
    for (size_t i = 0; i < x->n_names; i++)
        for (size_t k = 0; k < ARRAY_LEN(parts); k++)
            if (str_eqz(x->names[i], parts[k].name))
                x->header_names[x->n_header_names++] =
                    (struct header_name){(uint32_t)i, (uint32_t)parts[k].offset};
}

static void copy_wraps(struct extractor *x)
{
    const struct source_set *s = x->set;
    size_t n = 0;

    for (size_t i = 0; i < s->n_wrappers; i++)
        n += s->wrappers[i]->n_wraps;
    x->wrap_of = ARENA_ARRAY(&x->arena, uint32_t, n);
    n = 0;
    for (size_t i = 0; i < s->n_wrappers; i++)
        for (size_t k = 0; k < s->wrappers[i]->n_wraps; k++)
            x->wrap_of[n++] = (uint32_t)i;
}

enum lanner_rc extractor_new(const struct source_set *s, const struct source_options *o,
                             const struct str *names, size_t n, bool open, struct extractor **out,
                             struct lanner_err *err)
{
    struct extractor *x = xcalloc(1, sizeof(*x));
    enum lanner_rc rc = LANNER_OK;

    arena_init(&x->arena, 0);
    x->set = s;
    x->lazy_time = o->lazy_time;
    x->want_id = o->want_id;
    x->raw_payload = o->raw_payload;
    x->open = open;
    x->needs_time = open;
    copy_names(x, names, n);
    copy_tags(x, o);
    copy_wraps(x);
    bind_text(x);
    x->n_programs = s->n_decls + 1 + s->n_wrappers;
    x->programs = ARENA_ARRAY(&x->arena, struct program, x->n_programs);
    for (size_t i = 0; i < x->n_programs; i++) {
        const struct source_decl *d = i < s->n_decls    ? s->decls[i]
                                      : i == s->n_decls ? s->fallback
                                                        : s->wrappers[i - s->n_decls - 1];
        /* A declaration's program tells those before it too; a wrapper's needs to tell none. */
        size_t n_recognised = i < s->n_decls ? i + 1 : i == s->n_decls ? s->n_decls : 0;

        rc = program_build(x, o->emitted_time, d, n_recognised, &x->programs[i], err);
        if (rc != LANNER_OK)
            goto out;
    }
    *out = x;
    x = NULL; /* now the caller's */
out:
    extractor_free(x);
    return rc;
}

void extractor_free(struct extractor *x)
{
    if (x == NULL)
        return;
    for (size_t i = 0; x->programs != NULL && i < x->n_programs; i++)
        json_paths_free(x->programs[i].jp);
    arena_done(&x->arena);
    free(x);
}
