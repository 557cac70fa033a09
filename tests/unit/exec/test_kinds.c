/* test_kinds.c - values of every kind as keys of groups, sorts and distinct, and what AQL adds to
 * the operators: marks of joins, sessions, unions in order. Results are compared with what a few
 * loops over the rows find. */
#include "batch/order.h"
#include "plans.h"

#define N_ROWS  3000
#define N_KINDS 24

static struct arena rows_arena;

static struct val t_ip(unsigned n, bool v6)
{
    char *p = arena_zalloc(&rows_arena, 16);

    if (v6 && n % 2 == 0) {
        p[0] = 0x20;
        p[1] = 1;
    } else {
        p[10] = p[11] = '\xff';
    }
    p[12] = (char)(n * 37);
    p[15] = (char)n;
    return (struct val){.u.ptr = p, .len = v6 ? 6 : 4, .kind = KIND_IP};
}

/* A value of one of many kinds, often one seen before. */
static struct val any_value(uint64_t random)
{
    int64_t n = (int64_t)(random >> 8) % 7 - 3;
    struct val v;

    switch (random % 12) {
    case 0:
        return VAL_ABSENT;
    case 1:
        return (struct val){.kind = KIND_NULL};
    case 2:
        return val_bool(n > 0);
    case 3:
        return val_long(n);
    case 4:
        return val_double((double)n + (random >> 20) % 2 * 0.5);
    case 5:
        v = val_str(arena_printf(&rows_arena, "%lld", (long long)n));
        v.kind = KIND_NUMTEXT;
        return v;
    case 6:
        return val_str(arena_printf(&rows_arena, "%lld", (long long)n));
    case 7:
        return val_str(arena_printf(&rows_arena, "%c", (int)('a' + (random >> 9) % 5)));
    case 8:
        return t_ip((unsigned)(random >> 10) % 4, false);
    case 9:
        return t_ip((unsigned)(random >> 10) % 4, true);
    case 10:
        return (struct val){.u.i = (int64_t)(random >> 11) % 3, .kind = KIND_MAC};
    default:
        return val_text("", 0);
    }
}

static struct test_data all_kinds(void)
{
    struct test_data d = {.fields = {"a", "b", "n", "@timestamp"}, .n = N_ROWS};
    uint64_t random = 20260302;

    d.rows = ARENA_ARRAY(&rows_arena, struct test_row, d.n);
    for (size_t i = 0; i < d.n; i++) {
        d.rows[i].place = i * 3;
        d.rows[i].v[0] = any_value(t_random(&random));
        d.rows[i].v[1] = any_value(t_random(&random));
        d.rows[i].v[2] = val_long((int64_t)i);
        d.rows[i].v[3] = val_long((int64_t)(t_random(&random) % 500));
    }
    return d;
}

/* ---- Sorting
 * ------------------------------------------------------------------------------------- */

static struct plan_node *sort_by(struct plan *p, struct plan_node *scan, bool descending,
                                 uint64_t limit)
{
    struct plan_node *n = t_sort(p, t_keep(p, scan, 3, (const char *[]){"a", "b", "n"}), "a",
                                 descending, SORT_EXACT, limit);

    n->u.sort.ordinal_descending = descending;
    n->u.sort.limit_is_explicit = true;
    return n;
}

static struct plan_node *plan_ascending(struct plan *p, struct plan_node *scan)
{
    return sort_by(p, scan, false, 0);
}

static struct plan_node *plan_descending(struct plan *p, struct plan_node *scan)
{
    return sort_by(p, scan, true, 0);
}

static struct plan_node *plan_top(struct plan *p, struct plan_node *scan)
{
    struct plan_node *n = sort_by(p, scan, true, 50);

    n->kind = NODE_TOP_N;
    return n;
}

static void put_row(struct buf *out, const struct test_row *r, const char *const *names, size_t n)
{
    for (size_t k = 0; k < n; k++)
        t_print_val(out, str_z(names[k]), &r->v[k]);
    if (out->len > 0 && out->ptr[out->len - 1] == ' ')
        out->len--;
    buf_putc(out, '\n');
}

