/* simulate_truth.c - see simulate_truth.h. Counts are made from the events as they were written,
 * not from the plan, so that a query's answer is compared with what is there. */
#include "sim/simulate_truth.h"

#include <stdlib.h>

#define HOUR_MS INT64_C(3600000)

void simulate_truth_done(struct simulate_truth *t)
{
    rule_free(t->rule);
    for (size_t test = 0; test <= N_TESTS; test++) {
        for (size_t kind = 0; kind < N_TELE_KINDS; kind++)
            VEC_DONE(&t->probes[test][kind]);
    }
    buf_done(&t->files);
}

static void put_instant(struct buf *out, int64_t ms)
{
    struct put_clock clock;
    char room[40];

    put_clock_init(&clock);
    buf_putc(out, '"');
    buf_put(out, room, (size_t)(put_time(&clock, room, ms, 3, 0) - room));
    buf_puts(out, "Z\"");
}

void simulate_truth_file(struct simulate_truth *t, const struct outlet *o, uint64_t n_events,
                         uint64_t n_bytes, const uint64_t by_test[N_TESTS + 1])
{
    buf_printf(&t->files,
               "%s\n  {\"file\":\"%s\",\"log\":\"%s\",\"shape\":\"%s\",\"events\":%llu,"
               "\"bytes\":%llu,\"of_tests\":{",
               t->files.len > 0 ? "," : "", o->file, o->log, o->shape, (unsigned long long)n_events,
               (unsigned long long)n_bytes);
    for (size_t i = 0, n = 0; i <= N_TESTS; i++) {
        if (by_test[i] > 0)
            buf_printf(&t->files, "%s\"%zu\":%llu", n++ > 0 ? "," : "", i,
                       (unsigned long long)by_test[i]);
    }
    buf_puts(&t->files, "}}");
    if (!t->has_log[o->kind]) {
        for (size_t i = 0; i <= N_TESTS; i++)
            t->n_events[i][o->kind] = by_test[i];
    }
    t->has_log[o->kind] = true;
}

void simulate_truth_signin(struct simulate_truth *t, const struct sim_event *ev,
                           const struct shape_writer *w, bool in_rule, enum tele_kind kind,
                           unsigned test, uint64_t ordinal)
{
    const struct sim_code *code = sim_code_at(ev->code);
    struct probe probe = {.at_ms = ev->created_ms,
                          .address = (uint32_t)ev->address,
                          .four = code->four,
                          .wide = code->wide};
    const struct plan *p = NULL;

    if (in_rule)
        rule_add(t->rule, ev, w, ordinal);
    for (size_t i = 0; i < t->n_plans && test != 0; i++) {
        if (t->plans[i].test == test)
            p = &t->plans[i];
    }
    if (p == NULL)
        return;
    probe.name = plan_name_of(p, ev->user);
    VEC_PUSH(&t->probes[test][kind], probe);
}

void simulate_truth_tele(struct simulate_truth *t, const struct tele *ev, enum tele_kind kind)
{
    const struct sim_given *given = t->profile->given;
    struct probe probe = {.at_ms = ev->at_ms, .name = ev->name, .address = UINT32_MAX};

    if (ev->origin != ORIGIN_ATTACK || ev->name == UINT32_MAX || t->has_log[kind] ||
        (kind != TELE_PREAUTH && kind != TELE_IIS))
        return;
    for (size_t i = 0; i < given->n_addresses; i++) {
        if (given->addresses[i].ptr == ev->client.ptr)
            probe.address = (uint32_t)i;
    }
    if (probe.address != UINT32_MAX)
        VEC_PUSH(&t->probes[ev->test][kind], probe);
}

static const char *verdict_of(size_t distinct)
{
    return distinct >= 50   ? "High Confidence Enumeration"
           : distinct >= 20 ? "Moderate Enumeration"
           : distinct >= 10 ? "Low-Level Enumeration"
                            : "none";
}

static int cmp_hours(const void *a, const void *b)
{
    const struct probe *x = a;
    const struct probe *y = b;

    if (x->at_ms / HOUR_MS != y->at_ms / HOUR_MS)
        return x->at_ms < y->at_ms ? -1 : 1;
    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    return x->name < y->name ? -1 : x->name > y->name;
}

