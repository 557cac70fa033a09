/* profile.c - the tables of the profile and how names, agents and addresses are spelt.
 *
 * Nothing is kept per user: what a user has follows from a hash of the number, so a hundred
 * thousand users cost no memory. Addresses are taken from ranges reserved for documentation,
 * benchmarks and carriers only. */
#include "sim/profile.h"

#include "sim/names.h"
#include "sim/put.h"

/* clang-format off */
#define FOUR(n) ((n) == 50034 || (n) == 50053 || (n) == 50055 || (n) == 50056)
#define WIDE(n) (FOUR(n) || (n) == 50057 || (n) == 50064 || (n) == 50126 || (n) == 700016 || \
                 (n) == 500011 || (n) == 53004)
#define CODE(number, inter, non, error, reason)                                                    \
    {number, inter, non, STR_INIT(#number), STR_INIT(error), STR_INIT(reason), FOUR(number),       \
     WIDE(number)},
static const struct sim_code codes[] = {
#include "sim/codes.def"
};
#undef CODE

static const struct str clients[] = {
    [SIM_CLIENT_BROWSER] = STR_INIT("Browser"),
    [SIM_CLIENT_MOBILE] = STR_INIT("Mobile Apps and Desktop clients"),
    [SIM_CLIENT_OTHER] = STR_INIT("Other clients"),
    [SIM_CLIENT_IMAP] = STR_INIT("IMAP4"),
    [SIM_CLIENT_EXCHANGE] = STR_INIT("Exchange ActiveSync"),
    [SIM_CLIENT_SMTP] = STR_INIT("Authenticated SMTP"),
    [SIM_CLIENT_EMPTY] = STR_INIT(""),
};

/* The order is that of popularity: the stream draws by a Zipf-like rule. */
static const struct str apps[] = {
    STR_INIT("Office 365 Exchange Online"), STR_INIT("Microsoft Teams"),
    STR_INIT("Office365 Shell WCSS-Client"), STR_INIT("OfficeHome"),
    STR_INIT("SharePoint Online Web Client Extensibility"), STR_INIT("Azure Portal"),
    STR_INIT("Microsoft Authentication Broker"), STR_INIT("Windows Sign In"),
    STR_INIT("My Apps"), STR_INIT("Microsoft Office"), STR_INIT("OneDrive SyncEngine"),
    STR_INIT("Outlook Mobile"), STR_INIT("Power BI Service"), STR_INIT("Microsoft Teams Web Client"),
    STR_INIT("ServiceNow"), STR_INIT("Salesforce"), STR_INIT("Zoom"), STR_INIT("Workday"),
    STR_INIT("Atlassian Cloud"), STR_INIT("Slack"), STR_INIT("Adobe Creative Cloud"),
    STR_INIT("Azure Active Directory PowerShell"), STR_INIT("Microsoft Azure CLI"),
    STR_INIT("Microsoft Intune Company Portal"), STR_INIT("Visual Studio Code"),
    STR_INIT("Time Sheets (contoso)"), STR_INIT("Travel Desk (contoso)"),
    STR_INIT("Plant Control (contoso)"), STR_INIT("GitHub Enterprise Cloud"), STR_INIT("DocuSign"),
};

static const struct str tools[N_SIM_TOOLS] = {
    [SIM_TOOL_POWERSHELL] = STR_INIT("Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.22621.2428"),
    [SIM_TOOL_PYTHON] = STR_INIT("python-requests/2.31.0"),
    [SIM_TOOL_AADINTERNALS] = STR_INIT("AADInternals"),
    [SIM_TOOL_GO] = STR_INIT("Go-http-client/1.1"),
    [SIM_TOOL_IMAGE] = STR_INIT("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/133.0.0.0 Safari/537.36 Edg/133.0.3065.59"),
    [SIM_TOOL_BAV2ROPC] = STR_INIT("BAV2ROPC"),
    [SIM_TOOL_EMPTY] = STR_INIT(""),
    [SIM_TOOL_SYNC] = STR_INIT("Microsoft Azure AD Connect/2.4.18.0"),
};

/* Natives: what phones and Office programs send. */
static const struct str natives[] = {
    STR_INIT("Mozilla/5.0 (iPhone; CPU iPhone OS 18_3_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Mobile/15E148 Safari/604.1"),
    STR_INIT("Mozilla/5.0 (iPhone; CPU iPhone OS 17_7_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"),
    STR_INIT("Dalvik/2.1.0 (Linux; U; Android 15; SM-S928B Build/AP3A.240905.015)"),
    STR_INIT("Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8 Build/UQ1A.240205.004)"),
    STR_INIT("Windows-AzureAD-Authentication-Provider/1.0"),
    STR_INIT("Mozilla/4.0 (compatible; ms-office; MSOffice 16)"),
    STR_INIT("Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.18429; Pro)"),
    STR_INIT("Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; .NET4.0C; .NET4.0E; rv:11.0) like Gecko"),
};

static const struct sim_place places[] = {
    {STR_INIT("Amsterdam"), STR_INIT("Noord-Holland"), STR_INIT("NL"), STR_INIT("52.37"), STR_INIT("4.89"), 64500},
    {STR_INIT("Munich"), STR_INIT("Bavaria"), STR_INIT("DE"), STR_INIT("48.14"), STR_INIT("11.58"), 64501},
    {STR_INIT("S\303\243o Paulo"), STR_INIT("S\303\243o Paulo"), STR_INIT("BR"), STR_INIT("-23.55"), STR_INIT("-46.63"), 64502},
    {STR_INIT("New York"), STR_INIT("New York"), STR_INIT("US"), STR_INIT("40.71"), STR_INIT("-74.01"), 64503},
    {STR_INIT("Chicago"), STR_INIT("Illinois"), STR_INIT("US"), STR_INIT("41.88"), STR_INIT("-87.63"), 64504},
    {STR_INIT("Singapore"), STR_INIT("Central Singapore"), STR_INIT("SG"), STR_INIT("1.29"), STR_INIT("103.85"), 64505},
    {STR_INIT("London"), STR_INIT("England"), STR_INIT("GB"), STR_INIT("51.51"), STR_INIT("-0.13"), 64506},
    {STR_INIT("Gda\305\204sk"), STR_INIT("Pomorskie"), STR_INIT("PL"), STR_INIT("54.35"), STR_INIT("18.65"), 64507},
};
/* clang-format on */

size_t sim_code_count(void)
{
    return ARRAY_LEN(codes);
}

const struct sim_code *sim_code_at(size_t row)
{
    return &codes[row];
}

uint8_t sim_code_row(uint32_t number)
{
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        if (codes[i].number == number)
            return (uint8_t)i;
    }
    assert(!"a number of codes.def");
    return 0;
}