static char *text_of(struct buf *b)
{
    char *z = xmalloc(b->len + 1);

    memcpy(z, b->ptr, b->len);
    z[b->len] = '\0';
    buf_done(b);
    return z;
}

/* Classes as documented, written again. */
static int rank(const struct val *v)
{
    static const int ranks[] = {0, 0, 5, 2, 1, 2, 2, 1, 2, 3, 4, 5, 6};

    return ranks[v->kind];
}

static double number_of(const struct val *v)
{
    return v->kind == KIND_LONG ? (double)v->u.i
           : v->kind == KIND_DOUBLE
               ? v->u.d
               : strtod(arena_printf(&rows_arena, "%.*s", (int)v->len, v->u.ptr).ptr, NULL);
}

static int slow_cmp(const struct val *a, const struct val *b)
{
    if (rank(a) != rank(b))
        return rank(a) < rank(b) ? -1 : 1;
    switch (rank(a)) {
    case 2:
        return number_of(a) < number_of(b) ? -1 : number_of(a) > number_of(b);
    case 3:
        return memcmp(a->u.ptr, b->u.ptr, 16);
    case 5:
        return str_cmp(val_as_str(a), val_as_str(b));
    case 0:
        return 0;
    default:
        return a->u.i < b->u.i ? -1 : a->u.i > b->u.i;
    }
}

static char *expect_sorted(const struct test_data *d, bool descending, size_t limit)
{
    static const char *const names[] = {"a", "b", "n"};
    size_t *order = xcalloc(d->n, sizeof(*order));
    struct buf out = {0};

    for (size_t i = 0; i < d->n; i++) {
        size_t at = i;

        for (; at > 0; at--) {
            int c = slow_cmp(&d->rows[i].v[0], &d->rows[order[at - 1]].v[0]);

            if (descending ? c < 0 : c >= 0)
                break;
            order[at] = order[at - 1];
        }
        order[at] = i;
    }
    for (size_t i = 0; i < limit; i++)
        put_row(&out, &d->rows[order[i]], names, 3);
    free(order);
    return text_of(&out);
}

static void test_sorts(const struct test_data *d)
{
    char *up = expect_sorted(d, false, d->n);
    char *down = expect_sorted(d, true, d->n);
    char *top = expect_sorted(d, true, 50);

    t_check("ascending", d, plan_ascending, up, true);
    t_check("descending", d, plan_descending, down, true);
    t_check("top", d, plan_top, top, false);
    free(up);
    free(down);
    free(top);
}

/* ---- Groups
 * -------------------------------------------------------------------------------------- */

static struct plan_node *plan_groups(struct plan *p, struct plan_node *scan)
{
    struct plan_node *n = t_group(p, scan, 2, (const char *[]){"a", "b"});

    n->u.aggregate.missing = KEYS_KEEP;
    t_agg(p, n, "count", "c", 2, t_absent(p), expr_const(p->arena, NOWHERE, val_bool(false)));
    return n;
}

static struct plan_node *plan_distinct(struct plan *p, struct plan_node *scan)
{
    struct plan_node *n =
        node_new(p, NODE_DISTINCT, NOWHERE, t_keep(p, scan, 2, (const char *[]){"a", "b"}));

    n->u.distinct.keys = t_names(p, 2, (const char *[]){"a", "b"});
    n->u.distinct.n_keys = 2;
    return n;
}

/* One key: both no value, or both print the same. */
static bool same_key(const struct val *a, const struct val *b)
{
    char room_a[VAL_PRINT_MAX];
    char room_b[VAL_PRINT_MAX];

    if (val_is_null(a) || val_is_null(b))
        return val_is_null(a) && val_is_null(b);
    return str_eq(val_print(a, room_a), val_print(b, room_b));
}

static bool same_keys(const struct test_row *a, const struct test_row *b)
{
    return same_key(&a->v[0], &b->v[0]) && same_key(&a->v[1], &b->v[1]);
}

