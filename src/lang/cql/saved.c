/* saved.c - saved queries: `$name(arg=value)` gives way to the stages of a file (cql.md 5.3).
 *
 * Everything is put in its place in the tree before the tree is lowered, so a saved query may stand
 * wherever a stage may. Its places are those of another text: its stages have that of the call. */
#include <unistd.h>

#include "lang/cql/lower.h"
#include "util/file.h"

#define SAVED_DEPTH 10  /* saved queries that call saved queries */
#define SAVED_MOST  200 /* calls of one query, those inside saved queries included */

struct expansion {
    struct cql_lower *l;
    unsigned depth, n;
};

static void set_places(struct cql_node *n, struct span at)
{
    n->at = at;
    for (struct cql_node *k = n->kids; k != NULL; k = k->next)
        set_places(k, at);
}

/* ---- The file ----------------------------------------------------------------------------------
 */

/* `falcon/helper:enrich` is falcon/helper/enrich.cql under one of the folders. */
static struct str file_name(struct cql_lower *l, struct str name)
{
    char *path = arena_alloc(l->arena, name.len + 5);

    for (size_t i = 0; i < name.len; i++)
        path[i] = name.ptr[i] == ':' ? '/' : name.ptr[i];
    memcpy(path + name.len, ".cql", 4);
    return str_of(path, name.len + 4);
}

/* *found false: no folder has it. */
static enum lanner_rc read_saved(struct cql_lower *l, struct str name, struct str *text,
                                 bool *found, struct lanner_err *err)
{
    struct str file = file_name(l, name);
    struct buf bytes = {0};
    enum lanner_rc rc;
    int fd;

    *found = false;
    for (size_t i = 0; i < l->options->n_saved && !*found; i++) {
        struct lanner_err miss = {0};

        if (file_open_under(l->options->saved[i], file, &fd, &miss) != LANNER_OK)
            continue;
        *found = true;
        rc = file_read_all_fd(fd, arena_strz(l->arena, file), CQL_MAX_TEXT, &bytes, err);
        close(fd);
        *text = arena_str(l->arena, buf_str(&bytes));
        buf_done(&bytes);
        TRY(rc);
    }
    return LANNER_OK;
}

/* What was wrong in the file, at the place of the call. */
static enum lanner_rc in_saved(const struct cql_node *call, enum lanner_rc rc,
                               const struct lanner_err *inner, struct lanner_err *err)
{
    return err_set_at(err, rc, call->at, "in the saved query $%.*s: %.400s", STR_ARG(call->text),
                      inner->text);
}

/* ---- Parameters --------------------------------------------------------------------------------
 */

static const struct cql_node *given(const struct cql_node *call, struct str name)
{
    for (const struct cql_node *k = call->kids; k != NULL; k = k->next) {
        if (str_eq_nocase(k->text, name))
            return k->kids;
    }
    return NULL;
}

/* A parameter that the call gives has that value whatever --param says; a list takes its place. */
static enum lanner_rc bind_params(struct cql_lower *l, struct cql_node *n,
                                  const struct cql_node *call, struct lanner_err *err)
{
    const struct cql_node *v = n->kind == CQL_PARAM ? given(call, n->text) : NULL;
    struct cql_node *next = n->next, *value;
    struct str text;

    if (v != NULL && v->kind == CQL_ARRAY) {
        *n = *v;
        n->next = next;
        return LANNER_OK;
    }
    if (v != NULL) {
        TRY(cql_text(l, v, &text, err));
        value = cql_make(l, CQL_STRING, v->at, text.ptr != NULL ? text : STR(""));
        n->kids = n->last = value;
        n->n_kids = 1;
        n->truth = true; /* given by the call */
        return LANNER_OK;
    }
    for (struct cql_node *k = n->kids; k != NULL; k = k->next)
        TRY(bind_params(l, k, call, err));
    return LANNER_OK;
}

/* ---- Expanding ---------------------------------------------------------------------------------
 */

static enum lanner_rc expand(struct expansion *x, struct cql_node *n, struct lanner_err *err);

/* The stages of the saved query, or NULL when there is none of that name. */
static enum lanner_rc stages_of(struct expansion *x, const struct cql_node *call,
                                struct cql_node **out, struct lanner_err *err)
{
    struct cql_lower *l = x->l;
    struct lanner_err inner = {0};
    struct cql_node *tree;
    struct str text;
    enum lanner_rc rc;
    bool found;

    *out = NULL;
    TRY(read_saved(l, call->text, &text, &found, err));
    if (!found)
        return LANNER_OK;
    if (x->depth >= SAVED_DEPTH || ++x->n > SAVED_MOST)
        return err_set_at(err, LANNER_ERR_LIMIT, call->at,
                          "saved queries call each other more than %d deep or %d times",
                          SAVED_DEPTH, SAVED_MOST);
    for (const struct cql_node *k = call->kids; k != NULL; k = k->next) {
        if (k->text.len == 0)
            return cql_wrong(k->at, err, "the parameters of a saved query have names: name=value");
    }
    rc = cql_parse(l->arena, text, l->options->strict, NULL, &tree, &inner);
    if (rc != LANNER_OK)
        return in_saved(call, rc, &inner, err);
    set_places(tree, call->at);
    TRY(bind_params(l, tree, call, err));
    x->depth++;
    TRY(expand(x, tree, err));
    x->depth--;
    *out = tree;
    return LANNER_OK;
}

static enum lanner_rc expand_pipe(struct expansion *x, struct cql_node *pipe,
                                  struct lanner_err *err)
{
    struct cql_node **link = &pipe->kids, *tree;

    pipe->last = NULL;
    while (*link != NULL) {
        struct cql_node *s = *link, *next = s->next;

        if (s->kind == CQL_SAVED)
            TRY(stages_of(x, s, &tree, err));
        if (s->kind == CQL_SAVED && tree != NULL) {
            pipe->n_kids += tree->n_kids - 1;
            *link = tree->kids != NULL ? tree->kids : next;
            if (tree->kids == NULL)
                continue;
            tree->last->next = next;
            pipe->last = tree->last;
            link = &tree->last->next;
            continue;
        }
        if (s->kind != CQL_SAVED)
            TRY(expand(x, s, err));
        pipe->last = s;
        link = &s->next;
    }
    return LANNER_OK;
}

/* Depth is the parser's. */
static enum lanner_rc expand(struct expansion *x, struct cql_node *n, struct lanner_err *err)
{
    if (n->kind == CQL_PIPE)
        return expand_pipe(x, n, err);
    for (struct cql_node *k = n->kids; k != NULL; k = k->next)
        TRY(expand(x, k, err));
    return LANNER_OK;
}

enum lanner_rc cql_saved_expand(struct cql_lower *l, struct cql_node *tree, struct lanner_err *err)
{
    struct expansion x = {.l = l};

    return l->options->n_saved != 0 ? expand(&x, tree, err) : LANNER_OK;
}
