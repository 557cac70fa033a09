/* networks.h - the network hierarchy: the network an address belongs to (option networks;
 * docs/data.md). Read-only once open. */
#ifndef LOOKUP_NETWORKS_H
#define LOOKUP_NETWORKS_H

#include "batch/batch.h"
#include "lookup/folders.h"
#include "util/buf.h"

struct networks;

enum lanner_rc networks_open(const struct lookup_folders *folders, struct arena *a,
                             const struct networks **out, struct lanner_err *err) MUST_USE;
/* The dotted name of the smallest network with the address; of networks of one size that of the
 * domain before one without a domain. Networks of other domains do not count; an empty domain has
 * those without one only. False when there is none. */
bool networks_find(const struct networks *n, const uint8_t ip[16], struct str domain,
                   struct buf *room, struct str *name);

#endif
