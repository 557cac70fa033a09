/* payload.c - see payload.h.
 *
 * Detections ask for pieces of JSON ("errorCode":50034) in the text of the event. Whether a kind of
 * record writes the value so is a fact about its logs, which no declaration knows, so it is looked
 * up in the logs at hand: the sample is of those events that pass every other condition of the
 * query, and what is said is said of the sample. */
#include "engine/payload.h"

#include <inttypes.h>
#include <stdlib.h>

#include "engine/look.h"

#define PAYLOAD_FIELD  FIELD_QRADAR_PREFIX "payload"
#define TYPE_FIELD     FIELD_QRADAR_PREFIX "devicetype"
#define MAX_CONDITIONS 8
#define MAX_GROUPS     64
#define MAX_TEXTS      64 /* of a condition, looked at for what stands instead */
#define SHOWN_TEXTS    3
#define SHOWN_GROUPS   8
#define SHOWN_NOTES    3
/* Less than three bytes of a value stand anywhere. */
#define MIN_PIECE 3
/* Bytes shown beside a piece, at most. */
#define EXCERPT 32

/* A conjunct of the query. */
struct condition {
    const struct expr *expr;
    const struct program *program; /* arena */
    struct str *texts;             /* literals it asks of the payload */
    size_t n_texts;
};

/* Events of one input and one log source type. */
struct group {
    uint64_t input;
    int64_t type;   /* -1: none */
    uint64_t n;     /* that pass all conditions not on the payload */
    uint64_t n_all; /* that were seen */
    uint64_t passed[MAX_CONDITIONS];
    struct str piece[MAX_CONDITIONS];   /* a value that stands in the payload after all */
    struct str excerpt[MAX_CONDITIONS]; /* and how */
};

struct payload {
    struct arena arena;
    struct condition conditions[MAX_CONDITIONS]; /* on the payload */
    size_t n;
    VEC(const struct program *) others; /* arena */
    uint32_t payload_col, type_col;
    struct group groups[MAX_GROUPS];
    size_t n_groups;
    uint64_t n_events;
    bool all; /* the inputs were seen to their end */
};

/* ---- the conditions ---- */

struct reads {
    bool payload;
    bool other; /* something that the look does not give it */
};

static void look_at(void *ctx, struct expr *e)
{
    struct reads *r = ctx;

    if (e->kind == EXPR_FIELD) {
        r->payload |= str_eqz(e->name, PAYLOAD_FIELD);
        r->other |= str_starts(e->name, STR(FIELD_SEARCH_PREFIX));
    } else if (e->kind == EXPR_CALL) {
        r->other |= e->fn->impure || e->fn->reads_open || e->fn->writes_open;
    }
}

struct text_list {
    struct arena *arena;
    VEC(struct str) texts;
};

/* The literals of every test of the payload below the condition. */
static void find_texts(void *ctx, struct expr *e)
{
    struct text_list *list = ctx;
    fn_literals found = {0};
    const struct expr *field;

    if (e->kind != EXPR_CALL || e->fn->literals == NULL || e->call == NULL || e->n_args == 0)
        return;
    field = e->args[0];
    while (field->kind == EXPR_CALL && field->fn->keeps_bytes && field->n_args > 0)
        field = field->args[0];
    if (field->kind != EXPR_FIELD || !str_eqz(field->name, PAYLOAD_FIELD))
        return;
    if (e->fn->literals(e->call, &found, list->arena)) {
        for (size_t i = 0; i < found.n && list->texts.n < MAX_TEXTS; i++)
            VEC_PUSH(&list->texts, found.items[i].text);
    }
    VEC_DONE(&found);
}

static void add_condition(struct payload *p, struct expr *e, const struct program *program)
{
    struct text_list list = {.arena = &p->arena};
    struct condition *c = &p->conditions[p->n];

    expr_walk(e, find_texts, &list);
    if (list.texts.n > 0) {
        *c = (struct condition){e, program, NULL, list.texts.n};
        c->texts = ARENA_ARRAY(&p->arena, struct str, list.texts.n);
        memcpy(c->texts, list.texts.items, list.texts.n * sizeof(*c->texts));
        p->n++;
    }
    VEC_DONE(&list.texts);
}

static enum lanner_rc find_conditions(struct payload *p, const struct plan_node *leaf,
                                      struct lanner_err *err)
{
    const struct plan_scan *scan = &leaf->u.scan;

    for (size_t i = 0; i < scan->n_filters; i++) {
        struct expr *e = scan->filters[i];
        struct reads r = {false, false};
        const struct program *program;

        expr_walk(e, look_at, &r);
        if (r.other || (r.payload && p->n == MAX_CONDITIONS))
            continue;
        TRY(program_new(&p->arena, e, leaf->schema, &program, err));
        if (r.payload)
            add_condition(p, e, program);
        else
            VEC_PUSH(&p->others, program);
    }
    return LANNER_OK;
}

