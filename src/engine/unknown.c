/* unknown.c - custom properties that no record has: one warning for each name, with the nearest
 * names there are; with strict-fields an error.
 *
 * Such a name is NULL on every row, which is a missed detection when it is a mistake. The run
 * itself cannot tell, because it only reads the records that the prefilter lets through, so the
 * inputs are looked at beside it: until every name was found, which is soon where the names are
 * right. */
#include <inttypes.h>
#include <stdlib.h>

#include "engine/look.h"
#include "lang/aql/aql.h"

/* Without strict-fields a name that is rare must not make a query slow. */
#define NAMES_MAX_EVENTS 100000
#define NAMES_MAX_NS     (NS_PER_S / 5)
/* Events whose fields' names are offered instead. */
#define OFFER_MAX_EVENTS 2000
#define OFFER_MAX_NAMES  10000

struct unknown {
    struct arena arena;
    struct str *names; /* fields of the scan: with the prefix */
    bool *seen;
    size_t n, n_seen;
    /* For suggestions. */
    struct strmap offered;
    VEC(struct str) offers; /* arena */
};

static struct str plain_name(struct str field)
{
    size_t prefix = strlen(FIELD_PROPERTY_PREFIX);

    return str_of(field.ptr + prefix, field.len - prefix);
}

/* ---- looking ---- */

static enum lanner_rc take_names(void *ctx, struct batch *b, struct eval *ev, bool *enough,
                                 struct lanner_err *err)
{
    struct unknown *u = ctx;

    (void)ev;
    (void)err;
    for (size_t k = 0; k < u->n; k++) {
        for (uint32_t i = 0; i < b->sel.n && !u->seen[k]; i++) {
            if (column_at(&b->cols[k], b->sel.idx[i])->kind == KIND_ABSENT)
                continue;
            u->seen[k] = true;
            u->n_seen++;
        }
    }
    *enough = u->n_seen == u->n;
    return LANNER_OK;
}

static void offer(struct unknown *u, struct str name)
{
    if (u->offers.n >= OFFER_MAX_NAMES || strmap_get(&u->offered, name) != SIZE_MAX)
        return;
    name = arena_str(&u->arena, name);
    strmap_put(&u->offered, name, 0);
    VEC_PUSH(&u->offers, name);
}

/* A field by its path and by the last part of it. */
static enum lanner_rc take_offers(void *ctx, struct batch *b, struct eval *ev, bool *enough,
                                  struct lanner_err *err)
{
    struct unknown *u = ctx;

    (void)ev;
    (void)err;
    SEL_FOR (&b->sel, i) {
        for (uint32_t k = 0; b->open != NULL && k < b->open[i].n; k++) {
            struct str name = b->open[i].fields[k].name;
            size_t last = name.len;

            if (name.len == 0 || strchr("#@\x01", name.ptr[0]) != NULL)
                continue;
            while (last > 0 && name.ptr[last - 1] != '.')
                last--;
            offer(u, name);
            offer(u, str_of(name.ptr + last, name.len - last));
        }
    }
    *enough = u->offers.n >= OFFER_MAX_NAMES;
    return LANNER_OK;
}

static bool look_for_names(struct lanner_session *s, struct unknown *u, uint64_t *n_events)
{
    struct look look = {.names = u->names,
                        .n = u->n,
                        .max_events = s->strict_fields ? 0 : NAMES_MAX_EVENTS,
                        .max_ns = s->strict_fields ? 0 : NAMES_MAX_NS,
                        .take = take_names,
                        .ctx = u};
    bool all = look_run(s, &look);

    *n_events = look.n_events;
    return all;
}

static void look_for_offers(struct lanner_session *s, struct unknown *u)
{
    struct look look = {.open = true,
                        .max_events = OFFER_MAX_EVENTS,
                        .max_ns = NAMES_MAX_NS,
                        .take = take_offers,
                        .ctx = u};

    (void)look_run(s, &look);
}

/* ---- where a name stands ---- */

struct place {
    struct str name;
    bool found, excused;
    struct span at;
    VEC(const struct expr *) alternatives;
};

static bool is_alternative(const struct place *p, const struct expr *e)
{
    for (size_t i = 0; i < p->alternatives.n; i++) {
        if (p->alternatives.items[i] == e)
            return true;
    }
    return false;
}

/* One name that stands for several fields (hostname) is a coalesce of all of them, each at its
 * place: any may be missing. What a query itself gives to COALESCE has places of its own. Parents
 * come first. */
