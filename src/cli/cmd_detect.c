/* cmd_detect.c - lanner detect: runs packs of detections over logs and reports what they found.
 *
 * Exit status: 0 nothing that counts, 1 a finding at least as severe as --fail-on, 2 not everything
 * could be run or read, 130 interrupted. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/detect_args.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "report/report.h"
#include "util/safe.h"

#define DEFAULT_EVIDENCE 5
#define MAX_EVIDENCE     1000
#define FAIL_NEVER       SEVERITY_COUNT

struct detect_command {
    struct detect_args a; /* first: target of its tables */
    uint64_t n_evidence;
    enum severity fail_on; /* FAIL_NEVER: no finding counts */
    const char *out, *layer;
    bool show_suppressed, show_queries, no_profile;
    struct progress progress;
    struct detect_notes notes;
    struct interrupt *interrupt;  /* owned */
    struct detect_result *result; /* owned */
};

static enum lanner_rc set_evidence(void *target, const struct option_row *row, const char *value,
                                   struct lanner_err *err)
{
    struct detect_command *c = target;

    (void)row;
    return options_number(value, MAX_EVIDENCE, &c->n_evidence, err);
}

static enum lanner_rc set_fail_on(void *target, const struct option_row *row, const char *value,
                                  struct lanner_err *err)
{
    struct detect_command *c = target;

    (void)row;
    c->fail_on = FAIL_NEVER;
    if (strcmp(value, "never") == 0 || severity_named(str_z(value), &c->fail_on))
        return LANNER_OK;
    return err_set(err, LANNER_ERR_USAGE,
                   "expected informational, low, medium, high, critical or never, found '%.60s'",
                   value);
}

static enum lanner_rc set_path(void *target, const struct option_row *row, const char *value,
                               struct lanner_err *err)
{
    struct detect_command *c = target;

    (void)err;
    if (strcmp(row->name, "out") == 0)
        c->out = value;
    else if (strcmp(row->name, "layer") == 0)
        c->layer = value;
    else
        c->a.args.output = value;
    return LANNER_OK;
}

static enum lanner_rc set_flag(void *target, const struct option_row *row, const char *value,
                               struct lanner_err *err)
{
    struct detect_command *c = target;
    const struct {
        const char *name;
        bool *flag;
    } flags[] = {{"show-suppressed", &c->show_suppressed},
                 {"show-queries", &c->show_queries},
                 {"no-profile", &c->no_profile},
                 {"raw-cells", &c->a.args.raw_cells},
                 {"quiet", &c->a.args.quiet},
                 {"progress", &c->a.args.progress},
                 {"no-progress", &c->a.args.no_progress}};

    (void)value;
    (void)err;
    for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
        if (strcmp(row->name, flags[i].name) == 0)
            *flags[i].flag = true;
    }
    return LANNER_OK;
}

/* clang-format off */
static const struct option_row report_options[] = {
    {.name = "output", .letter = 'o', .arg = "NAME", .apply = set_path,
     .help = "table, ndjson, json, csv, ecs, ocsf, sarif or html; default by the ending of --out, "
             "else table on a terminal and ndjson elsewhere"},
    {.name = "out", .arg = "FILE", .apply = set_path, .help = "write the report to FILE"},
    {.name = "evidence", .arg = "N", .apply = set_evidence,
     .help = "records shown for each finding; default 5"},
    {.name = "no-profile", .apply = set_flag,
     .help = "do not read the logs again for what a finding's source did besides"},
    {.name = "fail-on", .arg = "SEVERITY", .apply = set_fail_on,
     .help = "exit with 1 when a finding is at least so severe (default low), or 'never'"},
    {.name = "show-suppressed", .apply = set_flag,
     .help = "list what tuning suppressed as well; it is counted in any case"},
    {.name = "show-queries", .apply = set_flag,
     .help = "run nothing: print each query as it would be run, for a SIEM"},
    {.name = "layer", .arg = "FILE", .apply = set_path,
     .help = "write an ATT&CK Navigator layer of the packs to FILE"},
    {.name = "raw-cells", .apply = set_flag,
     .help = "csv: leave cells as they are: formulas, control characters"},
    {.name = "quiet", .letter = 'q', .apply = set_flag,
     .help = "errors and unreadable inputs only on standard error"},
    {.name = "progress", .apply = set_flag, .help = "show progress even without a terminal"},
    {.name = "no-progress", .apply = set_flag, .help = "show no progress"},
    {0},
};
/* clang-format on */

