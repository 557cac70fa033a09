/* exec.c - plan to operators, and the running of them. See exec.h and op.h. */
#include "exec/exec.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "exec/op.h"
#include "exec/result.h"

/* ---- Building
 * ------------------------------------------------------------------------------------ */

static const struct op_def *def_of(const struct plan_node *n)
{
    static const struct op_def *const defs[NODE_COUNT] = {
        [NODE_SCAN] = &op_scan,           [NODE_GENERATE] = &op_generate,
        [NODE_TABLE] = &op_table,         [NODE_FILTER] = &op_filter,
        [NODE_EXTEND] = &op_extend,       [NODE_PROJECT] = &op_project,
        [NODE_EACH] = &op_each,           [NODE_TRANSPOSE] = &op_transpose,
        [NODE_UNNEST] = &op_unnest,       [NODE_BRANCH] = &op_branch,
        [NODE_AGGREGATE] = &op_aggregate, [NODE_GROUP_APPLY] = &op_group_apply,
        [NODE_SORT] = &op_sort,           [NODE_TOP_N] = &op_top_n,
        [NODE_LIMIT] = &op_limit,         [NODE_DISTINCT] = &op_distinct,
        [NODE_UNION] = &op_union,         [NODE_JOIN] = &op_join,
        [NODE_SERIES] = &op_series,       [NODE_TOP_SHARE] = &op_top_share,
        [NODE_CORRELATE] = &op_correlate, [NODE_SESSION] = &op_session,
        [NODE_SEQUENCE] = &op_sequence,
    };

    if (n->kind == NODE_JOIN && n->u.join.in_place)
        return &op_join_in_place;
    return defs[n->kind];
}

struct op *op_new_bare(struct exec *x, const struct op_def *def, const struct schema *in)
{
    struct op *op = ARENA_NEW(x->env.arena, struct op);

    op->def = def;
    op->x = x;
    op->in = in;
    VEC_PUSH(&x->all, op);
    return op;
}

enum lanner_rc op_new(struct exec *x, struct plan_node *node, struct op *next, struct op **out,
                      struct lanner_err *err)
{
    struct op *op = op_new_bare(x, def_of(node), node->in != NULL ? node->in->schema : NULL);

    op->node = node;
    op->next = next;
    *out = op;
    return op->def->open != NULL ? op->def->open(op, err) : LANNER_OK;
}

enum lanner_rc pipeline_new(struct exec *x, struct plan_node *top, struct op *sink, unsigned port,
                            struct op_list *out, struct lanner_err *err)
{
    VEC(struct op *) ops = {0};
    struct op *next = sink;
    enum lanner_rc rc = LANNER_OK;

    for (struct plan_node *n = top; n != NULL && n->kind != NODE_INPUT && rc == LANNER_OK;
         n = n->in) {
        struct op *op = NULL;

        rc = op_new(x, n, next, &op, err);
        if (n == top)
            op->port = port;
        next = op;
        VEC_PUSH(&ops, op);
        if (n->kind == NODE_SCAN)
            VEC_PUSH(&x->scans, op);
        for (size_t i = 0; n->kind == NODE_UNION && i < n->u.set.n_inputs && rc == LANNER_OK; i++)
            rc = pipeline_new(x, n->u.set.inputs[i], op, (unsigned)i + 1, out, err);
    }
    for (size_t i = ops.n; i-- > 0;)
        VEC_PUSH(out, ops.items[i]);
    VEC_DONE(&ops);
    return rc;
}

enum lanner_rc chain_new(struct exec *x, struct plan_node *top, const struct chain **out,
                         struct lanner_err *err)
{
    struct chain *c = ARENA_NEW(x->env.arena, struct chain);
    size_t at;

    for (struct plan_node *n = top; n != NULL && n->kind != NODE_INPUT; n = n->in)
        c->n++;
    c->ops = ARENA_ARRAY(x->env.arena, struct op *, c->n);
    c->schema = top->schema;
    at = c->n;
    for (struct plan_node *n = top; at > 0; n = n->in) {
        if (def_of(n)->apply == NULL)
            return err_set_at(err, LANNER_ERR_UNSUPPORTED, n->at,
                              "%s is not possible inside a sub-pipeline", node_name(n->kind));
        TRY(op_new(x, n, NULL, &c->ops[--at], err));
    }
    *out = c;
    return LANNER_OK;
}

/* ---- Running
 * ------------------------------------------------------------------------------------- */

enum lanner_rc exec_check(const struct exec *x, struct lanner_err *err)
{
    if (x->env.cancel != NULL && *x->env.cancel != 0)
        return err_set(err, LANNER_ERR_CANCELLED, "the query was cancelled");
    return LANNER_OK;
}

