/* assets.h - what is known about hosts, by address (option assets; docs/data.md). Read-only once
 * open. */
#ifndef LOOKUP_ASSETS_H
#define LOOKUP_ASSETS_H

#include "lookup/folders.h"
#include "util/buf.h"

struct assets;

enum lanner_rc assets_open(const struct lookup_folders *folders, struct arena *a,
                           const struct assets **out, struct lanner_err *err) MUST_USE;
/* The column of a property, exactly, else in any case; SIZE_MAX when there is none. */
size_t assets_column(const struct assets *t, struct str name);
size_t assets_hostname(const struct assets *t); /* columns; SIZE_MAX: none */
size_t assets_user(const struct assets *t);
/* "searches": the saved asset searches that the asset is in, divided by | */
size_t assets_searches(const struct assets *t);
/* The i-th column's name; STR_NONE past the last. */
struct str assets_column_name(const struct assets *t, size_t i);
/* The text of the asset's cell. Of several rows of one address the last that has a value counts.
 * False when there is none. */
bool assets_get(const struct assets *t, const uint8_t ip[16], size_t column, struct str *out);

#endif
