/* xforce.h - categories of addresses and URLs with a confidence, from a file that the user gives
 * (option xforce; docs/data.md). Read-only once open. */
#ifndef LOOKUP_XFORCE_H
#define LOOKUP_XFORCE_H

#include "batch/batch.h"
#include "lookup/folders.h"
#include "util/buf.h"

struct xforce;

enum lanner_rc xforce_open(const struct lookup_folders *folders, struct arena *a,
                           const struct xforce **out, struct lanner_err *err) MUST_USE;
/* The first row about an address (that of the smallest network of the file with it) or a URL: the
 * URL itself, without its query, its host, the domains the host is in. SIZE_MAX when there is none.
 * `room` is scratch. */
size_t xforce_ip(const struct xforce *x, const uint8_t ip[16], struct buf *room);
size_t xforce_url(const struct xforce *x, struct str url, struct buf *room);
/* The next row about the same, SIZE_MAX at the end. */
size_t xforce_next(const struct xforce *x, size_t row);
struct str xforce_category(const struct xforce *x, size_t row);
double xforce_confidence(const struct xforce *x, size_t row); /* 0 to 100 */

#endif
