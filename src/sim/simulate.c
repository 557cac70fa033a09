/* simulate.c - the telemetry of a technique, file by file. Each file is made from the beginning by
 * the same plan, so none waits for another and memory does not grow with the logs. */
#include "sim/simulate_truth.h"
#include "util/hash.h"
#include "util/ip.h"

#include <stdlib.h>

#define HOUR_MS     INT64_C(3600000)
#define DAY_MS      INT64_C(86400000)
#define BLOCK_BYTES ((size_t)512 * 1024)
/* The directory when no ordinary days say how large it is. */
#define DIRECTORY_USERS 5000
#define MAX_ADDRESSES   100000
/* 9900-01-01 */
#define MAX_START_MS INT64_C(250246886400000)

struct simulation {
    const struct simulate_options *options;
    struct arena arena;
    struct plan plans[N_TESTS];
    size_t n_plans;
    struct profile profile;
    struct sim_given given;
    struct str agents[N_TESTS];
    int64_t begin_ms, end_ms; /* of the logs */
    bool *chosen;             /* owned; of outlets */
    struct simulate_truth truth;
    struct sim_stats stats;
};

void simulate_defaults(struct simulate_options *o)
{
    memset(o, 0, sizeof(*o));
    o->technique = "T1589.002";
    o->seed = 1;
    o->start_ms = INT64_C(1772460300000); /* 2026-03-02T14:05:00Z */
    o->domain = "contoso.example";
    o->jitter = 100;
    o->background_days = 1;
}

const char *simulate_tool_at(size_t i)
{
    const struct tool *tool = tool_at(i);

    return tool != NULL ? tool->name : NULL;
}

/* T1589.002/3 gives 3, T1589.002 gives 0. */
static enum lanner_rc parse_technique(const char *text, unsigned *test, struct lanner_err *err)
{
    struct str s = str_z(text);
    struct str head = STR("T1589.002");

    *test = 0;
    if (str_eq_nocase(s, head))
        return LANNER_OK;
    if (s.len == head.len + 2 && str_eq_nocase(str_of(s.ptr, head.len), head) &&
        s.ptr[head.len] == '/' && s.ptr[head.len + 1] >= '1' && s.ptr[head.len + 1] <= '5') {
        *test = (unsigned)(s.ptr[head.len + 1] - '0');
        return LANNER_OK;
    }
    err_set(err, LANNER_ERR_USAGE,
            "expected T1589.002 or T1589.002/1 to T1589.002/5, found '%.40s'", text);
    err_hint(err,
             "1 GetCredentialType, 2 AADInternals, 3 sign-ins, 4 theHarvester, 5 Autodiscover");
    return LANNER_ERR_USAGE;
}

static bool is_domain(struct str s)
{
    if (s.len == 0 || s.len > SIM_DOMAIN_MAX || str_find_char(s, '.') == SIZE_MAX)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        char c = ascii_lower(s.ptr[i]);

        if (!(c >= 'a' && c <= 'z') && !ascii_is_digit(c) && c != '-' && c != '.')
            return false;
        if (c == '.' && (i == 0 || i + 1 == s.len || s.ptr[i - 1] == '.'))
            return false;
    }
    return true;
}

static enum lanner_rc check_options(const struct simulate_options *o, struct lanner_err *err)
{
    uint8_t ip[16];

