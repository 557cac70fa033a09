/* test_ops.c - every operator on a few rows, results written down. */
#include "plans.h"

static struct arena rows_arena;

static struct test_data small(void)
{
    static const char *const cells[][4] = {
        /* user, ip, n, @timestamp */
        {"ann", "10.0.0.1", "3", "1000"}, {"bob", "10.0.0.2", "10", "2000"},
        {"ann", "10.0.0.1", "x", "3000"}, {NULL, "10.0.0.3", "2", "4000"},
        {"Cid", NULL, "7.5", "5000"},     {"bob", "10.0.0.1", NULL, "6000"},
        {NULL, NULL, "1", "7000"},        {"ann", "10.0.0.9", "3", "8000"},
    };
    struct test_data d = {.fields = {"user", "ip", "n", "@timestamp"}, .n = ARRAY_LEN(cells)};

    d.rows = ARENA_ARRAY(&rows_arena, struct test_row, d.n);
    for (size_t i = 0; i < d.n; i++) {
        d.rows[i].place = 100 + i;
        for (size_t k = 0; k < 3; k++)
            d.rows[i].v[k] = t_text(&rows_arena, cells[i][k]);
        d.rows[i].v[3] = val_long((int64_t)(i + 1) * 1000);
    }
    return d;
}

#define KEEP(p, in, ...)                                                                           \
    t_keep(p, in, sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *),                          \
           (const char *[]){__VA_ARGS__})
#define GROUP(p, in, ...)                                                                          \
    t_group(p, in, sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *),                         \
            (const char *[]){__VA_ARGS__})

static struct expr *equals(struct plan *p, const char *field, const char *text)
{
    return t_call2(p, "cql_equals_glob", t_field(p, field), t_str(p, text));
}

static struct plan_node *plan_filter(struct plan *p, struct plan_node *scan)
{
    struct expr *e =
        t_call2(p, "or", equals(p, "user", "ann"),
                t_call2(p, "and", equals(p, "user", "bob"),
                        expr_callv(p->arena, NOWHERE, "not", 1, equals(p, "ip", "10.0.0.2"))));

    return KEEP(p, t_filter(p, scan, e), "user", "ip");
}

static struct plan_node *plan_extend(struct plan *p, struct plan_node *scan)
{
    struct plan_node *n =
        t_extend(p, scan, "m", t_call2(p, "num_add", t_field(p, "n"), t_long(p, 1)));

    n = t_extend(p, n, "n", t_call2(p, "num_mul", t_field(p, "m"), t_field(p, "m")));
    return KEEP(p, n, "n", "m");
}

static struct plan_node *plan_open(struct plan *p, struct plan_node *scan)
{
    return t_extend(p, t_filter(p, scan, equals(p, "user", "ann")), "user", t_str(p, "ANN"));
}

static struct plan_node *clause(struct plan *p, struct expr *when, const char *name,
                                const char *value)
{
    struct plan_node *n = node_new(p, NODE_INPUT, NOWHERE, NULL);

    if (when != NULL)
        n = t_filter(p, n, when);
    return t_extend(p, n, name, t_str(p, value));
}

/* The first clause changes a field and then fails: nobody sees it. */
static struct plan_node *plan_branch(struct plan *p, struct plan_node *scan)
{
    struct plan_node *n = node_new(p, NODE_BRANCH, NOWHERE, scan);
    struct plan_node *inner =
        node_new(p, NODE_BRANCH, NOWHERE, node_new(p, NODE_INPUT, NOWHERE, NULL));

    n->u.branch.clauses = ARENA_ARRAY(p->arena, struct plan_branch_clause, 3);
    n->u.branch.n_clauses = 3;
    n->u.branch.clauses[0].body =
        t_filter(p, clause(p, NULL, "user", "changed"), equals(p, "ip", "10.0.0.2"));
    n->u.branch.clauses[1].body = clause(p, equals(p, "user", "ann"), "v", "first");
    inner->u.branch.clauses = ARENA_ARRAY(p->arena, struct plan_branch_clause, 2);
    inner->u.branch.n_clauses = 2;
    inner->u.branch.clauses[0].body = clause(p, equals(p, "user", "Cid"), "v", "inner");
    inner->u.branch.clauses[1].body = clause(p, equals(p, "user", "bob"), "w", "other");
    n->u.branch.clauses[2].body = inner;
    return KEEP(p, n, "user", "v", "w");
}

