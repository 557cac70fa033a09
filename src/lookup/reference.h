/* reference.h - QRadar's reference data from files: sets, maps, maps of sets and tables.
 *
 * The folders hold NAME.csv, NAME.txt and NAME.json (docs/data.md has the formats). A name is found
 * exactly, else without regard to case. Elements are compared by the type of the set: see
 * element.h. Read-only once open; answers take the same time however many elements there are. */
#ifndef LOOKUP_REFERENCE_H
#define LOOKUP_REFERENCE_H

#include "batch/batch.h"
#include "lookup/folders.h"
#include "util/buf.h"

enum reference_shape {
    REFERENCE_SET,
    REFERENCE_MAP,
    REFERENCE_MAP_OF_SETS,
    REFERENCE_TABLE,
    REFERENCE_SHAPE_COUNT
};

struct reference;

/* Elements that had expired by the folders' now_ns are left out. A name without a file is
 * LANNER_ERR_INPUT with the nearest names, a damaged file with file and line. The object lives in
 * the cache of the folders, else in the arena. */
enum lanner_rc reference_open(const struct lookup_folders *folders, enum reference_shape shape,
                              struct str name, struct arena *a, const struct reference **out,
                              struct lanner_err *err) MUST_USE;
size_t reference_n_expired(const struct reference *r);
/* Of a set: the elements as they stand in the file, expired ones left out. */
size_t reference_n_elements(const struct reference *r);
struct str reference_element(const struct reference *r, size_t i);
/* "ALN", "IP", ... */
const char *reference_type(const struct reference *r);

/* `room` is scratch of the caller. Values are not null. */
bool reference_has(const struct reference *r, const struct val *value, struct buf *room);
/* False when the map has no such key. */
bool reference_get(const struct reference *r, const struct val *key, struct buf *room,
                   struct str *out);
bool reference_key_has(const struct reference *r, const struct val *key, const struct val *value,
                       struct buf *room);
/* The inner key of a table as its file spells it; false when it has none such. */
bool reference_inner_key(const struct reference *r, struct str name, struct str *out);
bool reference_cell(const struct reference *r, struct str inner, const struct val *outer,
                    struct buf *room, struct str *out);

#endif
