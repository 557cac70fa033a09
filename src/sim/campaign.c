/* campaign.c - the table of campaigns and what each of their events looks like.
 *
 * An event follows from the campaign's seed and its number alone. Attackers have addresses of
 * 203.0.113.0/24 (RFC 5737) or pools of 198.19.0.0/16, where nothing else comes from. */
#include "sim/campaign.h"

#include "sim/background.h"

#define MINUTE_MS      INT64_C(60000)
#define HOUR_MS        INT64_C(3600000)
#define DAY_MS         INT64_C(86400000)
#define POOL(i)        (UINT64_C(0xC6130000) + (i)) /* 198.19.0.0/16 */
#define SERVICE(i)     (UINT64_C(0xC612C800) + (i)) /* 198.18.200.0/24 */
#define APP_POWERSHELL 21

/* A name nobody has. Campaigns begin at different surnames, so that few names are shared. */
static uint32_t ghost(const struct campaign *c, uint32_t k)
{
    return SIM_GHOST + c->index * 26u * 9u + k;
}

/* Different users as long as there are that many. */
static uint32_t existing(const struct campaign *c, uint32_t k)
{
    return (uint32_t)((c->seed + k) % c->profile->n_users);
}

/* The k-th instant of a tool with a constant gap and a little jitter. */
static int64_t paced(const struct sim_event *ev, uint32_t k, uint32_t gap_ms)
{
    return (int64_t)k * gap_ms + random_below(ev->seed, gap_ms / 3 + 1);
}

static void event_a1(const struct campaign *c, uint32_t k, struct sim_event *ev)
{
    uint32_t blocked = k < 200 ? 0 : MIN((k - 200) / 4, 600);

    ev->created_ms += paced(ev, k, 83);
    ev->app = (uint16_t)(k % 13);
    if ((ev->seed >> 8) % 10 < 7) {
        ev->user = ghost(c, k);
        ev->code = sim_code_row(50034);
    } else {
        ev->user = existing(c, k);
        ev->code = sim_code_row(50126);
    }
    if ((ev->seed >> 32) % 1000 < blocked)
        ev->code = sim_code_blocked_address();
}

static void event_a2(const struct campaign *c, uint32_t k, struct sim_event *ev)
{
    /* Begins five minutes past: nine names at most in any clock hour. */
    ev->created_ms += k / 9 * HOUR_MS + (int64_t)(k % 9) * 5 * MINUTE_MS;
    ev->user = ghost(c, k);
}

static void event_a3(const struct campaign *c, uint32_t k, struct sim_event *ev)
{
    ev->created_ms += k < 9 ? k * 66000 : 10 * MINUTE_MS + 30000 + (k - 9) * 66000;
    ev->user = ghost(c, k);
}

static void event_a4(const struct campaign *c, uint32_t k, struct sim_event *ev)
{
    bool exists = (ev->seed >> 8) % 10 < 3;

    ev->created_ms += paced(ev, k, 1200);
    ev->address = POOL(0x1000 + k % 400);
    ev->user = exists ? existing(c, k) : ghost(c, k);
    ev->code = sim_code_row(exists ? 50126 : 50034);
}

static void event_a5(const struct campaign *c, uint32_t k, struct sim_event *ev)
{
    ev->created_ms += paced(ev, k, 4500);
    ev->user = ghost(c, k);
    ev->agent = SIM_AGENT_ODD + k;
}

static void event_a6(const struct campaign *c, uint32_t k, struct sim_event *ev)
{
    uint32_t code = 50126;

    if (k % 20 == 7)
        code = 50053;
    else if (k % 100 == 50)
        code = 50055;
    else if (k % 100 == 51)
        code = 50057;
    else if (k % 100 == 52)
        code = 50076;
    ev->created_ms += paced(ev, k, 6000);
    ev->user = existing(c, k);
    ev->code = sim_code_row(code);
}

static void event_a7(const struct campaign *c, uint32_t k, struct sim_event *ev)
{
    ev->created_ms += paced(ev, k, 10000);
    ev->agent = SIM_TOOL_AADINTERNALS;
    ev->app = SIM_APP_ODD;
    ev->user = k % 3 == 2 ? existing(c, k) : ghost(c, k);
    ev->code = sim_code_row(k % 3 == 2 ? 700016 : 50034);
}

static void event_a9(const struct campaign *c, uint32_t k, struct sim_event *ev)
{
    bool exists = (ev->seed >> 8) % 10 < 4;

    ev->created_ms += paced(ev, k, 60000);
    ev->address = POOL(0x2000 + k);
    ev->user = exists ? existing(c, k) : ghost(c, k);
    ev->code = sim_code_row(exists ? 50126 : 50034);
}

