/* report_html.c - one HTML file that an analyst attaches to a ticket.
 *
 * It is complete in itself: no script, no font, no image and no address is loaded, and the content
 * security policy in its head forbids all but its own style sheet. */
#include "report/html.h"
#include "report/words.h"

static void put_title(struct html *h, const struct report_counts *counts)
{
    const struct pack_set *set = h->r->result->packs;

    words_put_counted(&h->text, counts->n, "finding");
    for (size_t i = 0; i < MIN(set->n_packs, 3); i++) {
        buf_puts(&h->text, i == 0 ? " - " : ", ");
        buf_put_str(&h->text, words_cut(set->packs[i].id, 80));
    }
    html_words(h);
}

static void put_head(struct html *h, const struct report_counts *counts)
{
    html_put(h, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                "style-src 'unsafe-inline'\">\n"
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                "<meta name=\"referrer\" content=\"no-referrer\">\n"
                "<meta name=\"robots\" content=\"noindex\">\n"
                "<meta name=\"generator\" content=\"Lanner " LANNER_VERSION "\">\n<title>");
    put_title(h, counts);
    html_put(h, " - Lanner</title>\n");
    html_style(h);
    html_put(h, "</head>\n<body>\n<main>\n");
}

static void put_pack_names(struct html *h)
{
    const struct pack_set *set = h->r->result->packs;

    for (size_t i = 0; i < set->n_packs; i++) {
        const struct pack *p = &set->packs[i];

        buf_puts(&h->text, i > 0 ? ", " : "");
        buf_put_str(&h->text, p->id);
        if (p->version.len > 0) {
            buf_putc(&h->text, ' ');
            buf_put_str(&h->text, p->version);
        }
    }
    html_fact(h, "Packs");
}

static void put_heading(struct html *h, const struct report_counts *counts)
{
    const struct lanner_stats *s = &h->r->result->stats;

    html_put(h, "<header><p class=\"soft\">Detection report</p><h1>");
    if (counts->n == 0)
        html_put(h, "No findings");
    else {
        words_put_counted(&h->text, counts->n, "finding");
        buf_puts(&h->text, ": ");
        words_put_severities(&h->text, counts);
        html_words(h);
    }
    html_put(h, "</h1>\n<dl class=\"facts\">");
    put_pack_names(h);
    words_put_time(&h->text, h->r->result->now_ms);
    html_fact(h, "Clock of the run (UTC)");
    words_put_count(&h->text, s->n_events);
    html_fact(h, "Events read");
    words_put_bytes(&h->text, s->n_bytes);
    html_fact(h, "Log text read");
    words_put_count(&h->text, s->n_inputs);
    html_fact(h, "Inputs");
    if (s->n_unreadable > 0)
        words_put_count(&h->text, s->n_unreadable);
    html_fact(h, "Records that could not be read");
    if (s->n_duplicates > 0)
        words_put_count(&h->text, s->n_duplicates);
    html_fact(h, "Duplicates left out");
    html_put(h, "</dl></header>\n");
}

static void put_error(struct html *h, struct str what, const struct lanner_err *err)
{
    html_put(h, "<li>");
    html_value(h, what);
    if (err->line > 0)
        buf_printf(h->out, ":%u:%u", (unsigned)err->line, (unsigned)err->column);
    html_put(h, ": ");
    html_text(h, str_z(err->text));
    if (err->hint[0] != '\0') {
        html_put(h, " <span class=\"soft\">(");
        html_text(h, str_z(err->hint));
        html_put(h, ")</span>");
    }
    html_put(h, "</li>\n");
}

