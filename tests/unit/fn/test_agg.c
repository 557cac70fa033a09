/* test_agg.c - every aggregate row on written-down values: in one state, split over several that
 * are merged in any order, and through save and load. */
#include "harness.h"
#include "util/buf.h"

#define MAX_CELLS 32

struct agg_test {
    const struct fn_def *fn;
    struct expr_args {
        struct val v;
        bool is_const;
        const char *field;
    } args[8];
    size_t n_args;
    const char *cells[MAX_CELLS][4]; /* column values, NULL absent; #text is a number */
    size_t n_rows;
    size_t n_cols;
};

static struct val cell(const char *z)
{
    if (z == NULL)
        return VAL_ABSENT;
    return z[0] == '#' ? h_number(z + 1) : val_text(z, strlen(z));
}

struct one_out {
    struct agg_out out;
    struct buf text;
    size_t n;
};

static enum lanner_rc print_row(struct agg_out *out, struct lanner_err *err)
{
    struct one_out *o = (struct one_out *)(void *)out;
    char room[VAL_PRINT_MAX];

    (void)err;
    if (o->text.len > 0)
        buf_puts(&o->text, " ; ");
    for (size_t k = 0; k < o->n; k++) {
        if (k > 0)
            buf_puts(&o->text, " | ");
        if (val_is_null(&out->vals[k]))
            buf_puts(&o->text, "<absent>");
        else
            buf_put_str(&o->text, val_print(&out->vals[k], room));
    }
    return LANNER_OK;
}

static struct fn_call *bind_call(const struct agg_test *t)
{
    struct fn_call *call = ARENA_NEW(&h_arena, struct fn_call);
    struct fn_arg *args = ARENA_ARRAY(&h_arena, struct fn_arg, t->n_args);
    fn_names names = {0};
    struct lanner_err err = {0};
    struct str *out;

    for (size_t i = 0; i < t->n_args; i++) {
        args[i].is_const = t->args[i].is_const;
        args[i].v = t->args[i].v;
        if (t->args[i].field != NULL)
            args[i].field = str_z(t->args[i].field);
    }
    *call = (struct fn_call){.fn = t->fn, .env = &h_env, .n_args = t->n_args, .args = args};
    if (t->fn->writes != NULL)
        OK(t->fn->writes(call, &names, &h_arena, &err) == LANNER_OK);
    else
        VEC_PUSH(&names, STR("out"));
    out = ARENA_ARRAY(&h_arena, struct str, names.n);
    memcpy(out, names.items, names.n * sizeof(*out));
    call->n_out = names.n;
    call->out_names = out;
    VEC_DONE(&names);
    if (t->fn->bind != NULL)
        OK(t->fn->bind(call, &err) == LANNER_OK);
    return call;
}

static void *state_new(struct agg_ctx *ctx)
{
    void *state = arena_zalloc(ctx->arena, ctx->call->fn->agg->state_size);

    ctx->call->fn->agg->init(ctx, state);
    return state;
}

/* Feeds row r to state r % n_states. */
static void feed(const struct agg_test *t, struct agg_ctx *ctx, void **states, size_t n_states)
{
    struct column *args = ARENA_ARRAY(&h_arena, struct column, t->n_args);
    struct batch *b = batch_new(&h_arena, (uint32_t)t->n_rows, (uint32_t)t->n_cols, 8, false);
    void **of = ARENA_ARRAY(&h_arena, void *, t->n_rows);
    struct lanner_err err;
    size_t col = 0;

    for (uint32_t r = 0; r < t->n_rows; r++) {
        for (uint32_t c = 0; c < t->n_cols; c++)
            b->cols[c].v[r] = cell(t->cells[r][c]);
        b->ord[r] = ordinal_of(0, r);
        b->sel.idx[b->sel.n++] = r;
        of[r] = states[r % n_states];
    }
    for (size_t i = 0; i < t->n_args; i++) {
        if (t->args[i].is_const) {
            args[i].v = ARENA_NEW(&h_arena, struct val);
            *args[i].v = t->args[i].v;
            args[i].is_const = true;
        } else {
            args[i] = b->cols[col++];
        }
    }
    OK(t->fn->agg->update(ctx, of, args, b, &b->sel, &err) == LANNER_OK);
}

