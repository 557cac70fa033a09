/* set.c - which declarations are in force: the built-in ones and those of the user's folders.
 *
 * A user's file replaces the built-in file of the same name and stands before all others, so that
 * what it recognises is never taken by a built-in declaration. Of several folders the last wins. */
#include "source/set.h"

#include <stdlib.h>

#include "util/file.h"

/* Bounds against hostile folders. */
#define SET_MAX_DECLS      1000
#define SET_MAX_FILE_BYTES ((size_t)1024 * 1024)

typedef VEC(struct source_decl) decl_vec;

static bool is_yaml(struct str path)
{
    return str_ends(path, STR(".yaml")) || str_ends(path, STR(".yml"));
}

static enum lanner_rc load_file(struct source_set *s, const char *path, decl_vec *out,
                                struct lanner_err *err)
{
    struct buf text = {0};
    struct source_decls decls;
    enum lanner_rc rc = file_read_all(path, SET_MAX_FILE_BYTES, &text, err);

    if (rc != LANNER_OK)
        goto out;
    /* The tree of the loader points into the text. */
    rc = declare_load(&s->arena, path, arena_str(&s->arena, buf_str(&text)), &decls, err);
    if (rc != LANNER_OK)
        goto out;
    if (out->n + decls.n > SET_MAX_DECLS) {
        rc = err_set(err, LANNER_ERR_LIMIT, "more than %d source declarations", SET_MAX_DECLS);
        goto out;
    }
    for (size_t i = 0; i < decls.n; i++)
        VEC_PUSH(out, decls.items[i]);
out:
    buf_done(&text);
    return rc;
}

static enum lanner_rc load_folder(struct source_set *s, const char *folder, decl_vec *out,
                                  struct lanner_err *err)
{
    file_paths paths = {0};
    enum lanner_rc rc = folder_list(folder, &paths, NULL, NULL, err);

    for (size_t i = 0; rc == LANNER_OK && i < paths.n; i++)
        if (is_yaml(str_z(paths.items[i])))
            rc = load_file(s, paths.items[i], out, err);
    file_paths_done(&paths);
    if (rc == LANNER_OK)
        declare_sort(out->items, out->n);
    return rc;
}

static bool has_name(const decl_vec *v, struct str name)
{
    for (size_t i = 0; i < v->n; i++)
        if (str_eq(v->items[i].name, name))
            return true;
    return false;
}

/* Adds those whose file name is not replaced by one that is there already. */
static void append_new(decl_vec *all, const struct source_decl *items, size_t n)
{
    size_t n_before = all->n;
    const decl_vec before = {all->items, n_before, n_before};
    bool *keep = xcalloc(n != 0 ? n : 1, sizeof(*keep));

    for (size_t i = 0; i < n; i++)
        keep[i] = !has_name(&before, items[i].name);
    for (size_t i = 0; i < n; i++)
        if (keep[i])
            VEC_PUSH(all, items[i]);
    free(keep);
}

/* By what they are: declarations, wrappers, the fallback. */
static void set_sort_out(struct source_set *s, const decl_vec *all)
{
    struct source_decl *copy = ARENA_ARRAY(&s->arena, struct source_decl, all->n);

    s->decls = ARENA_ARRAY(&s->arena, const struct source_decl *, all->n);
    s->wrappers = ARENA_ARRAY(&s->arena, const struct source_decl *, all->n);
    for (size_t i = 0; i < all->n; i++) {
        copy[i] = all->items[i];
        if (copy[i].fallback)
            s->fallback = s->fallback != NULL ? s->fallback : &copy[i];
        else if (copy[i].n_wraps > 0)
            s->wrappers[s->n_wrappers++] = &copy[i];
        else
            s->decls[s->n_decls++] = &copy[i];
    }
}

enum lanner_rc source_set_open(const char *const *folders, size_t n_folders,
                               struct source_set **out, struct lanner_err *err)
{
    struct source_set *s = xcalloc(1, sizeof(*s));
    decl_vec all = {0};
    decl_vec one = {0};
    enum lanner_rc rc = LANNER_OK;

    arena_init(&s->arena, 0);
    for (size_t i = n_folders; i > 0; i--) {
        one.n = 0;
        rc = load_folder(s, folders[i - 1], &one, err);
        if (rc != LANNER_OK)
            goto out;
        append_new(&all, one.items, one.n);
    }
    append_new(&all, source_builtin.items, source_builtin.n);
    set_sort_out(s, &all);
    *out = s;
    s = NULL; /* now the caller's */
out:
    VEC_DONE(&all);
    VEC_DONE(&one);
    source_set_free(s);
    return rc;
}

void source_set_free(struct source_set *s)
{
    if (s == NULL)
        return;
    arena_done(&s->arena);
    free(s);
}

size_t source_set_count(const struct source_set *s)
{
    return s->n_decls;
}

const char *source_name(const struct source_set *s, size_t i)
{
    return i < s->n_decls ? s->decls[i]->label.ptr : "undeclared";
}

struct str source_kind(const struct source_set *s, size_t i)
{
    return i < s->n_decls ? s->decls[i]->name : STR("");
}

void source_tag_values(const struct source_set *s, struct str tag, struct str *out, size_t cap,
                       size_t *n)
{
    *n = 0;
    for (size_t i = 0; i < s->n_decls && *n < cap; i++) {
        const struct source_tag_def *def = decl_tag(s->decls[i], tag);
        bool seen = false;

        if (def == NULL || def->cands.n > 0)
            continue;
        for (size_t k = 0; k < *n; k++)
            seen = seen || str_eq(out[k], def->value);
        if (!seen)
            out[(*n)++] = def->value;
    }
}

static void each_name(const struct source_decl *d, void (*fn)(void *ctx, struct str name),
                      void *ctx)
{
    for (size_t i = 0; d != NULL && i < d->n_fields; i++)
        fn(ctx, d->fields[i].name);
    for (size_t i = 0; d != NULL && i < d->n_tags; i++)
        fn(ctx, d->tags[i].name);
}

void source_each_name(const struct source_set *s, void (*fn)(void *ctx, struct str name), void *ctx)
{
    for (size_t i = 0; i < s->n_decls; i++)
        each_name(s->decls[i], fn, ctx);
    each_name(s->fallback, fn, ctx);
}

static size_t add_types(const struct source_decl *d, int64_t *ids, size_t n, size_t cap)
{
    for (size_t i = 0; d != NULL && i < d->qradar.n_types && n < cap; i++) {
        bool seen = false;

        for (size_t k = 0; k < n; k++)
            seen = seen || ids[k] == d->qradar.types[i].id;
        if (!seen)
            ids[n++] = d->qradar.types[i].id;
    }
    return n;
}

size_t source_qradar_types(const struct source_set *s, size_t i, int64_t *ids, size_t cap)
{
    const struct source_decl *d = i < s->n_decls ? s->decls[i] : s->fallback;
    const struct source_rule *last =
        d != NULL && d->qradar.n_types > 0 ? &d->qradar.types[d->qradar.n_types - 1] : NULL;
    size_t n = add_types(d, ids, 0, cap);

    /* Where no rule of its own need hold, those of the fallback follow. */
    return last != NULL && last->n_whens == 0 ? n : add_types(s->fallback, ids, n, cap);
}
