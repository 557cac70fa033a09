/* yaml.h - YAML text to a small tree: the landlord of libyaml.
 *
 * Only what declarations and packs need: one document of scalars, sequences and mappings. Aliases,
 * anchors and tags are refused, keys are scalars and may occur once, and size and depth are
 * bounded. */
#ifndef UTIL_YAML_H
#define UTIL_YAML_H

#include "util/mem.h"

#define YAML_MAX_DEPTH 32
#define YAML_MAX_NODES 200000
#define YAML_MAX_BYTES ((size_t)8 * 1024 * 1024)

enum yaml_kind { YAML_SCALAR, YAML_SEQUENCE, YAML_MAPPING };

struct yaml_node {
    enum yaml_kind kind;
    uint32_t line, column;    /* 1-based, of its beginning */
    bool quoted;              /* scalar: in quotes or as a block, so always text */
    struct str text;          /* scalar, also followed by a NUL */
    size_t n;                 /* items of a sequence, pairs of a mapping */
    struct yaml_node **items; /* sequence: n; mapping: n values, in the order written */
    struct yaml_node **keys;  /* mapping: n scalars */
    const char *file;         /* name given to yaml_parse, for messages */
    /* Where it stands: characters (not bytes) from the beginning of the text. The end of a block
     * collection may lie behind blank lines and comments that follow it. */
    size_t start, end;
};

/* Parses one document; an empty one is an empty mapping. Nodes and texts live in the arena. `name`
 * is for messages and is copied. */
enum lanner_rc yaml_parse(struct arena *a, const char *name, struct str text,
                          struct yaml_node **out, struct lanner_err *err) MUST_USE;

/* Value of a key in a mapping; NULL when absent or when the node is no mapping. */
struct yaml_node *yaml_get(const struct yaml_node *map, const char *key);
/* An error at a node: "name:line:column: text", the place in err as well. Returns LANNER_ERR_INPUT.
 */
enum lanner_rc yaml_error(const struct yaml_node *at, struct lanner_err *err, const char *fmt, ...)
    PRINTF(3, 4);
/* The node must be of that kind. */
enum lanner_rc yaml_expect(const struct yaml_node *node, enum yaml_kind kind,
                           struct lanner_err *err) MUST_USE;
/* The text under a key: absent gives STR_NONE, anything but a scalar is an error. */
enum lanner_rc yaml_get_str(const struct yaml_node *map, const char *key, struct str *out,
                            struct lanner_err *err) MUST_USE;
/* The same, but absent is an error. */
enum lanner_rc yaml_need_str(const struct yaml_node *map, const char *key, struct str *out,
                             struct lanner_err *err) MUST_USE;
/* true/false/yes/no, and decimal integers; absent leaves *out as it is. */
enum lanner_rc yaml_get_bool(const struct yaml_node *map, const char *key, bool *out,
                             struct lanner_err *err) MUST_USE;
enum lanner_rc yaml_get_long(const struct yaml_node *map, const char *key, int64_t *out,
                             struct lanner_err *err) MUST_USE;
/* The sequence under a key; a single scalar counts as a sequence of one; absent gives NULL. */
enum lanner_rc yaml_get_seq(struct arena *a, const struct yaml_node *map, const char *key,
                            struct yaml_node **out, struct lanner_err *err) MUST_USE;
/* Every key of the mapping is one of the NULL-terminated list; the error names the first that is
 * not, its hint the nearest that is. */
enum lanner_rc yaml_only_keys(const struct yaml_node *map, const char *const *allowed,
                              struct lanner_err *err) MUST_USE;

#endif
