/* order.c - one order for values of all kinds. See order.h.
 *
 * A JSON number counts as the number it is, in whichever way it was written; a text never does. */
#include "batch/order.h"

enum { CLASS_NULL, CLASS_BOOL, CLASS_NUMBER, CLASS_IP, CLASS_MAC, CLASS_TEXT, CLASS_ARRAY };

static int class_of(const struct val *v)
{
    static const uint8_t classes[] = {
        [KIND_ABSENT] = CLASS_NULL,   [KIND_NULL] = CLASS_NULL,     [KIND_TEXT] = CLASS_TEXT,
        [KIND_NUMTEXT] = CLASS_TEXT,  [KIND_BOOLTEXT] = CLASS_BOOL, [KIND_LONG] = CLASS_NUMBER,
        [KIND_DOUBLE] = CLASS_NUMBER, [KIND_BOOL] = CLASS_BOOL,     [KIND_TIME] = CLASS_NUMBER,
        [KIND_IP] = CLASS_IP,         [KIND_MAC] = CLASS_MAC,       [KIND_BYTES] = CLASS_TEXT,
        [KIND_ARRAY] = CLASS_ARRAY,
    };

    return classes[v->kind];
}

struct val order_key(const struct val *v)
{
    struct val num;

    if (v->kind != KIND_NUMTEXT)
        return v->kind == KIND_NULL ? VAL_ABSENT : *v;
    num = val_to_num(v);
    return num.kind != KIND_ABSENT ? num : *v; /* beyond the largest double: as text */
}

static int cmp_int(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

static int cmp_bool(const struct val *a, const struct val *b)
{
    bool x = a->kind == KIND_BOOL ? a->u.i != 0 : str_eqz(val_as_str(a), "true");
    bool y = b->kind == KIND_BOOL ? b->u.i != 0 : str_eqz(val_as_str(b), "true");

    return x - y;
}

static int cmp_number(const struct val *a, const struct val *b)
{
    struct val x = val_to_num(a);
    struct val y = val_to_num(b);

    return order_num(&x, &y);
}

static int cmp_deep(const struct val *a, const struct val *b, int depth);

static int cmp_array(const struct val *a, const struct val *b, int depth)
{
    for (uint32_t i = 0; depth < ORDER_MAX_DEPTH && i < a->len && i < b->len; i++) {
        int c = cmp_deep(&a->u.items[i], &b->u.items[i], depth + 1);

        if (c != 0)
            return c;
    }
    return cmp_int(a->len, b->len);
}

static int cmp_deep(const struct val *a, const struct val *b, int depth)
{
    struct val x = order_key(a);
    struct val y = order_key(b);
    int class_x = class_of(&x);
    int class_y = class_of(&y);

    if (class_x != class_y)
        return class_x < class_y ? -1 : 1;
    switch (class_x) {
    case CLASS_BOOL:
        return cmp_bool(&x, &y);
    case CLASS_NUMBER:
        return cmp_number(&x, &y);
    case CLASS_IP:
        return memcmp(x.u.ptr, y.u.ptr, 16);
    case CLASS_MAC:
        return cmp_int(x.u.i, y.u.i);
    case CLASS_TEXT:
        return str_cmp(val_as_str(&x), val_as_str(&y));
    case CLASS_ARRAY:
        return cmp_array(&x, &y, depth);
    default:
        return 0;
    }
}

int order_cmp(const struct val *a, const struct val *b)
{
    return cmp_deep(a, b, 0);
}
