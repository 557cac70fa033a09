/* json_doc.c - a walk through JSON text that finds the records in it. See json_doc.h.
 *
 * The walk knows seven places and keeps no stack: envelopes do not nest in each other, outer arrays
 * are counted. A walk that was stopped with DOC_MORE goes on with more bytes behind ptr, or from a
 * saved place by another worker. What it decides depends on the bytes alone, never on how they were
 * cut into windows: that is what makes every window size give the same records. */
#include "format/json_doc.h"

#include <stdlib.h>

/* Arrays around records: `[[{...}],[{...}]]` is what tools make of several pages. */
#define MAX_ARRAYS 8
/* Members of an object that are looked at to find out whether it is an envelope. */
#define MAX_ENVELOPE_MEMBERS 16
#define MAX_COLUMNS          10000
#define MAX_KEY              10 /* the longest below */

enum key_kind { KEY_OTHER, KEY_META, KEY_RECORDS, KEY_TABLES };

/* Names that make an object an envelope when their value is an array of objects, and the names that
 * may stand before them. An unknown name before them makes the object a plain record: records have
 * members called "events" and "value", too. */
static const struct envelope_key {
    struct str name;
    enum key_kind kind;
} envelope_keys[] = {
    {STR_INIT("records"), KEY_RECORDS}, {STR_INIT("Records"), KEY_RECORDS},
    {STR_INIT("value"), KEY_RECORDS},   {STR_INIT("events"), KEY_RECORDS},
    {STR_INIT("Results"), KEY_RECORDS}, {STR_INIT("results"), KEY_RECORDS},
    {STR_INIT("tables"), KEY_TABLES},   {STR_INIT("Tables"), KEY_TABLES},
    {STR_INIT("Schema"), KEY_META},     {STR_INIT("schema"), KEY_META},
    {STR_INIT("Stats"), KEY_META},      {STR_INIT("stats"), KEY_META},
    {STR_INIT("count"), KEY_META},      {STR_INIT("Count"), KEY_META},
    {STR_INIT("nextLink"), KEY_META},   {STR_INIT("NextLink"), KEY_META},
    {STR_INIT("next"), KEY_META},       {STR_INIT("total"), KEY_META},
    {STR_INIT("totalCount"), KEY_META}, {STR_INIT("statistics"), KEY_META},
    {STR_INIT("render"), KEY_META},     {STR_INIT("error"), KEY_META},
    {STR_INIT("metaData"), KEY_META},   {STR_INIT("metadata"), KEY_META},
    {STR_INIT("cursor_id"), KEY_META},  {STR_INIT("status"), KEY_META},
};

/* Of the names above: nearly every key is none of them. */
static const char first_letters[] = "rRvetTSscCnNm";

static enum key_kind key_kind_of(struct str key)
{
    if (key.len > 7 && memcmp(key.ptr, "@odata.", 7) == 0)
        return KEY_META;
    if (key.len == 0 || key.len > MAX_KEY ||
        memchr(first_letters, *key.ptr, sizeof(first_letters) - 1) == NULL)
        return KEY_OTHER;
    for (size_t i = 0; i < ARRAY_LEN(envelope_keys); i++) {
        if (str_eq(key, envelope_keys[i].name))
            return envelope_keys[i].kind;
    }
    return KEY_OTHER;
}

static struct doc_columns *columns_new(struct str text)
{
    struct doc_columns *c = xcalloc(1, sizeof(*c));
    struct json_iter it, member;
    struct str key, value, mkey, mvalue;
    VEC(struct str) names = {0};
    struct buf all = {0};
    size_t at = 0;

    atomic_init(&c->refs, 1);
    if (json_iter_open(&it, text)) {
        while (names.n < MAX_COLUMNS && json_iter_next(&it, &key, &value)) {
            struct str name = STR_NONE;

            if (value.len > 0 && value.ptr[0] == '"')
                name = value;
            else if (json_iter_open(&member, value))
                while (name.ptr == NULL && json_iter_next(&member, &mkey, &mvalue))
                    if (str_eq_nocase(mkey, STR("name")) || str_eqz(mkey, "ColumnName"))
                        name = mvalue;
            if (name.len < 2 || name.ptr[0] != '"')
                name = STR("\"\"");
            VEC_PUSH(&names, str_of(NULL, name.len + 1));
            buf_put_str(&all, name);
            buf_putc(&all, ':');
        }
    }
    c->text = all.ptr;
    c->keys = names.items;
    c->n = names.n;
    for (size_t i = 0; i < c->n; i++) {
        c->keys[i].ptr = c->text + at;
        at += c->keys[i].len;
    }
    return c;
}

struct doc_columns *doc_columns_ref(struct doc_columns *c)
{
    if (c != NULL)
        atomic_fetch_add(&c->refs, 1);
    return c;
}

