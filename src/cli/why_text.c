/* why_text.c - the answer of lanner why for people. See why_output.h. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/why_output.h"
#include "report/report.h"
#include "util/civil.h"
#include "util/num.h"
#include "util/safe.h"

/* NDJSON has all. */
#define MAX_FINDINGS ((size_t)20)
#define MAX_CODES    ((size_t)12)
#define MAX_TAKERS   ((size_t)8)
#define MAX_SAMPLE   ((size_t)10)
#define MAX_TEXT     ((size_t)200) /* bytes of a name */
#define MAX_RAW      ((size_t)1000)

void why_put_number(struct buf *b, double v)
{
    char room[NUM_PRINT_MAX];

    buf_put(b, room, num_print_double(room, v));
}

/* Event times have a year of four digits. */
bool why_has_time(int64_t ms)
{
    return ms != LANNER_TIME_OPEN && floor_div(ms, MS_PER_S) >= CIVIL_MIN_S &&
           floor_div(ms, MS_PER_S) < CIVIL_END_S;
}

/* Codes of the subject's events that did not reach the query. */
size_t why_codes_missed(const struct why *w, const struct why_detection *d, struct why_code **out)
{
    struct why_code *codes = xcalloc(w->n_codes + 1, sizeof(*codes));
    size_t n = 0;

    for (size_t i = 0; i < w->n_codes; i++) {
        struct why_code c = w->codes[i];

        for (size_t k = 0; k < d->n_codes; k++) {
            if (str_eq(d->codes[k].code, c.code))
                c.n_events -= MIN(c.n_events, d->codes[k].n_events);
        }
        if (c.n_events > 0)
            codes[n++] = c;
    }
    *out = codes;
    return n;
}

/* ---- Words ---- */

/* A text of a log or a pack, on one line, harmless on a terminal. */
static void put_text(struct buf *b, struct str s, size_t most)
{
    bool cut = s.len > most;

    if (cut) {
        s.len = most;
        while (s.len > 0 && ((unsigned char)s.ptr[s.len] & 0xC0) == 0x80)
            s.len--; /* not within a character */
    }
    safe_put_text(b, s, true, "");
    if (cut)
        buf_puts(b, "...");
}

static void put_count(struct buf *b, uint64_t n, const char *word)
{
    char room[32];

    buf_printf(b, "%.*s %s%s", STR_ARG(message_count(room, n)), word, n == 1 ? "" : "s");
}

static void put_time(struct buf *b, int64_t ms)
{
    struct civil c;

    if (!why_has_time(ms)) {
        buf_putc(b, '-');
        return;
    }
    civil_from_seconds(floor_div(ms, MS_PER_S), &c);
    buf_printf(b, "%04d-%02d-%02d %02d:%02d:%02d", c.year, c.month, c.day, c.hour, c.minute,
               c.second);
}

/* As 2026-03-02 13:00-14:00, or two whole times where days or seconds differ. */
static void put_period(struct buf *b, int64_t from_ms, int64_t to_ms)
{
    struct buf from = {0};
    struct buf to = {0};

    put_time(&from, from_ms);
    put_time(&to, to_ms);
    if (from.len == to.len && from.len == 19 && memcmp(from.ptr, to.ptr, 10) == 0) {
        bool whole = memcmp(from.ptr + 16, ":00", 3) == 0 && memcmp(to.ptr + 16, ":00", 3) == 0;

        if (str_eq(buf_str(&from), buf_str(&to)))
            buf_put_str(b, buf_str(&from));
        else
            buf_printf(b, "%.*s-%.*s", whole ? 16 : 19, from.ptr, whole ? 5 : 8, to.ptr + 11);
    } else {
        buf_printf(b, "%.*s to %.*s", STR_ARG(buf_str(&from)), STR_ARG(buf_str(&to)));
    }
    buf_done(&from);
    buf_done(&to);
}

static void put_codes(struct buf *b, const struct why_code *codes, size_t n)
{
    for (size_t i = 0; i < n && i < MAX_CODES; i++) {
        buf_puts(b, i > 0 ? ", " : "");
        if (codes[i].code.len > 0)
            put_text(b, codes[i].code, MAX_TEXT);
        else
            buf_puts(b, "none");
        buf_printf(b, " (%llu)", (unsigned long long)codes[i].n_events);
    }
    if (n > MAX_CODES)
        buf_printf(b, " and %zu more", n - MAX_CODES);
}

