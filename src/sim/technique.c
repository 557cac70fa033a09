/* technique.c - the tools, and the plan: which name is probed when, from where, with what outcome.
 *
 * Agents, endpoints, application ids and gaps are those of the tools' published source; the names
 * of the applications are Microsoft's for the ids that may refresh each other's tokens. */
#include "sim/technique.h"

#define APP(i) (uint16_t)(SIM_GIVEN_APP + (i))

/* clang-format off */
static const struct sim_app apps[] = {
    {STR_INIT("Azure Active Directory PowerShell"), STR_INIT("1b730954-1685-4b74-9bfd-dac224a7b894")},
    {STR_INIT("Office 365 Exchange Online"), STR_INIT("00000002-0000-0ff1-ce00-000000000000")},
    {STR_INIT("Accounts Control UI"), STR_INIT("a40d7d7d-59aa-447e-a655-679a4107e548")},
    {STR_INIT("Microsoft Edge"), STR_INIT("f44b1140-bc5e-48c6-8dc0-5cf5a53c0e34")},
    {STR_INIT("Microsoft Edge"), STR_INIT("e9c51622-460d-4d3d-952d-966a5b1da34c")},
    {STR_INIT("Microsoft Edge"), STR_INIT("ecd6b820-32c2-49b6-98a6-444530e5a77a")},
    {STR_INIT("Microsoft Intune Company Portal"), STR_INIT("9ba1a5c7-f17a-4de9-a1f1-6178c8d51223")},
    {STR_INIT("Microsoft Power BI"), STR_INIT("c0d2a505-13b8-4ae0-aa9e-cddd5eab0b12")},
    {STR_INIT("Microsoft To-Do client"), STR_INIT("22098786-6e16-43cc-a27d-191a01a1e3b5")},
    {STR_INIT("Microsoft Tunnel"), STR_INIT("eb539595-3fe1-474e-9c1d-feb3625d1be5")},
    {STR_INIT("Microsoft Whiteboard Client"), STR_INIT("57336123-6e14-4acc-8dcf-287b6088aa28")},
    {STR_INIT("OneDrive SyncEngine"), STR_INIT("ab9b8c07-8f02-4f72-87fa-80105867a763")},
    {STR_INIT("PowerApps"), STR_INIT("4e291c71-d680-4d0e-9640-0a3358e31177")},
    {STR_INIT("Visual Studio"), STR_INIT("872cd9fa-d31f-45e0-9eab-6e460a02d1f1")},
    {STR_INIT("Windows Search"), STR_INIT("26a7ee05-5602-4d76-a7ba-eae8b7b67941")},
};

#define POWERSHELL_AGENT "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.22621.2428"
/* o365enum does not close the bracket. */
#define OUTLOOK_AGENT "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.12026; Pro"
#define SPRAY_AGENT "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/104.0.0.0 Safari/537.36"

/* The first that plays a test is its default. */
static const struct tool tools[] = {
    {.name = "PowerShell", .tests = 1 << 1 | 1 << 3, .agent = STR_INIT(POWERSHELL_AGENT), .gap_ms = {0, 900, 0, 4000},
     .tries = 1, .app = APP(0), .n_apps = 1, .client = SIM_CLIENT_MOBILE, .image_is_shell = true},
    {.name = "AADInternals", .tests = 1 << 1 | 1 << 2 | 1 << 3, .agent = STR_INIT("AADInternals"), .gap_ms = {0, 1500, 2000, 2000},
     .tries = 1, .app = SIM_APP_NAMELESS, .n_apps = 1, .client = SIM_CLIENT_MOBILE, .image_is_shell = true},
    {.name = "MSOLSpray", .tests = 1 << 3, .agent = STR_INIT(POWERSHELL_AGENT), .gap_ms = {0, 0, 0, 1200},
     .tries = 1, .app = APP(0), .n_apps = 1, .client = SIM_CLIENT_MOBILE, .image_is_shell = true},
    {.name = "o365enum", .tests = 1 << 1 | 1 << 3 | 1 << 5, .agent = STR_INIT(OUTLOOK_AGENT), .gap_ms = {0, 1100, 0, 11000, 0, 1000},
     .tries = 3, .app = APP(1), .n_apps = 1, .client = SIM_CLIENT_EXCHANGE},
    {.name = "o365spray", .tests = 1 << 1 | 1 << 3, .agent = STR_INIT(SPRAY_AGENT), .gap_ms = {0, 80, 0, 80},
     .threaded = true, .tries = 1, .app = APP(2), .n_apps = 13, .client = SIM_CLIENT_MOBILE},
    {.name = "theHarvester", .tests = 1 << 4, .agent = STR_INIT("theHarvester/4.9.0 (+https://github.com/laramies/theHarvester)"),
     .gap_ms = {0, 0, 0, 0, 2000}, .tries = 1},
    {.name = "curl", .tests = 1 << 1 | 1 << 5, .agent = STR_INIT("curl/8.4.0"), .gap_ms = {0, 1000, 0, 0, 0, 2000}, .tries = 1},
};
/* clang-format on */

