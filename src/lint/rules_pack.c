/* rules_pack.c - rules about the YAML of a detection. Places are those of its tree. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lint/facts.h"
#include "util/file.h"
#include "util/num.h"
#include "util/yaml.h"

#define MAX_TEST_BYTES ((size_t)1 << 20)

/* node NULL: the file as a whole. */
void lint_say_yaml(struct lint_run *run, const struct yaml_node *node, const char *fmt, ...)
{
    struct lint_finding f = {.rule = run->rule,
                             .file = run->file,
                             .line = node != NULL ? node->line : 1,
                             .column = node != NULL ? node->column : 1,
                             .length = 1,
                             .detection = run->detection};
    char text[1024];
    va_list ap;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    f.message =
        arena_str(&run->lint->arena, str_of(text, MIN((size_t)MAX(n, 0), sizeof(text) - 1)));
    lint_add(run->lint, &f);
}

/* ---- What it should have ---- */

/* Does a `detection:` name the detection: one id, or a list of them? */
static bool names_detection(const struct yaml_node *node, struct str id)
{
    if (node == NULL)
        return false;
    if (node->kind == YAML_SCALAR)
        return str_eq(node->text, id);
    for (size_t i = 0; node->kind == YAML_SEQUENCE && i < node->n; i++) {
        if (node->items[i]->kind == YAML_SCALAR && str_eq(node->items[i]->text, id))
            return true;
    }
    return false;
}

static bool file_tests(const char *path, struct str id)
{
    struct buf text = {0};
    struct arena a;
    struct yaml_node *root, *tests;
    bool found = false;

    arena_init(&a, 0);
    if (file_read_all(path, MAX_TEST_BYTES, &text, NULL) == LANNER_OK &&
        yaml_parse(&a, path, buf_str(&text), &root, NULL) == LANNER_OK) {
        found = names_detection(yaml_get(root, "detection"), id);
        tests = yaml_get(root, "tests");
        for (size_t i = 0; !found && tests != NULL && tests->kind == YAML_SEQUENCE && i < tests->n;
             i++)
            found = names_detection(yaml_get(tests->items[i], "detection"), id);
    }
    arena_done(&a);
    buf_done(&text);
    return found;
}

void rule_no_tests(struct lint_run *run)
{
    const struct detection *d = run->detection;
    const char *folder = arena_printf(run->arena, "%.*s/tests%c", STR_ARG(d->pack->folder), 0).ptr;
    file_paths paths = {0};
    struct file_info info;
    bool found = false;

    if (file_stat(folder, &info, NULL) == LANNER_OK && info.kind == FILE_FOLDER &&
        folder_list(folder, &paths, NULL, NULL, NULL) == LANNER_OK) {
        for (size_t i = 0; !found && i < paths.n; i++)
            found =
                str_ends(str_z(paths.items[i]), STR(".yaml")) && file_tests(paths.items[i], d->id);
    }
    file_paths_done(&paths);
    if (!found)
        lint_say_yaml(run, NULL, "no file in tests/ has a test of '%.*s'", STR_ARG(d->id));
}

void rule_no_sources(struct lint_run *run)
{
    if (run->detection->n_sources == 0)
        lint_say_yaml(run, NULL, "no sources: it cannot be told when the logs lack what it needs");
}

void rule_no_false_positives(struct lint_run *run)
{
    if (run->detection->n_false_positives == 0)
        lint_say_yaml(run, NULL, "no false_positives");
}

void rule_no_attack(struct lint_run *run)
{
    if (run->detection->n_attack == 0)
        lint_say_yaml(run, NULL, "no attack, neither here nor in pack.yaml");
}

/* ---- Parameters ---- */

static const struct parameter *find_parameter(const struct detection *d, struct str name)
{
    for (size_t i = 0; i < d->n_parameters; i++) {
        if (str_eq(d->parameters[i].name, name))
            return &d->parameters[i];
    }
    return NULL;
}

static bool query_uses(const struct facts *f, struct str name)
{
    for (size_t i = 0; f != NULL && i < f->list.n; i++) {
        if (f->list.items[i].kind == FACT_PARAM && str_eq(f->list.items[i].text, name))
            return true;
    }
    return false;
}

