/* search.c - free-text searches: is there a field of the original record for which the predicate
 * holds?
 *
 * The predicate is a program over one column, the values of many records one after another. First
 * it runs on the records' raw text, which settles most; then on the values of the records that are
 * left, unless the predicate names bytes that would have to stand in the record and do not. */
#include <stdlib.h>

#include "expr/expr.h"
#include "scan/scan_int.h"

/* Values gathered before the predicate runs. */
#define CHUNK 1024

struct search {
    const struct program *program;
    struct literals *literals; /* owned; a record without any of them holds no match; may be NULL */
};

struct search_set {
    struct arena arena;
    struct schema schema; /* one column, named "" */
    struct schema_field field;
    struct search *searches;
    size_t n;
};

struct search_worker {
    const struct search_set *set;
    struct eval *eval;
    struct arena arena;
    struct batch *chunk; /* arena */
    uint32_t *row_of;    /* arena; the record a value of the chunk belongs to */
    /* While gathering. */
    uint32_t row;
    const struct search *search;
    struct column *out;
    enum lanner_rc rc;
    struct lanner_err *err;
};

/* Bytes that must stand in every record with a match, from the predicate's own row. */
static enum lanner_rc search_literals(const struct extractor *x, struct search *s,
                                      const struct expr *e, struct arena *a, struct lanner_err *err)
{
    fn_literals found = {0};
    struct literal_list list = {0};
    enum lanner_rc rc = LANNER_OK;
    bool known = e->kind == EXPR_CALL && e->call != NULL && e->fn->literals != NULL &&
                 e->fn->literals(e->call, &found, a) && found.n > 0;

    for (size_t i = 0; i < found.n && known; i++)
        known =
            source_literals(x, STR(""), found.items[i].text, found.items[i].ignore_case, &list, a);
    if (known && list.n > 0) {
        struct literal *all = ARENA_ARRAY(a, struct literal, list.n + 1);

        memcpy(all, list.items, list.n * sizeof(*all));
        all[list.n] = (struct literal){.text = STR("\\u"), .icase = false};
        rc = literals_new(all, list.n + 1, &s->literals, err);
    }
    VEC_DONE(&found);
    return rc;
}

enum lanner_rc search_new(const struct extractor *x, const struct scan_fields *fields,
                          struct search_set **out, struct lanner_err *err)
{
    struct search_set *s = xcalloc(1, sizeof(*s));
    enum lanner_rc rc = LANNER_OK;

    arena_init(&s->arena, 0);
    s->n = fields->n_searches;
    s->searches = ARENA_ARRAY(&s->arena, struct search, s->n);
    s->field = (struct schema_field){.name = STR(""), .col = 0, .type = TYPE_RAW};
    s->schema = (struct schema){.fields = &s->field, .n = 1, .n_cols = 1};
    for (size_t i = 0; i < s->n && rc == LANNER_OK; i++) {
        struct expr *e = fields->searches[i]->predicate;

        rc = program_new(&s->arena, e, &s->schema, &s->searches[i].program, err);
        if (rc == LANNER_OK)
            rc = search_literals(x, &s->searches[i], e, &s->arena, err);
    }
    if (rc == LANNER_OK) {
        *out = s;
        s = NULL;
    }
    search_free(s);
    return rc;
}

void search_free(struct search_set *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < s->n && s->searches != NULL; i++)
        literals_free(s->searches[i].literals);
    arena_done(&s->arena);
    free(s);
}

struct search_worker *search_worker_new(const struct search_set *s)
{
    struct search_worker *w = xcalloc(1, sizeof(*w));

    w->set = s;
    w->eval = eval_new();
    arena_init(&w->arena, 0);
    return w;
}

void search_worker_free(struct search_worker *w)
{
    if (w == NULL)
        return;
    eval_free(w->eval);
    arena_done(&w->arena);
    free(w);
}

static void chunk_begin(struct search_worker *w)
{
    arena_reset(&w->arena);
    w->chunk = batch_new(&w->arena, CHUNK, 1, 16, false);
    w->row_of = ARENA_ARRAY(&w->arena, uint32_t, CHUNK);
    w->chunk->n_rows = 0;
}

