/* detection.c - the YAML of one detection and its queries. See /docs/detections.md. */
#include "detect/pack.h"

#include <stdio.h>

#include "util/num.h"
#include "util/suggest.h"

/* Rows of a single-event detection that lie closer become one finding. */
#define EVENT_SUPPRESS_MS INT64_C(86400000)
#define MAX_QUERY_TEST    1000 /* number of a published test */

/* A column: its name, or a mapping from language to name. */
static enum lanner_rc read_column(const struct yaml_node *node, struct column_names *out,
                                  struct lanner_err *err)
{
    static const char *const languages[] = {"aql", "cql", NULL};

    if (node == NULL)
        return LANNER_OK;
    if (node->kind == YAML_SCALAR) {
        if (node->text.len == 0 || node->text.len > PACK_MAX_TEXT)
            return yaml_error(node, err, "expected the name of a column");
        out->name[QUERY_AQL] = out->name[QUERY_CQL] = node->text;
        return LANNER_OK;
    }
    if (node->kind == YAML_SEQUENCE)
        return yaml_error(node, err, "expected the name of one column, found a list");
    TRY(yaml_only_keys(node, languages, err));
    TRY(yaml_get_str(node, "aql", &out->name[QUERY_AQL], err));
    return yaml_get_str(node, "cql", &out->name[QUERY_CQL], err);
}

static enum lanner_rc read_named_column(const struct yaml_node *map, const char *key,
                                        struct column_names *out, struct lanner_err *err)
{
    return read_column(yaml_get(map, key), out, err);
}

static enum lanner_rc read_key(struct arena *a, const struct yaml_node *map, struct detection *d,
                               struct lanner_err *err)
{
    struct yaml_node *node = yaml_get(map, "key");
    struct yaml_node **items = &node;
    size_t n = 1;

    if (node == NULL)
        return LANNER_OK;
    if (node->kind == YAML_SEQUENCE) {
        items = node->items;
        n = node->n;
    }
    if (n > PACK_MAX_LIST)
        return yaml_error(node, err, "'key' has more than %d columns", PACK_MAX_LIST);
    d->key = ARENA_ARRAY(a, struct column_names, n);
    d->n_key = n;
    for (size_t i = 0; i < n; i++)
        TRY(read_column(items[i], &d->key[i], err));
    return LANNER_OK;
}

static enum lanner_rc read_entities(const struct yaml_node *map, struct detection *d,
                                    struct lanner_err *err)
{
    const char *keys[ENTITY_COUNT + 1] = {NULL};
    const struct yaml_node *node = yaml_get(map, "entities");

    if (node == NULL)
        return LANNER_OK;
    for (int e = 0; e < ENTITY_COUNT; e++)
        keys[e] = entity_name((enum entity)e);
    TRY(yaml_only_keys(node, keys, err));
    for (int e = 0; e < ENTITY_COUNT; e++)
        TRY(read_named_column(node, keys[e], &d->entity[e], err));
    return LANNER_OK;
}

static enum lanner_rc read_span(const struct yaml_node *map, const char *key, int64_t *ms,
                                struct lanner_err *err)
{
    struct str text;

    TRY(yaml_get_str(map, key, &text, err));
    if (text.ptr == NULL || pack_parse_span(text, ms))
        return LANNER_OK;
    if (str_eqz(text, "0")) {
        *ms = 0;
        return LANNER_OK;
    }
    return yaml_error(yaml_get(map, key), err,
                      "expected a span such as 90s, 60m, 24h or 7d for '%s', found '%.*s'", key,
                      STR_ARG(str_of(text.ptr, MIN(text.len, 100))));
}

static enum lanner_rc read_window(const struct yaml_node *map, struct detection *d,
                                  struct lanner_err *err)
{
    static const char *const keys[] = {"start", "length", NULL};
    const struct yaml_node *node = yaml_get(map, "window");

    if (node == NULL)
        return LANNER_OK;
    TRY(yaml_only_keys(node, keys, err));
    TRY(read_named_column(node, "start", &d->window_start, err));
    TRY(read_span(node, "length", &d->window_ms, err));
    if (d->window_ms == 0)
        return yaml_error(node, err, "a window needs its length, such as 60m");
    return LANNER_OK;
}

