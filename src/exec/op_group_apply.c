/* op_group_apply.c - a pipeline for each group over its rows in order.
 *
 * All rows are sorted by key, then time (unless they stay as they stand), then ordinal. Each
 * group's rows get new ordinals, 0, 1, 2,
 * ..., and are pushed through the body, whose operators forget everything between groups. What the
 * body gives is gathered and handed on in the order of the groups' first rows, with new ordinals
 * again; sessions that the body numbered get numbers in that order too. */
#include <stdlib.h>

#include "exec/sorter.h"

struct group_apply {
    uint32_t n_keys;
    uint32_t first_key; /* cell of the input's rows */
    const struct layout *input;
    struct sorter *rows;        /* owned; of the input */
    struct op_list body;        /* in running order */
    struct op *feeder;          /* hands rows to the body */
    struct op *sink;            /* takes what the body gives */
    const struct layout *given; /* of the body's rows: the output's cells; keys are filled in */
    uint32_t *key_cell;         /* cell of each key in `given`; UINT32_MAX: not asked for */
    struct sorter *group;       /* owned; what the body gave for one group */
    const struct layout *kept;  /* as `given`, and the row's number in its group */
    struct sorter *output;      /* owned; rows of all groups */
    enum missing_keys missing;
    const struct op *session; /* of the body, NULL: none */
    uint32_t session_cell;    /* its number in `given`; UINT32_MAX: not asked for */
    int64_t n_sessions;       /* of the groups before */
};

/* The group at work. */
struct current {
    struct arena arena;
    struct val *keys; /* NULL: no group yet */
    struct ordinal first;
    uint64_t n;
};

/* ---- The body's sink
 * ----------------------------------------------------------------------------- */

static enum lanner_rc sink_push(struct op *op, unsigned worker, struct batch *b, unsigned port,
                                struct lanner_err *err)
{
    struct group_apply *g = op->state;

    (void)port;
    return sorter_push(g->group, worker, b, err);
}

static const struct op_def op_group_sink = {.name = "group_apply", .push = sink_push};
static const struct op_def op_group_feeder = {.name = "group_apply"};

/* ---- Opening
 * ------------------------------------------------------------------------------------- */

static struct sorter *input_sorter(struct op *op, struct group_apply *g)
{
    struct arena *a = op->x->env.arena;
    struct sorter_key *keys = ARENA_ARRAY(a, struct sorter_key, g->n_keys + 1);
    struct str *names = ARENA_ARRAY(a, struct str, g->n_keys + 1);
    struct sorter_config config = {.x = op->x, .name = "group_apply", .at = op->node->at};

    for (uint32_t k = 0; k < g->n_keys; k++) {
        names[k] = op->node->u.group_apply.keys[k];
        keys[k].as_key = true;
    }
    names[g->n_keys] = STR(FIELD_TIME_MS);
    keys[g->n_keys].type = SORT_NUMBER;
    g->input = layout_new(a, op->in, op->in, names, g->n_keys + 1);
    g->first_key = g->input->n_cells - g->n_keys - 1;
    for (uint32_t k = 0; k <= g->n_keys; k++)
        keys[k].cell = g->first_key + k;
    config.layout = g->input;
    config.keys = keys;
    config.n_keys = g->n_keys + (op->node->u.group_apply.as_they_stand ? 0 : 1);
    return sorter_new(&config);
}

/* The output's cells as the body gives them; keys are the group's, whatever the body calls so. */
static void make_given(struct op *op, struct group_apply *g)
{
    struct arena *a = op->x->env.arena;
    const struct schema *out = op->node->schema;
    struct layout *given = ARENA_NEW(a, struct layout);
    struct layout *kept = ARENA_NEW(a, struct layout);
    struct fetch *cells;
    uint32_t *to;

    *given = *layout_new(a, op->node->u.group_apply.body->schema, out, NULL, 0);
    *kept = *given;
    kept->n_cells++;
    cells = ARENA_ARRAY(a, struct fetch, kept->n_cells);
    to = ARENA_ARRAY(a, uint32_t, kept->n_cells);
    if (given->n_cells > 0) {
        memcpy(cells, given->cells, given->n_cells * sizeof(*cells));
        memcpy(to, given->to, given->n_cells * sizeof(*to));
    }
    to[given->n_cells] = UINT32_MAX;
    g->key_cell = ARENA_ARRAY(a, uint32_t, g->n_keys);
    for (uint32_t k = 0; k < g->n_keys; k++) {
        const struct schema_field *f = schema_find(out, op->node->u.group_apply.keys[k]);

        g->key_cell[k] = UINT32_MAX;
        for (uint32_t c = 0; f != NULL && c < given->n_cells; c++) {
            if (to[c] != f->col)
                continue;
            g->key_cell[k] = c;
            cells[c].col = FETCH_ABSENT;
        }
    }
    given->cells = kept->cells = cells;
    given->to = kept->to = to;
    g->given = given;
    g->kept = kept;
}

