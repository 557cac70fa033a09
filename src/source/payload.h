/* payload.h - QRadar's payload of a record: its own text, JSON in compact form. Private to the
 * room.
 */
#ifndef SOURCE_PAYLOAD_H
#define SOURCE_PAYLOAD_H

#include "record/record.h"

/* The record whose text is the payload. */
struct payload_of {
    struct str bytes;
    struct str raw;
    struct str stood;
    enum record_shape shape;
    bool is_made; /* of raw, which is the payload */
};

static inline struct payload_of payload_of_record(const struct record *r)
{
    return (struct payload_of){r->bytes, r->raw, r->stood, r->shape, r->is_made};
}

/* The payload: a JSON record without blanks between tokens, with the header that stands before it
 * on its line; any other record as its line. `as_it_stands`: no blank is taken out. */
struct str payload_text(const struct payload_of *p, bool as_it_stands, struct arena *a);
/* A text that is JSON, perhaps behind a header, without blanks between tokens; other text as it is.
 */
struct str payload_compact(struct str text, struct arena *a);
/* The host that a syslog header before the record (or of the line) names; absent: none. */
struct val payload_host(const struct payload_of *p);

#endif
