/* yaml.c - libyaml's events to a tree. See yaml.h. No recursion: the open collections are a stack.
 */
#include "util/yaml.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <yaml.h>

#include "util/buf.h"
#include "util/num.h"
#include "util/suggest.h"

/* Keys of one mapping: finding double ones compares each with each. */
#define MAX_KEYS 10000

/* A collection under construction. */
struct open_node {
    struct yaml_node *node;
    VEC(struct yaml_node *) items;
    VEC(struct yaml_node *) keys;
    struct yaml_node *key; /* mapping: waits for its value */
};

struct builder {
    struct arena *arena;
    const char *file;
    struct open_node stack[YAML_MAX_DEPTH];
    size_t depth;
    size_t n_nodes;
    struct yaml_node *root;
};

static enum lanner_rc fail_at(const char *file, size_t line, size_t column, const char *text,
                              struct lanner_err *err)
{
    err_set(err, LANNER_ERR_INPUT, "%s:%zu:%zu: %s", file, line, column, text);
    if (err != NULL) {
        err->line = (uint32_t)line;
        err->column = (uint32_t)column;
        err->length = 1;
    }
    return LANNER_ERR_INPUT;
}

enum lanner_rc yaml_error(const struct yaml_node *at, struct lanner_err *err, const char *fmt, ...)
{
    char text[400];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    return fail_at(at->file, at->line, at->column, text, err);
}

static enum lanner_rc refuse(const struct builder *b, const yaml_event_t *event,
                             struct lanner_err *err, const char *what)
{
    return fail_at(b->file, event->start_mark.line + 1, event->start_mark.column + 1, what, err);
}

static struct yaml_node *new_node(struct builder *b, enum yaml_kind kind, const yaml_event_t *event)
{
    struct yaml_node *node = ARENA_NEW(b->arena, struct yaml_node);

    node->kind = kind;
    node->file = b->file;
    node->line = (uint32_t)(event->start_mark.line + 1);
    node->column = (uint32_t)(event->start_mark.column + 1);
    node->start = event->start_mark.index;
    node->end = event->end_mark.index;
    return node;
}

/* Puts a finished or just opened node where it belongs. */
static enum lanner_rc attach(struct builder *b, struct yaml_node *node, struct lanner_err *err)
{
    struct open_node *top;

    if (++b->n_nodes > YAML_MAX_NODES)
        return err_set(err, LANNER_ERR_LIMIT, "%s: more than %d values", b->file, YAML_MAX_NODES);
    if (b->depth == 0) {
        b->root = node;
        return LANNER_OK;
    }
    top = &b->stack[b->depth - 1];
    if (top->node->kind == YAML_SEQUENCE) {
        VEC_PUSH(&top->items, node);
    } else if (top->key == NULL) {
        if (node->kind != YAML_SCALAR)
            return yaml_error(node, err, "expected a plain key, found a collection");
        if (top->keys.n == MAX_KEYS)
            return yaml_error(node, err, "more than %d keys", MAX_KEYS);
        for (size_t i = 0; i < top->keys.n; i++) {
            if (str_eq(top->keys.items[i]->text, node->text))
                return yaml_error(node, err, "key '%.*s' is given twice", STR_ARG(node->text));
        }
        top->key = node;
    } else {
        VEC_PUSH(&top->keys, top->key);
        VEC_PUSH(&top->items, node);
        top->key = NULL;
    }
    return LANNER_OK;
}

static enum lanner_rc open_collection(struct builder *b, enum yaml_kind kind,
                                      const yaml_event_t *event, struct lanner_err *err)
{
    struct yaml_node *node = new_node(b, kind, event);

    TRY(attach(b, node, err));
    if (b->depth == YAML_MAX_DEPTH)
        return yaml_error(node, err, "nested deeper than %d", YAML_MAX_DEPTH);
    b->stack[b->depth++] = (struct open_node){.node = node};
    return LANNER_OK;
}

static struct yaml_node **keep(struct builder *b, struct yaml_node **items, size_t n)
{
    struct yaml_node **out = ARENA_ARRAY(b->arena, struct yaml_node *, n);

    if (n > 0)
        memcpy(out, items, n * sizeof(struct yaml_node *));
    return out;
}

static void free_open(struct open_node *top)
{
    VEC_DONE(&top->items);
    VEC_DONE(&top->keys);
}

