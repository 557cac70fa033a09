/* test_spill.c - many random rows: the answer is the same with any number of workers, any order and
 * any budget, and equals what a few loops find. */
#include "plans.h"

#define N_ROWS   6000
#define N_KEYS   700
#define N_VALUES 90

static struct arena rows_arena;

struct record { /* what the loops look at */
    int key, value;
    int64_t time;
};
static struct record records[N_ROWS];

static struct test_data many(void)
{
    struct test_data d = {.fields = {"key", "value", "num", "@timestamp", "uid"}, .n = N_ROWS};
    uint64_t random = 4711;

    d.rows = ARENA_ARRAY(&rows_arena, struct test_row, d.n);
    for (size_t i = 0; i < d.n; i++) {
        struct record *r = &records[i];
        struct test_row *row = &d.rows[i];

        r->key = (int)(t_random(&random) % N_KEYS);
        r->value = (int)(t_random(&random) % N_VALUES);
        r->time = (int64_t)(t_random(&random) % 1000);
        row->place = i * 10;
        row->v[0] = val_str(arena_printf(&rows_arena, "key-%d-%.*s", r->key, r->key % 40,
                                         "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"));
        if (r->value % 10 != 0)
            row->v[1] = val_str(arena_printf(&rows_arena, "value %d", r->value));
        if (i % 3 == 0)
            row->v[2] = val_double((double)(r->value) / 7 + (double)i * 1e9);
        else if (i % 3 == 1)
            row->v[2] = val_str(arena_printf(&rows_arena, "%d", r->value - 20));
        else
            row->v[2] = val_long((int64_t)r->value << 50);
        row->v[3] = val_long(r->time);
        row->v[4] = val_str(arena_printf(&rows_arena, "uid %zu", i / 2));
    }
    return d;
}

static struct plan_node *by_key(struct plan *p, struct plan_node *scan)
{
    return t_group(p, scan, 1, (const char *[]){"key"});
}

static struct expr *t_bool(struct plan *p, bool b)
{
    return expr_const(p->arena, NOWHERE, val_bool(b));
}

static struct plan_node *plan_all(struct plan *p, struct plan_node *scan)
{
    struct plan_node *n = by_key(p, scan);

    t_agg(p, n, "count", "c", 2, t_absent(p), t_bool(p, false));
    t_agg(p, n, "count", "d", 2, t_field(p, "value"), t_bool(p, true));
    t_agg(p, n, "sum", "sum", 1, t_field(p, "num"));
    t_agg(p, n, "avg", "avg", 1, t_field(p, "num"));
    t_agg(p, n, "stdDev", "dev", 1, t_field(p, "num"));
    t_agg(p, n, "min", "min", 1, t_field(p, "num"));
    t_agg(p, n, "max", "max", 1, t_field(p, "num"));
    t_agg(p, n, "collect", "list", 5, t_long(p, 4), t_bool(p, true), t_str(p, ","),
          t_str(p, "list"), t_field(p, "value"));
    t_agg(p, n, "selectLast", "value", 2, t_field(p, "@timestamp"), t_field(p, "value"));
    t_agg(p, n, "selectFromMax", "num", 2, t_field(p, "@timestamp"), t_field(p, "num"));
    t_agg(p, n, "counterAsRate", "rate", 2, t_field(p, "value"), t_field(p, "@timestamp"));
    return n;
}

/* Groups in the order of their first records; counts and distinct values by loops. */
static void expect_counts(struct buf *out)
{
    static bool done[N_KEYS];

    for (size_t i = 0; i < N_ROWS; i++) {
        bool seen[N_VALUES] = {false};
        int n = 0;
        int n_distinct = 0;

        if (done[records[i].key])
            continue;
        done[records[i].key] = true;
        for (size_t k = i; k < N_ROWS; k++) {
            if (records[k].key != records[i].key)
                continue;
            n++;
            if (records[k].value % 10 != 0 && !seen[records[k].value]) {
                seen[records[k].value] = true;
                n_distinct++;
            }
        }
        buf_printf(out, "c=%d d=%d\n", n, n_distinct);
    }
}

static struct plan_node *plan_counts(struct plan *p, struct plan_node *scan)
{
    struct plan_node *n = by_key(p, scan);

    t_agg(p, n, "count", "c", 2, t_absent(p), t_bool(p, false));
    t_agg(p, n, "count", "d", 2, t_field(p, "value"), t_bool(p, true));
    return t_keep(p, n, 2, (const char *[]){"c", "d"});
}

/* The first four values of each key by loops. */
static void expect_lists(struct buf *out)
{
    static bool done[N_KEYS];

    for (size_t i = 0; i < N_ROWS; i++) {
        int list[4];
        int n = 0;

        if (done[records[i].key])
            continue;
        done[records[i].key] = true;
        for (size_t k = i; k < N_ROWS && n < 4; k++) {
            bool known = records[k].key != records[i].key || records[k].value % 10 == 0;

            for (int j = 0; j < n && !known; j++)
                known = list[j] == records[k].value;
            if (!known)
                list[n++] = records[k].value;
        }
        for (int j = 0; j < n; j++)
            buf_printf(out, "%svalue %d", j == 0 ? "list=" : ",", list[j]);
        buf_putc(out, '\n');
    }
}

