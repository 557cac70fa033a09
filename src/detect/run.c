/* run.c - detect_run: choose the detections, ask all their queries in one pass, and make findings
 * of the rows. What lies behind the findings is the second pass's (behind.c). */
#include "detect/run.h"

#include <stdio.h>
#include <stdlib.h>

#include "util/suggest.h"

#define MAX_FINDINGS ((size_t)100000) /* of a run */
#define MAX_COLUMNS  32               /* that a query of whole events adds to them */

/* ---- Choosing -------------------------------------------------------------------------------- */

static bool fits_some(const struct run *r, struct str name)
{
    for (size_t p = 0; p < r->packs->n_packs; p++) {
        for (size_t i = 0; i < r->packs->packs[p].n_detections; i++) {
            const struct detection *d = &r->packs->packs[p].detections[i];

            for (size_t k = 0; k < d->n_parameters; k++) {
                struct str own = d->parameters[k].name;

                if (str_eq(name, own) ||
                    (name.len == d->id.len + 1 + own.len && str_starts(name, d->id) &&
                     name.ptr[d->id.len] == '.' && str_ends(name, own)))
                    return true;
            }
        }
    }
    return false;
}

static enum lanner_rc no_parameter(const struct run *r, struct str name, struct lanner_err *err)
{
    struct suggest near = suggest_start(name);
    char room[200];

    for (size_t p = 0; p < r->packs->n_packs; p++) {
        for (size_t i = 0; i < r->packs->packs[p].n_detections; i++) {
            const struct detection *d = &r->packs->packs[p].detections[i];

            for (size_t k = 0; k < d->n_parameters; k++)
                suggest_offer(&near, d->parameters[k].name);
        }
    }
    err_set(err, LANNER_ERR_USAGE, "no detection has a parameter '%.*s'",
            STR_ARG(str_of(name.ptr, MIN(name.len, 100))));
    if (suggest_print(&near, room, sizeof(room)))
        err_hint(err, "%s", room);
    return LANNER_ERR_USAGE;
}

static enum lanner_rc check_set(const struct run *r, struct lanner_err *err)
{
    for (size_t i = 0; i < r->options->n_set; i++) {
        struct str set = str_z(r->options->set[i]);
        size_t equals = str_find_char(set, '=');

        if (equals == SIZE_MAX || equals == 0)
            return err_set(err, LANNER_ERR_USAGE, "expected NAME=VALUE for a parameter, found '%s'",
                           r->options->set[i]);
        if (!fits_some(r, str_of(set.ptr, equals)))
            return no_parameter(r, str_of(set.ptr, equals), err);
    }
    return LANNER_OK;
}

static void set_parameters(struct run *r, struct chosen *c)
{
    const char *const *tuned = NULL;
    size_t n_tuned = 0;

    tuning_set(r->tuning, c->detection, &tuned, &n_tuned);
    c->n_set = n_tuned + r->options->n_set;
    c->set = ARENA_ARRAY(&r->arena, const char *, c->n_set);
    for (size_t i = 0; i < n_tuned; i++)
        c->set[i] = tuned[i];
    for (size_t i = 0; i < r->options->n_set; i++)
        c->set[n_tuned + i] = r->options->set[i];
}

static enum lanner_rc choose(struct run *r, struct lanner_err *err)
{
    size_t n = 0;

    for (size_t p = 0; p < r->packs->n_packs; p++)
        n += r->packs->packs[p].n_detections;
    r->chosen = ARENA_ARRAY(&r->arena, struct chosen, n);
    for (size_t p = 0; p < r->packs->n_packs; p++) {
        for (size_t i = 0; i < r->packs->packs[p].n_detections; i++) {
            const struct detection *d = &r->packs->packs[p].detections[i];
            struct chosen *c = &r->chosen[r->n_chosen];

            if (!detection_fits(d, r->options->only) || tuning_disabled(r->tuning, d))
                continue;
            c->detection = c->rows.detection = d;
            set_parameters(r, c);
            r->n_chosen++;
        }
    }
    if (r->n_chosen == 0 && n > 0 && r->options->only != NULL)
        return err_set(err, LANNER_ERR_USAGE, "no detection is called '%.100s'", r->options->only);
    return LANNER_OK;
}

