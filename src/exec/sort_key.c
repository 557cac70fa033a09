/* sort_key.c - the order of values under a sort key (cql.md 2.7; aql.md 3.6 for SORT_EXACT).
 *
 * Classes of values follow one another whatever the direction: those of the key's type, then other
 * texts, then missing ones. The direction holds inside a class. SORT_EXACT is one order of all
 * values (batch/order.h) that the direction reverses as a whole. */
#include "exec/sort_key.h"

#include <stdlib.h>

#include "batch/order.h"
#include "util/utf8.h"

static struct val print_text(const struct val *v, struct arena *a)
{
    char room[VAL_PRINT_MAX];
    struct str s = val_print(v, room);

    return val_is_text(v) ? val_str(s) : val_str(arena_str(a, s));
}

static struct val fold_case(struct val text, struct arena *a)
{
    bool upper = false;
    bool ascii = true;
    struct buf b = {0};
    char *p;

    for (uint32_t i = 0; i < text.len; i++) {
        upper |= text.u.ptr[i] >= 'A' && text.u.ptr[i] <= 'Z';
        ascii &= (unsigned char)text.u.ptr[i] < 0x80;
    }
    if (!ascii) {
        utf8_put_lower(&b, val_as_str(&text));
        text = val_str(arena_str(a, buf_str(&b)));
        buf_done(&b);
    } else if (upper) {
        p = arena_alloc(a, text.len);
        for (uint32_t i = 0; i < text.len; i++)
            p[i] = ascii_lower(text.u.ptr[i]);
        text.u.ptr = p;
    }
    return text;
}

/* Arrays have no order; as keys equal ones must stand together. */
static struct val array_key(const struct val *v, struct arena *a)
{
    struct buf b = {0};
    struct val out;

    val_save(v, &b);
    out = val_str(arena_str(a, buf_str(&b)));
    buf_done(&b);
    return out;
}

/* KIND_BYTES marks a hexadecimal number: its digits without leading zeros, in lower case. */
static struct val make_hex(struct val text, struct arena *a)
{
    struct str s = val_as_str(&text);
    struct val out;

    if (s.len > 2 && s.ptr[0] == '0' && (s.ptr[1] | 0x20) == 'x')
        s = str_of(s.ptr + 2, s.len - 2);
    for (size_t i = 0; i < s.len; i++) {
        char c = ascii_lower(s.ptr[i]);

        if (!ascii_is_digit(c) && (c < 'a' || c > 'f'))
            return fold_case(text, a);
    }
    if (s.len == 0)
        return text;
    while (s.len > 0 && s.ptr[0] == '0')
        s = str_of(s.ptr + 1, s.len - 1);
    out = fold_case(val_str(s), a);
    out.kind = KIND_BYTES;
    return out;
}

struct val sort_key_make(const struct sorter_key *key, const struct val *v, struct arena *a)
{
    struct val num;

    if (!key->as_key && key->type == SORT_EXACT)
        return order_key(v);
    if (key->as_key && v->kind == KIND_ARRAY)
        return array_key(v, a);
    if (val_is_null(v) || v->kind == KIND_ARRAY)
        return VAL_ABSENT;
    if (key->as_key)
        return print_text(v, a);
    switch (key->type) {
    case SORT_NUMBER:
        num = val_to_num(v);
        return num.kind != KIND_ABSENT ? num : fold_case(print_text(v, a), a);
    case SORT_TEXT:
        return fold_case(print_text(v, a), a);
    case SORT_HEX:
        return make_hex(print_text(v, a), a);
    case SORT_EXACT:
        break;
    }
    return VAL_ABSENT;
}

enum { CLASS_TYPED, CLASS_TEXT, CLASS_MISSING };

static int class_of(const struct val *v)
{
    if (v->kind == KIND_ABSENT)
        return CLASS_MISSING;
    return v->kind == KIND_TEXT || v->kind == KIND_NUMTEXT || v->kind == KIND_BOOLTEXT
               ? CLASS_TEXT
               : CLASS_TYPED;
}

static int cmp_typed(const struct val *a, const struct val *b)
{
    if (a->kind == KIND_BYTES) {
        if (a->len != b->len)
            return a->len < b->len ? -1 : 1;
        return memcmp(a->u.ptr, b->u.ptr, a->len);
    }
    return order_num(a, b);
}

static int cmp_text(const struct sorter_key *key, const struct val *a, const struct val *b,
                    const struct val *cell_a, const struct val *cell_b)
{
    int c = str_cmp(val_as_str(a), val_as_str(b));

    if (c != 0 || key->as_key || key->type != SORT_TEXT || !val_is_text(cell_a) ||
        !val_is_text(cell_b))
        return c;
    return str_cmp(val_as_str(cell_a), val_as_str(cell_b));
}

int sort_key_cmp(const struct sorter_key *key, const struct val *a, const struct val *b,
                 const struct val *cell_a, const struct val *cell_b)
{
    int class_a, class_b;
    int c = 0;

    if (!key->as_key && key->type == SORT_EXACT) {
        c = order_cmp(a, b);
        return key->descending ? -c : c;
    }
    class_a = class_of(a);
    class_b = class_of(b);
    if (class_a != class_b)
        return class_a < class_b ? -1 : 1;
    if (class_a == CLASS_TYPED)
        c = cmp_typed(a, b);
    else if (class_a == CLASS_TEXT)
        c = cmp_text(key, a, b, cell_a, cell_b);
    return key->descending ? -c : c;
}
