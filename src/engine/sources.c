/* sources.c - which kinds of log are in the inputs: a look at the head of each. */
#include <stdlib.h>

#include "engine/look.h"

struct count {
    struct str name; /* of the set */
    uint64_t n;
};

/* One for each name of a declaration; the last is of records without one. */
struct counts {
    VEC(struct count) kinds;
};

static struct count *find_count(struct counts *c, struct str name)
{
    for (size_t i = 0; i < c->kinds.n; i++) {
        if (str_eq(c->kinds.items[i].name, name))
            return &c->kinds.items[i];
    }
    return NULL;
}

static void list_kinds(struct counts *c, const struct source_set *set)
{
    for (size_t i = 0; i < source_set_count(set); i++) {
        if (find_count(c, source_kind(set, i)) == NULL)
            VEC_PUSH(&c->kinds, ((struct count){source_kind(set, i), 0}));
    }
    VEC_PUSH(&c->kinds, ((struct count){STR(""), 0}));
}

static enum lanner_rc take_names(void *ctx, struct batch *b, struct eval *ev, bool *enough,
                                 struct lanner_err *err)
{
    struct counts *c = ctx;
    struct count *last = &c->kinds.items[0];

    (void)ev;
    (void)err;
    (void)enough;
    SEL_FOR (&b->sel, i) {
        struct str name = val_as_str(column_at(&b->cols[0], i));

        /* Records of one kind come together. */
        if (!str_eq(name, last->name))
            last = find_count(c, name);
        last->n++;
    }
    return LANNER_OK;
}

enum lanner_rc lanner_session_sources(struct lanner_session *s, lanner_on_source fn, void *ctx,
                                      struct lanner_err *err)
{
    struct str name = STR(FIELD_SOURCE_NAME);
    struct notes notes;
    struct arena names;
    struct counts counts = {0};
    struct look look = {.names = &name, .n = 1, .take = take_names, .ctx = &counts};
    enum lanner_rc rc;

    notes_init(&notes);
    arena_init(&names, 1024);
    s->cancel = 0;
    s->start_ns = clock_monotonic_ns();
    rc = session_open(s, &notes, err);
    if (rc != LANNER_OK)
        goto out;
    list_kinds(&counts, s->sources);
    scan_keep_input(s->scan); /* it is read again by queries */
    scan_heads_only(s->scan, true);
    (void)look_run(s, &look); /* what cannot be read is said by queries */
    scan_heads_only(s->scan, false);
    for (size_t i = 0; i < counts.kinds.n; i++) {
        if (counts.kinds.items[i].n != 0)
            fn(ctx, arena_strz(&names, counts.kinds.items[i].name), counts.kinds.items[i].n);
    }
out:
    VEC_DONE(&counts.kinds);
    notes_done(&notes);
    arena_done(&names);
    return rc;
}