static bool verdicts_use(const struct detection *d, struct str name)
{
    for (size_t i = 0; i < d->n_verdicts; i++) {
        struct str at = d->verdicts[i].at_least;

        if (at.len > 0 && at.ptr[0] == '?')
            at = str_of(at.ptr + 1, at.len - 1);
        if (str_eq(at, name))
            return true;
    }
    return false;
}

void rule_parameter_unused(struct lint_run *run)
{
    const struct detection *d = run->detection;
    const struct yaml_node *map = yaml_get(d->tree, "parameters");

    for (size_t i = 0; i < d->n_parameters; i++) {
        struct str name = d->parameters[i].name;
        const struct yaml_node *node = map;
        bool used = verdicts_use(d, name);

        for (int l = 0; l < QUERY_LANGUAGES; l++) {
            if (d->query[l].ptr != NULL && run->by_language[l] == NULL)
                return; /* it could not be read: nobody knows */
            used = used || query_uses(run->by_language[l], name);
        }
        for (size_t k = 0; map != NULL && map->kind == YAML_MAPPING && k < map->n; k++)
            if (str_eq(map->keys[k]->text, name))
                node = map->keys[k];
        if (!used)
            lint_say_yaml(run, node, "neither a query nor a verdict uses ?%.*s", STR_ARG(name));
    }
}

void rule_parameter_undeclared(struct lint_run *run)
{
    const struct detection *d = run->detection;
    struct lint_run query = *run;

    for (int l = 0; l < QUERY_LANGUAGES; l++) {
        const struct facts *f = run->by_language[l];

        query.file = d->query_file[l];
        query.text = d->query[l];
        for (size_t i = 0; f != NULL && i < f->list.n; i++) {
            const struct fact *x = &f->list.items[i];

            if (x->kind == FACT_PARAM && !x->flag && find_parameter(d, x->text) == NULL)
                lint_say(&query, x->at, "?%.*s is not declared in the detection's parameters",
                         STR_ARG(x->text));
        }
    }
}

/* ---- Columns ---- */

struct columns {
    struct arena *arena;
    VEC(struct str) names;
};

static void on_column(void *ctx, const struct lanner_column *column)
{
    struct columns *c = ctx;

    VEC_PUSH(&c->names, arena_str(c->arena, str_of(column->name.text, column->name.len)));
}

static bool has_column(const struct columns *c, struct str name)
{
    for (size_t i = 0; i < c->names.n; i++) {
        if (str_eq(c->names.items[i], name))
            return true;
    }
    return false;
}

static void check_column(struct lint_run *run, const struct columns *c, enum query_language l,
                         const struct column_names *names, const char *key)
{
    const struct yaml_node *finding = yaml_get(run->detection->tree, "finding");
    const struct yaml_node *node = finding != NULL ? yaml_get(finding, key) : NULL;

    if (names->name[l].len > 0 && !has_column(c, names->name[l]))
        lint_say_yaml(run, node != NULL ? node : finding,
                      "the %s query gives no column '%.*s' (%s)", l == QUERY_AQL ? "AQL" : "CQL",
                      STR_ARG(names->name[l]), key);
}

static void check_columns(struct lint_run *run, const struct columns *c, enum query_language l)
{
    const struct detection *d = run->detection;

    for (size_t i = 0; i < d->n_key; i++)
        check_column(run, c, l, &d->key[i], "key");
    for (int e = 0; e < ENTITY_COUNT; e++)
        check_column(run, c, l, &d->entity[e], "entities");
    check_column(run, c, l, &d->window_start, "window");
    check_column(run, c, l, &d->first_seen, "first_seen");
    check_column(run, c, l, &d->last_seen, "last_seen");
    check_column(run, c, l, &d->users, "users");
    check_column(run, c, l, &d->events, "events");
    check_column(run, c, l, &d->rate, "rate");
    check_column(run, c, l, &d->sample, "sample");
    check_column(run, c, l, &d->value, "value");
    for (size_t i = 0; i < d->n_verdicts; i++)
        check_column(run, c, l, &d->verdicts[i].column, "verdicts");
}

