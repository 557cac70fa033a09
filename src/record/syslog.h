/* syslog.h - the header before a message: RFC 3164 and RFC 5424 (aql.md 7.5). */
#ifndef RECORD_SYSLOG_H
#define RECORD_SYSLOG_H

#include "util/str.h"

/* Parts that are not there, or are `-`, are empty. */
struct syslog_header {
    struct str time; /* as it stands */
    struct str host;
    struct str priority; /* the digits between < and > */
    struct str app;      /* the tag of RFC 3164 */
    struct str pid;
    struct str msgid; /* RFC 5424 */
    struct str body;  /* what follows; of RFC 5424 with the structured data in front */
};

/* False when the line does not begin with one: `<14>Mar  2 14:08:07 host `, `Mar  2 14:08:07 host
 * `,
 * `<14>1 2026-03-02T14:08:07Z host `, `<14>2026-03-02T14:08:07Z host `. */
bool syslog_header(struct str line, struct syslog_header *out);
/* The host it names, empty when there is no header. */
struct str syslog_host(struct str line);
/* The time of a header in ns, or TIME_NONE. A time without a year is the last such one that is not
 * more than a day later than the reference; without a zone it is UTC. */
int64_t syslog_time(struct str time, int64_t reference_ns);

#endif
