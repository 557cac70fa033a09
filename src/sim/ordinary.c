/* ordinary.c - ordinary days in the logs beside the sign-ins, and what merely looks like one of the
 * tests: browsers that ask GetCredentialType, Outlook that is refused once before it signs in,
 * monitoring, administrators at PowerShell, documentation in an editor, scrapers and phones with an
 * old password. */
#include "sim/background.h"
#include "sim/tele.h"

#define LOGIN_HOST STR("login.microsoftonline.com")
#define LOGIN_IP   STR("198.51.100.10")
#define OUTLOOK    STR("Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.18429; Pro)")
#define POWERSHELL STR("C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe")
#define GATEWAY    STR("192.0.2.10") /* where many people come from */

double ordinary_rate(enum tele_kind kind)
{
    static const double a_day[N_TELE_KINDS] = {
        [TELE_PREAUTH] = 4, [TELE_HOST] = 20,   [TELE_ENDPOINT] = 10,
        [TELE_PROXY] = 40,  [TELE_TUNNEL] = 20, [TELE_IIS] = 8,
    };

    return a_day[kind] / 86400.0;
}

static struct str user_name(const struct profile *p, uint32_t user, struct fill *f)
{
    struct sim_event ev = {.user = user % p->n_users};
    char room[SIM_NAME_ROOM];

    return arena_str(f->scratch, str_of(room, profile_put_name(p, &ev, room)));
}

/* The part before the @, as the domain's accounts are called. */
static struct str account_name(const struct profile *p, uint32_t user, struct fill *f)
{
    struct str name = user_name(p, user, f);
    size_t end = MIN(str_find_char(name, '@'), str_find_char(name, '#'));

    name.len = MIN(end, name.len);
    return name;
}

/* The browsers are at the end of the profile's agents. */
static struct str browser_of(const struct profile *p, uint32_t user)
{
    return p->agents[p->n_agents - 1 - (uint32_t)(random_mix(user ^ 0xB0) % 20)];
}

static struct str desk_of(uint32_t user, struct fill *f)
{
    return arena_printf(f->scratch, "10.%u.%u.%u", 32 + (unsigned)(user >> 16 & 127),
                        (unsigned)(user >> 8 & 255), (unsigned)(user & 255));
}

static struct str outside_of(uint32_t user, struct fill *f)
{
    char room[48];
    uint64_t h = random_mix(user ^ 0x0FF1CE);
    uint64_t address = h % 10 < 6 ? background_office((uint32_t)(h >> 8) % 12, (uint32_t)(h >> 16))
                                  : UINT64_C(0x64400000) + user % 0x3FFFFF;

    return arena_str(f->scratch, str_of(room, (size_t)(sim_put_address(room, address) - room)));
}

static struct str domain_of(const struct profile *p)
{
    return str_of(p->domain.ptr + 1, p->domain.len - 1);
}

static struct str site_of(const struct profile *p, const char *label, struct fill *f)
{
    return arena_printf(f->scratch, "%s.%.*s", label, STR_ARG(domain_of(p)));
}

static struct process process_of(const struct profile *p, uint32_t user, struct str image,
                                 struct str command, struct fill *f)
{
    struct process process = {.image = image,
                              .command = command,
                              .parent = STR("C:\\Windows\\explorer.exe"),
                              .id = random_mix(user ^ image.len)};

    process.computer =
        arena_printf(f->scratch, "WS-%u.corp.%.*s", 1000 + user, STR_ARG(domain_of(p)));
    process.account = account_name(p, user, f);
    process.user = arena_printf(f->scratch, "CORP\\%.*s", STR_ARG(process.account));
    process.address = desk_of(user, f);
    return process;
}

uint32_t ordinary_parts(enum tele_kind kind, uint64_t bits)
{
    bool login = (bits >> 56 & 15) == 0;

    switch (kind) {
    case TELE_PROXY:
    case TELE_TUNNEL:
        return login ? 2 + (uint32_t)(bits >> 60 & 1) : 1;
    case TELE_IIS:
        return (bits >> 56 & 3) == 0 ? 2 : 1;
    default:
        return 1;
    }
}