static char *expect_groups(const struct test_data *d, bool counts)
{
    static const char *const names[] = {"a", "b", "c"};
    bool *done = xcalloc(d->n, sizeof(*done));
    struct buf out = {0};

    for (size_t i = 0; i < d->n; i++) {
        struct test_row row = d->rows[i];
        int64_t n = 0;

        for (size_t k = i; k < d->n && !done[i]; k++) {
            if (!same_keys(&d->rows[i], &d->rows[k]))
                continue;
            n++;
            done[k] = k > i;
        }
        row.v[2] = val_long(n);
        if (!done[i])
            put_row(&out, &row, names, counts ? 3 : 2);
    }
    free(done);
    return text_of(&out);
}

static void test_groups(const struct test_data *d)
{
    char *groups = expect_groups(d, true);
    char *firsts = expect_groups(d, false);

    t_check("groups", d, plan_groups, groups, false);
    t_check("distinct", d, plan_distinct, firsts, true);
    free(groups);
    free(firsts);
}

/* ---- Aggregates
 * ---------------------------------------------------------------------------------- */

static struct plan_node *plan_aggregates(struct plan *p, struct plan_node *scan)
{
    struct plan_node *n = t_group(p, scan, 1, (const char *[]){"b"});

    n->u.aggregate.missing = KEYS_KEEP;
    t_agg(p, n, "aql_min", "min", 1, t_field(p, "a"));
    t_agg(p, n, "aql_max", "max", 1, t_field(p, "a"));
    t_agg(p, n, "aql_first", "first", 2, t_field(p, "a"), t_field(p, "@timestamp"));
    t_agg(p, n, "aql_last", "last", 2, t_field(p, "a"), t_field(p, "@timestamp"));
    t_agg(p, n, "aql_count_distinct", "values", 1, t_field(p, "a"));
    t_agg(p, n, "aql_count_distinct", "pairs", 2, t_field(p, "a"), t_field(p, "@timestamp"));
    t_agg(p, n, "stdev", "dev", 1, t_field(p, "n"));
    t_agg(p, n, "median", "mid", 1, t_field(p, "n"));
    t_agg(p, n, "aql_list", "list", 3, t_field(p, "a"), t_str(p, ","), t_long(p, 5));
    return n;
}

/* FIRST, LAST and UNIQUECOUNT by loops. */
static struct plan_node *plan_ends(struct plan *p, struct plan_node *scan)
{
    struct plan_node *n = plan_aggregates(p, scan);

    return t_keep(p, n, 4, (const char *[]){"first", "last", "values", "pairs"});
}

static bool has_before(const struct test_data *d, size_t from, size_t k, size_t key, bool pair)
{
    for (size_t i = from; i < k; i++) {
        if (same_key(&d->rows[i].v[1], &d->rows[key].v[1]) &&
            same_key(&d->rows[i].v[0], &d->rows[k].v[0]) &&
            (!pair || d->rows[i].v[3].u.i == d->rows[k].v[3].u.i))
            return true;
    }
    return false;
}

static char *expect_ends(const struct test_data *d)
{
    static const char *const names[] = {"first", "last", "values", "pairs"};
    bool *done = xcalloc(d->n, sizeof(*done));
    struct buf out = {0};

    for (size_t i = 0; i < d->n; i++) {
        size_t first = i, last = i;
        int64_t n_values = 0, n_pairs = 0;
        struct test_row row;

        for (size_t k = i; k < d->n && !done[i]; k++) {
            if (!same_key(&d->rows[i].v[1], &d->rows[k].v[1]))
                continue;
            done[k] = k > i;
            if (d->rows[k].v[3].u.i < d->rows[first].v[3].u.i)
                first = k;
            if (d->rows[k].v[3].u.i >= d->rows[last].v[3].u.i)
                last = k;
            n_values += !val_is_null(&d->rows[k].v[0]) && !has_before(d, i, k, i, false);
            n_pairs += !has_before(d, i, k, i, true);
        }
        if (done[i])
            continue;
        row = (struct test_row){
            .v = {d->rows[first].v[0], d->rows[last].v[0], val_long(n_values), val_long(n_pairs)}};
        put_row(&out, &row, names, 4);
    }
    free(done);
    return text_of(&out);
}

