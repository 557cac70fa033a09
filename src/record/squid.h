/* squid.h - access log lines of Squid: its native format, and `common` or `combined` with the
 * result behind it.
 *
 *     time elapsed client RESULT/status bytes METHOD url user HIERARCHY/peer type ["referer"
 * "agent"] client ident user [time] "METHOD url HTTP/1.1" status bytes ["referer" "agent"]
 * RESULT:HIERARCHY
 */
#ifndef RECORD_SQUID_H
#define RECORD_SQUID_H

#include "util/str.h"

/* All point into the line; a part that is not there, or is `-`, is empty. */
struct squid {
    bool combined;
    struct str time, elapsed, client, user, method, url, version, status, bytes, result, hierarchy,
        peer, type, referer, agent;
};

/* False when the text is no such line. */
bool squid_parse(struct str text, struct squid *out);

#endif
