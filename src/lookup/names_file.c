/* names_file.c - names of log sources, QIDs, domains. See names_file.h. */
#include "lookup/names_file.h"

#include "lookup/element.h"
#include "lookup/keyed.h"
#include "util/num.h"

static const char *const kind_names[NAME_KIND_COUNT] = {
    "log-source",  "log-source-group", "qid",  "domain",
    "application", "processor",        "host", "component",
};

struct names {
    struct lookup_table table;
    size_t id, name, description, category, severity, type; /* columns */
    uint8_t *kinds;                                         /* of each row */
    struct keyed by_id, by_name, by_lower;
};

static bool same_word(struct str a, struct str b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++) {
        char x = a.ptr[i] == '_' || a.ptr[i] == ' ' ? '-' : ascii_lower(a.ptr[i]);

        if (x != b.ptr[i])
            return false;
    }
    return true;
}

enum name_kind name_kind_named(struct str name)
{
    unsigned k = 0;

    while (k < NAME_KIND_COUNT && !same_word(name, str_z(kind_names[k])))
        k++;
    return (enum name_kind)k;
}

/* Kind and id as a key: numbers by value, so that 5, 5.0 and "05" are one. */
static bool put_id(struct buf *key, enum name_kind kind, const struct val *id)
{
    buf_clear(key);
    buf_putc(key, (char)kind);
    return element_put(ELEMENT_NUM, id, key) || element_put(ELEMENT_ALN, id, key);
}

static void put_name(struct buf *key, enum name_kind kind, struct str name, bool lower)
{
    struct val v = val_str(name);

    buf_clear(key);
    buf_putc(key, (char)kind);
    element_put(lower ? ELEMENT_ALNIC : ELEMENT_ALN, &v, key);
}

static enum lanner_rc find_columns(struct names *n, const char *path, size_t *kind,
                                   struct lanner_err *err)
{
    static const char *const kinds[] = {"kind", NULL};
    static const char *const ids[] = {"id", NULL};
    static const char *const names[] = {"name", NULL};
    static const char *const descriptions[] = {"description", NULL};
    static const char *const categories[] = {"category", "low_level_category_id", NULL};
    static const char *const severities[] = {"severity", NULL};
    static const char *const types[] = {"type", "type_id", NULL};

    TRY(table_need_column(&n->table, path, kinds, kind, err));
    TRY(table_need_column(&n->table, path, ids, &n->id, err));
    TRY(table_need_column(&n->table, path, names, &n->name, err));
    n->description = table_find_column(&n->table, descriptions);
    n->category = table_find_column(&n->table, categories);
    n->severity = table_find_column(&n->table, severities);
    n->type = table_find_column(&n->table, types);
    return LANNER_OK;
}

static enum lanner_rc names_index(struct names *n, const char *path, size_t kind_column,
                                  struct arena *a, struct buf *key, struct lanner_err *err)
{
    size_t n_rows = n->table.n_rows;

    n->kinds = ARENA_ARRAY(a, uint8_t, MAX(n_rows, 1));
    keyed_init(&n->by_id, a, n_rows);
    keyed_init(&n->by_name, a, n_rows);
    keyed_init(&n->by_lower, a, n_rows);
    for (size_t row = n_rows; row-- > 0;) {
        enum name_kind kind = name_kind_named(table_text(&n->table, row, kind_column));
        struct str id = table_text(&n->table, row, n->id);
        struct str name = table_text(&n->table, row, n->name);
        struct val v = val_str(id);

        if (kind == NAME_KIND_COUNT)
            return table_fail(&n->table, path, row,
                              "the kind is none of log-source, log-source-group, qid, domain, "
                              "application, processor, host, component",
                              err);
        if (id.len == 0)
            return table_fail(&n->table, path, row, "the id is empty", err);
        n->kinds[row] = (uint8_t)kind;
        put_id(key, kind, &v);
        keyed_put(&n->by_id, buf_str(key), row);
        put_name(key, kind, name, false);
        keyed_put(&n->by_name, buf_str(key), row);
        put_name(key, kind, name, true);
        keyed_put(&n->by_lower, buf_str(key), row);
    }
    return LANNER_OK;
}

enum lanner_rc names_open(const struct lookup_folders *folders, struct arena *a,
                          const struct names **out, struct lanner_err *err)
{
    struct buf key = {0};
    struct names *n;
    enum lanner_rc rc;
    size_t kind;

    *out = lookup_cache_get(folders, "names", STR(""));
    if (*out != NULL)
        return LANNER_OK;
    a = lookup_cache_arena(folders, a);
    n = ARENA_NEW(a, struct names);
    TRY(lookup_table_read_path(folders->names, a, &n->table, err));
    TRY(find_columns(n, folders->names, &kind, err));
    rc = names_index(n, folders->names, kind, a, &key, err);
    buf_done(&key);
    if (rc != LANNER_OK)
        return rc;
    *out = n;
    lookup_cache_put(folders, "names", STR(""), n);
    return LANNER_OK;
}

static void get_row(const struct names *n, size_t row, struct named *out)
{
    out->id = table_text(&n->table, row, n->id);
    out->name = table_text(&n->table, row, n->name);
    out->description = table_text(&n->table, row, n->description);
    out->category = table_text(&n->table, row, n->category);
    out->severity = table_text(&n->table, row, n->severity);
    out->type = table_text(&n->table, row, n->type);
}

bool names_by_id(const struct names *n, enum name_kind kind, const struct val *id, struct buf *room,
                 struct named *out)
{
    size_t row;

    if (!put_id(room, kind, id))
        return false;
    row = keyed_first(&n->by_id, buf_str(room));
    if (row == SIZE_MAX)
        return false;
    get_row(n, row, out);
    return true;
}

bool names_by_name(const struct names *n, enum name_kind kind, struct str name, struct buf *room,
                   struct named *out)
{
    size_t row;

    put_name(room, kind, name, false);
    row = keyed_first(&n->by_name, buf_str(room));
    if (row == SIZE_MAX) {
        put_name(room, kind, name, true);
        row = keyed_first(&n->by_lower, buf_str(room));
    }
    if (row == SIZE_MAX)
        return false;
    get_row(n, row, out);
    return true;
}

bool names_next(const struct names *n, enum name_kind kind, size_t *i, struct named *out)
{
    while (*i < n->table.n_rows && n->kinds[*i] != kind)
        (*i)++;
    if (*i >= n->table.n_rows)
        return false;
    get_row(n, (*i)++, out);
    return true;
}