enum lanner_rc op_emit(struct op *op, unsigned worker, struct batch *b, struct lanner_err *err)
{
    struct op *to = op->next;
    unsigned port = op->port;

    TRY(exec_check(op->x, err));
    while (b->sel.n > 0) {
        if (to->def->apply == NULL)
            return to->def->push(to, worker, b, port, err);
        TRY(to->def->apply(to, worker, b, err));
        port = to->port;
        to = to->next;
    }
    return LANNER_OK;
}

enum lanner_rc chain_apply(const struct chain *c, unsigned worker, struct batch *b,
                           struct lanner_err *err)
{
    for (size_t i = 0; i < c->n; i++)
        TRY(c->ops[i]->def->apply(c->ops[i], worker, b, err));
    return LANNER_OK;
}

void exec_note(const struct exec *x, enum lanner_note_kind kind, struct span at, const char *fmt,
               ...)
{
    char text[512];
    va_list ap;

    if (x->env.fn->note == NULL)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    x->env.fn->note(x->env.fn->note_ctx, kind, at, text);
}

enum lanner_rc exec_no_memory(const struct exec *x, struct span at, const char *name, uint64_t need,
                              struct lanner_err *err)
{
    (void)err_set_at(err, LANNER_ERR_MEMORY, at,
                     "%s needs %llu bytes more than the %llu that the query may use", name,
                     (unsigned long long)need, (unsigned long long)x->env.budget->limit);
    err_hint(err, "give the query more with --memory");
    return LANNER_ERR_MEMORY;
}

enum lanner_rc exec_relieve(struct exec *x, struct lanner_err *err)
{
    for (size_t i = 0; i < x->all.n; i++) {
        if (x->all.items[i]->def->relieve != NULL)
            TRY(x->all.items[i]->def->relieve(x->all.items[i], err));
    }
    return LANNER_OK;
}

struct batch *batch_view(const struct batch *b, const struct sel *sel)
{
    struct batch *v = ARENA_NEW(b->arena, struct batch);

    *v = *b;
    v->cap_cols = b->n_cols + 8;
    v->cols = arena_alloc(b->arena, arena_array_size(v->cap_cols, sizeof(struct column)));
    if (b->n_cols > 0)
        memcpy(v->cols, b->cols, b->n_cols * sizeof(struct column));
    v->sel = sel_copy(sel, b->arena);
    return v;
}

void batch_append(struct batch *b, struct column c)
{
    if (b->n_cols == b->cap_cols) {
        uint32_t cap = b->cap_cols * 2 + 8;
        struct column *cols = arena_alloc(b->arena, arena_array_size(cap, sizeof(struct column)));

        if (b->n_cols > 0)
            memcpy(cols, b->cols, b->n_cols * sizeof(struct column));
        b->cols = cols;
        b->cap_cols = cap;
    }
    b->cols[b->n_cols++] = c;
}

void batch_own_open(struct batch *b, const struct sel *sel)
{
    struct open_row *own;

    if (b->open == NULL)
        return;
    own = arena_alloc(b->arena, arena_array_size(MAX(b->n_rows, 1u), sizeof(struct open_row)));
    memcpy(own, b->open, b->n_rows * sizeof(struct open_row));
    SEL_FOR (sel, i) {
        struct open_row *o = &own[i];

        o->cap = o->n + 4;
        o->fields = arena_alloc(b->arena, arena_array_size(o->cap, sizeof(struct open_field)));
        if (o->n > 0)
            memcpy(o->fields, b->open[i].fields, o->n * sizeof(struct open_field));
    }
    b->open = own;
}

struct fetch fetch_new(const struct schema *s, struct str name)
{
    const struct schema_field *f = schema_find(s, name);

    if (f != NULL)
        return (struct fetch){f->col < s->n_cols ? f->col : FETCH_ABSENT, name};
    return (struct fetch){s->open ? FETCH_OPEN : FETCH_ABSENT, name};
}

struct fetch *fetch_list(struct arena *a, const struct schema *s, const struct str *names, size_t n)
{
    struct fetch *list = ARENA_ARRAY(a, struct fetch, n);

    for (size_t i = 0; i < n; i++)
        list[i] = fetch_new(s, names[i]);
    return list;
}

struct column fetch_column(const struct fetch *f, const struct batch *b)
{
    struct column c = {NULL, true};

    if (f->col < FETCH_OPEN)
        return b->cols[f->col];
    if (f->col == FETCH_ABSENT) {
        c.v = ARENA_NEW(b->arena, struct val);
        return c;
    }
    c.is_const = false;
    c.v = arena_alloc(b->arena, arena_array_size(b->n_rows, sizeof(struct val)));
    SEL_FOR (&b->sel, i)
        c.v[i] = fetch_at(f, b, i);
    return c;
}

