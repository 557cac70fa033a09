/* program.h - what is read from one record, bound once per source. Private to the room.
 *
 * A program belongs to one declaration, one wrapper, or the undeclared records. It has slots: paths
 * that are read together in one pass over the record, for recognition, for the time and for the
 * wanted names. Read-only once made. */
#ifndef SOURCE_PROGRAM_H
#define SOURCE_PROGRAM_H

#include "source/set.h"

#define SLOT_NONE UINT32_MAX

enum want_kind {
    WANT_FIELD,     /* own field, then canonical ones */
    WANT_TAG,       /* forced tag, own tag, the source's tag, own field without the # */
    WANT_TIMESTAMP, /* @timestamp: the event time in ms */
    WANT_NANOS,     /* @timestamp.nanos */
    WANT_RAW,       /* @rawstring */
    WANT_ID,        /* @id */
    WANT_ZONE,      /* @timezone */
    WANT_SOURCE,    /* FIELD_SOURCE_NAME */
    WANT_PROPERTY,  /* FIELD_PROPERTY_PREFIX: own field in any case, then places of the source */
    WANT_VIEW       /* FIELD_QRADAR_PREFIX; last: see row_value */
};

/* A candidate bound to its slot. */
struct want_cand {
    uint32_t slot;
    enum transform_id transform;
    const struct source_map *map;
};

struct want {
    enum want_kind kind;
    uint32_t own;      /* slot of the event's own field, SLOT_NONE for @timestamp */
    uint32_t untagged; /* WANT_TAG: slot of the name without its #; else SLOT_NONE */
    struct want_cand *cands;
    size_t n_cands;
    struct str fixed;       /* WANT_TAG: constant of the source; ptr NULL: none */
    struct view_want *view; /* WANT_VIEW */
};

/* A condition of recognition bound to its slot. The conditions of an alternative follow each other.
 */
struct bound_cond {
    uint32_t slot;
    uint32_t next; /* where the next alternative begins */
    uint32_t decl; /* index of the declaration */
    bool last;     /* of its alternative: when it holds too, the declaration is found */
    const struct source_cond *cond;
};

/* A tag taken from the record, for open rows. */
struct open_tag {
    struct str name;
    struct want_cand *cands;
    size_t n_cands;
};

struct program {
    const struct source_decl *decl; /* NULL: undeclared, and no fallback is declared */
    struct json_path *paths;        /* slots */
    size_t n_slots;
    struct json_paths *jp;    /* owned */
    size_t n_recognised;      /* it can tell the declarations 0 to n_recognised - 1 */
    struct bound_cond *conds; /* of those, in order */
    size_t n_conds;
    uint32_t *wrap_slots; /* of all paths of all wrappers, in order */
    size_t n_wraps;
    struct want_cand *times; /* in the order tried */
    size_t n_times;
    struct want_cand *ids;
    size_t n_ids;
    struct want *wants;   /* one for each name asked for */
    uint32_t *text_slots; /* slots that the pairs of any text record fill: QRadar's view of it */
    size_t n_text_slots;
    uint32_t *value_slots; /* those that the pairs of a text record with fields fill */
    size_t n_value_slots;
    struct open_tag *open_tags;
    size_t n_open_tags;
};

struct extractor {
    struct arena arena;
    const struct source_set *set;
    bool lazy_time;
    bool needs_time; /* some name needs the event time */
    bool want_id;
    bool raw_payload;
    bool has_property; /* some name is a custom property */
    bool open;
    struct str *names;
    size_t n_names;
    struct source_tag *tags; /* --tag; globs compiled beside them */
    struct glob **tag_globs; /* NULL: every input */
    size_t n_tags;
    /* Declarations, then undeclared, then wrappers. */
    struct program *programs;
    size_t n_programs;
    uint32_t *wrap_of;    /* path of wrap_slots -> index of the wrapper */
    uint32_t *text_decls; /* declarations that may hold for a text record: they ask for @form */
    size_t n_text_decls;
    /* Names that the syslog header around a record has, when the record has them not. */
    struct header_name {
        uint32_t name;
        uint32_t offset; /* in struct syslog_header */
    } * header_names;
    size_t n_header_names;
};

static inline size_t program_undeclared(const struct extractor *x)
{
    return x->set->n_decls;
}
static inline size_t program_of_wrapper(const struct extractor *x, size_t wrapper)
{
    return x->set->n_decls + 1 + wrapper;
}

/* The first declaration whose conditions hold for the values read by p, SIZE_MAX when none does
 * among those p can tell. */
size_t program_recognise(const struct program *p, const struct val *vals);
/* The same for a text record: of the declarations that ask for its form. */
size_t text_recognise(const struct extractor *x, const struct text_event *e);
/* Whether some alternative of the declaration asks for @form. */
bool decl_takes_text(const struct source_decl *d);
/* The value of a list of candidates: the first that is there and not empty; empty when those that
 * are there all are; else absent. The arena is for what a transform decodes. */
struct val program_pick(const struct want_cand *cands, size_t n, const struct val *vals,
                        struct arena *a);

/* Case is ignored; a `*` at the beginning or the end of the pattern stands for anything. */
bool source_text_matches(struct str pattern, struct str s);

#endif
