/* prefilter.c - byte strings of which every matching record holds at least one.
 *
 * Each conjunct of a scan is asked for literals; a conjunct that gives some is a choice, best first
 * by the worth of its weakest literal. A literal comes only from a text predicate on a field (free
 * text included), or through functions that keep bytes. It never comes from a negation, a number, a
 * time or a field that an earlier stage changed (conjuncts.c leaves those out). */
#include <stdlib.h>

#include "opt/pass.h"

/* Literals of one choice. Beyond, turning them into bytes takes longer than it saves. */
#define MAX_ATOMS 2000

typedef VEC(struct plan_atom) atom_list;

struct finder {
    struct pass *p;
    const struct plan_scan *scan;
};

/* The field whose text the first argument is, or a part of which it is. */
static const struct expr *text_field(const struct expr *e)
{
    while (e->kind == EXPR_CALL && e->fn->keeps_bytes && e->n_args > 0)
        e = e->args[0];
    return e->kind == EXPR_FIELD ? e : NULL;
}

static bool atoms_of_call(struct finder *f, const struct fn_call *call, struct str field,
                          atom_list *out)
{
    fn_literals found = {0};
    bool ok = call != NULL && call->fn->literals != NULL &&
              call->fn->literals(call, &found, f->p->plan->arena) && found.n > 0;

    for (size_t i = 0; i < found.n && ok; i++) {
        struct plan_atom atom = {field, found.items[i].text, found.items[i].ignore_case};

        /* UTF8() makes U+FFFD of bytes that the record has otherwise. */
        ok = atom.literal.len > 0 && str_find(atom.literal, STR("\xEF\xBF\xBD")) == SIZE_MAX;
        VEC_PUSH(out, atom);
    }
    VEC_DONE(&found);
    return ok;
}

/* A column of a free-text search stands for any part of the record. */
static bool atoms_of_search(struct finder *f, struct str column, atom_list *out)
{
    for (size_t i = 0; i < f->scan->n_searches; i++) {
        const struct plan_search *s = &f->scan->searches[i];

        if (str_eq(s->column, column))
            return s->predicate->kind == EXPR_CALL &&
                   atoms_of_call(f, s->predicate->call, STR(""), out);
    }
    return false;
}

/* What the weakest literal is worth. */
static size_t worth(const atom_list *atoms)
{
    size_t least = SIZE_MAX;

    for (size_t i = 0; i < atoms->n; i++) {
        const struct plan_atom *atom = &atoms->items[i];
        bool whole = atom->field.len == 0 || str_eqz(atom->field, FIELD_RAW) ||
                     str_eqz(atom->field, FIELD_QRADAR_PREFIX "payload");

        least = MIN(least, fn_literal_worth(atom->literal, atom->ignore_case, whole));
    }
    return atoms->n > 0 ? least : 0;
}

static bool atoms_of(struct finder *f, const struct expr *e, atom_list *out);

static bool atoms_of_and(struct finder *f, const struct expr *e, atom_list *out)
{
    atom_list best = {0};
    size_t best_worth = 0;

    for (size_t i = 0; i < e->n_args; i++) {
        atom_list one = {0};
        size_t one_worth = atoms_of(f, e->args[i], &one) ? worth(&one) : 0;

        if (one_worth > best_worth) {
            best_worth = one_worth;
            VEC_DONE(&best);
            best = one;
        } else {
            VEC_DONE(&one);
        }
    }
    for (size_t i = 0; i < best.n; i++)
        VEC_PUSH(out, best.items[i]);
    VEC_DONE(&best);
    return best_worth > 0;
}

