/* extractor.c - one record's bytes to a row.
 *
 * A worker guesses that a record is of the source of the record before and reads it with that
 * source's program: one pass gives the wanted values and what is needed to check the guess. Only
 * when the guess was wrong is the record read again. Which program a row comes from therefore never
 * depends on the guess: it is the one of the first declaration whose conditions hold.
 *
 * A wrapper's record is read twice at once: its own fields, and the record inside as one level
 * further down. */
#include <stdlib.h>

#include "source/csv_view.h"
#include "source/open.h"
#include "source/payload.h"
#include "source/program.h"
#include "source/properties.h"
#include "source/view.h"
#include "util/hash.h"

/* A record inside a record inside a record. */
#define LEVELS OPEN_MAX_RECORDS
/* How far into a wrapped text its record may begin: behind a syslog header. */
#define INNER_MAX_LEAD 1024

struct level {
    struct json_scratch **scratch; /* one for each program, made when first used */
    struct csv_view *csv;
    struct val *vals;
    size_t guess;  /* program of the record before */
    size_t second; /* the other one of late: streams of two kinds mixed */
};

struct extractor_worker {
    const struct extractor *x;
    const uint64_t *asks, *open; /* see extractor_worker_asks; or NULL */
    const bool *thin; /* per name: nobody asks for it of this record; NULL: all are asked for */
    struct level levels[LEVELS];
    uint32_t *forced;     /* per name: --tag that sets it, plus 1; 0: none */
    struct buf tag_input; /* name of the input for which */
    bool *applies;        /* per --tag: whether it applies to that input */
    bool tags_known;
    const struct batch *batch; /* of the record before */
    uint32_t row;
    bool fresh; /* a new batch began with this record */
    /* The screen: names asked about, in order. */
    uint32_t *screened; /* owned */
    size_t n_screened;
    extractor_screen screen;
    void *screen_ctx;
    extractor_last last; /* or NULL */
    void *last_ctx;
    size_t reading;                /* program that the outermost record is being read with */
    struct properties *properties; /* owned; NULL: no custom property is asked for */
};

/* What was found out about a record besides the values of its names. */
struct found {
    size_t source;
    int64_t event_ns;
    struct str time_text;
    struct str raw;
    struct payload_of payload;
    struct val id;
    enum json_status status;
    size_t broken_at;
    bool unwanted; /* the screen has dropped it */
    struct open_source open;
};

/* The list of records is left alone: it is long, and this runs for every record. */
static void found_init(struct found *f)
{
    f->source = SIZE_MAX;
    f->event_ns = TIME_NONE;
    f->time_text = f->raw = STR_NONE;
    f->payload.bytes = STR_NONE;
    f->id = VAL_ABSENT;
    f->status = JSON_OK;
    f->broken_at = 0;
    f->unwanted = false;
    f->open.n_records = 0;
    f->open.program = NULL;
    f->open.vals = NULL;
}

/* One call's worth of arguments. */
struct reading {
    struct extractor_worker *w;
    struct batch *b;
    uint32_t row;
    const struct timestamp_hint *hint; /* may be NULL */
};

/* Whether the syslog header around a record may give the name. */
static bool in_header(const struct extractor *x, uint32_t name)
{
    for (size_t i = 0; i < x->n_header_names; i++)
        if (x->header_names[i].name == name)
            return true;
    return false;
}

/* The outermost record's own field wins over all else, in every program: its value is the row's as
 * soon as it is read. */
static bool screen_own(void *ctx, uint32_t slot, const struct val *v)
{
    const struct extractor_worker *w = ctx;
    const struct want *wants = w->x->programs[w->reading].wants;

    for (size_t i = 0; i < w->n_screened; i++) {
        const struct want *want = &wants[w->screened[i]];

        if (want->own == slot && want->kind == WANT_FIELD &&
            !(val_is_null(v) && in_header(w->x, w->screened[i])) &&
            !w->screen(w->screen_ctx, w->screened[i], v))
            return false;
    }
    return true;
}