/* A sign-in in a browser: the page, then the question for the name once or twice. */
static void ordinary_proxy(const struct profile *p, uint64_t bits, uint32_t part, struct fill *f)
{
    static const struct {
        struct str host, path;
    } places[] = {
        {STR_INIT("www.news.example"), STR_INIT("/world")},
        {STR_INIT("cdn.fabrikam.example"), STR_INIT("/assets/app.js")},
        {STR_INIT("outlook.office.com"), STR_INIT("/owa/")},
        {STR_INIT("teams.microsoft.com"), STR_INIT("/api/chats")},
        {STR_INIT("www.search.example"), STR_INIT("/search")},
        {STR_INIT("intranet.fabrikam.example"), STR_INIT("/people")},
    };
    uint32_t user = random_below(bits, p->n_users);
    size_t i = bits >> 34 & 7;
    const struct str *host = &places[i % ARRAY_LEN(places)].host;

    if ((bits >> 56 & 15) != 0)
        fill_web(f, "GET", *host, places[i % ARRAY_LEN(places)].path, STR(""), 200);
    else if (part == 0)
        fill_web(f, "GET", LOGIN_HOST, STR("/common/oauth2/v2.0/authorize"),
                 STR("?client_id=4765445b-32c6-49b0-83e6-1d93765276ca"), 200);
    else
        fill_web(f, "POST", LOGIN_HOST, STR("/common/GetCredentialType"), STR("?mkt=en-US"), 200);
    f->t->client = desk_of(user, f);
    f->t->user = account_name(p, user, f);
    f->t->agent = browser_of(p, user);
    f->t->computer = arena_printf(f->scratch, "WS-%u", 1000 + user);
}

/* Outlook is refused once, then signs in; phones and webmail are in the same log. */
static void ordinary_iis(const struct profile *p, uint64_t bits, uint32_t part, struct fill *f)
{
    uint32_t user = random_below(bits, p->n_users);
    bool outlook = (bits >> 56 & 3) == 0;
    uint32_t status = outlook && part == 0 ? 401 : 200;

    if (outlook)
        fill_web(f, "POST", site_of(p, "autodiscover", f),
                 (bits >> 40 & 1) != 0 ? STR("/Autodiscover/Autodiscover.xml")
                                       : STR("/autodiscover/autodiscover.xml"),
                 STR(""), status);
    else
        fill_web(f, "POST", site_of(p, "mail", f), STR("/Microsoft-Server-ActiveSync/default.eas"),
                 STR("Cmd=Ping"), 200);
    f->t->client = outside_of(user, f);
    f->t->user = status == 401 ? STR("") : user_name(p, user, f);
    f->t->agent = outlook ? OUTLOOK : STR("Apple-iPhone16C2/2203.61");
}

static void ordinary_host(const struct profile *p, uint64_t bits, struct fill *f)
{
    uint32_t user = random_below(bits, p->n_users);
    struct process edge = process_of(
        p, user, STR("C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe"),
        STR("\"C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe\" "
            "--type=utility --lang=en-US"),
        f);

    switch (bits >> 56 & 7) {
    case 0:
    case 1:
        fill_process(f, &edge);
        break;
    case 2:
        fill_created(f, &edge);
        break;
    case 3:
        fill_dns(f, &edge, LOGIN_HOST, LOGIN_IP);
        break;
    case 4:
        edge.image = POWERSHELL;
        fill_script(f, &edge, STR("Get-ChildItem -Path $env:TEMP | Measure-Object"), 0, 1, bits);
        break;
    case 5:
        edge.image = POWERSHELL;
        edge.command = STR("powershell.exe -NoProfile -File C:\\ProgramData\\inventory.ps1");
        fill_process(f, &edge);
        break;
    default:
        fill_connection(f, &edge, LOGIN_IP, (uint32_t)(bits >> 32));
        break;
    }
}

static void ordinary_endpoint(const struct profile *p, uint64_t bits, struct fill *f)
{
    uint32_t user = random_below(bits, p->n_users);
    bool teams = (bits >> 40 & 1) != 0;
    struct process process =
        process_of(p, user,
                   teams ? STR("C:\\Program Files\\WindowsApps\\MSTeams\\ms-teams.exe")
                         : STR("C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe"),
                   teams ? STR("ms-teams.exe") : STR("msedge.exe --type=utility"), f);

    fill_endpoint(f, &process, teams ? STR("teams.microsoft.com") : LOGIN_HOST, LOGIN_IP,
                  (uint32_t)(bits >> 32));
}

