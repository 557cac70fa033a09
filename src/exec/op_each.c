/* op_each.c - a sub-pipeline over the elements of an array of each row: which of them it lets
 * through, what it makes of them, or whether it lets any through.
 *
 * Elements are the fields array[0], array[1], ... up to the first that is missing. A row of the
 * sub-pipeline is the event with one element under the name of the variable. They are made for a
 * chunk of events at a time in memory of the chunk's own, so that long arrays in many events cost
 * no more than in one; only results are copied to the batch. */
#include <stdlib.h>

#include "exec/op.h"

#define ELEMENTS_MOST  8000 /* of one array */
#define CHUNK_ELEMENTS 2048 /* rows of the sub-pipeline at a time, more only for one event */

struct variable { /* a column of the sub-pipeline's rows */
    uint32_t col;
    struct str suffix; /* behind array[i]: empty, or .key of an element that is an object */
};

struct each {
    const struct spread *spread;
    const struct chain *chain;
    struct variable *vars;
    size_t n_vars;
    struct fetch result; /* EACH_MAP: in the sub-pipeline's rows */
    struct fetch *old;   /* values before, one for each output */
    size_t *index;       /* of each output: k of as[k], SIZE_MAX: none */
    bool had_open;
};

/* One event's elements. */
struct event {
    uint32_t row;
    uint32_t n;
    const struct val *items;   /* plain elements; NULL for arrays of objects */
    const struct val *members; /* of objects: n for each variable */
    struct val *kept;          /* batch arena */
    uint32_t n_kept;
    bool found;
};

/* `base[12]` followed by `rest` gives 12, SIZE_MAX for all other names. */
static size_t element_number(struct str name, struct str base, struct str *rest)
{
    size_t k = base.len + 1;
    size_t n = 0;

    if (name.len < base.len + 3 || !str_starts(name, base) || name.ptr[base.len] != '[')
        return SIZE_MAX;
    for (; k < name.len && ascii_is_digit(name.ptr[k]); k++) {
        if (n > ELEMENTS_MOST)
            return SIZE_MAX;
        n = n * 10 + (size_t)(name.ptr[k] - '0');
    }
    if (k >= name.len || name.ptr[k] != ']' || k == base.len + 1)
        return SIZE_MAX;
    *rest = str_of(name.ptr + k + 1, name.len - k - 1);
    return n < ELEMENTS_MOST ? n : SIZE_MAX;
}

static void make_vars(struct op *op, struct each *e)
{
    const struct plan_node *n = op->node;
    const struct plan_node *leaf = n->u.each.body;

    while (leaf->in != NULL)
        leaf = leaf->in;
    e->vars = ARENA_ARRAY(op->x->env.arena, struct variable, leaf->schema->n);
    for (size_t i = 0; i < leaf->schema->n; i++) {
        const struct schema_field *f = &leaf->schema->fields[i];

        if (f->col < op->in->n_cols || f->col >= leaf->schema->n_cols)
            continue;
        e->vars[e->n_vars++] = (struct variable){
            f->col, str_of(f->name.ptr + n->u.each.var.len, f->name.len - n->u.each.var.len)};
    }
}

static enum lanner_rc each_open(struct op *op, struct lanner_err *err)
{
    struct arena *a = op->x->env.arena;
    const struct plan_node *n = op->node;
    struct each *e = ARENA_NEW(a, struct each);

    op->state = e;
    e->had_open = op->in->open;
    e->spread = spread_new(a, op->in);
    e->old = fetch_list(a, op->in, n->u.each.names, n->u.each.n_names);
    e->index = ARENA_ARRAY(a, size_t, n->u.each.n_names);
    for (size_t j = 0; j < n->u.each.n_names; j++) {
        struct str rest = STR_NONE;

        e->index[j] = element_number(n->u.each.names[j], n->u.each.as, &rest);
        if (rest.len > 0)
            e->index[j] = SIZE_MAX;
    }
    make_vars(op, e);
    TRY(chain_new(op->x, n->u.each.body, &e->chain, err));
    e->result = fetch_new(e->chain->schema, n->u.each.as);
    return LANNER_OK;
}

/* ---- Reading arrays ----------------------------------------------------------------------------
 */

