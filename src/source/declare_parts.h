/* declare_parts.h - the pieces a declaration is made of, read from YAML. For declare.c alone. */
#ifndef SOURCE_DECLARE_PARTS_H
#define SOURCE_DECLARE_PARTS_H

#include "source/declare.h"
#include "util/yaml.h"

/* Bounds against hostile folders. */
#define DECLARE_MAX_FIELDS 1000
#define DECLARE_MAX_CANDS  256 /* of one field: likenesses of likenesses multiply */

/* What is the same for a whole file while it is read. */
struct declare_ctx {
    struct arena *arena;
    struct source_map *maps;
    size_t n_maps;
};

/* `maps:` of the file, into the context. */
enum lanner_rc declare_maps(struct declare_ctx *c, const struct yaml_node *file,
                            struct lanner_err *err) MUST_USE;
/* A candidate or a list of candidates under a key; absent leaves *out as it is. */
enum lanner_rc declare_cands(struct declare_ctx *c, const struct yaml_node *map, const char *key,
                             struct source_cands *out, struct lanner_err *err) MUST_USE;
/* A list of texts under a key; absent leaves the outputs as they are. */
enum lanner_rc declare_texts(struct declare_ctx *c, const struct yaml_node *map, const char *key,
                             const struct str **out, size_t *n, struct lanner_err *err) MUST_USE;
enum lanner_rc declare_recognise(struct declare_ctx *c, const struct yaml_node *map,
                                 struct source_decl *d, struct lanner_err *err) MUST_USE;
enum lanner_rc declare_tags(struct declare_ctx *c, const struct yaml_node *map,
                            struct source_decl *d, struct lanner_err *err) MUST_USE;
enum lanner_rc declare_qradar(struct declare_ctx *c, const struct yaml_node *map,
                              struct source_decl *d, struct lanner_err *err) MUST_USE;
/* `fields:`; a field that d already has is replaced. */
enum lanner_rc declare_fields(struct declare_ctx *c, const struct yaml_node *map,
                              struct source_decl *d, struct lanner_err *err) MUST_USE;

#endif