static void *through_disk(struct agg_ctx *ctx, void *state)
{
    struct buf saved = {0};
    struct lanner_err err;
    void *loaded = state_new(ctx);
    struct reader in;

    ctx->call->fn->agg->save(ctx, state, &saved);
    in = (struct reader){arena_str(&h_arena, buf_str(&saved)).ptr, NULL, false};
    in.end = in.ptr + saved.len;
    OK(ctx->call->fn->agg->load(ctx, loaded, &in, &err) == LANNER_OK && !in.bad);
    OK(in.ptr == in.end);
    /* A cut-off state is noticed, not believed. */
    for (size_t n = 0; n < saved.len; n++) {
        struct reader cut = {in.end - saved.len, in.end - saved.len + n, false};
        void *broken = state_new(ctx);

        if (ctx->call->fn->agg->load(ctx, broken, &cut, &err) == LANNER_OK && !cut.bad)
            OK(false);
    }
    buf_done(&saved);
    return loaded;
}

static void check_states(const struct agg_test *t, size_t n_states, bool disk, bool backwards,
                         const char *want)
{
    struct fn_call *call = bind_call(t);
    struct agg_ctx ctx = {.call = call, .arena = &h_arena};
    struct one_out out = {.out = {.emit = print_row, .arena = &h_arena}, .n = call->n_out};
    void *states[4];
    struct lanner_err err;

    for (size_t i = 0; i < n_states; i++)
        states[i] = state_new(&ctx);
    feed(t, &ctx, states, n_states);
    for (size_t i = 0; disk && i < n_states; i++)
        states[i] = through_disk(&ctx, states[i]);
    for (size_t i = 1; i < n_states; i++) {
        size_t from = backwards ? n_states - i : i;
        void *into = backwards ? states[from - 1] : states[0];

        OK(t->fn->agg->merge(&ctx, into, states[from], &err) == LANNER_OK);
    }
    /* Reading leaves the state as it was. */
    for (int i = 0; i < 2; i++) {
        buf_clear(&out.text);
        out.out.vals = ARENA_ARRAY(&h_arena, struct val, out.n);
        OK(t->fn->agg->read(&ctx, states[0], &out.out, &err) == LANNER_OK);
        OK_STR(buf_str(&out.text), want);
    }
    buf_done(&out.text);
}

static void check(const struct agg_test *t, const char *want)
{
    check_states(t, 1, false, false, want);
    check_states(t, 3, false, false, want);
    check_states(t, 3, true, true, want);
    check_states(t, 4, true, false, want);
}

#define COLUMN(name)                                                                               \
    {                                                                                              \
        .field = name                                                                              \
    }
#define CONSTANT(val)                                                                              \
    {                                                                                              \
        .v = val, .is_const = true                                                                 \
    }
#define TEXT(z) CONSTANT(val_text(z, sizeof(z) - 1))

static struct agg_test numbers(const char *fn)
{
    return (struct agg_test){
        .fn = fn_named(fn),
        .args = {COLUMN("x")},
        .n_args = 1,
        .cells = {{"3"}, {"#10"}, {"x"}, {NULL}, {""}, {"-2.5"}, {"7"}, {"#7"}},
        .n_rows = 8,
        .n_cols = 1};
}

static struct agg_test nothing(const char *fn)
{
    return (struct agg_test){.fn = fn_named(fn),
                             .args = {COLUMN("x")},
                             .n_args = 1,
                             .cells = {{"é"}, {NULL}, {""}},
                             .n_rows = 3,
                             .n_cols = 1};
}

static void test_numbers(void)
{
    static const char *const names[] = {"sum", "avg", "min", "max", "range", "stdDev"};
    static const char *const wants[] = {"24.5", "4.9", "-2.5", "10", "12.5", "4.317406628984581"};
    static const char *const empty[] = {"0",        "<absent>", "<absent>",
                                        "<absent>", "<absent>", "<absent>"};

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct agg_test t = numbers(names[i]);
        struct agg_test none = nothing(names[i]);

        check(&t, wants[i]);
        check(&none, empty[i]);
    }
}

static void test_wide_sums(void)
{
    struct agg_test t = {.fn = fn_named("sum"),
                         .args = {COLUMN("x")},
                         .n_args = 1,
                         .cells = {{"9007199254740993"}, {"2"}, {"9007199254740993"}},
                         .n_rows = 3,
                         .n_cols = 1};
    struct agg_test real = {.fn = fn_named("sum"),
                            .args = {COLUMN("x")},
                            .n_args = 1,
                            .cells = {{"1e100"}, {"1.5"}, {"-1e100"}, {"2"}},
                            .n_rows = 4,
                            .n_cols = 1};

    check(&t, "18014398509481988");
    check(&real, "3.5");
}

