/* declare.h - what a source declaration says, as plain read-only data. Private to the room.
 *
 * A file (sources/<name>.yaml) gives one declaration for each of its shapes, or one wrapper, or the
 * fallback. The built-in files are turned into constant tables at build by tools/gen_sources.c,
 * which uses the same loader as run-time folders do, so that there is one reading of the format.
 * docs/sources.md describes it. */
#ifndef SOURCE_DECLARE_H
#define SOURCE_DECLARE_H

#include "source/transform.h"

struct source_pair {
    struct str from;
    struct str to;
};

/* A table of values: what stands in the record, and what it means. */
struct source_map {
    struct str name;
    const struct source_pair *pairs;
    size_t n_pairs;
};

/* One place where a value may be. */
struct source_cand {
    struct str path; /* a declared path of record/json.h */
    enum transform_id transform;
    const struct source_map *map; /* of TRANSFORM_MAP */
};

/* Places in the order they are looked at. */
struct source_cands {
    const struct source_cand *items;
    size_t n;
};

struct source_field {
    struct str name;
    struct source_cands cands;
};

enum source_cond_kind { COND_HAS, COND_LACKS, COND_EQUALS };

/* One condition of recognition. */
struct source_cond {
    enum source_cond_kind kind;
    struct str path;
    const struct str *values; /* COND_EQUALS: one of these; case ignored, `*` at one end allowed */
    size_t n_values;
};

/* All conditions hold. */
struct source_alt {
    const struct source_cond *conds;
    size_t n_conds;
};

struct source_tag_def {
    struct str name;           /* with its # */
    struct str value;          /* constant, when cands.n is 0 */
    struct source_cands cands; /* else taken from the record */
};

/* One test on a field, by the name that a query would use. */
struct source_when {
    struct str field;
    const struct str *values; /* one of these; the empty text also stands for absent */
    size_t n_values;
};

/* The first rule whose tests all hold gives the number, or the text. */
struct source_rule {
    const struct source_when *whens;
    size_t n_whens;
    int64_t id;
    struct str text;
};

/* A field of QRadar's event model. */
struct source_name {
    struct str name;           /* lower case */
    struct source_cands cands; /* fields of the event (a canonical one by its name), as tried */
    const struct source_rule
        *rules; /* of texts: appended to the value, or the value without cands */
    size_t n_rules;
};

/* How IBM QRadar would show an event of this source. */
struct source_qradar {
    const struct source_rule *types; /* log source type */
    size_t n_types;
    const struct source_rule *categories; /* low-level category */
    size_t n_categories;
    const struct source_rule *severities;
    size_t n_severities;
    const struct source_name *names; /* none: those of the fallback */
    size_t n_names;
    const struct source_field *properties; /* custom properties: fields of the event */
    size_t n_properties;
    bool own_columns; /* a field of the record with QRadar's own name counts before all else */
};

struct source_decl {
    struct str name;  /* of the file: entra-signin */
    struct str shape; /* event-hub; empty when the file has but one */
    struct str label; /* for people: entra-signin/event-hub */
    struct str title;
    int64_t order;  /* of recognition: lower first */
    bool fallback;  /* applies to records that no declaration recognises */
    bool raw_inner; /* wrapper: @rawstring is the record inside */
    const struct source_alt *alts;
    size_t n_alts;
    const struct str *wraps; /* wrapper: paths that may hold the record, as JSON or as its text */
    size_t n_wraps;
    struct source_cands happened;
    struct source_cands emitted;
    struct source_cands id;
    const struct source_field *fields; /* canonical */
    size_t n_fields;
    const struct source_tag_def *tags;
    size_t n_tags;
    struct source_qradar qradar;
};

struct source_decls {
    const struct source_decl *items;
    size_t n;
};

/* The built-in declarations, ordered (generated). */
extern const struct source_decls source_builtin;

/* Reads one file's text. All memory comes from the arena. Declarations come in the order written.
 */
enum lanner_rc declare_load(struct arena *a, const char *file, struct str text,
                            struct source_decls *out, struct lanner_err *err) MUST_USE;
/* Sorts by order; equal orders stay as they are. */
void declare_sort(struct source_decl *decls, size_t n);

/* The canonical field, or NULL. */
const struct source_field *decl_field(const struct source_decl *d, struct str name);
/* The tag, or NULL. */
const struct source_tag_def *decl_tag(const struct source_decl *d, struct str name);

#endif