    if (o->start_ms < DAY_MS * 3660 || o->start_ms > MAX_START_MS)
        return err_set(err, LANNER_ERR_USAGE, "the start must lie between 1980 and 9900");
    if (!is_domain(str_z(o->domain)))
        return err_set(err, LANNER_ERR_USAGE,
                       "expected a domain such as contoso.example, found '%.60s'", o->domain);
    if (o->n_addresses > MAX_ADDRESSES)
        return err_set(err, LANNER_ERR_USAGE, "at most %d addresses are taken", MAX_ADDRESSES);
    for (size_t i = 0; i < o->n_addresses; i++) {
        if (!ip_parse(str_z(o->addresses[i]), ip))
            return err_set(err, LANNER_ERR_USAGE, "expected an address, found '%.60s'",
                           o->addresses[i]);
    }
    if (o->host_address != NULL && !ip_parse(str_z(o->host_address), ip))
        return err_set(err, LANNER_ERR_USAGE, "expected an address, found '%.60s'",
                       o->host_address);
    if (o->n_users > MAX_PROBED_NAMES)
        return err_set(err, LANNER_ERR_USAGE, "at most %u names can be tried", MAX_PROBED_NAMES);
    if (o->valid_share > 1000 || o->jitter > 1000 || o->gap_ms > DAY_MS || o->n_script_parts > 50 ||
        o->background_days == 0 || o->background_days > 366 || o->background_users > 1000000)
        return err_set(err, LANNER_ERR_USAGE, "an option is out of its bounds");
    return LANNER_OK;
}

static bool is_name(struct str s)
{
    if (s.len > SIM_NAME_MAX)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];

        /* What would need quoting in one log or another is nothing an address has. */
        if (c <= ' ' || c == 0x7F || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&')
            return false;
    }
    return true;
}

/* The names of the file, each once, in their order. */
static enum lanner_rc load_names(struct simulation *s, struct lanner_err *err)
{
    struct str rest = s->options->names;
    VEC(struct str) names = {0};
    struct strmap seen;
    enum lanner_rc rc = LANNER_OK;

    strmap_init(&seen);
    for (unsigned line = 1; rest.len > 0 && names.n < MAX_PROBED_NAMES; line++) {
        size_t end = MIN(str_find_char(rest, '\n'), rest.len);
        struct str name = str_trim(str_of(rest.ptr, end));

        end = MIN(end + 1, rest.len);
        rest = str_of(rest.ptr + end, rest.len - end);
        if (name.len == 0 || strmap_get(&seen, name) != SIZE_MAX)
            continue;
        if (!is_name(name)) {
            rc = err_set(err, LANNER_ERR_USAGE,
                         "line %u of the names is no address: blanks, quotes, <, > and & are not "
                         "taken, nor more than %d bytes",
                         line, SIM_NAME_MAX);
            break;
        }
        name = arena_str(&s->arena, name);
        strmap_put(&seen, name, names.n);
        VEC_PUSH(&names, name);
    }
    if (rc == LANNER_OK && names.n > 0) {
        struct str *kept = ARENA_ARRAY(&s->arena, struct str, names.n);

        memcpy(kept, names.items, names.n * sizeof(*kept));
        s->given.names = kept;
        s->given.n_names = names.n;
    } else if (rc == LANNER_OK && s->options->names.len > 0) {
        rc = err_set(err, LANNER_ERR_USAGE, "there are no names in the file");
    }
    strmap_done(&seen);
    VEC_DONE(&names);
    return rc;
}

/* The addresses given, or one of the documentation range for each test. */
static void make_addresses(struct simulation *s)
{
    const struct simulate_options *o = s->options;
    size_t n = o->n_addresses > 0 ? o->n_addresses : N_TESTS;
    struct str *addresses = ARENA_ARRAY(&s->arena, struct str, n);

    for (size_t i = 0; i < n; i++)
        addresses[i] = o->n_addresses > 0
                           ? arena_str(&s->arena, str_z(o->addresses[i]))
                           : arena_printf(&s->arena, "203.0.113.%u", (unsigned)(71 + i));
    s->given.addresses = addresses;
    s->given.n_addresses = n;
    s->given.apps = technique_apps(&s->given.n_apps);
    s->given.agents = s->agents;
    s->given.n_agents = N_TESTS;
}

#define BROWSER                                                                                    \
    STR("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "        \
        "Chrome/133.0.0.0 Safari/537.36")

static uint32_t default_names(unsigned test)
{
    static const uint32_t n[N_TESTS + 1] = {0, 25, 15, 10, 60, 12};

    return n[test];
}

