/* functions.c - the function reference, printed from the rows: one table a family with a column for
 * each language's spelling, or one language alone, so that help cannot go stale. */
#include <stdlib.h>

#include "engine/query.h"
#include "lang/cql/cql.h"

struct entry {
    const char *family;
    const char *names[LANG_COUNT]; /* NULL: not in that language */
    const struct fn_param *params; /* of a function row */
    const char *written;           /* of a stage, as text */
    const char *doc;
    size_t place; /* keeps families and functions in the order of their tables */
};
typedef VEC(struct entry) entry_list;

/* Is it something that users of the language do not write, because the front end adds it? */
static bool is_hidden(const struct fn_param *p, enum lang lang)
{
    if (p->name[0] == '@')
        return true;
    return lang != LANG_CQL && (p->kind == P_AS || p->kind == P_BOOL ||
                                (p->fallback != NULL && strchr("@\x01", p->fallback[0]) != NULL &&
                                 p->fallback[0] != '\0'));
}

/* As users of the language write it: CQL names its parameters, AQL's stand in order. */
static void put_param(struct buf *out, const struct fn_param *p, enum lang lang)
{
    bool named = lang == LANG_CQL;

    if (named && p->flags & PARAM_DEFAULT)
        buf_puts(out, "•");
    if (!named && !(p->flags & PARAM_REQUIRED))
        buf_putc(out, '[');
    buf_puts(out, p->name);
    if (named && p->flags & PARAM_REQUIRED)
        buf_putc(out, '*');
    if (p->fallback != NULL && p->fallback[0] != '\0')
        buf_printf(out, "=%s", p->fallback);
    if (p->options != NULL)
        buf_printf(out, " (%s)", p->options);
    if (!named && p->flags & PARAM_MANY)
        buf_puts(out, ", ...");
    if (!named && !(p->flags & PARAM_REQUIRED))
        buf_putc(out, ']');
}

static void put_signature(struct buf *out, const struct entry *e, enum lang lang)
{
    bool first = true;

    if (e->written != NULL) {
        buf_printf(out, "%s(%s)", e->names[lang], e->written);
        return;
    }
    buf_printf(out, "%s(", e->names[lang]);
    for (const struct fn_param *p = e->params; p != NULL && p->name != NULL; p++) {
        if (is_hidden(p, lang))
            continue;
        if (!first)
            buf_puts(out, ", ");
        first = false;
        put_param(out, p, lang);
    }
    buf_putc(out, ')');
}

/* The functions of one language; LANG_COUNT: of all. */
static void collect(entry_list *all, enum lang only)
{
    struct cql_stage_help stage;

    for (size_t i = 0; fn_at(i) != NULL; i++) {
        const struct fn_def *fn = fn_at(i);
        struct entry e = {
            .family = fn->family, .params = fn->params, .doc = fn->doc, .place = all->n};
        bool any = false;

        for (int l = 0; l < LANG_COUNT; l++) {
            if (only == LANG_COUNT || only == (enum lang)l)
                e.names[l] = fn->spelled[l];
            any |= e.names[l] != NULL;
        }
        if (any)
            VEC_PUSH(all, e);
    }
    for (size_t i = 0; (only == LANG_COUNT || only == LANG_CQL) && cql_stage_help(i, &stage); i++) {
        struct entry e = {.family = stage.family,
                          .names = {[LANG_CQL] = stage.name},
                          .written = stage.params,
                          .doc = stage.doc,
                          .place = all->n};

        VEC_PUSH(all, e);
    }
}

static const char *first_name(const struct entry *e)
{
    for (int l = 0; l < LANG_COUNT; l++) {
        if (e->names[l] != NULL)
            return e->names[l];
    }
    return "";
}

static int cmp_entries(const void *a, const void *b)
{
    const struct entry *x = a;
    const struct entry *y = b;
    int c = strcmp(x->family != NULL ? x->family : "", y->family != NULL ? y->family : "");

    if (c == 0)
        c = str_cmp_nocase(str_z(first_name(x)), str_z(first_name(y)));
    return c != 0 ? c : x->place < y->place ? -1 : x->place > y->place;
}

/* Text of a table's cell: a bar would end it. */
static void put_cell(struct buf *out, struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '|')
            buf_putc(out, '\\');
        buf_putc(out, s.ptr[i] == '\n' ? ' ' : s.ptr[i]);
    }
}