static int cmp_sliding(const void *a, const void *b)
{
    const struct probe *x = a;
    const struct probe *y = b;

    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    if (x->at_ms != y->at_ms)
        return x->at_ms < y->at_ms ? -1 : 1;
    return x->name < y->name ? -1 : x->name > y->name;
}

static bool same_group(const struct probe *a, const struct probe *b)
{
    return a->address == b->address && a->at_ms / HOUR_MS == b->at_ms / HOUR_MS;
}

struct hour_count {
    int64_t hour_ms;
    uint32_t address;
    size_t n_events, four, wide, all; /* the last three: distinct names */
};

/* Counts the group of sorted probes that begins at i; returns its end. */
static size_t count_hour(const probes *v, size_t i, struct hour_count *out)
{
    size_t first = i;

    *out = (struct hour_count){.hour_ms = v->items[i].at_ms / HOUR_MS * HOUR_MS,
                               .address = v->items[i].address};
    while (i < v->n && same_group(&v->items[first], &v->items[i])) {
        uint32_t name = v->items[i].name;
        bool four = false;
        bool wide = false;

        for (; i < v->n && v->items[i].name == name && same_group(&v->items[first], &v->items[i]);
             i++) {
            four |= v->items[i].four;
            wide |= v->items[i].wide;
        }
        out->four += four;
        out->wide += wide;
        out->all++;
    }
    out->n_events = i - first;
    return i;
}

static void sort_probes(probes *v, int (*cmp)(const void *, const void *))
{
    if (v->n > 1)
        qsort(v->items, v->n, sizeof(*v->items), cmp);
}

static void put_address(const struct simulate_truth *t, uint32_t address, struct buf *out)
{
    buf_put_json(out, t->profile->given->addresses[address]);
}

static void put_hours(struct simulate_truth *t, probes *v, bool signin, struct buf *out)
{
    struct hour_count c;

    sort_probes(v, cmp_hours);
    buf_puts(out, "\"hours\":[");
    for (size_t i = 0, n = 0; i < v->n; n++) {
        i = count_hour(v, i, &c);
        buf_puts(out, n > 0 ? ",\n      {\"hour\":" : "\n      {\"hour\":");
        put_instant(out, c.hour_ms);
        buf_puts(out, ",\"address\":");
        put_address(t, c.address, out);
        buf_printf(out, ",\"events\":%zu", c.n_events);
        if (signin)
            buf_printf(out, ",\"distinct\":%zu,\"distinct_wide\":%zu,\"verdict\":\"%s\"}", c.four,
                       c.wide, verdict_of(c.four));
        else
            buf_printf(out, ",\"distinct\":%zu}", c.all);
    }
    buf_putc(out, ']');
}

/* Most distinct names of the four codes from one address within sixty minutes. */
static size_t count_sliding(probes *v)
{
    uint32_t *names; /* how often each is in the window */
    size_t best = 0;
    size_t n_names = 0;
    size_t n_distinct = 0;
    size_t from = 0;

    for (size_t i = 0; i < v->n; i++)
        n_names = MAX(n_names, v->items[i].name);
    names = xcalloc(n_names + 1, sizeof(*names));
    sort_probes(v, cmp_sliding);
    for (size_t i = 0; i < v->n; i++) {
        while (from < i && (v->items[from].address != v->items[i].address ||
                            v->items[i].at_ms - v->items[from].at_ms >= HOUR_MS)) {
            if (v->items[from].four && --names[v->items[from].name] == 0)
                n_distinct--;
            from++;
        }
        if (v->items[i].four && names[v->items[i].name]++ == 0)
            n_distinct++;
        best = MAX(best, n_distinct);
    }
    free(names);
    return best;
}

static void put_names(const struct plan *p, bool exist, struct buf *out)
{
    char room[SIM_NAME_ROOM];
    size_t n = 0;

    for (uint32_t i = 0; i < p->n_names && p->test != 4; i++) {
        if (plan_exists(p, i) != exist)
            continue;
        if (n++ > 0)
            buf_putc(out, ',');
        buf_put_json(out, str_of(room, plan_put_name(p, i, room)));
    }
}

