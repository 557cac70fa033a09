/* aql_value.c - how AQL compares values of unlike kinds. See aql_value.h. */
#include "fn/aql_value.h"

#include "util/num.h"

static_assert(AQL_TEXT_MAX >= VAL_PRINT_MAX, "what is printed fits");

/* ---- readings ----------------------------------------------------------------------------------
 */

static bool looks_like_time(struct str s)
{
    if (s.len < 8 || s.len > 40)
        return false;
    for (size_t i = 0; i < 4; i++) {
        if (!ascii_is_digit(s.ptr[i]))
            return false;
    }
    return s.ptr[4] == '-' || s.ptr[4] == '/' || s.ptr[4] == ':';
}

static bool read_time(const struct fn_env *env, const struct val *v, int64_t *ms)
{
    bool whole_minute;

    return v->kind == KIND_TEXT && looks_like_time(val_as_str(v)) &&
           fn_time_read(val_as_str(v), env->zone, ms, &whole_minute);
}

static bool read_net(const struct fn_env *env, const struct val *v, struct ip_net *out)
{
    bool is_v4;

    if (v->kind == KIND_IP || env->strict) {
        out->bits = 128;
        return address_of(v, out->addr, &is_v4);
    }
    return v->kind == KIND_TEXT && ip_net_parse(val_as_str(v), out);
}

struct aql_readings aql_read(const struct fn_env *env, const struct val *v)
{
    struct aql_readings r = {.num = val_to_num(v)};

    r.has_net = read_net(env, v, &r.net);
    r.has_time = val_is_null(&r.num) && read_time(env, v, &r.time_ms);
    return r;
}

static struct val side_number(struct aql_side s)
{
    return s.readings != NULL ? s.readings->num : val_to_num(s.v);
}

static bool side_net(const struct fn_env *env, struct aql_side s, struct ip_net *out)
{
    if (s.readings == NULL)
        return read_net(env, s.v, out);
    *out = s.readings->net;
    return s.readings->has_net;
}

static bool side_time(const struct fn_env *env, struct aql_side s, struct val *out)
{
    int64_t ms = 0;
    bool ok;

    if (s.readings != NULL) {
        ok = s.readings->has_time;
        ms = s.readings->time_ms;
    } else {
        ok = read_time(env, s.v, &ms);
    }
    *out = val_long(ms);
    return ok;
}

bool aql_is_plain_text(const struct fn_env *env, struct str s)
{
    struct val v = val_str(s);
    struct aql_readings r = aql_read(env, &v);

    return val_is_null(&r.num) && !r.has_time && aql_truth(&v) < 0;
}

int aql_truth(const struct val *v)
{
    switch ((enum kind)v->kind) {
    case KIND_BOOL:
        return v->u.i != 0;
    case KIND_LONG:
        return v->u.i == 0 || v->u.i == 1 ? (int)v->u.i : -1;
    case KIND_DOUBLE:
        return v->u.d == 0 || v->u.d == 1 ? v->u.d == 1 : -1;
    case KIND_TEXT:
    case KIND_NUMTEXT:
    case KIND_BOOLTEXT:
        if (v->len == 1)
            return v->u.ptr[0] == '1' ? 1 : v->u.ptr[0] == '0' ? 0 : -1;
        if (str_eq_nocase(val_as_str(v), STR("true")))
            return 1;
        return str_eq_nocase(val_as_str(v), STR("false")) ? 0 : -1;
    default:
        return -1;
    }
}

static int hex_digit(char c)
{
    if (ascii_is_digit(c))
        return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool aql_mac_parse(struct str s, int64_t *out)
{
    int64_t mac = 0;
    size_t n = 0;

    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        int digit = hex_digit(c);

        if (digit >= 0 && n < 12) {
            mac = mac << 4 | digit;
            n++;
        } else if (digit >= 0 || n == 0 || n == 12 ||
                   !(c == '.' ? n % 4 == 0 : (c == ':' || c == '-') && n % 2 == 0) ||
                   hex_digit(s.ptr[i - 1]) < 0) {
            return false;
        }
    }
    *out = mac;
    return n == 12;
}

