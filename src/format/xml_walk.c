/* xml_walk.c - finding Windows events in XML text. See xml_walk.h.
 *
 * Only tags are looked at, not what is well formed: that is for whoever reads the record. An event
 * without an end is told from one with an element called Event in it by what follows: a record
 * begins with System. What stands between records is of no interest as long as it is markup (a
 * declaration, `<Events>`) or the beginning of the line on which a record starts (a syslog header);
 * else it is reported once. */
#include "format/xml_walk.h"

/* Elements called Event within each other; more are taken for records without an end. */
#define MAX_NESTED 8
/* How far behind `<Event` its System is looked for. */
#define MAX_LOOK 4096

/* One past the section at p (found), or past its beginning when it has no end (*lost). NULL: more
 * bytes are needed. */
static const char *pass_section(struct xml_walk *w, enum xml_tag tag, const char *p, bool *lost)
{
    bool *none = tag == XML_TAG_COMMENT ? &w->no_comment_end
                 : tag == XML_TAG_CDATA ? &w->no_cdata_end
                                        : &w->no_instruction_end;
    const char *to = *none ? NULL : xml_section_end(tag, p, w->end);

    *lost = to == NULL;
    if (to != NULL)
        return to;
    if (!w->at_end)
        return NULL;
    *none = true;
    return p + 2;
}

/* The `>` of the tag at ptr; NULL when it has none before the next tag (or far from here).
 * *partial: more bytes are needed to tell. A tag is never looked for beyond the next one: there a
 * window may end. */
static const char *tag_close(const char *ptr, const char *end, bool *partial)
{
    const char *limit = end - ptr > MAX_LOOK ? ptr + MAX_LOOK : end;

    *partial = false;
    for (ptr++; ptr < limit; ptr++) {
        if (*ptr == '>')
            return ptr;
        if (*ptr == '<')
            return NULL;
    }
    *partial = limit == end;
    return NULL;
}

bool xml_begins_record(const char *ptr, const char *end, bool *partial)
{
    static const char system[] = "<System";
    const char *limit = end - ptr > MAX_LOOK ? ptr + MAX_LOOK : end;
    const char *p = tag_close(ptr, end, partial);
    size_t n;

    if (p == NULL || p[-1] == '/')
        return false;
    for (p++; p < limit && ascii_is_space(*p);)
        p++;
    n = MIN((size_t)(limit - p), sizeof(system) - 1);
    if (memcmp(p, system, n) != 0)
        return false;
    *partial = n < sizeof(system) - 1 && limit == end;
    return n == sizeof(system) - 1;
}

const char *xml_walk_resync(const char *ptr, const char *end)
{
    while (ptr < end && (ptr = memchr(ptr, '<', (size_t)(end - ptr))) != NULL) {
        enum xml_tag tag = xml_tag_at(ptr, end);
        bool partial = tag == XML_TAG_PARTIAL;

        if (partial || (tag == XML_TAG_EVENT && (xml_begins_record(ptr, end, &partial) || partial)))
            return ptr;
        ptr++;
    }
    return end;
}

const char *xml_find_event(struct str text)
{
    const char *p = text.ptr, *end = text.ptr + text.len;

    for (; p < end && (p = memchr(p, '<', (size_t)(end - p))) != NULL; p++) {
        if (xml_tag_at(p, end) == XML_TAG_EVENT)
            return p;
    }
    return NULL;
}

/* A tag that only ends, or stands inside, a record: what is left of one whose beginning is gone. */
static bool is_remnant(const char *p, const char *end)
{
    static const struct str tags[] = {STR_INIT("</Event>"), STR_INIT("</EventData>"),
                                      STR_INIT("</System>"), STR_INIT("</Data>"),
                                      STR_INIT("<Data ")};
    struct str rest = str_of(p, (size_t)(end - p));

    for (size_t i = 0; i < ARRAY_LEN(tags); i++) {
        if (str_starts(rest, tags[i]))
            return true;
    }
    return false;
}

/* Whether text stands before `limit`, besides tags, blanks and bytes that crashes leave. */
static bool has_text(const char *p, const char *limit, const char *end)
{
    while (p < limit) {
        bool partial;

        if (*p == '<')
            p = tag_close(p, end, &partial);
        else if (!ascii_is_space(*p) && *p != '\0' && *p != 0x1e)
            return true;
        if (p == NULL)
            return true;
        p++;
    }
    return false;
}

static struct str trimmed(const char *p, const char *end)
{
    struct str s = line_trim(p, end);

    return s.len > 0 ? s : str_of(p, (size_t)(end - p));
}

