/* stream.c - ordinary days and campaigns merged in the order in which records are delivered.
 *
 * Time goes in seconds. What happens in a second is drawn, given its lateness and put into the
 * second of a wheel in which it will be delivered; then the wheel's own second is taken out,
 * sorted. Nothing is later than LATE_MAX_MS and no series reaches further ahead than a quarter of
 * an hour, so the wheel's nine hours hold everything and memory depends on the rate only. */
#include "sim/stream.h"

#include <stdlib.h>

#include "sim/background.h"

#define WHEEL_SLOTS 32768u
#define LATE_MAX_MS (6 * 3600000)
#define NO_CELL     UINT32_MAX
#define LATE_STEPS  ((size_t)1024)

struct cell {
    struct sim_event ev;
    uint32_t next;
};

struct stream {
    struct sim_options options;
    struct profile profile;
    struct random random;
    struct background *background; /* owned */
    struct campaign campaigns[SIM_MAX_CAMPAIGNS];
    size_t n_campaigns;
    int64_t second;  /* the next one to draw */
    int64_t end_ms;  /* nothing happens from here on; INT64_MAX: a size ends the log */
    uint32_t *wheel; /* owned; first cell of each second */
    VEC(struct cell) cells;
    uint32_t free_cell;
    uint32_t serial;
    size_t n_waiting;
    VEC(struct sim_event) due; /* of the second taken out, sorted */
    size_t at;
    uint32_t late_ms[LATE_STEPS];
};

/* Log-normal lateness by sixteenths of the 64 + 1 values of a bit count, which is nearly normal:
 * sigma 0.77 makes the 99th percentile six times the median. Multiplication only. */
static void fill_lateness(uint32_t *late_ms, uint32_t median_ms)
{
    const double up = 1.012104; /* exp(0.77 / 64): 64 steps are one sigma */
    const double down = 1.0 / 1.012104;
    double v = median_ms;

    for (size_t i = LATE_STEPS / 2; i < LATE_STEPS; i++, v *= up)
        late_ms[i] = (uint32_t)MIN(v, LATE_MAX_MS - 1.0);
    v = median_ms;
    for (size_t i = LATE_STEPS / 2; i-- > 0; v *= down)
        late_ms[i] = (uint32_t)v;
}

static int64_t draw_lateness(struct stream *s)
{
    uint64_t bits = random_next(&s->random);
    uint64_t fine = random_next(&s->random);
    /* Four standard deviations of a 64 bit count are 16 bits; one bit is a quarter of sigma. */
    int step = (__builtin_popcountll(bits) - 32) * 16 + (int)(fine & 15) + (int)(LATE_STEPS / 2);

    if ((fine >> 8) % 1000 < s->options.late_share)
        return 3600000 + random_below(fine >> 20, LATE_MAX_MS - 3600000);
    return s->late_ms[MIN(MAX(step, 0), (int)LATE_STEPS - 1)];
}

static void put_cell(struct stream *s, const struct sim_event *ev)
{
    uint32_t i = s->free_cell;
    uint32_t slot = (uint32_t)(ev->order_ms / 1000) & (WHEEL_SLOTS - 1);

    assert(ev->order_ms / 1000 >= s->second && ev->order_ms / 1000 < s->second + WHEEL_SLOTS);
    if (i == NO_CELL) {
        struct cell fresh = {.next = NO_CELL};

        VEC_PUSH(&s->cells, fresh);
        i = (uint32_t)(s->cells.n - 1);
    } else {
        s->free_cell = s->cells.items[i].next;
    }
    s->cells.items[i].ev = *ev;
    s->cells.items[i].ev.serial = s->serial++;
    s->cells.items[i].next = s->wheel[slot];
    s->wheel[slot] = i;
    s->n_waiting++;
}

/* Gives an event its lateness and its place; some come a second time. */
static void deliver(void *ctx, struct sim_event *ev)
{
    struct stream *s = ctx;
    struct sim_event again;
    int64_t emit_ms;

    if (ev->created_ms >= s->end_ms)
        return;
    emit_ms = ev->created_ms + draw_lateness(s);
    ev->emit_ms = MAX(emit_ms, s->second * 1000);
    ev->order_ms = ev->emit_ms;
    put_cell(s, ev);
    if (ev->seed % 1000 >= s->options.duplicate_share)
        return;
    again = *ev;
    again.duplicate = true;
    again.n_repeats = 0;
    again.order_ms += 1 + (int64_t)(ev->seed >> 40) % 30000;
    put_cell(s, &again);
}

