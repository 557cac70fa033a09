/* qradar_tables.h - what tools/gen_qradar.py makes of data/qradar/. Private to qradar.c. */
#ifndef LOOKUP_QRADAR_TABLES_H
#define LOOKUP_QRADAR_TABLES_H

#include "util/base.h"

struct qradar_category {
    int32_t id;
    bool is_high;
    int8_t severity; /* -1: not published */
    const char *name;
};

#define QRADAR_OTHER_NAMES 3
struct qradar_type {
    int32_t id;
    const char *name;
    const char *short_name;
    const char *others[QRADAR_OTHER_NAMES]; /* older names, NULL at the end */
};

/* A name of a row, for the search by name. */
struct qradar_name {
    const char *name;
    uint16_t row;
};

/* Sorted by id. */
extern const struct qradar_category qradar_categories[];
extern const size_t qradar_n_categories;
extern const struct qradar_type qradar_types[];
extern const size_t qradar_n_types;
/* Sorted by the name in lower case; of equal names that of the better row first: a category's
 * low-level one, a type's own name before the older ones and the short one. */
extern const struct qradar_name qradar_category_names[];
extern const size_t qradar_n_category_names;
extern const struct qradar_name qradar_type_names[];
extern const size_t qradar_n_type_names;

#endif
