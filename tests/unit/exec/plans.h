/* plans.h - runs small plans over rows made by the test, in many configurations.
 *
 * A plan is built anew for each run by a function, because binding changes it. Its rows are pushed
 * in random order in batches of random size on random workers; the result is text, one line for a
 * row, so that runs can be compared with one another and with what is expected. */
#ifndef TESTS_EXEC_PLANS_H
#define TESTS_EXEC_PLANS_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "../tap.h"
#include "bind/bind.h"
#include "exec/exec.h"
#include "lookup/lookup.h"
#include "util/thread.h"

#define MAX_FIELDS 8

struct test_row {
    uint64_t place;           /* of the record: its ordinal */
    struct val v[MAX_FIELDS]; /* in order of `fields` */
};

struct test_data {
    const char *fields[MAX_FIELDS]; /* NULL ends */
    struct test_row *rows;
    size_t n;
    bool open; /* further fields go to the open rows, under their names */
};

struct test_run { /* a configuration */
    unsigned n_workers;
    uint32_t batch_rows;
    uint64_t budget; /* bytes; 0: none */
    uint64_t seed;
    bool threads;
};

struct test_out {
    enum lanner_rc rc;
    struct lanner_err err;
    struct buf text;
    char note[512]; /* the last one */
    unsigned n_notes;
    uint64_t n_spilled;
    size_t n_rows;
};

typedef struct plan_node *(*plan_builder)(struct plan *p, struct plan_node *scan);

static uint64_t t_random(uint64_t *s)
{
    *s ^= *s << 13;
    *s ^= *s >> 7;
    *s ^= *s << 17;
    return *s;
}

static inline struct val t_text(struct arena *a, const char *z)
{
    return z != NULL ? val_str(arena_str(a, str_z(z))) : VAL_ABSENT;
}

static void t_note(void *ctx, enum lanner_note_kind kind, struct span at, const char *text)
{
    struct test_out *out = ctx;

    (void)kind;
    (void)at;
    snprintf(out->note, sizeof(out->note), "%s", text);
    out->n_notes++;
}

struct t_env {
    struct arena arena;
    struct fn_env fn;
    struct plan *plan;
    struct scan_fields fields;
    struct budget budget;
    struct exec *exec;
    const struct test_data *data;
    const struct test_run *run;
    uint32_t *order;
};

static const struct val *t_cell(const struct test_data *d, const struct test_row *row,
                                struct str name)
{
    for (size_t i = 0; i < MAX_FIELDS && d->fields[i] != NULL; i++) {
        if (str_eqz(name, d->fields[i]))
            return &row->v[i];
    }
    return NULL;
}

/* Rows from..to of the shuffled order as a batch of the scan. */
static struct batch *t_batch(const struct t_env *t, struct arena *a, size_t from, size_t to)
{
    uint32_t n_cols = (uint32_t)(t->fields.n + t->fields.n_searches);
    struct batch *b =
        batch_new(a, (uint32_t)(to - from), n_cols, n_cols, t->data->open && t->fields.open);

    for (size_t i = from; i < to; i++) {
        const struct test_row *row = &t->data->rows[t->order[i]];
        uint32_t r = (uint32_t)(i - from);

        b->ord[r] = ordinal_of(0, row->place);
        b->sel.idx[b->sel.n++] = r;
        for (size_t c = 0; c < t->fields.n; c++) {
            const struct val *v = t_cell(t->data, row, t->fields.names[c]);

            if (v != NULL)
                b->cols[c].v[r] = val_copy(v, a);
        }
        for (size_t f = 0; b->open != NULL && f < MAX_FIELDS && t->data->fields[f] != NULL; f++) {
            if (!val_is_null(&row->v[f]))
                open_put(&b->open[r], str_z(t->data->fields[f]), val_copy(&row->v[f], a), a);
        }
    }
    return b;
}

struct t_shared {
    struct t_env *t;
    _Atomic size_t next;
    _Atomic int rc;
    struct lanner_err err;
};

