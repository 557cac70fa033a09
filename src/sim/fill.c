/* fill.c - the fields of each kind of event, whoever causes it. */
#include "sim/tele.h"

void fill_text(struct fill *f, const char *name, struct str value)
{
    assert(f->t->n_fields < TELE_MAX_FIELDS);
    f->t->fields[f->t->n_fields++] = (struct tele_field){name, value, false};
}

void fill_number(struct fill *f, const char *name, struct str value)
{
    fill_text(f, name, value);
    f->t->fields[f->t->n_fields - 1].number = true;
}

static void begin(struct fill *f, enum host_event event, const struct process *p)
{
    f->t->log = host_log_of(event);
    f->t->computer = p->computer;
    f->t->user = p->account;
    f->t->client = p->address;
    f->t->n_fields = 0;
}

static struct str utc_time(struct fill *f)
{
    struct put_clock clock;
    char room[40];
    char *end;

    put_clock_init(&clock);
    end = put_time(&clock, room, f->t->at_ms, 3, 0);
    room[10] = ' ';
    return arena_str(f->scratch, str_of(room, (size_t)(end - room)));
}

static struct str guid_of(struct fill *f, const struct process *p)
{
    return arena_printf(f->scratch, "{7A1C2B3D-%04X-69A5-%04X-000000001F00}",
                        (unsigned)(p->id & 0xFFFF), (unsigned)(random_mix(p->id) & 0xFFFF));
}

static struct str pid_of(struct fill *f, const struct process *p)
{
    return arena_printf(f->scratch, "%u", (unsigned)(1000 + random_mix(p->id) % 15000 * 4));
}

static void fill_sysmon(struct fill *f, enum host_event event, const struct process *p)
{
    begin(f, event, p);
    fill_text(f, "RuleName", STR("-"));
    fill_text(f, "UtcTime", utc_time(f));
    fill_text(f, "ProcessGuid", guid_of(f, p));
    fill_number(f, "ProcessId", pid_of(f, p));
}

static struct str file_of(struct str path)
{
    size_t at = path.len;

    while (at > 0 && path.ptr[at - 1] != '\\')
        at--;
    return str_of(path.ptr + at, path.len - at);
}

void fill_process(struct fill *f, const struct process *p)
{
    char hash[80];
    char *end = hash;

    fill_sysmon(f, HOST_PROCESS, p);
    for (uint64_t i = 0; i < 4; i++)
        end = put_hex(end, random_mix(p->image.len + 77 * i), 16);
    fill_text(f, "Image", p->image);
    fill_text(f, "OriginalFileName", file_of(p->image));
    fill_text(f, "CommandLine", p->command);
    fill_text(f, "CurrentDirectory",
              arena_printf(f->scratch, "C:\\Users\\%.*s\\", STR_ARG(p->account)));
    fill_text(f, "User", p->user);
    fill_text(f, "LogonId", STR("0x3144c"));
    fill_text(f, "IntegrityLevel", STR("Medium"));
    fill_text(f, "Hashes", arena_printf(f->scratch, "SHA256=%.*s", (int)(end - hash), hash));
    fill_text(f, "ParentImage", p->parent);
    fill_text(f, "ParentCommandLine", p->parent);
}

void fill_created(struct fill *f, const struct process *p)
{
    begin(f, HOST_CREATED, p);
    fill_text(f, "SubjectUserSid", STR("S-1-5-21-1004336348-1177238915-682003330-1104"));
    fill_text(f, "SubjectUserName", p->account);
    fill_text(f, "SubjectDomainName", STR("CORP"));
    fill_text(f, "SubjectLogonId", STR("0x3144c"));
    fill_text(f, "NewProcessId",
              arena_printf(f->scratch, "0x%x", (unsigned)(1000 + random_mix(p->id) % 15000 * 4)));
    fill_text(f, "NewProcessName", p->image);
    fill_text(f, "TokenElevationType", STR("%%1938"));
    fill_text(f, "ProcessId", STR("0xd94"));
    fill_text(f, "CommandLine", p->command);
    fill_text(f, "TargetUserSid", STR("S-1-0-0"));
    fill_text(f, "TargetUserName", STR("-"));
    fill_text(f, "TargetDomainName", STR("-"));
    fill_text(f, "TargetLogonId", STR("0x0"));
    fill_text(f, "ParentProcessName", p->parent);
    fill_text(f, "MandatoryLabel", STR("S-1-16-8192"));
}

static struct str port_of(struct fill *f, const struct process *p, uint32_t k)
{
    return arena_printf(f->scratch, "%u", (unsigned)(49152 + (random_mix(p->id) + k) % 16000));
}