static struct plan_node *plan_group(struct plan *p, struct plan_node *scan)
{
    struct plan_node *n = GROUP(p, scan, "user", "ip");

    t_agg(p, n, "count", "c", 2, t_absent(p), expr_const(p->arena, NOWHERE, val_bool(false)));
    t_agg(p, n, "sum", "s", 1, t_field(p, "n"));
    t_agg(p, n, "max", "last", 1, t_field(p, "@timestamp"));
    return n;
}

static struct plan_node *plan_total(struct plan *p, struct plan_node *scan)
{
    struct plan_node *n = t_group(p, scan, 0, NULL);

    t_agg(p, n, "count", "c", 2, t_absent(p), expr_const(p->arena, NOWHERE, val_bool(false)));
    t_agg(p, n, "count", "users", 2, t_field(p, "user"),
          expr_const(p->arena, NOWHERE, val_bool(true)));
    t_agg(p, n, "avg", "mean", 1, t_field(p, "n"));
    return n;
}

static struct plan_node *plan_empty(struct plan *p, struct plan_node *scan)
{
    return plan_total(p, t_filter(p, scan, equals(p, "user", "nobody")));
}

static struct plan_node *plan_pre_post(struct plan *p, struct plan_node *scan)
{
    struct plan_node *n = GROUP(p, scan, "user");
    struct plan_node *input = node_new(p, NODE_INPUT, NOWHERE, NULL);
    struct plan_agg *agg;

    agg =
        t_agg(p, n, "count", "own", 2, t_absent(p), expr_const(p->arena, NOWHERE, val_bool(false)));
    agg->pre = t_filter(p, input, equals(p, "ip", "10.0.0.1"));
    agg = t_agg(p, n, "max", "big", 1, t_field(p, "twice"));
    agg->pre = t_extend(p, node_new(p, NODE_INPUT, NOWHERE, NULL), "twice",
                        t_call2(p, "num_mul", t_field(p, "n"), t_long(p, 2)));
    agg->post = t_extend(p, node_new(p, NODE_INPUT, NOWHERE, NULL), "bigger",
                         t_call2(p, "num_add", t_field(p, "big"), t_long(p, 1)));
    agg->post =
        t_filter(p, agg->post, t_call2(p, "cql_greater", t_field(p, "bigger"), t_long(p, 10)));
    return n;
}

static struct plan_node *plan_sort_number(struct plan *p, struct plan_node *scan)
{
    return KEEP(p, t_sort(p, scan, "n", true, SORT_NUMBER, 0), "n");
}

static struct plan_node *plan_sort_text(struct plan *p, struct plan_node *scan)
{
    return KEEP(p, t_sort(p, scan, "user", false, SORT_TEXT, 0), "user", "ip");
}

static struct plan_node *plan_sort_limit(struct plan *p, struct plan_node *scan)
{
    return t_sort(p, KEEP(p, scan, "n", "user"), "n", false, SORT_NUMBER, 3);
}

static struct plan_node *plan_limit(struct plan *p, struct plan_node *scan)
{
    struct plan_node *n = node_new(p, NODE_LIMIT, NOWHERE, KEEP(p, scan, "user", "n"));

    n->u.limit.n = 2;
    return n;
}

static struct plan_node *plan_distinct(struct plan *p, struct plan_node *scan)
{
    struct plan_node *n = node_new(p, NODE_DISTINCT, NOWHERE, KEEP(p, scan, "user", "n"));

    n->u.distinct.keys = t_names(p, 1, (const char *[]){"user"});
    n->u.distinct.n_keys = 1;
    return n;
}

static struct plan_node *plan_union(struct plan *p, struct plan_node *scan)
{
    struct plan_node *other = node_new(p, NODE_SCAN, NOWHERE, NULL);
    struct plan_node *n = node_new(
        p, NODE_UNION, NOWHERE, KEEP(p, t_filter(p, scan, equals(p, "user", "ann")), "user", "n"));

    n->u.set.inputs = ARENA_NEW(p->arena, struct plan_node *);
    n->u.set.inputs[0] = KEEP(p, t_filter(p, other, equals(p, "n", "3")), "n", "ip");
    n->u.set.n_inputs = 1;
    return n;
}

/* The newest row of each user. */
static struct plan_node *plan_groups_tail(struct plan *p, struct plan_node *scan)
{
    struct plan_node *n = node_new(p, NODE_GROUP_APPLY, NOWHERE, scan);
    struct plan_node *top =
        t_sort(p, node_new(p, NODE_INPUT, NOWHERE, NULL), "@timestamp", true, SORT_NUMBER, 1);

