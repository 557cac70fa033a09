/* test_run.c - runs one test: the events into a session of its own, the detection over it, and what
 * came of it against what was expected. */
#include "detect/test_run.h"

#include <stdlib.h>
#include <time.h>

#include "detect/compare.h"

#define MAX_ROWS     10000
#define MAX_NOTES    5
#define SHOWN_MISSES 3
#define SHOWN_BYTES  200

static int64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

static void broken(struct test_run *r, const struct lanner_err *err, const char *file)
{
    r->status = TEST_BROKEN;
    if (file != NULL && err->line > 0)
        buf_printf(&r->message, "%s:%u:%u: ", file, err->line, err->column);
    text_put_safe(&r->message, str_z(err->text), sizeof(err->text));
    buf_putc(&r->message, '\n');
    if (err->hint[0] != '\0') {
        text_put_safe(&r->message, str_z(err->hint), sizeof(err->hint));
        buf_putc(&r->message, '\n');
    }
}

/* Each note once, though several queries are run. */
static void on_note(void *ctx, const struct lanner_note *note)
{
    struct test_run *r = ctx;
    struct buf line = {0};

    if (note->kind != LANNER_NOTE_INPUT && note->kind != LANNER_NOTE_WARNING)
        return;
    buf_puts(&line, "note: ");
    text_put_safe(&line, str_z(note->text), SHOWN_BYTES);
    buf_putc(&line, '\n');
    if (r->notes.len <= MAX_NOTES * SHOWN_BYTES &&
        str_find(buf_str(&r->notes), buf_str(&line)) == SIZE_MAX)
        buf_put_str(&r->notes, buf_str(&line));
    buf_done(&line);
}

/* A session with the test's clock and events. Repeated records are dropped, as `detect` does. */
static enum lanner_rc open_session(struct test_run *r, struct lanner_session **out,
                                   struct lanner_err *err)
{
    struct lanner_session *s = lanner_session_new();
    const char *now = arena_strz(&r->arena, r->test->now);
    enum lanner_rc rc = lanner_session_set(s, "now", now, err);

    lanner_session_on_note(s, on_note, r);
    if (rc == LANNER_OK)
        rc = lanner_session_set(s, "threads", "1", err);
    if (rc == LANNER_OK)
        rc = lanner_session_set(s, "dedup", "1", err);
    if (rc == LANNER_OK)
        rc = lanner_session_set(s, "hints", "0", err);
    if (rc == LANNER_OK && r->test->format.len > 0)
        rc = lanner_session_set(s, "format", arena_strz(&r->arena, r->test->format), err);
    if (rc == LANNER_OK)
        rc = test_events_add(r->file, r->test, s, &r->n_given, err);
    if (rc == LANNER_OK) {
        *out = s;
        s = NULL;
    }
    lanner_session_free(s);
    return rc;
}

/* ---- Findings -------------------------------------------------------------------------------- */

/* The same detection as the only one of a set: other packs may have one of its id. */
struct lone_detection {
    struct pack_set set;
    struct pack pack;
    struct detection detection;
};

static void lone_detection_init(struct lone_detection *l, const struct detection *d)
{
    memset(l, 0, sizeof(*l));
    l->pack = *d->pack;
    l->detection = *d;
    l->detection.pack = &l->pack;
    l->pack.detections = &l->detection;
    l->pack.n_detections = 1;
    l->set.packs = &l->pack;
    l->set.n_packs = 1;
}

static void take_findings(struct test_run *r)
{
    const struct detect_result *result = r->result;

    r->findings.items = ARENA_ARRAY(&r->arena, struct found, result->n_findings + 1);
    for (size_t i = 0; i < result->n_findings; i++)
        r->findings.items[r->findings.n++].finding = &result->findings[i];
    r->n_duplicates += result->stats.n_duplicates;
    for (size_t i = 0; i < result->n_outcomes; i++) {
        if (result->outcomes[i].what == FAILED)
            broken(r, &result->outcomes[i].err, r->detection->query_file[r->language].ptr);
    }
    /* A test that expects nothing of nothing would always pass. */
    if (result->stats.n_events == 0 && r->n_given > 0 && r->status != TEST_BROKEN) {
        r->status = TEST_BROKEN;
        buf_puts(&r->message, "no record could be read from what the test gives\n");
    }
    if (result->failed && r->status != TEST_BROKEN) {
        r->status = TEST_BROKEN;
        buf_puts(&r->message, "not everything could be read\n");
    }
}

