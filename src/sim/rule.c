/* rule.c - see rule.h.
 *
 * Groups of an hour are closed once no record of it can come any more, so memory holds the last
 * hours only. Written in the most direct way on purpose: it is the yardstick. */
#include "sim/rule.h"

#include <stdlib.h>

#include "util/hash.h"
#include "util/num.h"

#define HOUR_MS INT64_C(3600000)
/* Lateness ends at six hours, a repetition at half a minute, a series at a quarter of an hour. */
#define OPEN_MS  (8 * HOUR_MS)
#define N_CHAINS 8192

struct rule {
    const struct shape_def *shape;
    const struct profile *profile;
    struct rule_group *chains[N_CHAINS]; /* owned; open groups */
    VEC(struct rule_group *) rows;       /* owned */
    uint64_t n_all;
    int64_t closed_ms; /* hours before this one are closed */
};

static void group_free(struct rule_group *g)
{
    if (g == NULL)
        return;
    for (size_t i = 0; i < g->users.n; i++)
        free(g->users.items[i].text);
    VEC_DONE(&g->users);
    VEC_DONE(&g->apps);
    free(g->agent);
    free(g);
}

struct rule *rule_new(const struct shape_def *shape, const struct profile *profile)
{
    struct rule *r = xcalloc(1, sizeof(*r));

    r->shape = shape;
    r->profile = profile;
    r->closed_ms = INT64_MIN;
    return r;
}

void rule_free(struct rule *r)
{
    if (r == NULL)
        return;
    for (size_t i = 0; i < N_CHAINS; i++) {
        while (r->chains[i] != NULL) {
            struct rule_group *g = r->chains[i];

            r->chains[i] = g->next;
            group_free(g);
        }
    }
    for (size_t i = 0; i < r->rows.n; i++)
        group_free(r->rows.items[i]);
    VEC_DONE(&r->rows);
    free(r);
}

static int cmp_rows(const void *a, const void *b)
{
    const struct rule_group *x = *(struct rule_group *const *)a;
    const struct rule_group *y = *(struct rule_group *const *)b;

    if (x->users.n != y->users.n)
        return x->users.n > y->users.n ? -1 : 1;
    return x->ordinal < y->ordinal ? -1 : 1;
}

static void cut_rows(struct rule *r, size_t keep)
{
    if (r->rows.n > 1)
        qsort(r->rows.items, r->rows.n, sizeof(struct rule_group *), cmp_rows);
    while (r->rows.n > keep)
        group_free(r->rows.items[--r->rows.n]);
}

static void close_groups(struct rule *r, int64_t before_ms)
{
    for (size_t i = 0; i < N_CHAINS; i++) {
        struct rule_group **link = &r->chains[i];

        while (*link != NULL) {
            struct rule_group *g = *link;

            if (g->hour_ms >= before_ms) {
                link = &g->next;
                continue;
            }
            *link = g->next;
            if (g->users.n < 10) {
                group_free(g);
                continue;
            }
            VEC_PUSH(&r->rows, g);
            r->n_all++;
        }
    }
    if (r->rows.n > (size_t)4 * RULE_MAX_ROWS)
        cut_rows(r, RULE_MAX_ROWS);
    r->closed_ms = before_ms;
}

static struct rule_group *find_group(struct rule *r, int64_t hour_ms, const struct sim_event *ev,
                                     const struct shape_writer *w, uint64_t ordinal)
{
    uint8_t client = r->shape->no_client ? 0 : ev->client;
    struct str agent = r->shape->no_agent ? STR("") : w->agent;
    uint64_t h = hash_bytes(agent.ptr, agent.len, (uint64_t)hour_ms ^ ev->address ^ client);
    struct rule_group **chain = &r->chains[random_mix(h) % N_CHAINS];
    struct rule_group *g;

    for (g = *chain; g != NULL; g = g->next) {
        if (g->hour_ms == hour_ms && g->address == ev->address && g->client == client &&
            str_eqz(agent, g->agent))
            return g;
    }
    g = xcalloc(1, sizeof(*g));
    g->hour_ms = hour_ms;
    g->address = ev->address;
    g->client = client;
    g->agent = xstrndup(agent.ptr, agent.len);
    memcpy(g->address_text, w->address.ptr, w->address.len);
    g->ordinal = ordinal;
    g->first_ms = INT64_MAX;
    g->last_ms = INT64_MIN;
    g->next = *chain;
    *chain = g;
    return g;
}

