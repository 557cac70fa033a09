/* view.c - see view.h. */
#include "source/view.h"

#include <stdlib.h>

#include "lookup/lookup.h"
#include "source/builder.h"
#include "util/num.h"

static const struct {
    const char *name;
    enum view_kind kind;
} view_kinds[] = {
    {"starttime", VIEW_TIME},
    {"endtime", VIEW_TIME},
    {"devicetime", VIEW_TIME},
    {"devicetype", VIEW_TYPE},
    {"category", VIEW_CATEGORY},
    {"highlevelcategory", VIEW_HIGH},
    {"severity", VIEW_NUMBER},
    {"eventcount", VIEW_NUMBER},
    {"domainid", VIEW_NUMBER},
    {"protocolid", VIEW_PROTOCOL},
    {"payload", VIEW_PAYLOAD},
    {"categoryname", VIEW_CATEGORY_NAME},
    {"logsourcetypename", VIEW_TYPE_NAME},
    {"hostname", VIEW_HOST},
};

enum view_kind view_kind_of(struct str field)
{
    for (size_t i = 0; i < ARRAY_LEN(view_kinds); i++)
        if (str_eqz(field, view_kinds[i].name))
            return view_kinds[i].kind;
    return VIEW_TEXT;
}

bool view_needs_time(struct str field)
{
    return view_kind_of(field) == VIEW_TIME;
}

/* ---- names alike ---- */

bool name_separator(char c)
{
    return c == ' ' || c == '_' || c == '-' || c == '.';
}

bool name_is_like(struct str a, struct str b)
{
    size_t i = 0, k = 0;

    for (;;) {
        while (i < a.len && name_separator(a.ptr[i]))
            i++;
        while (k < b.len && name_separator(b.ptr[k]))
            k++;
        if (i == a.len || k == b.len)
            return i == a.len && k == b.len;
        if (ascii_lower(a.ptr[i++]) != ascii_lower(b.ptr[k++]))
            return false;
    }
}

/* The number of bytes of an index `[12]` that ends at `end`; 0 when none does. */
static size_t index_len(const char *ptr, size_t end)
{
    size_t i = end;

    if (i < 3 || ptr[i - 1] != ']')
        return 0;
    for (i--; i > 0 && ascii_is_digit(ptr[i - 1]); i--)
        ;
    return i > 0 && i < end - 1 && ptr[i - 1] == '[' ? end - (i - 1) : 0;
}

enum path_likeness path_is_like(struct str path, struct str name)
{
    size_t i = path.len, k = name.len;
    bool matched = false;

    for (;;) {
        bool at_element = i == 0 || path.ptr[i - 1] == '.';
        size_t skip;

        while (k > 0 && name_separator(name.ptr[k - 1]))
            k--;
        while (i > 0) {
            skip = index_len(path.ptr, i);
            if (skip == 0 && !name_separator(path.ptr[i - 1]))
                break;
            at_element = at_element || skip != 0 || path.ptr[i - 1] == '.';
            i -= skip != 0 ? skip : 1;
        }
        if (k == 0)
            return !matched || !at_element ? PATH_UNLIKE : i == 0 ? PATH_LIKE : PATH_ENDS_LIKE;
        if (i == 0 || ascii_lower(path.ptr[--i]) != ascii_lower(name.ptr[--k]))
            return PATH_UNLIKE;
        matched = true;
    }
}

/* ---- binding ---- */

const struct source_qradar *view_names_of(const struct source_set *s, const struct source_decl *d)
{
    if (d != NULL && d->qradar.n_names > 0)
        return &d->qradar;
    return s->fallback != NULL && (d == NULL || d->n_wraps == 0) ? &s->fallback->qradar : NULL;
}

const struct source_name *view_name(const struct source_qradar *q, struct str field)
{
    for (size_t i = 0; q != NULL && i < q->n_names; i++)
        if (str_eq(q->names[i].name, field))
            return &q->names[i];
    return NULL;
}

typedef VEC(struct want_cand) cand_vec;

