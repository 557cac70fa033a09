/* metadata.c - tables of QRadar's own that queries read. See metadata.h. */
#include "lookup/metadata.h"

#include "lookup/names_file.h"
#include "lookup/qradar.h"
#include "lookup/reference.h"

enum metadata { META_TYPES, META_QIDS, META_CATEGORIES, META_SET, META_NONE };

/* reference_data.sets('NAME'): the name between the quotes. */
static bool set_name(struct str name, struct str *set)
{
    static const char start[] = "reference_data.sets(";
    size_t n = sizeof(start) - 1;

    if (name.len < n + 3 || !str_eq_nocase(str_of(name.ptr, n), str_z(start)) ||
        name.ptr[name.len - 1] != ')')
        return false;
    *set = str_trim(str_of(name.ptr + n, name.len - n - 1));
    if (set->len < 3 || (set->ptr[0] != '\'' && set->ptr[0] != '"') ||
        set->ptr[set->len - 1] != set->ptr[0])
        return false;
    *set = str_of(set->ptr + 1, set->len - 2);
    return true;
}

static enum metadata metadata_named(struct str name, struct str *set)
{
    static const struct {
        const char *name;
        enum metadata meta;
    } known[] = {
        {"SDE_LogSourceType", META_TYPES},
        {"LogSourceTypes", META_TYPES},
        {"LogSourceType", META_TYPES},
        {"QIDmap", META_QIDS},
        {"QIDs", META_QIDS},
        {"Categories", META_CATEGORIES},
    };

    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        if (str_eq_nocase(name, str_z(known[i].name)))
            return known[i].meta;
    }
    return set_name(name, set) ? META_SET : META_NONE;
}

bool lookup_metadata_known(struct str name)
{
    struct str set;

    return metadata_named(name, &set) != META_NONE;
}

/* Room for the rows of these columns. */
static void table_start(struct lookup_table *t, struct arena *a, const char *const *columns,
                        size_t n_columns, size_t n_rows)
{
    memset(t, 0, sizeof(*t));
    t->n_columns = n_columns;
    t->columns = ARENA_ARRAY(a, struct str, n_columns);
    for (size_t i = 0; i < n_columns; i++)
        t->columns[i] = str_z(columns[i]);
    t->n_rows = n_rows;
    t->cells = ARENA_ARRAY(a, struct val, arena_array_size(MAX(n_rows, 1), n_columns));
    t->lines = ARENA_ARRAY(a, uint32_t, MAX(n_rows, 1));
}

static struct val number_text(struct arena *a, int64_t n)
{
    return val_str(arena_printf(a, "%lld", (long long)n));
}

static void read_types(struct arena *a, struct lookup_table *t)
{
    static const char *const columns[] = {"id", "name", "short_name"};
    const char *name;
    const char *short_name;
    size_t n = 0;
    int64_t id;

    while (qradar_type_at(n, NULL, NULL, NULL))
        n++;
    table_start(t, a, columns, ARRAY_LEN(columns), n);
    for (size_t i = 0; i < n; i++) {
        struct val *row = &t->cells[i * ARRAY_LEN(columns)];

        qradar_type_at(i, &id, &name, &short_name);
        row[0] = number_text(a, id);
        row[1] = val_str(str_z(qradar_type_usual_name(id)));
        row[2] = short_name != NULL ? val_str(str_z(short_name)) : VAL_ABSENT;
    }
}

static void read_categories(struct arena *a, struct lookup_table *t)
{
    static const char *const columns[] = {"id", "name", "level", "high_level_id"};
    const char *name;
    bool is_high;
    size_t n = 0;
    int64_t id;

    while (qradar_category_at(n, NULL, NULL, NULL))
        n++;
    table_start(t, a, columns, ARRAY_LEN(columns), n);
    for (size_t i = 0; i < n; i++) {
        struct val *row = &t->cells[i * ARRAY_LEN(columns)];

        qradar_category_at(i, &id, &name, &is_high);
        row[0] = number_text(a, id);
        row[1] = val_str(str_z(name));
        row[2] = is_high ? val_text("high", 4) : val_text("low", 3);
        row[3] = number_text(a, qradar_category_high_id(id));
    }
}

static enum lanner_rc read_qids(const struct lookup_folders *folders, struct arena *a,
                                struct lookup_table *t, struct lanner_err *err)
{
    static const char *const columns[] = {"qid", "name", "description", "category", "severity"};
    const struct names *names;
    struct named q;
    size_t n = 0;
    size_t i = 0;

    if (folders == NULL || folders->names == NULL) {
        err_set(err, LANNER_ERR_UNSUPPORTED, "the QID map was not given");
        err_hint(err, "give it with --names FILE");
        return LANNER_ERR_UNSUPPORTED;
    }
    TRY(names_open(folders, a, &names, err));
    while (names_next(names, NAME_QID, &i, &q))
        n++;
    table_start(t, a, columns, ARRAY_LEN(columns), n);
    i = n = 0;
    while (names_next(names, NAME_QID, &i, &q)) {
        struct val *row = &t->cells[n++ * ARRAY_LEN(columns)];
        struct str const cells[] = {q.id, q.name, q.description, q.category, q.severity};

        for (size_t k = 0; k < ARRAY_LEN(cells); k++)
            row[k] = cells[k].len > 0 ? val_str(cells[k]) : VAL_ABSENT;
    }
    return LANNER_OK;
}

static enum lanner_rc read_set(const struct lookup_folders *folders, struct str name,
                               struct arena *a, struct lookup_table *t, struct lanner_err *err)
{
    /* An IP set is asked for as reference_data.sets('s').ip too. */
    static const char *const columns[] = {"value", "ip"};
    const struct reference *r;

    if (folders == NULL || folders->n_references == 0) {
        err_set(err, LANNER_ERR_UNSUPPORTED, "reference data was not given");
        err_hint(err, "give its folder with --reference DIR");
        return LANNER_ERR_UNSUPPORTED;
    }
    TRY(reference_open(folders, REFERENCE_SET, name, a, &r, err));
    table_start(t, a, columns, ARRAY_LEN(columns), reference_n_elements(r));
    for (size_t i = 0; i < t->n_rows; i++)
        t->cells[2 * i] = t->cells[2 * i + 1] = val_str(reference_element(r, i));
    return LANNER_OK;
}

enum lanner_rc lookup_metadata_read(const struct lookup_folders *folders, struct str name,
                                    struct arena *a, struct lookup_table *out,
                                    struct lanner_err *err)
{
    struct str set;

    switch (metadata_named(name, &set)) {
    case META_TYPES:
        read_types(a, out);
        return LANNER_OK;
    case META_CATEGORIES:
        read_categories(a, out);
        return LANNER_OK;
    case META_QIDS:
        return read_qids(folders, a, out, err);
    case META_SET:
        return read_set(folders, set, a, out, err);
    case META_NONE:
        break;
    }
    return err_set(err, LANNER_ERR_QUERY, "there is no table %.*s", STR_ARG(name));
}