/* ---- The first pass -------------------------------------------------------------------------- */

static void on_finding_row(struct request *q, const struct lanner_row *row)
{
    collector_row(q->collector, row);
}

static void on_group_row(struct request *q, const struct lanner_row *row)
{
    struct run *r = q->run;
    const struct chosen *c = &r->chosen[q->chosen];
    struct arena *a = q->more;
    struct finding f;

    arena_reset(a);
    found_read(c->detection, q->language, row, c->set, c->n_set, a, &f);
    tuning_on_group(r->tuning, c->detection, q->allow, &f);
}

/* The columns of requests for events that allow-lists took. */
static const char *const taken_fields[] = {LANNER_FIELD_ENTRY, LANNER_FIELD_SOURCE,
                                           LANNER_FIELD_USER};

static void on_taken_row(struct request *q, const struct lanner_row *row)
{
    struct run *r = q->run;
    struct arena *a = q->more;
    const struct lanner_value *entry = &row->values[0];

    arena_reset(a);
    if (row->n_columns < ARRAY_LEN(taken_fields) || entry->kind != LANNER_LONG)
        return;
    tuning_on_taken(r->tuning, r->chosen[q->chosen].detection, q->language, entry->integer,
                    value_print(&row->values[1], a), value_print(&row->values[2], a));
}

static void on_taken_reset(struct request *q)
{
    struct run *r = q->run;

    tuning_restart(r->tuning, r->chosen[q->chosen].detection, q->language);
}

static void add_outcome(struct run *r, const struct detection *d, enum query_language l,
                        const struct lanner_err *err)
{
    struct detection_outcome *o = &r->result->outcomes[r->result->n_outcomes++];

    *o = (struct detection_outcome){.detection = d, .language = l, .what = RAN};
    if (err != NULL) {
        o->what = FAILED;
        o->err = *err;
        r->result->failed = true;
    }
}

/* Adds a form of a detection's query. */
static enum lanner_rc add_form(struct run *r, struct request_list *l, const struct request *like,
                               enum lanner_form form, enum lanner_allow allow, request_row on_row,
                               void *more, struct lanner_err *err)
{
    const struct chosen *c = &r->chosen[like->chosen];
    struct request q = *like;
    struct lanner_variant v = {.form = form,
                               .allow = allow,
                               .from_ms = LANNER_TIME_OPEN,
                               .to_ms = LANNER_TIME_OPEN,
                               .fields = taken_fields,
                               .n_fields = ARRAY_LEN(taken_fields),
                               .detection = arena_strz(&r->arena, c->detection->id)};

    /* Whole events have the names of their kind of log; detections speak of canonical ones. */
    if (c->n_fields > 0 && on_row != on_taken_row) {
        v.form = LANNER_FORM_EVENTS;
        v.fields = c->fields;
        v.n_fields = c->n_fields;
    }
    TRY(lanner_query_variant(c->query[like->language], &v, &q.query, err));
    q.owned = true;
    q.allow = allow;
    q.on_row = on_row;
    q.more = more;
    q.reset = on_row == on_taken_row ? on_taken_reset : NULL;
    if (on_row == on_finding_row)
        q.collector = collector_new(c->detection, q.language, c->set, c->n_set, &r->result->arena);
    VEC_PUSH(l, q);
    return LANNER_OK;
}

/* What tuning has to know besides the rows. */
static enum lanner_rc add_tuning(struct run *r, struct request_list *l, const struct request *like,
                                 struct arena *scratch, struct lanner_err *err)
{
    if (tuning_has_lists(r->tuning)) {
        TRY(add_form(r, l, like, LANNER_FORM_ROWS, LANNER_ALLOW_IGNORE, on_finding_row, NULL, err));
        TRY(add_form(r, l, like, LANNER_FORM_EVENTS, LANNER_ALLOW_ONLY, on_taken_row, scratch,
                     err));
    }
    for (int a = LANNER_ALLOW_APPLY; a <= LANNER_ALLOW_IGNORE; a++) {
        if (tuning_wants_groups(r->tuning, (enum lanner_allow)a))
            TRY(add_form(r, l, like, LANNER_FORM_GROUPS, (enum lanner_allow)a, on_group_row,
                         scratch, err));
    }
    return LANNER_OK;
}