static struct want_cand *cands_take(struct builder *b, cand_vec *v, size_t *n)
{
    struct want_cand *out = ARENA_ARRAY(b->arena, struct want_cand, v->n);

    if (v->n > 0)
        memcpy(out, v->items, v->n * sizeof(*out));
    *n = v->n;
    VEC_DONE(v);
    return out;
}

/* A field of the event by its name: the canonical one, else the record's own. */
static void add_field(struct builder *b, const struct source_cand *c, cand_vec *out)
{
    const struct source_field *f = b->decl != NULL ? decl_field(b->decl, c->path) : NULL;

    if (f == NULL)
        VEC_PUSH(out, builder_cand(b, c));
    for (size_t i = 0; f != NULL && i < f->cands.n; i++) {
        struct source_cand place = f->cands.items[i];

        if (c->transform != TRANSFORM_NONE) {
            place.transform = c->transform;
            place.map = c->map;
        }
        VEC_PUSH(out, builder_cand(b, &place));
    }
}

static void add_places(struct builder *b, const struct source_qradar *q, struct str field,
                       cand_vec *out)
{
    const struct source_name *name = view_name(q, field);

    if (q != NULL && q->own_columns) {
        struct source_cand own = {.path = field, .transform = TRANSFORM_NONE};

        VEC_PUSH(out, builder_cand(b, &own));
    }
    for (size_t i = 0; name != NULL && i < name->cands.n; i++)
        add_field(b, &name->cands.items[i], out);
}

/* The address of either family is the one address that records have. */
static struct want_cand *bind_places(struct builder *b, const struct source_qradar *q,
                                     struct str field, size_t *n)
{
    cand_vec v = {0};

    add_places(b, q, field, &v);
    if (str_eqz(field, "sourceaddress"))
        add_places(b, q, STR("sourceip"), &v);
    else if (str_eqz(field, "destinationaddress"))
        add_places(b, q, STR("destinationip"), &v);
    return cands_take(b, &v, n);
}

/* A test asks for a field as a query does: the event's own of that name, then the canonical one. */
static void bind_test(struct builder *b, const struct source_when *when, struct view_test *t)
{
    struct source_cand path = {.path = when->field, .transform = TRANSFORM_NONE};
    cand_vec v = {0};

    t->when = when;
    VEC_PUSH(&v, ((struct want_cand){builder_slot(b, when->field, 0), TRANSFORM_NONE, NULL}));
    add_field(b, &path, &v);
    t->cands = cands_take(b, &v, &t->n_cands);
}

static void bind_rules(struct builder *b, const struct source_rule *rules, size_t n,
                       struct view_want *w)
{
    struct view_rule *all = ARENA_ARRAY(b->arena, struct view_rule, w->n_rules + n);

    if (w->n_rules > 0)
        memcpy(all, w->rules, w->n_rules * sizeof(*all));
    for (size_t i = 0; i < n; i++) {
        struct view_rule *r = &all[w->n_rules + i];

        r->rule = &rules[i];
        r->tests = ARENA_ARRAY(b->arena, struct view_test, rules[i].n_whens);
        for (size_t k = 0; k < rules[i].n_whens; k++)
            bind_test(b, &rules[i].whens[k], &r->tests[k]);
    }
    w->rules = all;
    w->n_rules += n;
}

/* The declaration's rules, then the fallback's. */
static void bind_numbers(struct builder *b, enum view_kind kind, struct view_want *w)
{
    const struct source_decl *from[] = {b->decl, b->x->set->fallback};

    for (size_t i = 0; i < ARRAY_LEN(from) && !(b->wrapper && i > 0); i++) {
        if (from[i] == NULL || (i > 0 && from[i] == b->decl))
            continue;
        const struct source_qradar *q = &from[i]->qradar;

        if (kind == VIEW_TYPE)
            bind_rules(b, q->types, q->n_types, w);
        else if (kind == VIEW_CATEGORY)
            bind_rules(b, q->categories, q->n_categories, w);
        else
            bind_rules(b, q->severities, q->n_severities, w);
    }
}

