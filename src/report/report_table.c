/* report_table.c - findings for reading on a terminal or in a text file.
 *
 * Where the width allows it findings are the rows of a table, else each is a block of a few lines.
 * Below stand what was suppressed and by which entry, which detections saw no event of their
 * sources, and what failed: a report without them would read as "nothing happened". */
#include "report/output.h"
#include "report/words.h"
#include "util/safe.h"
#include "util/utf8.h"

#define GAP ((size_t)2)
/* A column is not folded narrower than this: an IPv4 address nearly fits. */
#define MIN_COLUMN ((size_t)12)
/* Where no terminal says how wide: no cell wider than this, no record longer. */
#define MAX_COLUMN ((size_t)60)
#define MAX_LINE   ((size_t)160)
/* Of a value in a cell: enough to recognise it; ndjson has all of it. */
#define MAX_VALUE ((size_t)120)
/* Below this the columns that cannot fold leave nothing for the others. */
#define TABLE_WIDTH 100
#define MARK_CUT    "\xE2\x80\xA6" /* U+2026 */
#define MAX_SAMPLE  ((size_t)5)

enum column {
    COLUMN_ID,
    COLUMN_SEVERITY,
    COLUMN_FIRST,
    COLUMN_LAST,
    COLUMN_DETECTION,
    COLUMN_WHO,
    COLUMN_USERS,
    COLUMN_EVENTS,
    COLUMN_VERDICT,
    COLUMN_COUNT
};

static const struct {
    const char *name;
    bool folds, is_number;
} columns[COLUMN_COUNT] = {
    [COLUMN_ID] = {"ID", false, false},
    [COLUMN_SEVERITY] = {"SEVERITY", false, false},
    [COLUMN_FIRST] = {"FIRST SEEN (UTC)", false, false},
    [COLUMN_LAST] = {"LAST SEEN", false, false},
    [COLUMN_DETECTION] = {"DETECTION", true, false},
    [COLUMN_WHO] = {"WHO", true, false},
    [COLUMN_USERS] = {"USERS", false, true},
    [COLUMN_EVENTS] = {"EVENTS", false, true},
    [COLUMN_VERDICT] = {"VERDICT", true, false},
};

static const char *const severity_style[SEVERITY_COUNT] = {
    [SEVERITY_INFORMATIONAL] = "\x1b[2m", [SEVERITY_LOW] = "\x1b[36m",
    [SEVERITY_MEDIUM] = "\x1b[33m",       [SEVERITY_HIGH] = "\x1b[31m",
    [SEVERITY_CRITICAL] = "\x1b[1;31m",
};

struct table {
    const struct report *r;
    struct buf cells[COLUMN_COUNT]; /* owned; escaped, of the finding in hand */
    struct buf text;                /* owned; scratch */
    size_t widths[COLUMN_COUNT];
    size_t width; /* of a line */
};

static void put_style(struct table *t, const char *style)
{
    if (t->r->options.colour && style != NULL)
        buf_puts(t->r->out, style);
}

static void put_blanks(struct buf *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_putc(b, ' ');
}

/* What was made of logs and packs in t->text, made safe. */
static void put_safe(struct table *t, struct buf *out, const char *keep)
{
    safe_put_text(out, buf_str(&t->text), true, keep);
    buf_clear(&t->text);
}

static void put_verdict(struct buf *b, const struct finding *f)
{
    buf_put_str(b, words_cut(f->verdict, MAX_VALUE));
    if (f->n_labels == 0)
        return;
    if (f->verdict.len > 0)
        buf_putc(b, '\n');
    words_put_label_names(b, f);
}

static void fill_cells(struct table *t, const struct finding *f)
{
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        buf_clear(&t->cells[i]);
    buf_put(&t->cells[COLUMN_ID], f->id, strnlen(f->id, 8));
    buf_puts(&t->cells[COLUMN_SEVERITY], severity_name(f->severity));
    words_put_time(&t->cells[COLUMN_FIRST],
                   words_has_time(f->first_ms) ? f->first_ms : f->window_start_ms);
    words_put_last(&t->cells[COLUMN_LAST], f);
    buf_put_str(&t->text, words_cut(f->detection->id, MAX_VALUE));
    put_safe(t, &t->cells[COLUMN_DETECTION], "");
    words_put_who(&t->text, f, "\n", MAX_VALUE);
    put_safe(t, &t->cells[COLUMN_WHO], "\n");
    if (f->n_users > 0)
        words_put_count(&t->cells[COLUMN_USERS], f->n_users);
    if (f->n_events > 0)
        words_put_count(&t->cells[COLUMN_EVENTS], f->n_events);
    put_verdict(&t->text, f);
    put_safe(t, &t->cells[COLUMN_VERDICT], "\n");
}

