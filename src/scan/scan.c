/* scan.c - opening a scan, running it, the first passes. See scan.h. */
#include "scan/scan.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "scan/scan_int.h"

#define DEFAULT_MAX_RECORD ((uint64_t)256 * 1024 * 1024)
#define PROGRESS_NS        (NS_PER_S / 5)
#define NS_PER_DAY         (INT64_C(86400) * NS_PER_S)

enum lanner_rc scan_open(const struct scan_options *o, struct scan **out, struct lanner_err *err)
{
    struct scan *s = xcalloc(1, sizeof(*s));
    enum lanner_rc rc = LANNER_ERR_USAGE;

    s->o = *o;
    s->o.n_workers = MAX(o->n_workers, 1);
    s->o.batch_rows = MAX(o->batch_rows, 1);
    s->max_record = o->max_record != 0 ? o->max_record : DEFAULT_MAX_RECORD;
    s->window_bytes = o->window_bytes != 0 ? o->window_bytes : WINDOW_BYTES;
    s->stdin_fd = -1;
    s->encoding = ENCODING_AUTO;
    if (o->format != NULL && (s->forced = format_named(str_z(o->format))) == NULL) {
        rc = err_set(err, rc, "no input format is named %s", o->format);
        err_hint(err, "ndjson, json, w3c, xml, csv, tsv, lines");
        goto out;
    }
    if (o->encoding != NULL && (s->encoding = encoding_named(o->encoding)) == ENCODING_AUTO) {
        rc = err_set(err, rc, "no encoding is named %s", o->encoding);
        err_hint(err, "utf-8, utf-16le, utf-16be, windows-1252");
        goto out;
    }
    rc = inputs_list(s, err);
    if (rc == LANNER_OK) {
        *out = s;
        s = NULL;
    }
out:
    scan_close(s);
    return rc;
}

void scan_keep_input(struct scan *s)
{
    s->several_passes = true;
}

void scan_with_repeats(struct scan *s, bool on)
{
    s->with_repeats = on;
}

void scan_heads_only(struct scan *s, bool on)
{
    s->heads_only = on;
}

const char *scan_input_name(const struct scan *s, uint64_t index)
{
    return index < s->inputs.n ? s->inputs.items[index]->path : "";
}

void scan_close(struct scan *s)
{
    if (s == NULL)
        return;
    inputs_free(s);
    seen_free(s->repeats);
    file_close(s->stdin_fd);
    free(s);
}

/* ---- workers ---- */

static void fill_stats(const struct job *job, struct lanner_stats *st)
{
    st->n_events += atomic_load(&job->n_events);
    st->n_matched += atomic_load(&job->n_matched);
    st->n_bytes += atomic_load(&job->n_bytes);
    st->n_bytes_on_disk += atomic_load(&job->n_disk);
    st->n_bytes_total = job->scan->total_bytes;
    st->n_unreadable += atomic_load(&job->n_unreadable);
    st->n_inputs += atomic_load(&job->n_inputs);
    st->n_duplicates += atomic_load(&job->n_duplicates);
}

static void report_progress(struct job *job)
{
    struct lanner_stats st = {0};
    int64_t now = clock_monotonic_ns();

    if (job->scan->o.progress == NULL || now < atomic_load(&job->next_progress_ns) ||
        atomic_exchange(&job->reporting, true))
        return;
    atomic_store(&job->next_progress_ns, now + PROGRESS_NS);
    fill_stats(job, &st);
    job->scan->o.progress(job->scan->o.progress_ctx, &st);
    atomic_store(&job->reporting, false);
}

static void merge_worker(struct job *job, const struct worker *w)
{
    lock_take(&job->lock);
    for (size_t i = 0; i < w->n_broken; i++)
        broken_add(job->broken, &job->n_broken, w->broken[i]);
    if (w->oldest != TIME_NONE && (job->oldest == TIME_NONE || w->oldest < job->oldest))
        job->oldest = w->oldest;
    /* TIME_NONE is the least number. */
    job->newest = MAX(job->newest, w->newest);
    job->newest_ahead = MAX(job->newest_ahead, w->newest_ahead);
    cond_wake_all(&job->changed); /* the job may have been stopped while others wait */
    lock_give(&job->lock);
    atomic_fetch_add(&job->n_unreadable, w->n_unreadable);
}

