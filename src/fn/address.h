/* address.h - the address of a cell. Private to the room. */
#ifndef FN_ADDRESS_H
#define FN_ADDRESS_H

#include "batch/batch.h"
#include "util/ip.h"

/* All of the text is an address; *is_v4: it is written as IPv4, not as IPv6 that holds one. */
bool address_parse(struct str s, uint8_t out[16], bool *is_v4);
/* The address of a cell: a KIND_IP, or a text that is one. */
bool address_of(const struct val *v, uint8_t out[16], bool *is_v4);

#endif
