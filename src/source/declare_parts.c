/* declare_parts.c - see declare_parts.h. Every key is known or an error that names its line: a
 * misspelt key that were passed over would lose detections silently. */
#include "source/declare_parts.h"

static const struct source_map *map_named(const struct declare_ctx *c, struct str name)
{
    for (size_t i = 0; i < c->n_maps; i++)
        if (str_eq(c->maps[i].name, name))
            return &c->maps[i];
    return NULL;
}

/* `name` or `map(NAME)`, behind the bar. */
static enum lanner_rc parse_transform(struct declare_ctx *c, const struct yaml_node *at,
                                      struct str text, struct source_cand *out,
                                      struct lanner_err *err)
{
    struct str prefix = STR("map(");

    if (str_starts(text, prefix) && text.ptr[text.len - 1] == ')') {
        struct str name = str_trim(str_of(text.ptr + prefix.len, text.len - prefix.len - 1));

        out->transform = TRANSFORM_MAP;
        out->map = map_named(c, name);
        if (out->map == NULL)
            return yaml_error(at, err, "no map named '%.*s'", (int)name.len, name.ptr);
        return LANNER_OK;
    }
    out->transform = transform_named(text);
    if (out->transform == TRANSFORM_COUNT)
        return yaml_error(at, err, "unknown transform '%.*s'", (int)text.len, text.ptr);
    if (out->transform == TRANSFORM_MAP)
        return yaml_error(at, err, "expected map(NAME)");
    return LANNER_OK;
}

/* `path` or `path | transform`. */
static enum lanner_rc parse_cand(struct declare_ctx *c, const struct yaml_node *node,
                                 struct source_cand *out, struct lanner_err *err)
{
    TRY(yaml_expect(node, YAML_SCALAR, err));
    struct str text = str_trim(node->text);
    size_t bar = str_find(text, STR(" | "));

    *out = (struct source_cand){.path = text, .transform = TRANSFORM_NONE};
    if (bar != SIZE_MAX) {
        out->path = str_trim(str_of(text.ptr, bar));
        TRY(parse_transform(c, node, str_trim(str_of(text.ptr + bar + 3, text.len - bar - 3)), out,
                            err));
    }
    if (out->path.len == 0 || out->path.ptr[0] == '|')
        return yaml_error(node, err, "expected a path");
    return LANNER_OK;
}

static enum lanner_rc parse_cand_list(struct declare_ctx *c, const struct yaml_node *node,
                                      struct source_cands *out, struct lanner_err *err)
{
    bool single = node->kind == YAML_SCALAR;
    size_t n = single ? 1 : node->n;

    if (!single)
        TRY(yaml_expect(node, YAML_SEQUENCE, err));
    if (n > DECLARE_MAX_CANDS)
        return yaml_error(node, err, "more than %d places", DECLARE_MAX_CANDS);
    struct source_cand *items = ARENA_ARRAY(c->arena, struct source_cand, n);

    for (size_t i = 0; i < n; i++)
        TRY(parse_cand(c, single ? node : node->items[i], &items[i], err));
    *out = (struct source_cands){items, n};
    return LANNER_OK;
}

static enum lanner_rc parse_text_list(struct declare_ctx *c, const struct yaml_node *node,
                                      const struct str **out, size_t *n, struct lanner_err *err)
{
    bool single = node->kind == YAML_SCALAR;
    size_t count = single ? 1 : node->n;

    if (!single)
        TRY(yaml_expect(node, YAML_SEQUENCE, err));
    struct str *items = ARENA_ARRAY(c->arena, struct str, count);

    for (size_t i = 0; i < count; i++) {
        const struct yaml_node *item = single ? node : node->items[i];

        TRY(yaml_expect(item, YAML_SCALAR, err));
        items[i] = item->text;
    }
    *out = items;
    *n = count;
    return LANNER_OK;
}

static enum lanner_rc expect_paths(const struct yaml_node *at, const struct str *paths, size_t n,
                                   struct lanner_err *err)
{
    for (size_t i = 0; i < n; i++)
        if (paths[i].len == 0)
            return yaml_error(at, err, "expected a path, found an empty text");
    return LANNER_OK;
}

static enum lanner_rc parse_alt(struct declare_ctx *c, const struct yaml_node *node,
                                struct source_alt *out, struct lanner_err *err)
{
    static const char *const keys[] = {"has", "lacks", "equals", NULL};
    const struct str *has = NULL, *lacks = NULL;
    size_t n_has = 0, n_lacks = 0, n = 0;

