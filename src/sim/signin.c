/* signin.c - records of shapes.def wrapped as other ways of export wrap them. */
#include "sim/signin.h"

#include "util/civil.h"

extern const struct shape_def shape_eventhub;
extern const struct shape_def shape_flat;
extern const struct shape_def shape_graph;
extern const struct shape_def shape_o365;

void signin_put_shape(const struct shape_def *shape, struct shape_writer *w,
                      const struct sim_event *ev, struct buf *out)
{
    char *end;

    buf_reserve(out, SIM_RECORD_ROOM);
    end = shape->put(w, ev, out->ptr + out->len);
    out->len = (size_t)(end - out->ptr);
}

void signin_put_eventhub(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    signin_put_shape(&shape_eventhub, w, ev, out);
}

void signin_put_flat(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    signin_put_shape(&shape_flat, w, ev, out);
}

void signin_put_graph(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    signin_put_shape(&shape_graph, w, ev, out);
}

void signin_put_audit(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    signin_put_shape(&shape_o365, w, ev, out);
}

void signin_put_time(struct shape_writer *w, struct buf *out, int64_t ms, int digits)
{
    char room[40];

    buf_put(out, room, (size_t)(put_time(&w->clock, room, ms, digits, 0) - room));
}

void signin_put_uuid(struct buf *out, uint64_t seed, uint64_t purpose)
{
    char room[40];

    buf_put(out, room, (size_t)(put_uuid(room, seed, purpose) - room));
}

void signin_put_us_time(struct buf *out, int64_t ms, bool portal)
{
    struct civil c;

    civil_from_seconds(ms / 1000, &c);
    buf_printf(out, "%d/%d/%04d%s %d:%02d:%02d", c.month, c.day, c.year, portal ? "," : "",
               c.hour % 12 == 0 ? 12 : c.hour % 12, c.minute, c.second);
    if (portal)
        buf_printf(out, ".%03d", (int)(ms % 1000));
    buf_puts(out, c.hour >= 12 ? " PM" : " AM");
}

void signin_put_cell(struct buf *out, struct str s)
{
    buf_putc(out, '"');
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] == '"')
            buf_putc(out, '"');
        buf_putc(out, s.ptr[i]);
    }
    buf_putc(out, '"');
}

/* A blank after every colon and comma that is not inside a text. */
void signin_put_spaced(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    struct buf record = {0};
    bool inside = false;

    signin_put_eventhub(w, ev, &record);
    for (size_t i = 0; i < record.len; i++) {
        char c = record.ptr[i];

        buf_putc(out, c);
        if (inside && c == '\\' && i + 1 < record.len)
            buf_putc(out, record.ptr[++i]);
        else if (c == '"')
            inside = !inside;
        else if (!inside && (c == ':' || c == ','))
            buf_putc(out, ' ');
    }
    buf_done(&record);
}

void signin_put_syslog(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    struct civil c;

    civil_from_seconds(ev->emit_ms / 1000, &c);
    buf_printf(out,
               "<14>%.3s %2d %02d:%02d:%02d qradar-ec01 azure-entra: ", civil_month_name(c.month),
               c.day, c.hour, c.minute, c.second);
    signin_put_eventhub(w, ev, out);
}

void signin_put_ariel(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    struct buf record = {0};

    buf_printf(out, "{\"starttime\":%lld,\"devicetime\":%lld,\"sourceip\":\"",
               (long long)ev->created_ms, (long long)ev->created_ms);
    buf_put_str(out, w->address);
    buf_puts(out, "\",\"destinationip\":\"127.0.0.1\",\"username\":");
    buf_put_json(out, w->name);
    buf_printf(out,
               ",\"logsourcename\":\"Entra ID @ hub01\",\"logsourcetypename\":\"Microsoft Azure "
               "Active Directory\",\"categoryname\":\"%s\",\"highlevelcategoryname\":"
               "\"Authentication\",\"eventcount\":1,\"magnitude\":4,\"eventpayload\":",
               ev->code == 0 ? "User Login Success" : "User Login Failure");
    signin_put_eventhub(w, ev, &record);
    buf_put_json(out, buf_str(&record));
    buf_putc(out, '}');
    buf_done(&record);
}

void signin_put_flat_csv(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    buf_printf(out, "%lld,azure_ad,%.*s,", (long long)ev->created_ms,
               STR_ARG(sim_code_at(ev->code)->text));
    buf_put_str(out, w->address);
    buf_putc(out, ',');
    signin_put_cell(out, w->name);
    buf_putc(out, ',');
    buf_put_str(out, sim_client_text(ev->client));
    buf_putc(out, ',');
    signin_put_cell(out, w->agent);
    buf_putc(out, ',');
    signin_put_cell(out, sim_app_name(w->profile, ev->app));
}

static const char *operation_of(const struct sim_event *ev)
{
    return ev->code == 0 ? "UserLoggedIn" : "UserLoginFailed";
}

static void put_audit_cell(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    struct buf record = {0};

    signin_put_audit(w, ev, &record);
    signin_put_cell(out, buf_str(&record));
    buf_done(&record);
}

void signin_put_purview(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    buf_putc(out, '"');
    signin_put_uuid(out, ev->seed, 1);
    buf_puts(out, "\",\"");
    signin_put_time(w, out, ev->created_ms, 0);
    buf_printf(out, ".0000000Z\",\"15\",\"%s\",", operation_of(ev));
    signin_put_cell(out, w->name);
    buf_putc(out, ',');
    put_audit_cell(w, ev, out);
    buf_puts(out, ",\"\",\"\"");
}

void signin_put_search(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    buf_puts(out, "\"outlook.office365.com\",\"6f1d2c3b-4a59-4e68-8b7c-0d1e2f3a4b5c\",\"False\","
                  "\"AzureActiveDirectoryStsLogon\",\"");
    signin_put_us_time(out, ev->created_ms, false);
    buf_puts(out, "\",");
    signin_put_cell(out, w->name);
    buf_printf(out, ",\"%s\",", operation_of(ev));
    put_audit_cell(w, ev, out);
    buf_puts(out, ",\"1\",\"1\",\"");
    signin_put_uuid(out, ev->seed, 1);
    buf_puts(out, "\",\"True\",\"Unchanged\"");
}

/* The envelope's clientIp is always null, and its userId is the key of the record. */
void signin_put_audit_query(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    buf_puts(out, "{\"id\":\"");
    signin_put_uuid(out, ev->seed, 1);
    buf_puts(out, "\",\"createdDateTime\":\"");
    signin_put_time(w, out, ev->created_ms, 0);
    buf_printf(out,
               "Z\",\"auditLogRecordType\":\"AzureActiveDirectoryStsLogon\",\"operation\":\"%s\","
               "\"organizationId\":\"6f1d2c3b-4a59-4e68-8b7c-0d1e2f3a4b5c\",\"userType\":"
               "\"Regular\",\"userId\":\"00000000-0000-0000-0000-000000000000\",\"service\":"
               "\"AzureActiveDirectory\",\"objectId\":\"00000002-0000-0000-c000-000000000000\","
               "\"userPrincipalName\":",
               operation_of(ev));
    buf_put_json(out, w->name);
    buf_puts(out, ",\"clientIp\":null,\"administrativeUnits\":[\"\"],\"auditData\":");
    signin_put_audit(w, ev, out);
    buf_putc(out, '}');
}