static void close_collection(struct builder *b, const yaml_event_t *event)
{
    struct open_node *top = &b->stack[--b->depth];

    top->node->n = top->items.n;
    top->node->items = keep(b, top->items.items, top->items.n);
    top->node->keys = keep(b, top->keys.items, top->keys.n);
    top->node->end = event->end_mark.index;
    free_open(top);
}

static enum lanner_rc add_scalar(struct builder *b, const yaml_event_t *event,
                                 struct lanner_err *err)
{
    struct yaml_node *node = new_node(b, YAML_SCALAR, event);
    struct str text = str_of((const char *)event->data.scalar.value, event->data.scalar.length);

    if (event->data.scalar.anchor != NULL)
        return refuse(b, event, err, "anchors are not accepted");
    if (event->data.scalar.tag != NULL)
        return refuse(b, event, err, "tags are not accepted");
    node->text = str_of(arena_strz(b->arena, text), text.len);
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    return attach(b, node, err);
}

static enum lanner_rc take_event(struct builder *b, const yaml_event_t *event,
                                 struct lanner_err *err)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return add_scalar(b, event, err);
    case YAML_SEQUENCE_START_EVENT:
        if (event->data.sequence_start.anchor != NULL || event->data.sequence_start.tag != NULL)
            return refuse(b, event, err, "anchors and tags are not accepted");
        return open_collection(b, YAML_SEQUENCE, event, err);
    case YAML_MAPPING_START_EVENT:
        if (event->data.mapping_start.anchor != NULL || event->data.mapping_start.tag != NULL)
            return refuse(b, event, err, "anchors and tags are not accepted");
        return open_collection(b, YAML_MAPPING, event, err);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        close_collection(b, event);
        return LANNER_OK;
    case YAML_ALIAS_EVENT:
        return refuse(b, event, err, "aliases are not accepted");
    case YAML_DOCUMENT_START_EVENT:
        if (b->root != NULL)
            return refuse(b, event, err, "expected one document, found another");
        return LANNER_OK;
    default:
        return LANNER_OK;
    }
}

static enum lanner_rc run_parser(struct builder *b, yaml_parser_t *parser, struct lanner_err *err)
{
    for (;;) {
        yaml_event_t event;
        yaml_event_type_t type;
        enum lanner_rc rc;

        if (!yaml_parser_parse(parser, &event)) {
            char text[200];

            snprintf(text, sizeof(text), "not YAML: %s",
                     parser->problem != NULL ? parser->problem : "unreadable");
            return fail_at(b->file, parser->problem_mark.line + 1, parser->problem_mark.column + 1,
                           text, err);
        }
        type = event.type;
        rc = take_event(b, &event, err);
        yaml_event_delete(&event);
        TRY(rc);
        if (type == YAML_STREAM_END_EVENT)
            return LANNER_OK;
    }
}

enum lanner_rc yaml_parse(struct arena *a, const char *name, struct str text,
                          struct yaml_node **out, struct lanner_err *err)
{
    struct builder b = {.arena = a, .file = arena_strz(a, str_z(name))};
    yaml_parser_t parser;
    enum lanner_rc rc;

    if (text.len > YAML_MAX_BYTES)
        return err_set(err, LANNER_ERR_LIMIT, "%s is larger than the %zu bytes allowed", name,
                       YAML_MAX_BYTES);
    if (!yaml_parser_initialize(&parser))
        return err_set(err, LANNER_ERR_MEMORY, "no memory for the YAML parser");
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)(text.len > 0 ? text.ptr : ""),
                                 text.len);
    rc = run_parser(&b, &parser, err);
    yaml_parser_delete(&parser);
    while (b.depth > 0)
        free_open(&b.stack[--b.depth]);
    TRY(rc);
    if (b.root == NULL || (b.root->kind == YAML_SCALAR && b.root->text.len == 0)) {
        b.root = ARENA_NEW(a, struct yaml_node);
        b.root->kind = YAML_MAPPING;
        b.root->file = b.file;
        b.root->line = b.root->column = 1;
    }
    *out = b.root;
    return LANNER_OK;
}

struct yaml_node *yaml_get(const struct yaml_node *map, const char *key)
{
    if (map == NULL || map->kind != YAML_MAPPING)
        return NULL;
    for (size_t i = 0; i < map->n; i++) {
        if (str_eqz(map->keys[i]->text, key))
            return map->items[i];
    }
    return NULL;
}