static struct json_scratch *scratch_for(struct extractor_worker *w, unsigned depth, size_t program)
{
    const struct program *p = &w->x->programs[program];
    struct json_scratch **s = &w->levels[depth].scratch[program];

    if (*s != NULL)
        return *s;
    *s = json_scratch_new(p->jp);
    for (size_t i = 0; depth == 0 && i < w->n_screened; i++) {
        const struct want *want = &p->wants[w->screened[i]];

        if (want->kind == WANT_FIELD && want->own != SLOT_NONE)
            json_scratch_watch(*s, want->own, screen_own, w);
    }
    return *s;
}

static void level_read(struct reading *rd, unsigned depth, size_t program, const struct record *r,
                       struct found *f)
{
    const struct program *p = &rd->w->x->programs[program];
    struct level *l = &rd->w->levels[depth];

    f->status = JSON_OK;
    f->broken_at = 0;
    switch (r->shape) {
    case RECORD_JSON:
        if (depth == 0)
            rd->w->reading = program;
        f->status = json_paths_read(p->jp, scratch_for(rd->w, depth, program), r->bytes,
                                    rd->b->arena, l->vals, &f->broken_at);
        f->unwanted |= f->status == JSON_UNWANTED;
        return;
    case RECORD_CSV:
        if (l->csv == NULL)
            l->csv = csv_view_new(rd->w->x);
        csv_view_read(l->csv, program, r, rd->w->fresh, rd->b->arena, l->vals);
        return;
    case RECORD_TEXT: /* see extract_text */
    case RECORD_SHAPE_COUNT:
        memset(l->vals, 0, p->n_slots * sizeof(*l->vals)); /* all absent */
        return;
    }
}

/* The record in a wrapper's field; false when there is none. */
static bool find_inner(const struct val *v, const struct record *outer, struct record *inner)
{
    struct str text = str_trim(val_as_str(v));
    size_t start = str_find_char(str_of(text.ptr, MIN(text.len, (size_t)INNER_MAX_LEAD)), '{');

    if (start == SIZE_MAX)
        return false;
    *inner = (struct record){.bytes = str_of(text.ptr + start, text.len - start),
                             .raw = text,
                             .shape = RECORD_JSON,
                             .input = outer->input};
    return true;
}

/* The event time: the first candidate that is one. An impossible time (second 65) is passed over.
 */
static void find_time(const struct extractor *x, const struct program *p, const struct val *vals,
                      const struct record *r, struct arena *a, struct found *f)
{
    const struct timestamp_hint *hint = r->input != NULL ? r->input->time_hint : NULL;

    if (x->lazy_time && !x->needs_time && f->status == JSON_OK)
        return;
    for (size_t i = 0; i < p->n_times; i++) {
        struct val v = program_pick(&p->times[i], 1, vals, a);
        int64_t ns;

        if (!val_is_text(&v) || v.len == 0 || !timestamp_parse(val_as_str(&v), hint, &ns))
            continue;
        f->event_ns = ns;
        f->time_text = val_as_str(&v);
        return;
    }
}

static struct val slot_val(const struct val *vals, uint32_t slot)
{
    return slot != SLOT_NONE && vals[slot].kind > KIND_NULL ? vals[slot] : VAL_ABSENT;
}

static struct val tag_value(const struct reading *rd, size_t name, const struct want *want,
                            const struct val *vals)
{
    const struct extractor_worker *w = rd->w;
    struct val v;

    if (w->forced[name] != 0)
        return val_str(w->x->tags[w->forced[name] - 1].value);
    v = slot_val(vals, want->own);
    if (v.kind != KIND_ABSENT)
        return v;
    if (want->fixed.ptr != NULL)
        return val_str(want->fixed);
    v = program_pick(want->cands, want->n_cands, vals, rd->b->arena);
    return v.kind != KIND_ABSENT ? v : slot_val(vals, want->untagged);
}