#define SEEN(kind) (1 << (kind))

/* Which logs a test touches, and in which of them it can be told from everything else. */
static const struct {
    const char *title;
    uint8_t touched, telling;
} tests[N_TESTS + 1] = {
    [1] = {"GetCredentialType from PowerShell",
           SEEN(TELE_PREAUTH) | SEEN(TELE_HOST) | SEEN(TELE_ENDPOINT) | SEEN(TELE_PROXY) |
               SEEN(TELE_TUNNEL),
           SEEN(TELE_PREAUTH) | SEEN(TELE_HOST) | SEEN(TELE_ENDPOINT) | SEEN(TELE_PROXY) |
               SEEN(TELE_TUNNEL)},
    [2] = {"AADInternals",
           SEEN(TELE_SIGNIN) | SEEN(TELE_AUDIT) | SEEN(TELE_PREAUTH) | SEEN(TELE_HOST) |
               SEEN(TELE_ENDPOINT) | SEEN(TELE_PROXY) | SEEN(TELE_TUNNEL),
           SEEN(TELE_SIGNIN) | SEEN(TELE_AUDIT) | SEEN(TELE_PREAUTH) | SEEN(TELE_HOST) |
               SEEN(TELE_ENDPOINT) | SEEN(TELE_PROXY) | SEEN(TELE_TUNNEL)},
    [3] = {"sign-in attempts with unknown accounts", SEEN(TELE_SIGNIN) | SEEN(TELE_AUDIT),
           SEEN(TELE_SIGNIN) | SEEN(TELE_AUDIT)},
    [4] = {"harvesting with theHarvester", SEEN(TELE_HOST) | SEEN(TELE_PROXY) | SEEN(TELE_TUNNEL),
           SEEN(TELE_HOST) | SEEN(TELE_PROXY)},
    [5] = {"Autodiscover probing with curl", SEEN(TELE_HOST) | SEEN(TELE_IIS),
           SEEN(TELE_HOST) | SEEN(TELE_IIS)},
};

const struct tool *tool_at(size_t i)
{
    return i < ARRAY_LEN(tools) ? &tools[i] : NULL;
}

const struct tool *tool_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(tools); i++) {
        if (str_eq_nocase(str_z(tools[i].name), str_z(name)))
            return &tools[i];
    }
    return NULL;
}

const struct tool *tool_of_test(unsigned test)
{
    static const char *const defaults[N_TESTS + 1] = {NULL,         "PowerShell",   "AADInternals",
                                                      "PowerShell", "theHarvester", "curl"};

    return tool_find(defaults[test]);
}

const struct sim_app *technique_apps(size_t *n)
{
    *n = ARRAY_LEN(apps);
    return apps;
}

bool test_touches(unsigned test, enum tele_kind kind)
{
    return (tests[test].touched >> kind & 1) != 0;
}

/* Below these a log has nothing that ordinary work does not leave: telemetry of browsers and of
 * single requests. */
bool plan_tells(const struct plan *p, enum tele_kind kind)
{
    uint32_t least = 1;

    if (kind == TELE_PROXY && p->test == 1)
        least = 20;
    else if (kind == TELE_PROXY && p->plain_agent)
        least = 51;
    else if (kind == TELE_TUNNEL)
        least = p->test == 2 ? 20 : 60; /* of 60 tunnels; test 2 opens three for each name */
    else if (kind == TELE_ENDPOINT || (kind == TELE_HOST && p->test == 5))
        least = 10;
    if (p->plain_agent && kind == TELE_HOST)
        return false; /* a script of any name */
    return (tests[p->test].telling >> kind & 1) != 0 && p->n_probes >= least;
}

const char *test_title(unsigned test)
{
    return tests[test].title;
}

void plan_clock_init(struct plan_clock *c, const struct plan *p)
{
    c->k = 0;
    c->at_ms = p->begin_ms;
}

