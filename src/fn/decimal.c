/* decimal.c - doubles as decimal text of a given precision. See decimal.h. */
#include "fn/decimal.h"

#include <math.h>

#include "util/num.h"

/* Cuts to `keep` digits (may be 0 or negative: none), half up. */
static void round_digits(struct num_decimal *d, int keep)
{
    bool up;

    if (keep >= d->n)
        return;
    if (keep < 0) {
        d->n = 0;
        return;
    }
    up = d->digits[keep] >= '5';
    d->n = (uint8_t)keep;
    while (up && d->n > 0) {
        char *c = &d->digits[d->n - 1];

        if (*c < '9') {
            ++*c;
            return;
        }
        d->n--; /* a nine becomes a zero at the end, which is not kept */
    }
    if (up) {
        d->digits[0] = '1';
        d->n = 1;
        d->exp10++;
    }
}

/* The digit that counts 10^position. */
static char digit_at(const struct num_decimal *d, int position)
{
    int k = d->exp10 - 1 - position;

    return k >= 0 && k < d->n ? d->digits[k] : '0';
}

void decimal_put_grouped(struct buf *out, const char *digits, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        if (k > 0 && (n - k) % 3 == 0)
            buf_putc(out, ',');
        buf_putc(out, digits[k]);
    }
}

void decimal_put_fixed(struct buf *out, double v, int decimals, bool group)
{
    struct num_decimal d;
    char whole[320]; /* the largest double has 309 digits */
    size_t n = 0;

    num_shortest(fabs(v), &d);
    round_digits(&d, d.exp10 + decimals);
    for (int p = d.n > 0 && d.exp10 > 0 ? d.exp10 - 1 : 0; p >= 0; p--)
        whole[n++] = digit_at(&d, p);
    if (group)
        decimal_put_grouped(out, whole, n);
    else
        buf_put(out, whole, n);
    if (decimals > 0)
        buf_putc(out, '.');
    for (int p = -1; p >= -decimals; p--)
        buf_putc(out, digit_at(&d, p));
}

static void put_exponent(struct buf *out, int exp, bool upper)
{
    buf_putc(out, upper ? 'E' : 'e');
    buf_putc(out, exp < 0 ? '-' : '+');
    buf_printf(out, "%02d", exp < 0 ? -exp : exp);
}

void decimal_put_scientific(struct buf *out, double v, int decimals, bool upper)
{
    struct num_decimal d;
    int exp;

    num_shortest(fabs(v), &d);
    round_digits(&d, decimals + 1);
    exp = d.n > 0 ? d.exp10 - 1 : 0;
    buf_putc(out, d.n > 0 ? d.digits[0] : '0');
    if (decimals > 0)
        buf_putc(out, '.');
    for (int k = 1; k <= decimals; k++)
        buf_putc(out, k < d.n ? d.digits[k] : '0');
    put_exponent(out, exp, upper);
}

void decimal_put_general(struct buf *out, double v, int digits, bool upper)
{
    struct num_decimal d;
    int exp;

    if (digits < 1)
        digits = 1;
    num_shortest(fabs(v), &d);
    round_digits(&d, digits);
    exp = d.n > 0 ? d.exp10 - 1 : 0;
    if (exp >= -4 && exp < digits) {
        int decimals = d.n - d.exp10; /* no zeros at the end */

        decimal_put_fixed(out, v, d.n > 0 ? MIN(MAX(decimals, 0), digits - 1 - exp) : 0, false);
        return;
    }
    decimal_put_scientific(out, v, d.n > 0 ? d.n - 1 : 0, upper);
}
