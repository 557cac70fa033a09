/* names.h - what AQL's names mean: the fields of events and flows, and the names that public
 * content uses for them (aql.md 4.1, 4.2, 6.3). Private to the room. */
#ifndef LANG_AQL_NAMES_H
#define LANG_AQL_NAMES_H

#include "util/suggest.h"

enum aql_type {
    AQL_TYPE_NULL,
    AQL_TYPE_STRING,
    AQL_TYPE_BYTES,
    AQL_TYPE_BYTE,
    AQL_TYPE_INTEGER,
    AQL_TYPE_LONG,
    AQL_TYPE_TIME, /* a Long of ms since 1970 */
    AQL_TYPE_PORT,
    AQL_TYPE_DOUBLE,
    AQL_TYPE_BOOLEAN,
    AQL_TYPE_HOST,
    AQL_TYPE_HOSTV6,
    AQL_TYPE_HOSTV4V6,
    AQL_TYPE_MAC,
    AQL_TYPE_COUNT
};

/* As column metadata calls it (aql.md 8.4). */
const char *aql_type_name(enum aql_type type);
bool aql_type_is_host(enum aql_type type);
bool aql_type_is_number(enum aql_type type);

struct aql_field {
    const char *name;
    enum aql_type type;
    char where; /* 'E' events, 'F' flows, 'B' both */
};
/* The field of that name, compared without regard to case; NULL when there is none. */
const struct aql_field *aql_field_find(struct str name);
bool aql_field_in(const struct aql_field *f, bool flows);

/* A name of public content and what it stands for: the first of the texts below that is there. */
struct aql_synonym {
    const char *name;
    const char *call;       /* a function of the field, or NULL */
    const char *field;      /* of the model or of the view, or NULL */
    const char *property;   /* a custom property, or NULL */
    bool own;               /* then the custom property of the name itself */
    bool own_first;         /* ... before the field */
    const char *more;       /* one more field, or NULL */
    const char *flow_field; /* instead of `field` FROM flows, or NULL */
};
const struct aql_synonym *aql_synonym_find(struct str name);

/* Custom properties that every installation has (aql.md 4.3). */
bool aql_property_is_known(struct str name);
/* Functions that the product does not have. */
bool aql_function_is_tolerant(struct str name);

#endif
