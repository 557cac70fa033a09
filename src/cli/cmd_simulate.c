/* cmd_simulate.c - lanner simulate: the telemetry of a technique, and the truth about it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "sim/sim.h"
#include "util/file.h"
#include "util/num.h"
#include "util/thread.h"

#define NAMES_LIMIT ((size_t)64 * 1024 * 1024)

struct simulate_args {
    struct simulate_options sim;
    VEC(const char *) addresses;
    const char *out;
    const char *names_path;
    struct buf names;
    bool quiet;
};

static enum lanner_rc set_text(void *target, const struct option_row *row, const char *value,
                               struct lanner_err *err)
{
    struct simulate_args *a = target;

    (void)err;
    if (strcmp(row->name, "out") == 0)
        a->out = value;
    else if (strcmp(row->name, "domain") == 0)
        a->sim.domain = value;
    else if (strcmp(row->name, "address") == 0)
        VEC_PUSH(&a->addresses, value);
    else if (strcmp(row->name, "host-address") == 0)
        a->sim.host_address = value;
    else if (strcmp(row->name, "names") == 0)
        a->names_path = value;
    else if (strcmp(row->name, "tool") == 0)
        a->sim.tool = value;
    else if (strcmp(row->name, "shapes") == 0)
        a->sim.shapes = value;
    else
        a->sim.logs = value;
    return LANNER_OK;
}

static enum lanner_rc set_flag(void *target, const struct option_row *row, const char *value,
                               struct lanner_err *err)
{
    struct simulate_args *a = target;

    (void)value;
    (void)err;
    if (strcmp(row->name, "look-alikes") == 0)
        a->sim.look_alikes = true;
    else if (strcmp(row->name, "plain-agent") == 0)
        a->sim.plain_agent = true;
    else
        a->quiet = true;
    return LANNER_OK;
}

static enum lanner_rc set_start(void *target, const struct option_row *row, const char *value,
                                struct lanner_err *err)
{
    struct simulate_args *a = target;

    (void)row;
    return options_instant(value, &a->sim.start_ms, err);
}

static enum lanner_rc set_number(void *target, const struct option_row *row, const char *value,
                                 struct lanner_err *err)
{
    struct simulate_args *a = target;
    uint64_t n;

    if (strcmp(row->name, "seed") == 0)
        return options_number(value, INT64_MAX, &a->sim.seed, err);
    if (strcmp(row->name, "users") == 0) {
        TRY(options_number(value, 1000000, &n, err));
        if (n == 0)
            return err_set(err, LANNER_ERR_USAGE, "expected at least one name, found 0");
        a->sim.n_users = (uint32_t)n;
        return LANNER_OK;
    }
    TRY(options_number(value, 50, &n, err));
    a->sim.n_script_parts = (uint32_t)n;
    return LANNER_OK;
}

/* A part of one as 0.25 or 25%, in thousandths. */
static enum lanner_rc set_share(void *target, const struct option_row *row, const char *value,
                                struct lanner_err *err)
{
    struct simulate_args *a = target;
    struct str s = str_z(value);
    bool percent = str_ends(s, STR("%"));
    double v;

    if (percent)
        s.len--;
    if (!num_parse_double(s, &v) || !(v >= 0) || v > (percent ? 100 : 1)) {
        err_set(err, LANNER_ERR_USAGE, "expected a share of one, found '%.40s'", value);
        err_hint(err, "write 0.25 or 25%%");
        return LANNER_ERR_USAGE;
    }
    v = v * (percent ? 10 : 1000) + 0.5;
    if (strcmp(row->name, "valid") == 0)
        a->sim.valid_share = (uint32_t)v;
    else
        a->sim.jitter = (uint32_t)v;
    return LANNER_OK;
}

/* Milliseconds of a unit, 0: none of that name. */
static double unit_ms(struct str unit)
{
    static const struct {
        struct str name;
        double ms;
    } units[] = {{STR_INIT(""), 1000},       {STR_INIT("s"), 1000},    {STR_INIT("ms"), 1},
                 {STR_INIT("m"), 60000},     {STR_INIT("min"), 60000}, {STR_INIT("h"), 3600000},
                 {STR_INIT("hour"), 3600000}};

    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        if (str_eq(unit, units[i].name))
            return units[i].ms;
    }
    return 0;
}

