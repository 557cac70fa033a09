/* cmd_functions.c - lanner functions: the reference, from the function rows. */
#include <stdio.h>

#include "cli/cli.h"

struct functions_args {
    const char *language;
    const char *format;
};

static enum lanner_rc set_language(void *target, const struct option_row *row, const char *value,
                                   struct lanner_err *err)
{
    struct functions_args *a = target;

    (void)row;
    (void)err;
    a->language = value;
    return LANNER_OK;
}

static enum lanner_rc set_markdown(void *target, const struct option_row *row, const char *value,
                                   struct lanner_err *err)
{
    struct functions_args *a = target;

    (void)row;
    (void)err;
    a->format = value;
    return LANNER_OK;
}

static void on_text(void *ctx, const char *text, size_t len)
{
    (void)ctx;
    fwrite(text, 1, len, stdout);
}

static int run_functions(const struct command *self, int argc, char **argv)
{
    struct functions_args a = {.format = "text"};
    struct lanner_err err = {0};
    const char *words[1];
    size_t n_words;
    enum lanner_rc rc;

    rc = options_parse(self->options, argc, argv, &a, words, 0, &n_words, &err);
    if (rc != LANNER_OK)
        return help_after_parse(self, rc, &err);
    rc = lanner_functions(a.language, a.format, on_text, NULL, &err);
    if (rc != LANNER_OK) {
        message_error(&err, NULL, STR_NONE);
        return EXIT_FAILED;
    }
    return EXIT_ROWS;
}

static const struct option_row rows[] = {
    {.name = "language",
     .letter = 'l',
     .arg = "NAME",
     .apply = set_language,
     .help = "functions of one language only"},
    {.name = "markdown",
     .apply = set_markdown,
     .value = "markdown",
     .help = "as a Markdown document"},
    {0},
};
static const struct option_row *const options[] = {rows, NULL};

const struct command command_functions = {
    .usage = "[OPTIONS]", .options = options, .run = run_functions};
