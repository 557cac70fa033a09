/* op_unnest.c - unnest: n rows for one; generate: rows made from constants.
 *
 * A row made from one with ordinal o has o with a sub-index, so the rows stay together and in the
 * order in which the function gave them. Values that the function makes live in the source batch's
 * arena, because it may give several rows that share them. */
#include <stdlib.h>

#include "exec/rows.h"

struct cell { /* of the rows given */
    uint32_t to;
    size_t output; /* SIZE_MAX: taken from the source row */
    struct fetch from;
};

struct unnest {
    const struct program *program;
    const struct fn_call *call;
    struct cell *cells;
    size_t n_cells;
    struct fetch *old; /* values before, one for each output */
    size_t n_out;
    const struct spread *spread; /* of a call that looks for names itself, else NULL */
    struct emitter *emitters;    /* owned, one a worker */
    bool had_open;               /* the rows taken have open fields */
};

/* One source row at work; x comes first, so that its address is the expansion's. */
struct expansion {
    struct fn_expand x;
    const struct unnest *unnest;
    struct emitter *out;
    const struct batch *b; /* NULL: none, rows are generated */
    struct open_row *open; /* room for x.open */
    struct ordinal ord;
    uint64_t n;
};

static const struct plan_item *item_of(const struct op *op)
{
    return &op->node->u.unnest.item;
}

static size_t output_of(const struct plan_item *item, struct str name)
{
    for (size_t j = 0; j < item->n_names; j++) {
        if (str_eq(item->names[j], name))
            return j;
    }
    return SIZE_MAX;
}

static void make_cells(struct op *op, struct unnest *u, const struct schema *in)
{
    const struct schema *out = op->node->schema;

    u->cells = ARENA_ARRAY(op->x->env.arena, struct cell, out->n);
    for (size_t i = 0; i < out->n; i++) {
        const struct schema_field *f = &out->fields[i];

        if (f->col >= out->n_cols)
            continue;
        u->cells[u->n_cells++] =
            (struct cell){f->col, output_of(item_of(op), f->name), fetch_new(in, f->name)};
    }
}

static enum lanner_rc unnest_open(struct op *op, struct lanner_err *err)
{
    static const struct schema nothing = {0};
    const struct schema *in = op->in != NULL ? op->in : &nothing;
    struct unnest *u = xcalloc(1, sizeof(*u));
    const struct plan_item *item = item_of(op);
    unsigned n_workers = op->x->env.n_workers;

    op->state = u;
    u->emitters = xcalloc(n_workers, sizeof(*u->emitters));
    for (unsigned w = 0; w < n_workers; w++)
        emitter_init(&u->emitters[w], op, w, op->node->schema->n_cols, op->node->schema->open,
                     op->x->env.batch_rows);
    u->call = item->expr->call;
    u->n_out = item->n_names;
    u->old = fetch_list(op->x->env.arena, in, item->names, item->n_names);
    u->had_open = in->open;
    make_cells(op, u, in);
    if (u->call->fn->reads_open)
        u->spread = spread_new(op->x->env.arena, in);
    return program_new_args(op->x->env.arena, item->expr, in, &u->program, err);
}

static void put_open(struct expansion *e, uint32_t row)
{
    struct open_row *to = &e->out->b->open[row];

    *to = *e->x.open;
    to->cap = to->n;
    to->fields = arena_alloc(e->x.arena, arena_array_size(to->n, sizeof(struct open_field)));
    if (to->n > 0)
        memcpy(to->fields, e->x.open->fields, to->n * sizeof(struct open_field));
}

static enum lanner_rc expansion_emit(struct fn_expand *x, struct lanner_err *err)
{
    struct expansion *e = (struct expansion *)(void *)x;
    const struct unnest *u = e->unnest;
    struct ordinal ord = {e->n, 0};
    uint32_t row;

    if (e->b != NULL)
        TRY(ordinal_sub(e->ord, e->n, &ord, err));
    e->n++;
    row = emitter_add(e->out, ord);
    for (size_t k = 0; k < u->n_cells; k++) {
        const struct cell *c = &u->cells[k];
        struct val *to = &e->out->b->cols[c->to].v[row];

        if (c->output != SIZE_MAX)
            *to = x->out[c->output];
        else if (e->b != NULL)
            *to = fetch_at(&c->from, e->b, x->row);
    }
    if (e->out->open && x->open != NULL)
        put_open(e, row);
    return emitter_is_full(e->out) ? emitter_flush(e->out, err) : LANNER_OK;
}