static inline struct val row_value(const struct reading *rd, const struct program *p, size_t name,
                                   const struct val *vals)
{
    const struct want *want = &p->wants[name];
    struct val v;

    if (want->kind == WANT_TAG)
        return tag_value(rd, name, want, vals);
    if (UNLIKELY(want->kind == WANT_VIEW))
        return view_value(want->view, vals, rd->hint, rd->b->arena);
    v = slot_val(vals, want->own);
    if (v.kind == KIND_ABSENT && want->n_cands > 0)
        v = program_pick(want->cands, want->n_cands, vals, rd->b->arena);
    return v;
}

/* The row's values by one program. What finish_row makes is absent unless the record has it. */
static void fill_row(struct reading *rd, const struct program *p, const struct val *vals)
{
    for (size_t i = 0; i < rd->w->x->n_names; i++)
        rd->b->cols[i].v[rd->row] = row_value(rd, p, i, vals);
}

/* Whether finish_row leaves the value alone. */
static bool is_read(const struct want *want)
{
    if (want->kind == WANT_VIEW)
        return want->view->kind != VIEW_TIME && want->view->kind != VIEW_PAYLOAD &&
               want->view->kind != VIEW_HOST;
    return want->kind == WANT_FIELD || want->kind == WANT_TAG || want->kind == WANT_PROPERTY;
}

static bool row_passes(const struct reading *rd, const struct program *p, const struct val *vals)
{
    const struct extractor_worker *w = rd->w;

    for (size_t i = 0; i < w->n_screened; i++) {
        uint32_t name = w->screened[i];
        struct val v;

        if (!is_read(&p->wants[name]))
            continue;
        v = row_value(rd, p, name, vals);
        if (v.kind == KIND_ABSENT && p->wants[name].kind == WANT_PROPERTY)
            continue; /* a path like it may follow */
        if (val_is_null(&v) && in_header(w->x, name))
            continue; /* see read_header */
        if (!w->screen(w->screen_ctx, name, &v))
            return false;
    }
    return true;
}

/* A wrapper's own fields over those of the record inside. */
static void overlay_row(struct reading *rd, const struct program *p, const struct val *vals)
{
    const struct extractor *x = rd->w->x;

    for (size_t i = 0; i < x->n_names; i++) {
        const struct want *want = &p->wants[i];
        struct val *cell = &rd->b->cols[i].v[rd->row];
        struct val v = slot_val(vals, want->own);

        if (want->kind == WANT_TAG && rd->w->forced[i] != 0)
            continue;
        if (want->kind == WANT_VIEW) {
            v = view_value(want->view, vals, rd->hint, rd->b->arena);
            /* A column that is empty says nothing. */
            if (v.kind == KIND_TEXT && v.len == 0)
                v = VAL_ABSENT;
        }
        if (v.kind == KIND_ABSENT && want->kind == WANT_FIELD)
            v = program_pick(want->cands, want->n_cands, vals, rd->b->arena);
        if (v.kind == KIND_ABSENT && want->kind == WANT_TAG && cell->kind == KIND_ABSENT)
            v = tag_value(rd, i, want, vals);
        if (v.kind != KIND_ABSENT)
            *cell = v;
    }
}

static void level_learn(struct level *l, size_t program)
{
    if (l->guess != program) {
        l->second = l->guess;
        l->guess = program;
    }
}

/* The declaration the record belongs to, reading with further programs until one can tell. *read is
 * the program whose values are there. */
static size_t level_recognise(struct reading *rd, unsigned depth, const struct record *r,
                              size_t *read, struct found *f)
{
    const struct extractor *x = rd->w->x;
    struct level *l = &rd->w->levels[depth];
    size_t undeclared = program_undeclared(x);
    size_t source = program_recognise(&x->programs[*read], l->vals);

    if (source == SIZE_MAX && l->second > l->guess && l->second < undeclared &&
        *read < undeclared) {
        *read = l->second;
        level_read(rd, depth, *read, r, f);
        source = program_recognise(&x->programs[*read], l->vals);
    }
    if (source == SIZE_MAX && *read != undeclared) {
        *read = undeclared;
        level_read(rd, depth, *read, r, f);
        source = program_recognise(&x->programs[*read], l->vals);
    }
    return source;
}

static bool extract(struct reading *rd, unsigned depth, const struct record *r, struct found *f);

