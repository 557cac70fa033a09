/* look.c - see look.h. */
#include "engine/look.h"

struct looking {
    struct look *look;
    int64_t start_ns;
    struct lock lock; /* guards look and everything behind its ctx */
    struct eval *ev;
};

/* Any worker. */
static enum lanner_rc push(void *ctx, unsigned worker, struct batch *b, struct lanner_err *err)
{
    struct looking *l = ctx;
    struct look *look = l->look;
    bool enough = false;
    enum lanner_rc rc;

    (void)worker;
    lock_take(&l->lock);
    rc = look->take(look->ctx, b, l->ev, &enough, err);
    look->n_events += b->sel.n;
    if (rc == LANNER_OK &&
        (enough || (look->max_events != 0 && look->n_events >= look->max_events) ||
         (look->max_ns != 0 && look->n_events >= LOOK_MIN_EVENTS &&
          clock_monotonic_ns() - l->start_ns > look->max_ns)))
        rc = err_set(err, LANNER_ERR_STOPPED, "enough was seen");
    lock_give(&l->lock);
    return rc;
}

bool look_run(struct lanner_session *s, struct look *look)
{
    struct arena arena;
    struct scan_fields fields = {.n = look->n + 1, .open = look->open};
    struct plan_scan spec = {.from_ns = TIME_NONE, .to_ns = TIME_NONE};
    struct looking l = {.look = look, .start_ns = clock_monotonic_ns()};
    struct scan_consumer consumer = {.spec = &spec, .push = push, .push_ctx = &l};
    void (*note)(void *, enum lanner_note_kind, struct span, const char *) = s->scan_env.note;
    struct extractor *x = NULL;
    struct lanner_err err = {0};
    struct str *names;
    enum lanner_rc rc;

    arena_init(&arena, 4096);
    lock_init(&l.lock);
    l.ev = eval_new();
    names = ARENA_ARRAY(&arena, struct str, fields.n);
    if (look->n > 0)
        memcpy(names, look->names, look->n * sizeof(*names));
    names[look->n] = STR(FIELD_TIME_MS);
    fields.names = names;
    s->scan_env.note = NULL;          /* what cannot be read is told by the run */
    scan_with_repeats(s->scan, true); /* what repeats tells nothing else */
    rc = extractor_open(s, &fields, true, &x, &err);
    if (rc == LANNER_OK)
        rc = scan_run(s->scan, x, &fields, &consumer, 1, NULL, &err);
    scan_with_repeats(s->scan, false);
    s->scan_env.note = note;
    extractor_free(x);
    eval_free(l.ev);
    lock_done(&l.lock);
    arena_done(&arena);
    return rc == LANNER_OK || rc == LANNER_ERR_INPUT;
}

int64_t look_time_after(const struct lanner_session *s)
{
    return MIN((clock_monotonic_ns() - s->start_ns) / LOOK_SHARE, LOOK_MAX_NS);
}