static void test_aggregates(const struct test_data *d)
{
    char *ends = expect_ends(d);

    t_check("ends", d, plan_ends, ends, false);
    t_check("aggregates", d, plan_aggregates, NULL, true);
    free(ends);
}

/* ---- Marks
 * --------------------------------------------------------------------------------------- */

static struct budget free_budget;

static struct exec_tables *make_set(void)
{
    static const char ip[16] = {[10] = '\xff', '\xff', 10, 0, 0, 1};
    struct exec_tables *t = exec_tables_new(&free_budget);
    struct str column = STR("x");
    struct val vals[4] = {
        val_text("ann", 3), VAL_ABSENT, {.u.ptr = ip, .len = 4, .kind = KIND_IP}, val_text("5", 1)};
    struct lanner_err err;

    OK(exec_tables_add_rows(t, STR("t"), &column, 1, vals, 4, &err) == LANNER_OK);
    return t;
}

static struct plan_node *plan_mark(struct plan *p, struct plan_node *scan)
{
    const char *field = "a";
    const char *column = "x";
    struct plan_node *n =
        node_new(p, NODE_JOIN, NOWHERE, t_keep(p, scan, 2, (const char *[]){"a", "n"}));

    p->tables = ARENA_NEW(p->arena, struct plan_table);
    p->tables[0].name = STR("t");
    p->n_tables = 1;
    n->u.join.table = STR("t");
    n->u.join.fields = t_names(p, 1, &field);
    n->u.join.columns = t_names(p, 1, &column);
    n->u.join.n_fields = 1;
    n->u.join.mode = JOIN_MARK;
    n->u.join.mark = STR("in");
    return n;
}

static void test_marks(void)
{
    static const char same[16] = {[10] = '\xff', '\xff', 10, 0, 0, 1};
    static const char other[16] = {[10] = '\xff', '\xff', 10, 0, 0, 2};
    struct val vals[] = {val_text("ann", 3),
                         val_text("Ann", 3),
                         VAL_ABSENT,
                         val_text("", 0),
                         {.u.ptr = same, .len = 6, .kind = KIND_IP},
                         {.u.ptr = other, .len = 4, .kind = KIND_IP},
                         val_text("10.0.0.1", 8),
                         val_long(5)};
    struct test_data d = {.fields = {"a", "n"}, .n = ARRAY_LEN(vals)};

    d.rows = ARENA_ARRAY(&rows_arena, struct test_row, d.n);
    for (size_t i = 0; i < d.n; i++)
        d.rows[i] = (struct test_row){i, {vals[i], val_long((int64_t)i)}};
    t_check_with("mark", &d, plan_mark, make_set,
                 "a=ann n=0 in=true\na=Ann n=1 in=false\nn=2\na= n=3 in=false\n"
                 "a=10.0.0.1 n=4 in=true\na=10.0.0.2 n=5 in=false\na=10.0.0.1 n=6 in=true\n"
                 "a=5 n=7 in=true\n",
                 false);
}

/* ---- Sessions
 * ------------------------------------------------------------------------------------ */

#define N_SESSION_ROWS 2000

struct settings {
    bool has_end, explicit_begin, explicit_end;
    int64_t timeout_ms, window_ms;
};
static struct settings settings;

static struct expr *equals(struct plan *p, const char *field, const char *text)
{
    return t_call2(p, "cql_equals_glob", t_field(p, field), t_str(p, text));
}

static struct plan_node *plan_sessions(struct plan *p, struct plan_node *scan)
{
    struct plan_node *n = node_new(p, NODE_GROUP_APPLY, NOWHERE, scan);
    struct plan_node *body =
        node_new(p, NODE_SESSION, NOWHERE, node_new(p, NODE_INPUT, NOWHERE, NULL));