static void worker_init(struct worker *w, struct job *job, size_t number)
{
    memset(w, 0, sizeof(*w));
    w->job = job;
    w->number = (unsigned)number;
    w->cap = FORMAT_HEAD_MAX + TAIL_BYTES + job->scan->window_bytes;
    w->buf = xmalloc(w->cap);
    w->oldest = w->newest = w->newest_ahead = TIME_NONE;
    w->rows = rows_new(w);
}

static void worker_run(struct worker *w)
{
    struct window win;
    struct lanner_err err = {0};
    enum lanner_rc rc = LANNER_OK;

    while (rc == LANNER_OK && window_next(w, &win)) {
        rc = rows_read_window(w, &win, &err);
        window_done(w, &win);
        report_progress(w->job);
    }
    if (rc == LANNER_OK && !atomic_load(&w->job->failed))
        rc = rows_finish(w, &err);
    if (rc != LANNER_OK)
        job_fail(w->job, &err);
    merge_worker(w->job, w);
    rows_free(w->rows);
    free(w->buf);
}

struct crew {
    struct job *job;
    struct worker first;
};

static void crew_main(void *ctx, size_t number)
{
    struct crew *crew = ctx;
    struct worker own;

    if (number == 0) {
        worker_run(&crew->first);
        return;
    }
    worker_init(&own, crew->job, number);
    worker_run(&own);
}

/* ---- a run ---- */

static void note_broken(struct job *job)
{
    uint64_t n = atomic_load(&job->n_unreadable);
    struct scan *s = job->scan;
    char text[512];

    if (n == 0)
        return;
    job->incomplete = true;
    snprintf(text, sizeof(text), "%" PRIu64 " of %" PRIu64 " records could not be read", n,
             atomic_load(&job->n_events));
    scan_note(s, LANNER_NOTE_INPUT, text);
    for (size_t i = 0; i < job->n_broken; i++) {
        const struct broken_at *b = &job->broken[i];
        const struct scan_input *in = s->inputs.items[b->input];
        uint64_t line = b->line != 0 ? b->line : input_line(s, in, b->position);

        const char *what =
            b->too_long ? "a record longer than --max-record allows" : "not a readable record";

        if (line != 0)
            snprintf(text, sizeof(text), "%s:%" PRIu64 ": %s", in->path, line, what);
        else
            snprintf(text, sizeof(text), "%s: %s at byte %" PRIu64, in->path, what, b->position);
        scan_note(s, LANNER_NOTE_INPUT, text);
        if (job->first_fault.rc == LANNER_OK)
            (void)err_set(&job->first_fault, LANNER_ERR_INPUT, "%s", text);
    }
}

static void note_cut(struct job *job)
{
    uint64_t n = atomic_load(&job->n_cut);
    char text[200];

    if (n == 0)
        return;
    job->incomplete = true;
    snprintf(text, sizeof(text),
             "fields beyond %d, or deeper than %d, were left out of %" PRIu64 " records",
             JSON_MAX_FIELDS, JSON_MAX_DEPTH, n);
    scan_note(job->scan, LANNER_NOTE_INPUT, text);
}

/* How many there are is not said: with the prefilter not every row is looked at. */
static void note_uneven(struct job *job)
{
    if (atomic_load(&job->n_uneven) > 0)
        scan_note(
            job->scan, LANNER_NOTE_WARNING,
            "rows with more or fewer columns than their #Fields line names were read from the "
            "left as far as they go");
}

/* Fresh inputs for every run. Standard input is kept on disk when it will be read again. */
static enum lanner_rc inputs_ready(struct scan *s, bool keep_stdin, struct lanner_err *err)
{
    if (keep_stdin || s->stdin_read)
        return inputs_spool(s, err);
    inputs_reset(s);
    return LANNER_OK;
}

static enum lanner_rc job_run(struct job *job, struct lanner_err *err)
{
    struct scan *s = job->scan;
    struct crew crew = {.job = job};
    enum lanner_rc rc = LANNER_OK;

