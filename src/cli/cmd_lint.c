/* cmd_lint.c - lanner lint: what is wrong with queries and packs.
 *
 * Exit status: 0 nothing that counts, 1 a finding at least as severe as --fail-on, 2 something
 * could not be read. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/cli.h"
#include "lint/lint.h"
#include "report/report.h"
#include "util/file.h"
#include "util/safe.h"

#define MAX_QUERY_BYTES ((size_t)1 << 20)

struct lint_args {
    struct lint *lint;             /* owned */
    const char *output, *language; /* NULL: text; by the file's name or the text */
    enum lint_severity fail_on;
    bool never, rules, markdown, quiet;
    VEC(struct pack_set *) packs; /* owned; findings point into them */
};

static enum lanner_rc set_fail_on(void *target, const struct option_row *row, const char *value,
                                  struct lanner_err *err)
{
    struct lint_args *a = target;

    (void)row;
    a->never = strcmp(value, "never") == 0;
    if (a->never || lint_severity_named(str_z(value), &a->fail_on))
        return LANNER_OK;
    return err_set(err, LANNER_ERR_USAGE, "expected info, warning, error or never, found '%.60s'",
                   value);
}

static enum lanner_rc set_rules(void *target, const struct option_row *row, const char *value,
                                struct lanner_err *err)
{
    struct lint_args *a = target;

    return lint_select(a->lint, value, strcmp(row->name, "only") == 0, err);
}

static enum lanner_rc set_output(void *target, const struct option_row *row, const char *value,
                                 struct lanner_err *err)
{
    struct lint_args *a = target;

    (void)row;
    if (strcmp(value, "text") != 0 && strcmp(value, "json") != 0 && strcmp(value, "sarif") != 0)
        return err_set(err, LANNER_ERR_USAGE, "expected text, json or sarif, found '%.60s'", value);
    a->output = value;
    return LANNER_OK;
}

static enum lanner_rc set_language(void *target, const struct option_row *row, const char *value,
                                   struct lanner_err *err)
{
    struct lint_args *a = target;

    (void)row;
    if (strcmp(value, "aql") != 0 && strcmp(value, "cql") != 0)
        return err_set(err, LANNER_ERR_USAGE, "expected aql or cql, found '%.60s'", value);
    a->language = value;
    return LANNER_OK;
}

static enum lanner_rc set_flag(void *target, const struct option_row *row, const char *value,
                               struct lanner_err *err)
{
    struct lint_args *a = target;

    (void)value;
    (void)err;
    if (strcmp(row->name, "rules") == 0)
        a->rules = true;
    else if (strcmp(row->name, "markdown") == 0)
        a->rules = a->markdown = true;
    else
        a->quiet = true;
    return LANNER_OK;
}

/* clang-format off */
static const struct option_row lint_options[] = {
    {.name = "output", .letter = 'o', .arg = "NAME", .apply = set_output,
     .help = "text (default), json or sarif"},
    {.name = "language", .letter = 'l', .arg = "NAME", .apply = set_language,
     .help = "aql or cql; default by the file's name, else by the text"},
    {.name = "only", .arg = "RULES", .apply = set_rules,
     .help = "only these rules: LNR101,LNR104 or their names"},
    {.name = "skip", .arg = "RULES", .apply = set_rules, .help = "all but these rules"},
    {.name = "fail-on", .arg = "SEVERITY", .apply = set_fail_on,
     .help = "exit with 1 when a finding is at least so severe: info, warning (default), error or "
             "never"},
    {.name = "rules", .apply = set_flag, .help = "list the rules and end"},
    {.name = "markdown", .apply = set_flag, .help = "list them as a Markdown table"},
    {.name = "quiet", .letter = 'q', .apply = set_flag, .help = "no advice, no summary"},
    {0},
};
/* clang-format on */

static const struct option_row *const tables[] = {lint_options, NULL};

/* ---- Reading --------------------------------------------------------------------------------- */

static bool fails(struct lint_args *a, const struct lanner_err *err)
{
    message_error(err, "", STR_NONE);
    a->lint->unreadable = true;
    return false;
}

static bool lint_file(struct lint_args *a, const char *path)
{
    const char *language = a->language;
    struct lanner_err err = {0};
    struct buf text = {0};
    struct str s;
    bool good = file_read_all(path, MAX_QUERY_BYTES, &text, &err) == LANNER_OK || fails(a, &err);

    if (language == NULL && str_ends(str_z(path), STR(".aql")))
        language = "aql";
    if (language == NULL && str_ends(str_z(path), STR(".cql")))
        language = "cql";
    s = buf_str(&text);
    if (str_starts(s, STR("\xEF\xBB\xBF"))) /* a byte-order mark */
        s = str_of(s.ptr + 3, s.len - 3);
    if (good)
        lint_query(a->lint, str_z(path), s, language);
    buf_done(&text);
    return good;
}