static void run_findings(struct test_run *r)
{
    struct lone_detection *lone = ARENA_NEW(&r->arena, struct lone_detection);
    struct detect_options options = {.set = r->test->set, .n_set = r->test->n_set};
    struct lanner_err err = {0};
    enum lanner_rc rc;

    lone_detection_init(lone, r->detection);
    options.language[r->language] = true;
    if (r->test->tuning.len > 0)
        options.tuning = r->test->tuning.ptr;
    rc = open_session(r, &options.session, &err);
    if (rc == LANNER_OK)
        rc = detect_run(&lone->set, &options, &r->result, &err);
    if (rc == LANNER_OK)
        take_findings(r);
    else
        broken(r, &err, NULL);
    lanner_session_free(options.session);
}

/* ---- Rows ------------------------------------------------------------------------------------ */

struct row_taker {
    struct arena *arena;
    VEC(struct found) rows;
    size_t max;
    bool cut;
};

static struct str cell_text(struct arena *a, const struct lanner_value *v)
{
    struct buf b = {0};
    struct str out;

    value_put(&b, v);
    out = arena_str(a, buf_str(&b));
    buf_done(&b);
    return out;
}

static bool on_row(void *ctx, const struct lanner_row *row)
{
    struct row_taker *t = ctx;
    struct found f = {0};
    struct cell *cells;

    if (t->rows.n == t->max) {
        t->cut = true;
        return false;
    }
    cells = ARENA_ARRAY(t->arena, struct cell, row->n_columns + row->n_open);
    for (size_t i = 0; i < row->n_columns + row->n_open; i++) {
        bool open = i >= row->n_columns;
        size_t k = open ? i - row->n_columns : i;
        const struct lanner_name *name = open ? &row->open_names[k] : &row->columns[k];

        cells[i].name = arena_str(t->arena, str_of(name->text, name->len));
        cells[i].value = cell_text(t->arena, open ? &row->open_values[k] : &row->values[k]);
    }
    f.cells = cells;
    f.n_cells = row->n_columns + row->n_open;
    VEC_PUSH(&t->rows, f);
    return true;
}

/* The rows of the query, or of its form without the conditions behind the grouping. */
static enum lanner_rc query_rows(struct test_run *r, enum lanner_form form, size_t max,
                                 struct found_list *out, struct lanner_err *err)
{
    struct row_taker taker = {.arena = &r->arena, .max = max};
    struct lanner_variant variant = {
        .form = form, .from_ms = LANNER_TIME_OPEN, .to_ms = LANNER_TIME_OPEN};
    struct lanner_session *session = NULL;
    struct lanner_query *query = NULL, *other = NULL;
    struct lanner_stats stats = {0};
    enum lanner_rc rc = open_session(r, &session, err);

    if (rc == LANNER_OK)
        rc = detection_prepare(r->detection, r->language, session, r->test->set, r->test->n_set,
                               &query, err);
    if (rc == LANNER_OK && form != LANNER_FORM_ROWS)
        rc = lanner_query_variant(query, &variant, &other, err);
    if (rc == LANNER_OK)
        rc = lanner_query_run(other != NULL ? other : query, on_row, &taker, &stats, err);
    if (rc == LANNER_ERR_STOPPED && taker.cut)
        rc = form != LANNER_FORM_ROWS
                 ? LANNER_OK
                 : err_set(err, LANNER_ERR_LIMIT, "the query gives more than %zu rows", max);
    if (rc == LANNER_OK) {
        out->n = taker.rows.n;
        out->items = ARENA_ARRAY(&r->arena, struct found, taker.rows.n + 1);
        if (taker.rows.n > 0)
            memcpy(out->items, taker.rows.items, taker.rows.n * sizeof(struct found));
    }
    r->n_duplicates += stats.n_duplicates;
    VEC_DONE(&taker.rows);
    lanner_query_free(other);
    lanner_query_free(query);
    lanner_session_free(session);
    return rc;
}

static void run_rows(struct test_run *r)
{
    struct lanner_err err = {0};

    if (query_rows(r, LANNER_FORM_ROWS, MAX_ROWS, &r->rows, &err) != LANNER_OK)
        broken(r, &err, r->detection->query_file[r->language].ptr);
}