    lock_init(&job->lock);
    cond_init(&job->changed);
    job->oldest = job->newest = job->newest_ahead = TIME_NONE;
    atomic_store(&job->next_progress_ns, clock_monotonic_ns() + PROGRESS_NS);
    worker_init(&crew.first, job, 0);
    window_prime(&crew.first);
    if (job->literals != NULL && crew.first.have > 0)
        literals_sample(job->literals, crew.first.buf, MIN(crew.first.have, (size_t)65536));
    if (job->own_literals != NULL && crew.first.have > 0)
        literals_sample(job->own_literals, crew.first.buf, MIN(crew.first.have, (size_t)65536));
    for (size_t i = 0; i < job->n_late && crew.first.have > 0; i++)
        literals_sample(job->late[i].literals, crew.first.buf, MIN(crew.first.have, (size_t)65536));
    (void)threads_run(s->o.n_workers, crew_main, &crew);
    if (job->rc != LANNER_OK) {
        rc = job->rc;
        *err = job->err;
    }
    VEC_DONE(&job->open);
    cond_done(&job->changed);
    lock_done(&job->lock);
    return rc;
}

static bool needs_raw(const struct scan_fields *f)
{
    for (size_t i = 0; i < f->n; i++) {
        if (str_eqz(f->names[i], FIELD_RAW) || str_eqz(f->names[i], FIELD_ID))
            return true;
    }
    return f->open || f->n_searches > 0;
}

/* The first pass: times, and with dedup the ids too, once. */
static enum lanner_rc run_times(struct job *job, const struct source_set *set,
                                const struct source_options *so, struct lanner_err *err)
{
    static const struct scan_fields none = {0};
    struct source_options times_only = *so;
    struct scan *s = job->scan;
    struct extractor *x = NULL;
    enum lanner_rc rc;

    times_only.lazy_time = false;
    times_only.want_id = s->o.dedup && s->repeats == NULL;
    TRY(extractor_new(set, &times_only, NULL, 0, false, &x, err));
    job->kind = JOB_TIMES;
    job->extractor = x;
    job->fields = &none;
    if (times_only.want_id)
        job->seen = seen_new(s->o.budget);
    rc = inputs_ready(s, true, err);
    if (rc == LANNER_OK) {
        s->quiet = true; /* the run that follows says the same */
        rc = job_run(job, err);
        s->quiet = false;
    }
    extractor_free(x);
    if (job->seen != NULL)
        seen_close(job->seen);
    if (rc == LANNER_OK && job->seen != NULL)
        s->repeats = job->seen;
    else
        seen_free(job->seen);
    return rc;
}

static enum lanner_rc run_rows(struct job *job, struct lanner_stats *stats, struct lanner_err *err)
{
    struct scan *s = job->scan;
    enum lanner_rc rc;

    rc = job_run(job, err);
    note_broken(job);
    note_cut(job);
    note_uneven(job);
    if (stats != NULL) {
        fill_stats(job, stats);
        stats->incomplete |= job->incomplete || s->incomplete;
    }
    if (rc != LANNER_OK || !s->o.strict_input || !(job->incomplete || s->incomplete))
        return rc;
    *err = s->first_fault.rc != LANNER_OK ? s->first_fault : job->first_fault;
    return err->rc;
}

/* A consumer that wants every record must not make the others' work on it. */
static enum lanner_rc own_prefilters(struct job *job, struct lanner_err *err)
{
    const struct scan_fields *f = job->fields;

    if (job->literals != NULL || job->screen != NULL || job->n_consumers < 2 ||
        job->scan->o.no_prefilter)
        return LANNER_OK;
    job->has_own = xcalloc(job->n_consumers, sizeof(bool));
    TRY(prefilter_own_new(job->extractor, job->consumers, job->n_consumers, job->has_own,
                          &job->own_literals, err));
    job->own_names = xcalloc(f->n + 1, sizeof(bool));
    for (size_t i = 0; i < f->n && job->own_literals != NULL; i++) {
        job->own_names[i] = true;
        for (size_t c = 0; c < job->n_consumers; c++)
            job->own_names[i] &=
                job->has_own[c] || (job->consumers[c].schema != NULL &&
                                    schema_find(job->consumers[c].schema, f->names[i]) == NULL);
    }
    return LANNER_OK;
}

/* Which consumers ask for each field. */
static void list_asks(struct job *job)
{
    const struct scan_fields *f = job->fields;

    if (job->n_consumers < 2 || job->n_consumers > SCREEN_MAX_CONSUMERS)
        return;
    job->asks = xcalloc(f->n + 1, sizeof(*job->asks));
    for (size_t i = 0; i < f->n; i++) {
        for (size_t c = 0; c < job->n_consumers; c++) {
            const struct schema *schema = job->consumers[c].schema;

            if (schema == NULL || schema_find(schema, f->names[i]) != NULL)
                job->asks[i] |= UINT64_C(1) << c;
        }
    }
}

