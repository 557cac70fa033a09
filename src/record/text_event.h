/* text_event.h - the fields of a line of text: LEEF, CEF, a proxy's line, or key=value.
 *
 * The first pair is @form: leef, cef, squid, squid-combined, tab (a time, then key=value between
 * tabs, as Zscaler's NSS feeds), kv, or plain for text without any pair. A LEEF or CEF header gives
 * pairs too: Vendor, Product, Version, EventID (LEEF) or EventClassID, Name, Severity (CEF), and
 * the same as @id, @name and @severity, which no attribute can be called. A CEF custom field with a
 * label is found under its label as well. The parts of a syslog header come last: priority, host,
 * app, pid, msgid.
 *
 * What belongs to a declared source has no use for those: a proxy's `host` is another.
 *
 * Pairs of LEEF, CEF, proxies and whatever stands behind a syslog header are fields of the event
 * (`fielded`); pairs in other text are seen by QRadar's view only. */
#ifndef RECORD_TEXT_EVENT_H
#define RECORD_TEXT_EVENT_H

#include "record/json.h"
#include "record/kv.h"
#include "record/syslog.h"

struct timestamp_hint;

enum text_form {
    TEXT_KV, /* or plain */
    TEXT_LEEF,
    TEXT_CEF,
    TEXT_SQUID,
    TEXT_SQUID_COMBINED,
    TEXT_TAB
};

struct text_event {
    struct kv_pair *pairs; /* arena */
    size_t n;
    size_t n_own; /* without those of the syslog header */
    enum text_form form;
    bool fielded;
    struct syslog_header header; /* when has_header */
    bool has_header;
};

/* Whether text_event_parse would set `fielded`, or in rare cases not: cheap. */
bool text_event_may_have_fields(struct str text);
void text_event_parse(struct str text, struct arena *a, struct text_event *out);
/* The value of the first pair with that name; of a JSON_PATH_DECLARED path without regard to case
 * when none has the exact spelling. */
struct val text_event_get(const struct text_event *e, const struct json_path *path);
/* When a LEEF or CEF event says it happened (devTime; rt, else end, else start), else TIME_NONE. */
int64_t text_event_time(const struct text_event *e, const struct timestamp_hint *hint,
                        struct str *time_text);

#endif
