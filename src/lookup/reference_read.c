/* reference_read.c - the files of reference data: CSV, plain lists, JSON as QRadar's REST interface
 * gives it. See docs/data.md for the formats. */
#include "lookup/reference_read.h"

#include <stdlib.h>

#include "lookup/lines.h"
#include "record/record.h"
#include "util/file.h"
#include "util/num.h"

#define MAX_JSON_DEPTH 64
#define MAX_COLUMNS    4096

struct reader_state {
    struct reference_data *data;
    struct str text;
    struct line_counter counter;
    struct arena scratch; /* of one record */
};

static enum lanner_rc fail(struct reader_state *r, const char *at, const char *what,
                           struct lanner_err *err)
{
    return err_set(err, LANNER_ERR_INPUT, "%.*s: line %u: %s", STR_ARG(r->data->file),
                   line_counter_at(&r->counter, at), what);
}

/* A date alone counts to its end. */
static bool expiry_ns(struct str s, int64_t *ns)
{
    s = str_trim(s);
    if (!timestamp_parse(s, NULL, ns)) {
        struct buf whole = {0};
        bool ok;

        if (s.len != strlen("2026-01-31"))
            return false;
        buf_put_str(&whole, s);
        buf_puts(&whole, "T00:00:00Z");
        ok = timestamp_parse(buf_str(&whole), NULL, ns);
        buf_done(&whole);
        if (!ok)
            return false;
    } else if (s.len != strlen("2026-01-31") || str_find_char(s, '-') == SIZE_MAX) {
        return true;
    }
    *ns += INT64_C(86400) * NS_PER_S;
    return true;
}

static enum lanner_rc put_entry(struct reader_state *r, const char *at,
                                struct reference_entry entry, struct str expires,
                                struct lanner_err *err)
{
    int64_t ns;

    entry.line = line_counter_at(&r->counter, at);
    if (str_trim(expires).len > 0) {
        if (!expiry_ns(expires, &ns))
            return fail(r, at, "the expiry is no time", err);
        if (ns <= r->data->now_ns) {
            r->data->n_expired++;
            return LANNER_OK;
        }
    }
    if (r->data->entries.n >= UINT32_MAX / 2)
        return fail(r, at, "the file has too many entries", err);
    VEC_PUSH(&r->data->entries, entry);
    return LANNER_OK;
}

static struct str keep(struct reader_state *r, struct str s)
{
    const char *end = r->text.ptr + r->text.len;

    /* What stands in the file as it is needs no copy: the file's text stays. */
    return s.ptr >= r->text.ptr && s.ptr <= end ? s : arena_str(r->data->arena, s);
}

/* ---- comments and plain lists ------------------------------------------------------------------
 */

static struct str next_line(const char **p, const char *end)
{
    const char *start = *p;
    const char *stop = memchr(start, '\n', (size_t)(end - start));

    *p = stop != NULL ? stop + 1 : end;
    return str_trim(str_of(start, (size_t)((stop != NULL ? stop : end) - start)));
}

/* Lines that begin with # before the first entry are comments; `# element_type: IP` says the type.
 */
static enum lanner_rc read_comments(struct reader_state *r, const char **p, struct lanner_err *err)
{
    const char *end = r->text.ptr + r->text.len;

    while (*p < end && **p == '#') {
        const char *at = *p;
        struct str line = next_line(p, end);
        size_t colon = str_find_char(line, ':');
        struct str word =
            str_trim(str_of(line.ptr + 1, (colon != SIZE_MAX ? colon : line.len) - 1));

        if (colon == SIZE_MAX || !str_eq_nocase(word, STR("element_type")))
            continue;
        word = str_trim(str_of(line.ptr + colon + 1, line.len - colon - 1));
        if (!element_type_named(word, &r->data->type))
            return fail(r, at, "the element type is none of ALN, ALNIC, NUM, IP, PORT, DATE, CIDR",
                        err);
        r->data->typed = true;
    }
    return LANNER_OK;
}

static enum lanner_rc read_list(struct reader_state *r, struct lanner_err *err)
{
    const char *end = r->text.ptr + r->text.len;
    const char *p = r->text.ptr;

    if (r->data->shape != REFERENCE_SET)
        return fail(r, p, "a plain list is a reference set and nothing else", err);
    TRY(read_comments(r, &p, err));
    while (p < end) {
        const char *at = p;
        struct str line = next_line(&p, end);

        if (line.len > 0)
            TRY(put_entry(r, at, (struct reference_entry){.value = line}, STR(""), err));
    }
    return LANNER_OK;
}

/* ---- CSV ---------------------------------------------------------------------------------------
 */

struct csv_columns {
    struct csv_header *header;
    size_t outer, inner, value, expires; /* SIZE_MAX: none */
};

static size_t find_column(const struct csv_columns *c, const char *a, const char *b)
{
    size_t i = csv_header_find(c->header, str_z(a));

    return i == SIZE_MAX && b != NULL ? csv_header_find(c->header, str_z(b)) : i;
}

