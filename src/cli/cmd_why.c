/* cmd_why.c - lanner why: why a finding was made, or why a source has none.
 *
 * Exit status: 0 explained, 1 nothing is known of what was asked about, 2 not everything could be
 * run or read, 130 interrupted. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/detect_args.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/why_output.h"

#define DEFAULT_EVIDENCE 5
#define MAX_EVIDENCE     1000

struct why_command {
    struct detect_args a; /* first: target of its tables */
    uint64_t n_evidence;
    bool ndjson;
    struct progress progress;
    struct detect_notes notes;
    struct interrupt *interrupt; /* owned */
    struct why *why;             /* owned */
    struct buf out;
};

static int write_out(struct why_command *c)
{
    struct str text = buf_str(&c->out);

    while (text.len > 0) {
        ssize_t n = write(STDOUT_FILENO, text.ptr, text.len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EPIPE)
            return 0;
        if (n < 0) {
            message_put("lanner: cannot write to standard output: %s", strerror(errno));
            return EXIT_FAILED;
        }
        text.ptr += n;
        text.len -= (size_t)n;
    }
    return 0;
}

static int conclude(struct why_command *c)
{
    const struct why *w = c->why;
    struct lanner_err err = {0};
    bool known = w->n_findings > 0 || (w->has_events && w->profile->n_events > 0);
    int status;

    for (size_t i = 0; i < w->n_detections; i++)
        known = known || w->detections[i].n_reached > 0;
    if (!c->ndjson) {
        why_put_text(&c->out, w);
    } else if (why_put_ndjson(&c->out, w, terminal_is(STDOUT_FILENO), &err) != LANNER_OK) {
        message_error(&err, "", STR_NONE);
        return EXIT_FAILED;
    }
    status = write_out(c);
    detect_say_failures(w->result);
    if (interrupt_seen(c->interrupt) || w->result->interrupted) {
        message_put("lanner: interrupted: the answer is partial");
        return EXIT_INTERRUPTED;
    }
    if (w->result->stats.incomplete)
        message_put("lanner: the answer is incomplete: not everything could be read");
    if (status != 0 || w->result->failed)
        return EXIT_FAILED;
    return known ? 0 : 1;
}

static bool stopped(void *ctx)
{
    struct why_command *c = ctx;

    return interrupt_seen(c->interrupt);
}

/* The interrupt cancels a session through a query of it; any will do. */
static enum lanner_rc watch_interrupt(struct why_command *c, struct lanner_query **q,
                                      struct lanner_err *err)
{
    static const char text[] = "createEvents([\"x\"])";

    TRY(lanner_query_prepare(c->a.args.session, text, sizeof(text) - 1, "cql", q, err));
    c->interrupt = interrupt_open(*q);
    return LANNER_OK;
}

static int execute(struct why_command *c, const char *what)
{
    struct query_args *args = &c->a.args;
    struct detect_options o = detect_args_options(&c->a);
    struct lanner_query *handle = NULL;
    struct lanner_err err = {0};
    enum lanner_rc rc;
    int status;

    o.n_evidence = (size_t)c->n_evidence;
    o.stopped = stopped;
    o.stop_ctx = c;
    c->notes.quiet = args->quiet;
    c->notes.progress = &c->progress;
    lanner_session_on_note(args->session, detect_note, &c->notes);
    if (args->progress || (terminal_is(STDERR_FILENO) && !args->no_progress && !args->quiet))
        lanner_session_on_progress(args->session, progress_show, &c->progress);
    rc = watch_interrupt(c, &handle, &err);
    if (rc == LANNER_OK)
        rc = why_run(c->a.set_of_packs, &o, what, &c->why, &err);
    progress_end(&c->progress);
    if (rc == LANNER_OK) {
        status = conclude(c);
    } else if (rc == LANNER_ERR_CANCELLED || interrupt_seen(c->interrupt)) {
        message_put("lanner: interrupted before there was any answer");
        status = EXIT_INTERRUPTED;
    } else {
        message_error(&err, "", STR_NONE);
        status = EXIT_FAILED;
    }
    interrupt_close(c->interrupt); /* it cancels through the handle */
    c->interrupt = NULL;
    lanner_query_free(handle);
    return status;
}

