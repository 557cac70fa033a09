/* element.h - values of reference data compared by their type: a value becomes bytes that are equal
 * when the values are. Private to the room. */
#ifndef LOOKUP_ELEMENT_H
#define LOOKUP_ELEMENT_H

#include "batch/batch.h"
#include "util/buf.h"
#include "util/ip.h"

/* QRadar's element types. */
enum element_type {
    ELEMENT_ALN,   /* text, exactly */
    ELEMENT_ALNIC, /* text without regard to case */
    ELEMENT_NUM,
    ELEMENT_IP,   /* by address */
    ELEMENT_PORT, /* 0 to 65535 */
    ELEMENT_DATE, /* an instant: epoch milliseconds or a time as text */
    ELEMENT_CIDR  /* networks; an address is in them */
};

/* The type of that name, whatever its case. */
bool element_type_named(struct str name, enum element_type *out);
const char *element_type_name(enum element_type type);

/* The text of a value: an address in its canonical form. False when it has none. */
bool element_text(const struct val *v, char room[VAL_PRINT_MAX], struct str *out);
/* An address, from KIND_IP or text. */
bool element_ip(const struct val *v, uint8_t out[16]);
/* Milliseconds since 1970, from a time, a number or text. */
bool element_time_ms(const struct val *v, int64_t *ms);
/* Appends the bytes; false when the value is not of the type. Not for ELEMENT_CIDR. */
bool element_put(enum element_type type, const struct val *v, struct buf *out);

#endif
