/* geo.h - what a MaxMind database says about an address: the landlord of libmaxminddb.
 *
 * The library maps the file. Who cuts a database short while it is in use must expect the process
 * to end; databases are replaced by renaming. */
#ifndef LOOKUP_GEO_H
#define LOOKUP_GEO_H

#include "util/buf.h"

enum geo_kind { GEO_PLACES, GEO_NETWORKS }; /* countries and cities; autonomous systems */

struct geo;

/* Opens the file; a file of another kind is LANNER_ERR_INPUT. */
enum lanner_rc geo_open(const char *path, struct geo **out, struct lanner_err *err) MUST_USE;
void geo_close(struct geo *g); /* accepts NULL */
enum geo_kind geo_kind(const struct geo *g);

struct geo_place {
    struct str country; /* ISO code; texts point into the database, ptr NULL when there is none */
    struct str city;
    struct str state;
    bool has_position;
    double lat, lon;
};
struct geo_network {
    uint64_t asn; /* 0: none */
    struct str org;
};
/* ip: 16 bytes, IPv4 mapped. False when the database has nothing about it. */
bool geo_find_place(const struct geo *g, const uint8_t ip[16], struct geo_place *out);
bool geo_find_network(const struct geo *g, const uint8_t ip[16], struct geo_network *out);
/* Appends as JSON what the database has about the address below `path` (NULL at its end; an empty
 * path is the whole record). False, with nothing appended, when it has nothing. */
bool geo_put_json(const struct geo *g, const uint8_t ip[16], const char *const *path,
                  struct buf *out);
/* A text or number at the path, as text. */
bool geo_put_text(const struct geo *g, const uint8_t ip[16], const char *const *path,
                  struct buf *out);

#endif