    TRY(yaml_expect(node, YAML_MAPPING, err));
    TRY(yaml_only_keys(node, keys, err));
    TRY(declare_texts(c, node, "has", &has, &n_has, err));
    TRY(declare_texts(c, node, "lacks", &lacks, &n_lacks, err));
    TRY(expect_paths(node, has, n_has, err));
    TRY(expect_paths(node, lacks, n_lacks, err));

    const struct yaml_node *equals = yaml_get(node, "equals");
    size_t n_equals = 0;

    if (equals != NULL) {
        TRY(yaml_expect(equals, YAML_MAPPING, err));
        n_equals = equals->n;
    }
    if (n_has + n_equals == 0)
        return yaml_error(node, err, "an alternative needs has or equals");
    struct source_cond *conds =
        ARENA_ARRAY(c->arena, struct source_cond, n_has + n_equals + n_lacks);

    for (size_t i = 0; i < n_has; i++)
        conds[n++] = (struct source_cond){.kind = COND_HAS, .path = has[i]};
    for (size_t i = 0; i < n_equals; i++) {
        struct source_cond *cond = &conds[n++];

        *cond = (struct source_cond){.kind = COND_EQUALS, .path = equals->keys[i]->text};
        TRY(expect_paths(equals, &cond->path, 1, err));
        TRY(parse_text_list(c, equals->items[i], &cond->values, &cond->n_values, err));
    }
    for (size_t i = 0; i < n_lacks; i++)
        conds[n++] = (struct source_cond){.kind = COND_LACKS, .path = lacks[i]};
    *out = (struct source_alt){conds, n};
    return LANNER_OK;
}

/* A rule gives an id or, when `texts`, a text. */
static enum lanner_rc parse_rule(struct declare_ctx *c, const struct yaml_node *node, bool texts,
                                 struct source_rule *out, struct lanner_err *err)
{
    static const char *const id_keys[] = {"when", "id", NULL};
    static const char *const text_keys[] = {"when", "text", NULL};
    const struct yaml_node *when;

    TRY(yaml_expect(node, YAML_MAPPING, err));
    TRY(yaml_only_keys(node, texts ? text_keys : id_keys, err));
    if (texts) {
        TRY(yaml_need_str(node, "text", &out->text, err));
    } else if (yaml_get(node, "id") == NULL) {
        return yaml_error(node, err, "a rule needs an id");
    } else {
        TRY(yaml_get_long(node, "id", &out->id, err));
    }
    if (out->id < 0 || out->id > 1000000)
        return yaml_error(node, err, "expected an id of QRadar, found %lld", (long long)out->id);
    when = yaml_get(node, "when");
    if (when == NULL)
        return LANNER_OK;
    TRY(yaml_expect(when, YAML_MAPPING, err));
    struct source_when *whens = ARENA_ARRAY(c->arena, struct source_when, when->n);

    for (size_t i = 0; i < when->n; i++) {
        whens[i].field = when->keys[i]->text;
        TRY(parse_text_list(c, when->items[i], &whens[i].values, &whens[i].n_values, err));
    }
    out->whens = whens;
    out->n_whens = when->n;
    return LANNER_OK;
}

/* One number (one text), or a list of rules. */
static enum lanner_rc parse_rules(struct declare_ctx *c, const struct yaml_node *map,
                                  const char *key, bool texts, const struct source_rule **out,
                                  size_t *n, struct lanner_err *err)
{
    const struct yaml_node *node = yaml_get(map, key);

    if (node == NULL)
        return LANNER_OK;
    size_t count = node->kind == YAML_SEQUENCE ? node->n : 1;
    struct source_rule *rules = ARENA_ARRAY(c->arena, struct source_rule, count);

    if (node->kind == YAML_SEQUENCE) {
        for (size_t i = 0; i < count; i++)
            TRY(parse_rule(c, node->items[i], texts, &rules[i], err));
    } else if (texts) {
        TRY(yaml_need_str(map, key, &rules[0].text, err));
    } else {
        TRY(yaml_get_long(map, key, &rules[0].id, err));
    }
    *out = rules;
    *n = count;
    return LANNER_OK;
}

enum lanner_rc declare_maps(struct declare_ctx *c, const struct yaml_node *file,
                            struct lanner_err *err)
{
    const struct yaml_node *maps = yaml_get(file, "maps");

