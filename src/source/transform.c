/* transform.c - see transform.h. Only decoding copies: other results are stretches of their input.
 */
#include "source/transform.h"

#include "record/record.h"
#include "source/declare.h"

struct transform_row {
    const char *name;
    const char *symbol;
    enum transform_keeps keeps;
};

static const struct transform_row transform_rows[] = {
#define TRANSFORM(ID, name, keeps, doc) {name, "TRANSFORM_" #ID, keeps},
#include "source/transforms.def"
#undef TRANSFORM
};

/* `203.0.113.77:5001`, `[2001:db8::1]:443`, `fe80::1%eth0`, `[10.1.1.1](http://10.1.1.1)`. A text
 * with several colons and no brackets is IPv6 without a port: its last group cannot be told from
 * one. */
static struct str address_text(struct str s)
{
    s = str_trim(s);
    if (s.len > 0 && s.ptr[0] == '[') {
        size_t end = str_find_char(s, ']');

        if (end != SIZE_MAX)
            s = str_trim(str_of(s.ptr + 1, end - 1));
    }
    size_t colon = str_find_char(s, ':');
    if (colon != SIZE_MAX && memchr(s.ptr + colon + 1, ':', s.len - colon - 1) == NULL) {
        bool digits = colon + 1 < s.len;

        for (size_t i = colon + 1; i < s.len; i++)
            digits = digits && ascii_is_digit(s.ptr[i]);
        if (digits)
            return str_of(s.ptr, colon);
        return s;
    }
    size_t zone = colon != SIZE_MAX ? str_find_char(s, '%') : SIZE_MAX;
    return zone != SIZE_MAX ? str_of(s.ptr, zone) : s;
}

static struct str last_part(struct str s)
{
    for (size_t i = s.len; i > 0; i--)
        if (s.ptr[i - 1] == ',')
            return str_trim(str_of(s.ptr + i, s.len - i));
    return str_trim(s);
}

static struct str file_name(struct str s)
{
    for (size_t i = s.len; i > 0; i--)
        if (s.ptr[i - 1] == '/' || s.ptr[i - 1] == '\\')
            return str_of(s.ptr + i, s.len - i);
    return s;
}

/* `SHA1=...,MD5=...` as Sysmon writes it. */
static struct val digest(struct str s, struct str name)
{
    while (s.len > 0) {
        size_t comma = str_find_char(s, ',');
        struct str item = str_trim(str_of(s.ptr, comma != SIZE_MAX ? comma : s.len));

        if (item.len > name.len && item.ptr[name.len] == '=' &&
            str_eq_nocase(str_of(item.ptr, name.len), name))
            return val_str(str_of(item.ptr + name.len + 1, item.len - name.len - 1));
        s = comma != SIZE_MAX ? str_of(s.ptr + comma + 1, s.len - comma - 1) : STR_NONE;
    }
    return VAL_ABSENT;
}

static bool is_na(struct str s)
{
    return str_eqz(s, "-") || str_eq_nocase(s, STR("None")) || str_eq_nocase(s, STR("NA")) ||
           str_eq_nocase(s, STR("N/A"));
}

/* `203.0.113.77,+10.0.0.1`: the client stands first. */
static struct str first_address(struct str s)
{
    size_t comma = str_find_char(s, ',');

    return address_text(str_of(s.ptr, comma != SIZE_MAX ? comma : s.len));
}

static struct str url_piece(enum transform_id id, struct str s)
{
    struct url url;
    struct str piece;

    url_split_proxy(str_trim(s), &url);
    piece = id == TRANSFORM_URL_HOST ? url.host : id == TRANSFORM_URL_PATH ? url.path : url.query;
    return piece.ptr != NULL ? piece : str_of(s.ptr, 0);
}

/* A `+` of the value itself is written likewise and cannot be told from a blank, but for that of
 * crawlers: `(+http://...)`, `; +http://...`. */
static bool is_own_plus(struct str s, size_t i)
{
    return i > 0 && (s.ptr[i - 1] == '(' || s.ptr[i - 1] == '+') && s.len - i > 4 &&
           memcmp(s.ptr + i + 1, "http", 4) == 0;
}

static struct str plus_decode(struct str s, struct arena *a)
{
    char *dst;