/* Columns as wide as they need; the widest of those that fold are narrowed until the line fits. */
static bool fit_columns(struct table *t, bool suppressed)
{
    const struct detect_result *result = t->r->result;
    size_t cap = MAX_COLUMN;

    for (size_t i = 0; i < COLUMN_COUNT; i++)
        t->widths[i] = strlen(columns[i].name);
    for (size_t k = 0; k < result->n_findings; k++) {
        if (result->findings[k].suppressed != suppressed)
            continue;
        fill_cells(t, &result->findings[k]);
        for (size_t i = 0; i < COLUMN_COUNT; i++)
            t->widths[i] = MAX(t->widths[i], safe_widest_line(buf_str(&t->cells[i])));
    }
    for (;; cap--) {
        size_t total = GAP * (COLUMN_COUNT - 1);

        for (size_t i = 0; i < COLUMN_COUNT; i++)
            total += columns[i].folds ? MIN(t->widths[i], cap) : t->widths[i];
        if (t->r->options.width == 0 || total <= t->width)
            break;
        if (cap == MIN_COLUMN)
            return false;
    }
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        t->widths[i] = columns[i].folds ? MIN(t->widths[i], cap) : t->widths[i];
    return true;
}

static void trim_line(struct buf *b, size_t from)
{
    while (b->len > from && b->ptr[b->len - 1] == ' ')
        b->len--;
}

/* One display line of all cells; false when nothing was left. */
static bool put_line(struct table *t, size_t at[COLUMN_COUNT], bool first, const char *style)
{
    struct buf *out = t->r->out;
    size_t from = out->len;
    bool more = first;

    for (size_t i = 0; i < COLUMN_COUNT && !more; i++)
        more = at[i] < t->cells[i].len;
    if (!more)
        return false;
    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        struct safe_fold fold;
        size_t width;
        bool styled = first && i == COLUMN_SEVERITY && style != NULL;

        safe_fold_words(buf_str(&t->cells[i]), at[i], t->widths[i], &fold);
        at[i] = fold.next;
        width = MIN(utf8_width(fold.line), t->widths[i]);
        if (columns[i].is_number)
            put_blanks(out, t->widths[i] - width);
        if (styled)
            put_style(t, style);
        buf_put_str(out, fold.line);
        if (styled)
            put_style(t, "\x1b[0m");
        if (!columns[i].is_number)
            put_blanks(out, t->widths[i] - width);
        /* The mark stands in the gap, where no value can write: a log cannot fake a row. */
        if (fold.cut)
            buf_puts(out, MARK_CUT);
        if (i + 1 < COLUMN_COUNT)
            put_blanks(out, fold.cut ? GAP - 1 : GAP);
    }
    trim_line(out, from);
    buf_putc(out, '\n');
    return true;
}

/* A line of t->text, cut where the terminal ends. */
static void put_cut_line(struct table *t, size_t indent, const char *style)
{
    struct buf safe = {0};
    struct safe_fold fold;
    size_t width = t->width > indent + MIN_COLUMN ? t->width - indent - 1 : MIN_COLUMN;

    put_safe(t, &safe, "");
    safe_fold_next(buf_str(&safe), 0, width, &fold);
    put_blanks(t->r->out, indent);
    put_style(t, style);
    buf_put_str(t->r->out, fold.line);
    put_style(t, style != NULL ? "\x1b[0m" : NULL);
    buf_puts(t->r->out, fold.cut ? MARK_CUT "\n" : "\n");
    buf_done(&safe);
}

/* A line of t->text. Where it goes on it stands further in, so that no value can fake a line. */
static void put_folded(struct table *t, size_t indent)
{
    struct buf safe = {0};
    struct safe_fold fold = {.next = 0};
    size_t hang = indent + 4;

    put_safe(t, &safe, "");
    do {
        size_t width = t->width > indent + MIN_COLUMN ? t->width - indent : MIN_COLUMN;

        put_blanks(t->r->out, indent);
        safe_fold_words(buf_str(&safe), fold.next, width, &fold);
        buf_put_str(t->r->out, fold.line);
        buf_putc(t->r->out, '\n');
        indent = hang;
    } while (fold.next < safe.len);
    buf_done(&safe);
}

