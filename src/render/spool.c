/* spool.c - see spool.h.
 *
 * A row is stored as its length, then one (column number, kind, value) per value that is there, all
 * in the fixed-width form of buf.h. Column numbers are given as names appear; spool_names sorts the
 * open ones afterwards, so the stored rows need no second pass. */
#include "render/spool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "util/buf.h"
#include "util/file.h"
#include "util/hash.h"

/* Rows in memory before the file is begun; results of detections are far smaller. */
#define MEMORY_BYTES ((size_t)4 << 20)
/* A table of more columns than this helps nobody and would let a log with invented field names
 * take all memory. */
#define MAX_NAMES ((size_t)16384)

struct spool {
    const char *folder;  /* borrowed from the options */
    FILE *file;          /* owned; NULL while everything fits */
    struct buf rows;     /* owned; rows not in the file */
    struct strmap index; /* open name to column number */
    struct arena arena;  /* the names' text */
    VEC(struct lanner_name) names;
    VEC(size_t) order; /* position in the table to column number */
    size_t n_columns;
    bool begun;
};

struct spool *spool_new(const char *folder)
{
    struct spool *s = xcalloc(1, sizeof(*s));

    s->folder = folder;
    arena_init(&s->arena, 0);
    strmap_init(&s->index);
    return s;
}

void spool_free(struct spool *s)
{
    if (s == NULL)
        return;
    if (s->file != NULL)
        fclose(s->file);
    buf_done(&s->rows);
    strmap_done(&s->index);
    arena_done(&s->arena);
    VEC_DONE(&s->names);
    VEC_DONE(&s->order);
    free(s);
}

static size_t add_name(struct spool *s, const struct lanner_name *name)
{
    struct str copy = arena_str(&s->arena, str_of(name->text, name->len));
    struct lanner_name own = {copy.ptr, copy.len};

    VEC_PUSH(&s->names, own);
    return s->names.n - 1;
}

static enum lanner_rc open_index(struct spool *s, const struct lanner_name *name, size_t *out,
                                 struct lanner_err *err)
{
    struct str key = str_of(name->text, name->len);
    size_t i = strmap_get(&s->index, key);

    if (i == SIZE_MAX) {
        if (s->names.n >= MAX_NAMES) {
            err_set(err, LANNER_ERR_LIMIT, "the rows have more than %zu different field names",
                    MAX_NAMES);
            err_hint(err, "choose fields in the query, or use the output ndjson");
            return LANNER_ERR_LIMIT;
        }
        i = add_name(s, name);
        strmap_put(&s->index, key, i);
    }
    *out = i;
    return LANNER_OK;
}

static void put_value(struct buf *b, size_t column, const struct lanner_value *v)
{
    if (v->kind == LANNER_ABSENT)
        return;
    buf_put_u32(b, (uint32_t)column);
    buf_put_u8(b, (uint8_t)v->kind);
    switch (v->kind) {
    case LANNER_TEXT:
        buf_put_u64(b, v->len);
        buf_put(b, v->text, v->len);
        break;
    case LANNER_LONG:
    case LANNER_BOOL:
        buf_put_u64(b, (uint64_t)v->integer);
        break;
    case LANNER_DOUBLE:
        buf_put_f64(b, v->real);
        buf_put_u8(b, v->point);
        break;
    case LANNER_ABSENT:
    case LANNER_NULL:
        break;
    }
}

static enum lanner_rc io_failed(const char *what, struct lanner_err *err)
{
    err_set(err, LANNER_ERR_IO, "cannot %s a temporary file: %s", what, strerror(errno));
    err_hint(err, "give another folder with --temporary");
    return LANNER_ERR_IO;
}

static enum lanner_rc open_file(struct spool *s, struct lanner_err *err)
{
    int fd;

    TRY(file_temporary(s->folder, &fd, err));
    s->file = fdopen(fd, "w+b");
    if (s->file == NULL) {
        file_close(fd);
        return io_failed("open", err);
    }
    return LANNER_OK;
}

static enum lanner_rc move_to_file(struct spool *s, struct lanner_err *err)
{
    if (s->file == NULL)
        TRY(open_file(s, err));
    if (fwrite(s->rows.ptr, 1, s->rows.len, s->file) != s->rows.len)
        return io_failed("write", err);
    buf_clear(&s->rows);
    return LANNER_OK;
}

enum lanner_rc spool_add(struct spool *s, const struct lanner_row *row, struct lanner_err *err)
{
    size_t at = s->rows.len;
    uint64_t len;
    size_t column;

