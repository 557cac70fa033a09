/* tele_host.c - Windows events as evtx_dump, XML, winlogbeat and NXLog write them. The fields come
 * from the feed; here is only how they are wrapped. */
#include "sim/tele.h"

/* clang-format off */
#define SYSMON "Microsoft-Windows-Sysmon"
#define SYSMON_GUID "5770385F-C22A-43E0-BF4C-06F5698FFBD9"
#define SYSMON_CHANNEL "Microsoft-Windows-Sysmon/Operational"
#define SECURITY "Microsoft-Windows-Security-Auditing"
#define SECURITY_GUID "54849625-5478-4994-A5BA-3E3B0328C30D"

static const struct host_log logs[] = {
    [HOST_PROCESS] = {1, SYSMON, SYSMON_GUID, SYSMON_CHANNEL, "Process Create (rule: ProcessCreate)", 5, 4, 1, "0x8000000000000000", "3208"},
    [HOST_CONNECTION] = {3, SYSMON, SYSMON_GUID, SYSMON_CHANNEL, "Network connection detected (rule: NetworkConnect)", 5, 4, 3, "0x8000000000000000", "3208"},
    [HOST_DNS] = {22, SYSMON, SYSMON_GUID, SYSMON_CHANNEL, "Dns query (rule: DnsQuery)", 5, 4, 22, "0x8000000000000000", "3208"},
    [HOST_SCRIPT] = {4104, "Microsoft-Windows-PowerShell", "A0C1853B-5C40-4B15-8766-3CF1C58F985A",
                     "Microsoft-Windows-PowerShell/Operational", "Execute a Remote Command", 1, 5, 2, "0x0", "6400"},
    [HOST_CREATED] = {4688, SECURITY, SECURITY_GUID, "Security", "Process Creation", 2, 0, 13312, "0x8020000000000000", "4"},
    [HOST_LOGON] = {4625, SECURITY, SECURITY_GUID, "Security", "Logon", 0, 0, 12544, "0x8010000000000000", "780"},
};
/* clang-format on */

#define FIRST_RECORD 88121

const struct host_log *host_log_of(enum host_event event)
{
    return &logs[event];
}

static void put_when(struct tele_writer *w, int64_t ms, int digits, struct buf *out)
{
    char room[40];

    buf_put(out, room, (size_t)(put_time(&w->clock, room, ms, digits, 0) - room));
}

static void put_fields_json(const struct tele *t, bool numbers, struct buf *out)
{
    for (size_t i = 0; i < t->n_fields; i++) {
        const struct tele_field *f = &t->fields[i];

        buf_puts(out, i > 0 ? ",\"" : "\"");
        buf_puts(out, f->name);
        buf_puts(out, "\":");
        if (f->number && numbers)
            buf_put_str(out, f->value);
        else
            buf_put_json(out, f->value);
    }
}

void tele_put_evtx_dump(struct tele_writer *w, const struct tele *t, struct buf *out)
{
    const struct host_log *log = t->log;

    buf_puts(out, "{\"Event\":{\"#attributes\":{\"xmlns\":\"http://schemas.microsoft.com/win/2004/"
                  "08/events/event\"},\"System\":{\"Provider\":{\"#attributes\":{\"Name\":\"");
    buf_puts(out, log->provider);
    buf_puts(out, "\",\"Guid\":\"");
    buf_puts(out, log->guid);
    buf_printf(out,
               "\"}},\"EventID\":%u,\"Version\":%u,\"Level\":%u,\"Task\":%u,\"Opcode\":0,"
               "\"Keywords\":\"%s\",\"TimeCreated\":{\"#attributes\":{\"SystemTime\":\"",
               log->id, log->version, log->level, log->task, log->keywords);
    put_when(w, t->at_ms, 3, out);
    buf_printf(out,
               "000Z\"}},\"EventRecordID\":%llu,\"Correlation\":null,\"Execution\":{\"#attributes\""
               ":{\"ProcessID\":%s,\"ThreadID\":1724}},\"Channel\":\"%s\",\"Computer\":",
               (unsigned long long)(FIRST_RECORD + w->n_records), log->process, log->channel);
    buf_put_json(out, t->computer);
    if (log->id < 1000)
        buf_puts(out, ",\"Security\":{\"#attributes\":{\"UserID\":\"S-1-5-18\"}}");
    else
        buf_puts(out, ",\"Security\":null");
    buf_puts(out, "},\"EventData\":{");
    put_fields_json(t, true, out);
    buf_puts(out, "}}}");
}

static void put_xml_text(struct str s, struct buf *out)
{
    size_t from = 0;

    for (size_t i = 0; i < s.len; i++) {
        const char *escape = NULL;

        switch (s.ptr[i]) {
        case '<':
            escape = "&lt;";
            break;
        case '>':
            escape = "&gt;";
            break;
        case '&':
            escape = "&amp;";
            break;
        case '\r':
            escape = "&#xD;";
            break;
        case '\n':
            escape = "&#xA;";
            break;
        default:
            continue;
        }
        buf_put(out, s.ptr + from, i - from);
        buf_puts(out, escape);
        from = i + 1;
    }
    buf_put(out, s.ptr + from, s.len - from);
}

