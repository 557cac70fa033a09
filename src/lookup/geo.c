/* geo.c - MaxMind databases. See geo.h. */
#include "lookup/geo.h"

#include <arpa/inet.h>
#include <maxminddb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

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
