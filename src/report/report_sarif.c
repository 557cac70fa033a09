/* report_sarif.c - a SARIF 2.1.0 log: a rule for each detection of the packs, a result for each
 * finding, ATT&CK as a taxonomy, and what could not run as notifications.
 *
 * SARIF places a result in a file. A finding lies in logs that may be gone tomorrow, so its place
 * is the query that found it: what one would change to tune it. */
#include "report/attack.h"
#include "report/finding_json.h"
#include "report/sarif.h"
#include "report/words.h"
#include "util/hash.h"
#include "util/safe.h"

#define TAXONOMY "MITRE ATT&CK"

static const struct {
    const char *level;
    const char *security_severity; /* the score by which code scanning sorts: CVSS bands */
} severities[SEVERITY_COUNT] = {
    [SEVERITY_INFORMATIONAL] = {"note", "0.0"}, [SEVERITY_LOW] = {"note", "3.0"},
    [SEVERITY_MEDIUM] = {"warning", "5.5"},     [SEVERITY_HIGH] = {"error", "8.0"},
    [SEVERITY_CRITICAL] = {"error", "9.5"},
};

void sarif_put_message(struct json *j, const char *key, struct str s)
{
    json_object(j, key);
    json_text(j, "text", s);
    json_end(j, '}');
}

void sarif_put_location(struct json *j, struct str file, uint32_t line, uint32_t column,
                        uint32_t end_column)
{
    struct buf uri = {0};

    if (str_starts(file, STR("/")))
        buf_puts(&uri, "file://");
    safe_put_uri_path(&uri, file);
    json_object(j, "physicalLocation");
    json_object(j, "artifactLocation");
    json_text(j, "uri", buf_str(&uri));
    json_end(j, '}');
    json_object(j, "region");
    json_int(j, "startLine", line > 0 ? line : 1);
    if (column > 0)
        json_int(j, "startColumn", column);
    if (end_column > column)
        json_int(j, "endColumn", end_column);
    json_end(j, '}');
    json_end(j, '}');
    buf_done(&uri);
}

static void put_taxon(struct json *j, struct str id)
{
    json_text(j, "id", id);
    json_object(j, "toolComponent");
    json_z(j, "name", TAXONOMY);
    json_end(j, '}');
}

static void put_rule(struct json *j, const struct detection *d)
{
    struct attack a;
    struct buf url = {0};

    json_object(j, NULL);
    json_text(j, "id", d->id);
    sarif_put_message(j, "shortDescription", d->title.len > 0 ? d->title : d->id);
    if (d->description.len > 0)
        sarif_put_message(j, "fullDescription", d->description);
    attack_of(d->n_attack > 0 ? d->attack[0] : STR_NONE, &a);
    if (a.valid) {
        attack_put_url(&url, a.id);
        json_text(j, "helpUri", buf_str(&url));
    }
    json_object(j, "defaultConfiguration");
    json_z(j, "level", severities[d->severity].level);
    json_end(j, '}');
    json_array(j, "relationships");
    for (size_t i = 0; i < d->n_attack; i++) {
        json_object(j, NULL);
        json_object(j, "target");
        put_taxon(j, d->attack[i]);
        json_end(j, '}');
        json_array(j, "kinds");
        json_z(j, NULL, "relevant");
        json_end(j, ']');
        json_end(j, '}');
    }
    json_end(j, ']');
    json_object(j, "properties");
    json_z(j, "security-severity", severities[d->severity].security_severity);
    json_some_text(j, "precision", d->confidence);
    json_array(j, "tags");
    json_z(j, NULL, "security");
    for (size_t i = 0; i < d->n_attack; i++)
        json_text(j, NULL, d->attack[i]);
    json_end(j, ']');
    json_some_text(j, "pack", d->pack->id);
    json_end(j, '}');
    json_end(j, '}');
    buf_done(&url);
}

