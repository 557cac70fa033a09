/* program.c - expressions as flat lists of steps that run on batches. See expr.h.
 *
 * A step is a call of a kernel or the reading of an open field; its result is a slot, a column of
 * the batch's arena that is used again once nobody reads it any more. Equal sub-expressions are one
 * step. Predicates have a second form, a small tree of and, or and not whose leaves are programs,
 * so that later operands see only the rows that are still undecided. */
#include "expr/eval.h"

#include <stdlib.h>

/* Beyond that many steps equal ones are no longer looked for: it takes time that grows squarely. */
#define MAX_SHARED_STEPS 256

enum operand_kind { OPERAND_CONST, OPERAND_COLUMN, OPERAND_STEP };

struct operand {
    enum operand_kind kind;
    bool masks;             /* a null here is a missing value, not an option left out */
    uint32_t index;         /* of the column or the step */
    struct column constant; /* OPERAND_CONST: one cell */
};

struct step {
    const struct fn_call *call; /* NULL: reads the open field `name` */
    struct str name;
    const struct operand *args;
    size_t n_args;
    uint32_t slot;
    uint32_t last_use;           /* number of the last step that reads it; UINT32_MAX: the result */
    bool is_const;               /* all arguments are constants: one cell */
    const struct spread *spread; /* of a call that looks for names itself, else NULL */
};

enum select_kind { SELECT_VALUE, SELECT_AND, SELECT_OR, SELECT_NOT, SELECT_ALL, SELECT_NONE };

struct select {
    enum select_kind kind;
    const struct select **kids;
    size_t n_kids;
    const struct program *value;
};

struct program {
    struct step *steps;
    uint32_t n_steps;
    uint32_t n_slots;
    const struct operand *results; /* one, or the arguments of a call */
    size_t n_results;
    const struct select *select; /* NULL for programs of arguments */
};

/* ---- Compiling ---------------------------------------------------------------------------------
 */

struct compiler {
    struct arena *a;
    const struct schema *schema;
    VEC(struct step) steps;
    VEC(const struct expr *) sources; /* the expression of each step */
};

static struct operand operand_absent(struct arena *a)
{
    return (struct operand){
        .kind = OPERAND_CONST, .masks = true, .constant = {ARENA_NEW(a, struct val), true}};
}

static bool find_step(const struct compiler *c, const struct expr *e, uint32_t *out)
{
    if (c->steps.n > MAX_SHARED_STEPS || (e->kind == EXPR_CALL && e->fn->impure))
        return false;
    for (size_t i = 0; i < c->sources.n; i++) {
        if (expr_equal(c->sources.items[i], e)) {
            *out = (uint32_t)i;
            return true;
        }
    }
    return false;
}

static struct operand add_step(struct compiler *c, const struct expr *e, struct step step)
{
    VEC_PUSH(&c->steps, step);
    VEC_PUSH(&c->sources, e);
    return (struct operand){
        .kind = OPERAND_STEP, .masks = true, .index = (uint32_t)(c->steps.n - 1)};
}

static struct operand compile_field(struct compiler *c, const struct expr *e)
{
    const struct schema_field *f = schema_find(c->schema, e->name);
    uint32_t shared;

    if (f != NULL && f->col < c->schema->n_cols)
        return (struct operand){.kind = OPERAND_COLUMN, .masks = true, .index = f->col};
    if (f != NULL || !c->schema->open)
        return operand_absent(c->a);
    if (find_step(c, e, &shared))
        return (struct operand){.kind = OPERAND_STEP, .masks = true, .index = shared};
    return add_step(c, e, (struct step){.name = e->name});
}

static bool is_const_operand(const struct compiler *c, const struct operand *o)
{
    return o->kind == OPERAND_CONST ||
           (o->kind == OPERAND_STEP && c->steps.items[o->index].is_const);
}

static enum lanner_rc compile(struct compiler *c, struct expr *e, struct operand *out,
                              struct lanner_err *err);

static enum lanner_rc compile_args(struct compiler *c, struct expr *e, struct operand **out,
                                   struct lanner_err *err)
{
    struct operand *args = ARENA_ARRAY(c->a, struct operand, e->n_args);