    if (!s->begun) {
        s->begun = true;
        s->n_columns = row->n_columns;
        for (size_t i = 0; i < row->n_columns; i++)
            add_name(s, &row->columns[i]);
    }
    assert(row->n_columns == s->n_columns);
    buf_put_u64(&s->rows, 0);
    for (size_t i = 0; i < row->n_columns; i++)
        put_value(&s->rows, i, &row->values[i]);
    for (size_t i = 0; i < row->n_open; i++) {
        TRY(open_index(s, &row->open_names[i], &column, err));
        put_value(&s->rows, column, &row->open_values[i]);
    }
    len = s->rows.len - at - sizeof(len);
    for (size_t i = 0; i < sizeof(len); i++)
        s->rows.ptr[at + i] = (char)(len >> (8 * i));
    return s->rows.len >= MEMORY_BYTES ? move_to_file(s, err) : LANNER_OK;
}

static int cmp_names(const void *a, const void *b)
{
    const struct lanner_name *x = a;
    const struct lanner_name *y = b;

    return str_cmp(str_of(x->text, x->len), str_of(y->text, y->len));
}

const struct lanner_name *spool_names(struct spool *s, size_t *n)
{
    if (s->order.n == 0 && s->names.n > 0) {
        qsort(s->names.items + s->n_columns, s->names.n - s->n_columns, sizeof(*s->names.items),
              cmp_names);
        for (size_t i = 0; i < s->names.n; i++)
            VEC_PUSH(&s->order, i);
        /* The map says which number a name had when its rows were stored. */
        for (size_t i = s->n_columns; i < s->names.n; i++) {
            struct str key = str_of(s->names.items[i].text, s->names.items[i].len);

            s->order.items[strmap_get(&s->index, key)] = i;
        }
    }
    *n = s->names.n;
    return s->names.items;
}

static void decode_row(const struct spool *s, struct str bytes, struct lanner_value *values)
{
    struct reader in = {bytes.ptr, bytes.ptr + bytes.len, false};

    memset(values, 0, s->names.n * sizeof(*values));
    while (in.ptr < in.end) {
        struct lanner_value *v = &values[s->order.items[read_u32(&in)]];

        v->kind = (enum lanner_kind)read_u8(&in);
        if (v->kind == LANNER_TEXT) {
            v->len = read_u64(&in);
            v->text = in.ptr;
            in.ptr += v->len;
        } else if (v->kind == LANNER_LONG || v->kind == LANNER_BOOL) {
            v->integer = (int64_t)read_u64(&in);
        } else if (v->kind == LANNER_DOUBLE) {
            v->real = read_f64(&in);
            v->point = read_u8(&in) != 0;
        }
        assert(!in.bad && in.ptr <= in.end);
    }
}

static uint64_t row_length(const char *ptr)
{
    struct reader in = {ptr, ptr + sizeof(uint64_t), false};

    return read_u64(&in);
}

static enum lanner_rc each_in_file(struct spool *s, struct lanner_value *values, spool_row_fn fn,
                                   void *ctx, struct lanner_err *err)
{
    enum lanner_rc rc = LANNER_OK;
    struct buf row = {0};
    char head[sizeof(uint64_t)];

    if (s->file == NULL)
        return LANNER_OK;
    if (fseeko(s->file, 0, SEEK_SET) != 0)
        return io_failed("read", err);
    while (rc == LANNER_OK && fread(head, 1, sizeof(head), s->file) == sizeof(head)) {
        row.len = 0;
        buf_reserve(&row, row_length(head) + 1);
        row.len = row_length(head);
        if (fread(row.ptr, 1, row.len, s->file) != row.len) {
            rc = io_failed("read", err);
            break;
        }
        decode_row(s, buf_str(&row), values);
        rc = fn(ctx, values, err);
    }
    if (rc == LANNER_OK && ferror(s->file) != 0)
        rc = io_failed("read", err);
    buf_done(&row);
    return rc;
}

enum lanner_rc spool_each(struct spool *s, spool_row_fn fn, void *ctx, struct lanner_err *err)
{
    size_t n;
    struct lanner_value *values;
    enum lanner_rc rc;
    size_t at = 0;

    spool_names(s, &n);
    values = xcalloc(n + 1, sizeof(*values));
    rc = each_in_file(s, values, fn, ctx, err);
    while (rc == LANNER_OK && at < s->rows.len) {
        size_t len = row_length(s->rows.ptr + at);

        at += sizeof(uint64_t);
        decode_row(s, str_of(s->rows.ptr + at, len), values);
        at += len;
        rc = fn(ctx, values, err);
    }
    free(values);
    return rc;
}
