/* names.h - every function name of CQL: known is not yet supported. Private to the room. */
#ifndef LANG_CQL_NAMES_H
#define LANG_CQL_NAMES_H

#include "lang/common/common.h"

/* cql.md 3.0 */
enum cql_fn_kind {
    CQL_FN_FILTER,
    CQL_FN_TRANSFORM,
    CQL_FN_AGGREGATE,
    CQL_FN_SEQUENCE,
    CQL_FN_GENERATOR,
    CQL_FN_JOIN,
    CQL_FN_PREAMBLE,
    CQL_FN_SPECIAL
};

struct cql_name {
    const char *name; /* as LogScale writes it */
    enum cql_fn_kind kind;
    bool extension;     /* a name of other languages that tolerant mode understands */
    bool events_only;   /* only before the first aggregate */
    const char *means;  /* extension: the standard spelling, for the note */
    const char *reason; /* why it is refused when no row and no stage has it; NULL: not there yet */
};

/* Without regard to case; NULL when unknown. */
const struct cql_name *cql_name_find(struct str name);
const struct cql_name *cql_name_at(size_t i); /* NULL at the end */
/* Adds the nearest names as the hint of an error. */
void cql_name_hint(struct str name, struct lanner_err *err);

#endif
