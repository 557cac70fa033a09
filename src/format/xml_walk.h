/* xml_walk.h - a walk through XML text that finds the Windows events in it. Private to the room. */
#ifndef FORMAT_XML_WALK_H
#define FORMAT_XML_WALK_H

#include "format/format_def.h"

struct xml_walk {
    const char *p, *end;
    bool at_end;
    /* In this text no such section ends any more: not looked for again. */
    bool no_comment_end, no_cdata_end, no_instruction_end;
    bool has_sections; /* a record was found with a comment, CDATA or instruction in it */
};

enum xml_found {
    XML_MORE,   /* everything up to p is dealt with; behind it more bytes are needed (or none) */
    XML_RECORD, /* from `<Event` to `</Event>` */
    XML_CUT,    /* the same without its end: another begins before, or the input ends */
    XML_BROKEN  /* an unreadable stretch between records */
};
enum xml_found xml_walk_next(struct xml_walk *w, struct str *out);
/* Where a record begins that is none within another, behind ptr; `end` when there is none in sight.
 */
const char *xml_walk_resync(const char *ptr, const char *end);
/* The first `<Event` of a text, or NULL. */
const char *xml_find_event(struct str text);
/* Whether `<System` follows the tag at ptr; *partial: more bytes are needed to tell. */
bool xml_begins_record(const char *ptr, const char *end, bool *partial);

#endif
