/* signin_table.c - sign-ins as rows: Log Analytics as JSON, as CSV of the portal and as the query
 * interface answers, and the download of the Entra portal. One table of columns for each; a cell is
 * printed as bare text and then put into JSON or CSV. */
#include "sim/signin.h"

#define TENANT    "6f1d2c3b-4a59-4e68-8b7c-0d1e2f3a4b5c"
#define WORKSPACE "11111111-2222-4333-8444-555555555555"

typedef void (*cell_fn)(struct shape_writer *w, const struct sim_event *ev, struct buf *out);

struct table_column {
    const char *name;
    char type;        /* s text, t time, n number, b boolean, d JSON */
    const char *text; /* the same in all rows */
    cell_fn cell;
};

static void cell_emit(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    signin_put_time(w, out, ev->emit_ms, 3);
    buf_putc(out, 'Z');
}

static void cell_created(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    signin_put_time(w, out, ev->created_ms, 3);
    buf_putc(out, 'Z');
}

static void cell_category(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    static const char *const names[] = {"SignInLogs", "NonInteractiveUserSignInLogs",
                                        "ServicePrincipalSignInLogs", "ManagedIdentitySignInLogs"};

    (void)w;
    buf_puts(out, names[ev->category]);
}

static void cell_code(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    (void)w;
    buf_put_str(out, sim_code_at(ev->code)->text);
}

static void cell_reason(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    (void)w;
    buf_put_str(out, sim_code_at(ev->code)->reason);
}

static void cell_correlation(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    (void)w;
    signin_put_uuid(out, ev->seed, 2);
}

static void cell_id(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    (void)w;
    signin_put_uuid(out, ev->seed, 1);
}

static void cell_display(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    char room[SIM_NAME_ROOM];

    if (w->name.len > 0)
        buf_put(out, room, profile_put_display(w->profile, ev, room));
}

static void cell_name(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    (void)ev;
    buf_put_str(out, w->name);
}

static void cell_user_id(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    if (w->name.len > 0 && ev->user < SIM_GHOST && ev->variant != SIM_TYPO)
        signin_put_uuid(out, ev->user, 60);
}

static void cell_country(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    (void)w;
    buf_put_str(out, sim_place_of(ev->address)->country);
}

static void cell_app(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    buf_put_str(out, sim_app_name(w->profile, ev->app));
}

static void cell_app_id(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    char room[40];

    buf_put(out, room, (size_t)(sim_put_app_id(w->profile, room, ev) - room));
}

static void cell_protocol(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    (void)w;
    buf_puts(out, shape_is_ropc(ev) ? "ropc" : "oAuth2");
}

static void cell_portal_protocol(struct shape_writer *w, const struct sim_event *ev,
                                 struct buf *out)
{
    (void)w;
    buf_puts(out, shape_is_ropc(ev) ? "ROPC" : "OAuth2");
}

static void cell_client(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    (void)w;
    buf_put_str(out, sim_client_text(ev->client));
}

static void cell_interactive(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    (void)w;
    buf_puts(out, ev->category == SIM_INTERACTIVE ? "true" : "false");
}

static void cell_address(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    (void)ev;
    buf_put_str(out, w->address);
}

static void cell_agent(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    (void)ev;
    buf_put_str(out, w->agent);
}

static void cell_place(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    const struct sim_place *place = sim_place_of(ev->address);

    (void)w;
    buf_printf(out, "{\"city\":\"%.*s\",\"state\":\"%.*s\",", STR_ARG(place->city),
               STR_ARG(place->state));
    buf_printf(out, "\"countryOrRegion\":\"%.*s\",\"geoCoordinates\":{\"latitude\":%.*s,",
               STR_ARG(place->country), STR_ARG(place->latitude));
    buf_printf(out, "\"longitude\":%.*s}}", STR_ARG(place->longitude));
}

static void cell_portal_place(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    const struct sim_place *place = sim_place_of(ev->address);

    (void)w;
    buf_printf(out, "%.*s, %.*s, %.*s", STR_ARG(place->city), STR_ARG(place->state),
               STR_ARG(place->country));
}

static void cell_status(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    const struct sim_code *code = sim_code_at(ev->code);

    (void)w;
    buf_printf(out, "{\"errorCode\":%u", code->number);
    if (code->reason.len > 0) {
        buf_puts(out, ",\"failureReason\":");
        buf_put_json(out, code->reason);
    }
    buf_putc(out, '}');
}

static void cell_outcome(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    (void)w;
    buf_puts(out, ev->code == 0 ? "Success" : "Failure");
}

static void cell_system(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    (void)w;
    buf_printf(out, "%u", sim_place_of(ev->address)->system);
}

static void cell_portal_created(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    signin_put_time(w, out, ev->created_ms, 0);
    buf_putc(out, 'Z');
}

static void cell_token(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    (void)w;
    buf_printf(out, "%016llx", (unsigned long long)random_mix(ev->seed ^ 9));
}