uint8_t sim_code_blocked_address(void)
{
    return (uint8_t)(ARRAY_LEN(codes) - 1);
}

struct str sim_client_text(uint8_t client)
{
    return clients[client];
}

uint16_t sim_app_count(void)
{
    return (uint16_t)ARRAY_LEN(apps);
}

struct str sim_app_name(const struct profile *p, uint16_t app)
{
    if (app >= SIM_APP_NAMELESS)
        return STR("");
    if (app >= SIM_APP_ODD)
        return STR("Unregistered application");
    return app >= SIM_GIVEN_APP ? p->given->apps[app - SIM_GIVEN_APP].name : apps[app];
}

char *sim_put_app_id(const struct profile *profile, char *p, const struct sim_event *ev)
{
    /* Odd ids differ from try to try, the others belong to the application. */
    if (ev->app >= SIM_GIVEN_APP && ev->app < SIM_APP_ODD)
        return put_str(p, profile->given->apps[ev->app - SIM_GIVEN_APP].id);
    return ev->app >= SIM_APP_ODD ? put_uuid(p, ev->seed, 40) : put_uuid(p, 1000u + ev->app, 41);
}

/* Builds follow each other; the first templates are by far the most used. */
static struct str make_agent(struct profile *p, uint32_t i)
{
    uint64_t h = random_mix(p->seed ^ (UINT64_C(0xA6E47) + i));
    uint32_t major = 133 - (i & 1);
    uint32_t build = 3000 + random_below(h, 60);
    uint32_t patch = random_below(h >> 32, 200);

    switch (i % 10) {
    case 8:
        return arena_printf(&p->arena,
                            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 "
                            "(KHTML, like Gecko) Version/18.%u.%u Safari/605.1.15",
                            build % 4, patch % 10);
    case 9:
        return arena_printf(&p->arena,
                            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:%u.0) Gecko/20100101 "
                            "Firefox/%u.%u",
                            major + 2, major + 2, patch % 4);
    case 1:
    case 3:
    case 5:
        return arena_printf(&p->arena,
                            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, "
                            "like Gecko) Chrome/%u.0.%u.%u Safari/537.36",
                            major, build + 3800, patch);
    default:
        return arena_printf(&p->arena,
                            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, "
                            "like Gecko) Chrome/%u.0.0.0 Safari/537.36 Edg/%u.0.%u.%u",
                            major, major, build, patch);
    }
}

static struct str make_giant(struct profile *p)
{
    struct str unit = STR("Mozilla/5.0 (stress; no such device) ");
    char *giant = arena_alloc(&p->arena, SIM_GIANT_BYTES);