/* Adds atoms of which one is in every row for which e is true; false when there is no such set. */
static bool atoms_of(struct finder *f, const struct expr *e, atom_list *out)
{
    const struct expr *field;

    if (e->kind == EXPR_FIELD)
        return atoms_of_search(f, e->name, out);
    if (e->kind != EXPR_CALL)
        return false;
    if (expr_is_call(e, "and"))
        return atoms_of_and(f, e, out);
    if (expr_is_call(e, "or")) {
        for (size_t i = 0; i < e->n_args; i++) {
            if (!atoms_of(f, e->args[i], out))
                return false;
        }
        return e->n_args > 0 && out->n <= MAX_ATOMS;
    }
    if (expr_is_call(e, "is_true") || expr_is_call(e, "test"))
        return atoms_of(f, e->args[0], out);
    if (e->n_args == 0 || e->fn->literals == NULL)
        return false;
    field = text_field(e->args[0]);
    /* Tags come from declarations, not from the record; other @ fields are made by the scan. */
    if (field == NULL || field->name.len == 0 || field->name.ptr[0] == '#' ||
        (field->name.ptr[0] == '@' && !str_eqz(field->name, FIELD_RAW)))
        return false;
    return atoms_of_call(f, e->call, field->name, out) && out->n <= MAX_ATOMS;
}

struct choice {
    struct plan_prefilter filter;
    size_t worth;
    size_t at; /* place in the query */
};
typedef VEC(struct choice) choice_list;

static void choice_add(struct finder *f, const struct expr *e, choice_list *choices)
{
    atom_list atoms = {0};

    if (atoms_of(f, e, &atoms) && atoms.n > 0) {
        struct choice c = {.worth = worth(&atoms), .at = choices->n};

        c.filter.atoms = ARENA_ARRAY(f->p->plan->arena, struct plan_atom, atoms.n);
        memcpy(c.filter.atoms, atoms.items, atoms.n * sizeof(*c.filter.atoms));
        c.filter.n = atoms.n;
        VEC_PUSH(choices, c);
    }
    VEC_DONE(&atoms);
}

/* Best first; equal ones in the query's order. */
static int order_choices(const void *a, const void *b)
{
    const struct choice *x = a;
    const struct choice *y = b;

    if (x->worth != y->worth)
        return x->worth > y->worth ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

static enum lanner_rc prefilter_chain(struct pass *p, struct plan_node **top,
                                      struct lanner_err *err)
{
    struct plan_node *leaf = *top;
    struct finder f = {.p = p};
    choice_list choices = {0};
    enum lanner_rc rc = LANNER_OK;

    while (leaf->in != NULL)
        leaf = leaf->in;
    if (leaf->kind != NODE_SCAN)
        return LANNER_OK;
    f.scan = &leaf->u.scan;
    for (size_t i = 0; i < f.scan->n_searches && rc == LANNER_OK; i++)
        rc = expr_bind(f.scan->searches[i].predicate, p->env, err);
    for (size_t i = 0; i < f.scan->n_filters && rc == LANNER_OK; i++) {
        rc = expr_bind(f.scan->filters[i], p->env, err);
        if (rc == LANNER_OK)
            choice_add(&f, f.scan->filters[i], &choices);
    }
    for (size_t i = 0; i < f.scan->n_multis && rc == LANNER_OK; i++) {
        /* Bound on a copy: its outputs are not cut to what is asked for yet. */
        struct expr copy = *f.scan->multis[i];

        rc = expr_bind_outputs(&copy, p->env, NULL, 0, false, err);
        if (rc == LANNER_OK)
            choice_add(&f, &copy, &choices);
    }
    if (rc == LANNER_OK) {
        if (choices.n > 0)
            qsort(choices.items, choices.n, sizeof(*choices.items), order_choices);
        leaf->u.scan.n_choices = choices.n;
        leaf->u.scan.choices = ARENA_ARRAY(p->plan->arena, struct plan_prefilter, choices.n);
        for (size_t i = 0; i < choices.n; i++)
            leaf->u.scan.choices[i] = choices.items[i].filter;
    }
    VEC_DONE(&choices);
    return rc;
}

enum lanner_rc opt_prefilter(struct plan *plan, const struct fn_env *env, struct lanner_err *err)
{
    struct pass p = {.plan = plan, .env = env};

    return pass_each_chain(&p, prefilter_chain, err);
}