static enum lanner_rc read_finding(struct arena *a, const struct yaml_node *root,
                                   struct detection *d, struct lanner_err *err)
{
    static const char *const keys[] = {"key",       "entities", "window", "first_seen",
                                       "last_seen", "users",    "events", "rate",
                                       "sample",    "value",    NULL};
    const struct yaml_node *node = yaml_get(root, "finding");

    if (node == NULL) {
        d->suppress_ms = EVENT_SUPPRESS_MS;
        return read_entities(root, d, err);
    }
    if (yaml_get(root, "entities") != NULL)
        return yaml_error(yaml_get(root, "entities"), err, "expected the entities in 'finding'");
    TRY(yaml_only_keys(node, keys, err));
    TRY(read_key(a, node, d, err));
    TRY(read_entities(node, d, err));
    TRY(read_window(node, d, err));
    TRY(read_named_column(node, "first_seen", &d->first_seen, err));
    TRY(read_named_column(node, "last_seen", &d->last_seen, err));
    TRY(read_named_column(node, "users", &d->users, err));
    TRY(read_named_column(node, "events", &d->events, err));
    TRY(read_named_column(node, "rate", &d->rate, err));
    TRY(read_named_column(node, "sample", &d->sample, err));
    return read_named_column(node, "value", &d->value, err);
}

/* Without a key of their own, findings are told apart by what they are about. */
static void default_key(struct arena *a, struct detection *d)
{
    if (d->n_key > 0)
        return;
    d->key = ARENA_ARRAY(a, struct column_names, ENTITY_COUNT);
    for (int e = 0; e < ENTITY_COUNT; e++) {
        if (d->entity[e].name[QUERY_AQL].len > 0 || d->entity[e].name[QUERY_CQL].len > 0)
            d->key[d->n_key++] = d->entity[e];
    }
}

static bool is_parameter_name(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = ascii_lower(s.ptr[i]);

        if (!(c >= 'a' && c <= 'z') && c != '_' && (i == 0 || !ascii_is_digit(c)))
            return false;
    }
    return s.len > 0 && s.len <= 100;
}

static enum lanner_rc read_parameter(const struct yaml_node *key, const struct yaml_node *node,
                                     struct parameter *out, struct lanner_err *err)
{
    static const char *const keys[] = {"default", "description", NULL};

    if (!is_parameter_name(key->text))
        return yaml_error(key, err, "expected the name of a parameter, found '%.*s'",
                          STR_ARG(str_of(key->text.ptr, MIN(key->text.len, 100))));
    out->name = key->text;
    if (node->kind == YAML_SCALAR) {
        out->value = node->text;
    } else {
        TRY(yaml_only_keys(node, keys, err));
        TRY(yaml_need_str(node, "default", &out->value, err));
        TRY(pack_get_text(node, "description", &out->description, err));
    }
    if (out->value.len > PACK_MAX_TEXT || memchr(out->value.ptr, '\0', out->value.len) != NULL)
        return yaml_error(node, err, "the default of '%.*s' cannot be used: too long, or with NUL",
                          STR_ARG(out->name));
    return LANNER_OK;
}

static enum lanner_rc read_parameters(struct arena *a, const struct yaml_node *root,
                                      struct detection *d, struct lanner_err *err)
{
    const struct yaml_node *node = yaml_get(root, "parameters");

    if (node == NULL)
        return LANNER_OK;
    TRY(yaml_expect(node, YAML_MAPPING, err));
    if (node->n > PACK_MAX_LIST)
        return yaml_error(node, err, "more than %d parameters", PACK_MAX_LIST);
    d->parameters = ARENA_ARRAY(a, struct parameter, node->n);
    d->n_parameters = node->n;
    for (size_t i = 0; i < node->n; i++)
        TRY(read_parameter(node->keys[i], node->items[i], &d->parameters[i], err));
    return LANNER_OK;
}

/* A number, or a parameter of the detection: ?name, or the name alone, because YAML takes a plain
 * question mark in braces for its own. */
static enum lanner_rc check_at_least(const struct detection *d, const struct yaml_node *node,
                                     struct lanner_err *err)
{
    struct str name = node->text;
    struct suggest near;
    char room[200];
    double number;