    for (size_t i = 0; i < SIM_GIANT_BYTES; i++)
        giant[i] = unit.ptr[i % unit.len];
    return str_of(giant, SIM_GIANT_BYTES);
}

void profile_init(struct profile *p, uint64_t seed, uint32_t n_users)
{
    uint32_t n_fixed = N_SIM_TOOLS + (uint32_t)ARRAY_LEN(natives);
    uint32_t n_browsers = MIN(MAX(n_users / 15, 24), 8192);

    memset(p, 0, sizeof(*p));
    arena_init(&p->arena, 0);
    p->domain = STR("@contoso.example");
    p->seed = seed;
    p->n_users = n_users;
    p->n_agents = n_fixed + n_browsers;
    p->agents = ARENA_ARRAY(&p->arena, struct str, p->n_agents);
    for (uint32_t i = 0; i < N_SIM_TOOLS; i++)
        p->agents[i] = tools[i];
    for (uint32_t i = 0; i < ARRAY_LEN(natives); i++)
        p->agents[N_SIM_TOOLS + i] = natives[i];
    for (uint32_t i = 0; i < n_browsers; i++)
        p->agents[n_fixed + i] = make_agent(p, i);
    p->giant = make_giant(p);
}

void profile_done(struct profile *p)
{
    arena_done(&p->arena);
}

struct str profile_agent_text(const struct profile *p, const struct sim_event *ev, char *room)
{
    char *end = room;

    if (ev->agent < SIM_GIVEN_AGENT)
        return p->agents[ev->agent];
    if (ev->agent < SIM_AGENT_ODD)
        return p->given->agents[ev->agent - SIM_GIVEN_AGENT];
    if (ev->agent == SIM_AGENT_GIANT)
        return p->giant;
    PUT(end, "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/");
    end = put_number(end, 90 + (ev->agent - SIM_AGENT_ODD) % 40);
    PUT(end, ".0.");
    end = put_number(end, 4000 + (ev->agent - SIM_AGENT_ODD));
    PUT(end, ".0 Safari/537.36");
    return str_of(room, (size_t)(end - room));
}

uint32_t profile_agent_of(const struct profile *p, uint32_t user, bool mobile, uint64_t bits)
{
    uint64_t h = random_mix(p->seed ^ ((uint64_t)user << 20) ^ 0xA9);
    uint32_t n_natives = (uint32_t)ARRAY_LEN(natives);
    uint32_t n_browsers = p->n_agents - N_SIM_TOOLS - n_natives;
    uint32_t cube;

    if ((bits & 1023) < 30)
        return SIM_TOOL_EMPTY;
    if ((bits & 1023) < 33)
        return (bits >> 10) & 1 ? SIM_TOOL_PYTHON : SIM_TOOL_POWERSHELL;
    if (mobile || (h & 255) < 30)
        return N_SIM_TOOLS + random_below(h >> 8, n_natives);
    /* The third power of a uniform number: few builds have most users, the tail is long. */
    cube = random_below(h >> 8, 1024);
    cube = cube * cube / 1024 * (random_below(h >> 24, 1024)) / 1024;
    return N_SIM_TOOLS + n_natives + cube * n_browsers / 1024;
}

/* The people of a number: every pair comes once before a pair comes twice with a number added.
 * n_last is prime and 1 + 7 * n_first is no multiple of it, so that first and i / n_first fix last.
 */
static uint32_t people_of(uint32_t i, const struct sim_person **first,
                          const struct sim_person **last)
{
    uint32_t n_first = (uint32_t)sim_first_count();
    uint32_t n_last = (uint32_t)sim_last_count();

    *first = sim_first_at(i % n_first);
    *last = sim_last_at((i / n_first + (uint64_t)i * 7) % n_last);
    return i / (n_first * n_last);
}

static char *put_ghost(const struct profile *profile, char *p, uint32_t i)
{
    size_t n_last = sim_last_count();
    const struct sim_person *last = sim_last_at(i / 26 % n_last);

    *p++ = (char)('a' + i % 26);
    *p++ = '.';
    p = put_str(p, last->typed);
    if (i / 26 >= n_last)
        p = put_number(p, i / 26 / n_last);
    return put_str(p, profile->domain);
}

/* Guests are known under the first label of the domain. */
static char *put_guest_domain(const struct profile *profile, char *p)
{
    struct str label = str_of(profile->domain.ptr + 1, profile->domain.len - 1);

    label.len = MIN(str_find_char(label, '.'), label.len);
    PUT(p, "_fabrikam.example#EXT#@");
    p = put_str(p, label);
    PUT(p, ".onmicrosoft.example");
    return p;
}

