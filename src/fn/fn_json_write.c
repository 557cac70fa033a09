/* fn_json_write.c - writeJson(): nested JSON of fields by their names (cql.md 3.1).
 *
 * A name is a path: `a.b[0]` is element 0 of the member b of a. The paths become a tree; a node
 * whose children are the indexes 0, 1, 2, ... is an array, any other with children an object. */
#include <stdio.h>

#include "fn/kernel.h"

#define FIELDS_MOST 8000
#define DEPTH_MOST  64

struct json_node {
    struct str key; /* a member's name, or the digits of an index */
    bool is_index;
    const struct val *v; /* a leaf's value */
    struct json_node *first, *last, *next;
    size_t n; /* children */
};

struct write_call {
    struct str *prefixes;
    size_t n;
};

static enum lanner_rc bind_write(struct fn_call *call, struct lanner_err *err)
{
    struct write_call *p = ARENA_NEW(call->env->arena, struct write_call);

    (void)err;
    p->prefixes = ARENA_ARRAY(call->env->arena, struct str, call->n_args);
    for (size_t i = 0; i < call->n_args; i++) {
        if (call->args[i].is_const) /* the others are fields that the engine makes */
            p->prefixes[p->n++] = arg_text(call, i, call->env->arena);
    }
    call->state = p;
    return LANNER_OK;
}

/* `a.b` takes `a.b`, `a.b.c` and `a.b[0]`; `[*]` is any index and `*` alone any field. */
static bool takes(struct str prefix, struct str name)
{
    size_t i = 0;

    if (str_eqz(prefix, "*"))
        return name.len > 0 && name.ptr[0] != '@' && name.ptr[0] != '#';
    for (size_t k = 0; k < prefix.len; k++) {
        if (prefix.len - k >= 3 && memcmp(prefix.ptr + k, "[*]", 3) == 0) {
            if (i >= name.len || name.ptr[i] != '[')
                return false;
            while (i < name.len && name.ptr[i] != ']')
                i++;
            i++;
            k += 2;
        } else if (i >= name.len || name.ptr[i++] != prefix.ptr[k]) {
            return false;
        }
    }
    return i >= name.len || name.ptr[i] == '.' || name.ptr[i] == '[';
}

static struct json_node *child(struct json_node *parent, struct str key, bool is_index,
                               struct arena *a)
{
    struct json_node *n;

    for (n = parent->first; n != NULL; n = n->next) {
        if (n->is_index == is_index && str_eq(n->key, key))
            return n;
    }
    n = ARENA_NEW(a, struct json_node);
    n->key = key;
    n->is_index = is_index;
    if (parent->last != NULL)
        parent->last->next = n;
    else
        parent->first = n;
    parent->last = n;
    parent->n++;
    return n;
}

/* The next part of a path: a member up to `.` or an index, else all that is left. */
static bool next_part(struct str *path, struct str *key, bool *is_index)
{
    size_t n = 0;

    if (path->len == 0)
        return false;
    *is_index = false;
    if (path->ptr[0] == '[') {
        for (n = 1; n < path->len && ascii_is_digit(path->ptr[n]); n++)
            ;
        if (n > 1 && n < path->len && path->ptr[n] == ']') {
            *is_index = true;
            *key = str_of(path->ptr + 1, n - 1);
            n++;
        } else {
            n = 1; /* no index: a part of a name */
        }
    }
    if (!*is_index) {
        while (n < path->len && path->ptr[n] != '.' && (path->ptr[n] != '[' || n == 0))
            n++;
        *key = str_of(path->ptr, n);
    }
    *path = str_of(path->ptr + n, path->len - n);
    if (path->len > 1 && path->ptr[0] == '.')
        *path = str_of(path->ptr + 1, path->len - 1);
    return true;
}

static void add_path(struct json_node *root, struct str path, const struct val *v, struct arena *a)
{
    struct json_node *n = root;
    struct str key;
    bool is_index;

    for (size_t depth = 0; depth < DEPTH_MOST - 1 && next_part(&path, &key, &is_index); depth++)
        n = child(n, key, is_index, a);
    if (path.len > 0)
        n = child(n, path, false, a);
    n->v = v;
}

static bool is_array(const struct json_node *n)
{
    size_t k = 0;

    for (const struct json_node *c = n->first; c != NULL; c = c->next, k++) {
        char room[24];

        snprintf(room, sizeof(room), "%zu", k);
        if (!c->is_index || !str_eqz(c->key, room))
            return false;
    }
    return n->first != NULL;
}

/* Numbers and booleans that were such in the record, or were computed, stay such. */
static void put_value(struct buf *out, const struct val *v)
{
    char room[VAL_PRINT_MAX];

    if (v->kind == KIND_TEXT || v->kind == KIND_BYTES)
        buf_put_json(out, val_as_str(v));
    else
        buf_put_str(out, v->kind == KIND_ARRAY ? STR("[]") : val_print(v, room));
}

static void put_node(struct buf *out, const struct json_node *n, unsigned depth)
{
    bool array = is_array(n);

    if (n->first == NULL || depth > DEPTH_MOST) {
        if (n->v != NULL)
            put_value(out, n->v);
        else
            buf_puts(out, "{}");
        return;
    }
    buf_putc(out, array ? '[' : '{');
    for (const struct json_node *c = n->first; c != NULL; c = c->next) {
        if (c != n->first)
            buf_putc(out, ',');
        if (!array) {
            buf_put_json(out, c->key);
            buf_putc(out, ':');
        }
        put_node(out, c, depth + 1);
    }
    buf_putc(out, array ? ']' : '}');
}

static enum lanner_rc eval_write(struct fn_run *run, const struct column *args,
                                 const struct sel *sel, struct val *out, struct lanner_err *err)
{
    const struct write_call *p = run->call->state;
    struct buf text = {0};

    (void)args;
    (void)err;
    SEL_FOR (sel, i) {
        const struct open_row *row =
            run->in != NULL && run->in->open != NULL ? &run->in->open[i] : NULL;
        struct json_node root = {.n = 0};
        size_t n = 0;

        for (uint32_t k = 0; row != NULL && k < row->n && n < FIELDS_MOST; k++) {
            bool wanted = false;

            for (size_t j = 0; j < p->n && !wanted; j++)
                wanted = takes(p->prefixes[j], row->fields[k].name);
            if (!wanted || val_is_null(&row->fields[k].v))
                continue;
            add_path(&root, row->fields[k].name, &row->fields[k].v, run->arena);
            n++;
        }
        buf_clear(&text);
        put_node(&text, &root, 0);
        out[i] = result_text(run, buf_str(&text));
    }
    buf_done(&text);
    return LANNER_OK;
}

static const struct fn_param write_params[] = {
    PARAM("field", P_TEXT, PARAM_DEFAULT | PARAM_MANY, "@rawstring"), PARAM_AS("_json"),
    PARAMS_END};

const struct fn_def fn_json_write[] = {
    {
        .name = "writeJson",
        .kind = FN_SCALAR,
        .params = write_params,
        .ret = TYPE_TEXT,
        .nulls = FN_NULLS_SEEN,
        .impure = true,
        .reads_open = true,
        .spelled = {[LANG_CQL] = "writeJson"},
        .family = "Strings and text",
        .doc =
            "JSON of the fields whose names begin with one of the paths: `a` takes `a`, `a.b` and "
            "`a[0].c`. `[*]` is any index, `*` all fields but those of the engine.",
        .bind = bind_write,
        .eval = eval_write,
    },
    {0},
};
