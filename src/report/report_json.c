/* report_json.c - the whole result as one document: the findings as ndjson writes them, what became
 * of each detection, what was suppressed by which entry, files that could not be used, and the
 * statistics of the run. */
#include "report/finding_json.h"

static void put_error(struct json *j, const struct lanner_err *err)
{
    json_object(j, "error");
    json_z(j, "text", err->text);
    json_some_z(j, "hint", err->hint);
    json_some_count(j, "line", err->line);
    json_some_count(j, "column", err->column);
    json_end(j, '}');
}

static void put_outcomes(struct json *j, const struct detect_result *result)
{
    static const char *const words[] = {
        [RAN] = "ran", [NO_SOURCE] = "no source", [FAILED] = "failed"};

    json_array(j, "detections");
    for (size_t i = 0; i < result->n_outcomes; i++) {
        const struct detection_outcome *o = &result->outcomes[i];

        json_object(j, NULL);
        json_some_text(j, "pack", o->detection->pack->id);
        json_text(j, "detection", o->detection->id);
        json_some_text(j, "title", o->detection->title);
        json_z(j, "outcome", words[o->what]);
        json_z(j, "language", query_language_name(o->language));
        json_some_texts(j, "sources", o->detection->sources, o->detection->n_sources);
        if (o->what == FAILED)
            put_error(j, &o->err);
        json_end(j, '}');
    }
    json_end(j, ']');
}

static void put_suppressions(struct json *j, const struct detect_result *result)
{
    json_array(j, "suppressions");
    for (size_t i = 0; i < result->n_suppressions; i++) {
        const struct suppression *s = &result->suppressions[i];

        json_object(j, NULL);
        json_some_z(j, "file", s->entry.file);
        json_some_count(j, "line", s->entry.line);
        json_some_z(j, "kind", s->entry.kind);
        json_some_z(j, "value", s->entry.value);
        json_some_z(j, "owner", s->entry.owner);
        json_some_z(j, "reason", s->entry.reason);
        json_some_z(j, "ticket", s->entry.ticket);
        json_some_z(j, "expires", s->entry.expires);
        json_bool(j, "expired", s->entry.is_expired);
        json_count(j, "events", s->n_events);
        json_count(j, "sources", s->n_sources);
        json_count(j, "users", s->n_users);
        json_count(j, "findings", s->n_findings);
        json_end(j, '}');
    }
    json_end(j, ']');
}

static void put_packs(struct json *j, const struct pack_set *set)
{
    json_array(j, "packs");
    for (size_t i = 0; i < set->n_packs; i++) {
        json_object(j, NULL);
        json_text(j, "id", set->packs[i].id);
        json_some_text(j, "title", set->packs[i].title);
        json_some_text(j, "version", set->packs[i].version);
        json_end(j, '}');
    }
    json_end(j, ']');
    json_array(j, "problems");
    for (size_t i = 0; i < set->n_problems; i++) {
        json_object(j, NULL);
        json_text(j, "file", set->problems[i].file);
        put_error(j, &set->problems[i].err);
        json_end(j, '}');
    }
    json_end(j, ']');
}

static void put_summary(struct json *j, const struct detect_result *result)
{
    struct report_counts counts;

    report_count(result, &counts);
    json_object(j, "summary");
    json_count(j, "findings", counts.n);
    for (size_t s = SEVERITY_COUNT; s-- > 0;)
        json_count(j, severity_name((enum severity)s), counts.by_severity[s]);
    json_count(j, "authorised", counts.n_authorised);
    json_count(j, "suppressed", counts.n_suppressed);
    json_bool(j, "failed", result->failed);
    if (result->interrupted) /* some or all findings are without evidence and profile */
        json_bool(j, "interrupted", true);
    if (result->cut)
        json_count(j, "rows_cut", result->n_cut);
    json_end(j, '}');
}

/* Nothing of the clock on the wall or of the machine: two runs over the same logs give the same
 * bytes. */
static void put_stats(struct json *j, const struct lanner_stats *s)
{
    json_object(j, "statistics");
    json_count(j, "events", s->n_events);
    json_count(j, "bytes", s->n_bytes);
    json_count(j, "inputs", s->n_inputs);
    json_count(j, "unreadable", s->n_unreadable);
    json_count(j, "duplicates", s->n_duplicates);
    json_bool(j, "incomplete", s->incomplete);
    json_end(j, '}');
}

void report_json(const struct report *r)
{
    struct json j = {.out = r->out, .terminal = r->options.terminal, .pretty = true};

    json_object(&j, NULL);
    json_object(&j, "lanner");
    json_z(&j, "version", LANNER_VERSION);
    json_some_instant(&j, "clock", r->result->now_ms);
    json_end(&j, '}');
    put_summary(&j, r->result);
    json_array(&j, "findings");
    for (size_t i = 0; i < r->result->n_findings; i++) {
        if (report_lists(r, &r->result->findings[i]))
            finding_json(&j, &r->result->findings[i]);
    }
    json_end(&j, ']');
    put_outcomes(&j, r->result);
    put_suppressions(&j, r->result);
    put_packs(&j, r->result->packs);
    put_stats(&j, &r->result->stats);
    json_end(&j, '}');
    buf_putc(r->out, '\n');
}
