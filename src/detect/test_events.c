/* test_events.c - the events of a test: written inline, in files of the pack, as raw strings, or
 * made by repeating a record. Made events of all blocks are sorted by their time, equal times in
 * the order of the blocks. */
#include <stdlib.h>

#include "detect/instant.h"
#include "detect/test_file.h"
#include "util/civil.h"
#include "util/file.h"
#include "util/num.h"

struct block {
    int64_t count, from, start_ms, every_ms;
    const struct yaml_node *record; /* a scalar, or a sequence: all of them at each time */
    const struct yaml_node *cycle;  /* name -> values that take turns; or NULL */
};

struct made {
    int64_t time_ms;
    size_t start, len; /* in the text */
    size_t order;
};

/* Where events go. */
struct sink {
    struct lanner_session *session;
    size_t n_bytes;
};

static enum lanner_rc sink_put(struct sink *s, const char *name, struct str bytes,
                               struct lanner_err *err)
{
    s->n_bytes += bytes.len;
    return lanner_session_add_bytes(s->session, name, bytes.ptr, bytes.len, err);
}

struct maker {
    struct buf text; /* owned */
    VEC(struct made) events;
};

static enum lanner_rc need_scalar(const struct yaml_node *map, const char *key,
                                  const struct yaml_node **out, struct lanner_err *err)
{
    struct str text;

    TRY(yaml_need_str(map, key, &text, err));
    *out = yaml_get(map, key);
    return LANNER_OK;
}

static enum lanner_rc check_scalars(const struct yaml_node *seq, struct lanner_err *err)
{
    for (size_t i = 0; i < seq->n; i++)
        TRY(yaml_expect(seq->items[i], YAML_SCALAR, err));
    return LANNER_OK;
}

static enum lanner_rc read_cycle(const struct yaml_node *node, struct block *b,
                                 struct lanner_err *err)
{
    b->cycle = yaml_get(node, "cycle");
    if (b->cycle == NULL)
        return LANNER_OK;
    TRY(yaml_expect(b->cycle, YAML_MAPPING, err));
    for (size_t i = 0; i < b->cycle->n; i++) {
        const struct yaml_node *values = b->cycle->items[i];

        TRY(yaml_expect(values, YAML_SEQUENCE, err));
        if (values->n == 0)
            return yaml_error(values, err, "expected values that take turns, found none");
        TRY(check_scalars(values, err));
    }
    return LANNER_OK;
}

static enum lanner_rc read_block(const struct yaml_node *node, struct block *b,
                                 struct lanner_err *err)
{
    static const char *const keys[] = {"count", "from", "start", "every", "record", "cycle", NULL};
    const struct yaml_node *n;

    *b = (struct block){.count = 1, .from = 1};
    TRY(yaml_only_keys(node, keys, err));
    TRY(yaml_get_long(node, "count", &b->count, err));
    TRY(yaml_get_long(node, "from", &b->from, err));
    if (b->count < 0 || b->count > TEST_MAX_EVENTS)
        return yaml_error(yaml_get(node, "count"), err, "expected 0 to %d", TEST_MAX_EVENTS);
    if (b->from < 0 || b->from > INT32_MAX)
        return yaml_error(yaml_get(node, "from"), err, "expected 0 to %d", INT32_MAX);
    TRY(need_scalar(node, "start", &n, err));
    if (!instant_parse(n->text, &b->start_ms))
        return yaml_error(n, err, "expected a time such as 2026-03-02T14:05:00Z, found '%.*s'",
                          STR_ARG(n->text));
    n = yaml_get(node, "every");
    if (n != NULL && (n->kind != YAML_SCALAR || !span_read_ms(n->text, &b->every_ms)))
        return yaml_error(n, err, "expected a span such as 500ms, 4s or 1h");
    if (n == NULL && b->count > 1)
        return yaml_error(node, err, "'every' is missing");
    b->record = yaml_get(node, "record");
    if (b->record == NULL)
        return yaml_error(node, err, "'record' is missing");
    if (b->record->kind == YAML_MAPPING)
        return yaml_error(b->record, err,
                          "expected a text, found a mapping: put the record in quotes");
    TRY(check_scalars(b->record, err));
    return read_cycle(node, b, err);
}

