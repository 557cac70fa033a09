/* test_batch.c - values as text and numbers, their hash, their saved form; open rows; batches. */
#include <stdlib.h>

#include "../tap.h"
#include "batch/batch.h"
#include "util/buf.h"

static struct arena arena;

static struct val text(const char *z)
{
    return val_str(str_z(z));
}

static struct val kind_of(const char *z, enum kind kind)
{
    struct val v = text(z);

    v.kind = (uint8_t)kind;
    return v;
}

static struct str print(struct val v)
{
    static char room[VAL_PRINT_MAX];

    return val_print(&v, room);
}

static struct val to_num(struct val v)
{
    return val_to_num(&v);
}

static bool same(struct val a, struct val b)
{
    bool is = val_same(&a, &b);

    /* What is the same hashes the same. */
    if (is && val_hash(&a, 99) != val_hash(&b, 99))
        printf("# same, but other hash\n");
    return is && val_same(&b, &a) && val_hash(&a, 99) == val_hash(&b, 99);
}

static void test_print(void)
{
    static const char v4[16] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1, (char)203, 0, 113, 77};
    static const char v6[16] = {0x20, 0x01, 0x0d, (char)0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

    OK_STR(print(text("7.0")), "7.0");
    OK_STR(print(val_long(-5)), "-5");
    OK_STR(print(val_double(2.0)), "2");
    OK_STR(print(val_double(1.0 / 3)), "0.3333333333333333");
    OK_STR(print(val_bool(true)), "true");
    OK_STR(print(VAL_ABSENT), "");
    OK_STR(print((struct val){.u.i = 1234567890, .kind = KIND_TIME}), "1234");
    OK_STR(print((struct val){.u.i = -1, .kind = KIND_TIME}), "-1");
    OK_STR(print((struct val){.u.ptr = v4, .len = 4, .kind = KIND_IP}), "203.0.113.77");
    OK_STR(print((struct val){.u.ptr = v6, .len = 6, .kind = KIND_IP}), "2001:db8::1");
    OK_STR(print((struct val){.u.i = 0x0a1b2c3d4e5f, .kind = KIND_MAC}), "0a:1b:2c:3d:4e:5f");
    OK(val_double(__builtin_nan("")).kind == KIND_ABSENT);
}

static void test_to_num(void)
{
    OK(to_num(text("50034")).u.i == 50034 && to_num(text("50034")).kind == KIND_LONG);
    OK(to_num(text("7.0")).u.d == 7 && to_num(text("7.0")).kind == KIND_DOUBLE);
    OK(to_num(text("99999999999999999999")).kind == KIND_DOUBLE);
    OK(to_num(text(" 5")).kind == KIND_ABSENT);
    OK(to_num(text("")).kind == KIND_ABSENT);
    OK(to_num(kind_of("1e3", KIND_NUMTEXT)).u.d == 1000);
    OK(to_num(kind_of("true", KIND_BOOLTEXT)).kind == KIND_ABSENT);
    OK(to_num(val_bool(true)).kind == KIND_ABSENT);
    OK(to_num(VAL_ABSENT).kind == KIND_ABSENT);
    OK(to_num(val_long(3)).u.i == 3);
}

static void test_same(void)
{
    struct val items[2] = {val_long(1), text("x")};
    struct val array = {.u.items = items, .len = 2, .kind = KIND_ARRAY};
    struct val copy = val_copy(&array, &arena);

    OK(same(val_long(5), text("5")));
    OK(same(val_double(5), val_long(5)));
    OK(same(val_double(0.5), text("0.5")));
    OK(same(val_double(0.0), val_double(-0.0)));
    OK(same(val_bool(true), text("true")));
    OK(same(kind_of("7", KIND_NUMTEXT), text("7")));
    OK(!same(text("7.0"), val_long(7)));
    OK(!same(text(""), VAL_ABSENT));
    OK(same(VAL_ABSENT, VAL_ABSENT));
    OK(!same(VAL_ABSENT, (struct val){.kind = KIND_NULL}));
    OK(!same(text("a"), text("b")));
    OK(copy.u.items != items && same(array, copy));
    OK(!same(array, text("1")));
}

