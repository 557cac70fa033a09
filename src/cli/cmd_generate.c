/* cmd_generate.c - lanner generate: a simulated sign-in log, and the truth about it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/cli.h"
#include "sim/sim.h"
#include "util/file.h"
#include "util/num.h"
#include "util/thread.h"

struct generate_args {
    struct sim_options sim;
    const char *out;
    const char *truth;
    bool quiet;
};

static enum lanner_rc set_text(void *target, const struct option_row *row, const char *value,
                               struct lanner_err *err)
{
    struct generate_args *a = target;

    (void)err;
    if (strcmp(row->name, "shape") == 0)
        a->sim.shape = value;
    else if (strcmp(row->name, "campaigns") == 0)
        a->sim.campaigns = value;
    else if (strcmp(row->name, "out") == 0)
        a->out = value;
    else
        a->truth = value;
    return LANNER_OK;
}

static enum lanner_rc set_quiet(void *target, const struct option_row *row, const char *value,
                                struct lanner_err *err)
{
    struct generate_args *a = target;

    (void)row;
    (void)value;
    (void)err;
    a->quiet = true;
    return LANNER_OK;
}

static enum lanner_rc set_size(void *target, const struct option_row *row, const char *value,
                               struct lanner_err *err)
{
    struct generate_args *a = target;

    (void)row;
    return options_size(value, &a->sim.n_bytes, err);
}

static enum lanner_rc set_days(void *target, const struct option_row *row, const char *value,
                               struct lanner_err *err)
{
    struct generate_args *a = target;

    (void)row;
    if (!num_parse_double(str_z(value), &a->sim.n_days))
        return err_set(err, LANNER_ERR_USAGE, "expected a number of days, found '%.40s'", value);
    return LANNER_OK;
}

static enum lanner_rc set_number(void *target, const struct option_row *row, const char *value,
                                 struct lanner_err *err)
{
    struct generate_args *a = target;
    uint64_t n;

    if (strcmp(row->name, "seed") == 0)
        return options_number(value, INT64_MAX, &a->sim.seed, err);
    if (strcmp(row->name, "users") == 0)
        return options_number(value, 10000000, &a->sim.n_users, err);
    TRY(options_number(value, 100000000, &n, err));
    if (strcmp(row->name, "events-per-user") == 0)
        a->sim.events_per_user_day = (uint32_t)n;
    else if (strcmp(row->name, "interactive") == 0)
        a->sim.interactive_share = (uint32_t)n;
    else if (strcmp(row->name, "service") == 0)
        a->sim.service_share = (uint32_t)n;
    else if (strcmp(row->name, "duplicates") == 0)
        a->sim.duplicate_share = (uint32_t)n;
    else if (strcmp(row->name, "late") == 0)
        a->sim.late_share = (uint32_t)n;
    else
        a->sim.late_median_ms = (uint32_t)n;
    return LANNER_OK;
}

static enum lanner_rc set_start(void *target, const struct option_row *row, const char *value,
                                struct lanner_err *err)
{
    struct generate_args *a = target;

    (void)row;
    return options_instant(value, &a->sim.start_ms, err);
}

struct sink {
    int fd;
    int write_errno;
};

static bool write_out(void *ctx, const char *ptr, size_t len)
{
    struct sink *sink = ctx;

    while (len > 0) {
        ssize_t n = write(sink->fd, ptr, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            sink->write_errno = errno;
            return false;
        }
        ptr += n;
        len -= (size_t)n;
    }
    return true;
}

static enum lanner_rc open_out(const char *path, int *fd, struct lanner_err *err)
{
    *fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (*fd < 0)
        return err_set(err, LANNER_ERR_IO, "cannot write %.200s: %s", path, strerror(errno));
    return LANNER_OK;
}

static enum lanner_rc check_args(const struct generate_args *a, struct lanner_err *err)
{
    if (a->sim.n_bytes == 0 && a->sim.n_users == 0) {
        err_set(err, LANNER_ERR_USAGE, "neither a size nor a number of users is given");
        err_hint(err, "write --size 100M, or --users 1000 --days 2");
        return LANNER_ERR_USAGE;
    }
    if (a->out == NULL && terminal_is(STDOUT_FILENO)) {
        err_set(err, LANNER_ERR_USAGE, "a log is not for a terminal");
        err_hint(err, "write it to a file with --out FILE, or into a pipe");
        return LANNER_ERR_USAGE;
    }
    return LANNER_OK;
}

static enum lanner_rc write_truth(const char *path, const struct buf *truth, struct lanner_err *err)
{
    struct sink sink = {0};
    enum lanner_rc rc = LANNER_OK;

    TRY(open_out(path, &sink.fd, err));
    if (!write_out(&sink, truth->ptr, truth->len))
        rc = err_set(err, LANNER_ERR_IO, "cannot write %.200s: %s", path,
                     strerror(sink.write_errno));
    close(sink.fd);
    return rc;
}

static enum lanner_rc generate(const struct generate_args *a, struct sink *sink,
                               struct sim_stats *stats, struct lanner_err *err)
{
    bool to_file = a->out != NULL && strcmp(a->out, "-") != 0;
    struct buf truth = {0};
    enum lanner_rc rc;

    sink->fd = STDOUT_FILENO;
    TRY(check_args(a, err));
    if (to_file)
        TRY(open_out(a->out, &sink->fd, err));
    rc = sim_run(&a->sim, write_out, sink, a->truth != NULL ? &truth : NULL, stats, err);
    if (to_file && close(sink->fd) != 0 && rc == LANNER_OK)
        rc = err_set(err, LANNER_ERR_IO, "cannot write %.200s: %s", a->out, strerror(errno));
    if (rc == LANNER_OK && a->truth != NULL)
        rc = write_truth(a->truth, &truth, err);
    buf_done(&truth);
    return rc;
}

static int run_generate(const struct command *self, int argc, char **argv)
{
    struct generate_args a = {0};
    struct sink sink = {0};
    struct sim_stats stats = {0};
    struct lanner_err err = {0};
    const char *words[1];
    size_t n_words;
    int64_t start_ns = clock_monotonic_ns();
    char rooms[4][32];
    enum lanner_rc rc;

    sim_defaults(&a.sim);
    rc = options_parse(self->options, argc, argv, &a, words, 0, &n_words, &err);
    if (rc != LANNER_OK)
        return help_after_parse(self, rc, &err);
    rc = generate(&a, &sink, &stats, &err);
    if (rc == LANNER_ERR_STOPPED && sink.write_errno == EPIPE)
        return EXIT_ROWS;
    if (rc == LANNER_ERR_STOPPED)
        err_set(&err, LANNER_ERR_IO, "cannot write the log: %s", strerror(sink.write_errno));
    if (rc != LANNER_OK) {
        message_error(&err, NULL, STR_NONE);
        return EXIT_FAILED;
    }
    if (!a.quiet)
        message_put("%.*s records of %.*s users, %.*s in %.2f s",
                    STR_ARG(message_count(rooms[0], stats.n_events)),
                    STR_ARG(message_count(rooms[1], stats.n_users)),
                    STR_ARG(message_bytes(rooms[2], (double)stats.n_bytes)),
                    (double)(clock_monotonic_ns() - start_ns) / 1e9);
    return EXIT_ROWS;
}

/* clang-format off */
static const struct option_row rows[] = {
    {.name = "shape", .arg = "NAME", .apply = set_text,
     .help = "flat (default), eventhub, eventhub-envelope, graph or o365; all print the same events"},
    {.name = "size", .arg = "SIZE", .apply = set_size,
     .help = "at most so many bytes (K, M, G are powers of 1024; KB, MB, GB of 1000)"},
    {.name = "users", .arg = "N", .apply = set_number,
     .help = "users of the tenant; default as many as fill --size in --days"},
    {.name = "days", .arg = "N", .apply = set_days, .help = "length of the log; default 3"},
    {.name = "start", .arg = "TIME", .apply = set_start,
     .help = "first instant, UTC; default 2026-03-02, a Monday"},
    {.name = "seed", .arg = "N", .apply = set_number,
     .help = "one seed gives one log, byte for byte; default 1"},
    {.name = "campaigns", .arg = "LIST", .apply = set_text,
     .help = "planted campaigns: all (default), none, or ids such as A1,A11,B2"},
    {.name = "truth", .arg = "FILE", .apply = set_text,
     .help = "write what was planted and what the reference rule must answer, as JSON"},
    {.name = "out", .letter = 'o', .arg = "FILE", .apply = set_text,
     .help = "write the log to FILE (- is standard output, the default)"},
    {.name = "events-per-user", .arg = "N", .apply = set_number,
     .help = "user sign-ins per user and day; default 60"},
    {.name = "interactive", .arg = "N", .apply = set_number,
     .help = "interactive ones of a thousand; default 150"},
    {.name = "service", .arg = "N", .apply = set_number,
     .help = "records of service principals per thousand user records; default 200"},
    {.name = "duplicates", .arg = "N", .apply = set_number,
     .help = "records of a thousand that are delivered twice; default 5"},
    {.name = "late", .arg = "N", .apply = set_number,
     .help = "records of a thousand that are more than an hour late; default 5"},
    {.name = "late-median", .arg = "MS", .apply = set_number,
     .help = "median lateness in milliseconds; default 150000"},
    {.name = "quiet", .letter = 'q', .apply = set_quiet, .help = "errors only"},
    {0},
};
/* clang-format on */
static const struct option_row *const options[] = {rows, NULL};

const struct command command_generate = {
    .usage = "[OPTIONS] --size SIZE\n       lanner generate [OPTIONS] --users N --days N",
    .options = options,
    .details =
        "Campaigns: A1 o365spray, A2 nine names an hour, A3 across the hour, A4 many addresses,\n"
        "A5 many agents, A6 MSOLSpray, A7 AADInternals, A9 residential proxies, A10 one /64, A11\n"
        "thresholds, A12 upper and lower case; harmless ones: B1 expired passwords, B2 new hires,\n"
        "B3 recertification, B4 directory synchronisation, B5 deleted mailbox, B6 guests, B7\n"
        "authorised test, B8 conference network.\n",
    .run = run_generate,
};