/* True when some wrapper's field holds a record that is recognised; the row is then filled.
 * *program is the one whose values are there. */
static bool extract_wrapped(struct reading *rd, unsigned depth, const struct record *r,
                            size_t *program, struct found *f)
{
    const struct extractor *x = rd->w->x;
    const struct program *p = &x->programs[*program];
    struct level *l = &rd->w->levels[depth];

    for (size_t i = 0; i < p->n_wraps; i++) {
        const struct val *v = &l->vals[p->wrap_slots[i]];
        struct found inner;
        struct record rec;
        size_t wrapper;

        if (LIKELY(v->kind != KIND_TEXT) || !find_inner(v, r, &rec))
            continue;
        found_init(&inner);
        if (!extract(rd, depth + 1, &rec, &inner))
            continue;
        wrapper = program_of_wrapper(x, x->wrap_of[i]);
        if (*program != wrapper) {
            *program = wrapper;
            level_read(rd, depth, wrapper, r, f);
        }
        p = &x->programs[wrapper];
        overlay_row(rd, p, l->vals);
        f->source = inner.source;
        f->event_ns = TIME_NONE;
        find_time(x, p, l->vals, r, rd->b->arena, f);
        if (f->event_ns == TIME_NONE) {
            f->event_ns = inner.event_ns;
            f->time_text = inner.time_text;
        }
        f->raw = p->decl->raw_inner ? inner.raw : r->raw;
        f->payload = p->decl->raw_inner || (r->shape == RECORD_CSV && !x->raw_payload)
                         ? inner.payload
                         : payload_of_record(r);
        f->id = program_pick(p->ids, p->n_ids, l->vals, rd->b->arena);
        if (val_is_null(&f->id))
            f->id = inner.id;
        f->open.program = inner.open.program;
        f->open.vals = inner.open.vals;
        for (size_t k = 0; k < inner.open.n_records; k++)
            f->open.records[f->open.n_records++] = inner.open.records[k];
        return true;
    }
    return false;
}

/* A time that the syslog header around the record gives. */
static void header_time(const struct record *r, struct str time, struct found *f)
{
    f->event_ns = syslog_time(time, r->input != NULL ? r->input->reference_ns : 0);
    if (f->event_ns != TIME_NONE)
        f->time_text = time;
}

/* What the header of the line around a JSON record says, where the record itself is silent. */
static void read_header(struct reading *rd, const struct record *r, struct found *f)
{
    const struct extractor *x = rd->w->x;
    struct syslog_header h;

    if (r->raw.ptr >= r->bytes.ptr || r->shape != RECORD_JSON)
        return;
    if ((f->event_ns != TIME_NONE || (x->lazy_time && !x->needs_time)) && x->n_header_names == 0)
        return;
    if (!syslog_header(r->raw, &h))
        return;
    if (f->event_ns == TIME_NONE)
        header_time(r, h.time, f);
    for (size_t i = 0; i < x->n_header_names; i++) {
        struct val *cell = &rd->b->cols[x->header_names[i].name].v[rd->row];
        struct str part;

        memcpy(&part, (const char *)&h + x->header_names[i].offset, sizeof(part));
        if (val_is_null(cell) && part.len > 0)
            *cell = val_str(part);
    }
}

/* The time of a text event: its own, else that of its header. */
static void text_time(struct reading *rd, const struct program *p, const struct text_event *e,
                      const struct val *vals, const struct record *r, struct found *f)
{
    const struct extractor *x = rd->w->x;

    if (x->lazy_time && !x->needs_time)
        return;
    f->event_ns = text_event_time(e, rd->hint, &f->time_text);
    if (f->event_ns == TIME_NONE && e->fielded)
        find_time(x, p, vals, r, rd->b->arena, f);
    if (f->event_ns == TIME_NONE && e->has_header)
        header_time(r, e->header.time, f);
}

/* A line of text. Only when its form is known it can be of a declared source, and are its pairs
 * fields; in other lines QRadar's names alone see pairs. */