static void event_a10(const struct campaign *c, uint32_t k, struct sim_event *ev)
{
    ev->created_ms += paced(ev, k, 9000);
    ev->address = SIM_ADDRESS_V6 | (uint64_t)(k + 1) << 32 | UINT64_C(0x00020BAD);
    ev->user = ghost(c, k);
}

static void event_a11(const struct campaign *c, uint32_t k, struct sim_event *ev)
{
    ev->created_ms += paced(ev, k, 20000);
    ev->user = ghost(c, k);
}

static void event_a12(const struct campaign *c, uint32_t k, struct sim_event *ev)
{
    ev->created_ms += paced(ev, k, 20000);
    ev->user = ghost(c, k % 12);
    ev->variant = k < 12 ? SIM_AS_IS : SIM_UPPER;
}

static void event_b1(const struct campaign *c, uint32_t k, struct sim_event *ev)
{
    uint32_t who = k % 300;

    ev->created_ms += paced(ev, k, 5000);
    ev->address = background_office(0, 0);
    ev->user = existing(c, who);
    ev->app = (uint16_t)(who % 5);
    ev->client = SIM_CLIENT_BROWSER;
    ev->agent = profile_agent_of(c->profile, ev->user, false, 1023);
    /* Forty of three hundred have an expired password at the first try. */
    ev->code = sim_code_row(k < 300 && who * 2 % 15 < 2 ? 50055 : 0);
}

static void event_b2(const struct campaign *c, uint32_t k, struct sim_event *ev)
{
    ev->created_ms += (k < 60 ? 0 : DAY_MS) + paced(ev, k % 60, 45000);
    ev->address = SERVICE(10);
    ev->user = ghost(c, k % 60);
    ev->app = 3;
    ev->client = SIM_CLIENT_BROWSER;
    ev->agent = SIM_TOOL_IMAGE;
    ev->code = sim_code_row(k < 60 ? 50034 : 0);
}

static void event_b3(const struct campaign *c, uint32_t k, struct sim_event *ev)
{
    ev->created_ms += paced(ev, k, 2500);
    ev->address = SERVICE(20);
    ev->agent = SIM_TOOL_BAV2ROPC;
    ev->user = k % 10 == 0 ? ghost(c, k) : existing(c, k);
    ev->code = sim_code_row(k % 10 == 0 ? 50034 : 50126);
}

static void event_b4(const struct campaign *c, uint32_t k, struct sim_event *ev)
{
    ev->created_ms += k / 2 * 30 * MINUTE_MS + (k & 1) * 2000;
    ev->address = SERVICE(30);
    ev->agent = SIM_TOOL_SYNC;
    ev->user = existing(c, k & 1);
    ev->code = sim_code_row((k & 1) != 0 ? 50053 : 0);
}

static void event_b5(const struct campaign *c, uint32_t k, struct sim_event *ev)
{
    ev->created_ms += paced(ev, k, 8000);
    ev->address = SERVICE(40);
    ev->client = SIM_CLIENT_SMTP;
    ev->agent = SIM_TOOL_EMPTY;
    ev->user = ghost(c, 0);
}

static void event_b6(const struct campaign *c, uint32_t k, struct sim_event *ev)
{
    static const uint32_t errors[3] = {50034, 90072, 50020};

    ev->created_ms += paced(ev, k, 40000);
    ev->address = SERVICE(50);
    ev->client = SIM_CLIENT_BROWSER;
    ev->user = ghost(c, k % 25);
    ev->agent = profile_agent_of(c->profile, k % 25, false, 1023);
    ev->code = sim_code_row(errors[k / 25]);
}

static void event_b8(const struct campaign *c, uint32_t k, struct sim_event *ev)
{
    ev->created_ms += paced(ev, k, 18000);
    ev->address = SERVICE(60);
    ev->client = SIM_CLIENT_BROWSER;
    ev->user = existing(c, k);
    ev->app = (uint16_t)(k % 9);
    ev->agent = profile_agent_of(c->profile, ev->user, false, ev->seed);
    ev->code = sim_code_row(k % 50 == 0 ? 50053 : k % 20 == 0 ? 50126 : 0);
}

#define LOW      "Low-Level Enumeration"
#define MODERATE "Moderate Enumeration"
#define HIGH     "High Confidence Enumeration"

