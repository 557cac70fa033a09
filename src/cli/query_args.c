/* query_args.c - see query_args.h. */
#include "cli/query_args.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "util/file.h"

/* A query longer than this is a log given by mistake. */
#define MAX_QUERY_BYTES ((size_t)1 << 20)

void query_args_init(struct query_args *a)
{
    memset(a, 0, sizeof(*a));
    a->session = lanner_session_new();
}

void query_args_done(struct query_args *a)
{
    lanner_session_free(a->session);
    buf_done(&a->text);
}

static enum lanner_rc to_session(void *target, const struct option_row *row, const char *value,
                                 struct lanner_err *err)
{
    struct query_args *a = target;

    return lanner_session_set(a->session, row->key != NULL ? row->key : row->name, value, err);
}

static enum lanner_rc set_temporary(void *target, const struct option_row *row, const char *value,
                                    struct lanner_err *err)
{
    struct query_args *a = target;

    a->temporary = value;
    return to_session(target, row, value, err);
}

static enum lanner_rc set_file(void *target, const struct option_row *row, const char *value,
                               struct lanner_err *err)
{
    struct query_args *a = target;

    (void)row;
    if (a->file != NULL)
        return err_set(err, LANNER_ERR_USAGE, "only one query can be run at a time");
    a->file = value;
    return LANNER_OK;
}

static enum lanner_rc set_language(void *target, const struct option_row *row, const char *value,
                                   struct lanner_err *err)
{
    struct query_args *a = target;

    (void)row;
    (void)err;
    a->language = value;
    return LANNER_OK;
}

static enum lanner_rc set_output(void *target, const struct option_row *row, const char *value,
                                 struct lanner_err *err)
{
    struct query_args *a = target;

    (void)row;
    (void)err;
    a->output = value;
    return LANNER_OK;
}

static enum lanner_rc set_flag(void *target, const struct option_row *row, const char *value,
                               struct lanner_err *err)
{
    struct query_args *a = target;

    (void)value;
    (void)err;
    if (strcmp(row->name, "quiet") == 0)
        a->quiet = true;
    else if (strcmp(row->name, "stats") == 0)
        a->stats = true;
    else if (strcmp(row->name, "raw-cells") == 0)
        a->raw_cells = true;
    else if (strcmp(row->name, "progress") == 0)
        a->progress = true;
    else
        a->no_progress = true;
    return LANNER_OK;
}

/* clang-format off */
const struct option_row query_options[] = {
    {.name = "file", .letter = 'f', .arg = "FILE", .apply = set_file,
     .help = "read the query from FILE (- is standard input)"},
    {.name = "language", .letter = 'l', .arg = "NAME", .apply = set_language,
     .help = "language of the query; default by the file's ending, then by the text"},
    {.name = "param", .arg = "NAME=VALUE", .apply = to_session,
     .help = "value of ?NAME in the query; may be given several times"},
    {.name = "strict", .apply = to_session, .value = "1",
     .help = "refuse what the vendor's product would refuse"},
    {.name = "strict-fields", .apply = to_session, .value = "1",
     .help = "AQL: a name that no record has is an error, not null"},
    {.name = "no-category-widening", .apply = to_session, .key = "category-widening", .value = "0",
     .help = "AQL: compare CATEGORYNAME(category) with the low-level name only"},
    {.name = "now", .arg = "TIME", .apply = to_session,
     .help = "the clock: an RFC 3339 instant, or 'data' for the newest event of the inputs"},
    {.name = "from", .arg = "TIME", .apply = to_session,
     .help = "only events from TIME on: RFC 3339, epoch milliseconds, or a span ago such as 7d"},
    {.name = "to", .arg = "TIME", .apply = to_session, .help = "only events before TIME"},
    {.name = "timezone", .arg = "ZONE", .apply = to_session,
     .help = "time zone of the query (tz database name or offset); default UTC"},
    {.name = "event-time", .arg = "WHICH", .apply = to_session,
     .help = "'happened' (default) or 'emitted': which time of a sign-in counts"},
    {.name = "missing-data", .arg = "WHAT", .apply = to_session,
     .help = "'refuse' (default) or 'ignore' functions whose data was not given"},
    {0},
};