    body->u.session.time = t_field(p, "@timestamp");
    body->u.session.begin = t_call2(p, "or", equals(p, "what", "begin"), equals(p, "what", "both"));
    if (settings.has_end)
        body->u.session.end = t_call2(p, "or", equals(p, "what", "end"), equals(p, "what", "both"));
    body->u.session.explicit_begin = settings.explicit_begin;
    body->u.session.explicit_end = settings.explicit_end;
    body->u.session.timeout_ms = settings.timeout_ms;
    body->u.session.window_ms = settings.window_ms;
    body->u.session.id = STR("id");
    n->u.group_apply.keys = t_names(p, 1, (const char *[]){"user"});
    n->u.group_apply.n_keys = 1;
    n->u.group_apply.missing = KEYS_KEEP;
    n->u.group_apply.body = body;
    return t_keep(p, n, 3, (const char *[]){"n", "what", "id"});
}

static struct test_data session_rows(void)
{
    static const char *const whats[] = {"begin", "end", "both", "other", "other", "other"};
    struct test_data d = {.fields = {"n", "what", "user", "@timestamp"}, .n = N_SESSION_ROWS};
    uint64_t random = 17;

    d.rows = ARENA_ARRAY(&rows_arena, struct test_row, d.n);
    for (size_t i = 0; i < d.n; i++) {
        uint64_t user = t_random(&random) % 30;

        d.rows[i].place = i;
        d.rows[i].v[0] = val_long((int64_t)i);
        d.rows[i].v[1] = t_text(&rows_arena, whats[t_random(&random) % ARRAY_LEN(whats)]);
        if (user > 0)
            d.rows[i].v[2] = val_str(arena_printf(&rows_arena, "user %d", (int)user));
        d.rows[i].v[3] = val_long((int64_t)(t_random(&random) % 5000));
    }
    return d;
}

static int cmp_rows(const void *a, const void *b)
{
    const struct test_row *x = *(const struct test_row *const *)a;
    const struct test_row *y = *(const struct test_row *const *)b;

    if (x->v[3].u.i != y->v[3].u.i)
        return x->v[3].u.i < y->v[3].u.i ? -1 : 1;
    return x->place < y->place ? -1 : 1;
}

/* The rules of aql.md 3.12, one row after the other. */
static void expect_group(struct test_row **rows, size_t n, int64_t *id, struct buf *out)
{
    static const char *const names[] = {"n", "what", "id"};
    bool open = false;
    bool follows = false; /* the row before closed a session */
    int64_t first = 0;

    for (size_t i = 0; i < n; i++) {
        int64_t now = rows[i]->v[3].u.i;
        struct str what = val_as_str(&rows[i]->v[1]);
        bool both = str_eqz(what, "both");
        bool begin = both || str_eqz(what, "begin");
        bool end = settings.has_end && (both || str_eqz(what, "end"));

        if (open && settings.timeout_ms > 0 && now - rows[i - 1]->v[3].u.i > settings.timeout_ms) {
            open = false;
            follows = true;
        } else if (open && settings.window_ms > 0 && now - first > settings.window_ms) {
            open = false;
            follows = false;
        }
        if (!open && (begin || (follows && !settings.explicit_begin))) {
            open = true;
            first = now;
            ++*id;
        } else if (open && begin && !end && !settings.explicit_end) {
            first = now;
            ++*id;
        }
        follows = false;
        if (open) {
            struct test_row row = {.v = {rows[i]->v[0], rows[i]->v[1], val_long(*id)}};

            put_row(out, &row, names, 3);
            follows = end;
            open = !end;
        }
    }
}

static char *expect_sessions(const struct test_data *d)
{
    struct test_row **group = xcalloc(d->n, sizeof(*group));
    bool *done = xcalloc(d->n, sizeof(*done));
    struct buf out = {0};
    int64_t id = 0;

    for (size_t i = 0; i < d->n; i++) {
        size_t n = 0;

        for (size_t k = i; k < d->n && !done[i]; k++) {
            if (!same_key(&d->rows[i].v[2], &d->rows[k].v[2]))
                continue;
            group[n++] = &d->rows[k];
            done[k] = k > i;
        }
        qsort(group, n, sizeof(*group), cmp_rows);
        expect_group(group, n, &id, &out);
    }
    free(group);
    free(done);
    return text_of(&out);
}

