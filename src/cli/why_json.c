/* why_json.c - the answer of lanner why for programs. See why_output.h. */
#include <stdlib.h>

#include "cli/why_output.h"
#include "report/report.h"
#include "util/civil.h"
#include "util/safe.h"

static void json_name(struct buf *b, const char *name)
{
    if (b->len > 0 && b->ptr[b->len - 1] != '{' && b->ptr[b->len - 1] != '[')
        buf_putc(b, ',');
    buf_printf(b, "\"%s\":", name);
}

static void json_text(struct buf *b, const char *name, struct str s)
{
    json_name(b, name);
    safe_put_json(b, s, true);
}

static void json_count(struct buf *b, const char *name, uint64_t n)
{
    json_name(b, name);
    buf_printf(b, "%llu", (unsigned long long)n);
}

static void json_number(struct buf *b, const char *name, double v)
{
    json_name(b, name);
    why_put_number(b, v);
}

static void json_time(struct buf *b, const char *name, int64_t ms)
{
    struct civil c;

    if (!why_has_time(ms))
        return;
    civil_from_seconds(floor_div(ms, MS_PER_S), &c);
    json_name(b, name);
    buf_printf(b, "\"%04d-%02d-%02dT%02d:%02d:%02d.%03dZ\"", c.year, c.month, c.day, c.hour,
               c.minute, c.second, (int)(ms - floor_div(ms, MS_PER_S) * MS_PER_S));
}

static void json_codes(struct buf *b, const char *name, const struct why_code *codes, size_t n)
{
    json_name(b, name);
    buf_putc(b, '[');
    for (size_t i = 0; i < n; i++) {
        buf_puts(b, i > 0 ? ",{" : "{");
        json_text(b, "code", codes[i].code);
        json_count(b, "events", codes[i].n_events);
        buf_putc(b, '}');
    }
    buf_putc(b, ']');
}

static void json_takers(struct buf *b, const struct why_detection *d)
{
    json_name(b, "taken_by");
    buf_putc(b, '[');
    for (size_t i = 0; i < d->n_takers; i++) {
        const struct lanner_allow_entry *e = &d->takers[i].entry;

        buf_puts(b, i > 0 ? ",{" : "{");
        json_text(b, "file", str_z(e->file));
        json_count(b, "line", e->line);
        json_text(b, "kind", str_z(e->kind));
        json_text(b, "value", str_z(e->value));
        json_text(b, "owner", str_z(e->owner));
        json_text(b, "reason", str_z(e->reason));
        json_count(b, "events", d->takers[i].n_events);
        buf_putc(b, '}');
    }
    buf_putc(b, ']');
}

static void json_cells(struct buf *b, const char *name, const struct cell *cells, size_t n)
{
    json_name(b, name);
    buf_putc(b, '{');
    for (size_t i = 0; i < n; i++) {
        buf_puts(b, i > 0 ? "," : "");
        safe_put_json(b, cells[i].name, true);
        buf_putc(b, ':');
        safe_put_json(b, cells[i].value, true);
    }
    buf_putc(b, '}');
}

static void json_groups(struct buf *b, const struct why_detection *d)
{
    json_name(b, "groups");
    buf_putc(b, '[');
    for (size_t i = 0; i < d->n_groups; i++) {
        const struct why_group *g = &d->groups[i];

        buf_puts(b, i > 0 ? ",{" : "{");
        json_cells(b, "keys", g->keys, g->n_keys);
        json_cells(b, "row", g->row, g->n_row);
        json_time(b, "window_start", g->window_start_ms);
        json_time(b, "first_seen", g->first_ms);
        json_time(b, "last_seen", g->last_ms);
        json_number(b, "value", g->value);
        if (d->has_threshold)
            json_number(b, "short", MAX(d->threshold - g->value, 0.0));
        buf_putc(b, '}');
    }
    buf_putc(b, ']');
}

static void json_detection(struct buf *b, const struct why *w, const struct why_detection *d)
{
    struct why_code *missed;
    size_t n_missed = why_codes_missed(w, d, &missed);

    buf_putc(b, '{');
    json_text(b, "type", STR("detection"));
    json_text(b, "detection", d->detection->id);
    json_text(b, "language", str_z(query_language_name(d->language)));
    if (d->failed)
        json_text(b, "error", str_z(d->err.text));
    json_count(b, "findings", d->n_findings);
    json_count(b, "events_reached", d->n_reached);
    json_count(b, "events_taken", d->n_taken);
    json_count(b, "without_user", d->n_without_user);
    json_count(b, "without_source", d->n_without_source);
    json_time(b, "first_seen", d->first_ms);
    json_time(b, "last_seen", d->last_ms);
    json_codes(b, "codes", d->codes, d->n_codes);
    if (w->has_events)
        json_codes(b, "codes_not_reached", missed, n_missed);
    json_takers(b, d);
    if (d->has_threshold)
        json_number(b, "threshold", d->threshold);
    json_text(b, "unit", str_z(why_unit(d->detection)));
    json_groups(b, d);
    json_count(b, "groups_in_all", d->n_all_groups);
    buf_puts(b, "}\n");
    free(missed);
}

static void json_subject(struct buf *b, const struct why *w)
{
    buf_putc(b, '{');
    json_text(b, "type", STR("subject"));
    json_text(b, "kind", str_z(why_subject_name(w->subject)));
    json_text(b, "value", w->what);
    if (w->has_events) {
        struct buf words = {0};

        json_count(b, "events", w->profile->n_events);
        json_count(b, "users", w->profile->n_users);
        json_time(b, "first_seen", w->first_ms);
        json_time(b, "last_seen", w->last_ms);
        json_codes(b, "codes", w->codes, w->n_codes);
        report_profile_words(w->profile, &words);
        json_text(b, "profile", buf_str(&words));
        buf_done(&words);
    }
    buf_puts(b, "}\n");
}

/* What the verdict is made of, which the finding's own line does not have. */
static void json_verdict(struct buf *b, const struct why_finding *w)
{
    char id[sizeof(w->finding->id)];

    memcpy(id, w->finding->id, sizeof(id));
    buf_putc(b, '{');
    json_text(b, "type", STR("verdict"));
    json_text(b, "id", str_z(id));
    json_number(b, "value", w->finding->value);
    json_text(b, "unit", str_z(why_unit(w->finding->detection)));
    if (w->held != NULL) {
        json_text(b, "verdict", w->held->verdict);
        if (w->held_at > 0)
            json_number(b, "from", w->held_at);
    }
    if (w->next != NULL) {
        json_text(b, "next_verdict", w->next->verdict);
        json_number(b, "next_from", w->next_at);
    }
    buf_puts(b, "}\n");
}

enum lanner_rc why_put_ndjson(struct buf *b, const struct why *w, bool terminal,
                              struct lanner_err *err)
{
    struct report_options o = {.show_suppressed = true, .terminal = terminal};

    if (w->subject != WHY_FINDING)
        json_subject(b, w);
    for (size_t i = 0; i < w->n_findings; i++) {
        struct detect_result one = *w->result;
        struct finding f = *w->findings[i].finding;

        one.findings = &f;
        one.n_findings = 1;
        TRY(report_write("ndjson", &one, &o, b, err));
        json_verdict(b, &w->findings[i]);
    }
    for (size_t i = 0; i < w->n_detections; i++)
        json_detection(b, w, &w->detections[i]);
    return LANNER_OK;
}