static struct plan_node *plan_lists(struct plan *p, struct plan_node *scan)
{
    struct plan_node *n = by_key(p, scan);

    t_agg(p, n, "collect", "list", 5, t_long(p, 4), t_bool(p, true), t_str(p, ","),
          t_str(p, "list"), t_field(p, "value"));
    return t_keep(p, n, 1, (const char *[]){"list"});
}

/* One set of values that is larger than the small budgets. */
static struct plan_node *plan_huge_set(struct plan *p, struct plan_node *scan)
{
    struct plan_node *n = t_group(p, scan, 0, NULL);

    t_agg(p, n, "count", "d", 2, t_field(p, "uid"), t_bool(p, true));
    t_agg(p, n, "count", "c", 2, t_field(p, "uid"), t_bool(p, false));
    t_agg(p, n, "max", "m", 1, t_field(p, "@timestamp"));
    return n;
}

static struct plan_node *plan_limited(struct plan *p, struct plan_node *scan)
{
    struct plan_node *n = by_key(p, scan);

    n->u.aggregate.limit = 25;
    t_agg(p, n, "count", "c", 2, t_absent(p), t_bool(p, false));
    return n;
}

/* One row for each value: more rows than groups. */
static struct plan_node *plan_product(struct plan *p, struct plan_node *scan)
{
    struct plan_node *n = by_key(p, scan);
    struct plan_agg *agg;

    t_agg(p, n, "collect", "value", 5, t_long(p, 3), t_bool(p, false), t_str(p, ","), t_absent(p),
          t_field(p, "value"));
    agg = t_agg(p, n, "collect", "num", 5, t_long(p, 2), t_bool(p, false), t_str(p, ","),
                t_absent(p), t_field(p, "num"));
    agg->post = t_filter(p, node_new(p, NODE_INPUT, NOWHERE, NULL),
                         t_call2(p, "cql_less", t_field(p, "num"), t_long(p, 50)));
    t_agg(p, n, "count", "c", 2, t_absent(p), t_bool(p, false));
    return n;
}

static struct plan_node *plan_sorted(struct plan *p, struct plan_node *scan)
{
    return t_sort(p, scan, "num", true, SORT_NUMBER, 0);
}

static struct plan_node *plan_sorted_cut(struct plan *p, struct plan_node *scan)
{
    struct plan_node *n = t_sort(p, scan, "value", false, SORT_TEXT, 500);

    n->u.sort.ordinal_descending = true;
    return t_keep(p, n, 3, (const char *[]){"value", "key", "num"});
}

static struct plan_node *plan_plain(struct plan *p, struct plan_node *scan)
{
    return t_keep(p, scan, 3, (const char *[]){"key", "value", "@timestamp"});
}

static struct plan_node *plan_distinct(struct plan *p, struct plan_node *scan)
{
    struct plan_node *n = node_new(p, NODE_DISTINCT, NOWHERE, scan);

    n->u.distinct.keys = t_names(p, 2, (const char *[]){"key", "value"});
    n->u.distinct.n_keys = 2;
    return n;
}

static struct plan_node *plan_groups(struct plan *p, struct plan_node *scan)
{
    struct plan_node *n = node_new(p, NODE_GROUP_APPLY, NOWHERE, scan);
    struct plan_node *body =
        t_sort(p, node_new(p, NODE_INPUT, NOWHERE, NULL), "num", false, SORT_NUMBER, 2);

    n->u.group_apply.keys = t_names(p, 1, (const char *[]){"key"});
    n->u.group_apply.n_keys = 1;
    n->u.group_apply.body = body;
    body->u.sort.limit_is_explicit = true;
    return n;
}

static void test_against_loops(const struct test_data *d)
{
    struct buf want = {0};

    expect_counts(&want);
    buf_putc(&want, '\0');
    t_check("counts", d, plan_counts, want.ptr, true);
    buf_clear(&want);
    expect_lists(&want);
    buf_putc(&want, '\0');
    t_check("lists", d, plan_lists, want.ptr, true);
    buf_done(&want);
}

static void test_refusals(const struct test_data *d)
{
    struct test_run run = {2, 100, 0, 9, false};
    struct test_out out;

    t_execute(d, plan_limited, &run, &out);
    OK_STR(str_z(out.note), "groupBy() keeps 25 of 700 groups");
    OK_INT(out.n_rows, 25);
    t_out_done(&out);
}

int main(void)
{
    struct test_data d;

    arena_init(&rows_arena, 0);
    d = many();
    test_against_loops(&d);
    t_check("huge set", &d, plan_huge_set, "d=3000 c=6000 m=999\n", true);
    t_check("all aggregates", &d, plan_all, NULL, true);
    t_check("limited groups", &d, plan_limited, NULL, true);
    t_check("product", &d, plan_product, NULL, true);
    t_check("sorted", &d, plan_sorted, NULL, true);
    t_check("sorted and cut", &d, plan_sorted_cut, NULL, false);
    t_check("plain", &d, plan_plain, NULL, true);
    t_check("distinct", &d, plan_distinct, NULL, true);
    t_check("groups", &d, plan_groups, NULL, true);
    test_refusals(&d);
    arena_done(&rows_arena);
    TAP_DONE();
}
