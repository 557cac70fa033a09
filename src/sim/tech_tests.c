/* tech_tests.c - what each of the five tests leaves in each log, event by event.
 *
 * Test 1 asks GetCredentialType from a script, test 2 is the AADInternals module with both of its
 * methods, test 3 leaves sign-ins alone, test 4 reads pages of people, test 5 asks Autodiscover of
 * an Exchange server. */
#include "sim/tele.h"

#define LOGIN_HOST STR("login.microsoftonline.com")
#define LOGIN_IP   STR("198.51.100.10")
#define SITE_IP    STR("198.51.100.20")
#define POWERSHELL STR("C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe")

static struct str command_of(const struct plan *p, struct fill *f)
{
    struct str domain = str_of(p->profile->domain.ptr + 1, p->profile->domain.len - 1);

    if (p->test == 2)
        return STR("powershell.exe -ep bypass -c \"ipmo AADInternals; gc users.txt | "
                   "Invoke-AADIntUserEnumerationAsOutsider -Method Login\"");
    if (p->test == 4 && p->plain_agent)
        return arena_printf(f->scratch, "python.exe collect.py --site www.%.*s", STR_ARG(domain));
    if (p->test == 4)
        return arena_printf(f->scratch,
                            "python.exe theHarvester.py -d %.*s -l 500 -b duckduckgo,bing",
                            STR_ARG(domain));
    if (p->tool->image_is_shell)
        return STR("powershell.exe -NoProfile -Command \"Get-Content .\\u.txt | %{ "
                   "Invoke-RestMethod -Method Post -Uri "
                   "https://login.microsoftonline.com/common/GetCredentialType -ContentType "
                   "application/json -Body (@{username=$_}|ConvertTo-Json) }\"");
    if (strcmp(p->tool->name, "curl") == 0)
        return STR("curl.exe -s -X POST -H \"Content-Type: application/json\" -d @body.json "
                   "https://login.microsoftonline.com/common/GetCredentialType");
    return arena_printf(f->scratch, "python.exe %s.py --users users.txt --domain %.*s",
                        p->tool->name, STR_ARG(domain));
}

static struct str image_of(const struct plan *p)
{
    if (p->tool->image_is_shell)
        return POWERSHELL;
    if (strcmp(p->tool->name, "curl") == 0)
        return STR("C:\\Windows\\System32\\curl.exe");
    return STR("C:\\Program Files\\Python312\\python.exe");
}

static struct process process_of(const struct plan *p, struct fill *f)
{
    struct process process = {.computer = p->computer,
                              .account = p->account,
                              .address = p->host_address,
                              .image = image_of(p),
                              .parent = STR("C:\\Windows\\explorer.exe"),
                              .id = p->seed};

    process.user = arena_printf(f->scratch, "CORP\\%.*s", STR_ARG(p->account));
    process.command = command_of(p, f);
    return process;
}

static struct str name_of(const struct plan *p, uint32_t k, struct fill *f)
{
    char room[SIM_NAME_ROOM];
    uint32_t name = k / p->tool->tries;

    f->t->name = name;
    return arena_str(f->scratch, str_of(room, plan_put_name(p, name, room)));
}

/* Part i of n of a script that asks for every line of a file. */
static struct str script_part(uint32_t i, uint32_t n)
{
    struct str text =
        STR("$uri = 'https://login.microsoftonline.com/common/GetCredentialType'\n"
            "foreach ($user in Get-Content .\\u.txt) {\n"
            "    $body = @{ Username = $user; isOtherIdpSupported = $true } | ConvertTo-Json\n"
            "    $r = Invoke-RestMethod -Method Post -Uri $uri -Body $body -ContentType "
            "'application/json'\n"
            "    '{0},{1}' -f $user, $r.IfExistsResult\n"
            "    Start-Sleep -Milliseconds 800\n"
            "}\n");
    /* The first cut goes through the word that detections look for. */
    size_t cut = str_find(text, STR("CredentialType"));
    size_t from = i == 0 ? 0 : cut + (text.len - cut) * (i - 1) / (n - 1);
    size_t to = i + 1 == n ? text.len : i == 0 ? cut : cut + (text.len - cut) * i / (n - 1);

    return n == 1 ? text : str_of(text.ptr + from, to - from);
}

#define N_MODULE_BLOCKS 24

/* The module's own source floods the log when it is imported. */
static struct str module_block(uint32_t i, struct fill *f)
{
    static const char *const verbs[] = {"Get", "Set", "New", "Remove", "Invoke", "Export"};
    static const char *const nouns[] = {"AccessToken", "TenantID", "LoginInformation",
                                        "OpenIDConfiguration"};

