/* pack.h - private to detect: reading the files of packs. */
#ifndef DETECT_PACK_H
#define DETECT_PACK_H

#include "detect/detect.h"
#include "util/yaml.h"

/* Bounds of a pack: packs come from the internet. */
#define PACK_MAX_BYTES      ((size_t)1 << 20) /* of one file */
#define PACK_MAX_DETECTIONS 1000
#define PACK_MAX_LIST       200   /* of a list in a file */
#define PACK_MAX_TEXT       20000 /* bytes of one value */

/* The file `name` of a folder, which may not lead out of it. */
enum lanner_rc pack_read_file(struct arena *a, const char *folder, struct str name, struct str *out,
                              struct lanner_err *err) MUST_USE;
/* Is there anything of that name in the folder, readable or not? */
bool pack_has_file(const char *folder, struct str name);
/* The same as pack_read_file, parsed; *file is its path. */
enum lanner_rc pack_read_yaml(struct arena *a, const char *folder, struct str name,
                              struct str *file, struct yaml_node **out,
                              struct lanner_err *err) MUST_USE;
/* A list of texts under a key (one text: a list of one); absent leaves the list as it is. */
enum lanner_rc pack_get_list(struct arena *a, const struct yaml_node *map, const char *key,
                             struct str **out, size_t *n, struct lanner_err *err) MUST_USE;
/* The techniques under `attack`, checked: T1589 or T1589.002. */
enum lanner_rc pack_get_attack(struct arena *a, const struct yaml_node *map, struct str **out,
                               size_t *n, struct lanner_err *err) MUST_USE;
enum lanner_rc pack_get_severity(const struct yaml_node *map, enum severity *out,
                                 struct lanner_err *err) MUST_USE;
/* A text that is not too long; absent leaves *out as it is. */
enum lanner_rc pack_get_text(const struct yaml_node *map, const char *key, struct str *out,
                             struct lanner_err *err) MUST_USE;
/* Letters, digits, dot, hyphen, underscore; 1 to 100. */
bool pack_is_id(struct str id);
enum lanner_rc pack_get_id(const struct yaml_node *map, struct str *out,
                           struct lanner_err *err) MUST_USE;
/* A span such as 90s, 60m, 24h or 7d, more than nothing and at most ten years. */
bool pack_parse_span(struct str text, int64_t *ms);

/* detection.c: reads the detection `name`.yaml of a folder and its queries. What the file leaves
 * out is the pack's. */
enum lanner_rc detection_load(struct arena *a, const struct pack *pack, struct str name,
                              struct detection *out, struct lanner_err *err) MUST_USE;

#endif