/* clang-format off */
static const struct table_column columns[] = {
    {"TenantId", 's', WORKSPACE, NULL},
    {"SourceSystem", 's', "Azure AD", NULL},
    {"TimeGenerated", 't', NULL, cell_emit},
    {"ResourceId", 's', "/tenants/" TENANT "/providers/Microsoft.aadiam", NULL},
    {"OperationName", 's', "Sign-in activity", NULL},
    {"OperationVersion", 's', "1.0", NULL},
    {"Category", 's', NULL, cell_category},
    {"ResultType", 's', NULL, cell_code},
    {"ResultSignature", 's', "None", NULL},
    {"ResultDescription", 's', NULL, cell_reason},
    {"DurationMs", 'n', "0", NULL},
    {"CorrelationId", 's', NULL, cell_correlation},
    {"Resource", 's', "Microsoft.aadiam", NULL},
    {"ResourceGroup", 's', "Microsoft.aadiam", NULL},
    {"Identity", 's', NULL, cell_display},
    {"Level", 's', "4", NULL},
    {"Location", 's', NULL, cell_country},
    {"AppDisplayName", 's', NULL, cell_app},
    {"AppId", 's', NULL, cell_app_id},
    {"AuthenticationDetails", 's', "[]", NULL},
    {"AuthenticationProtocol", 's', NULL, cell_protocol},
    {"AuthenticationRequirement", 's', "singleFactorAuthentication", NULL},
    {"ClientAppUsed", 's', NULL, cell_client},
    {"ConditionalAccessStatus", 's', "notApplied", NULL},
    {"CreatedDateTime", 't', NULL, cell_created},
    {"DeviceDetail", 'd', "{\"deviceId\":\"\",\"operatingSystem\":\"Windows\"}", NULL},
    {"IsInteractive", 'b', NULL, cell_interactive},
    {"Id", 's', NULL, cell_id},
    {"IPAddress", 's', NULL, cell_address},
    {"LocationDetails", 'd', NULL, cell_place},
    {"ResourceDisplayName", 's', "Windows Azure Active Directory", NULL},
    {"ResourceIdentity", 's', "00000002-0000-0000-c000-000000000000", NULL},
    {"Status", 'd', NULL, cell_status},
    {"UserAgent", 's', NULL, cell_agent},
    {"UserDisplayName", 's', NULL, cell_display},
    {"UserId", 's', NULL, cell_user_id},
    {"UserPrincipalName", 's', NULL, cell_name},
    {"AADTenantId", 's', TENANT, NULL},
    {"UserType", 's', "Member", NULL},
    {"AutonomousSystemNumber", 'n', NULL, cell_system},
    {"SignInIdentifier", 's', NULL, cell_name},
    {"Type", 's', "SigninLogs", NULL},
};

static const struct table_column portal[] = {
    {"Date (UTC)", 's', NULL, cell_portal_created},
    {"Request ID", 's', NULL, cell_id},
    {"User agent", 's', NULL, cell_agent},
    {"Correlation ID", 's', NULL, cell_correlation},
    {"User ID", 's', NULL, cell_user_id},
    {"User", 's', NULL, cell_display},
    {"Username", 's', NULL, cell_name},
    {"User type", 's', "Member", NULL},
    {"Cross tenant access type", 's', "None", NULL},
    {"Incoming token type", 's', "None", NULL},
    {"Authentication Protocol", 's', NULL, cell_portal_protocol},
    {"Unique token identifier", 's', NULL, cell_token},
    {"Original transfer method", 's', "None", NULL},
    {"Client credential type", 's', "None", NULL},
    {"Token Protection - Sign In Session", 's', "None", NULL},
    {"Token Protection - Sign In Session StatusCode", 's', "", NULL},
    {"Application", 's', NULL, cell_app},
    {"Application ID ", 's', NULL, cell_app_id},
    {"App owner tenant ID", 's', "", NULL},
    {"Resource", 's', "Windows Azure Active Directory", NULL},
    {"Resource ID ", 's', "00000002-0000-0000-c000-000000000000", NULL},
    {"Resource tenant ID", 's', TENANT, NULL},
    {"Resource owner tenant ID", 's', "", NULL},
    {"Home tenant ID", 's', TENANT, NULL},
    {"Home tenant name", 's', "", NULL},
    {"IP address", 's', NULL, cell_address},
    {"Location", 's', NULL, cell_portal_place},
    {"Status", 's', NULL, cell_outcome},
    {"Sign-in error code", 's', NULL, cell_code},
    {"Failure reason", 's', NULL, cell_reason},
    {"Client app", 's', NULL, cell_client},
    {"Device ID", 's', "", NULL},
    {"Browser", 's', "", NULL},
    {"Operating System", 's', "Windows", NULL},
    {"Compliant", 's', "No", NULL},
    {"Managed", 's', "No", NULL},
    {"Join Type", 's', "", NULL},
    {"Multifactor authentication result", 's', "", NULL},
    {"Multifactor authentication auth method", 's', "", NULL},
    {"Multifactor authentication auth detail", 's', "", NULL},
    {"Authentication requirement", 's', "Single-factor authentication", NULL},
    {"Sign-in identifier", 's', NULL, cell_name},
    {"Session ID", 's', "", NULL},
    {"IP address (seen by resource)", 's', "", NULL},
    {"Through Global Secure Access", 's', "No", NULL},
    {"Global Secure Access IP address", 's', "", NULL},
    {"Autonomous system  number", 's', NULL, cell_system},
    {"Flagged for review", 's', "No", NULL},
    {"Token issuer type", 's', "Azure AD", NULL},
    {"Incoming token type", 's', "None", NULL},
    {"Token issuer name", 's', "", NULL},
    {"Latency", 's', "70", NULL},
    {"Conditional Access", 's', "Not Applied", NULL},
    {"Managed Identity type", 's', "", NULL},
    {"Associated Resource Id", 's', "", NULL},
    {"Federated Token Id", 's', "", NULL},
    {"Federated Token Issuer", 's', "", NULL},
};
/* clang-format on */