static void t_worker(void *ctx, size_t worker)
{
    struct t_shared *s = ctx;
    struct t_env *t = s->t;
    uint64_t random = t->run->seed * 7919 + worker + 1;
    struct arena a;

    for (;;) {
        size_t step = 1 + t_random(&random) % t->run->batch_rows;
        size_t from = atomic_fetch_add(&s->next, step);
        struct lanner_err err = {0};
        enum lanner_rc rc;

        if (from >= t->data->n || atomic_load(&s->rc) != LANNER_OK)
            return;
        arena_init(&a, 0);
        rc = exec_push(t->exec,
                       t->run->threads ? (unsigned)worker
                                       : (unsigned)(t_random(&random) % t->run->n_workers),
                       t_batch(t, &a, from, MIN(from + step, t->data->n)), &err);
        arena_done(&a);
        if (rc != LANNER_OK) {
            s->err = err;
            atomic_store(&s->rc, (int)rc);
        }
    }
}

static enum lanner_rc t_push_all(struct t_env *t, struct lanner_err *err)
{
    struct t_shared s = {.t = t};

    if (!exec_wants_scan(t->exec))
        return LANNER_OK;
    (void)threads_run(t->run->threads ? t->run->n_workers : 1, t_worker, &s);
    *err = s.err;
    return (enum lanner_rc)atomic_load(&s.rc);
}

static void t_print_val(struct buf *out, struct str name, const struct val *v)
{
    char room[VAL_PRINT_MAX];

    if (val_is_null(v))
        return;
    buf_printf(out, "%.*s=%.*s ", STR_ARG(name), STR_ARG(val_print(v, room)));
}

static int t_cmp_open(const void *a, const void *b)
{
    return str_cmp(((const struct open_field *)a)->name, ((const struct open_field *)b)->name);
}

static void t_print_row(struct buf *out, const struct schema *s, const struct batch *b,
                        uint32_t row)
{
    for (size_t k = 0; k < s->n; k++) {
        if (s->fields[k].col < s->n_cols &&
            !(s->open && s->fields[k].from_record)) /* the record's own field counts */
            t_print_val(out, s->fields[k].name, column_at(&b->cols[s->fields[k].col], row));
    }
    if (b->open != NULL) {
        struct open_row *o = &b->open[row];

        qsort(o->fields, o->n, sizeof(*o->fields), t_cmp_open);
        for (uint32_t k = 0; k < o->n; k++) {
            const struct schema_field *f = schema_find(s, o->fields[k].name);

            if (f == NULL || f->from_record)
                t_print_val(out, o->fields[k].name, &o->fields[k].v);
        }
    }
    if (out->len > 0 && out->ptr[out->len - 1] == ' ')
        out->len--;
    buf_putc(out, '\n');
}

static enum lanner_rc t_run_all(struct t_env *t, plan_builder build, struct exec_tables *tables,
                                struct test_out *out)
{
    struct exec_env env = {
        .fn = &t->fn,
        .arena = &t->arena,
        .budget = &t->budget,
        .n_workers = t->run->n_workers,
        .batch_rows = t->run->batch_rows,
        .interval_from_ms = INT64_MIN,
        .interval_to_ms = INT64_MIN,
    };
    struct span nowhere = {0, 0};
    struct batch *b;

    t->plan = plan_new(&t->arena, LANG_CQL);
    t->plan->root = build(t->plan, node_new(t->plan, NODE_SCAN, nowhere, NULL));
    for (size_t i = 0; i < t->plan->n_tables; i++)
        t->plan->tables[i].schema = exec_tables_schema(tables, t->plan->tables[i].name);
    t->plan->open_result = t->data->open;
    bind_demand(t->plan);
    bind_scan_fields(&t->plan, 1, &t->arena, &t->fields);
    TRY(bind_plan(t->plan, &t->fields, &t->fn, &out->err));
    TRY(exec_new(t->plan, &env, tables, &t->exec, &out->err));
    TRY(t_push_all(t, &out->err));
    TRY(exec_finish(t->exec, &out->err));
    for (;;) {
        TRY(exec_next(t->exec, &b, &out->err));
        if (b == NULL)
            return LANNER_OK;
        SEL_FOR (&b->sel, i) {
            t_print_row(&out->text, exec_schema(t->exec), b, i);
            out->n_rows++;
        }
    }
}