struct column_look {
    struct run *run;
    const char *names[MAX_COLUMNS];
    size_t n;
    bool whole; /* the record itself is a column: nothing was selected */
};

static void look_at_column(void *ctx, const struct lanner_column *column)
{
    struct column_look *look = ctx;
    struct str name = str_of(column->name.text, column->name.len);

    if (str_eqz(name, "@rawstring"))
        look->whole = true;
    else if (look->n < MAX_COLUMNS)
        look->names[look->n++] = arena_strz(&look->run->arena, name);
}

/* A single-event detection whose query gives whole events. */
static enum lanner_rc choose_fields(struct run *r, struct chosen *c, enum query_language lang,
                                    struct lanner_err *err)
{
    struct column_look look = {.run = r};

    c->n_fields = 0;
    if (lang != QUERY_CQL || !detection_is_single(c->detection))
        return LANNER_OK;
    TRY(lanner_query_columns(c->query[lang], look_at_column, &look, err));
    if (look.whole)
        detection_event_fields(c->detection, lang, look.names, look.n, &r->arena, &c->fields,
                               &c->n_fields);
    return LANNER_OK;
}

static enum lanner_rc add_requests(struct run *r, struct request_list *l, size_t i,
                                   enum query_language lang, struct arena *scratch,
                                   struct lanner_err *err)
{
    struct chosen *c = &r->chosen[i];
    struct request like = {.run = r, .chosen = i, .language = lang};
    struct request q = like;

    TRY(detection_prepare(c->detection, lang, r->session, c->set, c->n_set, &c->query[lang], err));
    TRY(choose_fields(r, c, lang, err));
    /* Entries that are meant for certain detections count in variants that name theirs. */
    if (c->n_fields > 0 || tuning_has_lists(r->tuning)) {
        TRY(add_form(r, l, &like, LANNER_FORM_ROWS, LANNER_ALLOW_APPLY, on_finding_row, NULL, err));
    } else {
        q.query = c->query[lang];
        q.on_row = on_finding_row;
        q.collector = collector_new(c->detection, lang, c->set, c->n_set, &r->result->arena);
        VEC_PUSH(l, q);
    }
    l->items[l->n - 1].main = true;
    return add_tuning(r, l, &like, scratch, err);
}

/* Adds what is asked for one detection in one language. */
static void add_detection(struct run *r, struct request_list *l, size_t i, enum query_language lang,
                          struct arena *scratch)
{
    struct chosen *c = &r->chosen[i];
    struct lanner_err err = {0};
    size_t before = l->n;

    if (add_requests(r, l, i, lang, scratch, &err) == LANNER_OK)
        return;
    /* Half of what tuning needs would tune wrongly: it did not run, and that is said. */
    while (l->n > before) {
        struct request *last = &l->items[--l->n];

        collector_free(last->collector);
        if (last->owned)
            lanner_query_free(last->query);
    }
    lanner_query_free(c->query[lang]);
    c->query[lang] = NULL;
    add_outcome(r, c->detection, lang, &err);
}

static bool runs_in(const struct run *r, const struct detection *d, enum query_language l)
{
    const bool *asked = r->options->language;

    if (!asked[QUERY_AQL] && !asked[QUERY_CQL])
        return l == d->preferred;
    return asked[l] && d->query[l].ptr != NULL;
}

static void add_all(struct run *r, struct request_list *l, struct arena *scratch)
{
    for (size_t i = 0; i < r->n_chosen; i++) {
        for (int lang = 0; lang < QUERY_LANGUAGES; lang++) {
            if (runs_in(r, r->chosen[i].detection, (enum query_language)lang))
                add_detection(r, l, i, (enum query_language)lang, scratch);
        }
    }
}

/* A detection fails as a whole: half of what tuning needs would tune wrongly. */
static void settle(struct run *r, struct request_list *l)
{
    for (size_t i = 0; i < l->n; i++) {
        struct request *q = &l->items[i];
        struct chosen *c = &r->chosen[q->chosen];
        const struct request *bad = q;

        if (!q->main)
            continue;
        for (size_t k = i; k < l->n && l->items[k].chosen == q->chosen &&
                           l->items[k].language == q->language && !bad->failed;
             k++)
            bad = &l->items[k];
        add_outcome(r, c->detection, q->language, bad->failed ? &bad->err : NULL);
    }
}