static void add_user(struct rule_group *g, struct str name)
{
    struct rule_name user = {.hash = hash_bytes(name.ptr, name.len, 0)};

    for (size_t i = 0; i < g->users.n; i++) {
        if (g->users.items[i].hash == user.hash && str_eqz(name, g->users.items[i].text))
            return;
    }
    user.text = xstrndup(name.ptr, name.len);
    VEC_PUSH(&g->users, user);
}

static void add_app(struct rule_group *g, uint16_t app)
{
    for (size_t i = 0; i < g->apps.n; i++) {
        if (g->apps.items[i] == app)
            return;
    }
    if (g->apps.n < RULE_APPS)
        VEC_PUSH(&g->apps, app);
}

void rule_add(struct rule *r, const struct sim_event *ev, const struct shape_writer *w,
              uint64_t ordinal)
{
    int64_t ms = ev->created_ms - ev->created_ms % r->shape->time_unit_ms;
    int64_t hour_ms = ms / HOUR_MS * HOUR_MS;
    int64_t open_ms = ev->order_ms / HOUR_MS * HOUR_MS - OPEN_MS;
    struct rule_group *g;

    if (open_ms > r->closed_ms)
        close_groups(r, open_ms);
    if (!sim_code_at(ev->code)->four || w->name.len == 0)
        return;
    assert(hour_ms >= r->closed_ms);
    g = find_group(r, hour_ms, ev, w, ordinal);
    g->n_attempts++;
    g->first_ms = MIN(g->first_ms, ms);
    g->last_ms = MAX(g->last_ms, ms);
    if (ev->campaign != SIM_NO_CAMPAIGN)
        g->campaigns[ev->campaign / 8] |= (uint8_t)(1u << (ev->campaign % 8));
    add_user(g, w->name);
    add_app(g, ev->app >= SIM_APP_ODD ? SIM_APP_ODD : ev->app);
}

const struct rule_group *const *rule_rows(struct rule *r, size_t *n, uint64_t *n_all)
{
    close_groups(r, INT64_MAX);
    cut_rows(r, RULE_MAX_ROWS);
    *n = r->rows.n;
    *n_all = r->n_all;
    return (const struct rule_group *const *)r->rows.items;
}

static void put_double(struct buf *out, double v)
{
    char room[NUM_PRINT_MAX];

    buf_put(out, room, num_print_double(room, v));
}

static void put_lists(const struct rule *r, const struct rule_group *g, struct buf *out)
{
    struct buf list = {0};

    for (size_t i = 0; i < g->users.n && i < RULE_SAMPLE; i++)
        buf_printf(&list, "%s%s", i > 0 ? "\n" : "", g->users.items[i].text);
    buf_puts(out, ",\"UsernameSample\":");
    buf_put_json(out, buf_str(&list));
    if (!r->shape->no_app) {
        buf_clear(&list);
        for (size_t i = 0; i < g->apps.n; i++) {
            if (i > 0)
                buf_putc(&list, '\n');
            buf_put_str(&list, sim_app_name(r->profile, g->apps.items[i]));
        }
        buf_puts(out, ",\"AppList\":");
        buf_put_json(out, buf_str(&list));
    }
    buf_done(&list);
}

void rule_put_row(const struct rule *r, const struct rule_group *g, struct buf *out)
{
    int64_t span_ms = g->last_ms - g->first_ms;
    double minutes = 1;
    double rate;

    if (span_ms >= 60000 && !num_round_decimal((double)span_ms / 60000, 1, &minutes))
        minutes = 1; /* cannot be: both are small */
    if (!num_round_decimal((double)g->users.n / minutes, 2, &rate))
        rate = 0;
    buf_printf(out, "{\"bucket\":%lld,\"ipAddress\":\"%s\"", (long long)g->hour_ms,
               g->address_text);
    if (!r->shape->no_client) {
        buf_puts(out, ",\"clientAppUsed\":");
        buf_put_json(out, sim_client_text(g->client));
    }
    if (!r->shape->no_agent) {
        buf_puts(out, ",\"userAgent\":");
        buf_put_json(out, str_z(g->agent));
    }
    buf_printf(out, ",\"UniqueUsernames\":%zu,\"AttemptCount\":%llu,\"EnumerationRatePerMin\":",
               g->users.n, (unsigned long long)g->n_attempts);
    put_double(out, rate);
    buf_puts(out, ",\"DurationMinutes\":");
    put_double(out, minutes);
    buf_printf(out, ",\"Verdict\":\"%s\"",
               g->users.n >= 50   ? "High Confidence Enumeration"
               : g->users.n >= 20 ? "Moderate Enumeration"
                                  : "Low-Level Enumeration");
    put_lists(r, g, out);
    buf_putc(out, '}');
}
