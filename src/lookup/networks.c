/* networks.c - the network hierarchy. See networks.h. */
#include "lookup/networks.h"

#include "lookup/keyed.h"
#include "util/ip.h"

struct networks {
    struct lookup_table table;
    size_t name, cidr, domain; /* columns */
    bool has_bits[129];        /* there are networks of that prefix length */
    struct keyed by_net;
};

static void put_net(struct buf *key, const uint8_t ip[16], unsigned bits)
{
    buf_clear(key);
    buf_put(key, ip, 16);
    buf_putc(key, (char)bits);
}

static enum lanner_rc networks_index(struct networks *n, const char *path, struct buf *key,
                                     struct lanner_err *err)
{
    for (size_t row = n->table.n_rows; row-- > 0;) {
        struct ip_net net;

        if (!ip_net_parse(table_text(&n->table, row, n->cidr), &net))
            return table_fail(&n->table, path, row, "the cidr is no network", err);
        if (table_text(&n->table, row, n->name).len == 0)
            return table_fail(&n->table, path, row, "the name is empty", err);
        n->has_bits[net.bits] = true;
        put_net(key, net.addr, net.bits);
        keyed_put(&n->by_net, buf_str(key), row);
    }
    return LANNER_OK;
}

enum lanner_rc networks_open(const struct lookup_folders *folders, struct arena *a,
                             const struct networks **out, struct lanner_err *err)
{
    static const char *const names[] = {"name", NULL};
    static const char *const cidrs[] = {"cidr", NULL};
    static const char *const domains[] = {"domain", "domain_id", NULL};
    const char *path = folders->networks;
    struct buf key = {0};
    struct networks *n;
    enum lanner_rc rc;

    *out = lookup_cache_get(folders, "networks", STR(""));
    if (*out != NULL)
        return LANNER_OK;
    a = lookup_cache_arena(folders, a);
    n = ARENA_NEW(a, struct networks);
    TRY(lookup_table_read_path(path, a, &n->table, err));
    TRY(table_need_column(&n->table, path, names, &n->name, err));
    TRY(table_need_column(&n->table, path, cidrs, &n->cidr, err));
    n->domain = table_find_column(&n->table, domains);
    keyed_init(&n->by_net, a, n->table.n_rows);
    rc = networks_index(n, path, &key, err);
    buf_done(&key);
    if (rc != LANNER_OK)
        return rc;
    *out = n;
    lookup_cache_put(folders, "networks", STR(""), n);
    return LANNER_OK;
}

/* The best row of a chain: one of the domain, else one without. */
static size_t pick_row(const struct networks *n, size_t row, struct str domain)
{
    size_t found = SIZE_MAX;

    for (; row != SIZE_MAX; row = keyed_next(&n->by_net, row)) {
        struct str own = table_text(&n->table, row, n->domain);

        if (own.len > 0 && str_eq_nocase(own, domain))
            return row;
        if (own.len == 0 && found == SIZE_MAX)
            found = row;
    }
    return found;
}

bool networks_find(const struct networks *n, const uint8_t ip[16], struct str domain,
                   struct buf *room, struct str *name)
{
    uint8_t masked[16];

    memcpy(masked, ip, sizeof(masked));
    for (unsigned bits = 128 + 1; bits-- > 0;) {
        size_t row;

        if (!n->has_bits[bits])
            continue;
        ip_mask(masked, bits);
        put_net(room, masked, bits);
        row = pick_row(n, keyed_first(&n->by_net, buf_str(room)), domain);
        if (row != SIZE_MAX) {
            *name = table_text(&n->table, row, n->name);
            return true;
        }
    }
    return false;
}