static void test_sessions(void)
{
    static const struct settings all[] = {
        {true, false, false, 0, 0},   {true, true, false, 0, 0},   {true, false, true, 0, 0},
        {true, true, true, 0, 0},     {true, true, true, 60, 0},   {true, false, false, 60, 0},
        {true, false, false, 0, 200}, {true, true, true, 60, 200}, {false, false, false, 100, 0},
        {false, true, false, 0, 150},
    };
    struct test_data d = session_rows();

    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        char *want;

        settings = all[i];
        want = expect_sessions(&d);
        t_check("sessions", &d, plan_sessions, want, true);
        free(want);
    }
}

/* ---- Unions
 * -------------------------------------------------------------------------------------- */

/* One input sorted, one not, one of both: order of inputs, then of each input's rows. */
static struct plan_node *plan_unions(struct plan *p, struct plan_node *scan)
{
    struct plan_node *second = node_new(p, NODE_SCAN, NOWHERE, NULL);
    struct plan_node *third = node_new(p, NODE_SCAN, NOWHERE, NULL);
    struct plan_node *inner = node_new(
        p, NODE_UNION, NOWHERE,
        t_keep(p, t_filter(p, second, equals(p, "n", "1*")), 2, (const char *[]){"n", "a"}));
    struct plan_node *n = node_new(p, NODE_UNION, NOWHERE, NULL);

    n->in = t_sort(p, t_keep(p, scan, 1, (const char *[]){"n"}), "n", true, SORT_EXACT, 0);
    n->u.set.inputs = ARENA_NEW(p->arena, struct plan_node *);
    n->u.set.inputs[0] = inner;
    n->u.set.n_inputs = 1;
    inner->u.set.inputs = ARENA_NEW(p->arena, struct plan_node *);
    inner->u.set.inputs[0] = t_keep(p, third, 1, (const char *[]){"b"});
    inner->u.set.n_inputs = 1;
    return n;
}

static char *expect_unions(const struct test_data *d)
{
    struct buf out = {0};

    for (size_t i = d->n; i-- > 0;)
        buf_printf(&out, "n=%zu\n", i);
    for (size_t i = 0; i < d->n; i++) {
        char digits[24];
        const char *names[] = {"n", "a"};
        struct test_row row = {.v = {d->rows[i].v[2], d->rows[i].v[0]}};

        snprintf(digits, sizeof(digits), "%zu", i);
        if (digits[0] == '1')
            put_row(&out, &row, names, 2);
    }
    for (size_t i = 0; i < d->n; i++) {
        const char *names[] = {"b"};
        struct test_row row = {.v = {d->rows[i].v[1]}};

        put_row(&out, &row, names, 1);
    }
    return text_of(&out);
}

static void test_unions(const struct test_data *d)
{
    char *want = expect_unions(d);

    t_check("unions", d, plan_unions, want, true);
    free(want);
}

/* ---- The order itself
 * ---------------------------------------------------------------------------- */

static void test_order(const struct test_data *d)
{
    size_t n = MIN(d->n, (size_t)N_KINDS * 10);

    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < n; k++) {
            int c = order_cmp(&d->rows[i].v[0], &d->rows[k].v[0]);
            int want = slow_cmp(&d->rows[i].v[0], &d->rows[k].v[0]);

            if ((c > 0) - (c < 0) != (want > 0) - (want < 0))
                OK(false);
        }
    }
    OK(true);
}

int main(void)
{
    struct test_data d;

    arena_init(&rows_arena, 0);
    d = all_kinds();
    test_order(&d);
    test_sorts(&d);
    test_groups(&d);
    test_aggregates(&d);
    test_marks();
    test_sessions();
    test_unions(&d);
    arena_done(&rows_arena);
    TAP_DONE();
}