/* A column that is called as a type holds values of that type. */
static size_t find_typed_column(struct reader_state *r, const struct csv_columns *c)
{
    for (size_t i = 0; i < c->header->n; i++) {
        if (element_type_named(c->header->names[i], &r->data->type)) {
            r->data->typed = true;
            return i;
        }
    }
    return SIZE_MAX;
}

static enum lanner_rc find_columns(struct reader_state *r, const char *at, struct csv_columns *c,
                                   struct lanner_err *err)
{
    enum reference_shape shape = r->data->shape;

    c->expires = find_column(c, "expires", NULL);
    c->value = find_column(c, "value", NULL);
    if (c->value == SIZE_MAX && shape != REFERENCE_TABLE)
        c->value = find_typed_column(r, c);
    c->outer = c->inner = SIZE_MAX;
    if (shape == REFERENCE_MAP || shape == REFERENCE_MAP_OF_SETS)
        c->outer = find_column(c, "key", "outer_key");
    if (shape == REFERENCE_TABLE) {
        c->inner = find_column(c, "inner_key", NULL);
        c->outer = find_column(c, "outer_key", c->inner != SIZE_MAX ? "key" : NULL);
        if (c->inner == SIZE_MAX && c->outer == SIZE_MAX)
            c->outer = 0; /* a column for each inner key, the outer one first */
        if (c->inner == SIZE_MAX)
            return LANNER_OK;
    }
    if (c->value == SIZE_MAX)
        return fail(r, at,
                    "expected a header with a column 'value', or one called as its type (IP, CIDR, "
                    "ALN, ...)",
                    err);
    if (shape != REFERENCE_SET && c->outer == SIZE_MAX)
        return fail(r, at, "expected a header with the columns 'key' and 'value'", err);
    return LANNER_OK;
}

static enum lanner_rc put_csv_row(struct reader_state *r, const char *at,
                                  const struct csv_columns *c, const struct str *fields,
                                  struct lanner_err *err)
{
    struct str expires = c->expires != SIZE_MAX ? fields[c->expires] : STR("");
    struct reference_entry entry = {0};

    if (c->outer != SIZE_MAX)
        entry.outer = keep(r, fields[c->outer]);
    if (r->data->shape != REFERENCE_TABLE || c->inner != SIZE_MAX) {
        entry.value = keep(r, fields[c->value]);
        if (c->inner != SIZE_MAX)
            entry.inner = keep(r, fields[c->inner]);
        return put_entry(r, at, entry, expires, err);
    }
    for (size_t i = 0; i < c->header->n; i++) {
        if (i == c->outer || i == c->expires || fields[i].len == 0)
            continue; /* an empty cell is no value */
        entry.inner = c->header->names[i];
        entry.value = keep(r, fields[i]);
        TRY(put_entry(r, at, entry, expires, err));
    }
    return LANNER_OK;
}

static enum lanner_rc read_csv(struct reader_state *r, struct lanner_err *err)
{
    const char *end = r->text.ptr + r->text.len;
    const char *p = r->text.ptr;
    struct csv_columns columns = {0};
    bool is_header = true;
    char delimiter = ',';

    TRY(read_comments(r, &p, err));
    while (p < end) {
        struct csv_state state = {0};
        const char *at = p;
        const char *stop = csv_record_end(p, end, delimiter, &state);
        struct str line = str_of(p, (size_t)((stop != NULL ? stop : end) - p));
        struct str *fields;
        size_t n;

        p = stop != NULL ? stop + 1 : end;
        if (stop == NULL && state.in_quotes && !state.quote_seen)
            return fail(r, at, "the quoted text that begins here does not end", err);
        if (str_trim(line).len == 0)
            continue;
        if (is_header) {
            char guess = csv_guess_delimiter(line);

            delimiter = guess != 0 ? guess : ',';
            columns.header = csv_header_parse(line, delimiter, r->data->arena);
            TRY(find_columns(r, at, &columns, err));
            is_header = false;
            continue;
        }
        arena_reset(&r->scratch);
        fields = csv_split(line, delimiter, &r->scratch, MAX_COLUMNS, &n);
        if (n != columns.header->n)
            return fail(r, at, "the row has not as many columns as the header", err);
        TRY(put_csv_row(r, at, &columns, fields, err));
    }
    return is_header ? fail(r, r->text.ptr, "the file has no header", err) : LANNER_OK;
}

/* ---- JSON --------------------------------------------------------------------------------------
 */

static bool is_container(struct str value)
{
    return value.len > 0 && (value.ptr[0] == '{' || value.ptr[0] == '[');
}

static struct str member(struct str object, const char *name)
{
    struct json_iter it;
    struct str key;
    struct str value;

    if (object.len == 0 || object.ptr[0] != '{' || !json_iter_open(&it, object))
        return STR_NONE;
    while (json_iter_next(&it, &key, &value)) {
        if (str_eqz(key, name))
            return value;
    }
    return STR_NONE;
}