/* ---- Against what was expected --------------------------------------------------------------- */

size_t test_run_count(const struct test_run *r)
{
    size_t n = 0;

    for (size_t i = 0; i < r->findings.n; i++)
        n += found_counts(&r->findings.items[i]);
    return n;
}

static size_t list_length(const struct yaml_node *list)
{
    return list != NULL && list->kind == YAML_SEQUENCE ? list->n : 0;
}

static void say_numbers(struct test_run *r, size_t expected, size_t found, const char *what)
{
    r->status = TEST_FAILED;
    buf_printf(&r->message, "expected %zu %s%s, found %zu\n", expected, what,
               expected == 1 ? "" : "s", found);
}

static void compare_list(struct test_run *r, const struct yaml_node *list,
                         const struct found_list *found, size_t n_found, const char *what,
                         struct pairing *p)
{
    match_pair(list, found, r->language, &r->arena, p);
    if (p->all)
        return;
    say_numbers(r, list_length(list), n_found, what);
    match_explain(list, found, p, r->language, &r->arena, &r->message);
}

static void list_findings(struct test_run *r, bool suppressed)
{
    size_t shown = 0;

    for (size_t i = 0; i < r->findings.n && shown < 10; i++) {
        if (found_counts(&r->findings.items[i]) == suppressed)
            continue;
        shown++;
        buf_puts(&r->message, suppressed ? "suppressed: " : "found: ");
        found_put(&r->findings.items[i], &r->arena, &r->message);
        buf_putc(&r->message, '\n');
    }
}

/* Where findings are missing: the groups of the query whatever their size. */
static void say_nearest(struct test_run *r)
{
    struct found_list groups = {0};
    struct lanner_err err = {0};

    list_findings(r, true);
    if (query_rows(r, LANNER_FORM_GROUPS, SHOWN_MISSES + 1, &groups, &err) != LANNER_OK)
        return; /* the form cannot be made: there is nothing to add */
    if (groups.n == 0)
        buf_puts(&r->message, "no event reaches the query's grouping\n");
    else
        buf_puts(&r->message, "its groups without the conditions behind the grouping:\n");
    for (size_t i = 0; i < groups.n && i < SHOWN_MISSES; i++) {
        buf_puts(&r->message, "      ");
        found_put(&groups.items[i], &r->arena, &r->message);
        buf_putc(&r->message, '\n');
    }
    if (groups.n > SHOWN_MISSES)
        buf_puts(&r->message, "      and more\n");
}

static void compare(struct test_run *r)
{
    const struct expectation *e = r->expected;
    size_t n = test_run_count(r);
    bool missing = false;

    if (e->none && n > 0) {
        say_numbers(r, 0, n, "finding");
        list_findings(r, false);
    }
    if (e->count != NULL && (uint64_t)e->n != n) {
        say_numbers(r, (size_t)e->n, n, "finding");
        list_findings(r, false);
        missing = n < (uint64_t)e->n;
    }
    if (e->findings != NULL) {
        compare_list(r, e->findings, &r->findings, n, "finding", &r->finding_pairs);
        missing = missing || n < list_length(e->findings);
    }
    if (e->rows != NULL) {
        compare_list(r, e->rows, &r->rows, r->rows.n, "row", &r->row_pairs);
        missing = missing || r->rows.n < list_length(e->rows);
    }
    if (missing)
        say_nearest(r);
    if (r->status == TEST_FAILED && r->n_duplicates > 0)
        buf_printf(&r->message, "note: repeated records were dropped: %llu\n",
                   (unsigned long long)r->n_duplicates);
}

void test_run_execute(struct test_run *r)
{
    const struct expectation *e = r->expected;
    int64_t start = now_ns();

    arena_init(&r->arena, 0);
    r->status = TEST_PASSED;
    if (e->none || e->findings != NULL || e->count != NULL)
        run_findings(r);
    if (e->rows != NULL && r->status == TEST_PASSED)
        run_rows(r);
    if (r->status == TEST_PASSED)
        compare(r);
    if (r->status != TEST_PASSED)
        buf_put_str(&r->message, buf_str(&r->notes));
    r->elapsed_ns = now_ns() - start;
}

void test_run_done(struct test_run *r)
{
    detect_result_free(r->result);
    buf_done(&r->message);
    buf_done(&r->notes);
    arena_done(&r->arena);
}