static void put_tool(struct json *j, const struct pack_set *set)
{
    json_object(j, "tool");
    json_object(j, "driver");
    json_z(j, "name", "Lanner");
    json_z(j, "version", LANNER_VERSION);
    json_z(j, "semanticVersion", LANNER_VERSION);
    json_array(j, "supportedTaxonomies");
    json_object(j, NULL);
    json_z(j, "name", TAXONOMY);
    json_end(j, '}');
    json_end(j, ']');
    json_array(j, "rules");
    for (size_t p = 0; p < set->n_packs; p++) {
        for (size_t i = 0; i < set->packs[p].n_detections; i++)
            put_rule(j, &set->packs[p].detections[i]);
    }
    json_end(j, ']');
    json_end(j, '}');
    json_end(j, '}');
}

/* Each technique once, in the order met. */
static void put_taxonomies(struct json *j, const struct pack_set *set)
{
    struct strmap seen;

    strmap_init(&seen);
    json_array(j, "taxonomies");
    json_object(j, NULL);
    json_z(j, "name", TAXONOMY);
    json_z(j, "organization", "MITRE");
    json_z(j, "informationUri", "https://attack.mitre.org/");
    json_array(j, "taxa");
    for (size_t p = 0; p < set->n_packs; p++) {
        for (size_t i = 0; i < set->packs[p].n_detections; i++) {
            const struct detection *d = &set->packs[p].detections[i];

            for (size_t k = 0; k < d->n_attack; k++) {
                struct attack a;

                attack_of(d->attack[k], &a);
                if (strmap_get(&seen, a.id) != SIZE_MAX)
                    continue;
                strmap_put(&seen, a.id, 1);
                json_object(j, NULL);
                json_text(j, "id", a.id);
                json_some_z(j, "name", a.name);
                json_end(j, '}');
            }
        }
    }
    json_end(j, ']');
    json_end(j, '}');
    json_end(j, ']');
    strmap_done(&seen);
}

static void put_notification(struct json *j, const char *level, struct str id, struct str text)
{
    json_object(j, NULL);
    json_z(j, "level", level);
    sarif_put_message(j, "message", text);
    if (id.len > 0) {
        json_object(j, "associatedRule");
        json_text(j, "id", id);
        json_end(j, '}');
    }
    json_end(j, '}');
}

static void put_outcome(struct json *j, const struct detection_outcome *o)
{
    struct buf text = {0};

    if (o->what == FAILED) {
        buf_puts(&text, o->err.text);
        put_notification(j, "error", o->detection->id, buf_str(&text));
    } else if (o->what == NO_SOURCE) {
        buf_puts(&text, "no events of its sources were seen: ");
        for (size_t i = 0; i < o->detection->n_sources; i++) {
            buf_puts(&text, i > 0 ? ", " : "");
            buf_put_str(&text, o->detection->sources[i]);
        }
        put_notification(j, "note", o->detection->id, buf_str(&text));
    }
    buf_done(&text);
}

static void put_invocation(struct json *j, const struct detect_result *result)
{
    json_array(j, "invocations");
    json_object(j, NULL);
    json_bool(j, "executionSuccessful", !result->failed);
    json_array(j, "toolExecutionNotifications");
    for (size_t i = 0; i < result->n_outcomes; i++)
        put_outcome(j, &result->outcomes[i]);
    for (size_t i = 0; words_gap(result, i) != NULL; i++)
        put_notification(j, "error", STR_NONE, str_z(words_gap(result, i)));
    json_end(j, ']');
    json_array(j, "toolConfigurationNotifications");
    for (size_t i = 0; i < result->packs->n_problems; i++) {
        const struct pack_problem *p = &result->packs->problems[i];

        json_object(j, NULL);
        json_z(j, "level", "error");
        sarif_put_message(j, "message", str_z(p->err.text));
        json_array(j, "locations");
        json_object(j, NULL);
        sarif_put_location(j, p->file, p->err.line, p->err.column, 0);
        json_end(j, '}');
        json_end(j, ']');
        json_end(j, '}');
    }
    json_end(j, ']');
    json_end(j, '}');
    json_end(j, ']');
}

