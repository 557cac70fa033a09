/* table.c - lookup files: CSV with a header, or JSON. See table.h. */
#include "lookup/table.h"

#include <stdlib.h>

#include "lookup/lines.h"
#include "lookup/metadata.h"
#include "record/record.h"
#include "util/file.h"
#include "util/hash.h"

/* The vendor's own bound is smaller; a table lives in memory. */
#define MAX_FILE_BYTES ((size_t)1 << 30)
#define MAX_COLUMNS    4096

struct loader {
    struct str file; /* name, for messages */
    struct arena *a;
    struct strmap columns;
    VEC(struct str) names;
    VEC(struct val)
    cells; /* rows of JSON tables may have any columns: (row, column) order is made at
              the end */
    VEC(uint64_t) places; /* of each cell: row << 32 | column */
    VEC(uint32_t) lines;
    struct line_counter counter;
    size_t n_rows;
    bool keyed;
};

static size_t column_of(struct loader *l, struct str name)
{
    size_t i = strmap_get(&l->columns, name);

    if (i == SIZE_MAX) {
        i = l->names.n;
        VEC_PUSH(&l->names, arena_str(l->a, name));
        strmap_put(&l->columns, name, i);
    }
    return i;
}

static void cell_put(struct loader *l, size_t column, struct val v)
{
    VEC_PUSH(&l->cells, v);
    VEC_PUSH(&l->places, (uint64_t)l->n_rows << 32 | column);
}

static uint32_t line_of(struct str text, const char *at)
{
    uint32_t line;
    uint32_t column;

    text_locate(text.ptr, text.len, (size_t)(at - text.ptr), &line, &column);
    return line;
}

/* The row that ends here began at `at`. Rows come in the order of the file. */
static void row_done(struct loader *l, const char *at)
{
    VEC_PUSH(&l->lines, line_counter_at(&l->counter, at));
    l->n_rows++;
}

/* Behind the lines that stand before a header and begin with `# ` or hold nothing but #: what
 * people write about a list. `#tag` is a name. */
static const char *skip_comments(const char *p, const char *end)
{
    while (p < end && *p == '#' && (p + 1 == end || ascii_is_space(p[1]))) {
        const char *nl = memchr(p, '\n', (size_t)(end - p));

        p = nl != NULL ? nl + 1 : end;
    }
    return p;
}

static enum lanner_rc load_csv(struct loader *l, struct str text, struct lanner_err *err)
{
    const char *end = text.ptr + text.len;
    const char *p = skip_comments(text.ptr, end);
    struct csv_state state = {0};
    const char *stop = csv_record_end(p, end, ',', &state);
    struct str line = str_of(p, (size_t)((stop != NULL ? stop : end) - p));
    char delimiter = csv_guess_delimiter(line);
    struct csv_header *header;

    if (delimiter == 0)
        delimiter = ',';
    header = csv_header_parse(line, delimiter, l->a);
    for (size_t i = 0; i < header->n; i++)
        column_of(l, header->names[i]);
    while (stop != NULL) {
        struct str *fields;
        size_t n;

        p = stop + 1;
        memset(&state, 0, sizeof(state));
        stop = csv_record_end(p, end, delimiter, &state);
        line = str_of(p, (size_t)((stop != NULL ? stop : end) - p));
        if (str_trim(line).len == 0)
            continue;
        fields = csv_split(line, delimiter, l->a, MAX_COLUMNS, &n);
        if (n != header->n)
            return err_set(err, LANNER_ERR_INPUT,
                           "%.*s: line %u has %zu columns, the header has %zu", STR_ARG(l->file),
                           line_of(text, p), n, header->n);
        for (size_t i = 0; i < n; i++)
            cell_put(l, column_of(l, header->names[i]), val_str(fields[i]));
        row_done(l, p);
    }
    return LANNER_OK;
}

