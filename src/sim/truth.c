/* truth.c - the truth file: per campaign who, when, from where, with what outcome, and the rows of
 * the rule over the whole log, in which ordinary days have their share. */
#include "sim/truth.h"

#include <stdlib.h>

#include "sim/rule.h"

#define HOUR_MS INT64_C(3600000)

/* One record of a campaign, as far as counts need it. */
struct trace {
    int64_t hour_ms;
    uint64_t address;
    uint64_t user; /* number and variant */
    bool four, wide;
};

struct campaign_truth {
    VEC(struct trace) traces;
    VEC(uint64_t) addresses;
    VEC(uint64_t) users;
    uint64_t codes[64]; /* records by row of codes.def */
    int64_t first_ms, last_ms;
};

struct truth {
    const struct shape_def *shape;
    const struct stream *stream;
    struct rule *rule;                /* owned */
    struct campaign_truth *campaigns; /* owned; one per campaign of the stream */
    size_t n_campaigns;
};

struct truth *truth_new(const struct shape_def *shape, const struct stream *stream)
{
    struct truth *t = xcalloc(1, sizeof(*t));

    t->shape = shape;
    t->stream = stream;
    t->rule = rule_new(shape, stream_profile(stream));
    stream_campaigns(stream, &t->n_campaigns);
    t->campaigns = xcalloc(t->n_campaigns + 1, sizeof(*t->campaigns));
    assert(sim_code_count() <= ARRAY_LEN(t->campaigns->codes));
    return t;
}

void truth_free(struct truth *t)
{
    if (t == NULL)
        return;
    rule_free(t->rule);
    for (size_t i = 0; i < t->n_campaigns; i++) {
        VEC_DONE(&t->campaigns[i].traces);
        VEC_DONE(&t->campaigns[i].addresses);
        VEC_DONE(&t->campaigns[i].users);
    }
    free(t->campaigns);
    free(t);
}

#define ADD_ONCE(vec, value)                                                                       \
    do {                                                                                           \
        size_t add_i_ = 0;                                                                         \
        while (add_i_ < (vec)->n && (vec)->items[add_i_] != (value))                               \
            add_i_++;                                                                              \
        if (add_i_ == (vec)->n)                                                                    \
            VEC_PUSH(vec, value);                                                                  \
    } while (0)

void truth_add(struct truth *t, const struct sim_event *ev, const struct shape_writer *w,
               uint64_t ordinal)
{
    struct campaign_truth *c;
    const struct sim_code *code = sim_code_at(ev->code);
    int64_t ms = ev->created_ms - ev->created_ms % t->shape->time_unit_ms;
    uint64_t user = (uint64_t)ev->user << 8 | ev->variant;
    struct trace trace = {ms / HOUR_MS * HOUR_MS, ev->address, user, code->four, code->wide};

    rule_add(t->rule, ev, w, ordinal);
    if (ev->campaign == SIM_NO_CAMPAIGN)
        return;
    c = &t->campaigns[ev->campaign];
    c->first_ms = c->traces.n == 0 ? ms : MIN(c->first_ms, ms);
    c->last_ms = c->traces.n == 0 ? ms : MAX(c->last_ms, ms);
    c->codes[ev->code]++;
    VEC_PUSH(&c->traces, trace);
    ADD_ONCE(&c->addresses, ev->address);
    ADD_ONCE(&c->users, user);
}

static void put_instant(struct buf *out, int64_t ms)
{
    struct put_clock clock;
    char room[40];
    char *end;

    put_clock_init(&clock);
    end = put_time(&clock, room, ms, 3, 0);
    buf_putc(out, '"');
    buf_put(out, room, (size_t)(end - room));
    buf_puts(out, "Z\"");
}

static void put_address(struct buf *out, uint64_t address)
{
    char room[48];

    buf_putc(out, '"');
    buf_put(out, room, (size_t)(sim_put_address(room, address) - room));
    buf_putc(out, '"');
}

static void put_users(const struct truth *t, const struct campaign_truth *c, bool exist,
                      struct buf *out)
{
    char room[SIM_NAME_ROOM];
    bool first = true;

    for (size_t i = 0; i < c->users.n; i++) {
        struct sim_event ev = {.user = (uint32_t)(c->users.items[i] >> 8),
                               .variant = (uint8_t)c->users.items[i]};

        if ((ev.user < SIM_GHOST) != exist)
            continue;
        if (!first)
            buf_putc(out, ',');
        first = false;
        buf_put_json(out, str_of(room, profile_put_name(stream_profile(t->stream), &ev, room)));
    }
}

static int cmp_traces(const void *a, const void *b)
{
    const struct trace *x = a;
    const struct trace *y = b;

    if (x->hour_ms != y->hour_ms)
        return x->hour_ms < y->hour_ms ? -1 : 1;
    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    return x->user < y->user ? -1 : x->user > y->user;
}

/* Distinct users of the sorted traces from i on that share hour and address; *end is past them. */
static void count_hour(const struct campaign_truth *c, size_t i, size_t *end, uint64_t *four,
                       uint64_t *wide)
{
    const struct trace *first = &c->traces.items[i];

    *four = *wide = 0;
    while (i < c->traces.n && c->traces.items[i].hour_ms == first->hour_ms &&
           c->traces.items[i].address == first->address) {
        uint64_t user = c->traces.items[i].user;
        bool in_four = false;
        bool in_wide = false;

        for (; i < c->traces.n && c->traces.items[i].hour_ms == first->hour_ms &&
               c->traces.items[i].address == first->address && c->traces.items[i].user == user;
             i++) {
            in_four |= c->traces.items[i].four;
            in_wide |= c->traces.items[i].wide;
        }
        *four += in_four;
        *wide += in_wide;
    }
    *end = i;
}

