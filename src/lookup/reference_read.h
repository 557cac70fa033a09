/* reference_read.h - the files of reference data as a list of entries. Private to the room. */
#ifndef LOOKUP_REFERENCE_READ_H
#define LOOKUP_REFERENCE_READ_H

#include "lookup/element.h"
#include "lookup/reference.h"

/* What a shape does not have is empty: a set has values only, a map outer keys and values. */
struct reference_entry {
    struct str outer, inner, value; /* arena */
    uint32_t line;
};

struct reference_data {
    struct arena *arena;
    enum reference_shape shape;
    struct str file; /* as messages name it */
    bool typed;      /* the file says of which type its values are */
    enum element_type type;
    VEC(struct reference_entry) entries; /* heap */
    int64_t now_ns;
    size_t n_expired;
};

/* Finds the file and reads its entries. data->arena, shape and now_ns are set by the caller. */
enum lanner_rc reference_read(const struct lookup_folders *folders, struct str name,
                              struct reference_data *data, struct lanner_err *err) MUST_USE;
/* Reads the entries of a file's content; `kind` is the file's ending (csv, txt, json). */
enum lanner_rc reference_read_text(struct str text, struct str kind, struct reference_data *data,
                                   struct lanner_err *err) MUST_USE;

#endif