/* ---- looking ---- */

static struct group *group_of(struct payload *p, const struct batch *b, uint32_t row)
{
    uint64_t input = b->ord[row].hi >> ORDINAL_POS_BITS;
    struct val type = val_to_num(column_at(&b->cols[p->type_col], row));
    int64_t id = type.kind == KIND_LONG ? type.u.i : -1;
    struct group *g;

    for (size_t i = 0; i < p->n_groups; i++) {
        g = &p->groups[i];
        if (g->input == input && g->type == id)
            return g;
    }
    if (p->n_groups == MAX_GROUPS)
        return NULL;
    g = &p->groups[p->n_groups++];
    *g = (struct group){.input = input, .type = id};
    return g;
}

static bool is_word(char c)
{
    return ascii_is_digit(c) || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'z');
}

/* The last word of a text: of "errorCode":50034 the value. */
static struct str value_piece(struct str s)
{
    size_t end = s.len;
    size_t start;

    while (end > 0 && !is_word(s.ptr[end - 1]))
        end--;
    start = end;
    while (start > 0 && is_word(s.ptr[start - 1]))
        start--;
    return str_of(s.ptr + start, end - start);
}

/* What stands around the piece: back to the member's beginning, if that is near. */
static struct str excerpt_of(struct str text, size_t at, size_t len)
{
    size_t start = at;
    size_t end = at + len;

    while (start > 0 && at - start < EXCERPT && strchr(",{[\n", text.ptr[start - 1]) == NULL)
        start--;
    while (end < text.len && end - at - len < 4 && strchr(",}]\n", text.ptr[end]) == NULL)
        end++;
    if (end - start == len) { /* no name beside it: what is around */
        start -= MIN(start, (size_t)EXCERPT / 2);
        end += MIN(text.len - end, (size_t)EXCERPT / 2);
    }
    return str_of(text.ptr + start, end - start);
}

static void find_piece(struct payload *p, struct group *g, size_t k, const struct val *v)
{
    const struct condition *c = &p->conditions[k];

    if (!val_is_text(v) || g->piece[k].len > 0)
        return;
    for (size_t i = 0; i < c->n_texts && g->piece[k].len == 0; i++) {
        struct str piece = value_piece(c->texts[i]);
        size_t at = piece.len >= MIN_PIECE ? str_find(val_as_str(v), piece) : SIZE_MAX;

        if (at == SIZE_MAX)
            continue;
        g->piece[k] = piece;
        g->excerpt[k] = arena_str(&p->arena, excerpt_of(val_as_str(v), at, piece.len));
    }
}

static enum lanner_rc take_condition(struct payload *p, size_t k, struct batch *b, struct eval *ev,
                                     const struct sel *rest, struct lanner_err *err)
{
    struct sel sel = sel_copy(rest, b->arena);
    uint32_t next = 0;

    TRY(program_select(p->conditions[k].program, ev, b, &sel, err));
    SEL_FOR (rest, i) {
        struct group *g = group_of(p, b, i);
        bool passed = next < sel.n && sel.idx[next] == i;

        next += passed;
        if (g == NULL)
            continue;
        g->passed[k] += passed;
        if (!passed)
            find_piece(p, g, k, column_at(&b->cols[p->payload_col], i));
    }
    return LANNER_OK;
}

static enum lanner_rc take(void *ctx, struct batch *b, struct eval *ev, bool *enough,
                           struct lanner_err *err)
{
    struct payload *p = ctx;
    struct sel rest = sel_copy(&b->sel, b->arena);

    (void)enough;
    for (size_t i = 0; i < p->others.n && rest.n > 0; i++)
        TRY(program_select(p->others.items[i], ev, b, &rest, err));
    SEL_FOR (&b->sel, i) {
        struct group *g = group_of(p, b, i);

        if (g != NULL)
            g->n_all++;
    }
    SEL_FOR (&rest, i) {
        struct group *g = group_of(p, b, i);

        if (g != NULL)
            g->n++;
    }
    for (size_t k = 0; k < p->n; k++)
        TRY(take_condition(p, k, b, ev, &rest, err));
    return LANNER_OK;
}

