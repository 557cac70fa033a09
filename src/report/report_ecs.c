/* report_ecs.c - one alert document of the Elastic Common Schema per line. What ECS has no field
 * for stands under `lanner`, as the schema asks of custom fields. */
#include "report/attack.h"
#include "report/finding_json.h"
#include "report/words.h"
#include "util/num.h"

#define ECS_VERSION "8.17.0"

/* event.severity has no scale of its own; these are the scores of Elastic's detection engine, by
 * which its rule for external alerts maps the number back to a word. */
static const int severity_score[SEVERITY_COUNT] = {
    [SEVERITY_INFORMATIONAL] = 1, [SEVERITY_LOW] = 21,      [SEVERITY_MEDIUM] = 47,
    [SEVERITY_HIGH] = 73,         [SEVERITY_CRITICAL] = 99,
};

static void put_event(struct json *j, const struct report *r, const struct finding *f)
{
    json_object(j, "event");
    json_z(j, "kind", "alert");
    json_array(j, "category");
    json_z(j, NULL, "intrusion_detection");
    json_end(j, ']');
    json_array(j, "type");
    json_z(j, NULL, "info");
    json_end(j, ']');
    json_z(j, "id", f->id);
    json_text(j, "action", f->detection->id);
    json_z(j, "provider", "lanner");
    json_z(j, "dataset", "lanner.finding");
    json_z(j, "module", "lanner");
    json_int(j, "severity", severity_score[f->severity]);
    json_int(j, "risk_score", severity_score[f->severity]);
    json_some_text(j, "reason", f->verdict);
    json_some_instant(j, "start", f->first_ms);
    json_some_instant(j, "end", f->last_ms);
    if (words_has_time(f->first_ms) && words_has_time(f->last_ms) && f->last_ms >= f->first_ms &&
        f->last_ms - f->first_ms < INT64_MAX / NS_PER_MS)
        json_int(j, "duration", (f->last_ms - f->first_ms) * NS_PER_MS);
    json_some_instant(j, "created", r->result->now_ms);
    json_end(j, '}');
}

static void put_rule(struct json *j, const struct detection *d)
{
    json_object(j, "rule");
    json_text(j, "id", d->id);
    json_text(j, "name", d->title.len > 0 ? d->title : d->id);
    json_some_text(j, "description", d->description);
    json_some_text(j, "ruleset", d->pack->id);
    json_some_text(j, "version", d->pack->version);
    if (d->pack->author.len > 0)
        json_some_texts(j, "author", &d->pack->author, 1);
    if (d->n_references > 0)
        json_text(j, "reference", d->references[0]);
    json_end(j, '}');
}

/* ECS has parallel arrays; sub-techniques have a level of their own below their technique. */
static void put_techniques(struct json *j, const struct detection *d)
{
    struct buf url = {0};
    struct attack a;

    json_object(j, "technique");
    json_array(j, "id");
    for (size_t i = 0; i < d->n_attack; i++) {
        attack_of(d->attack[i], &a);
        json_text(j, NULL, a.parent);
    }
    json_end(j, ']');
    json_array(j, "reference");
    for (size_t i = 0; i < d->n_attack; i++) {
        attack_of(d->attack[i], &a);
        buf_clear(&url);
        if (!a.valid)
            continue;
        attack_put_url(&url, a.parent);
        json_text(j, NULL, buf_str(&url));
    }
    json_end(j, ']');
    json_object(j, "subtechnique");
    json_array(j, "id");
    for (size_t i = 0; i < d->n_attack; i++) {
        attack_of(d->attack[i], &a);
        if (a.is_sub)
            json_text(j, NULL, a.id);
    }
    json_end(j, ']');
    json_end(j, '}');
    json_end(j, '}');
    buf_done(&url);
}

/* Each tactic once; a technique without one of its own adds none. */
static void put_tactics(struct json *j, const struct detection *d, const char *key, bool names)
{
    struct attack a;
    struct attack before;

    json_array(j, key);
    for (size_t i = 0; i < d->n_attack; i++) {
        bool known = false;

        attack_of(d->attack[i], &a);
        for (size_t k = 0; k < i && a.tactic_id != NULL && !known; k++) {
            attack_of(d->attack[k], &before);
            known = before.tactic_id == a.tactic_id;
        }
        if (a.tactic_id != NULL && !known)
            json_z(j, NULL, names ? a.tactic_name : a.tactic_id);
    }
    json_end(j, ']');
}

static void put_threat(struct json *j, const struct detection *d)
{
    if (d->n_attack == 0)
        return;
    json_object(j, "threat");
    json_z(j, "framework", "MITRE ATT&CK");
    json_object(j, "tactic");
    put_tactics(j, d, "id", false);
    put_tactics(j, d, "name", true);
    json_end(j, '}');
    put_techniques(j, d);
    json_end(j, '}');
}

