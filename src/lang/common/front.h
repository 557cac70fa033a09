/* front.h - what a front end is given beside the query's text. */
#ifndef LANG_COMMON_FRONT_H
#define LANG_COMMON_FRONT_H

#include "lang/common/times.h"
#include "plan/plan.h"

struct front_param {
    struct str name, value;
};

/* A parser script (cql.md 5.1): CQL that makes the fields of an event before a query sees it. */
struct front_script {
    struct str text;
    struct str file; /* for messages */
    struct str type; /* value of #type; empty: as the scan has it */
    /* Fields of the scan that the script is given beside the text and the time. */
    const struct str *given;
    size_t n_given;
    const struct str *tags; /* fields that become tags: `Vendor` is stored as `#Vendor` */
    size_t n_tags;
};

struct front_options {
    bool strict;
    bool strict_fields;               /* a name that no record has will be an error */
    bool no_category_widening;        /* AQL: CATEGORYNAME(category) is the low-level name only */
    const struct front_param *params; /* values of ?name */
    size_t n_params;
    char *const *saved; /* CQL: folders of saved queries, in order */
    size_t n_saved;
    const struct front_script *script; /* CQL: between the records and the query; or NULL */
    bool is_script;                    /* CQL: the text is such a script itself */
    /* Offset of the query's time zone, for time points that are floored to a unit; NULL: UTC. */
    time_zone_offset offset_of;
    void *zone;
};

#endif