static void extract_text(struct reading *rd, const struct record *r, struct found *f)
{
    const struct extractor *x = rd->w->x;
    size_t source = program_undeclared(x);
    struct val *vals = rd->w->levels[0].vals;
    struct text_event event = {0};
    const struct program *p;
    const uint32_t *slots;
    size_t n;

    if (x->programs[source].n_text_slots > 0 || text_event_may_have_fields(r->bytes))
        text_event_parse(r->bytes, rd->b->arena, &event);
    if (event.fielded && event.form != TEXT_KV)
        source = text_recognise(x, &event);
    if (source == SIZE_MAX)
        source = program_undeclared(x);
    if (source != program_undeclared(x))
        event.n = event.n_own;
    p = &x->programs[source];
    slots = event.fielded ? p->value_slots : p->text_slots;
    n = event.fielded ? p->n_value_slots : p->n_text_slots;
    level_read(rd, 0, source, r, f);
    for (size_t i = 0; i < n; i++)
        vals[slots[i]] = text_event_get(&event, &p->paths[slots[i]]);
    fill_row(rd, p, vals);
    text_time(rd, p, &event, vals, r, f);
    f->source = source < x->set->n_decls ? source : SIZE_MAX;
    f->raw = r->raw;
    f->payload = payload_of_record(r);
    f->id = program_pick(p->ids, p->n_ids, vals, rd->b->arena);
    f->open.program = p;
    f->open.vals = vals;
}

/* Recursion is bounded by LEVELS. At depth 0 the row is always filled, below only when the record
 * is recognised (which is what is returned). */
static bool extract(struct reading *rd, unsigned depth, const struct record *r, struct found *f)
{
    const struct extractor *x = rd->w->x;
    struct level *l = &rd->w->levels[depth];
    size_t program = l->guess;
    size_t source;

    f->open.records[0] = *r;
    f->open.n_records = 1;
    if (r->shape == RECORD_TEXT) {
        extract_text(rd, r, f);
        return false;
    }
    level_read(rd, depth, program, r, f);
    if (f->unwanted)
        return false;
    if (depth + 1 < LEVELS && extract_wrapped(rd, depth, r, &program, f)) {
        level_learn(l, program);
        return true;
    }
    source = level_recognise(rd, depth, r, &program, f);
    if (source == SIZE_MAX && depth > 0)
        return false;
    if (source == SIZE_MAX)
        source = program_undeclared(x);
    if (program != source) {
        program = source;
        level_read(rd, depth, program, r, f);
    }
    level_learn(l, program);

    const struct program *p = &x->programs[program];

    if (depth == 0 && f->status == JSON_OK && !row_passes(rd, p, l->vals)) {
        f->unwanted = true;
        return false;
    }
    fill_row(rd, p, l->vals);
    find_time(x, p, l->vals, r, rd->b->arena, f);
    f->source = source < x->set->n_decls ? source : SIZE_MAX;
    f->raw = r->raw;
    f->payload = payload_of_record(r);
    f->id = program_pick(p->ids, p->n_ids, l->vals, rd->b->arena);
    f->open.program = p;
    f->open.vals = l->vals;
    return f->source != SIZE_MAX;
}

/* The zone a time was written with: `Z`, an offset, or `Z` when it has none. */
static struct str zone_of(struct str time)
{
    static const char digits[] = "+dd:dd";
    size_t n = sizeof(digits) - 1;

    time = str_trim(time);
    if (time.len <= n || (time.ptr[time.len - n] != '+' && time.ptr[time.len - n] != '-'))
        return STR("Z");
    const char *p = time.ptr + time.len - n;

    for (size_t i = 1; i < n; i++)
        if (digits[i] == ':' ? p[i] != ':' : !ascii_is_digit(p[i]))
            return STR("Z");
    return str_of(p, n);
}

/* Whole milliseconds, cut towards the past. */
static int64_t ns_to_ms(int64_t ns)
{
    int64_t ms = ns / NS_PER_MS;
    return ns % NS_PER_MS < 0 ? ms - 1 : ms;
}

static struct val make_id(struct reading *rd, struct str raw)
{
    uint64_t h[4];

