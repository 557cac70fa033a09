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
/* How the result stands in the value, for the prefilter. */
enum transform_keeps {
    KEEPS_BYTES,   /* as a stretch of it */
    KEEPS_WORDS,   /* the same, but for blanks and `+` */
    KEEPS_PARTS,   /* the same, but for ? and : between the parts of a URL */
    KEEPS_ESCAPED, /* the same, but any byte may be written %XX */
    KEEPS_NOTHING
};
enum transform_keeps transform_keeps(enum transform_id id);
/* The value changed; v is of a text kind. The result is a stretch of v, a text of the map, absent,
 * or decoded in the arena. */
struct val transform_apply(enum transform_id id, const struct source_map *map, struct val v,
                           struct arena *a);

#endif
