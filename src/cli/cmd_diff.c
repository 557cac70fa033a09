/* cmd_diff.c - lanner diff: do two queries say the same about the same logs?
 *
 * Exit status: 0 the same, 1 different, 2 it could not be told. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/query_args.h"
#include "detect/detect.h"
#include "util/file.h"
#include "util/num.h"

#define MAX_QUERY_BYTES ((size_t)1 << 20)
#define MAX_NOTES       1000 /* remembered, to say each once */

struct diff_args {
    struct query_args q; /* first: the tables of query_args.h are used too */
    struct diff_options options;
    struct detect_options detect;
    const char *output;
    VEC(const char *) columns, key; /* texts in `made` */
    VEC(const char *) set;
    VEC(char *) made;  /* owned */
    VEC(char *) notes; /* owned; what was said */
    int failed;        /* the side that is prepared, or -1 */
    struct buf text[2];
    struct pack_set *packs; /* owned */
};

static enum lanner_rc to_session(void *target, const struct option_row *row, const char *value,
                                 struct lanner_err *err)
{
    struct diff_args *a = target;

    if (strcmp(row->name, "param") == 0)
        VEC_PUSH(&a->set, value);
    return lanner_session_set(a->q.session, row->key != NULL ? row->key : row->name, value, err);
}

/* The parts of a list with commas. */
static enum lanner_rc set_list(void *target, const struct option_row *row, const char *value,
                               struct lanner_err *err)
{
    struct diff_args *a = target;
    struct str rest = str_z(value);

    (void)err;
    while (rest.len > 0) {
        size_t comma = MIN(str_find_char(rest, ','), rest.len);
        struct str part = str_trim(str_of(rest.ptr, comma));
        char *z = xstrndup(part.ptr, part.len);

        VEC_PUSH(&a->made, z);
        if (strcmp(row->name, "key") == 0)
            VEC_PUSH(&a->key, z);
        else
            VEC_PUSH(&a->columns, z);
        comma = MIN(comma + 1, rest.len);
        rest = str_of(rest.ptr + comma, rest.len - comma);
    }
    return LANNER_OK;
}

static enum lanner_rc set_tolerance(void *target, const struct option_row *row, const char *value,
                                    struct lanner_err *err)
{
    struct diff_args *a = target;

    (void)row;
    if (!num_parse_double(str_z(value), &a->options.tolerance) || a->options.tolerance < 0)
        return err_set(err, LANNER_ERR_USAGE, "expected a number such as 0.01, found '%.100s'",
                       value);
    return LANNER_OK;
}

static enum lanner_rc set_ordered(void *target, const struct option_row *row, const char *value,
                                  struct lanner_err *err)
{
    struct diff_args *a = target;

    (void)row;
    (void)value;
    (void)err;
    a->options.ordered = true;
    return LANNER_OK;
}

static enum lanner_rc set_text(void *target, const struct option_row *row, const char *value,
                               struct lanner_err *err)
{
    struct diff_args *a = target;

    (void)err;
    if (strcmp(row->name, "output") == 0)
        a->output = value;
    else
        a->detect.tuning = value;
    return LANNER_OK;
}

static bool is_file(const char *word)
{
    struct file_info info;

    return file_stat(word, &info, NULL) == LANNER_OK && info.kind == FILE_REGULAR;
}

static bool is_detection(const char *word)
{
    return str_ends(str_z(word), STR(".yaml")) || str_ends(str_z(word), STR(".yml"));
}

/* A word is a file with a query, or the query. */
static enum lanner_rc read_side(struct diff_args *a, const char *word, int i,
                                struct diff_side *side, struct lanner_err *err)
{
    struct buf *text = &a->text[i];

    if (is_file(word)) {
        side->name = word;
        TRY(file_read_all(word, MAX_QUERY_BYTES, text, err));
        if (str_ends(str_z(word), STR(".aql")))
            side->language = "aql";
        if (str_ends(str_z(word), STR(".cql")))
            side->language = "cql";
    } else if (str_ends(str_z(word), STR(".aql")) || str_ends(str_z(word), STR(".cql"))) {
        return err_set(err, LANNER_ERR_IO, "%.300s: there is no such file", word);
    } else {
        side->name = i == 0 ? "the first query" : "the second query";
        buf_puts(text, word);
    }
    if (str_starts(buf_str(text), STR("\xEF\xBB\xBF"))) { /* a byte-order mark */
        text->len -= 3;
        memmove(text->ptr, text->ptr + 3, text->len);
    }
    side->text = buf_str(text);
    return LANNER_OK;
}

