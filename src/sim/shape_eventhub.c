/* shape_eventhub.c - Azure Monitor diagnostic records, bare and in envelopes.
 *
 * Sizes: 3.2 KB without the lists; conditional-access policies (40 % none, else one and a geometric
 * tail) and authentication details bring the mean to 4 KB. One record in 200 passes 10 KB, one in
 * 10,000 passes 32 KB, as in the published samples. */
#include "sim/shape.h"

#define TENANT "6f1d2c3b-4a59-4e68-8b7c-0d1e2f3a4b5c"

static const struct str categories[] = {
    STR_INIT("SignInLogs"), STR_INIT("NonInteractiveUserSignInLogs"),
    STR_INIT("ServicePrincipalSignInLogs"), STR_INIT("ManagedIdentitySignInLogs")};

static const struct str policies[] = {
    STR_INIT("Require multifactor authentication for all users"),
    STR_INIT("Block legacy authentication"),
    STR_INIT("Require compliant device for Office 365"),
    STR_INIT("Securing security info registration"),
    STR_INIT("Block access from unexpected countries"),
    STR_INIT("Require phishing-resistant sign-in for administrators"),
    STR_INIT("Sign-in frequency for unmanaged devices"),
    STR_INIT("Terms of use for guests")};

bool shape_is_ropc(const struct sim_event *ev)
{
    return ev->agent == SIM_TOOL_POWERSHELL || ev->agent == SIM_TOOL_BAV2ROPC ||
           (ev->agent >= SIM_GIVEN_AGENT && ev->agent < SIM_AGENT_ODD &&
            ev->client == SIM_CLIENT_MOBILE);
}

static uint32_t count_policies(uint64_t seed)
{
    uint64_t bits = random_mix(seed ^ 0xCA);
    uint32_t n = 1;

    if ((bits & 0x3FFF) < 2)
        return 120;
    if ((bits & 0x3FFF) < 84)
        return 32 + ((bits >> 14) & 7);
    if ((bits >> 17) % 10 < 4)
        return 0;
    for (bits >>= 24; (bits & 3) != 0 && n < 16; bits >>= 2)
        n++;
    return n;
}

static char *put_policies(char *p, uint64_t seed)
{
    uint32_t n = count_policies(seed);

    PUT(p, ",\"appliedConditionalAccessPolicies\":[");
    for (uint32_t i = 0; i < n; i++) {
        uint64_t h = random_mix(seed + 1000 + i);

        if (i > 0)
            *p++ = ',';
        PUT(p, "{\"id\":\"");
        p = put_uuid(p, i, 50); /* a tenant has the same policies every time */
        PUT(p, "\",\"displayName\":\"");
        p = put_str(p, policies[i % ARRAY_LEN(policies)]);
        PUT(p, "\",\"enforcedGrantControls\":[");
        if ((h & 1) != 0)
            PUT(p, "\"Mfa\"");
        PUT(p, "],\"enforcedSessionControls\":[],\"result\":\"");
        if ((h & 6) != 0)
            PUT(p, "notApplied");
        else
            PUT(p, "success");
        PUT(p, "\",\"conditionsSatisfied\":");
        p = put_number(p, h >> 8 & 63);
        PUT(p, ",\"conditionsNotSatisfied\":");
        p = put_number(p, h >> 14 & 63);
        *p++ = '}';
    }
    *p++ = ']';
    return p;
}

static char *put_details(struct shape_writer *w, const struct sim_event *ev, char *p)
{
    uint32_t n = ev->category == SIM_INTERACTIVE ? 1 + (uint32_t)(ev->seed >> 13) % 3
                                                 : (uint32_t)(ev->seed >> 13) % 3;

    if (ev->category > SIM_NON_INTERACTIVE || ev->user >= SIM_GHOST)
        n = 0;
    PUT(p, ",\"authenticationDetails\":[");
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0)
            *p++ = ',';
        PUT(p, "{\"authenticationStepDateTime\":\"");
        p = put_time(&w->clock, p, ev->created_ms, 7, ev->seed);
        PUT(p, "+00:00\",\"authenticationMethod\":\"");
        if (i == 0)
            PUT(p, "Password\",\"authenticationMethodDetail\":\"Password in the cloud");
        else
            PUT(p, "Mobile app notification\",\"authenticationMethodDetail\":\"");
        PUT(p, "\",\"succeeded\":");
        if (ev->code == 0)
            PUT(p, "true,\"authenticationStepResultDetail\":\"MFA requirement satisfied by claim "
                   "in the token\"");
        else
            PUT(p, "false,\"authenticationStepResultDetail\":\"Invalid username or password or "
                   "Invalid on-premise username or password.\"");
        PUT(p, ",\"authenticationStepRequirement\":\"Primary "
               "authentication\",\"StatusSequence\":0,\"RequestSequence\":");
        p = put_number(p, i);
        *p++ = '}';
    }
    *p++ = ']';
    return p;
}

