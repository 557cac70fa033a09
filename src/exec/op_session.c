/* op_session.c - numbers the sessions of a group's rows and drops rows outside of any.
 *
 * Stands in the body of a group_apply node: rows come from one worker, in the order of time, and
 * the group's end resets the state. Numbers go on from group to group, so that one number is one
 * session; group_apply gives them their final order.
 *
 * A session begins with a row for which `begin` is true or which follows one that ended another
 * (explicit: only the former), and ends with a row for which `end` is true or before one that
 * begins the next (explicit: only the former), in any case before a gap above the time-out and
 * before the end of its window. After a gap the next row begins a session as after an ended one;
 * after the window only `begin` does, as the rows behind it are to be left out. */
#include <stdlib.h>

#include "exec/op.h"

struct session {
    const struct program *time, *begin, *end; /* end may be NULL */
    int64_t n;                                /* sessions begun */
    bool is_open;
    bool after_end; /* the row before ended a session */
    bool has_first, has_last;
    int64_t first_ms; /* time of the session's first row */
    int64_t last_ms;  /* time of the row before */
};

/* What one row says. */
struct facts {
    bool begin, end, has_time;
    int64_t time_ms;
};

static enum lanner_rc session_open(struct op *op, struct lanner_err *err)
{
    struct arena *a = op->x->env.arena;
    struct session *s = ARENA_NEW(a, struct session);
    const struct plan_node *n = op->node;

    op->state = s;
    TRY(program_new(a, n->u.session.time, op->in, &s->time, err));
    TRY(program_new(a, n->u.session.begin, op->in, &s->begin, err));
    if (n->u.session.end != NULL)
        TRY(program_new(a, n->u.session.end, op->in, &s->end, err));
    return LANNER_OK;
}

/* a - b, held within the range. */
static int64_t gap(int64_t a, int64_t b)
{
    int64_t out;

    if (__builtin_sub_overflow(a, b, &out))
        return a > b ? INT64_MAX : INT64_MIN;
    return out;
}

static void close_by_time(const struct plan_node *n, struct session *s, const struct facts *f)
{
    if (!s->is_open || !f->has_time)
        return;
    if (n->u.session.timeout_ms > 0 && s->has_last &&
        gap(f->time_ms, s->last_ms) > n->u.session.timeout_ms) {
        s->is_open = false;
        s->after_end = true;
    } else if (n->u.session.window_ms > 0 && s->has_first &&
               gap(f->time_ms, s->first_ms) > n->u.session.window_ms) {
        s->is_open = false;
        s->after_end = false;
    }
}

/* Whether the row belongs to a session: number s->n. */
static bool take_row(const struct plan_node *n, struct session *s, const struct facts *f)
{
    bool inside;

    close_by_time(n, s, f);
    if (s->is_open ? f->begin && !f->end && !n->u.session.explicit_end
                   : f->begin || (s->after_end && !n->u.session.explicit_begin)) {
        s->n++;
        s->is_open = true;
        s->has_first = f->has_time;
        s->first_ms = f->time_ms;
    }
    inside = s->is_open;
    s->after_end = inside && f->end;
    if (s->after_end)
        s->is_open = false;
    if (f->has_time) {
        s->has_last = true;
        s->last_ms = f->time_ms;
    }
    return inside;
}

static bool is_true(const struct column *c, uint32_t row)
{
    const struct val *v = column_at(c, row);

    return v->kind == KIND_BOOL && v->u.i != 0;
}

/* The time as whole milliseconds. */
static void read_time(const struct val *v, struct facts *f)
{
    struct val num = v->kind == KIND_TIME ? val_long(v->u.i / 1000000) : val_to_num(v);

    f->has_time = true;
    f->time_ms = 0;
    if (num.kind == KIND_LONG)
        f->time_ms = num.u.i;
    else if (num.kind == KIND_DOUBLE && num.u.d > -9e18 && num.u.d < 9e18)
        f->time_ms = (int64_t)num.u.d;
    else
        f->has_time = false;
}

static enum lanner_rc session_push(struct op *op, unsigned worker, struct batch *b, unsigned port,
                                   struct lanner_err *err)
{
    struct session *s = op->state;
    struct eval *ev = op->x->evals[worker];
    struct column time, begin, end = {0}, id;
    uint32_t n = 0;

    (void)port;
    TRY(program_run(s->time, ev, b, &b->sel, &time, err));
    TRY(program_run(s->begin, ev, b, &b->sel, &begin, err));
    if (s->end != NULL)
        TRY(program_run(s->end, ev, b, &b->sel, &end, err));
    id.is_const = false;
    id.v = arena_alloc(b->arena, arena_array_size(b->n_rows, sizeof(struct val)));
    for (uint32_t k = 0; k < b->sel.n; k++) {
        uint32_t i = b->sel.idx[k];
        struct facts f = {.begin = is_true(&begin, i), .end = s->end != NULL && is_true(&end, i)};

        read_time(column_at(&time, i), &f);
        if (!take_row(op->node, s, &f))
            continue;
        id.v[i] = val_long(s->n);
        b->sel.idx[n++] = i;
    }
    b->sel.n = n;
    batch_append(b, id);
    return op_emit(op, worker, b, err);
}

int64_t session_count(const struct op *op)
{
    return ((const struct session *)op->state)->n;
}

/* The next group; its sessions are numbered on. */
static void session_reset(struct op *op)
{
    struct session *s = op->state;

    s->is_open = s->after_end = s->has_first = s->has_last = false;
}

const struct op_def op_session = {
    .name = "session",
    .open = session_open,
    .push = session_push,
    .reset = session_reset,
};
