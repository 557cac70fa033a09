/* front.h - what a front end is given beside the query's text. */
#ifndef LANG_COMMON_FRONT_H
#define LANG_COMMON_FRONT_H

#include "lang/common/times.h"
#include "plan/plan.h"

struct front_param {
    struct str name, value;
};

struct front_options {
    bool strict;
    bool strict_fields;               /* a name that no record has will be an error */
    bool no_category_widening;        /* AQL: CATEGORYNAME(category) is the low-level name only */
    const struct front_param *params; /* values of ?name */
    size_t n_params;
    /* Offset of the query's time zone, for time points that are floored to a unit; NULL: UTC. */
    time_zone_offset offset_of;
    void *zone;
};

#endif