static void look_at(void *ctx, struct plan_node *n, struct expr *e)
{
    struct place *p = ctx;

    (void)n;
    if (e->kind == EXPR_CALL && strstr(e->fn->name, "coalesce") != NULL) {
        for (size_t i = 0; i < e->n_args; i++) {
            if (e->args[i]->at.start == e->at.start && e->args[i]->at.len == e->at.len)
                VEC_PUSH(&p->alternatives, e->args[i]);
        }
    } else if (e->kind == EXPR_FIELD && str_eq(e->name, p->name)) {
        if (is_alternative(p, e)) {
            p->excused = true;
        } else if (!p->found) {
            p->found = true;
            p->at = e->at;
        }
    }
}

/* False: the plan does not name it, or has something else where it is missing. */
static bool find_place(const struct plan *plan, struct str name, struct span *at)
{
    struct place p = {.name = name};
    struct plan_visitor v = {.expr = look_at, .ctx = &p};

    plan_walk(plan->root, &v);
    VEC_DONE(&p.alternatives);
    *at = p.at;
    return p.found;
}

/* ---- saying ---- */

static void put_text(struct unknown *u, struct str name, uint64_t n_events, bool all,
                     struct buf *out)
{
    struct suggest near = suggest_start(name);
    char hint[200];

    if (all)
        buf_puts(out, "no event of the inputs has");
    else
        buf_printf(out, "none of the %" PRIu64 " events looked at has", n_events);
    buf_printf(out, " a field or custom property \"%.*s\": it is null", STR_ARG(name));
    aql_suggest_fields(&near, false);
    for (size_t i = 0; i < u->offers.n; i++)
        suggest_offer(&near, u->offers.items[i]);
    if (suggest_print(&near, hint, sizeof(hint)))
        buf_printf(out, "; %s", hint);
}

static enum lanner_rc say(struct lanner_session *s, struct unknown *u, const struct plan *plan,
                          struct notes *notes, uint64_t n_events, bool all, struct lanner_err *err)
{
    struct buf text = {0};
    enum lanner_rc rc = LANNER_OK;

    for (size_t k = 0; k < u->n && rc == LANNER_OK; k++) {
        struct span at;

        if (u->seen[k] || !find_place(plan, u->names[k], &at))
            continue;
        buf_clear(&text);
        put_text(u, plain_name(u->names[k]), n_events, all, &text);
        buf_putc(&text, '\0');
        if (s->strict_fields)
            rc = err_set_at(err, LANNER_ERR_QUERY, at, "%s", text.ptr);
        else
            notes_add(notes, LANNER_NOTE_WARNING, at, text.ptr);
    }
    buf_done(&text);
    return rc;
}

/* The custom properties that the job reads; those a record has by whatever name are found. */
static void collect(struct unknown *u, const struct scan_fields *fields)
{
    u->names = ARENA_ARRAY(&u->arena, struct str, fields->n);
    u->seen = ARENA_ARRAY(&u->arena, bool, fields->n);
    for (size_t i = 0; i < fields->n; i++) {
        if (str_starts(fields->names[i], STR(FIELD_PROPERTY_PREFIX)))
            u->names[u->n++] = fields->names[i];
    }
    memset(u->seen, 0, u->n * sizeof(*u->seen));
}

enum lanner_rc unknown_names(struct lanner_session *s, struct plan *const *plans,
                             struct built *const *builts, size_t n_plans,
                             const struct scan_fields *fields, struct lanner_err *err)
{
    struct unknown u = {.n = 0};
    uint64_t n_events = 0;
    enum lanner_rc rc = LANNER_OK;
    bool all;

    if (((s->on_note == NULL || !s->hints) && !s->strict_fields) || s->cancel != 0)
        return LANNER_OK;
    arena_init(&u.arena, 4096);
    strmap_init(&u.offered);
    collect(&u, fields);
    if (u.n > 0) {
        all = look_for_names(s, &u, &n_events);
        if (u.n_seen < u.n && n_events > 0) {
            look_for_offers(s, &u);
            for (size_t i = 0; i < n_plans && rc == LANNER_OK; i++)
                rc = say(s, &u, plans[i], &builts[i]->notes, n_events, all, err);
        }
    }
    VEC_DONE(&u.offers);
    strmap_done(&u.offered);
    arena_done(&u.arena);
    return rc;
}
