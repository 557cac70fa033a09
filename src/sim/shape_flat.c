/* shape_flat.c - the flat LogScale form. @timestamp is when the sign-in happened, so that hours
 * agree with the other shapes. The preparation common to all shapes is here too. */
#include "sim/shape.h"

void shape_prepare(struct shape_writer *w, const struct sim_event *ev)
{
    if ((ev->address & SIM_GIVEN_ADDRESS) != 0)
        w->address = w->profile->given->addresses[(uint32_t)ev->address];
    else
        w->address =
            str_of(w->address_room,
                   (size_t)(sim_put_address(w->address_room, ev->address) - w->address_room));
    w->agent = profile_agent_text(w->profile, ev, w->agent_room);
    w->name = STR("");
    if (ev->category <= SIM_NON_INTERACTIVE)
        w->name = str_of(w->name_room, profile_put_name(w->profile, ev, w->name_room));
}

static char *put_flat(struct shape_writer *w, const struct sim_event *ev, char *p)
{
    static const struct str categories[] = {
        STR_INIT("SignInLogs"), STR_INIT("NonInteractiveUserSignInLogs"),
        STR_INIT("ServicePrincipalSignInLogs"), STR_INIT("ManagedIdentitySignInLogs")};
    const struct sim_code *code = sim_code_at(ev->code);

    PUT(p, "{\"@timestamp\":\"");
    p = put_time(&w->clock, p, ev->created_ms, 3, ev->seed);
    PUT(p, "Z\",\"#repo\":\"azure_ad\",\"id\":\"");
    p = put_uuid(p, ev->seed, 1);
    PUT(p, "\",\"correlationId\":\"");
    p = put_uuid(p, ev->seed, 2);
    PUT(p, "\",\"resultType\":\"");
    p = put_str(p, code->text);
    if (code->reason.len > 0) {
        PUT(p, "\",\"resultDescription\":\"");
        p = put_str(p, code->reason);
    }
    PUT(p, "\",\"ipAddress\":\"");
    p = put_str(p, w->address);
    if (w->name.len > 0) {
        PUT(p, "\",\"userPrincipalName\":\"");
        p = put_str(p, w->name);
    }
    PUT(p, "\",\"clientAppUsed\":\"");
    p = put_str(p, sim_client_text(ev->client));
    PUT(p, "\",\"userAgent\":\"");
    p = put_str(p, w->agent);
    PUT(p, "\",\"appDisplayName\":\"");
    p = put_str(p, sim_app_name(w->profile, ev->app));
    PUT(p, "\",\"resourceDisplayName\":\"Windows Azure Active Directory\",\"category\":\"");
    p = put_str(p, categories[ev->category]);
    PUT(p, "\"}");
    return p;
}

const struct shape_def shape_flat = {
    .name = "flat",
    .mean_bytes = 522,
    .time_unit_ms = 1,
    .between = STR_INIT("\n"),
    .tail = STR_INIT("\n"),
    .put = put_flat,
};
