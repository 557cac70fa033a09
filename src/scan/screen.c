/* screen.c - drops records that no plan can want by the value of one field, before the rest of the
 * record is read.
 *
 * The plans' conjuncts that read one field of the scan are asked about the values of that field.
 * The conjunct itself gives the answer, run on a batch of one row; answers are kept, for fields
 * like result codes have few values. Where that does not pay (many values, or most of them pass),
 * a conjunct is left alone for a while. A record is dropped when each plan has a conjunct that
 * fails; the pipelines apply all conjuncts again, so what is let through here costs no answer. */
#include <stdlib.h>

#include "expr/expr.h"
#include "scan/scan_int.h"

/* A bit each. */
#define MAX_CONSUMERS 64
#define MAX_TESTS     64
/* Longer values are not kept, and let through. */
#define MAX_KEPT 24
#define N_KEPT   256 /* a power of two */
/* A test runs for so many values; when less than a sixteenth of them failed, or more than a quarter
 * had to be worked out, it rests for so many. */
#define RUN_VALUES  2048
#define REST_VALUES 65536

struct screen_test {
    uint32_t name; /* in the job's fields; the column too */
    uint64_t consumer;
    const struct program *program; /* arena */
};

struct screen {
    struct arena arena;
    uint32_t n_cols;
    uint64_t consumers; /* all of them */
    struct screen_test tests[MAX_TESTS];
    size_t n_tests;
    uint32_t names[MAX_TESTS]; /* those tested, each once */
    size_t n_names;
};

struct kept {
    uint8_t used, kind, len, passes;
    char bytes[MAX_KEPT];
};

struct screen_worker {
    const struct screen *screen;
    struct eval *eval;
    struct arena arena; /* of the batch of one row */
    uint64_t open;      /* consumers that may still want the record */
    struct worker_test {
        uint32_t n_seen, n_failed, n_new;
        uint32_t rest; /* values still to be let through */
        struct kept kept[N_KEPT];
    } tests[];
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

static void add_name(struct screen *s, uint32_t name)
{
    for (size_t i = 0; i < s->n_names; i++) {
        if (s->names[i] == name)
            return;
    }
    s->names[s->n_names++] = name;
}

static enum lanner_rc add_consumer(struct screen *s, const struct scan_consumer *c, size_t number,
                                   const struct scan_fields *fields, struct lanner_err *err)
{
    for (size_t i = 0; i < c->spec->n_filters && s->n_tests < MAX_TESTS; i++) {
        uint32_t name = field_of(c->spec->filters[i], c->schema, fields);
        struct screen_test *t = &s->tests[s->n_tests];

        if (name == UINT32_MAX)
            continue;
        t->name = name;
        t->consumer = UINT64_C(1) << number;
        TRY(program_new(&s->arena, c->spec->filters[i], c->schema, &t->program, err));
        s->consumers |= t->consumer;
        s->n_tests++;
        add_name(s, name);
    }
    return LANNER_OK;
}

enum lanner_rc screen_new(const struct scan_consumer *consumers, size_t n,
                          const struct scan_fields *fields, struct screen **out,
                          struct lanner_err *err)
{
    struct screen *s;
    enum lanner_rc rc = LANNER_OK;

    *out = NULL;
    if (n == 0 || n > MAX_CONSUMERS)
        return LANNER_OK;
    s = xcalloc(1, sizeof(*s));
    arena_init(&s->arena, 4096);
    s->n_cols = (uint32_t)(fields->n + fields->n_searches);
    for (size_t i = 0; i < n && rc == LANNER_OK; i++)
        rc = add_consumer(s, &consumers[i], i, fields, err);
    /* A plan without a test wants every record. */
    if (rc == LANNER_OK && s->consumers == UINT64_MAX >> (MAX_CONSUMERS - n)) {
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
    struct screen_worker *w = xcalloc(1, sizeof(*w) + s->n_tests * sizeof(w->tests[0]));

    w->screen = s;
    w->eval = eval_new();
    arena_init(&w->arena, 4096);
    return w;
}

void screen_worker_free(struct screen_worker *w)
{
    if (w == NULL)
        return;
    eval_free(w->eval);
    arena_done(&w->arena);
    free(w);
}

/* What the conjunct says of a row with this value. An error is left to the pipeline. */
static bool work_out(struct screen_worker *w, const struct screen_test *t, const struct val *v)
{
    uint32_t n_cols = w->screen->n_cols;
    struct batch *b = batch_new(&w->arena, 1, n_cols, n_cols, false);
    uint32_t row = 0;
    struct sel sel = {&row, 1};
    struct lanner_err err = {0};
    bool passes;

    b->cols[t->name].v[0] = *v;
    passes = program_select(t->program, w->eval, b, &sel, &err) != LANNER_OK || sel.n == 1;
    arena_reset(&w->arena);
    return passes;
}

static struct kept *kept_for(struct worker_test *t, const char *bytes, uint32_t len)
{
    uint64_t h = len;

    /* The last bytes tell codes and names apart best. */
    if (len >= 8)
        memcpy(&h, bytes + len - 8, 8);
    else
        for (uint32_t i = 0; i < len; i++)
            h = h << 8 | (unsigned char)bytes[i];
    h = (h ^ len) * UINT64_C(0x9E3779B97F4A7C15);
    return &t->kept[h >> 56 & (N_KEPT - 1)];
}

/* Whether the test pays is seen by what it did. */
static void take_stock(struct worker_test *t)
{
    if (t->n_failed < RUN_VALUES / 16 || t->n_new > RUN_VALUES / 4)
        t->rest = REST_VALUES;
    t->n_seen = t->n_failed = t->n_new = 0;
}

static bool test_passes(struct screen_worker *w, size_t i, const struct val *v)
{
    struct worker_test *t = &w->tests[i];
    uint32_t len = val_is_text(v) ? v->len : 0;
    struct kept *k;

    if (t->rest > 0) {
        t->rest--;
        return true;
    }
    if (++t->n_seen == RUN_VALUES)
        take_stock(t);
    if (len > MAX_KEPT || v->kind > KIND_BOOLTEXT) {
        t->n_new++;
        return true;
    }
    k = kept_for(t, v->u.ptr, len);
    if (!k->used || k->len != len || k->kind != v->kind ||
        (len > 0 && memcmp(k->bytes, v->u.ptr, len) != 0)) {
        t->n_new++;
        k->passes = work_out(w, &w->screen->tests[i], v);
        k->used = 1;
        k->len = (uint8_t)len;
        k->kind = v->kind;
        if (len > 0)
            memcpy(k->bytes, v->u.ptr, len);
    }
    t->n_failed += !k->passes;
    return k->passes;
}

static bool screen_value(void *ctx, uint32_t name, const struct val *v)
{
    struct screen_worker *w = ctx;
    const struct screen *s = w->screen;

    for (size_t i = 0; i < s->n_tests; i++) {
        const struct screen_test *t = &s->tests[i];

        if (t->name == name && (w->open & t->consumer) != 0 && !test_passes(w, i, v))
            w->open &= ~t->consumer;
    }
    return w->open != 0;
}

void screen_attach(struct screen_worker *w, struct extractor_worker *x)
{
    extractor_worker_screen(x, w->screen->names, w->screen->n_names, screen_value, w);
}

void screen_begin(struct screen_worker *w)
{
    w->open = w->screen->consumers;
}