void tele_put_xml(struct tele_writer *w, const struct tele *t, struct buf *out)
{
    const struct host_log *log = t->log;

    buf_puts(out, "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
                  "<Provider Name='");
    buf_puts(out, log->provider);
    buf_puts(out, "' Guid='{");
    buf_puts(out, log->guid);
    buf_printf(out,
               "}'/><EventID>%u</EventID><Version>%u</Version><Level>%u</Level><Task>%u</Task>"
               "<Opcode>0</Opcode><Keywords>%s</Keywords><TimeCreated SystemTime='",
               log->id, log->version, log->level, log->task, log->keywords);
    put_when(w, t->at_ms, 3, out);
    buf_printf(out,
               "000000Z'/><EventRecordID>%llu</EventRecordID><Correlation/><Execution "
               "ProcessID='%s' ThreadID='1724'/><Channel>%s</Channel><Computer>",
               (unsigned long long)(FIRST_RECORD + w->n_records), log->process, log->channel);
    put_xml_text(t->computer, out);
    buf_puts(out, "</Computer>");
    buf_puts(out, log->id < 1000 ? "<Security UserID='S-1-5-18'/>" : "<Security/>");
    buf_puts(out, "</System><EventData>");
    for (size_t i = 0; i < t->n_fields; i++) {
        buf_puts(out, "<Data Name='");
        buf_puts(out, t->fields[i].name);
        buf_puts(out, "'>");
        put_xml_text(t->fields[i].value, out);
        buf_puts(out, "</Data>");
    }
    buf_puts(out, "</EventData></Event>");
}

static struct str host_label(const struct tele *t)
{
    return str_of(t->computer.ptr, MIN(str_find_char(t->computer, '.'), t->computer.len));
}

void tele_put_winlogbeat(struct tele_writer *w, const struct tele *t, struct buf *out)
{
    const struct host_log *log = t->log;

    buf_puts(out, "{\"@timestamp\":\"");
    put_when(w, t->at_ms, 3, out);
    buf_puts(out,
             "Z\",\"@metadata\":{\"beat\":\"winlogbeat\",\"type\":\"_doc\",\"version\":\"8.15.0\"},"
             "\"agent\":{\"type\":\"winlogbeat\",\"version\":\"8.15.0\",\"name\":");
    buf_put_json(out, host_label(t));
    buf_printf(out,
               "},\"ecs\":{\"version\":\"8.0.0\"},\"event\":{\"code\":\"%u\",\"provider\":\"%s\","
               "\"action\":\"%s\",\"kind\":\"event\",\"created\":\"",
               log->id, log->provider, log->task_name);
    put_when(w, t->at_ms + 1279, 3, out);
    buf_puts(out, "Z\"},\"host\":{\"name\":");
    buf_put_json(out, t->computer);
    buf_printf(out,
               "},\"log\":{\"level\":\"information\"},\"message\":\"%s\",\"winlog\":{\"api\":"
               "\"wineventlog\",\"channel\":\"%s\",\"computer_name\":",
               log->task_name, log->channel);
    buf_put_json(out, t->computer);
    buf_printf(out,
               ",\"event_id\":\"%u\",\"provider_guid\":\"{%s}\",\"provider_name\":\"%s\","
               "\"record_id\":%llu,\"opcode\":\"Info\",\"task\":\"%s\",\"version\":%u,\"process\":"
               "{\"pid\":%s,\"thread\":{\"id\":1724}},\"event_data\":{",
               log->id, log->guid, log->provider, (unsigned long long)(FIRST_RECORD + w->n_records),
               log->task_name, log->version, log->process);
    put_fields_json(t, false, out);
    buf_puts(out, "}}}");
}

void tele_put_nxlog(struct tele_writer *w, const struct tele *t, struct buf *out)
{
    const struct host_log *log = t->log;
    size_t at;

    buf_puts(out, "{\"EventTime\":\"");
    at = out->len;
    put_when(w, t->at_ms, 0, out);
    out->ptr[at + 10] = ' '; /* NXLog writes local time without a zone; here it is UTC */
    buf_puts(out, "\",\"@timestamp\":\"");
    put_when(w, t->at_ms, 3, out);
    buf_puts(out, "Z\",\"Hostname\":");
    buf_put_json(out, t->computer);
    buf_printf(out,
               ",\"Keywords\":%s,\"EventType\":\"INFO\",\"SeverityValue\":2,\"Severity\":\"INFO\","
               "\"EventID\":%u,\"SourceName\":\"%s\",\"ProviderGuid\":\"{%s}\",\"Version\":%u,"
               "\"Task\":%u,\"OpcodeValue\":0,\"RecordNumber\":%llu,\"ExecutionProcessID\":%s,"
               "\"ThreadID\":1724,\"Channel\":\"%s\",\"Category\":\"%s\",",
               log->id < 1000 ? "-9223372036854775808" : "-9214364837600034816", log->id,
               log->provider, log->guid, log->version, log->task,
               (unsigned long long)(FIRST_RECORD + w->n_records), log->process, log->channel,
               log->task_name);
    put_fields_json(t, false, out);
    buf_puts(out, ",\"SourceModuleName\":\"eventlog\",\"SourceModuleType\":\"im_msvistalog\"}");
}
