/* test_diff.c - two results: columns, keys, pairs of rows, bounds of what is told. */
#include <stdlib.h>

#include "../tap.h"
#include "detect/diff_table.h"

static struct lanner_err err;

/* Rows separated by `;`, values by `,`; the first row has the names. */
static void fill(struct diff_table *t, const char *text)
{
    struct str rest = str_z(text), names[8];
    size_t n_names = 0;

    diff_table_init(t);
    for (bool first = true; rest.len > 0; first = false) {
        size_t end = MIN(str_find_char(rest, ';'), rest.len), n = 0;
        struct str row = str_of(rest.ptr, end), values[8];

        rest = str_of(rest.ptr + MIN(end + 1, rest.len), rest.len - MIN(end + 1, rest.len));
        while (row.len > 0 && n < 8) {
            size_t comma = MIN(str_find_char(row, ','), row.len);

            values[n++] = str_of(row.ptr, comma);
            comma = MIN(comma + 1, row.len);
            row = str_of(row.ptr + comma, row.len - comma);
        }
        if (first) {
            memcpy(names, values, sizeof(names));
            n_names = n;
            for (size_t i = 0; i < n; i++)
                diff_table_column(t, names[i]);
        } else {
            diff_table_texts(t, names, values, MIN(n, n_names));
        }
    }
}

static struct diff_result *compared(struct diff_options o, const char *a, const char *b)
{
    struct diff_result *r = xcalloc(1, sizeof(*r));
    struct diff_table t[2];

    err = (struct lanner_err){0};
    arena_init(&r->arena, 0);
    r->sides[0].name = "a";
    r->sides[1].name = "b";
    fill(&t[0], a);
    fill(&t[1], b);
    if (diff_tables(&o, t, NULL, r, &err) != LANNER_OK) {
        diff_result_free(r);
        r = NULL;
    }
    diff_table_done(&t[0]);
    diff_table_done(&t[1]);
    return r;
}

/* "same different only-A only-B" */
static struct str numbers(struct diff_options o, const char *a, const char *b)
{
    static char room[100];
    struct diff_result *r = compared(o, a, b);

    if (r == NULL)
        return str_z(err.text);
    snprintf(room, sizeof(room), "%d %d %d %d", (int)r->n_same, (int)r->n_differ, (int)r->n_only[0],
             (int)r->n_only[1]);
    diff_result_free(r);
    return str_z(room);
}

static void test_rows(void)
{
    struct diff_options o = {0};

    OK_STR(numbers(o, "ip,n;x,1;y,2", "ip,n;y,2;x,1"), "2 0 0 0");
    OK_STR(numbers(o, "ip,n;x,1;y,2", "ip,n;y,3;x,1"), "1 1 0 0");
    OK_STR(numbers(o, "ip,n;x,1;y,2", "IP,N;x,1.0;z,2"), "1 0 1 1");
    OK_STR(numbers(o, "ip,n", "ip,n"), "0 0 0 0");
    OK_STR(numbers(o, "ip,n;x,1", "ip,n"), "0 0 1 0");
    /* The same row twice is two rows. */
    OK_STR(numbers(o, "ip,n;x,1;x,1", "ip,n;x,1"), "1 0 1 0");
    OK_STR(numbers(o, "ip,n;x,1;x,2", "ip,n;x,2;x,3"), "1 1 0 0");
    /* Times by value, and columns of other names by their values. */
    OK_STR(numbers(o, "ip,hour;x,2026-03-02 14:00:00", "addr,bucket;x,1772460000000"), "1 0 0 0");
    OK_STR(numbers(o, "a;1", "b;2"), "the results have no column in common");
    o.ordered = true;
    OK_STR(numbers(o, "ip,n;x,1;y,2", "ip,n;y,2;x,1"), "0 2 0 0");
}

static void test_options(void)
{
    const char *columns[] = {"a=b"}, *wrong[] = {"a=c"}, *key[] = {"n"}, *no_key[] = {"zz"};
    struct diff_options o = {.columns = columns, .n_columns = 1};

    OK_STR(numbers(o, "a;1;2", "b;2;1"), "2 0 0 0");
    o.columns = wrong;
    OK_STR(numbers(o, "a;1;2", "b;2;1"), "B has no column 'c'");
    o = (struct diff_options){.key = key, .n_key = 1};
    OK_STR(numbers(o, "ip,n;x,1;y,2", "ip,n;z,1;y,2"), "1 1 0 0");
    o.key = no_key;
    OK_STR(numbers(o, "ip,n;x,1", "ip,n;x,1"), "the key 'zz' is no column that both results have");
    o = (struct diff_options){.tolerance = 0.5};
    OK_STR(numbers(o, "ip,n;x,1", "ip,n;x,1.4"), "1 0 0 0");
    OK_STR(numbers(o, "ip,n;x,1", "ip,n;x,1.6"), "0 1 0 0");
}

static void test_explain(void)
{
    struct diff_options o = {0};
    struct diff_result *r = compared(o, "ip,users;x,12", "ip,users,agent;x,7,curl;x,5,edge");
    struct buf out = {0};

    OK(r != NULL && r->n_rows == 2);
    OK(r->columns[0].is_key && !r->columns[1].is_key);
    OK_INT(r->columns[1].n_differ, 1);
    OK(r->rows[1].kind == DIFF_ONLY_B && r->rows[1].n_a == 1 && r->rows[1].n_b == 2);
    OK_STR(r->rows[1].split, "agent");
    OK(diff_report("text", r, &out, &err) == LANNER_OK);
    OK(str_find(buf_str(&out), STR("users: A 12, B 7\n")) != SIZE_MAX);
    OK(str_find(buf_str(&out), STR("this key has 1 row in A and 2 in B; those of B differ in "
                                   "agent, which A does not have\n")) != SIZE_MAX);
    buf_clear(&out);
    OK(diff_report("ndjson", r, &out, &err) == LANNER_OK);
    OK(str_find(buf_str(&out), STR("{\"kind\":\"only_b\",\"b\":{\"ip\":\"x\",\"users\":\"5\","
                                   "\"agent\":\"edge\"},\"told_apart_by\":\"agent\"}\n")) !=
       SIZE_MAX);
    OK(diff_report("html", r, &out, &err) == LANNER_ERR_USAGE);
    diff_result_free(r);
    buf_done(&out);
}

static void test_hostile(void)
{
    struct diff_options o = {0};
    struct diff_result *r =
        compared(o, "ip,n;\x1b[2J\xE2\x80\xAEx,1", "ip,n;\x1b[2J\xE2\x80\xAEx,2");
    struct buf out = {0};

    OK(r != NULL && diff_report("text", r, &out, &err) == LANNER_OK);
    OK(diff_report("ndjson", r, &out, &err) == LANNER_OK);
    OK(str_find(buf_str(&out), STR("\x1b")) == SIZE_MAX);
    OK(str_find(buf_str(&out), STR("\xE2\x80\xAE")) == SIZE_MAX);
    diff_result_free(r);
    buf_done(&out);
}

int main(void)
{
    test_rows();
    test_options();
    test_explain();
    test_hostile();
    TAP_DONE();
}