static void take_rows(struct run *r, struct request_list *l)
{
    for (size_t i = 0; i < l->n; i++) {
        struct request *q = &l->items[i];
        struct detection_rows *rows = &r->chosen[q->chosen].rows;

        if (q->failed || q->collector == NULL)
            continue;
        r->result->n_cut += collector_n_cut(q->collector);
        collector_finish(q->collector, q->main ? &rows->kept : &rows->all);
    }
    for (size_t i = 0; i < r->n_chosen; i++) { /* languages find the same things */
        findings_merge(&r->chosen[i].rows.kept, false, &r->result->arena);
        findings_merge(&r->chosen[i].rows.all, false, &r->result->arena);
    }
}

static enum lanner_rc first_pass(struct run *r, struct lanner_err *err)
{
    struct request_list list = {0};
    struct arena scratch;
    enum lanner_rc rc;

    arena_init(&scratch, 0);
    r->result->outcomes =
        ARENA_ARRAY(&r->result->arena, struct detection_outcome, r->n_chosen * QUERY_LANGUAGES);
    add_all(r, &list, &scratch);
    rc = requests_run(&list, &r->result->stats, err);
    if (rc == LANNER_OK) {
        settle(r, &list);
        take_rows(r, &list);
    }
    request_list_done(&list);
    arena_done(&scratch);
    return rc;
}

/* ---- Sources and clock ----------------------------------------------------------------------- */

static void on_source(void *ctx, const char *name, uint64_t n_records)
{
    struct run *r = ctx;

    strmap_put(&r->sources, str_z(name), (size_t)MIN(n_records, SIZE_MAX - 1));
}

static bool source_seen(const struct run *r, const struct detection *d)
{
    for (size_t i = 0; i < d->n_sources; i++) {
        if (strmap_get(&r->sources, d->sources[i]) != SIZE_MAX)
            return true;
    }
    return d->n_sources == 0;
}

/* What a detection found says more than the sources of the records that were looked at. */
static void mark_sources(struct run *r)
{
    for (size_t i = 0; i < r->result->n_outcomes; i++) {
        struct detection_outcome *o = &r->result->outcomes[i];
        bool found = false;

        for (size_t k = 0; k < r->n_chosen && !found; k++)
            found = r->chosen[k].detection == o->detection &&
                    r->chosen[k].rows.kept.n + r->chosen[k].rows.all.n > 0;
        if (o->what == RAN && !found && !source_seen(r, o->detection))
            o->what = NO_SOURCE;
    }
}

static bool on_clock(void *ctx, const struct lanner_row *row)
{
    int64_t *ms = ctx;
    const struct lanner_value *v = row_value(row, STR("clock"));

    if (v != NULL && value_time_ms(v) != LANNER_TIME_OPEN)
        *ms = value_time_ms(v);
    return true;
}

/* The session's clock, asked of a query that reads no log. */
static enum lanner_rc read_clock(struct run *r, struct lanner_err *err)
{
    static const char text[] = "createEvents([\"x\"]) | clock := now() | select([clock])";
    struct lanner_query *q = NULL;
    enum lanner_rc rc;

    TRY(lanner_query_prepare(r->session, text, sizeof(text) - 1, "cql", &q, err));
    rc = lanner_query_run(q, on_clock, &r->result->now_ms, NULL, err);
    lanner_query_free(q);
    return rc;
}

/* ---- Findings -------------------------------------------------------------------------------- */

static void set_rate(struct finding *f)
{
    double minutes;

    if (f->rate_per_min > 0 || f->first_ms == LANNER_TIME_OPEN)
        return;
    minutes = ((double)f->last_ms - (double)f->first_ms) / 60000;
    f->rate_per_min =
        (double)(f->n_users > 0 ? f->n_users : f->n_events) / (minutes < 1 ? 1 : minutes);
}

static size_t count_kept(const struct run *r)
{
    size_t n = 0;

    for (size_t i = 0; i < r->n_chosen; i++)
        n += r->chosen[i].rows.kept.n;
    return n;
}

