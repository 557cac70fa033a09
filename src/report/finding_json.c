/* finding_json.c - a finding as a JSON object. What is not known has no member. */
#include "report/finding_json.h"

#include "report/words.h"
#include "util/hash.h"
#include "util/ip.h"

bool finding_address(const struct finding *f, struct str *out)
{
    uint8_t ip[16];

    *out = f->entity[ENTITY_SOURCE];
    return out->len > 0 && ip_parse(*out, ip);
}

int64_t finding_time(const struct finding *f)
{
    return words_has_time(f->first_ms) ? f->first_ms : f->window_start_ms;
}

/* Of cells with one name the last counts, in its own place: an object has each name once. */
void finding_json_cells(struct json *j, const char *key, const struct cell *cells, size_t n)
{
    struct strmap last;

    if (n == 0)
        return;
    strmap_init(&last);
    for (size_t i = 0; i < n; i++)
        strmap_put(&last, cells[i].name, i);
    json_object(j, key);
    for (size_t i = 0; i < n; i++) {
        if (strmap_get(&last, cells[i].name) != i)
            continue;
        json_key(j, cells[i].name);
        json_text(j, NULL, cells[i].value);
    }
    json_end(j, '}');
    strmap_done(&last);
}

void finding_json_entities(struct json *j, const char *key, const struct finding *f)
{
    json_object(j, key);
    for (size_t e = 0; e < ENTITY_COUNT; e++)
        json_some_text(j, entity_name((enum entity)e), f->entity[e]);
    json_end(j, '}');
}

void finding_json_labels(struct json *j, const char *key, const struct finding *f)
{
    if (f->n_labels == 0)
        return;
    json_array(j, key);
    for (size_t i = 0; i < f->n_labels; i++) {
        const struct label *l = &f->labels[i];

        json_object(j, NULL);
        json_z(j, "kind", label_name(l->kind));
        json_some_text(j, "entry", l->entry);
        json_some_text(j, "owner", l->owner);
        json_some_text(j, "reason", l->reason);
        json_some_text(j, "ticket", l->ticket);
        json_some_count(j, "events", l->n_events);
        json_end(j, '}');
    }
    json_end(j, ']');
}

void finding_json_evidence(struct json *j, const char *key, const struct evidence *e)
{
    json_object(j, key);
    json_some_instant(j, "time", e->time_ms);
    json_some_text(j, "user", e->user);
    json_some_text(j, "source", e->source);
    json_some_text(j, "agent", e->agent);
    json_some_text(j, "code", e->code);
    json_text(j, "raw", e->raw);
    json_end(j, '}');
}

static void put_profile(struct json *j, const struct profile *p)
{
    json_object(j, "profile");
    json_count(j, "events", p->n_events);
    json_count(j, "users", p->n_users);
    json_count(j, "failed_users", p->n_failed_users);
    json_count(j, "success_users", p->n_success_users);
    json_real(j, "success_share", p->success_share);
    json_real(j, "events_per_user", p->events_per_user);
    json_real(j, "gap_median_s", p->gap_median_s);
    json_real(j, "gap_variation", p->gap_variation);
    json_real(j, "ordered_share", p->ordered_share);
    json_count(j, "agents", p->n_agents);
    json_count(j, "applications", p->n_applications);
    json_array(j, "hours");
    for (size_t i = 0; i < p->n_hours; i++) {
        json_object(j, NULL);
        json_some_instant(j, "start", p->hours[i].start_ms);
        json_count(j, "events", p->hours[i].n_events);
        json_count(j, "users", p->hours[i].n_users);
        json_end(j, '}');
    }
    json_end(j, ']');
    json_end(j, '}');
}

static void put_found_by(struct json *j, const struct finding *f)
{
    json_array(j, "found_by");
    for (size_t l = 0; l < QUERY_LANGUAGES; l++) {
        if (f->found_by[l])
            json_z(j, NULL, query_language_name((enum query_language)l));
    }
    json_end(j, ']');
}

static void put_numbers(struct json *j, const struct finding *f)
{
    json_some_instant(j, "window_start", f->window_start_ms);
    json_some_instant(j, "first_seen", f->first_ms);
    json_some_instant(j, "last_seen", f->last_ms);
    json_real(j, "value", f->value);
    json_some_count(j, "users", f->n_users);
    json_some_count(j, "events", f->n_events);
    json_real(j, "rate_per_min", f->rate_per_min);
    json_some_texts(j, "sample", f->sample, f->n_sample);
    json_count(j, "merged", f->n_merged);
}

void finding_json(struct json *j, const struct finding *f)
{
    const struct detection *d = f->detection;

    json_object(j, NULL);
    json_z(j, "id", f->id);
    json_some_text(j, "pack", d->pack->id);
    json_text(j, "detection", d->id);
    json_some_text(j, "title", d->title);
    json_z(j, "severity", severity_name(f->severity));
    json_some_text(j, "confidence", d->confidence);
    json_some_text(j, "verdict", f->verdict);
    json_some_texts(j, "attack", d->attack, d->n_attack);
    put_found_by(j, f);
    finding_json_entities(j, "entities", f);
    finding_json_cells(j, "keys", f->keys, f->n_keys);
    put_numbers(j, f);
    json_bool(j, "suppressed", f->suppressed);
    finding_json_labels(j, "labels", f);
    finding_json_cells(j, "row", f->row, f->n_row);
    if (f->n_evidence > 0) {
        json_array(j, "evidence");
        for (size_t i = 0; i < f->n_evidence; i++)
            finding_json_evidence(j, NULL, &f->evidence[i]);
        json_end(j, ']');
    }
    if (f->profile != NULL)
        put_profile(j, f->profile);
    json_end(j, '}');
}