void ordinary_event(const struct profile *p, enum tele_kind kind, uint64_t bits, uint32_t part,
                    struct fill *f)
{
    uint32_t user = random_below(bits, p->n_users);

    switch (kind) {
    case TELE_PROXY:
    case TELE_TUNNEL:
        ordinary_proxy(p, bits, part, f);
        break;
    case TELE_IIS:
        ordinary_iis(p, bits, part, f);
        break;
    case TELE_HOST:
        ordinary_host(p, bits, f);
        break;
    case TELE_ENDPOINT:
        ordinary_endpoint(p, bits, f);
        break;
    default:
        f->t->user = user_name(p, user, f);
        f->t->client = outside_of(user, f);
        f->t->agent = browser_of(p, user);
        break;
    }
}

/* Twelve people behind one address, a scraper of the marketing department, training pages. */
static bool look_proxy(const struct profile *p, uint32_t i, int64_t from_ms, struct fill *f)
{
    struct tele *t = f->t;

    if (i < 24) {
        t->at_ms = from_ms + i / 2 * 100000 + (i & 1) * 700;
        ordinary_proxy(p, (uint64_t)(i / 2) << 26, i & 1, f);
        t->client = STR("10.20.0.9");
        t->user = STR("");
    } else if (i < 64) {
        t->at_ms = from_ms + 1300000 + (i - 24) * 20000;
        fill_web(f, "GET", site_of(p, "www", f), STR("/people"),
                 arena_printf(f->scratch, "?page=%u", i - 24), 200);
        t->client = STR("10.20.7.3");
        t->user = STR("svc-marketing");
        t->agent = STR("Screaming Frog SEO Spider/20.1");
    } else if (i < 67) {
        t->at_ms = from_ms + 2200000 + (i - 64) * 30000;
        fill_web(f, "GET", STR("training.fabrikam.example"),
                 i == 64   ? STR("/tools/theharvester/")
                 : i == 65 ? STR("/tools/aadinternals/")
                           : STR("/blog/GetCredentialType"),
                 STR(""), 200);
        t->client = STR("10.20.7.4");
        t->user = STR("trainee");
        t->agent = browser_of(p, 7);
    } else {
        return false;
    }
    t->computer = STR("WS-900");
    return true;
}

/* Thirty Outlooks behind one address, a monitor each minute, a phone with an old password. */
static bool look_iis(const struct profile *p, uint32_t i, int64_t from_ms, struct fill *f)
{
    struct tele *t = f->t;

    if (i < 60) {
        t->at_ms = from_ms + i / 2 * 10000 + (i & 1) * 300;
        ordinary_iis(p, (uint64_t)(i / 2) << 26, i & 1, f);
        t->client = GATEWAY;
    } else if (i < 180) {
        t->at_ms = from_ms + 600000 + (i - 60) / 2 * 60000 + (i & 1) * 200;
        fill_web(f, "GET", site_of(p, "autodiscover", f), STR("/autodiscover/autodiscover.xml"),
                 STR(""), (i & 1) == 0 ? 401 : 200);
        t->client = STR("10.20.0.50");
        t->user = (i & 1) == 0 ? STR("") : STR("CORP\\svc-monitor");
        t->agent = STR("Service-Monitor/3.2");
    } else if (i < 220) {
        t->at_ms = from_ms + 4300000 + (i - 180) * 60000;
        fill_web(f, "POST", site_of(p, "mail", f), STR("/Microsoft-Server-ActiveSync/default.eas"),
                 STR("Cmd=Ping"), 401);
        t->client = STR("198.18.200.77");
        t->agent = STR("Apple-iPhone16C2/2203.61");
    } else {
        return false;
    }
    return true;
}

/* Logons with an old password, and a few slips from one office. */
static void look_logon(const struct profile *p, uint32_t i, int64_t from_ms, struct fill *f)
{
    f->t->at_ms = from_ms + 700000 + i * 60000;
    fill_logon(f, user_name(p, i < 40 ? 3 : 100 + i, f), i < 40 ? STR("198.18.200.77") : GATEWAY,
               true);
    f->t->computer = site_of(p, "EX01.corp", f);
}

