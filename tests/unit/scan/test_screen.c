/* test_screen.c - records dropped by the value of one field: none too many, and most of the others.
 *
 * What is pushed may hold more than the filters let through (the pipelines apply them again), never
 * less; and a record that breaks off is counted all the same. */
#include "scan/scan.h"

#include "../tap.h"
#include "gather.h"

static struct source_set *set;

/* One plan: the field must be equal to, or with `not` unequal to, one of the values. */
struct filter {
    const char *field;
    const char *value;
    bool negated;
};

struct run {
    struct gather g[3]; /* one for each plan */
    struct lanner_stats stats;
};

static struct expr *filter_expr(struct arena *a, const struct filter *f)
{
    struct span none = {0, 0};
    struct expr *e = expr_callv(a, none, "cql_equals_glob", 2, expr_field(a, none, str_z(f->field)),
                                expr_const(a, none, val_str(str_z(f->value))));

    return f->negated ? expr_callv(a, none, "not", 1, e) : e;
}

static struct schema *schema_of(struct arena *a, const struct scan_fields *fields)
{
    struct schema *s = ARENA_NEW(a, struct schema);

    s->fields = ARENA_ARRAY(a, struct schema_field, fields->n);
    s->n = fields->n;
    s->n_cols = (uint32_t)fields->n;
    for (size_t i = 0; i < fields->n; i++)
        s->fields[i] = (struct schema_field){
            .name = fields->names[i], .col = (uint32_t)i, .type = TYPE_RAW, .from_record = true};
    return s;
}

/* Runs n plans over the text, one filter each. */
static void run_text(struct run *r, struct str text, const struct filter *filters, size_t n,
                     bool strict)
{
    struct scan_input_spec input = {.path = "mem", .bytes = text.ptr, .len = text.len};
    struct scan_options o = {.inputs = &input,
                             .n_inputs = 1,
                             .n_workers = 2,
                             .batch_rows = 100,
                             .no_prefilter = true,
                             .strict_input = strict};
    struct str names[] = {STR_INIT("n"), STR_INIT("code"), STR_INIT("#repo"),
                          STR_INIT("status.code")};
    struct scan_fields fields = {.names = names, .n = ARRAY_LEN(names)};
    struct source_options so = {0};
    struct plan_scan specs[3];
    struct expr *conjuncts[3];
    struct scan_consumer consumers[3];
    struct extractor *x = NULL;
    struct scan *s = NULL;
    struct arena a;
    struct lanner_err err = {0};
    struct fn_env env = {.arena = &a, .from_ns = TIME_NONE, .to_ns = TIME_NONE};

    memset(r, 0, sizeof(*r));
    arena_init(&a, 0);
    o.fn = &env;
    for (size_t i = 0; i < n; i++) {
        conjuncts[i] = filter_expr(&a, &filters[i]);
        OK_INT(expr_bind(conjuncts[i], &env, &err), LANNER_OK);
        specs[i] = (struct plan_scan){.from_ns = TIME_NONE,
                                      .to_ns = TIME_NONE,
                                      .filters = &conjuncts[i],
                                      .n_filters = filters[i].field != NULL};
        gather_init(&r->g[i]);
        consumers[i] = (struct scan_consumer){.spec = &specs[i],
                                              .schema = schema_of(&a, &fields),
                                              .push = gather_push,
                                              .push_ctx = &r->g[i]};
    }
    OK_INT(extractor_new(set, &so, names, fields.n, false, &x, &err), LANNER_OK);
    OK_INT(scan_open(&o, &s, &err), LANNER_OK);
    /* Strict input refuses a broken record at the end. */
    OK_INT(scan_run(s, x, &fields, consumers, n, &r->stats, &err),
           strict ? LANNER_ERR_INPUT : LANNER_OK);
    for (size_t i = 0; i < n; i++) {
        if (r->g[i].rows.n > 0)
            qsort(r->g[i].rows.items, r->g[i].rows.n, sizeof(struct got_row), gather_order);
    }
    scan_close(s);
    extractor_free(x);
    arena_done(&a);
}

static void run_done(struct run *r, size_t n)
{
    for (size_t i = 0; i < n; i++)
        gather_done(&r->g[i]);
}

/* The rows whose text ends in `part`. */
static size_t count_with(const struct gather *g, const char *part)
{
    size_t n = 0;

    for (size_t i = 0; i < g->rows.n; i++)
        n += strstr(g->rows.items[i].text, part) != NULL;
    return n;
}

