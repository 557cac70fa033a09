/* tele_cloud.c - PreAuthenticationDiscoveryLogs and Defender's DeviceNetworkEvents. */
#include "sim/tele.h"

#define TENANT "6f1d2c3b-4a59-4e68-8b7c-0d1e2f3a4b5c"
/* What the streaming interface takes to hand an event on. */
#define STREAM_LATE_MS 99500

static void put_when(struct tele_writer *w, int64_t ms, int digits, uint64_t seed, struct buf *out)
{
    char room[40];

    buf_put(out, room, (size_t)(put_time(&w->clock, room, ms, digits, seed) - room));
}

static void put_id(uint64_t seed, uint64_t purpose, struct buf *out)
{
    char room[40];

    buf_put(out, room, (size_t)(put_uuid(room, seed, purpose) - room));
}

#define GRAPH_APP "4765445b-32c6-49b0-83e6-1d93765276ca" /* OfficeHome */

void tele_put_preauth(struct tele_writer *w, const struct tele *t, struct buf *out)
{
    buf_puts(out, "{\"TimeGenerated\":\"");
    put_when(w, t->at_ms, 3, 0, out);
    buf_puts(out, "Z\",\"AADTenantId\":\"" TENANT "\",\"ApplicationId\":\"" GRAPH_APP
                  "\",\"CallerIpAddress\":\"");
    buf_put_str(out, t->client);
    buf_puts(out, "\",\"Category\":\"PreAuthenticationDiscoveryLogs\",\"CorrelationId\":\"");
    put_id(t->seed, 72, out);
    buf_puts(out, "\",\"ErrorNumber\":\"0\",\"OperationName\":\"Sign-in activity\","
                  "\"OperationVersion\":\"1.0\",\"RequestId\":\"");
    put_id(t->seed, 73, out);
    buf_puts(out, "\",\"RequestType\":\"GetCredentialType\",\"ResourceGroup\":\"Microsoft.aadiam\","
                  "\"ResultDescription\":\"\",\"SourceSystem\":\"Azure AD\",\"TenantId\":"
                  "\"11111111-2222-4333-8444-555555555555\",\"Type\":"
                  "\"PreAuthenticationDiscoveryLogs\",\"UserAgent\":");
    buf_put_json(out, t->agent);
    buf_puts(out, ",\"UserId\":");
    buf_put_json(out, t->user);
    buf_putc(out, '}');
}

/* As a diagnostic record: the envelope of sign-ins, camel-case names inside. */
void tele_put_preauth_record(struct tele_writer *w, const struct tele *t, struct buf *out)
{
    buf_puts(out, "{\"time\":\"");
    put_when(w, t->at_ms + STREAM_LATE_MS, 7, t->seed >> 3, out);
    buf_puts(out, "Z\",\"resourceId\":\"/tenants/" TENANT
                  "/providers/Microsoft.aadiam\",\"operationName\":\"Sign-in activity\","
                  "\"operationVersion\":\"1.0\",\"category\":\"PreAuthenticationDiscoveryLogs\","
                  "\"tenantId\":\"" TENANT "\",\"resultType\":\"0\",\"callerIpAddress\":\"");
    buf_put_str(out, t->client);
    buf_puts(out, "\",\"correlationId\":\"");
    put_id(t->seed, 72, out);
    buf_puts(out, "\",\"Level\":4,\"properties\":{\"requestId\":\"");
    put_id(t->seed, 73, out);
    buf_puts(out, "\",\"timeGenerated\":\"");
    put_when(w, t->at_ms, 3, 0, out);
    buf_puts(out, "Z\",\"applicationId\":\"" GRAPH_APP "\",\"callerIpAddress\":\"");
    buf_put_str(out, t->client);
    buf_puts(out, "\",\"errorNumber\":\"0\",\"requestType\":\"GetCredentialType\",\"userAgent\":");
    buf_put_json(out, t->agent);
    buf_puts(out, ",\"userId\":");
    buf_put_json(out, t->user);
    buf_puts(out, "}}");
}

static struct str field(const struct tele *t, const char *name)
{
    for (size_t i = 0; i < t->n_fields; i++) {
        if (strcmp(t->fields[i].name, name) == 0)
            return t->fields[i].value;
    }
    return STR("");
}

static struct str file_of(struct str path)
{
    size_t at = path.len;

    while (at > 0 && path.ptr[at - 1] != '\\')
        at--;
    return str_of(path.ptr + at, path.len - at);
}

