/* text_event.h - the fields of a line of text: LEEF, CEF, or key=value.
 *
 * The first pair is @form: leef, cef, kv, or plain for text without any pair. A LEEF or CEF header
 * gives pairs too: Vendor, Product, Version, EventID (LEEF) or EventClassID, Name, Severity (CEF),
 * and the same as @id, @name and @severity, which no attribute can be called. A CEF custom field
 * with a label is found under its label as well. */
#ifndef RECORD_TEXT_EVENT_H
#define RECORD_TEXT_EVENT_H

#include "record/json.h"
#include "record/kv.h"

struct timestamp_hint;

struct text_event {
    struct kv_pair *pairs; /* arena */
    size_t n;
};

void text_event_parse(struct str text, struct arena *a, struct text_event *out);
/* The value of the first pair with that name; of a JSON_PATH_DECLARED path without regard to case
 * when none has the exact spelling. */
struct val text_event_get(const struct text_event *e, const struct json_path *path);
/* When a LEEF or CEF event says it happened (devTime; rt, else end, else start), else TIME_NONE. */
int64_t text_event_time(struct str text, const struct timestamp_hint *hint, struct arena *a,
                        struct str *time_text);

#endif