static char *put_user_id(const struct sim_event *ev, char *p)
{
    bool typo = ev->variant == SIM_TYPO;

    if (ev->category <= SIM_NON_INTERACTIVE && ev->user < SIM_GHOST && !typo)
        p = put_uuid(p, ev->user, 60);
    return p;
}

static char *put_place(const struct sim_place *place, char *p)
{
    PUT(p, ",\"location\":{\"city\":\"");
    p = put_str(p, place->city);
    PUT(p, "\",\"state\":\"");
    p = put_str(p, place->state);
    PUT(p, "\",\"countryOrRegion\":\"");
    p = put_str(p, place->country);
    PUT(p, "\",\"geoCoordinates\":{\"latitude\":");
    p = put_str(p, place->latitude);
    PUT(p, ",\"longitude\":");
    p = put_str(p, place->longitude);
    PUT(p, "}}");
    return p;
}

/* time up to "properties":{ */
static char *put_outside(struct shape_writer *w, const struct sim_event *ev, struct str shown,
                         char *p)
{
    const struct sim_code *code = sim_code_at(ev->code);

    PUT(p, "{\"time\":\"");
    p = put_time(&w->clock, p, ev->emit_ms, 7, ev->seed >> 3);
    PUT(p,
        "Z\",\"resourceId\":\"/tenants/" TENANT "/providers/Microsoft.aadiam\",\"operationName\":"
        "\"Sign-in activity\",\"operationVersion\":\"1.0\",\"category\":\"");
    p = put_str(p, categories[ev->category]);
    PUT(p, "\",\"tenantId\":\"" TENANT "\",\"resultType\":\"");
    p = put_str(p, code->text);
    if (ev->code == 0)
        PUT(p, "\",\"resultSignature\":\"SUCCESS\"");
    else
        PUT(p, "\",\"resultSignature\":\"FAILURE\"");
    if (code->reason.len > 0) {
        PUT(p, ",\"resultDescription\":\"");
        p = put_str(p, code->reason);
        *p++ = '"';
    }
    PUT(p, ",\"durationMs\":0,\"callerIpAddress\":\"");
    p = put_str(p, w->address);
    PUT(p, "\",\"correlationId\":\"");
    p = put_uuid(p, ev->seed, 2);
    if (w->name.len > 0) {
        PUT(p, "\",\"identity\":\"");
        p = put_str(p, shown);
    }
    PUT(p, "\",\"Level\":4,\"location\":\"");
    p = put_str(p, sim_place_of(ev->address)->country);
    PUT(p, "\",\"properties\":{");
    return p;
}

static char *put_who(struct shape_writer *w, const struct sim_event *ev, struct str shown, char *p)
{
    const struct sim_code *code = sim_code_at(ev->code);

    PUT(p, "\"id\":\"");
    p = put_uuid(p, ev->seed, 1);
    PUT(p, "\",\"createdDateTime\":\"");
    p = put_time(&w->clock, p, ev->created_ms, 7, ev->seed);
    PUT(p, "+00:00\"");
    if (w->name.len > 0) {
        PUT(p, ",\"userDisplayName\":\"");
        p = put_str(p, shown);
        PUT(p, "\",\"userPrincipalName\":\"");
        p = put_str(p, w->name);
        PUT(p, "\",\"userId\":\"");
        p = put_user_id(ev, p);
        *p++ = '"';
    } else {
        PUT(p, ",\"servicePrincipalName\":\"automation-");
        p = put_number(p, ev->user);
        *p++ = '"';
    }
    PUT(p, ",\"appId\":\"");
    p = sim_put_app_id(w->profile, p, ev);
    PUT(p, "\",\"appDisplayName\":\"");
    p = put_str(p, sim_app_name(w->profile, ev->app));
    PUT(p, "\",\"ipAddress\":\"");
    p = put_str(p, w->address);
    PUT(p, "\",\"status\":{\"errorCode\":");
    p = put_str(p, code->text);
    if (code->reason.len > 0) {
        PUT(p, ",\"failureReason\":\"");
        p = put_str(p, code->reason);
        *p++ = '"';
    }
    PUT(p, "},\"clientAppUsed\":\"");
    p = put_str(p, sim_client_text(ev->client));
    PUT(p, "\",\"userAgent\":\"");
    p = put_str(p, w->agent);
    PUT(p, "\",\"deviceDetail\":{\"deviceId\":\"");
    if ((ev->seed >> 20 & 1) != 0)
        p = put_uuid(p, ev->user, 61);
    PUT(p, "\",\"operatingSystem\":\"Windows10\",\"browser\":\"Edge "
           "133.0.3065\",\"isCompliant\":false,"
           "\"isManaged\":false,\"trustType\":\"\"}");
    return put_place(sim_place_of(ev->address), p);
}

