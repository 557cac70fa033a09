/* window.c - windows of whole records for workers.
 *
 * A plain line file is cut into stretches; a worker takes one and reads it window by window on its
 * own: a line belongs to the stretch in which it starts. Every other input is read, decompressed
 * and cut in order: the worker that finds it free (`busy`) makes the next window in its own buffer,
 * lets it go, and works on the window while another makes the one after it. No lock is held during
 * either. */
#include <stdio.h>
#include <stdlib.h>

#include "scan/scan_int.h"

void job_fail(struct job *job, const struct lanner_err *err)
{
    lock_take(&job->lock);
    if (job->rc == LANNER_OK) {
        job->rc = err->rc;
        job->err = *err;
    }
    atomic_store(&job->failed, true);
    atomic_store(&job->stop, true);
    cond_wake_all(&job->changed);
    lock_give(&job->lock);
}

static void buf_room(struct worker *w, size_t need)
{
    if (need <= w->cap)
        return;
    w->cap = MAX(need, MIN(w->cap * 2, need + ((size_t)64 << 20)));
    w->buf = xrealloc(w->buf, w->cap);
}

/* A long record once made the buffer large: give that back. */
static void buf_trim(struct worker *w)
{
    size_t usual = FORMAT_HEAD_MAX + w->job->scan->window_bytes;

    if (w->cap > 16 * usual && w->have <= usual) {
        w->cap = 2 * usual;
        w->buf = xrealloc(w->buf, w->cap);
    }
}

static void count_disk(struct worker *w, uint64_t n)
{
    atomic_fetch_add(&w->job->n_disk, n);
}

/* Whether the run was cancelled: then the job has failed. */
static bool is_cancelled(struct job *job)
{
    const volatile int *cancel = job->scan->o.cancel;
    struct lanner_err err = {0};

    if (cancel == NULL || *cancel == 0)
        return false;
    (void)err_set(&err, LANNER_ERR_CANCELLED, "cancelled");
    job_fail(job, &err);
    return true;
}

static void report_long(struct worker *w, const struct scan_input *in, uint64_t position,
                        uint64_t line)
{
    struct broken_at at = {in->index, position, line == UINT64_MAX ? 0 : line + 1, true};

    w->n_unreadable++;
    atomic_fetch_add(&w->job->n_events, 1);
    broken_add(w->broken, &w->n_broken, at);
}

/* ---- stretches of plain line files ---- */

static void stretch_begin(struct worker *w, struct scan_input *in, uint64_t k)
{
    uint64_t start = in->first + k * in->stretch_bytes;

    w->in = in;
    w->in_stretch = true;
    w->in_long = false;
    w->stretch_end = MIN(start + in->stretch_bytes, in->size);
    /* From one byte before: a line feed there means that the stretch begins with a line. */
    w->at_line_start = k == 0;
    w->pos = k == 0 ? start : start - 1;
    w->have = w->used = 0;
}

/* Reads on behind what is in the buffer; what was given is dropped. False at the end of the file.
 */
static bool stretch_fill(struct worker *w)
{
    struct scan_input *in = w->in;
    struct lanner_err err = {0};
    uint64_t end;
    size_t want, n = 0;

    w->have -= w->used;
    memmove(w->buf, w->buf + w->used, w->have);
    w->pos += w->used;
    w->used = 0;
    end = w->pos + w->have;
    want = MAX(w->job->scan->window_bytes, w->have); /* long lines: not too many steps */
    if (end < w->stretch_end)
        want = (size_t)MIN((uint64_t)want, w->stretch_end - end);
    else
        want = MIN(want, MAX(TAIL_BYTES, w->have));
    want = (size_t)MIN((uint64_t)want, in->size - end);
    if (want == 0)
        return false;
    buf_room(w, w->have + want);
    if (in->bytes != NULL) {
        memcpy(w->buf + w->have, in->bytes + end, want);
        n = want;
    } else if (file_read_at(in->fd, w->buf + w->have, want, end, &n, &err) != LANNER_OK) {
        input_fault(w->job, in, err.text);
        n = 0;
    } else if (n == 0) {
        input_fault(w->job, in, "became shorter while it was read");
    }
    count_disk(w, n);
    w->have += n;
    return n > 0;
}