/* The gap before probe k. Threads make it exponential: the zeros before the first one of random
 * bits are geometric, a uniform fraction fills the steps; the mean of the sum is 1.5 halvings. */
static int64_t gap_before(const struct plan *p, uint32_t k)
{
    uint64_t bits = random_mix(p->seed ^ UINT64_C(0x6A9) ^ ((uint64_t)k << 20));
    uint32_t wide;

    if (p->threaded) {
        uint32_t zeros = (uint32_t)__builtin_ctzll(bits | UINT64_C(1) << 20);

        return (int64_t)((uint64_t)p->gap_ms * (zeros * 1024 + (bits >> 32 & 1023)) / 1536);
    }
    wide = (uint32_t)((uint64_t)p->gap_ms * p->jitter / 1000);
    return (int64_t)p->gap_ms - wide / 2 + random_below(bits, wide + 1);
}

int64_t plan_clock_to(struct plan_clock *c, const struct plan *p, uint32_t k)
{
    assert(k >= c->k);
    while (c->k < k)
        c->at_ms += gap_before(p, ++c->k);
    return c->at_ms;
}

/* As many as the share says, evenly spread. */
bool plan_exists(const struct plan *p, uint32_t name)
{
    uint64_t share = p->valid_share;

    return (name + 1) * share / 1000 > name * share / 1000;
}

/* Names that no planted campaign tries: those begin at the first surname. */
static uint32_t first_ghost(const struct plan *p)
{
    return SIM_GHOST + 26u * (100 + 8u * p->test);
}

uint32_t plan_user(const struct plan *p, uint32_t name)
{
    bool exists = plan_exists(p, name);

    if (p->names_given)
        return SIM_GIVEN_USER | (exists ? 0 : SIM_GHOST) | name;
    if (exists)
        return (uint32_t)((p->seed + name) % p->profile->n_users);
    return first_ghost(p) + name;
}

uint32_t plan_name_of(const struct plan *p, uint32_t user)
{
    uint32_t n_users = p->profile->n_users;

    if ((user & SIM_GIVEN_USER) != 0)
        return user & (SIM_GIVEN_USER - 1);
    if (user >= SIM_GHOST)
        return user - first_ghost(p);
    return (uint32_t)((user + n_users - p->seed % n_users) % n_users);
}

size_t plan_put_name(const struct plan *p, uint32_t name, char *room)
{
    struct sim_event ev = {.user = plan_user(p, name)};

    return profile_put_name(p->profile, &ev, room);
}

uint64_t plan_address(const struct plan *p, uint32_t k)
{
    return SIM_GIVEN_ADDRESS | (p->first_address + k % p->n_addresses);
}

struct str plan_address_text(const struct plan *p, uint32_t k)
{
    return p->profile->given->addresses[p->first_address + k % p->n_addresses];
}

static uint32_t code_of(const struct plan *p, uint32_t k, uint32_t name)
{
    if (!plan_exists(p, name))
        return 50034;
    return p->tool->app == SIM_APP_NAMELESS && k % 2 == 0 ? 700016 : 50126;
}

static void event_probe(const struct campaign *c, uint32_t k, struct sim_event *ev)
{
    const struct plan *p = c->plan;
    uint32_t name = k / p->tool->tries;

    ev->created_ms = plan_clock_to(c->clock, p, k);
    ev->seed = random_mix(p->seed ^ 0x51 ^ ((uint64_t)k << 24));
    ev->address = plan_address(p, k);
    ev->user = plan_user(p, name);
    ev->agent = SIM_GIVEN_AGENT + p->test - 1;
    ev->client = p->tool->client;
    ev->app = (uint16_t)(p->tool->app + (p->tool->n_apps > 1 ? k % p->tool->n_apps : 0));
    ev->code = sim_code_row(code_of(p, k, name));
}

static const struct campaign_def defs[N_TESTS + 1] = {
    [2] = {.id = "T1589.002/2", .what = "AADInternals", .rule = "by count", .event = event_probe},
    [3] = {.id = "T1589.002/3", .what = "sign-ins", .rule = "by count", .event = event_probe},
};

void plan_campaign(const struct plan *p, struct plan_clock *clock, struct campaign *c)
{
    memset(c, 0, sizeof(*c));
    plan_clock_init(clock, p);
    c->def = &defs[p->test];
    c->plan = p;
    c->clock = clock;
    c->begin_ms = p->begin_ms;
    c->seed = p->seed;
    c->n = p->n_probes;
}
