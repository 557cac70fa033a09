/* rows.c - from windows to batches: the prefilter's search, the records, their fields, the push.
 *
 * With the prefilter, a line is looked at only when a literal stands in it; it is copied beside the
 * batch, so that one batch can take the few hits of many windows. Without it, values point into the
 * window and the batch is pushed before the window goes. */
#include <stdlib.h>

#include "scan/scan_int.h"

#define FIRST_ROWS     64
#define EXTRA_COLUMNS  24
#define MAX_COPIED     ((size_t)1024 * 1024) /* bytes copied beside one batch */
#define MAX_ARENA      ((size_t)16 * 1024 * 1024)
#define MAX_COPIED_ONE ((size_t)64 * 1024)
/* Windows read whole after one in which more than half of the bytes were hits. */
#define DENSE_WINDOWS 15
#define MIN_DENSE     ((size_t)64 * 1024)

struct rows {
    struct arena arena; /* of the batch */
    struct arena lines; /* lines copied; emptied between lines when no row is left */
    struct batch *b;    /* arena; NULL: none begun */
    uint32_t n, cap;
    uint32_t next_cap;
    uint32_t n_window; /* rows pushed since the window began */
    size_t copied;
    bool pinned;            /* some row points into the window */
    int64_t *times;         /* arena */
    uint64_t *wants;        /* arena; of each row: the consumers that may want it; screen only */
    uint8_t *own;           /* arena; of each row: a literal of job->own_literals is in its line */
    const char *own_next;   /* the next in the window; NULL: none follows */
    struct record *records; /* arena; only for searches */
    struct extractor_worker *extractor;
    struct search_worker *search; /* NULL: none */
    struct screen_worker *screen; /* NULL: none */
    unsigned n_dense;
    /* The record being read. */
    const struct piece *piece;
    uint64_t offset;
    /* The line looked at last for late literals, by its place in the window. */
    uint64_t line_start, line_end; /* the same: none */
    uint64_t line_without;         /* consumers whose literals are not in it */
    uint64_t line_known;           /* those it was looked at for */
};

/* Where a piece that is being split stands. */
struct piece {
    const struct window *win;
    uint64_t offset; /* of the piece in the window */
    bool is_copy;    /* its bytes stay when the window goes */
};

static bool late_wanted(void *ctx);

struct rows *rows_new(struct worker *w)
{
    struct rows *r = xcalloc(1, sizeof(*r));

    arena_init(&r->arena, (size_t)256 * 1024);
    arena_init(&r->lines, (size_t)64 * 1024);
    r->next_cap = w->job->kind == JOB_ROWS ? MIN(FIRST_ROWS, w->job->scan->o.batch_rows) : 1;
    r->extractor = extractor_worker_new(w->job->extractor);
    if (w->job->searches != NULL)
        r->search = search_worker_new(w->job->searches);
    if (w->job->screen != NULL) {
        r->screen = screen_worker_new(w->job->screen);
        screen_attach(r->screen, r->extractor);
        if (w->job->asks != NULL)
            extractor_worker_asks(r->extractor, w->job->asks, screen_open(r->screen));
        if (w->job->n_late > 0)
            extractor_worker_last(r->extractor, late_wanted, w);
    }
    return r;
}

void rows_free(struct rows *r)
{
    if (r == NULL)
        return;
    extractor_worker_free(r->extractor);
    search_worker_free(r->search);
    screen_worker_free(r->screen);
    arena_done(&r->arena);
    arena_done(&r->lines);
    free(r);
}

static bool is_before(const struct broken_at *a, const struct broken_at *b)
{
    return a->input != b->input ? a->input < b->input : a->position < b->position;
}

void broken_add(struct broken_at *list, size_t *n, struct broken_at at)
{
    size_t i = *n;

    while (i > 0 && is_before(&at, &list[i - 1]))
        i--;
    if (i >= FIRST_BROKEN)
        return;
    if (*n < FIRST_BROKEN)
        (*n)++;
    memmove(&list[i + 1], &list[i], (*n - i - 1) * sizeof(*list));
    list[i] = at;
}