/* Goes on to the next line's start; false when the stretch ends before. */
static bool stretch_seek_line(struct worker *w)
{
    while (!w->at_line_start) {
        char *nl = w->have > w->used ? memchr(w->buf + w->used, '\n', w->have - w->used) : NULL;

        w->used = nl != NULL ? (size_t)(nl + 1 - w->buf) : w->have;
        w->at_line_start = nl != NULL;
        if (nl == NULL && (w->pos + w->have >= w->stretch_end || !stretch_fill(w)))
            return false;
    }
    w->in_long = false;
    return w->pos + w->used < w->stretch_end;
}

/* How far whole lines of this stretch reach in the buffer; 0: more is needed. */
static size_t stretch_cut(const struct worker *w, size_t searched)
{
    const char *nl = NULL;
    size_t from = MAX(w->used, searched);
    size_t last; /* of the bytes at which a line of this stretch may end first */

    if (w->pos + w->have >= w->stretch_end) {
        last = (size_t)(w->stretch_end - 1 - w->pos);
        if (last < w->have)
            nl = memchr(w->buf + last, '\n', w->have - last);
        if (nl != NULL)
            return (size_t)(nl + 1 - w->buf);
        if (w->pos + w->have >= w->in->size)
            return w->have;
    }
    if (w->have > from)
        nl = memrchr(w->buf + from, '\n', w->have - from);
    return nl != NULL ? (size_t)(nl + 1 - w->buf) : 0;
}

static bool stretch_next(struct worker *w, struct window *out)
{
    size_t searched = 0, to;

    for (;;) {
        if (!stretch_seek_line(w) || is_cancelled(w->job))
            return false;
        to = stretch_cut(w, searched);
        if (to > w->used)
            break;
        if (w->have - w->used > w->job->scan->max_record + RECORD_SLACK) {
            report_long(w, w->in, w->pos + w->used, UINT64_MAX);
            w->at_line_start = false;
            w->in_long = true;
            w->used = w->have;
            continue;
        }
        searched = w->have - w->used; /* what is kept moves to the front */
        if (!stretch_fill(w)) {
            to = w->have;
            if (to == w->used)
                return false;
            break;
        }
    }
    memset(out, 0, sizeof(*out));
    out->in = w->in;
    out->bytes = str_of(w->buf + w->used, to - w->used);
    out->position = w->pos + w->used;
    out->line = UINT64_MAX;
    w->used = to;
    return true;
}

/* ---- inputs that are read in order ---- */

static void stream_read(struct worker *w, struct scan_input *in, size_t upto)
{
    struct lanner_err err = {0};
    char what[600];
    size_t n = 0;

    buf_room(w, upto + 4);
    while (!in->at_end && w->have < upto) {
        size_t want = MAX(upto - w->have, (size_t)4);
        enum lanner_rc rc = feed_read(in->feed, w->buf + w->have, want, &n, &err);

        if (rc == LANNER_ERR_CANCELLED) {
            job_fail(w->job, &err);
            in->at_end = true;
        } else if (rc != LANNER_OK) {
            snprintf(what, sizeof(what), "%s; what came before was read", err.text);
            input_fault(w->job, in, what);
            in->at_end = true;
        } else if (n == 0) {
            in->at_end = true;
            if (feed_note(in->feed) != NULL) {
                snprintf(what, sizeof(what), "%s: %s", in->path, feed_note(in->feed));
                scan_note(w->job->scan, LANNER_NOTE_WARNING, what);
            }
        } else {
            w->have += n;
        }
    }
    n = (size_t)(feed_consumed(in->feed) - in->consumed);
    in->consumed += n;
    count_disk(w, n);
}

static void stream_drop(struct worker *w, struct scan_input *in, size_t n)
{
    in->position += n;
    in->line += format_count_feeds(w->buf, w->buf + n);
    w->have -= n;
    memmove(w->buf, w->buf + n, w->have);
}