static void put_some(struct buf *b, struct str s)
{
    if (s.len == 0)
        return;
    buf_puts(b, "  ");
    buf_put_str(b, words_cut(s, MAX_VALUE));
}

static void put_evidence(struct table *t, const struct finding *f)
{
    for (size_t i = 0; i < f->n_evidence; i++) {
        const struct evidence *e = &f->evidence[i];

        words_put_time(&t->text, e->time_ms);
        put_some(&t->text, e->user);
        put_some(&t->text, e->source);
        put_some(&t->text, e->code);
        put_some(&t->text, e->agent);
        /* A terminal is never wider than a few hundred columns. */
        put_some(&t->text, words_cut(e->raw, 4 * MAX_LINE));
        put_cut_line(t, 4, "\x1b[2m");
    }
}

static void put_table(struct table *t, bool suppressed)
{
    const struct detect_result *result = t->r->result;
    size_t at[COLUMN_COUNT] = {0};

    for (size_t i = 0; i < COLUMN_COUNT; i++) {
        buf_clear(&t->cells[i]);
        buf_puts(&t->cells[i], columns[i].name);
    }
    put_style(t, "\x1b[1m");
    put_line(t, at, true, NULL);
    put_style(t, "\x1b[0m");
    for (size_t k = 0; k < result->n_findings; k++) {
        const struct finding *f = &result->findings[k];

        if (f->suppressed != suppressed)
            continue;
        fill_cells(t, f);
        memset(at, 0, sizeof(at));
        for (bool first = true; put_line(t, at, first, severity_style[f->severity]); first = false)
            continue;
        put_evidence(t, f);
    }
}

static void put_sample(struct table *t, const struct finding *f)
{
    if (f->n_sample == 0)
        return;
    buf_puts(&t->text, "such as ");
    for (size_t i = 0; i < MIN(f->n_sample, MAX_SAMPLE); i++) {
        buf_puts(&t->text, i > 0 ? ", " : "");
        buf_put_str(&t->text, words_cut(f->sample[i], MAX_VALUE));
    }
    if (f->n_users > MAX_SAMPLE)
        buf_puts(&t->text, ", ...");
    put_folded(t, 2);
}

static void put_block(struct table *t, const struct finding *f)
{
    struct buf *out = t->r->out;

    put_style(t, severity_style[f->severity]);
    buf_puts(out, severity_name(f->severity));
    put_style(t, "\x1b[0m");
    buf_printf(out, "  %.8s  ", f->id);
    buf_put_str(&t->text, words_cut(f->detection->id, MAX_VALUE));
    put_safe(t, out, "");
    buf_putc(out, '\n');
    if (f->verdict.len > 0) {
        buf_put_str(&t->text, words_cut(f->verdict, MAX_VALUE));
        put_folded(t, 2);
    }
    words_put_sentence(&t->text, f);
    put_folded(t, 2);
    put_sample(t, f);
    for (size_t i = 0; i < f->n_labels; i++) {
        words_put_label(&t->text, &f->labels[i]);
        put_folded(t, 2);
    }
    put_evidence(t, f);
}

static void put_findings(struct table *t, bool suppressed)
{
    const struct detect_result *result = t->r->result;
    bool table = t->width >= TABLE_WIDTH && fit_columns(t, suppressed);

    if (table) {
        put_table(t, suppressed);
        return;
    }
    for (size_t i = 0; i < result->n_findings; i++) {
        if (result->findings[i].suppressed == suppressed)
            put_block(t, &result->findings[i]);
    }
}

static void put_heading(struct table *t, const char *text)
{
    buf_putc(t->r->out, '\n');
    put_style(t, "\x1b[1m");
    buf_puts(t->r->out, text);
    put_style(t, "\x1b[0m");
    buf_putc(t->r->out, '\n');
}

static void put_entry(struct table *t, const struct suppression *s)
{
    struct buf *b = &t->text;
    const struct lanner_allow_entry *e = &s->entry;

    buf_printf(b, "%s:%u %s %s: ", e->file, (unsigned)e->line, e->kind, e->value);
    if (e->is_expired) {
        buf_printf(b, "expired %s, takes nothing", e->expires);
    } else {
        words_put_counted(b, s->n_events, "event");
        buf_puts(b, " of ");
        words_put_counted(b, s->n_sources, "source");
        buf_puts(b, " and ");
        words_put_counted(b, s->n_users, "user");
        buf_puts(b, ", ");
        words_put_counted(b, s->n_findings, "finding");
    }
    if (e->reason != NULL && e->reason[0] != '\0')
        buf_printf(b, "; %s", e->reason);
    if (e->owner != NULL && e->owner[0] != '\0')
        buf_printf(b, " (%s)", e->owner);
    put_folded(t, 2);
}