/* clang-format off */
static const struct campaign_def defs[] = {
    {"A1", "o365spray oauth2: 2,000 names from one address in three minutes", HIGH, 2000, BEGIN_HOUR, event_a1},
    {"A2", "slow: nine names an hour for three days", "none", 648, BEGIN_EARLY, event_a2},
    {"A3", "18 names within 20 minutes across the hour mark, nine on each side", "none", 18, BEGIN_LATE, event_a3},
    {"A4", "FireProx: 500 names over 400 addresses of one provider in ten minutes", "none", 500, BEGIN_HOUR, event_a4},
    {"A5", "one address, 200 names, a new user agent for each", "none", 200, BEGIN_HOUR, event_a5},
    {"A6", "MSOLSpray: 300 valid names with one password", LOW, 300, BEGIN_HOUR, event_a6},
    {"A7", "AADInternals login method: 60 names, random application ids", MODERATE, 60, BEGIN_HOUR, event_a7},
    {"A9", "residential proxies: one name for each address", "none", 300, BEGIN_EARLY, event_a9},
    {"A10", "one IPv6 /64, another address for each request", "none", 200, BEGIN_HOUR, event_a10},
    {"A11.9", "exactly 9 names", "none", 9, BEGIN_HOUR, event_a11},
    {"A11.10", "exactly 10 names", LOW, 10, BEGIN_HOUR, event_a11},
    {"A11.19", "exactly 19 names", LOW, 19, BEGIN_HOUR, event_a11},
    {"A11.20", "exactly 20 names", MODERATE, 20, BEGIN_HOUR, event_a11},
    {"A11.49", "exactly 49 names", MODERATE, 49, BEGIN_HOUR, event_a11},
    {"A11.50", "exactly 50 names", HIGH, 50, BEGIN_HOUR, event_a11},
    {"A12", "the same 12 names in lower and upper case: 24 different texts", MODERATE, 24, BEGIN_HOUR, event_a12},
    {"B1", "Monday at the largest office after the day passwords expired", "by agent", 600, BEGIN_MONDAY, event_b1},
    {"B2", "60 new hires not yet synchronised, behind one VPN address", HIGH, 120, BEGIN_EARLY, event_b2},
    {"B3", "recertification sweep at 02:00: 800 accounts, service address, ROPC", HIGH, 800, BEGIN_NIGHT, event_b3},
    {"B4", "directory synchronisation every 30 minutes, two accounts", "none", 0, BEGIN_EARLY, event_b4},
    {"B5", "scanner with a deleted mailbox: one name 5,000 times", "none", 5000, BEGIN_EARLY, event_b5},
    {"B6", "partner network: 25 guests with the wrong tenant link", "by agent", 75, BEGIN_HOUR, event_b6},
    {"B7", "authorised test, otherwise as A1", HIGH, 600, BEGIN_HOUR, event_a1},
    {"B8", "conference network: 400 users, few failures", "none", 400, BEGIN_HOUR, event_b8},
};
static const struct sim_name names[] = {
    {"A1", "o365spray oauth2: 2,000 names from one address"}, {"A2", "nine names an hour for three days"},
    {"A3", "18 names across the hour mark"}, {"A4", "FireProx: 500 names over 400 addresses"},
    {"A5", "200 names, a new user agent for each"}, {"A6", "MSOLSpray on 300 valid names"},
    {"A7", "AADInternals login method, 60 names"}, {"A9", "residential proxies, one name an address"},
    {"A10", "one /64, another address for each request"}, {"A11", "exactly 9, 10, 19, 20, 49, 50 names"},
    {"A12", "12 names in lower and upper case"}, {"B1", "expired passwords on Monday at the office"},
    {"B2", "60 new hires not yet synchronised"}, {"B3", "recertification sweep at night"},
    {"B4", "directory synchronisation"}, {"B5", "scanner with a deleted mailbox"},
    {"B6", "25 guests with the wrong tenant link"}, {"B7", "authorised test"}, {"B8", "conference network"},
};
/* clang-format on */

const struct sim_name *sim_campaign_at(size_t i)
{
    return i < ARRAY_LEN(names) ? &names[i] : NULL;
}

/* "A11" means all of A11.9, A11.10 and so on. */
static bool is_member(const char *id, struct str want)
{
    size_t n = strlen(id);

    return n >= want.len && memcmp(id, want.ptr, want.len) == 0 &&
           (id[want.len] == '\0' || id[want.len] == '.');
}

static enum lanner_rc unknown_campaign(struct str want, struct lanner_err *err)
{
    if (str_eqz(want, "A8")) {
        err_set(err, LANNER_ERR_USAGE, "campaign A8 leaves no sign-in records");
        err_hint(err, "GetCredentialType probes appear in proxy and pre-authentication logs only");
        return LANNER_ERR_USAGE;
    }
    err_set(err, LANNER_ERR_USAGE, "unknown campaign '%.*s'", (int)MIN(want.len, 40), want.ptr);
    err_hint(err, "campaigns are A1 to A7, A9 to A12 and B1 to B8, or 'all' or 'none'");
    return LANNER_ERR_USAGE;
}

