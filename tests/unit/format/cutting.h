/* cutting.h - an input's bytes to a list of records, cut into windows as small as one likes. */
#ifndef TESTS_FORMAT_CUTTING_H
#define TESTS_FORMAT_CUTTING_H

#include <stdlib.h>

#include "format/format.h"
#include "util/buf.h"

struct piece {
    uint64_t offset;
    struct str bytes, raw; /* arena */
    bool broken;
    enum record_shape shape;
};
struct pieces {
    struct arena arena;
    VEC(struct piece) list;
    uint64_t n_counted; /* records the cutter counted */
};

static inline void pieces_done(struct pieces *p)
{
    arena_done(&p->arena);
    VEC_DONE(&p->list);
}

static inline void split_window(struct pieces *out, const struct format_input *in,
                                struct str window, uint64_t base,
                                const struct format_window_mark *mark)
{
    struct format_splitter s = {
        .in = in, .window = window, .mark = mark, .arena = &out->arena, .need_raw = true};
    struct record rec;
    uint64_t offset;
    enum format_split found;

    format_split_start(&s);
    while ((found = format_split_next(&s, &rec, &offset)) != SPLIT_END) {
        struct piece p = {base + offset, arena_str(&out->arena, rec.bytes),
                          arena_str(&out->arena, rec.raw), found == SPLIT_BROKEN, rec.shape};

        VEC_PUSH(&out->list, p);
    }
    format_split_done(&s);
}

/* A copy of its own, so that the sanitizers see every read outside. */
static inline void split_copy(struct pieces *out, const struct format_input *in, struct str window,
                              uint64_t base, const struct format_window_mark *mark)
{
    char *copy = xmalloc(window.len);

    memcpy(copy, window.ptr, window.len);
    split_window(out, in, str_of(copy, window.len), base, mark);
    free(copy);
}

static inline size_t cut_lines(struct str rest, bool at_end)
{
    const char *nl = memrchr(rest.ptr, '\n', rest.len);

    return nl != NULL ? (size_t)(nl + 1 - rest.ptr) : at_end ? rest.len : 0;
}

/* Windows of about `step` bytes; false when the cutter lost its way. */
static inline bool cut_all(struct pieces *out, const struct format_def *f, struct str all,
                           size_t step, uint64_t max_record)
{
    struct format_input *in =
        format_input_new(f, STR("test"), str_of(all.ptr, MIN(all.len, FORMAT_HEAD_MAX)), 0);
    bool lines = format_kind_of(f) == FORMAT_LINES;
    struct format_cutter *c = lines ? NULL : format_cutter_new(in, max_record);
    size_t at = 0, give = step;
    bool ok = true;

    memset(out, 0, sizeof(*out));
    arena_init(&out->arena, 0);
    while (at < all.len && ok) {
        struct str rest = str_of(all.ptr + at, MIN(all.len - at, give));
        struct format_window_mark mark = {0};
        bool at_end = at + rest.len == all.len;
        char *copy = xmalloc(rest.len);
        size_t used;

        memcpy(copy, rest.ptr, rest.len);
        rest.ptr = copy;
        used = lines ? cut_lines(rest, at_end) : format_cut(c, rest, at_end, &mark);
        if (used > 0)
            split_copy(out, in, str_of(copy, used), at, lines ? NULL : &mark);
        out->n_counted += mark.n_records;
        format_mark_done(&mark);
        free(copy);
        ok = used > 0 || !at_end;
        give = used > 0 ? step : give * 2;
        at += used;
    }
    format_cutter_free(c);
    format_input_free(in);
    return ok;
}

static inline bool pieces_same(const struct pieces *a, const struct pieces *b)
{
    if (a->list.n != b->list.n)
        return false;
    for (size_t i = 0; i < a->list.n; i++) {
        const struct piece *x = &a->list.items[i], *y = &b->list.items[i];

        if (x->offset != y->offset || x->broken != y->broken || x->shape != y->shape ||
            !str_eq(x->bytes, y->bytes) || !str_eq(x->raw, y->raw))
            return false;
    }
    return true;
}

#endif