    hash_stable128(raw.ptr, raw.len, h);
    h[2] = rd->b->ord[rd->row].hi;
    h[3] = rd->b->ord[rd->row].lo;
    hash_stable128(h, sizeof(h), h);
    return val_str(arena_printf(rd->b->arena, "%016llx%016llx", (unsigned long long)h[0],
                                (unsigned long long)h[1]));
}

/* What the view makes and does not read. */
static struct val view_made(const struct reading *rd, const struct want *want,
                            const struct val *cell, const struct found *f)
{
    struct arena *a = rd->b->arena;

    switch (want->view->kind) {
    case VIEW_TIME:
        if (cell->kind == KIND_ABSENT && f->event_ns != TIME_NONE)
            return val_long(ns_to_ms(f->event_ns));
        return *cell;
    case VIEW_PAYLOAD:
        if (val_is_text(cell) && cell->len > 0)
            return rd->w->x->raw_payload ? *cell : val_str(payload_compact(val_as_str(cell), a));
        return val_str(payload_text(&f->payload, rd->w->x->raw_payload, a));
    case VIEW_HOST:
        return cell->kind == KIND_ABSENT ? payload_host(&f->payload) : *cell;
    default:
        return *cell;
    }
}

/* Whether anybody who may want the record asks for the name. */
static bool is_asked(const struct extractor_worker *w, size_t name)
{
    if (w->thin != NULL && w->thin[name])
        return false;
    return w->asks == NULL || (w->asks[name] & *w->open) != 0;
}

/* The names that are made and not read. All but @timestamp may be the record's own. */
static void finish_row(struct reading *rd, const struct record *r, const struct found *f)
{
    const struct extractor *x = rd->w->x;
    const struct want *wants = x->programs[program_undeclared(x)].wants;
    bool timed = f->event_ns != TIME_NONE;

    for (size_t i = 0; i < x->n_names; i++) {
        struct val *cell = &rd->b->cols[i].v[rd->row];
        enum want_kind kind = wants[i].kind;

        if (kind == WANT_FIELD || kind == WANT_TAG || !is_asked(rd->w, i))
            continue;
        if (kind == WANT_VIEW)
            *cell = view_made(rd, &wants[i], cell, f);
        else if (kind == WANT_PROPERTY && cell->kind == KIND_ABSENT)
            *cell = properties_find(rd->w->properties, &f->open, i, rd->b->arena);
        if (kind >= WANT_PROPERTY)
            continue;
        if (kind == WANT_TIMESTAMP)
            *cell = timed ? val_long(ns_to_ms(f->event_ns)) : VAL_ABSENT;
        if (cell->kind != KIND_ABSENT)
            continue;
        if (kind == WANT_RAW)
            *cell = val_str(f->raw);
        else if (kind == WANT_SOURCE)
            *cell = val_str(source_kind(x->set, f->source));
        else if (kind == WANT_ID)
            *cell = make_id(rd, r->raw);
        else if (kind == WANT_ZONE && timed)
            *cell = val_str(zone_of(f->time_text));
        else if (kind == WANT_NANOS && timed)
            *cell = val_str(arena_printf(rd->b->arena, "%d",
                                         (int)(f->event_ns - ns_to_ms(f->event_ns) * NS_PER_MS)));
    }
}

/* Which --tag sets which name, for the input at hand. The last one that applies wins. */
static void learn_tags(struct extractor_worker *w, const struct record_input *in)
{
    const struct extractor *x = w->x;
    struct str name = in != NULL ? in->name : STR("");

    if (x->n_tags == 0 || (w->tags_known && str_eq(buf_str(&w->tag_input), name)))
        return;
    buf_clear(&w->tag_input);
    buf_put_str(&w->tag_input, name);
    w->tags_known = true;
    memset(w->forced, 0, x->n_names * sizeof(*w->forced));
    for (size_t t = 0; t < x->n_tags; t++)
        w->applies[t] = x->tag_globs[t] == NULL || glob_match(x->tag_globs[t], name);
    for (size_t i = 0; i < x->n_names; i++)
        for (size_t t = 0; t < x->n_tags; t++)
            if (w->applies[t] && str_eq(x->tags[t].name, x->names[i]))
                w->forced[i] = (uint32_t)t + 1;
}

