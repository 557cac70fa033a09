/* address.c - IP addresses and networks as text. See address.h. */
#include "fn/address.h"

#include <arpa/inet.h>

/* inet_pton wants a C string; an address is at most 45 characters. */
bool address_parse(struct str s, uint8_t out[16], bool *is_v4)
{
    char z[64];
    struct in_addr v4;

    if (s.len == 0 || s.len >= sizeof(z) || memchr(s.ptr, '\0', s.len) != NULL)
        return false;
    memcpy(z, s.ptr, s.len);
    z[s.len] = '\0';
    if (inet_pton(AF_INET, z, &v4) == 1) {
        memset(out, 0, 10);
        out[10] = out[11] = 0xFF;
        memcpy(out + 12, &v4, 4);
        *is_v4 = true;
        return true;
    }
    *is_v4 = false;
    return memchr(s.ptr, ':', s.len) != NULL && inet_pton(AF_INET6, z, out) == 1;
}

bool address_of(const struct val *v, uint8_t out[16], bool *is_v4)
{
    char room[VAL_PRINT_MAX];

    if (v->kind == KIND_IP) {
        memcpy(out, v->u.ptr, 16);
        *is_v4 = v->len == 4;
        return true;
    }
    if (val_is_null(v) || v->kind == KIND_ARRAY)
        return false;
    return address_parse(val_print(v, room), out, is_v4);
}

bool network_parse(struct str s, struct network *out)
{
    size_t slash;
    bool is_v4;
    unsigned bits = 0;

    s = str_trim(s);
    slash = str_find_char(s, '/');
    if (!address_parse(slash == SIZE_MAX ? s : str_of(s.ptr, slash), out->addr, &is_v4))
        return false;
    if (slash == SIZE_MAX) {
        out->bits = 128;
        return true;
    }
    if (s.len - slash - 1 == 0 || s.len - slash - 1 > 3)
        return false;
    for (size_t k = slash + 1; k < s.len; k++) {
        if (!ascii_is_digit(s.ptr[k]))
            return false;
        bits = bits * 10 + (unsigned)(s.ptr[k] - '0');
    }
    if (bits > (is_v4 ? 32u : 128u))
        return false;
    out->bits = is_v4 ? bits + 96 : bits;
    return true;
}

bool network_has(const struct network *net, const uint8_t addr[16])
{
    unsigned whole = net->bits / 8;
    unsigned rest = net->bits % 8;

    if (memcmp(net->addr, addr, whole) != 0)
        return false;
    return rest == 0 || ((net->addr[whole] ^ addr[whole]) & (uint8_t)(0xFF00u >> rest)) == 0;
}

void network_mask(uint8_t addr[16], unsigned bits)
{
    for (unsigned i = bits / 8; i < 16; i++) {
        unsigned keep = i == bits / 8 ? bits % 8 : 0;

        addr[i] &= (uint8_t)(0xFF00u >> keep);
    }
}
