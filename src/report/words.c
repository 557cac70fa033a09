/* words.c - numbers, times and labels as text for people. See words.h. Times are UTC: a report is
 * read in other places than the one it was made in. */
#include "report/words.h"

#include <inttypes.h>
#include <math.h>

#include "util/civil.h"
#include "util/num.h"

bool words_has_time(int64_t ms)
{
    return ms != LANNER_TIME_OPEN && ms >= CIVIL_MIN_S * MS_PER_S && ms < CIVIL_END_S * MS_PER_S;
}

static int64_t seconds_of(int64_t ms)
{
    return floor_div(ms, MS_PER_S);
}

static void put_date(struct buf *b, const struct civil *c)
{
    buf_printf(b, "%04d-%02d-%02d", c->year, c->month, c->day);
}

void words_put_clock(struct buf *b, int64_t ms)
{
    struct civil c;

    civil_from_seconds(seconds_of(ms), &c);
    buf_printf(b, "%02d:%02d:%02d", c.hour, c.minute, c.second);
}

void words_put_time(struct buf *b, int64_t ms)
{
    struct civil c;

    if (!words_has_time(ms)) {
        buf_putc(b, '-');
        return;
    }
    civil_from_seconds(seconds_of(ms), &c);
    put_date(b, &c);
    buf_putc(b, ' ');
    words_put_clock(b, ms);
}

void words_put_instant(struct buf *b, int64_t ms)
{
    struct civil c;

    civil_from_seconds(seconds_of(ms), &c);
    put_date(b, &c);
    buf_putc(b, 'T');
    words_put_clock(b, ms);
    buf_printf(b, ".%03dZ", (int)(ms - seconds_of(ms) * MS_PER_S));
}

bool words_same_day(int64_t a_ms, int64_t b_ms)
{
    return words_has_time(a_ms) && words_has_time(b_ms) &&
           floor_div(seconds_of(a_ms), DAY_S) == floor_div(seconds_of(b_ms), DAY_S);
}

/* What is the same as in the first time is left out: the day, or the year. */
void words_put_last(struct buf *b, const struct finding *f)
{
    struct buf first = {0};
    struct buf last = {0};
    size_t year = strlen("2026-");

    words_put_time(&first, f->first_ms);
    words_put_time(&last, f->last_ms);
    if (words_same_day(f->first_ms, f->last_ms))
        words_put_clock(b, f->last_ms);
    else if (last.len > year && first.len > year && memcmp(first.ptr, last.ptr, year) == 0)
        buf_put(b, last.ptr + year, last.len - year);
    else
        buf_put_str(b, buf_str(&last));
    buf_done(&first);
    buf_done(&last);
}

void words_put_span(struct buf *b, int64_t ms)
{
    static const struct {
        int64_t s;
        const char *name;
    } units[] = {{DAY_S, "d"}, {3600, "h"}, {60, "min"}, {1, "s"}};
    int64_t s = ms / MS_PER_S;
    unsigned written = 0;

    if (s <= 0) {
        buf_puts(b, ms > 0 ? "under 1 s" : "0 s");
        return;
    }
    /* Two units are as exact as a reader wants. */
    for (size_t i = 0; i < ARRAY_LEN(units) && written < 2; i++) {
        if (s < units[i].s && written == 0)
            continue;
        if (s >= units[i].s)
            buf_printf(b, "%s%" PRId64 " %s", written > 0 ? " " : "", s / units[i].s,
                       units[i].name);
        s %= units[i].s;
        written++;
    }
}

