/* cmd_query.c - lanner query: rows on standard output, everything else on standard error.
 *
 * Exit status: 0 rows, 1 none, 2 error or incomplete, 130 interrupted. A reader that goes away ends
 * the query quietly. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/query_args.h"
#include "render/render.h"

/* A terminal shows so many rows of a table and counts the rest. */
#define TERMINAL_ROWS 200

struct query_run {
    struct query_args args;
    struct lanner_query *query;  /* owned */
    struct renderer *renderer;   /* owned */
    struct interrupt *interrupt; /* owned */
    struct progress progress;
    struct lanner_err write_err; /* of the renderer, which speaks through a callback */
    int write_errno;             /* 0: all written */
    uint64_t n_rows;
};

static bool write_out(void *ctx, const char *ptr, size_t len)
{
    struct query_run *run = ctx;

    while (len > 0) {
        ssize_t n;

        if (interrupt_seen(run->interrupt)) {
            run->write_errno = EINTR;
            return false;
        }
        n = write(STDOUT_FILENO, ptr, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            run->write_errno = errno;
            return false;
        }
        ptr += n;
        len -= (size_t)n;
    }
    return true;
}

static bool on_row(void *ctx, const struct lanner_row *row)
{
    struct query_run *run = ctx;

    if (run->n_rows++ == 0)
        progress_end(&run->progress);
    return render_row(run->renderer, row, &run->write_err) == LANNER_OK;
}

static void on_note(void *ctx, const struct lanner_note *note)
{
    struct query_run *run = ctx;

    if (run->args.quiet && note->kind != LANNER_NOTE_INPUT)
        return;
    progress_hide(&run->progress);
    message_note(note);
}

static enum lanner_rc open_renderer(struct query_run *run, struct lanner_err *err)
{
    bool terminal = terminal_is(STDOUT_FILENO);
    struct render_options options = {
        .terminal = terminal,
        .colour = terminal_colour(STDOUT_FILENO),
        .ascii = !terminal_is_utf8(),
        .raw_cells = run->args.raw_cells,
        .width = terminal ? terminal_width(STDOUT_FILENO) : 0,
        .max_rows = terminal ? TERMINAL_ROWS : 0,
        .temporary = run->args.temporary,
    };
    const char *output = run->args.output;

    if (output == NULL)
        output = terminal ? "table" : "ndjson";
    return render_open(output, &options, write_out, run, &run->renderer, err);
}

/* Reads the arguments and prepares the query; status -1: go on. */
static int prepare(struct query_run *run, const struct command *self, int argc, char **argv)
{
    struct lanner_err err = {0};
    const char **words = xcalloc((size_t)argc + 1, sizeof(*words));
    struct query_args *a = &run->args;
    size_t n_words;
    enum lanner_rc rc;

    rc = options_parse(self->options, argc, argv, a, words, (size_t)argc, &n_words, &err);
    if (rc != LANNER_OK) {
        free(words);
        return help_after_parse(self, rc, &err);
    }
    rc = open_renderer(run, &err);
    if (rc == LANNER_OK)
        rc = query_args_read(a, words, n_words, false, &err);
    free(words);
    if (rc == LANNER_OK) {
        lanner_session_on_note(a->session, on_note, run);
        rc = lanner_query_prepare(a->session, a->text.ptr, a->text.len, a->language, &run->query,
                                  &err);
    }
    if (rc == LANNER_OK)
        return -1;
    message_error(&err, a->name != NULL ? a->name : "query", buf_str(&a->text));
    return EXIT_FAILED;
}

static void print_stats(const struct lanner_stats *s)
{
    char rooms[4][32];

    message_put("read %.*s of %.*s inputs, %.*s rows matched, %.*s spilled",
                STR_ARG(message_bytes(rooms[0], (double)s->n_bytes_on_disk)),
                STR_ARG(message_count(rooms[1], s->n_inputs)),
                STR_ARG(message_count(rooms[2], s->n_matched)),
                STR_ARG(message_bytes(rooms[3], (double)s->n_spilled_bytes)));
    message_put("%.*s of the memory budget used, %.*s rows delivered",
                STR_ARG(message_bytes(rooms[0], (double)s->peak_memory)),
                STR_ARG(message_count(rooms[1], s->n_rows)));
}