static enum lanner_rc make_screen(struct job *job, struct lanner_err *err)
{
    const struct scan_options *o = &job->scan->o;
    list_asks(job);
    /* Every record is to be checked. */
    TRY(screen_new(job->consumers, job->n_consumers, job->fields, !o->strict_input, &job->screen,
                   err));
    if (job->screen == NULL || job->asks == NULL || o->no_prefilter || o->strict_input)
        return LANNER_OK;
    return prefilter_late_new(job->extractor, job->consumers, job->n_consumers, job->late,
                              &job->n_late, err);
}

/* The ids to look out for, if any come again; their memory is the run's. */
static enum lanner_rc take_repeats(struct job *job, struct lanner_err *err)
{
    struct scan *s = job->scan;

    assert(!s->o.dedup || s->with_repeats || s->repeats != NULL);
    if (!scan_may_repeat(s))
        return LANNER_OK;
    if (s->o.budget != NULL && !budget_take(s->o.budget, seen_bytes(s->repeats)))
        return err_set(err, LANNER_ERR_MEMORY,
                       "the record ids that dedup remembers need more than the memory budget");
    job->seen = s->repeats;
    atomic_store(&job->n_duplicates, seen_n_repeats(s->repeats));
    return LANNER_OK;
}

enum lanner_rc scan_run(struct scan *s, const struct extractor *x, const struct scan_fields *fields,
                        const struct scan_consumer *consumers, size_t n, struct lanner_stats *stats,
                        struct lanner_err *err)
{
    struct job job = {.scan = s,
                      .extractor = x,
                      .fields = fields,
                      .consumers = consumers,
                      .n_consumers = n,
                      .kind = JOB_ROWS};
    enum lanner_rc rc = LANNER_OK;

    job.n_cols = (uint32_t)(fields->n + fields->n_searches);
    job.need_raw = needs_raw(fields);
    TRY(take_repeats(&job, err));
    rc = inputs_ready(s, s->several_passes, err);
    if (rc == LANNER_OK && fields->n_searches > 0)
        rc = search_new(x, fields, &job.searches, err);
    /* Lines that are passed over are not known to be readable. */
    if (rc == LANNER_OK && !s->o.no_prefilter && !s->o.strict_input)
        rc = prefilter_new(x, consumers, n, &job.literals, err);
    if (rc == LANNER_OK)
        rc = make_screen(&job, err);
    if (rc == LANNER_OK)
        rc = own_prefilters(&job, err);
    if (rc == LANNER_OK)
        rc = run_rows(&job, stats, err);
    literals_free(job.literals);
    literals_free(job.own_literals);
    for (size_t i = 0; i < job.n_late; i++)
        literals_free(job.late[i].literals);
    free(job.has_own);
    free(job.own_names);
    free(job.asks);
    search_free(job.searches);
    screen_free(job.screen);
    if (job.seen != NULL && s->o.budget != NULL)
        budget_give(s->o.budget, seen_bytes(job.seen));
    return rc;
}

enum lanner_rc scan_find_repeats(struct scan *s, const struct source_set *set,
                                 const struct source_options *so, struct lanner_err *err)
{
    struct job job = {.scan = s, .horizon_ns = INT64_MAX};

    return !s->o.dedup || s->repeats != NULL ? LANNER_OK : run_times(&job, set, so, err);
}

bool scan_may_repeat(const struct scan *s)
{
    return s->o.dedup && !s->with_repeats && (s->repeats == NULL || seen_n_repeats(s->repeats) > 0);
}

enum lanner_rc scan_time_range(struct scan *s, const struct source_set *set,
                               const struct source_options *so, int64_t real_now_ns,
                               int64_t *oldest, int64_t *newest, struct lanner_err *err)
{
    struct job job = {.scan = s};

    job.horizon_ns = real_now_ns > INT64_MAX - NS_PER_DAY ? INT64_MAX : real_now_ns + NS_PER_DAY;
    TRY(run_times(&job, set, so, err));
    *oldest = job.oldest;
    *newest = job.newest != TIME_NONE ? job.newest : job.newest_ahead;
    return LANNER_OK;
}
