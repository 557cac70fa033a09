/* background.c - who signs in when, from where, with what outcome.
 *
 * Rates follow the half-hours of the local week in three time zones; users are drawn by log-normal
 * weights through an alias table (Walker 1977, Vose 1991). Failures come in series: a slip is
 * followed by the success, a lockout by more of itself, a leaver's device tries for hours. */
#include "sim/background.h"

#include <stdlib.h>

#define N_ZONES    ((size_t)3)
#define N_KINDS    ((size_t)3) /* interactive, non-interactive, service */
#define HALF_HOURS ((size_t)336)
#define N_SITES    12
#define DAY_MS     INT64_C(86400000)

/* Activity of a working day by half-hour, night = 10: peaks at 09:00 and 13:30. */
static const uint8_t workday[48] = {10, 10, 10, 10, 10, 10, 10, 10, 10, 10, 11, 13, 16, 22, 32, 48,
                                    70, 88, 95, 92, 86, 80, 76, 70, 58, 62, 80, 90, 88, 84, 80, 76,
                                    70, 62, 52, 40, 32, 27, 24, 22, 20, 18, 17, 16, 14, 13, 12, 11};
static const struct {
    int64_t offset_ms;
    uint32_t percent; /* of the users */
} zones[N_ZONES] = {{3600000, 65}, {-5 * 3600000, 20}, {8 * 3600000, 15}};

struct alias {
    uint32_t first, n;   /* users of the zone */
    uint32_t *threshold; /* owned; of 2^32 */
    uint32_t *other;     /* owned */
};

struct background {
    const struct profile *profile;
    double rate[N_ZONES][N_KINDS][HALF_HOURS]; /* events a second */
    double due[N_ZONES][N_KINDS];
    struct alias alias[N_ZONES];
    uint8_t draw[2][65536]; /* code row by 16 random bits */
    uint8_t ok, slip, typo, lock, stale, expired, secret;
};

/* Monday 00:00 is half-hour 0; 1970-01-01 was a Thursday. */
static size_t half_hour_of(int64_t ms, size_t zone)
{
    int64_t local = ms + zones[zone].offset_ms + 3 * DAY_MS;

    return (size_t)(local / 1800000 % (int64_t)HALF_HOURS);
}

/* Relative activity, normalised by weekly_mean. */
static double activity(size_t kind, size_t half_hour)
{
    double v = workday[half_hour % 48] / 10.0;

    if (kind == 2)
        return 1.0;
    if (half_hour >= 5 * 48)
        v = 1.0 + (v - 1.0) * 0.12;
    if (kind == 1)
        v = 1.0 + (v - 1.0) / 2.5; /* phones and programs refresh their tokens at night too */
    return v;
}

static double weekly_mean(size_t kind)
{
    double sum = 0;

    for (size_t i = 0; i < HALF_HOURS; i++)
        sum += activity(kind, i);
    return sum / (double)HALF_HOURS;
}

double background_activity(int64_t ms)
{
    double sum = 0;

    for (size_t zone = 0; zone < N_ZONES; zone++)
        sum += activity(0, half_hour_of(ms, zone)) * zones[zone].percent / 100.0;
    return sum / weekly_mean(0);
}

/* Events a second that one user of any zone causes at the mean of the week. */
static double mean_rate(const struct sim_options *o, size_t kind)
{
    double all = o->events_per_user_day / 86400.0;

    if (kind == 0)
        return all * o->interactive_share / 1000.0;
    if (kind == 1)
        return all * (1000 - o->interactive_share) / 1000.0;
    return all * o->service_share / 1000.0;
}

double background_per_user(const struct sim_options *o, int64_t start_ms, int64_t span_ms)
{
    double sum = 0;

    for (size_t kind = 0; kind < N_KINDS; kind++) {
        double scale = mean_rate(o, kind) / weekly_mean(kind) * 1800.0;

        for (size_t zone = 0; zone < N_ZONES; zone++) {
            for (int64_t t = 0; t < span_ms; t += 1800000) {
                double part = span_ms - t < 1800000 ? (double)(span_ms - t) / 1800000.0 : 1.0;

                sum += scale * part * activity(kind, half_hour_of(start_ms + t, zone)) *
                       zones[zone].percent / 100.0;
            }
        }
    }
    return sum * (1.0 + o->duplicate_share / 1000.0);
}

