/* functions.c - the function reference, printed from the rows: one heading a family, one entry a
 * function, so that help cannot go stale. */
#include <stdlib.h>

#include "engine/query.h"
#include "lang/cql/cql.h"

struct entry {
    const char *family;
    const char *name;
    const struct fn_param *params; /* of a function row */
    const char *written;           /* of a stage, as text */
    const char *doc;
    size_t place; /* keeps families and functions in the order of their tables */
};
typedef VEC(struct entry) entry_list;

static void put_param(struct buf *out, const struct fn_param *p)
{
    if (p->flags & PARAM_DEFAULT)
        buf_puts(out, "•");
    buf_puts(out, p->name);
    if (p->flags & PARAM_REQUIRED)
        buf_putc(out, '*');
    if (p->fallback != NULL && p->fallback[0] != '\0')
        buf_printf(out, "=%s", p->fallback);
    if (p->options != NULL)
        buf_printf(out, " (%s)", p->options);
}

static void put_signature(struct buf *out, const struct entry *e)
{
    bool first = true;

    if (e->written != NULL) {
        buf_printf(out, "%s(%s)", e->name, e->written);
        return;
    }
    buf_printf(out, "%s(", e->name);
    for (const struct fn_param *p = e->params; p != NULL && p->name != NULL; p++) {
        if (p->name[0] == '@')
            continue; /* added by the front end, not written by users */
        if (!first)
            buf_puts(out, ", ");
        first = false;
        put_param(out, p);
    }
    buf_putc(out, ')');
}

static void collect(entry_list *all, enum lang lang)
{
    struct cql_stage_help stage;

    for (size_t i = 0; fn_at(i) != NULL; i++) {
        const struct fn_def *fn = fn_at(i);

        if (fn->spelled[lang] != NULL)
            VEC_PUSH(all, ((struct entry){fn->family, fn->spelled[lang], fn->params, NULL, fn->doc,
                                          all->n}));
    }
    for (size_t i = 0; lang == LANG_CQL && cql_stage_help(i, &stage); i++)
        VEC_PUSH(all,
                 ((struct entry){stage.family, stage.name, NULL, stage.params, stage.doc, all->n}));
}

static int cmp_entries(const void *a, const void *b)
{
    const struct entry *x = a;
    const struct entry *y = b;
    int c = strcmp(x->family != NULL ? x->family : "", y->family != NULL ? y->family : "");

    if (c == 0)
        c = str_cmp_nocase(str_z(x->name), str_z(y->name));
    return c != 0 ? c : x->place < y->place ? -1 : x->place > y->place;
}

static void put_markdown(struct buf *out, const entry_list *all)
{
    const char *family = NULL;

    for (size_t i = 0; i < all->n; i++) {
        const struct entry *e = &all->items[i];

        if (e->family != NULL && (family == NULL || strcmp(family, e->family) != 0)) {
            family = e->family;
            buf_printf(out, "\n### %s\n", family);
        }
        buf_puts(out, "\n#### `");
        put_signature(out, e);
        buf_printf(out, "`\n\n%s\n", e->doc != NULL ? e->doc : "");
    }
}

static void put_text(struct buf *out, const entry_list *all)
{
    for (size_t i = 0; i < all->n; i++) {
        put_signature(out, &all->items[i]);
        buf_printf(out, "\n    %s\n", all->items[i].doc != NULL ? all->items[i].doc : "");
    }
}

enum lanner_rc lanner_functions(const char *language, const char *format, lanner_on_text fn,
                                void *ctx, struct lanner_err *err)
{
    enum lang only = language != NULL ? lang_named(str_z(language)) : LANG_COUNT;
    bool markdown = format == NULL || strcmp(format, "markdown") == 0;
    struct buf out = {0};

    if (language != NULL && only == LANG_COUNT)
        return err_set(err, LANNER_ERR_USAGE, "there is no language %s", language);
    if (!markdown && strcmp(format, "text") != 0)
        return err_set(err, LANNER_ERR_USAGE, "the format is markdown or text, not %s", format);
    if (markdown)
        buf_puts(&out, "# Functions\n\nPrinted by `lanner functions --markdown` from the function "
                       "tables; not written by hand.\n`•` may be passed without its name, `*` is "
                       "required, `=` gives the default.\n");
    for (size_t l = 0; l < LANG_COUNT; l++) {
        entry_list all = {0};

        if (only != LANG_COUNT && only != l)
            continue;
        collect(&all, (enum lang)l);
        if (all.n > 1)
            qsort(all.items, all.n, sizeof(*all.items), cmp_entries);
        if (markdown && all.n > 0) {
            buf_printf(&out, "\n## %s\n", l == LANG_CQL ? "CQL" : "AQL");
            put_markdown(&out, &all);
        } else {
            put_text(&out, &all);
        }
        VEC_DONE(&all);
    }
    fn(ctx, out.ptr, out.len);
    buf_done(&out);
    return LANNER_OK;
}