    if (maps == NULL)
        return LANNER_OK;
    TRY(yaml_expect(maps, YAML_MAPPING, err));
    c->maps = ARENA_ARRAY(c->arena, struct source_map, maps->n);
    for (size_t i = 0; i < maps->n; i++) {
        const struct yaml_node *node = maps->items[i];

        TRY(yaml_expect(node, YAML_MAPPING, err));
        struct source_pair *pairs = ARENA_ARRAY(c->arena, struct source_pair, node->n);

        for (size_t k = 0; k < node->n; k++) {
            TRY(yaml_expect(node->items[k], YAML_SCALAR, err));
            pairs[k] = (struct source_pair){node->keys[k]->text, node->items[k]->text};
        }
        c->maps[c->n_maps++] = (struct source_map){maps->keys[i]->text, pairs, node->n};
    }
    return LANNER_OK;
}

enum lanner_rc declare_cands(struct declare_ctx *c, const struct yaml_node *map, const char *key,
                             struct source_cands *out, struct lanner_err *err)
{
    const struct yaml_node *node = yaml_get(map, key);

    return node != NULL ? parse_cand_list(c, node, out, err) : LANNER_OK;
}

enum lanner_rc declare_texts(struct declare_ctx *c, const struct yaml_node *map, const char *key,
                             const struct str **out, size_t *n, struct lanner_err *err)
{
    const struct yaml_node *node = yaml_get(map, key);

    return node != NULL ? parse_text_list(c, node, out, n, err) : LANNER_OK;
}

enum lanner_rc declare_recognise(struct declare_ctx *c, const struct yaml_node *map,
                                 struct source_decl *d, struct lanner_err *err)
{
    struct yaml_node *node = yaml_get(map, "recognise");

    if (node == NULL)
        return LANNER_OK;
    TRY(yaml_expect(node, YAML_SEQUENCE, err));
    struct source_alt *alts = ARENA_ARRAY(c->arena, struct source_alt, node->n);

    for (size_t i = 0; i < node->n; i++)
        TRY(parse_alt(c, node->items[i], &alts[i], err));
    d->alts = alts;
    d->n_alts = node->n;
    return LANNER_OK;
}

enum lanner_rc declare_tags(struct declare_ctx *c, const struct yaml_node *map,
                            struct source_decl *d, struct lanner_err *err)
{
    static const char *const keys[] = {"from", NULL};
    const struct yaml_node *node = yaml_get(map, "tags");

    if (node == NULL)
        return LANNER_OK;
    TRY(yaml_expect(node, YAML_MAPPING, err));
    struct source_tag_def *tags = ARENA_ARRAY(c->arena, struct source_tag_def, node->n);

    for (size_t i = 0; i < node->n; i++) {
        const struct yaml_node *value = node->items[i];

        tags[i].name = node->keys[i]->text;
        if (tags[i].name.len < 2 || tags[i].name.ptr[0] != '#')
            return yaml_error(node->keys[i], err, "the name of a tag begins with #");
        if (value->kind == YAML_SCALAR) {
            tags[i].value = value->text;
            continue;
        }
        TRY(yaml_expect(value, YAML_MAPPING, err));
        TRY(yaml_only_keys(value, keys, err));
        TRY(declare_cands(c, value, "from", &tags[i].cands, err));
        if (tags[i].cands.n == 0)
            return yaml_error(value, err, "expected a text or from: with paths");
    }
    d->tags = tags;
    d->n_tags = node->n;
    return LANNER_OK;
}

/* A field of QRadar: places, or `from:` places and the texts to `append:`. */
static enum lanner_rc parse_name(struct declare_ctx *c, const struct yaml_node *key,
                                 const struct yaml_node *node, struct source_name *out,
                                 struct lanner_err *err)
{
    static const char *const keys[] = {"from", "append", NULL};

    out->name = key->text;
    for (size_t i = 0; i < out->name.len; i++)
        if (out->name.ptr[i] >= 'A' && out->name.ptr[i] <= 'Z')
            return yaml_error(key, err, "QRadar's names are written in lower case");
    if (node->kind != YAML_MAPPING)
        return parse_cand_list(c, node, &out->cands, err);
    TRY(yaml_only_keys(node, keys, err));
    TRY(declare_cands(c, node, "from", &out->cands, err));
    TRY(parse_rules(c, node, "append", true, &out->rules, &out->n_rules, err));
    if (out->n_rules == 0)
        return yaml_error(node, err, "expected append: with texts");
    return LANNER_OK;
}