static void put_source(struct json *j, const struct finding *f, bool is_address)
{
    struct str asn = f->entity[ENTITY_ASN];
    struct str network = f->entity[ENTITY_NETWORK];
    struct str source = f->entity[ENTITY_SOURCE];
    int64_t number;

    if (source.len == 0 && network.len == 0 && asn.len == 0)
        return;
    json_object(j, "source");
    json_some_text(j, "address", source.len > 0 ? source : network);
    if (is_address)
        json_text(j, "ip", source);
    if (str_starts(asn, STR("AS")))
        asn = str_of(asn.ptr + 2, asn.len - 2);
    /* A number in ECS: what is not one would make Elasticsearch refuse the document. */
    if (num_parse_long(asn, &number) && number >= 0 && number <= UINT32_MAX) {
        json_object(j, "as");
        json_int(j, "number", number);
        json_end(j, '}');
    }
    json_end(j, '}');
}

/* An object with one member, where the text is not empty. */
static void put_one(struct json *j, const char *object, const char *key, struct str s)
{
    if (s.len == 0)
        return;
    json_object(j, object);
    json_text(j, key, s);
    json_end(j, '}');
}

static void put_related(struct json *j, const struct finding *f, bool is_address)
{
    struct str user = f->entity[ENTITY_USER];

    if (!is_address && f->n_sample == 0 && user.len == 0 && f->entity[ENTITY_HOST].len == 0)
        return;
    json_object(j, "related");
    if (is_address)
        json_some_texts(j, "ip", &f->entity[ENTITY_SOURCE], 1);
    if (f->n_sample > 0)
        json_some_texts(j, "user", f->sample, f->n_sample);
    else if (user.len > 0)
        json_some_texts(j, "user", &user, 1);
    if (f->entity[ENTITY_HOST].len > 0)
        json_some_texts(j, "hosts", &f->entity[ENTITY_HOST], 1);
    json_end(j, '}');
}

static void put_custom(struct json *j, const struct finding *f)
{
    json_object(j, "lanner");
    json_z(j, "severity", severity_name(f->severity));
    json_some_text(j, "verdict", f->verdict);
    json_some_text(j, "confidence", f->detection->confidence);
    json_some_text(j, "network", f->entity[ENTITY_NETWORK]);
    json_some_text(j, "application", f->entity[ENTITY_APPLICATION]);
    json_some_instant(j, "window_start", f->window_start_ms);
    json_real(j, "value", f->value);
    json_some_count(j, "users", f->n_users);
    json_some_count(j, "events", f->n_events);
    json_real(j, "rate_per_min", f->rate_per_min);
    json_bool(j, "suppressed", f->suppressed);
    finding_json_labels(j, "labels", f);
    if (f->n_evidence > 0) {
        json_array(j, "evidence");
        for (size_t i = 0; i < f->n_evidence; i++)
            finding_json_evidence(j, NULL, &f->evidence[i]);
        json_end(j, ']');
    }
    json_end(j, '}');
}

/* Elasticsearch takes one document a line. @timestamp is the last event's: when the finding had
 * become what it is. */
static void put_document(const struct report *r, const struct finding *f)
{
    struct json j = {.out = r->out, .terminal = r->options.terminal};
    struct buf message = {0};
    struct str source;
    bool is_address = finding_address(f, &source);
    int64_t when = words_has_time(f->last_ms) ? f->last_ms : finding_time(f);

    words_put_message(&message, f);
    json_object(&j, NULL);
    json_some_instant(&j, "@timestamp", words_has_time(when) ? when : r->result->now_ms);
    put_one(&j, "ecs", "version", STR(ECS_VERSION));
    json_text(&j, "message", buf_str(&message));
    put_event(&j, r, f);
    put_rule(&j, f->detection);
    put_threat(&j, f->detection);
    put_source(&j, f, is_address);
    put_one(&j, "user", "name", f->entity[ENTITY_USER]);
    put_one(&j, "host", "name", f->entity[ENTITY_HOST]);
    put_one(&j, "user_agent", "original", f->entity[ENTITY_AGENT]);
    put_one(&j, "organization", "id", f->entity[ENTITY_TENANT]);
    put_related(&j, f, is_address);
    put_custom(&j, f);
    json_end(&j, '}');
    buf_putc(r->out, '\n');
    buf_done(&message);
}

void report_ecs(const struct report *r)
{
    for (size_t i = 0; i < r->result->n_findings; i++) {
        if (report_lists(r, &r->result->findings[i]))
            put_document(r, &r->result->findings[i]);
    }
}
