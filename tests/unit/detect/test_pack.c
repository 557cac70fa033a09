/* test_pack.c - packs as files: what is read, and what is said of what cannot be. */
#include "tap.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "detect/detect.h"
#include "util/file.h"

static char folder[64] = "/tmp/lanner-pack-XXXXXX";
static struct lanner_err err;

static char *path_of(const char *name)
{
    static char path[4][256];
    static int at;

    at = (at + 1) % 4;
    snprintf(path[at], sizeof(path[at]), "%s/%s", folder, name);
    return path[at];
}

static void write_text(const char *name, const char *text)
{
    FILE *f = fopen(path_of(name), "w");

    if (f != NULL) {
        fputs(text, f);
        fclose(f);
    }
}

static struct pack_set *open_one(const char *path)
{
    const char *paths[] = {path};
    struct pack_set *s = NULL;

    memset(&err, 0, sizeof(err));
    if (pack_set_open(paths, 1, &s, &err) != LANNER_OK)
        return NULL;
    return s;
}

/* What is said of one detection's YAML; its place in `err`. */
static const char *problem_of(const char *yaml)
{
    static char text[600];
    struct pack_set *s;

    write_text("p/bad.yaml", yaml);
    write_text("p/bad.cql", "count()");
    s = open_one(path_of("p"));
    text[0] = '\0';
    if (s != NULL && s->n_problems == 1) {
        err = s->problems[0].err;
        snprintf(text, sizeof(text), "%s", err.text + strlen(path_of("p/bad.yaml")) + 1);
    }
    /* The sound detection beside it is there all the same. */
    if (s == NULL || s->n_packs != 1 || s->packs[0].n_detections < 1)
        text[0] = '\0';
    pack_set_free(s);
    unlink(path_of("p/bad.yaml"));
    return text;
}

static void test_defaults(void)
{
    struct pack_set *s = open_one(path_of("p"));
    const struct detection *d;

    OK(s != NULL && s->n_packs == 1 && s->n_problems == 0);
    if (s == NULL)
        return;
    OK_STR(s->packs[0].id, "sample");
    OK_INT(s->packs[0].n_detections, 1);
    d = &s->packs[0].detections[0];
    OK(d->pack == &s->packs[0]);
    OK_STR(d->id, "good");
    OK_STR(d->title, "good");
    OK_INT(d->severity, SEVERITY_HIGH); /* the pack's */
    OK_INT(d->n_attack, 1);
    OK_STR(d->attack[0], "T1589.002");
    OK_INT(d->preferred, QUERY_CQL);
    OK(d->query[QUERY_AQL].ptr != NULL && d->query[QUERY_CQL].ptr != NULL);
    OK_INT(d->n_key, 1);
    OK_STR(d->key[0].name[QUERY_AQL], "sourceip");
    OK_STR(d->key[0].name[QUERY_CQL], "ip");
    OK_STR(d->entity[ENTITY_SOURCE].name[QUERY_CQL], "ip");
    OK_INT(d->window_ms, 3600000);
    OK_INT(d->suppress_ms, 86400000);
    OK_INT(d->n_verdicts, 3);
    OK_STR(d->verdicts[0].at_least, "?high");
    OK_INT(d->verdicts[0].severity, SEVERITY_CRITICAL);
    OK_STR(d->verdicts[2].verdict, "Odd"); /* the text it compares with */
    pack_set_free(s);
}

static void test_parameters(void)
{
    static const char *const set[] = {"low=12", "good.low=15", "other.low=99", "high=60"};
    struct pack_set *s = open_one(path_of("p"));
    const struct detection *d = &s->packs[0].detections[0];
    struct buf text = {0};

    OK_STR(d->parameters[0].name, "low");
    OK_STR(d->parameters[0].description, "distinct users");
    OK_STR(parameter_value(d, &d->parameters[0], NULL, 0), "10");
    OK_STR(parameter_value(d, &d->parameters[0], set, 1), "12");
    OK_STR(parameter_value(d, &d->parameters[0], set, 4), "15");
    OK_STR(parameter_value(d, &d->parameters[1], set, 4), "60");
    detection_query_text(d, QUERY_CQL, set, 4, &text);
    OK_STR(buf_str(&text),
           "// ?low\nx = /a?low/ \"?low\" | n >= 15 | m = \"a \\\"b\\\"\" | ?none\n");
    buf_clear(&text);
    detection_query_text(d, QUERY_AQL, set, 4, &text);
    OK_STR(buf_str(&text),
           "SELECT '?low' /* ?low */ FROM events WHERE n >= 15 AND m = 'a \"b\"'\n");
    buf_done(&text);
    pack_set_free(s);
}