static void print_summary(const struct query_run *run, const struct lanner_stats *s)
{
    char rooms[3][32];
    double seconds = (double)s->elapsed_ns / 1e9;

    message_put("%.*s events examined, %.*s in %.2f s (%.2f GB/s)",
                STR_ARG(message_count(rooms[0], s->n_events)),
                STR_ARG(message_bytes(rooms[1], (double)s->n_bytes)), seconds,
                seconds > 0 ? (double)s->n_bytes / seconds / 1e9 : 0.0);
    if (s->n_duplicates > 0)
        message_put("%.*s repeated records were dropped",
                    STR_ARG(message_count(rooms[2], s->n_duplicates)));
    if (run->args.stats)
        print_stats(s);
}

/* What the run came to, on standard error and as exit status. */
static int conclude(struct query_run *run, enum lanner_rc rc, const struct lanner_stats *s,
                    const struct lanner_err *err)
{
    if (rc == LANNER_ERR_CANCELLED || interrupt_seen(run->interrupt)) {
        message_put("lanner: interrupted: the result is partial");
        return EXIT_INTERRUPTED;
    }
    if (run->write_errno == EPIPE)
        return EXIT_ROWS;
    if (run->write_errno != 0) {
        message_put("lanner: cannot write to standard output: %s", strerror(run->write_errno));
        return EXIT_FAILED;
    }
    if (rc == LANNER_ERR_STOPPED) { /* by the renderer: a limit or its temporary file */
        message_error(&run->write_err, run->args.name, STR_NONE);
        return EXIT_FAILED;
    }
    /* Records that could not be read have been told by notes. */
    if (rc != LANNER_OK) {
        message_error(err, run->args.name, buf_str(&run->args.text));
        return EXIT_FAILED;
    }
    if (!run->args.quiet)
        print_summary(run, s);
    if (s->incomplete) {
        message_put("lanner: the result is incomplete: not everything could be read");
        return EXIT_FAILED;
    }
    return run->n_rows > 0 ? EXIT_ROWS : EXIT_NO_ROWS;
}

static int execute(struct query_run *run)
{
    struct query_args *a = &run->args;
    struct lanner_stats stats = {0};
    struct lanner_err err = {0};
    enum lanner_rc rc;
    enum lanner_rc finish_rc = LANNER_OK;

    if (a->progress || (terminal_is(STDERR_FILENO) && !a->no_progress && !a->quiet))
        lanner_session_on_progress(a->session, progress_show, &run->progress);
    run->interrupt = interrupt_open(run->query);
    rc = lanner_query_run(run->query, on_row, run, &stats, &err);
    progress_end(&run->progress);
    /* Rows that came before a failure are shown: they are true, if not all. */
    if (rc != LANNER_ERR_STOPPED)
        finish_rc = render_finish(run->renderer, &run->write_err);
    return conclude(run, finish_rc != LANNER_OK ? LANNER_ERR_STOPPED : rc, &stats, &err);
}

static int run_query(const struct command *self, int argc, char **argv)
{
    struct query_run run = {0};
    int status;

    query_args_init(&run.args);
    progress_init(&run.progress);
    status = prepare(&run, self, argc, argv);
    if (status < 0)
        status = execute(&run);
    interrupt_close(run.interrupt);
    render_close(run.renderer);
    lanner_query_free(run.query);
    progress_done(&run.progress);
    query_args_done(&run.args);
    return status;
}

static const struct option_row *const options[] = {query_options, input_options, output_options,
                                                   tuning_options, NULL};

const struct command command_query = {
    .usage = "[OPTIONS] QUERY [PATH...]\n       lanner query [OPTIONS] -f FILE [PATH...]",
    .options = options,
    .details = "A PATH is a file, a folder that is searched for logs, or - for standard input; "
               "without any,\nstandard input is read. Compressed files are recognised by content.\n"
               "\nExit status: 0 rows, 1 no rows, 2 an error or an incomplete result, 130 "
               "interrupted.\n",
    .run = run_query,
};
