/* address.c - the address of a cell. See address.h. */
#include "fn/address.h"

bool address_parse(struct str s, uint8_t out[16], bool *is_v4)
{
    *is_v4 = s.len > 0 && memchr(s.ptr, ':', s.len) == NULL;
    return ip_parse(s, out);
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