static void draw_campaigns(struct stream *s)
{
    struct sim_event ev;

    for (size_t i = 0; i < s->n_campaigns; i++) {
        struct campaign *c = &s->campaigns[i];

        while (c->next_ms < (s->second + 1) * 1000) {
            campaign_take(c, &ev);
            deliver(s, &ev);
        }
    }
}

static int cmp_events(const void *a, const void *b)
{
    const struct sim_event *x = a;
    const struct sim_event *y = b;

    if (x->order_ms != y->order_ms)
        return x->order_ms < y->order_ms ? -1 : 1;
    return x->serial < y->serial ? -1 : x->serial > y->serial;
}

static void take_second(struct stream *s)
{
    uint32_t slot = (uint32_t)s->second & (WHEEL_SLOTS - 1);
    uint32_t i = s->wheel[slot];

    s->due.n = 0;
    s->at = 0;
    while (i != NO_CELL) {
        uint32_t next = s->cells.items[i].next;

        VEC_PUSH(&s->due, s->cells.items[i].ev);
        s->cells.items[i].next = s->free_cell;
        s->free_cell = i;
        s->n_waiting--;
        i = next;
    }
    s->wheel[slot] = NO_CELL;
    if (s->due.n > 1)
        qsort(s->due.items, s->due.n, sizeof(*s->due.items), cmp_events);
}

/* The following event of a stale device or a locked account. */
static void repeat(struct stream *s, const struct sim_event *ev)
{
    struct sim_event next = *ev;

    next.n_repeats--;
    next.seed = random_mix(ev->seed ^ 0x5E);
    next.created_ms += (int64_t)ev->repeat_s * 1000 + (int64_t)(next.seed % 5000);
    deliver(s, &next);
}

const struct sim_event *stream_next(struct stream *s)
{
    const struct sim_event *ev;

    while (s->at >= s->due.n) {
        if (s->second * 1000 >= s->end_ms && s->n_waiting == 0)
            return NULL;
        if (s->second * 1000 < s->end_ms) {
            background_second(s->background, s->second, &s->random, deliver, s);
            draw_campaigns(s);
        }
        take_second(s);
        s->second++; /* what a repetition brings goes to a later second */
    }
    ev = &s->due.items[s->at++];
    if (ev->n_repeats > 0)
        repeat(s, ev);
    return ev;
}

struct stream *stream_new(const struct sim_options *o, uint32_t n_users, int64_t span_ms)
{
    struct stream *s = xcalloc(1, sizeof(*s));
    const struct campaign_def *chosen[SIM_MAX_CAMPAIGNS];

    s->options = *o;
    profile_init(&s->profile, o->seed, n_users);
    random_init(&s->random, o->seed);
    s->background = background_new(o, &s->profile);
    s->second = o->start_ms / 1000;
    s->end_ms = o->n_bytes != 0 ? INT64_MAX : o->start_ms + span_ms;
    s->free_cell = NO_CELL;
    s->wheel = xmalloc(WHEEL_SLOTS * sizeof(*s->wheel));
    for (size_t i = 0; i < WHEEL_SLOTS; i++)
        s->wheel[i] = NO_CELL;
    fill_lateness(s->late_ms, o->late_median_ms);
    if (campaign_choose(o->campaigns, chosen, SIM_MAX_CAMPAIGNS, &s->n_campaigns, NULL) !=
        LANNER_OK)
        s->n_campaigns = 0; /* sim_run has looked */
    for (size_t i = 0; i < s->n_campaigns; i++)
        campaign_init(&s->campaigns[i], chosen[i], &s->profile, i, s->n_campaigns, o->start_ms,
                      span_ms);
    return s;
}

void stream_set_profile(struct stream *s, struct str domain, const struct sim_given *given)
{
    s->profile.domain = domain;
    s->profile.given = given;
}

void stream_add_campaign(struct stream *s, const struct campaign *c)
{
    struct campaign *own = &s->campaigns[s->n_campaigns];

    assert(s->n_campaigns < SIM_MAX_CAMPAIGNS);
    *own = *c;
    own->profile = &s->profile;
    own->index = (uint8_t)s->n_campaigns++;
    campaign_begin(own);
}

void stream_free(struct stream *s)
{
    if (s == NULL)
        return;
    background_free(s->background);
    profile_done(&s->profile);
    free(s->wheel);
    VEC_DONE(&s->cells);
    VEC_DONE(&s->due);
    free(s);
}

const struct profile *stream_profile(const struct stream *s)
{
    return &s->profile;
}

const struct campaign *stream_campaigns(const struct stream *s, size_t *n)
{
    *n = s->n_campaigns;
    return s->campaigns;
}