/* Every spelling of a value that passes is kept, every other dropped. */
static void test_spellings(void)
{
    static const char text[] = "{\"n\":\"keep1\",\"code\":\"50034\"}\n"
                               "{\"n\":\"keep2\",\"code\":50034,\"x\":1}\n"
                               "{\"n\":\"keep3\",\"code\":\"\\u00350034\"}\n"
                               "{\"code\":\"50034\",\"code\":\"1\",\"n\":\"keep4\"}\n"
                               "{ \"code\" : \"50034\" , \"n\" : \"keep5\" }\n"
                               "{\"n\":\"drop\",\"code\":\"1\",\"code\":\"50034\"}\n"
                               "{\"n\":\"drop\",\"code\":\"50034 \"}\n"
                               "{\"n\":\"drop\",\"Code\":\"50034\"}\n"
                               "{\"n\":\"drop\",\"code\":null}\n"
                               "{\"n\":\"drop\",\"code\":{\"code\":\"50034\"}}\n"
                               "{\"code\":\"1\",\"n\":\"drop\",\"code\":\"50034\"}\n"
                               "{\"n\":\"drop\"}\n"
                               "{\"code\":\"0\",\"n\":\"cut\n"
                               "{\"code\":\"50034\",\"n\":\"keep6\"}\n";
    static const struct filter is = {"code", "50034", false}, is_not = {"code", "50034", true};
    struct run r;

    run_text(&r, str_z(text), &is, 1, false);
    OK_INT(count_with(&r.g[0], "keep"), 6);
    OK_INT(r.g[0].rows.n, 6);
    OK_INT(r.stats.n_events, 14);
    OK_INT(r.stats.n_unreadable, 1);
    run_done(&r, 1);
    run_text(&r, str_z(text), &is_not, 1, false);
    OK_INT(count_with(&r.g[0], "drop"), 7);
    OK_INT(r.g[0].rows.n, 7);
    run_done(&r, 1);
    /* Strict input: every record is read to its end. */
    run_text(&r, str_z(text), &is, 1, true);
    OK_INT(count_with(&r.g[0], "keep"), 6);
    OK_INT(count_with(&r.g[0], "drop"), 7);
    run_done(&r, 1);
}

/* A wrapper's own field is the row's; a field that only the record inside has is too. */
static void test_wrapped(void)
{
    static const char text[] =
        "{\"AuditData\":\"{\\\"CreationTime\\\":\\\"2026-03-02T14:05:00\\\",\\\"Id\\\":\\\"a\\\","
        "\\\"Operation\\\":\\\"UserLoginFailed\\\",\\\"Workload\\\":\\\"AzureActiveDirectory\\\","
        "\\\"RecordType\\\":15,\\\"code\\\":\\\"50034\\\",\\\"n\\\":\\\"inner\\\"}\"}\n"
        "{\"code\":\"1\",\"n\":\"outer\",\"AuditData\":\"{\\\"CreationTime\\\":"
        "\\\"2026-03-02T14:05:00\\\",\\\"Id\\\":\\\"b\\\",\\\"Operation\\\":"
        "\\\"UserLoginFailed\\\","
        "\\\"Workload\\\":\\\"AzureActiveDirectory\\\",\\\"RecordType\\\":15,"
        "\\\"code\\\":\\\"50034\\\"}\"}\n";
    static const struct filter is = {"code", "50034", false};
    struct run r;

    run_text(&r, str_z(text), &is, 1, false);
    OK_INT(count_with(&r.g[0], "inner"), 1);
    OK_INT(count_with(&r.g[0], "outer"), 0);
    run_done(&r, 1);
}

/* Many records, so that tests are given up and taken up again; values of a rare and of a frequent
 * kind; several plans. */
static void test_many(void)
{
    static const struct filter filters[] = {
        {"code", "hit", false}, {"status.code", "s7", false}, {"n", "*99n", false}};
    static const char *const parts[] = {" hit ", " s7", "99n "};
    struct buf text = {0};
    struct run r;
    size_t want[3] = {0, 0, 0};

    for (int i = 0; i < 150000; i++) {
        bool calm = i / 20000 % 2 == 0; /* in turns: nothing passes, nearly all passes */
        bool code = calm ? i % 1000 == 3 : i % 50 != 0;

        buf_printf(&text, "{\"status\":{\"code\":\"s%d\"},\"code\":\"%s\",\"n\":\"%dn\"}\n", i % 11,
                   code ? "hit" : "miss", i);
        want[0] += code;
        want[1] += i % 11 == 7;
        want[2] += i % 100 == 99;
    }
    for (size_t i = 0; i < 3; i++) {
        run_text(&r, buf_str(&text), &filters[i], 1, false);
        OK_INT(count_with(&r.g[0], parts[i]), want[i]);
        OK(i != 1 || r.g[0].rows.n == want[1]); /* its values are few, and most fail */
        run_done(&r, 1);
    }
    run_text(&r, buf_str(&text), filters, 3, false);
    for (size_t i = 0; i < 3; i++)
        OK_INT(count_with(&r.g[i], parts[i]), want[i]);
    run_done(&r, 3);
    buf_done(&text);
}

int main(void)
{
    struct lanner_err err = {0};

    if (source_set_open(NULL, 0, &set, &err) != LANNER_OK) {
        printf("Bail out! %s\n", err.text);
        return 1;
    }
    test_spellings();
    test_wrapped();
    test_many();
    source_set_free(set);
    TAP_DONE();
}
