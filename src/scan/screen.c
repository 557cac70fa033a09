/* screen.c - drops records that no plan can want by the value of one field, before the rest of the
 * record is read.
 *
 * The plans' conjuncts that read one field of the scan are asked about the values of that field.
 * The conjuncts themselves give the answer, run on a batch of one row; answers are kept by value,
 * for all plans together, for fields like result codes have few values. Where that does not pay
 * (many values, or most of them pass), a field is left alone for a while. A record is dropped when
 * each plan has a conjunct that fails, and no plan is given a row for which one of its own failed;
 * the pipelines apply all conjuncts again, so what is let through here costs no answer. What only
 * plans ask for whose conjunct has failed need not be made of the record. */
#include <stdlib.h>

#include "expr/expr.h"
#include "scan/scan_int.h"

/* Stays set where no record may be dropped. */
#define KEEP      (UINT64_C(1) << 63)
#define MAX_TESTS 256
#define MAX_NAMES 32
/* Longer values are not kept, and let through. */
#define MAX_KEPT 40
#define N_KEPT   2048 /* a power of two */
/* A field is asked about for so many values; it rests for so many when less than a sixteenth of
 * them closed a plan, or when more than a quarter had to be worked out and not nearly all closed
 * one. */
#define RUN_VALUES  2048
#define REST_VALUES 65536

struct screen_test {
    uint64_t consumer;
    const struct program *program; /* arena */
    uint32_t next;                 /* test of the same field, plus 1; 0: none */
};

struct screen_name {
    uint32_t name;      /* in the job's fields; the column too */
    uint32_t first;     /* test, plus 1 */
    uint64_t consumers; /* that have a test of it */
};

struct screen {
    struct arena arena;
    uint32_t n_cols;
    uint64_t consumers; /* a bit each, and KEEP */
    struct screen_test tests[MAX_TESTS];
    uint32_t n_tests;
    struct screen_name names[MAX_NAMES];
    uint32_t list[MAX_NAMES]; /* their names alone */
    size_t n_names;
    uint32_t *place; /* arena; of each field: its place in names, plus 1; 0: none */
};

struct kept {
    uint8_t used, kind, len;
    char bytes[MAX_KEPT];
    uint64_t closed;
};

struct screen_worker {
    const struct screen *screen;
    struct eval *eval;
    struct arena arena;  /* of one answer */
    struct arena own;    /* of the batch of one row */
    struct batch *batch; /* in own */
    uint64_t open;       /* consumers that may still want the record */
    struct worker_name {
        uint32_t n_seen, n_closed, n_new;
        uint32_t rest; /* values still to be let through */
        struct kept kept[N_KEPT];
    } names[];
};

/* ---- which conjuncts ---- */

struct shape {
    struct str field;
    bool several; /* reads more than one field, or something that is no field's value alone */
};

static void look_at(void *ctx, struct expr *e)
{
    struct shape *s = ctx;

    if (e->kind == EXPR_FIELD) {
        s->several |= s->field.ptr != NULL && !str_eq(s->field, e->name);
        s->field = e->name;
    }
    if (e->kind != EXPR_CALL)
        return;
    s->several |= e->fn->impure || e->fn->reads_open || e->fn->writes_open ||
                  (e->fn->kind != FN_SCALAR && e->fn->kind != FN_PREDICATE);
    /* A pattern may give up on a text, which is said: nothing must be said of other rows. */
    for (const struct fn_param *p = e->fn->params; p != NULL && p->name != NULL; p++)
        s->several |= p->kind == P_REGEX;
}

/* The field that alone decides about e, as an index in the job's fields; UINT32_MAX: there is none.
 */