/* All findings of all detections, named and in order; what is past the bound is counted. */
static void list_findings(struct run *r)
{
    struct detect_result *out = r->result;

    out->findings = ARENA_ARRAY(&out->arena, struct finding, count_kept(r));
    for (size_t i = 0; i < r->n_chosen; i++) {
        struct chosen *c = &r->chosen[i];
        int64_t suppress_ms = tuning_suppress_ms(r->tuning);
        enum severity severity;

        findings_suppress(&c->rows.kept, suppress_ms > 0 ? suppress_ms : c->detection->suppress_ms,
                          &out->arena);
        for (size_t k = 0; k < c->rows.kept.n; k++) {
            struct finding *f = &out->findings[out->n_findings++];

            *f = c->rows.kept.items[k];
            if (tuning_severity(r->tuning, c->detection, &severity))
                f->severity = severity;
            set_rate(f);
            finding_name(f);
        }
    }
    findings_sort(out->findings, out->n_findings);
    if (out->n_findings > MAX_FINDINGS) {
        out->n_cut += out->n_findings - MAX_FINDINGS;
        out->n_findings = MAX_FINDINGS;
    }
    out->cut = out->n_cut > 0;
}

static void apply_tuning(struct run *r)
{
    struct detection_rows *rows = ARENA_ARRAY(&r->arena, struct detection_rows, r->n_chosen);

    if (r->tuning == NULL)
        return;
    for (size_t i = 0; i < r->n_chosen; i++)
        rows[i] = r->chosen[i].rows;
    tuning_apply(r->tuning, r->result->now_ms, rows, r->n_chosen, &r->result->arena);
    for (size_t i = 0; i < r->n_chosen; i++)
        r->chosen[i].rows = rows[i];
}

static enum lanner_rc run_all(struct run *r, struct lanner_err *err)
{
    const struct detect_options *o = r->options;
    struct detect_result *out = r->result;

    TRY(check_set(r, err));
    TRY(tuning_open(o->tuning, r->session, r->packs, &r->tuning, err));
    TRY(choose(r, err));
    TRY(lanner_session_sources(r->session, on_source, r, err));
    if (o->stopped != NULL && o->stopped(o->stop_ctx)) /* what was looked at may be a part only */
        return err_set(err, LANNER_ERR_CANCELLED, "interrupted");
    TRY(read_clock(r, err));
    TRY(first_pass(r, err));
    mark_sources(r);
    apply_tuning(r);
    list_findings(r);
    TRY(behind_run(r, err));
    if (r->tuning != NULL) {
        tuning_finish(r->tuning, r->session, out->findings, out->n_findings, &out->arena);
        tuning_suppressions(r->tuning, r->session, &out->arena, &out->suppressions,
                            &out->n_suppressions);
        findings_sort(out->findings, out->n_findings);
    }
    out->failed |= out->stats.incomplete || r->packs->n_problems > 0;
    return LANNER_OK;
}

static void run_done(struct run *r)
{
    for (size_t i = 0; i < r->n_chosen; i++) {
        struct chosen *c = &r->chosen[i];

        finding_list_done(&c->rows.kept);
        finding_list_done(&c->rows.all);
        for (int l = 0; l < QUERY_LANGUAGES; l++)
            lanner_query_free(c->query[l]);
    }
    tuning_free(r->tuning);
    strmap_done(&r->sources);
    arena_done(&r->scratch);
    arena_done(&r->arena);
}

enum lanner_rc detect_run(const struct pack_set *packs, const struct detect_options *options,
                          struct detect_result **out, struct lanner_err *err)
{
    struct run r = {.packs = packs, .options = options, .session = options->session};
    enum lanner_rc rc;

    arena_init(&r.arena, 0);
    arena_init(&r.scratch, 0);
    strmap_init(&r.sources);
    r.result = xcalloc(1, sizeof(*r.result));
    arena_init(&r.result->arena, 0);
    r.result->packs = packs;
    rc = run_all(&r, err);
    if (rc == LANNER_OK)
        *out = r.result;
    else
        detect_result_free(r.result);
    run_done(&r);
    return rc;
}

void detect_result_free(struct detect_result *r)
{
    if (r == NULL)
        return;
    arena_done(&r->arena);
    free(r);
}