/* Whole lines at the beginning of n bytes; 0: more is needed. */
static size_t cut_lines(struct worker *w, struct scan_input *in, size_t n, bool at_end)
{
    const char *nl = memrchr(w->buf, '\n', n);

    if (nl != NULL)
        return (size_t)(nl + 1 - w->buf);
    if (at_end)
        return n;
    if (n <= w->job->scan->max_record + RECORD_SLACK)
        return 0;
    report_long(w, in, in->position, in->line);
    in->in_long = true;
    stream_drop(w, in, n);
    return 0;
}

/* Passes over the rest of a line that is too long. */
static void skip_line(struct worker *w, struct scan_input *in)
{
    const char *nl = memchr(w->buf, '\n', w->have);

    in->in_long = nl == NULL;
    stream_drop(w, in, nl != NULL ? (size_t)(nl + 1 - w->buf) : w->have);
}

/* Makes the next window in the worker's buffer (where the head may be already). */
static bool stream_next(struct worker *w, struct scan_input *in, struct window *out)
{
    size_t step = w->job->scan->window_bytes, give = step, n, used = 0;
    uint64_t most = MAX(w->job->scan->max_record + RECORD_SLACK, (uint64_t)FORMAT_HEAD_MAX) + 1;

    memset(out, 0, sizeof(*out));
    if (w->have == 0 && in->rest.len > 0) {
        buf_room(w, in->rest.len);
        memcpy(w->buf, in->rest.ptr, in->rest.len);
        w->have = in->rest.len;
    }
    while (used == 0) {
        stream_read(w, in, give);
        n = MIN(give, w->have);
        if (n == 0 || atomic_load(&w->job->stop) || is_cancelled(w->job))
            return false;
        if (in->in_long)
            skip_line(w, in);
        else if (in->is_lines)
            used = cut_lines(w, in, n, in->at_end && n == w->have);
        else
            used =
                format_cut(in->cutter, str_of(w->buf, n), in->at_end && n == w->have, &out->mark);
        if (used == 0) {
            format_mark_done(&out->mark);
            give = (size_t)MIN((uint64_t)give * 2, most);
        }
    }
    out->in = in;
    out->has_mark = !in->is_lines;
    out->bytes = str_of(w->buf, used);
    out->position = in->position;
    out->line = in->line;
    in->position += used;
    in->line += format_count_feeds(w->buf, w->buf + used);
    buf_clear(&in->rest);
    buf_put(&in->rest, w->buf + used, w->have - used);
    return true;
}

/* ---- sharing out ---- */

/* Takes what can be taken at once; the lock is held. *stream is an input to be cut. */
static bool take(struct job *job, struct worker *w, struct scan_input **stream)
{
    *stream = NULL;
    for (size_t i = 0; i < job->open.n; i++) {
        struct scan_input *in = job->open.items[i];

        if (in->exhausted || in->busy)
            continue;
        in->n_users++;
        if (!in->parallel) {
            in->busy = true;
            w->have = w->used = 0; /* what a stretch left behind is none of this input */
            *stream = in;
            return true;
        }
        stretch_begin(w, in, in->next_stretch++);
        in->exhausted = in->next_stretch >= in->n_stretches;
        return true;
    }
    return false;
}

/* Lets go of an input; closes it when nothing is left to do with it. */
static void release(struct job *job, struct scan_input *in)
{
    bool last;

    lock_take(&job->lock);
    in->n_users--;
    last = in->exhausted && in->n_users == 0 && !in->busy;
    for (size_t i = 0; last && i < job->open.n; i++) {
        if (job->open.items[i] != in)
            continue;
        memmove(&job->open.items[i], &job->open.items[i + 1], (job->open.n - i - 1) * sizeof(in));
        job->open.n--;
        break;
    }
    cond_wake_all(&job->changed);
    lock_give(&job->lock);
    if (last)
        input_close(in);
}