    for (size_t i = 0; i < e->n_args; i++) {
        TRY(compile(c, e->args[i], &args[i], err));
        if (e->args[i]->kind == EXPR_CONST)
            args[i].masks = expr_null_masks(e->fn, i);
    }
    *out = args;
    return LANNER_OK;
}

static enum lanner_rc compile(struct compiler *c, struct expr *e, struct operand *out,
                              struct lanner_err *err)
{
    struct step step = {0};
    struct operand *args;
    uint32_t shared;

    if (e->kind == EXPR_CONST) {
        *out =
            (struct operand){.kind = OPERAND_CONST, .masks = true, .constant = {&e->value, true}};
        return LANNER_OK;
    }
    if (e->kind == EXPR_FIELD) {
        *out = compile_field(c, e);
        return LANNER_OK;
    }
    if (e->fn->eval == NULL || e->call == NULL)
        return err_set_at(err, LANNER_ERR_UNSUPPORTED, e->at, "%s gives no single value",
                          e->fn->name);
    if (find_step(c, e, &shared)) {
        *out = (struct operand){.kind = OPERAND_STEP, .masks = true, .index = shared};
        return LANNER_OK;
    }
    TRY(compile_args(c, e, &args, err));
    step.call = e->call;
    step.spread = e->fn->reads_open && !e->fn->record_only ? spread_new(c->a, c->schema) : NULL;
    step.args = args;
    step.n_args = e->n_args;
    step.is_const = !e->fn->impure;
    for (size_t i = 0; i < e->n_args; i++)
        step.is_const &= is_const_operand(c, &args[i]);
    *out = add_step(c, e, step);
    return LANNER_OK;
}

static void mark_use(struct step *steps, const struct operand *o, uint32_t at)
{
    if (o->kind == OPERAND_STEP)
        steps[o->index].last_use = at;
}

/* Gives each step the first slot that is free when it runs. */
static uint32_t assign_slots(struct step *steps, uint32_t n, const struct operand *results,
                             size_t n_results)
{
    VEC(uint32_t) busy_until = {0};
    uint32_t n_slots;

    for (uint32_t i = 0; i < n; i++) {
        for (size_t k = 0; k < steps[i].n_args; k++)
            mark_use(steps, &steps[i].args[k], i);
    }
    for (size_t k = 0; k < n_results; k++)
        mark_use(steps, &results[k], UINT32_MAX);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t s = 0;

        while (s < busy_until.n && busy_until.items[s] >= i)
            s++;
        if (s == busy_until.n)
            VEC_PUSH(&busy_until, 0);
        busy_until.items[s] = steps[i].last_use;
        steps[i].slot = s;
    }
    n_slots = (uint32_t)busy_until.n;
    VEC_DONE(&busy_until);
    return n_slots;
}

static const struct program *finish(struct compiler *c, const struct operand *results,
                                    size_t n_results, const struct select *select)
{
    struct program *p = ARENA_NEW(c->a, struct program);

    p->n_steps = (uint32_t)c->steps.n;
    p->steps = ARENA_ARRAY(c->a, struct step, c->steps.n);
    if (c->steps.n > 0)
        memcpy(p->steps, c->steps.items, c->steps.n * sizeof(*p->steps));
    p->results = results;
    p->n_results = n_results;
    p->n_slots = assign_slots(p->steps, p->n_steps, results, n_results);
    p->select = select;
    return p;
}

static void compiler_done(struct compiler *c)
{
    VEC_DONE(&c->steps);
    VEC_DONE(&c->sources);
}

static enum lanner_rc value_new(struct arena *a, struct expr *e, const struct schema *s,
                                const struct select *select, const struct program **out,
                                struct lanner_err *err)
{
    struct compiler c = {.a = a, .schema = s};
    struct operand *result = ARENA_NEW(a, struct operand);
    enum lanner_rc rc = compile(&c, e, result, err);

    if (rc == LANNER_OK)
        *out = finish(&c, result, 1, select);
    compiler_done(&c);
    return rc;
}