static void put_lower(struct str s, struct buf *out)
{
    struct buf text = {0};

    for (size_t i = 0; i < s.len; i++)
        buf_putc(&text, ascii_lower(s.ptr[i]));
    buf_put_json(out, buf_str(&text));
    buf_done(&text);
}

static void put_device(const struct tele *t, struct buf *out)
{
    char id[40];

    buf_puts(out, "{\"DeviceName\":");
    put_lower(t->computer, out);
    put_uuid(id, t->computer.len + (uint64_t)(unsigned char)t->computer.ptr[5], 74);
    buf_printf(out, ",\"DeviceId\":\"9c1f0d6f2b7a4e0f8a6f1c2d3e4b%.8s%.4s\",\"ReportId\":%u", id,
               id + 9, (unsigned)(t->seed % 90000));
}

void tele_put_mde(struct tele_writer *w, const struct tele *t, struct buf *out)
{
    buf_puts(out, "{\"time\":\"");
    put_when(w, t->at_ms + STREAM_LATE_MS, 7, t->seed, out);
    buf_puts(out, "Z\",\"tenantId\":\"" TENANT "\",\"operationName\":\"Publish\",\"category\":"
                  "\"AdvancedHunting-DeviceNetworkEvents\",\"_TimeReceivedBySvc\":\"");
    put_when(w, t->at_ms + 47700, 7, t->seed, out);
    buf_puts(out, "Z\",\"properties\":");
    put_device(t, out);
    buf_puts(out, ",\"RemoteIP\":\"");
    buf_put_str(out, t->server);
    buf_puts(out, "\",\"RemotePort\":443,\"LocalIP\":\"");
    buf_put_str(out, t->client);
    buf_puts(out, "\",\"LocalPort\":");
    buf_put_str(out, field(t, "SourcePort"));
    buf_puts(out, ",\"Protocol\":\"Tcp\",\"RemoteUrl\":");
    buf_put_json(out, t->host);
    buf_puts(out, ",\"InitiatingProcessCreationTime\":\"");
    put_when(w, w->begin_ms, 7, t->seed, out);
    buf_puts(out, "Z\",\"InitiatingProcessId\":");
    buf_put_str(out, field(t, "ProcessId"));
    buf_puts(out, ",\"InitiatingProcessCommandLine\":");
    buf_put_json(out, t->command);
    buf_puts(out, ",\"InitiatingProcessParentFileName\":\"explorer.exe\","
                  "\"InitiatingProcessFolderPath\":");
    put_lower(t->image, out);
    buf_puts(out, ",\"InitiatingProcessAccountName\":");
    buf_put_json(out, t->user);
    buf_puts(out, ",\"InitiatingProcessAccountDomain\":\"corp\",\"InitiatingProcessFileName\":");
    put_lower(file_of(t->image), out);
    buf_puts(out, ",\"InitiatingProcessIntegrityLevel\":\"Medium\",\"LocalIPType\":\"Private\","
                  "\"RemoteIPType\":\"Public\",\"ActionType\":\"ConnectionSuccess\","
                  "\"AdditionalFields\":null,\"Timestamp\":\"");
    put_when(w, t->at_ms, 7, t->seed, out);
    buf_puts(out, "Z\",\"MachineGroup\":\"clients\"},\"Tenant\":\"DefaultTenant\"}");
}

static void put_cell(struct str s, struct buf *out)
{
    buf_putc(out, '"');
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '"')
            buf_putc(out, '"');
        buf_putc(out, s.ptr[i]);
    }
    buf_putc(out, '"');
}

void tele_put_mde_csv(struct tele_writer *w, const struct tele *t, struct buf *out)
{
    put_when(w, t->at_ms, 7, t->seed, out);
    buf_puts(out, "Z,9c1f0d6f2b7a4e0f8a6f1c2d3e4b5a69788f0c1d,");
    buf_put_str(out, t->computer);
    buf_puts(out, ",ConnectionSuccess,");
    buf_put_str(out, t->server);
    buf_puts(out, ",443,");
    buf_put_str(out, t->host);
    buf_putc(out, ',');
    buf_put_str(out, t->client);
    buf_putc(out, ',');
    buf_put_str(out, field(t, "SourcePort"));
    buf_puts(out, ",Tcp,");
    buf_put_str(out, file_of(t->image));
    buf_putc(out, ',');
    put_cell(t->command, out);
    buf_putc(out, ',');
    buf_put_str(out, t->user);
    buf_printf(out, ",%u", (unsigned)(t->seed % 90000));
}