void fill_connection(struct fill *f, const struct process *p, struct str remote, uint32_t k)
{
    fill_sysmon(f, HOST_CONNECTION, p);
    fill_text(f, "Image", p->image);
    fill_text(f, "User", p->user);
    fill_text(f, "Protocol", STR("tcp"));
    fill_number(f, "Initiated", STR("true"));
    fill_number(f, "SourceIsIpv6", STR("false"));
    fill_text(f, "SourceIp", p->address);
    fill_text(f, "SourceHostname", p->computer);
    fill_number(f, "SourcePort", port_of(f, p, k));
    fill_text(f, "SourcePortName", STR("-"));
    fill_number(f, "DestinationIsIpv6", STR("false"));
    fill_text(f, "DestinationIp", remote);
    fill_text(f, "DestinationHostname", STR("-"));
    fill_number(f, "DestinationPort", STR("443"));
    fill_text(f, "DestinationPortName", STR("https"));
}

void fill_dns(struct fill *f, const struct process *p, struct str host, struct str remote)
{
    fill_sysmon(f, HOST_DNS, p);
    fill_text(f, "QueryName", host);
    fill_text(f, "QueryStatus", STR("0"));
    fill_text(f, "QueryResults", arena_printf(f->scratch, "::ffff:%.*s;", STR_ARG(remote)));
    fill_text(f, "Image", p->image);
    fill_text(f, "User", p->user);
}

void fill_script(struct fill *f, const struct process *p, struct str text, uint32_t part,
                 uint32_t n_parts, uint64_t id)
{
    char room[40];
    char *end = put_uuid(room, id, 75);

    begin(f, HOST_SCRIPT, p);
    fill_number(f, "MessageNumber", arena_printf(f->scratch, "%u", part + 1));
    fill_number(f, "MessageTotal", arena_printf(f->scratch, "%u", n_parts));
    fill_text(f, "ScriptBlockText", text);
    fill_text(f, "ScriptBlockId", arena_str(f->scratch, str_of(room, (size_t)(end - room))));
    fill_text(f, "Path", STR(""));
}

void fill_logon(struct fill *f, struct str user, struct str address, bool exists)
{
    f->t->log = host_log_of(HOST_LOGON);
    f->t->n_fields = 0;
    f->t->user = user;
    f->t->client = address;
    fill_text(f, "SubjectUserSid", STR("S-1-5-18"));
    fill_text(f, "SubjectUserName", STR("EX01$"));
    fill_text(f, "SubjectDomainName", STR("CORP"));
    fill_text(f, "SubjectLogonId", STR("0x3e7"));
    fill_text(f, "TargetUserSid", STR("S-1-0-0"));
    fill_text(f, "TargetUserName", user);
    fill_text(f, "TargetDomainName", STR(""));
    fill_text(f, "Status", STR("0xc000006d"));
    fill_text(f, "FailureReason", STR("%%2313"));
    fill_text(f, "SubStatus", exists ? STR("0xc000006a") : STR("0xc0000064"));
    fill_number(f, "LogonType", STR("8"));
    fill_text(f, "LogonProcessName", STR("Advapi  "));
    fill_text(f, "AuthenticationPackageName", STR("Negotiate"));
    fill_text(f, "WorkstationName", STR("EX01"));
    fill_text(f, "TransmittedServices", STR("-"));
    fill_text(f, "LmPackageName", STR("-"));
    fill_number(f, "KeyLength", STR("0"));
    fill_text(f, "ProcessId", STR("0x2f10"));
    fill_text(f, "ProcessName", STR("C:\\Windows\\System32\\inetsrv\\w3wp.exe"));
    fill_text(f, "IpAddress", address);
    fill_text(f, "IpPort", arena_printf(f->scratch, "%u", (unsigned)(49152 + f->t->seed % 16000)));
}

void fill_web(struct fill *f, const char *method, struct str host, struct str path,
              struct str query, uint32_t status)
{
    struct tele *t = f->t;

    t->method = str_z(method);
    t->host = host;
    t->path = path;
    t->query = query;
    t->status = status;
    t->substatus = status == 401 ? 1 : 0;
    t->plain_http = false;
    t->n_bytes = 1400 + (uint32_t)(t->seed % 700);
    t->elapsed_ms = 90 + (uint32_t)(t->seed >> 20) % 250;
    t->server = arena_printf(f->scratch, "198.51.100.%u",
                             10 + (unsigned)(host.len * 7 + (unsigned char)host.ptr[0]) % 200);
}

void fill_endpoint(struct fill *f, const struct process *p, struct str host, struct str remote,
                   uint32_t k)
{
    struct tele *t = f->t;

    fill_connection(f, p, remote, k);
    t->host = host;
    t->server = remote;
    t->image = p->image;
    t->command = p->command;
}