/* What makes the report incomplete stands before everything else. */
static void put_problems(struct html *h)
{
    const struct detect_result *result = h->r->result;
    bool any = result->packs->n_problems > 0 || words_gap(result, 0) != NULL || result->failed;

    for (size_t i = 0; i < result->n_outcomes && !any; i++)
        any = result->outcomes[i].what == FAILED;
    if (!any)
        return;
    html_put(h, "<section class=\"panel problem\" aria-labelledby=\"problems\">"
                "<h2 id=\"problems\">This report is incomplete</h2><ul class=\"plain\">\n");
    for (size_t i = 0; i < result->packs->n_problems; i++)
        put_error(h, result->packs->problems[i].file, &result->packs->problems[i].err);
    for (size_t i = 0; i < result->n_outcomes; i++) {
        if (result->outcomes[i].what == FAILED)
            put_error(h, result->outcomes[i].detection->id, &result->outcomes[i].err);
    }
    for (size_t i = 0; words_gap(result, i) != NULL; i++)
        buf_printf(h->out, "<li>%s</li>\n", words_gap(result, i));
    html_put(h, "</ul></section>\n");
}

static void put_tile(struct html *h, const char *class, uint64_t n, const char *name)
{
    buf_printf(h->out, "<li class=\"%s%s\"><b>", class, n == 0 ? " none" : "");
    words_put_count(h->out, n);
    buf_printf(h->out, "</b>%s</li>", name);
}

static void put_tiles(struct html *h, const struct report_counts *counts)
{
    html_put(h, "<ul class=\"tiles\" aria-label=\"findings by severity\">");
    for (size_t s = SEVERITY_COUNT; s-- > 0;)
        put_tile(h, severity_name((enum severity)s), counts->by_severity[s],
                 severity_name((enum severity)s));
    if (counts->n_authorised > 0)
        put_tile(h, "", counts->n_authorised, "of authorised tests");
    put_tile(h, "", counts->n_suppressed, "suppressed");
    html_put(h, "</ul>\n");
}

static void put_row(struct html *h, const struct finding *f, bool linked)
{
    html_put(h, "<tr><td>");
    html_chip(h, f->severity);
    html_put(h, "</td><td class=\"t\">");
    words_put_time(&h->text, words_has_time(f->first_ms) ? f->first_ms : f->window_start_ms);
    html_words(h);
    html_put(h, "</td><td class=\"t\">");
    words_put_last(&h->text, f);
    html_words(h);
    html_put(h, "</td><td class=\"w\">");
    html_value(h, f->detection->title.len > 0 ? f->detection->title : f->detection->id);
    html_put(h, "</td><td class=\"w wide\">");
    html_who(h, f);
    html_put(h, "</td><td class=\"n\">");
    if (f->n_users > 0)
        words_put_count(h->out, f->n_users);
    html_put(h, "</td><td class=\"n\">");
    if (f->n_events > 0)
        words_put_count(h->out, f->n_events);
    html_put(h, "</td><td class=\"w\">");
    html_value(h, f->verdict);
    if (f->n_labels > 0) {
        html_put(h, f->verdict.len > 0 ? " <span class=\"tag\">" : "<span class=\"tag\">");
        words_put_label_names(&h->text, f);
        html_words(h);
        html_put(h, "</span>");
    }
    if (linked)
        buf_printf(h->out, "</td><td><a class=\"id\" href=\"#f-%s\">%.8s</a></td></tr>\n", f->id,
                   f->id);
    else
        buf_printf(h->out, "</td><td class=\"id\">%.8s</td></tr>\n", f->id);
}

static void put_table(struct html *h, bool suppressed)
{
    const struct detect_result *result = h->r->result;
    size_t n = 0;
    size_t all = 0;

    html_put(h, "<div class=\"scroll\"><table class=\"list\"><caption>Most severe first, then "
                "oldest; times are "
                "UTC</caption><thead><tr><th scope=\"col\">Severity</th><th scope=\"col\">First "
                "seen</th><th scope=\"col\">Last seen</th><th scope=\"col\">Detection</th>"
                "<th scope=\"col\">Who</th><th scope=\"col\" class=\"n\">Users</th>"
                "<th scope=\"col\" class=\"n\">Events</th><th scope=\"col\">Verdict</th>"
                "<th scope=\"col\">Id</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < result->n_findings; i++) {
        if (result->findings[i].suppressed != suppressed)
            continue;
        if (all++ < HTML_ROWS_MOST) {
            put_row(h, &result->findings[i], !suppressed && n < HTML_SECTIONS_MOST);
            n++;
        }
    }
    html_put(h, "</tbody></table></div>\n");
    if (n == all)
        return;
    html_put(h, "<p class=\"soft\">");
    words_put_count(h->out, all - n);
    html_put(h, " more findings are not listed here.</p>\n");
}

