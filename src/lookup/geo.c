/* geo.c - MaxMind databases. See geo.h. */
#include "lookup/geo.h"

#include <arpa/inet.h>
#include <maxminddb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "util/num.h"

struct geo {
    MMDB_s db;
    enum geo_kind kind;
};

enum lanner_rc geo_open(const char *path, struct geo **out, struct lanner_err *err)
{
    struct geo *g = xcalloc(1, sizeof(*g));
    int status = MMDB_open(path, MMDB_MODE_MMAP, &g->db);
    const char *type;

    if (status != MMDB_SUCCESS) {
        free(g);
        return err_set(err, LANNER_ERR_INPUT, "%s is no MaxMind database: %s", path,
                       MMDB_strerror(status));
    }
    type = g->db.metadata.database_type != NULL ? g->db.metadata.database_type : "";
    if (strstr(type, "ASN") != NULL || strstr(type, "ISP") != NULL) {
        g->kind = GEO_NETWORKS;
    } else if (strstr(type, "City") != NULL || strstr(type, "Country") != NULL ||
               strstr(type, "Enterprise") != NULL) {
        g->kind = GEO_PLACES;
    } else {
        err_set(err, LANNER_ERR_INPUT, "%s holds neither places nor networks but '%s'", path, type);
        geo_close(g);
        return LANNER_ERR_INPUT;
    }
    *out = g;
    return LANNER_OK;
}

void geo_close(struct geo *g)
{
    if (g == NULL)
        return;
    MMDB_close(&g->db);
    free(g);
}

enum geo_kind geo_kind(const struct geo *g)
{
    return g->kind;
}

static bool find(const struct geo *g, const uint8_t ip[16], MMDB_entry_s *out)
{
    static const uint8_t v4_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    const struct sockaddr *address = (const struct sockaddr *)&v6;
    MMDB_lookup_result_s result;
    int status = 0;

    if (memcmp(ip, v4_prefix, sizeof(v4_prefix)) == 0) {
        memcpy(&v4.sin_addr, ip + 12, 4);
        address = (const struct sockaddr *)&v4;
    } else if (g->db.metadata.ip_version == 4) {
        return false;
    } else {
        memcpy(&v6.sin6_addr, ip, 16);
    }
    result = MMDB_lookup_sockaddr(&g->db, address, &status);
    if (status != MMDB_SUCCESS || !result.found_entry)
        return false;
    *out = result.entry;
    return true;
}

static bool get(MMDB_entry_s *entry, const char *const *path, MMDB_entry_data_s *data)
{
    return MMDB_aget_value(entry, data, path) == MMDB_SUCCESS && data->has_data;
}

static struct str get_text(MMDB_entry_s *entry, const char *const *path)
{
    MMDB_entry_data_s data;

    if (!get(entry, path, &data) || data.type != MMDB_DATA_TYPE_UTF8_STRING)
        return STR_NONE;
    return str_of(data.utf8_string, data.data_size);
}

static bool get_double(MMDB_entry_s *entry, const char *const *path, double *out)
{
    MMDB_entry_data_s data;

    if (!get(entry, path, &data) || data.type != MMDB_DATA_TYPE_DOUBLE)
        return false;
    *out = data.double_value;
    return true;
}

bool geo_find_place(const struct geo *g, const uint8_t ip[16], struct geo_place *out)
{
    static const char *const country[] = {"country", "iso_code", NULL};
    static const char *const city[] = {"city", "names", "en", NULL};
    static const char *const state[] = {"subdivisions", "0", "names", "en", NULL};
    static const char *const lat[] = {"location", "latitude", NULL};
    static const char *const lon[] = {"location", "longitude", NULL};
    MMDB_entry_s entry;

    if (!find(g, ip, &entry))
        return false;
    out->country = get_text(&entry, country);
    out->city = get_text(&entry, city);
    out->state = get_text(&entry, state);
    out->has_position = get_double(&entry, lat, &out->lat) && get_double(&entry, lon, &out->lon);
    return true;
}

bool geo_find_network(const struct geo *g, const uint8_t ip[16], struct geo_network *out)
{
    static const char *const number[] = {"autonomous_system_number", NULL};
    static const char *const org[] = {"autonomous_system_organization", NULL};
    MMDB_entry_data_s data;
    MMDB_entry_s entry;

    if (!find(g, ip, &entry))
        return false;
    out->asn = 0;
    if (get(&entry, number, &data) && data.type == MMDB_DATA_TYPE_UINT32)
        out->asn = data.uint32;
    out->org = get_text(&entry, org);
    return out->asn != 0 || out->org.ptr != NULL;
}