static void test_save(void)
{
    static const char ip[16] = {1, 2, 3};
    struct val items[2] = {val_double(0.25), text("x\0y")};
    struct val all[] = {
        VAL_ABSENT,
        {.kind = KIND_NULL},
        text(""),
        text("caf\xC3\xA9"),
        kind_of("1e5", KIND_NUMTEXT),
        val_long(INT64_MIN),
        val_double(-1e300),
        val_bool(true),
        {.u.i = 77, .kind = KIND_TIME},
        {.u.ptr = ip, .len = 6, .kind = KIND_IP},
        {.u.items = items, .len = 2, .kind = KIND_ARRAY},
    };
    struct buf b = {0};
    struct reader r;

    for (size_t i = 0; i < ARRAY_LEN(all); i++)
        val_save(&all[i], &b);
    r = (struct reader){b.ptr, b.ptr + b.len, false};
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        struct val back = val_load(&r, &arena);

        OK(!r.bad && back.kind == all[i].kind && same(back, all[i]));
    }
    OK(r.ptr == r.end);
    for (size_t cut = 0; cut < b.len; cut++) {
        r = (struct reader){b.ptr, b.ptr + cut, false};
        for (size_t i = 0; i < ARRAY_LEN(all); i++)
            val_load(&r, &arena);
        if (!r.bad)
            break;
    }
    OK(r.bad);
    /* A count that is a lie, and arrays in arrays in arrays. */
    r = (struct reader){"\x0c\xff\xff\xff\x7f", NULL, false};
    r.end = r.ptr + 5;
    val_load(&r, &arena);
    OK(r.bad);
    buf_clear(&b);
    for (int i = 0; i < 100; i++)
        buf_put(&b, "\x0c\x01\0\0\0", 5);
    buf_put_u8(&b, 0);
    r = (struct reader){b.ptr, b.ptr + b.len, false};
    val_load(&r, &arena);
    OK(r.bad);
    buf_done(&b);
}

static void test_batch(void)
{
    struct batch *b = batch_new(&arena, 3, 1, 1, true);
    uint32_t col;
    uint32_t seen = 0;
    struct sel copy;

    OK(b->cols[0].v[2].kind == KIND_ABSENT && b->sel.n == 0 && b->open[1].n == 0);
    col = batch_add_column(b);
    OK(col == 1 && b->n_cols == 2 && b->cap_cols >= 2);
    for (uint32_t i = 0; i < 3; i++)
        b->cols[1].v[i] = val_long(i);
    OK(column_at(&b->cols[1], 2)->u.i == 2);
    b->sel.idx[b->sel.n++] = 0;
    b->sel.idx[b->sel.n++] = 2;
    copy = sel_copy(&b->sel, &arena);
    b->sel.n = 0;
    SEL_FOR (&copy, i)
        seen += i + 1;
    OK_INT(seen, 4);
    for (int i = 0; i < 100; i++)
        open_put(&b->open[0], arena_printf(&arena, "f%d", i), val_long(i), &arena);
    open_put(&b->open[0], STR("f7"), text("new"), &arena);
    OK_INT(b->open[0].n, 100);
    OK_STR(val_as_str(open_get(&b->open[0], STR("f7"))), "new");
    OK(open_get(&b->open[0], STR("f99"))->u.i == 99);
    OK(open_get(&b->open[0], STR("nosuch")) == NULL);
    b = batch_new(&arena, 0, 0, 0, false);
    OK(batch_add_column(b) == 0 && b->open == NULL);
    OK(ordinal_cmp(ordinal_of(1, 5), ordinal_of(1, 6)) < 0);
    OK(ordinal_cmp(ordinal_of(2, 0), ordinal_of(1, 6)) > 0);
}

int main(void)
{
    arena_init(&arena, 0);
    test_print();
    test_to_num();
    test_same();
    test_save();
    test_batch();
    arena_done(&arena);
    TAP_DONE();
}