/* 2.5, 800ms, 12/s, 30/min: what lies between two probes. */
static enum lanner_rc set_pace(void *target, const struct option_row *row, const char *value,
                               struct lanner_err *err)
{
    struct simulate_args *a = target;
    struct str s = str_z(value);
    size_t digits = strspn(value, "0123456789.");
    struct str unit = str_of(value + digits, s.len - digits);
    bool rate = unit.len > 0 && unit.ptr[0] == '/';
    double v = 0;
    double ms;

    (void)row;
    if (rate)
        unit = str_of(unit.ptr + 1, unit.len - 1);
    ms = rate && unit.len == 0 ? 0 : unit_ms(unit);
    if (!num_parse_double(str_of(value, digits), &v) || !(v > 0))
        ms = 0;
    if (ms > 0)
        ms = rate ? ms / v : ms * v;
    if (!(ms >= 1) || ms > 86400000) {
        err_set(err, LANNER_ERR_USAGE, "expected a pace from 1 ms to a day, found '%.40s'", value);
        err_hint(err, "write 4 (seconds), 800ms, 12/s or 30/min");
        return LANNER_ERR_USAGE;
    }
    a->sim.gap_ms = (uint32_t)(ms + 0.5);
    return LANNER_OK;
}

static enum lanner_rc set_size(void *target, const struct option_row *row, const char *value,
                               struct lanner_err *err)
{
    struct simulate_args *a = target;

    (void)row;
    return options_size(value, &a->sim.background_bytes, err);
}

/* 5000x7: users and days. */
static enum lanner_rc set_background(void *target, const struct option_row *row, const char *value,
                                     struct lanner_err *err)
{
    struct simulate_args *a = target;
    struct str s = str_z(value);
    size_t at = MIN(str_find_char(s, 'x'), str_find_char(s, 'X'));
    int64_t users = 0;
    int64_t days = 1;

    (void)row;
    if (at != SIZE_MAX && !num_parse_long(str_of(s.ptr + at + 1, s.len - at - 1), &days))
        days = 0;
    if (!num_parse_long(str_of(s.ptr, MIN(at, s.len)), &users) || users < 50 || users > 1000000 ||
        days < 1 || days > 366) {
        err_set(err, LANNER_ERR_USAGE,
                "expected 50 to 1000000 users and 1 to 366 days, found '%.40s'", value);
        err_hint(err, "write 5000x7: 5000 users for seven days");
        return LANNER_ERR_USAGE;
    }
    a->sim.background_users = (uint64_t)users;
    a->sim.background_days = (uint32_t)days;
    return LANNER_OK;
}

/* Where the files go: a folder, or the only one to standard output. */
struct sink {
    const char *folder; /* NULL: standard output */
    int fd;
    char path[4096];
};

static enum lanner_rc sink_open(void *ctx, const char *name, struct lanner_err *err)
{
    struct sink *s = ctx;

    if (s->folder == NULL) {
        s->fd = strcmp(name, "truth.json") == 0 ? -1 : STDOUT_FILENO;
        return LANNER_OK;
    }
    if ((size_t)snprintf(s->path, sizeof(s->path), "%s/%s", s->folder, name) >= sizeof(s->path))
        return err_set(err, LANNER_ERR_USAGE, "the name of the folder is too long");
    s->fd = open(s->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (s->fd < 0)
        return err_set(err, LANNER_ERR_IO, "cannot write %.200s: %s", s->path, strerror(errno));
    return LANNER_OK;
}

static enum lanner_rc sink_write(void *ctx, const char *ptr, size_t len, struct lanner_err *err)
{
    struct sink *s = ctx;

