/* test_exact.c - sums that do not depend on the order. */
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "../tap.h"
#include "util/exact.h"

static uint64_t state = 88172645463325252u;

static uint64_t next_random(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static double random_double(void)
{
    for (;;) {
        uint64_t bits = next_random();
        double v;

        memcpy(&v, &bits, sizeof(v));
        if (isfinite(v))
            return v;
    }
}

static void test_longs(struct arena *a)
{
    struct exact e = {0};

    OK(exact_is_long(&e) && exact_long(&e) == 0 && exact_double(&e) == 0);
    exact_add_long(&e, INT64_MAX);
    OK(exact_is_long(&e) && exact_long(&e) == INT64_MAX);
    exact_add_long(&e, 1);
    OK(!exact_is_long(&e));
    OK(exact_double(&e) == 9223372036854775808.0);
    exact_add_long(&e, -1);
    OK(exact_is_long(&e) && exact_long(&e) == INT64_MAX);
    exact_add_double(&e, 0.5, a);
    OK(!exact_is_long(&e));
    OK(exact_double(&e) == 9223372036854775808.0);
    exact_add_long(&e, -INT64_MAX);
    OK(exact_double(&e) == 0.5);
}

static void test_doubles(struct arena *a)
{
    struct exact e = {0};

    exact_add_double(&e, 1e308, a);
    exact_add_double(&e, 1e308, a);
    OK(isinf(exact_double(&e)));
    exact_add_double(&e, -1e308, a);
    OK(exact_double(&e) == 1e308);
    exact_add_double(&e, 5e-324, a);
    exact_add_double(&e, -1e308, a);
    OK(exact_double(&e) == 5e-324);
    exact_add_double(&e, -5e-324, a);
    OK(exact_double(&e) == 0);
    memset(&e, 0, sizeof(e));
    for (int i = 0; i < 10; i++)
        exact_add_double(&e, 0.1, a);
    OK(exact_double(&e) == 1.0); /* the plain loop gives 0.9999999999999999 */
    OK(exact_mean(&e, 10) == 0.1);
    memset(&e, 0, sizeof(e));
    exact_add_double(&e, 1.0, a);
    exact_add_double(&e, 0x1p-53, a);
    OK(exact_double(&e) == 1.0); /* a tie, to even */
    exact_add_double(&e, 5e-324, a);
    OK(exact_double(&e) == 1.0 + DBL_EPSILON);
    memset(&e, 0, sizeof(e));
    exact_add_double(&e, DBL_MIN, a);
    exact_add_double(&e, -5e-324, a);
    OK(exact_double(&e) == DBL_MIN - 5e-324);
    OK(exact_mean(&e, 3) == (DBL_MIN - 5e-324) / 3);
}

static void test_single(struct arena *a)
{
    int bad = 0;

    for (int i = 0; i < 20000; i++) {
        struct exact e = {0};
        double v = random_double();
        double w = random_double();
        double sum = v + w; /* one addition is rounded once as well */

        exact_add_double(&e, v, a);
        bad += exact_double(&e) != v;
        exact_add_double(&e, w, a);
        bad += exact_double(&e) != sum;
        memset(&e, 0, sizeof(e));
        exact_add_product(&e, v, w, a);
        bad += exact_double(&e) != v * w;
        bad += exact_mean(&e, 1) != v * w;
        memset(&e, 0, sizeof(e));
        exact_add_double(&e, v, a);
        bad += exact_mean(&e, 7) != v / 7;
        arena_reset(a);
    }
    OK_INT(bad, 0);
}

static void add_any(struct exact *e, double v, int kind, struct arena *a)
{
    if (kind == 0)
        exact_add_double(e, v, a);
    else if (kind == 1)
        exact_add_product(e, v, v * 1e-3, a);
    else
        exact_add_long(e, (int64_t)fmod(v, 9e18));
}

static void test_order(struct arena *a)
{
    enum { N = 500 };
    double values[N];
    struct exact forward = {0};
    struct exact backward = {0};
    struct exact parts[4] = {0};

    for (int i = 0; i < N; i++)
        values[i] = ldexp(random_double() > 0 ? 1.0 : -1.0, (int)(next_random() % 900) - 450) *
                    (double)(next_random() % 1000000);
    for (int i = 0; i < N; i++)
        add_any(&forward, values[i], i % 3, a);
    for (int i = N - 1; i >= 0; i--)
        add_any(&backward, values[i], i % 3, a);
    for (int i = 0; i < N; i++)
        add_any(&parts[i % 4], values[i], i % 3, a);
    exact_merge(&parts[3], &parts[1], a);
    exact_merge(&parts[0], &parts[3], a);
    exact_merge(&parts[2], &parts[0], a);
    OK(exact_double(&forward) == exact_double(&backward));
    OK(exact_double(&forward) == exact_double(&parts[2]));
    OK(forward.real && parts[2].real);
}

static void test_central(struct arena *a)
{
    struct exact x = {0};
    struct exact xx = {0};
    int64_t base = INT64_C(1772460487123);

    /* 1..10 far from zero: the variance times n is 82.5, which doubles alone could not find. */
    for (int64_t i = 1; i <= 10; i++) {
        exact_add_long(&x, base + i);
        exact_add_long_product(&xx, base + i, base + i, a);
    }
    OK(exact_central(&xx, &x, &x, 10) == 82.5);
    memset(&x, 0, sizeof(x));
    memset(&xx, 0, sizeof(xx));
    for (int i = 1; i <= 10; i++) {
        double v = (double)(base + i) + 0.25;

        exact_add_double(&x, v, a);
        exact_add_product(&xx, v, v, a);
    }
    OK(exact_central(&xx, &x, &x, 10) == 82.5);
    memset(&x, 0, sizeof(x));
    memset(&xx, 0, sizeof(xx));
    exact_add_long(&x, INT64_MIN);
    for (int i = 0; i < 20; i++)
        exact_add_long_product(&xx, INT64_MIN, INT64_MIN, a);
    OK(exact_double(&xx) == 20 * 0x1p126);
    exact_add_double(&x, 1e300, a);
    OK(isfinite(exact_mean(&x, 3)));
}

static void test_save(struct arena *a)
{
    struct exact e = {0};
    struct exact back;
    struct buf buf = {0};
    struct reader r;

    exact_add_long(&e, -42);
    exact_add_double(&e, -1e-200, a);
    exact_add_double(&e, 1e200, a);
    exact_save(&e, &buf);
    r = (struct reader){buf.ptr, buf.ptr + buf.len, false};
    exact_load(&back, &r, a);
    OK(!r.bad && r.ptr == r.end);
    OK(exact_double(&back) == exact_double(&e));
    exact_add_double(&back, -1e200, a);
    exact_add_long(&back, 42);
    OK(exact_double(&back) == -1e-200);
    for (size_t cut = 0; cut < buf.len; cut++) {
        r = (struct reader){buf.ptr, buf.ptr + cut, false};
        exact_load(&back, &r, a);
        if (!r.bad)
            break;
    }
    OK(r.bad);
    /* Damaged state never crashes, whatever is done with it. */
    for (int i = 0; i < 20000; i++) {
        struct buf copy = {0};

        buf_put(&copy, buf.ptr, buf.len);
        copy.ptr[next_random() % copy.len] = (char)next_random();
        r = (struct reader){copy.ptr, copy.ptr + copy.len, false};
        exact_load(&back, &r, a);
        exact_merge(&back, &e, a);
        exact_double(&back);
        buf_done(&copy);
        if (i % 1000 == 0) {
            arena_reset(a);
            memset(&e, 0, sizeof(e));
            exact_add_double(&e, random_double(), a);
        }
    }
    OK(true);
    buf_done(&buf);
}

/* Merging over and over must not make the state longer. */
static void test_growth(struct arena *a)
{
    struct exact e = {0};

    exact_add_double(&e, 1.5, a);
    for (int i = 0; i < 200; i++) {
        struct exact other = e;
        struct exact empty = {0};

        exact_merge(&empty, &other, a);
        exact_merge(&empty, &other, a);
        e = empty;
    }
    OK(exact_double(&e) == ldexp(1.5, 200));
    OK(e.n <= 8);
}

int main(void)
{
    struct arena a;

    arena_init(&a, 0);
    test_longs(&a);
    test_doubles(&a);
    test_single(&a);
    test_order(&a);
    test_central(&a);
    test_save(&a);
    test_growth(&a);
    arena_done(&a);
    TAP_DONE();
}