static void put_cell(const struct table_column *c, struct shape_writer *w,
                     const struct sim_event *ev, struct buf *out)
{
    if (c->cell != NULL)
        c->cell(w, ev, out);
    else
        buf_puts(out, c->text);
}

static void put_json_cell(const struct table_column *c, struct shape_writer *w,
                          const struct sim_event *ev, bool nested, struct buf *out)
{
    struct buf cell = {0};

    put_cell(c, w, ev, &cell);
    if (c->type == 'n' || c->type == 'b' || (c->type == 'd' && nested))
        buf_put_str(out, buf_str(&cell));
    else
        buf_put_json(out, buf_str(&cell));
    buf_done(&cell);
}

void signin_put_table(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
        buf_puts(out, i > 0 ? ",\"" : "{\"");
        buf_puts(out, columns[i].name);
        buf_puts(out, "\":");
        put_json_cell(&columns[i], w, ev, true, out);
    }
    buf_putc(out, '}');
}

/* The query interface gives dynamic columns as JSON inside a text. */
void signin_put_table_row(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
        buf_putc(out, i > 0 ? ',' : '[');
        put_json_cell(&columns[i], w, ev, false, out);
    }
    buf_putc(out, ']');
}

void signin_head_api(struct buf *out)
{
    buf_puts(out, "{\"tables\":[{\"name\":\"PrimaryResult\",\"columns\":[");
    for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
        const char *type = columns[i].type == 's'   ? "string"
                           : columns[i].type == 't' ? "datetime"
                           : columns[i].type == 'n' ? "long"
                           : columns[i].type == 'b' ? "bool"
                                                    : "dynamic";

        buf_printf(out, "%s{\"name\":\"%s\",\"type\":\"%s\"}", i > 0 ? "," : "", columns[i].name,
                   type);
    }
    buf_puts(out, "],\"rows\":[");
}

/* Quoted only where it must be, as the exports do. */
static void put_csv_cell(struct buf *out, struct str s)
{
    bool quoted = false;

    for (size_t i = 0; i < s.len && !quoted; i++)
        quoted = s.ptr[i] == ',' || s.ptr[i] == '"' || s.ptr[i] == '\n' || s.ptr[i] == '\r';
    if (quoted)
        signin_put_cell(out, s);
    else
        buf_put_str(out, s);
}

static void put_csv_row(const struct table_column *row, size_t n, struct shape_writer *w,
                        const struct sim_event *ev, struct buf *out)
{
    struct buf cell = {0};

    for (size_t i = 0; i < n; i++) {
        buf_clear(&cell);
        if (row[i].type == 't')
            signin_put_us_time(&cell, row[i].cell == cell_emit ? ev->emit_ms : ev->created_ms,
                               true);
        else
            put_cell(&row[i], w, ev, &cell);
        if (i > 0)
            buf_putc(out, ',');
        put_csv_cell(out, buf_str(&cell));
    }
    buf_done(&cell);
}

void signin_put_table_csv(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    put_csv_row(columns, ARRAY_LEN(columns), w, ev, out);
}

void signin_put_portal(struct shape_writer *w, const struct sim_event *ev, struct buf *out)
{
    put_csv_row(portal, ARRAY_LEN(portal), w, ev, out);
}

static void put_csv_head(const struct table_column *row, size_t n, struct buf *out)
{
    buf_puts(out, "\357\273\277");
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "%s%s%s", i > 0 ? "," : "", row[i].name,
                   row[i].type == 't' ? " [UTC]" : "");
    buf_puts(out, "\r\n");
}

void signin_head_table_csv(struct buf *out)
{
    put_csv_head(columns, ARRAY_LEN(columns), out);
}

void signin_head_portal(struct buf *out)
{
    put_csv_head(portal, ARRAY_LEN(portal), out);
}
