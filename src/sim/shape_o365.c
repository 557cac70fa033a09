/* shape_o365.c - Office 365 audit records (RecordType 15): whole seconds, no client app and no
 * application name, so the rule's groups are coarser here; the truth file knows. */
#include "sim/shape.h"

#define TENANT "6f1d2c3b-4a59-4e68-8b7c-0d1e2f3a4b5c"
#define NOBODY "00000000-0000-0000-0000-000000000000"

static char *put_key(const struct sim_event *ev, char *p)
{
    if (ev->user >= SIM_GHOST || ev->variant == SIM_TYPO)
        PUT(p, NOBODY);
    else
        p = put_uuid(p, ev->user, 60);
    return p;
}

static char *put_lists(struct shape_writer *w, const struct sim_event *ev, char *p)
{
    PUT(p, "\",\"AzureActiveDirectoryEventType\":1,\"ExtendedProperties\":[{\"Name\":"
           "\"ResultStatusDetail\","
           "\"Value\":\"Success\"},{\"Name\":\"UserAgent\",\"Value\":\"");
    p = put_str(p, w->agent);
    PUT(p, "\"},{\"Name\":\"UserAuthenticationMethod\",\"Value\":\"1\"},{\"Name\":\"RequestType\","
           "\"Value\":"
           "\"OAuth2:Token\"}],\"ModifiedProperties\":[],\"Actor\":[{\"ID\":\"");
    p = put_key(ev, p);
    PUT(p, "\",\"Type\":0},{\"ID\":\"");
    p = put_str(p, w->name);
    PUT(p, "\",\"Type\":5}],\"ActorContextId\":\"" TENANT "\",\"ActorIpAddress\":\"");
    p = put_str(p, w->address);
    PUT(p, "\",\"InterSystemsId\":\"");
    p = put_uuid(p, ev->seed, 2);
    PUT(p, "\",\"IntraSystemId\":\"");
    p = put_uuid(p, ev->seed, 1);
    PUT(p,
        "\",\"SupportTicketId\":\"\",\"Target\":[{\"ID\":\"00000002-0000-0000-c000-000000000000\","
        "\"Type\":0}],\"TargetContextId\":\"" TENANT "\",\"ApplicationId\":\"");
    p = sim_put_app_id(w->profile, p, ev);
    PUT(p, "\",\"DeviceProperties\":[{\"Name\":\"OS\",\"Value\":\"Windows "
           "10\"},{\"Name\":\"BrowserType\","
           "\"Value\":\"Other\"},{\"Name\":\"IsCompliantAndManaged\",\"Value\":\"False\"}]");
    return p;
}

static char *put_o365(struct shape_writer *w, const struct sim_event *ev, char *p)
{
    const struct sim_code *code = sim_code_at(ev->code);

    PUT(p, "{\"CreationTime\":\"");
    p = put_time(&w->clock, p, ev->created_ms, 0, ev->seed);
    PUT(p, "\",\"Id\":\"");
    p = put_uuid(p, ev->seed, 1);
    if (ev->code == 0)
        PUT(p, "\",\"Operation\":\"UserLoggedIn");
    else
        PUT(p, "\",\"Operation\":\"UserLoginFailed");
    PUT(p, "\",\"OrganizationId\":\"" TENANT
           "\",\"RecordType\":15,\"ResultStatus\":\"Success\",\"UserKey\":\"");
    p = put_key(ev, p);
    PUT(p, "\",\"UserType\":0,\"Version\":1,\"Workload\":\"AzureActiveDirectory\",\"ClientIP\":\"");
    p = put_str(p, w->address);
    PUT(p, "\",\"ObjectId\":\"00000002-0000-0000-c000-000000000000\",\"UserId\":\"");
    p = put_str(p, w->name);
    p = put_lists(w, ev, p);
    PUT(p, ",\"ErrorNumber\":\"");
    p = put_str(p, code->text);
    *p++ = '"';
    if (code->error.len > 0) {
        PUT(p, ",\"LogonError\":\"");
        p = put_str(p, code->error);
        *p++ = '"';
    }
    *p++ = '}';
    return p;
}

const struct shape_def shape_o365 = {
    .name = "o365",
    .mean_bytes = 1460,
    .skips_service = true,
    .no_client = true,
    .no_app = true,
    .time_unit_ms = 1000,
    .between = STR_INIT("\n"),
    .tail = STR_INIT("\n"),
    .put = put_o365,
};