static bool is_named(const struct expr *e, const char *name)
{
    return e->kind == EXPR_CALL && strcmp(e->fn->name, name) == 0;
}

/* True when the expression is true or false for every row: its complement is its negation. */
static bool is_two_valued(const struct expr *e)
{
    if (e->kind == EXPR_CONST)
        return e->value.kind == KIND_BOOL;
    if (e->kind != EXPR_CALL)
        return false;
    if (is_named(e, "and") || is_named(e, "or") || is_named(e, "not")) {
        for (size_t i = 0; i < e->n_args; i++) {
            if (!is_two_valued(e->args[i]))
                return false;
        }
        return true;
    }
    return e->fn->kind == FN_PREDICATE;
}

static bool is_true(const struct val *v)
{
    if (v->kind == KIND_BOOL)
        return v->u.i != 0;
    return val_is_text(v) && v->len == 4 && memcmp(v->u.ptr, "true", 4) == 0;
}

static enum lanner_rc select_new(struct arena *a, struct expr *e, const struct schema *s,
                                 const struct select **out, struct lanner_err *err)
{
    struct select *sel = ARENA_NEW(a, struct select);

    *out = sel;
    if (e->kind == EXPR_CONST) {
        sel->kind = is_true(&e->value) ? SELECT_ALL : SELECT_NONE;
        return LANNER_OK;
    }
    if (is_named(e, "and"))
        sel->kind = SELECT_AND;
    else if (is_named(e, "or"))
        sel->kind = SELECT_OR;
    else if (is_named(e, "not") && is_two_valued(e))
        sel->kind = SELECT_NOT;
    else
        return value_new(a, e, s, NULL, &sel->value, err);
    sel->kids = ARENA_ARRAY(a, const struct select *, e->n_args);
    sel->n_kids = e->n_args;
    for (size_t i = 0; i < e->n_args; i++)
        TRY(select_new(a, e->args[i], s, &sel->kids[i], err));
    return LANNER_OK;
}

enum lanner_rc program_new(struct arena *a, struct expr *e, const struct schema *s,
                           const struct program **out, struct lanner_err *err)
{
    const struct select *select;

    TRY(select_new(a, e, s, &select, err));
    return value_new(a, e, s, select, out, err);
}

enum lanner_rc program_new_args(struct arena *a, struct expr *call, const struct schema *s,
                                const struct program **out, struct lanner_err *err)
{
    struct compiler c = {.a = a, .schema = s};
    struct operand *args;
    enum lanner_rc rc = compile_args(&c, call, &args, err);

    if (rc == LANNER_OK)
        *out = finish(&c, args, call->n_args, NULL);
    compiler_done(&c);
    return rc;
}

/* ---- Running -----------------------------------------------------------------------------------
 */

struct runner {
    const struct program *p;
    struct eval *ev;
    struct batch *b;
    const struct sel *sel;
    struct val **slots;      /* memory of each slot, made on first use */
    struct column *computed; /* result of each step */
};

static const struct column *operand_column(const struct runner *r, const struct operand *o)
{
    switch (o->kind) {
    case OPERAND_CONST:
        return &o->constant;
    case OPERAND_COLUMN:
        return &r->b->cols[o->index];
    case OPERAND_STEP:
        break;
    }
    return &r->computed[o->index];
}

static struct val *slot_memory(struct runner *r, const struct step *s)
{
    if (r->slots[s->slot] == NULL)
        r->slots[s->slot] =
            arena_alloc(r->b->arena, arena_array_size(MAX(r->b->n_rows, 1u), sizeof(struct val)));
    return r->slots[s->slot];
}

static void run_open(struct runner *r, const struct step *s, struct column *out)
{
    out->v = slot_memory(r, s);
    out->is_const = false;
    SEL_FOR (r->sel, i) {
        struct val *v = r->b->open != NULL ? open_get(&r->b->open[i], s->name) : NULL;

        out->v[i] = v != NULL ? *v : VAL_ABSENT;
    }
}