static char *put_user(const struct profile *profile, char *p, uint32_t i, uint64_t h)
{
    const struct sim_person *first;
    const struct sim_person *last;
    uint32_t again = people_of(i, &first, &last);
    uint32_t kind = random_below(h, 100);

    if (kind < 70) {
        p = put_str(p, first->typed);
        *p++ = '.';
        p = put_str(p, last->typed);
        p = again > 0 ? put_number(p, again) : p;
    } else if (kind < 90) { /* numbered: f and last alone would not be unique */
        *p++ = first->typed.ptr[0];
        p = put_str(p, last->typed);
        p = put_number(p, i);
    } else if (kind < 96) {
        p = put_str(p, last->typed);
        *p++ = '.';
        p = put_str(p, first->typed);
        p = again > 0 ? put_number(p, again) : p;
    } else if (kind < 99) {
        p = put_str(p, first->typed);
        *p++ = '.';
        p = put_str(p, last->typed);
        p = again > 0 ? put_number(p, again) : p;
        return put_guest_domain(profile, p);
    } else {
        PUT(p, "svc-");
        p = put_str(p, last->typed);
        *p++ = '-';
        p = put_number(p, i);
    }
    return put_str(p, profile->domain);
}

static char *apply_variant(char *start, char *end, const struct sim_event *ev)
{
    size_t n = (size_t)(end - start);
    size_t at;

    switch (ev->variant) {
    case SIM_CAPITALISED:
        start[0] = (char)(start[0] - ('a' - 'A'));
        break;
    case SIM_UPPER:
        for (size_t i = 0; i < n; i++)
            start[i] =
                start[i] >= 'a' && start[i] <= 'z' ? (char)(start[i] - ('a' - 'A')) : start[i];
        break;
    case SIM_BLANK_BEFORE:
        memmove(start + 1, start, n);
        start[0] = ' ';
        return end + 1;
    case SIM_BLANK_AFTER:
        *end = ' ';
        return end + 1;
    case SIM_TYPO:
        at = 1 + random_below(random_mix(ev->seed), 4);
        memmove(start + at, start + at + 1, n - at - 1);
        return end - 1;
    default:
        break;
    }
    return end;
}

size_t profile_put_name(const struct profile *p, const struct sim_event *ev, char *room)
{
    char *end;

    if ((ev->user & SIM_GIVEN_USER) != 0)
        end = put_str(room, p->given->names[ev->user & (SIM_GIVEN_USER - 1)]);
    else if (ev->user >= SIM_GHOST)
        end = put_ghost(p, room, ev->user - SIM_GHOST);
    else
        end = put_user(p, room, ev->user, random_mix(p->seed ^ ((uint64_t)ev->user << 8)));

    if (ev->variant != SIM_AS_IS)
        end = apply_variant(room, end, ev);
    return (size_t)(end - room);
}

size_t profile_put_display(const struct profile *p, const struct sim_event *ev, char *room)
{
    const struct sim_person *first;
    const struct sim_person *last;
    char *end = room;

    /* No such user, or a given one: what was typed is all there is. */
    if (ev->user >= SIM_GIVEN_USER)
        return profile_put_name(p, ev, room);
    people_of(ev->user, &first, &last);
    end = put_str(end, first->shown);
    *end++ = ' ';
    end = put_str(end, last->shown);
    return (size_t)(end - room);
}

const struct sim_place *sim_place_of(uint64_t address)
{
    return &places[random_mix(address >> 8) % ARRAY_LEN(places)];
}

/* A group without leading zeros, as RFC 5952 wants it. */
static char *put_group(char *p, uint32_t v)
{
    int n = v > 0xFFF ? 4 : v > 0xFF ? 3 : v > 0xF ? 2 : 1;

    return put_hex(p, v, n);
}

char *sim_put_address(char *p, uint64_t address)
{
    if ((address & SIM_ADDRESS_V6) == 0) {
        p = put_number(p, (address >> 24) & 255);
        *p++ = '.';
        p = put_number(p, (address >> 16) & 255);
        *p++ = '.';
        p = put_number(p, (address >> 8) & 255);
        *p++ = '.';
        return put_number(p, address & 255);
    }
    PUT(p, "2001:db8");
    for (int i = 0; i < 2; i++) { /* the prefix; never zero, so nothing is to be compressed */
        *p++ = ':';
        p = put_group(p, (uint32_t)((address >> (16 - 16 * i)) & 0x7FFF) + 1);
    }
    for (int i = 0; i < 4; i++) {
        *p++ = ':';
        p = put_group(p, (uint32_t)(random_mix(address) >> (16 * i) & 0x7FFF) + 1);
    }
    return p;
}