static void put_suppressions(struct table *t, const struct report_counts *counts)
{
    const struct detect_result *result = t->r->result;

    if (result->n_suppressions > 0)
        put_heading(t, "suppressed by");
    for (size_t i = 0; i < result->n_suppressions; i++)
        put_entry(t, &result->suppressions[i]);
    if (counts->n_suppressed > 0 && t->r->options.show_suppressed) {
        put_heading(t, "suppressed findings");
        put_findings(t, true);
    }
}

static void put_outcomes(struct table *t)
{
    const struct detect_result *result = t->r->result;
    bool any = false;

    for (size_t i = 0; i < result->n_outcomes; i++) {
        const struct detection_outcome *o = &result->outcomes[i];

        if (o->what != NO_SOURCE)
            continue;
        if (!any)
            put_heading(t, "no events of their sources were seen");
        any = true;
        buf_put_str(&t->text, o->detection->id);
        buf_puts(&t->text, " needs ");
        for (size_t k = 0; k < o->detection->n_sources; k++) {
            buf_puts(&t->text, k > 0 ? " or " : "");
            buf_put_str(&t->text, o->detection->sources[k]);
        }
        put_folded(t, 2);
    }
}

static void put_failure(struct table *t, struct str what, const struct lanner_err *err)
{
    buf_put_str(&t->text, what);
    if (err->line > 0)
        buf_printf(&t->text, ":%u:%u", (unsigned)err->line, (unsigned)err->column);
    buf_printf(&t->text, ": %s", err->text);
    if (err->hint[0] != '\0')
        buf_printf(&t->text, " (%s)", err->hint);
    put_folded(t, 2);
}

static void put_failures(struct table *t)
{
    const struct detect_result *result = t->r->result;
    bool any = result->packs->n_problems > 0 || words_gap(result, 0) != NULL;

    for (size_t i = 0; i < result->n_outcomes && !any; i++)
        any = result->outcomes[i].what == FAILED;
    if (!any)
        return;
    put_heading(t, "failed");
    for (size_t i = 0; i < result->packs->n_problems; i++)
        put_failure(t, result->packs->problems[i].file, &result->packs->problems[i].err);
    for (size_t i = 0; i < result->n_outcomes; i++) {
        const struct detection_outcome *o = &result->outcomes[i];

        if (o->what == FAILED)
            put_failure(t, o->detection->id, &o->err);
    }
    for (size_t i = 0; words_gap(result, i) != NULL; i++) {
        buf_puts(&t->text, words_gap(result, i));
        put_folded(t, 2);
    }
}

static void put_summary(struct table *t, const struct report_counts *counts)
{
    const struct detect_result *result = t->r->result;
    struct buf *out = &t->text;
    size_t n_ran = 0;

    for (size_t i = 0; i < result->n_outcomes; i++)
        n_ran += result->outcomes[i].what == RAN;
    words_put_counted(out, counts->n, "finding");
    if (counts->n > 0) {
        buf_puts(out, ": ");
        words_put_severities(out, counts);
    }
    if (counts->n_authorised > 0) {
        buf_puts(out, "; authorised ");
        words_put_count(out, counts->n_authorised);
    }
    if (counts->n_suppressed > 0) {
        buf_puts(out, "; suppressed ");
        words_put_count(out, counts->n_suppressed);
    }
    put_folded(t, 0);
    words_put_counted(out, n_ran, "detection");
    buf_puts(out, " over ");
    words_put_counted(out, result->stats.n_events, "event");
    buf_puts(out, " (");
    words_put_bytes(out, result->stats.n_bytes);
    buf_putc(out, ')');
    put_folded(t, 0);
}

void report_table(const struct report *r)
{
    struct table t = {.r = r, .width = r->options.width != 0 ? r->options.width : MAX_LINE};
    struct report_counts counts;

    report_count(r->result, &counts);
    if (counts.n > 0) {
        put_findings(&t, false);
        buf_putc(r->out, '\n');
    }
    put_summary(&t, &counts);
    put_suppressions(&t, &counts);
    put_outcomes(&t);
    put_failures(&t);
    for (size_t i = 0; i < COLUMN_COUNT; i++)
        buf_done(&t.cells[i]);
    buf_done(&t.text);
}