    return arena_printf(f->scratch,
                        "# AADInternals\nfunction %s-AADInt%s\n{\n    [cmdletbinding()]\n    "
                        "Param()\n    Process\n    {\n        # part %u of the module\n    }\n}\n",
                        verbs[i % ARRAY_LEN(verbs)], nouns[i / 6 % ARRAY_LEN(nouns)], i + 1);
}

static void host_before(const struct plan *p, uint32_t i, struct fill *f)
{
    struct process process = process_of(p, f);

    if (i == 0)
        fill_created(f, &process);
    else if (i == 1)
        fill_process(f, &process);
    else if (i == 2)
        fill_dns(f, &process, LOGIN_HOST, LOGIN_IP);
    else if (p->test == 1)
        fill_script(f, &process, script_part(i - 3, p->n_script_parts), i - 3, p->n_script_parts,
                    p->seed);
    else if (i == 3)
        fill_script(f, &process,
                    STR("Import-Module AADInternals\nGet-Content .\\users.txt | "
                        "Invoke-AADIntUserEnumerationAsOutsider -Method Normal"),
                    0, 1, p->seed);
    else
        fill_script(f, &process, module_block(i - 4, f), 0, 1, p->seed + i);
}

static void host_each(const struct plan *p, uint32_t k, uint32_t part, struct fill *f)
{
    struct process process = process_of(p, f);

    (void)part;
    name_of(p, k, f);
    fill_connection(f, &process, LOGIN_IP, k);
}

static void endpoint_each(const struct plan *p, uint32_t k, uint32_t part, struct fill *f)
{
    struct process process = process_of(p, f);

    (void)part;
    name_of(p, k, f);
    fill_endpoint(f, &process, LOGIN_HOST, LOGIN_IP, k);
}

static void web_user(const struct plan *p, struct fill *f)
{
    f->t->client = p->host_address;
    f->t->user = p->account;
    f->t->agent = p->agent;
    f->t->computer = p->workstation;
}

static void credential_type(const struct plan *p, struct fill *f)
{
    fill_web(f, "POST", LOGIN_HOST, STR("/common/GetCredentialType"), STR("?mkt=en-US"), 200);
    web_user(p, f);
}

/* Test 2 asks for the tenant, then by the normal method, then by a sign-in. */
static void proxy_each(const struct plan *p, uint32_t k, uint32_t part, struct fill *f)
{
    struct str domain = str_of(p->profile->domain.ptr + 1, p->profile->domain.len - 1);

    name_of(p, k, f);
    if (p->test == 1 || part == 1) {
        credential_type(p, f);
        return;
    }
    if (part == 0)
        fill_web(
            f, "GET", LOGIN_HOST,
            arena_printf(f->scratch, "/%.*s/.well-known/openid-configuration", STR_ARG(domain)),
            STR(""), 200);
    else
        fill_web(f, "POST", LOGIN_HOST, STR("/common/oauth2/token"), STR(""), 400);
    web_user(p, f);
}

static void preauth_each(const struct plan *p, uint32_t k, uint32_t part, struct fill *f)
{
    (void)part;
    f->t->user = name_of(p, k, f);
    f->t->client = plan_address_text(p, k);
    f->t->agent = p->agent;
}

static struct str page_host(const struct plan *p, uint32_t k, struct fill *f)
{
    if (k % 5 == 4)
        return STR("html.duckduckgo.com");
    return arena_printf(f->scratch, "www.%.*s", (int)p->profile->domain.len - 1,
                        p->profile->domain.ptr + 1);
}

static void pages_before(const struct plan *p, uint32_t i, struct fill *f)
{
    struct process process = process_of(p, f);

    if (i == 0)
        fill_created(f, &process);
    else if (i == 1)
        fill_process(f, &process);
    else
        fill_dns(f, &process, page_host(p, i == 2 ? 0 : 4, f), SITE_IP);
}

static void pages_host(const struct plan *p, uint32_t k, uint32_t part, struct fill *f)
{
    struct process process = process_of(p, f);

    (void)part;
    fill_connection(f, &process, SITE_IP, k);
}

static void pages_proxy(const struct plan *p, uint32_t k, uint32_t part, struct fill *f)
{
    static const struct str pages[] = {STR_INIT("/people"), STR_INIT("/contact"),
                                       STR_INIT("/about/team"), STR_INIT("/people/management")};
    struct str domain = str_of(p->profile->domain.ptr + 1, p->profile->domain.len - 1);

    (void)part;
    if (k % 5 == 4)
        fill_web(f, "GET", page_host(p, k, f), STR("/html/"),
                 arena_printf(f->scratch, "?q=%%40%.*s&s=%u", STR_ARG(domain), k / 5 * 30), 200);
    else
        fill_web(f, "GET", page_host(p, k, f), pages[k % 5 % ARRAY_LEN(pages)],
                 arena_printf(f->scratch, "?page=%u", k / 5), 200);
    web_user(p, f);
}