/* False: there is nothing to look for. */
static bool payload_look(struct lanner_session *s, struct payload *p, const struct plan *plan,
                         const struct scan_fields *fields, int64_t max_ns)
{
    const struct plan_node *leaf = leaf_of(plan);
    struct look look = {.n = fields->n + 1,
                        .max_events = LOOK_MAX_EVENTS,
                        .max_ns = max_ns,
                        .take = take,
                        .ctx = p};
    struct str *names = ARENA_ARRAY(&p->arena, struct str, look.n);
    struct lanner_err err = {0};

    if (leaf->kind != NODE_SCAN || find_conditions(p, leaf, &err) != LANNER_OK || p->n == 0)
        return false;
    for (size_t i = 0; i < fields->n; i++) {
        names[i] = fields->names[i];
        if (str_eqz(names[i], PAYLOAD_FIELD))
            p->payload_col = (uint32_t)i;
    }
    names[fields->n] = STR(TYPE_FIELD);
    p->type_col = (uint32_t)fields->n;
    look.names = names;
    p->all = look_run(s, &look);
    p->n_events = look.n_events;
    return true;
}

/* ---- saying ---- */

static bool is_failing(const struct group *g, size_t k)
{
    return g->n > 0 && g->passed[k] == 0;
}

static void put_texts(struct buf *out, const struct condition *c)
{
    for (size_t i = 0; i < c->n_texts && i < SHOWN_TEXTS; i++)
        buf_printf(out, "%s%.*s", i > 0 ? ", " : "", (int)MIN(c->texts[i].len, (size_t)60),
                   c->texts[i].ptr);
    if (c->n_texts > SHOWN_TEXTS)
        buf_puts(out, ", ...");
}

static void put_group(struct buf *out, const struct lanner_session *s, const struct payload *p,
                      const struct group *g, size_t k)
{
    const struct condition *c = &p->conditions[k];
    const char *type = qradar_type_usual_name(g->type);

    buf_printf(out, "%s: none of the %" PRIu64 " events", scan_input_name(s->scan, g->input), g->n);
    if (type != NULL)
        buf_printf(out, " of %s", type);
    buf_printf(out,
               "%s that pass the other conditions has in its payload %s %zu text%s asked for (",
               p->all ? "" : " looked at", c->n_texts == 1 ? "the" : "one of the", c->n_texts,
               c->n_texts == 1 ? "" : "s");
    put_texts(out, c);
    buf_putc(out, ')');
    if (g->piece[k].len > 0)
        buf_printf(out, "; %.*s stands there as %.*s", STR_ARG(g->piece[k]),
                   STR_ARG(g->excerpt[k]));
}

static int cmp_groups(const void *a, const void *b)
{
    const struct group *x = a, *y = b;

    if (x->input != y->input)
        return x->input < y->input ? -1 : 1;
    return x->type < y->type ? -1 : x->type > y->type;
}

static void payload_init(struct payload *p)
{
    memset(p, 0, sizeof(*p));
    arena_init(&p->arena, 4096);
}

static void payload_done(struct payload *p)
{
    VEC_DONE(&p->others);
    arena_done(&p->arena);
}

void payload_explain(struct lanner_session *s, const struct plan *plan,
                     const struct scan_fields *fields, struct str text, struct buf *out)
{
    struct payload p;

    payload_init(&p);
    if (payload_look(s, &p, plan, fields, LOOK_MAX_NS)) {
        qsort(p.groups, p.n_groups, sizeof(*p.groups), cmp_groups);
        for (size_t k = 0; k < p.n; k++) {
            uint32_t line, column;
            size_t n = 0;

            text_locate(text.ptr, text.len, p.conditions[k].expr->at.start, &line, &column);
            for (size_t i = 0; i < p.n_groups; i++) {
                if (!is_failing(&p.groups[i], k) || n++ >= SHOWN_GROUPS)
                    continue;
                buf_printf(out, "%u:%u: ", line, column);
                put_group(out, s, &p, &p.groups[i], k);
                buf_putc(out, '\n');
            }
            if (n > SHOWN_GROUPS)
                buf_printf(out, "%u:%u: and so in %zu more inputs\n", line, column,
                           n - SHOWN_GROUPS);
        }
    }
    payload_done(&p);
}

void payload_hint(struct lanner_session *s, const struct plan *plan,
                  const struct scan_fields *fields, struct notes *notes)
{
    struct payload p;
    struct buf text = {0};
    size_t n = 0;

    payload_init(&p);
    if (payload_look(s, &p, plan, fields, look_time_after(s))) {
        qsort(p.groups, p.n_groups, sizeof(*p.groups), cmp_groups);
        for (size_t i = 0; i < p.n_groups * p.n; i++) {
            size_t k = i % p.n;

            if (!is_failing(&p.groups[i / p.n], k) || n++ >= SHOWN_NOTES)
                continue;
            buf_clear(&text);
            put_group(&text, s, &p, &p.groups[i / p.n], k);
            buf_putc(&text, '\0');
            notes_add(notes, LANNER_NOTE_WARNING, p.conditions[k].expr->at, text.ptr);
        }
    }
    buf_done(&text);
    payload_done(&p);
}
