/* decimal.h - printing doubles with a given number of digits, half up on their shortest decimal
 * text, whatever the locale. Private to the room. */
#ifndef FN_DECIMAL_H
#define FN_DECIMAL_H

#include "util/buf.h"

/* Digits of the absolute value; the sign is the caller's. */
void decimal_put_fixed(struct buf *out, double v, int decimals, bool group);
/* d.ddde+XX; `upper` E instead of e. */
void decimal_put_scientific(struct buf *out, double v, int decimals, bool upper);
/* The shorter of both for so many significant digits, as C's %g. */
void decimal_put_general(struct buf *out, double v, int digits, bool upper);
/* Digits with a comma between groups of three. */
void decimal_put_grouped(struct buf *out, const char *digits, size_t n);

#endif