static bool make_stream_window(struct worker *w, struct scan_input *in, struct window *out)
{
    struct job *job = w->job;
    bool made = stream_next(w, in, out);

    lock_take(&job->lock);
    in->busy = false;
    in->exhausted = !made || (in->at_end && in->rest.len == 0) || job->scan->heads_only;
    cond_wake_one(&job->changed);
    lock_give(&job->lock);
    w->have = w->used = 0;
    if (!made)
        release(job, in);
    else
        w->in = in;
    return made;
}

/* Opens the next input; true when it is this worker's to go on with (*stream: to be cut). */
static bool open_next(struct worker *w, struct scan_input *in, struct scan_input **stream)
{
    struct job *job = w->job;
    size_t head;
    bool ok;

    *stream = NULL;
    buf_trim(w);
    ok = input_open(w, in);
    head = w->have;
    lock_take(&job->lock);
    job->n_opening--;
    if (ok) {
        in->n_users = 1;
        VEC_PUSH(&job->open, in);
        in->busy = !in->parallel;
        in->next_stretch = 1;
        in->exhausted = in->parallel && (in->n_stretches <= 1 || job->scan->heads_only);
    }
    cond_wake_all(&job->changed);
    lock_give(&job->lock);
    if (!ok) {
        input_close(in);
        return false;
    }
    if (!in->parallel) {
        *stream = in;
        return true;
    }
    stretch_begin(w, in, 0);
    if (job->scan->heads_only)
        w->stretch_end = MIN(w->stretch_end, in->first + HEAD_BYTES);
    if (head <= job->scan->window_bytes) { /* tests ask for less */
        w->have = (size_t)MIN((uint64_t)head, in->size - in->first);
        count_disk(w, w->have);
    }
    return true;
}

enum claimed { CLAIM_NOTHING, CLAIM_STRETCH, CLAIM_STREAM };

/* The next thing to do, or an input to open (*fresh). The lock is held. */
static enum claimed find_work(struct worker *w, struct scan_input **stream,
                              struct scan_input **fresh)
{
    struct job *job = w->job;

    *fresh = NULL;
    while (!atomic_load(&job->stop)) {
        bool later = job->next_input < job->scan->inputs.n || job->n_opening > 0;

        if (take(job, w, stream))
            return *stream != NULL ? CLAIM_STREAM : CLAIM_STRETCH;
        if (job->next_input < job->scan->inputs.n &&
            job->open.n + job->n_opening < job->scan->o.n_workers) {
            *fresh = job->scan->inputs.items[job->next_input++];
            job->n_opening++;
            break;
        }
        for (size_t i = 0; i < job->open.n; i++)
            later |= !job->open.items[i]->exhausted;
        if (!later)
            break; /* others are at the last windows */
        cond_wait(&job->changed, &job->lock);
    }
    return CLAIM_NOTHING;
}

static enum claimed claim(struct worker *w, struct scan_input **stream)
{
    enum claimed what;
    struct scan_input *fresh;

    do {
        lock_take(&w->job->lock);
        what = find_work(w, stream, &fresh);
        lock_give(&w->job->lock);
        if (fresh != NULL && open_next(w, fresh, stream))
            return *stream != NULL ? CLAIM_STREAM : CLAIM_STRETCH;
    } while (fresh != NULL);
    return what;
}

void window_prime(struct worker *w)
{
    (void)claim(w, &w->primed);
}

bool window_next(struct worker *w, struct window *out)
{
    struct job *job = w->job;
    struct scan_input *stream = w->primed;

    w->primed = NULL;
    for (;;) {
        if (is_cancelled(job) || atomic_load(&job->stop))
            return false;
        if (w->in_stretch) {
            if (stretch_next(w, out))
                return true;
            w->in_stretch = false;
            buf_trim(w);
            release(job, w->in);
        } else if (stream != NULL) {
            if (make_stream_window(w, stream, out))
                return true;
            stream = NULL;
        } else if (claim(w, &stream) == CLAIM_NOTHING) {
            return false;
        }
    }
}

void window_done(struct worker *w, struct window *win)
{
    format_mark_done(&win->mark);
    if (!win->in->parallel)
        release(w->job, win->in);
}
