/* qradar.h - QRadar's own tables: categories, log source types, protocols. Names by id and ids by
 * name; all memory is constant. The facts are in data/qradar/.
 *
 * Names are found exactly first, then without regard to the case of ASCII letters. */
#ifndef LOOKUP_QRADAR_H
#define LOOKUP_QRADAR_H

#include "util/str.h"

/* Name of a low- or high-level category; NULL when there is none with that id. */
const char *qradar_category_name(int64_t id);
/* Name of the high-level category that a low- or high-level category belongs to: 24000 Sense holds
 * ids that have no name of their own. NULL when there is none. */
const char *qradar_category_high_name(int64_t id);
/* The high-level category of an id: id - id % 1000; 0 when there is none. */
int64_t qradar_category_high_id(int64_t id);
/* 0 to 10 where it was published, else -1. */
int qradar_category_severity(int64_t id);
/* Id of a name. Where a high- and a low-level category have one name (Authentication, Anomaly,
 * Suspicious Activity, Unknown) it is the low-level one's: that is what an event has. "High.Low",
 * as QRadar's rule editor writes it, is understood too. */
bool qradar_category_by_name(struct str name, int64_t *id);
/* Id of the high-level category of that name. */
bool qradar_category_high_by_name(struct str name, int64_t *id);

/* Present name of a log source type; NULL when there is none with that id. */
const char *qradar_type_name(int64_t id);
/* The name that detections were written with, see aql.md 4.4: the older one of 445, else the
 * present one. */
const char *qradar_type_usual_name(int64_t id);
/* Name of the device support module: "MicrosoftAzureActiveDirectory". */
const char *qradar_type_short_name(int64_t id);
/* The n-th of the further names of a type (from 0): those which it had, or which it got; NULL at
 * the end. The usual name is not among them. */
const char *qradar_type_other_name(int64_t id, size_t n);
/* Id of a type by any of its names, the short one included. */
bool qradar_type_by_name(struct str name, int64_t *id);
/* The n-th row of the tables, for queries over them; false past the end. Any output may be NULL. */
bool qradar_category_at(size_t n, int64_t *id, const char **name, bool *is_high);
bool qradar_type_at(size_t n, int64_t *id, const char **name, const char **short_name);

/* IANA's short name of an IP protocol ("TCP"); NULL when the number has none. */
const char *qradar_protocol_name(int64_t number);
bool qradar_protocol_by_name(struct str name, int64_t *number);

#endif