static void make_plan(struct simulation *s, unsigned test, const struct tool *tool,
                      int64_t begin_ms)
{
    const struct simulate_options *o = s->options;
    struct plan *p = &s->plans[s->n_plans++];
    uint32_t asked = o->n_users > 0 ? o->n_users : default_names(test);

    p->tool = tool;
    p->profile = &s->profile;
    p->test = (uint8_t)test;
    p->seed = random_mix(o->seed ^ ((uint64_t)test << 32));
    p->begin_ms = begin_ms;
    p->names_given = s->given.n_names > 0 && test != 4;
    p->n_names = asked;
    if (p->names_given && (o->n_users == 0 || asked > s->given.n_names))
        p->n_names = (uint32_t)s->given.n_names;
    p->n_probes = p->n_names * tool->tries;
    p->gap_ms = o->gap_ms > 0 ? o->gap_ms : tool->gap_ms[test] > 0 ? tool->gap_ms[test] : 1000;
    p->jitter = o->jitter;
    p->threaded = tool->threaded;
    p->valid_share = o->valid_share;
    p->first_address = o->n_addresses > 0 ? 0 : test - 1;
    p->n_addresses = o->n_addresses > 0 ? (uint32_t)o->n_addresses : 1;
    p->n_script_parts = (uint8_t)MAX(o->n_script_parts, 1);
    p->plain_agent = o->plain_agent && test == 4;
    p->agent = p->plain_agent ? BROWSER : tool->agent;
    p->workstation = arena_printf(&s->arena, "WS-04%u", test);
    p->computer = arena_printf(&s->arena, "WS-04%u.corp.%s", test, o->domain);
    p->host_address = o->host_address != NULL ? arena_str(&s->arena, str_z(o->host_address))
                                              : arena_printf(&s->arena, "10.20.4.4%u", test);
    p->account = STR("mallory");
    s->agents[test - 1] = p->agent;
}

static enum lanner_rc choose_tool(const struct simulate_options *o, unsigned test,
                                  const struct tool **out, struct lanner_err *err)
{
    struct buf names = {0};

    *out = o->tool != NULL ? tool_find(o->tool) : tool_of_test(test);
    if (*out != NULL && ((*out)->tests >> test & 1) != 0)
        return LANNER_OK;
    for (size_t i = 0; tool_at(i) != NULL; i++) {
        if ((tool_at(i)->tests >> test & 1) != 0)
            buf_printf(&names, "%s%s", names.len > 0 ? ", " : "", tool_at(i)->name);
    }
    if (*out == NULL)
        err_set(err, LANNER_ERR_USAGE, "unknown tool '%.40s'", o->tool);
    else
        err_set(err, LANNER_ERR_USAGE, "%s does not play test %u", (*out)->name, test);
    err_hint(err, "tools of test %u are %.*s", test, STR_ARG(buf_str(&names)));
    buf_done(&names);
    return LANNER_ERR_USAGE;
}

static enum lanner_rc make_plans(struct simulation *s, struct lanner_err *err)
{
    const struct simulate_options *o = s->options;
    const struct tool *tool;
    unsigned only;

    TRY(parse_technique(o->technique, &only, err));
    if (only == 0 && o->tool != NULL) {
        err_set(err, LANNER_ERR_USAGE, "a tool is of one test");
        err_hint(err, "name the test, as in T1589.002/3");
        return LANNER_ERR_USAGE;
    }
    for (unsigned test = 1; test <= N_TESTS; test++) {
        if (only != 0 && test != only)
            continue;
        TRY(choose_tool(o, test, &tool, err));
        make_plan(s, test, tool, o->start_ms + (only == 0 ? (int64_t)(test - 1) * HOUR_MS : 0));
    }
    return LANNER_OK;
}

/* Ordinary days end with the day of the first test; logs reach to the last probe. */
static void plan_times(struct simulation *s)
{
    const struct simulate_options *o = s->options;
    bool days = o->background_users > 0 || o->look_alikes;
    int64_t midnight = o->start_ms / DAY_MS * DAY_MS;

    s->begin_ms = o->start_ms / HOUR_MS * HOUR_MS;
    s->end_ms = s->begin_ms;
    if (days) {
        s->begin_ms = midnight - (o->background_days - 1) * DAY_MS;
        s->end_ms = midnight + DAY_MS;
    }
    for (size_t i = 0; i < s->n_plans; i++) {
        struct plan_clock clock;

        plan_clock_init(&clock, &s->plans[i]);
        s->end_ms =
            MAX(s->end_ms, plan_clock_to(&clock, &s->plans[i], s->plans[i].n_probes - 1) + 1000);
    }
}

