/* format_json.c - JSON documents over several lines, arrays and envelopes of any size, column/row
 * answers: cut in order at record ends, split by any worker.
 *
 * A window ends where the walk (json_doc.c) has dealt with everything before; the place where the
 * walk stands travels with the next window. */
#include "format/json_doc.h"

static bool json_detect(struct str head, bool whole)
{
    const char *p = head.ptr, *end = head.ptr + head.len;

    (void)whole;
    while (p < end && (ascii_is_space(*p) || *p == '\0' || *p == 0x1e))
        p++;
    if (p >= end || (*p != '{' && *p != '['))
        return false;
    if (*p == '{') {
        p = json_skip_blanks(p + 1, end);
        return p >= end || *p == '"' || *p == '}';
    }
    /* `[2026-03-02 14:08:07] text` is no JSON. */
    p = json_skip_blanks(p + 1, end);
    return p >= end || *p == '{' || *p == '[' || *p == ']';
}

static void mark_set(struct format_window_mark *mark, const struct doc_walk *w)
{
    memset(mark, 0, sizeof(*mark));
    mark->place = (uint32_t)w->place | (uint32_t)w->n_arrays << 8 | (uint32_t)w->lost << 16;
    mark->n_lost = w->n_lost;
    mark->column = w->column;
    mark->columns = doc_columns_ref(w->columns);
    mark->has_built = w->place >= DOC_TABLES;
}

/* Passes over a record that is longer than allowed, by counting brackets; returns how many bytes.
 * It ends with its closing bracket, or before what must come behind it. */
static size_t skip_long(struct format_cutter *c, struct str bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        char b = bytes.ptr[i];

        if (c->in_string) {
            c->in_string = c->escaped || b != '"';
            c->escaped = !c->escaped && b == '\\';
        } else if (b == '"') {
            c->in_string = c->started = true;
        } else if (b == '{' || b == '[') {
            c->depth++;
            c->started = true;
        } else if (b == '}' || b == ']' || (b == ',' && c->depth == 0)) {
            bool ends = c->depth <= 1 && (c->started || b != ',');

            if (ends) {
                c->skipping = false;
                return i + (c->depth == 1 || i == 0);
            }
            c->depth -= c->depth > 0;
        }
    }
    return bytes.len;
}

/* The record is told of where it begins; what follows of it (`more`) is passed over in silence. */
static size_t cut_broken(size_t used, bool more, struct format_window_mark *mark)
{
    mark->all_broken = true;
    mark->has_broken = true;
    mark->n_records = more ? 0 : 1;
    return used;
}

/* A record that is longer than allowed: if it is one that merely has no end, reading goes on at the
 * next line that looks like a record; else its end is looked for without keeping it. */
static size_t cut_long(struct format_cutter *c, struct str bytes, struct format_window_mark *mark)
{
    const char *end = bytes.ptr + bytes.len;
    const char *to = doc_resync(&c->walk, doc_skip_between(bytes.ptr, end), end);

    c->walk.n_lost++;
    c->walk.lost = true;
    if (to < end)
        return cut_broken((size_t)(to - bytes.ptr), false, mark);
    c->skipping = true;
    c->depth = 0;
    c->in_string = c->escaped = c->started = false;
    mark->too_long = true;
    return cut_broken(skip_long(c, bytes), false, mark);
}

static void walk_copy(struct doc_walk *to, const struct doc_walk *from)
{
    *to = *from;
    to->columns = doc_columns_ref(from->columns);
}

/* A window ends behind a record: there the splitter, who sees no further, decides as the cutter
 * did. */
static size_t cut_documents(struct format_cutter *c, struct str bytes, bool at_end,
                            struct format_window_mark *mark)
{
    struct doc_walk *w = &c->walk;
    struct str rec = STR_NONE;
    bool cut, top;
    enum doc_found found;

    struct doc_walk sound; /* where the last record ended */