    while (s->fd >= 0 && len > 0) {
        ssize_t n = write(s->fd, ptr, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EPIPE)
            return err_set(err, LANNER_ERR_STOPPED, "the output is closed");
        if (n < 0)
            return err_set(err, LANNER_ERR_IO, "cannot write %.200s: %s",
                           s->folder != NULL ? s->path : "standard output", strerror(errno));
        ptr += n;
        len -= (size_t)n;
    }
    return LANNER_OK;
}

static enum lanner_rc sink_close(void *ctx, struct lanner_err *err)
{
    struct sink *s = ctx;
    int fd = s->fd;

    s->fd = -1;
    if (s->folder != NULL && fd >= 0 && close(fd) != 0)
        return err_set(err, LANNER_ERR_IO, "cannot write %.200s: %s", s->path, strerror(errno));
    return LANNER_OK;
}

static enum lanner_rc open_sink(const struct simulate_args *a, struct sink *sink,
                                struct lanner_err *err)
{
    size_t n_files;

    if (a->out == NULL) {
        err_set(err, LANNER_ERR_USAGE, "there is no place for the files");
        err_hint(err, "write --out FOLDER");
        return LANNER_ERR_USAGE;
    }
    TRY(simulate_count(&a->sim, &n_files, err));
    if (strcmp(a->out, "-") == 0) {
        if (n_files > 1) {
            err_set(err, LANNER_ERR_USAGE, "%zu files do not go to standard output", n_files);
            err_hint(err, "choose one log with --source, or write --out FOLDER");
            return LANNER_ERR_USAGE;
        }
        return LANNER_OK;
    }
    sink->folder = a->out;
    if (mkdir(a->out, 0777) != 0 && errno != EEXIST)
        return err_set(err, LANNER_ERR_IO, "cannot make the folder %.200s: %s", a->out,
                       strerror(errno));
    return LANNER_OK;
}

static enum lanner_rc simulate(struct simulate_args *a, struct sim_stats *stats,
                               struct lanner_err *err)
{
    struct sink *sink = xcalloc(1, sizeof(*sink));
    struct simulate_sink out = {sink, sink_open, sink_write, sink_close};
    enum lanner_rc rc = LANNER_OK;

