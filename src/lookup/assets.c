/* assets.c - what is known about hosts. See assets.h. */
#include "lookup/assets.h"

#include "lookup/keyed.h"
#include "util/ip.h"

struct assets {
    struct lookup_table table;
    size_t hostname, user, searches; /* columns */
    struct keyed by_ip;
};

enum lanner_rc assets_open(const struct lookup_folders *folders, struct arena *a,
                           const struct assets **out, struct lanner_err *err)
{
    static const char *const ips[] = {"ip", "ip_address", "address", NULL};
    static const char *const hostnames[] = {"hostname", "host_name", "host", NULL};
    static const char *const users[] = {"user", "username", "user_name", NULL};
    static const char *const searches[] = {"searches", NULL};
    const char *path = folders->assets;
    struct assets *t;
    size_t ip_column;

    *out = lookup_cache_get(folders, "assets", STR(""));
    if (*out != NULL)
        return LANNER_OK;
    a = lookup_cache_arena(folders, a);
    t = ARENA_NEW(a, struct assets);
    TRY(lookup_table_read_path(path, a, &t->table, err));
    TRY(table_need_column(&t->table, path, ips, &ip_column, err));
    t->hostname = table_find_column(&t->table, hostnames);
    t->user = table_find_column(&t->table, users);
    t->searches = table_find_column(&t->table, searches);
    keyed_init(&t->by_ip, a, t->table.n_rows);
    /* From the first to the last, so that the chain begins with the last row of the file. */
    for (size_t row = 0; row < t->table.n_rows; row++) {
        uint8_t ip[16];

        if (!ip_parse(table_text(&t->table, row, ip_column), ip))
            return table_fail(&t->table, path, row, "the ip is no address", err);
        keyed_put(&t->by_ip, str_of((const char *)ip, sizeof(ip)), row);
    }
    *out = t;
    lookup_cache_put(folders, "assets", STR(""), t);
    return LANNER_OK;
}

size_t assets_column(const struct assets *t, struct str name)
{
    return lookup_table_column(&t->table, name);
}

size_t assets_hostname(const struct assets *t)
{
    return t->hostname;
}

size_t assets_user(const struct assets *t)
{
    return t->user;
}

size_t assets_searches(const struct assets *t)
{
    return t->searches;
}

struct str assets_column_name(const struct assets *t, size_t i)
{
    return i < t->table.n_columns ? t->table.columns[i] : STR_NONE;
}

bool assets_get(const struct assets *t, const uint8_t ip[16], size_t column, struct str *out)
{
    size_t row = keyed_first(&t->by_ip, str_of((const char *)ip, 16));

    for (; row != SIZE_MAX; row = keyed_next(&t->by_ip, row)) {
        *out = table_text(&t->table, row, column);
        if (out->len > 0)
            return true;
    }
    return false;
}
