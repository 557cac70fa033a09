/* inputs.c - the list of inputs, and opening them: compression, encoding, format.
 *
 * Files are listed when the scan is opened and opened when their turn comes, so ten thousand of
 * them cost no descriptors. What cannot be read is named and the rest is read. */
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "scan/scan_int.h"

void scan_note(const struct scan *s, enum lanner_note_kind kind, const char *text)
{
    const struct fn_env *env = s->o.fn;

    if (env != NULL && env->note != NULL && !s->quiet)
        env->note(env->note_ctx, kind, (struct span){0, 0}, text);
}

static void fault(struct scan *s, struct lanner_err *first, const char *path, const char *what)
{
    char text[sizeof(first->text)];

    snprintf(text, sizeof(text), "%s: %s", path, what);
    if (first->rc == LANNER_OK)
        (void)err_set(first, LANNER_ERR_INPUT, "%s", text);
    scan_note(s, LANNER_NOTE_INPUT, text);
}

void input_fault(struct job *job, const struct scan_input *in, const char *what)
{
    struct lanner_err first = {0};

    fault(job->scan, &first, in->path, what);
    lock_take(&job->lock);
    job->incomplete = true;
    if (job->first_fault.rc == LANNER_OK)
        job->first_fault = first;
    lock_give(&job->lock);
}

static struct scan_input *input_add(struct scan *s, char *path)
{
    struct scan_input *in = xcalloc(1, sizeof(*in));

    in->path = path;
    in->index = s->inputs.n;
    in->fd = -1;
    VEC_PUSH(&s->inputs, in);
    return in;
}

static void on_skip(void *ctx, const char *path, const char *reason)
{
    struct scan *s = ctx;

    s->incomplete = true;
    fault(s, &s->first_fault, path, reason);
}

static enum lanner_rc add_folder(struct scan *s, const char *path, struct lanner_err *err)
{
    file_paths paths = {0};
    enum lanner_rc rc = folder_list(path, &paths, on_skip, s, err);

    for (size_t i = 0; rc == LANNER_OK && i < paths.n; i++)
        (void)input_add(s, xstrdup(paths.items[i]));
    file_paths_done(&paths);
    return rc;
}