static enum lanner_rc parse_names(struct declare_ctx *c, const struct yaml_node *names,
                                  struct source_qradar *q, struct lanner_err *err)
{
    TRY(yaml_expect(names, YAML_MAPPING, err));
    if (names->n > DECLARE_MAX_FIELDS)
        return yaml_error(names, err, "more than %d names", DECLARE_MAX_FIELDS);
    struct source_name *out = ARENA_ARRAY(c->arena, struct source_name, names->n);

    for (size_t i = 0; i < names->n; i++)
        TRY(parse_name(c, names->keys[i], names->items[i], &out[i], err));
    q->names = out;
    q->n_names = names->n;
    return LANNER_OK;
}

static enum lanner_rc parse_properties(struct declare_ctx *c, const struct yaml_node *node,
                                       struct source_qradar *q, struct lanner_err *err)
{
    TRY(yaml_expect(node, YAML_MAPPING, err));
    if (node->n > DECLARE_MAX_FIELDS)
        return yaml_error(node, err, "more than %d properties", DECLARE_MAX_FIELDS);
    struct source_field *fields = ARENA_ARRAY(c->arena, struct source_field, node->n);

    for (size_t i = 0; i < node->n; i++) {
        fields[i].name = node->keys[i]->text;
        TRY(parse_cand_list(c, node->items[i], &fields[i].cands, err));
    }
    q->properties = fields;
    q->n_properties = node->n;
    return LANNER_OK;
}

enum lanner_rc declare_qradar(struct declare_ctx *c, const struct yaml_node *map,
                              struct source_decl *d, struct lanner_err *err)
{
    static const char *const keys[] = {"log_source_type", "category",    "severity", "names",
                                       "properties",      "own_columns", NULL};
    const struct yaml_node *node = yaml_get(map, "qradar");
    struct source_qradar *q = &d->qradar;

    if (node == NULL)
        return LANNER_OK;
    TRY(yaml_expect(node, YAML_MAPPING, err));
    TRY(yaml_only_keys(node, keys, err));
    TRY(parse_rules(c, node, "log_source_type", false, &q->types, &q->n_types, err));
    TRY(parse_rules(c, node, "category", false, &q->categories, &q->n_categories, err));
    TRY(parse_rules(c, node, "severity", false, &q->severities, &q->n_severities, err));
    TRY(yaml_get_bool(node, "own_columns", &q->own_columns, err));
    if (yaml_get(node, "names") != NULL)
        TRY(parse_names(c, yaml_get(node, "names"), q, err));
    if (yaml_get(node, "properties") != NULL)
        TRY(parse_properties(c, yaml_get(node, "properties"), q, err));
    return LANNER_OK;
}

enum lanner_rc declare_fields(struct declare_ctx *c, const struct yaml_node *map,
                              struct source_decl *d, struct lanner_err *err)
{
    const struct yaml_node *node = yaml_get(map, "fields");

    if (node == NULL)
        return LANNER_OK;
    TRY(yaml_expect(node, YAML_MAPPING, err));
    if (node->n > DECLARE_MAX_FIELDS)
        return yaml_error(node, err, "more than %d fields", DECLARE_MAX_FIELDS);
    struct source_field *fields = ARENA_ARRAY(c->arena, struct source_field, d->n_fields + node->n);
    size_t n = 0;

    for (size_t i = 0; i < d->n_fields; i++) {
        bool replaced = false;

        for (size_t k = 0; k < node->n; k++)
            replaced = replaced || str_eq(node->keys[k]->text, d->fields[i].name);
        if (!replaced)
            fields[n++] = d->fields[i];
    }
    for (size_t k = 0; k < node->n; k++) {
        struct str name = node->keys[k]->text;

        if (name.len == 0 || name.ptr[0] == '@' || name.ptr[0] == '#')
            return yaml_error(node->keys[k], err,
                              "'%.*s' cannot be a canonical field: @ and # names have their own "
                              "keys",
                              (int)name.len, name.ptr);
        fields[n].name = name;
        TRY(parse_cand_list(c, node->items[k], &fields[n].cands, err));
        n++;
    }
    d->fields = fields;
    d->n_fields = n;
    return LANNER_OK;
}
