/* fuzz_json.c - any bytes as a JSON record: vector twin against scalar, a scratch that has learned
 * from all inputs before against a fresh one, and the tools. */
#include "record/json.h"

#include <stdlib.h>

#include "util/cpu.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct json_path wanted[] = {
    {STR_INIT("a"), 0},
    {STR_INIT("a.b"), 0},
    {STR_INIT("a.b.c"), 0},
    {STR_INIT("a[0].b"), 0},
    {STR_INIT("properties.status.errorCode"), JSON_PATH_DECLARED},
    {STR_INIT("ipAddress"), JSON_PATH_DECLARED},
    {STR_INIT("Actor[Type=5].ID"), JSON_PATH_DECLARED},
    {STR_INIT("ExtendedProperties[Name=UserAgent].Value"), JSON_PATH_DECLARED},
    {STR_INIT("a.b"), JSON_PATH_PRESENCE},
    {STR_INIT("properties"), JSON_PATH_DECLARED | JSON_PATH_SUBTREE},
};
#define N_WANTED ARRAY_LEN(wanted)

static void check(bool fine)
{
    if (!fine)
        abort();
}

static bool same(const struct val *a, const struct val *b)
{
    if (a->kind != b->kind)
        return false;
    return !val_is_text(a) || str_eq(val_as_str(a), val_as_str(b));
}

static void read_ways(struct str record, struct arena *arena)
{
    static struct json_paths *jp;
    static struct json_scratch *learned;
    struct lanner_err err = {0};
    struct val v[3][N_WANTED];
    enum json_status status[3];
    size_t at[3] = {0};

    if (jp == NULL) {
        check(json_paths_new(wanted, N_WANTED, &jp, &err) == LANNER_OK);
        learned = json_scratch_new(jp);
    }
    for (int way = 0; way < 3; way++) {
        struct json_scratch *s = way > 0 ? learned : json_scratch_new(jp);

        cpu_set_simd(way != 1);
        status[way] = json_paths_read(jp, s, record, arena, v[way], &at[way]);
        if (way == 0)
            json_scratch_free(s);
        check(status[way] == status[0] && at[way] == at[0]);
        for (size_t i = 0; i < N_WANTED; i++)
            check(same(&v[way][i], &v[0][i]));
    }
}

static bool count_leaf(void *ctx, struct str name, struct val v)
{
    (void)name;
    (void)v;
    ++*(size_t *)ctx;
    return true;
}

static void tools(struct str record, struct arena *arena)
{
    struct buf once = {0};
    struct buf twice = {0};
    struct json_iter it;
    struct str key;
    struct str value;
    size_t n = 0;
    struct json_flat flat =
        json_flatten(record, STR("p."), JSON_FLATTEN_NULLS, arena, count_leaf, &n);

    check(flat.n_fields == n);
    json_compact(record, &once);
    if (once.len != 0)
        json_compact(buf_str(&once), &twice);
    check(str_eq(buf_str(&once), buf_str(&twice)));
    if (json_valid(record, 100, NULL)) {
        check(flat.status == JSON_OK);
        check(json_valid(buf_str(&once), 100, NULL));
    }
    if (json_iter_open(&it, record)) {
        while (json_iter_next(&it, &key, &value))
            check(value.ptr >= record.ptr && value.ptr + value.len <= record.ptr + record.len);
    }
    json_first_key(record);
    buf_done(&once);
    buf_done(&twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str record = str_of((const char *)data, size);
    struct arena arena;
    const char *end;

    if (size == 0)
        return 0;
    arena_init(&arena, 0);
    read_ways(record, &arena);
    tools(record, &arena);
    cpu_set_simd(false);
    end = json_value_end(record.ptr, record.ptr + size);
    cpu_set_simd(true);
    check(json_value_end(record.ptr, record.ptr + size) == end);
    arena_done(&arena);
    return 0;
}
