/* payload.h - why the texts that a query asks of the payload do not occur. Private to engine. */
#ifndef ENGINE_PAYLOAD_H
#define ENGINE_PAYLOAD_H

#include "engine/query.h"

/* For a bound plan: looks at events of the inputs. Where those of an input pass all conditions but
 * one on the payload, and none passes that one, a line says so for each such input and condition,
 * with what stands in the payload instead where a value of the texts does. */
void payload_explain(struct lanner_session *s, const struct plan *p,
                     const struct scan_fields *fields, struct str text, struct buf *out);
/* The same as warnings, for a run that found nothing. */
void payload_hint(struct lanner_session *s, const struct plan *p, const struct scan_fields *fields,
                  struct notes *notes);

#endif