const struct option_row input_options[] = {
    {.name = "tag", .arg = "[GLOB:]#NAME=VALUE", .apply = to_session,
     .help = "set a tag of the events (of files that match GLOB); may be given several times"},
    {.name = "dedup", .apply = to_session, .value = "1", .help = "count each record id once"},
    {.name = "format", .arg = "NAME", .apply = to_session,
     .help = "format of the inputs instead of detection by content"},
    {.name = "encoding", .arg = "NAME", .apply = to_session,
     .help = "utf-8 (default), utf-16le, utf-16be or windows-1252"},
    {.name = "strict-input", .apply = to_session, .value = "1",
     .help = "a record that cannot be read is an error"},
    {.name = "raw-payload", .apply = to_session, .value = "1",
     .help = "AQL: payloads as they stand in the logs; default: JSON without blanks"},
    {.name = "max-record", .arg = "SIZE", .apply = to_session,
     .help = "longest record (suffixes K, M, G); longer ones are reported and skipped"},
    {.name = "lookups", .arg = "FOLDER", .apply = to_session,
     .help = "folder for the files that a query names; may be given several times"},
    {.name = "saved", .arg = "FOLDER", .apply = to_session,
     .help = "CQL: folder of saved queries, $name() is name.cql; may be given several times"},
    {.name = "geo", .arg = "FILE", .apply = to_session,
     .help = "MaxMind database for addresses; may be given several times"},
    {.name = "indicators", .arg = "FILE", .apply = to_session,
     .help = "indicators for ioc:lookup"},
    {.name = "allow", .arg = "FILE", .apply = to_session,
     .help = "allow-list: events that an entry takes are left out; may be given several times"},
    {.name = "reference", .arg = "FOLDER", .apply = to_session,
     .help = "QRadar's reference sets, maps and tables; may be given several times"},
    {.name = "networks", .arg = "FILE", .apply = to_session,
     .help = "the network hierarchy: CSV with name, cidr"},
    {.name = "assets", .arg = "FILE", .apply = to_session,
     .help = "assets: CSV with ip, hostname, user and further properties"},
    {.name = "rules", .arg = "FILE", .apply = to_session,
     .help = "names of custom rules: JSON with id, name"},
    {.name = "offenses", .arg = "FILE", .apply = to_session,
     .help = "offenses: JSON as QRadar's REST interface gives them"},
    {.name = "xforce", .arg = "FILE", .apply = to_session,
     .help = "X-Force categories: CSV with value, category, confidence"},
    {.name = "names", .arg = "FILE", .apply = to_session,
     .help = "names of log sources, QIDs, domains ...: CSV with kind, id, name"},
    {.name = "parser", .arg = "FILE", .apply = to_session,
     .help = "CQL: a parser script that makes the fields of each record (.cql, or a definition "
             "in .yaml)"},
    {.name = "sources", .arg = "FOLDER", .apply = to_session,
     .help = "further source declarations, which win over the built-in ones"},
    {0},
};

const struct option_row output_options[] = {
    {.name = "output", .letter = 'o', .arg = "NAME", .apply = set_output,
     .help = "table, ndjson, json, csv, tsv, markdown, chart or svg; default table on a terminal, else "
             "ndjson"},
    {.name = "raw-cells", .apply = set_flag,
     .help = "csv and tsv: leave cells alone that a spreadsheet would run as a formula"},
    {.name = "quiet", .letter = 'q', .apply = set_flag,
     .help = "errors and unreadable inputs only on standard error"},
    {.name = "progress", .apply = set_flag, .help = "show progress even without a terminal"},
    {.name = "no-progress", .apply = set_flag, .help = "show no progress"},
    {.name = "stats", .apply = set_flag, .help = "more figures at the end"},
    {0},
};

