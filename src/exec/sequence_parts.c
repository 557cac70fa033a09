/* sequence_parts.c - numbers the parts that a sequence falls into, and drops rows outside of any.
 *
 * A part ends after a row that `end` lets through, before a gap longer than the pause and before a
 * row that lies further behind the first than the duration; it begins with a row that `begin` lets
 * through, else with the next row, unless parts begin only so. A row without a time that is needed
 * is in no part. */
#include <stdlib.h>

#include "exec/sequence.h"

struct parts {
    const struct chain *begin, *end; /* NULL: none */
    struct fetch time;
    struct fetch *measured;
    uint64_t n_bytes; /* of the measured fields so far */
    int64_t n;        /* parts begun */
    bool is_open;
    int64_t first_ms, last_ms; /* of the part */
};

static enum lanner_rc parts_open(struct op *op, void **state, struct lanner_err *err)
{
    const struct plan_sequence *plan = &op->node->u.sequence;
    struct arena *a = op->x->env.arena;
    struct parts *s = ARENA_NEW(a, struct parts);

    *state = s;
    s->time = fetch_new(op->in, plan->time);
    s->measured = fetch_list(a, op->in, plan->measured, plan->n_measured);
    if (plan->begin != NULL)
        TRY(chain_new(op->x, plan->begin, &s->begin, err));
    if (plan->end != NULL)
        TRY(chain_new(op->x, plan->end, &s->end, err));
    return LANNER_OK;
}

/* For each row whether the pipeline lets it through; NULL without one. */
static enum lanner_rc mark_rows(const struct chain *c, struct batch *b, uint8_t **out,
                                struct lanner_err *err)
{
    struct batch *view;

    *out = NULL;
    if (c == NULL)
        return LANNER_OK;
    *out = arena_zalloc(b->arena, MAX(b->n_rows, 1u));
    view = batch_view(b, &b->sel);
    batch_own_open(view, &view->sel);
    TRY(chain_apply(c, 0, view, err));
    SEL_FOR (&view->sel, i)
        (*out)[i] = 1;
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

static bool is_over(const struct plan_sequence *plan, const struct parts *s, int64_t ms)
{
    return (plan->pause_ms != 0 && gap(ms, s->last_ms) > plan->pause_ms) ||
           (plan->duration_ms != 0 && gap(ms, s->first_ms) > plan->duration_ms);
}

/* Whether the row is in part number s->n. */
static bool take_row(const struct plan_sequence *plan, struct parts *s, int64_t ms, bool begins,
                     bool ends)
{
    if (s->is_open && (begins || is_over(plan, s, ms)))
        s->is_open = false;
    if (!s->is_open && !begins && plan->begin_only)
        return false;
    if (!s->is_open) {
        s->n++;
        s->is_open = true;
        s->first_ms = ms;
    }
    s->last_ms = ms;
    if (ends)
        s->is_open = false;
    return true;
}

/* Whether the values of the row still find room. */
static bool has_room(const struct plan_sequence *plan, struct parts *s, const struct batch *b,
                     uint32_t row)
{
    uint64_t n = 0;

    for (size_t k = 0; k < plan->n_measured; k++) {
        struct val v = fetch_at(&s->measured[k], b, row);
        char room[VAL_PRINT_MAX];

        if (!val_is_null(&v) && v.kind != KIND_ARRAY)
            n += val_print(&v, room).len + 1;
    }
    if (plan->limit_bytes != 0 && s->n_bytes + n > plan->limit_bytes)
        return false;
    s->n_bytes += n;
    return true;
}

static enum lanner_rc parts_run(struct op *op, void *state, struct batch *b, struct lanner_err *err)
{
    const struct plan_sequence *plan = &op->node->u.sequence;
    bool timed = plan->time.len > 0;
    struct parts *s = state;
    uint8_t *begins, *ends;
    struct val *id;
    struct fetch none = {FETCH_ABSENT, STR_NONE};
    uint32_t n = 0;

    TRY(mark_rows(s->begin, b, &begins, err));
    TRY(mark_rows(s->end, b, &ends, err));
    id = sequence_column(&none, b);
    for (uint32_t k = 0; k < b->sel.n; k++) {
        uint32_t i = b->sel.idx[k];
        struct val time = fetch_at(&s->time, b, i);
        int64_t ms = 0;

        if (timed && !sequence_time(&time, &ms)) {
            exec_note(op->x, LANNER_NOTE_WARNING, op->node->at,
                      "%s() leaves out events without a usable time", plan->name);
            continue;
        }
        if (!take_row(plan, s, ms, begins != NULL && begins[i] != 0, ends != NULL && ends[i] != 0))
            continue;
        if (!has_room(plan, s, b, i)) {
            exec_note(op->x, LANNER_NOTE_LIMIT, op->node->at,
                      "%s() keeps %llu bytes of values; what is beyond is left out", plan->name,
                      (unsigned long long)plan->limit_bytes);
            continue;
        }
        id[i] = val_long(s->n);
        b->sel.idx[n++] = i;
    }
    b->sel.n = n;
    return LANNER_OK;
}

static void parts_reset(struct op *op, void *state)
{
    struct parts *s = state;

    (void)op;
    s->n = 0;
    s->n_bytes = 0;
    s->is_open = false;
}

static void parts_close(struct op *op, void *state)
{
    (void)op;
    (void)state; /* query arena */
}

const struct sequence_def sequence_parts = {
    .open = parts_open,
    .run = parts_run,
    .reset = parts_reset,
    .close = parts_close,
};
