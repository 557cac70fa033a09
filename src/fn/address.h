/* address.h - IP addresses and networks as text. Private to the room.
 *
 * v4 addresses are mapped into v6 (::ffff:a.b.c.d), so one comparison serves both. */
#ifndef FN_ADDRESS_H
#define FN_ADDRESS_H

#include "batch/batch.h"

struct network {
    uint8_t addr[16];
    unsigned bits;
};

/* All of the text is an address. */
bool address_parse(struct str s, uint8_t out[16], bool *is_v4);
/* The address of a cell: a KIND_IP, or a text that is one. */
bool address_of(const struct val *v, uint8_t out[16], bool *is_v4);
/* `10.0.0.0/8`, or an address: a network of one. Blanks around it do not count. */
bool network_parse(struct str s, struct network *out);
bool network_has(const struct network *net, const uint8_t addr[16]);
/* Clears the bits behind the network's own. */
void network_mask(uint8_t addr[16], unsigned bits);
static inline bool address_is_v4(const uint8_t addr[16])
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

    return memcmp(addr, mapped, sizeof(mapped)) == 0;
}

#endif