struct extractor_worker *extractor_worker_new(const struct extractor *x)
{
    struct extractor_worker *w = xcalloc(1, sizeof(*w));
    size_t n_vals = 1;

    w->x = x;
    if (x->has_property)
        w->properties = properties_new(x);
    w->forced = xcalloc(x->n_names + 1, sizeof(*w->forced));
    w->applies = xcalloc(x->n_tags + 1, sizeof(*w->applies));
    for (size_t i = 0; i < x->n_programs; i++)
        n_vals = MAX(n_vals, x->programs[i].n_slots);
    for (size_t i = 0; i < LEVELS; i++) {
        w->levels[i].scratch = xcalloc(x->n_programs, sizeof(*w->levels[i].scratch));
        w->levels[i].vals = xcalloc(n_vals, sizeof(*w->levels[i].vals));
        w->levels[i].guess = w->levels[i].second = program_undeclared(x);
    }
    return w;
}

void extractor_worker_screen(struct extractor_worker *w, const uint32_t *names, size_t n,
                             extractor_screen fn, void *ctx)
{
    assert(w->screened == NULL && w->levels[0].scratch[w->levels[0].guess] == NULL);
    w->screened = xcalloc(n + 1, sizeof(*w->screened));
    memcpy(w->screened, names, n * sizeof(*names));
    w->n_screened = n;
    w->screen = fn;
    w->screen_ctx = ctx;
}

void extractor_worker_last(struct extractor_worker *w, extractor_last fn, void *ctx)
{
    w->last = fn;
    w->last_ctx = ctx;
}

void extractor_worker_asks(struct extractor_worker *w, const uint64_t *asks, const uint64_t *open)
{
    w->asks = asks;
    w->open = open;
}

void extractor_worker_thin(struct extractor_worker *w, const bool *names)
{
    w->thin = names;
}

void extractor_worker_free(struct extractor_worker *w)
{
    if (w == NULL)
        return;
    for (size_t i = 0; i < LEVELS; i++) {
        for (size_t p = 0; p < w->x->n_programs; p++)
            json_scratch_free(w->levels[i].scratch[p]);
        free(w->levels[i].scratch);
        free(w->levels[i].vals);
        csv_view_free(w->levels[i].csv);
    }
    properties_free(w->properties);
    free(w->screened);
    free(w->forced);
    free(w->applies);
    buf_done(&w->tag_input);
    free(w);
}

enum extract_status extractor_read(const struct extractor *x, struct extractor_worker *w,
                                   const struct record *r, struct batch *b, uint32_t row,
                                   struct extracted *out)
{
    struct reading rd = {w, b, row, r->input != NULL ? r->input->time_hint : NULL};
    struct found f;
    bool cut = false;

    assert(w->x == x && row < b->n_rows && b->n_cols >= x->n_names);
    w->fresh = w->batch != b || row <= w->row;
    w->batch = b;
    w->row = row;
    learn_tags(w, r->input);
    found_init(&f);
    (void)extract(&rd, 0, r, &f);
    if (!f.unwanted && f.status == JSON_OK && w->last != NULL)
        f.unwanted = !w->last(w->last_ctx);
    if (f.unwanted) {
        *out =
            (struct extracted){.event_ns = TIME_NONE, .source = SIZE_MAX, .broken_at = f.broken_at};
        return EXTRACT_UNWANTED;
    }
    read_header(&rd, r, &f);
    if (w->properties != NULL)
        properties_begin(w->properties);
    finish_row(&rd, r, &f);
    if (x->open && b->open != NULL)
        cut = open_fill(x, &f.open, w->applies, f.event_ns, b, row);
    *out = (struct extracted){
        .event_ns = f.event_ns,
        .source = f.source,
        .kind = source_kind(x->set, f.source),
        .usable = f.source != SIZE_MAX && f.event_ns != TIME_NONE,
        .broken_at = f.broken_at,
        .cut = cut,
        .id = f.id,
    };
    return f.status == JSON_OK ? EXTRACT_OK : EXTRACT_BROKEN;
}