static const char *log_name(enum tele_kind kind)
{
    for (size_t i = 0; outlet_at(i) != NULL; i++) {
        if (outlet_at(i)->kind == kind)
            return outlet_at(i)->log;
    }
    return "";
}

static void put_logs(struct simulate_truth *t, const struct plan *p, struct buf *out)
{
    bool first = true;

    buf_puts(out, ",\n    \"logs\":{");
    for (size_t kind = 0; kind < N_TELE_KINDS; kind++) {
        probes *v = &t->probes[p->test][kind];
        bool signin = kind == TELE_SIGNIN || kind == TELE_AUDIT;

        if (!t->has_log[kind] || !test_touches(p->test, kind))
            continue;
        buf_printf(out, "%s\n     \"%s\":{\"events\":%llu", first ? "" : ",", log_name(kind),
                   (unsigned long long)t->n_events[p->test][kind]);
        first = false;
        if (v->n > 0) {
            buf_putc(out, ',');
            put_hours(t, v, signin, out);
        }
        if (signin)
            buf_printf(out, ",\"largest_60_minutes\":%zu", count_sliding(v));
        buf_putc(out, '}');
    }
    buf_putc(out, '}');
}

static void put_test(struct simulate_truth *t, const struct plan *p, struct buf *out)
{
    struct plan_clock clock;

    plan_clock_init(&clock, p);
    buf_printf(out, "{\"technique\":\"T1589.002\",\"test\":%u,\"title\":\"%s\",\"tool\":\"%s\"",
               p->test, test_title(p->test), p->tool->name);
    buf_puts(out, ",\"begin\":");
    put_instant(out, p->begin_ms);
    buf_puts(out, ",\"end\":");
    put_instant(out, plan_clock_to(&clock, p, p->n_probes - 1));
    buf_puts(out, ",\"user_agent\":");
    buf_put_json(out, p->agent);
    buf_puts(out, ",\n    \"addresses\":[");
    for (uint32_t i = 0; i < p->n_addresses; i++) {
        if (i > 0)
            buf_putc(out, ',');
        put_address(t, p->first_address + i, out);
    }
    buf_puts(out, "],\"host\":{\"computer\":");
    buf_put_json(out, p->computer);
    buf_puts(out, ",\"address\":");
    buf_put_json(out, p->host_address);
    buf_puts(out, ",\"account\":");
    buf_put_json(out, p->account);
    buf_printf(out, "},\"probes\":%u,\n    \"users\":{\"exist\":[", p->n_probes);
    put_names(p, true, out);
    buf_puts(out, "],\"unknown\":[");
    put_names(p, false, out);
    buf_puts(out, "]}");
    put_logs(t, p, out);
    buf_putc(out, '}');
}

struct expect {
    struct buf *out;
    size_t n;
};

static void begin_expect(struct expect *e)
{
    buf_puts(e->out, e->n++ > 0 ? ",\n  {" : "\n  {");
}

static void expect_hours(struct simulate_truth *t, const struct plan *p, enum tele_kind kind,
                         struct expect *e)
{
    probes *v = &t->probes[p->test][kind];
    bool signin = kind == TELE_SIGNIN || kind == TELE_AUDIT;
    struct hour_count c;

    sort_probes(v, cmp_hours);
    for (size_t i = 0; i < v->n;) {
        i = count_hour(v, i, &c);
        begin_expect(e);
        buf_printf(e->out, "\"test\":%u,\"log\":\"%s\",\"source\":", p->test, log_name(kind));
        put_address(t, c.address, e->out);
        buf_puts(e->out, ",\"hour\":");
        put_instant(e->out, c.hour_ms);
        buf_printf(e->out, ",\"users\":%zu,\"verdict\":\"%s\"}", signin ? c.four : c.all,
                   signin        ? verdict_of(c.four)
                   : c.all >= 10 ? "finding"
                                 : "none");
    }
}

/* Where one workstation is what a finding is about. */
static void expect_host(const struct plan *p, enum tele_kind kind, struct expect *e)
{
    begin_expect(e);
    buf_printf(e->out, "\"test\":%u,\"log\":\"%s\",", p->test, log_name(kind));
    if (kind == TELE_HOST || kind == TELE_ENDPOINT) {
        buf_puts(e->out, "\"host\":");
        buf_put_json(e->out, p->computer);
    } else {
        buf_puts(e->out, "\"source\":");
        buf_put_json(e->out, p->host_address);
    }
    buf_puts(e->out, ",\"user\":");
    buf_put_json(e->out, p->account);
    buf_puts(e->out, ",\"verdict\":\"finding\"}");
}