/* exp of a standard normal variable in 33 steps, sigma 1: bits set in 32 random ones. Built by
 * multiplication only, so that it is the same everywhere. */
static void lognormal_steps(double steps[33])
{
    const double ratio = 1.4240492; /* exp(1 / sqrt(8)) */

    steps[16] = 1.0;
    for (int i = 17; i < 33; i++)
        steps[i] = steps[i - 1] * ratio;
    for (int i = 15; i >= 0; i--)
        steps[i] = steps[i + 1] / ratio;
}

static void alias_init(struct alias *a, uint64_t seed, uint32_t first, uint32_t n)
{
    double steps[33];
    double *weight = xcalloc(n + 1, sizeof(*weight));
    uint32_t *small = xcalloc(n + 1, sizeof(*small));
    uint32_t *large = xcalloc(n + 1, sizeof(*large));
    uint32_t n_small = 0;
    uint32_t n_large = 0;
    double sum = 0;

    lognormal_steps(steps);
    a->first = first;
    a->n = n;
    a->threshold = xcalloc(n + 1, sizeof(*a->threshold));
    a->other = xcalloc(n + 1, sizeof(*a->other));
    for (uint32_t i = 0; i < n; i++) {
        uint32_t bits = (uint32_t)random_mix(seed ^ 0x3317 ^ ((uint64_t)(first + i) << 16));

        weight[i] = steps[__builtin_popcount(bits)];
        sum += weight[i];
    }
    for (uint32_t i = 0; i < n; i++) {
        weight[i] = weight[i] / sum * n;
        if (weight[i] < 1.0)
            small[n_small++] = i;
        else
            large[n_large++] = i;
    }
    while (n_small > 0 && n_large > 0) {
        uint32_t s = small[--n_small];
        uint32_t l = large[n_large - 1];

        a->threshold[s] = (uint32_t)(weight[s] * 4294967295.0);
        a->other[s] = l;
        weight[l] -= 1.0 - weight[s];
        if (weight[l] < 1.0) {
            n_large--;
            small[n_small++] = l;
        }
    }
    while (n_small + n_large > 0) {
        uint32_t i = n_small > 0 ? small[--n_small] : large[--n_large];

        a->threshold[i] = UINT32_MAX;
        a->other[i] = i;
    }
    free(weight);
    free(small);
    free(large);
}

static uint32_t alias_draw(const struct alias *a, uint64_t bits)
{
    uint32_t i = random_below(bits, a->n);

    return a->first + ((uint32_t)(bits >> 32) <= a->threshold[i] ? i : a->other[i]);
}

static void fill_draws(struct background *b)
{
    size_t at[2] = {0, 0};

    for (size_t row = 1; row < sim_code_count(); row++) {
        const struct sim_code *code = sim_code_at(row);

        for (size_t i = 0; i < code->interactive; i++)
            b->draw[0][at[0]++] = (uint8_t)row;
        for (size_t i = 0; i < code->non_interactive; i++)
            b->draw[1][at[1]++] = (uint8_t)row;
    }
    b->ok = sim_code_row(0);
    b->slip = sim_code_row(50126);
    b->typo = sim_code_row(50034);
    b->lock = sim_code_row(50053);
    b->stale = sim_code_row(50057);
    b->expired = sim_code_row(50055);
    b->secret = sim_code_row(7000215);
}

struct background *background_new(const struct sim_options *o, const struct profile *profile)
{
    struct background *b = xcalloc(1, sizeof(*b));
    uint32_t first = 0;

    b->profile = profile;
    for (size_t zone = 0; zone < N_ZONES; zone++) {
        uint32_t last =
            zone + 1 == N_ZONES
                ? profile->n_users
                : first + (uint32_t)((uint64_t)profile->n_users * zones[zone].percent / 100);

        alias_init(&b->alias[zone], profile->seed, first, last - first);
        for (size_t kind = 0; kind < N_KINDS; kind++) {
            double scale = mean_rate(o, kind) / weekly_mean(kind) * (last - first);

            for (size_t i = 0; i < HALF_HOURS; i++)
                b->rate[zone][kind][i] = last > first ? scale * activity(kind, i) : 0;
        }
        first = last;
    }
    fill_draws(b);
    return b;
}

