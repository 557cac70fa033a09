/* leef.h - Log Event Extended Format, versions 1.0 and 2.0 (aql.md 7.6).
 *
 *     [header] LEEF:1.0|Vendor|Product|Version|EventID|key=value<TAB>key=value
 *     [header] LEEF:2.0|Vendor|Product|Version|EventID|delimiter|key=value<delimiter>...
 */
#ifndef RECORD_LEEF_H
#define RECORD_LEEF_H

#include "record/kv.h"

/* How far into a line an event may begin: behind a syslog header. */
#define EVENT_MAX_LEAD 1024
#define LEEF_MAX_PAIRS 2000

struct leef {
    struct str format; /* version of the format: 1.0, 2.0 */
    struct str vendor, product, version, event_id;
    struct kv_pair *pairs; /* arena; of a repeated key the first only counts, all are given */
    size_t n;
};

/* False when the text is none. Values point into the text. Senders that write version 1.0 with `^`
 * or blanks between the attributes are understood when no tab stands among them. */
bool leef_parse(struct str text, struct arena *a, struct leef *out);
/* The same with this delimiter, whatever the header says; '\0': as the header says. */
bool leef_parse_by(struct str text, char delimiter, struct arena *a, struct leef *out);
/* A delimiter as headers write it: one character, or its code x5E, 0x5E; '\0': it is none. */
char leef_delimiter(struct str s);

#endif