static void test_count(void)
{
    struct agg_test t = {.fn = fn_named("count"),
                         .args = {CONSTANT(VAL_ABSENT), CONSTANT(val_bool(false))},
                         .n_args = 2,
                         .cells = {{"5"}, {"a"}, {NULL}, {""}, {"#5"}, {"A"}, {"é"}},
                         .n_rows = 7,
                         .n_cols = 0};
    struct agg_test many = {.fn = fn_named("count"),
                            .args = {COLUMN("x"), CONSTANT(val_bool(true))},
                            .n_args = 2,
                            .n_rows = 30,
                            .n_cols = 1};
    static char text[30][8];

    check(&t, "7");
    t.n_cols = 1;
    t.args[0] = (struct expr_args)COLUMN("x");
    check(&t, "6");
    t.args[1] = (struct expr_args)CONSTANT(val_bool(true));
    check(&t, "5");
    for (size_t i = 0; i < 30; i++) {
        snprintf(text[i], sizeof(text[i]), "%zu", i * 7 % 23);
        many.cells[i][0] = text[i];
    }
    check(&many, "23");
}

static void test_percentage(void)
{
    struct agg_test t = {.fn = fn_named("percentage"),
                         .args = {COLUMN("x")},
                         .n_args = 1,
                         .cells = {{"false"}, {"true"}, {NULL}, {"x"}, {"false"}, {"false"}},
                         .n_rows = 6,
                         .n_cols = 1};

    check(&t, "16.666666666666664");
}

static void test_percentile(void)
{
    static struct val shares[] = {{.u.i = 50, .kind = KIND_LONG},
                                  {.u.i = 75, .kind = KIND_LONG},
                                  {.u.d = 99.9, .kind = KIND_DOUBLE}};
    struct agg_test t = {
        .fn = fn_named("percentile"),
        .args = {CONSTANT(((struct val){.u.items = shares, .len = 3, .kind = KIND_ARRAY})),
                 CONSTANT(VAL_ABSENT), TEXT("r"), COLUMN("x")},
        .n_args = 4,
        .cells = {{"145"}, {"98"}, {"-5"}, {"167"}, {"x"}, {"120"}},
        .n_rows = 6,
        .n_cols = 1};
    struct fn_call *call = bind_call(&t);

    check(&t, "120 | 145 | 145");
    OK_STR(call->out_names[0], "r_50");
    OK_STR(call->out_names[2], "r_99.9");
}

static void test_collect(void)
{
    struct agg_test t = {.fn = fn_named("collect"),
                         .args = {CONSTANT(val_long(3)), CONSTANT(val_bool(true)), TEXT(","),
                                  CONSTANT(VAL_ABSENT), COLUMN("x"), COLUMN("y")},
                         .n_args = 6,
                         .cells = {{"b", NULL},
                                   {"a", NULL},
                                   {"b", ""},
                                   {NULL, "1"},
                                   {"d", "#1"},
                                   {"c", "2"},
                                   {"a", "3"},
                                   {"e", "4"}},
                         .n_rows = 8,
                         .n_cols = 2};
    struct agg_test none = t;

    check(&t, "b,a,d | ,1,2");
    t.args[3] = (struct expr_args)TEXT("all");
    check(&t, "b,a,");
    t.args[0] = (struct expr_args)CONSTANT(val_long(4));
    check(&t, "b,a,,1");
    t.args[3] = (struct expr_args)CONSTANT(VAL_ABSENT);
    t.args[1] = (struct expr_args)CONSTANT(val_bool(false));
    check(&t, "b | <absent> ; a | <absent> ; b |  ; <absent> | 1");
    none.n_rows = 1;
    none.cells[0][0] = NULL;
    check(&none, "<absent> | <absent>");
}

