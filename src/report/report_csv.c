/* report_csv.c - one line per finding (RFC 4180 with LF line ends). Text that a spreadsheet would
 * run as a formula gets a leading apostrophe and control characters are written as \x1b, for this
 * is the form in which findings are mailed; with raw_cells text stays as it is, but on a terminal.
 */
#include "report/finding_json.h"
#include "report/words.h"
#include "util/num.h"
#include "util/safe.h"

static const char header[] =
    "id,severity,verdict,pack,detection,title,confidence,attack,source,network,asn,user,host,agent,"
    "application,tenant,window_start,first_seen,last_seen,users,events,value,rate_per_min,sample,"
    "found_by,merged,suppressed,labels\n";

static void put_text(const struct report *r, struct str s)
{
    bool safe = !r->options.raw_cells;

    buf_putc(r->out, ',');
    safe_put_csv(r->out, s, safe, safe || r->options.terminal);
}

static void put_instant(const struct report *r, int64_t ms)
{
    buf_putc(r->out, ',');
    if (words_has_time(ms))
        words_put_instant(r->out, ms);
}

static void put_real(const struct report *r, double v)
{
    char room[NUM_PRINT_MAX];

    buf_putc(r->out, ',');
    buf_put(r->out, room, num_print_double(room, v));
}

/* Not known is an empty cell. */
static void put_count(const struct report *r, uint64_t n)
{
    buf_putc(r->out, ',');
    if (n != 0)
        buf_printf(r->out, "%llu", (unsigned long long)n);
}

static void put_list(const struct report *r, const struct str *s, size_t n)
{
    struct buf list = {0};

    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            buf_puts(&list, "; ");
        buf_put_str(&list, s[i]);
    }
    put_text(r, buf_str(&list));
    buf_done(&list);
}

static void put_labels(const struct report *r, const struct finding *f)
{
    struct buf list = {0};

    for (size_t i = 0; i < f->n_labels; i++) {
        if (i > 0)
            buf_puts(&list, "; ");
        words_put_label(&list, &f->labels[i]);
    }
    put_text(r, buf_str(&list));
    buf_done(&list);
}

static void put_finding(const struct report *r, const struct finding *f)
{
    const struct detection *d = f->detection;
    struct buf languages = {0};

    buf_puts(r->out, f->id);
    put_text(r, str_z(severity_name(f->severity)));
    put_text(r, f->verdict);
    put_text(r, d->pack->id);
    put_text(r, d->id);
    put_text(r, d->title);
    put_text(r, d->confidence);
    put_list(r, d->attack, d->n_attack);
    for (size_t e = 0; e < ENTITY_COUNT; e++)
        put_text(r, f->entity[e]);
    put_instant(r, f->window_start_ms);
    put_instant(r, f->first_ms);
    put_instant(r, f->last_ms);
    put_count(r, f->n_users);
    put_count(r, f->n_events);
    put_real(r, f->value);
    put_real(r, f->rate_per_min);
    put_list(r, f->sample, f->n_sample);
    words_put_found_by(&languages, f, " ");
    put_text(r, buf_str(&languages));
    buf_done(&languages);
    put_count(r, f->n_merged);
    put_text(r, f->suppressed ? STR("true") : STR("false"));
    put_labels(r, f);
    buf_putc(r->out, '\n');
}

void report_csv(const struct report *r)
{
    buf_puts(r->out, header);
    for (size_t i = 0; i < r->result->n_findings; i++) {
        if (report_lists(r, &r->result->findings[i]))
            put_finding(r, &r->result->findings[i]);
    }
}