/* The queries in a folder that is no pack. */
static void lint_folder(struct lint_args *a, const char *folder)
{
    struct lanner_err err = {0};
    file_paths paths = {0};
    size_t n = 0;

    if (folder_list(folder, &paths, NULL, NULL, &err) != LANNER_OK) {
        fails(a, &err);
        return;
    }
    for (size_t i = 0; i < paths.n; i++) {
        struct str path = str_z(paths.items[i]);

        if (str_ends(path, STR(".aql")) || str_ends(path, STR(".cql"))) {
            lint_file(a, paths.items[i]);
            n++;
        }
    }
    file_paths_done(&paths);
    if (n > 0)
        return;
    err_set(&err, LANNER_ERR_USAGE, "%.300s: expected a pack, or files that end in .aql or .cql",
            folder);
    fails(a, &err);
}

static void lint_word(struct lint_args *a, const char *word)
{
    struct lanner_err err = {0};
    struct pack_set *set = NULL;
    struct file_info info;
    struct str s = str_z(word);
    bool exists = file_stat(word, &info, NULL) == LANNER_OK;

    if (exists && info.kind != FILE_FOLDER && !str_ends(s, STR(".yaml")) &&
        !str_ends(s, STR(".yml"))) {
        lint_file(a, word);
    } else if (exists && info.kind == FILE_FOLDER && !pack_is_path(word)) {
        lint_folder(a, word);
    } else if (exists) {
        if (pack_set_open(&word, 1, &set, &err) != LANNER_OK) {
            fails(a, &err);
            return;
        }
        VEC_PUSH(&a->packs, set);
        lint_packs(a->lint, set);
    } else if (str_ends(s, STR(".aql")) || str_ends(s, STR(".cql")) || str_ends(s, STR(".yaml")) ||
               (str_find_char(s, ' ') == SIZE_MAX && str_ends(s, STR("/")))) {
        err_set(&err, LANNER_ERR_IO, "%.300s: there is no such file", word);
        fails(a, &err);
    } else {
        lint_query(a->lint, STR("query"), s, a->language);
    }
}

/* ---- Writing --------------------------------------------------------------------------------- */

static bool write_all(struct buf *b)
{
    struct lanner_err err = {0};
    bool good = b->len == 0 || file_write(STDOUT_FILENO, b->ptr, b->len, &err) == LANNER_OK;

    if (!good && errno != EPIPE)
        message_error(&err, NULL, STR_NONE);
    buf_done(b);
    return good;
}

static void put_line_end(struct buf *b, const struct lint_finding *f)
{
    struct lanner_err at = {.line = f->line, .column = f->column, .length = f->length};
    char *name = xstrndup(f->file.ptr, f->file.len);

    if (f->line > 0 && f->text.len > 0) {
        message_put_place(b, &at, name, f->text);
    } else {
        buf_puts(b, "  --> ");
        safe_put_text(b, f->file, true, "");
        if (f->line > 0)
            buf_printf(b, ":%u:%u", f->line, f->column);
        buf_putc(b, '\n');
    }
    free(name);
}

static void put_count(struct buf *b, size_t n, const char *word)
{
    buf_printf(b, "%zu %s%s", n, word, n == 1 ? "" : "s");
}

static void put_summary(struct buf *b, const struct lint *l)
{
    put_count(b, l->n_severity[LINT_ERROR], "error");
    buf_puts(b, ", ");
    put_count(b, l->n_severity[LINT_WARNING], "warning");
    buf_puts(b, ", ");
    put_count(b, l->n_severity[LINT_INFO], "note");
    if (l->n_ignored > 0)
        buf_printf(b, "; %zu ignored by lint:ignore", l->n_ignored);
    if (l->cut)
        buf_puts(b, "; there are more");
    buf_putc(b, '\n');
}

static void put_text(const struct lint_args *a, struct buf *b)
{
    const struct lint *l = a->lint;

    for (size_t i = 0; i < l->findings.n; i++) {
        const struct lint_finding *f = &l->findings.items[i];
        bool first = true;

        buf_printf(b, "%s %s-%s: ", lint_severity_name(f->rule->severity), f->rule->id,
                   f->rule->name);
        safe_put_text(b, f->message, true, "");
        buf_putc(b, '\n');
        put_line_end(b, f);
        for (size_t k = 0; k < i; k++)
            first = first && l->findings.items[k].rule != f->rule;
        if (first && !a->quiet)
            buf_printf(b, "  why: %s\n  help: %s\n", f->rule->why, f->rule->advice);
    }
    if (!a->quiet)
        put_summary(b, l);
}

