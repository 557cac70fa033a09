/* ip.c - addresses and networks. See ip.h. */
#include "util/ip.h"

#include <arpa/inet.h>

static const uint8_t v4_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

bool ip_parse(struct str s, uint8_t out[16])
{
    uint8_t ip[16];
    char z[IP_PRINT_MAX]; /* inet_pton wants a C string; an address has at most 45 characters */

    if (s.len == 0 || s.len >= sizeof(z) || memchr(s.ptr, '\0', s.len) != NULL)
        return false;
    memcpy(z, s.ptr, s.len);
    z[s.len] = '\0';
    memcpy(ip, v4_prefix, sizeof(v4_prefix));
    if (memchr(z, ':', s.len) != NULL ? inet_pton(AF_INET6, z, ip) != 1
                                      : inet_pton(AF_INET, z, ip + 12) != 1)
        return false;
    memcpy(out, ip, sizeof(ip));
    return true;
}

bool ip_is_v4(const uint8_t ip[16])
{
    return memcmp(ip, v4_prefix, sizeof(v4_prefix)) == 0;
}

size_t ip_print(const uint8_t ip[16], char room[IP_PRINT_MAX])
{
    bool v4 = ip_is_v4(ip);

    if (inet_ntop(v4 ? AF_INET : AF_INET6, v4 ? ip + 12 : ip, room, IP_PRINT_MAX) == NULL)
        return 0;
    return strlen(room);
}

void ip_mask(uint8_t ip[16], unsigned bits)
{
    for (unsigned i = bits / 8; i < 16; i++) {
        unsigned kept = i == bits / 8 ? bits % 8 : 0;

        ip[i] &= (uint8_t)(0xFF00u >> kept);
    }
}

bool ip_net_parse(struct str s, struct ip_net *out)
{
    struct ip_net net;
    size_t slash;
    unsigned most;
    unsigned bits = 0;

    s = str_trim(s);
    slash = str_find_char(s, '/');
    if (!ip_parse(slash == SIZE_MAX ? s : str_of(s.ptr, slash), net.addr))
        return false;
    /* ::ffff:10.0.0.0/104 counts from the front, 10.0.0.0/8 from the dotted part. */
    most = ip_is_v4(net.addr) && memchr(s.ptr, ':', s.len) == NULL ? 32 : 128;
    if (slash == SIZE_MAX) {
        bits = most;
    } else {
        if (s.len - slash - 1 == 0 || s.len - slash - 1 > 3)
            return false;
        for (size_t k = slash + 1; k < s.len; k++) {
            if (!ascii_is_digit(s.ptr[k]))
                return false;
            bits = bits * 10 + (unsigned)(s.ptr[k] - '0');
        }
    }
    if (bits > most)
        return false;
    net.bits = (uint8_t)(128 - most + bits);
    ip_mask(net.addr, net.bits);
    *out = net;
    return true;
}

bool ip_net_has(const struct ip_net *net, const uint8_t ip[16])
{
    unsigned whole = net->bits / 8;
    unsigned rest = net->bits % 8;

    if (memcmp(net->addr, ip, whole) != 0)
        return false;
    return rest == 0 || ((net->addr[whole] ^ ip[whole]) & (uint8_t)(0xFF00u >> rest)) == 0;
}
