/* html_finding.c - the section of one finding in the HTML report: what, who, how much and when; why
 * it is believed; the users and records behind it; what else it could be. */
#include "report/attack.h"
#include "report/html.h"
#include "report/words.h"

static const char *const entity_words[ENTITY_COUNT] = {
    [ENTITY_SOURCE] = "Source",
    [ENTITY_NETWORK] = "Network",
    [ENTITY_ASN] = "AS number",
    [ENTITY_USER] = "User",
    [ENTITY_HOST] = "Host",
    [ENTITY_AGENT] = "User agent",
    [ENTITY_APPLICATION] = "Application",
    [ENTITY_TENANT] = "Tenant",
};

static void put_facts(struct html *h, const struct finding *f)
{
    struct buf *b = &h->text;

    html_put(h, "<dl class=\"facts\">");
    words_put_time(b, f->first_ms);
    html_fact(h, "First seen (UTC)");
    words_put_time(b, f->last_ms);
    html_fact(h, "Last seen (UTC)");
    if (words_has_time(f->first_ms) && words_has_time(f->last_ms))
        words_put_span(b, f->last_ms - f->first_ms);
    html_fact(h, "Duration");
    if (f->n_users > 0)
        words_put_count(b, f->n_users);
    html_fact(h, "Users");
    if (f->n_events > 0)
        words_put_count(b, f->n_events);
    html_fact(h, "Events");
    words_put_real(b, f->rate_per_min, 1);
    html_fact(h, "Per minute");
    words_put_real(b, f->value, 2);
    html_fact(h, "Value compared");
    if (words_has_time(f->window_start_ms))
        words_put_time(b, f->window_start_ms);
    html_fact(h, "Window from (UTC)");
    words_put_found_by(b, f, ", ");
    html_fact(h, "Found by");
    html_fact_value(h, "Confidence", f->detection->confidence);
    if (f->n_merged > 1) {
        words_put_counted(b, f->n_merged, "row");
        html_fact(h, "Merged from");
    }
    html_put(h, "</dl>\n");
}

/* A single one stands in the heading already. */
static void put_entities(struct html *h, const struct finding *f)
{
    size_t n = 0;

    for (size_t e = 0; e < ENTITY_COUNT; e++)
        n += f->entity[e].len > 0;
    if (n < 2)
        return;
    html_put(h, "<dl class=\"facts wide\">");
    for (size_t e = 0; e < ENTITY_COUNT; e++)
        html_fact_value(h, entity_words[e], f->entity[e]);
    html_put(h, "</dl>\n");
}

static void put_labels(struct html *h, const struct finding *f)
{
    if (f->n_labels == 0)
        return;
    html_put(h, "<ul class=\"plain\">");
    for (size_t i = 0; i < f->n_labels; i++) {
        html_put(h, "<li>");
        words_put_label(&h->text, &f->labels[i]);
        html_words(h);
        html_put(h, "</li>");
    }
    html_put(h, "</ul>\n");
}

static void put_sample(struct html *h, const struct finding *f)
{
    size_t n = MIN(f->n_sample, HTML_SAMPLE_MOST);

    if (n == 0)
        return;
    html_put(h, "<h4>Users, such as</h4><ul class=\"sample\">");
    for (size_t i = 0; i < n; i++) {
        html_put(h, "<li>");
        html_value(h, f->sample[i]);
        html_put(h, "</li>");
    }
    html_put(h, "</ul>\n");
}

static void put_record(struct html *h, const struct evidence *e)
{
    struct str part = words_cut(e->raw, HTML_RECORD_MOST);

    html_put(h, "<tr><td class=\"t\">");
    words_put_time(&h->text, e->time_ms);
    html_words(h);
    html_put(h, "</td><td class=\"w\">");
    html_value(h, e->user);
    html_put(h, "</td><td class=\"w\">");
    html_value(h, e->source);
    html_put(h, "</td><td>");
    html_value(h, e->code);
    html_put(h, "</td><td class=\"w\">");
    html_value(h, e->agent);
    html_put(h, "</td></tr><tr><td colspan=\"5\"><pre>");
    html_text(h, part);
    html_put(h, "</pre>");
    if (part.len < e->raw.len) {
        html_put(h, "<p class=\"soft\">cut here; the record has ");
        words_put_bytes(h->out, e->raw.len);
        html_put(h, "</p>");
    }
    html_put(h, "</td></tr>\n");
}