/* Presets what the function may change. */
static void begin_row(struct expansion *e, uint32_t row)
{
    e->x.row = row;
    e->ord = e->b->ord[row];
    e->n = 0;
    for (size_t j = 0; j < e->unnest->n_out; j++)
        e->x.out[j] = fetch_at(&e->unnest->old[j], e->b, row);
    if (e->x.open != NULL) {
        static const struct open_row nothing = {0};
        const struct open_row *from =
            e->unnest->had_open && e->b->open != NULL ? &e->b->open[row] : &nothing;

        e->open->n = from->n;
        e->open->cap = from->n + 4;
        e->open->fields =
            arena_alloc(e->x.arena, arena_array_size(e->open->cap, sizeof(struct open_field)));
        if (from->n > 0)
            memcpy(e->open->fields, from->fields, from->n * sizeof(struct open_field));
    }
}

static bool has_args(const struct unnest *u, const struct column *args, uint32_t row)
{
    if (u->call->fn->nulls != FN_NULL_IN_NULL_OUT)
        return true;
    for (size_t k = 0; k < u->call->n_args; k++) {
        if (!u->call->args[k].is_const && val_is_null(column_at(&args[k], row)))
            return false;
    }
    return true;
}

static enum lanner_rc unnest_push(struct op *op, unsigned worker, struct batch *b, unsigned port,
                                  struct lanner_err *err)
{
    struct unnest *u = op->state;
    struct eval *ev = op->x->evals[worker];
    struct open_row open = {0};
    struct fn_run run = {
        .call = u->call, .local = eval_local(ev, u->call), .arena = b->arena, .in = b};
    struct expansion e = {.unnest = u, .out = &u->emitters[worker], .b = b, .open = &open};
    const struct column *args;

    (void)port;
    e.x.out = ARENA_ARRAY(b->arena, struct val, u->n_out);
    e.x.emit = expansion_emit;
    e.x.arena = b->arena;
    e.x.open = e.out->open ? &open : NULL;
    if (u->spread != NULL)
        run.in = spread_apply(u->spread, b, &b->sel);
    TRY(program_run_args(u->program, ev, b, &b->sel, &args, err));
    SEL_FOR (&b->sel, i) {
        begin_row(&e, i);
        if (has_args(u, args, i))
            TRY(u->call->fn->expand(&run, args, &e.x, err));
        else
            TRY(expansion_emit(&e.x, err));
    }
    /* What was made points into b's arena: nothing may stay behind. */
    return emitter_flush(e.out, err);
}

static enum lanner_rc generate_rows(struct op *op, struct batch *args_of, struct lanner_err *err)
{
    struct unnest *u = op->state;
    struct eval *ev = op->x->evals[0];
    struct open_row open = {0};
    struct fn_run run = {
        .call = u->call, .local = eval_local(ev, u->call), .arena = args_of->arena};
    struct expansion e = {.unnest = u, .out = &u->emitters[0], .open = &open};
    const struct column *args;
    bool more = true;

    e.x.out = ARENA_ARRAY(args_of->arena, struct val, u->n_out);
    e.x.emit = expansion_emit;
    e.x.arena = args_of->arena;
    e.x.open = e.out->open ? &open : NULL;
    TRY(program_run_args(u->program, ev, args_of, &args_of->sel, &args, err));
    for (uint64_t n = 0; more; n++) {
        memset(e.x.out, 0, u->n_out * sizeof(struct val));
        memset(&open, 0, sizeof(open));
        TRY(u->call->fn->generate(&run, n, &e.x, &more, err));
        if (n % 1024 == 0)
            TRY(exec_check(op->x, err));
    }
    return emitter_flush(e.out, err);
}

static enum lanner_rc generate_finish(struct op *op, struct lanner_err *err)
{
    struct arena a;
    struct batch *b;
    enum lanner_rc rc;

    arena_init(&a, 0);
    b = batch_new(&a, 1, 0, 0, false);
    b->sel.n = 1;
    rc = generate_rows(op, b, err);
    arena_done(&a);
    return rc;
}

static void unnest_reset(struct op *op)
{
    (void)op; /* rows never stay */
}

static void unnest_close(struct op *op)
{
    struct unnest *u = op->state;

    for (unsigned w = 0; w < op->x->env.n_workers; w++)
        emitter_done(&u->emitters[w]);
    free(u->emitters);
    free(u);
}

const struct op_def op_unnest = {
    .name = "unnest",
    .open = unnest_open,
    .push = unnest_push,
    .reset = unnest_reset,
    .close = unnest_close,
};

const struct op_def op_generate = {
    .name = "generate",
    .open = unnest_open,
    .finish = generate_finish,
    .reset = unnest_reset,
    .close = unnest_close,
};