static bool parse_hex(struct str s, int64_t *out)
{
    uint64_t v = 0;

    if (s.len < 3 || s.len > 18 || s.ptr[0] != '0' || ascii_lower(s.ptr[1]) != 'x')
        return false;
    for (size_t i = 2; i < s.len; i++) {
        if (hex_digit(s.ptr[i]) < 0)
            return false;
        v = v << 4 | (uint64_t)hex_digit(s.ptr[i]);
    }
    *out = (int64_t)v;
    return true;
}

static struct val address_number(const uint8_t a[16])
{
    if (!ip_is_v4(a))
        return VAL_ABSENT;
    return val_long((int64_t)a[12] << 24 | (int64_t)a[13] << 16 | (int64_t)a[14] << 8 | a[15]);
}

struct val aql_number(const struct val *v)
{
    struct val n = val_to_num(v);
    uint8_t addr[16];
    struct val text;
    bool is_v4;
    int64_t i;

    if (!val_is_null(&n))
        return n;
    if (v->kind == KIND_BOOL || v->kind == KIND_BOOLTEXT)
        return val_long(aql_truth(v) == 1);
    if (v->kind == KIND_IP)
        return address_number((const uint8_t *)v->u.ptr);
    if (!val_is_text(v))
        return VAL_ABSENT;
    text = val_str(str_trim(val_as_str(v)));
    if (parse_hex(val_as_str(&text), &i))
        return val_long(i);
    if (address_parse(val_as_str(&text), addr, &is_v4))
        return address_number(addr);
    return val_to_num(&text);
}

/* ---- relations ---------------------------------------------------------------------------------
 */

static enum aql_relation of_order(int order)
{
    return order < 0 ? AQL_LESS : order > 0 ? AQL_GREATER : AQL_EQUAL;
}

enum aql_relation aql_relate_numbers(const struct val *a, const struct val *b)
{
    /* A long double holds all of either kind. */
    long double x = a->kind == KIND_LONG ? (long double)a->u.i : (long double)a->u.d;
    long double y = b->kind == KIND_LONG ? (long double)b->u.i : (long double)b->u.d;

    return of_order((x > y) - (x < y));
}

static enum aql_relation relate_texts(const struct val *a, const struct val *b)
{
    char room_a[VAL_PRINT_MAX];
    char room_b[VAL_PRINT_MAX];
    struct str s;
    struct str t;

    if (!cell_text(a, room_a, &s) || !cell_text(b, room_b, &t))
        return AQL_UNEQUAL;
    return of_order(str_cmp(s, t));
}

/* At least one is an address. A network, tolerantly, is equal to what it holds. */
static enum aql_relation relate_addresses(const struct fn_env *env, struct aql_side a,
                                          struct aql_side b)
{
    struct ip_net m;
    struct ip_net n;
    struct val x, y;

    if (side_net(env, a, &m) && side_net(env, b, &n)) {
        if (m.bits == 128 && n.bits == 128)
            return of_order(memcmp(m.addr, n.addr, 16));
        if (a.v->kind == KIND_IP)
            return ip_net_has(&n, m.addr) ? AQL_EQUAL : AQL_UNEQUAL;
        return ip_net_has(&m, n.addr) ? AQL_EQUAL : AQL_UNEQUAL;
    }
    /* An IPv4 address is a number too, as LONG() has it. */
    if (a.v->kind != KIND_TEXT && b.v->kind != KIND_TEXT) {
        x = a.v->kind == KIND_IP ? address_number((const uint8_t *)a.v->u.ptr) : side_number(a);
        y = b.v->kind == KIND_IP ? address_number((const uint8_t *)b.v->u.ptr) : side_number(b);
        if (!val_is_null(&x) && !val_is_null(&y))
            return aql_relate_numbers(&x, &y);
    }
    return AQL_UNEQUAL;
}

static enum aql_relation relate_truths(const struct val *a, const struct val *b)
{
    int x = aql_truth(a);
    int y = aql_truth(b);

    return x >= 0 && y >= 0 ? of_order(x - y) : relate_texts(a, b);
}

static enum aql_relation relate_macs(const struct val *a, const struct val *b)
{
    const struct val *mac = a->kind == KIND_MAC ? a : b;
    const struct val *other = a->kind == KIND_MAC ? b : a;
    int64_t v = other->u.i;

