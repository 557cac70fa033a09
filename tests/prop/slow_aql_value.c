/* slow_aql_value.c - the values of the slow evaluator: numbers, addresses, comparisons, patterns.
 */
#include "slow_aql_value.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/num.h"

static char room[64 << 20];
static size_t used;

void *slow_alloc(size_t n)
{
    void *p = room + used;

    used += (n + 15) & ~(size_t)15;
    if (used > sizeof(room))
        abort();
    return memset(p, 0, n);
}

void slow_aql_reset(void)
{
    used = 0;
}

struct sval slow_str(const char *p, size_t n)
{
    char *copy = slow_alloc(n + 1);

    memcpy(copy, p, n);
    return (struct sval){.kind = S_TEXT, .s = str_of(copy, n)};
}

struct sval slow_text(const char *z)
{
    return slow_str(z, strlen(z));
}

struct sval slow_bool(bool b)
{
    return (struct sval){.kind = S_BOOL, .i = b};
}

struct sval slow_int(int64_t i)
{
    return (struct sval){.kind = S_LONG, .i = i};
}

struct sval slow_real(double d)
{
    return (struct sval){.kind = S_DOUBLE, .d = d};
}

/* ---- numbers and addresses ---------------------------------------------------------------------
 */

/* [+-] digits [. digits] [e [+-] digits], with a digit before or behind the point. */
static bool is_decimal(struct str s, bool *integer)
{
    size_t i = s.len > 0 && (s.ptr[0] == '-' || s.ptr[0] == '+');
    size_t digits = 0;

    *integer = true;
    for (; i < s.len && (s.ptr[i] == '.' || (s.ptr[i] >= '0' && s.ptr[i] <= '9')); i++) {
        if (s.ptr[i] != '.')
            digits++;
        else if (!*integer)
            return false;
        else
            *integer = false;
    }
    if (digits == 0)
        return false;
    if (i < s.len && (s.ptr[i] == 'e' || s.ptr[i] == 'E')) {
        *integer = false;
        i += 1 + (i + 1 < s.len && (s.ptr[i + 1] == '-' || s.ptr[i + 1] == '+'));
        if (i >= s.len)
            return false;
        while (i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9')
            i++;
    }
    return i == s.len;
}

struct sval slow_aql_number(const struct sval *v)
{
    bool integer;
    char text[64];

    if (v->kind == S_LONG || v->kind == S_DOUBLE)
        return *v;
    if ((v->kind != S_TEXT && v->kind != S_NUMTEXT) || v->s.len > 60 || !is_decimal(v->s, &integer))
        return (struct sval){0};
    snprintf(text, sizeof(text), "%.*s", STR_ARG(v->s));
    if (integer && v->s.len < 19)
        return slow_int(strtoll(text, NULL, 10));
    return slow_real(strtod(text, NULL));
}

bool slow_aql_address(struct str s, bool with_port, unsigned char out[16])
{
    char text[80];
    struct in_addr v4;
    char *p = text;

    if (s.len >= sizeof(text))
        return false;
    snprintf(text, sizeof(text), "%.*s", STR_ARG(s));
    if (with_port && text[0] == '[' && strchr(text, ']') != NULL) {
        *strchr(text, ']') = '\0';
        p++;
    } else if (with_port && strchr(text, '.') != NULL && strchr(text, ':') != NULL &&
               strchr(text, ':') == strrchr(text, ':')) {
        *strchr(text, ':') = '\0';
    }
    if (with_port && strchr(p, '%') != NULL)
        *strchr(p, '%') = '\0';
    if (inet_pton(AF_INET, p, &v4) == 1) {
        memcpy(out, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
        memcpy(out + 12, &v4, 4);
        return true;
    }
    return inet_pton(AF_INET6, p, out) == 1;
}

static bool is_v4(const unsigned char a[16])
{
    return memcmp(a, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12) == 0;
}

static struct str trimmed(struct str s)
{
    while (s.len > 0 && strchr(" \t\r\n", s.ptr[0]) != NULL)
        s = str_of(s.ptr + 1, s.len - 1);
    while (s.len > 0 && strchr(" \t\r\n", s.ptr[s.len - 1]) != NULL)
        s.len--;
    return s;
}

struct sval slow_aql_long(const struct sval *v)
{
    struct sval t = *v;
    struct sval n;
    unsigned char a[16];

    if (v->kind == S_NULL)
        return (struct sval){0};
    if (v->kind == S_BOOL)
        return slow_int(v->i);
    if (v->kind == S_BOOLTEXT)
        return slow_int(v->s.ptr[0] == 't');
    if (v->kind == S_IP)
        memcpy(a, v->ip, 16);
    if (v->kind == S_TEXT)
        t.s = trimmed(v->s);
    if (v->kind == S_IP || (v->kind == S_TEXT && slow_aql_address(t.s, false, a)))
        return is_v4(a) ? slow_int((int64_t)a[12] << 24 | a[13] << 16 | a[14] << 8 | a[15])
                        : (struct sval){0};
    n = slow_aql_number(&t);
    if (n.kind == S_DOUBLE)
        return n.d >= -9.2e18 && n.d <= 9.2e18 ? slow_int((int64_t)n.d) : (struct sval){0};
    return n;
}

struct sval slow_aql_host(const struct sval *v)
{
    struct sval r = {.kind = S_IP};

    if (v->kind == S_NULL || !slow_aql_address(v->s, true, r.ip))
        return (struct sval){0};
    return r;
}

/* ---- text forms --------------------------------------------------------------------------------
 */

static struct sval text_of_real(double d)
{
    char text[400];

    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, sizeof(text), "%.*e", digits - 1, d);
        if (strtod(text, NULL) == d) {
            int behind = digits - 1 - (int)strtol(strchr(text, 'e') + 1, NULL, 10);

            snprintf(text, sizeof(text), "%.*f", behind > 0 ? behind : 0, d);
            break;
        }
    }
    return slow_text(text);
}