static enum lanner_rc prepare(struct simulation *s, struct lanner_err *err)
{
    const struct simulate_options *o = s->options;
    uint32_t n_users = o->background_users > 0 ? (uint32_t)o->background_users : DIRECTORY_USERS;

    TRY(check_options(o, err));
    profile_done(&s->profile);
    profile_init(&s->profile, o->seed, MAX(n_users, 50));
    s->profile.domain = arena_printf(&s->arena, "@%s", o->domain);
    s->profile.given = &s->given;
    TRY(load_names(s, err));
    make_addresses(s);
    TRY(make_plans(s, err));
    for (size_t i = 0; i < s->n_plans; i++) {
        if (!s->plans[i].names_given && s->plans[i].valid_share > 0 &&
            s->plans[i].n_names > s->profile.n_users)
            return err_set(err, LANNER_ERR_USAGE,
                           "%u names are tried, but only %u users can exist; give their addresses",
                           s->plans[i].n_names, s->profile.n_users);
    }
    TRY(outlet_choose(o->logs, o->shapes, s->chosen, err));
    plan_times(s);
    for (size_t i = 0; i < outlet_count(); i++) {
        bool touched = false;

        for (size_t k = 0; k < s->n_plans; k++)
            touched |= test_touches(s->plans[k].test, outlet_at(i)->kind);
        s->chosen[i] = s->chosen[i] && touched;
    }
    return LANNER_OK;
}

static size_t count_chosen(const struct simulation *s)
{
    size_t n = 0;

    for (size_t i = 0; i < outlet_count(); i++)
        n += s->chosen[i];
    return n;
}

/* A file being written. */
struct writing {
    const struct outlet *outlet;
    const struct simulate_sink *sink;
    struct buf block;
    uint64_t n_events, n_bytes;
    uint64_t by_test[N_TESTS + 1];
};

static enum lanner_rc flush(struct writing *w, struct lanner_err *err)
{
    size_t n = w->block.len;

    w->n_bytes += n;
    w->block.len = 0;
    return n > 0 ? w->sink->write(w->sink->ctx, w->block.ptr, n, err) : LANNER_OK;
}

static void put_head(struct writing *w)
{
    if (w->outlet->put_head != NULL)
        w->outlet->put_head(&w->block);
    else
        buf_puts(&w->block, w->outlet->head);
}

/* What stands before a record: the head of the file, or what ends the record before. */
static enum lanner_rc begin_record(struct writing *w, struct lanner_err *err)
{
    const struct outlet *o = w->outlet;

    if (w->block.len >= BLOCK_BYTES)
        TRY(flush(w, err));
    if (w->n_events == 0) {
        put_head(w);
    } else if (o->group != 0 && w->n_events % o->group == 0) {
        buf_puts(&w->block, o->tail);
        put_head(w);
    } else {
        buf_puts(&w->block, o->between);
    }
    return LANNER_OK;
}

static enum lanner_rc end_file(struct writing *w, struct lanner_err *err)
{
    if (w->n_events == 0)
        put_head(w);
    buf_puts(&w->block, w->outlet->tail);
    return flush(w, err);
}

/* Thousandths of the ordinary events that keep a file near the size asked for. */
static uint32_t rate_of(const struct simulation *s, double a_day, uint32_t mean_bytes)
{
    const struct simulate_options *o = s->options;
    double bytes = a_day * (double)o->background_users * o->background_days * mean_bytes;

    if (o->background_bytes == 0 || bytes <= (double)o->background_bytes)
        return 1000;
    return (uint32_t)MAX(1000.0 * (double)o->background_bytes / bytes, 1.0);
}

static struct stream *make_stream(struct simulation *s, const struct outlet *outlet,
                                  struct plan_clock clocks[N_TESTS])
{
    const struct simulate_options *o = s->options;
    const struct campaign *campaigns;
    struct sim_options so;
    struct stream *stream;