void background_free(struct background *b)
{
    if (b == NULL)
        return;
    for (size_t zone = 0; zone < N_ZONES; zone++) {
        free(b->alias[zone].threshold);
        free(b->alias[zone].other);
    }
    free(b);
}

uint64_t background_office(uint32_t site, uint32_t i)
{
    /* 198.18.0.0/15 is reserved for benchmarks (RFC 2544). */
    return UINT64_C(0xC6120000) + site * 4 + i % (1 + site % 4) + 1;
}

/* The largest office has four of ten people, the following ones share the rest by rank. */
static uint32_t site_of(uint64_t h)
{
    static const uint8_t bound[N_SITES] = {102, 128, 141, 150, 157, 163,
                                           168, 172, 176, 179, 181, 183};
    uint32_t x = h & 255;

    for (uint32_t i = 0; i < N_SITES; i++) {
        if (x < bound[i])
            return i;
    }
    return N_SITES; /* works from home */
}

static uint64_t home_of(uint32_t user, uint64_t h, int64_t ms, uint64_t bits)
{
    if ((h >> 8 & 3) == 0) /* the host part changes daily inside the prefix */
        return SIM_ADDRESS_V6 | (uint64_t)(ms / DAY_MS & 0xFFFF) << 32 |
               (uint64_t)(user / 0x7FFF + 16) << 16 | user % 0x7FFF;
    /* 100.64.0.0/10 is shared address space (RFC 6598). */
    return UINT64_C(0x64400000) + (((uint64_t)user * 2 + (h >> 10 & 1 & bits)) & 0x3FFFFF);
}

static uint64_t draw_address(uint32_t user, uint64_t seed, bool at_work, int64_t ms, uint64_t bits)
{
    uint64_t h = random_mix(seed ^ 0xADD2 ^ ((uint64_t)user << 12));
    uint32_t site = site_of(h);
    uint32_t x = bits & 127;
    uint32_t office = at_work ? 88 : 8;

    if (site < N_SITES && x < office)
        return background_office(site, (uint32_t)(h >> 16));
    if (x < office + (128 - office) / 4)
        return UINT64_C(0xC6120400) + (h >> 20 & 15); /* carrier pool */
    if ((h >> 24 & 15) == 0)
        return UINT64_C(0xC6120800) + (bits >> 8 & 31); /* secure web gateway */
    return home_of(user, h, ms, bits >> 16);
}

static void draw_client(const struct background *b, struct sim_event *ev, uint64_t bits)
{
    uint32_t x = bits & 1023;
    bool mobile = x >= 563;

    ev->client = mobile ? SIM_CLIENT_MOBILE : SIM_CLIENT_BROWSER;
    ev->agent = profile_agent_of(b->profile, ev->user, mobile, bits >> 10);
    if (x >= 1014) {
        ev->client = x >= 1019 ? SIM_CLIENT_EMPTY : (uint8_t)(SIM_CLIENT_OTHER + (x & 3));
        ev->agent = x & 1 ? SIM_TOOL_BAV2ROPC : SIM_TOOL_EMPTY;
    }
    /* Rank r is about as frequent as 1/r. */
    ev->app = (uint16_t)(random_below(bits >> 32, sim_app_count()) * ((bits >> 24) & 255) >> 8);
}

static void follow(struct sim_event *ev, uint8_t code, uint32_t after_ms, background_fn fn,
                   void *ctx)
{
    ev->created_ms += after_ms;
    ev->seed = random_mix(ev->seed);
    ev->code = code;
    fn(ctx, ev);
}