static void t_shuffle(struct t_env *t)
{
    uint64_t random = t->run->seed * 2654435761u + 88172645463325252u;

    t->order = xcalloc(t->data->n, sizeof(*t->order));
    for (size_t i = 0; i < t->data->n; i++)
        t->order[i] = (uint32_t)i;
    for (size_t i = t->data->n; t->run->seed != 0 && i-- > 1;) {
        size_t k = t_random(&random) % (i + 1);
        uint32_t swap = t->order[i];

        t->order[i] = t->order[k];
        t->order[k] = swap;
    }
}

static void t_execute_with(const struct test_data *data, plan_builder build,
                           struct exec_tables *tables, const struct test_run *run,
                           struct test_out *out)
{
    struct t_env t = {.data = data, .run = run};

    memset(out, 0, sizeof(*out));
    arena_init(&t.arena, 0);
    t.budget.limit = run->budget;
    t.fn = (struct fn_env){.arena = &t.arena,
                           .from_ns = TIME_NONE,
                           .to_ns = TIME_NONE,
                           .zone = zone_utc(),
                           .zone_name = STR("UTC"),
                           .seed = run->seed * 31 + 5,
                           .note = t_note,
                           .note_ctx = out};
    t_shuffle(&t);
    out->rc = t_run_all(&t, build, tables, out);
    if (t.exec != NULL) {
        out->n_spilled = exec_spilled_bytes(t.exec);
        exec_free(t.exec);
    }
    if (t.budget.used != 0)
        printf("# %llu bytes of the budget were not given back\n",
               (unsigned long long)t.budget.used);
    OK(t.budget.used == 0);
    bind_done(t.plan);
    plan_done(t.plan);
    free(t.order);
    arena_done(&t.arena);
}

static inline void t_execute(const struct test_data *data, plan_builder build,
                             const struct test_run *run, struct test_out *out)
{
    t_execute_with(data, build, NULL, run, out);
}

static inline void t_out_done(struct test_out *out)
{
    buf_done(&out->text);
}

/* Runs the plan in many configurations; all must give `want`, or the same as the first when it is
 * NULL. `spills`: the small budgets must have used the disk. */
static void t_check_with(const char *what, const struct test_data *data, plan_builder build,
                         struct exec_tables *(*tables_new)(void), const char *want, bool spills)
{
    static const struct test_run runs[] = {
        {1, 1000, 0, 0, false},  {1, 3, 0, 1, false},      {3, 7, 0, 2, false},
        {4, 1, 0, 3, false},     {2, 2048, 0, 4, true},    {4, 64, 0, 5, true},
        {2, 50, 20000, 6, true}, {3, 300, 50000, 7, true}, {1, 100, 200000, 8, false},
    };
    struct buf first = {0};
    bool spilled = false;

    for (size_t i = 0; i < ARRAY_LEN(runs); i++) {
        struct exec_tables *tables = tables_new != NULL ? tables_new() : NULL;
        struct test_out out;
        bool same;

        t_execute_with(data, build, tables, &runs[i], &out);
        OK(out.rc == LANNER_OK);
        if (out.rc != LANNER_OK)
            printf("# %s: %s\n", what, out.err.text);
        spilled |= out.n_spilled > 0;
        if (i == 0)
            buf_put_str(&first, want != NULL ? str_z(want) : buf_str(&out.text));
        same = str_eq(buf_str(&first), buf_str(&out.text));
        OK(same);
        if (!same && first.len + out.text.len < 8000)
            printf("# %s, run %zu: got\n%.*s# want\n%.*s", what, i, STR_ARG(buf_str(&out.text)),
                   STR_ARG(buf_str(&first)));
        else if (!same)
            printf("# %s, run %zu: %zu rows differ\n", what, i, out.n_rows);
        t_out_done(&out);
        exec_tables_free(tables);
    }
    if (spills)
        OK(spilled);
    buf_done(&first);
}

static inline void t_check(const char *what, const struct test_data *data, plan_builder build,
                           const char *want, bool spills)
{
    t_check_with(what, data, build, NULL, want, spills);
}

/* ---- Building plans
 * ------------------------------------------------------------------------------ */

#define NOWHERE ((struct span){0, 0})

