/* cmd_test.c - lanner test: the tests of packs.
 *
 * Exit status: 0 all passed, 1 a test failed, 2 something is broken (a file, a query, an event). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/cli.h"
#include "detect/detect.h"
#include "util/file.h"

struct test_args {
    struct test_options options;
    const char *output;
    int write_errno;             /* 0: all written */
    const char **packs, **files; /* owned arrays; texts borrowed or owned below */
    size_t n_packs;
    char **made; /* owned */
    size_t n_made;
};

static enum lanner_rc set_output(void *target, const struct option_row *row, const char *value,
                                 struct lanner_err *err)
{
    struct test_args *a = target;
    struct test_results none = {0};
    struct buf scratch = {0};
    enum lanner_rc rc = tests_report(value, &none, &scratch, err); /* is there such an output? */

    (void)row;
    buf_done(&scratch);
    a->output = value;
    return rc;
}

static enum lanner_rc set_only(void *target, const struct option_row *row, const char *value,
                               struct lanner_err *err)
{
    struct test_args *a = target;

    (void)row;
    (void)err;
    a->options.only = value;
    return LANNER_OK;
}

static enum lanner_rc set_language(void *target, const struct option_row *row, const char *value,
                                   struct lanner_err *err)
{
    struct test_args *a = target;

    (void)row;
    if (strcmp(value, "both") == 0) {
        a->options.language[QUERY_AQL] = a->options.language[QUERY_CQL] = true;
        return LANNER_OK;
    }
    for (int l = 0; l < QUERY_LANGUAGES; l++) {
        if (strcmp(value, query_language_name((enum query_language)l)) == 0) {
            a->options.language[l] = true;
            return LANNER_OK;
        }
    }
    return err_set(err, LANNER_ERR_USAGE, "expected aql, cql or both, found '%.100s'", value);
}

static enum lanner_rc set_flag(void *target, const struct option_row *row, const char *value,
                               struct lanner_err *err)
{
    struct test_args *a = target;

    (void)value;
    (void)err;
    if (strcmp(row->name, "update") == 0)
        a->options.update = true;
    else
        a->options.require_tests = true;
    return LANNER_OK;
}

static bool write_all(struct test_args *a, struct buf *b)
{
    struct lanner_err err = {0};

    if (a->write_errno == 0 && b->len > 0 &&
        file_write(STDOUT_FILENO, b->ptr, b->len, &err) != LANNER_OK) {
        a->write_errno = errno;
        if (errno != EPIPE)
            message_error(&err, NULL, STR_NONE);
    }
    buf_clear(b);
    return a->write_errno == 0;
}

static bool on_outcome(void *ctx, size_t number, const struct test_outcome *o)
{
    struct test_args *a = ctx;
    struct buf line = {0};
    bool go_on;

    tests_report_tap_line(number, o, &line);
    go_on = write_all(a, &line);
    buf_done(&line);
    return go_on;
}

/* PACK/tests/NAME.yaml stands for its pack, and only that file is run. */
static void take_word(struct test_args *a, const char *word)
{
    const char *slash = strrchr(word, '/');
    const char *name = slash != NULL ? slash + 1 : word;
    size_t folder = slash != NULL ? (size_t)(slash - word) : 0;
    char *pack;
    struct file_info info;

    if (folder >= 5 && memcmp(word + folder - 5, "tests", 5) == 0 &&
        (folder == 5 || word[folder - 6] == '/') && str_ends(str_z(name), STR(".yaml"))) {
        pack = folder == 5 ? xstrdup(".") : xstrndup(word, folder - 6);
        a->made[a->n_made++] = pack;
        a->files[a->options.n_files++] = word;
        for (size_t i = 0; i < a->n_packs; i++) {
            if (strcmp(a->packs[i], pack) == 0)
                return;
        }
        a->packs[a->n_packs++] = pack;
        return;
    }
    if (file_stat(word, &info, NULL) == LANNER_OK && info.kind == FILE_REGULAR)
        a->options.one_detection = true;
    a->packs[a->n_packs++] = word;
}

static enum lanner_rc take_words(struct test_args *a, const char *const *words, size_t n,
                                 struct lanner_err *err)
{
    struct file_info info;

