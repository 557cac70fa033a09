/* rows.c - kept rows. See rows.h. */
#include "exec/rows.h"

#include <stdlib.h>

const struct layout *layout_new(struct arena *a, const struct schema *in, const struct schema *out,
                                const struct str *extra, size_t n_extra)
{
    struct layout *l = ARENA_NEW(a, struct layout);
    struct fetch *cells = ARENA_ARRAY(a, struct fetch, out->n + n_extra);
    uint32_t *to = ARENA_ARRAY(a, uint32_t, out->n + n_extra);
    uint32_t n = 0;

    for (size_t i = 0; i < out->n; i++) {
        bool seen = out->fields[i].col >= out->n_cols;

        for (uint32_t k = 0; k < n && !seen; k++)
            seen = to[k] == out->fields[i].col;
        if (seen)
            continue;
        to[n] = out->fields[i].col;
        cells[n++] = fetch_new(in, out->fields[i].name);
    }
    for (size_t i = 0; i < n_extra; i++) {
        to[n] = UINT32_MAX;
        cells[n++] = fetch_new(in, extra[i]);
    }
    l->cells = cells;
    l->to = to;
    l->n_cells = n;
    l->n_cols = out->n_cols;
    l->open = out->open;
    return l;
}

void row_view(const struct layout *l, const struct batch *b, uint32_t i, struct val *cells,
              struct row *out)
{
    for (uint32_t k = 0; k < l->n_cells; k++)
        cells[k] = fetch_at(&l->cells[k], b, i);
    out->ord = b->ord[i];
    out->cells = cells;
    out->n_cells = l->n_cells;
    out->open = NULL;
    out->n_open = 0;
    if (l->open && b->open != NULL) {
        out->open = b->open[i].fields;
        out->n_open = b->open[i].n;
    }
}

static bool has_bytes(const struct val *v)
{
    return (v->kind >= KIND_TEXT && v->kind <= KIND_BOOLTEXT) || v->kind == KIND_BYTES;
}

static size_t text_size(const struct row *r)
{
    size_t n = 0;

    for (uint32_t k = 0; k < r->n_cells; k++)
        n += has_bytes(&r->cells[k]) ? r->cells[k].len : 0;
    for (uint32_t k = 0; k < r->n_open; k++)
        n += r->open[k].name.len + (has_bytes(&r->open[k].v) ? r->open[k].v.len : 0);
    return n;
}

static char *put_bytes(char *at, const char *from, size_t len)
{
    if (len > 0)
        memcpy(at, from, len);
    return at + len;
}

static char *copy_val(struct val *to, const struct val *from, char *at, struct arena *a)
{
    if (!has_bytes(from)) {
        *to = val_copy(from, a);
        return at;
    }
    *to = *from;
    to->u.ptr = at;
    return put_bytes(at, from->u.ptr, from->len);
}

struct row *row_copy(const struct row *r, struct arena *a)
{
    size_t cells = arena_array_size(r->n_cells, sizeof(struct val));
    size_t open = arena_array_size(r->n_open, sizeof(struct open_field));
    char *mem = arena_alloc(a, sizeof(struct row) + cells + open + text_size(r));
    struct row *out = (struct row *)(void *)mem;
    char *at = mem + sizeof(*out) + cells + open;

    *out = *r;
    out->cells = (struct val *)(void *)(mem + sizeof(*out));
    out->open = (struct open_field *)(void *)(mem + sizeof(*out) + cells);
    for (uint32_t k = 0; k < r->n_cells; k++)
        at = copy_val(&out->cells[k], &r->cells[k], at, a);
    for (uint32_t k = 0; k < r->n_open; k++) {
        out->open[k].name = str_of(at, r->open[k].name.len);
        at = put_bytes(at, r->open[k].name.ptr, r->open[k].name.len);
        at = copy_val(&out->open[k].v, &r->open[k].v, at, a);
    }
    return out;
}

void row_save(const struct row *r, struct buf *out)
{
    buf_put_u64(out, r->ord.hi);
    buf_put_u64(out, r->ord.lo);
    for (uint32_t k = 0; k < r->n_cells; k++)
        val_save(&r->cells[k], out);
    buf_put_u32(out, r->n_open);
    for (uint32_t k = 0; k < r->n_open; k++) {
        buf_put_bytes(out, r->open[k].name);
        val_save(&r->open[k].v, out);
    }
}

void row_load(struct reader *r, struct arena *a, uint32_t n_cells, struct row *out)
{
    out->ord.hi = read_u64(r);
    out->ord.lo = read_u64(r);
    out->n_cells = n_cells;
    out->cells = ARENA_ARRAY(a, struct val, n_cells);
    for (uint32_t k = 0; k < n_cells; k++)
        out->cells[k] = val_load(r, a);
    out->n_open = read_u32(r);
    /* A field takes five bytes at least. */
    if (r->bad || out->n_open > (size_t)(r->end - r->ptr)) {
        r->bad = true;
        out->n_open = 0;
    }
    out->open = ARENA_ARRAY(a, struct open_field, out->n_open);
    for (uint32_t k = 0; k < out->n_open; k++) {
        out->open[k].name = read_bytes(r);
        out->open[k].v = val_load(r, a);
    }
}

void emitter_init(struct emitter *e, struct op *op, unsigned worker, uint32_t n_cols, bool open,
                  uint32_t cap)
{
    memset(e, 0, sizeof(*e));
    e->op = op;
    e->worker = worker;
    e->n_cols = n_cols;
    e->open = open;
    e->cap = MAX(cap, 1u);
    arena_init(&e->arena, 0);
}

void emitter_done(struct emitter *e)
{
    arena_done(&e->arena);
    e->b = NULL;
}

uint32_t emitter_add(struct emitter *e, struct ordinal ord)
{
    struct batch *b = e->b;
    uint32_t row;

    if (b == NULL) {
        b = batch_new(&e->arena, e->cap, e->n_cols, e->n_cols + 8, e->open);
        b->n_rows = 0;
        e->b = b;
    }
    assert(b->n_rows < e->cap);
    row = b->n_rows++;
    b->ord[row] = ord;
    b->sel.idx[b->sel.n++] = row;
    return row;
}

static void put_open(struct emitter *e, const struct row *r, uint32_t row, bool deep)
{
    struct open_row *o = &e->b->open[row];

    o->n = r->n_open;
    o->cap = r->n_open;
    o->fields = ARENA_ARRAY(&e->arena, struct open_field, r->n_open);
    for (uint32_t k = 0; k < r->n_open; k++) {
        o->fields[k] = r->open[k];
        if (deep) {
            o->fields[k].name = arena_str(&e->arena, r->open[k].name);
            o->fields[k].v = val_copy(&r->open[k].v, &e->arena);
        }
    }
}

void emitter_put(struct emitter *e, const struct layout *l, const struct row *r, struct ordinal ord,
                 bool deep)
{
    uint32_t row = emitter_add(e, ord);

    for (uint32_t k = 0; k < l->n_cells; k++) {
        if (l->to[k] == UINT32_MAX)
            continue;
        e->b->cols[l->to[k]].v[row] = deep ? val_copy(&r->cells[k], &e->arena) : r->cells[k];
    }
    if (e->open)
        put_open(e, r, row, deep);
}

enum lanner_rc emitter_flush(struct emitter *e, struct lanner_err *err)
{
    struct batch *b = e->b;

    if (b == NULL)
        return LANNER_OK;
    TRY(op_emit(e->op, e->worker, b, err));
    e->b = NULL;
    arena_reset(&e->arena);
    return LANNER_OK;
}
