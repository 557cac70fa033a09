/* test_file.c - the YAML of a test file. Everything that is wrong with it is said here, with its
 * place, so that a test that runs can only fail by what it finds. */
#include "detect/test_file.h"

#include <stdlib.h>

#include "detect/instant.h"
#include "util/file.h"
#include "util/num.h"

#define MAX_CASES 10000

static const char *const finding_keys[] = {
    "source",       "network",    "asn",       "user",   "host",       "agent", "application",
    "tenant",       "verdict",    "severity",  "users",  "events",     "value", "rate",
    "window_start", "first_seen", "last_seen", "merged", "suppressed", "label", "ticket",
    "entry",        "detection",  "sample",    "row",    NULL};

const char *test_finding_key(size_t i)
{
    return i < ARRAY_LEN(finding_keys) ? finding_keys[i] : NULL;
}

static bool is_language(struct str name, enum query_language *out)
{
    for (int l = 0; l < QUERY_LANGUAGES; l++) {
        if (str_eqz(name, query_language_name((enum query_language)l))) {
            *out = (enum query_language)l;
            return true;
        }
    }
    return false;
}

const struct yaml_node *test_by_language(const struct yaml_node *node, enum query_language l)
{
    enum query_language k;

    if (node == NULL || node->kind != YAML_MAPPING || node->n == 0)
        return node;
    for (size_t i = 0; i < node->n; i++) {
        if (!is_language(node->keys[i]->text, &k))
            return node;
    }
    return yaml_get(node, query_language_name(l));
}

static bool is_none(const struct yaml_node *node)
{
    return node->kind == YAML_SCALAR && !node->quoted && str_eqz(node->text, "none");
}

/* A list of mappings; `none` is an empty one. */
static enum lanner_rc check_list(const struct yaml_node *list, const char *const *keys,
                                 const struct yaml_node **out, struct lanner_err *err)
{
    if (list == NULL)
        return LANNER_OK;
    if (is_none(list)) {
        /* Not written as a list: it is one of length 0 at the same place. */
        *out = list;
        return LANNER_OK;
    }
    TRY(yaml_expect(list, YAML_SEQUENCE, err));
    if (list->n > TEST_MAX_EXPECTED)
        return yaml_error(list, err, "more than %d are expected", TEST_MAX_EXPECTED);
    for (size_t i = 0; i < list->n; i++) {
        TRY(yaml_expect(list->items[i], YAML_MAPPING, err));
        if (keys != NULL)
            TRY(yaml_only_keys(list->items[i], keys, err));
    }
    *out = list;
    return LANNER_OK;
}

/* Values of a finding are scalars, `sample` a list of them, `row` a mapping. */
static enum lanner_rc check_values(const struct yaml_node *list, bool findings,
                                   enum query_language l, struct lanner_err *err)
{
    for (size_t i = 0; list->kind == YAML_SEQUENCE && i < list->n; i++) {
        const struct yaml_node *item = list->items[i];

        for (size_t k = 0; k < item->n; k++) {
            const struct yaml_node *v = test_by_language(item->items[k], l);
            enum yaml_kind want = YAML_SCALAR;

            if (v == NULL)
                continue;
            if (findings && str_eqz(item->keys[k]->text, "row"))
                want = YAML_MAPPING;
            if (findings && str_eqz(item->keys[k]->text, "sample") && v->kind != YAML_SCALAR)
                want = YAML_SEQUENCE;
            TRY(yaml_expect(v, want, err));
            for (size_t j = 0; want != YAML_SCALAR && j < v->n; j++)
                TRY(yaml_expect(v->items[j], YAML_SCALAR, err));
        }
    }
    return LANNER_OK;
}

static enum lanner_rc read_expectation(const struct yaml_node *expect, enum query_language l,
                                       struct expectation *out, struct lanner_err *err)
{
    static const char *const keys[] = {"findings", "rows", "count", NULL};
    const struct yaml_node *node = test_by_language(expect, l);