/* The rows of `all` whose arguments are all there; the others get their result here. */
static struct sel mask_nulls(struct runner *r, const struct step *s, const struct column *args,
                             const struct sel *all, struct val *out)
{
    struct val missing = s->call->fn->kind == FN_PREDICATE ? val_bool(false) : VAL_ABSENT;
    struct sel rest = {arena_alloc(r->b->arena, arena_array_size(all->n, sizeof(uint32_t))), 0};

    SEL_FOR (all, i) {
        bool there = true;

        for (size_t k = 0; k < s->n_args && there; k++)
            there = !s->args[k].masks || !val_is_null(column_at(&args[k], i));
        if (there)
            rest.idx[rest.n++] = i;
        else
            out[i] = missing;
    }
    return rest;
}

/* The function as a user knows it. */
static const char *label_of(const struct fn_def *fn)
{
    for (size_t lang = 0; lang < LANG_COUNT; lang++) {
        if (fn->spelled[lang] != NULL)
            return fn->spelled[lang];
    }
    return fn->name;
}

/* Runs the kernel. What it makes is counted: a few nested calls can make gigabytes of a batch. */
static enum lanner_rc run_kernel(struct runner *r, const struct step *s, struct fn_run *run,
                                 const struct column *args, const struct sel *sel, struct val *out,
                                 struct lanner_err *err)
{
    struct arena *a = run->arena;
    size_t most = eval_most(r->ev);
    size_t before = a->n_bytes;

    run->bytes_most = before + (most > a->n_made ? most - a->n_made : 0) + 1;
    TRY(s->call->fn->eval(run, args, sel, out, err));
    a->n_made += a->n_bytes - before;
    if (LIKELY(a->n_made <= most))
        return LANNER_OK;
    (void)err_set_at(err, LANNER_ERR_MEMORY, s->call->at,
                     "%s() and what is computed before it make more than %zu bytes of some rows",
                     label_of(s->call->fn), most);
    err_hint(err, "give the query more with --memory");
    return LANNER_ERR_MEMORY;
}

static enum lanner_rc run_call(struct runner *r, const struct step *s, struct column *out,
                               struct lanner_err *err)
{
    struct fn_run run = {
        .call = s->call, .local = eval_local(r->ev, s->call), .arena = r->b->arena, .in = r->b};
    struct column *args = ARENA_ARRAY(r->b->arena, struct column, s->n_args);
    uint32_t zero = 0;
    struct sel one = {&zero, 1};
    struct sel masked;
    const struct sel *sel = s->is_const ? &one : r->sel;

    for (size_t i = 0; i < s->n_args; i++)
        args[i] = *operand_column(r, &s->args[i]);
    out->v = slot_memory(r, s);
    out->is_const = s->is_const;
    if (s->call->fn->nulls == FN_NULL_IN_NULL_OUT) {
        masked = mask_nulls(r, s, args, sel, out->v);
        sel = &masked;
    }
    if (sel->n == 0)
        return LANNER_OK;
    if (s->spread != NULL)
        run.in = spread_apply(s->spread, r->b, sel);
    return run_kernel(r, s, &run, args, sel, out->v, err);
}

static enum lanner_rc run_steps(struct runner *r, struct lanner_err *err)
{
    const struct program *p = r->p;

    if (p->n_steps == 0)
        return LANNER_OK;
    r->slots = ARENA_ARRAY(r->b->arena, struct val *, p->n_slots);
    r->computed = ARENA_ARRAY(r->b->arena, struct column, p->n_steps);
    for (uint32_t i = 0; i < p->n_steps; i++) {
        if (p->steps[i].call == NULL)
            run_open(r, &p->steps[i], &r->computed[i]);
        else
            TRY(run_call(r, &p->steps[i], &r->computed[i], err));
    }
    return LANNER_OK;
}

enum lanner_rc program_run(const struct program *p, struct eval *ev, struct batch *b,
                           const struct sel *sel, struct column *out, struct lanner_err *err)
{
    struct runner r = {.p = p, .ev = ev, .b = b, .sel = sel};

    assert(p->n_results == 1);
    TRY(run_steps(&r, err));
    *out = *operand_column(&r, &p->results[0]);
    return LANNER_OK;
}