static void report_broken(struct worker *w, const struct piece *p, uint64_t offset, bool too_long)
{
    const struct window *win = p->win;
    uint64_t in_window = p->offset + offset;
    struct broken_at at = {win->in->index, win->position + in_window, 0, too_long};

    w->n_unreadable++;
    /* Counting lines for those that are not shown would cost the square of a window. */
    if (win->line != UINT64_MAX &&
        (w->n_broken < FIRST_BROKEN || is_before(&at, &w->broken[FIRST_BROKEN - 1])))
        at.line = win->line + 1 + format_count_feeds(win->bytes.ptr, win->bytes.ptr + in_window);
    broken_add(w->broken, &w->n_broken, at);
}

/* ---- pushing ---- */

static bool in_interval(const struct plan_scan *spec, int64_t t)
{
    if (t == TIME_NONE)
        return true;
    if (spec->from_ns != TIME_NONE && t < spec->from_ns)
        return false;
    return spec->to_ns == TIME_NONE || t < spec->to_ns || (spec->to_included && t == spec->to_ns);
}

static bool is_done(const struct scan_consumer *c)
{
    return c->exec != NULL && c->push == NULL && exec_is_done(c->exec);
}

/* The batch as one consumer may change it: columns and selection of its own. */
static struct batch *batch_share(struct batch *b)
{
    struct arena *a = b->arena;
    struct batch *own = ARENA_NEW(a, struct batch);

    *own = *b;
    own->cols = ARENA_ARRAY(a, struct column, b->cap_cols);
    memcpy(own->cols, b->cols, b->n_cols * sizeof(*b->cols));
    if (b->open != NULL) {
        own->open = ARENA_ARRAY(a, struct open_row, b->n_rows);
        for (uint32_t i = 0; i < b->n_rows; i++) {
            struct open_row *row = &own->open[i];

            row->n = row->cap = b->open[i].n;
            row->fields = ARENA_ARRAY(a, struct open_field, row->n);
            if (row->n > 0)
                memcpy(row->fields, b->open[i].fields, row->n * sizeof(*row->fields));
        }
    }
    return own;
}

static struct sel select_rows(const struct job *job, const struct rows *r, size_t consumer)
{
    const struct plan_scan *spec = job->consumers[consumer].spec;
    bool own = r->own != NULL && job->has_own[consumer];
    struct sel sel = {NULL, 0};

    for (uint32_t i = 0; i < r->b->n_rows; i++) {
        if ((r->wants != NULL && (r->wants[i] >> consumer & 1) == 0) || (own && r->own[i] == 0) ||
            !in_interval(spec, r->times[i]))
            continue;
        if (sel.idx == NULL)
            sel.idx = arena_alloc(r->b->arena, (r->b->n_rows - i) * sizeof(*sel.idx));
        sel.idx[sel.n++] = i;
    }
    return sel;
}

static enum lanner_rc push_all(struct worker *w, struct lanner_err *err)
{
    struct job *job = w->job;
    struct rows *r = w->rows;
    bool any = false;

    for (size_t i = 0; i < job->n_consumers; i++) {
        const struct scan_consumer *c = &job->consumers[i];
        struct batch *b;
        struct sel sel;

        if (is_done(c))
            continue;
        any = true;
        sel = select_rows(job, r, i);
        if (sel.n == 0)
            continue;
        b = job->n_consumers > 1 ? batch_share(r->b) : r->b;
        b->sel = sel;
        if (c->push != NULL)
            TRY(c->push(c->push_ctx, w->number, b, err));
        else
            TRY(exec_push_scan(c->exec, c->scan, w->number, b, err));
    }
    if (!any)
        atomic_store(&job->stop, true); /* nothing that follows can change a result */
    return LANNER_OK;
}

static enum lanner_rc flush(struct worker *w, struct lanner_err *err)
{
    struct rows *r = w->rows;
    enum lanner_rc rc = LANNER_OK;

    if (r->b != NULL && r->n > 0) {
        r->b->n_rows = r->n;
        if (r->search != NULL)
            rc = search_run(r->search, r->b, (uint32_t)w->job->fields->n, r->records, err);
        if (rc == LANNER_OK)
            rc = push_all(w, err);
        atomic_fetch_add(&w->job->n_matched, r->n);
    }
    /* The next batch has room for what a window like this one gives. */
    r->n_window += r->n;
    r->next_cap = MIN(MAX(r->n_window + r->n_window / 8, FIRST_ROWS), w->job->scan->o.batch_rows);
    r->b = NULL;
    r->n = 0;
    r->pinned = false;
    arena_reset(&r->arena);
    return rc;
}