    if (num_parse_double(name, &number))
        return LANNER_OK;
    if (name.len > 0 && name.ptr[0] == '?')
        name = str_of(name.ptr + 1, name.len - 1);
    near = suggest_start(name);
    for (size_t i = 0; i < d->n_parameters; i++) {
        if (str_eq(d->parameters[i].name, name))
            return LANNER_OK;
        suggest_offer(&near, d->parameters[i].name);
    }
    yaml_error(node, err, "expected a number or a parameter that is declared, found '%.*s'",
               STR_ARG(str_of(node->text.ptr, MIN(node->text.len, 100))));
    if (suggest_print(&near, room, sizeof(room)))
        err_hint(err, "%s", room);
    return LANNER_ERR_INPUT;
}

static enum lanner_rc read_verdict(const struct yaml_node *node, struct detection *d,
                                   struct verdict *out, struct lanner_err *err)
{
    static const char *const keys[] = {"column", "is", "at_least", "verdict", "severity", NULL};
    bool column = yaml_get(node, "column") != NULL;

    TRY(yaml_only_keys(node, keys, err));
    TRY(read_named_column(node, "column", &out->column, err));
    TRY(pack_get_text(node, "is", &out->is, err));
    TRY(yaml_get_str(node, "at_least", &out->at_least, err));
    if (column != (yaml_get(node, "is") != NULL))
        return yaml_error(node, err, "'column' and 'is' belong together");
    if (out->at_least.ptr != NULL)
        TRY(check_at_least(d, yaml_get(node, "at_least"), err));
    if (!column && out->at_least.ptr == NULL)
        return yaml_error(node, err, "expected a condition: 'column' and 'is', or 'at_least'");
    out->verdict = out->is;
    TRY(pack_get_text(node, "verdict", &out->verdict, err));
    out->severity = d->severity;
    return pack_get_severity(node, &out->severity, err);
}

static enum lanner_rc read_verdicts(struct arena *a, const struct yaml_node *root,
                                    struct detection *d, struct lanner_err *err)
{
    const struct yaml_node *node = yaml_get(root, "verdicts");

    if (node == NULL)
        return LANNER_OK;
    TRY(yaml_expect(node, YAML_SEQUENCE, err));
    if (node->n > PACK_MAX_LIST)
        return yaml_error(node, err, "more than %d verdicts", PACK_MAX_LIST);
    d->verdicts = ARENA_ARRAY(a, struct verdict, node->n);
    d->n_verdicts = node->n;
    for (size_t i = 0; i < node->n; i++)
        TRY(read_verdict(node->items[i], d, &d->verdicts[i], err));
    return LANNER_OK;
}

/* The numbers of published tests are for readers of the tree: here they are only checked. */
static enum lanner_rc check_tests(struct arena *a, const struct yaml_node *root,
                                  struct lanner_err *err)
{
    struct yaml_node *list;
    int64_t n;

    TRY(yaml_get_seq(a, root, "tests", &list, err));
    for (size_t i = 0; list != NULL && i < list->n; i++) {
        TRY(yaml_expect(list->items[i], YAML_SCALAR, err));
        if (!num_parse_long(list->items[i]->text, &n) || n < 1 || n > MAX_QUERY_TEST)
            return yaml_error(
                list->items[i], err, "expected the number of a test, found '%.*s'",
                STR_ARG(str_of(list->items[i]->text.ptr, MIN(list->items[i]->text.len, 100))));
    }
    return LANNER_OK;
}

static enum lanner_rc read_confidence(const struct yaml_node *root, struct detection *d,
                                      struct lanner_err *err)
{
    d->confidence = STR("medium");
    TRY(pack_get_text(root, "confidence", &d->confidence, err));
    if (str_eqz(d->confidence, "low") || str_eqz(d->confidence, "medium") ||
        str_eqz(d->confidence, "high"))
        return LANNER_OK;
    return yaml_error(yaml_get(root, "confidence"), err,
                      "expected low, medium or high, found '%.*s'",
                      STR_ARG(str_of(d->confidence.ptr, MIN(d->confidence.len, 100))));
}

