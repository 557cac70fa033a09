/* format.c - the table of formats, what is read from an input's head, and the calls that go to the
 * format's row. See format.h. */
#include "format/format.h"

#include <stdlib.h>

#include "format/json_doc.h"

static const struct format_def *const formats[] = {
#define FORMAT(ID) &format_##ID,
#include "format/formats.def"
#undef FORMAT
};

const struct format_def *format_at(size_t i)
{
    return i < ARRAY_LEN(formats) ? formats[i] : NULL;
}

const struct format_def *format_named(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
        if (str_eqz(name, formats[i]->name))
            return formats[i];
    }
    return NULL;
}

const char *format_name(const struct format_def *f)
{
    return f->name;
}

enum format_kind format_kind_of(const struct format_def *f)
{
    return f->kind;
}

const struct format_def *format_detect(struct str head, bool whole)
{
    size_t i = 0;

    while (i + 1 < ARRAY_LEN(formats) && !formats[i]->detect(head, whole))
        i++;
    return formats[i];
}

/* One date with slashes at p: 1 when only day first is possible, 0 when only month first, else -1.
 */
static int slash_order(const char *p, const char *end, const char **after)
{
    unsigned part[3] = {0, 0, 0}, digits;

    for (int i = 0; i < 3; i++) {
        for (digits = 0; p < end && ascii_is_digit(*p); p++)
            if (++digits <= 4)
                part[i] = part[i] * 10 + (unsigned)(*p - '0');
        *after = p;
        if (digits == 0 || digits > (i < 2 ? 2u : 4u) || (i == 2 && digits != 4))
            return -1;
        if (i < 2 && (p >= end || *p++ != '/'))
            return -1;
    }
    if (part[0] > 12 && part[0] <= 31 && part[1] >= 1 && part[1] <= 12)
        return 1;
    return part[1] > 12 && part[1] <= 31 && part[0] >= 1 && part[0] <= 12 ? 0 : -1;
}

/* Day first only when some date of the head can be read in no other way and none contradicts. */
static bool head_is_day_first(struct str head)
{
    const char *p = head.ptr, *end = head.ptr + head.len;
    bool day = false, month = false;

    while (p < end && (p = memchr(p, '/', (size_t)(end - p))) != NULL) {
        const char *from = p, *after;
        int order;

        while (from > head.ptr && p - from < 3 && ascii_is_digit(from[-1]))
            from--;
        order = p - from <= 2 && p > from ? slash_order(from, end, &after) : -1;
        day |= order == 1;
        month |= order == 0;
        p++;
    }
    return day && !month;
}

struct format_input *format_input_new(const struct format_def *f, struct str name, struct str head,
                                      int64_t reference_ns)
{
    struct format_input *in = xcalloc(1, sizeof(*in));

    arena_init(&in->arena, 1024);
    in->def = f;
    in->input.name = name;
    in->input.reference_ns = reference_ns;
    in->hint.day_first = head_is_day_first(head);
    in->input.time_hint = in->hint.day_first ? &in->hint : NULL;
    if (f->open != NULL)
        f->open(in, head);
    return in;
}

void format_input_free(struct format_input *in)
{
    if (in == NULL)
        return;
    arena_done(&in->arena);
    free(in);
}

const struct record_input *format_record_input(const struct format_input *in)
{
    return &in->input;
}

struct str format_input_header(const struct format_input *in)
{
    return in->header_record;
}

void format_mark_done(struct format_window_mark *mark)
{
    doc_columns_unref(mark->columns);
    mark->columns = NULL;
    w3c_state_done(&mark->w3c);
}

struct format_cutter *format_cutter_new(const struct format_input *in, uint64_t max_record)
{
    struct format_cutter *c = xcalloc(1, sizeof(*c));

    assert(in->def->kind == FORMAT_STREAM);
    c->in = in;
    c->max_record = MAX(max_record, (uint64_t)in->skip);
    return c;
}

size_t format_cut(struct format_cutter *c, struct str bytes, bool at_end,
                  struct format_window_mark *mark)
{
    size_t used = c->in->def->cut(c, bytes, at_end, mark);

    assert(used <= bytes.len);
    assert(used > 0 || (!at_end && bytes.len <= c->max_record) || bytes.len == 0);
    return used;
}

void format_cutter_free(struct format_cutter *c)
{
    if (c == NULL)
        return;
    doc_walk_done(&c->walk);
    w3c_state_done(&c->w3c);
    free(c);
}

void format_split_start(struct format_splitter *s)
{
    s->ptr = s->at = s->window.ptr;
    s->line = STR_NONE;
    s->in_line = false;
    s->n_skipped = 0;
    s->n_uneven = 0;
    memset(&s->walk, 0, sizeof(s->walk));
    memset(&s->w3c, 0, sizeof(s->w3c));
    if (s->in->def->start != NULL)
        s->in->def->start(s);
}

enum format_split format_split_next(struct format_splitter *s, struct record *out, uint64_t *offset)
{
    enum format_split found = s->in->def->next(s, out);

    if (found != SPLIT_END) {
        assert(s->at >= s->window.ptr && s->at < s->window.ptr + s->window.len);
        *offset = (uint64_t)(s->at - s->window.ptr);
    }
    return found;
}

bool format_split_holds(const struct format_splitter *s)
{
    return s->w3c.columns != (s->mark != NULL ? s->mark->w3c.columns : NULL);
}

void format_split_done(struct format_splitter *s)
{
    doc_walk_done(&s->walk);
    w3c_state_done(&s->w3c);
}
