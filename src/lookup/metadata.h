/* metadata.h - what QRadar keeps in tables of its own and queries read like events: log source
 * types, the QID map, reference sets. */
#ifndef LOOKUP_METADATA_H
#define LOOKUP_METADATA_H

#include "lookup/table.h"

/* lookup_table_read gives such a table for the file name `prefix` and the table's name. */
#define LOOKUP_METADATA_PREFIX "\x01meta:"

/* Is there such a table, whatever was given? Names ignore case:
 *   SDE_LogSourceType, LogSourceTypes     id, name, short_name
 *   QIDmap, QIDs                          qid, name, description, category, severity (--names)
 *   Categories                            id, name, level, high_level_id
 *   reference_data.sets('NAME')           value, ip (--reference) */
bool lookup_metadata_known(struct str name);
enum lanner_rc lookup_metadata_read(const struct lookup_folders *folders, struct str name,
                                    struct arena *a, struct lookup_table *out,
                                    struct lanner_err *err) MUST_USE;

#endif