static bool look_host(const struct profile *p, uint32_t i, int64_t from_ms, struct fill *f)
{
    static const struct {
        struct str image, command;
        enum host_event event;
    } rows[] = {
        {STR_INIT("C:\\Windows\\System32\\notepad.exe"),
         STR_INIT("notepad.exe \"C:\\Docs\\GetCredentialType notes.txt\""), HOST_CREATED},
        {STR_INIT("C:\\Windows\\System32\\notepad.exe"),
         STR_INIT("notepad.exe \"C:\\Docs\\GetCredentialType notes.txt\""), HOST_PROCESS},
        {STR_INIT("C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE"),
         STR_INIT("WINWORD.EXE /n \"C:\\Docs\\AADInternals review.docx\""), HOST_PROCESS},
        {STR_INIT("C:\\Program Files\\Microsoft Office\\root\\Office16\\WINWORD.EXE"),
         STR_INIT("WINWORD.EXE /n \"C:\\Docs\\theHarvester training.docx\""), HOST_CREATED},
        {STR_INIT("C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell_ise.exe"),
         STR_INIT("# Every browser sign-in asks GetCredentialType once or twice\n"
                  "Get-Help about_Signing"),
         HOST_SCRIPT},
        {STR_INIT("C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"),
         STR_INIT("powershell.exe -Command \"Connect-MgGraph -Scopes User.Read.All; Get-MgUser "
                  "-All\""),
         HOST_PROCESS},
        {STR_INIT("C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"), STR_INIT(""),
         HOST_DNS},
        {STR_INIT("C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"), STR_INIT(""),
         HOST_CONNECTION},
        {STR_INIT("C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe"),
         STR_INIT("Connect-MgGraph -Scopes User.Read.All\n"
                  "# token from https://login.microsoftonline.com\n"
                  "Get-MgUser -All | Export-Csv users.csv"),
         HOST_SCRIPT},
        {STR_INIT("C:\\Windows\\System32\\curl.exe"),
         STR_INIT("curl.exe -sI https://www.fabrikam.example/healthz"), HOST_PROCESS},
        {STR_INIT("C:\\Program Files\\Python312\\python.exe"),
         STR_INIT("python.exe -m pip install --upgrade requests"), HOST_PROCESS},
    };
    struct process process;

    if (i >= ARRAY_LEN(rows)) {
        if (i >= ARRAY_LEN(rows) + 48)
            return false;
        look_logon(p, i - (uint32_t)ARRAY_LEN(rows), from_ms, f);
        return true;
    }
    f->t->at_ms = from_ms + i * 45000;
    process = process_of(p, 50 + i / 4, rows[i].image, rows[i].command, f);
    switch (rows[i].event) {
    case HOST_CREATED:
        fill_created(f, &process);
        break;
    case HOST_SCRIPT:
        fill_script(f, &process, rows[i].command, 0, 1, i);
        break;
    case HOST_DNS:
        fill_dns(f, &process, LOGIN_HOST, LOGIN_IP);
        break;
    case HOST_CONNECTION:
        fill_connection(f, &process, LOGIN_IP, i);
        break;
    default:
        fill_process(f, &process);
        break;
    }
    return true;
}

static bool look_endpoint(const struct profile *p, uint32_t i, int64_t from_ms, struct fill *f)
{
    struct process process;

    if (i >= 3)
        return false;
    f->t->at_ms = from_ms + 300000 + i * 60000;
    process = process_of(p, 51, POWERSHELL,
                         STR("powershell.exe -Command \"Connect-MgGraph -Scopes User.Read.All; "
                             "Get-MgUser -All\""),
                         f);
    fill_endpoint(f, &process, LOGIN_HOST, LOGIN_IP, i);
    return true;
}

bool look_alike_event(const struct profile *p, enum tele_kind kind, uint32_t i, int64_t from_ms,
                      struct fill *f)
{
    bool any = false;

    switch (kind) {
    case TELE_PROXY:
    case TELE_TUNNEL:
        any = look_proxy(p, i, from_ms, f);
        break;
    case TELE_IIS:
        any = look_iis(p, i, from_ms, f);
        break;
    case TELE_HOST:
        any = look_host(p, i, from_ms, f);
        break;
    case TELE_ENDPOINT:
        any = look_endpoint(p, i, from_ms, f);
        break;
    case TELE_PREAUTH:
        any = i < 30;
        ordinary_event(p, kind, (uint64_t)i << 26, 0, f);
        f->t->client = GATEWAY;
        f->t->at_ms = from_ms + i * 60000;
        break;
    default:
        break;
    }
    return any;
}