static void test_problems(void)
{
    OK_STR(str_z(problem_of("titel: x\n")), "1:1: unknown key 'titel'");
    OK_STR(str_z(err.hint), "did you mean 'title'");
    OK(err.line == 1 && err.column == 1);
    OK_STR(str_z(problem_of("title: x\nseverity: grave\n")),
           "2:11: expected informational, low, medium, high or critical, found 'grave'");
    OK(err.line == 2 && err.column == 11);
    OK_STR(str_z(problem_of("attack: [T1589.002, T99]\n")),
           "1:21: expected a technique such as T1589.002, found 'T99'");
    OK_STR(str_z(problem_of("finding: { window: { start: b } }\n")),
           "1:20: a window needs its length, such as 60m");
    OK_STR(str_z(problem_of("suppress: 2 days\n")),
           "1:11: expected a span such as 90s, 60m, 24h or 7d for 'suppress', found '2 days'");
    OK_STR(str_z(problem_of("finding: { key: [ { kql: x } ] }\n")), "1:21: unknown key 'kql'");
    OK_STR(str_z(problem_of("verdicts: [ { verdict: x } ]\n")),
           "1:13: expected a condition: 'column' and 'is', or 'at_least'");
    OK_STR(str_z(problem_of("parameters: { low: 1 }\nverdicts: [ { at_least: lou } ]\n")),
           "2:25: expected a number or a parameter that is declared, found 'lou'");
    OK_STR(str_z(err.hint), "did you mean 'low'");
    OK_STR(str_z(problem_of("prefer: aql\n")), "1:9: there is no query in aql");
    OK(strstr(problem_of("id: good\n"), "1:1: the id 'good' is that of") != NULL);
    OK_STR(str_z(problem_of("id: ../x\n")),
           "1:5: expected an id of letters, digits, '.', '-' and '_', found '../x'");
    OK_STR(str_z(problem_of("tests: [0]\n")), "1:9: expected the number of a test, found '0'");
    OK_STR(str_z(problem_of("a: [\n")), "2:1: not YAML: did not find expected node content");
    OK_STR(str_z(problem_of("- a\n")), "1:1: expected a mapping, found a sequence");
}

/* Files that a pack names stay in the pack. */
static void test_links(void)
{
    struct pack_set *s;

    write_text("outside.cql", "count()");
    write_text("p/link.yaml", "title: x\n");
    OK_INT(symlink("../outside.cql", path_of("p/link.cql")), 0);
    s = open_one(path_of("p"));
    OK(s != NULL && s->n_problems == 1 && s->packs[0].n_detections == 1);
    OK(s != NULL && s->n_problems == 1 &&
       strstr(s->problems[0].err.text, "a link leads out of it") != NULL);
    pack_set_free(s);
    unlink(path_of("p/link.cql"));
    s = open_one(path_of("p"));
    OK(s != NULL && s->n_problems == 1 &&
       strstr(s->problems[0].err.text, "expected a query beside it: link.cql or link.aql") != NULL);
    pack_set_free(s);
    unlink(path_of("p/link.yaml"));
}

static void test_paths(void)
{
    struct pack_set *s;
    const char *twice[2];

    s = open_one(folder); /* a folder of packs */
    OK(s != NULL && s->n_packs == 1);
    pack_set_free(s);
    s = open_one(path_of("p/good.yaml"));
    OK(s != NULL && s->n_packs == 1 && s->packs[0].n_detections == 1);
    OK_STR(s->packs[0].id, "sample");
    pack_set_free(s);
    twice[0] = path_of("p/good.yaml");
    twice[1] = path_of("p/");
    OK_INT(pack_set_open(twice, 2, &s, &err), LANNER_OK);
    OK(s->n_packs == 1 && s->packs[0].n_detections == 1);
    pack_set_free(s);
    OK(open_one(path_of("empty")) == NULL && strstr(err.text, "is not a pack") != NULL);
    OK(open_one(path_of("nosuch")) == NULL && err.rc == LANNER_ERR_IO);
    OK(open_one(path_of("p/good.cql")) == NULL && err.rc == LANNER_ERR_USAGE);
    OK(pack_is_path(folder) && pack_is_path(path_of("p")) && pack_is_path(path_of("p/good.yaml")));
    OK(!pack_is_path(path_of("empty")) && !pack_is_path(path_of("p/good.cql")) &&
       !pack_is_path(path_of("nosuch")));
    write_text("p/pack.yaml", "title: x\n");
    s = open_one(path_of("p"));
    OK(s != NULL && s->n_packs == 0 && s->n_problems == 1);
    OK(strstr(s->problems[0].err.text, "pack.yaml:1:1: 'id' is missing") != NULL);
    pack_set_free(s);
}

int main(void)
{
    if (mkdtemp(folder) == NULL)
        return 1;
    mkdir(path_of("p"), 0755);
    mkdir(path_of("empty"), 0755);
    write_text("p/pack.yaml", "id: sample\nseverity: high\nattack: [T1589.002]\n");
    write_text("p/good.cql", "// ?low\nx = /a?low/ \"?low\" | n >= ?low | m = ?{text=x} | ?none\n");
    write_text("p/good.aql",
               "SELECT '?low' /* ?low */ FROM events WHERE n >= ?low AND m = ?text\n");
    write_text("p/good.yaml",
               "parameters:\n  low: { default: 10, description: distinct users }\n  high: 50\n"
               "  text: a \"b\"\n"
               "finding:\n  key: [ { aql: sourceip, cql: ip } ]\n  entities: { source: ip }\n"
               "  window: { start: bucket, length: 60m }\n"
               "verdicts:\n  - at_least: ?high\n    verdict: High\n    severity: critical\n"
               "  - { at_least: 5, verdict: Some }\n  - { column: v, is: Odd }\n"
               "suppress: 24h\n");
    test_defaults();
    test_parameters();
    test_problems();
    test_links();
    test_paths();
    TAP_DONE();
}
