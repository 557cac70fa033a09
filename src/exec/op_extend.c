/* op_extend.c - adds or overwrites fields.
 *
 * Every output is a new column behind the input's, in the order of the items and their names
 * (bind.c numbers them so); a field that is overwritten keeps its old column, which nobody names
 * any more. */
#include "exec/op.h"

struct item {
    const struct plan_item *plan;
    const struct program *program; /* the value, or the arguments of a multi call */
    const struct fn_call *call;    /* multi */
    const struct spread *spread;   /* of a call that looks for names itself, else NULL */
    struct fetch *old;             /* values before, one for each name */
    bool reads_old;
    bool had_open; /* rows have open fields before it */
};

struct extend {
    struct item *items;
    size_t n;
};

/* The schema that an item sees, as bind.c makes it. */
struct seen {
    struct schema schema;
    struct arena *a;
};

static void seen_append(struct seen *s, struct str name, enum type type)
{
    struct schema_field field = {.name = name, .col = s->schema.n_cols++, .type = type};

    for (size_t i = 0; i < s->schema.n; i++) {
        if (str_eq(s->schema.fields[i].name, name)) {
            s->schema.fields[i] = field;
            return;
        }
    }
    s->schema.fields[s->schema.n++] = field;
}

static bool is_multi(const struct plan_item *item)
{
    return item->expr->kind == EXPR_CALL && item->expr->fn->kind == FN_MULTI;
}

static enum lanner_rc open_item(const struct plan_item *plan, struct seen *seen, struct item *item,
                                struct lanner_err *err)
{
    const struct schema *before = &seen->schema;

    item->plan = plan;
    item->had_open = before->open;
    item->old = fetch_list(seen->a, before, plan->names, plan->n_names);
    if (is_multi(plan)) {
        item->call = plan->expr->call;
        item->reads_old = true;
        if (item->call->fn->reads_open)
            item->spread = spread_new(seen->a, before);
        TRY(program_new_args(seen->a, plan->expr, before, &item->program, err));
    } else {
        if (plan->n_names != 1)
            return err_set_at(err, LANNER_ERR_QUERY, plan->at, "one value for %zu fields",
                              plan->n_names);
        item->reads_old = plan->keep_old && item->old[0].col != FETCH_ABSENT;
        TRY(program_new(seen->a, plan->expr, before, &item->program, err));
    }
    for (size_t i = 0; i < plan->n_names; i++) {
        const struct schema_field *old = schema_find(&seen->schema, plan->names[i]);
        enum type type = is_multi(plan) ? TYPE_RAW : expr_type(plan->expr, &seen->schema);

        if (item->reads_old && old != NULL && old->type != type)
            type = TYPE_ANY;
        seen_append(seen, plan->names[i], type);
    }
    seen->schema.open |= plan->open;
    return LANNER_OK;
}

static enum lanner_rc extend_open(struct op *op, struct lanner_err *err)
{
    struct arena *a = op->x->env.arena;
    struct extend *extend = ARENA_NEW(a, struct extend);
    struct seen seen = {*op->in, a};
    size_t n_names = 0;

    op->state = extend;
    extend->n = op->node->u.extend.n_items;
    extend->items = ARENA_ARRAY(a, struct item, extend->n);
    for (size_t i = 0; i < extend->n; i++)
        n_names += op->node->u.extend.items[i].n_names;
    seen.schema.fields = ARENA_ARRAY(a, struct schema_field, op->in->n + n_names);
    if (op->in->n > 0)
        memcpy(seen.schema.fields, op->in->fields, op->in->n * sizeof(struct schema_field));
    for (size_t i = 0; i < extend->n; i++)
        TRY(open_item(&op->node->u.extend.items[i], &seen, &extend->items[i], err));
    return LANNER_OK;
}

/* Where the value is null the field stays as it was. */
static struct column keep_old(const struct item *item, struct batch *b, struct column value)
{
    struct column out;
    bool some = false;

    SEL_FOR (&b->sel, i)
        some |= val_is_null(column_at(&value, i));
    if (!some)
        return value;
    out.is_const = false;
    out.v = arena_alloc(b->arena, arena_array_size(b->n_rows, sizeof(struct val)));
    SEL_FOR (&b->sel, i) {
        const struct val *v = column_at(&value, i);

        out.v[i] = val_is_null(v) ? fetch_at(&item->old[0], b, i) : *v;
    }
    return out;
}

