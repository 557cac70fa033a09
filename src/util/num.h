/* num.h - numbers and their text, whatever the locale. */
#ifndef UTIL_NUM_H
#define UTIL_NUM_H

#include "util/str.h"

/* Room for what num_print_* write; they do not add a NUL. */
#define NUM_PRINT_MAX 40

/* The whole text is an optional sign and decimal digits, and the value fits. */
bool num_parse_long(struct str s, int64_t *out);
/* The whole text is a decimal number (cql.md 2.2): optional sign, digits with at most one point (at
 * least one digit), optional exponent. No blanks, hex, inf or nan. Correctly rounded; a value past
 * the largest double is not a number, one below the smallest is zero. */
bool num_parse_double(struct str s, double *out);

size_t num_print_long(char *room, int64_t v);
/* As CQL prints (cql.md 2.2): integral values up to 2^63 without fraction; otherwise the fewest
 * digits that read back as the same double; `9.82E-5` below 1e-3 and from 1e15 upward. Not finite:
 * nothing is written and 0 returned. */
size_t num_print_double(char *room, double v);

/* A finite double as 0.d1d2d3... * 10^exp10 with the fewest digits that read back as the same
 * value; the last digit is not zero. Zero has no digits. */
struct num_decimal {
    bool negative;
    uint8_t n; /* digits, at most 17 */
    int exp10;
    char digits[17]; /* characters '0' to '9' */
};
void num_shortest(double v, struct num_decimal *out);

/* v rounded to so many digits after the point (negative: before it), half away from zero, decided
 * on the shortest decimal text: 2.675 to 2 digits is 2.68. False, with *out = v, when v is not
 * finite or the result is past the largest double. */
bool num_round_decimal(double v, int digits, double *out);

#endif