    memset(out, 0, sizeof(*out));
    if (node == NULL)
        return LANNER_OK;
    out->at = node;
    if (node->kind == YAML_SCALAR) {
        out->none = is_none(node);
        if (!out->none)
            return yaml_error(node, err, "expected 'none', findings, rows or count, found '%.*s'",
                              STR_ARG(node->text));
        return LANNER_OK;
    }
    TRY(yaml_only_keys(node, keys, err));
    TRY(check_list(test_by_language(yaml_get(node, "findings"), l), finding_keys, &out->findings,
                   err));
    TRY(check_list(test_by_language(yaml_get(node, "rows"), l), NULL, &out->rows, err));
    out->count = test_by_language(yaml_get(node, "count"), l);
    if (out->findings != NULL)
        TRY(check_values(out->findings, true, l, err));
    if (out->rows != NULL)
        TRY(check_values(out->rows, false, l, err));
    if (out->count != NULL) {
        TRY(yaml_expect(out->count, YAML_SCALAR, err));
        if (!num_parse_long(out->count->text, &out->n) || out->n < 0)
            return yaml_error(out->count, err, "expected a number of findings, found '%.*s'",
                              STR_ARG(out->count->text));
    }
    if (out->findings == NULL && out->rows == NULL && out->count == NULL)
        out->at = NULL;
    return LANNER_OK;
}

static enum lanner_rc read_languages(struct test_file *f, struct test_case *c,
                                     struct lanner_err *err)
{
    struct yaml_node *seq;
    enum query_language l;

    TRY(yaml_get_seq(&f->arena, c->node, "language", &seq, err));
    for (size_t i = 0; seq != NULL && i < seq->n; i++) {
        TRY(yaml_expect(seq->items[i], YAML_SCALAR, err));
        if (!is_language(seq->items[i]->text, &l))
            return yaml_error(seq->items[i], err, "expected aql or cql, found '%.*s'",
                              STR_ARG(seq->items[i]->text));
        c->language[l] = true;
    }
    return LANNER_OK;
}

static enum lanner_rc read_now(const struct yaml_node *map, struct str *out, struct lanner_err *err)
{
    int64_t ms;
    struct str text;

    TRY(yaml_get_str(map, "now", &text, err));
    if (text.ptr == NULL)
        return LANNER_OK;
    if (!str_eqz(text, "data") && !instant_parse(text, &ms))
        return yaml_error(yaml_get(map, "now"), err,
                          "expected a time such as 2026-03-02T15:00:00Z, or data, found '%.*s'",
                          STR_ARG(text));
    *out = text;
    return LANNER_OK;
}

static enum lanner_rc read_parameters(struct test_file *f, struct test_case *c,
                                      struct lanner_err *err)
{
    const struct yaml_node *map = yaml_get(c->node, "parameters");

    if (map == NULL)
        return LANNER_OK;
    TRY(yaml_expect(map, YAML_MAPPING, err));
    c->set = ARENA_ARRAY(&f->arena, const char *, map->n);
    for (size_t i = 0; i < map->n; i++) {
        TRY(yaml_expect(map->items[i], YAML_SCALAR, err));
        c->set[c->n_set++] = arena_printf(&f->arena, "%.*s=%.*s", STR_ARG(map->keys[i]->text),
                                          STR_ARG(map->items[i]->text))
                                 .ptr;
    }
    return LANNER_OK;
}

/* The folder of tuning, or its file, lies beside the tests. */
static enum lanner_rc read_tuning(struct test_file *f, struct test_case *c, struct lanner_err *err)
{
    struct str text, file;
    struct lanner_err why = {0};
    int fd;

    TRY(yaml_get_str(c->node, "tuning", &text, err));
    if (text.ptr == NULL)
        return LANNER_OK;
    while (text.len > 0 && text.ptr[text.len - 1] == '/')
        text.len--;
    file = str_ends(text, STR(".yaml"))
               ? text
               : arena_printf(&f->arena, "%.*s/tuning.yaml", STR_ARG(text));
    if (file_open_under(f->folder.ptr, file, &fd, &why) != LANNER_OK)
        return yaml_error(yaml_get(c->node, "tuning"), err, "cannot be read: %.300s", why.text);
    file_close(fd);
    c->tuning = arena_printf(&f->arena, "%.*s/%.*s", STR_ARG(f->folder), STR_ARG(text));
    return LANNER_OK;
}

static enum lanner_rc read_expect(struct test_case *c, struct lanner_err *err)
{
    bool any = false;

    c->expect = yaml_get(c->node, "expect");
    if (c->expect == NULL)
        return yaml_error(c->node, err, "'expect' is missing: none, or findings, rows or count");
    for (int l = 0; l < QUERY_LANGUAGES; l++) {
        struct expectation *e = &c->expected[l];

        TRY(read_expectation(c->expect, (enum query_language)l, e, err));
        if (e->at == NULL && c->language[l])
            return yaml_error(c->expect, err, "nothing is expected for %s",
                              query_language_name((enum query_language)l));
        if (e->rows != NULL && c->tuning.len > 0)
            return yaml_error(e->rows, err,
                              "rows are those of the query alone; with tuning expect findings");
        any = any || e->at != NULL;
    }
    return any ? LANNER_OK : yaml_error(c->expect, err, "expected none, findings, rows or count");
}

