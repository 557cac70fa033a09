/* lint.c - one query: prepared as a run would, in the tolerant and in the vendor's way, then its
 * facts in the hands of the rules. Findings are kept, told apart by place, and counted. */
#include "lint/lint.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "lang/common/common.h"
#include "lint/queries.h"
#include "lint/rules.h"

/* More is not read by anybody, and a hostile pack could make any number. */
#define MAX_FINDINGS 10000
#define MAX_OF_RULE  100 /* of one rule in one query */

struct lint *lint_new(void)
{
    struct lint *l = xcalloc(1, sizeof(*l));
    size_t n = 0;

    arena_init(&l->arena, 0);
    while (lint_row_at(n) != NULL)
        n++;
    l->off = xcalloc(n, sizeof(*l->off));
    return l;
}

void lint_free(struct lint *l)
{
    if (l == NULL)
        return;
    VEC_DONE(&l->findings);
    arena_done(&l->arena);
    free(l->off);
    free(l);
}

static size_t place_of(const struct lint_rule *rule)
{
    size_t i = 0;

    while (&lint_row_at(i)->rule != rule)
        i++;
    return i;
}

enum lanner_rc lint_select(struct lint *l, const char *list, bool only, struct lanner_err *err)
{
    struct str rest = str_z(list);

    for (size_t i = 0; only && lint_row_at(i) != NULL; i++)
        l->off[i] = true;
    while (rest.len > 0) {
        size_t comma = MIN(str_find_char(rest, ','), rest.len);
        struct str name = str_trim(str_of(rest.ptr, comma));
        const struct lint_rule *rule = lint_rule_find(name);

        if (rule == NULL)
            return err_set(err, LANNER_ERR_USAGE,
                           "expected rules such as LNR101, found '%.*s'; lanner lint --rules lists "
                           "them",
                           (int)MIN(name.len, (size_t)60), name.ptr != NULL ? name.ptr : "");
        l->off[place_of(rule)] = !only;
        comma = MIN(comma + 1, rest.len);
        rest = str_of(rest.ptr + comma, rest.len - comma);
    }
    return LANNER_OK;
}

/* The number-th line (from 1). */
static struct str line_of(struct str text, uint32_t number)
{
    size_t end;

    while (number > 1) {
        end = str_find_char(text, '\n');
        if (end == SIZE_MAX)
            return STR_NONE;
        text = str_of(text.ptr + end + 1, text.len - end - 1);
        number--;
    }
    end = str_find_char(text, '\n');
    return end != SIZE_MAX ? str_of(text.ptr, end) : text;
}

/* Does the line, or the one above, say `lint:ignore` and then the rule? */
static bool is_ignored(struct lint *l, const struct lint_finding *f)
{
    if (l->asked != f->text.ptr) {
        l->asked = f->text.ptr;
        l->has_ignore = str_find(f->text, STR("lint:ignore")) != SIZE_MAX;
    }
    if (!l->has_ignore)
        return false;
    for (uint32_t back = 0; f->line > back && back < 2; back++) {
        struct str line = line_of(f->text, f->line - back);
        size_t at = str_find(line, STR("lint:ignore"));

        if (at != SIZE_MAX &&
            str_find(str_of(line.ptr + at, line.len - at), str_z(f->rule->id)) != SIZE_MAX)
            return true;
    }
    return false;
}

void lint_add(struct lint *l, const struct lint_finding *f)
{
    if (l->off[place_of(f->rule)])
        return;
    if (is_ignored(l, f)) {
        l->n_ignored++;
        return;
    }
    if (l->findings.n == MAX_FINDINGS) {
        l->cut = true;
        return;
    }
    VEC_PUSH(&l->findings, *f);
    l->n_severity[f->rule->severity]++;
}

static struct str print_message(struct arena *a, const char *fmt, va_list ap)
{
    char text[1024];
    int n = vsnprintf(text, sizeof(text), fmt, ap);

    return arena_str(a, str_of(text, MIN((size_t)MAX(n, 0), sizeof(text) - 1)));
}

void lint_say(struct lint_run *run, struct span at, const char *fmt, ...)
{
    struct lint_finding f = {.rule = run->rule,
                             .file = run->file,
                             .text = run->text,
                             .length = MAX(at.len, 1),
                             .detection = run->detection};
    va_list ap;

    if (run->n_said++ == MAX_OF_RULE)
        run->lint->cut = true;
    if (run->n_said > MAX_OF_RULE)
        return;
    va_start(ap, fmt);
    f.message = print_message(&run->lint->arena, fmt, ap);
    va_end(ap);
    text_locate(run->text.ptr, run->text.len, MIN(at.start, run->text.len), &f.line, &f.column);
    lint_add(run->lint, &f);
}