struct sval slow_text_of(const struct sval *v)
{
    char text[80];

    switch (v->kind) {
    case S_NULL:
        return *v;
    case S_BOOL:
        return slow_text(v->i ? "true" : "false");
    case S_LONG:
        snprintf(text, sizeof(text), "%lld", (long long)v->i);
        return slow_text(text);
    case S_DOUBLE:
        return text_of_real(v->d);
    case S_IP:
        if (is_v4(v->ip))
            inet_ntop(AF_INET, v->ip + 12, text, sizeof(text));
        else
            inet_ntop(AF_INET6, v->ip, text, sizeof(text));
        return slow_text(text);
    case S_TEXT:
    case S_NUMTEXT:
    case S_BOOLTEXT:
        return (struct sval){.kind = S_TEXT, .s = v->s};
    }
    abort();
}

void slow_aql_put(struct buf *out, const struct sval *v)
{
    char text[NUM_PRINT_MAX];
    struct sval t;

    switch (v->kind) {
    case S_NULL:
        buf_puts(out, "null");
        break;
    case S_LONG:
    case S_BOOL:
        t = slow_text_of(v);
        buf_put(out, t.s.ptr, t.s.len);
        break;
    case S_DOUBLE:
        buf_put(out, text, num_print_double(text, v->d));
        break;
    default:
        t = slow_text_of(v);
        buf_put_json(out, t.s);
    }
}

/* ---- comparisons -------------------------------------------------------------------------------
 */

static int sign(int c)
{
    return c < 0 ? -1 : c > 0;
}

int slow_compare_texts(struct str a, struct str b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int c = n > 0 ? memcmp(a.ptr, b.ptr, n) : 0;

    return c != 0 ? sign(c) : (a.len > b.len) - (a.len < b.len);
}

int slow_compare_numbers(const struct sval *a, const struct sval *b)
{
    __float128 x = a->kind == S_LONG ? (__float128)a->i : (__float128)a->d;
    __float128 y = b->kind == S_LONG ? (__float128)b->i : (__float128)b->d;

    return (x > y) - (x < y);
}

