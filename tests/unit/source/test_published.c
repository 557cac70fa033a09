/* test_published.c - published sample records (not part of this repository) are recognised. The
 * folder is data/ beside the repository or what LANNER_SAMPLE_DATA says; without it: skipped. */
#include <unistd.h>

#include "../tap.h"

#include "records.h"

static const struct str names[] = {STR_INIT("#repo"), STR_INIT("resultType"), STR_INIT("ipAddress"),
                                   STR_INIT("userPrincipalName")};

/* How many records of a file each source takes, in the order of the records' first. */
struct expected {
    const char *file;
    const char *sources; /* "name n, name n" */
    size_t n_timed;
};

static const struct expected files[] = {
    {"msticpy/signinlogs_table.jsonl", "entra-signin/log-analytics 86", 86},
    {"msticpy/signinlogs_table.csv", "entra-signin/log-analytics 86", 86},
    {"splunk-security-content/entra-signin-eventhub.jsonl", "entra-signin/event-hub 1", 1},
    {"splunk-security-content/entra-audit-eventhub.jsonl", "entra-audit/event-hub 6", 6},
    {"splunk-security-content/o365-management-activity.jsonl", "o365-audit/record 6", 5},
    {"panther-analysis/entra-normalised.jsonl",
     "entra-other 6, entra-signin/event-hub 10, entra-audit/event-hub 13", 29},
    {"panther-analysis/m365-normalised.jsonl", "o365-audit/record 4, undeclared 4", 8},
};

static void count_sources(const struct source_set *set, const struct table *t, struct buf *out)
{
    VEC(size_t) seen = {0};

    for (size_t i = 0; i < t->n; i++) {
        size_t n = 0, source = t->rows[i].source;
        bool known = false;

        for (size_t k = 0; k < seen.n; k++)
            known = known || seen.items[k] == source;
        if (known)
            continue;
        VEC_PUSH(&seen, source);
        for (size_t k = 0; k < t->n; k++)
            n += t->rows[k].source == source;
        buf_printf(out, "%s%s %zu", out->len > 0 ? ", " : "", source_name(set, source), n);
    }
    VEC_DONE(&seen);
}

static void check_file(const struct source_set *set, const struct extractor *x, const char *folder,
                       const struct expected *e)
{
    struct sample *s = sample_file(folder, e->file);
    struct buf got = {0};
    size_t n_timed = 0;

    if (s == NULL)
        return;
    struct table *t = table_read(x, s, ARRAY_LEN(names), false);

    count_sources(set, t, &got);
    for (size_t i = 0; i < t->n; i++)
        n_timed += t->rows[i].event_ns != TIME_NONE;
    printf("# %s\n", e->file);
    OK_STR(buf_str(&got), e->sources);
    OK_INT(n_timed, e->n_timed);
    buf_done(&got);
    table_free(t);
    sample_free(s);
}

int main(void)
{
    const char *folder = getenv("LANNER_SAMPLE_DATA");
    const char *root = getenv("LANNER_SOURCE_ROOT");
    const struct source_options o = {0};
    struct lanner_err err = {0};
    struct source_set *set = NULL;
    struct extractor *x = NULL;
    char path[8192];

    snprintf(path, sizeof(path), "%s/../shared/data", root != NULL ? root : ".");
    folder = folder != NULL ? folder : path;
    if (access(folder, R_OK) != 0) {
        printf("1..0 # SKIP no published samples\n");
        return 0;
    }
    OK_INT(source_set_open(NULL, 0, &set, &err), LANNER_OK);
    OK_INT(extractor_new(set, &o, names, ARRAY_LEN(names), false, &x, &err), LANNER_OK);
    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        check_file(set, x, folder, &files[i]);
    extractor_free(x);
    source_set_free(set);
    TAP_DONE();
}