/* ---- Asking the front ends ---- */

struct notes {
    struct lint_run *run;
    bool strict; /* the vendor's way: only the first error counts */
    size_t n_repairs, n_notes;
    size_t first_found; /* findings before this one are not of this query */
};

/* Does a rule say of the place what the repair there says in other words? Names of log source types
 * and of custom properties have rules of their own, which know when they matter. */
static bool is_said(const struct notes *n, const struct lanner_note *note)
{
    static const char *const ids[] = {"LNR201", "LNR309"};
    const struct lint *l = n->run->lint;
    const struct facts *facts = n->run->facts;
    size_t at = queries_offset(n->run->text, note->line, note->column);

    for (size_t i = n->first_found; i < l->findings.n; i++) {
        const struct lint_finding *f = &l->findings.items[i];

        for (size_t k = 0; k < ARRAY_LEN(ids); k++) {
            if (f->rule == lint_rule_numbered(ids[k]) && f->line == note->line &&
                (f->column == note->column || k == 0))
                return true;
        }
    }
    for (size_t i = 0; i < facts->list.n; i++) {
        const struct fact *x = &facts->list.items[i];

        if (x->at.start == at && x->at.len > 0 &&
            ((x->kind == FACT_COMPARE && str_eqz(x->field, FIELD_TYPE_NAME)) ||
             (x->kind == FACT_FIELD && !x->flag && n->run->language == QUERY_AQL)))
            return true;
    }
    return false;
}

static bool holds(const char *text, const char *const *phrases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strstr(text, phrases[i]) != NULL)
            return true;
    }
    return false;
}

/* Notes about files, values and logs that a run would be given: nothing is wrong with the query. */
static bool is_of_run(const struct lanner_note *note)
{
    static const char *const phrases[] = {"gives NULL: ",
                                          "gives NULL for domains",
                                          "adds nothing: no ",
                                          "finds nothing: no ",
                                          "has no value; it is read as",
                                          "is not known; events pass unchanged",
                                          "it searches all inputs"};

    return note->kind != LANNER_NOTE_REPAIR && holds(note->text, phrases, ARRAY_LEN(phrases));
}

/* The same, where a run would end with an error. */
static bool is_for_run(const struct lanner_err *err)
{
    static const char *const phrases[] = {"give it with --", "give them with --"};

    return holds(err->hint, phrases, ARRAY_LEN(phrases));
}

static void on_note(void *ctx, const struct lanner_note *note)
{
    struct notes *n = ctx;
    struct lint_finding f = {.file = n->run->file,
                             .text = n->run->text,
                             .line = note->line,
                             .column = note->column,
                             .length = MAX(note->length, 1),
                             .detection = n->run->detection};

    if (n->strict)
        return;
    if (note->kind == LANNER_NOTE_REPAIR)
        n->n_repairs++;
    if (note->line == 0 || is_of_run(note) || n->n_notes++ >= MAX_OF_RULE * 2 || is_said(n, note))
        return;
    /* ?name in the AQL of a pack is the pack's: lanner detect --show-queries fills it in. */
    if (n->run->detection != NULL && note->kind == LANNER_NOTE_REPAIR &&
        queries_is_parameter(n->run->text, note->line, note->column))
        return;
    f.rule = lint_rule_numbered(note->kind == LANNER_NOTE_REPAIR ? "LNR002" : "LNR003");
    f.message = arena_str(&n->run->lint->arena, str_z(note->text));
    lint_add(n->run->lint, &f);
}

static void add_error(struct lint_run *run, const char *rule, const struct lanner_err *err)
{
    struct lint_finding f = {.rule = lint_rule_numbered(rule),
                             .file = run->file,
                             .text = run->text,
                             .line = err->line,
                             .column = err->column,
                             .length = MAX(err->length, 1),
                             .detection = run->detection};

    f.message = arena_printf(&run->lint->arena, "%s%s%s", err->text,
                             err->hint[0] != '\0' ? "; " : "", err->hint);
    lint_add(run->lint, &f);
}

