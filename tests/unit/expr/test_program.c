/* test_program.c - folding, programs over batches, masks, selections, open fields. */
#include "../tap.h"
#include "expr/expr.h"
#include "lookup/lookup.h"

#include <stdlib.h>

#define NOWHERE ((struct span){0, 0})

static struct arena arena;
static struct fn_env env;
static struct eval *eval;
static struct lanner_err err;

static struct expr *field(const char *name)
{
    return expr_field(&arena, NOWHERE, str_z(name));
}

static struct expr *text(const char *z)
{
    return expr_const(&arena, NOWHERE, val_str(str_z(z)));
}

static struct expr *number(int64_t i)
{
    return expr_const(&arena, NOWHERE, val_long(i));
}

static struct expr *call(const char *name, struct expr *a, struct expr *b)
{
    return expr_callv(&arena, NOWHERE, name, b != NULL ? 2 : 1, a, b);
}

/* Columns a and b; the open field o where the schema is open. */
static const char *const cells[][3] = {{"1", "x", "p"}, {"2", NULL, NULL}, {NULL, "x", "q"},
                                       {"4", "y", "p"}, {"x", "y", NULL},  {"6", "z", "p"}};
#define N_ROWS 6

static struct schema_field fields[] = {
    {.name = STR_INIT("a"), .col = 0},
    {.name = STR_INIT("b"), .col = 1},
    {.name = STR_INIT("gone"), .col = SCHEMA_HIDDEN},
};
static struct schema closed = {.fields = fields, .n = 3, .n_cols = 2};
static struct schema open_schema = {.fields = fields, .n = 3, .n_cols = 2, .open = true};

static struct val cell(const char *z)
{
    return z != NULL ? val_text(z, strlen(z)) : VAL_ABSENT;
}

static struct batch *rows(void)
{
    struct batch *b = batch_new(&arena, N_ROWS, 2, 2, true);

    for (uint32_t i = 0; i < N_ROWS; i++) {
        b->cols[0].v[i] = cell(cells[i][0]);
        b->cols[1].v[i] = cell(cells[i][1]);
        if (cells[i][2] != NULL)
            open_put(&b->open[i], STR("o"), cell(cells[i][2]), &arena);
        open_put(&b->open[i], STR("gone"), cell("there"), &arena);
        b->sel.idx[b->sel.n++] = i;
    }
    return b;
}

static void check_values(const struct schema *s, struct expr *e, const char *want)
{
    const struct program *p;
    struct batch *b = rows();
    struct column out;
    struct buf got = {0};

    buf_reserve(&got, 1);

    OK(expr_bind(e, &env, &err) == LANNER_OK);
    OK(expr_bind(e, &env, &err) == LANNER_OK);
    OK(program_new(&arena, e, s, &p, &err) == LANNER_OK);
    OK(program_run(p, eval, b, &b->sel, &out, &err) == LANNER_OK);
    SEL_FOR (&b->sel, i) {
        const struct val *v = column_at(&out, i);
        char room[VAL_PRINT_MAX];

        if (i > 0)
            buf_putc(&got, ' ');
        buf_put_str(&got, val_is_null(v) ? STR("-") : val_print(v, room));
    }
    OK_STR(buf_str(&got), want);
    buf_done(&got);
}

static void check_rows(const struct schema *s, struct expr *e, const char *want)
{
    const struct program *p;
    struct batch *b = rows();
    struct buf got = {0};

    buf_reserve(&got, 1);

    OK(expr_bind(e, &env, &err) == LANNER_OK);
    OK(program_new(&arena, e, s, &p, &err) == LANNER_OK);
    OK(program_select(p, eval, b, &b->sel, &err) == LANNER_OK);
    SEL_FOR (&b->sel, i)
        buf_printf(&got, "%u", i);
    OK_STR(buf_str(&got), want);
    buf_done(&got);
}

static struct expr *a_is(const char *z)
{
    return call("cql_equals_glob", field("a"), text(z));
}

static struct expr *b_is(const char *z)
{
    return call("cql_equals_glob", field("b"), text(z));
}

static void test_folding(void)
{
    struct expr *e = call("num_add", number(2), call("num_mul", number(3), number(4)));
    struct val v;

    OK(!expr_is_const(e, &v));
    OK(expr_bind(e, &env, &err) == LANNER_OK);
    OK(expr_is_const(e, &v));
    OK_INT(v.u.i, 14);
    OK(expr_type(e, &closed) == TYPE_LONG);
    e = call("num_div", number(1), number(0));
    OK(expr_bind(e, &env, &err) == LANNER_OK);
    OK(expr_is_const(e, &v));
    OK(v.kind == KIND_ABSENT);
    /* A null constant is a missing value like another. */
    check_values(&closed, call("num_add", field("a"), call("num_div", number(1), number(0))),
                 "- - - - - -");
}

static void test_values(void)
{
    struct expr *sum = call("num_add", field("a"), number(1));

    check_values(&closed, field("a"), "1 2 - 4 x 6");
    check_values(&closed, sum, "2 3 - 5 - 7");
    check_values(&closed, call("num_mul", sum, call("num_add", field("a"), number(1))),
                 "4 9 - 25 - 49");
    check_values(
        &closed,
        call("num_sub", call("num_mul", sum, sum), call("num_mul", field("a"), field("a"))),
        "3 5 - 9 - 13");
    check_values(&closed, field("o"), "- - - - - -");
    check_values(&open_schema, field("o"), "p - q p - p");
    check_values(&open_schema, field("gone"), "- - - - - -");
    check_values(&closed, number(7), "7 7 7 7 7 7");
    /* A predicate on a missing field is false, not missing. */
    check_values(&closed, a_is("1"), "true false false false false false");
}

static void test_selections(void)
{
    struct expr *e;

    check_rows(&closed, a_is("*"), "01345");
    check_rows(&closed, call("and", a_is("*"), b_is("y")), "34");
    check_rows(&closed, call("or", a_is("1"), b_is("y")), "034");
    check_rows(&closed,
               call("or", call("or", a_is("6"), a_is("4")), call("and", a_is("2"), a_is("2"))),
               "135");
    check_rows(&closed, call("not", call("or", a_is("1"), b_is("y")), NULL), "125");
    check_rows(&open_schema, call("cql_equals_glob", field("o"), text("p")), "035");
    /* not of a comparison that may be null keeps null rows out. */
    e = call("not", call("cql_gt", field("a"), number(3)), NULL);
    check_rows(&closed, e, "01");
    check_rows(&closed, expr_const(&arena, NOWHERE, val_bool(true)), "012345");
    check_rows(&closed, expr_const(&arena, NOWHERE, val_bool(false)), "");
    check_rows(&closed, expr_const(&arena, NOWHERE, VAL_ABSENT), "");
}

static void test_depth(void)
{
    struct expr *e = field("a");

    for (int i = 0; i < 5000; i++)
        e = call("num_add", e, number(1));
    OK(expr_bind(e, &env, &err) == LANNER_ERR_LIMIT);
}

int main(void)
{
    arena_init(&arena, 0);
    env = (struct fn_env){.arena = &arena,
                          .from_ns = TIME_NONE,
                          .to_ns = TIME_NONE,
                          .zone = zone_utc(),
                          .zone_name = STR("UTC"),
                          .seed = 1};
    eval = eval_new();
    test_folding();
    test_values();
    test_selections();
    test_depth();
    eval_free(eval);
    eval_free(NULL);
    arena_done(&arena);
    TAP_DONE();
}