void doc_columns_unref(struct doc_columns *c)
{
    if (c != NULL && atomic_fetch_sub(&c->refs, 1) == 1) {
        free(c->keys);
        free(c->text);
        free(c);
    }
}

struct str doc_build_row(const struct doc_columns *columns, struct str row, struct arena *a)
{
    struct json_iter it;
    struct str key, value;
    struct buf out = {0};
    size_t i = 0;
    struct str made;

    buf_putc(&out, '{');
    if (json_iter_open(&it, row)) {
        while (i < columns->n && json_iter_next(&it, &key, &value)) {
            if (columns->keys[i].len > 3) {
                if (out.len > 1)
                    buf_putc(&out, ',');
                buf_put_str(&out, columns->keys[i]);
                json_compact(value, &out);
            }
            i++;
        }
    }
    buf_putc(&out, '}');
    made = arena_str(a, buf_str(&out));
    buf_done(&out);
    return made;
}

struct str record_compact(struct str record, struct arena *a)
{
    struct buf out = {0};
    struct str made;

    if (!json_has_blanks(record))
        return record;
    json_compact(record, &out);
    made = arena_str(a, buf_str(&out));
    buf_done(&out);
    return made;
}

/* What stands between values. Commas are taken for blanks: nothing is gained by refusing a surplus
 * one. 0x1e separates documents in JSON text sequences; NUL bytes fill the end of rotated files. */
const char *doc_skip_between(const char *p, const char *end)
{
    for (;;) {
        while (p < end &&
               (*p == ' ' || *p == ',' || (*p >= '\t' && *p <= '\r') || *p == '\0' || *p == 0x1e))
            p++;
        if (end - p < 3 || memcmp(p, "\xef\xbb\xbf", 3) != 0)
            return p;
        p += 3; /* the mark of a file that was appended */
    }
}

static const char *line_end_of(const char *p, const char *end)
{
    const char *nl = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;

    return nl != NULL ? nl : end;
}

const char *doc_resync(const struct doc_walk *w, const char *record, const char *end)
{
    const char *line = record;
    size_t column;

    while (line > w->start && line[-1] != '\n')
        line--;
    column = (size_t)(record - line) + (line == w->start ? (size_t)w->column : 0);
    for (const char *p = line_end_of(record, end); p < end; p = line_end_of(p, end)) {
        const char *first = ++p;

        while (first < end && (*first == ' ' || *first == '\t'))
            first++;
        if (first >= end || (size_t)(first - p) > column)
            continue;
        if (*first == '{')
            return first;
        if (*first == '}') { /* `},{` */
            first = doc_skip_between(first + 1, end);
            if (first < end && *first == '{' && memchr(p, '\n', (size_t)(first - p)) == NULL)
                return first;
        }
    }
    return end;
}

static bool may_wait(const struct doc_walk *w)
{
    return !w->at_end && w->n_lost < MAX_LOST;
}

/* A member at p (a quote): its key, and where its value begins; false when bytes are missing or it
 * is no member (*bad). */
static bool member_open(const char *p, const char *end, struct str *key, const char **value,
                        bool *bad)
{
    const char *q;

    *bad = *p != '"';
    if (*bad)
        return false;
    q = json_string_end(p + 1, end, NULL);
    if (q == NULL)
        return false;
    *key = str_of(p + 1, (size_t)(q - 1 - (p + 1)));
    q = json_skip_blanks(q, end);
    if (q >= end)
        return false;
    *bad = *q != ':';
    if (*bad)
        return false;
    q = json_skip_blanks(q + 1, end);
    *value = q;
    return q < end;
}

enum probe { PROBE_RECORD, PROBE_MORE, PROBE_RECORDS, PROBE_TABLES };

/* Is this the array of an envelope? *inside is behind its bracket. */
static enum probe probe_array(enum key_kind kind, const char *p, const char *end,
                              const char **inside)
{
    const char *q, *v;
    struct str key;
    bool bad;

    if (*p != '[')
        return PROBE_RECORD;
    *inside = p + 1;
    q = json_skip_blanks(p + 1, end);
    if (q >= end)
        return PROBE_MORE;
    if (*q == ']')
        return PROBE_RECORDS;
    if (*q != '{')
        return PROBE_RECORD;
    if (kind == KEY_RECORDS)
        return PROBE_RECORDS;
    q = json_skip_blanks(q + 1, end);
    if (q >= end)
        return PROBE_MORE;
    if (!member_open(q, end, &key, &v, &bad))
        return bad ? PROBE_RECORD : PROBE_MORE;
    if (str_eq_nocase(key, STR("name")) || str_eq_nocase(key, STR("columns")) ||
        str_eqz(key, "TableName") || str_eqz(key, "TableId") || str_eq_nocase(key, STR("rows")))
        return PROBE_TABLES;
    return PROBE_RECORD;
}