enum lanner_rc ordinal_sub(struct ordinal o, uint64_t i, struct ordinal *out,
                           struct lanner_err *err)
{
    if (o.lo >> 44 != 0)
        return err_set(err, LANNER_ERR_LIMIT,
                       "rows were multiplied by more than three stages in a row");
    if (o.lo != 0 && i + 1 >= UINT64_C(1) << 20)
        return err_set(err, LANNER_ERR_LIMIT, "one row became more than %u rows", (1u << 20) - 1);
    *out = (struct ordinal){o.hi, o.lo << 20 | (i + 1)};
    return LANNER_OK;
}

/* ---- The door
 * ------------------------------------------------------------------------------------ */

static enum lanner_rc build(struct exec *x, struct lanner_err *err)
{
    struct op_list order = {0};
    enum lanner_rc rc;

    rc = result_new(x, x->plan->root->schema, &x->sink, err);
    if (rc == LANNER_OK)
        rc = pipeline_new(x, x->plan->root, x->sink, 0, &order, err);
    x->order.items = order.items;
    x->order.n = order.n;
    x->order.cap = order.cap;
    return rc;
}

enum lanner_rc exec_new(struct plan *p, const struct exec_env *env, struct exec_tables *tables,
                        struct exec **out, struct lanner_err *err)
{
    struct exec *x = xcalloc(1, sizeof(*x));
    enum lanner_rc rc;

    assert(env->n_workers > 0 && env->batch_rows > 0);
    x->env = *env;
    x->plan = p;
    x->tables = tables;
    x->evals = xcalloc(env->n_workers, sizeof(struct eval *));
    for (unsigned w = 0; w < env->n_workers; w++) {
        x->evals[w] = eval_new();
        eval_limit(x->evals[w], env->budget->limit);
    }
    rc = build(x, err);
    if (rc != LANNER_OK) {
        exec_free(x);
        return rc;
    }
    *out = x;
    return LANNER_OK;
}

bool exec_wants_scan(const struct exec *x)
{
    return x->scans.n > 0;
}

bool exec_is_done(const struct exec *x)
{
    return result_wants_nothing(x->plan->root);
}

enum lanner_rc exec_push(struct exec *x, unsigned worker, struct batch *b, struct lanner_err *err)
{
    assert(worker < x->env.n_workers);
    TRY(exec_check(x, err));
    for (size_t i = 0; i < x->scans.n; i++) {
        struct batch *view = b;

        /* Each branch of a union has a header of its own. */
        if (i + 1 < x->scans.n)
            view = batch_view(b, &b->sel);
        TRY(op_scan.push(x->scans.items[i], worker, view, 0, err));
    }
    return LANNER_OK;
}

size_t exec_n_scans(const struct exec *x)
{
    return x->scans.n;
}

struct plan_node *exec_scan(const struct exec *x, size_t i)
{
    return (struct plan_node *)(uintptr_t)x->scans.items[i]->node;
}

enum lanner_rc exec_push_scan(struct exec *x, size_t i, unsigned worker, struct batch *b,
                              struct lanner_err *err)
{
    assert(worker < x->env.n_workers);
    TRY(exec_check(x, err));
    return op_scan.push(x->scans.items[i], worker, b, 0, err);
}

enum lanner_rc exec_finish(struct exec *x, struct lanner_err *err)
{
    assert(!x->finished);
    for (size_t i = 0; i < x->order.n; i++) {
        struct op *op = x->order.items[i];

        TRY(exec_check(x, err));
        if (op->def->finish != NULL)
            TRY(op->def->finish(op, err));
    }
    TRY(x->sink->def->finish(x->sink, err));
    x->finished = true;
    return LANNER_OK;
}

enum lanner_rc exec_next(struct exec *x, struct batch **out, struct lanner_err *err)
{
    assert(x->finished);
    return result_next(x->sink, out, err);
}

const struct schema *exec_schema(const struct exec *x)
{
    return x->plan->root->schema;
}

uint64_t exec_spilled_bytes(const struct exec *x)
{
    return atomic_load(&x->n_spilled);
}

void exec_free(struct exec *x)
{
    if (x == NULL)
        return;
    for (size_t i = 0; i < x->all.n; i++) {
        if (x->all.items[i]->def->close != NULL && x->all.items[i]->state != NULL)
            x->all.items[i]->def->close(x->all.items[i]);
    }
    for (unsigned w = 0; w < x->env.n_workers; w++)
        eval_free(x->evals[w]);
    free(x->evals);
    VEC_DONE(&x->all);
    VEC_DONE(&x->order);
    VEC_DONE(&x->scans);
    free(x);
}