static int cmp_paths(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static enum lanner_rc add_path(struct scan *s, const char *path, struct lanner_err *err)
{
    struct file_info info;
    struct scan_input *in;

    TRY(file_stat(path, &info, err));
    if (info.kind == FILE_FOLDER)
        return add_folder(s, path, err);
    in = input_add(s, xstrdup(path));
    in->size = info.size;
    s->total_bytes += info.size;
    return LANNER_OK;
}

/* A pattern that no shell has expanded (quoted, or from a library's caller): what it matches,
 * sorted by path bytes whatever the locale; hidden names only when the pattern says so. */
static enum lanner_rc add_pattern(struct scan *s, const char *pattern, struct lanner_err *err)
{
    glob_t found;
    enum lanner_rc rc = LANNER_OK;

    if (glob(pattern, GLOB_NOSORT, NULL, &found) != 0)
        return err_set(err, LANNER_ERR_IO, "%s: no such file, and no file matches", pattern);
    qsort(found.gl_pathv, found.gl_pathc, sizeof(char *), cmp_paths);
    for (size_t i = 0; i < found.gl_pathc && rc == LANNER_OK; i++)
        rc = add_path(s, found.gl_pathv[i], err);
    globfree(&found);
    return rc;
}

/* A file of that very name comes first, whatever bytes its name has. */
static bool is_pattern(const char *path)
{
    return strpbrk(path, "*?[") != NULL && access(path, F_OK) != 0;
}

static enum lanner_rc add_spec(struct scan *s, const struct scan_input_spec *spec,
                               struct lanner_err *err)
{
    struct scan_input *in;

    if (spec->bytes != NULL) {
        in = input_add(s, xstrdup(spec->path != NULL ? spec->path : "(memory)"));
        in->bytes = spec->bytes;
        in->size = spec->len;
        s->total_bytes += spec->len;
        return LANNER_OK;
    }
    if (strcmp(spec->path, "-") == 0) {
        for (size_t i = 0; i < s->inputs.n; i++) {
            if (s->inputs.items[i]->is_stdin)
                return err_set(err, LANNER_ERR_USAGE, "standard input can be read only once");
        }
        in = input_add(s, xstrdup("(standard input)"));
        in->is_stdin = true;
        return LANNER_OK;
    }
    return is_pattern(spec->path) ? add_pattern(s, spec->path, err) : add_path(s, spec->path, err);
}

/* What cannot be read is named, unless nothing else is left to read: then it is the error. */
static void name_failed(struct scan *s, const char *text)
{
    if (s->first_fault.rc == LANNER_OK)
        (void)err_set(&s->first_fault, LANNER_ERR_INPUT, "%s", text);
    s->incomplete = true;
    scan_note(s, LANNER_NOTE_INPUT, text);
}

enum lanner_rc inputs_list(struct scan *s, struct lanner_err *err)
{
    struct lanner_err first = {0};
    VEC(char *) failed = {0};
    enum lanner_rc rc = LANNER_OK;

    for (size_t i = 0; i < s->o.n_inputs && rc == LANNER_OK; i++) {
        struct lanner_err one = {0};

        rc = add_spec(s, &s->o.inputs[i], &one);
        if (rc != LANNER_OK && (first.rc == LANNER_OK || rc != LANNER_ERR_IO))
            first = one;
        if (rc != LANNER_ERR_IO)
            continue; /* fine, or the end of it */
        VEC_PUSH(&failed, xstrdup(one.text));
        rc = LANNER_OK;
    }
    if (rc == LANNER_OK && s->inputs.n == 0)
        rc = first.rc;
    if (rc != LANNER_OK && err != NULL)
        *err = first;
    if (rc == LANNER_OK && s->inputs.n > ORDINAL_MAX_INPUT)
        rc =
            err_set(err, LANNER_ERR_LIMIT, "%zu inputs, more than the %" PRIu64 " one run can read",
                    s->inputs.n, ORDINAL_MAX_INPUT + 1);
    for (size_t i = 0; i < failed.n; i++) {
        if (rc == LANNER_OK)
            name_failed(s, failed.items[i]);
        free(failed.items[i]);
    }
    VEC_DONE(&failed);
    return rc;
}

void input_close(struct scan_input *in)
{
    feed_close(in->feed);
    format_cutter_free(in->cutter);
    buf_done(&in->rest);
    if (in->fd >= 0 && !in->is_stdin)
        file_close(in->fd);
    in->feed = NULL;
    in->cutter = NULL;
    in->fd = -1;
}

/* Back to the state before it was opened, for the next run. */
static void input_reset(struct scan_input *in)
{
    input_close(in);
    format_input_free(in->format);
    in->format = NULL;
    in->no_prefilter = in->busy = in->exhausted = in->at_end = in->in_long = false;
    in->next_stretch = in->position = in->line = in->consumed = 0;
    in->n_users = 0;
}

void inputs_free(struct scan *s)
{
    for (size_t i = 0; i < s->inputs.n; i++) {
        input_reset(s->inputs.items[i]);
        free(s->inputs.items[i]->path);
        free(s->inputs.items[i]);
    }
    VEC_DONE(&s->inputs);
}

void inputs_reset(struct scan *s)
{
    for (size_t i = 0; i < s->inputs.n; i++)
        input_reset(s->inputs.items[i]);
}

enum lanner_rc inputs_spool(struct scan *s, struct lanner_err *err)
{
    struct scan_input *in = NULL;
    enum lanner_rc rc = LANNER_OK;
    size_t n = 1;
    char *room;

    inputs_reset(s);
    for (size_t i = 0; i < s->inputs.n; i++) {
        if (s->inputs.items[i]->is_stdin)
            in = s->inputs.items[i];
    }
    if (in == NULL || s->stdin_fd >= 0)
        return LANNER_OK;
    if (s->stdin_read)
        return err_set(err, LANNER_ERR_USAGE, "standard input was read already and was not kept");
    TRY(file_temporary(s->o.temp_folder, &s->stdin_fd, err));
    room = xmalloc(WINDOW_BYTES);
    while (n > 0 && rc == LANNER_OK) {
        rc = file_read_some(STDIN_FILENO, room, WINDOW_BYTES, &n, err);
        if (rc == LANNER_OK && n > 0)
            rc = file_write(s->stdin_fd, room, n, err);
        in->size += n;
        if (s->o.cancel != NULL && *s->o.cancel != 0 && rc == LANNER_OK)
            rc = err_set(err, LANNER_ERR_CANCELLED, "cancelled");
    }
    s->stdin_read = true;
    s->total_bytes += in->size;
    free(room);
    return rc;
}

static enum lanner_rc open_feed(struct scan *s, struct scan_input *in, struct lanner_err *err)
{
    struct feed_from from = {.fd = -1, .bytes = in->bytes, .size = in->size, .cancel = s->o.cancel};
    struct file_info info;

    if (in->is_stdin && s->stdin_fd < 0) {
        s->stdin_read = true;
        from.fd = STDIN_FILENO;
        from.is_pipe = true;
    } else if (in->is_stdin) {
        from.fd = s->stdin_fd;
    } else if (in->bytes == NULL) {
        TRY(file_open(in->path, &in->fd, err));
        TRY(file_stat_fd(in->fd, &info, err));
        from.fd = in->fd;
        from.is_pipe = info.kind != FILE_REGULAR;
        from.size = in->size = info.size;
        in->modified_ns = info.modified_ns;
    }
    if (in->is_stdin)
        in->fd = from.fd;
    return feed_open(&from, s->encoding, &in->feed, err);
}

/* The reason of an error, without the path (and "cannot open" before it): notes begin with it. */
static const char *reason_of(const struct scan_input *in, const struct lanner_err *err)
{
    static const char verb[] = "cannot open ";
    size_t n = strlen(in->path);
    const char *text = err->text;

    if (strncmp(text, verb, sizeof(verb) - 1) == 0)
        text += sizeof(verb) - 1;
    if (strncmp(text, in->path, n) == 0 && text[n] == ':')
        return text + n + 1 + (text[n + 1] == ' ');
    return err->text;
}

/* Reads the head into the worker's buffer. */
static enum lanner_rc read_head(struct worker *w, struct scan_input *in, struct lanner_err *err)
{
    size_t n = 1;

    w->have = w->used = 0;
    while (n > 0 && w->have < FORMAT_HEAD_MAX) {
        TRY(feed_read(in->feed, w->buf + w->have, FORMAT_HEAD_MAX - w->have, &n, err));
        w->have += n;
        if (FORMAT_HEAD_MAX - w->have < 4)
            break;
    }
    in->at_end = n == 0;
    return LANNER_OK;
}

/* For times without a year: a file's own time, but not later than the clock of the run. */
static int64_t reference_time(const struct scan *s, const struct scan_input *in)
{
    int64_t now = s->o.fn != NULL && s->o.fn->now_ns > 0 ? s->o.fn->now_ns : clock_real_ns();

    return in->modified_ns > 0 ? MIN(in->modified_ns, now) : now;
}

static void set_up(struct worker *w, struct scan_input *in, const struct format_def *def)
{
    struct scan *s = w->job->scan;
    uint64_t stretch;

    in->format =
        format_input_new(def, str_z(in->path), str_of(w->buf, w->have), reference_time(s, in));
    in->is_lines = format_kind_of(def) == FORMAT_LINES;
    in->parallel = feed_is_plain(in->feed, &in->first) && in->is_lines;
    in->position = in->first;
    if (!in->is_lines)
        in->cutter = format_cutter_new(in->format, s->max_record + RECORD_SLACK);
    if (!in->parallel)
        return;
    feed_close(in->feed);
    in->feed = NULL;
    /* Large stretches cost less at their ends, small ones share out the end of the work evenly. */
    stretch = (in->size - in->first) / (s->o.n_workers * 8) + 1;
    stretch = MAX(MIN(stretch, STRETCH_MAX_BYTES), (uint64_t)s->window_bytes);
    in->stretch_bytes = stretch;
    in->n_stretches = (in->size - in->first + stretch - 1) / stretch;
}

bool input_open(struct worker *w, struct scan_input *in)
{
    struct scan *s = w->job->scan;
    struct lanner_err err = {0};
    const struct format_def *def = s->forced;
    enum lanner_rc rc = open_feed(s, in, &err);
    const char *binary;
    char what[700];

    if (rc == LANNER_OK)
        rc = read_head(w, in, &err);
    if (rc != LANNER_OK) {
        snprintf(what, sizeof(what), "%s%s", reason_of(in, &err),
                 in->feed != NULL && w->have > 0 ? "; what came before was read" : "");
        input_fault(w->job, in, what);
        if (in->feed == NULL || w->have == 0)
            return false;
        in->at_end = true;
    }
    if (w->have == 0) {
        atomic_fetch_add(&w->job->n_inputs, 1);
        return false; /* empty */
    }
    binary = format_binary(str_of(w->buf, w->have));
    if (binary != NULL && def == NULL) {
        snprintf(what, sizeof(what), "%s is not read yet", binary);
        input_fault(w->job, in, what);
        return false;
    }
    if (def == NULL)
        def = format_detect(str_of(w->buf, w->have), in->at_end);
    set_up(w, in, def);
    if (w->job->literals != NULL) {
        struct str h = format_input_header(in->format);

        in->no_prefilter = h.len > 0 && literals_next(w->job->literals, h.ptr, h.ptr + h.len, NULL);
    }
    atomic_fetch_add(&w->job->n_inputs, 1);
    return true;
}

uint64_t input_line(struct scan *s, const struct scan_input *in, uint64_t position)
{
    struct lanner_err err;
    char *room = NULL;
    uint64_t at = 0, line = 1;
    int fd = -1;
    size_t n = 1;

    if (in->bytes != NULL)
        return 1 + format_count_feeds(in->bytes, in->bytes + MIN(position, in->size));
    if (!in->is_stdin && file_open(in->path, &fd, &err) != LANNER_OK)
        return 0;
    room = xmalloc(WINDOW_BYTES);
    while (at < position && n > 0) {
        size_t want = (size_t)MIN((uint64_t)WINDOW_BYTES, position - at);

        if (file_read_at(fd >= 0 ? fd : s->stdin_fd, room, want, at, &n, &err) != LANNER_OK)
            break;
        line += format_count_feeds(room, room + n);
        at += n;
    }
    free(room);
    if (fd >= 0)
        file_close(fd);
    return at >= position ? line : 0;
}