    sim_defaults(&so);
    so.seed = o->seed;
    so.start_ms = s->begin_ms;
    so.campaigns = o->look_alikes ? "B1,B2,B3,B4,B5,B6,B7,B8" : "none";
    so.events_per_user_day = so.events_per_user_day *
                             rate_of(s, so.events_per_user_day * 1.2, outlet->mean_bytes) / 1000;
    if (o->background_users == 0)
        so.events_per_user_day = so.duplicate_share = so.late_share = 0;
    stream = stream_new(&so, s->profile.n_users, s->end_ms - s->begin_ms);
    stream_set_profile(stream, s->profile.domain, &s->given);
    for (size_t i = 0; i < s->n_plans; i++) {
        struct campaign c;

        if (!test_touches(s->plans[i].test, TELE_SIGNIN))
            continue;
        plan_campaign(&s->plans[i], &clocks[i], &c);
        stream_add_campaign(stream, &c);
    }
    campaigns = stream_campaigns(stream, &s->truth.n_campaigns);
    for (size_t i = 0; i < s->truth.n_campaigns; i++)
        s->truth.campaigns[i] = campaigns[i].def->id;
    return stream;
}

/* The test whose campaign it is, 0: none. */
static unsigned test_of(const struct campaign *campaigns, const struct sim_event *ev)
{
    const struct plan *p;

    if (ev->campaign == SIM_NO_CAMPAIGN)
        return 0;
    p = campaigns[ev->campaign].plan;
    return p != NULL ? p->test : 0;
}

static enum lanner_rc write_signins(struct simulation *s, struct writing *w, struct lanner_err *err)
{
    static const struct shape_def by_address = {
        .no_client = true, .no_agent = true, .no_app = true, .time_unit_ms = 1};
    struct plan_clock clocks[N_TESTS];
    struct stream *stream = make_stream(s, w->outlet, clocks);
    struct shape_writer *writer = xcalloc(1, sizeof(*writer));
    bool first = !s->truth.has_log[w->outlet->kind];
    bool rule = s->truth.rule == NULL;
    const struct campaign *campaigns;
    const struct sim_event *ev;
    enum lanner_rc rc = LANNER_OK;
    size_t n;

    campaigns = stream_campaigns(stream, &n);
    writer->profile = stream_profile(stream);
    put_clock_init(&writer->clock);
    if (rule)
        s->truth.rule = rule_new(&by_address, &s->profile);
    while (rc == LANNER_OK && (ev = stream_next(stream)) != NULL) {
        unsigned test = test_of(campaigns, ev);

        if (w->outlet->kind == TELE_AUDIT && ev->category > SIM_NON_INTERACTIVE)
            continue;
        rc = begin_record(w, err);
        shape_prepare(writer, ev);
        w->outlet->put_signin(writer, ev, &w->block);
        if (first)
            simulate_truth_signin(&s->truth, ev, writer, rule, w->outlet->kind, test, w->n_events);
        w->by_test[test]++;
        w->n_events++;
    }
    stream_free(stream);
    free(writer);
    return rc;
}

static enum lanner_rc write_tele(struct simulation *s, struct writing *w, struct lanner_err *err)
{
    const struct simulate_options *o = s->options;
    const struct outlet *outlet = w->outlet;
    struct feed_options fo = {.plans = s->plans,
                              .n_plans = s->n_plans,
                              .profile = &s->profile,
                              .seed = o->seed,
                              .begin_ms = s->begin_ms,
                              .end_ms = s->end_ms,
                              .n_users = (uint32_t)o->background_users,
                              .look_alikes = o->look_alikes || o->background_users > 0};
    struct tele_writer writer = {.begin_ms = s->plans[0].begin_ms};
    struct feed *feed;
    const struct tele *t;
    enum lanner_rc rc = LANNER_OK;