static const char *sarif_level(enum lint_severity s)
{
    return s == LINT_ERROR ? "error" : s == LINT_WARNING ? "warning" : "note";
}

static void put_issues(const struct lint_args *a, struct buf *b)
{
    const struct lint *l = a->lint;
    size_t n_rules = 0;
    struct report_rule *rules;
    struct report_issue *items = xcalloc(l->findings.n + 1, sizeof(*items));
    struct report_issues all = {.terminal = terminal_is(STDOUT_FILENO), .failed = l->unreadable};

    while (lint_rule_at(n_rules) != NULL)
        n_rules++;
    rules = xcalloc(n_rules, sizeof(*rules));
    for (size_t i = 0; i < n_rules; i++) {
        const struct lint_rule *r = lint_rule_at(i);

        rules[i] = (struct report_rule){str_z(r->id),  str_z(r->name),   str_z(r->title),
                                        str_z(r->why), str_z(r->advice), sarif_level(r->severity)};
    }
    for (size_t i = 0; i < l->findings.n; i++) {
        const struct lint_finding *f = &l->findings.items[i];
        struct report_issue *x = &items[i];

        while (lint_rule_at(x->rule) != f->rule)
            x->rule++;
        x->severity = str_z(lint_severity_name(f->rule->severity));
        x->file = f->file;
        x->text = f->text;
        x->message = f->message;
        x->about = f->detection != NULL ? f->detection->id : STR_NONE;
        x->line = f->line;
        x->column = f->column;
        x->length = f->length;
    }
    all.rules = rules;
    all.n_rules = n_rules;
    all.items = items;
    all.n_items = l->findings.n;
    if (strcmp(a->output, "sarif") == 0)
        report_issues_sarif(&all, b);
    else
        report_issues_json(&all, b);
    free(rules);
    free(items);
}

static int status_of(const struct lint_args *a)
{
    if (a->lint->unreadable)
        return EXIT_FAILED;
    for (int s = (int)a->fail_on; !a->never && s < LINT_SEVERITIES; s++) {
        if (a->lint->n_severity[s] > 0)
            return 1;
    }
    return 0;
}

static int run_words(struct lint_args *a, const char *const *words, size_t n)
{
    struct buf out = {0};

    if (a->rules) {
        lint_put_rules(a->markdown, &out);
        return write_all(&out) ? 0 : EXIT_FAILED;
    }
    if (n == 0) {
        message_put("lanner: expected a query, a file with one, or a pack");
        return EXIT_FAILED;
    }
    for (size_t i = 0; i < n; i++)
        lint_word(a, words[i]);
    lint_sort(a->lint);
    if (a->output == NULL || strcmp(a->output, "text") == 0)
        put_text(a, &out);
    else
        put_issues(a, &out);
    return write_all(&out) || errno == EPIPE ? status_of(a) : EXIT_FAILED;
}

static int run_lint(const struct command *self, int argc, char **argv)
{
    struct lint_args a = {.lint = lint_new(), .fail_on = LINT_WARNING};
    const char **words = xcalloc((size_t)argc + 1, sizeof(*words));
    struct lanner_err err = {0};
    size_t n_words;
    int status;
    enum lanner_rc rc =
        options_parse(self->options, argc, argv, &a, words, (size_t)argc, &n_words, &err);

    status = rc != LANNER_OK ? help_after_parse(self, rc, &err) : run_words(&a, words, n_words);
    lint_free(a.lint);
    for (size_t i = 0; i < a.packs.n; i++)
        pack_set_free(a.packs.items[i]);
    VEC_DONE(&a.packs);
    free(words);
    return status;
}

const struct command command_lint = {
    .usage = "[OPTION]... QUERY.aql|QUERY.cql|'QUERY'|PACK...",
    .options = tables,
    .details =
        "  Says what in a query makes it miss attacks, find what is none, or fail at the vendor,\n"
        "  and what a pack lacks. A comment `lint:ignore LNR101` on a line of a query, or on the\n"
        "  line above, keeps that rule quiet there.\n"
        "\n"
        "  Exit status: 0 nothing that counts, 1 a finding at least as severe as --fail-on,\n"
        "  2 something could not be read.\n",
    .run = run_lint,
};