static int truth_of(const struct sval *v)
{
    struct sval t = slow_text_of(v);

    if (str_eq_nocase(t.s, STR("true")) || str_eq(t.s, STR("1")))
        return 1;
    return str_eq_nocase(t.s, STR("false")) || str_eq(t.s, STR("0")) ? 0 : -1;
}

static bool in_network(struct str network, const unsigned char a[16])
{
    size_t slash = str_find_char(network, '/');
    unsigned char n[16];
    int bits;

    if (slash == SIZE_MAX || !slow_aql_address(str_of(network.ptr, slash), false, n))
        return false;
    bits = (int)strtol(network.ptr + slash + 1, NULL, 10) + (is_v4(n) ? 96 : 0);
    for (int i = 0; i < bits; i++) {
        int mask = 0x80 >> (i % 8);

        if ((n[i / 8] & mask) != (a[i / 8] & mask))
            return false;
    }
    return true;
}

bool slow_in_network(struct str network, const struct sval *address)
{
    unsigned char a[16];

    if (address->kind == S_IP)
        return in_network(network, address->ip);
    return address->kind == S_TEXT && slow_aql_address(address->s, false, a) &&
           in_network(network, a);
}

static bool relate_address(const struct sval *ip, const struct sval *other, int *c)
{
    unsigned char a[16];
    struct sval x;
    struct sval y;

    if (other->kind == S_IP)
        return *c = sign(memcmp(ip->ip, other->ip, 16)), true;
    if (other->kind == S_TEXT && slow_aql_address(other->s, false, a))
        return *c = sign(memcmp(ip->ip, a, 16)), true;
    if (other->kind == S_TEXT && str_find_char(other->s, '/') != SIZE_MAX)
        return *c = 0, in_network(other->s, ip->ip);
    x = slow_aql_long(ip);
    y = slow_aql_number(other);
    if (other->kind == S_TEXT || x.kind == S_NULL || y.kind == S_NULL)
        return false;
    return *c = slow_compare_numbers(&x, &y), true;
}

static bool is_number(const struct sval *v)
{
    return v->kind == S_LONG || v->kind == S_DOUBLE || v->kind == S_NUMTEXT;
}

/* yyyy-MM-dd HH:mm:ss, the only times the generator writes. */
static bool time_of(const struct sval *v, struct sval *out)
{
    static const char shape[] = "0000-00-00 00:00:00";
    int part[6] = {0};
    int64_t days = 0;
    int n = 0;

    if (v->kind != S_TEXT || v->s.len != strlen(shape))
        return false;
    for (size_t i = 0; i < v->s.len; i++) {
        char c = v->s.ptr[i];

        if (shape[i] == '0' ? c < '0' || c > '9' : c != shape[i])
            return false;
        if (shape[i] == '0')
            part[n] = part[n] * 10 + c - '0';
        else
            n++;
    }
    for (int year = 1970; year < part[0]; year++)
        days += 365 + (year % 4 == 0);
    for (int month = 1; month < part[1]; month++)
        days += month == 2 ? 28 + (part[0] % 4 == 0) : 30 + (month + month / 8) % 2;
    days += part[2] - 1;
    *out = slow_int(((days * 24 + part[3]) * 60 + part[4]) * 60000 + part[5] * 1000);
    return true;
}