/* Whether the object at p is an envelope, judged by its members up to the array. */
static enum probe probe_object(const struct doc_walk *w, const char *p, const char **inside)
{
    const char *end = w->end, *value;
    struct str key;
    bool bad;

    p++;
    for (int i = 0; i < MAX_ENVELOPE_MEMBERS; i++) {
        enum key_kind kind;

        p = json_skip_blanks(p, end);
        if (p < end && *p == ',' && i > 0)
            p = json_skip_blanks(p + 1, end);
        if (p >= end)
            return PROBE_MORE;
        if (!member_open(p, end, &key, &value, &bad))
            return bad ? PROBE_RECORD : PROBE_MORE;
        kind = key_kind_of(key);
        if (kind == KEY_OTHER)
            return PROBE_RECORD;
        if (kind != KEY_META)
            return probe_array(kind, value, end, inside);
        p = json_value_end(value, w->end);
        if (p == NULL)
            return PROBE_MORE;
    }
    return PROBE_RECORD;
}

bool doc_may_be_envelope(const char *ptr, const char *end)
{
    const char *p = json_skip_blanks(ptr + 1, end), *quote;

    if (p >= end || *p != '"')
        return false;
    p++;
    quote = memchr(p, '"', MIN((size_t)(end - p), (size_t)64));
    return quote == NULL || key_kind_of(str_of(p, (size_t)(quote - p))) != KEY_OTHER;
}

static enum doc_found give_broken(struct doc_walk *w, const char *from, const char *to,
                                  struct str *out)
{
    w->ptr = to;
    w->lost = true;
    *out = str_of(from, (size_t)(to - from));
    return DOC_BROKEN;
}

/* A value that has no end, at the end of the input: what there is of it is a record that breaks
 * off, and reading goes on at the next line that looks like a record. */
static enum doc_found give_unended(struct doc_walk *w, const char *p, struct str *out, bool *cut)
{
    const char *to = doc_resync(w, p, w->end);

    w->n_lost++;
    if (*p != '{')
        return give_broken(w, p, to, out);
    w->ptr = to;
    w->lost = true;
    *out = str_of(p, (size_t)(to - p));
    *cut = true;
    return DOC_RECORD;
}

/* The object or row at p as a record. */
static enum doc_found give_value(struct doc_walk *w, const char *p, enum doc_found what,
                                 struct str *out, bool *cut)
{
    const char *e = json_value_end(p, w->end);

    if (e == NULL) {
        if (may_wait(w)) {
            w->ptr = p;
            return DOC_MORE;
        }
        return give_unended(w, p, out, cut);
    }
    w->ptr = e;
    w->lost = false;
    *out = str_of(p, (size_t)(e - p));
    return what;
}

/* Something that is no record. After a fault it is passed over without a word: the fault was
 * reported. True when the walk goes on. */
static bool skip_garbage(struct doc_walk *w, const char *p, struct str *out, enum doc_found *found)
{
    const char *to = line_end_of(p, w->end);

    if (to == w->end && may_wait(w)) {
        w->ptr = p;
        *found = DOC_MORE;
        return false;
    }
    if (w->lost) {
        w->ptr = to;
        return true;
    }
    *found = give_broken(w, p, to, out);
    return false;
}

/* A scalar among records: an unreadable stretch of its own, null apart. */
static bool skip_scalar(struct doc_walk *w, const char *p, struct str *out, enum doc_found *found)
{
    const char *e = json_value_end(p, w->end);
    const char *nl = line_end_of(p, w->end);
    size_t len;

    if (w->lost || e == p || ((e == NULL || e > nl) && (nl < w->end || !may_wait(w))))
        return skip_garbage(w, p, out, found);
    if (e == NULL || (e == w->end && may_wait(w))) {
        w->ptr = p;
        *found = DOC_MORE;
        return false;
    }
    len = (size_t)(e - p);
    w->ptr = e;
    if (len == 4 && memcmp(p, "null", 4) == 0)
        return true;
    *found = DOC_BROKEN;
    *out = str_of(p, len);
    return false;
}

static uint8_t outside(const struct doc_walk *w)
{
    return w->n_arrays > 0 ? DOC_ARRAY : DOC_TOP;
}

static void drop_columns(struct doc_walk *w)
{
    doc_columns_unref(w->columns);
    w->columns = NULL;
}

/* Between documents, or in an array of records. */
static bool step_outside(struct doc_walk *w, const char *p, struct str *out, bool *cut,
                         enum doc_found *found)
{
    const char *inside = NULL;
    enum probe probe;