static char *put_middle(const struct sim_event *ev, char *p)
{
    PUT(p, ",\"mfaDetail\":{},\"correlationId\":\"");
    p = put_uuid(p, ev->seed, 2);
    PUT(p, "\",\"conditionalAccessStatus\":\"notApplied\"");
    p = put_policies(p, ev->seed);
    PUT(p, ",\"authenticationContextClassReferences\":[],\"originalRequestId\":\"");
    p = put_uuid(p, ev->seed, 1);
    if (ev->category == SIM_INTERACTIVE)
        PUT(p, "\",\"isInteractive\":true");
    else
        PUT(p, "\",\"isInteractive\":false");
    PUT(p, ",\"tokenIssuerName\":\"\",\"tokenIssuerType\":\"AzureAD\","
           "\"authenticationProcessingDetails\":["
           "{\"key\":\"Legacy TLS (TLS 1.0, 1.1, 3DES)\",\"value\":\"False\"},"
           "{\"key\":\"Oauth Scope "
           "Info\",\"value\":\"[\\\"Calendars.ReadWrite\\\",\\\"Mail.ReadWrite\\\",\\\"openid\\\","
           "\\\"profile\\\"]\"},"
           "{\"key\":\"Is CAE Token\",\"value\":\"False\"}],\"networkLocationDetails\":[],"
           "\"clientCredentialType\":\"none\",\"processingTimeInMilliseconds\":");
    p = put_number(p, 40 + (ev->seed >> 50 & 255));
    PUT(p, ",\"riskDetail\":\"none\",\"riskLevelAggregated\":\"none\",\"riskLevelDuringSignIn\":"
           "\"none\","
           "\"riskState\":\"none\",\"riskEventTypes\":[],\"riskEventTypes_v2\":[],"
           "\"resourceDisplayName\":"
           "\"Windows Azure Active "
           "Directory\",\"resourceId\":\"00000002-0000-0000-c000-000000000000\","
           "\"resourceTenantId\":\"" TENANT "\",\"homeTenantId\":\"" TENANT
           "\",\"tenantId\":\"" TENANT "\"");
    return p;
}

static char *put_end(struct shape_writer *w, const struct sim_event *ev, char *p)
{
    PUT(p, ",\"authenticationRequirementPolicies\":[],\"sessionLifetimePolicies\":[],"
           "\"authenticationRequirement\":\"singleFactorAuthentication\"");
    if (w->name.len > 0) {
        PUT(p, ",\"alternateSignInName\":\"");
        p = put_str(p, w->name);
        PUT(p, "\",\"signInIdentifier\":\"");
        p = put_str(p, w->name);
        PUT(p, "\",\"servicePrincipalId\":\"\",\"userType\":\"Member\"");
    } else {
        PUT(p, ",\"servicePrincipalId\":\"");
        p = put_uuid(p, ev->user, 62);
        *p++ = '"';
    }
    PUT(p, ",\"flaggedForReview\":false,\"isTenantRestricted\":false,\"autonomousSystemNumber\":");
    p = put_number(p, sim_place_of(ev->address)->system);
    PUT(p, ",\"crossTenantAccessType\":\"none\",\"privateLinkDetails\":{},\"ssoExtensionVersion\":"
           "\"\","
           "\"uniqueTokenIdentifier\":\"");
    p = put_hex(p, random_mix(ev->seed ^ 9), 16);
    PUT(p, "\",\"authenticationStrengths\":[],\"incomingTokenType\":\"none\","
           "\"authenticationProtocol\":\"");
    if (shape_is_ropc(ev))
        PUT(p, "ropc");
    else
        PUT(p, "oAuth2");
    PUT(p, "\",\"appServicePrincipalId\":null,\"resourceServicePrincipalId\":\"");
    p = put_uuid(p, 3, 63);
    PUT(p, "\",\"rngcStatus\":0,\"signInTokenProtectionStatus\":\"none\","
           "\"originalTransferMethod\":\"none\","
           "\"isThroughGlobalSecureAccess\":false,\"sessionId\":\"");
    p = put_uuid(p, ev->seed, 5);
    PUT(p, "\",\"appOwnerTenantId\":\"" TENANT "\",\"resourceOwnerTenantId\":\"" TENANT "\"");
    return p;
}

char *shape_put_eventhub(struct shape_writer *w, const struct sim_event *ev, char *p)
{
    char room[SIM_NAME_ROOM];
    struct str shown = STR("");

    if (w->name.len > 0)
        shown = str_of(room, profile_put_display(w->profile, ev, room));
    p = put_outside(w, ev, shown, p);
    p = put_who(w, ev, shown, p);
    p = put_middle(ev, p);
    p = put_details(w, ev, p);
    p = put_end(w, ev, p);
    PUT(p, "}}");
    return p;
}

const struct shape_def shape_eventhub = {
    .name = "eventhub",
    .mean_bytes = 4260,
    .time_unit_ms = 1,
    .between = STR_INIT("\n"),
    .tail = STR_INIT("\n"),
    .put = shape_put_eventhub,
};

/* An Event Hub message holds at most 256 KB. */
const struct shape_def shape_envelope = {
    .name = "eventhub-envelope",
    .mean_bytes = 4260,
    .time_unit_ms = 1,
    .head = STR_INIT("{\"records\":["),
    .between = STR_INIT(","),
    .tail = STR_INIT("]}\n"),
    .group = 56,
    .put = shape_put_eventhub,
};