/* ---- whole records -----------------------------------------------------------------------------
 */

/* The library's own bound: it gives no list of a record that is deeper. */
#define MAX_DEPTH 512

static void put_number(struct buf *out, double v)
{
    char room[NUM_PRINT_MAX];

    buf_put(out, room, num_print_double(room, v));
}

static void put_unsigned(struct buf *out, uint64_t v)
{
    buf_printf(out, "%llu", (unsigned long long)v);
}

static void put_scalar(struct buf *out, const MMDB_entry_data_s *data, bool quoted)
{
    switch (data->type) {
    case MMDB_DATA_TYPE_UTF8_STRING:
        if (quoted)
            buf_put_json(out, str_of(data->utf8_string, data->data_size));
        else
            buf_put(out, data->utf8_string, data->data_size);
        break;
    case MMDB_DATA_TYPE_DOUBLE:
        put_number(out, data->double_value);
        break;
    case MMDB_DATA_TYPE_FLOAT:
        put_number(out, (double)data->float_value);
        break;
    case MMDB_DATA_TYPE_UINT16:
        put_unsigned(out, data->uint16);
        break;
    case MMDB_DATA_TYPE_UINT32:
        put_unsigned(out, data->uint32);
        break;
    case MMDB_DATA_TYPE_UINT64:
        put_unsigned(out, data->uint64);
        break;
    case MMDB_DATA_TYPE_INT32:
        buf_printf(out, "%d", (int)data->int32);
        break;
    case MMDB_DATA_TYPE_BOOLEAN:
        buf_puts(out, data->boolean ? "true" : "false");
        break;
    default: /* bytes and 128-bit numbers: no field of the published databases */
        buf_puts(out, "null");
        break;
    }
}

/* Appends the value that `list` begins with and returns what follows it; NULL at the end or when
 * the list breaks off. */
static const MMDB_entry_data_list_s *put_value(struct buf *out, const MMDB_entry_data_list_s *list,
                                               unsigned depth)
{
    bool is_map = list->entry_data.type == MMDB_DATA_TYPE_MAP;
    uint32_t n = list->entry_data.data_size;

    if ((!is_map && list->entry_data.type != MMDB_DATA_TYPE_ARRAY) || depth > MAX_DEPTH) {
        put_scalar(out, &list->entry_data, true);
        return list->next;
    }
    list = list->next;
    buf_putc(out, is_map ? '{' : '[');
    for (uint32_t i = 0; i < n && list != NULL; i++) {
        if (i > 0)
            buf_putc(out, ',');
        if (is_map) {
            put_scalar(out, &list->entry_data, true);
            buf_putc(out, ':');
            list = list->next;
        }
        if (list != NULL)
            list = put_value(out, list, depth + 1);
        else
            buf_puts(out, "null");
    }
    buf_putc(out, is_map ? '}' : ']');
    return list;
}

bool geo_put_json(const struct geo *g, const uint8_t ip[16], const char *const *path,
                  struct buf *out)
{
    MMDB_entry_data_list_s *list = NULL;
    MMDB_entry_data_s data;
    MMDB_entry_s entry;
    bool found;

    if (!find(g, ip, &entry))
        return false;
    if (path[0] != NULL) {
        if (!get(&entry, path, &data))
            return false;
        if (data.type != MMDB_DATA_TYPE_MAP && data.type != MMDB_DATA_TYPE_ARRAY) {
            put_scalar(out, &data, true);
            return true;
        }
        entry.offset = data.offset;
    }
    found = MMDB_get_entry_data_list(&entry, &list) == MMDB_SUCCESS && list != NULL;
    if (found)
        put_value(out, list, 0);
    MMDB_free_entry_data_list(list);
    return found;
}

bool geo_put_text(const struct geo *g, const uint8_t ip[16], const char *const *path,
                  struct buf *out)
{
    MMDB_entry_data_s data;
    MMDB_entry_s entry;

    if (!find(g, ip, &entry) || !get(&entry, path, &data) || data.type == MMDB_DATA_TYPE_MAP ||
        data.type == MMDB_DATA_TYPE_ARRAY)
        return false;
    put_scalar(out, &data, false);
    return true;
}