    switch (*p) {
    case '{':
        probe = probe_object(w, p, &inside);
        if (probe == PROBE_MORE && may_wait(w)) {
            w->ptr = p;
            *found = DOC_MORE;
            return false;
        }
        if (probe == PROBE_RECORDS || probe == PROBE_TABLES) {
            w->ptr = inside;
            w->place = probe == PROBE_RECORDS ? DOC_RECORDS : DOC_TABLES;
            w->lost = false;
            return true;
        }
        *found = give_value(w, p, DOC_RECORD, out, cut);
        return false;
    case '[':
        if (w->n_arrays >= MAX_ARRAYS)
            return skip_scalar(w, p, out, found);
        w->n_arrays++;
        w->place = DOC_ARRAY;
        w->ptr = p + 1;
        return true;
    case ']':
        if (w->n_arrays == 0)
            return skip_garbage(w, p, out, found);
        w->n_arrays--;
        w->place = outside(w);
        w->ptr = p + 1;
        return true;
    default:
        return skip_scalar(w, p, out, found);
    }
}

/* A member of a table or of an envelope at p. */
static bool step_member(struct doc_walk *w, const char *p, struct str *out, enum doc_found *found)
{
    struct str key;
    const char *value, *e, *inside = NULL;
    bool bad;
    enum probe probe = PROBE_RECORD;

    if (!member_open(p, w->end, &key, &value, &bad)) {
        if (bad || !may_wait(w))
            return skip_garbage(w, p, out, found);
        goto more;
    }
    if (w->place == DOC_TABLE && *value == '[' && str_eq_nocase(key, STR("rows"))) {
        w->place = DOC_ROWS;
        w->ptr = value + 1;
        return true;
    }
    if (w->place == DOC_MEMBERS) {
        enum key_kind kind = key_kind_of(key);

        if (kind == KEY_RECORDS || kind == KEY_TABLES)
            probe = probe_array(kind, value, w->end, &inside);
        if (probe == PROBE_MORE && may_wait(w))
            goto more;
        if (probe == PROBE_RECORDS || probe == PROBE_TABLES) {
            w->place = probe == PROBE_RECORDS ? DOC_RECORDS : DOC_TABLES;
            w->ptr = inside;
            return true;
        }
    }
    e = json_value_end(value, w->end);
    if (e == NULL || (e == w->end && may_wait(w))) {
        if (!may_wait(w))
            return skip_garbage(w, p, out, found);
        goto more;
    }
    if (w->place == DOC_TABLE && str_eq_nocase(key, STR("columns"))) {
        drop_columns(w);
        w->columns = columns_new(str_of(value, (size_t)(e - value)));
    }
    w->ptr = e;
    return true;
more:
    w->ptr = p;
    *found = DOC_MORE;
    return false;
}

/* Inside an envelope. */
static bool step_inside(struct doc_walk *w, const char *p, struct str *out, bool *cut,
                        enum doc_found *found)
{
    bool members = w->place == DOC_MEMBERS || w->place == DOC_TABLE;

    if (members && *p == '}') {
        if (w->place == DOC_TABLE)
            drop_columns(w);
        w->place = w->place == DOC_TABLE ? DOC_TABLES : outside(w);
        w->ptr = p + 1;
        return true;
    }
    if (members)
        return step_member(w, p, out, found);
    if (*p == ']') {
        w->place = w->place == DOC_ROWS ? DOC_TABLE : DOC_MEMBERS;
        w->ptr = p + 1;
        return true;
    }
    if (*p == '{' && w->place == DOC_TABLES) {
        w->place = DOC_TABLE;
        w->ptr = p + 1;
        return true;
    }
    if (*p == '{') {
        *found = give_value(w, p, DOC_RECORD, out, cut);
        return false;
    }
    if (*p == '[' && w->place == DOC_ROWS) {
        *found = give_value(w, p, w->columns != NULL ? DOC_ROW : DOC_BROKEN, out, cut);
        return false;
    }
    return skip_scalar(w, p, out, found);
}

enum doc_found doc_next(struct doc_walk *w, struct str *out, bool *cut, bool *at_top)
{
    enum doc_found found = DOC_MORE;
    const char *end = w->end;
    bool go_on;

    *cut = false;
    do {
        const char *p = doc_skip_between(w->ptr, w->end);

        if (p >= w->end) {
            w->ptr = p;
            return DOC_MORE;
        }
        if (w->n_lost >= MAX_LOST) /* read line by line from here on */
            w->end = line_end_of(p, end);
        *at_top = w->place == DOC_TOP;
        if (w->place == DOC_TOP || w->place == DOC_ARRAY)
            go_on = step_outside(w, p, out, cut, &found);
        else
            go_on = step_inside(w, p, out, cut, &found);
        w->end = end;
    } while (go_on);
    return found;
}

void doc_walk_done(struct doc_walk *w)
{
    drop_columns(w);
}