/* Prepares without inputs and with a clock of its own: what is looked at is the text. */
static enum lanner_rc prepare(struct lint_run *run, struct str text, bool strict,
                              struct notes *notes, struct lanner_err *err)
{
    struct lanner_session *s = lanner_session_new();
    struct lanner_query *q = NULL;
    enum lanner_rc rc = lanner_session_set(s, "now", "2026-01-01T00:00:00Z", err);

    if (rc == LANNER_OK)
        rc = lanner_session_set(s, "missing-data", "ignore", err);
    if (rc == LANNER_OK && strict)
        rc = lanner_session_set(s, "strict", "1", err);
    notes->strict = strict;
    lanner_session_on_note(s, on_note, notes);
    if (rc == LANNER_OK && run->detection != NULL && !strict)
        rc = detection_prepare(run->detection, run->language, s, NULL, 0, &q, err);
    else if (rc == LANNER_OK)
        rc = lanner_query_prepare(s, text.ptr, text.len, query_language_name(run->language), &q,
                                  err);
    lanner_query_free(q);
    lanner_session_free(s);
    return rc;
}

/* Tolerant, then strict: what only the latter refuses and no repair has told is a finding too. */
static void ask_front_end(struct lint_run *run, size_t first_found)
{
    struct notes notes = {.run = run, .first_found = first_found};
    struct lanner_err err = {0};
    struct buf filled = {0};

    if (prepare(run, run->text, false, &notes, &err) != LANNER_OK) {
        if (is_for_run(&err))
            return;
        run->lint->unreadable = true;
        add_error(run, "LNR001", &err);
        return;
    }
    if (notes.n_repairs > 0)
        return;
    if (run->detection != NULL)
        detection_query_text(run->detection, run->language, NULL, 0, &filled);
    else
        buf_put_str(&filled, run->text);
    if (prepare(run, buf_str(&filled), true, &notes, &err) != LANNER_OK && !is_for_run(&err)) {
        if (run->detection != NULL)
            err.line = err.column = 0; /* of the text with the values in */
        add_error(run, "LNR002", &err);
    }
    buf_done(&filled);
}

/* ---- A query ---- */

static void ask_rules(struct lint_run *run)
{
    enum lint_scope scope = run->language == QUERY_AQL ? LINT_AQL : LINT_CQL;

    for (size_t i = 0; lint_row_at(i) != NULL; i++) {
        const struct lint_row *row = lint_row_at(i);

        if ((row->rule.scope & scope) == 0 || run->lint->off[i])
            continue;
        run->rule = &row->rule;
        run->n_said = 0;
        row->check(run);
    }
}

bool queries_lint(struct lint_run *run, struct facts *facts, const struct front_param *params,
                  size_t n_params)
{
    size_t first = run->lint->findings.n;
    struct lanner_err err = {0};
    bool read;

    if (run->language == QUERY_AQL)
        read = facts_aql(facts, run->text, params, n_params, &err) == LANNER_OK;
    else
        read = facts_cql(facts, run->text, params, n_params, &err) == LANNER_OK;
    run->facts = facts;
    if (facts->list.n >= MAX_FACTS)
        run->lint->cut = true;
    if (read)
        ask_rules(run);
    ask_front_end(run, first); /* last: it may repeat what rules say better */
    return read;
}

void lint_query(struct lint *l, struct str file, struct str text, const char *language)
{
    struct arena a;
    struct facts facts = {.arena = &a};
    struct lint_run run = {.lint = l, .arena = &a};

    arena_init(&a, 0);
    run.file = arena_str(&l->arena, file);
    run.text = arena_str(&l->arena, text);
    if (language != NULL)
        run.language = strcmp(language, "aql") == 0 ? QUERY_AQL : QUERY_CQL;
    else
        run.language = queries_language(run.text);
    queries_lint(&run, &facts, NULL, 0);
    VEC_DONE(&facts.list);
    arena_done(&a);
}

static int by_place(const void *a, const void *b)
{
    const struct lint_finding *x = a, *y = b;
    int order = str_cmp(x->file, y->file);

    if (order != 0)
        return order;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    if (x->column != y->column)
        return x->column < y->column ? -1 : 1;
    order = strcmp(x->rule->id, y->rule->id);
    return order != 0 ? order : str_cmp(x->message, y->message);
}

void lint_sort(struct lint *l)
{
    if (l->findings.n > 1)
        qsort(l->findings.items, l->findings.n, sizeof(*l->findings.items), by_place);
}