static void put_evidence(struct html *h, const struct finding *f)
{
    size_t n = MIN(f->n_evidence, HTML_RECORDS_MOST);

    if (n == 0)
        return;
    html_put(h, "<details><summary>Evidence: ");
    words_put_counted(h->out, f->n_evidence, "record");
    html_put(h, "</summary><div class=\"scroll\"><table><caption>Records behind the finding, "
                "oldest first");
    if (n < f->n_evidence)
        buf_printf(h->out, "; the first %zu are shown", n);
    html_put(h, "</caption><thead><tr><th scope=\"col\">Time (UTC)</th><th scope=\"col\">User</th>"
                "<th scope=\"col\">Source</th><th scope=\"col\">Code</th><th scope=\"col\">User "
                "agent</th></tr></thead><tbody>\n");
    for (size_t i = 0; i < n; i++)
        put_record(h, &f->evidence[i]);
    html_put(h, "</tbody></table></div></details>\n");
}

static void put_row(struct html *h, const struct finding *f)
{
    if (f->n_row == 0)
        return;
    html_put(h, "<details><summary>Row of the query</summary><div class=\"scroll\"><table>"
                "<thead><tr><th scope=\"col\">Column</th><th scope=\"col\">Value</th></tr></thead>"
                "<tbody>\n");
    for (size_t i = 0; i < f->n_row; i++) {
        html_put(h, "<tr><th scope=\"row\" class=\"w\">");
        html_value(h, f->row[i].name);
        html_put(h, "</th><td class=\"w\">");
        html_value(h, f->row[i].value);
        html_put(h, "</td></tr>\n");
    }
    html_put(h, "</tbody></table></div></details>\n");
}

static void put_list(struct html *h, const char *heading, const struct str *s, size_t n)
{
    if (n == 0)
        return;
    buf_printf(h->out, "<h4>%s</h4><ul class=\"plain\">", heading);
    for (size_t i = 0; i < n; i++) {
        html_put(h, "<li>");
        html_text(h, words_cut(s[i], HTML_RECORD_MOST));
        html_put(h, "</li>");
    }
    html_put(h, "</ul>\n");
}

/* Addresses of pages are text: the report leads nowhere by itself. */
static void put_attack(struct html *h, const struct detection *d)
{
    html_put(h, "<h4>ATT&amp;CK</h4><ul class=\"plain\">");
    for (size_t i = 0; i < d->n_attack; i++) {
        struct attack a;

        attack_of(d->attack[i], &a);
        html_put(h, "<li>");
        html_value(h, a.id);
        if (a.parent_name != NULL && a.is_sub)
            buf_printf(h->out, " %s:", a.parent_name);
        if (a.name != NULL)
            buf_printf(h->out, " %s", a.name);
        if (a.tactic_name != NULL)
            buf_printf(h->out, " (%s)", a.tactic_name);
        if (a.valid) {
            html_put(h, " <span class=\"soft\">");
            attack_put_url(h->out, a.id);
            html_put(h, "</span>");
        }
        html_put(h, "</li>");
    }
    html_put(h, "</ul>\n");
}

static void put_about(struct html *h, const struct detection *d)
{
    html_put(h, "<details><summary>About the detection</summary>");
    if (d->description.len > 0) {
        html_put(h, "<p>");
        html_text(h, words_cut(d->description, HTML_RECORD_MOST));
        html_put(h, "</p>");
    }
    if (d->n_attack > 0)
        put_attack(h, d);
    put_list(h, "References", d->references, d->n_references);
    html_put(h, "<p class=\"soft\">");
    html_value(h, d->id);
    html_put(h, " of pack ");
    html_value(h, d->pack->id);
    if (d->pack->version.len > 0) {
        html_put(h, " ");
        html_value(h, d->pack->version);
    }
    html_put(h, "</p></details>\n");
}

void html_finding(struct html *h, const struct finding *f)
{
    const struct detection *d = f->detection;

    buf_printf(h->out, "<article class=\"panel finding %s\" id=\"f-%s\"><header>",
               severity_name(f->severity), f->id);
    html_chip(h, f->severity);
    html_put(h, "<h3>");
    html_value(h, d->title.len > 0 ? d->title : d->id);
    html_put(h, "</h3>");
    for (size_t i = 0; i < d->n_attack; i++) {
        html_put(h, "<span class=\"tag\">");
        html_value(h, d->attack[i]);
        html_put(h, "</span>");
    }
    html_put(h, "</header><p class=\"who\"><strong>");
    html_who(h, f);
    html_put(h, "</strong>");
    if (f->verdict.len > 0) {
        html_put(h, ": ");
        html_value(h, f->verdict);
    }
    html_put(h, "</p>\n");
    put_labels(h, f);
    put_facts(h, f);
    put_entities(h, f);
    if (f->profile != NULL) {
        html_put(h, "<h4>The source in this time</h4><p>");
        report_profile_words(f->profile, &h->text);
        html_words(h);
        html_put(h, "</p>\n");
        html_hours(h, f);
    }
    put_sample(h, f);
    put_list(h, "It may be harmless when", d->false_positives, d->n_false_positives);
    put_evidence(h, f);
    put_row(h, f);
    put_about(h, d);
    buf_printf(h->out, "<p class=\"soft\">Finding <span class=\"id\">%s</span></p></article>\n",
               f->id);
}
