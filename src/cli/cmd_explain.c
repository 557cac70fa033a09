/* cmd_explain.c - lanner explain: the plan, the repairs and the prefilter of a query. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/query_args.h"

static void on_note(void *ctx, const struct lanner_note *note)
{
    (void)ctx;
    message_note(note);
}

static void on_text(void *ctx, const char *text, size_t len)
{
    (void)ctx;
    fwrite(text, 1, len, stdout);
}

static int run_explain(const struct command *self, int argc, char **argv)
{
    struct query_args a;
    struct lanner_err err = {0};
    struct lanner_query *query = NULL;
    const char **words = xcalloc((size_t)argc + 1, sizeof(*words));
    size_t n_words;
    int status = EXIT_ROWS;
    enum lanner_rc rc;

    query_args_init(&a);
    rc = options_parse(self->options, argc, argv, &a, words, (size_t)argc, &n_words, &err);
    if (rc != LANNER_OK) {
        status = help_after_parse(self, rc, &err);
        goto out;
    }
    rc = query_args_read(&a, words, n_words, true, &err);
    lanner_session_on_note(a.session, on_note, NULL);
    if (rc == LANNER_OK)
        rc = lanner_query_prepare(a.session, a.text.ptr, a.text.len, a.language, &query, &err);
    if (rc == LANNER_OK)
        rc = lanner_query_explain(query, on_text, NULL, &err);
    if (rc != LANNER_OK) {
        message_error(&err, a.name != NULL ? a.name : "query", buf_str(&a.text));
        status = EXIT_FAILED;
    }
out:
    lanner_query_free(query);
    query_args_done(&a);
    free(words);
    return status;
}

static const struct option_row *const options[] = {query_options, input_options, tuning_options,
                                                   NULL};

const struct command command_explain = {
    .usage = "[OPTIONS] QUERY [PATH...]\n       lanner explain [OPTIONS] -f FILE [PATH...]",
    .options = options,
    .run = run_explain,
};
