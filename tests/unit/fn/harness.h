/* harness.h - binds one function row and runs it on literal values, as text in and text out.
 *
 * An argument is a text whose first character says what it is:
 *   =text  constant text        $text  column text          #1.5  constant number
 *   %1.5   column number        !true  constant boolean     ^true column boolean
 *   -      constant absent      ?      column without value  @name column without value, field
 * `name` [a|b   constant list        &name=text  column text of the field `name` Results:
 * `<absent>`, `true`, numbers as CQL prints them, texts. */
#ifndef TESTS_FN_HARNESS_H
#define TESTS_FN_HARNESS_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "../tap.h"
#include "fn/fn.h"
#include "lookup/lookup.h"
#include "util/num.h"

#define MAX_ARGS 16
#define MAX_OUT  16

static struct arena h_arena;
static struct fn_env h_env;
static char h_room[1 << 16];
static char h_note[512];
static struct lanner_err h_err;

static void h_on_note(void *ctx, enum lanner_note_kind kind, struct span at, const char *text)
{
    (void)ctx;
    (void)kind;
    (void)at;
    snprintf(h_note, sizeof(h_note), "%s", text);
}

/* 2026-03-02T14:08:07.123Z is the clock. */
#define H_NOW_MS INT64_C(1772460487123)

static inline void h_init(void)
{
    arena_init(&h_arena, 0);
    h_env = (struct fn_env){.arena = &h_arena,
                            .now_ns = H_NOW_MS * NS_PER_MS,
                            .from_ns = TIME_NONE,
                            .to_ns = TIME_NONE,
                            .zone = zone_utc(),
                            .zone_name = STR("UTC"),
                            .seed = 42,
                            .note = h_on_note};
}

static inline struct val h_number(const char *z)
{
    int64_t i;
    double d;

    if (num_parse_long(str_z(z), &i))
        return val_long(i);
    return num_parse_double(str_z(z), &d) ? val_double(d) : VAL_ABSENT;
}

static inline struct val h_list(const char *z)
{
    struct val *items = ARENA_ARRAY(&h_arena, struct val, 32);
    uint32_t n = 0;

    while (*z != '\0' && n < 32) {
        const char *end = strchrnul(z, '|');

        items[n++] = val_str(arena_str(&h_arena, str_of(z, (size_t)(end - z))));
        z = *end == '\0' ? end : end + 1;
    }
    return (struct val){.u.items = items, .len = n, .kind = KIND_ARRAY};
}

static inline void h_arg(const char *z, struct fn_arg *arg)
{
    const char *eq;

    memset(arg, 0, sizeof(*arg));
    arg->is_const = strchr("=#!-[", z[0]) != NULL;
    switch (z[0]) {
    case '=':
    case '$':
        arg->v = val_text(z + 1, strlen(z + 1));
        break;
    case '#':
    case '%':
        arg->v = h_number(z + 1);
        break;
    case '!':
    case '^':
        arg->v = val_bool(strcmp(z + 1, "true") == 0);
        break;
    case '[':
        arg->v = h_list(z + 1);
        break;
    case '@':
        arg->field = str_z(z + 1);
        break;
    case '&':
        eq = strchr(z, '=');
        arg->field = str_of(z + 1, (size_t)(eq - z - 1));
        arg->v = val_text(eq + 1, strlen(eq + 1));
        break;
    default:
        break;
    }
    if (arg->field.len == 0 && !arg->is_const)
        arg->field = STR("f");
}

struct h_call {
    struct fn_call call;
    struct fn_arg args[MAX_ARGS];
    struct val cells[MAX_ARGS];
    struct column cols[MAX_ARGS];
    struct str outs[MAX_OUT];
    struct fn_local local;
};

static inline void h_read_args(struct h_call *h, va_list ap)
{
    const char *z;

    while ((z = va_arg(ap, const char *)) != NULL) {
        size_t k = h->call.n_args++;

        h_arg(z, &h->args[k]);
        h->cells[k] = h->args[k].v;
        h->cols[k] = (struct column){&h->cells[k], true};
    }
}

/* Names separated by commas. */
static inline void h_outs(struct h_call *h, const char *names)
{
    while (*names != '\0') {
        const char *end = strchrnul(names, ',');

        h->outs[h->call.n_out++] = str_of(names, (size_t)(end - names));
        names = *end == '\0' ? end : end + 1;
    }
    h->call.out_names = h->outs;
}

static inline bool h_bind(struct h_call *h, const char *name)
{
    memset(&h_err, 0, sizeof(h_err));
    h->call.fn = fn_named(name);
    h->call.env = &h_env;
    h->call.args = h->args;
    if (h->call.fn == NULL) {
        snprintf(h_room, sizeof(h_room), "<no row %s>", name);
        return false;
    }
    if (h->call.fn->bind != NULL && h->call.fn->bind(&h->call, &h_err) != LANNER_OK) {
        snprintf(h_room, sizeof(h_room), "<error: %s>", h_err.text);
        return false;
    }
    return true;
}