static struct process curl_process(const struct plan *p, uint32_t k, struct fill *f)
{
    struct process process = process_of(p, f);
    struct str name = name_of(p, k, f);

    process.id += 1 + k; /* each request is a process of its own */
    process.parent = STR("C:\\Windows\\System32\\cmd.exe");
    if (strcmp(p->tool->name, "curl") == 0)
        process.command = arena_printf(
            f->scratch,
            "curl.exe -k -s -o NUL -w \"%%{http_code}\" --basic -u %.*s:Password1 "
            "https://autodiscover.%.*s/autodiscover/autodiscover.xml -d @request.xml",
            STR_ARG(name), (int)p->profile->domain.len - 1, p->profile->domain.ptr + 1);
    return process;
}

static struct str exchange_of(const struct plan *p, struct fill *f)
{
    return arena_printf(f->scratch, "EX01.corp.%.*s", (int)p->profile->domain.len - 1,
                        p->profile->domain.ptr + 1);
}

static struct str autodiscover_of(const struct plan *p, struct fill *f)
{
    return arena_printf(f->scratch, "autodiscover.%.*s", (int)p->profile->domain.len - 1,
                        p->profile->domain.ptr + 1);
}

static void curl_host(const struct plan *p, uint32_t k, uint32_t part, struct fill *f)
{
    struct process process = curl_process(p, k, f);

    switch (part) {
    case 0:
        fill_created(f, &process);
        break;
    case 1:
        fill_process(f, &process);
        break;
    case 2:
        fill_dns(f, &process, autodiscover_of(p, f), SITE_IP);
        break;
    case 3:
        fill_connection(f, &process, SITE_IP, k);
        break;
    default:
        fill_logon(f, name_of(p, k, f), plan_address_text(p, k),
                   plan_exists(p, k / p->tool->tries));
        f->t->computer = exchange_of(p, f);
        break;
    }
}

/* The XML form names nobody in the log, the JSON form has the address in its path. */
static void curl_iis(const struct plan *p, uint32_t k, uint32_t part, struct fill *f)
{
    struct str name = name_of(p, k, f);

    if (part == 0)
        fill_web(f, "POST", autodiscover_of(p, f), STR("/autodiscover/autodiscover.xml"), STR(""),
                 401);
    else
        fill_web(
            f, "GET", autodiscover_of(p, f),
            arena_printf(f->scratch, "/autodiscover/autodiscover.json/v1.0/%.*s", STR_ARG(name)),
            STR("Protocol=Autodiscoverv1"), plan_exists(p, k / p->tool->tries) ? 200 : 302);
    f->t->client = plan_address_text(p, k);
    f->t->agent = p->agent;
    f->t->user = STR("");
    f->t->elapsed_ms = 9 + k % 20;
}

bool play_of(const struct plan *p, enum tele_kind kind, struct play *out)
{
    bool script = p->test == 2 || (p->test == 1 && p->tool->image_is_shell);
    struct play login[N_TELE_KINDS] = {
        [TELE_HOST] = {3, 1, host_before, host_each},
        [TELE_ENDPOINT] = {0, 1, NULL, endpoint_each},
        [TELE_PROXY] = {0, p->test == 2 ? 3 : 1, NULL, proxy_each},
        [TELE_TUNNEL] = {0, p->test == 2 ? 3 : 1, NULL, proxy_each},
        [TELE_PREAUTH] = {0, 1, NULL, preauth_each},
    };
    static const struct play pages[N_TELE_KINDS] = {
        [TELE_HOST] = {4, 1, pages_before, pages_host},
        [TELE_PROXY] = {0, 1, NULL, pages_proxy},
        [TELE_TUNNEL] = {0, 1, NULL, pages_proxy},
    };
    static const struct play autodiscover[N_TELE_KINDS] = {
        [TELE_HOST] = {0, 5, NULL, curl_host},
        [TELE_IIS] = {0, 2, NULL, curl_iis},
    };

    if (!test_touches(p->test, kind) || kind == TELE_SIGNIN || kind == TELE_AUDIT)
        return false;
    if (script)
        login[TELE_HOST].n_before += p->test == 2 ? 1 + N_MODULE_BLOCKS : p->n_script_parts;
    *out = p->test == 4 ? pages[kind] : p->test == 5 ? autodiscover[kind] : login[kind];
    return true;
}
