/* format_xml.c - Windows events as XML: one a line, spread over lines, in `<Events>`, behind a
 * syslog header.
 *
 * A record is made into the JSON that evtx_dump writes (record/xml_event.h), so that it is read by
 * the declarations for that; its raw text is the XML. References (`&#65;`), comments and CDATA can
 * write a value otherwise than it is: a record with one of them is looked at whatever literals
 * stand in it. */
#include "format/xml_walk.h"

/* How far into a file the first event may begin. */
#define MAX_LEAD 4096

/* The first event stands at the beginning of the text or a line, or behind a blank or tag; in a
 * CSV cell a quote or delimiter stands before it. */
static bool xml_detect(struct str head, bool whole)
{
    struct str lead = line_trim(head.ptr, head.ptr + head.len);
    const char *end = head.ptr + head.len, *p;
    bool partial;

    (void)whole;
    if (lead.len == 0)
        return false;
    lead.len = MIN(lead.len, (size_t)MAX_LEAD);
    p = xml_find_event(lead);
    if (p == NULL || !(xml_begins_record(p, end, &partial) || partial))
        return false;
    return p == head.ptr || ascii_is_space(p[-1]) || p[-1] == '>' || p[-1] == ':' || p == lead.ptr;
}

/* The record is told of where it begins; what follows of it (`more`) is passed over in silence. */
static size_t cut_broken(size_t used, bool more, struct format_window_mark *mark)
{
    mark->all_broken = mark->has_broken = true;
    mark->n_records = more ? 0 : 1;
    return used;
}

/* Passes over a record that is longer than allowed, up to where another begins; returns how many
 * bytes. 0: it begins here (c->skipping is off), or more bytes are needed to tell. */
static size_t skip_long(struct format_cutter *c, struct str bytes, bool at_end, size_t from)
{
    const char *end = bytes.ptr + bytes.len;
    const char *to = xml_walk_resync(bytes.ptr + from, end);
    bool partial;

    c->skipping = to == end || !xml_begins_record(to, end, &partial);
    if (to > bytes.ptr || !c->skipping)
        return (size_t)(to - bytes.ptr);
    return at_end || bytes.len > c->max_record ? bytes.len : 0;
}

static size_t xml_cut(struct format_cutter *c, struct str bytes, bool at_end,
                      struct format_window_mark *mark)
{
    struct xml_walk w = {.p = bytes.ptr, .end = bytes.ptr + bytes.len, .at_end = at_end};
    const char *sound = bytes.ptr;
    struct str rec;
    enum xml_found found;
    size_t used;

    memset(mark, 0, sizeof(*mark));
    if (c->skipping) {
        used = skip_long(c, bytes, at_end, 0);
        if (used > 0 || c->skipping)
            return cut_broken(used, true, mark);
    }
    while ((found = xml_walk_next(&w, &rec)) != XML_MORE) {
        sound = w.p;
        mark->n_records += found != XML_BROKEN;
        mark->has_broken |= found != XML_RECORD;
    }
    if (at_end)
        sound = bytes.ptr + bytes.len;
    used = (size_t)(sound - bytes.ptr);
    if (used == 0 && bytes.len > c->max_record) {
        mark->too_long = true;
        return cut_broken(skip_long(c, bytes, at_end, 1), false, mark);
    }
    mark->has_built = w.has_sections || (used > 0 && memchr(bytes.ptr, '&', used) != NULL);
    return used;
}

static void record_make(struct format_splitter *s, struct str xml, struct record *out)
{
    struct str json;

    (void)xml_event_json(xml, s->arena, &json);
    record_set(s, RECORD_JSON, xml, out);
    out->bytes = json;
    out->is_made = true;
}

static enum format_split xml_next(struct format_splitter *s, struct record *out)
{
    struct xml_walk w = {.p = s->ptr, .end = s->window.ptr + s->window.len, .at_end = true};
    struct str rec;

    if (s->mark != NULL && s->mark->all_broken) {
        if (s->in_line || s->mark->n_records == 0)
            return SPLIT_END;
        s->in_line = true;
        record_set(s, RECORD_JSON, s->window, out);
        return SPLIT_BROKEN;
    }
    for (;;) {
        enum xml_found found;

        w.has_sections = false;
        found = xml_walk_next(&w, &rec);
        s->ptr = w.p;
        if (found == XML_MORE)
            return SPLIT_END;
        if (found == XML_BROKEN) {
            record_set(s, RECORD_JSON, rec, out);
            return SPLIT_BROKEN;
        }
        if (found == XML_RECORD && s->wanted != NULL && !s->wanted(s->wanted_ctx, rec) &&
            !w.has_sections && memchr(rec.ptr, '&', rec.len) == NULL) {
            s->n_skipped++;
            continue;
        }
        record_make(s, rec, out);
        return SPLIT_RECORD;
    }
}

const struct format_def format_xml = {
    .name = "xml",
    .kind = FORMAT_STREAM,
    .shape = RECORD_JSON,
    .detect = xml_detect,
    .cut = xml_cut,
    .next = xml_next,
};