    mark_set(mark, w);
    if (c->skipping)
        return cut_broken(skip_long(c, bytes), true, mark);
    if (w->n_lost >= MAX_LOST && !at_end) {
        /* Read line by line: only whole lines are to be seen. */
        const char *nl = memrchr(bytes.ptr, '\n', bytes.len);

        if (nl == NULL) {
            w->lost |= bytes.len > c->max_record;
            return bytes.len > c->max_record ? cut_broken(bytes.len, false, mark) : 0;
        }
        bytes.len = (size_t)(nl + 1 - bytes.ptr);
        at_end = true;
    }
    w->start = w->ptr = bytes.ptr;
    w->end = bytes.ptr + bytes.len;
    w->at_end = at_end;
    walk_copy(&sound, w);
    while ((found = doc_next(w, &rec, &cut, &top)) != DOC_MORE) {
        doc_walk_done(&sound);
        walk_copy(&sound, w);
        mark->n_records += found != DOC_BROKEN;
        mark->has_broken |= found == DOC_BROKEN || cut;
        mark->has_built |= found == DOC_ROW;
    }
    if (!at_end) {
        doc_walk_done(w);
        *w = sound;
        if (w->ptr == bytes.ptr && bytes.len > c->max_record)
            return cut_long(c, bytes, mark);
    } else {
        doc_walk_done(&sound);
    }
    return (size_t)(w->ptr - bytes.ptr);
}

static size_t json_cut(struct format_cutter *c, struct str bytes, bool at_end,
                       struct format_window_mark *mark)
{
    size_t used = cut_documents(c, bytes, at_end, mark);
    const char *nl = used > 0 ? memrchr(bytes.ptr, '\n', used) : NULL;

    c->walk.column = nl != NULL ? (uint64_t)(bytes.ptr + used - (nl + 1)) : c->walk.column + used;
    return used;
}

static void json_start(struct format_splitter *s)
{
    const struct format_window_mark *m = s->mark;
    struct doc_walk *w = &s->walk;

    w->start = w->ptr = s->window.ptr;
    w->end = s->window.ptr + s->window.len;
    w->at_end = true;
    if (m != NULL) {
        w->place = m->place & 0xff;
        w->n_arrays = m->place >> 8 & 0xff;
        w->lost = (m->place >> 16 & 1) != 0;
        w->n_lost = m->n_lost;
        w->column = m->column;
        w->columns = doc_columns_ref(m->columns);
    }
}

static enum format_split json_next(struct format_splitter *s, struct record *out)
{
    struct str rec = STR_NONE;
    bool cut, top;
    enum doc_found found;

    if (s->mark != NULL && s->mark->all_broken) {
        if (s->in_line || s->mark->n_records == 0)
            return SPLIT_END;
        s->in_line = true;
        record_set(s, RECORD_JSON, s->window, out);
        return SPLIT_BROKEN;
    }
    for (;;) {
        found = doc_next(&s->walk, &rec, &cut, &top);
        if (found == DOC_MORE)
            return SPLIT_END;
        if (found == DOC_RECORD && !cut && s->wanted != NULL && !s->wanted(s->wanted_ctx, rec)) {
            s->n_skipped++;
            continue;
        }
        record_set(s, RECORD_JSON, rec, out);
        if (found == DOC_BROKEN)
            return SPLIT_BROKEN;
        if (found == DOC_ROW) {
            out->bytes = out->raw = doc_build_row(s->walk.columns, rec, s->arena);
            out->stood = rec;
            return SPLIT_RECORD;
        }
        if (s->need_raw && !cut && (!top || memchr(rec.ptr, '\n', rec.len) != NULL)) {
            out->raw = record_compact(rec, s->arena);
            out->stood = rec;
        }
        return SPLIT_RECORD;
    }
}

const struct format_def format_json = {
    .name = "json",
    .kind = FORMAT_STREAM,
    .shape = RECORD_JSON,
    .detect = json_detect,
    .cut = json_cut,
    .start = json_start,
    .next = json_next,
};