    a->packs = xcalloc(n + 1, sizeof(*a->packs));
    a->files = xcalloc(n + 1, sizeof(*a->files));
    a->made = xcalloc(n + 1, sizeof(*a->made));
    for (size_t i = 0; i < n; i++)
        take_word(a, words[i]);
    a->options.files = a->files;
    if (n > 0)
        return LANNER_OK;
    if (file_stat("packs", &info, NULL) == LANNER_OK && info.kind == FILE_FOLDER) {
        a->packs[a->n_packs++] = "packs";
        return LANNER_OK;
    }
    err_set(err, LANNER_ERR_USAGE, "no pack is given");
    err_hint(err, "name the folder of a pack, or a folder of packs");
    return LANNER_ERR_USAGE;
}

static int status_of(const struct test_args *a, const struct test_results *r)
{
    if (a->write_errno != 0)
        return a->write_errno == EPIPE ? EXIT_ROWS : EXIT_FAILED;
    if (r->n_status[TEST_BROKEN] > 0)
        return EXIT_FAILED;
    if (r->n_status[TEST_FAILED] > 0)
        return EXIT_NO_ROWS;
    if (r->n == r->n_status[TEST_UNTESTED]) {
        message_put(a->options.only != NULL ? "lanner: no test has such a name"
                                            : "lanner: the packs have no tests");
        return EXIT_FAILED;
    }
    return EXIT_ROWS;
}

static int execute(struct test_args *a)
{
    struct test_results *results = NULL;
    struct pack_set *packs = NULL;
    struct lanner_err err = {0};
    struct buf out = {0};
    bool tap = strcmp(a->output, "tap") == 0;
    int status = EXIT_FAILED;
    enum lanner_rc rc = pack_set_open(a->packs, a->n_packs, &packs, &err);

    if (tap && rc == LANNER_OK) {
        buf_puts(&out, "TAP version 13\n");
        write_all(a, &out);
        a->options.on_outcome = on_outcome;
        a->options.ctx = a;
    }
    if (rc == LANNER_OK)
        rc = tests_run(packs, &a->options, &results, &err);
    if (rc == LANNER_OK) {
        if (tap)
            tests_report_tap_end(results, &out);
        else
            rc = tests_report(a->output, results, &out, &err);
        write_all(a, &out);
    }
    if (rc == LANNER_OK)
        status = status_of(a, results);
    else
        message_error(&err, NULL, STR_NONE);
    buf_done(&out);
    test_results_free(results);
    pack_set_free(packs);
    return status;
}

static int run_test(const struct command *self, int argc, char **argv)
{
    struct test_args a = {.output = "tap"};
    struct lanner_err err = {0};
    const char **words = xcalloc((size_t)argc + 1, sizeof(*words));
    size_t n_words;
    int status;
    enum lanner_rc rc =
        options_parse(self->options, argc, argv, &a, words, (size_t)argc, &n_words, &err);

    if (rc == LANNER_OK)
        rc = take_words(&a, words, n_words, &err);
    status = rc == LANNER_OK ? execute(&a) : help_after_parse(self, rc, &err);
    for (size_t i = 0; i < a.n_made; i++)
        free(a.made[i]);
    free(a.made);
    free(a.packs);
    free(a.files);
    free(words);
    return status;
}

/* clang-format off */
static const struct option_row test_options[] = {
    {.name = "only", .arg = "GLOB", .apply = set_only,
     .help = "only tests whose name, or whose detection's id, is like GLOB"},
    {.name = "language", .letter = 'l', .arg = "NAME", .apply = set_language,
     .help = "only queries in aql or cql; default both"},
    {.name = "output", .letter = 'o', .arg = "NAME", .apply = set_output,
     .help = "tap (default), junit or json"},
    {.name = "update", .apply = set_flag,
     .help = "rewrite expectations in the test files to what was found"},
    {.name = "require-tests", .apply = set_flag,
     .help = "a detection without tests is a failure"},
    {0},
};
/* clang-format on */

static const struct option_row *const options[] = {test_options, NULL};

const struct command command_test = {
    .usage = "[OPTIONS] [PACK...]",
    .options = options,
    .details = "A PACK is the folder of a pack, a folder of packs, the YAML file of one detection, "
               "or one test\nfile (PACK/tests/NAME.yaml); without any, the folder packs.\n"
               "\nExit status: 0 all tests passed, 1 a test failed, 2 a file, a query or an event "
               "is broken.\n",
    .run = run_test,
};
