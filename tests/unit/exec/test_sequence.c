/* test_sequence.c - neighbours, windows and parts against what a few loops over the rows find, in
 * many configurations: rows pushed in any order by any worker, with and without spilling. */
#include "plans.h"

#define N_ROWS 4000

static struct arena rows_arena;

static struct settings {
    enum sequence_kind kind;
    uint64_t distance;
    bool succeeding;
    uint64_t n_rows;
    int64_t span_ms, pause_ms, duration_ms;
    bool without_current, only, ends;
    bool grouped;
} now;

/* v is now and then missing; t rises, often not at all. */
static struct test_data make_rows(void)
{
    struct test_data d = {.fields = {"n", "v", "t", "g"}, .n = N_ROWS};
    uint64_t random = 99;
    int64_t t = 0;

    d.rows = ARENA_ARRAY(&rows_arena, struct test_row, d.n);
    for (size_t i = 0; i < d.n; i++) {
        t += t_random(&random) % 4 == 0 ? 0 : (int64_t)(t_random(&random) % 20);
        d.rows[i].place = i;
        d.rows[i].v[0] = val_long((int64_t)i);
        if (t_random(&random) % 5 != 0)
            d.rows[i].v[1] =
                val_str(arena_printf(&rows_arena, "%d", (int)(t_random(&random) % 100)));
        d.rows[i].v[2] = val_long(t);
        d.rows[i].v[3] = val_str(arena_printf(&rows_arena, "g%d", (int)(i % 7)));
    }
    return d;
}

static int64_t number(const struct val *v)
{
    struct val n = val_to_num(v);

    return n.kind == KIND_LONG ? n.u.i : -1;
}

/* ---- The plan
 * ------------------------------------------------------------------------------------ */

static struct plan_node *condition(struct plan *p, const char *text)
{
    return t_filter(
        p, node_new(p, NODE_INPUT, NOWHERE, NULL),
        expr_callv(p->arena, NOWHERE, "cql_equals_glob", 2, t_field(p, "v"), t_str(p, text)));
}

static struct plan_agg *items(struct plan *p)
{
    struct plan_node *bench = t_group(p, NULL, 0, NULL);

    t_agg(p, bench, "count", "rows", 0);
    t_agg(p, bench, "sum", "sum", 1, t_field(p, "v"));
    t_agg(p, bench, "max", "big", 1, t_field(p, "n"))->pre = condition(p, "9*");
    return bench->u.aggregate.items;
}

static struct plan_node *add_sequence(struct plan *p, struct plan_node *in)
{
    struct plan_node *node = node_new(p, NODE_SEQUENCE, NOWHERE, in);
    struct plan_sequence *s = &node->u.sequence;

    s->kind = now.kind;
    s->name = "test";
    s->time = now.pause_ms + now.duration_ms + now.span_ms > 0 ? STR("t") : STR_NONE;
    s->id = STR("id");
    s->begin = now.kind == SEQUENCE_PARTS && !now.ends ? condition(p, "1*") : NULL;
    s->end = now.ends ? condition(p, "1*") : NULL;
    s->begin_only = now.only;
    s->pause_ms = now.pause_ms;
    s->duration_ms = now.duration_ms;
    s->distance = now.distance;
    s->succeeding = now.succeeding;
    s->n_rows = now.n_rows;
    s->span_ms = now.span_ms;
    s->without_current = now.without_current;
    if (now.kind == SEQUENCE_NEIGHBOR) {
        s->include = ARENA_ARRAY(p->arena, struct plan_rename, 2);
        s->n_include = 2;
        s->include[0] = (struct plan_rename){STR("n"), STR("rows")};
        s->include[1] = (struct plan_rename){STR("v"), STR("v")};
    }
    if (now.kind == SEQUENCE_AGGREGATE) {
        s->items = items(p);
        s->n_items = 3;
    }
    return node;
}

static struct plan_node *plan_sequence(struct plan *p, struct plan_node *scan)
{
    static const char *const names[] = {"n", "v", "id", "rows", "sum", "big"};
    struct plan_node *n;

    if (!now.grouped)
        return t_keep(p, add_sequence(p, scan), 6, names);
    n = node_new(p, NODE_GROUP_APPLY, NOWHERE, scan);
    n->u.group_apply.keys = t_names(p, 1, (const char *[]){"g"});
    n->u.group_apply.n_keys = 1;
    n->u.group_apply.as_they_stand = true;
    n->u.group_apply.body = add_sequence(p, node_new(p, NODE_INPUT, NOWHERE, NULL));
    return t_keep(p, n, 6, names);
}

/* ---- The same by loops
 * --------------------------------------------------------------------------- */

static void put_row(struct buf *out, struct val *v)
{
    static const char *const names[] = {"n", "v", "id", "rows", "sum", "big"};

    for (size_t k = 0; k < 6; k++)
        t_print_val(out, str_z(names[k]), &v[k]);
    if (out->len > 0 && out->ptr[out->len - 1] == ' ')
        out->len--;
    buf_putc(out, '\n');
}

static bool starts(const struct val *v, char c)
{
    return v->kind == KIND_TEXT && v->len > 0 && v->u.ptr[0] == c;
}