    if (s.len == 0 || str_find_char(s, '+') == SIZE_MAX)
        return s;
    dst = arena_alloc(a, s.len);
    for (size_t i = 0; i < s.len; i++)
        dst[i] = s.ptr[i] == '+' && !is_own_plus(s, i) ? ' ' : s.ptr[i];
    return str_of(dst, s.len);
}

static int hex_value(char c)
{
    if (ascii_is_digit(c))
        return c - '0';
    c = ascii_lower(c);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What is no code stays as it is. */
static struct str percent_decode(struct str s, struct arena *a)
{
    char *dst;
    size_t n = 0;

    if (is_na(str_trim(s)))
        return str_of(s.ptr, 0);
    if (s.len == 0 || str_find_char(s, '%') == SIZE_MAX)
        return s;
    dst = arena_alloc(a, s.len);
    for (size_t i = 0; i < s.len; i++) {
        int high = s.ptr[i] == '%' && s.len - i > 2 ? hex_value(s.ptr[i + 1]) : -1;
        int low = high >= 0 ? hex_value(s.ptr[i + 2]) : -1;

        dst[n++] = low >= 0 ? (char)(high * 16 + low) : s.ptr[i];
        i += low >= 0 ? 2 : 0;
    }
    return str_of(dst, n);
}

static struct val map_apply(const struct source_map *map, struct str s)
{
    for (size_t i = 0; i < map->n_pairs; i++)
        if (str_eq(map->pairs[i].from, s))
            return val_str(map->pairs[i].to);
    return VAL_ABSENT;
}

enum transform_id transform_named(struct str name)
{
    for (unsigned i = 0; i < TRANSFORM_COUNT; i++)
        if (str_eqz(name, transform_rows[i].name))
            return (enum transform_id)i;
    return TRANSFORM_COUNT;
}

const char *transform_name(enum transform_id id)
{
    assert(id < TRANSFORM_COUNT);
    return transform_rows[id].name;
}

const char *transform_symbol(enum transform_id id)
{
    assert(id < TRANSFORM_COUNT);
    return transform_rows[id].symbol;
}

enum transform_keeps transform_keeps(enum transform_id id)
{
    assert(id < TRANSFORM_COUNT);
    return transform_rows[id].keeps;
}

struct val transform_apply(enum transform_id id, const struct source_map *map, struct val v,
                           struct arena *a)
{
    struct str s = val_as_str(&v);

    switch (id) {
    case TRANSFORM_NONE:
    case TRANSFORM_MADE_URL:
    case TRANSFORM_COUNT:
        return v;
    case TRANSFORM_ADDRESS:
        return val_str(address_text(s));
    case TRANSFORM_UPN_ONLY:
        return str_find_char(s, '@') != SIZE_MAX ? v : VAL_ABSENT;
    case TRANSFORM_LAST_PART:
        return val_str(last_part(s));
    case TRANSFORM_NOT_NONE:
        return str_eqz(str_trim(s), "None") ? val_text(s.ptr, 0) : v;
    case TRANSFORM_NOT_DASH:
        return str_eqz(str_trim(s), "-") ? val_text(s.ptr, 0) : v;
    case TRANSFORM_FILE_NAME:
        return val_str(file_name(s));
    case TRANSFORM_MD5:
        return digest(s, STR("MD5"));
    case TRANSFORM_SHA1:
        return digest(s, STR("SHA1"));
    case TRANSFORM_SHA256:
        return digest(s, STR("SHA256"));
    case TRANSFORM_IMPHASH:
        return digest(s, STR("IMPHASH"));
    case TRANSFORM_NOT_NA:
        return is_na(str_trim(s)) ? val_text(s.ptr, 0) : v;
    case TRANSFORM_FIRST_ADDRESS:
        return val_str(first_address(s));
    case TRANSFORM_URL_HOST:
    case TRANSFORM_URL_PATH:
    case TRANSFORM_URL_QUERY:
        return val_str(url_piece(id, s));
    case TRANSFORM_PLUS:
        return val_str(plus_decode(s, a));
    case TRANSFORM_PERCENT:
        return val_str(percent_decode(s, a));
    case TRANSFORM_MAP:
        return map_apply(map, s);
    }
    return v;
}