/* ---- Writing --------------------------------------------------------------------------------- */

/* False when it could not be written; errno says why. */
static bool write_fd(int fd, struct str text)
{
    while (text.len > 0) {
        ssize_t n = write(fd, text.ptr, text.len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        text.ptr += n;
        text.len -= (size_t)n;
    }
    return true;
}

static bool write_file(const char *path, struct str text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    bool good = fd >= 0 && write_fd(fd, text);

    if (fd >= 0 && close(fd) != 0)
        good = false;
    if (!good)
        message_put("lanner: cannot write %s: %s", path, strerror(errno));
    return good;
}

static const char *output_name(const struct detect_command *c)
{
    static const char *const same[] = {"html", "json", "ndjson", "csv", "sarif", "ecs", "ocsf"};
    struct str out = str_z(c->out);

    if (c->a.args.output != NULL)
        return c->a.args.output;
    if (c->out == NULL)
        return terminal_is(STDOUT_FILENO) ? "table" : "ndjson";
    for (size_t i = 0; i < ARRAY_LEN(same); i++) {
        struct str name = str_z(same[i]);

        if (str_ends(out, name) && out.len > name.len && out.ptr[out.len - name.len - 1] == '.')
            return same[i];
    }
    return str_ends(out, STR(".txt")) ? "table" : "ndjson";
}

/* A mistyped name is better told before an hour's run than after it. */
static enum lanner_rc check_output(const struct detect_command *c, struct lanner_err *err)
{
    static const struct detect_result nothing = {0};
    const char *name = output_name(c);
    struct buf out = {0};
    enum lanner_rc rc;

    for (size_t i = 0; report_at(i) != NULL; i++) {
        if (strcmp(report_at(i)->name, name) == 0)
            return LANNER_OK;
    }
    rc = report_write(name, &nothing, &(struct report_options){0}, &out, err);
    buf_done(&out);
    return rc;
}

/* Exit status of the output alone: 0, or 2. */
static int write_report(struct detect_command *c)
{
    bool terminal = c->out == NULL && terminal_is(STDOUT_FILENO);
    struct report_options o = {
        .terminal = terminal,
        .colour = terminal && terminal_colour(STDOUT_FILENO),
        .width = terminal ? terminal_width(STDOUT_FILENO) : 0,
        .show_suppressed = c->show_suppressed,
        .raw_cells = c->a.args.raw_cells,
    };
    struct lanner_err err = {0};
    struct buf out = {0};
    int status = 0;

    if (report_write(output_name(c), c->result, &o, &out, &err) != LANNER_OK) {
        message_error(&err, "", STR_NONE);
        status = EXIT_FAILED;
    } else if (c->out != NULL) {
        status = write_file(c->out, buf_str(&out)) ? 0 : EXIT_FAILED;
    } else if (!write_fd(STDOUT_FILENO, buf_str(&out)) && errno != EPIPE) {
        message_put("lanner: cannot write to standard output: %s", strerror(errno));
        status = EXIT_FAILED;
    }
    buf_done(&out);
    return status;
}

static bool write_layer(const struct detect_command *c)
{
    struct buf out = {0};
    bool good;

    if (c->layer == NULL)
        return true;
    report_navigator(c->a.set_of_packs, &out);
    good = write_file(c->layer, buf_str(&out));
    buf_done(&out);
    return good;
}

/* ---- Queries as they are run ----------------------------------------------------------------- */

static void put_query(const struct detect_command *c, const struct detection *d,
                      enum query_language l, struct buf *out)
{
    const char *lead = l == QUERY_AQL ? "--" : "//";
    struct str title = d->title;

    buf_printf(out, "%s %.*s (%s)", lead, STR_ARG(d->id), query_language_name(l));
    if (str_find_char(title, '\n') == SIZE_MAX)
        buf_printf(out, ": %.*s", STR_ARG(title));
    buf_putc(out, '\n');
    detection_query_text(d, l, c->a.set.items, c->a.set.n, out);
    buf_puts(out, out->len > 0 && out->ptr[out->len - 1] == '\n' ? "\n" : "\n\n");
}

static int show_queries(const struct detect_command *c)
{
    const bool *asked = c->a.language;
    bool any = asked[QUERY_AQL] || asked[QUERY_CQL];
    struct buf out = {0}, shown = {0};
    bool good;

    for (size_t p = 0; p < c->a.set_of_packs->n_packs; p++) {
        const struct pack *pack = &c->a.set_of_packs->packs[p];

        for (size_t i = 0; i < pack->n_detections; i++) {
            const struct detection *d = &pack->detections[i];

            for (int l = 0; l < QUERY_LANGUAGES; l++) {
                if (detection_fits(d, c->a.only) && d->query[l].ptr != NULL && (!any || asked[l]))
                    put_query(c, d, (enum query_language)l, &out);
            }
        }
    }
    /* To be copied elsewhere, byte for byte; but packs come from the internet. */
    if (terminal_is(STDOUT_FILENO))
        safe_put_text(&shown, buf_str(&out), true, "\n\t");
    else
        buf_put_str(&shown, buf_str(&out));
    good = write_fd(STDOUT_FILENO, buf_str(&shown)) || errno == EPIPE;
    buf_done(&out);
    buf_done(&shown);
    return good && c->a.set_of_packs->n_problems == 0 ? 0 : EXIT_FAILED;
}

/* ---- Running --------------------------------------------------------------------------------- */

static bool stopped(void *ctx)
{
    struct detect_command *c = ctx;

    return interrupt_seen(c->interrupt);
}

static bool counts(const struct finding *f)
{
    for (size_t i = 0; i < f->n_labels; i++) {
        if (f->labels[i].kind == LABEL_AUTHORISED)
            return false;
    }
    return !f->suppressed;
}

static bool found_enough(const struct detect_command *c)
{
    for (size_t i = 0; i < c->result->n_findings; i++) {
        const struct finding *f = &c->result->findings[i];

        if (counts(f) && f->severity >= c->fail_on && c->fail_on != FAIL_NEVER)
            return true;
    }
    return false;
}

static void say_summary(const struct detect_command *c)
{
    const struct lanner_stats *s = &c->result->stats;
    size_t n_counted = 0;
    char rooms[3][32];
    double seconds = (double)s->elapsed_ns / 1e9;

    for (size_t i = 0; i < c->result->n_findings; i++)
        n_counted += counts(&c->result->findings[i]);
    message_put("%.*s finding%s, %.*s events examined, %.*s in %.2f s",
                STR_ARG(message_count(rooms[0], n_counted)), n_counted == 1 ? "" : "s",
                STR_ARG(message_count(rooms[1], s->n_events)),
                STR_ARG(message_bytes(rooms[2], (double)s->n_bytes)), seconds);
}

/* The engine speaks of expired allow-list entries itself. */
static bool is_told(const struct detect_command *c, const struct lanner_allow_entry *e)
{
    struct lanner_allow_entry other;

    for (size_t i = 0; lanner_session_allow_entry(c->a.args.session, i, &other); i++) {
        if (other.line == e->line && strcmp(other.file, e->file) == 0)
            return true;
    }
    return false;
}

static void say_expired(const struct detect_command *c)
{
    for (size_t i = 0; i < c->result->n_suppressions; i++) {
        const struct lanner_allow_entry *e = &c->result->suppressions[i].entry;

        if (e->is_expired && !is_told(c, e))
            message_put("warning: %s: line %u: the entry %s expired (%s)", e->file, e->line,
                        e->value, e->expires);
    }
}

static int conclude(struct detect_command *c)
{
    const struct detect_result *r = c->result;
    int status = write_report(c);

    detect_say_failures(r);
    if (!c->a.args.quiet) {
        say_expired(c);
        say_summary(c);
    }
    if (r->cut)
        message_put("lanner: there are too many findings: %llu rows are in none",
                    (unsigned long long)r->n_cut);
    if (r->interrupted || interrupt_seen(c->interrupt)) {
        message_put("lanner: interrupted: the findings are without evidence and profiles");
        return EXIT_INTERRUPTED;
    }
    if (r->stats.incomplete)
        message_put("lanner: the result is incomplete: not everything could be read");
    if (r->failed || r->cut || status != 0)
        return EXIT_FAILED;
    return found_enough(c) ? 1 : 0;
}

/* The interrupt cancels a session through a query of it; any will do. */
static enum lanner_rc watch_interrupt(struct detect_command *c, struct lanner_query **q,
                                      struct lanner_err *err)
{
    static const char text[] = "count()";

    TRY(lanner_query_prepare(c->a.args.session, text, sizeof(text) - 1, "cql", q, err));
    c->interrupt = interrupt_open(*q);
    return LANNER_OK;
}

static int execute(struct detect_command *c)
{
    struct query_args *args = &c->a.args;
    struct detect_options o = detect_args_options(&c->a);
    struct lanner_query *handle = NULL;
    struct lanner_err err = {0};
    enum lanner_rc rc;
    int status;

    o.n_evidence = (size_t)c->n_evidence;
    o.profile = !c->no_profile;
    o.stopped = stopped;
    o.stop_ctx = c;
    c->notes.quiet = args->quiet;
    c->notes.progress = &c->progress;
    lanner_session_on_note(args->session, detect_note, &c->notes);
    if (args->progress || (terminal_is(STDERR_FILENO) && !args->no_progress && !args->quiet))
        lanner_session_on_progress(args->session, progress_show, &c->progress);
    rc = watch_interrupt(c, &handle, &err);
    if (rc == LANNER_OK)
        rc = detect_run(c->a.set_of_packs, &o, &c->result, &err);
    progress_end(&c->progress);
    if (rc == LANNER_OK) {
        status = conclude(c);
    } else if (rc == LANNER_ERR_CANCELLED || interrupt_seen(c->interrupt)) {
        message_put("lanner: interrupted before there was any finding");
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

static int run_words(struct detect_command *c, const char *const *words, size_t n)
{
    struct lanner_err err = {0};
    bool optional = c->show_queries || c->layer != NULL;
    enum lanner_rc rc = check_output(c, &err);

    if (rc == LANNER_OK)
        rc = detect_args_read(&c->a, words, n, optional, &err);
    if (rc != LANNER_OK) {
        message_error(&err, "", STR_NONE);
        return EXIT_FAILED;
    }
    if (!write_layer(c))
        return EXIT_FAILED;
    if (c->show_queries)
        return show_queries(c);
    if (!c->a.has_logs)
        return c->a.set_of_packs->n_problems == 0 ? 0 : EXIT_FAILED; /* the layer alone */
    return execute(c);
}

static int run_detect(const struct command *self, int argc, char **argv)
{
    struct detect_command c = {.n_evidence = DEFAULT_EVIDENCE, .fail_on = SEVERITY_LOW};
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
    detect_result_free(c.result);
    detect_notes_done(&c.notes);
    progress_done(&c.progress);
    detect_args_done(&c.a);
    free(words);
    return status;
}

static const struct option_row *const options[] = {detect_run_options, report_options,
                                                   input_options, tuning_options, NULL};

const struct command command_detect = {
    .usage = "[OPTIONS] [PACK...] [LOG...]",
    .options = options,
    .details =
        "A PACK is a folder with pack.yaml, a folder of such folders, or the .yaml of a "
        "detection; without any,\nthe folder packs is taken. Every other word is a log: a file, a "
        "folder, or - for standard input.\n\nTimes in reports are UTC. 'The last 24 hours' of a "
        "query end at the newest event of the logs unless --now\nsays otherwise.\n\nExit status: 0 "
        "nothing found, 1 findings (--fail-on), 2 not everything could be run or read, 130 "
        "interrupted.\n",
    .run = run_detect,
};
