/* cef.h - Common Event Format (aql.md 7.7).
 *
 *     [header] CEF:0|Vendor|Product|Version|EventClassID|Name|Severity|key=value key=value
 */
#ifndef RECORD_CEF_H
#define RECORD_CEF_H

#include "record/leef.h"

#define CEF_MAX_PAIRS 2000

struct cef {
    struct str format; /* version of the format: 0, 1 */
    struct str vendor, product, version, event_class_id, name, severity;
    struct kv_pair *pairs; /* arena; in order */
    size_t n;
};

/* False when the text is none. Values point into the text, or into the arena when they had escapes.
 */
bool cef_parse(struct str text, struct arena *a, struct cef *out);

#endif