static bool on_leaf(void *ctx, struct str name, struct val v)
{
    struct loader *l = ctx;

    if (l->names.n < MAX_COLUMNS || strmap_get(&l->columns, name) != SIZE_MAX)
        cell_put(l, column_of(l, name), v);
    return true;
}

static enum lanner_rc load_object(struct loader *l, struct str text, struct str object,
                                  struct lanner_err *err)
{
    struct json_flat flat = json_flatten(object, STR(""), 0, l->a, on_leaf, l);

    if (flat.status != JSON_OK || !flat.is_container)
        return err_set(err, LANNER_ERR_INPUT, "%.*s: line %u is not a JSON object",
                       STR_ARG(l->file), line_of(text, object.ptr));
    row_done(l, object.ptr);
    return LANNER_OK;
}

/* The whole text is one object that has members, and all of them are objects. */
static bool is_object_of_objects(struct str text)
{
    const char *end = text.ptr + text.len;
    const char *p = json_skip_blanks(text.ptr, end);
    const char *stop = p < end && *p == '{' ? json_value_end(p, end) : NULL;
    struct json_iter it;
    struct str key;
    struct str value;
    bool any = false;

    if (stop == NULL || json_skip_blanks(stop, end) != end)
        return false;
    json_iter_open(&it, str_of(p, (size_t)(stop - p)));
    while (json_iter_next(&it, &key, &value)) {
        if (value.len == 0 || value.ptr[0] != '{')
            return false;
        any = true;
    }
    return any;
}

static enum lanner_rc load_keyed(struct loader *l, struct str text, struct lanner_err *err)
{
    struct json_iter it;
    struct str key;
    struct str value;
    VEC(struct str) keys = {0};
    enum lanner_rc rc = LANNER_OK;
    size_t column;

    json_iter_open(&it, str_trim(text));
    while (rc == LANNER_OK && json_iter_next(&it, &key, &value)) {
        VEC_PUSH(&keys, key);
        rc = load_object(l, text, value, err);
    }
    column = column_of(l, STR("key"));
    l->keyed = column + 1 == l->names.n;
    l->n_rows = 0;
    for (size_t i = 0; l->keyed && i < keys.n; i++) {
        cell_put(l, column, val_str(json_unescape_arena(keys.items[i], l->a)));
        l->n_rows++;
    }
    l->n_rows = keys.n;
    VEC_DONE(&keys);
    return rc;
}

static enum lanner_rc load_json(struct loader *l, struct str text, struct lanner_err *err)
{
    const char *end = text.ptr + text.len;
    const char *p = json_skip_blanks(text.ptr, end);

    while (p < end) {
        const char *stop = json_value_end(p, end);
        struct str value;

        if (stop == NULL)
            return err_set(err, LANNER_ERR_INPUT, "%.*s: the JSON value of line %u does not end",
                           STR_ARG(l->file), line_of(text, p));
        value = str_of(p, (size_t)(stop - p));
        if (*p == '[') {
            struct json_iter it;
            struct str key;
            struct str element;

            json_iter_open(&it, value);
            while (json_iter_next(&it, &key, &element))
                TRY(load_object(l, text, element, err));
        } else {
            TRY(load_object(l, text, value, err));
        }
        p = json_skip_blanks(stop, end);
    }
    return LANNER_OK;
}

static void table_make(struct loader *l, struct lookup_table *out)
{
    out->n_columns = l->names.n;
    out->columns = ARENA_ARRAY(l->a, struct str, l->names.n);
    if (l->names.n > 0)
        memcpy(out->columns, l->names.items, l->names.n * sizeof(*out->columns));
    out->n_rows = l->n_rows;
    out->keyed = l->keyed;
    out->lines = ARENA_ARRAY(l->a, uint32_t, l->n_rows);
    if (l->n_rows > 0)
        memcpy(out->lines, l->lines.items, l->n_rows * sizeof(*out->lines));
    out->cells = ARENA_ARRAY(l->a, struct val, arena_array_size(l->n_rows, MAX(l->names.n, 1)));
    for (size_t i = 0; i < l->cells.n; i++) {
        size_t row = (size_t)(l->places.items[i] >> 32);
        size_t column = (size_t)(l->places.items[i] & UINT32_MAX);

        out->cells[row * l->names.n + column] = l->cells.items[i];
    }
}