static inline struct expr *t_field(struct plan *p, const char *name)
{
    return expr_field(p->arena, NOWHERE, str_z(name));
}
static inline struct expr *t_long(struct plan *p, int64_t i)
{
    return expr_const(p->arena, NOWHERE, val_long(i));
}
static inline struct expr *t_str(struct plan *p, const char *z)
{
    return expr_const(p->arena, NOWHERE, val_str(str_z(z)));
}
static inline struct expr *t_absent(struct plan *p)
{
    return expr_const(p->arena, NOWHERE, VAL_ABSENT);
}
static inline struct expr *t_call2(struct plan *p, const char *name, struct expr *a, struct expr *b)
{
    return expr_callv(p->arena, NOWHERE, name, 2, a, b);
}
static inline struct plan_node *t_filter(struct plan *p, struct plan_node *in, struct expr *e)
{
    struct plan_node *n = node_new(p, NODE_FILTER, NOWHERE, in);

    n->u.filter.predicate = e;
    return n;
}
static inline struct plan_node *t_extend(struct plan *p, struct plan_node *in, const char *name,
                                         struct expr *e)
{
    struct plan_node *n = node_new(p, NODE_EXTEND, NOWHERE, in);
    struct plan_item *item = ARENA_NEW(p->arena, struct plan_item);

    item->expr = e;
    item->names = ARENA_NEW(p->arena, struct str);
    item->names[0] = str_z(name);
    item->n_names = 1;
    item->keep_old = true;
    n->u.extend.items = item;
    n->u.extend.n_items = 1;
    return n;
}
static inline struct str *t_names(struct plan *p, size_t n, const char *const *names)
{
    struct str *list = ARENA_ARRAY(p->arena, struct str, n);

    for (size_t i = 0; i < n; i++)
        list[i] = str_z(names[i]);
    return list;
}
static inline struct plan_node *t_keep(struct plan *p, struct plan_node *in, size_t n,
                                       const char *const *names)
{
    struct plan_node *node = node_new(p, NODE_PROJECT, NOWHERE, in);

    node->u.project.names = ARENA_ARRAY(p->arena, struct plan_rename, n);
    node->u.project.n_names = n;
    for (size_t i = 0; i < n; i++)
        node->u.project.names[i] = (struct plan_rename){str_z(names[i]), str_z(names[i])};
    return node;
}
static inline struct plan_node *t_group(struct plan *p, struct plan_node *in, size_t n_keys,
                                        const char *const *keys)
{
    struct plan_node *n = node_new(p, NODE_AGGREGATE, NOWHERE, in);

    n->u.aggregate.keys = t_names(p, n_keys, keys);
    n->u.aggregate.n_keys = n_keys;
    n->u.aggregate.missing = KEYS_DROP_IF_ALL;
    n->u.aggregate.row_when_empty = true;
    n->u.aggregate.items = ARENA_ARRAY(p->arena, struct plan_agg, 16);
    return n;
}
static inline struct plan_agg *t_agg(struct plan *p, struct plan_node *group, const char *fn,
                                     const char *out, size_t n_args, ...)
{
    struct plan_agg *agg = &group->u.aggregate.items[group->u.aggregate.n_items++];
    struct expr **args = ARENA_ARRAY(p->arena, struct expr *, n_args);
    va_list ap;

    va_start(ap, n_args);
    for (size_t i = 0; i < n_args; i++)
        args[i] = va_arg(ap, struct expr *);
    va_end(ap);
    agg->call = expr_call(p->arena, NOWHERE, fn_named(fn), args, n_args);
    agg->names = ARENA_NEW(p->arena, struct str);
    agg->names[0] = str_z(out);
    agg->n_names = 1;
    return agg;
}
static inline struct plan_node *t_sort(struct plan *p, struct plan_node *in, const char *key,
                                       bool descending, enum sort_type type, uint64_t limit)
{
    struct plan_node *n = node_new(p, NODE_SORT, NOWHERE, in);

    n->u.sort.limit = limit;
    if (key == NULL)
        return n;
    n->u.sort.keys = ARENA_NEW(p->arena, struct plan_sort_key);
    n->u.sort.keys[0] = (struct plan_sort_key){str_z(key), descending, type};
    n->u.sort.n_keys = 1;
    return n;
}

#endif