/* What a failure brings with it. */
static void draw_series(const struct background *b, struct sim_event ev, uint64_t bits,
                        background_fn fn, void *ctx)
{
    uint32_t gap_ms = 4000 + random_below(bits, 16000);

    if (ev.code == b->slip && ev.category == SIM_INTERACTIVE) {
        for (uint32_t i = 0; i < (bits >> 32) % 6 / 3; i++)
            follow(&ev, b->slip, gap_ms, fn, ctx);
        follow(&ev, b->ok, gap_ms, fn, ctx);
    } else if (ev.code == b->typo) {
        ev.variant = SIM_AS_IS;
        follow(&ev, b->ok, gap_ms, fn, ctx);
    } else if (ev.code == b->lock) {
        ev.n_repeats = 0;
        for (int i = 0; i < 10; i++)
            follow(&ev, b->slip, 400, fn, ctx);
    }
}

static void draw_user_event(struct background *b, size_t zone, size_t kind, int64_t second,
                            struct random *random, background_fn fn, void *ctx)
{
    struct sim_event ev = {.campaign = SIM_NO_CAMPAIGN};
    uint64_t bits = random_next(random);
    size_t half_hour = half_hour_of(second * 1000, zone);
    bool work = half_hour < 240 && half_hour % 48 >= 16 && half_hour % 48 < 36;

    ev.user = alias_draw(&b->alias[zone], random_next(random));
    ev.seed = random_next(random);
    ev.created_ms = second * 1000 + random_below(bits, 1000);
    ev.category = kind == 0 ? SIM_INTERACTIVE : SIM_NON_INTERACTIVE;
    ev.code = b->draw[kind][bits >> 48];
    if (ev.code == b->ok && kind == 0 && half_hour >= 16 && half_hour < 20 &&
        (ev.seed & 0xFFFF) < 750)
        ev.code = b->expired; /* Monday morning: expired over the weekend */
    ev.address = draw_address(ev.user, b->profile->seed, work, ev.created_ms, bits >> 10);
    draw_client(b, &ev, random_next(random));
    if (ev.code == b->typo)
        ev.variant = SIM_TYPO;
    else if (kind == 0 && (ev.seed >> 16 & 1023) < 20)
        ev.variant = (uint8_t)(SIM_CAPITALISED + (ev.seed >> 26 & 3));
    if (ev.code == b->lock) {
        ev.n_repeats = (uint16_t)(1 + (ev.seed >> 32) % 14);
        ev.repeat_s = (uint16_t)(60 + (ev.seed >> 40) % 180);
    } else if (ev.code == b->stale && kind == 1) {
        ev.n_repeats = 49;
        ev.repeat_s = (uint16_t)(300 + (ev.seed >> 40) % 600);
    }
    fn(ctx, &ev);
    if (ev.code != b->ok)
        draw_series(b, ev, random_mix(ev.seed), fn, ctx);
}

static void draw_service_event(struct background *b, int64_t second, struct random *random,
                               background_fn fn, void *ctx)
{
    struct sim_event ev = {.campaign = SIM_NO_CAMPAIGN};
    uint64_t bits = random_next(random);

    ev.seed = random_next(random);
    ev.created_ms = second * 1000 + random_below(bits, 1000);
    ev.category = (bits >> 40 & 3) == 0 ? SIM_MANAGED_IDENTITY : SIM_SERVICE_PRINCIPAL;
    ev.user = (uint32_t)(bits >> 42 & 255); /* the principal's number */
    ev.code = (bits >> 50 & 63) == 0 ? b->secret : b->ok;
    ev.address = UINT64_C(0xC6120C00) + ev.user;
    ev.app = (uint16_t)(ev.user % sim_app_count());
    ev.agent = SIM_TOOL_EMPTY;
    ev.client = SIM_CLIENT_EMPTY;
    fn(ctx, &ev);
}

void background_second(struct background *b, int64_t second, struct random *random,
                       background_fn fn, void *ctx)
{
    for (size_t zone = 0; zone < N_ZONES; zone++) {
        size_t half_hour = half_hour_of(second * 1000, zone);

        for (size_t kind = 0; kind < N_KINDS; kind++) {
            double *due = &b->due[zone][kind];

            for (*due += b->rate[zone][kind][half_hour]; *due >= 1.0; *due -= 1.0) {
                if (kind == 2)
                    draw_service_event(b, second, random, fn, ctx);
                else
                    draw_user_event(b, zone, kind, second, random, fn, ctx);
            }
        }
    }
}