struct view_want *view_bind(struct builder *b, struct str field)
{
    const struct source_qradar *q = view_names_of(b->x->set, b->decl);
    const struct source_name *name = view_name(q, field);
    struct view_want *w = ARENA_NEW(b->arena, struct view_want);

    w->kind = view_kind_of(field);
    w->usual = -1;
    w->cands = bind_places(b, q, field, &w->n_cands);
    switch (w->kind) {
    case VIEW_TYPE:
    case VIEW_CATEGORY:
        bind_numbers(b, w->kind, w);
        break;
    case VIEW_HIGH:
    case VIEW_CATEGORY_NAME:
        w->base = bind_places(b, q, STR("category"), &w->n_base);
        bind_numbers(b, VIEW_CATEGORY, w);
        break;
    case VIEW_TYPE_NAME:
        w->base = bind_places(b, q, STR("devicetype"), &w->n_base);
        bind_numbers(b, VIEW_TYPE, w);
        break;
    case VIEW_NUMBER:
        if (str_eqz(field, "severity"))
            bind_numbers(b, VIEW_NUMBER, w);
        else if (!b->wrapper)
            w->usual = str_eqz(field, "eventcount") ? 1 : 0;
        break;
    case VIEW_TEXT:
    case VIEW_PROTOCOL:
    case VIEW_TIME:
    case VIEW_PAYLOAD:
    case VIEW_HOST:
        if (name != NULL)
            bind_rules(b, name->rules, name->n_rules, w);
        break;
    }
    return w;
}

struct want_cand *property_bind(struct builder *b, struct str name, size_t *n)
{
    const struct source_decl *d = b->decl;
    cand_vec v = {0};

    for (size_t i = 0; d != NULL && i < d->qradar.n_properties; i++) {
        const struct source_field *f = &d->qradar.properties[i];

        for (size_t k = 0; name_is_like(f->name, name) && k < f->cands.n; k++)
            add_field(b, &f->cands.items[k], &v);
    }
    for (size_t i = 0; d != NULL && i < d->n_fields; i++)
        for (size_t k = 0; name_is_like(d->fields[i].name, name) && k < d->fields[i].cands.n; k++)
            VEC_PUSH(&v, builder_cand(b, &d->fields[i].cands.items[k]));
    return cands_take(b, &v, n);
}

/* ---- values ---- */

static bool test_holds(const struct view_test *t, const struct val *vals, struct arena *a)
{
    struct val v = program_pick(t->cands, t->n_cands, vals, a);
    struct str text = val_is_text(&v) ? val_as_str(&v) : STR("");

    for (size_t i = 0; i < t->when->n_values; i++)
        if (source_text_matches(t->when->values[i], text))
            return true;
    return false;
}

static const struct source_rule *rule_that_holds(const struct view_want *w, const struct val *vals,
                                                 struct arena *a)
{
    for (size_t i = 0; i < w->n_rules; i++) {
        const struct view_rule *r = &w->rules[i];
        bool all = true;

        for (size_t k = 0; all && k < r->rule->n_whens; k++)
            all = test_holds(&r->tests[k], vals, a);
        if (all)
            return r->rule;
    }
    return NULL;
}

static struct val rule_number(const struct view_want *w, const struct val *vals, struct arena *a)
{
    const struct source_rule *r = rule_that_holds(w, vals, a);

    return r != NULL ? val_long(r->id) : VAL_ABSENT;
}

static bool is_number(const struct val *v)
{
    int64_t i;

    return val_is_text(v) && num_parse_long(str_trim(val_as_str(v)), &i);
}

/* An id as the record has it: a number stays, a name becomes its id; else absent. */
static struct val id_of(const struct val *v, bool (*by_name)(struct str name, int64_t *id))
{
    int64_t id;

    if (!val_is_text(v) || v->len == 0)
        return VAL_ABSENT;
    if (num_parse_long(str_trim(val_as_str(v)), &id) || by_name(str_trim(val_as_str(v)), &id))
        return val_long(id);
    return VAL_ABSENT;
}

