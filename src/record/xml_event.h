/* xml_event.h - one Windows event as XML to the JSON that evtx_dump writes for it, so that both are
 * read by the same declarations.
 *
 *   - Attributes are members of `#attributes`, text beside them is `#text`.
 *   - `<Data Name="X">v</Data>` is the member X of EventData; Data without a name are the elements
 *     of `Data.#text`. Blanks are taken out of such names.
 *   - An element without content is null, in EventData the empty text.
 *   - Of siblings of one name the second is `name_1`, and so on.
 *   - A prefix of a name's namespace is dropped.
 *
 * There are no DTDs and no entities but the five of XML and numbers. Input is hostile: any bytes,
 * any nesting, any end; depth and number of fields are bounded. */
#ifndef RECORD_XML_EVENT_H
#define RECORD_XML_EVENT_H

#include "util/mem.h"

#define XML_EVENT_MAX_DEPTH  64
#define XML_EVENT_MAX_FIELDS 8000 /* elements and attributes */

/* False when the XML breaks off, is ill formed, or has what is refused: *json then holds what stood
 * before and breaks off there, too. *json is in the arena and never empty. */
bool xml_event_json(struct str xml, struct arena *a, struct str *json);

/* What stands at a `<`. */
enum xml_tag {
    XML_TAG_PARTIAL, /* more bytes are needed to tell */
    XML_TAG_EVENT,   /* `<Event>`: begins a record */
    XML_TAG_EVENT_END,
    XML_TAG_COMMENT,
    XML_TAG_CDATA,
    XML_TAG_INSTRUCTION, /* `<?` */
    XML_TAG_DOCTYPE,
    XML_TAG_OTHER, /* a tag of another element */
    XML_TAG_NONE   /* no markup: `<34>` */
};
#define XML_TAG_LOOK 12 /* so many bytes always suffice */
enum xml_tag xml_tag_at(const char *ptr, const char *end);
/* One past a comment, CDATA section or instruction that begins at ptr; NULL when it does not end.
 */
const char *xml_section_end(enum xml_tag tag, const char *ptr, const char *end);

#endif