/* Runs the predicate on what was gathered and marks the records it holds for. */
static void chunk_run(struct search_worker *w)
{
    struct batch *c = w->chunk;

    if (c->n_rows > 0 && w->rc == LANNER_OK) {
        c->sel.n = c->n_rows;
        for (uint32_t i = 0; i < c->n_rows; i++)
            c->sel.idx[i] = i;
        w->rc = program_select(w->search->program, w->eval, c, &c->sel, w->err);
        for (uint32_t k = 0; k < c->sel.n && w->rc == LANNER_OK; k++)
            w->out->v[w->row_of[c->sel.idx[k]]] = val_bool(true);
    }
    chunk_begin(w);
}

static void chunk_put(struct search_worker *w, struct str value)
{
    struct batch *c = w->chunk;

    c->cols[0].v[c->n_rows] = val_str(value);
    w->row_of[c->n_rows++] = w->row;
}

static bool on_value(void *ctx, struct str value)
{
    struct search_worker *w = ctx;

    chunk_put(w, value);
    /* The values of this record may lie in the arena that the run would reset: what is left of the
     * record is gathered anew by the caller's loop when this says stop. */
    return w->chunk->n_rows == CHUNK;
}

static bool may_match(const struct search *s, const struct record *r)
{
    const char *end = r->bytes.ptr + r->bytes.len;

    /* A CSV record is short of its column names, a text may be spread over raw and bytes. */
    return s->literals == NULL || literals_next(s->literals, r->bytes.ptr, end, NULL) != NULL ||
           literals_next(s->literals, r->raw.ptr, r->raw.ptr + r->raw.len, NULL) != NULL;
}

/* All values of one record that has more of them than a chunk holds: one at a time. */
struct single {
    struct search_worker *w;
    struct arena values;
};

static bool on_single(void *ctx, struct str value)
{
    struct single *s = ctx;

    chunk_put(s->w, value);
    if (s->w->chunk->n_rows == CHUNK)
        chunk_run(s->w);
    return s->w->out->v[s->w->row].u.i != 0 || s->w->rc != LANNER_OK;
}

static void search_many(struct search_worker *w, const struct record *r)
{
    struct single s = {.w = w};

    arena_init(&s.values, 0); /* outlives the chunks */
    (void)record_any_value(r, &s.values, on_single, &s);
    chunk_run(w);
    arena_done(&s.values);
}

static void search_values(struct search_worker *w, const struct record *r)
{
    uint32_t before = w->chunk->n_rows;

    if (!record_any_value(r, &w->arena, on_value, w))
        return;
    w->chunk->n_rows = before; /* the chunk is full: this record begins the next */
    chunk_run(w);
    if (record_any_value(r, &w->arena, on_value, w)) {
        w->chunk->n_rows = 0;
        chunk_run(w);
        search_many(w, r);
    }
}

static enum lanner_rc search_one(struct search_worker *w, struct batch *b,
                                 const struct record *records)
{
    chunk_begin(w);
    for (uint32_t i = 0; i < b->n_rows; i++) {
        w->out->v[i] = val_bool(false);
        w->row = i;
        chunk_put(w, records[i].raw);
        if (w->chunk->n_rows == CHUNK)
            chunk_run(w);
    }
    chunk_run(w);
    for (uint32_t i = 0; i < b->n_rows && w->rc == LANNER_OK; i++) {
        if (w->out->v[i].u.i != 0 || !may_match(w->search, &records[i]))
            continue;
        w->row = i;
        search_values(w, &records[i]);
    }
    chunk_run(w);
    return w->rc;
}

enum lanner_rc search_run(struct search_worker *w, struct batch *b, uint32_t first_col,
                          const struct record *records, struct lanner_err *err)
{
    for (size_t k = 0; k < w->set->n; k++) {
        w->search = &w->set->searches[k];
        w->out = &b->cols[first_col + k];
        w->rc = LANNER_OK;
        w->err = err;
        TRY(search_one(w, b, records));
    }
    return LANNER_OK;
}
