/* syslog.h - the header before a message: RFC 3164 and RFC 5424 (aql.md 7.5). */
#ifndef RECORD_SYSLOG_H
#define RECORD_SYSLOG_H

#include "util/str.h"

struct syslog_header {
    struct str time; /* as it stands */
    struct str host; /* empty: none */
};

/* False when the line does not begin with one: `<14>Mar  2 14:08:07 host `, `Mar  2 14:08:07 host
 * `,
 * `<14>1 2026-03-02T14:08:07Z host `, `<14>2026-03-02T14:08:07Z host `. */
bool syslog_header(struct str line, struct syslog_header *out);
/* The host it names, empty when there is no header. */
struct str syslog_host(struct str line);

#endif
