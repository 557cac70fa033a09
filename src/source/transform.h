/* transform.h - small changes that a declaration makes to a value. Rows in transforms.def. */
#ifndef SOURCE_TRANSFORM_H
#define SOURCE_TRANSFORM_H

#include "batch/batch.h"

enum transform_id {
#define TRANSFORM(ID, name, keeps_bytes, doc) TRANSFORM_##ID,
#include "source/transforms.def"
#undef TRANSFORM
    TRANSFORM_COUNT
};

struct source_map;

/* The transform of that name, or TRANSFORM_COUNT. */
enum transform_id transform_named(struct str name);
const char *transform_name(enum transform_id id);
/* The identifier in C, for the generated tables. */
const char *transform_symbol(enum transform_id id);
bool transform_keeps_bytes(enum transform_id id);
/* The value changed; v is of a text kind. The result is a stretch of v, a text of the map, or
 * absent. */
struct val transform_apply(enum transform_id id, const struct source_map *map, struct val v);

#endif