    fo.look_alike_ms = o->start_ms / DAY_MS * DAY_MS + 9 * HOUR_MS;
    fo.rate = rate_of(s, ordinary_rate(outlet->kind) * 86400 * 1.5, outlet->mean_bytes);
    put_clock_init(&writer.clock);
    feed = feed_new(&fo, outlet->kind);
    while (rc == LANNER_OK && (t = feed_next(feed)) != NULL) {
        rc = begin_record(w, err);
        outlet->put_tele(&writer, t, &w->block);
        simulate_truth_tele(&s->truth, t, outlet->kind);
        w->by_test[t->test]++;
        w->n_events++;
        writer.n_records++;
    }
    feed_free(feed);
    return rc;
}

static enum lanner_rc write_outlet(struct simulation *s, const struct outlet *outlet,
                                   const struct simulate_sink *sink, struct lanner_err *err)
{
    struct writing w = {.outlet = outlet, .sink = sink};
    struct lanner_err close_err;
    enum lanner_rc close_rc;
    enum lanner_rc rc;

    TRY(sink->open(sink->ctx, outlet->file, err));
    rc = outlet->put_signin != NULL ? write_signins(s, &w, err) : write_tele(s, &w, err);
    if (rc == LANNER_OK)
        rc = end_file(&w, err);
    close_rc = sink->close(sink->ctx, rc == LANNER_OK ? err : &close_err);
    if (rc == LANNER_OK)
        rc = close_rc;
    simulate_truth_file(&s->truth, outlet, w.n_events, w.n_bytes, w.by_test);
    s->stats.n_events += w.n_events;
    s->stats.n_bytes += w.n_bytes;
    buf_done(&w.block);
    return rc;
}

static enum lanner_rc write_truth(struct simulation *s, const struct simulate_sink *sink,
                                  struct lanner_err *err)
{
    struct buf out = {0};
    enum lanner_rc rc;

    simulate_truth_print(&s->truth, s->options, &out);
    rc = sink->open(sink->ctx, "truth.json", err);
    if (rc == LANNER_OK)
        rc = sink->write(sink->ctx, out.ptr, out.len, err);
    if (rc == LANNER_OK)
        rc = sink->close(sink->ctx, err);
    buf_done(&out);
    return rc;
}

static void simulation_init(struct simulation *s, const struct simulate_options *o)
{
    memset(s, 0, sizeof(*s));
    s->options = o;
    arena_init(&s->arena, 0);
    profile_init(&s->profile, 0, 50);
    s->chosen = xcalloc(outlet_count(), sizeof(*s->chosen));
}

static void simulation_done(struct simulation *s)
{
    simulate_truth_done(&s->truth);
    profile_done(&s->profile);
    arena_done(&s->arena);
    free(s->chosen);
}

enum lanner_rc simulate_count(const struct simulate_options *o, size_t *n_files,
                              struct lanner_err *err)
{
    struct simulation s;
    enum lanner_rc rc;

    simulation_init(&s, o);
    rc = prepare(&s, err);
    if (rc == LANNER_OK)
        *n_files = count_chosen(&s);
    simulation_done(&s);
    return rc;
}

enum lanner_rc simulate_run(const struct simulate_options *o, const struct simulate_sink *sink,
                            struct sim_stats *stats, struct lanner_err *err)
{
    struct simulation s;
    enum lanner_rc rc;

    simulation_init(&s, o);
    rc = prepare(&s, err);
    s.truth.plans = s.plans;
    s.truth.n_plans = s.n_plans;
    s.truth.profile = &s.profile;
    s.truth.look_alikes = o->look_alikes;
    if (rc == LANNER_OK && count_chosen(&s) == 0)
        rc = err_set(err, LANNER_ERR_USAGE, "the test leaves nothing in the logs asked for");
    for (size_t i = 0; i < outlet_count() && rc == LANNER_OK; i++) {
        if (s.chosen[i])
            rc = write_outlet(&s, outlet_at(i), sink, err);
    }
    if (rc == LANNER_OK)
        rc = write_truth(&s, sink, err);
    s.stats.n_users = s.profile.n_users;
    if (rc == LANNER_OK)
        *stats = s.stats;
    simulation_done(&s);
    return rc;
}