void rule_column_missing(struct lint_run *run)
{
    const struct detection *d = run->detection;

    if (yaml_get(d->tree, "finding") == NULL)
        return; /* each row is an event, with whatever it has */
    for (int l = 0; l < QUERY_LANGUAGES; l++) {
        struct columns c = {.arena = run->arena};
        struct lanner_session *s = lanner_session_new();
        struct lanner_query *q = NULL;

        if (d->query[l].ptr != NULL && run->by_language[l] != NULL &&
            lanner_session_set(s, "now", "2026-01-01T00:00:00Z", NULL) == LANNER_OK &&
            lanner_session_set(s, "missing-data", "ignore", NULL) == LANNER_OK &&
            detection_prepare(d, (enum query_language)l, s, NULL, 0, &q, NULL) == LANNER_OK &&
            lanner_query_columns(q, on_column, &c, NULL) == LANNER_OK && c.names.n > 0)
            check_columns(run, &c, (enum query_language)l);
        VEC_DONE(&c.names);
        lanner_query_free(q);
        lanner_session_free(s);
    }
}

/* ---- Verdicts ---- */

static bool number_of(const struct detection *d, struct str at_least, double *out)
{
    const struct parameter *p;

    if (num_parse_double(at_least, out))
        return true;
    if (at_least.len > 0 && at_least.ptr[0] == '?')
        at_least = str_of(at_least.ptr + 1, at_least.len - 1);
    p = find_parameter(d, at_least);
    return p != NULL && num_parse_double(p->value, out);
}

static bool writes_text(const struct facts *f, struct str text)
{
    for (size_t i = 0; i < f->list.n; i++) {
        if (f->list.items[i].kind == FACT_TEXT && str_eq(f->list.items[i].text, text))
            return true;
    }
    return false;
}

/* Does the query write the text of any verdict over that column? Where it writes none, the column's
 * values come from the data, and nobody knows them here. */
static bool writes_some(const struct detection *d, const struct facts *f, enum query_language l,
                        struct str column)
{
    for (size_t i = 0; i < d->n_verdicts; i++) {
        if (d->verdicts[i].is.ptr != NULL && str_eq(d->verdicts[i].column.name[l], column) &&
            writes_text(f, d->verdicts[i].is))
            return true;
    }
    return false;
}

static void check_bar(struct lint_run *run, const struct yaml_node *node, size_t i)
{
    const struct detection *d = run->detection;
    double mine, other;

    if (!number_of(d, d->verdicts[i].at_least, &mine))
        return;
    for (size_t k = 0; k < i; k++) {
        if (d->verdicts[k].is.ptr != NULL || !number_of(d, d->verdicts[k].at_least, &other) ||
            other > mine)
            continue;
        lint_say_yaml(run, node,
                      "at_least %.*s is never reached: the verdict before it holds from %.*s on",
                      STR_ARG(d->verdicts[i].at_least), STR_ARG(d->verdicts[k].at_least));
        return;
    }
}

void rule_verdict_never(struct lint_run *run)
{
    const struct detection *d = run->detection;
    const struct yaml_node *list = yaml_get(d->tree, "verdicts");

    for (size_t i = 0; i < d->n_verdicts; i++) {
        const struct verdict *v = &d->verdicts[i];
        const struct yaml_node *node =
            list != NULL && list->kind == YAML_SEQUENCE && i < list->n ? list->items[i] : list;

        check_bar(run, node, i);
        for (int l = 0; v->is.ptr != NULL && l < QUERY_LANGUAGES; l++) {
            const struct facts *f = run->by_language[l];

            if (f != NULL && !writes_text(f, v->is) &&
                writes_some(d, f, (enum query_language)l, v->column.name[l]))
                lint_say_yaml(run, node, "the %s query never writes '%.*s' into %.*s",
                              l == QUERY_AQL ? "AQL" : "CQL", STR_ARG(v->is),
                              STR_ARG(v->column.name[l]));
        }
    }
}