static enum lanner_rc read_about(struct arena *a, const struct yaml_node *root,
                                 const struct pack *pack, struct detection *d,
                                 struct lanner_err *err)
{
    d->severity = pack->severity;
    d->attack = pack->attack;
    d->n_attack = pack->n_attack;
    TRY(pack_get_id(root, &d->id, err));
    if (!pack_is_id(d->id)) /* it goes into reports, queries' comments and names of tests */
        return yaml_error(root, err,
                          "the file's name is no id of letters, digits, '.', '-' and "
                          "'_': give an 'id'");
    d->title = d->id;
    TRY(pack_get_text(root, "title", &d->title, err));
    TRY(pack_get_text(root, "description", &d->description, err));
    TRY(pack_get_severity(root, &d->severity, err));
    TRY(read_confidence(root, d, err));
    TRY(pack_get_attack(a, root, &d->attack, &d->n_attack, err));
    TRY(pack_get_list(a, root, "references", &d->references, &d->n_references, err));
    TRY(pack_get_list(a, root, "false_positives", &d->false_positives, &d->n_false_positives, err));
    TRY(pack_get_list(a, root, "sources", &d->sources, &d->n_sources, err));
    return check_tests(a, root, err);
}

/* NAME.aql and NAME.cql; which of them are there. */
static enum lanner_rc read_queries(struct arena *a, const struct pack *pack, struct str name,
                                   struct detection *d, struct lanner_err *err)
{
    char *folder = arena_strz(a, pack->folder);

    for (int l = 0; l < QUERY_LANGUAGES; l++) {
        const char *ending = query_language_name((enum query_language)l);
        struct str file = arena_printf(a, "%.*s.%s", STR_ARG(name), ending);
        struct lanner_err why = {0};
        enum lanner_rc rc = pack_read_file(a, folder, file, &d->query[l], &why);

        if (rc == LANNER_OK) {
            d->query_file[l] = arena_printf(a, "%s/%.*s", folder, STR_ARG(file));
        } else if (pack_has_file(folder, file)) { /* there, but not to be read */
            if (err != NULL)
                *err = why;
            return rc;
        }
    }
    if (d->query[QUERY_AQL].ptr != NULL || d->query[QUERY_CQL].ptr != NULL)
        return LANNER_OK;
    return yaml_error(d->tree, err, "expected a query beside it: %.*s.cql or %.*s.aql",
                      STR_ARG(name), STR_ARG(name));
}

static enum lanner_rc read_prefer(const struct yaml_node *root, struct detection *d,
                                  struct lanner_err *err)
{
    struct str text;

    d->preferred = d->query[QUERY_CQL].ptr != NULL ? QUERY_CQL : QUERY_AQL;
    TRY(yaml_get_str(root, "prefer", &text, err));
    if (text.ptr == NULL)
        return LANNER_OK;
    for (int l = 0; l < QUERY_LANGUAGES; l++) {
        if (!str_eqz(text, query_language_name((enum query_language)l)))
            continue;
        d->preferred = (enum query_language)l;
        if (d->query[l].ptr == NULL)
            return yaml_error(yaml_get(root, "prefer"), err, "there is no query in %.*s",
                              STR_ARG(text));
        return LANNER_OK;
    }
    return yaml_error(yaml_get(root, "prefer"), err, "expected aql or cql, found '%.*s'",
                      STR_ARG(str_of(text.ptr, MIN(text.len, 100))));
}

enum lanner_rc detection_load(struct arena *a, const struct pack *pack, struct str name,
                              struct detection *out, struct lanner_err *err)
{
    static const char *const keys[] = {
        "id",      "title",      "description", "severity",        "confidence", "attack",
        "tests",   "references", "sources",     "false_positives", "prefer",     "parameters",
        "finding", "entities",   "verdicts",    "suppress",        NULL};
    struct detection d = {.pack = pack, .id = arena_str(a, name)};
    struct yaml_node *root;

    TRY(pack_read_yaml(a, arena_strz(a, pack->folder), arena_printf(a, "%.*s.yaml", STR_ARG(name)),
                       &d.file, &root, err));
    d.tree = root;
    TRY(yaml_only_keys(root, keys, err));
    TRY(read_about(a, root, pack, &d, err));
    TRY(read_parameters(a, root, &d, err));
    TRY(read_finding(a, root, &d, err));
    default_key(a, &d);
    TRY(read_span(root, "suppress", &d.suppress_ms, err));
    TRY(read_verdicts(a, root, &d, err));
    TRY(read_queries(a, pack, name, &d, err));
    TRY(read_prefer(root, &d, err));
    *out = d;
    return LANNER_OK;
}
