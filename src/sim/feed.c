/* feed.c - the events of one log in the order of their time: what the tests leave, ordinary days
 * and look-alikes merged. Nothing but the events of the second in hand is kept. */
#include "sim/tele.h"

#include <stdlib.h>

#include "sim/background.h"

#define BEFORE_GAP_MS   40
#define PART_GAP_MS     30
#define ORDINARY_GAP_MS 180

/* The events of one plan. */
struct sequence {
    const struct plan *plan;
    struct play play;
    struct plan_clock clock;
    uint64_t i, n;
    int64_t next_ms; /* INT64_MAX: over */
};

struct occasion {
    int64_t at_ms;
    uint64_t bits;
    uint32_t part;
};

struct feed {
    struct feed_options options;
    enum tele_kind kind;
    struct arena scratch;
    struct tele now;
    struct sequence sequences[N_TESTS];
    size_t n_sequences;
    struct random random;
    double due;
    int64_t second;             /* the next one to draw */
    VEC(struct occasion) ready; /* sorted; those of an open second may grow */
    size_t at;
    uint32_t look_alike; /* number of the next one */
    struct tele look;    /* the next one; its texts are in look_scratch */
    struct arena look_scratch;
    bool has_look;
};

static void sequence_next(struct sequence *q)
{
    uint64_t k;
    int64_t at_ms;

    if (q->i >= q->n) {
        q->next_ms = INT64_MAX;
        return;
    }
    if (q->i < q->play.n_before) {
        q->next_ms = q->plan->begin_ms - (int64_t)(q->play.n_before - q->i) * BEFORE_GAP_MS;
        return;
    }
    k = q->i - q->play.n_before;
    at_ms = plan_clock_to(&q->clock, q->plan, (uint32_t)(k / q->play.n_each)) +
            (int64_t)(k % q->play.n_each) * PART_GAP_MS;
    /* Threads overlap: a part of one probe may lie after the next probe. */
    q->next_ms = q->i == 0 ? at_ms : MAX(at_ms, q->next_ms);
}

static void clear(struct tele *t, int64_t at_ms, uint64_t seed, uint8_t origin)
{
    struct tele blank = {.at_ms = at_ms, .seed = seed, .origin = origin, .name = UINT32_MAX};

    *t = blank;
}

static void take_sequence(struct feed *f, struct sequence *q)
{
    struct fill fill = {&f->scratch, &f->now};
    uint64_t k;

    clear(&f->now, q->next_ms, random_mix(q->plan->seed ^ ((uint64_t)f->kind << 48) ^ q->i),
          ORIGIN_ATTACK);
    f->now.test = q->plan->test;
    if (q->i < q->play.n_before) {
        q->play.before(q->plan, (uint32_t)q->i, &fill);
    } else {
        k = q->i - q->play.n_before;
        q->play.each(q->plan, (uint32_t)(k / q->play.n_each), (uint32_t)(k % q->play.n_each),
                     &fill);
    }
    q->i++;
    sequence_next(q);
}

static void draw_look(struct feed *f)
{
    struct fill fill = {&f->look_scratch, &f->look};

    arena_reset(&f->look_scratch);
    clear(&f->look, 0, random_mix(f->options.seed ^ 0x100C ^ f->look_alike), ORIGIN_LOOK_ALIKE);
    f->has_look = look_alike_event(f->options.profile, f->kind, f->look_alike++,
                                   f->options.look_alike_ms, &fill);
}

static int cmp_occasions(const void *a, const void *b)
{
    const struct occasion *x = a;
    const struct occasion *y = b;

    if (x->at_ms != y->at_ms)
        return x->at_ms < y->at_ms ? -1 : 1;
    if (x->bits != y->bits)
        return x->bits < y->bits ? -1 : 1;
    return x->part < y->part ? -1 : x->part > y->part;
}