const struct option_row tuning_options[] = {
    {.name = "threads", .letter = 'j', .arg = "N", .apply = to_session,
     .help = "worker threads; 0: one for each processor"},
    {.name = "memory", .arg = "SIZE", .apply = to_session,
     .help = "memory for the query's state; what does not fit goes to temporary files"},
    {.name = "temporary", .arg = "FOLDER", .apply = set_temporary,
     .help = "folder for temporary files; default $TMPDIR or /tmp"},
    {.name = "no-prefilter", .apply = to_session, .key = "prefilter", .value = "0",
     .help = "parse every record; the answer does not change"},
    {.name = "no-optimizer", .apply = to_session, .key = "optimizer", .value = "0",
     .help = "run the plan as written; the answer does not change"},
    {.name = "no-simd", .apply = to_session, .key = "simd", .value = "0",
     .help = "use no vector instructions; the answer does not change"},
    {.name = "batch-rows", .arg = "N", .apply = to_session, .help = "rows of a batch, 1 to 65536"},
    {0},
};
/* clang-format on */

static bool ends_with(const char *text, const char *ending)
{
    return str_ends(str_z(text), str_z(ending));
}

static enum lanner_rc read_query_file(struct query_args *a, struct lanner_err *err)
{
    if (strcmp(a->file, "-") == 0) {
        a->name = "standard input";
        return file_read_all_fd(STDIN_FILENO, a->name, MAX_QUERY_BYTES, &a->text, err);
    }
    a->name = a->file;
    if (a->language == NULL && ends_with(a->file, ".cql"))
        a->language = "cql";
    if (a->language == NULL && ends_with(a->file, ".aql"))
        a->language = "aql";
    return file_read_all(a->file, MAX_QUERY_BYTES, &a->text, err);
}

static enum lanner_rc no_inputs(struct query_args *a, bool optional, struct lanner_err *err)
{
    if (optional)
        return LANNER_OK;
    if (a->file != NULL && strcmp(a->file, "-") == 0) {
        err_set(err, LANNER_ERR_USAGE, "standard input holds the query, so the logs must be named");
        err_hint(err, "add files or folders");
        return LANNER_ERR_USAGE;
    }
    if (isatty(STDIN_FILENO) == 1) {
        err_set(err, LANNER_ERR_USAGE, "no logs are given");
        err_hint(err, "add files or folders, or pipe logs into standard input");
        return LANNER_ERR_USAGE;
    }
    return lanner_session_add_input(a->session, "-", err);
}

/* Words that were meant for -f. */
static bool is_query_file(const char *word)
{
    return (ends_with(word, ".cql") || ends_with(word, ".aql")) && access(word, R_OK) == 0;
}

enum lanner_rc query_args_read(struct query_args *a, const char *const *words, size_t n,
                               bool inputs_optional, struct lanner_err *err)
{
    size_t first = 0;

    if (a->file != NULL) {
        TRY(read_query_file(a, err));
    } else if (n == 0) {
        err_set(err, LANNER_ERR_USAGE, "no query is given");
        err_hint(err, "give it as the first argument, or a file of it with -f");
        return LANNER_ERR_USAGE;
    } else if (is_query_file(words[0])) {
        err_set(err, LANNER_ERR_USAGE, "the query is the name of a file: %.200s", words[0]);
        err_hint(err, "read the query from it with -f");
        return LANNER_ERR_USAGE;
    } else {
        a->name = "query";
        buf_puts(&a->text, words[0]);
        first = 1;
    }
    if (str_starts(buf_str(&a->text), STR("\xEF\xBB\xBF"))) { /* a byte-order mark */
        a->text.len -= 3;
        memmove(a->text.ptr, a->text.ptr + 3, a->text.len);
    }
    for (size_t i = first; i < n; i++) {
        if (strcmp(words[i], "-") == 0 && a->file != NULL && strcmp(a->file, "-") == 0)
            return err_set(err, LANNER_ERR_USAGE,
                           "standard input cannot be both the query and the logs");
        TRY(lanner_session_add_input(a->session, words[i], err));
    }
    return first == n ? no_inputs(a, inputs_optional, err) : LANNER_OK;
}