    top->kind = NODE_TOP_N;
    n->u.group_apply.keys = t_names(p, 1, (const char *[]){"user"});
    n->u.group_apply.n_keys = 1;
    n->u.group_apply.missing = KEYS_DROP_IF_ALL;
    n->u.group_apply.body = top;
    return KEEP(p, n, "user", "ip", "@timestamp");
}

static struct plan_node *plan_groups_count(struct plan *p, struct plan_node *scan)
{
    struct plan_node *n = node_new(p, NODE_GROUP_APPLY, NOWHERE, scan);
    struct plan_node *body = GROUP(p, node_new(p, NODE_INPUT, NOWHERE, NULL), "ip");

    t_agg(p, body, "count", "c", 2, t_absent(p), expr_const(p->arena, NOWHERE, val_bool(false)));
    n->u.group_apply.keys = t_names(p, 1, (const char *[]){"user"});
    n->u.group_apply.n_keys = 1;
    n->u.group_apply.missing = KEYS_KEEP;
    n->u.group_apply.body = body;
    return n;
}

static struct plan_node *plan_series(struct plan *p, struct plan_node *scan)
{
    struct plan_node *n =
        t_extend(p, scan, "_bucket",
                 expr_callv(p->arena, NOWHERE, "time_bucket", 3, t_field(p, "@timestamp"),
                            t_long(p, 3000), t_absent(p)));
    struct plan_node *series;

    n = GROUP(p, t_filter(p, n, t_call2(p, "cql_equals_glob", t_field(p, "user"), t_str(p, "*n*"))),
              "_bucket");
    t_agg(p, n, "count", "c", 2, t_absent(p), expr_const(p->arena, NOWHERE, val_bool(false)));
    series = node_new(p, NODE_SERIES, NOWHERE, n);
    series->u.series.bucket = STR("_bucket");
    series->u.series.span_ms = 3000;
    series->u.series.fill = true;
    series->u.series.zeroes = t_names(p, 1, (const char *[]){"c"});
    series->u.series.n_zeroes = 1;
    return series;
}

static struct plan_node *plan_series_limit(struct plan *p, struct plan_node *scan)
{
    struct plan_node *n = GROUP(p, scan, "@timestamp", "user");
    struct plan_node *series;

    t_agg(p, n, "sum", "s", 1, t_field(p, "n"));
    series = node_new(p, NODE_SERIES, NOWHERE, n);
    series->u.series.bucket = STR("@timestamp");
    series->u.series.span_ms = 1000;
    series->u.series.series = t_names(p, 1, (const char *[]){"user"});
    series->u.series.n_series = 1;
    series->u.series.values = t_names(p, 1, (const char *[]){"s"});
    series->u.series.n_values = 1;
    series->u.series.limit = 2;
    return series;
}

/* ---- Joins
 * --------------------------------------------------------------------------------------- */

static struct budget free_budget;

static struct exec_tables *make_tables(void)
{
    static const char *const names[] = {"who", "net", "role", "rank"};
    static const char *const cells[] = {
        "ann", "10.0.0.0/8",  "admin", "1", /**/
        "bob", "10.0.0.2/32", "user",  "2", /**/
        "ann", "10.0.0.1",    "owner", NULL, "C*", "bad", "glob", "4",
    };
    struct exec_tables *t = exec_tables_new(&free_budget);
    struct val vals[ARRAY_LEN(cells)];
    struct str columns[ARRAY_LEN(names)];
    struct lanner_err err;

    for (size_t i = 0; i < ARRAY_LEN(cells); i++)
        vals[i] = cells[i] != NULL ? val_text(cells[i], strlen(cells[i])) : VAL_ABSENT;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        columns[i] = str_z(names[i]);
    OK(exec_tables_add_rows(t, STR("t"), columns, 4, vals, 4, &err) == LANNER_OK);
    return t;
}