static uint32_t field_of(struct expr *e, const struct schema *schema,
                         const struct scan_fields *fields)
{
    struct shape s = {.field = {NULL, 0}};
    const struct schema_field *f;

    if (e->kind != EXPR_CALL || e->fn->ret != TYPE_BOOL)
        return UINT32_MAX;
    expr_walk(e, look_at, &s);
    if (s.several || s.field.ptr == NULL || schema == NULL)
        return UINT32_MAX;
    f = schema_find(schema, s.field);
    if (f == NULL || f->col >= fields->n || !f->from_record ||
        !str_eq(fields->names[f->col], f->name))
        return UINT32_MAX;
    return f->col;
}

/* The place of a field; NULL: there are too many. */
static struct screen_name *name_for(struct screen *s, uint32_t name)
{
    if (s->place[name] == 0 && s->n_names == MAX_NAMES)
        return NULL;
    if (s->place[name] == 0) {
        s->names[s->n_names] = (struct screen_name){.name = name};
        s->list[s->n_names++] = name;
        s->place[name] = (uint32_t)s->n_names;
    }
    return &s->names[s->place[name] - 1];
}

static enum lanner_rc add_consumer(struct screen *s, const struct scan_consumer *c, size_t number,
                                   const struct scan_fields *fields, struct lanner_err *err)
{
    for (size_t i = 0; i < c->spec->n_filters && s->n_tests < MAX_TESTS; i++) {
        uint32_t name = field_of(c->spec->filters[i], c->schema, fields);
        struct screen_name *n = name != UINT32_MAX ? name_for(s, name) : NULL;
        struct screen_test *t = &s->tests[s->n_tests];

        if (n == NULL)
            continue;
        t->consumer = UINT64_C(1) << number;
        TRY(program_new(&s->arena, c->spec->filters[i], c->schema, &t->program, err));
        t->next = n->first;
        n->first = ++s->n_tests;
        n->consumers |= t->consumer;
    }
    return LANNER_OK;
}

enum lanner_rc screen_new(const struct scan_consumer *consumers, size_t n,
                          const struct scan_fields *fields, bool may_drop, struct screen **out,
                          struct lanner_err *err)
{
    struct screen *s;
    enum lanner_rc rc = LANNER_OK;

    *out = NULL;
    if (n == 0 || n > SCREEN_MAX_CONSUMERS)
        return LANNER_OK;
    s = xcalloc(1, sizeof(*s));
    arena_init(&s->arena, 4096);
    s->n_cols = (uint32_t)(fields->n + fields->n_searches);
    s->place = ARENA_ARRAY(&s->arena, uint32_t, fields->n);
    for (size_t i = 0; i < n && rc == LANNER_OK; i++)
        rc = add_consumer(s, &consumers[i], i, fields, err);
    s->consumers = UINT64_MAX >> (64 - n);
    if (!may_drop)
        s->consumers |= KEEP;
    if (rc == LANNER_OK && s->n_tests > 0 && (may_drop || n > 1)) {
        *out = s;
        s = NULL;
    }
    screen_free(s);
    return rc;
}

void screen_free(struct screen *s)
{
    if (s == NULL)
        return;
    arena_done(&s->arena);
    free(s);
}

/* ---- values ---- */

struct screen_worker *screen_worker_new(const struct screen *s)
{
    struct screen_worker *w = xcalloc(1, sizeof(*w) + s->n_names * sizeof(w->names[0]));

    w->screen = s;
    w->eval = eval_new();
    arena_init(&w->arena, 4096);
    arena_init(&w->own, 4096);
    w->batch = batch_new(&w->own, 1, s->n_cols, s->n_cols, false);
    return w;
}

void screen_worker_free(struct screen_worker *w)
{
    if (w == NULL)
        return;
    eval_free(w->eval);
    arena_done(&w->arena);
    arena_done(&w->own);
    free(w);
}

/* The consumers with a conjunct that fails on a row with this value. An error is left to the
 * pipeline. */