/* One heading a family, one table under it. */
static void put_table(struct buf *out, const entry_list *all)
{
    const char *family = NULL;
    struct buf cell = {0};

    for (size_t i = 0; i < all->n; i++) {
        const struct entry *e = &all->items[i];

        if (i == 0 || (e->family != NULL && (family == NULL || strcmp(family, e->family) != 0))) {
            family = e->family;
            buf_printf(out, "\n## %s\n\n| CQL | AQL | |\n| --- | --- | --- |\n",
                       family != NULL ? family : "Others");
        }
        for (int l = 0; l < LANG_COUNT; l++) {
            buf_puts(out, "| ");
            if (e->names[l] == NULL)
                continue;
            buf_clear(&cell);
            put_signature(&cell, e, (enum lang)l);
            buf_putc(out, '`');
            put_cell(out, buf_str(&cell));
            buf_puts(out, "` ");
        }
        buf_puts(out, "| ");
        put_cell(out, str_z(e->doc != NULL ? e->doc : ""));
        buf_puts(out, " |\n");
    }
    buf_done(&cell);
}

static void put_markdown(struct buf *out, const entry_list *all, enum lang lang)
{
    const char *family = NULL;

    for (size_t i = 0; i < all->n; i++) {
        const struct entry *e = &all->items[i];

        if (e->family != NULL && (family == NULL || strcmp(family, e->family) != 0)) {
            family = e->family;
            buf_printf(out, "\n## %s\n", family);
        }
        buf_puts(out, "\n### `");
        put_signature(out, e, lang);
        buf_printf(out, "`\n\n%s\n", e->doc != NULL ? e->doc : "");
    }
}

/* On a line of its own where it is wider than its half. */
#define HALF_WIDTH 48

static void put_text(struct buf *out, const entry_list *all, enum lang only)
{
    for (size_t i = 0; i < all->n; i++) {
        const struct entry *e = &all->items[i];

        if (only != LANG_COUNT) {
            put_signature(out, e, only);
        } else {
            size_t from = out->len;

            if (e->names[LANG_CQL] != NULL)
                put_signature(out, e, LANG_CQL);
            if (e->names[LANG_AQL] != NULL && out->len - from > HALF_WIDTH) {
                buf_putc(out, '\n');
                from = out->len;
            }
            while (e->names[LANG_AQL] != NULL && out->len - from < HALF_WIDTH + 2)
                buf_putc(out, ' ');
            if (e->names[LANG_AQL] != NULL)
                put_signature(out, e, LANG_AQL);
        }
        buf_printf(out, "\n    %s\n", e->doc != NULL ? e->doc : "");
    }
}

static void put_title(struct buf *out, enum lang only)
{
    buf_puts(out, "# Functions\n\nPrinted by `lanner functions --markdown` from the function "
                  "tables; not written by hand.\n");
    if (only != LANG_AQL)
        buf_puts(out, "CQL: `•` may be passed without its name, `*` is required, `=` gives the "
                      "default.\n");
    if (only != LANG_CQL)
        buf_puts(out, "AQL: arguments in this order, those in `[]` may be left out; names in any "
                      "case.\n");
}

enum lanner_rc lanner_functions(const char *language, const char *format, lanner_on_text fn,
                                void *ctx, struct lanner_err *err)
{
    enum lang only = language != NULL ? lang_named(str_z(language)) : LANG_COUNT;
    bool markdown = format == NULL || strcmp(format, "markdown") == 0;
    entry_list all = {0};
    struct buf out = {0};

    if (language != NULL && only == LANG_COUNT)
        return unknown_language(language, err);
    if (!markdown && strcmp(format, "text") != 0)
        return err_set(err, LANNER_ERR_USAGE, "the format is markdown or text, not %s", format);
    collect(&all, only);
    if (all.n > 1)
        qsort(all.items, all.n, sizeof(*all.items), cmp_entries);
    if (markdown)
        put_title(&out, only);
    if (!markdown)
        put_text(&out, &all, only);
    else if (only == LANG_COUNT)
        put_table(&out, &all);
    else
        put_markdown(&out, &all, only);
    VEC_DONE(&all);
    fn(ctx, out.ptr, out.len);
    buf_done(&out);
    return LANNER_OK;
}
