/* ip.h - addresses and networks: text to 16 bytes and back.
 *
 * IPv4 is kept mapped into IPv6 (::ffff:a.b.c.d), so that one comparison serves both families and a
 * mapped address equals the IPv4 one. */
#ifndef UTIL_IP_H
#define UTIL_IP_H

#include "util/str.h"

/* Room for what ip_print writes; it adds no NUL. */
#define IP_PRINT_MAX 46

/* The whole text is an address, IPv4 or IPv6, without blanks, brackets, port or zone. */
bool ip_parse(struct str s, uint8_t out[16]);
bool ip_is_v4(const uint8_t ip[16]);
/* The canonical text: IPv4 where it is one, else RFC 5952. */
size_t ip_print(const uint8_t ip[16], char room[IP_PRINT_MAX]);

struct ip_net {
    uint8_t addr[16]; /* bits behind the prefix are zero */
    uint8_t bits;     /* 0 to 128, counted from the mapped form: /24 of IPv4 is 120 */
};
/* `address/bits`, or an address alone, which is the network of one. Blanks around it are allowed.
 */
bool ip_net_parse(struct str s, struct ip_net *out);
bool ip_net_has(const struct ip_net *net, const uint8_t ip[16]);
/* Clears what is behind the first `bits` bits. */
void ip_mask(uint8_t ip[16], unsigned bits);

#endif