static uint64_t work_out(struct screen_worker *w, const struct screen_name *n, const struct val *v)
{
    const struct screen_test *tests = w->screen->tests;
    uint64_t closed = 0;

    w->batch->cols[n->name].v[0] = *v;
    for (uint32_t i = n->first; i > 0; i = tests[i - 1].next) {
        struct batch b = *w->batch;
        struct lanner_err err = {0};
        uint32_t row = 0;
        struct sel sel = {&row, 1};

        if ((closed & tests[i - 1].consumer) != 0)
            continue;
        b.arena = &w->arena;
        if (program_select(tests[i - 1].program, w->eval, &b, &sel, &err) == LANNER_OK &&
            sel.n == 0)
            closed |= tests[i - 1].consumer;
        arena_reset(&w->arena);
    }
    w->batch->cols[n->name].v[0] = VAL_ABSENT;
    return closed;
}

static struct kept *kept_for(struct worker_name *t, const char *bytes, uint32_t len)
{
    uint64_t h = len;

    /* The last bytes tell codes and names apart best. */
    if (len >= 8)
        memcpy(&h, bytes + len - 8, 8);
    else
        for (uint32_t i = 0; i < len; i++)
            h = h << 8 | (unsigned char)bytes[i];
    h = (h ^ len) * UINT64_C(0x9E3779B97F4A7C15);
    return &t->kept[h >> 40 & (N_KEPT - 1)];
}

/* Whether asking pays is seen by what it did. */
static void take_stock(struct worker_name *t)
{
    if (t->n_closed < RUN_VALUES / 16 ||
        (t->n_new > RUN_VALUES / 4 && t->n_closed < RUN_VALUES - RUN_VALUES / 8))
        t->rest = REST_VALUES;
    t->n_seen = t->n_closed = t->n_new = 0;
}

/* What a value is known by; false: it is not kept. */
static bool bytes_of(const struct val *v, const char **bytes, uint32_t *len)
{
    *bytes = v->kind == KIND_LONG || v->kind == KIND_BOOL ? (const char *)&v->u.i : v->u.ptr;
    *len = v->kind == KIND_LONG || v->kind == KIND_BOOL ? sizeof(v->u.i)
           : val_is_text(v)                             ? v->len
                                                        : 0;
    return *len <= MAX_KEPT && v->kind <= KIND_BOOL && v->kind != KIND_DOUBLE;
}

static uint64_t closed_by(struct screen_worker *w, size_t at, const struct val *v)
{
    struct worker_name *t = &w->names[at];
    const char *bytes;
    uint32_t len;
    struct kept *k;

    if (t->rest > 0) {
        t->rest--;
        return 0;
    }
    if (++t->n_seen == RUN_VALUES)
        take_stock(t);
    if (!bytes_of(v, &bytes, &len)) {
        t->n_new++;
        return 0;
    }
    k = kept_for(t, bytes, len);
    if (!k->used || k->len != len || k->kind != v->kind ||
        (len > 0 && memcmp(k->bytes, bytes, len) != 0)) {
        t->n_new++;
        k->closed = work_out(w, &w->screen->names[at], v);
        k->used = 1;
        k->len = (uint8_t)len;
        k->kind = v->kind;
        if (len > 0)
            memcpy(k->bytes, bytes, len);
    }
    t->n_closed += k->closed != 0;
    return k->closed;
}

static bool screen_value(void *ctx, uint32_t name, const struct val *v)
{
    struct screen_worker *w = ctx;
    size_t at = w->screen->place[name] - 1;

    if ((w->open & w->screen->names[at].consumers) != 0)
        w->open &= ~closed_by(w, at, v);
    return w->open != 0;
}

void screen_attach(struct screen_worker *w, struct extractor_worker *x)
{
    extractor_worker_screen(x, w->screen->list, w->screen->n_names, screen_value, w);
}

const uint64_t *screen_open(const struct screen_worker *w)
{
    return &w->open;
}

void screen_begin(struct screen_worker *w)
{
    w->open = w->screen->consumers;
}

void screen_close(struct screen_worker *w, uint64_t consumer)
{
    w->open &= ~consumer;
}