bool slow_relate(const struct sval *a, bool const_a, const struct sval *b, bool const_b, int *c)
{
    struct sval x;
    struct sval y;

    if (a->kind == S_IP)
        return relate_address(a, b, c);
    if (b->kind == S_IP) {
        bool ok = relate_address(b, a, c);

        return *c = -*c, ok;
    }
    if (a->kind == S_BOOL || a->kind == S_BOOLTEXT || b->kind == S_BOOL || b->kind == S_BOOLTEXT) {
        if (truth_of(a) >= 0 && truth_of(b) >= 0)
            return *c = truth_of(a) - truth_of(b), true;
        x = slow_text_of(a);
        y = slow_text_of(b);
        return *c = slow_compare_texts(x.s, y.s), true;
    }
    if (!is_number(a) && !is_number(b))
        return *c = slow_compare_texts(a->s, b->s), true;
    x = slow_aql_number(a);
    y = slow_aql_number(b);
    if (x.kind != S_NULL && y.kind != S_NULL)
        return *c = slow_compare_numbers(&x, &y), true;
    if ((a->kind == S_LONG || a->kind == S_DOUBLE) && time_of(b, &y))
        return *c = slow_compare_numbers(&x, &y), true;
    if ((b->kind == S_LONG || b->kind == S_DOUBLE) && time_of(a, &x))
        return *c = slow_compare_numbers(&x, &y), true;
    if ((a->kind == S_TEXT && !const_a) || (b->kind == S_TEXT && !const_b))
        return false;
    x = slow_text_of(a);
    y = slow_text_of(b);
    return *c = slow_compare_texts(x.s, y.s), true;
}

/* Of ORDER BY: no value, booleans, numbers, addresses, texts. */
static int rank(const struct sval *v)
{
    static const int ranks[] = {0, 1, 2, 2, 3, 4, 2, 1};

    return ranks[v->kind];
}

int slow_order(const struct sval *a, const struct sval *b)
{
    struct sval x;
    struct sval y;

    if (rank(a) != rank(b))
        return rank(a) - rank(b);
    switch (rank(a)) {
    case 0:
        return 0;
    case 1:
        return truth_of(a) - truth_of(b);
    case 2:
        x = slow_aql_number(a);
        y = slow_aql_number(b);
        return slow_compare_numbers(&x, &y);
    case 3:
        return sign(memcmp(a->ip, b->ip, 16));
    default:
        return slow_compare_texts(a->s, b->s);
    }
}

/* ---- patterns ----------------------------------------------------------------------------------
 */

struct letter {
    const char *text, *lower, *upper, *folded;
};

/* The letters outside ASCII that the generator uses. */
static const struct letter letters[] = {
    {"\xc3\xbc", "\xc3\xbc", "\xc3\x9c", "\xc3\xbc"}, /* u with dots */
    {"\xc3\x9c", "\xc3\xbc", "\xc3\x9c", "\xc3\xbc"}, /* U with dots */
    {"\xe2\x84\xaa", "k", "\xe2\x84\xaa", "k"},       /* Kelvin */
    {"\xc5\xbf", "\xc5\xbf", "S", "s"},               /* long s */
    {"\xcf\x82", "\xcf\x82", "\xce\xa3", "\xcf\x83"}, /* final sigma */
    {"\xcf\x83", "\xcf\x83", "\xce\xa3", "\xcf\x83"}, /* sigma */
    {"\xce\xa3", "\xcf\x83", "\xce\xa3", "\xcf\x83"}, /* Sigma */
    {"\xce\xbf", "\xce\xbf", "\xce\x9f", "\xce\xbf"}, /* omicron */
    {"\xce\x9f", "\xce\xbf", "\xce\x9f", "\xce\xbf"}, /* Omicron */
    {"\xc4\xb0", "\xc4\xb0", "\xc4\xb0", "\xc4\xb0"}, /* I with dot */
};

struct sval slow_change(struct str s, char how)
{
    struct buf out = {0};
    struct sval r;

    for (size_t i = 0; i < s.len;) {
        const struct letter *found = NULL;

        for (size_t k = 0; k < ARRAY_LEN(letters) && found == NULL; k++) {
            size_t n = strlen(letters[k].text);

            if (s.len - i >= n && memcmp(s.ptr + i, letters[k].text, n) == 0)
                found = &letters[k];
        }
        if (found != NULL) {
            buf_puts(&out, how == 'l' ? found->lower : how == 'u' ? found->upper : found->folded);
            i += strlen(found->text);
        } else {
            char c = s.ptr[i++];

            if (how == 'u' ? c >= 'a' && c <= 'z' : c >= 'A' && c <= 'Z')
                c ^= 0x20;
            buf_putc(&out, c);
        }
    }
    r = slow_str(out.ptr != NULL ? out.ptr : "", out.len);
    buf_done(&out);
    return r;
}