static void put_entry(struct buf *b, const struct lanner_allow_entry *e)
{
    const char *parts[] = {e->owner, e->reason, e->ticket};
    const char *between = " (";
    const char *slash = strrchr(e->file, '/');

    put_text(b, str_z(slash != NULL ? slash + 1 : e->file), MAX_TEXT);
    buf_printf(b, ":%u ", e->line);
    put_text(b, str_z(e->value), MAX_TEXT);
    for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
        if (parts[i][0] == '\0')
            continue;
        buf_puts(b, between);
        put_text(b, str_z(parts[i]), MAX_TEXT);
        between = ", ";
    }
    if (between[0] == ',')
        buf_putc(b, ')');
}

/* ---- A finding ---- */

static void put_keys(struct buf *b, const struct cell *keys, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        buf_puts(b, i > 0 ? ", " : "");
        put_text(b, keys[i].name, MAX_TEXT);
        buf_putc(b, ' ');
        if (keys[i].value.len > 0)
            put_text(b, keys[i].value, MAX_TEXT);
        else
            buf_puts(b, "(empty)");
    }
}

static void put_who(struct buf *b, const struct finding *f)
{
    put_keys(b, f->keys, f->n_keys);
    if (f->n_keys == 0)
        buf_puts(b, "all sources together");
}

static void put_numbers(struct buf *b, const struct finding *f)
{
    const char *unit = why_unit(f->detection);

    buf_puts(b, "  ");
    why_put_number(b, f->value);
    buf_printf(b, " %s", unit);
    if (f->n_events > 0 && strcmp(unit, "events") != 0) {
        buf_puts(b, " in ");
        put_count(b, f->n_events, "event");
    }
    buf_puts(b, ", first ");
    put_time(b, f->first_ms);
    buf_puts(b, ", last ");
    put_time(b, f->last_ms);
    if (f->rate_per_min > 0)
        buf_printf(b, ", %.1f a minute", f->rate_per_min);
    if (f->n_merged > 1)
        buf_printf(b, ", %u rows of the query", f->n_merged);
    buf_putc(b, '\n');
    if (f->window_start_ms != LANNER_TIME_OPEN && why_has_time(f->window_start_ms)) {
        buf_puts(b, "  window ");
        put_period(b, f->window_start_ms, f->window_start_ms + f->detection->window_ms);
        buf_putc(b, '\n');
    }
}

static void put_verdict(struct buf *b, const struct why_finding *w)
{
    const struct finding *f = w->finding;
    const char *unit = why_unit(f->detection);

    if (f->verdict.len > 0) {
        buf_puts(b, "  verdict ");
        put_text(b, f->verdict, MAX_TEXT);
        if (w->held != NULL && w->held_at > 0) {
            buf_puts(b, ": from ");
            why_put_number(b, w->held_at);
            buf_printf(b, " %s on", unit);
        } else if (w->held != NULL) {
            buf_puts(b, ": as the query says");
        }
        buf_putc(b, '\n');
    } else if (f->detection->n_verdicts > 0) {
        buf_puts(b, "  no verdict of the detection holds: its own severity\n");
    }
    if (w->next != NULL) {
        buf_puts(b, "  next verdict ");
        put_text(b, w->next->verdict, MAX_TEXT);
        buf_puts(b, ": from ");
        why_put_number(b, w->next_at);
        buf_printf(b, " %s on, ", unit);
        why_put_number(b, w->next_at - f->value);
        buf_puts(b, " more\n");
    }
}

static void put_labels(struct buf *b, const struct finding *f)
{
    for (size_t i = 0; i < f->n_labels; i++) {
        const struct label *l = &f->labels[i];
        struct str parts[] = {l->owner, l->reason, l->ticket};

        buf_printf(b, "  %s: ", label_name(l->kind));
        put_text(b, l->entry, MAX_TEXT);
        for (size_t k = 0; k < ARRAY_LEN(parts); k++) {
            if (parts[k].len == 0)
                continue;
            buf_puts(b, ", ");
            put_text(b, parts[k], MAX_TEXT);
        }
        if (l->n_events > 0) {
            buf_puts(b, ", ");
            put_count(b, l->n_events, "event");
        }
        buf_putc(b, '\n');
    }
}

static void put_sample(struct buf *b, const struct finding *f)
{
    if (f->n_sample == 0)
        return;
    buf_puts(b, "  users: ");
    for (size_t i = 0; i < f->n_sample && i < MAX_SAMPLE; i++) {
        buf_puts(b, i > 0 ? ", " : "");
        put_text(b, f->sample[i], MAX_TEXT);
    }
    if (f->n_users > MIN(f->n_sample, MAX_SAMPLE))
        buf_puts(b, ", ...");
    buf_putc(b, '\n');
}