static void put_findings(struct html *h, const struct report_counts *counts)
{
    const struct detect_result *result = h->r->result;
    size_t n = 0;

    if (counts->n == 0)
        return;
    html_put(h, "<section class=\"panel\" aria-labelledby=\"findings\"><h2 id=\"findings\">"
                "Findings</h2>\n");
    put_table(h, false);
    html_put(h, "</section>\n");
    for (size_t i = 0; i < result->n_findings && n < HTML_SECTIONS_MOST; i++) {
        if (result->findings[i].suppressed)
            continue;
        html_finding(h, &result->findings[i]);
        n++;
    }
    if (n < counts->n) {
        html_put(h, "<p class=\"soft\">");
        words_put_count(h->out, counts->n - n);
        html_put(h, " more findings have no section of their own; the outputs json and ndjson "
                    "have all of them.</p>\n");
    }
}

static void put_entry(struct html *h, const struct suppression *s)
{
    const struct lanner_allow_entry *e = &s->entry;

    html_put(h, "<tr><td class=\"w\">");
    buf_printf(&h->text, "%s:%u", e->file, (unsigned)e->line);
    html_words(h);
    html_put(h, "</td><td class=\"w\">");
    buf_printf(&h->text, "%s ", e->kind);
    html_words(h);
    html_value(h, str_z(e->value));
    html_put(h, "</td><td class=\"w\">");
    html_value(h, str_z(e->owner));
    html_put(h, "</td><td class=\"w\">");
    html_value(h, str_z(e->reason));
    if (e->ticket != NULL && e->ticket[0] != '\0') {
        html_put(h, " <span class=\"tag\">");
        html_value(h, str_z(e->ticket));
        html_put(h, "</span>");
    }
    html_put(h, "</td><td>");
    html_value(h, str_z(e->expires));
    if (e->is_expired)
        html_put(h, " <strong>expired</strong>");
    html_put(h, "</td><td class=\"n\">");
    words_put_count(h->out, s->n_events);
    html_put(h, "</td><td class=\"n\">");
    words_put_count(h->out, s->n_sources);
    html_put(h, "</td><td class=\"n\">");
    words_put_count(h->out, s->n_users);
    html_put(h, "</td><td class=\"n\">");
    words_put_count(h->out, s->n_findings);
    html_put(h, "</td></tr>\n");
}

static void put_suppressed(struct html *h, const struct report_counts *counts)
{
    const struct detect_result *result = h->r->result;

    if (result->n_suppressions == 0 && counts->n_suppressed == 0)
        return;
    html_put(h, "<section class=\"panel\" aria-labelledby=\"suppressed\"><h2 id=\"suppressed\">"
                "Suppressed</h2>\n<p>");
    if (counts->n_suppressed > 0) {
        words_put_counted(h->out, counts->n_suppressed, "finding");
        html_put(h, counts->n_suppressed == 1 ? " does not count.</p>\n" : " do not count.</p>\n");
    } else {
        html_put(h, "No finding was suppressed; these entries took events.</p>\n");
    }
    if (result->n_suppressions > 0) {
        html_put(h, "<div class=\"scroll\"><table class=\"list\"><caption>What each entry of the "
                    "allow-lists "
                    "took</caption><thead><tr><th scope=\"col\">Entry</th><th scope=\"col\">Value"
                    "</th><th scope=\"col\">Owner</th><th scope=\"col\">Reason</th><th "
                    "scope=\"col\">Expires</th><th scope=\"col\" class=\"n\">Events</th><th "
                    "scope=\"col\" class=\"n\">Sources</th><th scope=\"col\" class=\"n\">Users"
                    "</th><th scope=\"col\" class=\"n\">Findings</th></tr></thead><tbody>\n");
        for (size_t i = 0; i < MIN(result->n_suppressions, HTML_ROWS_MOST); i++)
            put_entry(h, &result->suppressions[i]);
        html_put(h, "</tbody></table></div>\n");
    }
    if (counts->n_suppressed > 0 && h->r->options.show_suppressed) {
        html_put(h, "<h4>Suppressed findings</h4>\n");
        put_table(h, true);
    }
    html_put(h, "</section>\n");
}