static void put_hours(struct campaign_truth *c, struct buf *out)
{
    size_t i = 0;

    if (c->traces.n > 0)
        qsort(c->traces.items, c->traces.n, sizeof(*c->traces.items), cmp_traces);
    while (i < c->traces.n) {
        const struct trace *first = &c->traces.items[i];
        uint64_t four;
        uint64_t wide;

        buf_puts(out, i > 0 ? ",\n    {\"hour\":" : "\n    {\"hour\":");
        put_instant(out, first->hour_ms);
        buf_puts(out, ",\"address\":");
        put_address(out, first->address);
        count_hour(c, i, &i, &four, &wide);
        buf_printf(out, ",\"distinct\":%llu,\"distinct_wide\":%llu}", (unsigned long long)four,
                   (unsigned long long)wide);
    }
}

static void put_codes(const struct campaign_truth *c, struct buf *out)
{
    bool first = true;

    for (size_t row = 0; row < sim_code_count(); row++) {
        uint64_t n = c->codes[row];

        for (size_t k = row + 1; k < sim_code_count(); k++) {
            if (sim_code_at(k)->number == sim_code_at(row)->number)
                n += c->codes[k]; /* 50053 has two reasons */
        }
        for (size_t k = 0; k < row; k++) {
            if (sim_code_at(k)->number == sim_code_at(row)->number)
                n = 0;
        }
        if (n == 0)
            continue;
        buf_printf(out, "%s\"%u\":%llu", first ? "" : ",", sim_code_at(row)->number,
                   (unsigned long long)n);
        first = false;
    }
}

static void put_campaign(struct truth *t, const struct campaign *campaign, struct buf *out)
{
    struct campaign_truth *c = &t->campaigns[campaign->index];

    buf_printf(out, "{\"id\":\"%s\",\"type\":\"%.*s\",\"what\":\"%s\",\"rule\":\"%s\"",
               campaign->def->id, (int)strcspn(campaign->def->id, "."), campaign->def->id,
               campaign->def->what, campaign->def->rule);
    buf_printf(out, ",\"planned\":%u,\"events\":%zu", campaign->n, c->traces.n);
    if (c->traces.n > 0) {
        buf_puts(out, ",\"begin\":");
        put_instant(out, c->first_ms);
        buf_puts(out, ",\"end\":");
        put_instant(out, c->last_ms);
    }
    buf_puts(out, ",\n   \"codes\":{");
    put_codes(c, out);
    buf_puts(out, "},\n   \"addresses\":[");
    for (size_t i = 0; i < c->addresses.n; i++) {
        if (i > 0)
            buf_putc(out, ',');
        put_address(out, c->addresses.items[i]);
    }
    buf_puts(out, "],\n   \"users\":{\"exist\":[");
    put_users(t, c, true, out);
    buf_puts(out, "],\"unknown\":[");
    put_users(t, c, false, out);
    buf_puts(out, "]},\n   \"hours\":[");
    put_hours(c, out);
    buf_puts(out, "]}");
}

static void put_rows(struct truth *t, struct buf *out)
{
    const struct campaign *campaigns;
    const struct rule_group *const *rows;
    size_t n_campaigns;
    size_t n;
    uint64_t n_all;

    campaigns = stream_campaigns(t->stream, &n_campaigns);
    rows = rule_rows(t->rule, &n, &n_all);
    buf_printf(out, " \"rule\":{\"name\":\"t1589.002-email-enumeration\",\"n_rows\":%llu,",
               (unsigned long long)n_all);
    buf_puts(out, "\"note\":\"rows after the sort's limit of 200; campaigns names those that are "
                  "behind the row at the same place, none being ordinary days alone\",\n"
                  "  \"rows\":[");
    for (size_t i = 0; i < n; i++) {
        buf_puts(out, i > 0 ? ",\n   " : "\n   ");
        rule_put_row(t->rule, rows[i], out);
    }
    buf_puts(out, "],\n  \"campaigns\":[");
    for (size_t i = 0; i < n; i++) {
        bool first = true;

        buf_puts(out, i > 0 ? ",[" : "[");
        for (size_t k = 0; k < n_campaigns; k++) {
            if ((rows[i]->campaigns[k / 8] >> (k % 8) & 1) == 0)
                continue;
            buf_printf(out, "%s\"%s\"", first ? "" : ",", campaigns[k].def->id);
            first = false;
        }
        buf_putc(out, ']');
    }
    buf_puts(out, "]},\n");
}

void truth_print(struct truth *t, const struct sim_options *options, const struct sim_stats *stats,
                 struct buf *out)
{
    const struct campaign *campaigns;
    size_t n;

    campaigns = stream_campaigns(t->stream, &n);
    buf_printf(out, "{\"shape\":\"%s\",\"seed\":%llu,\"start\":", t->shape->name,
               (unsigned long long)options->seed);
    put_instant(out, options->start_ms);
    buf_printf(out, ",\"users\":%llu,\"events\":%llu,\"bytes\":%llu,\n",
               (unsigned long long)stats->n_users, (unsigned long long)stats->n_events,
               (unsigned long long)stats->n_bytes);
    put_rows(t, out);
    buf_puts(out, " \"campaigns\":[");
    for (size_t i = 0; i < n; i++) {
        buf_puts(out, i > 0 ? ",\n  " : "\n  ");
        put_campaign(t, &campaigns[i], out);
    }
    buf_puts(out, "]}\n");
}
