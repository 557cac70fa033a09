/* sarif.h - private to report: the pieces of SARIF that findings and issues share. */
#ifndef REPORT_SARIF_H
#define REPORT_SARIF_H

#include "report/json.h"

#define SARIF_SCHEMA                                                                               \
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

/* "key": {"text": s} */
void sarif_put_message(struct json *j, const char *key, struct str s);
/* physicalLocation; columns count from 1, 0: none. */
void sarif_put_location(struct json *j, struct str file, uint32_t line, uint32_t column,
                        uint32_t end_column);

#endif