static enum lanner_rc read_case(struct test_file *f, struct test_case *c,
                                const struct yaml_node *defaults, struct lanner_err *err)
{
    static const char *const keys[] = {"name",   "detection", "language",    "now",    "events",
                                       "format", "file",      "create",      "repeat", "parameters",
                                       "tuning", "expect",    "description", NULL};
    struct yaml_node *detections;

    TRY(yaml_only_keys(c->node, keys, err));
    TRY(yaml_need_str(c->node, "name", &c->name, err));
    TRY(yaml_get_seq(&f->arena, c->node, "detection", &detections, err));
    c->detections = detections != NULL ? detections : defaults;
    if (c->detections == NULL || c->detections->n == 0)
        return yaml_error(c->node, err, "'detection' is missing here and at the top of the file");
    for (size_t i = 0; i < c->detections->n; i++)
        TRY(yaml_expect(c->detections->items[i], YAML_SCALAR, err));
    TRY(read_languages(f, c, err));
    TRY(read_now(c->node, &c->now, err));
    TRY(yaml_get_str(c->node, "format", &c->format, err));
    TRY(read_parameters(f, c, err));
    TRY(read_tuning(f, c, err));
    TRY(test_events_check(c, err));
    return read_expect(c, err);
}

static enum lanner_rc read_file(struct test_file *f, struct lanner_err *err)
{
    static const char *const keys[] = {"detection", "now", "tests", "description", NULL};
    struct yaml_node *detections;
    const struct yaml_node *tests;
    struct str now = STR("data");

    TRY(yaml_only_keys(f->root, keys, err));
    TRY(yaml_get_seq(&f->arena, f->root, "detection", &detections, err));
    TRY(read_now(f->root, &now, err));
    tests = yaml_get(f->root, "tests");
    if (tests == NULL)
        return yaml_error(f->root, err, "'tests' is missing");
    TRY(yaml_expect(tests, YAML_SEQUENCE, err));
    if (tests->n == 0)
        return yaml_error(tests, err, "expected at least one test, found none");
    if (tests->n > MAX_CASES)
        return yaml_error(tests, err, "more than %d tests", MAX_CASES);
    f->cases = ARENA_ARRAY(&f->arena, struct test_case, tests->n);
    for (size_t i = 0; i < tests->n; i++) {
        struct test_case *c = &f->cases[f->n_cases++];

        c->node = tests->items[i];
        c->now = now;
        TRY(read_case(f, c, detections, err));
        for (size_t k = 0; k < i; k++) {
            if (str_eq(f->cases[k].name, c->name))
                return yaml_error(yaml_get(c->node, "name"), err,
                                  "a test of the name '%.*s' is in line %u already",
                                  STR_ARG(c->name), f->cases[k].node->line);
        }
    }
    return LANNER_OK;
}

static struct test_file *new_file(const char *path, const char *folder)
{
    struct test_file *f = xcalloc(1, sizeof(*f));

    arena_init(&f->arena, 0);
    f->path = str_z(arena_strz(&f->arena, str_z(path)));
    f->folder = str_z(arena_strz(&f->arena, str_z(folder)));
    return f;
}

static enum lanner_rc parse(struct test_file *f, struct lanner_err *err)
{
    TRY(yaml_parse(&f->arena, f->path.ptr, buf_str(&f->text), &f->root, err));
    return read_file(f, err);
}

enum lanner_rc test_file_parse(const char *path, const char *folder, struct str text,
                               struct test_file **out, struct lanner_err *err)
{
    struct test_file *f = new_file(path, folder);
    enum lanner_rc rc;

    buf_put_str(&f->text, text);
    rc = parse(f, err);
    if (rc == LANNER_OK)
        *out = f;
    else
        test_file_free(f);
    return rc;
}

enum lanner_rc test_file_open(const char *path, const char *folder, struct test_file **out,
                              struct lanner_err *err)
{
    struct test_file *f = new_file(path, folder);
    enum lanner_rc rc;

    rc = file_read_all(path, YAML_MAX_BYTES, &f->text, err);
    if (rc == LANNER_OK)
        rc = parse(f, err);
    if (rc == LANNER_OK)
        *out = f;
    else
        test_file_free(f);
    return rc;
}

void test_file_free(struct test_file *f)
{
    if (f == NULL)
        return;
    buf_done(&f->text);
    arena_done(&f->arena);
    free(f);
}