static struct plan_node *join_node(struct plan *p, struct plan_node *scan, const char *field,
                                   const char *column)
{
    struct plan_node *n = node_new(p, NODE_JOIN, NOWHERE, KEEP(p, scan, "user", "ip"));

    p->tables = ARENA_NEW(p->arena, struct plan_table);
    p->tables[0].name = STR("t");
    p->n_tables = 1;
    n->u.join.table = STR("t");
    n->u.join.fields = t_names(p, 1, &field);
    n->u.join.columns = t_names(p, 1, &column);
    n->u.join.n_fields = 1;
    n->u.join.include = ARENA_ARRAY(p->arena, struct plan_rename, 2);
    n->u.join.include[0] = (struct plan_rename){STR("role"), STR("role")};
    n->u.join.include[1] = (struct plan_rename){STR("rank"), STR("rank")};
    n->u.join.n_include = 2;
    n->u.join.max_rows = 1;
    return n;
}

static struct plan_node *plan_join_inner(struct plan *p, struct plan_node *scan)
{
    struct plan_node *n = join_node(p, scan, "user", "who");

    n->u.join.max_rows = 5;
    n->u.join.last_first = true;
    return n;
}

static struct plan_node *plan_join_left(struct plan *p, struct plan_node *scan)
{
    struct plan_node *n = join_node(p, scan, "ip", "net");

    n->u.join.mode = JOIN_LEFT;
    n->u.join.match = MATCH_CIDR;
    n->u.join.missing_is_empty = true;
    return n;
}

static struct plan_node *plan_join_anti(struct plan *p, struct plan_node *scan)
{
    struct plan_node *n = join_node(p, scan, "user", "who");

    n->u.join.mode = JOIN_ANTI;
    return n;
}

static struct plan_node *plan_join_glob(struct plan *p, struct plan_node *scan)
{
    struct plan_node *n = join_node(p, scan, "user", "who");

    n->u.join.match = MATCH_GLOB;
    n->u.join.ignore_case = true;
    return n;
}

static struct plan_node *plan_table(struct plan *p, struct plan_node *scan)
{
    struct plan_node *n = node_new(p, NODE_TABLE, NOWHERE, NULL);

    (void)scan;
    p->tables = ARENA_NEW(p->arena, struct plan_table);
    p->tables[0].name = STR("t");
    p->n_tables = 1;
    n->u.table.table = STR("t");
    return n;
}

static void test_streaming(const struct test_data *d)
{
    struct test_data open = *d;

    t_check(
        "filter", d, plan_filter,
        "user=ann ip=10.0.0.1\nuser=ann ip=10.0.0.1\nuser=bob ip=10.0.0.1\nuser=ann ip=10.0.0.9\n",
        false);
    t_check("extend", d, plan_extend,
            "n=16 m=4\nn=121 m=11\nn=x\nn=9 m=3\nn=72.25 m=8.5\n\nn=4 m=2\nn=16 m=4\n", false);
    t_check("branch", d, plan_branch,
            "user=ann v=first\nuser=changed\nuser=ann v=first\nuser=Cid v=inner\nuser=bob w=other\n"
            "user=ann v=first\n",
            false);
    open.open = true;
    t_check("open", &open, plan_open,
            "@timestamp=1000 user=ANN ip=10.0.0.1 n=3\n@timestamp=3000 user=ANN ip=10.0.0.1 n=x\n"
            "@timestamp=8000 user=ANN ip=10.0.0.9 n=3\n",
            false);
}

static void test_aggregates(const struct test_data *d)
{
    t_check("group", d, plan_group,
            "user=ann ip=10.0.0.1 c=2 s=3 last=3000\nuser=bob ip=10.0.0.2 c=1 s=10 last=2000\n"
            "ip=10.0.0.3 c=1 s=2 last=4000\nuser=Cid c=1 s=7.5 last=5000\n"
            "user=bob ip=10.0.0.1 c=1 s=0 last=6000\nuser=ann ip=10.0.0.9 c=1 s=3 last=8000\n",
            false);
    t_check("total", d, plan_total, "c=8 users=3 mean=4.416666666666667\n", false);
    t_check("empty", d, plan_empty, "c=0 users=0\n", false);
    t_check("pre and post", d, plan_pre_post,
            "user=ann own=2\nuser=bob own=1 big=20 bigger=21\nuser=Cid own=0 big=15 bigger=16\n",
            false);
}

