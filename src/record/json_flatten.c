/* json_flatten.c - all leaves of a record under their CQL names.
 *
 * An explicit stack instead of recursion: one level for each open container, with the length the
 * name had there. */
#include "record/json.h"
#include "record/json_scan.h"

#include <stdlib.h>

/* Names are written out one by one; deep nesting of long keys must not square the record's size. */
#define NAME_BYTES_MAX ((size_t)64 * 1024 * 1024)

struct level {
    size_t name_len;
    uint64_t index; /* of the next element */
    bool in_object;
    bool first;
};

struct flatten {
    struct arena *arena;
    const char *lo;
    const char *end;
    unsigned flags;
    json_pick pick; /* NULL: every leaf */
    json_on_leaf fn;
    void *ctx;
    struct json_flat result;
    struct buf name;
    size_t name_bytes;
    VEC(struct level) levels;
    bool stop;
};

static const char *fault(struct flatten *f, const char *at)
{
    f->result.status = JSON_BROKEN;
    f->result.broken_at = (size_t)(at - f->lo);
    return NULL;
}

/* Counts a leaf; false when there are too many. */
static bool count(struct flatten *f)
{
    if (f->result.n_fields == JSON_MAX_FIELDS || f->name_bytes + f->name.len > NAME_BYTES_MAX) {
        f->result.cut = true;
        f->stop = true;
        return false;
    }
    f->result.n_fields++;
    f->name_bytes += f->name.len;
    return true;
}

static void give(struct flatten *f, struct val v)
{
    if ((v.kind == KIND_NULL && (f->flags & JSON_FLATTEN_NULLS) == 0) || !count(f))
        return;
    if (!f->fn(f->ctx, arena_str(f->arena, buf_str(&f->name)), v))
        f->stop = true;
}

static void put_index(struct buf *b, uint64_t index)
{
    char digits[24];
    size_t at = sizeof(digits);

    digits[--at] = ']';
    do {
        digits[--at] = (char)('0' + index % 10);
        index /= 10;
    } while (index != 0);
    digits[--at] = '[';
    buf_put(b, digits + at, sizeof(digits) - at);
}

/* The name of the next member or element; p stands on its key or value. Returns its value's place.
 */
static const char *name_member(struct flatten *f, struct level *level, const char *p)
{
    bool escaped = false;
    const char *e;
    struct str key;

    f->name.len = level->name_len;
    if (!level->in_object) {
        put_index(&f->name, level->index++);
        return p;
    }
    e = *p == '"' ? json_string_end(p + 1, f->end, &escaped) : NULL;
    if (e == NULL)
        return fault(f, p);
    key = str_of(p + 1, (size_t)(e - p) - 2);
    if (f->levels.n > 1)
        buf_putc(&f->name, '.');
    if (escaped)
        json_unescape(key, &f->name);
    else
        buf_put_str(&f->name, key);
    p = scan_blanks(e, f->end);
    if (p == f->end || *p != ':')
        return fault(f, p);
    return scan_blanks(p + 1, f->end);
}

/* Opens the container at p, or gives it as a leaf when it is empty, or skips it when it is too
 * deep. */
static const char *open_container(struct flatten *f, const char *p)
{
    struct level level = {.name_len = f->name.len, .in_object = *p == '{', .first = true};
    const char *inside = scan_blanks(p + 1, f->end);
    bool empty = inside < f->end && *inside == (*p == '{' ? '}' : ']');

    if (f->levels.n == JSON_MAX_DEPTH) {
        f->result.cut = true;
        inside = json_value_end(p, f->end);
        return inside != NULL ? inside : fault(f, p);
    }
    if (empty && f->levels.n > 0 && (f->flags & JSON_FLATTEN_EMPTY) != 0)
        give(f, val_str(*p == '{' ? STR("{}") : STR("[]")));
    VEC_PUSH(&f->levels, level);
    return inside;
}

/* Whether the value at p is a string that may hold JSON text; an escape may be a blank or {. */
static bool may_hold_json(const char *p, const char *end)
{
    if (*p != '"')
        return false;
    p = scan_blanks(p + 1, end);
    return p < end && (*p == '{' || *p == '[' || *p == '\\');
}

static const char *take_value(struct flatten *f, const char *p)
{
    const char *e;

    if (p < f->end && (*p == '{' || *p == '['))
        return open_container(f, p);
    e = p < f->end ? json_value_end(p, f->end) : NULL;
    if (e == NULL)
        return fault(f, p);
    if (f->pick != NULL && !may_hold_json(p, f->end) && !f->pick(f->ctx, buf_str(&f->name)))
        (void)(*p == 'n' || count(f));
    else
        give(f, json_scalar(str_of(p, (size_t)(e - p)), f->arena));
    return e;
}

/* One step at the innermost level: its end, a comma, or the next member. */
static const char *step(struct flatten *f, const char *p)
{
    struct level *level = &f->levels.items[f->levels.n - 1];

    p = scan_blanks(p, f->end);
    if (p == f->end)
        return fault(f, p);
    if (*p == (level->in_object ? '}' : ']')) {
        f->levels.n--;
        return p + 1;
    }
    if (!level->first) {
        if (*p != ',')
            return fault(f, p);
        p = scan_blanks(p + 1, f->end);
        if (p == f->end)
            return fault(f, p);
        if (*p == (level->in_object ? '}' : ']'))
            return p; /* a comma too many hurts nobody */
    }
    level->first = false;
    p = name_member(f, level, p);
    return p != NULL ? take_value(f, p) : NULL;
}

/* A scalar at the top may touch the end of the text. */
static void top_scalar(struct flatten *f, struct str text)
{
    if (!json_valid(text, 1, NULL)) {
        fault(f, text.ptr);
        return;
    }
    give(f, json_scalar(str_trim(text), f->arena));
}

struct json_flat json_flatten_picked(struct str record, struct str prefix, unsigned flags,
                                     struct arena *arena, json_pick pick, json_on_leaf fn,
                                     void *ctx)
{
    struct flatten f = {.arena = arena,
                        .lo = record.ptr,
                        .end = record.ptr + record.len,
                        .flags = flags,
                        .pick = pick,
                        .fn = fn,
                        .ctx = ctx};
    const char *p = scan_blanks(record.ptr, f.end);

    buf_put_str(&f.name, prefix);
    f.result.is_container = p < f.end && (*p == '{' || *p == '[');
    if (!f.result.is_container) {
        top_scalar(&f, str_of(p, (size_t)(f.end - p)));
    } else {
        p = open_container(&f, p);
        while (p != NULL && f.levels.n > 0 && !f.stop)
            p = step(&f, p);
        p = p != NULL ? scan_blanks(p, f.end) : NULL;
        if (p != NULL && !f.stop && p != f.end)
            fault(&f, p);
    }
    VEC_DONE(&f.levels);
    buf_done(&f.name);
    return f.result;
}

struct json_flat json_flatten(struct str record, struct str prefix, unsigned flags,
                              struct arena *arena, json_on_leaf fn, void *ctx)
{
    return json_flatten_picked(record, prefix, flags, arena, NULL, fn, ctx);
}
