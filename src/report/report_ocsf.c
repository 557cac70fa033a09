/* report_ocsf.c - one Detection Finding of the Open Cybersecurity Schema Framework per line: class
 * 2004 of category 2 (Findings). What the class has no attribute for stands under `unmapped`. */
#include "report/attack.h"
#include "report/finding_json.h"
#include "report/words.h"

#define OCSF_VERSION      "1.5.0"
#define CLASS_UID         2004
#define CATEGORY_UID      2
#define ACTIVITY_CREATE   1
#define STATUS_NEW        1
#define STATUS_SUPPRESSED 3
#define ANALYTIC_RULE     1

/* Values of observable.type_id. */
enum observable_type {
    OBSERVABLE_HOSTNAME = 1,
    OBSERVABLE_IP = 2,
    OBSERVABLE_USER_NAME = 4,
    OBSERVABLE_SUBNET = 12,
    OBSERVABLE_USER_AGENT = 16,
    OBSERVABLE_OTHER = 99
};

static const struct {
    const char *name; /* what it stands for in this event */
    enum observable_type type;
    const char *type_name;
} observables[ENTITY_COUNT] = {
    [ENTITY_SOURCE] = {"evidences.src_endpoint.ip", OBSERVABLE_IP, "IP Address"},
    [ENTITY_NETWORK] = {"unmapped.network", OBSERVABLE_SUBNET, "Subnet"},
    [ENTITY_ASN] = {"unmapped.asn", OBSERVABLE_OTHER, "Autonomous System"},
    [ENTITY_USER] = {"evidences.user.name", OBSERVABLE_USER_NAME, "User Name"},
    [ENTITY_HOST] = {"evidences.device.hostname", OBSERVABLE_HOSTNAME, "Hostname"},
    [ENTITY_AGENT] = {"unmapped.agent", OBSERVABLE_USER_AGENT, "HTTP User-Agent"},
    [ENTITY_APPLICATION] = {"unmapped.application", OBSERVABLE_OTHER, "Application"},
    [ENTITY_TENANT] = {"unmapped.tenant", OBSERVABLE_OTHER, "Tenant"},
};

static const char *const severity_captions[SEVERITY_COUNT] = {
    [SEVERITY_INFORMATIONAL] = "Informational",
    [SEVERITY_LOW] = "Low",
    [SEVERITY_MEDIUM] = "Medium",
    [SEVERITY_HIGH] = "High",
    [SEVERITY_CRITICAL] = "Critical",
};

static void put_head(struct json *j, const struct report *r, const struct finding *f)
{
    json_int(j, "class_uid", CLASS_UID);
    json_z(j, "class_name", "Detection Finding");
    json_int(j, "category_uid", CATEGORY_UID);
    json_z(j, "category_name", "Findings");
    json_int(j, "activity_id", ACTIVITY_CREATE);
    json_z(j, "activity_name", "Create");
    json_int(j, "type_uid", CLASS_UID * 100 + ACTIVITY_CREATE);
    json_z(j, "type_name", "Detection Finding: Create");
    json_int(j, "severity_id", (int)f->severity + 1); /* 1 Informational to 5 Critical */
    json_z(j, "severity", severity_captions[f->severity]);
    json_int(j, "status_id", f->suppressed ? STATUS_SUPPRESSED : STATUS_NEW);
    json_z(j, "status", f->suppressed ? "Suppressed" : "New");
    json_int(j, "time", r->result->now_ms);
    if (words_has_time(f->first_ms))
        json_int(j, "start_time", f->first_ms);
    if (words_has_time(f->last_ms))
        json_int(j, "end_time", f->last_ms);
    if (f->n_events > 0)
        json_count(j, "count", f->n_events);
    json_bool(j, "is_alert", !f->suppressed);
}

static void put_confidence(struct json *j, struct str confidence)
{
    static const char *const captions[] = {"Unknown", "Low", "Medium", "High"};

    for (int i = 1; i < (int)ARRAY_LEN(captions); i++) {
        if (str_eq_nocase(confidence, str_z(captions[i]))) {
            json_int(j, "confidence_id", i);
            json_z(j, "confidence", captions[i]);
        }
    }
}

static void put_technique(struct json *j, const char *key, struct str id, const char *name)
{
    struct buf url = {0};

    attack_put_url(&url, id);
    json_object(j, key);
    json_text(j, "uid", id);
    json_some_z(j, "name", name);
    json_text(j, "src_url", buf_str(&url));
    json_end(j, '}');
    buf_done(&url);
}

static void put_attacks(struct json *j, const struct detection *d)
{
    json_array(j, "attacks");
    for (size_t i = 0; i < d->n_attack; i++) {
        struct attack a;

        attack_of(d->attack[i], &a);
        if (!a.valid)
            continue;
        json_object(j, NULL);
        if (a.tactic_id != NULL) {
            json_object(j, "tactic");
            json_z(j, "uid", a.tactic_id);
            json_z(j, "name", a.tactic_name);
            json_end(j, '}');
        }
        put_technique(j, "technique", a.parent, a.parent_name);
        if (a.is_sub)
            put_technique(j, "sub_technique", a.id, a.name);
        json_end(j, '}');
    }
    json_end(j, ']');
}

