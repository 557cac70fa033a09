/* test_packs.c - the rules about a detection's YAML. */
#include "tap.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lint/lint.h"

static char folder[64] = "/tmp/lanner-lint-XXXXXX";

static void write_text(const char *name, const char *text)
{
    char path[200];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    f = fopen(path, "w");
    if (f != NULL) {
        fputs(text, f);
        fclose(f);
    }
}

/* The pack rules' ids, and the query rules' that are errors, of a detection. */
static const char *ids_of(const char *yaml, const char *cql)
{
    static char out[2000];
    const char *path = folder;
    struct pack_set *set = NULL;
    struct lint *l = lint_new();
    struct lanner_err err = {0};
    size_t len = 0;

    write_text("d.yaml", yaml);
    write_text("d.cql", cql);
    out[0] = '\0';
    if (pack_set_open(&path, 1, &set, &err) != LANNER_OK) {
        printf("# %s\n", err.text);
    } else {
        lint_packs(l, set);
        lint_sort(l);
    }
    for (size_t i = 0; i < l->findings.n && len < sizeof(out) - 40; i++) {
        const struct lint_finding *f = &l->findings.items[i];

        if (f->rule->scope == LINT_PACK || f->rule->severity == LINT_ERROR)
            len += (size_t)snprintf(out + len, sizeof(out) - len, "%s%s:%u", len > 0 ? " " : "",
                                    f->rule->id, f->line);
    }
    lint_free(l);
    pack_set_free(set);
    return out;
}

#define HEAD "title: t\nsources: [iis]\nfalse_positives: [x]\nattack: [T1589.002]\n"

static bool gives(const char *yaml, const char *cql, const char *want)
{
    const char *got = ids_of(yaml, cql);

    if (strcmp(got, want) != 0)
        printf("# got '%s', want '%s'\n", got, want);
    return strcmp(got, want) == 0;
}

static void test_whole(void)
{
    OK(gives("title: t\n", "a=1", "LNR501:1 LNR502:1 LNR503:1 LNR504:1"));
    write_text("tests/d.yaml", "detection: [other, d]\ntests: []\n");
    OK(gives(HEAD, "a=1", ""));
    write_text("tests/d.yaml", "tests:\n  - { name: n, detection: d }\n");
    OK(gives(HEAD, "a=1", ""));
    write_text("tests/d.yaml", "detection: dd\n");
    OK(gives(HEAD, "a=1", "LNR501:1"));
    write_text("tests/d.yaml", "detection: d\n");
}

static void test_parameters(void)
{
    OK(gives(HEAD "parameters:\n  low: { default: 3 }\n", "a=1", "LNR505:6"));
    OK(gives(HEAD "parameters:\n  low: { default: 3 }\n", "a=?low", ""));
    OK(gives(HEAD "parameters:\n  low: { default: 3 }\n", "a=1 // ?low", "LNR505:6"));
    /* What is not declared cannot be prepared either. */
    OK(strstr(ids_of(HEAD, "a=?low"), "LNR506:1") != NULL);
    OK(strstr(ids_of(HEAD, "a=?{low=3}"), "LNR506") == NULL);
}

static void test_columns(void)
{
    const char *query = "groupBy([a], limit=max, function=count(as=n))";

    OK(gives(HEAD "finding:\n  key: [a]\n  events: n\n", query, ""));
    OK(gives(HEAD "finding:\n  key: [a]\n  events: m\n", query, "LNR507:7"));
    OK(gives(HEAD "finding:\n  key: [b]\n  events: n\n", query, "LNR507:6"));
}

static void test_verdicts(void)
{
    const char *query = "groupBy([a], limit=max, function=count(as=n))\n"
                        "| case { n >= 5 | v := \"High\"; * | v := \"Low\" }";

    OK(gives(HEAD "finding: { key: [a], events: n }\nverdicts:\n"
                  "  - { column: v, is: High, severity: high }\n"
                  "  - { column: v, is: Low, severity: low }\n",
             query, ""));
    OK(gives(HEAD "finding: { key: [a], events: n }\nverdicts:\n"
                  "  - { column: v, is: High, severity: high }\n"
                  "  - { column: v, is: Medium, severity: low }\n",
             query, "LNR508:8"));
    OK(gives(HEAD "finding: { key: [a], events: n }\nverdicts:\n"
                  "  - { at_least: 10, verdict: A, severity: high }\n"
                  "  - { at_least: 5, verdict: B, severity: low }\n",
             query, ""));
    OK(gives(HEAD "finding: { key: [a], events: n }\nverdicts:\n"
                  "  - { at_least: 5, verdict: B, severity: low }\n"
                  "  - { at_least: 10, verdict: A, severity: high }\n",
             query, "LNR508:8"));
}

static void test_unreadable(void)
{
    OK(gives("titel: t\n", "a=1", "LNR500:1"));
    OK(strstr(ids_of(HEAD, "nosuch("), "LNR001") != NULL);
}

int main(void)
{
    char path[200];

    if (mkdtemp(folder) == NULL)
        return 1;
    snprintf(path, sizeof(path), "%s/tests", folder);
    mkdir(path, 0700);
    rmdir(path);
    write_text("pack.yaml", "id: p\ntitle: t\n");
    OK(gives(HEAD, "a=1", "LNR501:1")); /* without a folder tests/ */
    mkdir(path, 0700);
    test_whole();
    test_parameters();
    test_columns();
    test_verdicts();
    test_unreadable();
    snprintf(path, sizeof(path), "rm -rf '%s'", folder);
    OK(system(path) == 0);
    TAP_DONE();
}