static enum lanner_rc run_scalar(const struct item *item, struct eval *ev, struct batch *b,
                                 struct lanner_err *err)
{
    struct column value;

    TRY(program_run(item->program, ev, b, &b->sel, &value, err));
    batch_append(b, item->reads_old ? keep_old(item, b, value) : value);
    return LANNER_OK;
}

/* The rows whose arguments are all there; the others pass unchanged. */
static struct sel rows_with_args(const struct item *item, const struct batch *b,
                                 const struct column *args)
{
    const struct fn_call *call = item->call;
    struct sel sel = sel_copy(&b->sel, b->arena);
    uint32_t n = 0;

    if (call->fn->nulls != FN_NULL_IN_NULL_OUT)
        return sel;
    for (uint32_t r = 0; r < sel.n; r++) {
        uint32_t i = sel.idx[r];
        bool there = true;

        for (size_t k = 0; k < call->n_args && there; k++)
            there = call->args[k].is_const || !val_is_null(column_at(&args[k], i));
        sel.idx[n] = i;
        n += there;
    }
    sel.n = n;
    return sel;
}

static void drop_rows(struct batch *b, const uint8_t *drop)
{
    uint32_t n = 0;

    for (uint32_t k = 0; k < b->sel.n; k++) {
        uint32_t i = b->sel.idx[k];

        b->sel.idx[n] = i;
        n += drop[i] == 0;
    }
    b->sel.n = n;
}

/* Rows that had no open fields, those of an aggregate say, get room for them. */
static void own_open(struct batch *b, bool had_open)
{
    if (b->open == NULL || !had_open)
        b->open =
            arena_zalloc(b->arena, arena_array_size(MAX(b->n_rows, 1u), sizeof(struct open_row)));
    else
        batch_own_open(b, &b->sel);
}

static enum lanner_rc run_multi(const struct item *item, struct eval *ev, struct batch *b,
                                struct lanner_err *err)
{
    size_t n_out = item->plan->n_names;
    struct val **out = ARENA_ARRAY(b->arena, struct val *, n_out);
    struct fn_multi multi = {.out = out, .arena = b->arena};
    struct fn_run run = {
        .call = item->call, .local = eval_local(ev, item->call), .arena = b->arena, .in = b};
    const struct column *args;
    struct sel sel;

    TRY(program_run_args(item->program, ev, b, &b->sel, &args, err));
    if (item->spread != NULL)
        run.in = spread_apply(item->spread, b, &b->sel);
    if (item->plan->open) {
        own_open(b, item->had_open);
        multi.open = b->open;
    }
    for (size_t j = 0; j < n_out; j++) {
        out[j] = arena_alloc(b->arena, arena_array_size(b->n_rows, sizeof(struct val)));
        SEL_FOR (&b->sel, i)
            out[j][i] = fetch_at(&item->old[j], b, i);
    }
    multi.drop = arena_zalloc(b->arena, MAX(b->n_rows, 1u));
    sel = rows_with_args(item, b, args);
    if (sel.n > 0)
        TRY(item->call->fn->eval_multi(&run, args, &sel, &multi, err));
    for (size_t j = 0; j < n_out; j++)
        batch_append(b, (struct column){out[j], false});
    drop_rows(b, multi.drop);
    return LANNER_OK;
}

static enum lanner_rc extend_apply(struct op *op, unsigned worker, struct batch *b,
                                   struct lanner_err *err)
{
    const struct extend *extend = op->state;
    struct eval *ev = op->x->evals[worker];

    assert(b->n_cols == op->in->n_cols);
    for (size_t i = 0; i < extend->n; i++) {
        const struct item *item = &extend->items[i];

        if (item->call != NULL)
            TRY(run_multi(item, ev, b, err));
        else
            TRY(run_scalar(item, ev, b, err));
    }
    assert(b->n_cols == op->node->schema->n_cols);
    return LANNER_OK;
}

const struct op_def op_extend = {
    .name = "extend",
    .open = extend_open,
    .apply = extend_apply,
};
