/* num.c - numbers to text and back. See num.h.
 *
 * The C library's printf and strtod look at the locale only for the decimal point and for grouping.
 * What goes through them here is digits and an exponent without a point, or is read back digit by
 * digit, so the locale cannot show. */
#include "util/num.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* 768 significant digits decide every double (the longest halfway case has 767); one more digit
 * stands for all that follow. */
#define MAX_DIGITS 770
/* Exponents past this decide nothing more: even MAX_DIGITS of text cannot bring them back. */
#define MAX_EXPONENT 100000

/* Powers of ten that are exact doubles. */
static const double pow10_exact[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                     1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                     1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/* A number's text taken apart. */
struct scan {
    bool negative;
    bool cut;            /* digits beyond `value` were dropped */
    uint64_t value;      /* the first 19 significant digits */
    int n_value;         /* how many of them */
    int64_t exp10;       /* of the last digit in `value` */
    struct str mantissa; /* digits and point */
    int64_t written_exp; /* the exponent as written */
};

static bool scan_exponent(struct str s, size_t i, int64_t *out)
{
    bool negative = false;
    int64_t e = 0;

    if (i < s.len && (s.ptr[i] == '+' || s.ptr[i] == '-'))
        negative = s.ptr[i++] == '-';
    if (i == s.len)
        return false;
    for (; i < s.len; i++) {
        if (!ascii_is_digit(s.ptr[i]))
            return false;
        if (e < MAX_EXPONENT)
            e = e * 10 + (s.ptr[i] - '0');
    }
    *out = negative ? -e : e;
    return true;
}

static bool scan_number(struct str s, struct scan *out)
{
    size_t i = 0;
    size_t start;
    size_t n_digits = 0;
    int64_t fraction = 0;
    int64_t dropped = 0;
    bool point = false;

    memset(out, 0, sizeof(*out));
    if (i < s.len && (s.ptr[i] == '+' || s.ptr[i] == '-'))
        out->negative = s.ptr[i++] == '-';
    start = i;
    for (; i < s.len; i++) {
        char c = s.ptr[i];

        if (c == '.' && !point) {
            point = true;
            continue;
        }
        if (!ascii_is_digit(c))
            break;
        n_digits++;
        fraction += point;
        if (out->n_value == 0 && c == '0')
            continue;
        if (out->n_value < 19) {
            out->value = out->value * 10 + (uint64_t)(c - '0');
            out->n_value++;
        } else {
            dropped++;
            out->cut |= c != '0';
        }
    }
    if (n_digits == 0)
        return false;
    out->mantissa = str_of(s.ptr + start, i - start);
    if (i < s.len) {
        if ((s.ptr[i] | 0x20) != 'e' || !scan_exponent(s, i + 1, &out->written_exp))
            return false;
    }
    out->exp10 = out->written_exp - fraction + dropped;
    return true;
}

/* Reads digits and exponent with the C library, which rounds correctly. */
static double read_slow(const struct scan *scan)
{
    char text[MAX_DIGITS + 32];
    size_t n = 0;
    int64_t exp10 = scan->written_exp;
    bool point = false;
    bool rest = false;
    locale_t c_locale;
    double v;

    for (size_t i = 0; i < scan->mantissa.len; i++) {
        char c = scan->mantissa.ptr[i];

        if (c == '.') {
            point = true;
        } else if (n == 0 && c == '0') {
            exp10 -= point;
        } else if (n < MAX_DIGITS) {
            text[n++] = c;
            exp10 -= point;
        } else {
            rest |= c != '0';
            exp10 += !point;
        }
    }
    if (rest && text[n - 1] == '0')
        text[n - 1] = '1'; /* past every halfway point, so all it says is: more than that */
    snprintf(text + n, sizeof(text) - n, "e%lld", (long long)exp10);
    /* glibc hands out its built-in object for "C": no allocation, nothing to free. */
    c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    v = strtod_l(text, NULL, c_locale);
    freelocale(c_locale);
    return v;
}

bool num_parse_long(struct str s, int64_t *out)
{
    size_t i = 0;
    bool negative = false;
    uint64_t v = 0;

    if (s.len > 0 && (s.ptr[0] == '-' || s.ptr[0] == '+'))
        negative = s.ptr[i++] == '-';
    if (i == s.len)
        return false;
    for (; i < s.len; i++) {
        unsigned d = (unsigned)(unsigned char)s.ptr[i] - '0';

        if (d > 9 || v > (UINT64_MAX - d) / 10)
            return false;
        v = v * 10 + d;
    }
    if (v > (uint64_t)INT64_MAX + (negative ? 1 : 0))
        return false;
    *out = negative ? (int64_t)(0 - v) : (int64_t)v;
    return true;
}

bool num_parse_double(struct str s, double *out)
{
    struct scan scan;
    double v;

    if (!scan_number(s, &scan))
        return false;
    if (scan.value == 0) {
        v = 0;
    } else if (!scan.cut && scan.value <= (UINT64_C(1) << 53) && scan.exp10 >= -22 &&
               scan.exp10 <= 22) {
        /* Both operands are exact, so the one operation rounds correctly. */
        v = (double)scan.value;
        v = scan.exp10 < 0 ? v / pow10_exact[-scan.exp10] : v * pow10_exact[scan.exp10];
    } else {
        v = read_slow(&scan);
        if (!isfinite(v))
            return false;
    }
    *out = scan.negative ? -v : v;
    return true;
}

static size_t put_unsigned(char *room, uint64_t v)
{
    char rev[20];
    size_t n = 0;

    do {
        rev[n++] = (char)('0' + v % 10);
        v /= 10;
    } while (v != 0);
    for (size_t i = 0; i < n; i++)
        room[i] = rev[n - 1 - i];
    return n;
}

size_t num_print_long(char *room, int64_t v)
{
    if (v >= 0)
        return put_unsigned(room, (uint64_t)v);
    room[0] = '-';
    return 1 + put_unsigned(room + 1, 0 - (uint64_t)v);
}

/* v rounded to n significant digits. v is positive and finite. */
static void decimal_digits(double v, int n, struct num_decimal *out)
{
    char text[48];
    const char *p = text;

    snprintf(text, sizeof(text), "%.*e", n - 1, v);
    out->n = 0;
    for (; *p != 'e'; p++) {
        if (ascii_is_digit(*p)) /* the decimal point of the locale is passed over */
            out->digits[out->n++] = *p;
    }
    out->exp10 = (int)strtol(p + 1, NULL, 10) + 1;
}

static double decimal_value(const struct num_decimal *d)
{
    char text[32];
    struct str s = {text, 0};
    double v = 0;

    memcpy(text, d->digits, d->n);
    s.len =
        (size_t)d->n + (size_t)snprintf(text + d->n, sizeof(text) - d->n, "e%d", d->exp10 - d->n);
    if (!num_parse_double(s, &v))
        return INFINITY;
    return v;
}

/* One more in the last digit. */
static void decimal_increment(struct num_decimal *d)
{
    int i = d->n - 1;

    while (i >= 0 && d->digits[i] == '9')
        d->digits[i--] = '0';
    if (i >= 0) {
        d->digits[i]++;
    } else {
        d->digits[0] = '1'; /* 999 became 1000: the zeros that follow are already there */
        d->exp10++;
    }
}

static void decimal_trim(struct num_decimal *d)
{
    while (d->n > 0 && d->digits[d->n - 1] == '0')
        d->n--;
}

/* Numbers such as 12.34: size is m / 10^k with m below 10^15. Both are exact doubles, so the
 * division is what reading the text would give, and no other text of so few digits means the same
 * double. */
static bool few_digits(double size, struct num_decimal *out)
{
    char text[24];

    if (size >= 1e15 || size < 1e-7)
        return false;
    for (int k = 0; k < (int)ARRAY_LEN(pow10_exact); k++) {
        double m = floor(size * pow10_exact[k] + 0.5);

        if (m >= 1e15)
            return false;
        if (m / pow10_exact[k] != size)
            continue;
        out->n = (uint8_t)put_unsigned(text, (uint64_t)m);
        memcpy(out->digits, text, out->n);
        out->exp10 = out->n - k;
        return true;
    }
    return false;
}

void num_shortest(double v, struct num_decimal *out)
{
    double size = fabs(v);
    int mantissa_exp;
    bool power_of_two = frexp(size, &mantissa_exp) == 0.5;

    memset(out, 0, sizeof(*out));
    out->negative = signbit(v);
    if (size == 0 || !isfinite(v))
        return;
    if (few_digits(size, out)) {
        decimal_trim(out);
        return;
    }
    /* A normal double that some text of 15 digits or fewer names is named by its own first 15, so
     * the search starts there. Denormals have fewer digits. */
    for (int n = size < DBL_MIN ? 1 : 15; n <= 17; n++) {
        decimal_digits(size, n, out);
        if (n == 17 || decimal_value(out) == size)
            break;
        if (power_of_two) {
            /* The gap below is half the gap above: the next text up can be the only one. */
            struct num_decimal up = *out;

            decimal_increment(&up);
            if (decimal_value(&up) == size) {
                *out = up;
                break;
            }
        }
    }
    out->negative = signbit(v);
    decimal_trim(out);
}

static size_t print_scientific(char *room, const struct num_decimal *d)
{
    size_t n = 0;

    room[n++] = d->digits[0];
    room[n++] = '.';
    if (d->n == 1)
        room[n++] = '0';
    memcpy(room + n, d->digits + 1, (size_t)d->n - 1);
    n += (size_t)d->n - 1;
    room[n++] = 'E';
    return n + num_print_long(room + n, d->exp10 - 1);
}

/* Only for numbers with a fraction, 1e-3 <= |v| < 1e15. */
static size_t print_plain(char *room, const struct num_decimal *d)
{
    size_t n = 0;

    if (d->exp10 <= 0) {
        room[n++] = '0';
        room[n++] = '.';
        for (int i = d->exp10; i < 0; i++)
            room[n++] = '0';
        memcpy(room + n, d->digits, d->n);
        return n + d->n;
    }
    assert(d->exp10 < d->n);
    memcpy(room, d->digits, (size_t)d->exp10);
    n = (size_t)d->exp10;
    room[n++] = '.';
    memcpy(room + n, d->digits + d->exp10, (size_t)(d->n - d->exp10));
    return n + (size_t)(d->n - d->exp10);
}

size_t num_print_double(char *room, double v)
{
    struct num_decimal d;
    double size = fabs(v);
    size_t n = 0;

    if (!isfinite(v))
        return 0;
    if (size < 9223372036854775808.0 && trunc(v) == v)
        return num_print_long(room, (int64_t)v);
    num_shortest(v, &d);
    if (d.negative)
        room[n++] = '-';
    if (size < 1e-3 || size >= 1e15)
        return n + print_scientific(room + n, &d);
    return n + print_plain(room + n, &d);
}

bool num_round_decimal(double v, int digits, double *out)
{
    struct num_decimal d;
    int64_t keep;
    bool up;
    double r;

    *out = v;
    if (!isfinite(v))
        return false;
    num_shortest(v, &d);
    keep = (int64_t)d.exp10 + digits;
    if (keep >= d.n)
        return true;
    if (keep < 0) {
        *out = d.negative ? -0.0 : 0.0;
        return true;
    }
    up = d.digits[keep] >= '5';
    d.n = (uint8_t)keep;
    if (up && keep == 0) {
        d.digits[0] = '1';
        d.n = 1;
        d.exp10++;
    } else if (up) {
        decimal_increment(&d);
    }
    r = d.n > 0 ? decimal_value(&d) : 0;
    if (!isfinite(r))
        return false;
    *out = d.negative ? -r : r;
    return true;
}