/* Elements up to the first hole; an array in the arena, NULL when there is none. */
static struct val *read_plain(const struct open_row *open, struct str base, struct arena *a,
                              uint32_t *n)
{
    struct str rest;
    struct val *items;
    size_t room = 0;

    *n = 0;
    for (uint32_t k = 0; k < open->n; k++) {
        size_t at = element_number(open->fields[k].name, base, &rest);

        room = at != SIZE_MAX && rest.len == 0 ? MAX(room, at + 1) : room;
    }
    if (room == 0)
        return NULL;
    items = ARENA_ARRAY(a, struct val, room);
    for (uint32_t k = 0; k < open->n; k++) {
        size_t at = element_number(open->fields[k].name, base, &rest);

        if (at != SIZE_MAX && rest.len == 0)
            items[at] = open->fields[k].v;
    }
    while (*n < room && !val_is_null(&items[*n]))
        (*n)++;
    return items;
}

/* How many elements have some field, up to the first that has none. */
static uint32_t count_objects(const struct open_row *open, struct str base)
{
    uint8_t there[ELEMENTS_MOST + 1] = {0};
    uint32_t n = 0;
    struct str rest;

    for (uint32_t k = 0; k < open->n; k++) {
        size_t at = element_number(open->fields[k].name, base, &rest);

        if (at != SIZE_MAX && !val_is_null(&open->fields[k].v))
            there[at] = 1;
    }
    while (there[n] != 0)
        n++;
    return n;
}

/* What the sub-pipeline asks of the elements, in one pass over the row's fields. */
static const struct val *read_members(const struct op *op, const struct open_row *open, uint32_t n,
                                      struct arena *a)
{
    const struct each *e = op->state;
    struct val *members = ARENA_ARRAY(a, struct val, e->n_vars * n);
    struct str rest;

    for (uint32_t k = 0; k < open->n; k++) {
        size_t at = element_number(open->fields[k].name, op->node->u.each.array, &rest);

        for (size_t v = 0; at < n && v < e->n_vars; v++) {
            if (str_eq(rest, e->vars[v].suffix))
                members[v * n + at] = open->fields[k].v;
        }
    }
    return members;
}

static void read_event(const struct op *op, const struct batch *view, struct event *ev)
{
    struct open_row *open = &view->open[ev->row];

    if (op->node->u.each.objects) {
        ev->n = count_objects(open, op->node->u.each.array);
        ev->members = read_members(op, open, ev->n, view->arena);
    } else {
        ev->items = read_plain(open, op->node->u.each.array, view->arena, &ev->n);
    }
    if (op->node->u.each.mode != EACH_ANY)
        ev->kept = ARENA_ARRAY(view->arena, struct val, ev->n);
}

/* ---- Running -----------------------------------------------------------------------------------
 */

/* The rows of the sub-pipeline for events[0..n). */
static struct batch *make_rows(const struct op *op, const struct batch *b,
                               const struct event *events, size_t n, uint32_t n_rows,
                               struct arena *a)
{
    const struct each *e = op->state;
    uint32_t n_in = op->in->n_cols;
    struct batch *out = batch_new(a, n_rows, n_in + (uint32_t)e->n_vars,
                                  n_in + (uint32_t)e->n_vars + 8, op->in->open);
    uint32_t at = 0;

    for (size_t i = 0; i < n; i++) {
        const struct event *ev = &events[i];

        for (uint32_t k = 0; k < ev->n; k++, at++) {
            for (uint32_t c = 0; c < n_in; c++)
                out->cols[c].v[at] = *column_at(&b->cols[c], ev->row);
            for (size_t v = 0; v < e->n_vars; v++)
                out->cols[e->vars[v].col].v[at] =
                    ev->items != NULL ? ev->items[k] : ev->members[v * ev->n + k];
            if (out->open != NULL && b->open != NULL)
                out->open[at] = b->open[ev->row];
            out->ord[at] = b->ord[ev->row];
            out->sel.idx[at] = at;
        }
    }
    out->sel.n = n_rows;
    return out;
}

/* What the sub-pipeline left of the rows goes to their events. */
static void take_results(const struct op *op, const struct batch *rows, struct event *events,
                         struct arena *a)
{
    const struct each *e = op->state;
    struct event *ev = events;
    uint32_t first = 0; /* row of ev's element 0 */

    SEL_FOR (&rows->sel, r) {
        struct val v;

        while (r >= first + ev->n) {
            first += ev->n;
            ev++;
        }
        ev->found = true;
        if (op->node->u.each.mode == EACH_ANY)
            continue;
        v = op->node->u.each.mode == EACH_FILTER ? ev->items[r - first]
                                                 : fetch_at(&e->result, rows, r);
        if (!val_is_null(&v))
            ev->kept[ev->n_kept++] = val_copy(&v, a);
    }
}