static void put_profile(struct buf *b, const struct profile *p)
{
    struct buf words = {0};

    if (p == NULL || p->n_events == 0)
        return;
    report_profile_words(p, &words);
    buf_puts(b, "  profile: ");
    safe_put_text(b, buf_str(&words), true, "");
    buf_putc(b, '\n');
    buf_done(&words);
}

static void put_evidence(struct buf *b, const struct finding *f)
{
    if (f->n_evidence == 0)
        return;
    buf_printf(b, "  the first %zu of its events:\n", f->n_evidence);
    for (size_t i = 0; i < f->n_evidence; i++) {
        const struct evidence *e = &f->evidence[i];
        struct str parts[] = {e->source, e->user, e->code, e->agent};

        buf_puts(b, "    ");
        put_time(b, e->time_ms);
        for (size_t k = 0; k < ARRAY_LEN(parts); k++) {
            buf_puts(b, "  ");
            if (parts[k].len > 0)
                put_text(b, parts[k], MAX_TEXT);
            else
                buf_putc(b, '-');
        }
        buf_puts(b, "\n      ");
        put_text(b, e->raw, MAX_RAW);
        buf_putc(b, '\n');
    }
}

static void put_finding(struct buf *b, const struct why_finding *w)
{
    const struct finding *f = w->finding;

    buf_printf(b, "finding %.12s, %s%s: ", f->id, severity_name(f->severity),
               f->suppressed ? ", suppressed" : "");
    put_text(b, f->detection->title, MAX_TEXT);
    buf_puts(b, "\n  detection ");
    put_text(b, f->detection->id, MAX_TEXT);
    buf_puts(b, ", found by ");
    for (int l = 0, n = 0; l < QUERY_LANGUAGES; l++) {
        if (f->found_by[l])
            buf_printf(b, "%s%s", n++ > 0 ? " and " : "",
                       query_language_name((enum query_language)l));
    }
    buf_puts(b, "\n  ");
    put_who(b, f);
    buf_putc(b, '\n');
    put_numbers(b, f);
    put_verdict(b, w);
    put_labels(b, f);
    put_sample(b, f);
    put_profile(b, f->profile);
    put_evidence(b, f);
}

/* ---- A source without a finding ---- */

static void put_reached(struct buf *b, const struct why *w, const struct why_detection *d)
{
    struct why_code *missed;
    size_t n = why_codes_missed(w, d, &missed);

    buf_puts(b, "  ");
    if (!w->has_events) {
        put_count(b, d->n_reached, "event");
        buf_puts(b, d->n_reached == 1 ? " reaches its query" : " reach its query");
        if (d->n_codes > 0) {
            buf_puts(b, ": codes ");
            put_codes(b, d->codes, d->n_codes);
        }
    } else {
        buf_printf(b, "%llu of ", (unsigned long long)d->n_reached);
        put_count(b, w->profile->n_events, "event");
        buf_puts(b, w->profile->n_events == 1 ? " reaches its query" : " reach its query");
        if (n > 0) {
            buf_puts(b, "; the codes of the others: ");
            put_codes(b, missed, n);
        }
    }
    buf_putc(b, '\n');
    free(missed);
    if (d->n_without_user > 0 || d->n_without_source > 0) {
        buf_puts(b, "  of these ");
        put_count(b, d->n_without_user, "event");
        buf_puts(b, " without a user, ");
        put_count(b, d->n_without_source, "event");
        buf_puts(b, " without an address\n");
    }
}

static void put_takers(struct buf *b, const struct why_detection *d)
{
    for (size_t i = 0; i < d->n_takers && i < MAX_TAKERS; i++) {
        buf_puts(b, "  ");
        put_count(b, d->takers[i].n_events, "event");
        buf_puts(b, d->takers[i].n_events == 1 ? " is taken by " : " are taken by ");
        put_entry(b, &d->takers[i].entry);
        buf_putc(b, '\n');
    }
    if (d->n_takers > MAX_TAKERS)
        buf_printf(b, "  %zu more entries take events\n", d->n_takers - MAX_TAKERS);
    if (d->n_taken > 0 && d->n_taken == d->n_reached)
        buf_puts(b, "  none of its events is left\n");
}

