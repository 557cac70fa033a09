/* element.c - values of reference data compared by their type. See element.h. */
#include "lookup/element.h"

#include <math.h>

#include "record/record.h"
#include "util/utf8.h"

static const char *const type_names[] = {"ALN", "ALNIC", "NUM", "IP", "PORT", "DATE", "CIDR"};

bool element_type_named(struct str name, enum element_type *out)
{
    for (size_t i = 0; i < ARRAY_LEN(type_names); i++) {
        if (str_eq_nocase(name, str_z(type_names[i]))) {
            *out = (enum element_type)i;
            return true;
        }
    }
    return false;
}

const char *element_type_name(enum element_type type)
{
    return type_names[type];
}

bool element_text(const struct val *v, char room[VAL_PRINT_MAX], struct str *out)
{
    if (val_is_text(v) || v->kind == KIND_BYTES) {
        *out = str_of(v->u.ptr, v->len);
        return true;
    }
    if (v->kind == KIND_IP) {
        char text[IP_PRINT_MAX];
        size_t n = ip_print((const uint8_t *)v->u.ptr, text);

        /* 39 characters at most: the mapped form, which is longer, prints as IPv4. */
        if (n == 0 || n > VAL_PRINT_MAX)
            return false;
        memcpy(room, text, n);
        *out = str_of(room, n);
        return true;
    }
    if (val_is_null(v) || v->kind == KIND_ARRAY)
        return false;
    *out = val_print(v, room);
    return true;
}

bool element_ip(const struct val *v, uint8_t out[16])
{
    if (v->kind == KIND_IP) {
        memcpy(out, v->u.ptr, 16);
        return true;
    }
    return val_is_text(v) && ip_parse(str_trim(val_as_str(v)), out);
}

static struct val number_of(const struct val *v)
{
    struct val trimmed = *v;

    if (val_is_text(v))
        trimmed = val_str(str_trim(val_as_str(v)));
    return val_to_num(&trimmed);
}

bool element_time_ms(const struct val *v, int64_t *ms)
{
    struct val n;
    int64_t ns;

    if (v->kind == KIND_TIME) {
        *ms = v->u.i / NS_PER_MS - (v->u.i % NS_PER_MS < 0);
        return true;
    }
    n = number_of(v);
    if (n.kind == KIND_LONG) {
        *ms = n.u.i;
        return true;
    }
    if (n.kind == KIND_DOUBLE && fabs(n.u.d) < 9e15) {
        *ms = (int64_t)n.u.d;
        return true;
    }
    if (!val_is_text(v) || !timestamp_parse(val_as_str(v), NULL, &ns))
        return false;
    *ms = ns / NS_PER_MS - (ns % NS_PER_MS < 0);
    return true;
}

/* 5, 5.0 and "5" are one number. */
static bool put_number(const struct val *v, bool is_port, struct buf *out)
{
    struct val n = number_of(v);

    if (n.kind == KIND_DOUBLE && n.u.d == floor(n.u.d) && fabs(n.u.d) < 9.2e18)
        n = val_long((int64_t)n.u.d);
    if (is_port && (n.kind != KIND_LONG || n.u.i < 0 || n.u.i > 65535))
        return false;
    if (n.kind == KIND_LONG) {
        buf_putc(out, 'i');
        buf_put_u64(out, (uint64_t)n.u.i);
        return true;
    }
    if (n.kind != KIND_DOUBLE)
        return false;
    buf_putc(out, 'd');
    buf_put_f64(out, n.u.d);
    return true;
}

bool element_put(enum element_type type, const struct val *v, struct buf *out)
{
    char room[VAL_PRINT_MAX];
    uint8_t ip[16];
    struct str s;
    int64_t ms;

    switch (type) {
    case ELEMENT_NUM:
    case ELEMENT_PORT:
        return put_number(v, type == ELEMENT_PORT, out);
    case ELEMENT_IP:
    case ELEMENT_CIDR:
        if (!element_ip(v, ip))
            return false;
        buf_put(out, ip, sizeof(ip));
        return true;
    case ELEMENT_DATE:
        if (!element_time_ms(v, &ms))
            return false;
        buf_put_u64(out, (uint64_t)ms);
        return true;
    case ELEMENT_ALN:
    case ELEMENT_ALNIC:
        break;
    }
    if (!element_text(v, room, &s))
        return false;
    if (type == ELEMENT_ALNIC)
        utf8_put_lower(out, s);
    else
        buf_put_str(out, s);
    return true;
}
