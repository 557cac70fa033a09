/* shape_graph.c - Microsoft Graph signIn objects as the beta version gives them (with user agent),
 * one per line. Times carry milliseconds, so that durations agree with the other shapes. */
#include "sim/shape.h"

static char *put_graph_who(struct shape_writer *w, const struct sim_event *ev, char *p)
{
    char room[SIM_NAME_ROOM];

    PUT(p, "{\"id\":\"");
    p = put_uuid(p, ev->seed, 1);
    PUT(p, "\",\"createdDateTime\":\"");
    p = put_time(&w->clock, p, ev->created_ms, 3, ev->seed);
    *p++ = 'Z';
    if (w->name.len > 0) {
        PUT(p, "\",\"userDisplayName\":\"");
        p = put_str(p, str_of(room, profile_put_display(w->profile, ev, room)));
        PUT(p, "\",\"userPrincipalName\":\"");
        p = put_str(p, w->name);
        PUT(p, "\",\"userId\":\"");
        if (ev->user < SIM_GHOST && ev->variant != SIM_TYPO)
            p = put_uuid(p, ev->user, 60);
        PUT(p, "\",\"signInIdentifier\":\"");
        p = put_str(p, w->name);
    } else {
        PUT(p, "\",\"servicePrincipalName\":\"automation-");
        p = put_number(p, ev->user);
    }
    PUT(p, "\",\"appId\":\"");
    p = sim_put_app_id(w->profile, p, ev);
    PUT(p, "\",\"appDisplayName\":\"");
    p = put_str(p, sim_app_name(w->profile, ev->app));
    PUT(p, "\",\"ipAddress\":\"");
    p = put_str(p, w->address);
    PUT(p, "\",\"clientAppUsed\":\"");
    p = put_str(p, sim_client_text(ev->client));
    PUT(p, "\",\"userAgent\":\"");
    p = put_str(p, w->agent);
    PUT(p, "\",\"correlationId\":\"");
    p = put_uuid(p, ev->seed, 2);
    *p++ = '"';
    return p;
}

static char *put_graph_place(const struct sim_event *ev, char *p)
{
    const struct sim_place *place = sim_place_of(ev->address);

    PUT(p,
        ",\"deviceDetail\":{\"deviceId\":\"\",\"displayName\":\"\",\"operatingSystem\":\"Windows\","
        "\"browser\":\"\",\"isCompliant\":false,\"isManaged\":false,\"trustType\":\"\"},"
        "\"location\":{\"city\":\"");
    p = put_str(p, place->city);
    PUT(p, "\",\"state\":\"");
    p = put_str(p, place->state);
    PUT(p, "\",\"countryOrRegion\":\"");
    p = put_str(p, place->country);
    PUT(p, "\",\"geoCoordinates\":{\"altitude\":null,\"latitude\":");
    p = put_str(p, place->latitude);
    PUT(p, ",\"longitude\":");
    p = put_str(p, place->longitude);
    PUT(p, "}},\"autonomousSystemNumber\":");
    p = put_number(p, place->system);
    PUT(p, ",\"appliedConditionalAccessPolicies\":[]}");
    return p;
}

static char *put_graph(struct shape_writer *w, const struct sim_event *ev, char *p)
{
    static const struct str types[] = {STR_INIT("interactiveUser"), STR_INIT("nonInteractiveUser"),
                                       STR_INIT("servicePrincipal"), STR_INIT("managedIdentity")};
    const struct sim_code *code = sim_code_at(ev->code);

    p = put_graph_who(w, ev, p);
    PUT(p, ",\"conditionalAccessStatus\":\"notApplied\",\"isInteractive\":");
    if (ev->category == SIM_INTERACTIVE)
        PUT(p, "true");
    else
        PUT(p, "false");
    PUT(p, ",\"riskDetail\":\"none\",\"riskLevelAggregated\":\"none\",\"riskLevelDuringSignIn\":"
           "\"none\","
           "\"riskState\":\"none\",\"riskEventTypes\":[],\"riskEventTypes_v2\":[],"
           "\"resourceDisplayName\":"
           "\"Windows Azure Active "
           "Directory\",\"resourceId\":\"00000002-0000-0000-c000-000000000000\","
           "\"signInEventTypes\":[\"");
    p = put_str(p, types[ev->category]);
    PUT(p, "\"],\"status\":{\"errorCode\":");
    p = put_str(p, code->text);
    PUT(p, ",\"failureReason\":\"");
    p = put_str(p, code->reason.len > 0 ? code->reason : STR("Other."));
    PUT(p, "\",\"additionalDetails\":null}");
    return put_graph_place(ev, p);
}

const struct shape_def shape_graph = {
    .name = "graph",
    .mean_bytes = 1340,
    .time_unit_ms = 1,
    .between = STR_INIT("\n"),
    .tail = STR_INIT("\n"),
    .put = put_graph,
};