static void test_collect_bytes(void)
{
    static char big[3][6 * 1024 * 1024];
    struct agg_test t = {.fn = fn_named("collect"),
                         .args = {CONSTANT(val_long(2000)), CONSTANT(val_bool(true)), TEXT(","),
                                  CONSTANT(VAL_ABSENT), COLUMN("x")},
                         .n_args = 5,
                         .n_rows = 4,
                         .n_cols = 1};
    struct fn_call *call;
    struct agg_ctx ctx = {.arena = &h_arena};
    struct one_out out = {.out = {.emit = print_row, .arena = &h_arena}, .n = 1};
    struct lanner_err err;
    void *states[2];

    for (size_t i = 0; i < 3; i++) {
        memset(big[i], 'a' + (int)i, sizeof(big[i]) - 1);
        t.cells[i + 1][0] = big[i];
    }
    t.cells[0][0] = "small";
    call = bind_call(&t);
    ctx.call = call;
    states[0] = state_new(&ctx);
    states[1] = state_new(&ctx);
    feed(&t, &ctx, states, 2);
    h_note[0] = '\0';
    OK(t.fn->agg->merge(&ctx, states[1], states[0], &err) == LANNER_OK);
    out.out.vals = ARENA_ARRAY(&h_arena, struct val, 1);
    OK(t.fn->agg->read(&ctx, states[1], &out.out, &err) == LANNER_OK);
    OK_INT(out.text.len, 6 + sizeof(big[0]) - 1);
    OK_STR(str_z(h_note), "collect() keeps 10 MiB of values of a field");
    buf_done(&out.text);
}

static void test_select(void)
{
    struct agg_test t = {.fn = fn_named("selectLast"),
                         .args = {COLUMN("@timestamp"), COLUMN("x"), COLUMN("y")},
                         .n_args = 3,
                         .cells = {{"#5", "old", "1"},
                                   {"#9", "new", NULL},
                                   {"#9", "newer", NULL},
                                   {NULL, "no time", "z"},
                                   {"#7", "mid", "longer than before"}},
                         .n_rows = 5,
                         .n_cols = 3};
    struct agg_test max = t;

    check(&t, "newer | longer than before");
    max.fn = fn_named("selectFromMax");
    check(&max, "new | <absent>");
    max.fn = fn_named("selectFromMin");
    check(&max, "old | 1");
}

/* Values of AQL, three columns: a value, a time, a condition. */
static struct agg_test rows_of(const char *fn, size_t n_cols)
{
    return (struct agg_test){.fn = fn_named(fn),
                             .args = {COLUMN("x"), COLUMN("t"), COLUMN("c")},
                             .n_args = n_cols,
                             .cells = {{"b", "#30", "true"},
                                       {"#10", "#20", "false"},
                                       {"9", "#20", "true"},
                                       {NULL, "#10", "true"},
                                       {"a", "#30", NULL},
                                       {"", NULL, "x"},
                                       {"#9", "#25", "true"}},
                             .n_rows = 7,
                             .n_cols = n_cols};
}

static void check_row(const char *fn, size_t n_cols, const char *want)
{
    struct agg_test t = rows_of(fn, n_cols);

    check(&t, want);
}

static void test_kinds(void)
{
    struct agg_test none = nothing("aql_min");

    /* Numbers before texts, "9" among the numbers; of 9 and "9" the number. */
    check_row("aql_min", 1, "9");
    check_row("aql_max", 1, "b");
    none.n_rows = 2;
    none.cells[0][0] = NULL;
    check(&none, "<absent>");
    check_row("aql_first", 2, "<absent>");
    check_row("aql_last", 2, "a");
    check_row("aql_count_distinct", 1, "5");
    check_row("aql_count_distinct", 2, "7");
    check_row("aql_distinct_count", 1, "5");
    check_row("sum_if", 2, "0");
}

static struct val ip_of(const char *bytes, bool v6)
{
    return (struct val){.u.ptr = bytes, .len = v6 ? 6 : 4, .kind = KIND_IP};
}

/* Addresses: by value, and v4 before v6 as mapped. Constants stand for columns. */
static void test_addresses(void)
{
    static const char low[16] = {[10] = '\xff', '\xff', 9, 9, 9, 9};
    static const char high[16] = {[10] = '\xff', '\xff', 10, 0, 0, 1};
    static const char far[16] = {0x20, 0x01, 0x0d, '\xb8', [15] = 1};
    struct agg_test t = {
        .fn = fn_named("aql_max"), .args = {CONSTANT(ip_of(low, false))}, .n_args = 1, .n_rows = 3};

    check(&t, "9.9.9.9");
    t.args[0] = (struct expr_args)CONSTANT(ip_of(high, true));
    check(&t, "10.0.0.1");
    t.args[0] = (struct expr_args)CONSTANT(ip_of(far, true));
    check(&t, "2001:db8::1");
    t.fn = fn_named("aql_last");
    t.args[1] = (struct expr_args)CONSTANT(val_long(5));
    t.n_args = 2;
    check(&t, "2001:db8::1");
    t.fn = fn_named("aql_count_distinct");
    check(&t, "1");
}