enum lanner_rc program_run_args(const struct program *p, struct eval *ev, struct batch *b,
                                const struct sel *sel, const struct column **args,
                                struct lanner_err *err)
{
    struct runner r = {.p = p, .ev = ev, .b = b, .sel = sel};
    struct column *out = ARENA_ARRAY(b->arena, struct column, p->n_results);

    TRY(run_steps(&r, err));
    for (size_t i = 0; i < p->n_results; i++)
        out[i] = *operand_column(&r, &p->results[i]);
    *args = out;
    return LANNER_OK;
}

/* from without the rows of minus; both ascend. */
static void sel_subtract(struct sel *from, const struct sel *minus)
{
    uint32_t n = 0;
    uint32_t m = 0;

    for (uint32_t k = 0; k < from->n; k++) {
        while (m < minus->n && minus->idx[m] < from->idx[k])
            m++;
        if (m == minus->n || minus->idx[m] != from->idx[k])
            from->idx[n++] = from->idx[k];
    }
    from->n = n;
}

/* Adds the rows of b to a, which has room for both; they share none. */
static void sel_unite(struct sel *a, const struct sel *b, uint32_t *room)
{
    uint32_t i = 0;
    uint32_t k = 0;
    uint32_t n = 0;

    while (i < a->n || k < b->n) {
        if (k == b->n || (i < a->n && a->idx[i] < b->idx[k]))
            room[n++] = a->idx[i++];
        else
            room[n++] = b->idx[k++];
    }
    if (n > 0)
        memcpy(a->idx, room, n * sizeof(*room));
    a->n = n;
}

static enum lanner_rc run_select(const struct select *s, struct eval *ev, struct batch *b,
                                 struct sel *sel, struct lanner_err *err);

static enum lanner_rc select_value(const struct select *s, struct eval *ev, struct batch *b,
                                   struct sel *sel, struct lanner_err *err)
{
    struct column col;
    uint32_t n = 0;

    TRY(program_run(s->value, ev, b, sel, &col, err));
    for (uint32_t k = 0; k < sel->n; k++) {
        uint32_t i = sel->idx[k];

        sel->idx[n] = i;
        n += is_true(column_at(&col, i));
    }
    sel->n = n;
    return LANNER_OK;
}

static enum lanner_rc select_or(const struct select *s, struct eval *ev, struct batch *b,
                                struct sel *sel, struct lanner_err *err)
{
    struct sel undecided = sel_copy(sel, b->arena);
    uint32_t *room = arena_alloc(b->arena, arena_array_size(sel->n, sizeof(uint32_t)));

    sel->n = 0;
    for (size_t i = 0; i < s->n_kids && undecided.n > 0; i++) {
        struct sel hit = sel_copy(&undecided, b->arena);

        TRY(run_select(s->kids[i], ev, b, &hit, err));
        if (hit.n == 0)
            continue;
        sel_subtract(&undecided, &hit);
        sel_unite(sel, &hit, room);
    }
    return LANNER_OK;
}

static enum lanner_rc run_select(const struct select *s, struct eval *ev, struct batch *b,
                                 struct sel *sel, struct lanner_err *err)
{
    struct sel hit;

    switch (s->kind) {
    case SELECT_ALL:
        break;
    case SELECT_NONE:
        sel->n = 0;
        break;
    case SELECT_VALUE:
        return select_value(s, ev, b, sel, err);
    case SELECT_AND:
        for (size_t i = 0; i < s->n_kids && sel->n > 0; i++)
            TRY(run_select(s->kids[i], ev, b, sel, err));
        break;
    case SELECT_OR:
        return select_or(s, ev, b, sel, err);
    case SELECT_NOT:
        hit = sel_copy(sel, b->arena);
        TRY(run_select(s->kids[0], ev, b, &hit, err));
        sel_subtract(sel, &hit);
        break;
    }
    return LANNER_OK;
}

enum lanner_rc program_select(const struct program *p, struct eval *ev, struct batch *b,
                              struct sel *sel, struct lanner_err *err)
{
    assert(p->select != NULL);
    if (sel->n == 0)
        return LANNER_OK;
    return run_select(p->select, ev, b, sel, err);
}