static void batch_begin(struct worker *w)
{
    struct rows *r = w->rows;
    const struct job *job = w->job;

    r->cap = MAX(r->next_cap, 1);
    r->b = batch_new(&r->arena, r->cap, job->n_cols, job->n_cols + EXTRA_COLUMNS,
                     job->kind == JOB_ROWS && job->fields->open);
    r->times = ARENA_ARRAY(&r->arena, int64_t, r->cap);
    if (job->own_literals != NULL)
        r->own = ARENA_ARRAY(&r->arena, uint8_t, r->cap);
    if (r->screen != NULL)
        r->wants = ARENA_ARRAY(&r->arena, uint64_t, r->cap);
    if (r->search != NULL)
        r->records = ARENA_ARRAY(&r->arena, struct record, r->cap);
}

/* ---- records ---- */

static void row_clear(struct batch *b, uint32_t row)
{
    for (uint32_t c = 0; c < b->n_cols; c++)
        b->cols[c].v[row] = VAL_ABSENT;
    if (b->open != NULL)
        b->open[row] = (struct open_row){0};
}

static bool any_interval(const struct job *job, int64_t t)
{
    for (size_t i = 0; i < job->n_consumers; i++) {
        if (in_interval(job->consumers[i].spec, t))
            return true;
    }
    return false;
}

static void note_time(struct worker *w, int64_t t)
{
    if (t == TIME_NONE)
        return;
    if (w->oldest == TIME_NONE || t < w->oldest)
        w->oldest = t;
    if (t > w->job->horizon_ns)
        w->newest_ahead = w->newest_ahead == TIME_NONE ? t : MAX(w->newest_ahead, t);
    else
        w->newest = w->newest == TIME_NONE ? t : MAX(w->newest, t);
}

static struct str id_text(const struct val *id, char room[VAL_PRINT_MAX])
{
    return val_is_null(id) ? STR_NONE : val_print(id, room);
}

/* Whether the record's row is kept. */
static bool row_wanted(struct worker *w, const struct extracted *got, struct ordinal at,
                       struct lanner_err *err, enum lanner_rc *rc)
{
    struct job *job = w->job;
    char room[VAL_PRINT_MAX];
    struct str id = job->seen != NULL ? id_text(&got->id, room) : STR_NONE;

    switch (job->kind) {
    case JOB_TIMES:
        note_time(w, got->event_ns);
        if (id.len > 0)
            *rc = seen_add(job->seen, got->kind, id, at, err);
        return false;
    case JOB_ROWS:
        break;
    }
    if (id.len > 0 && !seen_is_first(job->seen, got->kind, id, at))
        return false;
    return any_interval(job, got->event_ns);
}

/* Whether the consumers that have literals can want the record at that place of the window. Beyond
 * plain lines a record's values may stand elsewhere. */
static bool own_wanted(struct worker *w, const struct piece *p, uint64_t offset)
{
    const struct window *win = p->win;
    const char *start = win->bytes.ptr, *end = start + win->bytes.len;
    const char *at = start + p->offset + offset, *before, *after;

    if (!win->in->is_lines || win->in->no_prefilter || at >= end)
        return true;
    before = memrchr(start, '\n', (size_t)(at - start));
    after = memchr(at, '\n', (size_t)(end - at));
    before = before != NULL ? before + 1 : start;
    if (w->rows->own_next != NULL && w->rows->own_next < before)
        w->rows->own_next = literals_next(w->job->own_literals, before, end, NULL);
    return w->rows->own_next != NULL && (after == NULL || w->rows->own_next < after);
}

/* The line that the record stands in. A line of many records is looked for once. */
static void find_line(struct rows *r, uint64_t at)
{
    const struct window *win = r->piece->win;
    const char *start = win->bytes.ptr, *before, *after;

    if (at >= r->line_start && at < r->line_end)
        return;
    before = memrchr(start, '\n', (size_t)at);
    after = memchr(start + at, '\n', win->bytes.len - (size_t)at);
    r->line_start = before != NULL ? (uint64_t)(before + 1 - start) : 0;
    r->line_end = after != NULL ? (uint64_t)(after - start) : win->bytes.len;
    r->line_known = r->line_without = 0;
}

/* What is asked last about a record: whether the literals of those who still want it are in its
 * line. Beyond plain lines a record's values may stand elsewhere. */