static void test_lists(void)
{
    struct agg_test t = {.fn = fn_named("aql_list"),
                         .args = {COLUMN("x"), TEXT(" / "), CONSTANT(VAL_ABSENT)},
                         .n_args = 3,
                         .cells = {{"b"}, {"a"}, {"b"}, {NULL}, {"#5"}, {"5"}, {"c"}},
                         .n_rows = 7,
                         .n_cols = 1};

    check(&t, "b / a / 5 / c");
    t.args[2] = (struct expr_args)CONSTANT(val_long(2));
    check(&t, "b / a");
    t.args[1] = (struct expr_args)CONSTANT(VAL_ABSENT);
    check(&t, "b, a");
    t.n_args = 1;
    check(&t, "b, a, 5, c");
    t.n_rows = 0;
    check(&t, "<absent>");
}

static void test_statistics(void)
{
    static const char *const names[] = {"stdev", "stddev_sample", "variance", "median"};
    static const char *const wants[] = {"4.8270073544588685", "4.8270073544588685", "23.3", "7"};
    struct agg_test t = numbers("percentile_point");
    struct agg_test one = numbers("stdev");
    struct agg_test count = rows_of("aql_count_if", 3);

    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        struct agg_test of = numbers(names[i]);
        struct agg_test none = nothing(names[i]);

        check(&of, wants[i]);
        check(&none, "<absent>");
    }
    one.n_rows = 1;
    check(&one, "<absent>");
    /* -2.5 3 7 7 10 */
    t.args[1] = (struct expr_args)CONSTANT(val_long(75));
    t.n_args = 2;
    check(&t, "7");
    t.args[1] = (struct expr_args)CONSTANT(val_double(0.9));
    check(&t, "8.8");
    t.args[1] = (struct expr_args)CONSTANT(val_long(100));
    check(&t, "10");
    t.args[1] = (struct expr_args)CONSTANT(val_long(0));
    check(&t, "-2.5");
    count.args[0] = count.args[2];
    count.n_args = 1;
    count.n_cols = 1;
    for (size_t i = 0; i < count.n_rows; i++)
        count.cells[i][0] = count.cells[i][2];
    check(&count, "4");
}

static void test_sum_if(void)
{
    struct agg_test t = rows_of("sum_if", 2);

    for (size_t i = 0; i < t.n_rows; i++)
        t.cells[i][1] = t.cells[i][2];
    check(&t, "18");
}

static void test_trend(void)
{
    struct agg_test t = {.fn = fn_named("linReg"),
                         .args = {COLUMN("x"), COLUMN("y"), TEXT("_")},
                         .n_args = 3,
                         .cells = {{"1024", ".15"},
                                   {"2048", ".25"},
                                   {"4096", ".45"},
                                   {"8192", ".85"},
                                   {"512", ".08"},
                                   {"16384", "1.65"},
                                   {"3072", ".35"},
                                   {"6144", ".65"},
                                   {"10240", "1.05"},
                                   {"4608", ".48"},
                                   {"x", "1"},
                                   {"1", NULL}},
                         .n_rows = 12,
                         .n_cols = 2};
    struct agg_test rate = {.fn = fn_named("counterAsRate"),
                            .args = {COLUMN("x"), COLUMN("@timestamp")},
                            .n_args = 2,
                            .cells = {{"30", "#3000"}, {"10", "#1000"}, {"20", "#2500"}},
                            .n_rows = 3,
                            .n_cols = 2};

    /* cql.md appendix A, to 1e-13. */
    check(&t, "9.823069852941176E-5 | 0.04276470588235293 | 0.9996897336895081 | 10");
    check(&rate, "10");
    rate.cells[2][0] = "31";
    check(&rate, "<absent>");
}

int main(void)
{
    h_init();
    test_numbers();
    test_wide_sums();
    test_count();
    test_percentage();
    test_percentile();
    test_collect();
    test_collect_bytes();
    test_select();
    test_trend();
    test_kinds();
    test_addresses();
    test_lists();
    test_statistics();
    test_sum_if();
    arena_done(&h_arena);
    TAP_DONE();
}