static void put_place(struct json *j, const struct finding *f)
{
    const struct detection *d = f->detection;
    struct str file = d->query_file[d->preferred];
    struct buf who = {0};

    for (size_t l = 0; l < QUERY_LANGUAGES; l++) {
        if (f->found_by[l] && d->query_file[l].len > 0 &&
            (file.len == 0 || !f->found_by[d->preferred]))
            file = d->query_file[l];
    }
    words_put_who(&who, f, ", ", 200);
    json_array(j, "locations");
    json_object(j, NULL);
    sarif_put_location(j, file.len > 0 ? file : d->file, 1, 0, 0);
    json_array(j, "logicalLocations");
    json_object(j, NULL);
    json_text(j, "name", buf_str(&who));
    json_z(j, "kind", "resource");
    json_end(j, '}');
    json_end(j, ']');
    json_end(j, '}');
    json_end(j, ']');
    buf_done(&who);
}

static void put_suppressions(struct json *j, const struct finding *f)
{
    struct buf why = {0};

    json_array(j, "suppressions");
    for (size_t i = 0; f->suppressed && i < MAX(f->n_labels, 1); i++) {
        json_object(j, NULL);
        json_z(j, "kind", "external");
        json_z(j, "status", "accepted");
        buf_clear(&why);
        if (i < f->n_labels)
            words_put_label(&why, &f->labels[i]);
        json_some_text(j, "justification", buf_str(&why));
        json_end(j, '}');
    }
    json_end(j, ']');
    buf_done(&why);
}

/* The place of the detection's rule in driver.rules. */
static int64_t rule_index(const struct pack_set *set, const struct detection *d)
{
    int64_t n = 0;

    for (size_t p = 0; p < set->n_packs; p++) {
        for (size_t i = 0; i < set->packs[p].n_detections; i++, n++) {
            if (&set->packs[p].detections[i] == d)
                return n;
        }
    }
    return -1; /* SARIF's word for none */
}

static void put_result(struct json *j, const struct report *r, const struct finding *f)
{
    struct buf message = {0};

    words_put_message(&message, f);
    json_object(j, NULL);
    json_text(j, "ruleId", f->detection->id);
    json_int(j, "ruleIndex", rule_index(r->result->packs, f->detection));
    json_z(j, "level", severities[f->severity].level);
    sarif_put_message(j, "message", buf_str(&message));
    put_place(j, f);
    json_object(j, "partialFingerprints");
    json_z(j, "lannerFinding/v1", f->id);
    json_end(j, '}');
    if (f->n_events > 0 && f->n_events <= INT32_MAX)
        json_count(j, "occurrenceCount", f->n_events);
    if (r->options.show_suppressed) /* all results have it, or none (SARIF 3.27.23) */
        put_suppressions(j, f);
    json_object(j, "properties");
    json_z(j, "severity", severity_name(f->severity));
    json_some_text(j, "verdict", f->verdict);
    finding_json_entities(j, "entities", f);
    json_some_instant(j, "firstSeen", f->first_ms);
    json_some_instant(j, "lastSeen", f->last_ms);
    json_some_count(j, "users", f->n_users);
    json_some_count(j, "events", f->n_events);
    json_some_texts(j, "sample", f->sample, f->n_sample);
    finding_json_labels(j, "labels", f);
    json_end(j, '}');
    json_end(j, '}');
    buf_done(&message);
}

void report_sarif(const struct report *r)
{
    struct json j = {.out = r->out, .terminal = r->options.terminal, .pretty = true};

    json_object(&j, NULL);
    json_z(&j, "$schema", SARIF_SCHEMA);
    json_z(&j, "version", "2.1.0");
    json_array(&j, "runs");
    json_object(&j, NULL);
    put_tool(&j, r->result->packs);
    put_taxonomies(&j, r->result->packs);
    put_invocation(&j, r->result);
    json_z(&j, "columnKind", "utf16CodeUnits");
    json_array(&j, "results");
    for (size_t i = 0; i < r->result->n_findings; i++) {
        if (report_lists(r, &r->result->findings[i]))
            put_result(&j, r, &r->result->findings[i]);
    }
    json_end(&j, ']');
    json_end(&j, '}');
    json_end(&j, ']');
    json_end(&j, '}');
    buf_putc(r->out, '\n');
}