/* The detection whose file that is. */
static const struct detection *detection_of(const struct pack_set *packs, const char *word)
{
    struct file_info want, have;

    if (file_stat(word, &want, NULL) != LANNER_OK)
        return NULL;
    for (size_t i = 0; i < packs->n_packs; i++) {
        for (size_t k = 0; k < packs->packs[i].n_detections; k++) {
            const struct detection *d = &packs->packs[i].detections[k];

            if (file_stat(d->file.ptr, &have, NULL) == LANNER_OK && have.inode == want.inode &&
                have.device == want.device)
                return d;
        }
    }
    return NULL;
}

static enum lanner_rc read_detections(struct diff_args *a, const char *const *words,
                                      struct diff_side sides[2], struct lanner_err *err)
{
    bool one = strcmp(words[0], words[1]) == 0;

    TRY(pack_set_open(words, one ? 1 : 2, &a->packs, err));
    if (a->packs->n_problems > 0) {
        *err = a->packs->problems[0].err;
        return err->rc;
    }
    for (int i = 0; i < 2; i++) {
        sides[i].detection = detection_of(a->packs, words[i]);
        if (sides[i].detection == NULL)
            return err_set(err, LANNER_ERR_USAGE, "%.300s is not the file of a detection",
                           words[i]);
        sides[i].name = words[i];
        for (int l = 0; one && l < QUERY_LANGUAGES; l++) {
            if (sides[i].detection->query[l].len == 0)
                return err_set(err, LANNER_ERR_USAGE,
                               "%.200s has no query in %s to be compared with", words[i],
                               query_language_name((enum query_language)l));
        }
        if (one)
            sides[i].name = sides[i].detection->query_file[i].ptr;
    }
    return LANNER_OK;
}

static enum lanner_rc add_inputs(struct diff_args *a, const char *const *words, size_t n,
                                 struct lanner_err *err)
{
    for (size_t i = 0; i < n; i++)
        TRY(lanner_session_add_input(a->q.session, words[i], err));
    if (n > 0)
        return LANNER_OK;
    if (isatty(STDIN_FILENO) == 1) {
        err_set(err, LANNER_ERR_USAGE, "no logs are given");
        err_hint(err, "add files or folders, or pipe logs into standard input");
        return LANNER_ERR_USAGE;
    }
    return lanner_session_add_input(a->q.session, "-", err);
}

static int print_result(struct diff_args *a, const struct diff_result *r)
{
    struct lanner_err err = {0};
    struct buf out = {0};
    int status = r->n_rows == 0 ? EXIT_ROWS : EXIT_NO_ROWS;
    enum lanner_rc rc = diff_report(a->output, r, &out, &err);

    if (rc == LANNER_OK)
        rc = file_write(STDOUT_FILENO, out.ptr, out.len, &err);
    if (rc != LANNER_OK && !(rc == LANNER_ERR_IO && errno == EPIPE)) {
        message_error(&err, NULL, STR_NONE);
        status = EXIT_FAILED;
    }
    if (r->stats.incomplete) {
        message_put("lanner: the result is incomplete: not everything could be read");
        status = EXIT_FAILED;
    }
    buf_done(&out);
    return status;
}

/* Both queries have notes on the inputs and the clock: each is said once. */
static void on_note(void *ctx, const struct lanner_note *note)
{
    struct diff_args *a = ctx;

    if (note->kind == LANNER_NOTE_REPAIR)
        return;
    for (size_t i = 0; i < a->notes.n; i++) {
        if (strcmp(a->notes.items[i], note->text) == 0)
            return;
    }
    if (a->notes.n < MAX_NOTES)
        VEC_PUSH(&a->notes, xstrdup(note->text));
    if (a->failed >= 0 && note->line > 0) { /* a place in one of the two */
        struct lanner_note placed = *note;
        struct buf text = {0};

        buf_printf(&text, "in %c: %s", 'A' + a->failed, note->text);
        buf_putc(&text, '\0');
        placed.text = text.ptr;
        message_note(&placed);
        buf_done(&text);
        return;
    }
    message_note(note);
}

/* What is compared, and the inputs. */
static enum lanner_rc read_words(struct diff_args *a, const char *const *words, size_t n,
                                 bool findings, struct diff_side sides[2], struct lanner_err *err)
{
    if (n < 2) {
        err_set(err, LANNER_ERR_USAGE, "expected two queries, found %zu", n);
        err_hint(err, "each is a file or the text of a query, or the YAML of a detection");
        return LANNER_ERR_USAGE;
    }
    if (findings)
        TRY(read_detections(a, words, sides, err));
    for (int i = 0; !findings && i < 2; i++)
        TRY(read_side(a, words[i], i, &sides[i], err));
    return add_inputs(a, words + 2, n - 2, err);
}