static void slow_neighbor(const struct test_row *const *rows, size_t n, struct buf *out)
{
    for (size_t i = 0; i < n; i++) {
        struct val v[6] = {rows[i]->v[0], rows[i]->v[1]};
        size_t at = now.succeeding ? i + now.distance : i - now.distance;

        if (at < n) {
            v[3] = rows[at]->v[0];
            if (rows[at]->v[1].kind != KIND_ABSENT)
                v[1] = rows[at]->v[1];
        }
        put_row(out, v);
    }
}

static void slow_window(const struct test_row *const *rows, size_t n, struct buf *out)
{
    for (size_t i = 0; i < n; i++) {
        struct val v[6] = {rows[i]->v[0], rows[i]->v[1]};
        size_t end = now.without_current ? i : i + 1;
        int64_t count = 0, sum = 0, big = -1;

        for (size_t k = 0; k < end; k++) {
            if (now.n_rows > 0 && k + now.n_rows < end)
                continue;
            if (now.span_ms > 0 && rows[k]->v[2].u.i <= rows[i]->v[2].u.i - now.span_ms)
                continue;
            count++;
            sum += MAX(number(&rows[k]->v[1]), (int64_t)0);
            if (starts(&rows[k]->v[1], '9'))
                big = MAX(big, rows[k]->v[0].u.i);
        }
        v[3] = val_long(count);
        v[4] = val_long(sum);
        if (big >= 0)
            v[5] = val_long(big);
        put_row(out, v);
    }
}

static void slow_parts(const struct test_row *const *rows, size_t n, struct buf *out)
{
    bool open = false;
    int64_t id = 0, first = 0;

    for (size_t i = 0; i < n; i++) {
        struct val v[6] = {rows[i]->v[0], rows[i]->v[1]};
        bool hit = starts(&rows[i]->v[1], '1');
        int64_t t = rows[i]->v[2].u.i;

        if (now.pause_ms > 0 && i > 0 && t - rows[i - 1]->v[2].u.i > now.pause_ms)
            open = false;
        if (now.duration_ms > 0 && t - first > now.duration_ms)
            open = false;
        if (hit && !now.ends)
            open = false;
        if (!open && now.only && !hit)
            continue;
        if (!open) {
            id++;
            first = t;
        }
        open = !(hit && now.ends);
        v[2] = val_long(id);
        put_row(out, v);
    }
}

static void slow_sequence(const struct test_row *const *rows, size_t n, struct buf *out)
{
    if (now.kind == SEQUENCE_NEIGHBOR)
        slow_neighbor(rows, n, out);
    else if (now.kind == SEQUENCE_AGGREGATE)
        slow_window(rows, n, out);
    else
        slow_parts(rows, n, out);
}

static char *expected(const struct test_data *d)
{
    const struct test_row **rows = xcalloc(d->n, sizeof(*rows));
    struct buf out = {0};
    char *z;

    for (size_t g = 0; g < (now.grouped ? 7u : 1u); g++) {
        size_t n = 0;

        for (size_t i = 0; i < d->n; i++) {
            if (!now.grouped || i % 7 == g)
                rows[n++] = &d->rows[i];
        }
        slow_sequence(rows, n, &out);
    }
    free(rows);
    z = xmalloc(out.len + 1);
    memcpy(z, out.ptr, out.len);
    z[out.len] = '\0';
    buf_done(&out);
    return z;
}

static const struct settings all[] = {
    {.kind = SEQUENCE_NEIGHBOR, .distance = 1},
    {.kind = SEQUENCE_NEIGHBOR, .distance = 97, .succeeding = true},
    {.kind = SEQUENCE_NEIGHBOR, .distance = 3, .grouped = true},
    {.kind = SEQUENCE_AGGREGATE},
    {.kind = SEQUENCE_AGGREGATE, .without_current = true, .grouped = true},
    {.kind = SEQUENCE_AGGREGATE, .n_rows = 1},
    {.kind = SEQUENCE_AGGREGATE, .n_rows = 13, .without_current = true},
    {.kind = SEQUENCE_AGGREGATE, .n_rows = 70, .grouped = true},
    {.kind = SEQUENCE_AGGREGATE, .span_ms = 50},
    {.kind = SEQUENCE_AGGREGATE, .span_ms = 200, .without_current = true, .grouped = true},
    {.kind = SEQUENCE_PARTS},
    {.kind = SEQUENCE_PARTS, .ends = true, .grouped = true},
    {.kind = SEQUENCE_PARTS, .only = true, .pause_ms = 15},
    {.kind = SEQUENCE_PARTS, .duration_ms = 30},
    {.kind = SEQUENCE_PARTS, .ends = true, .pause_ms = 12, .duration_ms = 40, .grouped = true},
};

/* What grows with the window is refused when there is no memory for it, not taken. */
static void test_memory(const struct test_data *d)
{
    const struct test_run run = {.n_workers = 1, .batch_rows = 100, .budget = 100000};
    struct test_out out;

    now = (struct settings){.kind = SEQUENCE_NEIGHBOR, .distance = N_ROWS};
    t_execute(d, plan_sequence, &run, &out);
    OK(out.rc == LANNER_ERR_MEMORY);
    t_out_done(&out);
}

int main(void)
{
    struct test_data d;

    arena_init(&rows_arena, 0);
    d = make_rows();
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        char *want;

        now = all[i];
        want = expected(&d);
        t_check("sequence", &d, plan_sequence, want, true);
        free(want);
    }
    test_memory(&d);
    arena_done(&rows_arena);
    TAP_DONE();
}
