/* builder.h - a program while it is made: paths get slots, names get places. Private to the room.
 */
#ifndef SOURCE_BUILDER_H
#define SOURCE_BUILDER_H

#include "source/program.h"
#include "util/hash.h"

struct builder {
    struct arena *arena; /* of the extractor */
    const struct extractor *x;
    const struct source_decl *decl; /* may be NULL */
    bool wrapper;                   /* the program is a wrapper's */
    bool in_text; /* slots asked for now are also read from the pairs of a text record */
    VEC(struct json_path) paths;
    bool in_values; /* slots asked for now hold values, not keys of recognition */
    VEC(uint32_t) text_slots;
    VEC(uint32_t) value_slots;
    struct strmap slots; /* flags and path -> slot */
    struct buf key;
};

uint32_t builder_slot(struct builder *b, struct str path, unsigned flags);
struct want_cand builder_cand(struct builder *b, const struct source_cand *c);
/* The candidates of both lists (second may be NULL), in the extractor's arena. */
struct want_cand *builder_cands(struct builder *b, const struct source_cands *first,
                                const struct source_cands *second, size_t *n);

#endif