static int execute(struct diff_args *a, const char *const *words, size_t n)
{
    struct diff_side sides[2] = {{0}, {0}};
    struct diff_result *result = NULL;
    struct lanner_err err = {0};
    int status = EXIT_FAILED;
    bool findings = n >= 2 && is_detection(words[0]) && is_detection(words[1]);
    enum lanner_rc rc = read_words(a, words, n, findings, sides, &err);

    a->failed = -1;
    lanner_session_on_note(a->q.session, on_note, a);
    a->options.session = a->detect.session = a->q.session;
    a->options.columns = a->columns.items;
    a->options.n_columns = a->columns.n;
    a->options.key = a->key.items;
    a->options.n_key = a->key.n;
    a->detect.set = a->set.items;
    a->detect.n_set = a->set.n;
    if (rc == LANNER_OK)
        rc = findings ? diff_findings(&a->options, &a->detect, a->packs, sides, &result, &err)
                      : diff_run(&a->options, sides, &result, &a->failed, &err);
    if (rc == LANNER_OK)
        status = print_result(a, result);
    else if (a->failed >= 0)
        message_error(&err, sides[a->failed].name, sides[a->failed].text);
    else
        message_error(&err, NULL, STR_NONE);
    diff_result_free(result);
    return status;
}

static int run_diff(const struct command *self, int argc, char **argv)
{
    struct diff_args a = {.output = "text"};
    struct lanner_err err = {0};
    const char **words = xcalloc((size_t)argc + 1, sizeof(*words));
    size_t n_words;
    int status;
    enum lanner_rc rc;

    query_args_init(&a.q);
    /* Logs that are compared are mostly exports: the real clock would find nothing in them. */
    rc = lanner_session_set(a.q.session, "now", "data", &err);
    if (rc == LANNER_OK)
        rc = options_parse(self->options, argc, argv, &a, words, (size_t)argc, &n_words, &err);
    status = rc == LANNER_OK ? execute(&a, words, n_words) : help_after_parse(self, rc, &err);
    for (size_t i = 0; i < a.made.n; i++)
        free(a.made.items[i]);
    for (size_t i = 0; i < a.notes.n; i++)
        free(a.notes.items[i]);
    VEC_DONE(&a.notes);
    VEC_DONE(&a.made);
    VEC_DONE(&a.columns);
    VEC_DONE(&a.key);
    VEC_DONE(&a.set);
    buf_done(&a.text[0]);
    buf_done(&a.text[1]);
    pack_set_free(a.packs);
    query_args_done(&a.q);
    free(words);
    return status;
}

/* clang-format off */
static const struct option_row diff_options[] = {
    {.name = "columns", .arg = "A=B,...", .apply = set_list,
     .help = "pair these columns; others are paired by name, then by their values"},
    {.name = "key", .letter = 'k', .arg = "NAME,...", .apply = set_list,
     .help = "columns that name a row; default: the first that tell all rows apart"},
    {.name = "tolerance", .arg = "NUMBER", .apply = set_tolerance,
     .help = "numbers that differ by no more are the same"},
    {.name = "ordered", .apply = set_ordered,
     .help = "compare the rows by their place; default: the order does not matter"},
    {.name = "output", .letter = 'o', .arg = "NAME", .apply = set_text,
     .help = "text (default, the first 20 rows of each kind) or ndjson (all)"},
    {.name = "tuning", .arg = "PATH", .apply = set_text,
     .help = "detections only: allow-lists, thresholds and the like"},
    {.name = "param", .arg = "NAME=VALUE", .apply = to_session,
     .help = "value of ?NAME in both queries; may be given several times"},
    {.name = "strict", .apply = to_session, .value = "1",
     .help = "refuse what the vendor's product would refuse"},
    {.name = "now", .arg = "TIME", .apply = to_session,
     .help = "the clock: an RFC 3339 instant, or 'data' (default) for the newest event of the inputs"},
    {.name = "from", .arg = "TIME", .apply = to_session,
     .help = "only events from TIME on: RFC 3339, epoch milliseconds, or a span ago such as 7d"},
    {.name = "to", .arg = "TIME", .apply = to_session, .help = "only events before TIME"},
    {.name = "event-time", .arg = "WHICH", .apply = to_session,
     .help = "'happened' (default) or 'emitted': which time of a sign-in counts"},
    {0},
};
/* clang-format on */

static const struct option_row *const options[] = {diff_options, input_options, tuning_options,
                                                   NULL};

const struct command command_diff = {
    .usage = "[OPTIONS] A B [PATH...]",
    .options = options,
    .details = "A and B are queries, each a file or the text, in any of the languages; or the YAML "
               "files of two\ndetections, whose findings are compared (twice the same file: its "
               "AQL with its CQL). Both are run\nover the logs in one pass. Numbers and times "
               "compare by value, null is the same as empty.\n"
               "\nExit status: 0 the same, 1 different, 2 an error or an incomplete result.\n",
    .run = run_diff,
};