/* The next `<Event` from `p` on: its place, or `end`. *clean is cleared when what stands before is
 * none of the markup that may. False: more bytes are needed. */
static bool find_start(struct xml_walk *w, const char **place, bool *clean)
{
    const char *p = w->p, *text = w->p; /* from `text` on, text is looked for */

    while (p < w->end && (p = memchr(p, '<', (size_t)(w->end - p))) != NULL) {
        enum xml_tag tag = xml_tag_at(p, w->end);
        bool lost = false;

        if ((size_t)(w->end - p) < XML_TAG_LOOK && !w->at_end)
            return false;
        if (tag == XML_TAG_EVENT)
            break;
        if (tag == XML_TAG_COMMENT || tag == XML_TAG_CDATA || tag == XML_TAG_INSTRUCTION) {
            const char *to = pass_section(w, tag, p, &lost);

            if (to == NULL)
                return false;
            *clean = *clean && !lost && tag != XML_TAG_CDATA && !has_text(text, p, p);
            p = text = to;
            continue;
        }
        *clean =
            *clean && tag != XML_TAG_DOCTYPE && tag != XML_TAG_EVENT_END && !is_remnant(p, w->end);
        p++;
    }
    *place = p != NULL && p < w->end ? p : w->end;
    if (*place == w->end) {
        *clean = *clean && !has_text(text, w->end, w->end);
        return w->at_end;
    }
    p = text < *place ? memrchr(text, '\n', (size_t)(*place - text)) : NULL;
    if (p != NULL)
        *clean = *clean && !has_text(text, p, *place);
    return true;
}

static const char *next_tag(const char *p, const char *end)
{
    const char *tag = memchr(p, '<', (size_t)(end - p));

    return tag != NULL ? tag : end;
}

/* Goes on from a tag within the record that begins at `start`: 1 when the record ends before *p, -1
 * when another begins there, 0 to go on, 2 when more bytes are needed. */
static int pass_tag(struct xml_walk *w, const char **p, unsigned *depth)
{
    enum xml_tag tag = xml_tag_at(*p, w->end);
    bool partial = false, lost;
    const char *close;

    if ((size_t)(w->end - *p) < XML_TAG_LOOK && !w->at_end)
        return 2;
    switch (tag) {
    case XML_TAG_EVENT:
        if (xml_begins_record(*p, w->end, &partial) || *depth == MAX_NESTED)
            return -1;
        if (partial && !w->at_end)
            return 2;
        close = tag_close(*p, w->end, &partial);
        *depth += close != NULL && close[-1] != '/';
        (*p)++;
        return 0;
    case XML_TAG_EVENT_END:
        close = tag_close(*p, w->end, &partial);
        if (partial && !w->at_end)
            return 2;
        if (close != NULL)
            *p = close + 1;
        else
            *p = next_tag(*p + 1, w->end);
        return --*depth == 0;
    case XML_TAG_COMMENT:
    case XML_TAG_CDATA:
    case XML_TAG_INSTRUCTION:
        w->has_sections = true;
        close = pass_section(w, tag, *p, &lost);
        if (close == NULL)
            return 2;
        *p = close;
        return 0;
    default:
        (*p)++;
        return 0;
    }
}

/* `<Event/>`; NULL when it is none. *partial: more bytes are needed. */
static const char *empty_record(const char *start, const char *end, bool *partial)
{
    const char *close = tag_close(start, end, partial);

    return close != NULL && close[-1] == '/' ? close + 1 : NULL;
}

static enum xml_found find_end(struct xml_walk *w, const char *start, struct str *out)
{
    unsigned depth = 1;
    bool partial;
    const char *p = empty_record(start, w->end, &partial);
    int what = p != NULL;

    if (partial && !w->at_end)
        return XML_MORE;
    p = p != NULL ? p : start + 1;
    while (what == 0 && p < w->end && (p = memchr(p, '<', (size_t)(w->end - p))) != NULL)
        what = pass_tag(w, &p, &depth);
    if (what == 2 || (what == 0 && !w->at_end))
        return XML_MORE;
    if (what == 0)
        p = w->end;
    w->p = p;
    *out = what == 1 ? str_of(start, (size_t)(p - start)) : trimmed(start, p);
    return what == 1 ? XML_RECORD : XML_CUT;
}

enum xml_found xml_walk_next(struct xml_walk *w, struct str *out)
{
    const char *start = NULL;
    bool clean = true;

    if (!find_start(w, &start, &clean))
        return XML_MORE;
    if (!clean) {
        *out = trimmed(w->p, start);
        w->p = start;
        return XML_BROKEN;
    }
    if (start == w->end) {
        w->p = w->end;
        return XML_MORE;
    }
    return find_end(w, start, out);
}