static size_t char_len(struct str s, size_t i)
{
    size_t n = 1;

    while (i + n < s.len && ((unsigned char)s.ptr[i + n] & 0xc0) == 0x80)
        n++;
    return n;
}

size_t slow_length(struct str s)
{
    size_t n = 0;

    for (size_t i = 0; i < s.len; i += char_len(s, i))
        n++;
    return n;
}

static bool like_from(struct str s, size_t i, struct str p, size_t k)
{
    if (k == p.len)
        return i == s.len;
    if (p.ptr[k] == '%') {
        for (; i <= s.len; i++) {
            if (like_from(s, i, p, k + 1))
                return true;
        }
        return false;
    }
    if (i == s.len)
        return false;
    if (p.ptr[k] == '_')
        return like_from(s, i + char_len(s, i), p, k + 1);
    return s.ptr[i] == p.ptr[k] && like_from(s, i + 1, p, k + 1);
}

bool slow_like(struct str s, struct str pattern, bool ignore_case)
{
    if (ignore_case) {
        s = slow_change(s, 'f').s;
        pattern = slow_change(pattern, 'f').s;
    }
    return like_from(s, 0, pattern, 0);
}

size_t slow_find(struct str s, size_t from, struct str what)
{
    for (size_t i = from; i + what.len <= s.len; i++) {
        if (memcmp(s.ptr + i, what.ptr, what.len) == 0)
            return i;
    }
    return SIZE_MAX;
}

/* Java's line ends without (?m): `$` also before the last of them, `.` none of them. */
static bool ends_with(struct str s, struct str what)
{
    static const char *const ends[] = {"", "\n", "\r", "\r\n"};

    for (size_t k = 0; k < ARRAY_LEN(ends); k++) {
        size_t n = strlen(ends[k]);

        if (s.len >= n + what.len && memcmp(s.ptr + s.len - n, ends[k], n) == 0 &&
            memcmp(s.ptr + s.len - n - what.len, what.ptr, what.len) == 0)
            return true;
    }
    return false;
}

bool slow_matches(struct str s, enum spattern kind, struct str a, struct str b, bool ignore_case)
{
    size_t at;

    if (ignore_case) {
        s = slow_change(s, 'f').s;
        a = slow_change(a, 'f').s;
        b = slow_change(b, 'f').s;
    }
    switch (kind) {
    case SP_FIND:
        return slow_find(s, 0, a) != SIZE_MAX;
    case SP_START:
        return s.len >= a.len && memcmp(s.ptr, a.ptr, a.len) == 0;
    case SP_END:
        return ends_with(s, a);
    case SP_WHOLE:
        return s.len >= a.len && memcmp(s.ptr, a.ptr, a.len) == 0 &&
               ends_with(str_of(s.ptr, s.len), a) && s.len <= a.len + 2 &&
               (s.len == a.len || s.ptr[a.len] == '\n' || s.ptr[a.len] == '\r');
    case SP_TWO:
        for (at = slow_find(s, 0, a); at != SIZE_MAX; at = slow_find(s, at + 1, a)) {
            size_t then = slow_find(s, at + a.len, b);
            bool line = then != SIZE_MAX;

            for (size_t i = at + a.len; line && i < then; i++)
                line = s.ptr[i] != '\n' && s.ptr[i] != '\r';
            if (line)
                return true;
        }
        return false;
    case SP_DIGITS:
        for (at = 0; at + 1 < s.len; at++) {
            if (s.ptr[at] >= '0' && s.ptr[at] <= '9' && s.ptr[at + 1] >= '0' &&
                s.ptr[at + 1] <= '9')
                return true;
        }
        return false;
    case SP_COUNT:
        break;
    }
    abort();
}