    if (other->kind != KIND_MAC && !(val_is_text(other) && aql_mac_parse(val_as_str(other), &v)))
        return AQL_UNEQUAL;
    return mac == a ? of_order((mac->u.i > v) - (mac->u.i < v))
                    : of_order((v > mac->u.i) - (v < mac->u.i));
}

static bool all_digits(const struct val *v)
{
    for (uint32_t i = 0; i < v->len; i++) {
        if (!ascii_is_digit(v->u.ptr[i]))
            return false;
    }
    return v->len > 0 && v->u.ptr[0] != '0';
}

/* At least one is a number. */
static enum aql_relation relate_numbers(const struct fn_env *env, struct aql_side a,
                                        struct aql_side b)
{
    struct val x = side_number(a);
    struct val y = side_number(b);

    if (!val_is_null(&x) && !val_is_null(&y)) {
        /* Identifiers of twenty digits fit no number; their digits decide. */
        if (x.kind == KIND_DOUBLE && y.kind == KIND_DOUBLE && val_is_text(a.v) &&
            val_is_text(b.v) && all_digits(a.v) && all_digits(b.v)) {
            int longer = (a.v->len > b.v->len) - (a.v->len < b.v->len);

            return longer != 0 ? of_order(longer)
                               : of_order(memcmp(a.v->u.ptr, b.v->u.ptr, a.v->len));
        }
        return aql_relate_numbers(&x, &y);
    }
    /* A time as a number against its text. */
    if (val_is_null(&y) && !val_is_text(a.v) && side_time(env, b, &y))
        return aql_relate_numbers(&x, &y);
    if (val_is_null(&x) && !val_is_text(b.v) && side_time(env, a, &x))
        return aql_relate_numbers(&x, &y);
    /* Text forms, where the query wrote the text; a field that ought to be a number and is none
     * is not above or below. */
    if ((a.v->kind == KIND_TEXT && a.readings != NULL) ||
        (b.v->kind == KIND_TEXT && b.readings != NULL))
        return relate_texts(a.v, b.v);
    return AQL_UNEQUAL;
}

static bool is_number(const struct val *v)
{
    return v->kind == KIND_LONG || v->kind == KIND_DOUBLE || v->kind == KIND_NUMTEXT ||
           v->kind == KIND_TIME;
}

static bool is_boolean(const struct val *v)
{
    return v->kind == KIND_BOOL || v->kind == KIND_BOOLTEXT;
}

enum aql_relation aql_relate(const struct fn_env *env, struct aql_side a, struct aql_side b)
{
    if (a.v->kind == KIND_TEXT && b.v->kind == KIND_TEXT)
        return of_order(str_cmp(val_as_str(a.v), val_as_str(b.v)));
    if (a.v->kind == KIND_IP || b.v->kind == KIND_IP)
        return relate_addresses(env, a, b);
    if (is_boolean(a.v) || is_boolean(b.v))
        return relate_truths(a.v, b.v);
    if (a.v->kind == KIND_MAC || b.v->kind == KIND_MAC)
        return relate_macs(a.v, b.v);
    if (is_number(a.v) || is_number(b.v))
        return relate_numbers(env, a, b);
    return relate_texts(a.v, b.v);
}

/* ---- text --------------------------------------------------------------------------------------
 */

/* 0.d1d2d3... * 10^exp10 written out. */
static size_t print_plain(char *room, double d)
{
    struct num_decimal n;
    size_t at = 0;

    num_shortest(d, &n);
    if (n.n == 0)
        return num_print_double(room, 0);
    if (n.negative)
        room[at++] = '-';
    if (n.exp10 <= 0)
        room[at++] = '0';
    for (int i = 0; i < n.exp10; i++)
        room[at++] = i < n.n ? n.digits[i] : '0';
    if (n.exp10 < n.n)
        room[at++] = '.';
    for (int i = n.exp10; i < 0; i++)
        room[at++] = '0';
    for (int i = MAX(n.exp10, 0); i < n.n; i++)
        room[at++] = n.digits[i];
    assert(at <= AQL_TEXT_MAX);
    return at;
}

bool aql_text_long(const struct val *v, char room[AQL_TEXT_MAX], struct str *out)
{
    if (!cell_text(v, room, out))
        return false;
    if (v->kind == KIND_DOUBLE && str_find_char(*out, 'E') != SIZE_MAX)
        *out = str_of(room, print_plain(room, v->u.d));
    return true;
}