static void find_session(struct op *op, struct group_apply *g)
{
    const struct schema_field *f;

    g->session_cell = UINT32_MAX;
    for (size_t i = 0; i < g->body.n; i++) {
        if (g->body.items[i]->def == &op_session)
            g->session = g->body.items[i];
    }
    if (g->session == NULL)
        return;
    f = schema_find(op->node->schema, g->session->node->u.session.id);
    for (uint32_t c = 0; f != NULL && c < g->given->n_cells; c++) {
        if (g->given->to[c] == f->col)
            g->session_cell = c;
    }
}

static enum lanner_rc open_body(struct op *op, struct group_apply *g, struct lanner_err *err)
{
    g->sink = op_new_bare(op->x, &op_group_sink, op->node->u.group_apply.body->schema);
    g->feeder = op_new_bare(op->x, &op_group_feeder, op->in);
    g->sink->state = g;
    TRY(pipeline_new(op->x, op->node->u.group_apply.body, g->sink, 0, &g->body, err));
    g->feeder->next = g->body.n > 0 ? g->body.items[0] : g->sink;
    find_session(op, g);
    return LANNER_OK;
}

static enum lanner_rc group_apply_open(struct op *op, struct lanner_err *err)
{
    struct group_apply *g = xcalloc(1, sizeof(*g));
    struct sorter_config config = {.x = op->x, .name = "group_apply", .at = op->node->at};
    struct sorter_key *number = ARENA_NEW(op->x->env.arena, struct sorter_key);

    op->state = g;
    g->n_keys = (uint32_t)op->node->u.group_apply.n_keys;
    g->missing = op->node->u.group_apply.missing;
    g->rows = input_sorter(op, g);
    make_given(op, g);
    config.layout = g->given;
    g->group = sorter_new(&config);
    config.layout = g->kept;
    number->cell = g->given->n_cells;
    number->type = SORT_EXACT;
    config.keys = number;
    config.n_keys = 1;
    config.ordinal_first = true;
    g->output = sorter_new(&config);
    return open_body(op, g, err);
}

/* ---- Running
 * ------------------------------------------------------------------------------------- */

static enum lanner_rc group_apply_push(struct op *op, unsigned worker, struct batch *b,
                                       unsigned port, struct lanner_err *err)
{
    struct group_apply *g = op->state;

    (void)port;
    return sorter_push(g->rows, worker, b, err);
}

/* Rows of the body's result become rows of the output, under the group's first ordinal. */
static enum lanner_rc take_result(struct group_apply *g, const struct current *now,
                                  struct lanner_err *err)
{
    struct val *cells = xcalloc(g->kept->n_cells, sizeof(*cells));
    const struct row *row = NULL;
    bool stays;
    int64_t n = 0;
    enum lanner_rc rc = sorter_finish(g->group, err);

    while (rc == LANNER_OK) {
        struct row out;

        rc = sorter_next(g->group, &row, &stays, err);
        if (rc != LANNER_OK || row == NULL)
            break;
        out = *row;
        memcpy(cells, row->cells, g->given->n_cells * sizeof(*cells));
        cells[g->given->n_cells] = val_long(n++);
        if (g->session_cell != UINT32_MAX && cells[g->session_cell].kind == KIND_LONG)
            cells[g->session_cell].u.i -= g->n_sessions;
        for (uint32_t k = 0; k < g->n_keys; k++) {
            if (g->key_cell[k] != UINT32_MAX)
                cells[g->key_cell[k]] = now->keys[k];
        }
        out.cells = cells;
        out.n_cells = g->kept->n_cells;
        out.ord = now->first;
        rc = sorter_add(g->output, 0, &out, err);
    }
    free(cells);
    return rc;
}

static enum lanner_rc end_group(struct group_apply *g, struct emitter *e, const struct current *now,
                                struct lanner_err *err)
{
    if (now->keys == NULL)
        return LANNER_OK;
    TRY(emitter_flush(e, err));
    for (size_t i = 0; i < g->body.n; i++) {
        struct op *op = g->body.items[i];

        if (op->def->finish != NULL)
            TRY(op->def->finish(op, err));
    }
    TRY(take_result(g, now, err));
    if (g->session != NULL)
        g->n_sessions = session_count(g->session);
    for (size_t i = 0; i < g->body.n; i++) {
        struct op *op = g->body.items[i];

        if (op->def->reset != NULL)
            op->def->reset(op);
    }
    sorter_reset(g->group);
    return LANNER_OK;
}

static bool same_group(const struct group_apply *g, const struct current *now,
                       const struct val *keys)
{
    for (uint32_t k = 0; now->keys != NULL && k < g->n_keys; k++) {
        if (val_is_null(&keys[k]) ? !val_is_null(&now->keys[k])
                                  : !val_same(&keys[k], &now->keys[k]))
            return false;
    }
    return now->keys != NULL;
}