static void test_orders(const struct test_data *d)
{
    struct test_run run = {2, 10, 0, 3, false};
    struct test_out out;

    t_check("sort numbers", d, plan_sort_number, "n=10\nn=7.5\nn=3\nn=3\nn=2\nn=1\nn=x\n\n", false);
    t_check(
        "sort texts", d, plan_sort_text,
        "user=ann ip=10.0.0.1\nuser=ann ip=10.0.0.1\nuser=ann ip=10.0.0.9\nuser=bob ip=10.0.0.2\n"
        "user=bob ip=10.0.0.1\nuser=Cid\nip=10.0.0.3\n\n",
        false);
    t_check("sort limit", d, plan_sort_limit, "n=1\nn=2\nn=3 user=ann\n", false);
    t_execute(d, plan_sort_limit, &run, &out);
    OK_STR(str_z(out.note), "the limit keeps 3 of 8 rows");
    t_out_done(&out);
    t_check("limit", d, plan_limit, "user=ann n=3\nuser=bob n=10\n", false);
    t_check("distinct", d, plan_distinct, "user=ann n=3\nuser=bob n=10\nn=2\nuser=Cid n=7.5\n",
            false);
    t_check("union", d, plan_union,
            "user=ann n=3\nuser=ann n=x\nuser=ann n=3\nn=3 ip=10.0.0.1\nn=3 ip=10.0.0.9\n", false);
}

static void test_groups(const struct test_data *d)
{
    t_check("tail of groups", d, plan_groups_tail,
            "user=ann ip=10.0.0.9 @timestamp=8000\nuser=bob ip=10.0.0.1 @timestamp=6000\n"
            "user=Cid @timestamp=5000\n",
            false);
    t_check("counts of groups", d, plan_groups_count,
            "user=ann ip=10.0.0.1 c=2\nuser=ann ip=10.0.0.9 c=1\nuser=bob ip=10.0.0.2 c=1\n"
            "user=bob ip=10.0.0.1 c=1\nip=10.0.0.3 c=1\n",
            false);
    t_check("series", d, plan_series, "_bucket=0 c=1\n_bucket=3000 c=1\n_bucket=6000 c=1\n", false);
    t_check("series limit", d, plan_series_limit,
            "@timestamp=2000 user=bob s=10\n@timestamp=5000 user=Cid s=7.5\n@timestamp=6000 "
            "user=bob s=0\n",
            false);
}

static void test_joins(const struct test_data *d)
{
    t_check_with("inner", d, plan_join_inner, make_tables,
                 "user=ann ip=10.0.0.1 role=owner\nuser=ann ip=10.0.0.1 role=admin rank=1\n"
                 "user=bob ip=10.0.0.2 role=user rank=2\n"
                 "user=ann ip=10.0.0.1 role=owner\nuser=ann ip=10.0.0.1 role=admin rank=1\n"
                 "user=bob ip=10.0.0.1 role=user rank=2\n"
                 "user=ann ip=10.0.0.9 role=owner\nuser=ann ip=10.0.0.9 role=admin rank=1\n",
                 false);
    t_check_with(
        "cidr", d, plan_join_left, make_tables,
        "user=ann ip=10.0.0.1 role=owner rank=\nuser=bob ip=10.0.0.2 role=user rank=2\n"
        "user=ann ip=10.0.0.1 role=owner rank=\nip=10.0.0.3 role=admin rank=1\nuser=Cid\n"
        "user=bob ip=10.0.0.1 role=owner rank=\n\nuser=ann ip=10.0.0.9 role=admin rank=1\n",
        false);
    t_check_with("anti", d, plan_join_anti, make_tables, "ip=10.0.0.3\nuser=Cid\n\n", false);
    t_check_with("glob", d, plan_join_glob, make_tables,
                 "user=ann ip=10.0.0.1 role=admin rank=1\nuser=bob ip=10.0.0.2 role=user rank=2\n"
                 "user=ann ip=10.0.0.1 role=admin rank=1\nuser=Cid role=glob rank=4\n"
                 "user=bob ip=10.0.0.1 role=user rank=2\nuser=ann ip=10.0.0.9 role=admin rank=1\n",
                 false);
    t_check_with(
        "table", d, plan_table, make_tables,
        "who=ann net=10.0.0.0/8 role=admin rank=1\nwho=bob net=10.0.0.2/32 role=user rank=2\n"
        "who=ann net=10.0.0.1 role=owner\nwho=C* net=bad role=glob rank=4\n",
        false);
}

int main(void)
{
    struct test_data d;

    arena_init(&rows_arena, 0);
    d = small();
    test_streaming(&d);
    test_aggregates(&d);
    test_orders(&d);
    test_groups(&d);
    test_joins(&d);
    arena_done(&rows_arena);
    TAP_DONE();
}
