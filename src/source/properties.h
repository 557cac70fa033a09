/* properties.h - custom properties found by names alike: the search through a record's own paths.
 * Private to the room; one worker's. See extractor_new for the order of places. */
#ifndef SOURCE_PROPERTIES_H
#define SOURCE_PROPERTIES_H

#include "source/open.h"

struct properties;
struct properties *properties_new(const struct extractor *x);
void properties_free(struct properties *p);
/* A new record: its paths are listed when a property is first looked for. */
void properties_begin(struct properties *p);
/* The value of name `name` (its place in x->names) that a path like it has, else absent. */
struct val properties_find(struct properties *p, const struct open_source *src, size_t name,
                           struct arena *a);

#endif