static enum lanner_rc repeat_of(const struct test_case *c, const struct yaml_node **out,
                                struct lanner_err *err)
{
    const struct yaml_node *seq = yaml_get(c->node, "repeat");

    *out = seq;
    return seq == NULL ? LANNER_OK : yaml_expect(seq, YAML_SEQUENCE, err);
}

enum lanner_rc test_events_check(const struct test_case *c, struct lanner_err *err)
{
    static const char *const kinds[] = {"events", "file", "create", "repeat"};
    const struct yaml_node *seq;
    struct block b;
    int64_t total = 0;
    size_t given = 0;

    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        given += yaml_get(c->node, kinds[i]) != NULL;
    if (given == 0)
        return yaml_error(c->node, err, "expected events, file, create or repeat, found none");
    TRY(repeat_of(c, &seq, err));
    for (size_t i = 0; seq != NULL && i < seq->n; i++) {
        TRY(read_block(seq->items[i], &b, err));
        total += b.count * (b.record->kind == YAML_SEQUENCE ? (int64_t)b.record->n : 1);
        if (total > TEST_MAX_EVENTS)
            return yaml_error(seq->items[i], err, "more than %d events", TEST_MAX_EVENTS);
    }
    return LANNER_OK;
}

/* Width after the colon of {n:3}; 0: none. */
static bool placeholder_n(struct str name, size_t *width)
{
    int64_t v = 0;

    if (str_eqz(name, "n")) {
        *width = 0;
        return true;
    }
    if (!str_starts(name, STR("n:")) || !num_parse_long(str_of(name.ptr + 2, name.len - 2), &v))
        return false;
    *width = (size_t)v;
    return v >= 1 && v <= 18;
}

static bool put_cycle(struct buf *out, const struct block *b, struct str name, int64_t step)
{
    for (size_t i = 0; b->cycle != NULL && i < b->cycle->n; i++) {
        if (str_eq(b->cycle->keys[i]->text, name)) {
            const struct yaml_node *values = b->cycle->items[i];

            buf_put_str(out, values->items[(size_t)step % values->n]->text);
            return true;
        }
    }
    return false;
}

/* Writes the value of a placeholder; false: it is none, and the text stays as it is. */
static bool put_placeholder(struct buf *out, const struct block *b, struct str name, int64_t step,
                            int64_t time_ms)
{
    char room[INSTANT_MAX];
    size_t width, n = instant_print(room, time_ms, false);

    if (placeholder_n(name, &width))
        buf_printf(out, "%0*lld", (int)width, (long long)(b->from + step));
    else if (str_eqz(name, "time"))
        buf_put(out, room, n);
    else if (str_eqz(name, "time_ms"))
        buf_printf(out, "%lld", (long long)time_ms);
    else if (str_eqz(name, "date"))
        buf_put(out, room, 10);
    else if (str_eqz(name, "clock"))
        buf_put(out, room + 11, 8);
    else
        return put_cycle(out, b, name, step);
    return true;
}

static void put_record(struct buf *out, const struct block *b, struct str record, int64_t step,
                       int64_t time_ms)
{
    for (size_t i = 0; i < record.len; i++) {
        size_t end = i + 1;

        while (end < record.len && end - i < 64 && record.ptr[end] != '}' && record.ptr[end] != '{')
            end++;
        if (record.ptr[i] == '{' && end < record.len && record.ptr[end] == '}' &&
            put_placeholder(out, b, str_of(record.ptr + i + 1, end - i - 1), step, time_ms))
            i = end;
        else
            buf_putc(out, record.ptr[i]);
    }
}

static enum lanner_rc make_block(struct maker *m, const struct yaml_node *node,
                                 struct lanner_err *err)
{
    struct block b;

    TRY(read_block(node, &b, err));
    for (int64_t step = 0; step < b.count; step++) {
        int64_t t = b.start_ms + step * b.every_ms;
        size_t n = b.record->kind == YAML_SEQUENCE ? b.record->n : 1;

        if (t / MS_PER_S >= CIVIL_END_S)
            return yaml_error(node, err, "events lie after the year 9999");
        for (size_t i = 0; i < n; i++) {
            const struct yaml_node *r =
                b.record->kind == YAML_SEQUENCE ? b.record->items[i] : b.record;
            struct made e = {.time_ms = t, .start = m->text.len, .order = m->events.n};

            put_record(&m->text, &b, str_trim(r->text), step, t);
            e.len = m->text.len - e.start;
            VEC_PUSH(&m->events, e);
            if (m->text.len > TEST_MAX_INPUT_BYTES)
                return yaml_error(node, err, "events of more than %zu bytes", TEST_MAX_INPUT_BYTES);
        }
    }
    return LANNER_OK;
}