/* The text of a scalar; false for null, objects and arrays. */
static bool scalar_text(struct reader_state *r, struct str value, struct str *out)
{
    struct val v;

    if (value.len == 0 || is_container(value))
        return false;
    v = json_scalar(value, &r->scratch);
    if (!val_is_text(&v))
        return false;
    *out = keep(r, val_as_str(&v));
    return true;
}

/* A value stands alone or as {"value": ..., "first_seen": ..., "expires": ...}. */
static enum lanner_rc put_json_value(struct reader_state *r, struct str value,
                                     struct reference_entry entry, struct lanner_err *err)
{
    struct str expires = STR("");
    const char *at = value.ptr;

    arena_reset(&r->scratch);
    if (value.ptr[0] == '{') {
        scalar_text(r, member(value, "expires"), &expires);
        value = member(value, "value");
    }
    if (!scalar_text(r, value, &entry.value))
        return fail(r, at, "expected a value, or an object with a member 'value'", err);
    return put_entry(r, at, entry, expires, err);
}

static enum lanner_rc put_json_values(struct reader_state *r, struct str array,
                                      struct reference_entry entry, struct lanner_err *err)
{
    struct json_iter it;
    struct str key;
    struct str value;

    if (array.ptr[0] != '[')
        return fail(r, array.ptr, "expected an array of values", err);
    json_iter_open(&it, array);
    while (json_iter_next(&it, &key, &value))
        TRY(put_json_value(r, value, entry, err));
    return LANNER_OK;
}

static struct str key_text(struct reader_state *r, struct str key)
{
    return json_unescape_arena(key, r->data->arena);
}

static enum lanner_rc put_json_row(struct reader_state *r, struct str outer, struct str row,
                                   struct lanner_err *err)
{
    struct json_iter it;
    struct str key;
    struct str value;

    if (row.ptr[0] != '{')
        return fail(r, row.ptr, "expected an object with a member for each inner key", err);
    json_iter_open(&it, row);
    while (json_iter_next(&it, &key, &value))
        TRY(put_json_value(
            r, value, (struct reference_entry){.outer = outer, .inner = key_text(r, key)}, err));
    return LANNER_OK;
}

/* The content proper: an array for sets, an object by key for the others. */
static enum lanner_rc put_json_data(struct reader_state *r, struct str data, struct lanner_err *err)
{
    struct json_iter it;
    struct str key;
    struct str value;

    if (r->data->shape == REFERENCE_SET)
        return put_json_values(r, data, (struct reference_entry){0}, err);
    if (data.ptr[0] != '{')
        return fail(r, data.ptr, "expected an object with a member for each key", err);
    json_iter_open(&it, data);
    while (json_iter_next(&it, &key, &value)) {
        struct reference_entry entry = {.outer = key_text(r, key)};

        if (r->data->shape == REFERENCE_MAP)
            TRY(put_json_value(r, value, entry, err));
        else if (r->data->shape == REFERENCE_MAP_OF_SETS)
            TRY(put_json_values(r, value, entry, err));
        else
            TRY(put_json_row(r, entry.outer, value, err));
    }
    return LANNER_OK;
}

static enum lanner_rc read_json(struct reader_state *r, struct lanner_err *err)
{
    struct str doc = str_trim(r->text);
    struct str type = STR("");
    struct str data;
    struct str count;
    size_t broken_at = 0;

    if (!json_valid(doc, MAX_JSON_DEPTH, &broken_at) || !is_container(doc))
        return fail(r, doc.ptr + MIN(broken_at, doc.len), "this is no JSON object or array", err);
    if (doc.ptr[0] == '[')
        return put_json_data(r, doc, err);
    data = member(doc, "data");
    if (scalar_text(r, member(doc, "element_type"), &type)) {
        if (!element_type_named(type, &r->data->type))
            return fail(r, doc.ptr, "the element_type is not known", err);
        r->data->typed = true;
        count = member(doc, "number_of_elements");
        if (data.len == 0 && count.len > 0 && !str_eqz(count, "0"))
            return fail(r, doc.ptr, "the elements are missing: the member 'data' was not exported",
                        err);
        if (data.len == 0)
            return LANNER_OK;
    }
    return put_json_data(r, is_container(data) ? data : doc, err);
}

enum lanner_rc reference_read_text(struct str text, struct str kind, struct reference_data *data,
                                   struct lanner_err *err)
{
    struct reader_state r = {.data = data};
    enum lanner_rc rc;

    if (str_starts(text, STR("\xEF\xBB\xBF")))
        text = str_of(text.ptr + 3, text.len - 3);
    r.text = text;
    r.counter.at = text.ptr;
    arena_init(&r.scratch, 0);
    if (str_eqz(kind, "json"))
        rc = read_json(&r, err);
    else
        rc = str_eqz(kind, "txt") ? read_list(&r, err) : read_csv(&r, err);
    arena_done(&r.scratch);
    return rc;
}