/* Draws seconds until something is ready that no later second can come before. */
static void draw_ordinary(struct feed *f)
{
    const struct feed_options *o = &f->options;

    while (o->n_users > 0 && f->second * 1000 < o->end_ms &&
           (f->at >= f->ready.n || f->ready.items[f->at].at_ms >= f->second * 1000)) {
        size_t n_left = f->ready.n - f->at;

        if (f->at > 0 && n_left > 0)
            memmove(f->ready.items, f->ready.items + f->at, n_left * sizeof(*f->ready.items));
        f->ready.n = n_left;
        f->at = 0;
        f->due += ordinary_rate(f->kind) * o->n_users * o->rate / 1000.0 *
                  background_activity(f->second * 1000);
        for (; f->due >= 1.0; f->due -= 1.0) {
            struct occasion occasion = {.bits = random_next(&f->random)};
            uint32_t n_parts = ordinary_parts(f->kind, occasion.bits);

            occasion.at_ms = f->second * 1000 + random_below(random_next(&f->random), 1000);
            for (; occasion.part < n_parts; occasion.part++) {
                VEC_PUSH(&f->ready, occasion);
                occasion.at_ms += ORDINARY_GAP_MS;
            }
        }
        if (f->ready.n > 1)
            qsort(f->ready.items, f->ready.n, sizeof(*f->ready.items), cmp_occasions);
        f->second++;
    }
}

static void take_ordinary(struct feed *f)
{
    const struct occasion *occasion = &f->ready.items[f->at++];
    struct fill fill = {&f->scratch, &f->now};

    clear(&f->now, occasion->at_ms, random_mix(occasion->bits + occasion->part), ORIGIN_ORDINARY);
    ordinary_event(f->options.profile, f->kind, occasion->bits, occasion->part, &fill);
}

const struct tele *feed_next(struct feed *f)
{
    int64_t best_ms = INT64_MAX;
    struct sequence *best = NULL;
    int64_t ordinary_ms;

    draw_ordinary(f);
    ordinary_ms = f->at < f->ready.n ? f->ready.items[f->at].at_ms : INT64_MAX;
    for (size_t i = 0; i < f->n_sequences; i++) {
        if (f->sequences[i].next_ms < best_ms) {
            best = &f->sequences[i];
            best_ms = best->next_ms;
        }
    }
    if (f->has_look && f->look.at_ms <= best_ms && f->look.at_ms <= ordinary_ms) {
        /* The texts are the feed's until the next call: they change places. */
        struct arena scratch = f->scratch;

        f->now = f->look;
        f->scratch = f->look_scratch;
        f->look_scratch = scratch;
        draw_look(f);
        return &f->now;
    }
    if (best_ms == INT64_MAX && ordinary_ms == INT64_MAX)
        return NULL;
    arena_reset(&f->scratch);
    if (ordinary_ms < best_ms)
        take_ordinary(f);
    else
        take_sequence(f, best);
    return &f->now;
}

struct feed *feed_new(const struct feed_options *o, enum tele_kind kind)
{
    struct feed *f = xcalloc(1, sizeof(*f));

    f->options = *o;
    f->kind = kind;
    arena_init(&f->scratch, 0);
    arena_init(&f->look_scratch, 0);
    random_init(&f->random, o->seed ^ ((uint64_t)kind << 40));
    f->second = o->begin_ms / 1000;
    for (size_t i = 0; i < o->n_plans; i++) {
        struct sequence *q = &f->sequences[f->n_sequences];

        q->plan = &o->plans[i];
        if (!play_of(q->plan, kind, &q->play))
            continue;
        q->n = q->play.n_before + (uint64_t)q->plan->n_probes * q->play.n_each;
        plan_clock_init(&q->clock, q->plan);
        sequence_next(q);
        f->n_sequences++;
    }
    if (o->look_alikes)
        draw_look(f);
    return f;
}

void feed_free(struct feed *f)
{
    if (f == NULL)
        return;
    arena_done(&f->scratch);
    arena_done(&f->look_scratch);
    VEC_DONE(&f->ready);
    free(f);
}