static enum lanner_rc run_events(struct op *op, unsigned worker, const struct batch *b,
                                 struct event *events, size_t n, struct lanner_err *err)
{
    const struct each *e = op->state;
    struct arena scratch;
    enum lanner_rc rc = LANNER_OK;

    arena_init(&scratch, 0);
    for (size_t first = 0; first < n && rc == LANNER_OK;) {
        size_t end = first;
        uint32_t n_rows = 0;
        struct batch *rows;

        while (end < n && (n_rows == 0 || n_rows + events[end].n <= CHUNK_ELEMENTS))
            n_rows += events[end++].n;
        if (n_rows > 0) {
            arena_reset(&scratch);
            rows = make_rows(op, b, events + first, end - first, n_rows, &scratch);
            rc = exec_check(op->x, err);
            if (rc == LANNER_OK)
                rc = chain_apply(e->chain, worker, rows, err);
            if (rc == LANNER_OK)
                take_results(op, rows, events + first, b->arena);
        }
        first = end;
    }
    arena_done(&scratch);
    return rc;
}

/* ---- Writing arrays ----------------------------------------------------------------------------
 */

static void remove_open(struct open_row *row, struct str name)
{
    for (uint32_t k = 0; k < row->n; k++) {
        if (!str_eq(row->fields[k].name, name))
            continue;
        memmove(&row->fields[k], &row->fields[k + 1], (row->n - k - 1) * sizeof(*row->fields));
        row->n--;
        return;
    }
}

/* What an array of that name had beyond the new elements is taken away. */
static void write_open(const struct op *op, const struct batch *b, const struct batch *view,
                       const struct event *ev)
{
    struct str as = op->node->u.each.as;
    uint32_t n_old;

    (void)read_plain(&view->open[ev->row], as, b->arena, &n_old);
    for (uint32_t k = 0; k < MAX(ev->n_kept, n_old); k++) {
        struct str name = arena_printf(b->arena, "%.*s[%u]", STR_ARG(as), (unsigned)k);

        if (k < ev->n_kept)
            open_put(&b->open[ev->row], name, ev->kept[k], b->arena);
        else
            remove_open(&b->open[ev->row], name);
    }
}

static void write_arrays(const struct op *op, struct batch *b, const struct batch *view,
                         const struct event *events, size_t n)
{
    const struct each *e = op->state;

    if (op->node->u.each.open && (b->open == NULL || !e->had_open))
        b->open =
            arena_zalloc(b->arena, arena_array_size(MAX(b->n_rows, 1u), sizeof(struct open_row)));
    else if (op->node->u.each.open)
        batch_own_open(b, &b->sel);
    for (size_t i = 0; i < n && op->node->u.each.open; i++) {
        if (events[i].n > 0)
            write_open(op, b, view, &events[i]);
    }
    for (size_t j = 0; j < op->node->u.each.n_names; j++) {
        struct column c = {
            arena_alloc(b->arena, arena_array_size(MAX(b->n_rows, 1u), sizeof(struct val))), false};

        for (size_t i = 0; i < n; i++) {
            const struct event *ev = &events[i];

            if (ev->n == 0 || e->index[j] == SIZE_MAX)
                c.v[ev->row] = fetch_at(&e->old[j], view, ev->row);
            else
                c.v[ev->row] = e->index[j] < ev->n_kept ? ev->kept[e->index[j]] : VAL_ABSENT;
        }
        batch_append(b, c);
    }
}

static void write_found(struct batch *b, const struct event *events, size_t n)
{
    struct column c = {
        arena_alloc(b->arena, arena_array_size(MAX(b->n_rows, 1u), sizeof(struct val))), false};

    for (size_t i = 0; i < n; i++)
        c.v[events[i].row] = val_bool(events[i].found);
    batch_append(b, c);
}

static enum lanner_rc each_apply(struct op *op, unsigned worker, struct batch *b,
                                 struct lanner_err *err)
{
    const struct each *e = op->state;
    struct batch *view = spread_apply(e->spread, b, &b->sel);
    struct event *events = ARENA_ARRAY(b->arena, struct event, b->sel.n);
    size_t n = 0;

    assert(b->n_cols == op->in->n_cols);
    SEL_FOR (&b->sel, i) {
        events[n].row = i;
        read_event(op, view, &events[n++]);
    }
    TRY(run_events(op, worker, b, events, n, err));
    if (op->node->u.each.mode == EACH_ANY)
        write_found(b, events, n);
    else
        write_arrays(op, b, view, events, n);
    assert(b->n_cols == op->node->schema->n_cols);
    return LANNER_OK;
}

const struct op_def op_each = {
    .name = "each",
    .open = each_open,
    .apply = each_apply,
};
