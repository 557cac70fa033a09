/* recognise.c - which declaration a record belongs to, and which candidate of a field counts. */
#include "source/program.h"

bool source_text_matches(struct str pattern, struct str s)
{
    if (pattern.len > 0 && pattern.ptr[0] == '*') {
        struct str tail = str_of(pattern.ptr + 1, pattern.len - 1);

        return s.len >= tail.len && str_eq_nocase(str_of(s.ptr + s.len - tail.len, tail.len), tail);
    }
    if (pattern.len > 0 && pattern.ptr[pattern.len - 1] == '*') {
        struct str head = str_of(pattern.ptr, pattern.len - 1);

        return s.len >= head.len && str_eq_nocase(str_of(s.ptr, head.len), head);
    }
    return str_eq_nocase(pattern, s);
}

static bool cond_holds(const struct source_cond *c, const struct val *v)
{
    switch (c->kind) {
    case COND_HAS:
        return !val_is_null(v);
    case COND_LACKS:
        return val_is_null(v);
    case COND_EQUALS:
        break;
    }
    if (!val_is_text(v))
        return false;
    for (size_t i = 0; i < c->n_values; i++)
        if (source_text_matches(c->values[i], val_as_str(v)))
            return true;
    return false;
}

size_t program_recognise(const struct program *p, const struct val *vals)
{
    size_t i = 0;

    while (i < p->n_conds) {
        const struct bound_cond *b = &p->conds[i];

        if (!cond_holds(b->cond, &vals[b->slot]))
            i = b->next;
        else if (b->last)
            return b->decl;
        else
            i++;
    }
    return SIZE_MAX;
}

static bool asks_form(const struct source_alt *alt)
{
    for (size_t i = 0; i < alt->n_conds; i++)
        if (str_eqz(alt->conds[i].path, "@form"))
            return true;
    return false;
}

bool decl_takes_text(const struct source_decl *d)
{
    for (size_t i = 0; i < d->n_alts; i++)
        if (asks_form(&d->alts[i]))
            return true;
    return false;
}

static bool alt_holds(const struct source_alt *alt, const struct text_event *e)
{
    for (size_t i = 0; i < alt->n_conds; i++) {
        struct json_path path = {alt->conds[i].path, JSON_PATH_DECLARED};
        struct val v = text_event_get(e, &path);

        if (!cond_holds(&alt->conds[i], &v))
            return false;
    }
    return true;
}

size_t text_recognise(const struct extractor *x, const struct text_event *e)
{
    for (size_t i = 0; i < x->n_text_decls; i++) {
        const struct source_decl *d = x->set->decls[x->text_decls[i]];

        for (size_t k = 0; k < d->n_alts; k++)
            if (asks_form(&d->alts[k]) && alt_holds(&d->alts[k], e))
                return x->text_decls[i];
    }
    return SIZE_MAX;
}

struct val program_pick(const struct want_cand *cands, size_t n, const struct val *vals,
                        struct arena *a)
{
    struct val empty = VAL_ABSENT;

    for (size_t i = 0; i < n; i++) {
        const struct want_cand *c = &cands[i];
        struct val v = vals[c->slot];

        if (!val_is_text(&v))
            continue;
        if (c->transform != TRANSFORM_NONE)
            v = transform_apply(c->transform, c->map, v, a);
        if (v.kind == KIND_ABSENT)
            continue;
        if (v.len > 0)
            return v;
        if (empty.kind == KIND_ABSENT)
            empty = v;
    }
    return empty;
}
