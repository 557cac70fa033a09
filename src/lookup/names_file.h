/* names_file.h - the names that an installation gives its log sources, QIDs, domains and so on
 * (option names; docs/data.md). Read-only once open. */
#ifndef LOOKUP_NAMES_FILE_H
#define LOOKUP_NAMES_FILE_H

#include "batch/batch.h"
#include "lookup/folders.h"
#include "util/buf.h"

enum name_kind {
    NAME_LOG_SOURCE,
    NAME_LOG_SOURCE_GROUP,
    NAME_QID,
    NAME_DOMAIN,
    NAME_APPLICATION,
    NAME_PROCESSOR,
    NAME_HOST,
    NAME_COMPONENT,
    NAME_KIND_COUNT
};

/* Texts are empty where the file has none. */
struct named {
    struct str id, name, description;
    struct str category, severity; /* of a QID */
    struct str type;               /* of a log source: id of its type */
};

struct names;

/* The kind as files and queries write it: "log-source", "qid"; NAME_KIND_COUNT when unknown. */
enum name_kind name_kind_named(struct str name);
enum lanner_rc names_open(const struct lookup_folders *folders, struct arena *a,
                          const struct names **out, struct lanner_err *err) MUST_USE;
/* By id: 5 and "5" are one. room is scratch. */
bool names_by_id(const struct names *n, enum name_kind kind, const struct val *id, struct buf *room,
                 struct named *out);
/* By name: exactly, else without regard to case. */
bool names_by_name(const struct names *n, enum name_kind kind, struct str name, struct buf *room,
                   struct named *out);
/* The rows of a kind in the file's order: i counts up from 0; false at the end. */
bool names_next(const struct names *n, enum name_kind kind, size_t *i, struct named *out);

#endif