static bool late_wanted(void *ctx)
{
    struct worker *w = ctx;
    struct rows *r = w->rows;
    const struct window *win = r->piece->win;
    uint64_t at = r->piece->offset + r->offset;
    const uint64_t *open = screen_open(r->screen);

    if (!win->in->is_lines || win->in->no_prefilter || at >= win->bytes.len)
        return true;
    for (size_t i = 0; i < w->job->n_late; i++) {
        const struct late_literals *late = &w->job->late[i];
        const char *line;

        if ((*open & late->consumer) == 0)
            continue;
        find_line(r, at);
        line = win->bytes.ptr + r->line_start;
        if ((r->line_known & late->consumer) == 0 &&
            literals_next(late->literals, line, win->bytes.ptr + r->line_end, NULL) == NULL)
            r->line_without |= late->consumer;
        r->line_known |= late->consumer;
        if ((r->line_without & late->consumer) != 0)
            screen_close(r->screen, late->consumer);
    }
    return *open != 0;
}

static enum lanner_rc row_add(struct worker *w, const struct record *rec, const struct piece *p,
                              uint64_t offset, struct lanner_err *err)
{
    struct rows *r = w->rows;
    struct extracted got = {.event_ns = TIME_NONE, .source = SIZE_MAX};
    struct ordinal at = ordinal_of(p->win->in->index, p->win->position + p->offset + offset);
    enum lanner_rc rc = LANNER_OK;
    bool keep = true;

    if ((rec->is_made ? rec->raw : rec->bytes).len > w->job->scan->max_record) {
        report_broken(w, p, offset, true);
        return LANNER_OK;
    }
    if (r->b == NULL)
        batch_begin(w);
    r->b->ord[r->n] = at;
    if (r->own != NULL) {
        r->own[r->n] = own_wanted(w, p, offset);
        extractor_worker_thin(r->extractor, r->own[r->n] != 0 ? NULL : w->job->own_names);
    }
    if (r->screen != NULL)
        screen_begin(r->screen);
    r->piece = p;
    r->offset = offset;
    switch (extractor_read(w->job->extractor, r->extractor, rec, r->b, r->n, &got)) {
    case EXTRACT_OK:
        break;
    case EXTRACT_UNWANTED:
        return LANNER_OK; /* the next record overwrites what was written to the row */
    case EXTRACT_BROKEN:
        report_broken(w, p, offset, false);
        keep = got.usable;
    }
    if (!keep || !row_wanted(w, &got, at, err, &rc)) {
        row_clear(r->b, r->n);
        return rc;
    }
    if (got.cut)
        atomic_fetch_add(&w->job->n_cut, 1);
    r->pinned |= !p->is_copy;
    r->times[r->n] = got.event_ns;
    if (r->wants != NULL)
        r->wants[r->n] = *screen_open(r->screen);
    if (r->search != NULL)
        r->records[r->n] = *rec;
    r->n++;
    return r->n == r->cap ? flush(w, err) : LANNER_OK;
}

/* Reads the records of a piece. */
static enum lanner_rc read_piece(struct worker *w, const struct piece *p, struct format_splitter *s,
                                 uint64_t *n_events, struct lanner_err *err)
{
    struct record rec;
    uint64_t offset = 0, n = 0;
    enum format_split found;
    enum lanner_rc rc = LANNER_OK;

    s->in = p->win->in->format;
    s->arena = &w->rows->arena;
    s->need_raw = w->job->need_raw;
    format_split_start(s);
    while (rc == LANNER_OK && (found = format_split_next(s, &rec, &offset)) != SPLIT_END) {
        n++;
        if (found == SPLIT_BROKEN)
            report_broken(w, p, offset, p->win->has_mark && p->win->mark.too_long);
        else
            rc = row_add(w, &rec, p, offset, err);
    }
    *n_events += n + s->n_skipped;
    if (s->n_uneven > 0)
        atomic_fetch_add(&w->job->n_uneven, s->n_uneven);
    if (rc == LANNER_OK && format_split_holds(s))
        rc = flush(w, err);
    format_split_done(s);
    return rc;
}

/* ---- windows ---- */

static enum lanner_rc read_whole(struct worker *w, const struct window *win, uint64_t *n_events,
                                 struct lanner_err *err)
{
    struct piece p = {.win = win};
    struct format_splitter s = {.window = win->bytes, .mark = win->has_mark ? &win->mark : NULL};

    return read_piece(w, &p, &s, n_events, err);
}