static void put_group(struct buf *b, const struct why_detection *d, const struct why_group *g)
{
    int64_t length = d->detection->window_ms;

    buf_puts(b, "  ");
    why_put_number(b, g->value);
    if (d->has_threshold) {
        buf_puts(b, " of ");
        why_put_number(b, d->threshold);
    }
    buf_printf(b, " %s", why_unit(d->detection));
    if (g->window_start_ms != LANNER_TIME_OPEN && length > 0) {
        buf_puts(b, " in ");
        put_period(b, g->window_start_ms, g->window_start_ms + length);
    } else if (why_has_time(g->first_ms)) {
        buf_puts(b, " in ");
        put_period(b, g->first_ms, g->last_ms);
    }
    buf_puts(b, g->n_keys > 0 ? ", " : "");
    put_keys(b, g->keys, g->n_keys);
    if (d->has_threshold && g->value < d->threshold) {
        buf_puts(b, ": ");
        why_put_number(b, d->threshold - g->value);
        buf_puts(b, " short");
    } else if (d->n_findings == 0) {
        buf_puts(b, d->has_threshold ? ": enough, another condition of the query is not met"
                                     : ": a condition behind its grouping is not met");
        if (g->n_row > 0) {
            buf_puts(b, " by ");
            put_keys(b, g->row, g->n_row);
        }
    }
    buf_putc(b, '\n');
}

static void put_detection(struct buf *b, const struct why *w, const struct why_detection *d)
{
    buf_puts(b, "detection ");
    put_text(b, d->detection->id, MAX_TEXT);
    buf_printf(b, " (%s): ", query_language_name(d->language));
    if (d->failed) {
        buf_puts(b, "cannot be asked: ");
        put_text(b, str_z(d->err.text), sizeof(d->err.text));
        buf_putc(b, '\n');
        return;
    }
    if (d->n_findings > 0)
        put_count(b, d->n_findings, "finding");
    else
        buf_puts(b, "no finding");
    buf_putc(b, '\n');
    put_reached(b, w, d);
    put_takers(b, d);
    for (size_t i = 0; i < d->n_groups; i++)
        put_group(b, d, &d->groups[i]);
    if (d->n_all_groups > d->n_groups)
        buf_printf(b, "  %llu further groups have less\n",
                   (unsigned long long)(d->n_all_groups - d->n_groups));
}

static bool is_untouched(const struct why_detection *d)
{
    return !d->failed && d->n_reached == 0 && d->n_findings == 0 && d->n_all_groups == 0;
}

static bool lacks_source(const struct why *w, const struct why_detection *d)
{
    const struct detect_result *r = w->result;

    for (size_t i = 0; i < r->n_outcomes; i++) {
        if (r->outcomes[i].detection == d->detection && r->outcomes[i].language == d->language)
            return r->outcomes[i].what == NO_SOURCE;
    }
    return false;
}

/* Detections that none of its events reaches have no more to say each. */
static void put_untouched(struct buf *b, const struct why *w, bool without_source)
{
    const char *between = without_source ? "no log of their sources is there: "
                                         : "none of its events reaches the query of: ";

    for (size_t i = 0; i < w->n_detections; i++) {
        const struct why_detection *d = &w->detections[i];

        if (!is_untouched(d) || lacks_source(w, d) != without_source)
            continue;
        buf_puts(b, between);
        put_text(b, d->detection->id, MAX_TEXT);
        buf_printf(b, " (%s)", query_language_name(d->language));
        between = ", ";
    }
    if (between[0] == ',')
        buf_putc(b, '\n');
}

static void put_subject(struct buf *b, const struct why *w)
{
    buf_printf(b, "%s ", why_subject_name(w->subject));
    put_text(b, w->what, MAX_TEXT);
    if (!w->has_events) {
        buf_putc(b, '\n');
        return;
    }
    buf_puts(b, ": ");
    put_count(b, w->profile->n_events, "event");
    if (w->profile->n_events == 0) {
        buf_puts(b, " in these logs\n");
        return;
    }
    buf_puts(b, ", ");
    put_period(b, w->first_ms, w->last_ms);
    buf_puts(b, " UTC\n  codes: ");
    put_codes(b, w->codes, w->n_codes);
    buf_putc(b, '\n');
    put_profile(b, w->profile);
}

void why_put_text(struct buf *b, const struct why *w)
{
    if (w->subject != WHY_FINDING) {
        put_subject(b, w);
        buf_putc(b, '\n');
    }
    for (size_t i = 0; i < w->n_findings && i < MAX_FINDINGS; i++) {
        put_finding(b, &w->findings[i]);
        buf_putc(b, '\n');
    }
    if (w->n_findings > MAX_FINDINGS)
        buf_printf(b, "%zu further findings are not shown\n\n", w->n_findings - MAX_FINDINGS);
    for (size_t i = 0; i < w->n_detections; i++) {
        if (!is_untouched(&w->detections[i]))
            put_detection(b, w, &w->detections[i]);
    }
    put_untouched(b, w, false);
    put_untouched(b, w, true);
}
