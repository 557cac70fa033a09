/* order.h - the numeric order of values, integers and reals compared exactly; and one order for
 * values of all kinds. */
#ifndef BATCH_ORDER_H
#define BATCH_ORDER_H

#include "batch/batch.h"

static inline int order_long_double(int64_t i, double d)
{
    double whole;

    if (d >= 0x1p63)
        return -1;
    if (d < -0x1p63)
        return 1;
    whole = __builtin_trunc(d);
    if (i != (int64_t)whole)
        return i < (int64_t)whole ? -1 : 1;
    return d > whole ? -1 : d < whole;
}

/* Both are KIND_LONG or KIND_DOUBLE. Negative, zero, positive. */
static inline int order_num(const struct val *a, const struct val *b)
{
    if (a->kind == KIND_LONG) {
        if (b->kind == KIND_LONG)
            return a->u.i < b->u.i ? -1 : a->u.i > b->u.i;
        return order_long_double(a->u.i, b->u.d);
    }
    if (b->kind == KIND_LONG)
        return -order_long_double(b->u.i, a->u.d);
    return a->u.d < b->u.d ? -1 : a->u.d > b->u.d;
}

/* Arrays nested deeper than this are compared by length. */
#define ORDER_MAX_DEPTH 4

/* No value lowest, then booleans, numbers (with times as their milliseconds and JSON numbers as
 * written), addresses by value (v4 as mapped into v6), hardware addresses, texts by their bytes,
 * arrays. 0 for values of one place in that order: 5 and 5.0. */
int order_cmp(const struct val *a, const struct val *b);
/* The value as order_cmp takes it, so that it need not parse it again each time. Points to what v
 * points to. */
struct val order_key(const struct val *v);

#endif