void words_put_count(struct buf *b, uint64_t n)
{
    char digits[24];
    int len = 0;

    do {
        digits[len++] = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    while (len > 0) {
        buf_putc(b, digits[--len]);
        if (len > 0 && len % 3 == 0)
            buf_putc(b, ',');
    }
}

void words_put_counted(struct buf *b, uint64_t n, const char *word)
{
    words_put_count(b, n);
    buf_printf(b, " %s%s", word, n == 1 ? "" : "s");
}

void words_put_real(struct buf *b, double v, int digits)
{
    char room[NUM_PRINT_MAX];
    double rounded;

    if (!isfinite(v)) {
        buf_putc(b, '-');
        return;
    }
    if (num_round_decimal(v, digits, &rounded))
        v = rounded;
    buf_put(b, room, num_print_double(room, v));
}

void words_put_share(struct buf *b, double share)
{
    /* What is not quite none, and not quite all, must not look so. */
    if (share > 0 && share < 0.01)
        buf_puts(b, "under 1 %");
    else if (share < 1 && share > 0.99)
        buf_puts(b, "over 99 %");
    else {
        words_put_real(b, share * 100, 0);
        buf_puts(b, " %");
    }
}

void words_put_bytes(struct buf *b, uint64_t n)
{
    static const char *const units[] = {"KB", "MB", "GB", "TB", "PB", "EB"};
    double v = (double)n;
    size_t unit = 0;

    if (n < 1000) {
        words_put_counted(b, n, "byte");
        return;
    }
    v /= 1000;
    while (v >= 1000 && unit + 1 < ARRAY_LEN(units)) {
        v /= 1000;
        unit++;
    }
    words_put_real(b, v, v < 10 ? 1 : 0);
    buf_printf(b, " %s", units[unit]);
}

void words_put_severities(struct buf *b, const struct report_counts *c)
{
    bool any = false;

    for (size_t s = SEVERITY_COUNT; s-- > 0;) {
        if (c->by_severity[s] == 0)
            continue;
        if (any)
            buf_puts(b, ", ");
        any = true;
        words_put_count(b, c->by_severity[s]);
        buf_printf(b, " %s", severity_name((enum severity)s));
    }
    if (!any)
        buf_puts(b, "none");
}

struct str words_cut(struct str s, size_t most)
{
    size_t n = MIN(s.len, most);

    if (n == s.len)
        return s;
    for (unsigned k = 0; k < 3 && n > 0 && ((unsigned char)s.ptr[n] & 0xC0) == 0x80; k++)
        n--;
    return str_of(s.ptr, n);
}

static void put_cut(struct buf *b, struct str s, size_t most)
{
    struct str part = words_cut(s, most);

    buf_put_str(b, part);
    if (part.len < s.len)
        buf_puts(b, "\xE2\x80\xA6");
}

void words_put_who(struct buf *b, const struct finding *f, const char *between, size_t most)
{
    bool any = false;

    for (size_t e = 0; e < ENTITY_COUNT; e++) {
        struct str value = f->entity[e];

        if (value.len == 0)
            continue;
        if (any)
            buf_puts(b, between);
        any = true;
        /* An address says itself what it is. */
        if (e == ENTITY_ASN)
            buf_puts(b, str_starts(value, STR("AS")) ? "" : "AS");
        else if (e != ENTITY_SOURCE && e != ENTITY_NETWORK)
            buf_printf(b, "%s ", entity_name((enum entity)e));
        put_cut(b, value, most);
    }
    for (size_t i = 0; i < f->n_keys && !any; i++) {
        if (i > 0)
            buf_puts(b, between);
        put_cut(b, f->keys[i].name, most);
        buf_putc(b, ' ');
        put_cut(b, f->keys[i].value, most);
    }
    if (!any && f->n_keys == 0)
        buf_putc(b, '-');
}

static void put_part(struct buf *b, bool *any, const char *what, struct str s)
{
    if (s.len == 0)
        return;
    buf_puts(b, *any ? ", " : " (");
    *any = true;
    buf_puts(b, what);
    buf_put_str(b, s);
}

void words_put_label(struct buf *b, const struct label *l)
{
    bool any = false;

    buf_puts(b, label_name(l->kind));
    if (l->entry.len > 0) {
        buf_puts(b, ": ");
        buf_put_str(b, l->entry);
    }
    put_part(b, &any, "ticket ", l->ticket);
    put_part(b, &any, "owner ", l->owner);
    put_part(b, &any, "", l->reason);
    if (any)
        buf_putc(b, ')');
    if (l->n_events > 0) {
        buf_puts(b, ", ");
        words_put_counted(b, l->n_events, "event");
    }
}

void words_put_label_names(struct buf *b, const struct finding *f)
{
    for (size_t i = 0; i < f->n_labels; i++) {
        if (i > 0)
            buf_puts(b, ", ");
        buf_puts(b, label_name(f->labels[i].kind));
        if (f->labels[i].ticket.len > 0) {
            buf_putc(b, ' ');
            put_cut(b, f->labels[i].ticket, 40);
        }
    }
}

void words_put_found_by(struct buf *b, const struct finding *f, const char *between)
{
    bool any = false;

    for (size_t l = 0; l < QUERY_LANGUAGES; l++) {
        if (!f->found_by[l])
            continue;
        buf_printf(b, "%s%s", any ? between : "", query_language_name((enum query_language)l));
        any = true;
    }
}

void words_put_sentence(struct buf *b, const struct finding *f)
{
    if (f->n_users > 0) {
        words_put_counted(b, f->n_users, "user");
        buf_puts(b, f->n_events > 0 ? " in " : "");
    }
    if (f->n_events > 0)
        words_put_counted(b, f->n_events, "event");
    buf_puts(b, f->n_users > 0 || f->n_events > 0 ? " of " : "");
    words_put_who(b, f, ", ", 200);
    if (!words_has_time(f->first_ms))
        return;
    buf_puts(b, ", ");
    words_put_time(b, f->first_ms);
    if (words_has_time(f->last_ms) && f->last_ms != f->first_ms) {
        buf_puts(b, " to ");
        if (words_same_day(f->first_ms, f->last_ms))
            words_put_clock(b, f->last_ms);
        else
            words_put_time(b, f->last_ms);
    }
    buf_puts(b, " UTC");
}

void words_put_message(struct buf *b, const struct finding *f)
{
    const struct detection *d = f->detection;

    buf_put_str(b, d->title.len > 0 ? d->title : d->id);
    if (f->verdict.len > 0) {
        buf_puts(b, ": ");
        buf_put_str(b, f->verdict);
    }
    buf_puts(b, ": ");
    words_put_sentence(b, f);
}

/* ---- The profile of a source ------------------------------------------------------------------
 */

/* Sequential tools keep the same pause, threaded ones give the gaps of a Poisson stream (variation
 * near 1), people neither. */
static const char *gap_words(double variation)
{
    if (variation < 0.3)
        return "regular, as a sequential tool sends";
    if (variation < 0.8)
        return "fairly regular";
    if (variation <= 1.3)
        return "random, as a threaded tool or independent users send";
    return "irregular, in bursts";
}

void report_profile_words(const struct profile *p, struct buf *out)
{
    words_put_counted(out, p->n_events, "event");
    buf_puts(out, " of the source in this time, by ");
    words_put_counted(out, p->n_users, "user");
    buf_puts(out, ". ");
    if (p->n_users > 0) {
        words_put_counted(out, p->n_failed_users, "user");
        buf_puts(out, " failed, ");
        words_put_count(out, p->n_success_users);
        buf_puts(out, " succeeded (");
        words_put_share(out, p->success_share);
        buf_puts(out, "). ");
        words_put_real(out, p->events_per_user, 1);
        buf_puts(out, " events for each user. ");
    }
    if (p->n_events > 2) {
        buf_puts(out, "Between events lie ");
        words_put_real(out, p->gap_median_s, p->gap_median_s < 10 ? 2 : 0);
        buf_puts(out, " s in the median, with a variation of ");
        words_put_real(out, p->gap_variation, 2);
        buf_printf(out, ": %s. ", gap_words(p->gap_variation));
    }
    if (p->n_users > 2) {
        words_put_share(out, p->ordered_share);
        buf_puts(out, " of new names came in alphabetical order");
        buf_puts(out, p->ordered_share >= 0.9 ? ", as from a sorted list. " : ". ");
    }
    words_put_counted(out, p->n_agents, "user agent");
    buf_puts(out, ", ");
    words_put_counted(out, p->n_applications, "application");
    buf_putc(out, '.');
}

const char *words_gap(const struct detect_result *result, size_t i)
{
    const struct {
        bool is_so;
        const char *text;
    } gaps[] = {
        {result->stats.incomplete, "some input could not be read to its end"},
        {result->interrupted,
         "the run was interrupted: some or all findings are without evidence and profile"},
        {result->cut, "there were too many findings: some rows of queries are in none"},
    };

    for (size_t k = 0; k < ARRAY_LEN(gaps); k++) {
        if (gaps[k].is_so && i-- == 0)
            return gaps[k].text;
    }
    return NULL;
}