static void expect_look_alikes(const struct simulate_truth *t, struct expect *e)
{
    if (!t->look_alikes)
        return;
    for (size_t i = 0; i < t->n_campaigns; i++) {
        if (t->campaigns[i][0] != 'B')
            continue;
        begin_expect(e);
        buf_printf(e->out, "\"look_alike\":\"%s\",\"log\":\"signin\",\"verdict\":\"none\"}",
                   t->campaigns[i]);
    }
    for (size_t kind = TELE_PREAUTH; kind < N_TELE_KINDS; kind++) {
        if (!t->has_log[kind])
            continue;
        begin_expect(e);
        buf_printf(e->out, "\"look_alike\":\"3.2\",\"log\":\"%s\",\"verdict\":\"none\"}",
                   log_name(kind));
    }
}

static void put_expect(struct simulate_truth *t, struct buf *out)
{
    struct expect e = {.out = out};

    buf_puts(out, " \"expect\":[");
    for (size_t i = 0; i < t->n_plans; i++) {
        const struct plan *p = &t->plans[i];

        for (size_t kind = 0; kind < N_TELE_KINDS; kind++) {
            if (!t->has_log[kind] || !plan_tells(p, kind))
                continue;
            if (kind <= TELE_PREAUTH || kind == TELE_IIS)
                expect_hours(t, p, kind, &e);
            else
                expect_host(p, kind, &e);
        }
    }
    expect_look_alikes(t, &e);
    buf_puts(out, "]");
}

/* All groups that the hourly rule by address finds, whatever they are made of. */
static void put_rule(struct simulate_truth *t, struct buf *out)
{
    const struct rule_group *const *rows;
    uint64_t n_all;
    size_t n;

    if (t->rule == NULL)
        return;
    rows = rule_rows(t->rule, &n, &n_all);
    buf_printf(out, " \"hourly_rule\":{\"n_rows\":%llu,\"rows\":[", (unsigned long long)n_all);
    for (size_t i = 0; i < n; i++) {
        bool first = true;

        buf_puts(out, i > 0 ? ",\n  {\"hour\":" : "\n  {\"hour\":");
        put_instant(out, rows[i]->hour_ms);
        buf_printf(out, ",\"address\":\"%s\",\"distinct\":%zu,\"events\":%llu,\"verdict\":\"%s\"",
                   rows[i]->address_text, rows[i]->users.n, (unsigned long long)rows[i]->n_attempts,
                   verdict_of(rows[i]->users.n));
        buf_puts(out, ",\"of\":[");
        for (size_t k = 0; k < t->n_campaigns; k++) {
            if ((rows[i]->campaigns[k / 8] >> (k % 8) & 1) == 0)
                continue;
            buf_printf(out, "%s\"%s\"", first ? "" : ",", t->campaigns[k]);
            first = false;
        }
        buf_puts(out, "]}");
    }
    buf_puts(out, "]},\n");
}

void simulate_truth_print(struct simulate_truth *t, const struct simulate_options *o,
                          struct buf *out)
{
    buf_puts(out, "{\"technique\":");
    buf_put_json(out, str_z(o->technique));
    buf_printf(out, ",\"seed\":%llu,\"domain\":", (unsigned long long)o->seed);
    buf_put_json(out, str_z(o->domain));
    buf_printf(out, ",\"background\":{\"users\":%llu,\"days\":%u},\n \"tests\":[",
               (unsigned long long)o->background_users,
               o->background_users > 0 ? o->background_days : 0);
    for (size_t i = 0; i < t->n_plans; i++) {
        buf_puts(out, i > 0 ? ",\n  " : "\n  ");
        put_test(t, &t->plans[i], out);
    }
    buf_puts(out, "],\n \"files\":[");
    buf_put_str(out, buf_str(&t->files));
    buf_puts(out, "],\n");
    put_rule(t, out);
    put_expect(t, out);
    buf_puts(out, "}\n");
}
