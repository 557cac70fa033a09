/* xforce.c - categories of addresses and URLs. See xforce.h. */
#include "lookup/xforce.h"

#include "lookup/keyed.h"
#include "util/ip.h"
#include "util/num.h"

struct xforce {
    struct lookup_table table;
    size_t category; /* column */
    double *confidences;
    bool has_bits[129];
    struct keyed keys;
};

static void put_net(struct buf *key, const uint8_t ip[16], unsigned bits)
{
    buf_clear(key);
    buf_putc(key, 'n');
    buf_put(key, ip, 16);
    buf_putc(key, (char)bits);
}

static void put_url(struct buf *key, struct str host, struct str path)
{
    buf_clear(key);
    buf_putc(key, 'u');
    for (size_t i = 0; i < host.len; i++)
        buf_putc(key, ascii_lower(host.ptr[i]));
    buf_put_str(key, path);
}

/* Scheme, login and fragment do not count, nor does a port or a lone slash at the end. */
static void split_url(struct str url, struct str *host, struct str *path)
{
    size_t i = str_find(url, STR("://"));
    size_t slash;

    if (i != SIZE_MAX && i < 16)
        url = str_of(url.ptr + i + 3, url.len - i - 3);
    i = str_find_char(url, '#');
    if (i != SIZE_MAX)
        url.len = i;
    for (slash = 0; slash < url.len && url.ptr[slash] != '/' && url.ptr[slash] != '?'; slash++)
        ;
    *host = str_of(url.ptr, slash);
    *path = str_of(url.ptr + slash, url.len - slash);
    if (str_eqz(*path, "/"))
        path->len = 0;
    i = str_find_char(*host, '@');
    if (i != SIZE_MAX)
        *host = str_of(host->ptr + i + 1, host->len - i - 1);
    i = str_find_char(*host, ':');
    if (i != SIZE_MAX && str_find_char(*host, ']') == SIZE_MAX)
        host->len = i;
    if (str_ends(*host, STR(".")))
        host->len--;
}

static enum lanner_rc index_row(struct xforce *x, const char *path, size_t row, size_t value_column,
                                size_t confidence_column, struct buf *key, struct lanner_err *err)
{
    struct str value = table_text(&x->table, row, value_column);
    struct str confidence = table_text(&x->table, row, confidence_column);
    struct ip_net net;

    if (value.len == 0)
        return table_fail(&x->table, path, row, "the value is empty", err);
    if (!num_parse_double(confidence, &x->confidences[row]) || x->confidences[row] < 0 ||
        x->confidences[row] > 100)
        return table_fail(&x->table, path, row, "the confidence is no number from 0 to 100", err);
    if (ip_net_parse(value, &net)) {
        x->has_bits[net.bits] = true;
        put_net(key, net.addr, net.bits);
    } else {
        struct str host;
        struct str rest;

        split_url(value, &host, &rest);
        put_url(key, host, rest);
    }
    keyed_put(&x->keys, buf_str(key), row);
    return LANNER_OK;
}

enum lanner_rc xforce_open(const struct lookup_folders *folders, struct arena *a,
                           const struct xforce **out, struct lanner_err *err)
{
    static const char *const values[] = {"value", NULL};
    static const char *const categories[] = {"category", NULL};
    static const char *const confidences[] = {"confidence", NULL};
    const char *path = folders->xforce;
    enum lanner_rc rc = LANNER_OK;
    struct buf key = {0};
    struct xforce *x;
    size_t value_column;
    size_t confidence_column;

    *out = lookup_cache_get(folders, "xforce", STR(""));
    if (*out != NULL)
        return LANNER_OK;
    a = lookup_cache_arena(folders, a);
    x = ARENA_NEW(a, struct xforce);
    TRY(lookup_table_read_path(path, a, &x->table, err));
    TRY(table_need_column(&x->table, path, values, &value_column, err));
    TRY(table_need_column(&x->table, path, categories, &x->category, err));
    TRY(table_need_column(&x->table, path, confidences, &confidence_column, err));
    x->confidences = ARENA_ARRAY(a, double, MAX(x->table.n_rows, 1));
    keyed_init(&x->keys, a, x->table.n_rows);
    for (size_t row = x->table.n_rows; rc == LANNER_OK && row-- > 0;)
        rc = index_row(x, path, row, value_column, confidence_column, &key, err);
    buf_done(&key);
    if (rc != LANNER_OK)
        return rc;
    *out = x;
    lookup_cache_put(folders, "xforce", STR(""), x);
    return LANNER_OK;
}

size_t xforce_ip(const struct xforce *x, const uint8_t ip[16], struct buf *room)
{
    uint8_t masked[16];

    memcpy(masked, ip, sizeof(masked));
    for (unsigned bits = 128 + 1; bits-- > 0;) {
        size_t row;

        if (!x->has_bits[bits])
            continue;
        ip_mask(masked, bits);
        put_net(room, masked, bits);
        row = keyed_first(&x->keys, buf_str(room));
        if (row != SIZE_MAX)
            return row;
    }
    return SIZE_MAX;
}

size_t xforce_url(const struct xforce *x, struct str url, struct buf *room)
{
    struct str host;
    struct str path;
    size_t query;
    size_t row;
    uint8_t ip[16];

    split_url(str_trim(url), &host, &path);
    put_url(room, host, path);
    row = keyed_first(&x->keys, buf_str(room));
    query = str_find_char(path, '?');
    if (row == SIZE_MAX && query != SIZE_MAX) {
        put_url(room, host, str_of(path.ptr, query));
        row = keyed_first(&x->keys, buf_str(room));
    }
    if (row == SIZE_MAX && ip_parse(host, ip))
        return xforce_ip(x, ip, room);
    while (row == SIZE_MAX && host.len > 0) {
        size_t dot = str_find_char(host, '.');

        put_url(room, host, STR(""));
        row = keyed_first(&x->keys, buf_str(room));
        if (dot == SIZE_MAX)
            break;
        host = str_of(host.ptr + dot + 1, host.len - dot - 1);
    }
    return row;
}

size_t xforce_next(const struct xforce *x, size_t row)
{
    return keyed_next(&x->keys, row);
}

struct str xforce_category(const struct xforce *x, size_t row)
{
    return table_text(&x->table, row, x->category);
}

double xforce_confidence(const struct xforce *x, size_t row)
{
    return x->confidences[row];
}