static enum lanner_rc open_in(const struct lookup_folders *folders, struct str name, int *fd,
                              struct lanner_err *err)
{
    enum lanner_rc rc = LANNER_ERR_IO;

    if (folders == NULL || folders->n_lookups == 0) {
        err_set(err, LANNER_ERR_UNSUPPORTED, "the lookup file %.*s was not given", STR_ARG(name));
        err_hint(err, "give the folder it is in with --lookups DIR");
        return LANNER_ERR_UNSUPPORTED;
    }
    for (size_t i = 0; i < folders->n_lookups && rc != LANNER_OK; i++)
        rc = file_open_under(folders->lookups[i], name, fd, err);
    return rc;
}

enum lanner_rc lookup_table_parse(struct str text, struct str name, struct arena *a,
                                  struct lookup_table *out, struct lanner_err *err)
{
    struct loader l = {.file = name, .a = a};
    enum lanner_rc rc;

    memset(out, 0, sizeof(*out));
    strmap_init(&l.columns);
    l.counter.at = text.ptr;
    if (str_starts(text, STR("\xEF\xBB\xBF")))
        text = str_of(text.ptr + 3, text.len - 3);
    if (is_object_of_objects(text))
        rc = load_keyed(&l, text, err);
    else if (str_trim(text).len > 0 &&
             (str_trim(text).ptr[0] == '{' || str_trim(text).ptr[0] == '['))
        rc = load_json(&l, text, err);
    else
        rc = load_csv(&l, text, err);
    if (rc == LANNER_OK && l.names.n == 0)
        rc = err_set(err, LANNER_ERR_INPUT, "%.*s has no columns", STR_ARG(name));
    if (rc == LANNER_OK)
        table_make(&l, out);
    strmap_done(&l.columns);
    VEC_DONE(&l.names);
    VEC_DONE(&l.cells);
    VEC_DONE(&l.places);
    VEC_DONE(&l.lines);
    return rc;
}

/* fd is closed. */
static enum lanner_rc read_table(int fd, struct str name, struct arena *a, struct lookup_table *out,
                                 struct lanner_err *err)
{
    struct buf bytes = {0};
    enum lanner_rc rc = file_read_all_fd(fd, arena_strz(a, name), MAX_FILE_BYTES, &bytes, err);

    if (rc == LANNER_OK)
        rc = lookup_table_parse(arena_str(a, buf_str(&bytes)), name, a, out, err);
    file_close(fd);
    buf_done(&bytes);
    return rc;
}

enum lanner_rc lookup_table_read(const struct lookup_folders *folders, struct str name,
                                 struct arena *a, struct lookup_table *out, struct lanner_err *err)
{
    int fd;

    if (str_starts(name, STR(LOOKUP_METADATA_PREFIX)))
        return lookup_metadata_read(folders,
                                    str_of(name.ptr + strlen(LOOKUP_METADATA_PREFIX),
                                           name.len - strlen(LOOKUP_METADATA_PREFIX)),
                                    a, out, err);
    TRY(open_in(folders, name, &fd, err));
    return read_table(fd, name, a, out, err);
}

enum lanner_rc lookup_table_read_path(const char *path, struct arena *a, struct lookup_table *out,
                                      struct lanner_err *err)
{
    int fd;

    TRY(file_open(path, &fd, err));
    return read_table(fd, str_z(path), a, out, err);
}

size_t lookup_table_column(const struct lookup_table *t, struct str name)
{
    for (size_t i = 0; i < t->n_columns; i++) {
        if (str_eq(t->columns[i], name))
            return i;
    }
    for (size_t i = 0; i < t->n_columns; i++) {
        if (str_eq_nocase(t->columns[i], name))
            return i;
    }
    return SIZE_MAX;
}