static void put_outcome(struct html *h, const struct detection_outcome *o)
{
    static const char *const words[] = {[RAN] = "ran",
                                        [NO_SOURCE] = "no events of its sources",
                                        [FAILED] = "<strong>failed</strong>"};
    const struct detection *d = o->detection;

    html_put(h, "<tr><th scope=\"row\" class=\"w\">");
    html_value(h, d->id);
    html_put(h, "</th><td class=\"w\">");
    html_value(h, d->title);
    buf_printf(h->out, "</td><td>%s</td><td>%s</td><td class=\"w\">", words[o->what],
               query_language_name(o->language));
    for (size_t i = 0; i < d->n_sources; i++) {
        html_put(h, i > 0 ? ", " : "");
        html_value(h, d->sources[i]);
    }
    html_put(h, "</td><td>");
    for (size_t i = 0; i < d->n_attack; i++) {
        html_put(h, i > 0 ? ", " : "");
        html_value(h, d->attack[i]);
    }
    html_put(h, "</td></tr>\n");
}

/* What those look for could not have been seen: which logs to add. */
static void put_idle(struct html *h, size_t n_idle)
{
    const struct detect_result *result = h->r->result;

    if (n_idle == 0)
        return;
    html_put(h, "<p>For ");
    words_put_counted(h->out, n_idle, "detection");
    html_put(h, " the logs held no event of a source; what they look for could not have been "
                "seen:</p>\n<ul class=\"plain\">");
    for (size_t i = 0; i < result->n_outcomes; i++) {
        const struct detection *d = result->outcomes[i].detection;

        if (result->outcomes[i].what != NO_SOURCE)
            continue;
        html_put(h, "<li>");
        html_value(h, d->id);
        html_put(h, " needs ");
        for (size_t k = 0; k < d->n_sources; k++) {
            html_put(h, k > 0 ? " or " : "");
            html_value(h, d->sources[k]);
        }
        html_put(h, "</li>");
    }
    html_put(h, "</ul>\n");
}

static void put_outcomes(struct html *h)
{
    const struct detect_result *result = h->r->result;
    size_t n_ran = 0;
    size_t n_idle = 0;

    for (size_t i = 0; i < result->n_outcomes; i++) {
        n_ran += result->outcomes[i].what == RAN;
        n_idle += result->outcomes[i].what == NO_SOURCE;
    }
    html_put(h,
             "<section class=\"panel\" aria-labelledby=\"ran\"><h2 id=\"ran\">What ran</h2>\n<p>");
    words_put_counted(h->out, n_ran, "detection");
    html_put(h, " ran on events of their sources.</p>\n");
    put_idle(h, n_idle);
    html_put(h,
             "<details><summary>Detections</summary><div class=\"scroll\"><table><thead>"
             "<tr><th scope=\"col\">Detection</th><th scope=\"col\">Title</th><th "
             "scope=\"col\">Outcome</th><th scope=\"col\">Language</th><th scope=\"col\">Sources "
             "(any of)</th><th scope=\"col\">ATT&amp;CK</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < result->n_outcomes; i++)
        put_outcome(h, &result->outcomes[i]);
    html_put(h, "</tbody></table></div></details></section>\n");
}

void report_html(const struct report *r)
{
    struct html h = {.r = r, .out = r->out};
    struct report_counts counts;

    report_count(r->result, &counts);
    put_head(&h, &counts);
    put_heading(&h, &counts);
    put_problems(&h);
    put_tiles(&h, &counts);
    html_time_line(&h);
    put_findings(&h, &counts);
    put_suppressed(&h, &counts);
    put_outcomes(&h);
    html_put(&h, "<footer>Made by Lanner " LANNER_VERSION ". The file loads nothing from the "
                 "network and runs no script. It names people: treat it as sensitive. Invisible "
                 "and control characters of logs are shown as \\x1b or \\u{202e}.</footer>\n"
                 "</main>\n</body>\n</html>\n");
    buf_done(&h.text);
    buf_done(&h.safe);
}