static const char *kind_name(enum yaml_kind kind)
{
    static const char *const names[] = {"a scalar", "a sequence", "a mapping"};

    return names[kind];
}

enum lanner_rc yaml_expect(const struct yaml_node *node, enum yaml_kind kind,
                           struct lanner_err *err)
{
    if (node->kind == kind)
        return LANNER_OK;
    return yaml_error(node, err, "expected %s, found %s", kind_name(kind), kind_name(node->kind));
}

enum lanner_rc yaml_get_str(const struct yaml_node *map, const char *key, struct str *out,
                            struct lanner_err *err)
{
    const struct yaml_node *node = yaml_get(map, key);

    if (node == NULL) {
        *out = STR_NONE;
        return LANNER_OK;
    }
    if (node->kind != YAML_SCALAR)
        return yaml_error(node, err, "expected a text for '%s', found %s", key,
                          kind_name(node->kind));
    *out = node->text;
    return LANNER_OK;
}

enum lanner_rc yaml_need_str(const struct yaml_node *map, const char *key, struct str *out,
                             struct lanner_err *err)
{
    if (yaml_get(map, key) == NULL)
        return yaml_error(map, err, "'%s' is missing", key);
    return yaml_get_str(map, key, out, err);
}

enum lanner_rc yaml_get_bool(const struct yaml_node *map, const char *key, bool *out,
                             struct lanner_err *err)
{
    struct str text;

    TRY(yaml_get_str(map, key, &text, err));
    if (text.ptr == NULL)
        return LANNER_OK;
    if (str_eqz(text, "true") || str_eqz(text, "yes"))
        *out = true;
    else if (str_eqz(text, "false") || str_eqz(text, "no"))
        *out = false;
    else
        return yaml_error(yaml_get(map, key), err, "expected true or false for '%s', found '%.*s'",
                          key, STR_ARG(text));
    return LANNER_OK;
}

enum lanner_rc yaml_get_long(const struct yaml_node *map, const char *key, int64_t *out,
                             struct lanner_err *err)
{
    struct str text;
    int64_t v;

    TRY(yaml_get_str(map, key, &text, err));
    if (text.ptr == NULL)
        return LANNER_OK;
    if (!num_parse_long(text, &v))
        return yaml_error(yaml_get(map, key), err, "expected a number for '%s', found '%.*s'", key,
                          STR_ARG(text));
    *out = v;
    return LANNER_OK;
}

enum lanner_rc yaml_get_seq(struct arena *a, const struct yaml_node *map, const char *key,
                            struct yaml_node **out, struct lanner_err *err)
{
    struct yaml_node *node = yaml_get(map, key);
    struct yaml_node *seq;

    if (node == NULL || node->kind == YAML_SEQUENCE) {
        *out = node;
        return LANNER_OK;
    }
    if (node->kind == YAML_MAPPING)
        return yaml_error(node, err, "expected a list for '%s', found a mapping", key);
    seq = ARENA_NEW(a, struct yaml_node);
    seq->kind = YAML_SEQUENCE;
    seq->file = node->file;
    seq->line = node->line;
    seq->column = node->column;
    seq->n = 1;
    seq->items = ARENA_ARRAY(a, struct yaml_node *, 1);
    seq->items[0] = node;
    *out = seq;
    return LANNER_OK;
}

static enum lanner_rc unknown_key(const struct yaml_node *key, const char *const *allowed,
                                  struct lanner_err *err)
{
    struct suggest near = suggest_start(key->text);
    char room[200];

    yaml_error(key, err, "unknown key '%.*s'", STR_ARG(key->text));
    for (size_t k = 0; allowed[k] != NULL; k++)
        suggest_offer(&near, str_z(allowed[k]));
    if (suggest_print(&near, room, sizeof(room)))
        err_hint(err, "%s", room);
    return LANNER_ERR_INPUT;
}

enum lanner_rc yaml_only_keys(const struct yaml_node *map, const char *const *allowed,
                              struct lanner_err *err)
{
    TRY(yaml_expect(map, YAML_MAPPING, err));
    for (size_t i = 0; i < map->n; i++) {
        size_t k = 0;

        while (allowed[k] != NULL && !str_eqz(map->keys[i]->text, allowed[k]))
            k++;
        if (allowed[k] == NULL)
            return unknown_key(map->keys[i], allowed, err);
    }
    return LANNER_OK;
}