    sink->fd = -1;
    a->sim.addresses = a->addresses.items;
    a->sim.n_addresses = a->addresses.n;
    if (a->names_path != NULL)
        rc = file_read_all(a->names_path, NAMES_LIMIT, &a->names, err);
    a->sim.names = buf_str(&a->names);
    if (rc == LANNER_OK && a->names_path != NULL && a->names.len == 0)
        rc = err_set(err, LANNER_ERR_USAGE, "there are no names in %.200s", a->names_path);
    if (rc == LANNER_OK)
        rc = open_sink(a, sink, err);
    if (rc == LANNER_OK)
        rc = simulate_run(&a->sim, &out, stats, err);
    free(sink);
    return rc;
}

static int run_simulate(const struct command *self, int argc, char **argv)
{
    struct simulate_args a = {0};
    struct sim_stats stats = {0};
    struct lanner_err err = {0};
    const char *words[1];
    size_t n_words;
    int64_t start_ns = clock_monotonic_ns();
    char rooms[2][32];
    enum lanner_rc rc;

    simulate_defaults(&a.sim);
    rc = options_parse(self->options, argc, argv, &a, words, 1, &n_words, &err);
    if (rc == LANNER_OK && n_words == 0) {
        rc = err_set(&err, LANNER_ERR_USAGE, "no technique is named");
        err_hint(&err, "write T1589.002/3, or T1589.002 for its five tests");
    }
    if (rc != LANNER_OK) {
        VEC_DONE(&a.addresses);
        return help_after_parse(self, rc, &err);
    }
    a.sim.technique = words[0];
    rc = simulate(&a, &stats, &err);
    VEC_DONE(&a.addresses);
    buf_done(&a.names);
    if (rc == LANNER_ERR_STOPPED)
        return EXIT_ROWS;
    if (rc != LANNER_OK) {
        message_error(&err, NULL, STR_NONE);
        return EXIT_FAILED;
    }
    if (!a.quiet)
        message_put("%.*s records, %.*s in %.2f s%s%.200s",
                    STR_ARG(message_count(rooms[0], stats.n_events)),
                    STR_ARG(message_bytes(rooms[1], (double)stats.n_bytes)),
                    (double)(clock_monotonic_ns() - start_ns) / 1e9,
                    strcmp(a.out, "-") == 0 ? "" : "; the truth is in truth.json of ",
                    strcmp(a.out, "-") == 0 ? "" : a.out);
    return EXIT_ROWS;
}

/* clang-format off */
static const struct option_row rows[] = {
    {.name = "out", .letter = 'o', .arg = "FOLDER", .apply = set_text,
     .help = "where the files go; - for the only one to standard output"},
    {.name = "source", .arg = "LIST", .apply = set_text,
     .help = "only these logs: signin, o365, preauth, windows, defender, proxy, tunnel, iis"},
    {.name = "shapes", .arg = "LIST", .apply = set_text,
     .help = "shapes of the records instead of the usual one of each log, or all"},
    {.name = "start", .arg = "TIME", .apply = set_start,
     .help = "when the test begins, UTC; default 2026-03-02T14:05:00Z; several begin an hour apart"},
    {.name = "domain", .arg = "NAME", .apply = set_text,
     .help = "whose addresses are tried; default contoso.example"},
    {.name = "address", .arg = "ADDRESS", .apply = set_text,
     .help = "where the tries come from; several are taken in turn; default 203.0.113.71 to .75"},
    {.name = "host-address", .arg = "ADDRESS", .apply = set_text,
     .help = "of the workstation that probes; default 10.20.4.41 to .45"},
    {.name = "users", .arg = "N", .apply = set_number,
     .help = "names to try (test 4: pages to read); default 25, 15, 10, 60, 12"},
    {.name = "names", .arg = "FILE", .apply = set_text,
     .help = "the addresses to try, one a line; default made-up ones"},
    {.name = "valid", .arg = "SHARE", .apply = set_share,
     .help = "how many of them exist, as 0.3 or 30%: code 50126 instead of 50034; default 0"},
    {.name = "tool", .arg = "NAME", .apply = set_text,
     .help = "PowerShell, AADInternals, MSOLSpray, o365enum, o365spray, theHarvester or curl: its agent, application ids, protocol and pace"},
    {.name = "pace", .arg = "PACE", .apply = set_pace,
     .help = "between two tries: 4 (seconds), 800ms, 12/s, 30/min; default the tool's"},
    {.name = "jitter", .arg = "SHARE", .apply = set_share,
     .help = "by how much gaps of a sequential tool differ; default 0.1"},
    {.name = "script-parts", .arg = "N", .apply = set_number,
     .help = "parts in which a logged script comes (test 1); default 1"},
    {.name = "plain-agent", .apply = set_flag, .help = "test 4 with the agent of a browser"},
    {.name = "background", .arg = "USERSxDAYS", .apply = set_background,
     .help = "ordinary days around it, such as 5000x7; the test is in the last one"},
    {.name = "background-size", .arg = "SIZE", .apply = set_size,
     .help = "thin ordinary days out to about so much for each file"},
    {.name = "look-alikes", .apply = set_flag,
     .help = "plant what merely looks like the technique: B1 to B8 of lanner generate, monitoring, scrapers, administrators"},
    {.name = "seed", .arg = "N", .apply = set_number,
     .help = "one seed gives one set of files, byte for byte; default 1"},
    {.name = "quiet", .letter = 'q', .apply = set_flag, .help = "errors only"},
    {0},
};
/* clang-format on */
static const struct option_row *const options[] = {rows, NULL};

const struct command command_simulate = {
    .usage = "T1589.002[/N] --out FOLDER [OPTIONS]",
    .options = options,
    .details =
        "Tests: 1 GetCredentialType from PowerShell, 2 AADInternals, 3 sign-ins with unknown\n"
        "accounts, 4 harvesting with theHarvester, 5 Autodiscover with curl. Beside the logs,\n"
        "truth.json says what was planted and what a detector should say of it.\n",
    .run = run_simulate,
};