static int by_time(const void *x, const void *y)
{
    const struct made *a = x, *b = y;

    if (a->time_ms != b->time_ms)
        return a->time_ms < b->time_ms ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

static enum lanner_rc add_made(const struct test_case *c, struct sink *sink, struct lanner_err *err)
{
    struct maker m = {0};
    struct buf sorted = {0};
    const struct yaml_node *seq;
    enum lanner_rc rc = repeat_of(c, &seq, err);

    for (size_t i = 0; rc == LANNER_OK && seq != NULL && i < seq->n; i++)
        rc = make_block(&m, seq->items[i], err);
    if (rc == LANNER_OK && m.events.n > 0) {
        qsort(m.events.items, m.events.n, sizeof(*m.events.items), by_time);
        for (size_t i = 0; i < m.events.n; i++) {
            buf_put(&sorted, m.text.ptr + m.events.items[i].start, m.events.items[i].len);
            buf_putc(&sorted, '\n');
        }
        rc = sink_put(sink, "repeat", buf_str(&sorted), err);
    }
    buf_done(&m.text);
    buf_done(&sorted);
    VEC_DONE(&m.events);
    return rc;
}

static enum lanner_rc add_file(const struct test_file *f, const struct yaml_node *name,
                               struct sink *sink, struct lanner_err *err)
{
    struct lanner_err why = {0};
    struct buf text = {0};
    enum lanner_rc rc;
    int fd;

    TRY(yaml_expect(name, YAML_SCALAR, err));
    if (file_open_under(f->folder.ptr, name->text, &fd, &why) != LANNER_OK)
        return yaml_error(name, err, "cannot be read: %.300s", why.text);
    rc = file_read_all_fd(fd, name->text.ptr, TEST_MAX_INPUT_BYTES, &text, err);
    file_close(fd);
    if (rc == LANNER_OK)
        rc = sink_put(sink, name->text.ptr, buf_str(&text), err);
    buf_done(&text);
    return rc;
}

/* Raw strings, one an event. A string of several lines is an input of its own. */
static enum lanner_rc add_strings(const struct yaml_node *seq, struct sink *sink,
                                  struct lanner_err *err)
{
    struct buf lines = {0};
    enum lanner_rc rc = LANNER_OK;

    for (size_t i = 0; rc == LANNER_OK && i < seq->n; i++) {
        struct str s = str_trim(seq->items[i]->text);

        if (str_find_char(s, '\n') != SIZE_MAX) {
            rc = sink_put(sink, "create", s, err);
        } else {
            buf_put_str(&lines, s);
            buf_putc(&lines, '\n');
        }
    }
    if (rc == LANNER_OK && lines.len > 0)
        rc = sink_put(sink, "create", buf_str(&lines), err);
    buf_done(&lines);
    return rc;
}

enum lanner_rc test_events_add(const struct test_file *f, const struct test_case *c,
                               struct lanner_session *session, size_t *n_bytes,
                               struct lanner_err *err)
{
    const struct yaml_node *files = yaml_get(c->node, "file");
    const struct yaml_node *create = yaml_get(c->node, "create");
    struct sink sink = {.session = session};
    struct str inline_events;

    TRY(yaml_get_str(c->node, "events", &inline_events, err));
    if (inline_events.len > 0)
        TRY(sink_put(&sink, "events", inline_events, err));
    if (files != NULL && files->kind == YAML_SCALAR)
        TRY(add_file(f, files, &sink, err));
    for (size_t i = 0; files != NULL && files->kind != YAML_SCALAR && i < files->n; i++)
        TRY(add_file(f, files->items[i], &sink, err));
    if (create != NULL) {
        TRY(yaml_expect(create, YAML_SEQUENCE, err));
        TRY(check_scalars(create, err));
        TRY(add_strings(create, &sink, err));
    }
    TRY(add_made(c, &sink, err));
    *n_bytes = sink.n_bytes;
    return LANNER_OK;
}
