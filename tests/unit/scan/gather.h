/* gather.h - runs a scan and keeps what it pushes, in order, as text. */
#ifndef TESTS_SCAN_GATHER_H
#define TESTS_SCAN_GATHER_H

#include <stdlib.h>
#include <unistd.h>

#include "expr/expr.h"
#include "scan/scan.h"
#include "util/thread.h"

#define MAX_WORKERS 8

struct got_row {
    struct ordinal at;
    char *text; /* the columns, separated by a blank */
};

struct gather {
    struct lock lock;
    VEC(struct got_row) rows;
    VEC(char *) notes;
    size_t fail_after; /* 0: never */
    size_t n_pushes;
    struct lanner_stats stats;
    struct lanner_err err;
    enum lanner_rc rc;
};

static inline void gather_init(struct gather *g)
{
    memset(g, 0, sizeof(*g));
    lock_init(&g->lock);
}

static inline void gather_done(struct gather *g)
{
    for (size_t i = 0; i < g->rows.n; i++)
        free(g->rows.items[i].text);
    for (size_t i = 0; i < g->notes.n; i++)
        free(g->notes.items[i]);
    VEC_DONE(&g->rows);
    VEC_DONE(&g->notes);
    lock_done(&g->lock);
}

static inline void gather_note(void *ctx, enum lanner_note_kind kind, struct span at,
                               const char *text)
{
    struct gather *g = ctx;

    (void)kind;
    (void)at;
    lock_take(&g->lock);
    VEC_PUSH(&g->notes, xstrdup(text));
    lock_give(&g->lock);
}

static inline bool gather_noted(const struct gather *g, const char *part)
{
    for (size_t i = 0; i < g->notes.n; i++) {
        if (strstr(g->notes.items[i], part) != NULL)
            return true;
    }
    return false;
}

static inline enum lanner_rc gather_push(void *ctx, unsigned worker, struct batch *b,
                                         struct lanner_err *err)
{
    struct gather *g = ctx;
    enum lanner_rc rc = LANNER_OK;

    (void)worker;
    lock_take(&g->lock);
    if (g->fail_after != 0 && ++g->n_pushes >= g->fail_after)
        rc = err_set(err, LANNER_ERR_LIMIT, "as the test asked");
    for (uint32_t k = 0; k < b->sel.n; k++) {
        uint32_t i = b->sel.idx[k];
        struct buf text = {0};
        char room[VAL_PRINT_MAX];

        for (uint32_t c = 0; c < b->n_cols; c++) {
            const struct val *v = column_at(&b->cols[c], i);

            buf_putc(&text, ' ');
            if (!val_is_null(v))
                buf_put_str(&text, val_print(v, room));
        }
        buf_putc(&text, '\0');
        VEC_PUSH(&g->rows, ((struct got_row){b->ord[i], text.ptr}));
    }
    lock_give(&g->lock);
    return rc;
}

static inline int gather_order(const void *a, const void *b)
{
    const struct got_row *x = a, *y = b;

    return ordinal_cmp(x->at, y->at);
}

struct gather_plan {
    const char *names[8];   /* columns */
    const char *literal;    /* of the field names[0]: the prefilter */
    int64_t from_ns, to_ns; /* both 0: open */
    const char *predicate;  /* a free-text search: a row's name, and its pattern */
    const char *pattern;
};

static inline void gather_run_on(struct gather *g, struct scan *s, const struct source_set *set,
                                 const struct gather_plan *p, bool want_id)
{
    struct source_options so = {.want_id = want_id};
    struct plan_atom atom = {.field = str_z(p->names[0]), .literal = str_z(p->literal)};
    struct plan_scan spec = {.from_ns = p->from_ns != 0 ? p->from_ns : TIME_NONE,
                             .to_ns = p->to_ns != 0 ? p->to_ns : TIME_NONE,
                             .prefilter = {.atoms = &atom, .n = p->literal != NULL}};
    struct scan_consumer consumers[2] = {{.spec = &spec, .push = gather_push, .push_ctx = g}};
    struct str names[8];
    struct scan_fields fields = {.names = names};
    struct extractor *x = NULL;
    struct arena a;
    struct fn_env env = {.arena = &a, .from_ns = TIME_NONE, .to_ns = TIME_NONE};
    struct plan_search search = {.column = STR(FIELD_SEARCH_PREFIX "0")};
    struct plan_search *searches[1] = {&search};
    struct span none = {0, 0};

    arena_init(&a, 0);
    if (p->predicate != NULL) {
        search.predicate = expr_callv(&a, none, p->predicate, 2, expr_field(&a, none, STR("")),
                                      expr_const(&a, none, val_str(str_z(p->pattern))));
        g->rc = expr_bind(search.predicate, &env, &g->err);
        fields.searches = searches;
        fields.n_searches = 1;
    }
    for (; fields.n < 8 && p->names[fields.n] != NULL; fields.n++)
        names[fields.n] = str_z(p->names[fields.n]);
    if (g->rc == LANNER_OK)
        g->rc = extractor_new(set, &so, names, fields.n, false, &x, &g->err);
    if (g->rc == LANNER_OK)
        g->rc = scan_find_repeats(s, set, &so, &g->err);
    if (g->rc == LANNER_OK)
        g->rc = scan_run(s, x, &fields, consumers, 1, &g->stats, &g->err);
    if (g->rows.n > 0)
        qsort(g->rows.items, g->rows.n, sizeof(*g->rows.items), gather_order);
    extractor_free(x);
    arena_done(&a);
}

static inline void gather_run(struct gather *g, struct scan_options *o,
                              const struct source_set *set, const struct gather_plan *p)
{
    struct fn_env env = {.note = gather_note, .note_ctx = g};
    struct scan *s = NULL;

    gather_init(g);
    o->fn = &env;
    g->rc = scan_open(o, &s, &g->err);
    if (g->rc == LANNER_OK)
        gather_run_on(g, s, set, p, o->dedup);
    scan_close(s);
    o->fn = NULL;
}

static inline bool gather_same(const struct gather *a, const struct gather *b)
{
    if (a->rows.n != b->rows.n)
        return false;
    for (size_t i = 0; i < a->rows.n; i++) {
        if (ordinal_cmp(a->rows.items[i].at, b->rows.items[i].at) != 0 ||
            strcmp(a->rows.items[i].text, b->rows.items[i].text) != 0)
            return false;
    }
    return true;
}

#endif