static void begin_group(const struct group_apply *g, struct current *now, const struct row *row)
{
    arena_reset(&now->arena);
    now->keys = ARENA_ARRAY(&now->arena, struct val, g->n_keys + 1);
    for (uint32_t k = 0; k < g->n_keys; k++)
        now->keys[k] = val_copy(&row->cells[g->first_key + k], &now->arena);
    now->first = row->ord;
    now->n = 0;
}

static bool has_group(const struct group_apply *g, const struct val *keys)
{
    uint32_t n_missing = 0;

    for (uint32_t k = 0; k < g->n_keys; k++)
        n_missing += val_is_null(&keys[k]);
    if (g->missing == KEYS_KEEP || g->n_keys == 0)
        return true;
    return g->missing == KEYS_DROP_IF_ALL ? n_missing < g->n_keys : n_missing == 0;
}

static enum lanner_rc run_groups(struct group_apply *g, struct emitter *e, struct current *now,
                                 struct lanner_err *err)
{
    const struct row *row;
    bool stays;

    for (;;) {
        TRY(sorter_next(g->rows, &row, &stays, err));
        if (row == NULL)
            return end_group(g, e, now, err);
        if (!has_group(g, &row->cells[g->first_key]))
            continue;
        if (!same_group(g, now, &row->cells[g->first_key])) {
            TRY(end_group(g, e, now, err));
            begin_group(g, now, row);
        }
        if (ordinal_cmp(row->ord, now->first) < 0)
            now->first = row->ord;
        emitter_put(e, g->input, row, (struct ordinal){now->n++, 0}, !stays);
        if (emitter_is_full(e))
            TRY(emitter_flush(e, err));
    }
}

/* Numbers the group's sessions behind those of the groups before. */
struct numbering {
    struct ordinal group;
    int64_t before; /* greatest number of the groups before */
    int64_t greatest;
    struct val *cells; /* owned */
};

static void number_sessions(const struct group_apply *g, struct numbering *n, struct row *row)
{
    struct val *id;

    if (g->session_cell == UINT32_MAX)
        return;
    if (ordinal_cmp(row->ord, n->group) != 0) {
        n->group = row->ord;
        n->before = n->greatest;
    }
    memcpy(n->cells, row->cells, row->n_cells * sizeof(struct val));
    row->cells = n->cells;
    id = &n->cells[g->session_cell];
    if (id->kind != KIND_LONG)
        return;
    id->u.i += n->before;
    n->greatest = MAX(n->greatest, id->u.i);
}

static enum lanner_rc emit_output(struct op *op, struct lanner_err *err)
{
    struct group_apply *g = op->state;
    struct numbering numbers = {.group = {UINT64_MAX, UINT64_MAX}};
    struct ordinal ord = {0, 0};
    const struct row *row = NULL;
    struct emitter e;
    bool stays;
    enum lanner_rc rc = sorter_finish(g->output, err);

    numbers.cells = xcalloc(g->kept->n_cells, sizeof(struct val));
    emitter_init(&e, op, 0, g->kept->n_cols, g->kept->open, op->x->env.batch_rows);
    while (rc == LANNER_OK) {
        struct row out;

        rc = sorter_next(g->output, &row, &stays, err);
        if (rc != LANNER_OK || row == NULL)
            break;
        out = *row;
        number_sessions(g, &numbers, &out);
        emitter_put(&e, g->kept, &out, ord, !stays);
        ord.hi++;
        if (emitter_is_full(&e))
            rc = emitter_flush(&e, err);
    }
    if (rc == LANNER_OK)
        rc = emitter_flush(&e, err);
    emitter_done(&e);
    free(numbers.cells);
    return rc;
}

static enum lanner_rc group_apply_finish(struct op *op, struct lanner_err *err)
{
    struct group_apply *g = op->state;
    struct current now = {.keys = NULL};
    struct emitter e;
    enum lanner_rc rc;

    TRY(sorter_finish(g->rows, err));
    arena_init(&now.arena, 4096);
    emitter_init(&e, g->feeder, 0, g->input->n_cols, g->input->open, op->x->env.batch_rows);
    rc = run_groups(g, &e, &now, err);
    emitter_done(&e);
    arena_done(&now.arena);
    if (rc != LANNER_OK)
        return rc;
    sorter_reset(g->rows);
    return emit_output(op, err);
}

static enum lanner_rc group_apply_relieve(struct op *op, struct lanner_err *err)
{
    struct group_apply *g = op->state;

    TRY(sorter_relieve(g->rows, err));
    return sorter_relieve(g->output, err);
}

static void group_apply_reset(struct op *op)
{
    struct group_apply *g = op->state;

    sorter_reset(g->rows);
    sorter_reset(g->output);
}

static void group_apply_close(struct op *op)
{
    struct group_apply *g = op->state;

    sorter_free(g->rows);
    sorter_free(g->group);
    sorter_free(g->output);
    VEC_DONE(&g->body);
    free(g);
}

const struct op_def op_group_apply = {
    .name = "group_apply",
    .open = group_apply_open,
    .push = group_apply_push,
    .finish = group_apply_finish,
    .relieve = group_apply_relieve,
    .reset = group_apply_reset,
    .close = group_apply_close,
};