/* The first place that gives an id: a name that nobody knows is passed over. */
static struct val pick_id(const struct want_cand *cands, size_t n, const struct val *vals,
                          bool (*by_name)(struct str name, int64_t *id), struct arena *a)
{
    for (size_t i = 0; i < n; i++) {
        struct val v = program_pick(&cands[i], 1, vals, a);
        struct val id = id_of(&v, by_name);

        if (id.kind != KIND_ABSENT)
            return id;
    }
    return VAL_ABSENT;
}

static struct val text_value(const struct view_want *w, const struct val *vals, struct arena *a)
{
    struct val v = program_pick(w->cands, w->n_cands, vals, a);
    const struct source_rule *r;
    char *dst;

    if (w->n_rules == 0 || (w->n_cands > 0 && (!val_is_text(&v) || v.len == 0)))
        return v;
    r = rule_that_holds(w, vals, a);
    if (r == NULL)
        return v;
    if (w->n_cands == 0)
        return val_str(r->text);
    dst = arena_alloc(a, v.len + r->text.len);
    memcpy(dst, v.u.ptr, v.len);
    if (r->text.len > 0)
        memcpy(dst + v.len, r->text.ptr, r->text.len);
    return val_text(dst, v.len + r->text.len);
}

static struct val time_value(const struct view_want *w, const struct val *vals,
                             const struct timestamp_hint *hint, struct arena *a)
{
    for (size_t i = 0; i < w->n_cands; i++) {
        struct val v = program_pick(&w->cands[i], 1, vals, a);
        int64_t ns;

        if (val_is_text(&v) && v.len > 0 && timestamp_parse(val_as_str(&v), hint, &ns))
            return val_long(ns / NS_PER_MS - (ns % NS_PER_MS < 0));
    }
    return VAL_ABSENT;
}

static struct val derived_value(const struct view_want *w, const struct val *vals, struct arena *a)
{
    bool of_type = w->kind == VIEW_TYPE_NAME;
    struct val v = program_pick(w->cands, w->n_cands, vals, a);
    const char *name;

    if (val_is_text(&v) && v.len > 0 && (w->kind != VIEW_HIGH || is_number(&v)))
        return v;
    v = pick_id(w->base, w->n_base, vals, of_type ? qradar_type_by_name : qradar_category_by_name,
                a);
    if (v.kind == KIND_ABSENT)
        v = rule_number(w, vals, a);
    if (v.kind == KIND_ABSENT)
        return v;
    if (w->kind == VIEW_HIGH)
        return val_long(v.u.i - v.u.i % 1000);
    name = of_type ? qradar_type_usual_name(v.u.i) : qradar_category_name(v.u.i);
    return name != NULL ? val_str(str_z(name)) : VAL_ABSENT;
}

struct val view_value(const struct view_want *w, const struct val *vals,
                      const struct timestamp_hint *hint, struct arena *a)
{
    struct val v;

    switch (w->kind) {
    case VIEW_TEXT:
    case VIEW_PAYLOAD:
    case VIEW_HOST:
        return text_value(w, vals, a);
    case VIEW_TIME:
        return time_value(w, vals, hint, a);
    case VIEW_PROTOCOL:
        return pick_id(w->cands, w->n_cands, vals, qradar_protocol_by_name, a);
    case VIEW_CATEGORY:
    case VIEW_TYPE:
        v = pick_id(w->cands, w->n_cands, vals,
                    w->kind == VIEW_TYPE ? qradar_type_by_name : qradar_category_by_name, a);
        return v.kind != KIND_ABSENT ? v : rule_number(w, vals, a);
    case VIEW_NUMBER:
        v = program_pick(w->cands, w->n_cands, vals, a);
        if (val_is_text(&v) && v.len > 0)
            return v;
        v = rule_number(w, vals, a);
        return v.kind == KIND_ABSENT && w->usual >= 0 ? val_long(w->usual) : v;
    case VIEW_HIGH:
    case VIEW_CATEGORY_NAME:
    case VIEW_TYPE_NAME:
        return derived_value(w, vals, a);
    }
    return VAL_ABSENT;
}