static inline size_t h_print(size_t at, const struct val *v)
{
    char room[VAL_PRINT_MAX];
    struct str s = val_is_null(v) ? STR("<absent>") : val_print(v, room);

    return at + (size_t)snprintf(h_room + at, sizeof(h_room) - at, "%.*s", STR_ARG(s));
}

static inline void h_done(struct h_call *h)
{
    if (h->local.done != NULL)
        h->local.done(h->local.ptr);
}

/* A scalar or predicate; the arguments end with NULL. */
static inline const char *ev(const char *name, ...)
{
    struct h_call h = {0};
    uint32_t zero = 0;
    struct sel sel = {&zero, 1};
    struct val out = {.kind = KIND_LONG, .u.i = -12345};
    struct fn_run run = {.call = &h.call, .local = &h.local, .arena = &h_arena};
    va_list ap;

    va_start(ap, name);
    h_read_args(&h, ap);
    va_end(ap);
    if (!h_bind(&h, name))
        return h_room;
    if (h.call.fn->eval(&run, h.cols, &sel, &out, &h_err) != LANNER_OK)
        snprintf(h_room, sizeof(h_room), "<error: %s>", h_err.text);
    else
        h_print(0, &out);
    h_done(&h);
    return h_room;
}

static inline void h_print_outs(const struct h_call *h, const struct val *vals,
                                const struct open_row *open)
{
    size_t at = 0;

    h_room[0] = '\0';
    for (size_t j = 0; j < h->call.n_out; j++) {
        if (j > 0)
            at += (size_t)snprintf(h_room + at, sizeof(h_room) - at, "|");
        at = h_print(at, &vals[j]);
    }
    for (uint32_t k = 0; open != NULL && k < open->n; k++) {
        at += (size_t)snprintf(h_room + at, sizeof(h_room) - at, "%s%.*s=", at > 0 ? " " : "",
                               STR_ARG(open->fields[k].name));
        at = h_print(at, &open->fields[k].v);
    }
}

/* A multi function with these outputs; old values are `old`. "*" asks for open fields. */
static inline const char *mv(const char *name, const char *outs, ...)
{
    struct h_call h = {0};
    uint32_t zero = 0;
    struct sel sel = {&zero, 1};
    struct val vals[MAX_OUT];
    struct val *cols[MAX_OUT];
    struct open_row open = {0};
    uint8_t drop = 0;
    struct fn_run run = {.call = &h.call, .local = &h.local, .arena = &h_arena};
    struct fn_multi multi = {.out = cols, .drop = &drop, .arena = &h_arena};
    va_list ap;

    va_start(ap, outs);
    h_read_args(&h, ap);
    va_end(ap);
    if (strcmp(outs, "*") == 0) {
        h.call.open = true;
        multi.open = &open;
    } else {
        h_outs(&h, outs);
    }
    for (size_t j = 0; j < MAX_OUT; j++) {
        vals[j] = val_text("old", 3);
        cols[j] = &vals[j];
    }
    if (!h_bind(&h, name))
        return h_room;
    if (h.call.fn->eval_multi(&run, h.cols, &sel, &multi, &h_err) != LANNER_OK)
        snprintf(h_room, sizeof(h_room), "<error: %s>", h_err.text);
    else if (drop != 0)
        snprintf(h_room, sizeof(h_room), "DROP");
    else
        h_print_outs(&h, vals, multi.open);
    h_done(&h);
    return h_room;
}

/* The literals a bound predicate gives, joined by |; `i:` before one that ignores case. */
static inline const char *lits(const char *name, ...)
{
    struct h_call h = {0};
    fn_literals out = {0};
    size_t at = 0;
    va_list ap;

    va_start(ap, name);
    h_read_args(&h, ap);
    va_end(ap);
    if (!h_bind(&h, name))
        return h_room;
    snprintf(h_room, sizeof(h_room), "none");
    if (h.call.fn->literals != NULL && h.call.fn->literals(&h.call, &out, &h_arena)) {
        for (size_t k = 0; k < out.n; k++)
            at +=
                (size_t)snprintf(h_room + at, sizeof(h_room) - at, "%s%s%.*s", k > 0 ? "|" : "",
                                 out.items[k].ignore_case ? "i:" : "", STR_ARG(out.items[k].text));
    }
    VEC_DONE(&out);
    return h_room;
}

/* Got a C string, want a C string. */
#define IS(got, want)                                                                              \
    do {                                                                                           \
        const char *is_got_ = (got);                                                               \
        int is_same_ = strcmp(is_got_, (want)) == 0;                                               \
        OK(is_same_ &&#got);                                                                       \
        if (!is_same_)                                                                             \
            printf("# %s\n# got '%s', want '%s'\n", #got, is_got_, (want));                        \
    } while (0)

#endif