enum lanner_rc campaign_choose(const char *list, const struct campaign_def **out, size_t max,
                               size_t *n, struct lanner_err *err)
{
    bool chosen[ARRAY_LEN(defs)] = {false};
    struct str rest = str_z(list);
    bool all = strcmp(list, "all") == 0;

    if (strcmp(list, "none") == 0 || all)
        rest.len = 0;
    while (rest.len > 0) {
        size_t comma = MIN(str_find_char(rest, ','), rest.len);
        struct str want = str_trim(str_of(rest.ptr, comma));
        bool found = false;

        for (size_t i = 0; i < ARRAY_LEN(defs); i++) {
            if (want.len > 0 && is_member(defs[i].id, want))
                found = chosen[i] = true;
        }
        if (!found)
            return unknown_campaign(want, err);
        comma = MIN(comma + 1, rest.len);
        rest = str_of(rest.ptr + comma, rest.len - comma);
    }
    *n = 0;
    for (size_t i = 0; i < ARRAY_LEN(defs) && *n < max; i++) {
        if (all || chosen[i])
            out[(*n)++] = &defs[i];
    }
    return LANNER_OK;
}

/* The first instant from `from` on that is `hour` o'clock UTC (on a Monday if asked). */
static int64_t next_clock(int64_t from, int hour, bool monday)
{
    int64_t t = from / DAY_MS * DAY_MS + hour * HOUR_MS;

    while (t < from || (monday && (t / DAY_MS + 3) % 7 != 0))
        t += DAY_MS;
    return t;
}

static void make_event(const struct campaign *c, struct sim_event *ev)
{
    memset(ev, 0, sizeof(*ev));
    ev->seed = random_mix(c->seed ^ ((uint64_t)c->k << 24));
    ev->created_ms = c->begin_ms;
    ev->campaign = c->index;
    ev->address = UINT64_C(0xCB007100) + 10 + c->index; /* 203.0.113.0/24 */
    ev->agent = SIM_TOOL_POWERSHELL;
    ev->client = SIM_CLIENT_MOBILE;
    ev->app = APP_POWERSHELL;
    ev->code = sim_code_row(50034);
    ev->category = SIM_INTERACTIVE;
    c->def->event(c, c->k, ev);
}

static void set_next(struct campaign *c)
{
    struct sim_event ev;

    c->next_ms = INT64_MAX;
    if (c->k >= c->n)
        return;
    make_event(c, &ev);
    c->next_ms = ev.created_ms;
}

void campaign_init(struct campaign *c, const struct campaign_def *def, const struct profile *p,
                   size_t i, size_t n, int64_t start_ms, int64_t span_ms)
{
    int64_t end_ms = start_ms + span_ms;
    int64_t own = start_ms + span_ms / 20 + span_ms / 4 * 3 / (int64_t)n * (int64_t)i;
    int64_t hour = (own + HOUR_MS - 1) / HOUR_MS * HOUR_MS;

    memset(c, 0, sizeof(*c));
    c->def = def;
    c->profile = p;
    c->index = (uint8_t)i;
    c->seed = random_mix(p->seed + 77 * (i + 1));
    c->n = def->n != 0 ? def->n : (uint32_t)MIN(span_ms / (30 * MINUTE_MS) * 2, 1000000);
    if (def->begin == BEGIN_MONDAY)
        c->begin_ms = next_clock(start_ms, 9, true);
    if (def->begin == BEGIN_NIGHT || (def->begin == BEGIN_MONDAY && c->begin_ms >= end_ms))
        c->begin_ms = next_clock(own, def->begin == BEGIN_NIGHT ? 2 : 9, false);
    if (c->begin_ms >= end_ms)
        c->begin_ms = next_clock(start_ms, 2, false);
    if (def->begin == BEGIN_EARLY)
        c->begin_ms = (start_ms / HOUR_MS + 1) * HOUR_MS + 5 * MINUTE_MS;
    else if (def->begin == BEGIN_LATE)
        c->begin_ms = hour + 50 * MINUTE_MS;
    else if (def->begin == BEGIN_HOUR)
        c->begin_ms = hour + 5 * MINUTE_MS;
    if (c->begin_ms >= end_ms) /* a log too short for hours: anywhere */
        c->begin_ms = own;
    set_next(c);
}

void campaign_begin(struct campaign *c)
{
    set_next(c);
}

void campaign_take(struct campaign *c, struct sim_event *ev)
{
    assert(c->k < c->n);
    make_event(c, ev);
    c->k++;
    set_next(c);
}