static void put_finding_info(struct json *j, const struct report *r, const struct finding *f)
{
    const struct detection *d = f->detection;

    json_object(j, "finding_info");
    json_z(j, "uid", f->id);
    json_text(j, "title", d->title.len > 0 ? d->title : d->id);
    json_some_text(j, "desc", d->description);
    json_int(j, "created_time", r->result->now_ms);
    if (words_has_time(f->first_ms))
        json_int(j, "first_seen_time", f->first_ms);
    if (words_has_time(f->last_ms))
        json_int(j, "last_seen_time", f->last_ms);
    json_some_texts(j, "data_sources", d->sources, d->n_sources);
    json_object(j, "analytic");
    json_text(j, "uid", d->id);
    json_some_text(j, "name", d->title);
    json_int(j, "type_id", ANALYTIC_RULE);
    json_z(j, "type", "Rule");
    json_some_text(j, "category", d->pack->id);
    json_some_text(j, "version", d->pack->version);
    json_end(j, '}');
    put_attacks(j, d);
    json_end(j, '}');
}

static void put_endpoint(struct json *j, struct str source, bool is_address)
{
    if (source.len == 0)
        return;
    json_object(j, "src_endpoint");
    json_text(j, is_address ? "ip" : "name", source);
    json_end(j, '}');
}

static void put_user(struct json *j, struct str user)
{
    if (user.len == 0)
        return;
    json_object(j, "user");
    json_text(j, "name", user);
    json_end(j, '}');
}

/* The finding's own source and row; an artifact must have one of its members at least. */
static void put_own_evidence(struct json *j, const struct finding *f)
{
    struct str source;
    bool is_address = finding_address(f, &source);
    struct str host = f->entity[ENTITY_HOST];

    if (source.len == 0 && host.len == 0 && f->entity[ENTITY_USER].len == 0 && f->n_row == 0)
        return;
    json_object(j, NULL);
    put_endpoint(j, source, is_address);
    put_user(j, f->entity[ENTITY_USER]);
    if (host.len > 0) {
        json_object(j, "device");
        json_text(j, "hostname", host);
        json_int(j, "type_id", 0);
        json_end(j, '}');
    }
    finding_json_cells(j, "data", f->row, f->n_row);
    json_end(j, '}');
}

static void put_evidences(struct json *j, const struct finding *f)
{
    json_array(j, "evidences");
    put_own_evidence(j, f);
    for (size_t i = 0; i < f->n_evidence; i++) {
        const struct evidence *e = &f->evidence[i];

        json_object(j, NULL);
        put_user(j, e->user);
        finding_json_evidence(j, "data", e);
        json_end(j, '}');
    }
    json_end(j, ']');
}

static void put_observable(struct json *j, enum entity e, struct str value, bool is_address)
{
    bool odd = e == ENTITY_SOURCE && !is_address;

    json_object(j, NULL);
    json_z(j, "name", odd ? "evidences.src_endpoint.name" : observables[e].name);
    json_int(j, "type_id", odd ? OBSERVABLE_OTHER : (int)observables[e].type);
    json_z(j, "type", odd ? "Source" : observables[e].type_name);
    json_text(j, "value", value);
    json_end(j, '}');
}

static void put_observables(struct json *j, const struct finding *f)
{
    struct str source;
    bool is_address = finding_address(f, &source);

    json_array(j, "observables");
    for (size_t e = 0; e < ENTITY_COUNT; e++) {
        if (f->entity[e].len > 0)
            put_observable(j, (enum entity)e, f->entity[e], is_address);
    }
    for (size_t i = 0; i < f->n_sample; i++)
        put_observable(j, ENTITY_USER, f->sample[i], false);
    json_end(j, ']');
}

static void put_unmapped(struct json *j, const struct finding *f)
{
    json_object(j, "unmapped");
    json_some_text(j, "verdict", f->verdict);
    json_some_text(j, "network", f->entity[ENTITY_NETWORK]);
    json_some_text(j, "asn", f->entity[ENTITY_ASN]);
    json_some_text(j, "agent", f->entity[ENTITY_AGENT]);
    json_some_text(j, "application", f->entity[ENTITY_APPLICATION]);
    json_some_text(j, "tenant", f->entity[ENTITY_TENANT]);
    json_real(j, "value", f->value);
    json_some_count(j, "users", f->n_users);
    json_real(j, "rate_per_min", f->rate_per_min);
    finding_json_labels(j, "labels", f);
    json_end(j, '}');
}

static void put_metadata(struct json *j, const struct finding *f)
{
    json_object(j, "metadata");
    json_z(j, "version", OCSF_VERSION);
    json_z(j, "uid", f->id);
    json_object(j, "product");
    json_z(j, "name", "Lanner");
    json_z(j, "vendor_name", "Lanner");
    json_z(j, "version", LANNER_VERSION);
    json_end(j, '}');
    json_end(j, '}');
}

void report_ocsf(const struct report *r)
{
    struct buf message = {0};

    for (size_t i = 0; i < r->result->n_findings; i++) {
        const struct finding *f = &r->result->findings[i];
        struct json j = {.out = r->out, .terminal = r->options.terminal};

        if (!report_lists(r, f))
            continue;
        buf_clear(&message);
        words_put_message(&message, f);
        json_object(&j, NULL);
        put_head(&j, r, f);
        json_text(&j, "message", buf_str(&message));
        put_confidence(&j, f->detection->confidence);
        put_metadata(&j, f);
        put_finding_info(&j, r, f);
        put_evidences(&j, f);
        put_observables(&j, f);
        put_unmapped(&j, f);
        json_end(&j, '}');
        buf_putc(r->out, '\n');
    }
    buf_done(&message);
}
