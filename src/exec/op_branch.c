/* op_branch.c - clauses tried in order; the first whose pipeline lets a row through keeps it.
 *
 * A clause works on a view of the batch: its own selection, its own columns, its own open rows. So
 * what a failed clause did is never seen. Each field that some clause gives another column has one
 * merged column in the output, filled for each row from the clause that took it. Rows that no
 * clause takes are dropped; row order stays. */
#include "exec/op.h"

struct clause {
    const struct chain *chain;
    struct fetch *merged; /* for each merged column, where the clause has it */
};

struct branch {
    struct clause *clauses;
    size_t n;
    uint32_t n_merged;
};

static enum lanner_rc branch_open(struct op *op, struct lanner_err *err)
{
    struct arena *a = op->x->env.arena;
    struct branch *branch = ARENA_NEW(a, struct branch);
    const struct schema *out = op->node->schema;
    struct str *names;

    op->state = branch;
    branch->n = op->node->u.branch.n_clauses;
    branch->clauses = ARENA_ARRAY(a, struct clause, branch->n);
    branch->n_merged = out->n_cols - op->in->n_cols;
    names = ARENA_ARRAY(a, struct str, branch->n_merged);
    for (size_t i = 0; i < out->n; i++) {
        if (out->fields[i].col >= op->in->n_cols && out->fields[i].col < out->n_cols)
            names[out->fields[i].col - op->in->n_cols] = out->fields[i].name;
    }
    for (size_t i = 0; i < branch->n; i++) {
        struct clause *c = &branch->clauses[i];

        TRY(chain_new(op->x, op->node->u.branch.clauses[i].body, &c->chain, err));
        c->merged = fetch_list(a, c->chain->schema, names, branch->n_merged);
    }
    return LANNER_OK;
}

struct merge {
    struct batch *b;
    struct val **cols;
    uint8_t *taken;        /* for each row */
    struct open_row *open; /* of the output, or NULL */
    uint32_t n_merged;
};

static void take_rows(struct merge *m, const struct clause *c, const struct batch *view)
{
    SEL_FOR (&view->sel, i) {
        m->taken[i] = 1;
        if (m->open != NULL && c->chain->schema->open && view->open != NULL)
            m->open[i] = view->open[i];
    }
    for (uint32_t k = 0; k < m->n_merged; k++) {
        SEL_FOR (&view->sel, i)
            m->cols[k][i] = fetch_at(&c->merged[k], view, i);
    }
}

/* Keeps the rows of sel whose mark is `mark`. */
static void keep_marked(struct sel *sel, const uint8_t *taken, uint8_t mark)
{
    uint32_t n = 0;

    for (uint32_t k = 0; k < sel->n; k++) {
        uint32_t i = sel->idx[k];

        sel->idx[n] = i;
        n += taken[i] == mark;
    }
    sel->n = n;
}

static void merge_init(struct merge *m, struct batch *b, uint32_t n_merged, bool open)
{
    size_t room = arena_array_size(MAX(b->n_rows, 1u), sizeof(struct open_row));

    m->b = b;
    m->n_merged = n_merged;
    m->cols = ARENA_ARRAY(b->arena, struct val *, n_merged);
    for (uint32_t k = 0; k < n_merged; k++)
        m->cols[k] = arena_alloc(b->arena, arena_array_size(b->n_rows, sizeof(struct val)));
    m->taken = arena_zalloc(b->arena, MAX(b->n_rows, 1u));
    m->open = open ? arena_zalloc(b->arena, room) : NULL;
}

static enum lanner_rc branch_apply(struct op *op, unsigned worker, struct batch *b,
                                   struct lanner_err *err)
{
    const struct branch *branch = op->state;
    struct merge m;
    struct sel rest = sel_copy(&b->sel, b->arena);

    assert(b->n_cols == op->in->n_cols);
    merge_init(&m, b, branch->n_merged, op->node->schema->open);
    for (size_t i = 0; i < branch->n && rest.n > 0; i++) {
        struct batch *view = batch_view(b, &rest);

        TRY(chain_apply(branch->clauses[i].chain, worker, view, err));
        take_rows(&m, &branch->clauses[i], view);
        keep_marked(&rest, m.taken, 0);
    }
    keep_marked(&b->sel, m.taken, 1);
    b->open = m.open;
    for (uint32_t k = 0; k < m.n_merged; k++)
        batch_append(b, (struct column){m.cols[k], false});
    return LANNER_OK;
}

const struct op_def op_branch = {
    .name = "branch",
    .open = branch_open,
    .apply = branch_apply,
};