/* Lines with a hit, one after another. */
static enum lanner_rc read_hit_lines(struct worker *w, const struct window *win, uint64_t *n_events,
                                     struct lanner_err *err)
{
    struct rows *r = w->rows;
    const char *p = win->bytes.ptr, *end = p + win->bytes.len, *hit;
    size_t n_hit_bytes = 0;

    while ((hit = literals_next(w->job->literals, p, end, NULL)) != NULL) {
        const char *before = memrchr(p, '\n', (size_t)(hit - p));
        const char *line = before != NULL ? before + 1 : p;
        const char *after = memchr(hit, '\n', (size_t)(end - hit));
        struct piece piece = {.win = win, .offset = (uint64_t)(line - win->bytes.ptr)};
        struct format_splitter s = {0};

        after = after != NULL ? after + 1 : end;
        s.window = str_of(line, (size_t)(after - line));
        *n_events += format_count_lines(p, line);
        n_hit_bytes += s.window.len;
        if (s.window.len <= MAX_COPIED_ONE) {
            s.window = arena_str(&r->lines, s.window);
            r->copied += s.window.len;
            piece.is_copy = true;
        }
        TRY(read_piece(w, &piece, &s, n_events, err));
        if (r->copied > MAX_COPIED)
            TRY(flush(w, err));
        if (r->n == 0) { /* a push in the midst of a line leaves the line alone */
            arena_reset(&r->lines);
            r->copied = 0;
        }
        p = after;
    }
    *n_events += format_count_lines(p, end);
    if (n_hit_bytes > win->bytes.len / 2 && win->bytes.len >= MIN_DENSE)
        r->n_dense = DENSE_WINDOWS;
    return LANNER_OK;
}

/* The next hit of a window whose records are split one after another. */
struct hits {
    const struct literals *literals;
    const char *next; /* NULL: none follows */
    const char *end;
};

static bool hits_wanted(void *ctx, struct str record)
{
    struct hits *h = ctx;

    if (h->next != NULL && h->next < record.ptr)
        h->next = literals_next(h->literals, record.ptr, h->end, NULL);
    return h->next != NULL && h->next < record.ptr + record.len;
}

static enum lanner_rc read_hit_records(struct worker *w, const struct window *win,
                                       uint64_t *n_events, struct lanner_err *err)
{
    const char *start = win->bytes.ptr, *end = start + win->bytes.len;
    struct hits h = {.literals = w->job->literals, .end = end};
    struct piece p = {.win = win};
    struct format_splitter s = {.window = win->bytes, .mark = &win->mark};

    h.next = literals_next(h.literals, start, end, NULL);
    if (h.next == NULL && !win->mark.has_broken && !win->mark.has_built) {
        *n_events += win->mark.n_records;
        return LANNER_OK;
    }
    s.wanted = hits_wanted;
    s.wanted_ctx = &h;
    return read_piece(w, &p, &s, n_events, err);
}

enum lanner_rc rows_read_window(struct worker *w, const struct window *win, struct lanner_err *err)
{
    struct rows *r = w->rows;
    uint64_t n_events = 0;
    enum lanner_rc rc;

    if (win->position + win->bytes.len >= UINT64_C(1) << ORDINAL_POS_BITS)
        return err_set(err, LANNER_ERR_LIMIT, "%s: longer than the 1 TiB one input can be",
                       win->in->path);
    r->n_window = 0;
    r->line_start = r->line_end = 0;
    if (w->job->own_literals != NULL)
        r->own_next = literals_next(w->job->own_literals, win->bytes.ptr,
                                    win->bytes.ptr + win->bytes.len, NULL);
    if (w->job->literals == NULL || win->in->no_prefilter || r->n_dense > 0) {
        r->n_dense -= r->n_dense > 0;
        rc = read_whole(w, win, &n_events, err);
    } else if (win->has_mark) {
        rc = read_hit_records(w, win, &n_events, err);
    } else {
        rc = read_hit_lines(w, win, &n_events, err);
    }
    /* Records that were not kept leave their values in the arena. */
    if (rc == LANNER_OK && (r->pinned || r->n == 0 || r->arena.n_bytes > MAX_ARENA))
        rc = flush(w, err);
    atomic_fetch_add(&w->job->n_events, n_events);
    atomic_fetch_add(&w->job->n_bytes, win->bytes.len);
    return rc;
}

enum lanner_rc rows_finish(struct worker *w, struct lanner_err *err)
{
    return flush(w, err);
}