static int run_words(struct why_command *c, const char *const *words, size_t n)
{
    struct lanner_err err = {0};
    enum lanner_rc rc = LANNER_OK;

    if (n == 0) {
        rc = err_set(&err, LANNER_ERR_USAGE, "expected a finding or a source, found nothing");
        err_hint(&err, "lanner why 203.0.113.77 packs/T1589.002 logs/");
    }
    if (rc == LANNER_OK)
        rc = detect_args_read(&c->a, words + 1, n - 1, false, &err);
    if (rc != LANNER_OK) {
        message_error(&err, "", STR_NONE);
        return EXIT_FAILED;
    }
    return execute(c, words[0]);
}

static enum lanner_rc set_evidence(void *target, const struct option_row *row, const char *value,
                                   struct lanner_err *err)
{
    struct why_command *c = target;

    (void)row;
    return options_number(value, MAX_EVIDENCE, &c->n_evidence, err);
}

static enum lanner_rc set_output(void *target, const struct option_row *row, const char *value,
                                 struct lanner_err *err)
{
    struct why_command *c = target;

    (void)row;
    c->ndjson = strcmp(value, "ndjson") == 0;
    if (c->ndjson || strcmp(value, "text") == 0)
        return LANNER_OK;
    return err_set(err, LANNER_ERR_USAGE, "expected text or ndjson, found '%.60s'", value);
}

static enum lanner_rc set_flag(void *target, const struct option_row *row, const char *value,
                               struct lanner_err *err)
{
    struct why_command *c = target;

    (void)value;
    (void)err;
    if (strcmp(row->name, "quiet") == 0)
        c->a.args.quiet = true;
    else if (strcmp(row->name, "progress") == 0)
        c->a.args.progress = true;
    else
        c->a.args.no_progress = true;
    return LANNER_OK;
}

static int run_why(const struct command *self, int argc, char **argv)
{
    struct why_command c = {.n_evidence = DEFAULT_EVIDENCE};
    const char **words = xcalloc((size_t)argc + 1, sizeof(*words));
    struct lanner_err err = {0};
    size_t n_words;
    int status;
    enum lanner_rc rc = detect_args_init(&c.a, &err);

    progress_init(&c.progress);
    detect_notes_init(&c.notes);
    if (rc == LANNER_OK)
        rc = options_parse(self->options, argc, argv, &c, words, (size_t)argc, &n_words, &err);
    status = rc != LANNER_OK ? help_after_parse(self, rc, &err) : run_words(&c, words, n_words);
    interrupt_close(c.interrupt);
    why_free(c.why);
    buf_done(&c.out);
    detect_notes_done(&c.notes);
    progress_done(&c.progress);
    detect_args_done(&c.a);
    free(words);
    return status;
}

/* clang-format off */
static const struct option_row why_options[] = {
    {.name = "output", .letter = 'o', .arg = "NAME", .apply = set_output,
     .help = "text (default) or ndjson"},
    {.name = "evidence", .arg = "N", .apply = set_evidence,
     .help = "records shown for each finding; default 5"},
    {.name = "quiet", .letter = 'q', .apply = set_flag,
     .help = "errors and unreadable inputs only on standard error"},
    {.name = "progress", .apply = set_flag, .help = "show progress even without a terminal"},
    {.name = "no-progress", .apply = set_flag, .help = "show no progress"},
    {0},
};
/* clang-format on */

static const struct option_row *const options[] = {detect_run_options, why_options, input_options,
                                                   tuning_options, NULL};

const struct command command_why = {
    .usage = "[OPTIONS] WHAT [PACK...] [LOG...]",
    .options = options,
    .details =
        "WHAT is the id of a finding as detect printed it (six digits are enough), an address or "
        "a network,\na user (name@domain, domain\\name, user=NAME), a user agent (agent=TEXT) or a "
        "detection (detection=ID).\nFor a finding its numbers, verdict, labels and events are "
        "shown; for anything else also why the other\ndetections made no finding of it.\n\nExit "
        "status: 0 explained, 1 nothing is known of it in these logs, 2 an error, 130 "
        "interrupted.\n",
    .run = run_why,
};
